"""Rebuilds the database from object storage alone: runs, captures, fixity events, file readings, the change feed, then
the acts of archivists.

Each step takes numbers and times from the bucket and is idempotent, so an interrupted rebuild can be continued. Until
it has ended, no other writer may write (`etl.archive.storage.consistency`). It needs the rights of the database's
owner, because the application's role may not write the feed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DataError, IntegrityError

from etl.archive.crawls.capture_rows import index_log_entries
from etl.archive.crawls.unread import with_unread_reason
from etl.archive.preservation.bucket_check import LogBytes, check_bucket
from etl.archive.preservation.fixity import replay_events
from etl.archive.records.acts import write_act
from etl.archive.records.citations import forget_citations
from etl.archive.records.near_duplicates import store_signatures
from etl.archive.records.search_index import forget_entries
from etl.archive.storage.bucket import Store
from etl.archive.storage.database import lock_acts
from etl.archive.storage.layout import (
    REBUILD_ORDER,
    RebuildStep,
    capture_log_source,
    first_capture,
    journal_key,
    run_number,
)
from etl.archive.storage.log_lines import ActLine, CaptureLine, FixityLine, JournalLine, ReadingLine, VersionValues
from etl.archive.storage.models import Act, Change, Content, Correction, File, LogObject, Record, RecordVersion
from etl.batches import batches
from etl.errors import Damaged, GongkaiError
from etl.progress import Progress, ProgressCallback


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Numbers of objects that were read, by step."""

    runs: int
    captures: int
    fixity: int
    files: int
    changes: int
    acts: int


def rebuild(owner: Engine, store: Store, progress: ProgressCallback) -> RebuildResult:
    """Fills the database from the bucket.

    Before it writes anything, raises `Damaged` if a log is missing or damaged, and `GongkaiError` if database and
    bucket belong to different archives.
    """
    checked = check_bucket(store, progress)
    keys = {step: sorted(names, key=_IN_ORDER.get(step)) for step, names in checked.keys.items()}
    _refuse_another(owner, store, keys["changes"])
    with owner.begin() as connection:
        # Waits for transactions that number events or acts. New ones will be refused until the rebuild has ended.
        connection.execute(text("LOCK TABLE archive.numbering IN EXCLUSIVE MODE"))
        lock_acts(connection)
        connection.execute(text("INSERT INTO archive.rebuild DEFAULT VALUES ON CONFLICT DO NOTHING"))
        forget_entries(connection)
        forget_citations(connection)
    for step in REBUILD_ORDER:
        for done, key in enumerate(keys[step], 1):
            with _naming(key), owner.begin() as connection:
                _STEPS[step](connection, store, key)
            progress(Progress(step, done, len(keys[step])))
    with owner.begin() as connection:
        for key in keys["runs"]:
            pages = [with_unread_reason(line) for line in store.read_run_log(key).pages]
            with _naming(key):
                _write_rows(connection, _RUN_PAGES, [line.to_json() for line in pages])
        for statement in _DERIVED:
            connection.execute(text(statement))
        _register_logs(connection, checked.logs)
        connection.execute(text("DELETE FROM archive.rebuild"))
    return RebuildResult(**{step: len(keys[step]) for step in REBUILD_ORDER})


@contextmanager
def _naming(key: str) -> Iterator[None]:
    """If the database refuses the rows of a log, because they contradict other logs, names the log in the error."""
    try:
        yield
    except (IntegrityError, DataError, UnicodeError) as error:
        cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Damaged(
            f"log {key} does not fit what the other logs tell: {cause}",
            hint="one of them is missing or damaged: restore it from a backup (docs/backup.md), then rebuild again",
        ) from error


def _register_logs(connection: Connection, logs: Mapping[str, LogBytes]) -> None:
    """Writes a row with digest, size and link for each log."""
    connection.execute(text("DELETE FROM archive.log_object"))
    rows = [{"key": key, **asdict(log)} for key, log in logs.items()]
    for chunk in batches(rows, 1000):
        connection.execute(insert(LogObject), chunk)


_IN_ORDER: Mapping[RebuildStep, Callable[[str], int]] = {"runs": run_number, "captures": first_capture}
"""Steps whose objects are not read in the order of their keys."""


