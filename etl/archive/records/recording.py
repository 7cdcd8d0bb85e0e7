"""Records extracted pages: stores each content once, makes a version if something changed, and publishes events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.records.change_feed import publish
from etl.archive.records.changes import Change, CurrentVersion, lasting_changes
from etl.archive.records.citations import CitingRecord, keep_citations
from etl.archive.records.corrections import in_force
from etl.archive.records.extracted_pages import ExtractedPage, Verdict, verdict_of, version_values
from etl.archive.records.lasting import emptied_for_good, is_emptied, versions_with_content, without_text
from etl.archive.records.near_duplicates import keep_signatures
from etl.archive.records.notices import flag_notices
from etl.archive.records.one_page import pages_not_as_known, pages_of_another, pages_of_several
from etl.archive.records.search_index import keep_entries
from etl.archive.records.versions import compare, version_identity, with_corrections
from etl.archive.records.worse_pages import pages_worse_than_known
from etl.archive.storage.archive import Archive
from etl.archive.storage.bulk_rows import insertion, rows_of, with_rows
from etl.archive.storage.database import lock_source
from etl.archive.storage.log_lines import ChangeEvent, VersionValues
from etl.archive.storage.lookups import among, is_current
from etl.archive.storage.models import Content, Page, PageFile, Record, RecordVersion, RunPage
from etl.errors import GongkaiError
from etl.extract import EXTRACTOR, NORMALISER, Flag
from etl.extract.citing import CitingDocument
from etl.extract.text_identity import identify
from etl.reason_codes import Code
from etl.reasons import Reason, english

RULES_VERSION = f"{EXTRACTOR}.{NORMALISER}"
"""Versions of the rules with which a record was last extracted; stored as `record.read_with`."""
_OF_TIME = (Flag.SHOWS_LESS, Flag.NUMBERS_CHANGE)
"""Flags that say how a page differs from what it showed before, which its bytes alone do not tell."""


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """The record numbers of the records that were created and updated."""

    created: tuple[int, ...]
    updated: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordablePages:
    """Extracted pages that have no record yet, or one that was last extracted with the current rules.

    Only `require_current_rules` may make this value: for other pages, a change of the rules would be recorded as a
    change of the page.
    """

    pages: Sequence[ExtractedPage]


def pages_with_outdated_rules(connection: Connection, pages: Sequence[int]) -> list[int]:
    """The pages whose record was last extracted with other rules."""
    return list(
        connection.scalars(
            select(Record.page_id).where(among(Record.page_id, pages), Record.read_with != RULES_VERSION)
        )
    )


def require_current_rules(connection: Connection, pages: Sequence[ExtractedPage]) -> RecordablePages:
    """Raises `GongkaiError` if the record of a page was last extracted with other rules."""
    if outdated := pages_with_outdated_rules(connection, [page.page_id for page in pages]):
        raise GongkaiError(
            f"{len(outdated)} pages to be recorded have records of other rules than {RULES_VERSION}, "
            f"the first is page {outdated[0]}",
            hint="`gongkai reextract` brings them up to date",
        )
    return RecordablePages(pages)


def record_extractions(archive: Archive, source_id: str, run_id: int, recordable: RecordablePages) -> RecordingResult:
    """Writes versions, records and events for extracted captures.

    A capture that was recorded before, or is no longer the newest of its page, changes nothing.
    """
    with archive.engine.begin() as connection:
        lock_source(connection, source_id)
        unread = _unread(connection, [page.page_id for page in recordable.pages])
        fresh = [page for page in recordable.pages if unread[page.page_id] == page.capture_id]
        if not fresh:
            return RecordingResult((), ())
        current = _current(connection, fresh)
        known = {page_id: version.values for page_id, version in current.items()}
        not_theirs = (
            pages_worse_than_known(connection, known | versions_with_content(connection, known), fresh)
            | pages_not_as_known(known, fresh)
            | pages_of_another(connection, source_id, fresh)
            | pages_of_several(connection, fresh)
        )
        verdicts = [(page, not_theirs.get(page.page_id) or verdict_of(page)) for page in fresh]
        refused = [(page, verdict) for page, verdict in verdicts if verdict.outcome]
        verdicts = _accept(verdicts, emptied_for_good(connection, source_id, run_id, known, refused))
        read = [{"id": page.page_id, "verdict": verdict.outcome} for page, verdict in verdicts]
        connection.execute(_PAGES_READ, {"rows": read})
        if ended := [
            {
                "run_id": run_id,
                "page_id": page.page_id,
                "capture_id": page.capture_id,
                "outcome": verdict.outcome,
                "reason": verdict.reason,
            }
            for page, verdict in verdicts
            if verdict.outcome or verdict.reason
        ]:
            connection.execute(_RUN_PAGES_VERDICT, {"rows": ended})
        documents = flag_notices(connection, source_id, [page for page, verdict in verdicts if not verdict.outcome])
        changes = _changes(connection, source_id, documents, current, keep_files=False)
        return _write(connection, archive, source_id, changes, "updated", run_id)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A value of a record that differs between the stored and the new extraction; None means no value.

    `field`: as in `ValueDifference`, or `kind` if the page is no document according to the new rules.
    """

    record: int
    field: str
    before: str | None
    now: str | None


