"""An archive filled with as many records as a test wants, by the database itself: rows alone, no bytes behind them."""

from sqlalchemy import create_engine, text

from etl.extract import content_hash

SOURCE = "filled"


def fill(owner_url: str, records: int) -> None:
    """Records 1…n with one version each and a `created` event for each, a minute apart from 2025-12-31 23:00 UTC.

    Every tenth has the text of the first, every eleventh of the others none. Each cites the next. None is in the
    search.
    """
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        for statement in _FILL:
            connection.execute(text(statement), {"n": records, "none": content_hash("").sha256, "source": SOURCE})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


_FIELDS = """jsonb_build_array(jsonb_build_object(
    'name', 'title', 'value', '第' || i || '号通知', 'raw', '第' || i || '号通知', 'label', '标题', 'origin', 'title',
    'rule', 'headline', 'chosen', true))"""
_FILES = """CASE WHEN i % 3 = 0 THEN jsonb_build_array(jsonb_build_object(
    'url', 'http://a.example/' || i || '.pdf', 'name', '附件', 'role', 'file', 'sha256', NULL)) ELSE '[]' END"""
_FILL = [
    "INSERT INTO archive.source (id, name, agency, region, platform, definition) "
    "VALUES (:source, '目录', '机关', '500000', 'generic', '{}')",
    "INSERT INTO archive.run (source_id, key, kind, options) VALUES (:source, 'fill', 'crawl', '{}')",
    "INSERT INTO archive.blob (sha256, size) VALUES ('b', 1)",
    "INSERT INTO archive.page (source_id, url, kind) "
    "SELECT :source, 'http://a.example/' || i, 'document' FROM generate_series(1, :n) AS i",
    """INSERT INTO archive.capture
    (id, page_id, run_id, url, final_url, fetched_at, elapsed_ms, status, request_headers, headers, outcome, reason,
     blob_sha256, log)
    SELECT i, i, 1, 'http://a.example/' || i, 'http://a.example/' || i, now(), 1, 200, '[]', '[]', 'stored', '', 'b',
           'captures/filled/1.jsonl.gz' FROM generate_series(1, :n) AS i""",
    """CREATE TEMPORARY TABLE filling ON COMMIT DROP AS
    SELECT i, CASE WHEN i % 10 = 1 THEN encode(sha256('1'), 'hex') WHEN i % 11 = 0 THEN :none
                   ELSE encode(sha256(convert_to(i::text, 'UTF8')), 'hex') END AS hash,
           timestamptz '2025-12-31 23:00Z' + i * interval '1 minute' AS at
    FROM generate_series(1, :n) AS i""",
    """INSERT INTO archive.content (hash, normaliser, text)
    SELECT hash, 1, CASE WHEN hash = :none THEN '' ELSE '正文' || hash END FROM filling GROUP BY hash""",
    """INSERT INTO archive.record (page_id, source_id, version, content_hash, read_with, created_at, updated_at)
    SELECT i, :source, 1, hash, '1.1', at, at FROM filling ORDER BY i""",
    f"""INSERT INTO archive.record_version
    (record_id, version, kind, capture_id, content_hash, title, fields, attachments, flags, extractor, created_at)
    SELECT i, 1, 'created', i, hash, '第' || i || '号通知', {_FIELDS}, {_FILES}, '{{}}', '1', at FROM filling""",
    """INSERT INTO archive.change (change_seq, kind, record_id, version, source_id, run_id, changed_at)
    SELECT i, 'created', i, 1, :source, 1, at FROM filling""",
    "INSERT INTO archive.citable_name (record_id, version, title_key) SELECT i, 1, '第' || i || '号通知' FROM filling",
    """INSERT INTO archive.citation (record_id, ordinal, relation, part, place, length, mentions, title, title_key)
    SELECT i, 1, 'cites', 'text', 0, 2, 1, '第' || i + 1 || '号通知', '第' || i + 1 || '号通知' FROM filling""",
]
