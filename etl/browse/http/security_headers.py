"""HTTP headers of every response: what our own pages may load, and what archived pages may not do."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_PAGES_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""Content security policy of our own pages, which have style sheets but no scripts."""
FRAMING_POLICY = f"{OWN_PAGES_POLICY}; frame-src 'self'"
"""The policy of our pages that show an archived page in a frame."""

_DEFAULTS = {
    "content-security-policy": OWN_PAGES_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # No DNS lookups for the live sites that pages link to.
    "x-dns-prefetch-control": "off",
    # Pages are behind a login: no shared cache, and the browser's own cache must revalidate after a logout.
    "cache-control": "private, no-cache",
}


class SecurityHeaders:
    """ASGI middleware that adds the headers above to every response that does not set them itself.

    It wraps both the application and the guard in front of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _DEFAULTS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
