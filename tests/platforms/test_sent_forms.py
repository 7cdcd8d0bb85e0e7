"""Lists that are turned by sending the form of the page back: of WebForms, of Java's frameworks, by a button."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.pipeline.stages.walked_list import request_key
from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.sources.listing import Listing
from etl.sources.schema import adhoc_source
from etl.web.page import WebPage
from tests.support.answered_walks import HTML, Answer, Question, Walked, lines, walk_answers
from tests.support.share import examples

LISTING = {"listing": {"rows": "ul.l > li"}}
STATE = (
    "<input type=hidden name=__EVENTTARGET><input type=hidden name=__EVENTARGUMENT>"
    "<input type=hidden name=__VIEWSTATE value='/wE{state}'><input name=key><input type=submit name=q value=搜索>"
)


@dataclass(frozen=True)
class Form:
    """A form of a list. `html`: with places for the numbers of a page. `fields`: what must come back with the name
    that has the page's number. `turn`: the page for what was sent and the page on which it was sent."""

    html: Callable[[int, int], str]
    turn: Callable[[Question, int], int]
    needs: tuple[str, ...] = ()


def _postback(target: str, argument: str, words: object) -> str:
    return f"<a href=\"javascript:__doPostBack('{target}','{argument}')\">{words}</a>"


def _numbers(page: int, pages: int, link: Callable[[int, object], str]) -> str:
    """A window of five numbers."""
    first = (page - 1) // 5 * 5 + 1
    last = min(first + 4, pages)
    shown = "".join(f"<span>{n}</span>" if n == page else link(n, n) for n in range(first, last + 1))
    before, behind = link(first - 1, "...") if first > 1 else "", link(last + 1, "...") if last < pages else ""
    return f"<div class=pager>{before}{shown}{behind}</div>"


def _steps(page: int, pages: int, link: Callable[[int, object], str]) -> str:
    back = link(1, "首页") + link(page - 1, "上一页") if page > 1 else "<a disabled>首页</a><a disabled>上一页</a>"
    on = (
        link(page + 1, "下一页") + link(pages, "尾页") if page < pages else "<a disabled>下一页</a><a disabled>尾页</a>"
    )
    return f"<div>{back}{on}</div>"


def _argument(asked: Question, _: int) -> int:
    return int(asked.sent["__EVENTARGUMENT"].removeprefix("Page$")) if asked.sent.get("__EVENTTARGET") == "P1" else 1


def _named_next(asked: Question, page: int) -> int:
    return page + {"x$Next": 1, "x$Prev": -1}.get(asked.sent.get("__EVENTTARGET", ""), 0)


LIST = "/gk/list.do"
POSTED = "<form name=f method=post action=list.do><input type=hidden name=cid value=3>"
NUMBER = "<input type=hidden id=no name=pageNo value={}>"
PAGE_NO: Callable[[Question, int], int] = lambda asked, _: int(asked.sent["pageNo"])  # noqa: E731


def _posted(script: str) -> Callable[[int, int], str]:
    """A form whose number a script writes before it sends it."""

    def html(page: int, pages: int) -> str:
        pager = _steps(page, pages, lambda n, words: f"<a href='javascript:go({n})'>{words}</a>")
        return f"{POSTED}{NUMBER.format(page)}{pager}</form><script>{script}</script>"

    return html


def _components(call: Callable[[int], str]) -> Callable[[int, int], str]:
    """Steps of a component, with numbers."""

    def html(page: int, pages: int) -> str:
        return _numbers(page, pages, lambda n, words: f'<a href="#" onclick="{call(n)};return false">{words}</a>')

    return html


def _component(asked: Question, page: int) -> int:
    return next((int(name[3:]) for name, value in asked.sent.items() if name == value and name[:3] == "f:p"), page)


