"""A document that is cited and missing is linked by an archivist to the record that it is: kept, shown, taken back."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine
from starlette.testclient import TestClient

from etl.archive.preservation.fixity import audit
from etl.archive.records.citations import fill_citations, forget_citations
from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http.session import Person
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.browse.conftest import Enter
from tests.support.admission import admitted
from tests.support.browser_pages import Page, keep
from tests.support.chromium import served
from tests.support.forms import form_token
from tests.support.gongkai import rows
from tests.support.whole_database import dump, emptied, quiet

CITED = "岚川市城市供水管理办法"
LONG = "施工期间请沿岸居民留意告示，车辆绕行，并看护好儿童，不得下水。" * 3
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def kept(archive: Archive, tmp_path: Path) -> dict[str, int]:
    """Two records cite the rules by a number that no record has; `rules` has nearly that number and title, `other`
    nothing of both."""
    keep(
        archive,
        tmp_path,
        Page(1, title="城市供水管理办法", document_number="岚政办发〔2021〕7号", paragraphs=(LONG,)),
        Page(2, title="岚川市节水规定", document_number="岚政办发〔2021〕71号", paragraphs=(LONG + "一。",)),
        Page(3, title="关于供水的通知", paragraphs=(f"根据《{CITED}》（岚政办〔2021〕7号），{LONG}",)),
        Page(4, title="关于用水的通知", paragraphs=(f"根据《{CITED}》（岚政办〔2021〕7号）和《{CITED}》，{LONG}",)),
    )
    query = "SELECT r.id, p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id"
    found = {row["url"][-6]: row["id"] for row in rows(archive, query)}
    return {"rules": found["1"], "other": found["2"], "citing": found["3"], "again": found["4"]}


def opened(client: TestClient, **params: str) -> dict[str, Any]:
    return dict(client.get("/archive/review.json", params={"kind": "missing", **params}).json())


def linked(client: TestClient, record: int, **changed: str) -> Any:
    page = opened(client)
    token = form_token(client, "/archive/review?kind=missing")
    form = {"token": token, "here": page["here"], "source": "", "record": str(record), "reason": "文号少一“发”字"}
    return client.post("/archive/links", data=form | changed, follow_redirects=False)


def meant(archive: Archive) -> list[tuple[Any, ...]]:
    query = "SELECT record_id, cited_record_id, matched_by FROM api_v1.citations ORDER BY 1, ordinal"
    return [tuple(row.values()) for row in rows(archive, query)]


def test_records_of_nearly_that_number_or_title_are_proposed_first(reader: TestClient, kept: dict[str, int]) -> None:
    page = opened(reader)
    assert page["thing"]["missing"]["records"] == 2
    assert [each["record_id"] for each in page["link"]["records"]] == [kept["rules"]]
    by = {
        "节水": kept["other"],
        "岚政办发(2021)第71号": kept["other"],
        str(kept["other"]): kept["other"],
        "岚川市 节水规定": kept["other"],
    }
    for typed, record in by.items():
        found = opened(reader, at=page["here"], find=typed)
        assert found["here"] == page["here"]
        assert found["link"]["records"][0]["record_id"] == record, typed
    for typed in ("没有这样的文件", "年:两千", " ".join("供水管理办法的通知一二三四五六七八")):
        assert opened(reader, at=page["here"], find=typed)["link"]["records"] == [], typed
    assert (
        "No record found"
        in reader.get("/archive/review", params={"kind": "missing", "find": "没有"}, headers=ENGLISH).text
    )


def test_a_link_is_shown_wherever_the_citation_is(
    archive: Archive, archivist: TestClient, reader: TestClient, kept: dict[str, int]
) -> None:
    assert {cited for _, cited, _ in meant(archive)} == {None}
    answer = linked(archivist, kept["rules"])
    assert answer.status_code == 303
    assert "/review?kind=missing" in answer.headers["location"]
    assert meant(archive) == [(kept[name], kept["rules"], "archivist") for name in ("citing", "again")]
    assert opened(reader)["thing"] is None
    assert reader.get("/archive/gaps.json").json()["gaps"] == []
    assert "1 document was linked to a record" in reader.get("/archive/gaps", headers=ENGLISH).text
    citing = reader.get(f"/archive/records/{kept['citing']}", headers=ENGLISH).text
    assert f'<a class="cited" id="cite-1" href="/archive/records/{kept["rules"]}">' in citing
    assert "linked by an archivist" in citing
    cited_by = reader.get(f"/archive/records/{kept['rules']}.json").json()["citations"]["cited_by"]
    assert [line["record"]["record_id"] for line in cited_by] == [kept["citing"], kept["again"]]
    api = reader.get(f"/archive/api/v1/records/{kept['citing']}/citations").json()
    assert [(row["cited_record_id"], row["matched_by"]) for row in api["citations"]] == [(kept["rules"], "archivist")]
    told = reader.get("/archive/links.json").json()["links"]
    assert [(link["number"], link["title"], link["versions"][0]["by"]) for link in told] == [
        ("岚政办〔2021〕7号", CITED, "林馆员")
    ]
    assert "文号少一“发”字" in reader.get("/archive/links").text


def test_a_link_is_taken_back_and_made_again_as_versions_of_one(
    archive: Archive, archivist: TestClient, kept: dict[str, int]
) -> None:
    linked(archivist, kept["other"])
    [link] = archivist.get("/archive/links.json").json()["links"]
    form = {"token": form_token(archivist, "/archive/links"), "version": "1"}
    address = f"/archive/links/{link['link_id']}"
    assert archivist.post(address, data=form | {"reason": " "}).status_code == 400
    assert archivist.post(address, data=form | {"reason": "误", "version": "2"}).status_code == 409
    assert archivist.post(address, data=form | {"reason": "误关联"}, follow_redirects=False).status_code == 303
    assert {cited for _, cited, _ in meant(archive)} == {None}
    assert archivist.post(address, data=form | {"reason": "误", "version": "2"}).status_code == 409
    assert opened(archivist)["thing"]["missing"]["title"] == CITED, "it is missing again"
    linked(archivist, kept["rules"])
    [link] = archivist.get("/archive/links.json").json()["links"]
    assert [version["cited"] for version in link["versions"]] == [kept["rules"], None, kept["other"]]
    assert meant(archive)[0][1:] == (kept["rules"], "archivist")


def test_a_rebuild_and_other_rules_keep_links(
    archive: Archive, archivist: TestClient, kept: dict[str, int], owner_url: str, local_settings: Settings
) -> None:
    linked(archivist, kept["rules"])
    before, said = dump(archive), meant(archive)
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert dump(again)["citation_link"] == before["citation_link"]
    assert dump(again)["act"] == before["act"]
    assert audit(again, quiet).all_damage == ()
    with again.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE archive.citation_link SET number_key = 'of earlier rules'")
        forget_citations(connection)
    fill_citations(again)
    assert meant(again) == said


def test_a_record_that_comes_later_under_that_name_does_not_undo_what_a_person_said(
    archive: Archive, archivist: TestClient, kept: dict[str, int], tmp_path: Path
) -> None:
    linked(archivist, kept["rules"])
    keep(archive, tmp_path, Page(9, title=CITED, document_number="岚政办〔2021〕7号", paragraphs=(LONG + "九。",)))
    assert {cited for _, cited, _ in meant(archive)} == {kept["rules"]}
    [late] = rows(archive, "SELECT max(id) AS id FROM archive.record")
    assert archivist.get(f"/archive/records/{late['id']}.json").json()["citations"]["cited_by"] == []


def test_who_may_not_correct_links_nothing_and_forms_are_held_to_what_they_are(
    archive: Archive, enter: Enter, archivist: TestClient, kept: dict[str, int]
) -> None:
    visitor = enter(Person("访客", False))
    html = visitor.get("/archive/review?kind=missing").text
    assert '<form class="sheet"' not in html
    assert "城市供水管理办法" in html, "what may be meant is for all to see"
    page, token = opened(archivist), form_token(archivist, "/archive/review?kind=missing")
    form = {"token": token, "here": page["here"], "source": "", "record": str(kept["rules"]), "reason": "同一件"}
    assert visitor.post("/archive/links", data=form).status_code == 403
    assert visitor.post("/archive/links/1", data=form | {"version": "1"}).status_code == 403
    wrong = {
        403: [{"token": "forged"}, {"here": f"{kept['rules']}.{page['here'].partition('.')[2]}"}],
        400: [{"here": "x"}, {"record": "one"}, {"record": ""}, {"reason": " "}, {"reason": "长" * 2001}],
        404: [{"record": "999999"}],
        409: [{"here": f"{page['here'].partition('.')[0]}.cites:0000000000000000"}],
    }
    for status, changes in wrong.items():
        for changed in changes:
            answer = archivist.post("/archive/links", data=form | changed, follow_redirects=False)
            assert answer.status_code == status, changed
    refused = archivist.post("/archive/links", data=form | {"reason": "", "find": "供水"}, headers=ENGLISH).text
    assert "Not saved: the reason is missing." in refused
    assert re.search(rf'value="{kept["rules"]}" required checked', refused)
    assert rows(archive, "SELECT * FROM archive.citation_link") == []


@pytest.fixture
def address(archive: Archive) -> Iterator[str]:
    with served(admitted(create_app(archive), Person("林馆员", True))) as base:
        yield f"{base}/archive"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_links_and_takes_back(
    address: str, kept: dict[str, int], chromium: Browser, width: int
) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 800})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{address}/gaps")
    page.get_by_role("link", name="是否以其他名称收录？").press("Enter")
    [heading, field] = (page.locator(where).bounding_box() for where in ("#linking-name", ".linking form.line"))
    assert heading
    assert field
    assert field["y"] - heading["y"] - heading["height"] < 20, "line ends of the template are no text"
    button = page.get_by_role("button", name="去查找")
    assert button.evaluate("each => each.scrollWidth <= each.clientWidth"), "its key is whole"
    page.get_by_label("记录的编号").fill("节水")
    page.get_by_label("记录的编号").press("Enter")
    expect(page.get_by_role("radio", name="岚川市节水规定")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("radio", name="岚川市节水规定").press("Space")
    page.get_by_label("理由").fill("经核对")
    page.get_by_label("理由").press("Enter")
    expect(page.get_by_text("已是最后一条")).to_be_visible()
    page.goto(f"{address}/links")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("撤回", exact=True).press("Enter")
    page.get_by_label("理由").fill("有误")
    page.get_by_label("理由").press("Enter")
    expect(page.get_by_text("已撤回")).to_be_visible()
    context.close()
