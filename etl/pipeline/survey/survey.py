"""Surveys a site that has no source file yet, and checks a source file against its live site.

Stores nothing. Requests use the same fetcher, address guard and pace as a crawl.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import Any
from urllib.parse import urlsplit

from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.extract import Extraction, extract
from etl.fetch.classify import classify
from etl.fetch.client import Fetcher, Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.outcomes import Outcome
from etl.pipeline.survey.parts import (
    Part,
    answers_to,
    first_list,
    guesser,
    parts_of,
    turned_by_services,
    with_listing,
    with_script_files,
)
from etl.pipeline.survey.visits import ListProbe, LiveVisit, Visit, probe_list
from etl.platforms.base import (
    CandidateList,
    Entry,
    Platform,
)
from etl.platforms.elements.columns import (
    column_key,
    feeds_of,
    is_front_page,
    linked_catalog,
    page_name,
    shows_several_lists,
)
from etl.platforms.elements.menus import named_links
from etl.platforms.recognise import FamilyMatch, decide_family, recognise
from etl.platforms.registry import platform
from etl.reason_codes import Code
from etl.reasons import Reason, english
from etl.sources.schema import Source, adhoc_source
from etl.web.page import WebPage, base_url, read_page
from etl.web.select import elements
from etl.web.urls import column_address, resolved

_OWN_UNREAD = "its scripts request its rows, which were not read: write the address of the service here"
MAX_LISTS_FOR_ROWS = 5
"""Maximum number of lists whose rows are tried as a proposal, if the page itself repeats no rows."""
MAX_DOCUMENTS_TRIED = 6
"""Maximum number of documents fetched until `DOCUMENTS_TO_READ` could be read: any list has a dead link or two."""
MAX_REQUESTS, MAX_REQUESTS_OF_LIST = 100, 10
"""Maximum number of frames, script files, services and documents that a survey requests, and of more for each list."""
DOCUMENTS_TO_READ = 2
"""Documents that a live check must be able to read."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The result of surveying a page: candidate families by their fingerprints, the recognised family, and its lists.

    `family` is None if none was recognised. `proposed` is then a family that accepts selectors, and `listing` the
    guessed selectors (the key `listing` of a source file).
    """

    page: WebPage
    candidates: tuple[FamilyMatch, ...]
    family: Platform | None
    proposed: Platform | None
    listing: Mapping[str, Any] | None
    columns: tuple[ListProbe, ...]
    requested: str
    """The address that was given; `page` may be another one, to which it redirects."""
    catalog: CandidateList | None = None
    """The disclosure catalog that a front page links, if the catalog was not surveyed."""
    not_requested: tuple[CandidateList, ...] = ()
    """The lists beyond the number that was to be requested."""
    outer: WebPage | None = None
    """The page of which `page` is a part: the content of a frame, or what a service answers."""
    unread: tuple[str, ...] = ()
    """What the page's scripts request, or the script files that it loads, and why no list was read from them."""
    scripts: tuple[str, ...] = ()
    """The script files that were read for the requests in them."""
    unread_lists: frozenset[str] = frozenset()
    """The pages whose rows are requested by scripts and could not be read."""
    seen: tuple[str, ...] = ()
    """What a browser showed of the page, in sentences."""


@dataclass(frozen=True, slots=True)
class DocumentProbe:
    """A document that was fetched for a check: its extraction, or the reason why it could not be extracted."""

    entry: Entry
    extraction: Extraction | None
    reason: str = ""


WithLook = Callable[[Survey, LiveVisit], Awaitable[Survey]]


async def no_look(survey: Survey, visit: LiveVisit) -> Survey:
    """The survey as it is."""
    return survey


async def survey_site(
    url: str,
    user_agent: str,
    allow_private: bool,
    delay: float,
    max_lists: int,
    report_address: Callable[[str], None],
    *,
    requested: str = "",
    with_look: WithLook = no_look,
) -> Survey:
    """Fetches the page and the first pages of at most `max_lists` lists that it leads to. Raises `GongkaiError`.

    A redirect to another host is followed once; `requested` is then the address that was given. `with_look`: looks at
    the page in a browser where that is needed.
    """
    source = visitor(url, allow_private, delay)
    async with fetcher(source, hosts := LocalHostRegistry(), user_agent) as fetch:
        most = MAX_REQUESTS + MAX_REQUESTS_OF_LIST * max_lists
        visit = LiveVisit(fetch, source, report_address, most, hosts=hosts)
        attempt = await visit.attempt(url)
        outcome, reason = classify(attempt)
        if outcome is None:
            page = visit.opened[url, ""] = attempt.page()
            return await with_look(await _survey(page, visit, max_lists, requested or url), visit)
    if outcome is Outcome.OUT_OF_SCOPE and not source.allows(attempt.final_url) and not requested:
        further = attempt.final_url
        return await survey_site(
            further, user_agent, allow_private, delay, max_lists, report_address, requested=url, with_look=with_look
        )
    hint = "save the page in a browser and use --file PAGE --url URL"
    if Reason.from_stored(reason).code == Code.PRIVATE_ADDRESS:
        hint = "if the site is in your own network, use --allow-private"
    raise GongkaiError(f"{url}: {outcome}: {english(reason)}", hint=hint)


