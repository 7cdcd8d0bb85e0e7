"""The pages. Every one is answered as HTML and, under `.json`, as the same dataclass; every parameter has a limit.

All are read alone, but for one: `POST /records/…/correct`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from etl.archive.queries.search import InvalidFilter, RecordFilter, parse_filter
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob, StoreError
from etl.archive.storage.lookups import snapshot
from etl.browse.errors import InvalidParameter, RequestRefused
from etl.browse.http.errors import DamagePage, damage_page
from etl.browse.http.responses import Responder
from etl.browse.http.session import FormTokens, Person, current_person
from etl.browse.pages.comparison import comparison_page
from etl.browse.pages.correction import apply_form, correction_page, read_form
from etl.browse.pages.file import file_bytes, file_page
from etl.browse.pages.record import record_page
from etl.browse.pages.record_list import Cursor, record_list
from etl.browse.pages.replay import ArchivedBytes, captured_bytes, inert_headers
from etl.browse.pages.sources_and_runs import run_list, source_list

router = APIRouter(redirect_slashes=False)

_MAX_ROW_ID = 2**63 - 1
"""Largest bigint of PostgreSQL: no row has a larger number."""
PAGE_SECONDS = 10
"""Time limit for the queries of one page. A page that takes longer is of no use to its reader and must not hold the
server."""


def read_only(archive: Archive) -> AbstractContextManager[Connection]:
    """A READ ONLY transaction with one snapshot for all of a page's queries. Raises `DatabaseError`."""
    return snapshot(archive, PAGE_SECONDS)


def _archive(request: Request) -> Archive:
    return request.app.state.archive()  # type: ignore[no-any-return]


def _form_tokens(request: Request) -> FormTokens:
    return request.app.state.forms  # type: ignore[no-any-return]


def _base_address(request: Request) -> str:
    """Where readers reach the browser."""
    asked_at = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
    return request.app.state.address or asked_at


def _archivist(request: Request) -> Person:
    found = current_person(request)
    if found is None or not found.may_correct:
        raise RequestRefused(403, "role")
    return found


