"""Rows whose documents a script opens are read, or make the list red if the script does not give the address."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.platforms.base import ListingPage, ListingRequest, NotAListing, Platform
from etl.platforms.drafting.repeated_rows import repeated_rows
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from etl.web.urls import resolved
from tests.support.share import examples

LIST = "http://x.example/gk/zcwj/"
LEADING = (
    '<li><a href="{url}">{title}</a><i>{day}</i></li>',
    '<li><a href="javascript:void(0)" onclick="window.open(\'{url}\')">{title}</a><i>{day}</i></li>',
    "<li><a onclick=\"location.href='{url}'; return false\">{title}</a><i>{day}</i></li>",
    "<li><a href=\"javascript:window.open('{url}', '_blank')\">{title}</a><i>{day}</i></li>",
    '<li><a href="#" onclick="openNews(\'{url}\')">{title}</a><i>{day}</i></li>',
    '<li><a href="#" data-href="{url}">{title}</a><i>{day}</i></li>',
    '<li data-url="{url}"><a>{title}</a><i>{day}</i></li>',
    "<li onclick=\"location.href='{url}'\"><p>{title}</p><i>{day}</i></li>",
    '<li><a href=" {url} ">{title}</a><i>{day}</i></li>',
)
SILENT = (
    "<li><a href=\"javascript:openDetail('{number}')\">{title}</a><i>{day}</i></li>",
    '<li><a href="#" onclick="show({number})">{title}</a><i>{day}</i></li>',
    "<li><a onclick=\"location.href='/d/' + {number} + '.html'\">{title}</a><i>{day}</i></li>",
)
FURNITURE = (
    "",
    '<a href="javascript:;" onclick="share()">分享到微博与微信</a>',
    '<a href="javascript:;" onclick="collect()">加入收藏夹保存</a>',
)


def rows(forms: list[str], beside: str = "") -> str:
    lines = (
        form.format(
            url=f"./202403/t20240301_{4100 + n}.html",
            title=f"桐溪县关于第{n}项工作的通知",
            day=f"2024-03-0{n}",
            number=4100 + n,
        ).replace("</li>", f"{beside}</li>")
        for n, form in enumerate(forms, 1)
    )
    return "".join(lines)


def read(content: str, family: Platform | None = None) -> ListingPage:
    page = WebPage(LIST, f"<html><head><title>政策文件</title></head><body><ul>{content}</ul></body></html>", "utf-8")
    return read_list_page(family or platform("trs_wcm"), page, ListingRequest(LIST, "c"))


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(st.sampled_from(LEADING), min_size=1, max_size=5),
    st.lists(st.sampled_from(SILENT), max_size=3),
    st.sampled_from(FURNITURE),
    st.randoms(use_true_random=False),
)
def test_each_row_is_read_or_reported(leading: list[str], silent: list[str], beside: str, order: Random) -> None:
    forms = [*leading, *silent]
    order.shuffle(forms)
    listing = read(rows(forms, beside))
    expected = [
        (f"{LIST}202403/t20240301_{4100 + n}.html", f"桐溪县关于第{n}项工作的通知", f"2024-03-0{n}")
        for n, form in enumerate(forms, 1)
        if form in LEADING
    ]
    assert [(entry.url, entry.title, entry.fields["published_date"]) for entry in listing.entries] == expected
    assert [problem.code for problem in listing.problems] == (["rows_not_understood"] if silent else [])


@pytest.mark.parametrize(
    "form", [*LEADING, "<tr onclick=\"window.open('{url}')\"><td>1</td><td>{title}</td><td>{day}</td></tr>"]
)
def test_such_rows_are_proposed_for_a_site_of_no_family(form: str) -> None:
    content = rows([form] * 5)
    content = f"<table>{content}</table>" if form.startswith("<tr") else f"<ul>{content}</ul>"
    page = WebPage(LIST, f"<html><head><title>政策文件</title></head><body>{content}</body></html>", "utf-8")
    guess = repeated_rows(page)
    source = adhoc_source("x", "x", LIST, ["x.example"]).model_copy(
        update={"listing": Listing.model_validate(dict(guess or {}))}
    )
    fresh = WebPage(LIST, page.text, "utf-8")
    listing = read_list_page(platform("generic").for_source(source), fresh, ListingRequest(LIST, "c"))
    assert [entry.fields["published_date"] for entry in listing.entries] == [f"2024-03-0{n}" for n in range(1, 6)]


def test_a_row_without_any_target_is_not_counted() -> None:
    withdrawn = "<li><a>{title}</a><i>{day}</i></li>"
    listing = read(rows([LEADING[0], withdrawn, LEADING[0]]))
    assert (len(listing.entries), listing.problems) == (2, ())


@pytest.mark.parametrize("scheme", ["htttp://x.example", "ftp://x.example", "file:///D:", "D:", "httpp:"])
def test_a_row_with_an_address_outside_the_web_is_reported(scheme: str) -> None:
    lost = LEADING[0].replace('href="', f'href="{scheme}/')
    assert lost != LEADING[0]
    listing = read(rows([LEADING[0], lost, LEADING[0]]))
    assert (len(listing.entries), [problem.code for problem in listing.problems]) == (2, ["rows_not_understood"])
    mail = lost.replace(f"{scheme}/", "mailto:")
    assert read(rows([LEADING[0], mail, LEADING[0]])).problems == ()


def test_an_explanation_of_a_document_is_not_a_row() -> None:
    explained = LEADING[0].replace("</a>", '</a><a href="../jd/202403/t20240302_{number}.html">政策解读</a>')
    pictures = explained.replace("<i>", '<a href="../jd/202403/t20240303_{number}.html">图解</a><i>')
    for form in (explained, pictures):
        listing = read(rows([form] * 6))
        assert ([entry.fields["published_date"][-1] for entry in listing.entries], listing.problems) == (
            list("123456"),
            (),
        )


ROWS = {
    "a label in the link": '<li><a href="{url}"><b title="{title}">{cut}…</b></a><i>{day}</i></li>',
    "a label above the link": '<li title="{title}"><a href="{url}">{cut}...</a><i>{day}</i></li>',
    "data": '<li><a href="{url}" data-title="{title}">{cut}……</a><i>{day}</i></li>',
    "a label of several lines": '<li><a href="{url}" title="信息分类：公告&#10;名称：{title}&#10;页数：3">{cut}</a>'
    "<i>{day}</i></li>",
    "a labelled label": '<li><a href="{url}" title="标题：{title}&#10;发布时间：{day}">{cut}</a></li>',
    "a mark": '<li><a href="{url}"><em>置顶</em>{title}<i>[新]</i></a><i>{day}</i></li>',
    "the year apart": '<li><p><b>03-0{n}</b><i>2024</i></p><a href="{url}">{title}</a></li>',
    "the year first": '<li><p><b>2024</b><i>03/0{n}</i></p><a href="{url}">{title}</a></li>',
    "day, month, year": '<li><p><b>0{n}</b><i>3月</i><u>2024年</u></p><a href="{url}">{title}</a></li>',
    "year, month, day": '<li><p><b>2024</b><i>03</i><u>0{n}</u></p><a href="{url}">{title}</a></li>',
    "digits": '<li><a href="{url}">{title}</a><i>2024030{n}</i></li>',
    "backslashes": '<li><a href=".\\202403\\t20240301_{number}.html">{title}</a><i>{day}</i></li>',
}


@pytest.mark.parametrize("form", ROWS)
def test_title_date_and_address_are_whole(form: str) -> None:
    content = "".join(
        ROWS[form].format(
            url=f"./202403/t20240301_{4100 + n}.html",
            title=f"桐溪县关于第{n}项工作的通知",
            cut=f"桐溪县关于第{n}",
            day=f"2024-03-0{n}",
            number=4100 + n,
            n=n,
        )
        for n in range(1, 6)
    )
    assert [(entry.url, entry.title, dict(entry.fields)) for entry in read(content).entries] == [
        (
            f"{LIST}202403/t20240301_{4100 + n}.html",
            f"桐溪县关于第{n}项工作的通知",
            {"published_date": f"2024-03-0{n}"},
        )
        for n in range(1, 6)
    ]


@pytest.mark.parametrize("beside", ["第3.2版 2024年起施行的办法", "2024 12 项", "20241399", "来源：2024 办"])
def test_numbers_beside_a_title_are_no_date(beside: str) -> None:
    content = "".join(
        f'<li><a href="./202403/t20240301_{n}.html">桐溪县第{n}号通知</a><i>{beside}</i></li>' for n in range(5)
    )
    assert [dict(entry.fields) for entry in read(content).entries] == [{}] * 5


MAKERS = {
    'function openDetail(id) { window.open("/gk/detail.html?id=" + id); }': (
        "openDetail('{n}')",
        "/gk/detail.html?id={n}",
    ),
    "function show(n){location.href='/d/'+n+'.html'}": ("show({n})", "/d/{n}.html"),
    "var view = function (a, b) { var url = '/c' + b + '/' + a + '.htm'; window.open(url, '_blank') }": (
        "view('{n}', '7')",
        "/c7/{n}.htm",
    ),
    "function go(path) { window.location.assign(path + '?from=list'); }": (
        "go('./t{n}.html')",
        "./t{n}.html?from=list",
    ),
    'app = { look: 1, open: function (id) { top.location.href = "show.jsp?nid=" + id } }': (
        "open('{n}')",
        "show.jsp?nid={n}",
    ),
}
"""Functions of a page → (how rows call them, the address that they open)."""
CALLING = (
    '<li><a href="javascript:{call}">{title}</a><i>{day}</i></li>',
    '<li><a href="#" onclick="return {call};">{title}</a><i>{day}</i></li>',
    '<li onclick="{call}"><p>{title}</p><i>{day}</i></li>',
)


def read_calls(function: str, row: str, call: str) -> ListingPage:
    """What is read of a site of no family whose five rows call the function."""
    lines = "".join(
        row.format(title=f"桐溪县关于第{n}项工作的通知", day=f"2024-03-0{n}", call=call.format(n=4100 + n))
        for n in range(1, 6)
    )
    page = WebPage(LIST, f"<html><body><ul class='l'>{lines}</ul><script>{function}</script></body></html>", "utf-8")
    source = adhoc_source("x", "x", LIST, ["x.example"]).model_copy(update={"listing": Listing(rows="ul.l > li")})
    return read_list_page(platform("generic").for_source(source), page, ListingRequest(LIST, "c"))


@pytest.mark.parametrize("function", MAKERS)
@pytest.mark.parametrize("row", CALLING)
def test_the_address_that_a_function_makes_is_read(function: str, row: str) -> None:
    call, address = MAKERS[function]
    listing = read_calls(function, row, call)
    expected = [resolved(LIST, address.format(n=4100 + n)) for n in range(1, 6)]
    assert ([entry.url for entry in listing.entries], listing.problems) == (expected, ())


@pytest.mark.parametrize(
    "function",
    [
        'function openDetail(id) { window.open(base + "/detail.html?id=" + id); }',
        'function openDetail(id) { $.post("/d/" + id, draw); }',
        'function openDetail(id, kind) { window.open("/" + kind + "/" + id + ".html"); }',
        "function openDetail(id) { window.open(id); }",
        "",
    ],
)
def test_an_address_that_no_function_gives_is_not_guessed(function: str) -> None:
    with pytest.raises(NotAListing):
        read_calls(function, CALLING[0], "openDetail('{n}')")


def test_an_address_in_escapes_of_a_script_is_followed() -> None:
    call = 'Turn("\\u002fgk\\u002fzcwj\\u002flist.aspx?Paged=TRUE\\u0026PageFirstRow=31");return false'
    pager = f"<table><tr><td><a href='javascript:' onclick='{call}'><img alt=下一页></a></td></tr></table>"
    listing = read(rows([LEADING[0]] * 3) + pager)
    assert [each.url for each in listing.next_requests] == [
        "http://x.example/gk/zcwj/list.aspx?Paged=TRUE&PageFirstRow=31"
    ]
