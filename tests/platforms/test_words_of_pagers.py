"""Words of pagers, between their links and beside their numbers."""

import pytest

from tests.support.paged_lists import CASES, LIST, following, read

CASE = CASES["generic"]
DEAD = ('<a href="#">{}</a>', '<a href="javascript:void(0)">{}</a>', "<a>{}</a>", "{}")
"""Steps that lead nowhere."""
STEPS = (
    (("首页", "上一页"), ("下一页", "尾页")),
    (("[首 页]", "[上页]"), ("[下页]", "[末 页]")),
    (("&lt;",), ("&gt;", "未页")),
)
ONE_PAGE = ("1/1", "页次：1/1", "总数：3", "共有记录 3 条", "共3条 第1页 共1页", "<b>1</b>/<b>1</b>")
MORE_PAGES = ("1/12", "页次：1/12", "总数：33", "共有记录 33 条", "共33条 第1页 共12页", "<b>1</b>/<b>12</b>")


def pager(words: str, dead: str, steps: tuple[tuple[str, ...], tuple[str, ...]], number: str = "") -> str:
    back, ahead = (" ".join(dead.format(step) for step in some) for some in steps)
    return f"<p>{words} {back} {number} {ahead}</p>"


@pytest.mark.parametrize("dead", DEAD)
@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("number", ["", "<span>1</span>"])
@pytest.mark.parametrize(("words", "more"), list(zip(ONE_PAGE, MORE_PAGES, strict=True)))
def test_numbers_between_steps_say_whether_a_list_is_whole(
    words: str, more: str, number: str, steps: tuple[tuple[str, ...], tuple[str, ...]], dead: str
) -> None:
    assert read(CASE, pager(words, dead, steps, number)).problems == ()
    unread = read(CASE, pager(more, dead, steps, number))
    assert unread.problems or (unread.reported_total or unread.reported_pages or 0) > 3


@pytest.mark.parametrize("words", ["总数：9", "共9条", "1/3", "第1页/共3页"])
@pytest.mark.parametrize("between", ["", " ", "\n"])
def test_counts_are_not_joined_with_the_numbers_behind_them(words: str, between: str) -> None:
    linked = between.join(f'<a href="?pg={number}">{number}</a>' for number in (2, 3))
    listing = read(CASE, f'<div class="pages">{words}{between}<b>1</b>{between}{linked}</div>')
    assert (following(listing), listing.problems) == ([f"{LIST}?pg=2"], ())
    assert (listing.reported_total or 9, listing.reported_pages or 3) == (9, 3)


@pytest.mark.parametrize(
    "words", ["第{}页/共3页", "共3页 第{}页", "页次：{}/3", "当前第<b>{}</b>页/共3页", "共9条 第{}页/共3页"]
)
@pytest.mark.parametrize("family", ["trs_wcm", "nfcms", "generic"])
def test_a_link_beyond_the_last_page_is_not_followed(words: str, family: str) -> None:
    case = CASES[family]
    found = {
        page: read(
            case,
            f'<p>{words.format(page)} <a href="index_{page + 1}.html">下一页</a></p>',
            url=f"{case.url}index_{page}.html",
            seen=3 * (page - 1),
        )
        for page in (2, 3)
    }
    assert following(found[2]) == [f"{case.url}index_3.html"]
    assert (following(found[3]), found[3].problems, found[3].reported_pages) == ([], (), 3)


def test_an_icon_is_followed_only_to_the_following_number() -> None:
    icon = '<p><a href="list_{}.html"><i class="icon-right"></i></a></p>'
    assert following(read(CASE, icon.format(2))) == [f"{LIST}list_2.html"]
    assert following(read(CASE, icon.format(2), url=f"{LIST}list_2.html", seen=3)) == []
    assert following(read(CASE, icon.format("a"))) == []


@pytest.mark.parametrize("words", ["下一个", "下一步", "下一个 →"])
@pytest.mark.parametrize("items", ["<li>{}</li>", "{}", "<span>{}</span>"])
def test_the_words_next_one_count_only_in_a_pager(words: str, items: str) -> None:
    page = "?p_p_id=101_X&amp;_101_X_cur=2&amp;_101_X_delta=3"
    link, script = (items.format(f'<a href="{to}">{words}</a>') for to in (page, "javascript:on(2)"))
    assert following(read(CASE, f'<ul class="pager">{link}</ul>')) == [LIST + page.replace("&amp;", "&")]
    assert read(CASE, f'<ul class="pager">{script}</ul>').problems
    off = f'<ul class="pager"><li class="disabled"><a href="javascript:;">{words}</a></li></ul>'
    for elsewhere in (f'<div class="guide">{link}</div>', f'<div class="slideBox">{script}</div>', off):
        listing = read(CASE, elsewhere)
        assert (following(listing), listing.problems) == ([], ())


@pytest.mark.parametrize(("total", "codes"), [(3, []), (93, ["paging_not_understood"])])
def test_a_range_of_results_and_their_total_are_read(total: int, codes: list[str]) -> None:
    listing = read(CASE, f"<small>显示 {total} 结果中的 1 - 3.</small>")
    assert (listing.reported_total, [problem.code for problem in listing.problems]) == (total, codes)
