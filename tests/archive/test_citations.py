"""What records cite is kept with their current version, and means whatever the archive has when it is asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import create_engine, make_url, text

from demo import demo_site
from demo.server import serve
from etl.archive.queries.cited import CitationPosition, cited_by, count_cited_by, gaps
from etl.archive.records import citations
from etl.archive.records.citations import (
    fill_citations,
    forget_citations,
    read_for_citations,
    records_without_citations,
)
from etl.archive.records.corrections import WITHDRAWN, correct
from etl.archive.storage.archive import Archive, Database
from etl.pipeline.rebuilding import rebuild_archive
from tests.support.browser_pages import Page, keep
from tests.support.gongkai import crawl_site, rows, small
from tests.support.searched import Document, write

RULES = "云溪市城市供水管理办法"
NUMBER = "云政办发〔2021〕7号"


@pytest.fixture
def reader(reader_url: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    plain = make_url(reader_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def numbered(title: str, number: str = "", text: str = "供水要稳。") -> Document:
    return Document(title, text, fields=(("document_number", number),) if number else ())


def written(owner_url: str, *documents: Document, source: str = "searched") -> list[int]:
    numbers = write(owner_url, documents, source)
    with create_engine(owner_url).begin() as connection:
        read_for_citations(connection, numbers)
    return numbers


def seen(reader: psycopg.Connection[dict[str, Any]], record: int) -> list[dict[str, Any]]:
    query = "SELECT * FROM api_v1.citations WHERE record_id = %s ORDER BY ordinal"
    return reader.execute(query, (record,)).fetchall()


def meant(reader: psycopg.Connection[dict[str, Any]], record: int) -> list[tuple[Any, ...]]:
    return [(row["cited_record_id"], row["candidates"], row["matched_by"]) for row in seen(reader, record)]


def test_a_citation_means_the_record_with_its_number_or_title(
    owner_url: str, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    body = f"根据《云溪市供水规程》、《{RULES}》（{NUMBER}）和云政发〔2020〕1号，办理。"
    (citing,) = written(owner_url, numbered("关于供水的通知", text=body))
    assert meant(reader, citing) == [(None, [], None)] * 3
    first, *_ = seen(reader, citing)
    assert (first["title"], first["number"], first["relation"], first["part"]) == (
        "云溪市供水规程",
        None,
        "cites",
        "text",
    )
    assert body[first["place"] : first["place"] + first["length"]] == "《云溪市供水规程》"

    # What comes later is found without reading the citing text again.
    guide, rules, order = written(
        owner_url,
        numbered("云溪市供水规程", text="规程"),
        numbered("关于印发某办法的通知", "云政办发[2021]07号", text="办法"),
        numbered("某令", "云政发 〔2020〕 1 号", text="令"),
    )
    assert meant(reader, citing) == [(guide, [guide], "title"), (rules, [rules], "number"), (order, [order], "number")]


def test_a_notice_is_found_by_what_it_issues(owner_url: str, reader: psycopg.Connection[dict[str, Any]]) -> None:
    citing, notice = written(
        owner_url,
        numbered("关于供水的通知", text=f"按《{RULES}》执行。"),
        numbered(f"云溪市人民政府关于印发《{RULES}》的通知", NUMBER, text="现印发。"),
    )
    assert meant(reader, citing) == [(notice, [notice], "issued_title")]


def test_several_candidates_are_named_and_none_is_chosen(
    owner_url: str, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    citing, first, second = written(
        owner_url,
        numbered("关于供水的通知", text=f"按《{RULES}》执行。"),
        numbered(RULES, text="二〇一一年版"),
        numbered(RULES, text="二〇二一年版"),
    )
    assert meant(reader, citing) == [(None, [first, second], "title")]


def test_one_text_at_several_places_is_one_document(owner_url: str, reader: psycopg.Connection[dict[str, Any]]) -> None:
    citing, first, second = written(
        owner_url, numbered("关于供水的通知", text=f"按《{RULES}》执行。"), numbered(RULES), numbered(RULES)
    )
    assert meant(reader, citing) == [(first, [first, second], "title")]


def test_two_numbers_are_two_documents_whatever_their_titles(
    owner_url: str, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    citing, old = written(
        owner_url,
        numbered("关于供水的通知", text=f"按《{RULES}》（{NUMBER}）执行。"),
        numbered(RULES, "云政办发〔2011〕3号"),
    )
    assert meant(reader, citing) == [(None, [], None)]
    connection = create_engine(owner_url).connect()
    assert cited_by(connection, old, None, 9) == []


def test_an_order_is_found_by_its_title_where_its_number_is_written_otherwise(
    owner_url: str, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    citing, law = written(
        owner_url,
        numbered("关于供水的通知", text="按《城市供水条例》（国务院令第158号）执行。"),
        numbered("城市供水条例", "中华人民共和国国务院令 第一五八号"),
    )
    assert meant(reader, citing) == [(law, [law], "title")]


def test_who_cites_a_record_is_paged_by_keys(owner_url: str) -> None:
    cited, *citing = written(
        owner_url,
        numbered(RULES, NUMBER),
        *(numbered(f"第{n}号通知", text=f"第{n}条 根据《{RULES}》，废止《云溪市旧办法》。") for n in range(5)),
        numbered("关于修改《云溪市城市供水管理办法》的决定", text="照办。"),
    )
    with create_engine(owner_url).connect() as connection:
        assert count_cited_by(connection, cited) == 6
        first = cited_by(connection, cited, None, 4)
        rest = cited_by(connection, cited, CitationPosition(first[-1]["record_id"], first[-1]["ordinal"]), 4)
        found = [(row["record_id"], row["relation"], row["cited_record_id"]) for row in [*first, *rest]]
    assert found == [(number, "cites", cited) for number in citing[:5]] + [(citing[5], "amends", cited)]


def test_what_is_cited_most_and_missing_comes_first(owner_url: str) -> None:
    texts = [f"按《{RULES}》（{NUMBER}）、《云溪市水价规定》和《云溪市供水规程》执行。" for _ in range(2)]
    written(owner_url, *(numbered(f"第{n}号通知", text=said) for n, said in enumerate(texts)))
    written(owner_url, numbered("通知", text=f"按{NUMBER}执行。"), source="elsewhere")
    with create_engine(owner_url).connect() as connection:
        found = gaps(connection)
        assert (found[0].title, found[0].number, found[0].records) == (RULES, NUMBER, 3)
        assert [gap.title for gap in found[1:]] == ["云溪市供水规程", "云溪市水价规定"]
        assert [(gap.title, gap.number) for gap in gaps(connection, "elsewhere")] == [(None, NUMBER)]
        assert len(gaps(connection, number=2)) == 2
    written(owner_url, numbered(RULES, NUMBER))
    with create_engine(owner_url).connect() as connection:
        assert [gap.title for gap in gaps(connection)] == ["云溪市供水规程", "云溪市水价规定"]


def test_a_missing_document_that_is_cited_by_number_and_by_title_is_one(owner_url: str) -> None:
    both, title, number = f"《{RULES}》（{NUMBER}）", f"《{RULES}》", NUMBER
    texts = [f"按{said}执行。" for said in (both, title, number, f"{title}和{number}")]
    *_, last = written(owner_url, *(numbered(f"第{n}号通知", text=said) for n, said in enumerate(texts)))
    with create_engine(owner_url).connect() as connection:
        [gap] = gaps(connection)
    assert (gap.title, gap.number, gap.records, gap.record) == (RULES, NUMBER, 4, last)
    # A title of several numbers is several documents, and one more that nothing tells apart.
    written(owner_url, numbered("又一通知", text=f"按《{RULES}》（云政办发〔2011〕3号）执行。"))
    with create_engine(owner_url).connect() as connection:
        assert sorted(gap.records for gap in gaps(connection)) == [1, 2, 3]


def test_a_new_version_replaces_what_the_old_one_cites(
    archive: Archive, tmp_path: Path, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    once = "为了供水，按《{0}》的要求办理，请沿岸居民留意告示，车辆绕行，并看护好儿童，施工期间不得下水。"
    said = once * 2
    keep(archive, tmp_path, Page(1, paragraphs=(said.format(RULES),)))
    (record,) = [row["id"] for row in rows(archive, "SELECT id FROM archive.record")]
    assert [(row["version"], row["title"], row["mentions"]) for row in seen(reader, record)] == [(1, RULES, 2)]
    keep(archive, tmp_path, Page(1, paragraphs=(said.format("云溪市节水规定"),), after=timedelta(days=1)))
    assert [(row["version"], row["title"]) for row in seen(reader, record)] == [(2, "云溪市节水规定")]

    # As an archivist sets it: the document's own title is no citation, and its number is what others find it by.
    correct(archive, record, {"title": "云溪市节水规定", "document_number": NUMBER}, "甲", "抄录有误")
    assert seen(reader, record) == []
    keep(archive, tmp_path, Page(2, paragraphs=((said + f"另按{NUMBER}执行。").format("云溪市节水规定"),)))
    (citing,) = [row["id"] for row in rows(archive, "SELECT id FROM archive.record WHERE id <> :id", id=record)]
    assert meant(reader, citing) == [(record, [record], "title"), (record, [record], "number")]
    correct(archive, record, {"document_number": WITHDRAWN}, "甲", "撤回")
    assert meant(reader, citing) == [(record, [record], "title"), (None, [], None)]


def test_an_interrupted_filling_goes_on_where_it_stopped(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citations, "BATCH", 4)
    write(owner_url, [Document(f"第{n}号公告", f"按第{n}号《{RULES}》执行。") for n in range(10)])
    database = Database(create_engine(owner_url))
    with database.engine.begin() as connection:
        forget_citations(connection)
        assert records_without_citations(connection) == 10

    def stop_after_one(progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_citations(database, stop_after_one)
    with database.engine.connect() as connection:
        assert records_without_citations(connection) == 6
        assert connection.scalar(text("SELECT count(*) FROM archive.citation")) == 4
    assert fill_citations(database) == 6
    with database.engine.connect() as connection:
        assert records_without_citations(connection) == 0
        assert connection.scalar(text("SELECT count(*) FROM archive.citation")) == 10
    assert fill_citations(database) == 0


def test_who_saw_an_older_version_does_not_come_last(owner_url: str) -> None:
    (number,) = written(owner_url, numbered("通知", text=f"按《{RULES}》执行。"))
    with create_engine(owner_url).begin() as connection:
        connection.execute(text("UPDATE archive.citable_name SET version = 2"))
        connection.execute(text("UPDATE archive.citation SET title = '云溪市节水规定'"))
        read_for_citations(connection, [number])
        assert connection.scalar(text("SELECT title FROM archive.citation")) == "云溪市节水规定"


def test_a_rebuild_finds_the_same_citations(archive: Archive, owner_url: str) -> None:
    site = small(demo_site("gov_cn"))
    with serve(site):
        crawl_site(archive, site)
    query = (
        "SELECT record_id, ordinal, relation, part, place, length, title, number FROM archive.citation ORDER BY 1, 2"
    )
    names = "SELECT * FROM archive.citable_name ORDER BY record_id"
    before = rows(archive, query), rows(archive, names)
    assert before[1]
    with create_engine(owner_url).begin() as connection:
        connection.execute(text("DELETE FROM archive.citation"))
        connection.execute(text("DELETE FROM archive.citable_name"))
    rebuild_archive(archive, create_engine(owner_url), lambda *_: None)
    assert (rows(archive, query), rows(archive, names)) == before
