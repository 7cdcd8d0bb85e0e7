"""Documents made of the readings of their pages: an article of several pages, a listed file, fields that only the
catalog states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from etl.archive.records.extracted_pages import ExtractedPage, fill_from_listing
from etl.extract import Attachment, Belief, Extraction, Flag, content_hash, file_flags, unique_attachments
from etl.extract.text_identity import TextIdentity
from etl.pipeline.reading.page_reading import PageReading
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.sources.schema import Source
from etl.web.disposition import saved_name


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page of a document: its address, the headers of the capture, and what was read in it."""

    url: str
    headers: Sequence[Sequence[str]]
    reading: PageReading


def document_of(
    source: Source, page_id: int, capture_id: int, listing: Mapping[str, Any], pages: Sequence[ReadPage]
) -> ExtractedPage:
    """What a document says, by its pages in their order; `listing` are the fields that the catalog states.

    A document of which a page could not be read is none.
    """
    extractions: list[Extraction] = []
    for page in pages:
        extraction = page.reading.extraction
        if extraction is None:
            return ExtractedPage(page_id, capture_id, None, page.reading.failure)
        if extractions and Flag.FILE in extraction.flags:
            extraction = replace(extraction, attachments=(_file_at(page),))
        extractions.append(extraction)
    article = fill_from_listing(join_article_pages(extractions), listing, source.lookups)
    if len(pages) == 1 and (further := pages[0].reading.further_pages):
        # Stored before its pager was understood, or imported without them.
        article = replace(article, flags=(*article.flags, Flag.GOES_ON.of(f"1/{len(further) + 1}")))
    identity = None
    if len(pages) == 1 and article.kind == "document":
        # The hash is made here: no process that reads strangers' pages says which text is stored under it.
        identity = TextIdentity(content_hash(article.text).sha256, pages[0].reading.bands)
    return ExtractedPage(
        page_id,
        capture_id,
        _as_listed_file(article, pages[0]),
        identity=identity,
        is_called_otherwise=_is_called_otherwise(article, listing),
    )


def _is_called_otherwise(extraction: Extraction, listing: Mapping[str, Any]) -> bool:
    """Whether the title that the catalog states and that of the page have nothing of each other: one may be cut, or
    stand between other words."""
    listed = _squashed(listing.get("title", "")).rstrip(".…")
    title = _squashed(extraction.fields["title"].value) if "title" in extraction.fields else ""
    return bool(listed and title) and listed not in title and title not in listed


def _squashed(text: object) -> str:
    return "".join(str(text).split())


_OF_ITS_OWN = frozenset((Flag.NO_TEXT, Flag.ATTACHMENTS_ONLY, Flag.IMAGES_ONLY))
"""Flags that say what a single page consists of."""


def join_article_pages(pages: Sequence[Extraction]) -> Extraction:
    """One extraction of an article of several pages: the fields of its first page, the texts and files of all.

    Where the first page shows the others as frames, fields that it lacks are those that their texts state. What a
    server gives again for another page is taken once.
    """
    first = pages[0]
    if len(pages) == 1:
        return first
    files = unique_attachments(file for page in pages for file in page.attachments)
    text = "\n".join(dict.fromkeys(page.text for page in pages if page.text))
    flags = (*(flag for flag in first.flags if flag not in _OF_ITS_OWN), *file_flags(text, files))
    joined = replace(first, text=text, attachments=files, flags=(*flags, Flag.PAGES.of(str(len(pages)))))
    if not first.frames:
        return joined
    stated = {
        name: (value, page.beliefs[name])
        for page in reversed(pages[1:])
        for name, value in page.fields.items()
        if name not in first.fields and value.origin in ("header", "body")
    }
    values = {name: value for name, (value, _) in stated.items()}
    disputed = (Flag.DISPUTED_VALUE.of(name) for name, (_, belief) in stated.items() if belief == Belief.DISPUTED)
    return replace(
        joined,
        fields={**first.fields, **values},
        evidence=(*first.evidence, *values.values()),
        flags=(*joined.flags, *disputed),
        beliefs={**first.beliefs, **{name: belief for name, (_, belief) in stated.items()}},
    )


def _as_listed_file(extraction: Extraction, page: ReadPage) -> Extraction:
    """A catalog may list a file instead of a page. It becomes a document with the listed fields, and without text."""
    if Flag.FILE not in extraction.flags or "title" not in extraction.fields:
        return extraction
    reason = encode_reason(Code.LISTED_FILE)
    return replace(extraction, kind="document", reason=reason, attachments=(_file_at(page),))


def _file_at(page: ReadPage) -> Attachment:
    return Attachment(page.url, saved_name(page.headers) or unquote(page.url.rsplit("/", 1)[-1]))