FORMS = {
    "numbers of a pager": Form(
        lambda page, pages: _numbers(page, pages, lambda n, words: _postback("P1", str(n), words)), _argument
    ),
    "steps of a pager": Form(
        lambda page, pages: _steps(page, pages, lambda n, words: _postback("P1", str(n), words)), _argument
    ),
    "numbers that all lead on": Form(
        lambda page, pages: "<p>" + "".join(_postback(f"P$ctl{n:02}", "", n) for n in range(1, pages + 1)) + "</p>",
        lambda asked, _: int(asked.sent["__EVENTTARGET"][-2:]),
    ),
    "numbers of a grid": Form(
        lambda page, pages: _numbers(page, pages, lambda n, words: _postback("P1", f"Page${n}", words)), _argument
    ),
    "steps that name themselves": Form(
        lambda page, pages: _steps(
            page, pages, lambda n, words: _postback("x$Next" if n > page else "x$Prev", "", words)
        ),
        _named_next,
    ),
    "a button": Form(
        lambda page, pages: "".join(
            f"<input type=submit name={name} value={words}{'' if on else ' disabled'}>"
            for name, words, on in (("back", "上一页", page > 1), ("on", "下一页", page < pages))
        ),
        lambda asked, page: page + ("on" in asked.sent) - ("back" in asked.sent),
    ),
    "a picture": Form(
        lambda page, pages: "".join(
            f"<input type=image name={name} alt={words} src=/i.gif>"
            for name, words, on in (("back", "上一页", page > 1), ("on", "下一页", page < pages))
            if on
        ),
        lambda asked, page: page + ("on.x" in asked.sent) - ("back.x" in asked.sent),
    ),
    "a form of each step": Form(
        lambda page, pages: "".join(
            f"<form method=post action=list.do?cid=3><input type=hidden name=cid value=3>"
            f"<input type=hidden name=pageNo value={n}><button>{words}</button></form>"
            for n, words in ((page - 1, "上一页"), (page + 1, "下一页"))
            if 0 < n <= pages
        ),
        PAGE_NO,
        ("cid",),
    ),
    "components": Form(
        _components(lambda n: f"mojarra.jsfcljs(document.getElementById('f'),{{'f:p{n}':'f:p{n}'}},'')"), _component
    ),
    "components in words": Form(
        _components(lambda n: f"if(jsfcljs)jsfcljs(document.forms['f'],'f:p{n},f:p{n}','')"), _component
    ),
    "components with a link": Form(
        _components(lambda n: f"oamSubmitForm('f','f:link',null,[['f:p{n}','f:p{n}']])"), _component
    ),
    "a selection": Form(
        lambda page, pages: (
            f"第{page}页/共{pages}页<select name=page onchange=\"__doPostBack('page','')\">"
            + "".join(f"<option{' selected' if n == page else ''}>{n}</option>" for n in range(1, pages + 1))
            + "</select>"
        ),
        lambda asked, page: int(asked.sent["page"]) if asked.sent["__EVENTTARGET"] == "page" else page,
    ),
    "a field by its name": Form(
        _posted("function go(n) { document.f.pageNo.value = n; document.f.submit(); }"), PAGE_NO, ("cid",)
    ),
    "a field by its id": Form(
        _posted("function go(n) { document.getElementById('no').value = n; document.forms[0].submit() }"),
        PAGE_NO,
        ("cid",),
    ),
    "a field by jQuery": Form(_posted("go = function (n) { $('#no').val(n); $('form').submit() }"), PAGE_NO, ("cid",)),
    "a field by its attribute": Form(
        _posted("function go(pageNo) { var f = form(); $('input[name=pageNo]').val(pageNo); f.submit(); }"),
        PAGE_NO,
        ("cid",),
    ),
    "another action": Form(
        _posted("var to = 'list.do'; function go(n) { f.pageNo.value = n; f.action = to; f.submit() }"),
        PAGE_NO,
        ("cid",),
    ),
    "one more": Form(
        _posted("function go(n) { var p = parseInt(f.pageNo.value) + 1; f.pageNo.value = p; f.submit() }"),
        PAGE_NO,
        ("cid",),
    ),
    "code of the step": Form(
        lambda page, pages: (
            POSTED
            + NUMBER.format(page)
            + _steps(
                page, pages, lambda n, words: f"<a href='#' onclick=\"f.pageNo.value='{n}';f.submit();\">{words}</a>"
            )
            + "</form>"
        ),
        PAGE_NO,
        ("cid",),
    ),
}


