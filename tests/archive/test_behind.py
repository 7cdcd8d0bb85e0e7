"""A database that knows less than its bucket writes nothing: what it forgot would be overwritten."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url

from demo import demo_site
from demo.server import Site, serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run, resume_run
from etl.archive.preservation.fixity import audit
from etl.archive.preservation.garbage import delete_unreferenced, find_unreferenced
from etl.archive.records.change_feed import publish
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.consistency import DatabaseBehindBucket, require_database_in_sync
from etl.archive.storage.layout import CHANGES, LOGS, REMOVALS, RUNS
from etl.archive.storage.log_lines import ChangeEvent, JournalLine
from etl.errors import GongkaiError
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.pipeline.rebuilding import rebuild_archive
from etl.settings import Settings
from tests.support.gongkai import crawl_site, rows, small, source_of
from tests.support.stored import age, keep, write_raw_log
from tests.support.whole_database import differing, dump, emptied, interrupted_at, quiet


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(demo := small(demo_site("gov_cn"), 8)):
        yield demo


@pytest.fixture
def dumped(
    archive: Archive, owner_url: str, services_dir: Path, local_settings: Settings
) -> Iterator[Callable[[], tuple[Archive, str]]]:
    """Copies the database as it is now; gives the copy beside the same bucket, with its owner's address."""
    url = make_url(owner_url)
    assert url.port is not None
    server = Postgres(State(services_dir), url.port)
    copy = f"{url.database}_dump"
    opened: list[Archive] = []

    def take() -> tuple[Archive, str]:
        archive.engine.dispose()
        names = sql.Identifier(copy), sql.Identifier(str(url.database))
        with server.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER archive_owner").format(*names))
        assert local_settings.database_url
        own = make_url(local_settings.database_url.get_secret_value()).set(database=copy)
        where = {"database_url": own.render_as_string(hide_password=False)}
        opened.append(open_archive(Settings.model_validate(local_settings.model_dump() | where)))
        return opened[-1], url.set(database=copy).render_as_string(hide_password=False)

    yield take
    for each in opened:
        each.engine.dispose()
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(copy)))


def journal(archive: Archive) -> dict[str, bytes]:
    return {key: archive.store.read(key) for key in archive.store.list_keys(CHANGES)}


def first_record(archive: Archive) -> int:
    return int(rows(archive, "SELECT min(id) AS id FROM archive.record")[0]["id"])


def refuses_everything(archive: Archive, site: Site, record: int) -> None:
    writers: list[Callable[[], object]] = [
        lambda: correct(archive, record, {"publisher": "半途的机关"}, "馆员", "重建未完"),
        lambda: crawl_site(archive, site),
        lambda: open_run(archive, source_of(site), "new", CrawlOptions()),
        lambda: resume_run(archive, source_of(site), "old"),
        lambda: audit(archive, quiet),
        lambda: list(delete_unreferenced(archive, [], older_than=None)),  # type: ignore[arg-type]
    ]
    for write in writers:
        with pytest.raises(DatabaseBehindBucket, match="gongkai rebuild"):
            write()


@pytest.mark.parametrize("step", ["runs", "changes"])
def test_nobody_writes_into_a_rebuild_that_was_cut_off(
    archive: Archive, owner_url: str, local_settings: Settings, site: Site, step: str
) -> None:
    crawl_site(archive, site)
    record = first_record(archive)
    correct(archive, record, {"publisher": "更正的机关"}, "馆员", "与原件不符")
    before, told = dump(archive), journal(archive)
    again = emptied(archive, owner_url, local_settings)
    with pytest.raises(KeyboardInterrupt):
        rebuild_archive(again, create_engine(owner_url), interrupted_at(step, 1))
    if step == "changes":
        refuses_everything(again, site, record)
    with pytest.raises(DatabaseBehindBucket, match="has not ended"):
        crawl_site(again, site)
    assert journal(again) == told
    rebuild_archive(again, create_engine(owner_url), quiet)
    after = dump(again)
    assert {name: differing(before[name], after[name]) for name in before if before[name] != after[name]} == {}
    correct(again, record, {"publisher": "后来的机关"}, "馆员", "又有不符")
    assert journal(again).keys() > told.keys()


def test_an_older_dump_forgets_nothing_of_the_bucket(
    archive: Archive, dumped: Callable[[], tuple[Archive, str]], site: Site
) -> None:
    crawl_site(archive, site)
    old, old_owner = dumped()
    record = first_record(archive)
    correct(archive, record, {"publisher": "更正的机关"}, "馆员", "与原件不符")
    told, whole = journal(archive), dump(archive)
    refuses_everything(old, site, record)
    assert journal(old) == told
    rebuild_archive(old, create_engine(old_owner), quiet)
    assert dump(old) == whole
    correct(old, record, {"publisher": "后来的机关"}, "馆员", "又有不符")


