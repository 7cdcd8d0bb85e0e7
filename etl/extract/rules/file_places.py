"""The position of a link to a file: below the word 附件, near the text, or in a part that is not the document's."""

import re
from collections.abc import Iterator
from functools import cached_property

from etl.dates import DATE
from etl.extract.lexicon.labels import label_key
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.subheading import ONLY_A_DATE
from etl.extract.rules.file_labels import operates_page, says_annex
from etl.extract.rules.link_targets import is_file_name
from etl.extract.text.body import Body, enclosing_sidebar
from etl.extract.text.boxes import is_heading_of_box

_OF_OTHERS = re.compile(
    r"[\W_]*(?:相关|关联|延伸|推荐|热点|热门|猜你|您可能)"
    r"(?:新闻|报道|文章|阅读|信息|资讯|推荐|稿件|文稿|专题|喜欢|感兴趣)[\W_]*"
)
"""Headings of links to other documents. 相关文件 is missing, because the document's own files may be below it."""
_OF_EVERYBODY = re.compile(r"中心|专区|热门|常用|推荐|办事|便民")
_MAX_HEADING_CHARS = 12
"""Words in the headings of boxes with general files, and maximum length of such a heading."""
_OF_FILES = re.compile(r"(?:^|[-_\s])fj|fujian|attach|annex|down|file", re.IGNORECASE)
"""Words in classes and ids of boxes with a document's files."""
_DAY_AT_END = re.compile(rf"(?:{DATE}|(?<!\d)\d{{1,2}}[-/.]\d{{1,2}})[\])）\s]*$")
_MAX_DAY_CHARS, _MIN_TITLE_CHARS = 24, 4
"""Maximum length of a date at the end of a line, and minimum length of the linked title before it, in lists of
documents."""
_MENUS = re.compile(r"nav|menu|sidebar", re.IGNORECASE)
"""Words in classes of columns with the same links on each page."""
_TO_OTHERS = re.compile(r"[\W_]*(?:上|下|前|后)一(?:篇|条|页|则)")
_FOOTER = re.compile(r"ICP备|公网安备|网站标识码|版权所有")
_BLOCKS_ABOVE = 6
"""Number of blocks above the headline that may be buttons for the whole document (下载文字版)."""
_ITEMS = ("li", "dd")
_MAX_LIST = 40
"""Maximum number of lines of a list of attachments below the word 附件."""


