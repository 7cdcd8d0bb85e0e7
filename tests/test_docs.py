"""The documentation says what the code does: nothing missing, nothing left over."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from typer.main import get_command, get_group

from demo import demo_sites, source_text
from demo.server import serve
from etl.archive.storage.archive import Archive
from etl.cli import COMMANDS, app
from etl.files import FileOutcome
from etl.outcomes import Outcome, group
from etl.settings import PROJECT, Settings
from etl.sources.schema import Source
from tests import pins
from tests.support.gongkai import environment
from tests.support.warc import page, warc

DOCS = PROJECT / "docs"


def table(name: str) -> list[list[str]]:
    """The rows of the tables in a page, cells stripped of code marks."""
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not set(line) <= set("|- ")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def test_every_setting_is_documented_with_its_default() -> None:
    said = {row[0].strip("`"): (row[1].strip("`"), row[2]) for row in table("settings.md")[1:]}
    wanted = {
        f"GONGKAI_{name.upper()}": (
            "–" if field.default is None else str(field.default).removeprefix(f"{PROJECT}/"),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert said == wanted


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    for name, field in model.model_fields.items():
        yield prefix + name, field.is_required()
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for part in inner:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from keys(part, f"{prefix}{name}.")


def test_every_source_key_is_documented() -> None:
    said = {row[0].strip("`"): row[1] == "yes" for row in table("sources.md") if row[0].startswith("`")}
    assert said == dict(keys(Source))


def test_the_example_of_a_source_file_is_right() -> None:
    example = re.search(r"```yaml\n(.*?)```", (DOCS / "sources.md").read_text(encoding="utf-8"), re.S)
    assert example
    Source.model_validate(yaml.safe_load(example[1]))


def test_every_outcome_is_documented_in_its_group() -> None:
    said = {row[0].strip("`"): row[1] for row in table("outcomes.md")[1:] if len(row) == 4}
    assert said == {str(outcome): str(group(outcome)) for outcome in Outcome}


def test_every_outcome_of_a_file_is_documented() -> None:
    said = [row[0].strip("`") for row in table("outcomes.md") if len(row) == 3]
    assert said[1:] == [str(outcome) for outcome in FileOutcome]


def commands(parent: Any, prefix: str = "gongkai") -> Iterator[str]:
    for name in parent.list_commands(None):
        command = parent.get_command(None, name)
        assert command.name == name
        if hasattr(command, "list_commands"):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def test_every_command_is_documented() -> None:
    said = {re.sub(r" [A-Z\[].*", "", row[0].strip("`")) for row in table("commands.md")[1:]}
    assert said == set(commands(get_command(app)))


def test_every_command_of_a_module_is_one_of_the_program() -> None:
    for part in set(COMMANDS.values()):
        group = get_group(import_module(f"etl.cli.{part}").app)
        assert {group.name or name for name in group.commands} == {n for n, of in COMMANDS.items() if of == part}


def readme_commands(name: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (PROJECT / name).read_text(encoding="utf-8"), re.S)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def test_both_readmes_show_the_same_commands() -> None:
    assert readme_commands("README.md") == readme_commands("README.zh-CN.md")
    assert readme_commands("README.md")[:2] == ["make demo", "make test"]


def test_links_in_the_documentation_lead_somewhere() -> None:
    for file in [*PROJECT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file}: {target}"


def test_the_readme_s_commands_run(archive: Archive, local_settings: Settings, tmp_path: Path) -> None:
    """All but `make demo` and `make test`: the first has its own test, the second runs this."""
    site = next(site for site in demo_sites() if site.name == "demo-trs")
    with serve(site):
        (tmp_path / "demo-trs.yaml").write_text(source_text(site), encoding="utf-8")
        warc(
            tmp_path / "pages.warc.gz",
            [("https://a.example/1.html", page("关于供水的通知", "供水安排如下。"), "200 OK")],
        )
        given = environment(local_settings) | {"GONGKAI_SOURCES": str(tmp_path)}
        for line in readme_commands("README.md")[2:]:
            program, *words = shlex.split(line)
            assert program == ".venv/bin/gongkai"
            command = [Path(sys.executable).with_name("gongkai"), *words]
            done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)
            # A crawl that is limited to a few documents cannot hold the demo's assertion, and says so.
            assert done.returncode == 0, (line, done.stdout, done.stderr)


@pytest.mark.parametrize("name", list(pins.FILES))
def test_the_pinned_packages_follow_from_pyproject(name: str, tmp_path: Path) -> None:
    assert pins.compiled(name, tmp_path) == (PROJECT / name).read_text(encoding="utf-8"), "run `make lock`"


# Somebody's folders, and where their packages came from.
FORBIDDEN = re.compile(r"(?<![\w.:/$}~-])/(?:home|root|work|[Uu]sers)/\w|--(?:extra-)?index-url|--find-links")


def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        path = PROJECT / name
        if path != Path(__file__) and path.exists():
            assert not FORBIDDEN.search(path.read_text(encoding="utf-8", errors="ignore")), name
