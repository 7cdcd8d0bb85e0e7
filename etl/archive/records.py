"""Recording what extraction read: contents once, versions where something changed, events in commit order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from etl.archive.database import lock_source
from etl.archive.models import Content, Page, Record, RecordVersion, RunPage
from etl.extract import NORMALISER, Extraction, FieldValue, content_hash
from etl.outcomes import Outcome

# PostgreSQL text holds no NUL, and UTF-8 no lone surrogate; both come out of escaped JSON.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_COLUMNS = ("index_number", "publisher", "document_number")
_DATES = ("written_date", "published_date")


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What extraction read in a stored capture. `failure` says why it could not."""

    page_id: int
    capture_id: int
    extraction: Extraction | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording changed: record numbers made, and updated."""

    created: tuple[int, ...]
    updated: tuple[int, ...]


def with_listing(extraction: Extraction, listing: Mapping[str, Any]) -> Extraction:
    """The extraction, with what only the listing says where the page itself is silent."""
    added = tuple(
        FieldValue(name, str(value), str(value), name, "listing", "listing entry", 0.5)
        for name, value in listing.items()
        if value and name not in extraction.fields
    )
    if not added:
        return extraction
    fields = {**extraction.fields, **{value.name: value for value in added}}
    return replace(extraction, fields=fields, evidence=(*extraction.evidence, *added))


def record(connection: Connection, source_id: str, run_id: int, read: Sequence[Read]) -> Recorded:
    """Writes versions, records and changes for the captures that were read; a capture read before changes nothing.

    Contents are written in the order of their hashes, so that sources with the same documents never wait for each
    other in a circle.
    """
    lock_source(connection, source_id)
    unread = _unread(connection, [item.page_id for item in read])
    fresh = [item for item in read if unread[item.page_id] == item.capture_id]
    if not fresh:
        return Recorded((), ())
    verdicts = {item.page_id: _verdict(item) for item in fresh}
    connection.execute(_PAGE_READ, [{"page": page, "found": verdict} for page, (verdict, _) in verdicts.items()])
    if refused := [item for item in fresh if verdicts[item.page_id][0]]:
        connection.execute(_RUN_PAGE_VERDICT, [_overruled(run_id, item, *verdicts[item.page_id]) for item in refused])
    states = {item: _version_values(item, item.extraction) for item in fresh if not verdicts[item.page_id][0]}
    before = _current(connection, [item.page_id for item in states])
    changed = {
        item: values
        for item, values in states.items()
        if item.page_id not in before or _state(before[item.page_id]) != _state(values)
    }
    return _write(connection, source_id, run_id, changed, before)


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
_NEW_VERSION = (
    update(Record).where(Record.id == bindparam("record")).values(version=bindparam("new"), updated_at=func.now())
)


def _unread(connection: Connection, ids: Sequence[int]) -> dict[int, int | None]:
    """By page, the capture that is still to be read."""
    rows = connection.execute(select(Page.id, Page.unread_capture_id).where(Page.id.in_(ids)))
    return {page: capture for page, capture in rows}


def _current(connection: Connection, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    columns = (RecordVersion.version, RecordVersion.content_hash, RecordVersion.fields, RecordVersion.attachments)
    rows = connection.execute(
        select(Record.page_id, RecordVersion.record_id, *columns)
        .join(RecordVersion, (RecordVersion.record_id == Record.id) & (RecordVersion.version == Record.version))
        .where(Record.page_id.in_(ids))
    )
    return {row["page_id"]: dict(row) for row in rows.mappings()}


def _write(
    connection: Connection,
    source_id: str,
    run_id: int,
    changed: Mapping[Read, dict[str, Any]],
    before: Mapping[int, Mapping[str, Any]],
) -> Recorded:
    if not changed:
        return Recorded((), ())
    contents = {values["content_hash"]: values.pop("text") for values in changed.values()}
    rows = [{"hash": digest, "text": text, "normaliser": NORMALISER} for digest, text in sorted(contents.items())]
    connection.execute(insert(Content).on_conflict_do_nothing(), rows)
    versions, created, updated = [], [], []
    for item, values in changed.items():
        if earlier := before.get(item.page_id):
            number, version, kind = earlier["record_id"], earlier["version"] + 1, "updated"
            connection.execute(_NEW_VERSION, {"record": number, "new": version})
            updated.append(number)
        else:
            new = {"page_id": item.page_id, "source_id": source_id, "version": 1}
            number, version, kind = (
                connection.scalars(insert(Record).values(new).returning(Record.id)).one(),
                1,
                "created",
            )
            created.append(number)
        versions.append({"record_id": number, "version": version, "kind": kind, **values})
    connection.execute(insert(RecordVersion), versions)
    # Last of all: from the first event on, other writers wait until this transaction ends.
    for version in versions:
        event = (version["kind"], version["record_id"], version["version"], source_id, run_id)
        connection.execute(select(func.archive.publish(*event)))
    return Recorded(tuple(created), tuple(updated))


def _verdict(item: Read) -> tuple[Outcome | None, str]:
    if item.extraction is None:
        return Outcome.UNREADABLE, item.failure
    if item.extraction.kind != "document":
        return Outcome.NOT_A_DOCUMENT, f"{item.extraction.kind}: {item.extraction.reason}"
    return None, ""


def _overruled(run_id: int, item: Read, verdict: Outcome | None, reason: str) -> dict[str, Any]:
    return {"run": run_id, "page": item.page_id, "capture": item.capture_id, "found": verdict, "why": reason}


def _version_values(item: Read, extraction: Extraction | None) -> dict[str, Any]:
    assert extraction is not None, "only documents have versions"
    text = _clean(extraction.text)
    chosen = {name: _clean(value.value) for name, value in extraction.fields.items()}
    evidence = [
        {name: _clean(part) if isinstance(part, str) else part for name, part in asdict(value).items()}
        | {"chosen": value is extraction.fields.get(value.name)}
        for value in extraction.evidence
    ]
    return {
        "capture_id": item.capture_id,
        "content_hash": content_hash(text).sha256,
        "text": text,
        "title": chosen.get("title", ""),
        **{name: chosen.get(name) for name in _COLUMNS},
        **{name: date.fromisoformat(chosen[name]) if chosen.get(name) else None for name in _DATES},
        "fields": evidence,
        "attachments": [
            {"url": _clean(file.url), "name": _clean(file.name), "role": file.role} for file in extraction.attachments
        ],
        "flags": list(extraction.flags),
        "extractor": extraction.extractor,
    }


def _state(version: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must differ for a new version: the text, a chosen field, an attachment. Evidence alone does not count."""
    fields = sorted((item["name"], item["value"]) for item in version["fields"] if item["chosen"])
    return version["content_hash"], fields, sorted(file["url"] for file in version["attachments"])


def _clean(value: str) -> str:
    return _UNSTORABLE.sub("", value)
