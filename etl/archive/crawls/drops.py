"""Lists that show far fewer documents than they did: emptied for a day, cut after their first page, or taken away."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from etl.archive.crawls.run import ListSummary, RunContext
from etl.archive.crawls.walks import PreviousWalk, last_whole_walks
from etl.reason_codes import Code
from etl.reasons import Reason

FEW = 5
"""Documents that a list may lose without a word: so many are taken down on a day. A list that is empty may have lost
fewer, but not only `FEWEST`."""
FEWEST = 2

_HAD = text("""
SELECT count(*) AS had, count(*) FILTER (WHERE n.page_id IS NULL) AS missing FROM archive.run_page b
LEFT JOIN archive.run_page n ON n.page_id = b.page_id AND n.run_id = :run AND n.columns <> '{}'
LEFT JOIN archive.record r ON r.page_id = b.page_id AND r.state = 'removed'
WHERE b.run_id = :before AND :list = ANY(b.columns) AND (n.page_id IS NOT NULL OR r.id IS NULL)
""")
_TAKEN_DOWN = text("""
SELECT count(*) FROM archive.run_page b JOIN archive.record r ON r.page_id = b.page_id AND r.state = 'removed'
LEFT JOIN archive.run_page n ON n.page_id = b.page_id AND n.run_id = :run AND n.columns <> '{}'
WHERE b.run_id = :before AND n.page_id IS NULL
""")


def lists_dropped(
    connection: Connection, run: RunContext, lists: Sequence[ListSummary], before: PreviousWalk | None
) -> Iterator[Reason]:
    """Problems: lists of which so much is missing, against the last time that each was walked to its end, as `max_drop`
    does not allow. `before`: the last full walk that is not doubted for a drop.

    A document that another list shows now is not missing, nor one that has a tombstone, and a list that shows as many
    others as it lost has not dropped: some show their newest entries only. A list that was not walked to its end is not
    judged; one of which the run found nothing is empty.
    """
    if before is None:
        return
    now = {item.column: item for item in lists}
    for name, walk in sorted(last_whole_walks(connection, run, before).items()):
        item = now.get(name)
        listed = item.listed if item else 0
        least = FEW if listed else FEWEST + 1
        if (item and not item.whole) or walk.listed - listed < least:
            continue
        had, missing = connection.execute(_HAD, {"run": run.id, "before": walk.run_id, "list": name}).one()
        if (lost := min(missing, had - listed)) >= least and lost > had * run.source.assertions.max_drop:
            day, shown = f"{walk.started_at:%Y-%m-%d}", name or run.source.id
            yield Reason.of(Code.LIST_DROPPED, list=shown, listed=listed, before=had, day=day, missing=missing)


def taken_down(connection: Connection, run: RunContext, before: PreviousWalk | None) -> int:
    """How many documents of an earlier full walk the run does not list because they have tombstones."""
    values = {"run": run.id, "before": before.run_id if before else None}
    return int(connection.execute(_TAKEN_DOWN, values).scalar_one())
