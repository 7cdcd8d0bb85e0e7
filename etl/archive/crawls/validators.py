"""Whether a host's validators (`ETag`, `Last-Modified`) can be trusted when it answers 304 Not Modified.

If a body arrives with the same validator as before, comparing the bytes shows whether the validator was right.
Conditional requests are sent only to hosts whose validators were right often enough and never wrong.
"""

from collections import Counter

from sqlalchemy import Connection, select, text

from etl.archive.crawls.capture_log import PageState
from etl.archive.storage.models import Host
from etl.fetch.client import Attempt
from etl.web.urls import host_of

TRUSTED_AFTER = 3
"""A host's 304 is trusted after so many unchanged validators came with unchanged bytes, and none with changed bytes."""
VERIFY_EVERY = 5
"""One in so many pages of a trusted host is still fetched unconditionally, to notice if its validators become wrong."""

_ADD_COUNTS = text("""
UPDATE archive.host SET validators_right = validators_right + :right, validators_wrong = validators_wrong + :wrong
WHERE name = :host
""")


class ValidatorCounts:
    """Counts, per host, how often an unchanged validator came with unchanged bytes and how often with changed ones."""

    def __init__(self) -> None:
        self._right: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()

    def add(self, attempt: Attempt, before: PageState, digest: str) -> None:
        """Compares an attempt whose body has the SHA-256 `digest` with the page as it was before it."""
        validator = before.etag or before.last_modified
        if validator is None or validator != (attempt.header("etag") or attempt.header("last-modified")):
            return
        counts = self._right if digest == before.blob_sha256 else self._wrong
        counts[host_of(attempt.url)] += 1

    def save(self, connection: Connection) -> None:
        """Adds the counts to the hosts' rows."""
        for host in self._right.keys() | self._wrong.keys():
            connection.execute(_ADD_COUNTS, {"host": host, "right": self._right[host], "wrong": self._wrong[host]})


def trusted_hosts(connection: Connection) -> set[str]:
    """Names of the hosts whose 304 is trusted."""
    query = select(Host.name).where(Host.validators_right >= TRUSTED_AFTER, Host.validators_wrong == 0)
    return set(connection.scalars(query))
