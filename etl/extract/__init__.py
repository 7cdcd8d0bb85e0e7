"""Bytes to text, fields and attachments: a pure function, the same for every site."""

from etl.extract.content_id import NORMALISER, ContentHash, content_hash, short_id
from etl.extract.extract import A_FILE, EXTRACTOR, extract
from etl.extract.rules.attachments import distinct
from etl.extract.types import Attachment, Extraction, FieldValue, IndexNumber, Kind, Origin

__all__ = [
    "A_FILE",
    "EXTRACTOR",
    "NORMALISER",
    "Attachment",
    "ContentHash",
    "Extraction",
    "FieldValue",
    "IndexNumber",
    "Kind",
    "Origin",
    "content_hash",
    "distinct",
    "extract",
    "short_id",
]
