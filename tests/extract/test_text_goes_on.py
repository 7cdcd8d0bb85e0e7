"""Texts that go on behind what ends others: a box of the site in their middle, a heading such as 相关链接, links that a
sentence announces."""

# ruff: noqa: E501 — tables of lines.

from itertools import pairwise, product

import pytest

from etl.extract import extract
from etl.extract.content_id import normalise
from tests.support.pages import PARAGRAPHS, SIGNED, page, paragraphs
from tests.support.share import share

DATED = "<h1>云溪区更新老旧电梯</h1><div>2023-05-09 来源：云溪日报</div>"
LINKS = ("云溪区老旧电梯更新补助标准提高", "第一批更新名单在政府网公布", "电梯维保单位信用评价结果")
BOXES = (
    "<div class='tj'><h4>{heading}</h4>{links}</div>",
    "<div style='float:right'><p>{heading}</p><ul>{items}</ul></div>",
    "<aside><h3>{heading}</h3><ul>{items}</ul></aside>",
    "<table class='xg'><tr><td><b>{heading}</b></td></tr><tr><td>{links}</td></tr></table>",
)
HEADINGS = ("推荐阅读", "热点新闻", "最新动态", "相关链接", "相关新闻", "延伸阅读")
WRITTEN = (
    ("<p>{}</p>", ""),
    ("<p style='text-indent:2em'>{}</p>", ""),
    ("<div class='d'>{}</div>", ""),
    ("{}", "<br>"),
)


def text_of(body: str, url: str = "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html") -> str:
    html = page(title="云溪区更新老旧电梯", headline=DATED, body=body)
    return normalise(extract(html.encode(), url).text)


def box(form: str, heading: str) -> str:
    links = "<br>".join(f"<a href='/n/{number}.html'>{title}</a>" for number, title in enumerate(LINKS))
    items = "".join(f"<li><a href='/n/{number}.html'>{title}</a></li>" for number, title in enumerate(LINKS))
    return form.format(heading=heading, links=links, items=items)


def written(lines: tuple[str, ...], form: str, between: str) -> str:
    return between.join(form.format(line) for line in lines)


@pytest.mark.parametrize(("form", "heading", "how"), list(share(product(BOXES, HEADINGS, WRITTEN))))
def test_a_text_goes_on_behind_a_box_of_the_site(form: str, heading: str, how: tuple[str, str]) -> None:
    lines = (*PARAGRAPHS, *SIGNED)
    for position in (2, 3, 4):
        above, below = written(lines[:position], *how), written(lines[position:], *how)
        assert text_of(above + box(form, heading) + below) == normalise("".join(lines)), position


@pytest.mark.parametrize(("form", "heading", "how"), list(share(product(BOXES, HEADINGS, WRITTEN))))
def test_a_text_ends_above_a_box_below_which_the_site_speaks(form: str, heading: str, how: tuple[str, str]) -> None:
    for below in ("", "声明：转载请注明来源。", "责任编辑：李四"):
        body = written(PARAGRAPHS, *how) + box(form, heading) + written((below,) if below else (), *how)
        assert text_of(body) == normalise("".join(PARAGRAPHS)), below


@pytest.mark.parametrize(
    "heading", ["相关链接", "【相关链接】", "相关阅读：", "延伸阅读", "■相关新闻", "相关知识", "政策链接："]
)
def test_a_paragraph_that_explains_is_of_the_text(heading: str) -> None:
    explains = "老旧电梯，是指使用年限超过十五年的电梯，目前全区共有三百二十台，其中住宅电梯二百台。"
    lines = (*PARAGRAPHS, heading, explains)
    assert text_of(paragraphs(lines)) == normalise("".join(lines))


@pytest.mark.parametrize("heading", ["相关链接", "【相关链接】", "相关阅读：", "延伸阅读", "■相关新闻"])
def test_links_below_the_same_heading_are_none(heading: str) -> None:
    links = "".join(f"<p><a href='/n/{number}.html'>{title}</a></p>" for number, title in enumerate(LINKS))
    assert text_of(paragraphs((*PARAGRAPHS, heading)) + links) == normalise("".join(PARAGRAPHS))


ANNOUNCED = (
    "经清理，现行有效的规范性文件共三件，目录如下：", "现将各部门2022年度部门决算集中公开如下：", "现将规范性文件目录公布如下，请认真学习贯彻。",
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "ending"), list(product(ANNOUNCED, (".html", ".pdf", "/"))))
def test_links_that_a_sentence_announces_are_of_the_text(sentence: str, ending: str) -> None:
    for above in ((), PARAGRAPHS):
        links = [f"<a href='/zc/{number}{ending}'>{number}.{title}</a>" for number, title in enumerate(LINKS)]
        assert text_of(paragraphs((*above, sentence, *links))) == normalise(
            "".join((*above, sentence, *(f"{number}.{title}" for number, title in enumerate(LINKS))))
        )


@pytest.mark.parametrize("sentence", ["附件：", "相关链接：", "更多内容请看："])
def test_links_behind_other_words_are_none(sentence: str) -> None:
    links = [f"<a href='/zc/{number}.html'>{title}</a>" for number, title in enumerate(LINKS)]
    assert LINKS[2] not in text_of(paragraphs((*PARAGRAPHS, sentence, *links)))


