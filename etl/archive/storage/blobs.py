"""Blobs that are not as they were stored: telling them from a storage that is away, and writing down what was found.

A blob's event is told when its state changes, to object storage first (`fixity/<day>/<time>-<first id>.jsonl.gz`) and
then in its row.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import Damaged, DamagedBlob, DamageKind, MissingObject, Store, StoreError
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.layout import blob_key, fixity_key
from etl.archive.storage.log_lines import FixityLine
from etl.archive.storage.models import Blob, FixityEvent
from etl.reason_codes import Code
from etl.reasons import encode_reason, english


@dataclass(frozen=True, slots=True)
class BlobCheck:
    """A blob that was looked at: its bytes, or how it is damaged, and the storage's error where that gave none.

    `detail` is a stored reason (`etl.reasons`).
    """

    sha256: str
    size: int
    kind: DamageKind | None = None
    detail: str = ""
    error: StoreError | None = None


@dataclass(frozen=True, slots=True)
class UnreadableItem:
    """What could not be read because bytes that it needs are damaged: `what` is an address, or a stored reason."""

    what: str
    sha256: str
    kind: DamageKind
    detail: str

    def __str__(self) -> str:
        return english(self.reason)

    @property
    def reason(self) -> str:
        """That as a stored reason (`etl.reasons`)."""
        return encode_reason(
            Code.DAMAGED_BYTES, item=self.what, sha256=self.sha256, damage=self.kind, detail=self.detail
        )


def unreadable(what: str, error: DamagedBlob) -> UnreadableItem:
    """That this could not be read."""
    return UnreadableItem(what, error.digest, error.kind, error.detail)


def raise_if_unreadable(found: Collection[UnreadableItem], what: str) -> None:
    """Raises `Damaged` with one line for all of them; each was named before."""
    if found:
        first = next(iter(found))
        raise Damaged(
            f"{len(found)} {what} could not be read, their bytes are damaged; the first is {english(first.what)}, "
            f"blob {first.sha256}",
            hint="`gongkai fixity` names all damage, `gongkai restore BACKUP` puts bytes back; then run this again",
        )


def read_blob(archive: Archive, digest: str) -> bytes:
    """The bytes of a blob. Raises `DamagedBlob`, also for an object that the storage lists and cannot read.

    Raises `StoreError` when it is not the object, but the storage.
    """
    try:
        return archive.store.blob(digest)
    except StoreError as error:
        archive.store.check()
        found = _unreadable(digest, error)
        raise_if_storage_is_down(archive, found)
        raise DamagedBlob(digest, "mismatch", found.detail) from error


def report_damage(archive: Archive, damaged: Iterable[UnreadableItem]) -> None:
    """Writes down damage that was met on the way, so that such pages are fetched again before their turn.

    Raises `DatabaseBehindBucket`.
    """
    found = {each.sha256: BlobCheck(each.sha256, 0, each.kind, each.detail) for each in damaged}
    if found:
        require_database_in_sync(archive)
        record_checks(archive, list(found.values()))


def check_blob(store: Store, blob: RowMapping) -> BlobCheck:
    """Reads a blob (its `sha256` and `size`) and hashes it. Raises `StoreError` when the storage is away."""
    try:
        digest, size = store.digest(blob_key(blob["sha256"]))
    except MissingObject:
        return BlobCheck(blob["sha256"], 0, "missing", encode_reason(Code.NO_OBJECT))
    except StoreError as error:
        store.check()  # raises when it is not the object, but the storage
        return _unreadable(blob["sha256"], error)
    if digest == blob["sha256"]:
        return BlobCheck(digest, size)
    detail = encode_reason(Code.OTHER_BYTES, bytes=size, sha256=digest, stored_bytes=blob["size"])
    return BlobCheck(blob["sha256"], size, "mismatch", detail)


def _unreadable(digest: str, error: StoreError) -> BlobCheck:
    return BlobCheck(digest, 0, "mismatch", encode_reason(Code.OBJECT_UNREADABLE, error=error.args[0]), error)


def raise_if_storage_is_down(archive: Archive, found: BlobCheck) -> None:
    """Tells an object that cannot be read from a storage that gives none.

    SeaweedFS 4.48 answers 500 for one whose checksum fails on its disk, and for all while their volume is away; it
    lists the bucket all the same. So objects that were whole last decide.
    """
    if found.error is None:
        return
    with archive.engine.connect() as connection:
        last = select(Blob.sha256, Blob.size).where(Blob.damage.is_(None), Blob.sha256 != found.sha256)
        whole = connection.execute(last.order_by(Blob.verified_at.desc()).limit(3)).mappings().all()
    if whole and all(check_blob(archive.store, blob).error for blob in whole):
        raise found.error


def record_checks(archive: Archive, found: Sequence[BlobCheck], how: Code = Code.WHOLE_AGAIN) -> int:
    """Writes down what was found; returns how many blobs are whole again, and `how` they came to be."""
    damaged = {each.sha256: each.kind for each in found if each.kind}
    whole = [each.sha256 for each in found if not each.kind]
    with archive.engine.begin() as connection:
        connection.execute(_WHOLE, {"digests": whole})
    with archive.engine.begin() as connection:
        given = {"all": [*damaged, *whole], "damaged": list(damaged)}
        was = {row.sha256: row.damage for row in connection.execute(_TO_TELL, given)}
        restored = [digest for digest in whole if was.get(digest)]
        events = [
            {"blob_sha256": each.sha256, "kind": each.kind, "detail": each.detail}
            for each in found
            if each.kind and each.kind != was[each.sha256]
        ]
        events += [
            {"blob_sha256": digest, "kind": "restored", "detail": encode_reason(how, damage=was[digest])}
            for digest in restored
        ]
        states: dict[str, str | None] = damaged | dict.fromkeys(restored)
        if states:
            rows = [{"digest": digest, "damage": damage} for digest, damage in sorted(states.items())]
            connection.execute(_STATE, rows)
        if events:
            _tell_store(connection, archive.store, events)
    return len(restored)


# Locked in one order: two audits at once do not wait for each other in a circle.
_WHOLE = text("""
WITH locked AS (SELECT sha256 FROM archive.blob WHERE sha256 = ANY(:digests) AND damage IS NULL
                ORDER BY sha256 FOR NO KEY UPDATE)
UPDATE archive.blob b SET verified_at = now() FROM locked WHERE b.sha256 = locked.sha256
""")
_TO_TELL = text("""
SELECT sha256, damage FROM archive.blob
WHERE sha256 = ANY(:all) AND (damage IS NOT NULL OR sha256 = ANY(:damaged)) ORDER BY sha256 FOR NO KEY UPDATE
""")
_STATE = text("UPDATE archive.blob SET verified_at = now(), damage = :damage WHERE sha256 = :digest")


def _tell_store(connection: Connection, store: Store, events: list[dict[str, Any]]) -> None:
    rows = connection.execute(insert(FixityEvent).returning(*FixityEvent.__table__.columns), events).mappings()
    lines = [FixityLine(**row) for row in rows]
    store.write_log(fixity_key(lines[0].found_at, lines[0].id), lines)
