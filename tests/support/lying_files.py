"""A reading process that was taken over. What it is asked to do is in the file's name.

Other files it answers as if it had read them: parsers take two thirds of the time in which a process starts.
"""

import os
import socket
import stat
import time
from typing import Any

from etl.files.media_types import DOC
from etl.files.types import FileOutcome, FileReading


def read_file(body: bytes, name: str, limits: dict[str, Any]) -> FileReading:
    # A second object for the process's own end, for it is still in use.
    end = socket.socket(fileno=next(filter(_is_socket, range(3, 100))))
    if name == "lie":
        end.sendall(body)
    while name == "drip":
        end.sendall(body)
        time.sleep(0.1)
    if name == "deaf":
        end.sendall(body)
        time.sleep(60)
    end.detach()
    return FileReading(DOC, FileOutcome.READ, "", "as ever", 1, "word")


def _is_socket(file: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(file).st_mode)
    except OSError:
        return False


def pages_to_recognise(body: bytes, media_type: str, limits: dict[str, Any]) -> list[bool]:
    return [True] * (limits["pages"] + 1)
