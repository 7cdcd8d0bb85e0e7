"""What was read in a page, as `gongkai extract` shows it to a person."""

from collections.abc import Iterator
from dataclasses import asdict

from rich.table import Table

from etl.cli.console import heading, output
from etl.extract import Extraction, FieldValue, IndexNumber, content_hash
from etl.fields import FIELDS

_COLOURS = {"header": "green", "subheading": "cyan", "json": "blue", "title": "yellow", "body": "yellow", "meta": "dim"}
_NAME_WIDTH, _VALUE_WIDTH, _MAX_SIDE_WIDTH = 19, 21, 14
"""Columns of a terminal of 80: a field's longest name, a value at least, what stands beside it at most."""
_FIRST_FIELDS = ("title", "index_number", "publisher", "document_number", "written_date", "published_date", "source")


def show_page(page: str, rules: str, found: Extraction) -> None:
    """The kind of page, each field with the evidence that it stands on and what else was seen of it, files, text."""
    heading(page)
    flags = ", ".join(found.flags)
    output.print(f"[bold]{found.kind}[/] {output.plain(found.reason)} · {found.charset} · {output.plain(flags)}")
    output.print(f"[dim]read {output.plain(rules)}[/]", soft_wrap=True)
    grid = _grid()
    for name in sorted(
        found.fields, key=lambda name: (_FIRST_FIELDS.index(name) if name in _FIRST_FIELDS else 99, name)
    ):
        chosen = found.fields[name]
        grid.add_row(f"{FIELDS[name].chinese} [bold]{name}[/]", *_cells(chosen))
        for other in _other_evidence(found, chosen):
            grid.add_row("", *_cells(other), style="dim")
    output.print(grid)
    if found.index:
        output.print(f"[bold]index number[/] {output.plain(_index_parts(found.index))}")
    for file in found.attachments:
        output.print(f"[blue]{file.role}[/] {output.plain(file.name)} {output.plain(file.url)}", soft_wrap=True)
    output.print(f"[dim]{content_hash(found.text).short_id} · {len(found.text)} characters[/]")
    output.print(output.plain(found.text), soft_wrap=True, highlight=False)


def _grid() -> Table:
    """Nothing in it is cut: what does not fit goes on in the next line, most room being the value's."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("field", overflow="fold", min_width=_NAME_WIDTH)
    grid.add_column("value", overflow="fold", min_width=_VALUE_WIDTH)
    grid.add_column("from", overflow="fold", max_width=_MAX_SIDE_WIDTH)
    grid.add_column("sure", overflow="fold", no_wrap=True, justify="right")
    grid.add_column("read as", overflow="fold", max_width=_MAX_SIDE_WIDTH)
    return grid


def _cells(item: FieldValue) -> Iterator[str]:
    shown = "" if item.raw == item.value else f" [dim]← {output.plain(item.raw)}[/]"
    yield output.plain(item.value) + shown
    yield f"[{_COLOURS.get(item.origin, 'white')}]{item.origin}[/] {output.plain(item.label)}"
    yield f"{item.confidence:.0%}"
    yield output.plain(item.rule)


def _other_evidence(found: Extraction, chosen: FieldValue) -> Iterator[FieldValue]:
    """Evidence that says something else than the chosen one, each value once."""
    seen = {chosen.value}
    for item in found.evidence:
        if item.name == chosen.name and item.value not in seen:
            seen.add(item.value)
            yield item


def _index_parts(index: IndexNumber) -> str:
    parts = {name: value for name, value in asdict(index).items() if name != "raw" and value}
    return " · ".join(f"{name} {', '.join(v) if isinstance(v, tuple) else v}" for name, v in parts.items())
