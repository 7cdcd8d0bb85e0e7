"""Garbage: objects of the bucket that nothing names any more, and their removal after a grace period.

Bytes come before rows, so a crawl under way has objects without rows: none is removed before it is some days old by the
object storage's own clock, which a new PUT of the same bytes sets anew. What a capture log names is kept, whether the
database has its rows or not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, ObjectInfo, Store
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.database import lock_against_writers
from etl.archive.storage.layout import (
    BLOBS,
    CAPTURES,
    CHANGES,
    FIXITY,
    LAYOUT,
    PROBE,
    READINGS,
    RUNS,
    KeyForm,
    UnreferencedKind,
    removal_key,
)
from etl.archive.storage.log_lines import CaptureLine, RemovalLine
from etl.errors import GongkaiError

PAGE = 1000
"""Objects that are looked up at once."""
MAX_UNADOPTED = 1000
"""Capture logs unknown to the database, beyond which it is another bucket's."""
REMOVABLE: frozenset[UnreferencedKind] = frozenset({"blob", "reading", "temporary"})


@dataclass(frozen=True, slots=True)
class UnreferencedObject:
    """An object that nothing names.

    `blob`, `reading`: of a step that died before its rows. `temporary`: a probe. `unadopted`: a capture log whose rows
    the rerun of its step will write. `ahead`: a log of a run, change or event that the database does not have.
    `foreign`: none of the archive's. Only the first three are ever removed.
    """

    kind: UnreferencedKind
    key: str
    size: int
    modified: datetime


_KNOWN = {
    BLOBS: "SELECT sha256 FROM archive.blob WHERE sha256 = ANY(CAST(:names AS text[]))",
    READINGS: "SELECT blob_sha256 FROM archive.file WHERE blob_sha256 = ANY(CAST(:names AS text[]))",
    CAPTURES: "SELECT c.log FROM unnest(CAST(:names AS text[])) AS n (log)"
    r" JOIN archive.capture c ON c.id = substring(n.log FROM '-(\d+)\.jsonl\.gz$')::bigint AND c.log = n.log",
    RUNS: "SELECT id::text FROM archive.run WHERE id = ANY(CAST(:names AS bigint[]))",
    CHANGES: "SELECT change_seq::text FROM archive.change WHERE change_seq = ANY(CAST(:names AS bigint[]))",
    FIXITY: "SELECT id::text FROM archive.fixity_event WHERE id = ANY(CAST(:names AS bigint[]))",
}
"""By prefix: which of the names that `KeyForm.pattern` finds in keys the database knows."""
_EXEMPT = tuple(place.prefix for place in LAYOUT if place.unreferenced_as is None)


def find_unreferenced(archive: Archive) -> Iterator[UnreferencedObject]:
    """The objects that nothing names, one page of the bucket's listing in memory at a time.

    Raises `GongkaiError` when the database knows so little of the bucket that it must be another's.
    """
    waiting = set[str]()
    logs = 0
    for page in _pages(archive.store.list_objects(CAPTURES)):
        for log in _unnamed(archive, page, waiting):
            yield log
            if log.kind == "unadopted":
                logs += 1
                waiting.update(line.blob for line in archive.store.read_log(log.key, CaptureLine) if line.blob)
            if logs > MAX_UNADOPTED:
                raise GongkaiError(
                    f"the database knows nothing of more than {MAX_UNADOPTED} capture logs in the bucket",
                    hint="is it this bucket's? then `gongkai rebuild` brings it up to date",
                )
    rest = (each for each in archive.store.list_objects() if not each.key.startswith((CAPTURES, *_EXEMPT)))
    for page in _pages(rest):
        yield from _unnamed(archive, page, waiting)


def delete_unreferenced(
    archive: Archive, found: Iterable[UnreferencedObject], older_than: timedelta
) -> Iterator[UnreferencedObject]:
    """Removes of the objects found those that may go and are old enough; gives each once it is removed.

    Before a page of them goes, the database is asked once more, and a log of them written (`garbage/<day>/<time>`);
    each is looked at once more just before. Raises `StoreError`, also where the S3 key may not delete.
    """
    require_database_in_sync(archive)
    before = datetime.now(UTC) - older_than
    old = (each for each in found if each.kind in REMOVABLE and each.modified < before)
    for page in _pages(old):
        with archive.engine.begin() as connection:
            lock_against_writers(connection)
            gone = _remove(archive, page, before)
        yield from gone


def _remove(
    archive: Archive, page: Sequence[ObjectInfo | UnreferencedObject], before: datetime
) -> list[UnreferencedObject]:
    going = [each for each in _unnamed(archive, page, set()) if each.kind in REMOVABLE]
    lines = [RemovalLine(each.kind, each.key, each.size, each.modified) for each in going]
    if lines:
        archive.store.write_log(removal_key(datetime.now(UTC)), lines)
    gone = [each for each in going if _still_old(archive.store, each.key, before)]
    for each in gone:
        archive.store.remove(each.key)
    return gone


def _still_old(store: Store, key: str, before: datetime) -> bool:
    """Whether nobody wrote the object since: a crawl may have met the same bytes again a moment ago."""
    try:
        return store.stat(key).modified < before
    except MissingObject:
        return False


def _unnamed(
    archive: Archive, page: Sequence[ObjectInfo | UnreferencedObject], waiting: set[str]
) -> Iterator[UnreferencedObject]:
    """Those of the page that neither the database nor a waiting capture log names."""
    places = {each.key: _place(each.key) for each in page}
    with archive.engine.connect() as connection:
        known = {prefix: _known(connection, prefix, places.values()) for prefix in _KNOWN}
    for each in page:
        place, name = places[each.key]
        if place is None:
            kind: UnreferencedKind = "temporary" if PROBE.fullmatch(each.key) else "foreign"
            yield UnreferencedObject(kind, each.key, each.size, each.modified)
        elif place.unreferenced_as and name not in known[place.prefix] and name not in waiting:
            yield UnreferencedObject(place.unreferenced_as, each.key, each.size, each.modified)


def _place(key: str) -> tuple[KeyForm | None, str]:
    """The place of a key, and the name under which the database knows its object."""
    for place in LAYOUT:
        if match := place.pattern.fullmatch(key):
            return place, match[1]
    return None, key


def _known(connection: Connection, prefix: str, places: Iterable[tuple[KeyForm | None, str]]) -> set[str]:
    names = [name for place, name in places if place and place.prefix == prefix]
    return set(connection.scalars(text(_KNOWN[prefix]), {"names": names})) if names else set()


def _pages(
    items: Iterable[ObjectInfo] | Iterable[UnreferencedObject],
) -> Iterator[list[ObjectInfo | UnreferencedObject]]:
    remaining: Iterator[ObjectInfo | UnreferencedObject] = iter(items)
    while page := list(islice(remaining, PAGE)):
        yield page
