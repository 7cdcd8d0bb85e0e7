"""Links of archivists: which record a cited document is, if the archive has it under another name.

A link is for the document, not for one citation: it applies to all records that cite it by that number, or by that
title without a number. Its versions are acts. Withdrawing a link leaves the citations as they were without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, exists, func, select, update
from sqlalchemy.orm import aliased

from etl.archive.records.acts import keep_act
from etl.archive.records.citation_keys import citation_keys
from etl.archive.storage.archive import Archive, Database
from etl.archive.storage.citation_models import Citation
from etl.archive.storage.log_lines import LinkRow
from etl.archive.storage.models import Act, CitationLink, Record


@dataclass(frozen=True, slots=True)
class LinkVersion:
    """A version of a link; `cited`: the number of the record, None if the link was withdrawn."""

    version: int
    cited: int | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A cited document with its number and title in citations, and the versions of its link, the last first."""

    id: int
    number: str | None
    title: str | None
    versions: tuple[LinkVersion, ...]

    @property
    def now(self) -> LinkVersion:
        return self.versions[0]


def link_document(
    archive: Archive, by: str, number: str | None, title: str | None, record: int, reason: str
) -> int | None:
    """Links the cited document to that record; returns the id of the link, or None if there is no such record.

    If the document already has a link, even a withdrawn one, writes a new version of it. Raises as `keep_act` does.
    """
    link = None

    def decide(connection: Connection, act: int) -> LinkRow | None:
        nonlocal link
        if connection.scalar(select(Record.id).where(Record.id == record)) is None:
            return None
        stated_title = None if number and _is_of_several(connection, title) else title
        known = connection.execute(_last().where(_names(number, title)).limit(1)).one_or_none()
        link = known.id if known else act
        return LinkRow(link, known.version + 1 if known else 1, number, stated_title, record, reason)

    keep_act(archive, by, decide)
    return link


def withdraw_link(archive: Archive, by: str, link: int, version: int, reason: str) -> bool:
    """Withdraws the link if `version` is still its last version and no withdrawal; returns whether it did.

    Raises as `keep_act` does.
    """

    def decide(connection: Connection, _: int) -> LinkRow | None:
        now = connection.execute(_last().where(CitationLink.id == link)).one_or_none()
        if now is None or now.version != version or now.cited_record_id is None:
            return None
        return LinkRow(link, version + 1, now.number, now.title, None, reason)

    return keep_act(archive, by, decide) is not None


def links(connection: Connection) -> Sequence[DocumentLink]:
    """All links with their versions, the last changed first."""
    link = CitationLink
    query = select(link.id, link.number, link.title, link.version, link.cited_record_id, link.reason, Act.by, Act.at)
    by_link: dict[int, list[Any]] = {}
    for row in connection.execute(query.join(Act, Act.seq == link.act).order_by(link.act.desc())):
        by_link.setdefault(row.id, []).append(row)
    return tuple(
        DocumentLink(number, rows[0].number, rows[0].title, tuple(LinkVersion(*row[3:]) for row in rows))
        for number, rows in by_link.items()
    )


def name_links_anew(archive: Database) -> None:
    """Computes the keys of all links again with the current rules."""
    with archive.engine.begin() as connection:
        for row in connection.execute(select(CitationLink.__table__)).all():
            keys = citation_keys(row.number, row.title)
            if keys != {"number_key": row.number_key, "title_key": row.title_key}:
                here = (CitationLink.id == row.id, CitationLink.version == row.version)
                connection.execute(update(CitationLink).where(*here).values(**keys))


def _is_of_several(connection: Connection, title: str | None) -> bool:
    """Whether documents with different numbers are cited by that title, so that the title alone identifies none."""
    key = citation_keys(None, title)["title_key"]
    numbers = select(func.count(distinct(Citation.number_key))).where(Citation.title_key == key)
    return key is not None and connection.scalars(numbers).one() > 1


def _last() -> Select[Any]:
    """The last version of each link."""
    later = aliased(CitationLink)
    after = exists(select(1).where(later.id == CitationLink.id, later.version > CitationLink.version))
    return select(CitationLink.__table__).where(~after)


def _names(number: str | None, title: str | None) -> ColumnElement[bool]:
    """SQL condition: the link is of the document of that number, or of that title alone."""
    keys = citation_keys(number, title)
    if keys["number_key"]:
        return CitationLink.number_key == keys["number_key"]
    return and_(CitationLink.number_key.is_(None), CitationLink.title_key == keys["title_key"])
