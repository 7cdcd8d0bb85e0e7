"""docs/bucket.md describes every object and every field; buckets of earlier versions are read; later ones refused."""

import inspect
import json
import re
import tarfile
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from typing_extensions import is_typeddict

from etl.archive.crawls.checks import SerialGap
from etl.archive.crawls.dead_links import DeadLink
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions, ListingSummary, ListSummary
from etl.archive.preservation import garbage
from etl.archive.preservation.rebuild import rebuild
from etl.archive.storage import layout, log_lines, models
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import LAYOUT, REBUILD_ORDER, KeyForm
from etl.archive.storage.log_format import LogLine, LogPart, read_line
from etl.archive.storage.log_lines import (
    ActLine,
    ArchiveMember,
    ChangeEvent,
    CollectionRow,
    CorrectionRow,
    FieldEvidence,
    FixityLine,
    LinkRow,
    NoteRow,
    ReadingLine,
    ReviewRow,
    RunLine,
    RunPageLine,
    SourceLine,
    VersionValues,
)
from etl.errors import GongkaiError
from etl.extract import FieldValue
from etl.files import Member
from etl.settings import PROJECT
from tests.support.stored import capture_line, write_log, write_raw_log
from tests.support.whole_database import dump, quiet

OLD_BUCKET = Path(__file__).with_name("bucket-of-version-0.1.tar.gz")
PAGE = (PROJECT / "docs" / "bucket.md").read_text(encoding="utf-8")
DIGEST, MOMENT = "ab" * 32, datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def cells(section: str) -> list[list[str]]:
    """The rows of the table in a section of the page, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names_of(kind: Any) -> list[str]:
    """The keys of an object of that kind as it is stored."""
    if is_typeddict(kind):
        return list(kind.__annotations__)
    head = ["format"] if issubclass(kind, LogLine) else []
    return head + [field.name for field in fields(kind)]


def test_the_page_lists_exactly_the_fields_of_each_line_and_object() -> None:
    documented = {
        match[1]: [row[0].strip("`") for row in cells(section)]
        for section in PAGE.split("\n## ")
        if (match := re.search(r"`(\w+)`$", section.splitlines()[0]))
    }
    stored = [
        kind
        for _, kind in inspect.getmembers(log_lines, inspect.isclass)
        if kind.__module__ == log_lines.__name__
        and (is_typeddict(kind) or (issubclass(kind, LogPart) and is_dataclass(kind)))
        and kind is not ChangeEvent
    ]
    kinds = [*stored, CrawlOptions, ListingSummary, ListSummary, Report, SerialGap, DeadLink]
    assert documented == {kind.__name__: names_of(kind) for kind in kinds}


def test_the_page_lists_exactly_the_prefixes_with_what_is_done_with_them() -> None:
    [section] = [section for section in PAGE.split("\n## ") if section.startswith("Prefixes\n")]
    rows = cells(section)
    assert [row[0].strip("`") for row in rows] == [form.prefix for form in LAYOUT]
    for form, row in zip(LAYOUT, rows, strict=True):
        assert row[3].startswith("once") == (form.write_once or form.prefix in ("blobs/", "garbage/")), form.prefix
        for treatment, cell in ((form.unreferenced_as, row[4]), (form.rebuild_step, row[5])):
            # What is left alone says why.
            assert cell == f"`{treatment}`" if treatment else re.fullmatch(r"exempt: .{10,}", cell), form.prefix


def test_every_prefix_has_its_place_in_backup_garbage_and_rebuild() -> None:
    prefixes = {value for value in vars(layout).values() if isinstance(value, str) and re.fullmatch(r"\w+/", value)}
    assert {form.prefix for form in LAYOUT} == prefixes
    # Bytes are copied after everything that names them.
    assert LAYOUT[-1].prefix == layout.BLOBS
    assert {form.prefix for form in LAYOUT if form.unreferenced_as} == garbage._KNOWN.keys()
    assert sorted(form.rebuild_step for form in LAYOUT if form.rebuild_step) == sorted(REBUILD_ORDER)


@pytest.mark.parametrize(
    ("key", "prefix", "name"),
    [
        (layout.blob_key(DIGEST), layout.BLOBS, DIGEST),
        (layout.reading_key(DIGEST), layout.READINGS, DIGEST),
        (layout.journal_key(7), layout.CHANGES, "7"),
        (layout.act_key(7), layout.ACTS, "7"),
        (layout.fixity_key(MOMENT, 7), layout.FIXITY, "7"),
        (layout.run_log_key(7, "a-b", MOMENT), layout.RUNS, "7"),
        (layout.removal_key(MOMENT), layout.REMOVALS, layout.removal_key(MOMENT)),
        (f"{layout.CHANGES_EXPORT}manifest.json", layout.EXPORTS, f"{layout.CHANGES_EXPORT}manifest.json"),
        *[
            (f"{layout.capture_log_prefix('a-b', MOMENT, 7, label)}9.jsonl.gz", layout.CAPTURES, None)
            for label in ("listing", "0")
        ],
    ],
)
def test_a_key_is_of_the_form_of_one_prefix_alone(key: str, prefix: str, name: str | None) -> None:
    matches: list[tuple[KeyForm, str]] = [(form, match[1]) for form in LAYOUT if (match := form.pattern.fullmatch(key))]
    assert [(form.prefix, found) for form, found in matches] == [(prefix, name or key)]


@pytest.mark.parametrize(
    ("line", "table", "besides"),
    [
        (SourceLine, models.Source, set()),
        (RunLine, models.Run, set()),
        (RunPageLine, models.RunPage, {"page"}),
        (ReadingLine, models.File, {"text", "normaliser"}),
        (FixityLine, models.FixityEvent, set()),
        (CorrectionRow, models.Correction, set()),
        (ActLine, models.Act, {"writer", "review", "collection", "membership", "note", "link"}),
    ],
)
def test_a_line_has_every_column_of_its_row(line: type[LogPart], table: type[models.Base], besides: set[str]) -> None:
    """A column that no line tells would be empty after a rebuild."""
    assert {field.name for field in fields(line)} == {*table.__table__.columns.keys()} | besides  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "table", "told_by_the_act"),
    [
        (ReviewRow, models.Review, {"act", "reviewed_by", "reviewed_at"}),
        (CollectionRow, models.Collection, {"act"}),
        (NoteRow, models.Note, {"act"}),
        (LinkRow, models.CitationLink, {"act", "number_key", "title_key"}),
    ],
)
def test_an_act_has_every_column_of_its_row(
    part: type[LogPart], table: type[models.Base], told_by_the_act: set[str]
) -> None:
    assert {field.name for field in fields(part)} | told_by_the_act == {*table.__table__.columns.keys()}  # type: ignore[arg-type]


def test_an_object_within_a_line_has_every_part_of_what_it_is_made_of() -> None:
    version = {*models.RecordVersion.__table__.columns.keys()} - {"record_id", "version", "kind", "created_at"}
    assert {field.name for field in fields(VersionValues)} == version
    evidence = {field.name for field in fields(FieldValue)} | {"chosen", "set_aside", "belief", "confidence"}
    assert FieldEvidence.__annotations__.keys() == evidence
    assert ArchiveMember.__annotations__.keys() == {field.name for field in fields(Member)}


def test_a_bucket_of_an_earlier_version_gives_the_rows_that_it_gave_then(archive: Archive, owner_url: str) -> None:
    """Written by commit 10d1298: crawls of a site with a change, a removal and a return, an article of three pages,
    files, corrections, damage and its end, a page that was not read, removed garbage, and a run that was cut off."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with tarfile.open(OLD_BUCKET) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            if member.name == "rows.json":
                rows = json.load(file)
            else:
                archive.store.put(member.name.removeprefix("bucket/"), file.read())
    rebuild(create_engine(owner_url), archive.store, quiet)
    now = json.loads(json.dumps(dump(archive), default=lambda value: value.isoformat()))
    # What keeps a page unread has got a column of its own since.
    [unread] = [row for row in rows["run_page"] if row["reason"].startswith("not read: ")]
    unread |= {"reason": "", "unread_reason": unread["reason"].removeprefix("not read: ")}
    for table, expected in rows.items():
        # Columns that came later have no value in what was written then.
        found = [{name: row[name] for name in old} for row, old in zip(now[table], expected, strict=True)]
        assert found == expected, table


