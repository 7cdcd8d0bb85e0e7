"""A fetched page, decoded and parsed once."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from etl.file_signatures import GZIP, is_document_file
from etl.web.charset import decode, is_text
from etl.web.markup import (
    START_TAG,
    count_beyond_ascii,
    live_source,
    pieces,
    shown_chars,
    with_letters,
    without_early_ends,
)
from etl.web.urls import encode_query, join_plain, with_plain_host, with_slashes

_REFUSED_BYTES = bytes(b for b in range(32) if b not in b"\t\n\r") + b"\x7f"
"""Bytes that stop libxml2's parser, or that it rejects in text set later. None of them occurs in a UTF-8 sequence."""

_MAX_UNPACKED_BYTES = 52_428_800
"""Maximum size of an unpacked sitemap (sitemaps.org). A larger one is cut, and then rejected as broken XML."""

# lxml.html calls a Python function for the class of every element that it returns: a third of a walk over a page.
_CLASSES = etree.ElementDefaultClassLookup(element=html.HtmlElement, comment=html.HtmlComment)

# libxml2 2.14 and lxml 6.1 take time that grows with the square of a tag's attributes: 40,000 of them 14 s.
_FLOOD_PAGE_CHARS, _FLOOD_TAG_CHARS, _MAX_ATTRIBUTES = 100_000, 2_000, 200
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_LOST_SHARE = 0.95
"""Minimum share of a page's text that its tree must contain: entities and broken tags make small differences."""
_ALL_TEXT = etree.XPath("string()", smart_strings=False)
INVISIBLE = "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Invisible characters, which editors leave between others."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_INVISIBLE_REFERENCE = re.compile(
    r"&(?:shy|zwn?j|[lr]rm|#0*(?:173|820[3-7]|8288|65279)|#[xX]0*(?:[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF][fF]))\b"
)
"""The same as character references."""
_VOID = ("bgsound", "embed", "keygen", "source", "track", "wbr")
"""Elements without content (HTML standard, 13.1.2) that libxml2, which knows HTML 4, keeps open to the end of their
parent. It knows the others."""
_SAMPLE = re.compile(r">\s*+([\u4e00-\u9fff，。、：]{4,16})")
_SAMPLES, _MIN_SAMPLES = 16, 3
"""Number of samples taken from a source, and how many of them the tree must contain."""
MAX_DOCUMENT_BYTES = 8_000_000
"""Maximum number of decoded bytes of a document's page: in any charset more than the characters that extraction
reads."""
_LAST_TAG_BYTES = 100_000
INLINE_PICTURE = r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]{1000,}"
"""A pattern for inline pictures: they are not text, but most of the bytes of a page that has one."""
_INLINE_PICTURE = re.compile(INLINE_PICTURE.encode())
_PROLOG_CHARS = 4_000
"""Characters in which `<html` is searched where a page does not begin with a tag."""
MAX_LINK_CHARS = 8_000
"""Longest address that is resolved: it costs time for every character."""
_WITH_QUERY = "//@*[(name()='href' or name()='src' or name()='action' or name()='data') and contains(., '?')]"

COLLECTED_TAGS = (
    "area", "audio", "base", "button", "del", "embed", "form", "frame", "iframe", "img", "input", "meta", "noscript",
    "object", "ol", "pdf", "pdf-viewer", "pre", "s", "script", "select", "strike", "style", "template", "textarea",
    "title", "video", "xmp",
)  # fmt: skip
"""Tags whose elements `WebPage.elements` lists."""


