"""Routes. Every page exists as HTML and, with `.json`, as JSON of the same dataclass; every parameter has a limit.

None of these routes writes: forms are in modules of their own (`writing`, `curating`, `linking` …).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from etl.archive.queries.hits import jump
from etl.archive.queries.mementos import page_at
from etl.archive.queries.ranking import ResultPosition, Sort
from etl.archive.queries.search import InvalidFilter, RecordFilter, parse_filter
from etl.archive.records.collections import collection_names
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import snapshot
from etl.archive.storage.models import Source
from etl.browse.errors import InvalidParameter, RequestRefused
from etl.browse.http.parameters import refuse_unknown
from etl.browse.http.responses import Responder, see_other
from etl.browse.http.session import FormTokens, Person, current_person
from etl.browse.pages.address import address_page
from etl.browse.pages.comparison import Lines, View, comparison_page
from etl.browse.pages.file import file_page
from etl.browse.pages.look_again import look_again
from etl.browse.pages.record import record_page
from etl.browse.pages.record_list import Cursor, is_search, parse_after, record_list, search_list
from etl.browse.pages.runs import GroupName, RunFilter, run_list, run_page
from etl.browse.pages.source_list import source_list
from etl.browse.scheduler import Scheduler
from etl.outcomes import Outcome

router = APIRouter(redirect_slashes=False)

MAX_ROW_ID = 2**63 - 1
"""Largest bigint of PostgreSQL: no row has a larger number."""
PAGE_SECONDS = 10
"""Time limit for the queries of one page. A slower page is of no use to its reader and must not block the server."""


def read_only(archive: Archive) -> AbstractContextManager[Connection]:
    """A READ ONLY transaction with one snapshot for all of a page's queries. Raises `DatabaseError`."""
    return snapshot(archive, PAGE_SECONDS)


# Dependencies are coroutines, because FastAPI runs every other dependency in a thread, for which the request would have
# to wait. Only those that open or query something use a thread.
async def _archive(request: Request) -> Archive:
    archive = request.app.state.archive
    return archive.opened or await run_in_threadpool(archive.open)  # type: ignore[no-any-return]


async def _scheduler(request: Request) -> Scheduler:
    return request.app.state.scheduler  # type: ignore[no-any-return]


async def _form_tokens(request: Request) -> FormTokens:
    return request.app.state.forms  # type: ignore[no-any-return]


async def _base_address(request: Request) -> str:
    """Public address of the browser: as configured, else that of the request."""
    requested = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
    return request.app.state.address or requested


async def _responder(request: Request) -> Responder:
    return Responder(request)


async def _archivist(request: Request) -> Person:
    """The user, who must be allowed to correct fields."""
    user = current_person(request)
    if user is None or not user.may_correct:
        raise RequestRefused(403, "role")
    return user


OpenArchive = Annotated[Archive, Depends(_archive)]
SourceId = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9-]*$")]


async def _known_source(archive: OpenArchive, source: SourceId = "") -> str:
    """The id of a source in the archive, empty for all. Refuses others: a misspelt id must not look like an empty
    source."""
    if source and not await run_in_threadpool(_is_known, archive, source):
        raise RequestRefused(404, "no_source")
    return source


def _is_known(archive: Archive, source: str) -> bool:
    with read_only(archive) as connection:
        return connection.scalar(select(Source.id).where(Source.id == source)) is not None


SourceParam = Annotated[str, Depends(_known_source)]
Scheduling = Annotated[Scheduler, Depends(_scheduler)]
Respond = Annotated[Responder, Depends(_responder)]
RowId = Annotated[int, Path(ge=1, le=MAX_ROW_ID)]
SearchParam = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
PublisherParam = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
FacetParam = Annotated[list[str], Query(max_length=20)]
SortParam = Annotated[Sort, Query()]
CountParam = Annotated[Literal["", "all"], Query(alias="counts")]
JumpParam = Annotated[Literal["", "no"], Query()]
TimeParam = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]
FirstDayParam = Annotated[str, Query(alias="from", max_length=40)]
LastDayParam = Annotated[str, Query(alias="to", max_length=40)]
StateParam = Annotated[str, Query(max_length=20)]
AfterParam = Annotated[str | None, Query(max_length=40, pattern=r"^[0-9T:+.-]*$")]
BeforeParam = Annotated[int | None, Query(ge=1, le=MAX_ROW_ID)]
CitedIdParam = Annotated[str, Query(alias="id", max_length=80, pattern=r"^[^\x00]*$")]
RunState = Annotated[Literal["", "running", "green", "amber", "red"], Query(alias="state")]
OutcomeParam = Annotated[Outcome | Literal[""], Query(alias="outcome")]
GroupParam = Annotated[GroupName | Literal[""], Query(alias="group")]
AfterPage = Annotated[int | None, Query(alias="after", ge=1, le=MAX_ROW_ID)]
AfterCitation = Annotated[
    str | None,
    Query(alias="after", pattern=r"^\d{1,18}\.\d{1,5}$", description="the page begins behind this record and ordinal"),
]
BeforeLine = Annotated[str | None, Query(alias="before", pattern=r"^\d{1,18}\.\d{1,18}$")]
FileParam = Annotated[str, Query(pattern="^([0-9a-f]{64})?$")]
LeafParam = Annotated[int, Query(ge=1, le=10_000)]
TextPage = Annotated[int, Query(alias="page", ge=1, le=10_000)]
ChosenVersion = Annotated[str, Query(alias="a", pattern=r"^\d{1,18}\.\d{1,18}$")]
OtherVersion = Annotated[str, Query(alias="b", pattern=r"^\d{1,18}\.\d{1,18}$")]
ViewParam = Annotated[View, Query()]
LinesParam = Annotated[Lines, Query()]
BlobDigest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FieldParam = Annotated[str | None, Query(max_length=40)]
BaseAddress = Annotated[str, Depends(_base_address)]
Archivist = Annotated[Person, Depends(_archivist)]
Tokens = Annotated[FormTokens, Depends(_form_tokens)]


