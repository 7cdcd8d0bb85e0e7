"""Texts whose first paragraphs are one element, and whose other lines, or the signature, are elements behind it."""

# ruff: noqa: E501 — tables of pages: a case is a line.

import pytest

from etl.extract import extract
from tests.extract.traps.registry import URL
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page

UPPER = PARAGRAPHS[:-1]
REST = ("特此通知。", "时间：10月30日前", "联系电话：0000-1234567", *SIGNED)
FIRST = f"<div>{'<br>　　'.join(UPPER)}</div>"
FORMS = {
    "divisions": FIRST + "".join(f"<div style='text-indent:2em'>{line}</div>" for line in REST),
    "paragraphs": FIRST + "".join(f"<p>{line}</p>" for line in REST),
    "one more": FIRST + f"<div align=right>{'<br>'.join(REST)}</div>",
    "pairs": FIRST
    + "".join(f"<div>{a}<br>{b}</div>" for a, b in zip(REST[::2], (*REST[1::2], "（此件公开发布）"), strict=True)),
    "a list": FIRST + "<ul>" + "".join(f"<li>{line}</li>" for line in REST) + "</ul>",
    "sections": f"<section>{'<br>'.join(UPPER)}</section>" + "".join(f"<section>{line}</section>" for line in REST),
    "names": "".join(f"<div class=para>{line}</div>" for line in ("<br>".join(UPPER), *REST)),
    "a container around the first": f"<div>{FIRST}</div>" + "".join(f"<div><p>{line}</p></div>" for line in REST),
    "a table": FIRST
    + f"<table border=1><tr><td>{REST[0]}</td><td>{REST[1]}</td></tr><tr><td>{REST[2]}</td><td>12</td></tr></table><p>{REST[3]}</p><p>{REST[4]}</p>",
}
HEADLINES = (f"<h1>{TITLE}</h1><p>发布时间：2023-05-09 来源：云溪日报</p>", f"<p align=center><b>{TITLE}</b></p>")
CONTAINERS = ("<div class=x1>{}</div>", "{}", "<table><tr><td>{}</td></tr></table>")
BOXES = (
    "<div class=ewm>扫一扫在手机打开当前页</div>",
    "<p>附件：<a href=/a.pdf>云溪区防汛物资清单.pdf</a></p>",
    "<div>浏览次数：<span>12</span></div>",
    "<div class=comments><h3>网友评论</h3><p>暂无评论</p></div>",
    "<div class=tip>温馨提示：本站内容仅供参考</div>",
    "<div><h3>最新公开</h3></div>",
    "<div class=vote>该信息对您是否有帮助？ 是 否</div>",
    "<div class=weather><div>今日天气</div><div>晴 12℃</div></div>",
    "<div class=qr><img src=q.png><p>政务微信</p></div>",
    "<div>上一篇：没有了</div><div>下一篇：没有了</div>",
    "<div>版权所有 云溪区人民政府</div>",
    "<div><div>云溪区水务局</div><div>2023-06-08</div></div>",
    f"<div class=phone><div>{'<br>'.join((*UPPER, *SIGNED))}</div></div>",
)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("headline", HEADLINES)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_text_goes_on_in_the_elements_behind_its_longest(form: str, headline: str, container: str) -> None:
    text = extract(page(headline=headline, body=form, container=container).encode(), URL).text
    assert [line for line in (*UPPER, *REST) if line not in text] == []


@pytest.mark.parametrize("box", BOXES)
def test_boxes_behind_a_text_are_none_of_it(box: str) -> None:
    body = f"<div class=l>{'<br>'.join((*UPPER, *SIGNED))}</div>{box}"
    text = extract(page(headline=HEADLINES[0], body=body, container="<div class=wrap>{}</div>").encode(), URL).text
    assert text == "\n".join((*UPPER, *SIGNED))


SHORT = {
    "a table of names": (
        "<p>下列人员符合条件。</p><table border=1><tr><td>序号</td><td>姓名</td></tr><tr><td>1</td><td>王一</td></tr></table>",
        "下列人员符合条件。\n序号 | 姓名\n1 | 王一",
    ),
    "articles": (
        "<p>第一条 为规范管理，制定本办法。</p><p>第二条 自公布之日起施行。</p>",
        "第一条 为规范管理，制定本办法。\n第二条 自公布之日起施行。",
    ),
    "appointments": ("<p>任命：</p><p>王一为区水务局局长；</p>", "任命：\n王一为区水务局局长；"),
}
TOOLS = (
    "<div><img src=/qr.png><p>扫一扫</p></div>",
    "<p>【<a href='javascript:window.print()'>打印</a>】</p>",
    "<div><a href='javascript:;'>语音播报</a></div><div>分享到：<a class=wx title=微信></a></div>",
)


