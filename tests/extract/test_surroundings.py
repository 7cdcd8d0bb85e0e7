"""The text is complete and contains nothing else, whatever surrounds it and however short it is."""

# ruff: noqa: E501 — a part of a page is a line.

import re
from itertools import product
from random import Random

import pytest

from etl.extract import extract
from tests.support.pages import NAV, PARAGRAPHS, SIGNED, TITLE
from tests.support.share import examples, share

LINES = (*PARAGRAPHS, "（一）落实责任", "1.明确牵头单位；", "附则", "本通知自印发之日起施行。")


def written(form: str, lines: list[str]) -> str:
    """The lines in the markup of an editor."""
    if form == "lines":
        return f"<div>{'<br>'.join(lines)}</div>"
    if form == "one paragraph":
        return f"<p>{'<br/>　　'.join(lines)}</p>"
    if form == "rows":
        return f"<table>{''.join(f'<tr><td>{line}</td></tr>' for line in lines)}</table>"
    if form == "spans":
        return "".join(
            f"<p style='text-indent:2em'><span>{line[:5]}</span><span>{line[5:]}</span></p>" for line in lines
        )
    if form == "halves":
        return (
            "".join(f"<p>{line}</p>" for line in lines[:2])
            + f"<div><div>{''.join(f'<p>{line}</p>' for line in lines[2:])}</div></div>"
        )
    if form == "headings":
        return "".join(f"<h4>{line}</h4>" if len(line) < 8 else f"<p>{line}</p>" for line in lines)
    return "".join(f"<p>{line}</p>" for line in lines)


FORMS = ("paragraphs", "lines", "one paragraph", "rows", "spans", "halves", "headings")
CONTAINERS = (
    "<div class=content>{}</div>", "<div id=zoom>{}</div>", "<div>{}</div>", "{}", "<form>{}</form>", "<aside>{}</aside>",
    "<div class=main-text-left>{}</div>", "<div class='news-detail list'>{}</div>", "<div class=left>{}</div>",
)  # fmt: skip
SUBHEADINGS = (
    "", "<div>发布时间：2023-05-09 来源：区政府办</div>",
    "<div>让居民上下楼更安全</div><div>2023-05-09 10:00</div><div>\ue602| \ue60d|  \ue61b</div>",
    "<div>2023-05-09 10:00 来源：区政府办 【字体：<a>大</a> <a>中</a> <a>小</a>】 <a href=#>打印</a> <a>关闭</a></div>",
)  # fmt: skip
BESIDE = (
    "", "<div class=side><ul><li><a href=/1>机构职能</a></li><li><a href=/2>领导信息</a></li></ul></div>",
    "<div class=side><h3>公开指南</h3><p>根据政府信息公开条例，本机关编制了信息公开指南，方便公民、法人和其他组织获取政府信息。</p></div>",
)  # fmt: skip
BELOW = (
    "<div>上一篇：<a href=a.html>关于开展检查工作的通知</a></div><div>下一篇：<a href=b.html>没有了</a></div>",
    "<div><h3>相关文章</h3><ul><li><a href=t4.html>关于开展检查工作的通知</a><span>2023-01-02</span></li><li><a href=t5.html>关于召开会议的通知</a><span>2023-01-03</span></li></ul></div>",
    "<div>分享到：<a>微信</a><a>微博</a></div><div>【打印】【关闭】</div>", "<div><a>\ue614微信</a></div><div><a>\ue625微博</a></div>",
    "<div>责任编辑：李明</div><div>审核：张三</div>",
    "<div><img src=qr.png>扫一扫在手机打开当前页</div>",
    "<div>声明：本网站发布的内容如有侵权，请与我们联系，我们将在第一时间予以删除，转载请注明出处。</div>",
    "<div class=hot><h3>热点新闻</h3><div><a href=h1.html>区长调研重点项目建设</a><p>5月6日，区长到重点项目现场调研，强调要抓好安全生产，确保按期完工，让群众早日受益。</p></div><div><a href=h2.html>全区防汛工作会议召开</a><p>5月5日，全区防汛工作会议召开，会议要求各部门压实责任，做好准备，确保安全度汛。</p></div></div>",
    "<div class=cards><div><a href=h1.html><img src=1.jpg><h4>区长调研重点项目建设</h4><p>5月6日，区长到重点项目现场调研，强调要抓好安全生产，确保按期完工。</p></a></div><div><a href=h2.html><img src=2.jpg><h4>全区防汛工作会议召开</h4><p>5月5日，全区防汛工作会议召开，会议要求各部门压实责任。</p></a></div></div>",
    "<div class=list><div class=hd>最新公开</div><ul><li><a href=l1.html>关于开展安全检查的公告</a><em>05-08</em></li><li><a href=l2.html>关于停水的公告</a><em>05-07</em></li></ul></div>",
    "<div>网友评论</div><div>请文明上网，理性发言，评论内容经审核后显示。</div><textarea></textarea>",
    "<div>您对本页内容是否满意？<a>满意</a><a>不满意</a></div>",
    "<div class=tip>温馨提示：本页面内容仅供参考，请以正式文件为准。</div>",
    "<div class=leader><h4>领导信息</h4><img src=l.jpg><p>张三，男，汉族，1970年1月出生，中共党员，区委副书记、区长。</p></div>",
)  # fmt: skip
FOOT = "<div class=foot><p>主办：云溪区人民政府办公室 承办：云溪区政务服务中心</p><p>地址：云溪区人民路1号 邮编：000000 云ICP备00000001号</p></div>"
PAGES = (
    "<ul>{nav}</ul>{beside}<div class=main><h1>{title}</h1>{subheading}{text}{below}</div>{foot}",
    "<table><tr><td><ul>{nav}</ul></td></tr><tr><td>{beside}</td><td><h1>{title}</h1>{subheading}{text}{below}</td></tr><tr><td>{foot}</td></tr></table>",
    "<div class=wrap><div><ul>{nav}</ul></div><div><div>{beside}</div><div><div class=tit>{title}</div>{subheading}{text}{below}</div></div>{foot}</div>",
    "<ul>{nav}</ul><div><h2>{title}</h2>{subheading}{text}</div>{below}{beside}{foot}",
)  # fmt: skip
PAGE_TITLES = (f"{TITLE}_云溪区人民政府", TITLE, "云溪区人民政府", "通知公告-云溪区人民政府", "")


