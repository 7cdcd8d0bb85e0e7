"""What a request of a browser has that a crawl does not send, and without which a service does not answer."""

from collections.abc import Iterable, Mapping
from itertools import islice

from etl.fetch.client import Request
from etl.pipeline.look.exchanges import Exchange
from etl.pipeline.survey.visits import LiveVisit
from etl.platforms.base import request_of_list
from etl.platforms.drafting.seen_rows import SeenRows, seen_rows

_USUAL = ("Accept", "Content-Type", "Referer", "Origin", "X-Requested-With")
_MOST_HEADERS = 6


async def needs_of(exchange: Exchange, seen: SeenRows, fresh: LiveVisit, varied: str) -> str:
    """What a service needs, as it shows when it is sent a part of what the browser sent. `fresh`: visits without
    cookies; `varied`: what differs between two requests, in words."""
    sent = exchange.sent
    usual = {name: value for name, value in sent.headers.items() if name in _USUAL}
    # Browsers give headers in another order each time.
    others = ((name, value) for name, value in sorted(sent.headers.items()) if name not in usual)
    by_script = dict(islice(others, _MOST_HEADERS))
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in sent.cookies.items())} if sent.cookies else {}
    if not await _answers(exchange, seen, fresh, {**usual, **by_script, **cookie}):
        anew = f" ({varied})" if varied else ""
        return f"what it was sent is not answered a second time: scripts make a part of it anew for each request{anew}"
    if usual and await _answers(exchange, seen, fresh, usual):
        needed = [name for name in usual if not await _answers(exchange, seen, fresh, _without(usual, name))]
        return f"it needs the browser's {_listed(needed or usual)}, which a crawl sends otherwise"
    for name, value in by_script.items():
        if await _answers(exchange, seen, fresh, {**usual, name: value}):
            return f"it needs the header {name}, which a script makes, and a source file has no headers"
    for name, value in islice(sent.cookies.items(), _MOST_HEADERS):
        if await _answers(exchange, seen, fresh, {**usual, "Cookie": f"{name}={value}"}):
            setter = "the site sets when its page is opened" if name in sent.by_site else "a script sets"
            return f"it needs the cookie {name}, which {setter}, and a crawl requests the service alone"
    parts = [*(f"the header {name}" for name in by_script), *(f"the cookie {name}" for name in sent.cookies)]
    return f"it needs {' and '.join(parts)}, which scripts make"


def _without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {each: value for each, value in headers.items() if each != name}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


async def _answers(exchange: Exchange, seen: SeenRows, visit: LiveVisit, headers: Mapping[str, str]) -> bool:
    """Whether the service answers rows that were seen in the browser."""
    request = request_of_list(exchange.sent.seen.url, "", exchange.sent.seen.post)
    whole = {**request.headers, **headers}
    if request.body and "Content-Type" in headers and exchange.sent.body != exchange.sent.seen.post:
        whole["Content-Type"] = request.headers["Content-Type"]
    attempt = (await visit.fetch.fetch(Request(request.url, request.method, whole, request.body)))[-1]
    if attempt.status is None or attempt.failure is not None:
        return False
    return seen_rows(attempt.page(), "\n".join(seen.words)).count > 0
