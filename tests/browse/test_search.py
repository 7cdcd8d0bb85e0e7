"""The search as a reader meets it: what is found, in which order, where the words stand, and why nothing is found."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from starlette.testclient import TestClient

from etl.archive.records.search_index import fill_index, forget_entries
from etl.archive.storage.archive import Archive
from etl.archive.storage.models import Record, Source
from tests.support.browser_pages import Page, attached, keep
from tests.support.searched import Document, counted_to, write, write_and_index


def search(reader: TestClient, typed: str = "", **params: Any) -> dict[str, Any]:
    answer = reader.get("/archive/records.json", params={"q": typed, **params})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def found(reader: TestClient, typed: str = "", **params: Any) -> list[int]:
    return [line["id"] for line in search(reader, typed, **params)["lines"]]


def said(line: dict[str, Any]) -> str:
    """The last snippet of a line, its words in ⟦⟧."""
    parts = line["snippets"][-1]["parts"]
    return "".join(f"⟦{part['text']}⟧" if part["hit"] else part["text"] for part in parts)


def test_titles_come_before_texts_and_words_together_before_words_apart(reader: TestClient, owner_url: str) -> None:
    apart, together, words, phrase, newer = write_and_index(
        owner_url,
        [
            Document("通告一", "渡船停航。另，缆车照常。", published="2024-05-09"),
            Document("通告二", "本市渡船缆车均停。", published="2024-01-01"),
            Document("缆车与渡船", "见附表。", published="2023-01-01"),
            Document("渡船缆车班次", "见附件。", published="2020-01-01"),
            Document("夜间渡船缆车班次", "见下表。", published="2021-01-01"),
        ],
    )
    assert found(reader, "渡船 缆车") == [newer, phrase, words, together, apart]
    assert found(reader, "渡船 缆车", sort="published") == [apart, together, words, newer, phrase]


def test_results_are_sorted_by_each_date_and_paged_without_loss(
    reader: TestClient, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.archive.queries.ranking.BATCH", 7)
    monkeypatch.setattr("etl.browse.pages.record_list.HITS_PER_PAGE", 4)
    documents = [
        Document(
            f"第{number}号渡船公告",
            f"正文{number}",
            published=None if number % 5 == 0 else f"2024-03-{1 + number % 7:02}",
            fields=(("written_date", f"2024-02-{1 + number % 9:02}"),) if number % 3 else (),
        )
        for number in range(30)
    ]
    numbers = write_and_index(owner_url, documents)
    for sort in ("relevance", "published", "written", "captured"):
        seen: list[int] = []
        after: dict[str, str] = {}
        while True:
            page = search(reader, "渡船公告", sort=sort, **after)
            seen += [line["id"] for line in page["lines"]]
            assert page["total"] == {"number": 30, "exact": True} or page["total"]["number"] <= 30
            if page["after"] is None:
                break
            after = {"after": page["after"]}
        assert sorted(seen) == numbers, sort
    dated = [documents[number - numbers[0]].published or "" for number in seen]
    assert len(dated) == 30
    by_day = [documents[n - numbers[0]].published or "" for n in found_all(reader, "published")]
    assert by_day == sorted(by_day, reverse=True)


def found_all(reader: TestClient, sort: str) -> list[int]:
    seen: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = search(reader, "渡船公告", sort=sort, **after)
        seen += [line["id"] for line in page["lines"]]
        if page["after"] is None:
            return seen
        after = {"after": page["after"]}


def test_a_snippet_shows_the_words_where_they_stand(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    keep(
        archive,
        tmp_path,
        attached("/a.txt", "text/plain", ("第一行\n" + "名录之外。" * 20 + "\n渡船名录：〔清〕江一号\n").encode()),
        Page(
            1,
            title="夏季班次",
            paragraphs=("首段无关。" * 9, "自四月起，電　梯停运，请绕行。", "名录之外一切如常。"),
            body='<a href="/a.txt">附表</a>',
        ),
    )
    (line,) = search(reader, "电梯")["lines"]
    assert said(line) == "自四月起，⟦電 梯⟧停运，请绕行。"
    (line,) = search(reader, "清江一号 标题:夏季")["lines"]
    assert "渡船名录：〔⟦清〕江一号⟧" in said(line)
    assert line["snippets"][-1]["name"] == "附表"
    # Words that are looked for in attachments alone are shown there, wherever else they stand.
    (line,) = search(reader, "附件:之外 四月")["lines"]
    assert [bool(snippet["sha256"]) for snippet in line["snippets"]] == [False, True]
    (line,) = search(reader, "附件:一")["lines"]
    assert said(line).startswith("第⟦一⟧行")
    # Words in different places: the line with most of them.
    (line,) = search(reader, "停运 四月 班次")["lines"]
    assert said(line) == "自⟦四月⟧起，電　梯⟦停运⟧，请绕行。".replace("　", " ")


def test_a_number_in_any_form_leads_to_its_document(
    archive: Archive, reader: TestClient, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    keep(archive, tmp_path, Page(1, document_number="岚水〔2024〕7号"), Page(2, document_number="岚水〔2024〕71号"))
    with archive.engine.connect() as connection:
        number = connection.scalar(text("SELECT record_id FROM archive.search_entry WHERE numbers && '{岚水20247}'"))
    for form in ["岚水〔2024〕7号", "岚水[2024]第07号", "嵐水２０２４７号", "岚水 2024 7", "LC00001／2024－00001"]:
        with subtests.test(form=form):
            answer = reader.get("/archive/", params={"q": form}, follow_redirects=False)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith(f"/archive/records/{number}?q=")
            assert found(reader, form)[0] == number
            assert reader.get("/archive/", params={"q": form, "jump": "no"}, follow_redirects=False).status_code == 200


def test_a_content_id_leads_to_its_record_and_a_number_of_two_documents_to_the_list(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1, document_number="岚水〔2024〕7号"), Page(2, document_number="岚水〔2024〕7号"))
    first, second = search(reader)["lines"]
    answer = reader.get("/archive/", params={"q": first["short_id"].upper()}, follow_redirects=False)
    assert answer.headers["location"].startswith(f"/archive/records/{first['id']}?")
    assert reader.get("/archive/", params={"q": "岚水〔2024〕7号"}, follow_redirects=False).status_code == 200
    assert sorted(found(reader, "岚水〔2024〕7号")) == sorted([first["id"], second["id"]])


def test_an_address_leads_to_its_record_or_to_what_came_of_it(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    page, file = Page(1), Page(2, path="/a/1.bin", raw=b"\0", media_type="application/octet-stream")
    keep(archive, tmp_path, page, file)
    number = found(reader)[0]

    def led_to(typed: str, **params: str) -> str:
        answer = reader.get("/archive/", params={"q": typed, **params}, follow_redirects=False)
        return answer.headers.get("location", "")

    for typed in (page.url, page.url.removeprefix("https://"), f" {page.url.replace('https', 'HTTP')}#top"):
        assert led_to(typed) == f"/archive/records/{number}"
    history = led_to(file.url)
    assert history.startswith("/archive/pages/")
    assert file.url in reader.get(history).text
    assert [led_to(f"{page.url}x"), led_to("2024/05/09"), led_to(page.url, jump="no")] == ["", "", ""]
    assert led_to(page.url, source="x") == ""


def test_facets_count_and_choose(reader: TestClient, owner_url: str) -> None:
    write_and_index(
        owner_url,
        [
            Document("渡船公告一", "甲", fields=(("publisher", "水务局"), ("validity", "有效"))),
            Document("渡船公告二", "乙", fields=(("publisher", "水务局"), ("validity", "废止")), file="表"),
            Document("渡船公告三", "丙", published="2023-01-01", fields=(("publisher", "财政局"),), flags=("scan",)),
        ],
    )
    page = search(reader, "渡船")
    facets = {facet["name"]: {each["value"]: each["records"] for each in facet["values"]} for facet in page["facets"]}
    assert facets["agency"] == {"水务局": 2, "财政局": 1}
    assert facets["year"] == {"2024": 2, "2023": 1}
    assert facets["type"] == {"pdf": 1}
    assert facets["flag"] == {"scan": 1}
    assert facets["state"] == {"current": 3}
    assert page["counted"] is None
    for params, number in (
        ({"only": "agency:水务局"}, 2),
        ({"without": "agency:水务局"}, 1),
        ({"only": ["agency:水务局", "validity:废止"]}, 1),
        ({"only": "state:removed"}, 0),
        ({"without": ["state:removed", "type:pdf"]}, 2),
    ):
        page = search(reader, "渡船", **params)
        assert (len(page["lines"]), page["total"]["number"]) == (number, number), params
        assert len(search(reader, "", **params)["lines"]) == number


def test_facets_of_many_records_say_that_they_count_the_first(
    reader: TestClient, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BATCH", "COMPARED"):
        monkeypatch.setattr(f"etl.archive.queries.ranking.{name}", 3)
    write_and_index(owner_url, [Document(f"渡船公告{number}", str(number)) for number in range(5)])
    page = search(reader, "渡船公告")
    assert (page["counted"], page["facets"][0]["values"]) == (3, [{"value": "2024", "records": 3}])
    page = search(reader, "渡船公告", counts="all")
    assert (page["counted"], page["facets"][0]["values"]) == (None, [{"value": "2024", "records": 5}])


def test_of_very_many_records_the_first_are_read_and_the_rest_is_counted_when_asked_for(
    reader: TestClient, owner_url: str
) -> None:
    documents = [Document(f"渡船公告{number}", str(number)) for number in range(4)]
    write_and_index(owner_url, [*documents, *(Document("年报", f"{number} 缆车和渡船") for number in range(6))])
    with counted_to(5, leading=3):
        page = search(reader, "渡船")
        assert "超过 5 条记录" in reader.get("/archive/", params={"q": "渡船"}).text
    assert (page["total"], page["counted"]) == ({"number": 5, "exact": False}, 4)
    assert [line["title"][:4] for line in page["lines"]] == ["渡船公告"] * 4 + ["年报"] * 6
    page = search(reader, "渡船", counts="all")
    assert (page["total"], page["counted"]) == ({"number": 10, "exact": True}, None)


def test_what_finds_nothing_proposes_what_would(reader: TestClient, owner_url: str) -> None:
    write_and_index(owner_url, [Document("渡船公告", "缆车停运"), Document("电梯安全的通知", "无")])
    proposed = {typed: [each["query"] for each in search(reader, typed)["proposals"]] for typed in (
        "渡船 热气球", "电梯通知", "标题:缆车", "渡船 -缆车", "热气球",
    )}  # fmt: skip
    assert proposed == {
        "渡船 热气球": ["渡船"],
        "电梯通知": ["电梯 通知"],
        "标题:缆车": ["缆车"],
        "渡船 -缆车": ["渡船"],
        "热气球": [],
    }
    page = search(reader, "渡船", only="year:1999")
    assert page["unfiltered"] == {"number": 1, "exact": True}


def test_a_region_is_searched_by_its_name_with_those_below_it(
    archive: Archive, reader: TestClient, owner_url: str
) -> None:
    numbers: dict[str, int] = {}
    for region, agency in {
        "539200": "云溪市人民政府",
        "539203": "云溪市清潭区人民政府办公室",
        "539201": "云溪市财政局",
        "539300": "云泽市人民政府",
        "500112": "云溪镇人民政府",
        "000000": "云溪部",
    }.items():
        (numbers[agency],) = write_and_index(owner_url, [Document("渡船公告", f"第{len(numbers)}条")], region)
        with archive.engine.begin() as connection:
            connection.execute(update(Source).where(Source.id == region).values(agency=agency, region=region))
    city = {numbers[agency] for agency in ("云溪市人民政府", "云溪市清潭区人民政府办公室", "云溪市财政局")}
    for typed, agencies in (
        ("地区:云溪市", city),
        ("渡船 地区:云溪", city),
        ("地区:清潭区", {numbers["云溪市清潭区人民政府办公室"]}),
        ("地区:5392", city),
        ("地区:云南", city | {numbers["云泽市人民政府"]}),
        ("地区:重庆市", {numbers["云溪镇人民政府"]}),
        ("地区:热气球", set()),
        ("地区:人民政府", set()),
        ("地区:5%", set()),
    ):
        assert set(found(reader, typed)) == agencies, typed
    proposed = search(reader, "清潭 渡船公告")["proposals"]
    assert proposed[0] == {"query": "地区:清潭 渡船公告", "total": {"number": 1, "exact": True}}
    assert search(reader, "539200")["proposals"][0]["query"] == "地区:539200"


def test_what_is_not_searched_yet_is_told(archive: Archive, reader: TestClient, owner_url: str) -> None:
    write(owner_url, [Document("渡船公告")])
    with archive.engine.begin() as connection:
        forget_entries(connection)
    assert search(reader, "渡船")["unsearched"] == 1
    assert "尚未收入检索" in reader.get("/archive/", params={"q": "渡船"}).text
    fill_index(archive)
    page = search(reader, "渡船")
    assert (page["unsearched"], page["total"]["number"]) == (0, 1)


def test_a_removed_record_changes_its_state_in_the_search(archive: Archive, reader: TestClient, owner_url: str) -> None:
    (number,) = write_and_index(owner_url, [Document("渡船公告")])
    with archive.engine.begin() as connection:
        connection.execute(update(Record).where(Record.id == number).values(state="removed"))
    assert found(reader, "渡船", only="state:removed") == [number]
    assert found(reader, "渡船 状态:在站") == []


def test_what_cannot_be_asked_is_refused(reader: TestClient, subtests: pytest.Subtests) -> None:
    for params, name in [
        ({"q": "年:去年"}, "year"),
        ({"q": " ".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午")}, "many_words"),
        ({"q": "x" * 201}, "q"),
        ({"from": "2024-02-01", "to": "2024-01-01"}, "range"),
        ({"only": "year"}, "only"),
        ({"only": ["year:2024"] * 21}, "only"),
        ({"sort": "size"}, "sort"),
        ({"q": "渡船", "after": "x"}, "after"),
        ({"q": "渡船", "after": "3.2024-13-01.1"}, "after"),
    ]:
        with subtests.test(params=params, name=name):
            answer = reader.get("/archive/records.json", params=params)
            assert answer.status_code == 400, (name, answer.text)


def test_no_query_breaks_the_page(reader: TestClient, owner_url: str, subtests: pytest.Subtests) -> None:
    write_and_index(owner_url, [Document("渡船公告")])
    for typed in ["'", '"', "%", "\\", "(", "[a", "-", '-"', "文号:", ":", "or", "a or", "😀", "*", "标题:("]:
        with subtests.test(typed=typed):
            assert reader.get("/archive/", params={"q": typed}).status_code == 200