FEET = (
    "<div class='foot'>{}</div>", "<div class='page-footer'><p>{}</p></div>", "<footer>{}</footer>", "<div id='copyright'>{}</div>",
    "<div class='w bottom'><span>{}</span></div>",
)  # fmt: skip
LINES_OF_FEET = (
    "云溪区水务局",
    "水务局　电话：0000-1234567",
    "水利服务热线：00000",
    "云溪区水利信息中心 2023",
    "云溪区水务局 地址：平安路8号",
)
SHORT = {
    "notice": ("<p>五月十日八时至十八时双河村停水检修，请储水备用。</p>", "五月十日八时至十八时双河村停水检修，请储水备用。"),
    "table": ("<table><tr><td>双河供水站</td><td>3200</td></tr><tr><td>马埠供水站</td><td>1800</td></tr></table>", "双河供水站3200马埠供水站1800"),
    "file": ("<iframe src='/f/2023.pdf'></iframe>", ""),
}  # fmt: skip


def bare(body: str, below: str) -> str:
    html = f"<html><head><title>水务</title></head><body><h2>云溪区双河村停水公告</h2><div>2023-05-09</div>{body}{below}</body></html>"
    return normalise(extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html").text)


@pytest.mark.parametrize(("foot", "line", "name"), list(product(FEET, LINES_OF_FEET, SHORT)))
def test_what_is_called_a_foot_is_none_of_a_short_text(foot: str, line: str, name: str) -> None:
    body, text = SHORT[name]
    assert bare(f"<div class='c'>{body}</div>", foot.format(line)) == normalise(text)


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize(
    "own", ["<p>云溪区水务局</p><p>2023年5月8日</p>", "<p>附件：停水范围</p>", "<p>恢复供水时间另行通知。</p>"]
)
def test_what_a_text_ends_with_stays_whatever_its_element_is_called(foot: str, own: str) -> None:
    body, text = SHORT["notice"]
    lines = own.replace("<p>", "").replace("</p>", "")
    assert bare(f"<div class='c'>{body}{foot.format(own)}</div>", "") == normalise(text + lines)


@pytest.mark.parametrize(
    "tip",
    [
        "微信里点“发现”，扫一下二维码便可将本文分享至朋友圈。",
        "满意度调查",
        "满意度调查：",
    ],
)
def test_tips_and_surveys_of_a_page_are_none_of_its_text(tip: str) -> None:
    assert text_of(paragraphs((*PARAGRAPHS, tip))) == normalise("".join(PARAGRAPHS))
    if "微信" in tip:
        assert text_of(f"<div>{tip}</div>" + paragraphs(PARAGRAPHS)) == normalise("".join(PARAGRAPHS))


@pytest.mark.parametrize("name", ["TRS_Editor", "TRS_UEDITOR", "view TRS_UEDITOR trs_web", "wp_articlecontent"])
@pytest.mark.parametrize("cuts", [(2,), (3,), (2, 4)])
def test_a_text_in_several_containers_of_a_kind_is_whole(name: str, cuts: tuple[int, ...]) -> None:
    lines = (*PARAGRAPHS, *SIGNED)
    edges = (0, *cuts, len(lines))
    pieces = [paragraphs(lines[begin:end]) for begin, end in pairwise(edges)]
    body = "".join(f"<div class='{name}'>{piece}</div>" for piece in pieces)
    html = page(title="云溪区更新老旧电梯", headline=DATED, body=body, container="{}")
    found = extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html")
    assert normalise(found.text) == normalise("".join(lines))


@pytest.mark.parametrize("name", ["TRS_Editor", "wp_articlecontent"])
def test_a_container_of_another_text_is_none_of_it(name: str) -> None:
    other = paragraphs(("为方便居民出行，本周起增开公交两条，首末班时间不变，票价一元，请广大居民留意站牌。",))
    below = f"<h3>公交增开</h3><div class='{name}'>{other}</div>"
    html = page(title="云溪区更新老旧电梯", headline=DATED, below=below, container=f"<div class='{name}'>{{}}</div>")
    found = extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html")
    assert normalise(found.text) == normalise("".join((*PARAGRAPHS, *SIGNED)))


@pytest.mark.parametrize("form", ["<ul>{}</ul>", "<ol>{}</ol>", "<div><ul>{}</ul></div>"])
@pytest.mark.parametrize("above", [(), PARAGRAPHS])
def test_a_list_that_a_sentence_announces_is_of_the_text(form: str, above: tuple[str, ...]) -> None:
    items = "".join(f"<li><a href='/q/{number}.html'>{title}</a></li>" for number, title in enumerate(LINKS))
    text = text_of(paragraphs((*above, "区水务局权责清单如下：")) + form.format(items))
    assert all(normalise(title) in text for title in LINKS)
    assert text.startswith(normalise("".join((*above, "区水务局权责清单如下："))))


@pytest.mark.parametrize("day", ["2023-05-01", "[2023-05-01]", "2023年5月1日", "（2023/5/1）"])
def test_rows_of_a_list_without_a_heading_are_none_of_the_text_above(day: str) -> None:
    rows = "".join(
        f"<li><a href='/n/{number}.html'>{title}</a><span>{day}</span></li>" for number, title in enumerate(LINKS)
    )
    assert text_of(paragraphs() + f"<ul>{rows}</ul>") == normalise("".join((*PARAGRAPHS, *SIGNED)))
