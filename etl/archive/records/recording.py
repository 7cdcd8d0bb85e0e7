"""Recording what extraction read: contents once, versions where something changed, events in commit order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.records.change_feed import ChangeEvent, publish
from etl.archive.records.corrections import in_force
from etl.archive.records.near_duplicates import store_signatures
from etl.archive.records.versions import apply_corrections, compare, version_columns, version_identity
from etl.archive.storage.archive import Archive
from etl.archive.storage.database import lock_source
from etl.archive.storage.lookups import is_current
from etl.archive.storage.models import Content, Page, PageFile, Record, RecordVersion, RunPage
from etl.extract import EXTRACTOR, NORMALISER, Extraction, FieldValue, Rule, content_hash
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import encode_reason, english

RULES_VERSION = f"{EXTRACTOR}.{NORMALISER}"
# PostgreSQL text holds no NUL, and UTF-8 no lone surrogate; both come out of escaped JSON.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedPage:
    """What extraction read in a stored capture, its attachments under their canonical addresses.

    `failure` says why it could not.
    """

    page_id: int
    capture_id: int
    extraction: Extraction | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What recording changed: numbers of the records made, and updated."""

    created: tuple[int, ...]
    updated: tuple[int, ...]


def fill_from_listing(extraction: Extraction, listing: Mapping[str, Any]) -> Extraction:
    """The extraction, with what only the listing says where the page itself is silent."""
    added = tuple(
        FieldValue(name, str(value), str(value), name, "listing", Rule.LISTING_ENTRY)
        for name, value in listing.items()
        if value and name not in extraction.fields
    )
    if not added:
        return extraction
    fields = {**extraction.fields, **{value.name: value for value in added}}
    return replace(extraction, fields=fields, evidence=(*extraction.evidence, *added))


def record_extractions(archive: Archive, source_id: str, run_id: int, read: Sequence[ExtractedPage]) -> RecordingResult:
    """Writes versions, records and changes for the captures that were read; a capture read before changes nothing.

    The current versions of the records must have been extracted with the present rules
    (`pages_with_outdated_rules`): else a change of the rules would be recorded as a change of the page.
    """
    with archive.engine.begin() as connection:
        lock_source(connection, source_id)
        unread = _unread(connection, [item.page_id for item in read])
        fresh = [item for item in read if unread[item.page_id] == item.capture_id]
        if not fresh:
            return RecordingResult((), ())
        verdicts = {item.page_id: _verdict(item) for item in fresh}
        connection.execute(_PAGE_READ, [{"page": page, "found": verdict} for page, (verdict, _) in verdicts.items()])
        if refused := [item for item in fresh if verdicts[item.page_id][0]]:
            overruled = [_overruled(run_id, item, *verdicts[item.page_id]) for item in refused]
            connection.execute(_RUN_PAGE_VERDICT, overruled)
        documents = [item for item in fresh if not verdicts[item.page_id][0]]
        changes = _changes(connection, source_id, documents, _current(connection, documents), keep_files=False)
        return _write(connection, archive, source_id, changes, "updated", run_id)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """What this extractor reads otherwise: a field's values before and now, `text`, `attachments`, or `kind` where the
    page is taken for no document any more. None stands for no value."""

    record: int
    field: str
    before: str | None
    now: str | None


def record_reextractions(
    archive: Archive, source_id: str, read: Sequence[ExtractedPage], *, dry_run: bool = False
) -> list[FieldDifference]:
    """Writes versions, marked `re-extracted`, where this extractor reads an old capture otherwise than the one before;
    returns what it reads otherwise. `dry_run` writes nothing.

    What it does not take for a document any more keeps the version that it has.
    """
    with archive.engine.begin() as connection:
        if not dry_run:
            lock_source(connection, source_id)
        current = _current(connection, read)
        # A version that was made since the old one was read is newer than that.
        mine = [item for item in read if current.get(item.page_id, {}).get("capture_id") == item.capture_id]
        documents = [item for item in mine if not _verdict(item)[0]]
        changes = _changes(connection, source_id, documents, current, keep_files=True)
        if not dry_run:
            _write(connection, archive, source_id, changes, "re-extracted", None)
            connection.execute(_READ_WITH, {"pages": [item.page_id for item in mine]})
    refused = [(current[item.page_id]["record_id"], *_verdict(item)) for item in mine]
    found = [
        FieldDifference(record, "kind", "document", english(reason)) for record, verdict, reason in refused if verdict
    ]
    for change in changes:
        before = current[change.read.page_id]
        found += [FieldDifference(before["record_id"], *parts) for parts in compare(before, change.values)]
    return found


