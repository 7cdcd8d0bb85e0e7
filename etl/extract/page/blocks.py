"""The page in reading order: one walk over the tree gives blocks of text and, for every element, its range of blocks.

A container's text is a slice of blocks, so choosing a container, reading header cells and rendering tables all work on
the same lists and the tree is walked once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.extract.page.visibility import HIDDEN_CLASSES, VISIBILITY_ATTRIBUTES, Visibility

_BLOCK, _SKIPPED = 1, 2
_TAG_KINDS: dict[str, int] = dict.fromkeys(
    split_words("""
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary
    table tbody td tfoot th thead tr ul ucapcontent ucaptitle
"""),
    _BLOCK,
) | dict.fromkeys(
    split_words("""
    br script style noscript template head title link meta select datalist button textarea iframe object embed svg
    canvas map audio video input base
"""),
    _SKIPPED,
)
"""Tags that end a line, and those that are passed over with all they hold; any other stands within a line."""
_PUNCTUATION = re.compile("[，。；！？,;]|：$")
_SITE_WORDS = split_words("""
    ICP备 ICP证 公网安备 网站标识码 版权所有 主办单位 承办单位 技术支持 opyright 推荐使用 浏览器 分辨率 无障碍
    适老 网站地图 请输入 验证码 客户端
