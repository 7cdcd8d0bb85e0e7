"""The base class of platform families: how their sites list documents, and where body and fields are in a page.

A family holds no state and uses no network: it parses what was fetched and returns the requests to make next.
docs/adding-a-platform.md has a skeleton.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, quote

from etl.outside import Outside
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.web.page import WebPage

if TYPE_CHECKING:
    from etl.sources.schema import Column, Source


TurnedBy = tuple[Literal["page", "start"], str]
"""What a value of a request counts (pages, or rows up to the first one of a page), and the value's name."""


@dataclass(frozen=True, slots=True)
class ListingRequest(Outside):
    """A listing page to fetch.

    `url`: may have a fragment, which is not sent; it tells `read_listing` which list of the page to read. `column`:
    name of its list; totals are kept for each list. `seen`: number of entries on the list's earlier pages.
    `by_number`: only the number in the address of the page before says that there may be such a page. `by_script`: the
    page before is turned by a script alone. `place`: the number of a page, from 2, to which the form of the page before
    leads: what is posted to get it differs with every answer. `is_named`: the page before has its number in a form or
    a script. `turned_by`: what a value of the request counts, and its name, where the source file says so.
    """

    url: str
    column: str = ""
    seen: int = 0
    method: str = "GET"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    by_number: bool = False
    by_script: bool = False
    place: int = 0
    is_named: bool = False
    turned_by: TurnedBy | None = None

    @property
    def form(self) -> dict[str, str]:
        """The values of the form that it posts; none if it posts nothing."""
        return dict(parse_qsl((self.body or b"").decode(), keep_blank_values=True))

    def behind(self, entries: Sized, url: str) -> "ListingRequest":
        """The request for the list's next page, which is at `url`, behind one with these entries."""
        return ListingRequest(url, self.column, self.seen + len(entries))


@dataclass(frozen=True, slots=True)
class Entry(Outside):
    """One line of a listing: absolute `url`, title, and further `fields` by their names in `etl/fields.py`."""

    url: str
    title: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingPage(Outside):
    """A parsed listing page: its entries, the totals reported by the site, and the next requests.

    `total_is_upper_bound`: the site itself says that the list has ended (an empty page after its last one), and the
    family is known to report totals that are never reached. Fewer documents than the total are then no failure.
    `problems`: signs in the page that its list has more rows or pages than were understood; they turn the run red.
    `promised`: addresses of further pages that the list's pager links, on pages with a next page; `numbered`: those
    among them that are linked by number. `heading`: the page's title without numbers.
    `numbers`: the numbers of the first and the last row, if each row has one and they rise or fall by one.
    `is_full`: it has as many rows as were asked for, so that others may follow.
    `may_go_on`: it fills a page, or is an answer of rows alone, and nothing on it says whether its list ends.
    `open_end`: nothing on it says whether its list ends, however many rows it has.
    `other_period`: the words of another year or month that a first page shows only on request, where it has a next page
    and its own entries are all of one.
    `of_other_lists`: number of rows left out because they belong to another list; a page with only such rows is valid.
    """

    entries: tuple[Entry, ...]
    reported_total: int | None = None
    reported_pages: int | None = None
    next_requests: tuple[ListingRequest, ...] = ()
    total_is_upper_bound: bool = False
    problems: tuple[Reason, ...] = ()
    of_other_lists: int = 0
    promised: tuple[str, ...] = ()
    heading: str = ""
    numbers: tuple[int, int] | None = None
    numbered: tuple[str, ...] = ()
    is_full: bool = False
    may_go_on: bool = False
    open_end: bool = False
    other_period: str = ""

    def with_problem(self, problem: Reason) -> "ListingPage":
        """The page with a further problem."""
        return replace(self, problems=(*self.problems, problem))


def list_names(columns: Sequence["Column"]) -> Iterator[str]:
    """What the lists of a source's columns are called in requests and reports, in their order: each otherwise, also if
    the site calls several the same."""
    number = Counter(column.name for column in columns)
    for column in columns:
        is_own = column.name and number[column.name] == 1
        yield column.name if is_own else f"{column.name} {column.url} {column.post}".strip()


