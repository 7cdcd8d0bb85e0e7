"""Stage three: record documents, and read the stored pages that have not been read yet. Uses no network."""

import logging
from collections.abc import Mapping, Sequence

from etl.archive.crawls.run import RunContext
from etl.archive.crawls.unread import clear_unread_reasons, set_unread_reasons, unread_in_batch
from etl.archive.records.extracted_pages import ExtractedPage
from etl.archive.records.lasting import read_again
from etl.archive.records.recording import (
    RecordingResult,
    pages_with_outdated_rules,
    record_extractions,
    require_current_rules,
)
from etl.archive.records.search_index import MAX_WAITING, index_waiting
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, report_damage
from etl.archive.storage.log_registry import chain_logs
from etl.pipeline.reading.pool import PageReaders, page_readers
from etl.pipeline.stages.attachments import linked_file_urls, read_files
from etl.pipeline.stages.reextracting import reextract_pages
from etl.pipeline.stored_pages import in_groups, stored_documents
from etl.progress import Counter, ProgressCallback, no_progress

PAGES_PER_COMMIT = 25
"""Pages recorded in one transaction."""
log = logging.getLogger("gongkai")


class DocumentRecorder:
    """Records documents of one run, a group at a time. Their files are read first, so that the texts of the files exist
    when the change feed announces the record."""

    def __init__(self, archive: Archive, run: RunContext) -> None:
        self._archive, self._run = archive, run
        self._created: list[int] = []
        self._updated: list[int] = []

    def record(
        self, documents: Sequence[ExtractedPage], bodies: Mapping[str, bytes] | None = None
    ) -> dict[int, UnreadableItem]:
        """Records documents, except those with a damaged file; returns these by page id.

        `bodies`: files already in memory, by SHA-256. Raises `GongkaiError` if a document's record was extracted with
        other rules.
        """
        source = self._run.source.id
        damaged_files = read_files(self._archive, source, linked_file_urls(documents), bodies)
        damaged = {
            item.page_id: damaged_files[url]
            for item in documents
            for url in linked_file_urls([item])
            if url in damaged_files
        }
        with self._archive.engine.begin() as connection:
            recordable = require_current_rules(connection, [item for item in documents if item.page_id not in damaged])
        recorded = record_extractions(self._archive, source, self._run.id, recordable)
        self._created += recorded.created
        self._updated += recorded.updated
        return damaged

    def index(self) -> None:
        """Adds new records to the search index, if so many are waiting that searches would become slow."""
        index_waiting(self._archive, at_least=MAX_WAITING)

    def record_current(self, documents: Sequence[ExtractedPage], bodies: Mapping[str, bytes] | None = None) -> int:
        """Records documents, except those whose record was extracted with other rules: these must be extracted again
        first. Returns the number recorded. `bodies`: as in `record`."""
        with self._archive.engine.connect() as connection:
            outdated = set(pages_with_outdated_rules(connection, [item.page_id for item in documents]))
        current = [item for item in documents if item.page_id not in outdated]
        self.record(current, bodies)
        return len(current)

    @property
    def result(self) -> RecordingResult:
        """What was recorded so far."""
        return RecordingResult(tuple(self._created), tuple(self._updated))


def extract_batch(
    archive: Archive,
    run: RunContext,
    number: int,
    progress: ProgressCallback = no_progress,
    only: Sequence[str] | None = None,
    readers: PageReaders | None = None,
) -> RecordingResult:
    """Reads the batch's stored captures that have not been read yet, and records them. If `only` is given, reads the
    pages with these addresses only.

    A page stays unread if damage is found in its own bytes, in one of its files, or in the capture of its current
    version, where that must be extracted again with the new rules first. The run's report names such pages.
    """
    with archive.engine.begin() as connection:
        if only is None:
            read_again(connection, run.source.id, run.id, number)
            clear_unread_reasons(connection, run, number)
        unread = unread_in_batch(connection, run, number, only)
        outdated = pages_with_outdated_rules(connection, [row.page_id for row in unread])
    damaged = reextract_pages(archive, run.source, outdated) if outdated else {}
    unread = [row for row in unread if row.page_id not in damaged]
    count = Counter("extracting", len(unread), progress)
    recorder = DocumentRecorder(archive, run)
    read = stored_documents(archive, readers or page_readers(), run.source, unread)
    for documents, damaged_here in in_groups(read, PAGES_PER_COMMIT):
        damaged |= damaged_here
        damaged |= recorder.record(documents)
        recorder.index()
        count.add(len(documents) + len(damaged_here))
    _leave_unread(archive, run, number, damaged)
    chain_logs(archive)
    return recorder.result


def _leave_unread(archive: Archive, run: RunContext, number: int, damaged: Mapping[int, UnreadableItem]) -> None:
    """Stores with each page why it stays unread, and reports the damage, so that the next crawl fetches it again."""
    report_damage(archive, damaged.values())
    for _, item in sorted(damaged.items()):
        log.error("%s: not read: %s", run.source.id, item)
    with archive.engine.begin() as connection:
        set_unread_reasons(connection, run, number, {page: item.reason for page, item in damaged.items()})
