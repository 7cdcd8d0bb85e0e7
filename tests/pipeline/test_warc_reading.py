"""Reading WARC files: what other tools write is taken, what is not whole is no document, and nothing ends the file."""

import base64
import gzip
import hashlib
import random
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.archive.storage.bucket import DamagedBlob
from etl.errors import GongkaiError
from etl.fetch.classify import classify, classify_file
from etl.outcomes import Outcome
from etl.pipeline.warc.dates import read_warc_date
from etl.pipeline.warc.reading import Remark, WarcResponse, read_responses, scan_warc
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.support.attacks.imports import BODIES, FORMS, HARM, URL, WHOLE, harmed
from tests.support.warc import page, record, response, sha1, write_warc

PAGE = page("关于供水工作的通知", "本事项由经办科室按期办结并公开。\n" * 6)


def read(path: Path) -> tuple[list[WarcResponse], list[Remark]]:
    """Captures and remarks of a file."""
    bodies: dict[str, bytes] = {}
    captures, remarks = [], []
    for item in read_responses(path, bodies.__getitem__):
        if isinstance(item, Remark):
            remarks.append(item)
        else:
            captures.append(item)
            body = item.attempt.body or b""
            bodies[hashlib.sha256(body).hexdigest()] = body
    return captures, remarks


def only(path: Path, *records: bytes) -> tuple[WarcResponse, list[Remark]]:
    """The one capture of a file of these records."""
    captures, remarks = read(write_warc(path, records))
    assert len(captures) == 1
    return captures[0], remarks


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2023-06-01T02:03:04Z", "2023-06-01 02:03:04"),
        ("2023-06-01T02:03:04.123456789Z", "2023-06-01 02:03:04.123456"),
        ("2023-06-01T10:03:04+08:00", "2023-06-01 02:03:04"),
        ("2023-06-01 02:03:04", "2023-06-01 02:03:04"),
        ("2023-06-01T02:03Z", "2023-06-01 02:03:00"),
        ("2023-06-01", "2023-06-01 00:00:00"),
        ("2023-06", "2023-06-01 00:00:00"),
        ("2023", "2023-01-01 00:00:00"),
        ("20230601020304", "2023-06-01 02:03:04"),
        ("20230601020304567", "2023-06-01 02:03:04.567000"),
        ("2023-06-30T23:59:60Z", "2023-06-30 23:59:59"),
        ("Thu, 01 Jun 2023 02:03:04 GMT", "2023-06-01 02:03:04"),
    ],
)
def test_a_date_is_read_in_every_legal_or_usual_form(written: str, moment: str) -> None:
    assert str(read_warc_date(written)) == f"{moment}+00:00"


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2023-13-01", "2023-02-30", "0001-01-01", "9999-12-31", "2" * 400]
)
def test_what_is_no_date_of_the_web_is_none(written: str) -> None:
    assert read_warc_date(written) is None


def test_a_date_in_the_future_is_none() -> None:
    now = datetime.now(UTC)
    assert read_warc_date((now + timedelta(hours=2)).isoformat()) is not None
    assert read_warc_date((now + timedelta(days=2)).isoformat()) is None


@given(st.text() | st.text("0123456789:TZ.+ -", max_size=30))
def test_any_text_is_a_date_or_none(written: str) -> None:
    moment = read_warc_date(written)
    assert moment is None or moment.tzinfo is UTC


def test_a_record_without_a_date_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    dates = ("2023-06-01", "", "2023-06-03")
    records = [record("response", f"{URL}?n={n}", response(PAGE), WARC_Date=date) for n, date in enumerate(dates)]
    captures, remarks = read(write_warc(tmp_path / "a.warc.gz", records))
    assert [item.attempt.url[-1] for item in captures] == ["0", "2"]
    assert [remark.code for remark in remarks] == [Code.WARC_RECORDS_SKIPPED]
    assert f"byte {len(gzip.compress(records[0]))}, {URL}?n=1" in remarks[0].place.english