def _walk(form: Form, documents: int, size: int, *, ignores: bool = False, sticks: int = 99, above: str = "") -> Walked:
    """A walk over a list whose server answers its first page to what lacks the state of the last answer. `ignores`: it
    always does; `sticks`: the last page that it answers."""
    all_lines, pages = lines(documents, "/n/{number}.html"), -(-documents // size)
    states, pages_by_state = count(100_000), dict[str, int]()
    is_web_form = not form.needs

    def answer(asked: Question) -> Answer:
        if asked.path != LIST:
            return None
        before = pages_by_state.get(asked.sent.get("__VIEWSTATE", ""), 0)
        is_asked = asked.method == "POST" and (before > 0 if is_web_form else asked.sent.get("cid") == "3")
        page = form.turn(asked, before) if is_asked and not ignores else 1
        page = max(1, min(page, pages, sticks))
        state = str(next(states))
        pages_by_state["/wE" + state] = page
        shown = all_lines[size * (page - 1) : size * page]
        lines_shown = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
        turned = f'{above}<ul class="l">{lines_shown}</ul>{form.html(page, pages)}'
        if is_web_form:
            turned = f"<form id=f method=post action=list.do?cid=3>{STATE.format(state=state)}{turned}</form>"
        return f"<html><title>公告</title><body>{turned}</body></html>", HTML

    return walk_answers("generic", f"{LIST}?cid=3", answer, **LISTING)


@settings(max_examples=examples(80), deadline=None)
@given(form=st.sampled_from(sorted(FORMS)), documents=st.integers(3, 190), size=st.sampled_from([12, 15]))
def test_a_list_is_turned_by_the_form_of_its_page(form: str, documents: int, size: int) -> None:
    walked = _walk(FORMS[form], documents, size)
    assert (len(walked.entries), walked.red) == (documents, [])


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("size", [12, 15])
def test_a_site_that_does_not_turn_its_list_is_red(form: str, size: int) -> None:
    walked = _walk(FORMS[form], 5 * size, size, ignores=True)
    assert len(walked.entries) == size
    assert walked.red


NAMED = sorted(set(FORMS) - {"steps that name themselves", "a button", "a picture", "a form of each step"})


@pytest.mark.parametrize("form", NAMED)
@pytest.mark.parametrize("size", [12, 15])
def test_a_site_that_stops_before_a_page_that_its_pager_names_is_red(form: str, size: int) -> None:
    walked = _walk(FORMS[form], 5 * size, size, sticks=3)
    assert len(walked.entries) == 3 * size
    assert walked.red


@pytest.mark.parametrize(
    "html",
    [
        "<form method=post action=http://so.example/list.do><input type=submit value=下一页></form>",
        "<form method=post action=/gk/saveVote.do><input type=submit value=下一页></form>",
        "<form method=post><input type=hidden name=action value=delete><input type=submit value=下一页></form>",
        "<form><input type=hidden name=cid value=3><button>下一页</button></form>",
        "<form method=post><button>下一页</button></form>",
        "<form method=post action='http://[so'><input type=submit name=q value=下一页></form>",
        "<form method=post name=f><input name=no value=1></form><a href='javascript:go(2)'>下一页</a>",
        POSTED + NUMBER.format(1) + "</form><script>function go(n) { f.pageNo.value = n; show() }</script>"
        "<a href='javascript:go(2)'>下一页</a>",
        POSTED + NUMBER.format(1) + "</form><script>function go(n) { f.action = to(n); f.pageNo.value = n; f.submit() }"
        "</script><a href='javascript:go(2)'>下一页</a>",
        POSTED + NUMBER.format(1) + "</form><script>function go(n) { f.pageNo.value = n; f.submit() }</script>"
        "<a href='javascript:go(5)'>下一页</a>",
    ],
    ids=[
        "elsewhere",
        "a vote",
        "a command",
        "nothing new",
        "nothing at all",
        "no address",
        "no script",
        "not sent",
        "action not known",
        "not the next",
    ],
)
def test_a_form_that_may_do_something_else_is_not_sent(html: str) -> None:
    rows = "".join(f'<li><a href="{line.path}">{line.title}</a></li>' for line in lines(12, "/n/{number}.html"))

    def answer(asked: Question) -> Answer:
        return f'<html><body><ul class="l">{rows}</ul>{html}</body></html>', HTML

    walked = walk_answers("generic", "/gk/list.do?cid=3", answer, **LISTING)
    assert len(walked.questions) == 1
    assert walked.red


@pytest.mark.parametrize(
    "box",
    [
        "<form method=post action=/so.do><input name=q><input type=submit value='&gt;'></form>",
        "<form method=post action=/so.do><input name=q><input type=image src=/i/right.gif></form>",
        f"<form method=post>{STATE}<a href=\"javascript:__doPostBack('c$btnSearch','')\">&gt;</a></form>",
        f"<form method=post>{STATE}<a href=\"javascript:__doPostBack('Calendar1','V9131')\">&gt;</a></form>",
        "<form method=post action=/so.do><input name=pageNo value=1></form><a onclick='play(2)'>&gt;</a>",
    ],
    ids=["a search", "a search with a picture", "a search of the page", "a calendar", "a slider"],
)
def test_a_box_beside_a_whole_list_sends_no_form(box: str) -> None:
    form = Form(lambda page, pages: f"<div>{box}</div>", _named_next, ("cid",))
    walked = _walk(form, 7, 12)
    assert (len(walked.entries), len(walked.questions)) == (7, 1)


def test_a_pager_of_a_box_before_the_rows_is_not_that_of_the_list() -> None:
    box = f"<div class=video>{_postback('c$box', '2', '下一页')}</div>"
    form = Form(lambda page, pages: _steps(page, pages, lambda n, words: _postback("P1", str(n), words)), _argument)
    walked = _walk(form, 43, 12, above=box)
    assert (len(walked.entries), walked.red) == (43, [])


@pytest.mark.parametrize("says", ["第1页 共1页", "共12条 1/1页"])
def test_a_list_of_one_page_sends_no_form(says: str) -> None:
    form = Form(lambda page, pages: says + _postback("x$Next", "", "下一页"), _named_next)
    walked = _walk(form, 12, 12)
    assert (len(walked.entries), len(walked.questions), walked.red) == (12, 1, [])


SOURCE = adhoc_source("x", "x", "http://x.example/", ["x.example"])
FAMILY = platform("generic").for_source(SOURCE.model_copy(update={"listing": Listing(rows="ul.l > li")}))


def _next(html: str, charset: str = "utf-8", request: ListingRequest | None = None) -> ListingRequest:
    rows = "".join(f'<li><a href="/n/{n}.html">桐溪县第{n}号通知</a></li>' for n in range(12))
    page = WebPage("http://x.example/gk/list.aspx", f'<body><ul class="l">{rows}</ul>{html}</body>', charset)
    (following,) = read_list_page(FAMILY, page, request or ListingRequest(page.url)).next_requests
    return following


def test_what_a_browser_sends_is_sent() -> None:
    following = _next(
        "<form method=post><input name=a><input name=b value=1 disabled><input type=checkbox name=c checked>"
        "<input type=checkbox name=d><input type=radio name=e value=1><input type=radio name=e value=2 checked>"
        "<select name=g><option value=1>x<option value=2 selected>y</select><select name=h><option>z</select>"
        "<textarea name=i>t</textarea><input type=button name=j value=1><input type=submit name=k value=下一页>"
        "<input type=submit name=l value=尾页><input type=hidden name=m value='a&amp;b'></form>"
    )
    expected = {"a": "", "c": "on", "e": "2", "g": "2", "h": "z", "i": "t", "k": "下一页", "m": "a&b"}
    assert (following.method, following.form) == ("POST", expected)


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("gb2312", b"k=%CF%C2%D2%BB%D2%B3"),
        ("utf-16", b"k=%E4%B8%8B%E4%B8%80%E9%A1%B5"),
        ("windows-1252", b"k=%26%2319979%3B%26%2319968%3B%26%2339029%3B"),
    ],
)
def test_a_form_is_sent_in_the_charset_of_its_page(charset: str, body: bytes) -> None:
    assert _next("<form method=post><input type=submit name=k value=下一页></form>", charset).body == body


