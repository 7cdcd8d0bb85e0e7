"""Airflow's real API server with the plugin in it: who gets in, and who does not."""

import json
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab
from sqlalchemy import func, select, update

from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Capture, Run, RunPage
from etl.browse.http.security_headers import OWN_PAGES_POLICY
from etl.local.airflow import THEME
from etl.local.services import Addresses
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.settings import PROJECT
from tests.support.browser_pages import Page, keep
from tests.support.forms import form_token
from tests.support.gongkai import rows
from tests.support.services import own_archive

_BROWSER = {"accept": "text/html,application/xhtml+xml"}
_ROUTES = [
    "/archive/",
    "/archive/records.json",
    "/archive/records/1",
    "/archive/records/1.json",
    "/archive/records/1/versions/1",
    "/archive/records/1/correct",
    "/archive/records/1/look-again",
    "/archive/records/1/notes",
    "/archive/records/1/collections",
    "/archive/collections",
    "/archive/collections/1",
    "/archive/collect",
    "/archive/correct",
    "/archive/compare/1/1/1/2",
    f"/archive/files/{'0' * 64}",
    f"/archive/files/{'0' * 64}/bytes",
    "/archive/captures/1/bytes",
    "/archive/export",
    "/archive/export/csv",
    "/archive/api/v1/records",
    "/archive/timegate/https://www.lanchuan.example/",
    "/archive/timemap/link/https://www.lanchuan.example/",
    "/archive/cdx",
    "/archive/saved",
    "/archive/saved/1",
    "/archive/silences",
    "/archive/silences/1",
    "/archive/links",
    "/archive/links/1",
    "/archive/oai",
    "/archive/changes.atom",
    "/archive/statistics",
    "/archive/coverage.csv",
    "/archive/api/v1/openapi.json",
    "/archive/sources",
    "/archive/runs",
    "/archive/runs/1",
    "/archive/runs/1.json",
    "/archive/pages/1",
    "/archive/static/style.css",
    "/archive/static/",
    "/archive/no/such/page",
    "/archive/openapi.json",
    "/archive/docs",
    "/archive//",
]


@pytest.fixture(scope="module")
def archive(services: Addresses, services_dir: Path) -> Iterator[Archive]:
    """One for the whole module, for Airflow takes long to start."""
    with own_archive(services, services_dir, "guarded") as opened:
        yield opened


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of Airflow."""
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="module")
def airflow(services: Addresses, archive: Archive, home: Path) -> Iterator[httpx.Client]:
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps(dict.fromkeys(("viewer", "archivist"), "of-the-archive")))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "GONGKAI_"))}
    environment = inherited | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__API__THEME": THEME,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "viewer:viewer,archivist:user",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
        # Settings name an archive that is not there: the Connections, which do, take precedence.
        "GONGKAI_STATE_DIR": str(home),
        "GONGKAI_STORE_BUCKET": "no-such-bucket",
        "AIRFLOW_CONN_ARCHIVE_DB": _database(archive.engine.url.render_as_string(hide_password=False)),
        "AIRFLOW_CONN_ARCHIVE_STORE": _store(services, archive.store.address.bucket),
    }
    # Whoever asks before it listens waits in the socket's queue; once it has died, connecting is refused.
    with socket.create_server(("127.0.0.1", 0)) as listener, (home / "log").open("w") as log:
        command = [sys.executable, "-m", "tests.support.airflow_api", str(listener.fileno())]
        inherited_sockets = (listener.fileno(),)
        server = subprocess.Popen(
            command, cwd=PROJECT, env=environment, pass_fds=inherited_sockets, stdout=log, stderr=log
        )
        port = listener.getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.kill()
        server.wait()


def _database(url: str) -> str:
    place = urlsplit(url)
    named = {"host": place.hostname, "port": place.port, "login": place.username, "password": place.password}
    return json.dumps({"conn_type": "postgres", "schema": place.path.lstrip("/"), **named})


def _store(services: Addresses, bucket: str) -> str:
    host, _, port = services.store.endpoint.partition(":")
    keys = {"login": services.store.access_key, "password": services.store.secret_key}
    extra = {"bucket": bucket, "secure": False}
    return json.dumps({"conn_type": "aws", "host": host, "port": int(port), "extra": extra, **keys})


@pytest.fixture(scope="module")
def token(airflow: httpx.Client) -> str:
    return _token(airflow, "viewer")


def _token(airflow: httpx.Client, user: str) -> str:
    answer = airflow.post("/auth/token", json={"username": user, "password": "of-the-archive"})
    return str(answer.json()["access_token"])


def protected(answer: httpx.Response) -> bool:
    """Whether an answer has the headers of the browser's own pages."""
    wanted = {"content-security-policy": OWN_PAGES_POLICY, "x-content-type-options": "nosniff"}
    return wanted.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("route", _ROUTES)
def test_anonymous_callers_get_nothing(airflow: httpx.Client, route: str) -> None:
    forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ2aWV3ZXIiLCJyb2xlIjoiYWRtaW4ifQ."
    for headers in ({}, {"authorization": f"Bearer {forged}"}, {"cookie": f"_token={forged}"}):
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
            assert airflow.request(method, route, headers=headers).status_code == 401, (method, headers)
    answer = airflow.get(route)
    assert set(answer.json()) == {"status", "detail"}
    assert answer.headers["www-authenticate"] == "Bearer"
    assert protected(answer)


@pytest.mark.parametrize("route", _ROUTES)
def test_a_browser_is_sent_to_log_in_and_back(airflow: httpx.Client, route: str) -> None:
    answer = airflow.get(route, params={"q": "岚川 & 市"}, headers=_BROWSER)
    assert answer.status_code == 307
    assert protected(answer)
    where = urlsplit(answer.headers["location"])
    assert (where.scheme, where.netloc, where.path) == ("", "", "/api/v2/auth/login")
    (back,) = parse_qs(where.query)["next"]
    assert back.startswith("/archive/")
    assert parse_qs(urlsplit(back).query)["q"] == ["岚川 & 市"]
    form = airflow.get(answer.headers["location"], headers=_BROWSER)
    assert parse_qs(urlsplit(form.headers["location"]).query)["next"] == [back]


@pytest.mark.parametrize("route", ["/archive//evil.example/", "/archive/%5c%5cevil.example", "/archive/@evil.example"])
def test_login_leads_nowhere_else(airflow: httpx.Client, route: str) -> None:
    answer = airflow.get(route, headers=_BROWSER | {"host": "evil.example"})
    (back,) = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
    assert answer.headers["location"].startswith("/api/v2/")
    assert httpx.URL("http://airflow.test").join(back).host == "airflow.test"


def test_a_user_of_airflow_reads(airflow: httpx.Client, token: str) -> None:
    for headers in ({"authorization": f"Bearer {token}"}, {"cookie": f"_token={token}"}):
        answer = airflow.get("/archive/", headers=headers | _BROWSER)
        assert answer.status_code == 200, answer.text
        assert "政府信息公开档案" in answer.text
        assert airflow.get("/archive/no/such/page", headers=headers).status_code == 404
        assert airflow.get("/archive/static/style.css", headers=headers).status_code == 200


def test_who_may_run_dags_corrects_in_their_own_name(
    airflow: httpx.Client, archive: Archive, token: str, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    form = "/archive/records/1/correct"
    reader, archivist = ({"cookie": f"_token={value}"} for value in (token, _token(airflow, "archivist")))
    sent = form_token(airflow, f"{form}?field=publisher", **archivist)
    assert form not in airflow.get("/archive/records/1", headers=reader | _BROWSER).text
    data = {"field": "publisher", "action": "set", "value": "岚川市交通运输局", "reason": "以落款为准", "version": "1"}
    data |= {"by": "viewer", "token": sent}
    assert airflow.post(form, data=data).status_code == 401
    assert airflow.get(form, headers=reader).status_code == 403
    assert airflow.post(form, data=data, headers=reader).status_code == 403
    assert airflow.post(form, data=data | {"token": ""}, headers=archivist).status_code == 403
    assert rows(archive, "SELECT * FROM archive.correction") == []
    answer = airflow.post(form, data=data, headers=archivist)
    assert (answer.status_code, answer.headers["location"]) == (303, "/archive/records/1/versions/2#fields")
    assert rows(archive, "SELECT corrected_by FROM archive.correction") == [{"corrected_by": "archivist"}]
    assert "archivist" in airflow.get("/archive/records/1", headers=reader | _BROWSER).text


def test_the_menu_leads_to_the_archive(airflow: httpx.Client, token: str) -> None:
    login = {"authorization": f"Bearer {token}"}
    plugins = airflow.get("/api/v2/plugins", headers=login).json()["plugins"]
    (entry,) = [app for plugin in plugins for app in plugin["react_apps"] if plugin["name"] == "archive_browser"]
    script = airflow.get(entry["bundle_url"], headers=login)
    assert script.headers["content-type"].startswith("text/javascript")
    assert entry["name"] == "档案", "more would be cut"
    assert airflow.get(entry["icon"], headers=login).headers["content-type"] == "image/svg+xml"
    bare = airflow.get("/archive")
    assert bare.headers["location"] == "/archive/"
    assert protected(bare)


@pytest.fixture(scope="module")
def visitor(airflow: httpx.Client, token: str, chromium: Browser) -> Iterator[BrowserContext]:
    """A viewer's browser, which loads the interface of Airflow once: it is several megabytes of script."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "_token", "value": token, "url": str(airflow.base_url)}])
    context.set_default_timeout(120_000)
    yield context
    context.close()


def test_the_menu_of_airflow_opens_the_archive_by_mouse_and_keyboard(
    airflow: httpx.Client, visitor: BrowserContext
) -> None:
    page = visitor.new_page()
    page.goto(str(airflow.base_url))
    entry, inside = page.get_by_role("link", name="档案"), page.frame_locator("iframe")
    for keyboard in (False, True):
        if keyboard:
            page.go_back()
            page.go_back()
            entry.focus()
            page.keyboard.press("Enter")
        else:
            entry.click()
        inside.get_by_role("link", name="来源").click()
        inside.get_by_role("heading", name="来源").wait_for()
        page.wait_for_url("**/archive/archive/sources")  # what is shown has an address of its own
    page.reload()
    inside.get_by_role("heading", name="来源").wait_for()
    page.close()


def test_of_what_does_not_run_the_home_page_marks_the_triggerer_alone_in_grey(
    airflow: httpx.Client, token: str, chromium: Browser
) -> None:
    context = chromium.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "_token", "value": token, "url": str(airflow.base_url)}])
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(str(airflow.base_url))
    marks = {name: page.get_by_test_id("state-badge").filter(has_text=name) for name in ("Scheduler", "Triggerer")}
    colours = {name: mark.evaluate("e => getComputedStyle(e).backgroundColor") for name, mark in marks.items()}
    assert colours["Triggerer"] == "rgb(75, 85, 99)"
    assert colours["Scheduler"] != colours["Triggerer"]
    context.close()


def test_the_script_of_the_documentation_reads_with_a_token(
    airflow: httpx.Client, archive: Archive, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1), Page(2))
    with archive.engine.begin() as connection:
        last = connection.scalar(select(func.max(RunPage.run_id)))
        gone = {"outcome": "gone", "reason": encode_reason(Code.HTTP_STATUS, status=404)}
        connection.execute(update(RunPage).where(RunPage.run_id == last).values(**gone))
    page = (PROJECT / "docs" / "http.md").read_text(encoding="utf-8")
    copier, harvester, program = re.findall(r"```python\n(.*?)```", page, re.S)
    login = {"AIRFLOW_USER": "viewer", "AIRFLOW_PASSWORD": "of-the-archive", "AIRFLOW_URL": str(airflow.base_url)}
    run = subprocess.run([sys.executable, "-c", program], env=os.environ | login, capture_output=True, text=True)
    assert run.stdout.splitlines() == [f"imported\tgone\t{Page(number).url}\tstatus 404" for number in (1, 2)], (
        run.stderr
    )
    (last_change,) = rows(archive, "SELECT max(change_seq) AS number FROM archive.change")
    for _ in range(2):  # a page has one change; the second time there is none
        command = [sys.executable, "-c", copier, str(tmp_path / "copy.db")]
        run = subprocess.run(command, env=os.environ | login | {"PAGE": "1"}, capture_output=True, text=True)
        assert run.stdout == f"at change {last_change['number']}\n", run.stderr
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        held = copy.execute("SELECT record_id, url, title, text FROM record ORDER BY 1").fetchall()
    of_archive = rows(
        archive,
        "SELECT record_id, r.url, title, text FROM api_v1.record_places r "
        "JOIN api_v1.record_versions USING (record_id, version) ORDER BY 1",
    )
    assert held == [tuple(row.values()) for row in of_archive]
    titles = tmp_path / "titles.json"
    for _ in range(2):
        command = [sys.executable, "-c", harvester, str(titles)]
        run = subprocess.run(command, env=os.environ | login, capture_output=True, text=True)
        assert run.stdout == f"{len(held)} records\n", run.stderr
    harvested = json.loads(titles.read_text(encoding="utf-8"))["titles"]
    assert sorted(harvested.values()) == sorted(title for _, _, title, _ in held)
    (commands,) = re.findall(r"```sh\n(.*?)```", page, re.S)
    run = subprocess.run(["sh", "-c", commands], env=os.environ | login, capture_output=True, text=True)
    assert [source["source_id"] for source in json.loads(run.stdout)["sources"]] == ["imported"], run.stderr


def test_a_page_is_fetched_again_through_airflow_in_the_name_of_who_asks(
    airflow: httpx.Client, archive: Archive, token: str, home: Path, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    _add_dag(home, "crawl_imported")
    login, reader = ({"cookie": f"_token={value}"} for value in (_token(airflow, "archivist"), token))
    record = airflow.get("/archive/records/1.json", headers=login).json()
    assert (record["again"]["possible"], record["again"]["asked"]) == (True, None)
    data, form = {"token": form_token(airflow, "/archive/records/1", **login)}, "/archive/records/1/look-again"
    assert airflow.post(form, data=data, headers=reader).status_code == 403
    assert form_token(airflow, "/archive/records/1", **reader) == ""
    answer = airflow.post(form, data=data, headers=login)
    assert (answer.status_code, answer.headers["location"]) == (303, "/archive/records/1#again")
    asked = airflow.get("/archive/records/1.json", headers=reader).json()["again"]["asked"]
    assert (asked["asked_by"], asked["state"]) == ("archivist", "waiting")
    runs = airflow.get("/api/v2/dags/look_again/dagRuns", headers=login).json()["dag_runs"]
    assert [(run["conf"], run["state"]) for run in runs] == [({"source": "imported", "url": Page(1).url}, "queued")]
    assert airflow.post(form, data=data, headers=login).status_code == 303, "asked for once"
    assert airflow.get("/api/v2/dags/look_again/dagRuns", headers=login).json()["total_entries"] == 1
    assert asked["link"] == f"/dags/look_again/runs/{quote(runs[0]['dag_run_id'], safe='')}"


def _add_dag(home: Path, name: str) -> None:
    """A DAG that is not paused, as Airflow's database has it."""
    with sqlite3.connect(home / "airflow.db") as metadata:
        columns = [row[1] for row in metadata.execute("PRAGMA table_info(dag)") if row[3] and row[4] is None]
        values = {name: "0" for name in columns} | {"dag_id": name, "is_paused": 0, "is_stale": 0}
        values["next_dagrun_create_after"] = "2026-03-02 18:30:00.000000"
        places = ", ".join("?" * len(values))
        statement = f"INSERT OR REPLACE INTO dag ({', '.join(values)}) VALUES ({places})"
        metadata.execute(statement, [*values.values()])


def test_the_scheduler_tells_of_coming_crawls_and_leads_to_its_runs(
    airflow: httpx.Client, archive: Archive, token: str, home: Path, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1))
    _add_dag(home, "crawl_imported")
    login = {"authorization": f"Bearer {token}"}
    (source,) = airflow.get("/archive/sources.json", headers=login).json()["sources"]
    assert source["next"] == {"paused": False, "at": "2026-03-02T18:30:00Z", "link": "/dags/crawl_imported"}
    assert 'href="/dags/crawl_imported"' in airflow.get("/archive/sources", headers=login).text
    assert airflow.get(f"/archive/runs/{source['run_id']}.json", headers=login).json()["scheduler"] is None
    key = "scheduled__2026-03-01T18:30:00+00:00"
    with archive.engine.begin() as connection:
        connection.execute(update(Run).where(Run.id == source["run_id"]).values(kind="crawl", key=key))
    links = airflow.get(f"/archive/runs/{source['run_id']}.json", headers=login).json()["scheduler"]
    run = "/dags/crawl_imported/runs/scheduled__2026-03-01T18%3A30%3A00%2B00%3A00"
    assert links == {"run": run, "log": f"{run}/tasks/reconcile"}


