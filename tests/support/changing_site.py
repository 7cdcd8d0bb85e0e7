"""An invented site that changes between two crawls, and within one, and remembers what it has shown of each one."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from etl.sources.schema import Source
from tests.support.gongkai import days_pass

FIRST_DAY = date(2025, 3, 1)
MENU = "".join(f'<a href="/about/{n}.html">{name}</a>' for n, name in enumerate(("机构职能", "领导信息", "互动交流")))
SUBJECTS = (
    "河道清淤",
    "校车停靠",
    "老旧小区加装电梯",
    "村道养护",
    "集市摊位",
    "绿地认养",
    "井盖排查",
    "供水管网",
    "公厕改造",
)
ACTS = ("工作", "管理", "补贴发放", "检查安排", "验收结果", "意见征集")


@dataclass(frozen=True)
class State:
    """What a document says: another value of any of these is another version."""

    title: str
    day: date
    paragraphs: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    parts: int = 1


@dataclass
class Document:
    """A document of the site. `columns` list it; `answers`, if given, stands in for its page."""

    number: int
    state: State
    columns: set[str]
    path: str = ""
    moved_from: dict[str, int] = field(default_factory=dict)
    """Earlier paths, each with the status of its redirect, or 404."""
    answers: Callable[[Request], Response] | None = None
    deleted: bool = False
    fails: bool = False
    """Whether `answers` is the fault of a day, not the document's end."""
    rank: int = 0
    """Place in its lists: the highest first."""


@dataclass
class Column:
    """A list: its path, and how it is shown."""

    path: str
    title: str
    size: int = 6
    states: str = "total"
    """`total`, `pages` or nothing."""
    reverse: bool = False
    hidden: int = 0
    """Newest entries that are not shown yet."""
    longest: int = 10_000
    off_by: int = 0
    answers: Callable[[Request, int], Response | None] | None = None


