"""Stage three: read what was stored and record what it says. No network."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive import Archive
from etl.archive.models import Capture, Page, RunPage
from etl.archive.records import Read, Recorded, record, with_listing
from etl.archive.runs import OpenRun
from etl.clock import CHINA
from etl.extract import Extraction, extract
from etl.outcomes import FAILED
from etl.platforms import family_of
from etl.platforms.base import Platform

CHUNK = 25
"""Pages recorded in one transaction."""
_GETS_AT_ONCE = 8

Tell = Callable[[int], None]
"""Called with the number of pages done since the last call."""


def extract_batch(archive: Archive, run: OpenRun, number: int, tell: Tell = lambda done: None) -> Recorded:
    """Reads the stored captures of the batch's pages that nobody read yet, and records what they say."""
    created: list[int] = []
    updated: list[int] = []
    family = family_of(run.source)
    with archive.engine.connect() as connection:
        unread = connection.execute(
            _CAPTURED.add_columns(Page.listing)
            .join(Capture, Capture.id == Page.unread_capture_id)
            .join(RunPage, RunPage.page_id == Page.id)
            # A page that failed in this run may be unread all the same: an article of which one page changed and
            # another is lost. It waits, so that no version mixes the two days.
            .where(RunPage.run_id == run.id, RunPage.batch == number, RunPage.outcome.not_in(FAILED))
            .order_by(Page.id)
        ).all()
    with ThreadPoolExecutor(_GETS_AT_ONCE) as pool:
        for start in range(0, len(unread), CHUNK):
            chunk = unread[start : start + CHUNK]
            with archive.engine.connect() as connection:
                parts = _parts(connection, [row.id for row in chunk])
            wanted = [*chunk, *(part for row in chunk for part in parts.get(row.id, ()))]
            bodies = dict(
                zip(
                    (row.id for row in wanted),
                    pool.map(archive.store.blob, (r.blob_sha256 for r in wanted)),
                    strict=True,
                )
            )
            read = [_read(row, parts.get(row.id, ()), bodies, family) for row in chunk]
            with archive.engine.begin() as connection:
                recorded = record(connection, run.source.id, run.id, read)
            created += recorded.created
            updated += recorded.updated
            tell(len(chunk))
    return Recorded(tuple(created), tuple(updated))


_CAPTURED = select(
    Page.id, Capture.id.label("capture_id"), Capture.final_url, Capture.headers, Capture.blob_sha256, Capture.fetched_at
)


def _parts(connection: Connection, pages: Sequence[int]) -> dict[int, list[Any]]:
    """The last captures of the articles' further pages, in order, by the article's page."""
    rows = connection.execute(
        _CAPTURED.add_columns(Page.part_of, Page.part)
        .join(Capture, (Capture.page_id == Page.id) & (Capture.blob_sha256 == Page.blob_sha256))
        .where(Page.part_of.in_(pages))
        .ext(distinct_on(Page.id))
        .order_by(Page.id, Capture.id.desc())
    )
    found: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: row.part):
        found.setdefault(row.part_of, []).append(row)
    return found


def _read(row: Any, parts: Sequence[Any], bodies: dict[int, bytes], family: Platform | None) -> Read:
    first, *rest = (_extract(each, bodies[each.id], family) for each in (row, *parts))
    return Read(row.id, row.capture_id, with_listing(joined(first, rest), row.listing))


def joined(first: Extraction, rest: Sequence[Extraction]) -> Extraction:
    """An article of several pages as one: the fields of its first page, the texts and files of all."""
    if not rest:
        return first
    files = {file.url: file for extraction in (first, *rest) for file in extraction.attachments}
    text = "\n".join(extraction.text for extraction in (first, *rest) if extraction.text)
    return replace(first, text=text, attachments=tuple(files.values()), flags=(*first.flags, f"pages:{len(rest) + 1}"))


def _extract(row: Any, body: bytes, family: Platform | None) -> Extraction:
    content_type = next((value for name, value in row.headers if name.lower() == "content-type"), "")
    return extract(body, row.final_url, content_type, family, row.fetched_at.astimezone(CHINA).date())
