"""Chooses the value of a field among several pieces of evidence."""

from collections.abc import Iterable, Mapping

from etl.extract.codes import Rule
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import label_key
from etl.extract.types import FieldValue, Origin

ORIGIN_PRIORITY: Mapping[Origin, int] = {
    "header": 0, "subheading": 1, "json": 2, "listing": 3, "body": 4, "title": 5, "meta": 6,
}  # fmt: skip
"""If evidence disagrees, the lowest number wins. In order: the header table; the line under the title and the lines
below the text; JSON and hidden inputs that the page's scripts show; the listing; the text itself (red header, last
lines, signature); the title. The rank of `listing` only orders the display: `fill_from_listing` adds a value of the
listing after this choice, if the page has none. Meta tags are evidence only, except for the title: PubDate is often the
day on which the page was generated, and keywords and source are not those that the page shows."""

_THE_SITE = frozenset(("本站", "本网", "本网站", "原创"))
_WEAK_RULES = frozenset((Rule.COINED_LABEL, Rule.PERSON_LABEL))


def choose(
    evidence: Iterable[FieldValue], *, data_is_shown: bool, stated_empty: frozenset[str]
) -> dict[str, FieldValue]:
    """The value of each field except the title, by `ORIGIN_PRIORITY`, then by position.

    `data_is_shown`: whether the page shows the data that it carries; otherwise the values of the data do not count.
    `stated_empty`: fields of labels without a value.
    """
    chosen: dict[str, FieldValue] = {}
    for item in evidence:
        if item.name == "title" or not _counts(item, data_is_shown=data_is_shown):
            continue
        best = chosen.get(item.name)
        if best is None or _priority(item) < _priority(best):
            chosen[item.name] = item
    # An empty 文号 in a header means that there is none; a file name does not override it.
    number = chosen.get("document_number")
    if number and number.rule == Rule.ATTACHMENT_NAME and "document_number" in stated_empty:
        del chosen["document_number"]
    return chosen


def _counts(item: FieldValue, *, data_is_shown: bool) -> bool:
    return item.origin != "meta" and (item.origin != "json" or data_is_shown)


def why_not_chosen(item: FieldValue, chosen: FieldValue | None, *, data_is_shown: bool) -> str:
    """In English, why `choose` did not choose a value (of any field except the title)."""
    if item.origin == "meta":
        return "meta tags are evidence only"
    if not _counts(item, data_is_shown=data_is_shown):
        return "the page does not show the data that it carries"
    if chosen is None:
        return "the header has the label without a value"
    (own, ambiguous), (better, _) = _priority(item), _priority(chosen)
    if own > better:
        return f"origin {item.origin} counts less than {chosen.origin}"
    return (
        "its label is ambiguous or not listed"
        if (ambiguous, False) == (True, _priority(chosen)[1])
        else "later on the page"
    )


def _priority(item: FieldValue) -> tuple[int, bool]:
    """The rank by origin. An ambiguous or unlisted label ranks below all others of its origin, and so does a source
    that only names the site (本站). 来源 is ambiguous, but under the title it does not rank below 信息来源."""
    is_usual = item.name == "source" and item.origin == "subheading" and item.rule not in _WEAK_RULES
    return ORIGIN_PRIORITY[item.origin], names_the_site(item) or (is_weak(item) and not is_usual)


def names_the_site(item: FieldValue) -> bool:
    """Whether a source is only the site itself, as templates print it beside the true one."""
    return item.name == "source" and item.value in _THE_SITE


def is_weak(item: FieldValue) -> bool:
    """Whether the label of the value is ambiguous, or is not a listed label of the field."""
    return item.rule in _WEAK_RULES or (bool(item.label) and label_key(item.label) in AMBIGUOUS_LABELS)
