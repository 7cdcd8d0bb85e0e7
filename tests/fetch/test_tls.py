"""Old TLS: what fails names the key that allows it, the key allows it, and nobody's certificate is believed unread."""

import socket
import ssl
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from demo.tls import Authority
from etl.fetch.client import Attempt
from etl.fetch.national_tls import TLCP, TLS_13
from etl.outcomes import Outcome
from etl.reasons import english
from etl.sources.schema import Tls
from tests.support.fetching import fetch_in_turn, loopback_source
from tests.support.raw_server import http, listening

PAGE = http("<html><body><p>望澜市人民政府关于印发规定的通知</p></body></html>".encode())
# RFC 2409, 6.2: a group of 1024 bits.
_GROUP_2 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
Serve = Callable[[socket.socket], None]


@contextmanager
def tls_server(serve: Serve) -> Iterator[str]:
    """A server that treats each connection as told; gives its base URL."""
    with listening(serve) as port:
        yield f"https://127.0.0.1:{port}"


def by(context: ssl.SSLContext) -> Serve:
    """Serves one page over real TLS."""

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            robots = secure.recv(65536).startswith(b"GET /robots.txt")
            secure.sendall(http(b"", "404 Not Found") if robots else PAGE)

    return serve


def fetch(base: str, limits: dict[str, Any] | None = None, **tls: Any) -> Attempt:
    """The last attempt for a page of the server, by a source with these exceptions."""
    source = loopback_source(
        base,
        hosts=["127.0.0.1"],
        pace={"delay": 0, "retry_delay": 0},
        limits={"seconds": 5, "retries": 0} | (limits or {}),
        tls=tls,
    )
    return fetch_in_turn(source, f"{base}/a")[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def only_version(authority: Authority, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = authority.context("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


def tls_1_0(authority: Authority, _: Path) -> ssl.SSLContext:
    return only_version(authority, ssl.TLSVersion.TLSv1)


def tls_1_1(authority: Authority, _: Path) -> ssl.SSLContext:
    return only_version(authority, ssl.TLSVersion.TLSv1_1)


def small_group(authority: Authority, folder: Path) -> ssl.SSLContext:
    context = authority.context("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    (folder / "dh.pem").write_text(_GROUP_2)
    context.load_dh_params(folder / "dh.pem")
    return context


def no_forward_secrecy(authority: Authority, _: Path) -> ssl.SSLContext:
    return authority.context("AES128-SHA:@SECLEVEL=0")


OLD = [
    (tls_1_0, {"minimum": "TLSv1"}),
    (tls_1_1, {"minimum": "TLSv1"}),
    (small_group, {"security_level": 1}),
    (no_forward_secrecy, {"ciphers": "DEFAULT"}),
]


@pytest.mark.parametrize(("context", "key"), OLD, ids=lambda value: getattr(value, "__name__", ""))
def test_old_tls_names_the_key_that_allows_it(
    authority: Authority, tmp_path: Path, context: Callable[..., ssl.SSLContext], key: dict[str, Any]
) -> None:
    known = {"ca": str(authority.pem), "reason": "只有旧版 TLS，2026年11月核对"}
    [(name, value)] = key.items()
    with tls_server(by(context(authority, tmp_path))) as base:
        refused, allowed, unknown = fetch(base, **known), fetch(base, **known, **key), fetch(base, reason="旧", **key)
    assert refused.failure is Outcome.NETWORK_ERROR
    assert f"`tls.{name}: {value}`" in english(refused.reason)
    assert allowed.status == 200
    assert "certificate verify failed" in english(unknown.reason), "allowed or not, certificates are verified"


def test_a_chain_that_is_not_sent_names_its_key(authority: Authority) -> None:
    with tls_server(by(authority.context())) as base:
        assert "`tls.ca: FILE`" in english(fetch(base).reason)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"days": (-30, -2)}, "has expired, and only the site can renew it"),
        ({"days": (2, 30)}, "is not valid yet: check the clock of this machine"),
        ({"address": "192.0.2.7"}, "names other hosts: name one in the source file"),
        ({"own": True}, "`tls.ca: FILE`"),
    ],
)
def test_a_certificate_that_nobody_can_believe_says_what_to_do(
    authority: Authority, context: dict[str, Any], words: str
) -> None:
    with tls_server(by(authority.context(**context))) as base:
        known = {} if "own" in context else {"ca": str(authority.pem), "reason": "中间证书缺失"}
        refused = fetch(base, **known)
    assert refused.failure is Outcome.NETWORK_ERROR
    assert words in english(refused.reason)


