"""Rows that a script of the page writes where it stands: `document.write('<li><a href="…">…')`, also from a table of
values in a loop. They are written into the page's tree only if its list was not found without them.
"""

from lxml.html import HtmlElement

from etl.web.markup import is_code_type
from etl.web.page import WebPage
from etl.web.script.document import Document
from etl.web.script.interpreter import Reader
from etl.web.script.scope import Scope

_WRITES = ("document.write", "innerHTML", ".html(", ".append(", "insertAdjacentHTML")
_MAX_CHARS = 200_000
"""Maximum length of the scripts of a page that are run."""
_CHARS_A_TAG = 50
_DONE = "data-gk-written"


def write_scripted_rows(page: WebPage) -> bool:
    """Writes into the page's tree what its scripts write, once; returns whether that is anything."""
    if not any(sign in page.text for sign in _WRITES):
        return False
    budget, scope, before = _MAX_CHARS, Scope(), len(page.tree.xpath("//a"))
    document, readers = Document(page.tree, len(page.text) // _CHARS_A_TAG), []
    for script in page.elements["script"]:
        source = script.text or ""
        budget -= len(source)
        if budget < 0:
            break
        if _runs(script):
            script.set(_DONE, "")
            readers.append(Reader(source, lambda name: None, document, scope))
            readers[-1].run()
            document.insert_written(script)
    for reader in readers:
        reader.run_deferred()
    return len(page.tree.xpath("//a")) > before


def _runs(script: HtmlElement) -> bool:
    is_new = script.get("src") is None and script.get(_DONE) is None
    return is_new and bool((script.text or "").strip()) and is_code_type(script.get("type", ""))
