"""Schema `api_v1`: what it says of a crawled site, who may read it, what may not be done with it, and how fast."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import make_url

from demo import demo_site, goldens
from demo.server import serve
from etl.archive.records.corrections import correct
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import NO_TEXT
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from tests.support import dictionary
from tests.support.filled import fill
from tests.support.gongkai import crawl_site, rows, squash

VIEWS = {
    "records",
    "reasons",
    "record_versions",
    "record_places",
    "attachments",
    "citations",
    "captures",
    "sources",
    "changes",
    "runs",
    "collections",
    "collection_records",
    "notes",
}
MANY = 3000


def connect(url: str) -> psycopg.Connection[dict[str, Any]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, row_factory=dict_row)


@pytest.fixture
def reader(reader_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with connect(reader_url) as connection:
        yield connection


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with connect(owner_url) as connection:
        yield connection


def look(reader: psycopg.Connection[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    return reader.execute(query).fetchall()  # type: ignore[call-overload]


def test_the_data_dictionary_says_what_the_database_says(reader_url: str) -> None:
    said = dictionary.FILE.read_text(encoding="utf-8")
    assert said == dictionary.dictionary(reader_url), "run `python -m tests.support.dictionary --write`"


def test_a_reader_sees_the_views_and_nothing_else(reader: psycopg.Connection[dict[str, Any]]) -> None:
    seen = look(
        reader,
        """SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
        AND has_schema_privilege(n.oid, 'USAGE')
        AND (c.relkind = 'S' AND has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE') OR c.relkind <> 'S'
             AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))""",
    )
    assert {row["name"] for row in seen} == {f"api_v1.{view}" for view in VIEWS}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("SELECT FROM archive.record")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_v1.sources SET name = ''",
        "DELETE FROM api_v1.sources",
        "INSERT INTO api_v1.sources (source_id) VALUES ('a')",
        "SELECT archive.publish_all('[]')",
        "SELECT lo_create(0)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE TABLE api_v1.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
    ],
)
def test_a_reader_cannot_write_whatever_it_sets(reader: psycopg.Connection[dict[str, Any]], statement: str) -> None:
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement)  # type: ignore[call-overload]


def test_a_reader_s_session_is_limited(reader: psycopg.Connection[dict[str, Any]]) -> None:
    wanted = {
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "10min",
        "default_transaction_read_only": "on",
        "TimeZone": "UTC",
    }
    found = look(reader, "SELECT name, current_setting(name) AS value FROM pg_settings")
    assert wanted.items() <= {row["name"]: row["value"] for row in found}.items()


def test_the_views_tell_a_crawled_site(archive: Archive, reader: psycopg.Connection[dict[str, Any]]) -> None:
    """All that the pages show comes through, and where a column is NULL its comment says why."""
    site = demo_site("ucap")
    with serve(site):
        crawl_site(archive, site)
    golden = goldens.records(site)
    versions = {row["url"]: row for row in look(reader, "SELECT * FROM api_v1.record_versions")}
    assert versions.keys() == {one["url"] for one in golden.values()}
    files = look(reader, "SELECT record_id, url, sha256 FROM api_v1.attachments")
    for one in golden.values():
        row = versions[one["url"]]
        assert row["fields"].items() >= one["fields"].items()
        assert squash(row["text"]).startswith(squash(one["text"]))
        linked = {file["url"]: file["sha256"] for file in files if file["record_id"] == row["record_id"]}
        assert linked == {file["url"]: file["sha256"] for file in one["attachments"]}
    documents = {site.postings[key].document.key for key in golden}
    records = look(reader, "SELECT * FROM api_v1.records ORDER BY record_id")
    assert (len(records), sum(row["places"] for row in records)) == (len(documents), len(golden))
    dated = next(row for row in records if row["written_date"] and row["published_date"])
    assert dated["publication_lag_days"] == (dated["published_date"] - dated["written_date"]).days

    correct(archive, dated["record_id"], {"publisher": "某区供水局", "index_number": None}, "甲", "抄录有误")
    before, now = look(
        reader, f"SELECT * FROM api_v1.record_versions WHERE record_id = {dated['record_id']} ORDER BY version"
    )
    assert [(row["kind"], row["is_current"]) for row in (before, now)] == [("created", False), ("corrected", True)]
    assert (now["corrected_fields"], now["publisher"], now["index_number"]) == (
        ["index_number", "publisher"],
        "某区供水局",
        None,
    )
    assert {item["label"] for item in now["evidence"] if item["origin"] == "correction"} == {"甲"}
    *_, last = look(reader, "SELECT * FROM api_v1.changes ORDER BY change_seq")
    assert last.items() >= {"kind": "corrected", "reason": "抄录有误", "version": 2, "run_id": None}.items()
    shown = look(reader, "SELECT capture_id FROM api_v1.captures ORDER BY capture_id")
    assert shown == rows(archive, "SELECT id AS capture_id FROM archive.capture ORDER BY id")

    silent = []
    for view in VIEWS:
        comments = look(
            reader,
            f"""SELECT attname AS name, col_description(attrelid, attnum) AS said FROM pg_attribute
            WHERE attrelid = 'api_v1.{view}'::regclass AND attnum > 0""",
        )
        shown = look(reader, f"SELECT * FROM api_v1.{view}")
        nulls = {name for row in shown for name, value in row.items() if value is None}
        silent += [f"{view}.{row['name']}" for row in comments if row["name"] in nulls and "NULL" not in row["said"]]
    assert silent == []


def test_one_record_stands_for_a_text(
    owner_url: str, owner: psycopg.Connection[dict[str, Any]], reader: psycopg.Connection[dict[str, Any]]
) -> None:
    fill(owner_url, 60)  # records 1, 11, … 51 have one text; 22, 33 and 44 have none

    def standing() -> dict[int, int]:
        places = look(reader, "SELECT record_id, document_id FROM api_v1.record_places")
        found = {row["record_id"]: row["document_id"] for row in places}
        stand = {
            row["record_id"]: row["places"] for row in look(reader, "SELECT record_id, places FROM api_v1.records")
        }
        assert stand == {document: list(found.values()).count(document) for document in found.values()}
        return found

    same = [1, 11, 21, 31, 41, 51]
    assert {record: document for record, document in standing().items() if record != document} == dict.fromkeys(
        same[1:], 1
    )
    owner.execute("UPDATE archive.record SET state = 'removed' WHERE id IN (1, 11)")
    assert [standing()[record] for record in same] == [21] * 6
    owner.execute("UPDATE archive.record SET state = 'removed'")
    assert [standing()[record] for record in same] == [1] * 6
    none = look(reader, f"SELECT record_id, document_id FROM api_v1.record_places WHERE content_hash = '{NO_TEXT}'")
    assert [row["record_id"] for row in none] == [row["document_id"] for row in none] == [22, 33, 44, 55]


KEYS = [
    "changes WHERE change_seq > 1500 ORDER BY change_seq LIMIT 100",
    "changes JOIN api_v1.record_versions USING (record_id, version) WHERE change_seq > 9 ORDER BY change_seq LIMIT 100",
    "records WHERE record_id > 1500 ORDER BY record_id LIMIT 100",
    "records WHERE short_id = '0123456789abcdef'",
    "records WHERE index_number = 'A-1'",
    "record_places WHERE record_id > 1500 ORDER BY record_id LIMIT 100",
    f"record_places WHERE content_hash = '{'0' * 64}'",
    "record_versions WHERE record_id > 1500 ORDER BY record_id, version LIMIT 100",
    "attachments WHERE record_id > 1500 ORDER BY record_id, position LIMIT 100",
    "captures WHERE capture_id > 1500 ORDER BY capture_id LIMIT 100",
    "captures WHERE record_id = 7",
    "citations WHERE (record_id, ordinal) > (1500, 0) ORDER BY record_id, ordinal LIMIT 100",
    "citations WHERE record_id = 7 ORDER BY ordinal",
]


def test_reading_by_a_key_reads_no_table_from_end_to_end(
    owner_url: str, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    fill(owner_url, MANY)
    for query in KEYS:
        (found,) = look(reader, f"EXPLAIN (FORMAT JSON) SELECT * FROM api_v1.{query}")
        (plan,) = found["QUERY PLAN"]
        scans = {node["Relation Name"] for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"}
        assert not scans - {"blob", "citation_link", "file"}, (query, json.dumps(plan))  # they hardly have a row here


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


REASONS = [
    encode_reason(Code.HTTP_STATUS, status=404),
    encode_reason(Code.ANSWERS_AGAIN),
    encode_reason(
        Code.OFF_COMPLETE_LISTING,
        day="2026-03-01",
        outcome="gone",
        reason=encode_reason(Code.PAGE_SAYS_MISSING, status=200, words="页面{day}不存在"),
    ),
    encode_reason(Code.MEMBERS, outcomes=[Reason.of(Code.MEMBERS_ENDED, count=n, file_outcome="read") for n in (1, 2)]),
    encode_reason(Code.NO_WHOLE_ANSWER, seconds=0.4),
    "404 or 410 on 3 different days",
    '{"code":"of a later version","params":{}}',
    '{"code":',
]


def test_a_reader_gets_a_reason_as_a_sentence_and_as_a_code(
    owner_url: str, owner: psycopg.Connection[dict[str, Any]], reader: psycopg.Connection[dict[str, Any]]
) -> None:
    fill(owner_url, len(REASONS))
    for number, stored in enumerate(REASONS, 1):
        owner.execute("UPDATE archive.capture SET reason = %s WHERE id = %s", [stored, number])
    seen = look(reader, "SELECT reason, reason_code, reason_params FROM api_v1.captures ORDER BY capture_id")
    for row, stored in zip(seen, REASONS, strict=True):
        reason = Reason.from_stored(stored)
        if stored.startswith('{"code":"of a later'):
            assert json.loads(row["reason"]) == json.loads(stored)
            continue
        assert row["reason"] == reason.english
        known = stored.startswith('{"code":"')
        assert (row["reason_code"], row["reason_params"]) == ((reason.code, reason.params) if known else (None, None))
    codes = look(reader, "SELECT code, english, chinese FROM api_v1.reasons")
    assert {tuple(row.values()) for row in codes} == {(code.value, code.english, code.chinese) for code in Code}
