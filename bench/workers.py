"""`python -m bench.workers [--rounds 3]`: pages a second of one, two and four processes that crawl forty sources.

Each process does the work of a worker's tasks without Airflow, with one process that reads its pages. The sources are
on ten hosts that answer immediately and are requested without pause. The numbers of processes alternate, each with a
separate archive, so that other load on the machine affects all. Prints the median of each.
"""

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Condition

from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive, open_archive
from etl.local.services import Addresses
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from etl.sources.schema import Source
from tests.support.services import own_bucket, own_database, running_services, settings_of, state_folder
from tests.support.shared_hosts import DOCUMENTS, shared_hosts, sources

PROCESSES = (1, 2, 4)
OFFICES = 4
"""Sources of each host."""
_archive: list[Archive] = []


def main() -> None:
    """Runs the bench on separate services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    rates_of: dict[int, list[float]] = {processes: [] for processes in PROCESSES}
    with state_folder() as folder, shared_hosts(Condition()) as hosts, running_services(folder) as addresses:
        crawled = sources(hosts, 0, OFFICES)
        for number in range(rounds):
            for processes in PROCESSES:
                rates_of[processes].append(rate(addresses, folder, crawled, processes, number))
    for processes, rates in rates_of.items():
        figures = ", ".join(f"{each:.0f}" for each in rates)
        print(f"{processes} processes: {statistics.median(rates):.0f} pages/s, median of {figures}")


def rate(addresses: Addresses, folder: Path, crawled: list[Source], processes: int, number: int) -> float:
    """Documents a second, from the first request to the last report; the processes have loaded before."""
    name = f"bench-{number}-{processes}"
    with own_database(addresses, folder, name) as owner_url, own_bucket(addresses, name) as bucket:
        settings = settings_of(addresses, folder, owner_url, bucket)
        with ProcessPoolExecutor(processes, get_context("spawn"), open_for, (settings,)) as pool:
            list(pool.map(time.sleep, [0.5] * processes))
            began = time.perf_counter()
            states = list(pool.map(crawl_one, crawled))
            seconds = time.perf_counter() - began
    assert set(states) == {"green"}, states
    return len(crawled) * DOCUMENTS / seconds


def open_for(settings: Settings) -> None:
    """Open the archive of a process, once."""
    _archive.append(open_archive(settings))


def crawl_one(source: Source) -> str:
    """A whole crawl of the source; returns the state of its run."""
    return crawl(_archive[0], source, "bench", CrawlOptions(), Settings(workers=1), lambda *_: None).state


if __name__ == "__main__":
    main()
