"""Bytes to text, fields and attachments: a pure function, the same for every site."""

from etl.extract.codes import Belief, Flag, Rule
from etl.extract.content_id import NORMALISER, ContentHash, content_hash
from etl.extract.extract import EXTRACTOR, extract, file_flags, read_stages
from etl.extract.rules.attachments import unique_attachments
from etl.extract.types import Attachment, Extraction, FieldValue, IndexNumber, Origin, PageKind

__all__ = [
    "EXTRACTOR",
    "NORMALISER",
    "Attachment",
    "Belief",
    "ContentHash",
    "Extraction",
    "FieldValue",
    "Flag",
    "IndexNumber",
    "Origin",
    "PageKind",
    "Rule",
    "content_hash",
    "extract",
    "file_flags",
    "read_stages",
    "unique_attachments",
]
