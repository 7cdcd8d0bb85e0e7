"""The fetcher: where it goes, how gently, and how each way of failing is told."""

import asyncio
import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from etl import event_loop
from etl.archive.storage.archive import Archive
from etl.fetch.classify import classify
from etl.fetch.client import Attempt, Request, fetcher
from etl.files.media_types import DOCX, PDF
from etl.outcomes import Outcome
from etl.reasons import english
from etl.sources.schema import Source
from tests.support.fetching import PAGE, loopback_source
from tests.support.gongkai import rows
from tests.support.raw_server import http, listening, raw_server
from tests.support.samples import SAMPLES


def source(base: str, **changes: Any) -> Source:
    own = {
        "hosts": ["127.0.0.1"],
        "pace": {"delay": 0, "retry_delay": 0.01},
        "limits": {"bytes": 100_000, "seconds": 2, "redirects": 3},
    }
    return loopback_source(base, **(own | changes))


def fetch(archive: Archive, source: Source, *urls: str, **headers: str) -> list[list[Attempt]]:
    async def run() -> list[list[Attempt]]:
        async with fetcher(source, archive.hosts, "gongkai/test") as client:
            return await asyncio.gather(*(client.fetch(Request(url, headers=headers)) for url in urls))

    return event_loop.run(run())


def answer(archive: Archive, answers: dict[str, Any], path: str = "/a", **changes: Any) -> tuple[Attempt, list[str]]:
    """The last attempt for a path of a server with these answers, and all paths asked."""
    answers = {"/robots.txt": http(b"", "404 Not Found")} | answers

    def serve(asked: str) -> bytes | Iterator[bytes]:
        found = answers.get(asked, http(b"", "404 Not Found"))
        return found() if callable(found) else found

    with raw_server(serve) as (base, asked):
        return fetch(archive, source(base, **changes), base + path)[0][-1], asked


def test_the_body_is_what_came_after_transfer_decoding(archive: Archive) -> None:
    packed = gzip.compress(PAGE)
    attempt, _ = answer(archive, {"/a": http(packed, "200 OK", "Content-Encoding: gzip")})
    assert attempt.body == PAGE
    assert classify(attempt) == (None, "")


def test_raw_deflate_is_read_as_some_servers_send_it(archive: Archive) -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(PAGE) + packer.flush()
    attempt, _ = answer(archive, {"/a": http(packed, "200 OK", "Content-Encoding: deflate")})
    assert attempt.body == PAGE


