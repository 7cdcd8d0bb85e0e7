"""Searches that readers save under a name. Every logged-in user sees only their own."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from etl.archive.queries.search import query_of
from etl.archive.records.saved_searches import change_search, forget_search, save_search
from etl.browse.errors import RequestRefused
from etl.browse.http.forms import Reader, ReaderForm, SentForm
from etl.browse.http.routes import FilterParam, OpenArchive, Respond, RowId, Tokens, page_route, read_only
from etl.browse.pages.saved import saved_page

router = APIRouter(redirect_slashes=False)

_SAVED = "saved searches"
"""The subject of the token of these forms."""


@page_route("/saved", to=router)
def saved(
    archive: OpenArchive, reader: Reader, forms: Tokens, responder: Respond, record_filter: FilterParam
) -> Response:
    """The user's searches; with parameters of the list, also the form that saves that search."""
    with read_only(archive) as connection:
        page = saved_page(connection, reader.name, record_filter, forms.token(reader, _SAVED))
    return responder.page("saved.html", page)


@router.post("/saved", response_model=None)
def save(form: ReaderForm) -> Response:
    """Save a search."""
    form.require(_SAVED)
    wanted = form.filter("query")
    if not (query := query_of(wanted)):
        raise RequestRefused(400, "form_text")
    name, tells = form.get("name"), bool(form.get("tells"))
    saved = save_search(form.archive, form.by, name, query, tells=tells)
    if isinstance(saved, int):
        return _back(form, saved)
    with read_only(form.archive) as connection:
        page = saved_page(connection, form.by, wanted, form.token(_SAVED))
    return form.responder.page("saved.html", replace(page, name=name, tells=tells, problem=saved), 400)


@router.post("/saved/{search}", response_model=None)
def change(form: ReaderForm, search: RowId) -> Response:
    """Rename a search, switch its messages on or off, or delete it."""
    form.require(_SAVED)
    if form.get("action") == "delete":
        changed = forget_search(form.archive, form.by, search)
    else:
        done = change_search(form.archive, form.by, search, form.get("name"), tells=bool(form.get("tells")))
        if isinstance(done, str):
            with read_only(form.archive) as connection:
                page = saved_page(connection, form.by, None, form.token(_SAVED))
            return form.responder.page("saved.html", replace(page, problem=done), 400)
        changed = done
    if not changed:
        raise RequestRefused(404, "no_search")
    return _back(form, search)


def _back(form: SentForm, search: int) -> Response:
    return form.see_other(f"/saved#saved-{search}")
