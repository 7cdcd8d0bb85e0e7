"""The bucket: reached, how its server verifies what it receives, whether it keeps to conditions, and its protection."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from etl.archive.storage.archive import open_store
from etl.archive.storage.bucket import ObjectReplaced, Store, StoreError
from etl.archive.storage.layout import PROBE
from etl.doctor.database import clock
from etl.doctor.findings import Finding, fault, good, note
from etl.settings import Settings

_VERIFIED = {
    "sha256": "the server refuses bytes that do not have the SHA-256 sent with them",
    "md5": "the server says the MD5 of what it received",
    "read-back": "the server proves nothing, so each blob is read back after it is written",
}


def check_bucket(settings: Settings) -> Iterator[Finding]:
    """Whether the bucket can be read and written, and what its server does; leaves nothing in it."""
    store = open_store(settings)
    yield good("bucket", f"{store.address.bucket!r} at {store.address.endpoint} is reached")
    yield good("verification of uploads", f"{store.verification}: {_VERIFIED[store.verification]}")
    written = _write(store)
    yield good("writing to the bucket", "an object was written, read and removed")
    yield clock("clock of the object storage", (written - datetime.now(UTC)).total_seconds())
    yield from _conditions(store)
    yield from _protection(store)


def _write(store: Store) -> datetime:
    """Writes, reads and removes the probe; returns when the server says that it was written, to the second."""
    store.put(PROBE, b"probe")
    if store.read(PROBE) != b"probe":
        raise StoreError("an object does not read back as it was written", hint="check the storage's disks")
    written = store.stat(PROBE).modified
    store.remove(PROBE)
    return written


def _conditions(store: Store) -> Iterator[Finding]:
    """Whether a late write is refused: `If-None-Match` where there is an object, `If-Match` where it is another."""
    ignored = []
    try:
        store.put(PROBE, b"first", replaces="")
        tag = store.stat(PROBE).etag
        for condition, replaces in (("If-None-Match", ""), ("If-Match", "0" * 32)):
            with suppress(ObjectReplaced):
                store.put(PROBE, condition.encode(), replaces=replaces)
                ignored.append(condition)
        if not ignored:
            store.put(PROBE, b"second", replaces=tag)
    finally:
        store.remove(PROBE)
    if ignored:
        yield fault(
            "conditional writes",
            f"the server ignores {' and '.join(ignored)}",
            "use SeaweedFS, MinIO or S3 of this year: a late write of a dead task may replace a log (docs/bucket.md)",
        )
    else:
        yield good("conditional writes", "the server keeps to If-None-Match and If-Match")


def _protection(store: Store) -> Iterator[Finding]:
    protection = store.protection()
    if protection.versions == "Enabled":
        yield good("versions of objects", "kept")
    else:
        yield note(
            "versions of objects", "not kept", "enable versioning, so that a stolen key cannot destroy the archive"
        )
    if protection.lock:
        yield good("object lock", protection.lock)
    else:
        yield note("object lock", "none", "docs/backup.md says on which prefixes a lock costs nothing")
