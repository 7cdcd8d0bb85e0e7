"""The pages. Every one is answered as HTML and, under `.json`, as the same dataclass; every parameter has a limit.

All are read alone, but for one: `POST /records/…/correct`.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from etl.archive.queries.search import Filter, WrongFilter, read_filter
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob, StoreError
from etl.browse.errors import Refused, WrongParameter
from etl.browse.http.errors import DamagedBytes, damaged_bytes
from etl.browse.http.parameters import reading
from etl.browse.http.responses import Answer
from etl.browse.http.session import Forms, Person, person
from etl.browse.pages.comparison import comparison
from etl.browse.pages.correction import asked, correcting, sent_form
from etl.browse.pages.file import file_bytes, file_page
from etl.browse.pages.record import record_page
from etl.browse.pages.record_list import Cursor, record_list
from etl.browse.pages.replay import ArchivedBytes, captured_bytes, inert_headers
from etl.browse.pages.sources_and_runs import run_list, source_list

router = APIRouter(redirect_slashes=False)

_LARGEST = 2**63 - 1
"""PostgreSQL's bigint: a larger number is no record of ours."""


def _archive(request: Request) -> Archive:
    return request.app.state.archive()  # type: ignore[no-any-return]


def _forms(request: Request) -> Forms:
    return request.app.state.forms  # type: ignore[no-any-return]


def _address(request: Request) -> str:
    """Where readers reach the browser."""
    asked_at = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
    return request.app.state.address or asked_at


def _archivist(request: Request) -> Person:
    found = person(request)
    if found is None or not found.may_correct:
        raise Refused(403, "role")
    return found