@dataclass(frozen=True)
class WebPage:
    """`url` as fetched, `text` decoded with `charset`; `tree` is parsed at first need and then kept.

    `headers`: those of the response, if known: services count and link the pages of a list there.

    Changes of the tree are seen by everyone who has the page.
    """

    url: str
    text: str
    charset: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def is_data(self) -> bool:
        """Whether this is a JSON response of a service; markup in its strings is not markup of the page."""
        return self.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")

    @property
    def is_markup(self) -> bool:
        """Whether this is a page or a part of one, and not a response of a service (data or XML). A page may begin like
        XML (XHTML), with a UTF-8 byte order mark for each file that it is built from, or with a warning of its
        program."""
        head = self.text[:_PROLOG_CHARS].lstrip("\ufeff \t\r\n").lower()
        is_tag = head.startswith("<") and not head.startswith("<?xml")
        return is_tag or ("<html" in head and not self.is_data)

    @cached_property
    def tree(self) -> html.HtmlElement:
        """The root element; of an empty document if nothing could be parsed.

        Addresses in it have their query escaped in the page's charset, so that each resolves to the address that a
        browser requests. Its text has no invisible characters.
        """
        tree = parse(self.text)
        if any(letter in self.text for letter in INVISIBLE) or _INVISIBLE_REFERENCE.search(self.text):
            _take_out_invisible(tree)
        if not self.charset.startswith("utf"):
            for address in tree.xpath(_WITH_QUERY):
                if not address.isascii():
                    address.getparent().set(address.attrname, encode_query(address, self.charset))
        return tree

    @cached_property
    def lost_chars(self) -> int:
        """Number of characters that a browser would show and that the tree lacks; 0 if it is small."""
        if self._tree_holds_samples():
            return 0
        hidden = (element.text or "" for element in self.tree.iter("script", "style", "title"))
        held = count_beyond_ascii("".join(self.tree.itertext())) - count_beyond_ascii("".join(hidden))
        shown = shown_chars(self.text)
        return shown - held if held < _LOST_SHARE * shown else 0

    def _tree_holds_samples(self) -> bool:
        """Whether the tree contains words from all over the source, in their order and including the last ones.

        Counting what is shown costs ten times as much. Single samples may be missing: words in comments.
        """
        held = all_text(self.tree)
        step = len(self.text) // _SAMPLES + 1
        at, are_held = 0, [False]
        for start in range(0, len(self.text), step):
            if sample := _SAMPLE.search(self.text, start, start + step):
                place = held.find(sample[1], at)
                if place < 0 and not are_held[-1]:  # two in a row
                    return False
                are_held.append(place >= 0)
                at = max(at, place)
        return are_held[-1] and sum(are_held) >= _MIN_SAMPLES

    @cached_property
    def lower(self) -> str:
        """The text in lower case: a pattern that takes both cases costs ten times as much."""
        return self.text.lower()

    @cached_property
    def lower_ascii(self) -> bytes:
        """The text in lower case with `?` for each letter beyond ASCII, made in a fifth of the time of `lower`."""
        return self.text.encode("ascii", "replace").lower()

    @cached_property
    def live_source(self) -> str:
        """The text without the comments of markup and scripts: where calls and values of scripts are searched."""
        return live_source(self.text)

    @cached_property
    def elements(self) -> dict[str, list[html.HtmlElement]]:
        """The elements of `COLLECTED_TAGS` by tag, in document order, as parsed (before script output)."""
        elements: dict[str, list[html.HtmlElement]] = {tag: [] for tag in COLLECTED_TAGS}
        for element in self.tree.iter(*COLLECTED_TAGS):  # one walk: five of them cost as much as the parse
            elements[element.tag].append(element)
        return elements


def is_readable(body: bytes, content_type: str) -> bool:
    """Whether the body is text, or a file of a kind found at addresses of pages: a document, a packed sitemap."""
    return is_document_file(body) or body.startswith(GZIP) or is_text(body, content_type)


def read_page(body: bytes, url: str, content_type: str = "", headers: tuple[tuple[str, str], ...] = ()) -> WebPage:
    """The page in `body`; a gzip file (a packed sitemap, not a compressed response) is unpacked. Never raises."""
    text, charset = decode(_unpack(body), content_type)
    return WebPage(url=url, text=with_letters(text), charset=charset, headers=headers)


def read_document(body: bytes, url: str, content_type: str) -> WebPage:
    """Like `read_page`, but a longer body is cut to `MAX_DOCUMENT_BYTES`, not counting inline pictures, to limit
    memory."""
    body = _unpack(body)
    if len(body) > MAX_DOCUMENT_BYTES:
        body = _INLINE_PICTURE.sub(b"data:,", body)
    if len(body) > MAX_DOCUMENT_BYTES:
        # Cut before a tag, never within a character: in UTF-8, GB 18030 and Big5, `<` is never part of a character.
        tag = body.rfind(b"<", MAX_DOCUMENT_BYTES - _LAST_TAG_BYTES, MAX_DOCUMENT_BYTES)
        body = body[: tag if tag > 0 else MAX_DOCUMENT_BYTES]
    return read_page(body, url, content_type)


def _unpack(body: bytes) -> bytes:
    if not body.startswith(GZIP):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _MAX_UNPACKED_BYTES)
    except zlib.error:
        return body


