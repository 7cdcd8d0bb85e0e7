"""How lists changed since they were first walked: what that tells of documents that no page of theirs shows.

A list that shows only its newest documents, or a cut first page, looks whole in each walk. It shows in time: its oldest
documents drop out, though the site still has them, while newer ones come. A list that changed its size and lost nothing
is not cut at that size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from etl.archive.crawls.run import ListSummary, RunContext
from etl.archive.crawls.walks import PreviousWalk, first_whole_walks

SPAN = timedelta(days=400)
"""The first walk within this time is compared: one that is older says nothing of the list as it is now."""
FEW = 3
"""So many documents must have dropped out: agencies replace one or two."""
TIMES, TIMES_OF_ANY_SIZE = 2, 3
"""So many different walks must have been the last that showed such documents, of a list that has as many documents as
before, and of any other: an agency that tidies a list up does so once."""

_CHANGES = text("""
SELECT list, count(*) FILTER (WHERE stays) AS stays, count(*) FILTER (WHERE gone) AS gone,
       count(day) FILTER (WHERE gone) AS dated, count(DISTINCT listed_at) FILTER (WHERE gone) AS times,
       count(*) FILTER (WHERE stays AND day < newest_gone) AS older
FROM (
    SELECT *, max(day) FILTER (WHERE gone) OVER (PARTITION BY list) AS newest_gone FROM (
        SELECT first.list, p.listed_at, coalesce(v.published_date, v.written_date) AS day,
               coalesce(n.columns @> ARRAY[first.list], false) AS stays,
               n.page_id IS NULL AND r.state = 'current' AND (
                   SELECT c.outcome FROM archive.capture c WHERE c.page_id = p.id ORDER BY c.fetched_at DESC LIMIT 1
               ) NOT IN ('gone', 'soft_404') AND NOT EXISTS (
                   SELECT FROM archive.run_page o
                   WHERE o.page_id = p.id AND o.run_id >= first.walk AND o.columns && CAST(:not_whole AS text[])
               ) AS gone
        FROM unnest(CAST(:lists AS text[]), CAST(:walks AS bigint[])) AS first (list, walk)
        JOIN archive.run_page b ON b.run_id = first.walk AND first.list = ANY(b.columns)
        JOIN archive.page p ON p.id = b.page_id
        LEFT JOIN archive.run_page n ON n.page_id = p.id AND n.run_id = :run AND n.columns <> '{}'
        LEFT JOIN archive.record r ON r.page_id = p.id
        LEFT JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    ) AS listed
) AS compared GROUP BY list
""")


@dataclass(frozen=True, slots=True)
class ListChange:
    """A list now, and as an earlier walk `before` listed it.

    `listed`: its documents now; `new`: those that it did not have; `gone`: those that it had, that no list has now and
    that the site still had when they were last fetched. A list that was not walked to its end has those that it ever
    showed. `shows_newest`: these are its oldest, and others came.
    """

    before: PreviousWalk
    listed: int
    new: int
    gone: int
    shows_newest: bool

    @property
    def fills_no_page(self) -> bool:
        """Whether the list cannot be the first page of a longer one. It had another number of documents, so that the
        smaller of the two numbers is not that of a full page, and nothing that it had was pushed off."""
        return self.before.listed != self.listed and not self.gone


def list_changes(connection: Connection, run: RunContext, lists: Sequence[ListSummary]) -> dict[str, ListChange]:
    """The changes of the lists that the run walked to their ends, by list, since the first such walk within `SPAN`."""
    whole = {item.column: item for item in lists if item.whole}
    first = first_whole_walks(connection, run, run.started_at - SPAN) if whole and run.options.limit is None else {}
    walks = {name: walk for name, walk in first.items() if name in whole and walk.listed}
    if not walks:
        return {}
    not_whole = [item.column for item in lists if not item.whole]
    numbers = [walk.run_id for walk in walks.values()]
    values = {"run": run.id, "lists": list(walks), "walks": numbers, "not_whole": not_whole}
    changes = {}
    for row in connection.execute(_CHANGES, values):
        before, listed = walks[row.list], whole[row.list].listed
        new = listed - row.stays
        drops_on = row.times >= (TIMES if before.listed == listed else TIMES_OF_ANY_SIZE)
        shows_newest = new > 0 and row.dated >= FEW and row.older < row.dated and drops_on
        changes[row.list] = ListChange(before, listed, new, row.gone, shows_newest)
    return changes
