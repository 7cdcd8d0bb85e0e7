"""Services from which the scripts of a page load the rows of its list, as far as the scripts say what they request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from etl.platforms.answers.request_numbers import following
from etl.platforms.base import request_of_list
from etl.platforms.drafting.script_expressions import Values
from etl.platforms.drafting.script_values import PAGE_NAME, form_of, json_of
from etl.platforms.drafting.scripted_requests import (
    Place,
    ScriptRequest,
    bases_of,
    code_of,
    places_of_requests,
    requests_of,
)
from etl.platforms.elements.list_addresses import changes_something, is_of_list, is_of_other_box
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import MAX_ADDRESS_CHARS

_MOST_WORK, _MAX_POST = 100_000, 10_000
MAX_CHOICES = 60
"""Maximum number of parts of a list (years, kinds) for which the requests of a page are read."""
_SEARCHES = re.compile(r"search|query|so\b", re.IGNORECASE)
_CALLBACK = re.compile(r"([?&][\w-]*(?:callback|cb|jsonp)[\w-]*=)\?", re.IGNORECASE)
_FEW_ROWS = re.compile(r"\b(?:page_?)?(?:size|limit|rows|count|num)[\"=: ]{1,3}[1-8]\b", re.IGNORECASE)
_ENDS_IN_PAGE = re.compile(rf"[?&](?:{PAGE_NAME.pattern}|p)=$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Service:
    """A request for the first page of a list. `post`: what is posted, or "". `pages`: the address of its further pages,
    relative to that of the first one, where it has the number of the page. `turns`: whether anything in it counts pages
    or rows; `by_number`: whether it does so by a name that says it. `others`: the same for other parts of the list
    (years, kinds), each with the `name` that its part has in the page; `untried`: number of further choices of the
    page, which may be parts too, and are too many to be tried."""

    url: str
    post: str = ""
    pages: str = ""
    turns: bool = False
    by_number: bool = False
    name: str = ""
    others: tuple["Service", ...] = ()
    untried: int = 0


def services_of(page: WebPage) -> list[Service]:
    """The services that may answer the list of a page, the likeliest first. Only what is a request for one page of a
    list, or has the name of a list, is posted."""
    if not page.is_markup:
        return []
    code = code_of(page)
    places, first = places_of_requests(code), Values(code, page)

    def requested(values: Values) -> list[Service | None]:
        later = Values(code, page, turn=1, choice=values.choice)
        both = zip(_requests(values, places), _requests(later, places), strict=True)
        return [_service_of(page, one, two) for one, two in both]

    services = requested(first)
    others: list[list[Service]] = [[] for _ in services]
    most = 0 if first.is_spent else min(MAX_CHOICES, _MOST_WORK // max(first.work, 1))
    for choice, words in islice(first.choices.items(), most):
        for place, service in enumerate(requested(Values(code, page, choice=choice))):
            if service and service != services[place]:
                others[place].append(replace(service, name=words))
    untried = max(len(first.choices) - most, 0)
    distinct: dict[tuple[str, str], Service] = {}
    for service, beside in zip(services, others, strict=True):
        if service:
            whole = replace(service, others=tuple(dict.fromkeys(beside)), untried=untried)
            distinct.setdefault((service.url, service.post), whole)
    return sorted(distinct.values(), key=_rank)


def _requests(values: Values, places: Sequence[Place]) -> list[ScriptRequest | None]:
    """The requests of the scripts, each first with what its library may put before the address; the same places in the
    same order whatever is chosen."""
    bases = bases_of(values)
    return [
        made and (replace(made, address=_joined(base, made.address)) if base and made.is_wrapped else made)
        for made in requests_of(values, places)
        for base in (*bases, None)
    ]


def _joined(base: str, address: str) -> str:
    return address if re.match(r"(?:https?:)?//", address) else f"{base.rstrip('/')}/{address.lstrip('/')}"


def _rank(service: Service) -> tuple[bool, bool, bool]:
    """What turns pages comes before what does not, a full list before the few rows of a box."""
    size = _FEW_ROWS.search(f"{service.url} {service.post}")
    return not service.turns, size is not None, not is_of_list(service.url)


def _service_of(page: WebPage, made: ScriptRequest | None, later: ScriptRequest | None) -> Service | None:
    """The service that is requested; `later`: the same request for the second page. None for what is beside a list, and
    for what changes something."""
    if made is None or later is None:
        return None
    service, second = _service(page, made), _service(page, later)
    if service is None or second is None or changes_something(service.url, service.post):
        return None
    turned = following(request_of_list(service.url, "", service.post), 10, 10) is not None
    service = replace(service, turns=turned, by_number=turned, pages=_pages(service, second))
    is_beside = is_of_other_box(made.address) and not (service.turns and _SEARCHES.search(made.address))
    # Nothing is posted to what may be a vote or a letter.
    is_list = not is_beside and (not made.is_post or service.turns or is_of_list(made.address))
    return replace(service, turns=service.turns or bool(service.pages)) if is_list else None


def _service(page: WebPage, made: ScriptRequest) -> Service | None:
    address = _CALLBACK.sub(r"\1callback", made.address)
    if _ENDS_IN_PAGE.search(address):
        address += "1"
    query = form_of(made.query)
    post = ""
    if made.is_post:
        post = json_of(made.data) if made.is_json else form_of(made.data)
        # Without a body it would be no POST.
        post = post or ("{}" if made.is_json else "page=1")
    else:
        query = "&".join(filter(None, (query, form_of(made.data))))
    mark = "&" if "?" in address else "?"
    url = absolute(address + (mark + query if query else ""), base_url(page))
    return Service(url, post) if url and len(url) <= MAX_ADDRESS_CHARS and len(post) <= _MAX_POST else None


def _pages(first: Service, second: Service) -> str:
    """The form of the addresses of further pages, from those of the first and the second: `list_{page}.html`."""
    one, two = (each.url.rpartition("/")[2] for each in (first, second))
    if first.post != second.post or first.url.rpartition("/")[0] != second.url.rpartition("/")[0] or one == two:
        return ""
    numbers = re.finditer(r"(?<!\d)[01](?!\d)", one)
    forms = (one[: number.start()] + "{page}" + one[number.end() :] for number in numbers)
    return next((form for form in forms if two in (form.replace("{page}", "2"), form.replace("{page}", "1"))), "")
