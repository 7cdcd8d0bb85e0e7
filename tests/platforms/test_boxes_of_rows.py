"""A list in boxes of one form, one for each year, some of which hold a single row."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.platforms.base import ListingRequest
from etl.platforms.drafting.repeated_rows import repeated_rows
from etl.platforms.listing import read_list_page
from etl.web.page import WebPage
from tests.support.paged_lists import CASES, LIST, Case
from tests.support.share import examples

BOXES = (
    "<div class=y><h4>{year}年</h4>{rows}</div>",
    "<h4>{year}年</h4>{rows}",
    "<details><summary>{year}年</summary>{rows}</details>",
    "<div class=y><div class=h>{year}年</div><div class=b>{rows}</div></div>",
)
HOLDERS = {
    "<ul class=l>{}</ul>": "<li>{}</li>",
    "<table class=l><tbody>{}</tbody></table>": "<tr><td>{}</td></tr>",
    "<div class=l>{}</div>": "<p>{}</p>",
}


def page_of(case: Case, box: str, holder: str, counts: list[int]) -> WebPage:
    number, parts = 0, []
    for place, count in enumerate(counts):
        rows = ""
        for _ in range(count):
            number += 1
            link = f'<a href="{case.document.format(number)}">桐溪县第{number}号通知公告</a>'
            rows += HOLDERS[holder].format(f"{link}<span>{2024 - place}-01-{number:02}</span>")
        parts.append(box.format(year=2024 - place, rows=holder.format(rows)))
    return WebPage(case.url, f"<html><body><div class=main>{''.join(parts)}</div></body></html>", "utf-8")


@given(
    family=st.sampled_from(["trs_wcm", "ucap", "lonsun", "nfcms"]),
    box=st.sampled_from(BOXES),
    holder=st.sampled_from(list(HOLDERS)),
    counts=st.lists(st.integers(1, 6), min_size=2, max_size=5).filter(lambda counts: max(counts) > 1),
)
@example("trs_wcm", BOXES[0], next(iter(HOLDERS)), [5, 4, 1])
@settings(max_examples=examples(200), deadline=None)
def test_a_box_with_a_single_row_belongs_to_the_list_of_the_others(
    family: str, box: str, holder: str, counts: list[int]
) -> None:
    page = page_of(CASES[family], box, holder, counts)
    listing = read_list_page(CASES[family].family, page, ListingRequest(page.url))
    assert (len(listing.entries), listing.problems) == (sum(counts), ())


@pytest.mark.parametrize("box", BOXES)
def test_rows_in_boxes_are_drafted_with_those_of_a_single_row(box: str) -> None:
    guess = repeated_rows(page_of(CASES["generic"], box, "<ul class=l>{}</ul>", [5, 4, 1])) or {}
    assert guess["rows"] == "ul.l > li"


def test_a_box_of_another_list_with_a_single_row_is_no_part() -> None:
    case = CASES["trs_wcm"]
    row = '<li><a href="{}">桐溪县第{}号通知公告</a><span>2024-01-01</span></li>'
    own = "".join(row.format(case.document.format(n), n) for n in range(1, 6))
    other = row.format("../gsgg/202401/t20240101_90.html", 90)
    more = "<a href='../gsgg/'>更多</a>"
    boxes = f"<div class=box><ul class=l>{own}</ul></div><div class=box><ul class=l>{other}</ul>{more}</div>"
    page = WebPage(LIST, f"<html><body><div class=main>{boxes}</div></body></html>", "utf-8")
    assert len(read_list_page(case.family, page, ListingRequest(LIST)).entries) == 5
