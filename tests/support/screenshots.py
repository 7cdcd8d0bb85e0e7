"""`python -m tests.support.screenshots`: takes the pictures of docs/archivists.md and docs/archivists.zh-CN.md anew.

Chromium opens the archive browser on records of two invented sites. Times in the pictures are those of the day on
which they are taken.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser
from starlette.types import ASGIApp

from demo import demo_site
from demo.documents import Document, Items, Paragraph
from demo.files import docx
from demo.server import serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.records.collections import change_members, name_collection
from etl.archive.records.corrections import correct
from etl.archive.records.notes import write_note
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import Person
from etl.browse.scheduler import NoScheduler
from etl.pipeline.crawl import recheck
from etl.settings import PROJECT, Settings
from tests.support.admission import admitted
from tests.support.chromium import running_chromium, served
from tests.support.gongkai import crawl_site, rows, small, source_of
from tests.support.services import own_archive, running_services, state_folder

FOLDER = PROJECT / "docs" / "images" / "archivists"
ARCHIVIST = Person("林馆员", True)
LANGUAGES = {"en": "en-GB", "zh-CN": "zh-CN"}
"""Of the pages and their pictures, as a web browser asks for them."""
WIDTH = 1280
_DOCUMENT = "flood-notice"
_CHANGES = {"37处": "41处", "5月31日前": "6月10日前", "移动泵车12台": "移动泵车15台", "4月16日": "4月20日"}
_NUMBERS = """
SELECT r.id AS "RECORD", p.id AS "PAGE", k.id AS "CAPTURE", f.blob_sha256 AS "SHA256", k.run_id AS "RUN",
       p.source_id AS "SOURCE",
       (SELECT max(version) FROM archive.record_version v WHERE v.record_id = r.id) AS "VERSION",
       left(r.content_hash, 16) AS "ID"
FROM archive.record r JOIN archive.page p ON p.id = r.page_id JOIN archive.capture k ON k.page_id = p.id
JOIN archive.page_file l ON l.page_id = p.id JOIN archive.capture f ON f.page_id = l.file_id
WHERE p.url = :url ORDER BY k.id, f.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page from its top, or from the element `start`, with the folded element `unfold` open. `height` in pixels."""

    path: str
    height: int
    start: str = ""
    unfold: str = ""


PICTURES = {
    "find": Picture("/?q=安全", 760),
    "evidence": Picture("/records/{RECORD}", 840, "#fields", "#field-published_date details"),
    "compare": Picture("/compare/{RECORD}/1/{RECORD}/2?lines=changes", 800, "#choose"),
    "link": Picture("/review?kind=missing&source={SOURCE}&find=排涝", 1080),
    "collection": Picture("/collections/{COLLECTION}", 620),
    "failed": Picture("/runs/{RUN}?group=failed", 700),
}


class _Fetching(NoScheduler):
    """One that could fetch pages again."""

    def can_fetch(self, source: str) -> bool:
        return True


def demo_records(archive: Archive, documents: int) -> dict[str, str]:
    """Fills the archive: so many documents of each of two sites, one of them fetched again after its agency changed it,
    and then corrected.

    Returns the numbers of that document, by the words that stand for them in the addresses of the guide.
    """
    trs, gkmlpt = (small(demo_site(platform), documents) for platform in ("trs_wcm", "gkmlpt"))
    assertions = {"min_records": 1, "max_age_days": 36500}
    with serve(trs), serve(gkmlpt):
        for site in (gkmlpt, trs):
            crawl_site(archive, site, assertions=assertions)
        url = trs.url(_DOCUMENT)
        trs.put(_changed(trs.postings[_DOCUMENT].document), key=_DOCUMENT)
        options = CrawlOptions.of_document(url, ARCHIVIST.name)
        recheck(archive, source_of(trs), "look again", options, Settings(), lambda *_: None)
    (numbers,) = rows(archive, _NUMBERS, url=url)
    reason = "市政府公报2023年第4期载明，公布日期为4月17日。"
    correct(archive, numbers["RECORD"], {"published_date": "2023-04-17"}, ARCHIVIST.name, reason)
    collection = name_collection(archive, ARCHIVIST.name, "防汛专题", "二〇二三年汛前检查用")
    change_members(archive, ARCHIVIST.name, collection, added=[numbers["RECORD"], numbers["RECORD"] - 1])
    write_note(archive, ARCHIVIST.name, numbers["RECORD"], "分工表原件存市防汛办。")
    return {name: str(value) for name, value in numbers.items()} | {"COLLECTION": str(collection)}


def _changed(document: Document) -> Document:
    """The document as its agency might mend it: figures and days, a sentence more, another file, a later signature."""
    body = []
    for block in document.body:
        if isinstance(block, Items):
            block = Items((*block.items[:2], "各县区每日17时前报送险情，重大险情随时报告。", *block.items[2:]))
        elif isinstance(block, Paragraph):
            text = block.text
            for old, new in _CHANGES.items():
                text = text.replace(old, new)
            block = Paragraph(text, block.place)
        body.append(block)
    file = docx("重点任务分工表.docx", ["城区内涝防治", "易涝点整改（41处）：市水务局", "管网疏通：市城管局"])
    return replace(document, body=tuple(body), attachments=(file,), written_date=date(2023, 4, 20))


def app(archive: Archive) -> ASGIApp:
    """The archive browser as an archivist has it."""
    return admitted(create_app(archive, scheduler=_Fetching()), ARCHIVIST)


def take(chromium: Browser, address: str, numbers: Mapping[str, str], folder: Path) -> None:
    """Takes each picture in each language and writes it as `NAME.LANGUAGE.png`. `address` is that of the browser."""
    for language, locale in LANGUAGES.items():
        context = chromium.new_context(locale=locale, viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page = context.new_page()
        for name, picture in PICTURES.items():
            page.set_viewport_size({"width": WIDTH, "height": picture.height})
            page.goto(address + picture.path.format_map(numbers), wait_until="networkidle")
            if picture.unfold:
                page.locator(picture.unfold).evaluate("element => element.open = true")
            if picture.start:
                page.locator(picture.start).evaluate("element => element.scrollIntoView()")
            with Image.open(BytesIO(page.screenshot())) as image:
                # The pages have few colours: with 64 of them a picture takes a third of the bytes.
                image.convert("RGB").quantize(64).save(folder / f"{name}.{language}.png", optimize=True)
        context.close()


def main(folder: Path) -> None:
    """Takes the pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with state_folder() as state, running_services(state) as services, own_archive(services, state, "guide") as archive:
        numbers = demo_records(archive, 60)
        with running_chromium() as chromium, served(app(archive)) as base:
            take(chromium, f"{base}/archive", numbers, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
