"""Addresses of the pages of one article: the article's address with a number after its name or in its query."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from etl.outside import digits
from etl.platforms.base import MAX_ARTICLE_PAGES
from etl.platforms.paging.paging import script_pager
from etl.web.page import WebPage, base_url
from etl.web.urls import host_of, resolved

_CALL = "createPage"
_ENDING = re.compile(r"\.\w{2,6}$")
_QUERY_NAME = re.compile(r"^(?:page|p|pn|pg|page_?(?:no|num|index|number)|curr?(?:ent)?_?page|now_?page|paged)$", re.I)
_SMALL = re.compile(r"\d{1,3}")
_OWN_NUMBER = re.compile(r"[_-](\d{1,2})$")
_BEHIND_NAME = re.compile(r"([_-]|/)(\d{1,3})$")


@dataclass(frozen=True, slots=True)
class PageAddress:
    """An address of a page of the article: its number as written, and the text before and after the number."""

    number: int
    before: str
    behind: str

    def of(self, number: int) -> str:
        """The address of another page."""
        return f"{self.before}{number}{self.behind}"


class ArticleAddress:
    """The address of a page that may be one of several of its article.

    `in_query`: the page number in its query; None for an article's own address. `number`: the small number with which
    the path ends; None for any other. `common`: the common part of the addresses of all its pages, except those written
    as `?page=2`.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._query = _host(url), parse_qsl(parts.query, keep_blank_values=True)
        self._name, self._ending = _split(parts.path)
        named = (value for name, value in self._query if _QUERY_NAME.match(name) and _SMALL.fullmatch(value))
        self.in_query = next(map(digits, named), None)
        number = _OWN_NUMBER.search(self._name)
        self.number = digits(number[1]) if number else None
        self._shorter = self._name[: number.start()] if number else None
        self.common = (self._shorter or self._name).rpartition("/")[2]

    def is_first_of_own(self, url: str) -> bool:
        """Whether the other address is this one without its page number: `a.html` for `a_2.html`."""
        return _host(url) == self._host and _split(urlsplit(url).path) == (self._shorter, self._ending)

    def page_at(self, url: str, *, beside: bool = False) -> PageAddress | None:
        """The address if it is another page of the article, else None. `beside`: count the page's own number as a page
        number, so that `a_3.html` belongs to the article of `a_2.html`."""
        if _host(url) != self._host:
            return None
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        name, ending = _split(parts.path)
        if (name, ending) == (self._name, self._ending):
            return self._by_query(url, query)
        match = _BEHIND_NAME.search(name)
        before = self._shorter if beside else self._name
        if match is None or (name[: match.start()], ending, query) != (before, self._ending, self._query):
            return None
        start = len(url) - len(url.partition(parts.path)[2]) - len(ending) - len(match[2])
        return PageAddress(digits(match[2]), url[:start], url[start + len(match[2]) :])

    def _by_query(self, url: str, query: list[tuple[str, str]]) -> PageAddress | None:
        """`show.jsp?id=7&page=2` of `show.jsp?id=7` or of `show.jsp?id=7&page=1`."""
        added = [pair for pair in query if pair not in self._query]
        if len(added) != 1:
            return None
        name, value = added[0]
        own, other = ([pair for pair in pairs if pair[0] != name] for pairs in (self._query, query))
        if own != other or not (_QUERY_NAME.match(name) and _SMALL.fullmatch(value)):
            return None
        match = re.search(rf"[?&]{re.escape(name)}=(?={value}(?:[&#]|$))", url)
        return PageAddress(digits(value), url[: match.end()], url[match.end() + len(value) :]) if match else None


def may_have_pages(url: str, body: bytes) -> bool:
    """Whether the bytes of an article may link or count further pages: a quick check before they are read."""
    name = urlsplit(url).path.rpartition("/")[2].partition(".")[0].encode()
    return _CALL.encode() in body or bool(name and re.search(re.escape(name) + rb"[_/-]\d", body))


def pages_of_script(page: WebPage) -> tuple[str, ...]:
    """The further pages of an article whose pager a script draws with the article's own name as the stem."""
    if _CALL not in page.text:
        return ()
    pager = script_pager(page, first=True)
    if pager is None or pager.current != 1:
        return ()
    name = _split(urlsplit(page.url).path)[0].rpartition("/")[2]
    stem, placeholder, ending = pager.address.rpartition("/")[2].partition("_{page}")
    if not name or stem != name or not placeholder or not _ENDING.fullmatch(ending):
        return ()
    numbers = range(pager.number, pager.number + min(pager.pages - 1, MAX_ARTICLE_PAGES))
    return tuple(resolved(base_url(page), pager.address.replace("{page}", str(number))) for number in numbers)


def _split(path: str) -> tuple[str, str]:
    """(name, ending) of a path: `/a/b` and `.html`."""
    match = _ENDING.search(path)
    return (path[: match.start()], match[0]) if match else (path, "")


def _host(url: str) -> str:
    return host_of(url).removeprefix("www.")
