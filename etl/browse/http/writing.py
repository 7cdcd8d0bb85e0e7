"""Forms about one record: correct a field, fetch its page again, confirm a doubtful value; and the review queue."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from etl.archive.queries.review import QueuePosition
from etl.archive.records.corrections import correct
from etl.archive.records.reviews import Issue, keep_review
from etl.browse.errors import RequestRefused
from etl.browse.http.cited import cached_gaps
from etl.browse.http.forms import ArchivistForm
from etl.browse.http.responses import Responder
from etl.browse.http.routes import (
    Archivist,
    FieldParam,
    OpenArchive,
    Respond,
    RowId,
    Scheduling,
    SearchParam,
    SourceParam,
    Tokens,
    page_or_404,
    page_route,
    read_only,
)
from etl.browse.http.security_headers import FRAMING_POLICY
from etl.browse.http.session import current_person
from etl.browse.pages.correction import apply_form, correction_page
from etl.browse.pages.look_again import look_again, page_of
from etl.browse.pages.record_list import parse_after
from etl.browse.pages.review import ISSUES, ReviewPage, review_page

router = APIRouter(redirect_slashes=False)

IssueParam = Annotated[Issue, Query(alias="kind")]
PlaceParam = Annotated[str, Query(alias="after", max_length=100, pattern=r"^[^\x00]*$")]
ThingParam = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
_WHOLE_QUEUE = 0
"""The subject of the token of the review queue's form, instead of a record number: the form itself names the record."""


@page_route("/records/{record}/correct", to=router)
def correction(
    archivist: Archivist,
    forms: Tokens,
    archive: OpenArchive,
    responder: Respond,
    record: RowId,
    field: FieldParam = None,
) -> Response:
    """The fields of a record that can be corrected; with `field`, the form for one of them."""
    with read_only(archive) as connection:
        page = correction_page(connection, record, field, forms.token(archivist, record))
    return page_or_404(responder, "correct.html", page, "no_record")


@router.post("/records/{record}/correct", response_model=None)
def correct_field(form: ArchivistForm, record: RowId) -> Response:
    """Correct a field in the name of the logged-in user, and redirect to the version that this creates."""
    form.require(record)
    with read_only(form.archive) as connection:
        page = correction_page(connection, record, form.get("field"), form.token(record))
    if page is None:
        raise RequestRefused(404, "no_record")
    page, value = apply_form(page, form.fields)
    if page.problem or page.field is None:
        return form.responder.page("correct.html", page, 409 if page.problem == "moved" else 400)
    new_version = correct(form.archive, record, {page.field.name: value}, form.by, page.reason).version
    return form.see_other(f"/records/{record}/versions/{new_version}#fields")


@router.post("/records/{record}/look-again", response_model=None)
def ask_again(form: ArchivistForm, scheduler: Scheduling, record: RowId) -> Response:
    """Request that the page of a record is fetched again, unless this is already requested."""
    form.require(record)
    with read_only(form.archive) as connection:
        page = page_of(connection, record)
        state = look_again(connection, scheduler, record, *page) if page else None
    if page is None or state is None:
        raise RequestRefused(404, "no_record")
    if not state.possible:
        raise RequestRefused(409, "no_scheduler")
    if not state.waits:
        scheduler.ask_fetch(form.request, *page)
    return form.see_other(f"/records/{record}#again")


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
def accept(form: ArchivistForm) -> Response:
    """Store that the logged-in user found a doubtful item correct, and go to the next one."""
    try:
        place, version = QueuePosition.parse(form.get("here")), int(form.get("version"))
    except ValueError as error:
        raise RequestRefused(400, "form_text") from error
    issue = next((each for each in ISSUES if each == form.get("kind")), None)
    if issue is None:
        raise RequestRefused(400, "form_text")
    form.require(place.record)
    note = form.get("note")
    if not keep_review(form.archive, place.record, version, issue, place.subject, form.by, note):
        raise RequestRefused(409, "review_moved")
    query = urlencode({"kind": issue, "source": form.get("source"), "after": str(place)})
    return form.see_other(f"/review?{query}")
