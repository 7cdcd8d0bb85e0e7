"""Judges answers that refuse a document by their status or by certain words: some are the document all the same, and
some are what the site has long shown in its place."""

import asyncio
from dataclasses import replace

from sqlalchemy import Engine

from etl.archive.crawls.due import DuePage
from etl.archive.crawls.run import ClassifiedAttempt, RunContext
from etl.archive.records.lasting import REFUSED, is_refused_for_good
from etl.extract import Extraction, Flag
from etl.fetch.client import Attempt
from etl.fetch.refusals import may_be_about_a_site, says_more
from etl.fields import DATE_FIELDS
from etl.outcomes import Outcome
from etl.pipeline.documents import without_spaces
from etl.pipeline.reading.page_reading import PageReading, PageToRead
from etl.pipeline.reading.pool import PageReaders
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason

_REFUSING = {Outcome.GONE, Outcome.BLOCKED, Outcome.HTTP_ERROR, Outcome.SOFT_404}
"""Outcomes that are decided by status or by certain words, even if the page holds the document all the same."""
_MIN_TITLE_CHARS = 6
"""Characters of a title that is too long to match by chance."""
_WORDS_OF_MATTER = 3
"""Characters of a text besides the words of an error page that name a matter: 区政府, 查分时."""
_OK, _PARTIAL = 200, 206


class RefusedPages:
    """The answers of one run that refuse their documents."""

    def __init__(self, engine: Engine, run: RunContext, readers: PageReaders) -> None:
        self._engine, self._run, self._readers = engine, run, readers

    async def judge(
        self, page: DuePage, last: ClassifiedAttempt, reading: PageReading
    ) -> tuple[ClassifiedAttempt, PageReading]:
        """The attempt without outcome, and its reading, if it is to be recorded in spite of its outcome; otherwise both
        values unchanged."""
        if last.outcome not in {*_REFUSING, *REFUSED} or not last.attempt.body:
            return last, reading
        return await self._as_document(page, last) or await self._as_shown_for_long(page, last) or (last, reading)

    async def _as_document(
        self, page: DuePage, last: ClassifiedAttempt
    ) -> tuple[ClassifiedAttempt, PageReading] | None:
        """A page is the document if it is extracted as one, its title begins with the title in the list, and its text
        says more than the words of an error page, or it states a date and its few words or its title have a matter. A
        part of a page (206) is never the document."""
        answer, title = last.attempt, without_spaces(page.listing.get("title") or "").rstrip(".…")
        if last.outcome not in _REFUSING or answer.status == _PARTIAL or len(title) < _MIN_TITLE_CHARS:
            return None
        again = await self._read(answer)
        extraction = again.extraction
        if (
            extraction is None
            or extraction.kind != "document"
            or Flag.NO_TEXT in extraction.flags
            or not without_spaces(extraction.title).startswith(title)
            or not (says_more(extraction.text) or _is_dated_text(extraction))
        ):
            return None
        reason = encode_reason(Code.DOCUMENT_ALL_THE_SAME, verdict=Reason.from_stored(last.reason))
        return ClassifiedAttempt(answer, None, reason), again

    async def _as_shown_for_long(
        self, page: DuePage, last: ClassifiedAttempt
    ) -> tuple[ClassifiedAttempt, PageReading] | None:
        """A page without a document is recorded if the site has long shown nothing of the document. The script of a
        firewall says nothing of it, however long it comes."""
        if last.outcome not in REFUSED or last.attempt.status != _OK or f'"{Code.FIREWALL_PAGE}"' in last.reason:
            return None
        run = self._run
        if not await asyncio.to_thread(is_refused_for_good, self._engine, run.source.id, run.id, page.page_id):
            return None
        again = await self._read(last.attempt)
        if again.extraction is None or (again.extraction.kind == "document" and says_more(again.extraction.text)):
            return None
        return replace(last, outcome=None), PageReading(extraction=again.extraction)  # its files are of no document

    async def _read(self, answer: Attempt) -> PageReading:
        """The reading of a page whatever its status and its words are."""
        to_read = PageToRead.of(answer.final_url, answer.headers, answer.fetched_at)
        return await asyncio.wrap_future(self._readers.submit(self._run.source, to_read, answer.body or b""))


def _is_dated_text(extraction: Extraction) -> bool:
    """Whether a page with a title and a text, be it of few words, says of which day it is. A site that refuses a
    text below its title and day has no word of its matter there."""
    if extraction.fields.keys().isdisjoint(DATE_FIELDS):
        return False
    return says_more(extraction.text, _WORDS_OF_MATTER) or may_be_about_a_site(extraction.title)
