"""Statistics: numbers of records by kind, how complete their fields are, and how long agencies take to publish.

Counting reads all search entries once, which takes a few hundred milliseconds for 100,000 records (docs/browsing.md).
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.queries.facets import FacetValue
from etl.fields import FIELDS
from etl.regions import region_names

VALUES = 30
"""Maximum number of values that are listed of each kind, those with most records."""
KINDS = ("agency", "region", "category")


@dataclass(frozen=True, slots=True)
class Counted:
    """The most frequent values of a kind; `values`: the number of all its values."""

    name: str
    most: tuple[FacetValue, ...]
    values: int


@dataclass(frozen=True, slots=True)
class Month:
    """Records that were published in a month of China's calendar."""

    year: int
    month: int
    records: int

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day."""
        return date(self.year, self.month, 1), date(self.year, self.month, monthrange(self.year, self.month)[1])


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """The figures of a source. `with_field`: for each counted field, the number of records that have a value.

    `lag_days`: median of the days from 成文 to 发布; `lag_days_most`: the 90th percentile; both over the `lag_records`
    records that have both dates. `before_written`: records whose 发布 is before their 成文.
    """

    source_id: str
    name: str
    records: int
    with_field: Mapping[str, int]
    lag_records: int
    lag_days: float | None
    lag_days_most: float | None
    before_written: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of all records or of one source, at a certain time (UTC). `undated`: number of records without
    发布日期; `regions`: names of regions by code."""

    source: str
    at: datetime
    records: int
    undated: int
    counted: tuple[Counted, ...]
    months: tuple[Month, ...]
    sources: tuple[SourceFigures, ...]
    regions: Mapping[str, str]

    @property
    def years(self) -> dict[int, dict[int, Month]]:
        """The months by year and number, the newest year first."""
        by_year: dict[int, dict[int, Month]] = {}
        for each in sorted(self.months, key=lambda month: -month.year):
            by_year.setdefault(each.year, {})[each.month] = each
        return by_year


_COUNTS = text("""
WITH found AS (
    SELECT split_part(f, ':', 1) AS name, f AS facet, count(*) AS records
    FROM archive.search_entry e JOIN archive.record r ON r.id = e.record_id CROSS JOIN LATERAL unnest(e.facets) AS f
    WHERE (:source = '' OR r.source_id = :source) AND split_part(f, ':', 1) = ANY(:kinds) GROUP BY 1, 2
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY name ORDER BY records DESC, facet) AS place,
           count(*) OVER (PARTITION BY name) AS values FROM found
)
SELECT name, facet, records, values FROM ranked WHERE place <= :most ORDER BY name, place
""")
_MONTHS = text("""
SELECT extract(year FROM e.published_date)::int AS year, extract(month FROM e.published_date)::int AS month,
       count(*) AS records
FROM archive.search_entry e JOIN archive.record r ON r.id = e.record_id
WHERE :source = '' OR r.source_id = :source GROUP BY 1, 2 ORDER BY 1, 2
""")
_SOURCES = text("""
SELECT s.id, s.name, count(v.*) AS records, count(nullif(v.title, '')) AS title, count(v.index_number) AS index_number,
       count(v.publisher) AS publisher, count(v.document_number) AS document_number,
       count(v.written_date) AS written_date, count(v.published_date) AS published_date,
       count(v.published_date - v.written_date) AS lag_records,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY v.published_date - v.written_date) AS lag_days,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY v.published_date - v.written_date) AS lag_days_most,
       count(*) FILTER (WHERE v.published_date < v.written_date) AS before_written
FROM archive.source s JOIN archive.record r ON r.source_id = s.id
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE :source = '' OR s.id = :source GROUP BY s.id ORDER BY s.id
""")
_REGIONS = text("SELECT region, agency FROM archive.source ORDER BY id")
_FIELDS = text("""
SELECT f->>'name' AS name, count(DISTINCT r.id) AS records
FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
CROSS JOIN LATERAL jsonb_array_elements(v.fields) AS f
WHERE r.source_id = :source AND (f->>'chosen')::boolean AND f->>'value' IS NOT NULL GROUP BY 1
""")
COLUMNS = tuple(field.name for field in FIELDS.values() if field.column)
"""Fields with a column of their own: they are counted for all sources, the others only for a single source."""


def statistics(connection: Connection, source: str = "") -> Statistics:
    """The figures of all records, or of one source, which include all its fields."""
    months = [Month(*row) for row in connection.execute(_MONTHS, {"source": source}) if row.year]
    sources = tuple(_figures(connection, row, source) for row in connection.execute(_SOURCES, {"source": source}))
    records = sum(each.records for each in sources)
    dated = sum(each.with_field["published_date"] for each in sources)
    regions = region_names((row.region, row.agency) for row in connection.execute(_REGIONS))
    counted = _counted(connection, source)
    return Statistics(source, datetime.now(UTC), records, records - dated, counted, tuple(months), sources, regions)


def _counted(connection: Connection, source: str) -> tuple[Counted, ...]:
    by_name: dict[str, list[Any]] = {}
    for row in connection.execute(_COUNTS, {"source": source, "kinds": list(KINDS), "most": VALUES}):
        by_name.setdefault(row.name, []).append(row)
    return tuple(
        Counted(
            name,
            tuple(FacetValue(row.facet.partition(":")[2], row.records) for row in by_name[name]),
            by_name[name][0]._mapping["values"],
        )
        for name in KINDS
        if name in by_name
    )


def _figures(connection: Connection, row: Any, source: str) -> SourceFigures:
    with_field = {name: getattr(row, name) for name in COLUMNS}
    if source:
        others = {name: records for name, records in connection.execute(_FIELDS, {"source": source})}
        with_field |= {name: others.get(name, 0) for name in FIELDS if name not in with_field}
    return SourceFigures(
        row.id, row.name, row.records, with_field, row.lag_records, row.lag_days, row.lag_days_most, row.before_written
    )
