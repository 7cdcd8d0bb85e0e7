"""What a reader sees of citations: on the record, in the text, page by page, in the API, and in the search."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from tests.support.browser_pages import Page, keep
from tests.support.gongkai import rows

API = "/archive/api/v1"
RULES = "岚川市城市供水管理办法"
NUMBER = "岚政办发〔2021〕7号"
LONG = "施工期间请沿岸居民留意告示，车辆绕行，并看护好儿童，不得下水。" * 3


@pytest.fixture
def kept(archive: Archive, tmp_path: Path) -> dict[str, int]:
    """By name: `rules`, of which there is one; `twins`, two of one title; `citing`, which cites them and a gap."""
    said = f"根据《{RULES}》（{NUMBER}）、《岚川市节水规定》和《岚川市水价规定》，{LONG}"
    pages = [
        Page(1, title=RULES, document_number=NUMBER, paragraphs=(LONG,)),
        Page(2, title="岚川市节水规定", paragraphs=(LONG + "一。",)),
        Page(3, title="岚川市节水规定", paragraphs=(LONG + "二。",)),
        Page(4, title="关于供水的通知", paragraphs=(said, f"《岚川市城市供水管理办法》（{NUMBER}）同时废止。")),
        Page(5, title=f"《{RULES}》政策解读", paragraphs=(f"供水要稳，{LONG}",)),
    ]
    keep(archive, tmp_path, *pages)
    found = {
        row["url"][-6]: row["id"]
        for row in rows(archive, "SELECT r.id, p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id")
    }
    return {"rules": found["1"], "twin": found["2"], "other": found["3"], "citing": found["4"], "reading": found["5"]}


def test_a_record_shows_what_it_cites_and_where(reader: TestClient, kept: dict[str, int]) -> None:
    html = reader.get(f"/archive/records/{kept['citing']}", headers={"accept-language": "en"}).text
    link = f'<a class="cited" id="cite-1" href="/archive/records/{kept["rules"]}">'
    assert html.count(link) == 1
    assert '<span class="cited" id="cite-3">《岚川市水价规定》</span>' in html
    section = html.partition('id="citations"')[2].partition("</section>")[0]
    assert 'href="/archive/records/{}"'.format(kept["rules"]) in section
    assert "repeals" in section
    assert "One of these is meant" in section
    assert section.count("not in the archive") == 1
    assert f'href="/archive/records/{kept["citing"]}#cite-3"' in section


def test_marks_of_words_and_of_citations_stand_in_one_text(reader: TestClient, kept: dict[str, int]) -> None:
    html = reader.get(f"/archive/records/{kept['citing']}", params={"q": "水价"}).text
    assert '<span class="cited" id="cite-3">《岚川市<mark id="hit-1">水价</mark>规定》</span>' in html


def test_a_record_shows_what_cites_it(reader: TestClient, kept: dict[str, int]) -> None:
    page = reader.get(f"/archive/records/{kept['rules']}.json").json()["citations"]
    found = [(line["record"]["id"], line["relation"]) for line in page["cited_by"]]
    assert found == [(kept["citing"], "repeals"), (kept["reading"], "interprets")]
    html = reader.get(f"/archive/records/{kept['rules']}", headers={"accept-language": "en"}).text
    assert "interpreted by" in html
    uncertain = reader.get(f"/archive/records/{kept['twin']}", headers={"accept-language": "en"}).text
    assert "may mean another one" in uncertain


def test_long_lists_have_pages_of_their_own(
    reader: TestClient, kept: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.browse.pages.citations.PER_PAGE", 2)
    monkeypatch.setattr("etl.browse.pages.citations.ON_RECORD", 1)
    record = f"/archive/records/{kept['citing']}"
    assert f'href="{record}/citations"' in reader.get(record).text
    first = reader.get(f"{record}/citations.json").json()
    rest = reader.get(f"{record}/citations.json", params={"after": first["after"]}).json()
    assert [line["title"] for line in first["lines"] + rest["lines"]] == [RULES, "岚川市节水规定", "岚川市水价规定"]
    assert (first["total"], rest["after"]) == (3, None)
    assert reader.get(f"{record}/citations").status_code == 200
    assert reader.get(f"/archive/records/{kept['rules']}/cited-by").status_code == 200
    assert reader.get("/archive/records/99999/citations").status_code == 404


def test_the_api_has_the_rows_of_the_view(reader: TestClient, kept: dict[str, int]) -> None:
    first = reader.get(f"{API}/records/{kept['citing']}/citations", params={"limit": 2}).json()
    rest = reader.get(f"{API}/records/{kept['citing']}/citations", params={"after": first["after"]}).json()
    assert [(row["cited_record_id"], row["candidates"]) for row in first["citations"] + rest["citations"]] == [
        (kept["rules"], [kept["rules"]]),
        (None, [kept["twin"], kept["other"]]),
        (None, []),
    ]
    citing = reader.get(f"{API}/records/{kept['rules']}/cited-by").json()
    assert [row["record_id"] for row in citing["citations"]] == [kept["citing"], kept["reading"]]
    assert (citing["total"], citing["after"]) == (2, None)
    assert reader.get(f"{API}/records/99999/cited-by").status_code == 404


def test_what_is_missing_leads_to_the_records_that_cite_it(reader: TestClient, kept: dict[str, int]) -> None:
    gaps = reader.get("/archive/gaps.json").json()["gaps"]
    assert [(gap["title"], gap["records"]) for gap in gaps] == [("岚川市水价规定", 1)]
    assert "岚川市水价规定" in reader.get("/archive/gaps").text
    for query in ("cites:岚川市水价规定", '引用:"《岚川市水价规定》"', "引用:岚政办发[2021]07号"):
        found = reader.get("/archive/records.json", params={"q": query}).json()["lines"]
        assert kept["citing"] in [line["id"] for line in found], query
    assert reader.get("/archive/records.json", params={"q": "引用:水价"}).json()["lines"] == []