def test_a_dump_from_before_a_crawl_that_changed_nothing_is_behind_too(
    archive: Archive, dumped: Callable[[], tuple[Archive, str]], site: Site
) -> None:
    crawl_site(archive, site)
    old, old_owner = dumped()
    told = journal(archive)
    assert crawl_site(archive, site, CrawlOptions(full=True)).updated == 0
    assert journal(archive) == told
    with pytest.raises(DatabaseBehindBucket, match=r"behind its bucket: .* has run"):
        crawl_site(old, site)
    rebuild_archive(old, create_engine(old_owner), quiet)
    assert dump(old) == dump(archive)


def test_logs_of_runs_under_their_former_names_are_known(archive: Archive, site: Site) -> None:
    run = open_run(archive, source_of(site), "old", CrawlOptions())
    write_raw_log(archive, f"{RUNS}{site.name}/2025-01-02/030405000000-{run.id}.jsonl.gz", {})
    open_run(archive, source_of(site), "new", CrawlOptions())
    write_raw_log(archive, f"{RUNS}{site.name}/2025-01-02/030405000000-99.jsonl.gz", {})
    with pytest.raises(DatabaseBehindBucket, match="has run 99, the database ends at run"):
        open_run(archive, source_of(site), "newer", CrawlOptions())


def test_what_somebody_else_put_into_the_bucket_stops_nothing_and_is_named(
    archive: Archive, owner_url: str, local_settings: Settings, site: Site
) -> None:
    crawl_site(archive, site)
    stray = {
        f"{form.prefix}{name}" for form in LOGS for name in ("README.txt", "x", "zz/1.jsonl.gz", "zz/a-1-copy.jsonl.gz")
    }
    for key in stray:
        archive.store.put(key, b"?")
    assert crawl_site(archive, site, CrawlOptions(full=True)).listed == 8
    correct(archive, first_record(archive), {"publisher": "更正的机关"}, "馆员", "与原件不符")
    assert not audit(archive, quiet).damaged
    before = dump(archive)
    again = emptied(archive, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert dump(again) == before
    assert {each.key for each in find_unreferenced(again) if each.kind == "foreign"} >= {
        key for key in stray if not key.startswith(REMOVALS)
    }


def test_a_rebuild_mixes_no_two_histories(archive: Archive, owner_url: str, tmp_path: Path) -> None:
    keep(archive, tmp_path, 3)
    age(owner_url, "UPDATE archive.change SET kind = 'restored' WHERE change_seq = 3")
    with pytest.raises(GongkaiError, match="change 3 of the database is another event"):
        rebuild_archive(archive, create_engine(owner_url), quiet)


def test_a_capture_whose_number_is_taken_is_no_silent_loss(archive: Archive, owner_url: str, site: Site) -> None:
    crawl_site(archive, site)
    age(owner_url, "SELECT setval('archive.capture_number', 1)")
    with pytest.raises(GongkaiError, match="both hold capture 2"):
        crawl_site(archive, site, CrawlOptions(full=True))


def test_a_writer_takes_the_number_of_one_that_began_later_and_failed(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 2)
    [record] = rows(archive, "SELECT id, page_id, source_id FROM archive.record ORDER BY id LIMIT 1")
    removed = ChangeEvent("removed", record["id"], 1, record["page_id"], record["source_id"])
    with archive.engine.begin() as earlier, archive.engine.connect() as later:
        earlier.exec_driver_sql("SELECT pg_current_xact_id()")
        publish(later, archive.store, [removed])
        later.rollback()
        publish(earlier, archive.store, [removed])
    require_database_in_sync(archive)


def test_what_a_dead_transaction_told_is_no_history(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, 2)
    [record] = rows(archive, "SELECT id, page_id, source_id FROM archive.record ORDER BY id LIMIT 1")
    removed = ChangeEvent("removed", record["id"], 1, record["page_id"], record["source_id"])
    with archive.engine.connect() as connection, connection.begin() as transaction:
        publish(connection, archive.store, [removed])
        transaction.rollback()
    assert len(journal(archive)) == 2
    audit(archive, quiet)
    correct(archive, record["id"], {"publisher": "更正的机关"}, "馆员", "与原件不符")
    assert len(journal(archive)) == 2
    [*_, last] = archive.store.list_keys(CHANGES)
    assert archive.store.read_log(last, JournalLine)[0].kind == "corrected"


def test_what_a_transaction_tells_that_has_not_ended_is_no_history_either(archive: Archive, tmp_path: Path) -> None:
    """Such as that of a process that was killed, before PostgreSQL has noticed: no other one has begun since."""
    keep(archive, tmp_path, 2)
    [record] = rows(archive, "SELECT id, page_id, source_id FROM archive.record ORDER BY id LIMIT 1")
    removed = ChangeEvent("removed", record["id"], 1, record["page_id"], record["source_id"])
    with archive.engine.connect() as connection, connection.begin() as transaction:
        publish(connection, archive.store, [removed])
        require_database_in_sync(archive)
        transaction.rollback()
