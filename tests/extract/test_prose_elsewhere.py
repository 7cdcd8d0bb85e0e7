"""Prose of the site, wherever it stands, is no text, and takes no text away: surveys, comments, notes on copyright, the
life of the place, summaries of other documents."""

# ruff: noqa: E501 — a part of a page is a line.

from collections.abc import Callable
from itertools import product

import pytest

from etl.extract import extract
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
OFFICE = SIGNED[0]
DATED = "<p>发布时间：2023-05-09 来源：云溪日报</p>"
ROWS = "".join(
    f"<tr><td>{name}街电梯更新</td><td>{count}台已经完成</td></tr>"
    for name, count in (("东", 3), ("南", 5), ("西", 8), ("北", 2))
)
TABLE = f"<table border=1><tr><td>街道</td><td>电梯</td></tr>{ROWS}</table>"
TABLE_TEXT = "街道 | 电梯\n东街电梯更新 | 3台已经完成\n南街电梯更新 | 5台已经完成\n西街电梯更新 | 8台已经完成\n北街电梯更新 | 2台已经完成"
SHORT = (*PARAGRAPHS[:2], *SIGNED)
BODIES = {"a table": (TABLE, TABLE_TEXT), "a short text": (paragraphs(SHORT), "\n".join(SHORT))}
PROSE = {
    "a survey": "<div><p>您对本页面的内容是否满意？</p><label>满意</label><p>请您对我们的工作提出宝贵意见和建议，我们将认真研究并及时改进。</p></div>",
    "comments": "<div><h3>网友评论</h3><form><textarea></textarea></form><p>评论仅代表网友个人观点，不代表本站立场，请遵守互联网管理的有关规定。</p></div>",
    "a place": "<div><h4>云溪概况</h4><p>云溪区位于云岭东麓，辖八个街道、三个镇，总面积六百平方公里，常住人口五十二万，是一座历史悠久的山水园林城市。</p><p>境内河流纵横，物产丰富，近年来获得全国文明城市提名，并连续五年被评为平安建设先进区。</p></div>",
    "summaries": "<div><h3>相关新闻</h3>"
    + "".join(
        f"<dl><dt><a href='/r/{i}.html'>云溪区第{i}期项目集中开工仪式举行</a></dt><dd>5月{i}日，全区重点项目集中开工仪式举行，区领导出席并宣布开工，总投资超过十亿元。</dd></dl>"
        for i in range(1, 5)
    )
    + "</div>",
}


def below_everything(html: str, more: str) -> str:
    return html.replace("</body>", f"{more}</body>")


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda html: html,
    "without containers": lambda html: html.replace("<div class='main'>", "").replace('<div class="neirong">', ""),
    "named by the site alone": lambda html: html.replace(
        f"<title>{TITLE}_云溪区人民政府</title>", f"<title>{OFFICE}</title>"
    ),
    "without a title": lambda html: html.replace(f"<title>{TITLE}_云溪区人民政府</title>", ""),
}


def test_prose_below_the_footer_is_no_text() -> None:
    wrong = []
    for (body, (html, text)), (more, prose), (form, changed) in share(
        product(BODIES.items(), PROSE.items(), FORMS.items())
    ):
        whole = below_everything(changed(page(headline=f"<h1>{TITLE}</h1>{DATED}", body=html)), prose)
        read = extract(whole.encode(), URL)
        fields = {
            name: read.fields[name].value for name in ("title", "published_date", "source") if name in read.fields
        }
        if read.text != text or fields != {"title": TITLE, "published_date": "2023-05-09", "source": "云溪日报"}:
            wrong.append((body, more, form, fields, read.text))
    assert wrong == []


@pytest.mark.parametrize("logo", ["<h1>云溪区人民政府</h1><h2>www.yunxi.example</h2>", "<h1>云溪区人民政府</h1>"])
def test_the_logo_is_no_headline(logo: str) -> None:
    html = page(body=TABLE, headline=f"<h1 class=detail>{TITLE}</h1>").replace(
        "<body>", f"<body><div class=logo>{logo}</div>"
    )
    read = extract(html.encode(), URL)
    assert (read.fields["title"].value, read.text) == (TITLE, TABLE_TEXT)


def test_a_signature_like_the_name_of_the_site_is_no_headline() -> None:
    for number in ("<h4>云溪区人民政府办公室公告2023年第2号</h4>", ""):
        headline = f"<h1>{TITLE}</h1>{number}<div>成文日期：2023-05-08</div>"
        read = extract(
            page(headline=headline, body=paragraphs(SHORT))
            .replace(f"{TITLE}_云溪区人民政府</title>", f"{OFFICE}</title>")
            .encode(),
            URL,
        )
        assert (read.fields["title"].value, read.text) == (TITLE, "\n".join(SHORT))


def test_a_known_container_that_an_end_tag_closes_too_early_is_not_the_whole_text() -> None:
    for container in ('<div class="view">{}</div>', '<div class="TRS_Editor">{}</div>', '<div id="zoom">{}</div>'):
        body = paragraphs((*PARAGRAPHS[:3], *SIGNED)).replace("</p><p>", "</p></div><p>", 1)
        read = extract(page(headline=f"<h1>{TITLE}</h1>{DATED}", container=container, body=body).encode(), URL)
        assert read.text == "\n".join((*PARAGRAPHS[:3], *SIGNED))


