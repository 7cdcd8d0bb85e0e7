"""Forms that have something done beside correcting: a page fetched again."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from etl.browse.errors import RequestRefused
from etl.browse.http.routes import Archivist, FormFields, OpenArchive, RowId, Scheduling, Tokens, read_only
from etl.browse.pages.look_again import look_again, page_of

router = APIRouter(redirect_slashes=False)


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
    """Have the page of a record fetched again, unless that is already asked for."""
    if not forms.is_valid(request, archivist, record, form.get("token", "")):
        raise RequestRefused(403, "form")
    with read_only(archive) as connection:
        found = page_of(connection, record)
        state = look_again(connection, scheduler, record, *found) if found else None
    if found is None or state is None:
        raise HTTPException(404)
    if not state.possible:
        raise RequestRefused(409, "no_scheduler")
    if not state.waits:
        scheduler.ask_fetch(request, *found)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/records/{record}#again", 303)
