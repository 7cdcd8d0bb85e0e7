"""The line under the title in every form: date and source are read, but not words that look like them."""

from itertools import islice, permutations, product

import pytest

from etl.extract import extract
from etl.extract.lexicon.labels import find_labels
from tests.support.pages import TITLE, page, paragraphs
from tests.support.share import share
from tests.support.subheading_forms import forms, outcome

URL = "https://www.yunxi.example/gk/202305/t20230509_1234567.html"


def test_date_and_source_are_read_in_any_order_and_between_any_signs() -> None:
    assert [form for form in share(islice(forms(), 0, None, 11)) if outcome(form) != "right"] == []


@pytest.mark.parametrize(
    "line",
    [
        "来源：云溪日报 数据截至 2023-05-09",
        "来源：云溪日报 报名时间 2023-05-09",
        "来源：云溪日报 截止日期：2023-05-09",
        "来源：云溪日报 2023-05-09 至 2023-05-19",
        "云溪区第一次会议 2023年5月9日 通过 来源：云溪日报",
        "来源：云溪日报 成文日期：2023-05-08 2023-05-09",
    ],
)
def test_a_date_of_something_else_is_not_the_publication_date(line: str) -> None:
    fields = extract(page(headline=f"<h1>{TITLE}</h1><p>{line}</p>").encode(), URL).fields
    assert "published_date" not in fields
    assert "source" not in fields or fields["source"].value.startswith("云溪日报")


_SPELT = (
    "二〇二三年五月九日",
    "二○二三年五月九日",
    "民国112年5月9日",
    "２０２３年５月９日",
    "２０２３－０５－０９",
    "May 9, 2023",
    "Sept. 9, 2023",
    "09-May-2023",
    "9 May 2023",
)


@pytest.mark.parametrize("line", ["{}", "来源：云溪日报 {}", "{} 来源：云溪日报", "云溪日报 {}", "发布于 {}"])
@pytest.mark.parametrize("date", _SPELT)
def test_a_date_that_is_spelt_out_is_read_as_the_page_spells_it(date: str, line: str) -> None:
    record = extract(page(headline=f"<h1>{TITLE}</h1><p>{line.format(date)}</p>").encode(), URL)
    published = record.fields["published_date"]
    assert (published.value, published.raw) == ("2023-09-09" if "Sept" in date else "2023-05-09", date)
    assert record.text == "\n".join(paragraphs().replace("<p>", "").split("</p>")[:-1])


@pytest.mark.parametrize("date", _SPELT)
def test_a_sentence_that_begins_with_a_date_is_text(date: str) -> None:
    sentence = f"{date}，区政府召开常务会议，研究水库安全管理工作，会议由区长主持。"
    record = extract(page(headline=f"<h1>{TITLE}</h1>", body=f"<p>{sentence}</p>{paragraphs()}").encode(), URL)
    assert record.text.startswith(sentence)
    assert "published_date" not in record.fields


@pytest.mark.parametrize(
    "around", ["{}", "2023-05-09 {}", "{} 2023-05-09", "{} 发布于 2023-05-09", "{} 时间／2023-05-09"]
)
@pytest.mark.parametrize("sign", [" / ", " | ", "｜", "丨", " · ", " ", "——", "</span> / <span>", "</span><span>"])
def test_a_source_needs_no_colon_under_the_title(sign: str, around: str) -> None:
    line = around.format(f"<span>来源{sign}云溪日报</span>")
    for markup in ("<h1>{}</h1><p>{}</p>", "<div class='t'><b>{}</b></div><div>{}</div>"):
        record = extract(page(headline=markup.format(TITLE, line)).encode(), URL)
        assert record.fields["source"].value == "云溪日报"
        assert ("published_date" in record.fields) == ("2023" in line)
        assert "云溪日报" not in record.text


@pytest.mark.parametrize("sign", [" / ", "/", " | ", "｜", " 丨 ", "</span> / <span>"])
@pytest.mark.parametrize("order", list(permutations(("作者{}王一", "来源{}云溪日报", "日期{}2023-05-09"))))
def test_labels_before_signs_under_the_title_stand_in_any_order(order: tuple[str, ...], sign: str) -> None:
    line = " ".join(f"<span>{each.format(sign)}</span>" for each in order)
    record = extract(page(headline=f"<h1>{TITLE}</h1><div>{line}</div>").encode(), URL)
    assert (record.fields["source"].value, record.fields["published_date"].value) == ("云溪日报", "2023-05-09")
    assert "王一" not in record.text


@pytest.mark.parametrize(
    "sentence", ["时间 / 地点 / 人物", "来源 / 去向 时间 / 地点", "日期 | 来源 | 作者", "标题 / 2023年规划说明"]
)
def test_words_between_signs_are_no_labels_without_a_date(sentence: str) -> None:
    assert find_labels(sentence) == ()


