"""Where an incremental walk may stop: never while a list may hold documents that no walk has found."""

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest

from etl.archive.crawls.run import CrawlOptions, ListingSummary, ListSummary
from etl.archive.crawls.walks import KnownList
from etl.fetch.client import Attempt, Fetcher, Request
from etl.pipeline.stages.catalog_walk import CatalogWalk, WalkedPage
from etl.sources.schema import Source
from etl.web.urls import Address

LIST = "https://www.yunxi.example/gk/"
SIZE = 5
SOURCE = Source.model_validate(
    {
        "id": "walked",
        "name": "云溪县信息公开目录",
        "agency": "云溪县人民政府",
        "region": "530000",
        "platform": "generic",
        "listing": {"rows": "li", "total": "b", "next": "a.next"},
        "columns": [{"url": LIST, "name": "文件"}],
        "hosts": ["www.yunxi.example"],
        "assertions": {"min_records": 1, "max_age_days": 1},
        "verified": "never",
    }
)


def address(document: str) -> str:
    return f"{LIST}{document}.html"


@dataclass
class Served:
    """A list of documents as a site shows it, five a page, with its total where it is told."""

    documents: Sequence[str]
    total: int | None
    days: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, request: Request) -> list[Attempt]:
        self.asked.append(request.url)
        number = int(request.url.partition("?page=")[2] or 0)
        shown = self.documents[number * SIZE : (number + 1) * SIZE]
        rows = "".join(
            f'<li><a href="{address(name)}">关于{name}的通知</a> {self.days.get(name, "")}</li>' for name in shown
        )
        told = "" if self.total is None else f"<b>共{self.total}条</b>"
        more = (number + 1) * SIZE < len(self.documents)
        following = f'<a class="next" href="?page={number + 1}">下一页</a>' if more else ""
        body = f"<html><body><ul>{rows}</ul>{told}{following}</body></html>".encode()
        return [Attempt(request.url, request.url, datetime.now(UTC), 1, (), 200, (), body)]


@dataclass
class Sink:
    """What earlier walks found; `found` collects the new documents."""

    known: KnownList
    found: list[str] = field(default_factory=list)

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        urls = [url for page in pages for url in page.entries]
        self.found += [url for url in urls if url not in self.known.urls]
        return {url: url in self.known.urls for url in urls}

    def known_list(self, column: str) -> KnownList:
        return self.known


def walk(
    shown: Sequence[str],
    known: Sequence[str],
    total: int | None,
    surplus: int = 0,
    days: Mapping[str, str] | None = None,
) -> tuple[Served, Sink, ListSummary]:
    site, sink = Served(shown, total, days or {}), Sink(KnownList(frozenset(map(address, known)), surplus))

    def quiet(*_: Any) -> None:
        pass

    walked = CatalogWalk(SOURCE, CrawlOptions(), cast(Fetcher, site), sink, quiet, stop_at_known=True)
    return site, sink, asyncio.run(walked.run()).columns[0]


OLD = [f"old-{number}" for number in range(30)]


@pytest.mark.parametrize("seed", range(20))
def test_documents_put_anywhere_in_a_list_are_found_by_its_total(seed: int) -> None:
    chance = random.Random(seed)
    shown, new = list(OLD), [f"new-{number}" for number in range(chance.randint(1, 4))]
    for name in new:
        shown.insert(chance.randint(0, len(shown)), name)
    _, sink, summary = walk(shown, OLD, len(shown))
    assert sorted(sink.found) == sorted(map(address, new))
    assert summary.lines == summary.told_total or not summary.whole


def test_an_unchanged_list_costs_one_page_where_its_total_is_told() -> None:
    site, _, summary = walk(OLD, OLD, len(OLD))
    assert (len(site.asked), summary.whole) == (1, False)


