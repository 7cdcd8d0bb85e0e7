"""Stage one: walk the catalog, newest entries first, and store what it lists."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from etl.archive.crawls.captures import recover_unindexed_logs, store_attempts
from etl.archive.crawls.pages import listed_pages, upsert_listed_pages, upsert_pages
from etl.archive.crawls.run import CrawlOptions, ListingSummary, PageAttempt, RunContext
from etl.archive.crawls.runs import save_listing_summary
from etl.archive.crawls.walks import KnownList, known_list, last_full_walk, last_walk_was_complete
from etl.archive.storage.archive import Archive, Database
from etl.archive.storage.log_registry import chain_logs
from etl.fetch.client import fetcher
from etl.pipeline.stages.catalog_walk import CatalogWalk, WalkedPage
from etl.pipeline.stages.walked_list import request_key
from etl.platforms.base import Entry
from etl.progress import ProgressCallback, no_progress
from etl.sources.schema import Source
from etl.web.urls import Address


async def list_catalog(
    archive: Archive,
    run: RunContext,
    user_agent: str,
    progress: ProgressCallback = no_progress,
    on_new: Callable[[], None] = lambda: None,
) -> ListingSummary:
    """Walks every list of the run's source and stores the listing pages and the listed documents.

    A list's walk ends at its last page, at the run's limit, or at known documents (`CatalogWalk`). It ends at known
    documents only if no full walk is requested or due, and the previous walk was complete. A listing page that cannot
    be read is named in the summary, and the walk continues with other pages. If an earlier attempt at this stage
    crashed, the rows of its capture logs are written first; its listing pages are still fetched again, as they may have
    changed.

    `on_new` is called once, when the first unknown document is listed.
    """
    recover_unindexed_logs(archive, run.batch("listing"))
    full = run.options.full or _full_walk_is_due(archive, run) or not last_walk_was_complete(archive.engine, run)
    async with fetcher(run.source, archive.hosts, user_agent) as fetch:
        sink = _ArchiveSink(archive, run, on_new)
        walk = CatalogWalk(run.source, run.options, fetch, sink, progress, stop_at_known=not full)
        summary = replace(await walk.run(), full=full)
    save_listing_summary(archive, run, summary)
    chain_logs(archive)
    return summary


def _full_walk_is_due(archive: Archive, run: RunContext) -> bool:
    """A walk that stops at known documents misses back-dated entries, and new ones behind pinned ones. So every
    `full_walk_days` each list is walked to its end."""
    with archive.engine.connect() as connection:
        previous = last_full_walk(connection, run)
    return previous is None or previous.started_at <= run.started_at - timedelta(days=run.source.full_walk_days)


async def preview(
    archive: Database, source: Source, options: CrawlOptions, user_agent: str, progress: ProgressCallback = no_progress
) -> tuple[ListingSummary, dict[Address, bool]]:
    """Walks the catalog without storing anything. Returns the summary, and for each listed URL whether it is known."""
    async with fetcher(source, archive.hosts, user_agent) as fetch:
        sink = _PreviewSink(archive, source)
        walk = CatalogWalk(source, options, fetch, sink, progress, stop_at_known=not options.full)
        return await walk.run(), sink.known


class _ArchiveSink:
    """Stores listing pages as captures, and entries as pages of the run."""

    def __init__(self, archive: Archive, run: RunContext, on_new: Callable[[], None]) -> None:
        self._archive, self._run, self._on_new = archive, run, on_new
        self._all_known = True

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        source = self._run.source.id
        with self._archive.engine.begin() as connection:
            ids = upsert_pages(connection, source, "listing", [request_key(page.request) for page in pages])
        attempts = [PageAttempt(ids[request_key(page.request)], item) for page in pages for item in page.attempts]
        store_attempts(self._archive, self._run.batch("listing"), attempts)
        known: dict[Address, bool] = {}
        with self._archive.engine.begin() as connection:
            for column, listed in groupby(pages, key=lambda page: page.request.column):
                stored = upsert_listed_pages(connection, self._run, column, _merge_entries(listed))
                known |= {url: page.known for url, page in stored.items()}
        if self._all_known and not all(known.values()):
            self._all_known = False
            self._on_new()
        return known

    def known_list(self, column: str) -> KnownList:
        with self._archive.engine.connect() as connection:
            return known_list(connection, self._run.source.id, column, before=self._run.id)


def _merge_entries(pages: Iterable[WalkedPage]) -> dict[Address, Entry]:
    """The entries of several pages of one list. If a document is on more than one page, its fields are merged; later
    pages have priority."""
    entries: dict[Address, Entry] = {}
    for page in pages:
        for url, entry in page.entries.items():
            before = entries.get(url, entry)
            entries[url] = Entry(entry.url, entry.title or before.title, {**before.fields, **entry.fields})
    return entries


class _PreviewSink:
    """Stores nothing; `known` collects every entry's URL and whether it was known."""

    def __init__(self, archive: Database, source: Source) -> None:
        self._archive, self._source = archive, source
        self.known: dict[Address, bool] = {}

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        entries = {url for page in pages for url in page.entries}
        with self._archive.engine.connect() as connection:
            pages_known = listed_pages(connection, self._source.id, entries, before=datetime.now(UTC))
        known = {url: url in pages_known for url in entries}
        self.known |= known
        return known

    def known_list(self, column: str) -> KnownList:
        with self._archive.engine.connect() as connection:
            return known_list(connection, self._source.id, column)
