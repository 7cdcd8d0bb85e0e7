"""Documents as programs other than Office pack them, and those that have pictures instead of words."""

import io
import zipfile

import pytest

from etl.cli.extract_file_view import is_page
from etl.files import FileOutcome, Reader
from etl.files.formats.pictures import page_pictures
from etl.files.types import Limits
from tests.support.containers import zipped
from tests.support.documents import docx, ofd, ofd_text, p, pptx, xlsx
from tests.support.pdfs import picture, saved

_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="{}"/></Relationships>'
)
_TEXT = "云溪市供水价格的公告"


def _parts(body: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "body", [docx(p(_TEXT)), xlsx({"表": [[_TEXT]]}), pptx([_TEXT]), ofd([[ofd_text(20, 20, 150, _TEXT)]])]
)
def test_parts_may_be_named_with_backslashes(read: Reader, body: bytes) -> None:
    packed = zipped({name.replace("/", "\\"): content for name, content in _parts(body).items()})
    assert read(packed).text == read(body).text == _TEXT


def _with_picture(body: bytes, holder: str, folder: str, size: tuple[int, int]) -> bytes:
    folders = {
        f"{holder}/_rels/{'drawing1' if 'drawings' in holder else 'slide1'}.xml.rels": _RELATION.format(
            "../media/p.png"
        )
    }
    made = saved(picture(_TEXT).resize(size), "PNG")
    return zipped(_parts(body) | folders | {f"{folder}/media/p.png": made})


@pytest.mark.parametrize(
    ("body", "holder", "folder"),
    [
        (xlsx({"Sheet1": [], "Sheet2": []}), "xl/drawings", "xl"),
        (xlsx({"Sheet1": []}), "xl/drawings", "xl"),
        (pptx([""]), "ppt/slides", "ppt"),
    ],
)
def test_sheets_and_slides_with_nothing_but_pictures_are_scans(
    read: Reader, body: bytes, holder: str, folder: str
) -> None:
    scan = _with_picture(body, holder, folder, (800, 1000))
    assert read(scan).outcome is FileOutcome.SCAN
    assert page_pictures(scan, Limits()) == [f"{folder}/media/p.png"]
    assert read(_with_picture(body, holder, folder, (100, 100))).outcome is FileOutcome.NO_TEXT
    assert read(body).outcome is FileOutcome.NO_TEXT


@pytest.mark.parametrize("kind", ["application/ms-excel", "application/vnd.ms-excel", "application/msword"])
def test_html_that_is_sent_as_a_file_of_office_is_one(read: Reader, kind: str) -> None:
    row = '<tr><td>{}</td><td><a href="x.aspx?id=1">{}</a></td></tr>'
    table = f"<table rules='all'>{row.format('企业', '许可')}{row.format('甲厂', '准予')}</table>"
    meta = f'<meta http-equiv="content-type" content="{kind}; charset=UTF-8"/>'
    assert read(f"{meta}<div>{table}</div>".encode()).text == "企业 | 许可\n甲厂 | 准予"
    assert read(f"<html><div>{table}</div></html>".encode()).outcome is FileOutcome.NOT_A_FILE


@pytest.mark.parametrize("name", ["附件.doc", "附件.xls", "x/down.do?name=附件.XLS"])
def test_html_under_the_name_of_a_document_is_shown_as_a_file(name: str) -> None:
    body = b"<html><table><tr><td>1</td></tr></table></html>"
    assert not is_page(body, name)
    assert is_page(body, "t20230509_1.html")
