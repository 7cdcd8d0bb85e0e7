"""Sentences below a text that no rule took for its own or for the site's are flagged, and nothing else is."""

import pytest

from etl.extract import Extraction, extract
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page

URL = "https://www.yunxi.gov.cn/gk/202305/t20230509_1234567.html"
TOOLS = "<div><a href='javascript:window.print()'>打印</a> <a>关闭</a></div>"
REST = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[3:])
BEGINNING = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:3])


def read(below: str, body: str = BEGINNING) -> Extraction:
    return extract(page(body=body, below=below).encode(), URL)


def left_out(extraction: Extraction) -> list[str]:
    return [flag for flag in extraction.flags if flag.startswith("left_out")]


def test_a_text_goes_on_behind_tools_in_an_element_of_its_class() -> None:
    whole = read(f"{TOOLS}<div class='neirong'>{REST}<p>{SIGNED[0]}</p><p>{SIGNED[1]}</p></div>")
    assert whole.text.split("\n") == [*PARAGRAPHS, *SIGNED]
    assert left_out(whole) == []


@pytest.mark.parametrize("family", ["TRS_Editor", "j-fontContent"])
def test_a_text_in_two_containers_of_a_family_with_tools_between_is_whole(family: str) -> None:
    parts = "".join(f"<div class='{family}'>{part}</div>{TOOLS}" for part in (BEGINNING, REST))
    whole = extract(page(body=parts, container="{}").encode(), URL)
    assert whole.text.split("\n") == list(PARAGRAPHS)


def test_sentences_of_another_kind_below_are_flagged() -> None:
    line = "请各单位于本月底前将摸底情况报送至区住房建设局，逾期不予受理。"
    cut = read(f"{TOOLS}<div class='other'><span>{line}</span></div>")
    assert line not in cut.text
    assert left_out(cut) == [f"left_out:{len(line)}"]


@pytest.mark.parametrize(
    "below",
    [
        "<div><h4>机构职能</h4><p>本局负责全区电梯安全监督管理工作，指导老旧电梯更新改造。</p></div>",
        "<div>网友评论</div><div><p>这个政策很好，希望尽快落实，让老人上下楼更方便。</p></div>",
        "<div><a href=1.html>全区召开电梯更新推进会</a><p>5月6日，推进会召开，各街道负责人参加会议并发言。</p></div>",
        "<form><p>请您在提交前认真核对，我们将在五个工作日内处理您的意见。</p><textarea></textarea></form>",
        "<div><p>您好，我是智能问答机器人小溪，请问有什么可以帮您？</p></div>",
        "<div>声明：凡本网转载的稿件，均为传递更多信息之目的，如涉及版权请与我们联系。</div>",
        "<div><p>如发现本页面内容有误，请点击网页纠错按钮反馈，我们将及时更正处理。</p></div>",
        "<div><p>关注“云溪发布”微信公众号，第一时间获取权威信息和便民服务资讯。</p></div>",
        f"<div><b>内容摘要</b><p>{PARAGRAPHS[1]}</p></div>",
        "<div>咨询电话：00000000　地址：云溪区人民路1号　工作时间：周一至周五</div>",
    ],
)
def test_what_is_the_sites_own_is_not_flagged(below: str) -> None:
    assert left_out(read(below, "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED)))) == []


@pytest.mark.parametrize("container", ["TRS_Editor", "neirong"])
def test_a_sentence_between_header_and_text_is_text_or_flagged(container: str) -> None:
    lead = "为方便居民，区住房建设局近日完成全区老旧电梯摸底，并向社会公布更新计划。"
    lines = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    header = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09 来源：云溪日报</p>"
    html = page(
        headline=f"{header}<div class='x'>{lead}</div>", body=lines, container=f"<div class='{container}'>{{}}</div>"
    )
    found = extract(html.encode(), URL)
    assert (lead in found.text) or left_out(found) == [f"left_out:{len(lead)}"]
    assert PARAGRAPHS[0] in found.text


def test_a_summary_of_the_site_is_not_flagged() -> None:
    summary = "<div><b>智能摘要</b><p>本文件提出了老旧电梯更新的总体要求和主要任务，明确了保障措施。</p></div>"
    lines = "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED))
    header = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09 来源：云溪日报</p>"
    html = page(headline=header + summary, body=lines, container="<div class='TRS_Editor'>{}</div>")
    assert left_out(extract(html.encode(), URL)) == []


DATA = {
    "table": "<table><tr><td>项目</td><td>标准</td></tr><tr><td>电梯更新</td><td>8万元</td></tr></table>",
    "heads": "<table><tr><td>名称</td><td>地址</td></tr><tr><td>电梯更新一期</td><td>人民路</td></tr>"
    "<tr><td>电梯更新二期</td><td>河东路</td></tr></table>",
    "list": "<ol><li>莲塘街道电梯更新项目</li><li>河东街道电梯更新项目</li><li>城南街道电梯更新项目</li></ol>",
}
LINKS = [f"<a href={name}.html>全区召开电梯{name}推进会</a>" for name in ("更新", "安全", "检验")]
SHARE = "<div>分享到：<a href='#'>微信</a><a href='#'>微博</a></div>"


@pytest.mark.parametrize("between", ["", TOOLS, SHARE, f"{TOOLS}{SHARE}"])
@pytest.mark.parametrize("around", ["{}", "<div class=w>{}</div>", "<section><div class=w>{}</div></section>"])
@pytest.mark.parametrize("data", DATA)
def test_rows_and_items_below_a_text_are_text_or_flagged(data: str, around: str, between: str) -> None:
    below = read(between + around.format(DATA[data]))
    assert "电梯更新" in below.text.replace(PARAGRAPHS[1], "") or left_out(below)


@pytest.mark.parametrize(
    "below",
    [
        "<table><tr><td>联系电话</td><td>00000000</td></tr><tr><td>地址</td><td>人民路1号</td></tr></table>",
        f"<table>{''.join(f'<tr><td>{link}</td><td>2023-05-06</td></tr>' for link in LINKS)}</table>",
        f"<ol>{''.join(f'<li>{link}</li>' for link in LINKS)}</ol>",
        "<form><table><tr><td>姓名</td><td><input name=a></td></tr><tr><td>意见</td><td>必填</td></tr></table></form>",
        "<div><h3>热点推荐</h3><ol><li>一件事</li><li>一网通</li><li>一卡通</li></ol></div>",
    ],
)
def test_tables_and_lists_of_the_site_are_not_flagged(below: str) -> None:
    assert left_out(read(TOOLS + below, "".join(f"<p>{line}</p>" for line in (*PARAGRAPHS, *SIGNED)))) == []
