"""Lists of several pages that show one year or month, and others on request: they are not whole; a choice that only
filters a list of several years says nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.answered_walks import HTML, Answer, Question, Walked, lines, walk_answers
from tests.support.share import examples

SIZE, OF_2026, OF_JUNE = 3, 35, 4
"""Rows of a page, and how many of the newest documents are of one year and of one month."""
YEARS = (
    "<select name=y onchange=go(this.value)><option selected>2026年</option><option>2025年</option></select>",
    "<ul class=tabs><li class=on>2026</li><li onclick='year(2025)'>2025</li><li onclick='year(2024)'>2024</li></ul>",
)
MONTHS = "<p>" + "".join(f"<a href='javascript:m({n})'>2026年{n}月</a>" for n in (6, 5, 4, 3, 2)) + "</p>"


def _walk(documents: int, choice: str, *, dated: bool = True) -> Walked:
    """A walk over a list with a choice above its rows, whose pages are linked."""
    all_lines, pages = lines(documents, "/n/{number}.html"), -(-documents // SIZE)

    def answer(asked: Question) -> Answer:
        page = int(asked.query.get("page", 1))
        rows = "".join(
            f'<li><a href="{line.path}">{line.title}</a> {line.day if dated else ""}</li>'
            for line in all_lines[SIZE * (page - 1) : SIZE * page]
        )
        behind = f'<a href="/gk/?page={page + 1}">下一页</a>' if page < pages else ""
        return f'<html><title>公告</title><body>{choice}<ul class="l">{rows}</ul>{behind}</body></html>', HTML

    return walk_answers("generic", "/gk/", answer, listing={"rows": "ul.l > li"})


@settings(max_examples=examples(30), deadline=None)
@given(documents=st.integers(2 * SIZE, 60), choice=st.sampled_from(YEARS))
def test_a_list_of_one_year_is_not_whole(documents: int, choice: str) -> None:
    walked = _walk(documents, choice)
    assert (len(walked.entries), bool(walked.red)) == (documents, documents <= OF_2026)


@pytest.mark.parametrize("documents", [OF_JUNE, 2 * OF_JUNE])
def test_a_list_of_one_month_is_not_whole(documents: int) -> None:
    assert bool(_walk(documents, MONTHS).red) == (documents == OF_JUNE)


@pytest.mark.parametrize(
    "choice",
    [
        "",
        YEARS[0].replace("<option selected>2026年", "<option selected>全部</option><option>2026年"),
        YEARS[0].replace("<option>2025年</option>", ""),
    ],
    ids=["none", "of all", "of one"],
)
def test_a_list_without_a_choice_of_others_is_whole(choice: str) -> None:
    assert _walk(12, choice).red == []


def test_a_list_of_the_marked_year_is_not_whole_though_all_can_be_chosen() -> None:
    choice = YEARS[0].replace("<option selected>2026年", "<option>全部</option><option selected>2026年")
    assert _walk(12, choice).red


def test_a_list_without_dates_is_not_compared() -> None:
    assert _walk(12, YEARS[0], dated=False).red == []
