"""Services that answer data: the same documents in whatever names and forms, and what is cut is never green."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.pipeline.survey.preview import preview_saved
from etl.pipeline.survey.survey import survey_page
from etl.platforms.families.generic import Generic
from etl.web.page import WebPage
from tests.support.answered_walks import HTML, JSON, Answer, Line, Question, Walked, lines, walk_answers

DOCUMENT = "/zwgk/gg/{number}.html"
ROWS: dict[str, Callable[[Line], dict[str, Any]]] = {
    "plain": lambda row: {"id": row.number, "title": row.title, "url": row.url, "date": str(row.day)},
    "IGS": lambda row: {"DOCTITLE": row.title, "DOCPUBURL": row.url, "DOCRELTIME": f"{row.day}T02:00:00Z", "SITEID": 3},
    "Jilin": lambda row: {"title": row.title, "puburl": row.url, "tip": {"dates": str(row.day)}},
    "Guangxi": lambda row: {"FileName": row.title + "<br/>", "DOCPUBURL": row.path, "PUBDATE": f"{row.day} 00:00:00"},
    "marked": lambda row: {"title": f"<em>{row.title[:3]}</em>{row.title[3:]}", "url": row.url, "trs_time": 0},
    "pinyin": lambda row: {"bt": row.title, "url": row.path, "fbsj": str(row.day), "syh": "011", "wh": "云政1号"},
    "JEECMS": lambda row: {
        "title": row.title, "url": row.path, "releaseTime": f"{row.day} 09:00",
        "channelUrl": "/zwgk/", "coverUrl": "/a.png",
    },
    "wrapped": lambda row: {
        "source": {"title": row.title, "urls": json.dumps({"pc": row.path}), "pubDate": str(row.day)},
    },
    "of Elasticsearch": lambda row: {
        "_id": row.number, "_source": {"title": row.title, "url": row.path, "pubDate": str(row.day)},
    },
    "with files": lambda row: {
        "title": row.title, "linkUrl": row.path, "pub_time": str(row.day), "siteUrl": "http://www.yunxi.example/",
        "files": [{"name": "附件.pdf", "url": f"/f/{row.number}.pdf"}],
    },
    "linked": lambda row: {"no": row.number, "title": f'<a href="{row.path}">{row.title}</a>', "rq": str(row.day)},
    "in strings": lambda row: {"title": row.title, "href": row.path, "publish_date": str(row.day)},
}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """How a service answers. `shape` makes the answer of (rows, total, pages)."""

    shape: Callable[[list[Any], int, int], Any]
    row: str = "plain"
    first: str = "/service/list?cid=3&page=1&size=20"
    base: int = 1
    count: int = 93
    written: str = "{}"
    media_type: str = JSON
    beyond: Any = ...

    @property
    def documents(self) -> list[Line]:
        return lines(self.count, DOCUMENT)

    def __call__(self, question: Question) -> Answer:
        numbers = ("page", "pageNo", "pageIndex", "pageNumber", "current", "p", "pageNum", "curPage")
        named = next((int(question.query[name]) for name in numbers if name in question.query), None)
        starts = next((int(question.query[name]) for name in ("offset", "start") if name in question.query), None)
        place = starts if starts is not None else 20 * ((named if named is not None else self.base) - self.base)
        shown = [ROWS[self.row](line) for line in self.documents[place : place + 20]]
        rows = [json.dumps(row, ensure_ascii=False) for row in shown] if self.row == "in strings" else shown
        answer = self.shape(rows, self.count, -(-self.count // 20))
        answer = self.beyond if not shown and self.beyond is not ... else answer
        return self.written.replace("{}", json.dumps(answer, ensure_ascii=False)), self.media_type


def whole(walked: Walked, documents: list[Line]) -> None:
    assert walked.red == []
    assert {url: entry.title for url, entry in walked.entries.items()} == {line.url: line.title for line in documents}


SHAPES: dict[str, Callable[[list[Any], int, int], Any]] = {
    "total": lambda rows, total, pages: {"rows": rows, "total": total},
    "total in quotes": lambda rows, total, pages: {"page": {"content": rows, "total": str(total), "totalPages": pages}},
    "num": lambda rows, total, pages: {"num": total, "nPage": 1, "data": rows},
    "data": lambda rows, total, pages: {"code": "200", "msg": "ok", "data": {"records": rows, "totalCount": total}},
    "a pager beside": lambda rows, total, pages: {"data": {"list": rows, "pager": {"total": total, "pages": pages}}},
    "pages alone": lambda rows, total, pages: {"list": rows, "pages": pages},
    "count of the page": lambda rows, total, pages: {"count": len(rows), "list": rows, "pageCount": pages},
    "nothing stated": lambda rows, total, pages: {"success": True, "list": rows},
    "an array": lambda rows, total, pages: rows,
    "an array among numbers": lambda rows, total, pages: [rows, 0, pages, str(total)],
    "an array beside its total": lambda rows, total, pages: [{"page": 1, "total": total}, rows],
    "data in a string": lambda rows, total, pages: {"data": json.dumps({"list": rows, "total": total})},
    "hits": lambda rows, total, pages: {"hits": {"total": {"value": total, "relation": "eq"}, "hits": rows}},
    "capitals": lambda rows, total, pages: {"RESULT": {"LIST": rows, "TOTALCOUNT": total}},
    "pinyin": lambda rows, total, pages: {"zts": total, "zys": pages, "list": rows},
    "groups": lambda rows, total, pages: {
        "data": [{"name": "6月", "total": 7, "items": rows[:7]}, {"name": "5月", "total": 13, "items": rows[7:]}],
        "total": total,
    },
    "boxes beside": lambda rows, total, pages: {
        "hotList": [{"title": f"热点{place}", "url": f"/hot/{place}.html"} for place in range(15)],
        "nav": [{"name": "首页", "url": "/"}, {"name": "公开", "url": "/zwgk/"}],
        "list": rows, "total": total,
    },
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_documents_are_listed_whatever_their_names_and_places(shape: str, row: str) -> None:
    service = Service(SHAPES[shape], row)
    walked = walk_answers("generic", service.first, service)
    whole(walked, service.documents)
    days = {entry.fields.get("published_date") for entry in walked.entries.values()}
    assert days <= {str(line.day) for line in service.documents} | {None}
    assert (None in days) == (row == "marked")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 7, 20, 40, 41])
def test_a_list_of_any_length_is_whole(shape: str, count: int) -> None:
    service = Service(SHAPES[shape], count=count)
    whole(walk_answers("generic", service.first, service), service.documents)


@pytest.mark.parametrize(
    ("first", "base"),
    [
        ("/s?pageNo=1&pageSize=20", 1),
        ("/s?pageIndex=0&pageSize=20", 0),
        ("/s?&index=a-v1&pageIndex=1&pageNumber=1&filter%5BSITEID%5D=3", 1),
        ("/s?current=1&size=20", 1),
        ("/s?offset=0&limit=20", 0),
        ("/s?start=0&rows=20", 0),
        ("/s?p=1&url=http%3A%2F%2Fa.example%2F&url=&callback=result", 1),
        ("/s?curPage=1", 1),
    ],
)
@pytest.mark.parametrize("shape", ["total", "nothing stated"])
def test_the_number_of_the_page_is_turned_where_the_address_has_it(first: str, base: int, shape: str) -> None:
    service = Service(SHAPES[shape], first=first, base=base)
    walked = walk_answers("generic", first, service)
    whole(walked, service.documents)
    assert all(question.query.keys() == walked.questions[0].query.keys() for question in walked.questions)


def test_a_number_in_the_path_of_a_file_is_turned() -> None:
    documents = lines(93, DOCUMENT)

    def answer(question: Question) -> Answer:
        number = int(question.path.partition("pageIndex=")[2].partition(",")[0])
        rows = [ROWS["plain"](line) for line in documents[20 * number - 20 : 20 * number]]
        return json.dumps({"rptCode": 200, "data": {"total": 93, "rows": rows}}), JSON

    whole(walk_answers("generic", "/data/list_itemId=9,pageIndex=1,pageSize=20.json", answer), documents)


@pytest.mark.parametrize("written", ["result({});", "/**/jQuery11({})", "var list = {};", "\ufeff{}"])
@pytest.mark.parametrize("media_type", [JSON, HTML, "text/javascript"])
@pytest.mark.parametrize("platform", ["generic", "trs_wcm", "ucap", "hanweb_jcms"])
def test_a_call_around_the_data_changes_nothing_for_any_family(written: str, media_type: str, platform: str) -> None:
    service = Service(SHAPES["num"], "Jilin", written=written, media_type=media_type)
    whole(walk_answers(platform, service.first, service), service.documents)


@pytest.mark.parametrize(
    "beyond",
    [
        {"code": 200, "list": None},
        {"code": 200, "msg": "没有更多数据", "list": []},
        {"code": 204, "msg": "暂无数据", "data": []},
        {"success": True, "data": {"list": [], "total": 80}},
        [],
    ],
)
def test_an_answer_beyond_the_last_page_ends_the_list(beyond: Any) -> None:
    service = Service(SHAPES["nothing stated"], count=80, beyond=beyond)
    whole(walk_answers("generic", service.first, service), service.documents)


@pytest.mark.parametrize("beyond", [{"a": 1}, {"list": [{"title": "某公告"}]}, {"data": {"html": "<p>系统维护</p>"}}])
def test_an_answer_of_another_kind_is_no_end(beyond: Any) -> None:
    service = Service(SHAPES["nothing stated"], count=80, beyond=beyond)
    walked = walk_answers("generic", service.first, service)
    assert len(walked.entries) == 80
    assert walked.red


REFUSALS = (
    {"success": False, "msg": "排序方式不能为空！"},
    {"code": 500, "message": "排序方式不能为空！", "data": None},
    {"status": "error", "error": "排序方式不能为空！", "list": []},
)


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("shape", ["total", "nothing stated"])
def test_a_refusal_is_no_end_and_says_what_the_service_says(refusal: Any, shape: str) -> None:
    service = Service(SHAPES[shape], count=80, beyond=refusal)
    failing = (lambda question: (json.dumps(refusal), JSON), 0), (service, 80 if shape == "nothing stated" else 0)
    for answer, listed in failing:
        if shape == "total" and answer is service:
            continue  # Its total ends the list before.
        walked = walk_answers("generic", service.first, answer)
        assert len(walked.entries) == listed
        assert "排序方式不能为空" in " ".join(walked.red)


@pytest.mark.parametrize("shape", ["total", "pages alone", "nothing stated"])
def test_a_list_whose_address_has_no_number_of_a_page_is_red_unless_it_is_whole(shape: str) -> None:
    for count, red in ((93, True), (7, False)):
        service = Service(SHAPES[shape], first="/service/list?cid=3", count=count)
        walked = walk_answers("generic", service.first, service)
        assert bool(walked.red) == red
        assert "continues" in " ".join(walked.red) or not red


@pytest.mark.parametrize(
    "more",
    [
        {"hasMore": True},
        {"last": False},
        {"pageHtml": "<a href='#'>下一页</a>"},
        {"pager": "共 8 页"},
        {"isLastPage": False},
    ],
)
def test_a_service_that_says_that_there_is_more_without_a_number_is_red(more: dict[str, Any]) -> None:
    rows = [ROWS["plain"](line) for line in lines(7, DOCUMENT)]
    walked = walk_answers("generic", "/service/list?cid=3", lambda question: (json.dumps({"list": rows, **more}), JSON))
    assert len(walked.entries) == 7
    assert "continues" in walked.red[0]
    no_more = {name: not value if isinstance(value, bool) else "共1页" for name, value in more.items()}
    answer = json.dumps({"list": rows, **no_more})
    assert walk_answers("generic", "/service/list?cid=3", lambda question: (answer, JSON)).red == []


@pytest.mark.parametrize("stated", [{}, {"count": 93}])
def test_the_address_of_the_next_page_is_followed(stated: dict[str, int]) -> None:
    documents = lines(93, DOCUMENT)

    def answer(question: Question) -> Answer:
        place = int(question.query.get("cursor", 0))
        following = f"/service/list?cursor={place + 20}" if place + 20 < 93 else None
        rows = [ROWS["plain"](line) for line in documents[place : place + 20]]
        return json.dumps({"results": rows, "next": following, **stated}), JSON

    whole(walk_answers("generic", "/service/list", answer), documents)


def test_rows_for_a_table_have_their_links_in_cells() -> None:
    documents = lines(53, DOCUMENT)

    def answer(question: Question) -> Answer:
        start = int(question.query["start"])
        cells = [
            [row.number, f"<a href='{row.path}'>{row.title}</a>", str(row.day)] for row in documents[start : start + 20]
        ]
        return json.dumps({"draw": 1, "recordsTotal": 53, "recordsFiltered": 53, "data": cells}), JSON

    whole(walk_answers("generic", "/service/table?draw=1&start=0&length=20", answer), documents)


@pytest.mark.parametrize("name", ["links", "_links", "paging", "meta"])
@pytest.mark.parametrize("count", [53, 60])
def test_the_next_page_is_linked_beside_the_rows(name: str, count: int) -> None:
    documents = lines(count, DOCUMENT)

    def answer(question: Question) -> Answer:
        place = int(question.query.get("after", 0))
        following = {"href": f"/service/list?after={place + 20}"} if place + 20 < count else None
        rows = [ROWS["plain"](line) for line in documents[place : place + 20]]
        return json.dumps({"data": rows, name: {"self": "/service/list", "next": following}}), JSON

    whole(walk_answers("generic", "/service/list", answer), documents)


def test_the_next_page_is_linked_in_a_list_of_relations() -> None:
    all_lines = lines(45, DOCUMENT)

    def answer(asked: Question) -> Answer:
        start = int(asked.query.get("cursor", 0))
        links = [{"rel": "self", "href": asked.url}]
        if start + 20 < 45:
            links.append({"rel": "next", "href": f"/api/gk?cursor={start + 20}"})
        return json.dumps(
            {"items": [ROWS["plain"](line) for line in all_lines[start : start + 20]], "links": links}
        ), JSON

    walked = walk_answers("generic", "/api/gk", answer)
    assert (len(walked.entries), walked.red, walked.open_ends) == (45, [], [])


def _as_xml(shown: list[Line]) -> str:
    rows = "".join(f"<row><bt>{line.title}</bt><url>{line.path}</url><rq>{line.day}</rq></row>" for line in shown)
    return f"<?xml version='1.0'?><list>{rows}</list>"


@pytest.mark.parametrize(
    "written",
    [
        lambda shown: "\n".join(json.dumps(ROWS["plain"](line)) for line in shown),
        lambda shown: json.dumps({"code": 200, "data": _as_xml(shown)}),
    ],
)
def test_rows_in_lines_of_their_own_and_in_xml_in_json_are_read(written: Callable[[list[Line]], str]) -> None:
    walked = walk_answers("generic", "/api/gk", lambda asked: (written(lines(12, DOCUMENT)), JSON))
    assert (len(walked.entries), walked.red) == (12, [])


def test_an_empty_list_that_counts_nothing_is_empty() -> None:
    beside = '{"ads": {"count": 0, "list": []}, "result": [{"docTitle": "关于汛期值守的通知", "docId": "7"}]}'
    answers = ('{"count": 0, "results": []}', '{"count": 3, "results": []}', '{"results": []}', beside)
    red = [walk_answers("generic", "/api/gk?page=1", lambda asked, text=text: (text, JSON)).red for text in answers]
    assert [bool(each) for each in red] == [False, True, True, True]


def test_a_number_of_pages_beside_a_total_that_is_reached_says_nothing() -> None:
    all_lines = lines(45, DOCUMENT)

    def answer(asked: Question) -> Answer:
        page = int(asked.query["page"])
        rows = [ROWS["plain"](line) for line in all_lines[20 * (page - 1) : 20 * page]]
        return json.dumps({"total": 45, "totalPages": 99, "data": rows}), JSON

    assert walk_answers("generic", "/api/gk?page=1", answer).red == []


def test_rows_of_a_grid_are_the_values_in_its_cells() -> None:
    documents = lines(53, DOCUMENT)

    def answer(question: Question) -> Answer:
        page = int(question.query["page"])
        rows = [
            {"id": line.number, "cell": [line.number, line.title, line.path, str(line.day)]}
            for line in documents[20 * (page - 1) : 20 * page]
        ]
        return json.dumps({"page": page, "total": 3, "records": 53, "rows": rows}), JSON

    walked = walk_answers("generic", "/grid/data.do?page=1&rows=20", answer)
    whole(walked, documents)
    assert {url: (entry.title, dict(entry.fields)) for url, entry in walked.entries.items()} == {
        line.url: (line.title, {"published_date": str(line.day)}) for line in documents
    }


def test_a_date_with_a_name_is_better_than_one_that_stands_at_a_place_of_the_row() -> None:
    documents = lines(12, DOCUMENT)

    def answer(_: Question) -> Answer:
        named = [{"title": each.title, "url": each.path, "addtime": "2019-01-01"} for each in documents]
        both = [
            {**{str(place): value for place, value in enumerate(row.values())}, **row, "pubtime": str(each.day)}
            for row, each in zip(named, documents, strict=True)
        ]
        return json.dumps({"total": 12, "rows": both}), JSON

    walked = walk_answers("generic", "/list.php", answer)
    dates = [entry.fields["published_date"] for entry in walked.entries.values()]
    assert dates == [str(each.day) for each in documents]


@pytest.mark.parametrize("in_strings", [False, True])
def test_a_list_of_any_number_of_groups_is_whole(in_strings: bool) -> None:
    documents = lines(900, DOCUMENT)
    groups = [{"day": str(line.day), "items": [ROWS["plain"](line)]} for line in documents]
    answer = json.dumps([json.dumps(group) for group in groups] if in_strings else groups)
    whole(walk_answers("generic", "/service/list.json", lambda question: (answer, JSON)), documents)


def test_a_total_of_the_page_alone_does_not_end_a_list() -> None:
    service = Service(lambda rows, total, pages: {"list": rows, "total": len(rows)})
    whole(walk_answers("generic", service.first, service), service.documents)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"total": 3, "rows": [{"docId": 5, "docTitle": "某公告"}]}, "no value in the rows of rows is an address: doc"),
        ({"a": [{"title": "甲", "url": "/a/1.html"}, {"title": "乙", "url": "/a/2.html"}],
          "b": [{"title": "丙", "url": "/b/1.html"}, {"title": "丁", "url": "/b/2.html"}]}, "several lists"),
        ({"list": []}, "without a list of documents"),
        ({"title": "某公告"}, "without a list of documents"),
        ({"list": [{"title": "甲", "url": "/"}, {"title": "乙", "url": "/"}]}, "is an address"),
        ({"list": [{"title": "甲", "pic": "/a.png"}, {"title": "乙", "url": "/b.jpg"}]}, "is an address"),
        ({"list": [{"id": 3, "files": [{"name": "附件", "url": "/f/1.pdf"}]}]}, "is an address"),
    ],
)  # fmt: skip
def test_data_that_lists_no_documents_says_why(content: Any, words: str) -> None:
    walked = walk_answers("generic", "/service/list?page=1", lambda question: (json.dumps(content), JSON))
    assert walked.entries == {}
    assert words in " ".join(walked.red)


def test_rows_without_an_address_among_others_are_reported() -> None:
    rows = [
        {"id": place, "title": f"公告{place}", "url": "" if place == 2 else f"/a/{place}.html"} for place in range(5)
    ]
    walked = walk_answers("generic", "/list.json", lambda question: (json.dumps({"list": rows, "total": 5}), JSON))
    assert len(walked.entries) == 4
    assert len(walked.red) == 1


HAIYUN = "/irs/front/list?tenantId=7&tableName=t_1&customFilter=%7B%22operator%22%3A%22and%22%7D"


@pytest.mark.parametrize("first", [HAIYUN, f"{HAIYUN}&pageNo=1&pageSize=10"])
def test_a_search_that_takes_json_is_posted_to_and_turned_in_its_body(first: str) -> None:
    documents = lines(93, DOCUMENT)

    def answer(question: Question) -> Answer:
        sent = question.sent
        if question.method != "POST" or sent.get("customFilter") != {"operator": "and"} or sent.get("tenantId") != "7":
            return json.dumps({"success": False, "msg": "参数错误"}), JSON
        size, number = sent["pageSize"], sent["pageNo"]
        rows = [
            {
                "doc_pub_url": row.url,
                "f_2023418": "云溪县人民政府办公室",
                "f_2023419": row.title,
                "save_time": str(row.day),
                "channel_id": "59993",
            }
            for row in documents[size * number - size : size * number]
        ]
        return json.dumps({"success": True, "data": {"list": rows, "pager": {"pageNo": number, "total": 93}}}), JSON

    walked = walk_answers("trs_wcm", first, answer)
    assert walked.red == []
    # No name says which value is the title.
    assert {url: entry.title for url, entry in walked.entries.items()} == {line.url: line.title for line in documents}


def test_rows_that_a_service_writes_as_html_are_read_by_selectors_and_turned() -> None:
    documents = lines(53, DOCUMENT)

    def answer(question: Question) -> Answer:
        number = int(question.query["page"])
        shown = documents[20 * number - 20 : 20 * number]
        rows = "".join(f'<li><a href="{row.path}">{row.title}</a><span>{row.day}</span></li>' for row in shown)
        html = f"<ul class='list'>{rows}</ul><p class='page'>共53条 第{number}/3页</p>"
        return json.dumps({"code": 200, "data": {"html": html}}, ensure_ascii=False), JSON

    whole(walk_answers("generic", "/s?page=1", answer, listing={"rows": "ul.list > li"}), documents)
    unturned = walk_answers("generic", "/s", lambda question: answer(Question("GET", "/s", {"page": "1"}, {}, {})),
                            listing={"rows": "ul.list > li"})  # fmt: skip
    assert unturned.red


def test_a_source_with_selectors_may_have_a_service_among_its_columns() -> None:
    service = Service(SHAPES["total"])
    whole(walk_answers("generic", service.first, service, listing={"rows": "ul.list > li"}), service.documents)


def test_a_service_is_drafted_and_previewed_without_selectors() -> None:
    service = Service(SHAPES["total"])
    text, _ = service(Question("GET", "/service/list", {"page": "1"}, {}, {})) or ("", "")
    url = "http://www.yunxi.example" + service.first
    survey = survey_page(text.encode(), url)
    assert survey.proposed is not None
    assert (survey.proposed.name, survey.listing, [each.column.url for each in survey.columns]) == (
        "generic",
        {},
        [url],
    )
    assert len(survey.columns[0].entries) == 20
    preview = preview_saved(text.encode(), url, None)
    assert (preview.family, len(preview.page.entries if preview.page else ()), preview.problems) == ("generic", 20, ())


NAMES = ("url", "title", "list", "data", "total", "pages", "msg", "code", "date")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "/a/1.html", "{", "[{}]", '{"a": 1}', "某"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["url", "title", "list", "data", "total", "pages", "msg", "code", "date"]), inner
        )
    ),
    max_leaves=25,
)


@given(VALUES)
def test_any_data_is_a_list_or_none(value: Any) -> None:
    Generic().guess_listing(WebPage("http://www.yunxi.example/s?page=1", json.dumps(value), "utf-8"))
