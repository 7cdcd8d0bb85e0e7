"""The content of Atom feeds: the latest captures of a search, or the newest events of the change feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from etl.archive.queries import published
from etl.archive.queries.published import Row
from etl.archive.queries.ranking import Sort
from etl.archive.queries.search import RecordFilter
from etl.browse.pages.record_list import listed_records

ENTRIES = 50
"""Entries on one page of a feed, which links to the next page."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed. `kind`: that of the event, "" in the feed of a search.

    `key` and `path` are relative to the browser's address: `key` is the permanent id of the entry, `path` its link.
    """

    key: str
    path: str
    kind: str
    title: str
    publisher: str | None
    document_number: str | None
    source_id: str
    url: str
    updated_at: datetime
    short_id: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed, newest first. `filter`: of the search; None for the change feed of `source` or of all sources.

    `after`: the position of the next page, None on the last one.
    """

    filter: RecordFilter | None
    source: str
    entries: tuple[FeedEntry, ...]
    after: str | None
    updated_at: datetime | None


def search_feed(connection: Connection, record_filter: RecordFilter, sort: Sort, after: str | None) -> Feed:
    """The matching records, the latest captures first. Raises `InvalidParameter` for an invalid `after`."""
    numbers, following = listed_records(connection, record_filter, sort, after, ENTRIES)
    rows = published.records(connection, numbers)
    entries = [_entry(row, f"/records/{row['record_id']}", "", row["version_at"]) for row in rows]
    return _feed(record_filter, record_filter.source, entries, following)


def change_feed(connection: Connection, source: str, before: int | None) -> Feed:
    """The events before the event `before`, newest first."""
    events = published.latest_changes(connection, before, ENTRIES + 1, source)
    versions = published.versions_of(connection, events[:ENTRIES])
    entries = [
        _entry(version, f"/api/v1/changes?after={event['change_seq'] - 1}&limit=1", event["kind"], event["changed_at"])
        for event in events[:ENTRIES]
        if (version := versions.get((event["record_id"], event["version"])))
    ]
    more = str(events[ENTRIES - 1]["change_seq"]) if len(events) > ENTRIES else None
    return _feed(None, source, entries, more)


def _feed(record_filter: RecordFilter | None, source: str, entries: Sequence[FeedEntry], after: str | None) -> Feed:
    newest = max((entry.updated_at for entry in entries), default=None)
    return Feed(record_filter, source, tuple(entries), after, newest)


def _entry(row: Row, key: str, kind: str, updated_at: datetime) -> FeedEntry:
    path = f"/records/{row['record_id']}/versions/{row['version']}?id={row['short_id']}"
    columns = ("title", "publisher", "document_number", "source_id", "url", "short_id")
    return FeedEntry(key=key, path=path, kind=kind, updated_at=updated_at, **{name: row[name] for name in columns})
