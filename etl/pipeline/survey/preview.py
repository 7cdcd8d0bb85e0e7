"""Previews one listing page: entries, totals, the next requests, and signs that were not understood. Stores nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from etl import event_loop
from etl.fetch.classify import classify
from etl.fetch.client import Fetcher, Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.outcomes import Outcome
from etl.pipeline.survey.parts import with_listing
from etl.pipeline.survey.survey import visitor
from etl.pipeline.survey.visits import ListProbe, listing_problems, probe_list
from etl.platforms.answers.feeds import is_feed
from etl.platforms.base import ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.elements.columns import is_front_page, linked_catalog, page_name, same_site
from etl.platforms.listing import read_list_page
from etl.platforms.recognise import decide_family, recognise
from etl.platforms.registry import all_platforms, platform
from etl.reasons import english
from etl.sources.schema import Source
from etl.web.page import WebPage, absolute, base_url, read_page
from etl.web.redirects import page_redirect


@dataclass(frozen=True, slots=True)
class Preview:
    """One listing page. `page`: the parsed page, or None if it could not be read as a list; `problems` say why.

    `family`: name of the family that read it, or None. `rows`: how the rows were found, in words. `listing`: the
    selectors that were used, in the form of a source file; without a source they are a proposal.
    """

    url: str
    name: str
    family: str | None
    rows: str
    listing: Mapping[str, Any] | None
    page: ListingPage | None
    problems: tuple[str, ...]


def preview_saved(body: bytes, url: str, source: Source | None) -> Preview:
    """The preview of a saved page, read by the source's family, or without a source by the recognised family."""
    page = read_page(body, url)
    if source is None:
        return _recognised(page)
    family = platform(source.platform).for_source(source)
    page = _without_fragment(page, family)
    own = (request for request in family.start(source) if request.url.partition("#")[0] == url.partition("#")[0])
    request = next(own, ListingRequest(page.url, page_name(page)))
    return _read(family, page, request, _by_source(source), _listing_of(source))


def preview_address(
    url: str, user_agent: str, allow_private: bool, delay: float, report_address: Callable[[str], None]
) -> Preview:
    """Fetches the page, recognises its family and reads it with that. Raises `GongkaiError` for a bad address."""
    return event_loop.run(_fetched(url, user_agent, allow_private, delay, report_address))


async def _fetched(
    url: str,
    user_agent: str,
    allow_private: bool,
    delay: float,
    report_address: Callable[[str], None],
    *,
    left_host: bool = False,
) -> Preview:
    source = visitor(url, allow_private, delay)
    async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
        report_address(url)
        attempt = (await fetch.fetch(Request(url.partition("#")[0])))[-1]
    outcome, reason = classify(attempt)
    if outcome is None:
        return _recognised(attempt.page())
    if outcome is Outcome.OUT_OF_SCOPE and not source.allows(attempt.final_url) and not left_host:
        return await _fetched(attempt.final_url, user_agent, allow_private, delay, report_address, left_host=True)
    return Preview(url, "", None, "", None, None, (f"{outcome}: {english(reason)}",))


def preview_source(source: Source, user_agent: str, report_address: Callable[[str], None]) -> tuple[Preview, ...]:
    """Fetches the first page of each of the source's lists, as a crawl would."""
    family = platform(source.platform).for_source(source)

    async def probe(fetch: Fetcher, request: ListingRequest) -> Preview:
        probed: ListProbe = await probe_list(fetch, family, request, report_address)
        problems = probed.problems if probed.page else (probed.reason,)
        name, url = probed.column.name, probed.column.url
        return Preview(url, name, family.name, _by_source(source), _listing_of(source), probed.page, problems)

    async def probe_all() -> tuple[Preview, ...]:
        async with fetcher(source, LocalHostRegistry(), user_agent) as fetch:
            return tuple([await probe(fetch, request) for request in family.start(source)])

    return event_loop.run(probe_all())


def _recognised(page: WebPage) -> Preview:
    """The page read by the family that is recognised, or else by the rows that it repeats."""
    family, listing = decide_family(recognise(page)), None
    rows = "a sitemap or a feed" if is_feed(page) else f"the rows of {family.name}" if family else ""
    if redirect := page_redirect(page):
        problem = f"the page only leads on to {redirect.url}"
        return Preview(page.url, page_name(page), family.name if family else None, "", None, None, (problem,))
    if family is None or not family.lists:
        family = next(each for each in all_platforms() if each.accepts_selectors)
        if (listing := family.guess_listing(page)) is None:
            lack = "is data (JSON) of no known service" if page.is_data else "repeats no rows that could be documents"
            problem = f"the page is of no known family, and {lack}"
            return Preview(page.url, page_name(page), None, "", None, None, (problem, *_alternatives(page)))
        rows = f"rows that the page repeats: {listing['rows']}" if listing else "rows of data"
    page = _without_fragment(page, family)
    return _read(with_listing(family, listing), page, ListingRequest(page.url, page_name(page)), rows, listing)


def _without_fragment(page: WebPage, family: Platform) -> WebPage:
    return page if family.reads_fragments else replace(page, url=page.url.partition("#")[0])


def _read(
    family: Platform, page: WebPage, request: ListingRequest, rows: str, selectors: Mapping[str, Any] | None
) -> Preview:
    name = request.column if request.column != request.url else ""
    try:
        listing = read_list_page(family, page, request)
    except NotAListing as error:
        return Preview(page.url, name, family.name, rows, selectors, None, (str(error), *_alternatives(page)))
    problems = (*listing_problems(page.url, listing), *_front_page_problem(page))
    return Preview(page.url, name, family.name, rows, selectors, listing, problems)


def _alternatives(page: WebPage) -> Iterator[str]:
    """Where the lists may be instead, if the page is no list: in its frames, or in the catalog that it links."""
    frames = (absolute(frame.get("src") or "", base_url(page)) for frame in page.elements["iframe"])
    if shown := [url for url in frames if url and same_site(url, page)]:
        yield f"the page shows others in frames: {', '.join(shown)}"
    yield from _front_page_problem(page)


def _front_page_problem(page: WebPage) -> Iterator[str]:
    """The problem that the page is the site's front page, which shows only the newest entries of its lists."""
    if is_front_page(page.url) and (catalog := linked_catalog(page)):
        yield f"this is a front page: its catalog ({catalog.name}) is {catalog.url}"


def _by_source(source: Source) -> str:
    selector = source.listing and source.listing.rows
    return f"listing.rows of {source.id}: {selector}" if selector else f"the rows of {source.platform}"


def _listing_of(source: Source) -> Mapping[str, Any] | None:
    return source.listing.model_dump(mode="json", exclude_unset=True) if source.listing else None
