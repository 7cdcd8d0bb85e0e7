"""Fetches the batches of a run and records what is fetched from the reading that fetching made of it."""

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
from etl.progress import Counter as ProgressCounter
from etl.progress import ProgressCallback, no_progress


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
    workers: int = 0,
    progress: ProgressCallback = no_progress,
    recorded: ProgressCallback = no_progress,
) -> CrawledBatches:
    """Fetches, stores and records the pages of batches; the next pages are fetched while the last are recorded.

    What cannot be recorded from its reading is read from the bucket afterwards: what an interrupted attempt left, an
    article of which another page changed, a record of other rules. `workers`: processes that read pages
    (`page_readers`). `recorded`: hears of documents that are recorded.
    """
    count = ProgressCounter("extracting", None, recorded)
    recorder = DocumentRecorder(archive, run)
    recording = _Recording(archive, run, recorder, count)
    outcomes = event_loop.run(recording.fetch(numbers, user_agent, workers, progress))
    created, updated = len(recorder.result.created), len(recorder.result.updated)
    for number in numbers:
        left = extract_batch(archive, run, number, count.part(), readers=page_readers(workers))
        created, updated = created + len(left.created), updated + len(left.updated)
    return CrawledBatches(outcomes, created, updated)


class _Recording:
    """Records groups of documents in a thread, one after the other, while others are fetched."""

    def __init__(self, archive: Archive, run: RunContext, recorder: DocumentRecorder, count: ProgressCounter) -> None:
        self._archive, self._run, self._recorder, self._count = archive, run, recorder, count
        self._groups: asyncio.Queue[Sequence[StoredDocument]] = asyncio.Queue(maxsize=1)

    async def fetch(
        self, numbers: Sequence[int], user_agent: str, workers: int, progress: ProgressCallback
    ) -> Counter[str]:
        """Fetches, and records until all is recorded. The first error of either ends both."""
        fetching = asyncio.create_task(self._fetch_all(numbers, user_agent, workers, progress))
        recording = asyncio.create_task(self._record_all())
        try:
            done, _ = await asyncio.wait((fetching, recording), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            return fetching.result()
        finally:
            fetching.cancel()
            recording.cancel()

    async def _fetch_all(
        self, numbers: Sequence[int], user_agent: str, workers: int, progress: ProgressCallback
    ) -> Counter[str]:
        readers, take = page_readers(workers), self._groups.put
        outcomes = await fetch_batches(self._archive, self._run, numbers, user_agent, progress, readers, take)
        await take(())
        return outcomes

    async def _record_all(self) -> None:
        while group := await self._groups.get():
            await asyncio.to_thread(self._record, group)

    def _record(self, group: Sequence[StoredDocument]) -> None:
        documents = [
            document_of(self._run.source, item.page.page_id, item.capture, item.page.listing, item.pages)
            for item in group
        ]
        bodies = {digest: body for item in group for digest, body in item.files.items()}
        self._count.add(self._recorder.record_current(documents, bodies))