CODED = {
    "gzip": ("Content-Encoding: gzip", gzip.compress(PAGE)),
    "two members of gzip": ("Content-Encoding: gzip", gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:])),
    "br": ("Content-Encoding: br", brotli.compress(PAGE)),
    "deflate": ("Content-Encoding: deflate", zlib.compress(PAGE)),
    "stacked": ("Content-Encoding: gzip, br", brotli.compress(gzip.compress(PAGE))),
    "chunked": ("Transfer-Encoding: chunked", chunked(PAGE)),
    "both": ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", chunked(gzip.compress(PAGE))),
    "in transfer": ("Transfer-Encoding: gzip, chunked", chunked(gzip.compress(PAGE))),
    "a word of no coding": ("Content-Encoding: utf-8", PAGE),
    "decoded before": ("Content-Encoding: br\r\nTransfer-Encoding: chunked\r\nContent-Length: 99999", PAGE),
    "gzip decoded before": ("Content-Encoding: gzip\r\nContent-Length: 99999", PAGE),
    "noted by Browsertrix": ("x-orig-content-encoding: gzip\r\nContent-Length: 99999", PAGE),
    "none": ("X-Note: none", PAGE),
}


@pytest.mark.parametrize("coding", CODED)
def test_a_body_is_the_same_in_any_coding(tmp_path: Path, coding: str) -> None:
    header, body = CODED[coding]
    capture, remarks = only(tmp_path / "a.warc", record("response", URL, response(body, header)))
    assert (capture.attempt.body, capture.attempt.failure, remarks) == (PAGE, None, [])


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("form", ["recorded", "decoded"])
def test_a_payload_digest_may_be_of_the_recorded_or_of_the_decoded_body(tmp_path: Path, coding: str, form: str) -> None:
    header, body = CODED[coding]
    digest = sha1(body if form == "recorded" else PAGE)
    block = response(body, header)
    capture, remarks = only(tmp_path / "a.warc", record("response", URL, block, WARC_Payload_Digest=digest))
    assert (capture.attempt.body, capture.attempt.failure, remarks) == (PAGE, None, [])


@pytest.mark.parametrize(
    "digest",
    [
        f"sha256:{hashlib.sha256(PAGE).hexdigest()}",
        f"SHA-256:{base64.b64encode(hashlib.sha256(PAGE).digest()).decode()}",
        f"md5:{hashlib.md5(PAGE, usedforsecurity=False).hexdigest()}",
        sha1(PAGE).lower(),
    ],
)
def test_a_digest_is_checked_in_every_encoding(tmp_path: Path, digest: str) -> None:
    for body, failure in ((PAGE, None), (PAGE + b" ", Outcome.NETWORK_ERROR)):
        capture, _ = only(tmp_path / "a.warc", record("response", URL, response(body), WARC_Payload_Digest=digest))
        assert capture.attempt.failure is failure


@pytest.mark.parametrize("digest", ["xxh3:0011223344556677", "sha1:short", sha1(PAGE).partition(":")[2]])
def test_a_digest_that_cannot_be_checked_is_said_to_be_so(tmp_path: Path, digest: str) -> None:
    capture, remarks = only(tmp_path / "a.warc", record("response", URL, response(PAGE), WARC_Payload_Digest=digest))
    assert (capture.attempt.body, capture.attempt.failure) == (PAGE, None)
    assert [remark.code for remark in remarks] == [Code.WARC_DIGESTS_UNCHECKED]


PACKED = gzip.compress(PAGE)
NOT_WHOLE = {
    "WARC-Truncated": (record("response", URL, response(PAGE[:200]), WARC_Truncated="time"), PAGE[:200], "time"),
    "Content-Length": (record("response", URL, response(PAGE[:200], "Content-Length: 999")), PAGE[:200], "200 of 999"),
    "gzip": (record("response", URL, response(PACKED[:-9], "Content-Encoding: gzip")), PAGE, "gzip"),
    "brotli": (record("response", URL, response(brotli.compress(PAGE)[:-2], "Content-Encoding: br")), None, "br"),
    "chunks": (record("response", URL, response(chunked(PAGE)[:-5], "Transfer-Encoding: chunked")), PAGE, "chunked"),
    "a chunk": (record("response", URL, response(chunked(PAGE)[:99], "Transfer-Encoding: chunked")), None, "chunked"),
    "segments": (record("response", URL, response(PAGE[:200]), WARC_Segment_Number="1"), PAGE[:200], "segment"),
    "block digest": (record("response", URL, response(PAGE), WARC_Block_Digest=sha1(PAGE)), PAGE, "digest"),
    "resource": (record("resource", URL, PAGE[:200], WARC_Truncated="disconnect"), PAGE[:200], "disconnect"),
    "no status": (record("response", URL, b"<html>" + PAGE), None, "not an HTTP response"),
    "no head": (record("response", URL, b""), None, "not an HTTP response"),
}


