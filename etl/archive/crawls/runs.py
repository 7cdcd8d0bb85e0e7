"""Runs: opening one, what it listed, and its batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.crawls.run import CrawlOptions, ListingSummary, RunContext, RunKind
from etl.archive.crawls.run_log import write_run_log
from etl.archive.storage.archive import Archive
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.database import lock_source
from etl.archive.storage.models import Page, Run, RunPage, Source
from etl.errors import GongkaiError
from etl.platforms.base import Entry
from etl.sources.schema import Source as SourceFile


def upsert_source(connection: Connection, source: SourceFile) -> None:
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


def open_run(
    archive: Archive, source: SourceFile, key: str, options: CrawlOptions, kind: RunKind = "crawl"
) -> RunContext:
    """The run of that key, begun now unless it was begun before. Raises `DatabaseBehindBucket`."""
    require_database_in_sync(archive)
    with archive.engine.begin() as connection:
        upsert_source(connection, source)
        values = {"source_id": source.id, "key": key, "kind": kind, "options": asdict(options)}
        connection.execute(insert(Run).values(values).on_conflict_do_nothing(index_elements=["source_id", "key"]))
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one()
        connection.execute(update(Run).where(Run.id == row.id).values(state="running", finished_at=None))
    run = RunContext(row.id, key, row.kind, source, CrawlOptions(**row.options), row.started_at)
    with archive.engine.connect() as connection:
        # After its row: no log tells of a run that never was. Captures come later, so none is without its run's log.
        write_run_log(connection, archive.store, run)
    return run


def resume_run(archive: Archive, source: SourceFile, key: str) -> RunContext:
    """The run of that key. Raises `GongkaiError` when none was begun, and `DatabaseBehindBucket`."""
    require_database_in_sync(archive)
    with archive.engine.connect() as connection:
        row = connection.execute(_RUN_BY_KEY, {"source": source.id, "key": key}).one_or_none()
    if row is None:
        raise GongkaiError(f"{source.id}: run {key!r} was never begun", hint="see the log of its first task")
    return RunContext(row.id, key, row.kind, source, CrawlOptions(**row.options), row.started_at)


_RUN_BY_KEY = select(Run.id, Run.kind, Run.options, Run.started_at).where(
    Run.source_id == bindparam("source"), Run.key == bindparam("key")
)


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A document as the archive knows it after listing: its page, and whether an earlier run had listed it."""

    page_id: int
    known: bool


def upsert_listed_pages(
    connection: Connection, run: RunContext, column: str, entries: Mapping[str, Entry], batch: int | None = None
) -> dict[str, ListedEntry]:
    """Pages and run pages for a listing page's entries (canonical URL → entry); the same entry again changes nothing.

    A document in several columns is one page with several columns. `batch` is given where nothing is planned.
    """
    if not entries:
        return {}
    lock_source(connection, run.source.id)
    rows = [
        {
            "source_id": run.source.id,
            "url": url,
            "kind": "document",
            "listed_at": run.started_at,
            "listing": {**({"title": entry.title} if entry.title else {}), **entry.fields},
        }
        for url, entry in sorted(entries.items())
    ]
    upsert = insert(Page)
    upsert = upsert.on_conflict_do_update(
        index_elements=["source_id", "url"],
        set_={"listing": Page.listing.op("||")(upsert.excluded.listing), "listed_at": upsert.excluded.listed_at},
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


@dataclass(frozen=True, slots=True)
class PreviousWalk:
    """An earlier complete walk: when it began, and how many documents it listed."""

    run_id: int
    started_at: datetime
    listed: int


def last_walk_was_complete(engine: Engine, run: RunContext) -> bool:
    """Whether the crawl before this one listed all it could and fetched all it listed.

    Only then may a walk stop at documents that are known: after a walk that was cut off, those beyond the cut are
    not.
    """
    query = select(_COMPLETE).where(Run.source_id == run.source.id, Run.id < run.id, Run.kind == "crawl")
    with engine.connect() as connection:
        return bool(connection.scalar(query.order_by(Run.id.desc()).limit(1)))


def last_full_walk(connection: Connection, run: RunContext) -> PreviousWalk | None:
    """The last crawl before this one that walked every list to its end and lost nothing on the way."""
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


def upsert_page(connection: Connection, source_id: str, url: str, kind: str) -> int:
    """The number of a page that is no document: a page of a listing."""
    values = {"source_id": source_id, "url": url, "kind": kind}
    connection.execute(insert(Page).values(values).on_conflict_do_nothing(index_elements=["source_id", "url"]))
    return connection.scalars(select(Page.id).where(Page.source_id == source_id, Page.url == url)).one()


def save_listing_summary(archive: Archive, run: RunContext, listed: ListingSummary) -> None:
    """Writes down how the walk went, and what it listed."""
    with archive.engine.begin() as connection:
        connection.execute(update(Run).where(Run.id == run.id).values(listing=asdict(listed)))
        write_run_log(connection, archive.store, run)


def upsert_file_pages(connection: Connection, source_id: str, urls: Iterable[str]) -> dict[str, int]:
    """The numbers of the pages of files, by address. An address that is already known as something else stays that."""
    urls = sorted(set(urls))
    if not urls:
        return {}
    lock_source(connection, source_id)
    row = {"source_id": source_id, "kind": "file"}
    add = insert(Page).on_conflict_do_nothing(index_elements=["source_id", "url"])
    connection.execute(add, [{**row, "url": url} for url in urls])
    found = connection.execute(select(Page.url, Page.id).where(Page.source_id == source_id, Page.url.in_(urls)))
    return {url: number for url, number in found}


def upsert_article_pages(connection: Connection, source_id: str, article: int, urls: Sequence[str]) -> dict[str, int]:
    """The pages that an article goes on with, in order, and no others any more; returns their numbers by address."""
    lock_source(connection, source_id)
    gone = update(Page).where(Page.part_of == article, Page.url.not_in(urls)).values(part_of=None, part=None)
    connection.execute(gone)
    if not urls:
        return {}
    add = insert(Page)
    add = add.on_conflict_do_update(
        index_elements=["source_id", "url"], set_={"part_of": add.excluded.part_of, "part": add.excluded.part}
    )
    row = {"source_id": source_id, "kind": "part", "part_of": article}
    connection.execute(add, [{**row, "url": url, "part": place} for place, url in enumerate(urls, 2)])
    found = connection.execute(select(Page.url, Page.id).where(Page.source_id == source_id, Page.url.in_(urls)))
    return {url: number for url, number in found}


def upsert_article_page(connection: Connection, source_id: str, article: int, url: str, place: int) -> int:
    """The page with which an article goes on there; returns its number. One that is known as something else stays that,
    and is the article's page all the same."""
    lock_source(connection, source_id)
    row = {"source_id": source_id, "url": url, "kind": "part", "part_of": article, "part": place}
    changed = {"part_of": article, "part": place}
    connection.execute(
        insert(Page).values(row).on_conflict_do_update(index_elements=["source_id", "url"], set_=changed)
    )
    return connection.scalars(select(Page.id).where(Page.source_id == source_id, Page.url == url)).one()
