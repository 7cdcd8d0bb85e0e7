"""Finds the lists of a site among the links of its pages, for surveys (`gongkai sources new`)."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from etl.platforms.base import CandidateList
from etl.web.page import WebPage, base_url, links

# Words in names of lists of disclosed documents; other links of a site lead to news, services and letters.
_DISCLOSURE = re.compile(
    "公开|公文|文件|通知|公告|公示|年报|年度报告|规划|计划|预决?算|决算|财政|政策|解读|法规|规章|人事|任免"
    "|许可|处罚|采购|招标|建议|提案|统计|应急|目录"
)
_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_MAX_NAME = 16
"""Characters in the name of a list; longer link texts are titles."""


def same_site(url: str, page: WebPage) -> bool:
    """Whether the address is on the page's host, with or without `www.`."""
    return urlsplit(url).netloc.removeprefix("www.") == urlsplit(page.url).netloc.removeprefix("www.")


def meta(page: WebPage, name: str) -> str:
    """Content of a meta tag, or an empty string. The case of its name is ignored."""
    for tag in page.tree.iter("meta"):
        if (tag.get("name") or "").strip().lower() == name.lower() and (content := (tag.get("content") or "").strip()):
            return " ".join(content.split())
    return ""


def page_name(page: WebPage) -> str:
    """The name of the page's column: the meta tag ColumnName, else the first part of the title."""
    title = next((" ".join("".join(item.itertext()).split()) for item in page.tree.iter("title")), "")
    return (meta(page, "ColumnName") or re.split(r"[_|—–-]", title)[0]).strip()


def linked_columns(page: WebPage, path: re.Pattern[str], *, only_disclosure: bool = False) -> tuple[CandidateList, ...]:
    """The lists that the page links: links within the site whose path matches. The page itself comes first if it does.

    Lists with a disclosure word in their name come before the others, which `only_disclosure` leaves out.
    """
    own = (CandidateList(page.url, page_name(page)),) if _is_list(page.url, path) else ()
    candidates = {column_key(item.url): item for item in own}
    for url, text in links(page):
        if same_site(url, page) and _is_list(url, path) and 1 < len(text) <= _MAX_NAME:
            candidates.setdefault(column_key(url), CandidateList(url, text))
    others = sorted(list(candidates.values())[len(own) :], key=lambda item: not _DISCLOSURE.search(item.name))
    return (*own, *(item for item in others if not only_disclosure or _DISCLOSURE.search(item.name)))


def _is_list(url: str, path: re.Pattern[str]) -> bool:
    """Whether the path matches and is not the front page, which shows the newest lines of every list."""
    return bool(path.search(urlsplit(url).path)) and urlsplit(column_key(url)).path not in ("", "/")


def column_key(url: str) -> str:
    """A key that is equal for two addresses of one list: no scheme, no fragment, no name of an index page."""
    return _INDEX.sub("/", urlsplit(url)._replace(fragment="", scheme="").geturl())


def parent_list(page: WebPage, detail: str, target: str) -> tuple[CandidateList, ...]:
    """The list of a document, if its address gives it: `re.sub(detail, target, address)`."""
    if not re.search(detail, page.url):
        return ()
    return (CandidateList(urljoin(page.url, re.sub(detail, target, page.url)), meta(page, "ColumnName")),)


def feeds_of(page: WebPage) -> Iterator[CandidateList]:
    """The RSS and Atom feeds that the page links in its head."""
    for link in page.tree.iter("link"):
        kind = (link.get("type") or "").lower()
        if kind in ("application/rss+xml", "application/atom+xml") and link.get("href"):
            yield CandidateList(urljoin(base_url(page), link.get("href") or ""), (link.get("title") or "").strip())
