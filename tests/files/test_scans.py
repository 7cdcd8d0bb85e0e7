"""Scans, by the OCR that the application ships, from pictures that the tests draw."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from etl.files import FileOutcome
from etl.files.layout.line import Line
from etl.files.layout.lines import merge_rows, paragraphs
from etl.files.media_types import DOCX, OFD, PDF, XLSX, ZIP
from etl.files.ocr.scan_reader import ScanReader, scan_pool
from etl.files.read import read_file
from etl.files.types import ScanLimits
from tests.support.documents import docx, ofd, p, zipped
from tests.support.pdfs import picture, saved, with_attachment
from tests.support.samples import SAMPLES

SQUARE, SMALL = (400, 400), (300, 300)
"""Sizes of pictures. The shorter side is enlarged to 736 pixels, so that a square takes a third of a strip's time."""


@pytest.fixture(scope="module")
def read_scan() -> Iterator[ScanReader]:
    with scan_pool(ScanLimits(pages=2, pixels=4_000_000)) as reader:
        yield reader


def test_a_scanned_page(read_scan: ScanReader) -> None:
    reading = read_scan(saved(picture("WATER SUPPLY", "NOTICE 17", size=(500, 200)), "PDF"), PDF)
    assert (reading.outcome, reading.method, reading.pages) == (FileOutcome.READ, "ocr", 1)
    assert reading.text == "WATER SUPPLY\nNOTICE 17"


def test_scans_in_archives_are_read_and_stand_beside_the_other_members(read_scan: ScanReader) -> None:
    scan = saved(picture("WATER SUPPLY", size=SQUARE), "PNG")
    other = saved(picture("NOTICE", size=SQUARE), "PDF")
    inner = zipped({"2.pdf": other, "WATER.png": b"no picture"})
    body = zipped({"1.txt": "南街", "WATER.png": scan, "附件/内.zip": inner, "3.txt": "北街"})
    waiting = read_file(body, "附件.zip", {})
    assert (waiting.outcome, "南街" in waiting.text) == (FileOutcome.SCAN, True)
    reading = read_scan(body, ZIP)
    assert (reading.outcome, reading.method) == (FileOutcome.READ, "ocr")
    assert reading.text.splitlines() == [
        *("== 1.txt ==", "南街", "== WATER.png ==", "WATER SUPPLY", "== 2.pdf ==", "NOTICE"),
        *("== WATER.png ==", "no picture", "== 3.txt ==", "北街"),
    ]
    ended = {member.path: member.outcome for member in reading.members}
    assert ended == dict.fromkeys(
        ("1.txt", "WATER.png", "附件/内.zip", "附件/内.zip/2.pdf", "附件/内.zip/WATER.png", "3.txt"), FileOutcome.READ
    )


def test_a_scan_of_an_archive_that_cannot_be_read_is_named(read_scan: ScanReader) -> None:
    scan = saved(picture("X", size=SMALL), "PNG")
    members = read_scan(zipped({"1.png": scan, "2.png": scan[:60], "3.png": scan}), ZIP).members
    # Two pages of one file are allowed.
    ended = [FileOutcome.READ, FileOutcome.BROKEN, FileOutcome.TOO_LARGE]
    assert [member.outcome for member in members] == ended


def test_a_tiff_has_pages(read_scan: ScanReader) -> None:
    made = io.BytesIO()
    first, second = (picture(text, size=SMALL) for text in ("FIRST", "SECOND"))
    first.save(made, "TIFF", save_all=True, append_images=[second])
    reading = read_scan(made.getvalue(), "image/tiff")
    assert (reading.text, reading.pages) == ("FIRST\nSECOND", 2)


def test_a_long_poster_is_read_in_strips(read_scan: ScanReader) -> None:
    """Shrunk to one picture its letters would be too small. What is transparent is white."""
    long = Image.new("RGBA", (600, 2800), (0, 0, 0, 0))
    for text, top in (("TOP", 0), ("BOTTOM", 2650)):
        long.paste(picture(text, size=SMALL), (0, top))
    assert read_scan(saved(long, "WEBP"), "image/webp").text == "TOP\nBOTTOM"


