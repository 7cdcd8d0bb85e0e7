"""Corrections: what an archivist knows better than extraction, beside the extracted value and never over it.

A correction is a version of its own, and an event `corrected`. It holds for all later versions of its record until it
is withdrawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from etl.archive.records.change_feed import ChangeEvent, publish
from etl.archive.records.versions import apply_corrections, version_columns
from etl.archive.storage.archive import Archive
from etl.archive.storage.database import lock_source
from etl.archive.storage.lookups import RECORD_NUMBER_HINT, is_current, require_valid_record_number
from etl.archive.storage.models import Correction, Record, RecordVersion
from etl.errors import GongkaiError
from etl.fields import DATE_FIELDS, FIELDS

WITHDRAWN = object()
"""In place of a value: the extracted value holds again."""
MAX_CHARS = 2000
"""Characters of a value, a reason, a name."""
_KEPT = ("capture_id", "content_hash", "attachments", "flags", "extractor")


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """The version at which a record is now, and whether this correction made it."""

    version: int
    changed: bool


class CorrectionError(GongkaiError):
    """A correction that cannot be made as it is asked for."""


def in_force(connection: Connection, records: Sequence[int]) -> dict[int, dict[str, Mapping[str, Any]]]:
    """The corrections that hold, by record and field."""
    rows = connection.execute(
        select(Correction)
        .where(Correction.record_id.in_(records))
        .ext(distinct_on(Correction.record_id, Correction.field))
        .order_by(Correction.record_id, Correction.field, Correction.id.desc())
    )
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        if row.kind == "set":
            values = {"value": row.value, "corrected_by": row.corrected_by, "reason": row.reason}
            found.setdefault(row.record_id, {})[row.field] = values
    return found


def correct(archive: Archive, record: int, values: Mapping[str, Any], by: str, reason: str) -> int:
    """The version that `make_correction` leaves."""
    return make_correction(archive, record, values, by, reason).version


def make_correction(archive: Archive, record: int, values: Mapping[str, Any], by: str, reason: str) -> CorrectionResult:
    """Sets fields of a record to values (None: to have none; `WITHDRAWN`: as extracted).

    The same correction again changes nothing. Raises `CorrectionError` for an unknown record or field, a date that is
    none, a missing author or reason.
    """
    given = {name: _checked(name, value) for name, value in values.items()}
    by, reason = _said("who corrects", by), _said("the reason", reason)
    require_valid_record_number(record)
    with archive.engine.begin() as connection:
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
        holding = in_force(connection, [record]).get(record, {})
        wanted = {name: value for name, value in given.items() if not _holds(holding, name, value)}
        if not wanted:
            return CorrectionResult(int(row["version"]), changed=False)
        version = row["version"] + 1
        kept = connection.execute(
            insert(Correction).returning(*Correction.__table__.columns),
            [
                {
                    "record_id": record,
                    "version": version,
                    "field": name,
                    "kind": "withdrawn" if value is WITHDRAWN else "set",
                    "value": None if value is WITHDRAWN else value,
                    "corrected_by": by,
                    "reason": reason,
                }
                for name, value in wanted.items()
            ],
        ).mappings()
        rows = [dict(each) for each in kept]
        made = {name: row[name] for name in _KEPT}
        made |= version_columns(apply_corrections(row["fields"], in_force(connection, [record]).get(record, {})))
        connection.execute(insert(RecordVersion).values(record_id=record, version=version, kind="corrected", **made))
        connection.execute(update(Record).where(Record.id == record).values(version=version, updated_at=func.now()))
        event = ChangeEvent(
            kind="corrected",
            record=record,
            version=version,
            page=row["page_id"],
            source=source,
            reason=reason,
            values=made,
            read_with=row["read_with"],
            corrections=rows,
        )
        publish(connection, archive.store, [event])
    return CorrectionResult(int(version), changed=True)


def _holds(holding: Mapping[str, Mapping[str, Any]], name: str, value: Any) -> bool:
    if value is WITHDRAWN:
        return name not in holding
    return name in holding and holding[name]["value"] == value


def _checked(name: str, value: Any) -> Any:
    if name not in FIELDS:
        raise CorrectionError(f"no field {name!r}", hint=f"one of {', '.join(FIELDS)}")
    if value is None or value is WITHDRAWN:
        return value
    value = _said(f"the value of {name}", value)
    if name in DATE_FIELDS:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise CorrectionError(f"{name}: {value!r} is no date", hint="write it as 2025-01-31") from error
    return value


def _said(what: str, value: str) -> str:
    value = " ".join(value.split())
    if not value or len(value) > MAX_CHARS:
        raise CorrectionError(f"{what} is {'missing' if not value else f'longer than {MAX_CHARS} characters'}")
    return value
