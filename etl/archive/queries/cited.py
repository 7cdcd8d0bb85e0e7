"""Which documents a record cites, which records cite it, and which documents are cited most but not in the archive.

Rows are those of `api_v1.citations`, which says which records a citation may mean.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

MOST_GAPS = 10_000
"""Maximum number of gaps returned; further ones have hardly any citations."""


@dataclass(frozen=True, slots=True)
class CitationPosition:
    """A position in the list of all citations, which is ordered by record, then by ordinal."""

    record: int
    ordinal: int

    def __str__(self) -> str:
        return f"{self.record}.{self.ordinal}"

    @classmethod
    def parse(cls, value: str) -> "CitationPosition":
        """Parse `record.ordinal`. Raises `ValueError`."""
        match = re.fullmatch(r"(\d{1,18})\.(\d{1,5})", value)
        if match is None:
            raise ValueError(value)
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Gap:
    """A document that is cited but not in the archive: its title or number, and the number of records that cite it.

    `name` identifies the document for all records that cite it. `record`: the latest of them; `ordinal`: the citation
    in that record.
    """

    title: str | None
    number: str | None
    records: int
    name: str
    record: int
    ordinal: int


def citations(connection: Connection, record: int, after: int, number: int) -> list[RowMapping]:
    """A record's citations with an ordinal greater than `after`."""
    values = {"record": record, "after": after, "number": number}
    return list(connection.execute(_CITATIONS, values).mappings())


def cited_by(connection: Connection, record: int, after: CitationPosition | None, number: int) -> list[RowMapping]:
    """The citations that may mean the record, in the order of the citing records."""
    place = after or CitationPosition(0, 0)
    values = {"record": record, "after_record": place.record, "after_ordinal": place.ordinal, "number": number}
    return list(connection.execute(_CITED_BY, values).mappings())


def count_citations(connection: Connection, record: int) -> int:
    return int(connection.scalars(_COUNT_CITATIONS, {"record": record}).one())


def count_cited_by(connection: Connection, record: int) -> int:
    return int(connection.scalars(_COUNT_CITED_BY, {"record": record}).one())


def gaps(connection: Connection, source: str = "", number: int = MOST_GAPS) -> tuple[Gap, ...]:
    """The gaps in the citations of one source, or of all, the most cited first. Compares all citations with all names,
    which takes a second in an archive of 100,000 records."""
    rows = connection.execute(_GAPS, {"source": source, "number": number})
    return tuple(Gap(**row) for row in rows.mappings())


def linked_gaps(connection: Connection) -> frozenset[str]:
    """Names of documents that an archivist has linked to a record. Gaps that were counted before may have them."""
    return frozenset(connection.scalars(_LINKED))


def settled_gaps(connection: Connection) -> frozenset[str]:
    """Names of the documents that an archivist has marked as not needed in the archive."""
    return frozenset(connection.scalars(_SETTLED))


# The inverse of the view's condition (migration 0019): from the names of a record to the citations of it.
_OTHER_NUMBER = "(k.number_key <> c.number_key AND k.number_key ~ '[0-9]$' AND c.number_key ~ '[0-9]$') IS NOT TRUE"
_LINKS = "archive.citation_link l"
_IS_LINKED = """
l.cited_record_id IS NOT NULL
AND NOT EXISTS (SELECT FROM archive.citation_link later WHERE later.id = l.id AND later.version > l.version)
"""
_OF_LINK = "(l.number_key = c.number_key OR (c.number_key IS NULL AND l.title_key = c.title_key))"
_BY_NAMES = f"""
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.number_key = k.number_key
WHERE k.record_id = :record AND c.record_id <> :record
UNION
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.title_key = k.title_key
WHERE k.record_id = :record AND c.record_id <> :record AND {_OTHER_NUMBER}
UNION
SELECT c.record_id, c.ordinal FROM archive.citable_name k JOIN archive.citation c ON c.title_key = k.issued_key
WHERE k.record_id = :record AND c.record_id <> :record AND {_OTHER_NUMBER}
"""
_CITING = f"""
SELECT n.record_id, n.ordinal FROM ({_BY_NAMES}) AS n
JOIN archive.citation c ON c.record_id = n.record_id AND c.ordinal = n.ordinal
WHERE NOT EXISTS (SELECT FROM {_LINKS} WHERE {_IS_LINKED} AND l.cited_record_id <> :record AND {_OF_LINK})
UNION
SELECT c.record_id, c.ordinal FROM {_LINKS} JOIN archive.citation c ON c.number_key = l.number_key
WHERE {_IS_LINKED} AND l.cited_record_id = :record AND c.record_id <> :record
UNION
SELECT c.record_id, c.ordinal FROM {_LINKS} JOIN archive.citation c ON c.title_key = l.title_key
WHERE {_IS_LINKED} AND l.cited_record_id = :record AND c.record_id <> :record AND c.number_key IS NULL
"""
_CITATIONS = text("""
SELECT * FROM api_v1.citations WHERE record_id = :record AND ordinal > :after ORDER BY ordinal LIMIT :number
""")
# Only rows that are shown are matched, as the view searches three indexes for each row.
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
# A citation by title alone means the document that other citations of this title give a number, if they all give the
# same one.
_GAPS = text(f"""
WITH missing AS MATERIALIZED (
    SELECT c.record_id, c.ordinal, c.title, c.number, c.number_key, c.title_key FROM archive.citation c
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
    AND NOT EXISTS (
        SELECT FROM {_LINKS} WHERE {_IS_LINKED} AND l.cited_record_id <> c.record_id AND {_OF_LINK}
    )
), named AS (
    SELECT title_key, min(number_key) AS number_key FROM missing
    WHERE number_key IS NOT NULL AND title_key IS NOT NULL
    GROUP BY title_key HAVING count(DISTINCT number_key) = 1
), documents AS (
    SELECT m.*, coalesce(m.number_key, n.number_key, m.title_key) AS key
    FROM missing m LEFT JOIN named n ON m.number_key IS NULL AND n.title_key = m.title_key
)
SELECT max(title) AS title, max(number) AS number, count(DISTINCT record_id) AS records,
       'cites:' || left(md5(key), 16) AS name, max(record_id) AS record,
       (array_agg(ordinal ORDER BY record_id DESC, ordinal))[1] AS ordinal
FROM documents GROUP BY key ORDER BY records DESC, key LIMIT :number
""")
_LINKED = text(f"""
SELECT 'cites:' || left(md5(coalesce(l.number_key, l.title_key)), 16) FROM {_LINKS} WHERE {_IS_LINKED}
""")
_SETTLED = text("SELECT DISTINCT subject FROM archive.review WHERE issue = 'missing'")
