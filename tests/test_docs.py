"""The documentation matches the code: nothing is missing, nothing is left over, links and names exist."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from typer.main import get_command, get_group

from demo import demo_site, source_text
from demo.server import serve
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_format import LogLine
from etl.archive.storage.models import REVISION
from etl.cli import COMMANDS, app
from etl.extract import EXTRACTOR, NORMALISER, extract
from etl.extract.citing.cited_documents import CITING
from etl.files import READER, FileOutcome
from etl.outcomes import Outcome, group
from etl.reason_codes import Code
from etl.settings import PROJECT, Settings
from etl.sources.schema import Source
from tests.extract.traps import Trap
from tests.extract.traps.registry import HEAD
from tests.support import reason_table
from tests.support.gongkai import gongkai
from tests.support.pages import page
from tests.support.warc import page as warc_page
from tests.support.warc import warc

DOCS = PROJECT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])


def table(name: str) -> list[list[str]]:
    """The rows of the tables in a page, cells stripped of code marks."""
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not set(line) <= set("|- ")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


@cache
def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.splitlines() if (path := PROJECT / name).exists()]


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0].strip("`"): (row[1].strip("`"), row[2]) for row in table("settings.md")[1:]}
    expected = {
        f"GONGKAI_{name.upper()}": (
            "–" if field.default is None else str(field.default).removeprefix(f"{PROJECT}/"),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert documented == expected


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    for name, field in model.model_fields.items():
        yield prefix + name, field.is_required()
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for part in inner:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from keys(part, f"{prefix}{name}.")


def test_every_source_key_is_documented() -> None:
    documented = {row[0].strip("`"): row[1] == "yes" for row in table("sources.md") if row[0].startswith("`")}
    assert documented == dict(keys(Source))


@pytest.mark.parametrize("name", ["docs/sources.md", "CONTRIBUTING.md"])
def test_the_example_of_a_source_file_is_right(name: str) -> None:
    example = re.search(r"```yaml\n(.*?)```", (PROJECT / name).read_text(encoding="utf-8"), re.S)
    assert example
    Source.model_validate(yaml.safe_load(example[1]))


def test_the_skeletons_of_contributing_run() -> None:
    family, case = re.findall(r"```python\n(.*?)```", (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.S)
    names: dict[str, Any] = {"__name__": "skeleton"}
    exec(family, names)
    assert names["AcmeCms"]().name == "acme_cms"
    cases: list[Trap] = []
    names = {"trap": lambda *texts, **golden: cases.append(Trap(*texts, **golden)), "page": page, "HEAD": HEAD}
    exec(case, names)
    found = extract(str(cases[0].page).encode(), cases[0].url)
    assert {name: found.fields[name].value for name in cases[0].fields} == cases[0].fields


def test_every_outcome_is_documented_in_its_group() -> None:
    documented = {row[0].strip("`"): row[1] for row in table("outcomes.md")[1:] if len(row) == 4}
    assert documented == {str(outcome): str(group(outcome)) for outcome in Outcome}


def test_every_outcome_of_a_file_is_documented() -> None:
    documented = [row[0].strip("`") for row in table("outcomes.md") if len(row) == 3]
    assert documented[1:] == [str(outcome) for outcome in FileOutcome]


def test_the_reasons_of_amber_and_red_runs_are_documented_as_they_are_shown() -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| (.+?) \|", page.partition("## Amber runs")[2], re.M)
    assert set(named) - {"warning", "reason", "---"} <= {code.english for code in Code}


def test_every_reason_is_documented() -> None:
    said = reason_table.FILE.read_text(encoding="utf-8")
    assert said == reason_table.page(), "run `python -m tests.support.reason_table --write`"


def commands(parent: Any, prefix: str = "gongkai") -> Iterator[tuple[str, list[list[str]]]]:
    """Each command with its options, each in every form."""
    for name in parent.list_commands(None):
        command = parent.get_command(None, name)
        assert command.name == name
        if hasattr(command, "list_commands"):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", [each.opts for each in command.params if each.opts[0][0] == "-"]


def test_every_command_is_documented_with_its_options() -> None:
    rows = {re.sub(r" [A-Z\[].*", "", row[0].strip("`")): " ".join(row) for row in table("commands.md")[1:]}
    options = dict(commands(get_command(app)))
    assert rows.keys() == options.keys()
    for name, row in rows.items():
        missing = [forms for forms in options[name] if not any(form in row for form in forms)]
        assert not missing or "[OPTIONS]" in row, f"{name}: {missing}"


def test_every_command_of_a_module_is_one_of_the_program() -> None:
    for part in set(COMMANDS.values()):
        group = get_group(import_module(f"etl.cli.{part}").app)
        assert {group.name or name for name in group.commands} == {n for n, of in COMMANDS.items() if of == part}


def readme_commands(name: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (PROJECT / name).read_text(encoding="utf-8"), re.S)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def test_both_readmes_show_the_same_commands() -> None:
    assert readme_commands("README.md") == readme_commands("README.zh-CN.md")
    assert readme_commands("README.md")[:2] == ["make demo", "make check"]


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as hosting pages make them: lower case, hyphens for spaces, no punctuation."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_in_the_documentation_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8")):
        linked = page.parent / target if target else page
        assert linked.exists(), f"{page}: {target}"
        assert not anchor or anchor in anchors(linked), f"{page}: {target}#{anchor}"


def test_every_page_is_linked_from_the_list_of_pages() -> None:
    linked = {(DOCS / target).resolve() for target in re.findall(r"\]\(([^)#]+)", INDEX.read_text(encoding="utf-8"))}
    assert not {page for page in DOCS.rglob("*.md") if page != INDEX} - linked


def test_pages_named_in_code_exist() -> None:
    """Comments, messages and settings send people to pages."""
    for path in tracked_files():
        if path.suffix in (".py", ".yml", ".yaml", ".toml", ".sh", ".sql", "") and path != Path(__file__):
            for name in re.findall(r"\bdocs/[\w./-]*\w", path.read_text(encoding="utf-8", errors="ignore")):
                assert (PROJECT / name).exists(), f"{path}: {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_files_and_names_in_the_documentation_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:bench|dags|demo|deploy|etl|migrations|plugins|tests)/[\w./-]*)`", text):
        assert (PROJECT / name).exists(), f"{page}: {name}"
    for name in re.findall(r"`((?:bench|etl|tests)(?:\.\w+)+)[`(]|python -m ((?:bench|tests)[.\w]*)", text):
        resolve_name("".join(name))


def test_the_architecture_names_every_package_and_every_module_below_them() -> None:
    named = set(re.findall(r"`(etl/[\w/.]+)`", (DOCS / "architecture.md").read_text(encoding="utf-8")))
    packages = {str(path.parent.relative_to(PROJECT)) for path in (PROJECT / "etl").rglob("__init__.py")} - {"etl"}
    modules = {str(path.relative_to(PROJECT)) for path in (PROJECT / "etl").glob("[a-z]*.py")}
    assert not (packages | modules) - named


def test_the_architecture_names_every_module_that_writes_to_the_bucket() -> None:
    section = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("### Which modules may write")[2]
    named = set(re.findall(r"`(etl/[\w/.]+)`", section.partition("\n## ")[0]))
    calls = re.compile(r"\bstore\.(?:put|put_blob|remove)\b|\bkeep_(?:log|replacing)\(")
    modules = (PROJECT / "etl").rglob("*.py")
    assert named == {str(p.relative_to(PROJECT)) for p in modules if calls.search(p.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("heading", "newest"),
    [
        ("EXTRACTOR", EXTRACTOR),
        ("NORMALISER", str(NORMALISER)),
        ("READER", READER),
        ("revision", REVISION),
        ("FORMAT", str(LogLine.FORMAT)),
        ("CITING", str(CITING)),
    ],
)
def test_the_changelog_says_what_the_newest_version_changed(heading: str, newest: str) -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    rows = changelog.partition(f"| {heading} | day | what changed |\n")[2].partition("\n\n")[0].splitlines()
    assert rows[-1].split("|")[1].strip() == newest, f"say in CHANGELOG.md what {heading} {newest} changes"


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("github-workflows", ".github/workflows/ci.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/site-broke.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/wrong-value.yml"),
    ],
)
def test_files_for_the_hosting_page_fit_their_schema(schema: str, name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(PROJECT / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_readme_s_commands_run(
    archive: Archive, local_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but `make demo` and `make check`: the first has its own test, the second runs most of these."""
    site = demo_site("trs_wcm")
    with serve(site):
        (tmp_path / "demo-trs.yaml").write_text(source_text(site), encoding="utf-8")
        warc(
            tmp_path / "pages.warc.gz",
            [("https://a.example/1.html", warc_page("关于供水的通知", "供水安排如下。"), "200 OK")],
        )
        monkeypatch.chdir(tmp_path)
        for line in readme_commands("README.md")[2:]:
            program, *words = shlex.split(line)
            assert program == ".venv/bin/gongkai"
            # A crawl that is limited to a few documents cannot hold the demo's assertion, and says so.
            done = gongkai(local_settings, *words, GONGKAI_SOURCES=str(tmp_path))
            assert done.code == 0, (line, done)


# Folders of somebody's machine, and the package index that was used there.
FORBIDDEN = re.compile(r"(?<![\w.:/$}~-])/(?:home|root|work|[Uu]sers)/\w|--(?:extra-)?index-url|--find-links")


def test_the_project_speaks_of_itself_alone() -> None:
    for path in tracked_files():
        if path != Path(__file__):
            assert not FORBIDDEN.search(path.read_text(encoding="utf-8", errors="ignore")), path
