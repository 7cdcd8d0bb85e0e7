"""Lines in the element of the headline: which belong to the title, and which are dates, numbers, labels or tools."""

import pytest

from etl.extract import Extraction, extract
from tests.extract.traps.registry import URL
from tests.support.pages import PARAGRAPHS, TITLE, page

FORMS = {
    "a division": "<div class=title>{}<br>{}</div>",
    "a cell": "<table><tr><td id=tdTitle><b>{}</b><br><br><font>{}</font></td></tr></table>",
    "a heading": "<h1>{}<br><small>{}</small></h1>",
    "elements": "<div class=title><div>{}</div><span>{}</span></div>",
}
DAY, NUMBER = "2023-05-09", "云政〔2023〕5号"


def _read(form: str, upper: str, lower: str) -> Extraction:
    return extract(page(title=upper, headline=form.format(upper, lower)).encode(), URL)


@pytest.mark.parametrize(
    ("lower", "field", "value"),
    [
        ("2023年5月9日", "published_date", DAY),
        ("【信息时间：2023/5/9　阅读次数：】", "published_date", DAY),
        ("发布时间：2023-05-09 来源：云溪日报", "source", "云溪日报"),
        (NUMBER, "document_number", NUMBER),
        (f"文号：{NUMBER}", "document_number", NUMBER),
        ("云溪区水利局　2023-05-09", "published_date", DAY),
        ("作者：王一", "source", None),
        ("字号：大 中 小", "source", None),
        ("浏览次数：12", "source", None),
    ],
)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_what_is_beside_a_title_is_none_of_it(form: str, lower: str, field: str, value: str | None) -> None:
    found = _read(form, TITLE, lower)
    assert found.fields["title"].value == TITLE
    assert (found.fields[field].value if field in found.fields else None) == value
    assert found.text.startswith(PARAGRAPHS[0])


@pytest.mark.parametrize(
    "lower", ["（第二批）", f"（{NUMBER}）", "（2023年5月9日云溪区第三次会议通过）", "2023年5月1日停水的通知"]
)
@pytest.mark.parametrize("form", [FORMS["a division"], FORMS["a cell"], FORMS["a heading"]])
def test_the_second_line_of_a_title_is_part_of_it(form: str, lower: str) -> None:
    assert _read(form, "云溪区自来水公司关于", lower).fields["title"].value == f"云溪区自来水公司关于{lower}"
