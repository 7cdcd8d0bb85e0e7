"""What a reader sees in Word documents: raised digits, results of fields, other documents inside, pages as pictures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.files.formats.docx import read_docx
from etl.files.formats.office import html_lines, inner_text
from etl.files.types import Limits
from etl.raised_text import superscript
from tests.support.documents import doc, docx, p, row, rtf
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
    assert html_lines(f"<table><tr>{spanned}</tr></table>").split(" | ") == line


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
