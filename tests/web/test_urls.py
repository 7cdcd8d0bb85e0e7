"""Addresses: the one form under which each is known."""

from urllib.parse import parse_qsl, quote, unquote_to_bytes, urldefrag, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.schema import Column, adhoc_source
from etl.web.page import absolute, links, read_page
from etl.web.urls import (
    address_of_bytes,
    canonical_url,
    column_address,
    encode_query,
    host_of,
    in_scope,
    resolved,
    unquote_query,
)
from tests.support.share import examples


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("HTTP://WWW.A.gov.cn/x", "http://www.a.gov.cn/x"),
        ("http://www.a.gov.cn:80/x", "http://www.a.gov.cn/x"),
        ("https://www.a.gov.cn:443/x", "https://www.a.gov.cn/x"),
        ("http://www.a.gov.cn:8080/x", "http://www.a.gov.cn:8080/x"),
        ("http://www.a.gov.cn./x", "http://www.a.gov.cn/x"),
        ("http://www.a.gov.cn", "http://www.a.gov.cn/"),
        ("http://www.a.gov.cn/x#top", "http://www.a.gov.cn/x"),
        ("http://www.a.gov.cn//x///y.html", "http://www.a.gov.cn/x/y.html"),
        ("http://www.a.gov.cn/x/./y/../z.html", "http://www.a.gov.cn/x/z.html"),
        ("http://www.a.gov.cn/x/../../z.html", "http://www.a.gov.cn/z.html"),
        ("http://www.a.gov.cn/x.jsp;jsessionid=0A1B?id=3", "http://www.a.gov.cn/x.jsp?id=3"),
        ("http://www.a.gov.cn/x?utm_source=wx&id=3&spm=a.b", "http://www.a.gov.cn/x?id=3"),
        ("http://www.a.gov.cn/x?id=3&PHPSESSID=77", "http://www.a.gov.cn/x?id=3"),
        ("http://www.a.gov.cn/x?b=2&a=1", "http://www.a.gov.cn/x?b=2&a=1"),
        ("http://www.a.gov.cn/x?empty=", "http://www.a.gov.cn/x?empty="),
        ("http://www.a.gov.cn/x?from=timeline&id=3", "http://www.a.gov.cn/x?id=3"),
        ("http://www.a.gov.cn/x?from=20&size=20", "http://www.a.gov.cn/x?from=20&size=20"),
        ("http://www.a.gov.cn/x?a=1&&b", "http://www.a.gov.cn/x?a=1&&b"),
        ("http://www.a.gov.cn/x?s%70m=1&;", "http://www.a.gov.cn/x?;"),
        ("http://www.a.gov.cn/x/;jsessionid=7/y", "http://www.a.gov.cn/x/y"),
        ("http://www.a.gov.cn/文件 1.html", "http://www.a.gov.cn/%E6%96%87%E4%BB%B6%201.html"),
        ("http://www.a.gov.cn/%E6%96%87.html", "http://www.a.gov.cn/%E6%96%87.html"),
        ("http://政务.cn/x", "http://xn--zfr164b.cn/x"),
        (" http://www.a.gov.cn/x ", "http://www.a.gov.cn/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_the_one_form(given: str, wanted: str) -> None:
    assert canonical_url(given) == wanted
    assert canonical_url(wanted) == wanted


# What a query is made of: escapes of GBK and of UTF-8, a plus, bare flags, empty pairs, two equals signs, semicolons.
PAIRS = st.lists(
    st.text("ab1;/+=:@.~-", max_size=4)
    | st.sampled_from(["name=%B8%BD.doc", "n=%E6%96%87", "flag", "sig=ab%2Bc/d==", "a=1;b=2", "q=a%20b", "from=0"]),
    max_size=5,
)
TRACKING = st.sampled_from(
    ["spm=x", "utm_source=%CD%A8", "from=singlemessage", "_t=1", "timestamp=", "SPM", "PHPSESSID=0a", "share_token=a=b"]
)


@given(PAIRS, st.lists(st.tuples(st.integers(0, 5), TRACKING), max_size=3))
def test_tracking_parameters_are_cut_out_and_the_rest_stays_byte_for_byte(
    pairs: list[str], added: list[tuple[int, str]]
) -> None:
    mixed = list(pairs)
    for place, parameter in added:
        mixed.insert(place, parameter)
    rest, url = "&".join(pairs), canonical_url("http://a.gov.cn/d?" + "&".join(mixed))
    assert url == f"http://a.gov.cn/d{'?' if rest else ''}{rest}"


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.text("ab1.;/?&=%# +文\u00e9\\^|\"'<", max_size=5)
        | st.sampled_from(["/..", "/.", "//", ";jsessionid=1", "spm=1", "&from=2", "%2F", "%b8", "\t", ":80"]),
        max_size=8,
    )
)
def test_the_one_form_is_its_own_form(parts: list[str]) -> None:
    url = canonical_url("http://www.a.gov.cn/" + "".join(parts))
    assert canonical_url(url) == url
    assert url.isascii()


