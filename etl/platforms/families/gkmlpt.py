"""gkmlpt, 政府信息公开目录管理平台: all of Guangdong, some hundred sites.

`/gkmlpt/index` has the catalog's tree in `window._CONFIG`; each leaf is listed by
`/gkmlpt/api/all/{category}?page={n}&sid={SID}` (JSON; pages 0 and 1 are equal, an empty `articles` ends the list).
Cities and counties have it at the root, bureaus below a path of the city's site (`/zqrsj/gkmlpt/index`). People name
one category by `index#21206`, `policy#…`, `mindex#…` or `search?type=…`: a column so named is that category's list.
Category 0 lists everything.

Of the counts `total` is the list's; `classify.post_count` is greater on many sites and is never reached. Of the dates
`create_time` is 发布日期, `date` is 成文日期 (in a detail's data `date` is 发布日期), `created_at` the day on which the
platform took it in. An article of type `url` has its text on another site. Addresses may say http on a site of https.

Seen: details on saved pages (July 2026). From other people's code and notes, which compared lists of seven sites in
September 2026: all else. Assumed: that the index page of a path names the SID for every category, also for one that is
not in its tree; that the list of a category with children has the documents of these; that https serves what http does.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from etl.dates import parse_china_date
from etl.outside import digits, whole_number
from etl.platforms.answers.answers import member, objects, parse_json, script_value, stated_total, strip_markup
from etl.platforms.base import (
    CandidateList,
    Embedded,
    Entry,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.elements.columns import page_name, same_site
from etl.reason_codes import Code
from etl.web.data import json_object_after
from etl.web.page import WebPage, links
from etl.web.urls import parameters, resolved, with_parameters

if TYPE_CHECKING:
    from etl.sources.schema import Source

_API = "/gkmlpt/api/all/"
_ROOT = re.compile(r"^(?:/[\w-]+)*?/gkmlpt(?=/|$)")
"""Where a catalog lies on its host: `/gkmlpt`, or `/zqrsj/gkmlpt`."""
_SITE_PATH = r"^(?:/[\w-]+)*/gkmlpt/(?:index|policy|content/)"
_COPIED = {"identifier": "index_number", "document_number": "document_number", "publisher": "publisher"}
# Keys of an article in a list, the first with a day wins.
_DATES = {
    "published_date": ("create_time", "display_publish_time", "first_publish_time"),
    "written_date": ("date",),
}
# Paths in DETAIL. No page shows `expired_time`. `gkml_data.validity` was 0 in every page seen, and is not read.
_PATHS = {
    "title": "title",
    "source": "source",
    "published_date": "date",
    "index_number": "gkml_data.identifier",
    "document_number": "gkml_data.document_number",
    "publisher": "gkml_data.publisher",
    "written_date": "gkml_data.date",
    "keywords": "gkml_data.keywords",
    "expiry_date": "gkml_data.expired_time",
}
_STATES = {"is_abolished": "废止", "is_expired": "失效"}


class Gkmlpt(Platform):
    """政府信息公开目录管理平台."""

    name = "gkmlpt"
    reads_fragments = True
    layout = Layout(body=("div.article-content",))
    fingerprints = (
        Fingerprint("address below /gkmlpt/", "address", r"/gkmlpt/(?:m?index|policy|search|content/)", 1),
        Fingerprint("its service /gkmlpt/api/", "service", _API, 3),
        Fingerprint("link below /gkmlpt/", "link", _SITE_PATH, 2),
        Fingerprint(
            "data of its page (gkml_data, SID and TREE)", "markup", r'"?gkml_data"?\s*:|\bSID\b.{0,200}\bTREE\b', 2
        ),
        Fingerprint(
            "scripts below /gkmlpt/",
            "markup",
            r"""["'](?:https?:)?(?://[^/"']+)?(?:/[\w-]+)*/gkmlpt/(?:gkml|js|css|static)/""",
            1,
        ),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        """The catalogs of the site, whose trees have all lists: that of the page's address before those that it links.

        If the address names one category, that one alone.
        """
        if _category(page.url) is not None:
            return (CandidateList(_index(page.url), _name(page) or page_name(page)),)
        urls = [page.url, *(url for url, _ in links(page) if same_site(url, page))]
        catalogs = dict.fromkeys(_index(url) for url in urls if _ROOT.match(urlsplit(url).path))
        return tuple(CandidateList(url, "政府信息公开目录") for url in catalogs)

    def start(self, source: "Source") -> tuple[ListingRequest, ...]:
        """A column that names a category begins at the index, which has the site's SID."""
        return tuple(
            replace(request, url=_index(column.url)) if _category(column.url) is not None else request
            for column, request in zip(source.columns, super().start(source), strict=True)
        )

    def embedded(self, page: WebPage) -> Embedded | None:
        """`window._CONFIG.DETAIL`: the article as data for the page's own scripts."""
        data = json_object_after(page.text, "DETAIL")
        if data is None or not isinstance(data.get("content"), str):
            return None
        fields = {}
        for name, path in _PATHS.items():
            value: Any = data
            for key in path.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, (str, int)) and value:
                fields[name] = (str(value), f"DETAIL.{path}")
        catalog_data = data.get("gkml_data")
        flags = catalog_data if isinstance(catalog_data, dict) else {}
        if state := next((key for key in _STATES if flags.get(key)), None):
            fields["validity"] = (_STATES[state], f"DETAIL.gkml_data.{state}")
        return Embedded(data["content"], fields, tuple(_files(data)))

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        return _articles(page, request) if _API in urlsplit(page.url).path else _tree(page, request)


