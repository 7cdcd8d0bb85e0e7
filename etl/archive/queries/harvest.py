"""Records with their last events, for harvesters (OAI-PMH).

A list shows one state of the change feed, up to a certain event: for each record, its last event up to that one. Events
never change and are numbered in the order of commits. So a harvester that continues after a record gets each record of
that state exactly once, whatever changes meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from etl.archive.queries.published import Row, of_events
from etl.archive.storage.archive import Database
from etl.archive.storage.database import translate_database_errors


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a harvester requests: records of `source` ("": of all) with numbers greater than `after`, if the time of
    their last event up to number `upto` is `since` or later and earlier than `before` (None: no limit)."""

    upto: int
    after: int = 0
    source: str = ""
    since: datetime | None = None
    before: datetime | None = None


# One search in change_record_id_idx for each record. Reading the events in order would read all replaced events too,
# which took 5 s for half a million after everything was extracted again.
_EVENT = """
SELECT r.id AS record_id, r.source_id, c.change_seq, c.version, c.changed_at, coalesce((
    SELECT s.kind = 'removed' FROM archive.change s
    WHERE s.record_id = r.id AND s.change_seq <= c.change_seq AND s.kind IN ('removed', 'restored')
    ORDER BY s.change_seq DESC LIMIT 1), false) AS removed
FROM archive.record r CROSS JOIN LATERAL (
    SELECT o.change_seq, o.version, o.changed_at FROM archive.change o
    WHERE o.record_id = r.id AND o.change_seq <= :upto ORDER BY o.change_seq DESC LIMIT 1) c
"""
_SELECTED = """
WHERE r.id > :after AND (:source = '' OR r.source_id = :source)
AND (CAST(:before AS timestamptz) IS NULL OR c.changed_at < :before)
"""
_IN_ORDER = "ORDER BY r.id LIMIT :number"
_ALL = text(f"{_EVENT} {_SELECTED} {_IN_ORDER}")
_SINCE = text(f"""{_EVENT} {_SELECTED} AND c.changed_at >= :since
AND r.id IN (SELECT e.record_id FROM archive.change e WHERE e.changed_at >= :since) {_IN_ORDER}""")
_LAST = text(f"{_EVENT} WHERE r.id = :record")
_DESCRIPTIONS = text("""
SELECT v.record_id, v.version, v.short_id, v.url, v.title, v.publisher, v.index_number, v.document_number,
    v.written_date, v.published_date, v.fields, s.agency
FROM api_v1.record_versions v
JOIN unnest(CAST(:records AS bigint[]), CAST(:versions AS bigint[])) AS wanted (record_id, version)
    USING (record_id, version)
JOIN api_v1.sources s USING (source_id)
""")
_FIRST = text("SELECT min(changed_at) FROM archive.change")
# One second earlier, as a transaction becomes visible here only a moment after it has begun.
_COMPLETE = text("""
SELECT least(clock_timestamp(), min(xact_start)) - interval '1 second' FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
""")


def complete_to(archive: Database) -> datetime:
    """The time from which the next harvest must request events, if this one reads a state that is later than this call.

    The time of an event is the start of its transaction, but it becomes visible at the commit. So this time is not
    later than the start of any open transaction of the archive's role. Raises `DatabaseError`.
    """
    with translate_database_errors(archive.engine), archive.engine.connect() as connection:
        moment: datetime = connection.scalars(_COMPLETE).one()
        return moment


def harvested(connection: Connection, harvest: Harvest, number: int) -> list[Row]:
    """Records in the order of their numbers, with their last events: record_id, source_id, change_seq, version,
    changed_at, removed."""
    values = {name: getattr(harvest, name) for name in Harvest.__slots__} | {"number": number}
    return list(connection.execute(_SINCE if harvest.since else _ALL, values).mappings())


def last_event(connection: Connection, record: int) -> Row | None:
    """The last event of one record, with the columns of `harvested`; None if there is no such record."""
    return connection.execute(_LAST, {"record": record, "upto": 2**63 - 1}).mappings().one_or_none()


def descriptions(connection: Connection, events: Sequence[Row]) -> dict[tuple[int, int], Row]:
    """The descriptions of the documents in the versions that the events made, by record and version."""
    return of_events(connection, _DESCRIPTIONS, events)


def first_change(connection: Connection) -> datetime | None:
    """The time of the earliest event; None if there is none."""
    first: datetime | None = connection.scalars(_FIRST).one()
    return first
