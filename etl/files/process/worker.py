"""A process that reads one file after the other and can be killed: `python -m etl.files.process.worker FD BYTES
MODULE`.

FD: the number of its socket; BYTES: the memory that it may use. After loading the module it sends "ready". Then each
message has the name of a function of the module, its arguments, and a file's bytes. The answer is the function's
result, or the `Unreadable` that it raised.
"""

import resource
import socket
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType

from etl import cycle_collector
from etl.files.process.channel import Channel, encode_text
from etl.files.process.protocol import encode
from etl.files.types import FileOutcome, Unreadable
from etl.reason_codes import Code
from etl.reasons import encode_reason


def serve(channel: Channel, module: ModuleType) -> None:
    """Answers messages until the parent closes the channel, which raises `ConnectionError`."""
    channel.send(*_message("ready"))
    while True:
        # Without limits, as the child trusts its parent.
        (function, arguments), body = channel.receive(sys.maxsize, sys.maxsize)
        try:
            answer = _message(getattr(module, function)(body, *arguments))
        except Unreadable as error:
            answer = _message(error)
        except MemoryError:
            answer = _message(Unreadable(FileOutcome.CRASHED, encode_reason(Code.OUT_OF_MEMORY)))
        except BaseException as error:  # noqa: BLE001 - a panic in a library written in Rust is no Exception
            words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            answer = _message(Unreadable(FileOutcome.CRASHED, encode_reason(Code.PARSER_FAILED, error=words)))
        del body
        channel.send(*answer)


def _message(answer: object) -> tuple[object, bytes]:
    message, text = encode(answer)
    return message, encode_text(text)


if __name__ == "__main__":
    limit = int(sys.argv[2])
    # Limits data and not address space, as onnxruntime and PDFium map far more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # A crash is an expected outcome here. A core dump would write a copy of the document to disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cycle_collector.pause()
    module = import_module(sys.argv[3])
    cycle_collector.resume()
    # The crawl that started this process may be killed at any time: there is nobody left to answer.
    with suppress(ConnectionError):
        serve(Channel(socket.socket(fileno=int(sys.argv[1]))), module)
