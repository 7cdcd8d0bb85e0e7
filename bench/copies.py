"""Fills an archive with copies of its records by statements in the database: rows only, without bytes in the bucket.

Each copy is a different document: another address, title, index number, document number, day and text (the lines of the
original in another order), and other bands. The copies belong to `SOURCES` sources, with as many per run as a run of a
source finds. The rows are written to the real schema, with its keys, checks, triggers and indexes.
"""

import time
from collections.abc import Callable

import psycopg

SOURCES = 1_000
"""Sources to which the copies belong."""
A_TURN = 20_000
"""Copies per transaction."""


def copy_records(owner_url: str, wanted: int, report: Callable[[str], None]) -> None:
    """Adds copies until the archive has so many records. `owner_url` is a URL of psycopg, of the schema's owner."""
    # Parameters of CREATE TABLE AS must be bound by the client.
    with psycopg.connect(owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in _BEFORE:
            connection.execute(statement, {"sources": SOURCES})
        began, there = time.monotonic(), _number(connection, "SELECT count(*) FROM archive.record")
        made = 0
        while there + made < wanted:
            turn = min(A_TURN, wanted - there - made)
            with connection.transaction():
                numbers = {"first": made, "turn": turn, "sources": SOURCES}
                for statement in _TURN:
                    connection.execute(statement, numbers)
            made += turn
            report(f"{there + made} of {wanted} records, {made / (time.monotonic() - began):.0f} a second")
        for statement in _AFTER:
            connection.execute(statement)


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


_BEFORE = (
    """CREATE TEMPORARY TABLE original AS
    SELECT row_number() OVER (ORDER BY r.id) - 1 AS place, v.*, p.listing, c.request_headers, c.headers, b.size, t.text,
           t.normaliser, r.read_with, array_length(s.bands, 1) AS bands, s.scheme,
           string_to_array(t.text, E'\\n') AS lines
    FROM archive.record r JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    JOIN archive.page p ON p.id = r.page_id JOIN archive.capture c ON c.id = v.capture_id
    JOIN archive.blob b ON b.sha256 = c.blob_sha256 JOIN archive.content t ON t.hash = v.content_hash
    JOIN archive.signature s ON s.content_hash = v.content_hash""",
    "CREATE UNIQUE INDEX ON original (place)",
    """CREATE TEMPORARY TABLE start AS SELECT
    (SELECT count(*) FROM original) AS originals, (SELECT max(id) FROM archive.page) AS page,
    (SELECT max(id) FROM archive.capture) AS capture, (SELECT max(id) FROM archive.record) AS record,
    (SELECT max(id) FROM archive.run) AS run, (SELECT max(change_seq) FROM archive.change) AS change""",
    """INSERT INTO archive.source (id, name, agency, region, platform, definition)
    SELECT 'copies-' || n, '第' || n || '区信息公开', '第' || n || '区人民政府', (110000 + 10000 * (n %% 50))::text,
           (ARRAY['trs_wcm', 'gkmlpt', 'hanweb_jcms', 'vsb'])[1 + n %% 4], '{}'
    FROM generate_series(0, %(sources)s - 1) AS n""",
    """INSERT INTO archive.run (id, source_id, key, kind, options, state, started_at, finished_at)
    OVERRIDING SYSTEM VALUE
    SELECT start.run + 1 + n, 'copies-' || n, 'copies', 'crawl', '{}', 'green', now(), now()
    FROM generate_series(0, %(sources)s - 1) AS n, start""",
)
_TURN = (
    "DROP TABLE IF EXISTS copy",
    """CREATE TEMPORARY TABLE copy AS
    SELECT n, o.*, 'copies-' || n %% %(sources)s AS source_id, start.page + 1 + n AS page_id,
           start.capture + 1 + n AS new_capture, start.record + 1 + n AS new_record,
           start.run + 1 + n %% %(sources)s AS run_id, start.change + 1 + n AS change_seq,
           'https://copies.invalid/' || n %% %(sources)s || '/' || n || '.html' AS url, md5(n::text) AS md5,
           encode(sha256(('blob ' || n)::bytea), 'hex') AS blob, encode(sha256(('text ' || n)::bytea), 'hex') AS hash,
           o.title || '（第' || n || '号）' AS new_title, now() - n %% 4000 * interval '1 day' AS at
    FROM generate_series(%(first)s, %(first)s + %(turn)s - 1) AS n, start
    JOIN LATERAL (SELECT * FROM original WHERE place = n %% start.originals) AS o ON true""",
    "INSERT INTO archive.blob (sha256, size, stored_at, verified_at) SELECT blob, size, at, now() FROM copy",
    """INSERT INTO archive.page
    (id, source_id, url, kind, listing, first_seen_at, listed_at, checked_at, blob_sha256) OVERRIDING SYSTEM VALUE
    SELECT page_id, source_id, url, 'document', listing, at, now(), now(), blob FROM copy""",
    """INSERT INTO archive.capture
    (id, page_id, run_id, url, final_url, fetched_at, elapsed_ms, status, request_headers, headers, outcome, reason,
     blob_sha256, log)
    SELECT new_capture, page_id, run_id, url, url, at, 90, 200, request_headers, headers, 'stored', '', blob,
           'captures/' || source_id || '/' || new_capture / 25 || '.jsonl.gz' FROM copy""",
    """INSERT INTO archive.run_page (run_id, page_id, columns, batch, capture_id, outcome)
    SELECT run_id, page_id, ARRAY[''], 0, new_capture, 'stored' FROM copy""",
    """INSERT INTO archive.content (hash, normaliser, text)
    SELECT hash, normaliser, '第' || n || '号。' || (
        SELECT string_agg(line, E'\\n' ORDER BY (at * (2 * (n % 500) + 1)) % 1009)
        FROM unnest(lines) WITH ORDINALITY AS l (line, at)) FROM copy""".replace("%", "%%"),
    """INSERT INTO archive.signature (content_hash, scheme, bands)
    SELECT hash, scheme, ARRAY(SELECT ('x' || substr(md5(md5 || band), 1, 15))::bit(60)::bigint
                               FROM generate_series(1, bands) AS band) FROM copy""",
    """INSERT INTO archive.record
    (id, page_id, source_id, version, content_hash, read_with, created_at, updated_at) OVERRIDING SYSTEM VALUE
    SELECT new_record, page_id, source_id, 1, hash, read_with, at, at FROM copy""",
    """INSERT INTO archive.record_version
    (record_id, version, kind, capture_id, content_hash, title, index_number, publisher, document_number, written_date,
     published_date, fields, attachments, flags, extractor, created_at)
    SELECT new_record, 1, 'created', new_capture, hash, new_title, left(md5, 9) || '/' || n, publisher || n %% 300,
           '某政发〔' || 2000 + n %% 25 || '〕' || n || '号', at::date, at::date,
           replace(fields::text, to_json(title)::text, to_json(new_title)::text)::jsonb, attachments, flags, extractor,
           at FROM copy""",
    """INSERT INTO archive.change (change_seq, kind, record_id, version, source_id, run_id, changed_at)
    SELECT change_seq, 'created', new_record, 1, source_id, run_id, at FROM copy""",
)
_AFTER = (
    "SELECT setval('archive.capture_number', (SELECT max(id) FROM archive.capture))",
    *(
        f"SELECT setval(pg_get_serial_sequence('archive.{table}', 'id'), (SELECT max(id) FROM archive.{table}))"
        for table in ("page", "run", "record")
    ),
    "VACUUM (ANALYZE)",
)
