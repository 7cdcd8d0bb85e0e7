"""The source files that are shipped, and what each family must bring: a demo site with its golden entries."""

import sys
from pathlib import Path

import pytest
import yaml

from demo import demo_platforms, demo_site, goldens
from etl.catalog.load import load_source
from etl.platforms.registry import all_platforms
from etl.settings import PROJECT

SHIPPED = sorted((PROJECT / "dags" / "sources").glob("*.yaml"))
STARTED_FROM = {"www.hzsc.gov.cn", "www.cqjb.gov.cn", "www.szft.gov.cn", "www.kq.gov.cn", "www.sz.gov.cn"}
PLATFORMS = set(demo_platforms().values())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_source_is_good_gentle_and_of_a_family_that_is_tried(path: Path) -> None:
    source = load_source(path)
    assert source.id == path.stem
    assert source.platform in PLATFORMS
    assert "assertions" in yaml.safe_load(path.read_text(encoding="utf-8"))
    assert source.pace.delay >= 2
    assert not source.allow_private_addresses


def test_the_catalogs_that_the_project_began_with_are_there() -> None:
    hosts = {host for path in SHIPPED for host in load_source(path).hosts}
    assert hosts >= STARTED_FROM


@pytest.mark.parametrize("name", [item.name for item in all_platforms() if item.lists])
def test_a_family_has_a_demo_site_with_golden_entries_and_records(name: str) -> None:
    how = "see docs/adding-a-platform.md"
    assert name in PLATFORMS, (
        f"no file in demo/sources/ has the platform {name!r}: write one, and demo/{name}.py ({how})"
    )
    site = demo_site(name)
    assert (PROJECT / "tests" / "platforms" / f"test_{name}.py").exists(), (
        f"tests/platforms/test_{name}.py is missing ({how})"
    )
    empty = [column for column, entries in goldens.entries(site).items() if not entries]
    assert not empty, f"nothing is listed in {', '.join(empty)}: put() documents there in demo/{name}.py"
    stored = len(goldens.records(site))
    assert stored >= 10, (
        f"demo/{name}.py publishes {stored} documents that are stored, 10 are needed: add topics or years"
    )


def test_a_family_without_lists_says_so() -> None:
    silent = [item for item in all_platforms() if not item.lists]
    assert [item.name for item in silent] == ["hebei_columns", "ilist_jsp", "xxgk_list"]
    assert all("its lists are not read" in (sys.modules[type(item).__module__].__doc__ or "") for item in silent)
