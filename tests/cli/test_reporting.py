"""Reports on a terminal: why a run is red, what to do about it, and which pages failed."""

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from sqlalchemy import create_engine, text

from demo import demo_site, source_text
from demo.faults import status
from demo.server import Site, serve
from etl.archive.crawls.advice import ADVICE
from etl.archive.crawls.reports import last_reports, report_of
from etl.archive.storage.archive import Archive
from etl.cli.console import state_cell, table
from etl.cli.reporting import COLUMNS
from etl.pipeline.stages.reconciling import red_lines
from etl.reason_codes import Code
from etl.settings import PROJECT, Settings
from tests.support.gongkai import CommandResult, crawl_site, gongkai, small
from tests.support.reason_table import codes_below


def source_file(site: Site, folder: Path) -> None:
    """The site's source, in that folder, with an assertion that a small site does not hold."""
    source = yaml.safe_load(source_text(site)) | {"assertions": {"min_records": 1000, "max_age_days": 36500}}
    (folder / f"{site.name}.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def broken(archive: Archive, local_settings: Settings, tmp_path: Path) -> Site:
    """A site of few documents, two of which fail, that was crawled once: red."""
    site = small(demo_site("gov_cn"), 4)
    for key, code in zip(list(site.postings)[:2], (404, 500), strict=True):
        site.plant(key, status(code), "gone" if code == 404 else "http_error")
    source_file(site, tmp_path)
    with serve(site):
        crawl_site(archive, site, assertions={"min_records": 1000, "max_age_days": 36500})
    return site


def report(settings: Settings, *words: object, **changes: str) -> CommandResult:
    return gongkai(settings, "report", *words, **changes)


def test_a_red_report_names_every_failed_page_and_ends_with_1(local_settings: Settings, broken: Site) -> None:
    done = report(local_settings, broken.name, "--pages")
    assert done.code == 1
    gone, error = list(broken.postings)[:2]
    assert f"gone {broken.url(gone)}: " in done.out
    assert f"HTTP error {broken.url(error)}: " in done.out
    assert "fewer than the asserted 1000" in done.out
    assert ADVICE[Code.FEWER_RECORDS][1] in done.out

    pages = json.loads(report(local_settings, broken.name, "--pages", "--json").out)[0]["pages"]
    assert {(page["url"], page["outcome"], page["status"]) for page in pages if page["kind"] == "document"} == {
        (broken.url(gone), "gone", 404),
        (broken.url(error), "http_error", 500),
    }


def test_the_log_of_a_red_task_has_all_reasons_with_what_to_do_and_the_failed_pages(
    archive: Archive, broken: Site
) -> None:
    kept = report_of(archive.engine, broken.name, last_reports(archive.engine)[0]["key"])
    assert kept is not None
    lines = list(red_lines(archive, kept))
    assert len(kept.problems) == 1
    assert lines[0].endswith(f"→ {ADVICE[Code.FEWER_RECORDS][1]}")
    assert [line.partition(" ")[0] for line in lines[1:3]] == ["gone", "http_error"]
    assert all(len(line) < 700 for line in lines)


def test_the_history_of_a_source_shows_its_last_runs_the_newest_first(
    archive: Archive, local_settings: Settings, broken: Site
) -> None:
    broken.faults.clear()
    with serve(broken):
        crawl_site(archive, broken, assertions={"min_records": 1, "max_age_days": 36500})
    done = report(local_settings, broken.name, "--runs", "5")
    states = re.findall(r"\b(green|red)\b", done.out)
    assert (done.code, states) == (0, ["green", "red"])
    assert "--runs needs a source" in report(local_settings, "--runs", "5").err


def test_an_archive_without_runs_says_how_to_begin(archive: Archive, local_settings: Settings) -> None:
    done = report(local_settings)
    assert (done.code, done.out) == (0, "no run yet: `gongkai crawl SOURCE`, or start a crawl in Airflow\n")


def test_heads_and_numbers_stay_whole_on_80_columns_and_states_are_coloured_on_a_terminal_only() -> None:
    def printed(**options: object) -> str:
        console = Console(file=io.StringIO(), width=80, highlight=False, **options)  # type: ignore[arg-type]
        row = ["guangzhou-huangpu-gkmlpt", "recheck", state_cell("red"), *[123456] * 3, 12, 34, 123456, 99, 1234.5]
        table(list(COLUMNS.values()), [row], to=console)
        return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]

    plain = printed()
    assert max(map(len, plain.splitlines())) <= 80
    words = plain.split()
    assert [head for head in COLUMNS.values() if head not in words] == []
    assert words.count("123456") == 4
    assert "\x1b[" not in plain
    assert "\x1b[31mred" in printed(force_terminal=True, color_system="standard", no_color=False)
    assert "\x1b[31m" not in printed(force_terminal=True, color_system="standard", no_color=True)


def test_what_is_advised_in_a_log_is_explained_in_operations() -> None:
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Amber runs")[2]
    documented = set(re.findall(r"^\| (.+?) \|", page, re.M)) - {"warning", "reason", "---"}
    assert documented == {Code(code).english for code in ADVICE}


def test_every_problem_and_warning_of_a_run_says_what_to_do() -> None:
    outcomes_within_others = {Code.ENDED, Code.ENDED_AS}
    assert codes_below("Problems and warnings of a run") - set(ADVICE) == outcomes_within_others


def test_a_dry_run_says_what_its_limit_means(local_settings: Settings, broken: Site, tmp_path: Path) -> None:
    with serve(broken):
        source_file(broken, tmp_path)
        words = ("crawl", tmp_path / f"{broken.name}.yaml", "--dry-run", "--limit", 2)
        done = gongkai(local_settings, *words)
        found = json.loads(gongkai(local_settings, *words, "--json").out)
    assert done.out.splitlines()[-1].endswith("nothing was stored; with --limit 2 a crawl fetches no more than that")
    assert found["limit"] == 2


def test_reasons_and_outcomes_are_in_the_language_of_the_terminal(local_settings: Settings, broken: Site) -> None:
    english, chinese = (report(local_settings, broken.name, LC_ALL=locale).out for locale in ("C.UTF-8", "zh_CN.UTF-8"))
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert "HTTP error 1" in english
    assert "HTTP 错误 1" in chinese
    assert ADVICE[Code.FEWER_RECORDS][0] in chinese


def test_of_a_run_that_has_not_ended_only_one_that_stands_still_is_asked_about(
    archive: Archive, local_settings: Settings, broken: Site, owner_url: str
) -> None:
    with create_engine(owner_url).begin() as owner:
        owner.execute(text("UPDATE archive.run SET state = 'running', report = NULL, finished_at = NULL"))
    assert "; its last capture was at 20" in report(local_settings, broken.name).out
    with create_engine(owner_url).begin() as owner:
        for table, column in (("run", "started_at"), ("capture", "fetched_at")):
            owner.execute(text(f"UPDATE archive.{table} SET {column} = {column} - interval '11 minutes'"))
    assert (
        "if it has died, start the same work again, or `gongkai runs close 1`"
        in report(local_settings, broken.name).out
    )
    # The history of the source has it too, but it says nothing of how the last one that ended did.
    past = report(local_settings, broken.name, "--runs", "3")
    assert (past.code, re.findall(r"^1 +crawl +(\w+)", past.out, re.M)) == (0, ["running"])
    assert "nothing listed" not in report(local_settings, broken.name).out
