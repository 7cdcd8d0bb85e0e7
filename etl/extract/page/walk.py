"""The walk over a page's tree that makes its blocks and nodes: the costliest part of extraction."""

import re
from collections.abc import Callable
from functools import lru_cache

from lxml import etree, html

from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.prose import is_of_footer, is_prose
from etl.extract.shown.visibility import HIDDEN_CLASSES, VISIBILITY_ATTRIBUTES, Visibility

_MIN_CHARS_ABOVE = 100
"""Minimum number of characters outside links above a footer: the first words of a page may be those of its footer."""
_BLOCK, _SKIPPED = 1, 2
_BLOCKS = split_words("""
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary
    table tbody td tfoot th thead tr ul ucapcontent ucaptitle
""")
_PASSED_OVER = split_words("""
    br script style noscript noembed noframes template head title link meta select datalist button textarea iframe
    object embed svg canvas map audio video input base
""")
_KINDS = dict.fromkeys(_BLOCKS, _BLOCK) | dict.fromkeys(_PASSED_OVER, _SKIPPED)
"""Tags that end a line, and tags that are skipped with their content; all others are inline."""

_SHOWN_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)(?![\w-])", re.IGNORECASE)
_OUT_OF_LINES = re.compile(r"(?<![\w-])float\s*:\s*(?:left|right)", re.IGNORECASE)
"""What a style sets beside its line: a large first letter, a number in the margin."""


def read_blocks(root: html.HtmlElement, visibility: Visibility, wanted: frozenset[str] = frozenset()) -> Blocks:
    """The blocks and nodes of a tree; `wanted` are the ids and classes that `by_id` and `by_class` index."""
    blocks = Blocks()
    _Walk(blocks, visibility, wanted).read(root)
    count = len(blocks.blocks)
    for node in blocks.nodes:
        if node.last > count:
            node.last = count
    return blocks


class _Walk:
    """Fills the lists of `Blocks`.

    A block is made when its line ends, and an element that ends a line begins a new one: so `Node.first` is the number
    of the first block that begins inside it. `Node.last` is one more than the last block with text of it: an inline
    element includes the block that it shares with its neighbours.
    """

    __slots__ = (
        "_attributes", "_below_footer", "_blocks", "_has_text", "_interrupted", "_line", "_link_chars", "_nodes",
        "_page", "_resumes", "_unlinked",
    )  # fmt: skip

    def __init__(self, page: Blocks, visibility: Visibility, wanted: frozenset[str]) -> None:
        self._page, self._blocks, self._nodes = page, page.blocks, page.nodes
        self._attributes = _attribute_reader(page, visibility, wanted)
        self._line: list[str] = []
        """The pieces of the current line, before white space is collapsed."""
        self._has_text = False
        """Whether any piece is more than white space."""
        self._link_chars = 0
        """Number of characters in links."""
        self._interrupted = self._resumes = -1
        """The last block of a line in which a hidden inline element has begun; that which the current line goes on."""
        self._unlinked, self._below_footer = 0, False
        """Number of visible characters outside links so far; whether the site's footer, below which prose is the
        site's own, has begun."""

    def read(self, root: html.HtmlElement) -> None:
        """Reads the tree. `node` is the innermost node around the current place, the last of `around`."""
        node = Node(None, "", -1, -1, 0, 0, 0, 0, -1, -1, -1, False)  # represents the surroundings of the tree
        around, line, kind_of = [node], self._line, _KINDS.get
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            kind = kind_of(element.tag)
            if event == "start":
                if not kind and (style := element.get("style")) and _makes_line(style):
                    kind = _BLOCK
                if kind == _SKIPPED:
                    self._pass_over(element, node)
                    walker.skip_subtree()
                    continue
                if kind:
                    if line:
                        self._end_line(node)
                    self._resumes = -1
                opened = self._open(element, kind, node)
                if opened is not node:
                    node = opened
                    around.append(node)
                text = element.text
            else:
                if node.element is element:
                    around.pop()
                    kind = _BLOCK if node.line == node.index else None
                    self._close(node, kind, around[-1])
                    node = around[-1]
                if not kind:
                    line.append(INLINE_BOUNDARY)
                text = element.tail
            # White space at the beginning of a line is dropped; most texts of a page are only that.
            if text and not text.isspace():
                line.append(text)
                self._has_text = True
                if node.in_link:
                    self._link_chars += len(text.strip())
            elif text and line:
                line.append(text)

    def _pass_over(self, element: html.HtmlElement, around: Node) -> None:
        """Handles a skipped element: it may end a line, or be a marker of the template."""
        tag = element.tag
        if tag == "br":
            if self._line:
                self._end_line(around)
            self._resumes = -1
        elif tag == "meta":
            self._page.template_markers.append((element.get("name") or "", len(self._blocks) + self._has_text))

    def _open(self, element: html.HtmlElement, kind: int | None, around: Node) -> Node:
        """The node of an element that begins; `around` if no rule needs a node of its own: editors wrap every
        word in such a <span>."""
        tag, attributes, index = element.tag, element.items(), len(self._nodes)
        named, hides = self._attributes(tag, attributes, index) if attributes else (False, False)
        if not kind:
            self._line.append(INLINE_BOUNDARY)
            if not (named or hides or tag == "a" or tag == "img"):
                return around
            if hides:
                self._interrupt(around)
        first = len(self._blocks)
        node = Node(
            element,
            tag,
            index,
            around.index,
            first,
            first,
            index,
            index if kind else around.line,
            index if hides else around.hidden_by,
            index if tag == "tr" else around.row,
            index if tag == "td" or tag == "th" else around.cell,
            around.in_link or tag == "a",
        )
        self._nodes.append(node)
        if tag == "a":
            self._page.anchors.append(node)
        elif tag == "img":
            self._page.images.append(node)
        return node

    def _interrupt(self, around: Node) -> None:
        """Ends the line at a hidden inline element, behind which it goes on."""
        has_text = self._has_text
        self._end_line(around)
        if around.hidden_by < 0:
            self._interrupted = len(self._blocks) - 1 if has_text else self._resumes

    def _close(self, node: Node, kind: int | None, around: Node) -> None:
        if self._line and (kind or node.hidden_by == node.index):
            self._end_line(node)
        if kind:
            self._resumes = -1
        elif node.hidden_by == node.index and around.hidden_by < 0:
            self._resumes, self._interrupted = self._interrupted, -1
        node.last = len(self._blocks) + 1 if self._line else len(self._blocks)
        node.end = len(self._nodes)
        if node.text_chars:
            around.text_chars += node.text_chars
            around.link_chars += node.link_chars
            around.prose_chars += node.prose_chars

    def _end_line(self, node: Node) -> None:
        """Makes a block of the line, which ends in the node."""
        line, linked = self._line, self._link_chars
        self._link_chars = 0
        if not self._has_text:
            line.clear()
            return
        text = " ".join("".join(line).split())
        line.clear()
        self._has_text = False
        block = Block(text, text.replace(INLINE_BOUNDARY, ""), node.line, node.hidden_by, node.row, node.cell, linked)
        self._blocks.append(block)
        if node.hidden_by < 0:
            if self._resumes >= 0:
                self._page.resumed[len(self._blocks) - 1] = self._resumes
                self._resumes = -1
            chars = len(text)
            node.text_chars += chars
            node.link_chars += linked
            if not self._below_footer and is_prose(block):
                node.prose_chars += chars - linked
            self._unlinked += chars - linked
            if self._unlinked > _MIN_CHARS_ABOVE and not self._below_footer:
                self._below_footer = is_of_footer(text)


