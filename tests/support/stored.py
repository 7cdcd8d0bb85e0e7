"""A small archive for tests of what is kept: imported pages, each with its blob."""

import gzip
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from etl.archive.storage.archive import Archive
from etl.archive.storage.layout import blob_key
from etl.archive.storage.log_format import LogLine
from etl.archive.storage.log_lines import CaptureLine
from etl.archive.storage.log_object import log_bytes
from etl.local.services import Addresses
from etl.pipeline.warc.importing import import_source, import_warc, scan_warc
from tests.support.gongkai import rows
from tests.support.warc import page, warc


def keep(archive: Archive, folder: Path, number: int, source: str = "imported") -> list[str]:
    """Imports so many pages; their digests in the order of their addresses, `https://a.example/<source>/<n>.html`."""
    urls = [f"https://a.example/{source}/{n}.html" for n in range(number)]
    texts = ["\n".join(f"{n}.{line} 本事项由经办科室按期办结并公开。" for line in range(12)) for n in range(number)]
    pages = [(url, page(f"关于第{n}号事项的通知", texts[n]), "200 OK") for n, url in enumerate(urls)]
    file = warc(folder / f"{source}.warc", pages)
    import_warc(archive, file, scan_warc(file), import_source().model_copy(update={"id": source}))
    digests = {row["url"]: row["blob_sha256"] for row in rows(archive, "SELECT url, blob_sha256 FROM archive.capture")}
    return [digests[url] for url in urls]


def write_log(archive: Archive, key: str, lines: Iterable[LogLine]) -> None:
    """Stores a log as it is, without a row that says so."""
    archive.store.put(key, log_bytes(lines))


def write_raw_log(archive: Archive, key: str, *lines: dict[str, Any]) -> None:
    """Stores a log of lines of any kind."""
    archive.store.put(key, gzip.compress("".join(f"{json.dumps(line)}\n" for line in lines).encode(), mtime=0))


def capture_line(capture: int, log: str, blob: str | None) -> CaptureLine:
    """The line of a capture that no database knows."""
    moment = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    url = f"https://a.example/{capture}.html"
    return CaptureLine(
        capture=capture,
        run=1,
        page=capture,
        kind="document",
        page_url=url,
        part_of=None,
        part=None,
        first_seen_at=moment,
        listing={},
        url=url,
        final_url=url,
        fetched_at=moment,
        elapsed_ms=1,
        status=200,
        request_headers=(),
        headers=(),
        outcome="stored" if blob else "network_error",
        reason="",
        blob=blob,
        stored_at=moment,
        size=1,
        log=log,
    )


def flip_a_byte(archive: Archive, services: Addresses, digest: str) -> None:
    """Overwrites a blob with one of the same length."""
    body = archive.store.blob(digest)
    changed = bytes([body[0] ^ 1]) + body[1:]
    services.store.client().put_object(
        archive.store.address.bucket, blob_key(digest), io.BytesIO(changed), len(changed)
    )


def age(owner_url: str, statement: str, **values: object) -> None:
    """Changes rows as only their owner may."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
