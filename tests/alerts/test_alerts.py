"""People are told once of what is wrong, in words and with a link, and once that it is over."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from demo import demo_site, source_text
from demo.faults import status
from demo.server import Site, serve
from etl.alerts.watch import Reported, find_problems, watch
from etl.archive.crawls.advice import ADVICE
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.silences import StoredSilence, set_silence
from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.errors import GongkaiError, Unavailable
from etl.reason_codes import Code
from etl.settings import Settings
from etl.sources.schedule import longest_interval
from tests.support.gongkai import crawl_site, gongkai, rows, small, source_of
from tests.support.receivers import Mailbox, Webhook, mail_server, webhook
from tests.support.stored import age

GREEN = {"assertions": {"min_records": 1, "max_age_days": 36500}}
RED = {"assertions": {"min_records": 1000, "max_age_days": 36500}}


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as taking:
        yield taking


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gov_cn"), 3)
    with serve(demo):
        yield demo


@pytest.fixture
def alerting(local_settings: Settings, hook: Webhook, tmp_path: Path) -> Settings:
    """Settings that send to the webhook; source files are in a folder of the test's own."""
    return local_settings.model_copy(
        update={
            "alert_urls": SecretStr(hook.url),
            "sources": str(tmp_path),
            "public_url": "https://archive.example/archive",
        }
    )


@pytest.fixture
def look(archive: Archive, alerting: Settings) -> Callable[..., None]:
    """One look of the DAG `watch`, which remembers what was told."""
    told: Reported = {}

    def remember(now: Reported) -> None:
        told.clear()
        told.update(now)

    return lambda **changes: watch(archive, alerting.model_copy(update=changes), dict(told), remember) and None