@given(st.text("通知附件二①·—\u3007 ab&=1+", min_size=1, max_size=12), st.sampled_from(["gb2312", "gbk", "big5"]))
def test_a_query_is_written_in_the_charset_of_the_page_that_links_it(words: str, charset: str) -> None:
    query = words.encode(charset, "ignore").decode(charset).strip()
    href = f"/文件/d.jsp?name={query}#上".replace("&", "&amp;")
    body = f'<meta charset="{charset}"><p>通知公告目录</p><a href="{href}">全文</a>'
    page = read_page(body.encode(charset, "ignore"), "http://a.gov.cn/gk/")
    ((address, _),) = links(page)
    url = canonical_url(address)
    path, _, sent = url.partition("?")
    assert path == f"http://a.gov.cn/{quote('文件')}/d.jsp"
    assert unquote_to_bytes(sent) == b"name=" + query.encode(charset)
    assert canonical_url(url) == url


@given(st.text("通知附件二①·—\u3007 ab&=1+%", max_size=12), st.sampled_from(["gb18030", "big5", "utf-8"]))
def test_an_escaped_query_is_read_back(words: str, charset: str) -> None:
    text = words.encode(charset, "ignore").decode(charset).replace("%", "%25")
    wanted = text.replace("%25", "%")
    assert unquote_query(encode_query(f"?q={text}", charset).partition("=")[2], charset) == wanted
    if charset == "utf-8" or any(character >= "一" for character in text):  # others are ambiguous
        assert unquote_query(quote(text, safe="%"), charset) == wanted


def test_what_the_charset_lacks_becomes_a_numeric_reference() -> None:
    page = read_page('<meta charset="gbk"><a href="?q=通&#x20BB7;">全文</a>'.encode("gbk"), "http://a.gov.cn/")
    assert [url for url, _ in links(page)] == ["http://a.gov.cn/?q=%CD%A8%26%23134071%3B"]


def test_a_page_in_utf_8_keeps_its_queries() -> None:
    page = read_page('<meta charset="utf-8"><a href="/d?q=通知">全文</a>'.encode(), "http://a.gov.cn/")
    assert [canonical_url(url) for url, _ in links(page)] == [f"http://a.gov.cn/d?q={quote('通知')}"]


@given(st.lists(st.sampled_from([*range(0x21, 0x23), 0x3D, 0x41, *range(0x80, 0x100)]), max_size=8))
def test_raw_bytes_of_a_header_reach_the_server_as_they_are(raw: list[int]) -> None:
    """Browsers send them back escaped one by one."""
    url = canonical_url(address_of_bytes(b"http://a.gov.cn/d?q=" + bytes(raw) + b"&e=1"))
    values = dict(parse_qsl(url.partition("?")[2], keep_blank_values=True, encoding="latin-1"))
    assert values["q"].encode("latin-1") == bytes(raw)


