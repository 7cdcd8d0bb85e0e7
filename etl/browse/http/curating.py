"""Collections and notes: their pages, and the forms with which archivists change them."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from etl.archive.queries.counts import matching_numbers
from etl.archive.queries.ranking import ResultPosition
from etl.archive.records.collections import MAX_ADDED, CollectionError, change_members, name_collection
from etl.archive.records.notes import MAX_NOTE, change_note, plain_text, write_note
from etl.browse.errors import RequestRefused
from etl.browse.http.forms import ArchivistForm
from etl.browse.http.routes import (
    AfterParam,
    Archivist,
    FilterParam,
    OpenArchive,
    Respond,
    RowId,
    SortParam,
    Tokens,
    page_route,
    read_only,
)
from etl.browse.http.session import current_person
from etl.browse.pages.collections import CollectionProblem, collection_page, collections_page, gather_page
from etl.browse.pages.note import NoteProblem, note_page
from etl.browse.pages.record_list import parse_after

router = APIRouter(redirect_slashes=False)

_ALL, _GATHER = "collections", "collect"
"""Subjects of the tokens of forms that are not about a single record or collection."""


@page_route("/collections", to=router)
def collections(request: Request, archive: OpenArchive, forms: Tokens, responder: Respond) -> Response:
    """All collections."""
    with read_only(archive) as connection:
        page = collections_page(connection, forms.offered(current_person(request), _ALL))
    return responder.page("collections.html", page)


@router.post("/collections", response_model=None)
def make_collection(form: ArchivistForm) -> Response:
    """Make a collection, and go to it."""
    form.require(_ALL)
    title, description = form.get("title"), form.get("description")
    try:
        number = name_collection(form.archive, form.by, title, description)
    except CollectionError as error:
        with read_only(form.archive) as connection:
            page = collections_page(connection, form.token(_ALL))
        page = replace(page, title=title, description=description, problem=_problem(error))
        return form.responder.page("collections.html", page, 400)
    return form.see_other(f"/collections/{number}")


@page_route("/collections/{collection}", to=router)
def collection(
    request: Request,
    archive: OpenArchive,
    forms: Tokens,
    responder: Respond,
    collection: RowId,
    sort: SortParam = "relevance",
    after: AfterParam = None,
) -> Response:
    """A collection with its records."""
    token = forms.offered(current_person(request), _subject(collection))
    with read_only(archive) as connection:
        page = collection_page(connection, collection, sort, parse_after(ResultPosition.parse, after), token)
    if page is None:
        raise RequestRefused(404, "no_collection")
    return responder.page("collection.html", page)


@router.post("/collections/{collection}", response_model=None)
def change_collection(form: ArchivistForm, collection: RowId) -> Response:
    """Rename a collection, or remove a record from it."""
    form.require(_subject(collection))
    if form.get("action") == "remove":
        _members(form.archive, form.by, collection, removed=[form.number("record")])
        return form.see_other(f"/collections/{collection}")
    title, description = form.get("title"), form.get("description")
    try:
        name_collection(form.archive, form.by, title, description, collection)
    except CollectionError as error:
        with read_only(form.archive) as connection:
            token = form.token(_subject(collection))
            page = collection_page(connection, collection, "relevance", None, token)
        if page is None:
            raise RequestRefused(404, "no_collection") from error
        page = replace(page, title=title, description=description, problem=_problem(error))
        return form.responder.page("collection.html", page, 400)
    return form.see_other(f"/collections/{collection}")


@router.post("/records/{record}/collections", response_model=None)
def change_record(form: ArchivistForm, record: RowId) -> Response:
    """Add a record to a collection, or remove it from one."""
    form.require(record)
    number = form.number("collection")
    if form.get("action") == "remove":
        _members(form.archive, form.by, number, removed=[record])
    else:
        _members(form.archive, form.by, number, added=[record])
    return form.see_other(f"/records/{record}#collections")


@page_route("/collect", to=router)
def gather(
    archivist: Archivist, forms: Tokens, archive: OpenArchive, responder: Respond, record_filter: FilterParam
) -> Response:
    """The form that adds all records of a filter to a collection."""
    with read_only(archive) as connection:
        page = gather_page(connection, record_filter, forms.token(archivist, _GATHER))
    return responder.page("gather.html", page)


@router.post("/collect", response_model=None)
def put_in(form: ArchivistForm) -> Response:
    """Add all records of a filter to a collection or a new one."""
    form.require(_GATHER)
    record_filter = form.filter("filter")
    with read_only(form.archive) as connection:
        numbers = matching_numbers(connection, record_filter, MAX_ADDED + 1)
        page = gather_page(connection, record_filter, form.token(_GATHER))
    title, chosen = form.get("title").strip(), form.get("collection")
    if len(numbers) > MAX_ADDED:
        return form.responder.page("gather.html", page, 413)
    if not title and not chosen:
        return form.responder.page("gather.html", replace(page, problem="no_choice"), 400)
    try:
        number = name_collection(form.archive, form.by, title, "") if title else form.number("collection")
    except CollectionError as error:
        return form.responder.page("gather.html", replace(page, title=title, problem=_problem(error)), 400)
    _members(form.archive, form.by, number, added=numbers)
    return form.see_other(f"/collections/{number}")


@page_route("/records/{record}/notes/{note}", to=router)
def note(
    archivist: Archivist, forms: Tokens, archive: OpenArchive, responder: Respond, record: RowId, note: RowId
) -> Response:
    """A note with its versions, and the form that changes it."""
    with read_only(archive) as connection:
        page = note_page(connection, record, note, forms.token(archivist, record))
    if page is None:
        raise RequestRefused(404, "no_note")
    return responder.page("note.html", page)


@router.post("/records/{record}/notes", response_model=None)
def keep_note(form: ArchivistForm, record: RowId) -> Response:
    """Write a note on a record, or change one; an empty text withdraws an existing note."""
    form.require(record)
    number = form.number("note") if form.get("note") else None
    text = plain_text(form.get("text"))
    problem: NoteProblem = ""
    with read_only(form.archive) as connection:
        page = note_page(connection, record, number, form.token(record))
    if page is None:
        raise RequestRefused(404, "no_note" if number else "no_record")
    if len(text) > MAX_NOTE:
        problem = "note_long"
    elif number is None and not text:
        problem = "note_empty"
    elif number is None:
        write_note(form.archive, form.by, record, text)
    elif not change_note(form.archive, form.by, record, number, form.number("version"), text):
        problem = "note_moved"
    if problem:
        page = replace(page, text=text, problem=problem)
        return form.responder.page("note.html", page, 409 if problem == "note_moved" else 400)
    return form.see_other(f"/records/{record}#notes")


def _subject(collection: int) -> str:
    return f"collection {collection}"


def _members(
    archive: OpenArchive, by: str, collection: int, *, added: list[int] | None = None, removed: list[int] | None = None
) -> None:
    try:
        change_members(archive, by, collection, added or [], removed or [])
    except CollectionError as error:
        raise RequestRefused(404, "no_collection") from error


def _problem(error: CollectionError) -> CollectionProblem:
    if error.problem == "no_collection":
        raise RequestRefused(404, "no_collection") from error
    return error.problem
