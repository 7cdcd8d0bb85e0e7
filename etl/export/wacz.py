"""WACZ 1.1.1: a WARC file with its index and a list of pages in one ZIP, as ReplayWeb.page opens it.

https://specs.webrecorder.net/wacz/1.1.1/
"""

import json
import zipfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO, Any

from sqlalchemy import Connection

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.export.captures import ExportSize, record_texts
from etl.export.cdxj import INDEX_NAME, LineSorter, index_line, write_index
from etl.export.output import HashingWriter
from etl.export.wacz_signing import Signer, signed_data, time_text
from etl.export.warc import IndexedRecord, WarcResult, write_warc
from etl.progress import Counter

_WARC_PATH = "archive/data.warc.gz"


def write_wacz(
    connection: Connection,
    archive: Archive,
    record_filter: RecordFilter,
    out: IO[bytes],
    size: ExportSize,
    *,
    all_captures: bool,
    count: Counter,
    signer: Signer | None = None,
) -> WarcResult:
    """Write the package to a seekable file, in bounded memory. Unsigned, the same captures give the same bytes.

    `created` is left out of the description of an unsigned one: the current time would change the bytes. Raises
    `NoTimeStamp`, with the package unfinished.
    """
    now = datetime.now(UTC)
    software = f"gongkai/{version('gongkai')}"
    with zipfile.ZipFile(out, "w") as package, LineSorter() as lines:
        resources: list[dict[str, str | int]] = []

        def index(item: IndexedRecord) -> None:
            lines.add(_index_line(item))

        with _package_file(package, _WARC_PATH, resources) as file:
            written = write_warc(
                connection, archive, record_filter, file, size, all_captures=all_captures, count=count, index=index
            )
        with _package_file(package, f"indexes/{INDEX_NAME}", resources) as file:
            blocks = write_index(lines.sorted(), file)
        with _package_file(package, "indexes/index.idx", resources) as file:
            file.write(blocks.encode())
        with _package_file(package, "pages/pages.jsonl", resources, packed=True) as file:
            _write_page_list(connection, record_filter, file, written.damaged)
        description = _json_line(
            {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "title": f"公开档案 {record_filter.source}".strip(),
                "software": software,
                **({"created": time_text(now)} if signer else {}),
                "resources": resources,
            }
        )
        with _package_file(package, "datapackage.json", []) as file:
            file.write(description)
            digest: dict[str, Any] = {"path": "datapackage.json", "hash": f"sha256:{file.sha256}"}
        if signer:
            digest["signedData"] = signed_data(signer, digest["hash"], now, software)
        with _package_file(package, "datapackage-digest.json", []) as file:
            file.write(_json_line(digest))
    return written


@contextmanager
def _package_file(
    package: zipfile.ZipFile, path: str, resources: list[dict[str, str | int]], *, packed: bool = False
) -> Iterator[HashingWriter]:
    """Open a file of the package. Without `packed` it is stored uncompressed, so that readers can seek in it."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    with package.open(entry, "w", force_zip64=True) as file:
        hashing = HashingWriter(file)
        yield hashing
    name = path.rpartition("/")[2]
    resources.append({"name": name, "path": path, "hash": f"sha256:{hashing.sha256}", "bytes": hashing.size})


def _write_page_list(
    connection: Connection, record_filter: RecordFilter, out: HashingWriter, damaged: Container[str]
) -> None:
    out.write(_json_line({"format": "json-pages-1.0", "id": "pages", "title": "公开文件", "hasText": True}))
    for page in record_texts(connection, record_filter):
        if page.blob_sha256 in damaged:
            continue
        captured_at = f"{page.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        out.write(
            _json_line(
                {
                    "id": f"{page.id}.{page.version}",
                    "url": page.url,
                    "ts": captured_at,
                    "title": page.title or page.url,
                    "text": page.text,
                }
            )
        )


def _index_line(item: IndexedRecord) -> str:
    """The line of a response or revisit, as `cdxj-indexer` writes it."""
    capture = item.capture
    media_type = "warc/revisit" if capture.is_repeat else item.media_type
    values = {
        "url": capture.final_url,
        **({} if media_type is None else {"mime": media_type.replace(";", " ").partition(" ")[0]}),
        "status": str(capture.status),
        "digest": item.digest,
        "length": str(item.length),
        "offset": str(item.offset),
        "filename": _WARC_PATH.rpartition("/")[2],
    }
    return index_line(capture.final_url, f"{capture.fetched_at.astimezone(UTC):%Y%m%d%H%M%S}", values)


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