def survey_page(body: bytes, url: str) -> Survey:
    """Surveys a saved page: names its lists, but reads only the page itself as a list. Raises `GongkaiError`."""
    return asyncio.run(_survey(read_page(body, url), Visit(), 1000, url))


async def _survey(page: WebPage, visit: Visit, max_lists: int, requested: str) -> Survey:
    front, catalog = (page, linked_catalog(page)) if is_front_page(page.url) else (None, None)
    if catalog and (opened := await visit.open(catalog.url)):
        page, catalog = opened, None
    outer, post = page, ""
    parts, part = await parts_of(page, visit)
    if part:
        page, post, parts, outer = part.page, part.post, [Part(page), *parts], part.outer or page
    candidates = recognise(page)
    family = decide_family(candidates)
    finder, listing = (family, None) if family and family.lists else await _proposal(page, outer, parts, visit)
    if part and listing is not None:
        listing = part.listing(outer) or listing
    if finder and not finder.reads_fragments:
        page = replace(page, url=page.url.partition("#")[0])
    pages = [page, *(part.page for part in parts if part.page.is_markup or finder is family), *filter(None, [front])]
    lists = _lists(finder, pages) if finder else []
    if part and listing is not None:
        own, *others = part.columns(page_name(outer))
        lists = [own, *others, *(column for column in lists if column.url not in (own.url, outer.url))]
    elif lists and lists[0].url == page.url:
        lists[0] = replace(lists[0], name=lists[0].name or page_name(outer), post=post)
    if len(lists) > 1 and _shows_lists(page):
        lists = [column for column in lists if column_key(column.url) != column_key(page.url)]
    probes = await _probe_all(finder, listing, lists, page, visit, max_lists) if finder else ()
    if finder and finder.accepts_selectors:
        listing, probes = await turned_by_services(finder, listing, probes, visit)
    if family and finder is family and (own_rows := await _own_rows(page, outer, post, probes, visit)):
        finder, listing, probes = own_rows
    if outer.url in visit.unread_pages and not part and not any(probe.column.url == outer.url for probe in probes):
        probes = (ListProbe(CandidateList(outer.url, page_name(outer)), None, _OWN_UNREAD), *probes)
    unread = tuple(f"{url} ({why})" for url, why in visit.unread.items())
    rest = tuple(lists[max_lists:])
    return Survey(
        page, candidates, family, finder, listing, probes, requested, catalog, rest, outer, unread,
        tuple(visit.codes), frozenset(visit.unread_pages),
    )  # fmt: skip


async def _own_rows(
    page: WebPage, outer: WebPage, post: str, probes: Sequence[ListProbe], visit: Visit
) -> tuple[Platform, Mapping[str, Any], tuple[ListProbe, ...]] | None:
    """The list that the repeated rows of a page show, if the page's family does not know its address as that of a list
    and found no other list: sites may give a list any address."""
    if is_front_page(page.url) or any(probe.entries or probe.column.url == page.url for probe in probes):
        return None
    finder, guess = await _proposal(page, outer, (), Visit())
    own, part = [CandidateList(page.url, page_name(page), post)], None
    if guess is None:
        whole = await with_script_files(outer, visit)
        part = first_list(whole, [each async for each in answers_to(whole, visit)])
        guess, own = (part.listing(whole), part.columns(page_name(outer))) if part else (None, own)
    if guess is None:
        return None
    return finder or guesser(), guess, await _probe_all(finder or guesser(), guess, own, page, visit, len(own))


def _lists(finder: Platform, pages: Iterable[WebPage]) -> list[CandidateList]:
    """The lists to which the pages lead, each once, without those at what no source file may have as an address."""
    lists: dict[str, CandidateList] = {}
    for column in chain.from_iterable(map(finder.find_columns, pages)):
        with suppress(ValueError):
            column_address(column.url)
            lists.setdefault(column_key(column.url), column)
    return list(lists.values())


async def _probe_all(
    finder: Platform,
    listing: Mapping[str, Any] | None,
    lists: Iterable[CandidateList],
    page: WebPage,
    visit: Visit,
    max_lists: int,
) -> tuple[ListProbe, ...]:
    shaped = with_listing(finder, listing)
    probes: dict[tuple[str, str], ListProbe] = {}
    waiting = deque(islice(lists, max_lists))
    while waiting and len(probes) < max_lists:
        column = waiting.popleft()
        probe = await visit.probe(shaped, column, page)
        if shaped.accepts_selectors and not probe.entries and (part := await _part_behind(column.url, visit)):
            if (part.page.url, part.post) in probes:
                continue
            own, *others = part.columns(column.name)
            waiting.extendleft(reversed(others))
            probe = await visit.probe(shaped, own, page)
        known = {entry.url for other in probes.values() for entry in other.entries}
        # Left out: the same list under another address, or a front page of lists that are probed already.
        if not probe.entries or not known.issuperset(entry.url for entry in probe.entries):
            probes.setdefault((probe.column.url, probe.column.post), probe)
    return tuple(probes.values())


