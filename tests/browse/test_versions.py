"""What came before and what is nearly the same: versions compared, similar records, permalinks."""

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient

from etl.archive.storage.archive import Archive
from etl.browse.pages import comparison
from tests.support.browser_pages import Page, attached, keep, other_source

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
    for mark, gone, new in (("三十一", "三十一", "三十三"), ("15.5", "15.5", "12")):
        assert f"<del>{label.format('删去')}{gone}</del><ins>{label.format('新增')}{new}</ins>" in page, mark
    assert f"<ins>{label.format('新增')}检查结果应当公布。</ins>" in page
    assert "岚川市关于设置系船柱的通<del>" in page
    assert "岚川市关于设置系船柱的通<ins>" in page, "fields stand in a table, old and new"
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
    assert "著录项相同" in page
    for path in ("1/1/1/3", "1/1/2/1", "0/1/1/1"):
        assert reader.get(f"/archive/compare/{path}").status_code == 404
    monkeypatch.setattr(comparison, "MAX_CHARS", 100)
    page = reader.get("/archive/compare/1/1/1/2").text
    assert "正文过长" in page
    assert "通<del>" in page, "fields are compared all the same"


@pytest.mark.usefixtures("versions")
def test_any_two_versions_can_be_chosen_and_the_view_is_in_the_address(
    archive: Archive, reader: TestClient, tmp_path: Path
) -> None:
    keep(archive, tmp_path, Page(1, title="岚川市关于设置系船柱的通告", paragraphs=_LINES, after=timedelta(days=20)))
    shown = html.fromstring(reader.get("/archive/compare/1/3/1/1?view=sides&lines=changes").text)
    chosen = {select.get("name"): select.value for select in shown.xpath("//select")}
    assert chosen == {"a": "1.3", "b": "1.1"}
    assert shown.xpath("//select[@name='a']//option/@value") == ["1.3", "1.2", "1.1"]
    (form,) = shown.forms
    assert dict(form.form_values()) == chosen | {"view": "sides", "lines": "changes"}
    answer = reader.get("/archive/compare", params=dict(form.form_values()) | {"b": "1.2"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/archive/compare/1/3/1/2?view=sides&lines=changes",
    )
    for wrong in ("a=1&b=1.2", "a=1.1", "a=1.1&b=1.2&view=upside", "a=1.1&b=1.2&lines=few"):
        assert reader.get(f"/archive/compare?{wrong}").status_code == 400, wrong
    sides = html.fromstring(reader.get("/archive/compare/1/1/1/2?view=sides&lines=changes").text)
    ((old, new),) = [pair.xpath("./p") for pair in sides.xpath("//div[@class='pair changed']")][:1]
    assert (old.xpath(".//ins"), new.xpath(".//del")) == ([], [])
    assert "三十一座货运码头" in old.text_content().replace("删去", "")
    assert "三十三座货运码头" in new.text_content().replace("新增", "")
    assert "第3号码头" not in sides.text_content(), "changes only"
    assert "任选两个版本对照" in reader.get("/archive/records/1").text


@pytest.mark.usefixtures("versions")
def test_each_change_leads_to_the_next_and_the_one_before(reader: TestClient) -> None:
    shown = html.fromstring(reader.get("/archive/compare/1/1/1/2").text)
    number = len(reader.get("/archive/compare/1/1/1/2.json").json()["text"])
    changes = [
        block["number"] for block in reader.get("/archive/compare/1/1/1/2.json").json()["text"] if block["number"]
    ]
    assert changes == list(range(1, len(changes) + 1)) != []
    assert number > len(changes)
    assert shown.xpath("//nav[@id='overview']/a[starts-with(@href, '#change-')]/@href") == ["#change-1"]
    assert shown.xpath("//*[@id='change-1']//a/@href") == ["#change-2", "#overview"]
    assert shown.xpath("//*[@id='change-2']//a/@href") == ["#change-1"]


def test_counters_white_space_and_order_are_told_apart(archive: Archive, reader: TestClient, tmp_path: Path) -> None:
    file = attached("/files/berths.txt", "text/plain", b"berth 1")
    link = '<a href="/files/{}">泊位表</a>'
    first = (*_LINES[:3], "本通知由岚川市交通运输局负责解释。", "附表随文印发。")
    second = ("附表随文印发。", *_LINES[:3], "本通知由岚川市 交通运输局负责解释。", "特此通知。")
    keep(archive, tmp_path, file, Page(1, paragraphs=first, body=link.format("berths.txt")))
    other = attached("/files/other.txt", "text/plain", b"berth 2")
    changed = Page(1, paragraphs=second, body=link.format("other.txt"), after=timedelta(days=3))
    keep(archive, tmp_path, other, changed)
    found = reader.get("/archive/compare/1/1/1/2.json").json()
    assert [change["kind"] for change in found["minor"]] == ["order", "space"]
    (change,) = [block for block in found["text"] if not block["same"]]
    assert change["lines"] == [{"parts": [["added", "特此通知。"]]}]
    page = reader.get("/archive/compare/1/1/1/2").text
    assert page.index("特此通知。") < page.index("仅计数、空白或次序不同") < page.index("行的次序")
    (files,) = found["files"]
    assert (files["before"]["name"], files["after"]["name"]) == ("泊位表", "泊位表")
    assert "内容不同" in page


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
