"""Links of cited documents to records: all of them, and the forms that make and withdraw one."""

from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from etl.archive.queries.review import QueuePosition
from etl.archive.records.citation_links import link_document, withdraw_link
from etl.browse.errors import RequestRefused
from etl.browse.http.cited import cached_gaps
from etl.browse.http.forms import ArchivistForm
from etl.browse.http.routes import OpenArchive, Respond, RowId, Tokens, page_route, read_only
from etl.browse.http.session import current_person
from etl.browse.http.writing import framed
from etl.browse.pages.linking import links_page, problem_of
from etl.browse.pages.review import review_page

router = APIRouter(redirect_slashes=False)

_WITHDRAW = "links"
"""The subject of the token of forms that withdraw a link."""


@page_route("/links", to=router)
def all_links(request: Request, archive: OpenArchive, forms: Tokens, responder: Respond) -> Response:
    """The links that archivists made."""
    with read_only(archive) as connection:
        page = links_page(connection, forms.offered(current_person(request), _WITHDRAW))
    return responder.page("links.html", page)


@router.post("/links", response_model=None)
def link(form: ArchivistForm) -> Response:
    """Link a document that is cited but missing to a record, and go to the next one."""
    try:
        place = QueuePosition.parse(form.get("here"))
    except ValueError as error:
        raise RequestRefused(400, "form_text") from error
    form.require(place.record)
    source, find = form.get("source"), form.get("find")[:200].replace("\x00", "")
    gap = next((each for each in cached_gaps(form.archive, source).gaps if each.name == place.subject), None)
    if gap is None:
        raise RequestRefused(409, "link_moved")
    record = form.number("record") if form.get("record") else None
    reason = form.words("reason")
    problem = problem_of(record, reason)
    if not problem and record is not None:
        if link_document(form.archive, form.by, gap.number, gap.title, record, reason) is None:
            raise RequestRefused(404, "no_record")
        query = urlencode({"kind": "missing", "source": source, "after": str(place)})
        return form.see_other(f"/review?{query}")
    with read_only(form.archive) as connection:
        page = review_page(connection, "missing", source, None, cached_gaps(form.archive, source).gaps, place, find)
    assert page.link is not None
    filled = replace(page.link, record=record, reason=reason, problem=problem)
    return framed(form.responder, replace(page, link=filled, token=form.token(place.record)), 400)


@router.post("/links/{link}", response_model=None)
def withdraw(form: ArchivistForm, link: RowId) -> Response:
    """Withdraw a link: the cited document is then missing again, or matched by its names."""
    form.require(_WITHDRAW)
    reason = form.words("reason")
    if problem := problem_of(link, reason):
        with read_only(form.archive) as connection:
            page = links_page(connection, form.token(_WITHDRAW))
        return form.responder.page("links.html", replace(page, problem=problem), 400)
    if not withdraw_link(form.archive, form.by, link, form.number("version"), reason):
        raise RequestRefused(409, "link_moved")
    return form.see_other("/links")
