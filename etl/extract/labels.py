"""Field labels as sites spell them, and how to find them in a line of text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from etl.extract.aliases import ALIASES, OTHERS, WEAK
from etl.extract.blocks import MARK

_LONGEST = 1000
"""Characters of a line in which labels are looked for."""


def squash(text: str) -> str:
    """NFKC, without white space and marks: how labels are compared."""
    text = unicodedata.normalize("NFKC", text.replace(MARK, ""))
    return re.sub(r"[\s\u200b-\u200f\ufeff]+", "", text)


FIELDS: dict[str, str] = {squash(alias): name for name, aliases in ALIASES.items() for alias in aliases}
FIELDS |= {squash(alias): "" for alias in OTHERS}

_GAP = rf"[\s{MARK}\u200b-\u200f\ufeff]*"
_ALTERNATIVES = "|".join(
    _GAP.join(re.escape(c) if c not in "()" else f"[{c}{chr(ord(c) + 0xFEE0)}]" for c in label)
    for label in sorted(FIELDS, key=len, reverse=True)
)
_LABELLED = re.compile(rf"(?<![\u4e00-\u9fff/])({_ALTERNATIVES}){_GAP}[】\]]?{_GAP}[:：]")
_BETWEEN_MARKS = re.compile(rf"(?:^|{MARK})[\s【\[]*({_ALTERNATIVES})[\s】\]]*{MARK}")
_DRESS = re.compile(r"^[【\[(（·•●■◆▪*\s]+|[】\]):：）\s]+$")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label in a line, and the text from it to the next label; `name` is empty for labels of no field."""

    name: str
    label: str
    raw_label: str
    value: str
    start: int
    leads: bool = True
    """Whether the line begins with it."""


def whole_label(text: str) -> tuple[str, str] | None:
    """(field, label) where the whole text is a label, with or without its colon."""
    if len(text) > 40:
        return None
    label = _DRESS.sub("", squash(text))
    name = FIELDS.get(label)
    return None if name is None else (name, label)


@lru_cache(4096)
def labelled(text: str) -> tuple[Labelled, ...]:
    """The labels with a colon in a line of text, each with what follows it."""
    text = text[:_LONGEST]
    matches = list(_LABELLED.finditer(text)) if ":" in text or "：" in text else []
    if not matches and MARK in text:
        matches = [m for m in _BETWEEN_MARKS.finditer(text) if _strong(squash(m.group(1)))]
    ends = [match.start() for match in matches[1:]] + [len(text)]
    found: list[Labelled] = []
    for match, end in zip(matches, ends, strict=False):
        label = squash(match.group(1))
        leads = not text[: match.start()].replace(MARK, "").strip(" \t【[(（•·●■")
        found.append(Labelled(FIELDS[label], label, match.group(1), text[match.end() : end], match.start(), leads))
    return tuple(found)


def _strong(label: str) -> bool:
    return bool(FIELDS.get(label)) and label not in WEAK
