"""NFCMS: Guangdong sites outside gkmlpt, by the same vendor (Shenzhen, Futian, Bao'an, Foshan, Zengcheng …).

Documents are `…/content/post_{id}.html` (seen on saved pages, July 2026). A column is listed in one of two ways:

* static pages `index.html`, `index_2.html` … with links to the next and the last page (page k at `index_{k}.html`:
  crawlers of sz.gov.cn and hrss.sz.gov.cn; that the last page is linked: unverified);
* static JSON on some sites, `/postmeta/i/{column}.json`: `articles` (all of them at once), `children` (columns below)
  and the column's own fields. A crawler of hrss.foshan.gov.cn found both ways cut after 50 pages of 50, so a column
  of 21,140 showed 2,500: only the reported total reveals it. Each of the children has `publish_count`; that a column
  has its own too is unverified.

Known from other people's crawlers, read in November 2026 (sz.gov.cn/zfgb, zc.gov.cn, gxj.sz.gov.cn, hengqin.gov.cn,
hrss.foshan.gov.cn); no response was seen here.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from etl.dates import parse_china_date
from etl.outside import digits
from etl.platforms.answers.answers import member, objects, parse_json, read_data, stated_total, strip_markup
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
    fills_page,
)
from etl.platforms.elements.columns import linked_columns, parent_list
from etl.platforms.rows.rows import linked_rows
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.data import json_object_after
from etl.web.page import WebPage, links
from etl.web.urls import resolved

_DETAIL = re.compile(r"/content/m?post_\d+\.html(?:$|[?#])")
_PAGE = re.compile(r"/index_(\d+)\.html$")
_LIST = re.compile(r"/(?:index\.html)?$")
_LAST = re.compile(r"尾页|末页|最后一页")
_CUT_PAGES = 50
"""Pages after which sites cut a list."""
_BACK = re.compile(r"^\W*(?:1|首页|第一页|上一?页)\W*$")
# Extension fields of articles (metadata of gazettes and policy columns): field name → keys, the first with a value
# wins.
_EXTENSIONS = {
    "document_number": ("EXT_wh", "EXT_zh"),
    "publisher": ("EXT_fbjg", "EXT_fwdw"),
    "subject_category": ("EXT_ztfl",),
    "validity": ("EXT_sx",),
}


class Nfcms(Platform):
    """NFCMS."""

    name = "nfcms"
    layout = Layout(body=("div.article-content", "div.zw", "div.news_cont_d_wrap", "#zoomcon", "div.article_con"))

    fingerprints = (
        Fingerprint("document content/post_<id>.html", "path", r"^(?!.*/gkmlpt/).*/content/m?post_\d+\.html", 2),
        Fingerprint("list /postmeta/i/<number>.json", "service", r"/postmeta/i/\d+\.json", 3),
        Fingerprint("articles of its JSON", "markup", r'"(?:publish_count|post_url|json_ext)"\s*:', 2),
        Fingerprint(
            "scripts of the vendor's cloud", "markup", r"cloud\.gd\.gov\.cn|(?:statistics|service)\.gd\.gov\.cn/", 1
        ),
        Fingerprint("data of a consultation", "markup", r"\bquestion_data\s*:", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        if "/postmeta/i/" in page.url:
            return (CandidateList(page.url),)
        above = parent_list(page, r"/content/m?post_\d+\.html.*$", "/")
        return (*above, *linked_columns(page, _LIST))

    def embedded(self, page: WebPage) -> Embedded | None:
        """`window._CONFIG.question_data` of consultation pages, which are empty without their scripts."""
        data = json_object_after(page.text, "question_data")
        article = data.get("article") if data else None
        if data is None or not isinstance(article, dict) or not isinstance(article.get("content"), str):
            return None
        candidates = {
            "title": (data.get("title"), "question_data.title"),
            "source": (article.get("source"), "question_data.article.source"),
            "published_date": (article.get("published_at"), "question_data.article.published_at"),
        }
        fields = {k: (str(v), path) for k, (v, path) in candidates.items() if isinstance(v, (str, int)) and v}
        return Embedded(body_html=article["content"], fields=fields)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        return _column(page, request) if "/postmeta/i/" in urlsplit(page.url).path else _index(page, request)


def _index(page: WebPage, request: ListingRequest) -> ListingPage:
    here = urlsplit(page.url).path
    current = digits(match[1]) if (match := _PAGE.search(here)) else 1
    folder = here.rsplit("/", 1)[0]
    # Documents of this column first: a last page of one row has fewer links than the boxes beside it.
    own = re.compile(rf"^(?:https?:)?(?://[^/]+(?=/))?(?:{re.escape(folder)}/|\./)?(?:[\w-]+/)*{_DETAIL.pattern[1:]}")
    entries = linked_rows(page, own) or linked_rows(page, _DETAIL)
    numbers, last, back = set(), None, False
    for url, text in links(page):
        path = urlsplit(url).path
        back = back or (path in (f"{folder}/", f"{folder}/index.html") and _BACK.search(text) is not None)
        if path.rsplit("/", 1)[0] == folder and (match := _PAGE.search(path)):
            numbers.add(digits(match[1]))
            if _LAST.search(text):
                last = digits(match[1])
    if not entries and not numbers:
        raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["content/post_<id>.html", "index_<n>.html"])
    has_next = any(number > current for number in numbers)
    # A window of numbers (1 2 3 …) does not give their count, and the last page does not link itself.
    page_count = last or (current if current > 1 and not has_next and (numbers or back) else None)
    url = resolved(page.url, f"index_{current + 1}.html")
    next_requests = (request.behind(entries, url),) if has_next else ()
    problems: tuple[Reason, ...] = ()
    if current == _CUT_PAGES and not has_next and fills_page(len(entries)):
        words = f"{_CUT_PAGES} × {len(entries)}"
        problems = (Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=words),)
    return ListingPage(entries, reported_pages=page_count, next_requests=next_requests, problems=problems)


def _column(page: WebPage, request: ListingRequest) -> ListingPage:
    column = parse_json(page)
    articles = member(column, "articles")
    children = member(column, "children")
    if not isinstance(articles, list) and not isinstance(children, list):
        raise NotAListing(Code.DATA_LACKS, names="articles, children")
    below = objects(children)
    if not all(child.get("id") for child in below):
        raise NotAListing(Code.DATA_LACKS, names="children[].id")
    next_requests = tuple(
        ListingRequest(
            resolved(page.url, f"{child['id']}.json"), f"{request.column} / {strip_markup(child.get('name'))}"
        )
        for child in below
    )
    entries = tuple(_entry(article, page.url) for article in articles or () if isinstance(article, dict))
    # A parent's count may be that of the columns below it; the children report their own.
    total = stated_total(column.get("publish_count"), len(entries)) if not next_requests else None
    return ListingPage(entries, reported_total=total, next_requests=next_requests)


def _entry(article: Mapping[str, Any], base: str) -> Entry:
    """An item of `articles`; without an address it gets one that is no URL, and the run reports it."""
    url = str(article.get("url") or article.get("post_url") or "").strip()
    more = _extensions(article)
    fields = {
        name: value for name, keys in _EXTENSIONS.items() if (value := next(filter(None, map(more.get, keys)), None))
    }
    dates = map(parse_china_date, (article.get("date"), article.get("publish_time"), article.get("created_at")))
    if published := next(filter(None, dates), None):
        fields["published_date"] = published
    return Entry(
        resolved(base, url) if url else f"post:{article.get('id')}", strip_markup(article.get("title")), fields
    )


def _extensions(article: Mapping[str, Any]) -> dict[str, str]:
    """The EXT_ fields, which are in the article itself or in its `json_ext` (text, or `[]` for none)."""
    packed = article.get("json_ext")
    try:
        inner = read_data(packed) if isinstance(packed, str) and packed else packed
    except ValueError:
        inner = None
    merged = {**(inner if isinstance(inner, dict) else {}), **article}
    return {
        name: strip_markup(value)
        for name, value in merged.items()
        if name.startswith("EXT_") and isinstance(value, str)
    }
