"""Proposes records for a cited document that no record's name fits exactly: records with a similar number or title."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, select

from etl.archive.queries.hits import jump, result_page
from etl.archive.queries.search import RecordFilter
from etl.archive.queries.words import InvalidQuery
from etl.archive.storage.models import Record

MOST = 8
"""Maximum number of proposed records."""
_YEAR_AND_SERIAL = re.compile(r"[〔\[(（【]?((?:19|20)\d\d)[〕\])）】]?\D{0,2}?(\d{1,5})号?$")
_SHORTEST = 5
"""Minimum length of a part of a title that is searched for."""


def proposed(connection: Connection, number: str | None, title: str | None, citing: int) -> tuple[int, ...]:
    """First the records with the year and serial of the number, then those with most of the title.

    Leaves out the citing record.
    """
    return _first(connection, _searches(number, title), citing)


def looked_for(connection: Connection, typed: str, citing: int) -> tuple[int, ...]:
    """The records that fit what a person typed: a record number, a 文号 or index number in any form, a content id, or
    words, which are searched in titles first."""
    numbers = []
    if re.fullmatch(r"\d{1,18}", typed, re.ASCII):
        numbers = list(connection.scalars(select(Record.id).where(Record.id == int(typed), Record.id != citing)))
    try:
        whole = jump(connection, RecordFilter(q=typed))
    except InvalidQuery:
        whole = None
    numbers += [whole] if whole and whole != citing else []
    numbers += _first(connection, iter([f'标题:"{_quoted(typed)}"', typed]), citing)
    return tuple(dict.fromkeys(numbers))[:MOST]


def _searches(number: str | None, title: str | None) -> Iterator[str]:
    if number and (match := _YEAR_AND_SERIAL.search(number)):
        yield f'文号:"〔{match[1]}〕{match[2]}号"'
    bare = _quoted(title or "")
    if bare:
        yield f'标题:"{bare}"'
        # Without the beginning, which may be the name of a place or agency; then without the end.
        yield from (f'标题:"{bare[cut:]}"' for cut in range(2, 9) if len(bare) - cut >= _SHORTEST)
        yield from (f'标题:"{bare[:-cut]}"' for cut in (2, 4) if len(bare) - cut >= _SHORTEST)


def _quoted(words: str) -> str:
    return re.sub(r'["“”]', "", words).strip()


def _first(connection: Connection, searches: Iterator[str], citing: int) -> tuple[int, ...]:
    """The records that the searches find, one search after the other, until there are enough."""
    numbers: dict[int, None] = {}
    for query in searches:
        try:
            record_filter = RecordFilter(q=query)
            hits = (
                result_page(connection, record_filter, "relevance", None, MOST + 1).records
                if record_filter.words
                else ()
            )
        except InvalidQuery:
            continue  # more words than a search takes
        numbers |= dict.fromkeys(record for record in hits if record != citing)
        if len(numbers) >= MOST:
            break
    return tuple(numbers)[:MOST]
