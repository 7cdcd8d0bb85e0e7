"""`gongkai export` and `gongkai cite`."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.archive import open_archive
from etl.archive.citation import MOUNT, cite
from etl.archive.damage import Lost
from etl.archive.finding import Filter, snapshot
from etl.cli.console import errors, output, print_json, progress
from etl.clock import CHINA
from etl.export.exporting import DamagedExport, Export, Format, export
from etl.export.rows import one
from etl.settings import settings

app = typer.Typer()
_STATES: dict[str, Any] = {"all": "", "current": "current", "removed": "removed"}
_LINKS = "Address of the archive browser, for permalinks."


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no date; write it as 2025-01-31") from error


def _moment(value: str) -> datetime:
    """A moment; a day is its beginning in China."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no time; write it as 2025-01-31 or 2025-01-31T08:00Z") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)


def _state(value: str) -> str:
    if value not in _STATES:
        raise typer.BadParameter(f"{value!r} is no state; one of {', '.join(_STATES)}")
    return value


@app.command("export")
def export_command(
    format: Annotated[Format, typer.Option("--format", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, a folder for txt, `-` for standard output.")],
    query: Annotated[str, typer.Option("--query", help="Words that title, 文号 or 索引号 hold; or a short id.")] = "",
    source: Annotated[str, typer.Option(help="Id of a source.")] = "",
    publisher: Annotated[str, typer.Option(help="Words of the publisher's name.")] = "",
    published_from: Annotated[
        date | None, typer.Option("--from", parser=_day, help="First day of publication.")
    ] = None,
    published_to: Annotated[date | None, typer.Option("--to", parser=_day, help="Last day of publication.")] = None,
    changed_since: Annotated[
        datetime | None, typer.Option(parser=_moment, help="Only records that changed then or later.")
    ] = None,
    state: Annotated[str, typer.Option(parser=_state, help="`all`, `current` or `removed` records.")] = "all",
    every: Annotated[
        bool, typer.Option("--all-captures", help="Every capture of the pages (warc, wacz), not only the current ones.")
    ] = False,
    versions: Annotated[
        bool, typer.Option("--versions", help="Every version of the records (jsonl, csv, parquet).")
    ] = False,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave captures out whose bytes are damaged (warc, wacz).")
    ] = False,
    base: Annotated[str, typer.Option(help=_LINKS)] = MOUNT,
) -> None:
    """Write records, or the pages they were read from, in a form that other tools open."""
    asked = Filter(query, source, publisher, published_from, published_to, changed_since, _STATES[state])
    archive = open_archive(settings())
    with progress() as bar:
        task = bar.add_task(f"{format} {out}", total=None)

        def tell(more: int, total: int) -> None:
            bar.update(task, advance=more, total=total)

        try:
            done = export(archive, Export(format, out, asked, every, versions, base, skip_damaged), tell)
        except DamagedExport as error:
            _name(error.lost)
            raise
    _name(done.damaged)
    errors.print(f"{out}: {_told(format, done.written, done.repeated, done.left_out)}", soft_wrap=True)


def _name(damaged: Iterable[Lost]) -> None:
    """A line for each blob that is damaged."""
    for each in damaged:
        errors.print(f"[red]{errors.plain(str(each))}[/]", soft_wrap=True)


def _told(format: Format, written: int, repeated: int, left_out: int) -> str:
    if format in (Format.WARC, Format.WACZ):
        lost = f"; {left_out} left out that have no bytes" if left_out else ""
        return f"{written} captures, {repeated} of them revisits of the same bytes{lost}"
    if format is Format.TXT:
        lost = f"; {left_out} records left out that have no text" if left_out else ""
        return f"{written} texts{lost}"
    return f"{written} rows"


@app.command("cite")
def cite_command(
    record: Annotated[int, typer.Argument(help="Number of a record.")],
    version: Annotated[
        int | None, typer.Option(min=1, help="One of its versions; the current one if left out.")
    ] = None,
    base: Annotated[str, typer.Option(help=_LINKS)] = MOUNT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the citation of a record (GB/T 7714-2015) with the permalink of its version."""
    with snapshot(open_archive(settings())) as connection:
        citation = cite(one(connection, record, version), base)
    if as_json:
        print_json(asdict(citation))
    else:
        output.print(output.plain(citation.text), soft_wrap=True, highlight=False)
