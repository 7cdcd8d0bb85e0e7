"""One record: its text, its evidence, its versions, its bytes."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from sqlalchemy import func, text, update
from sqlalchemy.exc import InternalError
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Record
from etl.browse.http.routes import read_only
from tests.support.browser_pages import Page, keep
from tests.support.forms import form_token
from tests.support.gongkai import rows
from tests.support.stored import age

_PROSE = "岚川市码头管理处自即日起启用新的系船柱，旧柱于月底前拆除，船主请按编号停靠并保持通道畅通。" * 3


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        attributes = {name: value or "" for name, value in attrs}
        assert not [name for name in attributes if name.startswith("on")], attributes
        if "href" in attributes:
            self.links.append(attributes)


def test_a_record_shows_text_evidence_and_captures(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    table = "<table><tr><td>泊位</td><td>编号</td></tr><tr><td>东一</td><td>柱7</td></tr></table>"
    page = Page(1, title="系船柱启用通告", paragraphs=(_PROSE,), body=table, document_number="岚港〔2024〕3号")
    keep(archive, tmp_path, page)
    html, record = reader.get("/archive/records/1").text, reader.get("/archive/records/1.json").json()
    assert f"<p>{_PROSE}</p>" in html
    assert re.search(r"<tr><td>东一</td><td>柱7</td></tr>", html)
    number = next(field for field in record["fields"] if field["name"] == "document_number")
    assert number["value"] == "岚港〔2024〕3号"
    assert number["evidence"][0] | {"raw": "岚港〔2024〕3号", "label": "文号", "chosen": True} == number["evidence"][0]
    beliefs = {field["name"]: field["belief"] for field in record["fields"]}
    assert (beliefs["title"], beliefs["document_number"]) == ("agreed", "single")
    assert "另有依据相符" in html
    assert "other evidence agrees" in reader.get("/archive/records/1", headers={"accept-language": "en"}).text
    assert record["short_id"] == record["content_hash"][:16]
    (capture,) = record["captures"]
    assert (capture["outcome"], capture["status"], capture["size"]) == ("stored", 200, len(page.content()))
    assert capture["sha256"] in html
    assert "新存" in html


def test_earlier_versions_stay_readable(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1, title="岚川市码头系船柱启用通告（初稿）", paragraphs=(_PROSE,)))
    keep(
        archive,
        tmp_path,
        Page(1, title="岚川市码头系船柱启用通告（修订稿）", paragraphs=(_PROSE + "修订。",), after=timedelta(days=9)),
    )
    current = reader.get("/archive/records/1.json").json()
    assert (current["title"], current["version"], len(current["captures"])) == (
        "岚川市码头系船柱启用通告（修订稿）",
        2,
        2,
    )
    first = reader.get("/archive/records/1/versions/1")
    assert "<h1>岚川市码头系船柱启用通告（初稿）</h1>" in first.text
    assert "这不是当前版本" in first.text
    assert reader.get("/archive/records/1/versions/1.json").json()["current"] == 2
    assert reader.get("/archive/records/1/versions/3").status_code == 404


def test_a_removed_record_says_on_what_evidence(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    with archive.engine.begin() as connection:
        connection.execute(
            update(Record).values(state="removed", state_reason="404 or 410 on 3 different days", state_at=func.now())
        )
    shown = reader.get("/archive/records/1").text
    assert "源站已撤下此页" in shown
    assert "在 3 个不同日期返回 404 或 410" in shown
    shown = reader.get("/archive/records/1", headers={"accept-language": "en"}).text
    assert "404 or 410 on 3 different days" in shown


def test_captures_stand_with_the_version_that_they_showed(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    for day, words in enumerate(("", "", "修订。", "修订。", "修订。", "修订。", "修订。")):
        keep(archive, tmp_path, Page(1, paragraphs=(_PROSE + words,), after=timedelta(days=day)))
    shown = html.fromstring(reader.get("/archive/records/1").text)
    latest, first = shown.xpath("//ol[@class='timeline']/li")
    assert [len(line.xpath(".//li[starts-with(@id, 'capture-')]")) for line in (latest, first)] == [5, 2]
    assert "此版本更早的 4 次采集" in latest.text_content()
    assert "与上一版对照" in latest.text_content()
    assert "与上一版对照" not in first.text_content()


def test_a_record_leads_to_its_neighbours_in_the_list_it_was_opened_from(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, *(Page(number, title=f"第{number % 2}类通告之{number}") for number in range(5)))
    lines = reader.get("/archive/records.json?q=第1类").json()["lines"]
    assert len(lines) == 2
    listed = html.fromstring(reader.get("/archive/?q=第1类").text).xpath("//a[@class='title']/@href")
    newest, oldest = (reader.get(link).text for link in listed)
    for shown, number, relation in ((newest, 1, "next"), (oldest, 0, "prev")):
        (link,) = html.fromstring(shown).xpath("//a[@rel='next' or @rel='prev']")
        assert (link.get("rel"), link.get("href")) == (relation, listed[number])
    assert reader.get(f"/archive/records/{lines[0]['id']}/versions/1.json").json()["neighbours"] is None
    assert "返回结果" in newest


def test_a_text_with_headings_has_an_outline(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    headed = [line for number in "一二三" for line in (f"{number}、工作安排", _PROSE)]
    keep(archive, tmp_path, Page(1, paragraphs=tuple(headed)), Page(2, paragraphs=(_PROSE, *headed[:2])))
    with_outline, without = (reader.get(f"/archive/records/{number}").text for number in (1, 2))
    links = html.fromstring(with_outline).xpath("//details[@class='outline']//a/@href")
    assert [f'id="{link[1:]}"' in with_outline for link in links] == [True] * 3
    assert 'class="outline"' not in without


def test_captures_are_paged_without_gaps(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(1, paragraphs=(_PROSE,), after=timedelta(days=day)) for day in range(33)))
    numbers, before = [], None
    while before or not numbers:
        page = reader.get("/archive/records/1.json", params={"before": before} if before else {}).json()
        numbers += [line["id"] for line in page["captures"]]
        before = page["captures_before"]
    assert len(numbers) == len(set(numbers)) == 33


def test_hostile_text_stays_text(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    keep(archive, tmp_path, Page(1, title=attack, paragraphs=(attack + _PROSE,), document_number=f"{attack}1号"))
    with archive.engine.begin() as connection:
        connection.execute(_HOSTILE_VERSION)
        connection.execute(update(Record).values(version=2))
    for path in ("/archive/", "/archive/records/1", "/archive/sources", "/archive/runs"):
        html = reader.get(path, params={"q": "script"} if path == "/archive/" else {}).text
        parsed = _Links(html)
        assert "script" not in parsed.tags
        assert "img" not in parsed.tags
        assert all(
            link["href"].startswith(("/archive/", "?language=", "?q=script&", "#", "https://www.lanchuan.example/"))
            for link in parsed.links
        )
    assert "javascript:alert(3)" not in [link["href"] for link in _Links(reader.get("/archive/records/1").text).links]
    assert "恶意附件" in reader.get("/archive/records/1").text


# Extraction keeps http(s) addresses only; a later extractor might not, and the page must not depend on it.
_HOSTILE_VERSION = text("""
    INSERT INTO archive.record_version (record_id, version, kind, capture_id, content_hash, title, fields, attachments,
                                        flags, extractor)
    SELECT record_id, 2, 'updated', capture_id, content_hash, title, fields,
           '[{"url": "javascript:alert(3)", "name": "恶意附件"}, {"url": "data:text/html,x", "name": "<b>"}]',
           ARRAY['<i>'], extractor
    FROM archive.record_version
