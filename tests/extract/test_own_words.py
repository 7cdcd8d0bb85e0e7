"""Words that tools of a page have, too, where a text says them; and tools in the spellings of many sites, where none
does."""

# ruff: noqa: E501 — tables of lines.

from itertools import product

import pytest

from etl.extract import extract
from etl.extract.content_id import normalise
from tests.support.pages import PARAGRAPHS, page, paragraphs
from tests.support.share import share

WORDS = (
    "无", "无。", "（无）", "暂无", "中", "大", "5次", "12人次", "满意", "一般", "全文", "原文", "中文", "PDF", "上级", "附件1",
)  # fmt: skip
ROW = "<table><tr><td>事项</td><td>结果</td></tr><tr><td>{}</td><td>{{}}</td></tr></table>"
CELLS = (ROW.format("风险等级"), ROW.format("<p>风险等级</p>"))
PLACES = (
    "<p>六、其他需要报告的事项</p><p>{}</p>", "<p>六、其他需要报告的事项<br>{}</p>", "<ul><li>其他事项</li><li>{}</li></ul>", *CELLS,
    ROW.format("检查中未见异常，设备运行良好。"),
)  # fmt: skip
IN_CELLS = ("打印", "下载", "来源：财政", "来源", "关闭", "政策解读", "相关规定", "主办单位", "留言", "转发", "点赞")
TOOLS_BELOW = (
    "", "<p>【打印】【关闭】</p>", "<p>责任编辑：李一</p>", "<ul><li>字号：</li><li>大</li><li>中</li><li>小</li></ul>",
    "<p>上一篇：</p><p>无</p>", "<div>下一篇：<span>没有了</span></div>",
)  # fmt: skip
TAILS = (
    "长按识别二维码关注我们", "点击下方名片关注我们", "关注云溪发布，获取更多资讯", "欢迎关注“云溪发布”微信公众号", "更多内容请关注",
    "用微信扫描二维码分享至好友和朋友圈", "↓↓↓点击“阅读原文”查看更多", "来源｜云溪发布", "来源丨云溪发布", "编辑｜李一",
    "编辑丨李一 审核丨王二", "文字｜李一 图片｜王二", "文/李一 图/王二", "校对/李一 审核/王二", "一审丨李一 二审丨王二 三审丨张三",
    "撰稿人：李一", "信息员：李一", "往期推荐", "往期回顾", "点赞 在看 分享", "第1页 第2页 第3页 下一页", "1 2 3 下页", "打印本文 关闭窗口",
    "发表评论", "网友评论（2）", "更多>>", "返回列表", "返 回", "↑返回顶部", "回到顶部", "TOP↑", "云溪区人民政府办公室主办",
    "这篇文章对您有帮助吗？", "满意 一般 不满意", "加入收藏夹", "推荐给朋友", "朗读 暂停", "— END —", "~全文完~", "正文结束", "智能问答",
    "已经是第一篇",
)  # fmt: skip
LINES = ("<p>{}</p>", "<div class='x'>{}</div>", "<br><span>{}</span>")


def text_of(body: str) -> str:
    """The main text without white space and what parts cells."""
    found = extract(page(body=body).encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html")
    return normalise(found.text)


TEXT = normalise("".join(PARAGRAPHS))


@pytest.mark.parametrize(
    ("word", "place", "tools"),
    [*share(product(WORDS, PLACES, TOOLS_BELOW)), *share(product(IN_CELLS, CELLS, TOOLS_BELOW))],
)
def test_a_tool_word_may_end_a_text(word: str, place: str, tools: str) -> None:
    text = text_of(paragraphs(PARAGRAPHS) + place.format(word) + tools)
    assert text.startswith(TEXT)
    assert text.endswith(normalise(word)), text[-40:]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("place", PLACES)
def test_a_tool_word_may_be_within_a_text(word: str, place: str) -> None:
    first, *rest = paragraphs(PARAGRAPHS).split("</p>", 1)
    text = text_of(f"{first}</p>{place.format(word)}{rest[0]}")
    assert normalise(word) in text.removeprefix(normalise(PARAGRAPHS[0])).split(normalise(PARAGRAPHS[1]))[0]


@pytest.mark.parametrize(("tail", "line"), list(share(product(TAILS, LINES))))
def test_tools_below_a_text_are_not_part_of_it(tail: str, line: str) -> None:
    assert text_of(paragraphs(PARAGRAPHS) + line.format(tail)) == TEXT


@pytest.mark.parametrize("tail", [tail for tail in TAILS if "关注" in tail and not tail.startswith("更多")])
def test_tools_above_a_text_are_not_part_of_it(tail: str) -> None:
    assert text_of(f"<p>{tail}</p>" + paragraphs(PARAGRAPHS)) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "关注“云溪人社”微信公众号即可查询办理进度。", "关注“云溪教育”公众号填写报名表", "请各单位关注重点人群用水安全。",
        "阅读原文件后签字确认", "来源/去向登记完整", "第1页为封面，第2页为目录", "水利部主办的年会改期",
    ],
)  # fmt: skip
def test_lines_of_a_text_that_begin_like_tools_are_its_own(line: str) -> None:
    assert text_of(paragraphs(PARAGRAPHS) + f"<p>{line}</p>") == TEXT + normalise(line)


def test_the_annex_that_a_page_shows_begins_with_its_number() -> None:
    text = text_of("<p>附件1</p><p>云溪区老旧电梯更新登记表</p>" + paragraphs(PARAGRAPHS))
    assert text.startswith("附件1云溪区老旧电梯更新登记表")


@pytest.mark.parametrize("label", ["责任单位", "责任部门", "服务对象", "起止时间", "截止时间", "适用范围", "备注"])
@pytest.mark.parametrize("form", ["<ul>{}</ul>", "<div>{}</div>"])
@pytest.mark.parametrize("above", ["<p>2023-05-09</p>", "<p>发布时间：2023-05-09 来源：云溪日报</p>"])
def test_a_label_that_each_entry_of_a_list_has_is_not_part_of_a_header(label: str, form: str, above: str) -> None:
    tag = "li" if "ul" in form else "p"
    entries = [(f"改造老旧小区{n}个", f"{label}：云溪区第{n}处", f"完成时限：{n}月底") for n in "三四五"]
    lines = [line for entry in entries for line in entry]
    html = page(above=above, headline="", body=form.format("".join(f"<{tag}>{line}</{tag}>" for line in lines)))
    html = html.replace(above, f"<h1>2023年民生实事清单</h1>{above}")
    found = extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html")
    assert normalise(found.text) == normalise("".join(lines))