@pytest.mark.parametrize("most", [3, len(LINES)])
def test_the_text_is_whole_and_nothing_else(most: int) -> None:
    drawn = Random(1)
    wrong = []
    for _ in range(examples(300)):
        lines = [*LINES[: drawn.randint(1 if most == 3 else 4, most)], *SIGNED]
        text = drawn.choice(CONTAINERS).format(written(drawn.choice(FORMS), lines))
        parts = {"nav": NAV, "title": TITLE, "text": text, "foot": FOOT}
        parts |= {"beside": drawn.choice(BESIDE), "subheading": drawn.choice(SUBHEADINGS)}
        parts["below"] = "".join(drawn.sample(BELOW, drawn.randint(0, 4)))
        page = (
            f"<html><title>{drawn.choice(PAGE_TITLES)}</title><body>{drawn.choice(PAGES).format(**parts)}</body></html>"
        )
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        flagged = any(flag.startswith("left_out") for flag in found.flags)
        if ("".join(found.text.split()), found.kind) != ("".join(lines), "document") or flagged:
            wrong.append((found.text, page))
    assert not wrong, f"{len(wrong)}: {wrong[:2]}"


def test_a_page_whose_headline_is_a_picture_has_its_text() -> None:
    """The agency, which begins the title, signs the text: the text does not begin below that."""
    for below in ("", "<p>（此件主动公开）</p>", *BELOW[:6]):
        text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><img src=t.jpg></div><div>{text}{below}</div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith(PARAGRAPHS[0]), page
        assert SIGNED[1] in found.text


