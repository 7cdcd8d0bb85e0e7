"""Text of shapes, diagrams (SmartArt) and charts is read: how an application is handled is often drawn alone."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.files import FileOutcome, Reader
from tests.support.containers import zipped
from tests.support.documents import box, docx, p, presentation, xlsx

_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_DIAGRAM = '<dgm:relIds r:dm="r7"/>'
_CHART = '<c:chart r:id="r8"/>'
_STEPS = ["受理申请", "审查材料", "作出决定"]


def _words(text: str) -> str:
    return f"<a:p><a:r><a:t>{text[:1]}</a:t></a:r><a:r><a:t>{text[1:]}</a:t></a:r></a:p>"


def _diagram(steps: list[str]) -> str:
    points = "".join(f"<dgm:pt><dgm:t>{_words(step)}</dgm:t></dgm:pt>" for step in [*steps, ""])
    return f"<dgm:dataModel {_SPACES}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"


def _chart(*, labelled: bool) -> str:
    def cache(name: str, *values: str) -> str:
        points = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))
        return f"<c:{name}><c:strRef><c:strCache>{points}</c:strCache></c:strRef></c:{name}>"

    labels = f'<c:dLbls><c:showVal val="{int(labelled)}"/></c:dLbls>'
    series = f"<c:ser>{cache('tx', '申请')}{labels}{cache('cat', '一季度', '二季度')}{cache('val', '12', '7')}</c:ser>"
    title = f"<c:title><c:tx><c:rich>{_words('申请数量')}</c:rich></c:tx></c:title>"
    return f"<c:chartSpace {_SPACES}><c:chart>{title}<c:plotArea>{series}</c:plotArea></c:chart></c:chartSpace>"


def _workbook(drawing: str, parts: dict[str, str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx({"表": [["单位", "吨"]]}))) as package:
        made: dict[str, bytes | str] = {name: package.read(name) for name in package.namelist()}
    kind = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    made["xl/worksheets/_rels/s1.xml.rels"] = kind.format('<Relationship Id="r1" Target="../drawings/drawing1.xml"/>')
    made["xl/drawings/_rels/drawing1.xml.rels"] = kind.format(
        '<Relationship Id="r7" Target="../diagrams/data1.xml"/><Relationship Id="r8" Target="/xl/charts/chart1.xml"/>'
    )
    return zipped(made | {"xl/drawings/drawing1.xml": f"<xdr:wsDr {_SPACES}>{drawing}</xdr:wsDr>"} | parts)


def _document(shown: str, parts: dict[str, str]) -> bytes:
    drawn = f"<w:p><w:r><w:drawing {_SPACES}>{shown}</w:drawing></w:r></w:p>"
    return docx(p("流程") + drawn + p("完"), parts, {"r7": "diagrams/data1.xml", "r8": "charts/chart1.xml"})


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(_STEPS), min_size=1, max_size=4))
def test_the_steps_of_a_diagram_are_lines_in_its_place(read: Reader, steps: list[str]) -> None:
    diagram = _diagram(steps)
    assert read(_document(_DIAGRAM, {"diagrams/data1.xml": diagram})).text.split("\n") == ["流程", *steps, "完"]
    book = read(_workbook(_DIAGRAM, {"xl/diagrams/data1.xml": diagram}))
    assert book.text.split("\n") == ["单位 | 吨", *steps]
    frame = f"<p:graphicFrame><a:graphic {_SPACES}>{_DIAGRAM}</a:graphic></p:graphicFrame>"
    slides = presentation([box("流程") + frame], {"ppt/diagrams/data1.xml": diagram}, {"r7": "../diagrams/data1.xml"})
    assert read(slides).text.split("\n") == ["流程", *steps]


@pytest.mark.parametrize("labelled", [True, False])
def test_of_a_chart_what_is_written_is_read(read: Reader, labelled: bool) -> None:
    chart = _chart(labelled=labelled)
    lines = ["申请数量", " | 一季度 | 二季度", "申请 | 12 | 7" if labelled else "申请"]
    assert read(_document(_CHART, {"charts/chart1.xml": chart})).text.split("\n") == ["流程", *lines, "完"]
    assert read(_workbook(_CHART, {"xl/charts/chart1.xml": chart})).text.split("\n") == ["单位 | 吨", *lines]


def test_text_boxes_of_a_sheet_are_read_once(read: Reader) -> None:
    box = f"<xdr:sp><xdr:txBody>{_words('填表说明')}{_words('单位为吨')}</xdr:txBody></xdr:sp>"
    other = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    assert read(_workbook(other, {})).text.split("\n") == ["单位 | 吨", "填表说明", "单位为吨"]


@pytest.mark.parametrize("parts", [{}, {"diagrams/data1.xml": ""}])
def test_a_drawing_that_is_missing_or_broken_is_named_and_the_rest_is_read(read: Reader, parts: dict[str, str]) -> None:
    book = _workbook(_DIAGRAM, {f"xl/{name}": text for name, text in parts.items()})
    for made, text in ((_document(_DIAGRAM, parts), "流程\n完"), (book, "单位 | 吨")):
        reading = read(made)
        assert (reading.outcome, reading.text) == (FileOutcome.READ, text)
        assert "diagrams/data1.xml" in reading.reason


def _control(kind: str, words: str, inner: str = "") -> str:
    data = f'<x:ClientData ObjectType="{kind}">{inner}</x:ClientData>'
    return f"<v:shape><v:textbox><div><font>{words}</font></div></v:textbox>{data}</v:shape>"


@pytest.mark.parametrize("repeated", [False, True])
def test_controls_of_a_sheet_have_their_words_and_ticks(read: Reader, repeated: bool) -> None:
    """Excel 2007 and WPS write them as VML alone."""
    ticked = _control("Checkbox", "同意", "<x:Checked>1</x:Checked>")
    shapes = ticked + _control("Checkbox", "不同意") + _control("Label", "签字") + _control("Note", "批注")
    spaces = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"'
    package = zipfile.ZipFile(io.BytesIO(_workbook(_words("同意") if repeated else "", {})))
    parts: dict[str, bytes | str] = {name: package.read(name) for name in package.namelist()}
    listed = "xl/worksheets/_rels/s1.xml.rels"
    added = b'<Relationship Id="r2" Target="../drawings/vmlDrawing1.vml"/></Relationships>'
    parts[listed] = package.read(listed).replace(b"</Relationships>", added)
    parts["xl/drawings/vmlDrawing1.vml"] = f"<xml {spaces}>{shapes}</xml>"
    assert read(zipped(parts)).text == "单位 | 吨\n☑同意\n□不同意\n签字"