def parse(text: str) -> html.HtmlElement:
    """The tree of an HTML document; an empty document where libxml2 finds nothing in it."""
    text = without_early_ends(text)
    if len(text) > _FLOOD_PAGE_CHARS and any(len(tag) > _FLOOD_TAG_CHARS for tag in START_TAG.findall(text)):
        text = "".join(
            START_TAG.sub(_strip_attributes, piece.source) if piece.kind == "markup" else piece.source
            for piece in pieces(text)
        )
    # As bytes in a stated encoding, so that neither a <meta> nor an XML declaration overrules it.
    parser = etree.HTMLParser(encoding="utf-8", remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(_CLASSES)
    if "\ufffe" in text or "\uffff" in text:
        text = text.replace("\ufffe", "").replace("\uffff", "")
    raw = text.encode("utf-8", "replace")
    if any(byte in raw for byte in _REFUSED_BYTES):  # looking for each of them costs a third of taking them all out
        raw = raw.translate(None, _REFUSED_BYTES)
    try:
        root = etree.fromstring(raw, parser) if raw and not raw.isspace() else None
    except etree.LxmlError:
        root = None
    if root is None:
        root = etree.fromstring(b"<html><body></body></html>", html.HTMLParser(encoding="utf-8"))
    _close_void_elements(root)
    return root


def _close_void_elements(tree: html.HtmlElement) -> None:
    """Moves what libxml2 put into elements that have no content to the place behind them."""
    for element in list(tree.iter(*_VOID)):
        parent, inside = element.getparent(), list(element)
        if parent is None or not (inside or element.text):
            continue
        behind = element.tail or ""
        element.tail, element.text = element.text or "", None
        at = parent.index(element) + 1
        parent[at:at] = inside
        last = inside[-1] if inside else element
        last.tail = (last.tail or "") + behind


def _take_out_invisible(tree: html.HtmlElement) -> None:
    for element in tree.iter():
        if element.text and _INVISIBLE.search(element.text) and element.tag not in ("script", "style"):
            element.text = _INVISIBLE.sub("", element.text)
        if element.tail and _INVISIBLE.search(element.tail):
            element.tail = _INVISIBLE.sub("", element.tail)


def all_text(element: html.HtmlElement) -> str:
    """All text in an element, that of scripts too."""
    return str(_ALL_TEXT(element))


def _strip_attributes(tag: re.Match[str]) -> str:
    bare = _QUOTED.sub("", tag[0]) if len(tag[0]) > _FLOOD_TAG_CHARS else ""
    return f"{bare.split()[0]}>" if sum(map(bare.count, "=/ \t\n\f")) > _MAX_ATTRIBUTES else tag[0]


@lru_cache(maxsize=4096)
def absolute(url: str, base: str) -> str | None:
    """`url` resolved against `base`, without its fragment; None if it is not an http(s) address.

    Slashes are read as in browsers (`with_slashes`).
    """
    if len(url) > MAX_LINK_CHARS:
        return None
    if plain := join_plain(base, url):
        return plain
    try:
        joined = with_plain_host(urljoin(base, with_slashes(url.strip())))
        parts = urlsplit(joined)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return joined.split("#", 1)[0]


def visible_parts(page: WebPage, unseen: frozenset[str]) -> Iterator[str]:
    """The texts between the page's tags, in their order, without white space alone, and without those in elements whose
    tags are in `unseen`."""
    walk = etree.iterwalk(page.tree, events=("start", "end", "comment"))
    for event, element in walk:
        if event == "start" and element.tag in unseen:
            walk.skip_subtree()
        elif (text := element.text if event == "start" else element.tail) and not text.isspace():
            yield text


def visible_text(page: WebPage, unseen: frozenset[str], at_most: int) -> str:
    """The page's text without white space and without the text in elements whose tags are in `unseen`.

    If it is longer than `at_most`, only a beginning of at least that length: for most pages the first elements suffice.
    """
    parts, length = [], 0
    for text in visible_parts(page, unseen):
        parts.append("".join(text.split()))
        length += len(parts[-1])
        if length > at_most:
            break
    return "".join(parts)


def base_url(page: WebPage) -> str:
    """The address that relative addresses are resolved against: `<base href>`, or the page's own."""
    for element in page.elements["base"]:
        if element.get("href"):
            return absolute(element.get("href", ""), page.url) or page.url
    return page.url


def links(page: WebPage) -> Iterator[tuple[str, str]]:
    """(absolute address, text) of every `<a href>` that leads to http(s), in document order."""
    base = base_url(page)
    for element in page.tree.iter("a"):
        address = absolute(element.get("href") or "", base)
        if address and (element.get("href") or "").strip() not in ("", "#"):
            yield address, " ".join("".join(element.itertext()).split())
