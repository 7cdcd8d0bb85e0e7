"""Words of footers and tools that documents use too: 无障碍, 适老, 客户端, 浏览器, 主办单位 …"""
# ruff: noqa: E501 — tables of lines.

from itertools import product

import pytest

from etl.extract import extract

URL = "http://www.shiqiao.gov.cn/zwgk/202403/t20240305_12345.html"
SENTENCES = {
    "无障碍": "各区应当加快推进无障碍环境建设，新建道路、公园和公共建筑一律同步建设无障碍设施，并于年底前完成验收。",
    "适老": "支持困难老年人家庭实施适老化改造，每户补助不超过三千元，由街道办事处负责组织实施和验收工作。",
    "主办单位": "本次比赛由市体育局作为主办单位负责总体组织，各区体育部门负责选拔队伍，并按时报送参赛名单。",
    "承办单位": "各承办单位要严格落实安全责任，制定应急预案，确保活动安全有序进行，不得出现任何疏漏。",
    "技术支持": "市农科院要为种植大户提供技术支持，组织专家下乡指导春耕生产，帮助解决病虫害防治等问题。",
    "浏览器": "申报人登录系统时应当使用兼容的浏览器，按照提示填写申报材料，并在规定时间内完成网上提交。",
    "客户端": "参保人可以通过手机客户端查询个人账户信息，也可以到街道服务窗口现场办理，所需材料相同。",
    "验证码": "请广大市民提高警惕，不要向陌生人透露银行卡号和短信验证码，发现可疑情况及时拨打报警电话。",
    "请输入": "系统提示请输入统一社会信用代码时，企业应当填写营业执照上的十八位代码，不得填写其他号码。",
    "推荐使用": "各学校应当优先选用推荐使用的教材目录中的图书，不得擅自征订目录以外的教辅材料和读物。",
    "分辨率": "上传的照片分辨率不低于三百万像素，格式为常见图片格式，大小不超过两兆，否则不予受理。",
    "网站地图": "各部门网站应当设置网站地图、站内检索等功能，做到链接有效、更新及时，方便群众查找信息。",
    "版权所有": "征集作品的版权所有人应当为投稿者本人，投稿即视为同意主办方将作品用于公益宣传和展览。",
}
TITLES = (
    "石桥市无障碍环境建设管理办法",
    "石桥市关于推进居家适老化改造的通知",
    "石桥市政务服务客户端运行情况的通报",
    "关于公布石桥市文化节承办单位的公告",
    "石桥市学生推荐使用图书目录",
)
LAYOUTS = {
    "boxes": "<div class=content><h1>{title}</h1><p>发布时间：2024-03-05 来源：市府办</p><div>{text}</div></div>",
    "plain": "<div><h2>{title}</h2><div>2024-03-05</div>{text}</div>",
    "table": "<table><tr><td>{title}</td></tr><tr><td>发布日期：2024-03-05</td></tr><tr><td>{text}</td></tr></table>",
}
OF_SITE = (
    "主办单位：石桥市人民政府 技术支持：石桥市大数据局",
    "版权所有：石桥市人民政府办公室，未经许可不得转载",
    "为确保最佳浏览效果，建议您使用以下浏览器版本：IE浏览器9.0版本及以上；谷歌浏览器63版本及以上。",
    "推荐使用1920*1080分辨率",
    "无障碍浏览 适老版 移动客户端",
    "请输入验证码",
)
NAV = "".join(f"<li><a href='/n{number}/'>栏目{number}</a></li>" for number in range(12))


def read(title: str, text: str, layout: str, below: str = "") -> tuple[str, str, str]:
    """(kind, title, text) of a page of the site."""
    body = f"<ul class=nav>{NAV}</ul>{LAYOUTS[layout].format(title=title, text=text)}<div>{below}</div>"
    page = f"<html><head><title>石桥市人民政府</title></head><body>{body}</body></html>"
    found = extract(page.encode(), URL)
    return found.kind, found.fields["title"].value if "title" in found.fields else "", found.text


@pytest.mark.parametrize("word", SENTENCES)
def test_a_text_whose_every_sentence_has_a_word_of_sites_is_read(word: str) -> None:
    sentence = SENTENCES[word]
    for layout, number in product(LAYOUTS, (1, 2, 3)):
        lines = [f"{mark}{sentence}" for mark in ("", "二、", "三、")[:number]]
        text = "".join(f"<p>{line}</p>" for line in lines)
        found = read("石桥市关于做好有关工作的通知", text, layout, f"<p>{OF_SITE[0]}</p>")
        assert found == ("document", "石桥市关于做好有关工作的通知", "\n".join(lines)), layout


@pytest.mark.parametrize("title", TITLES)
def test_a_title_with_a_word_of_sites_is_one(title: str) -> None:
    for layout in LAYOUTS:
        text = "第一条　为规范管理，根据有关规定，结合本市实际，制定本办法，请各单位遵照执行。"
        assert read(title, f"<p>{text}</p>", layout)[1] == title, layout


@pytest.mark.parametrize("line", OF_SITE)
def test_sentences_of_the_site_are_not_part_of_the_text(line: str) -> None:
    for layout in LAYOUTS:
        text = SENTENCES["技术支持"]
        kind, _, said = read("石桥市关于做好春耕工作的通知", f"<p>{text}</p>", layout, f"<p>{line}</p>")
        assert (kind, said) == ("document", text), layout


@pytest.mark.parametrize(
    "line",
    ["二、无障碍环境", "（三）技术支持单位", "第四条 主办单位职责", "三、浏览器和客户端", "适老化改造", "无障碍设施建设情况", "浏览器要求"],
)  # fmt: skip
def test_a_heading_with_a_word_of_sites_is_text(line: str) -> None:
    sentence = SENTENCES["无障碍"]
    for layout, lines in product(
        ("boxes", "plain"), ((sentence, line), (line, sentence), (sentence, line, sentence[::-1]))
    ):
        text = "".join(f"<p>{each}</p>" for each in lines)
        assert read("石桥市关于做好有关工作的通知", text, layout, f"<p>{OF_SITE[0]}</p>")[2] == "\n".join(lines), layout