class FilePlaces:
    """The parts of a page with its document's files, and the parts with other files."""

    def __init__(self, blocks: Blocks, body: Body, title: str) -> None:
        self._blocks, self._body, self._title = blocks, body, title
        self._known: dict[int, bool] = {}

    def is_under_annex_word(self, node: Node) -> bool:
        """Whether the line of the link, the line before it, or the line before the links above it has the word 附件."""
        if node.first < self._first_annex:
            return False
        known = self._known.get(node.first)
        if known is None:
            known = self._known[node.first] = self._is_below_annex(node.first)
        return known

    @cached_property
    def _annex_lines(self) -> frozenset[int]:
        """The lines with the word 附件."""
        lines = enumerate(self._blocks.blocks)
        return frozenset(index for index, block in lines if says_annex(block.text))

    @cached_property
    def _first_annex(self) -> int:
        return min(self._annex_lines, default=len(self._blocks.blocks) + 1)

    def _is_below_annex(self, index: int) -> bool:
        """Whether a line has the word 附件, or is in the list of links below it. The list ends at tools, at a link to
        the previous or next document, and where another part of the page begins."""
        if index in self._annex_lines:
            return True
        blocks, revealed = self._blocks.blocks, self._body.revealed
        below = min(index, len(blocks) - 1)  # a link without words may be behind the last line
        for above in range(index - 1, max(index - _MAX_LIST, -1), -1):
            block = blocks[above]
            if block.hidden_by > revealed:
                continue
            if _ends_list(blocks[below].plain) or (block.link_chars and self.part_of(above) != self.part_of(below)):
                return False
            if above in self._annex_lines or self._known.get(above):
                return True
            if not self._is_linked(block):
                return False
            below = above
        return False

    @cached_property
    def _container(self) -> int:
        """The element of the text, or the innermost one around it; -1 if nothing is around it."""
        body, blocks = self._body, self._blocks
        if body.node >= 0 or body.first >= min(body.last, len(blocks.blocks)):
            return body.node
        around = blocks.ancestors(blocks.blocks[body.first].node)
        return next((node.index for node in around if node.first <= body.first and node.last >= body.last), -1)

    def part_of(self, index: int) -> tuple[object, ...]:
        """What identifies the part of the page that a line is in: the element of the text, or an element beside it.
        Elements of one kind beside it count as one part."""
        container = self._container
        part = self._blocks.nodes[self._blocks.blocks[index].node]
        if container < 0 or container <= part.index < self._blocks.nodes[container].end:
            return (container,)
        for around in self._blocks.ancestors(part.parent):
            if around.index < container < around.end:
                break
            part = around
        return part.parent, part.tag, part.element.get("class")

    def _is_linked(self, block: Block) -> bool:
        """Whether a line is mostly links, or belongs to a row or list item that has a link."""
        if block.link_chars * 10 > len(block.text) * 6:
            return True
        nodes = self._blocks.nodes
        node = nodes[block.node]
        item = node if node.tag in _ITEMS else nodes[max(node.parent, 0)]
        if item.tag in _ITEMS:
            return item.link_chars > 0
        cell = nodes[block.cell] if block.row >= 0 and block.cell >= 0 else None
        return cell is not None and cell.last - cell.first == 1 and nodes[block.row].link_chars > 0

    def is_near(self, node: Node, words: str) -> bool:
        """Whether a link is between the buttons above the headline and the lines below the text, and not in a sidebar,
        in the site's footer, or among links to other documents."""
        if self._is_in_footer(node) or self._is_of_others(node, words):
            return False
        if node.first < self._body.first and node.first < self.headline - _BLOCKS_ABOVE:
            return False
        return enclosing_sidebar(self._blocks, node.parent, self._body) is None and not self._is_in_menu(node)

    def _is_in_menu(self, node: Node) -> bool:
        return any(_MENUS.search(name) for name in self._names_around(node))

    def _names_around(self, node: Node) -> Iterator[str]:
        """Class and id of each element around a link that does not hold the text."""
        for around in self._blocks.ancestors(node.parent):
            if around.first <= self._body.first and around.last >= self._body.last:
                return
            yield f"{around.element.get('class') or ''} {around.element.get('id') or ''}"

    @cached_property
    def _footer(self) -> int:
        """The first line below the text that belongs to the site."""
        blocks = self._blocks.blocks
        lines = range(self._body.last, len(blocks))
        return next((index for index in lines if _FOOTER.search(blocks[index].text)), len(blocks))

    def _is_in_footer(self, node: Node) -> bool:
        """Whether a link is in the footer. A link without words may also be right below the footer's first line."""
        if node.first != self._footer:
            return node.first > self._footer
        return node.first < len(self._blocks.blocks) and node.index > self._blocks.blocks[node.first].node

    def _is_of_others(self, node: Node, words: str) -> bool:
        """Whether a link leads to another document: the next one, or one below a heading of other documents."""
        if node.first >= len(self._blocks.blocks):
            return False
        line = self._blocks.blocks[node.first].plain
        if leads_to_other(line):
            return True
        if is_file_name(words):
            return False
        if any(_OF_FILES.search(name) for name in self._names_around(node)):
            return False
        return self._is_listed(node.first) or self._is_below_heading_of_others(node)

    def _is_listed(self, index: int) -> bool:
        """Whether a line is a linked title with its date, and so is a neighbouring line."""
        beside = (each for each in (index, index - 1, index + 1) if 0 <= each < len(self._blocks.blocks))
        dated = [_is_entry(self._blocks.blocks[each]) for each in beside]
        return dated[0] and any(dated[1:])

    def _is_below_heading_of_others(self, node: Node) -> bool:
        for index in range(node.first - 1, max(self._body.last, node.first - _MAX_LIST) - 1, -1):
            block = self._blocks.blocks[index]
            if not self._is_linked(block) and not ONLY_A_DATE.fullmatch(block.plain):
                heading = block.plain.strip()
                if _OF_OTHERS.fullmatch(heading) or is_heading_of_box(heading) or _OF_EVERYBODY.search(heading):
                    return len(heading) <= _MAX_HEADING_CHARS
                return False
        return False

    @cached_property
    def headline(self) -> int:
        """The block of the headline above the text, 0 if unknown; files far above it belong to menus."""
        title_key = label_key(self._title)
        lines = self._blocks.visible_blocks(0, self._body.first)
        above = [index for index, block in lines if len(block.text) >= len(self._title) > 0]
        key_of = (label_key(self._blocks.blocks[index].text) for index in reversed(above))
        return next((index for index, key in zip(reversed(above), key_of, strict=True) if key == title_key), 0)


def _ends_list(line: str) -> bool:
    """Whether a list of files ends above a line: a tool of the page, or a link to the previous or next document."""
    return leads_to_other(line) or operates_page(line)


def leads_to_other(line: str) -> bool:
    """Whether a line links the previous or next document."""
    return _TO_OTHERS.match(line) is not None


def _is_entry(line: Block) -> bool:
    """Whether a line is a linked title with its date."""
    day = _DAY_AT_END.search(line.plain[-_MAX_DAY_CHARS:])
    if day is None:
        return False
    title = len(line.plain) - len(day.string) + day.start()
    return title >= _MIN_TITLE_CHARS and line.link_chars * 10 > title * 8
