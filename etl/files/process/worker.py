"""What a reading process does: it reads one file after the other, and can be killed.

First it sends "ready". Then each message has the name of a function of its module, its arguments, and a file's bytes.
The answer is the function's result, or the `Unreadable` that it raised.
"""

import sys
from types import ModuleType

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