Handler = TypeVar("Handler", bound=Callable[..., Response])


def page_route(path: str, *more: str, to: APIRouter = router) -> Callable[[Handler], Handler]:
    """Register a page for GET and HEAD, under its path and the same path with `.json`."""

    def register(handler: Handler) -> Handler:
        for route in (f"{path}.json", path, *more):
            # Otherwise a program that misspells a filter would get everything.
            refusing = [Depends(refuse_unknown)] if route.endswith(".json") else []
            to.add_api_route(route, handler, methods=["GET", "HEAD"], response_model=None, dependencies=refusing)
        return handler

    return register


async def _filter(
    source: SourceParam,
    q: SearchParam = "",
    publisher: PublisherParam = "",
    first: FirstDayParam = "",
    last: LastDayParam = "",
    changed_since: TimeParam = "",
    state: StateParam = "",
    only: FacetParam = [],  # noqa: B006
    without: FacetParam = [],  # noqa: B006
) -> RecordFilter:
    """The filter of the list. Its parameters have the names of the options of `gongkai export`."""
    params = {"q": q, "source": source, "publisher": publisher, "changed_since": changed_since, "state": state}
    try:
        return parse_filter(params | {"from": first, "to": last}, only, without)
    except InvalidFilter as error:
        raise InvalidParameter(error.name) from error


FilterParam = Annotated[RecordFilter, Depends(_filter)]


@page_route("/records", "/")
def records(
    request: Request,
    archive: OpenArchive,
    responder: Respond,
    record_filter: FilterParam,
    sort: SortParam = "relevance",
    after: AfterParam = None,
    counts: CountParam = "",
    jumps: Annotated[JumpParam, Query(alias="jump")] = "",
) -> Response:
    """The matching records, newest first or in the order of the search. If a document number or an address was typed,
    redirects to its record, or to the history of the address."""
    with read_only(archive) as connection:
        asks = record_filter == RecordFilter(q=record_filter.q) and not (after or jumps or responder.as_json)
        number = jump(connection, record_filter) if asks else None
        if number is not None:
            query = urlencode({"q": record_filter.q})
            return see_other(request, f"/records/{number}?{query}")
        if asks and (at := page_at(connection, record_filter.q)):
            return see_other(request, f"/records/{at.record}" if at.record else f"/pages/{at.page}")
        if is_search(record_filter, sort):
            place = parse_after(ResultPosition.parse, after)
            page = search_list(connection, record_filter, sort, place, count_all=counts == "all")
        else:
            page = record_list(connection, record_filter, parse_after(Cursor.parse, after))
    return responder.page("records.html", page)


@page_route("/records/{record}")
def record(
    request: Request,
    archive: OpenArchive,
    scheduler: Scheduling,
    forms: Tokens,
    responder: Respond,
    base: BaseAddress,
    record: RowId,
    within: FilterParam,
    sort: SortParam = "relevance",
    before: BeforeParam = None,
    cited: CitedIdParam = "",
    file: FileParam = "",
    leaf: LeafParam = 1,
) -> Response:
    """A record in its current version, with links to the previous and next one in the list."""
    current = _Current(within, sort, scheduler, forms.offered(current_person(request), record))
    return _record(archive, responder, base, record, None, before, cited, (file, leaf), current)


@dataclass(frozen=True, slots=True)
class _Current:
    """What only the page of a current version has: its neighbours in the list from which it was opened, and the button
    that fetches its page again."""

    within: RecordFilter
    sort: Sort
    scheduler: Scheduler
    token: str | None


