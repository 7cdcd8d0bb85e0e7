"""Invented documents of invented agencies, as values that every family can render.

A site's pages and its goldens come from the same `Document`: the site shows some of its fields, and the archive must
have exactly those.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `place` is its kind and alignment: "text", "heading", "centre" or "right"."""

    text: str
    place: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first row the header."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A bulleted list."""

    items: tuple[str, ...]


Block = Paragraph | Table | Items


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a document; `name`: as visitors read it, with extension."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Document:
    """One disclosed document. An empty string or None: the document lacks the field.

    `breaks`: indices of the blocks that begin a new page of the article.
    """

    key: str
    title: str
    index_number: str
    publisher: str
    source: str
    document_number: str
    written_date: date | None
    published_date: date
    effective_date: date | None = None
    subject_category: str = ""
    group_category: str = ""
    genre_category: str = ""
    keywords: tuple[str, ...] = ()
    disclosure_method: str = "主动公开"
    validity: str = ""
    body: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    breaks: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The main text: one line for each paragraph, list item or table row (cells joined by a tab)."""
        return "\n".join(line for block in self.body for line in lines(block))

    @property
    def pages(self) -> tuple[tuple[Block, ...], ...]:
        """The body, split at `breaks` into the pages of the article."""
        edges = (0, *self.breaks, len(self.body))
        return tuple(self.body[start:end] for start, end in pairwise(edges))


def lines(block: Block) -> tuple[str, ...]:
    """The text of a block, line by line."""
    match block:
        case Paragraph(text=text):
            return (text,)
        case Items(items=items):
            return items
        case Table(rows=rows):
            return tuple("\t".join(row) for row in rows)


def chinese_date(day: date) -> str:
    """`2023年4月16日`."""
    return f"{day.year}年{day.month}月{day.day}日"
