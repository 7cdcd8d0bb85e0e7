"""The lists of a site as its pages link them: what a survey of the site asks first."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from etl.platforms.base import CandidateList
from etl.web.page import WebPage, base_url, links

# What lists of disclosed documents are called; other links of a site lead to news, services and letters.
_DISCLOSURE = re.compile(
    "公开|公文|文件|通知|公告|公示|年报|年度报告|规划|计划|预决?算|决算|财政|政策|解读|法规|规章|人事|任免"
    "|许可|处罚|采购|招标|建议|提案|统计|应急|目录"
)
_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_LONGEST = 16
"""Characters of a list's name; what is longer is a title."""


def same_site(url: str, page: WebPage) -> bool:
    """Whether the address lies on the page's host, with or without `www.`."""
    return urlsplit(url).netloc.removeprefix("www.") == urlsplit(page.url).netloc.removeprefix("www.")


def meta(page: WebPage, name: str) -> str:
    """The content of a meta tag, or an empty string; its name's case does not matter."""
    for tag in page.tree.iter("meta"):
        if (tag.get("name") or "").strip().lower() == name.lower() and (content := (tag.get("content") or "").strip()):
            return " ".join(content.split())
    return ""


def page_name(page: WebPage) -> str:
    """What the page calls its column: the meta tag ColumnName, else the first part of its title."""
    title = next((" ".join("".join(item.itertext()).split()) for item in page.tree.iter("title")), "")
    return (meta(page, "ColumnName") or re.split(r"[_|—–-]", title)[0]).strip()


def linked_columns(page: WebPage, form: re.Pattern[str], *, only_disclosure: bool = False) -> tuple[CandidateList, ...]:
    """The lists that the page links, by the form of their path; itself first where it has that form.

    Those whose name speaks of disclosure come before the others, which are left out with `only_disclosure`.
    """
    found: dict[str, CandidateList] = {}
    if _is_list(page.url, form):
        found[column_key(page.url)] = CandidateList(page.url, page_name(page))
    own = len(found)
    for url, words in links(page):
        if same_site(url, page) and _is_list(url, form) and 1 < len(words) <= _LONGEST:
            found.setdefault(column_key(url), CandidateList(url, words))
    columns = list(found.values())
    rest = sorted(columns[own:], key=lambda item: not _DISCLOSURE.search(item.name))
    return (*columns[:own], *(item for item in rest if not only_disclosure or _DISCLOSURE.search(item.name)))


def _is_list(url: str, form: re.Pattern[str]) -> bool:
    """Whether the address has the form, and is not the site's front page, where every list shows its newest lines."""
    return bool(form.search(urlsplit(url).path)) and urlsplit(column_key(url)).path not in ("", "/")


def column_key(url: str) -> str:
    """What is the same for two addresses of one list: no scheme, no fragment, no name of an index page."""
    return _INDEX.sub("/", urlsplit(url)._replace(fragment="", scheme="").geturl())


def parent_list(page: WebPage, detail: str, target: str) -> tuple[CandidateList, ...]:
    """The list to which a document's page belongs, where the address tells it: `detail` replaced by `target`."""
    if not re.search(detail, page.url):
        return ()
    return (CandidateList(urljoin(page.url, re.sub(detail, target, page.url)), meta(page, "ColumnName")),)


def feeds_of(page: WebPage) -> Iterator[CandidateList]:
    """The feeds that the page names in its head."""
    for link in page.tree.iter("link"):
        kind = (link.get("type") or "").lower()
        if kind in ("application/rss+xml", "application/atom+xml") and link.get("href"):
            yield CandidateList(urljoin(base_url(page), link.get("href") or ""), (link.get("title") or "").strip())
