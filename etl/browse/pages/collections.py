"""Pages of collections: all of them, one with its records, and adding the records of a filter to one."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from etl.archive.queries.counts import matching_numbers
from etl.archive.queries.ranking import ResultPosition, Sort
from etl.archive.queries.search import COLLECTION_FACET, RecordFilter, query_of
from etl.archive.records.collections import (
    MAX_ADDED,
    MAX_DESCRIPTION,
    MAX_TITLE,
    CollectionLine,
    CollectionName,
    collection_names,
    collections,
)
from etl.browse.pages.record_list import RecordList, search_list

CollectionProblem = Literal["", "no_title", "title_taken", "long", "no_choice"]


@dataclass(frozen=True, slots=True)
class CollectionsPage:
    """All collections, the newest first. If a form was refused, `problem`, a key of `FORM_PROBLEMS`, says why, and
    `title` and `description` are the submitted entries. `token`: for users who may make a collection."""

    collections: tuple[CollectionLine, ...]
    token: str | None
    title: str = ""
    description: str = ""
    problem: CollectionProblem = ""
    longest: tuple[int, int] = (MAX_TITLE, MAX_DESCRIPTION)


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """A collection with its records in the form of the list. The other attributes as in `CollectionsPage`."""

    collection: CollectionLine
    records: RecordList
    token: str | None
    title: str = ""
    description: str = ""
    problem: CollectionProblem = ""
    longest: tuple[int, int] = (MAX_TITLE, MAX_DESCRIPTION)


@dataclass(frozen=True, slots=True)
class GatherPage:
    """The form that adds the records of a filter to a collection. `records`: their number, at most one more than
    `most`. `query`: the filter as URL parameters. `choices`: all collections."""

    filter: RecordFilter
    query: str
    records: int
    most: int
    choices: tuple[CollectionName, ...]
    token: str
    title: str = ""
    problem: CollectionProblem = ""
    longest: tuple[int, int] = (MAX_TITLE, MAX_DESCRIPTION)


def collections_page(connection: Connection, token: str | None) -> CollectionsPage:
    return CollectionsPage(collections(connection), token)


def collection_page(
    connection: Connection, number: int, sort: Sort, after: ResultPosition | None, token: str | None
) -> CollectionPage | None:
    """A collection with a page of its records; None if there is no such collection."""
    matching = collections(connection, number)
    if not matching:
        return None
    listed = search_list(connection, within_collection(number), sort, after)
    return CollectionPage(matching[0], listed, token, matching[0].title, matching[0].description)


def within_collection(number: int) -> RecordFilter:
    return RecordFilter(only=(f"{COLLECTION_FACET}{number}",))


def gather_page(connection: Connection, record_filter: RecordFilter, token: str) -> GatherPage:
    """The form for the records that the filter finds."""
    number = len(matching_numbers(connection, record_filter, MAX_ADDED + 1))
    query = query_of(record_filter)
    return GatherPage(record_filter, query, number, MAX_ADDED, collection_names(connection), token)
