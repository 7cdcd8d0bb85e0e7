"""Runs all stages of a crawl in this process, as a DAG runs them as tasks."""

from etl import event_loop
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.scheduling import has_document, plan_batches, plan_recheck_batches
from etl.archive.storage.archive import Archive
from etl.errors import GongkaiError
from etl.pipeline.reading.pool import page_readers
from etl.pipeline.stages.crawling import crawl_batches
from etl.pipeline.stages.listing import list_catalog
from etl.pipeline.stages.reconciling import reconcile
from etl.progress import Counter, ProgressCallback
from etl.settings import Settings
from etl.sources.schema import Source


def crawl(
    archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, progress: ProgressCallback
) -> Report:
    """Crawls the source. An interrupted run with the same key continues where it stopped.

    Raises `GongkaiError`; a run that ends red is a report, no error.
    """
    run = open_run(archive, source, key, options)
    # Listing takes one core, so the processes that read documents can start meanwhile.
    readers = page_readers(settings.workers)
    event_loop.run(list_catalog(archive, run, settings.user_agent, progress, readers.prepare))
    return _run_batches(archive, run, plan_batches(archive.engine, run, settings.batch_size), settings, progress)


def begin(
    archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, progress: ProgressCallback
) -> list[int]:
    """Walks the source's lists as the first task of a DAG run, and returns the batches that are left for other tasks.

    A single batch is crawled here: most runs find few new documents, for which a task would cost more than their pages.
    """
    run = open_run(archive, source, key, options)
    event_loop.run(list_catalog(archive, run, settings.user_agent, progress))
    batches = list(plan_batches(archive.engine, run, settings.batch_size))
    if len(batches) != 1:
        return batches
    crawl_batches(archive, run, batches, settings.user_agent, settings.workers or 1, progress, progress)
    return []


def recheck(
    archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, progress: ProgressCallback
) -> Report:
    """Fetches again the source's known documents that are due, whether or not they are still listed.

    If `options.url` is set, fetches that document only.
    An interrupted run with the same key continues where it stopped. Raises `GongkaiError`.
    """
    if options.url is not None and not has_document(archive.engine, source.id, options.url):
        raise GongkaiError(f"{source.id}: no document at {options.url}", hint="copy the address from its record")
    run = open_run(archive, source, key, options, "recheck")
    return _run_batches(
        archive, run, plan_recheck_batches(archive.engine, run, settings.batch_size), settings, progress
    )


def _run_batches(
    archive: Archive, run: RunContext, batches: dict[int, int], settings: Settings, progress: ProgressCallback
) -> Report:
    total = sum(batches.values())
    fetched, recorded = Counter("fetching", total, progress), Counter("extracting", total, progress)
    crawl_batches(archive, run, list(batches), settings.user_agent, settings.workers, fetched.part(), recorded.part())
    return reconcile(archive, run)
