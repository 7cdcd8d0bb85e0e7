"""Runs scripts of a page in its tree: what they write where they stand, and what waits until the page is loaded."""

from collections.abc import Callable, Iterable

from lxml.html import HtmlElement

from etl.web.markup import is_code_type
from etl.web.page import WebPage
from etl.web.script.document import DisplayRules, Document
from etl.web.script.interpreter import Reader
from etl.web.script.scope import Scope

_CHARS_A_TAG = 50


def is_inline_code(script: HtmlElement) -> bool:
    """Whether a script element holds code itself."""
    return script.get("src") is None and is_code_type(script.get("type", ""))


def run_scripts(
    page: WebPage,
    scripts: Iterable[HtmlElement],
    scope: Scope,
    *,
    look_up: Callable[[str], str | None] = lambda _: None,
    display_rules: DisplayRules = lambda _: [],
) -> None:
    """Runs the scripts in their order, then what they deferred. Each is taken from `scripts` after those before it ran.

    `scope`: their variables and functions; it is empty afterwards. `look_up`: the value of a name that is not in it.
    `display_rules`: the selectors with a class and the `display` that they set.
    """
    document: Document | None = None
    readers: list[Reader] = []
    for script in scripts:
        document = document or Document(page.tree, len(page.text) // _CHARS_A_TAG, display_rules)
        readers.append(reader := Reader(script.text or "", look_up, document, scope))
        reader.run()
        document.insert_written(script)
    for reader in readers:
        reader.run_deferred()
    # A function, the scope that has its name, and its reader refer to each other, and to the page with its tree, which
    # would stay in memory until Python searches for cycles.
    scope.names.clear()
    for reader in readers:
        vars(reader).clear()
