"""Headers of every answer: what a page of ours may load, and what no archived page may do."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_PAGES_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""Our pages have one style sheet and no script."""

_DEFAULTS = {
    "content-security-policy": OWN_PAGES_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Host names of live sites must not even be looked up.
    "x-dns-prefetch-control": "off",
    # Behind a login: no shared cache, and after logout the browser's own must ask again.
    "cache-control": "private, no-cache",
}


class SecurityHeaders:
    """Gives every answer the headers above unless it has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _DEFAULTS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, safely)
