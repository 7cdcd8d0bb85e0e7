"""Shows archived pages: the page about a capture, the capture itself for display in a frame, and the stored bytes."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from etl.archive.queries import mementos
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob, StoreError
from etl.browse.errors import InvalidParameter
from etl.browse.http.errors import DamagePage, damage_page
from etl.browse.http.responses import Responder, see_other
from etl.browse.http.routes import BaseAddress, BlobDigest, OpenArchive, Respond, RowId, page_route, read_only
from etl.browse.http.security_headers import FRAMING_POLICY
from etl.browse.language.messages import SAYS_NOTHING
from etl.browse.pages.capture import CapturePage, NotArchived, capture_page, nearest_capture
from etl.browse.pages.file import file_bytes
from etl.browse.pages.look import Resource, look_of
from etl.browse.pages.replay import ArchivedBytes, captured_bytes, inert_headers, rewritten_headers
from etl.browse.pages.rewritten_page import rewrite
from etl.browse.resources.mementos import http_date, links_of_memento
from etl.web.page import read_document

router = APIRouter(redirect_slashes=False)

WordsParam = Annotated[str, Query(alias="mark", max_length=300, pattern=r"^[^\x00]*$")]
LabelParam = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
AddressParam = Annotated[str, Query(alias="url", max_length=2500, pattern=r"^[^\x00]*$")]
NearParam = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@page_route("/captures/find", to=router)
def find(
    request: Request, archive: OpenArchive, responder: Respond, url: AddressParam, near: NearParam = None
) -> Response:
    """Redirects to the capture of an address that is nearest in time to another capture, or says that there is none."""
    try:
        with read_only(archive) as connection:
            number = nearest_capture(connection, url, near)
    except ValueError as error:
        raise InvalidParameter("url") from error
    if number is None:
        return responder.page("not_archived.html", NotArchived(url, near), 404)
    return see_other(request, f"/captures/{number}")


@page_route("/captures/{capture}", to=router)
def capture(
    archive: OpenArchive, responder: Respond, capture: RowId, words: WordsParam = "", label: LabelParam = ""
) -> Response:
    """A capture with its time, whether its bytes are intact, and the other captures of the address."""
    with read_only(archive) as connection:
        page = capture_page(connection, capture, words, label)
        if page is None:
            raise HTTPException(404)
        if page.shown == "page" and page.fixity and not page.fixity.damage:
            page = replace(page, look=_resources(archive, connection, page))
    return responder.page("capture.html", page, headers={"content-security-policy": FRAMING_POLICY})


def _resources(archive: Archive, connection: Connection, page: CapturePage) -> tuple[Resource, ...]:
    """The style sheets and pictures of an archived page; none if its bytes are damaged."""
    archived = captured_bytes(connection, page.id)
    if archived is None:
        return ()
    try:
        body = archive.store.blob(archived.sha256)
    except (DamagedBlob, StoreError):
        return ()
    read = read_document(body, page.final_url, archived.content_type)
    return look_of(archive, connection, read, page.source_id, page.fetched_at).listed()


@router.api_route("/captures/{capture}/page", methods=["GET", "HEAD"], response_model=None)
def capture_to_look_at(
    request: Request,
    archive: OpenArchive,
    responder: Respond,
    capture: RowId,
    words: WordsParam = "",
    label: LabelParam = "",
) -> Response:
    """The archived web page, with links rewritten to the archive, for the frame on the capture's page."""
    with read_only(archive) as connection:
        archived = captured_bytes(connection, capture)
        page = capture_page(connection, capture)
    if archived is None or page is None or page.shown != "page":
        raise HTTPException(404)
    body = _verified(archive, responder, archived)
    if isinstance(body, Response):
        return body
    read = read_document(body, page.final_url, archived.content_type)
    with read_only(archive) as connection:
        look = look_of(archive, connection, read, page.source_id, page.fetched_at)
    root = request.scope.get("root_path", "")
    shown = rewrite(
        read,
        lambda address: f"{root}/captures/find?{urlencode({'url': address, 'near': capture})}",
        look,
        words,
        label,
        responder.text(SAYS_NOTHING),
    )
    return Response(shown, headers={"vary": "Accept-Language, Cookie", **rewritten_headers(shown)})


@router.api_route("/captures/{capture}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of_capture(archive: OpenArchive, responder: Respond, base: BaseAddress, capture: RowId) -> Response:
    """The stored bytes of a capture, with headers for its time and address (RFC 7089)."""
    with read_only(archive) as connection:
        archived = captured_bytes(connection, capture)
        origin = mementos.origin(connection, capture)
    answer = _blob_response(archive, responder, archived)
    if origin and answer.status_code == 200:
        answer.headers["memento-datetime"] = http_date(origin.fetched_at)
        answer.headers["link"] = links_of_memento(base, origin.url)
    return answer


@router.api_route("/files/{digest}/bytes", methods=["GET", "HEAD"], response_model=None)
def bytes_of_file(archive: OpenArchive, responder: Respond, digest: BlobDigest) -> Response:
    """The stored bytes of a file."""
    with read_only(archive) as connection:
        archived = file_bytes(connection, digest)
    return _blob_response(archive, responder, archived)


def _blob_response(archive: Archive, responder: Responder, archived: ArchivedBytes | None) -> Response:
    """The verified bytes with headers that prevent them from running scripts, or the page of a damaged blob."""
    if archived is None:
        raise HTTPException(404)
    body = _verified(archive, responder, archived)
    return body if isinstance(body, Response) else Response(body, headers=inert_headers(archived, body))


def _verified(archive: Archive, responder: Responder, archived: ArchivedBytes) -> bytes | Response:
    """The bytes after verifying their hash, or the page of a damaged blob."""
    try:
        return archive.store.blob(archived.sha256)
    except (DamagedBlob, StoreError) as error:
        damage = _damage(archive, archived.sha256, error)
        if damage is None:
            raise
        return responder.damage(damage)


def _damage(archive: Archive, digest: str, error: DamagedBlob | StoreError) -> DamagePage | None:
    """The damage of a blob that could not be read; None if the storage itself cannot be reached."""
    try:
        archive.store.check()
    except StoreError:
        return None
    with read_only(archive) as connection:
        return damage_page(connection, digest, error.kind if isinstance(error, DamagedBlob) else None)