@pytest.mark.parametrize(
    ("found", "outcome", "words"),
    [
        (http(gzip.compress(PAGE)[:-20], "200 OK", "Content-Encoding: gzip"), "network_error", "ends in the middle"),
        (http(b"not gzip", "200 OK", "Content-Encoding: gzip"), "network_error", "broken"),
        (http(PAGE, "200 OK", "Content-Encoding: br"), "network_error", "broken"),
        (http(b"x" * 100_001), "too_large", "more than 100000 bytes"),
        (http(gzip.compress(b"0" * 9_000_000), "200 OK", "Content-Encoding: gzip"), "too_large", "100000"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", "network_error", "RemoteProtocolError"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
            "network_error",
            "RemoteProtocolError",
        ),
        (b"", "network_error", "RemoteProtocolError"),
        (http(b"", "404 Not Found"), "gone", "404"),
        (http(b"", "410 Gone"), "gone", "410"),
        (http(b"", "500 Oops"), "http_error", "500"),
        (http(b"", "403 Forbidden"), "blocked", "403"),
        (http(b"  \n"), "empty", "empty body"),
        (http(b"", "302 Found", "Location: /a"), "blocked", "redirected to itself"),
        (http(b"", "302 Found", "Location: http://elsewhere.example/"), "out_of_scope", "elsewhere.example"),
        (http(b"", "302 Found", "Location: ftp://127.0.0.1/"), "network_error", "ftp"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_way_of_failing_has_its_outcome(archive: Archive, found: bytes, outcome: str, words: str) -> None:
    attempt, _ = answer(archive, {"/a": found})
    assert classify(attempt)[0] == outcome
    assert words in english(classify(attempt)[1])


def cut_page() -> bytes:
    """A page that stops in its middle, in an answer that ends with its connection."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE + b"<div><div><p>"


def test_a_page_that_a_lost_connection_may_have_cut_off_is_asked_for_again(archive: Archive) -> None:
    answers = iter((cut_page(), http(PAGE)))
    attempt, asked = answer(archive, {"/a": lambda: next(answers)})
    assert (attempt.body, classify(attempt)) == (PAGE, (None, ""))
    assert asked == ["/robots.txt", "/a", "/a"]


@pytest.mark.parametrize("kind", [PDF, DOCX])
def test_a_file_that_a_lost_connection_may_have_cut_off_is_asked_for_again(archive: Archive, kind: str) -> None:
    whole = SAMPLES[kind]
    answers = iter((b"HTTP/1.0 200 OK\r\n\r\n" + whole[: len(whole) // 2], b"HTTP/1.0 200 OK\r\n\r\n" + whole))
    attempt, asked = answer(archive, {"/a": lambda: next(answers)})
    assert attempt.body == whole
    assert asked == ["/robots.txt", "/a", "/a"]


def test_a_page_that_stops_at_the_same_place_again_is_taken_as_it_is(archive: Archive) -> None:
    with raw_server(lambda path: cut_page() if path == "/a" else http(b"", "404 Not Found")) as (base, asked):
        first, last = fetch(archive, source(base), base + "/a")[0]
    assert (first.body, english(first.reason)) == (None, "the page ends in the middle")
    assert classify(last) == (None, "")
    assert last.body == PAGE + b"<div><div><p>"
    assert asked.count("/a") == 2


def test_a_redirect_to_the_home_page_is_a_soft_404(archive: Archive) -> None:
    home = {"/a": http(b"", "302 Found", "Location: /"), "/": http(PAGE)}
    assert classify(answer(archive, home)[0])[0] is Outcome.SOFT_404


def leading(target: str) -> bytes:
    return http(f'<html><head><script>location.href = "{target}";</script></head></html>'.encode())


def test_a_page_that_only_leads_on_is_followed_once(archive: Archive) -> None:
    attempt, asked = answer(archive, {"/a": leading("/b"), "/b": leading("/c"), "/c": http(PAGE)})
    assert asked == ["/robots.txt", "/a", "/b"]
    assert attempt.final_url.endswith("/b")
    assert "leads here by script" in english(attempt.reason)


def test_a_page_that_leads_to_another_host_is_left_there(archive: Archive) -> None:
    attempt, asked = answer(archive, {"/a": leading("http://www.wanglan.example/b")})
    assert classify(attempt)[0] is Outcome.OUT_OF_SCOPE
    assert asked == ["/robots.txt", "/a"]


def test_a_page_that_says_it_is_missing_is_not_left(archive: Archive) -> None:
    missing = http(b"<html><meta http-equiv=refresh content='3;url=/b'><p>" + "页面不存在".encode() + b"</p></html>")
    attempt, asked = answer(archive, {"/a": missing, "/b": http(PAGE)})
    assert classify(attempt)[0] is Outcome.SOFT_404
    assert asked == ["/robots.txt", "/a"]


def test_what_a_page_was_asked_with_is_not_asked_of_the_page_it_leads_to(archive: Archive) -> None:
    answers = {"/a": leading("/b"), "/b": http(PAGE)}
    with raw_server(lambda path: answers.get(path, http(b"", "404 Not Found"))) as (base, _):
        since = {"If-Modified-Since": "Thu, 26 Nov 2026 00:00:00 GMT"}
        [[attempt]] = fetch(archive, source(base), base + "/a", **since)
    assert attempt.status == 200
    assert "If-Modified-Since" not in dict(attempt.request_headers)


def test_a_byte_a_second_ends_at_the_time_limit(archive: Archive) -> None:
    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        for _ in itertools.count():
            time.sleep(0.05)
            yield b"x"

    limits = {"seconds": 0.4, "retries": 0}
    attempt, _ = answer(archive, {"/a": drip}, limits=limits)
    outcome, reason = classify(attempt)
    assert (outcome, english(reason)) == (Outcome.NETWORK_ERROR, "no complete response within 0.4 s")
    assert attempt.elapsed_ms < 20_000


def test_what_may_pass_is_tried_again_and_every_attempt_is_told(archive: Archive) -> None:
    answers = iter([http(b"", "500 Oops"), b"", http(PAGE)])
    with raw_server(lambda path: next(answers) if path == "/a" else http(b"", "404 Not Found")) as (base, asked):
        attempts = fetch(archive, source(base), base + "/a")[0]
    assert [classify(attempt)[0] for attempt in attempts] == [Outcome.HTTP_ERROR, Outcome.NETWORK_ERROR, None]
    assert asked.count("/a") == 3


def test_what_will_not_pass_is_asked_once(archive: Archive) -> None:
    assert answer(archive, {})[1].count("/a") == 1


def test_private_addresses_are_refused_before_a_byte_is_sent(archive: Archive) -> None:
    attempt, asked = answer(archive, {"/a": http(PAGE)}, allow_private_addresses=False)
    assert asked == []
    assert attempt.failure is Outcome.OUT_OF_SCOPE


ROBOTS = b"User-agent: gongkai\nDisallow: /secret/\nCrawl-delay: 0.2\n\nUser-agent: *\nDisallow: /\n"


def test_robots_txt_is_obeyed_and_asked_once(archive: Archive) -> None:
    with raw_server(lambda path: http(ROBOTS) if path == "/robots.txt" else http(PAGE)) as (base, asked):
        [secret], [open_] = fetch(archive, source(base), base + "/secret/1", base + "/open")
    assert secret.failure is Outcome.ROBOTS
    assert open_.body == PAGE
    assert sorted(asked) == ["/open", "/robots.txt"]


@pytest.mark.parametrize(("status", "allowed"), [("404 Not Found", True), ("403 Forbidden", True), ("503 Busy", False)])
def test_a_missing_robots_txt_allows_all_an_unreachable_one_nothing(
    archive: Archive, status: str, allowed: bool
) -> None:
    attempt, _ = answer(archive, {"/robots.txt": http(b"", status), "/a": http(PAGE)})
    assert (attempt.body == PAGE) is allowed
    assert (attempt.failure is Outcome.ROBOTS) is not allowed


def test_retry_after_pushes_the_host_out_for_everyone(archive: Archive) -> None:
    busy = http(b"", "503 Busy", "Retry-After: 300")
    attempt, asked = answer(archive, {"/a": busy}, limits={"retries": 1})
    assert attempt.failure is Outcome.NETWORK_ERROR
    assert "asked to wait another" in english(attempt.reason)
    assert asked.count("/a") == 1
    assert rows(archive, "SELECT failures, retry_after FROM archive.host") == [{"failures": 0, "retry_after": "300"}]


def test_retry_after_of_robots_txt_counts_too(archive: Archive) -> None:
    with raw_server(lambda path: http(b"", "503 Busy", "Retry-After: 300")) as (base, asked):
        [first] = fetch(archive, source(base, limits={"retries": 0}), base + "/a")[0]
        [next_run] = fetch(archive, source(base, limits={"retries": 0}), base + "/a")[0]
    assert (first.failure, next_run.failure) == (Outcome.ROBOTS, Outcome.NETWORK_ERROR)
    assert "asked to wait another" in english(next_run.reason)
    assert asked == ["/robots.txt"]


def test_a_host_that_does_not_resolve_is_a_network_error(archive: Archive) -> None:
    lost = source("http://127.0.0.1/", hosts=["nowhere.invalid", "127.0.0.1"], limits={"retries": 0})
    [attempt] = fetch(archive, lost, "http://nowhere.invalid/a")[0]
    assert attempt.failure is Outcome.NETWORK_ERROR
    assert "nowhere.invalid does not resolve" in english(attempt.reason)


def test_a_host_that_could_not_be_reached_is_asked_again_by_the_next_batch(archive: Archive) -> None:
    """Nobody waits a day (the lifetime of a robots.txt) because of one lost connection."""
    answers: dict[str, bytes] = {"/robots.txt": b"", "/a": http(PAGE)}
    with raw_server(lambda path: answers[path]) as (base, _):
        lost = source(base, limits={"retries": 0})
        [attempt] = fetch(archive, lost, base + "/a")[0]
        assert attempt.failure is Outcome.NETWORK_ERROR
        assert "robots.txt" in english(attempt.reason)
        answers["/robots.txt"] = http(ROBOTS)
        assert fetch(archive, lost, base + "/a")[0][-1].body == PAGE


def test_robots_txt_is_tried_again_before_all_is_given_up(archive: Archive) -> None:
    answers = iter([b"", http(ROBOTS)])
    with raw_server(lambda path: next(answers) if path == "/robots.txt" else http(PAGE)) as (base, _):
        [attempt] = fetch(archive, source(base), base + "/a")[0]
    assert attempt.body == PAGE


def test_the_request_says_who_asks(archive: Archive) -> None:
    attempt, _ = answer(archive, {"/a": http(PAGE)})
    assert ("User-Agent", "gongkai/test") in attempt.request_headers


def test_a_redirect_with_raw_gbk_leads_to_those_bytes(archive: Archive) -> None:
    moved = http(b"", "302 Found", "Location: /gk/show.jsp?name=@").replace(b"@", "通知二".encode("gbk"))
    utf8 = http(b"", "302 Found", "Location: /通知.html")
    target = "/gk/show.jsp?name=%CD%A8%D6%AA%B6%FE"
    attempt, asked = answer(archive, {"/a": moved, target: utf8, "/%E9%80%9A%E7%9F%A5.html": http(PAGE)})
    assert asked[1:] == ["/a", target, "/%E9%80%9A%E7%9F%A5.html"]
    assert attempt.body == PAGE


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_cookies_that_are_set_one_after_the_other_are_all_collected(archive: Archive, names: list[str]) -> None:
    def serve(connection: socket.socket) -> None:
        request = connection.recv(65536).decode()
        if request.startswith("GET /robots.txt"):
            connection.sendall(http(b"", "404 Not Found"))
            return
        missing = [name for name in names if f"{name}=1" not in request]
        again = http(b"", "302 Found", "Location: /a", *(f"Set-Cookie: {name}=1; path=/" for name in missing[:1]))
        connection.sendall(again if missing else http(PAGE))

    with listening(serve) as port:
        [attempt] = fetch(archive, source(base := f"http://127.0.0.1:{port}"), base + "/a")[0]
    assert attempt.body == PAGE


def test_a_redirect_to_itself_with_a_new_value_of_its_cookie_each_time_is_blocked(archive: Archive) -> None:
    values = iter(range(100))
    with raw_server(
        lambda path: (
            http(b"", "404 Not Found")
            if path == "/robots.txt"
            else http(b"", "302 Found", f"Location: {path}", f"Set-Cookie: a={next(values)}; path=/")
        )
    ) as (base, asked):
        [attempt] = fetch(archive, source(base), base + "/a")[0]
    assert (attempt.failure, asked.count("/a")) == (Outcome.BLOCKED, 2)


def test_cookies_together_stay_below_what_servers_take(archive: Archive) -> None:
    """Each page sets a cookie of its own; nginx and Tomcat refuse more than 8 KB of headers."""
    largest, number = [0], iter(range(100))

    def serve(connection: socket.socket) -> None:
        request = connection.recv(65536)
        largest[0] = max(largest[0], len(request))
        connection.sendall(http(PAGE, "200 OK", f"Set-Cookie: read{next(number)}={'x' * 300}; path=/"))

    with listening(serve) as port:
        base = f"http://127.0.0.1:{port}"
        attempts = fetch(archive, source(base), *(f"{base}/{page}" for page in range(40)))
    assert all(each[-1].body == PAGE for each in attempts)
    assert 4000 < largest[0] < 8000


@pytest.mark.parametrize("hours", [-9, 0, 8, 9000])
def test_a_date_to_wait_for_is_by_the_clock_of_the_server(archive: Archive, hours: int) -> None:
    now = datetime.now(UTC) + timedelta(hours=hours)
    dates = [
        f"{name}: {format_datetime(at, usegmt=True)}"
        for name, at in (("Date", now), ("Retry-After", now + timedelta(seconds=900)))
    ]
    answer(archive, {"/a": http(b"", "503 Busy", *dates)}, limits={"retries": 0})
    [host] = rows(archive, "SELECT extract(epoch FROM postponed_until - now()) AS wait FROM archive.host")
    assert 800 < host["wait"] < 902
