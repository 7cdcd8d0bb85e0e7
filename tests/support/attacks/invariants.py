"""What must hold of every archive at rest, whatever was done to it before.

Each check raises `AssertionError`, whose first line says what was lost and where to look.
"""

from collections import Counter

from sqlalchemy import create_engine

from etl.archive.preservation.bucket_check import check_bucket
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.layout import CHANGES
from etl.archive.storage.log_lines import CaptureLine, JournalLine
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.support.gongkai import rows
from tests.support.whole_database import differing, dump, quiet


def check_archive(archive: Archive) -> None:
    """Bytes and logs are whole, each capture is in its log, the feed has no gap, and each item has one outcome."""
    check_runs(archive)
    check_feed(archive)
    check_logs(archive)
    damaged = audit(archive, quiet).all_damage
    assert not damaged, f"`gongkai fixity` finds {len(damaged)} damaged objects, the first: {damaged[0]}"
    check_bucket(archive.store, quiet)


def check_runs(archive: Archive) -> None:
    """No run is left open, and each page of a run has an outcome, of which the report counts each once."""
    open_runs = rows(archive, "SELECT id, source_id, key FROM archive.run WHERE state = 'running'")
    assert not open_runs, f"{len(open_runs)} runs are left open, the first: {open_runs[0]}"
    without = rows(archive, _WITHOUT_OUTCOME)
    assert not without, f"{len(without)} pages of runs have no outcome, the first: {without[0]}"
    unread = rows(archive, "SELECT url, unread_capture_id FROM archive.page WHERE unread_capture_id IS NOT NULL")
    assert not unread, f"{len(unread)} pages have a capture that nobody read, the first: {unread[0]}"
    lost = rows(archive, _STORED_WITHOUT_RECORD)
    assert not lost, f"{len(lost)} stored documents are no record, the first: {lost[0]}"


_WITHOUT_OUTCOME = """
SELECT rp.run_id, p.url FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id WHERE rp.outcome IS NULL"""
_STORED_WITHOUT_RECORD = """
SELECT p.url, rp.run_id FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
LEFT JOIN archive.record r ON r.page_id = p.id
WHERE rp.outcome = 'stored' AND p.kind = 'document' AND r.id IS NULL"""


def check_feed(archive: Archive) -> None:
    """Changes are numbered from 1 without a gap, the journal tells the same, and each version is told of once."""
    events = rows(archive, "SELECT change_seq, kind, record_id, version FROM archive.change ORDER BY change_seq")
    numbers = [event["change_seq"] for event in events]
    assert numbers == list(range(1, len(numbers) + 1)), f"the feed has a gap or a double: {_odd(numbers)}"
    lines = [
        line for key in sorted(archive.store.list_keys(CHANGES)) for line in archive.store.read_log(key, JournalLine)
    ]
    journal = {line.seq: (line.kind, line.record, line.version) for line in lines}
    unlike = [e for e in events if journal.get(e["change_seq"]) != (e["kind"], e["record_id"], e["version"])]
    assert not unlike, f"{len(unlike)} changes differ from the journal, the first: {unlike[0]}"
    made = Counter((e["record_id"], e["version"]) for e in events if e["kind"] in ("created", "updated"))
    twice = [pair for pair, count in made.items() if count > 1]
    assert not twice, f"{len(twice)} versions are told of twice, the first: record and version {twice[0]}"
    versions = rows(archive, "SELECT record_id, version FROM archive.record_version")
    silent = {(row["record_id"], row["version"]) for row in versions} - {
        (event["record_id"], event["version"]) for event in events
    }
    assert not silent, f"{len(silent)} versions are told of by no change, the first: {min(silent)}"


def _odd(numbers: list[int]) -> str:
    """The first place where numbers do not go on from each other."""
    return next(
        (f"{number} stands in place of {place}" for place, number in enumerate(numbers, 1) if number != place), ""
    )


def check_logs(archive: Archive) -> None:
    """Each capture is in the log that its row names, with the same bytes and outcome."""
    logged: dict[str, dict[int, tuple[str | None, str]]] = {}
    for row in rows(archive, "SELECT id, log, blob_sha256, outcome FROM archive.capture ORDER BY id"):
        if row["log"] not in logged:
            lines = archive.store.read_log(row["log"], CaptureLine)
            logged[row["log"]] = {line.capture: (line.blob, line.outcome) for line in lines}
        assert logged[row["log"]].get(row["id"]) == (row["blob_sha256"], row["outcome"]), (
            f"capture {row['id']} is not in {row['log']} as its row says"
        )


def check_rebuild(archive: Archive, beside: Settings) -> None:
    """The bucket alone fills the empty database of these settings with the same rows."""
    again = open_archive(beside)
    assert beside.database_owner_url
    owner = create_engine(beside.database_owner_url.get_secret_value())
    try:
        rebuild_archive(again, owner, quiet)
        before, after = dump(archive), dump(again)
    finally:
        again.engine.dispose()
        owner.dispose()
    for name in before:
        if before[name] != after[name]:
            raise AssertionError(
                f"a rebuild gives another table {name}: {str(differing(before[name], after[name])[:3])[:600]}"
            )
