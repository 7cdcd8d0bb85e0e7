"""An inspection finds what was planted, and says what it did not look at."""

import re
from pathlib import Path
from typing import Any

import pytest

from demo import demo_site
from demo.server import serve
from etl.archive.preservation.fixity import audit
from etl.archive.preservation.time_stamps import Authority, stamp_days
from etl.archive.records.file_readings import store_file_reading
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.files import FileOutcome, FileReading
from etl.files.media_types import DOC
from etl.inspection.checks import CHECKS, PROGRAM, PROPERTIES
from etl.local.services import Addresses
from etl.settings import PROJECT, Settings
from tests.support.gongkai import SMALL, crawl_site, gongkai, inspected, rows, small
from tests.support.stored import age, flip_a_byte, keep
from tests.support.time_authority import TimeAuthority
from tests.support.whole_database import quiet


@pytest.fixture
def crawled(archive: Archive) -> Archive:
    """Three documents, of which some have files."""
    site = small(demo_site("trs_wcm"), 3)
    with serve(site):
        crawl_site(archive, site, assertions=SMALL)
    return archive


def failed(found: dict[str, Any]) -> dict[str, int]:
    return {name: result["failed"] for name, result in found.items() if name and result["failed"]}


def test_a_sound_archive_has_no_fault_and_each_property_is_inspected(
    crawled: Archive, local_settings: Settings
) -> None:
    found = inspected(local_settings, "--read")
    records = rows(crawled, "SELECT count(*) AS n FROM archive.record")[0]["n"]
    assert found["fields"]["inspected"] == found["log"]["inspected"] == records
    assert failed(found).keys() <= {"stamp", "evidence", "formats"}
    assert found["stamp"]["failed"] == records, "no time stamp covers anything yet"
    assert found["read"]["inspected"] == found["bytes"]["inspected"] > records, "files are read, too"
    assert found["viruses"]["inspected"] is None
    assert "GONGKAI_CLAMD" in found["viruses"]["note"]
    assert {result["property"] for result in found[""]["results"]} == PROPERTIES.keys()
    assert found[""]["fields"][0]["title"] == records
    assert found[""]["fixity"]["in_time"] == found[""]["fixity"]["blobs"] == found["bytes"]["inspected"]


def test_what_a_time_stamp_covers_is_told(crawled: Archive, local_settings: Settings, authority: TimeAuthority) -> None:
    day = rows(crawled, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date + 1 AS day")[0]["day"]
    stamp_days(crawled, Authority(authority.url, authority.certificates.read_text()), day, quiet)
    assert inspected(local_settings)["stamp"]["failed"] == 0


def test_damage_is_found_by_the_last_audit_and_by_reading_now(
    crawled: Archive, local_settings: Settings, services: Addresses
) -> None:
    flipped, missing = (
        row["sha256"] for row in rows(crawled, "SELECT DISTINCT blob_sha256 AS sha256 FROM archive.capture c "
        "JOIN archive.record_version v ON v.capture_id = c.id ORDER BY 1 LIMIT 2")
    )  # fmt: skip
    flip_a_byte(crawled, services, flipped)
    crawled.store.remove(blob_key(missing))
    assert failed(inspected(local_settings)).keys() <= {"stamp", "evidence", "formats"}, "nobody has read them yet"
    found = inspected(local_settings, "--read", code=1)
    assert {item["subject"].split(",")[0]: item["why"].split(":")[0] for item in found["read"]["first"]} == {
        f"blob {flipped}": "mismatch",
        f"blob {missing}": "missing",
    }
    audit(crawled, quiet)
    assert inspected(local_settings, code=1)["bytes"]["failed"] == 2


def test_what_is_missing_in_records_is_counted_and_named(
    archive: Archive, local_settings: Settings, owner_url: str, tmp_path: Path
) -> None:
    keep(archive, tmp_path, 2)
    keep(archive, tmp_path, 1, "other")
    found = inspected(local_settings)
    assert found["fields"]["failed"] == 3
    assert found["fields"]["first"][0]["why"] == "publisher, date"
    assert inspected(local_settings, "--source", "other")["fields"]["inspected"] == 1
    age(owner_url, "DELETE FROM archive.change WHERE change_seq = 2")
    age(owner_url, "UPDATE archive.log_object SET damage = 'missing' WHERE key LIKE 'captures/other/%'")
    found = inspected(local_settings, code=1)
    assert [item["subject"] for item in found["feed"]["first"]] == ["change 2"]
    assert [item["why"] for item in found["log"]["first"]] == ["missing"]


@pytest.mark.parametrize(
    ("reading", "check"),
    [
        (FileReading(DOC, FileOutcome.BROKEN, "", "", None, ""), "open"),
        (FileReading(DOC, FileOutcome.READ, "", "文", 1, "doc"), "formats"),
        (FileReading(PROGRAM, FileOutcome.UNSUPPORTED, "", "", None, ""), "programs"),
    ],
)
def test_files_that_do_not_open_are_at_risk_or_are_programs_are_named(
    crawled: Archive, local_settings: Settings, owner_url: str, reading: FileReading, check: str
) -> None:
    digest = rows(crawled, "SELECT blob_sha256 AS sha256 FROM archive.file ORDER BY 1 LIMIT 1")[0]["sha256"]
    before = inspected(local_settings)[check]["failed"]
    store_file_reading(crawled, digest, reading)
    found = inspected(local_settings, code=1 if check == "programs" else 0)
    assert found[check]["failed"] == before + 1
    assert any(item["subject"].startswith(f"file {digest}") for item in found[check]["first"])


def test_the_page_says_it_in_both_languages_and_claims_no_conformity(
    crawled: Archive, local_settings: Settings, tmp_path: Path
) -> None:
    done = gongkai(local_settings, "inspect", "--out", tmp_path / "report.html")
    assert done.code == 0, done
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    for check in CHECKS:
        assert check.chinese in text
        assert check.english in text
    assert "不声称符合" in text
    assert "does not claim to conform" in text
    assert "<script" not in text


def test_every_check_is_documented() -> None:
    text = (PROJECT / "docs" / "inspection.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \| (?:authen|integ|usab|safe)", text, re.M)
    assert documented == [*(check.name for check in CHECKS), "read", "viruses"]
