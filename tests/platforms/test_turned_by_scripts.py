"""Lists that only a script turns, and whose own address or form names the number of the page: it is turned, and the
numbers that the page states are compared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.answered_walks import HTML, Answer, Question, Walked, lines, walk_answers
from tests.support.share import examples

SIZE = 10
LISTING = {"listing": {"rows": "ul.l > li"}}
PAGERS = (
    "<div class='el-pagination'><span>共 {documents} 条</span><ul><li class='number active'>{page}</li></ul></div>",
    "<div><span>共{documents}条</span><a href='javascript:void(0)' onclick='toPage({following})'>下一页</a></div>",
    "<div>共 {pages} 页 <a href='javascript:page({following})'>下一页</a></div>",
    "<div>第{page}页/共{pages}页 <a href='#' onclick='turn(1)'>后一页</a></div>",
)
FORM = (
    "<form id=f{action}><input type=hidden name=cid value=3><input type=hidden id=no name=pageNo value={page}></form>"
    "<script>function page(n) {{ $('#no').val(n); $('#f').submit() }}</script>"
)


def _walk(
    first: str,
    pager: str,
    documents: int,
    *,
    post: str = "",
    ignores: bool = False,
    behind: str = "empty",
    begins: int = 1,
    size: int = SIZE,
) -> Walked:
    """A walk over a list of ten rows a page. `post`: what is posted to it; `ignores`: the site answers the first page
    whatever is requested."""
    all_lines, pages = lines(documents, "/n/{number}.html"), -(-documents // size)

    def answer(asked: Question) -> Answer:
        page = 1 if ignores else int(asked.sent.get("pageNo", 1)) + 1 - begins
        if asked.sent.get("cid") != "3" or (page > pages and behind == "missing"):
            return None
        shown = all_lines[size * (page - 1) : size * page]
        rows = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
        numbers = "".join(
            f"<b>{n}</b>" if n == page else f"<a onclick='go({n - 1 + begins})'>{n}</a>" for n in range(1, pages + 1)
        )
        following = min(page + 1, pages) - 1 + begins
        given = {
            "numbers": numbers,
            "page": page,
            "pages": pages,
            "documents": documents,
            "following": following,
            "action": "",
        }
        turned = pager.format(**given)
        return f'<html><title>公告</title><body><ul class="l">{rows}</ul>{turned}</body></html>', HTML

    columns = {"columns": [{"url": f"http://www.yunxi.example{first}", "name": "公告", "post": post}]} if post else {}
    return walk_answers("generic", first, answer, **LISTING, **columns)


@settings(max_examples=examples(60), deadline=None)
@given(
    pager=st.sampled_from(PAGERS),
    form=st.booleans(),
    documents=st.integers(1, 60),
    behind=st.sampled_from(["empty", "missing"]),
)
def test_the_number_of_the_page_is_turned(pager: str, form: bool, documents: int, behind: str) -> None:
    first = "/gk/list.jsp?cid=3" if form else "/gk/list.jsp?cid=3&pageSize=10&pageNo=1"
    walked = _walk(first, pager + FORM if form else pager, documents, behind=behind)
    assert (len(walked.entries), walked.red, walked.open_ends) == (documents, [], [])


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("form", [True, False])
def test_a_site_that_ignores_the_number_is_red(pager: str, form: bool) -> None:
    first = "/gk/list.jsp?cid=3" if form else "/gk/list.jsp?cid=3&pageNo=1"
    walked = _walk(first, pager + FORM if form else pager, 30, ignores=True)
    assert len(walked.entries) == SIZE
    assert walked.red


@pytest.mark.parametrize(
    "form",
    [
        FORM.replace("{action}", " method=post"),
        FORM.replace("{action}", " action=/search/all.jsp"),
        FORM.replace("{action}", " action=/gk/all.jsp"),
        FORM.replace("{action}", " action=/gk/list.jsp").replace("name=cid value=3", "name=act value=all"),
        FORM + "<form action=/so.jsp><input name=page value=1></form>",
        "<form><input type=hidden name=pageNo value=1></form>",
    ],
    ids=["posted", "elsewhere", "in the folder", "of other lists", "several", "never sent"],
)
def test_a_form_that_may_be_of_something_else_is_not_sent(form: str) -> None:
    walked = _walk("/gk/list.jsp?cid=3", PAGERS[1] + form, 30)
    assert len(walked.questions) == 1
    assert walked.red


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("ignores", [True, False])
def test_the_number_that_is_posted_is_turned(pager: str, ignores: bool) -> None:
    walked = _walk("/gk/list.jsp", pager, 34, post="cid=3&pageNo=1", ignores=ignores)
    assert (len(walked.entries), bool(walked.red)) == ((SIZE, True) if ignores else (34, False))


UNCOUNTED = ("<div class=page>{numbers}</div>", "<div><a href='javascript:go({following})'>下一页</a></div>")


@settings(max_examples=examples(40), deadline=None)
@given(
    pager=st.sampled_from(UNCOUNTED),
    posts=st.booleans(),
    begins=st.sampled_from([0, 1]),
    documents=st.integers(11, 90),
    behind=st.sampled_from(["empty", "missing"]),
)
def test_a_number_that_only_steps_name_is_turned(
    pager: str, posts: bool, begins: int, documents: int, behind: str
) -> None:
    first, post = ("/gk/list.jsp", f"cid=3&pageNo={begins}") if posts else (f"/gk/list.jsp?cid=3&pageNo={begins}", "")
    walked = _walk(first, pager, documents, post=post, behind=behind, begins=begins)
    assert (len(walked.entries), walked.red) == (documents, [])


@pytest.mark.parametrize("pager", UNCOUNTED)
@pytest.mark.parametrize("size", [10, 12])
def test_a_site_that_ignores_a_number_that_steps_name_is_red(pager: str, size: int) -> None:
    walked = _walk("/gk/list.jsp?cid=3&pageNo=1", pager, 34, ignores=True, size=size)
    assert len(walked.entries) == size
    assert walked.red


@pytest.mark.parametrize("query", ["perpage=10", "_pageSize=10", "outlinepage=10", "pageCount=10"])
def test_a_number_of_rows_or_links_is_no_number_of_the_page(query: str) -> None:
    walked = _walk(f"/gk/list.jsp?cid=3&{query}&pageNo=1", "", 34)
    assert (len(walked.entries), walked.red) == (34, [])


def test_the_last_page_of_a_list_that_links_its_pages_is_the_last_whatever_it_counts() -> None:
    rows = {1: lines(10, "/n/{number}.html"), 2: lines(10, "/m/{number}.html")}

    def answer(asked: Question) -> Answer:
        page = int(asked.sent.get("pageNo", 1))
        listed = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in rows.get(page, ()))
        link = '<a href="/gk/list.jsp?cid=3&pageNo=2">下一页</a>' if page == 1 else ""
        return f'<html><body><ul class="l">{listed}</ul><b>共23条</b>{link}</body></html>', HTML

    walked = walk_answers("generic", "/gk/list.jsp?cid=3&pageNo=1", answer, **LISTING)
    assert (len(walked.entries), len(walked.questions)) == (20, 2)


@settings(max_examples=examples(60), deadline=None)
@given(
    linked=st.integers(2, 6),
    pages=st.integers(2, 9),
    numbers=st.booleans(),
    call=st.sampled_from(["href='javascript:go({})'", "href='#' onclick=\"go('{}')\"", "href='javascript:void(0)'"]),
)
def test_steps_that_are_scripts_only_on_later_pages_are_a_sign_of_more(
    linked: int, pages: int, numbers: bool, call: str
) -> None:
    """The first pages link the next one, those from `linked` on call a script with its number; also the last page."""
    all_lines = lines(SIZE * pages, "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        page = int(asked.sent.get("p", 1))
        rows = "".join(
            f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>'
            for line in all_lines[SIZE * (page - 1) : SIZE * page]
        )
        links = "".join(
            f"<b>{n}</b>" if n == page else f"<a href='/gk/list.jsp?p={n}'>{n}</a>"
            for n in range(1, min(linked, pages) + 1)
        )
        step = f"href='/gk/list.jsp?p={page + 1}'" if page < min(linked, pages) else call.format(min(page + 1, pages))
        pager = f"<div class=page>{links if numbers else ''}<a {step}>下一页</a></div>"
        return f'<html><title>公告</title><body><ul class="l">{rows}</ul>{pager}</body></html>', HTML

    walked = walk_answers("generic", "/gk/list.jsp", answer, **LISTING)
    assert len(walked.entries) == SIZE * min(linked, pages)
    assert bool(walked.red) == (pages > linked and "{}" in call)


REQUESTS = {
    "/r?lm=7&pageNo={first}": "", "/r?lm=7&p={first}&size={size}": "", "/r?offset=0&limit={size}": "",
    "/r?lm=7": "pageNo={first}&rows={size}", "/r": '{{"pageNum": {first}, "pageSize": {size}}}',
}  # fmt: skip
WORDS_BEHIND = {"none": "<p>暂无数据</p>", "blank": "", "fails": "<p>系统繁忙，暂无数据</p>"}
NUMBERS_OF_PAGE, SIZES = ("pageNo", "p", "pageNum"), ("size", "limit", "rows", "pageSize")


def _walk_of_rows(
    request: str, documents: int, size: int, behind: str, first: int, *, ignores: bool = False, pager: str = ""
) -> Walked:
    """A walk over what a service answers to scripts: rows alone, which say of other pages what `pager` does."""
    all_lines = lines(documents, "/n/{number}.html")

    def answer(asked: Question) -> Answer:
        named = [int(asked.sent[name]) for name in NUMBERS_OF_PAGE if name in asked.sent]
        rows = next((int(asked.sent[name]) for name in SIZES if name in asked.sent), size)
        start = (named[0] - first) * rows if named else int(asked.sent["offset"])
        shown = all_lines[0 if ignores else start :][:rows]
        if not shown and behind in WORDS_BEHIND:
            return WORDS_BEHIND[behind], HTML
        if not shown and behind != "empty":
            shown = {"last": all_lines[-rows:], "first": all_lines[:rows]}.get(behind, [])
        items = "".join(f'<li><a href="{line.path}">{line.title}</a> {line.day}</li>' for line in shown)
        page, pages = start // rows + 1, -(-documents // rows)
        step = pager if page < pages or "go(" not in pager else "<a disabled>下一页</a>"
        says = step.format(page=page, pages=pages, documents=documents, following=page + 1)
        return None if behind == "missing" and not shown else (f'<ul class="l">{items}</ul>{says}', HTML)

    url, post = (text.format(first=first, size=size) for text in (request, REQUESTS[request]))
    column = {"url": f"http://www.yunxi.example{url}", "name": "公告"} | ({"post": post} if post else {})
    return walk_answers("generic", url, answer, **LISTING, columns=[column])


@settings(max_examples=examples(80), deadline=None)
@given(
    request=st.sampled_from(sorted(REQUESTS)),
    documents=st.integers(1, 60),
    size=st.sampled_from([8, 10, 12]),
    behind=st.sampled_from(["empty", "missing", "last", "first", "none", "blank"]),
    first=st.sampled_from([0, 1]),
)
def test_rows_alone_are_turned_by_the_numbers_of_their_request(
    request: str, documents: int, size: int, behind: str, first: int
) -> None:
    walked = _walk_of_rows(request, documents, size, behind, first)
    assert (len(walked.entries), walked.red) == (documents, [])


@pytest.mark.parametrize("request_", sorted(REQUESTS))
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    "pager", ["<p>共{documents}条</p>", "<p>第{page}页/共{pages}页</p>", "<a onclick='go({following})'>下一页</a>"]
)
def test_rows_alone_with_a_pager_of_scripts_are_turned(request_: str, first: int, pager: str) -> None:
    walked = _walk_of_rows(request_, 43, 12, "empty", first, pager=pager)
    is_red = "offset" in request_ and "go(" in pager  # Which page it calls says nothing of rows.
    assert (len(walked.entries), bool(walked.red)) == (12 if is_red else 43, is_red)


@pytest.mark.parametrize("request_", sorted(REQUESTS))
def test_a_service_of_rows_that_fails_behind_a_full_page_is_red(request_: str) -> None:
    walked = _walk_of_rows(request_, 24, 12, "fails", 1)
    assert len(walked.entries) == 24
    assert walked.red


@pytest.mark.parametrize("request_", sorted(REQUESTS))
@pytest.mark.parametrize("size", [8, 12])
def test_a_service_of_rows_that_ignores_the_number_has_an_open_end(request_: str, size: int) -> None:
    walked = _walk_of_rows(request_, 30, size, "empty", 1, ignores=True)
    assert len(walked.entries) == size
    assert walked.red or walked.open_ends
