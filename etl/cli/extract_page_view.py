"""Output of `gongkai extract` for a page."""

from collections.abc import Iterator
from dataclasses import asdict

from rich.table import Table

from etl.cli.console import heading, output
from etl.counting import counted
from etl.extract import Extraction, FieldValue, IndexNumber, content_hash
from etl.extract.codes import flag_names
from etl.fields import FIELDS
from etl.reasons import english

_COLOURS = {"header": "green", "subheading": "cyan", "json": "blue", "title": "yellow", "body": "yellow", "meta": "dim"}
_NAME_WIDTH, _VALUE_WIDTH, _MAX_SIDE_WIDTH = 19, 21, 14
"""In characters, for a terminal with 80 columns: width of field names, minimum width of values, maximum width of
origins and rules."""


def show_page(page: str, rules: str, extraction: Extraction) -> None:
    """Print the kind of page, each field with its evidence and the values that were not chosen, attachments, text."""
    heading(page)
    flags = ", ".join((flag_names(flag) or (flag, flag))[1] for flag in extraction.flags)
    why = output.plain(english(extraction.reason))
    output.print(f"[bold]{extraction.kind}[/] {why} · {extraction.charset} · {output.plain(flags)}")
    output.print(f"[dim]read {output.plain(rules)}[/]", soft_wrap=True)
    grid = _grid()
    for name in filter(extraction.fields.__contains__, FIELDS):
        chosen = extraction.fields[name]
        grid.add_row(f"{FIELDS[name].chinese} [bold]{name}[/]", *_cells(chosen))
        for other in _other_evidence(extraction, chosen):
            grid.add_row("", *_cells(other), style="dim")
    output.print(grid)
    if extraction.index:
        output.print(f"[bold]index number[/] {output.plain(_index_parts(extraction.index))}")
    for file in extraction.attachments:
        output.print(f"[blue]{file.role}[/] {output.plain(file.name)} {output.plain(file.url)}", soft_wrap=True)
    output.print(f"[dim]{content_hash(extraction.text).short_id} · {counted(len(extraction.text), 'character')}[/]")
    output.print(output.plain(extraction.text), soft_wrap=True)


def _grid() -> Table:
    """A table that wraps long cells instead of cutting them; most of the space is for the value."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("field", overflow="fold", min_width=_NAME_WIDTH)
    grid.add_column("value", overflow="fold", min_width=_VALUE_WIDTH)
    grid.add_column("from", overflow="fold", max_width=_MAX_SIDE_WIDTH)
    grid.add_column("rule", overflow="fold", max_width=_MAX_SIDE_WIDTH)
    return grid


def _cells(item: FieldValue) -> Iterator[str]:
    raw = "" if item.raw == item.value else f" [dim]← {output.plain(item.raw)}[/]"
    yield output.plain(item.value) + raw
    yield f"[{_COLOURS.get(item.origin, 'white')}]{item.origin}[/] {output.plain(item.label)}"
    yield output.plain(item.rule.english)


def _other_evidence(extraction: Extraction, chosen: FieldValue) -> Iterator[FieldValue]:
    """Evidence for other values than the chosen one, each value once."""
    seen = {chosen.value}
    for item in extraction.evidence:
        if item.name == chosen.name and item.value not in seen:
            seen.add(item.value)
            yield item


def _index_parts(index: IndexNumber) -> str:
    parts = {name: value for name, value in asdict(index).items() if name != "raw" and value}
    return " · ".join(f"{name} {', '.join(v) if isinstance(v, tuple) else v}" for name, v in parts.items())
