"""What every command prints with: results to standard output, progress and errors to standard error."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

_MAX_NAME_CHARS = 40
"""Characters of a name at the beginning of a row, an id or a word; a path may have more."""


class _Console(Console):
    @staticmethod
    def plain(text: str) -> str:
        """The text with nothing in it read as markup."""
        return escape(text)


# What is read by a program or a file is not cut to the width of a terminal that is not there.
output = _Console() if sys.stdout.isatty() else _Console(width=200)
errors = _Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)


def print_json(value: Any) -> None:
    """One JSON document on standard output, for programs."""
    output.file.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def heading(text: str) -> None:
    """A line above what follows, whole however long it is: a rule would cut it to the terminal's width."""
    output.print(f"[bold]── {escape(text)}[/]", soft_wrap=True, highlight=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", to: Console = output) -> None:
    """A table, on standard output if nothing else is said; whatever is a number stands to the right."""
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for position, name in enumerate(columns):
        number = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
        # A name stays in one line, if it can: what may not wrap is cut where it does not fit.
        whole = position == 0 and all(len(str(row[0])) <= _MAX_NAME_CHARS for row in rows)
        grid.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    to.print(grid)


def progress() -> Progress:
    """A progress display on standard error: what, a bar, how many of how many, how long; none where no terminal is."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )
