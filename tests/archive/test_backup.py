"""The bucket in a folder and back: every byte verified on the way, nothing whole overwritten."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.archive.preservation.backup import backup, restore
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.archive.storage.log_lines import JournalLine
from etl.errors import GongkaiError
from etl.local.services import Addresses
from etl.settings import Settings
from tests.support.gongkai import gongkai
from tests.support.stored import flip_a_byte, keep, write_log


def quiet(*_: Any) -> None:
    pass


def contents(archive: Archive) -> dict[str, bytes]:
    return {key: archive.store.read(key) for key in archive.store.list_keys("")}


def test_an_emptied_bucket_is_filled_again_byte_for_byte(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 6)
    folder, before = tmp_path / "copy", contents(archive)
    first = backup(archive.store, folder, quiet)
    assert (first.objects, first.copied, first.damaged) == (len(before), len(before), ())
    assert backup(archive.store, folder, quiet).copied == 0
    for key in before:
        archive.store.remove(key)
    assert restore(archive.store, folder, quiet).copied == len(before)
    assert contents(archive) == before
    assert restore(archive.store, folder, quiet).copied == 0
    assert audit(archive, quiet).damaged == ()


def test_damage_is_carried_neither_way(
    archive: Archive,
    services: Addresses,
    local_settings: Settings,
    tmp_path: Path,
) -> None:
    digests = keep(archive, tmp_path, 4)
    folder = tmp_path / "copy"
    flip_a_byte(archive, services, digests[0])
    code, _, said = gongkai(local_settings, "backup", folder)
    assert code == 1
    assert f"damaged: {blob_key(digests[0])}" in said
    assert "as damaged: 1 object — gongkai fixity --all" in said
    assert not (folder / blob_key(digests[0])).exists()

    log = next(archive.store.list_keys("captures/"))
    archive.store.remove(log)
    for key in (log, blob_key(digests[1])):
        body = (folder / key).read_bytes()
        (folder / key).write_bytes(bytes([body[0] ^ 1]) + body[1:])
    checked = backup(archive.store, folder, quiet, check=True)
    assert (checked.copied, checked.damaged) == (1, (blob_key(digests[0]),))
    assert restore(archive.store, folder, quiet).damaged == (log,)
    assert archive.store.blob(digests[1])


def test_a_log_that_grew_since_the_copy_stays(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 1)
    backup(archive.store, tmp_path / "copy", quiet)
    log = next(archive.store.list_keys("runs/"))
    written = archive.store.read_run_log(log)
    write_log(archive, log, [written.source, replace(written.run, state="running"), *written.pages])
    grown = archive.store.read(log)
    assert restore(archive.store, tmp_path / "copy", quiet).copied == 0
    assert archive.store.read(log) == grown
    assert backup(archive.store, tmp_path / "copy", quiet).copied == 1


def test_a_folder_or_blob_that_is_not_there_is_said(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(GongkaiError, match="name a folder that"):
        restore(archive.store, tmp_path / "none", quiet)
    with pytest.raises(GongkaiError, match="ab" * 32):
        restore(archive.store, tmp_path, quiet, ["ab" * 32])


def test_a_log_that_is_written_once_never_replaces_another(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 2)
    folder = tmp_path / "copy"
    backup(archive.store, folder, quiet)
    [journal] = archive.store.list_keys("changes/")
    first = (folder / journal).read_bytes()
    other = [replace(line, reason="其他") for line in archive.store.read_log(journal, JournalLine)]
    write_log(archive, journal, other)
    assert backup(archive.store, folder, quiet).copied == 1
    [older] = (folder / journal).parent.glob("*.before-*")
    assert older.read_bytes() == first
    assert (folder / journal).read_bytes() == archive.store.read(journal)
    assert restore(archive.store, folder, quiet).damaged == ()


def test_a_log_that_is_named_becomes_that_of_the_copy(
    archive: Archive, local_settings: Settings, tmp_path: Path
) -> None:
    keep(archive, tmp_path, 1)
    folder = tmp_path / "copy"
    backup(archive.store, folder, quiet)
    [journal] = archive.store.list_keys("changes/")
    first = archive.store.read(journal)
    other = [replace(line, reason="其他") for line in archive.store.read_log(journal, JournalLine)]
    write_log(archive, journal, other)
    [damage] = audit(archive, quiet).all_damage
    assert str(damage).endswith(f"— gongkai restore BACKUP {journal}")
    assert restore(archive.store, folder, quiet).copied == 0, "it can be read, so only who names it replaces it"
    assert gongkai(local_settings, "restore", folder, journal)[0] == 0
    assert archive.store.read(journal) == first
    assert audit(archive, quiet).all_damage == ()
