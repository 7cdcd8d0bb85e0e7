"""One look at a page that lists documents: it is opened, what leads to its second page is clicked, and one of its rows
if these have no addresses."""

from collections.abc import Iterable

from lxml.html import HtmlElement

from etl.pipeline.look.gate import Gate
from etl.pipeline.look.installed import BrowserFailed
from etl.pipeline.look.tab import MARK, Tab, TabGone, open_tab
from etl.pipeline.look.views import Look, View, new_rows, text_of
from etl.platforms.drafting.seen_rows import SeenRows, links_of_rows, seen_rows, squeezed
from etl.platforms.elements.element_words import label_of, words_of
from etl.platforms.paging.steps_to_click import steps_to_click

_LEAST_ROWS = 2
_ROW_TAGS = ("a", "span", "p", "h3", "h4", "td", "div", "li", "dd", "em", "b", "strong", "font")
_SCROLLING = "scrolling to the end"
_MOST_ROWS_CLICKED = 2


async def look_at(url: str, path: str, gate: Gate) -> Look:
    """Looks at the page in the browser at `path`. Raises `BrowserFailed`."""
    look = Look()
    async with open_tab(path, gate) as tab:
        try:
            await tab.open(url)
            look.first = await tab.views()
            await _turn(tab, look)
            look.exchanges = tab.exchanges
            await _open_rows(tab, look, url)
        except TabGone as gone:
            if not look.first:
                raise BrowserFailed(f"the page cannot be looked at: {gone}") from gone
            look.notes.append(f"the look ended early: {gone}")
        look.exchanges = tab.exchanges
        look.notes += [f"the page {note}" for note in tab.notes]
    return look


async def _turn(tab: Tab, look: Look) -> None:
    """Clicks what may lead to the second page, until something does; then scrolls."""
    for view in look.first:
        for step in steps_to_click(view.page):
            tab.turn += 1
            await tab.click(view.frame, step.get(MARK) or "")
            if await _is_turned(tab, look):
                look.step = f"a click on {_in_words(step)}"
                return
    tab.turn += 1
    await tab.scroll()
    if await _is_turned(tab, look):
        look.step = _SCROLLING


def _in_words(step: HtmlElement) -> str:
    label = label_of(step)
    return label if any(map(str.isprintable, label)) else step.get("class") or str(step.tag)


async def _is_turned(tab: Tab, look: Look) -> bool:
    """Whether the page shows other rows than before, which it then holds as the second one."""
    views, before = await tab.views(), look.shown
    after = text_of(views)
    requested = [each for each in tab.exchanges if each.turn == tab.turn and each.answer]
    has_rows = any(new_rows(each, before, after) for each in requested)
    lines = _titles(views) - _titles(look.first)
    if has_rows or len(lines) >= _LEAST_ROWS:
        look.second, look.turn = views, tab.turn
        return True
    return False


def _titles(views: Iterable[View]) -> set[str]:
    """What may be titles in the page: the words of its innermost elements."""
    return {
        words
        for view in views
        for element in view.page.tree.iter(*_ROW_TAGS)
        if len(element) == 0 and len(words := words_of(element)) >= 8 and words in view.text
    }


async def _open_rows(tab: Tab, look: Look, url: str) -> None:
    """Notes the addresses of the rows; where these have none, that which a click on one of them opens."""
    before = [each for each in look.exchanges if each.turn == 0 and each.answer and each.sent.kind != "document"]
    seen = max((seen_rows(each.answer, look.shown) for each in before if each.answer),
               key=lambda rows: rows.count, default=SeenRows())  # fmt: skip
    for view in look.first:
        look.addresses |= links_of_rows(view.page, seen.words)
    if look.addresses or seen.count < _LEAST_ROWS:
        return
    tab.is_held = True
    for words in seen.words[:_MOST_ROWS_CLICKED]:
        tab.turn += 1
        await tab.open_again(url)
        for view in await tab.views():
            if (row := _element_with(view, words)) is not None:
                tab.opened.clear()
                own = tab.url
                await tab.click(view.frame, row.get(MARK) or "")
                address = next(iter(tab.opened), "") or (tab.url if tab.url != own else "")
                look.addresses |= {words: address} if address else {}
                break


def _element_with(view: View, words: str) -> HtmlElement | None:
    """The innermost element with the words of a row."""
    elements = [each for each in view.page.tree.iter(*_ROW_TAGS) if words in squeezed(words_of(each))]
    return elements[-1] if elements else None