@pytest.mark.parametrize("answer", [http(b"", "400 Bad Request"), b"220 ftp\r\n", b"<html>"])
def test_a_server_that_speaks_no_tls_says_so(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)

    with tls_server(serve) as base:
        assert "does not use TLS on this port: write its addresses with http" in english(fetch(base).reason)


def record(version: int, body: bytes) -> bytes:
    hello = b"\x02" + len(body).to_bytes(3) + body
    return struct.pack("!BHH", 22, version, len(hello)) + hello


def server_hello(record_version: int, version: int, suite: int, extensions: bytes = b"") -> bytes:
    tail = len(extensions).to_bytes(2) + extensions if extensions else b""
    return record(record_version, struct.pack("!H32sBHB", version, bytes(range(32)), 0, suite, 0) + tail)


def replay(answer: bytes, wanted: bytes, otherwise: bytes) -> Serve:
    """Answers a ClientHello that has these bytes, and any other one with an alert."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(answer if wanted in connection.recv(65536) else otherwise)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)

    return serve


PROTOCOL_VERSION, HANDSHAKE_FAILURE = b"\x15\x03\x01\x00\x02\x02\x46", b"\x15\x03\x03\x00\x02\x02\x28"
# The version or the suite that only a client of that protocol sends.
NATIONAL = [
    (TLCP, server_hello(0x0101, 0x0101, 0xE013), b"\x01\x01\x00"),
    (TLS_13, server_hello(0x0303, 0x0303, 0x00C6, b"\x00\x2b\x00\x02\x03\x04"), b"\x00\xc6\x00\xc7"),
]


@pytest.mark.parametrize(
    "refusal", [PROTOCOL_VERSION, HANDSHAKE_FAILURE, b""], ids=["version", "handshake", "hangs up"]
)
@pytest.mark.parametrize(("protocol", "hello", "wanted"), NATIONAL, ids=["TLCP", "RFC 8998"])
def test_a_site_with_national_cryptography_alone_is_named(
    protocol: str, hello: bytes, wanted: bytes, refusal: bytes
) -> None:
    start = b"\x16\x01\x01" if protocol == TLCP else wanted
    with tls_server(replay(hello, start, refusal)) as base:
        attempt = fetch(base)
    assert attempt.failure is Outcome.NETWORK_ERROR
    assert f"127.0.0.1 supports only China's national TLS, {protocol}, which this crawler does not have" in english(
        attempt.reason
    )


def test_a_server_is_asked_for_national_cryptography_once() -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(HANDSHAKE_FAILURE)

    with tls_server(serve) as base:
        fetch(base, {"retries": 2})
    assert sum(hello.startswith(b"\x16\x01\x01") for hello in asked) == 1
    assert len(asked) == 3 + 2


@pytest.mark.parametrize(
    "answer", [HANDSHAKE_FAILURE, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9, b"\x16\x03\x03\xff\xff"]
)
def test_a_server_that_fails_in_other_ways_is_not_taken_for_one(answer: bytes) -> None:
    with tls_server(replay(b"", b"never sent", answer)) as base:
        reason = english(fetch(base).reason)
    assert "national" not in reason
    assert reason


def test_a_server_without_secure_renegotiation_is_gone_on_with_where_that_is_allowed() -> None:
    """OpenSSL's servers cannot leave RFC 5746 out; this one says no more than its hello."""
    with tls_server(replay(server_hello(0x0303, 0x0303, 0xC02F), b"", b"")) as base:
        refused = english(fetch(base).reason)
        allowed = english(fetch(base, legacy_renegotiation=True, reason="没有 RFC 5746").reason)
    assert "`tls.legacy_renegotiation: true`" in refused
    assert "renegotiation" not in allowed.lower()


@pytest.mark.parametrize(
    "exception",
    [{"legacy_renegotiation": True}, {"minimum": "TLSv1"}, {"security_level": 0}, {"ciphers": "DEFAULT"}],
    ids=str,
)
def test_no_exception_without_a_reason(exception: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"reason: missing, and {next(iter(exception))} must have one"):
        Tls.model_validate(exception | {"reason": " "})
    Tls.model_validate(exception | {"reason": "旧"})


def test_one_source_s_exceptions_are_not_another_one_s(authority: Authority, tmp_path: Path) -> None:
    known = {"ca": str(authority.pem), "reason": "旧"}
    with tls_server(by(tls_1_0(authority, tmp_path))) as base:
        assert fetch(base, minimum="TLSv1", **known).status == 200
        assert fetch(base, **known).failure is Outcome.NETWORK_ERROR