CONTENTS = {
    "prose": "<p>一、各街道要在本年十月底前完成摸底，逐台登记，建立台账。</p>",
    "table": f"<table><tr><th>姓名</th><th>职务</th></tr>{'<tr><td>张明</td><td>副科长</td></tr>' * 6}</table>",
    "file": "<p><a href='/u/1.pdf'>云溪区2023年部门预算.pdf</a></p>",
    "names": f"<p>{'　'.join(f'王{number}明' for number in range(20))}</p>",
    "answer": "<div><b>来信内容：</b>小区门口路灯不亮，请尽快维修。</div><div><b>办理结果：</b>您好，经核实已安排人员维修，感谢您的关注。</div>",
    "video": "<video src='/v/1.mp4' controls></video>",
}
ADDRESSES = ("zc/202305/t20230509_1.html", "art/2023/5/9/art_12_3456.html", "content/post_345.html", "show.asp?id=33")
RELATED = "".join(
    f"<li><a href=t{day}.html>关于开展第{day}次检查工作的通知</a><span>2023-01-0{day}</span></li>"
    for day in range(1, 9)
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("content", CONTENTS)
def test_content_below_a_headline_is_a_document_even_without_a_date(content: str, address: str) -> None:
    for below in ("", f"<div><h3>相关信息</h3><ul>{RELATED}</ul></div>"):
        for page_title in PAGE_TITLES:
            page = (
                f"<html><title>{page_title}</title><body><ul>{NAV}</ul><div class=main><h1>{TITLE}</h1>"
                f"<div class=con>{CONTENTS[content]}</div></div>{below}{FOOT}</body></html>"
            )
            found = extract(page.encode(), f"http://www.yunxi.gov.cn/{address}")
            assert (found.kind, found.fields["title"].value) == ("document", TITLE), (found.reason, page)


FIRST_SENTENCES = (
    "定于近期召开会议，现将有关事项通知如下：", "兹定于近期召开全区电梯工作会议。", "各街道办事处：",
    "经区政府批准，我局决定以挂牌方式出让下列国有建设用地使用权，请有意者按时申请。",
)  # fmt: skip
OWN_LABELS = {
    "meeting": "<p>时间：2023年5月20日</p><p>地点：区政府二楼会议室</p>",
    "cited": "<p>文号：云政发〔2010〕3号</p><p>发文日期：2010年3月1日</p>",
    "cells": "<table><tr><td>名称</td><td>电梯管理办法</td><td>文号</td><td>云政发〔2010〕3号</td></tr></table>",
    "land": "<table><tr><td>地块编号</td><td>YX-3</td></tr><tr><td>公告时间</td><td>2023年5月9日至2023年6月9日</td></tr></table>",
    "bodies": "<p>来源：区财政专户</p><p>发布单位：区财政局</p>",
}


@pytest.mark.parametrize("label", OWN_LABELS)
def test_labels_below_the_first_sentence_are_those_of_the_text(label: str) -> None:
    for sentence, subheading, container, ends in share(
        product(FIRST_SENTENCES, SUBHEADINGS[:2], CONTAINERS[:4], (0, 1))
    ):
        text = f"<p>　　{sentence}</p>{OWN_LABELS[label]}{'<p>特此通知。</p>' if ends else f'<p>{PARAGRAPHS[1]}</p>'}"
        page = (
            f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{subheading}{container.format(text)}</div>{FOOT}"
        )
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        values = {"title": TITLE}
        if subheading:
            values |= {"published_date": "2023-05-09", "source": "区政府办"}
        assert found.text.startswith(sentence), page
        assert {name: field.value for name, field in found.fields.items()} == values, page


@pytest.mark.parametrize(
    "summary", ["近日，区里印发加装电梯实施意见。", "近日，区里印发加装电梯实施意见，明确了步骤。" * 6]
)
def test_a_sentence_above_the_line_with_date_and_source_is_a_summary(summary: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1><div>{summary}</div>{SUBHEADINGS[1]}{text}</div>"
    found = extract(f"{page}{FOOT}".encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith(PARAGRAPHS[0])
    assert found.fields["published_date"].value == "2023-05-09"


@pytest.mark.parametrize("header", ["<ul>{}</ul>", "<div>{}</div>", "<table>{}</table>"])
def test_a_slogan_above_the_labels_of_a_header_is_not_part_of_the_text(header: str) -> None:
    rows = (("索引号", "YX-2023-8"), ("发布机构", "区住建局"), ("发布日期", "2023-05-09"))
    form = "<tr><td>{}</td><td>{}</td></tr>" if "table" in header else "<li>{}：{}</li>"
    labels = header.format("".join(form.format(*row) for row in rows))
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    for order, container in product((0, 1), CONTAINERS[:4]):
        above = f"<p>坚持以人民为中心，深入推进政务公开，保障群众的知情权，建设人民满意的服务型政府。</p>{labels}"
        top = (f"<h1>{TITLE}</h1>{above}", f"{above}<h1>{TITLE}</h1>")[order]
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div>{top}{container.format(text)}</div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith(PARAGRAPHS[0]), page
        values = {name: found.fields[name].value for name in ("index_number", "publisher", "published_date")}
        assert values == {"index_number": "YX-2023-8", "publisher": "区住建局", "published_date": "2023-05-09"}, page


def test_a_sentence_above_a_table_of_numbered_rows_is_text() -> None:
    table = "<table><tr><td>索引号</td><td>申请人</td></tr><tr><td>YX-1</td><td>张一</td></tr><tr><td>YX-2</td><td>李二</td></tr></table>"
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1><p>现将受理的申请公布如下。</p>{table}{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith("现将受理的申请公布如下。\n索引号 | 申请人")


OTHER_ROWS = (("业务类型", "综合管理"), ("解释部门", "区住建局"), ("效力级别", "规范性文件"))
FACTS = (("项目名称", "水库除险加固"), ("采购人", "区水务局"), ("公告时间", "2023年5月1日"), ("预算金额", "300万元"))


@pytest.mark.parametrize(
    "form", ["<p>{}：{}</p>", "{}：{}<br>", "<div>{}：{}</div>", "<tr><td>{}</td><td>{}</td></tr>"]
)
def test_a_notice_below_its_date_may_begin_with_labels(form: str) -> None:
    facts = "".join(form.format(*fact) for fact in FACTS)
    facts = f"<table>{facts}</table>" if "<td>" in form else facts
    for subheading, container in product(SUBHEADINGS[1:2], CONTAINERS[:4]):
        text = container.format(f"{facts}<p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>")
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{subheading}{text}</div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith("项目名称"), page
        assert all(value in found.text for _, value in FACTS), page
        assert found.fields["published_date"].value == "2023-05-09", page
        assert "published_date:disputed" not in found.flags, page


OF_NOTICE = (
    (("项目名称", "水库除险加固"), ("采购人", "区水务局"), ("文号", "云财采〔2023〕8号"), ("发布单位", "区采购中心")),
    (("文号", "云罚〔2023〕8号"), ("当事人", "云溪某某公司"), ("法定代表人", "王一"), ("地址", "云溪区一路1号")),
    (("招聘单位", "云溪水库"), ("招聘岗位", "会计"), ("发布单位", "区水务局"), ("报名地点", "一路1号")),
    (("发布单位", "区水务局"), ("许可事项", "取水许可"), ("申请人", "云溪某某公司"), ("有效期", "五年")),
)


@pytest.mark.parametrize("facts", OF_NOTICE)
@pytest.mark.parametrize("form", ["<p>{}：{}</p>", "<div>{}：{}</div>", "<tr><td>{}</td><td>{}</td></tr>"])
@pytest.mark.parametrize("together", [False, True])
def test_a_notice_keeps_its_number_and_who_publishes_it_among_its_labels(
    form: str, facts: tuple[tuple[str, str], ...], together: bool
) -> None:
    rows = "".join(form.format(*fact) for fact in facts)
    if together:  # two labels a line
        ends = {"</tr><tr>": "", "</p><p>": "　", "</div><div>": "　"}
        end = next(each for each in ends if each in rows)
        first, second, third, fourth = rows.split(end)
        rows = f"{first}{ends[end]}{second}{end}{third}{ends[end]}{fourth}"
    rows = f"<table>{rows}</table>" if "<td>" in form else rows
    text = f"{rows}<p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    found = extract(
        f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}{text}</div>{FOOT}".encode(),
        "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html",
    )
    assert found.text.startswith(facts[0][0])
    assert all(value in found.text for _, value in facts)
    stated = {"文号": "document_number", "发布单位": "publisher"}
    assert all(found.fields[stated[label]].value == value for label, value in facts if label in stated)
    assert found.fields["published_date"].value == "2023-05-09"


REPLY = "关于区政协第12号提案的答复"
OF_LAWS = (
    (("【发布单位】", "云溪区人民政府"), ("【发布文号】", "云政发〔2023〕8号"), ("【文件来源】", "云溪日报")),
    (("发布机关：", "云溪区人民政府"), ("发文字号：", "云政发〔2023〕8号"), ("法律类别：", "水利")),
    (("发布机关：", "云溪区人民政府"), ("文号：", "云政发〔2023〕8号"), ("公开方式：", "主动公开")),
)
OWN_FIRST = ("项目编号：YX-2023-8", "报名时间：2023年5月10日", "适用对象：各镇", "收费标准：不收费")


@pytest.mark.parametrize("form", ["<p>{}{}</p>", "<div>{}{}</div>", "<li>{}{}</li>", "{}{}<br>"])
@pytest.mark.parametrize("header", OF_LAWS)
def test_a_header_within_the_text_is_left_out_to_its_last_line(header: tuple[tuple[str, str], ...], form: str) -> None:
    lines = "".join(form.format(*each) for each in header)
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1><div>{lines}{text}</div></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith(PARAGRAPHS[0]), page
    assert {value for _, value in header} <= {field.value for field in found.fields.values()}, page


@pytest.mark.parametrize("first", OWN_FIRST)
def test_a_label_of_the_text_below_a_header_stays_in_it(first: str) -> None:
    lines = "".join(f"<p>{label}{value}</p>" for label, value in OF_LAWS[1][:2])
    text = "".join(f"<p>{line}</p>" for line in (first, *PARAGRAPHS[1:]))
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1><div>{lines}{text}</div></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith(first), page


COLUMNS = (("文件名称", "文号", "发布机构", "发布日期"), ("序号", "发布单位", "项目名称"), ("发布机构", "文号"))


@pytest.mark.parametrize("heads", COLUMNS)
@pytest.mark.parametrize("above", ["", "<p>现将有关目录公布如下，请遵照执行。</p>"])
def test_the_heads_of_columns_are_no_fields(heads: tuple[str, ...], above: str) -> None:
    rows = ["".join(f"<td>{head}</td>" for head in heads)]
    rows += ["".join(f"<td>{head[-2:]}甲{at}</td>" for head in heads) for at in range(3)]
    table = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}<div>{above}{table}</div></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert " | ".join(heads) in found.text
    assert not {"publisher", "document_number"} & set(found.fields)


SIGNED_HEADERS = (
    "<p>云政函〔2023〕8号　　　　签发人：王一</p>", "<p>云政函〔2023〕8号</p><p>签发人：王一</p>",
    "<table><tr><td>云政函〔2023〕8号</td><td>签发人：王一</td></tr></table>",
    "<p>办理类型：A</p><p>云政函〔2023〕8号 签发：王一</p>",
)  # fmt: skip


@pytest.mark.parametrize("header", SIGNED_HEADERS)
def test_the_signer_beside_the_number_is_part_of_the_text(header: str) -> None:
    text = f"{header}<p>王一委员：</p>" + "".join(f"<p>{line}</p>" for line in PARAGRAPHS[1:])
    page = f"<title>{REPLY}</title><div><h1>{REPLY}</h1>{SUBHEADINGS[1]}{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.fields["document_number"].value == "云政函〔2023〕8号"
    assert re.search("签发人?：王一", found.text.split("王一委员：")[0])


@pytest.mark.parametrize(
    "line", ["签发：王一", "签发人：王一 审核：李二", "编辑：李二 签发：王一 发布时间：2023-05-09"]
)
def test_the_person_who_approved_publication_online_is_not_text(line: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}<p>{line}</p>{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith(PARAGRAPHS[0])


@pytest.mark.parametrize("told", ["<ul><li>{}</li><li>{}</li></ul>", "<table><tr><td>{}<td>{}<td>点击：5</table>"])
def test_a_split_line_below_the_headline_is_not_part_of_the_notice_below_it(told: str) -> None:
    facts = "".join(f"<p>{label}：{value}</p>" for label, value in OF_NOTICE[1])
    told = told.format("发布时间：2023-05-09", "来源：云溪日报")
    text = f"{facts}<p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{told}{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith("文号：云罚〔2023〕8号")
    assert found.fields["source"].value == "云溪日报"


@pytest.mark.parametrize("only", [("索引号", "YX-2023-8"), ("成文日期", "2023-05-08"), ("主题分类", "水利")])
@pytest.mark.parametrize("at", [0, 2, 4])
@pytest.mark.parametrize("form", ["<p>{}：{}</p>", "<li>{}：{}</li>", "<tr><td>{}</td><td>{}</td></tr>"])
def test_a_label_of_headers_alone_makes_a_header_of_the_lines_beside_it(
    form: str, at: int, only: tuple[str, str]
) -> None:
    facts = [
        ("文号", "云罚〔2023〕8号"),
        ("项目名称", "水库除险加固"),
        ("采购人", "区水务局"),
        ("发布单位", "区采购中心"),
    ]
    rows = "".join(form.format(*row) for row in (*facts[:at], only, *facts[at:]))
    rows = f"<table>{rows}</table>" if "<td>" in form else rows
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}{rows}{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    values = {field.value for field in found.fields.values()}
    assert {"云罚〔2023〕8号", "区采购中心", only[1]} <= values, page
    assert found.text.startswith(PARAGRAPHS[0]) or "<p>" in form or "<li>" in form, page


@pytest.mark.parametrize("last", [("发布机构", "区住建局"), ("文号", "云政办发〔2023〕12号"), ("索引号", "YX-2023-8")])
@pytest.mark.parametrize("form", ["<p>{}：{}</p>", "<li>{}：{}</li>", "<tr><td>{}</td><td>{}</td></tr>"])
def test_a_header_below_the_date_may_begin_with_labels_that_are_not_known(form: str, last: tuple[str, str]) -> None:
    rows = "".join(form.format(*row) for row in (*OTHER_ROWS[:2], ("公开日期", "2023-05-09"), last))
    rows = f"<table>{rows}</table>" if "<td>" in form else rows
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}{rows}{text}</div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith(PARAGRAPHS[0]), page
    assert last[1] in {field.value for field in found.fields.values()}, page


@pytest.mark.parametrize("form", ["<p>{}</p>", "<li>{}</li>", "<h4>{}</h4>"])
def test_contents_that_lead_to_headings_of_the_text_are_text(form: str) -> None:
    heads = ("第一章　总则", "第二章　更新", "第三章　附则")
    contents = "".join(form.format(f"<a href='#s{at}'>{head}</a>") for at, head in enumerate(heads))
    chapters = "".join(
        f"<h3 id='s{at}'>{head}</h3>" + "".join(f"<p>{line}</p>" for line in PARAGRAPHS[1:])
        for at, head in enumerate(heads)
    )
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}{{}}{chapters}</div>{FOOT}"
    found = extract(page.format(contents).encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith("第一章 总则\n第二章 更新\n第三章 附则\n第一章 总则\n" + PARAGRAPHS[1])
    menu = "".join(form.format(f"<a href='#{name}'>{name}</a>") for name in ("文件原文", "政策解读", "返回顶部"))
    found = extract(page.format(menu).encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.startswith("第一章 总则\n" + PARAGRAPHS[1])


FIELD_ROWS = (("名称", TITLE), ("文号", "云政办发〔2023〕12号"), ("发布日期", "2023年5月9日"), ("时效状态", "有效"))


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("colon", ["", "："])
def test_header_rows_with_unknown_labels_are_not_part_of_the_text(colon: str, width: int) -> None:
    drawn = Random(2)
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    for headline, _ in product(("", f"<h1>{TITLE}</h1>"), range(examples(40))):
        others = drawn.sample(OTHER_ROWS, drawn.randint(1, 2))
        pairs = [FIELD_ROWS[0], *drawn.sample((*FIELD_ROWS[1:], *others), 3 + len(others))]
        cells = [f"<td>{label}{colon}</td><td>{value}</td>" for label, value in pairs]
        rows = "".join(f"<tr>{''.join(cells[at : at + width])}</tr>" for at in range(0, len(cells), width))
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div>{headline}<table>{rows}</table><div>{text}</div></div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith(PARAGRAPHS[0]), page
        assert {name: found.fields[name].value for name in ("published_date", "document_number", "validity")} == {
            "published_date": "2023-05-09", "document_number": FIELD_ROWS[1][1], "validity": "有效",
        }, page  # fmt: skip


def test_a_table_of_facts_some_of_which_have_labels_of_fields_is_the_text() -> None:
    facts = (
        ("处罚决定书文号", "云城罚〔2023〕3号"), ("被处罚人", "李明"), ("违法事实", "擅自改变房屋结构"),
        ("处罚依据", "住宅室内装饰装修管理办法"), ("公示日期", "2023年5月9日"), ("救济渠道", "可以依法申请行政复议"),
    )  # fmt: skip
    rows = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in facts)
    for below in ("", "<p>以上信息如有异议，请在公示期内向区住建局反映，逾期不予受理。</p>"):
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1><table>{rows}</table>{below}</div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert all(value in found.text for _, value in facts[1:4]), found.text


ICONS = ('<a href="/u/1.xls"><img src="/ext/xls.png">{}</a>', '<img src="/ext/xls.png"><a href="/u/1.xls">{}</a>')


@pytest.mark.parametrize("form", ICONS)
def test_the_icon_of_a_file_is_no_attachment_of_a_document_without_text(form: str) -> None:
    name = "云溪区2023年部门预算公开表"
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}<p>{form.format(name)}</p></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert [file.name for file in found.attachments] == [name]


