"""What stands beside a label decides what it says: other labels, signs, markup, the pages before and after."""

# ruff: noqa: E501 — a part of a page is a line.

from itertools import product

import pytest

from etl.extract import extract
from tests.support.pages import TITLE, page, paragraphs
from tests.support.share import share

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
INDEX = "000000001/2023-00012"


def fields_of(html: str) -> dict[str, str]:
    return {name: value.value for name, value in extract(html.encode(), URL).fields.items()}


VALUES = {
    "索引号": ("index_number", INDEX), "发布机构": ("publisher", "云溪区财政局"), "文号": ("document_number", "云财〔2023〕1号"),
    "有效性": ("validity", "有效"), "发布时间": ("published_date", "2023-05-09"), "成文日期": ("written_date", "2023-05-08"),
    "来源": ("source", "云溪日报"), "日期": ("published_date", "2023-05-09"), "时间": ("published_date", "2023-05-09"),
    "分类": ("subject_category", "城乡建设"), "时效": ("validity", "有效"), "体裁": ("genre_category", "通知"),
}  # fmt: skip
HEADERS = (
    ("发布时间", "来源"), ("来源", "发布时间"), ("日期", "来源"), ("来源", "日期"), ("索引号", "分类"), ("分类", "索引号"), ("时间", "来源"),
    ("索引号", "发布机构", "来源", "日期"), ("来源", "索引号", "分类", "发布机构"), ("有效性", "来源", "分类"), ("体裁", "时效", "文号", "日期"),
)  # fmt: skip
PAIRS = {
    "boxes in one": ("<div>{}</div>", "<div>{0}</div><div>{1}</div>"), "lines in one": ("<div>{}</div>", "<p>{0}</p><p>{1}</p>"),
    "a list": ("<ul>{}</ul>", "<li>{0}</li><li>{1}</li>"), "definitions": ("<dl>{}</dl>", "<dt>{0}</dt><dd>{1}</dd>"),
    "inline elements in one": ("<div>{}</div>", "<span>{0}</span><span>{1}</span>"), "a row": ("<table><tr>{}</tr></table>", "<td>{0}</td><td>{1}</td>"),
    "rows": ("<table>{}</table>", "<tr><th>{0}</th><td>{1}</td></tr>"), "boxes in boxes": ("{}", "<div class=r><div>{0}</div><div>{1}</div></div>"),
    "inline elements in boxes": ("{}", "<div class=r>\n<span>{0}</span>\n<span>{1}</span>\n</div>"),
    "items of inline elements": ("<ul>{}</ul>", "<li><span>{0}</span><em>{1}</em></li>"), "strong labels": ("{}", "<p><strong>{0}</strong> {1}</p>"),
}  # fmt: skip


def test_ambiguous_labels_beside_those_of_a_header_are_of_it() -> None:
    """分类 alone is a word of menus; in markup like that of 索引号, or of a date, beside it, it is a label."""
    wrong = []
    for labels, (form, (around, pair)), above in share(product(HEADERS, PAIRS.items(), (True, False))):
        rows = around.format("".join(pair.format(label, VALUES[label][1]) for label in labels))
        read = extract(page(rows if above else "", headline=f"<h1>{TITLE}</h1>{'' if above else rows}").encode(), URL)
        shown = {name: value.value for name, value in read.fields.items() if value.origin != "body"}
        if missed := [label for label in labels if shown.get(VALUES[label][0]) != VALUES[label][1]]:
            wrong.append((form, labels, above, missed))
        if any(line in ("云溪日报", "城乡建设", INDEX) for line in read.text.splitlines()):
            wrong.append((form, labels, above, ["in the text"]))
    assert wrong == []


def test_the_first_rows_of_a_text_stay_in_it() -> None:
    rows = "<table><tr><td>名称</td><td>电梯检查</td><td>来源</td><td>区级资金</td></tr><tr><td>名称</td><td>消防检查</td><td>来源</td><td>街道资金</td></tr></table>"
    html = page(headline=f"<h1>{TITLE}</h1><div>发布时间：2023-05-09</div>", body=rows + paragraphs())
    assert "电梯检查" in extract(html.encode(), URL).text


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
