"""A list split over several boxes of the same form, by year, by kind or five rows each; and boxes of other lists."""

from collections.abc import Sequence

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, LIST

BOXES = {
    "a headline": '<div class="box"><h4>{}</h4><ul>{}</ul></div>',
    "a panel": '<div class="panel"><div class="panel-heading">{}</div><div class="panel-body"><ul>{}</ul></div></div>',
    "an article": '<section class="year"><p><b>{}</b></p><ol class="rows">{}</ol></section>',
    "a table": '<div class="kind"><h3>{}</h3><table><tr><td>{}</td></tr></table></div>',
    "a panel that opens": '<div class="panel"><h4><a data-toggle="collapse" href="#c1">{}</a></h4>'
    '<div class="collapse" id="c1"><div class="panel-body"><ul>{}</ul></div></div></div>',
    "items": '<li class="part"><strong>{}</strong><ul>{}</ul></li>',
}
HEADLINES = (
    ("2025年", "2024年", "2023年"),
    ("2025年3月", "2025年2月", "2025年1月"),
    ("综合类", "规划类", "财政类"),
    ("一、县政府文件", "二、县政府办文件", "三、其他"),
    ("", "", ""),
)
SIZES = ((6, 20, 11), (20, 6, 6), (3, 4, 2), (5, 5, 3))


def rows(first: int, count: int, table: bool = False) -> str:
    form = (
        '<tr><td><a href="./202401/t20240101_{0}.html">桐溪县第{0}号通知公告</a></td><td>2024-01-{1:02}</td></tr>'
        if table
        else '<li><a href="./202401/t20240101_{0}.html">桐溪县第{0}号通知公告</a><span>2024-01-{1:02}</span></li>'
    )
    return "".join(form.format(number, number % 28 + 1) for number in range(first, first + count))


def boxes(form: str, headlines: Sequence[str], sizes: Sequence[int]) -> str:
    at, parts = 100, list[str]()
    for headline, count in zip(headlines, sizes, strict=False):
        parts.append(form.format(headline, rows(at, count, "<table" in form)))
        at += count
    return "".join(parts).replace("<tr><td><tr>", "<tr>").replace("</tr></td></tr>", "</tr>")


def read(content: str, family: str) -> ListingPage:
    page = WebPage(LIST, f"<html><body><div class='main'>{content}</div></body></html>", "utf-8")
    case = CASES[family]
    if family == "generic":
        source = adhoc_source("x", "x", LIST, ["x.example"])
        guess = Listing.model_validate(dict(case.family.guess_listing(page) or {}))
        return read_list_page(
            case.family.for_source(source.model_copy(update={"listing": guess})), page, ListingRequest(LIST, "c")
        )
    return read_list_page(case.family, page, ListingRequest(LIST, "c"))


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
@pytest.mark.parametrize("headlines", HEADLINES)
@pytest.mark.parametrize("box", BOXES)
def test_a_list_in_boxes_of_one_form_is_read_as_a_whole(box: str, headlines: Sequence[str], family: str) -> None:
    for sizes in SIZES:
        listing = read(boxes(BOXES[box], headlines, sizes), family)
        assert [len(listing.entries), len({entry.url for entry in listing.entries})] == [sum(sizes)] * 2, sizes
        assert listing.problems == ()


OTHERS = {
    "with more": '<div class="box"><h4>{} <a href="/gk/gg/">更多&gt;&gt;</a></h4><ul>{}</ul></div>',
    "named after a column": '<div class="box"><h4><a href="/gk/gg/">要闻{}</a></h4><ul>{}</ul></div>',
    "of the newest": '<div class="box"><h4>最新公告{}</h4><ul>{}</ul></div>',
    "beside": '<div class="box side"><h4>{}</h4><ul>{}</ul></div>',
    "of another form": '<div class="other"><h4>{}</h4><ul>{}</ul></div>',
}


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
@pytest.mark.parametrize("other", OTHERS)
def test_a_box_of_another_list_is_not_one_of_its_parts(other: str, family: str) -> None:
    own = BOXES["a headline"].format("通知公告", rows(100, 12))
    beside = OTHERS[other].format("", rows(300, 6))
    listing = read(own + beside, family)
    assert (len(listing.entries), listing.problems) == (12, ())


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
@pytest.mark.parametrize("box", BOXES)
def test_the_box_that_the_title_names_is_alone_among_others_with_names(box: str, family: str) -> None:
    for title, read_rows in (("通知公告_桐溪县", 6), ("政务公开_桐溪县", 10), ("2024年_桐溪县", 10), ("", 10)):
        shown = f"<title>{title}</title>" + boxes(BOXES[box], ("通知公告", "部门动态"), (6, 4))
        assert len(read(shown, family).entries) == read_rows, title


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
def test_the_list_of_a_pager_is_alone(family: str) -> None:
    form = '<div class="box"><h4>{}</h4><ul>{}</ul>{}</div>'
    pager = '<p>首页 <span>上一页</span> <a href="index_1.html">下一页</a></p>'
    listing = read(form.format("通知", rows(100, 7), pager) + form.format("要闻", rows(300, 12), ""), family)
    assert {entry.url for entry in listing.entries} == {f"{LIST}202401/t20240101_{n}.html" for n in range(100, 107)}
    below = read(form.format("", rows(100, 5), "") + form.format("", rows(105, 5), "") + pager, family)
    assert (len(below.entries), below.next_requests[0].url) == (10, f"{LIST}index_1.html")


@pytest.mark.parametrize("family", ["trs_wcm", "generic"])
@pytest.mark.parametrize("own", [6, 12])
def test_rows_that_are_not_shown_are_another_list_unless_they_are_of_a_year(own: int, family: str) -> None:
    form = '<div class="tab" style="display:{}"><h4>{}</h4><ul>{}</ul></div>'
    for headline, codes, entries in (("", ["rows_not_understood"], own), ("2023年", [], own + 6)):
        shown = form.format("block", headline.replace("3", "4"), rows(100, own))
        listing = read(shown + form.format("none", headline, rows(300, 6)), family)
        assert ([problem.code for problem in listing.problems], len(listing.entries)) == (codes, entries)