def record_reextractions(
    archive: Archive, source_id: str, pages: Sequence[ExtractedPage], *, dry_run: bool = False
) -> list[FieldDifference]:
    """Writes versions, marked `re-extracted`, of captures from which the current rules extract something else.

    Returns all differences; `dry_run` writes nothing. A page that is no document according to the new rules keeps its
    version.
    """
    with archive.engine.begin() as connection:
        if not dry_run:
            lock_source(connection, source_id)
        current = _current(connection, pages)
        # If another version was made meanwhile, it is newer than this extraction.
        still_current = [
            page for page in pages if page.page_id in current and current[page.page_id].capture_id == page.capture_id
        ]
        read_again = among(Record.page_id, [page.page_id for page in still_current])
        still_current = [page for page in still_current if not is_emptied(current[page.page_id].values)]
        documents = flag_notices(
            connection, source_id, [page for page in still_current if not verdict_of(page).outcome]
        )
        changes = _changes(connection, source_id, documents, current, keep_files=True)
        if not dry_run:
            _write(connection, archive, source_id, changes, "re-extracted", None)
            connection.execute(update(Record).where(read_again).values(read_with=RULES_VERSION))
    differences = [
        FieldDifference(current[page.page_id].record, "kind", "document", english(verdict_of(page).reason))
        for page in still_current
        if verdict_of(page).outcome
    ]
    for change in changes:
        if before := change.before:
            differences += [FieldDifference(before.record, *item) for item in compare(before.values, change.values)]
    return differences


_PAGES_READ = with_rows(f"""
UPDATE archive.page p SET unread_capture_id = NULL, verdict = e.verdict FROM {rows_of(Page)} e WHERE p.id = e.id
""")
_RUN_PAGES_VERDICT = with_rows(f"""
UPDATE archive.run_page rp SET outcome = coalesce(e.outcome, rp.outcome), reason = e.reason FROM {rows_of(RunPage)} e
WHERE rp.run_id = e.run_id AND rp.page_id = e.page_id AND rp.capture_id = e.capture_id
""")
# `listed_on` is set in the same statement. If it were left to the trigger, each record would be written twice, with all
# its indexes.
_NEW_RECORDS = with_rows(f"""
INSERT INTO archive.record (page_id, source_id, version, content_hash, read_with, listed_on)
SELECT page_id, source_id, version, content_hash, read_with,
       coalesce(listed_on, (now() AT TIME ZONE 'Asia/Shanghai')::date)
FROM {rows_of(Record)} RETURNING page_id, id
""")
_RECORDS_CHANGED = with_rows(f"""
UPDATE archive.record r
SET version = e.version, content_hash = e.content_hash, read_with = e.read_with, updated_at = now(),
    listed_on = coalesce(e.listed_on, (r.created_at AT TIME ZONE 'Asia/Shanghai')::date)
FROM {rows_of(Record)} e WHERE r.id = e.id
""")
_NEW_VERSIONS = insertion(
    RecordVersion, ("record_id", "version", "kind", *(field.name for field in fields(VersionValues)))
)
_NEW_CONTENTS = insertion(Content, ("hash", "text", "normaliser"), "ON CONFLICT DO NOTHING RETURNING hash")
_NEW_CONTENT = insert(Content).on_conflict_do_nothing().returning(Content.hash)
LONG_TEXT = 1_000_000
"""A text with more characters is sent in a statement of its own, as rows in JSON take twice their size in memory."""
_FILES_LINKED = with_rows("""
INSERT INTO archive.page_file (page_id, file_id)
SELECT DISTINCT e.page, f.id FROM json_to_recordset(CAST(:rows AS json)) AS e (page bigint, url text)
JOIN archive.page f ON f.source_id = :source AND f.url = e.url ORDER BY 1, 2
""")


