"""What the process that reads files may answer. `encode` is its side; the others are the side that asked, which takes
nothing for an answer that has not the form expected: they raise `ValueError`.
"""

import re
from dataclasses import astuple
from typing import Any

from etl.files.types import FileOutcome, FileReading, Member, Unreadable

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_METHOD = re.compile(r"[a-z]{0,20}")
_MOST = 2**40
"""Beyond every number of pages and of bytes."""


def encode(answer: Any) -> tuple[Any, str]:
    """What is said of an answer as JSON, and the text beside it."""
    match answer:
        case Unreadable():
            return {"unreadable": [answer.outcome, answer.reason]}, ""
        case FileReading(kind, outcome, reason, text, pages, method, members):
            return {"answer": [kind, outcome, reason, pages, method, [astuple(member) for member in members]]}, text
        case str():
            return {"answer": None}, answer
        case _:
            return {"answer": answer}, ""


def decode(said: Any) -> Any:
    """What was answered, or the `Unreadable` that says why nothing was."""
    match said:
        case {"unreadable": [str(outcome), str(reason)]}:
            return Unreadable(FileOutcome(outcome), reason)
        case {"answer": answer}:
            return answer
    raise ValueError("neither an answer nor why there is none")


def decode_reading(answer: Any, text: str) -> FileReading:
    """A reading and its text."""
    match answer:
        case [str(kind), str(outcome), str(reason), None | int() as pages, str(method), list(members)]:
            count = None if pages is None else _number(pages)
            kind, method = _formed(_MEDIA_TYPE, kind), _formed(_METHOD, method)
            return FileReading(kind, FileOutcome(outcome), reason, text, count, method, tuple(map(_member, members)))
    raise ValueError("no reading of a file")


def decode_flags(answer: Any, text: str) -> list[bool]:
    """True or false for each page."""
    if text or not isinstance(answer, list) or not all(isinstance(flag, bool) for flag in answer):
        raise ValueError("not a list of true and false")
    return answer


def decode_text(answer: Any, text: str) -> str:
    """A text and nothing beside it."""
    if answer is not None:
        raise ValueError("more than a text")
    return text


def _member(said: Any) -> Member:
    match said:
        case [str(path), str(kind), str(outcome), str(reason), int(size)]:
            return Member(path, _formed(_MEDIA_TYPE, kind), FileOutcome(outcome), reason, _number(size))
    raise ValueError("no member of an archive")


def _formed(form: re.Pattern[str], said: str) -> str:
    if not form.fullmatch(said):
        raise ValueError(f"not of the form {form.pattern}")
    return said


def _number(said: int) -> int:
    if isinstance(said, bool) or not 0 <= said <= _MOST:
        raise ValueError("no number of pages or bytes")
    return said
