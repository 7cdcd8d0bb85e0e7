"""Which answer a list in a browser was drawn from, and which addresses its rows have there.

An answer is that of the list if its rows are seen in the page; the addresses that the page gives them say how
`listing.address` makes them of the values of a row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote, urldefrag

from lxml.html import HtmlElement

from etl.outside import Outside
from etl.platforms.answers.answers import strip_markup
from etl.platforms.answers.data_lists import content_of, markup_in, rows_in
from etl.platforms.base import NotAListing
from etl.platforms.elements.element_words import words_of
from etl.platforms.elements.script_links import leads_nowhere
from etl.web.page import WebPage, absolute, base_url, parse
from etl.web.urls import PLACE

_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_LEAST, _LEAST_CUT, _LONGEST = 6, 8, 300
"""Characters of a value that is looked for in the page: at least, of one that is cut off, and at most."""
_CUT = re.compile(r"…|\.\.|。。。|\n|\Z")
_MOST_PLACES = 20
_MOST_LINKS, _TRIED, _MOST_TEXTS, _MOST_VALUES = 1000, 200, 60, 12
_VALUE = re.compile(r"[\w.~-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SeenRows(Outside):
    """The rows of an answer that are seen in a page: how many of its `rows`, and the first words of each seen one."""

    count: int = 0
    rows: int = 0
    words: tuple[str, ...] = ()
    data: Sequence[Mapping[str, Any]] = ()
    """The rows by plain names, of an answer that is data."""


def squeezed(text: str) -> str:
    """A text without white space, as words are looked for."""
    return "".join(text.split())


def lines_of(text: str) -> str:
    """The text of a page without white space but for its lines, in which words are looked for."""
    return "\n".join(filter(None, map(squeezed, text.splitlines())))


def seen_rows(answer: WebPage, shown: str) -> SeenRows:
    """The rows of an answer that are seen in a page; `shown`: its text, squeezed."""
    if answer.is_markup:
        return _of_markup(answer.tree, shown)
    try:
        content = content_of(answer)
    except NotAListing:
        return SeenRows()
    lists = [_of_data(rows[:_TRIED], shown) for rows in rows_in(content)]
    best = max(lists, key=lambda each: each.count, default=SeenRows())
    if html := markup_in(content):
        return max(best, _of_markup(parse(html), shown), key=lambda each: each.count)
    return best


def _of_data(rows: Sequence[Mapping[str, Any]], shown: str) -> SeenRows:
    seen = [next(filter(None, (seen_words(text, shown) for text in _texts(row))), "") for row in rows]
    return SeenRows(sum(map(bool, seen)), len(rows), tuple(filter(None, seen)), rows)


def _of_markup(tree: HtmlElement, shown: str) -> SeenRows:
    for tags in (("a",), ("li", "td", "p")):
        texts = dict.fromkeys(words_of(element) for element in islice(tree.iter(*tags), _MOST_LINKS))
        if seen := tuple(filter(None, (seen_words(text, shown) for text in texts))):
            return SeenRows(len(seen), len(texts), seen)
    return SeenRows()


def _texts(row: Mapping[str, Any]) -> list[str]:
    """The texts of a row, the longest first."""
    texts = (squeezed(strip_markup(value)) for value in islice(row.values(), _MOST_TEXTS) if isinstance(value, str))
    return sorted(texts, key=len, reverse=True)


def seen_words(text: str, shown: str) -> str:
    """The words of a text that are seen in a page: all of them, or those before dots or the end of a line where the
    page cuts it off; empty if it is not seen, or may be anything."""
    if not (_LEAST <= len(text) <= _LONGEST and _WORDS.search(text)):
        return ""
    if text in shown:
        return text
    begins, at = text[:_LEAST_CUT], -1
    for _ in range(_MOST_PLACES if len(text) > _LEAST_CUT else 0):
        if (at := shown.find(begins, at + 1)) < 0:
            break
        there = shown[at : at + len(text)]
        length = next((n for n, (a, b) in enumerate(zip(text, there, strict=False)) if a != b), len(there))
        if _CUT.match(shown, at + length):
            return text[:length]
    return ""


def words_and_title(element: HtmlElement) -> str:
    """The words of an element and of its title, which is whole where the words are cut off, without white space."""
    return squeezed(f"{words_of(element)} {element.get('title') or ''}")


def links_of_rows(page: WebPage, words: Iterable[str]) -> dict[str, str]:
    """The addresses that the links of a page have for rows, by the words of these."""
    base, links = base_url(page), list[tuple[str, str]]()
    for link in page.tree.iter("a"):
        if not leads_nowhere(link):
            links.append((words_and_title(link), link.get("href") or ""))
    addresses = {}
    once = (each for each, times in Counter(words).items() if times == 1)
    for each in once:
        href = next((href for texts, href in links if each in texts), "")
        if href and (url := absolute(href, base)):
            addresses[each] = url + (f"#{fragment}" if (fragment := urldefrag(href).fragment) else "")
    return addresses


def address_form(rows: Sequence[Mapping[str, Any]], addresses: Mapping[str, str]) -> str:
    """The form of addresses (`/d/{id}.html`) that gives each row its address, as `listing.address` has it; empty where
    there is none. `addresses`: by the words of the rows."""
    pairs = [(row, url) for row in rows if (url := _address(row, addresses))]
    if not pairs or len({url for _, url in pairs}) < min(2, len(pairs)):
        return ""
    (row, url), others = pairs[0], pairs[1:]
    return next((form for form in _forms(row, url) if all(_made(form, each) == other for each, other in others)), "")


def _address(row: Mapping[str, Any], addresses: Mapping[str, str]) -> str:
    """The address of a row: that of the longest words with which one of its texts begins."""
    begins = [words for text in _texts(row) for words in addresses if text.startswith(words)]
    return addresses[max(begins, key=len)] if begins else ""


def _forms(row: Mapping[str, Any], url: str) -> Iterator[str]:
    """The forms that a row and its address allow: with one value of the row in it, then with two."""
    root = url.find("/", url.find("//") + 2)
    origin, rest = url[:root], unquote(url[root:])
    values = {name: str(value) for name, value in row.items() if isinstance(value, (str, int))}
    within = {name: value for name, value in values.items() if _VALUE.fullmatch(value) and value in rest}
    longest = sorted(within.items(), key=lambda each: len(each[1]), reverse=True)[:_MOST_VALUES]
    single = [form for each in longest for form in _with_place(rest, *each)]
    double = (form for begun in single for each in longest for form in _with_place(begun, *each))
    yield from (f"{origin}{form}" for form in (*single, *double))


def _with_place(text: str, name: str, value: str) -> Iterator[str]:
    """The text with a place for a value instead of the value, wherever it stands alone in it."""
    other = r"\d" if value.isdecimal() else r"[^\W_]"
    for place in re.finditer(rf"(?<!{other})(?<!{{){re.escape(value)}(?!{other}|}})", text):
        yield f"{text[: place.start()]}{{{name}}}{text[place.end() :]}"


def _made(form: str, row: Mapping[str, Any]) -> str:
    return PLACE.sub(lambda place: str(row.get(place[1], "")), form)
