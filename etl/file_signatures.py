"""The bytes with which files begin: enough of each to tell it from text and from a web page."""

import re

PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
RTF = b"{\\rtf"
RAR = b"Rar!\x1a"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
PNG = b"\x89PNG"
JPEG = b"\xff\xd8\xff"
GIF = b"GIF8"
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
TIFF = (b"II*\0", b"MM\0*")
"""In either order of bytes."""
BARE_WORKBOOKS = (b"\x09\x08\x08\0", b"\x09\x08\x10\0")
"""Records of an Excel 5 or 97 workbook without the container around them: systems write tables so."""
NO_PICTURES = (PDF, ZIP, OLE, RTF, RAR, SEVEN_ZIP)
"""Files that no server sends instead of what was asked for, as it may send a picture that says so."""
DOCUMENT_FILES = (*NO_PICTURES, PNG, JPEG, GIF, *TIFF)
"""Of files that are found at the addresses of pages. Not gzip, in which sitemaps are packed."""

_OFFICE = re.compile(rb"urn:schemas-microsoft-com:office|application/(?:vnd\.)?ms-?(?:excel|word)\b", re.IGNORECASE)
"""Marks of Word and Excel, and of systems that send a page as one of their files."""
_OF_A_SITE = re.compile(rb"<(?:a|script|form|iframe|input|frame)\b")
_MIN_ROWS = 2
BEFORE = b"\t\n\r \xef\xbb\xbf"
"""What programs send before a file: blank lines of their own source, a byte order mark."""
_NEVER_IN_TEXT = (ZIP, OLE, RAR, SEVEN_ZIP)
_MAX_BEFORE = 4096
"""Bytes of a program's warnings, or of a head of HTTP, that may stand before a file."""
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f")
_PDF_END_BYTES, _ZIP_END_BYTES = 4096, 22 + 65_535 + 4096
"""Last bytes in which the end stands, with a comment of the archive and with what programs send behind a file."""
_GROUP_SIGN, _RAW = re.compile(rb"\\[\\{}]|[{}]"), re.compile(rb"\\bin\d|[\x80-\xff]")
"""A sign that begins or ends a group of an RTF, or stands for itself; bytes among which such signs may be by chance."""


def is_document_file(body: bytes) -> bool:
    """Whether the body of an answer is one of `DOCUMENT_FILES`."""
    return without_before(body[: 2 * _MAX_BEFORE]).startswith(DOCUMENT_FILES)


def is_picture(body: bytes) -> bool:
    """Whether the body of an answer is one of `DOCUMENT_FILES` that is a picture."""
    return is_document_file(body) and not without_before(body[: 2 * _MAX_BEFORE]).startswith(NO_PICTURES)


def lacks_end(body: bytes) -> bool:
    """Whether a PDF, a ZIP (Office, OFD) or an RTF lacks what stands at its end, as one does that was cut off (ISO
    32000-1, 7.5.5; APPNOTE.TXT 4.3.16)."""
    begins = without_before(body[: 2 * _MAX_BEFORE])
    if begins.startswith(PDF):
        return b"%%EOF" not in body[-_PDF_END_BYTES:]
    if begins.startswith(RTF):
        return _has_open_groups(body)
    return begins.startswith(ZIP) and b"PK\x05\x06" not in body[-_ZIP_END_BYTES:]


def _has_open_groups(rtf: bytes) -> bool:
    """Whether groups of an RTF are open at its end; its last sign alone says so if it has bytes above ASCII."""
    if _RAW.search(rtf):
        return not rtf.rstrip(b"\0\t\n\r ").endswith(b"}")
    signs = _GROUP_SIGN.findall(rtf)
    return signs.count(b"{") > signs.count(b"}")


def without_before(body: bytes) -> bytes:
    """The bytes of a file without what a program sent before it, if it is one of `DOCUMENT_FILES`: blank lines, or text
    such as its warnings."""
    head = body[:1024]
    begins = head.lstrip(BEFORE)
    if begins.startswith(DOCUMENT_FILES):
        return body[len(head) - len(begins) :] if len(begins) < len(head) else body
    head = body[:_MAX_BEFORE]
    at = min((place for sign in _NEVER_IN_TEXT if (place := head.find(sign)) >= 0), default=0)
    return body[at:] if at and len(head[:at].translate(None, _CONTROLS)) == at else body


def is_saved_as_html(body: bytes) -> bool:
    """Whether HTML is a file: saved by Word or Excel, which mark it with their namespace, or by a system that exports a
    table so, under the ending .xls: a table without a link or a script."""
    if _OFFICE.search(body[:4000].replace(b"\0", b"")):
        return True
    markup = body.lower()
    return markup.count(b"<tr") >= _MIN_ROWS and not _OF_A_SITE.search(markup)
