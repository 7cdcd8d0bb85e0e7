"""A process that reads pages and may fall: what it is asked to do is the page's body; other pages it reads as ever.

What reads pages is loaded with the first of those, for it takes four fifths of the time in which a process starts.
"""

import os
import signal
import time
from importlib import import_module
from typing import Any


def read_page(body: bytes, *arguments: Any) -> tuple[Any, str]:
    if body == b"hang":
        time.sleep(60)
    if body == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if body == b"swell":
        return bytearray(1 << 34), ""
    if body.startswith(b"say "):
        return eval(body[4:]), ""
    answer: tuple[Any, str] = import_module("etl.pipeline.reading.worker").read_page(body, *arguments)
    return answer
