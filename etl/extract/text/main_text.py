"""Finds the part of the page that is its main text.

Order of evidence: (1) a known container or pair of marks of a platform family, if it contains most of the page's prose;
(2) the deepest element with most of the prose; (3) if the page has no prose (only a file or a picture), the family's
container, else the part between the line below the headline and the page footer.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from etl.extract.codes import BETWEEN, DENSEST
from etl.extract.lexicon.labels import find_labels, label_key, match_label
from etl.extract.page.blocks import Blocks, Node
from etl.extract.page.headlines import are_alike
from etl.extract.page.prose import is_boilerplate, is_of_footer, is_prose
from etl.extract.page.subheading import is_subheading
from etl.extract.text.below_headline import (
    BLOCKS_BELOW_HEADLINE,
    around_text,
    before_footer,
    breaks_off,
    first_prose,
    is_below_text,
    is_tool_above_text,
    most_unlinked,
)
from etl.extract.text.body import WHOLE_PAGE_TAGS, Body, is_in_search_form
from etl.extract.text.containers import layout_bodies
from etl.extract.text.end_of_text import announces_more, may_be_heading
from etl.extract.text.next_elements import end_with_next
from etl.extract.text.own_lines import is_tab
from etl.file_names import has_file_name
from etl.platforms.base import Platform
from etl.web.page import WebPage

_BESIDE = re.compile(r"[\s【\[（(]*[上下前后]一[篇条]")
"""The beginning of a link to the document before or behind, always below the text."""
_MAX_IMAGES = 100
"""Maximum number of pictures of a page that are examined."""
MIN_LAYOUT_SHARE = 0.5
"""Minimum share of the page's prose in a family's container that is used as the main text."""
SAME_TEXT_SHARE = 0.9
"""Minimum share of the best container's prose in another one that counts as having the same text."""
_MIN_CHILD_SHARE = 0.8
"""Minimum share of its parent's prose that a child must contain to be used instead of the parent."""
_MIN_CELL_LINES = 3
"""Lines that a table cell must have to be the body; with fewer it belongs to a table of data."""
_MIN_COPY_CHARS = 80
"""Minimum prose of an element that counts as a second copy of the text; less may be repeated within a text."""
_MIN_PROSE_CHARS = 40
"""With less prose than this, the density of prose is not used."""

_MAX_FURNITURE_CHARS = 400
"""With less prose than this on a page, headers and footers may outweigh a short notice."""
_LIST_LINE_LINK_CHARS = 14
"""From this many linked characters on, a line belongs to a list of other documents."""
_MIN_NOTICE_CHARS = 20
"""Minimum prose of a notice; a footer may contain as much, so such a notice need not be the majority of the prose."""

_MIN_TITLE_CHARS, _MIN_SHARE_OF_TITLE = 6, 0.4
"""Minimum length of a headline, and its minimum share of `<title>`, which names the site too. The name of an agency
begins most titles and signs the text, so it is a weaker sign."""

_MENUS = frozenset(("nav", "menu", "footer"))
"""Tags and class names of menus. Even a menu may have prose, such as an introduction of the county."""


def find_body(page: WebPage, blocks: Blocks, platform: Platform | None, title: str) -> Body:
    """The part of the page that holds the main text, its edges not yet trimmed (see `trim`)."""
    total = blocks.nodes[0].prose_chars
    known = layout_bodies(page, blocks, platform)
    if total >= _MIN_PROSE_CHARS:
        held = [(prose_chars(blocks, b), b) for b in known]
        most = max((prose for prose, _ in held), default=0)
        if most >= MIN_LAYOUT_SHARE * total or (most >= _MIN_NOTICE_CHARS and total < _MAX_FURNITURE_CHARS):
            # Of nested containers, the innermost that still contains the prose.
            tight = [b for prose, b in held if prose >= SAME_TEXT_SHARE * most]
            body = _with_next(blocks, min(tight, key=lambda b: visible_chars(blocks, b)), platform)
            if most >= MIN_LAYOUT_SHARE * total or not breaks_off(blocks, body):
                return body
        headline = _headline_of(blocks, title, _MIN_SHARE_OF_TITLE)
        holds_most = densest(blocks, headline)
        if total < _MAX_FURNITURE_CHARS and (beside := _beside_prose(blocks, known, title, headline, holds_most)):
            return beside
        return holds_most
    revealed = _largest_hidden(blocks, known)
    if revealed is not None:
        return revealed
    visible = [b for b in known if b.revealed < 0]
    if visible:
        return max(visible, key=lambda b: visible_chars(blocks, b))
    return _between_headline_and_footer(blocks, title)


