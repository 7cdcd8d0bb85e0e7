"""Positioned text in reading order: items, columns, pieces that touch and pieces that stand apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from etl.files.layout.line import Line
from etl.files.layout.lines import drop_page_edges, merge_rows, paragraphs
from etl.raised_text import superscript
from tests.support.documents import ofd, ofd_text
from tests.support.pdfs import pdf, picture, saved

_PROSE = "为保障夏季用水高峰期间的供水安全现将有关事项"
_RES = (
    '<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016" BaseLoc="Res"><ofd:MultiMedias>'
    '<ofd:MultiMedia ID="7" Type="Image"><ofd:MediaFile>p.png</ofd:MediaFile></ofd:MultiMedia>'
    "</ofd:MultiMedias></ofd:Res>"
)
_SCANNED = {"Doc_0/Res.xml": _RES, "Doc_0/Res/p.png": saved(picture("X"), "PNG")}
_PICTURE = '<ofd:ImageObject ID="8" ResourceID="7" Boundary="0 0 210 297"/>'


@settings(deadline=None)
@given(
    st.sampled_from(["一、", "（一）", "1.", "1、", "第一条　", "①"]),
    st.sampled_from(["。", "；", "："]),
    st.integers(0, 2),
)
def test_a_numbered_item_begins_a_paragraph(number: str, end: str, indent: int) -> None:
    first, second = _PROSE + end, number + _PROSE
    lines = [
        Line(text, 72 + 2 * indent, top, 72 + 12 * 23, top + 12) for text, top in ((first, 100.0), (second, 120.0))
    ]
    assert paragraphs([lines]) == [first, second]


@pytest.mark.parametrize(
    "rest", ["第三条规定办理手续的各有关单位", "（二）项的有关规定办理手续的", "2023年度的用水计划执行并报备"]
)
def test_a_sentence_goes_on_over_the_end_of_a_line(rest: str) -> None:
    first = "根据用水管理办法，按照" + _PROSE
    assert paragraphs([[Line(first, 72, 100, 472, 112), Line(rest, 72, 120, 472, 132)]]) == [first + rest]


@settings(deadline=None)
@given(st.integers(4, 12), st.booleans(), st.floats(14, 60))
def test_columns_are_read_one_after_the_other(rows: int, by_row: bool, gutter: float) -> None:
    left = [Line(f"左{n:02}{_PROSE}", 72, 100 + 20 * n, 372, 112 + 20 * n) for n in range(rows)]
    right = [Line(f"右{n:02}{_PROSE}", 372 + gutter, 100 + 20 * n, 672 + gutter, 112 + 20 * n) for n in range(rows)]
    head = Line("关于停水的通知", 300, 60, 450, 76)
    pieces = [head, *(p for pair in zip(left, right, strict=True) for p in pair)] if by_row else [head, *left, *right]
    assert paragraphs([merge_rows(pieces)]) == [head.text, "".join(line.text for line in (*left, *right))]


def test_columns_of_a_pdf_and_rows_of_a_table_without_rulings(read: Reader) -> None:
    sides = [(side + f"{n:02}", 72 + 270 * at, 700 - 20 * n) for n in range(8) for at, side in enumerate("左右")]
    page = [(x, y, name + _PROSE[:15]) for name, x, y in sides]
    assert read(pdf([page])).text == "".join(
        name + _PROSE[:15] for name, *_ in sorted(sides, key=lambda s: (s[1], -s[2]))
    )
    table = [(x, 700 - 20 * n, text) for n in range(8) for x, text in ((72, f"单位{'水' * n}"), (342, f"电话{n}"))]
    assert read(pdf([table])).text.split("\n")[:2] == ["单位 | 电话0", "单位水 | 电话1"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["水", "W", "7", "供水", "WTO"]), min_size=2, max_size=6), st.floats(0, 0.1))
def test_pieces_that_touch_have_no_space_between_them(texts: list[str], gap: float) -> None:
    at, pieces = 20.0, []
    for text in texts:
        width = 4.0 * len(text)
        pieces.append(Line(text, at, 50, at + width, 54))
        at += width + gap
    assert [line.text for line in merge_rows(pieces)] == ["".join(texts)]


@pytest.mark.parametrize("power", ["5", "-3", "12"])
def test_raised_digits_of_a_pdf(read: Reader, power: str) -> None:
    after = 132 + 8 * len(power)
    raised = [
        (72.0, 700.0, "2×10、5"),
        (132.0, 700.0, "10"),
        (156.0, 704.0, power, 8.0),
        (after + 24.0, 700.0, "吨以下"),
    ]
    assert read(pdf([raised])).text == f"2×10、510{superscript(power)}吨以下"
    small = [(72.0, 700.0, "第"), (84.0, 700.0, "12", 8.0), (100.0, 700.0, "条")]
    assert read(pdf([small])).text == "第12条"


def test_characters_of_one_piece_may_stand_apart(read: Reader) -> None:
    """One object holds a row; only its steps say where the cells begin."""
    row = ofd_text(20, 50, 120, "单位电话", deltas="4 60 4")
    assert read(ofd([[row]])).text == "单位 | 电话"
    assert read(ofd([[ofd_text(20, 50, 16, "单位电话", deltas="g 3 4")]])).text == "单位电话"


def test_parts_of_an_ofd_that_are_missing_are_named_and_the_rest_is_read(read: Reader) -> None:
    page = "Doc_0/Pages/Page_1/Content.xml"
    document = (
        '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:TemplatePage ID="3" BaseLoc="Tpls/T.xml"/>'
        '<ofd:Pages><ofd:Page BaseLoc="Pages/Page_0/Content.xml"/><ofd:Page BaseLoc="Pages/Page_1/Content.xml"/>'
        "</ofd:Pages></ofd:Document>"
    )
    pieces = ['<ofd:Template TemplateID="3"/>', (20.0, 20.0, 40.0, "正文第一行文字")]
    reading = read(ofd([pieces], parts={"Doc_0/Document.xml": document}))
    assert (reading.outcome, reading.text, reading.pages) == (FileOutcome.READ, "正文第一行文字", 2)
    assert "Doc_0/Tpls/T.xml" in reading.reason
    assert page in reading.reason
    nothing = read(ofd([], parts={"Doc_0/Document.xml": document}))
    assert (nothing.outcome, "Page_0" in nothing.reason) == (FileOutcome.BROKEN, True)


@pytest.mark.parametrize(
    ("stored", "seen"), [("⼈⺠政府⻓期⼯作", "人民政府长期工作"), ("⾃来⽔⼚⻔", "自来水厂门"), ("\uf90a额", "金额")]
)
def test_radicals_that_a_program_stored_for_glyphs_are_the_characters_that_they_show(
    read: Reader, stored: str, seen: str
) -> None:
    assert read(pdf([[(72, 700, stored)]])).text == seen
    assert read(ofd([[(20, 20, 80, stored)]])).text == seen


def test_hidden_text_of_an_ofd_is_not_read(read: Reader) -> None:
    hidden = ofd_text(20, 30, 20, "看不见", 'Visible="false"')
    assert read(ofd([[(20, 20, 20, "看得见"), hidden]])).text == "看得见"


def test_glyphs_without_characters_make_a_scan(read: Reader) -> None:
    glyphs = ofd_text(20, 20, 40, "¤¤¤¤¤¤")
    reading = read(ofd([[glyphs]]))
    assert (reading.outcome, reading.text) == (FileOutcome.SCAN, "")


def test_a_page_that_is_a_picture_waits_for_ocr_and_the_others_are_read(read: Reader) -> None:
    text = [(72.0, 700.0 - 20 * n, _PROSE) for n in range(3)]
    curves = " ".join(f"{n} 0 m {n} 9 l S" for n in range(120))
    for body in (
        pdf([text, [(280.0, 60.0, "- 2 -")], text], drawn=curves),
        ofd(
            [[(20, 20 + 8 * n, 92, _PROSE) for n in range(3)], [_PICTURE], [(20, 20, 92, _PROSE + "通知如下请执行")]],
            parts=_SCANNED,
        ),
    ):
        reading = read(body)
        assert (reading.outcome, reading.pages) == (FileOutcome.SCAN, 3)
        assert reading.text.startswith(_PROSE)
        assert '"pictures":1' in reading.reason.replace(" ", "")


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(2, 24), min_size=3, max_size=8), st.booleans())
def test_columns_that_run_downwards_are_read_from_right_to_left(
    read: Reader, lengths: list[int], from_the_left: bool
) -> None:
    lines = [f"{number}" + (_PROSE * 2)[: length - 1] for number, length in enumerate(lengths)]
    pieces = [(520 - 24 * number, 780, line) for number, line in enumerate(lines)]
    made = pdf([pieces[::-1] if from_the_left else pieces], downwards=True)
    if sum(length for length in lengths if length > 2) * 2 > sum(lengths):
        assert "".join(read(made).text.split("\n")) == "".join(lines)


def test_sentences_that_run_downwards_are_joined(read: Reader) -> None:
    sentence = f"{_PROSE}通知如下，请各村委会认真贯彻执行，逾期不报的予以通报批评。"
    columns = ["关于停水的通知", *(sentence[at : at + 20] for at in range(0, len(sentence), 20)), "云溪区水务局"]
    made = pdf([[(520 - 24 * at, 780, text) for at, text in enumerate(columns)]], downwards=True)
    assert read(made).text.split("\n") == [columns[0], sentence, columns[-1]]


_SCANNER = "q 595 0 0 {height} 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID X EI Q"


@pytest.mark.parametrize(("top", "bottom"), [(820, 20), (800, 30), (826, 50)])
def test_what_programs_print_at_the_edges_of_a_scan_is_not_its_text(read: Reader, top: int, bottom: int) -> None:
    edges = [(72, top, _PROSE), (72, bottom, _PROSE + "由扫描程序创建")]
    assert read(pdf([edges], drawn=_SCANNER.format(height=842))).outcome is FileOutcome.SCAN
    for pieces, height in (([*edges, (72, 400, _PROSE)], 842), (edges, 400)):
        assert read(pdf([pieces], drawn=_SCANNER.format(height=height))).outcome is FileOutcome.READ


@settings(deadline=None)
@given(st.lists(st.integers(2, 12), min_size=2, max_size=6), st.sampled_from([".", "…", "·", "．", ". "]))
def test_entries_of_a_table_of_contents_are_lines(lengths: list[int], dot: str) -> None:
    titles = [_PROSE[:length] for length in lengths]
    texts = [title + (dot * 60)[: 70 - 2 * len(title)].rstrip() + f" {at}" for at, title in enumerate(titles, 1)]
    lines = [Line(text, 72, 100 + 20 * at, 520, 112 + 20 * at) for at, text in enumerate(texts)]
    assert paragraphs([lines]) == texts


def _pages(texts: list[list[str]]) -> list[list[Line]]:
    return [[Line(text, 72, 60 + 20 * at, 300, 72 + 20 * at) for at, text in enumerate(page)] for page in texts]


_ROWS = ["{n} | 第{n}水厂 | {n}.50", "{n}.第{n}号取水口", "第{n}水厂", "编号 | {n}{n}", "水厂 | {n} | 是"]


@settings(deadline=None)
@given(st.integers(3, 6), st.integers(4, 40), st.sampled_from(_ROWS), st.booleans(), st.booleans())
def test_rows_that_differ_in_numbers_alone_are_no_running_headers(
    pages: int, rows: int, row: str, headed: bool, numbered: bool
) -> None:
    body = [[row.format(n=100 + page * rows + at) for at in range(rows)] for page in range(pages)]
    head, foot = ["云溪区水务局 | 附表"] * headed, ["— {} —", "第{}页"][pages % 2]
    made = _pages([[*head, *lines, *[foot.format(at)] * numbered] for at, lines in enumerate(body, 1)])
    kept = [line.text for page in drop_page_edges(made) for line in page]
    assert kept == [*head, *(line for page in body for line in page)]


@settings(deadline=None)
@given(st.integers(3, 6), st.integers(0, 9))
def test_headers_that_name_the_page_and_lines_inside_others(pages: int, first: int) -> None:
    """The forms of three people have the same words in their second lines and in their last but one."""
    inner = [
        [f"当事人：{'甲乙丙丁戊己'[at]}", "依据：水法", "机关：水务局", f"金额：{'一二三四五六'[at]}"]
        for at in range(pages)
    ]
    made = _pages([[f"云溪公报 2023 第 {first + at} 页", *lines, "电话：12345"] for at, lines in enumerate(inner)])
    kept = [line.text for page in drop_page_edges(made) for line in page]
    assert kept == [
        f"云溪公报 2023 第 {first} 页",
        *inner[0],
        "电话：12345",
        *(line for page in inner[1:] for line in page),
    ]
