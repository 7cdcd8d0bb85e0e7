"""What each format gives: the text that a person sees, a paragraph or a table row a line."""

import codecs
import io
import zipfile
from base64 import b64encode

import pytest
from PIL import ImageFont

from etl.file_signatures import is_document_file, lacks_end
from etl.files import FileOutcome, Reader, sniff
from etl.files.formats.pdf_fonts import invisible_font
from etl.files.media_types import (
    CSV,
    DOC,
    DOCX,
    EMPTY,
    HTML,
    OFD,
    PDF,
    PPT,
    PPTX,
    RAR,
    RTF,
    SEVEN_ZIP,
    SVG,
    TEXT,
    UNKNOWN,
    XLS,
    XLSX,
    ZIP,
)
from tests.support import containers, documents, pdfs
from tests.support.documents import docx, numbering, ofd, p, row
from tests.support.pdfs import pdf
from tests.support.samples import SAMPLES

_NUMBERED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="7"/></w:numPr>'
_LONG = "为保障夏季用水高峰期间的供水安全现将有关事项通知如下请各单位认真执行"


TEXTS = {
    DOC: "关于停水的通知\n日期 | 街道\n6月1日 | 南街\n | 北街\n特此通知。",
    XLS: "单位 | 电话\n水务局 | 123",
    PPT: "供水安排\n六月起检修\n恢复供水",
    DOCX: "关于停水的通知\n日期 | 街道",
    XLSX: "一季度\n单位 | 吨\n水务局 | 12\n二季度\n单位",
    PPTX: "供水安排\n六月起检修\n恢复供水",
    OFD: "停水通知\n六月一日起",
    RTF: "关于停水的通知\n特此通知。",
    PDF: "关于停水的通知\n特此通知。",
    CSV: "单位 | 电话\n水务局 | 123,456",
    TEXT: "关于停水的通知\n特此通知。",
    ZIP: "== 附件一：名单.txt ==\n南街",
    RAR: "== 附件/名单.txt ==\n南街",
    SEVEN_ZIP: "== 附件/名单.txt ==\n南街",
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_format_is_known_by_its_bytes_and_read(read: Reader, kind: str) -> None:
    name = "a.csv" if kind == CSV else "附件.pdf"
    reading = read(SAMPLES[kind], name)
    assert (reading.media_type, reading.outcome, reading.text) == (kind, FileOutcome.READ, TEXTS[kind])
    assert reading.method


@pytest.mark.parametrize("before", [b"\r\n\r\n", b"\n \n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\r\n"])
@pytest.mark.parametrize("kind", sorted({*SAMPLES} - {TEXT, CSV}))
def test_blank_lines_of_the_program_that_sent_a_file_are_no_part_of_it(read: Reader, kind: str, before: bytes) -> None:
    reading = read(before + SAMPLES[kind], "附件.pdf")
    assert (sniff(before + SAMPLES[kind]), reading.media_type, reading.text) == (kind, kind, TEXTS[kind])


def test_wps_office_files_are_what_they_hold() -> None:
    assert [sniff(SAMPLES[DOC], "a.wps"), sniff(SAMPLES[XLS], "a.et"), sniff(SAMPLES[PPT], "a.dps")] == [DOC, XLS, PPT]
    assert [sniff(SAMPLES[DOCX], "a.wps"), sniff(SAMPLES[XLSX], "a.et")] == [DOCX, XLSX]


def test_the_name_tells_what_a_broken_container_was() -> None:
    assert [sniff(SAMPLES[XLSX][:300], "a.xlsx"), sniff(SAMPLES[XLS][:600], "a.et")] == [XLSX, XLS]


def test_hidden_and_deleted_text_is_not_read(read: Reader) -> None:
    assert read(documents.doc(["看得见"], hidden="看不见")).text == "看得见"
    deleted = (
        "<w:p><w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:ins><w:r><w:t>加上</w:t></w:r></w:ins></w:p>"
    )
    vanished = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r></w:p>"
    assert read(docx(deleted + vanished)).text == "加上"


def test_the_results_of_fields_are_read_and_not_their_codes(read: Reader) -> None:
    assert (
        read(documents.doc(['第\x13 = 3 \\* GB3 \x14③\x15项 \x13HYPERLINK "http://a"\x14链接\x15'])).text
        == "第③项 链接"
    )
    field = "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>第3页</w:t></w:r></w:p>"
    assert read(docx(field)).text == "第3页"


def test_numbers_of_lists_are_written_out(read: Reader) -> None:
    first, second = _NUMBERED.format(0), _NUMBERED.format(1)
    body = p("总则", first) + p("目的", second) + p("依据", second) + p("附则", first) + p("施行", second)
    levels = numbering(("chineseCounting", "第%1章　"), ("chineseCountingThousand", "（%2）"))
    lines = ["第一章　总则", "（一）目的", "（二）依据", "第二章　附则", "（一）施行"]
    assert read(docx(body, {"numbering.xml": levels})).text.split("\n") == lines
    old = documents.doc(
        ["总则", "目的", "依据", "附则", "施行"],
        numbered={0: 0, 1: 1, 2: 1, 3: 0, 4: 1},
        levels=[(37, "第\0章　"), (39, "（\1）")],
    )
    assert read(old).text.split("\n") == lines


def test_merged_cells_are_read_once_and_keep_their_places(read: Reader) -> None:
    merged = row(p("区"), p("甲"), properties=['<w:vMerge w:val="restart"/>']) + row(
        p(""), p("乙"), properties=["<w:vMerge/>"]
    )
    wide = row(p("合计"), p("二"), properties=['<w:gridSpan w:val="3"/>'])
    assert read(docx(f"<w:tbl>{merged}{wide}</w:tbl>")).text == "区 | 甲\n | 乙\n合计 |  |  | 二"


def test_text_boxes_and_notes_are_read(read: Reader) -> None:
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('框中文字')}</w:txbxContent></w:pict></w:r></w:p>"
    noted = '<w:p><w:r><w:t>正文</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    separator = f'<w:footnote w:type="separator" w:id="0">{p("线")}</w:footnote>'
    notes = f'<w:footnotes {space}>{separator}<w:footnote w:id="2">{p("脚注")}</w:footnote></w:footnotes>'
    assert read(docx(box + noted, {"footnotes.xml": notes})).text == "框中文字\n正文\n脚注"


