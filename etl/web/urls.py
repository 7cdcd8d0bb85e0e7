"""Addresses: their canonical form, their host, and whether a source may go there."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NewType
from urllib.parse import parse_qsl, quote, unquote_plus, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

from etl.outside import clean_text
from etl.web.charset import decode

Address = NewType("Address", str)
"""The address of a page as the archive keeps it: `canonical_url` makes it."""
MAX_ADDRESS_CHARS = 2_500
"""Characters of the longest address: an index of PostgreSQL holds 2,704 bytes, and servers refuse longer ones."""

PLACE = re.compile(r"\{([\w.]{1,60})\}")
"""A place in the form of an address for the value of that name: `/doc/{id}.html`."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that change with the visitor and never with the document.
_TRACKING = re.compile(
    r"^(utm_\w+|spm|from|share_token|jsessionid|phpsessid|aspsessionid\w*|sessionid|_t|timestamp)$", re.I
)
_SESSION_IN_PATH = re.compile(r";(jsessionid|phpsessid)=[^/?#]*", re.I)
# Parameters of signed addresses: Alibaba Cloud OSS, Amazon S3, Tencent COS, Huawei OBS, Qiniu, Azure, CDNs.
_TOKEN = re.compile(
    r"^(signature|expires|(oss|aws|ks3?|kss)?access_?key_?id|security-token|(x-(amz|oss|obs|cos|bce|goog)|q)-[\w-]+|sign|sig"
    r"|(access_?|auth_?|csrf_?|download_?|file_?)?token|auth_key|nonce|nocache|no_cache|rand(om)?|rnd|wssecret|wstime"
    r"|txsecret|txtime|sid|session_?id|_)$",
    re.I,
)
_TOKEN_VALUE = re.compile(
    r"^(?:\d{9,}|0\.\d{6,}|(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[\w+/=.~-]{16,}"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*)$"
)
"""Values of clocks and keys: seconds since 1970, a time as digits, a random number, letters and digits without a word,
a written date."""
_PASSING_NAME = re.compile(r"^(t|ts|tm|time|_|_dc|v|r|rnd|ran|rand(om)?|nocache|no_cache|sid|session_?id|token)$", re.I)
_PASSING_VALUE = re.compile(r"^(?:1[4-9]\d{8}(?:\d{3})?|0\.\d{6,}|(?=[^A-Za-z]*[A-Za-z])(?=\D*\d)[\w-]{20,})$")
"""Seconds or milliseconds since 1970 (of 2014 to 2033), a random number, a key."""
_PATH = re.compile(r"[^?#]*")
_AUTHORITY = re.compile(r"(https?):/{2,}", re.IGNORECASE)
_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_OFFSET = re.compile(r"^-?\d+$")
_UNSAFE = "!#$%&'()*+,/:;=?@[]~"


# Most addresses of a page; `urljoin` and `urlsplit` take ten times as long.
_PLAIN_ADDRESS = re.compile(
    r"(?:(?P<host>https?://[a-z0-9][a-z0-9.-]*(?::\d+)?)/|(?P<root>/)|(?:\./)?)"
    r"(?P<path>\w[\w%=&+,@!~$*-]*(?:[./?][\w%=&+,@!~$*-]+)*/?)",
    re.ASCII,
)
_CANONICAL = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::(?!80/|443/)(?:[1-9]\d{1,3}|[1-5]\d{4}))?"
    r"/(?:[\w~-][\w.~-]*/)*+(?:[\w~-][\w.~-]*)?",
    re.ASCII,
)
"""Most addresses without a query are in their canonical form."""


class AddressTooLong(ValueError):
    """An address of more than `MAX_ADDRESS_CHARS`."""


