"""Cells of workbooks are what a reader sees: dates, per cents, codes and durations in their formats."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.files.formats.number_formats import format_number
from tests.support.containers import zipped
from tests.support.documents import Cell, xls, xlsx

DAY = 45055  # 2023-05-09, a Tuesday
CELLS = {
    "2023年5月9日": Cell(DAY, 'yyyy"年"m"月"d"日"'),
    "2023/5/9 8:30": Cell(DAY + 0.35416666666666, "yyyy/m/d h:mm"),
    "二〇二三年五月": Cell(DAY, '[DBNum1][$-804]yyyy"年"m"月"'),
    "星期二": Cell(DAY, "aaaa"),
    "2023年5月": Cell(DAY, 57),
    "5月9日": Cell(DAY, 58),
    "2023-05-09": Cell(DAY, 14),
    "2023-05-09 08:30": Cell(DAY + 0.35416666666666, 22),
    "08:30": Cell(0.3541666666666667, 20),
    "36:05:00": Cell(1.503472222222222, "[h]:mm:ss"),
    "下午2时24分": Cell(0.6, '上午/下午h"时"mm"分"'),
    "12.5%": Cell(0.125, "0.0%"),
    "30%": Cell(0.3, 9),
    "1,234,567.50": Cell(1234567.5, 4),
    "001234": Cell(1234, "000000"),
    "139-1234-5678": Cell(13912345678, "000\\-0000\\-0000"),
    "12吨": Cell(12, '0"吨"'),
    "1.2万": Cell(12345, '0!.0,"万"'),
    "3百万": Cell(2_500_000, '0,,"百万"'),
    "(5.00)": Cell(-5, "0.00;(0.00)"),
    "无": Cell(0, '0;-0;"无"'),
    "少": Cell(5, '[>=10]"多";"少"'),
    "壹仟零伍元": Cell(1005, '[DBNum2]General"元"'),
    "￥1,000": Cell(1000, "[$￥-804]#,##0"),
    "3/4": Cell(0.75, "# ?/?"),
    "1.23E+05": Cell(123456, 11),
    "0.3": Cell(0.30000000000000004),
    "330602199001011": Cell(330602199001011),
    "TRUE": Cell(True),
    "#REF!": Cell("#REF!"),
    "甲": Cell("甲", formula=True),
    "8.5": Cell(8.5, formula=True),
    "#DIV/0!": Cell("#DIV/0!", formula=True),
    "南街": Cell("南街", "@"),
}


def _books(rows: list[list[str | Cell | None]], *, from_1904: bool = False) -> list[bytes]:
    return [xlsx({"表": rows}, from_1904=from_1904), xls("表", rows, from_1904=from_1904)]


def test_cells_are_read_as_they_are_shown(read: Reader) -> None:
    shown = {wanted: cell for wanted, cell in CELLS.items() if isinstance(cell, Cell)}
    for book in (xlsx({"表": [[cell] for cell in shown.values()]}), xls("表", [[c] for c in _old(shown)])):
        assert read(book).text.split("\n") == [*shown]


def _old(cells: dict[str, Cell]) -> list[str | Cell]:
    """Cells of text are shared strings in an old workbook."""
    return [str(c.value) if c.value in ("甲", "南街") and not c.formula else c for c in cells.values()]


def test_days_may_be_counted_from_1904(read: Reader) -> None:
    for book in _books([[Cell(DAY - 1462, "yyyy-mm-dd")]], from_1904=True):
        assert read(book).text == "2023-05-09"


def test_cells_keep_their_places(read: Reader) -> None:
    """A merged cell has its text in its first place; the others are empty."""
    rows: list[list[str | Cell | None]] = [[None, "合并", None, None, "后"], [None, None, "中"]]
    for book in _books(rows):
        assert read(book).text == "合并 |  |  | 后\n | 中"


def test_a_formula_without_a_result_is_no_empty_cell(read: Reader) -> None:
    assert read(xlsx({"表": [["合计", Cell("", formula=True)]]})).text == "合计", "its result is an empty text"
    book = xlsx({"表": [["合计", Cell(1, formula=True)]]})
    assert read(_replaced(book, "<v>1</v>", "<v/>")).text == "合计 | =A1"


def test_digits_of_cells_stay_raised(read: Reader) -> None:
    rich = "<r><t>2×10</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>5</t></r><rPh><t>er</t></rPh>"
    assert read(_replaced(xlsx({"表": [["值"]]}), "<t>值</t>", rich)).text == "2×10⁵"


def test_a_sheet_that_is_missing_is_named(read: Reader) -> None:
    reading = read(_replaced(xlsx({"一": [["甲"]], "二": [["乙"]]}), 'Target="worksheets/s2.xml"', 'Target="x.xml"'))
    assert (reading.outcome, reading.text) == (FileOutcome.READ, "一\n甲\n二")
    assert "xl/x.xml" in reading.reason


def test_a_number_of_a_font_or_style_that_is_none_costs_no_cell(read: Reader) -> None:
    book = xlsx({"表": [["甲", Cell(0.5, "0%")]]})
    for old in ('fontId="0"', 'fontId="1"', 'numFmtId="0"'):
        assert read(_replaced(book, old, f'{old[:-2]}²"')).text.startswith("甲 | "), old


def test_shared_texts_go_on_in_another_record(read: Reader) -> None:
    for cut in range(1, 5):
        assert read(xls("表", [["一二三四五"]], cut_at=cut)).text == "一二三四五"


def test_a_cell_far_to_the_right_costs_no_memory(read: Reader) -> None:
    rows: list[list[str | Cell | None]] = [["甲"]] * 500
    far = _replaced(_replaced(xlsx({"表": rows}), 'r="A', 'r="XFD'), 'r="XFD1"', 'r="A1"')
    assert read(far).outcome is FileOutcome.TOO_LARGE


def _replaced(book: bytes, old: str, new: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name).decode().replace(old, new) for name in archive.namelist()}
    return zipped(parts)


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.integers(0, 4), st.integers(0, 6), st.booleans())
def test_generated_numbers(value: int, places: int, decimals: int, grouped: bool) -> None:
    """A number of four decimals, as Python itself writes it."""
    number = Decimal(value).scaleb(-min(places, 4))
    code = ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else "")
    cent = Decimal(1).scaleb(-decimals)
    rounded = number.quantize(cent, "ROUND_HALF_UP")
    wanted = f"{rounded:,f}" if grouped else f"{rounded:f}"
    assert format_number(str(number), code) == (wanted if rounded else wanted.lstrip("-"))
    suffix = format_number(str(number), code + '"吨"')
    assert suffix == format_number(str(number), code) + "吨"


@settings(deadline=None)
@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)), st.integers(0, 86399))
def test_generated_times(day: date, second: int) -> None:
    serial = Decimal((day - date(1899, 12, 30)).days) + (Decimal(second) / 86400)
    raw = f"{serial:.11f}"
    clock = str(timedelta(seconds=second)).zfill(8)
    assert format_number(raw, "yyyy-mm-dd hh:mm:ss") == f"{day} {clock}"
    assert format_number(raw, 'yyyy"年"m"月"d"日"') == f"{day.year}年{day.month}月{day.day}日"
    assert format_number(raw, "[$-804]yyyymmdd;@") == f"{day:%Y%m%d}"


@settings(deadline=None)
@given(st.text(max_size=30), st.floats(allow_nan=True, allow_infinity=True))
def test_any_format_gives_a_text(code: str, value: float) -> None:
    assert isinstance(format_number(repr(value), code), str)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*'0#?.,%;@/ymdhs-" ', "E+", "General", "[h]", "[>5]", "[DBNum2]"]), max_size=12))
@pytest.mark.parametrize(
    "raw", ["0", "-1.5", "45055.35", "1e300", "9e999999", "1e-320", "2958465.9", "123456789012345678"]
)
def test_any_pieces_of_formats_give_a_text(raw: str, pieces: list[str]) -> None:
    for from_1904 in (False, True):
        assert isinstance(format_number(raw, "".join(pieces), from_1904=from_1904), str)
        assert isinstance(format_number(raw, "".join(pieces) * 9, from_1904=from_1904), str)


def test_a_formula_that_cells_share_is_that_of_each_cell(read: Reader) -> None:
    content = xlsx({"a": [["甲", "乙"], ["丙", "丁"], ["戊", "己"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    sheet = next(name for name in parts if "worksheets/" in name)
    first = '<c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$C$1&amp;"A1"+LOG10(A$1)</f></c>'
    others = "".join(f'<row r="{row}"><c r="B{row}"><f t="shared" si="0"/></c></row>' for row in (2, 3))
    rows = f'<row r="1"><c r="A1"><v>1</v></c>{first}</row>{others}'
    parts[sheet] = f"{parts[sheet].partition('<sheetData>')[0]}<sheetData>{rows}</sheetData></worksheet>"
    assert [line.rpartition(" | ")[2] for line in read(zipped(parts)).text.split("\n")] == [
        f'=A{row}*$C$1&"A1"+LOG10(A$1)' for row in (1, 2, 3)
    ]
