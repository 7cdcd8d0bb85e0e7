"""The HTTP API, as programs use it: its description, its pages, its feed, its refusals."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import make_url
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse.http import api
from etl.browse.http.page_json import API_NAMES
from etl.browse.resources import rows as models
from etl.export.tables import CSV_COLUMNS, SCHEMA
from etl.local.services import Addresses
from tests.support.browser_pages import Page, attached, keep, other_source
from tests.support.services import own_archive

API = "/archive/api/v1"
SAME = ("岚川市各码头渡船自四月起实行夏季班次，首班提早半小时，末班延后一小时，遇大风大雾停航。" * 3,)


@pytest.fixture(scope="module")
def filled(services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Seven records, one text at two places, one record in two versions, one with a file."""
    with own_archive(services, services_dir, "test-api") as archive:
        _fill(archive, tmp_path_factory.mktemp("kept"))
        yield archive


@pytest.fixture
def archive(filled: Archive) -> Archive:
    return filled


def _fill(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number, published=f"2024-03-{number:02}") for number in range(1, 5)))
    keep(archive, tmp_path, Page(5, title="夏季渡船班次", paragraphs=SAME))
    keep(archive, tmp_path, Page(6, title="转发：夏季渡船班次", paragraphs=SAME), source=other_source())
    linked = Page(7, title="附件说明", body='<p><a href="/f/7.txt">名单.txt</a></p>')
    keep(archive, tmp_path, linked, attached("/f/7.txt", "text/plain", "河段名单".encode()))
    keep(archive, tmp_path, Page(1, title="清淤通告（修订）", after=timedelta(days=2)))


