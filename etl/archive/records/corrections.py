"""Corrections by archivists: stored beside the extracted value, which is never overwritten.

A correction makes a new version and an event `corrected`. It applies to all later versions of its record until it is
withdrawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from etl.archive.records.change_feed import publish
from etl.archive.records.citations import read_for_citations
from etl.archive.records.search_index import keep_entries
from etl.archive.records.versions import ActiveCorrection, with_corrections
from etl.archive.storage.archive import Archive
from etl.archive.storage.database import lock_source
from etl.archive.storage.log_lines import ChangeEvent, CorrectionRow, VersionValues
from etl.archive.storage.log_registry import chain_logs
from etl.archive.storage.lookups import RECORD_NUMBER_HINT, among, is_current, require_valid_record_number
from etl.archive.storage.models import Correction, Record, RecordVersion
from etl.batches import batches
from etl.errors import GongkaiError
from etl.fields import DATE_FIELDS, FIELDS

WITHDRAWN = object()
"""Passed instead of a value: withdraws the correction, so that the extracted value applies again."""
BEFORE = object()
"""Passed to `correct_many` instead of a value: undoes the last correction of each record, or its withdrawal."""
MAX_CHARS = 2000
"""Maximum length of a value, a reason or a name."""
RECORDS_PER_COMMIT = 25
"""Records of one source that are corrected in one transaction; a crawl records as many at once."""

ManyOutcome = Literal["corrected", "unchanged", "moved", "missing"]
"""The result for one record of many. `moved`: its current version is no longer the one that the archivist looked at;
`missing`: there is no such record."""


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """The current version of a record, and whether this correction made it."""

    version: int
    changed: bool


class CorrectionError(GongkaiError):
    """The correction is invalid: an unknown record or field, a malformed date, no author or no reason."""


@dataclass(frozen=True, slots=True)
class _Current:
    """A record and its current version."""

    record: int
    page: int
    source: str
    read_with: str
    version: int
    values: VersionValues
    corrections: Mapping[str, ActiveCorrection]


def in_force(connection: Connection, records: Sequence[int]) -> dict[int, dict[str, ActiveCorrection]]:
    """The corrections in force, by record and field."""
    rows = connection.execute(
        select(Correction)
        .where(among(Correction.record_id, records))
        .ext(distinct_on(Correction.record_id, Correction.field))
        .order_by(Correction.record_id, Correction.field, Correction.id.desc())
    )
    active: dict[int, dict[str, ActiveCorrection]] = {}
    for row in rows:
        if row.kind == "set":
            correction = ActiveCorrection(row.value, row.corrected_by, row.reason)
            active.setdefault(row.record_id, {})[row.field] = correction
    return active


def values_before(connection: Connection, records: Sequence[int], field: str) -> dict[int, Any]:
    """What applied to the field before its last correction, by record: a value, None, or `WITHDRAWN`. Without records
    whose field was never corrected."""
    rows = connection.execute(
        select(Correction.record_id, Correction.kind, Correction.value)
        .where(among(Correction.record_id, records), Correction.field == field)
        .order_by(Correction.record_id, Correction.id.desc())
    )
    before: dict[int, Any] = {}
    for record, of_record in groupby(rows, lambda row: row.record_id):
        _, *earlier = of_record
        before[record] = earlier[0].value if earlier and earlier[0].kind == "set" else WITHDRAWN
    return before


def correct(archive: Archive, record: int, values: Mapping[str, Any], by: str, reason: str) -> CorrectionResult:
    """Sets fields of a record to values: a text, None for no value, or `WITHDRAWN`.

    Repeating a correction changes nothing. Raises `CorrectionError`.
    """
    values = {name: _require_value(name, value) for name, value in values.items()}
    by, reason = _require_text("who corrects", by), _require_text("the reason", reason)
    require_valid_record_number(record)
    with archive.engine.begin() as connection:
        current = _load(connection, record)
        changes = {name: value for name, value in values.items() if not _is_in_force(current.corrections, name, value)}
        if not changes:
            return CorrectionResult(current.version, changed=False)
        event = _write(connection, current, changes, by, reason)
        publish(connection, archive.store, [event])
    chain_logs(archive)
    return CorrectionResult(event.version, changed=True)


def correct_many(
    archive: Archive, expected: Mapping[int, int], field: str, value: Any, by: str, reason: str
) -> dict[int, ManyOutcome]:
    """Sets a field of several records to the value, as `correct` does, or with `BEFORE` each to what it was before;
    returns the result for each record.

    `expected`: by record, the version that the archivist looked at; a record with another current version is not
    corrected. A field that already has the value stays as it is. Records of one source are corrected in transactions of
    `RECORDS_PER_COMMIT`: after a failure, the records before it are corrected, and repeating the call leaves these
    unchanged. Raises `CorrectionError` before anything is corrected.
    """
    value = _require_value(field, value)
    by, reason = _require_text("who corrects", by), _require_text("the reason", reason)
    with archive.engine.connect() as connection:
        rows = connection.execute(
            select(Record.id, Record.source_id).where(among(Record.id, list(expected))).order_by(Record.id)
        ).all()
    outcomes: dict[int, ManyOutcome] = {record: "missing" for record in expected}
    for source in sorted({row.source_id for row in rows}):
        of_source = [row.id for row in rows if row.source_id == source]
        for together in batches(of_source, RECORDS_PER_COMMIT):
            outcomes |= _correct_together(archive, together, expected, field, value, by, reason)
    chain_logs(archive)
    return outcomes


def _correct_together(
    archive: Archive, records: Sequence[int], expected: Mapping[int, int], field: str, value: Any, by: str, reason: str
) -> dict[int, ManyOutcome]:
    """Corrects records of one source in one transaction."""
    outcomes: dict[int, ManyOutcome] = {}
    events: list[ChangeEvent] = []
    with archive.engine.begin() as connection:
        for record in records:
            current = _load(connection, record)
            new = value
            if value is BEFORE:
                new = values_before(connection, [record], field).get(record, WITHDRAWN)
            if is_so_already(current.values.fields, current.corrections, field, new):
                outcomes[record] = "unchanged"
            elif current.version != expected[record]:
                outcomes[record] = "moved"
            else:
                events.append(_write(connection, current, {field: new}, by, reason))
                outcomes[record] = "corrected"
        publish(connection, archive.store, events)
    return outcomes


def value_in(fields: Sequence[Mapping[str, Any]], name: str) -> str | None:
    """The value that a version has for the field, or None; `fields`: as in `RecordVersion.fields`."""
    return next((item["value"] for item in fields if item["name"] == name and item["chosen"]), None)


def is_so_already(
    fields: Sequence[Mapping[str, Any]], corrections: Mapping[str, ActiveCorrection], name: str, value: Any
) -> bool:
    """Whether a correction would change nothing: the field already has the value, extracted or corrected; or the value
    is `WITHDRAWN` and the field has no correction."""
    return name not in corrections if value is WITHDRAWN else value_in(fields, name) == value


def _load(connection: Connection, record: int) -> _Current:
    """Locks the record's source, so that its current version stays current. Raises `CorrectionError`."""
    source = connection.scalar(select(Record.source_id).where(Record.id == record))
    if source is None:
        raise CorrectionError(f"no record {record}", hint=RECORD_NUMBER_HINT)
    lock_source(connection, source)
    row = (
        connection.execute(
            select(Record.page_id, Record.read_with, *RecordVersion.__table__.columns)
            .join(RecordVersion, is_current(Record, RecordVersion))
            .where(Record.id == record)
        )
        .mappings()
        .one()
    )
    values = VersionValues.from_row(row)
    corrections = in_force(connection, [record]).get(record, {})
    return _Current(record, row["page_id"], source, row["read_with"], row["version"], values, corrections)


