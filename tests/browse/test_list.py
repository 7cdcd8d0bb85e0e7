"""The list of records, as a reader pages through it."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Connection, create_engine, event, text, update
from starlette.testclient import TestClient

from etl.archive.queries import counts
from etl.archive.queries.counts import MatchCount, count_matches
from etl.archive.queries.search import RecordFilter, parse_filter
from etl.archive.storage.archive import Archive
from etl.archive.storage.lookups import snapshot
from etl.archive.storage.models import Record
from etl.archive.storage.state_cache import SQL_STATE
from etl.browse.pages import record_list
from etl.pipeline.warc.importing import import_source
from tests.support.browser_pages import Page, keep, other_source


def _list(reader: TestClient, **params: Any) -> dict[str, Any]:
    answer = reader.get("/archive/records.json", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _titles(reader: TestClient, **params: Any) -> list[str]:
    return [line["title"] for line in _list(reader, **params)["lines"]]


def test_paging_shows_every_record_once_while_others_arrive(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    days = [f"2024-03-{1 + number % 3:02}" for number in range(120)]
    keep(archive, tmp_path, *(Page(number, published=day) for number, day in enumerate(days)))
    seen, after, pages = [], None, 0
    while after or not pages:
        page = _list(reader, **({"after": after} if after else {}))
        seen += page["lines"]
        after, pages = page["after"], pages + 1
        keep(archive, tmp_path, Page(500 + pages, published="2024-03-09"))
    assert pages == 3
    assert len(seen) == len({line["id"] for line in seen}) == 120
    assert [line["day"] for line in seen] == sorted(days, reverse=True)


def test_the_next_page_is_a_link_that_keeps_the_filter(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(60)), Page(99, title="岚川市财政局关于预算公开的说明"))
    html = reader.get("/archive/", params={"q": "清淤"}).text
    target = re.search(r'rel="next" href="([^"]+)"', html)
    assert target is not None
    following = reader.get(target[1].replace("&amp;", "&")).text
    assert html.count('class="title"') == following.count('class="title"') == record_list.HITS_PER_PAGE
    assert "预算公开" not in html + following


def test_one_text_at_two_places_is_one_line_with_its_places(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    same = ("岚川市各码头渡船自四月起实行夏季班次，首班提早半小时，末班延后一小时，遇大风大雾停航。" * 3,)
    keep(archive, tmp_path, Page(1, title="夏季渡船班次", paragraphs=same))
    keep(archive, tmp_path, Page(2, title="转发：夏季渡船班次", paragraphs=same), source=other_source())
    first, second = [
        reader.get(f"/archive/records/{number}.json").json()
        for number in sorted(
            line["id"] for source in ("imported", "lanchuan-copy") for line in _list(reader, source=source)["lines"]
        )
    ]
    (line,) = _list(reader)["lines"]
    assert (line["id"], line["title"], line["places"]) == (first["id"], "夏季渡船班次", 2)
    assert "2 处" in reader.get("/archive/").text
    # Records are counted, as many as an export of the same filter has.
    assert _list(reader)["total"] == {"number": 2, "exact": True}
    assert _list(reader, source="lanchuan-copy")["total"] == {"number": 1, "exact": True}
    assert first["places"] == second["places"]
    assert [place["source_name"] for place in first["places"]] == [import_source().name, other_source().name]
    # Who asks for the copy's source finds the copy.
    assert _titles(reader, source="lanchuan-copy") == ["转发：夏季渡船班次"]


def test_documents_without_text_are_not_taken_for_the_same(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    scans = [
        Page(number, title=f"岚川市第{number}号档案扫描件", paragraphs=(), body=f'<img src="/scan/{number}.png">')
        for number in (1, 2)
    ]
    keep(archive, tmp_path, *scans)
    records = [reader.get(f"/archive/records/{line['id']}.json").json() for line in _list(reader)["lines"]]
    assert [record["text"] for record in records] == ["", ""], "these pages were meant to have no text"
    assert [(record["title"], record["places_total"]) for record in records] == [
        ("岚川市第2号档案扫描件", 1),
        ("岚川市第1号档案扫描件", 1),
    ]


def test_the_filter_finds_titles_and_numbers_as_people_write_them(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(
        archive,
        tmp_path,
        Page(1, title="岚川市50%以上河段完成清淤", document_number="岚水〔2024〕7号"),
        Page(2, title="岚川市5012处河段名录", document_number="岚水〔2024〕71号"),
    )
    seven = ["岚川市50%以上河段完成清淤"]
    assert _titles(reader, q="岚水[2024]7号") == seven
    assert _titles(reader, q="岚水（2024）第07号") == seven
    assert _titles(reader, q="LC00001/2024") == seven
    assert _titles(reader, q="名录 岚川") == ["岚川市5012处河段名录"]
    # Two words may stand in different places, a title and a text.
    assert _titles(reader, q="名录 清淤") == ["岚川市5012处河段名录"]
    assert _titles(reader, q="标题:名录 标题:清淤") == []
    # A percent sign is a percent sign.
    assert _titles(reader, q="50%") == seven
    assert _titles(reader, q="5_12") == []
    short_id = _list(reader, q="50%")["lines"][0]["short_id"]
    assert _titles(reader, q=short_id) == seven


def test_every_filter_of_an_export_is_one_of_the_list(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    days = ("2024-03-01", "2024-03-05", "2024-04-01")
    keep(archive, tmp_path, *(Page(number, published=day) for number, day in enumerate(days)))
    with archive.engine.begin() as connection:
        connection.execute(update(Record).where(Record.id == 1).values(state="removed", updated_at="2020-01-01"))
    everything = _titles(reader)
    assert len(everything) == 3
    for params, places in (
        ({"publisher": "水务 岚川"}, [0, 1, 2]),
        ({"publisher": "财政"}, []),
        ({"from": "2024-03-02", "to": "2024-03-31"}, [1]),
        ({"from": "2024-03-05"}, [0, 1]),
        ({"state": "removed"}, [2]),
        ({"state": "current", "to": "2024-03-31"}, [1]),
        ({"state": "all"}, [0, 1, 2]),
        ({"changed_since": "2020-01-02"}, [0, 1]),
        ({"changed_since": "2019-12-31T16:00Z", "from": "", "state": ""}, [0, 1, 2]),
    ):
        page = _list(reader, **params)
        assert [line["title"] for line in page["lines"]] == [everything[place] for place in places], params
        assert page["total"] == {"number": len(places), "exact": True}
        # The address that a page of the list gives for itself asks the same.
        again = parse_filter(params).to_query()
        assert _list(reader, **again)["lines"] == page["lines"], again
        html = reader.get("/archive/", params=params).text
        assert f"共 {len(places)} 条记录" in html
        assert ("<details open>" in html) == bool(again)


def test_the_next_page_and_the_json_keep_every_filter(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(60)), Page(99, published="2023-01-01"))
    params = {"publisher": "岚川市", "from": "2024-01-01", "to": "2024-12-31", "state": "current", "q": "清淤"}
    html = unescape(reader.get("/archive/", params=params).text)
    for target, lines in (('rel="next" href="([^"]+)', 20), ('href="([^"]+[.]json[^"]+)', 20)):
        link = re.search(target, html)
        assert link is not None, target
        assert params.items() <= dict(parse_qsl(urlsplit(link[1]).query)).items()
        answer = reader.get(link[1], headers={"accept": "application/json"}).json()
        assert (len(answer["lines"]), answer["total"]["number"]) == (lines, 60)
    assert "共 60 条记录" in html
    assert "60 records" in reader.get("/archive/", params=params, headers={"accept-language": "en"}).text


def test_a_limit_that_ends_its_own_rollback_too_ends_nothing_else(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def late(connection: Connection, statements: str) -> None:
        sent.append(statements)
        # As on a machine that is so busy that the limit is over before the message is read.
        real(connection, "SELECT pg_sleep(5)" if len(sent) == 2 else statements)

    real = counts._at_once
    monkeypatch.setattr(counts, "_at_once", late)
    with archive.engine.connect() as connection:
        assert count_matches(connection, RecordFilter(), 0.05) == MatchCount(0, exact=True)
        assert connection.scalar(text("SHOW statement_timeout")) != "50ms"
    assert len(sent) == 3


def test_what_takes_long_to_count_is_told_as_more_than(
    archive: Archive, reader: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(55)))
    with snapshot(archive) as connection:
        assert count_matches(connection, RecordFilter(publisher="水务"), 5) == MatchCount(55, exact=True)
        # The time for counting is a limit for counting alone, and a query that ran into it spoils nothing after it.
        connection.execute(text("SET LOCAL statement_timeout = 4000"))
        monkeypatch.setattr(counts, "matches", lambda *_, **__: text("pg_sleep(1) IS NOT NULL"))
        monkeypatch.setattr(counts, "_count", counts._count.__wrapped__)
        assert count_matches(connection, RecordFilter(publisher="水务"), 0.01) is None
        assert connection.scalar(text("SHOW statement_timeout")) == "4s"
    monkeypatch.undo()
    monkeypatch.setattr("etl.archive.queries.hits.count_matches", lambda *_: None)
    monkeypatch.setattr("etl.archive.queries.ranking.COMPARED", 50)
    assert _list(reader, q="清淤 -废止")["total"] == {"number": 50, "exact": False}
    assert "超过 50 条记录" in reader.get("/archive/", params={"q": "清淤 -废止"}).text


def _statements_of_a_second_answer(archive: Archive, reader: TestClient, asked: list[str], **params: str) -> int:
    """The statements of the second of two equal answers in one state; the server makes databases for other tests, each
    of whose transactions is another state."""
    with create_engine(archive.engine.url).connect() as connection:
        for _ in range(200):
            state = connection.scalar(text(f"SELECT {SQL_STATE}"))
            connection.rollback()
            once = _list(reader, **params)
            asked.clear()
            assert _list(reader, **params) == once
            number = len(asked)
            if connection.scalar(text(f"SELECT {SQL_STATE}")) == state:
                return number
            connection.rollback()
    raise AssertionError("the server is never idle")


def test_what_was_asked_before_is_answered_anew_as_soon_as_anything_changes(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, *(Page(number) for number in range(3)))
    first = _list(reader)["lines"][0]["id"]
    asked: list[str] = []
    event.listen(archive.engine, "before_cursor_execute", lambda _connection, _cursor, sql, *_: asked.append(sql))
    for params in ({}, {"q": "清淤"}):
        assert _statements_of_a_second_answer(archive, reader, asked, **params) == 1, "in which state the archive is"
    # By another program, as a crawl is one.
    with create_engine(archive.engine.url).begin() as connection:
        connection.execute(update(Record).where(Record.id == first).values(state="removed"))
    for params in ({}, {"q": "清淤"}):
        again = _list(reader, **params)
        assert {line["id"]: line["state"] for line in again["lines"]}[first] == "removed"
        states = next(facet for facet in again["facets"] if facet["name"] == "state")
        assert {each["value"]: each["records"] for each in states["values"]} == {"current": 2, "removed": 1}


def test_a_document_without_a_date_stands_where_it_was_first_seen(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1), Page(2, title="无日期的河段名录", published=""))
    undated, dated = _list(reader)["lines"]
    assert (undated["title"], undated["published"], dated["published"]) == ("无日期的河段名录", False, True)
    assert "收录" in reader.get("/archive/").text
