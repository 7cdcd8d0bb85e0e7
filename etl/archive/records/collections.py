"""Collections: records that archivists put together under a title. Every change of one is an act, and is never lost."""

from collections.abc import Collection as SizedCollection
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import aliased

from etl.archive.records.acts import keep_act
from etl.archive.storage.archive import Archive
from etl.archive.storage.log_lines import CollectionRow, MembershipPart
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Act, Collection, CollectionMember, Record
from etl.archive.storage.state_cache import cached
from etl.archive.storage.statements import Statement, built_once
from etl.errors import GongkaiError

MAX_TITLE = 100
"""Maximum length of a title."""
MAX_DESCRIPTION = 2000
"""Maximum length of a description."""
MAX_ADDED = 1000
"""Maximum number of records that are added to a collection in one act."""


class CollectionError(GongkaiError):
    """A collection cannot be made or changed; `problem` says why."""

    def __init__(self, problem: Literal["no_title", "title_taken", "long", "no_collection"]) -> None:
        super().__init__(f"collection: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """A collection with its current title and description, its number of records, and who made and last renamed it."""

    id: int
    title: str
    description: str
    records: int
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CollectionName:
    """A collection's id and title."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A collection that a record is in, and who put it there."""

    id: int
    title: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """The numbers of records that were added to a collection and removed from it. Records that were already in, or not
    in it, do not count."""

    added: int
    removed: int


def name_collection(archive: Archive, by: str, title: str, description: str, collection: int | None = None) -> int:
    """Makes a collection, or gives one a new title and description; returns its id. Raises `CollectionError`, and as
    `keep_act` does.

    Titles are unique, so that people can distinguish collections; no collection is ever deleted.
    """
    title, description = " ".join(title.split()), " ".join(description.split())
    if not title:
        raise CollectionError("no_title")
    if len(title) > MAX_TITLE or len(description) > MAX_DESCRIPTION:
        raise CollectionError("long")

    def decide(connection: Connection, number: int) -> CollectionRow | None:
        same_title = set(connection.scalars(select(Collection.id).where(_is_last(), Collection.title == title)))
        if same_title and collection not in same_title:
            raise CollectionError("title_taken")
        if collection is None:
            return CollectionRow(number, 1, title, description)
        query = select(*Collection.__table__.columns).where(Collection.id == collection)
        now = connection.execute(query.order_by(Collection.version.desc()).limit(1)).one_or_none()
        if now is None:
            raise CollectionError("no_collection")
        same = (now.title, now.description) == (title, description)
        return None if same else CollectionRow(collection, now.version + 1, title, description)

    made = keep_act(archive, by, decide)
    return collection or made or 0


def change_members(
    archive: Archive, by: str, collection: int, added: SizedCollection[int] = (), removed: SizedCollection[int] = ()
) -> MembershipChange:
    """Adds records to a collection and removes others. Ignores numbers of records that do not exist.

    Raises `CollectionError` if there is no such collection, and as `keep_act` does.
    """
    changed = MembershipChange(0, 0)

    def decide(connection: Connection, _: int) -> MembershipPart | None:
        nonlocal changed
        if connection.scalar(select(Collection.id).where(Collection.id == collection).limit(1)) is None:
            raise CollectionError("no_collection")
        present = set(connection.scalars(select(CollectionMember.record_id).where(_is_member_of(collection))))
        known = set(connection.scalars(select(Record.id).where(among(Record.id, list(added)))))
        into, out = sorted(known - present), sorted(present & set(removed))
        changed = MembershipChange(len(into), len(out))
        return MembershipPart(collection, into, out) if into or out else None

    keep_act(archive, by, decide)
    return changed


def _is_member_of(collection: int) -> ColumnElement[bool]:
    return (CollectionMember.collection_id == collection) & CollectionMember.removed.is_(None)


def collections(connection: Connection, collection: int | None = None) -> tuple[CollectionLine, ...]:
    """All collections, or only `collection`; the newest first."""
    made, named = aliased(Act), aliased(Act)
    members = select(func.count()).where(
        CollectionMember.collection_id == Collection.id, CollectionMember.removed.is_(None)
    )
    query = (
        select(
            Collection.id,
            Collection.title,
            Collection.description,
            members.correlate(Collection).scalar_subquery().label("records"),
            made.by.label("made_by"),
            made.at.label("made_at"),
            named.by.label("changed_by"),
            named.at.label("changed_at"),
        )
        .join(made, made.seq == Collection.id)
        .join(named, named.seq == Collection.act)
        .where(_is_last(), *([] if collection is None else [Collection.id == collection]))
        .order_by(Collection.id.desc())
    )
    return tuple(CollectionLine(**row._mapping) for row in connection.execute(query))


def collection_names(connection: Connection) -> tuple[CollectionName, ...]:
    """All collections by title."""
    return cached(
        connection, "collections", lambda: tuple(CollectionName(*row) for row in connection.execute(*_names()))
    )


@built_once
def _names() -> Statement:
    return select(Collection.id, Collection.title).where(_is_last()).order_by(Collection.title, Collection.id)


def memberships(connection: Connection, record: int) -> tuple[Membership, ...]:
    """The collections that a record is in, by title."""
    return tuple(Membership(*row) for row in connection.execute(*_memberships(record=record)))


@built_once
def _memberships(record: Any) -> Statement:
    return (
        select(Collection.id, Collection.title, Act.by, Act.at)
        .join(CollectionMember, CollectionMember.collection_id == Collection.id)
        .join(Act, Act.seq == CollectionMember.added)
        .where(_is_last(), CollectionMember.record_id == record, CollectionMember.removed.is_(None))
        .order_by(Collection.title, Collection.id)
    )


def members(collection: int | None = None, title: str = "") -> Select[int]:
    """A query for the numbers of the records of a collection, or of those whose title has these words."""
    query = select(CollectionMember.record_id).where(CollectionMember.removed.is_(None))
    if collection is not None:
        return query.where(CollectionMember.collection_id == collection)
    called = select(Collection.id).where(_is_last(), Collection.title.icontains(title, autoescape=True))
    return query.where(CollectionMember.collection_id.in_(select(called.subquery())))


def _is_last() -> ColumnElement[bool]:
    """SQL condition: the row is the last version of its collection."""
    later = aliased(Collection)
    return ~select(1).where(later.id == Collection.id, later.version > Collection.version).exists()


def collections_of(connection: Connection, records: Sequence[int]) -> dict[int, list[CollectionName]]:
    """The collections of each of the records, by number."""
    query = (
        select(CollectionMember.record_id, Collection.id, Collection.title)
        .join(CollectionMember, CollectionMember.collection_id == Collection.id)
        .where(_is_last(), among(CollectionMember.record_id, list(records)), CollectionMember.removed.is_(None))
        .order_by(Collection.id)
    )
    by_record: dict[int, list[CollectionName]] = {}
    for row in connection.execute(query):
        by_record.setdefault(row.record_id, []).append(CollectionName(row.id, row.title))
    return by_record
