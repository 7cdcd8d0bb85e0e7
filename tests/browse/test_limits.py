"""What is refused, and what the error pages say."""

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.bucket import Store
from etl.archive.storage.database import connect
from etl.browse import create_app
from etl.browse.http.security_headers import OWN_PAGES_POLICY
from etl.browse.language.messages import ALLOWED
from etl.browse.language.translation import in_both
from etl.settings import Settings
from tests.support.browser_pages import Page, keep

_PAGES = ["/archive/", "/archive/sources", "/archive/runs", "/archive/records/1", "/archive/nowhere"]
_PAGES += [f"/archive/files/{'0' * 64}", "/archive/compare/1/1/1/2"]


def test_what_is_not_there_is_not_found(reader: TestClient, subtests: pytest.Subtests) -> None:
    for path in [
        "/archive/records/1",
        "/archive/records/1/versions/1.json",
        "/archive/captures/1/bytes",
        "/archive/records/0",
        "/archive/compare/1/1/1/2",
        "/archive/compare/1/1/1",
        f"/archive/files/{'0' * 64}.json",
        f"/archive/files/{'0' * 64}/bytes",
        "/archive/records/one",
        "/archive/records/" + "9" * 400,
        "/archive/nowhere",
        "/archive/static/nothing.css",
        "/archive/static/%2e%2e/app.py",
    ]:
        with subtests.test(path=path):
            answer = reader.get(path)
            assert answer.status_code == 404
            assert "没有这一页" in answer.text or answer.json()["name"] == ["没有这一页", "Not found"]


def test_parameters_out_of_their_limits_are_a_bad_request(reader: TestClient, subtests: pytest.Subtests) -> None:
    for query in [
        "q=" + "a" * 201,
        "q=%00",
        "source=" + "a" * 61,
        "source=../x",
        "after=2024-13-01.1",
        "after=2024-01-01." + "9" * 19,
        "after=x",
        "publisher=" + "a" * 101,
        "from=2024-02-30",
        "to=yesterday",
        "changed_since=0001-01-01T00:00",
        "changed_since=soon",
        "state=gone",
    ]:
        with subtests.test(query=query):
            answer = reader.get(f"/archive/?{query}")
            assert answer.status_code == 400
            name = query.partition("=")[0]
            chinese, english = in_both(ALLOWED[name])
            assert f"参数 {name}：{chinese}。" in answer.text
            in_english = reader.get(f"/archive/?{query}", headers={"accept-language": "en"}).text
            assert f"Parameter {name}: {english}." in unescape(in_english)
            assert "Traceback" not in answer.text
            assert "regex" not in answer.text
            error = reader.get(f"/archive/records.json?{query}").json()
            assert (error["status"], error["name"][0], error["detail"]) == (
                400,
                "请求的参数不合规定",
                f"Parameter {name}: {english}.",
            )


def test_the_browser_takes_no_orders_but_corrections(reader: TestClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        for path in _PAGES:
            answer = reader.request(method, path)
            assert answer.status_code in (404, 405), (method, path)
    for method in ("PUT", "PATCH", "DELETE"):
        assert reader.request(method, "/archive/records/1/correct").status_code == 405
    assert reader.head("/archive/").status_code == 200


def test_every_answer_forbids_scripts_and_sniffing(reader: TestClient) -> None:
    for path in [*_PAGES, "/archive/records.json", "/archive/static/style.css"]:
        headers = reader.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "private, no-cache"


def test_what_breaks_forbids_them_too() -> None:
    def broken() -> Archive:
        raise ZeroDivisionError

    answer = TestClient(create_app(broken), raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == OWN_PAGES_POLICY


def test_json_is_given_to_who_asks_for_it(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    by_name = reader.get("/archive/records/1.json")
    by_header = reader.get("/archive/records/1", headers={"accept": "application/json"})
    assert by_name.json() == by_header.json()
    browser = reader.get("/archive/records/1", headers={"accept": "text/html,application/json;q=0.9"})
    assert browser.headers["content-type"] == "text/html; charset=utf-8"
    (run,) = reader.get("/archive/runs.json").json()["runs"]
    assert run["counts"] | {"listed": 1, "stored": 1, "created": 1, "failed": 0} == run["counts"]
    (source,) = reader.get("/archive/sources.json").json()["sources"]
    assert (source["id"], source["records"], source["run_state"]) == ("imported", 1, "green")


def test_an_archive_that_is_down_is_told_in_one_line(archive: Archive) -> None:
    gone = Archive(connect("postgresql+psycopg://archive_app:swordfish@127.0.0.1:1/archive"), archive.store)
    client = TestClient(create_app(gone))
    page, twin = client.get("/"), client.get("/records.json")
    assert page.status_code == twin.status_code == 503
    assert "档案暂时不可用" in page.text
    assert "127.0.0.1:1/archive" in twin.json()["detail"]
    assert "\n" not in twin.json()["detail"]
    assert "swordfish" not in page.text + twin.text
    assert "Traceback" not in page.text


def test_a_missing_bucket_is_told_and_a_later_request_finds_it(local_settings: Settings) -> None:
    chosen = [local_settings.model_copy(update={"store_bucket": "no-such-bucket"})]
    client = TestClient(create_app(lambda: open_archive(chosen[-1])))
    assert "no-such-bucket" in client.get("/", headers={"accept": "application/json"}).json()["detail"]
    chosen.append(local_settings)
    assert client.get("/").status_code == 200


def test_bytes_that_the_bucket_lost_are_told(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1))
    empty = Archive(archive.engine, Store(replace(archive.store.address, bucket="no-such-bucket")))
    client = TestClient(create_app(empty))
    assert client.get("/records/1").status_code == 200
    lost = client.get("/captures/1/bytes")
    assert lost.status_code == 503
    assert "NoSuchBucket" in lost.text


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    opened: list[str] = []

    def opener() -> Archive:
        opened.append("now")
        raise AssertionError("not for a style sheet")

    client = TestClient(create_app(opener))
    assert client.get("/static/style.css").status_code == 200
    assert opened == []
