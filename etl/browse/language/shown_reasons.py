"""Stored reasons in words: JSON has both sentences, a page shows that of its language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from etl.reasons import Reason


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason with its sentences. A text that has no code, such as an archivist's, is the same in both languages."""

    code: str
    params: Mapping[str, Any]
    chinese: str
    english: str


def shown_reason(stored: object) -> ShownReason | None:
    """A stored reason in words; None for an empty text."""
    if not stored:
        return None
    reason = Reason.from_stored(stored)
    return ShownReason(reason.code, reason.params, reason.chinese, reason.english)


def shown_reasons(stored: Iterable[object]) -> tuple[ShownReason, ...]:
    """Those of a run's report, problems or warnings."""
    return tuple(shown for each in stored if (shown := shown_reason(each)))
