"""One look at a page that lists documents: it is opened, what leads to its second page is clicked, and one of its rows
if these have no addresses."""

import asyncio
from collections.abc import Iterable

from lxml.html import HtmlElement

from etl.pipeline.look.gate import Gate
from etl.pipeline.look.installed import BrowserFailed
from etl.pipeline.look.tab import MARK, Tab, TabGone, open_tab
from etl.pipeline.look.views import ROW_TAGS, Look, View, element_with, new_rows, text_of
from etl.platforms.drafting.seen_rows import SeenRows, links_of_rows, seen_rows
from etl.platforms.elements.element_words import label_of, words_of
from etl.platforms.paging.pager_links import says_more
from etl.platforms.paging.steps_to_click import steps_to_click
from etl.web.urls import folder_of

_LEAST_ROWS = 2
_SCROLLING = "scrolling to the end"
_MOST_ROWS_CLICKED, _MOST_STEPS = 2, 6
_PATIENCE_SECONDS = 2.5


async def look_at(url: str, path: str, gate: Gate) -> Look:
    """Looks at the page in the browser at `path`. Raises `BrowserFailed`."""
    look = Look()
    async with open_tab(path, gate) as tab:
        try:
            await tab.open(url)
            look.first = await tab.views()
            if not _seen(tab, 0, look.shown).count:  # Some pages wait before they request anything.
                await asyncio.sleep(_PATIENCE_SECONDS)
                await tab.settled()
                look.first = await tab.views()
            await _turn(tab, look, url)
            await _open_rows(tab, look, url)
        except TabGone as gone:
            if not look.first:
                raise BrowserFailed(f"the page cannot be looked at: {gone}") from gone
            look.notes.append(f"the look ended early: {gone}")
        look.exchanges = tab.exchanges
        look.notes += [f"the page {note}" for note in tab.notes]
    return look


async def _turn(tab: Tab, look: Look, url: str) -> None:
    """Clicks what may lead to the second page, until something does; then scrolls."""
    views, tried = look.first, set[tuple[str, ...]]()
    while len(tried) < _MOST_STEPS:
        # Elements are marked anew in each view.
        steps = ((view, step) for view in views for step in steps_to_click(view.page))
        view, step = next(((view, step) for view, step in steps if _key(view, step) not in tried), (None, None))
        if view is None or step is None:
            break
        tried.add(_key(view, step))
        tab.turn += 1
        await tab.click(view.frame, step.get(MARK) or "")
        is_away = says_more(step) and folder_of(tab.url) != folder_of(url)
        if not is_away and await _is_turned(tab, look):
            look.step = f"a click on {_in_words(step)}"
            return
        if is_away:
            await tab.open(url)
        views = await tab.views()
    tab.turn += 1
    await tab.scroll()
    if await _is_turned(tab, look):
        look.step = _SCROLLING


def _key(view: View, step: HtmlElement) -> tuple[str, ...]:
    return str(view.frame), str(step.tag), label_of(step), step.get("class") or ""


def _in_words(step: HtmlElement) -> str:
    label = label_of(step)
    return label if any(map(str.isprintable, label)) else step.get("class") or str(step.tag)


async def _is_turned(tab: Tab, look: Look) -> bool:
    """Whether the page shows other rows than before, which it then holds as the second one: new rows of an answer, or,
    where no answer is understood, other titles after a request."""
    views, before = await tab.views(), look.shown
    after = text_of(views)
    requested = [each for each in tab.exchanges if each.turn == tab.turn and each.answer]
    held = [each for each in tab.exchanges if each.turn == 0 and each.answer]
    is_turned = any(new_rows(each, before, after) for each in requested) or any(
        new_rows(each, before, after) >= _LEAST_ROWS for each in held
    )
    if not is_turned and any(each.sent.kind != "document" for each in requested):
        is_turned = len(_titles(views) - _titles(look.first)) >= _LEAST_ROWS
    if is_turned:
        look.second, look.turn = views, tab.turn
    return is_turned


def _seen(tab: Tab, turn: int, shown: str) -> SeenRows:
    """The rows that are seen of the answer that has most of them, but for pages."""
    answers = (each.answer for each in tab.exchanges if each.turn == turn and each.sent.kind != "document")
    seen = (seen_rows(answer, shown) for answer in answers if answer)
    return max(seen, key=lambda rows: rows.count, default=SeenRows())


def _titles(views: Iterable[View]) -> set[str]:
    """What may be titles in the page: the words of its innermost elements."""
    return {
        words
        for view in views
        for element in view.page.tree.iter(*ROW_TAGS)
        if len(element) == 0 and len(words := words_of(element)) >= 8 and words in view.text
    }


async def _open_rows(tab: Tab, look: Look, url: str) -> None:
    """Notes the addresses of the rows; where these have none, that which a click on one of them opens."""
    seen = _seen(tab, 0, look.shown)
    further = _seen(tab, look.turn, look.then_shown) if look.turn else SeenRows()
    for views, rows in (look.first, seen), (look.second, further):
        for view in views:
            look.addresses |= links_of_rows(view.page, rows.words)
    if look.addresses or seen.count < _LEAST_ROWS:
        return
    tab.is_held = True
    for words in seen.words[:_MOST_ROWS_CLICKED]:
        tab.turn += 1
        await tab.open_again(url)
        for view in await tab.views():
            if (row := element_with(view, words)) is not None:
                tab.opened.clear()
                own = tab.url
                await tab.click(view.frame, row.get(MARK) or "")
                address = next(iter(tab.opened), "") or (tab.url if tab.url != own else "")
                look.addresses |= {words: address} if address else {}
                break
