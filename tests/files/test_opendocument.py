"""OpenDocument: cells as they are shown, the numbers of lists, rows, frames and notes; slides too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from tests.support.containers import zipped

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"), ("chart", "chart"),
    )
)  # fmt: skip


def _odf(kind: str, content: str, styles: str = "", parts: dict[str, str] | None = None) -> bytes:
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    body = f"<office:body><office:{kind}>{content}</office:{kind}></office:body>"
    made = {"content.xml": f"<office:document-content {_SPACES}>{automatic}{body}</office:document-content>"}
    # Not every program puts it first.
    return zipped(made | (parts or {}) | {"mimetype": f"application/vnd.oasis.opendocument.{kind}"})


def _row(*cells: str) -> str:
    shown = (
        f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" if cell else "<table:table-cell/>"
        for cell in cells
    )
    return f"<table:table-row>{''.join(shown)}</table:table-row>"


def _list_style(*levels: tuple[str, str, str]) -> str:
    inner = "".join(
        f'<text:list-level-style-number text:level="{at}" style:num-format="{form}" '
        f'style:num-prefix="{before}" style:num-suffix="{after}"/>'
        for at, (before, form, after) in enumerate(levels, 1)
    )
    return f'<text:list-style style:name="L">{inner}</text:list-style>'


def _style(name: str, properties: str) -> str:
    return f'<style:style style:name="{name}"><style:text-properties {properties}/></style:style>'


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.lists(st.sampled_from(["", "水厂", "12.5%", "2023年5月"]), min_size=3, max_size=3), min_size=1, max_size=5
    )
)
@pytest.mark.parametrize("kind", ["text", "spreadsheet"])
def test_cells_are_read_as_they_are_shown_and_keep_their_places(
    read: Reader, kind: str, cells: list[list[str]]
) -> None:
    head = ["科目", "上年", "本年"]
    table = f'<table:table table:name="表">{"".join(_row(*row) for row in [head, *cells])}</table:table>'
    shown = [" | ".join(row).rstrip(" |") for row in cells if any(row)]
    assert read(_odf(kind, table)).text.split("\n") == [" | ".join(head), *shown]


def test_repeated_and_merged_cells_stand_in_their_columns(read: Reader) -> None:
    repeated = '<table:table-cell table:number-columns-repeated="2"><text:p>一</text:p></table:table-cell>'
    merged = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    far = '<table:table-cell table:number-columns-repeated="16379"/>'
    two, three = (f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in "二三")
    rows = f"<table:table-row>{repeated}{two}{merged}{three}{far}</table:table-row>"
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    table = f'<table:table table:name="表">{rows}{empty}</table:table>'
    assert read(_odf("spreadsheet", table)).text == "一 | 一 | 二 |  |  | 三"


def test_sheets_have_their_names_and_what_is_drawn_on_them(read: Reader) -> None:
    frame = "<draw:frame><draw:text-box><text:p>填表说明</text:p></draw:text-box></draw:frame>"
    chart = '<draw:frame><draw:object xmlns:x="http://www.w3.org/1999/xlink" x:href="./Object 1"/></draw:frame>'
    note = "<office:annotation><text:p>批注</text:p></office:annotation>"
    cell = f"<table:table-row><table:table-cell>{note}<text:p>科目</text:p></table:table-cell></table:table-row>"
    sheets = (
        f'<table:table table:name="一"><table:shapes>{frame}{chart}</table:shapes>{cell}</table:table>'
        f'<table:table table:name="二">{_row("水费", "2.50")}</table:table>'
    )
    title = f"<office:x {_SPACES}><chart:title><text:p>支出图</text:p></chart:title></office:x>"
    reading = read(_odf("spreadsheet", sheets, parts={"Object 1/content.xml": title}))
    assert reading.text == "一\n科目\n填表说明\n支出图\n二\n水费 | 2.50"


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        (("第", "一, 二, 三, ...", "条"), ("第一条 甲", "第二条 乙")),
        (("（", "1", "）"), ("（1） 甲", "（2） 乙")),
        (("", "甲, 乙, 丙, ...", "、"), ("甲、 甲", "乙、 乙")),
        (("", "①, ②, ③, ...", ""), ("① 甲", "② 乙")),
    ],
)
def test_items_have_their_numbers(read: Reader, level: tuple[str, str, str], shown: tuple[str, str]) -> None:
    def item(text: str, inner: str = "") -> str:
        return f"<text:list-item><text:p>{text}</text:p>{inner}</text:list-item>"

    inner = f"<text:list>{item('子项')}</text:list>"
    first = f'<text:list text:style-name="L">{item("甲", inner)}</text:list>'
    second = f'<text:list text:style-name="L" text:continue-numbering="true">{item("乙")}</text:list>'
    anew = f'<text:list text:style-name="L">{item("甲")}</text:list>'
    styles = _list_style(level, ("", "1", "."))
    lines = [shown[0], "1. 子项", "正文", shown[1], shown[0]]
    assert read(_odf("text", f"{first}<text:p>正文</text:p>{second}{anew}", styles)).text.split("\n") == lines


def test_words_that_are_hidden_or_struck_are_left_out_and_raised_ones_raised(read: Reader) -> None:
    styles = _style("h", 'text:display="none"') + _style("s", 'style:text-line-through-style="solid"')
    styles += _style("u", 'style:text-position="super 58%"')
    spans = [
        f'<text:span text:style-name="{name}">{text}</text:span>'
        for name, text in zip("hsu", ("隐", "20", "2"), strict=True)
    ]
    text = f"<text:p>不超过{spans[0]}{spans[1]}30<text:s text:c='1'/>m{spans[2]}<text:line-break/>换行</text:p>"
    reading = read(_odf("text", text, styles))
    assert reading.text == "不超过30 m²\n换行"
    assert reading.reason


def test_notes_and_frames_follow_and_changes_are_not_read(read: Reader) -> None:
    deleted = "<text:tracked-changes><text:p>旧文</text:p></text:tracked-changes>"
    note = "<text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p></text:note-body>"
    frame = "<draw:frame><draw:text-box><text:p>框内</text:p></draw:text-box></draw:frame>"
    text = f"{deleted}<text:p>正文<text:note>{note}</text:note>继续{frame}</text:p><text:p>末段</text:p>"
    assert read(_odf("text", text)).text == "正文1继续\n框内\n末段\n脚注"


def test_slides_are_read(read: Reader) -> None:
    frame = "<draw:frame{}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    prompt = frame.format(' presentation:placeholder="true"', "单击此处")
    table = f"<draw:frame><table:table>{_row('指标', '本年')}{_row('水费', '2.50')}</table:table></draw:frame>"
    slides = f"<draw:page>{frame.format('', '政策解读')}{prompt}{table}</draw:page>"
    assert read(_odf("presentation", slides)).text == "政策解读\n指标 | 本年\n水费 | 2.50"


def test_a_document_with_a_password_says_so(read: Reader) -> None:
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    assert read(_odf("text", "<text:p>正文</text:p>", parts=manifest)).outcome is FileOutcome.ENCRYPTED
