"""Lists of Word 97-2003 documents: [MS-DOC] PlfLst (definitions of lists) and PlfLfo (lists that paragraphs name)."""

import struct
from collections.abc import Mapping
from dataclasses import replace

from etl.files.formats.list_numbering import Level

Lists = Mapping[int, tuple[str, Mapping[int, Level]]]
"""Number that a paragraph names → (key for counting, levels)."""
# Values of MSONFC and the names of the same number formats in Office Open XML.
_FORMS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 5: "ordinal",
    10: "ideographDigital", 11: "japaneseCounting", 14: "decimalFullWidth", 17: "japaneseDigitalTenThousand",
    18: "decimalEnclosedCircle", 19: "decimalFullWidth", 22: "decimalZero", 23: "bullet",
    26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand", 57: "numberInDash", 255: "none",
}  # fmt: skip
_NO_GAP = 2
_LEGAL, _OWN_RESTART = 4, 8


def read_lists(table: bytes, shapes: tuple[int, int], uses: tuple[int, int]) -> Lists:
    """The document's lists; `shapes` and `uses` are (offset, length) of PlfLst and PlfLfo in the table stream.

    Raises `struct.error` or `IndexError` for damaged ones.
    """
    if not shapes[1] or not uses[1]:
        return {}
    kinds: dict[int, dict[int, Level]] = {}
    count = struct.unpack_from("<H", table, shapes[0])[0]
    # The levels follow the list of lists, and are not part of its length.
    at = shapes[0] + 2 + count * 28
    for number in range(count):
        entry = shapes[0] + 2 + number * 28
        identity = struct.unpack_from("<i", table, entry)[0]
        kinds[identity] = {}
        for depth in range(1 if table[entry + 26] & 1 else 9):
            kinds[identity][depth], at = _level(table, at)
    return _uses(table, uses[0], kinds)


def _uses(table: bytes, place: int, kinds: Mapping[int, Mapping[int, Level]]) -> Lists:
    lists: dict[int, tuple[str, Mapping[int, Level]]] = {}
    count = struct.unpack_from("<I", table, place)[0]
    at = place + 4 + count * 16
    for number in range(1, min(count, 0x7FFF) + 1):
        identity, changes = struct.unpack_from("<i8xB", table, place + 4 + (number - 1) * 16)
        levels = dict(kinds.get(identity, {}))
        at += 4
        for _ in range(changes):
            start, flags = struct.unpack_from("<iI", table, at)
            at += 8
            depth = flags & 15
            if flags & 32:
                levels[depth], at = _level(table, at)
            elif flags & 16 and depth in levels:
                levels[depth] = replace(levels[depth], start=start)
        lists[number] = (f"{identity}/{number}" if changes else str(identity), levels)
    return lists


def _level(table: bytes, at: int) -> tuple[Level, int]:
    """(level, offset after it)."""
    start, form = struct.unpack_from("<iB", table, at)
    flags, gap, characters, paragraphs = table[at + 5], table[at + 15], table[at + 24], table[at + 25]
    restart = table[at + 26] if flags & _OWN_RESTART else None
    at += 28 + characters + paragraphs
    length = struct.unpack_from("<H", table, at)[0]
    text = table[at + 2 : at + 2 + length * 2].decode("utf-16-le", "replace")
    level = Level(
        start,
        _FORMS.get(form, "decimal"),
        text,
        "" if gap == _NO_GAP else " ",
        legal=bool(flags & _LEGAL),
        restart=restart,
    )
    return level, at + 2 + length * 2
