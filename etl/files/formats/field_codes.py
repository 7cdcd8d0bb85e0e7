"""What fields of Word show whose result is not stored."""

import re

from etl.numerals import numeral

TICKED, UNTICKED = "☑", "□"
_CIRCLED = re.compile(r"\\o\s*(?:\\a[clr])?\s*\(\s*[○〇◯Oo]\s*[,，]\s*(\d{1,2})\s*\)", re.IGNORECASE)
_BOXED = re.compile(r"\\o\s*(?:\\a[clr])?\s*\(\s*[□☐]\s*[,，]\s*[√✓✔]\s*\)", re.IGNORECASE)
_EQUATION = re.compile(r"\s*eq\b(.*)", re.IGNORECASE | re.DOTALL)
_EQUATION_SIGNS = re.compile(r"\\[a-z]+\d*|[()\s]", re.IGNORECASE)


def equation_text(code: str) -> str:
    """The text that an EQ field shows: `eq \\o\\ac(○,3)` is ③, a tick in a box is ☑.

    Word does not store its result."""
    match = _EQUATION.match(code)
    if not match:
        return ""
    text = _CIRCLED.sub(lambda circled: numeral(int(circled[1]), "decimalEnclosedCircle"), match[1])
    text = _BOXED.sub(TICKED, text)
    fraction = re.fullmatch(r"\s*\\f\s*\(([^(),，]*)[,，]([^(),，]*)\)\s*", text)
    return f"{fraction[1].strip()}/{fraction[2].strip()}" if fraction else _EQUATION_SIGNS.sub("", text)
