"""Style sheets (CSS): finding the sheets and pictures that they name, and replacing their addresses."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_STRING = r""""(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?"""
"""An unclosed string ends with its line. It is a token too; otherwise parsing would take time that grows
with the square of the length."""
_TOKEN = re.compile(
    rf"""/\*.*?(?:\*/|\Z)
    |@import\s*+(?:url\(\s*+)?(?P<sheet>{_STRING}|[^\s"'();]++)\s*+\)?(?P<media>[^;{{}}"']{{0,200}}+)(?:;|\Z)
    |(?P<font>@font-face)\s*+\{{[^{{}}]*+\}}
    |url\(\s*+(?P<picture>{_STRING}|[^\s"'()]*+)\s*+\)
    |{_STRING}""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
"""Comments and strings are tokens, so that addresses in them are not found. Linear in the length."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEDIA = re.compile(r"[\w\s,():.-]*")


class Named(NamedTuple):
    """A style sheet or picture that a style sheet names, with the address as written."""

    address: str
    is_sheet: bool


def named_in_style(css: str) -> Iterator[Named]:
    """The imported sheets and the pictures of a style sheet, in order; fonts are left out."""
    for token in _TOKEN.finditer(css):
        if address := _address(token["sheet"] or token["picture"] or ""):
            yield Named(address, token["sheet"] is not None)


def style_with(css: str, picture: Callable[[str], str], sheet: Callable[[str], str]) -> str:
    """The style sheet with each `url(…)` replaced by the result of `picture`, and each imported sheet by that of
    `sheet`; both are called with the address as written. Fonts and comments are left out; the result can be put into a
    `<style>`."""

    def replaced(token: re.Match[str]) -> str:
        if token["sheet"] is not None:
            imported, media = sheet(_address(token["sheet"])), token["media"].strip()
            limited = imported and media and _MEDIA.fullmatch(media)
            return f"@media {media} {{{imported}}}" if limited else imported
        if token["picture"] is not None:
            return picture(_address(token["picture"]))
        return "" if token["font"] or token[0].startswith("/*") else token[0]

    return _TOKEN.sub(replaced, css).replace("</", "<\\/")


def _address(written: str) -> str:
    if (quote := written[:1]) in ("'", '"'):
        written = written[1:].removesuffix(quote)
    address = _ESCAPE.sub(r"\1", written).strip()
    return "" if address.startswith(("data:", "#", "about:")) else address
