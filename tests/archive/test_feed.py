"""The change feed under eight writers at once: who reads it by `change_seq` misses none and sees none twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import CHAIN, CHANGES
from etl.archive.storage.log_lines import ChainLine, ChangeEvent, JournalLine
from etl.archive.storage.log_registry import chain_logs, keep_log
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.attacks.feed import WRITERS, write_and_read
from tests.support.filled import SOURCE, fill


def test_a_reader_misses_none_and_sees_none_twice(
    archive: Archive, owner_url: str, local_settings: Settings, tmp_path: Path
) -> None:
    fill(owner_url, WRITERS)
    found = write_and_read(Ground(archive, local_settings, tmp_path), WRITERS)
    assert found.looks > WRITERS, "the reader looked while they wrote"


class SlowStore(Store):
    """A store whose writes to a prefix are on the way until they are let through."""

    def __init__(self, store: Store, prefix: str) -> None:
        super().__init__(store.address)
        self.prefix, self.on_the_way, self.let_through = prefix, Event(), Event()

    def put(self, key: str, body: bytes, replaces: str | None = None) -> None:
        """As `Store.put`."""
        if key.startswith(self.prefix):
            self.on_the_way.set()
            assert self.let_through.wait(60)
        super().put(key, body, replaces)


def tell(archive: Archive, reason: str) -> None:
    with archive.engine.begin() as connection:
        publish(connection, archive.store, [ChangeEvent("updated", 1, 1, 1, SOURCE, reason=reason)])


def link(archive: Archive, reason: str) -> None:
    with archive.engine.begin() as connection:
        keep_log(connection, archive.store, f"fixity/{reason}.jsonl.gz", [])
    chain_logs(archive)


@pytest.mark.parametrize(("write", "prefix", "kind"), [(tell, CHANGES, JournalLine), (link, CHAIN, ChainLine)])
@pytest.mark.parametrize("before", [0, 1], ids=["of none", "of another dead one"])
def test_a_writer_whose_connection_was_cut_replaces_nothing(
    archive: Archive, owner_url: str, write: Callable[[Archive, str], None], prefix: str, kind: Any, before: int
) -> None:
    fill(owner_url, 1)
    for _ in range(before):
        cut_while_writing(archive, prefix, lambda slow: write(slow, "dead"), lambda: None)
    cut_while_writing(archive, prefix, lambda slow: write(slow, "cut"), lambda: write(archive, "next"))
    last = max(archive.store.list_keys(prefix))
    [line] = [line for line in archive.store.read_log(last, kind) if "next" in str(line)]
    assert "cut" not in str(line)
    write(archive, "later")


def cut_while_writing(
    archive: Archive, prefix: str, write: Callable[[Archive], None], meanwhile: Callable[[], None]
) -> None:
    """Cuts the connection of a writer whose object is on the way, does something else, and lets the object through."""
    slow = SlowStore(archive.store, prefix)
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write, replace(archive, store=slow))
        assert slow.on_the_way.wait(60)
        with archive.engine.begin() as connection:
            connection.execute(text(CUT_OTHERS))
        meanwhile()
        slow.let_through.set()
        with pytest.raises(DBAPIError):
            writing.result()


CUT_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"""