def test_links_of_the_frame_that_lead_out_of_the_archive_open_in_the_whole_window(
    airflow: httpx.Client, archive: Archive, visitor: BrowserContext, home: Path, tmp_path: Path
) -> None:
    """A frame that Airflow draws is in a sandbox which refuses them."""
    keep(archive, tmp_path, Page(7, body='<a href="/zwgk/">政务公开</a>'))
    _add_dag(home, "crawl_imported")
    with archive.engine.begin() as connection:
        capture, run = connection.execute(select(Capture.id, Capture.run_id).order_by(Capture.id.desc())).first() or ()
        connection.execute(update(Run).where(Run.id == run).values(kind="crawl", key="manual__7"))
    page = visitor.new_page()
    page.goto(f"{airflow.base_url}/plugin/archive/archive/captures/{capture}")
    page.frame_locator("iframe").frame_locator("iframe.archived").get_by_role("link", name="政务公开").click()
    page.wait_for_url("**/archive/captures/find?*")
    assert "/plugin/" not in page.url
    page.goto(f"{airflow.base_url}/plugin/archive/archive/runs/{run}")
    page.frame_locator("iframe").get_by_role("link", name="在 Airflow 中查看此任务").click()
    page.wait_for_url(f"{airflow.base_url}/dags/crawl_imported/runs/manual__7")
    page.close()


