"""Detects sites that support only China's national TLS: TLCP (GB/T 38636), or TLS 1.3 with SM2, SM3 and SM4 (RFC 8998).

OpenSSL supports neither, and fails with them as with any server that shares no cipher with it. So such a server gets
another ClientHello, which offers nothing else: only a server that supports national TLS answers with a ServerHello.
"""

import os
import struct

import httpcore

TLCP, TLS_13 = "TLCP (GB/T 38636)", "TLS 1.3 (RFC 8998)"
_SECONDS = 10.0
_MAX_ANSWER = 16 * 1024
"""Maximum bytes of an answer that are read; a ServerHello is far shorter."""
_HANDSHAKE, _CLIENT_HELLO, _SERVER_HELLO = 22, 1, 2
_TLCP_SUITES = (0xE053, 0xE013, 0xE051, 0xE011, 0xE05A, 0xE01A, 0xE059, 0xE019)
"""GB/T 38636, 6.4.5.2.1: ECC, ECDHE and RSA with SM4 and SM3."""
_SM_SUITES = (0x00C6, 0x00C7)
"""RFC 8998, 2: TLS_SM4_GCM_SM3 and TLS_SM4_CCM_SM3."""
_CURVE_SM2, _SM2_SIGNATURE = 41, 0x0708


def client_hellos(host: str) -> dict[str, bytes]:
    """For each form of national TLS, a record with a ClientHello that offers nothing else."""
    # An empty list of key shares asks the server which group it wants (RFC 8446, 4.2.8).
    extensions = [
        (0, _sized(2, b"\0" + _sized(2, host.encode("idna")))),
        (10, _sized(2, struct.pack("!H", _CURVE_SM2))),
        (13, _sized(2, struct.pack("!H", _SM2_SIGNATURE))),
        (43, _sized(1, b"\x03\x04")),
        (51, _sized(2, b"")),
    ]
    extended = _sized(2, b"".join(struct.pack("!H", kind) + _sized(2, body) for kind, body in extensions))
    return {
        TLCP: _client_hello(0x0101, 0x0101, _TLCP_SUITES, b""),
        TLS_13: _client_hello(0x0301, 0x0303, _SM_SUITES, extended),
    }


async def national_tls(backend: httpcore.AsyncNetworkBackend, host: str, port: int) -> str:
    """The name of the national TLS that the server supports; empty if it supports none or does not answer."""
    for name, hello in client_hellos(host).items():
        try:
            if _is_national(name, await _answer(backend, host, port, hello)):
                return name
        except (httpcore.NetworkError, httpcore.TimeoutException, UnicodeError):
            continue  # the server closes the connection if it does not support this form
    return ""


async def _answer(backend: httpcore.AsyncNetworkBackend, host: str, port: int, hello: bytes) -> bytes:
    """The first record of the server's answer, as much as was received."""
    stream = await backend.connect_tcp(host, port, timeout=_SECONDS)
    try:
        await stream.write(hello, timeout=_SECONDS)
        received = b""
        while len(received) < 5 or len(received) < min(5 + int.from_bytes(received[3:5]), _MAX_ANSWER):
            if not (block := await stream.read(_MAX_ANSWER, timeout=_SECONDS)):
                break
            received += block
        return received
    finally:
        await stream.aclose()


def _is_national(name: str, answer: bytes) -> bool:
    """Whether a record is a ServerHello of that protocol: version, random, session, suite (RFC 8446, 4.1.3)."""
    if len(answer) < 44 or answer[0] != _HANDSHAKE or answer[5] != _SERVER_HELLO:
        return False
    session = answer[43]
    version, suite = answer[9:11], int.from_bytes(answer[44 + session : 46 + session])
    return version == b"\x01\x01" if name == TLCP else version == b"\x03\x03" and suite in _SM_SUITES


def _client_hello(record_version: int, version: int, suites: tuple[int, ...], extensions: bytes) -> bytes:
    offered = _sized(2, struct.pack(f"!{len(suites)}H", *suites))
    body = struct.pack("!H", version) + os.urandom(32) + _sized(1, b"") + offered + _sized(1, b"\0") + extensions
    return struct.pack("!BH", _HANDSHAKE, record_version) + _sized(2, bytes([_CLIENT_HELLO]) + _sized(3, body))


def _sized(length: int, body: bytes) -> bytes:
    """The body, preceded by its length in `length` bytes."""
    return len(body).to_bytes(length) + body