Opened = Annotated[Archive, Depends(_archive)]
Answering = Annotated[Answer, Depends(Answer)]
Number = Annotated[int, Path(ge=1, le=_LARGEST)]
Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
SourceId = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9-]*$")]
Moment = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]
From = Annotated[str, Query(alias="from", max_length=40)]
To = Annotated[str, Query(alias="to", max_length=40)]
State = Annotated[str, Query(max_length=20)]
After = Annotated[str | None, Query(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}\.\d{1,18}$")]
ShortId = Annotated[str, Query(alias="id", pattern=r"^([0-9a-f]{16})?$")]
Before = Annotated[int | None, Query(ge=1, le=_LARGEST)]
Cited = Annotated[str, Query(alias="id", max_length=80, pattern=r"^[^\x00]*$")]
Leaf = Annotated[int, Query(alias="page", ge=1, le=10_000)]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FieldName = Annotated[str | None, Query(max_length=40)]
Address = Annotated[str, Depends(_address)]
Archivist = Annotated[Person, Depends(_archivist)]
Signing = Annotated[Forms, Depends(_forms)]
Sent = Annotated[dict[str, str], Depends(sent_form)]

Handler = TypeVar("Handler", bound=Callable[..., Response])


def _page(path: str, *more: str) -> Callable[[Handler], Handler]:
    """A page, under its path and `.json`: GET and HEAD, and no other method."""

    def register(handler: Handler) -> Handler:
        for each in (f"{path}.json", path, *more):
            router.add_api_route(each, handler, methods=["GET", "HEAD"], response_model=None)
        return handler

    return register


def _filter(
    q: Words = "",
    source: SourceId = "",
    publisher: Words = "",
    first: From = "",
    last: To = "",
    changed_since: Moment = "",
    state: State = "",
) -> Filter:
    """What the list is asked for. An address names it as `gongkai export` does."""
    given = {"q": q, "source": source, "publisher": publisher, "changed_since": changed_since, "state": state}
    try:
        return read_filter(given | {"from": first, "to": last})
    except WrongFilter as error:
        raise WrongParameter(error.name) from error


def _cursor(after: After = None) -> Cursor | None:
    try:
        return Cursor.read(after) if after else None
    except ValueError as error:
        raise WrongParameter("after") from error


Asked = Annotated[Filter, Depends(_filter)]
Following = Annotated[Cursor | None, Depends(_cursor)]


@_page("/records", "/")
def records(archive: Opened, answer: Answering, asked: Asked, after: Following) -> Response:
    """All records that match, newest first."""
    with reading(archive) as connection:
        page = record_list(connection, asked, after)
    return answer.page("records.html", page)


@_page("/records/{record}")
def record(
    archive: Opened, answer: Answering, base: Address, record: Number, before: Before = None, cited: Cited = ""
) -> Response:
    """One record in its current version."""
    return _record(archive, answer, base, record, None, before, cited)


@_page("/records/{record}/versions/{version}")
def version(
    archive: Opened,
    answer: Answering,
    base: Address,
    record: Number,
    version: Number,
    before: Before = None,
    cited: Cited = "",
) -> Response:
    """One record in one version: what a permalink names, for good."""
    return _record(archive, answer, base, record, version, before, cited)


def _record(
    archive: Archive, answer: Answer, base: str, record: int, version: int | None, before: int | None, cited: str
) -> Response:
    # A citation ends with a full stop, which is easily copied with its address.
    cited = cited.strip().rstrip(".。")
    with reading(archive) as connection:
        page = record_page(connection, record, version, before=before, cited=cited, base=base)
    return _found(answer, "record.html", page)


def _found(answer: Answer, template: str, page: object | None) -> Response:
    if page is None:
        raise HTTPException(404)
    return answer.page(template, page)


@_page("/compare/{record}/{version}/{other}/{its}")
def compare(
    archive: Opened, answer: Answering, record: Number, version: Number, other: Number, its: Number
) -> Response:
    """What differs from a version of a record to another one, of the same record or another."""
    with reading(archive) as connection:
        page = comparison(connection, (record, version), (other, its))
    return _found(answer, "compare.html", page)


@_page("/records/{record}/correct")
def correction(
    archivist: Archivist, forms: Signing, archive: Opened, answer: Answering, record: Number, field: FieldName = None
) -> Response:
    """The fields of a record, to be corrected; with `field`, the form for one."""
    with reading(archive) as connection:
        page = correcting(connection, record, field, forms.token(archivist, record))
    return _found(answer, "correct.html", page)


@router.post("/records/{record}/correct", response_model=None)
def correct_field(
    request: Request,
    archivist: Archivist,
    forms: Signing,
    archive: Opened,
    answer: Answering,
    record: Number,
    form: Sent,
) -> Response:
    """Corrects the field, in the name of who is logged in, and leads to the version that this made."""
    if not forms.right(request, archivist, record, form.get("token", "")):
        raise Refused(403, "form")
    with reading(archive) as connection:
        page = correcting(connection, record, form.get("field", ""), forms.token(archivist, record))
    if page is None:
        raise HTTPException(404)
    page, value = asked(page, form)
    if page.problem or page.field is None:
        return answer.page("correct.html", page, 409 if page.problem == "moved" else 400)
    made = correct(archive, record, {page.field.name: value}, archivist.name, page.reason)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/records/{record}/versions/{made}#fields", 303)


@_page("/files/{digest}")
def file(archive: Opened, answer: Answering, digest: Digest, leaf: Leaf = 1) -> Response:
    """A file of documents: what it is, what was read in it, and a leaf of its text."""
    with reading(archive) as connection:
        page = file_page(connection, digest, leaf)
    return _found(answer, "file.html", page)


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
def bytes_of_capture(archive: Opened, answer: Answering, capture: Number) -> Response:
    """The bytes that a capture kept."""
    with reading(archive) as connection:
        kept = captured_bytes(connection, capture)
    return _inert(archive, answer, kept)


@router.api_route("/files/{digest}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of_file(archive: Opened, answer: Answering, digest: Digest) -> Response:
    """The bytes of a file."""
    with reading(archive) as connection:
        kept = file_bytes(connection, digest)
    return _inert(archive, answer, kept)


def _inert(archive: Archive, answer: Answer, kept: ArchivedBytes | None) -> Response:
    """The bytes, where they can do nothing, after they were found to be the ones that were stored."""
    if kept is None:
        raise HTTPException(404)
    try:
        body = archive.store.blob(kept.sha256)
    except (DamagedBlob, StoreError) as error:
        damaged = _damaged(archive, kept.sha256, error)
        if damaged is None:
            raise
        return answer.damaged(damaged)
    return Response(body, headers=inert_headers(kept, body))


def _damaged(archive: Archive, digest: str, error: DamagedBlob | StoreError) -> DamagedBytes | None:
    """The damage of bytes that could not be read. A storage that is away says nothing of them: None."""
    try:
        archive.store.check()
    except StoreError:
        return None
    with reading(archive) as connection:
        return damaged_bytes(connection, digest, error.kind if isinstance(error, DamagedBlob) else None)