@dataclass
class ChangingSite:
    """The site. `shown`: by path, the states that were shown there in their order, with the run; `answered`: by path,
    the last run in which a document's page was answered as it should be."""

    name: str
    chance: Random
    base: str = ""
    documents: dict[int, Document] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    shown: dict[str, list[tuple[int, State]]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    run: int = 0
    everything: Callable[[Request], Response | None] | None = None
    robots: str = ""
    churn: bool = False
    charset: str = "utf-8"
    gzip: bool = False
    validators: str = "none"
    template: str = "div"
    list_template: str = "ul"
    token: str = ""
    during: Callable[[str], None] | None = None
    """Is called before each answer, with the path: for changes within a crawl."""
    counter: int = 0

    def write(self, column: str, day: date | None = None, rank: int | None = None, **changes: Any) -> Document:
        """Publishes a new document."""
        number = len(self.documents) + 1
        subject, act = self.chance.choice(SUBJECTS), self.chance.choice(ACTS)
        title = f"关于{subject}{act}的第{number}号通知"
        state = State(
            title, day or FIRST_DAY + timedelta(days=number), tuple(self.paragraph(number, subject) for _ in range(4))
        )
        rank = max((each.rank for each in self.documents.values()), default=0) + 10 if rank is None else rank
        made = Document(number, replace(state, **changes), {column}, f"/show/{number}.html", rank=rank)
        self.documents[number] = made
        return made

    def paragraph(self, number: int, subject: str) -> str:
        value = self.chance.randint(1000, 9999)
        return f"第{number}号事项由承办科室按照{subject}的要求于{value}个工作日内办结，并将办理情况通过本站向社会公开。"

    def in_parts(self, state: State, parts: int) -> State:
        return replace(state, parts=parts)

    def live(self) -> list[Document]:
        return [each for each in self.documents.values() if not each.deleted]

    def listed(self, column: str) -> list[Document]:
        """What the list shows, in its order."""
        chosen = self.columns[column]
        rows = sorted((each for each in self.live() if column in each.columns), key=lambda each: -each.rank)
        rows = rows[chosen.hidden :][: chosen.longest]
        return rows[::-1] if chosen.reverse else rows

    def source(self, **changes: Any) -> Source:
        """The source file of the site."""
        pager = {"next": "//a[text()='下一页']", "total": "b.t"}
        if any(each.states == "pages" for each in self.columns.values()):
            pager = {"pages": "?page={page}", "page_count": "b.p"}
        given = {
            "id": self.name, "name": "桐溪县信息公开", "agency": "桐溪县人民政府", "region": "539926",
            "platform": "generic", "listing": {"rows": "ul.l > li", "fields": {"published_date": "span"}} | pager,
            "columns": [{"url": self.base + each.path, "name": key} for key, each in self.columns.items()],
            "hosts": ["127.0.0.1"], "schedule": "@manual", "pace": {"delay": 0, "concurrency": 4, "retry_delay": 0},
            "limits": {"retries": 0, "seconds": 5}, "allow_private_addresses": True, "verified": "never",
            "assertions": {"min_records": 1, "max_age_days": 36500}, "recheck_after_days": 0, "full_walk_days": 3,
        }  # fmt: skip
        return Source.model_validate(given | changes)

    # The server.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.counter += 1
        if self.during:
            self.during(request.url.path)
        await self.answer(request)(scope, receive, send)

    def answer(self, request: Request) -> Response:
        path = request.url.path
        if self.everything and (response := self.everything(request)):
            return response
        if path == "/robots.txt":
            return Response(self.robots, media_type="text/plain") if self.robots else Response("", 404)
        if path == "/":
            return self.front()
        for column in self.columns.values():
            if path == column.path:
                page = int(request.query_params.get("page", "1"))
                return (column.answers and column.answers(request, page)) or self.list_page(column, page)
        for document in self.documents.values():
            if path in document.moved_from:
                code = document.moved_from[path]
                return self.missing() if code == 404 or document.deleted else RedirectResponse(document.path, code)
            if path == document.path or path.startswith(document.path.replace(".html", "_")):
                return self.page(document, request)
            for name, body in document.state.files:
                if path == f"/files/{document.number}/{name}" and not document.deleted:
                    return Response(body, media_type="application/octet-stream")
        return self.missing()

    def missing(self, status: int = 404) -> Response:
        return self.html(f"<h1>您访问的页面不存在</h1><p>{MENU}</p>", status)

    def html(self, inside: str, status: int = 200, **headers: str) -> Response:
        codec = "gb18030" if self.charset == "gbk" else self.charset
        head = f'<meta charset="{self.charset}"><title>桐溪县</title>'
        body = f"<html><head>{head}</head><body>{inside}</body></html>".encode(codec)
        if self.gzip:
            body, headers = gzip.compress(body, mtime=0), {**headers, "content-encoding": "gzip"}
        return Response(body, status, headers, media_type=f"text/html; charset={self.charset}")

    def front(self) -> Response:
        rows = "".join(f'<li><a href="{each.path}">{each.state.title}</a></li>' for each in self.live()[:12])
        return self.html(f"<div>{MENU * 8}</div><h2>要闻</h2><ul>{rows}</ul><h2>服务</h2><div>{MENU * 8}</div>")

    def list_page(self, column: Column, page: int, rows: list[Document] | None = None) -> Response:
        key = next(key for key, each in self.columns.items() if each is column)
        rows = self.listed(key) if rows is None else rows
        pages = max(1, -(-len(rows) // column.size))
        lines = "".join(
            f'<li><a href="{each.path}{self.token}">{each.state.title}</a><span>{each.state.day}</span></li>'
            for each in rows[(page - 1) * column.size : page * column.size]
        )
        total = f'<b class="t">共{len(rows) + column.off_by}条</b>' if column.states == "total" else ""
        total = f'<b class="p">共{pages}页</b>' if column.states == "pages" else total
        more = f'<a href="?page={page + 1}">下一页</a>' if page < pages and column.states != "pages" else ""
        box = f"<p>今日访问{self.counter}次</p>" if self.churn else ""
        open_, close = (
            ('<ul class="l">', "</ul>") if self.list_template == "ul" else ('<div class="xw"><ol>', "</ol></div>")
        )
        return self.html(f"<div>{MENU}</div><h2>{column.title}</h2>{open_}{lines}{close}<div>{total}{more}</div>{box}")

    def page(self, document: Document, request: Request) -> Response:
        path = request.url.path
        if document.answers:
            return document.answers(request)
        if document.deleted:
            return self.missing()
        state = document.state
        self.answered[document.path] = self.run
        headers = {}
        if self.validators == "honest":
            headers["ETag"] = f'"{hashlib.sha1(repr(state).encode()).hexdigest()[:12]}"'
            if request.headers.get("if-none-match") == headers["ETag"]:
                return Response(status_code=304, headers=headers)
        number = int(path.rpartition("_")[2].partition(".")[0]) if path != document.path else 1
        if number == 1:
            seen = self.shown.setdefault(document.path, [])
            if not seen or replace(seen[-1][1], parts=state.parts) != state:
                seen.append((self.run, state))
        return self.html(self.body(document, number), **headers)

    def body(self, document: Document, number: int) -> str:
        state = document.state
        share = -(-len(state.paragraphs) // state.parts)
        shown = state.paragraphs[(number - 1) * share : number * share]
        text = "".join(f"<p>{each}</p>" for each in shown)
        shown_files = state.files if number == state.parts else ()
        link = '<p>附件：<a href="/files/{0}/{1}">{1}</a></p>'
        files = "".join(link.format(document.number, name) for name, _ in shown_files)
        stem = document.path.replace(".html", "")
        names = [document.path, *(f"{stem}_{n}.html" for n in range(2, state.parts + 1))]
        pager = "".join(f'<a href="{name}">{n}</a> ' for n, name in enumerate(names, 1)) if state.parts > 1 else ""
        pager = f'<div class="pages">{pager}</div>' if pager else ""
        passing = f"<p>浏览次数：{self.counter}</p>" if self.churn else ""
        others = Random(self.counter).sample(self.live(), 3) if self.churn and len(self.live()) > 3 else []
        aside = "".join(f'<li><a href="{each.path}">{each.state.title}</a></li>' for each in others)
        aside = f'<div class="tj"><h3>推荐阅读</h3><ul>{aside}</ul></div>' if aside else ""
        if self.template == "div":
            head = f'<h1>{state.title}</h1><div class="info">发布日期：{state.day} {passing}</div>'
            return f'<div class="menu">{MENU}</div>{head}<div class="content">{text}{files}</div>{pager}{aside}'
        head = f'<tr><td class="bt">{state.title}</td></tr><tr><td>发布日期：{state.day}</td></tr>'
        table = f'<table>{head}<tr><td class="zw">{text}{files}</td></tr></table>'
        return f'<div class="top">{MENU}</div>{table}{pager}{passing}{aside}'


def a_day_passes(owner_url: str) -> None:
    """All that is stored happened a day earlier, and no host is left alone any more."""
    days_pass(
        owner_url,
        1,
        "UPDATE archive.host SET postponed_until = NULL, failures = 0, robots_at = robots_at - interval '1 day'",
        "UPDATE archive.page SET first_seen_at = first_seen_at - interval '1 day'",
    )
