"""TRS WCM: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from demo import goldens
from demo.trs_columns import BY_KEY, COLUMNS
from demo.trs_wcm import TrsSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("trs_wcm")
LIST = "http://x.example/zwgk/zcwj/"
SERVICE = "http://x.example/fjdzapp/search"
ROW = '<ul><li><a href="./202305/t20230506_{0}.html">关于第{0}号事项的通知</a><span>2023-05-06</span></li></ul>'


def front(site: TrsSite, key: str) -> ListingRequest:
    return ListingRequest(site.base + BY_KEY[key].path, key)


def read(text: str, url: str = LIST) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c"))


def answer(said: Any, page: int = 1, seen: int = 0) -> ListingPage:
    """What the family makes of an answer of the service."""
    body = f"channelid=229105&classsql=chnlid%3D7&prepage=2&page={page}".encode()
    text = said if isinstance(said, str) else json.dumps(said)
    return FAMILY.read_listing(WebPage(SERVICE, text, "utf-8"), ListingRequest(SERVICE, "c", seen, "POST", body))


def form(request: ListingRequest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}


def test_the_total_that_the_page_of_a_service_says_is_kept() -> None:
    script = (
        "PageInfo = {recordCount: '4567', chnlid: '8180'}; "
        "listModel({listArgs: {channelid: '516770', templet: 'docs.jsp', prepage: 501, classsql: 'chnlid=8180'}})"
    )
    page = WebPage("http://x.example/zwgk/", f"<html><script>{script}</script></html>", "utf-8")
    listing = FAMILY.read_listing(page, ListingRequest(page.url, "c"))
    assert listing.reported_total == 4567
    (request,) = listing.next_requests
    posted = {name: form(request)[name] for name in ("channelid", "templet", "prepage", "classsql")}
    assert posted == {"channelid": "516770", "templet": "docs.jsp", "prepage": "501", "classsql": "chnlid=8180"}
    # A line of comment says nothing.
    silent = page.text.replace("PageInfo", "// PageInfo").replace("; listModel", ";\nlistModel")
    assert read(silent).reported_total is None


def test_the_total_of_related_documents_is_not_the_lists() -> None:
    related = "listModel({listArgs: {channelid: 1, classsql: '(docid2=' + d + ')'}, recordCount: '3'});"
    own = "listModel({listArgs: {channelid: 1, classsql: 'chnlid=7'}, recordCount: '4567'});"
    for script in (related + own, own + related):
        assert read(f"<script>{script}</script>").reported_total == 4567
    assert read(f"<script>{related}{own.replace('recordCount', 'x')}</script>").reported_total is None


def test_the_site_is_listed_as_its_golden_says(site: TrsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {column.key: found.entries(column.name) for column in COLUMNS} == golden
    told = {column.key: found.reported(column.name) for column in COLUMNS}
    asked = {"jhwj": (len(golden["jhwj"]), 2), "jhjd": (len(golden["jhjd"]), 2)}
    assert told == {column.key: (None, site.pages(column)) for column in COLUMNS} | asked


@pytest.mark.parametrize(
    "call",
    [
        'createPageHTML(3, 0, "index", "html")',
        "createPageHTML( 3 ,0,'index','html' );",
        'createPage(3, 0, "index", "html")',
        'createPageHTML("fenye", 3, 0, "index", "html")',
        "createPageHTML(pageBox, 3, 0, 'index', 'html')",
        'createPageHTML(52, 3, 0, "index", "html")',
    ],
)
def test_every_form_of_the_pager_leads_on(call: str) -> None:
    page = read(f"<body>{ROW.format(1)}<script>{call}</script></body>")
    assert (page.reported_pages, [item.url for item in page.next_requests]) == (3, [LIST + "index_1.html"])
    last = call.replace("0", "2")
    assert read(f"<body>{ROW.format(1)}<script>{last}</script></body>", LIST + "index_2.html").next_requests == ()


def test_the_pagers_own_definition_is_no_call(site: TrsSite, client: httpx.Client) -> None:
    assert "function createPageHTML(_nPageCount" in client.get(site.base + BY_KEY["zcjd"].path).text
    assert read(f"<script>function createPageHTML(n, i, s, e) {{}}</script>{ROW.format(1)}").reported_pages is None


def test_stem_and_extension_are_the_pagers(site: TrsSite) -> None:
    (more,) = read(f'{ROW.format(1)}<script>createPageHTML(9, 4, "list_pc", "shtml")</script>').next_requests
    assert more.url == LIST + "list_pc_5.shtml"


def test_links_of_navigation_and_sidebars_are_not_listed(site: TrsSite, client: httpx.Client) -> None:
    hot = "".join(ROW.format(number) for number in range(900, 903))
    nav = '<li><a href="/zwgk/gsgg/">公示公告</a></li>' * 30
    page = read(f"<ul>{nav}</ul><div><ul>{''.join(map(ROW.format, range(5)))}</ul></div><div class='hot'>{hot}</div>")
    assert [entry.url for entry in page.entries] == [f"{LIST}202305/t20230506_{n}.html" for n in range(5)]


def test_relative_links_are_those_of_the_page_and_its_base(site: TrsSite, client: httpx.Client) -> None:
    found = ask(client, FAMILY, ListingRequest(site.base + BY_KEY["gsgg"].path + "index_1.html", "gsgg"))
    assert {entry.url for entry in found.entries} <= {line["url"] for line in goldens.entries(site)["gsgg"]}
    based = f'<head><base href="http://www.x.example/a/b/"></head><body>{ROW.format(1)}</body>'
    assert read(based).entries[0].url == "http://www.x.example/a/b/202305/t20230506_1.html"


def test_an_entry_that_leads_elsewhere_is_kept(site: TrsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, front(site, "zcwj"), front(site, "jhwj"))
    urls = {line["url"] for key in ("zcwj", "jhwj") for line in found.entries(key)}
    assert {site.url("link-county"), site.url("link-lake")} <= urls
    # Links of a row, not only those that look like the family's own.
    rows = ROW.format(1)[:-5] + '<li><a href="https://mp.weixin.qq.com/s/x">转载</a><span>2023-05-07</span></li></ul>'
    assert [entry.url for entry in read(rows).entries][1] == "https://mp.weixin.qq.com/s/x"


def test_a_line_without_a_date_is_an_entry_without_one() -> None:
    page = read(ROW.format(1).replace("<span>2023-05-06</span>", "") + ROW.format(2))
    assert [dict(entry.fields) for entry in page.entries] == [{}, {"published_date": "2023-05-06"}]


def test_documents_of_guangxi_are_named_by_a_number_alone() -> None:
    page = read(ROW.format(1).replace("202305/t20230506_1.html", "t24681357.shtml") + "<a href='./t1.shtml'>更多</a>")
    assert [entry.url for entry in page.entries] == [f"{LIST}t24681357.shtml"]
    columns = FAMILY.find_columns(WebPage(f"{LIST}t24681357.shtml", "<p>印发给你们。</p>", "utf-8"))
    assert [column.url for column in columns] == [LIST]


def test_rows_of_chongqing_name_number_and_day_apart_from_the_title() -> None:
    row = (
        '<tr class="zcwjk-list-c clearfix"><td class="num">{0}</td><td class="title"><a{1}><p class="tit">甲办法</p>'
        '<p class="info"><i class="kh">(</i><span>发文字号：{2}</span> <span class="time">成文日期 ：{3}</span>'
        '<i class="kh">)</i></p></a></td><td class="gkrq">2023-05-09</td></tr>'
    )
    rows = [
        row.format(1, ' href="./202305/t20230509_1.html"', "甲府发〔2023〕7号", "2023-05-06"),
        row.format(2, ' href="./202305/t20230509_2.html"', "", ""),
        row.format(3, ' href="./202305/t20230509_3.html"', "甲府令〔2023〕1号", ""),
        # The archive of repealed documents: no address.
        row.format(4, "", "甲府发〔2003〕7号", "").replace("成文日期", "废止日期"),
    ]
    page = read(f"<table>{''.join(rows)}</table><script>createPage(1, 0, 'index', 'html')</script>")
    assert [(entry.url[-6], entry.title, dict(entry.fields)) for entry in page.entries] == [
        ("1", "甲办法", {"document_number": "甲府发〔2023〕7号", "written_date": "2023-05-06"}),
        ("2", "甲办法", {}),
        ("3", "甲办法", {"document_number": "甲府令〔2023〕1号"}),
    ]


def test_items_of_chongqing_are_whole_links(site: TrsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, front(site, "zfgz"))
    assert found.entries("zfgz") == goldens.entries(site)["zfgz"]
    bare = '<a class="listpc-item" href="./202305/t20230509_1.html"><li class="file-title">甲规章</li></a>'
    (entry,) = read(bare).entries
    assert (entry.url, entry.title, entry.fields) == (LIST + "202305/t20230509_1.html", "甲规章", {})


def test_a_column_of_fujian_is_asked_as_its_script_asks(site: TrsSite, client: httpx.Client) -> None:
    page = ask(client, FAMILY, front(site, "jhwj"))
    assert page.entries == ()
    (request,) = page.next_requests
    assert (request.method, request.url) == ("POST", f"{site.base}/fjdzapp/search")
    assert form(request) == {
        "channelid": "229105", "classsql": "chnlid=8180", "sortfield": "-docorderpri,-docreltime", "prepage": "2",
        "page": "1",
    }  # fmt: skip


def test_a_script_that_says_less_is_completed_from_the_page() -> None:
    page = (
        "SiteInfo = {trsapi_url  :  \"/fjdzapp/data\", searchId : 100000}; PageInfo = {chnlid: '8180'};"
        "listModel({listArgs: {channelid: SiteInfo.searchId, classsql: 'chnlid=' + PageInfo.chnlid}})"
    )
    (request,) = read(f"<body>{ROW.format(1)}<script>{page}</script></body>").next_requests
    assert request.url == "http://x.example/fjdzapp/data"
    assert (form(request)["channelid"], form(request)["classsql"]) == ("100000", "chnlid=8180")
    assert form(request)["prepage"] == "75"


def test_a_page_that_asks_only_for_related_documents_is_a_list_of_its_rows() -> None:
    related = 'listModel({listArgs: {channelid: 100600, classsql: "(docid2=" + docid + ")"}})'
    page = read(f"<body>{ROW.format(1)}<script>{related}</script></body>")
    assert (len(page.entries), page.next_requests) == (1, ())


def test_a_document_of_such_a_site_is_no_column() -> None:
    script = "PageInfo = {docid: '1830325', chnlid: '8180'}; listModel({listArgs: {classsql: 'docid2=' + docid}})"
    with pytest.raises(NotAListing):
        read(f"<script>{script}</script>", f"{LIST}202305/t20230506_1830325.htm")


def test_the_service_may_be_named_itself(site: TrsSite) -> None:
    request = next(item for item in first_requests(FAMILY, site) if item.column == "霁湖区解读回应")
    assert (request.method, request.url) == ("POST", f"{site.base}/fjdzapp/data")
    assert form(request) == {
        "channelid": "229105", "classsql": "chnlid=8192", "prepage": "1", "page": "1",
        "sortfield": "-docorderpri,-docreltime",
    }  # fmt: skip


def test_lines_of_the_service_may_lack_fields() -> None:
    lines = [
        {"doctitle": "<em>甲</em>通知&amp;", "docpuburl": "", "chnldocurl": "/a/202305/t20230506_1.htm",
         "docreltime": 1683339600000, "pubdate": None, "fileno": " 甲政〔2023〕1号 ", "puborg": None, "idxid": "A1"},
        {"doctitle": "乙", "docpuburl": "https://y.example/2.htm", "pubdate": "2023.05.07 10:00:00"},
        {"doctitle": "丙", "docpuburl": "/3.htm", "docreltime": "", "pubdate": ""},
    ]  # fmt: skip
    found = answer({"docs": lines, "pageCount": "1", "recordCount": 3})
    assert (found.reported_total, found.reported_pages, found.next_requests) == (3, 1, ())
    assert [(entry.url, entry.title, dict(entry.fields)) for entry in found.entries] == [
        ("http://x.example/a/202305/t20230506_1.htm", "甲通知&",
         {"document_number": "甲政〔2023〕1号", "index_number": "A1", "published_date": "2023-05-06"}),
        ("https://y.example/2.htm", "乙", {"published_date": "2023-05-07"}),
        ("http://x.example/3.htm", "丙", {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "leads_on"),
    [
        ({"pageCount": 2}, True),
        ({"pageCount": 1}, False),
        ({"recordCount": 3}, True),
        ({"recordCount": 2}, False),
        # Without any total only an empty page is the end.
        ({}, True),
    ],
)
def test_the_service_is_asked_to_its_end(said: dict[str, int], leads_on: bool) -> None:
    lines = [{"doctitle": "甲", "docpuburl": f"/{number}.htm"} for number in (1, 2)]
    next_requests = answer({"data": lines} | said).next_requests
    assert [form(request)["page"] for request in next_requests] == (["2"] if leads_on else [])
    assert answer({"data": []} | said, page=2, seen=2).next_requests == ()


def test_a_search_without_documents_is_an_empty_list() -> None:
    page = answer({"data": [], "pageCount": 0, "recordCount": 0})
    assert (page.entries, page.reported_total, page.reported_pages, page.next_requests) == ((), 0, 0, ())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("<html><body>系统维护</body></html>", "HTML page instead of JSON"),
        ({"code": 500, "msg": "error"}, "without data"),
        ([], "without data"),
        ("", "something else"),
    ],
)
def test_a_response_that_is_not_from_the_service_is_rejected(said: Any, words: str) -> None:
    with pytest.raises(NotAListing, match=words):
        answer(said)


def test_a_page_without_links_and_pager_is_no_list() -> None:
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read("<html><body><h1>系统维护中</h1></body></html>")


def test_an_empty_column_is_a_list_of_nothing() -> None:
    page = read('<ul class="gl-list"><li>暂无信息</li></ul><script>createPageHTML(1, 0, "index", "html")</script>')
    assert (page.entries, page.reported_pages, page.next_requests) == ((), 1, ())


def test_the_pages_of_an_article_are_named_in_order(site: TrsSite, client: httpx.Client) -> None:
    url = site.url("safety-points")
    page = WebPage(url, client.get(url).text, "utf-8")
    assert FAMILY.article_pages(page) == tuple(goldens.records(site)["safety-points"]["pages"])
    listing = WebPage(LIST, '<script>createPageHTML(3, 0, "index", "html")</script>', "utf-8")
    assert FAMILY.article_pages(listing) == ()
