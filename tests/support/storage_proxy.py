"""A proxy before the S3 server that does what networks and other servers do: it damages bytes, hides refusals, lies."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the S3 server answered."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class StorageProxy:
    """What it does to what passes: `damages` flips a bit of each body that is written, `answers` makes of a request's
    method, its body and the server's answer the one that is given."""

    endpoint: str
    damages: bool = False
    answers: Callable[[str, bytes, Answer], Answer] = lambda method, body, answer: answer
    requests: list[str] = field(default_factory=list)
    """Each request so far: `PUT /bucket/key`."""

    def methods(self) -> str:
        """The methods of the requests so far, and forgets them."""
        methods = " ".join(line.partition(" ")[0] for line in self.requests)
        self.requests.clear()
        return methods


@contextmanager
def storage_proxy(endpoint: str) -> Iterator[StorageProxy]:
    """A proxy before the server at `endpoint` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            proxy.requests.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if proxy.damages and body:
                body = bytes([body[0] ^ 1]) + body[1:]
            server = http.client.HTTPConnection(endpoint)
            server.request(self.command, self.path, body, dict(self.headers.items()))
            given = server.getresponse()
            answer = proxy.answers(self.command, body, Answer(given.status, dict(given.getheaders()), given.read()))
            server.close()
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                # An answer to HEAD has the length of a body that it does not have.
                if self.command == "HEAD" or name.lower() not in ("content-length", "transfer-encoding"):
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_HEAD = do_PUT = do_DELETE = pass_on

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = StorageProxy(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