def _category(url: str) -> int | None:
    """The category that an address of the catalog's page names (`index#21206`, `search?type=21206`), or None."""
    parts = urlsplit(url)
    if not _ROOT.match(parts.path) or _API in parts.path:
        return None
    number = parts.fragment.strip("/") or parameters(url).get("type", "")
    return whole_number(number)


def _name(page: WebPage) -> str:
    """The name in the page's tree of the category that its address names."""
    tree, category = script_value(page.live_source, "TREE"), _category(page.url)
    nodes = list(tree) if isinstance(tree, list) else []
    while nodes:
        node = nodes.pop()
        if node.get("id") == category:
            return str(node.get("name", ""))
        nodes += _branches(node)
    return ""


def _index(url: str) -> str:
    """The catalog's index page, with the category that the address names."""
    root, category = _ROOT.match(urlsplit(url).path), _category(url)
    return resolved(url, f"{root[0] if root else '/gkmlpt'}/index") + (f"#{category}" if category is not None else "")


def _files(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    files = data.get("attachment")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict) and isinstance(file.get("url"), str):
            yield file["url"], str(file.get("name") or "")


def _tree(page: WebPage, request: ListingRequest) -> ListingPage:
    sid, tree = script_value(page.live_source, "SID"), script_value(page.live_source, "TREE")
    if not sid or not isinstance(tree, list):
        raise NotAListing(Code.PAGE_LACKS, names="window._CONFIG (SID, TREE)")
    leaves, category = tuple(_leaves(tree, ())), _category(request.url)
    if category is not None:
        # Its number may be that of a whole branch, or 0 for everything.
        leaves = ((category, request.column),)
    api = resolved(_index(page.url), "api/all/")
    return ListingPage(
        (),
        next_requests=tuple(
            ListingRequest(f"{api}{number}?{urlencode({'page': 1, 'sid': sid})}", name) for number, name in leaves
        ),
    )


def _leaves(nodes: list[dict[str, Any]], above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        path = (*above, str(node.get("name", "")))
        if branches := _branches(node):
            yield from _leaves(branches, path)
        elif not node.get("jump_url"):
            yield digits(node["id"]), " / ".join(path)


def _branches(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The categories below one. Where no value is called `children`, they are taken by their form: a branch taken for a
    leaf would list its own articles alone."""
    if "children" in node:
        return objects(node["children"])
    lists = map(objects, node.values())
    return next((nodes for nodes in lists if nodes and all({"id", "name"} <= each.keys() for each in nodes)), [])


def _articles(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    articles = member(content, "articles")
    if articles is None and request.seen and isinstance(content, dict) and "articles" in content:
        articles = []  # A page beyond the last one.
    if not isinstance(articles, list):
        raise NotAListing(Code.DATA_LACKS, names="articles")
    entries = tuple(_entry(article, page.url) for article in articles if isinstance(article, dict))
    seen = request.seen + len(entries)
    total = stated_total(content.get("total"), seen)
    # Page 0 is page 1 again.
    following = max(1, digits(parameters(page.url).get("page") or 1)) + 1
    goes_on = articles and (total is None or seen < total)
    further = ListingRequest(with_parameters(page.url, {"page": following}), request.column, seen)
    next_requests = (further,) if goes_on else ()
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _entry(article: dict[str, Any], base: str) -> Entry:
    fields = {name: value for key, name in _COPIED.items() if (value := strip_markup(article.get(key)))}
    for name, keys in _DATES.items():
        if day := next(filter(None, (parse_china_date(article.get(key)) for key in keys)), None):
            fields[name] = day
    url = article.get("url") or article.get("post_url") or _detail(article.get("id"), base)
    return Entry(_secure(resolved(base, str(url)), base), strip_markup(article.get("title")), fields)


def _secure(url: str, base: str) -> str:
    """`https:` for an address on the list's own host if that list came by https."""
    listed = urlsplit(base)
    plain = f"http://{listed.netloc}/"
    return "https" + url.removeprefix("http") if listed.scheme == "https" and url.startswith(plain) else url


def _detail(given: Any, base: str) -> str:
    """The address of a document by its number; without a number it is not a valid URL, and the run reports it."""
    number = whole_number(given)
    if number is None:
        return f"post:{given}"
    return resolved(_index(base), f"content/{number // 1_000_000}/{number // 1000}/post_{number}.html")
