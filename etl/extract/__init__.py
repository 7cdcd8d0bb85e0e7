"""Bytes to text, fields and attachments: a pure function, the same for every site."""

from importlib import import_module
from typing import TYPE_CHECKING

from etl.extract.codes import Belief, Flag, Rule
from etl.extract.content_id import NORMALISER, ContentHash, content_hash
from etl.extract.files import file_flags, unique_attachments
from etl.extract.types import EXTRACTOR, Attachment, Extraction, FieldValue, IndexNumber, Origin, PageKind

if TYPE_CHECKING:
    from etl.extract.stages import extract, read_stages

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


def __getattr__(name: str) -> object:
    """The rules are loaded when they are first needed: only reading processes need them, and patterns take time."""
    if name not in ("extract", "read_stages"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("etl.extract.stages"), name)
