"""A server that sends anything: each request ends in an outcome, within its limits, and the next one works."""

import gzip
import itertools
import re
import socket
import time
import tracemalloc
import zlib
from collections.abc import Iterator

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.fetch.classify import classify_file
from etl.fetch.client import Attempt
from etl.fetch.exchange import MAX_COOKIES
from etl.outcomes import Outcome
from tests.support.attacks.odd_answers import NAMES, VALUES
from tests.support.fetching import PAGE, ending, fetch_in_turn, loopback_source
from tests.support.raw_server import http, listening, raw_server

NONE = http(b"", "404 Not Found")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
answers: dict[str, bytes | list[bytes]] = {}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    def serve(path: str) -> bytes | Iterator[bytes]:
        found = answers.get(path, NONE)
        return found if isinstance(found, bytes) else iter(found)

    with raw_server(serve) as (base, _):
        yield base


def ask(base: str, given_answers: dict[str, bytes | list[bytes]], *paths: str) -> list[Attempt]:
    """The attempts for `paths`, and last that for a good page, which must be had whatever came before it."""
    answers.clear()
    answers.update({"/good": http(PAGE)} | given_answers)
    *attempts, good = fetch_in_turn(loopback_source(base), *(base + path for path in (*paths, "/good")))
    if "/robots.txt" not in given_answers:
        assert good.body == PAGE
    for attempt in (*attempts, good):
        assert not UNSTORABLE.search(repr((attempt.headers, attempt.final_url)) + attempt.reason)
    return attempts


def head(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK", body: bytes = PAGE) -> bytes:
    return b"\r\n".join([status, *lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)


@pytest.mark.parametrize(
    "found",
    [
        head(b"X Powered By: OA System"),
        head(b"Powered-By-OA"),
        head(b"OA/Version: 3"),
        head(b"Content-Type : text/html"),
        head(b": without a name"),
        head("标题: 通知".encode("gb18030")),
        head(b"X-Words: a\0b\x0bc\rd"),
        head(b"   first line of all"),
        head(b"X-Long: a", b"   more", b"\tand more"),
        head(status=b"\r\n\r\nHTTP/1.1 200 OK"),
        head(status=b"HTTP/1.1  200  Well\x0bdone"),
        head(status=b"http/1.1 200"),
        head(status=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX Y: 1\r\n\r\nHTTP/1.1 200 OK"),
        head(b"X: 1").replace(b"\r\n", b"\n"),
        b"HTTP/1.0 200 OK\r\nContent-Length: many\r\n\r\n" + PAGE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, Chunked\r\n\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n" + PAGE,
    ],
)
def test_heads_that_browsers_take_lose_no_page(base: str, found: bytes) -> None:
    for pieces in ([found], [found[:9], found[9:]], [bytes([byte]) for byte in found]):
        [attempt] = ask(base, {"/a": pieces}, "/a")
        assert (attempt.status, attempt.body, ending(attempt)) == (200, PAGE, (None, ""))


def test_a_mended_head_tells_what_the_server_said(base: str) -> None:
    [attempt] = ask(base, {"/a": head(b"Content-Type : text/html", b"X: a", b"  b", b"Y Z: 1")}, "/a")
    assert attempt.headers == (("content-type", "text/html"), ("x", "a b"), ("content-length", str(len(PAGE))))


@pytest.mark.parametrize(
    "found",
    [
        head(b"Content-Length: 5"),
        head()[:-1],
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000,
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"<html>" + PAGE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED[:-2],
    ],
)
def test_what_nobody_can_read_is_an_outcome(base: str, found: bytes) -> None:
    [attempt] = ask(base, {"/a": found}, "/a")
    outcome, reason = ending(attempt)
    assert outcome is Outcome.NETWORK_ERROR
    assert 0 < len(reason) < 400


HEADERS = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.sampled_from(NAMES.split()), st.one_of(st.binary(max_size=60), st.sampled_from(VALUES))).map(
            b": ".join
        ),
    ),
    max_size=5,
)


@given(
    status=st.one_of(st.binary(max_size=20), st.integers(0, 999).map(lambda code: b"HTTP/1.1 %d Odd" % code)),
    lines=HEADERS,
    body=st.binary(max_size=200),
)
def test_any_bytes_as_an_answer_are_an_outcome_of_it_alone(
    base: str, status: bytes, lines: list[bytes], body: bytes
) -> None:
    [attempt] = ask(base, {"/a": b"\r\n".join([status, *lines]) + b"\r\n\r\n" + body}, "/a")
    outcome, reason = ending(attempt)
    assert outcome is None or reason
    assert attempt.elapsed_ms < 20_000


