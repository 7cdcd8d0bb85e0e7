"""Pages as a person meets them: in both languages, wide and narrow, dark, with the keyboard alone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from etl.archive.crawls.reports import close_run
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.pipeline.warc.importing import import_source
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.support import browser_pages
from tests.support.browser_pages import keep
from tests.support.chromium import served
from tests.support.gongkai import rows

_COMPARED = ("/compare/1/1/1/2", "/compare/1/1/1/2?view=sides&lines=changes")
_HEADINGS = "".join(f"<p>{number}、工作安排</p><p>各单位应当认真落实，按期报送。</p>" for number in "一二三四")
_ROWS = ["".join(f"<td>{row}行{column}列的数额</td>" for column in range(15)) for row in range(40)]
_TABLE = f"<table><tr>{'</tr><tr>'.join(_ROWS)}</tr></table>"


@pytest.fixture
def address(archive: Archive, tmp_path: Path) -> Iterator[str]:
    """Of the browser, with a record (1) that has headings, a wide table and two versions, between two others."""
    changed = _HEADINGS.replace("按期", "按月", 1) + _TABLE.replace("39行0列的数额", "39行0列的数目")
    for title, body in (("系船柱专项资金决算", changed), ("系船柱专项资金决算公开", _HEADINGS + _TABLE)):
        after = timedelta(days=len(title))
        keep(archive, tmp_path, browser_pages.Page(1, title=title, body=body, after=after))
    keep(
        archive, tmp_path, browser_pages.Page(2, published="2024-03-09"), browser_pages.Page(3, published="2024-03-01")
    )
    with served(Starlette(routes=[Mount("/archive", create_app(archive))])) as base:
        yield f"{base}/archive"


def _page(chromium: Browser, locale: str = "zh-CN", width: int = 1280, scheme: str = "light") -> Page:
    context = chromium.new_context(
        locale=locale,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(30_000)
    return context.new_page()


def test_no_page_is_wider_than_the_window_in_either_language(address: str, chromium: Browser) -> None:
    for locale, width, scheme in (("zh-CN", 390, "dark"), ("en-GB", 390, "light"), ("en-GB", 1280, "dark")):
        page = _page(chromium, locale, width, scheme)
        for path in ("/", "/sources", "/runs", "/runs/1", "/pages/1", "/records/1", *_COMPARED, "/nowhere"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, locale, width)
        told = [message.text for message in page.console_messages()]
        assert not [fault for fault in told if "404" not in fault], "what the security policy refuses is told there"
        page.context.close()


def test_a_wide_table_has_the_page_its_head_stays_and_its_bar_is_at_hand(address: str, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{address}/records/1")
    table = page.get_by_role("region", name="表格 1")
    table.scroll_into_view_if_needed()
    box, window = table.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["width"] > 1000
    assert box["height"] < window["height"], "the bar at its lower edge is on the screen with its head"
    table.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("39行0列的数额")).to_be_in_viewport()
    head = page.get_by_text("0行0列的数额", exact=True)
    expect(head).to_be_in_viewport()
    page.context.close()


def test_the_keyboard_alone_leads_through_a_result_and_switches_the_language(address: str, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{address}/?from=2024-03-02")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="系船柱专项资金决算公开").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("系船柱专项资金决算公开")
    expect(page.get_by_role("link", name="下一条")).to_have_count(0)
    page.locator("summary", has_text="目录").press("Enter")
    page.get_by_role("link", name="三、工作安排").press("Enter")
    expect(page.get_by_role("heading", name="三、工作安排")).to_be_in_viewport()
    page.get_by_role("link", name="English").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Previous record").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("第2号河段")
    page.get_by_role("link", name="Back to the result").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 records")
    page.context.close()


def test_the_keyboard_alone_leads_from_change_to_change(address: str, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{address}/compare/1/1/1/2?lines=changes")
    page.get_by_role("link", name="正文 2 处变动").press("Enter")
    expect(page.locator("#change-1")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#change-2")).to_be_focused()
    expect(page.locator("tr.changed")).to_be_in_viewport()
    page.get_by_role("link", name="上一处").press("Enter")
    expect(page.locator("#change-1")).to_be_focused()
    page.get_by_role("link", name="左右对照").press("Enter")
    expect(page).to_have_url(re.compile("view=sides&lines=changes"))
    page.locator("summary", has_text="选择版本").press("Enter")
    page.get_by_label("版本 A").select_option("1.2")
    page.get_by_label("版本 B").select_option("1.1")
    page.get_by_role("button", name="对照").press("Enter")
    expect(page).to_have_url(re.compile("/compare/1/2/1/1.*view=sides&lines=changes"))
    page.context.close()


def test_what_evidence_says_stands_line_below_line_beside_its_bar(address: str, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{address}/records/1")
    page.locator("#field-published_date summary").click()
    box = page.locator("#field-published_date .evidence.chosen").bounding_box()
    lines = [line.bounding_box() for line in page.locator("#field-published_date .evidence.chosen > div").all()]
    assert box is not None
    assert len(lines) > 2
    for line in lines:
        assert line is not None
        assert line["x"] - box["x"] > 10
        assert line["x"] == (lines[0] or {})["x"]
    page.context.close()


_LINES = """all => all.map(each => {
    const range = document.createRange()
    range.selectNode([...each.childNodes].find(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    return new Set([...range.getClientRects()].map(box => box.top)).size
})"""


def test_dates_of_the_list_and_bars_of_statistics_stand_on_one_line(address: str, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{address}/?q=通告")
    lines = page.locator(".records time").evaluate_all(_LINES)
    assert lines
    assert set(lines) == {1}
    page.goto(f"{address}/statistics")
    tops = page.locator(".bars li").evaluate_all(
        "all => all.map(each => ['meter', '.count'].map(one => each.querySelector(one).getBoundingClientRect()))"
        ".map(([bar, count]) => Math.abs(bar.top + bar.height / 2 - count.top - count.height / 2))"
    )
    assert tops
    assert max(tops) < 3
    page.context.close()


_WORDS_WIDTH = """each => {
  const range = document.createRange()
  range.selectNodeContents(each)
  return range.getBoundingClientRect().width
}"""


def test_the_reason_of_a_red_run_has_the_width_of_its_line(archive: Archive, chromium: Browser) -> None:
    run = open_run(archive, import_source(), "red", CrawlOptions())
    lost = {"url": "https://www.lanchuan.example/zwgk/index_2.html", "reason": "status 500 " * 9}
    close_run(archive, run, [Reason.of(Code.LISTING_PAGES_LOST, pages=1, **lost)])
    with served(create_app(archive)) as base:
        page = _page(chromium)
        page.goto(f"{base}/runs")
        line = page.locator(".runs > li > div").bounding_box()
        assert line is not None
        assert page.locator(".reasons > li").evaluate(_WORDS_WIDTH) > line["width"] / 2
        page.context.close()


def test_an_attachment_is_read_beside_the_text_with_the_keyboard_alone(
    archive: Archive, tmp_path: Path, chromium: Browser
) -> None:
    said = "\n".join(f"第{number}行，渡船班次见下。" for number in range(2_000)) + "\n缆车在此。\n"
    file = browser_pages.attached("/a.txt", "text/plain", said.encode())
    keep(archive, tmp_path, file, browser_pages.Page(1, body=_HEADINGS + '<a href="/a.txt">时刻表</a>'))
    number = rows(archive, "SELECT max(id) AS n FROM archive.record")[0]["n"]
    with served(Starlette(routes=[Mount("/archive", create_app(archive))])) as base:
        for locale, width, scheme in (("zh-CN", 1280, "light"), ("en-GB", 390, "dark"), ("en-GB", 1280, "dark")):
            page = _page(chromium, locale, width, scheme)
            page.goto(f"{base}/archive/records/{number}?q=缆车")
            link = page.get_by_role("link", name=re.compile("1 处命中|1 hit"))
            link.focus()
            page.keyboard.press("Enter")
            expect(page.locator("#file-hit-1")).to_be_in_viewport()
            text, pane = page.locator("#text").bounding_box(), page.locator("#attached").bounding_box()
            assert text is not None
            assert pane is not None
            if width == 1280:
                assert pane["x"] > text["x"] + text["width"], "two columns"
            else:
                assert pane["y"] > text["y"], "one below the other"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.locator("#attached").focus()
            page.keyboard.press("End")
            page.get_by_role("link", name=re.compile("^(关闭|Close)$")).focus()
            page.keyboard.press("Enter")
            expect(page.locator("#attached")).to_have_count(0)
            page.context.close()
