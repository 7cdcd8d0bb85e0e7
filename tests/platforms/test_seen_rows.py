"""Which answer the rows of a page come from, and how their addresses are made of their values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.platforms.drafting.seen_rows import address_form, lines_of, links_of_rows, seen_rows, squeezed
from etl.web.page import WebPage, read_page
from etl.web.urls import PLACE

SITE = "http://www.yunxi.example"
FORMS = (
    "/d/{id}.html",
    "/detail?id={id}",
    "/art/{code}/{id}.html",
    "/c{col}/{id}/index.html",
    "/info_{id}.htm?c={code}",
)


def row(place: int, start: int = 700) -> dict[str, Any]:
    return {
        "id": start + 7 * place,
        "code": f"a{place * 31 % 17}b",
        "col": place % 3,
        "title": f"云溪县关于公布第{place + 1}批农村公路名录的通知",
        "summary": "为规范农村公路管理，现将名录予以公布。",
        "day": f"2026-04-{place % 28 + 1:02}",
    }


def made(form: str, values: dict[str, Any]) -> str:
    return SITE + PLACE.sub(lambda place: str(values[place[1]]), form)


def words(values: dict[str, Any]) -> str:
    return squeezed(values["title"])


@given(st.sampled_from(FORMS), st.integers(2, 20), st.integers(1, 90_000))
def test_addresses_that_the_page_shows_give_the_form_of_all(form: str, shown: int, start: int) -> None:
    rows = [row(place, start) for place in range(30)]
    right = {words(each): made(form, each) for each in rows[:shown]}
    proposed = address_form(rows, right).removeprefix(SITE)
    assert {words(each): made(proposed, each) for each in rows[:shown]} == right


@pytest.mark.parametrize(
    "addresses",
    [
        [f"{SITE}/art/2026/{n}/x.html" for n in (31, 45)],  # in no value
        [f"{SITE}/list.html"] * 2,  # one place for all
        [],
    ],
)
def test_addresses_that_are_made_of_something_else_give_none(addresses: list[str]) -> None:
    rows = [row(place) for place in range(10)]
    assert address_form(rows, dict(zip(map(words, rows), addresses, strict=False))) == ""


def test_a_single_address_that_a_click_opened_gives_a_form() -> None:
    rows = [row(place) for place in range(10)]
    assert address_form(rows, {words(rows[3]): f"{SITE}/d/721.html?from=list"}) == f"{SITE}/d/{{id}}.html?from=list"


@given(st.permutations(range(12)), st.integers(0, 12), st.booleans())
def test_as_many_rows_are_seen_as_the_page_shows(places: list[int], shown: int, cuts: bool) -> None:
    """Also where it cuts titles off, and although all titles begin alike."""
    rows = [row(place) for place in places]
    titles = [f"{each['title'][:13]}…" if cuts else each["title"] for each in rows[:shown]]
    answer = WebPage(SITE, json.dumps({"data": {"list": rows, "total": 12}}), "utf-8")
    seen = seen_rows(answer, lines_of("\n".join(f"{title} 2026-04-01" for title in titles)))
    assert (seen.count, seen.rows) == (shown, 12)


def test_rows_of_another_list_are_not_seen() -> None:
    other = [{"id": n, "title": f"桐溪县第{n}届群众文化节开幕"} for n in range(8)]
    answer = WebPage(SITE, json.dumps({"hot": other, "menu": [{"name": "政策文件"}]}), "utf-8")
    assert seen_rows(answer, lines_of("\n".join(row(place)["title"] for place in range(10)))).count == 0


def test_a_link_is_that_of_the_row_whose_words_or_title_it_has() -> None:
    rows = [row(place) for place in range(3)]
    cut = "".join(
        f"<li><a title='{each['title']}' href='/d/{each['id']}.html'>{each['title'][:9]}…</a></li>" for each in rows
    )
    page = read_page(f"<ul>{cut}<li><a href='javascript:;'>{rows[0]['title']}</a></li></ul>".encode(), SITE)
    assert links_of_rows(page, map(words, rows)) == {words(each): f"{SITE}/d/{each['id']}.html" for each in rows}
