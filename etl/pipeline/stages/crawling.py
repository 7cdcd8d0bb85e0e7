"""Fetches the batches of a run and records each document from the readings that were made when it was fetched."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from etl import event_loop
from etl.archive.crawls.run import RunContext
from etl.archive.storage.archive import Archive
from etl.pipeline.documents import document_of
from etl.pipeline.reading.pool import page_readers
from etl.pipeline.stages.extracting import DocumentRecorder, extract_batch
from etl.pipeline.stages.fetching import StoredDocument, fetch_batches
from etl.pipeline.stages.one_by_one import one_by_one
from etl.progress import Counter as ProgressCounter
from etl.progress import ProgressCallback


@dataclass(frozen=True, slots=True)
class CrawledBatches:
    """Numbers of pages by outcome, and of the records that were created and updated."""

    outcomes: Counter[str]
    created: int
    updated: int


def crawl_batches(
    archive: Archive,
    run: RunContext,
    numbers: Sequence[int],
    user_agent: str,
    workers: int,
    progress: ProgressCallback,
    record_progress: ProgressCallback,
) -> CrawledBatches:
    """Fetches, stores and records the pages of batches. Pages are recorded while the next ones are fetched.

    Some documents cannot be recorded from these readings: pages that an interrupted attempt stored, articles of which
    only another page changed, and records that were extracted with other rules. These are read from the bucket at the
    end.

    `workers`: the number of processes that read pages; 0 means one per core. `progress` counts fetched documents,
    `record_progress` recorded ones.
    """
    recording = _Recording(archive, run, ProgressCounter("extracting", None, record_progress))
    outcomes = event_loop.run(recording.fetch(numbers, user_agent, workers, progress))
    result = recording.recorder.result
    created, updated = len(result.created), len(result.updated)
    for number in numbers:
        left = extract_batch(archive, run, number, recording.count.part(), readers=page_readers(workers))
        created, updated = created + len(left.created), updated + len(left.updated)
    return CrawledBatches(outcomes, created, updated)


class _Recording:
    """Records groups of documents, and adds them to the search index, in two threads while others are fetched."""

    def __init__(self, archive: Archive, run: RunContext, count: ProgressCounter) -> None:
        self._archive, self._run, self.count = archive, run, count
        self.recorder = DocumentRecorder(archive, run)

    async def fetch(
        self, numbers: Sequence[int], user_agent: str, workers: int, progress: ProgressCallback
    ) -> Counter[str]:
        """Fetches all batches and records what is fetched. The first error in either ends both."""
        async with one_by_one(self._index) as index:

            async def record(group: Sequence[StoredDocument]) -> None:
                await asyncio.to_thread(self._record, group)
                await index(len(group))

            async with one_by_one(record) as hand_on:
                readers = page_readers(workers)
                return await fetch_batches(self._archive, self._run, numbers, user_agent, progress, readers, hand_on)

    async def _index(self, _: int) -> None:
        await asyncio.to_thread(self.recorder.index)

    def _record(self, group: Sequence[StoredDocument]) -> None:
        documents = [
            document_of(self._run.source, item.page.page_id, item.capture, item.page.listing, item.pages)
            for item in group
        ]
        bodies = {digest: body for item in group for digest, body in item.files.items()}
        self.count.add(self.recorder.record_current(documents, bodies))
