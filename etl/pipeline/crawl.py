"""The whole crawl of one source in this process: the same stages that a DAG runs as tasks."""

import asyncio
from collections.abc import Callable
from typing import Literal

from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions, RunContext
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.scheduling import plan_batches, plan_recheck_batches
from etl.archive.storage.archive import Archive
from etl.pipeline.stages.extracting import extract_batch
from etl.pipeline.stages.fetching import fetch_batch
from etl.pipeline.stages.listing import list_catalog
from etl.pipeline.stages.reconciling import reconcile
from etl.settings import Settings
from etl.sources.schema import Source

Stage = Literal["list", "fetch", "extract"]
STAGES: tuple[Stage, ...] = ("fetch", "extract")
Tell = Callable[[Stage, int, int | None], None]
"""Called with stage, number done so far, and the number to do where it is known."""


def crawl(archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, tell: Tell) -> Report:
    """Runs all stages; an interrupted run of the same key goes on where it stopped."""
    run = open_run(archive, source, key, options)
    asyncio.run(list_catalog(archive, run, settings.user_agent, lambda listed: tell("list", listed, None)))
    return _work(archive, run, plan_batches(archive.engine, run, settings.batch_size), settings, tell)


def recheck(
    archive: Archive, source: Source, key: str, options: CrawlOptions, settings: Settings, tell: Tell
) -> Report:
    """Looks at the source's known documents that are due, whether they are still listed or not."""
    run = open_run(archive, source, key, options, "recheck")
    return _work(archive, run, plan_recheck_batches(archive.engine, run, settings.batch_size), settings, tell)


def _work(archive: Archive, run: RunContext, batches: dict[int, int], settings: Settings, tell: Tell) -> Report:
    due = sum(batches.values())
    for stage in STAGES:
        done = 0
        for number in batches:

            def count(more: int, stage: Stage = stage) -> None:
                nonlocal done
                done += more
                tell(stage, done, due)

            if stage == "fetch":
                asyncio.run(fetch_batch(archive, run, number, settings.user_agent, count))
            else:
                extract_batch(archive, run, number, count)
    return reconcile(archive, run)
