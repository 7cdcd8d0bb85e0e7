"""Silences of a source's alerts until a certain day. Users who may correct can set them; all readers can see them."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from etl.archive.crawls.silences import StoredSilence, end_silence, set_silence
from etl.browse.errors import RequestRefused
from etl.browse.http.forms import ArchivistForm
from etl.browse.http.routes import OpenArchive, Respond, RowId, SourceParam, Tokens, page_route, read_only
from etl.browse.http.session import current_person
from etl.browse.pages.silences import silences_page

router = APIRouter(redirect_slashes=False)

_SILENCES = "silences"
"""The subject of the token of these forms."""


@page_route("/silences", to=router)
def silences(
    request: Request, archive: OpenArchive, forms: Tokens, responder: Respond, source: SourceParam
) -> Response:
    """All silences; with a source, those of this source and the form for a new one."""
    token = forms.offered(current_person(request), _SILENCES)
    with read_only(archive) as connection:
        page = silences_page(connection, source, token)
    return responder.page("silences.html", page)


@router.post("/silences", response_model=None)
def silence(form: ArchivistForm, source: SourceParam) -> Response:
    """Silence a reason of a source until a day, or change the day of a silence."""
    form.require(_SILENCES)
    if not source:
        raise RequestRefused(404, "no_source")
    reason, until, why = (form.get(name).strip() for name in ("reason", "until", "why"))
    done = set_silence(form.archive, source, reason, until, why, form.by)
    if isinstance(done, StoredSilence):
        return form.see_other(f"/silences?source={source}#silence-{done.id}")
    with read_only(form.archive) as connection:
        page = silences_page(connection, source, form.token(_SILENCES))
    return form.responder.page("silences.html", replace(page, reason=reason, until=until, why=why, problem=done), 400)


@router.post("/silences/{silence}", response_model=None)
def end(form: ArchivistForm, silence: RowId) -> Response:
    """End a silence now."""
    form.require(_SILENCES)
    source = end_silence(form.archive, silence)
    if source is None:
        raise RequestRefused(404, "no_silence")
    return form.see_other(f"/silences?source={source}")
