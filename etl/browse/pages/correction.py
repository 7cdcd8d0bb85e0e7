"""Correcting a field: the form, and the correction that a submitted form requests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import parse_qsl

from sqlalchemy import Connection, select
from starlette.requests import Request

from etl.archive.records.corrections import MAX_CHARS, WITHDRAWN
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Record, RecordVersion
from etl.browse.errors import RequestRefused
from etl.browse.pages.fields import RecordField, corrections_of, fields_of
from etl.fields import FIELDS
from etl.outside import clean_text

MAX_FORM_BYTES = 128 * 1024
"""Largest form: two values of 2,000 characters, each character escaped as up to twelve bytes, and the rest."""
FORM_TYPE = "application/x-www-form-urlencoded"
FormProblem = Literal[
    "", "value_missing", "reason_missing", "too_long", "no_date", "moved", "choice_missing", "field_missing"
]


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """The fields of a record that can be corrected; with `field`, the form for that field.

    `action`, `value` and `reason` are filled in; `problem`, a key of `FORM_PROBLEMS`, says why it was refused.
    `longest` is the limit of `value` and `reason` in characters.
    """

    id: int
    version: int
    title: str
    fields: tuple[RecordField, ...]
    field: RecordField | None
    token: str
    longest: int = MAX_CHARS
    action: str = "set"
    value: str = ""
    reason: str = ""
    problem: FormProblem = ""


def correction_page(connection: Connection, record: int, name: str | None, token: str) -> CorrectionPage | None:
    """The form for the current version of a record; None if the record or a field of that name does not exist."""
    row = connection.execute(
        select(Record.id, Record.version, RecordVersion.title, RecordVersion.fields)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(Record.id == record)
    ).one_or_none()
    if row is None or (name is not None and name not in FIELDS):
        return None
    present = {field.name: field for field in fields_of(row.fields, row.version, corrections_of(connection, record))}
    fields = tuple(present.get(key, RecordField(key, None, None, None, None, ())) for key in FIELDS)
    field = next((field for field in fields if field.name == name), None)
    return CorrectionPage(row.id, row.version, row.title, fields, field, token, value=(field and field.value) or "")


async def read_form(request: Request) -> dict[str, str]:
    """Parse the fields of a submitted form. Raises `RequestRefused` with 400, 413 or 415."""
    return dict(await form_pairs(request))


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """Parse the fields of a submitted form, those too that are there twice. Raises as `read_form` does."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise RequestRefused(415, "form_type")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise RequestRefused(413, "form_size")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict")
    except ValueError as error:
        raise RequestRefused(400, "form_text") from error
    return [(name, clean_text(value)) for name, value in pairs]


def apply_form(page: CorrectionPage, form: Mapping[str, str]) -> tuple[CorrectionPage, Any]:
    """The page with the submitted entries, and the new value, which is valid only if the page has no `problem`."""
    assert page.field is not None
    filled = replace(
        page,
        action=form.get("action", ""),
        value=" ".join(form.get("value", "").split()),
        reason=" ".join(form.get("reason", "").split()),
    )
    values: dict[str, Any] = {"set": filled.value, "none": None, "withdraw": WITHDRAWN}
    return replace(filled, problem=_form_problem(filled, form)), values.get(filled.action)


def _form_problem(page: CorrectionPage, form: Mapping[str, str]) -> FormProblem:
    assert page.field is not None
    if form.get("version") != str(page.version):
        return "moved"
    return problem_of_entries(page.action, page.value, page.reason, is_date=page.field.is_date)


def problem_of_entries(action: str, value: str, reason: str, *, is_date: bool) -> FormProblem:
    """What is wrong with the entries of a form that corrects."""
    if action not in ("set", "none", "withdraw", "undo"):
        return "choice_missing"
    if action == "set" and not value:
        return "value_missing"
    if not reason:
        return "reason_missing"
    if max(len(value), len(reason)) > MAX_CHARS:
        return "too_long"
    if action == "set" and is_date and not _is_iso_date(value):
        return "no_date"
    return ""


def _is_iso_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
