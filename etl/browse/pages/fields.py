"""The fields of a version with their evidence and their corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from etl.archive.records.versions import current_evidence
from etl.archive.storage.models import Correction
from etl.archive.storage.statements import Statement, built_once
from etl.extract.rules.choose import ORIGIN_PRIORITY
from etl.fields import DATE_FIELDS, FIELDS


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """A value for a field on the page: its text and label there, and the rule that found it."""

    value: str
    raw: str
    label: str
    origin: str
    rule: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldCorrection:
    """A correction, or its withdrawal (`kind`), with author and reason. `value` is None for no value."""

    version: int
    field: str
    kind: str
    value: str | None
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field with its evidence, the chosen one first.

    `value`: None if nothing was chosen, or if the correction in force sets the field to have no value. `extracted`: the
    value that extraction chose. `belief`: whether other evidence confirms that value (`etl.extract.codes.Belief`); None
    in versions that are older than this.
    """

    name: str
    value: str | None
    extracted: str | None
    belief: str | None
    correction: FieldCorrection | None
    evidence: tuple[FieldEvidence, ...]

    @property
    def is_date(self) -> bool:
        """Whether its values are dates."""
        return self.name in DATE_FIELDS


def corrections_of(connection: Connection, record: int) -> tuple[FieldCorrection, ...]:
    """All corrections of a record, oldest first."""
    return tuple(FieldCorrection(*row) for row in connection.execute(*_corrections(record=record)))


@built_once
def _corrections(record: Any) -> Statement:
    return (
        select(
            Correction.version,
            Correction.field,
            Correction.kind,
            Correction.value,
            Correction.corrected_by,
            Correction.reason,
            Correction.corrected_at,
        )
        .where(Correction.record_id == record)
        .order_by(Correction.id)
    )


def fields_of(
    stored: Sequence[dict[str, Any]], version: int, all_corrections: Sequence[FieldCorrection]
) -> tuple[RecordField, ...]:
    """A version's fields in the order of `FIELDS`, with the corrections in force in that version.

    `stored`: the JSON column `fields` of the version, one `FieldValue` an item.
    """
    last = {item.field: item for item in all_corrections if item.version <= version}
    order = {name: position for position, name in enumerate(FIELDS)}
    evidence = map(current_evidence, stored)
    ranked = sorted(evidence, key=lambda item: (order.get(item["name"], len(order)), item["name"], *_sort_key(item)))
    return tuple(_record_field(name, list(items), last.get(name)) for name, items in groupby(ranked, key=_name))


def _record_field(name: str, items: list[dict[str, Any]], last: FieldCorrection | None) -> RecordField:
    value = next((item["value"] for item in items if item["chosen"]), None)
    shown = [item for item in items if item["origin"] != "correction"]
    chosen = next((item for item in shown if _chosen_by_extraction(item)), {})
    evidence = tuple(
        FieldEvidence(**{key: item[key] for key in FieldEvidence.__slots__} | {"chosen": _chosen_by_extraction(item)})
        for item in shown
    )
    correction = last if last and last.kind == "set" else None
    return RecordField(name, value, chosen.get("value"), chosen.get("belief"), correction, evidence)


def _name(item: dict[str, Any]) -> str:
    return str(item["name"])


def _chosen_by_extraction(item: dict[str, Any]) -> bool:
    return bool(item["origin"] != "correction" and (item["chosen"] or item.get("set_aside")))


def _sort_key(item: dict[str, Any]) -> tuple[bool, int]:
    """First the evidence that extraction chose, then by the priority of its origin."""
    return not _chosen_by_extraction(item), ORIGIN_PRIORITY.get(item["origin"], len(ORIGIN_PRIORITY))
