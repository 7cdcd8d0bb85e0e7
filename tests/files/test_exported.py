"""Files as systems other than Office export and pack them; what their readers cannot show is named."""

import gzip
import struct

import pytest

from etl.files import FileOutcome, Reader
from etl.files.media_types import CSV, DOC, OLE, XLS, sniff
from etl.reasons import english
from tests.support.containers import ole
from tests.support.documents import docx, p
from tests.support.pdfs import pdf

_TABLE = "编码 | 单位\n0051 | 水务局"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("编码\t单位\r\n0051\t水务局\r\n", "名单.xls"),
        ("编码\t单位\r\n0051\t水务局\r\n", "名单.tsv"),
        ('编码,单位\r\n="0051",水务局\r\n', "名单.csv"),
        ('"编码","单位"\r\n"=""0051""","水务局"\r\n', "名单.csv"),
        ("sep=;\r\n编码;单位\r\n0051;水务局\r\n", "名单.csv"),
        ("sep=\t\r\n编码\t单位\r\n0051\t水务局\r\n", "名单.csv"),
    ],
)
@pytest.mark.parametrize("charset", ["gb18030", "utf-8-sig", "utf-16"])
def test_a_table_of_text_is_read_as_excel_shows_it(read: Reader, text: str, name: str, charset: str) -> None:
    reading = read(text.encode(charset), name)
    assert (reading.media_type, reading.text) == (CSV, _TABLE)


def test_words_under_the_ending_of_a_workbook_are_no_table(read: Reader) -> None:
    words = "关于停水的通知\n第一，停水；第二，供水。"
    assert read(words.encode(), "通知.xls").text == words


def test_a_workbook_of_which_only_the_frames_came_lacks_its_sheets(read: Reader) -> None:
    frames = '<frame src="名单.files/sheet001.htm"><frame src="名单.files/tabstrip.htm">'
    no_frames = "<noframes><body><p>此页使用了框架，而您的浏览器不支持框架。</p></body></noframes>"
    mark = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'>"
    reading = read(f"{mark}<frameset rows='*,39'>{frames}{no_frames}</frameset></html>".encode(), "名单.xls")
    assert (reading.outcome, reading.text) == (FileOutcome.BROKEN, "")
    assert english(reading.reason) == "名单.files/sheet001.htm, 名单.files/tabstrip.htm is missing"


@pytest.mark.parametrize("members", [1, 2, 5])
@pytest.mark.parametrize("behind", [b"", b"\0" * 512])
def test_all_members_of_a_gzip_are_read(read: Reader, members: int, behind: bytes) -> None:
    packed = b"".join(gzip.compress(f"第{number}行\n".encode()) for number in range(members)) + behind
    lines = [f"第{number}行" for number in range(members)]
    assert read(packed, "名单.gz").text.splitlines()[1:] == lines


def test_a_gzip_whose_last_member_is_cut_is_broken(read: Reader) -> None:
    packed = gzip.compress("南街\n".encode()) + gzip.compress("北街\n".encode())[:-6]
    assert read(packed, "名单.gz").outcome is FileOutcome.BROKEN


def test_a_form_that_only_acrobat_shows_is_not_its_notice(read: Reader) -> None:
    notice = "Please wait... If this message is not eventually replaced, your viewer cannot display this document."
    form = "<< /Length 9 >>\nstream\n<xdp:xdp/>\nendstream"
    dynamic = pdf(
        [[(72, 700, notice)]],
        of_catalog="/AcroForm << /XFA 4 0 R /Fields [] >> /NeedsRendering true",
        added=[form],
    )
    reading = read(dynamic, "申请表.pdf")
    assert (reading.outcome, reading.text) == (FileOutcome.UNSUPPORTED, "")
    assert "only Acrobat shows" in english(reading.reason)
    drawn = pdf([[(72, 700, "申请表")]], of_catalog="/AcroForm << /XFA 4 0 R /Fields [] >>", added=[form])
    assert read(drawn, "申请表.pdf").text == "申请表"


@pytest.mark.parametrize(
    ("stream", "name", "kind"),
    [
        ("__properties_version1.0", "a.msg", "application/vnd.ms-outlook"),
        ("VisioDocument", "a.vsd", "application/vnd.visio"),
        ("Contents", "a.dat", OLE),
        ("WordDocument", "a.dat", DOC),
        ("Contents", "a.xls", XLS),
    ],
)
def test_a_compound_file_of_another_program_is_no_broken_document(stream: str, name: str, kind: str) -> None:
    assert sniff(ole({stream: b"x"}), name) == kind


def test_what_an_embedded_object_shows_in_rtf_is_read(read: Reader) -> None:
    shown = "".join(f"\\'{byte:02x}" for byte in "停水".encode("gb18030"))
    fonts = "{\\fonttbl{\\f0\\fcharset134 SimSun;}}"
    written = f"{{\\object\\objemb{{\\*\\objdata 0105000002}}{{\\result \\f0 {shown}}}}}"
    assert read(f"{{\\rtf1\\ansi\\ansicpg936{fonts}{written}\\par}}".encode(), "a.rtf").text == "停水"


def test_a_part_of_a_master_document_is_named(read: Reader) -> None:
    reading = read(docx(p("第一篇") + '<w:subDoc r:id="r9"/>'))
    assert (reading.text, english(reading.reason)) == ("第一篇", "subDoc r9 is missing")


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_records_of_a_workbook_without_a_container_are_read(read: Reader, charset: str) -> None:
    name = "水务局".encode(charset)
    label = _record(0x204, struct.pack("<HHHH", 0, 0, 0, len(name)) + name)
    number = _record(0x203, struct.pack("<HHHd", 0, 1, 0, 12.5))
    begin, end = _record(0x809, struct.pack("<HHHH", 0, 0x10, 0, 0)), _record(0x0A, b"")
    reading = read(begin + label + number + end, "名单.xls")
    assert (reading.media_type, reading.outcome, reading.text) == (XLS, FileOutcome.READ, "水务局 | 12.5")
    assert read(begin + label + number[:-3], "名单.xls").outcome is FileOutcome.BROKEN
