"""One field of many records corrected at once: shown first, done when confirmed, each record told what became of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from etl.archive.records.corrections import RECORDS_PER_COMMIT, WITHDRAWN, correct, correct_many
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import CHANGES
from etl.browse import create_app
from etl.browse.http import bulk
from etl.browse.http.session import PERSON, Person
from etl.fields import FIELDS
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, keep, other_source
from tests.support.chromium import served
from tests.support.forms import form_token
from tests.support.gongkai import rows

NAME = "岚川市水利局"
SAID = "SELECT record_id, field, value, corrected_by, reason FROM archive.correction ORDER BY record_id"


@pytest.fixture(autouse=True)
def kept(archive: Archive, tmp_path: Path) -> None:
    """Three records of one source, one of another; record 2 has the right publisher already."""
    keep(archive, tmp_path, Page(1), Page(2), Page(3))
    keep(archive, tmp_path, Page(4, title="河段转载"), source=other_source())
    correct(archive, 2, {"publisher": NAME}, "陈馆员", "以印章为准")


def send(client: TestClient, page: dict[str, Any], accept: str = "text/html", **changed: str) -> Any:
    form = {"token": page["token"], "filter": page["query"], "step": "preview", "field": "publisher", "action": "set"}
    form |= {"value": NAME, "reason": "机构改革后的名称"} | changed
    return client.post("/archive/correct", data=form, headers={"accept": accept}, follow_redirects=False)


def asked(client: TestClient, **params: str) -> dict[str, Any]:
    """The page as JSON, with the token of its form."""
    page = dict(client.get("/archive/correct.json", params=params).json())
    return page | {"token": form_token(client, f"/archive/correct?{urlencode(params)}")}


def told(client: TestClient, page: dict[str, Any], **changed: str) -> dict[str, Any]:
    """The answer to the form as JSON."""
    return dict(send(client, page, "application/json", **changed).json())


def test_what_would_change_is_shown_and_done_when_it_is_confirmed(
    archive: Archive, archivist: TestClient, tmp_path: Path
) -> None:
    page = asked(archivist, q="河段")
    assert page["records"] == 4
    preview = told(archivist, page)
    assert [(line["record"], line["value"], line["changes"]) for line in preview["lines"]] == [
        (1, "岚川市水务局", True),
        (2, NAME, False),
        (3, "岚川市水务局", True),
        (4, "岚川市水务局", True),
    ]
    assert len(rows(archive, SAID)) == 1, "a preview changes nothing"
    keep(archive, tmp_path, Page(3, title="河段通告（修订）", after=timedelta(days=3)))
    records = " ".join(f"{line['record']}.{line['version']}" for line in preview["lines"]) + " 99.1"
    done = told(archivist, page, step="confirm", records=records)
    outcomes = {line["record"]: line["outcome"] for line in done["lines"]}
    assert outcomes == {1: "corrected", 2: "unchanged", 3: "moved", 4: "corrected", 99: "missing"}
    assert [(row["record_id"], row["value"], row["corrected_by"], row["reason"]) for row in rows(archive, SAID)] == [
        (1, NAME, "林馆员", "机构改革后的名称"),
        (2, NAME, "陈馆员", "以印章为准"),
        (4, NAME, "林馆员", "机构改革后的名称"),
    ]
    assert len(rows(archive, "SELECT * FROM archive.change WHERE kind = 'corrected'")) == 3
    again = told(archivist, page, step="confirm", records="1.2 4.2")
    assert [line["outcome"] for line in again["lines"]] == ["unchanged", "unchanged"]
    shown = send(archivist, page, step="confirm", records=records).text
    for word in ("未变：已是此值", "未更正：其间有新版本", "未更正：没有这条记录"):
        assert word in shown
    withdrawn = send(archivist, page, step="confirm", action="withdraw", records="1.2 2.2")
    assert withdrawn.status_code == 200
    assert archivist.get("/archive/records/2.json").json()["publisher"] == "岚川市水务局"


def test_a_correction_of_many_is_undone_in_one_step(archive: Archive, archivist: TestClient) -> None:
    correct(archive, 3, {"publisher": "岚川市水利处"}, "陈馆员", "以来文为准")
    correct(archive, 1, {"publisher": "水务局"}, "陈馆员", "误")
    correct(archive, 1, {"publisher": WITHDRAWN}, "陈馆员", "撤回")

    def publishers() -> list[str]:
        return [archivist.get(f"/archive/records/{number}.json").json()["publisher"] for number in range(1, 5)]

    before = publishers()
    page = asked(archivist, q="河段")
    told(archivist, page, step="confirm", records="1.3 2.2 3.2 4.1")
    assert publishers() == [NAME] * 4
    shown = send(archivist, page, step="confirm", value="岚川市水利部", records="1.4 2.2 4.9")
    undo = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    assert (undo["action"], undo["records"]) == ("undo", "1.5 2.3")
    correct(archive, 2, {"title": "河段通告"}, "陈馆员", "其间")
    undone = told(archivist, page | undo, **undo, reason="填错了一栏")
    assert {line["record"]: line["outcome"] for line in undone["lines"]} == {1: "corrected", 2: "moved"}
    assert publishers() == [NAME, "岚川市水利部", NAME, NAME]

    preview = told(archivist, page, action="undo", value="")
    assert [(line["new"], line["extracted"], line["changes"]) for line in preview["lines"]] == [
        ("岚川市水利部", False, True),
        (NAME, False, True),
        ("岚川市水利处", False, True),
        (None, True, True),
    ]
    told(archivist, page, action="undo", step="confirm", records="3.3 4.2")
    assert publishers()[2:] == before[2:]
    assert rows(archive, SAID)[-1]["reason"] == "机构改革后的名称"


def test_what_somebody_corrects_before_the_results_are_shown_is_not_undone(
    archive: Archive, archivist: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(*arguments: Any) -> Any:
        outcomes = correct_many(*arguments)
        correct(archive, 1, {"publisher": "水务局"}, "陈馆员", "其间")
        return outcomes

    page = asked(archivist, q="河段")
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "correct_many", at_once)
        shown = send(archivist, page, step="confirm", records="1.1 4.1")
    undo = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
    undone = told(archivist, page | undo, **undo, reason="填错了一栏")
    assert {line["record"]: line["outcome"] for line in undone["lines"]} == {1: "moved", 4: "corrected"}


def test_records_of_one_source_are_written_together(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(10, 10 + RECORDS_PER_COMMIT)))
    before = len(list(archive.store.list_keys(CHANGES)))
    numbers = [row["id"] for row in rows(archive, "SELECT id FROM archive.record WHERE id > 2")]
    outcomes = correct_many(archive, dict.fromkeys(numbers, 1), "publisher", NAME, "林馆员", "同上")
    assert set(outcomes.values()) == {"corrected"}
    # Those of one source in two transactions, the one of the other source in one.
    assert len(list(archive.store.list_keys(CHANGES))) == before + 3


def test_what_cannot_be_done_is_refused_and_nothing_typed_is_lost(
    archive: Archive, enter: Enter, archivist: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = asked(archivist, q="河段")
    for changed, message in (
        ({"value": " "}, "请填写新值"),
        ({"reason": " "}, "请写明理由"),
        ({"field": "password"}, "请选择要更正的著录项"),
        ({"field": "written_date", "value": "去年"}, "日期不存在"),
        ({"action": "erase"}, "请选择如何更正"),
    ):
        answer = send(archivist, page, **changed)
        assert (answer.status_code, message in answer.text) == (400, True), changed
        assert ("机构改革后的名称" in answer.text) == ("reason" not in changed)
    for records in ("", "1", "x.y", " ".join(f"{number}.1" for number in range(1, 202))):
        assert send(archivist, page, step="confirm", records=records).status_code == 400, records[:9]
    assert send(archivist, page, filter="state=gone").status_code == 400
    visitor = enter(Person("访客", False))
    assert visitor.get("/archive/correct").status_code == 403
    assert send(visitor, page).status_code == 403
    assert send(archivist, page, token=form_token(archivist, "/archive/records/1")).status_code == 403
    assert "/archive/correct?" not in visitor.get("/archive/?q=河段").text
    monkeypatch.setattr("etl.browse.pages.bulk.MAX_RECORDS", 3)
    monkeypatch.setattr("etl.browse.http.bulk.MAX_RECORDS", 3)
    assert send(archivist, page).status_code == 413
    assert len(rows(archive, SAID)) == 1


def test_a_hostile_value_stays_text(archivist: TestClient) -> None:
    attack = '"><script>alert(1)</script>'
    page = asked(archivist, q="河段")
    for step in ("preview", "confirm"):
        shown = send(archivist, page, step=step, value=attack, reason=attack, records="1.1").text
        assert "<script" not in shown
        assert "alert(1)" in shown


@pytest.fixture
def address(archive: Archive) -> Iterator[str]:
    inner = create_app(archive)

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope | {PERSON: Person("林馆员", True)}, receive, send)

    with served(Starlette(routes=[Mount("/archive", admitted)])) as base:
        yield f"{base}/archive"


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh-CN", ("批量更正", "著录项", "值", "理由", "预览", "更正 3 条记录", "已更正 3")),
        ("en", ("Correct a field of these", "Field", "Value", "Reason", "Preview", "Correct 3 records", "corrected 3")),
    ],
)
def test_the_keyboard_alone_corrects_many(
    archive: Archive, address: str, chromium: Browser, locale: str, words: tuple[str, ...]
) -> None:
    link, field, value, reason, preview, confirm, done = words
    context = chromium.new_context(locale=locale, viewport={"width": 390, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{address}/?q=河段")
    page.get_by_role("link", name=link).press("Enter")
    chosen = page.get_by_role("combobox", name=field)
    for _ in FIELDS:
        if chosen.input_value() != "publisher":
            chosen.press("ArrowDown")
    expect(chosen).to_have_value("publisher")
    page.get_by_role("textbox", name=value).press_sequentially(NAME)
    page.get_by_role("textbox", name=reason).press_sequentially("机构改革")
    page.get_by_role("button", name=preview).press("Enter")
    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=confirm).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(done)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(rows(archive, SAID)) == 4
    context.close()
