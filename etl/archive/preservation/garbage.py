"""Garbage: objects of the bucket that nothing names any more, and their removal after a grace period.

Bytes come before rows, so a crawl under way has objects without rows: none is removed before it is some days old by the
object storage's own clock, which a new PUT of the same bytes sets anew. What a capture log names is kept, whether the
database has its rows or not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, Store, Stored
from etl.archive.storage.consistency import refuse_when_behind
from etl.archive.storage.database import lock_removing
from etl.archive.storage.layout import (
    BLOBS,
    CAPTURES,
    CHANGES,
    FIXITY,
    LAYOUT,
    PROBE,
    READINGS,
    RUNS,
    Place,
    UnnamedKind,
    removal_key,
)
from etl.errors import GongkaiError

PAGE = 1000
"""Objects that are looked up at once."""
MOST_UNADOPTED = 1000
"""Capture logs unknown to the database, beyond which it is another bucket's."""
REMOVABLE: frozenset[UnnamedKind] = frozenset({"blob", "reading", "temporary"})


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An object that nothing names.

    `blob`, `reading`: of a step that died before its rows. `temporary`: a probe. `unadopted`: a capture log whose rows
    the rerun of its step will write. `ahead`: a log of a run, change or event that the database does not have.
    `foreign`: none of the archive's. Only the first three are ever removed.
    """

    kind: UnnamedKind
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
"""By prefix: which of the names that `Place.form` finds in keys the database knows."""
_EXEMPT = tuple(place.prefix for place in LAYOUT if place.unnamed is None)


def garbage(archive: Archive) -> Iterator[Unnamed]:
    """The objects that nothing names, one page of the bucket's listing in memory at a time.

    Raises `GongkaiError` when the database knows so little of the bucket that it must be another's.
    """
    waiting = set[str]()
    logs = 0
    for page in _pages(archive.store.objects(CAPTURES)):
        for log in _unnamed(archive, page, waiting):
            yield log
            if log.kind == "unadopted":
                logs += 1
                waiting.update(line["blob"] for line in archive.store.log(log.key) if line["blob"])
            if logs > MOST_UNADOPTED:
                raise GongkaiError(
                    f"the database knows nothing of more than {MOST_UNADOPTED} capture logs in the bucket",
                    hint="is it this bucket's? then `gongkai rebuild` brings it up to date",
                )
    rest = (each for each in archive.store.objects() if not each.key.startswith((CAPTURES, *_EXEMPT)))
    for page in _pages(rest):
        yield from _unnamed(archive, page, waiting)


def remove(archive: Archive, found: Iterable[Unnamed], older_than: timedelta) -> Iterator[Unnamed]:
    """Removes of the objects found those that may go and are old enough; gives each once it is removed.

    Before a page of them goes, the database is asked once more, and a log of them written (`garbage/<day>/<time>`);
    each is looked at once more just before. Raises `StoreError`, also where the S3 key may not delete.
    """
    refuse_when_behind(archive)
    before = datetime.now(UTC) - older_than
    old = (each for each in found if each.kind in REMOVABLE and each.modified < before)
    for page in _pages(old):
        with archive.engine.begin() as connection:
            lock_removing(connection)
            gone = _remove(archive, page, before)
        yield from gone


def _remove(archive: Archive, page: Sequence[Stored | Unnamed], before: datetime) -> list[Unnamed]:
    going = [each for each in _unnamed(archive, page, set()) if each.kind in REMOVABLE]
    lines = [asdict(each) | {"modified": each.modified.isoformat()} for each in going]
    if lines:
        archive.store.put_log(removal_key(datetime.now(UTC)), lines)
    gone = [each for each in going if _still_old(archive.store, each.key, before)]
    for each in gone:
        archive.store.remove(each.key)
    return gone


def _still_old(store: Store, key: str, before: datetime) -> bool:
    """Whether nobody wrote the object since: a crawl may have met the same bytes again a moment ago."""
    try:
        return store.look(key).modified < before
    except MissingObject:
        return False


def _unnamed(archive: Archive, page: Sequence[Stored | Unnamed], waiting: set[str]) -> Iterator[Unnamed]:
    """Those of the page that neither the database nor a waiting capture log names."""
    places = {each.key: _place(each.key) for each in page}
    with archive.engine.connect() as connection:
        known = {prefix: _known(connection, prefix, places.values()) for prefix in _KNOWN}
    for each in page:
        place, name = places[each.key]
        if place is None:
            kind: UnnamedKind = "temporary" if PROBE.fullmatch(each.key) else "foreign"
            yield Unnamed(kind, each.key, each.size, each.modified)
        elif place.unnamed and name not in known[place.prefix] and name not in waiting:
            yield Unnamed(place.unnamed, each.key, each.size, each.modified)


def _place(key: str) -> tuple[Place | None, str]:
    """The place of a key, and the name under which the database knows its object."""
    for place in LAYOUT:
        if match := place.form.fullmatch(key):
            return place, match[1]
    return None, key


def _known(connection: Connection, prefix: str, places: Iterable[tuple[Place | None, str]]) -> set[str]:
    names = [name for place, name in places if place and place.prefix == prefix]
    return set(connection.scalars(text(_KNOWN[prefix]), {"names": names})) if names else set()


def _pages(items: Iterable[Stored] | Iterable[Unnamed]) -> Iterator[list[Stored | Unnamed]]:
    remaining: Iterator[Stored | Unnamed] = iter(items)
    while page := list(islice(remaining, PAGE)):
        yield page
