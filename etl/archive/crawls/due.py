"""The pages of a batch that must still be fetched, with everything that fetching needs; and the due parts of looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, distinct, func, literal, select, text, true

from etl.archive.crawls.failed_before import failed_at
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.validators import VERIFY_EVERY, trusted_hosts
from etl.archive.records.recording import RULES_VERSION
from etl.archive.storage.lookups import NO_TEXT, among, is_current
from etl.archive.storage.models import Blob, Capture, Page, PageFile, Record, RecordVersion, RunPage
from etl.extract.codes import Flag
from etl.outcomes import Outcome
from etl.web.urls import Address, host_of


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file of a document. With `headers` the request is conditional: the host may answer 304 Not Modified."""

    url: Address
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DuePage:
    """A document's page to fetch. `headers`: as in `DueFile`. `listing`: the fields that its catalog states.

    `digest`: SHA-256 of its bytes when they were last extracted; None if they are not extracted yet. `parts` (URLs of
    further pages of the article or of frames, in order) and `files`: those of that extraction. `is_whole`: its record
    has a text that was extracted with the current rules and does not continue on another page, as far as is known.
    """

    page_id: int
    batch: int
    url: Address
    listing: Mapping[str, Any]
    headers: Mapping[str, str]
    digest: str | None
    parts: tuple[Address, ...]
    is_whole: bool
    files: tuple[DueFile, ...]


def due_pages(engine: Engine, run: RunContext, batch: int) -> list[DuePage]:
    """The pages of the run's batch that have no outcome yet, by page id; those that failed before come last."""
    with engine.connect() as connection:
        pages = connection.execute(
            _PAGES.add_columns(Page.listing)
            .join(RunPage, RunPage.page_id == Page.id)
            .where(RunPage.run_id == run.id, RunPage.batch == batch, RunPage.outcome.is_(None))
            .order_by(None)
            .order_by(text(f"{failed_at('archive.page.id')} NULLS FIRST"), Page.id)
        ).all()
        trusted = trusted_hosts(connection)
        parts = _parts_of(connection, [row.id for row in pages])
        whole = set(connection.scalars(_WHOLE.where(among(Record.page_id, [row.id for row in pages]))))
        files = _files(connection, [row.id for row in pages])
    return [
        DuePage(
            page_id=row.id,
            batch=batch,
            url=row.url,
            listing=row.listing,
            headers=_conditional_headers(row, run.id, trusted),
            digest=None if row.unread_capture_id else row.blob_sha256,
            parts=tuple(parts.get(row.id, ())),
            is_whole=row.id in whole,
            files=tuple(
                DueFile(file.url, _conditional_headers(file, run.id, trusted)) for file in files.get(row.id, ())
            ),
        )
        for row in pages
    ]


_PAGES = (
    select(
        Page.id,
        Page.url,
        Page.etag,
        Page.last_modified,
        Page.blob_sha256,
        Page.unread_capture_id,
        Page.verdict,
        Blob.damage,
    )
    .outerjoin(Blob, Blob.sha256 == Page.blob_sha256)
    .order_by(Page.id)
)
_FLAGS = literal("\n") + func.array_to_string(RecordVersion.flags, "\n")
_WHOLE = (
    select(Record.page_id)
    .join(RecordVersion, is_current(Record, RecordVersion))
    .where(Record.read_with == RULES_VERSION, Record.content_hash != NO_TEXT)
    .where(~_FLAGS.contains(f"\n{Flag.GOES_ON.of('')}"))
)


def _parts_of(connection: Connection, page_ids: Sequence[int]) -> dict[int, list[Address]]:
    """URLs of the parts of documents, in order, by the page id of the document."""
    urls: dict[int, list[Address]] = {}
    query = select(Page.part_of, Page.url).where(among(Page.part_of, page_ids)).order_by(Page.part)
    for row in connection.execute(query):
        urls.setdefault(row.part_of, []).append(row.url)
    return urls


def _files(connection: Connection, page_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Rows of the files that documents link, by the document's page id."""
    files: dict[int, list[Any]] = {}
    query = _PAGES.join(PageFile, PageFile.file_id == Page.id).where(among(PageFile.page_id, page_ids))
    for row in connection.execute(query.add_columns(PageFile.page_id)):
        files.setdefault(row.page_id, []).append(row)
    return files


def count_resources(engine: Engine, run: RunContext) -> int:
    """Number of style sheets and pictures that the run has requested."""
    query = select(func.count(distinct(Capture.page_id))).join(Page, Page.id == Capture.page_id)
    with engine.connect() as connection:
        return connection.scalars(query.where(Capture.run_id == run.id, Page.kind == "resource")).one()


def due_resources(engine: Engine, run: RunContext, urls: Sequence[Address]) -> dict[Address, Mapping[str, str]]:
    """The addresses that are due, in their order, with headers as in `DueFile`.

    Leaves out addresses that answered within the last `recheck_after_days`, and those that this run has requested.
    """
    last = (
        select(Capture.run_id, Capture.fetched_at, Capture.outcome)
        .where(Capture.page_id == Page.id)
        .order_by(Capture.fetched_at.desc())
        .limit(1)
        .lateral()
    )
    query = _PAGES.add_columns(last).join(last, true())
    with engine.connect() as connection:
        known = connection.execute(query.where(Page.source_id == run.source.id, among(Page.url, urls))).all()
        trusted = trusted_hosts(connection)
    due: dict[Address, Mapping[str, str]] = {url: {} for url in urls}
    rested = datetime.now(UTC) - timedelta(days=run.source.recheck_after_days)
    for row in known:
        if row.run_id == run.id or (row.fetched_at > rested and row.outcome not in _TRY_AGAIN):
            del due[row.url]
        else:
            due[row.url] = _conditional_headers(row, run.id, trusted)
    return due


_TRY_AGAIN = (Outcome.NETWORK_ERROR, Outcome.HTTP_ERROR, Outcome.LIMIT)


def _conditional_headers(page: Any, run_id: int, trusted: set[str]) -> dict[str, str]:
    """Headers for a conditional request of a page, a row of `_PAGES`.

    Empty if the host's 304 is not trusted, if it is this page's turn to verify it, if the stored bytes are damaged, as
    a 304 would leave them damaged, or if they are no document, which a 304 would let pass for one.
    """
    if host_of(page.url) not in trusted or not page.blob_sha256 or page.damage or page.verdict:
        return {}
    if (page.id + run_id) % VERIFY_EVERY == 0:
        return {}
    if page.etag:
        return {"If-None-Match": page.etag}
    return {"If-Modified-Since": page.last_modified} if page.last_modified else {}
