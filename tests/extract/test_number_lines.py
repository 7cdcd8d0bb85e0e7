"""文号 without a label: in lines of their own, over two lines, in titles; and those of other documents."""

# ruff: noqa: E501 — a part of a page is a line.

from itertools import product

import pytest

from etl.document_number import normalise_document_number
from etl.extract import extract
from tests.support.pages import FOOT, NAV, PARAGRAPHS, SIGNED, TITLE, paragraphs
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
SUBHEADING = "<div>发布时间：2023-05-09　来源：云溪日报</div>"
LINES = {
    "云政办发〔2023〕8号": "云政办发〔2023〕8号",
    "（云政办函﹝2023﹞8号）": "云政办函﹝2023﹞8号",
    "云卫公告〔2023〕第2号": "云卫公告〔2023〕2号",
    "云政规〔二〇二三〕2号": "云政规〔二〇二三〕2号",
    "云人社认[2023]1-0022号": "云人社认〔2023〕1-0022号",
    "云建村〔2023〕8号　云财建〔2023〕9号": "云建村〔2023〕8号云财建〔2023〕9号",
    "云建村〔2023〕8号、云财建〔2023〕9号": "云建村〔2023〕8号、云财建〔2023〕9号",
    "急　件　云防指电〔2023〕3号": "云防指电〔2023〕3号",
    "特急 云防指电〔2023〕3号": "云防指电〔2023〕3号",
    "云文旅规〔2023〕1号　　　签发人：王一": "云文旅规〔2023〕1号",
    "云政发〔2023〕1号（此件公开发布）": "云政发〔2023〕1号",
    "YXCR-2023-0010001　云政发〔2023〕1号": "云政发〔2023〕1号",
    "（2023年5月8日　云政发〔2023〕6号）": "云政发〔2023〕6号",
    "（云政发〔2023〕6号，2023年5月8日印发）": "云政发〔2023〕6号",
    "（2023年5月8日　云溪区人民政府　云政发〔2023〕6号）": "云政发〔2023〕6号",
    "云卫提复〔2023〕12号　　A类　　公开": "云卫提复〔2023〕12号",
    "云溪区主席令第一百一十五号": "云溪区主席令第一百一十五号",
    "（2023）云01行终123号": "〔2023〕云01行终123号",
    "云溪区人民政府令</p><p>第256号": "云溪区人民政府令第256号",
    "云溪海关公告</p><p>2023年第5号": "云溪海关公告2023年第5号",
    "云发改能源规</p><p>〔2023〕322号": "云发改能源规〔2023〕322号",
}
PLACES = {
    "in the text": "<h1>{title}</h1>{subheading}<div><p align=center>{line}</p>{text}</div>",
    "below the headline": "<h1>{title}</h1><p align=center>{line}</p>{subheading}<div>{text}</div>",
    "in one line of the text": "<h1>{title}</h1>{subheading}<div>{line}<br>{br}</div>",
}
PAGES = {
    "boxes": "<ul>{nav}</ul><div>{content}</div><div>{foot}</div>",
    "a table for the layout": "<table><tr><td><ul>{nav}</ul></td></tr></table><table><tr><td width=200><p>通知公告</p><p>政策解读"
    "</p></td><td>{content}</td></tr></table><div>{foot}</div>",
    "tables in tables": "<table><tr><td><ul>{nav}</ul></td></tr><tr><td><table><tr><td>您的位置：首页</td></tr><tr><td>{content}"
    "</td></tr></table></td></tr></table><div>{foot}</div>",
    "a form": "<form><input type=hidden name=__VIEWSTATE value=x><ul>{nav}</ul><div>{content}</div></form><div>{foot}</div>",
}


def number_of(content: str, around: str = PAGES["boxes"], title: str = TITLE) -> str | None:
    html = around.format(nav=NAV, content=content, foot=FOOT)
    fields = extract(f"<html><head><title>{title}</title></head><body>{html}".encode(), URL).fields
    return fields["document_number"].value if "document_number" in fields else None


