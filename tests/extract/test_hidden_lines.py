"""Tables and lists behind a tab are named by a flag: they are a part of the document that its text lacks."""

from itertools import product

import pytest

from etl.extract import extract
from tests.support.pages import page, paragraphs

URL = "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html"
DATED = "<h1>2023年行政许可公示</h1><div>发布时间：2023-05-09　来源：云溪日报</div>"
SHOWN = "<table><tr><th>序号</th><th>企业名称</th></tr>{}</table>".format(
    "".join(f"<tr><td>{number}</td><td>云溪第{number}采石场</td></tr>" for number in range(1, 7))
)
TABLE = "<table><tr><th>序号</th><th>姓名</th></tr>{}</table>".format(
    "".join(f"<tr><td>{number}</td><td>李某{number}</td></tr>" for number in range(1, 7))
)
LIST = f"<ul>{''.join(f'<li>云溪第{number}中学</li>' for number in range(1, 8))}</ul>"
WAYS = (
    "<div style='display:none'>{}</div>",
    "<style>.off{{display:none}}</style><div class='off'>{}</div>",
    "<div hidden>{}</div>",
    "<div id='two'>{}</div><script>$('#two').hide();</script>",
)
FURNITURE = (
    "<a>微信</a><a>微博</a><a>QQ空间</a><a>豆瓣</a>",
    "<h3>用户登录</h3><p>用户名</p><p>密码</p><button>登录</button>",
    "<table><tr><td>错误内容</td><td>提交</td></tr><tr><td>您的联系方式</td><td>取消</td></tr></table>",
    "<ul><li>首页</li><li>公开</li><li>服务</li></ul>",
)


def flags(body: str) -> tuple[str, ...]:
    html = page(title="2023年行政许可公示", headline=DATED, body=body)
    return tuple(flag for flag in extract(html.encode(), URL).flags if flag.startswith("hidden_text"))


@pytest.mark.parametrize(("way", "hidden", "above"), list(product(WAYS, (TABLE, LIST), (SHOWN, paragraphs()))))
def test_a_hidden_table_or_list_in_the_place_of_the_text_is_flagged(way: str, hidden: str, above: str) -> None:
    assert flags(f"<div>{above}</div>" + way.format(hidden))


@pytest.mark.parametrize(("way", "hidden", "above"), list(product(WAYS, FURNITURE, (SHOWN, paragraphs()))))
def test_hidden_tools_are_not(way: str, hidden: str, above: str) -> None:
    assert not flags(f"<div>{above}</div>" + way.format(hidden))


def test_a_hidden_copy_of_the_text_is_not() -> None:
    assert not flags(f"<div>{SHOWN}</div>" + WAYS[0].format(SHOWN))


def test_boxes_and_foot_of_a_hidden_text_are_read_as_those_of_a_shown_one() -> None:
    links = "".join(f'<p><a href="/a/{n}.html">关于河道清淤的第{n}号通知</a></p>' for n in "一二")
    foot = f"<div class='bottom'>{paragraphs()}<p>云溪区水务局</p><p>2023年5月9日</p></div>"
    text = f"<div class='TRS_Editor'{{}}>{paragraphs()}{foot}<div><p>相关文件</p>{links}</div></div>"
    shown, hidden = (
        extract(
            page(f"<h1>云溪区水务局关于河道管理的通知</h1><p>发布时间：2023-05-09</p>{text.format(how)}").encode(), URL
        )
        for how in ("", " style='display:none'")
    )
    assert shown.text.endswith("2023年5月9日")
    assert hidden.text == shown.text
