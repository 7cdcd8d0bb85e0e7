"""Decides which pages of a run are fetched, and in which batches; the others get their outcome without a request."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, select, text, update

from etl.archive.crawls.dead_links import dead_pages
from etl.archive.crawls.failed_before import failed_at
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.walks import last_full_walk
from etl.archive.storage.models import Page, RunPage
from etl.outcomes import FAILED, Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

_LACKS_FILE = """
p.id IN (
    SELECT pf.page_id FROM archive.run u
    JOIN archive.page f ON f.source_id = u.source_id AND f.kind = 'file' AND f.checked_at IS NULL
    JOIN archive.page_file pf ON pf.file_id = f.id
    CROSS JOIN LATERAL (
        SELECT c.outcome, c.fetched_at FROM archive.capture c
        WHERE c.page_id = f.id ORDER BY c.fetched_at DESC LIMIT 1) AS last
    WHERE u.id = :run AND last.outcome = ANY(:failed)
      AND last.fetched_at + least(last.fetched_at - f.first_seen_at, make_interval(secs => 86400 * :longest))
          <= u.started_at)
"""
"""A file of the page was never received, and is due again: the interval doubles, as for pages that never answered."""

# A new page is checked often, an old one less and less often, as sites mostly change what they published last. For 30
# days after a page was first seen the interval is the source's `recheck_after_days`; a year later it is twelve times
# that. A new page that was not a document is requested again after one day, two, four …, as this may be a passing fault
# of the site. A page is due at once if its bytes, or those of a further page or a file, are damaged: the site may still
# have them.
_DUE = f"""
(p.id IN (SELECT coalesce(pf.page_id, d.part_of, d.id)
          FROM archive.blob b JOIN archive.capture c ON c.blob_sha256 = b.sha256
          JOIN archive.page d ON d.id = c.page_id AND d.blob_sha256 = b.sha256
          LEFT JOIN archive.page_file pf ON pf.file_id = d.id
          WHERE b.damage IS NOT NULL) OR {_LACKS_FILE}
 OR coalesce(p.checked_at <= r.started_at - make_interval(secs => 86400 * CASE
    WHEN p.verdict IS NOT NULL AND p.checked_at < p.first_seen_at + make_interval(secs => 86400 * :first)
    THEN least(:first, greatest(1, extract(epoch FROM p.checked_at - p.first_seen_at) / 86400))
    ELSE least(:first * greatest(1, extract(epoch FROM p.checked_at - p.first_seen_at) / 86400 / 30), :longest) END),
    true))
