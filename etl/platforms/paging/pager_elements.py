"""Properties of pager elements: whether a script handles them, where they lead, which element contains them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import BUTTONS, words_of
from etl.web.page import WebPage, absolute

_PAGER_NAME = re.compile(
    r"(?:^|[\s_-])(?:pag(?:e[rs]?|ing|ination)|fan_?ye|fen_?ye|fy|ye_?ma|turn|laypage)(?:$|[\s_-]|\d)|pag(?:er|ing|inat|e_?(?:nav|num|bar|list|"
    r"box|code|div))|next[_-]?page|page[_-]?next|分页|页码",
    re.IGNORECASE,
)
"""Names of pager elements. Whole pages may have the name `page` too, so the element must also be short."""
OF_PAGE = re.compile(
    r"(?:\w{1,12}[._])?(?:p|pn|pg|page|paging|pageno|pagenum|pageindex|page_?(?:no|num|index)|curr?(?:ent)?_?page|now_?page|paged)",
    re.IGNORECASE,
)
"""Names of parameters and fields with the number of a page."""
_SLIDES = re.compile(r"slide|swiper|focus|banner|carousel|lunbo|flash|calendar|rili|gallery", re.IGNORECASE)
_DAYS = re.compile(
    r"日(?:(?:周|星期)?[一二三四五六]){6}|(?:(?:周|星期)?[一二三四五六]){6}(?:周|星期)?日|"
    r"Su(?:n(?:day)?)?Mo|Mo(?:n(?:day)?)?Tu",
    re.IGNORECASE,
)
"""The days of the week in a calendar's head."""
_VIDEO = re.compile(r"video|(?:^|[\s_-])vod(?:$|[\s_-])|shipin|player", re.IGNORECASE)
_MOVES = re.compile(
    r"scroll(?!er)|(?<!sc)roll|marquee|gundong|album|photo|pic|tab(?:$|[\s_-])|hd(?:$|[\s_-])", re.IGNORECASE
)
_STEP_PICTURE = re.compile(r"next|nxt|pre(?:v|_|\d|\.)|first|fst|last|lst|page|arrow|left|right", re.IGNORECASE)
_NUMBERED_PAGE = re.compile(r"[?&]\w{0,12}pag\w{0,8}=\d", re.IGNORECASE)
_MAX_PAGER_CHARS, _MAX_ABOVE = 300, 3
_MIN_ROWS, _MIN_TITLE = 3, 6
_PLACE = re.compile(r"#(?:$|!|/|[\w-]{0,12}[=/]?\d{1,4}$)")
"""A fragment that a script uses to turn pages: `#`, `#!/list/2`, `#page2`, `#page=2`."""
_DISABLED = re.compile(r"disabled?|nolink|no-?more|gr[ae]y|(?:^|\s)(?:off|end|none|no)(?:\s|$)", re.IGNORECASE)
_ITEM_DISABLED, _ITEMS = (
    re.compile(r"(?:^|[\s_-])disabled?(?:$|\s)", re.IGNORECASE),
    ("a", "button", "li", "span", "td"),
)
"""Class words of a disabled item around a pager link. `end` is not among them: it marks the last item of a menu."""
_CURRENT = re.compile(
    r"(?:^|[\s_-])(?:active|curr?(?:ent)?|on|now|selected|this|thisclass|hover|sel)(?:$|[\s_-])", re.IGNORECASE
)


def is_current(element: HtmlElement) -> bool:
    """Whether the element, or the item that contains only it, is marked as current."""
    parent = element.getparent() if _is_alone(element) else None
    own = [element] if parent is None else [element, parent]
    return any(_CURRENT.search(item.get("class") or "") for item in own)


def _is_alone(element: HtmlElement) -> bool:
    """Whether its parent contains no other element. The length of the parent would say so, too, but counts all."""
    return element.getprevious() is None and element.getnext() is None


def is_of_videos(element: HtmlElement) -> bool:
    """Whether the element belongs to a box of videos."""
    around = [element, *islice(element.iterancestors(), _MAX_ABOVE)]
    return any(map(_VIDEO.search, map(names_of, around)))


def is_of_videos_alone(page: WebPage, words: str) -> bool:
    """Whether the words occur only in boxes of videos."""
    holders = [
        item for item in page.tree.iter("a", "span", "li", "button", "em", "i", "div", "p") if words in _own(item)
    ]
    return bool(holders) and all(map(is_of_videos, holders))


def _own(element: HtmlElement) -> str:
    return "".join((element.text or "").split())


def is_scripted(element: HtmlElement) -> bool:
    """Whether a script handles the element and leads to another page; it does not if the element is disabled."""
    href = (element.get("href") or "").strip().lower()
    own = element.get("onclick") or element.get("data-page") or element.get("data-pagenum") or element.get("data-index")
    scripted = bool(own) or href.startswith("javascript:") or (element.tag == "a" and _PLACE.match(href) is not None)
    if element.tag == "option":
        select = element.getparent()
        listens = select is not None and bool(select.get("onchange"))
        scripted = listens and (words_of(element)[:1] == "第" or is_pager_name(select))
    elif element.tag == "button" or (element.tag == "input" and element.get("type") in BUTTONS):
        scripted = True
    return scripted and not is_disabled(element) and not is_current(element)


