"""Addresses: the one form under which each is known."""

import pytest

from etl.sources.schema import adhoc_source
from etl.web.urls import canonical_url, host_of, in_scope


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
    for given in ("http://www.a.gov.cn/x?id=1", "https://a.gov.cn/x?id=1", "https://www.a.gov.cn/x?id=1"):
        assert source.canonical(given) == "https://www.a.gov.cn/x?id=1"
    assert source.canonical("http://b.gov.cn/x") == "http://b.gov.cn/x"


def test_hosts_and_their_subdomains() -> None:
    assert in_scope("http://www.a.gov.cn/x", ("www.a.gov.cn",))
    assert in_scope("http://x.a.gov.cn/", ("*.a.gov.cn",))
    assert not in_scope("http://a.gov.cn.evil.example/", ("a.gov.cn", "*.a.gov.cn"))
    assert not in_scope("http://user@evil.example/a.gov.cn", ("a.gov.cn",))
    assert host_of("http://user:pw@www.a.gov.cn:8080/x") == "www.a.gov.cn:8080"