def test_a_walk_goes_no_further_than_what_is_missing() -> None:
    shown = [*OLD[:7], "new", *OLD[7:]]
    site, _, _ = walk(shown, OLD, len(shown))
    assert len(site.asked) == 3  # the second page has the document, the third one nothing new


def test_a_total_that_is_never_reached_is_walked_for_to_the_end_and_seen_in_the_summary() -> None:
    site, _, summary = walk(OLD, OLD, 33)
    assert (len(site.asked), summary.whole, summary.lines, summary.told_total) == (6, True, 30, 33)


def test_what_the_last_full_walk_counted_too_much_is_not_missing() -> None:
    site, _, _ = walk(OLD, OLD, 33, surplus=3)
    assert len(site.asked) == 1


@pytest.mark.parametrize("pinned", [3, 5, 8])
def test_without_a_total_a_page_of_pinned_entries_does_not_end_a_list(pinned: int) -> None:
    shown = [*OLD[20 : 20 + pinned], "new", *OLD]
    site, sink, _ = walk(shown, OLD, None)
    assert sink.found == [address("new")]
    assert len(site.asked) < 6


@pytest.mark.parametrize("total", [None, len(OLD)])
def test_a_page_in_the_middle_that_shows_an_earlier_one_is_told(total: int | None) -> None:
    site = Served(OLD, total)
    first = site.documents[:SIZE]
    site.documents = [*OLD[: 2 * SIZE], *first, *OLD[3 * SIZE :]]
    summary = asyncio.run(
        CatalogWalk(
            SOURCE, CrawlOptions(), cast(Fetcher, site), Sink(KnownList()), lambda *_: None, stop_at_known=False
        ).run()
    )
    assert [problem.code for problem in summary.problems] == ["list_page_repeated"]
    assert (summary.columns[0].lines, summary.columns[0].listed) == (25, 25)


@pytest.mark.parametrize("rising", [True, False])
def test_a_list_without_a_total_whose_dates_rise_is_walked_to_its_end(rising: bool) -> None:
    days = {name: f"2025-01-{number % 28 + 1:02}" for number, name in enumerate(OLD)}
    shown = [*sorted(OLD, key=days.__getitem__, reverse=not rising), "new"]
    site, sink, _ = walk(shown, OLD, None, days=days)
    assert (len(site.asked), sink.found) == ((7, [address("new")]) if rising else (2, []))


@pytest.mark.parametrize(
    "title",
    [
        "系统升级维护期间暂停服务",
        "信息不存在告知",
        "禁止访问本网站非法信息",
        "人机验证系统采购结果",
        "附件已被删除的说明",
    ],
)
def test_a_short_list_of_documents_with_the_words_of_error_pages_is_a_list(title: str) -> None:
    _, sink, _ = walk([title, *OLD[:2]], [], 3)
    assert len(sink.found) == 3


@dataclass
class Answering:
    """A site that answers each request as a function says."""

    answer: Callable[[Request], str]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, request: Request) -> list[Attempt]:
        self.asked.append(request.url)
        return [Attempt(request.url, request.url, datetime.now(UTC), 1, (), 200, (), self.answer(request).encode())]


@pytest.mark.parametrize("words", ["您访问的页面不存在", "系统繁忙，请稍后再试", "请按住滑块，拖动到最右边"])
def test_an_error_page_beside_other_documents_is_no_list(words: str) -> None:
    page = f"<h1>{words}</h1><ul><li><a href='/a.html'>关于防汛的通知</a></li></ul>"
    sink = Sink(KnownList(frozenset(), 0))
    site = cast(Fetcher, Answering(lambda _: page))
    summary = asyncio.run(CatalogWalk(SOURCE, CrawlOptions(), site, sink, lambda *_: None, stop_at_known=False).run())
    assert (sink.found, summary.columns) == ([], ())


