"""A survey of a site: its family and lists are found, and the file that is written crawls it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import yaml
from starlette.requests import Request
from starlette.responses import Response

from demo import demo_platforms, demo_site, faults, generic, goldens, source_text
from demo.generic import PlainSite
from demo.server import Resource, Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.catalog.load import load_source
from etl.errors import GongkaiError
from etl.pipeline.crawl import crawl
from etl.pipeline.stages.listing import list_catalog
from etl.pipeline.stages.reconciling import reconcile
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import Survey, survey_page, survey_site
from etl.platforms.registry import platform
from etl.reason_codes import Code
from etl.settings import Settings
from etl.sources.schema import Source
from tests.support.gongkai import small

FAMILIES = sorted(demo_platforms().values())
TODAY = date(2026, 5, 1)
NAMES = ("政策文件", "通知公告", "部门文件")
OF_DEMOS = (Code.NEWEST_TOO_OLD, Code.FEWER_RECORDS)
"""Problems of the demo's sites: their documents are old, and many are planted to be lost."""


@pytest.fixture(params=FAMILIES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    demo = demo_site(request.param)
    with serve(demo):
        yield demo


@pytest.fixture
def plain() -> Iterator[PlainSite]:
    demo = generic.demo()
    with serve(demo):
        yield demo


def survey(url: str, most: int = 40) -> Survey:
    return asyncio.run(survey_site(url, "test", True, 0, most, lambda url: None))


def drafted_source(found: Survey, folder: Path) -> Source:
    """The source of the file that is drafted of what was found."""
    file = folder / "drafted.yaml"
    file.write_text(draft(found, TODAY, allow_private=True, delay=0), encoding="utf-8")
    source = load_source(file)
    return source.model_copy(update={"pace": source.pace.model_copy(update={"retry_delay": 0.1})})


def first_column(site: Site) -> str:
    return str(yaml.safe_load(source_text(site))["columns"][0]["url"])


def test_a_demo_site_is_known_for_what_it_is_and_walked_by_the_file(
    archive: Archive, site: Site, tmp_path: Path
) -> None:
    found = survey(first_column(site))
    accepts_selectors = platform(site.platform).accepts_selectors
    assert (found.family.name if found.family else None) == (None if accepts_selectors else site.platform)
    source = drafted_source(found, tmp_path)
    assert source.platform == site.platform
    run = open_run(archive, source, "test", CrawlOptions())
    asyncio.run(list_catalog(archive, run, "gongkai/test"))
    report = reconcile(archive, run)
    assert not [problem for problem in report.problems if problem.code not in (*OF_DEMOS, Code.PAGES_UNFETCHED)]
    assert report.listed >= source.assertions.min_records
    # Whatever list was found was walked to its end.
    assert report.listed > len([entry for looked in found.columns for entry in looked.entries]) / 2
    urls = {site.url(key) for key in site.postings}
    assert report.listed <= len(urls)
    # The file names the hosts of what is listed.
    assert report.outcomes.get("out_of_scope", 0) <= list(site.outcomes.values()).count("out_of_scope")


@pytest.mark.parametrize("name", ["generic", "gkmlpt"], ids=["of no family", "of a family"])
def test_the_file_crawls_the_site(archive: Archive, name: str, tmp_path: Path) -> None:
    site = small(demo_site(name), 26)
    with serve(site):
        source = drafted_source(survey(first_column(site)), tmp_path)
        report = crawl(archive, source, "test", CrawlOptions(), Settings(), lambda *_: None)
    assert not [problem for problem in report.problems if problem.code not in OF_DEMOS]
    assert report.records >= report.listed - len(site.outcomes) > 0


def test_every_list_that_pages_link_is_found(plain: PlainSite) -> None:
    found = survey(f"{plain.base}/gk/list.php?cid=11")
    names = [looked.column.name for looked in found.columns if looked.entries]
    assert names == ["政策文件", "公示公告", "政策解读"]
    assert found.listing == {
        "rows": "table.wj-list > tr",
        "fields": {"published_date": "td.rq"},
        "next": "//a[normalize-space(.) = '下一页']",
        "total": "div.fy",
    }
    assert [entry.title for entry in found.columns[0].entries] == [
        line["title"] for line in goldens.entries(plain)["zcwj"][:3]
    ]


def test_a_feed_is_a_list_of_its_own(plain: PlainSite) -> None:
    found = survey(f"{plain.base}/rss/jd.xml")
    assert found.family is platform("generic")
    assert [len(looked.entries) for looked in found.columns] == [len(plain.entries("jd"))]


def test_a_page_without_rows_is_not_made_into_a_file(plain: PlainSite) -> None:
    page = b"<html><body><p>some words</p></body></html>"
    with pytest.raises(GongkaiError, match="no list was found"):
        draft(survey_page(page, "https://www.a.example/"), TODAY)


def test_lists_that_services_answer_are_found_behind_the_pages_of_a_menu(plain: PlainSite) -> None:
    menu = "<title>政策文件</title><ul><li><a href='/gk/a/'>政策文件</a></li><li><a href='/gk/b/'>公告</a></li></ul>"
    requests = {"a": "$.getJSON('/api/a/list?page=' + page, draw)", "b": "$.post('/api/b/list', {page: page}, draw)"}
    for name, request in requests.items():
        script = f"<script>{request}</script>"
        page = Response(f"<html><body>{menu}{script}</body></html>", media_type="text/html")
        rows = [{"title": f"关于公布第{day}批农村公路名录的通知", "url": f"/d/{name}{day}.html"} for day in range(3)]
        data = Response(json.dumps({"total": 3, "rows": rows}), media_type="application/json")
        plain.path_faults[f"/gk/{name}/"] = lambda call, page=page: page  # type: ignore[misc]
        plain.path_faults[f"/api/{name}/list"] = lambda call, data=data: data  # type: ignore[misc]
    read = yaml.safe_load(draft(survey(f"{plain.base}/gk/a/"), TODAY, allow_private=True))
    assert read["columns"] == [
        {"url": f"{plain.base}/api/a/list?page=1", "name": "政策文件"},
        {"url": f"{plain.base}/api/b/list", "name": "公告", "post": "page=1"},
    ]


def test_what_is_posted_to_a_service_of_a_known_family_is_in_the_draft(plain: PlainSite) -> None:
    script = "<script>$.ajax({url: '/irs/front/list', type: 'post', data: {page: n, cid: 7}})</script>"
    page = Response(f"<html><body><p>公告</p>{script}</body></html>", media_type="text/html")
    rows = [
        {"title": f"关于公布第{day}批农村公路名录的通知", "url": f"/gk/202605/t2026050{day}_7.html"}
        for day in range(1, 4)
    ]
    data = Response(json.dumps({"total": 3, "rows": rows}), media_type="application/json")
    plain.path_faults["/gk/a/"] = lambda call: page
    plain.path_faults["/irs/front/list"] = lambda call: data
    (column,) = yaml.safe_load(draft(survey(f"{plain.base}/gk/a/"), TODAY, allow_private=True))["columns"]
    assert (column["url"], column["post"]) == (f"{plain.base}/irs/front/list", "page=1&cid=7")


def test_rows_without_addresses_have_those_that_the_page_writes(plain: PlainSite) -> None:
    script = "$.post('/api/a/list', {page: n, all: true}, d => { h += `<a href='/d/${d.id}.html'>${d.title}</a>` })"
    page = Response(f"<html><title>公告</title><body><script>{script}</script></body></html>", media_type="text/html")
    rows = [{"title": f"关于公布第{n}批农村公路名录的通知", "id": 70 + n} for n in range(3)]
    data = Response(json.dumps({"total": 3, "rows": rows}), media_type="application/json")
    plain.path_faults["/gk/a/"] = lambda call: page
    plain.path_faults["/api/a/list"] = lambda call: data
    plain.path_faults[r"/d/\d+.html"] = lambda call: page
    found = survey(f"{plain.base}/gk/a/")
    assert [entry.url for entry in found.columns[0].entries] == [f"{plain.base}/d/{70 + n}.html" for n in range(3)]
    text = draft(found, TODAY, allow_private=True)
    assert yaml.safe_load(text)["listing"] == {"address": "/d/{id}.html"}
    assert "(?) address: as a script of the page writes its links" in text
    assert yaml.safe_load(text)["columns"][0]["post"] == "page=1&all=true"
    with pytest.raises(GongkaiError, match=r"no value in the rows of rows is an address: title, id"):
        draft(survey(f"{plain.base}/api/a/list"), TODAY, allow_private=True)


def test_what_a_page_links_is_named_if_it_is_no_list() -> None:
    items = "<ul><li>政策文件</li><li>规划计划</li><li>财政资金</li></ul>"
    menu = f"<a href='/list?c=1'>教育</a><a href='/list?c=2'>卫生</a>{items}"
    with pytest.raises(
        GongkaiError, match=r"ul: 政策文件, 规划计划, 财政资金 … was not read; it links 教育 .*c=1.*, 卫生"
    ):
        drafted(menu, url="https://www.tongxi.example/gk/")


def test_a_refusal_is_said_with_the_way_out(plain: PlainSite) -> None:
    plain.faults["zcwj/1"] = faults.waf(403)
    with pytest.raises(GongkaiError, match=r"blocked: status 403.*--file PAGE --url URL"):
        survey(f"{plain.base}/gk/list.php?cid=11")


def test_a_page_without_a_list_is_quoted(plain: PlainSite) -> None:
    page = Response("<h3>通告</h3><p>本区网站已并入市网站群。</p>", media_type="text/html")
    plain.path_faults["/gk/list.php"] = lambda call: page
    with pytest.raises(GongkaiError, match=r"no list was found to write down; it says '通告 本区网站已并入市网站群。'"):
        draft(survey(f"{plain.base}/gk/list.php"), TODAY)


def test_rows_beside_words_of_an_error_page_are_doubted(plain: PlainSite) -> None:
    url = f"{plain.base}/gk/list.php?cid=11"
    page = httpx.get(url).text
    assert "The page says" not in draft(survey_page(page.encode(), url), TODAY)
    page = page.replace("<table", "<p>抱歉，您访问的页面不存在！</p><table", 1)
    assert '# (?) The page says "抱歉，您访问的页面不存在！"' in draft(survey_page(page.encode(), url), TODAY)


def test_a_private_address_is_not_asked_unless_it_is_said(plain: PlainSite) -> None:
    with pytest.raises(GongkaiError, match="which is not a public address"):
        asyncio.run(survey_site(plain.base, "test", False, 0, 5, lambda url: None))
    assert plain.requests == []


def test_no_more_lists_are_requested_than_is_said_and_the_others_are_named(plain: PlainSite) -> None:
    found = survey(f"{plain.base}/gk/list.php?cid=11", most=1)
    assert plain.count("/gk/") == 2
    text = draft(found, TODAY, allow_private=True)
    assert [column["name"] for column in yaml.safe_load(text)["columns"]] == ["政策文件"]
    assert "not requested; `--columns 3` requests them" in text
    assert all(f'# - {{url: "{plain.base}/' in text and f'name: "{name}"' in text for name in ("公示公告", "政策解读"))


@pytest.mark.parametrize("name", ["menu", "left", "lists"])
def test_a_menu_in_a_frame_names_the_lists(plain: PlainSite, name: str) -> None:
    menu = "".join(f"<a href='/gk/list.php?cid={cid}'>{words}</a>" for cid, words in ((11, "政策文件"), (12, "公告")))
    for path, html in (("start", f"<iframe src='/gk/{name}.html'></iframe><p>请选择栏目。</p>"), (name, menu)):
        page = Response(f"<html><body>{html}</body></html>", media_type="text/html")
        plain.path_faults[f"/gk/{path}.html"] = lambda call, page=page: page  # type: ignore[misc]
    found = survey(f"{plain.base}/gk/start.html")
    assert [looked.column.name for looked in found.columns if looked.entries] == ["政策文件", "公告"]


def test_a_saved_page_is_read_without_a_request(plain: PlainSite) -> None:
    url = f"{plain.base}/gk/list.php?cid=11"
    page = httpx.get(url).content
    plain.requests.clear()
    found = survey_page(page, url)
    assert plain.requests == []
    assert [bool(looked.entries) for looked in found.columns] == [True, False, False]
    text = draft(found, TODAY)
    assert [column["url"] for column in yaml.safe_load(text)["columns"]] == [url]
    assert "not fetched: the page is a saved one" in text


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("zechuan", "zechuan"),
        ("Ze_chuan 2", "ze-chuan-2"),
        ("泽川", "tongxi-example"),
        ("a" * 90, "a" * 60),
        ("", "tongxi-example"),
    ],
)
def test_the_id_of_a_draft_is_the_name_of_its_file(name: str, identifier: str) -> None:
    page = f"<html><body><ul>{ROWS}</ul></body></html>".encode()
    assert yaml.safe_load(draft(survey_page(page, LIST), TODAY, name=name))["id"] == identifier


