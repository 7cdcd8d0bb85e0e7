"""Dead links: entries of a catalog whose page answered 404 or 410 on several days, with no other answer in between.

They stay listed, so they are part of every run. They are requested less and less often, and do not count as failures.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, text, update

from etl.archive.crawls.run import RunContext
from etl.archive.storage.models import RunPage
from etl.clock import CHINA
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

DAYS = 3
"""Different days, in China's calendar, on which a page must be gone before it is dead, or its record is removed."""
MOST_DOUBLINGS = 16
"""Limits the exponent only: `recheck_at_most_days` limits the interval much earlier."""
MAX_REPORTED = 100
"""Maximum number of dead links that a report lists with their addresses."""

GONE_SINCE = """
c.outcome = 'gone' AND c.status IN (404, 410) AND c.fetched_at > coalesce((
    SELECT max(good.fetched_at) FROM archive.capture good WHERE good.page_id = c.page_id
    AND good.outcome IN ('stored', 'unchanged', 'not_modified', 'not_a_document', 'unreadable')), '-infinity')
"""
"""SQL condition: capture `c` answered 404 or 410, and no content was received from the page since. An article also has
outcome `gone` if only a further page is gone; it is not dead."""
DAY = "(c.fetched_at AT TIME ZONE 'Asia/Shanghai')::date"
"""SQL expression: the day of capture `c` in China."""
# While no document of the source has content, its site is down, and each page is requested as soon as it is due.
_DEAD = text(f"""
SELECT c.page_id, p.url, count(DISTINCT {DAY}) AS days, min({DAY}) AS since, max({DAY}) AS last
FROM archive.capture c JOIN archive.page p ON p.id = c.page_id
WHERE p.source_id = :source AND p.kind = 'document' AND {GONE_SINCE}
GROUP BY c.page_id, p.url HAVING count(DISTINCT {DAY}) >= {DAYS} AND min(c.fetched_at) - interval '1 hour' < (
    SELECT max(good.checked_at) FROM archive.page good
    WHERE good.source_id = :source AND good.kind = 'document' AND good.verdict IS NULL)
ORDER BY c.page_id
""")
# A page that is still missing is no news: it must not turn a run red that fetches few other pages.
_MISSING_AGAIN = text(f"""
SELECT rp.outcome, count(*) AS pages FROM archive.run_page rp
WHERE rp.run_id = :run AND (rp.outcome = 'gone' AND EXISTS (
        SELECT FROM archive.capture c WHERE c.page_id = rp.page_id AND c.run_id < :run AND {GONE_SINCE})
    OR rp.outcome = 'soft_404' AND 'soft_404' = (
        SELECT c.outcome FROM archive.capture c WHERE c.page_id = rp.page_id AND c.run_id < :run
        ORDER BY c.fetched_at DESC LIMIT 1))
GROUP BY 1
""")
_END = (
    update(RunPage)
    .where(RunPage.run_id == bindparam("run"), RunPage.page_id == bindparam("page"), RunPage.outcome == Outcome.GONE)
    .values(outcome=Outcome.DEAD, reason=bindparam("why"))
)


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A listed address that was gone on `days` different days, the first of which is `since` (yyyy-mm-dd)."""

    url: str
    since: str
    days: int


@dataclass(frozen=True, slots=True)
class DeadPage:
    """The page of a dead link, the day of the next request, and the stored reason for making none before."""

    link: DeadLink
    retry_on: date
    reason: str

    def rests(self, run: RunContext) -> bool:
        """Whether the run must not request it yet."""
        return run.started_at.astimezone(CHINA).date() < self.retry_on


def dead_pages(connection: Connection, run: RunContext) -> dict[int, DeadPage]:
    """The source's dead links by page id. The interval between requests doubles: two days, four, eight …"""
    longest = max(run.source.recheck_after_days, run.source.recheck_at_most_days)
    pages = {}
    for row in connection.execute(_DEAD, {"source": run.source.id}):
        interval = timedelta(days=min(2 ** min(row.days - DAYS + 1, MOST_DOUBLINGS), longest))
        retry_on = row.last + interval
        reason = encode_reason(Code.DEAD_LINK, days=row.days, since=row.since, day=retry_on)
        pages[row.page_id] = DeadPage(DeadLink(row.url, str(row.since), row.days), retry_on, reason)
    return pages


def end_as_dead(connection: Connection, run: RunContext) -> None:
    """Gives outcome `dead` to the run's pages that are dead links and were gone again. Idempotent."""
    dead = dead_pages(connection, run)
    if dead:
        connection.execute(_END, [{"run": run.id, "page": page, "why": item.reason} for page, item in dead.items()])


def missing_again(connection: Connection, run: RunContext) -> dict[str, int]:
    """Number of the run's pages that were already missing in an earlier run, by outcome (`gone`, `soft_404`)."""
    return {row.outcome: row.pages for row in connection.execute(_MISSING_AGAIN, {"run": run.id})}


def reported_dead_links(connection: Connection, run: RunContext) -> tuple[DeadLink, ...]:
    """The first of the run's pages that ended as `dead`."""
    query = text("SELECT page_id FROM archive.run_page WHERE run_id = :run AND outcome = 'dead'")
    ended = set(connection.scalars(query, {"run": run.id}))
    links = [item.link for page, item in dead_pages(connection, run).items() if page in ended] if ended else []
    return tuple(links[:MAX_REPORTED])