def ends_line(element: html.HtmlElement) -> bool:
    """Whether a line ends at an element: a line break, or an element that is not part of a line, by its tag or by its
    own style."""
    if element.tag == "br" or _KINDS.get(element.tag) == _BLOCK:
        return True
    return element.tag not in _KINDS and _makes_line(element.get("style", ""))


@lru_cache(1024)  # pages repeat their styles
def _makes_line(style: str) -> bool:
    return _SHOWN_AS_BLOCK.search(style) is not None and not _OUT_OF_LINES.search(style)


def _attribute_reader(
    page: Blocks, visibility: Visibility, wanted: frozenset[str]
) -> Callable[[str, list[tuple[str, str]], int], tuple[bool, bool]]:
    """A function of (tag, attributes, index of the coming node) that returns whether the element has an id or class,
    and whether it hides its content; it also records addresses, and wanted ids and classes."""
    by_id, clickable, addresses = page.by_id, page.clickable, page.addresses
    hidden_ids, hides = visibility.ids, visibility.hides
    has_hiding_class = _class_reader(page.by_class, HIDDEN_CLASSES | visibility.classes, wanted)

    def read(tag: str, attributes: list[tuple[str, str]], index: int) -> tuple[bool, bool]:
        named = may_hide = False
        for name, value in attributes:
            if name == "class":
                named = True
                may_hide = has_hiding_class(value, index) or may_hide
            elif name == "href":
                if tag == "a":
                    addresses[index] = value
            elif name == "id":
                named = True
                if value in wanted:
                    by_id.setdefault(value, []).append(index)
                if value in hidden_ids:
                    may_hide = True
            elif name == "onclick" or name == "pdfsrc":
                if tag != "a":
                    named = True
                    clickable.append(index)
            elif name in VISIBILITY_ATTRIBUTES and (name != "style" or "one" in value or "ONE" in value):
                may_hide = True
        if may_hide and tag not in ("body", "html"):
            may_hide = hides(attributes)
        return named, may_hide

    return read


def _class_reader(
    by_class: dict[str, list[int]], hiding: frozenset[str], wanted: frozenset[str]
) -> Callable[[str, int], bool]:
    """A function of (value of `class`, index of the node) that records wanted classes, and returns whether one may hide
    the element."""
    unremarkable: set[str] = set()  # a page repeats its values

    def read(value: str, index: int) -> bool:
        if value in unremarkable:
            return False
        classes = value.split()
        noted, may_hide = wanted.intersection(classes), not hiding.isdisjoint(classes)
        for name in noted:
            by_class.setdefault(name, []).append(index)
        if not noted and not may_hide:
            unremarkable.add(value)
        return may_hide

    return read