@page_route("/records/{record}/versions/{version}")
def version(
    archive: OpenArchive,
    responder: Respond,
    base: BaseAddress,
    record: RowId,
    version: RowId,
    before: BeforeParam = None,
    cited: CitedIdParam = "",
    file: FileParam = "",
    leaf: LeafParam = 1,
) -> Response:
    """A record in one version; permalinks lead here."""
    return _record(archive, responder, base, record, version, before, cited, (file, leaf))


def _record(
    archive: Archive,
    responder: Responder,
    base: str,
    record: int,
    version: int | None,
    before: int | None,
    cited: str,
    beside: tuple[str, int],
    current: _Current | None = None,
) -> Response:
    # A citation ends with a full stop, which is easily copied together with the address.
    cited = cited.strip().rstrip(".。")
    with read_only(archive) as connection:
        within = (current.within, current.sort) if current else None
        file, leaf = beside
        page = record_page(
            connection, record, version, before=before, cited=cited, base=base, within=within, file=file, leaf=leaf
        )
        if page and file and page.beside is None:
            raise HTTPException(404)
        if page and current:
            again = look_again(connection, current.scheduler, page.id, page.page_id, page.source_id, page.url)
            page = replace(page, again=again, token=current.token)
        if page and current and current.token:
            inside = {each.id for each in page.collections}
            choices = tuple(each for each in collection_names(connection) if each.id not in inside)
            page = replace(page, choices=choices)
    return page_or_404(responder, "record.html", page, "no_version" if version else "no_record")


def page_or_404(responder: Responder, template: str, page: object | None, reason: str) -> Response:
    """The page; if it is None, an error page that says what does not exist (`reason`, a key of `REFUSALS`)."""
    if page is None:
        raise RequestRefused(404, reason)
    return responder.page(template, page)


@router.get("/compare", response_model=None)
def choose_versions(
    request: Request, one: ChosenVersion, other: OtherVersion, view: ViewParam = "inline", lines: LinesParam = "all"
) -> Response:
    """Redirects to the comparison of two chosen versions."""
    path = "/".join((*one.split("."), *other.split(".")))
    query = {"view": view if view != "inline" else "", "lines": lines if lines != "all" else ""}
    chosen = urlencode({name: value for name, value in query.items() if value})
    return see_other(request, f"/compare/{path}?{chosen}" if chosen else f"/compare/{path}")


@page_route("/compare/{record}/{version}/{other}/{its}")
def compare(
    archive: OpenArchive,
    responder: Respond,
    record: RowId,
    version: RowId,
    other: RowId,
    its: RowId,
    view: ViewParam = "inline",
    lines: LinesParam = "all",
) -> Response:
    """The differences between two versions of one record or of two records."""
    with read_only(archive) as connection:
        page = comparison_page(connection, (record, version), (other, its), view, lines)
    return page_or_404(responder, "compare.html", page, "no_version")


@page_route("/files/{digest}")
def file(
    archive: OpenArchive, responder: Respond, digest: BlobDigest, text_page: TextPage = 1, q: SearchParam = ""
) -> Response:
    """An attached file: its type, the outcome of reading it, and one page of its text, the words of `q` marked."""
    with read_only(archive) as connection:
        page = file_page(connection, digest, text_page, q)
    return page_or_404(responder, "file.html", page, "no_file")


@page_route("/sources")
def sources(archive: OpenArchive, scheduler: Scheduling, responder: Respond) -> Response:
    """All sources."""
    with read_only(archive) as connection:
        page = source_list(connection, scheduler)
    return responder.page("sources.html", page)


@page_route("/runs")
def runs(
    archive: OpenArchive, responder: Respond, source: SourceParam, state: RunState = "", before: BeforeParam = None
) -> Response:
    """The runs of all sources or of one, latest first."""
    with read_only(archive) as connection:
        page = run_list(connection, RunFilter(source, state), before)
    return responder.page("runs.html", page)


@page_route("/runs/{run}")
def run(
    archive: OpenArchive,
    scheduler: Scheduling,
    responder: Respond,
    run: RowId,
    outcome: OutcomeParam = "",
    group: GroupParam = "",
    after: AfterPage = None,
) -> Response:
    """A run with the outcomes of the pages that it listed."""
    with read_only(archive) as connection:
        page = run_page(connection, scheduler, run, outcome, group, after)
    return page_or_404(responder, "run.html", page, "no_run")


@page_route("/pages/{page}")
def address(archive: OpenArchive, responder: Respond, page: RowId, before: BeforeLine = None) -> Response:
    """The history of one address."""
    with read_only(archive) as connection:
        run, capture = before.split(".") if before else (0, 0)
        shown = address_page(connection, page, (int(run), int(capture)) if before else None)
    return page_or_404(responder, "address.html", shown, "no_page")
