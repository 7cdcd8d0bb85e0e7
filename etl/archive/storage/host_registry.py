"""The registry of hosts in PostgreSQL: next request time, failures, robots.txt, and how reliable validators are."""

from sqlalchemy import Engine, text

from etl.fetch.host_registry import EARLY_SHARE, PACE_LIFETIME, CachedRobots, HostStatus, Turn

MAX_SHOWN = 60
"""Characters of a `Retry-After` that are stored."""

_SET_PACE = text("""
INSERT INTO archive.host AS h (name, pace, paces) VALUES (
    :host, :delay,
    jsonb_build_object(CAST(:source AS text), jsonb_build_object('delay', CAST(:delay AS float), 'at', now()))
)
ON CONFLICT (name) DO UPDATE SET
    paces = h.paces || excluded.paces,
    pace = (
        SELECT max(CAST(p.value ->> 'delay' AS float)) FROM jsonb_each(h.paces || excluded.paces) p
        WHERE CAST(p.value ->> 'at' AS timestamptz) > now() - :lifetime
    )
RETURNING pace
""")
_STANDING = text("""
SELECT pace, coalesce(postponed_until > clock_timestamp(), false) AS is_postponed, failures > 0 AS has_failed
FROM archive.host WHERE name = :host
""")
# One statement reserves the turn, so no lock is held while the caller waits for it.
_RESERVE = text("""
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now)
UPDATE archive.host h SET
    next_free_at = CASE
        WHEN h.postponed_until > m.now + make_interval(secs => :at_most) THEN h.next_free_at
        ELSE greatest(h.next_free_at, h.postponed_until, m.now) + make_interval(secs => h.pace)
    END,
    began_at = CASE
        WHEN h.next_free_at > m.now OR h.postponed_until > m.now
            OR h.began_at + make_interval(secs => h.pace) > m.now THEN h.began_at
        ELSE m.now
    END
FROM moment m WHERE h.name = :host
RETURNING
    CASE WHEN h.began_at = m.now THEN h.began_at END AS began,
    h.pace, h.failures > 0 AS has_failed, h.retry_after IS NOT NULL AS by_request,
    extract(epoch FROM h.postponed_until - m.now) AS postponed,
    extract(epoch FROM h.next_free_at - make_interval(secs => h.pace) - m.now) AS wait
""")
_BEGIN = text("""
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now)
UPDATE archive.host h SET
    began_at = m.now,
    next_free_at = greatest(h.next_free_at, m.now + make_interval(secs => h.pace))
FROM moment m
WHERE h.name = :host AND (h.postponed_until IS NULL OR h.postponed_until <= m.now)
    AND (h.began_at IS NULL OR h.began_at = :began OR h.began_at + make_interval(secs => h.pace * :share) <= m.now)
RETURNING h.began_at
""")
_NOT_YET = text("""
SELECT extract(epoch FROM postponed_until - clock_timestamp()) AS postponed, retry_after IS NOT NULL AS by_request,
    extract(epoch FROM began_at + make_interval(secs => pace * :share) - clock_timestamp()) AS wait
FROM archive.host WHERE name = :host
""")
_POSTPONE = text("""
INSERT INTO archive.host AS h (name, postponed_until, retry_after)
VALUES (:host, clock_timestamp() + make_interval(secs => :seconds), :retry_after)
ON CONFLICT (name) DO UPDATE SET postponed_until = excluded.postponed_until, retry_after = excluded.retry_after
WHERE h.postponed_until IS NULL OR h.postponed_until < excluded.postponed_until
""")
_FAILED = text("""
INSERT INTO archive.host AS h (name, failures) VALUES (:host, 1)
ON CONFLICT (name) DO UPDATE SET
    failures = h.failures + 1,
    postponed_until = CASE WHEN h.failures >= 2 THEN greatest(
        h.postponed_until,
        clock_timestamp() + make_interval(secs => least(:delay * 2 ^ least(h.failures - 2, 20), 3600))
    ) ELSE h.postponed_until END,
    retry_after = CASE WHEN h.postponed_until > clock_timestamp() THEN h.retry_after END
""")
_SUCCEEDED = text("UPDATE archive.host SET failures = 0 WHERE name = :host AND failures > 0")
_ROBOTS = text("SELECT robots_status, robots, robots_at FROM archive.host WHERE name = :host AND robots_at IS NOT NULL")
_KEEP_ROBOTS = text("""
INSERT INTO archive.host AS h (name, robots_status, robots, robots_at) VALUES (:host, :status, :text, :at)
ON CONFLICT (name) DO UPDATE SET robots_status = :status, robots = :text, robots_at = :at
""")


class PostgresHosts:
    """The `HostRegistry` of all tasks, workers and machines that share the archive's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # A turn is one statement. A transaction around it would cost two more round trips and delay requests.
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")

    def set_pace(self, host: str, source: str, delay: float) -> float:
        values = {"host": host, "source": source, "delay": delay, "lifetime": PACE_LIFETIME}
        with self._engine.begin() as connection:
            return float(connection.execute(_SET_PACE, values).scalar_one())

    def host_status(self, host: str) -> HostStatus:
        with self._at_once.connect() as connection:
            row = connection.execute(_STANDING, {"host": host}).one()
        return HostStatus(float(row.pace), row.is_postponed, row.has_failed)

    def reserve(self, host: str, at_most: float) -> Turn:
        with self._at_once.connect() as connection:
            row = connection.execute(_RESERVE, {"host": host, "at_most": at_most}).one()
        postponed = max(0.0, float(row.postponed or 0))
        return Turn(max(0.0, float(row.wait)), row.began, postponed, row.by_request, float(row.pace), row.has_failed)

    def begin(self, host: str, began: object | None) -> Turn:
        values = {"host": host, "share": 1 - EARLY_SHARE}
        with self._at_once.connect() as connection:
            if (now := connection.execute(_BEGIN, values | {"began": began}).scalar_one_or_none()) is not None:
                return Turn(0.0, now)
            row = connection.execute(_NOT_YET, values).one()
        postponed = max(0.0, float(row.postponed or 0))
        return Turn(max(postponed, float(row.wait or 0)), None, postponed, row.by_request)

    def postpone(self, host: str, seconds: float, retry_after: str) -> None:
        values = {"host": host, "seconds": seconds, "retry_after": retry_after[:MAX_SHOWN]}
        with self._engine.begin() as connection:
            connection.execute(_POSTPONE, values)

    def record_failure(self, host: str, delay: float) -> None:
        with self._engine.begin() as connection:
            connection.execute(_FAILED, {"host": host, "delay": delay})

    def record_success(self, host: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_SUCCEEDED, {"host": host})

    def cached_robots(self, host: str) -> CachedRobots | None:
        with self._engine.connect() as connection:
            row = connection.execute(_ROBOTS, {"host": host}).one_or_none()
        return CachedRobots(row.robots_status, row.robots or "", row.robots_at) if row else None

    def cache_robots(self, host: str, robots: CachedRobots) -> None:
        values = {"host": host, "status": robots.status, "text": robots.text, "at": robots.fetched_at}
        with self._engine.begin() as connection:
            connection.execute(_KEEP_ROBOTS, values)
