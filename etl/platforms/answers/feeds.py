"""Sitemaps (sitemaps.org, with indexes) and feeds (RSS 2.0, RSS 1.0, Atom with RFC 5005), recognised by content.

A sitemap has no titles, and its `lastmod` is the day a page changed, not the day a document was published: it sorts the
entries, newest first, and gives no field; it may be a text of addresses. Entities are not resolved, and of broken XML
only characters are repaired that XML has escaped (`?a=1&b=2`) or has not at all: half a sitemap would look complete.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from etl.clock import CHINA
from etl.dates import first_iso_date
from etl.outside import digits
from etl.platforms.answers.request_numbers import following
from etl.platforms.base import Entry, ListingPage, ListingRequest, NotAListing
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.page import WebPage, absolute

_ROOT_ELEMENTS = "urlset|sitemapindex|rss|feed|RDF"
# Possessive, so that the prolog is not matched again in another way: a page may begin with hundreds of comments.
ROOT = re.compile(
    r"\A\s*+(?:<\?(?:[^?]|\?(?!>))*+\?>\s*+|<!--(?:[^-]|-(?!->))*+-->\s*+|<!DOCTYPE[^>\[]*+>\s*+)*+"
    rf"<(?:\w+:)?({_ROOT_ELEMENTS})[\s>]"
)
_ADDRESSES = re.compile(r"\s*+(?:https?://\S++\s*+)++")
"""A sitemap as text: an address in each line (sitemaps.org)."""
_AMPERSAND = re.compile(
    r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+\]\]>|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FEW = 5
"""From this many entries on a feed may have left out older ones: feeds have the newest alone."""
_HEAD = 4000
"""Characters in which the root element is searched."""
_ROWS = {"sitemapindex": "sitemap", "urlset": "url", "feed": "entry", "rss": "item", "RDF": "item"}
"""The element of a row, by root element."""
_NO_ROWS = frozenset(
    (
        *("author", "channel", "cloud", "contributor", "image", "skipDays", "skipHours", "textInput", "textinput"),
        *("copyright", "description", "rights", "subtitle", "title"),
    )
)
"""Elements beside the rows that contain others (RSS 2.0 and 1.0, Atom): parts, or markup of a text."""


def is_feed(page: WebPage) -> bool:
    """Whether the page is a sitemap or a feed."""
    return ROOT.match(page.text[:_HEAD]) is not None or _ADDRESSES.fullmatch(page.text) is not None


def read_feed(page: WebPage, request: ListingRequest) -> ListingPage:
    """Entries of a sitemap or feed, and requests for further sitemaps or pages. Raises `NotAListing` for broken XML."""
    if _ADDRESSES.fullmatch(page.text):
        return ListingPage(tuple(Entry(url) for each in page.text.split() if (url := absolute(each, page.url))))
    try:
        root = _parsed(page.text.strip())
    except etree.XMLSyntaxError as broken:
        try:
            root = _parsed(_with_escapes(page.text.strip()))
        except etree.XMLSyntaxError:
            raise NotAListing(Code.BROKEN_XML, error=broken.msg) from broken
    return _with_unread_rows(_listed(root, page, request), root, request)


def _listed(root: etree._Element, page: WebPage, request: ListingRequest) -> ListingPage:
    kind = etree.QName(root).localname
    if kind in ("sitemapindex", "urlset"):
        urls = _located(root, _ROWS[kind], page.url)
        if kind == "urlset":
            return ListingPage(tuple(Entry(url) for url in urls))
        return ListingPage((), next_requests=tuple(ListingRequest(url, request.column) for url in urls))
    entries = tuple(_atom(root, page.url) if kind == "feed" else _rss(root, page.url))
    # RSS has the links of Atom in its channel.
    channel = root if kind == "feed" else root.find("{*}channel")
    linked = None if channel is None else _linked(channel, "next", page.url)
    numbered = following(request, len(entries), request.seen + len(entries)) if entries else None
    further = request.behind(entries, linked) if linked else numbered
    # OpenSearch's total counts all entries, not only those of this page.
    total = next((digits(text) for each in root.iter("{*}totalResults") if (text := _own(each)).isdecimal()), None)
    may_go_on = not (request.seen or linked) and total is None and len(entries) >= _FEW
    return ListingPage(entries, total, next_requests=(further,) if further else (), may_go_on=may_go_on)


def _with_unread_rows(listing: ListingPage, root: etree._Element, request: ListingRequest) -> ListingPage:
    """Adds the problem that rows have no address, or that what stands in the place of rows has another name."""
    kind = etree.QName(root).localname
    rows = sum(1 for _ in root.iter(f"{{*}}{_ROWS[kind]}"))
    around = root if kind != "rss" else root.find("{*}channel")
    own = [child for child in (() if around is None else around.iterchildren("*")) if child.prefix == root.prefix]
    names = [etree.QName(child).localname for child in own]
    unnamed = sum(
        1 for child, name in zip(own, names, strict=True) if len(child) and name not in {_ROWS[kind], *_NO_ROWS}
    )
    # A feed has one title; others are those of rows that nothing holds together.
    unnamed += max(0, names.count("title") - 1)
    read = len(listing.next_requests) if kind == "sitemapindex" else len(listing.entries)
    if rows + unnamed <= read:
        return listing
    problem = Reason.of(Code.ROWS_NOT_UNDERSTOOD, url=request.url, links=rows + unnamed, entries=read)
    return listing.with_problem(problem)


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _with_escapes(text: str) -> str:
    """The XML with its bare ampersands escaped, and without the characters that no XML has."""
    return _AMPERSAND.sub(lambda sign: sign[0] if sign[0] != "&" else "&amp;", _CONTROL.sub("", text))


def _located(root: etree._Element, name: str, base: str) -> list[str]:
    """Addresses in a sitemap, newest `lastmod` first, those without one last."""
    dated = [
        (_day(_text(item, "lastmod")) or "", url)
        for item in root.iter(f"{{*}}{name}")
        if (address := _text(item, "loc")) and (url := absolute(address, base))
    ]
    return [url for _, url in sorted(dated, key=lambda item: item[0], reverse=True)]


def _rss(root: etree._Element, base: str) -> Iterator[Entry]:
    for item in root.iter("{*}item"):
        address = _text(item, "link") or _permanent_link(item)
        if address and (url := absolute(address, base)):
            yield Entry(url, _text(item, "title"), _published(_text(item, "pubDate") or _text(item, "date")))


def _permanent_link(item: etree._Element) -> str:
    """The item's identifier, if it is an address, as RSS 2.0 has it where the attribute does not deny it."""
    identifier = item.find("{*}guid")
    is_address = identifier is not None and identifier.get("isPermaLink", "true") == "true"
    return _text(item, "guid") if is_address else ""


