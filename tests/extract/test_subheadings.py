"""The line under the title in every form: date and source are read, and nothing from words that look like them."""

from itertools import islice

import pytest

from etl.extract import extract
from etl.extract.lexicon.labels import find_labels
from tests.support.pages import TITLE, page
from tests.support.subheading_forms import forms, outcome

URL = "https://www.yunxi.example/gk/202305/t20230509_1234567.html"


def test_date_and_source_are_read_in_any_order_and_between_any_signs() -> None:
    assert [form for form in islice(forms(), 0, None, 11) if outcome(form) != "right"] == []


@pytest.mark.parametrize(
    "line",
    [
        "来源：云溪日报 数据截至 2023-05-09",
        "来源：云溪日报 报名时间 2023-05-09",
        "来源：云溪日报 截止日期：2023-05-09",
        "来源：云溪日报 2023-05-09 至 2023-05-19",
        "云溪区第一次会议 2023年5月9日 通过 来源：云溪日报",
        "来源：云溪日报 成文日期：2023-05-08 2023-05-09",
    ],
)
def test_a_date_that_is_said_of_something_else_is_none_of_publication(line: str) -> None:
    fields = extract(page(headline=f"<h1>{TITLE}</h1><p>{line}</p>").encode(), URL).fields
    assert "published_date" not in fields
    assert "source" not in fields or fields["source"].value.startswith("云溪日报")


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("摘要：会议时间：2023年1月2日", ["摘要"]),
        ("时间：2023年6月1日会议时间：2023年7月1日", ["时间"]),
        ("名称：云溪区政府办公室关于编辑：村志的通知", ["名称"]),
        ("来源：云溪日报电子邮箱：a@b.cn", ["来源"]),
        ("主题分类：水利工程来源：甲", ["主题分类"]),
        ("请到云溪区水务局办公室领取 来源：云溪日报", ["来源"]),
    ],
)
def test_a_word_with_a_colon_is_no_label_behind_words_that_are_no_value(line: str, labels: list[str]) -> None:
    assert [found.label for found in find_labels(line)] == labels
