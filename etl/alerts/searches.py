"""Sends messages about saved searches: each morning one message for each search with new matches.

A message is sent first; then the database stores up to which event the search was reported. After a crash in between,
the same matches are reported twice, but none is left out. A message that could not be delivered is sent again, with the
matches that were added meanwhile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import OperationalError

from etl.alerts.sending import Delivery, addresses, send
from etl.archive.queries.search import STATE_FACET, InvalidFilter, RecordFilter, filter_of, matches
from etl.archive.records.change_feed import LAST_SEQ
from etl.archive.records.search_index import missing_entries
from etl.archive.storage.archive import Database
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Change, Record, RecordVersion, SavedSearch
from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.settings import Settings

HOUR = 8
"""Hour of the day in Beijing: the crawls of the night are over, and the working day begins."""
TITLES = 5
"""Titles in a message; the link leads to all."""
QUERY_SECONDS = 60
_NEWS = ("created", "updated", "restored")


@dataclass(frozen=True, slots=True)
class News:
    """The records that match a search and were created, changed or restored since the last message: their number and
    the first titles. If the search includes removed records, also those that were removed since."""

    number: int
    titles: tuple[str, ...]


def tell_searches(archive: Database, settings: Settings, now: datetime | None = None) -> int:
    """Runs every saved search that was not run since the last morning, and sends messages about new matches. Returns
    the number of messages.

    Raises `Unavailable` if a message could not be delivered to any address; it will be sent again. Raises
    `GongkaiError` if a message was delivered to some addresses only, and for searches that fail, which are tried again
    the next morning.
    """
    addresses(settings)
    now = now or datetime.now(UTC)
    failed: list[str] = []
    problems: list[str] = []
    messages = 0
    for search in _due(archive, _last_morning(now)):
        try:
            delivery = _tell(archive, settings, search, now)
        except _NotPossible as error:
            problems.append(str(error))
            continue
        if delivery:
            messages, failed = messages + 1, failed + list(delivery.failed)
    if problems:
        raise GongkaiError("; ".join(problems), hint="its owner may delete it and save it again")
    Delivery((), tuple(dict.fromkeys(failed))).raise_if_failed()
    return messages


class _NotPossible(GongkaiError):
    """A saved search that cannot be run."""


def _last_morning(now: datetime) -> datetime:
    morning = now.astimezone(CHINA).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= now else morning - timedelta(days=1)


def _due(archive: Database, before: datetime) -> list[int]:
    with archive.engine.connect() as connection:
        if missing_entries(connection):
            return []  # records that are not indexed yet would be left out; wait until `gongkai index` has run
        due = select(SavedSearch.id).where(SavedSearch.tells, SavedSearch.looked_at < before).order_by(SavedSearch.id)
        return list(connection.scalars(due))


def _tell(archive: Database, settings: Settings, number: int, now: datetime) -> Delivery | None:
    """Sends a message about the new matches of one search, whose row is locked meanwhile; None if there are none."""
    problem: _NotPossible | None = None
    with archive.engine.begin() as connection:
        row = connection.execute(
            select(SavedSearch).where(SavedSearch.id == number, SavedSearch.tells).with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None or row.looked_at >= _last_morning(now):
            return None
        upto = connection.scalars(LAST_SEQ).one()
        values: dict[str, Any] = {"looked_at": now}
        delivery = None
        try:
            novelties = news(connection, _filter(number, row.query), min(row.seen_seq, upto), upto)
            values["seen_seq"] = upto
            if novelties.number:
                delivery = send(settings, *_message(row.name, row.query, novelties, settings.public_url))
                values["told_at"] = now
        except _NotPossible as error:
            problem = error
        except OperationalError as error:
            if not isinstance(error.orig, QueryCanceled):
                raise
            problem = _NotPossible(f"saved search {number}: {' '.join(str(error.orig).split())}")
        connection.execute(update(SavedSearch).where(SavedSearch.id == number).values(values))
    if problem:
        raise problem
    return delivery


def _filter(number: int, query: str) -> RecordFilter:
    try:
        return filter_of(query)
    except InvalidFilter as error:
        raise _NotPossible(f"saved search {number} cannot be read: {error}") from error


def news(connection: Connection, record_filter: RecordFilter, seen: int, upto: int) -> News:
    """The new matches after event `seen`, up to event `upto`. Raises `OperationalError` if it takes too long."""
    asks_removed = record_filter.state == "removed" or f"{STATE_FACET}removed" in record_filter.only
    kinds = [*_NEWS, *(["removed"] if asks_removed else [])]
    matching = (
        select(RecordVersion.title, func.count().over().label("number"))
        .select_from(Record)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(
            Record.id.in_(
                select(Change.record_id).where(
                    Change.change_seq > seen, Change.change_seq <= upto, among(Change.kind, kinds)
                )
            ),
            matches(record_filter, Record, RecordVersion),
        )
        .order_by(Record.id.desc())
        .limit(TITLES)
    )
    with connection.begin_nested():
        connection.execute(text(f"SET LOCAL statement_timeout = {QUERY_SECONDS * 1000}"))
        rows = connection.execute(matching).all()
    return News(rows[0].number if rows else 0, tuple(row.title for row in rows))


def _message(name: str, query: str, novelties: News, address: str | None) -> tuple[str, str]:
    titles = [f"· {title[:100] or '（无标题 untitled）'}" for title in novelties.titles]
    more = ["…"] if novelties.number > len(titles) else []
    link = [f"{address}/?{query}&sort=captured"] if address else []
    title = f"[gongkai] {name}：{novelties.number} 条新的或有变的记录 {novelties.number} new or changed records"
    return title, "\n".join([*titles, *more, *link])
