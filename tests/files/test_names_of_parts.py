"""Parts of documents and members of archives whose names are not spelled as others refer to them."""

import io
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.reasons import english
from tests.support.containers import zipped, zipped_in_gb18030
from tests.support.documents import docx, ofd, p, pptx, xlsx

_TEXT = "云溪市供水价格的公告"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"


def _parts(body: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with_shared_strings() -> dict[str, bytes | str]:
    """The parts of a workbook whose only text is a shared one."""
    parts = _parts(xlsx({"表": [["x"]]}))
    relations = parts["xl/_rels/workbook.xml.rels"]
    assert isinstance(relations, bytes)
    added = f'<Relationship Id="t" Type="{_STRINGS}" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"</Relationships>", added.encode())
    cell = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    parts["xl/worksheets/s1.xml"] = f'<worksheet xmlns="{_MAIN}"><sheetData>{cell}</sheetData></worksheet>'
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}"><si><t>{_TEXT}</t></si></sst>'
    return parts


_DOCUMENTS = [_parts(docx(p(_TEXT))), _parts(pptx([_TEXT])), _with_shared_strings()]
_FORMS: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    str.title,
    lambda name: "/" + name,
    lambda name: "./" + name,
    lambda name: name.replace("/", "\\"),
]


@given(parts=st.sampled_from(_DOCUMENTS), forms=st.lists(st.sampled_from(_FORMS), min_size=20, max_size=20))
def test_parts_are_found_however_their_names_are_spelled(
    read: Reader, parts: dict[str, bytes | str], forms: list[Callable[[str], str]]
) -> None:
    packed = {form(name): content for form, (name, content) in zip(forms, parts.items(), strict=False)}
    assert read(zipped(packed), "附件").text == _TEXT


def test_the_first_part_is_the_one_that_the_relations_name(read: Reader) -> None:
    parts = _parts(docx(p(_TEXT)))
    relations, types = parts["_rels/.rels"], parts["[Content_Types].xml"]
    assert isinstance(relations, bytes)
    assert isinstance(types, bytes)
    parts["_rels/.rels"] = relations.replace(b"word/document.xml", b"word/main.xml")
    parts["[Content_Types].xml"] = types.replace(b"/word/document.xml", b"/word/other.xml")
    parts["word/main.xml"] = parts.pop("word/document.xml")
    assert read(zipped(parts), "附件").text == _TEXT


def test_texts_of_cells_that_are_not_in_the_file_are_named(read: Reader) -> None:
    parts = _with_shared_strings()
    del parts["xl/sharedStrings.xml"]
    reading = read(zipped(parts), "附件")
    assert (reading.outcome, english(reading.reason)) == (FileOutcome.BROKEN, "xl/sharedStrings.xml is missing")
    fewer = _with_shared_strings() | {
        "xl/worksheets/s1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c>'
        "</row></sheetData></worksheet>"
    }
    reading = read(zipped(fewer), "附件")
    assert (reading.text, english(reading.reason)) == (_TEXT, "xl/sharedStrings.xml is missing")


@pytest.mark.parametrize("parts", [_parts(docx(p(_TEXT) + p("第二段"))), _parts(xlsx({"表": [[_TEXT], ["第二段"]]}))])
def test_faulty_xml_is_read_and_said_to_be_so(read: Reader, parts: dict[str, bytes | str]) -> None:
    name = "word/document.xml" if "word/document.xml" in parts else "xl/worksheets/s1.xml"
    content = parts[name]
    assert isinstance(content, bytes)
    assert not read(zipped(parts), "附件").reason
    for faulty in (content[:-40], content.replace("第二段".encode(), b"A</b>B")):
        reading = read(zipped(parts | {name: faulty}), "附件")
        assert _TEXT in reading.text
        assert english(reading.reason) == f"the XML of {name} is faulty, so some of its text may be missing"


def _flagged(body: bytes, *, directory: bool, data: bool) -> bytes:
    """The archive with the flag for UTF-8 on names in GB 18030."""
    made = bytearray(body)
    if data:
        made[body.index(b"PK\3\4") + 7] |= 8
    if directory:
        made[body.index(b"PK\1\2") + 9] |= 8
    return bytes(made)


@pytest.mark.parametrize("directory", [True, False])
@pytest.mark.parametrize("data", [True, False])
def test_a_flag_for_utf_8_on_another_name_is_ignored(read: Reader, directory: bool, data: bool) -> None:
    packed = _flagged(zipped_in_gb18030("附件一：名单.txt", "南街".encode()), directory=directory, data=data)
    reading = read(packed, "附件.zip")
    assert ([member.path for member in reading.members], reading.outcome) == (["附件一：名单.txt"], FileOutcome.READ)


def test_a_member_may_have_another_name_before_its_data(read: Reader) -> None:
    packed = zipped({"aa.txt": "南街".encode()})
    other = packed.replace(b"aa.txt", b"bb.txt", 1)
    assert read(other, "附件.zip").text == "== aa.txt ==\n南街"


def test_names_in_a_tar_are_read_in_their_charset(read: Reader) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT, encoding="gb18030") as archive:
        member = tarfile.TarInfo("附件一：名单.txt")
        member.size = 6
        archive.addfile(member, io.BytesIO("南街".encode()))
    assert read(made.getvalue(), "附件.tar").text == "== 附件一：名单.txt ==\n南街"


@pytest.mark.parametrize("form", [str.upper, str.lower, str.title])
def test_pages_of_an_ofd_are_found_in_other_case(read: Reader, form: Callable[[str], str]) -> None:
    parts = _parts(ofd([[(20, 20, 100, _TEXT)]]))
    assert read(zipped({form(name): content for name, content in parts.items()}), "附件.ofd").text == _TEXT
