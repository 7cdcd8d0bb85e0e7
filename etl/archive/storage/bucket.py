"""Object storage: blobs by SHA-256, and the logs from which the database can be rebuilt (docs/bucket.md).

Blobs, capture logs and the journal of changes are written once. The only exception is a journal object that a failed
transaction left, which the next transaction replaces. The log of a run is rewritten as the run proceeds.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from etl.archive.storage.connections import storage_connections
from etl.archive.storage.layout import blob_key, is_log_key
from etl.archive.storage.log_format import Line
from etl.archive.storage.log_lines import RunLog
from etl.archive.storage.log_object import OBJECT_LIMIT, DamagedLog, parse_log, parse_run_log
from etl.archive.storage.verification import ObjectHeaders, Verification, checksum_header, find_verification, is_md5
from etl.errors import Damaged, Unavailable
from etl.reason_codes import Code
from etl.reasons import encode_reason, english


class StoreError(Unavailable):
    """Object storage cannot be reached, refuses, is full, or does not return the bytes that were written."""


class MissingObject(StoreError):
    """Object storage answers that it has no object of that name."""


class ObjectReplaced(StoreError):
    """The object to be replaced has changed: another writer was faster."""


DamageKind = Literal["missing", "mismatch"]
"""How a blob is damaged. `missing`: its object does not exist. `mismatch`: it has other bytes, or cannot be read."""


class DamagedBlob(Damaged):
    """A single blob is damaged."""

    def __init__(self, digest: str, kind: DamageKind, detail: str) -> None:
        super().__init__(
            f"blob {digest} is damaged ({kind}): {english(detail)}",
            hint=f"`gongkai fixity` names its pages, `gongkai restore BACKUP {digest}` puts it back",
        )
        self.digest, self.kind, self.detail = digest, kind, detail

    def __reduce__(self) -> tuple[type["DamagedBlob"], tuple[str, DamageKind, str]]:
        """For pickling between processes: the default would pass the message as `digest`."""
        return DamagedBlob, (self.digest, self.kind, self.detail)


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object of the bucket: its key, its size in bytes, the time of its last write, and its ETag, which changes when
    other bytes are written."""

    key: str
    size: int
    modified: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class Protection:
    """`versions`: Enabled, Suspended or Off. `lock`: the default object lock, in words; empty without one."""

    versions: str
    lock: str


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Address and credentials of a bucket."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    secure: bool = True
    region: str = "us-east-1"


def sha256(body: bytes) -> str:
    """The identity of a blob."""
    return hashlib.sha256(body).hexdigest()


