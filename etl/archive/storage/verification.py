"""How a storage server proves that it received the bytes that were sent (docs/decisions/verified-puts.md).

S3 has a header for it, but servers that do not support the header accept any bytes. So each server is tried out once.
"""

import hashlib
import io
from base64 import b64encode
from contextlib import suppress
from typing import Literal

from minio import Minio
from minio.error import MinioException, S3Error

from etl.archive.storage.layout import PROBE

ObjectHeaders = dict[str, str | list[str] | tuple[str]]
"""Headers of an object, with the type that the client library uses."""
Verification = Literal["sha256", "md5", "read-back"]
"""`sha256`: the server refuses bytes that do not have the SHA-256 sent with them. `md5`: it accepts them, but its ETag
is the MD5 of what it received. `read-back`: neither, so objects must be read again after they are written."""
_PROBE_BODY = b"gongkai: bytes that do not have the SHA-256 sent with them"
_OTHER_SHA256 = hashlib.sha256(b"other bytes").hexdigest()
_REFUSALS = ("BadDigest", "XAmzContentChecksumMismatch")
"""Error codes of servers that refuse: the first one of S3 and SeaweedFS, the second one of MinIO."""


def find_verification(client: Minio, bucket: str) -> Verification:
    """Finds out how the server verifies, by sending a small object with a wrong checksum.

    A server that refuses the object stores nothing; otherwise the object is removed again. Any other answer means
    `read-back`. Raises `S3Error` if the server fails, and whatever urllib3 raises if it cannot be reached.
    """
    try:
        written = client.put_object(
            bucket, PROBE, io.BytesIO(_PROBE_BODY), len(_PROBE_BODY), metadata=checksum_header(_OTHER_SHA256)
        )
    except MinioException as error:
        if isinstance(error, S3Error) and error.response.status >= 500:
            raise
        return "sha256" if isinstance(error, S3Error) and error.code in _REFUSALS else "read-back"
    with suppress(S3Error):  # if the key has no right to delete, `gongkai garbage` removes the object
        client.remove_object(bucket, PROBE)
    return "md5" if is_md5(written.etag, _PROBE_BODY) else "read-back"


def checksum_header(digest: str) -> ObjectHeaders:
    """The header that tells the server the SHA-256 of the bytes, from its hexadecimal form."""
    return {"x-amz-checksum-sha256": b64encode(bytes.fromhex(digest)).decode()}


def is_md5(etag: str | None, body: bytes) -> bool:
    """Whether an ETag is the MD5 of the bytes."""
    return (etag or "").lower() == hashlib.md5(body, usedforsecurity=False).hexdigest()
