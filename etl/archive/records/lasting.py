"""When an answer that is less than what the archive holds is no passing fault, but what the site shows there now: it
has sent nothing else for `LASTING`.

A file then is the one that the document links. A page that shows nothing of its document any more makes a version
without text: its fields are those of the version before, as what stands in place of a text is no part of a document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from etl.archive.records.extracted_pages import ExtractedPage, Verdict
from etl.archive.storage.bucket import sha256
from etl.archive.storage.database import lock_source
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.lookups import NO_TEXT, among
from etl.archive.storage.models import Capture, Page, Record, RecordVersion
from etl.clock import CHINA
from etl.extract import Flag
from etl.fetch.client import Attempt
from etl.outcomes import FAILED, Outcome
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason

LASTING = timedelta(days=30)
EMPTIED = f"""
EXISTS (SELECT FROM archive.record_version v WHERE v.record_id = r.id AND v.version = r.version
        AND v.content_hash = '{NO_TEXT}' AND '{Flag.SHOWS_LESS}' = ANY(v.flags))
"""
"""SQL condition: `is_emptied` of the current version of the record `r`."""
WHOLE = f"""
(SELECT w.content_hash, w.attachments FROM archive.record_version w
 WHERE w.record_id = r.id AND w.version <= r.version AND '{Flag.SHOWS_LESS}' <> ALL(w.flags)
 ORDER BY w.version DESC LIMIT 1)
"""
"""SQL query: the text and the files of the record `r` in its last version that does not show less."""
_GOOD = (Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED)
REFUSED = (Outcome.SOFT_404, Outcome.BLOCKED, Outcome.HTTP_ERROR, Outcome.EMPTY, Outcome.NOT_A_DOCUMENT)
"""Outcomes of answers with status 200 that hold nothing of their document: they say that it is missing, fails or is not
for everybody, or are no text."""
MISSING = (Outcome.GONE, Outcome.SOFT_404, Outcome.EMPTY, Outcome.NOT_A_DOCUMENT)
"""Outcomes of a further page of an article that is not there."""
_INSTEAD = (Code.NO_DOCUMENT, Code.NO_DOCUMENT_SAYS, Code.ONE_PAGE_OF_SEVERAL, Code.NOT_AS_LISTED, Code.SITE_CLOSED)
"""Reasons of pages that show something else than a document, but not another document."""
_OF_SITES = (Code.CHALLENGE_SCRIPT, Code.FIREWALL_PAGE)
"""Reasons of answers that say nothing of their document, however long a site sends them."""
_NOT_COUNTED = "|".join((Code.ARTICLE_PAGE_FAILED, *_OF_SITES))
_SINCE = text(f"""
SELECT e.page_id, min(c.fetched_at) AS since, min(e.run_id) AS first
FROM unnest(CAST(:pages AS bigint[]), CAST(:captures AS bigint[])) AS n (page, capture)
JOIN archive.record r ON r.page_id = n.page AND r.state = 'current'
LEFT JOIN archive.capture last ON last.id = n.capture
JOIN archive.run_page e ON e.page_id = n.page AND e.run_id < :run
    AND e.outcome = ANY(:less) AND e.reason !~ '"code":"({_NOT_COUNTED})"'
JOIN archive.capture c ON c.id = e.capture_id AND (e.outcome = 'not_a_document' OR c.status = 200)
WHERE c.fetched_at > coalesce((
    SELECT max(k.fetched_at) FROM archive.run_page good JOIN archive.capture k ON k.id = good.capture_id
    WHERE good.page_id = n.page AND good.run_id < :run AND good.outcome = ANY(:good)), '-infinity')
GROUP BY e.page_id, last.fetched_at
HAVING min(c.fetched_at) <= coalesce(last.fetched_at, now()) - CAST(:lasting AS interval)
""")
_MOST_ARE_GOOD = text("""
SELECT count(*) FILTER (WHERE last.outcome = ANY(:good)) * 2 > count(*) FROM archive.record r
CROSS JOIN LATERAL (
    SELECT b.outcome FROM archive.run_page b
    WHERE b.page_id = r.page_id AND b.run_id >= :first AND b.run_id < :run
      AND (b.outcome = ANY(:failed) OR b.outcome = ANY(:good))
    ORDER BY b.run_id DESC LIMIT 1) AS last