""")


def is_boilerplate(text: str) -> bool:
    """Whether a line belongs to the site, not to a document. (Substrings: an alternation costs ten times as much.)"""
    for word in _SITE_WORDS:  # noqa: SIM110 — a generator costs twice as much
        if word in text:
            return True
    return False


class Node:
    """An element: blocks[first:last] is its text, nodes[index:end] its subtree."""

    __slots__ = (
        "element",
        "end",
        "first",
        "hidden_by",
        "index",
        "last",
        "link_chars",
        "parent",
        "prose_chars",
        "tag",
        "text_chars",
    )

    def __init__(
        self, element: html.HtmlElement, tag: str, index: int, parent: int, first: int, hidden_by: int
    ) -> None:
        self.element = element
        self.tag = tag
        self.index = index
        self.parent = parent
        self.first = first
        self.hidden_by = hidden_by
        self.last = first
        self.end = index
        self.text_chars = 0
        self.link_chars = 0
        self.prose_chars = 0


@dataclass(slots=True)
class Block:
    """Text between two block boundaries, white space collapsed. `hidden` is the innermost hidden node around it or -1;
    `row` and `cell` the innermost tr and td/th or -1; `linked` counts characters inside links."""

    text: str
    node: int
    hidden_by: int
    row: int
    cell: int
    link_chars: int

    @property
    def plain(self) -> str:
        return self.text.replace(INLINE_BOUNDARY, "")


class Blocks:
    """All blocks and nodes of a page, in document order; `nodes[0]` is the root."""

    def __init__(self, root: html.HtmlElement, visibility: Visibility, wanted: frozenset[str] = frozenset()) -> None:
        """`wanted` names the ids and classes that `by_id` and `by_class` shall know."""
        self._wanted = wanted
        self.blocks: list[Block] = []
        self.nodes: list[Node] = []
        self.template_markers: list[tuple[str, int]] = []
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
        wanted = self._wanted
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
            node = stack[-1]
            blocks.append(
                Block(text, block_stack[-1] if block_stack else 0, node.hidden_by, rows[-1], cells[-1], count)
            )
            if node.hidden_by < 0:
                size = len(text)
                node.text_chars += size
                node.link_chars += count
                if (
                    count * 2 < size
                    and (size > 60 or _PUNCTUATION.search(text))
                    and (size > 400 or not is_boilerplate(text))
                ):
                    node.prose_chars += size - count

        walker = etree.iterwalk(root, events=("start", "end", "comment"))
        kind_of, telling, mark = _TAG_KINDS.get, VISIBILITY_ATTRIBUTES, INLINE_BOUNDARY
        hiding, ids = HIDDEN_CLASSES | visibility.classes, visibility.ids
        add = pieces.append
        for event, element in walker:
            if event == "comment":
                if element.text:
                    self.template_markers.append((element.text, len(blocks)))
                if element.tail and not element.tail.isspace():
                    add(element.tail)
                    written = True
                continue
            tag = element.tag
            kind = kind_of(tag)
            if event == "start":
                if kind == _SKIPPED:
                    if tag == "br" and pieces:
                        flush()
                    elif tag == "meta":
                        self.template_markers.append((element.get("name") or "", len(blocks) + written))
                    walker.skip_subtree()
                    continue
                if kind and pieces:
                    flush()
                index = len(nodes)
                hidden_here = named = False
                attributes = element.items()
                if attributes:
                    for name, value in attributes:
                        if name == "class":
                            named = True
                            for one in value.split():
                                if one in wanted:
                                    by_class.setdefault(one, []).append(index)
                                if one in hiding:
                                    hidden_here = True
                        elif name == "id":
                            named = True
                            if value in wanted:
                                by_id.setdefault(value, []).append(index)
                            if value in ids:
                                hidden_here = True
                        elif name in telling and (name != "style" or "none" in value):
                            hidden_here = True
                    if hidden_here and tag not in ("body", "html"):
                        hidden_here = visibility.hides(attributes)
                if not kind:
                    add(mark)
                    if not (named or hidden_here or tag == "a" or tag == "img"):
                        # Nothing will be asked of it: editors wrap every word in such a <span>.
                        text = element.text
                        if text:
                            add(text)
                            if not text.isspace():
                                written = True
                                if links:
                                    linked += len(text.strip())
                        continue
                    if hidden_here:
                        flush()
                if stack:
                    parent = stack[-1]
                    node = Node(
                        element, tag, index, parent.index, len(blocks), index if hidden_here else parent.hidden_by
                    )
                else:
                    node = Node(element, tag, index, -1, len(blocks), index if hidden_here else -1)
                nodes.append(node)
                stack.append(node)
                if kind:
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
                    if not text.isspace():
                        add(text)
                        written = True
                        if links:
                            linked += len(text.strip())
                    elif pieces:
                        add(text)
                continue
            if kind == _SKIPPED:
                pass
            elif stack[-1].element is not element:
                add(mark)
            else:
                node = stack[-1]
                if pieces and (kind or node.hidden_by == node.index):
                    flush()
                stack.pop()
                node.last = len(blocks) + 1 if pieces else len(blocks)
                node.end = len(nodes)
                if stack and node.text_chars:
                    parent = stack[-1]
                    parent.text_chars += node.text_chars
                    parent.link_chars += node.link_chars
                    parent.prose_chars += node.prose_chars
                if kind:
                    block_stack.pop()
                    if tag == "tr":
                        rows.pop()
                    elif tag == "td" or tag == "th":
                        cells.pop()
                else:
                    add(mark)
                    if tag == "a":
                        links -= 1
            tail = element.tail
            if tail:
                if not tail.isspace():
                    add(tail)
                    written = True
                    if links:
                        linked += len(tail.strip())
                elif pieces:  # white space that leads a line says nothing: most of a page's texts are that
                    add(tail)
        for node in nodes:
            node.last = min(node.last, len(blocks))

    # -- reading

    def visible_blocks(self, first: int, last: int, revealed: int = -1) -> Iterator[tuple[int, Block]]:
        """The blocks of a range that a person sees; `revealed` is a hidden node that counts as shown."""
        for index in range(first, min(last, len(self.blocks))):
            block = self.blocks[index]
            if block.hidden_by <= revealed:
                yield index, block

    def ancestors(self, index: int) -> Iterator[Node]:
        """The node and the nodes around it, innermost first."""
        while index >= 0:
            node = self.nodes[index]
            yield node
            index = node.parent
