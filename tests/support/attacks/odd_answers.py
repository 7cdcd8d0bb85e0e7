"""Answers of any bytes: heads that no strict parser takes, framings that lie, bodies that are nothing."""

import gzip
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import count
from random import Random

import brotli

from etl.archive.crawls.run import CrawlOptions
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.fetching import PAGE, loopback_source
from tests.support.gongkai import rows
from tests.support.raw_server import http, raw_server
from tests.support.warc import page

NAMES = (
    b"Content-Encoding Content-Length Content-Type Location Retry-After Set-Cookie Transfer-Encoding Connection ETag"
)
VALUES = [b"gzip", b"br, zstd", b"chunked", b"a=\xd6\xd0", b"a=b\x01; path=/", "²".encode(), b"9" * 400]
STATUSES = (
    *(b"HTTP/1.1 200 OK", b"HTTP/1.1  200  Well\x0bdone", b"http/1.1 200", b"\r\n\r\nHTTP/1.1 200 OK"),
    *(b"HTTP/1.1 20 OK", b"HTTP/9.9 200 OK", b"ICY 200 OK", b"HTTP/1.1 999 Odd", b"<html>", b"\xff\xfe\0", b""),
    *(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", b"HTTP/1.1 204 No Content", b"HTTP/1.1 206 Partial Content"),
    *(b"HTTP/1.1 302 Found\r\nLocation: http://[bad/", b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 101 Switching"),
)
LINES = (
    *(b"X Powered By: OA System", b"Powered-By-OA", b"Content-Type : text/html", b": without a name", b"   folded"),
    *("标题: 通知".encode("gb18030"), b"X-Words: a\0b\x0bc\rd", b"X: " + b"x" * 70_000, b"Set-Cookie: a=\xd6\xd0"),
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: many", b"Transfer-Encoding: chunked"),
    *(b"Content-Encoding: gzip", b"Content-Encoding: br", b"Content-Encoding: gzip, zstd", b"Content-Encoding: oa"),
)
TITLE = "关于照常供水的通知"
GOOD = page(TITLE, "本事项由经办科室按期办结并公开。\n" * 6)


@cache
def bodies() -> tuple[bytes, ...]:
    """Those of documents."""
    return (
        *(PAGE, GOOD, b"", b"\0" * 900, b"MZ\x90\0" * 300, b"%PDF-1.7\n\0", GOOD[:150], b"x" * 300_000, b"<" * 5_000),
        *(gzip.compress(GOOD), gzip.compress(GOOD)[:-9], gzip.compress(bytes(30_000_000), 1), brotli.compress(GOOD)),
        *(
            zlib.compress(GOOD),
            "\ufeff".encode("utf-16") + GOOD.decode().encode("utf-16-le"),
            b"7\r\n<html>\n\r\n0\r\n\r\n",
        ),
    )


@cache
def robots() -> tuple[bytes, ...]:
    """What forbids nothing. Of a robots.txt that cannot be read at all nothing is known, and its host is left alone."""
    return (
        *map(
            http, (b"User-agent: *\nAllow: /\n", b"\xff\xfe", b"\0" * 500, GOOD, b"User-agent *\nCrawl-delay: 1e999\n")
        ),
        *map(http, (b"*" * 90_000, b"Crawl-delay: nan\nUser-agent: *\nDisallow:\n", b"Request-rate: 0/0\n" * 4_000)),
        http(gzip.compress(b" " * 30_000_000, 1), "200 OK", "Content-Encoding: gzip"),
        http(GOOD, "404 Not Found", "Content-Encoding: oa"),
    )


def odd_answer(chance: Random) -> bytes:
    """Status, header lines and body, each well-known to be odd or of any bytes."""
    status = chance.choice(STATUSES) if chance.random() < 0.6 else b"HTTP/1.1 200 OK"
    lines = [_line(chance) for _ in range(chance.randint(0, 4))]
    body = chance.choice(bodies()) if chance.random() < 0.8 else chance.randbytes(chance.randint(1, 400))
    return b"\r\n".join([status, *lines]) + b"\r\n\r\n" + body


def _line(chance: Random) -> bytes:
    match chance.randint(0, 2):
        case 0:
            return chance.choice(LINES)
        case 1:
            return chance.choice(NAMES.split()) + b": " + chance.choice([*VALUES, chance.randbytes(30)])
    return chance.randbytes(chance.randint(0, 60))


PAGES = 12
"""Odd documents of a list; one good one stands between each two of them."""


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """A list of documents, each second of which is answered with odd bytes, behind a robots.txt of odd bytes."""
    answers: dict[str, bytes] = {}
    with raw_server(lambda path: answers.get(path, http(b"", "404 Not Found"))) as (base, _):
        for turn in count(1):
            answers.clear()
            answers["/robots.txt"] = chance.choice(robots())
            good = [f"/{turn}/good-{n}.html" for n in range(PAGES)]
            odd = [f"/{turn}/odd-{n}.html" for n in range(PAGES)]
            answers |= dict.fromkeys(good, http(GOOD, "200 OK", "Content-Type: text/html; charset=utf-8"))
            answers |= {path: odd_answer(chance) for path in odd}
            paths = [path for pair in zip(odd, good, strict=True) for path in pair]
            listed = "".join(f"<li><a href='{path}'>{TITLE}</a></li>" for path in paths)
            answers["/"] = http(f"<html><body><ul>{listed}</ul></body></html>".encode())
            source = loopback_source(
                base + "/",
                id=f"odd-{turn}",
                platform="generic",
                listing={"rows": "li", "link": "a"},
                limits={"bytes": 2_000_000, "seconds": 4, "redirects": 3, "retries": 0},
                assertions={"min_records": 1, "max_age_days": 36500},
            )
            report = crawl(ground.archive, source, "odd", CrawlOptions(), Settings(), lambda *_: None)
            shown = {path: answers[path][:120] for path in odd}
            assert report.listed == 2 * PAGES, (
                f"odd-{turn}: {report.problems}, robots.txt {answers['/robots.txt'][:200]!r}"
            )
            assert sum(report.outcomes.values()) == report.listed, f"odd-{turn}: {report.outcomes}: {shown}"
            stored = {row["url"].removeprefix(base) for row in rows(ground.archive, _STORED, source=source.id)}
            lost = set(good) - stored
            assert not lost, f"odd-{turn}: {sorted(lost)} answered well and were not stored; beside them {shown}"
            yield f"{PAGES} odd answers: {dict(report.outcomes)}"


_STORED = """
SELECT p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id
WHERE p.source_id = :source AND r.state = 'current'"""