def test_lines_of_a_page_become_paragraphs(read: Reader) -> None:
    """A word that the end of a line cuts must be found; headings, short lines and indented ones stay lines."""
    page = [(200.0, 760.0, "关于停水的通知"), (96.0, 720.0, _LONG), (72.0, 700.0, "。"), (96.0, 680.0, _LONG + "停"),
            (72.0, 660.0, "水。"), (400.0, 620.0, "水务局")]  # fmt: skip
    wanted = f"关于停水的通知\n{_LONG}。\n{_LONG}停水。\n水务局"
    assert read(pdf([page])).text == wanted
    turned = [(x, 842 - y, text) for x, y, text in page]
    assert read(pdf([turned], turned=90)).text == wanted


def test_text_in_a_font_that_the_machine_lacks_is_kept(read: Reader) -> None:
    """PDFs that place each character by itself, in fonts that they do not embed, came out empty."""
    page = [(72.0 + 12 * x, 700.0, character) for x, character in enumerate("是否公开，是。")]
    assert read(pdf([page])).text == "是否公开，是。"
    font = ImageFont.truetype(io.BytesIO(invisible_font()), 100)
    assert not any(font.getmask("公开")), "it must not be seen where a page is drawn for OCR"


def test_running_headers_stand_once_and_page_numbers_never(read: Reader) -> None:
    pages = [
        [(72, 800, "水务局文件"), (96, 700, f"第{n}段{_LONG}"), (72, 400, "完。"), (280, 60, f"— {n} —")]
        for n in range(1, 5)
    ]
    reading = read(pdf(pages))
    assert reading.pages == 4
    assert reading.text.count("水务局文件") == 1
    assert "—" not in reading.text


def test_a_paragraph_goes_on_over_the_end_of_a_page(read: Reader) -> None:
    pages = [[(96, 700, _LONG + "供"), (280, 60, "- 1 -")], [(72, 760, "水。"), (96, 700, _LONG), (280, 60, "- 2 -")]]
    assert f"{_LONG}供水。\n" in read(pdf(pages)).text


def test_ruled_tables_give_a_line_a_row(read: Reader) -> None:
    rows = [["序号", "单位\n名称", "电话"], ["1", "水务局", "6285\n6286"], ["2", "", "62"]]
    text = read(pdfs.table_pdf(rows, "附件一")).text
    assert text == "附件一\n序号 | 单位名称 | 电话\n1 | 水务局 | 6285 6286\n2 |  | 62"


def test_a_frame_is_no_table(read: Reader) -> None:
    frame = "50 50 m 50 800 l S 550 50 m 550 800 l S 50 50 m 550 50 l S 50 800 m 550 800 l S"
    assert read(pdf([[(72, 700, "第一行"), (72, 600, "第二行")]], drawn=frame)).text == "第一行\n第二行"


def test_pages_without_meaning_are_scans(read: Reader) -> None:
    garbled = pdf([[(72, 700 - 20 * n, "乱码" * 10) for n in range(5)]], garbled=True)
    picture = pdfs.saved(pdfs.picture("NOTICE"), "PDF")
    for body in (garbled, picture):
        reading = read(body, "a.pdf")
        assert (reading.outcome, reading.text, reading.pages) == (FileOutcome.SCAN, "", 1)
    assert read(pdfs.saved(pdfs.picture("NOTICE"), "PNG"), "a.jpg").outcome is FileOutcome.SCAN


