"""Radicals that stand for the characters that look like them (⺠ for 民, ⼈ for 人).

A PDF or OFD stores glyphs; where a font draws a character and a radical with the same glyph, many programs write the
radical as its text. A reader sees no difference, and a search for 人民政府 does not find it.
"""

import re
import unicodedata

_SIMPLIFIED = (
    "⺟母⺠民⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食"
    "⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟⺶羊⺼肉⺌小⻁虎"
)
"""Those that Unicode names after their characters and does not make alike."""
_ALIKE = {ord(radical): same for radical, same in zip(_SIMPLIFIED[::2], _SIMPLIFIED[1::2], strict=True)}
for _code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00)):
    _same = unicodedata.normalize("NFKC", chr(_code))
    if len(_same) == 1:
        _ALIKE[_code] = _same
_SHOWN = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")


def without_radicals(text: str) -> str:
    """The text with characters in place of their radicals and of the doubles that other charsets have, one for one."""
    return text.translate(_ALIKE) if _SHOWN.search(text) else text
