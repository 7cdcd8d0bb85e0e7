"""Runs all stages of a crawl in this process, as a DAG runs them as tasks."""

import asyncio

from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.scheduling import plan_batches, plan_recheck_batches
from etl.archive.storage.archive import Archive
from etl.pipeline.stages.extracting import extract_batch
from etl.pipeline.stages.fetching import fetch_batch
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
    asyncio.run(list_catalog(archive, run, settings.user_agent, progress))
    return _run_batches(archive, run, plan_batches(archive.engine, run, settings.batch_size), settings, progress)


def recheck(
    archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, progress: ProgressCallback
) -> Report:
    """Fetches the source's known documents that are due again, whether they are still listed or not.

    An interrupted run with the same key continues where it stopped. Raises `GongkaiError`.
    """
    run = open_run(archive, source, key, options, "recheck")
    return _run_batches(
        archive, run, plan_recheck_batches(archive.engine, run, settings.batch_size), settings, progress
    )


def _run_batches(
    archive: Archive, run: RunContext, batches: dict[int, int], settings: Settings, progress: ProgressCallback
) -> Report:
    total = sum(batches.values())
    fetched = Counter("fetching", total, progress)
    for number in batches:
        asyncio.run(fetch_batch(archive, run, number, settings.user_agent, fetched.part()))
    extracted = Counter("extracting", total, progress)
    for number in batches:
        extract_batch(archive, run, number, extracted.part())
    return reconcile(archive, run)
