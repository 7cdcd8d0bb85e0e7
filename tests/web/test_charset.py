"""The charset of a page, whatever it says of itself."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.web.charset import decode
from etl.web.page import is_readable, links, read_page

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


TRADITIONAL = "關於開展雲溪區老舊電梯更新工作的通知，現印發給各單位，請認真貫徹執行，於五月九日前報送。"


def test_big5_and_hz_are_read_though_their_bytes_are_those_of_others_too() -> None:
    for declared in ("", "big5"):
        page = html(declared).replace(TEXT, TRADITIONAL).encode("big5")
        assert TRADITIONAL in read_page(page, "http://a.gov.cn/").text
    for declared in ("", "hz-gb-2312", "gb2312"):
        assert TEXT in read_page(html(declared).encode("hz"), "http://a.gov.cn/").text
    for script in ("x = ~{ab}", "a ~{ab~} b", "~{ab~}~{"):
        assert script in read_page(f"<p>{script}".encode(), "http://a.gov.cn/").text
    assert "~{1~}" in read_page(html().encode() + b"~{1~}", "http://a.gov.cn/").text


@pytest.mark.parametrize(
    ("written", "shown"),
    [(b"\x80", "€"), (b"\xfe\x59", "\u9fb4"), (b"\xa6\xd9", "︐"), (b"\xfe\x51", "\U00020087"), (b"\xa3\xa0", "\u3000"),
     (b"\xfe\x9f", "䶮"), (b"\xff", "\ufffd")],
)  # fmt: skip
def test_letters_of_gbk_that_windows_and_the_edition_of_2022_have(written: bytes, shown: str) -> None:
    body = html("gb2312").encode("gbk").replace(b"<p>", b"<p>" + "甲".encode("gbk") + written + "乙".encode("gbk"))
    assert f"甲{shown}乙" in read_page(body, "http://a.gov.cn/").text


SINGLE_BYTE = ("iso-8859-1", "ISO-8859-15", "windows-1252", "latin1", "us-ascii", "windows-1251")
NAMES = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12)


@given(NAMES, st.sampled_from(SINGLE_BYTE), st.sampled_from(["header", "meta", "both", "meta names gb2312"]))
def test_a_declared_single_byte_charset_proves_nothing_of_chinese_bytes(name: str, charset: str, where: str) -> None:
    declared = {"header": "", "meta names gb2312": "gb2312"}.get(where, charset)
    content_type = "text/html" if where == "meta" else f"text/html; charset={charset}"
    text = html(declared) + name
    found = read_page(text.encode("gb18030"), "http://a.gov.cn/", content_type)
    assert (found.charset, found.text) == ("gb18030", text)


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Le préfet a décidé hier à Évian : la rénovation des ascenseurs coûtera 80 000 €.", "cp1252"),
        ("Größe: 12 m² – Aufzüge über 20 Jahre müssen geprüft werden", "iso8859-15"),
        ("Администрация района утвердила план замены лифтов", "cp1251"),
        ("Η περιφέρεια ενέκρινε το σχέδιο", "iso8859-7"),
    ],
)
def test_other_languages_stay_in_the_single_byte_charset_that_is_declared(text: str, charset: str) -> None:
    if charset == "iso8859-15":
        text = text.replace("–", "-")
    found = read_page(f"<p>{text}</p>".encode(charset), "http://a.gov.cn/", f"text/html; charset={charset}")
    assert (found.charset, text in found.text) == (charset, True)


def test_a_letter_that_is_cut_off_at_the_end_does_not_bring_back_the_declared_charset() -> None:
    found = read_page(html().encode("gbk") + b"\xb9", "http://a.gov.cn/", "text/html; charset=iso-8859-1")
    assert found.charset == "gb18030"


LETTERS = st.text(alphabet="区政府办公室主办单位备案号网站标识码联系电话技术支持版权所有", min_size=2, max_size=40)


@given(LETTERS, st.booleans(), st.sampled_from(["", "utf-8", "gb2312"]))
def test_a_part_in_another_charset_is_no_reason_to_lose_the_page(part: str, first: bool, declared: str) -> None:
    included = f"<div>{part}</div>".encode("gbk")
    body = included + html(declared).encode() if first else html(declared).encode() + included
    found = read_page(body, "http://a.gov.cn/", f"text/html; charset={declared}")
    assert (found.charset, TEXT in found.text) == ("utf-8", True)
    assert part in found.text or part.encode("gbk").decode("utf-8", "replace") in found.text
    included = f"<div>{part[:8]}</div>".encode()
    found = read_page(html(declared).encode("gbk") + included, "http://a.gov.cn/", f"text/html; charset={declared}")
    assert (found.charset, TEXT in found.text) == ("gb18030", True)


def test_a_part_in_gbk_is_read_and_a_broken_letter_stays_one() -> None:
    body = html("utf-8").encode() + "<p>主办：云溪区人民政府</p>".encode("gbk") + b"<p>\xe9\x99" + "附件二</p>".encode()
    text = read_page(body, "").text
    assert text.endswith("<p>主办：云溪区人民政府</p><p>\ufffd附件二</p>")


@pytest.mark.parametrize("charset", ["gbk", "gb18030"])
def test_a_mark_before_a_page_of_another_charset_proves_nothing(charset: str) -> None:
    found = read_page(codecs.BOM_UTF8 + html().encode(charset), "", "text/html; charset=utf-8")
    assert (found.charset, TEXT in found.text) == ("gb18030", True)


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "\r\n"])
def test_utf16_needs_no_mark_where_it_begins_with_a_tag(charset: str, before: str) -> None:
    body = (before + html("unicode")).encode(charset)
    found = read_page(body, "", "text/html; charset=utf-8")
    assert (found.charset, TEXT in found.text) == (charset, True)
    assert is_readable(body, "text/html; charset=utf-8")


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


@given(st.sampled_from([*dict.fromkeys(TEXT)]), st.sampled_from(["<br>", '", ', " ", "A", "</td>"]), st.booleans())
def test_a_letter_whose_end_is_cut_off_is_lost_and_no_other_one(letter: str, behind: str, alone: bool) -> None:
    before = f"<p>{TEXT}</p><p>{'' if alone else '附件：'}"
    cut = before.encode() + letter.encode()[:2] + f"{behind}</p>".encode()
    assert read_page(cut, "http://a.gov.cn/").text == f"{before}\ufffd{behind}</p>"
    # A part in GBK is still one.
    footer = "<div>主办单位：云溪区人民政府</div>"
    assert footer in read_page(cut + footer.encode("gbk"), "http://a.gov.cn/").text


@pytest.mark.parametrize("western", ["latin-1", "cp1252"])
@given(st.text(st.sampled_from([*dict.fromkeys(TEXT)]), min_size=4))
def test_text_that_was_written_in_utf_8_twice_is_read_once(western: str, text: str) -> None:
    if "通知" not in text:
        text = f"通知：{text}"
    twice = "".join(bytes([byte]).decode(western, "ignore") or chr(byte) for byte in text.encode())
    for frame in ("<p>{}</p>", f"<h1>{TEXT}</h1><p>{{}}</p>", '{{"title": "{}"}}'):
        read = read_page(frame.format(twice).encode(), "http://a.gov.cn/")
        assert (read.text, read.charset) == (frame.format(text), "utf-8")


@pytest.mark.parametrize(
    "text", ["Café à la carte, señor", "Škoda – „Žlutý“ kůň", "ÄÖÜäöüß", "“5 €” — ‘x’ …•", "Ã¤", "é€œ"]
)
def test_western_text_is_not_taken_for_such(text: str) -> None:
    assert read_page(f"<p>{text}</p>".encode(), "http://a.gov.cn/", "text/html; charset=utf-8").text == f"<p>{text}</p>"


def test_short_runs_of_a_page_that_was_written_twice_are_read_once_too() -> None:
    text = "<p>通知公告</p><p>年</p><p>a·b</p>"
    twice = text.encode().decode("latin-1").encode()
    assert read_page(twice, "http://a.gov.cn/", "text/html; charset=utf-8").text == text


BY_CHANCE = ["通知", "通知.doc", "1通知2.doc", "User-agent: *\nDisallow: /通知/\n", "通路", "维通知"]


@pytest.mark.parametrize("text", BY_CHANCE)
def test_national_text_that_is_utf_8_by_chance_is_national(text: str) -> None:
    assert decode(text.encode("gb18030")) == (text, "gb18030")
    assert decode(text.encode("gb18030"), "text/plain; charset=utf-8")[1] == "utf-8"


EUROPEAN = ["Größe", "éèê", "дома", "Россия и мир", "Ελλάδα", "שלום", "مرحبا", "±0.5°", "©2023", "a·b", "naïve", "«да»"]


@given(st.lists(st.sampled_from(EUROPEAN), min_size=1, max_size=4))
def test_text_of_other_alphabets_stays_utf_8(words: list[str]) -> None:
    text = " ".join(words)
    assert decode(text.encode()) == (text, "utf-8")
