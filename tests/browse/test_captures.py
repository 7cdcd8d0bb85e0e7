"""An archived page as it was: what stands around it, where its links lead, what can be seen of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.security_headers import OWN_PAGES_POLICY
from etl.local.services import Addresses
from tests.support.browser_pages import Page, attached, keep
from tests.support.chromium import served
from tests.support.gongkai import rows
from tests.support.stored import flip_a_byte

# A GIF of one pixel.
_PICTURE = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")
_HIDDEN = (
    '<svg><style><p><link rel="preconnect" href="//live.example"></style></svg><!-- --!><link rel="preconnect" -->'
)
_CSS = """
@import "base.css"; /* preconnect */ .TRS_Editor { color: rgb(12, 34, 56); background: url("../img/chart.gif") }
.lost { background: url(/img/gone.png) } .out::before { content: "</style><p id=escaped>" }
"""
_BODY = f"""
<p class="lost" style="background-image: url(/img/chart.gif)" id="styled">…</p>
<p onclick="alert(1)">附图见下。<img src="/img/chart.gif" alt="流程图"><img src="/img/gone.png" alt="缺图"></p>
<p><a href="t20240305_100002.html#top" target="_blank">相邻通告</a> <a href="https://elsewhere.example/x?a=1">他站</a>
<a href="javascript:alert(2)">无效</a> <a href="#here">本页</a></p>
{_HIDDEN}<iframe src="/frame.html"></iframe><form action="/send"><input name="q"></form>
"""
_HEAD = (
    '<script src="/x.js"></script><link rel="preconnect" href="//live.example"><meta http-equiv="refresh" content="1">'
    '<link rel="stylesheet" href="/css/site.css"><link rel="stylesheet" href="https://cdn.example/x.css">'
    '<style>@import "/css/none.css"; h1 { background: url(/img/chart.gif) }</style>'
)


@pytest.fixture
def captured(archive: Archive, tmp_path: Path) -> int:
    """The number of the first of two captures of a page, 30 days apart; a page that it links was captured between."""
    sheets = (
        attached("/css/site.css", "text/css", _CSS.encode()),
        attached("/css/base.css", "text/css", b'@import "site.css"; h1 { font-size: 31px } h2 { color: red }'),
    )
    keep(archive, tmp_path, attached("/img/chart.gif", "image/gif", _PICTURE), *sheets, Page(1, body=_BODY, head=_HEAD))
    keep(archive, tmp_path, Page(2, after=timedelta(days=2)))
    keep(archive, tmp_path, Page(1, title="修订后的通告", after=timedelta(days=30)))
    query = "SELECT c.id FROM archive.capture c JOIN archive.page p ON p.id = c.page_id WHERE p.url = :url ORDER BY 1"
    return int(rows(archive, query, url=Page(1).url)[0]["id"])


def test_a_capture_says_when_with_what_hash_and_leads_to_other_times(reader: TestClient, captured: int) -> None:
    shown = reader.get(f"/archive/captures/{captured}").text
    page = reader.get(f"/archive/captures/{captured}.json").json()
    tree = html.fromstring(shown)
    assert "2024年6月1日 08:00 时的原貌" in " ".join(tree.text_content().split())
    assert page["fixity"]["sha256"] in shown
    assert "校验全部通过" in shown or "完好" in shown
    assert [choice["changed"] for choice in page["captures"]] == [True, True]
    assert (page["earlier"], page["later"]) == (None, page["captures"][0]["id"])
    assert tree.xpath("//header//a[@rel='next']/@href") == [f"/archive/captures/{page['later']}"]
    times = tree.xpath("//dl[@class='calendar']//a/@href")
    assert times == [f"/archive/captures/{choice['id']}" for choice in page["captures"]]
    assert "2024年7月" in shown
    assert f"/archive/captures/{captured}" in reader.get("/archive/records/1").text
    assert reader.get("/archive/captures/999").status_code == 404


def test_links_of_an_archived_page_lead_into_the_archive(reader: TestClient, captured: int) -> None:
    answer = reader.get(f"/archive/captures/{captured}/page")
    tree = html.fromstring(answer.content)
    links = {link.text_content().strip(): link for link in tree.iter("a")}
    found = reader.get(links["相邻通告"].get("href"), follow_redirects=False)
    assert found.status_code == 303
    beside = reader.get(f"{found.headers['location']}.json").json()
    assert (beside["url"], beside["fetched_at"][:10]) == (Page(2).url, "2024-06-03")
    missing = reader.get(links["他站"].get("href"))
    assert missing.status_code == 404
    assert "档案中没有这个网址" in missing.text
    assert 'href="https://elsewhere.example/x?a=1"' in missing.text
    assert f'href="/archive/captures/{captured}"' in missing.text
    assert links["本页"].get("href") == "#here"
    assert links["无效"].get("href") is None
    query = parse_qs(urlsplit(links["https://www.lanchuan.example/frame.html"].get("href")).query)
    assert query == {"url": ["https://www.lanchuan.example/frame.html"], "near": [str(captured)]}
    for wrong in ("url=ftp://x.example", "url=nothing", f"url=https://a.example/&near={2**70}"):
        assert reader.get(f"/archive/captures/find?{wrong}").status_code == 400, wrong


def test_the_page_to_look_at_keeps_nothing_that_could_act(reader: TestClient, captured: int) -> None:
    answer = reader.get(f"/archive/captures/{captured}/page")
    tree = html.fromstring(answer.content)
    assert not list(tree.iter("script", "link", "base", "iframe"))
    assert [meta.get("charset") for meta in tree.iter("meta")] == ["utf-8"]
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on") or name == "action"]
    policy = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
    assert {"sandbox allow-top-navigation-by-user-activation", "default-src 'none'", "img-src data:"} <= set(policy)
    assert "preconnect" not in answer.text
    assert "connection-allowlist" not in answer.headers, "links could lead nowhere"
    pictures = {picture.get("alt"): picture.get("src") for picture in tree.iter("img")}
    (sheet, own) = [style.text for style in tree.iter("style") if "--archived-0:url(data:image/gif" not in style.text]
    assert "font-size: 31px" in sheet
    assert "background: var(--archived-0)" in sheet
    assert "h1 { background: var(--archived-0) }" in own
    assert not tree.xpath("//*[@id='escaped']")
    assert "url(data:,)" in sheet
    assert "var(--archived-0)" in tree.get_element_by_id("styled").get("style")
    assert pictures["流程图"].startswith("data:image/gif;base64,")
    assert pictures["缺图"] is None
    around = reader.get(f"/archive/captures/{captured}").headers["content-security-policy"]
    assert around == f"{OWN_PAGES_POLICY}; frame-src 'self'"


def test_what_an_archived_page_lacks_is_said_with_how_it_ended(reader: TestClient, captured: int) -> None:
    look = reader.get(f"/archive/captures/{captured}.json").json()["look"]
    ended = {each["url"].partition(".example")[2]: (each["kind"], each["end"]) for each in look}
    assert ended == {
        "/css/site.css": ("style", "shown"),
        "/x.css": ("style", "not_fetched"),
        "/css/none.css": ("style", "not_fetched"),
        "/css/base.css": ("style", "shown"),
        "/img/chart.gif": ("picture", "shown"),
        "/img/gone.png": ("picture", "not_fetched"),
    }
    told = html.fromstring(reader.get(f"/archive/captures/{captured}").text).xpath("//details[@class='look']")[0]
    assert "3 个，共 6 个" in told.xpath("string(summary)")
    assert [item.findtext("code") for item in told.iter("li")] == [
        each["url"] for each in look if each["end"] != "shown"
    ]


def test_a_page_that_scripts_draw_is_not_just_white(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    drawn = b"<html><head><title>x</title></head><body><div id=app></div><script>draw()</script></body></html>"
    noted = drawn.replace(b"<script>", "<noscript>请启用脚本</noscript><script>".encode())
    keep(archive, tmp_path, attached("/app.html", "text/html", drawn), attached("/noted.html", "text/html", noted))
    shown = {}
    for row in rows(archive, "SELECT c.id, p.url FROM archive.capture c JOIN archive.page p ON p.id = c.page_id"):
        answer = reader.get(f"/archive/captures/{row['id']}/page")
        shown[urlsplit(row["url"]).path] = html.fromstring(answer.content).text_content()
    assert "此页内容由脚本显示" in shown["/app.html"]
    assert "此页内容由脚本显示" not in shown["/noted.html"]


def test_damage_is_told_before_anything_is_shown(
    archive: Archive, reader: TestClient, services: Addresses, captured: int
) -> None:
    page = reader.get(f"/archive/captures/{captured}.json").json()
    flip_a_byte(archive, services, page["fixity"]["sha256"])
    shown = reader.get(f"/archive/captures/{captured}/page")
    assert (shown.status_code, "存档原件已损坏" in shown.text) == (500, True)


def test_the_place_of_evidence_is_marked(reader: TestClient, captured: int) -> None:
    record = html.fromstring(reader.get("/archive/records/1/versions/1").text)
    (link,) = record.xpath("//*[@id='field-index_number']//a[contains(@href, '/captures/')]/@href")
    around = html.fromstring(reader.get(link).text)
    (frame,) = around.xpath("//iframe/@src")
    marked = html.fromstring(reader.get(frame).content).xpath("//mark[@id='evidence']")
    assert [mark.text for mark in marked] == ["LC00001/2024-00001"]
    assert frame.endswith("#evidence")


@pytest.fixture
def address(archive: Archive, captured: int) -> Iterator[str]:
    with served(Starlette(routes=[Mount("/archive", create_app(archive))])) as base:
        yield f"{base}/archive/captures/{captured}"


def test_a_reader_follows_a_link_of_the_archived_page_and_comes_back(address: str, chromium: Browser) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}?mark=LC00001/2024-00001")
    inside = page.frame_locator("iframe")
    expect(inside.locator("mark")).to_be_in_viewport()
    expect(inside.locator(".TRS_Editor")).to_have_css("color", "rgb(12, 34, 56)")
    expect(inside.locator(".TRS_Editor")).to_have_css("background-image", re.compile("data:image/gif"))
    expect(inside.locator("h1")).to_have_css("font-size", "31px")
    expect(inside.locator("#styled")).to_have_css("background-image", re.compile("data:image/gif"))
    picture = inside.get_by_alt_text("流程图")
    assert picture.evaluate("picture => picture.naturalWidth") == 1
    inside.get_by_role("link", name="相邻通告").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("第2号河段")
    page.go_back()
    inside.get_by_role("link", name="他站").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("未存档")
    with page.expect_navigation():  # to its end: without its style sheet the page is wider than the window
        page.get_by_role("link", name="返回网页存档").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [url for url in asked if not url.startswith((address.partition("/archive")[0], "data:"))]
    page.get_by_role("link", name="较晚").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("修订后的通告")
    context.close()
