"""gkmlpt, 政府信息公开目录管理平台: all of Guangdong, some hundred sites.

`/gkmlpt/index` has the catalog's tree in `window._CONFIG`; each leaf is listed by
`/gkmlpt/api/all/{category}?page={n}&sid={SID}` (JSON; pages 0 and 1 are equal, an empty `articles` ends the list).
How lists work is known from other crawlers' code only, details from saved pages (July 2026).
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from etl.dates import parse_china_date
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
from etl.platforms.helpers.columns import same_site
from etl.platforms.helpers.rows import parse_json, script_value, strip_markup
from etl.web.data import json_object_after
from etl.web.page import WebPage, links

_API = "/gkmlpt/api/all/"
_COPIED = {"identifier": "index_number", "document_number": "document_number", "publisher": "publisher"}
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
    layout = Layout(body=("div.article-content",))
    fingerprints = (
        Fingerprint("address below /gkmlpt/", "address", r"/gkmlpt/(?:index|content/)", 1),
        Fingerprint("link below /gkmlpt/", "link", r"^/gkmlpt/(?:index|content/)", 2),
        Fingerprint(
            "data of its page (gkml_data, SID and TREE)", "markup", r'"?gkml_data"?\s*:|\bSID\b.{0,200}\bTREE\b', 2
        ),
        Fingerprint(
            "scripts below /gkmlpt/", "markup", r"""["'](?:https?:)?(?://[^/"']+)?/gkmlpt/(?:gkml|js|css|static)/""", 1
        ),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        """The site's catalog, whose tree has all lists."""
        linked = any(same_site(url, page) and urlsplit(url).path.startswith("/gkmlpt/") for url, _ in links(page))
        if not linked and "/gkmlpt/" not in page.url:
            return ()
        return (CandidateList(urljoin(page.url, "/gkmlpt/index"), "政府信息公开目录"),)

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
        return _articles(page, request) if _API in urlsplit(page.url).path else _tree(page)


def _files(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    files = data.get("attachment")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict) and isinstance(file.get("url"), str):
            yield file["url"], str(file.get("name") or "")


def _tree(page: WebPage) -> ListingPage:
    sid, tree = script_value(page.text, "SID"), script_value(page.text, "TREE")
    if not sid or not isinstance(tree, list):
        raise NotAListing("no window._CONFIG with SID and TREE")
    requests = tuple(
        ListingRequest(urljoin(page.url, f"{_API}{number}?{urlencode({'page': 1, 'sid': sid})}"), name)
        for number, name in _leaves(tree, ())
    )
    return ListingPage((), next_requests=requests)


def _leaves(nodes: list[dict[str, Any]], above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        path = (*above, str(node.get("name", "")))
        if node.get("children"):
            yield from _leaves(node["children"], path)
        elif not node.get("jump_url"):
            yield int(node["id"]), " / ".join(path)


def _articles(page: WebPage, request: ListingRequest) -> ListingPage:
    content = parse_json(page)
    articles = content.get("articles") if isinstance(content, dict) else None
    if not isinstance(articles, list):
        raise NotAListing(f"JSON without articles: {' '.join(page.text[:60].split())!r}")
    category = content.get("classify")
    counts = (content.get("total"), category.get("post_count") if isinstance(category, dict) else None)
    # If the two differ, the greater one: with the smaller one a list that ends too soon would look complete.
    total = max((count for count in counts if isinstance(count, int)), default=None)
    entries = tuple(_entry(article, page.url) for article in articles if isinstance(article, dict))
    seen = request.seen + len(entries)
    next_requests: tuple[ListingRequest, ...] = ()
    if articles and (total is None or seen < total):
        query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
        # Page 0 is page 1 again.
        query["page"] = str(max(1, int(query.get("page", 1))) + 1)
        next_requests = (ListingRequest(urljoin(page.url, "?" + urlencode(query)), request.column, seen),)
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _entry(article: dict[str, Any], base: str) -> Entry:
    fields = {name: str(article[key]).strip() for key, name in _COPIED.items() if article.get(key)}
    # `date` is left out: it is not known whether it is 成文日期 or 发布日期.
    dates = ("display_publish_time", "first_publish_time", "create_time", "created_at")
    if published := next(filter(None, (parse_china_date(article.get(name)) for name in dates)), None):
        fields["published_date"] = published
    url = article.get("url") or article.get("post_url") or _detail(article.get("id"))
    return Entry(urljoin(base, str(url)), strip_markup(article.get("title")), fields)


def _detail(number: Any) -> str:
    number = int(number or 0)
    return f"/gkmlpt/content/{number // 1_000_000}/{number // 1000}/post_{number}.html"
