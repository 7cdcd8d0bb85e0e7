"""Whatever the bytes, an outcome: nothing raises, nothing hangs, and the files after it are read."""

import io
import random
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable

import psutil
import pytest

from etl.files import FileOutcome, Limits, Reader, reader_pool
from etl.files.media_types import DOC, DOCX, OFD, XLSX
from etl.reasons import english
from tests.support import containers, documents, pdfs
from tests.support.documents import docx, ofd, p
from tests.support.samples import SAMPLES, seven_zip

_XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LAUGHS = '<!DOCTYPE a [<!ENTITY x "哈哈哈哈哈哈哈哈哈哈">{}]>'.format(
    "".join(f'<!ENTITY x{n} "{f"&x{n - 1 if n else chr(0)};" * 10}">'.replace("x\0", "x") for n in range(9))
)
SLOW = documents.doc(["水" * 3_000_000])
GOOD = SAMPLES[DOC]

ENCRYPTED: dict[str, Callable[[], bytes]] = {
    "doc": lambda: documents.doc(["x"], flags=0x0300),
    "ooxml": lambda: containers.ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
    "pdf": lambda: pdfs.encrypted_pdf(),
    "zip": lambda: containers.encrypted_zip("通知.doc"),
    "rar": lambda: containers.rar4("a.txt", b"x" * 64, flags=0x04),
    "7z": lambda: seven_zip("a.txt", b"secret", password="p"),
    "ofd": lambda: ofd([[(1, 1, 1, "x")]], extra="<ofd:Encryption/>"),
}


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_encrypted_files(read: Reader, kind: str) -> None:
    reading = read(ENCRYPTED[kind](), f"a.{kind}")
    assert (reading.outcome, reading.text) == (FileOutcome.ENCRYPTED, "")
    assert reading.reason


def test_bombs(read: Reader) -> None:
    nothing = bytes(12 * 2**20)
    flat = containers.zipped({"a.txt": nothing})
    nested = flat
    for _ in range(3):
        nested = containers.zipped({"a.zip": nested})
    for body in (flat, nested, containers.zipped({f"{n}.txt": "" for n in range(2500)})):
        assert read(body, "a.zip").outcome is FileOutcome.TOO_LARGE
    inside = docx("x", {"media/a.bin": nothing.decode()})
    assert read(inside).outcome is FileOutcome.TOO_LARGE
    assert read(seven_zip("a.txt", nothing)).outcome is FileOutcome.TOO_LARGE


def test_what_lies_before_a_bomb_in_an_archive_is_kept(read: Reader) -> None:
    bomb = containers.zipped({"a.txt": bytes(12 * 2**20)})
    reading = read(containers.zipped({"通知.doc": GOOD, "bomb.zip": bomb}))
    assert reading.outcome is FileOutcome.TOO_LARGE
    assert "关于停水的通知" in reading.text


@pytest.mark.parametrize("doctype", [_XXE, _LAUGHS], ids=["xxe", "laughs"])
def test_entities_stay_unread(read: Reader, doctype: str) -> None:
    entity = "x" if doctype == _XXE else "x8"
    word = containers.zipped(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": doctype + f"<a><p><t>文&{entity};</t></p></a>"}
    )
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    layout = containers.zipped(
        {"OFD.xml": doctype + f"<ofd:OFD {space}><ofd:DocRoot>&{entity};</ofd:DocRoot></ofd:OFD>"}
    )
    sheet = zipfile.ZipFile(io.BytesIO(documents.xlsx({"表": [["南街"]]})))
    parts = {name: sheet.read(name).decode() for name in sheet.namelist()}
    table = containers.zipped(
        {
            name: doctype + part.replace("南街", f"&{entity};") if name.startswith("xl/worksheets/") else part
            for name, part in parts.items()
        }
    )
    for body, kind in ((word, DOCX), (layout, OFD), (table, XLSX)):
        reading = read(body)
        assert reading.media_type == kind
        assert (reading.outcome, reading.text) == (FileOutcome.BROKEN, "")
        assert "entities" in english(reading.reason)


def test_deep_nesting(read: Reader) -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 3000 + p("底") + "</w:tc></w:tr></w:tbl>" * 3000
    assert read(docx(p("顶") + deep)).outcome in (FileOutcome.READ, FileOutcome.BROKEN)
    assert read(b"{\\rtf1" + b"{" * 200_000).outcome in (FileOutcome.NO_TEXT, FileOutcome.BROKEN)


def test_nothing_at_all(read: Reader) -> None:
    assert [read(body).outcome for body in (b"", b"\0" * 100, b" \n")] == [FileOutcome.EMPTY] * 3
    assert read(docx("")).outcome is FileOutcome.NO_TEXT
    assert read(b"Founder CEB 1.0").outcome is FileOutcome.UNSUPPORTED


