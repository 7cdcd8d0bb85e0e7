"""The rows of captures, made from the entries of their log: when they are stored, recovered, or rebuilt."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, func, or_, text, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.storage.log_lines import CaptureLine
from etl.archive.storage.models import Blob, Capture, Page, RunPage
from etl.errors import GongkaiError
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason


def index_log_entries(connection: Connection, run_id: int, entries: Sequence[CaptureLine]) -> None:
    """Writes the rows of a log's entries: blobs, captures, and the state of their pages. Idempotent.

    Raises `GongkaiError` if a capture of another log has one of their numbers.
    """
    blobs = {entry.blob: _blob(entry) for entry in entries if entry.blob}
    if blobs:
        rows = [{"sha256": digest, **values} for digest, values in sorted(blobs.items())]
        connection.execute(insert(Blob).on_conflict_do_nothing(), rows)
    captures = [
        {
            "id": entry.capture,
            "page_id": entry.page,
            "run_id": run_id,
            "blob_sha256": entry.blob,
            "log": entry.log,
            **{name: getattr(entry, name) for name in _COPIED},
        }
        for entry in entries
    ]
    connection.execute(insert(Capture).on_conflict_do_nothing(index_elements=["id"]), captures)
    numbers = {"numbers": [entry.capture for entry in entries], "log": [entry.log for entry in entries]}
    if conflict := connection.execute(_CONFLICTS, numbers).first():
        raise GongkaiError(
            f"{conflict.log} and {conflict.other_log} both hold capture {conflict.id}: the bucket served two databases",
            hint="move the logs of one of them out of the bucket",
        )
    last = {entry.page: entry for entry in entries}
    connection.execute(_RUN_PAGE_ENDED, [_ended(run_id, entry) for entry in last.values()])
    if seen := [entry for entry in entries if entry.outcome in _SEEN]:
        connection.execute(_PAGE_CHECKED, [_checked(entry) for entry in seen])
    if stored := [entry for entry in entries if entry.outcome == Outcome.STORED]:
        connection.execute(_PAGE_STORED, [_checked(entry) | {"blob": entry.blob} for entry in stored])
        changed = {kind: [entry.page for entry in stored if entry.kind == kind] for kind in ("part", "file")}
        connection.execute(_DOCUMENT_CHANGED, {"parts": changed["part"], "files": changed["file"]})


_CONFLICTS = text("""
SELECT c.id, c.log, n.log AS other_log
FROM unnest(CAST(:numbers AS bigint[]), CAST(:log AS text[])) AS n (id, log)
JOIN archive.capture c ON c.id = n.id AND c.log <> n.log LIMIT 1
""")
_COPIED = ("url", "final_url", "fetched_at", "elapsed_ms", "status", "request_headers", "headers", "outcome", "reason")
_SEEN = {Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.NOT_A_DOCUMENT, Outcome.UNREADABLE}
_RUN_PAGE_ENDED = (
    update(RunPage)
    .where(RunPage.run_id == bindparam("run"), RunPage.page_id == bindparam("page"))
    .values(capture_id=bindparam("capture"), outcome=bindparam("ended"), reason=bindparam("why"))
)
# The later of two captures decides the state of the page, in whichever order their rows are written.
_PAGE_CHECKED = (
    update(Page)
    .where(Page.id == bindparam("page"), or_(Page.checked_at.is_(None), Page.checked_at <= bindparam("at")))
    .values(
        checked_at=bindparam("at"),
        etag=func.coalesce(bindparam("new_etag"), Page.etag),
        last_modified=func.coalesce(bindparam("new_modified"), Page.last_modified),
    )
)
_PAGE_STORED = (
    update(Page)
    .where(Page.id == bindparam("page"), Page.checked_at == bindparam("at"))
    .values(
        blob_sha256=bindparam("blob"),
        unread_capture_id=case((Page.kind == "document", bindparam("capture", type_=BigInteger))),
        verdict=None,
        etag=bindparam("new_etag"),
        last_modified=bindparam("new_modified"),
    )
)
# A further page or a file that changed is extracted together with the article's first page, even if that is unchanged.
_DOCUMENT_CHANGED = text("""
UPDATE archive.page a SET unread_capture_id = coalesce(a.unread_capture_id, (
    SELECT max(c.id) FROM archive.capture c WHERE c.page_id = a.id AND c.blob_sha256 = a.blob_sha256))
WHERE a.id IN (SELECT p.part_of FROM archive.page p WHERE p.id = ANY(:parts)
               UNION SELECT f.page_id FROM archive.page_file f WHERE f.file_id = ANY(:files))
""")


def _blob(entry: CaptureLine) -> dict[str, Any]:
    return {"size": entry.size, "stored_at": entry.stored_at, "verified_at": entry.stored_at}


def _ended(run_id: int, entry: CaptureLine) -> dict[str, Any]:
    return {"run": run_id, "page": entry.page, "capture": entry.capture, "ended": entry.outcome, "why": entry.reason}


def _checked(entry: CaptureLine) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in entry.headers}
    if Reason.from_stored(entry.reason).code == Code.PAGE_LED_ON:
        headers = {}  # the validators of another page: this one would be asked with them
    return {
        "page": entry.page,
        "capture": entry.capture,
        "at": entry.fetched_at,
        "new_etag": headers.get("etag"),
        "new_modified": headers.get("last-modified"),
    }
