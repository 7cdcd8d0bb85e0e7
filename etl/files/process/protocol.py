"""Answers of the process that reads files: this process calls `encode`, its parent the decoders.

The parent does not trust the child: the decoders raise `ValueError` for anything but the expected form.
"""

import re
from dataclasses import astuple
from typing import Any

from etl.files.types import FileOutcome, FileReading, Member, Unreadable

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_METHOD = re.compile(r"[a-z]{0,20}")
_MAX_NUMBER = 2**40
"""More than any number of pages or bytes."""


def encode(answer: Any) -> tuple[Any, str]:
    """(value for JSON, text beside it) of an answer."""
    match answer:
        case Unreadable():
            return {"unreadable": [answer.outcome, answer.reason]}, ""
        case FileReading(kind, outcome, reason, text, pages, method, members):
            return {"answer": [kind, outcome, reason, pages, method, [astuple(member) for member in members]]}, text
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
    match answer:
        case [str(kind), str(outcome), str(reason), None | int() as pages, str(method), list(members)]:
            count = None if pages is None else _number(pages)
            kind, method = _matching(_MEDIA_TYPE, kind), _matching(_METHOD, method)
            return FileReading(kind, FileOutcome(outcome), reason, text, count, method, tuple(map(_member, members)))
    raise ValueError("no reading of a file")


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


def _member(values: Any) -> Member:
    match values:
        case [str(path), str(kind), str(outcome), str(reason), int(size)]:
            return Member(path, _matching(_MEDIA_TYPE, kind), FileOutcome(outcome), reason, _number(size))
    raise ValueError("no member of an archive")


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"not of the form {pattern.pattern}")
    return text


def _number(value: int) -> int:
    if isinstance(value, bool) or not 0 <= value <= _MAX_NUMBER:
        raise ValueError("no number of pages or bytes")
    return value
