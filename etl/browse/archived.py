"""The archived bytes of a capture, as a browser may have them: never changed, shown where they can do nothing."""

import html
import re
from dataclasses import dataclass
from mimetypes import guess_extension
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from etl.archive.models import Blob, Capture
from etl.browse.headers import ARCHIVED

_MARKUP = {"text/html", "application/xhtml+xml"}
_SHOWN = _MARKUP | {"text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"}
"""What a sandboxed browser shows by itself. The rest is saved: viewers of PDF and SVG run programs of their own."""
_SHOWN_SIZE = 5_000_000
"""Above this a page is no longer read but saved."""
_REACHES_OUT = re.compile(r"preconnect|dns-prefetch|[\x00\x1b]", re.IGNORECASE)
"""What no policy stops in every browser: the links that open a connection or look a name up before anything is asked
for. NUL and ESC belong to UTF-16 and ISO-2022, in which those words could hide; no page of an agency is written so."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class CapturedBytes:
    """What a capture kept: the blob, its size, and what the server called it."""

    capture_id: int
    url: str
    sha256: str
    size: int
    content_type: str


def captured_bytes(connection: Connection, capture: int) -> CapturedBytes | None:
    """What the capture kept; None when there is no such capture, or it kept no bytes."""
    row = connection.execute(
        select(Capture.final_url, Blob.sha256, Blob.size, Capture.headers)
        .join(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Capture.id == capture)
    ).one_or_none()
    if row is None:
        return None
    headers = {str(name).lower(): str(value) for name, value in row.headers}
    return CapturedBytes(capture, row.final_url, row.sha256, row.size, headers.get("content-type", ""))


def inert_headers(kept: CapturedBytes, body: bytes) -> dict[str, str]:
    """Headers under which the bytes can neither run nor ask for anything. The site's own headers are not repeated.

    A page that would still reach out is shown as its source.
    """
    media_type = kept.content_type.partition(";")[0].strip().lower()
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
    charset = _CHARSET.search(kept.content_type)
    shown = known in _SHOWN and kept.size <= _SHOWN_SIZE
    if shown and known in _MARKUP and _REACHES_OUT.search(html.unescape(body.decode("latin-1"))):
        known = "text/plain"
    return {
        "content-type": f"{known}; charset={charset[1]}" if charset and known.startswith("text/") else known,
        "content-disposition": f'{"inline" if shown else "attachment"}; filename="{_file_name(kept, known)}"',
        **ARCHIVED,
        "etag": f'"{kept.sha256}"',
    }


def _file_name(kept: CapturedBytes, media_type: str) -> str:
    extension = PurePosixPath(urlsplit(kept.url).path).suffix
    if not _EXTENSION.fullmatch(extension):
        extension = guess_extension(media_type) or ".bin"
    return f"{kept.capture_id}-{kept.sha256[:16]}{extension}"
