"""The policy library of the State Council's site (国务院政策文件库) and the lists of www.gov.cn.

`https://sousuo.www.gov.cn/search-gov/data?t=…&sort=pubtime&sortType=1&searchfield=title&p=1&n=…` answers JSON for the
collections `zhengcelibrary_gw` (State Council), `_bm` (departments), `_or` (explanations), `_gb` (gazette), `_zy`
(Central Committee), or `zhengcelibrary` for all. Entries are in `searchVO.listVO`, or by category in
`searchVO.catMap.{gongwen,bumenfile,otherfile,gongbao}.listVO`, with `title` (matches marked by `<em>`), `url`, `pcode`,
`puborg`, `index`, `pubtime` (ms) and `pubtimeStr` (`2024.03.05`); `totalCount` and `totalpage` are beside them. Lists
like `/zhengce/zuixin/ZUIXINZHENGCE.json` are one array of `{TITLE, SUB_TITLE, URL, DOCRELPUBTIME}`. Documents are on
other hosts than the library (www.gov.cn, the ministries), their body in `#UCAP-CONTENT`.

Known from other people's crawlers, read in November 2026 (fields, categories, both shapes of the response, 1,094 lines
of ZUIXINZHENGCE.json); no response was seen here. Unverified: whether `totalCount` of a category is its own, whether
`p` counts from 0 as well (crawlers begin at 1 and at 0), and how many pages the library gives.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from etl.dates import parse_china_date
from etl.outside import count, digits
from etl.platforms.answers.answers import member, parse_json, stated_total, strip_markup
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
from etl.reason_codes import Code
from etl.web.page import WebPage
from etl.web.urls import parameters, resolved, with_parameters

_COPIED = {"pcode": "document_number", "puborg": "publisher", "index": "index_number", "childtype": "subject_category"}


class GovCn(Platform):
    """国务院政策文件库."""

    name = "gov_cn"
    layout = Layout(body=("#UCAP-CONTENT", "div.pages_content", "div.TRS_Editor"))

    fingerprints = (
        Fingerprint("the State Council's site", "address", r"^https?://(?:sousuo\.)?www\.gov\.cn/", 1),
        Fingerprint("document content_<id>.htm", "address", r"/content_\d{5,}\.htm$", 1),
        Fingerprint("the library's search", "service", r"/search-gov/data\?.*\bt=zhengcelibrary", 1),
        Fingerprint("answer of the library", "markup", r'"searchVO"\s*:', 2),
        Fingerprint("lines of the newest policies", "markup", r'"DOCRELPUBTIME"\s*:', 2),
        Fingerprint("its container of the text", "markup", r"\bpages_content\b|UCAP-CONTENT", 1),
    )

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        """The page itself if it is JSON: no page of the site links the addresses of its data."""
        return (CandidateList(page.url),) if page.is_data else ()

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        content = parse_json(page)
        if isinstance(content, list):
            return _array(content, page)
        results = member(content, "searchVO")
        if not isinstance(results, dict):
            raise NotAListing(Code.DATA_LACKS, names="searchVO")
        return _library(results, page, request)


def _array(lines: list[Any], page: WebPage) -> ListingPage:
    if not lines or not all(isinstance(line, dict) and "URL" in line for line in lines):
        raise NotAListing(Code.DATA_LACKS, names="[].URL")
    entries = tuple(
        Entry(
            resolved(page.url, str(line["URL"]).strip()) or "line:", strip_markup(line.get("TITLE")), _published(line)
        )
        for line in lines
    )
    return ListingPage(entries, reported_total=len(entries))


def _published(line: Mapping[str, Any]) -> dict[str, str]:
    day = parse_china_date(line.get("DOCRELPUBTIME"))
    return {"published_date": day} if day else {}


def _library(results: Mapping[str, Any], page: WebPage, request: ListingRequest) -> ListingPage:
    lists = [item for item in (results, *_categories(results)) if isinstance(item.get("listVO"), list)]
    if not lists and count(results.get("totalCount")) is None:
        raise NotAListing(Code.DATA_LACKS, names="searchVO.listVO, catMap, totalCount")
    # The same lines may be in both places.
    entries = {entry.url: entry for item in lists for line in item["listVO"] if (entry := _entry(line, page.url))}
    seen, pages = request.seen + len(entries), count(results.get("totalpage"))
    total = stated_total(results.get("totalCount"), seen)
    if total is None and lists:
        total = sum(count(item.get("totalCount")) or 0 for item in lists) or None
    following = digits(parameters(page.url).get("p") or 1) + 1
    goes_on = entries and (total is None or seen < total)
    further = ListingRequest(with_parameters(page.url, {"p": following}), request.column, seen)
    next_requests = (further,) if goes_on else ()
    return ListingPage(
        tuple(entries.values()),
        reported_total=total,
        reported_pages=pages or None,
        next_requests=next_requests,
    )


def _categories(results: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    categories = results.get("catMap")
    for category in categories.values() if isinstance(categories, dict) else ():
        if isinstance(category, dict):
            yield category


def _entry(line: Any, base: str) -> Entry | None:
    if not isinstance(line, dict):
        return None
    fields = {name: value for key, name in _COPIED.items() if (value := strip_markup(line.get(key)))}
    if published := parse_china_date(line.get("pubtimeStr")) or parse_china_date(line.get("pubtime")):
        fields["published_date"] = published
    if written := parse_china_date(line.get("ptime")):
        fields["written_date"] = written
    url = str(line.get("url") or "").strip()
    return Entry(resolved(base, url) if url else f"line:{line.get('id')}", strip_markup(line.get("title")), fields)