@pytest.mark.parametrize("cause", NOT_WHOLE)
def test_what_is_not_whole_is_a_network_error_with_its_reason(tmp_path: Path, cause: str) -> None:
    written, kept, words = NOT_WHOLE[cause]
    capture, remarks = only(tmp_path / "a.warc.gz", written)
    outcome, reason = capture.classified(None).outcome, capture.classified(None).reason
    assert outcome is Outcome.NETWORK_ERROR
    assert words in Reason.from_stored(reason).english
    assert kept is None or capture.attempt.body == kept
    assert [remark.code for remark in remarks] == [Code.WARC_RECORDS_NOT_WHOLE]
    assert URL in remarks[0].place.english


def test_what_is_no_body_is_not_short(tmp_path: Path) -> None:
    block = response(b"", "Content-Length: 999", status="HTTP/2 304")
    capture, remarks = only(tmp_path / "a.warc", record("response", URL, block))
    assert (capture.attempt.status, capture.attempt.failure, remarks) == (304, None, [])


def test_segments_that_follow_each_other_are_joined(tmp_path: Path) -> None:
    block, origin = response(PAGE), f"<urn:test:{URL}>"
    parts = [block[:150], block[150:300], block[300:]]
    first = record("response", URL, parts[0], WARC_Segment_Number="1", WARC_Payload_Digest=sha1(PAGE))
    rest = [
        record(
            "continuation",
            URL,
            part,
            WARC_Segment_Number=str(number),
            WARC_Segment_Origin_ID=origin,
            WARC_Segment_Total_Length=str(len(block)) if number == 3 else "",
        )
        for number, part in enumerate(parts[1:], 2)
    ]
    capture, remarks = only(tmp_path / "a.warc.gz", first, *rest)
    assert (capture.attempt.body, capture.attempt.failure, remarks) == (PAGE, None, [])
    capture, remarks = only(tmp_path / "b.warc.gz", first, rest[1])
    assert capture.attempt.failure is Outcome.NETWORK_ERROR
    assert {remark.code for remark in remarks} == {Code.WARC_RECORDS_SKIPPED, Code.WARC_RECORDS_NOT_WHOLE}


def test_nul_and_bytes_that_are_no_utf_8_are_read(tmp_path: Path) -> None:
    block = response(PAGE, "X-Note: a\0b").replace(b"X-Note", b"X-\xc9\xcf")
    capture, _ = only(tmp_path / "a.warc", record("response", URL, block, WARC_Note="a\0b"))
    assert capture.attempt.headers[-1] == ("X-ÉÏ", "ab")


def test_a_resource_is_a_capture_and_what_crawlers_note_is_none(tmp_path: Path) -> None:
    records = [
        record("resource", URL, PAGE, Content_Type="text/html"),
        record("resource", f"urn:pageinfo:{URL}", b"{}", Content_Type="application/json"),
        record("response", "dns:a.example", b"1.2.3.4", Content_Type="text/dns"),
        record("resource", "file:///a.html", PAGE, Content_Type="text/html"),
        record("conversion", URL, b"text", Content_Type="text/plain"),
        record("rumour", URL, b"text", Content_Type="text/plain"),
    ]
    capture, remarks = only(tmp_path / "a.warc.gz", *records)
    assert (capture.attempt.status, capture.attempt.body, capture.kind) == (200, PAGE, "document")
    assert [remark.code for remark in remarks] == [Code.WARC_RECORDS_SKIPPED] * 2
    assert scan_warc(tmp_path / "a.warc.gz").resources == 3


