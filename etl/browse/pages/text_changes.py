"""Compares two texts line by line. Differences only in counters, white space or order are listed separately."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Literal

from etl.browse.pages.line_marks import DiffLine, marked_line, whole_line
from etl.extract.content_id import normalise
from etl.extract.counters import lines_without_counters

MAX_COMPARED_PAIRS = 30_000_000
"""Maximum number of pairs of characters that are compared to mark words within lines, shared among the changed lines.
This takes 3 s for a text made to be slow, and a hundredth of that for ordinary ones."""
MAX_ALIGNED_PAIRS = 2000
"""Maximum number of pairs of lines in one change that are compared to find which lines correspond: about 20 ms."""
CONTEXT_LINES = 2
"""Unchanged lines shown on each side of a change."""
FEWEST_FOLDED = 4
"""Fewer unchanged lines than this are not folded."""

MinorKind = Literal["counter", "space", "order"]


@dataclass(frozen=True, slots=True)
class Version:
    """A text, and the day in China on which it was captured."""

    text: str
    day: date


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """Consecutive lines, all unchanged (`same`) or all changed. `folded`: unchanged and far from every change.

    `number`: that of the change, from 1; 0 for unchanged lines. Lines with only minor differences count as unchanged:
    they are shown as in the second text, and those that only the first text has are left out.
    """

    same: bool
    folded: bool
    lines: tuple[DiffLine, ...]
    number: int


@dataclass(frozen=True, slots=True)
class MinorChange:
    """Lines that differ only in counters, clocks, white space, line breaks or character width, or that were moved."""

    kind: MinorKind
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextChanges:
    """The differences of two texts, from the first line to the last; and separately, the minor ones."""

    blocks: tuple[DiffBlock, ...]
    minor: tuple[MinorChange, ...]


def text_changes(before: Version, after: Version) -> TextChanges:
    """The differences of two texts; no blocks if there are only minor differences."""
    old, new = _lines(before), _lines(after)
    edits = SequenceMatcher(None, [line.key for line in old], [line.key for line in new]).get_opcodes()
    changed = [(old[a:b], new[c:d]) for tag, a, b, c, d in edits if tag != "equal"]
    moved = _moved(changed)
    minor = list(_passing(changed)) + [MinorChange("order", (old,), (new,)) for old, new in moved.values()]
    steps: list[_Step] = []
    for tag, a, b, c, d in edits:
        if tag == "equal":
            minor += _spaced(old[a:b], new[c:d])
            steps.append(_Step((), new[c:d], same=True))
            continue
        for removed, added, following in _settled(old[a:b], new[c:d], moved.keys()):
            same = _key(removed) == _key(added)
            minor += _spaced([_whole(removed)], [_whole(added)]) if same else []
            steps += [_Step(removed, added, same), _Step((), following, same=True)]
    return TextChanges(tuple(_blocks(steps)), tuple(minor))


def changed_lines(before: Sequence[str], after: Sequence[str], max_pairs: int) -> Iterator[DiffLine]:
    """The lines of a change: similar lines in pairs with marks; or all old lines, then all new ones."""
    pairs = [
        (old, new, marked_line(old, new, max_pairs) if old is not None and new is not None else None)
        for old, new in _aligned(before, after)
    ]
    for alike, group in groupby(pairs, key=lambda pair: pair[2] is not None):
        rows = list(group)
        if alike:
            yield from (line for *_, line in rows if line)
        else:
            yield from (whole_line("removed", old) for old, *_ in rows if old is not None)
            yield from (whole_line("added", new) for _, new, _ in rows if new is not None)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and the key by which it is compared, which is empty for a counter."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class _Step:
    """Differing lines of both texts, or equal lines (of the second text)."""

    removed: Sequence[_Line]
    added: Sequence[_Line]
    same: bool


def _lines(version: Version) -> list[_Line]:
    shown = [line for line in version.text.split("\n") if line.strip()]
    rest = lines_without_counters("\n".join(shown), version.day) if shown else []
    return [_Line(line, normalise(left)) for line, left in zip(shown, rest, strict=True)]


def _key(lines: Iterable[_Line]) -> str:
    return "".join(line.key for line in lines)


def _whole(lines: Sequence[_Line]) -> _Line:
    return _Line("\n".join(line.text for line in lines), _key(lines))


def _moved(changed: Sequence[tuple[Sequence[_Line], Sequence[_Line]]]) -> dict[str, tuple[str, str]]:
    """Moved lines: removed at one place and added as often at another; by key, the line in both texts."""
    gone = Counter(line.key for removed, _ in changed for line in removed if line.key)
    come = Counter(line.key for _, added in changed for line in added if line.key)
    old, new = ({line.key: line.text for change in changed for line in change[side]} for side in (0, 1))
    return {key: (old[key], new[key]) for key, times in gone.items() if come[key] == times}


def _passing(changed: Sequence[tuple[Sequence[_Line], Sequence[_Line]]]) -> Iterator[MinorChange]:
    """Counters that only one of the texts has."""
    for removed, added in changed:
        before, after = (tuple(line.text for line in side if not line.key) for side in (removed, added))
        if before or after:
            yield MinorChange("counter", before, after)


def _spaced(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[MinorChange]:
    """Lines with only minor differences."""
    for one, other in zip(old, new, strict=True):
        if one.text != other.text:
            kind: MinorKind = "space" if normalise(one.text) == normalise(other.text) else "counter"
            yield MinorChange(kind, tuple(one.text.split("\n")), tuple(other.text.split("\n")))


def _settled(
    removed: Sequence[_Line], added: Sequence[_Line], moved: Iterable[str]
) -> Iterator[tuple[Sequence[_Line], Sequence[_Line], Sequence[_Line]]]:
    """A change without counters and moved lines: its remaining removed and added lines, and the unchanged lines after
    them."""
    done = {"", *moved}
    rest = [line for line in removed if line.key not in done]
    waiting: list[_Line] = []
    for settled, group in groupby(added, key=lambda line: line.key in done):
        if not settled:
            waiting = list(group)
            continue
        yield rest, waiting, list(group)
        rest, waiting = [], []
    if rest or waiting:
        yield rest, waiting, []


def _blocks(steps: Sequence[_Step]) -> Iterator[DiffBlock]:
    changes = [step for step in steps if not step.same]
    if not changes:
        return
    pairs = sum(min(len(step.removed), len(step.added)) for step in changes)
    max_pairs, number = MAX_COMPARED_PAIRS // (pairs or 1), 0
    for same, group in groupby(steps, key=lambda step: step.same):
        if same:
            lines = tuple(whole_line("same", line.text) for step in group for line in step.added)
            yield from _same_blocks(lines, is_first=number == 0, is_last=number == len(changes))
            continue
        for step in group:
            number += 1
            old, new = ([line.text for line in side] for side in (step.removed, step.added))
            yield DiffBlock(False, False, tuple(changed_lines(old, new, max_pairs)), number)


def _same_blocks(lines: Sequence[DiffLine], *, is_first: bool, is_last: bool) -> Iterator[DiffBlock]:
    """Unchanged lines; those far from a change are folded."""
    # No context above the first line of the text, and none below its last.
    above, below = 0 if is_first else CONTEXT_LINES, 0 if is_last else CONTEXT_LINES
    end = len(lines) - below
    sections = [(False, lines[:above]), (True, lines[above:end]), (False, lines[end:])]
    if len(lines) < above + below + FEWEST_FOLDED:
        sections = [(False, lines)]
    yield from (DiffBlock(True, folded, tuple(section), 0) for folded, section in sections if section)


def _aligned(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str | None, str | None]]:
    """Pairs of corresponding lines of a change: the pairing with most characters in common."""
    if len(before) == len(after) == 1 or len(before) * len(after) > MAX_ALIGNED_PAIRS:
        return list(zip_longest(before, after))
    bags = [Counter(line) for line in after]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in reversed(range(len(before))):
        bag = Counter(before[i])
        for j in reversed(range(len(after))):
            alike = _alikeness(bag, bags[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike)
    pairs: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        if best[i][j] == best[i + 1][j]:
            pairs.append((before[i], None))
            i += 1
        elif best[i][j] == best[i][j + 1]:
            pairs.append((None, after[j]))
            j += 1
        else:
            pairs.append((before[i], after[j]))
            i, j = i + 1, j + 1
    return [*pairs, *((line, None) for line in before[i:]), *((None, line) for line in after[j:])]


def _alikeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of characters that two lines have in common; 0 where it is small."""
    share = 2 * (one & other).total() / (one.total() + other.total())
    return share if share >= 0.4 else 0.0
