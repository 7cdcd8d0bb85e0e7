"""Asking servers on loopback as a crawl does, without an archive."""

from typing import Any

from etl import event_loop
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.outcomes import Outcome
from etl.reasons import english
from etl.sources.schema import Source

PAGE = "<html><body><p>望澜市人民政府关于印发规定的通知</p></body></html>".encode()


def loopback_source(base: str, **changes: Any) -> Source:
    """A source on loopback that is asked without pause; `changes` are keys of its file.

    One retry: the raw server hangs up after each answer, and a request on a connection that was kept may come too late.
    """
    values: dict[str, Any] = {
        "id": "raw",
        "name": "试验",
        "agency": "试验局",
        "region": "530000",
        "platform": "trs_wcm",
        "columns": [{"url": base}],
        "hosts": ["127.0.0.1", "localhost"],
        "pace": {"delay": 0, "retry_delay": 0.001, "concurrency": 1},
        "limits": {"bytes": 100_000, "seconds": 5, "redirects": 3, "retries": 1},
        "allow_private_addresses": True,
        "assertions": {"min_records": 1, "max_age_days": 1},
        "verified": "never",
    }
    return Source.model_validate(values | changes)


def fetch_in_turn(source: Source, *urls: str, **headers: str) -> list[Attempt]:
    """The last attempt for each address, asked one after the other by one fetcher."""

    async def run() -> list[Attempt]:
        async with fetcher(source, LocalHostRegistry(), "gongkai/test") as client:
            return [(await client.fetch(Request(url, headers=headers)))[-1] for url in urls]

    return event_loop.run(run())


def ending(attempt: Attempt) -> tuple[Outcome | None, str]:
    """The outcome of an attempt and its reason in English."""
    outcome, reason = classify(attempt)
    return outcome, english(reason)
