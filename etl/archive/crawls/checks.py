"""Checks a source's records for signs of faults: fields that have become empty, serial numbers that are missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import floor

from sqlalchemy import Connection, text

from etl.archive.crawls.run import RunContext
from etl.archive.crawls.run_pages import FIRST_REASON, reason_after_redirect
from etl.extract import Flag, content_hash
from etl.fields import DATE_COLUMNS, TEXT_COLUMNS
from etl.reason_codes import Code
from etl.reasons import Reason

MIN_FILL_BEFORE = 0.6
"""A field is checked only if it was filled in at least this share of earlier records."""
MAX_FILL_NOW = 0.2
MIN_VERSIONS_NOW, MIN_VERSIONS_BEFORE = 10, 20
"""Minimum numbers of versions of this run and of earlier runs; with fewer, shares are down to chance."""
LATEST_RECORDS = 50
"""Minimum number of records with which `expects` is compared: if a run writes fewer, earlier ones are added."""
MIN_SERIALS = 3
"""Minimum number of serials in a year; with fewer, a gap means nothing."""
_FIELDS = (*TEXT_COLUMNS, *DATE_COLUMNS)
_FILLED = text(
    "SELECT k.run_id = :run AS now, count(*) AS n, "
    + ", ".join(f"count(v.{name}) AS {name}" for name in _FIELDS)
    + " FROM archive.record_version v JOIN archive.record r ON r.id = v.record_id"
    " JOIN archive.capture k ON k.id = v.capture_id WHERE r.source_id = :source GROUP BY 1"
)
# 国办《政府信息公开目录系统实施指引（试行）》: organisation code, `/`, four-digit year, `-`, five-digit serial.
_GAPS = text(r"""
WITH serial AS (
    SELECT DISTINCT m[1] AS organisation, m[2] AS year, m[3]::int AS number
    FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version,
         regexp_match(v.index_number, '^([0-9A-Z-]{9,20})/(\d{4})-(\d{5})$') m
    WHERE r.source_id = :source AND m IS NOT NULL
), span AS (
    SELECT organisation, year, min(number) AS low, max(number) AS high, count(*) AS n FROM serial GROUP BY 1, 2
)
SELECT organisation, year, high - low + 1 - n AS missing, ARRAY(
    SELECT g FROM generate_series(low, high) g
    WHERE NOT EXISTS (SELECT FROM serial s
                      WHERE s.organisation = span.organisation AND s.year = span.year AND s.number = g)
    ORDER BY g LIMIT 20) AS first
FROM span WHERE high - low + 1 > n AND n >= :least AND n * 2 > high - low + 1
ORDER BY missing DESC, organisation, year LIMIT 20
""")

_LATEST = """
SELECT count(*) AS records, {counts} FROM (
    SELECT v.fields, k.run_id = :run AS now, row_number() OVER (ORDER BY v.capture_id DESC) AS place
    FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    JOIN archive.capture k ON k.id = v.capture_id WHERE r.source_id = :source AND r.state = 'current') AS latest
WHERE now OR place <= :latest
"""
_HAS = "count(*) FILTER (WHERE jsonb_path_exists(fields, '$[*] ? (@.name == \"{0}\" && @.chosen == true)')) AS {0}"

_DOUBTED = {
    Flag.NO_TEXT: Code.DOCUMENTS_WITHOUT_TEXT,
    Flag.OFF_TITLE: Code.DOCUMENTS_OFF_TITLE,
    Flag.SHOWS_LESS: Code.DOCUMENTS_SHOW_LESS,
}
_FLAGGED = text("""
SELECT f.flag, count(DISTINCT r.id) AS documents, min(p.url) AS url FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.capture k ON k.id = v.capture_id JOIN archive.page p ON p.id = r.page_id
CROSS JOIN LATERAL unnest(v.flags) AS f (flag)
WHERE r.source_id = :source AND r.state = 'current' AND k.run_id = :run AND f.flag = ANY(:flags)
GROUP BY f.flag
""")

_WAITING = text("""
SELECT count(*) FILTER (WHERE waits) AS pages, count(*) AS listed, min(page_id) FILTER (WHERE waits) AS page
FROM (SELECT page_id, outcome = 'known' AND reason LIKE :code AS waits
      FROM archive.run_page WHERE run_id = :run) AS listed
