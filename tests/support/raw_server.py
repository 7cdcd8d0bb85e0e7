"""A server that answers with the very bytes it is told, for what no well-behaved server would send."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[str], bytes | Iterator[bytes]]
"""Path to the whole answer, status line included; an iterator is sent piece by piece."""


def http(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    """An answer with its length said honestly."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Gives each connection to `serve`, in a thread of its own, until the block ends; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                serve(connection)
            except OSError:
                return  # the client hung up, as it should when it has had enough

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


@contextmanager
def raw_server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serves until the block ends; gives the base URL and the list of paths asked so far."""
    paths: list[str] = []
    stopped = threading.Event()

    def serve(connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            if not (block := connection.recv(65536)):
                return
            request += block
        path = request.split(b" ", 2)[1].decode()
        paths.append(path)
        reply = answer(path)
        for piece in [reply] if isinstance(reply, bytes) else reply:
            connection.sendall(piece)
            if stopped.is_set():
                return

    with listening(serve) as port:
        try:
            yield f"http://127.0.0.1:{port}", paths
        finally:
            stopped.set()
