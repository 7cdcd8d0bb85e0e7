"""`gongkai export` and `gongkai cite`."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.queries.citation import MOUNT, cite
from etl.archive.queries.search import InvalidFilter, RecordFilter, parse_filter
from etl.archive.storage.archive import open_archive, open_database
from etl.archive.storage.blobs import UnreadableItem
from etl.archive.storage.lookups import snapshot
from etl.cli.console import errors, output, print_json, progress
from etl.export.exporting import STANDARD_OUTPUT, WITH_PERMALINKS, DamagedExport, ExportRequest, Format, export
from etl.export.rows import record_row
from etl.settings import settings

app = typer.Typer()
_STATES = ("all", "current", "removed")
_BASE_HELP = "Address of the archive browser, for permalinks; else GONGKAI_PUBLIC_URL."
_EXPECTED = {
    "from": "no date; write it as 2025-01-31",
    "to": "no date; write it as 2025-01-31",
    "changed_since": "no time; write it as 2025-01-31 or 2025-01-31T08:00Z",
    "state": f"no state; one of {', '.join(_STATES)}",
}


def _filter(**given: str | None) -> RecordFilter:
    """The filter of the options, which read as the browser's addresses do."""
    try:
        return parse_filter(given)
    except InvalidFilter as error:
        option = f"--{error.name.replace('_', '-')}"
        raise typer.BadParameter(f"{given[error.name]!r} is {_EXPECTED[error.name]}", param_hint=option) from error


def _base_address(base: str | None) -> str:
    """Where readers reach the browser: as given, else as the settings know it. Without either links lead nowhere."""
    known = base or settings().public_url
    if known is None:
        errors.print(
            f"permalinks begin with {MOUNT} alone: set GONGKAI_PUBLIC_URL, or give --base, so that they lead somewhere",
            soft_wrap=True,
        )
    return known or MOUNT


@app.command("export")
def export_command(
    format: Annotated[Format, typer.Option("--format", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, a folder for txt, `-` for standard output.")],
    query: Annotated[str, typer.Option("--query", help="Words that title, 文号 or 索引号 hold; or a short id.")] = "",
    source: Annotated[str, typer.Option(help="Id of a source.")] = "",
    publisher: Annotated[str, typer.Option(help="Words of the publisher's name.")] = "",
    published_from: Annotated[str, typer.Option("--from", help="First day of publication.")] = "",
    published_to: Annotated[str, typer.Option("--to", help="Last day of publication.")] = "",
    changed_since: Annotated[str, typer.Option(help="Only records that changed then or later.")] = "",
    state: Annotated[str, typer.Option(help="`all`, `current` or `removed` records.")] = "all",
    all_captures: Annotated[
        bool, typer.Option("--all-captures", help="Every capture of the pages (warc, wacz), not only the current ones.")
    ] = False,
    versions: Annotated[
        bool, typer.Option("--versions", help="Every version of the records (jsonl, csv, parquet).")
    ] = False,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave captures out whose bytes are damaged (warc, wacz).")
    ] = False,
    base: Annotated[str | None, typer.Option(help=_BASE_HELP)] = None,
) -> None:
    """Write records, or the pages they were read from, in a form that other tools open."""
    dates = {"from": published_from, "to": published_to, "changed_since": changed_since}
    asked = _filter(q=query, source=source, publisher=publisher, state=state, **dates)
    address = _base_address(base) if format in WITH_PERMALINKS else MOUNT
    archive = open_archive(settings()) if format.has_bytes else open_database(settings())
    with progress() as bar:
        task = bar.add_task(f"{format} {out}", total=None)

        def tell(more: int, total: int) -> None:
            bar.update(task, advance=more, total=total)

        try:
            done = export(
                archive, ExportRequest(format, out, asked, all_captures, versions, address, skip_damaged), tell
            )
        except DamagedExport as error:
            _print_damaged(error.lost)
            raise
    _print_damaged(done.damaged)
    where = "standard output" if out == STANDARD_OUTPUT else out
    errors.print(f"{where}: {_summary(format, done.written, done.repeated, done.left_out)}", soft_wrap=True)


def _print_damaged(damaged: Iterable[UnreadableItem]) -> None:
    """A line for each blob that is damaged."""
    for each in damaged:
        errors.print(f"[red]{errors.plain(str(each))}[/]", soft_wrap=True)


def _summary(format: Format, written: int, repeated: int, left_out: int) -> str:
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
    base: Annotated[str | None, typer.Option(help=_BASE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the citation of a record (GB/T 7714-2025) with the permalink of its version."""
    with snapshot(open_database(settings())) as connection:
        citation = cite(record_row(connection, record, version), _base_address(base))
    if as_json:
        print_json(asdict(citation))
    else:
        output.print(output.plain(citation.text), soft_wrap=True, highlight=False)