def test_a_revisit_of_what_is_not_whole_is_not_whole(tmp_path: Path) -> None:
    digest = sha1(PAGE[:200])
    records = [
        record("response", URL, response(PAGE[:200]), WARC_Payload_Digest=digest, WARC_Truncated="length"),
        record(
            "revisit", URL, response(b"", "Content-Length: 999"), WARC_Payload_Digest=digest, WARC_Truncated="length"
        ),
        record("revisit", URL, b"", WARC_Payload_Digest=digest),
    ]
    captures, _ = read(write_warc(tmp_path / "a.warc.gz", records))
    assert [item.attempt.failure for item in captures] == [Outcome.NETWORK_ERROR] * 3
    whole = [records[0].replace(b"WARC-Truncated: length\r\n", b""), *records[1:]]
    captures, _ = read(write_warc(tmp_path / "b.warc.gz", whole))
    assert [(item.attempt.failure, item.attempt.body) for item in captures] == [(None, PAGE[:200])] * 3


def test_a_revisit_of_bytes_that_were_damaged_since_is_named(tmp_path: Path) -> None:
    records = [record(kind, URL, response(PAGE), WARC_Payload_Digest=sha1(PAGE)) for kind in ("response", "revisit")]

    def damaged(digest: str) -> bytes:
        raise DamagedBlob(digest, "missing", "")

    items = list(read_responses(write_warc(tmp_path / "a.warc", records), damaged))
    remark = next(item for item in items if isinstance(item, Remark))
    assert (len(items), remark.code) == (2, Code.WARC_RECORDS_SKIPPED)
    assert URL in remark.place.english


def packages(path: Path, how: int) -> list[WarcResponse]:
    """What a WACZ of two WARC files gives."""
    records = [record("response", f"{URL}?n={n}", response(PAGE)) for n in range(4)]
    with zipfile.ZipFile(path, "w", how) as package:
        package.writestr("pages/pages.jsonl", "{}\n")
        package.writestr("archive/rec-b.warc.gz", b"".join(map(gzip.compress, records[2:])))
        package.writestr("archive/rec-a.warc", b"".join(records[:2]))
        package.writestr("indexes/index.cdxj", "")
    captures, remarks = read(path)
    assert remarks == []
    return captures


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_warc_files_of_a_package_are_read_in_the_order_of_their_names(tmp_path: Path, how: int) -> None:
    captures = packages(tmp_path / "a.wacz", how)
    assert [item.attempt.url[-1] for item in captures] == ["0", "1", "2", "3"]
    assert scan_warc(tmp_path / "a.wacz").responses == 4


def test_a_package_written_as_a_stream_is_read(tmp_path: Path) -> None:
    """Browsertrix writes its ZIP without seeking: sizes stand behind the bytes, and in the directory at the end."""

    class Stream:
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def write(self, data: bytes) -> int:
            self.parts.append(bytes(data))
            return len(data)

        def flush(self) -> None:
            pass

    stream = Stream()
    with zipfile.ZipFile(stream, "w") as package, package.open("archive/rec-0.warc.gz", "w") as file:  # type: ignore[call-overload]
        file.write(gzip.compress(record("response", URL, response(PAGE))))
    (tmp_path / "a.wacz").write_bytes(b"".join(stream.parts))
    captures, _ = read(tmp_path / "a.wacz")
    assert [item.attempt.body for item in captures] == [PAGE]


def test_a_package_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    for name, data in (("a.txt", b""), ("a.wacz", b""), ("archive/bomb.warc.gz", gzip.compress(bytes(99_000_000), 1))):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(name, data)
        with pytest.raises(GongkaiError):
            scan_warc(path)


def test_a_length_that_is_wrong_costs_the_records_that_it_lies_about(tmp_path: Path) -> None:
    urls = [f"{URL}?n={n}" for n in range(5)]
    for wrong, lost in ((10, {1}), (len(PAGE) + 5000, {1, 2, 3, 4}), (len(PAGE) + 700, {1, 2})):
        records = [record("response", url, response(PAGE)) for url in urls]
        records[1] = record("response", urls[1], response(PAGE), length=wrong)
        captures, remarks = read(write_warc(tmp_path / "a.warc", records))
        failed = {int(item.attempt.url[-1]) for item in captures if item.attempt.failure}
        assert [item.attempt.url for item in captures] == urls
        assert failed == lost
        assert Code.WARC_FILE_DAMAGED in {remark.code for remark in remarks}


