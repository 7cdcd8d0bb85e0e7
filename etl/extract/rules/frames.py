"""Frames that hold the text of a document: pages of the same site that are fetched as parts of it."""

import re
from urllib.parse import urlsplit

from etl.extract.codes import BETWEEN
from etl.extract.page.blocks import Blocks
from etl.extract.page.places import position_of
from etl.extract.rules.link_targets import is_file_address
from etl.extract.text.body import Body
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import site_of

_OTHER = re.compile(
    r"(?:^|[/_.?=-])(?:share|comment|pinglun|count|counter|login|search|weather|player|video|map|top|head|header|foot|footer"
    r"|bottom|nav|menu|left|right|ad|ads|survey|vote|pdf|viewer)\d*(?:[/_.?&=-]|$)",
    re.IGNORECASE,
)
"""Words in addresses of frames that contain something other than the text."""
_MAX_FRAMES = 3
"""Maximum number of frames from which a text is joined."""


def find_frames(page: WebPage, blocks: Blocks, body: Body) -> tuple[str, ...]:
    """Absolute addresses of the frames of the same site in the place of a document's text: they are parts of the
    document if the page has no text itself. `body`: the part searched for them (`body.node` is its container)."""
    base, own = base_url(page), absolute(page.url, page.url)
    urls: dict[str, None] = {}
    for element in page.elements["iframe"]:
        source = (element.get("src") or element.get("data-src") or "").strip()
        url = absolute(source, base) if source else None
        if not url or url == own or site_of(url) != site_of(page.url) or _OTHER.search(urlsplit(url).path):
            continue
        if is_file_address(url, page.charset) or "srcdoc" in element.attrib:
            continue
        node = position_of(blocks, element)
        if body.node >= 0 and body.rule != BETWEEN:
            inside = any(around.index == body.node for around in blocks.ancestors(node.parent))
        else:
            inside = body.first <= node.first <= body.last
        if inside and node.hidden_by <= body.revealed:
            urls.setdefault(url)
    return tuple(urls)[:_MAX_FRAMES]
