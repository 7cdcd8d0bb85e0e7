"""Daily roots: the Merkle root over the logs that the chain named on a day, chained to the root before it
(docs/proofs.md).

A root is computed from the links of the chain alone, so anybody who has the bucket can check it. Its leaves are the
links of the day, each followed by the logs that it names. A leaf is a line `<sha256>  <key>`, as `sha256sum` writes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, Row, text

from etl.archive.preservation.log_check import check_log
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Store, sha256
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.database import lock_chain
from etl.archive.storage.layout import CHAIN, ROOTS, chain_key, root_key
from etl.archive.storage.log_lines import ChainLine, RootLine
from etl.archive.storage.log_object import DamagedLog
from etl.archive.storage.log_registry import chain_logs, keep_log
from etl.archive.storage.merkle import leaf_hash, root_hash
from etl.clock import CHINA
from etl.progress import Counter, ProgressCallback


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the chain: its number, the SHA-256 of its bytes, the time of its transaction, and its leaves."""

    number: int
    sha256: str
    at: datetime
    leaves: tuple[bytes, ...]


def leaf_entry(digest: str, key: str) -> bytes:
    """The line of a log among the leaves."""
    return f"{digest}  {key}\n".encode()


def entries_of(link: int, digest: str, lines: Iterable[ChainLine]) -> Iterator[tuple[str, str]]:
    """Digest and key of the link and of the logs that it names as written, in the order of the leaves."""
    yield digest, chain_key(link)
    yield from ((line.sha256, line.log) for line in lines if not line.pending)


def link_of(digest: str, lines: Sequence[ChainLine]) -> Link:
    """The link that has these lines and whose bytes have that SHA-256."""
    leaves = tuple(leaf_hash(leaf_entry(*entry)) for entry in entries_of(lines[0].link, digest, lines))
    return Link(lines[0].link, digest, lines[0].at, leaves)


def root_over(day: date, before: str | None, links: Sequence[Link]) -> RootLine:
    """The root of these links, which are of that day and follow each other."""
    leaves = [leaf for link in links for leaf in link.leaves]
    return RootLine(day, before, links[0].number, links[-1].number, len(leaves), root_hash(leaves).hex())


@dataclass(frozen=True, slots=True)
class LastRoot:
    """The newest root: its line, and the SHA-256 of its object."""

    line: RootLine
    sha256: str


def last_root(connection: Connection, store: Store) -> LastRoot | None:
    """The newest root in the database. Raises `DamagedLog` if its object does not have the bytes that were written."""
    row = connection.execute(_LAST_ROOT, {"roots": f"{ROOTS}%"}).one_or_none()
    if row is None:
        return None
    body = _read(store, row)
    return LastRoot(check_log(row.key, body).roots[0], row.sha256)


def make_roots(archive: Archive, before: date, progress: ProgressCallback) -> list[RootLine]:
    """Writes the missing roots of days (in China) before `before`; returns them.

    A link that is written after the root of its day counts as one of the next day. Raises `DamagedLog` if a link does
    not have the bytes that were written, and `DatabaseBehindBucket`.
    """
    require_database_in_sync(archive)
    chain_logs(archive)
    with archive.engine.connect() as connection:
        last = last_root(connection, archive.store)
        after = last.line.last_link if last else 0
        rows = connection.execute(_LINKS, {"chain": f"{CHAIN}%", "after": after}).all()
    made: list[RootLine] = []
    count = Counter("hashing links", len(rows), progress)
    links = _by_day(archive.store, rows, last.line.day if last else date.min)
    for day, group in groupby(links, key=lambda item: item[0]):
        if day >= before:
            break
        of_day = [link for _, link in group]
        count.add(len(of_day))
        last = _write(archive, last, of_day, day)
        if last is None:
            break  # another process is making them
        made.append(last.line)
    chain_logs(archive)
    return made


def _write(archive: Archive, last: LastRoot | None, links: list[Link], day: date) -> LastRoot | None:
    line = root_over(day, last.sha256 if last else None, links)
    with archive.engine.begin() as connection:
        lock_chain(connection)
        if last_root(connection, archive.store) != last:
            return None
        keep_log(connection, archive.store, root_key(day), [line])
        return last_root(connection, archive.store)


def _by_day(store: Store, rows: Iterable[Row[tuple[str, str, int]]], last: date) -> Iterator[tuple[date, Link]]:
    """The links with their days, which never go back."""
    day = last + timedelta(days=1)
    for row in rows:
        link = link_of(row.sha256, check_log(row.key, _read(store, row)).links)
        day = max(day, link.at.astimezone(CHINA).date())
        yield day, link


def _read(store: Store, row: Row[tuple[str, str, int]]) -> bytes:
    body = store.read_log_bytes(row.key)
    if sha256(body) != row.sha256:
        raise DamagedLog(row.key, "it has other bytes than those that were written")
    return body


_LAST_ROOT = text("""
SELECT key, sha256, link FROM archive.log_object WHERE key LIKE :roots AND sha256 IS NOT NULL
ORDER BY key DESC LIMIT 1
""")
_LINKS = text("""
SELECT key, sha256, link FROM archive.log_object WHERE key LIKE :chain AND link > :after ORDER BY link
""")
