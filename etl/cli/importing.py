"""`gongkai import`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.crawls.reports import Report, explained
from etl.archive.storage.archive import open_archive
from etl.catalog.load import find_source
from etl.cli.completion import source_ids
from etl.cli.console import in_words, output, print_json, shown_progress, table
from etl.cli.reporting import raise_if_red
from etl.pipeline.warc.bags import warcs_of_bag
from etl.pipeline.warc.importing import IMPORTED, import_source, import_warc, scan_warc
from etl.settings import settings

app = typer.Typer()


@app.command("import")
def import_command(
    warcs: Annotated[
        list[Path], typer.Argument(help="WARC files, gzipped or not, WACZ files, or bags with such files.")
    ],
    source: Annotated[
        str, typer.Option(help="Id of the source to store the pages under.", autocompletion=source_ids)
    ] = IMPORTED,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Store the responses and resources of WARC files as captures. Importing a file again changes nothing."""
    warcs = [file for path in warcs for file in (warcs_of_bag(path) if path.is_dir() else [path])]
    counts = {path: scan_warc(path) for path in warcs}
    chosen = import_source() if source == IMPORTED else find_source(source, settings().source_folders)
    archive = open_archive(settings())
    reports = []
    with shown_progress() as progress:
        for path in warcs:
            reports.append(import_warc(archive, path, counts[path], chosen, progress))
    if as_json:
        print_json([explained(asdict(report)) for report in reports])
    else:
        _print_reports(warcs, reports)
    for report in reports:
        raise_if_red(report)


def _print_reports(warcs: Sequence[Path], reports: Sequence[Report]) -> None:
    columns = ("file", "listed", "stored", "unchanged", "failed", "created", "updated", "seconds")
    rows = [
        (path.name, *(getattr(report, name) for name in columns[1:]))
        for path, report in zip(warcs, reports, strict=True)
    ]
    table(columns, rows)
    for report in reports:
        table(("outcome", "pages"), list(report.outcomes.items()))
        for reason in (*report.problems, *report.warnings):
            output.print(f"[yellow]{output.plain(in_words(reason))}[/]", soft_wrap=True)