def is_answered(element: HtmlElement) -> bool:
    """Whether a script handles the element; data attributes or a surrounding `<select>` are enough."""
    parent = element.getparent()
    if element.tag == "option":
        return parent is not None and bool(parent.get("onchange") or parent.get("onclick"))
    return is_scripted(element) or any(name.startswith("data-") for name in element.keys())  # noqa: SIM118


def moves(element: HtmlElement) -> bool:
    """Whether the element is beside pictures, or in a block whose name suggests a carousel."""
    for around in (element, *islice(element.iterancestors(), _MAX_ABOVE)):
        if around.tag in ("body", "html") or len(words_of(around, _MAX_PAGER_CHARS)) > _MAX_PAGER_CHARS:
            break
        if holds_rows(around):
            break
        if _MOVES.search(names_of(around)) or not all(map(_is_of_a_step, around.iter("img"))):
            return True
    return False


def _is_of_a_step(picture: HtmlElement) -> bool:
    """Whether a picture has the name of a step, or a link to the page of a number around it."""
    around = picture.getparent()
    href = "" if around is None else around.get("href") or ""
    return bool(_STEP_PICTURE.search(f"{picture.get('src')} {names_of(picture)}") or _NUMBERED_PAGE.search(href))


def holds_rows(around: HtmlElement) -> bool:
    """Whether an element holds a list: more titles that are links than pictures that are. What stands beside it in the
    same column is not what its pager stands with."""
    links = list(around.iter("a"))
    if len(links) < _MIN_ROWS:
        return False
    pictures = sum(1 for link in links if next(link.iter("img"), None) is not None)
    titles = sum(1 for link in links if len(words_of(link, _MIN_TITLE)) >= _MIN_TITLE)
    return titles >= max(_MIN_ROWS, pictures + 1)


def pager_elements(page: WebPage) -> Iterator[HtmlElement]:
    """The short elements of the page that are named as a pager."""
    named = (
        element
        for element in page.tree.iter("div", "ul", "p", "nav", "td", "span")
        if _PAGER_NAME.search(names_of(element))
    )
    return (element for element in named if len(words_of(element, _MAX_PAGER_CHARS)) <= _MAX_PAGER_CHARS)


def is_pager_name(element: HtmlElement | None) -> bool:
    """Whether the element's name is that of a pager."""
    return element is not None and _PAGER_NAME.search(f"{names_of(element)} {element.get('name') or ''}") is not None


def is_in_pager(element: HtmlElement) -> bool:
    """Whether the element, or a short one around it, has the name of a pager."""
    around = [element, *islice(element.iterancestors(), _MAX_ABOVE)]
    return any(
        _PAGER_NAME.search(names_of(item)) and len(words_of(item, _MAX_PAGER_CHARS)) <= _MAX_PAGER_CHARS
        for item in around
    )


def slides(element: HtmlElement) -> bool:
    """Whether the element belongs to a picture slider or a calendar."""
    around = [element, *islice(element.iterancestors(), _MAX_ABOVE + 1)]
    return any(map(_SLIDES.search, map(names_of, around))) or _has_days(around)


def _has_days(around: Sequence[HtmlElement]) -> bool:
    """Whether one of the elements, each in the next one, has the words of a calendar and no more."""
    for element in around:
        words = words_of(element, _MAX_PAGER_CHARS)
        if len(words) > _MAX_PAGER_CHARS:
            return False
        if _DAYS.search(words):
            return True
    return False


def names_of(element: HtmlElement) -> str:
    """The element's classes, id and label."""
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}"


def target_of(element: HtmlElement, base: str) -> str | None:
    """The absolute address to which a link or an option leads; None if there is none, or if it is a fragment of the
    page."""
    href = (element.get("href") or "").strip()
    if element.tag == "option" and re.search(r"[./?]", element.get("value") or ""):
        href = (element.get("value") or "").strip()
    return absolute(href, base) if href and not href.startswith("#") else None


def is_disabled(element: HtmlElement) -> bool:
    """Whether the element, or the item that contains only it, is marked as disabled. Bootstrap marks the item:
    `<li class="page-item disabled"><a href="#">»</a></li>`."""
    return _is_off(element, _DISABLED) or any(_is_off(around, _ITEM_DISABLED) for around in _items_around(element))


def _items_around(element: HtmlElement) -> Iterator[HtmlElement]:
    """The items that contain the element and nothing else."""
    for around in islice(element.iterancestors(), _MAX_ABOVE):
        if around.tag not in _ITEMS or not _is_alone(element):
            return
        yield around
        element = around


def _is_off(element: HtmlElement, by_class: re.Pattern[str]) -> bool:
    off = element.get("disabled") is not None or element.get("aria-disabled") == "true"
    return bool(off or by_class.search(element.get("class") or ""))
