"""Which documents a record cites, which records cite it, and what is cited most and not in the archive.

Rows are those of `api_v1.citations`, which says which records are meant.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

MOST_GAPS = 10_000
"""Documents among the gaps that can be paged through; those behind are cited by hardly anybody."""


@dataclass(frozen=True, slots=True)
class CitationPlace:
    """A place among the citations of all records, in the order of records, then of documents in them."""

    record: int
    ordinal: int

    def __str__(self) -> str:
        return f"{self.record}.{self.ordinal}"

    @classmethod
    def parse(cls, value: str) -> "CitationPlace":
        """Parse `record.ordinal`. Raises `ValueError`."""
        found = re.fullmatch(r"(\d{1,18})\.(\d{1,5})", value)
        if found is None:
            raise ValueError(value)
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Gap:
    """A document that is cited and not in the archive; by how many records, and as what they name it."""

    title: str | None
    number: str | None
    records: int


def citations(connection: Connection, record: int, after: int, number: int) -> list[RowMapping]:
    """What a record cites, behind that ordinal."""
    values = {"record": record, "after": after, "number": number}
    return list(connection.execute(_CITATIONS, values).mappings())


def cited_by(connection: Connection, record: int, after: CitationPlace | None, number: int) -> list[RowMapping]:
    """The citations that may mean the record, in the order of the citing records."""
    place = after or CitationPlace(0, 0)
    values = {"record": record, "after_record": place.record, "after_ordinal": place.ordinal, "number": number}
    return list(connection.execute(_CITED_BY, values).mappings())


def count_citations(connection: Connection, record: int) -> int:
    return int(connection.scalars(_COUNT_CITATIONS, {"record": record}).one())


def count_cited_by(connection: Connection, record: int) -> int:
    return int(connection.scalars(_COUNT_CITED_BY, {"record": record}).one())


def gaps(connection: Connection, source: str, after: int, number: int) -> list[Gap]:
    """What is cited most and is not in the archive, behind the first `after`; in citations of one source, or of all."""
    values: dict[str, Any] = {"source": source, "after": after, "number": min(number, max(MOST_GAPS - after, 0))}
    return [Gap(row.title, row.number, row.records) for row in connection.execute(_GAPS, values)]


# The condition of the view (migration 0019), the other way round: from the names of a record to what cites it.
_OTHER_NUMBER = "(k.number_key <> c.number_key AND k.number_key ~ '[0-9]$' AND c.number_key ~ '[0-9]$') IS NOT TRUE"
_CITING = f"""
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.number_key = k.number_key
WHERE k.record_id = :record AND c.record_id <> :record
UNION
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.title_key = k.title_key
WHERE k.record_id = :record AND c.record_id <> :record AND {_OTHER_NUMBER}
UNION
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.title_key = k.issued_key
WHERE k.record_id = :record AND c.record_id <> :record AND {_OTHER_NUMBER}
"""
_CITATIONS = text("""
SELECT * FROM api_v1.citations WHERE record_id = :record AND ordinal > :after ORDER BY ordinal LIMIT :number
""")
# Only what is shown is matched: the view looks for each row into three indexes.
_CITED_BY = text(f"""
WITH citing AS MATERIALIZED (
    SELECT * FROM ({_CITING}) AS found WHERE (record_id, ordinal) > (:after_record, :after_ordinal)
    ORDER BY record_id, ordinal LIMIT :number
)
SELECT shown.* FROM citing CROSS JOIN LATERAL (
    SELECT * FROM api_v1.citations v WHERE v.record_id = citing.record_id AND v.ordinal = citing.ordinal
) AS shown ORDER BY record_id, ordinal
""")
_COUNT_CITATIONS = text("SELECT count(*) FROM archive.citation WHERE record_id = :record")
_COUNT_CITED_BY = text(f"SELECT count(*) FROM ({_CITING}) AS found")
# A record names a document once, so rows are records.
_GAPS = text(f"""
SELECT max(c.title) AS title, max(c.number) AS number, count(*) AS records
FROM archive.citation c
WHERE (:source = '' OR EXISTS (SELECT FROM archive.record r WHERE r.id = c.record_id AND r.source_id = :source))
AND NOT EXISTS (SELECT FROM archive.citable_name k WHERE k.number_key = c.number_key AND k.record_id <> c.record_id)
AND NOT EXISTS (
    SELECT FROM archive.citable_name k
    WHERE k.title_key = c.title_key AND k.record_id <> c.record_id AND {_OTHER_NUMBER}
)
AND NOT EXISTS (
    SELECT FROM archive.citable_name k
    WHERE k.issued_key = c.title_key AND k.record_id <> c.record_id AND {_OTHER_NUMBER}
)
GROUP BY coalesce(c.number_key, c.title_key)
ORDER BY count(*) DESC, coalesce(c.number_key, c.title_key) OFFSET :after LIMIT :number
""")