def walk_whole(
    platform: str, columns: list[str], answer: Callable[[Request], str]
) -> tuple[Answering, Sink, ListingSummary]:
    own = SOURCE.model_dump()["listing"] if platform == SOURCE.platform else None
    given = {"platform": platform, "listing": own, "columns": [{"url": url} for url in columns]}
    source = Source.model_validate(SOURCE.model_dump() | given)
    site, sink = Answering(answer), Sink(KnownList(frozenset(), 0))

    def quiet(*_: Any) -> None:
        pass

    walked = CatalogWalk(source, CrawlOptions(), cast(Fetcher, site), sink, quiet, stop_at_known=False)
    return site, sink, asyncio.run(walked.run())


def test_columns_that_differ_by_their_fragment_are_two_lists_and_it_is_not_sent() -> None:
    def answer(request: Request) -> str:
        if "/api/" not in request.url:
            return "<script>window._CONFIG = {SID: '539900', TREE: []}</script>"
        number = request.url.partition("/all/")[2].partition("?")[0]
        line = {"id": int(number), "title": f"第{number}号通知"}
        return json.dumps({"total": 1, "articles": [line]})

    columns = [f"https://www.yunxi.example/yxj/gkmlpt/index#{number}" for number in (7012, 7050)]
    site, sink, summary = walk_whole("gkmlpt", columns, answer)
    assert [(item.column, item.lines) for item in summary.columns] == [(url, 1) for url in columns]
    assert len(sink.found) == 2
    assert not any("#" in url for url in site.asked)


def test_pages_of_rows_of_other_lists_do_not_end_a_list() -> None:
    def answer(request: Request) -> str:
        if request.method == "GET":
            return "loadDynamic('/module/xxgk/search.jsp?infotypeId='+a+'&area=1', 'div4', '0','0','950','1','');"
        page = int(dict(parse_qsl((request.body or b"").decode()))["currpage"])
        stem = f"/art/2024/1/{page}/art_{9 if page in (1, 8) else 8}_{page}"
        rows = "".join(f'<li><a href="{stem}{row}.html">通知{page}{row}</a></li>' for row in range(3))
        return f"<ul>{rows}</ul><p>共8页</p>"

    _, sink, summary = walk_whole("hanweb_jcms", ["https://www.yunxi.example/col/col9/index.html"], answer)
    assert (summary.lost, summary.problems) == ((), ())
    assert [url.rpartition("_")[2] for url in sink.found] == [
        f"{page}{row}.html" for page in (1, 8) for row in range(3)
    ]


class Pages(Served):
    """A list whose pages are given: page number → (title, documents, further markup)."""

    def __init__(
        self, pages: Mapping[str, tuple[str, Sequence[str], str]], days: Mapping[str, str] | None = None
    ) -> None:
        super().__init__((), None, days or {})
        self.pages = pages

    async def fetch(self, request: Request) -> list[Attempt]:
        title, documents, more = self.pages[request.url.removeprefix(LIST)]
        rows = "".join(
            f'<li><a href="{name}">关于{name}的通知</a> {self.days.get(name, "")}</li>' for name in documents
        )
        body = f"<html><head><title>{title}</title></head><body><ul>{rows}</ul>{more}</body></html>".encode()
        return [Attempt(request.url, request.url, datetime.now(UTC), 1, (), 200, (), body)]


def problems_of(days: Mapping[str, str] | None = None, /, **pages: tuple[str, Sequence[str], str]) -> list[str]:
    named_pages = {("" if name == "first" else f"index_{name[1:]}.html"): page for name, page in pages.items()}
    site = Pages(named_pages, days)
    walked = CatalogWalk(
        SOURCE, CrawlOptions(), cast(Fetcher, site), Sink(KnownList()), lambda *_: None, stop_at_known=False
    )
    return [problem.code for problem in asyncio.run(walked.run()).problems]


def named(start: int, count: int, folder: str = "a") -> list[str]:
    return [f"/{folder}/{number}.html" for number in range(start, start + count)]


def onward(number: int) -> str:
    return f'<a class="next" href="index_{number}.html">下一页</a>'


