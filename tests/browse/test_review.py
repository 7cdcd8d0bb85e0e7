"""The queue of what awaits a person's look: what is in it, who may settle it, and that who did is kept and shown."""

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

from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import PERSON, Person
from etl.extract import Flag
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, keep, other_source
from tests.support.chromium import served
from tests.support.forms import form_token
from tests.support.gongkai import rows
from tests.support.stored import age

_PROSE = "岚川市码头管理处自即日起启用新的系船柱，旧柱于月底前拆除，船主请按编号停靠并保持通道畅通。" * 3
_FLAGS = "UPDATE archive.record_version SET flags = CAST(:flags AS text[]) WHERE record_id = :record"


@pytest.fixture(autouse=True)
def queue(archive: Archive, owner_url: str, tmp_path: Path) -> None:
    """Records 1 and 2 have a disputed publisher, 2 also a date that is in the future; 3 has no text; 4 copies 1."""
    keep(archive, tmp_path, Page(1, paragraphs=(_PROSE,)), Page(2), Page(3, paragraphs=()))
    keep(archive, tmp_path, Page(4, paragraphs=("转发如下。", _PROSE)), source=other_source())
    age(owner_url, _FLAGS, flags="{publisher:disputed,body:densest}", record=1)
    age(owner_url, _FLAGS, flags="{published_date:future,publisher:disputed}", record=2)


def _queue(client: TestClient, **params: str) -> dict[str, Any]:
    """The page as JSON, with the token of its form."""
    page = dict(client.get("/archive/review.json", params=params).json())
    return page | {"token": form_token(client, f"/archive/review?{urlencode(params)}")}


def _accept(client: TestClient, page: dict[str, Any], **changed: str) -> Any:
    form = {"token": page["token"], "kind": page["issue"], "source": "", "here": page["here"], "note": "见落款"}
    form |= {"version": str(page["thing"]["version"])} | changed
    return client.post("/archive/review", data=form, follow_redirects=False)


def test_the_queue_has_each_kind_of_doubt_from_the_latest_record_on(reader: TestClient) -> None:
    first = _queue(reader)
    assert {count["issue"]: count["number"] for count in first["counts"]} == {
        "disputed": 2, "flagged": 1, "no_text": 1, "similar": None, "missing": None
    }  # fmt: skip
    assert (first["here"], first["thing"]["field"]["value"]) == ("2.publisher:disputed", "岚川市水务局")
    second = _queue(reader, after=first["here"])
    assert second["here"] == "1.publisher:disputed"
    assert _queue(reader, after=second["here"])["thing"] is None
    assert _queue(reader, kind="flagged")["thing"]["field"]["name"] == "published_date"
    assert _queue(reader, kind="no_text")["thing"]["record"] == 3
    similar = _queue(reader, kind="similar")["thing"]
    assert (similar["record"], [line["record_id"] for line in similar["similar"]]) == (4, [1])
    assert _queue(reader, source="lanchuan-copy")["thing"] is None
    for wrong in ("kind=all", "after=x", "after=1."):
        assert reader.get(f"/archive/review?{wrong}").status_code == 400, wrong


SAY_HOW = {"file", "attachments_only", "images_only", "text_in", "hidden_file", "pages", "body", "looked_up"}


@pytest.mark.parametrize("flag", ["goes_on:1/3", "goes_on:共 3 页", "text_lost:120"])
def test_an_item_is_skipped_whatever_the_parameter_of_its_flag(reader: TestClient, owner_url: str, flag: str) -> None:
    age(owner_url, _FLAGS, flags=f"{{{flag}}}", record=2)
    here = _queue(reader, kind="flagged")["here"]
    assert here == f"2.{flag}"
    assert _queue(reader, kind="flagged", after=here)["thing"] is None


OF_OTHER_QUEUES = {"no_text", "disputed"}


@pytest.mark.parametrize("flag", Flag, ids=lambda flag: flag.value)
def test_every_flag_that_is_a_doubt_is_queued(reader: TestClient, owner_url: str, flag: Flag) -> None:
    age(owner_url, _FLAGS, flags=f"{{{flag.of('title')}}}", record=1)
    age(owner_url, _FLAGS, flags="{}", record=2)
    count = next(count for count in _queue(reader)["counts"] if count["issue"] == "flagged")
    assert count["number"] == (flag.value not in SAY_HOW | OF_OTHER_QUEUES)


def test_what_a_person_found_right_is_kept_with_name_and_time_and_shown(
    archive: Archive, reader: TestClient, archivist: TestClient
) -> None:
    answer = _accept(archivist, _queue(archivist))
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("kind=disputed&source=&after=2.publisher%3Adisputed")
    assert rows(archive, "SELECT record_id, version, issue, subject, note, reviewed_by FROM archive.review") == [
        {
            "record_id": 2,
            "version": 1,
            "issue": "disputed",
            "subject": "publisher:disputed",
            "note": "见落款",
            "reviewed_by": "林馆员",
        }
    ]
    assert _queue(reader)["here"] == "1.publisher:disputed"
    for path in ("/archive/review", "/archive/records/2"):
        shown = reader.get(path).text
        assert re.search("林馆员", shown), path
        assert "见落款" in shown, path


