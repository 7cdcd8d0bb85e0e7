"""Attachments: files that belong to the document."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from urllib.parse import unquote

from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.trimming import Body, enclosing_sidebar
from etl.extract.types import Attachment
from etl.file_names import FILE_ENDING
from etl.web.page import MAX_ADDRESS_CHARS, WebPage, absolute, base_url
from etl.web.script.values import unquote_literal
from etl.web.urls import encode_query, unquote_query

_FILE = re.compile(rf"\.{FILE_ENDING}(?=$|[?#&])", re.IGNORECASE)
_NAME_ENDS_AS_FILE = re.compile(rf"\.{FILE_ENDING}\s*$", re.IGNORECASE)
_SERVICE = re.compile(r"file-?download|downfile|/download\b|attachdown|document/download|downloadfile|upfile")
_QUOTED = re.compile(r"""("[^"\n]{4,400}"|'[^'\n]{4,400}')""")
_QUOTED_FILE = re.compile(rf"\.{FILE_ENDING}[\"']", re.IGNORECASE)
_FILE_OBJECT = re.compile(
    rf"""\{{[^{{}}]{{0,600}}?\b(?:url|href|path|fileurl)["']?\s*:\s*("[^"\n]+\.{FILE_ENDING}"|'[^'\n]+\.{FILE_ENDING}')[^{{}}]{{0,300}}\}}""",
    re.IGNORECASE,
)
_NAME_KEY = re.compile(r"""\b(?:name|title|filename)["']?\s*:\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)
_ICON = re.compile(r"fileTypeImages|/icon|icon_|\.gif(?:$|\?)|qrcode|ewm|/share|logo", re.IGNORECASE)
_ANNEX = re.compile(r"[\s【\[（(]*(?:附件|附表|附图|文件下载|相关附件|下载附件)")
_STORED = re.compile(r"down|attach|file|upload", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:s?html?|jhtml)(?:$|[?#])|/$", re.IGNORECASE)
_LINE_START_CHARS = 40
_BLOCKS_ABOVE = 6
"""Blocks above the headline where buttons for the whole document stand (下载文字版)."""
_BLOCKS_BELOW = 25
_MAX_FILES = 2_000
"""Most files of a page: the longest list of attachments seen has some hundred."""


def find_attachments(page: WebPage, blocks: Blocks, body: Body, title: str = "") -> tuple[Attachment, ...]:
    """Files that the text, the header above it and the lines below it link to, or that scripts and frames name; each
    address once."""
    links = chain(_linked_files(page, blocks, body, title), _files_in_scripts(page), _embedded_files(page))
    return unique_attachments(Attachment(url, name) for url, name in islice(links, _MAX_FILES))


def unique_attachments(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, in order of first appearance, with its first name that is not empty."""
    by_url: dict[str, Attachment] = {}
    for file in files:
        known = by_url.setdefault(file.url, file)
        if not known.name and file.name:
            by_url[file.url] = replace(known, name=file.name)
    return tuple(by_url.values())


def _linked_files(page: WebPage, blocks: Blocks, body: Body, title: str) -> Iterator[tuple[str, str]]:
    base = base_url(page)
    headline: int | None = None
    for node in blocks.anchors:
        if node.hidden_by > body.revealed or node.first > body.last + _BLOCKS_BELOW:
            continue
        within = body.first <= node.first < max(body.last, body.first + 1)
        for href in _link_targets(node.element):
            is_file = _FILE.search(unquote_query(href, page.charset) if "%" in href else href) is not None
            stored = not is_file and _STORED.search(href) is not None and not _PAGE.search(href)
            if not (is_file or stored or within):
                continue
            name = " ".join("".join(node.element.itertext()).split())
            annex = _is_annex(blocks, node)
            if not (
                is_file
                or (_NAME_ENDS_AS_FILE.search(name) and (within or _is_download_service(href) or annex))
                or (stored and annex)
            ):
                continue
            if not name and node.element.find(".//img") is None:
                continue
            if not (within or annex):
                if node.first < body.first and headline is None:
                    headline = _headline_block(blocks, body, title)
                if (
                    node.first < (headline or 0) - _BLOCKS_ABOVE
                    or enclosing_sidebar(blocks, node.parent, body) is not None
                ):
                    continue
            url = absolute(href, base)
            if url:
                yield url, name or unquote_query(url.rsplit("/", 1)[-1], page.charset)


def _is_annex(blocks: Blocks, node: Node) -> bool:
    """Whether the line of the link, or the line before it, calls it an attachment (附件)."""
    lines = [b.text[:_LINE_START_CHARS] for _, b in blocks.visible_blocks(max(0, node.first - 1), node.first + 1)]
    return any(_ANNEX.match(line.replace(INLINE_BOUNDARY, "")) for line in lines)


def _headline_block(blocks: Blocks, body: Body, title: str) -> int:
    """The block of the headline above the text, 0 if unknown; files well above it belong to menus."""
    title_key = label_key(title)
    above = [i for i, b in blocks.visible_blocks(0, body.first) if len(b.text) >= len(title) > 0]
    return next((i for i in reversed(above) if label_key(blocks.blocks[i].text) == title_key), 0)


def _is_download_service(href: str) -> bool:
    lower = href.lower()
    return ("down" in lower or "upfile" in lower) and _SERVICE.search(lower) is not None


def _link_targets(element: object) -> Iterator[str]:
    href = (element.get("href") or "").strip()  # type: ignore[attr-defined]
    if len(href) > MAX_ADDRESS_CHARS:
        return
    if href and not href.lower().startswith(("javascript:", "#", "mailto:")):
        yield href
        return
    for attribute in ("onclick", "href", "data-href", "data-url"):
        for literal in _QUOTED.findall(element.get(attribute) or ""):  # type: ignore[attr-defined]
            text = unquote_literal(literal)
            if _FILE.search(text):
                yield text


def _files_in_scripts(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, name) of files in objects from which a script builds links."""
    base = base_url(page)
    for script in page.elements["script"]:
        source = script.text or ""
        if not _QUOTED_FILE.search(source):
            continue
        for match in _FILE_OBJECT.finditer(source):
            url = absolute(encode_query(unquote_literal(match.group(1)), page.charset), base)
            name = _NAME_KEY.search(match.group(0))
            if url:
                yield url, unquote_literal(name.group(1)) if name else ""


def _embedded_files(page: WebPage) -> Iterator[tuple[str, str]]:
    """(address, name) of files shown inside the page: `<embed>`, `<object>`, a viewer in a frame with `?file=…`."""
    base = base_url(page)
    for element in (*page.elements["embed"], *page.elements["iframe"], *page.elements["object"]):
        source = (element.get("src") or element.get("data") or "").strip()[:MAX_ADDRESS_CHARS]
        own, _, query = source.partition("?")
        values = (unquote_query(pair.partition("=")[2].replace("+", " "), page.charset) for pair in query.split("&"))
        for address in (source if _FILE.search(own) else "", *map(unquote, values)):
            if _FILE.search(address) and (url := absolute(encode_query(address, page.charset), base)):
                yield url, unquote(url.partition("?")[0].rsplit("/", 1)[-1])
                break


def find_images(page: WebPage, blocks: Blocks, body: Body) -> tuple[Attachment, ...]:
    """The pictures of a document without text: those in its container, without icons of file links."""
    base = base_url(page)
    container = blocks.nodes[body.node] if body.node >= 0 else None
    by_url: dict[str, Attachment] = {}
    for node in blocks.images[:_MAX_FILES]:
        if container is not None:
            inside = container.index < node.index < container.end
        else:
            inside = body.first <= node.first <= body.last
        source = node.element.get("src") or node.element.get("data-src") or ""
        if not inside or node.hidden_by > body.revealed or _ICON.search(source):
            continue
        url = absolute(source, base)
        if url:
            name = node.element.get("title") or node.element.get("alt") or url.rsplit("/", 1)[-1]
            by_url[url] = Attachment(url, name, "image")
    return tuple(by_url.values())
