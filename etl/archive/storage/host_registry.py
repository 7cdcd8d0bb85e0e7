"""The registry of hosts in PostgreSQL: next request time, failures, robots.txt, and how reliable validators are."""

from sqlalchemy import Engine, text

from etl.fetch.host_registry import CachedRobots

# The slot is reserved by one statement: no lock is held while the caller waits for it.
_RESERVE = text("""
INSERT INTO archive.host AS h (name, next_free_at) VALUES (:host, clock_timestamp() + make_interval(secs => :delay))
ON CONFLICT (name) DO UPDATE
    SET next_free_at = greatest(h.next_free_at, clock_timestamp()) + make_interval(secs => :delay)
RETURNING extract(epoch FROM h.next_free_at - make_interval(secs => :delay) - clock_timestamp())
""")
_PUSH_OUT = text("""
INSERT INTO archive.host AS h (name, next_free_at) VALUES (:host, clock_timestamp() + make_interval(secs => :seconds))
ON CONFLICT (name) DO UPDATE
    SET next_free_at = greatest(h.next_free_at, clock_timestamp() + make_interval(secs => :seconds))
""")
_FAILED = text("""
INSERT INTO archive.host AS h (name, failures) VALUES (:host, 1)
ON CONFLICT (name) DO UPDATE SET
    failures = h.failures + 1,
    next_free_at = CASE WHEN h.failures >= 2 THEN greatest(
        h.next_free_at, clock_timestamp() + make_interval(secs => least(:delay * 2 ^ least(h.failures - 2, 20), 3600))
    ) ELSE h.next_free_at END
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

    def reserve(self, host: str, delay: float) -> float:
        with self._engine.begin() as connection:
            return max(0.0, float(connection.execute(_RESERVE, {"host": host, "delay": delay}).scalar_one()))

    def postpone(self, host: str, seconds: float) -> None:
        with self._engine.begin() as connection:
            connection.execute(_PUSH_OUT, {"host": host, "seconds": seconds})

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
        values = {"host": host, "status": robots.status, "text": robots.text.replace("\0", ""), "at": robots.fetched_at}
        with self._engine.begin() as connection:
            connection.execute(_KEEP_ROBOTS, values)
