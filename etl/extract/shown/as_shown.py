"""Things that a reader sees but the words of the tree do not show: preformatted lines, list numbers, struck words."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import html
from lxml.html import HtmlElement

from etl.numerals import letters, numeral
from etl.web.inline_styles import InlineStyles, is_struck
from etl.web.page import WebPage
from etl.web.script.fragments import clear

_CLASS_ALONE = re.compile(r"\s*\w*\.([\w-]+)\s*")
"""A class that is the whole selector of a rule: not `a:hover`, not `.prices .old`."""
_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_NOWHERE = re.compile(r"javascript\s*:\s*(?:void|;|$)", re.IGNORECASE)
_SENTENCES = re.compile("[^。；：\\s][。；：]")
_LINKED_SENTENCES = 6
"""From this many sentences on, a link is an unclosed anchor; excerpts of other documents have fewer."""
_WITHOUT_TEXT = ("audio", "button", "canvas", "embed", "map", "object", "svg", "video")
"""Elements whose words are not text: tools, and messages for browsers that cannot show the element."""
_SENTENCES_BEHIND = 3
"""From this many sentences on, such an element is unclosed and contains the text after it."""
_BLOCKS = ("p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "section")
_EDITOR_LIST = re.compile(r"\bcustom_(num|num1|num2|cn|cn1|cn2)\b")
_MAX_STRUCK, _MAX_LINES, _MAX_ITEMS = 300, 2_000, 999
"""Limits: characters of struck words (if more, and they are most of the page, the style means something else); lines
and list items that are written."""


def show_as_read(page: WebPage, styles: InlineStyles) -> bool:
    """Writes into the tree what a reader sees; returns whether struck words were left out."""
    _keep_lines(page, styles)
    _take_text_out_of_unclosed(page)
    for items in page.elements["ol"]:
        _write_numbers(items)
    for quoted in page.tree.iter("q"):
        if next(quoted.iter(*_BLOCKS), None) is None:
            _put_in_quotes(quoted)
    return any([_leave_out(each) for each in _struck(page, styles)])


def _keep_lines(page: WebPage, styles: InlineStyles) -> None:
    """Breaks lines where the source does, in elements that keep these line breaks."""
    if "white-space" in styles.together:
        for element in page.tree.iter("div", "p", "span", "td"):
            if _KEEPS_LINES.search(element.get("style") or ""):
                _break_lines(element)
    for element in page.elements["pre"]:
        _break_lines(element)


def _take_text_out_of_unclosed(page: WebPage) -> None:
    """Frees text from elements that hold it only because they were not closed."""
    for anchor in list(page.tree.iter("a")):
        if _holds_text(anchor):
            anchor.tag = "div" if len(anchor) else "span"
    for element in list(page.tree.iter(*_WITHOUT_TEXT)):
        if len(_SENTENCES.findall("".join(element.itertext()))) >= _SENTENCES_BEHIND:
            _put_behind(element)


def _struck(page: WebPage, styles: InlineStyles) -> list[HtmlElement]:
    """The struck elements, without long ones if these are most of the page."""
    struck = [*page.elements["del"], *page.elements["s"], *page.elements["strike"], *_drawn_through(page, styles)]
    long = {each for each in struck if len("".join(each.itertext())) > _MAX_STRUCK}
    if long and sum(len("".join(each.itertext())) for each in long) * 2 > len("".join(page.tree.itertext())):
        return [each for each in struck if each not in long]
    return struck


def _drawn_through(page: WebPage, styles: InlineStyles) -> Iterator[HtmlElement]:
    """The elements that are struck by their style, or by a class that a style sheet of the page strikes."""
    for element in page.tree.iterfind(".//body//*[@style]") if "line-through" in styles.together else ():
        if is_struck(element.get("style") or ""):
            yield element
    names = frozenset[str]().union(*(_struck_classes(sheet.text or "") for sheet in page.elements["style"]))
    for element in page.tree.iterfind(".//body//*[@class]") if names else ():
        if not names.isdisjoint((element.get("class") or "").split()):
            yield element


def _struck_classes(css: str) -> frozenset[str]:
    return _read_struck_classes(css) if "line-through" in css or "LINE-THROUGH" in css else frozenset()


@lru_cache(256)  # pages of one site have the same styles
def _read_struck_classes(css: str) -> frozenset[str]:
    rules = (rule.rpartition("{") for rule in css.split("}"))
    selectors = (selector for names, _, rule in rules if is_struck(rule) for selector in names.split(","))
    return frozenset(match[1] for selector in selectors if (match := _CLASS_ALONE.fullmatch(selector)))


def _put_in_quotes(element: HtmlElement) -> None:
    """Writes the quotation marks that a browser draws."""
    element.text = f"“{element.text or ''}"
    if len(element):
        element[-1].tail = f"{element[-1].tail or ''}”"
    else:
        element.text += "”"


def _holds_text(anchor: HtmlElement) -> bool:
    """Whether an anchor contains a part of the text, and leads nowhere or extends over several sentences: an unclosed
    mark such as `<a name="top">` contains all that follows it, and a browser shows that as text."""
    words = "".join(anchor.itertext()) if len(anchor) else anchor.text or ""
    if "。" not in words and "；" not in words and "：" not in words:
        return False
    href = (anchor.get("href") or "").strip()
    leads = href and not href.startswith("#") and not _NOWHERE.match(href)
    if not leads and anchor.get("onclick"):
        return False
    return len(_SENTENCES.findall(words)) >= (_LINKED_SENTENCES if leads else 1)


def _put_behind(element: HtmlElement) -> None:
    """Moves the content of the element to the place after it."""
    around = element.getparent()
    if around is None:
        return
    behind = html.Element("div")
    behind.text, element.text = element.text, None
    behind.extend(list(element))
    behind.tail, element.tail = element.tail, None
    around.insert(around.index(element) + 1, behind)


def _leave_out(element: HtmlElement) -> bool:
    if not "".join(element.itertext()).strip():
        return False
    clear(element)
    return True


def _break_lines(element: HtmlElement) -> None:
    """Replaces each line end by a `<br>`."""
    for parent in list(element.iter()):
        if not isinstance(parent.tag, str):
            continue
        for child in list(parent):
            if "\n" in (child.tail or ""):
                lines = (child.tail or "").split("\n", _MAX_LINES)
                child.tail = lines[0]
                _insert(parent, parent.index(child) + 1, lines[1:])
        if "\n" in (parent.text or ""):
            lines = (parent.text or "").split("\n", _MAX_LINES)
            parent.text = lines[0]
            _insert(parent, 0, lines[1:])


def _insert(parent: HtmlElement, at: int, lines: list[str]) -> None:
    for line in reversed(lines):
        end = html.Element("br")
        end.tail = line
        parent.insert(at, end)


def _write_numbers(items: HtmlElement) -> None:
    """Writes the numbers of a list if its own attributes or style say that it has numbers: most style sheets remove
    them from all lists, and an editor marks lists of the text that keep them."""
    numbers = _form_of(items)
    if numbers is None:
        return
    form, around = numbers
    start = items.get("start") or ""
    number = int(start) if re.fullmatch(r"\d{1,4}", start) else 1
    listed = list(items.iterchildren("li"))[:_MAX_ITEMS]
    step = -1 if items.get("reversed") is not None else 1
    if step < 0 and not start:
        number = len(listed)
    for item in listed:
        own = item.get("value") or ""
        number = int(own) if re.fullmatch(r"\d{1,4}", own) else number
        holder = next((each for each in item.iterchildren("p") if not (item.text or "").strip()), item)
        holder.text = around.format(_numeral(number, form)) + (holder.text or "").lstrip()
        number += step


def _numeral(number: int, form: str) -> str:
    if form.endswith("Letter"):
        return letters(number).upper() if form == "upperLetter" else letters(number)
    return numeral(number, form)


_EDITOR_FORMS = {
    "num": ("decimal", "{}、"),
    "num1": ("decimal", "{}）"),
    "num2": ("decimal", "（{}）"),
    "cn": ("chineseCounting", "{}、"),
    "cn1": ("chineseCounting", "{}）"),
    "cn2": ("chineseCounting", "（{}）"),
}
"""How UEditor draws the numbers of its own lists: the form of the numeral, and what is around it."""
_FORMS = {
    **dict.fromkeys(("decimal", "1"), ("decimal", "{}. ")),
    **dict.fromkeys(("lower-alpha", "lower-latin", "a"), ("lowerLetter", "{}. ")),
    **dict.fromkeys(("upper-alpha", "upper-latin", "A"), ("upperLetter", "{}. ")),
    **dict.fromkeys(("cjk-ideographic", "simp-chinese-informal"), ("chineseCounting", "{}、")),
    "cjk-decimal": ("decimal", "{}、"),
}
"""The same for the values of `list-style-type` and `type`."""


def _form_of(items: HtmlElement) -> tuple[str, str] | None:
    if editor := _EDITOR_LIST.search(items.get("class") or ""):
        return _EDITOR_FORMS[editor[1]]
    styles = list(_names_in(items.get("style") or ""))
    counted = "start" in items.attrib or "reversed" in items.attrib or items.find("li[@value]") is not None
    kind = items.get("type") or ("1" if counted else "")
    return next((_FORMS[name] for name in styles if name in _FORMS), None if styles else _FORMS.get(kind))


def _names_in(style: str) -> Iterator[str]:
    for match in re.finditer(r"list-style(?:-type)?\s*:\s*([^;]{1,80})", style, re.IGNORECASE):
        yield from match[1].lower().split()
