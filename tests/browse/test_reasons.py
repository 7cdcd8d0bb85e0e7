"""Reasons on pages: in words, stored as codes or as the sentences of before."""

from pathlib import Path

from sqlalchemy import create_engine, select, update
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Capture, Run
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from tests.support.browser_pages import Page, keep


def test_an_amber_run_has_a_name_a_colour_and_its_warnings(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    dry = Reason.of(Code.FIELD_RAN_DRY, field="publisher", before=95, now=3)
    with archive.engine.begin() as connection:
        report = connection.scalars(select(Run.report)).one() or {}
        report |= {"state": "amber", "warnings": [{"code": dry.code, "params": dry.params}, "a sentence of before"]}
        connection.execute(update(Run).values(state="amber", report=report))
    html = reader.get("/archive/runs").text
    assert '<span class="state amber">警告</span>' in html
    assert "以往 95% 的记录有“发布机构”，本次只有 3%" in html
    in_english = reader.get("/archive/runs", headers={"accept-language": "en"}).text
    assert "publisher used to be in 95% of the records, but is in only 3% of this run&#39;s" in in_english
    assert "a sentence of before" not in html, "a list of runs shows the first of them"
    assert "<li>a sentence of before</li>" in reader.get("/archive/runs/1").text
    (run,) = reader.get("/archive/runs.json").json()["runs"]
    assert run["warnings"][0] == {
        "code": dry.code,
        "params": dry.params,
        "chinese": dry.chinese,
        "english": dry.english,
    }
    assert run["problems"] == []
    sheets = reader.get("/archive/static/style.css").text + reader.get("/archive/static/lists.css").text
    assert ".state.amber { color: var(--warn); }" in sheets


def test_a_code_is_shown_as_a_sentence(archive: Archive, owner_url: str, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        gone = {"outcome": "gone", "reason": encode_reason(Code.HTTP_STATUS, status=410)}
        connection.execute(update(Capture).values(**gone))
    engine.dispose()
    html = reader.get("/archive/records/1").text
    assert "<small>HTTP 状态码 410</small>" in html
    assert "&#34;code&#34;" not in html
    (capture,) = reader.get("/archive/records/1.json").json()["captures"]
    assert capture["reason"]["english"] == "status 410"
