"""The bytes with which files begin: enough of each to tell it from text and from a web page."""

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
DOCUMENT_FILES = (PDF, ZIP, OLE, RTF, RAR, SEVEN_ZIP, PNG, JPEG, GIF, *TIFF)
"""Of files that are found at the addresses of pages. Not gzip, in which sitemaps are packed."""