@pytest.mark.parametrize(
    ("line", "is_text"),
    [
        ("第一章总则" + "." * 60 + "1", True),
        ("第一章总则" + "…" * 30 + "1", True),
        ("姓名：" + "_" * 30 + " 年 月 日", True),
        ("|| ~^ *( _- ;: a '\" !| ]} <> ^^ ,,", False),
    ],
)
def test_a_text_over_a_picture_that_fills_the_page_is_that_of_a_scan_if_it_is_signs(
    read: Reader, line: str, *, is_text: bool
) -> None:
    filled = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
    reading = read(pdf([[(72, 730 - 20 * number, line) for number in range(20)]], drawn=filled))
    assert reading.outcome is (FileOutcome.READ if is_text else FileOutcome.SCAN)


def test_pieces_of_an_ofd_page_come_in_reading_order(read: Reader) -> None:
    pieces = [(40, 50, 12, "第二行"), (60, 20, 12, "知"), (20, 20, 39, "停水通"), (90, 50, 12, "右")]
    assert read(ofd([pieces, [(20, 20, 20, "第二页")]])).text == "停水通知\n第二行 | 右\n第二页"


def test_members_of_archives_are_named_and_told_apart(read: Reader) -> None:
    inner = containers.zipped({"名单.xlsx": SAMPLES[XLSX]})
    body = containers.zipped(
        {
            "附件/通知.doc": SAMPLES[DOC],
            "附件/内.zip": inner,
            "扫描.png": pdfs.saved(pdfs.picture("X"), "PNG"),
            "坏.docx": SAMPLES[DOCX][:200],
            "__MACOSX/._通知.doc": b"x",
        }
    )
    reading = read(body, "a.zip")
    assert reading.outcome is FileOutcome.SCAN  # it waits for OCR
    assert {member.path: str(member.outcome) for member in reading.members} == {
        "附件/通知.doc": "read", "附件/内.zip": "read", "附件/内.zip/名单.xlsx": "read", "扫描.png": "scan",
        "坏.docx": "broken",
    }  # fmt: skip
    assert "== 附件/通知.doc ==\n关于停水的通知" in reading.text
    assert "== 名单.xlsx ==\n一季度" in reading.text


def test_names_in_old_rar_archives(read: Reader) -> None:
    (member,) = read(containers.rar4("附件一：名单.txt", b"1")).members
    assert member.path == "附件一：名单.txt"


def test_a_table_saved_as_html_is_a_file_and_a_web_page_is_none(read: Reader) -> None:
    space = 'xmlns:x="urn:schemas-microsoft-com:office:excel"'
    sheet = f"<html {space}><body><table><tr><td>单位</td><td>吨</td></tr></table></body></html>"
    reading = read(sheet.encode(), "名单.xls")
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "单位 | 吨")
    bare = "<html><body><table><tr><td>单位</td><td>吨</td></tr><tr><td>水厂</td><td>7</td></tr></table></body></html>"
    assert read(bare.encode("gbk"), "名单.xls").text == "单位 | 吨\n水厂 | 7"
    assert (
        read(bare.replace("<table>", "<a href='/'>首页</a><table>").encode(), "名单.xls").outcome
        is FileOutcome.NOT_A_FILE
    )
    page = read("<!DOCTYPE html><html><body>文件不存在</body></html>".encode(), "通知.pdf")
    assert (page.media_type, page.outcome) == (HTML, FileOutcome.NOT_A_FILE)


def test_paragraphs_of_html_without_a_page_are_a_file_and_a_message_is_none(read: Reader) -> None:
    sentence = "为保障检修期间的居民用水，请各单位提前储水，并通知辖区内的住户，恢复供水的时间另行公布。"
    piece = f"<p>关于停水的<b>通知</b></p>\r\n<p>{sentence}</p><p>{sentence}</p>"
    reading = read(piece.encode("gbk"), "通知.doc")
    assert (reading.media_type, reading.outcome) == (HTML, FileOutcome.READ)
    assert reading.text.splitlines() == ["关于停水的通知", sentence, sentence]
    for other in (f"{piece}<a href='/'>首页</a>", "<p>文件不存在！</p>", "<br /><b>Warning</b>: readfile(1.doc)"):
        assert read(other.encode(), "通知.doc").outcome is FileOutcome.NOT_A_FILE


