"""The readers of docs/downstream.md, run as they stand there."""

import hashlib
import io
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from minio import Minio
from minio.error import S3Error
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import make_url, text

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive, open_archive, open_reader
from etl.archive.storage.layout import blob_key
from etl.archive.storage.log_lines import ChangeEvent
from etl.export.changes import export_changes
from etl.local.postgres import Postgres
from etl.local.services import Addresses
from etl.local.state import State
from etl.settings import PROJECT, Settings
from tests.support.filled import SOURCE, fill
from tests.support.gongkai import gongkai
from tests.support.services import settings_of

PAGE = (PROJECT / "docs" / "downstream.md").read_text(encoding="utf-8")
PROGRAM, OF_EXPORTS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
ONCE, AGAIN = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
RECORDS = 40


@pytest.fixture
def filled(archive: Archive, owner_url: str) -> Archive:
    fill(owner_url, RECORDS)
    return archive


@pytest.fixture
def reader(reader_url: str) -> str:
    return make_url(reader_url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def mirror() -> dict[str, Any]:
    """The program's names, its page smaller, so that a few records make several."""
    names: dict[str, Any] = {"__name__": "mirror"}
    exec(compile(PROGRAM, "docs/downstream.md", "exec"), names)
    names["PAGE"] = 7
    return names


def live(archive: Archive) -> None:
    """What may happen to records: changed, gone and back, gone for good, read otherwise."""
    kinds = [("updated", 3), ("removed", 3), ("removed", 5), ("restored", 3), ("re-extracted", 5), ("removed", 9)]
    with archive.engine.begin() as connection:
        for kind, record in kinds:
            version = 1
            if kind in ("updated", "re-extracted"):
                version = 2
                connection.execute(_NEW, {"record": record, "kind": kind})
                connection.execute(_POINT, {"record": record})
            else:
                state = "removed" if kind == "removed" else "current"
                connection.execute(_STATE, {"record": record, "state": state})
                version = connection.scalars(_VERSION, {"record": record}).one()
            publish(connection, archive.store, [ChangeEvent(kind, record, version, record, SOURCE)])


_NEW = text("""
INSERT INTO archive.record_version
    (record_id, version, kind, capture_id, content_hash, title, fields, attachments, flags, extractor)
SELECT record_id, 2, :kind, capture_id, content_hash, title || '（修订）', fields, attachments, flags, extractor
FROM archive.record_version WHERE record_id = :record AND version = 1
""")
_POINT = text("UPDATE archive.record SET version = 2 WHERE id = :record")
_STATE = text("UPDATE archive.record SET state = :state WHERE id = :record")
_VERSION = text("SELECT version FROM archive.record WHERE id = :record")
_TRUTH = """
SELECT r.record_id, r.version, (r.state = 'removed')::int AS removed, r.content_hash, r.url, v.title, v.text
FROM api_v1.record_places r JOIN api_v1.record_versions v USING (record_id, version) ORDER BY record_id
"""
_COPY = "SELECT record_id, version, removed, content_hash, url, title, text FROM record ORDER BY record_id"


def truth(reader: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(reader) as connection:
        return connection.execute(_TRUTH).fetchall()


class KilledError(Exception):
    """The reader ended in the middle of a page."""


def dying(real: Callable[..., None], at: int) -> Callable[..., None]:
    done = 0

    def apply(copy: sqlite3.Connection, change: dict[str, Any]) -> None:
        nonlocal done
        done += 1
        if done == at:
            raise KilledError
        real(copy, change)

    return apply


def test_a_reader_that_keeps_dying_ends_with_the_archive(
    filled: Archive, reader: str, tmp_path: Path, mirror: dict[str, Any]
) -> None:
    live(filled)
    real, reached = mirror["apply"], []
    while not reached:
        with psycopg.connect(reader, autocommit=True, row_factory=dict_row) as archive:
            copy = sqlite3.connect(tmp_path / "copy.db")
            copy.executescript(mirror["TABLES"])
            mirror["apply"] = dying(real, 12)
            with closing(copy), suppress(KilledError):
                reached.append(mirror["catch_up"](archive, copy))
    assert reached == [RECORDS + 6]
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute(_COPY).fetchall() == truth(reader)


@pytest.mark.parametrize(("number", "seconds"), [(RECORDS + 1, 0), (RECORDS, 1), (1, 1)])
def test_a_cursor_of_another_feed_is_told_and_the_copy_left_as_it_is(
    filled: Archive, reader: str, tmp_path: Path, mirror: dict[str, Any], number: int, seconds: int
) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "copy.db")) as copy,
        psycopg.connect(reader, autocommit=True, row_factory=dict_row) as archive,
    ):
        copy.executescript(mirror["TABLES"])
        assert mirror["catch_up"](archive, copy) == RECORDS
        (changed_at,) = copy.execute("SELECT changed_at FROM reached").fetchone()
        elsewhere = datetime.fromisoformat(changed_at) + timedelta(seconds=seconds)
        with copy:
            copy.execute("UPDATE reached SET change_seq = ?, changed_at = ?", (number, elsewhere.isoformat()))
        with pytest.raises(SystemExit, match=f"no change {number} of"):
            mirror["catch_up"](archive, copy)
        assert copy.execute("SELECT change_seq FROM reached").fetchone() == (number,)


