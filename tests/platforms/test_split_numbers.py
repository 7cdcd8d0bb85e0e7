"""Counts whose digits are in separate elements, or are pictures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.paged_lists import CASES, read
from tests.support.share import examples

CASE = CASES["generic"]
DIGITS = {
    "elements": "<i>{}</i>",
    "items": "<span>{}</span> ",
    "files": '<img src="/img/{}.gif">',
    "named files": '<img src="/img/num_{}.png">',
    "words of pictures": '<img src="/img/a.png" alt="{}">',
    "styles": '<span class="n{}"></span>',
    "comments": "{}<!-- -->",
}
WORDS = ("共{}条", "总数：{}", "信息总量 {} 条", "<div>{}</div><div>条信息</div>", "共有 <b>{}</b> 件")


def counted(number: int, digit: str, words: str) -> str:
    return f"<div>{words.format(''.join(digit.format(each) for each in str(number)))}</div>"


@settings(max_examples=examples(150))
@given(st.integers(10, 9999), st.sampled_from(sorted(DIGITS)), st.sampled_from(WORDS))
def test_a_count_is_read_whatever_holds_its_digits(number: int, form: str, words: str) -> None:
    if "1 2" in " ".join(str(number)) and words == "总数：{}":
        return  # may be the pages behind a total
    listing = read(CASE, counted(number, DIGITS[form], words))
    assert listing.problems or listing.reported_total == number, (form, words)


@pytest.mark.parametrize("form", DIGITS)
@pytest.mark.parametrize("words", WORDS)
def test_a_list_that_is_whole_stays_whole(form: str, words: str) -> None:
    assert read(CASE, counted(3, DIGITS[form], words)).problems == ()


@pytest.mark.parametrize(
    "beside",
    [
        '<p>共3条</p><div class="pic"><img src="/img/1.jpg"><img src="/img/2.jpg"></div>',
        '<p><img src="/img/1.gif">第一批试点单位</p><p><img src="/img/2.gif">第二批试点单位</p>',
        "<p>总数：3</p><b>1</b>",
        '<p>共3条</p><span class="star1"></span><span class="star2"></span>',
    ],
)
def test_pictures_and_pages_beside_a_count_are_no_digits_of_it(beside: str) -> None:
    listing = read(CASE, beside)
    assert (listing.problems, listing.reported_total or 3) == ((), 3)
