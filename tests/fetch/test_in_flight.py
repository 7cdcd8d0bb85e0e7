"""Bytes of answers in memory are bounded, whatever the number of requests at once."""

import asyncio
from typing import Any

import pytest

from etl.fetch import exchange
from etl.fetch.client import Attempt, Request, fetcher
from etl.fetch.content_coding import BodyReader
from etl.fetch.host_registry import LocalHostRegistry
from etl.fetch.in_flight import LargeBodies
from etl.fetch.refusals import MAX_JUDGED_BYTES, find_refusal
from etl.outcomes import Outcome
from etl.sources.schema import Source, adhoc_source
from tests.support.raw_server import http, raw_server

FREE = 10_000


def quick_source(base: str) -> Source:
    pace = {"delay": 0, "retry_delay": 0.001, "concurrency": 8}
    plain = adhoc_source("raw", "试验", base, ["127.0.0.1"]).model_dump(mode="json")
    return Source.model_validate(plain | {"pace": pace, "allow_private_addresses": True})


def test_one_task_at_a_time_holds_a_large_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of eight holds a share, and its task ends with what it fetched: then the next one goes on."""
    monkeypatch.setattr(exchange, "FREE_BYTES", FREE)
    monkeypatch.setattr(exchange, "AT_ONCE_BYTES", 1_000)
    large, most = set[BodyReader](), [0]

    class Watched(BodyReader):
        def add(self, data: bytes) -> None:
            super().add(data)
            if self.size > FREE + 1_000:
                large.add(self)
                most[0] = max(most[0], len(large))

        def complete(self) -> bytes:
            large.discard(self)
            return super().complete()

    monkeypatch.setattr(exchange, "BodyReader", Watched)

    def serve(path: str) -> bytes:
        return http(b"x" * 300_000 if path.startswith("/large") else b"y", "200 OK")

    async def fetch_all(source: Source, urls: list[str]) -> list[list[Attempt]]:
        async with fetcher(source, LocalHostRegistry(), "gongkai/test") as fetch:
            return await asyncio.gather(*(fetch.fetch(Request(url)) for url in urls))

    with raw_server(serve) as (base, _):
        urls = [f"{base}/{kind}/{number}" for number in range(4) for kind in ("large", "small")]
        answers = asyncio.run(fetch_all(quick_source(base), urls))
    assert [len(attempts[-1].body or b"") for attempts in answers] == [300_000, 1] * 4
    assert most == [1]


def test_the_time_limit_stands_still_while_another_has_the_right() -> None:
    async def run() -> list[Any]:
        right, taken = LargeBodies(), asyncio.Event()

        async def hold() -> str:
            async with asyncio.timeout(5) as deadline:
                await right.take(deadline)
                await right.take(deadline)
                taken.set()
                await asyncio.sleep(0.05)
            return "first"

        async def wait() -> str:
            await taken.wait()
            async with asyncio.timeout(0.03) as deadline:
                await right.take(deadline)
            return "second"

        return await asyncio.gather(hold(), wait())

    assert asyncio.run(run()) == ["first", "second"]


def test_a_large_page_is_no_refusal_and_its_words_are_not_searched() -> None:
    words = b"<html><script>document.cookie=1;location=2</script>"
    assert (find_refusal(words, "http://x.example/", "text/html", 200) or ("",))[0] is Outcome.BLOCKED
    assert find_refusal(words.ljust(MAX_JUDGED_BYTES + 1), "http://x.example/", "text/html", 200) is None
