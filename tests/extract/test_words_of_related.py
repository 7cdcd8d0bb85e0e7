"""Sentences of a text that begin with the same words as related links, surveys and notices below it."""

# ruff: noqa: E501 — tables of lines.

from itertools import product

import pytest

from etl.extract import extract
from etl.extract.content_id import normalise
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs
from tests.support.share import share

SENTENCES = (
    "您对本答复不服的，可以自收到之日起六十日内申请行政复议。", "您对该处理意见不满意的，可以申请复查。", "声明：我局从未委托任何机构收费。",
    "特别声明：本次考试不指定任何辅导用书。", "图解政策要点如下", "政策解读工作要同步开展", "政策原文见市政府公报", "点击查看办理流程",
    "点击下载申请表后填写", "扫码报名，人满为止", "扫码下载表格，填写后报送。", "扫一扫二维码填写问卷", "扫描二维码进入报名系统，按要求填写。",
    "意见反馈：0000-1234567", "结果反馈：已整改到位", "上一条款规定的除外", "下一条款另有规定的，从其规定", "责任编辑由区志办担任",
    "主办单位负责解释。", "满意度评价结果为优秀", "分享到的资源要及时登记",
)  # fmt: skip
BELOW = ((), SIGNED, ("各单位要抓好落实。",), ("三、有关要求", "各单位要抓好落实。", "四、联系方式"))
OF_PAGE = (
    "您对本页面的评价：", "您对此文是否满意？", "声明：转载请注明来源。", "免责声明：本网站转载内容仅供参考。", "扫码查看手机版", "扫一扫，手机浏览本页",
    "点击查看原文", "图解：三步看懂", "政策解读", "政策解读：", "意见反馈：", "相关附件：", "满意度评价", "分享到", "主办单位：云溪区人民政府",
)  # fmt: skip


def text_of(lines: tuple[str, ...]) -> str:
    found = extract(page(body=paragraphs(lines)).encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html")
    return normalise(found.text)


@pytest.mark.parametrize(("sentence", "below"), list(share(product(SENTENCES, BELOW))))
def test_sentences_of_a_text_are_its_own(sentence: str, below: tuple[str, ...]) -> None:
    lines = (*PARAGRAPHS, sentence, *below)
    assert text_of(lines) == normalise("".join(lines))


@pytest.mark.parametrize("line", OF_PAGE)
def test_lines_of_the_page_below_a_text_are_not_part_of_it(line: str) -> None:
    assert text_of((*PARAGRAPHS, line)) == normalise("".join(PARAGRAPHS))


@pytest.mark.parametrize("heading", ["相关附件：申请表、承诺书", "图解：三步看懂申领流程", "相关政策"])
def test_a_text_does_not_end_at_a_heading_that_a_chapter_follows(heading: str) -> None:
    lines = (*PARAGRAPHS, heading, "三、有关要求", "各单位要抓好落实。")
    assert text_of(lines) == normalise("".join(lines))


BOX = "<div class='x'><h3>{}</h3><ul>{}</ul></div>"
ROWS = "".join(
    f"<li><a href='{day}.html'>云溪区第{day}次电梯检查情况</a><span>2023-01-0{day}</span></li>" for day in (1, 2, 3)
)
EXCERPTS = "".join(
    f"<div><a href='{day}.html'>云溪区第{day}次电梯检查情况</a><p>检查组对辖区内老旧电梯逐台检查，发现问题{day}处，要求限期整改。</p></div>"
    for day in (1, 2, 3)
)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("rows", [ROWS, EXCERPTS])
@pytest.mark.parametrize("heading", ["相关阅读", "热点新闻", "本栏推荐"])
def test_a_box_between_header_and_text_is_none_of_the_text(heading: str, rows: str, inside: bool) -> None:
    box, text = BOX.format(heading, rows), paragraphs()
    header = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09 来源：云溪日报</p>"
    parts = {"headline": header, "body": box + text} if inside else {"headline": header + box}
    read = extract(page(**parts).encode(), "https://www.yunxi.gov.cn/gk/202305/t20230509_1.html")
    assert read.text.split("\n") == [*PARAGRAPHS, *SIGNED]
    assert read.fields["published_date"].value == "2023-05-09"


def test_links_that_a_text_itself_lists_under_a_heading_are_text() -> None:
    """No prose is behind them, or the heading names files."""
    rows = "".join(f"<li><a href='{number}.html'>云溪区第{number}次电梯检查情况</a></li>" for number in (1, 2, 3))
    read = extract(
        page(body=f"<p>{PARAGRAPHS[1]}</p>{BOX.format('检查情况', rows)}").encode(), "http://a.gov.cn/t1.html"
    )
    assert PARAGRAPHS[1] in read.text
    files = rows.replace(".html", ".pdf").replace("情况<", "情况.pdf<")
    read = extract(page(body=BOX.format("附件", files) + paragraphs()).encode(), "http://a.gov.cn/t20230509_1.html")
    assert "第2次电梯检查情况.pdf" in read.text