NUMBERS = '<p><a href="index_1.html">2</a> <a href="index_2.html">3</a></p>'
LAST = '<a href="index_2.html">尾页</a>'


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (("通知", named(10, 10), ""), ["list_pages_left"]),
        (("通知", named(10, 10), onward(2)), []),
        (("通知", named(0, 10), onward(1)), ["list_page_repeated"]),
        (("要闻", named(10, 10, "b"), onward(2)), ["list_page_of_another"]),
        (("通知", named(10, 10, "b"), onward(2)), []),
        (("通知", named(10, 3), onward(2)), ["list_page_short"]),
        (("通知", named(10, 7), onward(2)), []),
    ],
)
def test_a_second_page_that_answers_something_else_is_told(
    second: tuple[str, Sequence[str], str], code: list[str]
) -> None:
    first, third = ("通知", named(0, 10), NUMBERS + onward(1)), ("通知", named(20, 10), "")
    assert problems_of(first=first, p1=second, p2=third) == code


@pytest.mark.parametrize(
    ("second", "codes"),
    [
        (named(0, 3) + named(13, 7), []),  # pinned: nothing says that the first rows are the newest
        (named(4, 3) + named(13, 7), ["list_pages_overlap"]),
        (named(4, 2) + named(12, 8), []),
        (named(7, 3) + named(10, 7), []),  # as many were added meanwhile
        (named(2, 5), ["list_page_repeated"]),
        (named(0, 10), ["list_page_repeated"]),
    ],
)
def test_a_page_that_begins_with_rows_of_an_earlier_one_is_told(second: Sequence[str], codes: list[str]) -> None:
    assert problems_of(first=("通知", named(0, 10), onward(1)), p1=("通知", second, "")) == codes


@pytest.mark.parametrize(("pinned", "codes"), [("2024-09-01", ["list_pages_overlap"]), ("2019-09-01", [])])
def test_rows_on_top_of_each_page_are_pinned_where_they_are_older_than_those_below(
    pinned: str, codes: list[str]
) -> None:
    days = {name: pinned for name in named(0, 3)} | {name: "2024-08-01" for name in named(3, 30)}
    first, second = (named(0, 3) + named(start, 7) for start in (3, 13))
    assert problems_of(days, first=("通知", first, onward(1)), p1=("通知", second, "")) == codes


@pytest.mark.parametrize("number", ["<b>共20条</b>", ""])
@pytest.mark.parametrize("pinned", [0, 4])
def test_rows_that_are_shown_on_each_page_make_no_list_whole(number: str, pinned: int) -> None:
    first, second = named(0, 10), [*named(0, pinned), *named(10 + pinned, 10 - pinned)]
    site = Pages({"": ("通知", first, number + onward(1)), "index_1.html": ("通知", second, number)})
    walked = CatalogWalk(
        SOURCE, CrawlOptions(), cast(Fetcher, site), Sink(KnownList()), lambda *_: None, stop_at_known=False
    )
    summary = asyncio.run(walked.run()).columns[0]
    assert (summary.lines, summary.told_total) == (20 - pinned, 20 if number else None)


@pytest.mark.parametrize(("rows", "codes"), [(10, ["list_page_repeated"]), (9, [])])
@pytest.mark.parametrize("total", ["", "<b>共20条</b>"])
def test_a_last_page_that_is_shown_again_is_the_end_where_it_is_not_full(
    rows: int, codes: list[str], total: str
) -> None:
    last = named(10, rows)
    told = problems_of(
        first=("通知", named(0, 10), total + onward(2)),
        p2=("通知", last, total + onward(3)),
        p3=("通知", last, total + onward(3)),
    )
    assert told == ([] if total else codes)


