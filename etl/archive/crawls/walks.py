"""Earlier walks of a source's catalog: whether the last one was complete, the last ones that were full, without doubts,
or without a drop, and the first and the last that walked a list to its end."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, cast, false, func, not_, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB

from etl.archive.crawls.run import RunContext
from etl.archive.storage.models import Run
from etl.reason_codes import Code

DROPS = (Code.LISTING_DROPPED, Code.LIST_DROPPED, Code.NOTHING_LISTED)
"""Problems of a run that listed far fewer documents than an earlier one."""
DOUBTS = (*DROPS, Code.FEWER_DOCUMENTS, Code.FEWER_LISTING_PAGES)
"""Problems of a run that may not have listed all documents."""


@dataclass(frozen=True, slots=True)
class PreviousWalk:
    """An earlier complete walk of all lists or of one: its run, the run's start, and the number of listed documents."""

    run_id: int
    started_at: datetime
    listed: int


@dataclass(frozen=True, slots=True)
class KnownList:
    """What earlier walks found in a list: the documents listed by the last full walk and since then.

    `surplus`: the difference between that walk's total and its number of documents: lines that repeat a document, and
    for sites that are known to report too high a total, the excess.
    """

    urls: frozenset[str] = frozenset()
    surplus: int = 0


def known_list(connection: Connection, source_id: str, column: str, before: int | None = None) -> KnownList:
    """What crawls of the source found in one of its lists; if `before` is given, only crawls before that run number."""
    walk = connection.execute(_last_full_walk(source_id, before, Run.listing)).first()
    if walk is None:
        return KnownList()
    values = {"source": source_id, "column": column, "walk": walk.id, "before": before}
    urls = frozenset(connection.scalars(_LISTED_SINCE, values))
    listed = (item for item in walk.listing["columns"] if item["column"] == column)
    return KnownList(urls, next(map(_surplus, listed), 0))


def _surplus(walked: Mapping[str, Any]) -> int:
    reported = walked["told_total"] if walked.get("total_is_upper_bound") else None
    return max(int(walked["lines"]), reported or 0) - int(walked["listed"])


def last_walk_was_complete(engine: Engine, run: RunContext) -> bool:
    """Whether the previous crawl lost no listing page, did not list far fewer documents than before, and fetched all
    that it listed.

    Only then may a walk stop at known documents. After an interrupted walk, documents beyond the interruption are not
    known yet; and only at the end of a list that dropped can one see whether it is complete again.
    """
    query = select(and_(_COMPLETE, not_(_has_problem(*DROPS)))).where(
        Run.source_id == run.source.id, Run.id < run.id, Run.kind == "crawl"
    )
    with engine.connect() as connection:
        return bool(connection.scalar(query.order_by(Run.id.desc()).limit(1)))


def last_full_walk(connection: Connection, run: RunContext) -> PreviousWalk | None:
    """The last earlier crawl that walked every list to its end and lost no listing page."""
    return _previous(connection, run, ())


def last_undoubted_walk(connection: Connection, run: RunContext) -> PreviousWalk | None:
    """The last earlier full walk without a sign that it missed documents: no total that was not reached, and no drop.

    Only for such a walk does it follow that a document that it did not list is no longer listed.
    """
    return _previous(connection, run, DOUBTS)


def last_walk_without_drop(connection: Connection, run: RunContext) -> PreviousWalk | None:
    """The last earlier full walk that had no drop. Later walks are compared with it.

    So a source whose list was cut stays red until the list is complete again, or somebody raises `max_drop` for a run.
    """
    return _previous(connection, run, DROPS)


def last_whole_walks(connection: Connection, run: RunContext, since: PreviousWalk) -> dict[str, PreviousWalk]:
    """For each list, the last earlier crawl that walked it to its end without a lost page or a drop, beginning with the
    full walk `since`. `listed` is the number of documents of the list."""
    return dict(_whole_lists(connection, run, Run.id >= since.run_id))


def first_whole_walks(connection: Connection, run: RunContext, since: datetime) -> dict[str, PreviousWalk]:
    """For each list, the first full walk since that time that walked it to its end; as `last_whole_walks`."""
    walks: dict[str, PreviousWalk] = {}
    for name, walk in _whole_lists(connection, run, Run.started_at >= since, Run.listing["full"].as_boolean()):
        walks.setdefault(name, walk)
    return walks


def _whole_lists(
    connection: Connection, run: RunContext, *conditions: ColumnElement[bool]
) -> Iterator[tuple[str, PreviousWalk]]:
    """The lists that earlier complete crawls walked to their ends, the first crawl first."""
    query = select(Run.id, Run.started_at, Run.listing["columns"]).where(
        Run.source_id == run.source.id, Run.kind == "crawl", Run.id < run.id, _COMPLETE, not_(_has_problem(*DROPS))
    )
    for number, began, columns in connection.execute(query.where(*conditions).order_by(Run.id)):
        for column in columns:
            if column.get("whole", True):
                yield column["column"], PreviousWalk(number, began, column["listed"])


def _previous(connection: Connection, run: RunContext, doubts: Collection[Code]) -> PreviousWalk | None:
    listed = Run.report["listed"].as_integer()
    query = _last_full_walk(run.source.id, run.id, Run.started_at, listed).where(not_(_has_problem(*doubts)))
    row = connection.execute(query).first()
    return PreviousWalk(*row) if row else None


def _has_problem(*codes: Code) -> ColumnElement[bool]:
    """Whether a run's report has a problem of one of these codes."""
    problems = cast(Run.report["problems"], JSONB)
    return or_(false(), *(problems.contains([{"code": str(code)}]) for code in codes))


def _last_full_walk(source_id: str, before: int | None, *columns: Any) -> Select[Any]:
    """A query for the last complete full walk of a source, before the run `before` if given: its id and `columns`."""
    query = select(Run.id, *columns).where(
        Run.source_id == source_id, Run.kind == "crawl", _COMPLETE, Run.listing["full"].as_boolean()
    )
    return (query if before is None else query.where(Run.id < before)).order_by(Run.id.desc()).limit(1)


_COMPLETE = and_(
    Run.report.is_not(None),
    Run.report["unfinished"].as_integer() == 0,
    Run.options["limit"].as_string().is_(None),
    func.jsonb_array_length(func.coalesce(Run.listing["lost"], text("'[1]'"))) == 0,
    func.jsonb_array_length(func.coalesce(Run.listing["problems"], text("'[1]'"))) == 0,
)
"""If no listing was stored, the run counts as one with a lost page and a problem."""
_LISTED_SINCE = text("""
SELECT DISTINCT p.url FROM archive.run_page rp
JOIN archive.run r ON r.id = rp.run_id JOIN archive.page p ON p.id = rp.page_id
WHERE r.source_id = :source AND r.kind = 'crawl' AND r.id >= :walk
  AND r.id < coalesce(CAST(:before AS bigint), r.id + 1) AND :column = ANY(rp.columns)
""")
