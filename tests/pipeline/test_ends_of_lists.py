"""Where a list ends, and where it only seems to: what stands behind its last page, and rows that are on each page."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from etl.archive.crawls.run import CrawlOptions, ListingSummary
from etl.archive.crawls.walks import KnownList
from etl.fetch.client import Attempt, Fetcher, Request
from etl.pipeline.stages.catalog_walk import CatalogWalk, WalkedPage
from etl.pipeline.stages.reconciling import incomplete_lists
from etl.pipeline.stages.walked_list import WalkedList, request_key
from etl.platforms.base import Entry, ListingPage, ListingRequest, fills_page
from etl.sources.schema import Source
from etl.web.urls import Address

LIST = "https://www.yunxi.example/gk/"
SIZE = 10


class Sink:
    """Remembers nothing."""

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        return {url: False for page in pages for url in page.entries}

    def known_list(self, column: str) -> KnownList:
        return KnownList()


@dataclass(frozen=True)
class Answer:
    body: str
    status: int = 200
    final_url: str = ""


def source(listing: Mapping[str, str]) -> Source:
    return Source.model_validate(
        {
            "id": "walked",
            "name": "云溪县信息公开目录",
            "agency": "云溪县人民政府",
            "region": "530000",
            "platform": "generic",
            "listing": {"rows": "ul.l > li", **listing},
            "columns": [{"url": LIST, "name": "通知"}],
            "hosts": ["www.yunxi.example"],
            "assertions": {"min_records": 1, "max_age_days": 1},
            "verified": "never",
        }
    )


def page(numbers: Sequence[int], pager: str = "", title: str = "通知公告", day: str = "", of_a_day: int = 0) -> str:
    """A page of a list; its rows have that day, or as many have each one, the later the lower their numbers."""

    def date_of(number: int) -> str:
        return f"<i>{date(2024, 12, 30) - timedelta(number // of_a_day)}</i>" if of_a_day else day

    rows = "".join(f'<li><a href="/d/{n}.html">关于第{n}号事项的通知</a>{date_of(n)}</li>' for n in numbers)
    return f"<html><head><title>{title}</title></head><body><ul class=l>{rows}</ul>{pager}</body></html>"


def number_of(url: str) -> int:
    return int(url.partition("?page=")[2] or 1)


def walked(answer: Callable[[int], Answer], listing: Mapping[str, str] | None = None) -> ListingSummary:
    """Walks a list whose page `number` is answered so."""

    class Site:
        async def fetch(self, request: Request) -> list[Attempt]:
            given = answer(number_of(request.url))
            final, now = given.final_url or request.url, datetime.now(UTC)
            return [Attempt(request.url, final, now, 1, (), given.status, (), given.body.encode())]

    site = cast(Fetcher, Site())
    walk = CatalogWalk(source(listing or {}), CrawlOptions(), site, Sink(), lambda *_: None, stop_at_known=False)
    return asyncio.run(walk.run())


def doubts(summary: ListingSummary) -> list[str]:
    """Why the run would be red, by codes."""
    incomplete = [reason.code for reason in incomplete_lists(summary.columns, "walked")]
    return [*(problem.code for problem in summary.problems), *("lost" for _ in summary.lost), *incomplete]


def following(number: int) -> str:
    """A pager that has a further page for ever."""
    return f'<p><a href="?page={max(number - 1, 1)}">上一页</a> <a href="?page={number + 1}">下一页</a></p>'


def whole_list(documents: int, pager: Callable[[int], str] = following) -> list[str]:
    """The pages of a list, the last of which has what is left."""
    starts = range(1, documents + 1, SIZE)
    return [
        page(range(start, min(start + SIZE, documents + 1)), pager(number)) for number, start in enumerate(starts, 1)
    ]


HOME = "<html><title>云溪县人民政府</title><p>欢迎</p></html>"
BEYOND: dict[str, Callable[[list[str]], Answer]] = {
    "not found": lambda pages: Answer("<h1>404 Not Found</h1>", 404),
    "said to be missing": lambda pages: Answer("<html><title>提示</title><h1>您访问的页面不存在</h1></html>"),
    "no rows": lambda pages: Answer(page([])),
    "no rows and words": lambda pages: Answer(page([], "<p>暂无数据</p>")),
    "the last one again": lambda pages: Answer(pages[-1]),
    "the first one again": lambda pages: Answer(pages[0]),
    "the site's first page": lambda pages: Answer(HOME, final_url="https://www.yunxi.example/"),
    "back to the list": lambda pages: Answer(pages[0], final_url=LIST),
}
"""What sites answer where a list has no such page."""
ERRORS = {
    "an error": Answer("<h1>500</h1>", 500),
    "nothing": Answer(""),
    "another page": Answer("<html><title>系统维护</title><p>系统升级，稍后恢复</p></html>"),
}
"""What says nothing of the list."""
DOCUMENTS = (1, 7, 12, 29, 33)


def beyond(documents: int, answer: Callable[[list[str]], Answer], pager: Callable[[int], str] = following) -> list[str]:
    pages = whole_list(documents, pager)
    return doubts(walked(lambda number: Answer(pages[number - 1]) if number <= len(pages) else answer(pages)))


@pytest.mark.parametrize("documents", DOCUMENTS)
@pytest.mark.parametrize("answer", BEYOND)
def test_behind_a_page_that_is_not_full_nothing_is_missing(documents: int, answer: str) -> None:
    assert beyond(documents, BEYOND[answer]) == []


@pytest.mark.parametrize("documents", DOCUMENTS)
@pytest.mark.parametrize("answer", ERRORS)
def test_an_error_behind_a_list_is_no_end_of_it(documents: int, answer: str) -> None:
    assert beyond(documents, lambda _: ERRORS[answer]) == ["lost"]


@pytest.mark.parametrize("answer", BEYOND)
def test_behind_a_full_page_what_is_missing_is_told(answer: str) -> None:
    assert beyond(30, BEYOND[answer]) in (["lost"], ["list_page_repeated"])


@pytest.mark.parametrize("answer", BEYOND)
@pytest.mark.parametrize("number", [1, 2])
def test_a_page_in_the_middle_that_has_nothing_is_told(answer: str, number: int) -> None:
    """The pages behind it are linked by their numbers, or its own number of rows is not the others'."""
    numbers = "".join(f'<a href="?page={each}">{each}</a> ' for each in range(1, 5))
    pages = whole_list(33, lambda each: following(each) + numbers)
    pages[number - 1] = pages[number - 1].replace("<li>", "<!--", 3)  # a page of fewer rows than the others
    given = [*(Answer(each) for each in pages[:number]), BEYOND[answer](pages), *map(Answer, pages[number + 1 :])]
    assert doubts(walked(lambda at: given[at - 1] if at <= len(given) else Answer("", 404)))