@pytest.mark.parametrize(
    ("links", "codes"),
    [
        ('<a href="index_1.html">2</a>', ["list_page_repeated"]),
        ("<i>第1页/共2页</i>", ["list_page_repeated"]),
        ("", []),
        ('<a href="index_1.html">尾页</a>', []),
    ],
)
def test_a_page_that_is_counted_and_shows_the_first_one_again_is_told(links: str, codes: list[str]) -> None:
    page = ("通知", named(0, 3), links + onward(1))
    assert problems_of(first=page, p1=page)[-1:] == codes


def test_a_list_that_answers_with_the_page_of_another_one_is_told() -> None:
    rows = {name: "".join(f'<li><a href="/d/{name}{n}.html">关于{n}的通知</a></li>' for n in range(3)) for name in "ab"}

    def summary(answers: Mapping[str, str]) -> list[tuple[str, str]]:
        found = walk_whole("generic", [f"{LIST}{name}/" for name in answers], lambda request: answers[request.url[-2]])
        return [(each.code, each.params["url"]) for each in found[2].problems]

    assert summary({name: f"<title>{name}</title><ul>{rows[name]}</ul>" for name in "ab"}) == []
    assert summary({name: f"<title>{name}</title><ul>{rows['a']}</ul>" for name in "ab"}) == []
    same = f"<title>a</title><ul>{rows['a']}</ul>"
    assert summary({"a": same, "b": same}) == [("list_page_of_another", f"{LIST}b/")]


@pytest.mark.parametrize(
    ("second", "days", "codes"),
    [
        (named(10, 8, "zt"), {}, ["list_page_of_another"]),
        (named(10, 8, "zt"), {name: "2023-01-02" for name in named(10, 8, "zt")}, []),
        (named(10, 8), {}, []),
        (named(10, 2, "zt"), {}, []),
    ],
)
def test_a_further_page_of_undated_links_of_another_form_behind_dated_rows_is_told(
    second: Sequence[str], days: Mapping[str, str], codes: list[str]
) -> None:
    dates = {name: "2024-01-02" for name in named(0, 8)} | days
    assert problems_of(dates, first=("通知", named(0, 8), onward(1)), p1=("通知", second, "")) == codes


def test_an_empty_page_that_the_pager_counts_is_told() -> None:
    def answer(request: Request) -> str:
        page = int(request.url.partition("_")[2].partition(".")[0] or 0)
        rows = "".join(f'<li><a href="202401/t20240101_{page}{row}.html">通知{row}</a></li>' for row in range(5))
        return f"<ul>{'' if page in empty else rows}</ul><script>createPageHTML(3, {page}, 'index', 'html')</script>"

    for empty in ({1}, {2}, {1, 2}, set[int]()):
        _, _, summary = walk_whole("trs_wcm", [LIST], answer)
        told = {problem.params["url"] for problem in summary.problems if problem.code == "list_page_short"}
        assert told == {f"{LIST}index_{page}.html" for page in empty}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (range(1, 6), range(6, 11), []),
        (range(1, 6), range(1, 6), []),
        (range(1, 6), range(9, 14), ["list_rows_skipped"]),
        (range(10, 5, -1), range(5, 0, -1), []),
        (range(5, 0, -1), range(5, 0, -1), []),
        (range(12, 7, -1), range(5, 0, -1), ["list_rows_skipped"]),
        (range(15, 10, -1), range(10, 5, -1), ["list_rows_skipped"]),
        ((1, 2, 3, 7, 8), (20, 21, 23, 24, 25), []),
    ],
)
def test_numbers_of_rows_that_leap_or_do_not_come_down_to_one_are_told(
    first: Sequence[int], second: Sequence[int], codes: list[str]
) -> None:
    def answer(request: Request) -> str:
        numbers, folder, more = (first, "a", onward(1)) if request.url == LIST else (second, "b", "")
        rows = "".join(
            f'<li>{number}. <a href="/{folder}/{number}.html">关于{number}的通知</a></li>' for number in numbers
        )
        return f"<ul>{rows}</ul>{more}"

    _, _, summary = walk_whole("generic", [LIST], answer)
    assert [problem.code for problem in summary.problems] == codes


