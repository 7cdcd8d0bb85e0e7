"""What the place of the text holds but does not show: prose, tables and lists behind a tab or a fold."""

from collections import Counter
from collections.abc import Iterable, Iterator

from etl.extract.lexicon.labels import label_key
from etl.extract.page.blocks import Block, Blocks
from etl.extract.page.headlines import MAX_COLUMN_CHARS, names_agency
from etl.extract.page.prose import is_prose
from etl.extract.text.body import WHOLE_PAGE_TAGS, Body

_MIN_LINE_CHARS = 20
"""Minimum length of a hidden line of prose that counts; shorter ones are messages of the page."""
_MIN_ENTRIES, _MIN_ITEM_CHARS = 5, 6
"""Minimum number of rows with several cells of a hidden table, or of items of a hidden list; minimum length of such an
item, as those of hidden menus are shorter."""
_WHOLE_PAGE = WHOLE_PAGE_TAGS | {"form"}


def hides_title(blocks: Blocks, titles: Iterable[str]) -> bool:
    """Whether the page states a title (`title_parts`) that only a hidden headline has, above hidden prose: what hides
    it is a class of the site that frameworks have too."""
    keys = {key for title in titles if len(key := label_key(title)) > MAX_COLUMN_CHARS and not names_agency(key)}
    lines = [(block.hidden_by >= 0, label_key(block.plain)) for block in blocks.blocks]
    has_title = any(hidden and key in keys for hidden, key in lines)
    if not has_title or any(not hidden and key in keys for hidden, key in lines):
        return False
    return any(block.hidden_by >= 0 and is_prose(block) for block in blocks.blocks)


def hidden_chars(blocks: Blocks, body: Body, text: str) -> int:
    """Number of characters of hidden lines within the body, of prose or of entries of tables and lists, that are not
    part of its text."""
    hidden = [block for block in blocks.blocks[body.first : _end(blocks, body)] if block.hidden_by > body.revealed]
    prose = (b.plain.strip() for b in hidden if is_prose(b))
    lines = (*(line for line in prose if len(line) >= _MIN_LINE_CHARS), *_entries(blocks, hidden))
    return sum(len(line) for line in dict.fromkeys(lines) if line not in text)


def _end(blocks: Blocks, body: Body) -> int:
    """The end of the body, with the hidden elements right behind its last line that are in one element with it. (A body
    without a container ends with its last visible line.)"""
    end = body.last
    while end < len(blocks.blocks) and (hidden := blocks.blocks[end].hidden_by) > body.revealed:
        around = blocks.nodes[blocks.nodes[hidden].parent]
        if around.tag in _WHOLE_PAGE or not body.first <= around.first < body.last:
            break
        end = max(end + 1, blocks.nodes[hidden].last)
    return end


def _entries(blocks: Blocks, hidden: list[Block]) -> Iterator[str]:
    """The cells and items of hidden tables and lists without links."""
    cells = [block for block in hidden if block.row >= 0 and not block.link_chars]
    items = [
        b for b in hidden if blocks.nodes[b.node].tag == "li" and not b.link_chars and len(b.text) >= _MIN_ITEM_CHARS
    ]
    rows = Counter(block.row for block in cells)
    tables = Counter(blocks.nodes[row].parent for row, count in rows.items() if count > 1)
    lists = Counter(blocks.nodes[block.node].parent for block in items)
    yield from (b.plain.strip() for b in cells if tables[blocks.nodes[b.row].parent] >= _MIN_ENTRIES)
    yield from (b.plain.strip() for b in items if lists[blocks.nodes[b.node].parent] >= _MIN_ENTRIES)
