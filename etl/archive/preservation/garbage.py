"""Garbage collection: finds objects of the bucket that nothing refers to, and removes them after a grace period.

Bytes are stored before rows, so a running crawl has objects without rows. An object is removed only if its last write
is some days ago by the storage's clock; storing the same bytes again counts as a write. A blob that a capture log names
is kept, even if the database does not have the log's rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, ObjectInfo, Store
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.database import lock_against_writers
from etl.archive.storage.layout import (
    ACTS,
    BLOBS,
    CAPTURES,
    CHAIN,
    CHANGES,
    FIXITY,
    LAYOUT,
    PROBE,
    READINGS,
    ROOTS,
    RUNS,
    STAMPS,
    KeyForm,
    UnreferencedKind,
    removal_key,
)
from etl.archive.storage.log_lines import CaptureLine, RemovalLine
from etl.archive.storage.log_registry import chain_logs, keep_log
from etl.batches import batches
from etl.errors import GongkaiError

_BATCH = 1000
"""Objects that are looked up in the database at once."""
MAX_UNADOPTED = 1000
"""If the database lacks more capture logs than this, it must belong to another bucket."""
REMOVABLE: frozenset[UnreferencedKind] = frozenset({"blob", "reading", "temporary"})


@dataclass(frozen=True, slots=True)
class UnreferencedObject:
    """An object that nothing refers to, with its size in bytes and the time of its last write.

    `blob`, `reading`: the step that wrote it crashed before committing its rows. `temporary`: a probe that `gongkai
    doctor` left. `unadopted`: a capture log whose rows are written when its step runs again. `ahead`: a log of a run,
    change or event that the database does not know. `foreign`: not an object of the archive. Only the first three kinds
    are ever removed.
    """

    kind: UnreferencedKind
    key: str
    size: int
    modified: datetime


_REGISTERED = "SELECT key FROM archive.log_object WHERE key = ANY(CAST(:names AS text[])) AND sha256 IS NOT NULL"
_KNOWN = {
    BLOBS: "SELECT sha256 FROM archive.blob WHERE sha256 = ANY(CAST(:names AS text[]))",
    READINGS: "SELECT blob_sha256 FROM archive.file WHERE blob_sha256 = ANY(CAST(:names AS text[]))",
    CAPTURES: "SELECT c.log FROM unnest(CAST(:names AS text[])) AS n (log)"
    r" JOIN archive.capture c ON c.id = substring(n.log FROM '-(\d+)\.jsonl\.gz$')::bigint AND c.log = n.log",
    RUNS: "SELECT id::text FROM archive.run WHERE id = ANY(CAST(:names AS bigint[]))",
    CHANGES: "SELECT change_seq::text FROM archive.change WHERE change_seq = ANY(CAST(:names AS bigint[]))",
    ACTS: "SELECT seq::text FROM archive.act WHERE seq = ANY(CAST(:names AS bigint[]))",
    CHAIN: "SELECT link::text FROM archive.log_object"
    " WHERE link = ANY(CAST(:names AS bigint[])) AND key LIKE 'chain/%'",
    ROOTS: _REGISTERED,
    STAMPS: _REGISTERED,
    FIXITY: "SELECT id::text FROM archive.fixity_event WHERE id = ANY(CAST(:names AS bigint[]))",
}
"""By prefix, a query that returns those of the given names (group 1 of `KeyForm.pattern`) that the database knows."""
_EXEMPT = tuple(form.prefix for form in LAYOUT if form.unreferenced_as is None)


def find_unreferenced(archive: Archive) -> Iterator[UnreferencedObject]:
    """The objects that nothing refers to, in the order of the bucket's listing.

    Raises `GongkaiError` if the database lacks so many logs of the bucket that it must belong to another bucket.
    """
    waiting = set[str]()
    logs = 0
    for batch in batches(archive.store.list_objects(CAPTURES), _BATCH):
        for log in _unreferenced(archive, batch, waiting):
            yield log
            if log.kind == "unadopted":
                logs += 1
                waiting.update(line.blob for line in archive.store.read_log(log.key, CaptureLine) if line.blob)
            if logs > MAX_UNADOPTED:
                raise GongkaiError(
                    f"the database knows nothing of more than {MAX_UNADOPTED} capture logs in the bucket",
                    hint="if it is the database of this bucket, `gongkai rebuild` brings it up to date",
                )
    rest = (item for item in archive.store.list_objects() if not item.key.startswith((CAPTURES, *_EXEMPT)))
    for batch in batches(rest, _BATCH):
        yield from _unreferenced(archive, batch, waiting)


def delete_unreferenced(
    archive: Archive, objects: Iterable[UnreferencedObject], older_than: timedelta
) -> Iterator[UnreferencedObject]:
    """Removes the `REMOVABLE` objects that are older than the grace period; yields each after it is removed.

    Works in groups of `_BATCH` objects. Before it removes a group, it checks again that the database does not know
    them, writes a log of them (`garbage/<day>/<time>.jsonl.gz`), and checks the time of each again. Raises `StoreError`
    (also if the S3 key has no right to delete) and `DatabaseBehindBucket`.
    """
    require_database_in_sync(archive)
    before = datetime.now(UTC) - older_than
    old = (item for item in objects if item.kind in REMOVABLE and item.modified < before)
    for batch in batches(old, _BATCH):
        with archive.engine.begin() as connection:
            lock_against_writers(connection)
            removed = _remove(connection, archive, batch, before)
        yield from removed
    chain_logs(archive)


def _remove(
    connection: Connection, archive: Archive, batch: Sequence[ObjectInfo | UnreferencedObject], before: datetime
) -> list[UnreferencedObject]:
    candidates = [item for item in _unreferenced(archive, batch, set()) if item.kind in REMOVABLE]
    lines = [RemovalLine(item.kind, item.key, item.size, item.modified) for item in candidates]
    if lines:
        keep_log(connection, archive.store, removal_key(datetime.now(UTC)), lines)
    removed = [item for item in candidates if _still_old(archive.store, item.key, before)]
    for item in removed:
        archive.store.remove(item.key)
    return removed


def _still_old(store: Store, key: str, before: datetime) -> bool:
    """Whether the object was not written again: a crawl may have stored the same bytes a moment ago."""
    try:
        return store.stat(key).modified < before
    except MissingObject:
        return False


def _unreferenced(
    archive: Archive, batch: Sequence[ObjectInfo | UnreferencedObject], waiting: set[str]
) -> Iterator[UnreferencedObject]:
    """The objects to which neither the database nor an unindexed capture log refers."""
    forms = {item.key: _form_of(item.key) for item in batch}
    with archive.engine.connect() as connection:
        known = {prefix: _known(connection, prefix, forms.values()) for prefix in _KNOWN}
    for item in batch:
        form, name = forms[item.key]
        if form is None:
            kind: UnreferencedKind = "temporary" if item.key.startswith(PROBE) else "foreign"
            yield UnreferencedObject(kind, item.key, item.size, item.modified)
        elif form.unreferenced_as and name not in known[form.prefix] and name not in waiting:
            yield UnreferencedObject(form.unreferenced_as, item.key, item.size, item.modified)


def _form_of(key: str) -> tuple[KeyForm | None, str]:
    """The form of a key (None for a foreign one), and the name by which the database knows the object."""
    for form in LAYOUT:
        if match := form.pattern.fullmatch(key):
            return form, match[1]
    return None, key


def _known(connection: Connection, prefix: str, forms: Iterable[tuple[KeyForm | None, str]]) -> set[str]:
    names = [name for form, name in forms if form and form.prefix == prefix]
    return set(connection.scalars(text(_KNOWN[prefix]), {"names": names})) if names else set()
