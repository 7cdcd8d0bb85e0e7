"""Many sites print 首页 上一页 下一页 尾页 without targets below a list of one page: the list is complete."""

import re
from itertools import product
from time import process_time

import pytest

from tests.support.paged_lists import CASES, LIST, following, read

STEPS = ("首页", "上一页", "下一页", "尾页")
DEAD = (
    "<span>{}</span>",
    '<a href="#">{}</a>',
    '<a href="">{}</a>',
    '<a href="javascript:void(0);">{}</a>',
    '<a href="javascript:;" onclick="return false">{}</a>',
    '<a class="page-link" title="{0}">{0}</a>',
    '<li class="item"><a href="#">{}</a></li>',
    '<p><font color="gray">{}</font></p>',
    "{} ",
)
HANDLES = (' class="next"', ' id="nextPage"', ' onclick="turn(2)"', ' data-to="2"', ' v-on:click="on()"')
"""By which a script finds 下一页."""


def pager(form: str, handle: str = "") -> str:
    steps = (re.sub(r"(?<=^<)\w+", rf"\g<0>{handle}", form) if step == "下一页" else form for step in STEPS)
    return f"<div>{' '.join(each.format(step) for each, step in zip(steps, STEPS, strict=True))}</div>"


@pytest.mark.parametrize("family", ["trs_wcm", "ucap", "generic"])
@pytest.mark.parametrize("form", DEAD)
def test_steps_that_no_script_can_tell_apart_end_a_short_list(family: str, form: str) -> None:
    listing = read(CASES[family], pager(form))
    assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(("form", "handle"), [*product(DEAD[:-1], HANDLES), ("<button>{}</button>", "")])
def test_a_step_that_a_script_can_find_makes_the_list_incomplete(form: str, handle: str) -> None:
    listing = read(CASES["generic"], pager(form, handle))
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


@pytest.mark.parametrize("form", [form for form in DEAD if "<" in form])
def test_dead_steps_below_a_full_page_do_not_say_that_it_is_the_last(form: str) -> None:
    listing = read(CASES["generic"], pager(form), count=20)
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


@pytest.mark.parametrize("count", [10, 15, 20, 30])
@pytest.mark.parametrize("around", ["div", "p", "td", "span", "center"])
def test_steps_that_are_one_text_lead_nowhere_below_a_full_page_too(around: str, count: int) -> None:
    words = " ".join(STEPS)
    listing = read(CASES["generic"], f"<{around}>{words}</{around}>", count=count)
    assert (following(listing), listing.problems) == ([], ())
    listing = read(CASES["generic"], f'<{around} onclick="turn(event)">{words}</{around}>', count=count)
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


SHOWS = (
    'function show(n){$(".l li").hide().slice((n-1)*20,n*20).show()}',
    "function show(n) { var rows = document.querySelectorAll('.l li'); rows.forEach(function (row, i) {"
    " row.style.display = Math.floor(i / 20) === n - 1 ? '' : 'none'; }); }",
    "var show = function (n) {"
    " jQuery('.l > li').each(function (i) { jQuery(this).toggle(i >= (n-1)*20 && i < n*20) }) };",
)
ASKS = (
    'function show(n){$(".l").hide();$.get("/rows",{page:n},draw)}',
    'function show(n){$(".loading").show();query(n)}',
    'function show(n){$(".l").hide();location.href="?page="+n}',
    'function show(n){$(".l li").hide();$(".l").load("/rows?page="+n)}',
    "",
)
TURNING = (
    '<a href="javascript:show(1)">1</a> <a href="javascript:show(2)">2</a> <a href="javascript:show(3)">3</a>',
    '<span class="on">1</span> <span onclick="show(2)">2</span> <span onclick="show(3)">3</span>',
    '<a href="javascript:;" onclick="show(1)">上一页</a> <a href="javascript:;" onclick="show(2)">下一页</a>',
)


@pytest.mark.parametrize("pages", TURNING)
@pytest.mark.parametrize(("scripts", "whole"), [(SHOWS, True), (ASKS, False)])
def test_a_pager_that_only_shows_rows_of_the_page_leads_to_no_other(
    pages: str, scripts: tuple[str, ...], whole: bool
) -> None:
    for script in scripts:
        listing = read(CASES["generic"], f'<div class="page">{pages}</div><script>{script}</script>', count=45)
        assert (not following(listing) and not listing.problems) is whole, script


@pytest.mark.parametrize("words", ["展开更多", "查看更多", "加载更多"])
@pytest.mark.parametrize(
    ("handler", "codes"),
    [("$('.l li').show()", []), ("$('.l li').slideDown(); this.style.display='none'", []),
     ("$('.l li').show(); more()", ["paging_not_understood"])],
)  # fmt: skip
def test_what_unfolds_rows_of_the_page_leads_to_no_others(words: str, handler: str, codes: list[str]) -> None:
    listing = read(CASES["generic"], f'<a href="javascript:;" onclick="{handler}">{words}</a>', count=45)
    assert [problem.code for problem in listing.problems] == codes


def test_a_library_that_slices_the_rows_of_the_page_turns_to_no_other() -> None:
    draw = 'laypage.render({{elem:"p",count:rows.length,limit:20,jump:function(o){{{}}}}})'
    for does, codes in (
        ("rows.hide().slice((o.curr-1)*20,o.curr*20).show()", []),
        ('$.get("/rows",{page:o.curr},draw)', ["paging_not_understood"]),
    ):
        listing = read(CASES["generic"], f'<div id="p"></div><script>{draw.format(does)}</script>', count=45)
        assert [problem.code for problem in listing.problems] == codes


