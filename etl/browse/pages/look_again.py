"""Fetching the page of a record again on request: whether a request is waiting, and the result of the last one."""

from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Any

from sqlalchemy import Connection, select

from etl.archive.storage.models import Page, Record, RecordVersion, Run, RunPage
from etl.archive.storage.statements import Statement, built_once
from etl.browse.language.shown_reasons import ShownReason, shown_reason
from etl.browse.scheduler import RequestedFetch, Scheduler


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """The last fetch on request: who requested it, and its outcome, None until it ends. `version`: the version that it
    made."""

    run: int
    key: str
    at: datetime
    by: str
    outcome: str | None
    reason: ShownReason | None
    version: int | None


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The state of fetching a page on request. `possible`: whether the scheduler can fetch it. `command`: a command
    that does it without a scheduler, None for an imported page.

    `asked`: the request that the scheduler has, if it is not in `last` yet.
    """

    possible: bool
    command: str | None
    asked: RequestedFetch | None
    last: LookedAgain | None

    @property
    def waits(self) -> bool:
        """Whether a request has not ended yet."""
        return self.asked is not None and self.asked.state in ("waiting", "running")


def look_again(
    connection: Connection, scheduler: Scheduler, record: int, page: int, source: str, url: str
) -> LookAgain:
    """The state of fetching the page of a record on request."""
    crawled = connection.scalar(*_crawl(source=source))
    command = f"gongkai recheck {source} --url {quote(url)}" if crawled else None
    last, request = _last(connection, record, page), scheduler.requested_fetch(page)
    if request and last and last.key == request.key and last.outcome:
        request = None
    # A request that has ended is shown from the archive (`last`); one that failed, from the scheduler.
    shown = request if request and request.state != "ended" else None
    return LookAgain(scheduler.can_fetch(source), command, shown, last)


def page_of(connection: Connection, record: int) -> tuple[int, str, str] | None:
    """The page of a record: its number, its source and its address; None if the record does not exist."""
    query = select(Page.id, Page.source_id, Page.url).join(Record, Record.page_id == Page.id)
    row = connection.execute(query.where(Record.id == record)).one_or_none()
    return row and (row.id, row.source_id, row.url)


@built_once
def _crawl(source: Any) -> Statement:
    return select(Run.id).where(Run.source_id == source, Run.kind == "crawl").limit(1)


def _last(connection: Connection, record: int, page: int) -> LookedAgain | None:
    row = connection.execute(*_last_run(record=record, page=page)).one_or_none()
    if row is None:
        return None
    run, key, at, by, outcome, reason, version = row
    return LookedAgain(run, key, at, by or "", outcome, shown_reason(reason), version)


@built_once
def _last_run(record: Any, page: Any) -> Statement:
    made = (
        select(RecordVersion.version)
        .where(
            RecordVersion.record_id == record,
            RecordVersion.capture_id == RunPage.capture_id,
            RecordVersion.kind == "updated",
        )
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            Run.id, Run.key, Run.started_at, Run.options["asked_by"].as_string(), RunPage.outcome, RunPage.reason, made
        )
        .join(RunPage, RunPage.run_id == Run.id)
        .where(RunPage.page_id == page, Run.options["url"].as_string().is_not(None))
        .order_by(Run.id.desc())
        .limit(1)
    )
