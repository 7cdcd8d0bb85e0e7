"""Families are recognised by their signs: each demo site as its own family, and nothing only by its address."""

from contextlib import suppress

import pytest
import yaml

from demo import demo_platforms, demo_site, source_text
from demo.server import Site, serve
from etl.platforms.base import ListingRequest, NotAListing
from etl.platforms.listing import read_list_page
from etl.platforms.recognise import decide_family, recognise
from etl.platforms.registry import all_platforms, platform
from etl.web.page import WebPage, read_page
from tests.support.visiting import visitor
from tests.support.walking import first_requests

PLATFORMS = demo_platforms()


def named(page: WebPage) -> str:
    family = decide_family(recognise(page))
    return family.name if family else ""


def pages(site: Site) -> list[WebPage]:
    """The site's columns and one of its documents; data that a service answers is left out where a page leads there."""
    columns = [column["url"] for column in yaml.load(source_text(site), yaml.CSafeLoader)["columns"]]
    document = next(key for key in site.postings if key not in site.outcomes and key != "yl-feedback")
    with visitor() as client:
        answers = [client.get(url) for url in [*columns, site.url(document)]]
    return [read_page(each.content, str(each.url), each.headers.get("content-type", "")) for each in answers]


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_page_of_a_demo_site_is_of_its_family_or_of_none(name: str) -> None:
    site = demo_site(PLATFORMS[name])
    with serve(site):
        found = {page.url.removeprefix(site.base): named(page) for page in pages(site)}
    family = next(item for item in all_platforms() if item.name == site.platform)
    if family.accepts_selectors:
        # Its HTML pages bear no sign; sitemaps and feeds do.
        assert set(found.values()) == {"", family.name}
    else:
        assert set(found.values()) == {family.name}, found


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_the_service_of_a_demo_site_answers_is_of_its_family(name: str) -> None:
    site = demo_site(PLATFORMS[name])
    found = {}
    with serve(site), visitor() as client:
        family, waiting = platform(site.platform), list(first_requests(platform(site.platform), site))
        for request in waiting:
            answer = client.request(request.method, request.url, headers=dict(request.headers), content=request.body)
            content = read_page(answer.content, str(answer.url), answer.headers.get("content-type", ""))
            if content.is_data:
                found[content.url] = named(content)
                # It is read by its address and content alone, as a saved page is.
                read_list_page(family, content, ListingRequest(content.url))
            with suppress(NotAListing):
                waiting += read_list_page(family, content, request).next_requests
    assert set(found.values()) <= {site.platform}, found


def test_data_of_an_unknown_service_is_of_no_family() -> None:
    text = (
        '{"html": "<a href=\\"/a/202401/t20240102_345.html\\">通知</a><a href=\\"/gk/content/post_12.html\\">通知</a>"}'
    )
    assert recognise(page(text)) == ()


def page(text: str, url: str = "https://www.a.example/x/") -> WebPage:
    return WebPage(url, text, "utf-8")


def test_what_two_families_share_names_neither() -> None:
    shared = '<a href="/col/col12/index.html">通知</a><a href="/art/2024/1/2/art_12_34.html">甲</a>'
    assert len(recognise(page(shared))) == 2
    assert named(page(shared)) == ""
    assert named(page(shared + '<script src="/script/webglobal.js"></script>')) == "hanweb_jpaas"
    assert named(page(shared + '<script src="/module/jslib/jquery.js"></script>')) == "hanweb_jcms"


def test_links_to_other_sites_are_no_signs() -> None:
    away = '<a href="https://www.b.example/a/202401/t20240102_345.html">转载</a>'
    assert recognise(page(away)) == ()
    assert named(page(away.replace("www.b", "a"))) == "trs_wcm"


def test_an_address_alone_names_nothing() -> None:
    stub = page("<script>location.href='/x'</script>", "https://a.example/x/202401/t20240102_345.html")
    assert recognise(stub)
    assert named(stub) == ""


def test_the_editor_of_a_pasted_text_names_nothing() -> None:
    assert named(page('<div class="TRS_Editor"><p>正文</p></div>', "https://a.example/gj/13431570.jhtml")) == ""


def test_every_family_with_lists_has_fingerprints() -> None:
    assert [item.name for item in all_platforms() if not item.fingerprints] == []
