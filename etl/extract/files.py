"""The files of an extraction, and what a document is whose text is missing."""

from collections.abc import Iterable
from dataclasses import replace

from etl.extract.codes import Flag
from etl.extract.types import Attachment

MIN_TEXT_CHARS = 60
"""With less text than this, a page is a shell around its data, or not a content page."""
_MIN_WORDS = 10
"""Minimum length of a text; anything shorter is a leftover of a tool or label."""


def unique_attachments(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Each address once, in order of first appearance, with its first name that is not empty."""
    by_url: dict[str, Attachment] = {}
    for file in files:
        known = by_url.setdefault(file.url, file)
        if not known.name and file.name:
            by_url[file.url] = replace(known, name=file.name)
    return tuple(by_url.values())


def file_flags(text: str, files: tuple[Attachment, ...]) -> tuple[Flag, ...]:
    """A flag for a document with hardly any text and no sentence: it consists of files, of pictures, or of nothing."""
    has_sentence = any(line.endswith("。") and len(line) >= _MIN_WORDS for line in text.split("\n"))
    if len(text) >= MIN_TEXT_CHARS or has_sentence:
        return ()
    if files:
        return (Flag.IMAGES_ONLY if all(file.role == "image" for file in files) else Flag.ATTACHMENTS_ONLY,)
    return (Flag.NO_TEXT,) if len(text.strip()) < _MIN_WORDS else ()