def test_a_column_keeps_its_fragment_and_a_document_does_not() -> None:
    given_ = "HTTP://a.gov.cn//gk/index?spm=1#21206"
    assert Column(url=given_, name="").url == "http://a.gov.cn/gk/index#21206"
    assert column_address("http://a.gov.cn/x#第二 页") == column_address(column_address("http://a.gov.cn/x#第二 页"))
    assert canonical_url(given_) == "http://a.gov.cn/gk/index"


PARTS = st.lists(
    st.sampled_from(["/", "./", "../", ".", "a", "b1.html", "?", "u=", "&", "%20", ";", ":", "-", "//", "x"]),
    max_size=6,
).map("".join)
BASES = st.tuples(
    st.sampled_from(["http://a.gov.cn", "https://b.gov.cn:8080", "http://A.gov.cn"]),
    st.sampled_from(["", "/", "/x", "/x/", "/x/y.html", "/x/../y/", "/x//y/", "/x?u=/a/b", "/x;p/y", "/x/?p=1/2"]),
).map("".join)


@given(st.tuples(st.sampled_from(["", "", "http://c.gov.cn", "https://c.gov.cn:81"]), PARTS).map("".join), BASES)
@settings(max_examples=examples(1000))
def test_what_is_resolved_by_adding_two_strings_is_what_browsers_request(address: str, base: str) -> None:
    assert absolute(address, base) == _resolved(address, base)


def _resolved(address: str, base: str) -> str | None:
    try:
        joined = urldefrag(urljoin(base, address)).url
        host = urlsplit(joined).netloc
    except ValueError:
        return None
    joined = joined.replace(host, host.lower(), 1)
    return (
        joined
        if joined.startswith(("http://", "https://")) and not joined.startswith(("http:///", "https:///"))
        else None
    )


def test_a_host_in_capitals_is_the_same_host() -> None:
    assert absolute("HTTP://WWW.A.gov.cn/Gk/B.html", "http://b.gov.cn/") == "http://www.a.gov.cn/Gk/B.html"
    assert resolved("http://WWW.A.gov.cn/Gk/", "B.html") == "http://www.a.gov.cn/Gk/B.html"


def test_relative_addresses_are_those_of_their_base() -> None:
    base = "http://www.a.gov.cn/zwgk/index.html"
    assert canonical_url("./202302/t20230210_1.html", base) == "http://www.a.gov.cn/zwgk/202302/t20230210_1.html"
    assert canonical_url("../x.html", base) == "http://www.a.gov.cn/x.html"
    assert canonical_url("//b.gov.cn/x", base) == "http://b.gov.cn/x"
    assert canonical_url("?page=2", base) == "http://www.a.gov.cn/zwgk/index.html?page=2"


@pytest.mark.parametrize(
    "given", ["", "javascript:void(0)", "mailto:a@b.cn", "ftp://a.gov.cn/", "http://", "file:///etc/passwd"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        canonical_url(given)


def test_twins_are_kept_under_the_one_that_the_source_names() -> None:
    twins = {"http://www.a.gov.cn": "https://www.a.gov.cn", "https://a.gov.cn/": "https://www.a.gov.cn"}
    source = adhoc_source("a", "a", "https://www.a.gov.cn/", ["www.a.gov.cn", "a.gov.cn"])
    source = type(source).model_validate(source.model_dump() | {"twins": twins})
    for address in ("http://www.a.gov.cn/x?id=1", "https://a.gov.cn/x?id=1", "https://www.a.gov.cn/x?id=1"):
        assert source.canonical(address) == "https://www.a.gov.cn/x?id=1"
    assert source.canonical("http://b.gov.cn/x") == "http://b.gov.cn/x"


def test_hosts_and_their_subdomains() -> None:
    assert in_scope("http://www.a.gov.cn/x", ("www.a.gov.cn",))
    assert in_scope("http://x.a.gov.cn/", ("*.a.gov.cn",))
    assert not in_scope("http://a.gov.cn.evil.example/", ("a.gov.cn", "*.a.gov.cn"))
    assert not in_scope("http://user@evil.example/a.gov.cn", ("a.gov.cn",))
    assert host_of("http://user:pw@www.a.gov.cn:8080/x") == "www.a.gov.cn:8080"
