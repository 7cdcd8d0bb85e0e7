"""The history of one address: its outcome in each run, and every attempt to fetch it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from etl.archive.storage.models import Blob, Capture, Page, Record, Run, RunPage, Source
from etl.browse.language.shown_reasons import ShownReason, shown_reason

LINES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class AddressLine:
    """The outcome of the page in a run, with the attempt that decided it, if any; or another attempt of that run."""

    run: int
    run_at: datetime
    outcome: str | None
    reason: ShownReason | None
    capture: int | None
    fetched_at: datetime | None
    status: int | None
    final_url: str | None
    sha256: str | None
    size: int | None
    damage: str | None


@dataclass(frozen=True, slots=True)
class AddressPage:
    """An address of a source with its history, latest first. `record`: the record made from this page, if any.

    `before`: the position of the next page, None on the last one.
    """

    id: int
    url: str
    kind: str
    source_id: str
    source_name: str
    first_seen_at: datetime
    listed_at: datetime | None
    record: int | None
    lines: tuple[AddressLine, ...]
    before: str | None
    first: bool


def address_page(connection: Connection, number: int, before: tuple[int, int] | None) -> AddressPage | None:
    """The address with its history before the run and capture `before`; None if it does not exist."""
    record = select(Record.id).where(Record.page_id == Page.id).scalar_subquery()
    row = connection.execute(
        select(
            Page.id,
            Page.url,
            Page.kind,
            Page.source_id,
            Source.name.label("source_name"),
            Page.first_seen_at,
            Page.listed_at,
            record.label("record"),
        )
        .join(Source, Source.id == Page.source_id)
        .where(Page.id == number)
    ).one_or_none()
    if row is None:
        return None
    lines = _lines(connection, number, before)
    shown = lines[:LINES_PER_PAGE]
    more = f"{shown[-1].run}.{shown[-1].capture or 0}" if len(lines) > LINES_PER_PAGE else None
    return AddressPage(**row._mapping, lines=shown, before=more, first=before is None)


def _lines(connection: Connection, number: int, before: tuple[int, int] | None) -> tuple[AddressLine, ...]:
    ended = select(RunPage.run_id, RunPage.outcome, RunPage.reason, RunPage.capture_id).where(RunPage.page_id == number)
    decided = (
        select(RunPage.run_id)
        .where(RunPage.page_id == number, RunPage.run_id == Capture.run_id, RunPage.capture_id == Capture.id)
        .exists()
    )
    attempts = select(Capture.run_id, Capture.outcome, Capture.reason, Capture.id).where(
        Capture.page_id == number, ~decided
    )
    all_lines = ended.union_all(attempts).subquery()
    place = tuple_(all_lines.c.run_id, func.coalesce(all_lines.c.capture_id, 0))
    rows = connection.execute(
        select(
            all_lines.c.run_id.label("run"),
            Run.started_at.label("run_at"),
            all_lines.c.outcome,
            all_lines.c.reason,
            all_lines.c.capture_id.label("capture"),
            Capture.fetched_at,
            Capture.status,
            Capture.final_url,
            Blob.sha256,
            Blob.size,
            Blob.damage,
        )
        .join(Run, Run.id == all_lines.c.run_id)
        .outerjoin(Capture, Capture.id == all_lines.c.capture_id)
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(*([place < before] if before else []))
        .order_by(all_lines.c.run_id.desc(), func.coalesce(all_lines.c.capture_id, 0).desc())
        .limit(LINES_PER_PAGE + 1)
    )
    return tuple(AddressLine(**{**row._mapping, "reason": shown_reason(row.reason)}) for row in rows)
