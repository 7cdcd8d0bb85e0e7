"""Searches that readers save under a name. They are private: no log has them, and nobody else can see or change them.

`query`: the search as URL parameters (`etl.archive.queries.search.query_of`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from etl.archive.records.change_feed import LAST_SEQ
from etl.archive.storage.archive import Archive
from etl.archive.storage.models import SavedSearch

MAX_SEARCHES = 50
"""Maximum number of searches of one person."""
MAX_NAME = 80
"""Maximum length of a name."""
_LAST_CHANGE = LAST_SEQ.scalar_subquery()
NameProblem = Literal["name_missing", "name_long", "name_taken", "many_searches"]


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """A search of a person. `tells`: whether messages are sent about new matches; `told_at`: time of the last one."""

    id: int
    name: str
    query: str
    tells: bool
    saved_at: datetime
    told_at: datetime | None


def saved_searches(connection: Connection, person: str) -> list[StoredSearch]:
    """A person's searches, by name."""
    columns = (getattr(SavedSearch, name) for name in StoredSearch.__slots__)
    rows = connection.execute(select(*columns).where(SavedSearch.person == person).order_by(SavedSearch.name))
    return [StoredSearch(**row._mapping) for row in rows]


def save_search(archive: Archive, person: str, name: str, query: str, *, tells: bool) -> int | NameProblem:
    """Saves a search; records that are already in the archive do not count as new. Returns its id, or why it cannot be
    saved."""
    name = " ".join(name.split())
    if problem := _wrong(name):
        return problem
    with archive.engine.begin() as connection:
        number = connection.scalars(
            select(func.count()).select_from(SavedSearch).where(SavedSearch.person == person)
        ).one()
        if number >= MAX_SEARCHES:
            return "many_searches"
        values = {"person": person, "name": name, "query": query, "tells": tells, "seen_seq": _LAST_CHANGE}
        inserted = insert(SavedSearch).values(values).on_conflict_do_nothing().returning(SavedSearch.id)
        return connection.scalar(inserted) or "name_taken"


def change_search(archive: Archive, person: str, search: int, name: str, *, tells: bool) -> NameProblem | bool:
    """Sets the name of a person's search, and whether messages are sent; False if the person has no such search.

    When messages are switched on, records that are already in the archive do not count as new.
    """
    name = " ".join(name.split())
    if problem := _wrong(name):
        return problem
    own = (SavedSearch.id == search, SavedSearch.person == person)
    try:
        with archive.engine.begin() as connection:
            if tells:
                begins: dict[str, Any] = {"tells": True, "seen_seq": _LAST_CHANGE, "looked_at": func.now()}
                connection.execute(update(SavedSearch).where(*own, ~SavedSearch.tells).values(begins))
            changed = connection.execute(update(SavedSearch).where(*own).values(name=name, tells=tells))
            return changed.rowcount > 0
    except IntegrityError:
        return "name_taken"


def forget_search(archive: Archive, person: str, search: int) -> bool:
    """Deletes a person's search; False if the person has no such search."""
    with archive.engine.begin() as connection:
        own = delete(SavedSearch).where(SavedSearch.id == search, SavedSearch.person == person)
        return connection.execute(own).rowcount > 0


def _wrong(name: str) -> NameProblem | None:
    if not name:
        return "name_missing"
    return "name_long" if len(name) > MAX_NAME else None
