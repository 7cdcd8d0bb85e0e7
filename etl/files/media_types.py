"""Finds the media type of a file by its bytes, as file endings and the server's Content-Type are often wrong.

WPS Office writes Word, Excel and PowerPoint files under the endings .wps, .et and .dps, as OLE containers or as zip;
only the streams and members inside distinguish them.
"""

import io
import re
import zipfile
from collections.abc import Mapping

import olefile

from etl import file_signatures
from etl.files.zip_names import with_part_names, with_true_flags
from etl.web.charset import decode

PDF = "application/pdf"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OFD = "application/ofd"
RTF = "application/rtf"
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
ENCRYPTED = "application/x-ole-encrypted"
HTML = "text/html"
CSV = "text/csv"
TEXT = "text/plain"
SVG = "image/svg+xml"
TAR = "application/x-tar"
GZIP = "application/gzip"
ARCHIVES = frozenset({ZIP, RAR, SEVEN_ZIP, TAR, GZIP})
WITH_FILES_INSIDE = frozenset({DOCX, XLSX, PPTX, PDF, OFD})
WITH_PICTURES = frozenset({XLSX, PPTX})
"""Documents of which only the pictures are read if they have no text."""
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
PACKAGE = "application/x-opc-package"
"""A package of a program other than Word, Excel and PowerPoint, such as XPS or Visio."""
EMPTY = "application/x-empty"
OLE = "application/x-ole-storage"
"""A compound file of a program other than Word, Excel and PowerPoint."""
UNKNOWN = "application/octet-stream"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff", "image/webp"})

