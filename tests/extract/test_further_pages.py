"""Texts on several pages: each page is found by its address, or the document is flagged."""

from itertools import product

import pytest

from etl.extract import Extraction, extract
from tests.support.pages import SIGNED, paragraphs
from tests.support.pages import page as whole_page

SITE = "https://www.yunxi.example"
# The address of the article, and of its page with number {}; the number of page 2.
ADDRESSES = {
    "behind the name": ("/gk/art_3106_58012.html", "/gk/art_3106_58012_{}.html", 2),
    "from one": ("/gk/202305/t20230508_901.html", "/gk/202305/t20230508_901_{}.html", 1),
    "a dash": ("/zw/content_58012.htm", "/zw/content_58012-{}.htm", 2),
    "a folder": ("/zw/58012.shtml", "/zw/58012/{}.shtml", 2),
    "index": ("/zw/58012/index.html", "/zw/58012/index_{}.html", 2),
    "a query": ("/show.jsp?id=58012", "/show.jsp?id=58012&page={}", 2),
    "first in a query": ("/show.jsp?id=58012", "/show.jsp?pageNo={}&id=58012", 2),
    "a query that counts page 1": ("/show.jsp?id=58012&p=1", "/show.jsp?id=58012&p={}", 2),
    "page 1 has its number": ("/gk/58012_1.html", "/gk/58012_{}.html", 2),
    "page 1 has the number 0": ("/gk/58012_0.html", "/gk/58012_{}.html", 1),
}
NUMBERS, NEXT = "<b>1</b>{2}{3}{4}", "上一页 {下一页}"
PAGERS = {
    "numbers": NUMBERS,
    "numbers in brackets": "<b>[1]</b>{[2]}{[3]}{[4]}",
    "numbers in words": "<b>第1页</b>{第2页}{第3页}{第4页}",
    "numbers and words": "上一页 <b>1</b>{2}{3}{4}{下一页}{尾页}",
    "some numbers and the last page": "<b>1</b>{2}…{下一页}{末页}",
    "a counter": "第1页/共4页 {下一页}{尾页}",
}
PLACES = ('<div class="page">{}</div>', "<p align=center>{}</p>", "<ul><li>{}</li></ul>")


def written(pager: str, page_2: int, address: str = "", **more: str) -> str:
    """The pager with its links. Without an address scripts answer them."""
    numbers = {"2": 2, "[2]": 2, "第2页": 2, "下一页": 2, "3": 3, "[3]": 3, "第3页": 3} | dict.fromkeys(
        ("4", "[4]", "第4页", "尾页", "末页"), 4
    )
    for words, number in numbers.items():
        href = address.format(number - 2 + page_2) if address else f"javascript:turn({number})"
        pager = pager.replace(f"{{{words}}}", f" <a href='{href}'>{words}</a>")
    return pager


def read(url: str, pager: str, place: str = PLACES[0], *, inside: bool = False) -> Extraction:
    around = place.format(pager)
    text = paragraphs() + (around if inside else "")
    found = extract(whole_page(body=text, below="" if inside else around).encode(), SITE + url)
    assert found.kind == "document"
    assert found.text.splitlines()[-1] == SIGNED[-1]
    return found


def goes_on(found: Extraction) -> list[str]:
    return [flag.partition(":")[2] for flag in found.flags if flag.startswith("goes_on")]


@pytest.mark.parametrize("form", ADDRESSES)
def test_every_page_of_an_article_is_found_by_its_address(form: str) -> None:
    own, other, page_2 = ADDRESSES[form]
    expected = tuple(f"{SITE}{other.format(page_2 + number)}" for number in range(3))
    for pager, place, inside in product(PAGERS.values(), PLACES, (False, True)):
        if form.startswith("page 1 has") and "[2]" not in pager and "2" not in pager:
            continue  # its 下一页 may be that of the next article
        found = read(own, written(pager, page_2, other), place, inside=inside)
        assert (found.further_pages, goes_on(found)) == (expected, []), (pager, place)


@pytest.mark.parametrize("form", [name for name in ADDRESSES if not name.startswith("page 1 has")])
def test_a_next_page_alone_is_followed(form: str) -> None:
    own, other, page_2 = ADDRESSES[form]
    found = read(own, written(NEXT, page_2, other))
    assert found.further_pages == (SITE + other.format(page_2),)


@pytest.mark.parametrize("form", ["behind the name", "from one", "a dash"])
def test_a_middle_page_names_the_pages_after_it(form: str) -> None:
    own, other, page_2 = ADDRESSES[form]
    third, fourth = other.format(page_2 + 1), other.format(page_2 + 2)
    pager = f"<a href='{own}'>首页</a> <a href='{other.format(page_2)}'>上一页</a> <a href='{fourth}'>下一页</a>"
    assert read(third, pager).further_pages == (SITE + fourth,)
    last = f"<a href='{own}'>首页</a> <a href='{third}'>上一页</a>"
    assert read(fourth, last).further_pages == ()


def test_a_script_that_draws_the_pager_names_the_pages() -> None:
    call = "<script>createPageHTML(3, 0, 'art_58012', 'html');</script>"
    found = read("/gk/art_58012.html", call)
    assert found.further_pages == (f"{SITE}/gk/art_58012_1.html", f"{SITE}/gk/art_58012_2.html")
    assert read("/gk/art_58013.html", call).further_pages == ()


@pytest.mark.parametrize("pager", PAGERS.values(), ids=PAGERS.keys())
@pytest.mark.parametrize("place", PLACES)
def test_a_pager_without_addresses_is_a_flag(pager: str, place: str) -> None:
    found = read("/gk/58012.html", written(pager, 2), place)
    assert found.further_pages == ()
    assert len(goes_on(found)) == 1


WHOLE = {
    "the next article": "上一篇：无 <a href='/gk/58013.html'>下一篇</a>",
    "the next article, said as a page": "<a href='/gk/58011.html'>上一页</a> <a href='/gk/58013.html'>下一页</a>",
    "nothing behind": "上一页：没有了 下一页：没有了",
    "one page": "第1页/共1页 上一页 <a href='#'>下一页</a>",
    "dead": "<a class='disabled'>上一页</a><b>1</b><a class='page disabled' href='#'>下一页</a>",
    "numbers of notes": "<a href='#n1'>[1]</a>",
    "pages of comments": "<a href='/comment.jsp?id=58012&page=2'>2</a>",
    "in the words of the text": "<p>本表共3页面，另附12/31统计口径。</p>",
}


@pytest.mark.parametrize("below", WHOLE.values(), ids=WHOLE.keys())
def test_a_text_on_one_page_is_whole(below: str) -> None:
    found = read("/gk/58012.html", below)
    assert (found.further_pages, goes_on(found)) == ((), [])


def test_a_counter_without_end_is_no_pager() -> None:
    found = read("/gk/58012.html", "<a href='/gk/58012_2.html'>2</a><a href='/gk/58012_999.html'>尾页</a>")
    assert found.further_pages == ()


@pytest.mark.parametrize("own", ["/zw/58012/", "/", "/zw/58012", "/?id=7", ""])
def test_pager_words_without_an_address_raise_no_error(own: str) -> None:
    found = read(own, "<a name='p'>2</a> <a>下一页</a> <a href=''>3</a>")
    assert found.further_pages == ()
