"""The main text without the header lines above it, and without the tools and related links below it."""

from dataclasses import replace
from itertools import islice

from etl.extract.page.blocks import Blocks
from etl.extract.page.prose import is_prose
from etl.extract.text.body import Body, takes_input
from etl.extract.text.boxes import below_boxes, without_foot
from etl.extract.text.end_of_text import before_boxes, behind_signature, end_of_text
from etl.extract.text.start_of_text import header_below_note, start_of_text

_MAX_FORMS = 20
"""Maximum number of forms of a page that are examined."""


def _forms_in_text(blocks: Blocks, indices: list[int]) -> tuple[range, ...]:
    """The blocks of forms to fill in (我要纠错, 评论) behind the first prose of a text."""
    if not indices:
        return ()
    within = (node for node in blocks.nodes if node.tag == "form" and indices[0] < node.first <= indices[-1])
    forms = [node for node in islice(within, _MAX_FORMS) if takes_input(node)]
    begun = next((index for index in indices if is_prose(blocks.blocks[index])), indices[-1]) if forms else 0
    return tuple(range(node.first, node.last) for node in forms if node.first > begun)


def trim(blocks: Blocks, body: Body, title: str) -> Body:
    """The body without header lines above the text, and without tools and related links below it."""
    indices = [i for i, _ in blocks.visible_blocks(body.first, body.last, body.revealed)]
    if not indices:
        return body
    begin, first = indices[0], start_of_text(blocks, indices, title, body.rule)
    indices = [i for i in indices if i >= first]
    forms = _forms_in_text(blocks, indices)
    indices = without_foot(blocks, [i for i in indices if not any(i in form for form in forms)])
    if not indices:
        return replace(body, first=first, last=first)
    indices, insets = before_boxes(blocks, below_boxes(blocks, indices, begin))
    first = max(first, indices[0])
    last = behind_signature(blocks, max(first, end_of_text(blocks, indices)), body)
    return replace(body, first=first, last=last, insets=(*insets, *forms), header=header_below_note(blocks, indices))
