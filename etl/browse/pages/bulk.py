"""Correcting one field of many records: the form, what it would change, and the result for each record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from sqlalchemy import Connection, select

from etl.archive.queries.counts import matching_numbers
from etl.archive.queries.search import RecordFilter, query_of
from etl.archive.records.corrections import (
    BEFORE,
    MAX_CHARS,
    WITHDRAWN,
    ManyOutcome,
    in_force,
    is_so_already,
    value_in,
    values_before,
)
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Record, RecordVersion
from etl.browse.errors import RequestRefused
from etl.browse.pages.correction import FormProblem, problem_of_entries
from etl.fields import DATE_FIELDS, FIELDS

MAX_RECORDS = 200
"""Maximum number of records that are corrected at once: each gets a new version, and a person should check each."""
_ACTIONS: dict[str, Any] = {"none": None, "withdraw": WITHDRAWN, "undo": BEFORE}


@dataclass(frozen=True, slots=True)
class BulkLine:
    """A record with the value of its field, who corrected it, if anybody, whether the form would change it, and to
    which value (`extracted`: to the extracted one). `outcome`: the result, after the correction."""

    record: int
    version: int
    title: str
    value: str | None
    corrected_by: str | None
    changes: bool
    new: str | None = None
    extracted: bool = False
    outcome: ManyOutcome | None = None


@dataclass(frozen=True, slots=True)
class BulkPage:
    """The form with the submitted entries; `problem`, a key of `FORM_PROBLEMS`, says why it was refused.

    `records`: number of records that the filter finds, at most one more than `most`. `query`: the filter as URL
    parameters. `lines`: after a preview, what the form would change; if `done`, the results.
    """

    filter: RecordFilter
    query: str
    records: int
    fields: tuple[str, ...]
    token: str
    most: int = MAX_RECORDS
    longest: int = MAX_CHARS
    field: str = ""
    action: str = "set"
    value: str = ""
    reason: str = ""
    problem: FormProblem = ""
    lines: tuple[BulkLine, ...] = ()
    done: bool = False

    @property
    def looked_at(self) -> str:
        """The records and their versions, for the hidden field of the form that confirms or undoes: `12.1 13.4`."""
        lines = [line for line in self.lines if not self.done or line.outcome == "corrected"]
        return " ".join(f"{line.record}.{line.version}" for line in lines)

    @property
    def to_change(self) -> int:
        return sum(line.changes for line in self.lines)

    @property
    def is_date(self) -> bool:
        return self.field in DATE_FIELDS

    def counted(self) -> dict[ManyOutcome, int]:
        """The number of records with each outcome."""
        numbers = {outcome: sum(line.outcome == outcome for line in self.lines) for outcome in get_args(ManyOutcome)}
        return {outcome: number for outcome, number in numbers.items() if number}


def bulk_page(connection: Connection, record_filter: RecordFilter, field: str, token: str) -> BulkPage:
    """The empty form for the records that the filter finds."""
    number = len(matching_numbers(connection, record_filter, MAX_RECORDS + 1))
    known = field if field in FIELDS else ""
    return BulkPage(record_filter, query_of(record_filter), number, tuple(FIELDS), token, field=known)


def filled(page: BulkPage, form: Mapping[str, str]) -> BulkPage:
    """The form with the submitted entries, and its `problem`, if any."""
    page = replace(
        page,
        field=form.get("field", ""),
        action=form.get("action", ""),
        value=" ".join(form.get("value", "").split()),
        reason=" ".join(form.get("reason", "").split()),
    )
    if page.field not in FIELDS:
        return replace(page, field="", problem="field_missing")
    return replace(page, problem=problem_of_entries(page.action, page.value, page.reason, is_date=page.is_date))


def value_of(page: BulkPage) -> Any:
    """The value for `correct_many`, of a form without a problem."""
    return _ACTIONS.get(page.action, page.value)


def previewed(connection: Connection, page: BulkPage) -> BulkPage:
    """The form with what it would change in each record that the filter finds."""
    numbers = matching_numbers(connection, page.filter, MAX_RECORDS)
    return replace(page, lines=tuple(_lines(connection, page, numbers)))


def after(
    connection: Connection, page: BulkPage, outcomes: Mapping[int, ManyOutcome], expected: Mapping[int, int]
) -> BulkPage:
    """The form with the result for each record, and the version that its correction made from the `expected` one: what
    came later is not undone."""
    lines = {line.record: line for line in _lines(connection, page, list(outcomes))}
    gone = BulkLine(0, 0, "", None, None, changes=False)
    shown = tuple(
        replace(lines.get(record, gone), record=record, version=expected[record] + 1, outcome=outcome)
        for record, outcome in sorted(outcomes.items())
    )
    return replace(page, lines=shown, done=True)


def _lines(connection: Connection, page: BulkPage, numbers: list[int]) -> list[BulkLine]:
    corrections = in_force(connection, numbers)
    query = select(Record.id, Record.version, RecordVersion.title, RecordVersion.fields)
    query = query.join(RecordVersion, is_current(Record, RecordVersion)).where(among(Record.id, numbers))
    before = values_before(connection, numbers, page.field)
    lines = []
    for row in connection.execute(query.order_by(Record.id)):
        active = corrections.get(row.id, {})
        new = before.get(row.id, WITHDRAWN) if page.action == "undo" else value_of(page)
        lines.append(
            BulkLine(
                row.id,
                row.version,
                row.title,
                value_in(row.fields, page.field),
                active[page.field].corrected_by if page.field in active else None,
                changes=not is_so_already(row.fields, active, page.field, new),
                new=None if new is WITHDRAWN else new,
                extracted=new is WITHDRAWN,
            )
        )
    return lines


def looked_at(form: Mapping[str, str]) -> dict[int, int]:
    """The versions that were shown, by record. Raises `RequestRefused` if they are invalid."""
    try:
        pairs = [each.split(".") for each in form.get("records", "").split()]
        expected = {int(record): int(version) for record, version in pairs}
    except ValueError as error:
        raise RequestRefused(400, "form_text") from error
    if not expected or len(expected) > MAX_RECORDS or max(expected) >= 2**63:
        raise RequestRefused(400, "form_text")
    return expected
