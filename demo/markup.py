"""Document bodies as HTML, in three manners of editors.

"word": pasted from Word, numbers and Latin letters in spans of their own. "styled": a style on every paragraph
and a span inside. "plain": bare paragraphs with two full-width spaces.
"""

import re
from collections.abc import Iterable
from html import escape

from demo.documents import Block, Items, Paragraph, Table

LATIN = re.compile(r"([0-9A-Za-z.,%/-]+)")

STYLES = {
    "text": "text-indent: 2em; line-height: 1.75em;",
    "heading": "text-indent: 2em; line-height: 1.75em;",
    "centre": "text-align: center; line-height: 1.75em;",
    "right": "text-align: right; line-height: 1.75em;",
}
FONT = "font-size: 16px; font-family: 仿宋_GB2312, FangSong;"


def word(block: Paragraph) -> str:
    runs = "".join(
        f'<span lang="EN-US">{part}</span>' if LATIN.fullmatch(part) else f'<span style="{FONT}">{part}</span>'
        for part in LATIN.split(escape(block.text))
        if part
    )
    align = {"centre": "center", "right": "right"}.get(block.place, "justify")
    bold = f"<b>{runs}</b>" if block.place == "heading" else runs
    return f'<p class="MsoNormal" align="{align}" style="text-align: {align}; text-indent: 21pt">{bold}<o:p></o:p></p>'


def styled(block: Paragraph) -> str:
    inner = f"<strong>{escape(block.text)}</strong>" if block.place == "heading" else escape(block.text)
    return f'<p style="{STYLES[block.place]}"><span style="{FONT}">{inner}</span></p>'


def plain(block: Paragraph) -> str:
    align = {"centre": ' align="center"', "right": ' align="right"'}.get(block.place, "")
    indent = "" if align else "　　"
    inner = f"<strong>{escape(block.text)}</strong>" if block.place == "heading" else escape(block.text)
    return f"<p{align}>{indent}{inner}</p>"


MANNERS = {"word": word, "styled": styled, "plain": plain}


def table(block: Table) -> str:
    rows = "".join(
        "<tr>" + "".join(f'<td style="padding: 0 7px">{escape(cell)}</td>' for cell in row) + "</tr>\n"
        for row in block.rows
    )
    style = "border-collapse: collapse; width: 95%"
    return f'<table border="1" cellspacing="0" style="{style}"><tbody>\n{rows}</tbody></table>'


def items(block: Items) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"


def html(blocks: Iterable[Block], manner: str) -> str:
    """The blocks as HTML, with an empty paragraph before the signature."""
    out: list[str] = []
    signed = False
    for block in blocks:
        match block:
            case Paragraph():
                if block.place == "right" and not signed:
                    out.append("<p>&nbsp;</p>")
                    signed = True
                out.append(MANNERS[manner](block))
            case Table():
                out.append(table(block))
            case Items():
                out.append(items(block))
    return "\n".join(out)
