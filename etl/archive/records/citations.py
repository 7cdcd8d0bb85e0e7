"""Stores the citations of each record's current version, and the names by which the record itself can be cited.

Both are written in the transaction that changes the record. Which record a citation means is not stored: the view
`api_v1.citations` compares its keys with the names of all records. So no text must be read again when a cited record is
added or corrected later. `fill_citations` reads records that are older than these tables or than the current rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.records.citation_keys import citation_keys
from etl.archive.records.citation_links import name_links_anew
from etl.archive.records.filling import Filling
from etl.archive.storage.archive import Database
from etl.archive.storage.bulk_rows import insertion
from etl.archive.storage.citation_models import CitableName, Citation
from etl.extract.citing import (
    CITATION_RULES,
    CitedDocument,
    CitingDocument,
    cited_documents,
    cited_number_key,
    issued_title,
    title_key,
)
from etl.extract.citing.cited_documents import MAX_CHARS
from etl.progress import Progress, ProgressCallback, no_progress

_FILLING = Filling("citation_state", "rules", CITATION_RULES, none="")
BATCH = 50
"""Records that `fill_citations` reads in one transaction; their texts are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class CitingRecord:
    """A record's current version, with what is needed to find its citations."""

    record: int
    version: int
    document: CitingDocument


def keep_citations(connection: Connection, records: Sequence[CitingRecord]) -> None:
    """Writes the names and citations of records in their current state in this transaction."""
    if not records:
        return
    ordered = sorted(records, key=lambda each: each.record)
    # If two transactions handle the same record, the one that saw the older version writes nothing.
    newest = set(connection.scalars(_NAMES, {"rows": [_names(each) for each in ordered]}))
    connection.execute(_FORGET, {"records": list(newest)})
    rows = [
        _row(each.record, ordinal, cited)
        for each in ordered
        if each.record in newest
        for ordinal, cited in enumerate(cited_documents(each.document), 1)
    ]
    if rows:
        connection.execute(_CITATIONS, {"rows": rows})


def read_for_citations(connection: Connection, records: Sequence[int]) -> None:
    """Loads the records in their current state in this transaction, and writes their names and citations."""
    rows = connection.execute(_RECORDS, {"records": list(records), "characters": MAX_CHARS})
    keep_citations(
        connection,
        [
            CitingRecord(
                row.id,
                row.version,
                CitingDocument(
                    row.title, row.document_number, row.text, tuple(file["name"] for file in row.attachments)
                ),
            )
            for row in rows
        ],
    )


def fill_citations(archive: Database, progress: ProgressCallback = no_progress) -> int:
    """Finds the citations of records that the current rules have not been applied to; returns their number."""
    missing, read = _FILLING.begin(archive.engine), 0
    if missing:
        name_links_anew(archive)
    while batch := _FILLING.next_batch(archive.engine, BATCH, read_for_citations):
        read += batch
        progress(Progress("citations", read, missing))
    return read


def forget_citations(connection: Connection) -> None:
    """Makes the next `fill_citations` read all records again."""
    _FILLING.forget(connection)


def records_without_citations(connection: Connection) -> int:
    """The number of records that `fill_citations` still has to read."""
    return _FILLING.missing(connection)


def _names(citing: CitingRecord) -> dict[str, Any]:
    document = citing.document
    issued = issued_title(document.title)
    return {
        "record_id": citing.record,
        "version": citing.version,
        "number_key": (cited_number_key(document.number) if document.number else "") or None,
        "title_key": title_key(document.title) or None,
        "issued_key": (title_key(issued) if issued else "") or None,
    }


def _row(record: int, ordinal: int, cited: CitedDocument) -> dict[str, Any]:
    return {
        "record_id": record,
        "ordinal": ordinal,
        "relation": cited.relation,
        "part": cited.part,
        "place": cited.place,
        "length": cited.length,
        "mentions": cited.mentions,
        "number": cited.number,
        "title": cited.title,
        **citation_keys(cited.number, cited.title),
    }


_KEYS = ("version", "number_key", "title_key", "issued_key")
_NAMES = insertion(
    CitableName,
    ("record_id", *_KEYS),
    f"ON CONFLICT (record_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _KEYS)} "
    "WHERE citable_name.version <= excluded.version RETURNING record_id",
)
_FORGET = text("DELETE FROM archive.citation WHERE record_id = ANY(:records)")
_CITATIONS = insertion(Citation, Citation.__table__.columns.keys())
_RECORDS = text("""
SELECT r.id, r.version, v.title, v.document_number, v.attachments, left(c.text, :characters) AS text
FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
JOIN archive.content c ON c.hash = v.content_hash
WHERE r.id = ANY(:records)
""")
