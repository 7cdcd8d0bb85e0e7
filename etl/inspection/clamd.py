"""Asks clamd, the daemon of ClamAV, whether bytes have a virus (its command INSTREAM, over TCP)."""

import socket
from collections.abc import Iterable
from contextlib import closing, suppress

from etl.errors import Unavailable

_PATIENCE = 300.0
"""Seconds without an answer after which a scan fails; clamd itself gives up after two minutes (`MaxScanTime`)."""


class ClamdError(Unavailable):
    """clamd cannot be reached, or does not answer whether the bytes have a virus."""


class TooLong(ClamdError):
    """clamd does not accept so many bytes."""


def scan(address: str, chunks: Iterable[bytes], *, patience: float = _PATIENCE) -> str | None:
    """The name of the virus in the bytes, None without one. Raises `ClamdError`; `address` is `host:port`."""
    host, _, port = address.rpartition(":")
    answer = b""
    try:
        with closing(socket.create_connection((host.strip("[]"), int(port)), patience)) as connection:
            # If there are too many bytes, clamd closes the connection while we send. Its reply has the reason, not the
            # broken pipe.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:
                        connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
                connection.sendall(bytes(4))
            while not answer.endswith(b"\0") and (part := connection.recv(4096)):
                answer += part
    except OSError as error:
        raise ClamdError(f"clamd at {address}: {error}", hint="see GONGKAI_CLAMD") from error
    reply = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if reply == "OK":
        return None
    if reply.endswith(" FOUND"):
        return reply.removesuffix(" FOUND")
    if reply.startswith("INSTREAM size limit exceeded"):
        raise TooLong(f"clamd at {address}: {reply}", hint="raise StreamMaxLength in its settings")
    raise ClamdError(f"clamd at {address}: {reply or 'no answer'}", hint="look at its log, then inspect again")
