"""Searches that readers keep by name: who sees them, what they find again, and the message that tells of news."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.testclient import TestClient

from etl.alerts.searches import tell_searches
from etl.archive.queries.search import FACETS
from etl.archive.records import saved_searches
from etl.archive.records.collections import name_collection
from etl.archive.records.saved_searches import MAX_NAME
from etl.archive.storage.archive import Archive
from etl.browse.http.session import Person
from etl.errors import GongkaiError, Unavailable
from etl.settings import Settings
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, keep
from tests.support.gongkai import rows
from tests.support.receivers import Webhook, webhook
from tests.support.stored import age

QUERY = "q=%E6%B8%85%E6%B7%A4&only=year%3A2024&only=state%3Acurrent"
MORNING = datetime(2031, 5, 6, 0, 30, tzinfo=UTC)
"""Half past eight in Beijing, long after whatever a test saves."""


@pytest.fixture
def reader(enter: Enter) -> TestClient:
    """Who may read and no more: that is enough to save a search."""
    return enter(Person("访客", False))


def _page(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/archive/saved.json").json())


def _token(client: TestClient) -> str:
    return re.findall(r'name="token" value="([^"]+)"', client.get(f"/archive/saved?{QUERY}").text)[0]


def _save(client: TestClient, name: str, query: str = QUERY, **form: str) -> Any:
    sent = {"token": _token(client), "name": name, "query": query, "tells": "yes"} | form
    return client.post("/archive/saved", data=sent, follow_redirects=False)


def _change(client: TestClient, search: int, **form: str) -> Any:
    sent = {"token": _token(client)} | form
    return client.post(f"/archive/saved/{search}", data=sent, follow_redirects=False)


def test_a_search_is_saved_from_its_result_with_its_facets(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1), Page(2, published="2023-01-01"))
    result = reader.get(f"/archive/?{QUERY}").text
    (address,) = re.findall(r'href="(/archive/saved[^"]*)"', result)
    form = reader.get(address.replace("&amp;", "&"))
    assert form.status_code == 200
    (query,) = re.findall(r'name="query" value="([^"]+)"', form.text)
    assert _save(reader, "  清淤\n2024 ", query.replace("&amp;", "&")).headers["location"] == "/archive/saved#saved-1"
    shown = reader.get("/archive/saved").text
    (again, feed) = re.findall(r'class="(?:name|follow)" href="([^"]+)"', shown)
    listed = reader.get(again.replace("&amp;", "&").replace("/?", "/records.json?")).json()
    assert [line["id"] for line in listed["lines"]] == [1]
    assert reader.get(feed.replace("&amp;", "&")).headers["content-type"].startswith("application/atom+xml")
    (search,) = _page(reader)["searches"]
    assert (search["name"], search["filter"]["only"]) == ("清淤 2024", ["year:2024", "state:current"])


def test_a_search_with_facets_of_every_kind_is_saved_and_shown(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    (source,) = reader.get("/archive/sources.json").json()["sources"]
    values = {"source": source["id"], "collection": name_collection(archive, "林馆员", "防汛文件", "")}
    query = "&".join(f"only={name}:{values.get(name, 'x')}" for name in FACETS)
    form = reader.get(f"/archive/saved?{query}")
    assert _save(reader, "一", query).status_code == 303
    for page in (form, reader.get("/archive/saved")):
        assert page.status_code == 200
        assert source["name"] in page.text
        assert "防汛文件" in page.text


def test_a_search_is_renamed_and_deleted(reader: TestClient) -> None:
    _save(reader, "一")
    assert _change(reader, 1, action="change", name="二").headers["location"] == "/archive/saved#saved-1"
    (search,) = _page(reader)["searches"]
    assert (search["name"], search["tells"]) == ("二", False)
    assert _change(reader, 1, action="delete").status_code == 303
    assert _page(reader)["searches"] == []


def test_others_neither_see_nor_change_it(archive: Archive, enter: Enter, reader: TestClient) -> None:
    _save(reader, "一")
    other, nobody = enter(Person("林馆员", True)), enter(None)
    assert _page(other)["searches"] == []
    for form in ({"action": "change", "name": "三"}, {"action": "delete"}):
        assert _change(other, 1, **form).status_code == 404
        assert _change(other, 99, **form).status_code == 404
    assert _save(other, "一").status_code == 303, "names are one's own"
    assert nobody.get("/archive/saved").status_code == 403
    assert nobody.post("/archive/saved", data={"name": "x"}).status_code == 403
    assert "/archive/saved" not in nobody.get("/archive/").text
    forged = {"token": _token(other)}
    assert _save(reader, "四", **forged).status_code == 403
    assert _change(reader, 1, action="delete", **forged).status_code == 403
    assert rows(archive, "SELECT person, name FROM archive.saved_search ORDER BY id") == [
        {"person": "访客", "name": "一"},
        {"person": "林馆员", "name": "一"},
    ]


def test_what_cannot_be_saved_is_said_and_the_form_stays_filled(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_searches, "MAX_SEARCHES", 2)
    _save(reader, "一")
    refused = _save(reader, "一")
    assert refused.status_code == 400
    assert "您已有同名的检索" in refused.text
    assert 'value="一"' in refused.text
    assert "缺少名称" in _save(reader, " ").text
    assert "最多 80 个字符" in _save(reader, "长" * (MAX_NAME + 1)).text
    _save(reader, "二")
    assert "已有 50 条" in _save(reader, "三").text
    second = _page(reader)["searches"][1]["id"]
    assert "您已有同名的检索" in _change(reader, second, action="change", name="一").text
    for wrong in ("", "from=tomorrow", "only=colour:red", "q="):
        assert _save(reader, "四", wrong).status_code == 400, wrong
    assert [search["name"] for search in _page(reader)["searches"]] == ["一", "二"]


def test_a_search_that_this_version_cannot_read_is_shown_as_such(
    archive: Archive, owner_url: str, reader: TestClient
) -> None:
    _save(reader, "旧的")
    age(owner_url, "UPDATE archive.saved_search SET query = 'from=tomorrow'")
    assert "无法读取" in reader.get("/archive/saved").text
    assert _change(reader, 1, action="delete").status_code == 303


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as taking:
        yield taking


Tell = Callable[..., int]


@pytest.fixture
def tell(archive: Archive, local_settings: Settings, hook: Webhook) -> Tell:
    """The task of DAG `watch` on a morning, so many days later."""
    changed = {"alert_urls": SecretStr(hook.url), "public_url": "https://archive.example/archive"}
    settings = local_settings.model_copy(update=changed)
    return lambda days=0: tell_searches(archive, settings, MORNING + timedelta(days=days))


def test_what_is_new_is_one_message_a_search_with_number_titles_and_link(
    archive: Archive, reader: TestClient, hook: Webhook, tell: Tell, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    _save(reader, "清淤")
    _save(reader, "码头", "q=%E7%A0%81%E5%A4%B4")
    _save(reader, "不发", tells="")
    assert tell() == 0, "what was there when it was saved is no news"
    keep(archive, tmp_path, *(Page(number) for number in range(2, 9)), Page(9, published="2023-01-01"))
    assert tell() == 0, "it was looked at this morning"
    assert tell(1) == 1
    (message,) = hook.posted
    assert message["title"] == "[gongkai] 清淤：7 条新的或有变的记录 7 new or changed records"
    assert message["message"].splitlines()[0] == "· 岚川市水务局关于第8号河段清淤的通告"
    assert len(message["message"].splitlines()) == 7
    assert message["message"].splitlines()[-1] == f"https://archive.example/archive/?{QUERY}&sort=captured"
    assert tell(2) == 0
    keep(archive, tmp_path, Page(3, title="清淤通告（修订）", after=timedelta(days=2)))
    assert tell(3) == 1
    told = {search["name"]: search["told_at"] for search in _page(reader)["searches"]}
    assert (told["清淤"], told["码头"], told["不发"]) == ("2031-05-09T00:30:00Z", None, None)


def test_a_message_that_nobody_took_is_sent_again_with_what_came_meanwhile(
    archive: Archive, reader: TestClient, hook: Webhook, tell: Tell, tmp_path: Path
) -> None:
    _save(reader, "清淤")
    keep(archive, tmp_path, Page(1))
    hook.status = 500
    with pytest.raises(Unavailable):
        tell()
    keep(archive, tmp_path, Page(2))
    hook.status = 200
    assert tell() == 1
    assert "2 new or changed" in hook.posted[0]["title"]
    assert tell() == tell(1) == 0


def test_messages_that_begin_later_tell_of_what_comes_then(
    archive: Archive, reader: TestClient, tell: Tell, tmp_path: Path
) -> None:
    _save(reader, "清淤", tells="")
    keep(archive, tmp_path, Page(1))
    _change(reader, 1, action="change", name="清淤", tells="yes")
    assert tell() == 0
    keep(archive, tmp_path, Page(2))
    assert tell(1) == 1


def test_a_search_that_asks_for_removed_records_tells_of_removals(
    archive: Archive, owner_url: str, reader: TestClient, tell: Tell, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    _save(reader, "全部", "q=%E6%B8%85%E6%B7%A4")
    _save(reader, "撤下", "state=removed")
    age(owner_url, "UPDATE archive.record SET state = 'removed'")
    removed = '[{"kind": "removed", "record": 1, "version": 1, "source": "imported", "run": null, "reason": ""}]'
    with archive.engine.begin() as connection:
        connection.execute(text("SELECT archive.publish_all(CAST(:events AS jsonb))"), {"events": removed})
    assert tell() == 1
    assert [search["name"] for search in _page(reader)["searches"] if search["told_at"]] == ["撤下"]


def test_a_search_that_cannot_be_made_is_named_and_keeps_no_other_from_being_told(
    archive: Archive, owner_url: str, reader: TestClient, hook: Webhook, tell: Tell, tmp_path: Path
) -> None:
    _save(reader, "旧的")
    _save(reader, "清淤")
    age(owner_url, "UPDATE archive.saved_search SET query = 'from=tomorrow' WHERE id = 1")
    keep(archive, tmp_path, Page(1))
    with pytest.raises(GongkaiError, match="saved search 1 cannot be read"):
        tell()
    assert len(hook.posted) == 1
    assert tell() == 0, "it is tried again the next morning"


def test_news_waits_until_all_is_searched(
    archive: Archive, owner_url: str, reader: TestClient, tell: Tell, tmp_path: Path
) -> None:
    _save(reader, "清淤")
    keep(archive, tmp_path, Page(1))
    age(owner_url, "UPDATE archive.search_state SET filled_to = 0, until = 1")
    assert tell() == 0
    age(owner_url, "UPDATE archive.search_state SET filled_to = until")
    assert tell() == 1