def test_readers_see_the_queue_and_cannot_settle_anything(
    archive: Archive, enter: Enter, archivist: TestClient
) -> None:
    visitor, page = enter(Person("访客", False)), _queue(archivist)
    assert _queue(visitor)["token"] == ""
    assert '<form class="sheet"' not in visitor.get("/archive/review").text
    assert _accept(visitor, page).status_code == 403
    assert _accept(archivist, page, token="forged").status_code == 403
    assert _accept(archivist, page, here="1.publisher:disputed").status_code == 403, "for another record"
    assert _accept(archivist, page, version="7").status_code == 409
    for wrong in ({"here": "x"}, {"kind": "all"}, {"version": "one"}):
        assert _accept(archivist, page, **wrong).status_code == 400
    assert rows(archive, "SELECT * FROM archive.review") == []


def test_a_correction_settles_a_doubt_and_a_new_version_asks_again(
    archive: Archive, owner_url: str, archivist: TestClient, tmp_path: Path
) -> None:
    _accept(archivist, _queue(archivist))
    keep(archive, tmp_path, Page(2, title="修订后的通告", after=timedelta(days=3)))
    age(owner_url, _FLAGS, flags="{publisher:disputed}", record=2)
    assert _queue(archivist)["here"] == "2.publisher:disputed"
    token = form_token(archivist, "/archive/records/2/correct?field=publisher")
    data = {"token": token, "field": "publisher", "version": "2", "action": "set"}
    data |= {"value": "岚川市交通运输局", "reason": "以落款为准"}
    assert archivist.post("/archive/records/2/correct", data=data, follow_redirects=False).status_code == 303
    assert _queue(archivist)["here"] == "1.publisher:disputed"


@pytest.fixture
def address(archive: Archive) -> Iterator[str]:
    inner = create_app(archive)

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope | {PERSON: Person("林馆员", True)}, receive, send)

    with served(Starlette(routes=[Mount("/archive", admitted)])) as base:
        yield f"{base}/archive/review"


def test_the_keyboard_alone_goes_through_the_queue(address: str, chromium: Browser) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address)
    title = page.get_by_role("heading", level=2).first
    expect(title).to_contain_text("第2号河段")
    expect(page.frame_locator("iframe").locator("mark")).to_have_text("岚川市水务局")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Access keys reach a page only through the keyboard of the system; that they are there is all that can be tested.
    keys = page.locator("[accesskey]").evaluate_all("all => all.map(each => each.accessKey).join('')")
    assert sorted(keys) == ["a", "c", "r", "s"]
    page.get_by_role("link", name="跳过").press("Enter")
    expect(title).to_contain_text("第1号河段")
    page.get_by_label("备注").press("Enter")
    expect(page.get_by_text("已是最后一条")).to_be_visible()
    expect(page.get_by_text("林馆员")).to_be_visible()
    context.close()


def test_what_is_cited_and_missing_is_gone_through_cited_most_first(
    archive: Archive, archivist: TestClient, tmp_path: Path
) -> None:
    said = "为了供水，按《岚川市水价规定》和《岚川市用水规程》的要求办理，请居民留意告示，看护好儿童，车辆绕行。" * 2
    keep(archive, tmp_path, Page(11, paragraphs=(said,)))
    keep(archive, tmp_path, Page(12, paragraphs=(said.replace("和《岚川市用水规程》", ""),)))
    first = _queue(archivist, kind="missing")
    thing = first["thing"]
    assert (thing["missing"]["title"], thing["missing"]["records"]) == ("岚川市水价规定", 2)
    assert thing["missing"]["words"] == "《岚川市水价规定》"
    assert thing["missing"]["before"].endswith("按")
    assert first["counts"][-1] == {"issue": "missing", "number": 2}
    second = _queue(archivist, kind="missing", after=first["here"])
    assert second["thing"]["missing"]["title"] == "岚川市用水规程"
    assert _queue(archivist, kind="missing", after=second["here"])["thing"] is None
    # Said of one record, it holds for all that cite the document.
    answer = _accept(archivist, first)
    assert answer.status_code == 303
    again = _queue(archivist, kind="missing")
    assert (again["thing"]["missing"]["title"], again["counts"][-1]["number"]) == ("岚川市用水规程", 1)
    shown = archivist.get("/archive/review?kind=missing").text
    assert "《岚川市用水规程》</mark>" in shown
    assert rows(archive, "SELECT count(*) AS n FROM archive.act WHERE kind = 'review'") == [{"n": 1}]