"""

MAX_BATCHES = 1000
"""Airflow maps a task over at most 1,024 values (`[core] max_map_length`) and fails if there are more."""


def plan_batches(engine: Engine, run: RunContext, batch_size: int) -> dict[int, int]:
    """Puts every listed page that needs work into a batch; others end as `known`, `dead`, `out_of_scope` or `limit`.

    A page needs work if it was never fetched, is due for a check, or has a capture that is not extracted yet. A dead
    link needs work at growing intervals. A dead link or removed page that a list shows again is requested at once. A
    page that never answered with content is requested again even if the walk stopped before its entry.
    Returns the number of pages in each batch, by the batch's number. Existing batches stay as they are.
    """
    values = _cadence(run) | {"limit": run.options.limit or run.source.limits.pages}
    with engine.begin() as connection:
        if run.kind == "crawl" and run.options.limit is None:
            connection.execute(_STILL_FAILING, _cadence(run))
        waiting = connection.execute(_WAITING, values).all()
        dead = {} if run.options.url else dead_pages(connection, run)
        anew = _listed_anew(connection, run, dead)
        resting = {page: item.reason for page, item in dead.items() if item.rests(run) and page not in anew}
        ends: list[dict[str, Any]] = []
        work: list[int] = []
        for row in waiting:
            if end := _end_without_request(run, row, anew, resting):
                ends.append(_end(row.page_id, *end))
            elif len(work) >= values["limit"]:
                ends.append(_end(row.page_id, Outcome.LIMIT, encode_reason(Code.OVER_RUN_LIMIT, limit=values["limit"])))
            else:
                work.append(row.page_id)
        if ends:
            connection.execute(_END, [{**end, "run": run.id} for end in ends])
        last = connection.scalar(select(func.max(RunPage.batch)).where(RunPage.run_id == run.id))
        first = 0 if last is None else last + 1
        if work:
            size = max(batch_size, -(-len(work) // MAX_BATCHES))
            batches = [{"run": run.id, "page": page, "number": first + at // size} for at, page in enumerate(work)]
            connection.execute(_BATCH, batches)
        return {row.batch: row.pages for row in connection.execute(_BATCHES, {"run": run.id})}


def _end_without_request(
    run: RunContext, row: Row[Any], anew: Collection[int], resting: Mapping[int, str]
) -> tuple[Outcome, str] | None:
    """(outcome, reason) of a page that needs no work; None for one that does. `anew`: pages that the list shows again;
    `resting`: the reasons of dead links that are not due."""
    if not run.source.allows(row.url):
        return Outcome.OUT_OF_SCOPE, encode_reason(Code.LISTED_OFF_HOSTS)
    if row.kind == "listing":
        return Outcome.OUT_OF_SCOPE, encode_reason(Code.LISTED_IS_A_LIST)
    if row.unread_capture_id is not None:
        return None
    if run.kind == "crawl" and not row.due and row.page_id not in anew:
        code = Code.NOT_DUE_AGAIN if row.verdict == Outcome.NOT_A_DOCUMENT else Code.NOT_DUE
        return Outcome.KNOWN, encode_reason(code)
    return (Outcome.DEAD, resting[row.page_id]) if row.page_id in resting else None


def plan_recheck_batches(engine: Engine, run: RunContext, batch_size: int) -> dict[int, int]:
    """Puts the source's known documents that are due into batches of the run, those with the oldest check first, but
    those that failed before last.

    A document is also due if the last complete walk of the whole catalog did not list it, until its page has answered
    since or its record is removed. Pages of removed records are included: a page that comes back is restored. A run for
    one document (`options.url`) has only that, even if it is not due or is a dead link. Returns the number of pages in
    each batch, by the batch's number.
    """
    with engine.begin() as connection:
        _list_due(connection, run)
    return plan_batches(engine, run, batch_size)


def _list_due(connection: Connection, run: RunContext) -> None:
    if run.options.url:
        connection.execute(_ONE_DOCUMENT, {"run": run.id, "url": run.options.url})
        return
    walk = last_full_walk(connection, run)
    values = _cadence(run) | {"limit": run.options.limit or run.source.limits.pages}
    resting = [page for page, item in dead_pages(connection, run).items() if item.rests(run)]
    connection.execute(_RECHECK, values | {"walk": walk.started_at if walk else None, "resting": resting})


def has_document(engine: Engine, source: str, url: str) -> bool:
    """Whether a document with that address is known from the source."""
    query = select(Page.id).where(Page.source_id == source, Page.url == url, Page.kind == "document")
    with engine.connect() as connection:
        return connection.scalar(query) is not None


def crawled_sources(engine: Engine) -> set[str]:
    """Ids of the sources of which any document was fetched."""
    query = select(Page.source_id).where(Page.kind == "document", Page.checked_at.is_not(None)).distinct()
    with engine.connect() as connection:
        return set(connection.scalars(query))


def _listed_anew(connection: Connection, run: RunContext, dead: Iterable[int]) -> set[int]:
    """Pages that this run lists and no run since the last full walk listed, if they are dead links or their records are
    removed."""
    walk = last_full_walk(connection, run)
    if walk is None:
        return set()
    return set(connection.scalars(_LISTED_ANEW, {"run": run.id, "walk": walk.run_id, "dead": list(dead)}))


def _cadence(run: RunContext) -> dict[str, Any]:
    days = run.source.recheck_after_days
    longest = max(days, run.source.recheck_at_most_days)
    return {"run": run.id, "first": days, "longest": longest, "failed": _TRY_AGAIN}


def _end(page_id: int, outcome: Outcome, reason: str) -> dict[str, Any]:
    return {"page": page_id, "ended": outcome, "why": reason}


_WAITING = text(f"""
SELECT rp.page_id, p.url, p.kind, p.unread_capture_id, p.verdict,
       {_DUE} AS due
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id JOIN archive.run r ON r.id = rp.run_id
WHERE rp.run_id = :run AND rp.outcome IS NULL AND rp.batch IS NULL
ORDER BY {failed_at("p.id")} NULLS FIRST, rp.page_id
""")
_TRY_AGAIN = [
    str(outcome)
    for outcome in (*FAILED, Outcome.LIMIT)
    if outcome not in (Outcome.NOT_A_DOCUMENT, Outcome.NOT_A_LISTING, Outcome.UNREADABLE, Outcome.TOO_LARGE)
]
"""Outcomes that may be different on another day."""
# Pages that never gave a document, or of which a file was never had, and that were listed in the last full walk or
# since. The interval doubles, so that pages that fail for good are not requested each day.
_STILL_FAILING = text(f"""
INSERT INTO archive.run_page (run_id, page_id, columns)
SELECT r.id, p.id, ARRAY[]::text[] FROM archive.run r JOIN archive.page p ON p.source_id = r.source_id
CROSS JOIN LATERAL (
    SELECT b.outcome, b.reason, c.fetched_at FROM archive.run_page b LEFT JOIN archive.capture c ON c.id = b.capture_id
    WHERE b.page_id = p.id AND b.run_id < r.id ORDER BY b.run_id DESC LIMIT 1) AS last
