"""The pages. Every one is answered as HTML and, under `.json`, as the same dataclass; every parameter has a limit."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from etl.archive import Archive
from etl.browse.answers import Answer
from etl.browse.archived import captured_bytes, inert_headers
from etl.browse.detail import record_page
from etl.browse.listing import Cursor, Filter, record_list
from etl.browse.overview import run_list, source_list
from etl.browse.reading import reading

router = APIRouter(redirect_slashes=False)

_LARGEST = 2**63 - 1
"""PostgreSQL's bigint: a larger number is no record of ours."""


def _archive(request: Request) -> Archive:
    return request.app.state.archive()  # type: ignore[no-any-return]


Opened = Annotated[Archive, Depends(_archive)]
Answering = Annotated[Answer, Depends(Answer)]
Number = Annotated[int, Path(ge=1, le=_LARGEST)]
Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
SourceId = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9-]*$")]
After = Annotated[str | None, Query(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}\.\d{1,18}$")]
Before = Annotated[int | None, Query(ge=1, le=_LARGEST)]

Handler = TypeVar("Handler", bound=Callable[..., Response])


def _page(path: str, *more: str) -> Callable[[Handler], Handler]:
    """A page, under its path and `.json`: GET and HEAD, and no other method."""

    def register(handler: Handler) -> Handler:
        for each in (f"{path}.json", path, *more):
            router.add_api_route(each, handler, methods=["GET", "HEAD"], response_model=None)
        return handler

    return register


@_page("/records", "/")
def records(archive: Opened, answer: Answering, q: Words = "", source: SourceId = "", after: After = None) -> Response:
    """All records, newest first."""
    try:
        cursor = Cursor.read(after) if after else None
    except ValueError as error:
        raise HTTPException(400, f"after: {error}") from error
    with reading(archive) as connection:
        page = record_list(connection, Filter(q.strip(), source), cursor)
    return answer.page("records.html", page)


@_page("/records/{record}")
def record(archive: Opened, answer: Answering, record: Number, before: Before = None) -> Response:
    """One record in its current version."""
    return _record(archive, answer, record, None, before)


@_page("/records/{record}/versions/{version}")
def version(archive: Opened, answer: Answering, record: Number, version: Number, before: Before = None) -> Response:
    """One record in one version."""
    return _record(archive, answer, record, version, before)


def _record(archive: Archive, answer: Answer, record: int, version: int | None, before: int | None) -> Response:
    with reading(archive) as connection:
        page = record_page(connection, record, version, before)
    if page is None:
        raise HTTPException(404)
    return answer.page("record.html", page)


@_page("/sources")
def sources(archive: Opened, answer: Answering) -> Response:
    """All sources."""
    with reading(archive) as connection:
        page = source_list(connection)
    return answer.page("sources.html", page)


@_page("/runs")
def runs(archive: Opened, answer: Answering) -> Response:
    """The last run of each source."""
    with reading(archive) as connection:
        page = run_list(connection)
    return answer.page("runs.html", page)


@router.api_route("/captures/{capture}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of(archive: Opened, capture: Number) -> Response:
    """The bytes that a capture kept, inert, after they were found to be the ones that were stored."""
    with reading(archive) as connection:
        kept = captured_bytes(connection, capture)
    if kept is None:
        raise HTTPException(404)
    body = archive.store.blob(kept.sha256)
    return Response(body, headers=inert_headers(kept, body))
