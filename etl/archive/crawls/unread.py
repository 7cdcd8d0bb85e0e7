"""The queue of stored captures that are not read yet, and the reasons why pages stay in it.

A page is in the queue while `page.unread_capture_id` names a capture. `run_page.unread_reason` says why a run could not
read it: bytes that it needs are damaged. If there is no reason, the run was interrupted before it read the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from etl.archive.crawls.run import RunContext
from etl.archive.storage.log_lines import RunPageLine
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Page, RunPage
from etl.outcomes import FAILED
from etl.reason_codes import Code
from etl.reasons import Reason

_NOT_READ = "not read: "
"""Prefix with which unread reasons were stored in the column `reason` before they had a column of their own. Old run
logs still have such lines."""


def unread_in_batch(connection: Connection, run: RunContext, batch: int, urls: Sequence[str] | None) -> Sequence[Any]:
    """Rows (page_id, url, listing, capture_id) of the batch's unread pages, by page id; if `urls` is given, of those
    only."""
    query = _IN_BATCH if urls is None else _IN_BATCH.where(among(Page.url, urls))
    return connection.execute(query, {"run": run.id, "batch": batch}).all()


def clear_unread_reasons(connection: Connection, run: RunContext, batch: int) -> None:
    """Clears the reasons why the batch's pages could not be read, before they are read again."""
    connection.execute(_CLEAR, {"run": run.id, "batch": batch})


def set_unread_reasons(connection: Connection, run: RunContext, batch: int, reasons: Mapping[int, str]) -> None:
    """Stores why pages of the batch stay unread: page id → stored reason (`etl.reasons`)."""
    rows = [{"run": run.id, "batch": batch, "page": page, "why": why} for page, why in sorted(reasons.items())]
    if rows:
        connection.execute(_SET, rows)


def unread_problems(connection: Connection, run: RunContext) -> Iterator[Reason]:
    """The problems of a run that leaves pages unread: because it was interrupted, or because bytes are damaged."""
    counts = connection.execute(_COUNT, {"run": run.id, "failed": list(FAILED)}).one()
    if counts.waiting:
        yield Reason.of(Code.PAGES_UNREAD, pages=counts.waiting)
    if counts.damaged:
        yield Reason.of(Code.PAGES_DAMAGED, pages=counts.damaged, first=counts.why)


def unread_after_rebuild(connection: Connection) -> Sequence[Any]:
    """Rows (page_id, source_id, listing, capture_id, run_id) of all unread pages, by source and run.

    The bucket does not say that a capture was read if it changed no record. Such pages are read again, which again
    changes nothing. An article of which a later run got one page but lost another stays unread, as it was before the
    rebuild.
    """
    return connection.execute(_AFTER_REBUILD).all()


def captures_to_read(connection: Connection, pages: Sequence[Any]) -> Sequence[Any]:
    """The captures of which documents consist: rows (of, part, url, final_url, headers, blob_sha256, fetched_at, size).

    `pages`: rows with page_id and capture_id of each document. `of` is the document's page_id; part 1 is that capture.
    For each further page, the last capture before the first page was fetched again is taken.
    """
    values = {"pages": [row.page_id for row in pages], "captures": [row.capture_id for row in pages]}
    return connection.execute(_CAPTURES, values).all()


def with_unread_reason(line: RunPageLine) -> RunPageLine:
    """Converts the line of a page in an old run log to the current form."""
    if line.unread_reason is not None or not line.reason.startswith(_NOT_READ):
        return line
    return replace(line, reason="", unread_reason=line.reason.removeprefix(_NOT_READ))


_IN_BATCH = (
    select(Page.id.label("page_id"), Page.url, Page.listing, Page.unread_capture_id.label("capture_id"))
    .join(RunPage, RunPage.page_id == Page.id)
    # Not pages that failed in this run. They may be unread because one page of an article changed and another one could
    # not be fetched. They stay unread, so that no version mixes pages of different days.
    .where(
        RunPage.run_id == bindparam("run"),
        RunPage.batch == bindparam("batch"),
        RunPage.outcome.not_in(FAILED),
        Page.unread_capture_id.is_not(None),
    )
    .order_by(Page.id)
)
_CLEAR = text("""
UPDATE archive.run_page SET unread_reason = NULL WHERE run_id = :run AND batch = :batch AND unread_reason IS NOT NULL
""")
_SET = text("""
UPDATE archive.run_page rp SET unread_reason = :why FROM archive.page p
WHERE rp.run_id = :run AND rp.batch = :batch AND rp.page_id = :page AND p.id = rp.page_id
  AND p.unread_capture_id IS NOT NULL
""")
_COUNT = text("""
SELECT count(*) FILTER (WHERE rp.unread_reason IS NULL) AS waiting, count(rp.unread_reason) AS damaged,
       min(rp.unread_reason) AS why
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
WHERE rp.run_id = :run AND p.unread_capture_id IS NOT NULL AND coalesce(rp.outcome, '') <> ALL(:failed)
""")
_AFTER_REBUILD = text("""
SELECT p.id AS page_id, p.source_id, p.listing, c.id AS capture_id, c.run_id FROM archive.page p
JOIN archive.capture c ON c.id = p.unread_capture_id AND c.reason NOT LIKE '%"code":"article_page_failed"%'
WHERE NOT EXISTS (
    SELECT FROM archive.page part JOIN archive.capture k ON k.page_id = part.id
    WHERE part.part_of = p.id AND k.outcome = 'stored' AND k.id > c.id AND k.run_id <> c.run_id)
ORDER BY p.source_id, c.run_id, p.id
""")
_CAPTURES = text("""
WITH asked AS (SELECT * FROM unnest(CAST(:pages AS bigint[]), CAST(:captures AS bigint[])) AS a (page_id, capture_id))
SELECT a.page_id AS of, 1 AS part, c.url, c.final_url, c.headers, c.blob_sha256, c.fetched_at, b.size
FROM asked a JOIN archive.capture c ON c.id = a.capture_id JOIN archive.blob b ON b.sha256 = c.blob_sha256
UNION ALL
SELECT a.page_id, p.part, c.url, c.final_url, c.headers, c.blob_sha256, c.fetched_at, b.size
FROM asked a JOIN archive.page p ON p.part_of = a.page_id CROSS JOIN LATERAL (
    SELECT * FROM archive.capture c
    WHERE c.page_id = p.id AND c.outcome IN ('stored', 'unchanged') AND c.id < coalesce(
        (SELECT min(n.id) FROM archive.capture n WHERE n.page_id = a.page_id AND n.id > a.capture_id), c.id + 1)
    ORDER BY c.id DESC LIMIT 1) c JOIN archive.blob b ON b.sha256 = c.blob_sha256
ORDER BY 1, 2
""")
