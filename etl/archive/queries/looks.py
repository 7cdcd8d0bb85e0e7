"""What the archive has of the style sheets and pictures of a page, at the time of the page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.queries.mementos import content_type_of
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Capture, Page
from etl.outcomes import FAILED


def kept_at(connection: Connection, source: str, urls: Iterable[str], at: datetime) -> Mapping[str, Any]:
    """For each of the addresses that the archive knows of that source, the capture nearest to that time, with bytes if
    any has some: `capture`, `outcome`, `whole` (has bytes of what was asked for), `sha256`, `size`, `damage`,
    `content_type`, `page_kind`."""
    urls = list(urls)
    if not urls:
        return {}
    whole = and_(Capture.blob_sha256.is_not(None), ~among(Capture.outcome, FAILED))
    query = (
        select(Page.url, Page.kind.label("page_kind"), Capture.id.label("capture"), Capture.outcome)
        .add_columns(whole.label("whole"), Blob.sha256, Blob.size, Blob.damage)
        .add_columns(func.coalesce(content_type_of(), "").label("content_type"))
        .ext(distinct_on(Page.url))
        .join(Capture, Capture.page_id == Page.id)
        .outerjoin(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Page.source_id == source, among(Page.url, urls))
        .order_by(Page.url, whole.desc(), func.abs(func.extract("epoch", Capture.fetched_at - at)), Capture.id)
    )
    return {row.url: row for row in connection.execute(query)}
