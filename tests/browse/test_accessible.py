"""Every page of the archive by axe-core: nothing of serious or critical weight, in both languages, light and dark, wide
and narrow. Each page is looked at in two ways that differ in language, width and colours, the next one in two others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from etl.archive.records.citation_links import link_document
from etl.archive.records.saved_searches import save_search
from etl.local.services import Addresses
from tests.support.browser_pages import Page, keep
from tests.support.chromium import served
from tests.support.gongkai import rows
from tests.support.screenshots import ARCHIVIST, app, demo_records
from tests.support.services import own_archive
from tests.support.stored import flip_a_byte

_PATHS = (
    "/",
    "/?q=安全",
    "/?q=安全&only=year:2023&without=type:pdf&sort=published&from=2020-01-01&state=current",
    "/?q=没有这样的词&from=2020-01-01",
    "/records/{RECORD}",
    "/records/{RECORD}?q=安全",
    "/records/{RECORD}/versions/1?file={SHA256}",
    "/records/{RECORD}/versions/1?id=0123456789abcdef",
    "/records/{RECORD}/correct",
    "/records/{RECORD}/correct?field=published_date",
    "/records/{RECORD}/correct?field=publisher",
    "/compare/{RECORD}/1/{RECORD}/2",
    "/compare/{RECORD}/1/{RECORD}/2?view=sides&lines=changes",
    "/captures/{CAPTURE}",
    "/captures/find?url=https://nowhere.example/",
    "/files/{SHA256}?q=市",
    "/pages/{PAGE}",
    "/runs",
    "/runs/{RUN}",
    "/runs/{RUN}?group=stored",
    "/sources",
    "/silences",
    "/silences?source={SOURCE}",
    "/statistics",
    "/coverage",
    "/export?q=安全",
    "/export?q=没有这样的词",
    "/review",
    "/review?kind=flagged",
    "/review?kind=no_text",
    "/review?kind=similar",
    "/review?kind=missing",
    "/links",
    "/gaps",
    "/saved",
    "/saved?q=安全&without=type:pdf",
    "/nowhere",
    "/records/999999",
    "/?from=tomorrow",
    "/captures/{DAMAGED}/bytes",
)
_Way = tuple[int, Literal["light", "dark"]]
_WAYS: tuple[_Way, ...] = (
    (1280, "light"),
    (390, "light"),
    (1280, "dark"),
    (390, "dark"),
)
"""Those of four pages in one language; the other language takes the opposite one of each."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The browser's address, and what stands for the numbers in the paths."""

    address: str
    numbers: Mapping[str, str]


@pytest.fixture(scope="module")
def opened(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """An archive of demo records, for somebody who may correct and has saved a search; a document is cited and
    missing, another is linked, and the bytes of a page are damaged."""
    with own_archive(services, services_dir, "accessible") as archive:
        numbers = demo_records(archive, 6)
        citing = Page(1, paragraphs=("根据《岚川市码头管理办法》，请沿岸居民留意告示，车辆绕行，不得下水。" * 3,))
        keep(archive, tmp_path_factory.mktemp("kept"), Page(2, title="码头管理办法"), citing)
        link_document(archive, ARCHIVIST.name, "岚政〔2020〕3号", None, 1, "发文时漏印一字")
        (damaged,) = rows(archive, "SELECT id, blob_sha256 FROM archive.capture ORDER BY id DESC LIMIT 1")
        flip_a_byte(archive, services, damaged["blob_sha256"])
        save_search(archive, ARCHIVIST.name, "安全", "q=%E5%AE%89%E5%85%A8&only=year%3A2023", tells=True)
        with served(app(archive)) as base:
            yield Opened(f"{base}/archive", numbers | {"DAMAGED": str(damaged["id"])})


def _faults(page: Any) -> Iterator[str]:
    """Those of a page in which axe-core has been loaded."""
    for fault in page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)"):
        if fault["impact"] in ("serious", "critical"):
            places = [str(node["target"]) for node in fault["nodes"][:5]]
            yield f"{fault['id']} ({fault['help']}): {'; '.join(places)}"


@pytest.mark.parametrize(("locale", "ways"), [("zh-CN", _WAYS), ("en-GB", _WAYS[::-1])], ids=["zh", "en"])
def test_axe_finds_nothing_serious_on_any_page(
    opened: Opened, chromium: Browser, locale: str, ways: tuple[_Way, ...]
) -> None:
    context = chromium.new_context(locale=locale)
    context.set_default_timeout(60_000)
    page = context.new_page()
    found = []
    for path, (width, scheme) in zip(_PATHS, cycle(ways), strict=False):
        page.goto(opened.address + path.format_map(opened.numbers))
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate(AXE_SCRIPT)
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found += [f"{path} {width} {scheme}: {fault}" for fault in _faults(page)]
    context.close()
    assert not found, "\n".join(found)
