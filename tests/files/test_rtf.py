"""What a reader sees in RTF documents, however their letters are written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.file_signatures import lacks_end
from etl.files import FileOutcome, Reader
from etl.files.formats.rtf import rtf_text
from etl.reasons import english

_HEAD = rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}\f0 "
_WAYS = {
    "escaped": lambda c: b"".join(b"\\'%02x" % byte for byte in c.encode("gbk")),
    "raw": lambda c: c.encode("gbk"),
    "half": lambda c: b"\\'%02x" % c.encode("gbk")[0] + c.encode("gbk")[1:],
    "unicode": lambda c: b"{\\uc1\\u%d?}" % int.from_bytes(c.encode("utf-16-le"), "little", signed=True),
}  # fmt: skip
"""How programs write a letter: escaped, as its bytes, with the second byte as it is, by its number."""
_LETTERS = "关于汛期通知丂丄一二三丠乭"


def _read(body: bytes) -> str:
    return rtf_text(_HEAD + body + b"\\par}").text


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from("ab 19"), st.tuples(st.sampled_from(_LETTERS), st.sampled_from([*_WAYS])))))
def test_letters_are_read_however_they_are_written(parts: list[str | tuple[str, str]]) -> None:
    body = b"".join(part.encode() if isinstance(part, str) else _WAYS[part[1]](part[0]) for part in parts)
    words = "".join(part if isinstance(part, str) else part[0] for part in parts)
    assert _read(body) == " ".join(words.split())


def test_letters_beyond_the_first_plane() -> None:
    pair = "𠮷".encode("utf-16-le")
    halves = [int.from_bytes(pair[at : at + 2], "little", signed=True) for at in (0, 2)]
    assert _read(b"\\u%d?\\u%d?" % (halves[0], halves[1])) == "𠮷"


def test_what_is_hidden_deleted_or_struck_is_not_read() -> None:
    assert _read(rb"a{\v b\u27719?{\b c}}d{\deleted e}f\strike g\strike0 h\v i\plain j{\striked1 k}") == "adfhj"


def test_raised_and_lowered_digits_stay_apart() -> None:
    assert _read(rb"10{\super 5}t CO{\sub 2} 10\super -3\nosupersub m") == "10⁵t CO₂ 10⁻³m"


def test_notes_stand_at_the_end_and_old_lists_have_numbers() -> None:
    assert _read(rb"{\pntext 1.}text{\super\chftn{\footnote {\super\chftn} note}} goes on") == "1.text goes on\nnote"


def test_pictures_are_no_text() -> None:
    assert _read(rb"a{\pict\wmetafile8\bin5 }{}\x}b") == "ab"


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["字号", "红头", "说明"]), st.booleans()), max_size=4))
def test_text_boxes_stand_below_the_text(boxes: list[tuple[str, bool]]) -> None:
    made = b""
    for text, older in boxes:
        words = b"".join(map(_WAYS["escaped"], text))
        drawn = b"{\\shprslt{\\*\\do\\dptxbx{\\dptxbxtext " + words + b"\\par}}}" if older else b""
        made += b"a{\\shp{\\*\\shpinst\\shpleft0{\\sp{\\sn x}{\\sv 1}}{\\shptxt " + words + b"\\par}}" + drawn + b"}"
    assert _read(made + b"b").split("\n") == ["a" * len(boxes) + "b", *(text for text, _ in boxes)]


@pytest.mark.parametrize(
    ("code", "shown"), [("\\\\o\\\\ac(○,3)", "③"), ("\\\\o\\\\ac(□,√)", "☑"), ("\\\\f(3,4)", "3/4")]
)
@pytest.mark.parametrize("way", [*_WAYS])
@pytest.mark.parametrize("result", ["", "{\\fldrslt}", "{\\fldrslt {}}"])
def test_equations_are_shown_though_their_results_are_not_stored(code: str, shown: str, way: str, result: str) -> None:
    written = b"".join(letter.encode() if letter.isascii() else _WAYS[way](letter) for letter in code)
    made = b"a\\u22899?b{\\field{\\*\\fldinst {eq " + written + b"}}" + result.encode() + b"}b"
    assert _read(made) == f"a女b{shown}b"


def test_a_result_that_is_stored_is_what_a_field_shows() -> None:
    link = rb'{\field{\*\fldinst HYPERLINK "http://a/"}{\fldrslt site}}'
    assert _read(b"a" + link + rb"{\field{\*\fldinst eq \\\\f(1,2)}{\fldrslt half}}") == "asitehalf"


@pytest.mark.parametrize(
    ("value", "first", "shown"), [(1, 0, "☑"), (0, 1, "□"), (25, 1, "☑"), (25, 0, "□"), (None, 1, "☑")]
)
def test_tick_boxes_of_forms_are_ticked_or_not(value: int | None, first: int, shown: str) -> None:
    chosen = b"" if value is None else b"\\ffres%d" % value
    data = b"{\\*\\formfield{\\fftype1" + chosen + b"\\ffhps20{\\*\\ffname c}\\ffdefres%d}}" % first
    field = b"{\\field{\\*\\fldinst { FORMCHECKBOX }" + data + b"}{\\fldrslt }}"
    assert _read(b"a" + field + b"b") == f"a{shown}b"


@given(st.integers(0, 40), st.integers(0, 3))
def test_of_a_document_that_was_cut_off_what_is_there_is_read(letters: int, open_groups: int) -> None:
    body = b"{\\b " * open_groups + "一、检修".encode("gbk") + b"a" * letters
    assert rtf_text(_HEAD + "供水安排".encode("gbk") + b"\\par " + body).text == f"供水安排\n一、检修{'a' * letters}"


_LINES = b"".join(rb"\pard\plain {\b \{%d\} of {\i 20}}\par " % line for line in range(20))


@given(st.integers(1, len(_LINES) + 1))
def test_a_document_in_ascii_that_was_cut_off_anywhere_lacks_its_end(bytes_lost: int) -> None:
    whole = rb"{\rtf1\ansi " + _LINES + b"}"
    assert not lacks_end(whole)
    assert not lacks_end(whole + b"\0\r\n")
    assert lacks_end(whole[:-bytes_lost])


def test_a_document_that_was_cut_off_says_so(read: Reader) -> None:
    reading = read(_HEAD + "供水安排".encode("gbk") * 200)
    assert (reading.outcome, english(reading.reason)) == (FileOutcome.READ, "not a whole RTF file: it is cut")
