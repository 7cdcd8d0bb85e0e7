"""Stage three: read what was stored and record what it says. No network."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from etl.archive.crawls.run import RunContext
from etl.archive.crawls.unread import clear_unread_reasons, set_unread_reasons, unread_in_batch
from etl.archive.records.recording import (
    RecordingResult,
    pages_with_outdated_rules,
    record_extractions,
    require_current_rules,
)
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, report_damage
from etl.archive.storage.log_registry import chain_logs
from etl.pipeline.interpreting import extract_pages
from etl.pipeline.stages.attachments import FileReader, linked_file_urls
from etl.pipeline.stages.reextracting import reextract_pages
from etl.progress import Counter, ProgressCallback, no_progress

PAGES_PER_COMMIT = 25
"""Pages recorded in one transaction."""
GETS_AT_ONCE = 8
log = logging.getLogger("gongkai")


def extract_batch(
    archive: Archive,
    run: RunContext,
    number: int,
    progress: ProgressCallback = no_progress,
    only: Sequence[str] | None = None,
) -> RecordingResult:
    """Reads the stored captures of the batch's pages (`only` those addresses) that nobody read yet, and records what
    they say.

    Their files are read first, so that whoever hears of a record finds their texts. A page stays unread, and its run
    says why, where bytes are damaged: its own, a file's, or those that its record was read from with other rules.
    """
    created: list[int] = []
    updated: list[int] = []
    with archive.engine.begin() as connection:
        if only is None:
            clear_unread_reasons(connection, run, number)
        unread = unread_in_batch(connection, run, number, only)
        outdated = pages_with_outdated_rules(connection, [row.page_id for row in unread])
    damaged = reextract_pages(archive, run.source, outdated) if outdated else {}
    unread = [row for row in unread if row.page_id not in damaged]
    count = Counter("extracting", len(unread), progress)
    with ThreadPoolExecutor(GETS_AT_ONCE) as pool, FileReader(archive) as files:
        for start in range(0, len(unread), PAGES_PER_COMMIT):
            chunk = unread[start : start + PAGES_PER_COMMIT]
            read, lost = extract_pages(archive, pool, run.source, chunk)
            lost_files = files.read(run.source.id, linked_file_urls(read))
            lost |= {
                item.page_id: lost_files[url] for item in read for url in linked_file_urls([item]) if url in lost_files
            }
            damaged |= lost
            with archive.engine.connect() as connection:
                recordable = require_current_rules(connection, [item for item in read if item.page_id not in lost])
            recorded = record_extractions(archive, run.source.id, run.id, recordable)
            created += recorded.created
            updated += recorded.updated
            count.add(len(chunk))
    _leave_unread(archive, run, number, damaged)
    chain_logs(archive)
    return RecordingResult(tuple(created), tuple(updated))


def _leave_unread(archive: Archive, run: RunContext, number: int, damaged: Mapping[int, UnreadableItem]) -> None:
    """Says with each page why it stays unread, and reports what is damaged: the next crawl asks for it anew."""
    report_damage(archive, damaged.values())
    for _, item in sorted(damaged.items()):
        log.error("%s: not read: %s", run.source.id, item)
    with archive.engine.begin() as connection:
        set_unread_reasons(connection, run, number, {page: item.reason for page, item in damaged.items()})
