"""The page in reading order: one walk over the tree gives blocks of text and, for every element, its range of blocks.

A container's text is a slice of blocks, so choosing a container, reading header cells and rendering tables all work on
the same lists and the tree is walked once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
_LABELS_OF_HEADER = 3
"""Colons in a line without a sentence, from which on it is a line of labelled fields."""
_PUNCTUATION = re.compile("[，。；！？,;]")
_OF_FOOTERS = split_words("ICP备 ICP证 公网安备 网站标识码 opyright")
_SITE_WORDS = split_words("""
    版权所有 主办单位 承办单位 技术支持 推荐使用 浏览器 分辨率 无障碍 适老 网站地图 请输入 验证码 客户端
""")
"""Words of footers and tools that documents have too: 无障碍环境建设, 适老化改造, 手机客户端."""
_CLAUSE = re.compile("[，。；！？]")
_SITE_SENTENCE = re.compile(
    r"(?:建议|推荐|最佳|请).{0,16}(?:浏览器|分辨率)|(?:浏览|显示|访问)效果|[您你]的浏览器|浏览器.{0,6}版本"
    r"|(?:未经|不得|禁止|谢绝).{0,20}(?:转载|复制|镜像)|(?:[主承协]办单位|版权所有|技术支持)\s*[:：©@]"
)
"""What a site says in whole sentences."""
_TIP_WORDS = split_words("即将离开 即将跳转 扫一扫 智能机器人 智能客服 仅供参考")
_TIP = re.compile(
    r"即将(?:离开|跳转).{0,40}(?:网站|网页|页面|链接|网址)|“?扫一扫”?.{0,12}(?:分享|打开|朋友圈|[当本]前?页)"
    r"|智能(?:机器人|客服).{0,16}(?:为您|帮您|服务)|本(?:网站?|站).{0,30}仅供参考|(?:页面|译文|翻译).{0,16}仅供参考"
)
"""What boxes say that open over a page, and codes to be scanned."""
_TITLE_WITH_SITE_WORD = re.compile(
    r"[^\s|：:]{4,}(?:通知|通报|通告|公告|公示|公报|办法|规定|条例|细则|意见|方案|规划|计划|报告|决定|批复|复函|答复|解读|标准|规范|指南|指引|目录|清单"
    r"|名单|要点|措施|问答|倡议书|建议|提案|活动|工作|行动|工程|项目|建设|改造)[)）》”\s]*"
)


@lru_cache(4096)  # pages of one site have the same menus and footers
def is_boilerplate(text: str) -> bool:
    """Whether a line belongs to the site, not to a document. (Substrings: an alternation costs ten times as much.)"""
    for word in _OF_FOOTERS:
        if word in text:
            return True
    for word in _SITE_WORDS:
        if word in text:
            return not _is_of_document(text)
    return False


def _is_tip(text: str) -> bool:
    return any(word in text for word in _TIP_WORDS) and _TIP.search(text) is not None


def _is_of_document(text: str) -> bool:
    """Whether a line with a word of the site is a sentence or a title of a document."""
    if _CLAUSE.search(text):
        return _SITE_SENTENCE.search(text) is None
    return _TITLE_WITH_SITE_WORD.fullmatch(text.replace(INLINE_BOUNDARY, "").strip()) is not None


def is_prose(text: str, chars: int, link_chars: int) -> bool:
    """Whether a visible line is prose: not mostly links, long or punctuated, and none of the site's own."""
    if link_chars * 2 >= chars or (chars <= 60 and not text.endswith("：") and not _PUNCTUATION.search(text)):
        return False
    if text.count("：") >= _LABELS_OF_HEADER and "。" not in text:
        return False
    return chars > 400 or not (is_boilerplate(text) or _is_tip(text))


class Node:
    """An element of the page: `blocks[first:last]` is its text, `nodes[index:end]` is it with its descendants.

    Indices point into `Blocks.blocks` and `Blocks.nodes`; ranges are half-open; -1 stands for none. `parent` is the
    node around it, `hidden_by` the innermost hidden node that it is or stands in. Of its visible text, `text_chars`
    counts all characters, `link_chars` those in links, `prose_chars` those of lines of prose that are not in links.
    """

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
    """A line of text: what stands between two elements that end a line, white space collapsed.

    `text` has an `INLINE_BOUNDARY` where an inline element begins or ends. `node`, `hidden_by`, `row` and `cell` are
    indices into `Blocks.nodes`, -1 for none: the innermost element that ends a line, the innermost hidden element, tr,
    and td or th around it. `link_chars` counts its characters inside links.
    """

    text: str
    node: int
    hidden_by: int
    row: int
    cell: int
    link_chars: int

    @property
    def plain(self) -> str:
        """The text as a person reads it."""
        return self.text.replace(INLINE_BOUNDARY, "")