@given(
    robots=st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.tuples(
                st.sampled_from(
                    ["User-agent", "useragent", "Disallow", "Allow", "Crawl-delay", "Request-rate", "\ufeff"]
                ),
                st.sampled_from([": ", " ", ":"]),
                st.one_of(st.text(max_size=20), st.sampled_from(["*", "gongkai", "/", "/*$", "nan", "1e999", "-1"])),
            ).map("".join)
        ).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")),
    ),
    lines=HEADERS,
)
def test_any_bytes_as_robots_txt_are_an_outcome(base: str, robots: bytes, lines: list[bytes]) -> None:
    found = b"\r\n".join([b"HTTP/1.1 200 OK", *lines]) + b"\r\n\r\n" + robots
    [attempt] = ask(base, {"/robots.txt": found, "/a": http(PAGE)}, "/a")
    assert ending(attempt)[0] in (None, Outcome.ROBOTS, Outcome.NETWORK_ERROR)


def test_robots_txt_that_unpacks_to_gigabytes_takes_little_memory_and_its_first_rules_hold(base: str) -> None:
    rules = b"User-agent: *\nDisallow: /secret/\n"
    packer = brotli.Compressor(quality=1)
    packed = packer.process(rules) + b"".join(packer.process(b" " * 1_000_000) for _ in range(30)) + packer.finish()
    robots = http(packed, "200 OK", "Content-Encoding: br")
    tracemalloc.start()
    try:
        secret, open_ = ask(base, {"/robots.txt": robots, "/secret/a": http(PAGE), "/a": http(PAGE)}, "/secret/a", "/a")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert secret.failure is Outcome.ROBOTS
    assert open_.body == PAGE


def test_robots_txt_of_thousands_of_crawlers_is_read_at_once(base: str) -> None:
    agents = "".join(f"User-agent: crawler-{number}\n" for number in range(9000))
    rules = "".join(f"Disallow: /{number}/\n" for number in range(12000))
    started = time.process_time()
    robots = http((agents + "User agent *\n" + rules).encode())
    refused, open_ = ask(base, {"/robots.txt": robots, "/a": http(PAGE)}, "/11999/a", "/a")
    assert time.process_time() - started < 20
    assert refused.failure is Outcome.ROBOTS
    assert open_.body == PAGE


def test_the_rules_of_other_crawlers_are_not_ours(base: str) -> None:
    robots = http(b"User-agent: Baiduspider\nUser-agent: bot*\nDisallow: /\n\nUser-agent: GongKai\nDisallow: /b\n")
    a, b = ask(base, {"/robots.txt": robots, "/a": http(PAGE), "/b": http(PAGE)}, "/a", "/b")
    assert (a.body, b.failure) == (PAGE, Outcome.ROBOTS)


ROBOTS = "User-agent: *\nDisallow: /gk/\n"


def test_robots_txt_with_full_width_colons_is_obeyed(base: str) -> None:
    robots = http(ROBOTS.replace(": ", "：").encode("gbk"))
    [refused] = ask(base, {"/robots.txt": robots, "/gk/a": http(PAGE)}, "/gk/a")
    assert refused.failure is Outcome.ROBOTS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("media_type", ["text/plain", "text/html; charset=gb2312", "application/octet-stream"])
def test_robots_txt_is_obeyed_in_any_encoding_and_under_any_media_type(
    base: str, encoding: str, media_type: str
) -> None:
    robots = http(ROBOTS.encode(encoding), "200 OK", f"Content-Type: {media_type}")
    refused, open_ = ask(base, {"/robots.txt": robots, "/gk/a": http(PAGE), "/a": http(PAGE)}, "/gk/a", "/a")
    assert refused.failure is Outcome.ROBOTS
    assert open_.body == PAGE


def test_a_page_in_the_place_of_robots_txt_forbids_nothing(base: str) -> None:
    [attempt] = ask(base, {"/robots.txt": http(PAGE), "/a": http(PAGE)}, "/a")
    assert attempt.body == PAGE


def hops(number: int, end: str) -> dict[str, bytes | list[bytes]]:
    """A robots.txt that is that many redirects away."""
    way = ["/robots.txt", *(f"/hop{each}" for each in range(1, number)), end]
    return {a: http(b"", "302 Found", f"Location: {b}") for a, b in itertools.pairwise(way)}


