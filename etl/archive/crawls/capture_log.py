"""The log entry of a capture: one line of `captures/<source>/<day>/<time>-<run>-<label>-<first number>.jsonl.gz`.

An entry holds everything in the database's rows of a capture, so that these can be written again from the log alone
(docs/bucket.md).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from etl.archive.crawls.run import ClassifiedAttempt
from etl.archive.storage.log_lines import CaptureLine, PageKind
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Page
from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason


@dataclass(slots=True)
class PageState:
    """The row of a page, as it is before a capture of the page is stored."""

    id: int
    url: str
    kind: PageKind
    listing: dict[str, Any]
    blob_sha256: str | None
    verdict: str | None
    etag: str | None
    last_modified: str | None
    part_of: int | None
    part: int | None
    first_seen_at: datetime

    def apply(self, attempt: Attempt, digest: str) -> None:
        """Sets the page's bytes and validators to those of an attempt; the next attempt in the batch is compared with
        them."""
        self.blob_sha256 = digest
        self.etag = attempt.header("etag") or None
        self.last_modified = attempt.header("last-modified") or None


_COLUMNS = [getattr(Page, name) for name in PageState.__dataclass_fields__]


def page_states(connection: Connection, page_ids: set[int]) -> dict[int, PageState]:
    """The state of the pages, by page id."""
    rows = connection.execute(select(*_COLUMNS).where(among(Page.id, page_ids)))
    return {row.id: PageState(*row) for row in rows}


def log_entry(
    number: int, log: str, run_id: int, page: PageState, item: ClassifiedAttempt, digest: str | None
) -> CaptureLine:
    """The entry of capture `number` in the log with the key `log`; `digest` is the SHA-256 of the body, if any."""
    attempt, outcome, reason = item.attempt, item.outcome, item.reason
    if outcome is None and digest == page.blob_sha256:
        outcome = Outcome(page.verdict or Outcome.UNCHANGED)
        reason = reason or (encode_reason(Code.AS_BEFORE) if page.verdict else "")
    return CaptureLine(
        capture=number,
        run=run_id,
        page=page.id,
        kind=page.kind,
        page_url=page.url,
        part_of=page.part_of,
        part=page.part,
        first_seen_at=page.first_seen_at,
        listing=page.listing,
        url=attempt.url,
        final_url=attempt.final_url,
        fetched_at=attempt.fetched_at,
        elapsed_ms=attempt.elapsed_ms,
        status=attempt.status,
        request_headers=attempt.request_headers,
        headers=attempt.headers,
        outcome=outcome or Outcome.STORED,
        reason=reason,
        blob=digest,
        stored_at=datetime.now(UTC),
        size=len(attempt.body or b""),
        log=log,
    )
