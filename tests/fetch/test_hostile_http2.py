"""A server that breaks HTTP/2 in any way: the request ends in an outcome, and the next one works."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, RstStreamFrame, WindowUpdateFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from tests.support.fetching import PAGE, ending, fetch_in_turn, loopback_source
from tests.support.h2_server import Answer, Connection, HangUp, certificate, h2_server

OK = [(":status", "200"), ("content-type", "text/html")]
answer: dict[str, Answer] = {}


def good(connection: Connection, stream: int, path: str) -> bytes:
    connection.send_headers(stream, OK)
    connection.send_data(stream, PAGE, end_stream=True)
    return b""


def missing(connection: Connection, stream: int, path: str) -> bytes:
    connection.send_headers(stream, [(":status", "404")], end_stream=True)
    return b""


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def base(pem: Path) -> Iterator[str]:
    def serve(connection: Connection, stream: int, path: str) -> bytes:
        return answer.get(path, missing)(connection, stream, path)

    with h2_server(pem, serve) as base:
        yield base


def ask(base: str, pem: Path, bad: Answer) -> Attempt:
    """The attempt for a page that is answered so, between two good ones of the same host."""
    answer.update({"/good": good, "/bad": bad})
    limits = {"bytes": 100_000, "seconds": 0.5, "retries": 0}
    source = loopback_source(base, tls={"ca": str(pem), "reason": "loopback"}, limits=limits)
    first, attempt, last = fetch_in_turn(source, base + "/good", base + "/bad", base + "/good")
    assert (first.body, last.body) == (PAGE, PAGE)
    return attempt


def headers(*fields: tuple[bytes, bytes], body: bytes = PAGE) -> Answer:
    """An answer with these header fields beside its status, whatever HTTP/2 says of them."""

    def send(connection: Connection, stream: int, path: str) -> bytes:
        frame = HeadersFrame(stream, flags=["END_HEADERS"])
        status = [] if any(name == b":status" for name, _ in fields) else [(b":status", b"200")]
        frame.data = connection.encoder.encode([*status, *fields])
        return frame.serialize() + DataFrame(stream, body, flags=["END_STREAM"]).serialize()

    return send


def raw(make: Callable[[int], bytes]) -> Answer:
    """These bytes for the stream, and no more."""

    def send(connection: Connection, stream: int, path: str) -> bytes:
        raise HangUp(make(stream))

    return send


@pytest.mark.parametrize(
    "bad",
    [
        raw(lambda _: b"HTTP/1.1 200 OK\r\n\r\n"),
        raw(lambda _: b"\x00\x00\x01\x00\x00" + bytes(4) + b"x"),
        raw(lambda stream: DataFrame(stream, b"before any header").serialize()),
        raw(lambda stream: b"\x00\xff\xff\x00\x01" + stream.to_bytes(4, "big")),
        raw(lambda stream: HeadersFrame(stream, b"\xff\xff\xff", flags=["END_HEADERS"]).serialize()),
        raw(lambda stream: RstStreamFrame(stream, 2).serialize()),
        raw(lambda _: GoAwayFrame(0, 0, 2).serialize()),
        raw(lambda stream: WindowUpdateFrame(stream, 2**31 - 1).serialize() * 2),
        headers((b":status", b"abc")),
        headers((b":status", b"")),
        headers((b"content-length", b"7")),
        headers((b"content-length", b"many")),
    ],
)
def test_what_breaks_the_protocol_is_an_outcome_of_one_request(base: str, pem: Path, bad: Answer) -> None:
    outcome, reason = ending(ask(base, pem, bad))
    assert outcome is Outcome.NETWORK_ERROR
    assert reason


def test_a_body_that_is_too_large_does_not_stop_its_connection(base: str, pem: Path) -> None:
    for _ in range(3):
        attempt = ask(base, pem, headers(body=b"x" * 16_000))
        assert attempt.body == b"x" * 16_000

    def large(connection: Connection, stream: int, path: str) -> bytes:
        frame = HeadersFrame(stream, connection.encoder.encode([(":status", "200")]), flags=["END_HEADERS"])
        return frame.serialize() + DataFrame(stream, b"x" * 16_000).serialize() * 1_000

    assert ending(ask(base, pem, large))[0] is Outcome.TOO_LARGE


@settings(max_examples=20)
@given(
    fields=st.lists(
        st.tuples(
            st.one_of(
                st.binary(max_size=12), st.sampled_from([b"location", b"set-cookie", b"content-encoding", b"etag"])
            ),
            st.one_of(st.binary(max_size=40), st.sampled_from([b"a\0b", b"gzip", b"a=\xd6\xd0", b"a=b\nc"])),
        ),
        max_size=4,
    ),
    body=st.binary(max_size=100),
)
def test_any_header_fields_are_an_outcome(base: str, pem: Path, fields: list[tuple[bytes, bytes]], body: bytes) -> None:
    attempt = ask(base, pem, headers(*fields, body=body))
    outcome, reason = ending(attempt)
    assert outcome is None or reason
    assert "\0" not in repr(attempt.headers)


@settings(max_examples=20)
@given(st.binary(max_size=200))
def test_any_bytes_as_frames_are_an_outcome(base: str, pem: Path, frames: bytes) -> None:
    outcome, reason = ending(ask(base, pem, raw(lambda _: frames)))
    assert outcome is None or reason
