"""Detects one page at the addresses of several documents: a notice, a login form, another answer to all requests, or a
cache that mixes up addresses.

Such a page may look like a document. But if the list has a different title for each address, and the page has none of
these titles, it is not one. Nor is a page that says nothing like its listed title, and has the text of another
document: it is that document.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select, text

from etl.archive.records.extracted_pages import ExtractedPage, Verdict
from etl.archive.storage.log_lines import VersionValues
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Capture
from etl.extract import Extraction, Flag
from etl.extract.lexicon.notices import SITE_CLOSED
from etl.extract.text_identity import identify
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason

SEVERAL = 3
"""The same page at so many addresses is not taken for a document."""
_NAMES_A_DOCUMENT = ("index_number", "document_number", "published_date", "written_date")
"""Fields of which a document states at least one, and a notice in its place seldom any."""

_MAX_NOTICE_CHARS = 600
"""Characters of the longest text that may be a notice: longer ones under another title are matter of the site."""
_REFUSED = text("""
SELECT c.blob_sha256 FROM archive.capture c
JOIN archive.page p ON p.id = c.page_id AND p.blob_sha256 = c.blob_sha256 AND p.verdict = 'not_a_document'
WHERE c.blob_sha256 = ANY(:blobs) GROUP BY 1 HAVING count(DISTINCT p.id) >= :several - 1
""")
_SAME_TEXT = text("""
SELECT DISTINCT ON (e.page) e.page, p.url
FROM unnest(CAST(:pages AS bigint[]), CAST(:hashes AS text[])) AS e (page, hash)
CROSS JOIN LATERAL (
    SELECT r.page_id FROM archive.record r
    JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
    WHERE r.content_hash = e.hash AND r.source_id = :source AND r.state = 'current' AND NOT :flag = ANY(v.flags)
    UNION ALL SELECT b.page FROM unnest(CAST(:others AS bigint[]), CAST(:their_hashes AS text[])) AS b (page, hash)
    WHERE b.hash = e.hash) AS same
JOIN archive.page p ON p.id = same.page_id AND p.id <> e.page
WHERE NOT EXISTS (SELECT FROM archive.record own WHERE own.page_id = e.page AND own.content_hash = e.hash)
ORDER BY e.page, p.id
""")


def pages_of_another(connection: Connection, source_id: str, documents: Sequence[ExtractedPage]) -> dict[int, Verdict]:
    """Verdicts, by page id, for documents that lack their listed title and have the text of another document of the
    source, which has its own."""
    lacking, others = dict[int, str](), dict[int, str]()
    if any(page.lacks_listed_title for page in documents):
        for page in documents:
            if page.extraction and page.extraction.text:
                identity = page.identity or identify(page.extraction.text)
                (lacking if page.lacks_listed_title else others)[page.page_id] = identity.content_hash
    if not lacking:
        return {}
    values = {"pages": list(lacking), "hashes": list(lacking.values()), "source": source_id, "flag": Flag.OTHER_TITLE}
    values |= {"others": list(others), "their_hashes": list(others.values())}
    return {
        page: Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(Code.PAGE_OF_ANOTHER, url=url))
        for page, url in connection.execute(_SAME_TEXT, values)
    }


def pages_not_as_known(current: Mapping[int, VersionValues], documents: Sequence[ExtractedPage]) -> dict[int, Verdict]:
    """Verdicts, by page id, for documents that lack their listed title, while the current version of their record has
    it, or that state nothing of a document; not for later states of the recorded document. `current`: those versions,
    by page id."""
    verdicts: dict[int, Verdict] = {}
    for page in documents:
        version = current.get(page.page_id)
        extraction = page.extraction
        if extraction is None or not page.lacks_listed_title or (version and _continues(extraction, version)):
            continue
        if version and Flag.OTHER_TITLE not in version.flags:
            verdicts[page.page_id] = Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(Code.NOT_AS_RECORDED))
        elif len(extraction.text) <= _MAX_NOTICE_CHARS and SITE_CLOSED.search(extraction.text):
            verdicts[page.page_id] = Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(Code.SITE_CLOSED))
        elif not _states_a_document(extraction):
            verdicts[page.page_id] = Verdict(Outcome.NOT_A_DOCUMENT, encode_reason(Code.NOT_AS_LISTED))
    return verdicts


def _continues(extraction: Extraction, version: VersionValues) -> bool:
    """Whether a page may be a later state of the version: it has its title, or a number of it."""
    stated = {name: value.value for name, value in extraction.fields.items() if value.origin != "listing"}
    known = {"title": version.title, "index_number": version.index_number, "document_number": version.document_number}
    return any(value and stated.get(name) == value for name, value in known.items())


def _states_a_document(extraction: Extraction) -> bool:
    """Whether a page itself, not the catalog, states a number or a date of a document, links files, or has more text
    than a notice."""
    if len(extraction.text) > _MAX_NOTICE_CHARS:
        return True
    stated = (extraction.fields.get(name) for name in _NAMES_A_DOCUMENT)
    return any(value and value.origin != "listing" for value in stated) or any(
        file.role == "file" for file in extraction.attachments
    )


def pages_of_several(connection: Connection, documents: Sequence[ExtractedPage]) -> dict[int, Verdict]:
    """Verdicts, by page id, for documents that are the same page: the same text and files, and none of the listed
    titles. Also for bytes that were refused before at other addresses for this reason."""
    same: dict[object, list[ExtractedPage]] = defaultdict(list)
    for page in documents:
        if page.title_differs_from_listing and page.extraction and page.extraction.text:
            files = tuple(file.url for file in page.extraction.attachments)
            same[(page.extraction.text, files)].append(page)
    refused_pages = [page for pages in same.values() for page in pages if len(pages) >= SEVERAL]
    fewer = {page.capture_id: page for pages in same.values() for page in pages if len(pages) < SEVERAL}
    if fewer:
        query = select(Capture.id, Capture.blob_sha256).where(among(Capture.id, fewer))
        blobs = {capture: blob for capture, blob in connection.execute(query)}
        refused = set(connection.scalars(_REFUSED, {"blobs": list(blobs.values()), "several": SEVERAL}))
        refused_pages += [fewer[capture] for capture, blob in blobs.items() if blob in refused]
    reason = encode_reason(Code.ONE_PAGE_OF_SEVERAL)
    return {page.page_id: Verdict(Outcome.NOT_A_DOCUMENT, reason) for page in refused_pages}