def request_of_list(url: str, name: str, post: str = "") -> ListingRequest:
    """The request for the first page of a list. `post`: what is posted to its address, a form or JSON."""
    if not post:
        return ListingRequest(url, name)
    is_json = post.lstrip().startswith(("{", "["))
    media_type = "application/json" if is_json else "application/x-www-form-urlencoded"
    body = post if is_json else quote(post, safe=_OF_FORMS)
    headers = {"Content-Type": f"{media_type};charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
    return ListingRequest(url, name, 0, "POST", body.encode(), headers)


MOST_OF_A_SEARCH = 10_000
"""Maximum number of documents that searches count and show (the default of Elasticsearch)."""


def fills_page(entries: int) -> bool:
    """Whether this number of entries may be a full page of a list: sites show 10, 15, 20 …"""
    return entries >= _LEAST_SIZE and entries % 5 == 0


class NotAListing(Exception):
    """The response is not the listing that the family has at this address; `reason` says what is missing.

    Its parameters are the same in both languages: numbers, addresses, and names of the platform.
    """

    def __init__(self, code: Code, **params: object) -> None:
        self.reason = Reason.of(code, **params)
        super().__init__(self.reason.english)


UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError)
"""Exceptions raised for content in an unexpected form: only that page is lost, the others are read."""
_LEAST_SIZE = 10
_OF_FORMS = "%&=+/:;,?@!$'()*~[]{}\"|^#.-_"
"""Characters that are not escaped in a form of a source file."""
MAX_ARTICLE_PAGES = 50
"""Maximum number of further pages of an article; a pager that counts more is broken."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of body and fields in a family's pages.

    `body`, `header`: selectors, the likeliest first; CSS, or XPath if they begin like one (`etl/web/select.py`).
    `markers`: pairs of regular expressions for the comments, or names of `<meta>` elements, around the body.

    Layouts are hints: extraction takes the container with the page's prose, and tries the layouts of all
    families if the page's family is unknown. If a `header` is found, labels outside both it and the text are not read.
    """

    body: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    markers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded(Outside):
    """A document that a page carries as data: JSON in a script, or hidden inputs.

    `fields`: field name → (raw value, path of its key in the data). `attachments`: (address, name) pairs.
    """

    TEXTS = frozenset({"body_html"})

    body_html: str | None = None
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A sign of a family: a regular expression, and the part of a page in which it is searched.

    `what`: a description for people. `where`: "address" of the page, "service" for the address of a response with data,
    "link" for the path of a link within the site, "path" for that and for the address of the page itself, which counts
    1, "markup" for the page's source. `weight`: 1 other families have it too, 2 only this family has it, 3 proof.
    """

    what: str
    where: Literal["address", "service", "link", "path", "markup"]
    pattern: str
    weight: int


@dataclass(frozen=True, slots=True)
class CandidateList(Outside):
    """A page that may be a list of documents: its address, the name by which it is linked, and what is posted to it."""

    url: str
    name: str = ""
    post: str = ""


class Platform:
    """A family of content management systems. Subclasses override what their family does differently.

    `lists`: false if its pages are recognised but the form of its lists is unknown.
    `reads_fragments`: the fragment of a column's address selects one of several lists of the page.
    `accepts_selectors`: source files of the family may have the key `listing`, with selectors of rows and fields.
    """

    name: str = ""
    layout: Layout = Layout()
    lists: bool = True
    reads_fragments: bool = False
    accepts_selectors: bool = False
    fingerprints: tuple[Fingerprint, ...] = ()

    def for_source(self, source: "Source") -> "Platform":
        """The family configured by the source's file; most families are the same for every source."""
        return self

    def start(self, source: "Source") -> tuple[ListingRequest, ...]:
        """The first listing requests of a source: one for each of its columns, unless the family begins elsewhere.

        Columns have their fragment; only a family with `reads_fragments` requests it. Families do not change the
        request of a column with `post`.
        """
        return tuple(
            self.first_request(request_of_list(column.url.partition("#")[0], name, column.post))
            for column, name in zip(source.columns, list_names(source.columns), strict=True)
        )

    def first_request(self, request: ListingRequest) -> ListingRequest:
        """What is requested first for a column, of which a source file gives this request."""
        return request

    def read_listing(self, page: WebPage, request: ListingRequest) -> ListingPage:
        """Parse a listing page. Raises `NotAListing` if it is something else; an empty list must be recognisable."""
        raise NotImplementedError

    def article_pages(self, page: WebPage) -> tuple[str, ...]:
        """Absolute addresses of an article's further pages, in order. Empty for most families."""
        return ()

    def embedded(self, page: WebPage) -> Embedded | None:
        """The document that the page carries as data, or None."""
        return None

    def find_columns(self, page: WebPage) -> tuple[CandidateList, ...]:
        """Pages that may be lists (this one or linked ones), the likeliest first. A survey fetches them to check."""
        return ()

    def guess_listing(self, page: WebPage, outer: WebPage | None = None) -> "Mapping[str, Any] | None":
        """A proposal for the key `listing` of the page's site; None if the family has no such key or no rows repeat.

        `outer`: the page that shows what is in `page`, the answer of a service."""
        return None