WHERE r.id = :run AND p.kind = 'document' AND r.listing->'full' = 'false'
  AND (p.checked_at IS NULL OR p.verdict IS NOT NULL OR {_LACKS_FILE}) AND (p.checked_at IS NULL AND (
    last.outcome = ANY(:failed) OR last.outcome = 'robots' AND last.reason NOT LIKE '%"robots_disallows"%')
    AND coalesce(last.fetched_at + least(last.fetched_at - p.first_seen_at, make_interval(secs => 86400 * :longest))
                 <= r.started_at, true)
    OR p.verdict IS NOT NULL AND {_DUE} AND NOT EXISTS (SELECT FROM archive.record d WHERE d.page_id = p.id)
    OR {_LACKS_FILE})
  AND p.listed_at >= (
    SELECT max(w.started_at) FROM archive.run w
    WHERE w.source_id = r.source_id AND w.kind = 'crawl' AND w.id < r.id AND w.listing->'full' = 'true')
ON CONFLICT DO NOTHING
""")
_LISTED_ANEW = text("""
SELECT n.page_id FROM archive.run_page n
LEFT JOIN archive.record r ON r.page_id = n.page_id AND r.state = 'removed'
WHERE n.run_id = :run AND n.columns <> '{}' AND (r.id IS NOT NULL OR n.page_id = ANY(:dead)) AND NOT EXISTS (
    SELECT FROM archive.run_page b
    WHERE b.page_id = n.page_id AND b.columns <> '{}' AND b.run_id >= :walk AND b.run_id < :run)
""")
_RECHECK = text(f"""
INSERT INTO archive.run_page (run_id, page_id, columns)
SELECT r.id, p.id, ARRAY[]::text[] FROM archive.run r JOIN archive.page p ON p.source_id = r.source_id
WHERE r.id = :run AND p.kind = 'document' AND p.checked_at IS NOT NULL AND p.id <> ALL(:resting) AND ({_DUE} OR (
    p.listed_at < CAST(:walk AS timestamptz)
    AND NOT EXISTS (
        SELECT FROM archive.capture c LEFT JOIN archive.record x ON x.page_id = p.id AND x.state = 'current'
        WHERE c.page_id = p.id AND c.fetched_at >= CAST(:walk AS timestamptz)
          AND (x.id IS NULL OR c.outcome IN ('stored', 'unchanged', 'not_modified')))))
ORDER BY {failed_at("p.id")} NULLS FIRST, p.checked_at LIMIT :limit
ON CONFLICT DO NOTHING
""")
_ONE_DOCUMENT = text("""
INSERT INTO archive.run_page (run_id, page_id, columns)
SELECT r.id, p.id, ARRAY[]::text[] FROM archive.run r JOIN archive.page p ON p.source_id = r.source_id
WHERE r.id = :run AND p.url = :url AND p.kind = 'document' ON CONFLICT DO NOTHING
""")
_MINE = (RunPage.run_id == bindparam("run"), RunPage.page_id == bindparam("page"))
_END = update(RunPage).where(*_MINE).values(outcome=bindparam("ended"), reason=bindparam("why"))
_BATCH = update(RunPage).where(*_MINE).values(batch=bindparam("number"))
_BATCHES = (
    select(RunPage.batch, func.count().label("pages"))
    .where(RunPage.run_id == bindparam("run"), RunPage.batch.is_not(None))
    .group_by(RunPage.batch)
    .order_by(RunPage.batch)
)
