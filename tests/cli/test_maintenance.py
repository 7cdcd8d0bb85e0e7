"""What is done to records over the years, from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo import catalogue
from demo.server import serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.storage.archive import Archive
from etl.archive.storage.migrations import downgrade, migrate
from etl.cli import app
from etl.errors import GongkaiError
from etl.settings import Settings
from tests.support.gongkai import crawl_site, environment, gongkai, rows

RECORDS = "SELECT id, version FROM archive.record ORDER BY id"


@pytest.fixture
def record(archive: Archive) -> int:
    """The number of the one record of a small archive."""
    site = TrsSite("demo-trs")
    site.put(next(document for document in catalogue.documents("trs") if document.attachments), column="czxx")
    with serve(site):
        column = {"url": site.base + BY_KEY["czxx"].path}
        crawl_site(archive, site, columns=[column], assertions={"min_records": 1, "max_age_days": 36500})
    return int(rows(archive, RECORDS)[0]["id"])


def set_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings for a command that runs in this process."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)


def test_a_correction_says_its_version_and_a_wrong_one_what_is_wrong(
    archive: Archive, local_settings: Settings, record: int
) -> None:
    done = gongkai(local_settings, "correct", str(record), "publisher=某某局", "keywords=", "--why", "印章为证")
    assert (done.code, done.out.strip()) == (0, f"record {record} is at version 2")
    for words, message in (
        ([str(record), "publisher"], "not FIELD=VALUE"),
        ([str(record), "publisher=某局"], "the reason is missing"),
        ([str(record), "--why", "无"], "nothing to correct"),
        (["99", "publisher=某局", "--why", "无"], "no record 99"),
    ):
        failed = gongkai(local_settings, "correct", *words)
        assert failed.code == 1
        assert message in failed.err
        assert len(failed.err.strip().splitlines()) == 1
    done = gongkai(local_settings, "correct", str(record), "--withdraw", "publisher", "--why", "看错了")
    assert done.out.strip() == f"record {record} is at version 3"
    for words in (["keywords="], ["--withdraw", "publisher"]):
        done = gongkai(local_settings, "correct", str(record), *words, "--why", "无")
        assert done.out.strip() == f"nothing changed: record {record} already has these values and stays at version 3"


REFUSED = [
    (["correct", "{}", "title=a", "title=b", "--why", "无"], "title is given more than once"),
    (["correct", "{}", "title=a", "--withdraw", "title", "--why", "无"], "title is given more than once"),
    (["correct", "{}", "title=a"], "--why TEXT"),
    (["correct", "99999999999999999999", "title=a", "--why", "无"], "no record 99999999999999999999"),
    (["cite", "99999999999999999999"], "no record 99999999999999999999"),
    (["similar", "99999999999999999999"], "no record 99999999999999999999"),
    (["cite", "{}", "--version", "99999999999"], "no version 99999999999 — its current version is 1"),
    (["fixity", "--source", "nope"], "no source 'nope' — known: demo-trs"),
    (["reextract", "--source", "nope"], "no source 'nope' — known: demo-trs"),
    (["export", "--format", "csv", "--out", "-", "--source", "nope"], "no source 'nope' — known: demo-trs"),
    (["restore", ".", "abc"], "'abc' is neither a SHA-256 nor the name of a log"),
    (["restore", ".", "../../etc/passwd"], "'../../etc/passwd' is neither a SHA-256 nor the name of a log"),
    (["restore", ".", "A" * 64], "is neither a SHA-256 nor the name of a log"),
]


def test_a_typing_error_is_never_an_empty_success(
    archive: Archive, local_settings: Settings, record: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(local_settings, monkeypatch)
    for words, message in REFUSED:
        done = CliRunner().invoke(app, [word.replace("{}", str(record)) for word in words])
        assert done.exit_code == 1, words
        assert isinstance(done.exception, GongkaiError), done.exception
        assert message in str(done.exception)
    assert rows(archive, RECORDS) == [{"id": record, "version": 1}]


def test_a_range_that_ends_before_it_begins_is_a_wrong_option(
    local_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(local_settings, monkeypatch)
    words = ["export", "--format", "csv", "--out", "-", "--from", "2024-01-01", "--to", "2023-01-01"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "after --to" in done.stderr


def test_what_needs_no_bytes_needs_no_bucket(
    archive: Archive, local_settings: Settings, record: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(local_settings, monkeypatch)
    monkeypatch.setenv("GONGKAI_STORE_ENDPOINT", "127.0.0.1:9")
    out = str(tmp_path / "out")
    for words in (
        ["cite", str(record)],
        ["similar", str(record)],
        ["similar", "--rebuild"],
        ["report"],
        *(["export", "--format", name, "--out", f"{out}.{name}"] for name in ("csv", "jsonl", "parquet", "txt")),
    ):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (words, done.exception)
    done = CliRunner().invoke(app, ["export", "--format", "warc", "--out", out])
    assert "GONGKAI_STORE_ENDPOINT" in str(done.exception)


def test_standard_error_has_words_only_where_no_terminal_is(local_settings: Settings, record: int) -> None:
    done = gongkai(local_settings, "export", "--format", "jsonl", "--out", "-", "--base", "https://archive.example")
    assert (done.code, done.err) == (0, "standard output: 1 row\n")
    done = gongkai(local_settings, "export", "--format", "foo", "--out", "-")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert done.err.startswith("gongkai: Invalid value for '--format'")
    assert done.err.endswith("see `gongkai export --help`\n")


def test_a_rebuild_says_what_it_read(archive: Archive, local_settings: Settings, owner_url: str, record: int) -> None:
    before = rows(archive, RECORDS)
    archive.engine.dispose()
    downgrade(owner_url)
    migrate(owner_url)
    done = gongkai(local_settings, "rebuild")
    assert done.code == 0, done.err
    assert {line.split()[0] for line in done.out.splitlines()[1:]} == {
        "runs",
        "captures",
        "fixity",
        "files",
        "changes",
        "acts",
    }
    assert rows(archive, RECORDS) == before
    assert gongkai(local_settings, "scans").out.strip() == "0 scans read"


def test_a_name_that_says_another_format_is_refused(local_settings: Settings, record: int, tmp_path: Path) -> None:
    done = gongkai(
        local_settings, "export", "--format", "xlsx", "--out", tmp_path / "o.csv", "--base", "https://a.example"
    )
    assert (done.code, "o.csv ends in csv, but --format is xlsx" in done.err) == (1, True)
    assert "give --format csv, or another file name" in done.err
    assert list(tmp_path.glob("o.*")) == []
