"""Whether independent evidence confirms a chosen value. docs/extraction.md has the measurements behind each choice."""

import re
from collections.abc import Iterable, Mapping

from etl.extract.codes import Belief, Rule
from etl.extract.lexicon.labels import label_key
from etl.extract.page.headlines import names_agency
from etl.extract.rules.choose import is_weak, names_the_site
from etl.extract.types import FieldValue
from etl.fields import DATE_FIELDS

_MIN_PART_CHARS = 8
"""A title longer than this is recognised as a part of `<title>` whatever the other parts are."""
_MAX_COLUMN_CHARS = 4
"""Maximum length of the name of a column in `<title>`."""
_SEPARATORS = re.compile(r"[\s_|–—-]+")
_EXACT = DATE_FIELDS | {"document_number", "index_number"}
"""Fields in which a value that contains another one is a different value."""


def beliefs(
    fields: Mapping[str, FieldValue], evidence: Iterable[FieldValue], *, data_is_shown: bool
) -> dict[str, Belief]:
    """The belief in the value of each field; data that the page carries counts only if the page shows it."""
    others: dict[str, list[FieldValue]] = {name: [] for name in fields}
    for item in evidence:
        if item.name in others and (item.origin != "json" or data_is_shown) and item != fields[item.name]:
            others[item.name].append(item)
    return {name: _belief(value, others[name]) for name, value in fields.items()}


def _belief(chosen: FieldValue, others: list[FieldValue]) -> Belief:
    """Other values that the page shows decide first; meta tags dispute a value only if nothing confirms it."""
    disputing = [item for item in others if _disputes(chosen, item)]
    if any(item.origin != "meta" for item in disputing):
        return Belief.DISPUTED
    if any(_confirms(chosen, item) for item in others):
        return Belief.AGREED
    return Belief.DISPUTED if disputing else Belief.SINGLE


def _confirms(chosen: FieldValue, other: FieldValue) -> bool:
    """Whether evidence of another origin or rule gives the same value. Meta tags do not confirm each other, because a
    template fills them from one source."""
    if (chosen.origin, chosen.rule) == (other.origin, other.rule) or chosen.origin == other.origin == "meta":
        return False
    if label_key(chosen.value) == label_key(other.value):
        return True
    return chosen.name == "title" and other.origin == "meta" and _is_part(chosen.value, other.value)


def _is_part(title: str, stated: str) -> bool:
    """Whether a title is between separators of a longer one; a short title only if nothing but the names of the site
    and its columns is beside it. The mere beginning of a longer title may be half a headline."""
    key = "".join(map(label_key, _SEPARATORS.split(title)))
    parts = [label_key(part) for part in _SEPARATORS.split(stated)]
    if len(key) <= _MIN_PART_CHARS:
        return key in parts and _stands_beside_names(parts, parts.index(key))
    ends = range(len(parts) + 1)
    return any("".join(parts[a:b]) == key for a in ends for b in ends[a + 1 :])


def _stands_beside_names(parts: list[str], at: int) -> bool:
    """Whether a part of `<title>` is longer than the name of a column, and has only names of agencies behind it, and
    only those and names of columns before it. (A short part behind it may belong to the title: （二）.)"""
    before, behind = parts[:at], parts[at + 1 :]
    are_names = all(names_agency(part) or len(part) <= _MAX_COLUMN_CHARS for part in before)
    return len(parts[at]) > _MAX_COLUMN_CHARS and are_names and all(map(names_agency, behind))


def _disputes(chosen: FieldValue, other: FieldValue) -> bool:
    """Whether evidence gives a different value. These do not count: labels and file names that may describe something
    else; all meta tags except the title's (PubDate is often the day of generation, Author a person); a `<title>` that
    does not continue the headline, which is often the site's name alone."""
    key, stated = label_key(chosen.value), label_key(other.value).removesuffix("...")
    if key == stated or other.rule == Rule.ATTACHMENT_NAME or is_weak(other) or names_the_site(other):
        return False
    if other.origin == "meta" and (other.name != "title" or (other.rule == Rule.PAGE_TITLE and key not in stated)):
        return False
    if chosen.name == "title":
        return stated not in key and not _is_part(chosen.value, other.value)
    return chosen.name in _EXACT or (key not in stated and stated not in key)
