"""Files that belong to the document."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from urllib.parse import parse_qsl, unquote

from etl.extract.lexicon.labels import squash
from etl.extract.lexicon.marks import MARK
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.trimming import Body, aside
from etl.extract.types import Attachment
from etl.web.page import LONGEST_ADDRESS, WebPage, absolute, base_url
from etl.web.script.values import unquoted

_ENDING = r"(?:pdf|docx?|xlsx?|wps|et|pptx?|dps|ofd|rtf|csv|zip|rar|7z|ceb|txt|tif)"
_FILE = re.compile(rf"\.{_ENDING}(?=$|[?#&])", re.IGNORECASE)
_NAMED = re.compile(rf"\.{_ENDING}\s*$", re.IGNORECASE)
_SERVICE = re.compile(r"file-?download|downfile|/download\b|attachdown|document/download|downloadfile|upfile")
_QUOTED = re.compile(r"""("[^"\n]{4,400}"|'[^'\n]{4,400}')""")
_QUOTED_FILE = re.compile(rf"\.{_ENDING}[\"']", re.IGNORECASE)
_LISTED = re.compile(
    rf"""\{{[^{{}}]{{0,600}}?\b(?:url|href|path|fileurl)["']?\s*:\s*("[^"\n]+\.{_ENDING}"|'[^'\n]+\.{_ENDING}')[^{{}}]{{0,300}}\}}""",
    re.IGNORECASE,
)
_NAME = re.compile(r"""\b(?:name|title|filename)["']?\s*:\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)
_ICON = re.compile(r"fileTypeImages|/icon|icon_|\.gif(?:$|\?)|qrcode|ewm|/share|logo", re.IGNORECASE)
_ANNEX = re.compile(r"[\s【\[（(]*(?:附件|附表|附图|文件下载|相关附件|下载附件)")
_STORED = re.compile(r"down|attach|file|upload", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:s?html?|jhtml)(?:$|[?#])|/$", re.IGNORECASE)
_BEGINNING = 40
_ABOVE = 6
"""Lines above the headline among which buttons for the whole document stand (下载文字版)."""
_AFTER = 25
_MOST = 2_000
"""Files of a page: the longest list of annexes seen has some hundred."""


def find_attachments(page: WebPage, blocks: Blocks, body: Body, title: str = "") -> tuple[Attachment, ...]:
    """Files linked from the text, from the header above it and from the lines below it; each address once."""
    told = chain(_linked(page, blocks, body, title), _listed(page), _embedded(page))
    return distinct(Attachment(url, name) for url, name in islice(told, _MOST))


def distinct(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, where it stood first, with the first name that says something."""
    found: dict[str, Attachment] = {}
    for file in files:
        known = found.setdefault(file.url, file)
        if not known.name and file.name:
            found[file.url] = replace(known, name=file.name)
    return tuple(found.values())


def _linked(page: WebPage, blocks: Blocks, body: Body, title: str) -> Iterator[tuple[str, str]]:
    base = base_url(page)
    headline: int | None = None
    for node in blocks.anchors:
        if node.hidden > body.inside or node.first > body.last + _AFTER:
            continue
        within = body.first <= node.first < max(body.last, body.first + 1)
        for href in _targets(node.element):
            is_file = _FILE.search(unquote(href) if "%" in href else href) is not None
            stored = not is_file and _STORED.search(href) is not None and not _PAGE.search(href)
            if not (is_file or stored or within):
                continue
            name = " ".join("".join(node.element.itertext()).split())
            annex = _is_annex(blocks, node)
            if not (is_file or (_NAMED.search(name) and (within or _is_service(href) or annex)) or (stored and annex)):
                continue
            if not name and node.element.find(".//img") is None:
                continue
            if not (within or annex):
                if node.first < body.first and headline is None:
                    headline = _headline(blocks, body, title)
                if node.first < (headline or 0) - _ABOVE or aside(blocks, node.parent, body) is not None:
                    continue
            url = absolute(href, base)
            if url:
                yield url, name or unquote(url.rsplit("/", 1)[-1])


def _is_annex(blocks: Blocks, node: Node) -> bool:
    """Whether the page calls the link an annex, in its line or in the one before."""
    lines = [b.text[:_BEGINNING] for _, b in blocks.seen(max(0, node.first - 1), node.first + 1)]
    return any(_ANNEX.match(line.replace(MARK, "")) for line in lines)


def _headline(blocks: Blocks, body: Body, title: str) -> int:
    """Where the headline above the text stands; files well above it are those of menus."""
    wanted = squash(title)
    above = [i for i, b in blocks.seen(0, body.first) if len(b.text) >= len(title) > 0]
    return next((i for i in reversed(above) if squash(blocks.blocks[i].text) == wanted), 0)


def _is_service(href: str) -> bool:
    lower = href.lower()
    return ("down" in lower or "upfile" in lower) and _SERVICE.search(lower) is not None


def _targets(element: object) -> Iterator[str]:
    href = (element.get("href") or "").strip()  # type: ignore[attr-defined]
    if len(href) > LONGEST_ADDRESS:
        return
    if href and not href.lower().startswith(("javascript:", "#", "mailto:")):
        yield href
        return
    for attribute in ("onclick", "href", "data-href", "data-url"):
        for literal in _QUOTED.findall(element.get(attribute) or ""):  # type: ignore[attr-defined]
            text = unquoted(literal)
            if _FILE.search(text):
                yield text


def _listed(page: WebPage) -> Iterator[tuple[str, str]]:
    """Files in arrays of objects from which a script builds the links."""
    base = base_url(page)
    for script in page.told["script"]:
        source = script.text or ""
        if not _QUOTED_FILE.search(source):
            continue
        for match in _LISTED.finditer(source):
            url = absolute(unquoted(match.group(1)), base)
            name = _NAME.search(match.group(0))
            if url:
                yield url, unquoted(name.group(1)) if name else ""


def _embedded(page: WebPage) -> Iterator[tuple[str, str]]:
    """Files that the page shows in itself: `<embed>`, `<object>`, a viewer in a frame with `?file=…`."""
    base = base_url(page)
    for element in (*page.told["embed"], *page.told["iframe"], *page.told["object"]):
        source = (element.get("src") or element.get("data") or "").strip()[:LONGEST_ADDRESS]
        own, _, query = source.partition("?")
        for address in (source if _FILE.search(own) else "", *(unquote(v) for _, v in parse_qsl(query))):
            if _FILE.search(address) and (url := absolute(address, base)):
                yield url, unquote(url.partition("?")[0].rsplit("/", 1)[-1])
                break


def find_images(page: WebPage, blocks: Blocks, body: Body) -> tuple[Attachment, ...]:
    """The pictures of a document that has no text: those in its container, without the icons of file links."""
    base = base_url(page)
    container = blocks.nodes[body.node] if body.node >= 0 else None
    found: dict[str, Attachment] = {}
    for node in blocks.images[:_MOST]:
        if container is not None:
            inside = container.index < node.index < container.end
        else:
            inside = body.first <= node.first <= body.last
        source = node.element.get("src") or node.element.get("data-src") or ""
        if not inside or node.hidden > body.inside or _ICON.search(source):
            continue
        url = absolute(source, base)
        if url:
            name = node.element.get("title") or node.element.get("alt") or url.rsplit("/", 1)[-1]
            found[url] = Attachment(url, name, "image")
    return tuple(found.values())
