"""Every log is watched: what is torn, changed, empty or gone is named by an audit, and stops a rebuild."""

import gzip
import json
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from etl.archive.crawls.captures import recover_unindexed_logs
from etl.archive.crawls.run import CaptureBatch
from etl.archive.crawls.run_log import write_run_log
from etl.archive.crawls.runs import resume_run
from etl.archive.preservation.backup import backup, restore
from etl.archive.preservation.bucket_check import check_bucket
from etl.archive.preservation.fixity import audit
from etl.archive.preservation.log_check import check_log
from etl.archive.preservation.rebuild import rebuild
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import sha256
from etl.archive.storage.consistency import DatabaseBehindBucket
from etl.archive.storage.layout import (
    ACTS,
    CAPTURES,
    CHAIN,
    CHANGES,
    LOGS,
    READINGS,
    REMOVALS,
    ROOTS,
    RUNS,
    STAMPS,
    act_key,
    chain_key,
    journal_key,
    reading_key,
)
from etl.archive.storage.log_lines import CaptureLine, JournalLine
from etl.archive.storage.log_object import DamagedLog, log_bytes
from etl.archive.storage.log_registry import chain_logs, keep_log
from etl.archive.storage.migrations import downgrade, migrate
from etl.errors import Damaged, GongkaiError
from etl.local.services import Addresses
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.warc.importing import import_source
from etl.settings import Settings
from tests.support.attacks.damage import DAMAGE, live, logs_of, put, unnoticed_by_a_rebuild
from tests.support.gongkai import gongkai, rows
from tests.support.services import own_archive, own_database
from tests.support.stored import age, keep, write_log
from tests.support.whole_database import dump, emptied, quiet

_copies = count(1)


@pytest.fixture(scope="module")
def whole_life(
    services: Addresses, services_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, bytes]]:
    """What the bucket holds of an archive with logs of every kind; PostgreSQL copies its database, `lived`."""
    with own_archive(services, services_dir, "lived") as archive:
        live(archive, tmp_path_factory.mktemp("lived"))
        archive.engine.dispose()
        yield {key: archive.store.read(key) for key in archive.store.list_keys("")}


@pytest.fixture
def owner_url(request: pytest.FixtureRequest, services: Addresses, services_dir: Path) -> Iterator[str]:
    if "lived" not in request.fixturenames:
        with request.getfixturevalue("spare_databases").take() as url:
            yield url
        return
    request.getfixturevalue("whole_life")
    with own_database(services, services_dir, f"lived_{next(_copies)}", template="lived") as url:
        yield url


@pytest.fixture
def lived(archive: Archive, whole_life: dict[str, bytes]) -> Archive:
    """An archive with logs of every kind."""
    for key, body in whole_life.items():
        archive.store.put(key, body)
    return archive


@pytest.mark.parametrize("how", DAMAGE)
def test_an_audit_names_every_damaged_log_and_only_these(lived: Archive, tmp_path: Path, how: str) -> None:
    whole = logs_of(lived)
    assert {key.split("/")[0] for key in whole} == {form.prefix.rstrip("/") for form in LOGS}
    backup(lived.store, tmp_path / "copy", quiet)
    # Those that the audit writes itself come after these.
    for key in whole:
        put(lived, key, DAMAGE[how](whole[key]))
    found = audit(lived, quiet, days=30)
    assert found.logs is not None
    assert {damage.key for damage in found.logs.damaged} == whole.keys()
    assert {damage.kind for damage in found.logs.damaged} == {"missing" if how == "missing" else "mismatch"}
    with pytest.raises(Damaged, match=f"{len(whole)} of [0-9]+ logs are damaged, the first "):
        found.raise_if_damaged()
    assert restore(lived.store, tmp_path / "copy", quiet, list(whole)).copied == len(whole)
    again = audit(lived, quiet, days=30)
    assert (again.all_damage, again.logs and again.logs.restored) == ((), len(whole))
    assert logs_of(lived).items() >= whole.items()


