"""A process that reads pages and may fall: what it is asked to do is the page's body; other pages it reads as ever."""

import os
import signal
import time
from typing import Any

from etl.pipeline.reading import worker


def read_page(body: bytes, *arguments: Any) -> tuple[Any, str]:
    if body == b"hang":
        time.sleep(60)
    if body == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if body == b"swell":
        return bytearray(1 << 34), ""
    if body.startswith(b"lie "):
        return eval(body[4:]), ""
    return worker.read_page(body, *arguments)