def canonical_url(url: str, base: str = "") -> Address:
    """The one form under which an address is stored: absolute, host in lower case, no fragment, no default port, no
    session or tracking parameter, no `.`, `..` or empty path segment, spaces and Chinese characters escaped.

    Raises `ValueError` if it is not an http(s) address (the rules are those of RFC 3986, section 6.2),
    `AddressTooLong`.
    """
    joined = join_plain(base, url) or urljoin(base, clean_text(url).strip())
    if len(joined) <= MAX_ADDRESS_CHARS and _CANONICAL.fullmatch(joined):
        return Address(joined)
    parts = urlsplit(joined)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address: {url[:200]!r}")
    host = parts.hostname.lower().rstrip(".").encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS[scheme]:
        host = f"{host}:{parts.port}"
    path = re.sub(r"/{2,}", "/", _SESSION_IN_PATH.sub("", parts.path)) or "/"
    path = urlsplit(urljoin(f"{scheme}://{host}/", path)).path
    query = "&".join(pair for pair in parts.query.split("&") if not _is_tracking(pair))
    address = urlunsplit((scheme, host, quote(path, safe=_UNSAFE), quote(query, safe=_UNSAFE), ""))
    if len(address) > MAX_ADDRESS_CHARS:
        raise AddressTooLong(f"an address of {len(address)} characters, {MAX_ADDRESS_CHARS} are allowed: {url[:200]!r}")
    return Address(address)


def join_plain(base: str, url: str) -> str | None:
    """`url` resolved against `base`; None if that takes more than joining two strings."""
    plain = _PLAIN_ADDRESS.fullmatch(url)
    folder = _folder(base) if plain else None
    if plain is None or folder is None:
        return None
    origin, below = folder
    return url if plain["host"] else origin + url if plain["root"] else below + plain["path"]


@lru_cache(maxsize=256)
def _folder(base: str) -> tuple[str, str] | None:
    """The prefix of an address that is relative to the root of the base's host, or to the base's folder; None if there
    is more to resolving it."""
    match = _PLAIN_ADDRESS.fullmatch(f"{base}x")  # of a folder, too
    if match is None or not match["host"]:
        return None
    path = match["path"].partition("?")[0]
    return match["host"], f"{match['host']}/{path[: path.rfind('/') + 1]}"


def with_slashes(url: str) -> str:
    """The address with slashes as browsers read them (WHATWG URL): a backslash before the query becomes a slash, and
    any number of slashes after the scheme become two."""
    if "\\" in url:
        path = _PATH.match(url)[0]  # type: ignore[index]
        url = path.replace("\\", "/") + url[len(path) :]
    return _AUTHORITY.sub(r"\1://", url, count=1) if ":///" in url else url


def resolved(base: str, url: str) -> str:
    """`url` resolved against `base` like `urljoin` does, its host in lower case; if it cannot be resolved, it is
    returned unchanged, and `canonical_url` rejects it."""
    try:
        return with_plain_host(urljoin(base, url))
    except ValueError:
        return url


def with_plain_host(url: str) -> str:
    """The address with its scheme and host in lower case: HTTP://WWW.… is the same site."""
    host = _HOST.match(url)
    return url if host is None or host[0].islower() else host[0].lower() + url[host.end() :]


def _is_tracking(pair: str) -> bool:
    """Whether the parameter depends on the visitor. `from` with a name does (`from=timeline`); with a number it is an
    offset."""
    name, _, value = pair.partition("=")
    name = unquote_plus(name).lower()
    return bool(_TRACKING.match(name)) and not (name == "from" and _OFFSET.match(unquote_plus(value).strip()))


def without_tokens(url: str, *, values: bool = False) -> str:
    """The address without parameters that differ for every visitor (`Signature=`, `Expires=`, `token=`), for
    comparing two captures. It must not be fetched.

    `values`: also without those of any other name whose value looks like a clock or a key (`?t=1699999999`). Such a
    value may be the number of a file as well, so this is for files whose bytes are known to be the same.
    """
    address, question, query = url.partition("?")
    remaining = [pair for pair in query.split("&") if not _is_token(pair, values=values)]
    return address + (question + "&".join(remaining) if remaining else "")


