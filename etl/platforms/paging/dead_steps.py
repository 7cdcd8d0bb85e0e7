"""Pager links that lead nowhere, such as a site prints below a list of one page. A step is one such link."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from etl.platforms.base import fills_page
from etl.platforms.elements.element_words import label_of, words_of
from etl.platforms.elements.script_links import address_in_code
from etl.platforms.paging.pager_elements import is_answered, target_of
from etl.platforms.paging.pager_promises import pages_before
from etl.platforms.paging.shown_within import handler_of, shows_within
from etl.web.page import WebPage, base_url
from etl.web.urls import resolved

_PREVIOUS = re.compile(r"^\W*(?:[上前]一?[页頁]|prev(?:ious)?(?:page)?)\W*$", re.IGNORECASE)
_NEXT = re.compile(r"^\W*(?:[下后]一?[页頁]|next(?:page)?)\W*$", re.IGNORECASE)
_NEXT_WORDS = re.compile(r"[下后]一?[页頁]|[尾末][页頁]")
_PAGER = re.compile(
    r"(?:[首第一]{1,2}[页頁]\W{0,4})?[上前]一?[页頁]\W{0,4}[下后]一?[页頁](?:\W{0,4}(?:最后一?|[尾末])[页頁])?"
)
ONE_PAGE = re.compile(r"(?:首页)?\W{0,4}上一?页\W{0,4}1\W{0,4}下一?页\W{0,4}(?:[尾末]页)?")
"""A pager with a single page number, which leads nowhere."""
_NOWHERE = re.compile(
    r"#?|javascript\s*+:\s*+(?:;|void\s*+\(?+\s*+0?+\s*+\)?+\s*+;?+|return\s++false;?+)?+", re.IGNORECASE
)
_DOES_NOTHING = re.compile(r"(?:javascript\s*+:)?+\s*+(?:return\s++false)?+\s*+;?+\s*+", re.IGNORECASE)
_ONLY_SAYS = re.compile(
    r"""(?:javascript\s*+:)?+\s*+(?:return\s++)?+(?:window\.)?+(?:alert|layer\.msg)\(\s*+["'][^"']*+["']\s*+\)\s*+;?+\s*+"""
    r"(?:return\s++false\s*+;?+\s*+)?+",
    re.IGNORECASE,
)
"""Code that only shows a message: 已是最后一页."""
_TO_FIRST = re.compile(r"^\W*(?:[首第]一?[页頁]|[上前]一?[页頁]|1|first|prev(?:ious)?(?:page)?)\W*$", re.IGNORECASE)
_CALL = re.compile(
    r"\A\s*+(?:javascript\s*+:)?+\s*+(?:return\s++)?+([\w$.]++\((?=[^()]*\d)[\s\w$'\",.-]*+\))\s*+(?:;\s*+(?:return\s++false\s*+;?+)?+)?+\s*+",
    re.IGNORECASE,
)
_NO_PART, _OF_STEP = re.compile(r"[\s'\"]+"), re.compile(r"\b(?:this|event|arguments|void)\b")
_TAGS = ("a", "span", "li", "em", "i", "td", "font", "p", "div")
_TEXTS, _MAX_PAGER = ("span", "b", "strong", "em", "font", "i"), 24
_OF_LOOKS = ("class", "color", "style", "target")
_Signs = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Tag and attributes of an element and of the elements that contain only it: a script can find it by these."""


def is_dead(step: HtmlElement, page: WebPage, seen: int) -> bool:
    """Whether a step of a first page leads to that page itself, or only shows rows that the page holds; or leads
    nowhere and has the same attributes as 上一页, so that no script could distinguish the two; or consists of the words
    of a whole pager. Attributes do not count if the entries `seen` fill a page, because a script may distinguish steps
    by their words alone."""
    if leads_to_first(step, page) or _only_says(step) or _is_text(step) or _turns_within(step, page):
        return True
    if _is_beside_one(step):
        return True
    if fills_page(seen) or not all(map(_leads_nowhere, signs := _signs_of(step))):
        return False
    short = ((other, label_of(other)) for other in page.tree.iter(*_TAGS) if len(other) <= 1)
    return any(
        signs == _signs_of(other)
        for other, label in short
        if _PREVIOUS.match(label[:16]) or (len(other) == 0 and _PAGER.fullmatch(label))
    )


