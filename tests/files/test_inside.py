"""Files inside documents, and in packages that servers and old systems make."""

import gzip
import io
import struct
import tarfile
from base64 import b64encode
from collections.abc import Mapping

import olefile
import pytest

from etl.files import FileOutcome, Reader
from etl.files.media_types import DOC, DOCX, GZIP, ODT, PDF, TAR, XLSB, XLSX, sniff
from etl.reasons import english
from tests.support.containers import ole, zipped
from tests.support.documents import docx, ofd, p
from tests.support.pdfs import pdf, with_attachment
from tests.support.samples import SAMPLES

NOTICE = p("关于停水的通知")
TABLE = SAMPLES[XLSX]


def native(name: str, content: bytes) -> bytes:
    """An OLE object that holds a file of any kind, as Word makes of what is dropped into a document."""
    label, path = name.encode("gb18030") + b"\0", b"C:\\t\\x\0"
    inner = b"\2\0" + label + path + b"\0\0\3\0" + struct.pack("<I", len(path)) + path
    stream = inner + struct.pack("<I", len(content)) + content
    return ole({"\1Ole10Native": struct.pack("<I", len(stream)) + stream})


def tar(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def test_objects_of_a_document_are_read_below_its_text(read: Reader) -> None:
    parts = {
        "embeddings/Sheet1.xlsx": TABLE,
        "embeddings/oleObject1.bin": native("C:\\u\\名单.txt", "南街".encode()),
        "embeddings/oleObject2.bin": ole({"Equation Native": b"x"}),
        "embeddings/unused.xlsx": TABLE,
    }
    relations = {f"r{number}": name for number, name in enumerate(parts) if "unused" not in name}
    reading = read(docx(NOTICE, parts, relations))
    assert (reading.media_type, reading.outcome, reading.method) == (DOCX, FileOutcome.READ, "docx")
    assert reading.text.splitlines()[:3] == ["关于停水的通知", "== Sheet1.xlsx ==", "一季度"]
    assert reading.text.splitlines()[-2:] == ["== 名单.txt ==", "南街"]
    assert [member.path for member in reading.members] == ["Sheet1.xlsx", "名单.txt"]
    assert english(reading.reason) == "files inside: 2 read"


def test_a_document_of_nothing_but_a_file_is_read(read: Reader) -> None:
    reading = read(docx(p(""), {"embeddings/oleObject1.bin": SAMPLES[DOC]}, {"r1": "embeddings/oleObject1.bin"}))
    assert (reading.outcome, "关于停水的通知" in reading.text) == (FileOutcome.READ, True)


def test_attachments_of_pdf_and_ofd_are_read(read: Reader) -> None:
    reading = read(with_attachment(SAMPLES[PDF], "名单.xlsx", TABLE))
    assert [(member.path, member.outcome) for member in reading.members] == [("名单.xlsx", FileOutcome.READ)]
    assert "特此通知。\n== 名单.xlsx ==\n一季度" in reading.text
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listing = f'<ofd:Attachments {space}><ofd:Attachment ID="1" Name="名单"><ofd:FileLoc>a.xlsx</ofd:FileLoc>'
    parts = {
        "Doc_0/Attachs/Attachments.xml": f"{listing}</ofd:Attachment></ofd:Attachments>",
        "Doc_0/Attachs/a.xlsx": TABLE,
    }
    reading = read(ofd([[(20, 20, 40, "停水通知")]], parts=parts))
    assert reading.text.startswith("停水通知\n== 名单.xlsx ==\n一季度")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("filename*=gbk''%B8%BD%BC%FE.docx", "附件.docx"),
        ('filename="=?gbk?B?uL28/i5kb2N4?="', "附件.docx"),
        ('filename="=?no?B?uL28/i5kb2N4?="', "=?no?B?uL28/i5kb2N4?="),
        ("", "3"),
    ],
)
def test_attachments_of_a_message_are_read_below_its_text(read: Reader, written: str, name: str) -> None:
    def part(kind: str, disposition: str, content: bytes) -> str:
        head = f"--x\nContent-Type: {kind}\nContent-Disposition: {disposition}\n"
        return f"{head}Content-Transfer-Encoding: base64\n\n{b64encode(content).decode()}\n"

    parts = part("text/plain; charset=utf-8", "inline", "请报送台账。".encode()) + part("image/png", "inline", b"x")
    parts += part("application/octet-stream", f"attachment; {written}".rstrip("; "), SAMPLES[DOCX])
    made = f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n{parts}--x--\n"
    reading = read(made.encode(), "a.eml")
    assert reading.text == f"请报送台账。\n== {name} ==\n{read(SAMPLES[DOCX]).text}"
    assert [member.path for member in reading.members] == [name]


