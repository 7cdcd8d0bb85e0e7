"""Writes the search entry of each record: the folded title, fields, text and attachments of its current version. If its
page shows less by now, text and attachments are those that it had: what was taken down is found by its words.

An entry is written in the transaction that changes its record, and can be found from then on. Its pairs of characters
are added to the index later, in bulk (`index_waiting`). `fill_index` writes the entries of records that have none yet.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from etl.archive.records.filling import Filling
from etl.archive.records.lasting import WHOLE
from etl.archive.storage.archive import Database
from etl.archive.storage.bulk_rows import insertion
from etl.archive.storage.models import SearchEntry
from etl.fields import FIELDS
from etl.files.media_types import short_name
from etl.folding import FOLDING, fold, number_key
from etl.progress import Progress, ProgressCallback, no_progress

_FILLING = Filling("search_state", "folding", FOLDING, none=0)
BATCH = 200
"""Records whose entries `fill_index` writes in one transaction."""
INDEXED_AT_ONCE = 2_000
"""Entries added to the index in one transaction. More at once are cheaper, as long as they fit into the index's pending
list (migration 0013)."""
MAX_WAITING = 500
"""Maximum number of entries that are not in the index while a crawl records: each search compares all of them, which
takes 10 ms for 500 and 25 ms for 1,000. Adding 200 at once takes a tenth more CPU than adding 500."""
MAX_TEXT_CHARS = 1_000_000
"""Maximum number of characters of one text that are searched. The pairs of 80 million did not fit into an array of
PostgreSQL."""
MAX_FILES_BYTES = 6_000_000
"""Once the texts of a record's files have so many bytes in UTF-8, further files are not searched."""
WRITTEN_AT_ONCE = 12_000_000
"""Maximum bytes of the texts of records whose entries are written in one statement."""
MAX_FACET_CHARS = 100
NUMBER = "NUMBER"
"""The name of the lines of `fields` that hold keys of numbers."""
NUMBERS = ("document_number", "index_number", "registration_number")
"""Fields by whose value a document is found, in whichever form the number is written (`number_key`)."""
FACETS = {"agency": "publisher", "category": "subject_category", "genre": "genre_category", "validity": "validity"}
"""Facets whose values are those of a field."""


@dataclass(frozen=True, slots=True)
class IndexFill:
    """The numbers of entries that were written and of entries that were added to the index."""

    written: int
    indexed: int


def keep_entries(connection: Connection, records: Iterable[int]) -> None:
    """Writes the entries of records in their current state in this transaction.

    First locks the readings of their files. So a transaction that stores a new reading either comes before this one,
    which then sees it, or waits, and then sees these records and writes their entries again.
    """
    numbers = sorted(records)
    if not numbers:
        return
    connection.execute(_LOCK_READINGS, {"records": numbers})
    for group in _groups(connection, numbers):
        parameters = {"records": group, "characters": MAX_TEXT_CHARS, "bytes": MAX_FILES_BYTES}
        files: dict[int, list[Row[Any]]] = {}
        for file in connection.execute(_READINGS, parameters):
            files.setdefault(file.id, []).append(file)
        rows = [
            _entry(dict(row), files.get(row["record_id"], ()))
            for row in connection.execute(_RECORDS, parameters).mappings()
        ]
        connection.execute(_ENTRIES, {"rows": rows})


def _groups(connection: Connection, numbers: Sequence[int]) -> Iterator[list[int]]:
    """Divides the records into groups whose texts fit into memory together."""
    group: list[int] = []
    size = 0
    for record, length in connection.execute(_LENGTHS, {"records": numbers, "bytes": MAX_FILES_BYTES}):
        if group and size + length > WRITTEN_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(record)
        size += length
    yield group


def _entry(row: Mapping[str, Any], files: Sequence[Row[Any]]) -> dict[str, Any]:
    chosen = {item["name"]: item["value"] for item in row["fields"] if item["chosen"]}
    lines = [f"{name.upper()}={fold(chosen[name])}" for name in FIELDS if name in chosen and name != "title"]
    numbers = sorted({number_key(chosen[name]) for name in NUMBERS if name in chosen} - {""})
    lines += [f"{NUMBER}={number}" for number in numbers]
    file_texts = [*(file["name"] for file in row["attachments"]), *(file.text or "" for file in files)]
    return {
        "record_id": row["record_id"],
        "version": row["version"],
        "title": fold(row["title"]),
        "fields": "\n".join(lines),
        "body": fold(row["text"]),
        "files": "\n".join(map(fold, file_texts)),
        "numbers": numbers,
        "facets": [_facet(name, value) for name, value in _facets(row, chosen, [file.media_type for file in files])],
        "listed_on": row["listed_on"],
        "published_date": row["published_date"],
        "written_date": row["written_date"],
        "captured_at": row["fetched_at"],
        "in_index": False,
        "truncated": row["truncated"] or any(file.truncated for file in files),
    }


