"""Finds the lists of a site among the links of its pages, for surveys (`gongkai sources new`)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.platforms.base import CandidateList, Entry
from etl.platforms.elements.element_words import label_of
from etl.platforms.elements.script_links import read_script_links
from etl.platforms.elements.script_trees import columns_of_trees
from etl.web.page import WebPage, absolute, base_url, links
from etl.web.urls import folder_of, resolved

# Words in names of lists with disclosed documents; other links of a site lead to news, services and letters.
_DISCLOSURE = re.compile(
    "公开|公文|文件|通知|公告|公示|年报|年度报告|规划|计划|预决?算|决算|财政|政策|解读|法规|规章|人事|任免"
    "|许可|处罚|采购|招标|建议|提案|统计|应急|目录"
)
_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_FRONT = re.compile(r"/?(?:(?:index|default|home)\.(?:s?html?|php|jsp|aspx?))?", re.IGNORECASE)
# Names of the disclosure section of a site, the most specific first.
_CATALOGS = tuple(
    map(
        re.compile,
        (
            "^政府信息公开$",
            "政府信息公开(?:目录|专栏|平台)",
            "信息公开目录|公开目录",
            "^(?:政务|信息|主动)公开$",
            "信息公开",
        ),
    )
)
_NO_CATALOG = re.compile("指南|年报|年度报告|制度|条例|申请|意见箱")
_MAX_NAME = 16
"""Characters in the name of a list; longer link texts are titles."""
_MORE = re.compile(r"^\W*(?:[查点]?[看击]?更多|全部|more)\W*$", re.IGNORECASE)
"""A link from a box with the newest documents of a list to that list."""
_PAGE_STEP = re.compile(r"^\W*(?:[上下前后]一?[页頁]|[首尾末][页頁]|第?\d+[页頁]?|加载更多)\W*$")
_MAX_DEPTH_IN_BOX = 4


def same_site(url: str, page: WebPage) -> bool:
    """Whether the address has the page's host, with or without `www.`, and port; another port is another site."""
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


def linked_columns(
    page: WebPage, path: re.Pattern[str], *, only_disclosure: bool = False, or_below: bool = False
) -> tuple[CandidateList, ...]:
    """The lists that the page links: links within the site whose path matches, and the nodes of trees; the page itself
    comes first if its own path matches.

    Lists with a disclosure word in their name come before the others, which `only_disclosure` leaves out; `or_below`
    keeps those whose address is below that of the page, as those of agencies are.
    """
    own = (CandidateList(page.url, page_name(page)),) if _is_list(page.url, path) else ()
    candidates = {column_key(item.url): item for item in own}
    folder = folder_of(page.url)
    for url, name in named_links(page):
        may_be_name = 1 < len(name) <= _MAX_NAME or (not name and url.startswith(folder))
        if may_be_name and same_site(url, page) and _is_list(url, path):
            candidates.setdefault(column_key(url), CandidateList(url, name))
    others = sorted(list(candidates.values())[len(own) :], key=lambda item: not _DISCLOSURE.search(item.name))
    below = folder if or_below else None
    lists = (item for item in others if _DISCLOSURE.search(item.name) or (below and item.url.startswith(below)))
    trees = (item for item in columns_of_trees(page) if column_key(item.url) not in candidates)
    return (*own, *(lists if only_disclosure else others), *trees)


def named_links(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, name) of every link and of everything that a script opens: its words, else those of its picture, "" for
    a picture without any. 更多 has the name of its box; links that only turn the pages of a list are left out."""
    read_script_links(page)
    base = base_url(page)
    for link in page.tree.iter("a"):
        href = (link.get("href") or "").strip()
        url = absolute(href, base) if href not in ("", "#") else None
        name = " ".join("".join(link.itertext()).split()) or label_of(link)
        if url and not _PAGE_STEP.match(name) and (name or next(link.iter("img"), None) is not None):
            yield url, _name_of_box(link) or name if _MORE.match(name) else name


def _name_of_box(more: HtmlElement) -> str:
    """The words with which the box around the link 更多 begins, if they can be the name of a list."""
    for box in islice(more.iterancestors(), _MAX_DEPTH_IN_BOX):
        first = next(filter(str.strip, box.itertext()), "").strip()
        if not _MORE.match(first):
            return first if 1 < len(first) <= _MAX_NAME else ""
    return ""


def _is_list(url: str, path: re.Pattern[str]) -> bool:
    """Whether the path matches and is not the front page, which shows the newest lines of every list."""
    return bool(path.search(urlsplit(url).path)) and urlsplit(column_key(url)).path not in ("", "/")


def column_key(url: str) -> str:
    """A key that is equal for two addresses of one list: no scheme, no fragment, no name of an index page."""
    return _INDEX.sub("/", urlsplit(url)._replace(fragment="", scheme="").geturl())


def parent_list(page: WebPage, pattern: str, replacement: str) -> tuple[CandidateList, ...]:
    """The list of a document, if its address gives it: with what matches the pattern replaced (`re.sub`)."""
    if not re.search(pattern, page.url):
        return ()
    return (CandidateList(resolved(page.url, re.sub(pattern, replacement, page.url)), meta(page, "ColumnName")),)


def is_front_page(url: str) -> bool:
    """Whether the address is that of a site's first page, which shows the newest lines of every list."""
    parts = urlsplit(url)
    return not parts.query and _FRONT.fullmatch(parts.path) is not None


def linked_catalog(page: WebPage) -> CandidateList | None:
    """The disclosure catalog (政府信息公开) that a front page links, on its own host or another one."""
    named = [
        CandidateList(url, text) for url, text in links(page) if len(text) <= _MAX_NAME and not _NO_CATALOG.search(text)
    ]
    named = [item for item in named if not is_front_page(item.url) or not same_site(item.url, page)]
    for pattern in _CATALOGS:
        if catalog := next((item for item in named if pattern.search(item.name)), None):
            return catalog
    return None


def columns_below(url: str, entries: Iterable[Entry]) -> tuple[str, ...]:
    """The subfolders that contain the page's documents, if there are several: each is a separate list."""
    own = folder_of(url)
    documents = [entry.url.removeprefix(own) for entry in entries if entry.url.startswith(own)]
    folders = Counter(name for path in documents if (name := path.partition("/")[0]) != path and name[0].isalpha())
    several = 1 < len(folders) <= len(documents) // 2 and folders.total() == len(documents)
    return tuple(f"{own}{name}/" for name in folders) if several else ()


def feeds_of(page: WebPage) -> Iterator[CandidateList]:
    """The RSS and Atom feeds that the page links in its head."""
    for link in page.tree.iter("link"):
        kind = (link.get("type") or "").lower()
        if kind in ("application/rss+xml", "application/atom+xml") and link.get("href"):
            yield CandidateList(resolved(base_url(page), link.get("href") or ""), (link.get("title") or "").strip())