class Blocks:
    """All blocks and nodes of a page, in document order; `nodes[0]` is the root.

    `template_markers` are (text of a comment or name of a `<meta>`, index of the block that follows), `anchors` and
    `images` the nodes of `<a>` and `<img>`, `addresses` the `href` of an `<a>` by the index of its node, `clickable`
    the indices of other nodes with `onclick` or `pdfsrc`, `by_id` and `by_class` those of nodes by wanted id and class.
    """

    def __init__(self, root: html.HtmlElement, visibility: Visibility, wanted: frozenset[str] = frozenset()) -> None:
        """`wanted` are the ids and classes that `by_id` and `by_class` index."""
        self._wanted = wanted
        self.blocks: list[Block] = []
        self.nodes: list[Node] = []
        self.template_markers: list[tuple[str, int]] = []
        self.anchors: list[Node] = []
        self.images: list[Node] = []
        self.addresses: dict[int, str] = {}
        self.clickable: list[int] = []
        self.by_id: dict[str, list[int]] = {}
        self.by_class: dict[str, list[int]] = {}
        self._walk(root, visibility)

    def node_of(self, element: html.HtmlElement) -> Node | None:
        """The node of an element; None for one that is passed over or has no node."""
        for node in self.nodes:
            if node.element is element:
                return node
        return None

    def _walk(self, root: html.HtmlElement, visibility: Visibility) -> None:  # noqa: C901 — a loop for speed: see below
        """Fills the lists in one pass over the tree.

        It is one long loop because it is the costliest part of extraction: of 2.8 ms that an average page took it was
        1.0, and a call of a function for each text or element would add a tenth to that. At any moment:

        - `line` holds what the current line consists of, its white space not yet collapsed; `has_text` says whether any
          of it is more than white space, `link_chars` how much of it is inside links;
        - `open_nodes` are the elements around the current place that have a node, the innermost last, and `line_nodes`
          the indices of those that end a line; `rows` and `cells` those of tr and td/th, with -1 at the bottom;
        - `node.first` is the number of the first block that begins inside the element, since a block is made when its
          line ends and an element that ends a line begins with a new one. `node.last` is one more than the last block
          that holds text of it, so an inline element has the block that it shares with its neighbours. `node.end` is
          one more than the index of its last descendant.
        """
        blocks, nodes, anchors, images = self.blocks, self.nodes, self.anchors, self.images
        line: list[str] = []
        has_text = False
        link_chars = 0
        open_links = 0
        open_nodes: list[Node] = []
        line_nodes: list[int] = []
        rows, cells = [-1], [-1]
        add = line.append

        def end_line() -> None:
            nonlocal link_chars, has_text
            if not has_text:
                line.clear()
                link_chars = 0
                return
            text = " ".join("".join(line).split())
            line.clear()
            linked, link_chars, has_text = link_chars, 0, False
            node = open_nodes[-1]
            blocks.append(Block(text, line_nodes[-1] if line_nodes else 0, node.hidden_by, rows[-1], cells[-1], linked))
            if node.hidden_by < 0:
                chars = len(text)
                node.text_chars += chars
                node.link_chars += linked
                if is_prose(text, chars, linked):
                    node.prose_chars += chars - linked

        read_attributes = self._attribute_reader(visibility)
        kind_of, boundary = _TAG_KINDS.get, INLINE_BOUNDARY
        walker = etree.iterwalk(root, events=("start", "end", "comment"))
        for event, element in walker:
            # A comment: its text may be a marker of the template; what follows it belongs to the line.
            if event == "comment":
                if element.text:
                    self.template_markers.append((element.text, len(blocks)))
                if element.tail and not element.tail.isspace():
                    add(element.tail)
                    has_text = True
                continue
            if event == "start":
                tag = element.tag
                kind = kind_of(tag)
                # Tags passed over with all they hold. Their tail is read at their end.
                if kind == _SKIPPED:
                    if tag == "br" and line:
                        end_line()
                    elif tag == "meta":
                        self.template_markers.append((element.get("name") or "", len(blocks) + has_text))
                    walker.skip_subtree()
                    continue
                # What it is called, and whether it hides what it holds.
                if kind and line:
                    end_line()
                index = len(nodes)
                attributes = element.items()
                named, hides = read_attributes(tag, attributes, index) if attributes else (False, False)
                if not kind:
                    add(boundary)
                    if not (named or hides or tag == "a" or tag == "img"):
                        # No node for it, as no rule asks for it: editors wrap every word in such a <span>.
                        text = element.text
                        if text:
                            add(text)
                            if not text.isspace():
                                has_text = True
                                if open_links:
                                    link_chars += len(text.strip())
                        continue
                    if hides:
                        end_line()
                # Its node.
                if open_nodes:
                    parent = open_nodes[-1]
                    node = Node(element, tag, index, parent.index, len(blocks), index if hides else parent.hidden_by)
                else:
                    node = Node(element, tag, index, -1, len(blocks), index if hides else -1)
                nodes.append(node)
                open_nodes.append(node)
                if kind:
                    line_nodes.append(index)
                    if tag == "tr":
                        rows.append(index)
                    elif tag == "td" or tag == "th":
                        cells.append(index)
                elif tag == "a":
                    open_links += 1
                    anchors.append(node)
                elif tag == "img":
                    images.append(node)
                text = element.text
                if text:
                    if not text.isspace():
                        add(text)
                        has_text = True
                        if open_links:
                            link_chars += len(text.strip())
                    elif line:
                        add(text)
                continue
            # The end of an element: of the innermost open one, or of one without a node.
            node = open_nodes[-1]
            if node.element is not element:
                if kind_of(element.tag) != _SKIPPED:
                    add(boundary)
            else:
                tag = node.tag
                kind = kind_of(tag)
                if line and (kind or node.hidden_by == node.index):
                    end_line()
                open_nodes.pop()
                node.last = len(blocks) + 1 if line else len(blocks)
                node.end = len(nodes)
                if open_nodes and node.text_chars:
                    parent = open_nodes[-1]
                    parent.text_chars += node.text_chars
                    parent.link_chars += node.link_chars
                    parent.prose_chars += node.prose_chars
                if kind:
                    line_nodes.pop()
                    if tag == "tr":
                        rows.pop()
                    elif tag == "td" or tag == "th":
                        cells.pop()
                else:
                    add(boundary)
                    if tag == "a":
                        open_links -= 1
            # The text behind it. White space that leads a line says nothing: most of a page's texts are that.
            tail = element.tail
            if tail:
                if not tail.isspace():
                    add(tail)
                    has_text = True
                    if open_links:
                        link_chars += len(tail.strip())
                elif line:
                    add(tail)
        end = len(blocks)
        for node in nodes:
            if node.last > end:
                node.last = end

    def _attribute_reader(
        self, visibility: Visibility
    ) -> Callable[[str, list[tuple[str, str]], int], tuple[bool, bool]]:
        """A function of (tag, attributes, index of the node to come) that tells whether the element has an id or class,
        and whether it hides what it holds; it notes wanted ids and classes in `by_id` and `by_class`."""
        by_id, wanted, clickable = self.by_id, self._wanted, self.clickable
        hidden_classes, hidden_ids, addresses = HIDDEN_CLASSES | visibility.classes, visibility.ids, self.addresses
        hides = visibility.hides
        unremarkable: set[str] = set()  # a page repeats what its attributes `class` hold

        def read(tag: str, attributes: list[tuple[str, str]], index: int) -> tuple[bool, bool]:
            named = may_hide = False
            for name, value in attributes:
                if name == "class":
                    named = True
                    if value in unremarkable:
                        continue
                    classes = value.split()
                    hiding = not hidden_classes.isdisjoint(classes)
                    if not self._note_classes(classes, index) and not hiding:
                        unremarkable.add(value)
                    may_hide = may_hide or hiding
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
                elif name in VISIBILITY_ATTRIBUTES and (name != "style" or "none" in value):
                    may_hide = True
            if may_hide and tag not in ("body", "html"):
                may_hide = hides(attributes)
            return named, may_hide

        return read

    def _note_classes(self, classes: list[str], index: int) -> bool:
        """Notes the wanted ones in `by_class`; whether there are any."""
        if self._wanted.isdisjoint(classes):
            return False
        for name in classes:
            if name in self._wanted:
                self.by_class.setdefault(name, []).append(index)
        return True

    # -- reading

    def visible_blocks(self, first: int, last: int, revealed: int = -1) -> Iterator[tuple[int, Block]]:
        """(index, block) of what is visible in blocks[first:last]; `revealed` is a hidden node that counts as shown."""
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
