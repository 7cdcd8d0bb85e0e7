"""Ruled tables of a PDF: each text stands below the head of its column, however many cells are empty or merged."""

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import Reader
from tests.support.pdfs import pdf, table_pdf

_CELLS = st.lists(st.sampled_from(["", "", "水厂", "2.50", "在建"]), min_size=3, max_size=3)
_LONG = "根据有关法律法规的规定，结合本区供水实际情况"


@settings(deadline=None, max_examples=30)
@given(st.lists(_CELLS, min_size=1, max_size=6))
def test_empty_cells_of_a_ruled_table_keep_their_places(read: Reader, rows: list[list[str]]) -> None:
    head = ["科目", "上年", "本年"]
    shown = [" | ".join(row).rstrip(" |") for row in rows if any(row)]
    assert read(table_pdf([head, *rows], "附件")).text.split("\n") == ["附件", " | ".join(head), *shown]


def _ruled(lines: str, *pieces: tuple[float, float, str]) -> bytes:
    return pdf([pieces], drawn=" ".join(f"{line} S" for line in lines.split(";")))


_FRAME = "72 700 m 372 700 l;72 620 m 372 620 l;72 700 m 72 620 l;372 700 m 372 620 l;172 700 m 172 620 l"


def test_merged_cells_of_a_ruled_table_have_their_text_first_and_leave_the_others_empty(read: Reader) -> None:
    inner = ";272 660 m 272 620 l;172 660 m 372 660 l"
    made = _ruled(_FRAME + inner, (76, 656, "单位"), (176, 676, "金额"), (176, 636, "上年"), (276, 636, "本年"))
    assert read(made).text == "单位 | 金额\n | 上年 | 本年"
    inner = ";272 700 m 272 620 l;72 660 m 272 660 l"
    made = _ruled(_FRAME + inner, *((76 + 100 * x, 676, text) for x, text in enumerate("甲乙丙")), (176, 636, "丁"))
    assert read(made).text == "甲 | 乙 | 丙\n | 丁"


def test_cells_with_frames_of_their_own_have_no_cells_between_them(read: Reader) -> None:
    boxes = ";".join(
        f"{x} {y} m {x + 90} {y} l {x + 90} {y + 30} l {x} {y + 30} l {x} {y} l"
        for x in (72, 166, 260)
        for y in (670, 636)
    )
    texts = [(76, 680, "甲"), (170, 680, "乙"), (264, 680, "丙"), (76, 646, "丁"), (264, 646, "戊")]
    assert read(_ruled(boxes, *texts)).text == "甲 | 乙 | 丙\n丁 |  | 戊"


def test_running_text_beside_empty_frames_is_no_row_of_a_table(read: Reader) -> None:
    """Word draws the background of a paragraph as a box; beside it stand those of others, and no table."""
    frames = "92 600 m 520 600 l;92 720 m 520 720 l;92 720 m 92 600 l;520 720 m 520 600 l;530 720 m 530 600 l"
    lines = [(96, 680, _LONG), (96, 660, _LONG), (96, 640, "执行。")]
    closed = ";520 720 m 560 720 l;520 600 m 560 600 l;560 720 m 560 600 l"
    assert read(_ruled(frames + closed, *lines)).text == f"{_LONG}{_LONG}执行。"