@pytest.mark.parametrize(("number", "outcome"), [(1, Outcome.ROBOTS), (5, Outcome.ROBOTS), (6, None)])
def test_robots_txt_is_followed_over_five_redirects_to_other_hosts_too(
    base: str, number: int, outcome: Outcome | None
) -> None:
    elsewhere = base.replace("127.0.0.1", "localhost") + "/rules.txt"
    rules = {"/rules.txt": http(ROBOTS.encode()), "/gk/a": http(PAGE)}
    [attempt] = ask(base, hops(number, elsewhere) | rules, "/gk/a")
    assert attempt.failure is outcome
    assert (attempt.body == PAGE) is (outcome is None)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://[bad/robots.txt", "redirect to an invalid address"),
        ("ftp://127.0.0.1/robots.txt", "redirect to an invalid address"),
        (
            "http://elsewhere.example/robots.txt",
            "http://elsewhere.example/robots.txt is on none",
        ),
    ],
)
def test_where_robots_txt_leads_nowhere_nothing_is_known_and_nothing_asked(
    base: str, location: str, words: str
) -> None:
    [attempt] = ask(base, {"/robots.txt": http(b"", "302 Found", f"Location: {location}"), "/a": http(PAGE)}, "/a")
    assert attempt.failure is Outcome.NETWORK_ERROR
    assert f"could not be fetched ({words}" in ending(attempt)[1]


def test_a_cookie_that_cannot_be_sent_is_not_kept(base: str) -> None:
    cookies = [b"Set-Cookie: a=\xd6\xd0\xce\xc4", b"Set-Cookie: b=x\x01y", b"Set-Cookie: c=" + b"x" * 9000]
    cookies += [b"Set-Cookie: n%d=v" % number for number in range(3 * MAX_COOKIES)]
    [attempt] = ask(base, {"/a": head(*cookies)}, "/a")
    assert attempt.body == PAGE


def test_a_validator_that_cannot_be_sent_is_not(base: str) -> None:
    answers.clear()
    answers["/a"] = http(PAGE)
    headers = {"If-None-Match": '"版本一"', "If-Modified-Since": "Thu, 26 Nov 2026 00:00:00 GMT\n"}
    [attempt] = fetch_in_turn(loopback_source(base), base + "/a", **headers)
    assert attempt.body == PAGE
    assert not headers.keys() & dict(attempt.request_headers).keys()


PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" * 50
PACKED = zlib.compress(bytes(range(256)) * 400, 9)[10:] * 4


@pytest.mark.parametrize("body", [PROGRAM, PACKED, PAGE + b"\0\1\2" * 200])
def test_bytes_that_are_no_text_are_no_document(base: str, body: bytes) -> None:
    [attempt] = ask(base, {"/a": http(body, "200 OK", "Content-Type: text/html")}, "/a")
    assert ending(attempt) == (
        Outcome.NOT_A_DOCUMENT,
        f"{len(body)} bytes that are neither text nor a readable file",
    )


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        PAGE.decode().encode("gb18030"),
        PAGE.decode().encode("utf-16"),
        PAGE + b"\0" * 500,
        PAGE * 3 + b"\x07\x13\x15",
        b"%PDF-1.7\n" + PROGRAM,
        gzip.compress(b"<urlset/>", mtime=0),
    ],
)
def test_text_in_any_charset_and_known_files_may_be_documents(base: str, body: bytes) -> None:
    [attempt] = ask(base, {"/a": http(body)}, "/a")
    assert ending(attempt)[0] is None


@pytest.mark.parametrize("body", [b"\0" * 4000, b" ", b"\r\n", b"\0 \n\0", b"\xef\xbb\xbf\r\n"])
def test_bytes_that_hold_nothing_are_empty(base: str, body: bytes) -> None:
    [attempt] = ask(base, {"/a": http(body)}, "/a")
    assert ending(attempt)[0] is Outcome.EMPTY
    assert classify_file(attempt)[0] is Outcome.EMPTY


def test_a_part_that_nobody_asked_for_is_no_document(base: str) -> None:
    [attempt] = ask(base, {"/a": http(PAGE, "206 Partial Content", "Content-Range: bytes 0-80/500")}, "/a")
    assert ending(attempt) == (Outcome.HTTP_ERROR, "status 206")


@pytest.mark.parametrize(
    "location",
    [
        "\\\\{host}\\new.html",
        "http:\\\\{host}\\new.html",
        "http:///{host}/new.html",
        "http:////{host}\\new.html",
        "\\new.html",
        "  /new.html\t ",
        "HTTP://{host}/./a/../new.html#top",
        "//{host}/new.html",
    ],
)
def test_a_location_is_read_as_browsers_read_it(base: str, location: str) -> None:
    moved = http(b"", "302 Found", f"Location: {location.format(host=base[7:])}")
    [attempt] = ask(base, {"/gk/a": moved, "/new.html": http(PAGE)}, "/gk/a")
    assert (attempt.final_url, attempt.body) == (base + "/new.html", PAGE)


