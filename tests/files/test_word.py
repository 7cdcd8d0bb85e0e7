"""What a reader sees in Word documents: raised digits, results of fields, other documents inside, pages as pictures."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.files.formats.docx import read_docx
from etl.files.formats.docx_numbering import W
from etl.files.formats.office import html_lines, inner_text
from etl.files.types import Limits
from etl.raised_text import superscript
from tests.support.containers import zipped
from tests.support.documents import doc, docx, numbering, p, row, rtf
from tests.support.pdfs import picture, saved


def _run(text: str, align: str = "") -> str:
    return f'<w:r><w:rPr><w:vertAlign w:val="{align}"/></w:rPr><w:t>{text}</w:t></w:r>'


def _text(body: str) -> str:
    return read_docx(docx(body), Limits(), inner_text).text


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("0123456789+-n", min_size=1), st.booleans()), min_size=1, max_size=6))
def test_raised_runs_stay_apart(runs: list[tuple[str, bool]]) -> None:
    body = "".join(_run(text, "superscript" if raised else "baseline") for text, raised in runs)
    assert _text(f"<w:p>{body}</w:p>") == "".join(superscript(text) if raised else text for text, raised in runs)


def test_raised_characters_of_old_documents(read: Reader) -> None:
    assert read(doc(["不超过2×10-5吨", "第二段"], raised=(7, 9))).text == "不超过2×10⁻⁵吨\n第二段"
    assert read(doc(["见注[1]。"], raised=(2, 5))).text == "见注[1]。"


def test_lowered_runs_and_equations() -> None:
    assert _text(f"<w:p>{_run('CO')}{_run('2', 'subscript')}</w:p>") == "CO₂"
    power = "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>-3</m:t></m:r></m:sup></m:sSup>"
    part = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    assert _text(f"<w:p><m:oMath>{power}{part}</m:oMath></w:p>") == "10⁻³1/2"


def _field(code: str, result: str | None, begin: str = "") -> str:
    shown = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{result}</w:t></w:r>'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{begin}</w:fldChar></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        f'{shown}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (_field("DATE", "2023年5月9日"), "2023年5月9日"),
        (_field("eq \\o\\ac(○,3)", None), "③"),
        (_field("EQ \\f(1,2)", None), "1/2"),
        (_field("FORMCHECKBOX", None, '<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'), "☑"),
        (_field("FORMCHECKBOX", None, '<w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData>'), "□"),
        ('<w:fldSimple w:instr="PAGE"><w:r><w:t>3</w:t></w:r></w:fldSimple>', "3"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + _run("内层") , ""),
    ],
)  # fmt: skip
def test_fields_show_their_results(field: str, wanted: str) -> None:
    assert _text(f"<w:p>{_run('第')}{field}{_run('') if wanted else ''}</w:p>{p('后文')}") == f"第{wanted}\n后文"


@pytest.mark.parametrize(
    ("code", "shown"), [("eq \\o\\ac(○,3)", "③"), ("EQ \\f(1,2)", "1/2"), ("eq \\o\\ac(□,√)", "☑"), ("PAGE", "")]
)
def test_fields_of_old_documents_show_what_is_not_stored(read: Reader, code: str, shown: str) -> None:
    fields = f"\x13 {code} \x15", f"\x13 {code} \x14果\x15", f"\x13 IF \x13 {code} \x15 \x14真\x15"
    assert read(doc([f"第{field}项" for field in fields])).text.split("\n") == [f"第{shown}项", "第果项", "第真项"]


@pytest.mark.parametrize(("value", "first", "shown"), [(1, 0, "☑"), (0, 1, "□"), (25, 1, "☑"), (25, 0, "□")])
def test_tick_boxes_of_old_documents_are_ticked_or_not(read: Reader, value: int, first: int, shown: str) -> None:
    name = "选项".encode("utf-16-le")
    form = struct.pack("<IHHHH", 0xFFFFFFFF, 1 | value << 2, 0, 20, 2) + name + struct.pack("<HH", 0, first)
    data = bytes(16) + struct.pack("<IH62x", 68 + len(form), 68) + form
    text = "同意\x13 FORMCHECKBOX \x01\x14\x15公开"
    look = struct.pack("<HBHIHB", 0x0806, 1, 0x6A03, 16, 0x0855, 1)
    at = text.index("\x01")
    assert read(doc([text], raised=(at, at + 1), look=look, data=data)).text == f"同意{shown}公开"
    assert read(doc([text], raised=(at, at + 1), look=look, data=data[:40])).outcome is not FileOutcome.CRASHED


_THIRD = {
    "decimal": "3", "decimalZero": "03", "decimalFullWidth": "３", "decimalEnclosedParen": "⑶", "numberInDash": "- 3 -",
    "decimalEnclosedFullstop": "⒊", "decimalEnclosedCircle": "③", "decimalEnclosedCircleChinese": "③",
    "ideographTraditional": "丙", "ideographZodiac": "寅", "ideographEnclosedCircle": "㊂", "ordinal": "3rd",
    "ideographLegalTraditional": "叁", "chineseLegalSimplified": "叁", "upperRoman": "III", "lowerLetter": "c",
    **dict.fromkeys(("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital"), "三"),
}  # fmt: skip
"""By the format of a list, its third number."""
_IN_LIST = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="7"/></w:numPr>'


def _listed(body: str, levels: str) -> list[str]:
    return read_docx(docx(body, {"numbering.xml": levels}), Limits(), inner_text).text.split("\n")


@pytest.mark.parametrize("form", _THIRD)
def test_numbers_of_lists_in_every_format(form: str) -> None:
    lines = _listed(p("甲", _IN_LIST.format(0)) * 3, numbering((form, "%1、")))
    assert lines[2] == f"{_THIRD[form]}、甲"


def test_paragraphs_without_text_are_counted_and_show_their_numbers() -> None:
    item, level = _IN_LIST.format(0), numbering(("decimal", "%1"))
    deleted = f'<w:p><w:pPr>{item}<w:rPr><w:del w:id="1"/></w:rPr></w:pPr></w:p>'
    body = f"<w:tbl>{row(p('', item), p('南街'))}{row(p('', item), p('北街'))}</w:tbl>{deleted}{p('末', item)}"
    assert _listed(body, level) == ["1 | 南街", "2 | 北街", "3末"]


def test_paragraphs_of_old_documents_are_counted_too(read: Reader) -> None:
    content = doc(["甲", "", "乙"], numbered={0: 0, 1: 0, 2: 0}, levels=[(27, "\0、")])
    assert read(content).text.split("\n") == ["⑴、甲", "⑵、", "⑶、乙"]


def test_levels_may_count_on_and_show_all_numbers_in_digits() -> None:
    levels = numbering(("chineseCounting", "第%1章"), ("chineseCounting", "%1.%2"))
    body = "".join(p("", _IN_LIST.format(at)) for at in (0, 1, 0, 1))
    assert _listed(body, levels) == ["第一章", "一.一", "第二章", "二.一"]
    legal = levels.replace('<w:lvl w:ilvl="1">', '<w:lvl w:ilvl="1"><w:isLgl/><w:lvlRestart w:val="0"/>')
    assert _listed(body, legal) == ["第一章", "1.1", "第二章", "2.2"]


def test_lists_of_the_strict_schema_have_numbers(read: Reader) -> None:
    content = docx(p("甲", _IN_LIST.format(0)), {"numbering.xml": numbering(("chineseCounting", "%1、"))})
    schemas = (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        ("http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name).decode().replace(*schemas) for name in package.namelist()}
    assert read(zipped(parts)).text == "一、甲"


def test_what_is_hidden_struck_or_raised_by_a_style() -> None:
    styles = (
        f'<w:styles xmlns:w="{W.strip("{}")}">'
        '<w:style w:type="character" w:styleId="a"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:type="character" w:styleId="c"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    )

    def run(text: str, properties: str) -> str:
        return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"

    runs = (
        run("10", "") + run("5", '<w:rStyle w:val="b"/>') + run("吨", "") + run("隐", '<w:rStyle w:val="c"/>')
        + run("显", '<w:rStyle w:val="c"/><w:vanish w:val="0"/>') + run("五", "<w:strike/>") + run("八", "<w:dstrike/>")
        + run("九", '<w:strike w:val="false"/>')
    )  # fmt: skip
    assert read_docx(docx(f"<w:p>{runs}</w:p>", {"styles.xml": styles}), Limits(), inner_text).text == "10⁵吨显九"


def test_characters_of_fonts_of_symbols_are_those_that_they_show() -> None:
    def sign(font: str, code: str) -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    typed = '<w:r><w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr><w:t>\uf0a8否</w:t></w:r>'
    signs = sign("Symbol", "F0B3") + sign("Symbol", "F0E5") + sign("Wingdings", "F081") + sign("Wingdings 2", "F052")
    assert _text(f"<w:p>{signs}{typed}</w:p>") == "≥∑①☑□否"


def test_what_was_deleted_in_revisions_joins_paragraphs_and_takes_rows_away() -> None:
    end = '<w:rPr><w:del w:id="1"/></w:rPr>'
    deleted = "<w:tr><w:trPr><w:del/></w:trPr>"
    table = row(p("甲"), p("乙")) + row(p("丙"), p("丁")).replace("<w:tr>", deleted, 1)
    assert _text(p("各村", end) + p("民委员会：") + f"<w:tbl>{table}</w:tbl>") == "各村民委员会：\n甲 | 乙"
    shifted = row(p("丙")).replace("<w:tr>", '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>', 1)
    assert _text(f"<w:tbl>{row(p('甲'), p('乙'))}{shifted}</w:tbl>") == "甲 | 乙\n | 丙"


def test_signs_of_equations_that_stand_in_no_text() -> None:
    def x(text: str) -> str:
        return f"<m:e><m:r><m:t>{text}</m:t></m:r></m:e>"

    fraction = f"<m:f><m:num>{x('a+b')}</m:num><m:den>{x('2')}</m:den></m:f>"
    total = f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub/><m:sup/>{x("x")}</m:nary>'
    root = f"<m:rad><m:deg>{x('3')}</m:deg>{x('a+1')}</m:rad>"
    assert _text(f"<w:p><m:oMath>{fraction}、{total}、{root}</m:oMath></w:p>").replace("、", "") == "(a+b)/2∑x³√(a+1)"
    square = '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>'
    assert _text(f"<w:p><m:oMath><m:d>{x('a')}{x('b')}</m:d>{square}{x('c')}</m:d></m:oMath></w:p>") == "(a|b)[c]"


def test_the_words_of_an_old_word_art_are_read() -> None:
    art = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="云溪区文件"/></v:shape>'
    assert _text(f"<w:p>{art}</w:pict></w:r></w:p>") == "云溪区文件"


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_cells_over_several_columns_keep_the_places_of_the_others(spans: list[int]) -> None:
    cells = [f"格{n}" for n in range(len(spans))]
    properties = [f'<w:gridSpan w:val="{span}"/>' for span in spans]
    line = _text(f"<w:tbl>{row(*map(p, cells), properties=properties)}</w:tbl>").split(" | ")
    places = [sum(spans[:n]) for n in range(len(spans))]
    assert {at: line[at] for at in places} == dict(zip(places, cells, strict=True))
    assert len(line) == places[-1] + 1
    spanned = "".join(f'<td colspan="{s}">{c}</td>' for s, c in zip(spans, cells, strict=True))
    assert html_lines(f"<table><tr>{spanned}</tr></table>").text.split(" | ") == line


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=2, max_size=6), st.integers(1, 2))
def test_cells_of_html_over_several_rows_keep_the_places_of_the_others(
    covering: list[tuple[int, int]], wide: int
) -> None:
    """In each row one cell, whose column and height are drawn, goes on below; the others name their columns."""
    free_at = [0, 0, 0]
    lines, markup = [], ""
    for at, (column, height) in enumerate(covering):
        texts = [f"格{at}{name}" if free_at[name] <= at else "" for name in range(3)]
        heights = [height if name == column else 1 for name in range(3)]
        cells = [f'<td rowspan="{h}" colspan="{wide}">{t}</td>' for t, h in zip(texts, heights, strict=True) if t]
        free_at = [at + h if t else free for t, h, free in zip(texts, heights, free_at, strict=True)]
        lines += [(" | " * wide).join(texts).rstrip(" |")]
        markup += f"<tr>{''.join(cells)}</tr>"
    assert html_lines(f"<table>{markup}</table>").text.split("\n") == [line for line in lines if line]
    after = f"<table><tr><td rowspan=9>甲<td>乙</table><table><tr><td>丙</table>{markup}"
    assert html_lines(after).text.split("\n")[1] == "丙"


def test_lines_of_html_that_word_wrapped_are_no_words_apart() -> None:
    wrapped = "<p class=MsoNormal>有关\r\n事项，\n通知\nWTO\n如下</p>"
    assert html_lines(wrapped).text == "有关事项，通知 WTO 如下"
    assert html_lines("<table><tr><td>张三\n李四</td></tr></table>").text == "张三 李四"


INNER = {
    "html": b"<html><body><p>2\xc3\x9710<sup>5</sup></p><div>\xe5\x8d\x97\xe8\xa1\x97</div></body></html>",
    "mht": b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    b"<html><body><p>2=C3=9710<sup>5</sup></p><div>=E5=8D=97=E8=A1=97</div></body></html>",
    "rtf": rtf("2×10\\u8309?", "南街"),
    "txt": "2×10⁵\n南街".encode(),
    "docx": docx(p("2×10⁵") + p("南街")),
}


@pytest.mark.parametrize("kind", INNER)
def test_documents_inside_are_read(read: Reader, kind: str) -> None:
    body = p("前文") + '<w:altChunk r:id="c1"/>' + p("后文")
    reading = read(docx(body, {f"afchunk.{kind}": INNER[kind]}, {"c1": f"afchunk.{kind}"}))
    assert (reading.text, reading.reason) == ("前文\n2×10⁵\n南街\n后文", "")


def test_a_document_inside_may_be_named_with_a_backslash(read: Reader) -> None:
    body = p("前文") + '<w:altChunk r:id="c1"/>'
    assert read(docx(body, {"parts/inner.txt": INNER["txt"]}, {"c1": "parts\\inner.txt"})).text == "前文\n2×10⁵\n南街"


def test_a_document_inside_that_is_missing_is_named(read: Reader) -> None:
    reading = read(docx(p("前文") + '<w:altChunk r:id="c1"/>', relations={"c1": "afchunk.html"}))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "前文")
    assert "altChunk" in reading.reason


def drawing(relation: str, side: int) -> str:
    """A picture of these EMU in width and height."""
    return (
        f'<w:p><w:r><w:drawing><inline><extent cx="{side}" cy="{side}"/><a><blip r:embed="{relation}"/></a>'
        "</inline></w:drawing></w:r></w:p>"
    )


def test_pages_as_pictures_make_a_scan_and_a_seal_does_not(read: Reader) -> None:
    parts = {"media/p.png": saved(picture("X"), "PNG")}
    scan = read(docx(p("附件1") + drawing("i", 7_000_000), parts, {"i": "media/p.png"}))
    assert (scan.outcome, scan.text, scan.pages) == (FileOutcome.SCAN, "附件1", 1)
    sealed = read(docx(p("附件1") + drawing("i", 1_000_000), parts, {"i": "media/p.png"}))
    assert (sealed.outcome, sealed.text) == (FileOutcome.READ, "附件1")
    long = read(docx(p("正文" * 20) + drawing("i", 7_000_000), parts, {"i": "media/p.png"}))
    assert long.outcome is FileOutcome.READ
