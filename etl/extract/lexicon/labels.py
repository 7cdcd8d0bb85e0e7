"""Field labels as sites spell them, and how to find them in a line of text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from etl.extract.lexicon.aliases import ALIASES, OTHERS, WEAK
from etl.extract.lexicon.marks import MARK

_LONGEST = 1000
"""Characters of a line in which labels are looked for."""
_UNSEEN = re.compile("[\u200b-\u200f\ufeff]+")


def squash(text: str) -> str:
    """NFKC, without white space and marks: how labels are compared."""
    return _UNSEEN.sub("", "".join(unicodedata.normalize("NFKC", text.replace(MARK, "")).split()))


FIELDS: dict[str, str] = {squash(alias): name for name, aliases in ALIASES.items() for alias in aliases}
FIELDS |= {squash(alias): "" for alias in OTHERS}

# A pattern of all labels with gaps between their letters takes a third of a second to compile in every process.
_ENDS = frozenset(label[at:] for label in FIELDS for at in range(len(label)))
_BEGINNINGS = frozenset(label[:at] for label in FIELDS for at in range(1, len(label) + 1))
_COLON = re.compile("[:：∶﹕︓]")
_GAP = re.compile(rf"[\s{MARK}\u200b-\u200f\ufeff]")
_WITHIN_A_WORD = re.compile("[\u4e00-\u9fff/]")
_DRESS = re.compile(r"^[【\[(（·•●■◆▪*\s]+|[】\]):：）\s]+$")
_BRACKETS = " \t【[】]"
_BRACKETED = re.compile(r"[【\[]([^【】\[\]]{2,24})[】\]]")
_ALONE = re.compile(rf"[\s{MARK}]*+[【\[][^【】\[\]]*+[】\]][\s{MARK}]*+")
_LEAD = " \t【[(（•·●■"


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


_SHORT = 200
_INITIALS = frozenset(label[0] for label, name in FIELDS.items() if name and label not in WEAK)
_GLUED = frozenset(
    label
    for label, name in FIELDS.items()
    if len(label) > 3
    and (name in ("source", "published_date") or re.match("浏览|点击|阅读|访问|责任编辑|信息编辑", label))
)
"""Labels of the line below a headline that may follow another's value without a gap: `来源：甲报浏览次数：5`."""
_Found = tuple[str, str, int, int]
"""A label, as the line spells it, where it starts, where its value starts."""


@lru_cache(4096)
def whole_label(text: str) -> tuple[str, str] | None:
    """(field, label) where the whole text is a label, with or without its colon."""
    if len(text) > 40:
        return None
    label = _DRESS.sub("", squash(text))
    name = FIELDS.get(label)
    return None if name is None else (name, label)


@lru_cache(4096)
def labelled(text: str) -> tuple[Labelled, ...]:
    """The labels with a colon in a line of text, each with what follows it; without any, those in brackets, then those
    between marks, then those before a gap."""
    text = text[:_LONGEST]
    found = list(_before_colons(text)) or list(_in_brackets(text))
    if not found and MARK in text:
        found = [item for item in _between_marks(text) if FIELDS[item[0]] and item[0] not in WEAK]
    if not found and len(text) < _SHORT and text[:1] in _INITIALS:
        found = _before_gaps(text)
    ends = [start for _, _, start, _ in found[1:]] + [len(text)]
    return tuple(
        Labelled(FIELDS[label], label, raw, text[after:end], start, not text[:start].replace(MARK, "").strip(_LEAD))
        for (label, raw, start, after), end in zip(found, ends, strict=False)
    )


def _before_colons(text: str) -> Iterator[_Found]:
    floor = 0
    for colon in _COLON.finditer(text):
        end = colon.start()
        while end > floor and _GAP.match(text, end - 1):
            end -= 1
        found = _ending(text, floor, end - (end > floor and text[end - 1] in "】]"))
        if found:
            yield *found, colon.end()
        floor = colon.end()


def _ending(text: str, floor: int, end: int) -> tuple[str, str, int] | None:
    """The longest label that ends at `end` and is not the end of a longer word."""
    best: tuple[str, int] | None = None
    key, last = "", end
    for at in range(end - 1, floor - 1, -1):
        if _GAP.match(text, at):
            continue
        if not key:
            last = at + 1
        key = unicodedata.normalize("NFKC", text[at]) + key
        if key not in _ENDS:
            break
        if key in FIELDS and not (at and _WITHIN_A_WORD.match(text, at - 1) and not (floor and key in _GLUED)):
            best = key, at
    return (best[0], text[best[1] : last], best[1]) if best else None


def _in_brackets(text: str) -> Iterator[_Found]:
    """`[发文字号] 云政发〔2023〕1号`, but no bracketed label alone: its value stands elsewhere."""
    if ("[" not in text and "【" not in text) or _ALONE.fullmatch(text):
        return
    for match in _BRACKETED.finditer(text):
        label = squash(match.group(1))
        if FIELDS.get(label):
            yield label, match.group(1), match.start(), match.end()


def _between_marks(text: str) -> Iterator[_Found]:
    """Labels that fill what stands between two marks, be it cut up by further marks."""
    parts = [part.strip(_BRACKETS) for part in text.split(MARK)]
    starts = [0, *(mark.end() for mark in re.finditer(MARK, text))]
    at = 0
    while at < len(parts) - 1:
        key, best = "", ("", -1)
        for end in range(at, len(parts) - 1 if parts[at] else at):
            key += squash(parts[end])
            if key not in _BEGINNINGS:
                break
            if parts[end] and key in FIELDS:
                best = key, end
        label, end = best
        if label:
            yield label, MARK.join(parts[at : end + 1]), max(starts[at] - 1, 0), starts[end + 1]
            at = end
        at += 1


def _before_gaps(text: str) -> list[_Found]:
    """`发布时间 2023-05-09 来源 云溪日报`: the line begins with a label, and each has a value behind its gap."""
    parts = list(re.finditer(rf"[^\s{MARK}]+", text))
    found: list[_Found] = []
    at = 0
    while at < len(parts):
        key, best = "", -1
        for end in range(at, min(at + 6, len(parts))):
            key += squash(parts[end].group())
            if key not in _BEGINNINGS:
                break
            if FIELDS.get(key) and (found or key not in WEAK):
                best, label = end, key
        if best < 0:
            if not found:
                return []
            at += 1
            continue
        if best + 1 == len(parts) or (found and found[-1][3] == parts[at].start()):
            return []
        found.append((label, text[parts[at].start() : parts[best].end()], parts[at].start(), parts[best + 1].start()))
        at = best + 1
    return found