def source_file(site: Site, folder: Path, **changes: Any) -> None:
    source = yaml.safe_load(source_text(site)) | changes
    (folder / f"{site.name}.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), encoding="utf-8")


def test_a_run_that_turned_red_is_told_once_and_that_it_recovered_once(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    crawl_site(archive, site, **GREEN)
    look()
    assert hook.posted == []

    crawl_site(archive, site, **RED)
    look()
    (message,) = hook.posted
    assert "turned red" in message["title"]
    assert site.name in message["title"]
    reason = "3 records, fewer than the asserted 1000"
    assert reason in message["message"]
    assert ADVICE[Code.FEWER_RECORDS][1] in message["message"]
    assert f"https://archive.example/dags/crawl_{site.name}/runs/" in message["message"]

    hook.posted.clear()
    crawl_site(archive, site, **RED)
    look()
    assert hook.posted == [], "that it stays red is no news"

    crawl_site(archive, site, **GREEN)
    look()
    look()
    (message,) = hook.posted
    assert "recovered" in message["title"]
    assert site.name in message["message"]


def test_one_amber_run_is_no_alert_and_two_in_a_row_are_one(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    for expected in (0, 1, 1):
        crawl_site(archive, site, **GREEN)
        with archive.engine.begin() as connection:
            connection.execute(text("UPDATE archive.run SET state = 'amber'"))
        look()
        assert len(hook.posted) == expected
    assert "stays amber" in hook.posted[0]["title"]


def test_many_failed_pages_are_one_message(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    for key in site.postings:
        site.plant(key, status(500), "http_error")
    crawl_site(archive, site, **RED)
    look()
    assert len(hook.posted) == 1


def test_more_than_a_few_new_problems_are_one_message(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    overdue = [{"reason": "dark", "until": date(2020, 1, day), "why": "改版"} for day in range(1, 8)]
    source_file(site, tmp_path, silences=overdue)
    look()
    (message,) = hook.posted
    assert "7 个问题" in message["title"]
    assert message["message"].count("改版") == 7


def test_a_source_without_a_good_run_for_days_is_told(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path, owner_url: str
) -> None:
    source_file(site, tmp_path, schedule="@daily")
    crawl_site(archive, site, **GREEN)
    for days, titles in ((2, 0), (2, 1)):
        with create_engine(owner_url).begin() as owner:
            owner.execute(text("UPDATE archive.run SET finished_at = finished_at - :days"), {"days": timedelta(days)})
        look()
        assert len(hook.posted) == titles
    assert "no good run for 4 days" in hook.posted[0]["title"]


@pytest.mark.parametrize(
    ("schedule", "days"), [("@hourly", 1), ("@daily", 1), ("@weekly", 7), ("@monthly", 31), ("5 4 1 1 *", 366)]
)
def test_a_source_that_is_crawled_rarely_is_not_dark_between_two_runs(schedule: str, days: int) -> None:
    assert longest_interval(schedule) == timedelta(days=days)


def test_a_run_that_does_not_move_is_told(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path, owner_url: str
) -> None:
    source_file(site, tmp_path)
    run = open_run(archive, source_of(site, **GREEN), "scheduled__1", CrawlOptions())
    look()
    with create_engine(owner_url).begin() as owner:
        owner.execute(text("UPDATE archive.run SET started_at = started_at - interval '7 hours'"))
    look()
    (message,) = hook.posted
    assert f"run {run.id} has not moved for 7 h" in message["title"]
    assert f"gongkai runs close {run.id}" in message["message"]


def test_damage_is_told_and_that_it_is_mended(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    crawl_site(archive, site, **GREEN)
    digest = str(rows(archive, "SELECT sha256 FROM archive.blob ORDER BY sha256 LIMIT 1")[0]["sha256"])
    body = archive.store.read(blob_key(digest))
    archive.store.put(blob_key(digest), b"other bytes")
    audit(archive, lambda _: None, days=None, source=None)
    look()
    assert ["1 blobs, 0 logs" in title for title in hook.titles()] == [True]
    archive.store.put(blob_key(digest), body)
    audit(archive, lambda _: None, days=None, source=None)
    look()
    assert ["recovered" in title for title in hook.titles()] == [True]


def test_a_silence_keeps_a_reason_quiet_until_its_day_and_its_end_is_told(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path, alerting: Settings
) -> None:
    tomorrow, yesterday = ((datetime.now(UTC) + timedelta(days=days)).date() for days in (2, -2))
    silence = {"reason": "fewer_records", "why": "网站改版，已去函"}
    source_file(site, tmp_path, silences=[silence | {"until": tomorrow}])
    crawl_site(archive, site, **RED)
    look()
    assert hook.posted == []
    assert [problem.silenced for problem in find_problems(archive, alerting)] == [True]

    source_file(site, tmp_path, silences=[silence | {"until": yesterday}])
    look()
    look()
    messages = {message["title"]: message["message"] for message in hook.posted}
    assert len(hook.posted) == 2
    assert any("turned red" in title for title in messages)
    assert any(f"silence of fewer_records ended on {yesterday}" in title for title in messages)
    assert any("已去函" in body for body in messages.values())


def test_a_silence_that_a_person_set_counts_as_one_of_the_source_file(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path, owner_url: str
) -> None:
    source_file(site, tmp_path)
    crawl_site(archive, site, **RED)
    later = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert isinstance(set_silence(archive, site.name, "fewer_records", later, "已去函", "林馆员"), StoredSilence)
    look()
    assert hook.posted == []
    age(owner_url, "UPDATE archive.source_silence SET until = '2024-05-01'")
    look()
    messages = {message["title"]: message["message"] for message in hook.posted}
    assert len(messages) == 2
    assert any("turned red" in title for title in messages)
    (ended,) = [body for title, body in messages.items() if "silence of fewer_records ended on 2024-05-01" in title]
    assert "已去函" in ended
    assert f"https://archive.example/archive/silences?source={site.name}" in ended


def test_a_silence_names_a_reason_that_there_is_a_day_and_why(
    local_settings: Settings, site: Site, tmp_path: Path
) -> None:
    source_file(site, tmp_path, silences=[{"reason": "nothing_liste", "until": date(2030, 1, 1), "why": ""}])
    said = gongkai(local_settings, "sources", "check", GONGKAI_SOURCES=str(tmp_path))
    assert "silences.0.reason: 'nothing_liste' is no code of docs/reasons.md" in said.err
    assert "silences.0.why: must not be empty" in said.err


def test_what_no_address_took_is_told_at_the_next_look(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    crawl_site(archive, site, **RED)
    hook.status = 500
    with pytest.raises(Unavailable, match=r"not delivered to json://127\.0\.0\.1"):
        look()
    hook.status = 200
    look()
    assert len(hook.posted) == 1


def test_what_one_address_took_is_not_told_again_and_the_other_one_is_named(
    archive: Archive, site: Site, look: Callable[..., None], hook: Webhook, tmp_path: Path
) -> None:
    source_file(site, tmp_path)
    crawl_site(archive, site, **RED)
    with pytest.raises(GongkaiError, match=r"not delivered to json://127\.0\.0\.1:9/"):
        look(alert_urls=SecretStr(f"json://127.0.0.1:9/ {hook.url}"))
    look()
    assert len(hook.posted) == 1


def test_a_test_message_reaches_mail_and_webhook(local_settings: Settings, hook: Webhook, mailbox: Mailbox) -> None:
    said = gongkai(local_settings, "alerts", "test", GONGKAI_ALERT_URLS=f"{mailbox.url} {hook.url}")
    assert (said.code, len(said.out.splitlines())) == (0, 2)
    (mail,) = mailbox.mails
    assert "ops@a.example" in mail["to"]
    assert "archive@a.example" in mail["from"]
    body = mail.get_body()
    assert body is not None
    assert "测试消息" in body.get_content()
    assert "测试" in mail["subject"]
    assert ["测试" in title for title in hook.titles()] == [True]


@pytest.mark.parametrize(
    ("urls", "words"),
    [
        ("", "GONGKAI_ALERT_URLS is not set"),
        ("json://127.0.0.1:9/ carrierpigeon://loft", "address 2 of GONGKAI_ALERT_URLS is of no known service"),
        ("json://user:secret@127.0.0.1:9/", "not delivered to json://"),
    ],
)
def test_a_test_message_that_cannot_be_sent_says_why_and_no_secret(
    local_settings: Settings, urls: str, words: str
) -> None:
    said = gongkai(local_settings, "alerts", "test", GONGKAI_ALERT_URLS=urls)
    assert said.code == 1
    assert words in said.err
    assert "secret" not in said.err


def test_open_problems_are_listed(archive: Archive, site: Site, local_settings: Settings, tmp_path: Path) -> None:
    source_file(site, tmp_path)
    done = gongkai(local_settings, "alerts", "list", GONGKAI_SOURCES=str(tmp_path))
    assert (done.code, done.out) == (0, "there are no open problems\n")
    crawl_site(archive, site, **RED)
    done = gongkai(local_settings, "alerts", "list", GONGKAI_SOURCES=str(tmp_path))
    assert done.code == 1
    assert "turned red" in done.out
