"""Functions of a page's scripts that build the address of a document from arguments in its row:
`function openDetail(id) { window.open("/gk/detail.html?id=" + id) }` for `openDetail('1003')`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from etl.web.markup import uncommented_script
from etl.web.page import WebPage
from etl.web.site_cache import cached_for_site

_FUNCTION = re.compile(
    r"(?:\bfunction\s+([\w$]{1,60})\s*\(|\b([\w$]{1,60})\s*[=:]\s*function\s*\()([\w$,\s]{1,120})\)\s*\{([^{}]{1,600})"
)
_STRING = r"""(?:"[^"\n]{0,200}"|'[^'\n]{0,200}')"""
_EXPRESSION = rf"(?:{_STRING}|[\w$]++)(?:\s*+\+\s*+(?:{_STRING}|[\w$]++)){{0,8}}"
_OPENS = re.compile(
    rf"(?:\bopen\s*\(|\blocation(?:\.href)?\s*=(?!=)|\.href\s*=(?!=)|\blocation\.(?:assign|replace)\s*\()\s*({_EXPRESSION})"
)
_PART = re.compile(rf"{_STRING}|[\w$]+")
_ARGUMENT = rf"(?:{_STRING}|-?\w++)"
_CALL = re.compile(rf"(?:^|[^\w$.])([\w$]{{1,60}})\s*+\(\s*+({_ARGUMENT}(?:\s*+,\s*+{_ARGUMENT}){{0,5}})\s*+\)")
_ADDRESS = re.compile(r"[/.?]")
_MAX_FUNCTIONS = 200


@dataclass(frozen=True, slots=True)
class Maker:
    """Parts of an address in order: strings, and positions of the arguments between them."""

    parts: tuple[str | int, ...]

    def address(self, arguments: list[str]) -> str:
        """The address for such arguments; "" if one is missing."""
        if any(isinstance(part, int) and part >= len(arguments) for part in self.parts):
            return ""
        return "".join(arguments[part] if isinstance(part, int) else part for part in self.parts)


def address_makers(page: WebPage) -> Mapping[str, Maker]:
    """The functions of the page's scripts that open an address built from their arguments, by name."""
    makers: dict[str, Maker] = {}
    for script in page.elements["script"]:
        makers = {**_makers_of(script.text or ""), **makers}
    return makers


@cached_for_site
def _makers_of(code: str) -> Mapping[str, Maker]:
    makers: dict[str, Maker] = {}
    if "function" not in code or not ("open" in code or "location" in code or "href" in code):
        return makers
    for function in islice(_FUNCTION.finditer(uncommented_script(code)), _MAX_FUNCTIONS):
        if maker := _maker([name.strip() for name in function[3].split(",")], function[4]):
            makers.setdefault(function[1] or function[2], maker)
    return makers


def made_address(code: str, makers: Mapping[str, Maker]) -> str:
    """The address that the first known call in a handler's code opens; "" if there is none."""
    for call in _CALL.finditer(code):
        if maker := makers.get(call[1]):
            return maker.address([_plain(part) for part in _PART.findall(call[2])])
    return ""


def _maker(names: list[str], body: str) -> Maker | None:
    opened = _OPENS.search(body)
    expression = opened[1] if opened else ""
    if re.fullmatch(r"[\w$]+", expression) and expression not in names:
        assigned = re.search(rf"\b{re.escape(expression)}\s*=\s*({_EXPRESSION})", body)
        expression = assigned[1] if assigned else ""
    parts = tuple(
        names.index(part) if part in names else _plain(part) if part[0] in "\"'" else None
        for part in _PART.findall(expression)
    )
    known = tuple(part for part in parts if part is not None)
    made = any(isinstance(part, int) for part in known) and any(
        isinstance(part, str) and _ADDRESS.search(part) for part in known
    )
    return Maker(known) if made and len(known) == len(parts) else None


def _plain(part: str) -> str:
    return part[1:-1] if part[:1] in ("'", '"') else part