def test_a_draft_says_what_it_does_not_know(plain: PlainSite) -> None:
    plain.link("away", "云岭省林业局关于转载的通知", "https://lyj.yunling.example/1.html", "zcwj", date(2024, 1, 1))
    text = draft(survey(f"{plain.base}/gk/list.php?cid=11"), TODAY, allow_private=True)
    drafted = yaml.safe_load(text)
    assert (drafted["name"], drafted["agency"], drafted["region"]) == ("桐溪县人民政府", "桐溪县人民政府", "539926")
    assert drafted["verified"] == "never"
    assert "of no known family" in text
    assert "The lists lead also to lyj.yunling.example" in text
    assert "the newest is of 2024-01-01" in text


# ---- what is written of one saved page

LIST = "https://www.tongxi.example/gk/zcwj/"
ROWS = "".join(
    f'<li><a href="/gk/{n}.html">桐溪县关于第{n}项工作的通知</a><i>2026-03-0{n}</i></li>' for n in range(1, 5)
)


def drafted(body: str, *, url: str = LIST, head: str = "") -> str:
    page = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    return draft(survey_page(page, url), TODAY)


@pytest.mark.parametrize(
    ("head", "foot", "name", "agency"),
    [
        ('<meta name="SiteName" content="桐溪县人民政府门户网站">', "", "桐溪县人民政府门户网站", "桐溪县人民政府"),
        ('<meta name="SiteName" content="中国桐溪">', "主办：桐溪县人民政府办公室", "中国桐溪", "桐溪县人民政府办公室"),
        ("<title>通知公告_桐溪县林业局</title>", "主办：桐溪县大数据中心", "桐溪县林业局", "桐溪县林业局"),
        ("<title>桐溪县林业局信息公开目录 - 通知</title>", "", "桐溪县林业局", "桐溪县林业局"),
        ("<title>通知公告</title>", "主办单位：桐溪县水务局　承办：桐溪县信息中心", "桐溪县水务局", "桐溪县水务局"),
        ("", "版权所有：桐溪县水务局 岭ICP备00000066号", "桐溪县水务局", "桐溪县水务局"),
        ("", "Copyright © 2026 桐溪县水务局 版权所有", "桐溪县水务局", "桐溪县水务局"),
        ("", "承办：桐溪县信息中心<br>地址：桐溪县甲路1号", "桐溪县信息中心", "桐溪县信息中心"),
        ("<title>关于政策的通知</title>", "建议使用谷歌浏览器", "www.tongxi.example", "www.tongxi.example"),
    ],
)
def test_name_and_agency_are_guessed_from_meta_tags_title_and_foot(
    head: str, foot: str, name: str, agency: str
) -> None:
    text = drafted(f"<ul>{ROWS}</ul><div class=foot>{foot}</div>", head=head)
    read = yaml.safe_load(text)
    assert (read["name"], read["agency"]) == (name, agency)
    marked = {line.partition(":")[0] for line in text.splitlines() if "# (?)" in line and line[0] != "#"}
    assert "agency" in marked
    assert ("name" in marked) == ("SiteName" not in head)


