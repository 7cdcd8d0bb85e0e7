"""Rows of schema `api_v1` for the HTTP API, with the same names and values as downstream jobs read in SQL.

Which records a search finds is decided in `etl.archive.queries.hits`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, TextClause, text

Row = RowMapping

RECORD = """record_id, document_id, p.source_id, p.url, state, state_reason, state_reason_code, state_reason_params,
state_at, version, kind, title, index_number, publisher, document_number, written_date, published_date, p.short_id,
p.content_hash, fields, corrected_fields, flags, first_seen_at, v.created_at AS version_at, p.updated_at, p.checked_at,
capture_id, captured_at"""
VERSION = """record_id, version, is_current, kind, source_id, url, short_id, content_hash, normaliser, title,
index_number, publisher, document_number, written_date, published_date, fields, corrected_fields, text, flags, evidence,
extractor, capture_id, captured_at, created_at"""
CHANGE = """change_seq, kind, record_id, version, source_id, content_hash, reason, reason_code, reason_params, run_id,
changed_at"""

_RECORDS = text(f"""
SELECT {RECORD} FROM api_v1.record_places p JOIN api_v1.record_versions v USING (record_id, version)
WHERE record_id = ANY(:numbers)
""")
_VERSIONS = text(f"""
SELECT {VERSION} FROM api_v1.record_versions
WHERE record_id = :record AND version > :after ORDER BY version LIMIT :number
""")
_ATTACHMENTS = text("SELECT * FROM api_v1.attachments WHERE record_id = :record ORDER BY position")
_CHANGES = text(f"""
SELECT {CHANGE} FROM api_v1.changes
WHERE change_seq > :after AND (:source = '' OR source_id = :source) ORDER BY change_seq LIMIT :number
""")
_LATEST = text(f"""
SELECT {CHANGE} FROM api_v1.changes
WHERE change_seq < :before AND (:source = '' OR source_id = :source) ORDER BY change_seq DESC LIMIT :number
""")
_VERSIONS_OF = text(f"""
SELECT {VERSION} FROM api_v1.record_versions JOIN unnest(CAST(:records AS bigint[]), CAST(:versions AS bigint[]))
    AS wanted (record_id, version) USING (record_id, version)
""")
_CAPTURES = text("""
SELECT * FROM api_v1.captures WHERE page_url = :url AND capture_id > :after ORDER BY capture_id LIMIT :number
""")
_SOURCES = text("SELECT * FROM api_v1.sources ORDER BY source_id")
_RUNS = text("""
SELECT * FROM api_v1.runs
WHERE run_id < :before AND (:source = '' OR source_id = :source) AND (:state = '' OR state = :state)
ORDER BY run_id DESC LIMIT :number
""")
_RUN = text("SELECT * FROM api_v1.runs WHERE run_id = :run")
_COLLECTIONS = text("SELECT * FROM api_v1.collections ORDER BY collection_id")
_COLLECTIONS_OF = text("""
SELECT m.*, c.title FROM api_v1.collection_records m JOIN api_v1.collections c USING (collection_id)
WHERE m.record_id = :record ORDER BY collection_id
""")
_NOTES = text("SELECT * FROM api_v1.notes WHERE record_id = :record ORDER BY note_id, version")
_TIME_OF_CHANGE = text("SELECT changed_at FROM api_v1.changes WHERE change_seq = :change_seq")
_LAST_CHANGE = text("SELECT coalesce(max(change_seq), 0) FROM api_v1.changes")


def records(connection: Connection, numbers: Sequence[int]) -> list[Row]:
    """The records with these numbers in their current versions, in the same order, without texts."""
    by_number = {row["record_id"]: row for row in connection.execute(_RECORDS, {"numbers": list(numbers)}).mappings()}
    return [by_number[number] for number in numbers if number in by_number]


def versions(connection: Connection, record: int, after: int, number: int) -> list[Row]:
    """The versions of a record with numbers greater than `after`, by number; with texts and evidence."""
    values = {"record": record, "after": after, "number": number}
    return list(connection.execute(_VERSIONS, values).mappings())


def attachments(connection: Connection, record: int) -> list[Row]:
    """The files that the current version of a record links, with their readings."""
    return list(connection.execute(_ATTACHMENTS, {"record": record}).mappings())


def changes(connection: Connection, after: int, number: int, source: str = "") -> list[Row]:
    """The events of the feed with numbers greater than `after`, in order.

    A reader that continues after the last one misses none and gets none twice."""
    values = {"after": after, "number": number, "source": source}
    return list(connection.execute(_CHANGES, values).mappings())


def latest_changes(connection: Connection, before: int | None, number: int, source: str) -> list[Row]:
    """The events before the event `before` (None: the newest of all), newest first."""
    values = {"before": before or 2**63 - 1, "number": number, "source": source}
    return list(connection.execute(_LATEST, values).mappings())


def versions_of(connection: Connection, events: Sequence[Row]) -> dict[tuple[int, int], Row]:
    """The versions that events of the feed made, by record and version."""
    return of_events(connection, _VERSIONS_OF, events)


def of_events(connection: Connection, statement: TextClause, events: Sequence[Row]) -> dict[tuple[int, int], Row]:
    """The rows of a statement for the versions that events made, by record and version."""
    wanted = {"records": [event["record_id"] for event in events], "versions": [event["version"] for event in events]}
    rows = connection.execute(statement, wanted).mappings()
    return {(row["record_id"], row["version"]): row for row in rows}


def last_change(connection: Connection) -> int:
    """The number of the newest event; 0 if there is none."""
    return int(connection.scalars(_LAST_CHANGE).one())


def time_of_change(connection: Connection, change_seq: int) -> datetime | None:
    """When the transaction of that event began; None if there is none.

    Number and time name an event for ever: another archive, or this one after events were lost, has another there.
    """
    moment: datetime | None = connection.scalars(_TIME_OF_CHANGE, {"change_seq": change_seq}).one_or_none()
    return moment


def captures(connection: Connection, url: str, after: int, number: int) -> list[Row]:
    """The captures of the page with that address, from all sources, with numbers greater than `after`, by number."""
    return list(connection.execute(_CAPTURES, {"url": url, "after": after, "number": number}).mappings())


def sources(connection: Connection) -> list[Row]:
    """All sources, by id."""
    return list(connection.execute(_SOURCES).mappings())


def runs(connection: Connection, before: int, number: int, source: str = "", state: str = "") -> list[Row]:
    """The runs with numbers smaller than `before`, latest first."""
    values = {"before": before, "number": number, "source": source, "state": state}
    return list(connection.execute(_RUNS, values).mappings())


def run(connection: Connection, number: int) -> Row | None:
    """The run with that number, or None."""
    return connection.execute(_RUN, {"run": number}).mappings().one_or_none()


def collections(connection: Connection) -> list[Row]:
    """All collections, by number."""
    return list(connection.execute(_COLLECTIONS).mappings())


def collections_of(connection: Connection, record: int) -> list[Row]:
    """The collections that a record is in, with their titles."""
    return list(connection.execute(_COLLECTIONS_OF, {"record": record}).mappings())


def notes(connection: Connection, record: int) -> list[Row]:
    """All versions of all notes on a record, in the order in which they were written."""
    return list(connection.execute(_NOTES, {"record": record}).mappings())
