"""主办单位 is the organiser of an event in a text, and the operator of the site in a page footer."""

from itertools import product

# ruff: noqa: E501 — tables of lines.
import pytest

from etl.extract import extract
from etl.extract.content_id import normalise
from etl.extract.page.prose import is_of_footer
from tests.support.pages import FOOT, PARAGRAPHS, page
from tests.support.share import share

HOSTS = ("主办单位：云溪区文化和旅游局", "承办单位：云溪区文化馆")
ONE = ("主办：云溪区总工会",)
BESIDE = (*HOSTS, "协办单位：云溪区图书馆", "技术支持：云溪区气象局")
BELOW = (
    ("活动时间：2023年5月", "活动地点：文化广场"), ("三、活动内容", "歌咏比赛、书画展览"),
    ("欢迎广大市民踊跃参加，现场设有互动环节。",), PARAGRAPHS[2:],
)  # fmt: skip
ABOVE = ((), PARAGRAPHS[:3], ("一、活动宗旨", "送文艺进社区", "二、活动组织"))
SITES = (
    FOOT,
    "<p>主办：云溪区人民政府 承办：云溪区政府办公室</p><p>云ICP备00000001号</p>",
    "<p>版权所有：云溪区人民政府</p>",
)
TITLE = "2023年云溪文化艺术节活动安排"


@pytest.mark.parametrize("words", ["本网站由云溪区大数据中心维护", "地址：人民路1号，电话0000-1234567"])
def test_a_sentence_with_the_registration_of_the_site_itself_is_its_footer(words: str) -> None:
    assert is_of_footer(f"{words}，云ICP备00000001号。")


def text_of(lines: tuple[str, ...], foot: str = FOOT, tag: str = "p") -> str:
    body = "".join(f"<{tag}>{line}</{tag}>" for line in lines)
    html = page(title=TITLE, headline=f"<h1>{TITLE}</h1><p>2023-05-09</p>", body=body).replace(FOOT, foot)
    return normalise(extract(html.encode(), "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html").text)


@pytest.mark.parametrize(
    ("above", "hosts", "below", "foot", "tag"),
    list(share(product(ABOVE, (HOSTS, ONE, BESIDE), BELOW, SITES, ("p", "div")))),
)
def test_the_hosts_of_an_event_are_text(
    above: tuple[str, ...], hosts: tuple[str, ...], below: tuple[str, ...], foot: str, tag: str
) -> None:
    lines = (*above, *hosts, *below)
    assert text_of(lines, foot, tag) == normalise("".join(lines))


@pytest.mark.parametrize("heading", ["二、活动组织", "（二）组织机构", "三、主办单位", "组织单位："])
def test_hosts_below_a_heading_end_a_text(heading: str) -> None:
    lines = (*PARAGRAPHS, heading, *HOSTS)
    assert text_of(lines) == normalise("".join(lines))


@pytest.mark.parametrize("container", ['<div class="neirong">{}</div>', "<div>{}</div>"])
def test_the_yearly_report_on_a_site_has_its_registrations_as_rows(container: str) -> None:
    title = "云溪区人民政府2022年度政府网站工作年度报表"
    rows = (
        ("网站名称", "云溪区人民政府"), ("主办单位", "云溪区人民政府办公室"), ("政府网站标识码", "9900000001"),
        ("ICP备案号", "云ICP备00000001号-1"), ("公安机关备案号", "云公网安备 99010102000001号"), ("信息发布总数", "3021"),
    )  # fmt: skip
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    html = page(title=title, body=f"<table>{table}</table>", container=container)
    assert extract(html.encode(), "http://www.yunxi.example/a.html").text == "\n".join(map(" | ".join, rows))


@pytest.mark.parametrize(
    "foot",
    [
        ("主办单位：云溪区人民政府", "承办单位：云溪区政府办公室", "地址：人民路1号", "云ICP备00000001号"),
        ("主办单位：云溪区人民政府", "联系电话：0000-1234567", "网站标识码：9900000001"),
        ("主办单位：云溪区人民政府", "技术支持：云溪区大数据中心"), ("主办单位：云溪区人民政府", "版权所有：云溪区人民政府"),
    ],
)  # fmt: skip
def test_the_operators_of_a_site_are_not_part_of_a_text(foot: tuple[str, ...]) -> None:
    assert text_of((*PARAGRAPHS, *foot)) == normalise("".join(PARAGRAPHS))
