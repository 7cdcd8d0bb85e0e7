"""Records with given titles and texts, written by the database itself, and their entries in the search."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from unittest import mock

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, make_url

from etl.archive.queries import ranking
from etl.archive.records.search_index import index_waiting, keep_entries
from etl.archive.storage.archive import Database
from etl.extract import content_hash


@dataclass(frozen=True)
class Document:
    """An invented record. `fields` are extracted values; `file` is the text of an attachment, `others` are of more."""

    title: str
    text: str = ""
    published: str | None = "2024-03-05"
    fields: tuple[tuple[str, str], ...] = ()
    file: str = ""
    others: tuple[str, ...] = ()
    media_type: str = "application/pdf"
    flags: tuple[str, ...] = ()


def write(owner_url: str, documents: Sequence[Document], source: str = "searched", region: str = "500000") -> list[int]:
    """Writes them as records of the source, without entries; returns their numbers."""
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute(
            "INSERT INTO archive.source (id, name, agency, region, platform, definition) "
            "VALUES (%s, '云溪市目录', '云溪市人民政府', %s, 'generic', '{}') ON CONFLICT DO NOTHING",
            (source, region),
        )
        run = connection.execute(
            "INSERT INTO archive.run (source_id, key, kind, options) "
            "VALUES (%s, gen_random_uuid()::text, 'crawl', '{}') RETURNING id",
            (source,),
        ).fetchone()
        assert run is not None
        return [_write(connection, document, source, run[0]) for document in documents]


def _write(connection: psycopg.Connection, document: Document, source: str, run: int) -> int:
    attachments = []
    for each in filter(None, (document.file, *document.others)):
        digest = _content(connection, each)
        connection.execute("INSERT INTO archive.blob (sha256, size) VALUES (%s, 1) ON CONFLICT DO NOTHING", (digest,))
        connection.execute(
            "INSERT INTO archive.file (blob_sha256, media_type, outcome, reason, content_hash, method, members, "
            "reader) VALUES (%s, %s, 'read', '', %s, '', '[]', '1') ON CONFLICT DO NOTHING",
            (digest, document.media_type, digest),
        )
        attachments.append({"url": f"http://a.example/{digest}", "name": "附表", "role": "file", "sha256": digest})
    values = {"title": document.title, **dict(document.fields)}
    if document.published:
        values["published_date"] = document.published
    fields = [
        {"name": name, "value": value, "raw": value, "label": "", "origin": "table", "rule": "label", "chosen": True}
        for name, value in values.items()
    ]
    written = values.get("written_date")
    row = connection.execute(
        """WITH page AS (
            INSERT INTO archive.page (source_id, url, kind) VALUES (%(source)s, gen_random_uuid()::text, 'document')
            RETURNING id
        ), capture AS (
            INSERT INTO archive.capture (page_id, run_id, url, final_url, fetched_at, elapsed_ms, status,
                                         request_headers, headers, outcome, reason, log)
            SELECT id, %(run)s, '', '', now(), 1, 200, '[]', '[]', 'stored', '', '' FROM page RETURNING id
        ), record AS (
            INSERT INTO archive.record (page_id, source_id, version, content_hash, read_with, listed_on)
            SELECT id, %(source)s, 1, %(hash)s, '1.1', coalesce(%(published)s::date, '2020-01-01') FROM page
            RETURNING id
        ), version AS (
            INSERT INTO archive.record_version
            (record_id, version, kind, capture_id, content_hash, title, publisher, document_number, index_number,
             published_date, written_date, fields, attachments, flags, extractor)
            SELECT record.id, 1, 'created', capture.id, %(hash)s, %(title)s, %(publisher)s, %(number)s, %(index)s,
                   %(published)s::date, %(written)s::date, %(fields)s, %(attachments)s, %(flags)s, '1'
            FROM record, capture
        )
        SELECT id FROM record""",
        {
            "source": source,
            "run": run,
            "hash": _content(connection, document.text),
            "title": document.title,
            "publisher": values.get("publisher"),
            "number": values.get("document_number"),
            "index": values.get("index_number"),
            "published": date.fromisoformat(document.published) if document.published else None,
            "written": date.fromisoformat(written) if written else None,
            "fields": Jsonb(fields),
            "attachments": Jsonb(attachments),
            "flags": list(document.flags),
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def _content(connection: psycopg.Connection, text: str) -> str:
    digest = content_hash(text).sha256
    connection.execute(
        "INSERT INTO archive.content (hash, normaliser, text) VALUES (%s, 1, %s) ON CONFLICT DO NOTHING", (digest, text)
    )
    return digest


def write_and_index(owner_url: str, documents: Sequence[Document], source: str = "searched") -> list[int]:
    """Writes them as records with their entries in the index."""
    numbers = write(owner_url, documents, source)
    database = Database(create_engine(owner_url))
    with database.engine.begin() as connection:
        keep_entries(connection, numbers)
    index_waiting(database)
    database.engine.dispose()
    return numbers


@contextmanager
def counted_to(many: int, leading: int) -> Iterator[None]:
    """A search counts up to `many` records only, if at least `leading` of them come first."""
    ranking._first.cache_clear()
    try:
        with mock.patch.multiple(ranking, MANY=many, MIN_LEADING=leading):
            yield
    finally:
        ranking._first.cache_clear()
