"""The page in reading order: one walk over the tree gives blocks of text and, for every element, its range of blocks.

A container's text is a slice of blocks, so choosing a container, reading header cells and rendering tables all work on
the same lists and the tree is walked once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from etl.extract.aliases import words
from etl.extract.visible import HIDING, TELLING, Visibility

MARK = "\x02"
"""Stands in a block's text where an inline element begins or ends: `<span>来源：A</span><span>时间：B</span>`."""

_BLOCK = frozenset(
    words("""
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary
    table tbody td tfoot th thead tr ul ucapcontent ucaptitle
""")
)
_SKIP = frozenset(
    words("""
    script style noscript template head title link meta select datalist button textarea iframe object embed svg
    canvas map audio video input base
""")
)
_PUNCTUATED = re.compile("[，。；！？,;]|：$")
_FOOT = words("""
    ICP备 ICP证 公网安备 网站标识码 版权所有 主办单位 承办单位 技术支持 opyright 推荐使用 浏览器 分辨率 无障碍
    适老 网站地图 请输入 验证码 客户端
""")


def boilerplate(text: str) -> bool:
    """Whether a line belongs to the site, not to a document. (Substrings: an alternation costs ten times as much.)"""
    return any(word in text for word in _FOOT)


class Node:
    """An element: blocks[first:last] is its text, nodes[index:end] its subtree."""

    __slots__ = ("element", "end", "first", "hidden", "index", "last", "linked", "parent", "prose", "size", "tag")

    def __init__(self, element: html.HtmlElement, tag: str, index: int, parent: int, first: int, hidden: int) -> None:
        self.element = element
        self.tag = tag
        self.index = index
        self.parent = parent
        self.first = first
        self.hidden = hidden
        self.last = first
        self.end = index
        self.size = 0
        self.linked = 0
        self.prose = 0


@dataclass(slots=True)
class Block:
    """Text between two block boundaries, white space collapsed. `hidden` is the innermost hidden node around it or -1;
    `row` and `cell` the innermost tr and td/th or -1; `linked` counts characters inside links."""

    text: str
    node: int
    hidden: int
    row: int
    cell: int
    linked: int

    @property
    def plain(self) -> str:
        return self.text.replace(MARK, "")