def test_a_short_last_page_and_a_list_of_one_page_that_leads_on_for_ever_are_whole() -> None:
    assert (
        problems_of(
            first=("通知", named(0, 10), NUMBERS + onward(1)),
            p1=("通知", named(10, 9), onward(2)),
            p2=("通知", named(19, 1), ""),
        )
        == []
    )
    assert problems_of(first=("通知", named(0, 3), onward(1)), p1=("通知", named(0, 3), onward(1))) == []


@pytest.mark.parametrize("links", [NUMBERS, LAST])
def test_the_last_page_that_a_pager_links_is_asked_for_or_missed(links: str) -> None:
    first, second = ("通知", named(0, 10), links + onward(1)), ("通知", named(10, 10), "")
    assert problems_of(first=first, p1=second) == ["list_pages_left"]


def test_the_address_by_which_a_pager_calls_the_first_page_is_no_page_left() -> None:
    back = '<p><a href="index_0.html">1</a> <a href="index_1.html">2</a></p>'
    first, second = ("通知", named(0, 10), back + onward(1)), ("通知", named(10, 4), back)
    assert problems_of(first=first, p1=second) == []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((1, 2, 3), []),
        ((2, 3, 4), []),
        ((1, 3), ["list_pages_skipped"]),
        ((2, 4, 5), ["list_pages_skipped"]),
        ((1, 2, 4), ["list_pages_skipped"]),
        ((1, 2, 3, 9), ["list_pages_skipped"]),
        ((10, 20, 30), []),
        ((10, 30), ["list_pages_skipped"]),
        ((5, 4, 3), []),
        ((7, 9, 14), []),
        ((3, 6, 9), []),
    ],
)
def test_a_pager_that_leaps_over_pages_is_told(numbers: tuple[int, ...], told: list[str]) -> None:
    pages = [("first", 0), *((f"p{number}", number) for number in numbers)]
    given = {
        name: ("通知", named(10 * at, 10), onward(numbers[at]) if at < len(numbers) else "")
        for at, (name, _) in enumerate(pages)
    }
    assert problems_of(**given) == told
    number = f"<b>共{10 * len(pages)}条</b>"
    counted = {name: (title, rows, number + more) for name, (title, rows, more) in given.items()}
    assert problems_of(**counted) == [], "all that the site counts are there"


@pytest.mark.parametrize("answer", ['{"code":500,"msg":"令牌已过期","data":null}', '[{"error": "token expired"}]'])
def test_data_that_is_no_list_is_quoted_in_the_reason_why_its_page_is_lost(answer: str) -> None:
    class Failing(Served):
        async def fetch(self, request: Request) -> list[Attempt]:
            return [Attempt(request.url, request.url, datetime.now(UTC), 1, (), 200, (), answer.encode())]

    walked = CatalogWalk(
        SOURCE,
        CrawlOptions(),
        cast(Fetcher, Failing([], None)),
        Sink(KnownList()),
        lambda *_: None,
        stop_at_known=False,
    )
    [(_, reason)] = asyncio.run(walked.run()).lost
    assert answer in reason.english


def test_a_further_page_that_is_answered_with_nothing_once_is_requested_again() -> None:
    def answer(request: Request) -> str:
        page = int(request.url.partition("_")[2].partition(".")[0] or 0)
        if page == 1 and not again:
            again.append(page)
            return ""
        rows = "".join(f'<li><a href="202401/t20240101_{page}{row}.html">通知{row}</a></li>' for row in range(5))
        return f"<ul>{rows}</ul><script>createPageHTML(3, {page}, 'index', 'html')</script>"

    again: list[int] = []
    _, sink, summary = walk_whole("trs_wcm", [LIST], answer)
    assert (len(sink.found), summary.lost, summary.problems) == (15, (), ())
