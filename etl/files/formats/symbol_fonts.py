"""What fonts of symbols show: Symbol (≥) and Wingdings (tick boxes, circled numbers, arrows).

Office inserts their signs as characters of the private use area. Many forms have plain letters in such a font instead:
an R in Wingdings 2 is a ticked box, and which box is ticked is all that a form says.
"""

import re

_DINGBATS = {0x6F: "□", 0x71: "□", 0xA8: "□", 0xA3: "□", 0x52: "☑", 0xFE: "☑", 0xFD: "☒", 0xFC: "√", 0xFB: "×"}
_DINGBATS |= {0x6C: "●", 0x6E: "■"}
_DINGBATS |= {0x80 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")}
_DINGBATS |= {0x8B + number: sign for number, sign in enumerate("⓿❶❷❸❹❺❻❼❽❾❿")}
_DINGBATS |= {0xDF + number: sign for number, sign in enumerate("←→↑↓")}
_DINGBATS_2 = _DINGBATS | {0x50: "√", 0x4F: "×", 0x51: "☒", 0x53: "☒", 0x54: "☒"}
_DINGBATS_2 |= {0x69 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")}
_WEBDINGS = {0x61: "√", 0x63: "□", 0x67: "■", 0x6E: "●", 0x72: "×"}
_SYMBOL_FONT = dict(
    enumerate(
        " !∀#∃%&∍()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
        0x20,
    )
) | dict(enumerate("ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑", 0xA1))
"""Adobe's encoding of the font Symbol."""
_DINGBATS_3 = {0x66: "←", 0x67: "→", 0x68: "↑", 0x69: "↓", 0x70: "▲", 0x71: "▼", 0x74: "◀", 0x75: "▶"}
_BY_FONT = {
    "symbol": _SYMBOL_FONT, "wingdings": _DINGBATS, "wingdings2": _DINGBATS_2, "wingdings3": _DINGBATS_3,
    "webdings": _WEBDINGS,
}  # fmt: skip
_OF_SYMBOLS = re.compile(r"(?:symbol|(?:wing|web)dings ?\d?)$", re.IGNORECASE)
_SIGNS = re.compile("[!-~\u00a1-\u00ff\uf020-\uf0ff]")
"""The characters of such a font, in the private use area too; other ones are shown in another font."""


def symbol(code: int, font: str) -> str:
    """A character of a font of symbols; "" for ornaments."""
    return _BY_FONT.get(font.replace(" ", "").lower(), {} if font else _DINGBATS).get(code & 0xFF, "")


def is_of_symbols(font: str) -> bool:
    return _OF_SYMBOLS.match(font.strip()) is not None


def may_have_signs(text: str) -> bool:
    """Whether a font of symbols shows any of the text otherwise."""
    return _SIGNS.search(text) is not None


def in_font(text: str, font: str) -> str:
    """The text as a font shows it: as it is, unless that is one of symbols."""
    if not font or not is_of_symbols(font):
        return text
    return _SIGNS.sub(lambda sign: symbol(ord(sign[0]), font), text)