class Blocks:
    """All blocks and nodes of a page, in document order; `nodes[0]` is the root."""

    def __init__(self, root: html.HtmlElement, visibility: Visibility, wanted: frozenset[str] = frozenset()) -> None:
        """`wanted` names the ids and classes that `by_id` and `by_class` shall know."""
        self._wanted = wanted
        self.blocks: list[Block] = []
        self.nodes: list[Node] = []
        self.comments: list[tuple[str, int]] = []
        self.anchors: list[Node] = []
        self.images: list[Node] = []
        self.by_id: dict[str, list[int]] = {}
        self.by_class: dict[str, list[int]] = {}
        self._walk(root, visibility)

    def node_of(self, element: html.HtmlElement) -> Node | None:
        return next((node for node in self.nodes if node.element is element), None)

    def _walk(self, root: html.HtmlElement, visibility: Visibility) -> None:
        blocks, nodes = self.blocks, self.nodes
        by_id, by_class = self.by_id, self.by_class
        pieces: list[str] = []
        linked = 0
        written = False
        block_stack: list[int] = []
        rows = [-1]
        cells = [-1]
        stack: list[Node] = []
        told, wanted = visibility.told, self._wanted
        links = 0

        def flush() -> None:
            nonlocal linked, written
            if not written:
                pieces.clear()
                linked = 0
                return
            text = " ".join("".join(pieces).split())
            pieces.clear()
            count, linked, written = linked, 0, False
            at = block_stack[-1] if block_stack else 0
            hidden = stack[-1].hidden if stack else -1
            size = len(text)
            blocks.append(Block(text, at, hidden, rows[-1], cells[-1], count))
            if hidden < 0:
                node = stack[-1]
                node.size += size
                node.linked += count
                if (
                    count * 2 < size
                    and (_PUNCTUATED.search(text) or size > 60)
                    and (size > 400 or not boilerplate(text))
                ):
                    node.prose += size - count

        walker = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walker:
            if event == "start":
                tag = element.tag
                if tag in _SKIP:
                    walker.skip_subtree()
                    continue
                if tag == "br":
                    flush()
                    walker.skip_subtree()
                    continue
                is_block = tag in _BLOCK
                if is_block:
                    flush()
                index = len(nodes)
                attributes = element.items()
                hidden_here = named = False
                for name, value in attributes:
                    if name == "class":
                        named = True
                        for one in value.split():
                            if one in wanted:
                                by_class.setdefault(one, []).append(index)
                            elif one in HIDING:
                                hidden_here = True
                    elif name == "id":
                        named = True
                        if value in wanted:
                            by_id.setdefault(value, []).append(index)
                    elif name in TELLING and (name != "style" or "none" in value):
                        hidden_here = True
                if (hidden_here or told) and attributes and tag not in ("body", "html"):
                    hidden_here = visibility.hides(attributes)
                if not is_block:
                    pieces.append(MARK)
                    if not (named or hidden_here or tag == "a" or tag == "img"):
                        # Nothing will be asked of it: editors wrap every word in such a <span>.
                        text = element.text
                        if text:
                            pieces.append(text)
                            if not text.isspace():
                                written = True
                                if links:
                                    linked += len(text.strip())
                        continue
                    if hidden_here:
                        flush()
                parent = stack[-1] if stack else None
                hidden = index if hidden_here else parent.hidden if parent else -1
                node = Node(element, tag, index, parent.index if parent else -1, len(blocks), hidden)
                nodes.append(node)
                stack.append(node)
                if is_block:
                    block_stack.append(index)
                    if tag == "tr":
                        rows.append(index)
                    elif tag == "td" or tag == "th":
                        cells.append(index)
                elif tag == "a":
                    links += 1
                    self.anchors.append(node)
                elif tag == "img":
                    self.images.append(node)
                text = element.text
                if text:
                    pieces.append(text)
                    if not text.isspace():
                        written = True
                        if links:
                            linked += len(text.strip())
            elif event == "end":
                tag = element.tag
                if tag in _SKIP or tag == "br":
                    pass
                elif stack[-1].element is not element:
                    pieces.append(MARK)
                else:
                    node = stack[-1]
                    is_block = tag in _BLOCK
                    if is_block or node.hidden == node.index:
                        flush()
                    stack.pop()
                    node.last = len(blocks) + (1 if pieces else 0)
                    node.end = len(nodes)
                    if stack:
                        parent = stack[-1]
                        parent.size += node.size
                        parent.linked += node.linked
                        parent.prose += node.prose
                    if is_block:
                        block_stack.pop()
                        if tag == "tr":
                            rows.pop()
                        elif tag == "td" or tag == "th":
                            cells.pop()
                    else:
                        pieces.append(MARK)
                        if tag == "a":
                            links -= 1
                tail = element.tail
                if tail:
                    pieces.append(tail)
                    if not tail.isspace():
                        written = True
                        if links:
                            linked += len(tail.strip())
            else:
                if element.text:
                    self.comments.append((element.text, len(blocks)))
                if element.tail and not element.tail.isspace():
                    pieces.append(element.tail)
                    written = True
        for node in nodes:
            node.last = min(node.last, len(blocks))

    # -- reading

    def seen(self, first: int, last: int, inside: int = -1) -> Iterator[tuple[int, Block]]:
        """The blocks of a range that a person sees; `inside` names a hidden node that counts as shown."""
        for index in range(first, min(last, len(self.blocks))):
            block = self.blocks[index]
            if block.hidden <= inside:
                yield index, block

    def ancestors(self, index: int) -> Iterator[Node]:
        """The node and the nodes around it, innermost first."""
        while index >= 0:
            node = self.nodes[index]
            yield node
            index = node.parent