def test_the_command_names_the_log_and_the_remedy_and_is_red(lived: Archive, local_settings: Settings) -> None:
    key = journal_key(4)
    body = lived.store.read(key)
    lived.store.remove(key)
    for _ in range(2):
        code, _, said = gongkai(local_settings, "fixity")
        assert code == 1
        assert f"missing {key}: no object of this name — gongkai restore BACKUP {key}" in said
    lived.store.put(key, body)
    code, said, _ = gongkai(local_settings, "fixity")
    assert code == 0
    assert "0 damaged, 1 intact again; their chain begins at 20" in said
    events = rows(lived, "SELECT kind FROM archive.fixity_event WHERE log = :key ORDER BY id", key=key)
    assert [event["kind"] for event in events] == ["missing", "restored"]


@pytest.mark.parametrize("how", DAMAGE)
def test_a_rebuild_refuses_in_one_line_or_gives_equal_tables(
    lived: Archive, owner_url: str, local_settings: Settings, how: str
) -> None:
    before, whole = dump(lived), logs_of(lived)
    harmless = unnoticed_by_a_rebuild(whole, how)
    for key in whole.keys() - harmless:
        put(lived, key, DAMAGE[how](whole[key]))
        with pytest.raises(Damaged) as refused:
            check_bucket(lived.store, quiet)
        assert key in str(refused.value), how
        assert "\n" not in str(refused.value)
        put(lived, key, whole[key])
    for key in harmless:
        put(lived, key, DAMAGE[how](whole[key]))
    again = emptied(lived, owner_url, local_settings)
    rebuild_archive(again, create_engine(owner_url), quiet)
    assert dump(again) == before


def test_without_a_chain_a_gap_in_the_journal_stops_a_rebuild_and_no_number_is_given_away(
    lived: Archive, owner_url: str, local_settings: Settings
) -> None:
    for key in logs_of(lived):
        if key.startswith((CHAIN, ROOTS, STAMPS)):
            lived.store.remove(key)
    journal = sorted(lived.store.list_keys(CHANGES))
    again = emptied(lived, owner_url, local_settings)
    for lost in journal:
        body = lived.store.read(lost)
        lived.store.remove(lost)
        if lost == journal[-1]:
            continue
        code, _, said = gongkai(local_settings, "rebuild")
        assert code == 1
        assert f"{lost} is gone" in said or "knows of them" in said
        assert rows(again, "SELECT id FROM archive.run") == []
        lived.store.put(lost, body)


def test_no_log_is_left_out_of_the_chain_and_each_is_in_one_link_as_it_is(lived: Archive) -> None:
    assert rows(lived, "SELECT key FROM archive.log_object WHERE link IS NULL AND sha256 IS NOT NULL") == []
    checked = check_bucket(lived.store, quiet)
    kept = {row["key"]: (row["sha256"], row["link"]) for row in rows(lived, "SELECT * FROM archive.log_object")}
    assert {key: (log.sha256, log.link) for key, log in checked.logs.items()} == kept
    assert {key: sha256(body) for key, body in logs_of(lived).items()} == {key: log[0] for key, log in kept.items()}


def test_a_rebuilt_archive_knows_its_logs_and_goes_on_with_their_chain(
    lived: Archive, owner_url: str, local_settings: Settings
) -> None:
    kept = rows(lived, "SELECT key, sha256, link FROM archive.log_object ORDER BY key")
    again = emptied(lived, owner_url, local_settings)
    rebuild(create_engine(owner_url), again.store, quiet)
    assert rows(again, "SELECT key, sha256, link FROM archive.log_object ORDER BY key") == kept
    correct(again, 1, {"publisher": "后来的机关"}, "馆员", "又有不符")
    assert audit(again, quiet).all_damage == ()
    check_bucket(again.store, quiet)