OFF = (
    '<li class="page-item disabled"><a class="page-link" href="#">{}</a></li>',
    '<li class="disabled"><span>{}</span></li>',
    '<li class="disabled" aria-label="Next"><a href="javascript:;"><span aria-hidden="true">{}</span></a></li>',
    '<li aria-disabled="true"><button type="button">{}</button></li>',
    '<span class="btn-disabled"><a href="javascript:void(0)">{}</a></span>',
)
ARROWS = (("«", "»"), ("‹", "›"), ("&lt;", "&gt;"), ("上一页", "下一页"))


@pytest.mark.parametrize("form", OFF)
@pytest.mark.parametrize("arrows", ARROWS)
@pytest.mark.parametrize("count", [7, 18, 20])
def test_a_step_in_an_item_that_is_switched_off_leads_nowhere(form: str, arrows: tuple[str, str], count: int) -> None:
    back, onward = map(form.format, arrows)
    one = '<li class="page-item active"><a class="page-link" href="#">1</a></li>'
    listing = read(CASES["generic"], f'<ul class="pagination">{back}{one}{onward}</ul>', count=count)
    assert (following(listing), listing.problems) == ([], ())
    live = re.sub(r"disabled?|btn-", "item", re.sub(r' aria-disabled="true"', "", onward))
    listing = read(CASES["generic"], f'<ul class="pagination">{back}{one}{live}</ul>', count=count)
    assert [problem.code for problem in listing.problems] == ["paging_not_understood"]


CALLS = (
    '<a href="javascript:goPage({});">{}</a>',
    '<span onclick="gotoPage({})">{}</span>',
    '<li><a href="#" onclick="turn(\'list\', {}); return false">{}</a></li>',
    '<input type="button" value="{1}" onclick="jump({0})">',
)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("count", [7, 20])
def test_a_step_that_calls_what_the_step_back_calls_leads_nowhere(call: str, count: int) -> None:
    for numbers, codes in (((1, 1, 1, 1), []), ((1, 1, 2, 2), ["paging_not_understood"])):
        steps = " ".join(call.format(number, step) for number, step in zip(numbers, STEPS, strict=True))
        listing = read(CASES["generic"], f"<div>{steps}</div>", count=count)
        assert (following(listing), [problem.code for problem in listing.problems]) == ([], codes)


@pytest.mark.parametrize("call", ["turn(this)", "turn(this, 1)", "turn('x')", "turn()"])
def test_a_call_that_may_ask_which_step_was_clicked_is_not_the_same_for_two(call: str) -> None:
    steps = " ".join(f'<a href="#" onclick="{call}">{step}</a>' for step in STEPS)
    assert [problem.code for problem in read(CASES["generic"], f"<div>{steps}</div>", count=20).problems] == [
        "paging_not_understood"
    ]


@pytest.mark.parametrize("address", [LIST, "./", "/gk/zcwj/"])
def test_a_button_that_opens_the_page_itself_leads_nowhere(address: str) -> None:
    button = "<input type='button' value='下一页' onclick=\"window.location.href='{}'\">"
    assert read(CASES["generic"], button.format(address), count=20).problems == ()
    listing = read(CASES["generic"], button.format("/gk/zcwj/more.jsp?a=2"), count=20)
    assert following(listing) or listing.problems


def test_many_dead_steps_take_time_by_their_number() -> None:
    """What 上一页 calls is found once for a page: searched again for each step, 2,000 of them took 80 s."""
    steps = '<a href="javascript:goPage(1)">下一页</a>' * 2000 + '<a href="javascript:goPage(1)">上一页</a>'
    began = process_time()
    assert read(CASES["generic"], f"<div>{steps}</div>").problems == ()
    assert process_time() - began < 20


@pytest.mark.parametrize("count", [3, 10, 15])
@pytest.mark.parametrize("address", ["index.html", "/gk/zcwj/", "list.jsp?id=3&page=1"])
def test_steps_that_lead_where_the_first_page_is_end_a_list(address: str, count: int) -> None:
    steps = f'<a href="{address}">上一页</a> <span>1</span> <a href="{address}">下一页</a>'
    assert read(CASES["generic"], f'<div class="pages">{steps}</div>', count=count).problems == ()
    on = steps.replace(f'<a href="{address}">下', "<a href='javascript:;' class='on'>下")
    assert read(CASES["generic"], f'<div class="pages">{on}</div>', count=count).problems != ()


@pytest.mark.parametrize("count", [3, 8, 15])
def test_the_number_of_all_rows_beside_them_is_that_of_no_page(count: int) -> None:
    pager = '<div class="pages"><a title="Total record">&nbsp;<b>{}</b></a>&nbsp;<b>1</b></div>'
    assert read(CASES["generic"], pager.format(count), count=count).problems == ()
    assert read(CASES["generic"], pager.format(count + 30), count=count).problems != ()


SAYS = ("javascript:alert('已是最后一页')", 'javascript:alert("没有了");', "javascript: return alert('到底了');")


@pytest.mark.parametrize("code", SAYS)
@pytest.mark.parametrize("form", ["<a href='{}'>下一页</a>", "<a href='#' onclick='{}'>下一页</a>"])
def test_a_step_that_only_says_that_there_is_no_more_ends_a_list(code: str, form: str) -> None:
    quoted = code.replace("'", '"')
    assert read(CASES["generic"], f"<p>{form.format(quoted)}</p>").problems == ()
    goes_on = quoted.replace("alert(", "turn(2); alert(")
    assert read(CASES["generic"], f"<p>{form.format(goes_on)}</p>").problems != ()
