"""The change feed as Parquet: by month, nothing twice, nothing half, and readable with another program's eyes."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, create_engine, text

from etl.archive.records.change_feed import publish
from etl.archive.storage.archive import Archive, open_reader
from etl.archive.storage.bucket import Store, StoreError, sha256
from etl.archive.storage.log_lines import ChangeEvent
from etl.errors import GongkaiError
from etl.export import changes
from etl.export.changes import FOLDER, MANIFEST, export_changes, read_manifest
from etl.settings import Settings
from tests.support.filled import SOURCE, fill

RECORDS = 100


@pytest.fixture
def reader(archive: Archive, local_settings: Settings, owner_url: str, reader_url: str) -> Iterator[Engine]:
    fill(owner_url, RECORDS)
    engine = open_reader(Settings.model_validate({"database_reader_url": reader_url}))
    yield engine
    engine.dispose()


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "CHANGES_PER_QUERY", 7)
    monkeypatch.setattr(changes, "MAX_CHANGES", 21)


def objects(store: Store) -> dict[str, tuple[str, Any]]:
    """What lies under the export's folder: digest and time of each object."""
    return {found.key: (sha256(store.read(found.key)), found.modified) for found in store.list_objects(FOLDER)}


def exported(store: Store, folder: Path) -> list[dict[str, Any]]:
    """The rows of the files that the manifest names, as DuckDB reads them."""
    manifest = json.loads(store.read(MANIFEST))
    paths = []
    for file in manifest["files"]:
        body = store.read(file["key"])
        assert (len(body), sha256(body)) == (file["size"], file["sha256"])
        path = folder / file["key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        paths.append(str(path))
    with duckdb.connect() as connection:
        query = (
            "SELECT * FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false) ORDER BY change_seq"
        )
        found = connection.execute(query, [paths])
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert [row["change_seq"] for row in rows] == list(range(1, manifest["change_seq_to"] + 1))
    assert len(rows) == sum(file["rows"] for file in manifest["files"])
    return rows


def test_the_feed_by_month_opens_in_duckdb(archive: Archive, reader: Engine, tmp_path: Path) -> None:
    assert export_changes(archive, reader).change_seq_to == RECORDS
    rows = exported(archive.store, tmp_path)
    assert {row["month"]: row["change_seq"] for row in reversed(rows)} == {"2025-12": 1, "2026-01": 60}
    with reader.connect() as connection:
        query = "SELECT record_id, text, fields, content_hash FROM api_v1.record_versions ORDER BY record_id"
        expected = connection.execute(text(query)).mappings().all()
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
    assert rows[0]["changed_at"].isoformat() == "2025-12-31T23:01:00+00:00"


@pytest.mark.usefixtures("small_files")
def test_it_goes_on_where_it_ended_and_writes_nothing_twice(archive: Archive, reader: Engine, tmp_path: Path) -> None:
    export_changes(archive, reader)
    before = objects(archive.store)
    export_changes(archive, reader)
    assert objects(archive.store) == before
    with archive.engine.begin() as connection:
        publish(connection, archive.store, [ChangeEvent("updated", 7, 1, 7, SOURCE, reason="again")])
    assert export_changes(archive, reader).change_seq_to == RECORDS + 1
    after = objects(archive.store)
    assert len(after) == len(before) + 1
    assert {key for key in before if after[key] != before[key]} == {MANIFEST}
    assert exported(archive.store, tmp_path)[-1]["reason"] == "again"


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("dies_at", [1, 2, 7])
def test_a_killed_run_leaves_nothing_half(
    archive: Archive, reader: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    puts = 0
    put = Store.put

    def dying(self: Store, key: str, body: bytes, *more: str | None) -> None:
        nonlocal puts
        puts += 1
        if puts == dies_at:
            raise KeyboardInterrupt
        put(self, key, body, *more)

    monkeypatch.setattr(Store, "put", dying)
    with pytest.raises(KeyboardInterrupt):
        export_changes(archive, reader)
    reached = read_manifest(archive.store).change_seq_to
    if reached:
        assert len(exported(archive.store, tmp_path)) == reached
    # More has come until it is started again: what it left over is overwritten all the same.
    with archive.engine.begin() as connection:
        publish(connection, archive.store, [ChangeEvent("updated", 7, 1, 7, SOURCE)])
    manifest = export_changes(archive, reader)
    assert len(exported(archive.store, tmp_path)) == manifest.change_seq_to == RECORDS + 1
    assert objects(archive.store).keys() == {file.key for file in manifest.files} | {MANIFEST}


def test_two_at_once_are_one_and_an_error(
    archive: Archive, reader: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    put = Store.put

    def waiting(self: Store, key: str, body: bytes) -> None:
        at_work.set()
        assert go_on.wait(60)
        put(self, key, body)

    monkeypatch.setattr(Store, "put", waiting)
    first = threading.Thread(target=export_changes, args=(archive, reader))
    first.start()
    assert at_work.wait(60)
    with pytest.raises(GongkaiError, match="another export of the changes is running"):
        export_changes(archive, reader)
    go_on.set()
    first.join()
    assert len(exported(archive.store, tmp_path)) == RECORDS


def test_an_export_ahead_of_the_database_is_an_error(
    archive: Archive, reader: Engine, owner_url: str, local_settings: Settings
) -> None:
    export_changes(archive, reader)
    before = objects(archive.store)
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM archive.change WHERE change_seq > 50"))
    with pytest.raises(GongkaiError, match=r"has change 100, the database ends at 50 .*rebuild"):
        export_changes(archive, reader)
    assert objects(archive.store) == before
    owner.dispose()


def test_what_is_away_or_missing_is_said(archive: Archive, reader: Engine, owner_url: str, reader_url: str) -> None:
    with pytest.raises(GongkaiError, match="GONGKAI_DATABASE_READER_URL is not set"):
        open_reader(Settings.model_validate({"database_reader_url": ""}))
    away = Store(archive.store.address.__class__("127.0.0.1:9", "x", "x", "nowhere", secure=False))
    with pytest.raises(StoreError):
        export_changes(Archive(archive.engine, away), reader)
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("DROP SCHEMA api_v1 CASCADE"))
    with pytest.raises(GongkaiError, match="no schema api_v1 — run `gongkai migrate`"):
        open_reader(Settings.model_validate({"database_reader_url": reader_url}))
    owner.dispose()
