"""gkmlpt, 政府信息公开目录管理平台: all of Guangdong, some hundred sites.

`/gkmlpt/index` carries the catalog's tree in `window._CONFIG`; its leaves are listed by
`/gkmlpt/api/all/{category}?page={n}&sid={SID}` (JSON, pages 0 and 1 are the same, an empty `articles` ends the list).
The listing half is known from other crawlers' code only, the detail half from saved pages (July 2026).
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from etl.platforms.base import (
    Embedded,
    Entry,
    Fingerprint,
    FoundColumn,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.columns import same_site
from etl.platforms.listing import iso_date, script_value
from etl.web.data import object_after
from etl.web.page import WebPage, links

_API = "/gkmlpt/api/all/"
_CHINA = timedelta(hours=8)
_COPIED = {"identifier": "index_number", "document_number": "document_number", "publisher": "publisher"}
# Paths in DETAIL. `gkml_data.validity` is always 0, and the expiry shows nowhere on the page: neither is read.
_PATHS = {
    "title": "title",
    "source": "source",
    "published_date": "date",
    "index_number": "gkml_data.identifier",
    "document_number": "gkml_data.document_number",
    "publisher": "gkml_data.publisher",
    "written_date": "gkml_data.date",
    "keywords": "gkml_data.keywords",
}


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

    def find_columns(self, page: WebPage) -> tuple[FoundColumn, ...]:
        """The one catalog of a site: its tree holds all lists."""
        linked = any(same_site(url, page) and urlsplit(url).path.startswith("/gkmlpt/") for url, _ in links(page))
        if not linked and "/gkmlpt/" not in page.url:
            return ()
        return (FoundColumn(urljoin(page.url, "/gkmlpt/index"), "政府信息公开目录"),)

    def embedded(self, page: WebPage) -> Embedded | None:
        """`window._CONFIG.DETAIL`: the article as the page's own scripts get it."""
        data = object_after(page.text, "DETAIL")
        if data is None or not isinstance(data.get("content"), str):
            return None
        fields = {}
        for name, path in _PATHS.items():
            value: Any = data
            for key in path.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, (str, int)) and value:
                fields[name] = (str(value), f"DETAIL.{path}")
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
    return ListingPage((), following=requests)


def _leaves(nodes: list[dict[str, Any]], above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        path = (*above, str(node.get("name", "")))
        if node.get("children"):
            yield from _leaves(node["children"], path)
        elif not node.get("jump_url"):
            yield int(node["id"]), " / ".join(path)


def _articles(page: WebPage, request: ListingRequest) -> ListingPage:
    try:
        answer = json.loads(page.text.lstrip("\ufeff"))
        articles = answer["articles"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAListing(f"no JSON with articles: {error!r}") from error
    classify = answer.get("classify")
    told = classify.get("post_count") if isinstance(classify, dict) else None
    total = told if isinstance(told, int) else answer.get("total")
    entries = tuple(_entry(article, page.url) for article in articles)
    seen = request.seen + len(entries)
    following: tuple[ListingRequest, ...] = ()
    if entries and not (isinstance(total, int) and seen >= total):
        query = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
        query["page"] = str(int(query.get("page", 1)) + 1)
        following = (ListingRequest(urljoin(page.url, "?" + urlencode(query)), request.column, seen),)
    return ListingPage(entries, told_total=total if isinstance(total, int) else None, following=following)


def _entry(article: dict[str, Any], base: str) -> Entry:
    fields = {name: str(article[key]).strip() for key, name in _COPIED.items() if article.get(key)}
    # `date` is left out: whether the list means 成文日期 or 发布日期 by it is not known.
    said = ("display_publish_time", "first_publish_time", "create_time", "created_at")
    if published := next(filter(None, (_day(article.get(name)) for name in said)), None):
        fields["published_date"] = published
    return Entry(urljoin(base, str(article.get("url") or article.get("post_url") or "")), str(article["title"]), fields)


def _day(value: Any) -> str | None:
    """Epoch seconds or a written date, as a day in China's calendar."""
    if not value or value == "0":
        return None
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return (datetime.fromtimestamp(int(value), UTC) + _CHINA).date().isoformat()
    return iso_date(str(value or ""))
