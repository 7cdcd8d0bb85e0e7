"""The house rules that a reader cannot see at a glance: imports go one way, names stay where they belong."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from etl.archive.storage.layout import LAYOUT
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.models import RecordVersion
from etl.export.changes import SCHEMA
from etl.export.rows import RecordRow
from etl.fields import FIELDS
from etl.outside import Outside
from etl.platforms.registry import all_platforms
from etl.reasons import Reason
from tests.support.syntax import nodes

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "etl").rglob("*.py"))
}
FLOORS = {
    "etl": (
        "web",
        "sources",
        "platforms",
        "catalog extract fetch",
        "files",
        "archive",
        "pipeline",
        "alerts export inspection metrics",
        "browse",
        "local",
        "doctor",
        "cli",
    ),
    "etl.archive": ("storage", "records", "crawls queries", "preservation"),
    "etl.browse": ("language", "pages resources", "http"),
    "etl.export": ("bag proof",),
    "etl.extract": ("lexicon", "shown", "page", "text", "rules", "citing"),
    "etl.files": ("layout", "formats", "process", "ocr"),
    "etl.pipeline": ("reading", "stages", "look", "survey warc"),
    "etl.platforms": ("elements", "rows", "paging", "answers unread", "drafting", "families"),
    "etl.web": ("script",),
}
"""The folders of a package, the lowest first: each may import those on lower floors. Those on one floor stand side by
side and import none of each other."""


@pytest.fixture(scope="module", autouse=True)
def _let_go_of_the_syntax() -> Iterator[None]:
    yield
    nodes.cache_clear()


@cache
def imports(module: str) -> frozenset[str]:
    """Every module of the project that a module imports, wherever and whatever for: for the type checker, too."""
    found = set()
    for node in nodes(MODULES[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else str(node.module) for name in names}
    return frozenset(found)


def child(package: str, module: str) -> str | None:
    """What stands in the package and is or holds the module; None for the package itself and for what is outside."""
    if not module.startswith(f"{package}."):
        return None
    return module.removeprefix(f"{package}.").partition(".")[0]


def arrows(package: str) -> Iterator[tuple[str, str, str, str]]:
    """Importer and imported among the package's folders and modules, with the two modules that it comes from."""
    for module in MODULES:
        for name in imports(module):
            own, other = child(package, module), child(package, name)
            if own and other and own != other:
                yield own, other, module, name


PACKAGES = [name for name, path in MODULES.items() if path.name == "__init__.py"]


def is_folder(package: str, name: str) -> bool:
    return f"{package}.{name}" in PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circle_of_imports(package: str) -> None:
    graph: dict[str, set[str]] = {}
    for own, other, *_ in arrows(package):
        graph.setdefault(own, set()).add(other)
    assert not (circle := first_circle(graph)), f"{package}: {' → '.join(circle)}"