def test_cut_and_damaged_files(read: Reader) -> None:
    """Every format cut off at several places and with bytes changed: 170 files, an outcome each."""
    chance = random.Random(7)
    broken: list[bytes] = [
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"Rar!\x1a\x07\x00",
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c",
    ]
    for body in SAMPLES.values():
        broken += [body[: len(body) * part // 7] for part in range(1, 7)]
        for _ in range(6):
            changed = bytearray(body)
            for _ in range(8):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            broken.append(bytes(changed))
    outcomes = [reading.outcome for reading in read.many((body, "a.bin") for body in broken)]
    assert len(outcomes) == len(broken)
    assert FileOutcome.CRASHED not in outcomes
    assert outcomes.count(FileOutcome.BROKEN) > 40


RARS = {
    "rar4": containers.rar4("a.txt", b"x" * 400),
    "rar5": containers.rar5({"a.txt": b"x" * 400, "b.txt": b"y" * 400}),
}


@pytest.mark.parametrize("kind", RARS)
@pytest.mark.parametrize("percent", [95, 80, 50, 20, 5])
def test_an_archive_that_is_cut_is_never_empty(read: Reader, kind: str, percent: int) -> None:
    body = RARS[kind]
    reading = read(body[: len(body) * percent // 100], "a.rar")
    kept = [member.path for member in reading.members if member.outcome is FileOutcome.READ]
    assert reading.outcome is (FileOutcome.READ if kept else FileOutcome.BROKEN)
    assert "cut" in english(reading.reason)
    assert kept == (["a.txt"] if kind == "rar5" and percent >= 80 else [])


def test_an_archive_that_is_cut_between_two_members_says_so(read: Reader) -> None:
    one = containers.rar5({"a.txt": b"x" * 400})
    reading = read(one[:-8], "a.rar")
    assert [(member.path, str(member.outcome)) for member in reading.members] == [("a.txt", "read"), ("", "broken")]
    assert english(reading.reason) == "stopped after 1 members: the archive has no end: it is cut"
    old = read(RARS["rar4"][:-7], "a.rar")
    assert (old.outcome, len(old.text)) == (FileOutcome.READ, len("== a.txt ==\n") + 400)
    assert english(old.reason).endswith("it is cut, or packed before RAR 3")


def test_limits_of_size_and_pages() -> None:
    with reader_pool(Limits(bytes=50_000, pages=3, characters=1000)) as read:
        assert read(b"x" * 50_001).outcome is FileOutcome.TOO_LARGE
        assert read(pdfs.pdf([[(72, 700, "页")]] * 4)).outcome is FileOutcome.TOO_LARGE
        assert read(ofd([[(1, 1, 1, "页")]] * 4)).outcome is FileOutcome.TOO_LARGE
        assert read(b"x" * 2000).outcome is FileOutcome.TOO_LARGE
        assert read(GOOD).outcome is FileOutcome.READ


def test_the_text_of_an_archive_is_limited_as_a_whole() -> None:
    with reader_pool(Limits(characters=1000)) as read:
        reading = read(containers.zipped({f"{number}.txt": "水" * 400 for number in range(4)}))
    assert (reading.outcome, reading.text.count("水"), len(reading.members)) == (FileOutcome.TOO_LARGE, 800, 4)
    assert english(reading.reason) == "stopped after 3 members: more than 1000 characters"


def test_a_file_that_takes_too_long_is_left_and_the_next_is_read() -> None:
    with reader_pool(Limits(seconds=0.7)) as read:
        read(GOOD)
        slow, good = read.many([(SLOW, "a.doc"), (GOOD, "b.doc")])
        assert slow.outcome is FileOutcome.TOO_SLOW
        assert good.outcome is FileOutcome.READ


def test_a_file_that_eats_memory_is_left_and_the_next_is_read() -> None:
    with reader_pool(Limits(memory=190 * 2**20)) as read:
        hungry, good = read.many([(b"a b\n" * 20_000_000, "a.txt"), (GOOD, "b.doc")])
        assert (hungry.outcome, good.outcome) == (FileOutcome.CRASHED, FileOutcome.READ)


def test_a_killed_process_costs_one_file() -> None:
    with reader_pool() as read:
        read(GOOD)
        process = psutil.Process(pid_of(read))
        used = process.cpu_times().user
        found = []
        reading = threading.Thread(target=lambda: found.append(read(SLOW)))
        reading.start()
        while process.cpu_times().user < used + 0.1:
            time.sleep(0.01)
        process.kill()
        reading.join()
        assert found[0].outcome is FileOutcome.CRASHED
        assert read(GOOD).outcome is FileOutcome.READ
        between = psutil.Process(pid_of(read))
        between.kill()
        between.wait(timeout=60)
        assert read(GOOD).outcome is FileOutcome.READ


def pid_of(read: Reader) -> int:
    process = read.pool.workers[0].process
    assert process is not None
    return process.pid


def test_two_at_once_come_back_in_order() -> None:
    files = [(documents.doc([f"第{number}件" + "水" * (200 if number % 2 else 20_000)]), "") for number in range(8)]
    with reader_pool(workers=2) as read:
        texts = [reading.text[:3] for reading in read.many(files)]
    assert texts == [f"第{number}件" for number in range(8)]


def test_the_reading_process_knows_no_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_DATABASE_URL", "postgresql://secret")
    with reader_pool() as read:
        read(GOOD)
        assert "GONGKAI_DATABASE_URL" not in psutil.Process(pid_of(read)).environ()


def test_the_process_ends_with_the_one_that_started_it() -> None:
    """Also when that is killed: an Airflow task may be."""
    code = (
        "import os, signal\nfrom etl.files.process.pool import Reader\nfrom etl.files import Limits\n"
        "read = Reader(Limits(), 1)\nread(b'x')\nprint(read.pool.workers[0].process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    assert not psutil.pid_exists(pid) or psutil.wait_procs([psutil.Process(pid)], timeout=60)[0]


def test_no_parser_is_loaded_beside_the_caller() -> None:
    """They cost 0.4 s a process, and hostile bytes have no business there."""
    code = "import sys, etl.files, etl.files.ocr.scan_reader; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"kreuzberg", "pypdfium2", "py7zr", "rapidocr", "numpy", "lxml.etree"} & set(loaded)
