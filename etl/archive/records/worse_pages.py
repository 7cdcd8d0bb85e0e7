"""Detects pages that are less than the recorded document: nothing good is replaced by what a failing site sends.

A page that a site cuts off, empties, or puts behind a login keeps its title and address, so it looks like a later state
of the document. An agency that takes back a text says so, or removes the page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select

from etl.archive.records.extracted_pages import ExtractedPage, Verdict
from etl.archive.records.notices import MAX_NOTICE_CHARS, is_sentence_of_site
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.lookups import NO_TEXT, among, texts_of
from etl.archive.storage.models import Capture, File
from etl.extract import Extraction, Flag
from etl.extract.text.left_behind import is_left_behind
from etl.fetch.refusals import says_more
from etl.files import FileOutcome
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason

BAD_FILES = (FileOutcome.BROKEN, FileOutcome.EMPTY, FileOutcome.NOT_A_FILE)
"""Results of reading the bytes of a file that are less than any file."""
_REPEALED = re.compile("废止|撤销|作废")
_TIMES_AS_LONG, _PART_CHARS = 2, 4
"""How many times as long as a sentence about sites and visits the recorded text must be, and the characters of the
parts of which it must have none."""
_NO_PARTS = (Code.ERROR_NOTICE, Code.CHALLENGE_SCRIPT, Code.ROWS_AT_DOCUMENT_ADDRESS)
"""Stubs that are no further page of an article."""
_MAX_BROKEN_CHARS = 8
"""Characters at the end of a text that was cut off which may be wrong: halves of a letter, of a tag, of an entity."""


def pages_worse_than_known(
    connection: Connection, current: Mapping[int, VersionValues], documents: Sequence[ExtractedPage]
) -> dict[int, Verdict]:
    """Verdicts, by page id, for pages that lack the text of their record. `current`: the current versions, by page
    id."""
    worse: dict[int, Code] = {}
    doubts: list[tuple[int, str, Code, Callable[[str], bool]]] = []
    for page in documents:
        known, now = current.get(page.page_id), page.extraction
        if known is None or now is None or now.kind != "document":
            continue
        if known.content_hash == NO_TEXT and not known.attachments:
            continue
        if page.further:
            doubts.append((page.page_id, known.content_hash, Code.DOCUMENT_CUT_OFF, partial(_lost_a_page, page)))
        lost_files = len(now.attachments) < len(known.attachments)
        ends_early = Flag.ENDS_EARLY in now.flags and Flag.ENDS_EARLY not in known.flags
        if ends_early or _before_notice(now.text) != now.text:
            is_less = partial(_is_beginning, now.text, ends_early=ends_early, lost_files=lost_files)
            doubts.append((page.page_id, known.content_hash, Code.DOCUMENT_CUT_OFF, is_less))
        elif _has_no_text(now) and Flag.NO_TEXT not in known.flags:
            worse[page.page_id] = Code.TEXT_GONE
        elif len(now.text) <= MAX_NOTICE_CHARS and not _REPEALED.search(now.text):
            is_less = partial(_is_notice, now, lost_files=lost_files and not now.attachments)
            doubts.append((page.page_id, known.content_hash, Code.TEXT_GONE, is_less))
    broken = _broken_files(connection, [page for page in documents if page.page_id in current])
    worse |= dict.fromkeys(broken, Code.TEXT_GONE)
    texts = texts_of(connection, {digest for _, digest, _, _ in doubts}) if doubts else {}
    worse |= {page: code for page, digest, code, is_less in doubts if is_less(texts[digest])}
    return {page: Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(code)) for page, code in worse.items()}


def _broken_files(connection: Connection, documents: Sequence[ExtractedPage]) -> list[int]:
    """The ids of pages that are files and cannot be opened."""
    files = {
        each.capture_id: each.page_id for each in documents if each.extraction and Flag.FILE in each.extraction.flags
    }
    if not files:
        return []
    query = select(Capture.id).join(File, File.blob_sha256 == Capture.blob_sha256)
    bad = connection.scalars(query.where(among(Capture.id, files), File.outcome.in_(BAD_FILES)))
    return [files[capture] for capture in bad]


def _is_notice(now: Extraction, whole: str, *, lost_files: bool) -> bool:
    """Whether a page says, in place of the whole text or of all files, that something is missing, fails or is
    forbidden; or has nothing but a sentence about sites and visits in whatever words, where the whole text is much
    longer and about another matter."""
    text = now.text.strip()
    if text in whole or not (lost_files or says_more(whole)):
        return False
    if not says_more(text):
        return True
    parts = (text[at : at + _PART_CHARS] for at in range(len(text) - _PART_CHARS + 1))
    is_little = len(text) * _TIMES_AS_LONG <= len(whole) and not now.attachments
    return is_little and is_sentence_of_site(text) and not any(part in whole + now.title for part in parts)


def _lost_a_page(article: ExtractedPage, whole: str) -> bool:
    """Whether a further page of an article shows something else than its part of the whole text: a file, the first page
    once more, a list or a notice. One that shows nothing ends the text early."""
    text = article.extraction.text if article.extraction else ""
    if whole in text:
        return False
    return any(
        (_is_part(text, whole) and text.startswith(page.text) and (page.text or Flag.FILE in page.flags))
        or page.kind == "listing"
        or Reason.from_stored(page.reason).code in _NO_PARTS
        or _is_notice(page, whole, lost_files=False)
        for page in article.further
    )


def _is_part(text: str, whole: str) -> bool:
    return all(line in whole for line in text.splitlines())


def _before_notice(text: str) -> str:
    """The text before a last line that only says who may read the rest."""
    before, _, last = text.rpartition("\n")
    return before if before and is_left_behind(last) else text


def _has_no_text(now: Extraction) -> bool:
    """Whether a page has neither text nor files, or is a picture. A notice that its reader must log in is no text; one
    that the document is repealed is the agency's."""
    is_empty = Flag.NO_TEXT in now.flags and not _REPEALED.search(now.text)
    return is_empty or {Flag.FILE, Flag.IMAGES_ONLY}.issubset(now.flags)


def _is_beginning(text: str, whole: str, *, ends_early: bool, lost_files: bool) -> bool:
    """Whether a text has nothing but a part of the whole one: up to its notice, which the whole one has not, or up to
    where it ends early, or without a further page."""
    begins = text if _before_notice(whole) != whole else _before_notice(text)
    is_cut = ends_early or begins != text
    return is_cut and (len(begins) < len(whole) or lost_files) and _is_part(begins[:-_MAX_BROKEN_CHARS], whole)
