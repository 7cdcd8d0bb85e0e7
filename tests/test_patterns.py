"""No pattern that is searched in texts of others takes more than linear time: each is fed what would make it try again.

A pattern such as `(?:<!--.*?-->\\s*)*<rss` doubles its time with each further comment of a page, and a single page then
stops a crawl. For each pattern of the project texts are built from its own parts: what comes before a repetition, its
body many times, and an end that does not match.
"""

import gc
import importlib
import math
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

import pytest

import etl
from etl.platforms.registry import all_platforms

PAGE, LINE = 20_000, 3_000
"""Characters of a text: a whole page for what searches pages, a long line for everything else."""
OF_PAGES = ("etl.platforms", "etl.web", "etl.fetch")
PREPARED = ("etl.reasons._SENTENCES", "etl.extract.counters.")
"""Patterns whose texts never grow so: sentences that the archive wrote itself; lines whose white space is collapsed."""
LIMIT = 3.0
"""Seconds for one text: linear patterns take milliseconds, those that a long line makes square 0.1 to 0.2 s (five times
that was seen on a busy machine); what doubles never ends."""
SHORTER, REPEATED = 4, 40
"""A text a quarter as long is tried first, if it still has so many repetitions. What takes less than a 64th of the
limit there stays below the limit at full length, for it is at most cubic: one more power takes seconds on a quarter."""
END = "\x00"


def compiled() -> Iterator[tuple[str, "re.Pattern[str]"]]:
    """Every text pattern that a module of the project holds, and those of the families' fingerprints."""
    for module in pkgutil.walk_packages(etl.__path__, "etl."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: dict[str, re.Pattern[str]] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("etl."):
            for attribute, value in vars(module).items():
                for place, each in enumerate(patterns_in(value)):
                    found.setdefault(each.pattern, each)
                    names.setdefault(each.pattern, f"{name}.{attribute}[{place}]")
    for family in all_platforms():
        for sign in family.fingerprints:
            if sign.where == "markup":
                each = re.compile(sign.pattern, re.IGNORECASE | re.DOTALL)
                found.setdefault(each.pattern, each)
                names.setdefault(each.pattern, f"{family.name}: {sign.what}")
    gc.collect()
    return ((names[text], each) for text, each in found.items())


names: dict[str, str] = {}


def patterns_in(value: object) -> Iterator["re.Pattern[str]"]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from patterns_in(each)
    elif isinstance(value, (list, tuple, set, frozenset)) and not isinstance(value, str):
        for each in value:
            yield from patterns_in(each)


def a_text(items: Any) -> str:
    """A short text that the parsed pattern matches, as well as can be told."""
    return "".join(map(piece, items))


def piece(item: tuple[Any, Any]) -> str:
    kind, value = item
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return "x" if value != ord("x") else "y"
    if kind is op.ANY:
        return "x"
    if kind is op.IN:
        return member(value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, _, body = value
        return a_text(body) * max(least, 1)
    if kind is op.SUBPATTERN:
        return a_text(value[3])
    if kind is op.ATOMIC_GROUP:
        return a_text(value)
    if kind is op.BRANCH:
        return a_text(value[1][0])
    return ""


def member(choices: list[tuple[Any, Any]]) -> str:
    if choices[0][0] is op.NEGATE:
        pattern = re.compile("[^" + "".join(map(in_class, choices[1:])) + "]")
        return next(sign for sign in "x <1\n\"'a文\0" if pattern.match(sign)) if choices[1:] else "x"
    kind, value = choices[0]
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    return {op.CATEGORY_DIGIT: "1", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "x"}.get(value, "-")


def in_class(choice: tuple[Any, Any]) -> str:
    kind, value = choice
    if kind is op.LITERAL:
        return re.escape(chr(value))
    if kind is op.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {
        op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_SPACE: r"\S",
        op.CATEGORY_NOT_WORD: r"\W", op.CATEGORY_NOT_DIGIT: r"\D",
    }[value]  # fmt: skip


def pumped(items: Any, before: str = "") -> Iterator[tuple[str, str, bool]]:
    """For each repetition in the parsed pattern: its beginning, its body, which is to follow again and again, and
    whether the last one may be cut short."""
    for kind, value in items:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            _, most, body = value
            if most > 20:
                text = a_text(body) or "x"
                yield before, text, False
                yield "", before[-200:] or text, True
            yield from pumped(body, before)
        elif kind is op.SUBPATTERN:
            yield from pumped(value[3], before)
        elif kind is op.ATOMIC_GROUP:
            yield from pumped(value, before)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from pumped(branch, before)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from pumped(value[1], before)
        before += piece((kind, value))


def a_long_text(before: str, body: str, may_be_cut: bool, length: int) -> str:
    times = length // len(body)
    return before + ((body * (times + 1))[:length] if may_be_cut else body * times) + END


class TooSlowError(Exception):
    """The limit was reached."""


@pytest.fixture(autouse=True)
def _stopped_at_the_limit() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def seconds_of(pattern: "re.Pattern[str]", text: str, limit: float) -> float:
    """CPU seconds that a search through the text takes; infinite if it takes more than the limit."""
    started = time.thread_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)  # which may try again where a search has found something shorter
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except TooSlowError:
        return math.inf
    return time.thread_time() - started


def slow_on(pattern: "re.Pattern[str]", length: int, limit: float = LIMIT) -> str:
    """The beginning of a text on which the search takes longer than the limit; empty if there is none."""
    for parts in dict.fromkeys(pumped(parser.parse(pattern.pattern, pattern.flags))):
        if length >= SHORTER * REPEATED * len(parts[1]):
            quarter = seconds_of(pattern, a_long_text(*parts, length // SHORTER), limit)
            if quarter < limit / SHORTER**3:
                continue
        text = a_long_text(*parts, length)
        if seconds_of(pattern, text, limit) > limit:
            return repr(text[:80])
    return ""


def test_a_pattern_that_tries_again_is_caught() -> None:
    assert slow_on(re.compile(r"\A\s*(?:<!--.*?-->\s*)*<rss", re.DOTALL), LINE, 0.1)
    assert slow_on(re.compile(r"x.*y.*z", re.DOTALL), 10 * PAGE, 0.1)
    assert not slow_on(re.compile(r"<!--(?:(?!<!--).)*+-->", re.DOTALL), PAGE)


def test_no_pattern_takes_long_on_what_makes_it_try_again() -> None:
    slow = {}
    for name, pattern in compiled():
        if name.startswith(PREPARED):
            continue
        if text := slow_on(pattern, PAGE if name.startswith(OF_PAGES) or ": " in name else LINE):
            slow[name] = text
    assert slow == {}
