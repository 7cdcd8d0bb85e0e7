"""Detects pages that are less than the recorded document: nothing good is replaced by what a failing site sends.

A page that a site cuts off, empties, or puts behind a login keeps its title and address, so it looks like a later state
of the document. An agency that takes back a text says so, or removes the page.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from etl.archive.records.extracted_pages import ExtractedPage, Verdict
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.lookups import NO_TEXT, among
from etl.archive.storage.models import Content
from etl.extract import Extraction, Flag
from etl.extract.text.left_behind import is_left_behind
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

_MAX_BROKEN_CHARS = 8
"""Characters at the end of a text that was cut off which may be wrong: halves of a letter, of a tag, of an entity."""


def pages_worse_than_known(
    connection: Connection, current: Mapping[int, VersionValues], documents: Sequence[ExtractedPage]
) -> dict[int, Verdict]:
    """Verdicts, by page id, for pages that lack the text of their record. `current`: the current versions, by page
    id."""
    verdicts: dict[int, Verdict] = {}
    cut: list[tuple[int, str, str, bool]] = []
    for page in documents:
        known, now = current.get(page.page_id), page.extraction
        if known is None or now is None or known.content_hash == NO_TEXT or now.kind != "document":
            continue
        begins = _before_notice(now.text)
        if (Flag.ENDS_EARLY in now.flags and Flag.ENDS_EARLY not in known.flags) or begins != now.text:
            lost_files = len(now.attachments) < len(known.attachments)
            cut.append((page.page_id, known.content_hash, begins, lost_files))
        elif _has_no_text(now):
            verdicts[page.page_id] = Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(Code.TEXT_GONE))
    if cut:
        query = select(Content.hash, Content.text).where(among(Content.hash, {digest for _, digest, *_ in cut}))
        texts = {digest: text for digest, text in connection.execute(query)}
        reason = encode_reason(Code.DOCUMENT_CUT_OFF)
        verdicts |= {
            page: Verdict(Outcome.NOT_A_DOCUMENT, reason)
            for page, digest, begins, lost_files in cut
            if texts[digest].startswith(begins[:-_MAX_BROKEN_CHARS])
            and (len(begins) < len(texts[digest]) or lost_files)
        }
    return verdicts


def _before_notice(text: str) -> str:
    """The text before a last line that only says who may read the rest."""
    before, _, last = text.rpartition("\n")
    return before if before and is_left_behind(last) else text


def _has_no_text(now: Extraction) -> bool:
    """Whether a page has neither text nor files, or is a picture. A notice that its reader must log in is no text."""
    return (Flag.NO_TEXT in now.flags and not now.text.strip()) or {Flag.FILE, Flag.IMAGES_ONLY}.issubset(now.flags)