@pytest.mark.parametrize("answer", BEYOND)
def test_a_site_that_counts_one_page_too_many_has_no_further_one(answer: str) -> None:
    def pager(number: int) -> str:
        return f"{following(number)}<i>第{number}页/共5页</i>"

    assert beyond(33, BEYOND[answer], pager) == []
    counted = beyond(23, BEYOND[answer], pager)
    assert counted, "two pages are missing of those that are counted"


@pytest.mark.parametrize("answer", BEYOND)
@pytest.mark.parametrize("documents", [10, 20, 30])
def test_nothing_is_missing_behind_the_full_pages_that_the_site_counts(answer: str, documents: int) -> None:
    """Templates that count from 0 or from 1 step beyond the last page."""

    def codes(counted: int, behind: Callable[[list[str]], Answer]) -> list[str]:
        pages = whole_list(documents, lambda number: f"<b class=n>{counted}</b>{following(number)}")
        listing = {"next": "//a[.='下一页']", "page_count": "b.n"}
        given = [*map(Answer, pages), behind(pages)]
        return doubts(walked(lambda number: given[min(number, len(given)) - 1], listing))

    assert codes(documents // SIZE, BEYOND[answer]) == []
    assert codes(documents // SIZE + 2, BEYOND[answer])
    assert codes(documents // SIZE, lambda _: ERRORS["an error"]) == ["lost"]


@pytest.mark.parametrize("answer", BEYOND)
@pytest.mark.parametrize("documents", [20, 30, 33])
def test_nothing_is_missing_behind_the_documents_that_the_site_counts(answer: str, documents: int) -> None:
    def pager(number: int) -> str:
        links = "".join(f'<a href="?page={each}">{each}</a> ' for each in range(1, last + 1))
        return f"<p>共{documents}条 第{number}页/共{last}页 {following(number)} {links}</p>"

    last = documents // SIZE + 1
    assert beyond(documents, BEYOND[answer], pager) == []
    last += 2
    assert beyond(documents, BEYOND[answer], pager)


@pytest.mark.parametrize("counted", [34, 412])
def test_a_list_of_fewer_documents_than_its_last_page_counts_is_red_for_that_alone(counted: int) -> None:
    def pager(number: int) -> str:
        onward = f'<a href="?page={number + 1}">下一页</a>' if number < 4 else "下一页"
        return f"<p>共{counted}条 第{number}/4页 {onward}</p>"

    pages = whole_list(33, pager)
    assert doubts(walked(lambda number: Answer(pages[number - 1]))) == ["fewer_documents"]


def added(*pages: tuple[int, int]) -> WalkedList:
    """A list after pages that lead on, each with so many entries, numbered from the second number on."""
    walked_list, queued = WalkedList("通知"), {request_key(ListingRequest(LIST))}
    for at, (count, first) in enumerate(pages, 1):
        request = ListingRequest(LIST if at == 1 else f"{LIST}?page={at}")
        entries = {
            Address(f"{LIST}{n}.html"): Entry(f"{LIST}{n}.html", f"第{n}号") for n in range(first, first + count)
        }
        onward = ListingRequest(f"{LIST}?page={at + 1}")
        walked_list.add(request, ListingPage(tuple(entries.values()), next_requests=(onward,)), entries, queued)
        queued.add(request_key(onward))
    return walked_list


@pytest.mark.parametrize(
    ("pages", "ended"),
    [
        (((0, 0), (0, 0), (3, 1)), False),
        (((0, 0), (0, 0)), False),
        (((10, 1), (3, 11), (0, 0)), False),
        (((10, 1), (3, 11), (3, 11)), True),
        (((10, 1), (3, 11), (10, 1)), True),
    ],
)
def test_a_page_without_rows_that_leads_on_does_not_end_a_list(pages: Sequence[tuple[int, int]], ended: bool) -> None:
    """A column's page leads to what its script asks for; of a page whose rows are all left out by `only` nothing is
    left."""
    assert added(*pages).ended == ended


def test_rows_that_are_left_out_by_their_address_do_not_make_a_page_short() -> None:
    def listed(number: int) -> Answer:
        own = [number * 10, number * 10 + 1] if number in (1, 2, 5) else []
        shown = page([1, *own], following(number) if number < 5 else "")
        others = "".join(f'<li><a href="/zt/{number}{n}.html">专题第{n}部分</a></li>' for n in range(10 - len(own)))
        return Answer(shown.replace("</ul>", f"{others}</ul>"))

    summary = walked(listed, {"only": "/d/"})
    assert (doubts(summary), summary.columns[0].listed) == ([], 7)


def test_the_last_page_with_rows_is_not_short_where_an_empty_one_follows() -> None:
    pages = [*whole_list(23, lambda number: "<b>共33条</b>"), page([], "<b>共33条</b>")]
    listing = {"pages": "?page={page}", "total": "b"}
    assert doubts(walked(lambda number: Answer(pages[number - 1]), listing)) == ["fewer_documents"]


def test_one_full_page_with_as_many_documents_as_the_site_counts_is_not_all_where_another_is_linked() -> None:
    """共10条 may be the number of a page."""
    pages = [page(range(1, 11), '<p>共10条 <a href="?page=2">2</a> <a href="?page=2">下一页</a></p>')]
    assert doubts(walked(lambda number: Answer(pages[0]) if number == 1 else Answer("", 500), {"next": "a + a"}))


def pinned(rows: Sequence[int], pages: int, own: int = 8) -> list[str]:
    """Pages of a list whose dates fall, with the same rows on top of each."""
    return [
        page([*rows, *range(start, start + own)], following(number) if number < pages else "", day="<i>2024-05-09</i>")
        for number, start in enumerate(range(100, 100 + pages * own, own), 1)
    ]


@pytest.mark.parametrize("rows", [2, 3, 5])
@pytest.mark.parametrize("pages", [3, 4, 6])
def test_the_newest_rows_on_top_of_each_page_are_pinned(rows: int, pages: int) -> None:
    given = pinned(range(rows), pages)
    summary = walked(lambda number: Answer(given[number - 1]))
    assert (doubts(summary), summary.columns[0].listed) == ([], rows + 8 * pages)


@pytest.mark.parametrize("other", [1, 2, 3])
def test_rows_on_top_of_some_pages_stand_in_the_place_of_others(other: int) -> None:
    given, plain = pinned(range(3), 4), pinned(range(500 + other, 503 + other), 4)
    given[other] = plain[other]
    assert "list_pages_overlap" in doubts(walked(lambda number: Answer(given[number - 1])))


def test_rows_of_earlier_pages_are_no_doubt_where_the_total_is_reached() -> None:
    given = pinned(range(3), 2)
    assert doubts(walked(lambda number: Answer(given[number - 1]))) == ["list_pages_overlap"]
    counted = [each.replace("</body>", "<p>共19条</p><p class=pages>共19条</p></body>") for each in given]
    assert doubts(walked(lambda number: Answer(counted[number - 1]))) == []


def test_sizes_of_these_lists_are_those_of_full_pages() -> None:
    assert fills_page(SIZE)
    assert not any(map(fills_page, DOCUMENTS[:2]))


def sorted_anew(seed: int, documents: int, ties: int, pager: Callable[[int], str]) -> list[str]:
    """Pages of a list that orders the documents of one day anew for each of them."""
    pages = list[str]()
    for number, start in enumerate(range(0, documents, SIZE), 1):
        order, shown = random.Random(seed * 100 + number), list[int]()
        for first in range(0, documents, ties):
            day = list(range(first, min(first + ties, documents)))
            order.shuffle(day)
            shown += day
        pages.append(page(shown[start : start + SIZE], pager(number), of_a_day=ties))
    return pages


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("counted", [True, False])
def test_documents_that_stand_on_two_pages_in_the_place_of_others_are_told(seed: int, counted: bool) -> None:
    def pager(number: int) -> str:
        onward = f'<a href="?page={number + 1}">下一页</a>' if number < 6 else ""
        return f"<p>{'共60条 ' if counted else ''}第{number}/6页 {onward}</p>"

    given = sorted_anew(seed, 60, (4, 7, 9, 15)[seed % 4], pager)
    summary = walked(lambda number: Answer(given[number - 1]))
    missing = 60 - summary.columns[0].listed
    assert doubts(summary) or missing < (2 if counted else 5)
    assert missing or not doubts(summary)


def test_what_stands_on_two_pages_for_another_reason_is_no_doubt() -> None:
    """Rows that moved since others were added, pinned ones at their own place too, two rows that lead to one page."""
    plain = [list(range(start, start + SIZE)) for start in range(0, 40, SIZE)]
    moved = [plain[0], [*plain[0][-3:], *plain[1][:-3]], [*plain[1][-3:], *plain[2][:-3]]]
    pinned_once = [[17, 25, 33, *plain[0][:7]], plain[1], plain[2], plain[3]]
    for rows in (plain, moved, pinned_once):
        pages = [page(each, following(number) if number < len(rows) else "") for number, each in enumerate(rows, 1)]
        assert doubts(walked(lambda number, pages=pages: Answer(pages[number - 1]))) == []  # type: ignore[misc]
    titled = page(plain[1], following(2)).replace("</ul>", '<li><a href="/d/3.html">办事指南第3部分</a></li></ul>')
    same = page(plain[2], following(3)).replace("</ul>", '<li><a href="/d/3.html">办事指南第4部分</a></li></ul>')
    pages = [page(plain[0], following(1)), titled, same, page(plain[3])]
    assert doubts(walked(lambda number: Answer(pages[number - 1]))) == []


ISSUES = ("2025年第3期", "2025年第2期", "2025年第1期")


@pytest.mark.parametrize("again", [(), (1,), (2,), (1, 2)])
def test_the_newest_issue_is_the_page_of_its_column_and_no_other_is(again: Sequence[int]) -> None:
    links = "".join(f'<a href="/gk/20250{3 - number}/">{words}</a>' for number, words in enumerate(ISSUES))
    issues = [page(range(at * 10, at * 10 + 7), f"<div>往期公报 {links}</div>") for at in range(3)]

    class Site:
        async def fetch(self, request: Request) -> list[Attempt]:
            number = 0 if request.url == LIST else 3 - int(request.url[-2])
            body = issues[0 if number in again else number].encode()
            return [Attempt(request.url, request.url, datetime.now(UTC), 1, (), 200, (), body)]

    walk = CatalogWalk(source({}), CrawlOptions(), cast(Fetcher, Site()), Sink(), lambda *_: None, stop_at_known=False)
    summary = asyncio.run(walk.run())
    assert [problem.code for problem in summary.problems] == ["list_page_of_another"] * len(again)