def test_a_record_within_a_page_is_none(tmp_path: Path) -> None:
    planted = record("response", "https://b.example/", response(PAGE))
    plain = record("response", URL, response(b"<html>\n" + planted + b"</html>"))
    after = record("response", f"{URL}?n=1", response(PAGE))
    captures, remarks = read(write_warc(tmp_path / "a.warc", [plain, after]))
    assert [item.attempt.url for item in captures] == [URL, f"{URL}?n=1"]
    assert remarks == []
    # Where the length around it is wrong, it is not taken for one of the file's.
    records = [plain.replace(b"Content-Length: ", b"Content-Length: 9", 1), after]
    for name in ("a.warc", "b.warc.gz"):
        captures, _ = read(write_warc(tmp_path / name, records))
        assert "https://b.example/" not in [item.attempt.url for item in captures if not item.attempt.failure]


def outcome_of(response: WarcResponse) -> Outcome | None:
    """The outcome of a response by its bytes."""
    return (classify_file if response.kind == "file" else classify)(response.attempt)[0]


@given(
    st.sampled_from(FORMS),
    st.lists(
        st.tuples(st.sampled_from(HARM), st.floats(0, 0.999), st.binary(min_size=1, max_size=40)),
        min_size=1,
        max_size=3,
    ),
)
def test_damage_costs_no_more_than_it_hits_and_is_named(form: str, damage: list[tuple[str, float, bytes]]) -> None:
    with TemporaryDirectory() as folder:
        path = write_warc(Path(folder) / form, WHOLE)
        whole = path.read_bytes()
        data = harmed(whole, damage)
        path.write_bytes(data)
        try:
            scan_warc(path)
            captures, remarks = read(path)
        except GongkaiError:
            return
    taken = [item.attempt.body for item in captures if outcome_of(item) is None]
    assert set(taken) <= set(BODIES)
    if data != whole and form != "a.wacz":
        assert len(taken) == len(BODIES) or remarks


PIECES = st.sampled_from(
    [
        b"WARC/1.0\r\n",
        b"WARC/1.1\n",
        b"WARC-Type: response\r\n",
        b"Content-Length: 7\r\n",
        b"Content-Length: 999999999\r\n",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"\x1f\x8b\x08\x00",
        gzip.compress(WHOLE[1]),
        WHOLE[1],
        WHOLE[2][:200],
        b"PK\x03\x04",
        b"\0" * 100,
    ]
)


