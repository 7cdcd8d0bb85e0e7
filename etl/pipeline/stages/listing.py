"""Stage one: walk the catalog, newest entries first, and store what it lists."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.pages import listed_pages, upsert_listed_pages, upsert_page
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, ListingSummary, PageAttempt, RunContext
from etl.archive.crawls.runs import save_listing_summary
from etl.archive.crawls.walks import KnownList, known_list, last_full_walk, last_walk_was_complete
from etl.archive.storage.archive import Archive, Database
from etl.archive.storage.log_registry import chain_logs
from etl.fetch.client import fetcher
from etl.pipeline.stages.catalog_walk import CatalogWalk, request_key
from etl.platforms.base import Entry, ListingRequest
from etl.progress import ProgressCallback, no_progress
from etl.sources.schema import Source
from etl.web.urls import Address


async def list_catalog(
    archive: Archive, run: RunContext, user_agent: str, progress: ProgressCallback = no_progress
) -> ListingSummary:
    """Walks every list of the run's source and stores the listing pages and the listed documents.

    A list's walk ends at its last page, at the run's limit, or where all is known (`CatalogWalk`). The last applies
    only if no full walk is requested or due, and the walk before this one was complete. A listing page that cannot be
    read is named in the summary, and the walk continues with other pages. What an attempt that died has logged of
    this run's listing pages is written first; they are asked for again, as they may have changed.
    """
    recover_unindexed_logs(archive, run.batch("listing"))
    full = run.options.full or _full_walk_is_due(archive, run) or not last_walk_was_complete(archive.engine, run)
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        sink = _ArchiveSink(archive, run)
        walk = CatalogWalk(run.source, run.options, fetch, sink, progress, stop_at_known=not full)
        summary = replace(await walk.run(), full=full)
    save_listing_summary(archive, run, summary)
    chain_logs(archive)
    return summary


def _full_walk_is_due(archive: Archive, run: RunContext) -> bool:
    """Pinned and back-dated entries break the order in which a list is walked: now and then it is walked to its end."""
    with archive.engine.connect() as connection:
        previous = last_full_walk(connection, run)
    return previous is None or previous.started_at <= run.started_at - timedelta(days=run.source.full_walk_days)


async def preview(
    archive: Database, source: Source, options: CrawlOptions, user_agent: str, progress: ProgressCallback = no_progress
) -> tuple[ListingSummary, dict[Address, bool]]:
    """Walks the catalog and stores nothing; returns also, for each listed document's URL, whether it was known."""
    async with fetcher(source, archive.hosts, user_agent) as fetch:
        sink = _PreviewSink(archive, source)
        walk = CatalogWalk(source, options, fetch, sink, progress, stop_at_known=not options.full)
        return await walk.run(), sink.known


class _ArchiveSink:
    """Stores listing pages as captures, and entries as pages of the run."""

    def __init__(self, archive: Archive, run: RunContext) -> None:
        self._archive, self._run = archive, run

    def save_attempts(self, request: ListingRequest, attempts: Sequence[ClassifiedAttempt]) -> None:
        with self._archive.engine.begin() as connection:
            page_id = upsert_page(connection, self._run.source.id, request_key(request), "listing")
        store_attempts(self._archive, self._run.batch("listing"), [PageAttempt(page_id, item) for item in attempts])

    def save_entries(self, column: str, entries: Mapping[Address, Entry]) -> dict[Address, bool]:
        with self._archive.engine.begin() as connection:
            pages = upsert_listed_pages(connection, self._run, column, entries)
        return {url: page.known for url, page in pages.items()}

    def known_list(self, column: str) -> KnownList:
        with self._archive.engine.connect() as connection:
            return known_list(connection, self._run.source.id, column, before=self._run.id)


class _PreviewSink:
    """Stores nothing; `known` collects every entry's URL and whether it was known."""

    def __init__(self, archive: Database, source: Source) -> None:
        self._archive, self._source = archive, source
        self.known: dict[Address, bool] = {}

    def save_attempts(self, request: ListingRequest, attempts: Sequence[ClassifiedAttempt]) -> None:
        """Stores nothing."""

    def save_entries(self, column: str, entries: Mapping[Address, Entry]) -> dict[Address, bool]:
        with self._archive.engine.connect() as connection:
            pages = listed_pages(connection, self._source.id, entries, before=datetime.now(UTC))
        known = {url: url in pages for url in entries}
        self.known |= known
        return known

    def known_list(self, column: str) -> KnownList:
        with self._archive.engine.connect() as connection:
            return known_list(connection, self._source.id, column)