def test_an_empty_summary_does_not_take_the_first_paragraph() -> None:
    rows = "".join(
        f"<li><p>{label}：</p><p>{value}</p></li>"
        for label, value in (("索引号", "000000001/2023-00012"), ("文号", "云政办发〔2023〕17号"), ("内容概述", ""))
    )
    lines = ("为保障居民乘梯安全，经区政府同意，现就做好老旧电梯更新工作通知如下。", *PARAGRAPHS[2:])
    read = extract(page(headline=f"<h1>{TITLE}</h1><ul>{rows}</ul>", body=paragraphs(lines)).encode(), URL)
    assert read.text == "\n".join(lines)


def test_a_hidden_value_does_not_replace_one_that_the_page_shows() -> None:
    hidden = "<div style='display:none'><p>索引号：000000001/2020-00001</p><p>文号：云政发〔2020〕1号</p><p>发布日期：2020-01-01</p></div>"
    read = extract(below_everything(page(headline=f"<h1>{TITLE}</h1><p>2023-05-09</p>"), hidden).encode(), URL)
    assert read.fields["published_date"].value == "2023-05-09"
    assert read.fields["index_number"].value == "000000001/2020-00001"
    assert "index_number:hidden" in read.flags


def test_a_label_of_no_list_above_the_date_is_no_headline() -> None:
    rows = "<ul><li>标准号：DB99/T 12—2023</li><li>发布日期：2023-05-09</li><li>实施日期：2023-06-10</li></ul>"
    html = page(headline=f"<h1>电梯更新规范</h1>{rows}").replace(f"{TITLE}_云溪区人民政府", "通知公告")
    read = extract(html.encode(), URL)
    assert read.fields["title"].value == "电梯更新规范"


def test_a_plain_line_above_the_text_is_the_title_if_the_page_states_none() -> None:
    html = page(headline="<div>全区电梯安全工作会议召开</div>", container="<div>{}</div>").replace(
        f"{TITLE}_云溪区人民政府", "云溪区人民政府"
    )
    assert extract(html.encode(), URL).fields["title"].value == "全区电梯安全工作会议召开"


@pytest.mark.parametrize("stated", ["领导之窗", "领导之窗-云溪区人民政府", ""])
@pytest.mark.parametrize(
    "name",
    [
        "<div class=nm>王建国</div><div>区长</div>",
        "<h3>王　建　国</h3><p>区长</p>",
        "<dl><dt>姓名：</dt><dd>王建国</dd><dt>职务：</dt><dd>区长</dd></dl>",
        "<p>姓名：王建国</p>",
    ],
)
def test_a_page_about_a_person_has_the_name_as_its_title(name: str, stated: str) -> None:
    life = "<b>简历</b><p>王建国，男，汉族，1970年3月生，大学学历，历任东桥街道办事处主任、区水务局局长。</p><b>分工</b><p>领导区政府全面工作，分管审计工作。</p>"
    html = page(headline="", title="", body=name + life).replace("_云溪区人民政府</title>", f"{stated}</title>")
    found = extract(html.encode(), "http://www.yunxi.example/ldzc/wjg.html")
    assert found.fields["title"].value.replace("　", "") == "王建国"
    assert "历任东桥街道办事处主任" in found.text


def test_a_page_about_several_people_has_no_name_as_its_title() -> None:
    lives = "<p>王建国</p><p>王建国，男，汉族，1970年3月生，拟任区水务局局长。</p><p>李玉兰</p><p>李玉兰，女，汉族，1975年3月生，拟任区财政局局长。</p>"
    html = page(headline="", title="任前公示", body=lives)
    assert extract(html.encode(), URL).fields["title"].value == "任前公示"


@pytest.mark.parametrize(
    "line",
    [
        "本市网站应当办理ICP备案，备案编号标注在首页。",
        "公安机关办理公安网备案，不收取费用。",
        "经查，“云溪生活网”（云ICP备00000001号）未按规定公示备案编号，现将处理情况通报如下。",
    ],
)
@pytest.mark.parametrize("above", [0, 2])
def test_a_text_about_registration_goes_on_below_it(line: str, above: int) -> None:
    lines = (*PARAGRAPHS[1 : 1 + above], line, *PARAGRAPHS[1 + above :], *SIGNED)
    assert extract(page(headline=f"<h1>{TITLE}</h1>{DATED}", body=paragraphs(lines)).encode(), URL).text == "\n".join(
        lines
    )


def test_what_a_notice_states_is_read_in_a_table_that_lays_out_the_page() -> None:
    facts = ("访谈时间：2023年5月9日 15:00", "访谈嘉宾：区水务局局长 陈志")
    talk = (
        "主持人：各位网友大家好，今天和大家交流电梯更新工作。",
        "陈志：今年将更新老旧电梯一百二十台，惠及居民两万户。",
    )
    html = page(headline=f"<h1>{TITLE}</h1>{DATED}<div>{paragraphs(facts)}</div>", body=paragraphs(talk))
    for whole in (
        html,
        html.replace("<body>", "<body><table><tr><td>").replace("</body>", "</td></tr></table></body>"),
    ):
        assert extract(whole.encode(), URL).text == "\n".join((*facts, *talk))


def test_a_logo_that_is_the_whole_page_title_is_no_headline() -> None:
    logo = "<h1 class=logo>云溪区水务局</h1>"
    html = page(headline=f"<div class=t1>{TITLE}</div><div>2023-05-09 10:12 水利科 阅读 120</div>")
    html = html.replace(f"{TITLE}_云溪区人民政府", "云溪区水务局").replace("<body>", f"<body>{logo}")
    assert extract(html.encode(), URL).fields["title"].value == TITLE
