"""What is done to records over the years, from the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from etl.archive import Archive
from etl.archive.database import downgrade, migrate
from etl.settings import Settings
from tests.kit import crawl_site, environment, rows
from tests.sites import catalogue
from tests.sites.server import serve
from tests.sites.trs_columns import BY_KEY
from tests.sites.trs_wcm import TrsSite

RECORDS = "SELECT id, version FROM archive.record ORDER BY id"


@pytest.fixture
def record(archive: Archive) -> int:
    """The number of the one record of a small archive."""
    site = TrsSite("demo-trs")
    site.put(next(each for each in catalogue.documents("trs") if each.attachments), column="czxx")
    with serve(site):
        column = {"url": site.base + BY_KEY["czxx"].path}
        crawl_site(archive, site, columns=[column], assertions={"min_records": 1, "max_age_days": 36500})
    return int(rows(archive, RECORDS)[0]["id"])


def gongkai(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("gongkai"), *words]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)


def test_a_correction_says_its_version_and_a_wrong_one_what_is_wrong(
    archive: Archive, local_settings: Settings, record: int
) -> None:
    done = gongkai(local_settings, "correct", str(record), "publisher=某某局", "keywords=", "--why", "印章为证")
    assert (done.returncode, done.stdout.strip()) == (0, f"record {record} is at version 2")
    for words, said in (
        ([str(record), "publisher"], "not FIELD=VALUE"),
        ([str(record), "publisher=某局"], "the reason is missing"),
        ([str(record), "--why", "无"], "nothing to correct"),
        (["99", "publisher=某局", "--why", "无"], "no record 99"),
    ):
        failed = gongkai(local_settings, "correct", *words)
        assert failed.returncode == 1
        assert said in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1
    done = gongkai(local_settings, "correct", str(record), "--withdraw", "publisher", "--why", "看错了")
    assert done.stdout.strip() == f"record {record} is at version 3"


def test_a_rebuild_says_what_it_read(archive: Archive, local_settings: Settings, owner_url: str, record: int) -> None:
    before = rows(archive, RECORDS)
    archive.engine.dispose()
    downgrade(owner_url)
    migrate(owner_url)
    done = gongkai(local_settings, "rebuild")
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()[1:]} == {
        "runs",
        "captures",
        "fixity",
        "files",
        "changes",
    }
    assert rows(archive, RECORDS) == before
    assert gongkai(local_settings, "scans").stdout.strip() == "0 scans read"
