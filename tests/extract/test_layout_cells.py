"""Pages of which everything is in one cell of a layout table, beside a column of links."""

# ruff: noqa: E501 — tables of pages: a case is a line.

import pytest

from etl.extract import extract
from tests.extract.traps.registry import URL
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

LAYOUT = (
    "<table width=100%><tr><td width=200><ul><li><a href='/1/'>领导之窗</a></li><li><a href='/2/'>机构职能</a></li></ul></td>"
    "<td>{}</td></tr></table>"
)
HEADLINE = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09 来源：云溪日报</p>"
DATA = "<table border=1><tr><td>街道</td><td>台数</td></tr><tr><td>莲塘</td><td>12</td></tr></table>"
HEADERS = {
    "none": "",
    "a list": "<ul><li><b>索引号：</b>1/2023-00001</li><li><b>文号：</b>云政〔2023〕5号</li><li><b>公开方式：</b></li></ul>",
    "lines": "<p>索引号：1/2023-00001</p><p>文号：云政〔2023〕5号</p><p>主题词：</p>",
    "divisions": "<div><b>索引号：</b>1/2023-00001</div><div><b>文号：</b>云政〔2023〕5号</div><div><b>公开范围：</b></div>",
}
TAILS = {
    "none": "",
    "tools": '<div><a href="javascript:print()">打印本页</a> <a href="javascript:close()">关闭窗口</a></div>',
    "neighbours": "<p>上一篇：<a href='/a/1.html'>云溪区春季植树通知书发放</a></p><p>下一篇：<a href='/a/3.html'>防汛</a></p>",
    "related": "<div><p>【相关信息】</p><p><a href='/a/1.html'>关于印发《云溪市创新券管理办法》的通知</a></p></div><div>【打印】</div>",
    "a vote": '<div><span>您觉得本文对您有帮助吗？</span><a href="javascript:;">有用</a><a href="javascript:;">没用</a></div>',
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
@pytest.mark.parametrize("data", ["", DATA], ids=["prose", "table"])
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("container", ["{}", "<div class='x'>{}</div>"], ids=["loose", "in an element"])
def test_a_text_in_a_layout_cell_is_whole_and_nothing_else(container: str, header: str, data: str, tail: str) -> None:
    text = container.format(paragraphs() + data)
    found = extract(
        page(headline="", body=LAYOUT.format(HEADLINE + header + text + tail), container="{}").encode(), URL
    )
    table = "\n街道 | 台数\n莲塘 | 12" if data else ""
    assert found.text == "\n".join((*PARAGRAPHS, *SIGNED)) + table
    assert found.fields["published_date"].value == "2023-05-09"
    assert found.fields["source"].value == "云溪日报"
    assert ("document_number" in found.fields) == bool(header)
    assert "disclosure_method" not in found.fields


@pytest.mark.parametrize(
    ("above", "below", "source"),
    [
        ("来源：云溪日报", "信息来源：本站　　责任编辑：王一", "云溪日报"),
        ("<i></i><span>云溪日报</span>", "信息来源：本站　　责任编辑：王一", "云溪日报"),
        ("来源：本站", "稿件来源：云溪日报", "云溪日报"),
        ("", "信息来源：本站　　责任编辑：王一", "本站"),
    ],
)
def test_the_site_itself_is_the_source_only_without_another(above: str, below: str, source: str) -> None:
    headline = f"<h1>{TITLE}</h1><div><span>2023-05-09</span> {above}</div>"
    found = extract(page(headline=headline, below=f"<div>{below}</div>").encode(), URL)
    assert found.fields["source"].value == source
    assert "source:disputed" not in found.flags


LAST = ("公开范围", "主题词", "废止日期")
FORMS = {
    "a list": "<ul><li><b>索引号：</b>1/2023-00001</li><li><b>{}：</b></li></ul>",
    "lines": "<p>索引号：1/2023-00001</p><p>{}：</p>",
    "terms": "<dl><dt>索引号</dt><dd>1/2023-00001</dd><dt>{}</dt><dd></dd></dl>",
    "a table": "<table><tr><th>索引号</th><td>1/2023-00001</td><th>{}</th><td>&nbsp;</td></tr></table>",
    "cells": "<table><tr><td>索引号：1/2023-00001</td><td>{}：</td></tr></table>",
}
DATED = (
    "<p>2023-05-09 16:35 来源：云溪日报</p>",
    "<h6><p>2023/05/09 09:30</p><p>来源：云溪日报</p></h6>",
    "<div><i></i><span>2023-05-09</span><i></i><span>云溪日报</span><i></i><span>1203</span></div>",
)


@pytest.mark.parametrize("dated", DATED)
@pytest.mark.parametrize("layout", ["{}", LAYOUT], ids=["page", "in a cell"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("last", LAST)
def test_the_line_under_the_title_is_no_value_of_the_empty_label_above_it(
    last: str, form: str, layout: str, dated: str
) -> None:
    body = layout.format(f"<h1>{TITLE}</h1>{form.format(last)}{dated}<div>{paragraphs()}</div>")
    found = extract(page(headline="", body=body, container="{}").encode(), URL)
    assert found.fields["published_date"].value == "2023-05-09"
    assert found.fields["source"].value == "云溪日报"
    assert not {"expiry_date", "disclosure_scope"} & set(found.fields)
    assert not any(flag.startswith("expiry_date") for flag in found.flags)
    assert found.text == "\n".join((*PARAGRAPHS, *SIGNED))


def test_a_container_of_the_text_named_like_a_title_marks_no_headline() -> None:
    """`bt_content`: the letters bt are 标题, but the element contains the text."""
    body = "<table><tr><td class=bt_content>{}</td></tr></table>"
    headline = f"<div class=title>{TITLE}</div><div>日期：<b>2023-05-09 16:51</b></div>"
    found = extract(
        page(headline=headline, title="云溪市人民政府", body=body.format(paragraphs()), container="{}").encode(), URL
    )
    assert found.fields["title"].value == TITLE