def test_a_line_is_read_as_it_was_written(archive: Archive) -> None:
    line = capture_line(7, "captures/a", DIGEST)
    write_log(archive, "captures/a", [line])
    [read] = archive.store.read_log("captures/a", type(line))
    assert read.to_json() == json.loads(json.dumps(line.to_json()))
    assert read.fetched_at == line.fetched_at


def test_fields_of_later_versions_are_ignored_and_later_formats_refused(archive: Archive) -> None:
    written = FixityLine(1, DIGEST, "missing", "no object", MOMENT).to_json()
    write_raw_log(archive, "fixity/a", written | {"later": 1}, {**written, "format": FixityLine.FORMAT + 1})
    assert read_line(FixityLine, written | {"later": 1}, "fixity/a") == FixityLine(
        1, DIGEST, "missing", "no object", MOMENT
    )
    with pytest.raises(GongkaiError, match=r"fixity/a, line 2: format 4 .*use the version of gongkai that wrote it"):
        archive.store.read_log("fixity/a", FixityLine)


def test_a_log_that_cannot_be_read_is_named(archive: Archive) -> None:
    write_raw_log(archive, "fixity/a", {"id": 1})
    with pytest.raises(GongkaiError, match=r"fixity/a, line 1 is no FixityLine: .*'blob_sha256'"):
        archive.store.read_log("fixity/a", FixityLine)
    write_log(archive, "fixity/a", [FixityLine(1, DIGEST, "missing", "no object", MOMENT)])
    archive.store.put("fixity/a", archive.store.read("fixity/a")[:-9])
    with pytest.raises(GongkaiError, match="log fixity/a is damaged"):
        archive.store.read_log("fixity/a", FixityLine)
