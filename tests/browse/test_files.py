"""The files of a document: what is shown of each, its text, and its bytes, which stay inert."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from lxml import html
from sqlalchemy import text
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse.pages.file import PAGE_CHARS
from tests.support.browser_pages import Page, attached, keep
from tests.support.containers import zipped
from tests.support.documents import docx, p
from tests.support.gongkai import rows
from tests.support.pdfs import encrypted_pdf, picture, saved

_PROSE = "岚川市码头管理处自即日起启用新的系船柱，旧柱于月底前拆除，船主请按编号停靠并保持通道畅通。" * 3
_LONG = [f"第{number}条 码头经营人应当建立系船柱台账，并妥善保管。" for number in range(1, 1500)]


@pytest.fixture
def files(archive: Archive, reader: TestClient, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What record 1 tells of its files, by name."""
    inside = {"图集/说明.docx": docx(p("系船柱图集说明。")), "图集/登记表.pdf": encrypted_pdf()}
    stored_files = [
        attached("/f/atlas.zip", "application/zip", zipped(inside)),
        attached("/f/form.pdf", "application/pdf", encrypted_pdf()),
        attached("/f/scan.pdf", "application/pdf", saved(picture("批复"), "PDF")),
        attached("/f/rules.xls", "application/x-msdownload", docx("".join(map(p, _LONG)))),
    ]
    names = {"atlas.zip": "图集", "form.pdf": "登记表", "scan.pdf": "批复", "rules.xls": "台账办法", "lost.doc": "名单"}
    links = "".join(f'<a href="/f/{path}">{name}.{path[-3:]}</a> ' for path, name in names.items())
    keep(archive, tmp_path, *stored_files, Page(1, paragraphs=(_PROSE,), body=f"<p>附件：{links}</p>"))
    files = reader.get("/archive/records/1.json").json()["attachments"]
    return {file["name"].partition(".")[0]: file for file in files}


def test_a_record_tells_what_came_of_each_file(files: dict[str, dict[str, Any]], reader: TestClient) -> None:
    outcomes = {name: file["outcome"] for name, file in files.items()}
    assert outcomes == {"图集": "read", "登记表": "encrypted", "批复": "scan", "台账办法": "read", "名单": None}
    shown = reader.get("/archive/records/1").text
    for expected in ("有密码", "图像，待文字识别", "2 个包内文件", "尚未采集", "1 页"):
        assert expected in shown, expected
    assert "第1条 码头经营人" in shown
    assert _LONG[-1] not in shown
    assert f'href="/archive/files/{files["台账办法"]["sha256"]}#text"' in shown
    atlas = reader.get(f"/archive/files/{files['图集']['sha256']}").text
    for expected in ("图集/说明.docx", "图集/登记表.pdf", "有密码", 'href="/archive/records/1#attachments"'):
        assert expected in atlas, expected


def test_a_capture_that_cannot_be_shown_leads_to_the_text_of_its_file(
    archive: Archive, files: dict[str, dict[str, Any]], reader: TestClient
) -> None:
    digest = files["台账办法"]["sha256"]
    [capture] = rows(archive, f"SELECT id FROM archive.capture WHERE blob_sha256 = '{digest}'")
    shown = reader.get(f"/archive/captures/{capture['id']}", headers={"accept-language": "en"}).text
    assert f'<a href="/archive/files/{digest}">Its text, as it was read</a>' in shown


def test_a_long_text_is_paged_by_whole_lines(files: dict[str, dict[str, Any]], reader: TestClient) -> None:
    path = f"/archive/files/{files['台账办法']['sha256']}"
    first = reader.get(f"{path}.json").json()
    leaves = [reader.get(f"{path}.json?page={leaf}").json()["text"] for leaf in range(1, first["leaves"] + 1)]
    assert len(leaves) > 1
    assert "".join(leaves).split("\n") == _LONG
    assert all(leaf.endswith("。\n") for leaf in leaves[:-1])
    assert max(map(len, leaves)) < PAGE_CHARS + 100
    assert f'href="{path}?page=2#text"' in reader.get(path).text
    assert reader.get(f"{path}?page={len(leaves) + 1}").status_code == 404


def test_bytes_of_files_are_exact_and_inert(
    files: dict[str, dict[str, Any]], reader: TestClient, archive: Archive
) -> None:
    expected = {
        "图集": ("application/zip", ".zip"),
        "登记表": ("application/pdf", ".pdf"),
        # Its address and its server say something else; its bytes say what it is.
        "台账办法": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    }
    for name, (media_type, ending) in expected.items():
        digest = files[name]["sha256"]
        answer = reader.get(f"/archive/files/{digest}/bytes")
        assert answer.content == archive.store.blob(digest)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"] == f'attachment; filename="{digest[:16]}{ending}"'
        assert {"sandbox", "default-src 'none'"} <= set(answer.headers["content-security-policy"].split("; "))
        assert answer.headers["x-content-type-options"] == "nosniff"
    page = rows(archive, "SELECT blob_sha256 FROM archive.capture WHERE url LIKE '%.html'")[0]["blob_sha256"]
    for digest in (page, "0" * 64, "A" * 64, "x"):
        assert reader.get(f"/archive/files/{digest}").status_code == 404, "only files are files"
        assert reader.get(f"/archive/files/{digest}/bytes").status_code == 404


