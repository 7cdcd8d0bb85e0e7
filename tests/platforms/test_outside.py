"""What a site sends is made storable in each field of each family, and a hostile value costs its entry at most.

The families are those that are registered, their pages those of their demo sites: a new family is among them.
"""

import re
from collections import deque
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from demo import demo_sites, source_text
from demo.server import Site, serve
from etl.extract import extract
from etl.pipeline.stages.catalog_walk import request_key
from etl.platforms.base import ListingRequest, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.platforms.registry import all_platforms
from etl.sources.schema import Source
from etl.web.page import WebPage, read_page
from etl.web.urls import MAX_ADDRESS_CHARS
from tests.support.outside import mutations, unstorable

SITES = {site.name: site for site in demo_sites()}
MOST_FORMS, MOST_REQUESTS = 5, 40
"""Forms of listing pages of a site that are changed: a walk over a whole site shows each of them early."""


def test_each_family_that_lists_is_tried() -> None:
    tried = {yaml.safe_load(source_text(site))["platform"] for site in SITES.values()}
    assert {family.name for family in all_platforms() if family.lists} == tried


def source_of(site: Site) -> Source:
    return Source.model_validate(yaml.safe_load(source_text(site)))


def family_of(source: Source) -> Platform:
    return next(family for family in all_platforms() if family.name == source.platform).for_source(source)


def listing_pages(site: Site, family: Platform) -> list[tuple[ListingRequest, WebPage, bytes]]:
    """One page of each form that the site's lists have: an address without its numbers, and what is asked there."""
    found: dict[tuple[str, str, bool], tuple[ListingRequest, WebPage, bytes]] = {}
    waiting = deque(family.start(source_of(site)))
    with httpx.Client(timeout=5, follow_redirects=True) as client:
        for _ in range(MOST_REQUESTS):
            if not waiting or len(found) == MOST_FORMS:
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
                found.setdefault(form, (request, page, answer.content))
            waiting.extendleft(reversed(listing.next_requests))
    return list(found.values())


@pytest.mark.parametrize("name", SITES)
def test_each_value_of_a_listing_ends_in_an_outcome(name: str) -> None:
    site = SITES[name]
    with serve(site):
        family = family_of(source_of(site))
        pages = listing_pages(site, family)
    assert pages
    for request, page, body in pages:
        whole = read_list_page(family, page, request)
        for in_row, changed in mutations(body):
            what = f"{request.url}: {changed[:3000]!r}"
            try:
                listing = read_list_page(family, read_page(changed, page.url), request)
            except NotAListing as error:
                lost = str(error)
                assert (in_row, unstorable(lost)) == (False, None), f"{lost}: {what}"
                continue
            assert unstorable(listing) is None, what
            for following in listing.next_requests:
                assert len(request_key(following).encode()) <= MAX_ADDRESS_CHARS, what
                assert unstorable(request_key(following)) is None, what
            assert not in_row or len(listing.entries) >= len(whole.entries) - 1, what


@pytest.mark.parametrize("name", SITES)
def test_each_value_of_a_document_ends_in_an_outcome(name: str) -> None:
    site = SITES[name]
    with serve(site), httpx.Client(timeout=5) as client:
        family = family_of(source_of(site))
        answer = client.get(site.url(next(iter(site.postings))))
    kind = answer.headers.get("content-type", "")
    for _, changed in mutations(answer.content):
        extraction = extract(changed, str(answer.url), kind, family, date(2026, 11, 27))
        assert unstorable(extraction) is None, changed[:3000]
        assert unstorable(family.article_pages(read_page(changed, str(answer.url), kind))) is None
        assert unstorable(family.find_columns(read_page(changed, str(answer.url), kind))) is None


def test_a_listing_page_of_an_unknown_form_is_lost_and_named() -> None:
    class Odd(Platform):
        name = "odd"

        def read_listing(self, page: WebPage, request: ListingRequest):  # type: ignore[no-untyped-def]
            raise KeyError("id")

    request = ListingRequest("http://x.example/")
    with pytest.raises(NotAListing, match="a form of odd that is not known: KeyError: 'id'"):
        read_list_page(Odd(), read_page(b"{}", request.url), request)
    assert replace(request, url="\0http://x.example/\ud83d").url == "http://x.example/\ufffd"