def pages_with_outdated_rules(connection: Connection, pages: Sequence[int]) -> list[int]:
    """Those of the pages whose record was last read with other rules."""
    return list(
        connection.scalars(select(Record.page_id).where(Record.page_id.in_(pages), Record.read_with != RULES_VERSION))
    )


_PAGE_READ = update(Page).where(Page.id == bindparam("page")).values(unread_capture_id=None, verdict=bindparam("found"))
_RUN_PAGE_VERDICT = (
    update(RunPage)
    .where(
        RunPage.run_id == bindparam("run"),
        RunPage.page_id == bindparam("page"),
        RunPage.capture_id == bindparam("capture"),
    )
    .values(outcome=bindparam("found"), reason=bindparam("why"))
)
_READ_WITH = (
    update(Record).where(Record.page_id.in_(bindparam("pages", expanding=True))).values(read_with=RULES_VERSION)
)
_NEW_VERSION = (
    update(Record)
    .where(Record.id == bindparam("record"))
    .values(
        version=bindparam("new"), content_hash=bindparam("content"), read_with=bindparam("with"), updated_at=func.now()
    )
)


@dataclass(frozen=True, slots=True)
class _Change:
    """A state that is new: its columns and text, and the version before it."""

    read: ExtractedPage
    values: dict[str, Any]
    text: str
    before: Mapping[str, Any] | None


def _unread(connection: Connection, ids: Sequence[int]) -> dict[int, int | None]:
    """By page, the capture that is still to be read."""
    rows = connection.execute(select(Page.id, Page.unread_capture_id).where(Page.id.in_(ids)))
    return {page: capture for page, capture in rows}


def _current(connection: Connection, read: Sequence[ExtractedPage]) -> dict[int, Mapping[str, Any]]:
    """The current versions, by page."""
    rows = connection.execute(
        select(Record.page_id, *(column for column in RecordVersion.__table__.columns))
        .join(RecordVersion, is_current(Record, RecordVersion))
        .where(Record.page_id.in_([item.page_id for item in read]))
    )
    return {row["page_id"]: dict(row) for row in rows.mappings()}


def _write(
    connection: Connection, archive: Archive, source_id: str, changes: Sequence[_Change], kind: str, run_id: int | None
) -> RecordingResult:
    """Versions for what is new. Contents are written in the order of their hashes, so that sources with the same
    documents never wait for each other in a circle."""
    if not changes:
        return RecordingResult((), ())
    texts = keep_contents(connection, {change.values["content_hash"]: change.text for change in changes})
    store_signatures(connection, {change.values["content_hash"]: change.text for change in changes})
    _keep_files(connection, source_id, changes)
    events: list[ChangeEvent] = []
    for change in changes:
        number, version = _record(connection, source_id, change)
        digest = change.values["content_hash"]
        events.append(
            ChangeEvent(
                kind=kind if version > 1 else "created",
                record=number,
                version=version,
                page=change.read.page_id,
                source=source_id,
                run=run_id,
                values=change.values,
                read_with=RULES_VERSION,
                texts={digest: texts.pop(digest)} if digest in texts else {},
            )
        )
    connection.execute(insert(RecordVersion), [version_row(event) for event in events])
    publish(connection, archive.store, events)
    return RecordingResult(
        tuple(event.record for event in events if event.kind == "created"),
        tuple(event.record for event in events if event.kind != "created"),
    )


def _changes(
    connection: Connection,
    source_id: str,
    read: Sequence[ExtractedPage],
    before: Mapping[int, Mapping[str, Any]],
    *,
    keep_files: bool,
) -> list[_Change]:
    """What was read, where it differs from the current versions. `keep_files` leaves known files their old bytes."""
    corrections = in_force(connection, [found["record_id"] for found in before.values()])
    digests = _digests(connection, source_id, read)
    changes: list[_Change] = []
    for item in read:
        assert item.extraction is not None, "only documents have versions"
        earlier = before.get(item.page_id)
        kept = {file["url"]: file.get("sha256") for file in earlier["attachments"]} if earlier and keep_files else {}
        values, text = _version(item, item.extraction, {**digests, **kept})
        if earlier:
            values |= version_columns(apply_corrections(values["fields"], corrections.get(earlier["record_id"], {})))
            if version_identity(earlier) == version_identity(values):
                continue
        changes.append(_Change(item, values, text, earlier))
    return changes


