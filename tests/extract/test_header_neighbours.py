"""What stands beside a label decides what it says: other labels, signs, markup, the pages before and after."""

# ruff: noqa: E501 — a part of a page is a line.

from itertools import product

import pytest

from etl.extract import extract
from tests.support.pages import TITLE, page
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
INDEX = "000000001/2023-00012"


def fields_of(html: str) -> dict[str, str]:
    return {name: value.value for name, value in extract(html.encode(), URL).fields.items()}


AMBIGUOUS = {
    "分类": ("subject_category", "城乡建设"),
    "来源": ("source", "云溪日报"),
    "时效": ("validity", "有效"),
    "体裁": ("genre_category", "通知"),
}
ROWS = {
    "boxes in a row": "<div class=x>{}</div>", "inline elements in a row": "<div class=x>{}</div>",
    "boxes in one": "{}", "inline elements in items": "<li>{}</li>",
}  # fmt: skip


def _row(form: str, label: str, value: str, gap: str) -> str:
    tag = "div" if form.startswith("boxes") else "span"
    return ROWS[form].format(
        f"{gap}<{tag}>{label}</{tag}>{gap}<{tag} class=v>{value}</{tag}>{gap}".replace(
            " class=v", "" if form == "boxes in one" else " class=v"
        )
    )


def test_an_ambiguous_label_beside_one_of_a_header_is_one_of_it() -> None:
    """分类 alone is a word of menus; below 索引号, in markup of the same kind, it is a label."""
    wrong = []
    for (label, (name, value)), form, gap, is_first in share(
        product(AMBIGUOUS.items(), ROWS, ("", "\n   "), (True, False))
    ):
        pairs = [("索引号", INDEX), (label, value), ("发布机构", "云溪区财政局")]
        rows = [_row(form, *pair, gap) for pair in (pairs[1::-1] if is_first else pairs)]
        read = fields_of(page(f"<div>{''.join(rows)}</div>"))
        if (read.get(name), read.get("index_number")) != (value, INDEX):
            wrong.append((label, form, gap, is_first, read.get(name)))
    assert wrong == []


@pytest.mark.parametrize("sign", ["/", "／", "·", "—"])
def test_a_sign_in_an_element_between_two_pairs_is_part_of_none(sign: str) -> None:
    parts = [
        f"{label}：<span>{value}</span>"
        for label, value in (("索引号", INDEX), ("发文机关", "云溪区财政局"), ("文号", "云财〔2023〕1号"))
    ]
    read = fields_of(page(f"<div>{f'<i>{sign}</i>'.join(parts)}</div>"))
    assert (read["index_number"], read["publisher"], read["document_number"]) == (
        INDEX,
        "云溪区财政局",
        "云财〔2023〕1号",
    )


def test_a_stroke_that_ends_an_index_number_stays() -> None:
    read = fields_of(page("<ul><li>索引号：0000143490101038/</li><li>文号：云财〔2023〕1号</li></ul>"))
    assert read["index_number"] == "0000143490101038/"


@pytest.mark.parametrize("day", ["[2023-05-09 09:00]", "（2023-05-09）", "2023年5月9日", "【2023-05-09】"])
def test_a_day_behind_the_name_of_a_source_is_none_of_it(day: str) -> None:
    assert fields_of(page(below="", headline=f"<h1>{TITLE}</h1><p>信息来源：云溪日报{day}</p>"))["source"] == "云溪日报"


@pytest.mark.parametrize("wrap", ["{}", "<font><font size=3>{}</font></font>", "<span style='x'>{}</span>"])
def test_the_date_of_the_next_page_is_not_that_of_this_one(wrap: str) -> None:
    for label, between in product(
        ("上一篇", "下一条", "下一篇", "前一篇"),
        ("：", "："),
    ):
        link = f"<a href=2.html>{wrap.format('关于停水的公告（发布日期：2023-01-02）')}</a>"
        below = f"<div>{wrap.format(label + between)}{link}</div><div>{label}：<a href=3.html>停电</a> <span>发布时间：2023-01-03</span></div>"
        read = fields_of(
            page(
                headline=f"<h1>{TITLE}</h1><div>{wrap.format('2023-05-09')} {wrap.format('来源：云溪日报')}</div>",
                below=below,
            )
        )
        assert (read["published_date"], read["source"]) == ("2023-05-09", "云溪日报")


def test_markup_before_a_label_does_not_make_its_line_prose() -> None:
    tools = "".join(f"<font><a href=#>{size}</a></font> " for size in "大中小")
    line = f"<p><font><font>2023-05-09 16:22:01</font></font> <font><font>字号</font></font> {tools}<font><font>文章来源：货币科</font></font></p>"
    assert fields_of(page(headline=f"<h1>{TITLE}</h1>{line}"))["source"] == "货币科"


@pytest.mark.parametrize("label", ["生成日期", "成文日期", "实施日期"])
def test_the_day_of_a_label_without_a_colon_is_its_own_alone(label: str) -> None:
    row = "<li>\n<span>{}</span>\n<i>{}</i>\n</li>"
    rows = "".join(row.format(*pair) for pair in (("名称", TITLE), ("索引号", INDEX), (label, "2023-05-09")))
    assert "published_date" not in fields_of(page(f"<ul>{rows}</ul>"))


def test_english_behind_a_label_is_no_value() -> None:
    pairs = (("索引号 Index No.", INDEX), ("发布机构 Issued by", "云溪区财政局"), ("发布日期 Issued on", "2023-05-09"))
    read = fields_of(
        page(f"<table><tr>{''.join(f'<td>{label}</td><td>{value}</td>' for label, value in pairs)}</tr></table>")
    )
    assert (read["index_number"], read["publisher"], read["published_date"]) == (INDEX, "云溪区财政局", "2023-05-09")


@pytest.mark.parametrize("behind", ["发布", "发表", " 更新"])
def test_a_day_with_a_word_of_publishing_behind_it_is_the_date(behind: str) -> None:
    assert (
        fields_of(page(headline=f"<h1>{TITLE}</h1><p>2023-05-09{behind} | 云溪区财政局</p>"))["published_date"]
        == "2023-05-09"
    )
