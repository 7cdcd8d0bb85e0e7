"""Walks over the lists of a demo site without a server, whose pages may be changed on the way."""

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import yaml
from starlette.requests import Request
from starlette.types import Message

from demo import source_text
from demo.server import Site
from tests.support.answered_walks import HOST, Answer, Question, Walked, walk_answers

_GZIP = b"\x1f\x8b"


class DemoWalks:
    """Each page is made once, however often the lists are walked."""

    def __init__(self, site: Site) -> None:
        site.base = HOST
        source = yaml.safe_load(source_text(site))
        self._source = {name: source[name] for name in ("columns", "listing") if name in source}
        self._site, self._platform = site, str(source["platform"])
        self._answers: dict[tuple[str, str, bytes], Answer] = {}

    @property
    def texts(self) -> list[str]:
        """The pages so far."""
        return [answer[0] for answer in self._answers.values() if answer]

    def walk(self, change: Callable[[str], str] = str) -> Walked:
        """Walks all columns to their ends."""

        def answer(question: Question) -> Answer:
            made = self._answer(question)
            return made and (change(made[0]), made[1])

        return walk_answers(self._platform, "/", answer, **self._source)

    def _answer(self, question: Question) -> Answer:
        key = question.method, question.url, question.body
        if key not in self._answers:
            self._answers[key] = self._made(question)
        return self._answers[key]

    def _made(self, question: Question) -> Answer:
        headers = {"user-agent": "gongkai", "host": "www.yunxi.example", **question.headers}
        headers.pop("accept-encoding", None)
        path, _, query = question.url.removeprefix(HOST).partition("?")
        scope: dict[str, Any] = {
            "type": "http", "method": question.method, "path": unquote(path), "raw_path": path.encode(),
            "query_string": query.partition("#")[0].encode(), "scheme": "http", "server": ("www.yunxi.example", 80),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip

        async def no_body() -> Message:
            return {"type": "http.request", "body": question.body, "more_body": False}

        response = self._site.answer(Request(scope, no_body), question.body)
        if response.status_code != 200:
            return None
        body = bytes(response.body)
        if body.startswith(_GZIP):
            body = gzip.decompress(body)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = body.decode("gb18030")
        return text, response.headers["content-type"].partition(";")[0] + "; charset=utf-8"
