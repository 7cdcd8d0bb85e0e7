"""What came before and what is nearly the same: versions compared, similar records, permalinks."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse.pages import comparison
from tests.support.browser_pages import Page, keep, other_source

_LINES = (
    "为规范我市码头系船柱的设置与使用，保障船舶停靠安全，现将有关事项通知如下。",
    *(f"第{number}号码头由所在街道负责巡查，并于每月五日前报送情况。" for number in range(1, 12)),
    "全市三十一座货运码头均应设置系船柱，间距不大于15.5米，单柱承载力不小于250千牛。",
    "本通知自发布之日起施行。",
)
_CHANGED = tuple(line.replace("三十一", "三十三").replace("15.5", "12") for line in _LINES)


@pytest.fixture
def versions(archive: Archive, tmp_path: Path) -> None:
    keep(archive, tmp_path, Page(1, title="岚川市关于设置系船柱的通知", paragraphs=_LINES))
    added = (*_CHANGED, "检查结果应当公布。")
    keep(archive, tmp_path, Page(1, title="岚川市关于设置系船柱的通告", paragraphs=added, after=timedelta(days=9)))


@pytest.mark.usefixtures("versions")
def test_two_versions_are_compared_word_by_word(reader: TestClient) -> None:
    assert 'href="/archive/compare/1/1/1/2"' in reader.get("/archive/records/1").text
    page = reader.get("/archive/compare/1/1/1/2").text
    label = '<span class="unseen" lang="zh-Hans">{}</span>'
    for mark, gone, new in (("一", "一", "三"), ("15.5", "15.5", "12")):
        assert f"<del>{label.format('删去')}{gone}</del><ins>{label.format('新增')}{new}</ins>" in page, mark
    assert f"<ins>{label.format('新增')}检查结果应当公布。</ins>" in page
    assert "岚川市关于设置系船柱的通<del>" in page
    assert "10 行相同" in page, "what is far from a change is folded"
    _loses_no_character(reader)


def _loses_no_character(reader: TestClient) -> None:
    texts = [reader.get(f"/archive/records/1/versions/{version}.json").json()["text"] for version in (1, 2)]
    parts = [
        [part for line in lines["lines"] for part in [*line["parts"], ["same", "\n"]]]
        for lines in reader.get("/archive/compare/1/1/1/2.json").json()["text"]
    ]
    for text, without in zip(texts, ("added", "removed"), strict=True):
        shown = "".join(text for part in parts for mark, text in part if mark != without)
        assert [line for line in shown.split("\n") if line] == text.split("\n")


@pytest.mark.usefixtures("versions")
def test_what_is_the_same_or_too_long_is_said_so(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page = reader.get("/archive/compare/1/2/1/2").text
    assert "正文相同" in page
    assert "著录与附件相同" in page
    for path in ("1/1/1/3", "1/1/2/1", "0/1/1/1"):
        assert reader.get(f"/archive/compare/{path}").status_code == 404
    monkeypatch.setattr(comparison, "MAX_CHARS", 100)
    page = reader.get("/archive/compare/1/1/1/2").text
    assert "正文过长" in page
    assert "通<del>" in page, "fields are compared all the same"


def test_a_repost_is_similar_and_shown_with_its_differences(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1, paragraphs=_LINES), Page(3))
    keep(archive, tmp_path, Page(2, title="转发通知", paragraphs=("请各单位照办。", *_LINES)), source=other_source())
    records = [reader.get(f"/archive/records/{number}.json").json() for number in (1, 2, 3)]
    first = next(record for record in records if record["text"].startswith("为规范"))
    (line,) = first["similar"]
    assert (line["title"], line["source_name"], line["share"]) == ("转发通知", other_source().name, 1.0)
    assert first["places_total"] == 1, "it is never merged"
    shown = reader.get(f"/archive/records/{first['id']}").text
    path = f"/archive/compare/{first['id']}/1/{line['id']}/1"
    assert path in shown
    assert "100 %" in shown
    assert "请各单位照办。</ins>" in reader.get(path).text


@pytest.mark.usefixtures("versions")
def test_a_permalink_names_a_version_for_good(reader: TestClient) -> None:
    first = reader.get("/archive/records/1/versions/1.json").json()
    permalink = first["citation"]["permalink"]
    assert permalink == f"http://testserver/archive/records/1/versions/1?id={first['short_id']}"
    assert first["citation"]["text"] in reader.get("/archive/records/1/versions/1").text
    # A full stop is copied along; the content id is the text's, in whatever case.
    for suffix in ("", ".", "。"):
        assert "内容编号与此版本的正文不符" not in reader.get(permalink + suffix).text
    assert reader.get(f"{permalink}.").status_code == 200
    wrong = reader.get("/archive/records/1/versions/2", params={"id": first["short_id"]})
    assert wrong.status_code == 200
    assert "内容编号与此版本的正文不符" in wrong.text
    assert first["short_id"] in wrong.text
