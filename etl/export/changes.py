"""Exports the change feed as Parquet files by month to the archive's bucket. Reads `api_v1` like any downstream job.

    exports/changes/month=2026-02/000000000001.parquet   named by its first change_seq; month in UTC
    exports/changes/manifest.json                        the files, and the last exported change_seq

A file is named by its first change, and the manifest is written last, so the next run overwrites files that an
interrupted run left. Changes and versions are immutable, so a file in the manifest is never written again.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from etl.archive.queries.published import last_change
from etl.archive.storage.archive import Archive
from etl.archive.storage.bucket import MissingObject, Store, sha256
from etl.archive.storage.database import lock_change_export, translate_database_errors
from etl.archive.storage.layout import CHANGES_EXPORT
from etl.errors import GongkaiError
from etl.export.parquet import write_parquet

FOLDER = CHANGES_EXPORT
MANIFEST = f"{FOLDER}manifest.json"
CHANGES_PER_QUERY = 200
"""Changes read by one query."""
MAX_CHANGES, MAX_CHARS = 10_000, 16_000_000
"""Files are written after this many changes or characters of text: some tens of megabytes held in memory."""

_TEXT, _NUMBER, _TIME = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    [
        pa.field("change_seq", _NUMBER, nullable=False),
        pa.field("kind", _TEXT, nullable=False),
        pa.field("record_id", _NUMBER, nullable=False),
        pa.field("version", _NUMBER, nullable=False),
        pa.field("changed_at", _TIME, nullable=False),
        pa.field("reason", _TEXT),
        pa.field("run_id", _NUMBER),
        pa.field("source_id", _TEXT, nullable=False),
        pa.field("url", _TEXT, nullable=False),
        pa.field("short_id", _TEXT, nullable=False),
        pa.field("content_hash", _TEXT, nullable=False),
        pa.field("title", _TEXT, nullable=False),
        pa.field("index_number", _TEXT),
        pa.field("publisher", _TEXT),
        pa.field("document_number", _TEXT),
        pa.field("written_date", pa.date32()),
        pa.field("published_date", pa.date32()),
        pa.field("fields", pa.map_(_TEXT, _TEXT), nullable=False),
        pa.field("corrected_fields", pa.list_(_TEXT), nullable=False),
        pa.field("text", _TEXT, nullable=False),
        pa.field("flags", pa.list_(_TEXT), nullable=False),
        pa.field("captured_at", _TIME, nullable=False),
    ]
)
"""A change with the version that it made. Columns as in `api_v1`."""

_CHANGES_AFTER = text(f"""
SELECT {", ".join(SCHEMA.names)}
FROM (SELECT change_seq, kind, record_id, version, changed_at, reason, run_id FROM api_v1.changes) AS c
JOIN (SELECT record_id, version, source_id, url, short_id, content_hash, title, index_number, publisher,
             document_number, written_date, published_date, fields, corrected_fields, text, flags, captured_at
      FROM api_v1.record_versions) AS v USING (record_id, version)
WHERE change_seq > :after AND change_seq <= :last ORDER BY change_seq LIMIT :page
""")


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A Parquet file in the manifest: object key, month (UTC), first and last change_seq, rows, bytes, SHA-256."""

    key: str
    month: str
    change_seq_from: int
    change_seq_to: int
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """The exported files, which hold all changes up to and including `change_seq_to`."""

    change_seq_to: int
    files: tuple[ExportedFile, ...]


def export_changes(archive: Archive, reader: Engine) -> ExportManifest:
    """Export the new changes of the feed, if any. Returns the new manifest.

    `reader` connects as the role that reads `api_v1`. Raises `GongkaiError` if another export is running, or the bucket
    is ahead of the database.
    """
    with translate_database_errors(archive.engine), archive.engine.begin() as lock_connection:
        lock_change_export(lock_connection)
        with translate_database_errors(reader), reader.begin() as connection:
            return _export_new_changes(connection, archive.store)


def _export_new_changes(connection: Connection, store: Store) -> ExportManifest:
    manifest, last = read_manifest(store), last_change(connection)
    if manifest.change_seq_to > last:
        raise GongkaiError(
            f"{MANIFEST} in {store.address.bucket!r} has change {manifest.change_seq_to}, the database ends at {last}",
            hint=f"rebuild the database first; if the bucket belongs to another archive, move {FOLDER} away",
        )
    while manifest.change_seq_to < last:
        rows = _next_changes(connection, manifest.change_seq_to, last)
        files = [_write_file(store, month, part) for month, part in _by_month(rows)]
        manifest = ExportManifest(rows[-1]["change_seq"], (*manifest.files, *files))
        store.put(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def read_manifest(store: Store) -> ExportManifest:
    """The manifest in the bucket; an empty one if nothing was exported yet."""
    try:
        stored = json.loads(store.read(MANIFEST))
    except MissingObject:
        return ExportManifest(0, ())
    return ExportManifest(stored["change_seq_to"], tuple(ExportedFile(**file) for file in stored["files"]))


def _next_changes(connection: Connection, after: int, last: int) -> list[Mapping[str, Any]]:
    """The next changes, as many as may be held in memory. The same `after` gives the same rows."""
    rows: list[Mapping[str, Any]] = []
    characters = 0
    while len(rows) < MAX_CHANGES and characters < MAX_CHARS and after < last:
        page = (
            connection.execute(_CHANGES_AFTER, {"after": after, "last": last, "page": CHANGES_PER_QUERY})
            .mappings()
            .all()
        )
        rows += [dict(row) for row in page]
        characters += sum(len(row["text"]) for row in page)
        after = page[-1]["change_seq"]
    return rows


def _by_month(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The rows by month. Months may be interleaved: a transaction that began earlier can commit later."""

    def month(row: Mapping[str, Any]) -> str:
        return f"{row['changed_at']:%Y-%m}"

    for name, part in groupby(sorted(rows, key=month), month):
        yield name, list(part)


def _write_file(store: Store, month: str, rows: list[Mapping[str, Any]]) -> ExportedFile:
    out = io.BytesIO()
    write_parquet(out, SCHEMA, [rows])
    body, first, last = out.getvalue(), rows[0]["change_seq"], rows[-1]["change_seq"]
    key = f"{FOLDER}month={month}/{first:012}.parquet"
    store.put(key, body)
    return ExportedFile(key, month, first, last, len(rows), len(body), sha256(body))
