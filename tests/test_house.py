"""The house rules that a reader cannot see at a glance: imports go one way, names stay where they belong."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.platforms.registry import all_platforms

ROOT = Path(__file__).resolve().parent.parent
# A package may import those that stand before it, and itself; the modules beside the packages are for all.
LAYERS = """
web platforms sources fetch extract files archive pipeline browse export local cli
""".split()
SIBLINGS = {
    ("fetch", "extract"),
    ("extract", "fetch"),
    ("extract", "sources"),
    *(("files", other) for other in ("fetch", "extract", "sources", "platforms")),
    ("browse", "pipeline"),
    ("export", "browse"),
    ("local", "browse"),
    ("local", "export"),
}
# The interface of platforms names a source's type; the import is for the type checker only.
MODULES = [path for path in sorted((ROOT / "etl").rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    parts = path.relative_to(ROOT / "etl").parts
    own = parts[0] if len(parts) > 1 else None
    for name in imports(path):
        assert not name.startswith("airflow"), f"{path}: etl/ runs without Airflow"
        match = re.match(r"etl\.(\w+)", name)
        if not match or match[1] not in LAYERS or own is None or own == match[1]:
            continue
        assert LAYERS.index(match[1]) < LAYERS.index(own), f"{path} imports {name}: {own} stands before {match[1]}"
        assert (own, match[1]) not in SIBLINGS, f"{path} imports {name}: {own} and {match[1]} stand side by side"


def test_shared_code_names_no_platform_and_no_source() -> None:
    names = [item.name for item in all_platforms()] + [path.stem for path in (ROOT / "dags" / "sources").glob("*.yaml")]
    assert "trs_wcm" in names
    for path in MODULES:
        if path.parent.name == "platforms" and path.stem in names:
            continue
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)], path


def test_no_file_is_too_long_for_the_head() -> None:
    for path in [*MODULES, *ROOT.glob("dags/*.py"), *ROOT.glob("plugins/*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, f"{path}: split it by meaning"