FIRST_LINES = (
    ("时间：2023年5月20日上午9时", "地点：区政府二楼会议室"), ("一、时间：2023年5月20日", "二、会议地点：区政府二楼会议室"),
    ("时间：2023年5月20日 地点：区政府", "请准时参加"), ("名称：云溪区电梯检验中心", "地址：人民路1号"),
    ("名称：云溪区电梯检验中心", "办公电话：0000-0000000"),
)  # fmt: skip


@pytest.mark.parametrize("lines", FIRST_LINES)
def test_a_text_may_begin_with_the_day_of_a_meeting_or_the_name_of_a_body(lines: tuple[str, str]) -> None:
    for subheading, container in product(SUBHEADINGS[:2], CONTAINERS[:4]):
        text = "".join(f"<p>{line}</p>" for line in (*lines, PARAGRAPHS[1]))
        page = (
            f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{subheading}{container.format(text)}</div>{FOOT}"
        )
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith(lines[0]), page
        assert (found.fields["title"].value, "published_date" in found.fields) == (TITLE, subheading != "")


def test_a_byte_order_mark_is_not_part_of_a_value() -> None:
    subheading = "<div>发布时间：\u200b2023-05-09\ufeff 来源：\ufeff区政府办\u200b</div>"
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{subheading}<p>{PARAGRAPHS[1]}</p></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.fields["source"].value == "区政府办"


