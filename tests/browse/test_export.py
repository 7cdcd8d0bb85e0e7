"""Downloads of what the list shows, as a reader takes them."""

import csv
import io
import json
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import duckdb
import openpyxl
import pytest
from starlette.testclient import TestClient
from warcio.archiveiterator import ArchiveIterator

from etl.archive.queries.search import parse_filter
from etl.archive.storage.archive import Archive
from etl.browse.http import exports
from etl.export import streaming
from etl.export.exporting import ExportRequest, Format, export
from etl.export.streaming import CHUNK_BYTES, MAX_WAITING, Stream
from etl.local.services import Addresses
from tests.support.browser_pages import Page, keep
from tests.support.services import own_archive

FILTER = {"q": "清淤", "from": "2024-04-01", "only": "year:2024"}


@pytest.fixture(scope="module")
def filled(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Six records, three of which the filter selects."""
    with own_archive(services, services_dir, "test-downloads") as archive:
        days = ("2023-05-01", "2024-03-05", "2024-04-01", "2024-04-02", "2024-05-01")
        pages = [Page(number, published=day) for number, day in enumerate(days, 1)]
        other = Page(9, title="岚川市财政局预算公开", paragraphs=("预算公开如下。" * 9,), published="2024-06-01")
        keep(archive, tmp_path_factory.mktemp("kept"), *pages, other)
        yield archive


@pytest.fixture
def archive(filled: Archive) -> Archive:
    return filled


def get(reader: TestClient, kind: str, **params: Any) -> bytes:
    answer = reader.get(f"/archive/export/{kind}", params=params or FILTER)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_the_list_leads_to_downloads_with_its_whole_filter(reader: TestClient) -> None:
    html = reader.get("/archive/", params=FILTER).text
    (link,) = re.findall(r'class="download" href="(/archive/export[^"]+)"', html)
    page = reader.get(unescape(link)).text
    assert "共 3 条记录" in page
    links = re.findall(r'href="(/archive/export/[^"]+)"', page)
    assert len(links) == len(Format)
    for each in links:
        answer = reader.get(unescape(each))
        assert answer.status_code == 200
        assert answer.content
    command = "gongkai export --format csv --out records.csv --query '清淤' --from 2024-04-01 --only year:2024"
    assert command in unescape(page)


def test_the_page_says_what_each_download_costs(reader: TestClient) -> None:
    page = reader.get("/archive/export.json", params=FILTER).json()
    assert page["total"] == {"number": 3, "exact": True}
    for each in page["downloads"]:
        assert each["open"]
        if each["bytes"] is not None:
            size = len(get(reader, each["format"]))
            # What many records share, such as the head of a table, is in the estimate more than once or not.
            assert size / 3 < each["bytes"] < size * 3, each
    assert {each["format"] for each in page["downloads"] if each["bytes"] is None} == {"txt", "wacz", "warc", "bagit"}


@pytest.mark.parametrize("kind", list(Format))
def test_a_download_is_what_the_command_exports(
    archive: Archive, reader: TestClient, tmp_path: Path, kind: Format
) -> None:
    body = get(reader, kind)
    record_filter = parse_filter({"q": FILTER["q"], "from": FILTER["from"]}, [FILTER["only"]])
    out = tmp_path / f"out.{kind}"
    export(archive, ExportRequest(kind, out, record_filter, base="http://testserver/archive"))
    if kind is Format.TXT:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            assert {name: package.read(name) for name in package.namelist()} == {
                file.name: file.read_bytes() for file in out.iterdir()
            }
    elif kind is Format.BAGIT:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            assert {name: package.read(name) for name in package.namelist()} == {
                f"bag/{file.relative_to(out).as_posix()}": file.read_bytes()
                for file in out.rglob("*")
                if file.is_file()
            }
    elif kind is Format.WACZ:  # a ZIP that is sent has the sizes of its parts behind them
        with zipfile.ZipFile(io.BytesIO(body)) as sent, zipfile.ZipFile(out) as written:
            assert {name: sent.read(name) for name in sent.namelist()} == {
                name: written.read(name) for name in written.namelist()
            }
    elif kind is Format.XLSX:
        sent_book, written_book = (openpyxl.load_workbook(file).active for file in (io.BytesIO(body), out))
        assert list(sent_book.values) == list(written_book.values)
        assert len(list(sent_book.values)) == 4
    else:
        assert body == out.read_bytes()


def test_each_format_opens_in_its_program(reader: TestClient, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(get(reader, "csv").decode("utf-8-sig"), newline="")))
    lines = [json.loads(line) for line in get(reader, "jsonl").splitlines()]
    (tmp_path / "records.parquet").write_bytes(get(reader, "parquet"))
    with duckdb.connect() as database:
        named = database.execute(
            "SELECT title FROM read_parquet(?) ORDER BY title", [str(tmp_path / "records.parquet")]
        )
        titles = [title for (title,) in named.fetchall()]
    assert titles == sorted(row["title"] for row in rows) == sorted(line["title"] for line in lines)
    assert len(titles) == 3
    records = ArchiveIterator(io.BytesIO(get(reader, "warc")))
    assert len([1 for record in records if record.rec_type == "response"]) == 3


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "公开档案.csv"),
        ({"q": "清淤 通告", "source": "imported"}, "公开档案_清淤-通告_imported.csv"),
        ({"from": "2024-01-01", "to": "2024-12-31"}, "公开档案_2024-01-01–2024-12-31.csv"),
        ({"q": '../../etc/passwd "清淤" <b>|*?\u202e'}, None),
        ({"q": f"清淤 {'岚' * 150}"}, None),
    ],
)
def test_a_download_is_named_after_its_filter_and_safely(
    reader: TestClient, params: dict[str, str], name: str | None
) -> None:
    answer = reader.get("/archive/export/csv", params=params)
    if name is None and answer.status_code == 404:
        name = exports.file_name(parse_filter(params), Format.CSV)
    else:
        stated = answer.headers["content-disposition"]
        assert stated.startswith("attachment; filename=\"records.csv\"; filename*=UTF-8''")
        found = unquote(stated.partition("''")[2])
        assert name in (None, found)
        name = found
    assert not set(name) & set('\\/:*?"<>| \u202e')
    assert name.count(".") == 1
    assert len(name) < 100


def test_what_cannot_be_downloaded_says_why(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    as_json = {"accept": "application/json"}
    nothing = reader.get("/archive/export/csv", params={"q": "没有的词"}, headers=as_json)
    assert (nothing.status_code, nothing.json()["english"]) == (404, "No record matches.")
    assert "没有符合条件的记录" in reader.get("/archive/export", params={"q": "没有的词"}).text
    assert reader.get("/archive/export/pdf").status_code == 404
    assert reader.get("/archive/export/csv", params={"from": "soon"}).status_code == 400
    monkeypatch.setattr(exports, "MAX_RECORDS", dict.fromkeys(Format, 2))
    many = reader.get("/archive/export/csv", headers=as_json)
    assert (many.status_code, many.json()["detail"]) == (413, "more than 2 records")
    monkeypatch.undo()
    taken = [exports._slots.acquire(blocking=False) for _ in range(exports.MOST_AT_ONCE)]
    busy = reader.get("/archive/export/csv")
    assert (all(taken), busy.status_code, busy.headers["retry-after"]) == (True, 503, "60")
    for _ in taken:
        exports._slots.release()
    assert reader.get("/archive/export/csv").status_code == 200


def test_more_than_a_download_may_have_is_said_before(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.browse.pages.export.MAX_RECORDS", dict.fromkeys(Format, 2))
    page = reader.get("/archive/export").text
    assert "超过上限" in page
    assert 'href="/archive/export/' not in page


def test_a_writer_waits_for_its_reader_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.05)
    ended: list[str] = []

    def write(out: IO[bytes]) -> None:
        for _ in range(1000):
            out.write(b"x" * CHUNK_BYTES)

    stream = Stream(write, lambda: ended.append("ended"))
    assert next(stream)
    with stream._pipe._changed:  # the reader sleeps until the writer has given up
        stream._pipe._changed.wait_for(lambda: stream._pipe._over)
    with pytest.raises(streaming.ReaderGone):
        deque(stream)
    assert ended == ["ended"]
    assert stream._pipe.tell() <= (MAX_WAITING + 3) * CHUNK_BYTES


def test_a_reader_that_goes_ends_the_writer() -> None:
    wrote: list[int] = []

    def write(out: IO[bytes]) -> None:
        while True:
            wrote.append(out.write(b"x" * CHUNK_BYTES))

    stream = Stream(write)
    next(stream)
    stream.close()
    with stream._pipe._changed:
        assert stream._pipe._changed.wait_for(lambda: stream._pipe._over, 30)
    assert len(wrote) <= MAX_WAITING + 2


def test_what_fails_in_the_middle_breaks_the_download_off() -> None:
    def write(out: IO[bytes]) -> None:
        out.write(b"x" * CHUNK_BYTES)
        raise OSError("the database has gone")

    stream = Stream(write)
    assert next(stream) == b"x" * CHUNK_BYTES
    with pytest.raises(OSError, match="has gone"):
        next(stream)
