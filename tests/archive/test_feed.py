"""The change feed under eight writers at once: who reads it by `change_seq` misses none and sees none twice."""

from pathlib import Path

from etl.archive.storage.archive import Archive
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.attacks.feed import WRITERS, write_and_read
from tests.support.filled import fill


def test_a_reader_misses_none_and_sees_none_twice(
    archive: Archive, owner_url: str, local_settings: Settings, tmp_path: Path
) -> None:
    fill(owner_url, WRITERS)
    found = write_and_read(Ground(archive, local_settings, tmp_path), WRITERS)
    assert found.looks > WRITERS, "the reader looked while they wrote"
