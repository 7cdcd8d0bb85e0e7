"""Stage three: record what pages say, and read what fetching left unread. No network."""

import logging
from collections.abc import Mapping, Sequence

from etl.archive.crawls.run import RunContext
from etl.archive.crawls.unread import clear_unread_reasons, set_unread_reasons, unread_in_batch
from etl.archive.records.extracted_pages import ExtractedPage
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
    """Records documents of one run, a group at a time: their files are read first, so that whoever hears of a record
    finds their texts."""

    def __init__(self, archive: Archive, run: RunContext) -> None:
        self._archive, self._run = archive, run
        self._created: list[int] = []
        self._updated: list[int] = []

    def record(
        self, documents: Sequence[ExtractedPage], bodies: Mapping[str, bytes] | None = None
    ) -> dict[int, UnreadableItem]:
        """Records documents; returns, by page id, those of which a file is damaged, which are not recorded.

        `bodies`: files by SHA-256 that need not be read from the bucket. Raises `GongkaiError` where a document has a
        record of other rules.
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
        """Adds what waits to the search index, if that is so much that searches would become slow."""
        index_waiting(self._archive, at_least=MAX_WAITING)

    def record_current(self, documents: Sequence[ExtractedPage], bodies: Mapping[str, bytes] | None = None) -> int:
        """Records documents but those that have a record of other rules, which must be read anew first; returns how
        many. `bodies` as with `record`."""
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
    """Reads the stored captures of the batch's pages (`only` those addresses) that nobody read yet, and records what
    they say.

    A page stays unread where its own bytes, a file's, or those that its record was read from with other rules are
    damaged; the run says which.
    """
    with archive.engine.begin() as connection:
        if only is None:
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
    """Says with each page why it stays unread, and reports what is damaged: the next crawl asks for it anew."""
    report_damage(archive, damaged.values())
    for _, item in sorted(damaged.items()):
        log.error("%s: not read: %s", run.source.id, item)
    with archive.engine.begin() as connection:
        set_unread_reasons(connection, run, number, {page: item.reason for page, item in damaged.items()})