def test_an_agency_in_the_text_of_a_page_is_not_that_of_its_foot() -> None:
    event = "<p>主办单位：桐溪县体育总会</p>" + "<p>赛事通知。</p>" * 900
    text = drafted(f"<ul>{ROWS}</ul>{event}<p>版权所有：桐溪县水务局</p>")
    assert yaml.safe_load(text)["agency"] == "桐溪县水务局"


def test_a_region_is_the_identification_code_of_the_foot_and_never_an_impossible_one() -> None:
    assert yaml.safe_load(drafted(f"<ul>{ROWS}</ul>网站标识码：5399260004"))["region"] == "539926"
    assert yaml.safe_load(drafted(f"<ul>{ROWS}</ul>网站标识码：9999260004"))["region"] == "000000"


@pytest.mark.parametrize("odd", ["\u200b", "。", "云 溪"])
def test_odd_signs_in_the_addresses_of_a_menu_are_escaped_in_the_draft(odd: str) -> None:
    lists = (f"zcwj/{odd}", "tzgg/", f"bmwj/{'a' * 3000}/")
    menu = "".join(f"<li><a href='/gk/{each}'>{name}</a></li>" for each, name in zip(lists, NAMES, strict=True))
    page = f"<html><title>云溪县</title><body><ul>{menu}</ul></body></html>".encode()
    source = yaml.safe_load(draft(survey_page(page, "https://www.yunxi.example/"), TODAY))
    addresses = [unquote(column["url"]) for column in source["columns"]]
    assert addresses == [f"https://www.yunxi.example/gk/{each}" for each in lists[:2]]


