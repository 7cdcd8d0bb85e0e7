"""Servers that take messages on loopback and keep them: a webhook, and mail."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Webhook:
    """What was posted, in its order. `status` is answered."""

    url: str = ""
    status: int = 200
    posted: list[dict[str, Any]] = field(default_factory=list)

    def titles(self) -> list[str]:
        """The titles so far, and forgets them."""
        titles = [str(each["title"]) for each in self.posted]
        self.posted.clear()
        return titles


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A web server for the scheme `json://` of Apprise."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if taking.status == 200:
                taking.posted.append(json.loads(body))
            self.send_response(taking.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    taking = Webhook()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taking.url = f"json://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield taking
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mailbox:
    """The mail that came, and the address of the server in Apprise's form."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """An SMTP server without TLS and login."""

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            box.mails.append(mail)
            return "250 OK"

    box = Mailbox()
    # The library connects to the port that it was given, so that cannot be 0.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        box.url = f"mailto://127.0.0.1:{port}?from=archive@a.example&to=ops@a.example&mode=insecure"
        yield box
    finally:
        controller.stop()
