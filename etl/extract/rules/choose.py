"""Which of several pieces of evidence a field is taken from."""

from collections.abc import Iterable, Mapping

from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import label_key
from etl.extract.types import FieldValue, Origin

ORIGIN_PRIORITY: Mapping[Origin, int] = {
    "header": 0, "subheading": 1, "json": 2, "listing": 3, "body": 4, "title": 5, "meta": 6,
}  # fmt: skip
"""Where evidence disagrees, the lowest wins: the header table; the line under the title and the lines below the text;
JSON and hidden inputs that the page's scripts show; the listing; the text itself (red header, last lines, signature);
the title. The rank of `listing` only orders what the browser shows: `fill_from_listing` adds a value of the listing
where the page has none, after this choice. Meta tags are evidence only, except for the title: their PubDate is often
the day on which the page was generated, and their keywords and source are not what the page shows."""


def choose(
    evidence: Iterable[FieldValue], *, data_is_shown: bool, stated_empty: frozenset[str]
) -> dict[str, FieldValue]:
    """The value of each field but the title, by `ORIGIN_PRIORITY`, then by position.

    `data_is_shown`: whether the page shows the data that it carries; otherwise its values do not count.
    `stated_empty`: fields of labels without a value.
    """
    chosen: dict[str, FieldValue] = {}
    for item in evidence:
        if item.name == "title" or item.origin == "meta" or (item.origin == "json" and not data_is_shown):
            continue
        best = chosen.get(item.name)
        if best is None or _priority(item) < _priority(best):
            chosen[item.name] = item
    # A header that leaves 文号 blank says that there is none: a name of a file does not overrule it.
    number = chosen.get("document_number")
    if number and number.rule == Rule.ATTACHMENT_NAME and "document_number" in stated_empty:
        del chosen["document_number"]
    return chosen


def _priority(item: FieldValue) -> tuple[int, bool]:
    """By origin; an ambiguous label counts less than any other of the same origin."""
    return ORIGIN_PRIORITY[item.origin], bool(item.label) and label_key(item.label) in AMBIGUOUS_LABELS
