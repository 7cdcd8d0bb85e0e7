"""What a platform family knows: how its sites list documents, and where body and fields stand in a page.

A platform module holds no state and touches no network: it reads what was fetched and says what to fetch next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.web.page import WebPage

if TYPE_CHECKING:
    from etl.sources.schema import Source


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """One page of a listing to be fetched.

    `column` names the list it belongs to (totals are kept by column), `seen` counts the entries on its pages before.
    """

    url: str
    column: str = ""
    seen: int = 0
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing: `url` absolute, `fields` whatever else it says under the names of `Extraction.fields`."""

    url: str
    title: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one listing page said: its entries, the totals it told, and the pages that follow from it."""

    entries: tuple[Entry, ...]
    told_total: int | None = None
    told_pages: int | None = None
    following: tuple[ListingRequest, ...] = ()


class NotAListing(Exception):
    """The answer does not hold the listing that its family has at this address; the text says what was missed."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a family's pages hold what: CSS selectors, the likeliest first; `marks` are the comments (regular
    expressions) between which the family's templates print the body.

    Layouts are evidence, not orders: extraction takes the container that holds the page's prose, and asks all
    families' layouts when it does not know whose page it has.
    """

    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document that a page carries as data (JSON in a script, hidden inputs): its body as HTML, fields, files.

    `fields` maps a field name to (value as it stands there, path of the key in the data); `attachments` holds
    (address, name).
    """

    body_html: str | None = None
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    attachments: tuple[tuple[str, str], ...] = ()


class Platform:
    """A family of content management systems. Subclasses override what their family does differently."""

    name: str = ""
    layout: Layout = Layout()

    def start(self, source: "Source") -> tuple[ListingRequest, ...]:
        """The first listing pages of a source: one for each of its columns, unless the family begins elsewhere."""
        return tuple(ListingRequest(column.url, column.name or column.url) for column in source.columns)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        """What the listing page says. Raises `NotAListing` where it is not the family's listing."""
        raise NotImplementedError

    def embedded(self, page: WebPage) -> Embedded | None:
        """The document that the page carries as data, or None where it has none."""
        return None
