"""Rows and texts: every format by the program that opens it, filters, and what a spreadsheet must not run."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import snapshot
from etl.cli import app, exporting
from etl.errors import GongkaiError
from etl.export.exporting import ExportRequest, ExportResult, Format, export
from etl.export.rows import record_rows
from etl.export.tables import CSV_COLUMNS, SCHEMA, guard_formula, write_jsonl
from etl.local.services import Addresses
from etl.progress import Counter, Progress, no_progress
from etl.settings import PROJECT, Settings
from tests.support.browser_pages import Page, keep, other_source
from tests.support.gongkai import rows
from tests.support.services import own_archive

ALL = RecordFilter()
SAME = ("岚川市各码头渡船自四月起实行夏季班次，首班提早半小时，末班延后一小时，遇大风大雾停航。" * 3,)
SCAN = Page(4, title="岚川市档案扫描件", paragraphs=(), body='<img src="/scan.png">')


def fill(archive: Archive, folder: Path) -> None:
    """Five records: one in two versions, one text at two places, one without text, a formula for a title."""
    keep(archive, folder, Page(1, document_number="岚水〔2024〕7号"), Page(2, title="夏季渡船班次", paragraphs=SAME))
    later = timedelta(days=3)
    keep(archive, folder, Page(1, title="清淤通告（修订）", published="2024-04-01", after=later))
    keep(archive, folder, Page(3, title="转发：夏季渡船班次", paragraphs=SAME), source=other_source())
    keep(archive, folder, SCAN, Page(5, title='=HYPERLINK("https://x.example";"岚川")', published="2024-05-01"))


@pytest.fixture(scope="module")
def filled(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with own_archive(services, services_dir, "test-kept") as archive:
        fill(archive, tmp_path_factory.mktemp("kept"))
        yield archive


def write(
    archive: Archive, folder: Path, kind: Format, record_filter: RecordFilter = ALL, **more: Any
) -> tuple[Path, ExportResult]:
    out = folder / f"export.{kind}"
    return out, export(archive, ExportRequest(kind, out, record_filter, **more))


def lines(archive: Archive, folder: Path, record_filter: RecordFilter = ALL, **more: Any) -> list[dict[str, Any]]:
    out, _ = write(archive, folder, Format.JSONL, record_filter, **more)
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_json_lines_hold_every_field_with_its_evidence(filled: Archive, tmp_path: Path) -> None:
    found = lines(filled, tmp_path)
    assert [item["record_id"] for item in found] == sorted(item["record_id"] for item in found)
    assert len(found) == 5
    first = found[0]
    assert (first["title"], first["version"], first["is_current"]) == ("清淤通告（修订）", 2, True)
    assert first["published_date"] == "2024-04-01"
    published = [item for item in first["evidence"] if item["name"] == "published_date" and item["chosen"]]
    assert published[0]["raw"]
    assert published[0]["belief"] == "agreed"
    assert first["fields"]["published_date"] == published[0]["value"] == first["published_date"]
    assert first["text"].startswith("自三月起")
    assert first["permalink"].endswith(f"/records/{first['record_id']}/versions/2?id={first['short_id']}")
    assert first["citation"].endswith(f"{first['permalink']}.")
    versions = lines(filled, tmp_path, versions=True)
    assert [(item["version"], item["is_current"]) for item in versions if item["record_id"] == first["record_id"]] == [
        (1, False),
        (2, True),
    ]


def test_one_text_at_two_places_says_so(filled: Archive, tmp_path: Path) -> None:
    found = {item["title"]: item for item in lines(filled, tmp_path)}
    first, copy = found["夏季渡船班次"], found["转发：夏季渡船班次"]
    assert (first["places"], first["document_id"], copy["document_id"]) == (2, first["record_id"], first["record_id"])
    scan = found["岚川市档案扫描件"]
    assert (scan["places"], scan["document_id"]) == (1, scan["record_id"])


@pytest.mark.parametrize(
    ("record_filter", "titles"),
    [
        (RecordFilter(q="渡船"), {"夏季渡船班次", "转发：夏季渡船班次"}),
        (RecordFilter(source="lanchuan-copy"), {"转发：夏季渡船班次"}),
        (RecordFilter(publisher="水务", q="清淤 标题:修订"), {"清淤通告（修订）"}),
        (RecordFilter(publisher="财政"), set()),
        (RecordFilter(published_from=date(2024, 4, 1), published_to=date(2024, 4, 30)), {"清淤通告（修订）"}),
        (RecordFilter(published_from=date(2024, 5, 1)), {'=HYPERLINK("https://x.example";"岚川")'}),
        (RecordFilter(state="removed"), set()),
        (RecordFilter(q="渡船", state="current"), {"夏季渡船班次", "转发：夏季渡船班次"}),
    ],
)
def test_an_export_takes_the_filters_of_the_list(
    filled: Archive, tmp_path: Path, record_filter: RecordFilter, titles: set[str]
) -> None:
    assert {item["title"] for item in lines(filled, tmp_path, record_filter)} == titles


def test_changed_since_finds_what_changed_and_removed_records_are_told(
    archive: Archive, owner: Callable[[str], object], tmp_path: Path
) -> None:
    fill(archive, tmp_path)
    mark = datetime.now(UTC)
    assert lines(archive, tmp_path, RecordFilter(changed_since=mark)) == []
    owner("UPDATE archive.record SET state = 'removed', state_reason = '404', updated_at = now() WHERE id = 2")
    assert [item["state"] for item in lines(archive, tmp_path, RecordFilter(changed_since=mark))] == ["removed"]
    assert len(lines(archive, tmp_path)) == 5
    assert len(lines(archive, tmp_path, RecordFilter(state="current"))) == 4
    # The text that stands at two places is now that of the record which is still there.
    assert {item["document_id"] for item in lines(archive, tmp_path, RecordFilter(q="渡船"))} == {3}


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(filled: Archive, tmp_path: Path) -> None:
    out, done = write(filled, tmp_path, Format.CSV, versions=True)
    body = out.read_bytes()
    assert body.startswith("﻿record_id,version,".encode())
    found = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert len(found) == done.written == 6
    titles = [row["title"] for row in found]
    assert '\'=HYPERLINK("https://x.example";"岚川")' in titles
    assert not [cell for row in found for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert found[0]["characters"].isdecimal()
    assert "text" not in found[0]


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+86 10", "-5", "@cmd", "\t=1", "\r=1", "\n=1", "'=1", "'", "''", "岚川", "1-2", "", "＝1", "＠SUM", " x"],
)
def test_the_guard_can_be_taken_off(value: str) -> None:
    cell = guard_formula(value)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.removeprefix("'") == value


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
@pytest.mark.parametrize(
    "unseen", ["", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\u2060 ", "\t", "\r\n", "\x00", " \t"]
)
def test_nothing_unseen_hides_a_formula_from_the_guard(sign: str, unseen: str) -> None:
    value = f"{unseen}{sign}1+1"
    assert guard_formula(value) == f"'{value}"
    assert guard_formula(f"岚{value}") == f"岚{value}"


def test_flags_with_spaces_can_be_told_apart(filled: Archive, tmp_path: Path) -> None:
    out, _ = write(filled, tmp_path, Format.CSV)
    with out.open(encoding="utf-8-sig", newline="") as file:
        cells = {int(row["record_id"]): row["flags"] for row in csv.DictReader(file)}
    result = {int(item["record_id"]): item["flags"] for item in lines(filled, tmp_path)}
    assert any(" " in flag for flags in result.values() for flag in flags)
    assert {number: cell.split("; ") if cell else [] for number, cell in cells.items()} == result


def test_parquet_opens_in_duckdb(filled: Archive, tmp_path: Path) -> None:
    out, done = write(filled, tmp_path, Format.PARQUET)
    assert done.written == 5
    with duckdb.connect() as database:
        found = database.execute(
            """SELECT title, published_date, captured_at, len(evidence),
            list_filter(evidence, lambda f: f.chosen)[1].name FROM read_parquet(?) ORDER BY record_id""",
            [str(out)],
        ).fetchall()
        (total,) = database.execute("SELECT count(DISTINCT document_id) FROM read_parquet(?)", [str(out)]).fetchall()
    assert (found[0][:2], found[0][2].date()) == (("清淤通告（修订）", date(2024, 4, 1)), date(2024, 6, 4))
    assert all(row[3] and row[4] for row in found)
    assert total == (4,)


def test_excel_opens_it_with_text_in_every_cell(filled: Archive, tmp_path: Path) -> None:
    out, done = write(filled, tmp_path, Format.XLSX, versions=True)
    sheet = openpyxl.load_workbook(out, read_only=True).active
    assert sheet is not None
    head, *found = sheet.iter_rows()
    assert [cell.value for cell in head] == list(CSV_COLUMNS)
    assert len(found) == done.written == 6
    assert {cell.data_type for row in found for cell in row if cell.value is not None} == {"s"}
    by_name = [dict(zip(CSV_COLUMNS, (cell.value for cell in row), strict=True)) for row in found]
    # As it is, without the guard that CSV needs: a cell of text is no formula.
    assert '=HYPERLINK("https://x.example";"岚川")' in [row["title"] for row in by_name]
    assert (by_name[0]["document_number"], by_name[0]["published_date"]) == ("岚水〔2024〕7号", "2024-03-05")


def test_a_sheet_that_is_full_is_told_before_it_is_written(
    filled: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.export.exporting.XLSX_ROWS", 4)
    with pytest.raises(GongkaiError, match="5 rows do not fit into a sheet, which has 4"):
        write(filled, tmp_path, Format.XLSX)
    assert list(tmp_path.iterdir()) == []


def test_texts_have_the_names_and_the_form_of_the_seeds(filled: Archive, tmp_path: Path) -> None:
    out, done = write(filled, tmp_path, Format.TXT)
    texts = {row["hash"]: row["text"] for row in rows(filled, _TEXTS) if row["text"]}
    assert sorted(file.name for file in out.iterdir()) == [
        f"{number:03}_{digest[:16]}.txt" for number, digest in enumerate(texts)
    ]
    for file, text in zip(sorted(out.iterdir()), texts.values(), strict=True):
        assert file.read_bytes() == text.encode()
    assert done == ExportResult(3, left_out=1)
    with pytest.raises(GongkaiError, match="exists already"):
        write(filled, tmp_path, Format.TXT)


_TEXTS = "SELECT c.hash, c.text FROM archive.record r JOIN archive.content c ON c.hash = r.content_hash ORDER BY r.id"


@pytest.mark.parametrize("kind", [Format.JSONL, Format.CSV, Format.XLSX, Format.PARQUET])
def test_the_same_archive_gives_the_same_bytes(filled: Archive, tmp_path: Path, kind: Format) -> None:
    (tmp_path / "again").mkdir()
    first, second = (write(filled, folder, kind)[0].read_bytes() for folder in (tmp_path, tmp_path / "again"))
    assert first == second


@pytest.mark.parametrize("kind", list(Format))
def test_an_interrupted_export_leaves_nothing(filled: Archive, tmp_path: Path, kind: Format) -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        export(filled, ExportRequest(kind, folder / "export", RecordFilter()), interrupt)
    assert list(folder.iterdir()) == []


def test_memory_does_not_grow_with_the_archive(
    archive: Archive, owner: Callable[[str], object], tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    owner("UPDATE archive.content SET text = repeat('岚川市河段清淤', 2000)")

    def peak() -> int:
        with snapshot(archive) as connection, (tmp_path / "out").open("wb") as out:
            tracemalloc.start()
            rows_of_all = record_rows(connection, RecordFilter())
            write_jsonl(connection, rows_of_all, out, "", Counter("writing", None, no_progress))
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    peaks = []
    for rows_more in (200, 600):
        owner(
            f"""WITH pages AS (
                INSERT INTO archive.page (source_id, url, kind)
                SELECT source_id, url || '?' || gen_random_uuid(), kind
                FROM archive.page, generate_series(1, {rows_more})
                WHERE id = (SELECT page_id FROM archive.record ORDER BY id LIMIT 1) RETURNING id, source_id
            ), records AS (
                INSERT INTO archive.record (page_id, source_id, version, content_hash, read_with)
                SELECT p.id, p.source_id, 1, r.content_hash, r.read_with FROM pages p,
                    (SELECT * FROM archive.record ORDER BY id LIMIT 1) r RETURNING id
            )
            INSERT INTO archive.record_version
            SELECT (jsonb_populate_record(NULL::archive.record_version,
                to_jsonb(v) || jsonb_build_object('record_id', n.id))).* FROM records n,
                (SELECT * FROM archive.record_version ORDER BY record_id LIMIT 1) v"""
        )
        peaks.append(peak())
    assert (tmp_path / "out").stat().st_size > 30_000_000
    assert peaks[1] < peaks[0] * 1.2


def test_every_option_and_column_is_documented() -> None:
    documentation = (PROJECT / "docs" / "exports.md").read_text("utf-8")
    options = [name for option in get_command(exporting.app).commands["export"].params for name in option.opts]
    assert {name for name in options if name not in documentation} == set()
    assert {name for name in (*CSV_COLUMNS, *SCHEMA.names) if f"`{name}`" not in documentation} == set()


def test_permalinks_begin_where_readers_reach_the_browser(
    archive: Archive, local_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, tmp_path)
    run = CliRunner()
    export = ["export", "--format", "jsonl", "--out", "-"]
    address = "https://dangan.example/archive"
    for public, begins, noted in ((None, "/archive/records/", True), (address, f"{address}/records/", False)):
        monkeypatch.setattr(
            exporting, "settings", lambda public=public: local_settings.model_copy(update={"public_url": public})
        )
        result, cited = run.invoke(app, export), run.invoke(app, ["cite", "1", "--json"])
        links = [json.loads(line)["permalink"] for line in result.stdout.splitlines()]
        assert links
        assert all(link.startswith(begins) for link in [*links, json.loads(cited.stdout)["permalink"]])
        # Once, beside the data and not in it; and not at all where nothing has a permalink.
        assert [item.stderr.count("set GONGKAI_PUBLIC_URL") for item in (result, cited)] == [noted, noted]
        texts = ["export", "--format", "txt", "--out", str(tmp_path / f"texts-{noted}")]
        assert "GONGKAI_PUBLIC_URL" not in run.invoke(app, texts).stderr


def test_the_commands(
    archive: Archive, local_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, tmp_path)
    monkeypatch.setattr(exporting, "settings", lambda: local_settings)
    run = CliRunner()
    done = run.invoke(app, ["export", "--format", "jsonl", "--out", "-", "--from", "2024-04-01", "--to", "2024-04-01"])
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["title"] == "清淤通告（修订）"
    assert "standard output: 1 row\n" in done.stderr
    cited = run.invoke(app, ["cite", "1", "--version", "1", "--base", "https://archive.example/archive"])
    assert cited.stdout.startswith(
        "岚川市水务局. 岚川市水务局关于第1号河段清淤的通告：岚水〔2024〕7号[EB/OL].（2024-03-05）[2024-06-01]. "
    )
    assert "https://archive.example/archive/records/1/versions/1?id=" in cited.stdout
    assert cited.stderr == ""
    for words, expected in (
        (["--from", "2024-02-30"], "--from: '2024-02-30' is not a date; write it as 2025-01-31"),
        (["--changed-since", "soon"], "--changed-since: 'soon' is not a time"),
        (["--state", "gone"], "--state: 'gone' is not a state; use one of all, current, removed"),
    ):
        refused = run.invoke(app, ["export", "--format", "jsonl", "--out", "-", *words])
        assert refused.exit_code == 2
        assert expected in " ".join(re.sub("[│╭╮╰╯─]", " ", refused.stderr).split())
    for words, expected in (
        (["--format", "warc", "--out", "-"], "cannot be written to standard output"),
        (["--format", "csv", "--out", str(tmp_path / "x"), "--all-captures"], "it is for warc, wacz and bagit"),
        (["--format", "warc", "--out", str(tmp_path / "x"), "--versions"], "it is for jsonl, csv, xlsx and parquet"),
        (["--format", "csv", "--out", str(tmp_path / "x"), "--source", "nowhere"], "no source 'nowhere'"),
        (["--format", "csv", "--out", str(tmp_path / "no" / "x")], "cannot be written: No such file"),
    ):
        refused = run.invoke(app, ["export", *words])
        assert isinstance(refused.exception, GongkaiError)
        assert expected in str(refused.exception)
    assert not (tmp_path / "x").exists()
