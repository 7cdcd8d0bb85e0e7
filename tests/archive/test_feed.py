"""The change feed under eight writers at once: who reads it by `change_seq` misses none and sees none twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
from sqlalchemy import make_url

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import ChangeEvent
from tests.support.filled import SOURCE, fill

WRITERS, TRANSACTIONS = 8, 40


class GivenUpError(Exception):
    """A writer's transaction that is rolled back."""


def write(archive: Archive, number: int) -> list[str]:
    """Publishes in transactions of one to three events, each third of which is rolled back; returns what was told."""
    told = []
    for turn in range(TRANSACTIONS):
        reasons = [f"{number}:{turn}:{place}" for place in range(1 + turn % 3)]
        events = [ChangeEvent("updated", number + 1, 1, number + 1, SOURCE, reason=reason) for reason in reasons]
        try:
            with archive.engine.begin() as connection:
                publish(connection, archive.store, events)
                if (turn + number) % 3 == 0:
                    raise GivenUpError
        except GivenUpError:
            continue
        told += reasons
    return told


def test_a_reader_misses_none_and_sees_none_twice(archive: Archive, owner_url: str, reader_url: str) -> None:
    fill(owner_url, WRITERS)
    seen: list[tuple[int, str]] = []
    ended = threading.Event()
    looks = 0
    plain = make_url(reader_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as reader, ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, archive, number) for number in range(WRITERS)]
        for one in writing:
            one.add_done_callback(lambda _: ended.set() if all(each.done() for each in writing) else None)
        cursor, last_look = WRITERS, False
        while not last_look:
            last_look = ended.is_set()
            news = reader.execute(
                "SELECT change_seq, reason FROM api_v1.changes WHERE change_seq > %s ORDER BY change_seq LIMIT 20",
                (cursor,),
            ).fetchall()
            seen += news
            looks += bool(news)
            cursor = seen[-1][0] if seen else cursor
            last_look = last_look and not news
        told = [reason for one in writing for reason in one.result()]
    assert [seq for seq, _ in seen] == list(range(WRITERS + 1, WRITERS + 1 + len(told)))
    assert sorted(reason for _, reason in seen) == sorted(told)
    assert looks > WRITERS, "the reader looked while they wrote"
    for number in range(WRITERS):
        mine = [reason for _, reason in seen if reason.startswith(f"{number}:")]
        assert mine == [reason for reason in told if reason.startswith(f"{number}:")], "each writer's order is kept"