def test_writers_at_once_and_links_made_meanwhile_keep_the_chain_sound(archive: Archive, tmp_path: Path) -> None:
    ended = threading.Event()

    def chain() -> int:
        made = 0
        while not ended.is_set():
            made += chain_logs(archive)
        return made

    for name in "abcd":
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(6) as pool:
        chains = [pool.submit(chain) for _ in range(2)]
        imports = [pool.submit(keep, archive, tmp_path / name, 4, f"of-{name}") for name in "abcd"]
        try:
            for each in imports:
                each.result()
        finally:
            ended.set()
        assert sum(each.result() for each in chains) > 0
    chain_logs(archive)
    checked = check_bucket(archive.store, quiet)
    assert {log.link for log in checked.logs.values()} == set(range(1, len(list(archive.store.list_keys(CHAIN))) + 1))
    assert audit(archive, quiet).all_damage == ()


def test_what_a_step_wrote_that_died_is_no_damage(lived: Archive, owner_url: str, tmp_path: Path) -> None:
    """A run's log written again without its commit; a link of a chain that was not committed; a log without rows."""
    run = resume_run(lived, import_source(), rows(lived, "SELECT key FROM archive.run ORDER BY id LIMIT 1")[0]["key"])
    with lived.engine.connect() as connection:
        connection.execute(text("UPDATE archive.run SET state = 'running' WHERE id = :id"), {"id": run.id})
        write_run_log(connection, lived.store, run)
        connection.rollback()
    [log] = [key for key in lived.store.list_keys(RUNS) if f"{run.id:012}" in key]
    assert audit(lived, quiet).all_damage == ()
    assert check_bucket(lived.store, quiet).logs[log].link is None

    # Its rows are taken back as if it had died before them.
    [key, *_] = sorted(lived.store.list_keys(CAPTURES))
    first = lived.store.read_log(key, CaptureLine)[0]
    number = first.capture + 1000
    orphan = f"{key.rpartition('-')[0]}-{number}.jsonl.gz"
    write_log(lived, orphan, [replace(first, capture=number, log=orphan)])
    assert audit(lived, quiet).all_damage == ()
    batch = CaptureBatch(run.source.id, first.run, run.started_at, "0")
    assert recover_unindexed_logs(lived, batch) == 1
    assert chain_logs(lived) > 0
    assert orphan in check_bucket(lived.store, quiet).logs
    lived.store.remove(orphan)
    assert [damage.key for damage in audit(lived, quiet).logs.damaged] == [orphan]  # type: ignore[union-attr]


@pytest.mark.parametrize("announced", [False, True])
def test_the_first_log_of_a_key_replaces_what_a_writer_left_that_failed(lived: Archive, announced: bool) -> None:
    digest = sha256(b"a file that nobody has read yet")
    key = reading_key(digest)
    lived.store.put(key, b"of a writer that failed")
    if announced:
        with lived.engine.begin() as connection:
            connection.execute(text("INSERT INTO archive.log_object (key, pending) VALUES (:key, 'x')"), {"key": key})
    with lived.engine.begin() as connection:
        keep_log(connection, lived.store, key, [])
    assert lived.store.read(key) == log_bytes([])


def test_a_log_that_the_archive_never_wrote_is_named(lived: Archive) -> None:
    body = log_bytes(replace(line, seq=2) for line in lived.store.read_log(journal_key(1), JournalLine)[1:2])
    lived.store.put(journal_key(2), body)
    [damage] = audit(lived, quiet).all_damage
    assert str(damage).startswith(f"mismatch {journal_key(2)}: a log that this archive did not write")
    with pytest.raises(DamagedLog, match="holds change 2 too"):
        check_bucket(lived.store, quiet)