""")
_LAST_REASON = text(f"""
SELECT p.url, {FIRST_REASON.format(page="p.id", outcome="'not_a_document'")} AS reason,
       coalesce(c.url, '') AS requested, coalesce(c.final_url, '') AS led_to
FROM archive.page p LEFT JOIN archive.capture c ON c.page_id = p.id
WHERE p.id = :page ORDER BY c.fetched_at DESC LIMIT 1
""")

_MOVED = text("""
WITH made AS (
    SELECT r.id, r.content_hash, r.source_id, p.url FROM archive.change c JOIN archive.record r ON r.id = c.record_id
    JOIN archive.page p ON p.id = r.page_id WHERE c.run_id = :run AND c.kind = 'created'
)
SELECT count(*) AS created, count(e.url) AS moved,
       (array_agg(m.url ORDER BY m.id) FILTER (WHERE e.url IS NOT NULL))[1] AS url,
       (array_agg(e.url ORDER BY m.id) FILTER (WHERE e.url IS NOT NULL))[1] AS earlier
FROM made m LEFT JOIN LATERAL (
    SELECT p.url FROM archive.record o JOIN archive.page p ON p.id = o.page_id
    WHERE o.content_hash = m.content_hash AND o.source_id = m.source_id AND o.id < (SELECT min(id) FROM made)
      AND m.content_hash <> :nothing ORDER BY o.id LIMIT 1) e ON true
""")

_RECORDS_MISSING = text("""
SELECT count(*) FILTER (WHERE last.missing), count(*) FROM archive.record r
CROSS JOIN LATERAL (
    SELECT count(*) = 2 AND bool_and(latest.outcome IN ('gone', 'soft_404')) AS missing FROM (
        SELECT c.outcome FROM archive.capture c WHERE c.page_id = r.page_id ORDER BY c.fetched_at DESC LIMIT 2
    ) AS latest) AS last
WHERE r.source_id = :source AND r.state = 'current'
""")

_NEWEST = text("""
SELECT max(coalesce(v.published_date, v.written_date)) FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE r.source_id = :source AND r.state = 'current'
""")


@dataclass(frozen=True, slots=True)
class SerialGap:
    """Missing serials of one organisation and year: those between its lowest and highest that no record has."""

    organisation: str
    year: str
    missing: int
    first: tuple[int, ...]


def records_missing(connection: Connection, source: str, many: int) -> Reason | None:
    """A problem: the pages of most records are missing, not for the first time, and the records are not removed.

    At least `many`, or all of at least three. A host that answers no page with content proves nothing, so that its
    records are never removed, however long it lasts; and pages that were missing before do not count as failures.
    """
    missing, records = connection.execute(_RECORDS_MISSING, {"source": source}).one()
    if (missing * 2 > records and missing >= many) or missing == records >= 3:
        return Reason.of(Code.RECORDS_MISSING, missing=missing, records=records)
    return None


def fields_gone_empty(connection: Connection, run: RunContext) -> Iterator[Reason]:
    """Warnings: fields that used to be filled and are mostly empty in this run's versions, with both shares."""
    rows = connection.execute(_FILLED, {"run": run.id, "source": run.source.id}).mappings()
    counts = {bool(row["now"]): row for row in rows}
    now, before = counts.get(True), counts.get(False)
    if now is None or before is None or now["n"] < MIN_VERSIONS_NOW or before["n"] < MIN_VERSIONS_BEFORE:
        return
    for name in _FIELDS:
        share_before, share_now = before[name] / before["n"], now[name] / now["n"]
        if share_before >= MIN_FILL_BEFORE and share_now <= MAX_FILL_NOW:
            yield Reason.of(
                Code.FIELD_RAN_DRY, field=name, before=round(100 * share_before), now=round(100 * share_now)
            )