W2003 = (
    '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="urn:w"><w:body>'
    "<w:p><w:r><w:t>关于停水</w:t></w:r><w:r><w:t>的通知</w:t></w:r></w:p><w:p><w:r><w:t>五月九日</w:t></w:r></w:p>"
    "</w:body></w:wordDocument>"
)
S2003 = (
    '<?xml version="1.0"?><Workbook xmlns="urn:s"><Worksheet><Table><Row><Cell><Data>单位</Data></Cell><Cell>'
    "<Data>吨</Data></Cell></Row><Row><Cell><Data>水厂</Data></Cell><Cell><Data>7</Data></Cell></Row></Table></Worksheet></Workbook>"
)
MHT = (
    'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        (W2003, "通知.doc", "关于停水的通知\n五月九日"),
        (
            W2003.replace("w:wordDocument", "pkg:package").replace("urn:w", 'urn:w" xmlns:pkg="urn:p'),
            "通知.doc",
            "关于停水的通知\n五月九日",
        ),
        (S2003, "名单.xls", "单位 | 吨\n水厂 | 7"),
        (
            MHT.format(b64encode("<html><body><p>关于停水的通知</p></body></html>".encode()).decode()),
            "通知.doc",
            "关于停水的通知",
        ),
    ],
    ids=["Word 2003", "Flat OPC", "Excel 2003", "mht"],
)
def test_documents_that_office_saves_as_text_are_read_without_their_markup(
    read: Reader, body: str, name: str, text: str
) -> None:
    reading = read(body.encode(), name)
    assert (reading.outcome, reading.text) == (FileOutcome.READ, text)


@pytest.mark.parametrize("before", [b"", b"\r\n\r\n", codecs.BOM_UTF8, b" \n" + codecs.BOM_UTF8])
@pytest.mark.parametrize("kind", [PDF, DOC, ZIP, RTF])
def test_a_file_at_the_address_of_a_page_is_one_behind_blank_lines_too(before: bytes, kind: str) -> None:
    assert is_document_file(before + SAMPLES[kind])
    assert not is_document_file(before + b"<html>%PDF-</html>")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "hz"])
def test_texts_say_by_their_letters_in_which_charset_they_are(read: Reader, codec: str) -> None:
    text = "关于供水安排的通知\n一、县水务局负责检修，于六月底前完成。"
    assert read(text.encode(codec), "说明.txt").text == text


@pytest.mark.parametrize(
    "before",
    [
        b"<br />\n<b>Warning</b>:  Cannot modify header information in <b>/www/down.php</b> on line <b>7</b><br />\n",
        "警告：缓存目录不可写\r\n".encode("gbk"),
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n",
    ],
)
@pytest.mark.parametrize("kind", [DOCX, XLS, RAR])
def test_what_a_program_sent_before_a_file_is_skipped(read: Reader, before: bytes, kind: str) -> None:
    alone, behind = read(SAMPLES[kind], "附件"), read(before + SAMPLES[kind], "附件")
    assert alone == behind
    assert not lacks_end(before + SAMPLES[kind])


def test_bytes_that_begin_with_zeros_only_are_no_text() -> None:
    assert [sniff(b"\0" * 5000 + end, "盘.iso") for end in (b"CD001 volume", b"")] == [UNKNOWN, EMPTY]


def test_comments_before_a_drawing_do_not_delay_it() -> None:
    assert [sniff(b"<!--a-->" * 300 + end, "a.txt") for end in (b"<svg/>", b"<p>")] == [SVG, HTML]


def test_drawings_and_documents_in_uof_have_their_words(read: Reader) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><title>图</title><text>申请<tspan>流程</tspan></text>'
    reading = read(f'{drawing}<text>一<tspan dy="9">二</tspan></text></svg>'.encode(), "图解.svg")
    assert (reading.media_type, reading.text) == ("image/svg+xml", "申请流程\n一\n二")
    text = "<字:句><字:句属性/><字:文本串>{}</字:文本串></字:句>".format
    cells = "".join(f"<字:单元格><字:段落>{text(word)}</字:段落></字:单元格>" for word in ("单位", "吨"))
    body = f"<字:段落>{text('关于')}{text('供水')}</字:段落><字:文字表><字:行>{cells}</字:行></字:文字表>"
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><uof:UOF xmlns:uof="u" xmlns:字="z"><uof:元数据><uof:创建者>某人'
        f"</uof:创建者></uof:元数据><uof:文字处理><字:主体>{body}</字:主体></uof:文字处理></uof:UOF>"
    )
    assert read(document.encode(), "通知.uof").text == "关于供水\n单位 | 吨"


def test_a_document_without_its_list_of_types_is_one(read: Reader) -> None:
    for kind in (DOCX, XLSX, PPTX):
        with zipfile.ZipFile(io.BytesIO(SAMPLES[kind])) as package:
            parts: dict[str, bytes | str] = {name: package.read(name) for name in package.namelist()}
        del parts["[Content_Types].xml"]
        assert read(containers.zipped(parts), "附件").text == read(SAMPLES[kind], "附件").text
