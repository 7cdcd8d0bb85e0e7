"""Finds the lists of a site among the links of its pages, for surveys (`gongkai sources new`)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from etl.platforms.base import CandidateList, Entry
from etl.platforms.elements.menus import MAX_NAME, MIN_ITEMS, named_links
from etl.platforms.elements.script_trees import columns_of_trees
from etl.web.page import WebPage, base_url, links
from etl.web.urls import folder_of, resolved

# Words in names of lists with disclosed documents; other links of a site lead to news, services and letters.
_DISCLOSURE = re.compile(
    "公开|公文|文件|通知|公告|公示|年报|年度报告|规划|计划|预决?算|决算|财政|政策|解读|法规|规章|人事|任免"
    "|许可|处罚|采购|招标|建议|提案|统计|应急|目录"
    "|履职|机构|会议|收费|执法|决策|清单|审计|重点领域|重大项目"
)
_AGENCY = re.compile("[局委办厅院署乡镇]$|街道(?:办事处)?$|中心$")
"""In a menu whose items are agencies, each has a list of its own."""
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


def names_disclosure(name: str) -> bool:
    """Whether the name of a list has a word of disclosed documents."""
    return _DISCLOSURE.search(name) is not None


def linked_columns(
    page: WebPage, path: re.Pattern[str], *, only_disclosure: bool = False, or_below: bool = False
) -> tuple[CandidateList, ...]:
    """The lists that the page names: links within the site whose path matches, and the nodes of trees; the page itself
    comes first if its own path matches.

    Lists with a disclosure word in their name come before the others. `only_disclosure` leaves out the others, unless
    they are in a menu of lists: one that names the page too, or most of whose items are agencies or have such a word.
    `or_below` keeps those whose address is below that of the page, as those of agencies are.
    """
    menus: dict[HtmlElement, dict[str, CandidateList]] = {}
    folder, own = folder_of(page.url), column_key(page.url)
    for link in named_links(page):
        may_be_name = 1 < len(link.name) <= MAX_NAME or (not link.name and link.url.startswith(folder))
        if may_be_name and same_site(link.url, page):
            menus.setdefault(link.menu, {}).setdefault(column_key(link.url), CandidateList(link.url, link.name))
    lists = {own: CandidateList(page.url, page_name(page))} if _is_list(page.url, path) else {}
    others: dict[str, CandidateList] = {}
    for menu in menus.values():
        is_catalog = _is_catalog(menu, own)
        for key, item in menu.items():
            is_below = or_below and item.url.startswith(folder)
            if _is_list(item.url, path):
                named = lists if is_below or is_catalog or names_disclosure(item.name) else others
                named.setdefault(key, item)
    nodes = {column_key(item.url): item for item in columns_of_trees(page)}
    return tuple((lists | ({} if only_disclosure else others | lists) | nodes).values())


def _is_catalog(menu: Mapping[str, CandidateList], own: str) -> bool:
    """Whether a menu is one of lists of documents; that of the whole site links the front page too."""
    if any(is_front_page(item.url) for item in menu.values()):
        return False
    disclosing = sum(names_disclosure(item.name) or _AGENCY.search(item.name) is not None for item in menu.values())
    return disclosing > max(1, len(menu) // 2) or (own in menu and len(menu) >= MIN_ITEMS)


def _is_list(url: str, path: re.Pattern[str]) -> bool:
    """Whether the path matches and is not the front page, which shows the newest lines of every list."""
    return bool(path.search(urlsplit(url).path)) and not is_front_page(url)


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
        CandidateList(url, text) for url, text in links(page) if len(text) <= MAX_NAME and not _NO_CATALOG.search(text)
    ]
    named = [item for item in named if not is_front_page(item.url) or not same_site(item.url, page)]
    for pattern in _CATALOGS:
        if catalog := next((item for item in named if pattern.search(item.name)), None):
            return catalog
    return None


def shows_several_lists(page: WebPage, documents: Iterable[str]) -> bool:
    """Whether all of the page's documents are in folders below it that it links as lists, among others: it shows the
    newest ones of each, or those of the first list."""
    own = folder_of(page.url)
    folders = {_folder_in(own, url) for url in documents}
    if not folders or "" in folders:
        return False
    linked = {_folder_in(own, link.url) for link in named_links(page) if _INDEX.sub("/", link.url).endswith("/")}
    return folders <= linked and len(linked - {""}) > 1


def _folder_in(own: str, url: str) -> str:
    """The name of the folder right below `own` that holds an address; "" if none does, or if it is a number."""
    name, below, _ = url.removeprefix(own).partition("/")
    return name if url.startswith(own) and below and name[:1].isalpha() else ""


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