def version_row(event: ChangeEvent) -> dict[str, Any]:
    """The row of the version that an event made."""
    return {"record_id": event.record, "version": event.version, "kind": event.kind, **(event.values or {})}


def keep_contents(connection: Connection, texts: Mapping[str, str]) -> dict[str, str]:
    """Stores texts under their hashes, in the order of the hashes; returns those that are new."""
    rows = [{"hash": digest, "text": text, "normaliser": NORMALISER} for digest, text in sorted(texts.items())]
    if not rows:
        return {}
    new = insert(Content).values(rows).on_conflict_do_nothing().returning(Content.hash)
    return {digest: texts[digest] for digest in connection.scalars(new)}


def _record(connection: Connection, source_id: str, change: _Change) -> tuple[int, int]:
    digest = change.values["content_hash"]
    if change.before is not None:
        number, version = change.before["record_id"], change.before["version"] + 1
        connection.execute(_NEW_VERSION, {"record": number, "new": version, "content": digest, "with": RULES_VERSION})
        return number, version
    new = {"page_id": change.read.page_id, "source_id": source_id, "version": 1}
    new |= {"content_hash": digest, "read_with": RULES_VERSION}
    return connection.scalars(insert(Record).values(new).returning(Record.id)).one(), 1


def _digests(connection: Connection, source_id: str, read: Sequence[ExtractedPage]) -> dict[str, str | None]:
    """By address, the bytes that the archive has of the documents' files."""
    addresses = {file.url for item in read if item.extraction for file in item.extraction.attachments}
    if not addresses:
        return {}
    query = select(Page.url, Page.blob_sha256).where(Page.source_id == source_id, Page.url.in_(addresses))
    return {url: digest for url, digest in connection.execute(query)}


def _keep_files(connection: Connection, source_id: str, changes: Sequence[_Change]) -> None:
    """Which files belong to which page: when a file changes, its documents are read again."""
    connection.execute(delete(PageFile).where(PageFile.page_id.in_([change.read.page_id for change in changes])))
    linked = [(change.read.page_id, file["url"]) for change in changes for file in change.values["attachments"]]
    urls = {url for _, url in linked}
    found = select(Page.url, Page.id).where(Page.source_id == source_id, Page.url.in_(urls))
    numbers = {url: number for url, number in connection.execute(found)} if urls else {}
    if links := sorted({(page, numbers[url]) for page, url in linked if url in numbers}):
        connection.execute(insert(PageFile), [{"page_id": page, "file_id": file} for page, file in links])


def _verdict(item: ExtractedPage) -> tuple[Outcome | None, str]:
    if item.extraction is None:
        return Outcome.UNREADABLE, item.failure
    if item.extraction.kind != "document":
        return Outcome.NOT_A_DOCUMENT, encode_reason(
            Code.NO_DOCUMENT, page_kind=item.extraction.kind, reason=item.extraction.reason
        )
    return None, ""


def _overruled(run_id: int, item: ExtractedPage, verdict: Outcome | None, reason: str) -> dict[str, Any]:
    return {"run": run_id, "page": item.page_id, "capture": item.capture_id, "found": verdict, "why": reason}


def _version(
    item: ExtractedPage, extraction: Extraction, digests: Mapping[str, str | None]
) -> tuple[dict[str, Any], str]:
    """The columns of the version, and its text."""
    text = strip_unstorable(extraction.text)
    evidence = [
        {name: strip_unstorable(part) if isinstance(part, str) else part for name, part in asdict(value).items()}
        | {"chosen": value is extraction.fields.get(value.name)}
        for value in extraction.evidence
    ]
    values = {
        "capture_id": item.capture_id,
        "content_hash": content_hash(text).sha256,
        **version_columns(evidence),
        "attachments": [
            {
                "url": strip_unstorable(file.url),
                "name": strip_unstorable(file.name),
                "role": file.role,
                "sha256": digests.get(file.url),
            }
            for file in extraction.attachments
        ],
        "flags": list(extraction.flags),
        "extractor": extraction.extractor,
    }
    return values, text


def strip_unstorable(value: str) -> str:
    """The text without what PostgreSQL cannot hold."""
    return _UNSTORABLE.sub("", value)
