"""Links of cited documents to records: the form in the review queue, and the page with all links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from etl.archive.queries.cited import Gap
from etl.archive.queries.linkable import looked_for, proposed
from etl.archive.records.citation_links import DocumentLink, links
from etl.archive.records.corrections import MAX_CHARS
from etl.browse.pages.citations import RelatedRecord, related_records

LinkProblem = Literal["", "record_missing", "reason_missing", "too_long"]


@dataclass(frozen=True, slots=True)
class LinkForm:
    """The records that a cited document may be: proposed by its name, or found by the search `find`. `record` and
    `reason`: the submitted entries; `problem`, a key of `FORM_PROBLEMS`, says why the form was refused."""

    find: str
    records: tuple[RelatedRecord, ...]
    record: int | None = None
    reason: str = ""
    problem: LinkProblem = ""
    longest: int = MAX_CHARS


@dataclass(frozen=True, slots=True)
class LinksPage:
    """All links of archivists, including withdrawn ones. `records`: the linked records by number. `token`: for users
    who may withdraw a link."""

    links: tuple[DocumentLink, ...]
    records: dict[int, RelatedRecord]
    token: str | None
    problem: LinkProblem = ""
    longest: int = MAX_CHARS


def link_form(connection: Connection, gap: Gap, find: str) -> LinkForm:
    """The form for a document that is cited but missing."""
    typed = find.strip()
    numbers = (
        looked_for(connection, typed, gap.record) if typed else proposed(connection, gap.number, gap.title, gap.record)
    )
    records = related_records(connection, numbers)
    return LinkForm(typed, tuple(records[each] for each in numbers))


def links_page(connection: Connection, token: str | None) -> LinksPage:
    """All links, the last changed first."""
    all_links = tuple(links(connection))
    return LinksPage(all_links, related_records(connection, _cited(all_links)), token)


def _cited(all_links: Sequence[DocumentLink]) -> set[int]:
    return {version.cited for link in all_links for version in link.versions if version.cited is not None}


def problem_of(record: int | None, reason: str) -> LinkProblem:
    """Why a submitted form is invalid; "" if it is valid."""
    if record is None:
        return "record_missing"
    if not reason:
        return "reason_missing"
    return "too_long" if len(reason) > MAX_CHARS else ""
