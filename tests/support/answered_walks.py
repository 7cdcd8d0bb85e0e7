"""A crawl's walk over a list that a function answers: what it finds, and why its run would be red."""

import asyncio
import atexit
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.walks import KnownList
from etl.fetch.client import Attempt, Fetcher, Request
from etl.pipeline.stages.catalog_walk import CatalogWalk, WalkedPage
from etl.pipeline.stages.reconciling import incomplete_lists, lists_that_may_go_on
from etl.platforms.base import Entry
from etl.sources.schema import Source
from etl.web.urls import Address

HOST = "http://www.yunxi.example"
HTML, JSON = "text/html; charset=utf-8", "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Line:
    """An invented document of a list."""

    number: int
    title: str
    day: date
    path: str

    @property
    def url(self) -> str:
        return urljoin(HOST, self.path)


def lines(count: int, path: str) -> list[Line]:
    """So many documents, the newest first. `path`: their address, with `number`, `day` and `hex`."""
    topics = ("防汛抗旱", "城乡低保", "安全生产", "义务教育", "耕地保护", "养老服务", "道路交通")
    made = []
    for place in range(count):
        number, day = 700_000 - 7 * place, date(2026, 6, 20) - timedelta(days=5 * place)
        title = f"云溪县{topics[place % len(topics)]}工作情况公告（{day.year}年第{place}号）"
        made.append(Line(number, title, day, path.format(number=number, day=day, hex=f"{number:032x}")))
    return made


@dataclass(frozen=True)
class Question:
    """A request as a service sees it; `sent`: its parameters, wherever they were."""

    method: str
    path: str
    query: Mapping[str, str]
    sent: Mapping[str, Any]
    headers: Mapping[str, str]
    url: str = ""
    body: bytes = b""

    @classmethod
    def of(cls, request: Request) -> "Question":
        parts, body = urlsplit(request.url), (request.body or b"").decode()
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        form = json.loads(body) if body.startswith("{") else dict(parse_qsl(body, keep_blank_values=True))
        headers = {name.lower(): value for name, value in dict(request.headers).items()}
        return cls(request.method, parts.path, query, {**query, **form}, headers, request.url, request.body or b"")


Answer = tuple[str, str] | None
"""(text, media type); None for 404."""


@dataclass
class Walked:
    """What a walk found, by address, and what would make its run red or amber."""

    entries: dict[str, Entry] = field(default_factory=dict)
    red: list[str] = field(default_factory=list)
    amber: bool = False
    open_ends: list[str] = field(default_factory=list)
    """Lists of which nothing says whether they go on."""
    questions: list[Question] = field(default_factory=list)

    def save(self, pages: Sequence[WalkedPage]) -> dict[Address, bool]:
        entries = {url: entry for page in pages for url, entry in page.entries.items()}
        self.entries |= {str(url): entry for url, entry in entries.items()}
        return dict.fromkeys(entries, False)

    def known_list(self, column: str) -> KnownList:
        return KnownList()


class AtOnce(ThreadPoolExecutor):
    """Does in this thread what it is given: to start one takes longer than to read such a page."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as error:  # noqa: BLE001 - it is for the one who waits
            done.set_exception(error)
        return done


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(AtOnce())
    atexit.register(loop.close)
    return loop


def walk_answers(platform: str, first: str, answer: Callable[[Question], Answer], **more: Any) -> Walked:
    """Walks the list at `first` to its end. `more`: keys of the source file."""
    source = Source.model_validate(
        {
            "id": "walked", "name": "云溪县信息公开目录", "agency": "云溪县人民政府", "region": "530000",
            "platform": platform, "columns": [{"url": urljoin(HOST, first), "name": "文件"}],
            "hosts": ["www.yunxi.example"], "assertions": {"min_records": 1, "max_age_days": 1}, "verified": "never",
        } | more
    )  # fmt: skip
    walked = Walked()

    class Answers:
        async def fetch(self, request: Request) -> list[Attempt]:
            walked.questions.append(Question.of(request))
            answered = answer(walked.questions[-1])
            text, media_type = answered or ("<html><title>404</title>404 Not Found</html>", HTML)
            headers = (("content-type", media_type),)
            return [
                Attempt(
                    request.url,
                    request.url,
                    datetime.now(UTC),
                    1,
                    (),
                    200 if answered else 404,
                    headers,
                    text.encode(),
                )
            ]

    walk = CatalogWalk(
        source, CrawlOptions(), cast(Fetcher, Answers()), walked, lambda progress: None, stop_at_known=False
    )
    summary = _loop().run_until_complete(walk.run())
    walked.red += [problem.english for problem in summary.problems]
    walked.red += [f"{url}: {reason.english}" for url, reason in summary.lost]
    walked.red += [reason.english for reason in incomplete_lists(summary.columns, "walked")]
    walked.open_ends += [reason.params["list"] for reason in lists_that_may_go_on(source, summary.columns)]
    walked.amber = any(
        each.whole and each.told_total is not None and each.lines < each.told_total and each.total_is_upper_bound
        for each in summary.columns
    )
    return walked
