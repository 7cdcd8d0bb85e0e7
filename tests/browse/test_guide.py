"""The guide for archivists: its addresses answer, its pictures exist and can be taken anew, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.local.services import Addresses
from etl.settings import PROJECT
from tests.support.chromium import served
from tests.support.screenshots import FOLDER, LANGUAGES, PICTURES, WIDTH, app, demo_records, take
from tests.support.services import own_archive

_GUIDES = {"en": "archivists.md", "zh-CN": "archivists.zh-CN.md"}
MOST_BYTES = 120_000


@pytest.fixture(scope="module")
def guided(services: Addresses, services_dir: Path) -> Iterator[tuple[Archive, dict[str, str]]]:
    """An archive of demo records, and the numbers of one of them."""
    with own_archive(services, services_dir, "guide") as archive:
        yield archive, demo_records(archive, 10)


def _guide(language: str) -> str:
    return (PROJECT / "docs" / _GUIDES[language]).read_text(encoding="utf-8")


def _addresses(section: str) -> list[str]:
    return re.findall(r"`/archive(/[^`]*)`", section)


def test_both_languages_have_the_same_sections() -> None:
    told = []
    for language in LANGUAGES:
        opening, *sections = _guide(language).split("\n## ")
        assert all(f"]({guide})" in opening for each, guide in _GUIDES.items() if each != language)
        pictures = [re.findall(rf"\]\(images/archivists/(\w+)\.{language}\.png\)", section) for section in sections]
        told.append(list(zip(map(_addresses, sections), pictures, strict=True)))
    assert told[0] == told[1]
    assert all(addresses for addresses, _ in told[0]), "each task has an address"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_is_linked(language: str) -> None:
    readme = "README.md" if language == "en" else f"README.{language}.md"
    assert f"](docs/{_GUIDES[language]})" in (PROJECT / readme).read_text(encoding="utf-8")
    assert f"]({_GUIDES[language]})" in (PROJECT / "docs" / "README.md").read_text(encoding="utf-8")


def test_the_guide_shows_every_picture_and_no_other() -> None:
    shown = {
        name for language in LANGUAGES for name in re.findall(r"\]\(images/archivists/([^)]+)\)", _guide(language))
    }
    assert shown == {path.name for path in FOLDER.iterdir()}
    assert shown == {f"{name}.{language}.png" for name in PICTURES for language in LANGUAGES}
    for path in FOLDER.iterdir():
        assert path.stat().st_size <= MOST_BYTES, path
        with Image.open(path) as image:
            assert image.width <= WIDTH, path


def test_every_address_of_the_guide_answers(guided: tuple[Archive, dict[str, str]]) -> None:
    archive, numbers = guided
    with TestClient(app(archive), headers={"accept-language": "en"}) as client:
        for address in _addresses(_guide("en")):
            path = re.sub("[A-Z][A-Z0-9]+", lambda word: numbers[word[0]], address)
            answer = client.get(f"/archive{path}", follow_redirects=False)
            assert answer.status_code == 200, (address, path)
            anchor = path.partition("#")[2]
            assert not anchor or f'id="{anchor}"' in answer.text, address


def test_the_pictures_can_be_taken_anew(
    guided: tuple[Archive, dict[str, str]], chromium: Browser, tmp_path: Path
) -> None:
    archive, numbers = guided
    with served(app(archive)) as base:
        take(chromium, f"{base}/archive", numbers, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FOLDER.iterdir()}
