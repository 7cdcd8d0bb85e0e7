"""What a reading process that was taken over can do to the one that asked: waste its time, within limits."""

import json
import os
import pickle
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl.files import FileOutcome, Limits, Reader, reader_pool
from etl.files.media_types import DOC, PDF
from etl.files.ocr.scan_reader import scan_pool
from etl.files.process.channel import Channel, encode_text
from etl.files.process.children import ForkServerClient
from etl.files.types import ScanLimits
from etl.reasons import english
from tests.support.samples import SAMPLES

GOOD = SAMPLES[DOC]
MEMBER = {"path": "a", "media_type": DOC, "outcome": "read", "reason": "", "size": 1}
READING = {"media_type": DOC, "outcome": "read", "pages": 1, "method": "word"}


class Exploit:
    """Unpickled, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def message(words: bytes, text: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("!QQ", len(words) if length is None else length, len(text)) + words + text


def said(answer: object, text: bytes = b"") -> bytes:
    return message(json.dumps(answer).encode(), text)


def answer(**changes: object) -> bytes:
    return said({"answer": READING | changes}, b"x")


LIES = {
    "noise": b"\xff" * 100_000,
    "too long": message(b"", length=2**60),
    "too long a text": struct.pack("!QQ", 2, 2**40) + b"{}",
    "no JSON": message(b"{'answer'"),
    "no UTF-8": message(b'"\xff"'),
    "no UTF-8 in the text": said({"answer": READING}, b"\xff"),
    "nested": message(b"[" * 1_000_000),
    "a long number": message(b'{"answer": ' + b"9" * 10_000 + b"}"),
    "nothing": said(None),
    "another thing": said({"answer": "ready"}),
    "a list": said({"answer": list(READING.values())}),
    "less": said({"answer": {"media_type": DOC}}),
    "unknown outcome": answer(outcome="excellent"),
    "unknown failure": said({"unreadable": ["excellent", ""]}),
    "no type": answer(media_type="application/\0"),
    "no method": answer(method="'; DROP TABLE"),
    "no number": answer(pages=True),
    "pages below nothing": answer(pages=-1),
    "a huge number": answer(pages=10**30),
    "members": answer(members=[MEMBER | {"size": "1"}]),
    "no type of a member": answer(members=[MEMBER | {"media_type": "text"}]),
    "a member of a negative size": answer(members=[MEMBER | {"size": -1}]),
}


@pytest.fixture(scope="module")
def read() -> Iterator[Reader]:
    with lying(Limits()) as reader:
        yield reader


@contextmanager
def lying(limits: Limits) -> Iterator[Reader]:
    with reader_pool(limits) as reader:
        reader.pool.workers[0].module = "tests.support.lying_files"
        yield reader


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_answer_ends_its_process_and_the_next_file_is_read(read: Reader, lie: str) -> None:
    reading = read(LIES[lie], "lie")
    assert (reading.outcome, reading.text) == (FileOutcome.CRASHED, "")
    assert english(reading.reason).startswith("the reading process returned no valid result: ")
    assert read.pool.workers[0].process is None
    assert read(GOOD).outcome is FileOutcome.READ


@pytest.mark.parametrize("framed", [True, False])
def test_a_pickle_is_not_run(read: Reader, tmp_path: Path, framed: bool) -> None:
    made = tmp_path / "made"
    pickled = pickle.dumps(Exploit(made))
    # As `multiprocessing.Connection` frames it, and as the channel does.
    assert read(message(pickled) if framed else struct.pack("!i", len(pickled)) + pickled, "lie").outcome is (
        FileOutcome.CRASHED
    )
    assert read(GOOD).outcome is FileOutcome.READ
    assert not made.exists()
    pickle.loads(pickled)
    assert made.exists(), "unpickled, it would have been run"


def test_an_answer_without_end_costs_the_time_of_one_file() -> None:
    with lying(Limits(seconds=0.5)) as read:
        read(GOOD)
        begun = time.monotonic()
        assert read(message(b" ", length=1_000_000), "drip").outcome is FileOutcome.TOO_SLOW
        assert time.monotonic() - begun < 60
        assert read(GOOD).outcome is FileOutcome.READ


def test_a_process_that_does_not_listen_costs_the_time_of_one_file() -> None:
    with lying(Limits(seconds=0.5)) as read:
        assert read(answer(), "deaf").outcome is FileOutcome.READ
        assert read(bytes(5_000_000)).outcome is FileOutcome.TOO_SLOW
        assert read(GOOD).outcome is FileOutcome.READ


def test_a_scan_has_no_more_pages_than_allowed() -> None:
    with scan_pool(ScanLimits(pages=2)) as read:
        read.worker.module = "tests.support.lying_files"
        reading = read(b"", PDF)
        assert (reading.outcome, english(reading.reason)) == (
            FileOutcome.CRASHED,
            "the reading process returned no valid result: 3 pages to recognise, allowed are 2",
        )
        assert read.worker.process is None


def test_what_is_no_character_is_left_out() -> None:
    """Halves of surrogate pairs: UTF-8 knows none, and the archive keeps none."""
    near, far = map(Channel, socket.socketpair())
    far.send(["水\ud800务"], encode_text("水\ud800务"))
    assert near.receive(100, 100, 1) == (["水务"], "水务".encode())
    near.close()
    far.close()


def test_a_process_whose_crawl_was_killed_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    client = ForkServerClient()
    child = client.fork("etl.files.types", 2**30, preload=True)
    child.channel.close()
    assert (child.exit_code(), *capfd.readouterr()) == (0, "", "")
