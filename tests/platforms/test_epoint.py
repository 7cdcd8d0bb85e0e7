"""Epoint: the entries listed from the demo site equal its golden; an unhandled quirk loses documents."""

import json
from dataclasses import replace

import httpx
import pytest

from demo import goldens
from demo.epoint import BY_KEY, COLUMNS, SITE_GUID, EpointSite
from etl.platforms.base import ListingPage, ListingRequest, NotAListing
from etl.platforms.registry import platform
from etl.web.page import WebPage
from tests.support.walking import ask, first_requests, walk

FAMILY = platform("epoint")
COLUMN = "http://x.example/dynamic/zwgk/govInfoPub.html?categorynum=003"
GUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def read(text: str, url: str, request: ListingRequest | None = None) -> ListingPage:
    return FAMILY.read_listing(WebPage(url, text, "utf-8"), request or ListingRequest(url, "c"))


def rows_request(project: str = "EWB-FRONT") -> ListingRequest:
    """The first request for rows, as the shell and the site's script lead to it."""
    (script,) = read("<ul id='list'></ul>", COLUMN).next_requests
    text = f'var siteInfo={{"siteGuid":"{SITE_GUID}","projectName":"/{project}"}};'
    (rows,) = read(text, script.url, script).next_requests
    return rows


def second_form(request: ListingRequest) -> ListingRequest:
    (other,) = read('{"custom": {"total": 0, "data": []}}', request.url, request).next_requests
    return other


def static(rows: str, pager: str = "", name: str = "govlist.html") -> ListingPage:
    return read(f"<div class='ewb-catalog-table'><table>{rows}</table></div>{pager}", f"http://x.example/a/{name}")


def test_the_site_is_listed_as_its_golden_says(site: EpointSite, client: httpx.Client) -> None:
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    golden = goldens.entries(site)
    assert {column.key: found.entries(column.name) for column in COLUMNS} == golden
    totals = {key: found.reported(BY_KEY[key].name)[0] for key in ("zcwj", "nb")}
    assert totals == {key: len(golden[key]) for key in totals}
    assert {key: found.reported(BY_KEY[key].name)[1] for key in ("czrs", "gsgg")} == {"czrs": 2, "gsgg": 1}


@pytest.mark.parametrize("project", ["/EWB_CP_Mid", "/cpfront"])
def test_a_body_in_params_is_found_whatever_the_project_is_called(
    site: EpointSite, client: httpx.Client, project: str
) -> None:
    site.project, site.in_params = project, True
    found = walk(client, FAMILY, *first_requests(FAMILY, site))
    assert found.lost == []
    assert {column.key: found.entries(column.name) for column in COLUMNS} == goldens.entries(site)


def test_a_frame_leads_to_the_list_that_it_shows(site: EpointSite, client: httpx.Client) -> None:
    frame = ListingRequest(site.base + BY_KEY["czrs"].path, "czrs")
    (request,) = ask(client, FAMILY, frame).next_requests
    assert request in [replace(first, column="czrs") for first in first_requests(FAMILY, site)]
    assert walk(client, FAMILY, frame).entries("czrs") == goldens.entries(site)["czrs"]


def test_columns_of_one_site_ask_for_its_script_each(site: EpointSite, client: httpx.Client) -> None:
    shells = [request for request in first_requests(FAMILY, site) if "categorynum" in request.url]
    scripts = [ask(client, FAMILY, request).next_requests[0].url for request in shells]
    assert len(set(scripts)) == len(shells) == 2


