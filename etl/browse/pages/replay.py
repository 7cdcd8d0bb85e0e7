"""Archived bytes of a capture or a file, as a browser may have them: never changed, shown where they can do nothing."""

import html
import re
from dataclasses import dataclass
from mimetypes import guess_extension
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from etl.archive.storage.models import Blob, Capture
from etl.files import media_types

_REPLAY_HEADERS = {
    "content-security-policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    # Chromium 156 opens connections for blocked frames and for <link rel=preconnect>, and looks names up for
    # rel=dns-prefetch, whatever the policy above says; measured with a listening socket. This header stops all three.
    "connection-allowlist": "()",
}
"""An archived page keeps its own inline style and nothing else: an origin of its own, no script, no request."""
_MARKUP = {"text/html", "application/xhtml+xml"}
SHOWABLE_TYPES = _MARKUP | {"text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"}
"""What a sandboxed browser shows by itself. The rest is saved: viewers of PDF and SVG run programs of their own."""
MAX_SHOWN_BYTES = 5_000_000
"""Above this a page is no longer read but saved."""
_CONNECTING_LINK = re.compile(r"preconnect|dns-prefetch|[\x00\x1b]", re.IGNORECASE)
"""What no policy stops in every browser: the links that open a connection or look a name up before anything is asked
for. NUL and ESC belong to UTF-16 and ISO-2022, in which those words could hide; no page of an agency is written so."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


_EXTENSIONS = {
    media_types.DOC: ".doc", media_types.XLS: ".xls", media_types.PPT: ".ppt", media_types.DOCX: ".docx",
    media_types.XLSX: ".xlsx",
    media_types.PPTX: ".pptx", media_types.OFD: ".ofd", media_types.RAR: ".rar",
    media_types.SEVEN_ZIP: ".7z", media_types.UNKNOWN: ".bin",
}  # fmt: skip
"""Where the system that serves them might know none."""


@dataclass(frozen=True, slots=True)
class ArchivedBytes:
    """A blob, its size, what it is called as a file, and its media type: a capture's as the server gave it."""

    sha256: str
    size: int
    file_name: str
    content_type: str


def captured_bytes(connection: Connection, capture: int) -> ArchivedBytes | None:
    """What the capture kept; None when there is no such capture, or it kept no bytes."""
    row = connection.execute(
        select(Capture.final_url, Blob.sha256, Blob.size, Capture.headers)
        .join(Blob, Blob.sha256 == Capture.blob_sha256)
        .where(Capture.id == capture)
    ).one_or_none()
    if row is None:
        return None
    headers = {str(name).lower(): str(value) for name, value in row.headers}
    content_type = headers.get("content-type", "")
    extension = PurePosixPath(urlsplit(row.final_url).path).suffix
    if not _EXTENSION.fullmatch(extension):
        extension = file_extension(_media_type(content_type))
    return ArchivedBytes(row.sha256, row.size, f"{capture}-{row.sha256[:16]}{extension}", content_type)


def file_extension(media_type: str) -> str:
    """The ending of a file of that type, with its dot."""
    return _EXTENSIONS.get(media_type) or guess_extension(media_type) or ".bin"


def inert_headers(kept: ArchivedBytes, body: bytes) -> dict[str, str]:
    """Headers under which the bytes can neither run nor ask for anything. The site's own headers are not repeated.

    A page that would still reach out is shown as its source.
    """
    known = _media_type(kept.content_type)
    charset = _CHARSET.search(kept.content_type)
    shown = known in SHOWABLE_TYPES and kept.size <= MAX_SHOWN_BYTES
    if shown and known in _MARKUP and _CONNECTING_LINK.search(html.unescape(body.decode("latin-1"))):
        known = "text/plain"
    return {
        "content-type": f"{known}; charset={charset[1]}" if charset and known.startswith("text/") else known,
        "content-disposition": f'{"inline" if shown else "attachment"}; filename="{kept.file_name}"',
        **_REPLAY_HEADERS,
        "etag": f'"{kept.sha256}"',
    }


def _media_type(content_type: str) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else media_types.UNKNOWN
