"""Text of Word 97-2003 documents (.doc, and .wps as WPS Office writes it), from the piece table of [MS-DOC].

kreuzberg 4.10 reads the UTF-16 of such files as single bytes and loses all Chinese characters; antiword and its
wrappers return no table rows. This reader returns the main text, footnotes, endnotes and text boxes, but no headers,
footers, comments, or deleted, hidden or struck text.
"""

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby

import olefile

from etl.files.formats.doc_lists import Lists, read_lists
from etl.files.formats.docx_run_formats import MAX_UNSEEN_SIZE
from etl.files.formats.field_codes import TICKED, UNTICKED, equation_text
from etl.files.formats.list_numbering import ListCounter
from etl.files.formats.symbol_fonts import in_font, is_of_symbols, symbol
from etl.files.types import FileOutcome, Shown, Unreadable
from etl.raised_text import moved, subscript, superscript
from etl.reason_codes import Code
from etl.reasons import encode_reason

_PAGE = 512
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_MAGIC = 0xA5EC
# Offsets in the FIB of Word 97 and later, in bytes.
_COUNTS, _CHPX, _PAPX, _FONTS, _CLX, _LISTS, _LIST_USES = 0x4C, 0xFA, 0x102, 0x112, 0x1A2, 0x2E2, 0x2EA
# Single property modifiers that affect the text.
_IN_TABLE, _ROW_END, _HUGE, _HUGE_OLD = 0x2416, 0x2417, 0x6646, 0x6645
_LIST, _LIST_LEVEL = 0x460B, 0x260A
_HIDDEN, _DELETED, _SYMBOL, _SIZE = 0x083C, 0x0800, 0x6A09, 0x4A43
_STRUCK = (0x0837, 0x2A53)
_SHIFT, _SHIFTS = 0x2A48, {b"\1": superscript, b"\2": subscript}
_POSITION, _FONT = 0x4845, 0x4A4F
_DATA_AT, _IS_DATA = 0x6A03, 0x0806
_TICK_BOX, _AS_AT_FIRST = 1, 25
"""A kind of form field, and its value if nobody changed it."""
_MAX_CODE = 1_000
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_CONTROLS = {0x0B: "\n", 0x0C: "\n", 0x0E: "\n", 0x1E: "-", 0xA0: " ", 0x09: "\t"}


def doc_text(body: bytes) -> Shown:
    """Paragraphs and table rows as lines. Raises `Unreadable`."""
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as container:
            main = _stream(container, "WordDocument")
            flags = struct.unpack_from("<H", main, 0x0A)[0]
            if flags & _ENCRYPTED:
                raise Unreadable(FileOutcome.ENCRYPTED, encode_reason(Code.PASSWORD))
            if struct.unpack_from("<H", main)[0] != _MAGIC:
                raise Unreadable(FileOutcome.UNSUPPORTED, encode_reason(Code.BEFORE_WORD_97))
            table = _stream(container, "1Table" if flags & _TABLE_1 else "0Table")
            data = _stream(container, "Data") if container.exists("Data") else b""
    except (OSError, struct.error, IndexError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.NOT_WHOLE, format="Word", error=error)) from error
    try:
        document = _Document(main, table, data)
        return Shown(document.text(), document.struck)
    except (struct.error, IndexError) as error:
        raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.TABLES_DAMAGED, error=error)) from error


def _stream(container: "olefile.OleFileIO[str]", name: str) -> bytes:
    content: bytes = container.openstream(name).read()
    return content


