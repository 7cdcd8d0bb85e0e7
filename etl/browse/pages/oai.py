"""Answers of OAI-PMH 2.0: records as Dublin Core, sources as sets, and lists that a resumption token continues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from etl.archive.queries import harvest, published
from etl.archive.queries.citation import permalink
from etl.archive.queries.harvest import Harvest
from etl.archive.queries.published import Row

RECORDS = 100
"""Records in one answer, which has a token for the next one."""
PREFIX = "oai_dc"
"""The one format: unqualified Dublin Core."""


@dataclass(frozen=True, slots=True)
class HarvestedRecord:
    """The header of a record and, unless it is deleted, its Dublin Core elements in order, `(name, value)`."""

    identifier: str
    datestamp: datetime
    source_id: str
    deleted: bool
    elements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one request. Attributes that the verb does not use are empty.

    `complete_until`: the time up to which the answer is complete. `arguments`: those of the request, none if they are
    invalid. `token`: None if the list fits into one answer, "" at the end of a list of several answers. For `Identify`,
    `since`: the time of the first change (None if there is none), and `contact`: a mail address.
    """

    address: str
    complete_until: datetime
    verb: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    error: tuple[str, str] | None = None
    records: tuple[HarvestedRecord, ...] = ()
    token: str | None = None
    sets: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    contact: str = ""


def harvest_list(
    connection: Connection, selection: Harvest, host: str, base: str
) -> tuple[tuple[HarvestedRecord, ...], int | None]:
    """A page of the list, and the number of the record after which the next page begins, None on the last page."""
    events = harvest.harvested(connection, selection, RECORDS + 1)
    shown = events[:RECORDS]
    return _records(connection, shown, host, base), shown[-1]["record_id"] if len(events) > RECORDS else None


def harvested_record(connection: Connection, identifier: str, host: str, base: str) -> HarvestedRecord | None:
    """The record with that identifier, or None."""
    number = identifier.removeprefix(_identifier(host, ""))
    if number == identifier or not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    event = harvest.last_event(connection, int(number))
    if event is None or _identifier(host, event["record_id"]) != identifier:
        return None
    return _records(connection, [event], host, base)[0]


def source_sets(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Ids and names of all sources."""
    return tuple((row["source_id"], row["name"]) for row in published.sources(connection))


def _identifier(host: str, record: object) -> str:
    return f"oai:{host}:{record}"


def _records(connection: Connection, events: Sequence[Row], host: str, base: str) -> tuple[HarvestedRecord, ...]:
    described = harvest.descriptions(connection, [event for event in events if not event["removed"]])
    return tuple(
        HarvestedRecord(
            _identifier(host, event["record_id"]),
            event["changed_at"].astimezone(UTC),
            event["source_id"],
            event["removed"],
            () if event["removed"] else _dublin_core(described[event["record_id"], event["version"]], base),
        )
        for event in events
    )


def _dublin_core(row: Row, base: str) -> tuple[tuple[str, str], ...]:
    fields = row["fields"]
    values = (
        ("title", row["title"]),
        ("creator", row["publisher"]),
        ("subject", fields.get("subject_category")),
        ("subject", fields.get("keywords")),
        ("publisher", row["agency"]),
        ("date", row["published_date"] or row["written_date"]),
        ("type", "Text"),
        ("type", fields.get("genre_category")),
        ("identifier", permalink(row["record_id"], row["version"], row["short_id"], base)),
        ("identifier", row["document_number"]),
        ("identifier", row["index_number"]),
        ("source", row["url"]),
        ("language", "zh"),
    )
    return tuple((name, str(value)) for name, value in values if value)