def first_circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The nodes of a circle, the first once more at its end; empty where there is none."""
    done: set[str] = set()

    def follow(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for other in sorted(graph.get(node, ())):
            if circle := follow(other, [*path, node]):
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := follow(node, []))), [])


def test_a_circle_is_found() -> None:
    assert first_circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert first_circle({"a": ["b", "c"], "b": ["c"]}) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    folders = {name.rpartition(".")[2] for name in PACKAGES if name.rpartition(".")[0] == package}
    floor = {name: level for level, names in enumerate(FLOORS.get(package, ())) for name in names.split()}
    assert floor.keys() == folders, f"{package}: name the floor of each of its folders in FLOORS"
    for own, other, module, name in arrows(package):
        if own not in folders or other not in folders:
            continue
        assert floor[other] < floor[own], f"{module} imports {name}: {other} is not below {own}"


def test_etl_runs_without_airflow() -> None:
    for module in MODULES:
        found = [name for name in imports(module) if name.partition(".")[0] in ("airflow", "demo", "tests")]
        assert not found, f"{module} imports {found}"


CLIENTS = ("httpx", "httpcore", "h11", "h2", "aiohttp", "requests", "urllib3", "urllib.request", "http.client")


def test_one_module_asks_sites() -> None:
    """So that one set of limits holds for whatever strangers send. Our own services are no strangers."""
    asking = {
        module
        for module in MODULES
        if not module.startswith("etl.local.") and any(_is_of(name, CLIENTS) for name in imports(module))
    }
    connecting = {f"etl.fetch.{name}" for name in ("guard", "network", "response_heads", "tls", "national_tls")}
    storage = {"etl.archive.storage.bucket", "etl.archive.storage.connections"}
    # An address that the operator names, as those of the database and the storage.
    authority = {"etl.archive.preservation.time_stamps"}
    assert asking - connecting == {"etl.fetch.exchange", *storage, *authority}
    for module in connecting:
        assert "AsyncClient" not in MODULES[module].read_text(encoding="utf-8")


def _is_of(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_shared_code_names_no_platform_and_no_source() -> None:
    names = [item.name for item in all_platforms()] + [path.stem for path in (ROOT / "dags" / "sources").glob("*.yaml")]
    assert "trs_wcm" in names
    any_name = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    for module, path in MODULES.items():
        if module.startswith("etl.platforms.families.") and path.stem in names:
            continue
        assert not (found := any_name.search(path.read_text(encoding="utf-8"))), f"{path}: {found}"


TABLES = {"etl/reason_codes.py": 1000}
"""Lines of files that are one table, which is looked up in and not read: an enumeration cannot be split."""


def test_no_file_is_too_long_for_the_head() -> None:
    for path in [*MODULES.values(), *ROOT.glob("dags/*.py"), *ROOT.glob("plugins/*.py")]:
        most = TABLES.get(str(path.relative_to(ROOT)), 500)
        assert len(path.read_text(encoding="utf-8").splitlines()) <= most, f"{path}: split it by meaning"


def test_prefixes_of_the_bucket_stand_in_its_layout_alone() -> None:
    """So that backup, garbage collection and rebuild know each: they read the layout."""
    prefixes = {place.prefix for place in LAYOUT}
    for module, path in MODULES.items():
        if module == "etl.archive.storage.layout":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                assert not [prefix for prefix in prefixes if node.value.startswith(prefix)], f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("RecordVersion in etl/archive/storage/models.py", RecordVersion.__table__.columns.keys()),
        ("VersionValues in etl/archive/storage/log_lines.py", [field.name for field in fields(VersionValues)]),
        ("RecordRow in etl/export/rows.py", [field.name for field in fields(RecordRow)]),
        ("SCHEMA in etl/export/changes.py", SCHEMA.names),
    ],
)
def test_a_field_with_a_column_has_it_in_tables_logs_and_exports(place: str, names: list[str]) -> None:
    """These list their columns by hand: docs/architecture.md, "How to add a field"."""
    missing = [field.name for field in FIELDS.values() if field.column and field.name not in names]
    assert not missing, f"add {missing} to {place}"


def test_no_test_imports_another() -> None:
    other = re.compile(r"^\s*from\s+[\w.]*\btest_\w+\s+import\b", re.M)
    assert other.search("    from tests.web.test_urls import URL")
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        assert not other.search(path.read_text(encoding="utf-8")), f"{path}: move it to tests/support"


# ---- what strangers state passes one place


FROM_OUTSIDE = ("etl.extract", "etl.fetch", "etl.files", "etl.pipeline.warc", "etl.platforms")
"""Where values are made of what sites, files and imports state."""
OWN_VALUES = {
    "etl.fetch.client.Request",
    "etl.fetch.client.Fetcher",
    "etl.fetch.host_registry.HostStatus",
    "etl.fetch.host_registry.Turn",
    "etl.files.process.pool.Reader",
    "etl.files.types.Limits",
    "etl.platforms.base.Layout",
    "etl.pipeline.warc.reading.Remark",
    "etl.pipeline.warc.reading.WarcSummary",
}
"""Classes of those packages that the archive and the stages use, and that hold nothing of strangers."""


def imported_classes() -> dict[str, type]:
    """Classes made in `FROM_OUTSIDE` that the archive and the stages import, by full name. A survey stores none."""
    found: dict[str, type] = {}
    for module in MODULES:
        if not module.startswith(("etl.archive.", "etl.pipeline.")) or ".survey" in module:
            continue
        if module.startswith(FROM_OUTSIDE) and not module.endswith(".importing"):
            continue
        for node in nodes(MODULES[module]):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(FROM_OUTSIDE):
                held = import_module(str(node.module))
                for alias in node.names:
                    value = getattr(held, alias.name)
                    if isinstance(value, type) and is_dataclass(value):
                        found[f"{value.__module__}.{value.__name__}"] = value
    return found


def parts_of(kind: type) -> Iterator[type]:
    """The dataclasses in a dataclass, itself included."""
    yield kind
    stack = list(get_type_hints(kind).values())
    while stack:
        hint = stack.pop()
        stack += get_args(hint)
        if isinstance(hint, type) and is_dataclass(hint) and hint is not kind:
            yield from parts_of(hint)


def test_values_of_strangers_are_made_storable_when_they_are_made() -> None:
    """`etl.outside.Outside` does it. A class that holds nothing of strangers is named in OWN_VALUES."""
    kinds = {name: kind for name, kind in imported_classes().items() if name not in OWN_VALUES}
    assert {"etl.fetch.client.Attempt", "etl.platforms.base.Entry", "etl.files.types.FileReading"} <= kinds.keys()
    bare = {
        part.__qualname__
        for kind in kinds.values()
        for part in parts_of(kind)
        if not issubclass(part, Outside) and part is not Reason
    }
    assert not bare, f"give {bare} the base etl.outside.Outside"


def all_calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call with its module and the name that is called: `int`, or `in_` of `Page.url.in_(…)`."""
    for module, path in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield module, name, node