def _is_token(pair: str, *, values: bool) -> bool:
    name, _, value = pair.partition("=")
    if _TOKEN.match(unquote_plus(name)):
        return True
    return values and bool(_TOKEN_VALUE.match(unquote_plus(value)))


def without_passing(url: str) -> str:
    """The address of a listed document without parameters that change each time the list is generated
    (`?t=1763971200000`, `?random=0.8173625`): with them each crawl would find each document at another address, and
    record it again.

    Both the name and the value must match, because either alone may be the number of the document.
    """
    address, hash_, fragment = url.partition("#")
    path, mark, query = address.partition("?")
    remaining = [pair for pair in query.split("&") if not is_passing(*map(unquote_plus, pair.partition("=")[::2]))]
    return path + (mark + "&".join(remaining) if remaining else "") + hash_ + fragment


def is_passing(name: str, value: str) -> bool:
    """Whether a parameter is a clock, a random number or a key, by its name and its value."""
    return bool(_PASSING_NAME.match(name) and _PASSING_VALUE.match(value))


def column_address(url: str) -> str:
    """The canonical address of a list with its fragment, by which some sites select one of several lists.

    Raises `ValueError` for what is not an http(s) address.
    """
    fragment = quote(urlsplit(url.strip()).fragment, safe=_UNSAFE)
    return canonical_url(url) + (f"#{fragment}" if fragment else "")


def encode_query(url: str, charset: str) -> str:
    """`url` with the non-ASCII characters of its query escaped in the charset of the page that links it.

    Browsers do this (WHATWG URL, "percent-encode after encoding"), and servers of GBK pages accept nothing else. The
    path stays as it is: it is UTF-8 on every page.
    """
    address, hash_, fragment = url.partition("#")
    path, mark, query = address.partition("?")
    if query.isascii() or charset.startswith("utf"):
        return url
    return f"{path}{mark}{''.join(_encoded(each, charset) for each in query)}{hash_}{fragment}"


def unquote_query(text: str, charset: str) -> str:
    """The text with its escapes decoded: in the charset of the page that has it (`encode_query`), or as UTF-8."""
    return decode(unquote_to_bytes(text), f"charset={charset}")[0]


def _encoded(character: str, charset: str) -> str:
    if character.isascii():
        return character
    raw = character.encode(charset, "ignore")
    # What the charset lacks becomes a numeric reference. Pages said to be GBK are read as its superset, whose further
    # characters have four bytes.
    if not raw or (charset == "gb18030" and len(raw) == 4):
        return f"%26%23{ord(character)}%3B"
    return quote(raw, safe=_UNSAFE)


def address_of_bytes(raw: bytes) -> str:
    """The address in a header: as UTF-8, else with each byte above 127 escaped as it is (servers send raw GBK)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)


def parameters(url: str) -> dict[str, str]:
    """The parameters in the query of an address, empty ones too; of several with one name the last."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def with_parameters(url: str, changes: Mapping[str, object]) -> str:
    """The address with these parameters in its query, each once."""
    query = parameters(url) | {name: str(value) for name, value in changes.items()}
    return urlsplit(url)._replace(query=urlencode(query)).geturl()


def from_root(url: str, base: str) -> str:
    """The address from the root of its host, if that is the host of `base`; else the whole one."""
    host = urlsplit(url).netloc
    return url.partition(host)[2] if host and host == urlsplit(base).netloc else url


def host_of(url: str) -> str:
    """Host with its port where that is not the scheme's own: the unit of politeness and of robots.txt."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def folder_of(url: str) -> str:
    """The address up to the last slash of its path, with that slash."""
    return url.partition("?")[0].rpartition("/")[0] + "/"


def site_of(url: str) -> str:
    """Host without port and `www.`: a site has its pages at both."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def in_scope(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the address lies on one of the hosts (`example.gov.cn`, or `*.example.gov.cn` for its subdomains)."""
    name = urlsplit(url).hostname or ""
    return any(name == host or (host.startswith("*.") and name.endswith(host[1:])) for host in hosts)