def _accept(
    verdicts: Sequence[tuple[ExtractedPage, Verdict]], reasons: Mapping[int, str]
) -> list[tuple[ExtractedPage, Verdict]]:
    """The pages with their verdicts, of which those with a reason are documents all the same. A document that is cut
    off has the rest of its text; any other page has nothing of its document."""
    accepted: list[tuple[ExtractedPage, Verdict]] = []
    for page, verdict in verdicts:
        reason = reasons.get(page.page_id)
        if reason is None or page.extraction is None:
            accepted.append((page, verdict))
        elif Reason.from_stored(verdict.reason).code == Code.DOCUMENT_CUT_OFF:
            extraction = replace(page.extraction, flags=(*page.extraction.flags, Flag.SHOWS_LESS))
            accepted.append((replace(page, extraction=extraction), Verdict(None, reason)))
        else:
            extraction = replace(page.extraction, text="")
            accepted.append(
                (replace(page, extraction=extraction, identity=None, is_emptied=True), Verdict(None, reason))
            )
    return accepted


def _unread(connection: Connection, ids: Sequence[int]) -> dict[int, int | None]:
    """The unread capture of each page, by page id."""
    rows = connection.execute(select(Page.id, Page.unread_capture_id).where(among(Page.id, ids)))
    return {page: capture for page, capture in rows}


def _current(connection: Connection, pages: Sequence[ExtractedPage]) -> dict[int, CurrentVersion]:
    """The current versions, by page."""
    rows = connection.execute(
        select(Record.page_id, *RecordVersion.__table__.columns)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(among(Record.page_id, [page.page_id for page in pages]))
    )
    return {
        row["page_id"]: CurrentVersion(row["record_id"], row["version"], VersionValues.from_row(row))
        for row in rows.mappings()
    }


def _write(
    connection: Connection, archive: Archive, source_id: str, changes: Sequence[Change], kind: str, run_id: int | None
) -> RecordingResult:
    """Writes the new versions and publishes their events.

    Contents are written in the order of their hashes, so that sources with the same documents do not deadlock.
    """
    if not changes:
        return RecordingResult((), ())
    texts = {change.values.content_hash: change.text for change in changes}
    new_texts = keep_contents(connection, texts)
    keep_signatures(connection, {change.values.content_hash: change.bands for change in changes})
    _link_files(connection, source_id, changes)
    records = _write_records(connection, source_id, changes)
    events: list[ChangeEvent] = []
    for change in changes:
        version = change.before.version + 1 if change.before else 1
        digest = change.values.content_hash
        events.append(
            ChangeEvent(
                kind=kind if version > 1 else "created",
                record=records[change.page_id],
                version=version,
                page=change.page_id,
                source=source_id,
                run=run_id,
                values=change.values,
                read_with=RULES_VERSION,
                texts={digest: new_texts.pop(digest)} if digest in new_texts else {},
            )
        )
    rows = [
        {"record_id": event.record, "version": event.version, "kind": event.kind, **change.values.row()}
        for event, change in zip(events, changes, strict=True)
    ]
    connection.execute(_NEW_VERSIONS, {"rows": rows})
    keep_entries(connection, [event.record for event in events])
    keep_citations(
        connection,
        [
            CitingRecord(event.record, event.version, _citing(change))
            for event, change in zip(events, changes, strict=True)
        ],
    )
    publish(connection, archive.store, events)
    return RecordingResult(
        tuple(event.record for event in events if event.kind == "created"),
        tuple(event.record for event in events if event.kind != "created"),
    )


