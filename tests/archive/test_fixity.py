"""Blobs are read again, the oldest check first; what is damaged is found, named and red, and never stops the rest."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from etl.archive.preservation.backup import backup, restore
from etl.archive.preservation.fixity import Damage, audit, replay_events
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import read_blob
from etl.archive.storage.bucket import DamagedBlob, Store, StoreError
from etl.archive.storage.layout import FIXITY, blob_key
from etl.archive.storage.log_lines import FixityLine
from etl.archive.storage.models import Blob
from etl.errors import Damaged
from etl.local.services import Addresses
from etl.progress import Progress
from etl.reasons import english
from etl.settings import PROJECT, Settings
from tests.support.gongkai import environment, gongkai, rows
from tests.support.stored import age, flip_a_byte, keep

EVENTS = "SELECT * FROM archive.fixity_event ORDER BY id"
BLOBS = "SELECT sha256, damage FROM archive.blob ORDER BY verified_at, sha256"
# What Airflow does with the task, without its scheduler.
TASK = "import audit_fixity; audit_fixity.audit_fixity().get_task('audit_blobs').python_callable()"


def quiet(*_: Any) -> None:
    pass


def test_a_flipped_byte_and_a_missing_object_are_found_named_and_red_until_they_are_back(
    archive: Archive,
    local_settings: Settings,
    services: Addresses,
    tmp_path: Path,
) -> None:
    digests = keep(archive, tmp_path, 12)
    backup(archive.store, tmp_path / "copy", quiet)
    flipped, lost = digests[3], digests[7]
    flip_a_byte(archive, services, flipped)
    archive.store.remove(blob_key(lost))

    found = audit(archive, quiet)
    assert (found.checked, found.restored) == (12, 0)
    assert {each.sha256: each.kind for each in found.damaged} == {flipped: "mismatch", lost: "missing"}
    assert [page.url for each in found.damaged if each.sha256 == lost for page in each.pages] == [
        "https://a.example/imported/7.html"
    ]
    with pytest.raises(Damaged, match="2 of 12 blobs are damaged"):
        found.raise_if_damaged()
    assert {row["blob_sha256"]: row["kind"] for row in rows(archive, EVENTS)} == {flipped: "mismatch", lost: "missing"}

    # Red again before their turn comes, by command and by DAG; the same damage is no new event.
    code, _, said = gongkai(local_settings, "fixity")
    lines = [line for line in said.splitlines() if line.startswith(("missing ", "mismatch "))]
    assert (code, len(lines)) == (1, 2)
    assert all("https://a.example/imported/" in line and "gongkai restore" in line for line in lines)
    task = run_task(local_settings, tmp_path)
    assert task.returncode == 1
    assert re.search(r"2 of \d+ blobs are damaged", task.stdout)
    assert all(f"{each.kind} {each.sha256}: " in task.stdout + task.stderr for each in found.damaged)
    assert len(rows(archive, EVENTS)) == 2

    assert restore(archive.store, tmp_path / "copy", quiet, [flipped]).copied == 1
    again = audit(archive, quiet, days=30)
    assert (again.restored, [each.sha256 for each in again.damaged]) == (1, [lost])
    assert restore(archive.store, tmp_path / "copy", quiet).copied == 1
    assert gongkai(local_settings, "fixity")[0] == 0
    assert [row["kind"] for row in rows(archive, EVENTS)][2:] == ["restored", "restored"]
    assert {row["damage"] for row in rows(archive, BLOBS)} == {None}


def run_task(settings: Settings, folder: Path) -> subprocess.CompletedProcess[str]:
    given = {"PYTHONPATH": os.pathsep.join(str(PROJECT / name) for name in ("", "dags", "plugins"))}
    given |= {"AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__UNIT_TEST_MODE": "False"}
    return subprocess.run(
        [sys.executable, "-c", TASK],
        cwd=folder,
        env=environment(settings) | given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_the_storage_cannot_read_is_damage_and_not_an_outage(
    archive: Archive, services_dir: Path, tmp_path: Path
) -> None:
    """A byte that flips on the disk: SeaweedFS answers 500 after 13 s of trying, to both who ask at once."""
    keep(archive, tmp_path, 3)
    body = os.urandom(5000)  # text would lie there compressed
    digest = archive.store.put_blob(body)
    with archive.engine.begin() as connection:
        connection.execute(insert(Blob).values(sha256=digest, size=len(body)))
    changed = 0
    for volume in (services_dir / "store").glob(f"{archive.store.address.bucket}_*.dat"):
        with volume.open("r+b") as file:
            if (start := file.read().find(body)) >= 0:
                file.seek(start)
                changed += file.write(bytes([body[0] ^ 1]))
    assert changed == 1
    with ThreadPoolExecutor(1) as beside:
        shown = beside.submit(read_blob, archive, digest)
        found = audit(archive, quiet)
    assert found.checked == 4
    assert [(each.sha256, each.kind) for each in found.damaged] == [(digest, "mismatch")]
    assert "InternalError" in english(found.damaged[0].detail)
    with pytest.raises(DamagedBlob, match="InternalError"):
        shown.result()


def test_every_blob_has_its_turn_within_the_days_and_none_has_it_twice(
    archive: Archive, owner_url: str, tmp_path: Path
) -> None:
    digests = keep(archive, tmp_path, 12)
    for number, digest in enumerate(digests):
        # Three on each of the last four days, in the order of their numbers.
        age(
            owner_url,
            "UPDATE archive.blob SET stored_at = now() - interval '9 days',"
            " verified_at = date_trunc('day', now(), 'Asia/Shanghai') + make_interval(days => :n / 3 - 4, mins => :n)"
            " WHERE sha256 = :digest",
            digest=digest,
            n=number,
        )
    read: list[str] = []
    for _ in range(4):
        assert audit(archive, quiet, days=4).checked == 3
        read += [row["sha256"] for row in rows(archive, BLOBS)][-3:]
        assert audit(archive, quiet, days=4).checked == 0, "again on the same day"
        a_day_passes(owner_url)
    assert sorted(read[:3]) == sorted(digests[:3]), "the oldest first"
    assert sorted(read) == sorted(digests)

    a_day_passes(owner_url)
    assert audit(archive, quiet, days=4).checked == 6, "a day was missed"
    assert audit(archive, quiet, days=4).checked == 0


def a_day_passes(owner_url: str) -> None:
    day = "interval '1 day'"
    age(owner_url, f"UPDATE archive.blob SET verified_at = verified_at - {day}, stored_at = stored_at - {day}")


def test_an_audit_that_is_cut_off_or_loses_the_storage_goes_on_where_it_stopped(
    archive: Archive, owner_url: str, tmp_path: Path
) -> None:
    keep(archive, tmp_path, 12)
    age(owner_url, "UPDATE archive.blob SET verified_at = now() - interval '40 days'")

    def interrupt(progress: Progress) -> None:
        assert progress.total == 12
        if progress.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(archive, interrupt, days=30)
    away = Store(replace(archive.store.address, endpoint="127.0.0.1:9"))
    with pytest.raises(StoreError, match="at 127\\.0\\.0\\.1:9"):
        audit(Archive(archive.engine, away), quiet, days=30)
    assert audit(archive, quiet, days=30).checked == 7
    assert rows(archive, EVENTS) == []


def test_events_are_in_the_bucket_before_their_rows_and_fill_the_table_again(
    archive: Archive, owner_url: str, services: Addresses, tmp_path: Path
) -> None:
    flip_a_byte(archive, services, keep(archive, tmp_path, 3)[0])
    audit(archive, quiet)
    events, blobs = rows(archive, EVENTS), rows(archive, BLOBS)
    # As if the audit had died before it committed.
    undone = "UPDATE archive.blob SET damage = NULL, verified_at = stored_at WHERE damage IS NOT NULL"
    age(owner_url, "DELETE FROM archive.fixity_event")
    age(owner_url, undone)
    assert len(audit(archive, quiet, days=30).damaged) == 1
    assert rows(archive, EVENTS) == events

    age(owner_url, "DELETE FROM archive.fixity_event")
    age(owner_url, undone)
    for _ in range(2):
        with archive.engine.begin() as connection:
            for key in archive.store.list_keys(FIXITY):
                replay_events(connection, archive.store.read_log(key, FixityLine))
    assert rows(archive, EVENTS) == events
    assert sorted(rows(archive, BLOBS), key=str) == sorted(blobs, key=str)


def test_a_source_s_blobs_alone_are_read_when_it_is_named(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 2, "one")
    keep(archive, tmp_path, 3, "other")
    assert audit(archive, quiet, source="other").checked == 3


def test_a_damage_says_what_to_do() -> None:
    said = str(Damage("ab" * 32, "missing", "no object of this name", ()))
    assert said.endswith(f"from no capture — gongkai restore BACKUP {'ab' * 32}")
