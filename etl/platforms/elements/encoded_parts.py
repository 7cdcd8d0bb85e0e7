"""Parts of a page that are in it as base64, which a script decodes and shows: pagers, rows."""

import base64
import re
from dataclasses import replace
from urllib.parse import unquote

from etl.web.page import WebPage

_IN_ELEMENT = re.compile(r"(?<=>)\s*+([A-Za-z0-9+/]{40,}+={0,2})\s*+(?=</)")
_IN_SCRIPT = re.compile(r"""(?<=["'`])([A-Za-z0-9+/]{40,}+={0,2})(?=["'`])""")
_MARKUP = re.compile(r"<(?:a|li|ul|div|span|p|td|tr|table)\b", re.IGNORECASE)
_END = re.compile(r"</body>|\Z", re.IGNORECASE)


def with_decoded_parts(page: WebPage) -> WebPage:
    """The page with such parts as markup: in the elements that hold them, those of scripts at its end."""
    if not page.is_markup or "atob" not in page.text:
        return page
    text = _IN_ELEMENT.sub(lambda part: _decoded(part[1]) or part[0], page.text)
    written = "".join(filter(None, (_decoded(part[1]) for part in _IN_SCRIPT.finditer(text))))
    if written:
        end = next(_END.finditer(text)).start()
        text = text[:end] + written + text[end:]
    return replace(page, text=text) if text != page.text else page


def _decoded(encoded: str) -> str:
    """The markup that is encoded; empty for anything else, such as a picture."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return ""
    text = unquote(text) if "%3C" in text.upper() else text
    return text if _MARKUP.search(text) else ""
