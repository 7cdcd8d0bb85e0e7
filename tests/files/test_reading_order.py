"""The order of drawing is not that of reading: reports, spreadsheets and prints of the web draw a page in any order."""

from itertools import permutations

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import Reader
from etl.files.formats import pdf as reader_of_pdf
from etl.files.layout.line import Line
from etl.files.layout.lines import drop_page_edges, paragraphs
from etl.files.layout.reading_order import in_reading_order
from tests.support.pdfs import Piece, pdf

_PROSE = "为保障夏季用水高峰期间的供水安全现将有关事项"
_ROWS = (("科目", "上年", "本年"), ("水费", "1.50", "2.50"), ("电费", "30", "40"))


def _line(text: str, left: float, top: float) -> Line:
    return Line(text, left, top, left + 12 * len(text), top + 12)


@settings(deadline=None)
@given(st.permutations(range(5)))
def test_whatever_is_drawn_first_a_page_is_read_from_top_to_bottom(drawn: list[int]) -> None:
    lines = [_line(_PROSE[:8], 150, 20), *(_line(_PROSE, 72, 60 + 20 * number) for number in range(3))]
    lines.append(_line("第 1 页", 200, 800))
    assert in_reading_order([lines[number] for number in drawn]) == lines


@pytest.mark.parametrize("order", sorted(permutations(range(3)))[1:])
def test_cells_of_an_unruled_table_are_its_rows_in_whatever_order_its_columns_are_drawn(
    read: Reader, order: tuple[int, ...]
) -> None:
    """LibreOffice draws the numbers of a sheet first and its words after them; only columns of a newspaper come from
    left to right, one after the other."""
    pieces: list[Piece] = [
        (72 + 120 * column, 700 - 30 * row, cells[column]) for column in order for row, cells in enumerate(_ROWS)
    ]
    title: Piece = (120, 760, "收支总表")
    assert read(pdf([[*pieces, title]])).text.split("\n") == ["收支总表", *map(" | ".join, _ROWS)]


def test_a_title_that_is_drawn_after_a_ruled_table_stands_above_it(read: Reader) -> None:
    frame = "72 700 m 372 700 l S 72 660 m 372 660 l S 72 620 m 372 620 l S 72 700 m 72 620 l S 372 700 m 372 620 l S"
    cells: list[Piece] = [(76, 676, "科目"), (240, 676, "金额"), (76, 636, "水费"), (240, 636, "2.50")]
    made = pdf([[*cells, (150, 760, "收支总表")]], drawn=f"{frame} 222 700 m 222 620 l S")
    assert read(made).text == "收支总表\n科目 | 金额\n水费 | 2.50"


def test_columns_that_are_drawn_one_after_the_other_are_read_so() -> None:
    columns = [
        _line(f"{_PROSE[:9]}{number}", 72 + 200 * number, 60 + 20 * row) for number in (1, 0) for row in range(9)
    ]
    title = _line("公报", 150, 20)
    assert in_reading_order([*columns, title]) == [*columns, title]


def test_a_number_that_was_drawn_by_itself_stays_in_its_sentence() -> None:
    first, number, rest = _line("根据市人民政府令第", 72, 60), _line("93", 182, 60), _line("号修改", 206, 60)
    assert [line.text for line in in_reading_order([first, number, rest])] == ["根据市人民政府令第93号修改"]
    assert [line.text for line in in_reading_order([first, rest, number])] == ["根据市人民政府令第93号修改"]


def test_a_running_footer_does_not_interrupt_a_paragraph() -> None:
    footer = _line("云溪市人民政府发布", 300, 800)
    words = [f"{_PROSE[:-1]}{number}" for number in "甲乙丙"]
    pages = [[*(_line(word, 72, 60 + 20 * row) for row in range(20)), footer] for word in words]
    assert paragraphs(drop_page_edges(pages)) == ["".join(word * 20 for word in words), footer.text]


@pytest.mark.parametrize("slope", ["0.7 0.7 -0.7 0.7", "0.9 0.4 -0.4 0.9", "0 1 -1 0"])
def test_a_watermark_across_the_page_moves_no_line(read: Reader, slope: str) -> None:
    mark = f"BT /F1 60 Tf {slope} 150 300 Tm <{'内部资料'.encode('utf-16-be').hex()}> Tj ET"
    lines: list[Piece] = [(72, 780 - 24 * row, f"{_PROSE}。") for row in range(28)]
    text = read(pdf([lines], drawn=mark)).text
    assert text.replace("\n", "").replace("内部资料", "") == f"{_PROSE}。" * 28


def test_a_watermark_across_each_page_is_read_once_and_interrupts_no_paragraph(read: Reader) -> None:
    mark = f"BT /F1 60 Tf 0.7 0.7 -0.7 0.7 150 300 Tm <{'内部资料'.encode('utf-16-be').hex()}> Tj ET"
    pages: list[list[Piece]] = [[(72, 780 - 24 * row, _PROSE[:-1] + end) for row in range(28)] for end in "甲乙丙"]
    whole = "".join((_PROSE[:-1] + end) * 28 for end in "甲乙丙")
    assert sorted(read(pdf(pages, drawn=mark)).text.split("\n")) == sorted([whole, "内部资料"])


