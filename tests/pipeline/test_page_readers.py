"""Pages are read in processes: with the result of this one, and without harm to others."""

import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from etl.archive.records.extracted_pages import verdict_of
from etl.extract.similarity import BANDS
from etl.outcomes import Outcome
from etl.pipeline.documents import ReadPage, document_of
from etl.pipeline.reading import pool
from etl.pipeline.reading.page_reading import PageReading, PageToRead, read_fetched_page
from etl.pipeline.reading.pool import PageReaders
from etl.pipeline.reading.protocol import decode_reading, encode_reading
from etl.reasons import english
from etl.sources.schema import adhoc_source
from tests.extract.traps import TRAPS
from tests.support.hostile_pages import slowness
from tests.support.pages import page, paragraphs
from tests.support.share import share

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"
SOURCE = adhoc_source("yunxi", "云溪", URL, ["www.yunxi.gov.cn"])
ASKED = PageToRead(URL, "text/html", date(2026, 11, 1), 200)
GOOD = page(title="关于做好防汛工作的通知", body=paragraphs()).encode()
BLOCKED = b"<html><script>document.cookie='__jsl_clearance=1'</script><body></body></html>"
OTHER = (b"%PDF-1.4", b"\x00\x01\x02" * 100, b"", BLOCKED, "<p>页面不存在".encode(), b"\x1f\x8b" + b"\0" * 40)


@pytest.fixture(scope="module")
def readers() -> PageReaders:
    return PageReaders(2)


def test_a_reading_is_the_same_in_another_process(readers: PageReaders) -> None:
    shown = share(trap.page for trap in TRAPS.values())
    bodies = [each if isinstance(each, bytes) else each.encode() for each in shown]
    bodies += OTHER
    read = [readers.submit(SOURCE, ASKED, body) for body in bodies]
    for body, reading in zip(bodies, read, strict=True):
        assert reading.result() == read_fetched_page(SOURCE, None, ASKED, body)


def test_a_stored_page_is_not_judged_again(readers: PageReaders) -> None:
    assert readers.read(SOURCE, ASKED, BLOCKED).refusal is not None
    stored = PageToRead(URL, "text/html", date(2026, 11, 1), None)
    assert readers.read(SOURCE, stored, BLOCKED).refusal is None


@pytest.fixture(scope="module")
def falling() -> PageReaders:
    made = PageReaders(1)
    made._pool.workers[0].module = "tests.support.falling_pages"
    return made


@pytest.mark.parametrize(("body", "why"), [(b"die", "process died"), (b"swell", "memory"), (b"hang", "2 s")])
def test_a_page_that_fells_its_process_ends_as_unreadable_and_the_next_is_read(
    falling: PageReaders, monkeypatch: pytest.MonkeyPatch, body: bytes, why: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pool, "SECONDS", 2)
        ends_as_unreadable(falling, body, why)
    assert falling.read(SOURCE, ASKED, GOOD) == read_fetched_page(SOURCE, None, ASKED, GOOD)


EMPTY = encode_reading(PageReading())[0]
EXTRACTION = {"kind": "document", "reason": "", "fields": {}, "evidence": [], "beliefs": {}}
VALUE = {"name": "title", "value": "通知", "raw": "通知", "label": "", "origin": "title", "rule": "headline"}


@pytest.mark.parametrize(
    "lie",
    [
        {"readable": 1},
        {"further_pages": ["http://x/\u4e00"]},
        {"look": {"styles": ["http://x/" + "a" * 9000], "pictures": []}},
        {"bands": [1]},
        {"bands": [2**63] * BANDS},
        {"bands": [10**30] * BANDS},
        {"failure": "none of its business"},
        {"extraction": EXTRACTION | {"fields": {"title": VALUE}, "beliefs": {"title": "agreed"}}},
        {"extraction": EXTRACTION | {"fields": {"title": VALUE}, "evidence": [VALUE]}},
        {"extraction": EXTRACTION | {"evidence": [VALUE | {"origin": "elsewhere"}]}},
        {"extraction": EXTRACTION | {"evidence": [VALUE | {"rule": "no rule"}]}},
        {"extraction": {}},
        {"refusal": ["blocked"]},
        {"more": None},
    ],
    ids=str,
)
def test_a_lie_ends_its_process_and_the_next_answer_counts(falling: PageReaders, lie: dict[str, object]) -> None:
    ends_as_unreadable(falling, said(EMPTY | lie), "no valid result")
    assert falling.read(SOURCE, ASKED, said(EMPTY)) == PageReading()


def said(answer: dict[str, object]) -> bytes:
    return f"say {answer}".encode()


def ends_as_unreadable(falling: PageReaders, body: bytes, why: str) -> None:
    reading = falling.read(SOURCE, ASKED, body)
    assert why in english(reading.failure)
    verdict = verdict_of(document_of(SOURCE, 1, 1, {}, [ReadPage(URL, (), reading)]))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREADABLE, reading.failure)


def test_a_listed_title_as_long_as_a_page_costs_no_more_than_a_long_one() -> None:
    body = page(title="关于做好防汛工作的通知", body=paragraphs() * 1000).encode()
    reading = read_fetched_page(SOURCE, None, ASKED, body)
    title = "".join(chr(0x4E00 + number % 9000) for number in range(20_000))
    start = time.process_time()
    document = document_of(SOURCE, 1, 1, {"title": title}, [ReadPage(URL, (), reading)])
    seconds = time.process_time() - start
    assert document.lacks_listed_title
    assert seconds < 1 or seconds < slowness()


def test_chosen_values_are_known_among_the_evidence_that_arrives() -> None:
    message, text = encode_reading(read_fetched_page(SOURCE, None, ASKED, GOOD))
    arrived = decode_reading(message, text).extraction
    assert arrived
    assert arrived.fields
    assert all(any(value is each for each in arrived.evidence) for value in arrived.fields.values())


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    )
)
def test_whatever_a_process_answers_is_a_reading_or_refused(answer: object) -> None:
    with suppress(ValueError):
        assert isinstance(decode_reading(answer, ""), PageReading)
