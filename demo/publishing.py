"""Shared by the demo sites of several families: choosing the documents of a site, serving their pages and files.

A family's site is a `PublishedSite` with the paths of document pages (`path`) and attachments (`attachment_path`), the
responses of its lists (`listing`), and the rendering of a document page (`detail`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from demo.catalogue import documents, of_topic, of_year
from demo.documents import Document, chinese_date
from demo.server import MovedTo, Posting, Resource, Site


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of `texts/` and who publishes its five documents: agency, first day, serial number, day of the case."""

    topic: str
    by: str
    since: date
    serial: int
    case: date


def published(
    topics: Iterable[Topic], yearly: Mapping[str, Iterable[tuple[str, int]]], first: int, shared: Iterable[str] = ()
) -> list[Document]:
    """Documents of the topics, yearly reports by kind as (agency, year), and documents `shared` with other sites.

    `first`: turn (below 20) of the first report of each kind; the turn chooses wordings, so each site takes another.
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


def all_fields(document: Document) -> dict[str, str]:
    """All fields of a document in normal form, with empty ones."""
    names = (
        "title", "index_number", "publisher", "source", "document_number", "subject_category", "genre_category",
        "disclosure_method", "validity", "written_date", "published_date", "effective_date",
    )  # fmt: skip
    fields = {name: str(getattr(document, name) or "") for name in names}
    return fields | {"keywords": ";".join(document.keywords)}


def non_empty(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The named values that are not empty."""
    return {name: values[name] for name in names if values.get(name)}


def fields_in_text(document: Document) -> dict[str, str]:
    """Fields in the body itself: the number above the text, the date below the signature."""
    fields = {}
    if document.document_number and document.document_number in document.text:
        fields["document_number"] = document.document_number
    if document.written_date and chinese_date(document.written_date) in document.text:
        fields["written_date"] = str(document.written_date)
    return fields


@dataclass
class PublishedSite(Site):
    """Serves document pages and attachments at the family's addresses; the family serves everything else."""

    def listing(self, request: Request) -> Resource | MovedTo | None:
        """The content of an address that is neither a document page nor a file: lists, the home page."""
        raise NotImplementedError

    def detail(self, posting: Posting) -> bytes:
        """The page of a posting."""
        raise NotImplementedError

    def attachment_path(self, posting: Posting, place: int) -> str:
        """The path of the attachment with that index."""
        raise NotImplementedError

    def attachment_url(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        return self.url(posting.key).replace(self.path(posting), self.attachment_path(posting, place))

    def files(self, posting: Posting) -> list[tuple[str, str]]:
        """(path, name) of a posting's attachments."""
        attachments = posting.document.attachments
        return [(self.attachment_path(posting, place), each.name) for place, each in enumerate(attachments)]

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        path = request.url.path
        for posting in list(self.postings.values()):
            if posting.href:
                continue
            if path == self.path(posting):
                return Resource(posting.key, self.detail(posting), modified=posting.modified)
            for place, each in enumerate(posting.document.attachments):
                if path == self.attachment_path(posting, place):
                    return Resource(f"{posting.key}/{each.name}", each.data, each.media_type, posting.modified)
        return self.listing(request)

    def slice(self, column: str, page: int, size: int) -> tuple[list[Posting], int]:
        """(postings on a page of a column, number of its pages); `page` from 1."""
        entries = self.entries(column)
        return entries[(page - 1) * size : page * size], max(1, -(-len(entries) // size))

    def record_fields(
        self, posting: Posting, names: Iterable[str], besides: Iterable[str] = ()
    ) -> tuple[dict[str, str], dict[str, str]]:
        """`golden_fields` of a page that shows the fields `names`, and has `besides` where visitors do not look.

        A record may also have the fields of the body and of the listing.
        """
        values = all_fields(posting.document)
        fields = non_empty(values, names)
        listed = {name: value for name, value in self.golden_entry(posting).items() if name not in ("url", "title")}
        allowed = listed | fields_in_text(posting.document) | non_empty(values, besides)
        return fields, {name: value for name, value in allowed.items() if name not in fields}
