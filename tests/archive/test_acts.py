"""Acts of archivists in the bucket: numbered like their rows, written before them, never over those of others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from etl.archive.preservation.fixity import audit
from etl.archive.records import acts
from etl.archive.records.reviews import keep_review
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.consistency import DatabaseBehindBucket
from etl.archive.storage.layout import act_key
from etl.archive.storage.log_lines import ActLine
from etl.archive.storage.log_registry import keep_replacing
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.support.gongkai import rows
from tests.support.stored import age, keep
from tests.support.whole_database import dump, emptied, quiet


@pytest.fixture(autouse=True)
def kept(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 2)


def look(archive: Archive, record: int, note: str = "") -> bool:
    return keep_review(archive, record, 1, "no_text", "", "馆员", note)


def test_a_review_from_before_acts_is_told_with_the_next_and_both_are_rebuilt(
    archive: Archive, owner_url: str, local_settings: Settings
) -> None:
    old = (
        "INSERT INTO archive.review (id, record_id, version, issue, subject, note, reviewed_by, reviewed_at)"
        " VALUES (7, 1, 1, 'flagged', 'cut', '旧注', '前任', '2025-03-04 05:06:07+00')"
    )
    age(owner_url, old)
    assert look(archive, 2, "无附件")
    lines = archive.store.read_log(act_key(1), ActLine)
    assert [(line.seq, line.by, line.review and line.review.note) for line in lines] == [
        (1, "前任", "旧注"),
        (2, "馆员", "无附件"),
    ]
    assert look(archive, 1)
    before = dump(archive)
    assert [row["act"] for row in before["review"]] == [1, 2, 3]
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert dump(again) == before
    assert look(again, 2)
    assert audit(again, quiet).all_damage == ()


def test_an_act_that_was_not_committed_is_replaced_and_one_that_was_forgotten_stops_the_next(
    archive: Archive, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_die(connection: Connection, store: Store, key: str, body: bytes, look: Callable[[], str]) -> None:
        keep_replacing(connection, store, key, body, look)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(acts, "keep_replacing", write_and_die)
        with pytest.raises(KeyboardInterrupt):
            look(archive, 1, "未提交")
    assert "未提交" in str(archive.store.read_log(act_key(1), ActLine))
    assert audit(archive, quiet).logs is not None  # what a dead step wrote does not stop others
    assert not keep_review(archive, 1, 99, "no_text", "", "馆员", "")
    assert look(archive, 1)
    committed = archive.store.read(act_key(1))
    assert [line.seq for line in archive.store.read_log(act_key(1), ActLine)] == [1]
    assert "未提交" not in str(archive.store.read_log(act_key(1), ActLine))
    # Restored from a dump that was made before the act.
    age(owner_url, "DELETE FROM archive.review")
    age(owner_url, "DELETE FROM archive.act")
    with pytest.raises(DatabaseBehindBucket, match="has act 1"):
        look(archive, 1)
    with pytest.raises(DatabaseBehindBucket, match="has act 1"):
        audit(archive, quiet)
    assert archive.store.read(act_key(1)) == committed
    assert rows(archive, "SELECT seq FROM archive.act") == []