def flagged_documents(connection: Connection, run: RunContext) -> Iterator[Reason]:
    """Warnings: documents of this run that have no text, no files and no pictures, a text that may be a notice, or less
    than they had, each with one of their addresses."""
    values = {"run": run.id, "source": run.source.id, "flags": [flag.value for flag in _DOUBTED]}
    rows = {row.flag: row for row in connection.execute(_FLAGGED, values)}
    for flag, code in _DOUBTED.items():
        if row := rows.get(flag.value):
            yield Reason.of(code, documents=row.documents, url=row.url)


def pages_that_wait(connection: Connection, run: RunContext, least: int) -> Iterator[Reason]:
    """A warning: most pages that this run lists, and at least `least`, were no documents when they were last fetched.
    They are not requested in this run, so that without it a run after one that failed would look good."""
    values = {"run": run.id, "code": f'%"{Code.NOT_DUE_AGAIN}"%'}
    row = connection.execute(_WAITING, values).one()
    if row.pages >= least and row.pages * 2 > row.listed:
        last = connection.execute(_LAST_REASON, {"page": row.page}).one()
        reason = reason_after_redirect(last.requested, last.led_to, last.reason)
        yield Reason.of(Code.MOST_PAGES_WAIT, pages=row.pages, listed=row.listed, url=last.url, reason=reason)


def documents_moved(connection: Connection, run: RunContext, least: int) -> Iterator[Reason]:
    """A warning: most records that this run created, and at least `least`, have the same texts as earlier records."""
    row = connection.execute(_MOVED, {"run": run.id, "nothing": content_hash("").sha256}).one()
    if row.moved >= least and row.moved * 2 > row.created:
        numbers = {"moved": row.moved, "created": row.created}
        yield Reason.of(Code.DOCUMENTS_MOVED, **numbers, url=row.url, earlier=row.earlier)


def fields_below_expected(connection: Connection, run: RunContext) -> Iterator[Reason]:
    """Problems: fields that fewer records have than the source file's `expects` demands.

    Checks the records that this run wrote; if they are fewer than `LATEST_RECORDS`, the latest earlier ones are added.
    So a change of the site shows within a few days, and a few records that never had the field carry little weight.
    """
    expects = run.source.expects
    if not expects:
        return
    query = text(_LATEST.format(counts=", ".join(map(_HAS.format, expects))))
    values = {"run": run.id, "source": run.source.id, "latest": LATEST_RECORDS}
    row = connection.execute(query, values).mappings().one()
    for name, expected in expects.items():
        share = row[name] / row["records"] if row["records"] else 1
        if share < expected:
            percent = floor(1000 * share) / 10
            yield Reason.of(
                Code.FIELD_BELOW_EXPECTED,
                field=name,
                share=percent,
                records=row["records"],
                expected=round(100 * expected, 1),
            )


def missing_serials(connection: Connection, source_id: str) -> tuple[SerialGap, ...]:
    """The twenty largest gaps in the source's index numbers of the standard form, each with its first twenty serials.

    Only series that have most of the serials between their lowest and highest are checked. Other series are not meant
    to be consecutive, for example because several catalogs share one series.
    """
    rows = connection.execute(_GAPS, {"source": source_id, "least": MIN_SERIALS})
    return tuple(SerialGap(row.organisation, row.year, row.missing, tuple(row.first)) for row in rows)


def newest_document(connection: Connection, source_id: str) -> date | None:
    """The latest day of publication, else of writing, of the source's current records."""
    day: date | None = connection.scalar(_NEWEST, {"source": source_id})
    return day
