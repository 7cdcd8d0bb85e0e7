"""Earlier walks over a source's catalog: whether the last one was complete, and which one covered all of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select, text

from etl.archive.crawls.run import RunContext
from etl.archive.storage.models import Run


@dataclass(frozen=True, slots=True)
class PreviousWalk:
    """An earlier complete walk: its run, when that began, and how many documents it listed."""

    run_id: int
    started_at: datetime
    listed: int


def last_walk_was_complete(engine: Engine, run: RunContext) -> bool:
    """Whether the crawl before this one listed all that it could, and fetched all that it listed.

    Only then may a walk stop at documents that are known: after a walk that was cut off, the documents beyond the cut
    are not known yet.
    """
    query = select(_COMPLETE).where(Run.source_id == run.source.id, Run.id < run.id, Run.kind == "crawl")
    with engine.connect() as connection:
        return bool(connection.scalar(query.order_by(Run.id.desc()).limit(1)))


def last_full_walk(connection: Connection, run: RunContext) -> PreviousWalk | None:
    """The last crawl before this one that walked every list to its end and lost no listing page."""
    listed = Run.report["listed"].as_integer()
    query = select(Run.id, Run.started_at, listed).where(
        Run.source_id == run.source.id,
        Run.id < run.id,
        Run.kind == "crawl",
        _COMPLETE,
        Run.listing["full"].as_boolean(),
    )
    row = connection.execute(query.order_by(Run.id.desc()).limit(1)).one_or_none()
    return PreviousWalk(*row) if row else None


_COMPLETE = and_(
    Run.report.is_not(None),
    Run.report["unfinished"].as_integer() == 0,
    Run.options["limit"].as_string().is_(None),
    func.jsonb_array_length(func.coalesce(Run.listing["lost"], text("'[1]'"))) == 0,
    func.jsonb_array_length(func.coalesce(Run.listing["problems"], text("'[1]'"))) == 0,
)
"""A listing that was never stored counts as one with a lost page and a problem."""
