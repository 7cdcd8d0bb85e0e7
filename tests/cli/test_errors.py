"""Bad input ends in one line that says what to do, an exit code that is not 0, and nothing half-written."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from etl.archive.storage.archive import Archive
from etl.settings import Settings
from tests.support.gongkai import CommandResult, gongkai, rows

GOOD = """
id: good
name: 好
agency: 某局
region: "539100"
platform: trs_wcm
columns: [{url: "http://127.0.0.1:9/zwgk/"}]
hosts: ["127.0.0.1"]
pace: {delay: 0, retry_delay: 0}
allow_private_addresses: true
assertions: {min_records: 1, max_age_days: 10}
verified: never
"""


def one_line(done: CommandResult) -> str:
    """The error's one line; progress before it is not counted."""
    assert done.code != 0
    assert "Traceback" not in done.err
    lines = [line for line in done.err.splitlines() if line.startswith("gongkai: ")]
    assert len(lines) == 1, done.err
    return lines[0]


def test_a_wrong_file_is_named_after_the_sources_that_are_right(local_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("id: wrong", encoding="utf-8")
    done = gongkai(local_settings, "sources", "list", GONGKAI_SOURCES=str(tmp_path))
    assert "wrong.yaml" in one_line(done)
    assert "trs_wcm" in done.out


def test_a_broken_source_file_names_file_key_and_reason(
    local_settings: Settings, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    file = tmp_path / "broken.yaml"
    for old, new, words in [
        ("id: good", "id: Good One", "id: has a wrong form: it must match"),
        ("region:", "regoin:", "regoin: is no key here; did you mean `region`?"),
        ("columns:", "colums:", "colums: is no key here; did you mean `columns`?"),
        (
            '"http://127.0.0.1:9/zwgk/"}',
            '"http://127.0.0.1:9/zwgk/", nmae: x}',
            "columns.0.nmae: is no key here; did you mean `name`?",
        ),
        ('"539100"', "539100", "region: must be text: put it in quotes"),
        ('"539100"', '"999999"', "region: does not begin with the code of a province"),
        ("trs_wcm", "wordpress", "platform: no platform is called 'wordpress'"),
        ("http://127.0.0.1:9/zwgk/", "http://elsewhere.example/", "is on none of the hosts"),
        ("http://127.0.0.1:9/zwgk/", "http://127.0.0.1:9/zwgk/#/zcwj", "trs_wcm reads nothing after #"),
        ("http://127.0.0.1:9/zwgk/", "ftp://x", "columns.0.url: not an http(s) address"),
        ("assertions:", "# assertions:", "assertions: is missing"),
        ("id: good", "id: [good", "not valid YAML"),
        ("delay: 0,", "delay: -1,", "pace.delay: must be 0 or more"),
        ("verified: never", "verified: never\nschedule: sometimes", "schedule: is neither a cron line"),
    ]:
        with subtests.test(old=old, new=new):
            file.write_text(GOOD.replace(old, new), encoding="utf-8")
            error = one_line(gongkai(local_settings, "sources", "check", file))
            assert f"{file}: " in error
            assert words in error


def test_a_broken_source_file_is_not_crawled(archive: Archive, local_settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(GOOD.replace("assertions:", "# assertions:"), encoding="utf-8")
    assert f"{file}: assertions: is missing" in one_line(gongkai(local_settings, "crawl", file))
    assert rows(archive, "SELECT * FROM archive.source") == []


def test_check_names_every_broken_file_at_once(local_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("id: good", "id: A"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD.replace("name: 好", "name: ''"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "d.yaml").write_text(GOOD, encoding="utf-8")
    done = gongkai(local_settings, "sources", "check", GONGKAI_SOURCES=str(tmp_path))
    assert done.code == 1
    assert [Path(line.split(": ")[0]).name for line in done.err.splitlines()] == ["a.yaml", "b.yaml", "d.yaml"]


def test_an_unreachable_host_is_a_red_run_with_its_reason(
    archive: Archive, local_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    error = one_line(gongkai(local_settings, "crawl", file))
    assert "listing pages that could not be read" in error
    assert "gongkai report good" in error
    assert [row["state"] for row in rows(archive, "SELECT state FROM archive.run")] == ["red"]
    # One language, and one reason: that there are too few records follows from it.
    assert not re.search(r"[\u4e00-\u9fff]", error)
    assert "more reason" not in error
    in_chinese = one_line(gongkai(local_settings, "crawl", file, LC_ALL="zh_CN.UTF-8"))
    assert "个目录页未取得" in in_chinese
    assert "could not be read" not in in_chinese


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"GONGKAI_DATABASE_URL": "postgresql+psycopg://archive_app:wrong@{host}/{name}"},
            "password authentication failed",
        ),
        ({"GONGKAI_DATABASE_URL": "postgresql+psycopg://archive_app:x@127.0.0.1:9/archive"}, "GONGKAI_DATABASE_URL"),
        ({"GONGKAI_DATABASE_URL": "nonsense"}, "GONGKAI_DATABASE_URL"),
        ({"GONGKAI_STORE_BUCKET": "no-such-bucket"}, "GONGKAI_STORE_BUCKET"),
        ({"GONGKAI_STORE_SECRET_KEY": "wrong"}, "GONGKAI_STORE_"),
        ({"GONGKAI_STORE_ENDPOINT": "127.0.0.1:9"}, "GONGKAI_STORE_ENDPOINT"),
    ],
)
def test_a_wrong_address_or_password_says_which_setting(
    archive: Archive, local_settings: Settings, tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    file = tmp_path / "good.yaml"
    file.write_text(GOOD, encoding="utf-8")
    url = archive.engine.url
    filled = {name: value.format(host=f"{url.host}:{url.port}", name=url.database) for name, value in changes.items()}
    error = one_line(gongkai(local_settings, "crawl", file, **filled))
    assert words in error
    assert "wrong" not in error.replace("wrong address", "")
    assert rows(archive, "SELECT * FROM archive.run") == []


def test_an_unknown_source_names_those_that_are_known(local_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    error = one_line(gongkai(local_settings, "crawl", "bad", GONGKAI_SOURCES=str(tmp_path)))
    assert "known: good" in error


def test_a_missing_warc_file_is_said(local_settings: Settings, tmp_path: Path) -> None:
    assert "No such file" in one_line(gongkai(local_settings, "import", tmp_path / "a.warc"))


def test_a_mistyped_command_is_guessed_at_and_the_version_told(local_settings: Settings) -> None:
    assert "Did you mean 'sources'?" in one_line(gongkai(local_settings, "sorces"))
    assert gongkai(local_settings, "--version").out == f"gongkai {version('gongkai')}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cite", "abc"), "'record': must be a whole number"),
        (("crawl", "x", "--limit", "0"), "'--limit': must be 1 or more"),
        (("export", "--format", "xyz", "--out", "a"), "'--format': 'xyz' is not one of"),
    ],
)
def test_a_wrong_value_is_answered_in_plain_words(local_settings: Settings, words: tuple[str, ...], said: str) -> None:
    assert said in one_line(gongkai(local_settings, *words))
