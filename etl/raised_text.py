"""Raised and lowered text as characters, so that 10⁵ never becomes 105.

Pages and files raise text by markup (`<sup>`, `w:vertAlign`); without it the digits run into those before them.
"""

import re

_SUPERSCRIPTS = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_PLAIN = {ord(other): plain for other, plain in zip("−－–＋０１２３４５６７８９", "---+0123456789", strict=True)}
_SINGLE = re.compile(r"[\w.%⁰-⁹²³¹₀-₉]*")
_BRACKETS = ("[]", "［］", "【】", "〔〕", "()", "（）")


_MOVED = re.compile(r"\s*(?:[-+−－–＋]?[0-9０-９]{1,3}|[nm])\s*")
MOVED_BY = 3
"""Points by which a program raises or lowers words that it does not call superscripts, from which on they are some."""


def moved(text: str, points: float) -> str:
    """Text that stands so much above the line, or below it: a number that is a superscript or subscript. Other text is
    moved for its look."""
    if abs(points) < MOVED_BY or not _MOVED.fullmatch(text):
        return text
    return superscript(text) if points > 0 else subscript(text)


def superscript(text: str) -> str:
    """Raised text: Unicode superscripts where all characters have one (⁵, ⁻², ⁿ), else `^(…)`.

    What cannot run into its neighbours stays as it is: a note in brackets (`[1]`), text without letters and digits of
    ASCII (①, 注), white space. White space around the text is kept.
    """
    return _shifted(text, _SUPERSCRIPTS, "^")


def subscript(text: str) -> str:
    """Lowered text, as `superscript`: ₂, else `_(…)`."""
    return _shifted(text, _SUBSCRIPTS, "_")


def is_single(words: str) -> bool:
    """Whether a part of a formula is one number or name; others take brackets beside the line of a fraction."""
    return _SINGLE.fullmatch(words) is not None


def spell_out_shifted(text: str) -> str:
    """The text with `^(…)` and `_(…)` in place of Unicode superscripts and subscripts; NFKC would make 105 of 10⁵."""
    return _spelled(_spelled(text, _SUPERSCRIPTS, "^"), _SUBSCRIPTS, "_")


def _shifted(text: str, characters: dict[str, str], sign: str) -> str:
    core = text.strip()
    plain = core.translate(_PLAIN)
    if not any(c.isascii() and c.isalnum() for c in plain) and not (plain and all(c in "+-" for c in plain)):
        return text
    if any(core.startswith(pair[0]) and core.endswith(pair[1]) for pair in _BRACKETS):
        return text
    shifted = "".join(characters[c] for c in plain) if all(c in characters for c in plain) else f"{sign}({core})"
    return text.replace(core, shifted, 1)


def _spelled(text: str, characters: dict[str, str], sign: str) -> str:
    plain = {ord(shifted): c for c, shifted in characters.items()}
    # A search and not a walk: a walk over 17 million characters took 1.5 GB.
    return re.sub(f"[{''.join(characters.values())}]+", lambda run: f"{sign}({run[0].translate(plain)})", text)
