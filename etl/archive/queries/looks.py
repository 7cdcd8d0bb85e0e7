"""The archived style sheets and pictures of a page, at the time of the page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.queries.mementos import content_type_of
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, Page
from etl.outcomes import FAILED

_WHOLE = and_(Capture.blob_sha256.is_not(None), ~among(Capture.outcome, FAILED))


def captures_near(connection: Connection, source: str, urls: Collection[str], at: datetime) -> Mapping[str, Any]:
    """For each of the addresses that the archive knows from that source, the capture nearest to that time; captures
    that have the bytes of the requested resource (`whole`) are preferred. Columns: `capture`, `fetched_at`, `outcome`,
    `whole`, `sha256`, `size`, `damage`, `content_type`, `page_kind`."""
    if not urls:
        return {}
    distance = func.abs(func.extract("epoch", Capture.fetched_at - at))
    query = _captures(source, urls).ext(distinct_on(Page.url)).order_by(Page.url, _WHOLE.desc(), distance, Capture.id)
    return {row.url: row for row in connection.execute(query)}


def captures_by_url(connection: Connection, source: str, urls: Collection[str]) -> Mapping[str, Sequence[Any]]:
    """For each address, all captures that have the bytes of the requested resource, oldest first. Same columns as
    `captures_near`."""
    captures: dict[str, list[Any]] = {url: [] for url in urls}
    if urls:
        query = _captures(source, urls).where(_WHOLE).order_by(Capture.fetched_at, Capture.id)
        for row in connection.execute(query):
            captures[row.url].append(row)
    return captures


def _captures(source: str, urls: Collection[str]) -> Select[Any]:
    return (
        select(Page.url, Page.kind.label("page_kind"), Capture.id.label("capture"), Capture.fetched_at, Capture.outcome)
        .add_columns(_WHOLE.label("whole"), Blob.sha256, Blob.size, Blob.damage)
        .add_columns(func.coalesce(content_type_of(), "").label("content_type"))
        .join(Capture, Capture.page_id == Page.id)
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Page.source_id == source, among(Page.url, urls))
    )
