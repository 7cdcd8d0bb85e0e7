"""Pages of citations: all citations of a record, in both directions, and gaps (documents cited but missing)."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from etl.archive.queries.cited import MOST_GAPS, CitationPosition
from etl.browse.errors import RequestRefused
from etl.browse.http.routes import AfterCitation, OpenArchive, Respond, RowId, SourceParam, page_route, read_only
from etl.browse.pages.citations import CountedGaps, citations_page, counted_gaps, gaps_page
from etl.browse.pages.record_list import parse_after
from etl.browse.pages.timed_cache import TimedCache

router = APIRouter(redirect_slashes=False)
_gaps = TimedCache[CountedGaps]()
AfterGap = Annotated[int, Query(alias="after", ge=0, le=MOST_GAPS)]


def cached_gaps(archive: OpenArchive, source: str) -> CountedGaps:
    """The gaps, from a cache that is recounted after some time."""

    def count() -> CountedGaps:
        with read_only(archive) as connection:
            return counted_gaps(connection, source)

    return _gaps.get((archive.engine.url, source), count)


@page_route("/records/{record}/citations", to=router)
def cites(archive: OpenArchive, responder: Respond, record: RowId, after: AfterCitation = None) -> Response:
    """All documents that a record cites."""
    return _citations(archive, responder, record, "cites", after)


@page_route("/records/{record}/cited-by", to=router)
def cited(archive: OpenArchive, responder: Respond, record: RowId, after: AfterCitation = None) -> Response:
    """All records that cite or may cite a record."""
    return _citations(archive, responder, record, "cited-by", after)


def _citations(archive: OpenArchive, responder: Respond, record: int, direction: str, after: str | None) -> Response:
    with read_only(archive) as connection:
        page = citations_page(connection, record, direction, parse_after(CitationPosition.parse, after))
    if page is None:
        raise RequestRefused(404, "no_record")
    return responder.page("citations.html", page)


@page_route("/gaps", to=router)
def missing(archive: OpenArchive, responder: Respond, source: SourceParam, after: AfterGap = 0) -> Response:
    """The documents that are cited most but not in the archive."""
    counted = cached_gaps(archive, source)
    with read_only(archive) as connection:
        page = gaps_page(connection, counted, source, after)
    return responder.page("gaps.html", page)
