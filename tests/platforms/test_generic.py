"""The family for sites of no known one: the entries listed from the demo site equal its golden; every key does what it
says."""

import gzip
from typing import Any

import httpx
import pytest
import yaml
from pydantic import ValidationError

from demo import goldens, source_text
from demo.generic import COLUMNS, PlainSite
from etl.extract import extract
from etl.fields import FIELDS
from etl.platforms.base import ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import Source
from etl.web.page import read_page
from tests.support.walking import walk


def source(site: PlainSite) -> Source:
    return Source.model_validate(yaml.safe_load(source_text(site)))


def family(**listing: Any) -> Platform:
    example = {
        "id": "a", "name": "某县", "agency": "某县", "region": "539926", "platform": "generic", "verified": "never",
        "columns": [{"url": "https://a.example/l/"}], "hosts": ["a.example"],
        "assertions": {"min_records": 1, "max_age_days": 1}, "listing": listing or None,
    }  # fmt: skip
    return platform("generic").for_source(Source.model_validate(example))


def read(page: str | bytes, url: str = "https://a.example/l/", **listing: Any) -> ListingPage:
    raw = page if isinstance(page, bytes) else page.encode()
    return family(**listing).read_listing(read_page(raw, url), ListingRequest(url, "c"))


def urls(page: ListingPage) -> list[str]:
    return [entry.url.removeprefix("https://a.example") for entry in page.entries]


ROWS = '<ul class="a"><li><b>甲局</b><a href="/d/1.html">关于一的通知</a><i>2024年3月5日</i></li><li>空</li></ul>'


def test_the_site_is_listed_as_its_golden_says(site: PlainSite, client: httpx.Client) -> None:
    configured = source(site)
    found = walk(client, platform("generic").for_source(configured), *platform("generic").start(configured))
    assert found.lost == []
    assert {each.key: found.entries(each.name) for each in COLUMNS} == goldens.entries(site)
    assert found.reported("政策文件") == (len(site.entries("zcwj")), None)


def test_fields_links_and_titles_stand_where_the_file_says() -> None:
    (entry,) = read(ROWS, rows="ul.a > li", title="./b", link="./a", fields={"publisher": "b", "source": "u"}).entries
    assert (entry.url, entry.title) == ("https://a.example/d/1.html", "甲局")
    assert dict(entry.fields) == {"published_date": "2024-03-05", "publisher": "甲局"}


def test_a_link_may_be_an_attribute() -> None:
    page = read(
        '<ul><li data-url="/d/7.html"><span>关于七的通知</span></li></ul>', rows="li", link="@data-url", title="span"
    )
    assert [(entry.url, entry.title) for entry in page.entries] == [("https://a.example/d/7.html", "关于七的通知")]


def test_only_documents_by_their_address() -> None:
    rows = ROWS.replace("<li>空</li>", '<li><a href="https://news.example/1.html">一则新闻</a></li>')
    assert urls(read(rows, rows="li", only=r"/d/\d+\.html$")) == ["/d/1.html"]
    assert len(read(rows, rows="li").entries) == 2


def test_missing_rows_are_reported_and_not_taken_for_an_empty_list() -> None:
    with pytest.raises(NotAListing, match=r"no rows at ul\.b > li"):
        read(ROWS, rows="ul.b > li")
    with pytest.raises(NotAListing, match="2 rows at li, and none with a link"):
        read("<ul><li>一</li><li>二</li></ul>", rows="li")
    with pytest.raises(NotAListing, match=r"names no listing\.rows"):
        read(ROWS)


def test_a_list_that_says_that_it_is_empty_is_empty() -> None:
    assert read("<p>共<b>0</b>条</p>", rows="li", total="b") == ListingPage((), reported_total=0)


def follow(page: ListingPage) -> list[str]:
    return [request.url.removeprefix("https://a.example") for request in page.next_requests]


def test_a_list_goes_on_at_its_next_link_until_it_leads_nowhere() -> None:
    more = '<a class="n" href="{}">下一页</a>'
    assert follow(read(ROWS + more.format("?p=2"), rows="li", next="a.n")) == ["/l/?p=2"]
    for nowhere in ("#", "javascript:void(0)", ""):
        assert follow(read(ROWS + more.format(nowhere), rows="li", next="a.n")) == []
    assert follow(read(ROWS, rows="li", next="a.n")) == []


