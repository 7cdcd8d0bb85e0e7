"""What the demo sites publish: invented documents of invented agencies, as values that every family can render.

A `Document` is the single truth for a site and for its goldens: the site shows some of it, the archive must hold
exactly what was shown.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `place` is where it stands: "text", "heading", "centre" or "right"."""

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
    """A file beside a document; `name` with its extension, as a visitor reads it."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Document:
    """One disclosed document. An empty string or None means that it has no such field.

    `breaks` are the numbers of the blocks before which a new page of the article begins.
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
        """The main text: one line a paragraph, list item or table row (cells joined by a tab)."""
        return "\n".join(line for block in self.body for line in lines(block))

    @property
    def pages(self) -> tuple[tuple[Block, ...], ...]:
        """The body as the pages of its article, one page for most."""
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


def chinese(day: date) -> str:
    """`2023年4月16日`."""
    return f"{day.year}年{day.month}月{day.day}日"