def test_a_page_whose_form_leads_to_the_page_itself_is_red() -> None:
    all_lines, turned = lines(60, "/n/{number}.html"), count()

    def answer(asked: Question) -> Answer:
        page = next(turned)
        rows = "".join(f'<li><a href="{each.path}">{each.title}</a></li>' for each in all_lines[15 * page :][:15])
        form = "<form><input type=hidden name=cid value=3><button name=on value=1>下一页</button></form>"
        return f'<html><body><ul class="l">{rows}</ul>{form}</body></html>', HTML

    walked = walk_answers("generic", f"{LIST}?cid=3", answer, **LISTING)
    assert len(walked.entries) == 30
    assert walked.red


FORMS_OF_STRANGERS = [
    "<form name=f id=f {0}>{1}</form>", "<form name=f id=f {0}>{1}", "<form {0}>{1}{1}</form>", "{1}",
    "<div class=pager>{1}</div>",
]  # fmt: skip
ACTIONS = [
    "method=post", "method=get", "method=post action='http://[x'", "method=post action='javascript:void(0)'",
    "method=dialog", "method=post action='//x.example/l'", "method=post action='https://y.example/l'",
    "method=post action='http://u@x.example/'", r"method=post action='\\\\x.example\\l'", "action=/gk/save.do",
    "method=post action='list.do?method=delete'", "action='?a=1'",
]  # fmt: skip
PARTS = [
    STATE.format(state=1), "<input type=hidden id=no name=pageNo value=1>", "<input name=pageNo value=abc>",
    "<input name='' value=1>", "<input name=pageNo value=99999999999999999999>",
    "<input name=a value='\U0001f600中'>", "<input type=hidden name=action value=delete>",
    "<select name=page onchange='this.form.submit()'><option selected>1<option>2</select>",
    "<select name=empty></select>", "<input type=submit name=n value=下一页>", "<button>下一页</button>",
    "<input type=image alt=下一页 name=i>", _postback("P", "2", "下一页"), "<a href='javascript:go(2)'>下一页</a>",
    "<a href='#' onclick=\"go('2');return false\">下一页</a>", "<a href='javascript:go('>下一页</a>",
    "<a onclick=\"document.forms[0].pageNo.value=2;document.forms[0].submit()\">下一页</a>",
    "<span>1</span><a href='javascript:go(2)'>2</a>",
    "<a onclick=\"jsfcljs(document.forms['f'],{'f:p2':'f:p2'},'')\">下一页</a>",
    f"<a onclick='{'a.' * 50_000}'>下一页</a>",
    "<a onclick=\"oamSubmitForm('f','f:link',null,[[[['f:p2','f:p2']])\">下一页</a>",
    "<script>function go(n) {</script>", "<script>function go(n, n) { f.pageNo.value = n; f.submit() }</script>",
    "<script>var u = 'http://[';</script>",
    "<script>function go(n) { f.action = u; f.pageNo.value = n; f.submit() } var u = '/gk/x.do';</script>",
    f"<script>function go(n) {{ f.pageNo.value = '{'9' * 99}'; f.submit() }}</script>",
]  # fmt: skip
ANY_FORM = st.builds(
    lambda form, action, parts: form.format(action, "".join(parts)),
    st.sampled_from(FORMS_OF_STRANGERS), st.sampled_from(ACTIONS), st.lists(st.sampled_from(PARTS), max_size=4),
)  # fmt: skip


