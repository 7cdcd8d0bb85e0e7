"""Decides which IP addresses belong to public sites, and says why another one does not.

Refuses all addresses that IANA lists as not globally reachable, as far as Python's `ipaddress` knows them
(https://www.iana.org/assignments/iana-ipv4-special-registry/, and the same for IPv6). The tables below add those that
it does not know.
"""

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED = tuple(
    (ipaddress.ip_network(network), why)
    for network, why in (
        # Addresses of cloud providers that only their own machines can reach; some would reveal a machine's keys.
        ("168.63.129.16/32", "Azure"),
        ("100.100.100.200/32", "Alibaba Cloud metadata"),
        ("192.0.0.192/32", "Oracle Cloud metadata"),
        ("169.254.0.0/16", "link-local, metadata of cloud providers"),
        ("fd00:ec2::/32", "AWS metadata"),
        ("fd20:ce::/32", "Google Cloud metadata"),
        # Special networks that older versions of `ipaddress` take for public, partly or completely.
        ("192.0.0.0/24", "RFC 6890"),
        ("192.88.99.0/24", "RFC 7526"),
        ("100.64.0.0/10", "RFC 6598"),
        ("224.0.0.0/4", "multicast"),
        ("2001::/23", "RFC 2928: Teredo, ORCHID, benchmarks"),
        ("3fff::/20", "RFC 9637"),
        # IPv4 addresses in IPv6: a translator would forward them to any address behind it.
        ("64:ff9b::/96", "NAT64, RFC 6052"),
        ("64:ff9b:1::/48", "NAT64, RFC 8215"),
        ("::ffff:0:0:0/96", "IPv4-translated, RFC 2765"),
        ("::/96", "IPv4-compatible, RFC 4291"),
        ("fec0::/10", "site-local, RFC 3879"),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""RFC 4291, 2.4: IANA assigns no other IPv6 addresses to sites."""


def why_not_public(address: str) -> str:
    """The reason why the address is not public, in a few words; empty if it is public. Raises `ValueError`."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if wrapped is not None:
            return why_not_public(str(wrapped))
    for network, why in _REFUSED:
        if ip in network:
            return f"{network}: {why}"
    special = not ip.is_global or ip.is_multicast or ip.is_reserved
    if special or (ip.version == 6 and ip not in _GLOBAL_UNICAST):
        return _kind(ip)
    return ""


def _kind(ip: IPAddress) -> str:
    """The category that `ipaddress` gives to an address that is not public."""
    for name in ("unspecified", "loopback", "link_local", "multicast", "private"):
        if getattr(ip, f"is_{name}"):
            return name.replace("_", "-")
    return "reserved"
