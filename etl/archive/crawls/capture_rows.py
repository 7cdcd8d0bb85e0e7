"""Writes the rows of captures from the entries of their log, when captures are stored, recovered or rebuilt."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.storage.bulk_rows import insertion, rows_of, with_rows
from etl.archive.storage.log_lines import CaptureLine
from etl.archive.storage.models import Blob, Capture, RunPage
from etl.errors import GongkaiError
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason


def index_log_entries(connection: Connection, run_id: int, entries: Sequence[CaptureLine]) -> None:
    """Writes the rows of a log's entries: blobs, captures, and the state of their pages. Idempotent.

    Raises `GongkaiError` if a capture of another log has one of their numbers.
    """
    if blobs := {entry.blob: _blob(entry) for entry in entries if entry.blob}:
        connection.execute(_BLOBS, {"rows": [values for _, values in sorted(blobs.items())]})
    connection.execute(_CAPTURES, {"rows": [_capture(run_id, entry) for entry in entries]})
    numbers = {"numbers": [entry.capture for entry in entries], "log": [entry.log for entry in entries]}
    if conflict := connection.execute(_CONFLICTS, numbers).first():
        raise GongkaiError(
            f"{conflict.log} and {conflict.other_log} both hold capture {conflict.id}: the bucket served two databases",
            hint="move the logs of one of them out of the bucket",
        )
    last = {entry.page: entry for entry in entries}
    connection.execute(_RUN_PAGES_ENDED, {"rows": [_ended(run_id, entry) for entry in last.values()]})
    for seen in _once_a_page(entry for entry in entries if entry.outcome in _SEEN):
        connection.execute(_PAGES_CHECKED, {"rows": [_checked(entry) for entry in seen]})
    if stored := [entry for entry in entries if entry.outcome == Outcome.STORED]:
        changed = {kind: [entry.page for entry in stored if entry.kind == kind] for kind in ("part", "file")}
        connection.execute(_DOCUMENT_CHANGED, {"parts": changed["part"], "files": changed["file"]})


_CONFLICTS = text("""
SELECT c.id, c.log, n.log AS other_log
FROM unnest(CAST(:numbers AS bigint[]), CAST(:log AS text[])) AS n (id, log)
JOIN archive.capture c ON c.id = n.id AND c.log <> n.log LIMIT 1
""")
_COPIED = ("url", "final_url", "fetched_at", "elapsed_ms", "status", "request_headers", "headers", "outcome", "reason")
_SEEN = {Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.NOT_A_DOCUMENT, Outcome.UNREADABLE}
_BLOBS = insertion(Blob, ("sha256", "size", "stored_at", "verified_at"), "ON CONFLICT DO NOTHING")
_CAPTURES = insertion(
    Capture, ("id", "page_id", "run_id", "blob_sha256", "log", *_COPIED), "ON CONFLICT (id) DO NOTHING"
)
_RUN_PAGES_ENDED = with_rows(f"""
UPDATE archive.run_page rp SET capture_id = e.capture_id, outcome = e.outcome, reason = e.reason
FROM {rows_of(RunPage)} e WHERE rp.run_id = e.run_id AND rp.page_id = e.page_id
""")
# The later of two captures decides the state of the page, in whichever order their rows are written. Bytes that are
# refused when they are received say nothing of a page that was read before, which stays due; a new page gets their
# verdict, and is tried again like one that was read and is no document.
_PAGES_CHECKED = with_rows("""
UPDATE archive.page p SET
    checked_at = CASE WHEN e.refused AND p.blob_sha256 <> e.blob THEN p.checked_at ELSE e.at END,
    etag = CASE WHEN e.stored THEN e.etag ELSE coalesce(e.etag, p.etag) END,
    last_modified = CASE WHEN e.stored THEN e.last_modified ELSE coalesce(e.last_modified, p.last_modified) END,
    blob_sha256 = CASE WHEN e.stored THEN e.blob ELSE p.blob_sha256 END,
    unread_capture_id = CASE WHEN NOT e.stored THEN p.unread_capture_id WHEN p.kind = 'document' THEN e.capture END,
    verdict = CASE WHEN e.refused AND p.blob_sha256 IS NULL THEN 'not_a_document'
                   WHEN NOT e.stored THEN p.verdict END
FROM json_to_recordset(CAST(:rows AS json)) AS e (
    page bigint, capture bigint, at timestamptz, stored boolean, refused boolean, blob text, etag text,
    last_modified text)
WHERE p.id = e.page AND (p.checked_at IS NULL OR p.checked_at <= e.at)
""")
# A further page or a file that changed is extracted together with the article's first page, even if that is unchanged.
_DOCUMENT_CHANGED = text("""
UPDATE archive.page a SET unread_capture_id = (
    SELECT max(c.id) FROM archive.capture c WHERE c.page_id = a.id AND c.blob_sha256 = a.blob_sha256)
WHERE a.id IN (SELECT p.part_of FROM archive.page p WHERE p.id = ANY(:parts)
               UNION SELECT f.page_id FROM archive.page_file f WHERE f.file_id = ANY(:files))
""")


def _once_a_page(entries: Iterable[CaptureLine]) -> Iterable[list[CaptureLine]]:
    """Divides the entries into parts in which each page occurs once, as one statement can change a row only once."""
    parts: list[list[CaptureLine]] = []
    before: Counter[int] = Counter()
    for entry in entries:
        if before[entry.page] == len(parts):
            parts.append([])
        parts[before[entry.page]].append(entry)
        before[entry.page] += 1
    return parts


def _blob(entry: CaptureLine) -> dict[str, Any]:
    return {"sha256": entry.blob, "size": entry.size, "stored_at": entry.stored_at, "verified_at": entry.stored_at}


def _capture(run_id: int, entry: CaptureLine) -> dict[str, Any]:
    return {
        "id": entry.capture,
        "page_id": entry.page,
        "run_id": run_id,
        "blob_sha256": entry.blob,
        "log": entry.log,
        **{name: getattr(entry, name) for name in _COPIED},
    }


def _ended(run_id: int, entry: CaptureLine) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "page_id": entry.page,
        "capture_id": entry.capture,
        "outcome": entry.outcome,
        "reason": entry.reason,
    }


def _checked(entry: CaptureLine) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in entry.headers}
    refused = entry.outcome == Outcome.NOT_A_DOCUMENT
    if refused or Reason.from_stored(entry.reason).code in (Code.PAGE_LED_ON, Code.REDIRECTED_HOME):
        headers = {}  # these are the validators of another page, and must not be sent when this one is requested
    return {
        "page": entry.page,
        "capture": entry.capture,
        "at": entry.fetched_at,
        "stored": entry.outcome == Outcome.STORED,
        "refused": refused,
        "blob": entry.blob,
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
    }