SUMMARY = "为改善居住条件，方便群众出行，区里决定开展老旧小区加装电梯工作，明确了目标、步骤和保障措施。"
HEADERS = (
    ("<table>{}</table>", "<tr><td>{}：</td><td>{}</td></tr>"), ("<dl>{}</dl>", "<dt>{}</dt><dd>{}</dd>"),
    ("<ul>{}</ul>", "<li><b>{}：</b><span>{}</span></li>"), ("<div>{}</div>", "<div><div>{}</div><div>{}</div></div>"),
    ("<table>{}</table>", "<tr><td>{}：{}</td></tr>"), ("<div>{}</div>", "<p>{}：{}</p>"),
)  # fmt: skip


@pytest.mark.parametrize("form", HEADERS)
def test_a_summary_in_a_header_does_not_begin_the_text(form: tuple[str, str]) -> None:
    """The fields behind it are read, however long it is."""
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    values = (
        ("名称", TITLE),
        ("索引号", "YX-1"),
        ("内容概述", ""),
        ("文号", "云政办发〔2023〕12号"),
        ("发布日期", "2023-05-09"),
    )
    for times, headline in product((1, 3), ("", f"<h1>{TITLE}</h1>")):
        pairs = "".join(form[1].format(label, value or SUMMARY * times) for label, value in values)
        page = (
            f"<title>{TITLE}</title><ul>{NAV}</ul><div class=main>{headline}{form[0].format(pairs)}"
            f"<div>{text}</div></div>{FOOT}"
        )
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.startswith(PARAGRAPHS[0]), page
        assert (found.fields["document_number"].value, found.fields["published_date"].value) == (
            values[3][1],
            "2023-05-09",
        )


