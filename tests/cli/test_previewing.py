"""`gongkai sources preview`, as a person and a program run it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from demo import faults, source_text, trs_wcm
from demo.server import serve
from etl.cli import app
from etl.errors import GongkaiError

LIST = "https://www.tongxi.example/gk/zcwj/"
ROWS = "".join(
    f'<li><a href="/gk/{n}.html">桐溪县关于第{n}项工作的通知</a><i>2024-03-0{n}</i><b>桐政发〔2024〕{n}号</b></li>'
    for n in range(1, 5)
)


@pytest.fixture
def site() -> Iterator[trs_wcm.TrsSite]:
    made = trs_wcm.demo(planted=False)
    with serve(made):
        yield made


def preview(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["sources", "preview", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def as_json(*words: object, code: int = 0) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(preview(*words, "--json", code=code))
    return read


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_page_of_no_known_family_is_read_with_the_rows_that_it_repeats(saved: Path) -> None:
    saved.write_text(f"<ul class=wj>{ROWS}</ul><a href='?p=2'>下一页</a><p>共 9 条 1/3页</p>", encoding="utf-8")
    read = as_json("--file", saved, "--url", LIST)
    assert read["platform"] == "generic"
    assert read["entries"][0] == {
        "url": "https://www.tongxi.example/gk/1.html",
        "title": "桐溪县关于第1项工作的通知",
        "fields": {"published_date": "2024-03-01", "document_number": "桐政发〔2024〕1号"},
        "list": LIST,
    }
    assert (len(read["entries"]), read["told_total"], read["following"], read["problems"]) == (
        4,
        9,
        [f"{LIST}?p=2"],
        [],
    )
    assert read["lists"][0]["listing"]["rows"] == "ul.wj > li"
    shown = preview("--file", saved, "--url", LIST)
    assert "桐政发〔2024〕2号" in shown
    assert "found by: rows that the page repeats: ul.wj > li" in shown
    assert f"follows: GET {LIST}?p=2" in shown


def test_paging_that_is_not_understood_is_a_problem_in_words(saved: Path) -> None:
    saved.write_text(f"<ul class=wj>{ROWS}</ul><a href='javascript:go(2)'>下一页</a>", encoding="utf-8")
    read = as_json("--file", saved, "--url", LIST)
    assert read["following"] == []
    assert read["problems"] == [
        f"{LIST} shows that its list continues ('下一页'), but the address of the next page is not understood"
    ]


NO_LISTS = {
    "empty": (b"", LIST, "repeats no rows"),
    "words": (b"<html><body><p>403</p></body></html>", LIST, "repeats no rows"),
    "json": (b'{"total": 3}', LIST, "is data (JSON) of no known service"),
    "a frame": (
        b"<p>list</p><iframe src='/mail/list.html'></iframe>",
        LIST,
        "https://www.tongxi.example/mail/list.html",
    ),
    "leads on": (b'<meta http-equiv="refresh" content="0;url=./a/">', LIST, f"only leads on to {LIST}a/"),
    "a front page": (
        "<a href='/gk/'>政府信息公开</a>".encode(),
        "https://www.tongxi.example/",
        "its catalog (政府信息公开)",
    ),
}


@pytest.mark.parametrize(("body", "url", "problem"), NO_LISTS.values(), ids=NO_LISTS.keys())
def test_what_is_no_list_is_a_problem_with_exit_code_1(saved: Path, body: bytes, url: str, problem: str) -> None:
    saved.write_bytes(body)
    read = as_json("--file", saved, "--url", url, code=1)
    assert (read["entries"], read["told_total"], read["told_pages"], read["following"]) == ([], None, None, [])
    assert problem in "; ".join(read["problems"])
    assert problem in preview("--file", saved, "--url", url, code=1)


def test_the_first_page_of_each_list_of_a_source_is_shown(site: trs_wcm.TrsSite, tmp_path: Path) -> None:
    file = tmp_path / "demo-trs.yaml"
    file.write_text(source_text(site), encoding="utf-8")
    read = as_json(file)
    assert read["platform"] == "trs_wcm"
    newest = site.entries("zcwj")[0]
    entry = next(entry for entry in read["entries"] if entry["url"] == site.url(newest.key))
    assert (entry["title"], entry["fields"]["published_date"]) == (newest.document.title, str(newest.day))
    assert sum(each["entries"] for each in read["lists"]) == len(read["entries"])
    site.faults["zcjd/0"] = faults.status(404)
    lost = as_json(file, code=1)
    assert lost["problems"] == ["gone: status 404"]
    assert len(lost["entries"]) < len(read["entries"])


def test_a_saved_page_is_read_by_the_family_of_the_source_that_is_named(site: trs_wcm.TrsSite, tmp_path: Path) -> None:
    file, saved = tmp_path / "demo-trs.yaml", tmp_path / "page.html"
    file.write_text(source_text(site), encoding="utf-8")
    saved.write_text(f"<ul class=wj>{ROWS}</ul>", encoding="utf-8")
    read = as_json(file, "--file", saved, "--url", LIST, code=1)
    assert read["platform"] == "trs_wcm"
    assert "none of the signs of a list" in read["problems"][0]
    assert site.requests == []


def test_an_address_is_fetched_and_its_family_recognised(site: trs_wcm.TrsSite) -> None:
    read = as_json(f"{site.base}/zwgk/zcjd/", "--allow-private", "--delay", 0)
    assert read["platform"] == "trs_wcm"
    assert read["told_pages"] == 1
    assert len(read["entries"]) == len(site.entries("zcjd"))
    assert as_json(f"{site.base}/none/", "--allow-private", "--delay", 0, code=1)["problems"] == ["gone: status 404"]


def test_wrong_words_are_said_in_one_line(tmp_path: Path) -> None:
    for words, line in (
        ((), "nothing to preview"),
        (("--file", tmp_path / "none.html", "--url", LIST), "cannot be read: No such file"),
        (("--file", tmp_path / "none.html"), "the address of .* is needed"),
        (("no-such-source",), "no source 'no-such-source'"),
    ):
        with pytest.raises(GongkaiError, match=line):
            preview(*words)
