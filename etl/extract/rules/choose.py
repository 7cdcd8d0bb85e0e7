"""Which of several pieces of evidence a field is taken from."""

from collections.abc import Iterable, Mapping

from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import label_key
from etl.extract.types import FieldValue, Origin

ORIGIN_PRIORITY: Mapping[Origin, int] = {
    "header": 0,
    "subheading": 1,
    "json": 2,
    "listing": 3,
    "body": 4,
    "title": 5,
    "meta": 6,
}


def choose(evidence: Iterable[FieldValue], *, json_shown: bool) -> dict[str, FieldValue]:
    """The value of each field by `ORIGIN_PRIORITY`, then by position. `json_shown`: whether the page shows its data."""
    chosen: dict[str, FieldValue] = {}
    for item in evidence:
        if item.name == "title" or item.origin == "meta" or (item.origin == "json" and not json_shown):
            continue
        old = chosen.get(item.name)
        if old is None or _priority(item) < _priority(old):
            chosen[item.name] = item
    return chosen


def _priority(item: FieldValue) -> tuple[int, int]:
    weak = item.label and label_key(item.label) in AMBIGUOUS_LABELS
    return ORIGIN_PRIORITY[item.origin], 1 if weak else 0
