"""`gongkai export` and `gongkai cite`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.queries.citation import MOUNT, cite
from etl.archive.queries.search import FACETS, InvalidFilter, RecordFilter, parse_filter
from etl.archive.queries.words import MAX_WORDS
from etl.archive.records.search_index import missing_entries
from etl.archive.storage.archive import Database, open_archive, open_database
from etl.archive.storage.blobs import UnreadableItem
from etl.archive.storage.lookups import snapshot
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, errors, output, print_json, shown_progress
from etl.counting import counted
from etl.errors import GongkaiError
from etl.export.exporting import (
    STANDARD_OUTPUT,
    WITH_PERMALINKS,
    DamagedExport,
    ExportRequest,
    ExportResult,
    Format,
    export,
)
from etl.export.rows import record_row
from etl.export.wacz_signing import signer_of
from etl.settings import settings

app = typer.Typer()
_STATES = ("all", "current", "removed")
_BASE_HELP = "Address of the archive browser, for permalinks. Default: GONGKAI_PUBLIC_URL."
_EXPECTED = {
    "from": "not a date; write it as 2025-01-31",
    "to": "not a date; write it as 2025-01-31",
    "changed_since": "not a time; write it as 2025-01-31 or 2025-01-31T08:00Z",
    "range": "after --to: the first day comes before the last",
    "year": "not a year; write 年:2024 or 年:2020-2024",
    "years": "no range: its first year comes after its last",
    "state_in_words": "not a state; write 状态:仍在 or 状态:已撤下",
    "many_words": f"more than {MAX_WORDS} words; leave some out",
    "only": f"not a facet; write one of {', '.join(FACETS)} before the colon, as in year:2024",
    "state": f"not a state; use one of {', '.join(_STATES)}",
}


_OPTIONS = {"range": "from", **dict.fromkeys(("q", "year", "years", "state_in_words", "many_words"), "query")}
"""Parameter → name of its option, where they differ."""


def _filter(only: Sequence[str], without: Sequence[str], **options: str | None) -> RecordFilter:
    """The filter that the options describe, parsed in the same way as URL parameters of the browser."""
    try:
        return parse_filter(options, only, without)
    except InvalidFilter as error:
        option = f"--{_OPTIONS.get(error.name, error.name).replace('_', '-')}"
        raise typer.BadParameter(f"{error.value!r} is {_EXPECTED[error.name]}", param_hint=option) from error


def _warn_of_missing_entries(archive: Database, record_filter: RecordFilter) -> None:
    """If the filter has words or facets, warns that some records are not searched yet."""
    if record_filter.words or record_filter.only or record_filter.without:
        with snapshot(archive) as connection:
            missing = missing_entries(connection)
        if missing:
            errors.print(
                f"not searched yet, nor exported: {counted(missing, 'record')}; run `gongkai index`", soft_wrap=True
            )


def _base_address(base: str | None) -> str:
    """The address of the browser: `base`, else the setting. Without either, warns that permalinks will not work."""
    address = base or settings().public_url
    if address is None:
        errors.print(
            f"permalinks begin with {MOUNT} only: set GONGKAI_PUBLIC_URL or give --base to make them work",
            soft_wrap=True,
        )
    return address or MOUNT


@app.command("export")
def export_command(
    format: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help=f"Format to write: {', '.join(Format)}.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="File to write; a folder for txt and bagit; `-` for standard output.")
    ],
    query: Annotated[str, typer.Option("--query", help="Words, as the browser searches; or a content id.")] = "",
    source: Annotated[str, typer.Option(help="Id of a source.", autocompletion=source_ids)] = "",
    publisher: Annotated[str, typer.Option(help="Words in the publisher's name.")] = "",
    published_from: Annotated[str, typer.Option("--from", help="First day of publication.")] = "",
    published_to: Annotated[str, typer.Option("--to", help="Last day of publication.")] = "",
    changed_since: Annotated[str, typer.Option(help="Only records that changed then or later.")] = "",
    state: Annotated[str, typer.Option(help="`all`, `current` or `removed` records.")] = "all",
    only: Annotated[list[str], typer.Option(help="Only records with this facet, as in year:2024.")] = [],  # noqa: B006
    without: Annotated[list[str], typer.Option(help="Only records without this facet.")] = [],  # noqa: B006
    all_captures: Annotated[
        bool,
        typer.Option(
            "--all-captures", help="Every capture of the pages (warc, wacz, bagit), not only the current ones."
        ),
    ] = False,
    versions: Annotated[
        bool, typer.Option("--versions", help="Every version of the records (jsonl, csv, xlsx, parquet).")
    ] = False,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave out captures whose bytes are damaged (warc, wacz, bagit).")
    ] = False,
    base: Annotated[str | None, typer.Option(help=_BASE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the closing line as JSON, to standard error.")] = False,
) -> None:
    """Export records, or the captures of their pages, in a format that other tools open."""
    _check_ending(format, out)
    dates = {"from": published_from, "to": published_to, "changed_since": changed_since}
    record_filter = _filter(only, without, q=query, source=source, publisher=publisher, state=state, **dates)
    address = _base_address(base) if format in WITH_PERMALINKS else MOUNT
    archive = open_archive(settings()) if format.has_bytes else open_database(settings())
    _warn_of_missing_entries(archive, record_filter)
    with shown_progress(f"{format} {out}") as progress:
        try:
            signer = signer_of(settings()) if format is Format.WACZ else None
            request = ExportRequest(format, out, record_filter, all_captures, versions, address, skip_damaged, signer)
            result = export(archive, request, progress)
        except DamagedExport as error:
            _print_damaged(error.lost)
            raise
    _print_damaged(result.damaged)
    if as_json:  # standard output may be the export itself
        numbers = {name: getattr(result, name) for name in ("written", "repeated", "resources", "left_out")}
        damaged = [str(item) for item in result.damaged]
        errors.file.write(json.dumps({"format": format, "out": str(out), **numbers, "damaged": damaged}) + "\n")
        return
    target = "standard output" if out == STANDARD_OUTPUT else out
    errors.print(f"{target}: {_summary(format, result)}", soft_wrap=True)


def _check_ending(format: Format, out: Path) -> None:
    """Refuses a file name whose ending is that of another format."""
    ending = out.name.removesuffix(".gz").rpartition(".")[2].lower()
    if ending != format and ending in list(Format):
        raise GongkaiError(
            f"{out} ends in {ending}, but --format is {format}", hint=f"give --format {ending}, or another file name"
        )


def _print_damaged(damaged: Iterable[UnreadableItem]) -> None:
    for item in damaged:
        errors.print(f"[red]{errors.plain(str(item))}[/]", soft_wrap=True)


def _summary(format: Format, result: ExportResult) -> str:
    if format.has_bytes:
        left_out = f"; left out, without bytes: {counted(result.left_out, 'capture')}" if result.left_out else ""
        resources = f", {counted(result.resources, 'file')} that pages are shown with" if result.resources else ""
        repeated = f"{result.repeated} of them with the bytes of another"
        return f"{counted(result.written, 'capture')}, {repeated}{resources}{left_out}"
    if format is Format.TXT:
        left_out = f"; left out, without text: {counted(result.left_out, 'record')}" if result.left_out else ""
        return f"{counted(result.written, 'text')}{left_out}"
    return counted(result.written, "row")


@app.command("cite")
def cite_command(
    record: Annotated[int, typer.Argument(help="Number of a record.")],
    version: Annotated[int | None, typer.Option(min=1, help="One of its versions. Default: the current one.")] = None,
    base: Annotated[str | None, typer.Option(help=_BASE_HELP)] = None,
    as_json: AsJson = False,
) -> None:
    """Print the citation of a record (GB/T 7714-2025) with the permalink of its version."""
    with snapshot(open_database(settings())) as connection:
        citation = cite(record_row(connection, record, version), _base_address(base))
    if as_json:
        print_json(asdict(citation))
    else:
        output.print(output.plain(citation.text), soft_wrap=True)