class Store:
    """One bucket. Safe to use from several threads; every failure raises a `StoreError` that names the bucket."""

    def __init__(self, address: StoreAddress) -> None:
        self.address = address
        self._client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key,
            secure=address.secure,
            region=address.region,
            http_client=storage_connections(),
        )
        self._verification: Verification | None = None
        self._finding = threading.Lock()

    @property
    def verification(self) -> Verification:
        """How the server proves that it received what was sent; tried out once, at the first call. Raises
        `StoreError`."""
        with self._finding, self._errors("try how it verifies"):
            if self._verification is None:
                self._verification = find_verification(self._client, self.address.bucket)
            return self._verification

    def check(self) -> None:
        """Raises `StoreError` unless the bucket exists and may be read."""
        with self._errors("look for it"):
            exists = self._client.bucket_exists(self.address.bucket)
        if not exists:
            raise StoreError(
                f"no bucket {self.address.bucket!r} at {self.address.endpoint}",
                hint="create it, or set GONGKAI_STORE_BUCKET",
            )

    def protection(self) -> "Protection":
        """How the bucket protects objects from deletion; none if the server supports neither versions nor locks. Raises
        `StoreError`."""
        bucket, versions, lock = self.address.bucket, "", ""
        with self._errors("ask for its versions and lock"):
            try:
                versions = self._client.get_bucket_versioning(bucket).status or ""
                config = self._client.get_object_lock_config(bucket)
                lock = f"{config.mode or 'enabled, without a default'} {config.duration or ''}".strip()
            except S3Error as error:
                if error.code not in _NOT_KEPT:
                    raise
        return Protection(versions, lock)

    def put_blob(self, body: bytes) -> str:
        """Stores the bytes and verifies that they arrived; returns their SHA-256. Raises `StoreError`.

        They are read back if the server itself does not prove that they arrived (`verification`).
        """
        digest = sha256(body)
        etag = self._put(blob_key(digest), body, digest, "application/octet-stream")
        proven = self.verification == "sha256" or (self.verification == "md5" and is_md5(etag, body))
        if not proven and sha256(self.read(blob_key(digest))) != digest:
            raise StoreError(f"blob {digest} does not read back as it was written", hint="check the storage's disks")
        return digest

    def blob(self, digest: str) -> bytes:
        """The bytes of a blob. Raises `DamagedBlob` if they are missing or have another hash, and `StoreError`."""
        try:
            body = self.read(blob_key(digest))
        except MissingObject as error:
            raise DamagedBlob(digest, "missing", encode_reason(Code.NO_OBJECT)) from error
        if (actual := sha256(body)) != digest:
            raise DamagedBlob(digest, "mismatch", encode_reason(Code.WRONG_HASH, bytes=len(body), sha256=actual))
        return body

    def read_log(self, key: str, kind: type[Line]) -> list[Line]:
        """The lines of a log. Raises `MissingObject`, `DamagedLog`, and `GongkaiError` for a later format."""
        return parse_log(key, self.read_log_bytes(key), kind)

    def read_run_log(self, key: str) -> RunLog:
        """The log of a run. Raises as `read_log` does."""
        return parse_run_log(key, self.read_log_bytes(key))

    def read_log_bytes(self, key: str) -> bytes:
        """The bytes of a log. Raises `MissingObject`, and `DamagedLog` for an object that is too large for one."""
        chunks: list[bytes] = []
        size = 0
        for chunk in self.stream(key):
            chunks.append(chunk)
            size += len(chunk)
            if size > OBJECT_LIMIT:
                raise DamagedLog(key, f"it has more than {OBJECT_LIMIT} bytes")
        return b"".join(chunks)

    def list_keys(self, prefix: str, after: str | None = None) -> Iterator[str]:
        """The keys that begin with the prefix, in order; with `after`, only those that come after that key."""
        return (item.key for item in self.list_objects(prefix, after))

    def list_logs(self, prefix: str, after: str | None = None) -> Iterator[str]:
        """As `list_keys`, without objects that somebody else put there: garbage collection names them."""
        return filter(is_log_key, self.list_keys(prefix, after))

    def list_objects(self, prefix: str = "", after: str | None = None) -> Iterator[ObjectInfo]:
        """All objects that begin with the prefix, a page of the listing in memory at a time.

        Sorted only among keys with the same path structure: SeaweedFS 4.48 lists `a/b` before `a-b`.
        """
        with self._errors(f"list {prefix}"):
            for item in self._client.list_objects(
                self.address.bucket, prefix=prefix, recursive=True, start_after=after
            ):
                if item.last_modified is not None:  # a folder has none
                    yield ObjectInfo(str(item.object_name), item.size or 0, item.last_modified, item.etag or "")

    def stat(self, key: str) -> ObjectInfo:
        """Size and last write of an object. Raises `MissingObject`."""
        with self._errors(f"look for {key}"):
            item = self._client.stat_object(self.address.bucket, key)
            return ObjectInfo(key, int(item.size or 0), item.last_modified, item.etag or "")  # type: ignore[arg-type]

    def read(self, key: str) -> bytes:
        """The bytes of an object. Raises `MissingObject`."""
        return b"".join(self.stream(key))

    def digest(self, key: str) -> tuple[str, int]:
        """SHA-256 and size in bytes of an object, read in chunks. Raises `MissingObject`, `StoreError`."""
        hashed, size = hashlib.sha256(), 0
        for chunk in self.stream(key):
            hashed.update(chunk)
            size += len(chunk)
        return hashed.hexdigest(), size

    def stream(self, key: str) -> Iterator[bytes]:
        """The bytes of an object in chunks. Raises `MissingObject`."""
        with self._errors(f"read {key}"):
            response = self._client.get_object(self.address.bucket, key)
            try:
                while chunk := response.read(CHUNK_BYTES):
                    yield chunk
            finally:
                response.close()
                response.release_conn()

    def put(self, key: str, body: bytes, replaces: str | None = None) -> None:
        """Stores an object. Whether the bytes arrived is only verified by servers that check the SHA-256.

        With `replaces`, only if the current object has that tag, or, if it is empty, if there is no object; otherwise
        raises `ObjectReplaced`. Servers that do not support conditions store it in any case (docs/bucket.md).
        """
        media_type = "application/gzip" if key.endswith(".gz") else "application/octet-stream"
        self._put(key, body, sha256(body), media_type, replaces)

    def remove(self, key: str) -> None:
        """Removes an object, if it exists."""
        with self._errors(f"remove {key}"):
            self._client.remove_object(self.address.bucket, key)

    def _put(self, key: str, body: bytes, digest: str, media_type: str, replaces: str | None = None) -> str:
        """Writes an object; returns its ETag."""
        headers: ObjectHeaders = {"Content-Type": media_type}
        if self.verification == "sha256":
            headers |= checksum_header(digest)
        if replaces is not None:
            headers |= {"If-Match": f'"{replaces}"'} if replaces else {"If-None-Match": "*"}
        # Sent in one request even if it is large, because no listing shows the parts of an interrupted multipart
        # upload. Uses a private method, because the public one cannot send conditions.
        with self._errors(f"write {key}"):
            return self._client._put_object(self.address.bucket, key, body, headers).etag or ""

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            raise _KINDS.get(error.code or "", StoreError)(
                f"bucket {self.address.bucket!r} at {self.address.endpoint}, {doing}: {error.code}: {error.message}",
                hint=_HINTS.get(
                    error.code or "", "check the storage's log and free space; if there is room, start it again"
                ),
            ) from error
        except (MinioException, HTTPError, OSError) as error:
            cause = getattr(error, "reason", None) or error
            raise StoreError(
                f"object storage at {self.address.endpoint}, {doing}: {type(cause).__name__}: "
                f"{str(cause).rpartition(': ')[2]}",
                hint="check GONGKAI_STORE_ENDPOINT and that the server runs (`gongkai status`)",
            ) from error


