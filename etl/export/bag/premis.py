"""PREMIS 3.0: stored bytes and records as objects, and what happened to them as events with their agents.

Types of events are those of the Library of Congress (`capture`, `fixity check`, `metadata modification`, `migration`;
id.loc.gov/vocabulary/preservation/eventType). A migration is the reading of a file, whose text is stored beside its
bytes.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from itertools import chain
from typing import IO, Any

from lxml import etree
from sqlalchemy import Connection, select

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.lookups import among
from etl.archive.storage.models import Blob, Correction, File, FixityEvent
from etl.batches import batches
from etl.export.bag.xml import child, open_xml
from etl.export.captures import ExportedCapture, exported_captures, resource_captures
from etl.export.rows import record_rows
from etl.reasons import english

NAMESPACE = "http://www.loc.gov/premis/v3"
_NAMESPACES: Any = {None: NAMESPACE, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_TYPE = f"{{{_NAMESPACES['xsi']}}}type"
_BATCH = 500
_SOFTWARE = ("software", "gongkai")
_BYTES, _RECORD = "SHA-256", "record"
"""Types of identifiers."""


def write_premis(
    connection: Connection,
    record_filter: RecordFilter,
    out: IO[bytes],
    base: str,
    looks: Collection[int],
    *,
    all_captures: bool,
) -> None:
    """Writes objects, then events, then agents, in the order of the schema; holds some hundred of each in memory.

    `looks`: captures of the pages' style sheets and pictures.
    """
    people: set[str] = set()
    with open_xml(out) as xml, xml.element(_tag("premis"), version="3.0", nsmap=_NAMESPACES):

        def captures() -> Iterator[Sequence[ExportedCapture]]:
            of_pages = exported_captures(connection, record_filter, all_captures=all_captures)
            behind = resource_captures(connection, record_filter, looks, all_captures=all_captures)
            return batches(chain(of_pages, behind), _BATCH)

        def write(element: Any) -> None:
            xml.write(element, pretty_print=True)

        for batch in captures():
            for each in _files(connection, batch):
                write(each)
        for rows in record_rows(connection, record_filter):
            for row in rows:
                write(_record(row.record_id, f"{base}/records/{row.record_id}", row.sha256))
        for batch in captures():
            for each in _events_of_bytes(connection, batch):
                write(each)
        for rows in record_rows(connection, record_filter):
            query = select(*Correction.__table__.columns).where(
                among(Correction.record_id, [row.record_id for row in rows])
            )
            for correction in connection.execute(query.order_by(Correction.id)).mappings():
                people.add(correction["corrected_by"])
                write(_correction(correction))
        write(_agent(*_SOFTWARE, f"gongkai {version('gongkai')}"))
        for name in sorted(people):
            write(_agent("person", name, name))


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Any, name: str, value: object = None) -> Any:
    return child(parent, _tag(name), value)


def _identified(parent: Any, name: str, kind: str, value: object) -> None:
    """An identifier: PREMIS repeats the name of the element in its two parts."""
    identifier = _add(parent, name)
    _add(identifier, f"{name}Type", kind)
    _add(identifier, f"{name}Value", value)


def _object(kind: str, identifier: str, value: object) -> Any:
    element = etree.Element(_tag("object"), {_TYPE: kind}, nsmap=_NAMESPACES)
    _identified(element, "objectIdentifier", identifier, value)
    return element


def _files(connection: Connection, batch: Sequence[ExportedCapture]) -> Iterator[Any]:
    """An object for each blob, at the first capture that has its bytes in the export."""
    first = {item.blob_sha256: item for item in batch if not item.is_repeat}
    types = dict(
        connection.execute(select(File.blob_sha256, File.media_type).where(among(File.blob_sha256, first))).all()
    )
    for digest, item in first.items():
        element = _object("file", _BYTES, digest)
        characteristics = _add(element, "objectCharacteristics")
        fixity = _add(characteristics, "fixity")
        _add(fixity, "messageDigestAlgorithm", "SHA-256")
        _add(fixity, "messageDigest", digest)
        _add(characteristics, "size", item.size)
        stated = next((value for name, value in item.headers if name.lower() == "content-type"), "")
        format_name = types.get(digest) or stated.partition(";")[0].strip() or "application/octet-stream"
        _add(_add(_add(characteristics, "format"), "formatDesignation"), "formatName", format_name)
        _add(element, "originalName", item.final_url)
        yield element


def _record(number: int, address: str, digest: str) -> Any:
    element = _object("intellectualEntity", _RECORD, number)
    _add(element, "originalName", address)
    relationship = _add(element, "relationship")
    _add(relationship, "relationshipType", "structural")
    _add(relationship, "relationshipSubType", "is represented by")
    _identified(relationship, "relatedObjectIdentifier", _BYTES, digest)
    return element


def _event(kind: str, identifier: str, value: object, at: datetime, detail: str, outcome: str) -> Any:
    element = etree.Element(_tag("event"), nsmap=_NAMESPACES)
    _identified(element, "eventIdentifier", identifier, value)
    _add(element, "eventType", kind)
    _add(element, "eventDateTime", at.isoformat())
    if detail:
        _add(_add(element, "eventDetailInformation"), "eventDetail", detail)
    _add(_add(element, "eventOutcomeInformation"), "eventOutcome", outcome)
    return element


def _linked(event: Any, agent: tuple[str, str], kind: str, value: object) -> Any:
    _identified(event, "linkingAgentIdentifier", *agent)
    _identified(event, "linkingObjectIdentifier", kind, value)
    return event


def _events_of_bytes(connection: Connection, batch: Sequence[ExportedCapture]) -> Iterator[Any]:
    for item in batch:
        detail = f"{item.url} answered {item.status} in {item.elapsed_ms} ms"
        event = _event("capture", "capture", item.id, item.fetched_at, detail, item.outcome)
        yield _linked(event, _SOFTWARE, _BYTES, item.blob_sha256)
    first = [item.blob_sha256 for item in batch if not item.is_repeat]
    for blob in connection.execute(
        select(*Blob.__table__.columns).where(among(Blob.sha256, first)).order_by(Blob.sha256)
    ).mappings():
        event = _event("fixity check", "last check", blob["sha256"], blob["verified_at"], "", blob["damage"] or "pass")
        yield _linked(event, _SOFTWARE, _BYTES, blob["sha256"])
    query = select(*FixityEvent.__table__.columns).where(among(FixityEvent.blob_sha256, first)).order_by(FixityEvent.id)
    for row in connection.execute(query).mappings():
        event = _event("fixity check", "fixity event", row["id"], row["found_at"], english(row["detail"]), row["kind"])
        yield _linked(event, _SOFTWARE, _BYTES, row["blob_sha256"])
    read = select(*File.__table__.columns).where(among(File.blob_sha256, first)).order_by(File.blob_sha256)
    for row in connection.execute(read).mappings():
        detail = f"text read by {row['method'] or 'no method'}, reader {row['reader']}"
        event = _event("migration", "reading", row["blob_sha256"], row["read_at"], detail, row["outcome"])
        yield _linked(event, _SOFTWARE, _BYTES, row["blob_sha256"])


def _correction(row: Any) -> Any:
    detail = f"{row['field']} {row['kind']}: {row['value'] if row['value'] is not None else '–'} ({row['reason']})"
    event = _event("metadata modification", "correction", row["id"], row["corrected_at"], detail, row["kind"])
    return _linked(event, ("person", row["corrected_by"]), _RECORD, row["record_id"])


def _agent(kind: str, value: str, name: str) -> Any:
    element = etree.Element(_tag("agent"), nsmap=_NAMESPACES)
    _identified(element, "agentIdentifier", kind, value)
    _add(element, "agentName", name)
    _add(element, "agentType", kind)
    return element
