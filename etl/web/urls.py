"""Addresses: their canonical form, their host, and whether a source may go there."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that change with the visitor and never with the document.
_TRACKING = re.compile(
    r"^(utm_\w+|spm|from|share_token|jsessionid|phpsessid|aspsessionid\w*|sessionid|_t|timestamp)$", re.I
)
_SESSION_IN_PATH = re.compile(r";(jsessionid|phpsessid)=[^/?#]*", re.I)
_UNSAFE = "!#$%&'()*+,/:;=?@[]~"


def canonical_url(url: str, base: str = "") -> str:
    """The one form under which an address is known: absolute, host in lower case, no fragment, no default port,
    no session or tracking parameter, no `.`, `..` or empty path segment, spaces and Chinese letters escaped.

    Raises `ValueError` for what is not an http(s) address (RFC 3986 names the rules, section 6.2).
    """
    parts = urlsplit(urljoin(base, url.strip()))
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    host = parts.hostname.lower().rstrip(".").encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{parts.port}"
    path = _SESSION_IN_PATH.sub("", re.sub(r"/{2,}", "/", parts.path)) or "/"
    path = urlsplit(urljoin(f"{scheme}://{host}/", path)).path
    query = parts.query
    if any(_TRACKING.match(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        query = urlencode(
            [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(name)]
        )
    return urlunsplit((scheme, host, quote(path, safe=_UNSAFE), quote(query, safe=_UNSAFE), ""))


def host_of(url: str) -> str:
    """Host with its port where that is not the scheme's own: the unit of politeness and of robots.txt."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def in_scope(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the address lies on one of the hosts (`example.gov.cn`, or `*.example.gov.cn` for its subdomains)."""
    name = urlsplit(url).hostname or ""
    return any(name == host or (host.startswith("*.") and name.endswith(host[1:])) for host in hosts)