def _citing(change: Change) -> CitingDocument:
    values = change.values
    names = tuple(file["name"] for file in values.attachments)
    return CitingDocument(values.title, values.document_number, change.text, names)


def _changes(
    connection: Connection,
    source_id: str,
    documents: Sequence[ExtractedPage],
    current: Mapping[int, CurrentVersion],
    *,
    keep_files: bool,
) -> list[Change]:
    """New versions for the documents that differ from their current versions. With `keep_files`, they come from the
    same bytes as these: known files keep their bytes, and the flags `_OF_TIME` stay."""
    corrections = in_force(connection, [version.record for version in current.values()])
    digests = _digests(connection, source_id, documents)
    changes: list[Change] = []
    for page in documents:
        assert page.extraction is not None, "only documents have versions"
        before = current.get(page.page_id)
        stored_files = (
            {file["url"]: file.get("sha256") for file in before.values.attachments} if before and keep_files else {}
        )
        text = page.extraction.text
        identity = page.identity or identify(text)
        values = version_values(page.capture_id, page.extraction, identity.content_hash, {**digests, **stored_files})
        if before and page.is_emptied:
            values = without_text(before.values, page)
        elif before and keep_files:
            values = replace(values, flags=[*values.flags, *(each for each in before.values.flags if each in _OF_TIME)])
        if before:
            values = with_corrections(values, corrections.get(before.record, {}))
            if version_identity(before.values) == version_identity(values):
                continue
        changes.append(Change(page.page_id, values, text, identity.bands, before))
    # Counters and clocks cannot cause a difference between versions of the same bytes.
    return changes if keep_files else lasting_changes(connection, changes)


def keep_contents(connection: Connection, texts: Mapping[str, str]) -> dict[str, str]:
    """Stores texts under their hashes: first the long ones, then the others, in the order of hashes; returns the new
    ones."""
    rows: list[dict[str, object]] = []
    new: list[str] = []
    for digest, text in sorted(texts.items()):
        row = {"hash": digest, "text": text, "normaliser": NORMALISER}
        if len(text) < LONG_TEXT:
            rows.append(row)
        else:
            new += connection.scalars(_NEW_CONTENT, row)
    if rows:
        new += connection.scalars(_NEW_CONTENTS, {"rows": rows})
    return {digest: texts[digest] for digest in new}


def _write_records(connection: Connection, source_id: str, changes: Sequence[Change]) -> dict[int, int]:
    """Creates the records, in order, or points them to their new versions; returns record numbers by page id."""
    records = {change.page_id: change.before.record for change in changes if change.before}
    pointers = [
        {
            "id": change.before.record if change.before else None,
            "page_id": change.page_id,
            "source_id": source_id,
            "version": change.before.version + 1 if change.before else 1,
            "content_hash": change.values.content_hash,
            "read_with": RULES_VERSION,
            "listed_on": change.values.published_date,
        }
        for change in changes
    ]
    if changed := [row for row in pointers if row["id"]]:
        connection.execute(_RECORDS_CHANGED, {"rows": changed})
    if new := [row for row in pointers if not row["id"]]:
        records |= {row.page_id: row.id for row in connection.execute(_NEW_RECORDS, {"rows": new})}
    return records


def _digests(connection: Connection, source_id: str, pages: Sequence[ExtractedPage]) -> dict[str, str | None]:
    """The SHA-256 of the archived bytes of the documents' files, by address."""
    addresses = {file.url for page in pages if page.extraction for file in page.extraction.attachments}
    if not addresses:
        return {}
    query = select(Page.url, Page.blob_sha256).where(Page.source_id == source_id, among(Page.url, addresses))
    return {url: digest for url, digest in connection.execute(query)}


def _link_files(connection: Connection, source_id: str, changes: Sequence[Change]) -> None:
    """Stores which files belong to which page, so that its documents are read again when a file changes."""
    connection.execute(delete(PageFile).where(among(PageFile.page_id, [change.page_id for change in changes])))
    linked = [{"page": change.page_id, "url": file["url"]} for change in changes for file in change.values.attachments]
    if linked:
        connection.execute(_FILES_LINKED, {"rows": linked, "source": source_id})