def ask(reader: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = reader.get(f"{API}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def all_of(reader: TestClient, path: str, name: str, cursor: str = "after", **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = ask(reader, path, **params)
        found += page[name]
        if page[cursor] is None:
            return found
        params[cursor] = page[cursor]


@pytest.fixture
def database(services: Addresses, archive: Archive) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    own = make_url(services.database_reader_url).set(drivername="postgresql", database=archive.engine.url.database)
    plain = own.render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def test_the_description_is_valid_and_explains_every_column(filled: Archive, reader: TestClient) -> None:
    described = ask(reader, "openapi.json")
    # Not at the top: to import it takes each worker 0.1 s, whatever it tests.
    import_module("openapi_spec_validator").validate(described)
    assert {path.removeprefix("/api/v1") for path in described["paths"]} == {
        "/records",
        "/records/{record_id}",
        "/records/{record_id}/citations",
        "/records/{record_id}/cited-by",
        "/records/{record_id}/versions",
        "/records/{record_id}/versions/{version}",
        "/changes",
        "/collections",
        "/captures",
        "/sources",
        "/runs",
        "/runs/{run_id}",
    }
    assert described["servers"] == [{"url": "http://testserver/archive"}]
    for model in models.VIEWS:
        for name, schema in (
            described["components"]["schemas"].get(model.__name__, {"properties": {}})["properties"].items()
        ):
            assert schema.get("description"), (model, name)
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["security"]
            assert {"200", "400", "404"} <= operation["responses"].keys()


def test_one_thing_has_one_name_in_sql_in_exports_and_over_http(
    filled: Archive, database: psycopg.Connection[dict[str, Any]]
) -> None:
    columns: dict[str, set[str]] = {}
    for row in database.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'api_v1'"
    ):
        columns.setdefault(row["table_name"], set()).add(row["column_name"])
    for model, views in models.VIEWS.items():
        names = set(model.model_fields) - {"permalink"}
        told = set().union(*(columns[view] for view in views))
        assert names <= told, (model, names - told)
        if len(views) == 1:  # a whole view
            assert names == columns[views[0]], model
    of_records = columns["records"] | columns["record_places"] | columns["record_versions"]
    of_exports = {*CSV_COLUMNS, *SCHEMA.names} - of_records
    # What no view tells of a record: the capture's bytes have their name in `captures`.
    of_exports -= {"collections", "notes"}  # lists: rows of views of their own
    assert of_exports == {"source_name", "sha256", "permalink", "citation", "characters"}
    assert "sha256" in columns["captures"]


def test_rows_have_the_values_that_sql_has(
    filled: Archive, reader: TestClient, database: psycopg.Connection[dict[str, Any]]
) -> None:
    def in_sql(query: str) -> Any:
        rows = database.execute(f"SELECT to_jsonb(q) AS row FROM ({query}) q").fetchall()
        return [row["row"] for row in rows]

    def alike(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
        assert len(rows) == len(others) > 0
        for row, other in zip(rows, others, strict=True):
            for name in row.keys() - {"permalink", "record_version"}:
                assert _plain(row[name]) == _plain(other[name]), name

    events = ask(reader, "changes", with_version=True)["changes"]
    alike(events, in_sql("SELECT * FROM api_v1.changes ORDER BY change_seq"))
    alike(
        [event["record_version"] for event in events],
        in_sql(
            "SELECT v.* FROM api_v1.changes JOIN api_v1.record_versions v USING (record_id, version) "
            "ORDER BY change_seq"
        ),
    )
    alike(ask(reader, "sources")["sources"], in_sql("SELECT * FROM api_v1.sources ORDER BY source_id"))
    alike(ask(reader, "runs")["runs"], in_sql("SELECT * FROM api_v1.runs ORDER BY run_id DESC"))
    listed = sorted(ask(reader, "records")["records"], key=lambda row: row["record_id"])
    not_of_documents = {"document_id", "kind", "capture_id", "captured_at"}
    alike(
        [{name: value for name, value in row.items() if name not in not_of_documents} for row in listed],
        in_sql("SELECT * FROM api_v1.records ORDER BY record_id"),
    )
    url = listed[0]["url"]
    alike(
        ask(reader, "captures", url=url)["captures"],
        in_sql(f"SELECT * FROM api_v1.captures WHERE page_url = '{url}' ORDER BY capture_id"),
    )


def _plain(value: Any) -> Any:
    """Times whatever way they are written."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value[10:11] == "T" else value


def test_pages_of_records_are_those_of_the_list(filled: Archive, reader: TestClient) -> None:
    for params in ({}, {"q": "清淤"}, {"source": "lanchuan-copy"}, {"sort": "published"}, {"only": "year:2024"}):
        shown = reader.get("/archive/records.json", params=params).json()
        first = ask(reader, "records", **params)
        assert [row["record_id"] for row in first["records"]] == [line["id"] for line in shown["lines"]], params
        assert first["total"] == shown["total"]
        paged = all_of(reader, "records", "records", limit=2, **params)
        assert paged == first["records"], params
    assert ask(reader, "records")["records"][0]["permalink"].startswith("http://testserver/archive/records/")


def test_a_record_has_its_versions_its_text_and_its_files(filled: Archive, reader: TestClient) -> None:
    (found,) = ask(reader, "records", q="修订")["records"]
    whole = ask(reader, f"records/{found['record_id']}")
    assert whole["record"] == found
    assert (whole["record_version"]["version"], whole["record_version"]["is_current"]) == (2, True)
    assert whole["record_version"]["text"].startswith("自三月起")
    versions = all_of(reader, f"records/{found['record_id']}/versions", "record_versions", limit=1)
    assert [row["version"] for row in versions] == [1, 2]
    assert ask(reader, f"records/{found['record_id']}/versions/1") == versions[0]
    assert found["fields"]["title"] == "清淤通告（修订）"
    (with_file,) = ask(reader, "records", q="附件说明")["records"]
    (file,) = ask(reader, f"records/{with_file['record_id']}")["attachments"]
    assert (file["name"], file["text"]) == ("名单.txt", "河段名单")
    assert len(all_of(reader, "captures", "captures", url=found["url"], limit=1)) == 2


@pytest.mark.parametrize(
    ("path", "status", "code", "said"),
    [
        (
            "records?colour=red",
            400,
            "unknown_parameter",
            "no parameter colour here; there are: sort, after, limit, q, publisher",
        ),
        ("sources?after=1", 400, "unknown_parameter", "no parameter after here; there are: –"),
        ("records?language=en", 400, "unknown_parameter", "no parameter language"),
        ("records?limit=201", 400, "invalid_parameter", "limit: a number of rows: at most 200"),
        ("records?from=soon", 400, "invalid_parameter", "from: a date"),
        ("records?after=x", 400, "invalid_parameter", "after"),
        ("records?q=a&after=2024-01-01.1", 400, "invalid_parameter", "after"),
        ("changes?after=-1", 400, "invalid_parameter", "after"),
        ("changes?after=2&changed_at=2024-03-01T00:00:00Z", 409, "cursor_of_another_feed", "has another time"),
        ("changes?after=2&changed_at=2024-03-01T00:00:00", 400, "invalid_parameter", "changed_at"),
        ("changes?after=9", 409, "cursor_ahead", "it is of another archive, or this one was restored"),
        ("captures", 400, "invalid_parameter", "url"),
        ("records/999", 404, "no_record", "No record has this number."),
        ("records/999/versions", 404, "no_record", "No record has this number."),
        ("records/1/versions/9", 404, "no_version", "no version of this number"),
        ("records/x", 404, "not_found", "check the number"),
        ("runs/999", 404, "no_run", "No run has this number."),
        ("captures?url=http://nowhere.example/", 404, "no_address", "never fetched"),
        ("nothing/here", 404, "no_resource", "openapi.json"),
    ],
)
def test_a_refusal_has_a_name_and_says_why(
    filled: Archive, reader: TestClient, path: str, status: int, code: str, said: str
) -> None:
    # A web browser that asks for HTML gets JSON from the API all the same.
    answer = reader.get(f"{API}/{path}", headers={"accept": "text/html"})
    found = answer.json()
    assert (answer.status_code, found["status"], found["code"]) == (status, status, code)
    assert said in found["english"]
    assert found["chinese"]
    models.Problem(**found)


def test_a_feed_goes_on_behind_an_event_named_by_its_number_and_its_time(filled: Archive, reader: TestClient) -> None:
    events = ask(reader, "changes")["changes"]
    read, place = [], {}
    while page := ask(reader, "changes", limit=3, **place)["changes"]:
        read += page
        place = {"after": page[-1]["change_seq"], "changed_at": page[-1]["changed_at"]}
    assert read == events
    moment = datetime.fromisoformat(place["changed_at"])
    other_zone = moment.astimezone(timezone(timedelta(hours=-3))).isoformat()
    assert ask(reader, "changes", **place | {"changed_at": other_zone})["changes"] == []
    later = (moment + timedelta(microseconds=1)).isoformat()
    assert reader.get(f"{API}/changes", params=place | {"changed_at": later}).status_code == 409


def test_the_api_writes_nothing(reader: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert reader.request(method, f"{API}/sources").status_code == 405


def test_the_limits_of_pages_are_in_the_description(filled: Archive, reader: TestClient) -> None:
    described = json.dumps(ask(reader, "openapi.json"))
    assert f'"maximum": {api.MOST}' in described
    assert f'"maximum": {api.MOST_WITH_TEXT}' in described


def test_the_feed_misses_nothing_and_gives_nothing_twice(filled: Archive, reader: TestClient, tmp_path: Path) -> None:
    seen: list[int] = []
    after = 0
    for turn in range(4):
        while True:
            page = ask(reader, "changes", after=after, limit=3)
            seen += [event["change_seq"] for event in page["changes"]]
            after = seen[-1]
            if page["after"] is None:
                break
            assert page["after"] == after
        keep(filled, tmp_path, Page(20 + turn))
    assert ask(reader, "changes", after=after)["change_seq_to"] == after + 1
    assert seen == list(range(1, after + 1))
    of_one = ask(reader, "changes", source="lanchuan-copy")["changes"]
    assert [event["source_id"] for event in of_one] == ["lanchuan-copy"]
    assert "record_version" in of_one[0]
    assert of_one[0]["record_version"] is None


def test_pages_as_json_have_the_names_of_the_api(reader: TestClient) -> None:
    def page(path: str) -> dict[str, Any]:
        return dict(reader.get(f"/archive/{path}.json").json())

    record, row = page("records/1"), ask(reader, "records/1")["record"]
    same = {"record_id", "version", "captured_at", "capture_id", "title", "publisher", "published_date", "short_id"}
    same |= {"source_id", "url", "content_hash", "state", "flags", "first_seen_at"}
    assert {name: record[name] for name in same} == {name: row[name] for name in same}
    listed = {line["record_id"]: line["title"] for line in page("records")["lines"]}
    assert listed == {each["record_id"]: each["title"] for each in ask(reader, "records")["records"]}
    captures = {each["capture_id"]: each for each in ask(reader, "captures", url=record["url"])["captures"]}
    assert {line["capture_id"] for line in record["captures"]} <= set(captures)
    shown = page(f"captures/{record['capture_id']}")
    same = {"capture_id", "record_id", "page_url", "fetched_at", "outcome", "status", "source_id"}
    assert {name: shown[name] for name in same} == {name: captures[shown["capture_id"]][name] for name in same}
    assert {run["run_id"] for run in page("runs")["runs"]} == {run["run_id"] for run in ask(reader, "runs")["runs"]}
    sources = {each["source_id"]: each["name"] for each in ask(reader, "sources")["sources"]}
    assert {each["source_id"]: each["name"] for each in page("sources")["sources"]} == sources
    for made_of, names in API_NAMES.items():
        assert set(names) <= {field.name for field in fields(made_of)}, made_of
        assert not set(names.values()) & {field.name for field in fields(made_of)}, made_of
