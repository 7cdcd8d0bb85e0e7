"""A reading process that was taken over. What it is asked to do is in the file's name; other files it reads as ever."""

import socket
import sys
import time
from typing import Any

from etl.files import read
from etl.files.types import FileReading


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
    return read.read_file(body, name, limits)


def pages_to_recognise(body: bytes, media_type: str, limits: dict[str, Any]) -> list[bool]:
    return [True] * (limits["pages"] + 1)
