"""The main text without the header lines above it, and without the tools and related links below it."""

from dataclasses import replace

from etl.extract.page.blocks import Blocks
from etl.extract.text.body import Body
from etl.extract.text.boxes import below_boxes, without_foot
from etl.extract.text.end_of_text import before_boxes, behind_signature, end_of_text
from etl.extract.text.start_of_text import header_below_note, start_of_text


def trim(blocks: Blocks, body: Body, title: str) -> Body:
    """The body without header lines above the text, and without tools and related links below it."""
    indices = [i for i, _ in blocks.visible_blocks(body.first, body.last, body.revealed)]
    if not indices:
        return body
    begin, first = indices[0], start_of_text(blocks, indices, title, body.rule)
    indices = without_foot(blocks, [i for i in indices if i >= first])
    if not indices:
        return replace(body, first=first, last=first)
    indices, insets = before_boxes(blocks, below_boxes(blocks, indices, begin))
    first = max(first, indices[0])
    last = behind_signature(blocks, max(first, end_of_text(blocks, indices)), body)
    return replace(body, first=first, last=last, insets=insets, header=header_below_note(blocks, indices))
