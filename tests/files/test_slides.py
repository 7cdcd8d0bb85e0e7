"""Slides are read as they are shown: in their order, from top to bottom, with their tables, lists and marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.files.formats.pptx import read_slides
from etl.files.types import Limits
from etl.reasons import english
from tests.support.documents import box, presentation


def _lines(*slides: str) -> list[str]:
    return read_slides(presentation(slides), Limits()).lines


@given(st.permutations(range(5)))
def test_slides_are_read_in_the_order_of_the_presentation(order: list[int]) -> None:
    made = presentation([box(f"第{number}张") for number in range(5)], order=order)
    assert read_slides(made, Limits()).lines == [f"第{number}张" for number in order]


@given(st.permutations([(0, 0), (0, 500), (300, 100), (900, 0)]))
def test_boxes_are_read_from_top_to_bottom_below_their_title(places: list[tuple[int, int]]) -> None:
    boxes = "".join(box(f"{top}-{left}", top, left) for top, left in places)
    title = box("防汛形势", 1200, kind="title")
    assert _lines(boxes + title) == ["防汛形势", *(f"{top}-{left}" for top, left in sorted(places))]


def test_placeholders_stand_where_their_layout_puts_them() -> None:
    layout = f"<p:x xmlns:p='p' xmlns:a='a'>{box('', 700, kind='body')}{box('', 100, kind='subTitle')}</p:x>"
    slide = box("正文", kind="body") + box("说明", 400) + box("副题", kind="subTitle")
    related = {"r1": "../slideLayouts/slideLayout1.xml"}
    made = presentation([slide], {"ppt/slideLayouts/slideLayout1.xml": layout}, related)
    assert read_slides(made, Limits()).lines == ["副题", "说明", "正文"]


def test_merged_cells_of_tables_have_their_text_first() -> None:
    def cell(words: str, look: str = "") -> str:
        return f"<a:tc {look}><a:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></a:txBody></a:tc>"

    rows = (
        cell("单位", 'rowSpan="2"') + cell("吨", 'gridSpan="2"') + cell("旧", 'hMerge="1"'),
        cell("旧", 'vMerge="1"') + cell("一季度") + cell("二季度"),
    )
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{table}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    assert _lines(frame) == ["单位 | 吨", " | 一季度 | 二季度"]


def test_what_is_hidden_or_struck_or_a_page_number_is_not_read_and_digits_are_raised() -> None:
    def run(words: str, look: str) -> str:
        return f"<a:r><a:rPr {look}/><a:t>{words}</a:t></a:r>"

    struck = box("限额").replace("<a:r>", run("20", 'strike="sngStrike"') + "<a:r>")
    raised = box("10").replace("</a:p>", run("5", 'baseline="30000"') + "</a:p>")
    hidden = box("旧稿").replace('name="t"', 'name="t" hidden="1"')
    read = read_slides(presentation([struck + raised + hidden + box("7", kind="sldNum")]), Limits())
    assert (read.lines, read.struck) == (["限额", "10⁵"], True)


def test_items_have_their_numbers() -> None:
    def item(words: str, kind: str) -> str:
        return f'<a:p><a:pPr><a:buAutoNum type="{kind}"/></a:pPr><a:r><a:t>{words}</a:t></a:r></a:p>'

    items = item("受理", "ea1ChsPeriod") + item("审查", "ea1ChsPeriod")
    text = box("步骤").replace("</a:p>", "</a:p>" + items + item("决定", "circleNumDbPlain"))
    assert _lines(text) == ["步骤", "一. 受理", "二. 审查", "① 决定"]


@pytest.mark.parametrize("words", ["农业局&水利局", "甲&nbsp;乙&lt;丙"])
def test_signs_that_are_no_xml_lose_no_words(read: Reader, words: str) -> None:
    reading = read(presentation([box(words), box("第二张")]))
    shown = words.replace("&nbsp;", " ").replace("&lt;", "<")
    assert (reading.outcome, reading.reason, reading.text) == (FileOutcome.READ, "", f"{shown}\n第二张")


def test_a_slide_that_is_missing_is_named(read: Reader) -> None:
    reading = read(presentation([box("第一张"), box("第二张")], order=[0, 7, 1]))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "第一张\n第二张")
    assert english(reading.reason) == "r8 is missing"


def test_a_layout_of_many_slides_that_cannot_be_read_is_named_once() -> None:
    layout = "ppt/slideLayouts/slideLayout1.xml"
    made = presentation([box("第一张"), box("第二张")], {layout: ""}, {"r1": "../slideLayouts/slideLayout1.xml"})
    read = read_slides(made, Limits())
    assert (read.lines, read.missing) == (["第一张", "第二张"], [layout])
