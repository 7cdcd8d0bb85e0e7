"""Where a crawl's milliseconds go: samples of py-spy, grouped by the module of `etl` that was running.

Only threads that hold the interpreter are sampled: otherwise, on a busy machine, py-spy counts waiting as computing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.pipeline.runs import TOOLS
from bench.pipeline.stages import stage_table

RATE = 100
"""Samples a second."""
_FRAME = re.compile(r"^(?P<name>.+) \((?P<file>[^()]+?)(?::\d+)?\)$")


def around(samples: Path) -> list[object]:
    """The command that runs another one, all its processes sampled."""
    options = ["--gil", "--subprocesses", "--function", "--rate", RATE, "--format", "raw", "--output", samples]
    return [TOOLS / "py-spy", "record", *options, "--"]


def tables(samples: Iterable[str], pages: int, most: int = 25) -> list[str]:
    """Tables in Markdown, milliseconds a page: the stages; the modules of `etl`, each with all that it calls outside
    `etl`; and the functions that had most of the samples themselves. `samples`: lines `frame;frame;… number`, outermost
    first."""
    samples = list(samples)
    modules, functions, total = Counter[str](), Counter[tuple[str, str]](), 0
    for line in samples:
        stack, _, number = line.rstrip().rpartition(" ")
        frames = [match.group("name", "file") for each in stack.split(";") if (match := _FRAME.match(each))]
        if not frames or not number.isdecimal():
            continue
        total += int(number)
        modules[next((module for _, file in reversed(frames) if (module := _ours(file))), "outside etl")] += int(number)
        name, file = frames[-1]
        functions[name, _ours(file) or _library(file)] += int(number)
    return [
        *stage_table(samples, pages, RATE),
        "",
        *_table("module of `etl`, with the libraries that it calls", modules.most_common(most), total, pages),
        "",
        *_table(
            "function", [(f"`{n}` in {f.strip('<>')}", k) for (n, f), k in functions.most_common(most)], total, pages
        ),
    ]


def _table(head: str, rows: Sequence[tuple[str, int]], total: int, pages: int) -> list[str]:
    shown = [(name, number) for name, number in rows if number > total / 200]
    shown.append(("all others", total - sum(number for _, number in shown)))
    lines = [f"| {name} | {number * 1000 / RATE / pages:.2f} | {number / total:.0%} |" for name, number in shown]
    return [f"| {head} | ms a page | share |", "| --- | --- | --- |", *lines]


def _ours(file: str) -> str:
    """The path of a module of `etl` below the project; empty for another file."""
    match = re.search(r"(?:^|/)(etl/.+\.py)$", file)
    return match[1] if match and "site-packages" not in file else ""


def _library(file: str) -> str:
    return file.rpartition("site-packages/")[2]