@given(st.lists(PIECES | st.binary(max_size=30), max_size=30))
def test_any_bytes_are_read_or_refused(pieces: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.warc"
        path.write_bytes(b"".join(pieces))
        try:
            scan_warc(path)
        except GongkaiError:
            return
        for item in read(path)[0]:
            item.classified(None)


BOMBS = {
    "blank lines": lambda: gzip.compress(WHOLE[1] + b"\r\n" * 15_000_000 + WHOLE[2], 1),
    "a line": lambda: gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 30_000_000, 1),
    "lines": lambda: gzip.compress(WHOLE[1] + b"a\n" * 15_000_000 + WHOLE[2], 1),
    "heads": lambda: b"WARC/1.0\r\n" * 5_000,
    "folded": lambda: b"WARC/1.0\r\nX: a\r\n" + b" a\r\n" * 100_000 + b"\r\n",
    "lengths": lambda: b"".join(record("response", URL, b"", length=10**9) for _ in range(1000)),
    "members": lambda: gzip.compress(WHOLE[1])[:-9] * 500,
    "a long block": lambda: gzip.compress(record("resource", URL, b"", length=10**12) + bytes(40_000_000), 1),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_file_takes_more_memory_or_time_than_its_bytes(tmp_path: Path, bomb: str) -> None:
    (tmp_path / "a.warc").write_bytes(BOMBS[bomb]())
    tracemalloc.start()
    try:
        scan_warc(tmp_path / "a.warc")
    except GongkaiError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_interim_responses_are_no_responses(tmp_path: Path) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    capture, remarks = only(tmp_path / "a.warc", record("response", URL, interim + response(PAGE)))
    assert (capture.attempt.status, capture.attempt.body, remarks) == (200, PAGE, [])
    alone, _ = only(tmp_path / "b.warc", record("response", URL, interim))
    assert alone.attempt.failure is not None


def test_a_file_of_zstd_with_its_dictionary_is_refused_by_name(tmp_path: Path) -> None:
    dictionary = record("response", URL, response(PAGE))
    for name, start in (
        ("dictionary", b"\x5d\x2a\x4d\x18" + len(dictionary).to_bytes(4, "little") + dictionary),
        ("zstd -d", b"\x28\xb5\x2f\xfd"),
    ):
        path = tmp_path / "a.warc.zst"
        path.write_bytes(start)
        with pytest.raises(GongkaiError, match=name):
            scan_warc(path)


def scanned(path: Path, *records: bytes) -> tuple[list[WarcResponse], list[str]]:
    """Captures of a file that was scanned, as an import scans it, and what is said of its other records."""
    write_warc(path, records)
    items = list(read_responses(path, {hashlib.sha256(PAGE).hexdigest(): PAGE}.__getitem__, scan_warc(path).relations))
    captures = [item for item in items if isinstance(item, WarcResponse)]
    return captures, [item.place.english for item in items if isinstance(item, Remark)]


def _exchange(method: str, number: int, refers: str) -> tuple[bytes, bytes]:
    """A request and its response, of which one `refers` to the other."""
    request_id, response_id = f"<urn:request:{number}>", f"<urn:response:{number}>"
    line = f"{method} /1.html HTTP/1.1\r\nHost: a.example\r\n\r\n".encode()
    ids = {"Content_Type": "application/http; msgtype=request", "WARC_Record_ID": request_id}
    if refers == "request":
        return record("request", URL, line, **ids, WARC_Concurrent_To=response_id), record(
            "response", URL, response(PAGE), WARC_Record_ID=response_id
        )
    return record("request", URL, line, **ids), record(
        "response", URL, response(PAGE), WARC_Record_ID=response_id, WARC_Concurrent_To=request_id
    )


@given(
    methods=st.lists(st.sampled_from(["GET", "GET", "POST", "HEAD", "OPTIONS"]), min_size=1, max_size=5),
    refers=st.sampled_from(["request", "response"]),
    shuffle=st.randoms(use_true_random=False),
)
def test_only_an_answer_to_get_is_the_page_at_its_address(
    methods: list[str], refers: str, shuffle: random.Random
) -> None:
    exchanges = [_exchange(method, number, refers) for number, method in enumerate(methods)]
    records = [each for exchange in exchanges for each in exchange]
    shuffle.shuffle(records)
    with TemporaryDirectory() as folder:
        captures, said = scanned(Path(folder) / "a.warc", *records)
    assert len(captures) == methods.count("GET")
    others = sorted(method for method in methods if method != "GET")
    assert sorted(words.split("answers a ")[1].split(" request")[0] for words in said) == others


@pytest.mark.parametrize(
    "named",
    [
        {"WARC_Payload_Digest": sha1(PAGE)},
        {"WARC_Payload_Digest": f"SHA-1:{hashlib.sha1(PAGE, usedforsecurity=False).hexdigest().upper()}"},
        {"WARC_Refers_To": "<urn:test:one>"},
        {"WARC_Refers_To_Target_URI": f"<{URL}>", "WARC_Refers_To_Date": "2023-06-01T02:03:04.000Z"},
    ],
)
def test_a_revisit_finds_its_original_however_it_names_it(tmp_path: Path, named: dict[str, str]) -> None:
    first = record("response", URL, response(PAGE), WARC_Record_ID="<urn:test:one>", WARC_Payload_Digest=sha1(PAGE))
    captures, said = scanned(tmp_path / "a.warc", first, record("revisit", f"{URL}?2", response(b""), **named))
    assert ([capture.attempt.body for capture in captures], said) == ([PAGE, PAGE], [])


def test_a_revisit_of_another_record_has_no_bytes(tmp_path: Path) -> None:
    first = record("response", URL, response(PAGE))
    again = record("revisit", f"{URL}?2", response(b""), WARC_Refers_To="<urn:test:other>")
    captures, said = scanned(tmp_path / "a.warc", first, again)
    assert len(captures) == 1
    assert "do not precede it" in said[0]


def test_an_answer_that_nothing_changed_is_a_capture_without_bytes(tmp_path: Path) -> None:
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    again = record("revisit", URL, response(b"", "ETag: 1", status="HTTP/1.1 304 Not Modified"), WARC_Profile=profile)
    captures, said = scanned(tmp_path / "a.warc", again)
    attempt = captures[0].attempt
    assert (attempt.status, attempt.body, attempt.header("etag"), said) == (304, None, "1", [])
    assert classify(attempt)[0] is Outcome.NOT_MODIFIED