async def _part_behind(url: str, visit: Visit) -> Part | None:
    """The part of a list's page that repeats its rows, if the page has none itself."""
    opened = await visit.open(url)
    return (await parts_of(opened, visit))[1] if opened else None


async def _proposal(
    page: WebPage, outer: WebPage, parts: Iterable[Part], visit: Visit
) -> tuple[Platform | None, Mapping[str, Any] | None]:
    """The family that accepts selectors, with the rows that the page repeats, or else the rows of a list that it or one
    of its parts links.

    The rows of a front page or an overview are not used: they show a few lines of every list, and not in the rows of
    those lists.
    """
    finder = guesser()
    if (guess := _own_listing(page, outer)) is not None:
        return finder, guess
    columns = _lists(finder, (page, *(part.page for part in parts if part.page.is_markup)))
    for column in columns[:MAX_LISTS_FOR_ROWS]:
        if column.url == page.url or not (opened := await visit.open(column.url)):
            continue
        if guess := _own_listing(opened, opened):
            return finder, guess
        if part := (await parts_of(opened, visit))[1]:
            return finder, part.listing(opened)
    may_be_lists = any(feeds_of(page)) or (columns and _shows_lists(page))
    return (finder, None) if may_be_lists else (None, None)


def _own_listing(page: WebPage, outer: WebPage) -> Mapping[str, Any] | None:
    return None if _shows_lists(page) else guesser().guess_listing(page, outer)


def _shows_lists(page: WebPage) -> bool:
    """Whether the page is a front page, or has boxes with the newest documents of several lists, which they link."""
    if is_front_page(page.url):
        return True
    guess = guesser().guess_listing(page) or {}
    rows = elements(guess["rows"], page.tree) if "rows" in guess else []
    documents = (resolved(base_url(page), link.get("href") or "") for row in rows for link in row.iter("a"))
    if rows and shows_several_lists(page, dict.fromkeys(documents)):
        return True
    boxes = {link.url: link.box for link in named_links(page) if link.box is not None}
    return len(boxes) > 1 and any(element in boxes.values() for row in rows[:1] for element in row.iterancestors())


def visitor(url: str, allow_private: bool, delay: float) -> Source:
    """A source that allows requests to the host of the URL, with and without `www.`. Raises `GongkaiError`."""
    host = urlsplit(url).hostname or ""
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    try:
        source = adhoc_source("look", "look", url, [host, twin])
    except ValueError as error:
        raise GongkaiError(f"{url}: is no http(s) address") from error
    pace = source.pace.model_copy(update={"delay": delay})
    return source.model_copy(update={"allow_private_addresses": allow_private, "pace": pace})


async def probe_source(
    source: Source, user_agent: str, report_address: Callable[[str], None]
) -> tuple[tuple[ListProbe, ...], tuple[DocumentProbe, ...]]:
    """Fetches the first page of each of the source's lists, then documents until `DOCUMENTS_TO_READ` could be read."""
    family = platform(source.platform).for_source(source)
    async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
        columns = [await probe_list(fetch, family, request, report_address) for request in family.start(source)]
        documents: list[DocumentProbe] = []
        for entry in islice(_in_turn(columns, source), MAX_DOCUMENTS_TRIED):
            report_address(entry.url)
            documents.append(await _document(fetch, family, entry))
            if sum(item.extraction is not None for item in documents) == DOCUMENTS_TO_READ:
                break
    return tuple(columns), tuple(documents)


def _in_turn(columns: Iterable[ListProbe], source: Source) -> Iterable[Entry]:
    """Entries on the source's hosts: the first of each list, then the second of each, and so on."""
    lists = [[entry for entry in probe.entries if source.allows(entry.url)] for probe in columns]
    in_turn = [entry for rank in zip_longest(*lists) for entry in rank if entry is not None]
    return {entry.url: entry for entry in in_turn}.values()


async def _document(fetch: Fetcher, family: Platform, entry: Entry) -> DocumentProbe:
    attempt = (await fetch.fetch(Request(entry.url)))[-1]
    outcome, reason = classify(attempt)
    if outcome is not None:
        return DocumentProbe(entry, None, f"{outcome}: {english(reason)}".rstrip(": "))
    day = attempt.fetched_at.astimezone(CHINA).date()
    extraction = extract(attempt.body or b"", attempt.final_url, attempt.header("content-type"), family, day)
    if extraction.kind != "document":
        return DocumentProbe(entry, None, f"read as a {extraction.kind}: {english(extraction.reason)}")
    return DocumentProbe(entry, extraction)