def _with_next(blocks: Blocks, body: Body, platform: Platform | None) -> Body:
    """A family's container with the elements behind it that go on with its text: an end tag too many may close the
    container early."""
    if body.node < 0 or blocks.nodes[body.node].last != body.last:
        return body
    is_own = platform is not None and body.rule.startswith(f"{platform.name} ")
    _, last = end_with_next(blocks, blocks.nodes[body.node], of_any_class=not is_own)
    return replace(body, last=last)


def prose_chars(blocks: Blocks, body: Body) -> int:
    """Number of characters of prose in the body: without linked lines and boilerplate."""
    if body.node >= 0:
        return blocks.nodes[body.node].prose_chars
    return sum(
        len(b.text) - b.link_chars
        for _, b in blocks.visible_blocks(body.first, body.last)
        if b.link_chars * 2 < len(b.text) and not is_boilerplate(b.text[:400])
    )


def visible_chars(blocks: Blocks, body: Body) -> int:
    """Number of visible characters in the body."""
    return sum(len(b.text) for _, b in blocks.visible_blocks(body.first, body.last, body.revealed))


def _beside_prose(blocks: Blocks, known: list[Body], title: str, headline: int, holds_most: Body) -> Body | None:
    """The document of a page whose prose is elsewhere (a tip about browsers, a warning before a link to another site).
    It is the part that a script would reveal, if that has more text than all visible prose; or the files and other
    content below the headline, if all prose is above it or after the page footer."""
    revealed = _largest_hidden(blocks, known)
    if revealed is not None and visible_chars(blocks, revealed) > blocks.nodes[0].prose_chars:
        return revealed
    files = (b for b in known if b.revealed < 0 and not prose_chars(blocks, b) and _names_a_file(blocks, b))
    of_files = max(files, key=lambda b: visible_chars(blocks, b), default=None)
    end = headline if of_files is None else of_files.last - 1
    if headline < 0 or not _is_whole_title(blocks.blocks[headline].plain, title):
        return None
    if of_files is None and blocks.blocks[headline].link_chars:
        return None
    prose = next((index for index in _sentences(blocks, holds_most) if index > headline), -1)
    if prose > headline and not any(is_boilerplate(b.text) for _, b in blocks.visible_blocks(end + 1, prose)):
        return None
    below = of_files or below_headline(blocks, headline + 1)
    return below if below.last > below.first else None


def _is_whole_title(line: str, title: str) -> bool:
    """Whether a line equals the title that the page states, without the site's name after a separator."""
    before, key, behind = label_key(title).partition(label_key(line))
    return bool(key) and not (before[-1:].isalnum() or behind[:1].isalnum())


def _sentences(blocks: Blocks, body: Body) -> Iterator[int]:
    """The indices of the body's lines of prose that are not headings."""
    for index, block in blocks.visible_blocks(body.first, body.last):
        if len(block.plain.strip()) >= _MIN_NOTICE_CHARS and is_prose(block):
            yield index


def _names_a_file(blocks: Blocks, body: Body) -> bool:
    lines = blocks.visible_blocks(body.first, body.last)
    return any(block.link_chars and has_file_name(block.plain) for _, block in lines)


def _largest_hidden(blocks: Blocks, known: list[Body]) -> Body | None:
    """The largest hidden container of a family: if the page shows nothing else, a script would reveal it."""
    hidden = [b for b in known if b.revealed >= 0 and visible_chars(blocks, b) > 3 * _MIN_PROSE_CHARS]
    return max(hidden, key=lambda b: visible_chars(blocks, b), default=None)