WHERE r.source_id = :source AND r.state = 'current'
  AND r.id % (SELECT greatest(1, count(*) / :many) FROM archive.record WHERE source_id = :source) = 0
""")
_MANY = 1_000
"""Records of a source, from which on only one in several is looked at."""
_AS_BEFORE = text("""
SELECT rp.page_id, rp.capture_id, p.unread_capture_id IS NOT NULL AS changed FROM archive.run_page rp
JOIN archive.page p ON p.id = rp.page_id AND p.verdict = 'not_a_document'
JOIN archive.capture c ON c.id = rp.capture_id AND c.blob_sha256 = p.blob_sha256 AND c.outcome = 'not_a_document'
WHERE rp.run_id = :run AND rp.batch = :batch AND rp.outcome = 'not_a_document'
  AND rp.reason NOT LIKE '%"code":"article_page_failed"%'
""")
_IS_EMPTIED = text(f"SELECT {EMPTIED} FROM archive.record r WHERE r.page_id = :page")
_READ_AGAIN = text("""
WITH again AS (
    UPDATE archive.run_page SET outcome = 'unchanged', reason = ''
    WHERE run_id = :run AND page_id = ANY(:pages) AND outcome = 'not_a_document'
    RETURNING page_id, capture_id)
UPDATE archive.page p SET unread_capture_id = again.capture_id FROM again WHERE p.id = again.page_id
""")


def is_lasting(engine: Engine, source_id: str, answer: Attempt) -> bool:
    """Whether the site has sent only these bytes at the address of a file for `LASTING`."""
    answers = select(Capture).join(Page, Page.id == Capture.page_id)
    answers = answers.where(Page.source_id == source_id, Page.url == answer.url)
    is_good = Capture.outcome.in_(_GOOD)
    is_same = (Capture.outcome == Outcome.NOT_A_FILE, Capture.blob_sha256 == sha256(answer.body or b""))
    with engine.connect() as connection:
        last_good = connection.scalar(answers.with_only_columns(func.max(Capture.fetched_at)).where(is_good))
        after = (*is_same, Capture.fetched_at > last_good) if last_good else is_same
        since = connection.scalar(answers.with_only_columns(func.min(Capture.fetched_at)).where(*after))
    return since is not None and answer.fetched_at - since >= LASTING


def never_came(engine: Engine, source_id: str, answer: Attempt) -> bool:
    """Whether a further page of an article has been missing for `LASTING`, and never came. That it could not be had
    does not say that it is missing."""
    missing = func.min(Capture.fetched_at).filter(Capture.outcome.in_(MISSING))
    query = select(missing, func.bool_or(Capture.outcome.in_(_GOOD)))
    query = query.join(Page, Page.id == Capture.page_id).where(Page.source_id == source_id, Page.url == answer.url)
    with engine.connect() as connection:
        since, came = connection.execute(query).one()
    return since is not None and not came and answer.fetched_at - since >= LASTING


def is_refused_for_good(engine: Engine, source_id: str, run_id: int, page_id: int) -> bool:
    """Whether a page that refuses its document now has shown nothing of it for `LASTING`, or was emptied before."""
    with engine.connect() as connection:
        is_empty = connection.scalar(_IS_EMPTIED, {"page": page_id})
        return bool(is_empty or _lasting(connection, source_id, run_id, {page_id: None}))


def read_again(connection: Connection, source_id: str, run_id: int, batch: int) -> None:
    """Makes pages of a batch unread that again sent the bytes that were less than their documents: those that have sent
    nothing else for `LASTING`, and articles of which another page changed. What they are is judged anew."""
    rows = connection.execute(_AS_BEFORE, {"run": run_id, "batch": batch}).all()
    same = {row.page_id: row.capture_id for row in rows if not row.changed}
    pages = [row.page_id for row in rows if row.changed] + list(_lasting(connection, source_id, run_id, same))
    if pages:
        lock_source(connection, source_id)
        connection.execute(_READ_AGAIN, {"run": run_id, "pages": pages})


def versions_with_content(connection: Connection, current: Mapping[int, VersionValues]) -> dict[int, VersionValues]:
    """By page id, the last version with a text or files of pages whose current one has neither since their sites show
    none: with that their next state is compared."""
    pages = [page for page, values in current.items() if is_emptied(values)]
    if not pages:
        return {}
    query = (
        select(Record.page_id, *RecordVersion.__table__.columns)
        .join(RecordVersion, RecordVersion.record_id == Record.id)
        .where(among(Record.page_id, pages))
        .where(or_(RecordVersion.content_hash != NO_TEXT, func.jsonb_array_length(RecordVersion.attachments) > 0))
        .ext(distinct_on(Record.page_id))
        .order_by(Record.page_id, RecordVersion.version.desc())
    )
    return {row["page_id"]: VersionValues.from_row(row) for row in connection.execute(query).mappings()}


def emptied_for_good(
    connection: Connection,
    source_id: str,
    run_id: int,
    current: Mapping[int, VersionValues],
    refused: Sequence[tuple[ExtractedPage, Verdict]],
) -> dict[int, str]:
    """The stored reasons, by page id, why pages that are less than their documents make versions all the same.
    `current`: the current versions, by page id; `refused`: the pages with their verdicts."""
    less = {page.page_id: page for page, verdict in refused if page.page_id in current and _is_less(page, verdict)}
    since = _lasting(connection, source_id, run_id, {number: page.capture_id for number, page in less.items()})
    still = {page: "" for page in less if is_emptied(current[page])}
    return still | {page: encode_reason(Code.LESS_FOR_LONG, day=day) for page, day in since.items()}


def is_emptied(version: VersionValues) -> bool:
    """Whether a version has no text since its site shows none any more."""
    return Flag.SHOWS_LESS in version.flags and version.content_hash == NO_TEXT


def without_text(before: VersionValues, page: ExtractedPage) -> VersionValues:
    """The version of a page that shows nothing of its document any more."""
    extractor = page.extraction.extractor if page.extraction else before.extractor
    now = replace(before, capture_id=page.capture_id, extractor=extractor, flags=(Flag.SHOWS_LESS,))
    return replace(now, content_hash=NO_TEXT, attachments=())


def _is_less(page: ExtractedPage, verdict: Verdict) -> bool:
    """Whether the page is refused since it is less than its document: cut off, without text, a stub, a list or a
    notice."""
    code = Reason.from_stored(verdict.reason).code
    kind = Reason.from_stored(page.extraction.reason).code if page.extraction else ""
    return code in (Code.TEXT_GONE, Code.DOCUMENT_CUT_OFF) or (code in _INSTEAD and kind not in _OF_SITES)


def _lasting(
    connection: Connection, source_id: str, run_id: int, captures: Mapping[int, int | None]
) -> dict[int, date]:
    """Since which day pages of records have been no documents, by page id, where that is `LASTING` ago; none while it
    is so for most documents of the source: then its site is at fault, or shows texts in a way that is not understood.
    `captures`: the last capture of each page; None for one that is not stored yet."""
    if not captures:
        return {}
    values = {"source": source_id, "run": run_id, "good": list(_GOOD), "failed": list(FAILED), "lasting": LASTING}
    values["less"] = list(REFUSED)
    pages = {"pages": list(captures), "captures": list(captures.values())}
    rows = connection.execute(_SINCE, values | pages).all()
    if not rows or not connection.scalar(
        _MOST_ARE_GOOD, values | {"first": min(row.first for row in rows), "many": _MANY}
    ):
        return {}
    return {row.page_id: row.since.astimezone(CHINA).date() for row in rows}
