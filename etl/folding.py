"""Text as it is searched: what people write differently and mean alike is folded to one form (docs/search.md).

Folding goes character by character, so a part of a text folds to a part of its folded text, and each folded character
knows its place in the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from opencc import OpenCC

FOLDING = 2
"""Version of `fold`. A change of the function, or of what the library converts, raises it: the index is filled anew."""

_LEFT_OUT = frozenset("()[]{}<>〈〉《》「」『』【】〔〕〖〗〘〙〚〛⟨⟩«»‹›\"'`´′″“”‘’‚„‛‟〝〞〟＂＇")
"""Brackets and quotes: documents, lists and readers put other ones, or none."""
_DASHES = frozenset("-‐‑‒–—―⸺⸻−﹘─━~∼〜～")
_DOTS = frozenset("·•‧∙⋅・･")
_ALIKE = dict.fromkeys("○◯〇零", "〇") | dict.fromkeys("⁄∕", "/") | {"、": ",", "×": "x", "✕": "x"}
"""Zeros of Chinese numbers, strokes of fractions (½ is 1⁄2 by NFKC), commas of lists, signs of
multiplication and of names that are left out (李××)."""
_SPACE, _DASH = " ", "-"


class _Characters(dict[int, str]):
    """By code point, what a character folds to; made when it is first met."""

    def __init__(self) -> None:
        super().__init__()
        self._simplified = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        normal = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = folded = "".join(map(self._one, normal))
        return folded

    def _one(self, character: str) -> str:
        if character in _LEFT_OUT:
            return ""
        if character in _DASHES:
            return _DASH
        if character in _DOTS:
            return "·"
        if character in _ALIKE:
            return _ALIKE[character]
        if character.isspace():
            return _SPACE
        # Invisible: zero-width spaces, joiners, soft hyphens, marks of direction, variation selectors.
        if unicodedata.category(character) in ("Cc", "Cf") or "\ufe00" <= character <= "\ufe0f":
            return ""
        return self._simplified.convert(character) if ord(character) > 0x2E7F else character


_CHARACTERS = _Characters()
_SPACES, _MANY_DASHES = re.compile(" +"), re.compile("-{2,}")
_RARE = 0x10000
_SHARED, _SHARED_CODES = 0xD800, 2_048
"""The codes of surrogates: no text in UTF-8 has these as characters."""
_KEEP_APART = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
_NO_LETTERS = re.compile(r"[\W_]+")
_YEAR_AND_SERIAL = re.compile(r"((?:19|20)\d\d)年?第?0*(\d{1,6})号?$")


def fold(text: str) -> str:
    """The text as it is searched: NFKC, lower case, simplified characters, without brackets, quotes and invisible
    characters, dashes of any length as one hyphen. White space, also the end of a line, stays as one space between two
    Latin letters or digits, and nowhere else."""
    folded = composed(text).translate(_CHARACTERS)
    if _SPACE in folded:
        folded = _SPACES.sub(_one_space_or_none, folded)
    return _MANY_DASHES.sub(_DASH, folded) if _DASH * 2 in folded else folded


def _one_space_or_none(run: re.Match[str]) -> str:
    beside = (run.string[run.start() - 1 : run.start()], run.string[run.end() : run.end() + 1])
    return _SPACE if _KEEP_APART.issuperset(beside) else ""


def composed(text: str) -> str:
    """The text with accents joined to their letters (NFC), as `fold` and `folded_places` read it."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def folded_places(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its characters the place in `composed(text)` of the one that it came from."""
    characters: list[tuple[str, int]] = []
    for character, place in _pieces(composed(text)):
        if character == _SPACE:
            continue
        before = characters[-1] if characters else ("", -1)
        if character == _DASH == before[0]:
            continue
        characters.append((character, place))
    folded, places = fold(text), list[int]()
    place = -1
    pairs = iter(characters)
    for character in folded:
        if character != _SPACE:
            place = next(pairs)[1]
        places.append(place)
    return folded, places


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    for place, character in enumerate(text):
        for each in _CHARACTERS[ord(character)]:
            yield each, place


def number_key(text: str) -> str:
    """What a 文号 or 索引号 is compared by: `云政办发202447` for 云政办发〔2024〕47号 and 云政办发 [2024] 第047 号.

    Letters, digits and Chinese characters alone; no zeros before the serial number.
    """
    return _YEAR_AND_SERIAL.sub(r"\1\2", _NO_LETTERS.sub("", fold(text)))


def grams(text: str) -> list[int]:
    """The pairs of neighbouring characters of a folded text as the index has them: 16 bits each, as a signed number.

    Pairs with a space are not indexed. A character beyond U+FFFF shares one of 2,048 codes with others (`are_exact`).
    """
    codes = [code if (code := ord(character)) < _RARE else _SHARED + code % _SHARED_CODES for character in text]
    pairs = {first << 16 | second for first, second in pairwise(codes) if first > 32 and second > 32}
    return sorted(pair - (1 << 32) if pair >= 1 << 31 else pair for pair in pairs)


def are_exact(text: str) -> bool:
    """Whether each pair of the text stands for no other one."""
    return all(ord(character) < _RARE for character in text)
