"""Rongji (榕基): Zhangzhou and Nanping in Fujian; the program calls itself com.yuanluesoft.cms (远略).

A column's first page is `/cms/html/{site}/{column}/index.html`, the others are
`/cms/sitemanage/index.shtml?siteId={column's number}&page={n}`; rows `ul#resources > li` with a link and a date in a
`span`, some columns in several such lists. The column's number is in `<meta name="siteIdMeta">` and in the pager's
links; the number of pages is in words (共N页) or the greatest `page=` of the links. Documents are
`/cms/html/{site}/{yyyy-mm-dd}/{number}.html` with the text in `#Content`, and
`/cms/infopublic/publicInfo.shtml?id={number}&siteId=`, where a viewer shows a PDF before the text
(`#Content > div.tsrc`) and links the file in `span#pdfattachments`.

From other people's code, read in November 2026 (five crawlers of zhangzhou.gov.cn and its bureaus, one of
whlyj.np.gov.cn; a part of the vendor's program), no page was seen. Assumed: that `index.shtml` answers GET for page 1
too, and that Nanping has the same pager.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from etl.outside import digits
from etl.platforms.base import (
    CandidateList,
    Entry,
    Fingerprint,
    Layout,
    ListingPage,
    ListingRequest,
    NotAListing,
    Platform,
)
from etl.platforms.elements.columns import linked_columns, meta
from etl.platforms.rows.rows import linked_rows, row_entry
from etl.reason_codes import Code
from etl.web.page import WebPage, base_url, links
from etl.web.urls import parameters, resolved

_LISTS = re.compile(r"^/cms/html/[\w-]+/(?!\d{4}-\d\d-\d\d/)[\w-]+/index\.html$")
_DETAIL = re.compile(r"/cms/html/[\w-]+/\d{4}-\d\d-\d\d/\d+\.html|/cms/infopublic/publicInfo\.shtml\?")
_FURTHER = "/cms/sitemanage/index.shtml"
_PAGES_IN_WORDS = re.compile(r"共\s{0,9}(\d{1,6})\s{0,9}页")


class Rongji(Platform):
    """Rongji (榕基)."""

    name = "rongji"
    layout = Layout(body=("#Content", "div.article_con"))
    fingerprints = (
        Fingerprint("document /cms/html/<site>/<day>/<number>.html", "path", _DETAIL.pattern, 2),
        Fingerprint("list /cms/html/<site>/<column>/index.html", "link", _LISTS.pattern, 1),
        Fingerprint("list /cms/html/<site>/<column>/index.html", "address", r"/cms/html/[\w-]+/[\w-]+/index\.html", 1),
        Fingerprint("page /cms/sitemanage/index.shtml?siteId=", "link", r"^/cms/sitemanage/index\.shtml\?", 2),
        Fingerprint("its meta element siteIdMeta", "markup", r"""name=["']?siteIdMeta\b""", 2),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        return linked_columns(page, _LISTS)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        lists = page.tree.cssselect("#resources")
        rows = [row for each in lists for row in each.iterchildren("li")]
        entries: tuple[Entry, ...] = tuple(entry for row in rows if (entry := row_entry(row, base_url(page))))
        entries = entries or linked_rows(page, _DETAIL)
        site, current, pages = _pager(page)
        last = pages or current
        if not entries and (not lists or current < last):
            raise NotAListing(Code.LIST_SIGNS_MISSING, signs=["#resources", "/cms/html/<site>/<day>/<number>.html"])
        if current < last and not site:
            raise NotAListing(Code.NO_NUMBER_TO_GO_ON, page=current, pages=last, name="siteId (meta siteIdMeta)")
        url = resolved(page.url, f"{_FURTHER}?siteId={site}&page={current + 1}")
        following = replace(request, url=url, seen=request.seen + len(entries))
        return ListingPage(entries, reported_pages=pages, next_requests=(following,) if current < last else ())


def _pager(page: WebPage) -> tuple[str, int, int | None]:
    """(number of the column, this page, number of pages or None); links to pages of other columns do not count."""
    own = parameters(page.url) if urlsplit(page.url).path == _FURTHER else {}
    queries = [parameters(url) for url, _ in links(page) if urlsplit(url).path == _FURTHER]
    turning = [query for query in queries if query.get("page", "").isdigit()]
    site = own.get("siteId") or meta(page, "siteIdMeta") or next((query.get("siteId", "") for query in turning), "")
    numbers = [digits(query["page"]) for query in turning if query.get("siteId") == site]
    words = _PAGES_IN_WORDS.search("".join(page.tree.itertext()))
    current = digits(own.get("page") or 1)
    linked = max((current, *numbers)) if numbers else None
    return site, current, digits(words[1]) if words else linked