def densest(blocks: Blocks, headline: int = -1) -> Body:
    """The deepest element that contains most of the prose, and also the first prose below the headline (the index of
    its block; -1 if unknown), because boxes beside a short text may have more prose than the text."""
    node = inner = blocks.nodes[0]
    begins = first_prose(blocks, headline) if headline >= 0 else -1
    while True:
        best = max(blocks.children(inner), key=lambda child: child.prose_chars, default=None)
        least = _MIN_CHILD_SHARE * (node.prose_chars - _prose_of_menus(blocks, inner, best))
        if best is not None and best.prose_chars < least and _has_copy(blocks, best):
            node = inner = best
            continue
        if (
            best is None
            or best.prose_chars < least
            or best.tag in ("p", "span", "strong")
            or (begins >= 0 and not best.first <= begins < best.last)
        ):
            return _body_in(blocks, node, headline, begins)
        inner = best
        # A row is never the body, and a cell only if it contains paragraphs; otherwise the table is the text.
        if best.tag not in ("tr", "tbody") and (
            best.tag not in ("td", "th") or best.last - best.first >= _MIN_CELL_LINES
        ):
            node = best


def _body_in(blocks: Blocks, node: Node, headline: int, begins: int) -> Body:
    """The text in the densest element: from the headline on, if the element holds it with the first prose below it
    (the block `begins`; -1 for none), else the whole element and what goes on behind it."""
    if begins >= 0 and node.first <= headline < node.last:
        around = around_text(blocks, node, headline, begins)
        return Body(headline + 1, before_footer(blocks, begins, around.last), around.index, BETWEEN)
    container, last = end_with_next(blocks, node)
    if node.tag in WHOLE_PAGE_TAGS:
        prose = next(_sentences(blocks, Body(node.first, last, -1, DENSEST)), last)
        last = before_footer(blocks, max(prose, headline), last)
    return Body(node.first, last, container, DENSEST)


def _headline_of(blocks: Blocks, title: str, share: float = 0) -> int:
    """The index of the line with most of the title that the page states, or of the line below it that ends the title;
    -1 if there is none. Of several lines, the last; but of those with at least a `share` of the title, the first,
    because a text may begin with its title."""
    title_key = label_key(title)
    best, longest, rest = -1, max(_MIN_TITLE_CHARS + 1, len(title_key) * share), ""
    for index, block in blocks.visible_blocks(0, len(blocks.blocks)):
        key = label_key(block.plain)
        if len(key) >= longest + (best >= 0 and share > 0) and key in title_key:
            best, longest = index, len(key)
            rest = title_key.partition(key)[2].rstrip(".")
        elif best == index - 1 >= 0 and rest and key.startswith(rest):
            best = index
    return best


def _has_copy(blocks: Blocks, node: Node) -> bool:
    """Whether a later element has the same text: the version for phones, which a style sheet of the site hides."""
    if node.prose_chars < _MIN_COPY_CHARS:
        return False
    later = (other for other in blocks.children(blocks.nodes[node.parent]) if other.index > node.index)
    alike = (other for other in later if other.prose_chars == node.prose_chars)
    return any(_prose(blocks, other) == _prose(blocks, node) for other in alike)


def _prose(blocks: Blocks, node: Node) -> list[str]:
    lines = (block for _, block in blocks.visible_blocks(node.first, node.last))
    return [block.plain.strip() for block in lines if is_prose(block)]


def _prose_of_menus(blocks: Blocks, node: Node, best: Node | None) -> int:
    """Number of characters of prose in the menus among the children of an element, `best` not counted."""
    others = (child for child in blocks.children(node) if child.prose_chars and child is not best)
    return sum(child.prose_chars for child in others if _is_menu(child))


def _is_menu(node: Node) -> bool:
    return node.tag in _MENUS or not _MENUS.isdisjoint((node.element.get("class") or "").lower().split())


def _below_subheading(blocks: Blocks) -> int:
    """The index of the block after the last line with a source or date above the footer; used if no headline is
    known."""
    start = 0
    for index, block in blocks.visible_blocks(0, len(blocks.blocks)):
        if is_boilerplate(block.text):
            if start:
                break
        elif any(item.name in ("published_date", "source") and item.value for item in find_labels(block.text)):
            start = index + 1
    return start


def _between_headline_and_footer(blocks: Blocks, title: str) -> Body:
    """From the block after the title, or after the line with source and date, to the footer of the page; if it has
    neither, what is in the element with most words outside links."""
    headline = _headline_of(blocks, title)
    start = headline + 1 if headline >= 0 else _below_subheading(blocks)
    return below_headline(blocks, start) if start else most_unlinked(blocks)