def test_pages_are_counted_from_zero_and_by_what_was_received() -> None:
    first = rows_request()
    assert (first.method, first.url) == ("POST", "http://x.example/EWB-FRONT/rest/lightfrontaction/getgovinfolist")
    assert json.loads(first.body or b"") == {
        "deptcode": "", "categorynum": "003", "pageIndex": 0, "pageSize": 20, "siteGuid": SITE_GUID,
    }  # fmt: skip
    row = {"title": "某通知", "infourl": f"/govxxgk/a/2023-01-02/{GUID}.html", "infodate": "2023-01-02 09:00:00"}
    page = read(json.dumps({"custom": {"total": "16", "data": [row] * 15}}), first.url, first)
    assert (page.reported_total, len(page.entries)) == (16, 15)
    (second,) = page.next_requests
    assert (json.loads(second.body or b"")["pageIndex"], second.seen) == (1, 15)
    assert read(json.dumps({"custom": {"total": 16, "data": [row]}}), second.url, second).next_requests == ()
    with pytest.raises(NotAListing, match=r"page 2 is empty, and only 15 of 16"):
        read('{"custom": {"total": 16, "data": []}}', second.url, second)


@pytest.mark.parametrize("custom", [{"total": 0, "data": []}, {"total": 0, "data": None}])
def test_an_empty_list_is_believed_when_both_forms_of_the_body_are_answered_so(custom: dict[str, object]) -> None:
    bare = rows_request()
    wrapped = second_form(bare)
    assert json.loads(wrapped.body or b"") == {"token": "", "params": json.loads(bare.body or b"")}
    page = read(json.dumps({"custom": custom}), wrapped.url, wrapped)
    assert (page.entries, page.reported_total, page.next_requests) == ((), 0, ())


@pytest.mark.parametrize("rows", [{"list": [{"title": "甲"}]}, {"data": []}])
def test_the_second_form_is_not_asked_where_the_first_one_states_documents(rows: dict[str, object]) -> None:
    request = rows_request()
    with pytest.raises(NotAListing):
        read(json.dumps({"custom": {"total": 4, **rows}}), request.url, request)


def test_a_row_without_an_address_shows_in_the_total_or_is_reported() -> None:
    request = rows_request()
    rows = [{"title": "甲", "infourl": "/a.html"}, {"title": "乙", "infourl": ""}]
    page = read(json.dumps({"custom": {"total": 2, "data": rows}}), request.url, request)
    assert (len(page.entries), page.reported_total) == (1, 2)
    with pytest.raises(NotAListing, match=r"no value in the rows of custom\.data is an address"):
        read(json.dumps({"custom": {"data": rows}}), request.url, request)


def test_custom_may_be_json_in_a_string() -> None:
    request = rows_request()
    row = {"title": "<font>关于…</font>", "realtitle": "关于某事的通知", "visiturl": "http://y.example/1.html"}
    custom = json.dumps({"total": 1, "data": [row]})
    (entry,) = read(json.dumps({"custom": custom}), request.url, request).entries
    assert (entry.url, entry.title, dict(entry.fields)) == ("http://y.example/1.html", "关于某事的通知", {})


def test_the_site_guid_may_be_in_the_other_script() -> None:
    (first,) = read("<script src='/yk/js/webBuilderCommon.js'></script>", COLUMN).next_requests
    (second,) = read("function load() {}", first.url, first).next_requests
    assert second.url == first.url.replace("webBuilderCommon", "ajaxReq")
    (rows,) = read(f'var body = {{"siteGuid": "{SITE_GUID}"}};', second.url, second).next_requests
    assert rows.url == "http://x.example/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
    with pytest.raises(NotAListing, match=r"data without siteGuid \(/yk/js/ajaxReq\.js\)"):
        read("<html>404</html>", second.url, second)


def test_a_site_that_stands_in_a_comment_of_the_script_is_not_the_site() -> None:
    (script,) = read("<ul id='list'></ul>", COLUMN).next_requests
    old = f'// var siteInfo={{"siteGuid":"{GUID}","projectName":"/OLD"}};'
    text = f'{old}\n/* {old} */\nvar siteInfo={{"siteGuid":"{SITE_GUID}","projectName":"/NEW"}};'
    (rows,) = read(text, script.url, script).next_requests
    assert rows.url == "http://x.example/NEW/rest/lightfrontaction/getgovinfolist"
    assert json.loads(rows.body or b"")["siteGuid"] == SITE_GUID