class _Document:
    def __init__(self, main: bytes, table: bytes, data: bytes) -> None:
        self.main, self.table, self.data = main, table, data
        self.paragraphs = _Formats(self, _PAPX, 13)
        self.characters = _Formats(self, _CHPX, 1)
        self.struck = False
        self.fonts = list(_font_names(self.fib(_FONTS)))
        self.has_signs = any(map(is_of_symbols, self.fonts))

    def fib(self, at: int) -> bytes:
        """The part of the table stream to which the entry of the FIB at offset `at` points."""
        start, length = struct.unpack_from("<II", self.main, at)
        return self.table[start : start + length]

    def text(self) -> str:
        counts = struct.unpack_from("<8i", self.main, _COUNTS)
        # Main text, footnotes, headers, (reserved), comments, endnotes, text boxes, text boxes of headers.
        rows, at = _Rows(self.paragraphs, self.lists()), 0
        for part, count in enumerate(counts):
            if part in (0, 1, 5, 6):
                for shift, run in groupby(self.range(at, at + count), key=self.shift):
                    characters = list(run)
                    if shift:
                        text = "".join(character for character, _ in characters)
                        points = int.from_bytes(shift, "little", signed=True) / 2
                        shifted = _SHIFTS[shift](text) if shift in _SHIFTS else moved(text, points)
                        characters = [(shifted, characters[0][1])] if shifted != text else characters
                    for character, place in characters:
                        rows.add(character, place)
                rows.end()
            at += count
        return "\n".join(rows.lines)

    def shift(self, character: tuple[str, int]) -> bytes:
        """How a character is raised or lowered: one byte for superscript or subscript, or two bytes with its position.
        Empty for others, and for marks that end lines and cells."""
        text, place = character
        if text in "\r\n\x07":
            return b""
        return (
            (self.characters.value(place, _SHIFT) or b"").strip(b"\0") or self.characters.value(place, _POSITION) or b""
        )

    def lists(self) -> Lists:
        if len(self.main) < _LIST_USES + 8:
            return {}
        shapes, uses = (struct.unpack_from("<II", self.main, at) for at in (_LISTS, _LIST_USES))
        return read_lists(self.table, shapes, uses)

    def range(self, first: int, last: int) -> Iterator[tuple[str, int]]:
        """(character, byte position) of the visible text between two character positions."""
        # The code of each field around the character, or None from its result on.
        codes: list[str | None] = []
        for start, end, offset, width in self.pieces():
            for position in range(max(start, first), min(end, last)):
                place = offset + (position - start) * width
                raw = self.main[place : place + width]
                if len(raw) < width:
                    raise Unreadable(FileOutcome.BROKEN, encode_reason(Code.TEXT_CUT_OFF))
                code = raw[0] if width == 1 else struct.unpack("<H", raw)[0]
                if code == 0x13:
                    codes.append("")
                elif code == 0x14 and codes:
                    codes[-1] = None
                elif code == 0x15 and codes:
                    yield from ((sign, place) for sign in _without_result(codes))
                elif all(other is None for other in codes):
                    yield from self.character(code, raw, place)
                elif code == 0x01 and all(other is None for other in codes[:-1]):
                    yield from ((sign, place) for sign in self.box(place))
                elif codes[-1] is not None and len(codes[-1]) < _MAX_CODE:
                    codes[-1] += raw.decode("cp1252", "replace") if len(raw) == 1 else chr(code)

    def box(self, place: int) -> str:
        """The tick box of a form whose data belong to the character at that place: FFData of [MS-DOC], behind the head
        of a picture."""
        at = self.characters.value(place, _DATA_AT)
        if self.characters.value(place, _IS_DATA) != b"\1" or not at:
            return ""
        data = self.data[int.from_bytes(at, "little") :]
        try:
            (head,) = struct.unpack_from("<H", data, 4)
            flags, name = struct.unpack_from("<4xH4xH", data, head)
            (first,) = struct.unpack_from("<H", data, head + 12 + 2 * name + 2)
        except struct.error:
            return ""
        value = flags >> 2 & 0x1F
        ticked = first if value == _AS_AT_FIRST else value
        return "" if flags & 3 != _TICK_BOX else TICKED if ticked else UNTICKED

    def character(self, code: int, raw: bytes, place: int) -> Iterator[tuple[str, int]]:
        if code == 0x28:
            font_and_code = self.characters.value(place, _SYMBOL)
            if font_and_code:
                yield symbol(font_and_code[2], self.font(font_and_code[:2])), place
                return
        if code in (0x07, 0x0D) or code >= 0x20 or code in _CONTROLS:
            if code not in (0x07, 0x0D) and self.is_left_out(code, place):
                return
            character = _CONTROLS.get(code) or (raw.decode("cp1252", "replace") if len(raw) == 1 else chr(code))
            if self.has_signs:
                character = in_font(character, self.font(self.characters.value(place, _FONT)))
            yield character, place

    def font(self, number: bytes | None) -> str:
        at = int.from_bytes(number or b"", "little")
        return self.fonts[at] if number and at < len(self.fonts) else ""

    def is_left_out(self, code: int, place: int) -> bool:
        """Whether the character is hidden, deleted, without a size, or struck."""
        value = self.characters.value
        if value(place, _HIDDEN) == b"\1" or value(place, _DELETED) == b"\1":
            return True
        if (size := value(place, _SIZE)) and int.from_bytes(size, "little") <= MAX_UNSEEN_SIZE:
            return True
        if any(value(place, mark) == b"\1" for mark in _STRUCK):
            self.struck |= code > 0x20
            return True
        return False

    def pieces(self) -> Iterator[tuple[int, int, int, int]]:
        """(first position, last + 1, byte offset, bytes per character) of each piece of text."""
        clx, at = self.fib(_CLX), 0
        while clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        length = struct.unpack_from("<I", clx, at + 1)[0]
        table = clx[at + 5 : at + 5 + length]
        count = (len(table) - 4) // 12
        for number in range(count):
            start, end = struct.unpack_from("<II", table, number * 4)
            place = struct.unpack_from("<I", table, (count + 1) * 4 + number * 8 + 2)[0]
            if place & 0x40000000:
                yield start, end, (place & 0x3FFFFFFF) // 2, 1
            else:
                yield start, end, place, 2


def _without_result(codes: list[str | None]) -> str:
    """Ends the innermost field; returns what it shows if its result is not stored."""
    code = codes.pop()
    return equation_text(code) if code and all(other is None for other in codes) else ""


