"""The change feed under many writers at once, some of whose connections are cut."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random

import psycopg
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import CHANGES
from etl.archive.storage.log_lines import ChangeEvent, JournalLine
from tests.support.attacks.base import Ground
from tests.support.filled import SOURCE, fill

WRITERS, TRANSACTIONS = 8, 40


class GivenUpError(Exception):
    """A writer's transaction that is rolled back."""


@dataclass(slots=True)
class Written:
    """What a writer told, in order, and what it does not know: its connection was cut before the answer came."""

    surely: list[str] = field(default_factory=list)
    perhaps: set[str] = field(default_factory=set)


def write(archive: Archive, number: int, turn: str = "", transactions: int = TRANSACTIONS) -> Written:
    """Publishes in transactions of one to three events, each third of which is rolled back."""
    written = Written()
    for each in range(transactions):
        reasons = [f"{turn}{number}:{each}:{place}" for place in range(1 + each % 3)]
        events = [ChangeEvent("updated", number + 1, 1, number + 1, SOURCE, reason=reason) for reason in reasons]
        try:
            with archive.engine.begin() as connection:
                publish(connection, archive.store, events)
                if (each + number) % 3 == 0:
                    raise GivenUpError
        except GivenUpError:
            continue
        except DBAPIError:
            written.perhaps |= set(reasons)
            continue
        written.surely += reasons
    return written


@dataclass(slots=True)
class Read:
    """What a reader saw, and how often there was something new."""

    seen: list[tuple[int, str]]
    looks: int


def read_while(reader_url: str, ended: threading.Event, cursor: int) -> Read:
    """Reads the feed in pages until all writers have ended and nothing new comes."""
    reading = Read([], 0)
    plain = make_url(reader_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as reader:
        last_look = False
        while not last_look:
            last_look = ended.is_set()
            news = reader.execute(
                "SELECT change_seq, reason FROM api_v1.changes WHERE change_seq > %s ORDER BY change_seq LIMIT 20",
                (cursor,),
            ).fetchall()
            reading.seen += news
            reading.looks += bool(news)
            cursor = reading.seen[-1][0] if reading.seen else cursor
            last_look = last_look and not news
    return reading


def write_and_read(
    ground: Ground, cursor: int, turn: str = "", transactions: int = TRANSACTIONS, cut: Random | None = None
) -> Read:
    """Eight writers and a reader at once; the reader must see what was told, once and in order. `cut` draws moments at
    which writers lose their connections."""
    ended = threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool, cutting(ground, cut):
        writing = [pool.submit(write, ground.archive, number, turn, transactions) for number in range(WRITERS)]
        for one in writing:
            one.add_done_callback(lambda _: ended.set() if all(each.done() for each in writing) else None)
        reading = read_while(ground.reader_url, ended, cursor)
        written = [one.result() for one in writing]
    numbers = [number for number, _ in reading.seen]
    assert numbers == list(range(cursor + 1, cursor + 1 + len(numbers))), "the reader saw a gap or a double"
    seen = [reason for _, reason in reading.seen]
    surely = [reason for known in written for reason in known.surely]
    assert len(set(seen)) == len(seen), "a change was told of twice"
    assert not set(surely) - set(seen), f"never seen: {sorted(set(surely) - set(seen))[:3]}"
    assert set(seen) <= set(surely).union(*(known.perhaps for known in written)), "what was rolled back was seen"
    for number, known in enumerate(written):
        mine = [reason for reason in seen if reason.startswith(f"{turn}{number}:") and reason not in known.perhaps]
        assert mine == known.surely, f"the order of writer {number} was not kept"
    return reading


@contextmanager
def cutting(ground: Ground, chance: Random | None) -> Iterator[None]:
    """Cuts connections of writers for the time of the block, if there is a `chance`."""
    if chance is None:
        yield
        return
    over = threading.Event()
    engine = create_engine(ground.archive.engine.url)

    def cut(chance: Random) -> None:
        while not over.wait(chance.uniform(0.02, 0.2)):
            with engine.begin() as connection:
                connection.execute(text(_CUT_ONE))

    with ThreadPoolExecutor(1) as thread:
        cuts = thread.submit(cut, chance)
        try:
            yield
        finally:
            over.set()
        cuts.result()
    engine.dispose()


_CUT_ONE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
ORDER BY random() LIMIT 1"""


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """Writers whose connections are cut, turn after turn."""
    fill(ground.owner_url, WRITERS)
    cursor = WRITERS
    for turn in count(1):
        reading = write_and_read(ground, cursor, f"{turn}:", 12, chance)
        store = ground.archive.store
        journal = [line for key in sorted(store.list_keys(CHANGES)) for line in store.read_log(key, JournalLine)]
        reasons = {line.seq: line.reason for line in journal}
        assert [(seq, reasons.get(seq)) for seq, _ in reading.seen] == reading.seen, "the journal differs from the feed"
        cursor += len(reading.seen)
        yield f"{len(reading.seen)} changes"