def test_what_a_draft_does_not_know_of_paging_is_said_in_it() -> None:
    assert "(?) no next page found" in drafted(f"<ul>{ROWS}</ul>")
    unknown = drafted(f"<ul>{ROWS}</ul><a href='javascript:go(2)'>下一页</a>")
    assert "# (?) " in unknown
    assert "shows that its list continues ('下一页')" in unknown
    for known in (
        "<a href='?p=2'>下一页</a>",
        "<p>共 4 条 1/1页</p>",
        "<script>createPageHTML(1,0,'index','html')</script>",
    ):
        assert "no next page found" not in drafted(f"<ul>{ROWS}</ul>{known}")


@pytest.mark.parametrize("path", ["/gk/tzgg/", "/gk/tzgg/index.html", "/list.jsp?id=3"])
def test_a_list_at_an_address_that_its_family_does_not_know_is_drafted_by_its_rows(path: str) -> None:
    row = '<li><a href="/gk/c106/202605/{0:032x}.shtml">桐溪县关于第{0}项工作的通知</a><i>2026-05-0{0}</i></li>'
    rows = "".join(row.format(number) for number in range(1, 6))
    page = f"<html><head><title>通知公告</title></head><body><ul>{rows}</ul></body></html>"
    found = survey_page(page.encode(), f"https://www.tongxi.example{path}")
    assert found.family is not None
    assert [len(probe.entries) for probe in found.columns] == [5]
    assert yaml.safe_load(draft(found, TODAY))["platform"] == "generic"


