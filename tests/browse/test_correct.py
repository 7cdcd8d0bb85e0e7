"""Correcting a field: by whom it may be done, what comes of it, and what is refused."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import html
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse import create_app
from etl.browse.http import bulk, curating, linking, saving, session, silencing, writing
from etl.browse.http.session import Person
from tests.browse.conftest import Enter
from tests.support.admission import admitted
from tests.support.browser_pages import Page, keep
from tests.support.forms import form_token
from tests.support.gongkai import rows

_FORM = "/archive/records/1/correct"
_SAID = "SELECT field, kind, value, corrected_by, reason, version FROM archive.correction ORDER BY id"


@pytest.fixture(autouse=True)
def record(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1), Page(2))


def _form(client: TestClient, field: str = "publisher") -> dict[str, str]:
    """What the form for a field sends as it stands, with a reason."""
    form = client.get(_FORM, params={"field": field}).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return hidden | {"action": "set", "value": "岚川市交通运输局", "reason": "以落款为准"}


def _send(client: TestClient, form: dict[str, str], **headers: str) -> Any:
    return client.post(_FORM, data=form, headers=headers, follow_redirects=False)


def test_a_correction_is_a_version_in_the_name_of_who_is_logged_in(archive: Archive, archivist: TestClient) -> None:
    assert f"{_FORM}?field=publisher" in archivist.get("/archive/records/1").text
    answer = _send(archivist, _form(archivist) | {"by": "别人", "corrected_by": "别人"})
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).path == "/archive/records/1/versions/2"
    assert rows(archive, _SAID) == [
        {
            "field": "publisher",
            "kind": "set",
            "value": "岚川市交通运输局",
            "corrected_by": "林馆员",
            "reason": "以落款为准",
            "version": 2,
        }
    ]
    shown = archivist.get(answer.headers["location"]).text
    for expected in (
        "林馆员",
        "以落款为准",
        "自动提取值：<span>岚川市水务局",
        ">更正</a>",
    ):
        assert expected in shown, expected
    field = _field(archivist, "publisher")
    assert (field["value"], field["extracted"]) == ("岚川市交通运输局", "岚川市水务局")
    assert field["evidence"][0]["chosen"], "what extraction chose stays told"


def test_days_are_written_alike_in_the_value_what_was_extracted_and_the_form(archivist: TestClient) -> None:
    _send(archivist, _form(archivist, "published_date") | {"value": "2024-03-06"})
    record = html.fromstring(archivist.get("/archive/records/1").text)
    field = " ".join(record.xpath("//*[@id='field-published_date']//dd//text()"))
    form = " ".join(html.fromstring(archivist.get(f"{_FORM}?field=published_date").text).xpath("//dl//dd//text()"))
    for days in (field, form):
        assert "2024年3月6日" in days
        assert "2024年3月5日" in days
    assert "2024-03" not in field.partition("以落款为准")[2].partition("依据")[0]


def test_a_correction_is_withdrawn_and_earlier_versions_stay(archivist: TestClient) -> None:
    _send(archivist, _form(archivist))
    _send(archivist, _form(archivist) | {"action": "withdraw", "reason": "看错了"})
    field = _field(archivist, "publisher")
    assert (field["value"], field["correction"]) == ("岚川市水务局", None)
    assert "撤回更正" in archivist.get("/archive/records/1").text
    assert "自动提取值：<span>岚川市水务局" in archivist.get("/archive/records/1/versions/2").text
    _send(archivist, _form(archivist, "index_number") | {"action": "none"})
    field = _field(archivist, "index_number")
    assert (field["value"], field["extracted"]) == (None, "LC00001/2024-00001")
    assert "无此项" in archivist.get("/archive/records/1").text
    # A corrected date moves the record in the list.
    _send(archivist, _form(archivist, "published_date") | {"value": "2030-01-31"})
    lines = archivist.get("/archive/records.json").json()["lines"]
    assert [(line["id"], line["day"]) for line in lines] == [(1, "2030-01-31"), (2, "2024-03-05")]


def _field(client: TestClient, name: str) -> dict[str, Any]:
    fields = client.get("/archive/records/1.json").json()["fields"]
    return dict(next(field for field in fields if field["name"] == name))


def test_readers_neither_see_nor_use_the_form(archive: Archive, enter: Enter, archivist: TestClient) -> None:
    form = _form(archivist)
    for person in (None, Person("访客", False)):
        client = enter(person)
        assert "/correct" not in client.get("/archive/records/1").text
        assert client.get(_FORM).status_code == 403
        refused = _send(client, form)
        assert refused.status_code == 403
        assert "没有权限" in refused.text
    assert rows(archive, _SAID) == []


def test_a_form_that_is_not_the_person_s_own_is_refused(
    archive: Archive, enter: Enter, archivist: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = _form(archivist)
    another = _form(enter(Person("陈馆员", True)))
    other_record = form_token(archivist, "/archive/records/2/correct?field=title")
    for token in ("", "x", another["token"], other_record, form["token"][:-1] + "A" * 2):
        assert _send(archivist, form | {"token": token}).status_code == 403, token
    for site in ("cross-site", "same-site", "none"):
        assert _send(archivist, form, **{"sec-fetch-site": site}).status_code == 403, site
    monkeypatch.setattr(session, "FORM_LIFETIME", -1)
    assert _send(archivist, form).status_code == 403
    monkeypatch.undo()
    assert rows(archive, _SAID) == []
    assert _send(archivist, form, **{"sec-fetch-site": "same-origin"}).status_code == 303


_WRONG = [
    ({"value": " "}, "publisher", 400, "请填写新值"),
    ({"reason": "　"}, "publisher", 400, "请写明理由"),
    ({"value": "局" * 2001}, "publisher", 400, "不超过 2000 字"),
    ({"value": "2025-02-30"}, "written_date", 400, "日期不存在"),
    ({"action": "erase"}, "publisher", 400, "请选择如何更正"),
    ({"version": "7"}, "publisher", 409, "已有新版本"),
    ({"field": "password"}, "publisher", 404, "没有这一页"),
]
_NO_FORM = [
    (b"a=" + b"1" * 200_000, "application/x-www-form-urlencoded", 413),
    (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 400),
    (b"token=%FF%FE", "application/x-www-form-urlencoded", 400),
    ("token=é".encode(), "application/x-www-form-urlencoded", 400),
    (b'{"field": "publisher"}', "application/json", 415),
    (b"", "multipart/form-data; boundary=x", 415),
]


def test_what_cannot_be_recorded_is_told_in_the_form(archive: Archive, archivist: TestClient) -> None:
    for changed, field, status, message in _WRONG:
        answer = _send(archivist, _form(archivist, field) | changed)
        assert (answer.status_code, message in answer.text) == (status, True), changed
        if status != 404 and "reason" not in changed:
            assert "以落款为准" in answer.text, "what was typed is not lost"
    for body, content_type, status in _NO_FORM:
        answer = archivist.post(_FORM, content=body, headers={"content-type": content_type})
        assert answer.status_code == status, (body[:20], content_type)
    assert archivist.get("/archive/records/9/correct").status_code == 404
    assert archivist.get(f"{_FORM}?field=password").status_code == 404
    assert rows(archive, _SAID) == []


def test_a_refused_date_stays_as_it_was_typed_with_the_cause_beside_it(archivist: TestClient) -> None:
    typed = "2024年2月30日"
    page = html.fromstring(_send(archivist, _form(archivist, "written_date") | {"value": typed}).text)
    (field,) = page.xpath("//*[@name='value']")
    assert (field.get("type"), field.get("value"), field.get("aria-invalid")) == ("text", typed, "true")
    (cause,) = page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    assert "日期不存在" in cause.text_content()
    assert cause.getparent() == field.getparent(), "beside the field"


def test_a_comparison_says_who_corrected_and_why_and_leads_back(archivist: TestClient) -> None:
    _send(archivist, _form(archivist))
    page = archivist.get("/archive/compare/1/1/1/2").text
    for expected in ("林馆员", "以落款为准", 'href="/archive/records/1"'):
        assert expected in page, expected
    assert archivist.get("/archive/compare/1/2/1/1.json").json()["corrections"][0]["by"] == "林馆员"
    assert archivist.get("/archive/compare/1/1/2/1.json").json()["corrections"] == []
    assert 'href="/archive/records/2"' in archivist.get("/archive/compare/1/1/2/1").text


def test_asking_for_a_missing_record_again_says_that_there_is_none(archive: Archive) -> None:
    person = Person("林馆员", True)
    client = TestClient(admitted(create_app(archive, form_key="key"), person))
    form = {"token": session.FormTokens("key").token(person, 99)}
    answer = client.post("/archive/records/99/look-again", data=form, headers={"accept": "text/html"})
    assert (answer.status_code, "没有此编号的记录" in answer.text) == (404, True)


def test_every_form_is_refused_without_its_token(archivist: TestClient) -> None:
    routers = (bulk, curating, linking, saving, silencing, writing)
    forms = [route.path for module in routers for route in module.router.routes if "POST" in route.methods]
    assert len(forms) >= 14
    for path in forms:
        address = "/archive" + re.sub(r"\{\w+\}", "1", path)
        for token in ("", session.FormTokens("another").token(Person("林馆员", True), 1)):
            sent = {"token": token, "here": "1", "kind": "disputed", "version": "1"}
            answer = archivist.post(address, data=sent, follow_redirects=False)
            assert (answer.status_code, "表单" in answer.text) == (403, True), path


def test_a_hostile_value_stays_text(archivist: TestClient) -> None:
    attack = '"><script>alert(1)</script>'
    _send(archivist, _form(archivist) | {"value": attack, "reason": attack})
    for path in ("/archive/records/1", f"{_FORM}?field=publisher", _FORM, "/archive/compare/1/1/1/2", "/archive/"):
        assert "<script" not in archivist.get(path).text, path
