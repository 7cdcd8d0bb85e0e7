"""What is inspected is scanned by a real clamd, and nothing is called clean that it did not scan."""

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.archive.storage.archive import Archive
from etl.inspection.clamd import ClamdError, TooLong, scan
from etl.settings import Settings
from tests.support.clamd import LONGEST, NAME, VIRUS, Clamd, running_clamd
from tests.support.gongkai import gongkai, inspected
from tests.support.raw_server import listening
from tests.support.stored import keep
from tests.support.warc import page, warc

SAID = [f"{n}. 本事项由经办科室按期办结并公开。" for n in range(12)]


@pytest.fixture
def clamd(state_dir: Path) -> Iterator[Clamd]:
    with running_clamd(state_dir) as running:
        yield running


def kept(local_settings: Settings, folder: Path, pages: dict[str, str]) -> None:
    """Pages with these texts, in the archive."""
    told = [
        (f"https://a.example/{name}.html", page(f"关于供水的通知{name}", "\n".join([*SAID, text])), "200 OK")
        for name, text in pages.items()
    ]
    warc(folder / "pages.warc", told)
    assert gongkai(local_settings, "import", folder / "pages.warc").code == 0


def test_of_many_pages_the_one_with_a_virus_is_named(
    archive: Archive, local_settings: Settings, tmp_path: Path, clamd: Clamd
) -> None:
    kept(local_settings, tmp_path, {"infected": VIRUS.decode()} | {f"clean{n}": f"第{n}件" for n in range(150)})
    found = inspected(local_settings, "--read", code=1, GONGKAI_CLAMD=clamd.address)["viruses"]
    assert (found["inspected"], found["failed"]) == (151, 1)
    [named] = found["first"]
    assert named["why"] == NAME
    assert re.fullmatch(r"blob [0-9a-f]{64}, record \d+", named["subject"])


def test_what_is_longer_than_clamd_takes_is_named_and_the_rest_is_scanned(
    archive: Archive, local_settings: Settings, tmp_path: Path, clamd: Clamd
) -> None:
    kept(local_settings, tmp_path, {"long": "字" * LONGEST})
    keep(archive, tmp_path, 2)
    found = inspected(local_settings, "--read", code=1, GONGKAI_CLAMD=clamd.address)
    assert (found["viruses"]["inspected"], found["viruses"]["failed"]) == (3, 1)
    assert found["viruses"]["first"][0]["why"] == "not scanned: longer than StreamMaxLength of clamd"
    assert (found["read"]["inspected"], found["read"]["failed"]) == (3, 0)


@pytest.mark.parametrize("beyond", [1, 40 * LONGEST])
def test_clamd_says_why_although_it_hangs_up_while_bytes_are_sent(clamd: Clamd, beyond: int) -> None:
    assert scan(clamd.address, [b"x" * LONGEST]) is None
    with pytest.raises(TooLong, match="size limit exceeded"):
        scan(clamd.address, [b"x" * LONGEST] * (beyond // LONGEST) + [b"x" * LONGEST, b"y"])


def test_pieces_are_scanned_as_one(clamd: Clamd) -> None:
    assert scan(clamd.address, [b"x" * 70_000, VIRUS[:9], b"", VIRUS[9:]]) == NAME
    assert scan(clamd.address, []) is None


def test_a_clamd_that_dies_ends_the_inspection(
    archive: Archive, local_settings: Settings, tmp_path: Path, clamd: Clamd
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        clamd.send(signal.SIGKILL)
        yield from [b"x" * LONGEST] * 9

    with pytest.raises(ClamdError, match=re.escape(clamd.address)):
        scan(clamd.address, pieces())
    keep(archive, tmp_path, 1)
    done = gongkai(local_settings, "inspect", "--read", GONGKAI_CLAMD=clamd.address)
    assert done.code == 1
    assert f"clamd at {clamd.address}: [Errno 111] Connection refused" in done.err


def test_a_clamd_that_says_nothing_is_not_waited_for_without_end(clamd: Clamd) -> None:
    clamd.send(signal.SIGSTOP)
    with pytest.raises(ClamdError, match="timed out"):
        scan(clamd.address, [b"x"], patience=0.2)
    clamd.send(signal.SIGCONT)
    assert scan(clamd.address, [b"x"]) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [(b"", "no answer"), (b"stream: Can't allocate memory ERROR\0", "Can't allocate memory"), (b"stream: OK", "")],
)
def test_an_answer_that_is_none_is_no_clean_bill(answer: bytes, said: str) -> None:
    """A real clamd cannot be brought to give these."""

    def serve(connection: socket.socket) -> None:
        while not connection.recv(4096).endswith(bytes(4)):
            pass
        connection.sendall(answer)

    with listening(serve) as port:
        if not said:  # ended by the connection
            assert scan(f"127.0.0.1:{port}", [b"x"]) is None
            return
        with pytest.raises(ClamdError, match=said):
            scan(f"127.0.0.1:{port}", [b"x"])
