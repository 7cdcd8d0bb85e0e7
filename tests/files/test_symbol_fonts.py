"""A letter in a font of symbols is the sign that a reader sees, in each format: an R in Wingdings 2 is a ticked box."""

from collections.abc import Callable

import pytest

from etl.files import Reader
from tests.support.documents import Cell, doc, docx, rtf, xls, xlsx
from tests.support.pdfs import pdf

_SIGNS = {
    ("Wingdings 2", "R"): "☑",
    ("Wingdings 2", "£"): "□",
    ("Wingdings 2", "P"): "√",
    ("Wingdings 2", "\uf052"): "☑",
    ("Wingdings", "o"): "□",
    ("Wingdings", "þ"): "☑",
    ("Wingdings", "\uf0a8"): "□",
    ("Wingdings 3", "q"): "▼",
    ("Webdings", "a"): "√",
    ("Symbol", "³"): "≥",
    ("SimSun", "R"): "R",
    ("Arial", "³"): "³",
}


def _docx(font: str, letter: str) -> bytes:
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>'
    runs = f"<w:r><w:rPr>{fonts}</w:rPr><w:t>{letter}是</w:t></w:r><w:r><w:t>RAMP</w:t></w:r>"
    return docx(f"<w:p>{runs}</w:p>")


def _rtf(font: str, letter: str) -> bytes:
    table = f"{{\\f0\\fcharset134 SimSun;}}{{\\f7\\fnil\\fcharset2 {font};}}"
    code = ord(letter) - (0x10000 if letter > "\u7fff" else 0)
    written = letter if letter < "\x80" else f"\\u{code}?"
    return rtf("@@RAMP").replace(b"{\\f0\\fcharset134 SimSun;}", table.encode()).replace(
        b"@@", f"{{\\f7 {written}}}\\'ca\\'c7".encode()
    )  # fmt: skip


def _html(font: str, letter: str) -> bytes:
    words = f"<span style='mso-x:y;font-family:\"{font}\";mso-char-type:symbol'>{letter}</span>是<b>RAMP</b>"
    return f"<html xmlns:w='urn:schemas-microsoft-com:office:word'><meta charset=utf-8><p>{words}</p></html>".encode()


_FORMS: dict[str, Callable[[str, str], bytes]] = {
    "docx": _docx,
    "doc": lambda font, letter: doc([f"{letter}是RAMP"], raised=(0, 1), look=b"\x4f\x4a\1\0", fonts=["SimSun", font]),
    "rtf": _rtf,
    "html": _html,
    "xls": lambda font, letter: xls("表", [["甲", Cell(f"{letter}是", formula=True, font=font), "RAMP"]]),
    "xlsx": lambda font, letter: xlsx({"表": [["甲", Cell(f"{letter}是", formula=True, font=font), "RAMP"]]}),
}


@pytest.mark.parametrize(("font", "letter"), _SIGNS)
@pytest.mark.parametrize("form", _FORMS)
def test_letters_of_fonts_of_symbols_are_the_signs_that_they_show(
    read: Reader, form: str, font: str, letter: str
) -> None:
    text = read(_FORMS[form](font, letter)).text
    assert text.removeprefix("甲 | ").replace(" | ", "") == f"{_SIGNS[font, letter]}是RAMP"


def test_signs_of_old_word_documents_are_those_of_their_font(read: Reader) -> None:
    """[MS-DOC] has such a sign as a bracket with the number of a font."""
    for font, code, sign in (("Symbol", 0xB3, "≥"), ("Wingdings 2", 0x50, "√"), ("Wingdings", 0xFE, "☑")):
        look = b"\x09\x6a\1\0" + bytes([code, 0xF0])
        assert read(doc(["(是"], raised=(0, 1), look=look, fonts=["SimSun", font])).text == f"{sign}是"


@pytest.mark.parametrize(("font", "letter"), [key for key in _SIGNS if key[1] not in "qa" and key[0] != "Symbol"])
@pytest.mark.parametrize("subset", ["", "ABCDEF+"])
def test_signs_of_a_pdf_are_those_of_their_font(read: Reader, font: str, letter: str, subset: str) -> None:
    shown = f"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <52> <{ord(letter):04X}> endbfchar"
    name = f"/BaseFont /{subset}{font.replace(' ', '')}"
    added = [
        f"<< /Type /Font /Subtype /TrueType {name} /FirstChar 82 /LastChar 82 /Widths [800] /ToUnicode 5 0 R >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
    ]
    made = pdf([[(96, 700, "是否公开：是")]], drawn="BT /F2 12 Tf 1 0 0 1 72 700 Tm (R) Tj ET", added=added)
    made = made.replace(b"/Font << /F1 3 0 R >>", b"/Font << /F1 3 0 R /F2 4 0 R >>")
    assert read(made).text.replace(" ", "") == f"{_SIGNS[font, letter]}是否公开：是"