def test_a_page_of_several_lists_is_said_to_be_one() -> None:
    lists = "".join(
        f'<li><a href="./{name}/202603/{n}.html">桐溪县关于第{n}项工作的通知</a></li>' for name in "ab" for n in (1, 2)
    )
    assert f"documents of 2 lists, and no next page: {LIST}a/, {LIST}b/" in drafted(f"<ul>{lists}</ul>")


def test_the_reported_total_is_proposed_and_gives_the_records_to_expect() -> None:
    text = drafted(f"<ul>{ROWS}</ul><div class=fy>共470条 1/24页 <a href='?p=2'>下一页</a></div>")
    read = yaml.safe_load(text)
    assert read["listing"]["total"] == "div.fy"
    assert 300 < read["assertions"]["min_records"] < 470
    assert "# (?) 4 documents on the first pages, 470 are reported; the newest is of 2026-03-04." in text


@pytest.mark.parametrize(
    ("newest", "least", "most"), [("2026-04-30", 60, 60), ("2026-01-01", 200, 260), ("2009-05-01", 6200, 6500)]
)
def test_the_age_that_is_asserted_is_more_than_that_of_the_newest_document(newest: str, least: int, most: int) -> None:
    text = drafted(f"<ul>{ROWS}</ul>".replace("2026-03-04", newest).replace("2026-03", "2009-01"))
    assert least <= yaml.safe_load(text)["assertions"]["max_age_days"] <= most
    assert ("That is long ago" in text) == newest.startswith("2009")