def test_a_line_with_a_number_is_read_wherever_it_stands() -> None:
    wrong = []
    for (line, number), (place, content), (name, around) in share(
        product(LINES.items(), PLACES.items(), PAGES.items())
    ):
        if place == "in one line of the text" and "</p>" in line:
            continue
        text = {"text": paragraphs(), "br": "<br>".join((*PARAGRAPHS, *SIGNED))}
        found = number_of(content.format(title=TITLE, subheading=SUBHEADING, line=line, **text), around)
        if found != normalise_document_number(number):
            wrong.append((line, place, name, found))
    assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_other_documents_below_the_text_are_not_read_in_any_layout(name: str) -> None:
    box = "<div><h4>相关政策</h4><div>索引号：000000000/2001-00001</div><div>文号：国发〔2001〕1号</div><div>发布机构：国务院</div></div>"
    content = f"<h1>{TITLE}</h1>{SUBHEADING}<div>{paragraphs()}</div>{box}"
    fields = extract(PAGES[name].format(nav=NAV, content=content, foot=FOOT).encode(), URL).fields
    assert {"document_number", "index_number", "publisher"}.isdisjoint(fields)


def test_the_number_of_a_forwarded_document_is_not_that_of_the_page() -> None:
    text = paragraphs(
        ("各科室：", "现将上级通知转发给你们，请认真执行。", *SIGNED, "云厅发〔2023〕55号", *PARAGRAPHS, *SIGNED)
    )
    assert number_of(f"<h1>{TITLE}</h1>{SUBHEADING}<div>{text}</div>") is None


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("云溪海关公告2023年第8号（关于设立监管作业场所的公告）", "云溪海关公告2023年第8号"),
        ("关于发布处罚裁量基准的公告（云溪区税务局公告2023年第8号）", "云溪区税务局公告2023年第8号"),
        ("云溪区药监局关于药品抽检的通告（2023年第12号）", "2023年第12号"),
        ("云溪区人民法院（2023）云0102行初45号行政判决书", "〔2023〕云0102行初45号"),
        ("云溪区人民政府令（第312号）", "云溪区人民政府令〔第312号〕"),
        ("云溪区住建局关于供热的通知云建〔2023〕12号", "云建〔2023〕12号"),
        ("云政发〔2023〕9号关于表扬先进单位的通报", "云政发〔2023〕9号"),
        ("关于《关于调整补助标准的通知》（云财〔2023〕2号）", "云财〔2023〕2号"),
        ("关于废止《供水办法》（云政发〔2010〕5号）的通知 云政发〔2023〕20号", "云政发〔2023〕20号"),
        ("云溪区财政局关于转发《管理办法》（云财教〔2020〕5号）的通知", None),
        ("关于延长云政发〔2018〕3号文件有效期的通知", None),
        ("关于对《供水办法》（云政发〔2010〕5号）公开征求意见的公告", None),
        ("关于云政发〔2016〕3号有关条款解释的函", None),
        ("关于做好供热工作的通知云建〔2023〕12号", "云建〔2023〕12号"),
        ("对区政协第十四届第五次会议第0123号提案的答复", None),
        ("云溪区2023年第15批次征收土地公告", None),
        ("成品油价格调整公告（2023年第19号）", "2023年第19号"),
        ("不合格食品控制情况通告2023年第8号", "2023年第8号"),
        (
            "云溪区卫生健康委员会、云溪区医保局公告（2023年第3号）",
            "云溪区卫生健康委员会、云溪区医保局公告〔2023年第3号〕",
        ),
    ],
)
def test_the_number_of_a_title_is_its_own(title: str, number: str | None) -> None:
    assert number_of(f"<h1>{title}</h1>{SUBHEADING}<div>{paragraphs()}</div>", title=title) == number
