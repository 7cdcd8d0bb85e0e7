"""The list of records, as a reader pages through it."""

import re
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from etl.archive import Archive
from etl.pipeline.warc import import_source
from tests.browse.pages import Page, keep, other_source


def _list(reader: TestClient, **asked: Any) -> dict[str, Any]:
    answer = reader.get("/archive/records.json", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _titles(reader: TestClient, **asked: Any) -> list[str]:
    return [line["title"] for line in _list(reader, **asked)["lines"]]


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
    assert following.count("号河段清淤的通告</a>") == 10
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
    assert _titles(reader, q="名录 清淤") == []
    # A percent sign is a percent sign.
    assert _titles(reader, q="50%") == seven
    assert _titles(reader, q="5_12") == []
    short_id = _list(reader, q="50%")["lines"][0]["short_id"]
    assert _titles(reader, q=short_id) == seven


def test_a_document_without_a_date_stands_where_it_was_first_seen(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1), Page(2, title="无日期的河段名录", published=""))
    undated, dated = _list(reader)["lines"]
    assert (undated["title"], undated["published"], dated["published"]) == ("无日期的河段名录", False, True)
    assert "收录" in reader.get("/archive/").text
