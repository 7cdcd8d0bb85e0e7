"""What archivists say of cited documents that the archive has under another name: which record is meant.

A link is of the document, not of one citation: it holds for all that cite it by that number, or by that title where
they name no number. Its versions are acts; a withdrawn link leaves the citations as they were.
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
    """What was said from then on; `cited` is None where the link was withdrawn."""

    version: int
    cited: int | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A cited document, by the number and title that it is cited by, with the versions of its link, the last first."""

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
    """Says that the cited document is that record; returns the number of the link, None where there is no such record.

    Where the document is linked already, or was, this is another version of that link. Raises as `keep_act` does.
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
    """Says that the document is not that record; whether `version` still was the last one, and no withdrawal.

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
    """Makes the keys of all links by the rules of today."""
    with archive.engine.begin() as connection:
        for row in connection.execute(select(CitationLink.__table__)).all():
            keys = citation_keys(row.number, row.title)
            if keys != {"number_key": row.number_key, "title_key": row.title_key}:
                here = (CitationLink.id == row.id, CitationLink.version == row.version)
                connection.execute(update(CitationLink).where(*here).values(**keys))


def _is_of_several(connection: Connection, title: str | None) -> bool:
    """Whether documents of several numbers are cited by that title: alone it says nothing then."""
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
