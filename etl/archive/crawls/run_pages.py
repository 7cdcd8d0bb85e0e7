"""The pages of a run that failed or were excluded, with outcome and reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from etl.outcomes import FAILED, Outcome
from etl.reasons import Reason

# Not `known` and `limit`: they are expected, and most pages of a run have them.
_NAMED = [str(outcome) for outcome in (*FAILED, Outcome.ROBOTS, Outcome.OUT_OF_SCOPE, Outcome.DEAD)]
# Style sheets and pictures are only counted. Listing pages and files have no outcome in `run_page`: that of their last
# attempt in the run is taken.
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
    """A page with its outcome in a run. `kind`: listing, document or file. `status`: of the last answer, if any."""

    kind: str
    url: str
    outcome: str
    status: int | None
    reason: Reason

    def explained(self) -> Mapping[str, Any]:
        """The values for JSON output; the reason with its sentences."""
        named = {name: getattr(self, name) for name in ("kind", "url", "outcome", "status")}
        return {**named, "reason": self.reason.explained()}


def ended_badly(connection: Connection, run: int, most: int | None = None) -> list[EndedPage]:
    """Pages of the run that failed, or were excluded by robots.txt, by the source's `hosts` or as dead links; listing
    pages first."""
    return [
        EndedPage(row.kind, row.url, row.outcome, row.status, Reason.from_stored(row.reason))
        for row in connection.execute(_PAGES, {"run": run, "most": most, "named": _NAMED})
    ]
