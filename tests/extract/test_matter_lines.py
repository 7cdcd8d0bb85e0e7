"""What a notice states of its matter between the headline and the text belongs to the text; a header there does not."""

# ruff: noqa: E501 — tables of markup.

from itertools import product

import pytest

from etl.extract import Extraction, extract
from etl.extract.content_id import normalise
from tests.support.pages import PARAGRAPHS, page, paragraphs
from tests.support.share import share

TITLE = "云溪区南湖路改造工程施工招标公告"
URL = "http://www.yunxi.gov.cn/zwgk/202305/t20230509_1.html"
DATED = f"<h1>{TITLE}</h1><div class='info'>发布时间：2023-05-09　来源：云溪日报</div>"
MATTER = (
    ("项目编号", "YX-2023-08"),
    ("建设单位", "云溪城建公司"),
    ("开标时间", "2023-06-08 09:00"),
    ("投资估算", "1200万元"),
)
ROW, TERM = "<tr><td>{}</td><td>{}</td></tr>", "<dt>{}</dt><dd>{}</dd>"
FORMS = {
    "table": ("<table>{}</table>", ROW),
    "table-with-colons": ("<table>{}</table>", "<tr><th>{}：</th><td>{}</td></tr>"),
    "list": ("<ul>{}</ul>", "<li><b>{}：</b><span>{}</span></li>"),
    "terms": ("<dl>{}</dl>", TERM),
    "boxes": ("<div>{}</div>", "<div class='r'><div class='k'>{}</div><div class='v'>{}</div></div>"),
    "inline": ("<div>{}</div>", "<div><label>{}</label><span>{}</span></div>"),
    "pairs": ("<div>{}</div>", "<div><p>{}</p><p>{}</p></div>"),
    "lines": ("<div>{}</div>", "<p>{}：{}</p>"),
    "one-line": ("<div>{}</div>", "<span>{}：{}</span>　"),
}
CONTAINERS = ("<div class='con'>{}</div>", "<div id='zoom'>{}</div>", "<div class='ewb-article-info'>{}</div>")
HEADER = (
    ("索引号", "00000000-0/2023-00017"),
    ("发布机构", "云溪区水务局"),
    ("业务类型", "水利"),
    ("解释部门", "水资源科"),
)


def pairs(form: str, rows: tuple[tuple[str, str], ...]) -> str:
    around, row = FORMS[form]
    return around.format("".join(row.format(*each) for each in rows))


def read(above: str, container: str = CONTAINERS[0], headline: str = DATED) -> Extraction:
    html = page(title=TITLE, headline=headline + above, body=paragraphs(PARAGRAPHS), container=container)
    return extract(html.encode(), URL)


@pytest.mark.parametrize(("form", "container", "first"), list(share(product(FORMS, CONTAINERS, range(len(MATTER))))))
def test_what_a_notice_states_of_its_matter_is_text(form: str, container: str, first: int) -> None:
    rows = MATTER[first:] + MATTER[:first]
    read_page = read(pairs(form, rows), container)
    text = normalise(read_page.text)
    assert text.endswith(normalise("".join(PARAGRAPHS)))
    places = [text.find(normalise(word)) for row in rows for word in row]
    assert -1 not in places
    assert places == sorted(places)
    assert {name: read_page.fields[name].value for name in ("published_date", "source")} == {
        "published_date": "2023-05-09",
        "source": "云溪日报",
    }
    assert not [flag for flag in read_page.flags if flag.endswith((":disputed", ":unread"))]


@pytest.mark.parametrize("form", FORMS)
def test_a_header_below_the_headline_is_none(form: str) -> None:
    read_page = read(pairs(form, HEADER))
    assert normalise(read_page.text) == normalise("".join(PARAGRAPHS))
    assert read_page.fields["publisher"].value == "云溪区水务局"


def test_tools_below_the_headline_are_none() -> None:
    tools = "<div><span>语速：正常</span><span>音量：50</span></div><div><p>朗读：开始</p><p>语速：正常</p></div>"
    assert normalise(read(tools).text) == normalise("".join(PARAGRAPHS))


EVENT = (("时间", "2023年6月5日10:00"), ("地点", "云溪区会议中心"), ("主持人", "钱四"), ("嘉宾", "区水务局局长 郑三"))


@pytest.mark.parametrize(
    ("form", "spaced", "dated", "host_first"),
    list(share(product((f for f in FORMS if f != "boxes"), (False, True), (False, True), (False, True)))),
)
def test_the_day_of_an_event_is_not_that_of_the_page(form: str, *, spaced: bool, dated: bool, host_first: bool) -> None:
    event = EVENT[-1:] + EVENT[:-1] if host_first else EVENT
    rows = tuple(
        (label.replace("时间", "时　间").replace("地点", "地　点") if spaced else label, value)
        for label, value in event
    )
    read_page = read(pairs(form, rows), headline=DATED if dated else f"<h1>{TITLE}</h1>")
    date = read_page.fields.get("published_date")
    assert (date.value if date else None) == ("2023-05-09" if dated else None)
    text = normalise(read_page.text)
    assert all(normalise(value) in text for _, value in event)


def test_the_answer_to_a_proposal_has_its_table_in_its_text() -> None:
    rows = (("提案编号", "第012号"), ("提案人", "孙某某"), ("主办单位", "云溪区公安局"), ("答复时间", "2023-05-28"))
    answer = "<tr><td colspan='2'>答复内容</td></tr><tr><td colspan='2'>孙某某委员：您提出的提案收悉，我局已在三所学校门前施划临时泊位。</td></tr>"
    body = f"<table><tr><td colspan='2'>关于加强校园周边交通管理的提案</td></tr>{''.join(ROW.format(*row) for row in rows)}{answer}</table>"
    read_page = extract(
        page(title="提案办理详情", headline="", body=body).encode(), "http://www.yunxi.gov.cn/ta/view.jsp?id=12"
    )
    assert all(word in read_page.text for row in rows for word in row)
    assert "publisher" not in read_page.fields
    assert "published_date" not in read_page.fields