@pytest.mark.parametrize(
    ("url", "pages", "second", "expected"),
    [
        ("https://a.example/l/", "index_{page}.html", 1, "/l/index_1.html"),
        ("https://a.example/l/index_1.html", "index_{page}.html", 1, "/l/index_2.html"),
        ("https://a.example/l/", "page/{page}.html", 2, "/l/page/2.html"),
        ("https://a.example/l/page/2.html", "page/{page}.html", 2, "/l/page/3.html"),
        ("https://a.example/l/?c=5", "?c=5&p={page}", 2, "/l/?c=5&p=2"),
        ("https://a.example/l/?c=5&p=9", "?c=5&p={page}", 2, "/l/?c=5&p=10"),
    ],
)
def test_numbered_pages(url: str, pages: str, second: int, expected: str) -> None:
    assert follow(read(ROWS, url, rows="li", pages=pages, second=second)) == [expected]


def test_numbered_pages_end_at_the_count_that_the_site_reports() -> None:
    given: dict[str, Any] = {"rows": "li", "pages": "index_{page}.html", "second": 1, "page_count": "em"}
    page = read(ROWS + "<em>共 3 页</em>", "https://a.example/l/index_1.html", **given)
    assert (page.reported_pages, follow(page)) == (3, ["/l/index_2.html"])
    assert follow(read(ROWS + "<em>共3页</em>", "https://a.example/l/index_2.html", **given)) == []
    with pytest.raises(NotAListing, match="on page 3 of 5"):
        read("<em>共5页</em>", "https://a.example/l/index_2.html", **given)


def test_numbers_of_scripts_end_at_a_comma_and_those_of_words_do_not() -> None:
    rows = "<ul><li><a href='/d/1.html'>某县通知</a></li></ul>"
    call = "substring-after(//script, 'pages(')"
    page = read(
        f"{rows}<b>共1,234条</b><script>pages(3,1,'a')</script>",
        rows="li",
        page_count=call,
        total="b",
        pages="{page}.html",
    )
    assert (page.reported_pages, page.reported_total) == (3, 1234)


def test_numbered_pages_without_a_count_end_at_a_page_without_rows() -> None:
    given: dict[str, Any] = {"rows": "li", "pages": "?p={page}"}
    assert read("<p>暂无</p>", "https://a.example/l/?p=4", **given) == ListingPage(())
    with pytest.raises(NotAListing):
        read("<p>暂无</p>", "https://a.example/l/", **given)


# ---- sitemaps and feeds

MAP = '<?xml version="1.0" encoding="GBK"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
OLD, NEW = (
    f"<url><loc>https://a.example/d/{n}.html</loc><lastmod>{day}</lastmod></url>"
    for n, day in ((1, "2021-05-01"), (2, "2024-01-01T08:00:00+08:00"))
)


def test_a_sitemap_is_listed_newest_first() -> None:
    assert urls(read(MAP.format(OLD + NEW))) == ["/d/2.html", "/d/1.html"]


def test_a_sitemap_may_be_a_gzip_file() -> None:
    assert urls(read(gzip.compress(MAP.format(OLD).encode()))) == ["/d/1.html"]


def test_an_index_leads_to_its_sitemaps() -> None:
    index = MAP.replace("urlset", "sitemapindex").format(
        OLD.replace("url>", "sitemap>") + NEW.replace("url>", "sitemap>")
    )
    page = read(index)
    assert (page.entries, follow(page)) == ((), ["/d/2.html", "/d/1.html"])


def test_half_a_sitemap_is_no_sitemap() -> None:
    with pytest.raises(NotAListing, match="broken XML"):
        read(MAP.format(OLD + NEW)[:-30])
    with pytest.raises(NotAListing, match="broken XML"):
        read(gzip.compress(MAP.format(OLD + NEW).encode())[:-20])


@pytest.mark.parametrize("text", ["&", "&id=2", "&&", "&nbsp;", "\x0b", "<![CDATA[&]]>", "&amp;", "&#38;"])
def test_characters_that_xml_does_not_allow_lose_no_sitemap(text: str) -> None:
    found = urls(read(MAP.format(OLD.replace("1.html", f"1.html?a=1{text}") + NEW)))
    assert found[0] == "/d/2.html"
    assert found[1].startswith("/d/1.html?a=1" + ("" if text == "\x0b" else "&"))
    with pytest.raises(NotAListing, match="broken XML"):
        read(MAP.format(OLD.replace("1.html", f"1.html?a=1{text}") + NEW)[:-30])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\n\r\n"])
def test_a_sitemap_may_be_a_text_of_addresses(end: str) -> None:
    lines = ["https://a.example/d/1.html", "https://a.example/d/2.html?a=1&b=2", ""]
    assert urls(read("\ufeff" + end.join(lines))) == ["/d/1.html", "/d/2.html?a=1&b=2"]


def test_entities_of_a_feed_reach_no_file() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><link>/d/1</link>{}</item></channel></rss>'
    with pytest.raises(NotAListing):
        read(bomb.format("<title>&x;</title>"))


