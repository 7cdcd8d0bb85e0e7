"""Finds lists that show far fewer documents than before: emptied for a day, cut after their first page, or removed."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from etl.archive.crawls.run import ListSummary, RunContext
from etl.archive.crawls.walks import PreviousWalk, last_whole_walks
from etl.reason_codes import Code
from etl.reasons import Reason

FEW = 5
"""It is a problem if a list loses so many documents; agencies take down fewer at a time."""
FEWEST = 2
"""A list that is now empty may have lost so many without a problem."""

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
    """Problems: lists that lost a larger share of their documents than `max_drop` allows.

    Each list is compared with the last time that it was walked to its end. `before`: the last full walk without a drop.
    A document is not missing if another list shows it now, or if it has a tombstone. A list that gained as many
    documents as it lost has not dropped, as some lists show only their newest entries. A list that was not walked to
    its end is not checked; a list in which the run found nothing counts as empty.
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
    """Number of documents of an earlier full walk that have tombstones and that the run does not list."""
    values = {"run": run.id, "before": before.run_id if before else None}
    return int(connection.execute(_TAKEN_DOWN, values).scalar_one())
