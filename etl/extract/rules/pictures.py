"""The pictures of a document: pages of a scan or a poster if it has no text, and annexes that are pictures."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml import html

from etl.extract.codes import BETWEEN
from etl.extract.lexicon.page_tools import asks_to_follow, is_page_tool
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.places import position_of
from etl.extract.page.walk import ends_line
from etl.extract.rules.file_labels import is_numbered_annex, says_annex
from etl.extract.text.body import Body, is_in_box_beside
from etl.extract.types import Attachment
from etl.file_names import has_file_name
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import unquote_query

_ICON = re.compile(r"fileTypeImages|/icon|icon_|\.gif(?:$|\?)|qrcode|ewm|/share|logo", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:data:|about:|#|$)"
    r"|(?:^|[/_.-])(?:loading|load|lazy(?:load)?|blank|spacer|space|pixel|transparent|placeholder|grey|gray|white|empty"
    r"|null|none|default|nopic|noimg|no-?image|1x1|holder|px|pic_?bg|img_?bg)\d*(?:[_-][\w-]*)?\.(?:png|gif|jpe?g|svg|webp|bmp)(?:$|[?#])",
    re.IGNORECASE,
)
"""Addresses of placeholder pictures that a script replaces."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|webp|bmp|tiff?)(?:$|[?#!@])", re.IGNORECASE)
_LAZY = re.compile(
    r"data-(?!.*(?:low|small|thumb|placeholder|id$))[\w-]*(?:src|original|lazy|echo|url|image|img|file|real)[\w-]*"
)
"""Names of attributes from which lazy-loading scripts take the address: `data-src`, `data-original` …"""
_LAZY_NAMES = ("lazy-src", "lazyload", "original", "real_src", "_src", "lay-src", "v-lazy")
_PIXEL = re.compile(r"\s*[01](?:px)?\s*")
_PIXEL_STYLE = re.compile(r"(?<![\w-])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE)
_WORD_END, _WORD_BEGIN = re.compile(r"[\w，、（(]$"), re.compile(r"[\w，、。；）)]")
_LINES_OF_TITLE, _MAX_TITLE_CHARS = 3, 60
"""Maximum number of lines of an annex above its picture, from the line with 附件 on, and their maximum length."""
_FURTHER_NAME = re.compile(r"\s*\d{1,2}\s*[.．、]")
_LINES_BELOW = 12
"""Number of lines below the text that may contain its annexes."""
_MAX_PIECES = 200
"""Maximum number of pieces of a picture's line that are examined."""
_MAX_ITEM_CHARS = 100
"""Maximum length of a row or an item of a list of files."""
_MIN_ANNEX_WIDTH = 100
"""A picture in a text with fewer pixels than this is an icon."""
_OF_QR_CODE = re.compile("扫|二维码|关注")
_MAX_PICTURES = 2_000
"""Maximum number of pictures of a page that are examined."""


def find_images(page: WebPage, blocks: Blocks, body: Body) -> tuple[Attachment, ...]:
    """The pictures of a document without text: those in its container, except icons of file links and placeholders of
    pictures that are loaded later."""
    return _attached(page, _images(page, blocks, body))


def annexed_images(page: WebPage, blocks: Blocks, body: Body) -> tuple[Attachment, ...]:
    """The pictures in lines of their own below 附件 and the title of the annex: scans, maps, tables."""
    images: list[html.HtmlElement] = []
    for node in blocks.images[:_MAX_PICTURES]:
        within = body.first < node.first <= body.last + _LINES_BELOW and node.hidden_by <= body.revealed
        if within and _is_below_annex(blocks, node.first - 1, body) and _stands_alone(node.element):
            images.append(node.element)
    return _attached(page, images)


def _is_below_annex(blocks: Blocks, index: int, body: Body) -> bool:
    """Whether the line, or one of the few short ones above it, has the word 附件. Lines with further names of annexes
    (2.平面图) do not count."""
    others = 0
    for line in range(index, body.first - 1, -1):
        text = blocks.blocks[line].plain
        if blocks.blocks[line].link_chars or len(text) > _MAX_TITLE_CHARS or text.endswith("。"):
            return False
        # A line with the name of an annex is its title; the lines between it and a picture are the signature.
        if says_annex(text):
            return others == 0 or is_numbered_annex(text)
        others += _FURTHER_NAME.match(text) is None
        if others == _LINES_OF_TITLE:
            return False
    return False


def _stands_alone(picture: html.HtmlElement) -> bool:
    """Whether a picture has no words beside it, and is not drawn as small as an icon."""
    width = re.match(r"\d+", picture.get("width") or "")
    if width and int(width[0]) < _MIN_ANNEX_WIDTH:
        return False
    item = next((each for each in picture.iterancestors("tr", "li")), None)
    # In a row or an item of a list of files; the whole page may be one row.
    is_icon = item is not None and _is_short(item) and _links_beside(item, picture)
    return not is_icon and not any(text.strip() for text in islice(_line_around(picture), _MAX_PIECES))


def _line_around(picture: html.HtmlElement) -> Iterator[str]:
    """The texts of the line in which a picture stands."""
    element: html.HtmlElement | None = picture
    while element is not None and not ends_line(element):
        for before in element.itersiblings(preceding=True):
            yield before.tail or ""
            if ends_line(before):
                break
            yield from before.itertext()
        else:
            parent = element.getparent()
            yield (parent.text or "") if parent is not None else ""
        yield element.tail or ""
        for after in element.itersiblings():
            if ends_line(after):
                break
            yield from after.itertext()
            yield after.tail or ""
        element = element.getparent()


def _is_short(item: html.HtmlElement) -> bool:
    length = 0
    for text in item.itertext():
        length += len(text)
        if length > _MAX_ITEM_CHARS:
            return False
    return True


def _links_beside(item: html.HtmlElement, picture: html.HtmlElement) -> bool:
    own = next(picture.iterancestors("a"), None)
    return any(link is not own for link in item.iter("a"))


def _attached(page: WebPage, elements: Iterable[html.HtmlElement]) -> tuple[Attachment, ...]:
    base, own = base_url(page), absolute(page.url, page.url)
    by_url: dict[str, Attachment] = {}
    for element in elements:
        source = _address(element)
        url = absolute(source, base) if source and not _ICON.search(source) else None
        if url and url != own:
            url = _enlarged(element, base) or url
            file_name = unquote_query(url.rsplit("/", 1)[-1], page.charset)
            name = element.get("title") or element.get("alt") or file_name
            by_url.setdefault(url, Attachment(url, name, "image"))
    return tuple(by_url.values())


def _enlarged(picture: html.HtmlElement, base: str) -> str | None:
    """The address of the large picture to which a small one leads."""
    link = next(picture.iterancestors("a"), None)
    target = (link.get("href") or "") if link is not None else ""
    return absolute(target, base) if _PICTURE.search(target) else None


def pictures_in_lines(blocks: Blocks, body: Body) -> int:
    """Number of pictures between the characters of a line, as for rare characters and units. Smileys and link icons are
    not counted: they are at the end of words."""
    return sum(
        body.first <= node.first < body.last and node.hidden_by <= body.revealed and _is_between_words(node.element)
        for node in blocks.images[:_MAX_PICTURES]
    )


def _is_between_words(picture: html.HtmlElement) -> bool:
    before, parent = picture.getprevious(), picture.getparent()
    words = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    behind = picture.tail or ""
    return bool(_WORD_END.search(words) and _WORD_BEGIN.match(behind)) and _address(picture) != ""


def _images(page: WebPage, blocks: Blocks, body: Body) -> Iterator[html.HtmlElement]:
    """The visible `<img>` of the document; for a placeholder, its copy for visitors without scripts."""
    first, last = body.first, body.last
    container = blocks.nodes[body.node] if body.node >= 0 else None
    if container is not None:
        first, last = container.first, container.last
    for node in blocks.images[:_MAX_PICTURES]:
        # Whether it is in a container is decided by the tree: a picture may be above the first line.
        inside = container.index < node.index < container.end if container else first <= node.first <= last
        is_icon = _is_icon_of_file(node.element) or _is_qr_code(blocks, node)
        if not inside or node.hidden_by > body.revealed or is_icon:
            continue
        # A picture in a column beside the text is often a QR code.
        if body.rule != BETWEEN or not is_in_box_beside(blocks, node.parent, body):
            yield from (node.element,) if _address(node.element) else _twins(node.element)
    for element in page.elements["noscript"]:
        node = position_of(blocks, element)
        alone = not any(each.tag == "img" for each in _beside(element))
        if alone and first <= node.first <= last and node.hidden_by <= body.revealed:
            yield from element.iter("img")


def _is_icon_of_file(image: html.HtmlElement) -> bool:
    """Whether a picture is in a link with words, or right before one, that leads to a file other than a picture."""
    around = next(image.iterancestors("a"), None)
    link = around if around is not None else image.getnext()
    if link is None or link.tag != "a" or (link is not around and (image.tail or "").strip()):
        return False
    target = link.get("href") or ""
    return bool(link.text_content().strip()) and has_file_name(target) and not _PICTURE.search(target)


def _is_qr_code(blocks: Blocks, picture: Node) -> bool:
    """Whether the only words beside a picture say that it is a QR code: 扫一扫在手机打开当前页."""
    around = next((node for node in blocks.ancestors(picture.parent) if node.text_chars), None)
    if around is None or around.text_chars > _MAX_ITEM_CHARS:
        return False
    lines = (line.plain.strip() for _, line in blocks.visible_blocks(around.first, around.last))
    return all(_OF_QR_CODE.search(line) and (is_page_tool(line) or asks_to_follow(line)) for line in lines)


def _twins(image: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for element in _beside(image):
        if element.tag == "noscript":
            yield from element.iter("img")


def _beside(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    yield from (each for each in (element.getnext(), element.getprevious()) if each is not None)


def _address(image: html.HtmlElement) -> str:
    """The address of the picture that a visitor sees in the end; empty where only a placeholder is known."""
    if _is_pixel(image):
        return ""
    attributes = [(name.lower(), value.strip()) for name, value in image.items() if value]
    late = [v for name, v in attributes if (_LAZY.fullmatch(name) or name in _LAZY_NAMES) and "srcset" not in name]
    sets = [value for name, value in attributes if name.endswith("srcset")]
    # libxml2 does not know that <source> is empty, and reads the <img> after it as its child.
    for picture in image.iterancestors("picture"):
        sets += [each.get("data-srcset") or each.get("srcset") or "" for each in picture.iter("source")]
    likely = (value for value in late if _PICTURE.search(value) or "/" in value)
    candidates = chain(likely, (image.get("src") or "",), map(_largest, sets))
    return next((value.strip() for value in candidates if not _PLACEHOLDER.search(value.strip())), "")


def _is_pixel(image: html.HtmlElement) -> bool:
    sizes = [image.get(name) for name in ("width", "height")]
    if all(size and _PIXEL.fullmatch(size) for size in sizes):
        return True
    return len(_PIXEL_STYLE.findall(image.get("style") or "")) > 1


def _largest(srcset: str) -> str:
    """The address of the largest picture of a `srcset`."""
    best, size = "", -1.0
    for candidate in re.split(r",\s+|,(?=\S+\s+[\d.]+[wx])", srcset):
        address, _, descriptor = candidate.strip().partition(" ")
        number = re.fullmatch(r"\s*(\d{1,6}\.?\d{0,6}|\.\d{1,6})[wx]\s*", descriptor)
        value = float(number[1]) if number else 0.0
        if address and value > size:
            best, size = address, value
    return best
