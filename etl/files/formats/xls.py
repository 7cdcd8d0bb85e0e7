"""Cells of Excel 97–2003 and Excel 5 workbooks (.xls, .et) as they are displayed, according to [MS-XLS].

kreuzberg 4.10 is not used, as it returns numbers without their formats.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import olefile

from etl.file_signatures import BARE_WORKBOOKS
from etl.files.formats.number_formats import BUILT_IN, format_number, format_text
from etl.files.formats.sheets import Sheet
from etl.files.formats.symbol_fonts import in_font
from etl.files.formats.xls_drawings import drawn_texts
from etl.files.formats.xls_protection import without_protection
from etl.files.types import FileOutcome, Shown, Unreadable
from etl.raised_text import subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.web.charset import decode

_BOF, _EOF, _CONTINUE, _FILEPASS = 0x809, 0x0A, 0x3C, 0x2F
_SHEET, _SST, _FORMAT, _STYLE, _FONT, _CODEPAGE, _FROM_1904 = 0x85, 0xFC, 0x41E, 0xE0, 0x31, 0x42, 0x22
_NUMBER, _RK, _MANY_RK, _SHARED, _LABEL, _RICH, _TRUTH, _RESULT = 0x203, 0x27E, 0xBD, 0xFD, 0x204, 0xD6, 0x205, 0x207
_FORMULAS = (0x06, 0x206, 0x406)
_BIFF8 = 0x600
_A_SHEET = 0x10
"""The kind of a substream of cells; that of the workbook is 5."""
_CELLS, _CHART = 0, 2
"""Kinds of sheets."""
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_CODEPAGES = {936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949", 65001: "utf-8"}
_SHIFTS = {1: superscript, 2: subscript}
_STRIKES = 0x08


class _Font(NamedTuple):
    """`shift`: it raises (1) or lowers (2) its text."""

    shift: int = 0
    strikes: bool = False
    name: str = ""


@dataclass(slots=True)
class _Workbook:
    """What the cells of all sheets refer to. `charset`: '' if the file states none. `rich`: the texts that have fonts
    of their own; `charts`: by its offset, whether a sheet is a chart. `struck`: whether struck words were left out of
    what was read."""

    wide: bool = True
    charset: str = ""
    from_1904: bool = False
    strings: list[Shown] = field(default_factory=list)
    rich: set[int] = field(default_factory=set)
    codes: dict[int, str] = field(default_factory=dict)
    styles: list[tuple[int, int]] = field(default_factory=list)
    fonts: list[_Font] = field(default_factory=list)
    sheets: list[tuple[str, int]] = field(default_factory=list)
    charts: dict[int, bool] = field(default_factory=dict)
    struck: bool = False

    def font(self, number: int) -> _Font:
        # There is no font 4: later ones are counted from 1.
        at = number - (number > 4)
        return self.fonts[at] if at < len(self.fonts) else _Font()

    def font_of(self, style: int) -> _Font:
        return self.font(self.styles[style][0]) if style < len(self.styles) else _Font()

    def code(self, style: int) -> str:
        number = self.styles[style][1] if style < len(self.styles) else 0
        return self.codes.get(number) or BUILT_IN.get(number, BUILT_IN[0])

    def shown(self, text: str, runs: list[tuple[int, int]]) -> Shown:
        """The text whose runs (first character, font) are raised, lowered or struck."""
        if not runs:
            return Shown(text)
        struck = False
        ends = [at for at, _ in runs[1:]] + [len(text)]
        parts = [text[: runs[0][0]]]
        for (at, number), end in zip(runs, ends, strict=True):
            font = self.font(number)
            struck |= font.strikes and at < end
            if not font.strikes:
                shown = in_font(text[at:end], font.name)
                parts.append(_SHIFTS[font.shift](shown) if font.shift in _SHIFTS else shown)
        return Shown("".join(parts), struck)


def xls_sheets(body: bytes) -> list[Sheet]:
    """The sheets of a workbook. Raises `Unreadable`."""
    stream = body if body.startswith(BARE_WORKBOOKS) else _of_container(body)
    try:
        stream = _readable(stream)
        workbook = _globals(stream)
        return [_sheet(name, stream, at, workbook) for name, at in workbook.sheets]
    except (struct.error, IndexError) as error:
        raise _broken(error) from error


def _of_container(body: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            return container.openstream(name).read() if name else b""
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise _broken(error) from error


def _sheet(name: str, stream: bytes, at: int, workbook: _Workbook) -> Sheet:
    workbook.struck = False
    rows = [] if workbook.charts.get(at) else list(_rows(stream, at, workbook))
    drawn = [line for text in drawn_texts(stream, at) for line in text.splitlines()] if workbook.wide else []
    return Sheet(name, rows + [{0: line} for line in drawn], struck=workbook.struck)


def _readable(stream: bytes) -> bytes:
    """The stream of the workbook, decrypted if Excel opens it without a question. Raises `Unreadable`."""
    protection = next((content for kind, content in _records(stream, 0) if kind == _FILEPASS), None)
    if protection is None:
        return stream
    readable = without_protection(stream, protection)
    if readable is None:
        raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
    return readable


def _broken(error: Exception | str) -> Unreadable:
    return Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="XLS", error=error))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(type, content) of the records from offset `at` to the end of their substream, without those of charts in it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise _broken("cut")
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length
    raise _broken("cut")


def _globals(stream: bytes) -> _Workbook:
    workbook = _Workbook()
    shared: list[bytes] = []
    before = 0
    for kind, content in _records(stream, 0):
        if kind == _BOF and not shared:
            version, substream = struct.unpack_from("<HH", content)
            workbook.wide = version == _BIFF8
            if substream == _A_SHEET:  # without a workbook around it
                workbook.sheets.append(("", 0))
        elif kind == _SST or (kind == _CONTINUE and before == _SST):
            shared.append(content)
            kind = _SST
        else:
            _note(workbook, kind, content)
        before = kind
    if not workbook.sheets:
        raise _broken("no sheets")
    workbook.strings = list(_shared_strings(shared, workbook)) if shared else []
    return workbook


def _note(workbook: _Workbook, kind: int, content: bytes) -> None:
    if kind == _CODEPAGE:
        number = struct.unpack("<H", content)[0]
        workbook.charset = _CODEPAGES.get(number, f"cp{number}" if 1250 <= number <= 1258 else "gb18030")
    elif kind == _FROM_1904:
        workbook.from_1904 = content[:2] == b"\x01\0"
    elif kind == _FONT:
        looks, shift = struct.unpack_from("<2xH4xH", content)
        name = _text(workbook, content, 14, 1)[0] if len(content) > 15 else ""
        workbook.fonts.append(_Font(shift, bool(looks & _STRIKES), name))
    elif kind == _STYLE:
        workbook.styles.append(struct.unpack_from("<HH", content))
    elif kind == _FORMAT:
        at, size = (2, 2) if workbook.wide else (2, 1)
        workbook.codes[struct.unpack_from("<H", content)[0]] = _text(workbook, content, at, size)[0]
    elif kind == _SHEET and content[5] in (_CELLS, _CHART):
        place = struct.unpack_from("<I", content)[0]
        workbook.sheets.append((_text(workbook, content, 6, 1)[0], place))
        workbook.charts[place] = content[5] == _CHART


def _text(workbook: _Workbook, content: bytes, at: int, size: int) -> tuple[str, int]:
    """(text, offset after it). Its length is in `size` bytes (1 or 2); the formats of its runs come after it."""
    length = int.from_bytes(content[at : at + size], "little")
    at += size
    if not workbook.wide:
        raw = content[at : at + length]
        text = raw.decode(workbook.charset, "replace") if workbook.charset else decode(raw)[0]
        return text, at + length
    flags = content[at]
    at += 1 + 2 * bool(flags & 8) + 4 * bool(flags & 4)
    end = at + length * (1 + (flags & 1))
    return content[at:end].decode("utf-16-le" if flags & 1 else "latin-1", "replace"), end


def _shared_strings(parts: list[bytes], workbook: _Workbook) -> Iterator[Shown]:
    """The texts of the SST. A text may continue in the next record, where its characters begin with new flags."""
    reader = _Parts(parts)
    _, count = struct.unpack("<II", reader.take(8))
    for number in range(count):
        if reader.ended():
            return
        length, flags = struct.unpack("<HB", reader.take(3))
        runs = struct.unpack("<H", reader.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", reader.take(4))[0] if flags & 4 else 0
        text = reader.characters(length, bool(flags & 1))
        formats = [struct.unpack("<HH", reader.take(4)) for _ in range(runs)]
        reader.take(extra)
        if formats:
            workbook.rich.add(number)
        yield workbook.shown(text, formats)


class _Parts:
    """The content of a record and of those that continue it."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts, self.number, self.at = parts, 0, 0

    def ended(self) -> bool:
        self._advance()
        return self.number >= len(self.parts)

    def _advance(self) -> bool:
        """At the end of a record, goes to the next one; returns whether it did."""
        moved = False
        while self.number < len(self.parts) and self.at >= len(self.parts[self.number]):
            self.number, self.at, moved = self.number + 1, 0, True
        return moved

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            if self.ended():
                raise _broken("cut")
            more = self.parts[self.number][self.at : self.at + count - len(taken)]
            self.at += len(more)
            taken += more
        return taken

    def characters(self, length: int, wide: bool) -> str:
        text: list[str] = []
        while length:
            if self._advance():
                wide = bool(self.take(1)[0] & 1)
            if self.number >= len(self.parts):
                raise _broken("cut")
            here = min(length, (len(self.parts[self.number]) - self.at) // (1 + wide))
            if not here:
                raise _broken("cut")
            text.append(self.take(here * (1 + wide)).decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= here
        return "".join(text)


def _rows(stream: bytes, at: int, workbook: _Workbook) -> Iterator[dict[int, str]]:
    """The rows of a sheet with cells, in their order."""
    rows: dict[int, dict[int, str]] = {}
    waiting: tuple[int, int, int] | None = None
    for kind, content in _records(stream, at):
        if kind == _RESULT and waiting:
            row, column, style = waiting
            text = in_font(_text(workbook, content, 0, 2)[0], workbook.font_of(style).name)
            rows[row][column] = format_text(text, workbook.code(style))
            waiting = None
            continue
        for row, column, style, shown in _cells(kind, content, workbook):
            if shown is None:
                waiting = row, column, style
            if workbook.font_of(style).strikes:
                workbook.struck |= shown != ""
                shown, waiting = "", None
            rows.setdefault(row, {})[column] = shown or ""
    yield from (rows[row] for row in sorted(rows))


def _cells(kind: int, content: bytes, workbook: _Workbook) -> Iterator[tuple[int, int, int, str | None]]:
    """(row, column, style, text) of the cells of a record; None for the result of a formula that follows."""
    if kind == _MANY_RK:
        row, first = struct.unpack_from("<HH", content)
        for number in range((len(content) - 6) // 6):
            style, packed = struct.unpack_from("<HI", content, 4 + 6 * number)
            yield row, first + number, style, _number(workbook, style, _unpacked(packed))
    elif kind in (_NUMBER, _RK, _SHARED, _LABEL, _RICH, _TRUTH, *_FORMULAS):
        row, column, style = struct.unpack_from("<HHH", content)
        yield row, column, style, _cell_text(kind, content, style, workbook)


def _cell_text(kind: int, content: bytes, style: int, workbook: _Workbook) -> str | None:
    if kind == _NUMBER:
        return _number(workbook, style, struct.unpack_from("<d", content, 6)[0])
    if kind == _RK:
        return _number(workbook, style, _unpacked(struct.unpack_from("<I", content, 6)[0]))
    if kind == _TRUTH:
        return _truth(content[6], error=bool(content[7]))
    if kind in _FORMULAS:
        return _result(workbook, style, content[6:14])
    if kind == _SHARED:
        at = struct.unpack_from("<I", content, 6)[0]
        text, struck = workbook.strings[at]
        workbook.struck |= struck
        text = text if at in workbook.rich else in_font(text, workbook.font_of(style).name)
    else:
        text = in_font(_text(workbook, content, 6, 2)[0], workbook.font_of(style).name)
    return format_text(text, workbook.code(style))


def _result(workbook: _Workbook, style: int, value: bytes) -> str | None:
    if value[6:] != b"\xff\xff":
        return _number(workbook, style, struct.unpack("<d", value)[0])
    return {0: None, 1: _truth(value[2], error=False), 2: _truth(value[2], error=True)}.get(value[0], "")


def _truth(value: int, *, error: bool) -> str:
    return _ERRORS.get(value, "#N/A") if error else "TRUE" if value else "FALSE"


def _unpacked(packed: int) -> float:
    """The number of an RK: 30 bits of an integer or of a double, perhaps a hundredfold."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", packed & 0xFFFFFFFC))[0]
    return value / 100 if packed & 1 else value


def _number(workbook: _Workbook, style: int, value: float) -> str:
    raw = str(int(value)) if value.is_integer() and abs(value) < 1e21 else str(Decimal(repr(value)))
    return format_number(raw, workbook.code(style), from_1904=workbook.from_1904)
