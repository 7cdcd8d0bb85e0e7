"""Every row of docs/commands.md runs as it is written there, and what prints facts prints them as JSON too."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from demo import catalogue, source_text
from demo.server import serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.storage.archive import Archive
from etl.archive.storage.migrations import downgrade, migrate
from etl.cli import app
from etl.cli.completion import source_ids
from etl.settings import PROJECT, Settings
from tests.support.gongkai import gongkai
from tests.support.warc import page, warc

ELSEWHERE = {
    "up": "tests/local/test_services.py",
    "down": "tests/local/test_services.py",
    "demo": "tests/test_demo.py",
    "runs close": "tests/pipeline/test_warc.py",
    "alerts test": "tests/alerts/test_alerts.py",
    "prove": "tests/export/test_proof.py",
    "verify": "tests/export/test_proof.py",
}
"""Commands that need services of their own, a run that died or somebody to tell, with the file that tests them."""
WIDTH = 80


def documented() -> dict[str, str]:
    """The usage of each command, by its words."""
    text = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    usages = re.findall(r"^\| `gongkai (.+?)` \|", text.replace("\\|", "¦"), re.M)
    return {re.match(r"[a-z ]+(?= |$)", usage)[0].strip(): usage.replace("¦", "|") for usage in usages}  # type: ignore[index]


@pytest.fixture
def words(archive: Archive, local_settings: Settings, tmp_path: Path) -> Iterator[dict[str, list[str]]]:
    """What is run of each command, on an archive with one record, in an order in which each has what it needs."""
    site = TrsSite("demo-trs")
    site.put(next(document for document in catalogue.documents("trs") if document.attachments), column="czxx")
    with serve(site):
        file, warc_file, saved = tmp_path / "demo-trs.yaml", tmp_path / "pages.warc.gz", tmp_path / "page.html"
        column = {"url": site.base + BY_KEY["czxx"].path, "name": "财政信息"}
        source = yaml.safe_load(source_text(site)) | {"columns": [column]}
        source["assertions"] = {"min_records": 1, "max_age_days": 36500}
        file.write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")
        warc(warc_file, [("https://a.example/1.html", page("关于供水的通知", "供水安排如下。"), "200 OK")])
        saved.write_bytes(page("关于供电的通知", "供电安排如下。"))
        listing, backup = column["url"], str(tmp_path / "backup")
        yield {
            "sources list": [],
            "sources platforms": [],
            "sources check": ["demo-trs"],
            "sources preview": ["demo-trs"],
            "sources new": [listing, "--allow-private", "--delay", "0", "-o", str(tmp_path / "new.txt")],
            "migrate": [],
            "reader": [],
            "doctor": [],
            "crawl": ["demo-trs"],
            "recheck": ["demo-trs"],
            "report": ["demo-trs"],
            "alerts list": [],
            "metrics": [],
            "hosts": [],
            "import": [str(warc_file)],
            "extract": [str(saved), "--url", "https://a.example/2.html"],
            "scans": [],
            "correct": ["1", "publisher=某某局", "--why", "印章为证"],
            "reextract": [],
            "index": [],
            "similar": ["1"],
            "fixity": [],
            "inspect": [],
            "stamp": ["--today"],
            "garbage": [],
            "backup": [backup],
            "restore": [backup],
            "export": ["--format", "csv", "--out", str(tmp_path / "out.csv")],
            "cite": ["1"],
            "rebuild": [],
        }


def test_every_command_of_the_list_runs(
    archive: Archive, local_settings: Settings, owner_url: str, words: dict[str, list[str]], tmp_path: Path
) -> None:
    usages, var = documented(), str(tmp_path / "var")
    assert usages.keys() == words.keys() | ELSEWHERE.keys() | {"status"}
    assert [file for file in ELSEWHERE.values() if not (PROJECT / file).exists()] == []

    def empty() -> None:
        archive.engine.dispose()
        downgrade(owner_url)
        migrate(owner_url)

    before: dict[str, Callable[[], object]] = {"rebuild": empty}
    for command, given in words.items():
        for as_json in (False, True) if "--json" in usages[command] else (False,):
            before.get(command, lambda: None)()
            arguments = [word.replace("new.txt", "new-2.txt") if as_json else word for word in given]
            line = [*command.split(), *arguments, *["--json"] * as_json]
            done = gongkai(local_settings, *line, GONGKAI_SOURCES=str(tmp_path), GONGKAI_STATE_DIR=var)
            assert done.code == 0, (line, done)
            if as_json:  # `export` writes its data to standard output, so what it says of them goes beside
                json.loads(done.err.splitlines()[-1] if command == "export" else done.out)


def test_whoever_has_no_services_running_is_told_so_by_status_in_either_form(
    local_settings: Settings, tmp_path: Path
) -> None:
    empty = str(tmp_path / "var")
    assert gongkai(local_settings, "status", GONGKAI_STATE_DIR=empty).code == 1
    done = gongkai(local_settings, "status", "--json", GONGKAI_STATE_DIR=empty)
    assert done.code == 1
    assert {service["running"] for service in json.loads(done.out)} == {False}


def all_commands(parent: object = None, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    group = parent or get_command(app)
    for name in group.list_commands(None):  # type: ignore[attr-defined]
        command = group.get_command(None, name)  # type: ignore[attr-defined]
        if hasattr(command, "list_commands"):
            yield from all_commands(command, (*prefix, name))
        else:
            yield *prefix, name


def test_help_is_cut_nowhere_on_80_columns(local_settings: Settings, subtests: pytest.Subtests) -> None:
    for command in all_commands():
        with subtests.test(command=command):
            helped = gongkai(local_settings, *command, "--help", COLUMNS=str(WIDTH), TERMINAL_WIDTH=str(WIDTH))
            squeezed = re.sub(r"[\s│]", "", helped.out)
            group = get_command(app)
            for name in command:
                group = group.get_command(None, name)  # type: ignore[attr-defined]
            for parameter in group.params:
                for word in re.findall(r"[\u4e00-\u9fff]+", getattr(parameter, "help", None) or ""):
                    assert word in squeezed, (parameter.name, word)
            assert "…" not in helped.out.replace("]…", "").replace("}…", "")


def test_ids_of_sources_are_completed_from_the_names_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("lanchuan", "lanhe", "yunxi"):
        (tmp_path / f"{name}.yaml").write_text("not: read", encoding="utf-8")
    monkeypatch.setenv("GONGKAI_SOURCES", str(tmp_path))
    monkeypatch.setenv("GONGKAI_STATE_DIR", os.devnull)
    assert source_ids("lan") == ["lanchuan", "lanhe"]
