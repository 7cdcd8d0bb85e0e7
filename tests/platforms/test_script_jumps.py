"""Pagers drawn by a library are followed to the last page by the address that their handler builds."""

import pytest

from etl.platforms.base import ListingPage
from etl.web.urls import resolved
from tests.support.paged_lists import CASES, LIST, following, read

LEADING = {
    "laypage({{cont: 'p', pages: {pages}, curr: {at}, jump: function (o, first) {{ if (!first) {{ location.href = "
    "o.curr == 1 ? 'index.html' : 'index_' + o.curr + '.html'; }} }} }});": "index_{}.html",
    "layui.laypage.render({{elem: 'p', count: {total}, limit: 3, curr: {at}, jump: function (o) {{ "
    "location.href = '?page=' + o.curr }} }})": "?page={}",
    "$('#p').pagination({{totalData: {total}, showData: 3, callback: function (api) {{ "
    "window.location.href = 'index_pc_' + api.getCurrent() + '.html'; }} }});": "index_pc_{}.html",
    "$('#p').pagination({{pageCount: {pages}, callback: function (api) {{ var p = api.getCurrent(); "
    "window.location.replace('./list_' + p + '.html?a=1') }} }});": "./list_{}.html?a=1",
    "$('#p').bootstrapPaginator({{currentPage: {at}, totalPages: {pages}, pageUrl: function (type, page) {{ "
    "return '?id=3&pageNo=' + page; }} }});": "?id=3&pageNo={}",
    "kkpager.generPageHtml({{pno: {at}, total: {pages}, hrefFormer: 'list_', hrefLatter: '.html', "
    "getLink: function (n) {{ return this.hrefFormer + n + this.hrefLatter; }} }});": "list_{}.html",
    "kkpager.generPageHtml({{pno: {at}, total: {pages}, hrefFormer: 'index', hrefLatter: '.html', "
    "getLink: function (n) {{ if (n == 1) {{ return this.hrefFormer + this.hrefLatter; }} "
    "return this.hrefFormer + '_' + n + this.hrefLatter; }} }});": "index_{}.html",
    "$('#p').pagination({{pageCount: {pages}, callback: function (k) {{ location.href = k == 1 ? '/gk/zcwj/' : "
    "'/gk/zcwj/' + k + '/'; }} }});": "{}/",
}
FROM_ZERO = (
    "$('#p').pagination({{pageCount: {pages}, callback: function (api) {{ var p = api.getCurrent(); if (p == 1) "
    "location.href = 'index.html'; else location.href = 'index_' + (p - 1) + '.html'; }} }});"
)


def at(script: str, address: str, place: int, number: int) -> ListingPage:
    code = f"<div id='p'></div><script>{script.format(pages=3, total=9, at=place)}</script>"
    url = LIST if place == 1 else LIST + address.format(number).removeprefix("./")
    return read(CASES["trs_wcm"], code, seen=3 * place - 3, url=url)


@pytest.mark.parametrize("script", LEADING)
def test_the_handler_leads_to_each_page(script: str) -> None:
    address = LEADING[script]
    walked = [at(script, address, place, place) for place in (1, 2, 3)]
    expected = [[LIST + address.format(place).removeprefix("./")] for place in (2, 3)]
    assert [following(page) for page in walked] == [*expected, []]
    assert [page.problems for page in walked] == [(), (), ()]
    # What a walk compares at its end.
    assert {page.reported_pages or page.reported_total for page in walked[:2]} <= {3, 9}


CHOICES = (
    ("<select onchange=\"location.href='list?page='+this.value\">{}</select>", "list?page={}"),
    (
        "<select onchange=\"window.location='/gk?c=3&page='+this.options[this.selectedIndex].value;\">{}</select>",
        "/gk?c=3&page={}",
    ),
    ('<select onchange=\'javascript:location.href="list_" + this.value + ".html"\'>{}</select>', "list_{}.html"),
)


@pytest.mark.parametrize(("select", "address"), CHOICES)
def test_a_choice_of_pages_leads_on_by_the_address_that_it_builds(select: str, address: str) -> None:
    options = "".join(f"<option value='{number}'>{number}</option>" for number in (1, 2, 3))
    pager = f"<div>第{select.format(options)}页/共3页</div>"
    expected = [resolved(LIST, address.format(number)) for number in (2, 3)]
    first = read(CASES["generic"], pager)
    assert (following(first), first.problems) == (expected[:1], ())
    assert following(read(CASES["generic"], pager, seen=3, url=expected[0])) == expected[1:]
    assert following(read(CASES["generic"], pager, seen=6, url=expected[1])) == []


def test_page_numbers_from_zero_are_understood() -> None:
    walked = [at(FROM_ZERO, "index_{}.html", place, place - 1) for place in (1, 2, 3)]
    assert [following(page) for page in walked] == [[f"{LIST}index_1.html"], [f"{LIST}index_2.html"], []]


@pytest.mark.parametrize("script", [*LEADING, FROM_ZERO])
def test_a_whole_list_is_not_followed(script: str) -> None:
    code = f"<script>{script.format(pages=1, total=3, at=1)}</script>"
    listing = read(CASES["trs_wcm"], code)
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(
    "script",
    [
        "function so() { location.href = '/search?q=' + $('.k').val() + '&page=1' }",
        "$('.zt').click(function () { window.open('/zt/' + this.id + '.html') })",
    ],
)
def test_other_handlers_lead_nowhere(script: str) -> None:
    listing = read(CASES["trs_wcm"], f"<script>{script}</script>")
    assert (following(listing), listing.problems) == ([], ())


STEPPING = {
    "var P = {{total: {pages}, jump: function (k) {{ if (k < 1 || k > this.total) return; "
    "window.location.href = 'list' + (k == 1 ? '' : '_' + k) + '.html'; }}}};": ("P.jump({})", "list_{}.html"),
    "function go(k) {{ if (k == 1) {{ location.href = 'index.html' }} else {{ var u = 'list-' + k; location.href = u + "
    "'.shtml' }} }}": ("javascript:go('{}')", "list-{}.shtml"),
}


@pytest.mark.parametrize("code", STEPPING)
@pytest.mark.parametrize("step", ['<i onclick="{}">›</i>', '<a href="javascript:;" onclick="{}">下一页</a>'])
def test_the_function_that_a_step_calls_leads_on_however_it_makes_the_address(code: str, step: str) -> None:
    call, address = STEPPING[code]
    for place in (1, 2, 3):
        pager = f"<p>{place}/3 {step.format(call.format(place + 1))}</p><script>{code.format(pages=3)}</script>"
        url = LIST if place == 1 else LIST + address.format(place)
        listing = read(CASES["generic"], pager, seen=3 * place - 3, url=url)
        assert following(listing) == ([LIST + address.format(place + 1)] if place < 3 else [])
        assert listing.problems == ()


def test_a_function_that_leads_to_a_document_or_another_site_is_no_step() -> None:
    for target in ("/show.php?id=2", "http://y.example/list_2.html"):
        code = f"<script>function go(k) {{ location.href = '{target}' }}</script>"
        assert following(read(CASES["generic"], f"<p>1/3 <a onclick='go(2)'>下一页</a></p>{code}")) == []