def test_days_of_a_feed_are_those_of_china() -> None:
    item = "<item><title>题</title><link>/d/1.html</link><pubDate>Sun, 31 Dec 2023 17:00:00 GMT</pubDate></item>"
    (entry,) = read(f"<rss><channel>{item}</channel></rss>").entries
    assert dict(entry.fields) == {"published_date": "2024-01-01"}


def test_a_page_that_only_mentions_feeds_is_not_a_feed() -> None:
    assert urls(read("<html><!-- <rss> --><body>" + ROWS + "</body></html>", rows="li")) == ["/d/1.html"]


# ---- the document's page


def test_text_and_fields_are_read_where_the_file_says() -> None:
    prose = "本办法自公布之日起施行，由县人民政府办公室负责解释，此前有关规定与本办法不一致的，以本办法为准。"
    page = (
        "<html><title>关于一的通知</title><body><p>文号：甲政〔1999〕9号</p><h1>关于一的通知</h1>"
        f'<div class="h"><span>文号：桐政〔2024〕3号</span></div><div class="x">{prose * 2}</div>'
        f'<div class="y"><p>{"旁栏文字，与正文无关。" * 9}</p></div></body></html>'
    ).encode()
    plain = extract(page, "https://a.example/d/1.html", platform=family())
    told = extract(page, "https://a.example/d/1.html", platform=family(body=["div.x"], header=["//div[@class='h']"]))
    assert told.text == prose * 2
    assert told.fields["document_number"].value == "桐政〔2024〕3号"
    assert (plain.text, plain.fields["document_number"].value) != (told.text, told.fields["document_number"].value)


def test_every_field_of_a_document_may_be_named() -> None:
    selectors = dict.fromkeys(FIELDS, "td")
    del selectors["title"]
    assert Listing(rows="tr", fields=selectors).fields == selectors
    for name in ("title", "puplisher"):
        with pytest.raises(ValidationError, match=f"'{name}' is no field of a record"):
            Listing(rows="tr", fields={name: "td"})


@pytest.mark.parametrize(
    ("feed", "entries"),
    [
        ("<rss><channel><title>题</title><post><title>甲</title><link>/a/1</link></post></channel></rss>", 0),
        (
            "<rss><channel><item><title>甲</title></item><item><title>乙</title><link>/a/2</link></item></channel></rss>",
            1,
        ),
        ("<rss><channel><title>题</title><title>甲</title><link>/a/1</link></channel></rss>", 0),
        ('<rss><channel><item><title>甲</title><guid isPermaLink="false">1</guid></item></channel></rss>', 0),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>甲</title><url>/a/1</url></entry></feed>', 0),
        ("<urlset><url><address>/a/1</address></url></urlset>", 0),
        ("<sitemapindex><sitemap><address>/a/1</address></sitemap></sitemapindex>", 0),
    ],
)
def test_rows_of_a_feed_that_were_not_read_are_named(feed: str, entries: int) -> None:
    listing = read(feed)
    assert ([problem.code for problem in listing.problems], len(listing.entries)) == (["rows_not_understood"], entries)
    assert listing.next_requests == ()


def test_a_feed_without_rows_is_empty() -> None:
    image = "<image><url>/logo.png</url><title>题</title></image>"
    for feed in (f"<rss><channel><title>题</title>{image}</channel></rss>", "<urlset></urlset>"):
        assert (read(feed).problems, read(feed).entries) == ((), ())


@pytest.mark.parametrize("name", ["title", "subtitle", "rights"])
def test_the_markup_of_a_text_is_no_row_of_a_feed(name: str) -> None:
    text = f'<{name} type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">题</div></{name}>'
    entry = '<entry><title>甲</title><link href="/a/1.html"/></entry>'
    item = "<item><title>甲</title><link>/a/1.html</link></item>"
    for feed in (
        f'<feed xmlns="http://www.w3.org/2005/Atom">{text}{entry}</feed>',
        f"<rss><channel><title>题</title><description><p>题</p></description>{item}</channel></rss>",
    ):
        assert (read(feed).problems, len(read(feed).entries)) == ((), 1)


def test_a_feed_of_several_pages_is_followed_by_its_link() -> None:
    item = "<item><title>通知</title><link>/a/1.html</link></item>"
    onward = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="{}" href="/rss.xml?p=2"/>'
    for rel, pages in (("next", ["/rss.xml?p=2"]), ("self", []), ("previous", [])):
        feed = f'<rss version="2.0"><channel><link>/</link>{onward.format(rel)}{item}</channel></rss>'
        assert follow(read(feed)) == pages
