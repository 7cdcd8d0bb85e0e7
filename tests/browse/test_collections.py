"""Collections and notes: who may keep them, what is shown of them and found by them, that nothing of them is lost."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pyarrow import parquet
from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from etl.archive.records.collections import MAX_ADDED, change_members, name_collection
from etl.archive.records.notes import change_note, write_note
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import PERSON, Person
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, keep
from tests.support.chromium import served
from tests.support.forms import form_token
from tests.support.gongkai import gongkai, rows
from tests.support.whole_database import dump, emptied, quiet

HOSTILE = "<script>alert(1)</script>&amp;\"'"


@pytest.fixture(autouse=True)
def kept(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number, published=f"2024-03-{number:02}") for number in range(1, 6)))


@pytest.fixture
def reading_room(archive: Archive) -> int:
    """A collection with records 2 and 4."""
    number = name_collection(archive, "林馆员", "阅览室常用", "供窗口查阅")
    change_members(archive, "林馆员", number, added=[2, 4, 99])
    return number


def token_of(client: TestClient, path: str) -> str:
    return form_token(client, f"/archive/{path}")


def json_of(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    return dict(client.get(f"/archive/{path}", params=params).json())


def send(client: TestClient, path: str, **form: Any) -> Any:
    return client.post(f"/archive/{path}", data=form, follow_redirects=False)


def test_a_collection_is_made_named_filled_and_emptied_and_nothing_is_forgotten(
    archive: Archive, archivist: TestClient, owner_url: str, local_settings: Settings
) -> None:
    token = token_of(archivist, "collections")
    made = send(archivist, "collections", token=token, title="  防汛  专题 ", description="")
    assert (made.status_code, made.headers["location"]) == (303, "/archive/collections/1")
    token = token_of(archivist, "collections/1")
    assert send(archivist, "collections/1", token=token, title="防汛专题", description="二〇二四年").status_code == 303
    record = json_of(archivist, "records/3.json")
    assert [choice["title"] for choice in record["choices"]] == ["防汛专题"]
    assert (
        send(archivist, "records/3/collections", token=token_of(archivist, "records/3"), collection="1").status_code
        == 303
    )
    gather = json_of(archivist, "collect.json", q="清淤", to="2024-03-02")
    assert gather["records"] == 2
    put_in = send(archivist, "collect", token=token_of(archivist, "collect"), filter=gather["query"], collection="1")
    assert put_in.headers["location"] == "/archive/collections/1"
    page = json_of(archivist, "collections/1.json")
    assert [line["id"] for line in page["records"]["lines"]] == [3, 2, 1]
    assert (
        send(
            archivist, "collections/1", token=token_of(archivist, "collections/1"), action="remove", record="2"
        ).status_code
        == 303
    )
    record = json_of(archivist, "records/3.json")
    assert [each["title"] for each in record["collections"]] == ["防汛专题"]
    out = {"token": token_of(archivist, "records/3"), "collection": "1", "action": "remove"}
    assert send(archivist, "records/3/collections", **out).status_code == 303
    assert send(archivist, "records/3/collections", **out).status_code == 303, "is out already"
    (line,) = json_of(archivist, "collections.json")["collections"]
    assert (line["title"], line["description"], line["records"], line["made_by"]) == (
        "防汛专题",
        "二〇二四年",
        1,
        "林馆员",
    )
    assert write_note(archive, "林馆员", 1, "底稿在三号柜") == 7
    assert change_note(archive, "陈馆员", 1, 7, 1, "")
    before = dump(archive)
    assert [len(before[name]) for name in ("act", "collection", "collection_member", "note")] == [8, 2, 3, 2]
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert dump(again) == before


def test_a_collection_is_a_filter_of_the_list_of_searches_feeds_exports_and_the_api(
    archive: Archive, reader: TestClient, reading_room: int, local_settings: Settings, tmp_path: Path
) -> None:
    name_collection(archive, "林馆员", "空集", "")
    write_note(archive, "林馆员", 4, "原件缺末页")
    facet = f"collection:{reading_room}"
    for params in (
        {"only": facet},
        {"q": facet},
        {"q": "合集:阅览室"},
        {"q": "清淤 合集:阅览室", "only": facet},
        {"q": "合集:阅览室 -号:LC00012024"},
        {"q": "合集:阅览室", "sort": "published"},
    ):
        listed = json_of(reader, "records.json", **params)
        assert [line["id"] for line in listed["lines"]] == [4, 2], params
        assert listed["total"] == {"number": 2, "exact": True}
    assert [line["id"] for line in json_of(reader, "records.json", without=facet)["lines"]] == [5, 3, 1]
    assert [line["id"] for line in json_of(reader, "records.json", q="清淤 -合集:阅览室")["lines"]] == [5, 3, 1]
    assert json_of(reader, "records.json", q="合集:空集")["lines"] == []
    facets = {each["name"]: each["values"] for each in json_of(reader, "records.json")["facets"]}
    assert facets["collection"] == [{"value": str(reading_room), "records": 2}]
    assert "阅览室常用" in reader.get("/archive/").text
    assert reader.get("/archive/?only=collection:阅览室").status_code == 400
    assert reader.get(f"/archive/records.atom?only={facet}").text.count("<entry>") == 2
    api = json_of(reader, "api/v1/records", only=facet)
    assert [record["record_id"] for record in api["records"]] == [4, 2]
    (told,) = [each for each in json_of(reader, "api/v1/collections")["collections"] if each["records"]]
    assert (told["collection_id"], told["title"], told["made_by"]) == (reading_room, "阅览室常用", "林馆员")
    detail = json_of(reader, "api/v1/records/4")
    assert [each["title"] for each in detail["collections"]] == ["阅览室常用"]
    assert [(each["text"], each["is_current"]) for each in detail["notes"]] == [("原件缺末页", True)]
    download = reader.get(f"/archive/export/jsonl?only={facet}").text.splitlines()
    assert [json.loads(line)["record_id"] for line in download] == [2, 4]
    out = tmp_path / "records.csv"
    code, _, _ = gongkai(local_settings, "export", "--format", "csv", "--out", str(out), "--only", facet)
    assert code == 0
    head, *lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert {"collections", "notes"} <= set(head.split(","))
    assert [("阅览室常用" in line, "原件缺末页" in line) for line in lines] == [(True, False), (True, True)]


def in_zip(body: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        return "".join(file.read(each).decode() for each in file.namelist() if each.endswith(name))


SAID = {
    "jsonl": lambda body: body.decode(),
    "csv": lambda body: body.decode(),
    "xlsx": lambda body: in_zip(body, "sheet1.xml") + in_zip(body, "sharedStrings.xml"),
    "parquet": lambda body: str(parquet.read_table(io.BytesIO(body)).select(["collections", "notes"]).to_pylist()),
    "bagit": lambda body: in_zip(body, "metadata.xml"),
}


def test_every_export_with_fields_has_collections_and_notes(
    archive: Archive, reader: TestClient, reading_room: int, subtests: pytest.Subtests
) -> None:
    note = write_note(archive, "林馆员", 4, "旧话")
    withdrawn = write_note(archive, "林馆员", 4, "误记")
    assert note
    assert withdrawn
    change_note(archive, "林馆员", 4, note, 1, "原件缺末页")
    change_note(archive, "林馆员", 4, withdrawn, 1, "")
    for format in SAID:
        with subtests.test(format=format):
            answer = reader.get(f"/archive/export/{format}?only=collection:{reading_room}")
            said = SAID[format](answer.content)
            assert (said.count("阅览室常用"), said.count("原件缺末页")) == (2, 1)
            assert "旧话" not in said
            assert "误记" not in said


def test_only_who_may_correct_keeps_collections_and_notes(
    archive: Archive, enter: Enter, archivist: TestClient, reading_room: int
) -> None:
    write_note(archive, "林馆员", 2, "第一版")
    before = dump(archive)["act"]
    visitor = enter(Person("访客", False))
    for path in ("", "collections", f"collections/{reading_room}", "records/2"):
        shown = visitor.get(f"/archive/{path}").text
        assert 'method="post"' not in shown, path
        assert "/collect?" not in shown, path
    assert visitor.get("/archive/collect").status_code == 403
    own, other = token_of(archivist, "records/2"), token_of(archivist, "records/3")
    room = token_of(archivist, f"collections/{reading_room}")
    for path, right, wrong in (
        ("collections", token_of(archivist, "collections"), room),
        (f"collections/{reading_room}", room, own),
        ("records/2/collections", own, other),
        ("records/2/notes", own, other),
        ("collect", token_of(archivist, "collect"), own),
    ):
        form = {"title": "新", "text": "新", "collection": str(reading_room)}
        assert send(visitor, path, token=right, **form).status_code == 403, path
        for token in ("", "forged", wrong):
            assert send(archivist, path, token=token, **form).status_code == 403, path
    assert dump(archive)["act"] == before


def test_what_cannot_be_kept_is_refused_with_what_was_typed(
    archive: Archive, archivist: TestClient, reading_room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(archivist, "collections")
    for title in (" ", "长" * 101):
        refused = send(archivist, "collections", token=token, title=title, description="说明在此")
        assert (refused.status_code, "说明在此" in refused.text) == (400, True)
    send(archivist, "collections", token=token, title="防汛", description="")
    refused = send(archivist, "collections", token=token, title=" 防汛", description="说明在此")
    assert (refused.status_code, "说明在此" in refused.text, "同名" in refused.text) == (400, True, True)
    its = f"collections/{reading_room}"
    assert send(archivist, its, token=token_of(archivist, its), title="防汛").status_code == 400
    record = token_of(archivist, "records/2")
    assert send(archivist, "records/2/collections", token=record, collection="77").status_code == 404
    assert send(archivist, "records/2/collections", token=record, collection="x").status_code == 400
    assert send(archivist, "records/2/notes", token=record, text=" \n ").status_code == 400
    refused = send(archivist, "records/2/notes", token=record, text="很长" * 2001)
    assert (refused.status_code, "很长很长" in refused.text) == (400, True)
    note = write_note(archive, "林馆员", 2, "第一版")
    assert note is not None
    assert write_note(archive, "林馆员", 2, "第一版") == note
    assert write_note(archive, "陈馆员", 2, "第一版") != note
    change_note(archive, "陈馆员", 2, note, 1, "第二版")
    stale = send(archivist, "records/2/notes", token=record, note=note, version="1", text="我的改动")
    assert (stale.status_code, "我的改动" in stale.text, "第二版" in stale.text) == (409, True, True)
    assert archivist.get("/archive/records/3/notes/1").status_code == 404
    assert archivist.get("/archive/collections/77").status_code == 404
    monkeypatch.setattr("etl.browse.http.curating.MAX_ADDED", 3)
    gather = json_of(archivist, "collect.json")
    many = send(
        archivist, "collect", token=token_of(archivist, "collect"), filter=gather["query"], collection=str(reading_room)
    )
    assert many.status_code == 413
    assert send(archivist, "collect", token=token_of(archivist, "collect"), filter="only=x:y").status_code == 400
    few = json_of(archivist, "collect.json", q="合集:阅览室")
    assert send(archivist, "collect", token=token_of(archivist, "collect"), filter=few["query"]).status_code == 400
    assert MAX_ADDED == 1000


def test_scripts_in_titles_and_notes_are_text(archive: Archive, archivist: TestClient) -> None:
    number = name_collection(archive, "林馆员", HOSTILE, HOSTILE)
    change_members(archive, "林馆员", number, added=[1])
    note = write_note(archive, "林馆员", 1, HOSTILE)
    paths = ("", "collections", f"collections/{number}", "records/1", f"records/1/notes/{note}", "collect")
    for path in paths:
        shown = archivist.get(f"/archive/{path}").text
        assert "<script" not in shown, path
        assert HOSTILE in unescape(shown), path


@pytest.fixture
def address(archive: Archive) -> Iterator[str]:
    inner = create_app(archive)

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope | {PERSON: Person("林馆员", True)}, receive, send)

    with served(Starlette(routes=[Mount("/archive", admitted)])) as base:
        yield f"{base}/archive"


WORDS = {
    "zh-CN": ("名称", "建立合集", "归入合集", "归入", "写备注", "备注", "保存备注", "修改", "移出"),
    "en": ("Title", "Make the collection", "Put into a collection", "Put in", "Write a note", "Note", "Save note", "Change", "Take out"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("locale", WORDS)
def test_the_keyboard_alone_keeps_collections_and_notes(
    archive: Archive, address: str, chromium: Browser, locale: str
) -> None:
    title, make, into, put, write, note, save, change, take = WORDS[locale]
    context = chromium.new_context(locale=locale, viewport={"width": 390, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{address}/collections")
    page.get_by_label(title, exact=True).press_sequentially("防汛")
    page.get_by_role("button", name=make).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("防汛")
    page.goto(f"{address}/?to=2024-03-02")
    page.get_by_role("link", name=into).press("Enter")
    select = page.get_by_role("combobox")
    select.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name=put).press("Enter")
    expect(page.locator("ol.records > li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("ol.records a.title").first.press("Enter")
    page.get_by_text(write).press("Enter")
    page.get_by_role("textbox", name=note).press_sequentially("见三号柜")
    page.get_by_role("button", name=save).press("Enter")
    expect(page.locator("#notes")).to_contain_text("见三号柜")
    page.locator("#notes").get_by_role("link", name=change).press("Enter")
    page.get_by_role("textbox", name=note).press_sequentially("，")
    page.get_by_role("button", name=save).press("Enter")
    expect(page.locator("#notes details").first).to_contain_text("1")
    page.locator("#collections").get_by_role("button", name=re.compile(take)).press("Enter")
    expect(page.locator("#collections select")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [row["kind"] for row in rows(archive, "SELECT kind FROM archive.act ORDER BY seq")] == [
        "collection",
        "membership",
        "note",
        "note",
        "membership",
    ]
    context.close()
