"""Correcting one field of many records: first shows what would change, and changes it after confirmation."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from etl.archive.records.corrections import correct_many
from etl.browse.http.routes import (
    Archivist,
    FieldParam,
    FilterParam,
    FormFields,
    OpenArchive,
    Respond,
    Tokens,
    filter_in,
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
def correct_these(
    request: Request, archivist: Archivist, forms: Tokens, archive: OpenArchive, responder: Respond, form: FormFields
) -> Response:
    """Show what the form would change, or if that was confirmed, change the records that were shown."""
    forms.require(request, archivist, _MANY, form.get("token", ""))
    record_filter = filter_in(form, "filter")
    with read_only(archive) as connection:
        page = filled(bulk_page(connection, record_filter, "", forms.token(archivist, _MANY)), form)
        if page.problem:
            return responder.page("bulk.html", page, 400)
        if form.get("step") != "confirm":
            if page.records > MAX_RECORDS:
                return responder.page("bulk.html", page, 413)
            return responder.page("bulk.html", previewed(connection, page))
    outcomes = correct_many(archive, looked_at(form), page.field, value_of(page), archivist.name, page.reason)
    with read_only(archive) as connection:
        page = after(connection, replace(page, records=len(outcomes)), outcomes)
    return responder.page("bulk.html", page)