def test_the_program_follows_the_feed(filled: Archive, reader: str, tmp_path: Path) -> None:
    program, copy = tmp_path / "mirror.py", tmp_path / "copy.db"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, program, copy]
    given = os.environ | {"ARCHIVE_URL": reader}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=True)
    assert done.stdout == f"at change {RECORDS}\n"
    with subprocess.Popen([*command, "--follow"], env=given, stdout=subprocess.PIPE, text=True) as follower:
        try:
            assert follower.stdout is not None
            assert follower.stdout.readline() == f"at change {RECORDS}\n"
            live(filled)  # one commit, one notification: well before the minute is over
            assert follower.stdout.readline() == f"at change {RECORDS + 6}\n"
        finally:
            follower.kill()
    with sqlite3.connect(copy) as connection:
        assert connection.execute(_COPY).fetchall() == truth(reader)


@pytest.fixture
def own(services_dir: Path, reader: str) -> Iterator[psycopg.Connection]:
    """A database of the reader's own, on the same server."""
    server = Postgres(State(services_dir), make_url(reader).port or 0)
    name = sql.Identifier(f"copy_of_{make_url(reader).database}")
    with server.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        with server.connect(name.as_string().strip('"')) as there:
            yield there
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_the_same_in_sql(filled: Archive, reader: str, own: psycopg.Connection) -> None:
    url = make_url(reader)
    replaced = {"archive.example": url.host, "5432": url.port, "dbname 'archive'": f"dbname '{url.database}'"}
    once = ONCE
    for word, value in {**replaced, "'secret'": f"'{url.password}'"}.items():
        assert word in once
        once = once.replace(word, str(value))
    own.execute(once)
    again = AGAIN.replace("LIMIT 500", "LIMIT 7")
    assert again != AGAIN
    live(filled)
    before = None
    while (reached := own.execute("SELECT change_seq FROM reached").fetchone()) != before:
        before = reached
        own.execute(again)
    assert reached == (RECORDS + 6,)
    assert own.execute(_COPY.replace("removed", "removed::int", 1)).fetchall() == truth(reader)
    for change in ("change_seq = change_seq + 1", "change_seq = 3", "changed_at = changed_at - interval '1 second'"):
        own.execute("BEGIN")
        own.execute(f"UPDATE reached SET {change}")
        with pytest.raises(psycopg.errors.DivisionByZero):
            own.execute(again)
        own.execute("ROLLBACK")


@pytest.fixture
def served(services: Addresses, services_dir: Path, owner_url: str, filled: Archive) -> Iterator[Settings]:
    """Settings of the bucket that the servers were started with: the reader's keys open that one."""
    settings = settings_of(services, services_dir, owner_url, services.bucket)
    store = open_archive(settings).store
    store.put_blob(b"not for readers")
    export_changes(open_archive(settings), open_reader(settings))
    yield settings
    client = services.store.client()
    for key in list(store.list_keys("")):
        client.remove_object(services.bucket, key)


def test_the_exports_are_read_with_keys_that_open_nothing_else(served: Settings, tmp_path: Path) -> None:
    program = tmp_path / "read.py"
    program.write_text(OF_EXPORTS, encoding="utf-8")
    said = gongkai(served, "reader")
    lines = [shlex.split(line) for line in said.out.splitlines()]
    assert (said.code, said.err, {word for word, _ in lines}) == (0, "", {"export"})
    given = dict(value.split("=", 1) for _, value in lines)
    with psycopg.connect(given["ARCHIVE_URL"]) as archive:
        assert archive.execute("SELECT max(change_seq) FROM api_v1.changes").fetchone() == (RECORDS,)
    done = subprocess.run([sys.executable, program], env=os.environ | given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"created\W+{RECORDS}\b", done.stdout)
    assert re.search(rf"\b{RECORDS} +第\d+号通知 ", done.stdout)

    client = Minio(
        given["AWS_ENDPOINT_URL"].removeprefix("http://"),
        given["AWS_ACCESS_KEY_ID"],
        given["AWS_SECRET_ACCESS_KEY"],
        secure=False,
        region=given["AWS_REGION"],
    )
    bucket, blob = given["ARCHIVE_BUCKET"], blob_key(hashlib.sha256(b"not for readers").hexdigest())
    manifest = "exports/changes/manifest.json"
    refused: list[Callable[[], object]] = [
        lambda: client.get_object(bucket, blob),
        lambda: list(client.list_objects(bucket, "blobs/")),
        lambda: client.put_object(bucket, manifest, io.BytesIO(b"{}"), 2),
        lambda: client.remove_object(bucket, manifest),
        lambda: client.make_bucket("another"),
    ]
    for act in refused:
        with pytest.raises(S3Error) as error:
            act()
        assert error.value.code == "AccessDenied"
