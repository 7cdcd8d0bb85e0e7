"""The list of runs, and one run with every page that it listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select
from sqlalchemy.orm import aliased

from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, Page, Record, Run, RunPage, Source
from etl.browse.language.shown_reasons import ShownReason, shown_reason, shown_reasons
from etl.browse.scheduler import RunLinks, Scheduler
from etl.outcomes import FAILED, Outcome, group

RUNS_PER_PAGE = 30
PAGES_PER_PAGE = 100
"""Listed pages on one page of a run."""
MAX_OTHERS = 50
"""Maximum number of failed requests for lists and files that are shown with a run."""

GroupName = Literal["stored", "unchanged", "failed", "excluded", "unfinished"]
GROUPS: tuple[str, ...] = get_args(GroupName)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The counts of a run report: listed = stored + unchanged + failed + excluded + unfinished."""

    listed: int
    stored: int
    unchanged: int
    failed: int
    excluded: int
    unfinished: int
    created: int
    updated: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run. `counts`: None until the report is written. `seconds`: its duration."""

    id: int
    source_id: str
    source_name: str
    kind: str
    key: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    counts: RunCounts | None
    outcomes: dict[str, int]
    problems: tuple[ShownReason, ...]
    warnings: tuple[ShownReason, ...]


@dataclass(frozen=True, slots=True)
class RunFilter:
    """The filter for runs; empty values match all."""

    source: str = ""
    state: str = ""

    def to_query(self) -> dict[str, str]:
        """The filter as URL parameters."""
        return {name: value for name, value in (("source", self.source), ("state", self.state)) if value}


@dataclass(frozen=True, slots=True)
class RunList:
    """One page of the list, latest first. `before` is the number with which the next page begins, None on the last.

    `sources`: id and name of each, for the filter.
    """

    filter: RunFilter
    runs: tuple[RunLine, ...]
    before: int | None
    first: bool
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page with its outcome in a run, None if it has none yet. `capture`: None if it was not fetched.

    `columns`: the lists that show it; `title`: its title there, if any. `record`: the record made from this page, in
    any run.
    """

    page: int
    url: str
    title: str
    kind: str
    columns: tuple[str, ...]
    outcome: str | None
    reason: ShownReason | None
    capture: int | None
    status: int | None
    fetched_at: datetime | None
    sha256: str | None
    size: int | None
    damage: str | None
    record: int | None


@dataclass(frozen=True, slots=True)
class RunPageList:
    """A run with a part of the pages that it listed, in the order of their ids.

    `outcome`, `group`: the filter, if any. `after`: the id after which the next part begins. `others`: failed requests
    of the run for lists and files, at most `MAX_OTHERS`. `scheduler`: links to the run in the scheduler.
    """

    run: RunLine
    outcome: str
    group: str
    pages: tuple[ListedPage, ...]
    after: int | None
    first: bool
    others: tuple[ListedPage, ...]
    scheduler: RunLinks | None


def run_list(connection: Connection, chosen: RunFilter, before: int | None) -> RunList:
    """The runs with numbers smaller than `before`."""
    conditions = [Run.source_id == chosen.source] if chosen.source else []
    conditions += [Run.state == chosen.state] if chosen.state else []
    conditions += [Run.id < before] if before else []
    query = _runs().where(*conditions).order_by(Run.id.desc()).limit(RUNS_PER_PAGE + 1)
    rows = connection.execute(query).mappings().all()
    lines = tuple(map(_run_line, rows[:RUNS_PER_PAGE]))
    sources = connection.execute(select(Source.id, Source.name).order_by(Source.id))
    more = lines[-1].id if len(rows) > RUNS_PER_PAGE else None
    return RunList(chosen, lines, more, before is None, tuple((id_, name) for id_, name in sources))


