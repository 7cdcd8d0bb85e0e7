"""Makes documents from the readings of their pages: joins articles of several pages, turns listed files into documents,
and adds fields that only the catalog states."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from etl.archive.records.extracted_pages import ExtractedPage, fill_from_listing
from etl.extract import Attachment, Belief, Extraction, Flag, content_hash, file_flags, unique_attachments
from etl.extract.text_identity import TextIdentity
from etl.fetch.refusals import says_more
from etl.pipeline.reading.page_reading import PageReading
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
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
    """Makes a document from its pages, which are in reading order; `listing` has the fields that the catalog states.

    If a page could not be read, the result has no extraction, only the failure of that page.
    """
    extractions: list[Extraction] = []
    for page in pages:
        extraction = page.reading.extraction
        if extraction is None:
            return ExtractedPage(page_id, capture_id, None, page.reading.failure)
        if extractions and Flag.FILE in extraction.flags:
            extraction = replace(extraction, attachments=(_file_at(page),))
        extractions.append(extraction)
    parts = [each for each in extractions[1:] if not _is_notice(each) or says_more(each.text)]
    article = fill_from_listing(join_article_pages([extractions[0], *parts]), listing, source.lookups)
    if not article.frames and any(_is_notice(each) or _shows_nothing(each) for each in extractions[1:]):
        article = replace(article, flags=tuple(dict.fromkeys((*article.flags, Flag.ENDS_EARLY))))
    if missing := {url for page in pages for url in page.reading.further_pages} - {page.url for page in pages}:
        # They were never there, or the first page was stored before its pager was understood, or imported without them.
        article = replace(article, flags=(*article.flags, Flag.GOES_ON.of(f"{len(pages)}/{len(pages) + len(missing)}")))
    differs = _title_differs_from_listing(article, listing)
    has_listed_title = not differs and "title" in article.fields and article.fields["title"].origin != "listing"
    lacks_listed_title = (
        article.kind == "document" and not has_listed_title and _lacks_title(article, str(listing.get("title", "")))
    )
    if lacks_listed_title:
        article = replace(article, flags=(*article.flags, Flag.OTHER_TITLE))
    identity = None
    if len(pages) == 1 and article.kind == "document":
        # Computed here, in the parent: a process that reads untrusted pages must not decide under which hash a text is
        # stored.
        identity = TextIdentity(content_hash(article.text).sha256, pages[0].reading.bands)
    return ExtractedPage(
        page_id,
        capture_id,
        _as_listed_file(article, pages[0]),
        identity=identity,
        title_differs_from_listing=differs,
        lacks_listed_title=lacks_listed_title,
        further=() if article.frames else tuple(extractions[1:]),
    )


def _is_notice(page: Extraction) -> bool:
    """Whether a further page of an article is one of the site, if its words are no last ones of the article."""
    return Reason.from_stored(page.reason).code in (Code.ERROR_NOTICE, Code.CHALLENGE_SCRIPT)


def _shows_nothing(page: Extraction) -> bool:
    """Whether a further page of an article has no part of it."""
    return page.kind == "listing" or not (page.text or page.attachments)


def _title_differs_from_listing(extraction: Extraction, listing: Mapping[str, Any]) -> bool:
    """Whether neither title, the catalog's or the page's, contains the other. A catalog may cut titles, and a page may
    put other words around them."""
    listed = without_spaces(listing.get("title", "")).rstrip(".…")
    title = without_spaces(extraction.title)
    return bool(listed and title) and listed not in title and title not in listed


def without_spaces(text: object) -> str:
    """The text as titles are compared."""
    return "".join(str(text).split())


_PART_CHARS = 3
_MIN_LISTED_CHARS, _MAX_LISTED_CHARS = 6, 200
"""Characters of a title that says enough (简介 may stand over anything), and those that are looked for: a row without a
title of its own may have all its text as one."""
_MISSING_PARTS = 6
"""So many parts of a title, each of which begins a character later, are missing one after the other where its subject
is another one; where a catalog abridges a title, or words it in another way, fewer are."""


def _lacks_title(extraction: Extraction, listed: str) -> bool:
    """Whether the page says nothing like the title that the catalog states for it: neither in what may be its own title
    or field nor in its text or the names of its files."""
    title = _letters(listed)[:_MAX_LISTED_CHARS]
    if len(title) < _MIN_LISTED_CHARS or Flag.FILE in extraction.flags:
        return False
    stated = (part for item in extraction.evidence if item.origin != "listing" for part in (item.value, item.raw))
    words = _letters("\n".join((*stated, extraction.text, *(file.name for file in extraction.attachments))))
    if title in words:
        return False
    parts = [title[at : at + _PART_CHARS] for at in range(max(1, len(title) - _PART_CHARS + 1))]
    missing = (len(list(group)) for is_held, group in groupby(part in words for part in parts) if not is_held)
    return max(missing, default=0) >= min(_MISSING_PARTS, len(parts))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).lower()


_SINGLE_PAGE_FLAGS = frozenset((Flag.NO_TEXT, Flag.ATTACHMENTS_ONLY, Flag.IMAGES_ONLY))
"""Flags about the content of one page, which may be wrong for the whole article: they are determined anew for it."""


def join_article_pages(pages: Sequence[Extraction]) -> Extraction:
    """Joins the pages of an article: the fields of the first page, the texts and files of all pages.

    If the first page shows the others as frames, fields that it lacks are taken from the header or text of the others.
    If a server gives the same text for several pages, that text is taken once.
    """
    first = pages[0]
    if len(pages) == 1:
        return first
    files = unique_attachments(file for page in pages for file in page.attachments)
    text = "\n".join(dict.fromkeys(page.text for page in pages if page.text))
    flags = (*(flag for flag in first.flags if flag not in _SINGLE_PAGE_FLAGS), *file_flags(text, files))
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
    """If the catalog lists a file instead of a page, makes it a document with the listed fields and without text."""
    if Flag.FILE not in extraction.flags or "title" not in extraction.fields:
        return extraction
    reason = encode_reason(Code.LISTED_FILE)
    return replace(extraction, kind="document", reason=reason, attachments=(_file_at(page),))


def _file_at(page: ReadPage) -> Attachment:
    return Attachment(page.url, saved_name(page.headers) or unquote(page.url.rsplit("/", 1)[-1]))