READS_AT_ONCE = 8
"""Objects that an audit or a rebuild reads at once. Measured with bench/fixity.py on two cores: with four, reading is
5–25 % slower; with sixteen, hardly faster."""
CHUNK_BYTES = 1 << 20
"""Bytes read at once: a page is one chunk, a large file is never in memory as a whole."""
_KINDS: dict[str, type[StoreError]] = {
    "NoSuchKey": MissingObject,
    "PreconditionFailed": ObjectReplaced,
    "ConditionalRequestConflict": ObjectReplaced,
}
_NOT_KEPT = ("NotImplemented", "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration")
"""Error codes of servers and buckets without versions or a lock."""
_HINTS = {
    "PreconditionFailed": "another writer was faster; do it again",
    "ConditionalRequestConflict": "another writer was faster; do it again",
    "NoSuchBucket": "create the bucket, or set GONGKAI_STORE_BUCKET",
    "InvalidAccessKeyId": "check GONGKAI_STORE_ACCESS_KEY",
    "SignatureDoesNotMatch": "check GONGKAI_STORE_SECRET_KEY",
    "AccessDenied": "check GONGKAI_STORE_ACCESS_KEY, GONGKAI_STORE_SECRET_KEY and the bucket's policy",
    "BadDigest": "the bytes were damaged on the way; check network and memory, and do it again",
    "XAmzContentChecksumMismatch": "the bytes were damaged on the way; check network and memory, and do it again",
    "NoSuchKey": "the object was removed behind the archive's back; restore it from a backup",
}