def _is_text(step: HtmlElement) -> bool:
    """Whether several steps are one text: there is no element for each, which a script could listen to."""
    return len(step) == 0 and step.tag != "a" and not is_answered(step) and _PAGER.fullmatch(label_of(step)) is not None


def _is_beside_one(step: HtmlElement) -> bool:
    """Whether a step is no link, and neither are the others of its pager, whose only page number is 1."""
    around = step.getparent()
    if around is None or step.tag == "a" or not ONE_PAGE.fullmatch(words_of(around, _MAX_PAGER)):
        return False
    return all(item.tag in _TEXTS and set(item.keys()) <= {"class", "style"} for item in around)


def _turns_within(step: HtmlElement, page: WebPage) -> bool:
    """Whether a step only shows and hides rows that the page holds."""
    return any(shows_within(page, handler_of(item)) for item in (step, next(_alone(step))))


def _only_says(step: HtmlElement) -> bool:
    return any(_ONLY_SAYS.fullmatch(handler_of(item)) for item in (step, next(_alone(step))))


def leads_to_first(step: HtmlElement, page: WebPage) -> bool:
    """Whether a step opens the page itself, or what 首页, 上一页 or 1 opens: it has the same address or call
    (`goPage(1)`)."""
    inner = next(_alone(step))
    if (own := _address_of(step, page) or _address_of(inner, page)) and not step.get("onclick"):
        return own == page.url or own in pages_before(page)
    if address := address_in_code(inner) or address_in_code(step):
        return resolved(page.url, address) == page.url
    call = _call_of(inner) or _call_of(step)
    return call != "" and call in _calls_to_first(page)


def _address_of(step: HtmlElement, page: WebPage) -> str | None:
    return target_of(step, base_url(page)) if step.tag == "a" else None


@lru_cache(maxsize=1)  # called for each step of a page
def _calls_to_first(page: WebPage) -> frozenset[str]:
    """The calls that 首页, 上一页 and 1 make on the page."""
    elements = page.tree.iter(*_TAGS, "button", "input")
    # The call is checked before the words, which cost more.
    calls = ((call, element) for element in elements if (call := _call_of(element)))
    return frozenset(call for call, element in calls if _TO_FIRST.match(label_of(element)[:16]))


def _call_of(step: HtmlElement) -> str:
    """The only call, with a number, that an element makes, without white space and quotes; "" if it depends on more."""
    code = step.get("onclick") or step.get("href") or ""
    match = _CALL.fullmatch(code)
    return _NO_PART.sub("", match[1]) if match and not _OF_STEP.search(match[1]) else ""


def without_dead_pager(words: str, page: WebPage, seen: int) -> str:
    """The page's words, without 首页 上一页 下一页 尾页 if each 下一页 is dead or is not an element of its own."""
    if not _NEXT_WORDS.search(words):
        return words
    steps = [step for step in page.tree.iter(*_TAGS, "button", "input") if _NEXT.match(label_of(step)[:16])]
    lead_back = [step for step in steps if leads_to_first(step, page) or _only_says(step)]
    if lead_back and all(any(back is step or back in step for back in lead_back) for step in steps):
        words = _NEXT_WORDS.sub("", words)
    if (fills_page(seen) and steps) or not _PAGER.search(words):
        return words
    return _PAGER.sub("", words) if all(is_dead(step, page, seen) for step in steps) else words


def _signs_of(step: HtmlElement) -> _Signs:
    found_by = ((each, sorted(pair for pair in each.items() if pair[0] != "title")) for each in _alone(step))
    return tuple((str(each.tag), tuple(attributes)) for each, attributes in found_by)


def _alone(step: HtmlElement) -> Iterator[HtmlElement]:
    """The element, its only child, and the ancestors that contain only it."""
    inner = step
    while len(inner) == 1 and not (inner.text or "").strip() and not (inner[0].tail or "").strip():
        inner = inner[0]
    yield inner
    for around in inner.iterancestors():
        if len(around) > 1 or around.tag not in _TAGS or label_of(around) != label_of(step):
            return
        yield around


def _leads_nowhere(sign: tuple[str, tuple[tuple[str, str], ...]]) -> bool:
    """Whether none of the attributes is an address, a call, or data for a script."""
    for name, value in sign[1]:
        if name == "href":
            dead = _NOWHERE.fullmatch(value.strip()) is not None
        elif name == "onclick":
            dead = _DOES_NOTHING.fullmatch(value) is not None
        else:
            dead = name in _OF_LOOKS
        if not dead:
            return False
    return True
