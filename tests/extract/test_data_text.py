"""Pages that show nothing and have their document in a script's data."""
# ruff: noqa: E501 — tables of pages.

import json
from itertools import product

import pytest

from etl.extract import extract
from etl.extract.content_id import normalise
from tests.support.pages import NAV, PARAGRAPHS, TITLE, paragraphs
from tests.support.share import share

HTML = paragraphs(PARAGRAPHS)
TEXT = normalise("".join(PARAGRAPHS))
KEYS = (
    ("title", "publishTime", "content"), ("infoTitle", "pubDate", "infoContent"), ("articleTitle", "release_date", "articleBody"),
    ("doc_title", "publish_time", "html"),
)  # fmt: skip
OBJECTS = ('{{"code":200,"data":{{"info":{},"list":[]}}}}', '{{"props":{{"pageProps":{{"article":{}}}}}}}', "{}")
SCRIPTS = (
    '<script id="__NEXT_DATA__" type="application/json">{}</script>', "<script>window.__INITIAL_STATE__={};(function(){{var s}})()</script>",
    "<script>window.__NUXT__=(function(a,b){{return {{layout:'default',data:[{}],hits:a,ready:b}}}}(12,true));</script>",
    "<script>new Vue({{el:'#app',data:{}}});</script>", "<script>var page = {};</script>",
)  # fmt: skip
PLACES = (
    "<html><head><title>{title}</title></head><body><div id='app'></div>{script}</body></html>",
    "<html><head><title>{title}</title>{script}</head><body><ul>{nav}</ul><div id='app'></div></body></html>",
)
ADDRESS = "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html"


def written(keys: tuple[str, str, str], *, ascii_only: bool) -> str:
    title, day, text = keys
    record = {"id": 8812, title: TITLE, day: "2023-05-09 10:20:00", "summary": PARAGRAPHS[1] * 2, text: HTML}
    return json.dumps(record, ensure_ascii=ascii_only)


@pytest.mark.parametrize(
    ("keys", "whole", "script", "place", "ascii_only"),
    list(share(product(KEYS, OBJECTS, SCRIPTS, PLACES, (True, False)))),
)
def test_the_one_text_of_the_data_is_the_document(
    keys: tuple[str, str, str], whole: str, script: str, place: str, *, ascii_only: bool
) -> None:
    data = whole.format(written(keys, ascii_only=ascii_only))
    html = place.format(title="信息公开", script=script.format(data), nav=NAV)
    found = extract(html.encode(), ADDRESS)
    values = {name: value.value for name, value in found.fields.items()}
    assert (normalise(found.text), found.kind) == (TEXT, "document")
    assert (values["title"], values["published_date"]) == (TITLE, "2023-05-09")
    assert "text_in:script" in found.flags


FIELDS = {
    "source": "云溪日报", "document_number": "云政办发〔2023〕17号", "index_number": "00000000-0/2023-00017",
    "publisher": "云溪区人民政府办公室", "written_date": "2023-05-08",
}  # fmt: skip
NAMES_OF_FIELDS = (
    ("infoSource", "docNo", "indexNumber", "publishOrg", "signDate"), ("source", "fileNumber", "index_no", "pubUnitName", "writtenDate"),
    ("xxly", "fwzh", "syh", "fbjg", "cwrq"), ("sourceName", "wh", "infoIndexCode", "issuingAgency", "written_time"),
)  # fmt: skip


@pytest.mark.parametrize("names", NAMES_OF_FIELDS)
def test_fields_beside_the_text_of_the_data_are_read(names: tuple[str, ...]) -> None:
    values = dict(zip(names, FIELDS.values(), strict=True))
    data = json.dumps({"id": 8812, "title": TITLE, "publishTime": "2023-05-09 10:20:00", **values, "content": HTML})
    found = extract(shell(f"var page={data}").encode(), ADDRESS)
    assert {name: found.fields[name].value for name in FIELDS} == FIELDS
    assert (normalise(found.text), found.fields["title"].value) == (TEXT, TITLE)


@pytest.mark.parametrize(
    "other",
    [
        {"source": "web", "fileNo": "8812", "indexNo": "12", "publishOrg": "330101"},
        {"source": "http://www.yunxi.gov.cn/文章", "fileNum": "共3个", "indexNo": "2023-05-09", "docNo": "第三期"},
        {
            "items": [
                {"source": "云溪日报", "docNo": "云政〔2023〕1号"},
                {"source": "云溪网", "docNo": "云政〔2023〕2号"},
            ]
        },
        {"resource": "云溪日报", "which": "云政〔2023〕1号", "dataSourceType": "网站"},
    ],
)
def test_other_strings_of_the_data_are_no_fields(other: dict[str, object]) -> None:
    data = json.dumps({"title": TITLE, "publishTime": "2023-05-09", "content": HTML, **other})
    found = extract(shell(f"var page={data}").encode(), ADDRESS)
    assert not {"source", "document_number", "index_number", "publisher"} & set(found.fields)
    assert normalise(found.text) == TEXT


def shell(script: str, body: str = "<div id='app'></div>") -> str:
    return f"<html><head><title>云溪区人民政府</title></head><body>{body}<script>{script}</script></body></html>"


@pytest.mark.parametrize(
    "script",
    [
        "var list=" + json.dumps([{"title": f"第{n}号", "content": f"<p>{n}{line * 3}</p>"} for n, line in enumerate(PARAGRAPHS[1:])]),
        "var page=" + json.dumps({"title": TITLE, "summary": PARAGRAPHS[1] * 4}),
        "var config=" + json.dumps({"loginTip": "请先登录后再办理，办理前请阅读须知。" * 8}),
        "var page=" + json.dumps({"content": "请稍候，正在加载。"}),
    ],
)  # fmt: skip
def test_other_data_is_no_document(script: str) -> None:
    found = extract(shell(script).encode(), ADDRESS)
    assert (found.kind, found.text) == ("stub", "")


def test_data_beside_a_text_that_is_shown_is_left_alone() -> None:
    other = "<p>另一份文件的正文，说的是供水管网改造工程的进度安排，与本页无关。</p>" * 5
    found = extract(shell("var other=" + json.dumps({"content": other}), f"<h1>{TITLE}</h1>{HTML}").encode(), ADDRESS)
    assert normalise(found.text) == TEXT


def test_halves_of_letters_and_bad_escapes_raise_nothing() -> None:
    for odd in ('"\\ud83d"', '"\\ud83d\\ude00"', "'\\x41\\q\\u12'", '"\\u0000"'):
        script = f"var page={{content:'{HTML}\\u00e9', note:{odd}, html:{odd}}}"
        assert normalise(extract(shell(script).encode(), ADDRESS).text).startswith(TEXT)


@pytest.mark.parametrize("write", ['document.write(unescape("{}"));', 'var t = unescape("{}"); document.write(t);'])
def test_unescape_knows_letters_by_their_numbers(write: str) -> None:
    units = HTML.encode("utf-16-be")
    numbers = "".join(f"%u{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))
    page = f"<html><body><h1>{TITLE}</h1><p>2023-05-09</p><div><script>{write.format(numbers)}</script></div></body></html>"
    assert normalise(extract(page.encode(), ADDRESS).text) == TEXT
