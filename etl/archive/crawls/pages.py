"""Writes the pages of a source: listed documents, listing pages, further pages of articles, files, style sheets and
pictures.

A page is one address of one source, whatever its content is. Each of these functions is idempotent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.crawls.run import RunContext
from etl.archive.storage.bulk_rows import insertion
from etl.archive.storage.database import lock_source
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Page, RunPage
from etl.platforms.base import Entry
from etl.web.urls import Address


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """The page of a listed document, and whether it was known before."""

    page_id: int
    known: bool


def upsert_listed_pages(
    connection: Connection, run: RunContext, column: str, entries: Mapping[Address, Entry], batch: int | None = None
) -> dict[Address, ListedDocument]:
    """Adds the documents of a listing page (canonical URL → entry) to the run; returns their pages by URL.

    A document in several lists is one page with several columns. A page that was known as a file, or as a further page
    of an article, becomes a document. `batch`: for imports, which plan no batches, the batch to put the pages into.
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
    connection.execute(_LISTED, {"rows": rows})
    pages = listed_pages(connection, run.source.id, entries, before=run.started_at)
    row = {"run_id": run.id, "columns": [column], "batch": batch}
    connection.execute(_IN_RUN, {"rows": [{**row, "page_id": page.page_id} for page in pages.values()]})
    return pages


_SAME_TITLE = "(page.listing || excluded.listing)->'title' IS NOT DISTINCT FROM page.listing->'title'"
"""SQL condition; sitemaps and plain lists of addresses state no title."""
_LISTED = insertion(
    Page,
    ("source_id", "url", "kind", "listed_at", "listing"),
    # A listed page is a document, even if it was first seen as a file or further page of another document. Its bytes
    # may be stored already, and the site may answer that they are unchanged, so they are queued to be read. The same
    # applies to a page that was no document, perhaps because it had another title than its list stated.
    f"""ON CONFLICT (source_id, url)
    DO UPDATE SET listing = page.listing || excluded.listing, listed_at = excluded.listed_at,
    kind = CASE WHEN page.kind IN ('file', 'part', 'resource') THEN excluded.kind ELSE page.kind END,
    verdict = CASE WHEN {_SAME_TITLE} THEN page.verdict END,
    unread_capture_id = CASE WHEN page.kind NOT IN ('file', 'part', 'resource') AND (
        page.verdict IS NULL OR {_SAME_TITLE}) THEN page.unread_capture_id ELSE (
        SELECT max(c.id) FROM archive.capture c WHERE c.page_id = page.id AND c.blob_sha256 = page.blob_sha256) END""",
)
_IN_RUN = insertion(
    RunPage,
    ("run_id", "page_id", "columns", "batch"),
    """ON CONFLICT (run_id, page_id) DO UPDATE SET columns = run_page.columns || excluded.columns
    WHERE NOT run_page.columns @> excluded.columns""",
)


def listed_pages(
    connection: Connection, source_id: str, urls: Iterable[Address], before: datetime
) -> dict[Address, ListedDocument]:
    """The source's pages with these URLs, by URL. A page is known if it was first seen before the time `before`."""
    query = select(Page.id, Page.url, Page.first_seen_at).where(Page.source_id == source_id, among(Page.url, urls))
    return {Address(row.url): ListedDocument(row.id, row.first_seen_at < before) for row in connection.execute(query)}


def upsert_pages(connection: Connection, source_id: str, kind: str, urls: Iterable[Address]) -> dict[Address, int]:
    """Writes the pages with those URLs that are not known yet; returns the ids of all, by URL. A known page keeps its
    kind, except that a style sheet or picture becomes a file if `kind` is that."""
    urls = sorted(set(urls))
    if not urls:
        return {}
    lock_source(connection, source_id)
    connection.execute(_PAGES, {"rows": [{"source_id": source_id, "kind": kind, "url": url} for url in urls]})
    return _page_ids(connection, source_id, urls)


def upsert_parts(
    connection: Connection, source_id: str, articles: Mapping[int, Sequence[Address]]
) -> dict[Address, int]:
    """Sets the parts of articles; returns the page ids of the parts by URL.

    `articles`: for the page id of each first page, the URLs of its parts in order; positions count from 2. Pages that
    were parts of one of these articles and are not among the URLs are detached. A page in several articles belongs to
    the last of them.
    """
    if not articles:
        return {}
    lock_source(connection, source_id)
    pages = {
        url: {"source_id": source_id, "kind": "part", "url": url, "part_of": article, "part": position}
        for article, urls in articles.items()
        for position, url in enumerate(urls, 2)
    }
    detach = update(Page).where(among(Page.part_of, articles), ~among(Page.url, pages))
    connection.execute(detach.values(part_of=None, part=None))
    if not pages:
        return {}
    connection.execute(_PARTS, {"rows": list(pages.values())})
    return _page_ids(connection, source_id, pages)


_PARTS = insertion(
    Page,
    ("source_id", "kind", "url", "part_of", "part"),
    "ON CONFLICT (source_id, url) DO UPDATE SET part_of = excluded.part_of, part = excluded.part",
)
_PAGES = insertion(
    Page,
    ("source_id", "kind", "url"),
    """ON CONFLICT (source_id, url) DO UPDATE SET kind = excluded.kind
    WHERE page.kind = 'resource' AND excluded.kind = 'file'""",
)


def upsert_part(connection: Connection, source_id: str, article: int, url: Address, position: int) -> int:
    """Makes one URL the article's part at that position (from 2); returns its page id. A known page keeps its kind."""
    lock_source(connection, source_id)
    row = {"source_id": source_id, "url": url, "kind": "part", "part_of": article, "part": position}
    changed = {"part_of": article, "part": position}
    connection.execute(
        insert(Page).values(row).on_conflict_do_update(index_elements=["source_id", "url"], set_=changed)
    )
    return connection.scalars(select(Page.id).where(Page.source_id == source_id, Page.url == url)).one()


def _page_ids(connection: Connection, source_id: str, urls: Iterable[Address]) -> dict[Address, int]:
    rows = connection.execute(select(Page.url, Page.id).where(Page.source_id == source_id, among(Page.url, urls)))
    return {Address(row.url): row.id for row in rows}
