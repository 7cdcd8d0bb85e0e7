"""`gongkai inspect`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.storage.archive import open_archive
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, output, print_json, shown_progress, table
from etl.counting import counted
from etl.errors import GongkaiError
from etl.export.output import atomic_file
from etl.inspection.inspecting import Inspection, inspect
from etl.inspection.page import page
from etl.settings import settings

app = typer.Typer()


@app.command("inspect")
def inspect_command(
    source: Annotated[str | None, typer.Option(help="Only records of this source.", autocompletion=source_ids)] = None,
    read: Annotated[bool, typer.Option("--read", help="Read and hash all bytes now, and scan them by clamd.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Also write the report as a page, FILE.html.")] = None,
    as_json: AsJson = False,
) -> None:
    """Inspect records: authenticity, integrity, usability, safety (四性检测). Exits with 1 if there is a fault."""
    with shown_progress() as progress:
        report = inspect(open_archive(settings()), settings(), source, read=read, progress=progress)
    if out:
        with atomic_file(out) as file:
            file.write(page(report).encode())
    if as_json:
        print_json(asdict(report))
    else:
        _show(report)
    if report.faults:
        raise GongkaiError(
            f"{counted(report.faults, 'check')} found a fault", hint="docs/inspection.md says what to do"
        )


def _show(report: Inspection) -> None:
    rows = [
        (
            result.property,
            result.english,
            "–" if result.inspected is None else str(result.inspected),
            str(result.failed),
            _word(result.inspected, result.failed, result.weight, result.note),
        )
        for result in report.results
    ]
    table(["property", "check", "inspected", "failed", "result"], rows)
    for result in report.results:
        for item in result.first:
            output.print(output.plain(f"{result.weight} {result.name}: {item.subject}: {item.why}"), soft_wrap=True)


def _word(inspected: int | None, failed: int, weight: str, note: str) -> str:
    if inspected is None:
        return f"not inspected ({note})"
    return weight if failed else "passed"