def test_a_token_ends_with_its_logout(airflow: httpx.Client) -> None:
    answer = airflow.post("/auth/token", json={"username": "viewer", "password": "of-the-archive"})
    cookie = {"cookie": f"_token={answer.json()['access_token']}"}
    assert airflow.get("/archive/records.json", headers=cookie).status_code == 200
    airflow.get("/api/v2/auth/logout", headers=cookie)
    assert airflow.get("/archive/records.json", headers=cookie).status_code == 401


def _log_in(tab: Tab, user: str) -> None:
    """On the page of the login."""
    tab.fill("input[name=username]", user)
    tab.fill("input[name=password]", "of-the-archive")
    tab.click("button[type=submit]")
    tab.wait_for_url(lambda url: "login" not in url)


def test_what_was_typed_when_the_login_ended_is_sent_again_after_another_login(
    airflow: httpx.Client, archive: Archive, chromium: Browser, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(77))
    (record,) = rows(archive, "SELECT max(id) AS id FROM archive.record")
    why = "落款为准，见网页存档第二段 <b>“附注”</b>"
    context = chromium.new_context(base_url=str(airflow.base_url), locale="en-GB")
    context.add_cookies([{"name": "_token", "value": _token(airflow, "archivist"), "url": str(airflow.base_url)}])
    tab = context.new_page()
    tab.goto(f"/archive/records/{record['id']}/correct?field=source")
    tab.fill("textarea[name=value]", "岚川市水务局办公室")
    tab.fill("textarea[name=reason]", why)
    context.clear_cookies()
    tab.click("main form button")
    assert "Not saved" in tab.inner_text("h1")
    with context.expect_page() as opened:
        tab.click("main a")
    _log_in(opened.value, "archivist")
    opened.value.close()
    tab.click("main form button")
    kept = rows(archive, "SELECT corrected_by, value, reason FROM archive.correction WHERE field = 'source'")
    assert [(each["corrected_by"], each["value"], each["reason"]) for each in kept] == [
        ("archivist", "岚川市水务局办公室", why)
    ]
    context.close()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"sec-fetch-site": "cross-site"}, "why=x"),
        ({"content-type": "application/json"}, "{}"),
        ({}, "why=" + "x" * 300_000),
        ({"accept": "application/json"}, "why=x"),
    ],
)
def test_only_a_form_of_our_own_pages_is_shown_again(airflow: httpx.Client, headers: dict[str, str], body: str) -> None:
    sent = _BROWSER | {"content-type": "application/x-www-form-urlencoded"} | headers
    answer = airflow.post("/archive/records/1/correct", headers=sent, content=body)
    assert (answer.status_code, answer.json()["status"]) == (401, 401)


def test_loading_the_plugin_builds_nothing(tmp_path: Path) -> None:
    """Schedulers and workers load it too."""
    program = (
        "import sys; sys.path.insert(0, 'plugins'); import archive_browser; "
        "print([name for name in ('etl.browse', 'etl.archive', 'archive_guard') if name in sys.modules])"
    )
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path)}
    run = [sys.executable, "-c", program]
    assert subprocess.run(run, cwd=PROJECT, env=environment, capture_output=True, text=True).stdout.endswith("[]\n")