@pytest.mark.parametrize("tools", TOOLS)
@pytest.mark.parametrize(("body", "text"), SHORT.values(), ids=SHORT.keys())
@pytest.mark.parametrize(
    "above",
    ["", "<table><tr><td>索引号</td><td>1/2023-00001</td><td>主题词</td><td></td></tr></table>"],
    ids=["no header", "header"],
)
def test_tools_above_a_short_text_do_not_end_it(above: str, body: str, text: str, tools: str) -> None:
    headline = f"<h1>{TITLE}</h1>{above}<p>发布时间：2023-05-09 来源：云溪日报</p>{tools}"
    found = extract(page(headline=headline, body=body, container="<div class=x1>{}</div>").encode(), URL)
    assert found.text == text
    assert found.attachments == ()
    assert not {"no_text", "images_only", "attachments_only"} & set(found.flags)


def test_a_picture_in_a_text_is_no_value_of_a_label_above_the_text() -> None:
    body = f"<p><img src=/u/1.jpg alt=会议现场></p><p>{'</p><p>'.join(PARAGRAPHS)}</p>"
    found = extract(page(headline=f"<h1>{TITLE}</h1><p>公开方式：</p><div>分享到：</div>", body=body).encode(), URL)
    assert found.text == "\n".join(PARAGRAPHS)
    assert "disclosure_method" not in found.fields


@pytest.mark.parametrize("position", range(1, len(PARAGRAPHS) + 2))
@pytest.mark.parametrize("tag", ["p", "div"])
@pytest.mark.parametrize(
    "container",
    [
        "<div id=zoom>{}</div>",
        "<div class=w><div class=TRS_Editor>{}</div></div>",
        "<div class=x><div class=y>{}</div></div>",
    ],
)
def test_an_end_tag_too_many_within_a_text_cuts_nothing(container: str, tag: str, position: int) -> None:
    lines = [f"<{tag}>{line}</{tag}>" for line in (*PARAGRAPHS, "特此通知。", *SIGNED)]
    body = "".join((*lines[:position], "</div>", *lines[position:]))
    text = extract(page(body=body, container=container).encode(), URL).text
    assert text == "\n".join((*PARAGRAPHS, "特此通知。", *SIGNED))


def test_a_signature_below_its_container_may_stand_in_a_cell_with_the_whole_page() -> None:
    signature = "".join(f"<p align=right>{line}</p>" for line in SIGNED)
    marked = f"<META name=ContentStart><p>{'</p><p>'.join(PARAGRAPHS)}</p><META name=ContentEnd>{signature}"
    found = extract(page(body=marked, container="<table><tr><td>{}</td></tr></table>").encode(), URL)
    assert found.text == "\n".join((*PARAGRAPHS, *SIGNED))
    assert found.fields["written_date"].value == "2023-05-08"


@pytest.mark.parametrize("position", range(1, len(PARAGRAPHS)))
@pytest.mark.parametrize("name", ["part2", "con-b", "zw_more"])
def test_sentences_in_an_element_of_another_class_go_on_with_a_text(name: str, position: int) -> None:
    lines = [f"<p>{line}</p>" for line in (*PARAGRAPHS, "特此通知。")]
    body = "".join((*lines[:position], f"</div><div class={name}>", *lines[position:]))
    text = extract(page(headline=HEADLINES[0], body=body, container="<div class=nr>{}</div>").encode(), URL).text
    assert text == "\n".join((*PARAGRAPHS, "特此通知。"))


@pytest.mark.parametrize(
    "box",
    [
        "<div class=gk><h4>云溪概况</h4><p>云溪区位于云岭东麓，辖八个街道，常住人口五十二万，素有鱼米之乡的美誉。</p></div>",
        "<div class=sm><p>本网站由云溪区人民政府办公室主办，未经授权不得转载或者镜像本网站内容。</p></div>",
        "<div class=ts><p>以上内容仅供参考，具体以各部门公布的文件原文为准，如有疑问请拨打服务热线。</p></div>",
        "<div class=lk><p>您访问的链接即将离开云溪区人民政府门户，是否继续访问该页面内容？请确认。</p></div>",
        "<div class=tj><p><a href=/a.html>云溪区召开电梯安全工作会议</a></p><p>会议要求各街道抓紧摸底，按期完成更新任务，确保居民出行安全。</p></div>",
    ],
)
def test_sentences_of_a_box_behind_a_text_are_none_of_it(box: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    html = page(headline=HEADLINES[0], body=body, container="<div class=nr>{}</div>", below=box)
    assert extract(html.encode(), URL).text == "\n".join(PARAGRAPHS)
