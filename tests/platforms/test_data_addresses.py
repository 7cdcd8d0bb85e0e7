"""Where services have the addresses of their documents: whole, in parts, made of other values, or nowhere."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from etl.sources.listing import Listing
from tests.support.answered_walks import HOST, JSON, Answer, Line, Question, Walked, lines, walk_answers

FIRST = "/service/list?page=1&size=20"


def answers(
    row: Callable[[Line], Any],
    documents: list[Line],
    shape: Callable[[list[Any], int], Any] = lambda rows, total: {"total": total, "rows": rows},
) -> Callable[[Question], Answer]:
    """A service with such rows. `shape` makes the answer of (rows, total)."""

    def answer(question: Question) -> Answer:
        number = int(question.sent["page"])
        shown = [row(line) for line in documents[20 * number - 20 : 20 * number]]
        return json.dumps(shape(shown, len(documents)), ensure_ascii=False), JSON

    return answer


def walked(row: Callable[[Line], Any], count: int = 53, **more: Any) -> Walked:
    return walk_answers("generic", FIRST, answers(row, lines(count, "/zwgk/gg/{number}.html")), **more)


def whole(found: Walked, path: str = "/zwgk/gg/{number}.html", host: str = HOST) -> None:
    documents = lines(53, path)
    assert found.red == []
    assert {url: entry.title for url, entry in found.entries.items()} == {
        host + line.path: line.title for line in documents
    }


ROWS: dict[str, Callable[[Line], Any]] = {
    "pinyin": lambda row: {"id": row.number, "xxbt": row.title, "xxlj": row.path, "scrq": str(row.day)},
    "pinyin, with the host": lambda row: {"wjmc": row.title, "wjlj": row.url, "fbrq": str(row.day)},
    "long names": lambda row: {
        "informationNewsMainTitle": row.title, "informationNewsLink": row.path,
        "informationNewsPublishTime": str(row.day),
    },
    "of a search": lambda row: {"gk_doctitle": row.title, "subtitle": "解读", "docpuburl": row.url},
    "with a short title alone": lambda row: {"docId": row.number, "docSubtitle": row.title, "wz": row.path},
    "lists of one": lambda row: {"title": [row.title], "url": [row.path], "publishTime": [str(row.day)]},
    "beside other links": lambda row: {
        "title": row.title, "pcUrl": row.path, "wapUrl": f"/wap{row.path}", "commentUrl": f"/pl/{row.number}.html",
        "shareUrl": f"/fx/{row.number}.html",
    },
    "beside the column's": lambda row: {"title": row.title, "url": f"/zwgk/c{row.number % 3}/", "link": row.path},
    "without http://": lambda row: {"title": row.title, "url": f"www.yunxi.example{row.path}"},
    "cut titles": lambda row: {"title": f"{row.title[:6]}...", "url": row.path, "titleAll": row.title},
}  # fmt: skip


def test_an_address_in_an_attribute_s_spelling_is_the_address() -> None:
    found = walked(lambda row: {"title": row.title, "url": f"/show?lm=3&amp;id={row.number}"})
    whole(found, "/show?lm=3&id={number}")


def test_a_title_that_ends_in_dots_stays_where_no_other_begins_so() -> None:
    found = walked(lambda row: {"title": f"{row.title[:6]}…", "url": row.path, "content": row.title})
    assert {entry.title[-1] for entry in found.entries.values()} == {"…"}


@pytest.mark.parametrize("path", ["list_1.json", "list_01.json", "1/20.json", "page0.json"])
def test_a_file_of_many_rows_that_is_the_first_of_several_is_no_whole_list(path: str) -> None:
    documents = lines(53, "/zwgk/gg/{number}.html")
    answer = answers(lambda row: {"title": row.title, "url": row.path}, documents, lambda rows, _: {"rows": rows})
    first = walk_answers("generic", f"/data/{path}", lambda _: answer(Question("GET", "", {}, {"page": 1}, {})))
    assert "continues" in " ".join(first.red)
    alone = walk_answers("generic", "/v1/list.json", lambda _: answer(Question("GET", "", {}, {"page": 1}, {})))
    assert alone.red == []


@pytest.mark.parametrize("row", ROWS)
def test_an_address_is_found_whatever_its_name_is(row: str) -> None:
    whole(walked(ROWS[row]))


@pytest.mark.parametrize(
    "row",
    [
        lambda row: {"title": row.title, "commentUrl": f"/pl/{row.number}.html", "shareUrl": f"/fx/{row.number}.html"},
        lambda row: {"title": row.title, "thumb": f"/a/{row.number}.jpg", "qr": f"/qr/{row.number}.png"},
        lambda row: {"title": row.title, "dept": f"http://www.yunxi.example/bm/{row.number % 2}/"},
        lambda row: {
            "title": row.title,
            "content": "见 /zwgk/1.html",
            "source": row.path if row.number % 3 else "云溪",
        },
    ],
)
def test_what_leads_elsewhere_is_no_address_of_a_document(row: Callable[[Line], Any]) -> None:
    found = walked(row)
    assert found.entries == {}
    assert "is an address: " in found.red[0]
    assert "listing.address" in found.red[0]


def test_an_address_relative_to_the_service_may_be_a_query() -> None:
    found = walked(lambda row: {"title": row.title, "url": f"detail?id={row.number}"})
    assert found.red == []
    assert set(found.entries) == {f"{HOST}/service/detail?id={row.number}" for row in lines(53, "")}


SITE = "http://zwgk.yunxi.example"
HOSTS: dict[str, Any] = {"hosts": ["www.yunxi.example", "zwgk.yunxi.example"]}


@pytest.mark.parametrize("site", [SITE, f"{SITE}/", "//zwgk.yunxi.example"])
@pytest.mark.parametrize("name", ["domain", "siteUrl", "domainName", "host", "webDomain", "baseUrl"])
def test_an_address_begins_at_the_site_that_is_named_beside_it(name: str, site: str) -> None:
    in_row = walked(lambda row: {"title": row.title, name: site, "path": row.path}, **HOSTS)
    whole(in_row, host=SITE)
    documents = lines(53, "/zwgk/gg/{number}.html")
    service = answers(
        lambda row: {"title": row.title, "url": row.path.lstrip("/")},
        documents,
        lambda rows, total: {"total": total, name: site, "rows": rows},
    )
    whole(walk_answers("generic", FIRST, service, **HOSTS), host=SITE)


def test_the_own_site_named_beside_an_address_changes_nothing() -> None:
    whole(walked(lambda row: {"title": row.title, "siteUrl": "https://www.yunxi.example/", "url": row.path}))


def test_rows_named_by_their_numbers_are_a_list() -> None:
    service = answers(
        lambda row: (str(row.number), {"title": row.title, "url": row.path}),
        lines(53, "/zwgk/gg/{number}.html"),
        lambda rows, total: {"total": total, "data": dict(rows)},
    )
    whole(walk_answers("generic", FIRST, service))


def test_rows_that_lead_to_the_service_itself_have_no_address() -> None:
    found = walked(lambda row: {"title": row.title, "url": FIRST if row.number % 2 else row.path}, count=9)
    assert all("/service/" not in url for url in found.entries)
    assert found.red


def test_an_empty_row_behind_the_others_is_none() -> None:
    documents = lines(53, "/zwgk/gg/{number}.html")

    def answer(question: Question) -> Answer:
        number = int(question.sent["page"])
        shown = documents[20 * number - 20 : 20 * number]
        rows = [{"doctitle": row.title, "docpuburl": row.url, "docreltime": str(row.day)} for row in shown]
        return json.dumps({"docs": [*rows, {}], "pageCount": "3", "recordCount": "53"}), JSON

    whole(walk_answers("trs_wcm", "/was5/web/search?channelid=29&classsql=chnlid%3D5&page=1", answer))
    whole(walk_answers("generic", FIRST, answer))


def with_sign(line: Line) -> str:
    """An identifier that has characters of addresses."""
    return base64.b64encode(f"{line.number}?".encode()).decode() + "+/="


TEMPLATES: dict[str, tuple[Callable[[Line], Any], Callable[[Line], str]]] = {
    "/front/info/detail?iid={iid}": (
        lambda row: {"iid": f"{row.number:x}", "title": row.title, "pdfUrl": f"/f/{row.number}.pdf"},
        lambda row: f"/front/info/detail?iid={row.number:x}",
    ),
    "/view/Detail.html?docId={docId}&itemId={itemId}": (
        lambda row: {"docId": row.number, "itemId": 4110, "docTitle": row.title},
        lambda row: f"/view/Detail.html?docId={row.number}&itemId=4110",
    ),
    "/c{kind}/{docId}.html": (
        lambda row: {"docId": row.number, "kind": row.number % 3, "docTitle": row.title},
        lambda row: f"/c{row.number % 3}/{row.number}.html",
    ),
    "/site/detail?articleId={articleId}": (
        lambda row: {"articleId": with_sign(row), "title": row.title},
        lambda row: f"/site/detail?articleId={quote(with_sign(row), safe='')}",
    ),
    "{apiUrl}": (
        lambda row: {"title": row.title, "apiUrl": f"{HOST}/show/detail?metaId={row.number}"},
        lambda row: f"/show/detail?metaId={row.number}",
    ),
    "/a/{doc_id}.html": (
        lambda row: {"_source": {"DOC_ID": [row.number], "title": row.title}},
        lambda row: f"/a/{row.number}.html",
    ),
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_addresses_are_made_of_values_as_the_source_file_says(template: str) -> None:
    row, path = TEMPLATES[template]
    found = walked(row, listing={"address": template})
    assert found.red == []
    assert {url: entry.title for url, entry in found.entries.items()} == {
        HOST + path(line): line.title for line in lines(53, "")
    }


def test_made_addresses_are_of_the_own_site_whatever_site_a_row_names() -> None:
    found = walked(lambda row: {"id": row.number, "title": row.title, "siteUrl": "http://www.elsewhere.example/"},
                   listing={"address": "/a/{id}.html"})  # fmt: skip
    assert set(found.entries) == {f"{HOST}/a/{line.number}.html" for line in lines(53, "")}


def test_a_row_without_a_value_of_its_address_is_reported() -> None:
    found = walked(lambda row: {"id": row.number if row.number % 2 else "", "title": row.title}, count=19,
                   listing={"address": "/a?id={id}"})  # fmt: skip
    assert 0 < len(found.entries) < 19
    assert len(found.red) >= 1
    nothing = walked(lambda row: {"title": row.title}, listing={"address": "/a?id={id}"})
    assert nothing.entries == {}
    assert nothing.red


def test_a_template_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="in braces"):
        Listing.model_validate({"address": "/detail.html"})


PATHS = [("/els/search/{}/10", "/els/search/{page}/10"), ("/api/zcwj/page/{}", "page/{page}"),
         ("/api/list_{}.json", "list_{page}.json")]  # fmt: skip


@pytest.mark.parametrize("stated", ["total", "pages", ""])
@pytest.mark.parametrize(("path", "pages"), PATHS)
def test_a_service_is_turned_by_pages_where_the_number_is_in_its_path(path: str, pages: str, stated: str) -> None:
    documents = lines(53, "/zwgk/gg/{number}.html")
    numbers = {path.format(number): number for number in range(1, 9)}

    def answer(question: Question) -> Answer:
        if question.path not in numbers:
            return None
        shown = documents[10 * numbers[question.path] - 10 : 10 * numbers[question.path]]
        rows = [{"title": row.title, "url": row.path} for row in shown]
        return json.dumps({"data": rows, **{"total": {"total": 53}, "pages": {"pages": 6}}.get(stated, {})}), JSON

    found = walk_answers("generic", path.format(1), answer, listing={"pages": pages})
    whole(found)
    assert len(found.questions) == (7 if stated == "" else 6)
    assert walk_answers("generic", path.format(1), answer).red or path.endswith(".json")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"code": 200, "data": base64.b64encode(b"x" * 300).decode()}),
        json.dumps({"success": True, "result": (b"x" * 100).hex()}),
        base64.b64encode(b"x" * 300).decode(),
        (b"x" * 100).hex(),
    ],
)
def test_data_that_only_the_site_s_script_reads_says_so(text: str) -> None:
    found = walk_answers("generic", FIRST, lambda question: (text, "text/plain"))
    assert "encrypted or encoded" in found.red[0]
