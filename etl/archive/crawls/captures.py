"""Writing captures: bytes first, then the log in object storage, then the rows.

A step that dies between writing the log and committing the rows leaves a log whose captures the database does not
know. The next attempt of the same step writes those rows (`recover_unindexed_logs`), so nothing is fetched twice and
no capture is lost.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.crawls.run import CaptureBatch
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import BlobCheck, record_checks
from etl.archive.storage.bucket import sha256
from etl.archive.storage.database import lock_against_garbage, lock_source
from etl.archive.storage.host_registry import VALIDATORS
from etl.archive.storage.models import Blob, Capture, Page, RunPage
from etl.errors import GongkaiError
from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.web.urls import host_of

_PUTS_AT_ONCE = 8
"""Measured on two cores against a local server: 374 PUT/s with one thread, 900/s with eight."""


@dataclass(frozen=True, slots=True)
class ClassifiedAttempt:
    """An attempt for a page with its outcome; None where what came is to be compared with what is kept."""

    page_id: int
    attempt: Attempt
    outcome: Outcome | None
    reason: str


def store_attempts(archive: Archive, batch: CaptureBatch, judged: Sequence[ClassifiedAttempt]) -> dict[int, Outcome]:
    """Stores the attempts for good; returns the outcome of each page's last one.

    The attempts of one source are saved one batch at a time (`lock_source`), so that of two runs at once only one
    finds a body new.
    """
    with archive.engine.begin() as connection:
        lock_against_garbage(connection)
        digests = _store_bodies(archive, judged)
        lock_source(connection, batch.source_id)
        pages = _pages(connection, {item.page_id for item in judged})
        numbers = connection.scalars(
            text("SELECT nextval('archive.capture_number') FROM generate_series(1, :n)"), {"n": len(judged)}
        ).all()
        key = f"{batch.prefix}{numbers[0]}.jsonl.gz"
        lines, right, wrong = [], dict[str, int](), dict[str, int]()
        for number, item in zip(numbers, judged, strict=True):
            page, digest = pages[item.page_id], digests.get(id(item))
            line = _line(number, key, batch.run_id, item, page, digest)
            lines.append(line)
            if item.outcome is None and digest:
                _judge_validators(item.attempt, page, digest, right, wrong)
                page |= _validators(item.attempt) | {"blob_sha256": digest}
        archive.store.write_log(key, lines)
        index_log_entries(connection, batch.run_id, lines)
        for host in right.keys() | wrong.keys():
            values = {"host": host, "right": right.get(host, 0), "wrong": wrong.get(host, 0)}
            connection.execute(VALIDATORS, values)
    return {line["page"]: Outcome(line["outcome"]) for line in lines}


def recover_unindexed_logs(archive: Archive, batch: CaptureBatch) -> int:
    """Writes the rows of logs that an earlier attempt of this batch left without rows; returns their number."""
    adopted = 0
    for key in archive.store.list_keys(batch.prefix):
        first = int(key.removeprefix(batch.prefix).partition(".")[0])
        with archive.engine.begin() as connection:
            lock_source(connection, batch.source_id)
            if connection.scalar(select(Capture.id).where(Capture.id == first)) is None:
                lines = archive.store.read_log(key)
                index_log_entries(connection, batch.run_id, lines)
                adopted += len(lines)
    return adopted


def index_log_entries(connection: Connection, run_id: int, lines: Sequence[dict[str, Any]]) -> None:
    """The rows of a log: blobs, captures, and what they say of their pages. Writing them again changes nothing.

    Raises `GongkaiError` where the number of one belongs to a capture of another log.
    """
    blobs = {line["blob"]: _blob(line) for line in lines if line["blob"]}
    if blobs:
        rows = [{"sha256": digest, **what} for digest, what in sorted(blobs.items())]
        connection.execute(insert(Blob).on_conflict_do_nothing(), rows)
    captures = [
        {
            "id": line["capture"],
            "page_id": line["page"],
            "run_id": run_id,
            "blob_sha256": line["blob"],
            "fetched_at": datetime.fromisoformat(line["fetched_at"]),
            **{name: line[name] for name in _COPIED},
        }
        for line in lines
    ]
    connection.execute(insert(Capture).on_conflict_do_nothing(index_elements=["id"]), captures)
    taken = {"numbers": [line["capture"] for line in lines], "log": [line["log"] for line in lines]}
    if other := connection.execute(_CONFLICTS, taken).first():
        raise GongkaiError(
            f"{other.log} and {other.wanted} both hold capture {other.id}: the bucket served two databases",
            hint="move the logs of one of them out of the bucket",
        )
    last = {line["page"]: line for line in lines}
    connection.execute(_RUN_PAGE_ENDED, [_ended(run_id, line) for line in last.values()])
    if seen := [line for line in lines if line["outcome"] in _SEEN]:
        connection.execute(_PAGE_CHECKED, [_checked(line) for line in seen])
    if stored := [line for line in lines if line["outcome"] == Outcome.STORED]:
        connection.execute(_PAGE_STORED, [_checked(line) | {"blob": line["blob"]} for line in stored])
        changed = {kind: [line["page"] for line in stored if line["kind"] == kind] for kind in ("part", "file")}
        connection.execute(_DOCUMENT_CHANGED, {"parts": changed["part"], "files": changed["file"]})


_CONFLICTS = text("""
SELECT c.id, c.log, n.log AS wanted
FROM unnest(CAST(:numbers AS bigint[]), CAST(:log AS text[])) AS n (id, log)
JOIN archive.capture c ON c.id = n.id AND c.log <> n.log LIMIT 1
""")
_COPIED = ("url", "final_url", "elapsed_ms", "status", "request_headers", "headers", "outcome", "reason", "log")
_SEEN = {Outcome.STORED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.NOT_A_DOCUMENT, Outcome.UNREADABLE}
_RUN_PAGE_ENDED = (
    update(RunPage)
    .where(RunPage.run_id == bindparam("run"), RunPage.page_id == bindparam("page"))
    .values(capture_id=bindparam("capture"), outcome=bindparam("ended"), reason=bindparam("why"))
)
# Of two captures the later one says what the page is now, in whichever order their rows are written.
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
# A further page or a file that changed is read together with its first page, which may itself be as it was.
_DOCUMENT_CHANGED = text("""
UPDATE archive.page a SET unread_capture_id = coalesce(a.unread_capture_id, (
    SELECT max(c.id) FROM archive.capture c WHERE c.page_id = a.id AND c.blob_sha256 = a.blob_sha256))
