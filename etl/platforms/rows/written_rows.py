"""Rows that a script of the page writes where it stands: `document.write('<li><a href="…">…')`, also from a table of
values in a loop. They are written into the page's tree only if its list was not found without them.
"""

from collections.abc import Iterator

from lxml.html import HtmlElement

from etl.web.page import WebPage
from etl.web.script.page_scripts import is_inline_code, run_scripts
from etl.web.script.scope import Scope

_WRITES = ("document.write", "innerHTML", ".html(", ".append(", "insertAdjacentHTML")
_MAX_CHARS = 200_000
"""Maximum length of the scripts of a page that are run."""
_DONE = "data-gk-written"


def write_scripted_rows(page: WebPage) -> bool:
    """Writes into the page's tree what its scripts write, once; returns whether that is anything."""
    if not any(sign in page.text for sign in _WRITES):
        return False
    before = len(page.tree.xpath("//a"))
    run_scripts(page, _new_scripts(page), Scope())
    return len(page.tree.xpath("//a")) > before


def _new_scripts(page: WebPage) -> Iterator[HtmlElement]:
    budget = _MAX_CHARS
    for script in page.elements["script"]:
        source = script.text or ""
        budget -= len(source)
        if budget < 0:
            return
        if is_inline_code(script) and script.get(_DONE) is None and source.strip():
            script.set(_DONE, "")
            yield script