def test_what_is_inside_a_document_in_an_archive_stands_below_both_names(read: Reader) -> None:
    body = docx(NOTICE, {"embeddings/1.xlsx": TABLE}, {"r1": "embeddings/1.xlsx"})
    reading = read(zipped({"通知.docx": body}))
    assert [member.path for member in reading.members] == ["通知.docx", "通知.docx/1.xlsx"]
    assert reading.text.startswith("== 通知.docx ==\n关于停水的通知\n== 1.xlsx ==\n一季度")


def test_a_document_with_broken_objects_is_read_all_the_same(read: Reader) -> None:
    broken = {"embeddings/oleObject1.bin": olefile.MAGIC + bytes(600)}
    reading = read(docx(NOTICE, broken, {"r1": "embeddings/oleObject1.bin"}))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "关于停水的通知")
    assert [member.outcome for member in reading.members] == [FileOutcome.BROKEN]


def test_documents_inside_documents_end(read: Reader) -> None:
    body = docx(NOTICE)
    for _ in range(6):
        body = docx(NOTICE, {"embeddings/1.docx": body}, {"r1": "embeddings/1.docx"})
    reading = read(body)
    assert reading.outcome is FileOutcome.READ
    assert reading.members[-1].outcome is FileOutcome.TOO_LARGE


def test_a_page_of_a_pdf_that_does_not_open_is_named(read: Reader) -> None:
    body = pdf([[(72, 700, f"第{number}页")] for number in "一二三"])
    page = b"7 0 obj\n<< /Type /Page /Parent"
    reading = read(body.replace(page, b"7 0 obj\n[]  /Type /Page /Parent"))
    assert (reading.outcome, "第三页" in reading.text) == (FileOutcome.READ, True)
    assert "page 2" in english(reading.reason)


def test_tar_and_gzip_are_archives(read: Reader) -> None:
    members = {"附件/名单.txt": "南街".encode(), "通知.docx": docx(NOTICE)}
    for body, kind in ((tar(members), TAR), (gzip.compress(tar(members)), GZIP)):
        reading = read(body)
        assert (reading.media_type, reading.outcome) == (kind, FileOutcome.READ)
        assert {"南街", "关于停水的通知"} <= set(reading.text.splitlines())


def test_a_file_that_a_server_packed_for_the_way_is_read(read: Reader) -> None:
    reading = read(gzip.compress(SAMPLES[PDF]), "通知.pdf")
    assert (reading.outcome, "关于停水的通知" in reading.text) == (FileOutcome.READ, True)


def test_bombs_and_cut_files_in_gzip(read: Reader) -> None:
    bomb = gzip.compress(bytes(60 * 2**20))
    assert read(bomb).outcome is FileOutcome.TOO_LARGE
    assert read(gzip.compress(SAMPLES[PDF])[:-40]).outcome is FileOutcome.BROKEN


def test_open_document_is_read(read: Reader) -> None:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<o:document-content xmlns:o="{space}:office:1.0" xmlns:t="{space}:text:1.0"><o:body><o:text>'
        "<t:p>关于停水的通知</t:p></o:text></o:body></o:document-content>"
    )
    reading = read(zipped({"mimetype": ODT, "content.xml": content}))
    assert (reading.media_type, reading.outcome, reading.text) == (ODT, FileOutcome.READ, "关于停水的通知")


NOT_READ = {
    "a binary workbook": (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83"}), XLSB),
    "a package of another program": (
        zipped({"[Content_Types].xml": "<Types/>", "1.fpage": "<FixedPage/>"}),
        "application/x-opc-package",
    ),
    "a sound": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(99), "audio/wav"),
    "a sound without a head": (b"\xff\xfb\x90\0" + bytes(99), "audio/mpeg"),
    "a film": (b"\x30\x26\xb2\x75\x8e\x66" + bytes(99), "video/x-ms-asf"),
    "a photograph of a phone": (b"\0\0\0\x20ftypheic" + bytes(99), "image/heic"),
    "a drawing": (b"AC1027\0\0" + bytes(99), "image/vnd.dwg"),
    "a paper of CNKI": (b"CAJ\0" + bytes(range(99)), "application/x-caj"),
}


@pytest.mark.parametrize(("body", "kind"), NOT_READ.values(), ids=NOT_READ.keys())
def test_what_nothing_reads_has_its_type(body: bytes, kind: str, read: Reader) -> None:
    reading = read(body)
    assert (reading.outcome, reading.media_type, sniff(body)) == (FileOutcome.UNSUPPORTED, kind, kind)