WHERE a.id IN (SELECT p.part_of FROM archive.page p WHERE p.id = ANY(:parts)
               UNION SELECT f.page_id FROM archive.page_file f WHERE f.file_id = ANY(:files))
""")


def _blob(line: dict[str, Any]) -> dict[str, Any]:
    stored = datetime.fromisoformat(line["stored_at"])
    return {"size": line["size"], "stored_at": stored, "verified_at": stored}


def _ended(run_id: int, line: dict[str, Any]) -> dict[str, Any]:
    values = {"ended": line["outcome"], "why": line["reason"]}
    return {"run": run_id, "page": line["page"], "capture": line["capture"], **values}


def _checked(line: dict[str, Any]) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in line["headers"]}
    return {
        "page": line["page"],
        "capture": line["capture"],
        "at": datetime.fromisoformat(line["fetched_at"]),
        "new_etag": headers.get("etag"),
        "new_modified": headers.get("last-modified"),
    }


def _store_bodies(archive: Archive, judged: Iterable[ClassifiedAttempt]) -> dict[int, str]:
    """PUTs every body that the database does not know as whole, each once; returns the digest by the item's identity.

    A blob that was damaged is whole with that, and an event says so: the page gave its bytes once more.
    """
    digests = {id(item): sha256(item.attempt.body) for item in judged if item.attempt.body}
    bodies = {digests[id(item)]: item.attempt.body for item in judged if item.attempt.body}
    with archive.engine.connect() as connection:
        known = select(Blob.sha256, Blob.damage).where(Blob.sha256.in_(bodies))
        damage: dict[str, str | None] = {digest: found for digest, found in connection.execute(known)}
    missing = [body for digest, body in bodies.items() if damage.get(digest, "unknown")]
    with ThreadPoolExecutor(_PUTS_AT_ONCE) as pool:
        list(pool.map(archive.store.put_blob, missing))
    if healed := [digest for digest, found in damage.items() if found]:
        whole = [BlobCheck(digest, len(bodies[digest] or b"")) for digest in healed]
        record_checks(archive, whole, "was fetched again")
    return digests


def _pages(connection: Connection, ids: set[int]) -> dict[int, dict[str, Any]]:
    columns = (
        Page.id,
        Page.url,
        Page.kind,
        Page.listing,
        Page.blob_sha256,
        Page.verdict,
        Page.etag,
        Page.last_modified,
        Page.part_of,
        Page.part,
        Page.first_seen_at,
    )
    return {row["id"]: dict(row) for row in connection.execute(select(*columns).where(Page.id.in_(ids))).mappings()}


def _line(
    number: int, key: str, run_id: int, item: ClassifiedAttempt, page: dict[str, Any], digest: str | None
) -> dict[str, Any]:
    attempt = item.attempt
    outcome, reason = item.outcome, item.reason
    if outcome is None and digest == page["blob_sha256"]:
        outcome = Outcome(page["verdict"] or Outcome.UNCHANGED)
        reason = "as before" if page["verdict"] else ""
    return {
        "capture": number,
        "run": run_id,
        "page": page["id"],
        "kind": page["kind"],
        "page_url": page["url"],
        "part_of": page["part_of"],
        "part": page["part"],
        "first_seen_at": page["first_seen_at"].isoformat(),
        "listing": page["listing"],
        "url": attempt.url,
        "final_url": attempt.final_url,
        "fetched_at": attempt.fetched_at.isoformat(),
        "elapsed_ms": attempt.elapsed_ms,
        "status": attempt.status,
        "request_headers": attempt.request_headers,
        "headers": attempt.headers,
        "outcome": outcome or Outcome.STORED,
        "reason": reason,
        "blob": digest,
        "stored_at": datetime.now(UTC).isoformat(),
        "size": len(attempt.body or b""),
        "log": key,
    }


def _validators(attempt: Attempt) -> dict[str, str | None]:
    return {"etag": attempt.header("etag") or None, "last_modified": attempt.header("last-modified") or None}


def _judge_validators(
    attempt: Attempt, page: dict[str, Any], digest: str, right: dict[str, int], wrong: dict[str, int]
) -> None:
    """Counts whether an unchanged validator came with unchanged bytes: only such a host may answer 304."""
    before = page["etag"] or page["last_modified"]
    if before is None or before != (attempt.header("etag") or attempt.header("last-modified")):
        return
    counted = right if digest == page["blob_sha256"] else wrong
    host = host_of(attempt.url)
    counted[host] = counted.get(host, 0) + 1
