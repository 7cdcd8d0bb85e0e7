"""Words that nobody sees are none of a file's text, and of struck words the reading says so, in each format."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Callable

import pytest

from etl.files import FileOutcome, Reader
from etl.reasons import english
from tests.support.containers import zipped
from tests.support.documents import Cell, doc, docx, rtf, xls, xlsx

_WORD_2003 = "http://schemas.microsoft.com/office/word/2003/wordml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.microsoft.com/office/2006/xmlPackage"
_LOOKS = {
    "struck": ("<w:strike/>", "\\strike ", b"\x37\x08\x01", "text-decoration: line-through"),
    "struck twice": ("<w:dstrike/>", "\\striked1 ", b"\x53\x2a\x01", "TEXT-DECORATION:underline line-through"),
    "hidden": ("<w:vanish/>", "\\v ", b"\x3c\x08\x01", "display:none;mso-hide:all"),
    "tiny": ('<w:sz w:val="2"/>', "\\fs2 ", b"\x43\x4a\x02\x00", "font-size:1.0pt"),
}
"""By what was done to words: how Word, RTF, old Word and HTML say it."""


def _html(look: str) -> bytes:
    return (
        "<html xmlns:w='urn:schemas-microsoft-com:office:word'><head><meta charset=utf-8><meta name=ProgId "
        "content=Word.Document></head><xml><w:View>Print</w:View></xml><body><p class=MsoNormal>不超过"
        f"<span style='{look}'>二十</span>30万元</p></body></html>"
    ).encode()


def _paragraph(look: str) -> str:
    runs = (("", "不超过"), (look, "二十"), ("", "30万元"))
    return f"<w:p>{''.join(f'<w:r><w:rPr>{each}</w:rPr><w:t>{text}</w:t></w:r>' for each, text in runs)}</w:p>"


def _message(look: str) -> bytes:
    head = b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    return head + b64encode(_html(look))


def _word_2003(look: str) -> bytes:
    body = f"<w:body>{_paragraph(look)}</w:body>"
    return f'<?xml version="1.0"?><w:wordDocument xmlns:w="{_WORD_2003}">{body}</w:wordDocument>'.encode()


def _flat(look: str) -> bytes:
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{_paragraph(look)}</w:body></w:document>'
    part = f'<pkg:part pkg:name="/word/document.xml"><pkg:xmlData>{document}</pkg:xmlData></pkg:part>'
    return f'<?xml version="1.0"?><pkg:package xmlns:pkg="{_PACKAGE}">{part}</pkg:package>'.encode()


_FORMATS: dict[str, Callable[[str], bytes]] = {
    "docx": lambda look: docx(_paragraph(_LOOKS[look][0])),
    "xml of 2003": lambda look: _word_2003(_LOOKS[look][0]),
    "flat xml": lambda look: _flat(_LOOKS[look][0]),
    "rtf": lambda look: rtf(f"不超过{{{_LOOKS[look][1]}二十}}30万元"),
    "doc": lambda look: doc(["不超过二十30万元"], raised=(3, 5), look=_LOOKS[look][2]),
    "html": lambda look: _html(_LOOKS[look][3]),
    "mht": lambda look: _message(_LOOKS[look][3]),
}


@pytest.mark.parametrize("look", _LOOKS)
@pytest.mark.parametrize("form", _FORMATS)
def test_words_that_are_not_seen_are_none_and_struck_ones_are_told(read: Reader, form: str, look: str) -> None:
    reading = read(_FORMATS[form](look))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "不超过30万元")
    assert english(reading.reason) == ("struck words are left out" if "struck" in look else "")


@pytest.mark.parametrize("tag", ["s", "del", "strike"])
def test_words_that_an_element_strikes_are_told_in_tables_too(read: Reader, tag: str) -> None:
    cells = f"<tr><td>水厂</td><td><{tag}>7</{tag}>8</td></tr>"
    reading = read(f"<meta charset=utf-8><table><tr><td>单位</td><td>吨</td></tr>{cells}</table>".encode(), "a.xls")
    assert (reading.text, english(reading.reason)) == ("单位 | 吨\n水厂 | 8", "struck words are left out")


def test_a_file_of_struck_words_alone_says_why_it_has_no_text(read: Reader) -> None:
    reading = read(docx("<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>全文废止</w:t></w:r></w:p>"))
    assert (reading.outcome, english(reading.reason)) == (FileOutcome.NO_TEXT, "struck words are left out")


def test_what_is_seen_again_within_what_is_not_is_read(read: Reader) -> None:
    again = _html("").replace(
        b"<p class", "<div style='font-size:0'>暗<span style='font-size:12pt'>明</span></div><p class".encode()
    )
    assert read(again).text == "明\n不超过二十30万元"


def test_tables_of_word_2003_and_flat_xml_are_rows(read: Reader) -> None:
    table = "<w:tbl><w:tr><w:tc>{0}</w:tc><w:tc>{0}</w:tc></w:tr></w:tbl>".format(_paragraph(""))
    for made in (_word_2003, _flat):
        body = made("").replace(b"<w:body>", f"<w:body>{table}".encode())
        assert read(body).text == "不超过二十30万元 | 不超过二十30万元\n不超过二十30万元"


def test_workbooks_of_excel_2003_show_their_cells_in_their_places_and_formats(read: Reader) -> None:
    def cell(kind: str, value: str, attributes: str = "") -> str:
        return f'<Cell {attributes}><Data ss:Type="{kind}">{value}</Data></Cell>'

    styles = '<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>'
    styles = styles.replace("</Styles>", '<Style ss:ID="c"><NumberFormat ss:Format="000000"/></Style></Styles>')
    rows = (
        cell("String", "单位", 'ss:MergeAcross="1"') + cell("String", "比例"),
        cell("String", "水厂") + cell("Number", "0.125", 'ss:Index="3" ss:StyleID="p"'),
        cell("Number", "1234", 'ss:StyleID="c"') + cell("Number", "0.5") + cell("DateTime", "2023-05-09T00:00:00.000"),
        cell("DateTime", "2023-05-09T08:30:00.000") + cell("Boolean", "1") + cell("Error", "#REF!"),
    )
    sheet = '<Worksheet ss:Name="{}"><Table>{}</Table></Worksheet>'
    table = sheet.format("甲", "".join(f"<Row>{row}</Row>" for row in rows))
    space = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    book = '<?xml version="1.0"?><Workbook {}>{}{}</Workbook>'
    lines = ["单位 |  | 比例", "水厂 |  | 12.50%", "001234 | 0.5 | 2023-05-09", "2023-05-09 08:30:00 | TRUE | #REF!"]
    assert read(book.format(space, styles, table).encode(), "a.xls").text.split("\n") == lines
    two = table + sheet.format("乙", f"<Row>{cell('String', '完')}</Row>")
    assert read(book.format(space, styles, two).encode()).text.split("\n") == ["甲", *lines, "乙", "完"]


@pytest.mark.parametrize("make", [lambda rows: xlsx({"表": rows}), lambda rows: xls("表", rows)])
def test_struck_cells_of_workbooks_are_left_out_in_their_places_and_told(
    read: Reader, make: Callable[[list[list[str | Cell]]], bytes]
) -> None:
    plain: list[list[str | Cell]] = [["单位", "吨", "备注"], ["水厂", Cell(7, "0.0"), Cell("无", formula=True)]]
    assert (read(make(plain)).text, read(make(plain)).reason) == ("单位 | 吨 | 备注\n水厂 | 7.0 | 无", "")
    struck = [plain[0], ["水厂", Cell(7, "0.0", struck=True), Cell("无", formula=True)]]
    reading = read(make(struck))
    assert (reading.text, english(reading.reason)) == ("单位 | 吨 | 备注\n水厂 |  | 无", "struck words are left out")
    last = [plain[0], ["水厂", Cell(8, "0.0"), Cell("无", formula=True, struck=True)]]
    assert read(make(last)).text == "单位 | 吨 | 备注\n水厂 | 8.0"


def test_struck_words_within_a_cell_are_left_out(read: Reader) -> None:
    made = xlsx({"表": [["二十三十万元"]]})
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    runs = "<r><rPr><strike/></rPr><t>二十</t></r><r><rPr><strike val='0'/></rPr><t>三十万元</t></r>"
    parts["xl/worksheets/s1.xml"] = parts["xl/worksheets/s1.xml"].replace("<t>二十三十万元</t>", runs)
    reading = read(zipped(parts))
    assert (reading.text, english(reading.reason)) == ("三十万元", "struck words are left out")


def test_a_message_of_plain_text_is_read(read: Reader) -> None:
    head = "From: a@yunxi.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset={}\n"
    for charset in ("utf-8", "gbk"):
        encoded = head.format(charset).encode() + b"Content-Transfer-Encoding: base64\n\n"
        assert read(encoded + b64encode("各镇人民政府：\r\n请报送台账。".encode(charset)), "a.eml").text == (
            "各镇人民政府：\n请报送台账。"
        )


def _up(points: int) -> str:
    return f"\\up{2 * points}" if points > 0 else f"\\dn{-2 * points}"


_RAISED = {
    "docx": lambda n: docx(
        f'<w:p><w:r><w:t>2×10</w:t></w:r><w:r><w:rPr><w:position w:val="{2 * n}"/></w:rPr><w:t>5</w:t></w:r>'
        "<w:r><w:t>吨</w:t></w:r></w:p>"
    ),
    "rtf": lambda n: rtf(f"2×10{{{_up(n)} 5}}吨"),
    "doc": lambda n: doc(["2×105吨"], raised=(4, 5), look=b"\x45\x48" + (2 * n).to_bytes(2, "little", signed=True)),
    "html": lambda n: _html("").replace(
        "不超过<span style=''>二十</span>30万元".encode(),
        f"2×10<span style='position:relative;top:{-n}pt;mso-text-raise:{n}.0pt'>5</span>吨".encode(),
    ),
    "style": lambda n: _html("").replace(
        "不超过<span style=''>二十</span>30万元".encode(),
        f"2×10<span style='font-size:7pt;vertical-align:{n}pt'>5</span>吨".encode(),
    ),
}
"""By the format: a digit that stands so many points above the line."""


@pytest.mark.parametrize(("points", "text"), [(6, "2×10⁵吨"), (-4, "2×10₅吨"), (1, "2×105吨")])
@pytest.mark.parametrize("form", _RAISED)
def test_a_digit_that_is_moved_up_or_down_is_no_digit_of_the_number(
    read: Reader, form: str, points: int, text: str
) -> None:
    assert read(_RAISED[form](points)).text == text


@pytest.mark.parametrize(("style", "text"), [("super", "CO²"), ("sub", "CO₂"), ("baseline", "CO2")])
def test_styles_of_html_raise_and_lower_digits(read: Reader, style: str, text: str) -> None:
    made = _html("").replace("二十".encode(), f"CO<span style='vertical-align:{style}'>2</span>".encode())
    assert read(made).text == f"不超过{text}30万元"


@pytest.mark.parametrize(("label", "font", "shown"), [("一、", "宋体", "一、 条目"), ("l", "Wingdings", "条目")])
def test_items_of_word_2003_have_the_numbers_that_it_keeps(read: Reader, label: str, font: str, shown: str) -> None:
    number = f'<w:listPr><w:ilvl w:val="0"/><wx:t wx:val="{label}"/><wx:font wx:val="{font}"/></w:listPr>'
    item = f'<w:p xmlns:wx="urn:wx"><w:pPr>{number}</w:pPr><w:r><w:t>条目</w:t></w:r></w:p>'
    body = f'<w:wordDocument xmlns:w="{_WORD_2003}"><w:body>{item}</w:body></w:wordDocument>'
    assert read(f'<?xml version="1.0"?>{body}'.encode()).text == shown
