"""Field labels as sites spell them, and how to find them in a line of text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from etl.extract.lexicon.aliases import ALIASES, AMBIGUOUS_LABELS, NON_FIELD_LABELS
from etl.extract.lexicon.words import INLINE_BOUNDARY

_MAX_LINE_CHARS = 1000
"""Characters of a line in which labels are looked for."""
_INVISIBLE = re.compile("[\u200b-\u200f\ufeff]+")


def label_key(text: str) -> str:
    """NFKC, without white space and marks: how labels are compared."""
    return _INVISIBLE.sub("", "".join(unicodedata.normalize("NFKC", text.replace(INLINE_BOUNDARY, "")).split()))


FIELD_OF_LABEL: dict[str, str] = {label_key(alias): name for name, aliases in ALIASES.items() for alias in aliases}
FIELD_OF_LABEL |= {label_key(alias): "" for alias in NON_FIELD_LABELS}

# A pattern of all labels with gaps between their letters takes a third of a second to compile in every process.
_LABEL_SUFFIXES = frozenset(label[at:] for label in FIELD_OF_LABEL for at in range(len(label)))
_LABEL_PREFIXES = frozenset(label[:at] for label in FIELD_OF_LABEL for at in range(1, len(label) + 1))
_COLON = re.compile("[:：∶﹕︓]")
_GAP = re.compile(rf"[\s{INLINE_BOUNDARY}\u200b-\u200f\ufeff]")
_WORD_CHARACTER = re.compile("[\u4e00-\u9fff/]")
_DECORATION = re.compile(r"^[【\[(（·•●■◆▪*\s]+|[】\]):：）\s]+$")
_BRACKETS = " \t【[】]"
_BRACKETED = re.compile(r"[【\[]([^【】\[\]]{2,24})[】\]]")
_ONLY_BRACKETED = re.compile(rf"[\s{INLINE_BOUNDARY}]*+[【\[][^【】\[\]]*+[】\]][\s{INLINE_BOUNDARY}]*+")
_BEFORE_A_LABEL = " \t【[(（•·●■"


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A label in a line, and the text from it to the next label; `name` is empty for labels of no field."""

    name: str
    label: str
    raw_label: str
    value: str
    start: int
    at_line_start: bool = True
    """Whether the line begins with it."""


_MAX_GAP_LINE_CHARS = 200
_INITIALS = frozenset(label[0] for label, name in FIELD_OF_LABEL.items() if name and label not in AMBIGUOUS_LABELS)
_ADJOINING_LABELS = frozenset(
    label
    for label, name in FIELD_OF_LABEL.items()
    if len(label) > 3
    and (name in ("source", "published_date") or re.match("浏览|点击|阅读|访问|责任编辑|信息编辑", label))
)
"""Labels of the line below a headline that may follow another's value without a gap: `来源：甲报浏览次数：5`."""
_Position = tuple[str, str, int, int]
"""A label, as the line spells it, where it starts, where its value starts."""


@lru_cache(4096)
def match_label(text: str) -> tuple[str, str] | None:
    """(field, label) where the whole text is a label, with or without its colon."""
    if len(text) > 40:
        return None
    label = _DECORATION.sub("", label_key(text))
    name = FIELD_OF_LABEL.get(label)
    return None if name is None else (name, label)


@lru_cache(4096)
def find_labels(text: str) -> tuple[LabelMatch, ...]:
    """The labels with a colon in a line of text, each with what follows it; without any, those in brackets, then those
    between marks, then those before a gap."""
    text = text[:_MAX_LINE_CHARS]
    found = list(_before_colons(text)) or list(_in_brackets(text))
    if not found and INLINE_BOUNDARY in text:
        found = [
            item for item in _between_boundaries(text) if FIELD_OF_LABEL[item[0]] and item[0] not in AMBIGUOUS_LABELS
        ]
    if not found and len(text) < _MAX_GAP_LINE_CHARS and text[:1] in _INITIALS:
        found = _before_gaps(text)
    ends = [start for _, _, start, _ in found[1:]] + [len(text)]
    return tuple(
        LabelMatch(
            FIELD_OF_LABEL[label],
            label,
            raw,
            text[after:end],
            start,
            not text[:start].replace(INLINE_BOUNDARY, "").strip(_BEFORE_A_LABEL),
        )
        for (label, raw, start, after), end in zip(found, ends, strict=False)
    )


def _before_colons(text: str) -> Iterator[_Position]:
    floor = 0
    for colon in _COLON.finditer(text):
        end = colon.start()
        while end > floor and _GAP.match(text, end - 1):
            end -= 1
        found = _label_ending_at(text, floor, end - (end > floor and text[end - 1] in "】]"))
        if found:
            yield *found, colon.end()
        floor = colon.end()


def _label_ending_at(text: str, floor: int, end: int) -> tuple[str, str, int] | None:
    """The longest label that ends at `end` and is not the end of a longer word."""
    best: tuple[str, int] | None = None
    key, last = "", end
    for at in range(end - 1, floor - 1, -1):
        if _GAP.match(text, at):
            continue
        if not key:
            last = at + 1
        key = unicodedata.normalize("NFKC", text[at]) + key
        if key not in _LABEL_SUFFIXES:
            break
        if key in FIELD_OF_LABEL and not (
            at and _WORD_CHARACTER.match(text, at - 1) and not (floor and key in _ADJOINING_LABELS)
        ):
            best = key, at
    return (best[0], text[best[1] : last], best[1]) if best else None


def _in_brackets(text: str) -> Iterator[_Position]:
    """`[发文字号] 云政发〔2023〕1号`, but no bracketed label alone: its value stands elsewhere."""
    if ("[" not in text and "【" not in text) or _ONLY_BRACKETED.fullmatch(text):
        return
    for match in _BRACKETED.finditer(text):
        label = label_key(match.group(1))
        if FIELD_OF_LABEL.get(label):
            yield label, match.group(1), match.start(), match.end()


def _between_boundaries(text: str) -> Iterator[_Position]:
    """Labels that fill what stands between two marks, be it cut up by further marks."""
    parts = [part.strip(_BRACKETS) for part in text.split(INLINE_BOUNDARY)]
    starts = [0, *(m.end() for m in re.finditer(INLINE_BOUNDARY, text))]
    at = 0
    while at < len(parts) - 1:
        key, best = "", ("", -1)
        for end in range(at, len(parts) - 1 if parts[at] else at):
            key += label_key(parts[end])
            if key not in _LABEL_PREFIXES:
                break
            if parts[end] and key in FIELD_OF_LABEL:
                best = key, end
        label, end = best
        if label:
            yield label, INLINE_BOUNDARY.join(parts[at : end + 1]), max(starts[at] - 1, 0), starts[end + 1]
            at = end
        at += 1


def _before_gaps(text: str) -> list[_Position]:
    """`发布时间 2023-05-09 来源 云溪日报`: the line begins with a label, and each has a value behind its gap."""
    parts = list(re.finditer(rf"[^\s{INLINE_BOUNDARY}]+", text))
    found: list[_Position] = []
    at = 0
    while at < len(parts):
        key, best = "", -1
        for end in range(at, min(at + 6, len(parts))):
            key += label_key(parts[end].group())
            if key not in _LABEL_PREFIXES:
                break
            if FIELD_OF_LABEL.get(key) and (found or key not in AMBIGUOUS_LABELS):
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