""")


def test_addresses_outside_the_archive_are_marked_and_told_nothing(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1, paragraphs=(_PROSE,), body='<a href="/files/berths.xlsx">泊位表.xlsx</a>'))
    links = _Links(reader.get("/archive/records/1").text).links
    outside = [link for link in links if link["href"].startswith("https://")]
    assert "https://www.lanchuan.example/files/berths.xlsx" in [link["href"] for link in outside]
    assert all({"noreferrer", "external"} <= set(link["rel"].split()) for link in outside)


def test_every_link_of_ours_leads_somewhere(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(3)))
    waiting, seen = ["/archive/"], set[str]()
    # Facets, orders and languages combine without end: of each page, one address with the same parameters.
    shapes = set[tuple[str, frozenset[str]]]()
    while waiting:
        path = waiting.pop()
        parts = urlsplit(path)
        shape = (parts.path, frozenset(parse_qs(parts.query)))
        if path in seen or shape in shapes:
            continue
        seen.add(path)
        shapes.add(shape)
        answer = reader.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html") and not path.endswith(("/bytes", "/page")):
            addresses = {link["href"].partition("#")[0] for link in _Links(answer.text).links}
            waiting += [link for link in addresses if link.startswith("/") and link not in seen]
    assert {"/archive/records/3", "/archive/sources.json", "/archive/captures/1/bytes"} <= seen


def test_archived_bytes_are_exact_and_inert(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    page = Page(1, paragraphs=(_PROSE,), head='<script src="https://www.lanchuan.example/x.js"></script>')
    keep(archive, tmp_path, page)
    answer = reader.get("/archive/captures/1/bytes")
    assert answer.content == page.content()
    policy = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
    assert {"sandbox", "default-src 'none'", "form-action 'none'", "base-uri 'none'"} <= set(policy)
    assert not [part for part in policy if "http" in part or ("'self'" in part and "frame-ancestors" not in part)]
    expected = {
        "content-type": "text/html; charset=utf-8",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "connection-allowlist": "()",
    }
    assert expected.items() <= dict(answer.headers).items()
    assert "set-cookie" not in answer.headers
    assert reader.head("/archive/captures/1/bytes").headers["content-security-policy"] == "; ".join(policy)


SHOWN_AS = (
    ("text/html; charset=gb2312", "<p>岚川</p>".encode("gbk"), "inline text/html; charset=gb2312"),
    ("text/html", b"<link rel=PreConnect href=//live.example>", "inline text/plain"),
    ("text/html", b"<link rel=pre&#99;onnect href=//live.example>", "inline text/plain"),
    ("text/html", "<link rel=dns-prefetch href=//live.example>".encode("utf-16"), "inline text/plain"),
    ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "attachment image/svg+xml"),
    ("application/pdf", b"%PDF-1.7 ...", "attachment application/pdf"),
    ('text/html"; x', b"<p>x</p>", "attachment application/octet-stream"),
    ("text/html", b"<p>" + b" " * 5_000_000, "attachment text/html"),
)
"""Media types and bytes of files, and how their bytes are shown."""


def test_bytes_are_shown_only_where_they_can_do_nothing(
    archive: Archive, reader: TestClient, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    keep(
        archive,
        tmp_path,
        *(Page(number, raw=raw, media_type=media_type) for number, (media_type, raw, _) in enumerate(SHOWN_AS, 1)),
    )
    captures = {row["url"]: row["id"] for row in rows(archive, "SELECT id, url FROM archive.capture")}
    for number, (media_type, raw, shown_as) in enumerate(SHOWN_AS, 1):
        with subtests.test(media_type=media_type, raw=raw[:50]):
            capture = captures[Page(number).url]
            answer = reader.get(f"/archive/captures/{capture}/bytes")
            disposition, _, name = answer.headers["content-disposition"].partition("; ")
            assert f"{disposition} {answer.headers['content-type']}" == shown_as
            assert re.fullmatch(rf'filename="{capture}-[0-9a-f]{{16}}\.html"', name)
            assert answer.content == raw


def test_what_the_browser_reads_through_cannot_write(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    with read_only(archive) as connection, pytest.raises(InternalError, match="read-only transaction"):
        connection.execute(update(Record).values(state="removed"))
    # The pool's next user may write again.
    keep(archive, tmp_path, Page(2))
    assert reader.get("/archive/records/2").status_code == 200


def test_rules_and_flags_are_shown_in_words_in_whichever_form_they_are_stored(
    archive: Archive, owner_url: str, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1, title="系船柱启用通告", paragraphs=(_PROSE,), document_number="岚港〔2024〕3号"))
    html = reader.get("/archive/records/1").text
    assert "页面上的标题行" in html
    assert "正文位置：" in html
    # As it was stored before there were codes.
    age(
        owner_url,
        "UPDATE archive.record_version SET flags = '{published_date:future,unheard}', fields = "
        '(SELECT jsonb_agg(item - \'belief\' || \'{"rule": "red header", "confidence": 0.6}\') '
        "FROM jsonb_array_elements(fields) AS item)",
    )
    html, record = reader.get("/archive/records/1").text, reader.get("/archive/records/1.json").json()
    assert "版头中的发文字号" in html
    assert "发布日期：晚于抓取日期" in html
    assert "unheard" in html
    assert {item["rule"] for field in record["fields"] for item in field["evidence"]} == {"red_header"}
    assert {field["belief"] for field in record["fields"]} == {None}


def test_a_page_as_json_has_no_token_of_its_form(archive: Archive, archivist: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1, paragraphs=()))
    for page, query in (("records/1/correct", "?field=publisher"), ("review", "?kind=no_text")):
        assert form_token(archivist, f"/archive/{page}{query}"), page
        assert "token" not in archivist.get(f"/archive/{page}.json{query}").json(), page
