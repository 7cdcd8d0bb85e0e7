"""What agencies had to publish and whether the archive has it: duties of source files held against titles."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

from etl.sources.duties import Duty

State = Literal["there", "late", "open", "absent"]
"""In time; after its last day; not there, and not due yet; not there although it is due."""
_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class Item:
    """What an agency had to publish for a year. `due`: its last day, None where only the days since writing count.

    The record is the first that was published of those that fit; `day` is when it was published, `first_seen` says
    that it is the day on which the archive first saw it, as the page has none.
    """

    duty: str
    agency: str
    source_id: str
    year: int
    due: date | None
    state: State
    day: date | None
    first_seen: bool
    days_late: int | None
    record_id: int | None
    title: str | None
    url: str | None
    basis: str


@dataclass(frozen=True, slots=True)
class Titled:
    """A record whose title may fulfil a duty."""

    source_id: str
    record_id: int
    title: str
    publisher: str | None
    written: date | None
    published: date | None
    seen: date
    url: str


_WITH_DUTIES = text("""
SELECT id, agency, definition->'duties' AS duties FROM archive.source
WHERE jsonb_array_length(coalesce(definition->'duties', '[]')) > 0 AND (:source = '' OR id = :source) ORDER BY id
""")
_TITLES = text("""
SELECT r.source_id, r.id AS record_id, v.title, v.publisher, v.written_date AS written, v.published_date AS published,
       (r.created_at AT TIME ZONE 'Asia/Shanghai')::date AS seen, p.url
FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.page p ON p.id = r.page_id
WHERE r.source_id = ANY(:sources) AND v.title ~ '(19|20)[0-9]{2}\\s*年' ORDER BY r.id
""")


def coverage(connection: Connection, today: date, source: str = "") -> tuple[Item, ...]:
    """The duties of all sources, or of one, as their last runs read their files: by duty, agency and year."""
    sources = connection.execute(_WITH_DUTIES, {"source": source}).all()
    titles: dict[str, list[Titled]] = {}
    for row in connection.execute(_TITLES, {"sources": [each.id for each in sources]}).mappings():
        titles.setdefault(row["source_id"], []).append(Titled(**row))
    items = [
        item
        for each in sources
        for duty in each.duties
        for item in items_of(Duty.model_validate(duty), each.id, each.agency, titles.get(each.id, []), today)
    ]
    return tuple(sorted(items, key=lambda item: (item.duty, item.agency, item.source_id, item.year)))


def items_of(duty: Duty, source: str, agency: str, titles: Iterable[Titled], today: date) -> list[Item]:
    """What each agency had to publish, from `since` to the last year that is due or there.

    Agencies that fulfilled the duty for one year and are not named in it are asked for the others too.
    """
    title = re.compile(duty.title)
    named = sorted(duty.agencies or (agency,), key=len, reverse=True)
    titled: dict[tuple[str, int], list[Titled]] = {}
    for each in titles:
        year = _YEAR.search(each.title)
        if year and title.search(each.title) and int(year[1]) >= duty.since:
            titled.setdefault((_agency(each, named, agency), int(year[1])), []).append(each)
    agencies = {*named, *(name for name, _ in titled)}
    last = max([today.year - duty.years_after, *(year for _, year in titled)])
    years = range(duty.since, last + 1)
    return [_item(duty, source, name, year, titled.get((name, year), ()), today) for name in agencies for year in years]


def _agency(each: Titled, named: Sequence[str], default: str) -> str:
    text = f"{each.title}\n{each.publisher or ''}"
    return next((name for name in named if name in text), each.publisher or default)


def _item(duty: Duty, source: str, agency: str, year: int, titled: Sequence[Titled], today: date) -> Item:
    due = date.fromisoformat(f"{year + duty.years_after}-{duty.due}") if duty.due else None
    if not titled:
        until = due or date(year + duty.years_after, 12, 31)
        state: State = "open" if today <= until else "absent"
        return Item(duty.name, agency, source, year, due, state, None, False, None, None, None, None, duty.basis)
    first = min(titled, key=lambda each: (each.published or each.seen, each.record_id))
    day = first.published or first.seen
    late = max((day - limit).days for limit in _limits(duty, due, first)) if _limits(duty, due, first) else 0
    # The day on which the archive saw a page says that it was there by then, not that it was late.
    is_late = late > 0 and first.published is not None
    return Item(
        duty.name,
        agency,
        source,
        year,
        due,
        "late" if is_late else "there",
        day,
        first.published is None,
        late if is_late else None,
        first.record_id,
        first.title,
        first.url,
        duty.basis,
    )


def _limits(duty: Duty, due: date | None, first: Titled) -> list[date]:
    limits = [due] if due else []
    if duty.within_days and first.written:
        limits.append(first.written + timedelta(days=duty.within_days))
    return limits


def row_of(item: Item) -> Mapping[str, Any]:
    """The item as a line of CSV."""
    return {name: getattr(item, name) for name in Item.__slots__}