@settings(max_examples=examples(300), deadline=None)
@given(
    before=st.lists(ANY_FORM, max_size=1),
    behind=st.lists(ANY_FORM, max_size=2),
    charset=st.sampled_from(["utf-8", "gb2312", "big5", "utf-16", "shift_jis"]),
    place=st.sampled_from([0, 2]),
)
def test_whatever_forms_a_page_has_its_rows_are_read(
    before: list[str], behind: list[str], charset: str, place: int
) -> None:
    rows = "".join(f'<li><a href="/n/{n}.html">桐溪县第{n}号通知</a></li>' for n in range(12))
    html = f'<html><body>{"".join(before)}<ul class="l">{rows}</ul>{"".join(behind)}</body></html>'
    page = WebPage("http://x.example/gk/list.aspx?cid=3", html, charset)
    request = ListingRequest(page.url, place=place, seen=6 * place, body=b"pageNo=2" if place else None)
    start = time.process_time()
    listing = read_list_page(FAMILY, page, request)
    assert time.process_time() - start < 5
    assert len(listing.entries) == 12
    assert place or listing.problems or listing.next_requests or "下一页" not in html
    for following in listing.next_requests:
        assert following.url.startswith("http://x.example/")
        assert b"delete" not in following.url.encode() + (following.body or b"")
        assert request_key(following) not in (request_key(request), request_key(ListingRequest(page.url)))


def test_a_page_is_called_by_its_place_and_not_by_what_is_posted() -> None:
    one, other = (
        _next(f"<form method=post>{STATE.format(state=state)}{_postback('x$Next', '', '下一页')}</form>")
        for state in "12"
    )
    assert one.body != other.body
    assert request_key(one) == request_key(other)
    further = _next(f"<form method=post>{STATE.format(state=3)}{_postback('x$Next', '', '下一页')}</form>", request=one)
    assert request_key(further) != request_key(one)


@pytest.mark.parametrize(
    ("step", "is_red"),
    [
        ("<a href=\"javascript:more('x')\">下一页</a>", True),
        (_postback("other$Next", "", "下一页"), True),
        ("<a href='javascript:;'>下一页</a>", False),
        ("<a href='#' onclick=\"alert('已是最后一页')\">下一页</a>", False),
        (_postback("P1", "2", "下一页"), False),
    ],
)
def test_a_further_page_that_goes_on_in_another_way_is_red(step: str, is_red: bool) -> None:
    html = {1: _postback("P1", "2", "下一页"), 2: step}
    form = Form(lambda page, pages: html[page], _argument)
    walked = _walk(form, 24, 12)
    assert (len(walked.entries), bool(walked.red)) == (24, is_red)
