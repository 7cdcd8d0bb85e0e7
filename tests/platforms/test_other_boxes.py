"""Short lists beside boxes of other lists, whose documents have addresses of the same form, are whole; rows of the list
itself that were not read are told."""

import pytest

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.paged_lists import LIST


def row(number: int, form: str = '<li class="a"><a href="{}">{}</a><i>{}</i></li>') -> str:
    return form.format(f"/show/{number}.html", f"桐溪县第{number}号通知公告", f"2024-01-{number % 28 + 1:02}")


def rows(first: int, count: int, form: str = '<li class="a"><a href="{}">{}</a><i>{}</i></li>') -> str:
    return "".join(row(number, form) for number in range(first, first + count))


def read(own: int, beside: str, title: str = "通知公告_桐溪县人民政府", headline: str = "通知公告") -> ListingPage:
    listing = Listing(rows="ul.l > li.a")
    source = adhoc_source("x", "x", LIST, ["x.example"]).model_copy(update={"listing": listing})
    box = f'<div class="main"><h2>{headline}</h2><ul class="l">{rows(100, own)}</ul>'
    page = WebPage(LIST, f"<html><title>{title}</title><body><div>{box}{beside}</div></body></html>", "utf-8")
    return read_list_page(platform("generic").for_source(source), page, ListingRequest(LIST, "c"))


def codes(listing: ListingPage) -> list[str]:
    return [problem.code for problem in listing.problems]


HEADLINES = ("热点新闻", "今日要闻", "部门动态", "图片新闻", "点击排行", "相关文章", "县区动态", "政策解读")
BOXES = (
    '</div><div class="r"><h3>{}</h3><ul>{}</ul></div>',
    '</div><div class="r"><div class="tit"><b>{}</b><a href="/gk/">更多&gt;&gt;</a></div><ul>{}</ul></div>',
    '<div class="box"><p class="t">{}</p><div><ul class="n">{}</ul></div></div></div>',
    "</div><h4>{}</h4><ol>{}</ol>",
    '</div><dl class="x"><dt>{}</dt>{}</dl>',
    "</div><div>{}<ul>{}</ul></div>",
)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("headline", HEADLINES)
def test_a_short_list_beside_a_box_of_another_one_is_whole(headline: str, box: str) -> None:
    form = '<dd><a href="{}">{}</a></dd>' if "<dl" in box else '<li><a href="{}">{}</a></li>'
    for own in (1, 2, 3, 6):
        for other in (5, 8, 15):
            listing = read(own, box.format(headline, rows(300, other, form)))
            assert (len(listing.entries), codes(listing)) == (own, []), (own, other)


UNREAD = {
    "in the same list": "</div><script></script>",
    "without a headline": '<ul class="n">{}</ul></div>',
    "of a year": '<div class="y"><h3>2023年</h3><ul class="n">{}</ul></div></div>',
    "of a month": '<h3>2023年5月</h3><ul class="n">{}</ul></div>',
    "in a table": "<table><tr><th>序号</th><th>标题</th><th>发布日期</th></tr></table><table>{}</table></div>",
    "with a head": "<table><thead><tr><th>标题</th></tr></thead><tbody>{}</tbody></table></div>",
    "named as the page": '</div><div class="more"><h3>通知公告</h3><ul class="n">{}</ul></div>',
    "in a box of the same form": '</div><div class="main"><h2>其他文件</h2><ul class="n">{}</ul></div>',
}
FORMS = (
    '<li><a href="{}">{}</a><i>{}</i></li>',
    '<li><em>{2}</em><a href="{0}">{1}</a></li>',
    '<li>[通知] <a href="{}">{}</a></li>',
)


@pytest.mark.parametrize("unread", UNREAD)
@pytest.mark.parametrize("form", FORMS)
def test_rows_of_the_list_that_were_not_read_are_reported(unread: str, form: str) -> None:
    if "<table" in UNREAD[unread]:
        form = form.replace("<li>", "<tr><td>").replace("</li>", "</td></tr>")
    others = rows(300, 8, form)
    beside = UNREAD[unread].format(others) if "{}" in UNREAD[unread] else f"<ul>{others}</ul></div>"
    assert "rows_not_understood" in codes(read(3, beside))


def test_headlines_of_boxes_do_not_count_if_the_title_does_not_name_the_list() -> None:
    box = f'</div><div class="r"><h3>文件目录</h3><ul>{rows(300, 8)}</ul></div>'
    assert codes(read(3, box)) == []
    assert codes(read(3, box, title="桐溪县人民政府")) == ["rows_not_understood"]
    assert codes(read(3, box, headline="热点新闻")) == ["rows_not_understood"]
