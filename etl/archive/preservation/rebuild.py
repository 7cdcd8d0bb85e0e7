"""The database filled again from object storage alone: runs and captures, then files, then the journal of the feed.

Every step takes what the bucket says as it stands, numbers and times included, and writes nothing twice: a rebuild
that was interrupted goes on, and until it has ended nobody else writes (`etl.archive.storage.consistency`). It needs
the database's owner, for the application may not write the feed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from etl.archive.crawls.capture_rows import index_log_entries
from etl.archive.crawls.unread import with_unread_reason
from etl.archive.preservation.fixity import replay_events
from etl.archive.records.near_duplicates import store_signatures
from etl.archive.records.versions import from_journal
from etl.archive.storage.bucket import Store
from etl.archive.storage.layout import (
    LAYOUT,
    REBUILD_ORDER,
    RebuildStep,
    capture_log_source,
    first_capture,
    journal_key,
    run_number,
)
from etl.archive.storage.models import Change, Content, Correction, File, Record, RecordVersion
from etl.errors import GongkaiError
from etl.progress import Progress, ProgressCallback


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """How many objects of each kind were read."""

    runs: int
    captures: int
    fixity: int
    files: int
    changes: int


def rebuild(owner: Engine, store: Store, progress: ProgressCallback) -> RebuildResult:
    """Fills the database from the bucket. Raises `GongkaiError` where the two belong to different archives."""
    keys: dict[RebuildStep, list[str]] = {
        place.rebuild_step: sorted(store.list_keys(place.prefix), key=_IN_ORDER.get(place.rebuild_step))
        for place in LAYOUT
        if place.rebuild_step
    }
    _refuse_another(owner, store, keys["changes"])
    with owner.begin() as connection:
        # Whoever numbers events just now ends first; from then on nobody does before the rebuild has ended.
        connection.execute(text("LOCK TABLE archive.numbering IN EXCLUSIVE MODE"))
        connection.execute(text("INSERT INTO archive.rebuild DEFAULT VALUES ON CONFLICT DO NOTHING"))
    for step in REBUILD_ORDER:
        for done, key in enumerate(keys[step], 1):
            with owner.begin() as connection:
                _STEPS[step](connection, store.read_log(key))
            progress(Progress(step, done, len(keys[step])))
    with owner.begin() as connection:
        for key in keys["runs"]:
            lines = store.read_log(key)[2:]
            _write_rows(connection, _RUN_PAGES, [with_unread_reason(line) for line in lines])
        for statement in _DERIVED:
            connection.execute(text(statement))
        connection.execute(text("DELETE FROM archive.rebuild"))
    return RebuildResult(**{step: len(keys[step]) for step in REBUILD_ORDER})


_IN_ORDER: Mapping[RebuildStep, Callable[[str], int]] = {"runs": run_number, "captures": first_capture}
"""Steps whose objects are read in another order than that of their keys."""


def _refuse_another(owner: Engine, store: Store, keys: Sequence[str]) -> None:
    with owner.connect() as connection:
        mine = connection.execute(select(Change).order_by(Change.change_seq.desc()).limit(1)).mappings().first()
    if mine is None:
        return
    have = mine["change_seq"]
    told = {line["seq"]: line for key in keys[_object_with(keys, have) :][:1] for line in store.read_log(key)}
    theirs = told.get(have)
    if theirs is None:
        raise GongkaiError(
            f"the database has changes up to {have}, bucket {store.address.bucket!r} does not",
            hint="a rebuild fills an empty database, or goes on with one that it began",
        )
    if any(theirs[told_as] != mine[name] for name, told_as in _SAME_EVENT.items()):
        raise GongkaiError(
            f"change {have} is another one in the database than in bucket {store.address.bucket!r}",
            hint="empty the database (docs/backup.md), then rebuild: the bucket is the archive",
        )


_SAME_EVENT = {"kind": "kind", "record_id": "record", "version": "version", "source_id": "source"}


def _object_with(keys: Sequence[str], seq: int) -> int:
    """The place of the journal object that holds an event: the last one that begins no later."""
    return max(bisect_right(keys, journal_key(seq)) - 1, 0)


def _run(connection: Connection, lines: list[dict[str, Any]]) -> None:
    source, run, *pages = lines
    connection.execute(_SOURCE, {"rows": [source]})
    connection.execute(_RUN, {"rows": [run]})
    _write_rows(connection, _PAGES, [line["page"] for line in pages])


def _captures(connection: Connection, lines: list[dict[str, Any]]) -> None:
    if not lines:
        return
    source = capture_log_source(lines[0]["log"])
    rows = {line["page"]: line | {"id": line["page"], "source_id": source, "url": line["page_url"]} for line in lines}
    # Documents first: their further pages name them.
    for row in sorted(rows.values(), key=lambda row: row["part"] or 0):
        connection.execute(_CAPTURED_PAGE, {"rows": [row]})
    index_log_entries(connection, lines[0]["run"], lines)
    whole = [line["page"] for line in lines if line["kind"] == "document" and line["outcome"] in _READ_WHOLE]
    connection.execute(_PARTS_LEFT, {"whole": whole, "pages": list(rows)})


_READ_WHOLE = {"stored", "unchanged", "not_modified", "not_a_document", "unreadable"}


def _file(connection: Connection, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        said, normaliser = line.pop("text"), line.pop("normaliser")
        at = datetime.fromisoformat(line["read_at"])
        if line["content_hash"]:
            _content(connection, {line["content_hash"]: said}, normaliser, at)
        row = insert(File).values(line | {"read_at": at})
        connection.execute(row.on_conflict_do_nothing())


def _changes(connection: Connection, lines: list[dict[str, Any]]) -> None:
    have = connection.scalar(select(func.max(Change.change_seq))) or 0
    for line in lines:
        if line["seq"] <= have:
            continue
        at = datetime.fromisoformat(line["at"])
        _content(connection, line["texts"] or {}, int(line["read_with"].rpartition(".")[2] or 0), at)
        store_signatures(connection, line["texts"] or {})
        if line["values"]:
            _version(connection, line, at)
        elif line["kind"] in ("removed", "restored"):
            state = "removed" if line["kind"] == "removed" else "current"
            connection.execute(_STATE, {"record": line["record"], "state": state, "reason": line["reason"], "at": at})
        for correction in line["corrections"]:
            given = correction | {"corrected_at": datetime.fromisoformat(correction["corrected_at"])}
            connection.execute(insert(Correction).values(given))
        connection.execute(
            insert(Change).values(
                change_seq=line["seq"],
                kind=line["kind"],
                record_id=line["record"],
                version=line["version"],
                source_id=line["source"],
                run_id=line["run"],
                reason=line["reason"],
                changed_at=at,
            )
        )


def _version(connection: Connection, line: Mapping[str, Any], at: datetime) -> None:
    values = from_journal(line["values"])
    pointer = {"version": line["version"], "content_hash": values["content_hash"], "read_with": line["read_with"]}
    record = {"id": line["record"], "page_id": line["page"], "source_id": line["source"], "created_at": at}
    upsert = insert(Record).values(**record, **pointer, updated_at=at)
    connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={**pointer, "updated_at": at}))
    row = {"record_id": line["record"], "version": line["version"], "kind": line["kind"], "created_at": at}
    connection.execute(insert(RecordVersion).values(**row, **values))
    connection.execute(_READ, {"page": line["page"], "capture": values["capture_id"]})


def _content(connection: Connection, texts: Mapping[str, str], normaliser: int, at: datetime) -> None:
    if not texts:
        return
    rows = [
        {"hash": digest, "text": said, "normaliser": normaliser, "first_seen_at": at}
        for digest, said in sorted(texts.items())
    ]
    upsert = insert(Content)
    earliest = func.least(Content.first_seen_at, upsert.excluded.first_seen_at)
    upsert = upsert.on_conflict_do_update(index_elements=["hash"], set_={"first_seen_at": earliest})
    connection.execute(upsert, rows)


def _write_rows(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    for chunk in _chunks(rows, 1000):
        connection.execute(statement, {"rows": chunk})


def _chunks(rows: Sequence[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


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
ON CONFLICT (id) DO UPDATE SET listing = excluded.listing, listed_at = excluded.listed_at
""")
_CAPTURED_PAGE = _rows("""
INSERT INTO archive.page (id, source_id, url, kind, listing, first_seen_at, part_of, part)
SELECT id, source_id, url, kind, listing, first_seen_at, part_of, part
FROM jsonb_populate_recordset(NULL::archive.page, :rows)
ON CONFLICT (id) DO UPDATE SET part_of = excluded.part_of, part = excluded.part
""")
_PARTS_LEFT = text("""
UPDATE archive.page SET part_of = NULL, part = NULL WHERE part_of = ANY(:whole) AND id <> ALL(:pages)
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
_READ = text("UPDATE archive.page SET unread_capture_id = NULL WHERE id = :page AND unread_capture_id = :capture")
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

_STEPS: Mapping[RebuildStep, Callable[[Connection, list[dict[str, Any]]], None]] = {
    "runs": _run,
    "captures": _captures,
    "fixity": replay_events,
    "files": _file,
    "changes": _changes,
}
