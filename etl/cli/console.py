"""Output of all commands: results go to standard output, progress and errors to standard error."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from etl.progress import Progress, ProgressCallback
from etl.reasons import Reason

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
"""The option of commands whose result can be read by programs."""
_MAX_NAME_CHARS = 40
"""Longest name in the first column that is not wrapped: an id or a word. A path may be longer."""


class _Console(Console):
    @staticmethod
    def plain(text: str) -> str:
        """The text with its markup escaped."""
        return escape(text)


# Output to a program or a file is not cut to the width of a terminal, and has no colours; nor if NO_COLOR is set. Only
# text whose colour has a meaning is coloured, so numbers are not.
output = _Console(highlight=False, width=None if sys.stdout.isatty() else 200)
errors = _Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)

STATE_COLOURS = {"green": "green", "amber": "yellow", "red": "red", "running": "yellow", "good": "green"}


def state_cell(state: str) -> Text:
    """The state of a run or of a check, as a cell in its colour."""
    return Text(state, style=STATE_COLOURS.get(state, ""))


def print_json(value: Any) -> None:
    """Print one JSON document to standard output, for programs."""
    output.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def in_words(reason: Any) -> str:
    """A stored reason in the language of the terminal: Chinese if its locale is Chinese, else English."""
    return Reason.from_stored(reason).sentence("chinese" if _is_chinese() else "english")


def one_of(both: tuple[str, str]) -> str:
    """The one of a (Chinese, English) pair of texts that is in the language of the terminal."""
    return both[0 if _is_chinese() else 1]


def _is_chinese() -> bool:
    chosen = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return chosen.startswith("zh")


def heading(text: str) -> None:
    """Print a heading on one line of any length; a rule of rich would cut it to the terminal's width."""
    output.print(f"[bold]── {escape(text)}[/]", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", to: Console = output) -> None:
    """Print a table, by default to standard output. Columns of numbers are right-aligned; headers break between words
    only."""
    cells = [[cell if isinstance(cell, Text) else Text(str(cell)) for cell in row] for row in rows]
    heads = [max((cell_len(word) for word in name.split()), default=0) for name in columns]
    numeric = [bool(rows) and all(isinstance(row[place], int | float) for row in rows) for place in range(len(columns))]
    longest = max((cell.cell_len for cell in (row[0] for row in cells)), default=0)
    least = [
        max([head, *(row[place].cell_len for row in cells)]) if numeric[place] else head
        for place, head in enumerate(heads)
    ]
    # With many columns, the gaps are narrower. The first column, a name, is wrapped only if it must be.
    gap = 2 if longest + sum(least[1:]) + 2 * (len(columns) - 1) <= to.width else 1
    whole = longest <= _MAX_NAME_CHARS and longest + sum(least[1:]) + gap * (len(columns) - 1) <= to.width
    grid = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, gap, 0, 0)
    )
    for place, name in enumerate(columns):
        grid.add_column(
            name,
            justify="right" if numeric[place] else "left",
            overflow="fold",
            no_wrap=place == 0 and whole,
            min_width=least[place],
        )
    for row in cells:
        grid.add_row(*row)
    to.print(grid)


def progress_bars() -> Bars:
    """A progress display on standard error: task, bar, count, total, time. Disabled if standard error is no
    terminal."""
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )


@contextmanager
def shown_progress(title: str = "") -> Iterator[ProgressCallback]:
    """A callback that shows a bar for each stage, from its first report on; `title` replaces the name of the stage."""
    with progress_bars() as bars:
        tasks: dict[str, TaskID] = {}

        def show(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bars.add_task(title or progress.stage, total=None)
            bars.update(tasks[progress.stage], completed=progress.done, total=progress.total)

        yield show
