"""A reading process that was taken over. What it is asked to do is in the file's name.

Other files it answers as if it had read them: parsers take two thirds of the time in which a process starts.
"""

import socket
import sys
import time
from typing import Any

from etl.files.media_types import DOC
from etl.files.types import FileOutcome, FileReading


def read_file(body: bytes, name: str, limits: dict[str, Any]) -> FileReading:
    # A second object for the process's own end, for it is still in use.
    end = socket.socket(fileno=int(sys.argv[1]))
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


def pages_to_recognise(body: bytes, media_type: str, limits: dict[str, Any]) -> list[bool]:
    return [True] * (limits["pages"] + 1)