def run_page(
    connection: Connection, scheduler: Scheduler, number: int, outcome: str, of_group: str, after: int | None
) -> RunPageList | None:
    """The run with its pages after the page `after`; None if it does not exist."""
    row = connection.execute(_runs().where(Run.id == number)).mappings().one_or_none()
    if row is None:
        return None
    wanted = [RunPage.outcome == outcome] if outcome else []
    wanted += [_in_group(of_group)] if of_group else []
    wanted += [RunPage.page_id > after] if after else []
    record = select(Record.id).where(Record.page_id == RunPage.page_id).scalar_subquery()
    listed = (
        select(
            RunPage.page_id.label("page"),
            Page.url,
            _TITLE,
            Page.kind,
            RunPage.columns,
            RunPage.outcome,
            RunPage.reason,
            *_CAPTURED,
            record.label("record"),
        )
        .join(Page, Page.id == RunPage.page_id)
        .outerjoin(Capture, Capture.id == RunPage.capture_id)
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(RunPage.run_id == number, *wanted)
        .order_by(RunPage.page_id)
        .limit(PAGES_PER_PAGE + 1)
    )
    ended = connection.execute(listed).mappings().all()
    pages = _listed_pages(ended[:PAGES_PER_PAGE])
    more = pages[-1].page if len(ended) > PAGES_PER_PAGE else None
    links = scheduler.run_links(row["kind"], row["source_id"], row["key"])
    return RunPageList(
        _run_line(row), outcome, of_group, pages, more, after is None, _others(connection, number), links
    )


def _run_line(row: Mapping[str, Any] | RowMapping) -> RunLine:
    """A row of `_runs`."""
    report = row["report"] or {}
    names = ("id", "source_id", "source_name", "kind", "key", "state", "started_at", "finished_at")
    return RunLine(
        **{name: row[name] for name in names},
        seconds=report.get("seconds"),
        counts=RunCounts(**{name: report[name] for name in RunCounts.__slots__}) if report else None,
        outcomes=report.get("outcomes", {}),
        problems=shown_reasons(report.get("problems", ())),
        warnings=shown_reasons(report.get("warnings", ())),
    )


def _listed_pages(rows: Iterable[RowMapping]) -> tuple[ListedPage, ...]:
    """Converts rows with the attributes of `ListedPage` and stored reasons."""
    changed = ("reason", "columns")
    return tuple(
        ListedPage(
            **{name: row[name] for name in ListedPage.__slots__ if name not in changed},
            reason=shown_reason(row["reason"]),
            columns=tuple(filter(None, row["columns"] or ())),
        )
        for row in rows
    )


_TITLE = func.coalesce(Page.listing["title"].astext, "").label("title")
_CAPTURED = (Capture.id.label("capture"), Capture.status, Capture.fetched_at, Blob.sha256, Blob.size, Blob.damage)


def _runs() -> Select[Any]:
    return select(
        Run.id,
        Run.source_id,
        Source.name.label("source_name"),
        Run.kind,
        Run.key,
        Run.state,
        Run.started_at,
        Run.finished_at,
        Run.report,
    ).join(Source, Source.id == Run.source_id)


def _in_group(name: str) -> ColumnElement[bool]:
    if name == "unfinished":
        return RunPage.outcome.is_(None)
    return among(RunPage.outcome, [str(outcome) for outcome in Outcome if group(outcome) == name])


def _others(connection: Connection, number: int) -> tuple[ListedPage, ...]:
    """Lists and files whose last request in the run failed."""
    last = aliased(Capture)
    is_last = (
        ~select(last.id).where(last.page_id == Capture.page_id, last.run_id == number, last.id > Capture.id).exists()
    )
    query = (
        select(
            Capture.page_id.label("page"),
            Page.url,
            _TITLE,
            Page.kind,
            func.jsonb_build_array().label("columns"),
            Capture.outcome,
            Capture.reason,
            *_CAPTURED,
            select(Record.id).where(Record.page_id == Capture.page_id).scalar_subquery().label("record"),
        )
        .join(Page, Page.id == Capture.page_id)
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Capture.run_id == number, Page.kind != "document", among(Capture.outcome, FAILED), is_last)
        .order_by(Capture.id)
        .limit(MAX_OTHERS)
    )
    return _listed_pages(connection.execute(query).mappings())
