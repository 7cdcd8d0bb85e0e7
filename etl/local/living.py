"""Changes the one demo site that can change while the demo runs, and crawls it after each change, in this process."""

import signal
from datetime import UTC, datetime

from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.catalog.load import find_source
from etl.errors import GongkaiError
from etl.local import process
from etl.local.demo import SITES
from etl.local.state import State
from etl.pipeline.crawl import crawl, recheck
from etl.progress import no_progress
from etl.settings import Settings

LIVING = "demo-plain"
"""Its site changes at each SIGUSR1, twice (`demo/living.py`)."""


def watch_it_live(state: State, archive: Archive, settings: Settings) -> None:
    """Changes the site and crawls it: a record gets another version, two become tombstones, and one of them returns.

    For a tombstone, a page must be missing from a full walk and be gone itself, so after the walk known pages are
    fetched again. Raises GongkaiError if a run is red.
    """
    source = find_source(LIVING, settings.source_folders)
    for works in ((crawl, recheck), (crawl,)):
        if (sites := process.find(state, SITES)) and (running := sites.process()):
            running.send_signal(signal.SIGUSR1)
        for work in works:
            key = f"cli:{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            report = work(archive, source, key, CrawlOptions(full=True), settings, no_progress)
            if report.state == "red":
                raise GongkaiError(f"{LIVING}: the run is red after its site changed", hint=f"gongkai report {LIVING}")
