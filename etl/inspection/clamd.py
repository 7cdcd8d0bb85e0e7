"""Asks clamd, the daemon of ClamAV, whether bytes have a virus (its command INSTREAM, over TCP)."""

import socket
from collections.abc import Iterable
from contextlib import closing

from etl.errors import Unavailable

_SECONDS = 120


class ClamdError(Unavailable):
    """clamd cannot be reached, or refuses the bytes."""


def scan(address: str, chunks: Iterable[bytes]) -> str | None:
    """The name of the virus in the bytes, None without one. Raises `ClamdError`; `address` is `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        with closing(socket.create_connection((host.strip("[]"), int(port)), _SECONDS)) as connection:
            connection.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                if chunk:
                    connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
            connection.sendall(bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and (part := connection.recv(4096)):
                answer += part
    except OSError as error:
        raise ClamdError(f"clamd at {address}: {error}", hint="see GONGKAI_CLAMD") from error
    said = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ClamdError(f"clamd at {address}: {said or 'no answer'}", hint="its StreamMaxLength limits what it takes")
