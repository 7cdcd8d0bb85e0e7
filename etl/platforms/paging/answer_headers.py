"""Counts and links of a list in the headers of a response, where services put them.

`X-Total-Count: 60`, `X-WP-TotalPages: 3`, `Content-Range: items 0-19/60`, `X-Pagination: {"total": 60}`, and `Link:
</list?page=2>; rel="next"`. Like names in scripts, header names are understood by their words.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from etl.outside import digits
from etl.platforms.base import ListingPage, ListingRequest
from etl.platforms.paging.list_numbers import Kind, counted_by
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.data import read_json
from etl.web.page import WebPage
from etl.web.urls import resolved

_BARE_TOTALS = ("total", "count", "paginationtotal", "paginationcount")
_MORE = re.compile(r"hasmore|hasnext|moreresults|nextpage|nextcursor|nexttoken|continuationtoken")
_NOTHING = ("", "0", "false", "no", "none", "null", "-1")
_RANGE = re.compile(r"\A(?!bytes)\w{1,20}+ (?:\d{1,8}+-\d{1,8}+|\*)/(\d{1,8})", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:x|wp)-")
_DIGITS = re.compile(r"\d{1,9}")
_LETTERS = re.compile(r"[^a-z]")


def with_headers(listing: ListingPage, page: WebPage, request: ListingRequest) -> ListingPage:
    """The listing, with counts and next page taken from the response headers where the page itself gives none."""
    if not page.headers:
        return listing
    numbers: dict[Kind, int] = dict(_numbers(page))
    if listing.reported_total is None and (total := numbers.get("documents")):
        listing = replace(listing, reported_total=total)
    if listing.reported_pages is None and (pages := numbers.get("pages")):
        listing = replace(listing, reported_pages=pages)
    if any(each.column == request.column for each in listing.next_requests):
        return listing
    seen, url = request.seen + len(listing.entries), next(_linked(page, "next"), None)
    if url or (numbers and listing.reported_total is not None and seen >= listing.reported_total):
        # The headers say how the list goes on, or that it does not.
        others = tuple(problem for problem in listing.problems if problem.code != Code.PAGING_NOT_UNDERSTOOD)
        listing = replace(listing, problems=others, may_go_on=False)
    if url:
        following = request.behind(listing.entries, url)
        return replace(listing, next_requests=(*listing.next_requests, following))
    if sign := _sign_of_more(page, first=request.seen == 0):
        return listing.with_problem(Reason.of(Code.PAGING_NOT_UNDERSTOOD, url=request.url, words=sign))
    return listing


def _numbers(page: WebPage) -> Iterator[tuple[Kind, int]]:
    for name, value in page.headers:
        plain = _plain(name)
        if plain == "contentrange" and (match := _RANGE.fullmatch(" ".join(value.split()))):
            yield "documents", digits(match[1])
        elif plain.endswith("pagination") and value.strip().startswith("{"):
            yield from _of_object(value)
        elif value.strip().isdecimal() and len(value) < 9 and (kind := _kind(plain)):
            yield kind, digits(value)


def _of_object(value: str) -> Iterator[tuple[Kind, int]]:
    try:
        pairs = read_json(value)
    except ValueError:
        return
    for name, number in pairs.items() if isinstance(pairs, dict) else ():
        if isinstance(number, int) and number > 0 and (kind := _kind(_plain(name))):
            yield kind, number


def _kind(plain: str) -> Kind | None:
    return "documents" if plain in _BARE_TOTALS else counted_by(plain)


def _plain(name: str) -> str:
    return _LETTERS.sub("", _PREFIX.sub("", _PREFIX.sub("", name.lower())))


def _linked(page: WebPage, relation: str) -> Iterator[str]:
    for name, value in page.headers:
        for link in _LINK.finditer(value) if name.lower() == "link" else ():
            rel = _REL.search(link[2])
            url = resolved(page.url, link[1]) if rel and relation in (rel[1] or rel[2]).lower().split() else None
            if url and url != page.url:
                yield url


def _sign_of_more(page: WebPage, *, first: bool) -> str | None:
    own = set(map(digits, _DIGITS.findall(page.url)))
    for last in _linked(page, "last") if first else ():
        if any(number > 1 and number not in own for number in map(digits, _DIGITS.findall(last))):
            return f'Link: <{last}>; rel="last"'
    for name, value in page.headers:
        if _MORE.fullmatch(_plain(name)) and value.strip().lower() not in _NOTHING:
            return f"{name}: {value}"
    return None
