"""`gongkai crawl` and `gongkai recheck`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from etl import event_loop
from etl.archive.crawls.reports import Report, explained
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import open_archive, open_database
from etl.catalog.load import find_source
from etl.cli.completion import source_ids
from etl.cli.console import output, print_json, shown_progress, table
from etl.cli.reporting import print_reports, raise_if_red
from etl.counting import counted
from etl.errors import GongkaiError
from etl.pipeline.crawl import crawl, recheck
from etl.pipeline.stages.listing import preview
from etl.settings import settings
from etl.sources.schema import Source

app = typer.Typer()
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Processes that read pages. Default: one per core.")]


SourceArgument = Annotated[str, typer.Argument(help="Id of a source, or a source file.", autocompletion=source_ids)]


@app.command("crawl")
def crawl_command(
    source: SourceArgument,
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
    source: SourceArgument,
    limit: Annotated[int | None, typer.Option(min=1, help="Check at most this many documents.")] = None,
    url: Annotated[str | None, typer.Option(help="Re-fetch only the document at this address, due or not.")] = None,
    workers: Workers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Re-fetch known documents that are due; detect changes, removals and returns."""
    options = CrawlOptions(limit=limit) if url is None else CrawlOptions.of_document(url)
    _run(recheck, find_source(source, settings().source_folders), options, workers, as_json)


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
        print_reports([explained(asdict(report))])
    raise_if_red(report)


def _preview(source: Source, options: CrawlOptions, as_json: bool) -> None:
    listing, known = event_loop.run(preview(open_database(settings()), source, options, settings().user_agent))
    new = [url for url, is_known in known.items() if not is_known]
    if as_json:
        counts = {"source": source.id, "listed": len(known), "new": new, "limit": options.limit}
        print_json(counts | {"walk": asdict(listing)})
    else:
        rows = [(item.column, item.listed, item.told_total or "—", item.told_pages or "—") for item in listing.columns]
        table(("list", "listed", "reported", "reported pages"), rows)
        listed = f"{counted(len(known), 'document')} listed, {len(new)} of them new"
        most = f"; with --limit {options.limit} a crawl fetches no more than that" if options.limit else ""
        output.print(f"{source.id}: {listed}; nothing was stored{most}", soft_wrap=True)
    if listing.lost:
        url, reason = listing.lost[0]
        raise GongkaiError(
            f"could not be read: {counted(len(listing.lost), 'listing page')}, the first {url} ({reason})"
        )