@pytest.mark.parametrize(("link", "flagged"), [("<a href=/u/1.doc>下载</a>", False), ("下载", True)])
def test_a_file_named_with_its_number_is_the_one_that_its_row_links(link: str, flagged: bool) -> None:
    table = f"<table><tr><td>附件名称</td><td>操作</td></tr><tr><td>1.任务分解表.doc</td><td>{link}</td></tr></table>"
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    page = f"<title>{TITLE}</title><div><h1>{TITLE}</h1>{SUBHEADINGS[1]}<div>{text}{table}</div></div>{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert ([file.name for file in found.attachments], "file_without_address" in found.flags) == (
        [] if flagged else ["任务分解表.doc"],
        flagged,
    )


@pytest.mark.parametrize(
    "between",
    [
        "<div>——区政府有关负责人答记者问</div>",
        "<div>Font Size: <a>A-</a> <a>A+</a> | Print | Share</div>",
        "<div>【摘要】本文件明确了老旧电梯更新的目标、步骤和保障措施，自印发之日起执行。</div>",
        "<div><span>分享到：</span><a href=#>微信</a><a href=#>微博</a></div>",
    ],
)
@pytest.mark.parametrize("title", ["云溪区人民政府", TITLE])
def test_lines_between_headline_and_date_are_neither_title_nor_text(between: str, title: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    for dated, container in product(("<p>2023-05-09</p>", "<div>发布时间：2023-05-09</div>"), CONTAINERS[:4]):
        page = (
            f"<title>{title}</title><ul>{NAV}</ul><div><div class=tit><h3>{TITLE}</h3>{between}{dated}</div>"
            f"{container.format(text)}</div>{FOOT}"
        )
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert (found.fields["title"].value, found.fields["published_date"].value) == (TITLE, "2023-05-09"), page
        assert found.text.startswith(PARAGRAPHS[0]), page


@pytest.mark.parametrize("label", ["标签", "热门标签", "关键词", "Tags"])
def test_links_to_documents_with_the_same_tags_are_not_part_of_the_text(label: str) -> None:
    tags = f"<div>{label}：<a href=/t/1>电梯</a><a href=/t/2>老旧小区</a></div>"
    for container in CONTAINERS[:4]:
        inside = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED)) + tags
        page = f"<title>{TITLE}</title><ul>{NAV}</ul><div><h1>{TITLE}</h1>{container.format(inside)}</div>{FOOT}"
        found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.endswith(SIGNED[1]), page


