"""Values from a site are made storable in each field of each family, and a hostile value loses at most its entry.

The families are those that are registered, their pages those of their demo sites: a new family is among them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml

from demo import demo_sites, source_text
from demo.server import Site, serve
from etl.platforms import listing
from etl.platforms.base import UNREADABLE, Entry, ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.listing import read_list_page
from etl.platforms.registry import all_platforms
from etl.web.page import WebPage, read_page
from tests.support.attacks.odd_values import Listed, family_of, listing_pages, try_document, try_listings
from tests.support.share import examples

SITES = {site.name: site for site in demo_sites()}


def test_each_family_that_lists_is_tried() -> None:
    tried = {yaml.safe_load(source_text(site))["platform"] for site in SITES.values()}
    assert {family.name for family in all_platforms() if family.lists} == tried


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with serve(SITES[request.param]):
        yield SITES[request.param]


@pytest.fixture(scope="module")
def pages(site: Site) -> list[Listed]:
    return listing_pages(site)


def test_each_value_of_a_listing_ends_in_an_outcome(site: Site, pages: list[Listed]) -> None:
    assert list(try_listings(site, pages))


def test_each_value_of_a_document_ends_in_an_outcome(site: Site) -> None:
    assert list(try_document(site))


def test_a_list_page_that_stops_in_its_middle_is_lost_or_red(site: Site, pages: list[Listed]) -> None:
    _, family = family_of(site)
    # A script's settings are no list: what is asked without them answers in vain, and the walk is red.
    for request, page, body in (each for each in pages if ".js?" not in each[0].url):
        # In two elements more: real templates nest deeper than those of the demo.
        nested = re.sub(rb"<body[^>]*>", rb"\g<0><div><div>", body)
        start = nested.find(b"<div><div>") + 10 if nested != body else 0
        whole = read_list_page(family, page, request)
        assert not whole.problems
        end = max(map(nested.rfind, (b"</li>", b"</tr>", b"}")))
        for length in range(start + 1, end, max((end - start) // examples(20), 1)):
            try:
                cut = read_list_page(family, read_page(nested[:length], page.url), request)
            except NotAListing:
                continue
            as_whole = (cut.entries, cut.next_requests) == (whole.entries, whole.next_requests)
            assert cut.problems or as_whole, f"{request.url}: {nested[max(length - 200, 0) : length]!r}"


def test_a_listing_page_of_an_unknown_form_is_lost_and_named() -> None:
    class Odd(Platform):
        name = "odd"

        def read_listing(self, page: WebPage, request: ListingRequest):  # type: ignore[no-untyped-def]
            raise KeyError("id")

    request = ListingRequest("http://x.example/")
    with pytest.raises(NotAListing, match="a page of odd in a form that this program does not know: KeyError: 'id'"):
        read_list_page(Odd(), read_page(b"{}", request.url), request)
    assert replace(request, url="\0http://x.example/\ud83d").url == "http://x.example/\ufffd"


@pytest.mark.parametrize("error", UNREADABLE, ids=lambda error: error.__name__)
def test_a_page_that_what_all_families_share_cannot_read_is_lost_alone(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`StopIteration` would leave the thread of such a page waiting for ever."""

    def fail(*_: object) -> None:
        raise error("odd")

    monkeypatch.setattr(listing, "promised_pages", fail)

    class Odd(Platform):
        name = "odd"

        def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
            return ListingPage((Entry("http://x.example/a.html", "关于水利项目的通知"),))

    request = ListingRequest("http://x.example/")
    with pytest.raises(NotAListing, match=f"that this program does not know: {error.__name__}: odd"):
        read_list_page(Odd(), read_page(b"<ul><li><a href='/a.html'>a</a></li></ul>", request.url), request)