def _font_names(table: bytes) -> Iterator[str]:
    """The names of the fonts: each entry has its length before it, and its name behind 39 bytes (FFN)."""
    at = 4
    while at < len(table):
        entry = table[at + 1 : at + 1 + table[at]]
        yield entry[39:].decode("utf-16-le", "replace").partition("\0")[0]
        at += 1 + table[at]


class _Formats:
    """Properties of paragraphs or runs by byte position, from 512-byte pages found by a table of positions."""

    def __init__(self, document: _Document, at: int, entry: int) -> None:
        self.document, self.entry = document, entry
        table = document.fib(at)
        count = max((len(table) - 4) // 8, 0)
        self.starts = struct.unpack_from(f"<{count}I", table)
        self.pages = struct.unpack_from(f"<{count}I", table, (count + 1) * 4) if count else ()
        self.known: dict[int, tuple[tuple[int, ...], list[dict[int, bytes]]]] = {}
        self.span: tuple[int, int, dict[int, bytes]] = (0, 0, {})

    def value(self, place: int, modifier: int) -> bytes | None:
        """The operand of a modifier for the character at the byte position; None if it is not set."""
        first, end, properties = self.span
        if not first <= place < end:
            # Characters are read in order, and most have the same properties as the one before.
            self.span = first, end, properties = self.find(place)
        return properties.get(modifier)

    def find(self, place: int) -> tuple[int, int, dict[int, bytes]]:
        """(first byte, last + 1, modifiers) of the paragraph or run around the byte position."""
        index = bisect_right(self.starts, place) - 1
        if index < 0:
            return place, place + 1, {}
        page = self.pages[index]
        if page not in self.known:
            self.known[page] = self.read(page & 0x3FFFFF)
        starts, properties = self.known[page]
        at = bisect_right(starts, place) - 1
        if not 0 <= at < len(properties):
            return place, place + 1, {}
        return starts[at], starts[at + 1], properties[at]

    def read(self, number: int) -> tuple[tuple[int, ...], list[dict[int, bytes]]]:
        page = self.document.main[number * _PAGE : (number + 1) * _PAGE]
        count = page[_PAGE - 1]
        starts = struct.unpack_from(f"<{count + 1}I", page)
        properties: list[dict[int, bytes]] = []
        for item in range(count):
            at = page[(count + 1) * 4 + item * self.entry] * 2
            properties.append(self.modifiers(self.group(page, at)) if at else {})
        return starts, properties

    def group(self, page: bytes, at: int) -> bytes:
        if self.entry == 1:
            return page[at + 1 : at + 1 + page[at]]
        size = page[at] * 2 - 1
        if page[at] == 0:
            at, size = at + 1, page[at + 1] * 2
        return page[at + 3 : at + 1 + size]

    def modifiers(self, group: bytes) -> dict[int, bytes]:
        operands: dict[int, bytes] = {}
        at = 0
        while at + 2 < len(group):
            code = struct.unpack_from("<H", group, at)[0]
            at += 2
            size = _SIZES.get(code >> 13)
            if size is None:
                # sprmTDefTable has its size in two bytes; in sprmPChgTabs a size of 255 means "see inside".
                size = struct.unpack_from("<H", group, at)[0] + 1 if code == 0xD608 else group[at] + 1
            operand = group[at : at + size]
            at += size
            if code in (_HUGE, _HUGE_OLD):
                place = struct.unpack("<I", operand)[0]
                length = struct.unpack_from("<H", self.document.data, place)[0]
                operands |= self.modifiers(self.document.data[place + 2 : place + 2 + length])
            else:
                operands[code] = operand
        return operands


class _Rows:
    """Joins characters to lines, each a paragraph or a table row with its cells."""

    def __init__(self, paragraphs: _Formats, lists: Lists) -> None:
        self.paragraphs, self.lists = paragraphs, lists
        self.counts = ListCounter()
        self.lines: list[str] = []
        self.cells: list[str] = []
        self.here: list[str] = []

    def add(self, character: str, place: int) -> None:
        if character == "\x07" and self.paragraphs.value(place, _ROW_END) == b"\1":
            self.end()
        elif character == "\x07":
            text = " ".join("".join(self.here).split())
            self.cells.append((self.label(place) + text).strip())
            self.here.clear()
        elif character == "\r" and self.paragraphs.value(place, _IN_TABLE) == b"\1":
            self.here.append(" ")
        elif character == "\r" and not self.cells:
            self.here.insert(0, self.label(place))
            self.end()
        elif character == "\n" and not self.cells:
            self.end()
        else:
            self.here.append(" " if character in "\r\n" else character)

    def label(self, place: int) -> str:
        """The automatic number of the paragraph that ends at the position; "" if it is in no list."""
        number, level = self.paragraphs.value(place, _LIST), self.paragraphs.value(place, _LIST_LEVEL)
        numbered_list = self.lists.get(int.from_bytes(number or b"", "little"))
        return self.counts.label(*numbered_list, level[0] if level else 0) if numbered_list else ""

    def end(self) -> None:
        if any(self.cells):
            self.lines.append(" | ".join(self.cells))
        elif text := "".join(self.here).strip():
            self.lines.append(text)
        self.cells.clear()
        self.here.clear()
