"""The review queue: disputed values, flags, documents without text, and near duplicates that a person should check.

Only the reviews themselves are stored. The queue is queried from the current versions of all records; for a rare issue
this takes half a second in an archive of 100,000 records.
"""

import re
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.records.near_duplicates import similar_to
from etl.archive.records.reviews import Issue
from etl.archive.storage.lookups import NO_TEXT
from etl.extract.codes import Flag

SECONDS_FOR_SIMILAR = 1.0
"""Time limit for finding a record with near duplicates: each record takes 3 ms, and most have none."""
CANDIDATES = 200
"""Maximum number of records in which near duplicates are searched."""
_NOT_REVIEWED = frozenset(
    (
        Flag.FILE,
        Flag.ATTACHMENTS_ONLY,
        Flag.IMAGES_ONLY,
        Flag.TEXT_IN,
        Flag.HIDDEN_FILE,
        Flag.PAGES,
        Flag.BODY,
        Flag.LOOKED_UP,
        Flag.NO_TEXT,
        Flag.DISPUTED_VALUE,
    )
)
"""Flags that only say how a page was read, in which there is nothing to confirm; the last two have their own queues."""
_FLAGGED = "|".join(flag.value for flag in Flag if flag not in _NOT_REVIEWED)
_PATTERNS = {"disputed": f":{Flag.DISPUTED_VALUE.value}$", "flagged": f"^({_FLAGGED})(:|$)|:({_FLAGGED})$"}
"""Stored flags that are reviewed: `code`, `code:parameter` or `field:code`."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """A position in the queue, which is ordered from the latest record to the first: a record and one of its flags."""

    record: int
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.record}.{self.subject}" if self.subject else str(self.record)

    @classmethod
    def parse(cls, value: str) -> "QueuePosition":
        """Parse `record` or `record.flag`. Raises `ValueError`."""
        match = re.fullmatch(r"(\d{1,18})(?:\.(.{1,200}))?", value)
        if match is None:
            raise ValueError(value)
        return cls(int(match[1]), match[2] or "")


@dataclass(frozen=True, slots=True)
class NextPosition:
    """The next position, if there is one. `looked_to`: the position at which the search was stopped for lack of time,
    and can be continued."""

    place: QueuePosition | None
    looked_to: QueuePosition | None = None


def next_issue(connection: Connection, issue: Issue, source: str, after: QueuePosition | None) -> NextPosition:
    """The first position after `after` that nobody has reviewed yet."""
    behind = {"record": after.record if after else None, "subject": after.subject if after else ""}
    values = _values(issue, source) | behind
    if issue == "similar":
        return _next_similar(connection, values)
    row = connection.execute(text(f"{_QUEUE[issue]} {_BEHIND[issue]} LIMIT 1"), values).one_or_none()
    return NextPosition(QueuePosition(*row) if row else None)


def count_issues(connection: Connection, issue: Issue, source: str) -> int | None:
    """The number of positions in the queue; None for near duplicates, which are searched one by one."""
    if issue == "similar":
        return None
    query = text(f"SELECT count(*) FROM ({_QUEUE[issue]}) AS queue")
    return int(connection.scalars(query, _values(issue, source)).one())


def _values(issue: Issue, source: str) -> dict[str, Any]:
    return {"issue": issue, "source": source, "pattern": _PATTERNS.get(issue, ""), "none": NO_TEXT}


def _next_similar(connection: Connection, values: dict[str, Any]) -> NextPosition:
    ends, last = time.monotonic() + SECONDS_FOR_SIMILAR, None
    query = text(f"{_QUEUE['similar']} {_BEHIND['similar']} LIMIT :candidates")
    for record, _ in connection.execute(query, values | {"candidates": CANDIDATES}).all():
        if similar_to(connection, record, 1):
            return NextPosition(QueuePosition(record))
        last = QueuePosition(record)
        if time.monotonic() > ends:
            break
    return NextPosition(None, last)


# A later version must be reviewed again, unless a person made it.
_UNSEEN = """
(:source = '' OR r.source_id = :source) AND NOT EXISTS (
    SELECT FROM archive.review w WHERE w.record_id = r.id AND w.issue = :issue AND w.subject = {subject}
    AND NOT EXISTS (SELECT FROM archive.record_version later WHERE later.record_id = r.id
                    AND later.version > w.version AND later.kind <> 'corrected'))
"""
_FLAGS = f"""
SELECT r.id, f.flag FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
CROSS JOIN LATERAL unnest(v.flags) AS f(flag)
WHERE f.flag ~ :pattern AND {_UNSEEN.format(subject="f.flag")} AND (
    SELECT c.kind FROM archive.correction c
    WHERE c.record_id = r.id AND c.field = split_part(f.flag, ':', 1) ORDER BY c.id DESC LIMIT 1
) IS DISTINCT FROM 'set'
"""
_NO_FLAG = "''"
_RECORDS = f"SELECT r.id, '' AS flag FROM archive.record r WHERE {_UNSEEN.format(subject=_NO_FLAG)}"
_QUEUE: dict[Issue, str] = {
    "disputed": _FLAGS,
    "flagged": _FLAGS,
    "no_text": f"{_RECORDS} AND r.content_hash = :none",
    "similar": f"{_RECORDS} AND EXISTS (SELECT FROM archive.signature s WHERE s.content_hash = r.content_hash)",
}
_BEHIND_FLAG = """
AND (CAST(:record AS bigint) IS NULL OR r.id < :record OR (r.id = :record AND f.flag > :subject))
ORDER BY r.id DESC, f.flag
"""
_BEHIND_RECORD = "AND (CAST(:record AS bigint) IS NULL OR r.id < :record) ORDER BY r.id DESC"
_BEHIND: dict[Issue, str] = {
    "disputed": _BEHIND_FLAG,
    "flagged": _BEHIND_FLAG,
    "no_text": _BEHIND_RECORD,
    "similar": _BEHIND_RECORD,
}