def _facets(row: Mapping[str, Any], chosen: Mapping[str, str], types: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "source", row["source_id"]
    if row["region"]:
        yield "region", row["region"]
    if day := row["published_date"] or row["written_date"]:
        yield "year", str(day.year)
    for name, field in FACETS.items():
        if value := chosen.get(field):
            yield name, value
    yield from (("type", name) for name in sorted(set(map(short_name, types))))
    yield from (("flag", flag) for flag in sorted(set(row["flags"])))


def _facet(name: str, value: str) -> str:
    return f"{name}:{' '.join(unicodedata.normalize('NFKC', value).split())[:MAX_FACET_CHARS]}"


def index_waiting(archive: Database, at_least: int = 1) -> int:
    """Adds the waiting entries to the index, if there are at least `at_least`; returns how many were added."""
    with archive.engine.begin() as connection:
        waiting = connection.scalars(_WAITING, {"most": at_least}).one()
    indexed = 0
    while waiting >= at_least:
        with archive.engine.begin() as connection:
            added = connection.scalars(_INDEX, {"most": INDEXED_AT_ONCE}).one()
        indexed += added
        if added < INDEXED_AT_ONCE:
            break
    return indexed


def fill_index(archive: Database, progress: ProgressCallback = no_progress) -> IndexFill:
    """Writes the entries of records that have none, or one made with another folding; then adds all waiting entries to
    the index."""
    missing, written, indexed = _FILLING.begin(archive.engine), 0, 0
    while batch := _FILLING.next_batch(archive.engine, BATCH, keep_entries):
        written += batch
        progress(Progress("indexing", written, missing))
        if written % INDEXED_AT_ONCE < batch:
            indexed += index_waiting(archive)
    return IndexFill(written, indexed + index_waiting(archive))


def forget_entries(connection: Connection) -> None:
    """Makes the next `fill_index` write all entries again; until then, all records count as missing."""
    _FILLING.forget(connection)


def missing_entries(connection: Connection) -> int:
    """The number of records that are not searched because `fill_index` has not written their entries yet."""
    return _FILLING.missing(connection)


_LOCK_READINGS = text(f"""
SELECT f.blob_sha256 FROM archive.file f
WHERE f.blob_sha256 IN (
    SELECT a->>'sha256' FROM archive.record r CROSS JOIN LATERAL {WHOLE} AS w
    CROSS JOIN LATERAL jsonb_array_elements(w.attachments) AS a
    WHERE r.id = ANY(:records)
)
ORDER BY f.blob_sha256 FOR SHARE
""")
# The text of each file of a record, and the number of bytes of the texts before it; octet_length does not decompress.
_FILES = f"""
SELECT r.id, a.place, f.media_type, c.text,
       sum(octet_length(c.text)) OVER (PARTITION BY r.id ORDER BY a.place) - octet_length(c.text) AS before
FROM archive.record r CROSS JOIN LATERAL {WHOLE} AS w
CROSS JOIN LATERAL (
    SELECT a->>'sha256' AS sha256, min(place) AS place
    FROM jsonb_array_elements(w.attachments) WITH ORDINALITY AS files (a, place) GROUP BY 1
) AS a
JOIN archive.file f ON f.blob_sha256 = a.sha256
LEFT JOIN archive.content c ON c.hash = f.content_hash
WHERE r.id = ANY(:records)
"""
_LENGTHS = text(f"""
SELECT r.id, octet_length(c.text) + coalesce(f.size, 0) FROM archive.record r CROSS JOIN LATERAL {WHOLE} AS w
JOIN archive.content c ON c.hash = w.content_hash
LEFT JOIN (
    SELECT id, sum(octet_length(text)) FILTER (WHERE before < :bytes) AS size FROM ({_FILES}) AS files GROUP BY id
) AS f USING (id)
WHERE r.id = ANY(:records) ORDER BY r.id
""")
_READINGS = text(f"""
SELECT id, media_type, CASE WHEN before < :bytes THEN left(text, :characters) END AS text,
       coalesce(before >= :bytes OR char_length(text) > :characters, false) AS truncated
FROM ({_FILES}) AS files ORDER BY id, place
""")
_RECORDS = text(f"""
SELECT r.id AS record_id, r.version, r.listed_on, r.source_id, s.region, v.title, v.fields, w.attachments, v.flags,
       v.published_date, v.written_date, k.fetched_at, left(c.text, :characters) AS text,
       char_length(c.text) > :characters AS truncated
FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
CROSS JOIN LATERAL {WHOLE} AS w
JOIN archive.source s ON s.id = r.source_id
JOIN archive.content c ON c.hash = w.content_hash
JOIN archive.capture k ON k.id = v.capture_id
WHERE r.id = ANY(:records) ORDER BY r.id
""")
_COLUMNS = SearchEntry.__table__.columns.keys()
_ENTRIES = insertion(
    SearchEntry,
    _COLUMNS,
    f"ON CONFLICT (record_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])} "
    # If two transactions write the same entry, the one that saw the older version must not overwrite the other.
    "WHERE search_entry.version <= excluded.version",
)
_WAITING = text("SELECT count(*) FROM (SELECT FROM archive.search_entry WHERE NOT in_index LIMIT :most) AS waiting")
_INDEX = text("SELECT archive.index_entries(:most)")
