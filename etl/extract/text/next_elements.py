"""Elements right behind the densest one that go on with its text: a few short lines, or the signature, may stand in
elements of their own."""

import re

from etl.dates import SIGNED_DATE
from etl.extract.lexicon.aliases import AMBIGUOUS_LABELS
from etl.extract.lexicon.labels import find_labels, match_label
from etl.extract.lexicon.page_tools import is_page_tool
from etl.extract.page.blocks import Block, Blocks, Node
from etl.extract.page.prose import OF_SITE, is_boilerplate, is_tip
from etl.extract.page.subheading import NUMBERED
from etl.extract.text.body import WHOLE_PAGE_TAGS
from etl.extract.text.boxes import HEADINGS
from etl.extract.text.end_of_text import starts_related_links
from etl.file_names import has_file_name

_NO_TEXT = frozenset(("form", "input", "select", "button", "textarea", "iframe"))
"""Elements that are rare in the rest of a text, and common in what is behind it."""
_MIN_COPY_CHARS = 20
"""A line of this length that the text has already is a copy of it."""
_NUMBERED_IN_DIGITS = re.compile(r"\s*\d{1,2}[.、．]")
_MIN_SENTENCE_CHARS = 20
"""Minimum length of a first line that is a sentence of the text; a shorter one may head a box."""
_SIGNED, _BELOW_SIGNATURE = re.compile(rf"{SIGNED_DATE}$"), re.compile(r"\s*[（(]|\s*(?:附件|抄送|注)")
"""The end of a signature; the beginnings of lines below one."""


def end_with_next(blocks: Blocks, node: Node, *, of_any_class: bool = True) -> tuple[int, int]:
    """(index of the container, index of the block after its last line) of the text that begins in an element and goes
    on in the elements behind it, also behind tools of the page. `of_any_class`: also in elements of another class, if
    their sentences go on."""
    container, names, parent = node.index, {"", _name(node)}, blocks.nodes[max(node.parent, 0)]
    while parent.parent >= 0 and (parent.first, parent.last) == (node.first, node.last):
        node, parent = parent, blocks.nodes[parent.parent]
    last = end = node.last
    behind_tools = False
    above = dict.fromkeys(_lines(blocks, node))
    index = parent.end if parent.tag in WHOLE_PAGE_TAGS else node.end
    while index < parent.end:
        sibling = blocks.nodes[index]
        lines = _lines(blocks, sibling)
        if sibling.first > end:
            break
        if lines and all(map(is_page_tool, lines)):
            end, index, behind_tools = sibling.last, sibling.end, True
            names.discard("")
            continue
        is_of_it = _name(sibling) in names or (not behind_tools and any(map(_SIGNED.search, lines)))
        is_of_it = is_of_it or (of_any_class and _reads_on(lines))
        if not is_of_it or not _is_text(blocks, sibling) or not _may_follow(above, lines):
            break
        above.update(dict.fromkeys(lines))
        end, index = sibling.last, sibling.end
        if any(_is_own_line(blocks, block) for block in blocks.blocks[sibling.first : end]):
            last = end
    return (container, last) if last == node.last else (parent.index, last)


def _is_own_line(blocks: Blocks, line: Block) -> bool:
    """Whether a line is the text's own: a heading alone begins a box, links alone are files below the text."""
    return not line.link_chars and blocks.nodes[line.node].tag not in HEADINGS


def _lines(blocks: Blocks, node: Node) -> list[str]:
    return [block.plain.strip() for _, block in blocks.visible_blocks(node.first, node.last)]


def _may_follow(above: dict[str, None], lines: list[str]) -> bool:
    """Whether lines may go on with a text: they repeat none of its long lines, as a copy for phones does, and no
    signature ends it above them. `above`: the lines of the text, in order."""
    is_signed = _SIGNED.search(next(reversed(above), "")) is not None
    repeats = any(len(line) >= _MIN_COPY_CHARS and line in above for line in lines)
    return not repeats and not (is_signed and lines and not _BELOW_SIGNATURE.match(lines[0]))


def _reads_on(lines: list[str]) -> bool:
    """Whether lines in an element of another kind are sentences that go on with a text, without a heading of a box."""
    if not any(line.endswith(("。", "；")) for line in lines) or any(map(OF_SITE.search, lines)):
        return False
    first = lines[0]
    if NUMBERED.match(first) or _NUMBERED_IN_DIGITS.match(first):
        return True
    return len(first) >= _MIN_SENTENCE_CHARS and first.endswith(("。", "；", "："))


def _name(node: Node) -> str:
    return node.element.get("class") or node.element.get("id") or ""


def _is_text(blocks: Blocks, node: Node) -> bool:
    """Whether an element has nothing but lines of a text: no link but to files, no tool, nothing about the site, no
    fields."""
    if any(each.tag in _NO_TEXT for each in blocks.nodes[node.index : node.end]):
        return False
    return not any(_is_beside_text(block) for _, block in blocks.visible_blocks(node.first, node.last))


def _is_beside_text(line: Block) -> bool:
    label = match_label(line.text)
    labels = (*find_labels(line.text), *((label,) if label else ()))
    return (
        (line.link_chars > 0 and not (has_file_name(line.plain) or line.plain.strip().startswith("附件")))
        or is_boilerplate(line.text)
        or is_tip(line.text)
        or is_page_tool(line.plain.strip())
        or starts_related_links(line)
        or any(each.name and each.label not in AMBIGUOUS_LABELS for each in labels)
    )
