"""Searches that readers save under a name. Every logged-in user sees only their own."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from etl.archive.queries.search import query_of
from etl.archive.records.saved_searches import change_search, forget_search, save_search
from etl.browse.errors import RequestRefused
from etl.browse.http.responses import see_other
from etl.browse.http.routes import (
    FilterParam,
    FormFields,
    OpenArchive,
    Respond,
    RowId,
    Tokens,
    filter_in,
    page_route,
    read_only,
)
from etl.browse.http.session import Person, current_person
from etl.browse.pages.saved import saved_page

router = APIRouter(redirect_slashes=False)

_SAVED = "saved searches"
"""The subject of the token of these forms."""


def _reader(request: Request) -> Person:
    person = current_person(request)
    if person is None:
        raise RequestRefused(403, "no_person")
    return person


Reader = Annotated[Person, Depends(_reader)]


@page_route("/saved", to=router)
def saved(
    archive: OpenArchive, reader: Reader, forms: Tokens, responder: Respond, record_filter: FilterParam
) -> Response:
    """The user's searches; with parameters of the list, also the form that saves that search."""
    with read_only(archive) as connection:
        page = saved_page(connection, reader.name, record_filter, forms.token(reader, _SAVED))
    return responder.page("saved.html", page)


@router.post("/saved", response_model=None)
def save(
    request: Request, archive: OpenArchive, reader: Reader, forms: Tokens, responder: Respond, form: FormFields
) -> Response:
    """Save a search."""
    forms.require(request, reader, _SAVED, form.get("token", ""))
    wanted = filter_in(form, "query")
    if not (query := query_of(wanted)):
        raise RequestRefused(400, "form_text")
    name, tells = form.get("name", ""), bool(form.get("tells"))
    saved = save_search(archive, reader.name, name, query, tells=tells)
    if isinstance(saved, int):
        return _back(request, saved)
    with read_only(archive) as connection:
        page = saved_page(connection, reader.name, wanted, forms.token(reader, _SAVED))
    return responder.page("saved.html", replace(page, name=name, tells=tells, problem=saved), 400)


@router.post("/saved/{search}", response_model=None)
def change(
    request: Request,
    archive: OpenArchive,
    reader: Reader,
    forms: Tokens,
    responder: Respond,
    search: RowId,
    form: FormFields,
) -> Response:
    """Rename a search, switch its messages on or off, or delete it."""
    forms.require(request, reader, _SAVED, form.get("token", ""))
    if form.get("action") == "delete":
        changed = forget_search(archive, reader.name, search)
    else:
        done = change_search(archive, reader.name, search, form.get("name", ""), tells=bool(form.get("tells")))
        if isinstance(done, str):
            with read_only(archive) as connection:
                page = saved_page(connection, reader.name, None, forms.token(reader, _SAVED))
            return responder.page("saved.html", replace(page, problem=done), 400)
        changed = done
    if not changed:
        raise RequestRefused(404, "no_search")
    return _back(request, search)


def _back(request: Request, search: int) -> Response:
    return see_other(request, f"/saved#saved-{search}")
