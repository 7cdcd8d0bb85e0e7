"""Bytes to text, fields and attachments: a pure function, the same for every site."""

from etl.extract.content_id import NORMALISER, ContentHash, content_hash, short_id
from etl.extract.extract import A_FILE, EXTRACTOR, extract
from etl.extract.rules.attachments import unique_attachments
from etl.extract.types import Attachment, Extraction, FieldValue, IndexNumber, Origin, PageKind

__all__ = [
    "A_FILE",
    "EXTRACTOR",
    "NORMALISER",
    "Attachment",
    "ContentHash",
    "Extraction",
    "FieldValue",
    "IndexNumber",
    "Origin",
    "PageKind",
    "content_hash",
    "extract",
    "short_id",
    "unique_attachments",
]
