"""Excel 97–2003: workbooks that Excel opens without a question are read, and what is drawn on their sheets."""

import hashlib
import io
import struct

import olefile
import pytest
from Cryptodome.Cipher import ARC4

from etl.files import FileOutcome, Reader
from tests.support.containers import ole
from tests.support.documents import xls

_ROWS = [["科目", "金额"], *([f"第{number}项支出", "若干"] for number in range(200))]
_SALT, _VERIFIER = bytes(range(16)), bytes(range(40, 56))


def _records(book: bytes) -> list[tuple[int, bytes]]:
    with olefile.OleFileIO(io.BytesIO(book)) as container:
        stream = container.openstream("Workbook").read()
    records, at = [], 0
    while at + 4 <= len(stream) and stream[at : at + 4] != b"\0\0\0\0":
        kind, length = struct.unpack_from("<HH", stream, at)
        records.append((kind, stream[at + 4 : at + 4 + length]))
        at += 4 + length
    return records


def _book(records: list[tuple[int, bytes]]) -> bytes:
    """The workbook; each sheet is named where it now stands."""
    places, at = [], 0
    for kind, content in records:
        if kind == 0x809:
            places.append(at)
        at += 4 + len(content)
    sheets = iter(places[1:])
    moved = [
        (kind, struct.pack("<I", next(sheets)) + content[4:] if kind == 0x85 else content) for kind, content in records
    ]
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in moved)


def _keys(password: str, *, new: bool) -> tuple[bytes, list[bytes]]:
    """What the record of the protection contains, and the key of each block."""
    words = password.encode("utf-16-le")
    if new:
        base = hashlib.sha1(_SALT + words).digest()
        keys = [hashlib.sha1(base + struct.pack("<I", block)).digest()[:16] for block in range(40)]
        header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + b"\0\0"
        verified = ARC4.new(keys[0]).encrypt(_VERIFIER + hashlib.sha1(_VERIFIER).digest())
        head = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header + struct.pack("<I", 16)
        return head + _SALT + verified[:16] + struct.pack("<I", 20) + verified[16:], keys
    base = hashlib.md5((hashlib.md5(words).digest()[:5] + _SALT) * 16).digest()[:5]
    keys = [hashlib.md5(base + struct.pack("<I", block)).digest() for block in range(40)]
    verified = ARC4.new(keys[0]).encrypt(_VERIFIER + hashlib.md5(_VERIFIER).digest())
    return struct.pack("<HHH", 1, 1, 1) + _SALT + verified, keys


def _encrypted(book: bytes, password: str, *, new: bool) -> bytes:
    protection, keys = _keys(password, new=new)
    first, *others = _records(book)
    plain = _book([first, (0x2F, protection), *others])
    pad = b"".join(ARC4.new(key).encrypt(bytes(1024)) for key in keys)
    made, at = bytearray(plain), 0
    while at < len(plain):
        kind, length = struct.unpack_from("<HH", plain, at)
        begins = at + 4 + (length if kind in (0x809, 0x2F) else 4 if kind == 0x85 else 0)
        for place in range(begins, at + 4 + length):
            made[place] ^= pad[place]
        at += 4 + length
    return ole({"Workbook": bytes(made)})


@pytest.mark.parametrize("new", [False, True])
def test_a_workbook_that_excel_opens_without_a_question_is_read(read: Reader, new: bool) -> None:
    plain = xls("表", _ROWS)
    reading = read(_encrypted(plain, "VelvetSweatshop", new=new))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, read(plain).text)
    assert read(_encrypted(plain, "8812345", new=new)).outcome is FileOutcome.ENCRYPTED


@pytest.mark.parametrize("protection", [b"", b"\0\0\1\2\3\4", b"\1\0\1\0\1\0", b"\1\0\2\0\2\0" + b"\xff" * 40])
def test_any_other_protection_needs_a_password(read: Reader, protection: bytes) -> None:
    first, *others = _records(xls("表", _ROWS))
    book = ole({"Workbook": _book([first, (0x2F, protection), *others])})
    assert read(book).outcome is FileOutcome.ENCRYPTED


def _text_box(text: str, kind: int, cut: int) -> list[tuple[int, bytes]]:
    drawn = struct.pack("<HHHHH12x", 0x15, 18, kind, 1, 0)
    words = text.encode("utf-16-le")
    parts = [words[: 2 * cut], words[2 * cut :]]
    head = struct.pack("<HH6xHH4x", 0, 0, len(text), 16)
    return [(0x5D, drawn), (0x1B6, head), *((0x3C, b"\1" + part) for part in parts if part), (0x3C, bytes(16))]


@pytest.mark.parametrize("cut", range(1, 7))
def test_text_boxes_and_charts_stand_below_the_cells_and_comments_do_not(read: Reader, cut: int) -> None:
    *sheet, end = _records(xls("表", [["科目"]]))
    title = "支出图"
    chart = [
        (0x809, struct.pack("<HHHHII", 0x600, 0x20, 0, 0, 0, 0)),
        (0x100D, struct.pack("<HBB", 0, len(title), 1) + title.encode("utf-16-le")),
        (0x0A, b""),
    ]
    comment = _text_box("批注的内容", 0x19, cut)
    made = [*sheet, *_text_box("填表说明：", 6, cut), *comment, (0xEC, b""), *chart, end]
    assert read(ole({"Workbook": _moved(made)})).text == "科目\n填表说明：\n支出图"


def _moved(records: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in records)
