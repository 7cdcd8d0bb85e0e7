"""The pages of a search as HTML: marks, facets that are links, and nothing of a text that a browser would run."""

import re
from html import unescape
from pathlib import Path

import pytest
from lxml.html import fromstring
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from tests.support.browser_pages import Page, attached, keep
from tests.support.searched import Document, write_and_index


def links(html: str) -> dict[str, str]:
    """The links of a page by what they say, without their elements."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return {re.sub(r"<[^>]+>|\s+", "", said): unescape(target) for target, said in found}


def test_titles_and_snippets_are_escaped_before_they_are_marked(reader: TestClient, owner_url: str) -> None:
    write_and_index(
        owner_url,
        [
            Document(
                '<script>alert("渡船")</script>',
                "<img src=x onerror=alert(1)>渡船停航</p><script>渡船</script>",
                fields=(("publisher", '"><b>局'),),
                file="<svg onload=alert(2)>缆车",
            )
        ],
    )
    html = reader.get("/archive/", params={"q": "渡船 缆车 onerror"}).text
    assert "&lt;script&gt;alert(&#34;<mark>渡船</mark>&#34;)&lt;/script&gt;" in html
    assert "<mark>onerror</mark>" in html
    for raw in ("<script>", "<img src=x", "<svg onload", '"><b>'):
        assert raw not in html, raw
    (number,) = (line["id"] for line in reader.get("/archive/records.json", params={"q": "渡船"}).json()["lines"])
    record = reader.get(f"/archive/records/{number}", params={"q": "渡船"}).text
    assert '<mark id="hit-1">渡船</mark>停航' in record
    assert '<mark id="hit-2">渡船</mark>' in record
    assert "<script>" not in record
    assert "<mark" not in reader.get(f"/archive/records/{number}").text


def test_a_hit_in_a_file_leads_to_its_place(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    said = "\n".join(f"第{number}行，渡船班次见下。" for number in range(2_000)) + "\n缆车在此。\n"
    keep(
        archive,
        tmp_path,
        attached("/a.txt", "text/plain", said.encode()),
        Page(1, title="夏季班次", body='<a href="/a.txt">时刻表</a>'),
    )
    html = reader.get("/archive/", params={"q": "夏季班次 缆车"}).text
    target = links(html)["时刻表"]
    assert "leaf=3" in target
    assert target.endswith("#file-hit-1")
    assert '<mark id="file-hit-1">缆车</mark>在此' in reader.get(target).text


def test_a_click_on_a_facet_chooses_it_and_another_takes_it_back(reader: TestClient, owner_url: str) -> None:
    write_and_index(
        owner_url,
        [
            Document("渡船公告一", "甲", fields=(("publisher", "水务局"),)),
            Document("渡船公告二", "乙", fields=(("publisher", "财政局"),), published="2023-01-01"),
        ],
    )
    html = reader.get("/archive/", params={"q": "渡船"}).text
    chosen = reader.get(links(html)["水务局"]).text
    assert "公告一" in chosen
    assert "公告二" not in chosen
    out = [unescape(target) for target in re.findall(r'class="out" href="([^"]+)"', html)]
    (without,) = (target for target in out if "%E6%B0%B4%E5%8A%A1" in target)
    assert "公告一" not in reader.get(without).text
    back = reader.get(links(chosen)["×"]).text
    assert "公告一" in back
    assert "公告二" in back
    assert "q=%E6%B8%A1" in links(chosen)["×"]


def test_what_finds_nothing_links_what_would(reader: TestClient, owner_url: str) -> None:
    write_and_index(owner_url, [Document("渡船公告", "缆车停运")])
    html = reader.get("/archive/", params={"q": "渡船 热气球"}).text
    assert "公告" in reader.get(links(html)["渡船"]).text


def test_from_a_record_that_a_number_led_to_one_comes_back_to_the_list(reader: TestClient, owner_url: str) -> None:
    numbered = Document("渡船公告", fields=(("document_number", "云政办发〔2024〕47号"),))
    _, number = write_and_index(owner_url, [Document("缆车公告"), numbered])
    jumped = reader.get("/archive/", params={"q": "云政办发2024第47号"})
    assert jumped.url.path == f"/archive/records/{number}"
    (back,) = fromstring(jumped.text).xpath("//nav[@class='beside']/a[1]/@href")
    assert reader.get(back).url.path == "/archive/"


def test_what_is_misspelt_selects_neither_all_nor_nothing(
    reader: TestClient, owner_url: str, subtests: pytest.Subtests
) -> None:
    write_and_index(owner_url, [Document("渡船公告")])
    for address in [
        "records.json?sorce=searched",
        "export/csv?sorce=searched",
        "export.json?sorce=searched",
        "records.json?only=jahr:2023",
        "export/csv?without=jahr:2023",
        "records.json?source=nope",
        "export/csv?source=nope",
        "records?source=nope",
        "api/v1/changes?source=nope",
        "changes.atom?source=nope",
        "runs?source=nope",
        "api/v1/runs?source=nope",
        "coverage?source=nope",
        "coverage.csv?source=nope",
    ]:
        with subtests.test(address=address):
            right = address.replace("sorce", "source").replace("jahr:2023", "year:2024").replace("nope", "searched")
            assert reader.get(f"/archive/{right.replace('without', 'only')}").status_code == 200
            answer = reader.get(f"/archive/{address}")
            assert answer.status_code == (404 if "nope" in address else 400), answer.text


def test_a_search_that_cannot_be_is_explained_and_can_be_mended(reader: TestClient) -> None:
    answer = reader.get("/archive/", params={"q": "年:2024-2020"}, headers={"accept-language": "en"})
    assert answer.status_code == 400
    shown = fromstring(answer.text)
    assert shown.xpath("//main//input[@name='q']/@value") == ["年:2024-2020"]
    assert "The first year must not be after the last." in shown.text_content()


def test_a_search_that_is_refused_keeps_all_else_that_was_chosen(reader: TestClient) -> None:
    chosen = {"state": ["current"], "only": ["year:2024", "type:pdf"], "from": ["2024-05-09"], "to": ["2024-05-01"]}
    answer = reader.get("/archive/", params={"q": "渡船", **chosen})
    assert answer.status_code == 400
    fields = [(each.get("name"), each.get("value")) for each in fromstring(answer.text).xpath("//main//input")]
    assert set(fields) == {("q", "渡船"), *((name, value) for name, values in chosen.items() for value in values)}


def test_that_nothing_was_searched_is_told(reader: TestClient, owner_url: str, subtests: pytest.Subtests) -> None:
    write_and_index(owner_url, [Document("渡船公告")])
    for typed in ["*", "-", "？", "“”", "or"]:
        with subtests.test(typed=typed):
            told = "has no word to search for"
            english = {"accept-language": "en"}
            assert told in reader.get("/archive/", params={"q": typed}, headers=english).text
            assert told not in reader.get("/archive/", params={"q": f"{typed} 渡船"}, headers=english).text


def test_a_page_that_is_not_there_says_what_is_not(reader: TestClient, subtests: pytest.Subtests) -> None:
    for address, sentence in [
        ("records/99", "No record has this number."),
        ("records/99/versions/2", "The record has no version of this number, or there is no such record."),
        ("compare/99/1/99/2", "The record has no version of this number, or there is no such record."),
        ("runs/99", "No run has this number."),
        ("pages/99", "No page has this number."),
        (f"files/{'0' * 64}", "The archive has no file with this SHA-256."),
    ]:
        with subtests.test(address=address, sentence=sentence):
            answer = reader.get(f"/archive/{address}", headers={"accept-language": "en"})
            assert answer.status_code == 404
            assert sentence in answer.text
            assert reader.get(f"/archive/{address}.json").json()["english"] == sentence


def test_what_is_no_field_is_said_to_be_searched_as_text(reader: TestClient, owner_url: str) -> None:
    write_and_index(owner_url, [Document("渡船公告")])

    def notices(query: str, language: str = "en") -> list[str]:
        page = fromstring(reader.get("/archive/", params={"q": query}, headers={"accept-language": language}).text)
        return [notice.text_content() for notice in page.xpath("//p[@class='notice']")]

    assert notices("titel:渡船")[0].startswith(
        "“titel:” is not a field, so it was searched as text. Fields: title, body"
    )
    assert "已按普通文字检索。可用字段：标题、" in notices("titel:渡船", "zh-CN")[0].replace(", ", "、")
    for query in ("title:渡船", "岚川市：渡船公告", "http://www.lanchuan.example/a", '"a:b" 渡船', "渡船 12:30"):
        assert notices(query) == [], query
