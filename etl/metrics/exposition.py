"""Reads each number from what is stored at the moment of asking; nothing is counted beside it, so a restart loses none.

Names follow Prometheus' rules: base units, `_timestamp_seconds` for moments (`time() - x` is an age).
"""

from collections.abc import Collection, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, Row, TextClause, text

from etl.archive.preservation.time_stamps import stamp_state

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CAPTURES = text("""
SELECT s.platform, c.outcome, count(*) AS captures, coalesce(sum(b.size), 0) AS bytes
FROM archive.run r JOIN archive.source s ON s.id = r.source_id JOIN archive.capture c ON c.run_id = r.id
LEFT JOIN archive.blob b ON b.sha256 = c.blob_sha256
WHERE r.started_at > now() - interval '2 days' AND c.fetched_at > now() - interval '1 day'
GROUP BY 1, 2 ORDER BY 1, 2
""")
_STATES = text("""
SELECT kind, state, count(*) AS runs FROM (
    SELECT DISTINCT ON (source_id, kind) kind, state FROM archive.run
    WHERE state <> 'running' ORDER BY source_id, kind, id DESC) AS last
GROUP BY 1, 2 UNION ALL
SELECT kind, 'running', count(*) FROM archive.run WHERE state = 'running' GROUP BY 1 ORDER BY 1, 2
""")
_LAST_GOOD = text("""
SELECT source_id AS source, extract(epoch FROM max(finished_at)) AS at FROM archive.run
WHERE kind = 'crawl' AND state IN ('green', 'amber') AND source_id = ANY(:sources) GROUP BY 1 ORDER BY 1
""")
_NUMBERS = text("""
SELECT (SELECT count(*) FROM archive.run_page rp JOIN archive.run r ON r.id = rp.run_id
        WHERE r.state = 'running' AND rp.outcome IS NULL) AS waiting,
    (SELECT count(*) FROM archive.page WHERE unread_capture_id IS NOT NULL) AS unread,
    (SELECT count(*) FROM archive.file WHERE outcome = 'scan') AS scans,
    (SELECT count(*) FROM archive.blob) AS blobs,
    (SELECT coalesce(sum(size), 0) FROM archive.blob) AS bytes,
    (SELECT count(*) FROM archive.blob WHERE damage IS NOT NULL) AS damaged_blobs,
    (SELECT count(*) FROM archive.log_object WHERE damage IS NOT NULL) AS damaged_logs,
    (SELECT extract(epoch FROM min(verified_at)) FROM archive.blob) AS oldest_blob,
    (SELECT extract(epoch FROM min(verified_at)) FROM archive.log_object) AS oldest_log,
    (SELECT coalesce(max(change_seq), 0) FROM archive.change) AS change_seq
""")
_RECORDS = text("SELECT state, count(*) AS records FROM archive.record GROUP BY 1 ORDER BY 1")


class _Archive(Collector):
    def __init__(self, connection: Connection, sources: Collection[str]) -> None:
        self._connection = connection
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """All numbers, each read once."""
        captures = self._rows(_CAPTURES)
        yield _labelled(
            "gongkai_captures_last_day", "Captures of the last 24 hours.", ("platform", "outcome"), captures, "captures"
        )
        yield _labelled(
            "gongkai_captured_bytes_last_day",
            "Bytes, unpacked, of the captures of the last 24 hours.",
            ("platform", "outcome"),
            captures,
            "bytes",
        )
        yield _labelled(
            "gongkai_runs",
            "Last runs of the sources by their state, and runs that have not ended.",
            ("kind", "state"),
            self._rows(_STATES),
            "runs",
        )
        yield _labelled(
            "gongkai_source_last_good_timestamp_seconds",
            "When the last crawl that is not red ended.",
            ("source",),
            self._connection.execute(_LAST_GOOD, {"sources": list(self._sources)}).all(),
            "at",
        )
        yield _labelled("gongkai_records", "Records by their state.", ("state",), self._rows(_RECORDS), "records")
        yield from _single(self._connection.execute(_NUMBERS).one())
        unstamped = float(stamp_state(self._connection).unstamped)
        yield GaugeMetricFamily("gongkai_days_unstamped", "Daily roots that no time stamp covers.", value=unstamped)

    def _rows(self, query: TextClause) -> list[Row[tuple[object, ...]]]:
        return list(self._connection.execute(query).all())


def _labelled(
    name: str, words: str, labels: tuple[str, ...], rows: Collection[Row[tuple[object, ...]]], value: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for row in rows:
        family.add_metric([str(getattr(row, label)) for label in labels], float(getattr(row, value)))
    return family


def _single(row: Row[tuple[object, ...]]) -> Iterator[Metric]:
    for name, words, value in (
        ("gongkai_pages_waiting", "Listed pages of running runs that have no outcome yet.", "waiting"),
        ("gongkai_pages_unread", "Pages whose last capture has not been recorded.", "unread"),
        ("gongkai_scans_waiting", "Files that wait for OCR.", "scans"),
        ("gongkai_blobs", "Stored blobs.", "blobs"),
        ("gongkai_blob_bytes", "Bytes of all blobs.", "bytes"),
        ("gongkai_change_seq", "Position of the change feed.", "change_seq"),
    ):
        yield GaugeMetricFamily(name, words, value=float(getattr(row, value)))
    damaged = GaugeMetricFamily("gongkai_damaged", "Blobs and logs whose bytes are damaged.", labels=("what",))
    oldest = GaugeMetricFamily(
        "gongkai_fixity_oldest_timestamp_seconds", "The oldest last check of a blob and of a log.", labels=("what",)
    )
    for what in ("blob", "log"):
        damaged.add_metric([what], float(getattr(row, f"damaged_{what}s")))
        if (at := getattr(row, f"oldest_{what}")) is not None:
            oldest.add_metric([what], float(at))
    yield damaged
    yield oldest


def exposition(engine: Engine, sources: Collection[str]) -> bytes:
    """All metrics, as Prometheus reads them (`CONTENT_TYPE`); `sources` are the ids whose lag is told."""
    with engine.connect() as connection:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Archive(connection, sources))
        return generate_latest(registry)