_MAGIC: Mapping[bytes, str] = {
    file_signatures.RTF: RTF,
    file_signatures.RAR: RAR,
    file_signatures.SEVEN_ZIP: SEVEN_ZIP,
    file_signatures.PNG: "image/png",
    file_signatures.JPEG: "image/jpeg",
    file_signatures.GIF: "image/gif",
    b"BM": "image/bmp",
    **dict.fromkeys(file_signatures.TIFF, "image/tiff"),
    b"Founder CEB": "application/x-ceb",
    b"CAJ\0": "application/x-caj",
    b"KDH ": "application/x-kdh",
    b"AC10": "image/vnd.dwg",
    b"%!PS": "application/postscript",
    file_signatures.GZIP: GZIP,
    b"BZh": "application/x-bzip2",
    b"\xfd7zXZ": "application/x-xz",
    **dict.fromkeys((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), "audio/mpeg"),
    b"OggS": "application/ogg",
    b"FLV\1": "video/x-flv",
    b"\x30\x26\xb2\x75": "video/x-ms-asf",
    b"\0\0\1\xba": "video/mpeg",
    b"\x1aE\xdf\xa3": "video/x-matroska",
    **dict.fromkeys((b"FWS", b"CWS"), "application/x-shockwave-flash"),
    b"MZ": "application/vnd.microsoft.portable-executable",
}
_OLE_STREAMS = {
    "worddocument": DOC,
    "workbook": XLS,
    "book": XLS,
    "powerpoint document": PPT,
    "encryptedpackage": ENCRYPTED,
    "__properties_version1.0": "application/vnd.ms-outlook",
    "visiodocument": "application/vnd.visio",
}
# The part that only one kind of Office Open XML package has.
_PACKAGES = (("word/", DOCX), ("xl/workbook.bin", XLSB), ("xl/", XLSX), ("ppt/", PPTX))
_MAIN_PARTS = frozenset(("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"))
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", **dict.fromkeys((b"heic", b"heix", b"mif1"), "image/heic")}
ALL = frozenset(
    (*_MAGIC.values(), *_OLE_STREAMS.values(), *(kind for _, kind in _PACKAGES), *_RIFF.values(), *_BRANDS.values())
) | {PDF, OFD, ZIP, ODT, ODS, ODP, PACKAGE, OLE, TAR, "video/mp4", HTML, CSV, TEXT, SVG, EMPTY, UNKNOWN}
"""The types that `sniff` may return; in addition, a package may itself state any other type."""
_BY_NAME = {
    "doc": DOC, "wps": DOC, "xls": XLS, "et": XLS, "ppt": PPT, "dps": PPT,
    "docx": DOCX, "xlsx": XLSX, "pptx": PPTX, "ofd": OFD, "zip": ZIP,
}  # fmt: skip
_TABLES = ("csv", "tsv")
_SHORT_NAMES = {
    PDF: "pdf", DOC: "doc", XLS: "xls", PPT: "ppt", DOCX: "docx", XLSX: "xlsx", PPTX: "pptx", OFD: "ofd",
    SEVEN_ZIP: "7z", RAR: "rar", TEXT: "txt", UNKNOWN: "bin", XLSB: "xlsb", ODT: "odt", ODS: "ods", ODP: "odp",
}  # fmt: skip
_HTML = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|meta|title|table|div|frameset|p|br|h[1-6]|font|span|center|[bu]|strong)\b",
    re.IGNORECASE,
)
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[^>]*>|<!DOCTYPE\s+svg[^>]*>|<!--(?>.*?-->)|\s)*+<(?:\w+:)?svg\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 4096
"""Bytes that are examined; the mark of a PDF may come after up to 1,024 other bytes."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\ufffd]")


def short_name(media_type: str) -> str:
    """A media type as people call it: docx, jpeg."""
    return _SHORT_NAMES.get(media_type) or media_type.rpartition("/")[2].removeprefix("x-")


def sniff(body: bytes, name: str = "") -> str:
    """The media type of a file's bytes. Never raises.

    The name is used only if the bytes do not decide: csv or plain text, or a container that is too broken to open.
    """
    body = file_signatures.without_before(body)
    head = body[:_HEAD]
    if not body.strip(b"\0 \t\r\n"):
        return EMPTY
    if file_signatures.PDF in head[:1024]:
        return PDF
    if head.startswith((file_signatures.ZIP, b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(body, name)
    if head.startswith(olefile.MAGIC):
        return _ole(body, name)
    if head.startswith(file_signatures.BARE_WORKBOOKS):
        return XLS
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[257:262] == b"ustar":
        return TAR
    magic = next((magic for magic in _MAGIC if head.startswith(magic)), None)
    # Two letters alone prove nothing; a bitmap or a program also has zero bytes in its head.
    if magic and (len(magic) > 2 or b"\0" in head[:64]):
        return _MAGIC[magic]
    return _text(head.rstrip(b"\0") or head, name)


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1].strip().lower() if "." in name else ""


def _zip(body: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(with_true_flags(body))) as archive:
            with_part_names(archive)
            names = archive.namelist()
            if "OFD.xml" in names:
                return OFD
            # Some programs leave out the list of types, and Word opens the document all the same.
            if "[Content_Types].xml" in names or not _MAIN_PARTS.isdisjoint(names):
                return next((kind for part, kind in _PACKAGES if any(n.startswith(part) for n in names)), PACKAGE)
            # The standard wants it first, which not every program knows.
            if "mimetype" in names and "content.xml" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return _BY_NAME.get(_ending(name), ZIP)
    return ZIP


def _ole(body: bytes, name: str) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as container:
            streams = {path[0].lower() for path in container.listdir() if path}
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken container leads it to
        streams = set()
    known = next((kind for stream, kind in _OLE_STREAMS.items() if stream in streams), None)
    return known or _BY_NAME.get(_ending(name)) or (OLE if streams else DOC)


def _text(head: bytes, name: str) -> str:
    text, _ = decode(head)
    # The end of the head may cut the last character in two.
    if len(_CONTROL.findall(text[:-2])) > len(text) // 100:
        return UNKNOWN
    if _SVG.match(head):
        return SVG
    if _HTML.search(head.replace(b"\0", b"")) and text.lstrip().startswith("<"):
        return HTML
    # Systems also export tables as text under the ending of workbooks, with tabs between the cells.
    is_table = _ending(name) in _TABLES or (_BY_NAME.get(_ending(name)) == XLS and "\t" in text.split("\n", 1)[0])
    return CSV if is_table else TEXT