@pytest.mark.parametrize(("turn", "place"), [("0 1 -1 0", (500, 60)), ("0 -1 1 0", (80, 780))])
def test_a_table_that_is_drawn_sideways_on_upright_paper_has_its_rows(
    read: Reader, turn: str, place: tuple[int, int]
) -> None:
    step = 1 if turn == "0 1 -1 0" else -1
    shown = "".join(
        f" BT /F1 12 Tf {turn} {place[0] + step * 40 * row} {place[1] + step * 150 * column} Tm "
        f"<{text.encode('utf-16-be').hex()}> Tj ET"
        for row, cells in enumerate(_ROWS)
        for column, text in enumerate(cells)
    )
    assert read(pdf([[]], drawn=shown)).text.split("\n") == [" | ".join(cells) for cells in _ROWS]


def test_words_that_are_drawn_into_the_gaps_of_a_line_stand_in_their_row(read: Reader) -> None:
    """A spreadsheet may draw the outer cells of each row before the words between them."""
    rows = [("20101", "行政运行", "1.50"), ("20102", "事业运行", "2.50"), ("20103", "其他", "30")]
    outer: list[Piece] = [(72 + 180 * at, 700 - 30 * row, cells[at]) for row, cells in enumerate(rows) for at in (0, 2)]
    inner: list[Piece] = [(252, 700 - 30 * row, cells[1]) for row, cells in enumerate(rows)]
    assert read(pdf([[*outer, *inner]])).text.split("\n") == [" | ".join(cells) for cells in rows]


@pytest.mark.parametrize("ruled", [True, False])
def test_lines_between_rulings_are_not_joined(read: Reader, ruled: bool) -> None:
    lines: list[Piece] = [(72, 700 - 30 * row, _PROSE) for row in range(3)]
    drawn = " ".join(f"66 {690 - 30 * row} m 400 {690 - 30 * row} l S" for row in range(3)) if ruled else ""
    underlined = " ".join(f"72 {698 - 30 * row} m 348 {698 - 30 * row} l S" for row in range(3))
    assert read(pdf([lines], drawn=f"{drawn} {underlined}")).text == ("\n" if ruled else "").join([_PROSE] * 3)


def test_a_ruling_below_a_header_interrupts_no_paragraph(read: Reader) -> None:
    pages: list[list[Piece]] = [
        [(72, 790, "云溪市公报"), *((72, 760 - 20 * row, _PROSE[:-1] + end) for row in range(30))] for end in "甲乙丙"
    ]
    rules = "66 780 m 400 780 l S 66 60 m 400 60 l S"
    whole = "".join((_PROSE[:-1] + end) * 30 for end in "甲乙丙")
    assert read(pdf(pages, drawn=rules)).text == f"云溪市公报\n{whole}"


def test_only_digits_that_are_set_smaller_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The boxes of some fonts are those of their glyphs: those of commas reach lower than those of digits."""
    document = pdfium.PdfDocument(pdf([[(72, 700, "1,105"), (72, 600, "10"), (84, 604, "5", 8)]]))
    page = document[0]
    layer = page.get_textpage()
    text = layer.get_text_range()
    boxes = {at: (10.0 * at, 0.0, 10.0 * at + 8, 10.0) for at in range(len(text))}
    boxes |= {at: (10.0 * at, 2.0, 10.0 * at + 8, 10.0) for at, character in enumerate(text) if character.isdigit()}
    monkeypatch.setattr(reader_of_pdf, "_box", lambda _, at: boxes[at])
    shown = reader_of_pdf._with_raised(layer, text, 0, lambda *box: (box[0], 10 - box[3], box[2], 10 - box[1]))
    assert shown.startswith("1,105")


def test_rows_that_are_shaded_instead_of_ruled_are_rows(read: Reader) -> None:
    drawn = " ".join(f"0.9 g 60 {690 - 30 * row} 420 30 re f 0 g" for row in range(3))
    pieces: list[Piece] = [
        (72 + 160 * at, 700 - 30 * row, cell) for row, cells in enumerate(_ROWS) for at, cell in enumerate(cells)
    ]
    assert read(pdf([pieces], drawn=drawn)).text.split("\n") == [" | ".join(cells) for cells in _ROWS]


def test_a_frame_around_the_page_and_another_table_give_a_table_no_columns(read: Reader) -> None:
    def frame(left: int, top: int, columns: int, width: int) -> str:
        right, bottom = left + columns * width, top - 60
        rules = [f"{left} {y} m {right} {y} l S" for y in (top, top - 30, bottom)]
        return " ".join(
            rules + [f"{left + width * at} {top} m {left + width * at} {bottom} l S" for at in range(columns + 1)]
        )

    around = "30 30 m 560 30 l 560 812 l 30 812 l 30 30 l S"
    drawn = f"{around} {frame(60, 760, 2, 200)} {frame(80, 560, 3, 90)}"
    upper: list[Piece] = [(64, 740, "科目"), (264, 740, "金额"), (64, 710, "水费"), (264, 710, "2.50")]
    lower: list[Piece] = [(84 + 90 * at, 540 - 30 * row, cell) for row in (0, 1) for at, cell in enumerate("甲乙丙")]
    assert read(pdf([[*upper, *lower]], drawn=drawn)).text == "科目 | 金额\n水费 | 2.50\n甲 | 乙 | 丙\n甲 | 乙 | 丙"


@pytest.mark.parametrize("number", ["1.", "一、", "（一）", "①"])
def test_a_number_and_its_item_at_a_tab_are_no_cells(read: Reader, number: str) -> None:
    assert read(pdf([[(72, 700, number), (140, 700, _PROSE)]])).text == f"{number} {_PROSE}"