def _refuse_another(owner: Engine, store: Store, keys: Sequence[str]) -> None:
    """Raises `GongkaiError` if the last event in the database differs from that in the journal (`keys`)."""
    with owner.connect() as connection:
        last = connection.execute(select(Change).order_by(Change.change_seq.desc()).limit(1)).mappings().first()
    if last is None:
        return
    seq = last["change_seq"]
    lines = [line for key in keys[_object_with(keys, seq) :][:1] for line in store.read_log(key, JournalLine)]
    event = next((line for line in lines if line.seq == seq), None)
    if event is None:
        raise GongkaiError(
            f"the database has changes up to {seq}, bucket {store.address.bucket!r} does not",
            hint="a rebuild fills an empty database, or continues one that it began",
        )
    same = (last["kind"], last["record_id"], last["version"], last["source_id"])
    if same != (event.kind, event.record, event.version, event.source):
        raise GongkaiError(
            f"change {seq} of the database is another event than change {seq} in bucket {store.address.bucket!r}",
            hint="empty the database (docs/backup.md), then rebuild: the bucket is the archive",
        )


def _object_with(keys: Sequence[str], seq: int) -> int:
    """The index of the journal object that has an event: the last one whose first event is not later."""
    return max(bisect_right(keys, journal_key(seq)) - 1, 0)


def _replay_run(connection: Connection, store: Store, key: str) -> None:
    log = store.read_run_log(key)
    connection.execute(_SOURCE, {"rows": [log.source.to_json()]})
    connection.execute(_RUN, {"rows": [log.run.to_json()]})
    _write_rows(connection, _PAGES, [line.page.to_json() for line in log.pages])


def _replay_captures(connection: Connection, store: Store, key: str) -> None:
    lines = store.read_log(key, CaptureLine)
    if not lines:
        return
    pages = {line.page: _captured_page(line) for line in lines}
    # Documents first: their further pages refer to them.
    for row in sorted(pages.values(), key=lambda row: row["part"] or 0):
        connection.execute(_CAPTURED_PAGE, {"rows": [row]})
    index_log_entries(connection, lines[0].run, lines)
    read = [line.page for line in lines if line.kind == "document" and line.outcome in _READ]
    connection.execute(_DETACH_PARTS, {"documents": read, "pages": list(pages)})


def _captured_page(line: CaptureLine) -> dict[str, Any]:
    return {
        "id": line.page,
        "source_id": capture_log_source(line.log),
        "url": line.page_url,
        "kind": line.kind,
        "listing": line.listing,
        "first_seen_at": line.first_seen_at.isoformat(),
        "part_of": line.part_of,
        "part": line.part,
    }


_READ = {"stored", "unchanged", "not_modified", "not_a_document", "unreadable"}
"""Outcomes after which the further pages of an article are known."""


def _replay_fixity(connection: Connection, store: Store, key: str) -> None:
    replay_events(connection, store.read_log(key, FixityLine))


def _replay_reading(connection: Connection, store: Store, key: str) -> None:
    for line in store.read_log(key, ReadingLine):
        if line.content_hash:
            _write_contents(connection, {line.content_hash: line.text}, line.normaliser, line.read_at)
        connection.execute(insert(File).values(line.file_row()).on_conflict_do_nothing())


def _replay_changes(connection: Connection, store: Store, key: str) -> None:
    known = connection.scalar(select(func.max(Change.change_seq))) or 0
    for line in store.read_log(key, JournalLine):
        if line.seq <= known:
            continue
        texts = line.texts or {}
        _write_contents(connection, texts, int(line.read_with.rpartition(".")[2] or 0), line.at)
        store_signatures(connection, texts)
        if line.values:
            _write_version(connection, line, line.values)
        elif line.kind in ("removed", "restored"):
            state = "removed" if line.kind == "removed" else "current"
            connection.execute(_STATE, {"record": line.record, "state": state, "reason": line.reason, "at": line.at})
        for correction in line.corrections:
            connection.execute(insert(Correction).values(correction.row()))
        connection.execute(
            insert(Change).values(
                change_seq=line.seq,
                kind=line.kind,
                record_id=line.record,
                version=line.version,
                source_id=line.source,
                run_id=line.run,
                reason=line.reason,
                changed_at=line.at,
            )
        )


def _replay_acts(connection: Connection, store: Store, key: str) -> None:
    known = connection.scalar(select(func.max(Act.seq))) or 0
    for line in store.read_log(key, ActLine):
        if line.seq > known:
            write_act(connection, line)


def _write_version(connection: Connection, line: JournalLine, values: VersionValues) -> None:
    pointer = {"version": line.version, "content_hash": values.content_hash, "read_with": line.read_with}
    record = {"id": line.record, "page_id": line.page, "source_id": line.source, "created_at": line.at}
    upsert = insert(Record).values(**record, **pointer, updated_at=line.at)
    connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={**pointer, "updated_at": line.at}))
    row = {"record_id": line.record, "version": line.version, "kind": line.kind, "created_at": line.at}
    connection.execute(insert(RecordVersion).values(**row, **values.row()))
    connection.execute(_PAGE_READ, {"page": line.page, "capture": values.capture_id})


