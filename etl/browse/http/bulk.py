"""Correcting one field of many records: first shows what would change, and changes it after confirmation."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from etl.archive.records.corrections import correct_many
from etl.browse.http.forms import ArchivistForm
from etl.browse.http.routes import (
    Archivist,
    FieldParam,
    FilterParam,
    OpenArchive,
    Respond,
    Tokens,
    page_route,
    read_only,
)
from etl.browse.pages.bulk import MAX_RECORDS, after, bulk_page, filled, looked_at, previewed, value_of

router = APIRouter(redirect_slashes=False)

_MANY = "correct many"
"""The subject of the form's token."""


@page_route("/correct", to=router)
def bulk_correction(
    archivist: Archivist,
    forms: Tokens,
    archive: OpenArchive,
    responder: Respond,
    record_filter: FilterParam,
    field: FieldParam = None,
) -> Response:
    """The form that corrects a field of all records that match."""
    with read_only(archive) as connection:
        page = bulk_page(connection, record_filter, field or "", forms.token(archivist, _MANY))
    return responder.page("bulk.html", page)


@router.post("/correct", response_model=None)
def correct_these(form: ArchivistForm) -> Response:
    """Show what the form would change, or if that was confirmed, change the records that were shown."""
    form.require(_MANY)
    record_filter = form.filter("filter")
    with read_only(form.archive) as connection:
        page = filled(bulk_page(connection, record_filter, "", form.token(_MANY)), form.fields)
        if page.problem:
            return form.responder.page("bulk.html", page, 400)
        if form.get("step") != "confirm":
            if page.records > MAX_RECORDS:
                return form.responder.page("bulk.html", page, 413)
            return form.responder.page("bulk.html", previewed(connection, page))
    expected = looked_at(form.fields)
    outcomes = correct_many(form.archive, expected, page.field, value_of(page), form.by, page.reason)
    with read_only(form.archive) as connection:
        page = after(connection, replace(page, records=len(outcomes)), outcomes, expected)
    return form.responder.page("bulk.html", page)
