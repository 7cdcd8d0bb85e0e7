"""Runs: opening one, what it listed, and its batches."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.captures import Batch
from etl.archive.models import Page, Run, RunPage, Source
from etl.errors import GongkaiError
from etl.outcomes import Outcome
from etl.platforms.base import Entry
from etl.sources.schema import Source as SourceFile


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked to do: walk the catalog to its end, stop after so many documents, store nothing."""

    full: bool = False
    limit: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run under way. `key` is what its starter calls it: the same key is the same run, resumed."""

    id: int
    key: str
    source: SourceFile
    options: Options
    started_at: datetime

    def batch(self, label: str) -> Batch:
        """Where captures of one of its batches are logged."""
        return Batch(self.source.id, self.id, self.started_at, label)


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """What one list said of itself, and what was found in it."""

    column: str
    listed: int
    pages: int
    told_total: int | None = None
    told_pages: int | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """How the walk over the listing went: its columns, the listing pages that were lost, requests made."""

    columns: tuple[ColumnTold, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    requests: int = 0
    problems: tuple[str, ...] = ()


def keep_source(connection: Connection, source: SourceFile) -> None:
    """Writes down what the source file said when a run began."""
    values = {
        "id": source.id,
        "name": source.name,
        "agency": source.agency,
        "region": source.region,
        "platform": source.platform,
        "definition": source.model_dump(mode="json"),
        "updated_at": func.now(),
    }
    connection.execute(insert(Source).values(values).on_conflict_do_update(index_elements=["id"], set_=values))


def open_run(engine: Engine, source: SourceFile, key: str, options: Options) -> OpenRun:
    """The run of that key, begun now unless it was begun before."""
    with engine.begin() as connection:
        keep_source(connection, source)
        values = {"source_id": source.id, "key": key, "options": asdict(options)}
        connection.execute(insert(Run).values(values).on_conflict_do_nothing())
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one()
        connection.execute(update(Run).where(Run.id == row.id).values(state="running", finished_at=None))
    return OpenRun(row.id, key, source, Options(**row.options), row.started_at)


def resume_run(engine: Engine, source: SourceFile, key: str) -> OpenRun:
    """The run of that key. Raises `GongkaiError` when none was begun: its listing never started."""
    with engine.connect() as connection:
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one_or_none()
    if row is None:
        raise GongkaiError(f"{source.id}: run {key!r} was never begun", hint="see the log of its first task")
    return OpenRun(row.id, key, source, Options(**row.options), row.started_at)


_RUN_BY_KEY = select(Run.id, Run.options, Run.started_at).where(
    Run.source_id == bindparam("source"), Run.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A document as the archive knows it after listing: its page, and whether an earlier run had listed it."""

    page_id: int
    known: bool


def keep_entries(
    connection: Connection, run: OpenRun, column: str, entries: Mapping[str, Entry], batch: int | None = None
) -> dict[str, ListedEntry]:
    """Pages and run pages for a listing page's entries (canonical URL → entry); the same entry again changes nothing.

    A document in several columns is one page with several columns. `batch` is given where nothing is planned.
    """
    if not entries:
        return {}
    rows = [
        {
            "source_id": run.source.id,
            "url": url,
            "kind": "document",
            "listing": {**({"title": entry.title} if entry.title else {}), **entry.fields},
        }
        for url, entry in sorted(entries.items())
    ]
    upsert = insert(Page)
    upsert = upsert.on_conflict_do_update(
        index_elements=["source_id", "url"],
        set_={"listing": Page.listing.op("||")(upsert.excluded.listing)},
        where=~Page.listing.contains(upsert.excluded.listing),
    )
    connection.execute(upsert, rows)
    found = known_entries(connection, run.source.id, entries, before=run.started_at)
    add = insert(RunPage)
    add = add.on_conflict_do_update(
        index_elements=["run_id", "page_id"],
        set_={"columns": RunPage.columns + add.excluded.columns},
        where=~RunPage.columns.contains(add.excluded.columns),
    )
    row = {"run_id": run.id, "columns": [column], "batch": batch}
    connection.execute(add, [{**row, "page_id": entry.page_id} for entry in found.values()])
    return found