OpenArchive = Annotated[Archive, Depends(_archive)]
Respond = Annotated[Responder, Depends(Responder)]
RowId = Annotated[int, Path(ge=1, le=_MAX_ROW_ID)]
SearchParam = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
SourceParam = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9-]*$")]
TimeParam = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]
FirstDayParam = Annotated[str, Query(alias="from", max_length=40)]
LastDayParam = Annotated[str, Query(alias="to", max_length=40)]
StateParam = Annotated[str, Query(max_length=20)]
AfterParam = Annotated[str | None, Query(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}\.\d{1,18}$")]
ShortId = Annotated[str, Query(alias="id", pattern=r"^([0-9a-f]{16})?$")]
BeforeParam = Annotated[int | None, Query(ge=1, le=_MAX_ROW_ID)]
CitedIdParam = Annotated[str, Query(alias="id", max_length=80, pattern=r"^[^\x00]*$")]
TextPage = Annotated[int, Query(alias="page", ge=1, le=10_000)]
BlobDigest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FieldParam = Annotated[str | None, Query(max_length=40)]
BaseAddress = Annotated[str, Depends(_base_address)]
Archivist = Annotated[Person, Depends(_archivist)]
Tokens = Annotated[FormTokens, Depends(_form_tokens)]
FormFields = Annotated[dict[str, str], Depends(read_form)]

Handler = TypeVar("Handler", bound=Callable[..., Response])


def _page_route(path: str, *more: str) -> Callable[[Handler], Handler]:
    """A page, under its path and `.json`: GET and HEAD, and no other method."""

    def register(handler: Handler) -> Handler:
        for each in (f"{path}.json", path, *more):
            router.add_api_route(each, handler, methods=["GET", "HEAD"], response_model=None)
        return handler

    return register


def _filter(
    q: SearchParam = "",
    source: SourceParam = "",
    publisher: SearchParam = "",
    first: FirstDayParam = "",
    last: LastDayParam = "",
    changed_since: TimeParam = "",
    state: StateParam = "",
) -> RecordFilter:
    """What the list is asked for. An address names it as `gongkai export` does."""
    given = {"q": q, "source": source, "publisher": publisher, "changed_since": changed_since, "state": state}
    try:
        return parse_filter(given | {"from": first, "to": last})
    except InvalidFilter as error:
        raise InvalidParameter(error.name) from error


def _cursor(after: AfterParam = None) -> Cursor | None:
    try:
        return Cursor.parse(after) if after else None
    except ValueError as error:
        raise InvalidParameter("after") from error


FilterParam = Annotated[RecordFilter, Depends(_filter)]
CursorParam = Annotated[Cursor | None, Depends(_cursor)]


@_page_route("/records", "/")
def records(archive: OpenArchive, answer: Respond, asked: FilterParam, after: CursorParam) -> Response:
    """All records that match, newest first."""
    with read_only(archive) as connection:
        page = record_list(connection, asked, after)
    return answer.page("records.html", page)


@_page_route("/records/{record}")
def record(
    archive: OpenArchive,
    answer: Respond,
    base: BaseAddress,
    record: RowId,
    before: BeforeParam = None,
    cited: CitedIdParam = "",
) -> Response:
    """One record in its current version."""
    return _record(archive, answer, base, record, None, before, cited)


@_page_route("/records/{record}/versions/{version}")
def version(
    archive: OpenArchive,
    answer: Respond,
    base: BaseAddress,
    record: RowId,
    version: RowId,
    before: BeforeParam = None,
    cited: CitedIdParam = "",
) -> Response:
    """One record in one version: what a permalink names, for good."""
    return _record(archive, answer, base, record, version, before, cited)


def _record(
    archive: Archive, answer: Responder, base: str, record: int, version: int | None, before: int | None, cited: str
) -> Response:
    # A citation ends with a full stop, which is easily copied with its address.
    cited = cited.strip().rstrip(".。")
    with read_only(archive) as connection:
        page = record_page(connection, record, version, before=before, cited=cited, base=base)
    return _page_or_404(answer, "record.html", page)


def _page_or_404(answer: Responder, template: str, page: object | None) -> Response:
    if page is None:
        raise HTTPException(404)
    return answer.page(template, page)


@_page_route("/compare/{record}/{version}/{other}/{its}")
def compare(archive: OpenArchive, answer: Respond, record: RowId, version: RowId, other: RowId, its: RowId) -> Response:
    """What differs from a version of a record to another one, of the same record or another."""
    with read_only(archive) as connection:
        page = comparison_page(connection, (record, version), (other, its))
    return _page_or_404(answer, "compare.html", page)


@_page_route("/records/{record}/correct")
def correction(
    archivist: Archivist, forms: Tokens, archive: OpenArchive, answer: Respond, record: RowId, field: FieldParam = None
) -> Response:
    """The fields of a record, to be corrected; with `field`, the form for one."""
    with read_only(archive) as connection:
        page = correction_page(connection, record, field, forms.token(archivist, record))
    return _page_or_404(answer, "correct.html", page)


@router.post("/records/{record}/correct", response_model=None)
def correct_field(
    request: Request,
    archivist: Archivist,
    forms: Tokens,
    archive: OpenArchive,
    answer: Respond,
    record: RowId,
    form: FormFields,
) -> Response:
    """Corrects the field, in the name of who is logged in, and leads to the version that this made."""
    if not forms.is_valid(request, archivist, record, form.get("token", "")):
        raise RequestRefused(403, "form")
    with read_only(archive) as connection:
        page = correction_page(connection, record, form.get("field", ""), forms.token(archivist, record))
    if page is None:
        raise HTTPException(404)
    page, value = apply_form(page, form)
    if page.problem or page.field is None:
        return answer.page("correct.html", page, 409 if page.problem == "moved" else 400)
    made = correct(archive, record, {page.field.name: value}, archivist.name, page.reason)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/records/{record}/versions/{made}#fields", 303)


@_page_route("/files/{digest}")
def file(archive: OpenArchive, answer: Respond, digest: BlobDigest, leaf: TextPage = 1) -> Response:
    """A file of documents: what it is, what was read in it, and a leaf of its text."""
    with read_only(archive) as connection:
        page = file_page(connection, digest, leaf)
    return _page_or_404(answer, "file.html", page)


@_page_route("/sources")
def sources(archive: OpenArchive, answer: Respond) -> Response:
    """All sources."""
    with read_only(archive) as connection:
        page = source_list(connection)
    return answer.page("sources.html", page)


@_page_route("/runs")
def runs(archive: OpenArchive, answer: Respond) -> Response:
    """The last run of each source."""
    with read_only(archive) as connection:
        page = run_list(connection)
    return answer.page("runs.html", page)


@router.api_route("/captures/{capture}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of_capture(archive: OpenArchive, answer: Respond, capture: RowId) -> Response:
    """The bytes that a capture kept."""
    with read_only(archive) as connection:
        kept = captured_bytes(connection, capture)
    return _blob_response(archive, answer, kept)


@router.api_route("/files/{digest}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of_file(archive: OpenArchive, answer: Respond, digest: BlobDigest) -> Response:
    """The bytes of a file."""
    with read_only(archive) as connection:
        kept = file_bytes(connection, digest)
    return _blob_response(archive, answer, kept)


def _blob_response(archive: Archive, answer: Responder, kept: ArchivedBytes | None) -> Response:
    """The bytes, where they can do nothing, after they were found to be the ones that were stored."""
    if kept is None:
        raise HTTPException(404)
    try:
        body = archive.store.blob(kept.sha256)
    except (DamagedBlob, StoreError) as error:
        damaged = _damage(archive, kept.sha256, error)
        if damaged is None:
            raise
        return answer.damaged(damaged)
    return Response(body, headers=inert_headers(kept, body))


def _damage(archive: Archive, digest: str, error: DamagedBlob | StoreError) -> DamagePage | None:
    """The damage of bytes that could not be read. A storage that is away says nothing of them: None."""
    try:
        archive.store.check()
    except StoreError:
        return None
    with read_only(archive) as connection:
        return damage_page(connection, digest, error.kind if isinstance(error, DamagedBlob) else None)
