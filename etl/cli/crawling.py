"""`gongkai crawl`, `gongkai recheck` and `gongkai report`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from etl import event_loop
from etl.archive.crawls.reports import Report, explained, last_reports
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.unfinished import unfinished_reports
from etl.archive.storage.archive import open_archive, open_database
from etl.catalog.load import find_source
from etl.cli.console import output, print_json, shown_progress, table
from etl.errors import GongkaiError
from etl.pipeline.crawl import crawl, recheck
from etl.pipeline.stages.listing import preview
from etl.pipeline.stages.reconciling import raise_if_red
from etl.reasons import Reason
from etl.settings import settings
from etl.sources.schema import Source

app = typer.Typer()
COLUMNS = (
    "source",
    "kind",
    "listed",
    "stored",
    "unchanged",
    "failed",
    "excluded",
    "records",
    "duplicates",
    "seconds",
    "state",
)


Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="Processes that read pages. Default: as many as there are cores.")
]


@app.command("crawl")
def crawl_command(
    source: Annotated[str, typer.Argument(help="Id of a source, or a source file.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many documents.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read every list to its end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List only; store nothing.")] = False,
    workers: Workers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Crawl one source in this process, without Airflow. If interrupted, the next crawl completes it."""
    chosen = find_source(source, settings().source_folders)
    options = CrawlOptions(full, limit, dry_run)
    if dry_run:
        return _preview(chosen, options, as_json)
    _run(crawl, chosen, options, workers, as_json)


@app.command("recheck")
def recheck_command(
    source: Annotated[str, typer.Argument(help="Id of a source, or a source file.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Check at most this many documents.")] = None,
    workers: Workers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Re-fetch known documents that are due; detect changes, removals and returns."""
    _run(recheck, find_source(source, settings().source_folders), CrawlOptions(limit=limit), workers, as_json)


def _run(
    work: Callable[..., Report], source: Source, options: CrawlOptions, workers: int | None, as_json: bool
) -> None:
    archive = open_archive(settings())
    chosen = settings() if workers is None else settings().model_copy(update={"workers": workers})
    with shown_progress() as progress:
        key = f"cli:{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        report = work(archive, source, key, options, chosen, progress)
    if as_json:
        print_json(explained(asdict(report)))
    else:
        _print_reports([explained(asdict(report))])
    raise_if_red(report)


def _preview(source: Source, options: CrawlOptions, as_json: bool) -> None:
    listing, known = event_loop.run(preview(open_database(settings()), source, options, settings().user_agent))
    new = [url for url, is_known in known.items() if not is_known]
    if as_json:
        print_json({"source": source.id, "listed": len(known), "new": new, "walk": asdict(listing)})
    else:
        rows = [(item.column, item.listed, item.told_total or "—", item.told_pages or "—") for item in listing.columns]
        table(("list", "listed", "reported", "reported pages"), rows)
        output.print(f"{source.id}: {len(known)} documents listed, {len(new)} of them new; nothing was stored")
    if listing.lost:
        url, reason = listing.lost[0]
        raise GongkaiError(f"{len(listing.lost)} listing pages could not be read, the first: {url} ({reason})")


@app.command("report")
def report_command(
    source: Annotated[str | None, typer.Argument(help="Id of a source. Default: all sources.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the last finished run of each source, and all runs that have not ended."""
    engine = open_database(settings()).engine
    reports = [*last_reports(engine, source), *unfinished_reports(engine, source)]
    if source and not reports:
        raise GongkaiError(f"no run of source {source!r}", hint="run `gongkai crawl SOURCE`, or start its DAG")
    if as_json:
        print_json(reports)
    else:
        _print_reports(reports)


def _print_reports(reports: list[dict[str, Any]]) -> None:
    table(COLUMNS, [[report[name] for name in COLUMNS] for report in reports])
    for report in reports:
        if report["state"] == "running":
            run = f"{report['source']}: run {report['run']} ({report['kind']} {report['key']}) has not ended since "
            hint = f"; if nobody works on it, start the same again, or `gongkai runs close {report['run']}`"
            output.print(f"[yellow]{output.plain(run + report['started_at'] + hint)}[/]", soft_wrap=True)
        outcomes = ", ".join(f"{name} {number}" for name, number in report["outcomes"].items())
        output.print(f"[dim]{report['source']}: {outcomes or 'nothing listed'}[/]", soft_wrap=True)
        if lists := [item for item in report["told"] if item["told_total"] is not None]:
            reported, read = sum(item["told_total"] for item in lists), sum(item["lines"] for item in lists)
            output.print(f"[dim]{report['source']}: the site reports {reported} documents, {read} entries were read[/]")
        for colour, name in (("red", "problems"), ("yellow", "warnings")):
            for reason in report[name]:
                words = output.plain(Reason.from_stored(reason).both)
                output.print(f"[{colour}]{report['source']}: {words}[/]", soft_wrap=True)
        if dead := report.get("dead"):
            number, first = report["outcomes"]["dead"], dead[0]
            words = f"{number} dead links (404 or 410 on {first['days']} days), the first {first['url']}"
            output.print(f"[dim]{report['source']}: {output.plain(words)}[/]", soft_wrap=True)
        if report["gaps"]:
            widest = report["gaps"][0]
            where = f"{widest['organisation']}/{widest['year']}: {widest['missing']} serials missing"
            output.print(f"[dim]{report['source']}: gaps in index numbers, widest {where}[/]", soft_wrap=True)
