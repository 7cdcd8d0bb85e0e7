"""Object storage or the database goes away in mid-crawl, and the same crawl done again completes it."""

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count, cycle
from random import Random
from threading import Event

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from starlette.responses import Response

from demo import demo_site
from demo.documents import Paragraph
from demo.server import Call, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.bucket import StoreError
from etl.local import postgres, process, services, store
from etl.local.state import State
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.gongkai import SMALL, crawl_site, rows, small, source_of, state


def _server(settings: Settings, part: str) -> psutil.Process:
    running = process.find(State(settings.state_dir), part)
    assert running
    return psutil.Process(running.pid)


def _end(settings: Settings, part: str, how: signal.Signals) -> None:
    """A signal is not an end: what is asked to start again at once may find the part that is dying."""
    server = _server(settings, part)
    server.send_signal(how)
    server.wait(timeout=30)


def _kill_storage(ground: Ground) -> None:
    _end(ground.settings, store.NAME, signal.SIGKILL)


def _crash_database(ground: Ground) -> None:
    # SIGQUIT: PostgreSQL's immediate shutdown, as after a crash.
    _end(ground.settings, postgres.NAME, signal.SIGQUIT)


def _fill_disk(ground: Ground) -> None:
    # Not a byte more in any of its files: what a full disk does.
    _server(ground.settings, store.NAME).rlimit(psutil.RLIMIT_FSIZE, (1, 1))


def _kill_connections(ground: Ground) -> None:
    engine = create_engine(ground.archive.engine.url)
    with engine.begin() as connection:
        connection.execute(text(_TERMINATE))
    engine.dispose()


_TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"""


def _start_again(ground: Ground) -> None:
    """What is down comes up where it was."""
    settings = Settings(state_dir=ground.settings.state_dir, postgres_port=0, store_port=0)
    services.up(settings, airflow=False, report=lambda progress: None, fast=True)


def _empty_disk(ground: Ground) -> None:
    _end(ground.settings, store.NAME, signal.SIGKILL)
    _start_again(ground)


@dataclass(frozen=True, slots=True)
class Outage:
    """What goes away and how it comes back; the error with which a crawl may end, and what its one line says."""

    strike: Callable[[Ground], None]
    mend: Callable[[Ground], None]
    error: type[Exception]
    words: str


GONE = "terminating|refused|reset|closed|shutting down"  # as a connection had it, or asks for one a moment later
OUTAGES = {
    "object storage is killed": Outage(_kill_storage, _start_again, StoreError, "gongkai status"),
    "the database crashes": Outage(_crash_database, _start_again, OperationalError, GONE),
    "the disk is full": Outage(_fill_disk, _empty_disk, StoreError, "free space|gongkai status"),
    "connections are cut": Outage(_kill_connections, lambda _: None, OperationalError, GONE),
}


def crawl_through(ground: Ground, site: Site, outage: Outage, key: str, source: str = "struck") -> None:
    """A crawl that is struck when it asks for the posting `key`, and done again; records are those of a calm crawl."""
    over = Event()

    def struck(call: Call) -> Response:
        site.faults.pop(key)
        outage.strike(ground)
        over.set()
        return call.plain()

    site.faults[key] = struck
    given = ground.archive, source_of(site, id=source, assertions=SMALL), "struck", CrawlOptions(), ground.settings
    try:
        crawl(*given, lambda *_: None)
    except outage.error as error:
        if not re.search(outage.words, str(error)):
            raise AssertionError("not said in words") from error
    # The crawl may have failed at what was dying still.
    assert over.wait(120)
    outage.mend(ground)
    named = {row["blob_sha256"] for row in rows(ground.archive, "SELECT blob_sha256 FROM archive.capture")} - {None}
    assert all(ground.archive.store.blob(digest) for digest in named)
    report = crawl(*given, lambda *_: None)
    assert (report.unfinished, report.problems) == (0, ()), f"{source}: {report.problems}"
    calm = f"{source}-calm"
    crawl_site(ground.archive, site, id=calm, assertions=SMALL)
    records: dict[str, list[str]] = {source: [], calm: []}
    for row in state(ground.archive):
        if row["source_id"] in records:
            records[row["source_id"]].append(str({name: row[name] for name in row if name != "source_id"}))
    assert records[source], "no records at all"
    assert records[source] == records[calm], f"{source} has other records than {calm}"


def play(names: list[str], ground: Ground, chance: Random) -> Iterator[str]:
    """These outages in turns, each time at another moment of the crawl, of a site that says something new."""
    with serve(site := small(demo_site("gkmlpt"), 8)):
        plain = {key: posting.document for key, posting in site.postings.items()}
        for turn, name in zip(count(1), cycle(names), strict=False):
            for key, document in plain.items():
                site.put(replace(document, body=(*document.body, Paragraph(f"第{turn}次。"))), key=key)
            key = chance.choice([each for each in plain if each not in site.outcomes])
            crawl_through(ground, site, OUTAGES[name], key, f"struck-{turn}")
            yield f"{name}, at {key}"