@pytest.mark.parametrize("body", [b"", b"\r\n", "<html><body>正在跳转</body></html>".encode()])
def test_the_header_refresh_leads_on_from_a_page_without_content(base: str, body: bytes) -> None:
    [attempt] = ask(base, {"/a": http(body, "200 OK", "Refresh: 0; url=/new"), "/new": http(PAGE)}, "/a")
    assert attempt.body == PAGE
    assert "has no content and leads here by refresh header" in ending(attempt)[1]
    page = f"<html><body><p>{'望澜市人民政府办公室通知' * 20}</p></body></html>".encode()
    [attempt] = ask(base, {"/a": http(page, "200 OK", "Refresh: 300; url=/new"), "/new": http(PAGE)}, "/a")
    assert attempt.body == page


SELF = [
    "<meta http-equiv='refresh' content='1'>",
    "<meta http-equiv='refresh' content='0;url=/a'>",
    "<script>window.location.reload();</script>",
]


@pytest.mark.parametrize("lead", SELF)
def test_a_page_that_only_has_itself_asked_again_is_asked_once_with_its_cookie(lead: str) -> None:
    shell = f"<html><head>{lead}</head></html>".encode()
    for passes in (True, False):
        left = [http(shell, "200 OK", "Set-Cookie: k=1; path=/")]

        def answer(path: str, left: list[bytes] = left, passes: bool = passes) -> bytes:
            if path != "/a":
                return NONE
            return left.pop() if left else http(PAGE if passes else shell)

        with raw_server(answer) as (base, asked):
            [attempt] = fetch_in_turn(loopback_source(base), base + "/a")
        assert attempt.body == (PAGE if passes else shell)
        assert asked.count("/a") == 2


def test_a_part_that_is_the_whole_is_the_page(base: str) -> None:
    size = len(PAGE)
    for stated, outcome in ((f"0-{size - 1}/{size}", None), (f"0-{size - 1}/{size + 1}", Outcome.HTTP_ERROR)):
        [attempt] = ask(base, {"/a": http(PAGE, "206 Partial Content", f"Content-Range: bytes {stated}")}, "/a")
        assert ending(attempt)[0] is outcome
    [attempt] = ask(
        base, {"/a": http(PAGE[:-9], "206 Partial Content", f"Content-Range: bytes 0-{size - 1}/{size}")}, "/a"
    )
    assert ending(attempt)[0] is Outcome.HTTP_ERROR
    packed = http(gzip.compress(PAGE), "206 Partial Content", "Content-Range: bytes 0-89/90", "Content-Encoding: gzip")
    [attempt] = ask(base, {"/a": packed}, "/a")
    assert ending(attempt)[0] is None


def test_a_server_error_for_robots_txt_is_asked_about_again() -> None:
    left = [http(b"", "500 Internal Server Error")]

    def answer(path: str) -> bytes:
        return http(PAGE) if path == "/a" else left.pop() if left else http(b"User-agent: *\nDisallow: /b\n")

    with raw_server(answer) as (base, asked):
        attempts = fetch_in_turn(loopback_source(base), base + "/a", base + "/b")
    assert [attempt.failure for attempt in attempts] == [None, Outcome.ROBOTS]
    assert asked == ["/robots.txt", "/robots.txt", "/a"]


@pytest.mark.parametrize("cut", [0, 1, 8, 30])
@pytest.mark.parametrize("framing", ["Content-Length: 9999", "Transfer-Encoding: chunked"])
def test_a_packed_body_that_is_whole_by_its_own_word_is_the_page_whatever_its_length_says(
    base: str, framing: str, cut: int
) -> None:
    packed = gzip.compress(PAGE)[: -cut or None]
    sent = b"%x\r\n%s\r\n" % (len(packed), packed) if "chunked" in framing else packed
    found = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n{framing}\r\n\r\n".encode() + sent
    [attempt] = ask(base, {"/a": found}, "/a")
    assert (attempt.body, ending(attempt)[0]) == ((None, Outcome.NETWORK_ERROR) if cut else (PAGE, None))


@pytest.mark.parametrize("extra", [http(b"<p>another</p>"), b"\r\nHTTP/1.1 200 OK\r\n\r\n", b"and more"])
@pytest.mark.parametrize("stated", [len(PAGE), len(PAGE) - 9])
def test_what_follows_an_answer_is_not_the_answer_to_the_next_request(extra: bytes, stated: int) -> None:
    connections = 0

    def serve(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        while request := connection.recv(65536):
            number = request.split(b" ", 2)[1].removeprefix(b"/")
            body = PAGE[:stated] if number.isdigit() else b""
            status = b"200 OK\r\nX-Number: " + number if number.isdigit() else b"404 Not Found"
            connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body) + extra)

    with listening(serve) as port:
        base = f"http://127.0.0.1:{port}"
        attempts = fetch_in_turn(loopback_source(base), *(f"{base}/{number}" for number in range(5)))
    assert [attempt.header("x-number") for attempt in attempts] == ["0", "1", "2", "3", "4"]
    assert connections > 1
