"""Stored reasons as sentences: JSON has both languages, a page shows its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from etl.reasons import Reason


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason with its sentences. A text without a code, such as an archivist's, is the same in both languages."""

    code: str
    params: Mapping[str, Any]
    chinese: str
    english: str


def shown_reason(stored: object) -> ShownReason | None:
    """A stored reason with its sentences; None for an empty text."""
    if not stored:
        return None
    reason = Reason.from_stored(stored)
    return ShownReason(reason.code, reason.params, reason.chinese, reason.english)


def shown_reasons(stored: Iterable[object]) -> tuple[ShownReason, ...]:
    """The problems or warnings of a run's report, with their sentences."""
    return tuple(shown for each in stored if (shown := shown_reason(each)))
