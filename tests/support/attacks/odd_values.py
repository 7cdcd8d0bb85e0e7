"""Values that no page should have, in each place of each page of each family: numbers, texts, addresses, brackets."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from itertools import chain, count, islice
from random import Random
from urllib.parse import urlsplit

import yaml
from starlette.responses import Response

from demo import demo_platforms, demo_site, demo_sites, goldens, source_text
from demo.server import Call, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.extract import extract
from etl.pipeline.stages.walked_list import request_key
from etl.platforms.base import ListingRequest, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.platforms.registry import all_platforms
from etl.sources.schema import Source
from etl.web.page import WebPage, read_page
from etl.web.urls import MAX_ADDRESS_CHARS
from tests.support.attacks.base import Ground
from tests.support.gongkai import SMALL, crawl_site, rows, small
from tests.support.outside import mutations, unstorable
from tests.support.share import share
from tests.support.visiting import visitor

MOST_FORMS, MOST_REQUESTS = 5, 40
"""Forms of listing pages of a site that are changed: a walk over a whole site shows each of them early."""
DAY = date(2026, 11, 27)
Listed = tuple[ListingRequest, WebPage, bytes]


def family_of(site: Site) -> tuple[Source, Platform]:
    """The site's source and its family."""
    source = Source.model_validate(yaml.load(source_text(site), yaml.CSafeLoader))
    return source, next(each for each in all_platforms() if each.name == source.platform).for_source(source)


def listing_pages(site: Site) -> list[Listed]:
    """One page of each form that the site's lists have: an address without its numbers, and what is asked there."""
    source, family = family_of(site)
    by_form: dict[tuple[str, str, bool], Listed] = {}
    waiting = deque(family.start(source))
    with visitor() as client:
        for _ in range(MOST_REQUESTS):
            if not waiting or len(by_form) == MOST_FORMS:
                break
            request = waiting.popleft()
            answer = client.request(request.method, request.url, headers=dict(request.headers), content=request.body)
            page = read_page(answer.content, str(answer.url), answer.headers.get("content-type", ""))
            form = (re.sub(r"\d+", "#", urlsplit(request.url).path), request.method, request.seen > 0)
            try:
                listing = read_list_page(family, page, request)
            except NotAListing:
                continue
            if listing.entries or listing.next_requests:
                by_form.setdefault(form, (request, page, answer.content))
            waiting.extendleft(reversed(listing.next_requests))
    return list(by_form.values())


def try_listings(site: Site, pages: list[Listed] | None = None) -> Iterator[str]:
    """Reads each listing page with each odd value: it is lost and named, or all but the odd entry can be stored.

    `pages`: those of the site, if they are known.
    """
    _, family = family_of(site)
    for request, page, body in listing_pages(site) if pages is None else pages:
        whole = read_list_page(family, page, request)
        for in_row, changed in share(mutations(body)):
            what = f"{request.url}: {changed[:3000]!r}"
            try:
                listing = read_list_page(family, read_page(changed, page.url), request)
            except NotAListing as error:
                lost = str(error)
                assert (in_row, unstorable(lost)) == (False, None), f"{lost}: {what}"
            else:
                assert unstorable(listing) is None, what
                for following in listing.next_requests:
                    assert len(request_key(following).encode()) <= MAX_ADDRESS_CHARS, what
                    assert unstorable(request_key(following)) is None, what
                assert not in_row or len(listing.entries) >= len(whole.entries) - 1, what
            yield request.url


def try_document(site: Site) -> Iterator[str]:
    """Extracts the site's first document with each odd value: what is found can be stored."""
    _, family = family_of(site)
    with visitor(follow_redirects=False) as client:
        answer = client.get(site.url(next(iter(site.postings))))
    url, kind = str(answer.url), answer.headers.get("content-type", "")
    for _, changed in share(mutations(answer.content)):
        assert unstorable(extract(changed, url, kind, family, DAY)) is None, changed[:3000]
        assert unstorable(family.article_pages(read_page(changed, url, kind))) is None
        assert unstorable(family.find_columns(read_page(changed, url, kind))) is None
        yield url


def play_read(ground: Ground, chance: Random) -> Iterator[str]:
    """All families in turns, each value a round, over and over."""
    while True:
        with ExitStack() as served:
            sites = demo_sites()
            chance.shuffle(sites)
            for site in sites:
                served.enter_context(serve(site))
            yield from _in_turns([chain(try_listings(site), try_document(site)) for site in sites])


def _in_turns(parts: Iterable[Iterator[str]]) -> Iterator[str]:
    """One of each until all have ended."""
    left = deque(parts)
    while left:
        part = left.popleft()
        for each in part:
            yield each
            left.append(part)
            break


def play_crawled(ground: Ground, chance: Random) -> Iterator[str]:
    """Crawls of a family's site, three of ten answers of which have an odd value; then the site is calm."""

    def odd(call: Call) -> Response:
        if not call.resource.body or chance.random() > 0.3:
            return call.plain()
        # Of a long page the first hundred: to make each takes as long as to read it.
        _, body = chance.choice(list(islice(mutations(call.resource.body), 100)))
        return Response(body, media_type=call.resource.media_type)

    limits = {"retries": 0, "listing_pages": 40, "seconds": 10}
    platforms = sorted(set(demo_platforms().values()))
    for turn in count(1):
        platform = chance.choice(platforms)
        with serve(site := small(demo_site(platform), 4)):
            name = f"odd-{turn}"
            site.path_faults[r"/(?!robots).*"] = odd
            given = {"id": name, "limits": limits, "assertions": SMALL}
            report = crawl_site(ground.archive, site, CrawlOptions(full=True), **given)
            assert sum(report.outcomes.values()) == report.listed, f"{name} ({platform}): {report.outcomes}"
            site.path_faults.clear()
            after = crawl_site(ground.archive, site, CrawlOptions(full=True), **given)
            assert after.unfinished == 0, f"{name} ({platform}): {after.problems}"
            records = {row["url"] for row in rows(ground.archive, _RECORDS, source=name)}
            wanted = {site.url(key) for key in site.postings if goldens.outcome(site, key) == "stored"}
            assert wanted <= records, f"{name} ({platform}): {sorted(wanted - records)[:2]} are missing afterwards"
            yield f"{platform}: {report.state}, {dict(report.outcomes)}"


_RECORDS = """
SELECT p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id WHERE p.source_id = :source"""