def test_rows_that_only_call_a_script_have_an_address() -> None:
    row = (
        f"<tr><td>K1/2023-1</td><td><a class='ewb-infoname' onclick=\"linkToNew('{GUID}','002008');\">环境简报 </a>"
        "<div class='ewb-drop-detail'><ul><li><label>发布机构：</label><p>某局</p></li>"
        "<li><label>文　号　：</label><p></p></li><li><label>生成日期：</label><p>2023-02-08</p></li>"
        "</ul></div></td></tr>"
    )
    (entry,) = static(row).entries
    assert entry.url == f"http://x.example/openDetailDynamic.html?infoid={GUID}"
    assert (entry.title, dict(entry.fields)) == ("环境简报", {"publisher": "某局", "written_date": "2023-02-08"})


def test_the_pager_of_a_static_list_gives_its_last_page_and_other_folders_have_none() -> None:
    row = f"<tr><td><a class='ewb-infoname' href='/govxxgk/a/2023-01-02/{GUID}.html'>甲</a></td></tr>"
    pager = "<a href='/a/2.html'>2</a><a href='/a/58.html'>尾页</a><a href='/b/99.html'>别处</a>"
    page = static(row, pager)
    assert (page.reported_pages, page.next_requests[0].url) == (58, "http://x.example/a/2.html")
    page = static(row, "<a href='/a/57.html'>上页</a>", "58.html")
    assert (page.reported_pages, page.next_requests) == (58, ())


def test_a_page_without_any_pager_does_not_say_that_it_is_the_only_one() -> None:
    row = f"<tr><td><a class='ewb-infoname' href='/govxxgk/a/2023-01-02/{GUID}.html'>甲</a></td></tr>"
    assert static(row).reported_pages is None
    assert static(row, "<li class='wb-page-li current'>1</li><li class='wb-page-li'>下页></li>").reported_pages == 1


def test_an_empty_catalog_is_a_list_of_nothing_unless_more_pages_follow() -> None:
    heading = "<tr><th>信息名称</th></tr>"
    assert static(heading).entries == ()
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        static(heading, "<a href='/a/2.html'>下页</a>")


@pytest.mark.parametrize("text", ["<p>系统维护中</p>", ""])
def test_the_error_for_a_page_that_is_not_a_list_says_why(text: str) -> None:
    with pytest.raises(NotAListing, match="none of the signs of a list"):
        read(text, "http://x.example/zwgk/moreinfo.html")
    other = second_form(rows_request())
    with pytest.raises(NotAListing, match=r"instead of JSON|data without custom\.data"):
        read(text or '{"status": {"code": 0}}', other.url, other)


def test_a_refusal_of_the_first_form_does_not_end_the_list() -> None:
    request = rows_request("Epoint-MiddleForWeb")
    assert "params" in json.loads(request.body or b"")
    (other,) = read('{"status": {"code": 0}}', request.url, request).next_requests
    assert other == replace(
        request, body=json.dumps(json.loads(request.body or b"")["params"], separators=(",", ":")).encode()
    )


@pytest.mark.parametrize("answer", ["{}", "null", "[]", '{"code": 500, "msg": "系统繁忙"}'])
def test_a_first_form_that_fails_makes_no_empty_list_of_an_answer_to_an_unknown_second_one(answer: str) -> None:
    request = rows_request()
    (other,) = read(answer, request.url, request).next_requests
    with pytest.raises(NotAListing, match="custom"):
        read('{"custom": {"total": 0, "data": []}, "status": {"code": 1}}', other.url, other)
    (row,) = read('{"custom": {"total": 1, "data": [{"infourl": "/a.html", "title": "甲"}]}}', other.url, other).entries
    assert row.title == "甲"
