"""Builders of documents in every format that is read, all with invented text."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tests.support.containers import ole, zipped

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:r="{_OFFICE}"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def doc(
    blocks: Sequence[str | Sequence[str]],
    *,
    flags: int = 0x0200,
    hidden: str = "",
    raised: tuple[int, int] | None = None,
    look: bytes = b"\x48\x2a\x01",
    numbered: Mapping[int, int] | None = None,
    levels: Sequence[tuple[int, str]] = (),
    fonts: Sequence[str] = (),
    data: bytes = b"",
) -> bytes:
    """A Word 97 document of paragraphs (strings) and table rows (sequences of cells), all in UTF-16.

    Of the blocks, those `numbered` are in a list, at the level given; a level has a form of MSONFC and a text.

    `hidden` is a paragraph that is formatted as hidden text; `raised`: (first, last + 1) of the characters
    that are raised, or have another `look`, a modifier, which may name one of the `fonts`.
    `flags` are the FIB's, with the table in 1Table; `data` is the stream of pictures and form fields.
    """
    text = ""
    runs: list[tuple[int, bytes]] = []  # (end of the paragraph or cell in characters, its modifiers)
    for number, block in enumerate(blocks):
        cells = [block] if isinstance(block, str) else [*block]
        for cell in cells:
            text += cell + ("\r" if isinstance(block, str) else "\x07")
            listed = struct.pack("<HBHH", 0x260A, numbered[number], 0x460B, 1) if number in (numbered or {}) else b""
            runs.append((len(text), listed if isinstance(block, str) else b"\x16\x24\x01"))
        if not isinstance(block, str):
            text += "\x07"
            runs.append((len(text), b"\x16\x24\x01\x17\x24\x01"))
    shown = len(text)
    if hidden:
        text += hidden + "\r"
        runs.append((len(text), b""))
    start = 1024
    body = text.encode("utf-16-le")
    formats = -(-(start + len(body)) // 512) * 512
    paragraphs = _page([(start + 2 * end, b"\0\0" + modifiers) for end, modifiers in runs], start, 13)
    vanish = b"\x3c\x08\x01"
    spans = [(start + 2 * raised[0], b""), (start + 2 * raised[1], look)] if raised else []
    spans += [(start + 2 * shown, b"")] + ([(start + 2 * len(text), vanish)] if hidden else [])
    characters = _page(spans, start, 1)
    main = bytearray(formats + 1024)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 10, flags)
    struct.pack_into("<H", main, 32, 14)
    struct.pack_into("<H", main, 62, 22)
    struct.pack_into("<H", main, 152, 93)
    struct.pack_into("<i", main, 0x4C, len(text))
    main[start : start + len(body)] = body
    main[formats : formats + 512] = paragraphs
    main[formats + 512 :] = characters
    pieces = struct.pack("<IIHIH", 0, len(text), 0, start, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    end = start + len(body)
    where = struct.pack("<III", start, end, formats // 512), struct.pack("<III", start, end, formats // 512 + 1)
    table = clx + where[0] + where[1]
    shapes = struct.pack("<HiI18sBB", 1, 5, 0, b"", 0, 0)
    levels = [*levels, *[(255, "")] * (9 - len(levels))]
    looks = b"".join(
        struct.pack("<iBB9sBIIBBBBH", 1, form, 0, b"", 2, 0, 0, 0, 0, 0, 0, len(look)) + look.encode("utf-16-le")
        for form, look in levels
    )
    uses = struct.pack("<IiQII", 1, 5, 0, 0, 0xFFFFFFFF)
    places = ((0x2E2, len(table), len(shapes)), (0x2EA, len(table) + len(shapes + looks), len(uses)))
    table += shapes + looks + uses
    names = [bytes(39) + name.encode("utf-16-le") + b"\0\0" for name in fonts]
    listed = struct.pack("<HH", len(names), 0) + b"".join(bytes([len(name)]) + name for name in names)
    struct.pack_into("<II", main, 0x112, len(table), len(listed))
    table += listed
    for at, first, length in (*places, (0x1A2, 0, len(clx)), (0x102, len(clx), 12), (0xFA, len(clx) + 12, 12)):
        struct.pack_into("<II", main, at, first, length)
    return ole({"WordDocument": bytes(main), "1Table": table} | ({"Data": data} if data else {}))


def _page(runs: list[tuple[int, bytes]], start: int, entry: int) -> bytes:
    """A page of formats: positions, entries that point to modifiers, the modifiers from the end, the number of runs."""
    page = bytearray(512)
    struct.pack_into(f"<{len(runs) + 1}I", page, 0, start, *(end for end, _ in runs))
    at = 510
    for number, (_, modifiers) in enumerate(runs):
        if entry == 13:
            packed = b"\0" + bytes([-(-len(modifiers) // 2)]) + modifiers + b"\0" * (len(modifiers) % 2)
        else:
            packed = bytes([len(modifiers)]) + modifiers
        if modifiers:
            at = (at - len(packed)) // 2 * 2
            page[at : at + len(packed)] = packed
            page[(len(runs) + 1) * 4 + number * entry] = at // 2
    assert at > (len(runs) + 1) * 4 + len(runs) * entry, "too much for one page"
    page[511] = len(runs)
    return bytes(page)


_Style = tuple[str | int, bool, str]
"""The format of cells, whether their font is struck, and its name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a workbook: a text, a number, a truth value, or an error (`#REF!`), with the code of its format or the
    number of a built-in one. `formula`: the cell has a formula and keeps its result; `struck`: so is its `font`."""

    value: str | float | bool
    code: str | int = 0
    formula: bool = False
    struck: bool = False
    font: str = ""

    @property
    def style(self) -> _Style:
        return self.code, self.struck, self.font


_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def _formats(rows: Sequence[Sequence[str | Cell | None]]) -> tuple[list[_Style], dict[str, int]]:
    """(formats that the cells use with whether they are struck, each a style; numbers of those that have a code)."""
    used: list[_Style] = [(0, False, "")]
    used += [cell.style for row in rows for cell in row if isinstance(cell, Cell)]
    used = list(dict.fromkeys(used))
    return used, {code: 164 + at for at, code in enumerate(dict.fromkeys(c for c, *_ in used if isinstance(c, str)))}


def xls(name: str, rows: Sequence[Sequence[str | Cell | None]], *, from_1904: bool = False, cut_at: int = 0) -> bytes:
    """An Excel 97 workbook with one sheet. `cut_at`: characters of the shared texts before they go on in a record of
    their own."""
    words = [cell for row in rows for cell in row if isinstance(cell, str)]
    used, codes = _formats(rows)
    strings = b"".join(struct.pack("<HB", len(word), 1) + word.encode("utf-16-le") for word in words)
    title = name.encode("utf-16-le")
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x22, bytes([from_1904, 0]))
    for code, number in codes.items():
        head += _record(0x41E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))
    for _, struck, font in used:
        look = struct.pack("<HH4xH4xBB", 200, 8 * struck, 0, len(font), 1) + font.encode("utf-16-le")
        head += _record(0x31, look)
    for at, (code, *_) in enumerate(used):
        head += _record(0xE0, struct.pack("<HH16x", at + (at > 3), codes[code] if isinstance(code, str) else code))
    counts = struct.pack("<II", len(words), len(words))
    if cut_at:
        cut = 3 + 2 * cut_at
        shared = _record(0xFC, counts + strings[:cut]) + _record(0x3C, b"\1" + strings[cut:])
    else:
        shared = _record(0xFC, counts + strings)
    bound = 4 + 8 + len(title)
    sheet_at = len(head) + bound + len(shared) + 4
    entry = _record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 1) + title)
    cells = b""
    number = 0
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, str):
                cells += _record(0xFD, struct.pack("<HHHI", y, x, 0, number))
                number += 1
            elif cell is not None:
                cells += _xls_cell(struct.pack("<HHH", y, x, used.index(cell.style)), cell)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + cells + _record(0x0A, b"")
    return ole({"Workbook": head + entry + shared + _record(0x0A, b"") + sheet})


def _xls_cell(place: bytes, cell: Cell) -> bytes:
    value, error = cell.value, str(cell.value) in _ERRORS
    if cell.formula:
        if error or isinstance(value, bool):
            result = struct.pack("<BBBxxxH", 2 if error else 1, 0, _ERRORS.get(str(value), int(value == 1)), 0xFFFF)
        elif isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            return _record(0x06, place + struct.pack("<6xH8x", 0xFFFF)) + _record(0x207, text)
        else:
            result = struct.pack("<d", value)
        return _record(0x06, place + result + bytes(8))
    if error or isinstance(value, bool):
        return _record(0x205, place + bytes([_ERRORS[str(value)] if error else int(value == 1), error]))
    if isinstance(value, int) and -(2**29) < value < 2**29:
        return _record(0x27E, place + struct.pack("<i", value << 2 | 2))
    return _record(0x203, place + struct.pack("<d", float(value)))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def ppt(slides: Sequence[str]) -> bytes:
    """A PowerPoint 97 presentation whose slides are one text each."""

    def atom(kind: int, content: bytes, version: int = 0, instance: int = 0) -> bytes:
        return struct.pack("<HHI", version | instance << 4, kind, len(content)) + content

    listed = b"".join(
        atom(0x3F3, struct.pack("<IIIII", 1, 0, 1, 256 + number, 0))
        + atom(0xF9F, struct.pack("<I", 0))
        + atom(0xFA0, text.replace("\n", "\r").encode("utf-16-le"))
        for number, text in enumerate(slides)
    )
    return ole({"PowerPoint Document": atom(0x3E8, atom(0xFF0, listed, 15), 15), "Current User": b"\0" * 20})


def docx(
    body: str, parts: Mapping[str, bytes | str] | None = None, relations: Mapping[str, str] | None = None
) -> bytes:
    """A Word document with this WordprocessingML in its body, further parts of `word/`, and targets by relation id."""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = _TYPES.format(f'<Override PartName="/word/document.xml" ContentType="{main}"/>')
    target = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    return zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": _RELATIONS.format(target),
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": _RELATIONS.format(
                "".join(f'<Relationship Id="{id}" Type="x" Target="{to}"/>' for id, to in (relations or {}).items())
            ),
        }
        | {f"word/{name}": text for name, text in (parts or {}).items()}
    )


def p(text: str, properties: str = "") -> str:
    """A paragraph of WordprocessingML."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def row(*cells: str, properties: Sequence[str] = ()) -> str:
    """A table row; `properties` are those of its cells."""
    own = [*properties, *[""] * len(cells)]
    return f"<w:tr>{''.join(f'<w:tc><w:tcPr>{o}</w:tcPr>{c}</w:tc>' for c, o in zip(cells, own, strict=False))}</w:tr>"


