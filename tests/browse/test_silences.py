"""Alerts that people silence in the browser until a day: who may, what is refused, and what everyone sees of it."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from etl.archive.crawls.silences import MAX_WHY
from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Run, Source
from etl.browse.http.session import Person
from etl.clock import CHINA
from etl.reason_codes import Code
from etl.reasons import Reason
from tests.browse.conftest import Enter
from tests.support.browser_pages import Page, keep, other_source
from tests.support.gongkai import rows

TODAY = datetime.now(CHINA).date()
LATER = (TODAY + timedelta(days=9)).isoformat()
PAGE = "/archive/silences?source=imported"


@pytest.fixture(autouse=True)
def red(archive: Archive, tmp_path: Path) -> None:
    """Two sources; the last crawl of the first is red for a reason."""
    keep(archive, tmp_path, Page(1))
    keep(archive, tmp_path, Page(2), source=other_source())
    reason = Reason.of(Code.FEWER_RECORDS, records=3, minimum=1000)
    with archive.engine.begin() as connection:
        report = connection.execute(select(Run.report).where(Run.id == 1)).scalar_one()
        report |= {"state": "red", "problems": [{"code": reason.code, "params": dict(reason.params)}]}
        connection.execute(update(Run).where(Run.id == 1).values(kind="crawl", state="red", report=report))


def _set(client: TestClient, address: str = PAGE, **form: str) -> Any:
    (token, *_) = re.findall(r'name="token" value="([^"]+)"', client.get(PAGE).text)
    sent = {"token": token, "reason": "fewer_records", "until": LATER, "why": "网站改版，已去函"} | form
    return client.post(address, data=sent, follow_redirects=False)


def _silences(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    return list(client.get(f"/archive/silences.json{query}").json()["silences"])


def test_the_reason_of_a_red_run_is_silenced_prolonged_and_ended(archivist: TestClient, reader: TestClient) -> None:
    assert f'href="{PAGE}"' in archivist.get("/archive/runs/1").text
    sources = archivist.get("/archive/sources").text
    assert f'href="{PAGE}"' in sources
    form = archivist.get(PAGE).text
    assert re.search(r'<option value="fewer_records" selected>[^<]*3[^<]*1000', form), "what is red is offered"
    assert '<option value="dark">' in form
    assert _set(archivist).headers["location"] == f"{PAGE}#silence-1"
    (silence,) = _silences(reader)
    assert (silence["source_id"], silence["reason"], silence["until"]) == ("imported", "fewer_records", LATER)
    assert (silence["why"], silence["set_by"], silence["over"]) == ("网站改版，已去函", "林馆员", False)
    shown = [each["silences"] for each in reader.get("/archive/sources.json").json()["sources"]]
    assert [[each["silence_id"] for each in silences] for silences in shown] == [[1], []]
    for path in ("/archive/sources", PAGE, "/archive/silences"):
        assert "网站改版，已去函" in reader.get(path).text
    # Another day for the same reason takes its place.
    _set(archivist, until=TODAY.isoformat(), why="恢复在即")
    assert [each["until"] for each in _silences(reader)] == [TODAY.isoformat()]
    assert _set(archivist, "/archive/silences/1").headers["location"] == PAGE
    assert _silences(reader) == []
    assert _set(archivist, "/archive/silences/1").status_code == 404


def test_only_those_who_may_correct_silence_and_end(enter: Enter, archivist: TestClient, archive: Archive) -> None:
    _set(archivist)
    for person in (Person("访客", False), None):
        client = enter(person)
        assert "<form" not in client.get(PAGE).text.partition("<main")[2]
        for path in (PAGE, "/archive/silences/1"):
            assert client.post(path, data={"token": "x", "reason": "dark"}).status_code == 403
    for path in (PAGE, "/archive/silences/1"):
        assert archivist.post(path, data={"token": "forged"}).status_code == 403
    assert rows(archive, "SELECT reason FROM archive.source_silence") == [{"reason": "fewer_records"}]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"reason": "no_such"}, "请选择要静默的情形"),
        ({"until": "明天"}, "日期不存在"),
        ({"until": (TODAY - timedelta(days=1)).isoformat()}, "已经过去"),
        ({"why": " "}, "请写明理由"),
        ({"why": "长" * (MAX_WHY + 1)}, "2000"),
    ],
)
def test_what_is_refused_is_said_and_the_form_stays_filled(
    archivist: TestClient, form: dict[str, str], words: str
) -> None:
    refused = _set(archivist, **form)
    assert refused.status_code == 400
    assert words in refused.text
    assert f'value="{form.get("until", LATER)}"' in refused.text
    assert _silences(archivist) == []


def test_a_source_that_the_archive_does_not_know_has_no_silence(archivist: TestClient) -> None:
    assert archivist.get("/archive/silences?source=nowhere").status_code == 404
    for address in ("/archive/silences", "/archive/silences?source=nowhere"):
        assert _set(archivist, address).status_code == 404


def test_silences_of_source_files_are_shown_and_cannot_be_ended_here(archive: Archive, archivist: TestClient) -> None:
    ended = {"reason": "dark", "until": "2024-05-01", "why": "停更"}
    with archive.engine.begin() as connection:
        definition = connection.scalar(select(Source.definition).where(Source.id == "lanchuan-copy"))
        connection.execute(
            update(Source).where(Source.id == "lanchuan-copy").values(definition=definition | {"silences": [ended]})
        )
    _set(archivist)
    (own, of_file) = _silences(archivist)
    assert (own["source_id"], own["silence_id"]) == ("imported", 1)
    assert (of_file["source_id"], of_file["silence_id"], of_file["over"]) == ("lanchuan-copy", None, True)
    page = archivist.get("/archive/silences?source=lanchuan-copy").text
    assert "停更" in page
    assert "写在来源文件中" in page
    assert "/archive/silences/" not in page
    assert "停更" not in archivist.get("/archive/sources").text, "it is over"