BETWEEN = (
    "<div>分享：<a></a><a></a></div>", "<div><p>您的浏览器不支持语音播报功能，请使用谷歌浏览器。</p></div>",
    "<div>今天是：2026年7月1日 星期三</div>", "<div><a href='javascript:print()'>打印</a> <a>关闭</a></div>",
    "<div class=x><h4>相关阅读</h4><ul><li><a href=t4.html>关于开展检查工作的通知</a><span>2023-01-02</span></li><li><a href=t5.html>关于召开会议的通知</a><span>2023-01-03</span></li></ul></div>",
)  # fmt: skip
BEHIND = "<p>微信扫一扫，关注云溪发布</p>"


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("is_halved", [False, True])
def test_lines_of_the_site_between_header_and_text_are_none_of_it(between: str, is_halved: bool) -> None:
    lines = [f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED)]
    halves = f"<div class=a><div class=b>{''.join(lines[:3])}</div></div><div>{''.join(lines[3:])}</div>"
    text = halves if is_halved else f"<div class=a>{''.join(lines)}{BEHIND}</div>"
    page = f"<title>{TITLE}</title><ul>{NAV}</ul><h1>{TITLE}</h1><p>2023-05-09 来源：云溪日报</p>{between}{text}{FOOT}"
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.split("\n") == [*PARAGRAPHS, *SIGNED], page
    assert (found.fields["published_date"].value, found.fields["source"].value) == ("2023-05-09", "云溪日报")


