"""Printing for all commands: results to standard output, progress and errors to standard error."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from etl.progress import Progress, ProgressCallback

_MAX_NAME_CHARS = 40
"""Longest name in the first column that is kept on one line: an id or a word. A path may be longer."""


class _Console(Console):
    @staticmethod
    def plain(text: str) -> str:
        """The text with its markup escaped."""
        return escape(text)


# Output for a program or a file is not cut to the width of a terminal.
output = _Console() if sys.stdout.isatty() else _Console(width=200)
errors = _Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)


def print_json(value: Any) -> None:
    """Print one JSON document to standard output, for programs."""
    output.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def heading(text: str) -> None:
    """Print a heading on one line of any length; a rule of rich would cut it to the terminal's width."""
    output.print(f"[bold]── {escape(text)}[/]", soft_wrap=True, highlight=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", to: Console = output) -> None:
    """Print a table, by default to standard output. Columns of numbers are right-aligned."""
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for position, name in enumerate(columns):
        number = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
        # Names stay on one line where they are short; a long one must wrap, or it would be cut.
        no_wrap = position == 0 and all(len(str(row[0])) <= _MAX_NAME_CHARS for row in rows)
        grid.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=no_wrap)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    to.print(grid)


def progress_bars() -> Bars:
    """A progress display on standard error: task, bar, count, total, time. Disabled where that is no terminal."""
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
