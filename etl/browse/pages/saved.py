"""Saved searches: the user's list, and the form for a new one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from etl.archive.queries.search import InvalidFilter, RecordFilter, filter_of, query_of
from etl.archive.records.collections import collection_names
from etl.archive.records.saved_searches import MAX_NAME, MAX_SEARCHES, NameProblem, saved_searches
from etl.archive.storage.models import Source
from etl.regions import region_names


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A search of the user. `filter`: None if this version can no longer parse it."""

    id: int
    name: str
    filter: RecordFilter | None
    tells: bool
    saved_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class SavedPage:
    """All searches of one person. `query`: that of the search to save, "" without a form, with its `filter`. `name` and
    `tells`: the entries of the form; `problem`, a key of `FORM_PROBLEMS`, says why it was refused. `sources`,
    `region_names`, `collection_titles`: names for the facets of the searches."""

    searches: tuple[SavedLine, ...]
    sources: dict[str, str]
    region_names: dict[str, str]
    collection_titles: dict[str, str]
    token: str
    query: str = ""
    filter: RecordFilter | None = None
    name: str = ""
    tells: bool = True
    problem: NameProblem | None = None
    most: int = MAX_SEARCHES
    longest: int = MAX_NAME

    @property
    def source_names(self) -> dict[str, str]:
        return self.sources


def saved_page(connection: Connection, person: str, wanted: RecordFilter | None, token: str) -> SavedPage:
    """The page of a person; with the form if there is a search to save."""
    lines = tuple(
        SavedLine(each.id, each.name, _readable(each.query), each.tells, each.saved_at, each.told_at)
        for each in saved_searches(connection, person)
    )
    sources = connection.execute(select(Source.id, Source.name, Source.region, Source.agency)).all()
    query = query_of(wanted) if wanted else ""
    name = " ".join((wanted.q if wanted else "").split())[:MAX_NAME]
    names = {source.id: source.name for source in sources}
    regions = region_names((source.region, source.agency) for source in sources)
    titles = {str(each.id): each.title for each in collection_names(connection)}
    return SavedPage(lines, names, regions, titles, token, query, wanted if query else None, name)


def _readable(query: str) -> RecordFilter | None:
    try:
        return filter_of(query)
    except InvalidFilter:
        return None
