"""Breadcrumbs: the line that says where on its site a page is (首页 > 通知公告 > …)."""

import re

from etl.extract.page.blocks import Blocks
from etl.extract.page.subheading import is_subheading

_MAX_CRUMBS, _CRUMB_TAGS = 9, ("li", "span", "dd", "div")
_BREADCRUMB = re.compile(r"^(?:(?:您)?(?:当前|现在|所在)?(?:的)?(?:所在)?位置[:：]?\s*)?(?:网站|本站|返回)?首页")
_CRUMB_SEPARATOR = re.compile(r"\s*(?:>+|›|»|→|＞|/)\s*")


def end_of_breadcrumb(blocks: Blocks, index: int) -> str | None:
    """The last part of a breadcrumb (首页 > 通知公告 > …, in one line or in items); None for any other line."""
    block = blocks.blocks[index]
    text = block.plain.strip()
    if _BREADCRUMB.match(text):
        return _CRUMB_SEPARATOR.split(text)[-1].strip() if _CRUMB_SEPARATOR.search(text) else ""
    parent = blocks.nodes[blocks.nodes[block.node].parent]
    is_short = parent.last - parent.first < _MAX_CRUMBS
    if index > parent.first and is_short and blocks.nodes[block.node].tag in _CRUMB_TAGS:
        items = blocks.blocks[parent.first : parent.last]
        starts = items[0].link_chars and _BREADCRUMB.fullmatch(items[0].plain.strip(" >›»/"))
        # A whole page may be as short, and begin with a link 首页: then one of its lines has 发布时间.
        if starts and not any(is_subheading(item.text) for item in items):
            return text
    return None