def test_what_cannot_be_read_has_an_outcome(read_scan: ScanReader) -> None:
    blank = saved(Image.new("RGB", (200, 200), "white"), "PNG")
    cases = {
        FileOutcome.NO_TEXT: (blank, "image/png"),
        FileOutcome.BROKEN: (blank[:60], "image/png"),
        FileOutcome.UNSUPPORTED: (b"x", "text/plain"),
        FileOutcome.TOO_LARGE: (saved(Image.new("1", (3000, 3000)), "PNG"), "image/png"),
    }
    assert {wanted: read_scan(*given).outcome for wanted, given in cases.items()} == {
        wanted: wanted for wanted in cases
    }
    many = io.BytesIO()
    page = picture("X", size=SMALL)
    page.save(many, "PDF", save_all=True, append_images=[page] * 2)
    assert read_scan(many.getvalue(), PDF).outcome is FileOutcome.TOO_LARGE


def test_pieces_side_by_side_are_cells_or_words() -> None:
    pieces = [Line("单位", 10, 11, 50, 31), Line("供水", 400, 10, 440, 30), Line("NEW", 52, 10, 90, 30)]
    assert [line.text for line in merge_rows(pieces)] == ["单位NEW | 供水"]


def test_letters_of_two_lines_stay_two_words() -> None:
    wide = "supply of water in the summer months"
    lines = [Line(wide, 0, 0, 400, 20), Line("begins now", 0, 30, 100, 50)]
    assert paragraphs([lines]) == [f"{wide} begins now"]


def test_pages_of_documents_that_are_pictures(read_scan: ScanReader) -> None:
    """A Word document or an OFD page that only holds a picture is read like a scanned page; text stays."""
    page = saved(picture("WATER SUPPLY", size=SQUARE), "PNG")
    drawn = '<w:p><w:r><w:pict><imagedata r:id="i"/></w:pict></w:r></w:p>'
    word = docx(p("附件1") + drawn, {"media/p.png": page}, {"i": "media/p.png"})
    reading = read_scan(word, DOCX)
    assert (reading.outcome, reading.text, reading.pages) == (FileOutcome.READ, "附件1\nWATER SUPPLY", 1)
    resources = (
        '<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016"><ofd:MultiMedia ID="7"><ofd:MediaFile>p.png</ofd:MediaFile>'
        "</ofd:MultiMedia></ofd:Res>"
    )
    image = '<ofd:ImageObject ID="8" ResourceID="7" Boundary="0 0 210 297"/>'
    pages = [[(20.0, 20.0, 40.0, "第一页")], [image]]
    reading = read_scan(ofd(pages, parts={"Doc_0/Res.xml": resources, "Doc_0/p.png": page}), OFD)
    assert (reading.text, reading.pages) == ("第一页\nWATER SUPPLY", 2)


def test_a_scan_keeps_the_files_inside_it(read_scan: ScanReader) -> None:
    scan = saved(picture("WATER SUPPLY", size=SQUARE), "PDF")
    reading = read_scan(with_attachment(scan, "名单.xlsx", SAMPLES[XLSX]), PDF)
    assert (reading.outcome, reading.method, reading.pages) == (FileOutcome.READ, "ocr", 1)
    assert reading.text.startswith("WATER SUPPLY\n== 名单.xlsx ==\n一季度")


def test_a_page_that_takes_too_long_is_named(read_scan: ScanReader) -> None:
    """The last one: it ends the process that all share."""
    hasty = ScanReader(replace(read_scan.limits, seconds=0.01))
    hasty.worker = read_scan.worker
    assert hasty(saved(picture("X"), "PNG"), "image/png").outcome is FileOutcome.TOO_SLOW
