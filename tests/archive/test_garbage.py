"""What nothing names is told; it goes only when asked, when old, and when it is still so in the last moment."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from etl.archive.preservation.fixity import audit
from etl.archive.preservation.garbage import REMOVABLE, UnreferencedObject, delete_unreferenced, find_unreferenced
from etl.archive.records.file_readings import store_file_reading
from etl.archive.storage.archive import Archive
from etl.archive.storage.consistency import DatabaseBehindBucket
from etl.archive.storage.database import lock_against_writers
from etl.archive.storage.layout import PROBE, READINGS, REMOVALS, blob_key, reading_key
from etl.archive.storage.log_lines import JournalLine, RemovalLine
from etl.files import FileReading
from etl.local.services import Addresses
from etl.settings import Settings
from tests.support.gongkai import gongkai
from tests.support.stored import age, capture_line, keep, write_log, write_raw_log

LOG = "captures/imported/2025-01-02/030405000000-1-import-999999.jsonl.gz"
AHEAD = "changes/000000000099.jsonl.gz"
AT_ONCE = timedelta(0)


@pytest.fixture
def littered(archive: Archive, services: Addresses, tmp_path: Path) -> dict[str, str]:
    """What steps leave that die between bytes and rows, beside an archive in good order; what may go, by its kind."""
    keep(archive, tmp_path, 3)
    orphan, logged = (archive.store.put_blob(body) for body in (b"of a step that died", b"named in a log alone"))
    reading = f"files/{orphan[:2]}/{orphan[2:4]}/{orphan}.jsonl.gz"
    write_raw_log(archive, reading, {})
    write_log(archive, LOG, [capture_line(999999, LOG, logged), capture_line(1000000, LOG, None)])
    services.store.client().put_object(archive.store.address.bucket, "notes.txt", io.BytesIO(b"?"), 1)
    return {"blob": blob_key(orphan), "reading": reading}


def named(found: list[UnreferencedObject]) -> dict[str, str]:
    return {each.kind: each.key for each in found}


def test_what_nothing_names_is_told_and_what_a_log_names_is_not(archive: Archive, littered: dict[str, str]) -> None:
    ahead = JournalLine("removed", 1, 1, 1, "imported", seq=99, at=datetime(2025, 1, 2, tzinfo=UTC))
    write_log(archive, AHEAD, [ahead])
    found = list(find_unreferenced(archive))
    assert len(found) == 5
    assert named(found) == littered | {"unadopted": LOG, "ahead": AHEAD, "foreign": "notes.txt"}
    # Of what the database forgot nobody can say that nothing names it.
    with pytest.raises(DatabaseBehindBucket, match="gongkai rebuild"):
        list(delete_unreferenced(archive, found, AT_ONCE))


def test_only_what_may_go_is_removed_and_only_after_the_grace_period(
    archive: Archive, littered: dict[str, str]
) -> None:
    assert list(delete_unreferenced(archive, find_unreferenced(archive), timedelta(days=7))) == []
    removed = list(delete_unreferenced(archive, find_unreferenced(archive), AT_ONCE))
    assert named(removed) == littered
    (log,) = archive.store.list_keys(REMOVALS)
    assert [line.key for line in archive.store.read_log(log, RemovalLine)] == [each.key for each in removed]
    assert {each.kind for each in find_unreferenced(archive)} == {"unadopted", "foreign"}
    assert audit(archive, lambda *_: None).damaged == ()


def test_what_a_test_of_the_server_left_may_go(archive: Archive) -> None:
    archive.store.put(PROBE, b"?")
    archive.store.put(f"{PROBE}-3/{PROBE}", b"?")
    assert [each.kind for each in find_unreferenced(archive)] == ["temporary", "temporary"]
    assert len(list(delete_unreferenced(archive, find_unreferenced(archive), AT_ONCE))) == 2


def test_bytes_that_a_crawl_meets_again_meanwhile_stay(archive: Archive, tmp_path: Path) -> None:
    """A body was stored long ago by a step that died; a crawl stores it again after it was found to be garbage."""
    (digest,) = keep(archive, tmp_path, 1)
    other = archive.store.put_blob(b"written again a moment ago, its row not yet there")
    looks = [archive.store.stat(blob_key(each)) for each in (digest, other)]
    found = [UnreferencedObject("blob", look.key, look.size, look.modified) for look in looks]
    old = [replace(each, modified=each.modified - timedelta(days=8)) for each in found]
    assert list(delete_unreferenced(archive, old, timedelta(days=7))) == []
    assert list(delete_unreferenced(archive, found[:1], AT_ONCE)) == [], "its row is there by now"
    assert archive.store.blob(digest)
    assert archive.store.blob(other)


def test_no_reading_is_stored_while_garbage_is_removed(archive: Archive, tmp_path: Path) -> None:
    """Its object would be taken for garbage between the writing of its bytes and of its row."""
    (digest,) = keep(archive, tmp_path, 1)
    with archive.engine.connect() as garbage, ThreadPoolExecutor() as pool:
        lock_against_writers(garbage)
        storing = pool.submit(
            store_file_reading, archive, digest, FileReading("text/plain", "read", "", "文", 1, "text")
        )
        waiting = text("SELECT count(*) FROM pg_locks WHERE relation = 'archive.storing'::regclass AND NOT granted")
        while not garbage.scalar(waiting):
            assert not storing.done()
        assert reading_key(digest) not in archive.store.list_keys(READINGS)
        garbage.rollback()
        storing.result()
    assert reading_key(digest) in archive.store.list_keys(READINGS)


def test_a_database_that_lost_its_rows_makes_no_garbage_of_the_bucket(
    archive: Archive, littered: dict[str, str], owner_url: str
) -> None:
    age(owner_url, "TRUNCATE archive.blob CASCADE")
    assert {each.key for each in find_unreferenced(archive) if each.kind in REMOVABLE} == set(littered.values())


def test_the_command_lists_and_removes_nothing_young(
    archive: Archive, littered: dict[str, str], local_settings: Settings
) -> None:
    assert littered["blob"] in gongkai(local_settings, "garbage")[1]
    assert gongkai(local_settings, "garbage", "--remove", "--older-than", "1d")[:2] == (0, "")
    code, _, said = gongkai(local_settings, "garbage", "--remove", "--older-than", "0d")
    assert (code, "--older-than '0d' is not" in said) == (1, True)