# ---- front pages and redirects


def test_a_saved_front_page_names_its_catalog_and_is_no_list_itself() -> None:
    menu = "<a href='/gk/'>政府信息公开</a><a href='/gk/tz/'>通知公告</a><a href='/gk/zn/'>政府信息公开指南</a>"
    text = drafted(f"{menu}<ul>{ROWS}</ul>", url="https://www.tongxi.example/")
    assert "front page. Its catalog (政府信息公开) is https://www.tongxi.example/gk/: survey that" in text
    read = yaml.safe_load(text)
    assert "listing" not in read
    assert "https://www.tongxi.example/" not in [column["url"] for column in read["columns"]]


def test_a_front_page_leads_to_the_lists_whose_rows_are_proposed(plain: PlainSite) -> None:
    found = survey(plain.base)
    assert [looked.column.name for looked in found.columns if looked.entries] == ["政策文件", "公示公告", "政策解读"]
    assert found.listing is not None
    assert found.listing["rows"] == "table.wj-list > tr"
    assert yaml.safe_load(draft(found, TODAY, allow_private=True))["listing"]["next"]


@pytest.mark.parametrize(
    "frame",
    [
        '<body><div class="hot"><h3>热点推荐</h3><ul>{}</ul></div><iframe src="/gk/list.php?cid=11"></iframe></body>',
        '<frameset cols="200,*"><frame src="/404.html"><frame src="/gk/list.php?cid=11"></frameset>',
        "<body><script>document.write('<iframe src=\"/gk/list.php?cid=11\"></iframe>')</script></body>",
    ],
)
def test_a_page_that_shows_its_list_in_a_frame_leads_to_the_frame(plain: PlainSite, frame: str) -> None:
    text = f"<html><head><title>公示公告</title></head>{frame.replace('{}', ROWS)}</html>"
    plain.faults["gsgg/1"] = lambda call: Response(text, media_type="text/html")
    found = survey(f"{plain.base}/gk/list.php?cid=12", most=1)
    written = yaml.safe_load(draft(found, TODAY, allow_private=True))
    assert [column["url"] for column in written["columns"]] == [f"{plain.base}/gk/list.php?cid=11"]


def test_the_page_around_a_frame_is_no_list_of_its_menu(plain: PlainSite) -> None:
    rows = "".join(
        f"<li><a href='/gk/{n}.html'>云溪县关于第{n}项工作的通知</a><b>2026-05-0{n}</b></li>" for n in range(1, 6)
    )
    menu = "".join(
        f"<li><a href='/{name}/'>{words}</a></li>" for name, words in (("gk", "政务公开"), ("hd", "互动交流"))
    )
    pages = {"/gk/start.html": f"<ul>{menu}</ul><iframe src='/inner.html'></iframe>", "/inner.html": f"<ul>{rows}</ul>"}
    for path, html in pages.items():
        page = Response(f"<html><head><title>通知</title></head><body>{html}</body></html>", media_type="text/html")
        plain.path_faults[path] = lambda call, page=page: page  # type: ignore[misc]
    found = survey(f"{plain.base}/gk/start.html")
    assert [looked.column.url for looked in found.columns if looked.entries] == [f"{plain.base}/inner.html"]


