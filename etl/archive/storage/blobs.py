"""Checks blobs, distinguishes a damaged blob from a storage that is down, and records the results.

When the state of a blob changes, an event is written, first to object storage
(`fixity/<day>/<time>-<first id>.jsonl.gz`), then to the database.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import DamagedBlob, DamageKind, MissingObject, Store, StoreError
from etl.archive.storage.consistency import require_database_in_sync
from etl.archive.storage.layout import blob_key, fixity_key
from etl.archive.storage.log_lines import FixityLine
from etl.archive.storage.log_registry import keep_log
from etl.archive.storage.models import Blob, FixityEvent
from etl.errors import Damaged
from etl.reason_codes import Code
from etl.reasons import encode_reason, english


@dataclass(frozen=True, slots=True)
class BlobCheck:
    """The result of reading a blob: its size in bytes, or its damage (`kind` is None if it is whole).

    `detail`: a stored reason (`etl.reasons`). `error`: the error of the storage, if it returned no bytes.
    """

    sha256: str
    size: int
    kind: DamageKind | None = None
    detail: str = ""
    error: StoreError | None = None


@dataclass(frozen=True, slots=True)
class UnreadableItem:
    """Something that could not be read because bytes are damaged. `what`: its address, or a stored reason that names
    it."""

    what: str
    sha256: str
    kind: DamageKind
    detail: str

    def __str__(self) -> str:
        return english(self.reason)

    @property
    def reason(self) -> str:
        """A stored reason (`etl.reasons`) that says what is damaged and how."""
        return encode_reason(
            Code.DAMAGED_BYTES, item=self.what, sha256=self.sha256, damage=self.kind, detail=self.detail
        )


def unreadable(what: str, error: DamagedBlob) -> UnreadableItem:
    """The item that could not be read, with the damage of its blob."""
    return UnreadableItem(what, error.digest, error.kind, error.detail)


def raise_if_unreadable(items: Collection[UnreadableItem], what: str) -> None:
    """Raises `Damaged` with one line for all items. `what`: what they are, in the plural. The caller has already
    printed or stored each of them."""
    if items:
        first = next(iter(items))
        raise Damaged(
            f"{len(items)} {what} could not be read, their bytes are damaged; the first is {english(first.what)}, "
            f"blob {first.sha256}",
            hint="`gongkai fixity` names all damage, `gongkai restore BACKUP` puts bytes back; then run this again",
        )


def read_blob(archive: Archive, digest: str) -> bytes:
    """The bytes of a blob.

    Raises `DamagedBlob`, also if the storage has the object but cannot read it, and `StoreError` if the storage itself
    is down.
    """
    try:
        return archive.store.blob(digest)
    except StoreError as error:
        archive.store.check()
        check = _unreadable(digest, error)
        raise_if_storage_is_down(archive, check)
        raise DamagedBlob(digest, "mismatch", check.detail) from error


def report_damage(archive: Archive, damaged: Iterable[UnreadableItem]) -> None:
    """Records damaged blobs found while reading, so that their pages become due at once.

    Raises `DatabaseBehindBucket`.
    """
    checks = {item.sha256: BlobCheck(item.sha256, 0, item.kind, item.detail) for item in damaged}
    if checks:
        require_database_in_sync(archive)
        record_checks(archive, list(checks.values()))


def check_blob(store: Store, blob: RowMapping) -> BlobCheck:
    """Reads and hashes a blob, a row with `sha256` and `size`. Raises `StoreError` if the storage is down."""
    try:
        digest, size = store.digest(blob_key(blob["sha256"]))
    except MissingObject:
        return BlobCheck(blob["sha256"], 0, "missing", encode_reason(Code.NO_OBJECT))
    except StoreError as error:
        store.check()  # raises if the whole bucket cannot be reached
        return _unreadable(blob["sha256"], error)
    if digest == blob["sha256"]:
        return BlobCheck(digest, size)
    detail = encode_reason(Code.OTHER_BYTES, bytes=size, sha256=digest, stored_bytes=blob["size"])
    return BlobCheck(blob["sha256"], size, "mismatch", detail)


def _unreadable(digest: str, error: StoreError) -> BlobCheck:
    return BlobCheck(digest, 0, "mismatch", encode_reason(Code.OBJECT_UNREADABLE, error=error.args[0]), error)


def raise_if_storage_is_down(archive: Archive, check: BlobCheck) -> None:
    """Raises the `StoreError` of the check if other objects cannot be read either.

    SeaweedFS 4.48 answers 500 for a single object whose checksum on disk is wrong, but also for every object of a
    volume that is offline, while it still lists the bucket. So this reads the objects that were last found whole.
    """
    if check.error is None:
        return
    with archive.engine.connect() as connection:
        last = select(Blob.sha256, Blob.size).where(Blob.damage.is_(None), Blob.sha256 != check.sha256)
        whole = connection.execute(last.order_by(Blob.verified_at.desc()).limit(3)).mappings().all()
    if whole and all(check_blob(archive.store, blob).error for blob in whole):
        raise check.error


def record_checks(archive: Archive, checks: Sequence[BlobCheck], how: Code = Code.WHOLE_AGAIN) -> int:
    """Records results of checks; returns the number of blobs that were damaged and are whole again.

    `how`: the code of the reason that is recorded with these.
    """
    damaged = {check.sha256: check.kind for check in checks if check.kind}
    whole = [check.sha256 for check in checks if not check.kind]
    with archive.engine.begin() as connection:
        connection.execute(_WHOLE, {"digests": whole})
    with archive.engine.begin() as connection:
        digests = {"all": [*damaged, *whole], "damaged": list(damaged)}
        before = {row.sha256: row.damage for row in connection.execute(_STATE_BEFORE, digests)}
        restored = [digest for digest in whole if before.get(digest)]
        events = [
            {"blob_sha256": check.sha256, "kind": check.kind, "detail": check.detail}
            for check in checks
            if check.kind and check.kind != before[check.sha256]
        ]
        events += [
            {"blob_sha256": digest, "kind": "restored", "detail": encode_reason(how, damage=before[digest])}
            for digest in restored
        ]
        states: dict[str, str | None] = damaged | dict.fromkeys(restored)
        if states:
            rows = [{"digest": digest, "damage": damage} for digest, damage in sorted(states.items())]
            connection.execute(_SET_STATE, rows)
        if events:
            write_events(connection, archive.store, events)
    return len(restored)


# Rows are locked in the order of their hashes, so that two audits at once do not deadlock.
_WHOLE = text("""
WITH locked AS (SELECT sha256 FROM archive.blob WHERE sha256 = ANY(:digests) AND damage IS NULL
                ORDER BY sha256 FOR NO KEY UPDATE)
UPDATE archive.blob b SET verified_at = now() FROM locked WHERE b.sha256 = locked.sha256
""")
_STATE_BEFORE = text("""
SELECT sha256, damage FROM archive.blob
WHERE sha256 = ANY(:all) AND (damage IS NOT NULL OR sha256 = ANY(:damaged)) ORDER BY sha256 FOR NO KEY UPDATE
""")
_SET_STATE = text("UPDATE archive.blob SET verified_at = now(), damage = :damage WHERE sha256 = :digest")


def write_events(connection: Connection, store: Store, events: list[dict[str, Any]]) -> None:
    """Writes events, each as columns of `archive.fixity_event`, to the bucket and the database."""
    rows = connection.execute(insert(FixityEvent).returning(*FixityEvent.__table__.columns), events).mappings()
    lines = [FixityLine(**row) for row in rows]
    keep_log(connection, store, fixity_key(lines[0].found_at, lines[0].id), lines)