FORM = "<div>{}<form><p>您的姓名：<input name=a></p><p>纠错内容：<textarea></textarea></p><p>请您在提交前认真核对，我们将在五个工作日内处理您的意见。</p></form></div>"


@pytest.mark.parametrize("place", range(1, len(PARAGRAPHS) + len(SIGNED) + 1))
@pytest.mark.parametrize("heading", ["", "<h4>我要纠错</h4>"])
def test_a_form_to_fill_in_is_no_text(place: int, heading: str) -> None:
    """Except a form with the text in it: an ASP.NET page is one form."""
    lines = [f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED)]
    form = FORM.format(heading if place == len(lines) else "")
    text = "".join((*lines[:place], form if place > 1 else "", *lines[place:]))
    page = f"<title>{TITLE}</title><ul>{NAV}</ul>{{}}<h1>{TITLE}</h1><p>2023-05-09 来源：云溪日报</p><div>{text}</div>{FOOT}{{}}"
    for begin, end in (("", ""), ("<form><input name=q>", "</form>")):
        found = extract(page.format(begin, end).encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
        assert found.text.split("\n") == [*PARAGRAPHS, *SIGNED], page


@pytest.mark.parametrize("copies", [1, 20])
def test_a_hidden_copy_between_header_and_text_hides_no_date(copies: int) -> None:
    """The version for printing, or for phones."""
    text = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    copy = f"<div style='display:none'>{text * copies}</div>"
    page = (
        f"<title>{TITLE}</title><ul>{NAV}</ul><h1>{TITLE}</h1><p>2023-05-09 云溪日报</p>{copy}<div>{text}</div>{FOOT}"
    )
    found = extract(page.encode(), "http://www.yunxi.gov.cn/zc/202305/t20230509_1.html")
    assert found.text.split("\n") == [*PARAGRAPHS, *SIGNED]
    assert found.fields["published_date"].value == "2023-05-09"
