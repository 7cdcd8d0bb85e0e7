"""The charset of a page, whatever it says of itself."""

import codecs

import pytest

from etl.web.page import links, read_page

TEXT = "云溪区人民政府关于老旧电梯更新工作的通知，现印发给你们，请认真贯彻执行。"


def html(declared: str = "") -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    return f"<html><head>{meta}</head><body><p>{TEXT}</p></body></html>"


IDS = """
utf8 gb2312 gbk header gbk_undeclared utf8_undeclared utf8_labelled_gbk gbk_labelled_utf8 gbk_twice_labelled_utf8
utf8_twice_labelled_gbk mark_wins utf16_mark unknown_name cut_in_a_letter cut_in_a_gbk_letter late_meta
"""


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (html("utf-8").encode(), "", "utf-8"),
        (html("gb2312").encode("gbk"), "", "gb18030"),
        (html("GBK").encode("gb18030"), "", "gb18030"),
        (html().encode("gbk"), "text/html; charset=GB2312", "gb18030"),
        (html().encode("gbk"), "", "gb18030"),
        (html().encode(), "", "utf-8"),
        (html("gbk").encode(), "", "utf-8"),
        (html("utf-8").encode("gbk"), "", "gb18030"),
        (html("utf-8").encode("gbk"), "text/html; charset=utf-8", "gb18030"),
        (html("gb2312").encode(), "text/html; charset=gbk", "utf-8"),
        (codecs.BOM_UTF8 + html("gbk").encode(), "", "utf-8"),
        (html().encode("utf-16"), "", "utf-16"),
        (html("unknown-8").encode(), "", "utf-8"),
        (html("utf-8").encode()[:-18] + b"\xe4\xba", "", "utf-8"),
        (html("gb2312").encode("gbk")[:-1] + b"\x81", "", "gb18030"),
        ((" " * 5000 + html("gb2312")).encode("gbk"), "", "gb18030"),
    ],
    ids=IDS.split(),
)
def test_charset(body: bytes, content_type: str, charset: str) -> None:
    found = read_page(body, "http://a.gov.cn/", content_type)
    assert found.charset == charset
    assert TEXT in found.text


def test_gb18030_letters_outside_gbk() -> None:
    body = html("gb2312").replace("云溪", "㛃溪𠮷").encode("gb18030")
    assert "㛃溪𠮷" in read_page(body, "").text


def test_xml_declaration_does_not_matter() -> None:
    found = read_page(b'<?xml version="1.0" encoding="gb2312"?>' + html().encode(), "")
    assert TEXT in "".join(found.tree.itertext())


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff\xfe", b"<", b"{}", b"\x80" * 50])
def test_there_is_always_a_tree(body: bytes) -> None:
    assert read_page(body, "http://a.gov.cn/").tree is not None


def test_links_are_absolute_and_lead_somewhere() -> None:
    body = b"<a href='b.html#x'>B</a><a href='#'>no</a><a href='javascript:x()'>no</a><a href='http://[::1'>no</a>"
    assert list(links(read_page(body, "http://a.gov.cn/d/"))) == [("http://a.gov.cn/d/b.html", "B")]


def test_base_element_counts() -> None:
    body = b"<base href='http://b.gov.cn/x/'><a href='c.html'>C</a>"
    assert list(links(read_page(body, "http://a.gov.cn/"))) == [("http://b.gov.cn/x/c.html", "C")]
