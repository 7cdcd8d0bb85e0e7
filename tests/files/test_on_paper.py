"""What a reader sees on a page of a PDF or OFD is read, whoever put it there; what stands beside the paper is not."""

import pytest

from etl.files import Reader
from tests.support.documents import ofd, ofd_text
from tests.support.pdfs import pdf

_PROSE = "为保障夏季用水高峰期间的供水安全现将有关事项"
_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def _appearance(text: str) -> str:
    shown = f"BT /F1 12 Tf 2 4 Td <{text.encode('utf-16-be').hex()}> Tj ET"
    return (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >> "
        f"/Length {len(shown)} >>\nstream\n{shown}\nendstream"
    )


def test_what_is_filled_into_a_form_stands_beside_its_label(read: Reader) -> None:
    def field(name: str, value: str, bottom: int, appearance: str = "") -> str:
        text = f"<FEFF{value.encode('utf-16-be').hex()}>"
        return (
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /V {text} /F 4 /DA (/F1 12 Tf) "
            f"/Rect [110 {bottom} 310 {bottom + 20}] {appearance} >>"
        )

    fields = [field("a", "南街", 636, "/AP << /N 7 0 R >>"), field("b", "8812345", 596), "null", _appearance("南街")]
    form = "/AcroForm << /Fields [4 0 R 5 0 R] /DR << /Font << /F1 3 0 R >> >> /DA (/F1 12 Tf) >>"
    lines = [(72, 700, _PROSE), (72, 640, "地址："), (72, 600, "电话：")]
    reading = read(pdf([lines], of_page="/Annots [4 0 R 5 0 R]", of_catalog=form, added=fields))
    assert reading.text.endswith("地址：南街\n电话：8812345")


def test_what_is_typed_onto_a_page_stands_in_its_place(read: Reader) -> None:
    box = "<< /Type /Annot /Subtype /FreeText /F 4 /DA (/F1 12 Tf) /Rect [72 760 272 780] /AP << /N 5 0 R >> >>"
    note = "<< /Type /Annot /Subtype /Text /Contents (note) /F 4 /Rect [300 760 320 780] >>"
    added = [box, _appearance("云政〔2023〕5号"), note]
    reading = read(pdf([[(72, 700, _PROSE)]], of_page="/Annots [4 0 R 6 0 R]", added=added))
    assert reading.text == f"云政〔2023〕5号\n{_PROSE}"


def test_what_stands_beside_the_paper_is_not_read(read: Reader) -> None:
    lines = [(72, 700, _PROSE), (72, -60, "版面外"), (700, 600, "页边外")]
    assert read(pdf([lines])).text == _PROSE
    assert read(pdf([[(72, 700, _PROSE), (72, 90, "裁去")]], of_page="/CropBox [0 300 595 842]")).text == _PROSE
    assert read(ofd([[(20, 20, 150, _PROSE), (230, 60, 40, "版面外")]])).text == _PROSE


def test_a_line_that_is_drawn_twice_to_look_bold_is_read_once(read: Reader) -> None:
    twice = [(20, 50, 40, "一一云溪"), (20.2, 50, 40, "一一云溪"), (20, 60, 40, "一一云溪")]
    assert read(ofd([[(20, 20, 150, f"{_PROSE}。"), *twice]])).text.count("一一云溪") == 2


def _document(extra: str, resources: str = "", page: str = "Pages/Page_0/Content.xml") -> str:
    data = f"<ofd:CommonData>{resources}</ofd:CommonData>"
    pages = f'<ofd:Pages><ofd:Page ID="1" BaseLoc="{page}"/></ofd:Pages>'
    return f"<ofd:Document {_SPACE}>{data}{pages}{extra}</ofd:Document>"


def test_stamps_of_an_ofd_and_graphics_of_its_resources_have_text(read: Reader) -> None:
    notes = "".join(
        f'<ofd:Annot ID="9" Type="{kind}"><ofd:Appearance Boundary="20 10 100 8">{ofd_text(0, 0, 80, text)}'
        "</ofd:Appearance></ofd:Annot>"
        for kind, text in (("Stamp", "云政〔2023〕5号"), ("Watermark", "内部资料"))
    )
    parts = {
        "Doc_0/Document.xml": _document(
            "<ofd:Annotations>A.xml</ofd:Annotations>", "<ofd:PublicRes>R.xml</ofd:PublicRes>"
        ),
        "Doc_0/A.xml": f'<ofd:Annotations {_SPACE}><ofd:Page PageID="1"><ofd:FileLoc>P.xml</ofd:FileLoc></ofd:Page>'
        "</ofd:Annotations>",
        "Doc_0/P.xml": f"<ofd:PageAnnot {_SPACE}>{notes}</ofd:PageAnnot>",
        "Doc_0/R.xml": f'<ofd:Res {_SPACE}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="5"><ofd:Content>'
        f"{ofd_text(0, 0, 80, '云溪区人民政府')}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
        "</ofd:Res>",
    }
    shown = '<ofd:CompositeObject ID="7" Boundary="120 90 80 8" ResourceID="5"/>'
    reading = read(ofd([[(20, 20, 150, f"{_PROSE}。"), shown]], parts=parts))
    assert reading.text.split("\n") == ["云政〔2023〕5号", f"{_PROSE}。", "云溪区人民政府"]


def test_the_present_version_of_an_ofd_is_read(read: Reader) -> None:
    version = '<ofd:Versions><ofd:Version ID="v" Index="1" Current="true" BaseLoc="Doc_0/V.xml"/></ofd:Versions>'
    parts = {
        "Doc_0/V.xml": f"<ofd:DocVersion {_SPACE}><ofd:DocRoot>Now.xml</ofd:DocRoot></ofd:DocVersion>",
        "Doc_0/Now.xml": _document("", page="Now/Content.xml"),
        "Doc_0/Now/Content.xml": f"<ofd:Page {_SPACE}><ofd:Content><ofd:Layer>{ofd_text(20, 20, 150, '现行文本')}"
        "</ofd:Layer></ofd:Content></ofd:Page>",
    }
    assert read(ofd([[(20, 20, 150, _PROSE)]], extra=version, parts=parts)).text == "现行文本"


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("turned", [0, 90])
def test_what_is_in_a_layer_that_is_off_is_not_read(read: Reader, is_on: bool, turned: int) -> None:
    layers = f"/OCProperties << /OCGs [4 0 R] /D << /OFF [{'' if is_on else '4 0 R'}] /Order [4 0 R] >> >>"
    place = "0 1 -1 0 300 72 Tm" if turned else "1 0 0 1 72 650 Tm"
    inside = f"/OC /L BDC BT /F2 12 Tf {place} (DRAFT OF MAY 2023) Tj ET EMC"
    added = ["<< /Type /OCG /Name (L) >>", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    made = pdf([[(72, 400, _PROSE)]], drawn=inside, of_catalog=layers, added=added, turned=turned)
    made = made.replace(b"/Font << /F1 3 0 R >>", b"/Font << /F1 3 0 R /F2 5 0 R >> /Properties << /L 4 0 R >>")
    assert set(read(made).text.split("\n")) == {_PROSE, *(["DRAFT OF MAY 2023"] if is_on else [])}