def below_headline(blocks: Blocks, start: int) -> Body:
    """From block `start` to the footer of the page, to related links, or to rows of links."""
    end = before_heading = start
    rows, announced, above = 0, -1, None
    begins = _first_below_header(blocks, start)
    for index, block in blocks.visible_blocks(start, len(blocks.blocks)):
        is_row = block.link_chars > _LIST_LINE_LINK_CHARS and not has_file_name(block.text)
        # What a line announces (目录如下：) is written as it.
        rows = rows + 1 if is_row and not (announced >= 0 and are_alike(announced, index, blocks)) else 0
        if rows > 1:
            end = before_heading
            break
        if not block.link_chars:
            announced = index if announces_more(block.plain) else -1
        if index < begins and is_tool_above_text(block.plain.strip()):
            continue
        if is_below_text(blocks, index):
            if index > begins or not _is_link_above_text(blocks, index):
                break
            above = above or Body(start, end, -1, BETWEEN)
            start = end = before_heading = index + 1
            begins = _first_below_header(blocks, start)
            continue
        if end > start and is_in_search_form(blocks, block.node, Body(start, start, -1, BETWEEN)):
            break
        if not rows:
            before_heading, end = end if may_be_heading(block) else index + 1, index + 1
    return above if above and end == start else Body(start, end, -1, BETWEEN)


def _is_link_above_text(blocks: Blocks, index: int) -> bool:
    """Whether a line is a link to the rule or its explanation, or has the tabs of both, and is right below no picture,
    which may be the document."""
    block = blocks.blocks[index]
    is_link = block.link_chars and not _BESIDE.match(block.plain) and not is_boilerplate(block.text)
    if not (is_link or is_tab(blocks, index)):
        return False
    return not any(image.first == index and image.index < block.node for image in blocks.images[:_MAX_IMAGES])


def _first_below_header(blocks: Blocks, start: int) -> int:
    """The index of the first line below a headline that is no tool, no line of the header and no value of its labels.
    (Tools before it are skipped; behind it they belong to the text.)"""
    is_value = False
    for index, block in blocks.visible_blocks(start, len(blocks.blocks)):
        if is_tool_above_text(block.plain.strip()):
            continue
        if not (is_value or _is_of_header(block.text)):
            return index
        is_value = match_label(block.text) is not None
    return len(blocks.blocks)


def _is_of_header(line: str) -> bool:
    """Whether a line below a headline belongs to the header: it has the date or source, or labels."""
    return is_subheading(line) or bool(find_labels(line)) or match_label(line) is not None


def _is_elsewhere(blocks: Blocks, container: Body, headline: int) -> bool:
    """Whether a container is below the site's footer, or beside rows that are the document: it is above the headline
    and they are below it, or they are above it and have more words than its prose (a survey, a note of the site), or
    related links begin between the two."""
    if container.first <= headline < container.last - 1:
        return False
    is_below = container.first > headline
    rows, ends = 0, False
    for index, block in blocks.visible_blocks(
        headline + 1, container.first if is_below else headline + 1 + BLOCKS_BELOW_HEADLINE
    ):
        if is_below and is_of_footer(block.text):
            return True
        if is_below_text(blocks, index):
            ends = True
        elif not ends and block.row >= 0 and not _is_of_header(block.text):
            rows += len(block.text) - block.link_chars
    return rows > _MIN_PROSE_CHARS and (not is_below or ends or rows > prose_chars(blocks, container))


def with_prose_above(blocks: Blocks, container: Body, headline: int) -> Body:
    """The container extended up to the headline (the index of its block), if text of the document is between the two.

    A long table below the text contains most of a page's prose, and would leave the text outside. What stands below the
    headline may also have no prose at all, and more words than a container elsewhere.
    """
    if container.rule != DENSEST or headline < 0:
        return container
    if _is_elsewhere(blocks, container, headline):
        return below_headline(blocks, headline + 1)
    if headline >= container.first:
        return container
    between = [block for _, block in blocks.visible_blocks(headline + 1, container.first)]
    linked = sum(block.link_chars for block in between)
    prose = sum(len(block.text) for block in between if is_prose(block) and not find_labels(block.text))
    if prose < _MIN_PROSE_CHARS or linked * 3 > prose:
        return container
    return replace(container, first=headline + 1, node=-1)
