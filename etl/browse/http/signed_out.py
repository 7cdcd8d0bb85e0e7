"""The answer to a form that was sent after the login had ended: what was typed must not be lost with it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from etl.browse.http.responses import Responder
from etl.browse.pages.correction import MAX_FORM_BYTES

_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """The form again. `login`: address of the login. `action`: where the form was sent to. `values`: names and values
    as they were sent, without a change."""

    login: str
    action: str
    values: tuple[tuple[str, str], ...]


async def signed_out(request: Request, login: str) -> Response | None:
    """A page with the form that was sent, to send it again after a login elsewhere; None if the request is no form of
    our own pages.

    Nothing is stored. Sending it again is safe: its token is for the user who opened the form.
    """
    ours = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _TYPE
    if request.method != "POST" or not (ours and is_form):
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            return None
    values = tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    action = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    headers = {"cache-control": "no-store", "www-authenticate": "Bearer"}
    return Responder(request).page("signed_out.html", SignedOutPage(login, action, values), 401, headers)
