"""The address guard: which addresses it lets through, and that the one it judged is the one that is used."""

import asyncio
import ipaddress
import itertools
import socket
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.fetch.addresses import why_not_public
from etl.fetch.guard import ForbiddenAddress, guarded_transport
from etl.sources.schema import Tls

PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.9.9", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"]
WRAPPINGS = {
    "mapped": "::ffff:{dotted}",
    "compatible": "::{dotted}",
    "translated": "::ffff:0:{dotted}",
    "NAT64": "64:ff9b::{dotted}",
    "local NAT64": "64:ff9b:1::{dotted}",
    "6to4": "2002:{hexadecimal}::1",
    "Teredo": "2001:0:{hexadecimal}:8000::1",
    "Teredo client": "2001:0:7222:7272:8000:0:{inverted}",
}
"""Each way to write an IPv4 address in one of IPv6."""


def wrap(form: str, address: str) -> str:
    packed = ipaddress.IPv4Address(address).packed
    inverted = bytes(octet ^ 0xFF for octet in packed)
    return WRAPPINGS[form].format(dotted=address, hexadecimal=packed.hex(":", 2), inverted=inverted.hex(":", 2))


@pytest.mark.parametrize("address", [
    *PRIVATE,
    "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "169.254.170.2",
    "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "::", "::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "feff::1", "ff02::1", "ff0e::1",
    "100::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1",
])  # fmt: skip
def test_what_is_no_public_site_is_refused_with_a_reason(address: str) -> None:
    assert why_not_public(address)


@pytest.mark.parametrize("form", WRAPPINGS)
@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_private_in_any_wrapping(form: str, address: str) -> None:
    assert why_not_public(wrap(form, address))


@pytest.mark.parametrize("form", ["NAT64", "local NAT64", "compatible", "translated", "Teredo"])
def test_what_a_translator_stands_behind_is_refused_whatever_it_holds(form: str) -> None:
    assert why_not_public(wrap(form, "114.114.114.114"))


def test_sites_are_public() -> None:
    for address in ("114.114.114.114", "2400:3200::1", "240e::1", "::ffff:114.114.114.114", "168.63.129.17"):
        assert why_not_public(address) == ""


@given(st.ip_addresses())
def test_no_address_is_public_that_ipaddress_calls_anything_else(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    named = ip.is_private or ip.is_reserved or ip.is_multicast or ip.is_loopback or ip.is_link_local
    if named and getattr(ip, "ipv4_mapped", None) is None:
        assert why_not_public(str(ip))


class Resolver:
    """Stands in for the system's: gives the next of some answers at each question, and counts them."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers, self.questions = itertools.cycle(answers), 0

    def __call__(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.questions += 1
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        answer = [(families[ipaddress.ip_address(address).version], address) for address in next(self._answers)]
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in answer]


class Wire(httpcore.AsyncNetworkBackend):
    """Notes where connections go, and makes none."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        raise httpcore.ConnectError("not connected")


def ask(
    resolver: Resolver, times: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], list[httpx.TransportError]]:
    """Where the guarded transport connected to in so many requests, and how each of them ended."""
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    transport, wire, ends = guarded_transport(allow_private=False, connections=1, tls=Tls()), Wire(), []
    transport._pool._network_backend._inner = wire  # type: ignore[attr-defined]

    async def run() -> None:
        for _ in range(times):
            try:
                await transport.handle_async_request(httpx.Request("GET", "http://rebinding.example/"))
            except httpx.TransportError as error:
                ends.append(error)

    asyncio.run(run())
    return wire.connected, ends


ADDRESS = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from(["114.114.114.114", "2400:3200::1", "223.5.5.5", *PRIVATE]),
)


@given(answers=st.lists(st.lists(ADDRESS, min_size=1, max_size=3), min_size=2, max_size=4))
def test_a_name_that_resolves_anew_each_time_is_asked_once_a_connection_and_judged_by_that_answer(
    answers: list[list[str]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        resolver = Resolver(*answers)
        connected, ends = ask(resolver, len(answers), patch)
    assert resolver.questions == len(answers)
    wanted = [[*dict.fromkeys(answer)] if not any(map(why_not_public, answer)) else [] for answer in answers]
    assert connected == list(itertools.chain.from_iterable(wanted))
    assert [isinstance(end, ForbiddenAddress) for end in ends] == [not addresses for addresses in wanted]


def test_a_name_that_is_public_when_checked_and_private_a_moment_later_reaches_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected, ends = ask(Resolver(["114.114.114.114"], ["127.0.0.1"]), 4, monkeypatch)
    assert connected == ["114.114.114.114"] * 2
    assert "127.0.0.1 (loopback)" in str(ends[1])
