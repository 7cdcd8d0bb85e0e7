"""Atom feeds: of a search, whose address is its filter, and of the change feed."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from etl.browse.http.parameters import refuse_unknown
from etl.browse.http.routes import (
    AfterParam,
    BaseAddress,
    BeforeParam,
    FilterParam,
    OpenArchive,
    Respond,
    SortParam,
    SourceParam,
    read_only,
)
from etl.browse.pages.feed import change_feed, search_feed

router = APIRouter(redirect_slashes=False, dependencies=[Depends(refuse_unknown)])


@router.api_route("/records.atom", methods=["GET", "HEAD"], response_model=None)
def records_feed(
    archive: OpenArchive,
    responder: Respond,
    base: BaseAddress,
    record_filter: FilterParam,
    sort: SortParam = "captured",
    after: AfterParam = None,
) -> Response:
    """The records that match, those first that were captured last."""
    with read_only(archive) as connection:
        feed = search_feed(connection, record_filter, sort, after)
    return responder.feed(feed, base)


@router.api_route("/changes.atom", methods=["GET", "HEAD"], response_model=None)
def changes_feed(
    archive: OpenArchive, responder: Respond, base: BaseAddress, source: SourceParam, before: BeforeParam = None
) -> Response:
    """The newest events of the change feed."""
    with read_only(archive) as connection:
        feed = change_feed(connection, source, before)
    return responder.feed(feed, base)