@pytest.mark.parametrize(
    "behind", ["记者 王一", "本报记者 王一 通讯员 李二", "通讯员王一", "<a>上一篇</a> <a>下一篇</a>"]
)
@pytest.mark.parametrize("line", ["来源：云溪日报 {}", "2023-05-09 来源：云溪日报　{}", "转贴自：云溪日报 {}"])
def test_a_source_ends_where_people_or_other_pages_are_named(line: str, behind: str) -> None:
    record = extract(page(headline=f"<h1>{TITLE}</h1><p>{line.format(behind)}</p>").encode(), URL)
    assert record.fields["source"].value == "云溪日报"


@pytest.mark.parametrize("place", ["<span>发表于<span>云溪</span></span>", "<em>发布于</em><i>云溪</i>", "云溪"])
def test_the_place_behind_a_date_is_no_date(place: str) -> None:
    line = f"<span>云溪水务</span> <em>2023年05月09日 09:30</em> {place}"
    record = extract(page(headline=f"<h1>{TITLE}</h1><div>{line}</div>").encode(), URL)
    assert record.fields["published_date"].value == "2023-05-09"
    assert not [flag for flag in record.flags if flag.startswith("published_date")]


@pytest.mark.parametrize(
    "sentence", ["来源 区水务局、区财政局的资金统筹使用。", "一、来源 区水务局", "资金来源 / 区财政局"]
)
def test_a_source_of_something_else_is_not_that_of_the_page(sentence: str) -> None:
    headline = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09</p>"
    record = extract(page(headline=headline, body=f"<p>{sentence}</p>{paragraphs()}").encode(), URL)
    assert record.text.startswith(sentence)
    assert "source" not in record.fields


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("摘要：会议时间：2023年1月2日", ["摘要"]),
        ("时间：2023年6月1日会议时间：2023年7月1日", ["时间"]),
        ("名称：云溪区政府办公室关于编辑：村志的通知", ["名称"]),
        ("来源：云溪日报电子邮箱：a@b.cn", ["来源"]),
        ("主题分类：水利工程来源：甲", ["主题分类"]),
        ("请到云溪区水务局办公室领取 来源：云溪日报", ["来源"]),
    ],
)
def test_a_word_with_a_colon_is_no_label_behind_words_that_are_no_value(line: str, labels: list[str]) -> None:
    assert [found.label for found in find_labels(line)] == labels


_NOTICES = (
    ("请各单位于本周五前领取证书。",),
    ("近日，区水务局检查水库十二座，均已整改。", "（来源：云溪日报）"),
    ("项目名称：防汛物资采购", "公告期限：自发布之日起5个工作日。", "联系人：李工 电话：010-00000000"),
    ("名单公示如下：", "张一 王二 李三", "公示期：2023年5月9日至5月15日"),
)
_LINES = (
    "发布时间：2023-05-09 来源：云溪日报",
    "来源：云溪日报 2023-05-09",
    "作者：张三 来源：云溪日报 发布时间：2023-05-09 08:30",
)
_HEADLINES = ("<div>{}</div>", "<p align=center><b>{}</b></p>", "<table><tr><td>{}</td></tr></table>", "<h2>{}</h2>")
_HOLDERS = ('<div class="a">{}</div>', '<div id="zoom">{}</div>', "<table><tr><td>{}</td></tr></table>", "{}")
_BELOW = (
    "",
    "<p>责任编辑：王五</p>",
    "<h3>热点信息</h3>"
    + "".join(f"<p><a href='/{n}.html'>关于做好第{n}批水利项目申报工作的通知</a></p>" for n in range(3)),
    "<form><p>用户名</p><input name='u'></form>",
)


@pytest.mark.parametrize("title", ["公开招标公告", "一季度水质状况", "关于领取证书的通知"])
@pytest.mark.parametrize("told", ["云溪区水务局", "通知公告"])
def test_short_notices_are_read_whole(title: str, told: str) -> None:
    wrong = []
    for notice, line, headline, holder, below in share(product(_NOTICES, _LINES, _HEADLINES, _HOLDERS, _BELOW)):
        shown = f"{headline.format(title)}<p>{line}</p>"
        html = page(headline=shown, title=told, container=holder, body=paragraphs(notice), below=below)
        read = extract(html.encode(), URL)
        fields = {
            name: read.fields[name].value for name in ("title", "published_date", "source") if name in read.fields
        }
        text = [part for part in notice if not part.startswith("（来源")]
        if (
            fields != {"title": title, "published_date": "2023-05-09", "source": "云溪日报"}
            or read.text.split("\n") != text
        ):
            wrong.append((notice, line, headline, holder, below, fields, read.text))
    assert wrong == []