def test_a_frame_within_a_frame_shows_the_list_too(plain: PlainSite) -> None:
    inner = '<frameset cols="200,*"><frame src="/404.html"><frame src="/gk/list.php?cid=11"></frameset>'
    outer = '<frameset rows="80,*"><frame src="/main.html"></frameset>'
    for path, frame in (("/outer.html", outer), ("/main.html", inner)):
        text = f"<html><head><title>公示公告</title></head>{frame}</html>"
        plain.path_faults[path] = lambda call, text=text: Response(text, media_type="text/html")
    found = survey(f"{plain.base}/outer.html", most=1)
    assert [probe.column.url for probe in found.columns] == [f"{plain.base}/gk/list.php?cid=11"]


def test_a_front_page_of_frames_alone_leads_to_the_lists_of_its_menu(plain: PlainSite) -> None:
    menu = (
        "<a href='/gk/list.php?cid=11' target='main'>政策文件</a><a href='/gk/list.php?cid=12' target='main'>公告</a>"
    )
    for path, html in (("/", "<frameset cols='200,*'><frame src='/menu.html'></frameset>"), ("/menu.html", menu)):
        page = Response(f"<html><head><title>信息公开</title></head>{html}</html>", media_type="text/html")
        plain.path_faults[path] = lambda call, page=page: page  # type: ignore[misc]
    found = survey(f"{plain.base}/")
    assert [looked.column.name for looked in found.columns if looked.entries] == ["政策文件", "公告"]


def test_a_redirect_is_followed_and_where_it_ends_is_written(plain: PlainSite) -> None:
    plain.faults["zcwj/1"] = faults.offsite(f"{plain.base}/gk/list.php?cid=12")
    given = f"{plain.base}/gk/list.php?cid=11"
    found = survey(given, most=1)
    text = draft(found, TODAY, allow_private=True)
    assert [column["url"] for column in yaml.safe_load(text)["columns"]] == [f"{plain.base}/gk/list.php?cid=12"]
    assert f"`gongkai sources new {given}`" in text
    assert f"What is below is of {plain.base}/gk/list.php?cid=12, to which that address leads" in text


def test_a_redirect_to_another_host_is_followed_once(plain: PlainSite) -> None:
    with serve(other := generic.demo()):
        other.faults["zcwj/1"] = faults.offsite(f"{plain.base}/gk/list.php?cid=11".replace("127.0.0.1", "localhost"))
        found = survey(f"{other.base}/gk/list.php?cid=11", most=1)
    assert "localhost" in found.page.url
    assert "localhost" in yaml.safe_load(draft(found, TODAY, allow_private=True))["hosts"]


@dataclass
class WrittenSite(Site):
    """A site of pages that a test writes, by their paths."""

    pages: dict[str, str] = field(default_factory=dict)

    def resource_at(self, request: Request, body: bytes) -> Resource | None:
        page = self.pages.get(request.url.path)
        return None if page is None else Resource(request.url.path, page.encode())


def test_a_page_with_the_newest_documents_of_the_lists_that_its_tabs_link_is_none_of_them() -> None:
    lists = {"ghxx": "规划信息", "czxx": "财政信息"}
    row = '<li><a href="/zdgk/{0}/{1}.html">桐溪县关于第{1}项工作的通知</a><i>2026-05-0{2}</i></li>'
    rows = {name: [row.format(name, 10 * place + n, n) for n in range(1, 8)] for place, name in enumerate(lists)}
    bar = "".join(f'<li><a href="/zdgk/{name}/">{words}</a></li>' for name, words in lists.items())
    panels = "".join(f"<ul>{''.join(some[:4])}</ul>" for some in rows.values())
    pages = {f"/zdgk/{name}/": f"<ul class=all>{''.join(some)}</ul>" for name, some in rows.items()}
    pages["/zdgk/"] = f'<div class="hd"><ul>{bar}</ul></div><div class="bd">{panels}</div>'
    with serve(WrittenSite("written", pages=pages)) as base:
        found = survey(f"{base}/zdgk/")
    assert [(probe.column.name, len(probe.entries)) for probe in found.columns if probe.entries] == [
        ("规划信息", 7),
        ("财政信息", 7),
    ]
