"""Forms other than corrections: fetch a page again, and confirm a doubtful value; and the review queue."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from etl.archive.queries.review import QueuePosition
from etl.archive.records.reviews import Issue, keep_review
from etl.browse.errors import RequestRefused
from etl.browse.http.cited import cached_gaps
from etl.browse.http.responses import Responder, see_other
from etl.browse.http.routes import (
    Archivist,
    FormFields,
    OpenArchive,
    Respond,
    RowId,
    Scheduling,
    SearchParam,
    SourceParam,
    Tokens,
    page_route,
    read_only,
)
from etl.browse.http.security_headers import FRAMING_POLICY
from etl.browse.http.session import current_person
from etl.browse.pages.look_again import look_again, page_of
from etl.browse.pages.record_list import parse_after
from etl.browse.pages.review import ISSUES, ReviewPage, review_page

router = APIRouter(redirect_slashes=False)

IssueParam = Annotated[Issue, Query(alias="kind")]
PlaceParam = Annotated[str, Query(alias="after", max_length=100, pattern=r"^[^\x00]*$")]
ThingParam = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
_WHOLE_QUEUE = 0
"""The subject of the token of the review queue's form, instead of a record number: the form itself names the record."""


@router.post("/records/{record}/look-again", response_model=None)
def ask_again(
    request: Request,
    archivist: Archivist,
    forms: Tokens,
    archive: OpenArchive,
    scheduler: Scheduling,
    record: RowId,
    form: FormFields,
) -> Response:
    """Request that the page of a record is fetched again, unless this is already requested."""
    forms.require(request, archivist, record, form.get("token", ""))
    with read_only(archive) as connection:
        page = page_of(connection, record)
        state = look_again(connection, scheduler, record, *page) if page else None
    if page is None or state is None:
        raise RequestRefused(404, "no_record")
    if not state.possible:
        raise RequestRefused(409, "no_scheduler")
    if not state.waits:
        scheduler.ask_fetch(request, *page)
    return see_other(request, f"/records/{record}#again")


@page_route("/review", to=router)
def review(
    request: Request,
    archive: OpenArchive,
    forms: Tokens,
    responder: Respond,
    source: SourceParam,
    issue: IssueParam = "disputed",
    after: PlaceParam = "",
    at: ThingParam = "",
    find: SearchParam = "",
) -> Response:
    """The review queue, one item at a time. `at`: a document that is cited but missing; `find`: a search for the record
    that it may be."""
    counted = cached_gaps(archive, source).gaps if issue == "missing" else ()
    with read_only(archive) as connection:
        before, shown = parse_after(QueuePosition.parse, after), parse_after(QueuePosition.parse, at)
        page = review_page(connection, issue, source, before, counted, shown, find)
    subject = page.thing.record if page.thing else _WHOLE_QUEUE
    page = replace(page, token=forms.offered(current_person(request), subject))
    return framed(responder, page)


def framed(responder: Responder, page: ReviewPage, status: int = 200) -> Response:
    """The page, with the archived page in its frame."""
    return responder.page("review.html", page, status, headers={"content-security-policy": FRAMING_POLICY})


@router.post("/review", response_model=None)
def accept(request: Request, archivist: Archivist, forms: Tokens, archive: OpenArchive, form: FormFields) -> Response:
    """Store that the logged-in user found a doubtful item correct, and go to the next one."""
    try:
        place, version = QueuePosition.parse(form.get("here", "")), int(form.get("version", ""))
    except ValueError as error:
        raise RequestRefused(400, "form_text") from error
    issue = next((each for each in ISSUES if each == form.get("kind")), None)
    if issue is None:
        raise RequestRefused(400, "form_text")
    forms.require(request, archivist, place.record, form.get("token", ""))
    note = form.get("note", "")
    if not keep_review(archive, place.record, version, issue, place.subject, archivist.name, note):
        raise RequestRefused(409, "review_moved")
    query = urlencode({"kind": issue, "source": form.get("source", ""), "after": str(place)})
    return see_other(request, f"/review?{query}")
