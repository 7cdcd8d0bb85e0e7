"""Titles that no element contains completely: over several lines, cut off by a template, only at the top of the
text."""

# ruff: noqa: E501 — tables of lines.

from random import Random

import pytest

from etl.extract import extract
from tests.support.pages import FOOT, NAV, paragraphs
from tests.support.share import examples

AGENCIES = (
    "云溪区人民政府", "云溪区财政局 云溪区税务局", "中共云溪区委办公室 云溪区人民政府办公室", "云溪区人民代表大会常务委员会",
)  # fmt: skip
MATTERS = (
    "关于进一步加强老旧小区改造工作的实施意见", "关于印发《云溪区档案移交暂行办法》的通知", "2022年度政府信息公开工作年度报告",
    "关于延续实施小规模纳税人减免地方税费政策的公告", "关于做好2023年防汛抗旱工作的通知",
)  # fmt: skip
LINES = (
    "<p align=center>{}</p>", "<p align=center><font face=黑体 size=5>{}</font></p>", "<p class=big>{}</p>",
    "<div style='text-align:center'><b>{}</b></div>", "<tr><td align=center class=t>{}</td></tr>",
)  # fmt: skip
BELOW = (
    "<div>发布时间：2023-05-09 来源：云溪日报</div>",
    "<div>（2023年5月8日）</div>",
    "<div>云政发〔2023〕8号</div>",
    "",
)
TOLD = ("政策文件", "云溪区人民政府", "政策文件-云溪区人民政府", "")


def page(headline: str, below: str, told: str, text: str = paragraphs()) -> str:
    around = f"<table>{headline}</table>" if headline.startswith("<tr") else f"<div>{headline}</div>"
    return (
        f"<html><head><title>{told}</title></head><body><ul>{NAV}</ul>{around}{below}<div>{text}</div>"
        f"<div>{FOOT}</div></body></html>"
    )


def title_of(html: str) -> str | None:
    found = extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html").fields.get("title")
    return "".join(found.value.split()) if found else None


def squeezed(text: str) -> str:
    return "".join(text.split())


def pieces(agency: str, matter: str, draw: Random) -> list[str]:
    """The title as lines of a headline: the agency and its matter, each cut at most once."""
    at = draw.randrange(6, len(matter) - 4)
    forms = [[agency, matter], [*agency.split(" "), matter]]
    if matter.startswith("关于"):
        forms += [[agency, matter[:at], matter[at:]], [agency + matter[:at], matter[at:]]]
    return draw.choice(forms)


@pytest.mark.parametrize("seed", range(examples(200)))
def test_lines_written_alike_are_one_title(seed: int) -> None:
    draw = Random(seed)
    agency, matter = draw.choice(AGENCIES), draw.choice(MATTERS)
    lines = pieces(agency, matter, draw)
    html = page("".join(map(draw.choice(LINES).format, lines)), draw.choice(BELOW), draw.choice(TOLD))
    assert title_of(html) == squeezed(agency + matter), (lines, html)


@pytest.mark.parametrize("seed", range(examples(60)))
def test_lines_of_other_documents_and_sentences_are_not_part_of_a_title(seed: int) -> None:
    draw = Random(seed)
    title, other = draw.sample([each for each in MATTERS if each.startswith("关于")], 2)
    above = draw.choice((other, "政策文件", "让群众少跑腿，数据多跑路", "云溪区人民政府网", "为切实做好有关工作："))
    form = draw.choice(LINES)
    html = page(form.format(above) + form.format(title), BELOW[0], draw.choice(TOLD))
    assert title_of(html) == title, html


@pytest.mark.parametrize("dots", ["...", "…", "……"])
@pytest.mark.parametrize("told", ["<title>{}</title>", "<title>公告</title><meta name='ArticleTitle' content='{}'>"])
@pytest.mark.parametrize("crumb", ["", "<div>当前位置：<a href='/'>首页</a> &gt; <a href='/a'>公告</a> &gt; {}</div>"])
def test_a_title_that_a_template_cut_off_is_completed_by_the_line_that_begins_so(
    dots: str, told: str, crumb: str
) -> None:
    title = "关于云溪区2023年第二批事业单位公开招聘面试成绩及体检人员名单的补充情况"
    cut = title[:18] + dots
    html = page(f"<div>{title}</div>", "", "").replace("<title></title>", told.format(cut))
    assert title_of(html.replace("</ul>", "</ul>" + crumb.format(cut))) == title


def test_a_sentence_that_introduces_a_list_is_no_title() -> None:
    sentence = "云溪区水务局贯彻落实关于水利工作的方针政策，主要职责是："
    points = "".join(f"<p>（{n}）负责全区农村供水工程的建设、管理和维护工作。</p>" for n in "一二三四")
    found = extract(
        page("<h3>机构职能</h3>", "", "机构职能-云溪区水务局", f"<p>{sentence}</p>{points}").encode(),
        "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html",
    )
    assert found.text.startswith(sentence)
    assert sentence not in [value.value for value in found.fields.values()]


@pytest.mark.parametrize("column", ["通知公告", "公示公开", "政策文件"])
@pytest.mark.parametrize("site", ["云溪区残联", "云溪区人民政府", "云溪区发展和改革委员会"])
def test_column_and_site_names_are_not_part_of_a_title_found_only_in_the_title_element(column: str, site: str) -> None:
    title = "云溪区残疾人联合会关于发放辅助器具的公告"
    assert title_of(page("", "", f"{title}-{column}-{site}")) == title


def test_a_hyphen_within_a_title_is_not_a_separator() -> None:
    title = "云溪-青石城际铁路建设进展"
    assert title_of(page("", "", title)) == title


def test_the_name_of_the_site_is_no_title_beside_that_of_the_page() -> None:
    assert title_of(page("", "", "低保申请流程-云溪区民政局")) == "低保申请流程"