def known_entries(
    connection: Connection, source_id: str, urls: Iterable[str], before: datetime
) -> dict[str, ListedEntry]:
    """The pages of those addresses that the archive has; known are those first seen before that moment."""
    query = select(Page.id, Page.url, Page.first_seen_at).where(Page.source_id == source_id, Page.url.in_(urls))
    return {row.url: ListedEntry(row.id, row.first_seen_at < before) for row in connection.execute(query)}


def last_walk_was_complete(engine: Engine, run: OpenRun) -> bool:
    """Whether the run before this one listed all it could and fetched all it listed.

    Only then may a walk stop at documents that are known: after a walk that was cut off, those beyond the cut are
    not.
    """
    query = select(Run.listing, Run.options, Run.report).where(Run.source_id == run.source.id, Run.id < run.id)
    with engine.connect() as connection:
        before = connection.execute(query.order_by(Run.id.desc()).limit(1)).one_or_none()
    if before is None or before.report is None or before.options.get("limit") or before.options.get("dry_run"):
        return False
    return not before.listing.get("lost") and not before.report["unfinished"]


def page_for(connection: Connection, source_id: str, url: str, kind: str) -> int:
    """The number of a page that is no document: a page of a listing."""
    values = {"source_id": source_id, "url": url, "kind": kind}
    connection.execute(insert(Page).values(values).on_conflict_do_nothing())
    return connection.scalars(select(Page.id).where(Page.source_id == source_id, Page.url == url)).one()


def keep_listed(engine: Engine, run: OpenRun, listed: Listed) -> None:
    """Writes down how the walk went."""
    with engine.begin() as connection:
        connection.execute(update(Run).where(Run.id == run.id).values(listing=asdict(listed)))


def plan(engine: Engine, run: OpenRun, batch_size: int) -> dict[int, int]:
    """Gives every listed page that needs work a batch; ends the others as `known`, `out_of_scope` or `limit`.

    A page needs work when it was never fetched, is due for a recheck, or holds a capture that nobody read yet.
    Returns the number of pages in each batch, by the batch's number. A plan made before stays as it is.
    """
    values = {
        "run": run.id,
        "due": run.source.recheck_after_days,
        "limit": run.options.limit or run.source.limits.pages,
    }
    with engine.begin() as connection:
        waiting = connection.execute(_WAITING, values).all()
        ends: list[dict[str, Any]] = []
        work: list[int] = []
        for row in waiting:
            if not run.source.allows(row.url):
                ends.append(_end(row.page_id, Outcome.OUT_OF_SCOPE, "listed, but on none of the source's hosts"))
            elif not row.due and row.unread_capture_id is None:
                ends.append(_end(row.page_id, Outcome.KNOWN, "fetched before and not due for a recheck"))
            elif len(work) >= values["limit"]:
                ends.append(_end(row.page_id, Outcome.LIMIT, f"beyond the run's limit of {values['limit']}"))
            else:
                work.append(row.page_id)
        if ends:
            connection.execute(_END, [{**end, "run": run.id} for end in ends])
        last = connection.scalar(select(func.max(RunPage.batch)).where(RunPage.run_id == run.id))
        first = 0 if last is None else last + 1
        if work:
            batches = [
                {"run": run.id, "page": page, "number": first + index // batch_size} for index, page in enumerate(work)
            ]
            connection.execute(_BATCH, batches)
        return {row.batch: row.pages for row in connection.execute(_BATCHES, {"run": run.id})}


def _end(page_id: int, outcome: Outcome, reason: str) -> dict[str, Any]:
    return {"page": page_id, "ended": outcome, "why": reason}


_WAITING = text("""
SELECT rp.page_id, p.url, p.unread_capture_id,
       coalesce(p.checked_at <= r.started_at - make_interval(secs => :due * 86400), true) AS due
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id JOIN archive.run r ON r.id = rp.run_id
WHERE rp.run_id = :run AND rp.outcome IS NULL AND rp.batch IS NULL ORDER BY rp.page_id
""")
_MINE = (RunPage.run_id == bindparam("run"), RunPage.page_id == bindparam("page"))
_END = update(RunPage).where(*_MINE).values(outcome=bindparam("ended"), reason=bindparam("why"))
_BATCH = update(RunPage).where(*_MINE).values(batch=bindparam("number"))
_BATCHES = (
    select(RunPage.batch, func.count().label("pages"))
    .where(RunPage.run_id == bindparam("run"), RunPage.batch.is_not(None))
    .group_by(RunPage.batch)
    .order_by(RunPage.batch)
)
