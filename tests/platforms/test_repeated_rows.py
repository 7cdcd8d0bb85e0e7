"""The selectors proposed for a site of no known family give the same rows as those that every family finds."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.drafting.repeated_rows import repeated_rows
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.list_forms import LIST, TITLES, Form, expected, flat, forms, page_of
from tests.support.share import examples


def page_with(content: str, url: str = LIST) -> WebPage:
    return WebPage(url, f"<html><head><title>政策文件</title></head><body>{content}</body></html>", "utf-8")


def proposed(page: WebPage) -> dict[str, Any]:
    guess = repeated_rows(page)
    assert guess is not None
    return dict(guess)


def applied(page: WebPage, guess: dict[str, Any]) -> ListingPage:
    source = adhoc_source("x", "x", LIST, ["x.example"]).model_copy(update={"listing": Listing.model_validate(guess)})
    return read_list_page(platform("generic").for_source(source), page, ListingRequest(page.url, "c"))


@settings(max_examples=examples(150), deadline=None)
@given(forms, st.integers(3, 5))
def test_the_proposal_gives_each_document_with_what_stands_beside_it(form: Form, rows: int) -> None:
    form = replace(form, rows=rows)
    page = WebPage(LIST, page_of(form), "utf-8")
    entries = applied(page, proposed(page)).entries
    assert [(entry.url, entry.title, dict(entry.fields)) for entry in entries] == [
        (entry.url, entry.title, dict(entry.fields)) for entry in expected(form)
    ]


@settings(max_examples=examples(60), deadline=None)
@given(forms, st.integers(3, 5))
def test_rows_without_a_block_of_their_own_are_proposed_too(form: Form, rows: int) -> None:
    page = page_with(f"<div>{flat(form, rows)}</div>")
    entries = applied(page, proposed(page)).entries
    assert [entry.title for entry in entries] == list(TITLES[:rows])
    assert all(entry.fields["published_date"] and entry.fields["document_number"] for entry in entries)


def lines(
    count: int = 4, form: str = '<li><a href="/gk/{0}.html">桐溪县关于第{0}项工作的通知</a><i>2024-03-0{0}</i></li>'
) -> str:
    return "".join(form.format(number) for number in range(1, count + 1))


def test_a_date_beside_the_row_has_a_path_of_its_own() -> None:
    row = '<dt><a href="/gk/{0}.html">桐溪县关于第{0}项工作的通知</a></dt><dd>2024-03-0{0}</dd>'
    assert proposed(page_with(f"<dl>{lines(form=row)}</dl>")) == {
        "rows": "dl > dt",
        "fields": {"published_date": "./following-sibling::dd[1]"},
    }


def test_a_link_that_is_not_the_first_of_its_row_is_named() -> None:
    title = '<a class="t" href="/gk/{0}.html">桐溪县关于第{0}项工作的通知</a>'
    row = f'<li><a href="/k/{{0}}/">桐溪县人民政府文件</a> {title} 2024-03-0{{0}}</li>'
    page = page_with(f"<ul>{lines(form=row)}</ul>")
    assert proposed(page) == {"rows": "ul > li", "link": "a.t"}
    assert [entry.url for entry in applied(page, proposed(page)).entries][:2] == [
        "http://x.example/gk/1.html",
        "http://x.example/gk/2.html",
    ]


MENUS = {
    "long names": '<li><a href="/gk/{0}/">桐溪县政府信息公开第{0}类目录</a></li>',
    "short names": '<li><a href="/list_{0}.html">第{0}类文件</a></li>',
    "names of middling length": '<li><a href="/channels/{0}.html">政府信息公开第{0}类</a></li>',
    "names without a number": '<li><a href="/gk/list.html">桐溪县政府信息公开第{0}类目录</a></li>',
}


@pytest.mark.parametrize("menu", MENUS.values(), ids=MENUS.keys())
def test_a_menu_is_never_a_list(menu: str) -> None:
    assert repeated_rows(page_with(f"<ul class=menu>{lines(9, menu)}</ul>")) is None
    both = page_with(f"<ul class=menu>{lines(9, menu)}</ul><ul class=wj>{lines(3)}</ul>")
    assert proposed(both)["rows"] == "ul.wj > li"


# ---- pagers


ROWS = f"<ul class=wj>{lines()}</ul>"
PAGERS = {
    "call": ('createPageHTML({pages}, 0, "index", "html");', "index_1.html"),
    "call with the total": ("createPageHTML({total}, {pages}, 0, 'index', 'html');", "index_1.html"),
    "call with a place": ("""createPageHTML('box', {pages}, 1, 'list', "shtml", {total});""", "list_2.shtml"),
    "options": ("new Pager({{\n current: 0,\n size:{pages}, prefix:'index', suffix:'html' }});", "index_1.html"),
    "variables": (
        'var currentPage = 0;\nvar countPage = {pages};\ndocument.write("<a href=index_" + (currentPage+1) + ".htm>");',
        "index_1.htm",
    ),
}
"""Name → (script, address of the second page)."""
AROUND = {
    "alone": "<script>{0}</script>",
    "after the old one in a comment of the page": "<!-- <script>{1}</script> --><script>{0}</script>",
    "after the old one in a comment of the script": "<script>// {1}\n{0}</script>",
    "behind the definition": "<script>function createPageHTML(count, now, stem, end) {{ return 3 }}\n{0}</script>",
    "behind a definition elsewhere": "<script>function createPageHTML(c) {{ 3 }}</script><script>{0}</script>",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND.keys())
@pytest.mark.parametrize(("script", "second"), PAGERS.values(), ids=PAGERS.keys())
def test_a_pager_by_script_becomes_selectors_that_read_its_live_numbers(script: str, second: str, around: str) -> None:
    old = " ".join(script.format(pages=9, total=129).split())

    def page(pages: int, total: int) -> WebPage:
        return page_with(ROWS + around.format(script.format(pages=pages, total=total), old))

    guess = proposed(page(29, 431))
    assert (guess["pages"].format(page=guess.get("second", 2))) == second
    # The site has grown, and the old call is as it was.
    listing = applied(page(31, 460), guess)
    assert (listing.reported_pages, listing.reported_total) == (31, 460 if "{total}" in script else None)
    assert [request.url for request in listing.next_requests] == [LIST + second]


def test_a_pager_whose_number_of_pages_no_selector_reads_is_left_to_the_common_reading() -> None:
    # Addresses without an end would end at the first one that is missing.
    script = "location.href = n == 1 ? 'index.html' : 'index_' + (n - 1) + '.html'"
    page = page_with(
        f'{ROWS}<div id="fy" pageCount="3" pageIndex="1"></div><script>draw(function (n) {{{script}}})</script>'
    )
    guess = proposed(page)
    assert guess.keys().isdisjoint({"pages", "second", "page_count"})
    listing = applied(page, guess)
    assert (listing.reported_pages, [request.url for request in listing.next_requests]) == (3, [f"{LIST}index_1.html"])


def test_a_link_to_the_next_page_is_proposed_and_a_dead_one_is_not() -> None:
    for link, selector in (
        ('<a href="?p=2">下一页</a>', "//a[normalize-space(.) = '下一页']"),
        ('<a class="next" href="?p=2">下一页 &gt;</a>', "//a[normalize-space(.) = '下一页 >']"),
        ('<a href="?p=2">下一页 \'</a>', "//a[contains(., '下一页 ')]"),
    ):
        page = page_with(ROWS + link)
        assert proposed(page)["next"] == selector
        assert [request.url for request in applied(page, proposed(page)).next_requests] == [f"{LIST}?p=2"]
    assert "next" not in proposed(page_with(ROWS + '<a href="javascript:go(2)">下一页</a>'))


STEPS = {
    "words": "<span>{before}</span> <span>{next}</span>",
    "between numbers": "<span>{before}</span> <b>1</b> <a href='?p=2'>2</a> <span>{next}</span>",
    "with 末页": "<span>{before}</span> <span>{next}</span> <a class=Next href='?p=3'>末页</a>",
}


@pytest.mark.parametrize("name", ["下一页", "后一页", "下页", "下一页 »", "›"])
@pytest.mark.parametrize("form", STEPS.values(), ids=STEPS.keys())
def test_a_proposed_step_leads_on_from_each_page_though_all_steps_have_its_classes(form: str, name: str) -> None:
    def page(number: int) -> WebPage:
        before = f"<a class=Next href='?p={number - 1}'>上一页</a>" if number > 1 else "上一页"
        following = f"<a class=Next href='?p={number + 1}'>{name}</a>"
        pager = f"<div class=pager>{form.format(before=before, next=following)}</div>"
        return page_with(ROWS + pager, f"{LIST}?p={number}" if number > 1 else LIST)

    guess = proposed(page(1))
    for number in (1, 2):
        assert [request.url for request in applied(page(number), guess).next_requests] == [f"{LIST}?p={number + 1}"]


CARDS = (
    '<div class="card"><a class="stretched" href="/gk/{0}.html"></a><h5>{1}</h5><small>2024-03-0{0}</small></div>',
    '<div class="card"><a href="/gk/{0}.html"><img src="{0}.jpg"></a><p>{1}</p><i>2024-03-0{0}</i></div>',
    '<div class="card"><h4>{1}</h4><i>2024-03-0{0}</i><a href="/gk/{0}.html">阅读本篇全文</a></div>',
    '<div class="card"><a href="/gk/{0}.html"><img src="{0}.jpg" alt="{1}"></a><i>2024-03-0{0}</i></div>',
)
VIEWS = (
    '<tr><td>{0}</td><td>{1}</td><td>2024-03-0{0}</td><td><a href="/gk/{0}.html">查看</a></td></tr>',
    """<tr><td>{0}</td><td>{1}</td><td>2024-03-0{0}</td><td><input type="button" value="查看详情"
    onclick="window.open('/gk/{0}.html')"></td></tr>""",
)


@pytest.mark.parametrize("card", [*CARDS, *VIEWS])
@pytest.mark.parametrize("rows", [3, 5])
def test_rows_whose_links_say_nothing_of_the_document_have_the_title_beside_them(card: str, rows: int) -> None:
    cards = "".join(card.format(number + 1, TITLES[number]) for number in range(rows))
    page = page_with(f"<table>{cards}</table>" if card in VIEWS else f'<div class="cards">{cards}</div>')
    entries = applied(page, proposed(page)).entries
    assert [(entry.title, entry.url[-6:]) for entry in entries] == [
        (TITLES[number], f"{number + 1}.html") for number in range(rows)
    ]


def test_rows_with_one_title_keep_it_beside_counters_and_labels() -> None:
    beside = "<em>点击：{0}03次</em><b>发布机构：桐溪县第{0}局</b><i>2024-03-0{0}</i>"
    row = f'<li><a href="/gk/{{0}}.html">任免通知</a>{beside}</li>'
    page = page_with(f"<ul>{lines(4, row)}</ul>")
    assert [entry.title for entry in applied(page, proposed(page)).entries] == ["任免通知"] * 4
    named = '<li><a href="/gk/{0}.html">行政处罚决定书</a><b>桐溪县第{0}建材有限公司</b><i>2024-03-0{0}</i></li>'
    page = page_with(f"<ul>{lines(4, named)}</ul>")
    assert [entry.title for entry in applied(page, proposed(page)).entries] == ["行政处罚决定书"] * 4


WORDS = {
    "<div class=fy>共<b>47</b>条 1/5页</div>": "div.fy",
    "<div class=fy>第 1 页 共 5 页 共 47 条</div>": None,
    "<p id=n>当前第1页，共5页，总记录数：47</p>": None,
    "<div><span>首页</span><span>1/5</span><span>共&nbsp;47 条记录</span></div>": None,
    "<div>1/5页，共 有 47篇</div>": None,
}


@pytest.mark.parametrize(("words", "selector"), WORDS.items())
def test_a_total_in_words_is_read_again_where_it_stands(words: str, selector: str | None) -> None:
    guess = proposed(page_with(ROWS + words))
    assert selector in (None, guess["total"])
    assert applied(page_with(ROWS + words), guess).reported_total == 47
    later = page_with(ROWS + re.sub("47", "1023", words))
    assert applied(later, guess).reported_total == 1023


def test_the_body_that_a_row_names_before_its_title_is_no_document() -> None:
    body = '<a href="/bm/{0}/">[桐溪县水务管理局]</a>'
    form = f'<li>{body}<a href="/gk/{{0}}.html">桐溪县关于第{{0}}项工作的通知</a><i>2024-03-0{{0}}</i></li>'
    page = page_with(f"<ul>{lines(form=form)}</ul>")
    entries = applied(page, proposed(page)).entries
    assert [entry.url.rpartition("/gk/")[2] for entry in entries] == ["1.html", "2.html", "3.html", "4.html"]


BOXES = (
    '<div class="rank"><h4>阅读排行</h4><ol>{}</ol></div>',
    "<div><h3>热点信息</h3><ul>{}</ul></div>",
    '<div class="sidebar"><ul>{}</ul></div>',
    "<div><h3>最新公开</h3><table>{}</table></div>",
)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_longer_box_beside_the_list_is_not_proposed(box: str, dated: bool, before: bool) -> None:
    form = '<li><a href="/gk/{0}.html">桐溪县关于第{0}项工作的通知</a>' + (
        "<i>2024-03-0{0}</i></li>" if dated else "</li>"
    )
    row = "tr><td" if "table" in box else "li"
    others = lines(9, f'<{row}><a href="/xw/2024/{{0}}.html">县领导第{{0}}次调研重点工作推进情况</a></li>')
    parts = [f"<div><ul>{lines(4, form)}</ul></div>", box.format(others)]
    page = page_with("".join(reversed(parts) if before else parts))
    entries = applied(page, proposed(page)).entries
    assert [entry.url for entry in entries] == [f"http://x.example/gk/{number}.html" for number in range(1, 5)]
    # Alone it is what the page has.
    assert proposed(page_with(box.format(others)))


def test_rows_are_selected_by_a_name_above_them_before_bare_tags() -> None:
    assert proposed(page_with(f'<div class="wj-list"><ul>{lines()}</ul></div>'))["rows"] == "div.wj-list ul > li"
    assert proposed(page_with(f"<div><ul>{lines()}</ul></div>"))["rows"] == "ul > li"


def test_the_numbers_of_a_pager_with_long_titles_are_no_documents() -> None:
    pager = ", ".join(f'<a href="list.jsp?lm=3&p={n}" title="Go to page {n}">{n}</a>' for n in range(2, 8))
    lines = "".join(
        f'<tr><td><a href="show.jsp?id={n}">桐溪县第{n}号通知公告</a></td><td>2024-01-0{n}</td></tr>'
        for n in range(1, 6)
    )
    page = page_with(
        f"<p>[首页/上一页] {pager}</p><table id=row>{lines}</table><p>[首页/上一页] {pager}</p>", f"{LIST}list.jsp?lm=3"
    )
    assert [entry.url for entry in applied(page, proposed(page)).entries] == [
        f"{LIST}show.jsp?id={n}" for n in range(1, 6)
    ]


@pytest.mark.parametrize(("own", "document"), [("index.php?c=12", "index.php?c=12&id={}"), ("", "?p={}")])
def test_documents_at_the_address_of_their_list_are_proposed(own: str, document: str) -> None:
    urls = [LIST + document.format(n) for n in range(1, 6)]
    lines = "".join(
        f'<li><a href="{url}">桐溪县第{n}号通知公告</a><i>2024-01-0{n}</i></li>' for n, url in enumerate(urls, 1)
    )
    page = page_with(f"<ul class=l>{lines}</ul>", LIST + own)
    assert [entry.url for entry in applied(page, proposed(page)).entries] == urls


def test_the_folded_groups_of_a_view_are_no_documents() -> None:
    own = f"{LIST}gk.nsf/byCat?OpenView"
    document = f'<a href="{LIST}gk.nsf/byCat/{{:032x}}?OpenDocument">桐溪县通知公告</a>'
    groups = "".join(
        f'<tr><td><a href="{own}&Start=1&Collapse={n}"><img alt="隐藏明细，第{n}类"></a></td></tr>'
        f"<tr><td>2024-01-0{n}</td><td>{document.format(n)}</td></tr>"
        for n in range(1, 6)
    )
    page = page_with(f"<table>{groups}</table>", own)
    assert len(applied(page, proposed(page)).entries) == 5