def numbering(*levels: tuple[str, str]) -> str:
    """numbering.xml with one list; a level is its form and its text."""
    made = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    number = '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
    return f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{made}</w:abstractNum>{number}</w:numbering>'


def xlsx(sheets: dict[str, Sequence[Sequence[str | Cell | None]]], *, from_1904: bool = False) -> bytes:
    """A workbook of texts and formatted values."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
    used, codes = _formats([row for rows in sheets.values() for row in rows])
    listed = ""
    targets = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    parts: dict[str, bytes | str] = {}
    for number, (name, rows) in enumerate(sheets.items(), 1):
        types += f'<Override PartName="/xl/worksheets/s{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        targets += f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/s{number}.xml"/>'
        cells = "".join(
            f'<row r="{y}">'
            + "".join(_xlsx_cell(f"{chr(65 + x)}{y}", cell, used) for x, cell in enumerate(row) if cell is not None)
            + "</row>"
            for y, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
    own = "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for code, n in codes.items())
    styles = "".join(
        f'<xf numFmtId="{codes[code] if isinstance(code, str) else code}" fontId="{at}"/>'
        for at, (code, *_) in enumerate(used)
    )
    fonts = "".join(f"<font>{'<strike/>' * struck}<name val={quoteattr(font)}/></font>" for _, struck, font in used)
    properties = '<workbookPr date1904="1"/>' if from_1904 else ""
    book = f'<workbook xmlns="{main}" xmlns:r="{_OFFICE}">{properties}<sheets>{listed}</sheets></workbook>'
    target = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return zipped(
        {
            "[Content_Types].xml": _TYPES.format(types),
            "_rels/.rels": _RELATIONS.format(target),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _RELATIONS.format(targets),
            "xl/styles.xml": f'<styleSheet xmlns="{main}"><numFmts>{own}</numFmts>'
            f"<fonts>{fonts}</fonts>"
            f"<cellXfs>{styles}</cellXfs></styleSheet>",
        }
        | parts
    )


def _xlsx_cell(place: str, cell: str | Cell, used: Sequence[tuple[str | int, bool]]) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    value = cell.value
    kind = "b" if isinstance(value, bool) else "n" if not isinstance(value, str) else "e" if value in _ERRORS else "str"
    shown = str(int(value)) if isinstance(value, bool) else value if isinstance(value, str) else repr(value)
    formula = "<f>A1</f>" if cell.formula else ""
    return f'<c r="{place}" s="{used.index(cell.style)}" t="{kind}">{formula}<v>{escape(shown)}</v></c>'


def box(words: str, top: int | None = None, left: int = 0, kind: str = "", paragraph: str = "") -> str:
    """A text box of a slide; `kind`: of a placeholder; `paragraph`: its properties."""
    place = "" if top is None else f'<a:xfrm><a:off x="{left}" y="{top}"/></a:xfrm>'
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr/><p:nvPr>{holder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{place}</p:spPr>"
        f"<p:txBody><a:bodyPr/><a:p>{paragraph}<a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def presentation(
    slides: Sequence[str],
    extra: Mapping[str, bytes | str] | None = None,
    related: Mapping[str, str] | None = None,
    order: Sequence[int] | None = None,
) -> bytes:
    """A presentation of these shapes. `related`: what all slides refer to; `order`: in which the slides are shown."""
    space = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_OFFICE}"'
    )
    kind = "application/vnd.openxmlformats-officedocument.presentationml"
    types = f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}.presentation.main+xml"/>'
    targets = ""
    parts: dict[str, bytes | str] = {}
    inner = "".join(f'<Relationship Id="{key}" Type="x" Target="{part}"/>' for key, part in (related or {}).items())
    for number, shapes in enumerate(slides, 1):
        types += f'<Override PartName="/ppt/slides/slide{number}.xml" ContentType="{kind}.slide+xml"/>'
        targets += f'<Relationship Id="r{number}" Type="{_OFFICE}/slide" Target="slides/slide{number}.xml"/>'
        group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {space}><p:cSld><p:spTree>{group}{shapes}</p:spTree></p:cSld></p:sld>"
        )
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _RELATIONS.format(inner)
    listed = "".join(f'<p:sldId id="{256 + at}" r:id="r{at + 1}"/>' for at in order or range(len(slides)))
    target = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="ppt/presentation.xml"/>'
    return zipped(
        {
            "[Content_Types].xml": _TYPES.format(types),
            "_rels/.rels": _RELATIONS.format(target),
            "ppt/presentation.xml": f"<p:presentation {space}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": _RELATIONS.format(targets),
        }
        | parts
        | dict(extra or {})
    )


def pptx(slides: Sequence[str]) -> bytes:
    """A presentation whose slides have a text box a line."""
    return presentation(["".join(box(escape(line)) for line in text.split("\n")) for text in slides])


def ofd(
    pages: Sequence[Sequence[tuple[float, float, float, str] | str]],
    extra: str = "",
    parts: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """An OFD document; a piece of text is (left, top, width, text) in millimetres, 4 high, or an element as it is.

    `extra` stands in OFD.xml; `parts` are added, or replace those of the same name.
    """
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    made: dict[str, bytes | str] = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody>{extra}<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>"
    }
    listed = ""
    for number, pieces in enumerate(pages):
        listed += f'<ofd:Page ID="{number + 1}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        texts = "".join(piece if isinstance(piece, str) else ofd_text(*piece) for piece in pieces)
        made[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f"<ofd:Page {space}><ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    resources = "<ofd:CommonData><ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
    made["Doc_0/Document.xml"] = f"<ofd:Document {space}>{resources}<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    return zipped(made | dict(parts or {}))


def ofd_text(left: float, top: float, width: float, text: str, attributes: str = "", deltas: str = "") -> str:
    """A TextObject, 4 mm high; `deltas` are those of its TextCode."""
    steps = f' DeltaX="{deltas}"' if deltas else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{left} {top} {width} 4" Size="4" {attributes}>'
        f'<ofd:TextCode X="0" Y="3"{steps}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def rtf(*paragraphs: str) -> bytes:
    """RTF as Chinese Word writes it: code page 936, each byte escaped."""

    def escaped(text: str) -> str:
        return "".join(chr(b) if b < 128 else f"\\'{b:02x}" for b in text.encode("gb18030"))

    body = "".join(f"\\f0 {escaped(text)}\\par\n" for text in paragraphs)
    return f"{{\\rtf1\\ansi\\ansicpg936{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}}}\n{body}}}".encode("ascii")
