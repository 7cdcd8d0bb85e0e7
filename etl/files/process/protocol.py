"""Answers of the process that reads files: this process calls `encode`, its parent the decoders.

The parent does not trust the child: the decoders raise `ValueError` for anything but the expected form.
"""

import re
from dataclasses import replace
from typing import Any

import msgspec

from etl.files.types import FileOutcome, FileReading, Unreadable

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_METHOD = re.compile(r"[a-z]{0,20}")
_MAX_NUMBER = 2**40
"""More than any number of pages or bytes."""


def encode(answer: Any) -> tuple[Any, str]:
    """(value for JSON, text beside it) of an answer."""
    match answer:
        case Unreadable():
            return {"unreadable": [answer.outcome, answer.reason]}, ""
        case FileReading(text=text):
            # lxml returns texts as a subclass of str.
            return {"answer": msgspec.to_builtins(replace(answer, text=""), enc_hook=str)}, text
        case str():
            return {"answer": None}, answer
        case (value, str() as text):
            return {"answer": value}, text
        case _:
            return {"answer": answer}, ""


def decode(message: Any) -> Any:
    """The answer in the message, or the `Unreadable` that came instead; it is returned, not raised."""
    match message:
        case {"unreadable": [str(outcome), str(reason)]}:
            return Unreadable(FileOutcome(outcome), reason)
        case {"answer": answer}:
            return answer
    raise ValueError("neither an answer nor why there is none")


def decode_reading(answer: Any, text: str) -> FileReading:
    """Decodes a reading and its text."""
    try:
        reading = msgspec.convert(answer, FileReading)
    except msgspec.ValidationError as error:
        raise ValueError(f"no reading of a file: {error}") from error
    types = [reading.media_type, *(member.media_type for member in reading.members)]
    numbers = [reading.pages or 0, *(member.size for member in reading.members)]
    if not (all(map(_MEDIA_TYPE.fullmatch, types)) and _METHOD.fullmatch(reading.method)):
        raise ValueError("neither a type of files nor a method that is known")
    # A number that is too large to be stored has become a text (`etl.outside`).
    if not all(isinstance(number, int) and 0 <= number <= _MAX_NUMBER for number in numbers):
        raise ValueError("no number of pages or bytes")
    return replace(reading, text=text)


def decode_flags(answer: Any, text: str) -> list[bool]:
    """Decodes a list with true or false for each page."""
    if text or not isinstance(answer, list) or not all(isinstance(flag, bool) for flag in answer):
        raise ValueError("not a list of true and false")
    return answer


def decode_text(answer: Any, text: str) -> str:
    """Decodes an answer that is only a text."""
    if answer is not None:
        raise ValueError("more than a text")
    return text
