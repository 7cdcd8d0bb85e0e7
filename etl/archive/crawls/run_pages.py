"""The pages of a run that did not go well: which, how they ended, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from etl.outcomes import FAILED, Outcome
from etl.reasons import Reason

# `known` and `limit` are no surprise, and most pages of a run.
_NAMED = [str(outcome) for outcome in (*FAILED, Outcome.ROBOTS, Outcome.OUT_OF_SCOPE, Outcome.DEAD)]
# The look of pages is counted, and told where it is shown. Listing pages and files are no listed documents: each ends
# as its last attempt in the run did.
_PAGES = text("""
SELECT * FROM (
    SELECT p.kind, p.url, rp.outcome, rp.reason, c.status, p.id
    FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
    LEFT JOIN archive.capture c ON c.id = rp.capture_id
    WHERE rp.run_id = :run
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (c.page_id) p.kind, p.url, c.outcome, c.reason, c.status, p.id
        FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
        WHERE c.run_id = :run AND p.kind NOT IN ('document', 'resource') ORDER BY c.page_id, c.id DESC) AS others
) AS ended
WHERE outcome = ANY(:named) ORDER BY kind = 'file', kind = 'document', outcome, id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class EndedPage:
    """A page as it ended in a run. `kind` is listing, document or file; `status` that of the last answer, if any."""

    kind: str
    url: str
    outcome: str
    status: int | None
    reason: Reason

    def explained(self) -> Mapping[str, Any]:
        """For programs: its values, the reason with its sentences."""
        named = {name: getattr(self, name) for name in ("kind", "url", "outcome", "status")}
        return {**named, "reason": self.reason.explained()}


def ended_badly(connection: Connection, run: int, most: int | None = None) -> list[EndedPage]:
    """Failed pages of the run, and those that robots.txt, the source's hosts or death excluded; listing pages first."""
    return [
        EndedPage(row.kind, row.url, row.outcome, row.status, Reason.from_stored(row.reason))
        for row in connection.execute(_PAGES, {"run": run, "most": most, "named": _NAMED})
    ]
