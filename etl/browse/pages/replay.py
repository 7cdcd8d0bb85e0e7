"""Replay: the archived bytes of a capture or file, unchanged, with headers that make them harmless in a web browser."""

import html
import re
from dataclasses import dataclass
from mimetypes import guess_extension
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from etl.archive.storage.models import Blob, Capture
from etl.files import media_types
from etl.web.disposition import disposition, saved_name

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_REPLAY_HEADERS = {
    "content-security-policy": f"sandbox; {_POLICY}",
    # Chromium 156 opens connections for blocked frames and for <link rel=preconnect>, and does DNS lookups for
    # rel=dns-prefetch, despite the policy above; measured with a listening socket. This header stops all three.
    "connection-allowlist": "()",
}
"""An archived page keeps only its inline style: it has an opaque origin, runs no scripts and makes no requests."""
MARKUP = {"text/html", "application/xhtml+xml"}
SHOWN_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
SHOWABLE_TYPES = MARKUP | {"text/plain"} | SHOWN_PICTURES
"""Types shown in the sandbox. Others are downloaded: PDF and SVG can run scripts in their viewers."""
MAX_SHOWN_BYTES = 5_000_000
"""Larger bodies are downloaded."""
_CONNECTING_LINK = re.compile(r"preconnect|dns-prefetch|[\x00\x1b]", re.IGNORECASE)
"""Links that open a connection or look up a name in advance, which no policy prevents in every browser. Also NUL and
ESC: they occur in UTF-16 and ISO-2022, in which these words could be hidden; no page of an agency uses these
encodings."""
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


_EXTENSIONS = {
    media_types.DOC: ".doc", media_types.XLS: ".xls", media_types.PPT: ".ppt", media_types.DOCX: ".docx",
    media_types.XLSX: ".xlsx",
    media_types.PPTX: ".pptx", media_types.OFD: ".ofd", media_types.RAR: ".rar",
    media_types.SEVEN_ZIP: ".7z", media_types.UNKNOWN: ".bin",
}  # fmt: skip
"""File name extensions that the system's own table may lack."""


@dataclass(frozen=True, slots=True)
class ArchivedBytes:
    """A blob with its size, a file name for downloads, and its media type; for a capture, the one that the site
    declared.

    `own_name`: the file name that the site stated, or "".
    """

    sha256: str
    size: int
    file_name: str
    content_type: str
    own_name: str = ""


def captured_bytes(connection: Connection, capture: int) -> ArchivedBytes | None:
    """The bytes of a capture; None if it does not exist or has no bytes."""
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
        extension = file_extension(media_type_of(content_type))
    file_name = f"{capture}-{row.sha256[:16]}{extension}"
    return ArchivedBytes(row.sha256, row.size, file_name, content_type, saved_name(row.headers))


def file_extension(media_type: str) -> str:
    """The file name extension of a media type, with its dot."""
    return _EXTENSIONS.get(media_type) or guess_extension(media_type) or ".bin"


def inert_headers(archived: ArchivedBytes, body: bytes) -> dict[str, str]:
    """Headers under which the bytes can neither run scripts nor make requests. The site's own headers are not sent.

    A page that could still open connections is shown as source text.
    """
    media_type = media_type_of(archived.content_type)
    charset = _CHARSET.search(archived.content_type)
    shown = media_type in SHOWABLE_TYPES and archived.size <= MAX_SHOWN_BYTES
    if shown and media_type in MARKUP and _CONNECTING_LINK.search(html.unescape(body.decode("latin-1"))):
        media_type = "text/plain"
    parameter = f"; charset={charset[1]}" if charset and media_type.startswith("text/") else ""
    return {
        "content-type": media_type + parameter,
        "content-disposition": disposition("inline" if shown else "attachment", archived.file_name, archived.own_name),
        **_REPLAY_HEADERS,
        "etag": f'"{archived.sha256}"',
    }


def rewritten_headers(body: bytes) -> dict[str, str]:
    """Headers of a rewritten page. `rewrite` has removed everything that could open a connection, and its links replace
    the page around the frame. The header that prevents all connections would also block these links, so it is sent only
    if words of links that connect in advance are left over."""
    connecting = _CONNECTING_LINK.search(html.unescape(body.decode()))
    return {
        **({"connection-allowlist": _REPLAY_HEADERS["connection-allowlist"]} if connecting else {}),
        "content-security-policy": f"sandbox allow-top-navigation-by-user-activation; {_POLICY}",
        "content-type": "text/html; charset=utf-8",
    }


def media_type_of(content_type: str) -> str:
    """The media type that a header states; `application/octet-stream` if it is invalid."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else media_types.UNKNOWN
