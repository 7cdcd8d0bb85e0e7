"""What a page shows that is not in it: the pages in its frames, and what services answer to its scripts."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from etl.pipeline.survey.visits import ListProbe, Visit, request_in_words
from etl.platforms.base import CandidateList, ListingRequest, NotAListing, Platform, request_of_list
from etl.platforms.drafting.script_files import (
    MAX_CODE,
    MAX_FILES,
    files_in,
    is_library,
    own_files,
    script_files,
    with_files,
)
from etl.platforms.drafting.services import Service, services_of
from etl.platforms.drafting.written_addresses import written_addresses
from etl.platforms.elements.columns import is_front_page
from etl.platforms.elements.menus import named_links
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.listing import read_list_page
from etl.platforms.recognise import decide_family, recognise
from etl.platforms.registry import all_platforms
from etl.platforms.rows.undrawn_rows import frames_of
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage, base_url
from etl.web.select import elements
from etl.web.urls import resolved

DOCUMENTS_TRIED = 2
"""Number of documents of which one must be there under a form of addresses."""
MAX_FRAMES, MAX_FRAMES_IN_FRAMES, MAX_SERVICES, MAX_FORMS = 5, 2, 6, 5
"""Maximum numbers of frames, of levels of frames in them (sets hold rows, these hold columns), of services, and of
forms of addresses of which a document is requested."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a page shows that is not in it, and what was posted to get it. `outer`: the page, with the scripts that say
    so; `pages`: the form of the addresses of further pages, where it is in these scripts; `others`: other parts of the
    list, which the same service answers; `address`: the form of its documents' addresses, once one could be opened."""

    page: WebPage
    post: str = ""
    outer: WebPage | None = None
    pages: str = ""
    others: tuple[Service, ...] = ()
    address: str = ""

    def columns(self, name: str) -> list[CandidateList]:
        """The list, and its other parts (years, kinds). `name`: that of the list."""
        others = (CandidateList(each.url, f"{name} {each.name}".strip(), each.post) for each in self.others)
        return [CandidateList(self.page.url, name, self.post), *others]

    def listing(self, page: WebPage) -> Mapping[str, Any] | None:
        """How its rows are read, if it lists documents. `page`: the page of which it is a part."""
        guess = guesser().guess_listing(self.page, self.outer or page)
        if guess is None:
            return None
        if self.pages:  # `next` is another way to the same pages
            guess = {key: value for key, value in guess.items() if key != "next"} | {"pages": self.pages}
        return {**guess, "address": self.address} if self.address else guess


async def parts_of(page: WebPage, visit: Visit) -> tuple[list[Part], Part | None]:
    """What the page shows that is not in it, and the first of these parts that repeats rows, if the page is of no known
    family and has no rows itself but those of boxes beside a list."""
    parts, has_rows = await _shown(page, visit)
    is_here = has_rows or not parts or decide_family(recognise(page))
    return parts, None if is_here else first_list(page, parts)


async def _shown(page: WebPage, visit: Visit, levels: int = MAX_FRAMES_IN_FRAMES) -> tuple[list[Part], bool]:
    """The pages in the page's frames, which may hold its list or its menu, those in frames of these, and what services
    answer if the page repeats no rows itself; and whether it does."""
    # A front page has frames for news and pictures, unless it is nothing but frames.
    if is_front_page(page.url) and levels == MAX_FRAMES_IN_FRAMES and next(named_links(page), None):
        return [], True
    frames = [resolved(base_url(page), address) for _, address in islice(frames_of(page, with_boxes=True), MAX_FRAMES)]
    shown = [Part(opened) for url in frames if (opened := await visit.open(url))]
    if not (has_rows := _has_rows(page)):
        whole = page if decide_family(recognise(page)) else await with_script_files(page, visit)
        shown += [part async for part in answers_to(whole, visit)]
    inner = [await _shown(each.page, visit, levels - 1) for each in shown if each.page.is_markup] if levels else []
    return [*shown, *chain.from_iterable(parts for parts, _ in inner)], has_rows


def _has_rows(page: WebPage) -> bool:
    """Whether a page repeats rows, other than those of boxes beside a list."""
    guess = guesser().guess_listing(page)
    rows = elements(guess["rows"], page.tree) if guess and "rows" in guess else []
    return guess is not None and not (rows and is_in_side_box(rows[0]))


async def answers_to(page: WebPage, visit: Visit) -> AsyncIterator[Part]:
    """What the services answer that the scripts of a page request, to the first that lists documents."""
    services = services_of(page)
    for place, service in enumerate(services[:MAX_SERVICES]):
        if (opened := await visit.open(service.url, service.post)) is None:
            continue
        beside = [each for each in services[place + 1 :] if each.turns]
        alike = [each for each in beside if urlsplit(each.url).path == urlsplit(service.url).path]
        part = Part(opened, service.post, page, _pages(service, opened), (*service.others, *alike))
        listing = part.listing(page)
        if listing is not None and (address := await _address_of_documents(part, listing, visit)) is not None:
            others = [each for each in beside if each not in alike]
            _note(visit, others, "not requested: another list was found before it")
            if service.untried:
                _note(visit, [service], f"{service.untried} choices that may be further parts of it were not tried")
            yield replace(part, address=address)
            return
        if listing is None:
            _note(visit, [service], why_no_list(opened))
            yield part
    left = [each for each in services[MAX_SERVICES:] if each.turns]
    _note(visit, left, f"not requested: the {MAX_SERVICES} before it had no list")
    if any(service.turns for service in services):
        visit.unread_pages.add(page.url)


