"""Which documents agencies had to publish, and whether the archive has them: compares the duties in source files with
the titles of records."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

from etl.sources.duties import Duty

State = Literal["there", "late", "open", "absent"]
"""`there`: published in time. `late`: published after its due day. `open`: missing, but not due yet. `absent`: missing
and due."""
_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class DutyItem:
    """A document that an agency had to publish for a year. `due`: its due day; None if the limit is only a number of
    days after it was written.

    The record is the first published one of those that fit. `day`: the day of its publication, or, if `first_seen`, the
    day on which the archive first saw it, because the page states none.
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
class TitledRecord:
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


def coverage(connection: Connection, today: date, source: str = "") -> tuple[DutyItem, ...]:
    """The duties of one source or of all, by duty, agency and year. Duties are those of the source files at the last
    run."""
    sources = connection.execute(_WITH_DUTIES, {"source": source}).all()
    titles: dict[str, list[TitledRecord]] = {}
    for row in connection.execute(_TITLES, {"sources": [each.id for each in sources]}).mappings():
        titles.setdefault(row["source_id"], []).append(TitledRecord(**row))
    items = [
        item
        for each in sources
        for duty in each.duties
        for item in items_of(Duty.model_validate(duty), each.id, each.agency, titles.get(each.id, []), today)
    ]
    return tuple(sorted(items, key=lambda item: (item.duty, item.agency, item.source_id, item.year)))


def items_of(duty: Duty, source: str, agency: str, titles: Iterable[TitledRecord], today: date) -> list[DutyItem]:
    """What each agency had to publish, from year `since` to the last year that is due or published.

    The duty also applies to agencies that it does not name, if they fulfilled it for any year.
    """
    title = re.compile(duty.title)
    named = sorted(duty.agencies or (agency,), key=len, reverse=True)
    titled: dict[tuple[str, int], list[TitledRecord]] = {}
    for each in titles:
        year = _YEAR.search(each.title)
        if year and title.search(each.title) and int(year[1]) >= duty.since:
            titled.setdefault((_agency(each, named, agency), int(year[1])), []).append(each)
    agencies = {*named, *(name for name, _ in titled)}
    last = max([today.year - duty.years_after, *(year for _, year in titled)])
    years = range(duty.since, last + 1)
    return [_item(duty, source, name, year, titled.get((name, year), ()), today) for name in agencies for year in years]


def _agency(each: TitledRecord, named: Sequence[str], default: str) -> str:
    text = f"{each.title}\n{each.publisher or ''}"
    return next((name for name in named if name in text), each.publisher or default)


def _item(duty: Duty, source: str, agency: str, year: int, titled: Sequence[TitledRecord], today: date) -> DutyItem:
    due = date.fromisoformat(f"{year + duty.years_after}-{duty.due}") if duty.due else None
    if not titled:
        until = due or date(year + duty.years_after, 12, 31)
        state: State = "open" if today <= until else "absent"
        return DutyItem(duty.name, agency, source, year, due, state, None, False, None, None, None, None, duty.basis)
    first = min(titled, key=lambda each: (each.published or each.seen, each.record_id))
    day = first.published or first.seen
    late = max((day - limit).days for limit in _limits(duty, due, first)) if _limits(duty, due, first) else 0
    # `first_seen` only shows that the document was published by that day, so it cannot show that it was late.
    is_late = late > 0 and first.published is not None
    return DutyItem(
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


def _limits(duty: Duty, due: date | None, first: TitledRecord) -> list[date]:
    limits = [due] if due else []
    if duty.within_days and first.written:
        limits.append(first.written + timedelta(days=duty.within_days))
    return limits


def row_of(item: DutyItem) -> Mapping[str, Any]:
    """The item as a row of CSV."""
    return {name: getattr(item, name) for name in DutyItem.__slots__}
