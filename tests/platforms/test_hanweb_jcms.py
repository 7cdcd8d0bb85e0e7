"""JCMS: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import goldens, hanweb_jcms
from demo.hanweb_jcms import BY_KEY, COLUMNS, EMPTY, PROXY, JcmsSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.recognise import recognise
from etl.platforms.registry import platform
from etl.web.page import WebPage, read_page
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("hanweb_jcms")


def front(site: JcmsSite, key: str) -> ListingRequest:
    return ListingRequest(site.base + BY_KEY[key].path, key)


def read(text: str, url: str = f"http://x.example{PROXY}?startrecord=16&page=2", seen: int = 15) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), ListingRequest(url, "c", seen))


def test_the_site_is_listed_as_its_golden_says(site: JcmsSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {column.key: found.entries(column.name) for column in COLUMNS} == golden
    totals = {column.key: found.reported(column.name)[0] for column in COLUMNS}
    assert totals == {key: len(lines) for key, lines in golden.items()} | {"rsrm": None}
    assert found.reported("人事任免")[1] == 2


def test_of_two_stores_the_columns_own_and_longest_is_the_list(site: JcmsSite, client: httpx.Client) -> None:
    both = ask(client, FAMILY, front(site, "bg"))
    assert (len(both.entries), both.reported_total) == (4, 9)
    # The sidebar's store tells of more documents, but they are another column's.
    beside = ask(client, FAMILY, front(site, "cz"))
    assert (len(beside.entries), beside.reported_total, beside.next_requests) == (4, 4, ())


@pytest.mark.parametrize("key", ["bg", "tzgg"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_window_is_the_same_by_number_and_by_page(site: JcmsSite, client: httpx.Client, key: str, size: int) -> None:
    site.sizes[key] = size
    found = walk(client, FAMILY, front(site, key))
    assert found.entries(key) == goldens.entries(site)[key]


@pytest.mark.parametrize("key", ["bg", "tzgg"])
def test_a_page_is_never_asked_for_more_than_sites_give(site: JcmsSite, client: httpx.Client, key: str) -> None:
    template = site.postings["carpark-notice"].document
    for number in range(900):
        site.put(replace(template, key=f"more-{number}"), column=key)
    site.sizes[key] = 350
    found = walk(client, FAMILY, front(site, key))
    assert found.entries(key) == goldens.entries(site)[key]
    asked = [int(parse_qs(urlsplit(request.url).query)["perpage"][0]) for request, _ in found.pages[1:]]
    assert max(asked) <= 300


def test_a_cut_that_is_smaller_than_known_loses_nothing_where_records_are_numbered(
    site: JcmsSite, client: httpx.Client
) -> None:
    site.most = 3
    found = walk(client, FAMILY, front(site, "bg"))
    assert found.entries("bg") == goldens.entries(site)["bg"]


def test_without_a_link_the_columns_script_is_imitated_by_post(site: JcmsSite, client: httpx.Client) -> None:
    (more,) = ask(client, FAMILY, front(site, "nb")).next_requests
    assert more.method == "POST"
    assert len(ask(client, FAMILY, more).entries) == 2
    with pytest.raises(NotAListing):
        ask(client, FAMILY, replace(more, method="GET", body=None))


def test_encrypted_numbers_are_handed_on_as_they_are(site: JcmsSite, client: httpx.Client) -> None:
    (more,) = ask(client, FAMILY, front(site, "jdhy")).next_requests
    assert not parse_qs(urlsplit(more.url).query)["columnid"][0].isdigit()
    assert len(ask(client, FAMILY, more).entries) == 1


def test_plain_numbers_where_the_site_wants_encrypted_ones_are_a_lost_page_with_its_reason(
    site: JcmsSite, client: httpx.Client
) -> None:
    site.links = False
    found = walk(client, FAMILY, front(site, "jdhy"))
    ((request, reason),) = found.lost
    assert request.url.startswith(site.base + PROXY)
    assert "54 bytes" in reason
    assert "number 4" in reason
    assert "may require an encrypted columnid and unitid" in reason
    assert found.reported("jdhy")[0] == 4


def test_an_empty_response_at_the_end_of_the_list_is_not_an_error() -> None:
    page = read("<datastore><totalrecord>15</totalrecord><recordset></recordset></datastore>")
    assert (page.entries, page.reported_total, page.next_requests) == ((), 15, ())
    with pytest.raises(NotAListing, match="without the lines from number"):
        read("<datastore><totalrecord>40</totalrecord><recordset></recordset></datastore>")
    with pytest.raises(NotAListing, match="54 bytes"):
        read(EMPTY.decode())


def test_an_empty_column_is_a_list_of_nothing() -> None:
    text = (
        '<div id="7"><script type="text/xml"><datastore><nextgroup></nextgroup><recordset></recordset></datastore>'
        "</script></div><script>$('#7').jpage({totalRecord:0,perPage:15});</script>"
    )
    page = read(text, "http://x.example/col/col9/index.html", 0)
    assert (page.entries, page.reported_total, page.next_requests) == ((), 0, ())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("<html><body><h1>系统维护中</h1></body></html>", "http://x.example/col/col9/index.html"),
        ("<html><body><h1>系统维护中</h1></body></html>", f"http://x.example{PROXY}?page=2"),
        ("<html><body><h1>系统维护中</h1></body></html>", "http://x.example/module/xxgk/search.jsp?area=1"),
        ("<table></table><p>共<b>4</b>页</p>", "http://x.example/module/xxgk/search.jsp?currpage=2"),
    ],
)
def test_a_page_that_is_not_a_list_is_rejected(text: str, url: str) -> None:
    with pytest.raises(NotAListing):
        read(text, url)


def test_the_walk_of_a_catalog_posts_its_class_area_and_page(site: JcmsSite, client: httpx.Client) -> None:
    for key, name in hanweb_jcms.CLASSES.items():
        address = site.base + BY_KEY[key].path + ("?number=A0703" if key == "rsrm" else "")
        found = walk(client, FAMILY, ListingRequest(address, key))
        posted = [parse_qs((request.body or b"").decode()) for request, _ in found.pages[1:]]
        assert [form["currpage"] for form in posted] == [["1"], ["2"]]
        assert {(*form["infotypeId"], *form["area"], *form["jdid"], *form["divid"]) for form in posted} == {
            (name, hanweb_jcms.AREA, hanweb_jcms.CATALOG_SITE, f"div{BY_KEY[key].number}")
        }
        assert found.entries(key) == goldens.entries(site)[key]


def test_an_empty_catalog_reports_no_pages() -> None:
    page = read(
        "<table class='tb_title'><tr><td>共0条 共0页</td></tr></table>", "http://x.example/module/xxgk/search.jsp"
    )
    assert (page.entries, page.reported_total, page.reported_pages, page.next_requests) == ((), 0, 0, ())


def call(unit: int, total: int, *, store: bool, first: bool = True) -> str:
    """A call of jpage; the keys of its argument come in one order or the other."""
    parts = [f"totalRecord:{total}", "perPage:10", "ajaxParam:{col:1,webid:3}", "proxyUrl:'/x'"]
    parts += [f"dataStore:$('#{unit}').children('script').html()"] if store else []
    return f"$('#{unit}').jpage({{{','.join(parts if first else reversed(parts))}}});"


def stored(unit: int, column: int, records: int) -> str:
    lines = "".join(
        f"<record><![CDATA[<li><a href='/art/2024/1/1/art_{column}_{number}.html'>第{number}号公告</a></li>]]></record>"
        for number in range(records)
    )
    link = f"<nextgroup><![CDATA[<a href='{PROXY}?page=1&columnid={column}&unitid={unit}'></a>]]></nextgroup>"
    xml = f"<datastore>{link}<recordset><ul class='l'></ul>{lines}</recordset></datastore>"
    return f'<div id="{unit}"><script type="text/xml">{xml}</script></div>'


@given(st.integers(0, 138), st.booleans(), st.booleans(), st.booleans())
def test_the_total_is_that_of_the_call_with_the_store(total: int, order: bool, apart: bool, phone: bool) -> None:
    calls = f"function jpage_4001(){{{call(4001, 1000, store=False)}}}{call(4001, total, store=True, first=order)}"
    beside = stored(4002, 77, 5) if phone else ""
    other = call(4002, min(total, 5), store=True) if phone else ""
    scripts = [f"<script>{each}</script>" for each in (calls, other)]
    # The calls stand behind their own stores, or all at the end of the page.
    first = stored(4001, 77, 30)
    parts = [first, beside, *scripts] if apart else [first, scripts[0], beside, scripts[1]]
    page = read("".join(parts), "http://x.example/col/col77/index.html", 0)
    # One of fewer lines than there are says nothing.
    assert page.reported_total == (total if total >= 30 else None)


def test_of_totals_without_a_store_the_greatest_must_be_found() -> None:
    calls = call(4001, 138, store=False) + call(4001, 40, store=False)
    page = read(stored(4001, 77, 30) + f"<script>{calls}</script>", "http://x.example/col/col77/index.html", 0)
    assert page.reported_total == 138


def test_a_list_of_several_columns_has_a_service_of_its_own() -> None:
    text = stored(4001, 77, 3).replace("dataproxy", "morecolumndataproxy").replace("columnid=77", "columnid=78,79")
    page = read(text + f"<script>{call(4001, 9, store=True)}</script>", "http://x.example/col/col77/index.html", 0)
    (more,) = page.next_requests
    assert more.url.startswith("http://x.example/module/web/jpage/morecolumndataproxy.jsp?page=2&columnid=78%2C79&")
    assert len(read(stored(1, 78, 2), more.url, 3).entries) == 2


AREA_FORMS = [
    ("?vc_xxgkarea={}&number=A0703", ""),
    ("?vc_xxgkarea={}%23div4&number=A0703", ""),
    ("?number=A0703", '<iframe src="/module/xxgk/tree.jsp?standardXxgk=1&amp;area={}&amp;divid=div4"></iframe>'),
    ("?number=A0703", '<a href="/col/col5/index.html?vc_xxgkarea={}&number=F100">x</a>'),
]


@pytest.mark.parametrize(("query", "markup"), AREA_FORMS)
def test_the_area_of_a_catalog_is_in_its_script_its_address_or_its_tree(query: str, markup: str) -> None:
    area = "11371623004384523M-1"
    script = "loadDynamic('/module/xxgk/search.jsp?infotypeId='+a+'&area={}', 'div4', '0','0','950','1','','');"
    for written, beside in (("", markup.format(area)), (area, markup.format("OTHER"))):
        page = read(beside + script.format(written), f"http://x.example/col/col9/index.html{query.format(area)}")
        (search,) = page.next_requests
        form = parse_qs((search.body or b"").decode())
        assert (form["area"], form["infotypeId"]) == ([area], ["A0703"])


def test_a_catalog_without_a_class_keeps_the_documents_of_its_column(site: JcmsSite, client: httpx.Client) -> None:
    site.area_in_script = False
    site.sizes["rsrm"] = 1
    url = f"{site.base}{BY_KEY['rsrm'].path}?vc_xxgkarea={hanweb_jcms.AREA}"
    found = walk(client, FAMILY, ListingRequest(url, "c"))
    assert found.lost == []
    listed = sorted(line["url"] for line in found.entries("c"))
    assert listed == sorted(line["url"] for line in goldens.entries(site)["rsrm"])
    left_out = sum(page.of_other_lists for _, page in found.pages)
    assert left_out + len(listed) == sum(map(len, goldens.entries(site).values()))
    # All pages were walked; how many documents are the column's own the site does not say.
    assert found.reported("c") == (None, len(found.pages) - 1)


def test_another_system_below_module_xxgk_is_not_taken_for_this_one() -> None:
    script = "$.post('/module/xxgk/searchAll.action', {pageNo: 1})"
    text = f"<a href='/zfxxgk/view.jsp?id=5'>x</a><script>{script}</script><script src='/module/xxgk/js/a.js'></script>"
    page = WebPage("http://x.example/zfxxgk/index.jsp", text, "utf-8")
    assert FAMILY.name not in [match.platform.name for match in recognise(page)]


def test_the_query_of_a_line_is_in_the_charset_of_its_page() -> None:
    line = '<li><a href="/module/download/down.jsp?name=通知" title="某通知">某通知</a></li>'
    text = f"<datastore><recordset><record><![CDATA[{line}]]></record></recordset></datastore>"
    page = read_page(f'<meta charset="gbk">{text}'.encode("gbk"), "http://x.example/col/col9/index.html")
    (entry,) = FAMILY.read_listing(page, ListingRequest(page.url, "c")).entries
    assert entry.url == "http://x.example/module/download/down.jsp?name=%CD%A8%D6%AA"
