"""A page is in one language: Chinese or English, as the reader's browser asks or as the switch says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.browse.http.session import Person
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, attached, keep, other_source
from tests.support.documents import docx, p

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{2,}")
_LINES = ("为保障船舶停靠安全，现将系船柱的设置要求通知如下。", "间距不大于15.5米。", "本通知自发布之日起施行。")
_SAME_IN_BOTH = set(
    """
    gongkai Gongkai GB HTTP SHA JSON OCR DAG Airflow User Op Admin KB MB UTC PDF Word Excel RTF OFD ZIP RAR HTML CSV
    restore FOLDER fixity id current removed zh en https www lanchuan example imported html lin copy LC title
    gov cn div TRS Editor from docx Lines Parquet TXT WACZ WARC BagIt DuckDB pandas Spark ReplayWeb page
""".split()
)
"""Names of things, and what somebody types or a site wrote: they are not translated, nor is what stands in `code`."""


@pytest.fixture
def archivist(enter: Enter) -> TestClient:
    return enter(Person("lin", True))


@pytest.fixture
def addresses(archive: Archive, archivist: TestClient, tmp_path: Path) -> list[str]:
    """Every kind of page, with all that it can show."""
    file = attached("/f/list.docx", "application/msword", docx(p("系船柱名录。")))
    link = '<p>附件：<a href="/f/list.docx">系船柱名录</a> <a href="/f/lost.doc">登记表</a></p>'
    keep(
        archive,
        tmp_path,
        file,
        Page(1, title="系船柱通知", paragraphs=_LINES * 5, body=link, document_number="岚港〔2024〕3号"),
    )
    keep(archive, tmp_path, Page(2, paragraphs=_LINES * 5, published=""), source=other_source())
    changed = (*_LINES * 5, "检查结果应当公布。")
    keep(archive, tmp_path, Page(1, title="系船柱通告", paragraphs=changed, body=link, after=timedelta(days=9)))
    form = dict(
        re.findall(r'name="(\w+)" value="([^"]*)"', archivist.get("/archive/records/1/correct?field=publisher").text)
    )
    form |= {"action": "set", "value": "岚川市港务局", "reason": "以落款为准"}
    assert archivist.post("/archive/records/1/correct", data=form).status_code == 200
    capture = archivist.get("/archive/records/2.json").json()["captures"][0]
    archive.store.remove(blob_key(capture["sha256"]))
    record = archivist.get("/archive/records/1.json").json()
    digest = next(file["sha256"] for file in record["attachments"] if file["sha256"])
    pages = [
        "/",
        "/?q=nothing",
        "/?source=imported",
        "/export",
        "/statistics",
        "/coverage",
        "/sources",
        "/runs",
        "/runs?source=imported",
        "/runs/1",
        "/runs/1?group=stored",
        "/pages/1",
        "/records/1",
        "/records/2",
        "/records/1/versions/1",
    ]
    pages += ["/records/1/correct", "/records/1/correct?field=publisher", "/compare/1/1/1/2", "/compare/1/2/1/3"]
    pages += [f"/files/{digest}", "/nowhere", "/?from=2024-02-30", f"/captures/{capture['id']}/bytes"]
    return [f"/archive{page}" for page in pages]


@pytest.mark.parametrize(("asked", "tag"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), ("en-GB,en;q=0.9", "en")])
def test_no_page_mixes_the_languages(addresses: list[str], archivist: TestClient, asked: str, tag: str) -> None:
    wrong = []
    for address in addresses:
        page = html.fromstring(archivist.get(address, headers={"accept-language": asked}).text)
        assert page.get("lang") == tag, address
        for text, language in _texts(page, tag):
            chinese = language == "en" and _CHINESE.search(text)
            english = language == tag == "zh-Hans" and set(_ENGLISH.findall(text)) - _SAME_IN_BOTH
            wrong += [(address, text.strip())] if chinese or english else []
    assert wrong == []


def _texts(page: html.HtmlElement, language: str) -> Iterator[tuple[str, str]]:
    """All that a page shows or reads out, each text with the language in which it is marked."""
    if not isinstance(page.tag, str) or page.tag in ("code", "title", "q") or page.get("class") in ("url", "cite"):
        return
    language = page.get("lang", language)
    yield from ((page.get(name, ""), language) for name in ("aria-label", "alt", "title", "placeholder"))
    yield page.text or "", language
    for child in page:
        yield from _texts(child, language)
        yield child.tail or "", language


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        (None, "zh-Hans"),
        ("*", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-US,zh;q=0.9", "en"),
        ("fr,zh;q=0.5,en;q=0.7", "en"),
        ("fr", "en"),
        ("en;q=0, zh", "zh-Hans"),
        (";;q=x,,", "zh-Hans"),
    ],
)
def test_the_web_browser_s_languages_decide(reader: TestClient, asked: str | None, tag: str) -> None:
    answer = reader.get("/archive/", headers={"accept-language": asked} if asked else {})
    assert f'<html lang="{tag}">' in answer.text
    assert answer.headers["vary"] == "Accept, Accept-Language, Cookie"


def test_the_switch_keeps_the_page_and_is_remembered(reader: TestClient) -> None:
    chinese = reader.get("/archive/?q=清淤&state=current")
    (switch,) = html.fromstring(chinese.text).xpath('//a[@hreflang="en"]')
    answer = reader.get(str(chinese.url.join(switch.get("href"))))
    assert dict(answer.url.params) == {"q": "清淤", "state": "current"}
    assert str(answer.url.path) == "/archive/"
    assert '<html lang="en">' in answer.text
    assert '<html lang="en">' in reader.get("/archive/sources", headers={"accept-language": "zh"}).text
    assert '<html lang="zh-Hans">' in reader.get("/archive/nowhere?language=zh").text
    cookie = reader.get("/archive/?language=en", follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/archive/" in cookie


def test_the_switch_leads_nowhere_else(reader: TestClient) -> None:
    for path in ("/archive//evil.example", "/archive/%2F%2Fevil.example", "/archive/https:evil.example"):
        where = reader.get(f"{path}?language=en", follow_redirects=False).headers["location"]
        assert where.startswith("./"), path
    assert reader.get("/archive/?language=fr").status_code == 400


def test_json_is_the_same_in_whichever_language(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    for path in ("/archive/records/1.json", "/archive/runs.json", "/archive/nowhere.json"):
        one, other = (reader.get(path, headers={"accept-language": asked}).json() for asked in ("zh", "en"))
        assert one == other
