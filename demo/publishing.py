"""What the demo sites of several families share: gathering what a site publishes, and serving details and files.

A family's site is a `PublishedSite` that says where its details stand (`path`), what its lists answer (`listing`) and
how a detail is rendered (`detail`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from demo.catalogue import documents, of_topic, of_year
from demo.documents import Document, chinese
from demo.server import Found, Moved, Posting, Site


@dataclass(frozen=True, slots=True)
class Topic:
    """The five documents of a topic: by whom, since when, and the day of the case."""

    topic: str
    by: str
    since: date
    serial: int
    case: date


def published(
    topics: Iterable[Topic], yearly: Mapping[str, Iterable[tuple[str, int]]], first: int, shared: Iterable[str] = ()
) -> list[Document]:
    """The documents of the topics, the yearly ones by kind as (agency, year), and those that other sites carry too.

    `first` is the turn (below 20) of the first report of each kind: sites that begin elsewhere write otherwise.
    """
    made = [
        document
        for each in topics
        for document in of_topic(
            {"topic": each.topic, "by": each.by, "date": each.since, "serial": each.serial, "case": each.case}
        )
    ]
    for kind, rows in yearly.items():
        made += [of_year(kind, by, year, turn) for turn, (by, year) in enumerate(rows, first)]
    return made + [document for document in documents("trs") if document.key in set(shared)]


def known(document: Document) -> dict[str, str]:
    """Every field of a document in its normal form, the empty ones too."""
    names = (
        "title", "index_number", "publisher", "source", "document_number", "subject_category", "genre_category",
        "disclosure_method", "validity", "written_date", "published_date", "effective_date",
    )  # fmt: skip
    found = {name: str(getattr(document, name) or "") for name in names}
    return found | {"keywords": ";".join(document.keywords)}


def filled(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of the named values that are not empty."""
    return {name: values[name] for name in names if values.get(name)}


def in_text(document: Document) -> dict[str, str]:
    """What the body itself says: its number above the text, the date below the signature."""
    found = {}
    if document.document_number and document.document_number in document.text:
        found["document_number"] = document.document_number
    if document.written_date and chinese(document.written_date) in document.text:
        found["written_date"] = str(document.written_date)
    return found


@dataclass
class PublishedSite(Site):
    """Details and attachments at the addresses that the family gives them; everything else is the family's."""

    def listing(self, request: Request) -> Found | Moved | None:
        """What stands at an address that is neither a detail nor a file."""
        raise NotImplementedError

    def detail(self, posting: Posting) -> bytes:
        """A posting's page."""
        raise NotImplementedError

    def attachment_path(self, posting: Posting, place: int) -> str:
        """The path of the attachment at that place."""
        raise NotImplementedError

    def attachment_url(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        return self.url(posting.key).replace(self.path(posting), self.attachment_path(posting, place))

    def files(self, posting: Posting) -> list[tuple[str, str]]:
        """(path, name) of a posting's attachments."""
        attachments = posting.document.attachments
        return [(self.attachment_path(posting, place), each.name) for place, each in enumerate(attachments)]

    def find(self, request: Request, body: bytes) -> Found | Moved | None:
        path = request.url.path
        for posting in list(self.postings.values()):
            if posting.href:
                continue
            if path == self.path(posting):
                return Found(posting.key, self.detail(posting), modified=posting.modified)
            for place, each in enumerate(posting.document.attachments):
                if path == self.attachment_path(posting, place):
                    return Found(f"{posting.key}/{each.name}", each.data, each.media_type, posting.modified)
        return self.listing(request)

    def slice(self, column: str, page: int, size: int) -> tuple[list[Posting], int]:
        """The postings on a page (from 1) of a column, and how many pages it has."""
        entries = self.entries(column)
        return entries[(page - 1) * size : page * size], max(1, -(-len(entries) // size))

    def record_fields(
        self, posting: Posting, names: Iterable[str], besides: Iterable[str] = ()
    ) -> tuple[dict[str, str], dict[str, str]]:
        """`shown` of a page that shows `names`, and says `besides` where visitors do not look.

        A record may also hold what the body or the listing says.
        """
        values = known(posting.document)
        fields = filled(values, names)
        listed = {name: value for name, value in self.listed(posting).items() if name not in ("url", "title")}
        allowed = listed | in_text(posting.document) | filled(values, besides)
        return fields, {name: value for name, value in allowed.items() if name not in fields}