def _write(connection: Connection, current: _Current, changes: Mapping[str, Any], by: str, reason: str) -> ChangeEvent:
    """Writes the corrections and the resulting version; returns its event."""
    version = current.version + 1
    rows = [
        {
            "record_id": current.record,
            "version": version,
            "field": name,
            "kind": "withdrawn" if value is WITHDRAWN else "set",
            "value": None if value is WITHDRAWN else value,
            "corrected_by": by,
            "reason": reason,
        }
        for name, value in changes.items()
    ]
    written = connection.execute(insert(Correction).returning(*Correction.__table__.columns), rows).mappings()
    corrections = tuple(CorrectionRow(**row) for row in written)
    values = with_corrections(current.values, in_force(connection, [current.record]).get(current.record, {}))
    event = ChangeEvent(
        kind="corrected",
        record=current.record,
        version=version,
        page=current.page,
        source=current.source,
        reason=reason,
        values=values,
        read_with=current.read_with,
        corrections=corrections,
    )
    connection.execute(
        insert(RecordVersion).values(record_id=event.record, version=version, kind=event.kind, **values.row())
    )
    connection.execute(update(Record).where(Record.id == event.record).values(version=version, updated_at=func.now()))
    keep_entries(connection, [event.record])
    read_for_citations(connection, [event.record])
    return event


def _is_in_force(corrections: Mapping[str, ActiveCorrection], name: str, value: Any) -> bool:
    """Whether the corrections in force already include this one, or have none for the field if it is `WITHDRAWN`."""
    if value is WITHDRAWN:
        return name not in corrections
    return name in corrections and corrections[name].value == value


def _require_value(name: str, value: Any) -> Any:
    if name not in FIELDS:
        raise CorrectionError(f"no field {name!r}", hint=f"one of {', '.join(FIELDS)}")
    if value is None or value in (WITHDRAWN, BEFORE):
        return value
    value = _require_text(f"the value of {name}", value)
    if name in DATE_FIELDS:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise CorrectionError(f"{name}: {value!r} is no date", hint="write it as 2025-01-31") from error
    return value


def _require_text(what: str, value: str) -> str:
    value = " ".join(value.split())
    if not value or len(value) > MAX_CHARS:
        raise CorrectionError(f"{what} is {'missing' if not value else f'longer than {MAX_CHARS} characters'}")
    return value
