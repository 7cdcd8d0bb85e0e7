"""The pages of a run that failed or were excluded, with outcome and reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from etl.outcomes import FAILED, Outcome
from etl.reason_codes import Code
from etl.reasons import Reason

# Not `known` and `limit`: they are expected, and most pages of a run have them.
_NAMED = [str(outcome) for outcome in (*FAILED, Outcome.ROBOTS, Outcome.OUT_OF_SCOPE, Outcome.DEAD)]
# Style sheets and pictures are only counted. Listing pages and files have no outcome in `run_page`: that of their last
# attempt in the run is taken.
_PAGES = text("""
SELECT * FROM (
    SELECT p.kind, p.url, rp.outcome, rp.reason, c.status, c.url AS requested, c.final_url, p.id
    FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
    LEFT JOIN archive.capture c ON c.id = rp.capture_id
    WHERE rp.run_id = :run
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (c.page_id)
            p.kind, p.url, c.outcome, c.reason, c.status, c.url AS requested, c.final_url, p.id
        FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
        WHERE c.run_id = :run AND p.kind NOT IN ('document', 'resource') ORDER BY c.page_id, c.id DESC) AS others
) AS ended
WHERE outcome = ANY(:named) ORDER BY kind = 'file', kind = 'document', outcome, id LIMIT :most
""")


FIRST_REASON = """coalesce((
    SELECT earlier.reason FROM archive.run_page earlier
    WHERE earlier.page_id = {page} AND earlier.outcome = {outcome} AND earlier.reason NOT LIKE '%"as_before"%'
    ORDER BY earlier.run_id DESC LIMIT 1), '')"""
"""SQL expression: why a page ended so in its last run that says more than that it was as before."""
_EXAMPLES = text(f"""
SELECT 'document' AS kind, p.url, example.outcome, c.status, c.url AS requested, c.final_url,
       {FIRST_REASON.format(page="p.id", outcome="example.outcome")} AS reason
FROM (SELECT DISTINCT ON (outcome) outcome, page_id, capture_id FROM archive.run_page
      WHERE run_id = :run AND outcome = ANY(:named) ORDER BY outcome, page_id) AS example
JOIN archive.page p ON p.id = example.page_id LEFT JOIN archive.capture c ON c.id = example.capture_id
""")
_EXAMPLES_OF_FILES = text("""
SELECT DISTINCT ON (c.outcome)
    'file' AS kind, p.url, c.outcome, c.reason, c.status, c.url AS requested, c.final_url
FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
WHERE c.run_id = :run AND p.kind = 'file' AND c.outcome = ANY(:named) ORDER BY c.outcome, p.id
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
    return [_ended(row) for row in connection.execute(_PAGES, {"run": run, "most": most, "named": _NAMED})]


def examples(connection: Connection, run: int, *, of_files: bool) -> dict[str, EndedPage]:
    """By outcome, the first document of the run that failed or was excluded so; or the first file."""
    rows = connection.execute(_EXAMPLES_OF_FILES if of_files else _EXAMPLES, {"run": run, "named": _NAMED})
    return {row.outcome: _ended(row) for row in rows}


def reason_after_redirect(url: str, final_url: str, stored: str) -> Reason:
    """The stored reason of an attempt at `url`, which was led on to `final_url`, with that address unless it names it:
    whoever reads it would look for the fault at the address that was requested."""
    reason = Reason.from_stored(stored)
    if final_url == url or final_url in stored:
        return reason
    return Reason.of(Code.LED_TO, url=final_url, reason=reason)


def _ended(row: Row[Any]) -> EndedPage:
    """The page of a row; one that needed no request has no capture."""
    reason = reason_after_redirect(row.requested or "", row.final_url or "", row.reason)
    return EndedPage(row.kind, row.url, row.outcome, row.status, reason)
