"""Stored bytes that are damaged: told apart from an archive that is away, in both languages, with what to do."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.local.services import Addresses
from tests.support.browser_pages import Page, keep
from tests.support.stored import flip_a_byte

_JSON = {"accept": "application/json"}


def _kept(archive: Archive, reader: TestClient, folder: Path) -> str:
    keep(archive, folder, Page(1))
    return str(reader.get("/archive/records/1.json").json()["captures"][0]["sha256"])


def test_damage_that_nobody_has_checked_is_told_by_who_reads(
    archive: Archive, services: Addresses, reader: TestClient, tmp_path: Path
) -> None:
    digest = _kept(archive, reader, tmp_path)
    flip_a_byte(archive, services, digest)
    page = reader.get("/archive/captures/1/bytes")
    assert page.status_code == 500
    for words in ("存档原件已损坏", digest, "刚才读取时发现", "字节与存入时不一致"):
        assert words in page.text, words
    assert f"gongkai restore FOLDER {digest}" in page.text
    assert "档案暂时不可用" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    twin = reader.get("/archive/captures/1/bytes", headers=_JSON).json()
    assert (
        twin
        | {
            "status": 500,
            "name": ["存档原件已损坏", "The stored bytes are damaged"],
            "sha256": digest,
            "damage": "mismatch",
            "found_at": None,
            "restore": f"gongkai restore FOLDER {digest}",
        }
        == twin
    )


@pytest.mark.parametrize(
    ("lost", "kind", "chinese", "english"),
    [
        (False, "mismatch", r"读出 \d+ 字节，散列为 [0-9a-f]{64}；存入时为 \d+ 字节", r"\d+ bytes that hash to"),
        (True, "missing", "对象存储中没有这份字节", "no object of this name"),
    ],
)
def test_damage_that_a_check_found_is_told_since_when_and_in_chinese(
    archive: Archive,
    services: Addresses,
    reader: TestClient,
    tmp_path: Path,
    lost: bool,
    kind: str,
    chinese: str,
    english: str,
) -> None:
    digest = _kept(archive, reader, tmp_path)
    if lost:
        archive.store.remove(blob_key(digest))
    else:
        flip_a_byte(archive, services, digest)
    audit(archive, lambda progress: None)
    for path in ("/archive/captures/1/bytes", "/archive/records/1"):
        page = reader.get(path).text
        assert re.search(chinese, page), path
        assert re.search(english, reader.get(path, headers={"accept-language": "en"}).text), path
        assert f"gongkai restore FOLDER {digest}" in page
    twin = reader.get("/archive/captures/1/bytes", headers=_JSON).json()
    assert twin["damage"] == kind
    assert twin["found_at"] == reader.get("/archive/records/1.json").json()["fixity"]["found_at"]
    assert twin["found_at"]