def _note(visit: Visit, services: Iterable[Service], why: str) -> None:
    """Notes why no list was read from services, or not all of it."""
    visit.unread |= {request_in_words(each.url, each.post): why for each in services}


def _pages(service: Service, answer: WebPage) -> str:
    """The form of the addresses of further pages, where nothing else says how an answer goes on: a piece of a page has
    no pager, while data is turned by a number with a name."""
    return service.pages if answer.is_markup or not service.by_number else ""


async def _address_of_documents(part: Part, listing: Mapping[str, Any], visit: Visit) -> str | None:
    """The first form of addresses under which a document of a part is there, of those that its scripts write; empty
    where its rows have addresses, or no page can be opened. None if there is no such document."""
    if "address" not in listing or part.outer is None:
        return ""
    request = request_of_list(part.page.url, "", part.post)
    forms = written_addresses(part.outer, part.page.url)[:MAX_FORMS]
    for form in forms:
        try:
            entries = read_list_page(with_listing(guesser(), {"address": form}), part.page, request).entries
        except NotAListing:
            continue
        is_distinct = len({entry.url for entry in entries}) == len(entries)
        # Any list has a dead link or two.
        if is_distinct and any([await visit.is_there(entry.url) for entry in entries[:DOCUMENTS_TRIED]]):
            return form
    reason = f"its rows have no addresses, and those that the scripts make ({', '.join(forms)}) lead to no document"
    visit.unread[request_in_words(part.page.url, part.post)] = reason
    return None


def why_no_list(page: WebPage) -> str:
    """Why an answer is no list, in words."""
    try:
        read_list_page(guesser(), page, ListingRequest(page.url))
    except NotAListing as error:
        return str(error)
    return "lists nothing"


async def with_script_files(page: WebPage, visit: Visit) -> WebPage:
    """The page with the code of the script files of its own site that it loads, and that these import."""
    codes: dict[str, str] = {}
    waiting = deque(script_files(page))
    while waiting and len(codes) < MAX_FILES and sum(map(len, codes.values())) < MAX_CODE:
        if (url := waiting.popleft()) not in codes:
            codes[url] = await visit.code(url)
            waiting.extend(own_files(page, files_in(codes[url], url)))
    if left := [url for url in dict.fromkeys(waiting) if url not in codes]:
        others = f", nor {len(left) - 1} more," if left[1:] else ""
        visit.unread[left[0]] = f"not fetched{others} behind {len(codes)} other script files"
    return with_files(page, {url: code for url, code in codes.items() if not is_library(code)})


def first_list(page: WebPage, parts: Iterable[Part]) -> Part | None:
    """The first part of a page that lists documents."""
    return next((part for part in parts if part.listing(page) is not None), None)


def guesser() -> Platform:
    """The family that accepts selectors."""
    return next(family for family in all_platforms() if family.accepts_selectors)


async def turned_by_services(
    finder: Platform, listing: Mapping[str, Any] | None, probes: Sequence[ListProbe], visit: Visit
) -> tuple[Mapping[str, Any] | None, tuple[ListProbe, ...]]:
    """The lists, with a service for each of those whose page has the first rows alone: scripts request the others. The
    service answers the same rows to a request for the first page."""
    turned = list[ListProbe]()
    for probe in probes:
        is_alone = sum(bool(each.entries) for each in probes) == 1
        own = None if is_alone else listing
        service = await _service_of_list(finder, own, probe, visit) if _ends_too_early(probe) else None
        listing, better = service or (listing, probe)
        turned.append(better)
    return listing, tuple(turned)


def _ends_too_early(probe: ListProbe) -> bool:
    page = probe.page
    if page is None or not page.entries or page.next_requests:
        return False
    return bool(page.problems or page.may_go_on or page.open_end)


async def _service_of_list(
    finder: Platform, listing: Mapping[str, Any] | None, probe: ListProbe, visit: Visit
) -> tuple[Mapping[str, Any], ListProbe] | None:
    opened = None if probe.column.post else await visit.open(probe.column.url)
    if opened is None or not opened.is_markup:
        return None
    whole = await with_script_files(opened, visit)
    rows = {entry.url for entry in probe.entries}
    services = [each for each in services_of(whole) if each.turns]
    for service in services[:MAX_SERVICES]:
        answer = await visit.open(service.url, service.post)
        part = Part(answer, service.post, whole, _pages(service, answer)) if answer else None
        guess = part.listing(whole) if part else None
        if guess is None or any((listing or {}).get(key, value) != value for key, value in guess.items()):
            continue
        both = {**(listing or {}), **guess}
        column = CandidateList(service.url, probe.column.name, service.post)
        better = await visit.probe(with_listing(finder, both), column, opened)
        shared = sum(entry.url in rows for entry in better.entries)
        if better.page and not better.problems and shared * 2 > len(rows):
            return both, better
    return None


def with_listing(family: Platform, listing: Mapping[str, Any] | None) -> Platform:
    """The family with the selectors of a source file's key `listing`."""
    source = adhoc_source("look", "look", "http://look.invalid/", ["look.invalid"])
    shape = Listing.model_validate(listing) if listing else None
    return family.for_source(source.model_copy(update={"listing": shape}))