def _atom(root: etree._Element, base: str) -> Iterator[Entry]:
    for item in root.iter("{*}entry"):
        if url := _linked(item, "alternate", base):
            yield Entry(url, _text(item, "title"), _published(_text(item, "published") or _text(item, "updated")))


def _linked(element: etree._Element, rel: str, base: str) -> str | None:
    """Address of the element's own link with that relation; the default relation is `alternate` (RFC 4287, 4.2.7.2)."""
    for link in element.iterchildren("{*}link"):
        if (link.get("rel") or "alternate") == rel and link.get("href"):
            return absolute(link.get("href") or "", base)
    return None


def _text(element: etree._Element, name: str) -> str:
    child = next(element.iterchildren(f"{{*}}{name}"), None)
    return " ".join("".join(map(str, child.itertext())).split()) if child is not None else ""


def _own(element: etree._Element) -> str:
    return (element.text or "").strip()


def _published(text: str) -> dict[str, str]:
    day = _day(text)
    return {"published_date": day[:10]} if day else {}


def _day(text: str) -> str | None:
    """An RFC 822 or ISO 8601 time in China's time zone, as sortable text; times without a zone are not converted."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return first_iso_date(text)
    if moment.tzinfo:
        moment = moment.astimezone(CHINA).replace(tzinfo=None)
    return moment.isoformat()