def test_logs_from_before_the_chain_are_watched_and_then_chained(lived: Archive, owner_url: str) -> None:
    for key in logs_of(lived):
        if key.startswith((ACTS, CHAIN, ROOTS, STAMPS)):
            lived.store.remove(key)
    lived.engine.dispose()
    downgrade(owner_url, "0011")
    migrate(owner_url)
    lost = {journal_key(1), next(lived.store.list_keys(CAPTURES)), next(lived.store.list_keys(RUNS))}
    lost.add(next(lived.store.list_keys(READINGS)))
    bodies = {key: lived.store.read(key) for key in lost}
    for key in lost:
        lived.store.remove(key)
    found = audit(lived, quiet, days=30).logs
    assert found is not None
    assert {damage.key for damage in found.damaged} == lost
    assert (found.chain_from, found.before_chain) == (None, len(lost))
    for key, body in bodies.items():
        lived.store.put(key, body)
    audit(lived, quiet, days=30)
    found = audit(lived, quiet, days=30).logs
    assert found is not None
    assert (found.damaged, found.before_chain) == ((), 0)
    assert found.chain_from is not None
    assert {log.link for log in check_bucket(lived.store, quiet).logs.values()} <= {1, 2, 3}


def test_a_database_that_knows_fewer_links_than_its_bucket_is_behind(lived: Archive, owner_url: str) -> None:
    age(owner_url, "DELETE FROM archive.log_object WHERE link = (SELECT max(link) FROM archive.log_object)")
    with pytest.raises(DatabaseBehindBucket, match="has link"):
        audit(lived, quiet)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


def kinds_of_bytes() -> Iterator[st.SearchStrategy[bytes]]:
    yield st.binary(max_size=200)
    yield st.binary(max_size=200).map(gzip.compress)
    lines = st.lists(st.dictionaries(st.sampled_from([*JournalLine.__dataclass_fields__, "format"]), JSON) | JSON)
    yield lines.map(lambda found: gzip.compress("".join(f"{json.dumps(line)}\n" for line in found).encode()))


KEYS = [
    journal_key(1),
    act_key(1),
    chain_key(1),
    f"{READINGS}ab/ab/{'ab' * 32}.jsonl.gz",
    f"{CAPTURES}a/2025-01-02/030405000000-1-0-1.jsonl.gz",
    f"{RUNS}000000000001-a-20250102T030405000000.jsonl.gz",
    "fixity/2025-01-02/030405000000-1.jsonl.gz",
    f"{REMOVALS}2025-01-02/030405000000.jsonl.gz",
    f"{ROOTS}2025-01-02.jsonl.gz",
    f"{STAMPS}2025-01-02.jsonl.gz",
]


@given(st.sampled_from(KEYS), st.one_of(*kinds_of_bytes()))
def test_any_bytes_as_a_log_are_read_or_named(key: str, body: bytes) -> None:
    said = refusal(key, body)
    assert said is None or (key in said and "\n" not in said)


def refusal(key: str, body: bytes) -> str | None:
    """Why the log is refused; None where it is read."""
    try:
        check_log(key, body)
    except GongkaiError as error:
        return str(error)
    return None


@given(st.data())
def test_a_changed_line_of_the_journal_is_read_or_named(data: st.DataObject) -> None:
    line = json.loads(gzip.decompress(log_bytes([journal_line()])))
    field = data.draw(st.sampled_from(sorted(line)))
    line[field] = data.draw(JSON)
    body = gzip.compress(f"{json.dumps(line)}\n".encode())
    said = refusal(journal_key(1), body)
    assert said is None or journal_key(1) in said


def journal_line() -> JournalLine:
    return JournalLine("created", 1, 1, 1, "a", seq=1, at=datetime(2025, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(("part", "times"), [(b"0", 100 << 20), (b"[", 1 << 20), (b"{}\n", 1 << 20)])
def test_what_unpacks_to_far_more_than_a_log_takes_little_memory_and_time(part: bytes, times: int) -> None:
    packing = zlib.compressobj(wbits=31)
    body = packing.compress(part * times + b"\n") + packing.flush()
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(GongkaiError, match=journal_key(1)):
        check_log(journal_key(1), body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300 << 20
    assert time.process_time() - began < 20
