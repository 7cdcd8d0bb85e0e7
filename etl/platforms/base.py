"""What a platform family knows: how its sites list documents, and where body and fields stand in a page.

A platform module holds no state and touches no network: it reads what was fetched and says what to fetch next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

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
    reported_total: int | None = None
    reported_pages: int | None = None
    next_requests: tuple[ListingRequest, ...] = ()


class NotAListing(Exception):
    """The answer does not hold the listing that its family has at this address; the text says what was missed."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a family's pages hold what: CSS selectors, the likeliest first; `marks` are the comments, or
    the names of `<meta>` elements, (regular expressions) between which the family's templates print the body.

    Layouts are evidence, not orders: extraction takes the container that holds the page's prose, and asks all
    families' layouts when it does not know whose page it has.

    `header` holds the labelled fields; where it is given and found, labels elsewhere outside the text are not read.
    A selector that begins like an XPath is one.
    """

    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    markers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document that a page carries as data (JSON in a script, hidden inputs): its body as HTML, fields, files.

    `fields` maps a field name to (value as it stands there, path of the key in the data); `attachments` holds
    (address, name).
    """

    body_html: str | None = None
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A sign by which a family is known: a regular expression and where it is looked for.

    `where`: "address" is that of the page, "link" that of a link within its site, "markup" the page's source.
    `weight`: 1 what other families show too, 2 a sign of its own, 3 proof.
    """

    what: str
    where: Literal["address", "link", "markup"]
    pattern: str
    weight: int


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A list to which a page leads, by its address and what the page calls it."""

    url: str
    name: str = ""


class Platform:
    """A family of content management systems. Subclasses override what their family does differently.

    `lists` is false if only the layout of its documents is known. `accepts_selectors`: a source file says where rows
    and fields are (key `listing`).
    """

    name: str = ""
    layout: Layout = Layout()
    lists: bool = True
    accepts_selectors: bool = False
    fingerprints: tuple[Fingerprint, ...] = ()

    def for_source(self, source: "Source") -> "Platform":
        """The family as the source's file shapes it; most families are the same for every source."""
        return self

    def start(self, source: "Source") -> tuple[ListingRequest, ...]:
        """The first listing pages of a source: one for each of its columns, unless the family begins elsewhere."""
        return tuple(ListingRequest(column.url, column.name or column.url) for column in source.columns)

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        """What the listing page says. Raises `NotAListing` where it is not the family's listing."""
        raise NotImplementedError

    def article_pages(self, page: WebPage) -> tuple[str, ...]:
        """The absolute addresses of an article's pages after this one, in order; none for most."""
        return ()

    def embedded(self, page: WebPage) -> Embedded | None:
        """The document that the page carries as data, or None where it has none."""
        return None

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        """The lists that the page may be or lead to, the likeliest first; which of them are lists shows when asked."""
        return ()

    def guess_listing(self, page: WebPage) -> "Mapping[str, Any] | None":
        """What the key `listing` may say for the page's site, where the family takes one and the page repeats rows."""
        return None