def test_families_read_numbers_json_and_addresses_in_one_way() -> None:
    """`etl.outside` bounds numbers, `etl.web.data` cleans JSON, `etl.web.urls.resolved` never raises."""
    refused = {"int", "float", "loads", "raw_decode", "urljoin"}
    for module, name, node in all_calls():
        if not module.startswith("etl.platforms."):
            continue
        passed = {getattr(argument, "id", "") for argument in node.args} if name == "map" else set()
        assert not refused & {name, *passed}, f"{MODULES[module]}:{node.lineno}"


READS_OWN_JSON = {
    "etl.export.changes",
    "etl.export.proof.verify",
    "etl.extract.labelled_set",
    "etl.files.ocr.engine",
    "etl.files.process.channel",
    "etl.reasons",
    "etl.web.data",
}


def test_json_of_strangers_is_read_in_one_place() -> None:
    own = ("etl.archive.storage.", "etl.cli.", "etl.local.")
    reading = {module for module, name, _ in all_calls() if name in ("loads", "raw_decode")}
    readers = {module for module in reading if not module.startswith(own)}
    assert readers <= READS_OWN_JSON, "read it with etl.web.data.read_json"


def test_a_list_in_a_query_is_one_parameter() -> None:
    """`among` makes it one; `in_` is for constants and for queries: PostgreSQL takes 65,535 parameters."""
    for module, name, node in all_calls():
        place = f"{MODULES[module]}:{node.lineno}"
        if name in ("in_", "not_in"):
            text = ast.unparse(node.args[0])
            assert text.isupper() or text.startswith(("select(", "_capture_ids(")), f"{place}: in_({text})"
        assert not [key for key in node.keywords if key.arg == "expanding"], place


ACTS = frozenset(("asked", "found", "kept", "marks", "said", "stood", "told"))
"""Words of what was done with a thing. A name says what the thing is: query, match, answer, statement, total."""
NAMES_OF_JSON = {
    "etl/archive/crawls/reports.py": {"told"},
    "etl/browse/http/errors.py": {"found"},
    "etl/browse/pages/look_again.py": {"asked"},
}
"""Keys of reports and of pages as JSON, which stay."""


def bound_name(node: ast.AST) -> str:
    """The name of a variable, attribute, parameter, function or class that a node makes; empty for other nodes."""
    match node:
        case ast.Name(name, ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(name):
            return name
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            return name
        case ast.alias(asname=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(str(name)):
            return name
    return ""


@pytest.mark.parametrize("folder", ["etl", "dags", "plugins", "bench", "demo", "tests/support"])
def test_names_say_what_a_thing_is_and_not_what_was_done_with_it(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        refused = ACTS - NAMES_OF_JSON.get(str(path.relative_to(ROOT)), set())
        for node in nodes(path):
            name = bound_name(node)
            assert name.strip("_").lower() not in refused, f"{path}:{node.lineno}: what is {name}?"


def test_each_kind_of_name_is_seen() -> None:
    source = "import a as told\ndef said(asked, *kept): self._marks = (found := 1)\nmatch x:\n case [*stood]: pass"
    assert {bound_name(node).strip("_") for node in ast.walk(ast.parse(source))} >= ACTS