def _write_contents(connection: Connection, texts: Mapping[str, str], normaliser: int, at: datetime) -> None:
    if not texts:
        return
    rows = [
        {"hash": digest, "text": content, "normaliser": normaliser, "first_seen_at": at}
        for digest, content in sorted(texts.items())
    ]
    upsert = insert(Content)
    earliest = func.least(Content.first_seen_at, upsert.excluded.first_seen_at)
    upsert = upsert.on_conflict_do_update(index_elements=["hash"], set_={"first_seen_at": earliest})
    connection.execute(upsert, rows)


def _write_rows(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    for chunk in batches(rows, 1000):
        connection.execute(statement, {"rows": chunk})


def _rows(statement: str) -> Any:
    return text(statement).bindparams(bindparam("rows", type_=JSONB))


_SOURCE = _rows("""
INSERT INTO archive.source SELECT * FROM jsonb_populate_recordset(NULL::archive.source, :rows)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, agency = excluded.agency, region = excluded.region,
    platform = excluded.platform, definition = excluded.definition, updated_at = excluded.updated_at
WHERE archive.source.updated_at <= excluded.updated_at
""")
_RUN = _rows("""
INSERT INTO archive.run SELECT * FROM jsonb_populate_recordset(NULL::archive.run, :rows)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, listing = excluded.listing, report = excluded.report,
    finished_at = excluded.finished_at
WHERE archive.run.report IS NULL
""")
_PAGES = _rows("""
INSERT INTO archive.page (id, source_id, url, kind, listing, first_seen_at, listed_at)
SELECT id, source_id, url, kind, listing, first_seen_at, listed_at
FROM jsonb_populate_recordset(NULL::archive.page, :rows)
ON CONFLICT (id) DO UPDATE SET listing = excluded.listing, listed_at = excluded.listed_at,
    kind = CASE page.kind WHEN 'document' THEN page.kind ELSE excluded.kind END
""")
_CAPTURED_PAGE = _rows("""
INSERT INTO archive.page (id, source_id, url, kind, listing, first_seen_at, part_of, part)
SELECT id, source_id, url, kind, listing, first_seen_at, part_of, part
FROM jsonb_populate_recordset(NULL::archive.page, :rows)
ON CONFLICT (id) DO UPDATE SET part_of = excluded.part_of, part = excluded.part,
    kind = CASE page.kind WHEN 'document' THEN page.kind ELSE excluded.kind END
""")
_DETACH_PARTS = text("""
UPDATE archive.page SET part_of = NULL, part = NULL WHERE part_of = ANY(:documents) AND id <> ALL(:pages)
""")
_RUN_PAGES = _rows("""
INSERT INTO archive.run_page SELECT * FROM jsonb_populate_recordset(NULL::archive.run_page, :rows)
ON CONFLICT (run_id, page_id) DO UPDATE SET capture_id = excluded.capture_id, outcome = excluded.outcome,
    reason = excluded.reason
WHERE archive.run_page.outcome IS NULL
""")
_STATE = text("""
UPDATE archive.record SET state = :state, state_reason = :reason, state_at = :at, updated_at = :at WHERE id = :record
""")
# A version may be made of a later capture than the one that was unread, if the page has sent the same bytes again.
_PAGE_READ = text("UPDATE archive.page SET unread_capture_id = NULL WHERE id = :page AND unread_capture_id <= :capture")
_DERIVED = (
    """
    INSERT INTO archive.page_file (page_id, file_id)
    SELECT DISTINCT r.page_id, f.id FROM archive.record r
    JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    CROSS JOIN LATERAL jsonb_array_elements(v.attachments) AS a
    JOIN archive.page f ON f.source_id = r.source_id AND f.url = a->>'url'
    ON CONFLICT DO NOTHING
    """,
    "SELECT setval('archive.capture_number', max(id)) FROM archive.capture HAVING max(id) IS NOT NULL",
    *(
        f"SELECT setval(pg_get_serial_sequence('archive.{table}', 'id'), max(id)) FROM archive.{table}"
        " HAVING max(id) IS NOT NULL"
        for table in ("page", "run", "record", "correction", "fixity_event")
    ),
)

_STEPS: Mapping[RebuildStep, Callable[[Connection, Store, str], None]] = {
    "runs": _replay_run,
    "captures": _replay_captures,
    "fixity": _replay_fixity,
    "files": _replay_reading,
    "changes": _replay_changes,
    "acts": _replay_acts,
}
