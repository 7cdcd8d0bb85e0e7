"""A TCP server that speaks the protocol of clamd, and knows one virus."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

VIRUS = b"this is the invented virus"
NAME = "Invented-Virus"


@contextmanager
def clamd(answer: bytes | None = None) -> Iterator[str]:
    """Its address for the time of the block; `answer` in place of its own."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
                self.wfile.write(b"UNKNOWN COMMAND\0")
                return
            body = b""
            while size := int.from_bytes(self.rfile.read(4), "big"):
                body += self.rfile.read(size)
            found = f"stream: {NAME} FOUND\0" if VIRUS in body else "stream: OK\0"
            self.wfile.write(found.encode() if answer is None else answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