def test_a_download_keeps_the_name_that_the_site_gave_it(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    named = f'attachment; filename="{quote("系船柱登记表.csv")}"'
    file = attached("/f/download.do?id=7", "application/octet-stream", "编号,泊位\n一,东".encode(), named)
    keep(archive, tmp_path, file, Page(1, body='<p>附件：<a href="/f/download.do?id=7">登记表.csv</a></p>'))
    (listed,) = reader.get("/archive/records/1.json").json()["attachments"]
    answer = reader.get(f"/archive/files/{listed['sha256']}/bytes")
    name, _, own_name = answer.headers["content-disposition"].partition("; filename*=")
    assert name == f'attachment; filename="{listed["sha256"][:16]}.csv"'
    assert unquote(own_name) == "UTF-8''系船柱登记表.csv"
    assert answer.headers["content-type"].startswith("text/csv"), "its address has no ending, its name has one"


def test_pictures_that_are_the_text_are_shown_from_the_archive(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    image = saved(picture("水位公示", size=(900, 1200)), "PNG")
    body = '<p><img src="/scan/1.png" width="800" height="1100"></p>'
    keep(archive, tmp_path, Page(1, paragraphs=(), body=body), attached("/scan/1.png", "text/html", image))
    (source,) = re.findall('<img src="([^"]+)"', reader.get("/archive/records/1").text)
    answer = reader.get(source)
    assert source.startswith("/archive/files/")
    assert (answer.content, answer.headers["content-type"]) == (image, "image/png")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_damage_and_ocr_are_told_with_what_to_do(
    files: dict[str, dict[str, Any]], reader: TestClient, archive: Archive
) -> None:
    digest = files["登记表"]["sha256"]
    assert "校验全部通过" in reader.get("/archive/sources").text
    with archive.engine.begin() as connection:
        page = "(SELECT blob_sha256 FROM archive.capture WHERE url LIKE '%.html')"
        connection.execute(text(f"UPDATE archive.blob SET damage = 'missing' WHERE sha256 = {page}"))
        connection.execute(text("UPDATE archive.blob SET damage = 'mismatch' WHERE sha256 = :id"), {"id": digest})
        event = "INSERT INTO archive.fixity_event (blob_sha256, kind, detail) VALUES (:id, 'mismatch', '7 bytes of 8')"
        connection.execute(text(event), {"id": digest})
    file, record = reader.get(f"/archive/files/{digest}").text, reader.get("/archive/records/1").text
    assert f"gongkai restore FOLDER {digest}" in file
    assert "7 bytes of 8" in file
    assert f"/files/{digest}/bytes" not in file
    assert "字节与存入时不一致" in record
    assert "字节丢失" in record
    assert reader.get("/archive/sources.json").json()["fixity"]["damaged"] == 2
    assert "2 份存档原件或日志损坏" in reader.get("/archive/sources").text
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE archive.file SET outcome = 'read', method = 'ocr' WHERE outcome = 'scan'"))
    assert "文字由图像识别（OCR）得出" in reader.get(f"/archive/files/{files['批复']['sha256']}").text


def test_a_file_is_read_beside_its_record_with_the_words_of_the_search_marked(
    files: dict[str, dict[str, Any]], reader: TestClient
) -> None:
    digest = files["台账办法"]["sha256"]
    words = "第1400条"
    page = reader.get(f"/archive/records/1.json?q={words}").json()
    [hits] = page["hits"]
    assert (hits["sha256"], hits["hits"]) == (digest, 1)
    assert hits["leaf"] > 1
    tree = html.fromstring(reader.get(f"/archive/records/1?q={words}").text)
    [link] = tree.xpath("//a[contains(@href, '#file-hit-1')]/@href")
    shown = html.fromstring(reader.get(link).text)
    [pane] = shown.xpath("//*[@id='attached']")
    assert [mark.text for mark in pane.iter("mark")] == [words]
    assert pane.xpath(".//mark/@id") == ["file-hit-1"]
    assert shown.xpath("//section[@id='text']//p"), "its own text stands beside it"
    [closed] = pane.xpath(".//a[contains(@href, '#attachments')]/@href")
    assert quote(words) in closed
    assert reader.get(closed).status_code == 200
    # Searches lead to the place at once, versions show their own files, and nothing else is a file of the record.
    [found] = html.fromstring(reader.get(f"/archive/?q={words}&jump=no").text).xpath("//a[@class='from']/@href")
    assert found == link
    assert "第1条 码头经营人" in reader.get(f"/archive/records/1/versions/1?file={digest}").text
    for wrong, status in ((f"file={'0' * 64}", 404), (f"file={digest}&leaf=900", 404), ("file=x", 400)):
        assert reader.get(f"/archive/records/1?{wrong}").status_code == status, wrong
