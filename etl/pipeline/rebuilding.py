"""Rebuilds the database from the bucket, and then extracts the captures that had not been extracted."""

import logging
from typing import Any

from sqlalchemy import Engine

from etl.archive.crawls.unread import unread_after_rebuild
from etl.archive.preservation.rebuild import RebuildResult, rebuild
from etl.archive.records.citations import fill_citations
from etl.archive.records.recording import pages_with_outdated_rules, record_extractions, require_current_rules
from etl.archive.records.search_index import fill_index
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, raise_if_unreadable, report_damage
from etl.archive.storage.log_registry import chain_logs
from etl.batches import batches
from etl.pipeline.reading.pool import page_readers
from etl.pipeline.stages.extracting import PAGES_PER_COMMIT
from etl.pipeline.stages.reextracting import reextract_pages, source_in_archive
from etl.pipeline.stored_pages import in_groups, stored_documents
from etl.progress import Counter, ProgressCallback

log = logging.getLogger("gongkai")


def rebuild_archive(archive: Archive, owner: Engine, progress: ProgressCallback) -> RebuildResult:
    """Rebuilds the archive's database with the rights of `owner`. If interrupted, continues when called again.

    Pages whose bytes are damaged stay unread until the next crawl; for these, raises `Damaged` after all others are
    extracted.
    """
    result = rebuild(owner, archive.store, progress)
    with archive.engine.connect() as connection:
        unread = unread_after_rebuild(connection)
    runs: dict[tuple[str, int], list[Any]] = {}
    for row in unread:
        runs.setdefault((row.source_id, row.run_id), []).append(row)
    unreadable = dict[int, UnreadableItem]()
    count = Counter("pages", len(unread), progress)
    for (source_id, run_id), rows in runs.items():
        with archive.engine.connect() as connection:
            source = source_in_archive(connection, source_id)
        for chunk in batches(rows, PAGES_PER_COMMIT):
            with archive.engine.connect() as connection:
                outdated = pages_with_outdated_rules(connection, [row.page_id for row in chunk])
            unreadable |= reextract_pages(archive, source, outdated)
            readable = [row for row in chunk if row.page_id not in unreadable]
            read = stored_documents(archive, page_readers(), source, readable)
            for documents, damaged in in_groups(read, PAGES_PER_COMMIT):
                unreadable |= damaged
                with archive.engine.connect() as connection:
                    recordable = require_current_rules(connection, documents)
                record_extractions(archive, source_id, run_id, recordable)
            count.add(len(chunk))
    report_damage(archive, unreadable.values())
    chain_logs(archive)
    fill_index(archive, progress)
    fill_citations(archive, progress)
    for item in unreadable.values():
        log.error("not read: %s", item)
    raise_if_unreadable(unreadable.values(), "pages")
    return result
