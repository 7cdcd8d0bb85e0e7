"""The state of hosts: their pace, why they are postponed, and how an operator ends a postponement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from etl.archive.storage.archive import Database
from etl.archive.storage.lookups import snapshot
from etl.errors import GongkaiError

_HOSTS = text("""
SELECT name, pace, began_at, failures, robots_status, robots_at, lifted_at, lifted_by,
    ARRAY(
        SELECT p.key FROM jsonb_each(paces) p WHERE CAST(p.value ->> 'delay' AS float) = pace ORDER BY p.key
    ) AS paced_by,
    CASE WHEN postponed_until > now() THEN postponed_until END AS postponed_until,
    CASE WHEN postponed_until > now() THEN retry_after END AS retry_after
FROM archive.host WHERE CAST(:host AS text) IS NULL OR name = :host ORDER BY postponed_until > now() DESC, name
""")
_LIFT = text("""
UPDATE archive.host
SET postponed_until = NULL, retry_after = NULL, failures = 0, lifted_at = now(), lifted_by = :who
WHERE name = :host AND postponed_until > now()
""")


@dataclass(frozen=True, slots=True)
class HostState:
    """A host in the registry.

    `pace`: seconds between requests, as the sources `paced_by` set it. `postponed_until`: end of the postponement, if
    there is one; its cause is `retry_after` (the header that the host sent) or the number of `failures` in a row.
    `lifted_at`, `lifted_by`: when and by whom a postponement was last ended early.
    """

    name: str
    pace: float
    paced_by: list[str]
    began_at: datetime | None
    postponed_until: datetime | None
    retry_after: str | None
    failures: int
    robots_status: int | None
    robots_at: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None

    @property
    def why(self) -> str:
        """Why it is postponed, in a few words; empty if it is not."""
        if self.postponed_until is None:
            return ""
        return f"Retry-After: {self.retry_after}" if self.retry_after else f"{self.failures} failures in a row"


def known_hosts(archive: Database, host: str | None = None) -> Sequence[HostState]:
    """All hosts that were ever requested, postponed ones first; or only `host`.

    Raises `GongkaiError` for a host that was never requested.
    """
    with snapshot(archive) as connection:
        states = [HostState(**row) for row in connection.execute(_HOSTS, {"host": host}).mappings()]
    if host is not None and not states:
        raise GongkaiError(f"host {host!r} was never requested", hint="`gongkai hosts` lists those that were")
    return states


def lift(archive: Database, host: str, who: str) -> HostState:
    """Ends a host's postponement at once and resets its failures; its pace still applies. Stores who did it.

    Returns the previous state. Raises `GongkaiError` for a host that was never requested or is not postponed.
    """
    (before,) = known_hosts(archive, host)
    with archive.engine.begin() as connection:
        lifted = connection.execute(_LIFT, {"host": host, "who": who}).rowcount
    if not lifted:
        raise GongkaiError(f"host {host} is not postponed", hint="there is nothing to lift")
    return before
