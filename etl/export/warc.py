"""Captures as a WARC file (ISO 28500, WARC/1.1), each record a gzip member: response or revisit, request, metadata.

Bodies stand as they are kept, after content and transfer decoding, so the headers that tell of the coding are kept
under `X-Archive-Orig-…`, the prefix that replay tools know, and `Content-Length` is that of the body. A WARC file that
keeps such headers over decoded bodies is broken: see pywb issue 584 and httrack2warc issue 5.
"""

import io
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.export.captures import ExportedCapture, ExportSize, exported_captures
from etl.export.output import ByteSink, HashingWriter
from etl.progress import Counter
from etl.reasons import english

_RECORD_IDS = uuid.UUID("5d9df4f2-8d0c-4a8f-9c0c-3c1b1a2f7b60")
_ORIGINAL_PREFIX = "X-Archive-Orig-"
_CODING_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """Where a response or revisit stands in the file, and what an index says of it."""

    capture: ExportedCapture
    digest: str
    media_type: str | None
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class WarcResult:
    """What a WARC file holds, and by SHA-256 the bytes that it lacks because they are damaged."""

    responses: int
    revisits: int
    damaged: dict[str, UnreadableItem]


def write_warc(
    connection: Connection,
    archive: Archive,
    asked: RecordFilter,
    out: ByteSink,
    size: ExportSize,
    *,
    all_captures: bool,
    count: Counter,
    index: Callable[[IndexedRecord], None] = lambda item: None,
) -> WarcResult:
    """Write the captures of `exported_captures`, one body in memory at a time. The same captures give the same bytes.

    A capture whose bytes are damaged is left out; what the archive says of it stands there alone. Raises `StoreError`.
    """
    counted = HashingWriter(out)
    writer = _Sha256Writer(counted, gzip=True, warc_version="WARC/1.1")
    writer.write_record(_warcinfo_record(writer, asked, size.newest or _EPOCH))
    responses = revisits = 0
    damaged: dict[str, UnreadableItem] = {}
    for item in exported_captures(connection, asked, all_captures=all_captures):
        before = counted.size
        try:
            body = None if item.is_repeat else read_blob(archive, item.blob_sha256)
        except DamagedBlob as error:
            damaged[item.blob_sha256] = unreadable(item.final_url, error)
        if gone := damaged.get(item.blob_sha256):
            writer.write_record(
                _metadata_record(writer, item, {"gongkai-damaged": f"{gone.kind}: {english(gone.detail)}"})
            )
            count.add()
            continue
        main, *others = _warc_records(writer, item, body)
        writer.write_record(main)
        media_type = main.http_headers.get_header("Content-Type")
        index(IndexedRecord(item, _digest(item), media_type, before, counted.size - before))
        for record in others:
            writer.write_record(record)
        responses += not item.is_repeat
        revisits += item.is_repeat
        count.add()
    return WarcResult(responses, revisits, damaged)


def warc_date(at: datetime) -> str:
    """WARC-Date to the microsecond, which WARC/1.1 allows."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


class _Sha256Writer(WARCWriter):  # type: ignore[misc]
    @staticmethod
    def _create_digester() -> Any:
        return Digester("sha256")


class _Headers(StatusAndHeaders):  # type: ignore[misc]
    """Headers as they came: warcio would percent-encode what is not ASCII.

    httpx reads headers as UTF-8, and as Latin-1 where they are none.
    """

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        try:
            self.headers_buff = self.to_bytes(encoding="latin-1")
        except UnicodeEncodeError:
            self.headers_buff = self.to_bytes(encoding="utf-8")


def _warc_records(writer: _Sha256Writer, item: ExportedCapture, body: bytes | None) -> Iterator[Any]:
    """The response or, without a body, the revisit; then the request and what the archive says of the capture."""
    target, at = item.final_url, warc_date(item.fetched_at)
    own = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "response"), "WARC-Date": at}
    if body is None:
        own["WARC-Refers-To"] = _record_id(item.first_id, item.first_at, "response")
        where = item.first_url, warc_date(item.first_at)
        yield writer.create_revisit_record(target, _digest(item), *where, _response_headers(item), own)
    else:
        own["WARC-Payload-Digest"] = _digest(item)
        yield writer.create_warc_record(
            target, "response", io.BytesIO(body), len(body), "", own, None, _response_headers(item)
        )
    beside = {"WARC-Date": at, "WARC-Concurrent-To": own["WARC-Record-ID"]}
    if item.request_headers:
        record_id = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "request")}
        yield writer.create_warc_record(
            target, "request", http_headers=_request_headers(item), warc_headers_dict=record_id | beside
        )
    yield _metadata_record(writer, item, {}, beside)


def _metadata_record(
    writer: _Sha256Writer, item: ExportedCapture, more: dict[str, str], beside: dict[str, str] | None = None
) -> Any:
    """What the archive says of the capture, and `more`; beside its response unless that is left out."""
    values = {
        "fetchTimeMs": item.elapsed_ms,
        "via": item.url if item.url != item.final_url else "",
        "gongkai-source": item.source_id,
        "gongkai-capture": item.id,
        "gongkai-outcome": item.outcome,
        "gongkai-reason": item.reason,
        "gongkai-kind": item.kind,
        "gongkai-part-of": item.part_of or "",
        "gongkai-part": item.part or "",
        "gongkai-listing": _json_without_spaces(item.listing) if item.listing else "",
    }
    said = _warc_fields(values | more)
    headers = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "metadata")}
    headers |= beside or {"WARC-Date": warc_date(item.fetched_at)}
    return writer.create_warc_record(
        item.final_url, "metadata", io.BytesIO(said), len(said), "application/warc-fields", headers
    )


def _json_without_spaces(value: Mapping[str, Any]) -> str:
    """JSON of ASCII letters without a space, which `_warc_fields` leaves as it is."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).replace(" ", "\\u0020")


def _warcinfo_record(writer: _Sha256Writer, asked: RecordFilter, newest: datetime) -> Any:
    """The file's own description. Its date is that of the newest capture: one of today would change the bytes."""
    filters = {name: getattr(asked, name) for name in asked.__slots__ if getattr(asked, name)}
    said = _warc_fields(
        {
            "software": f"gongkai/{version('gongkai')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": f"records: {'; '.join(f'{name} {value}' for name, value in filters.items()) or 'all'}",
        }
    )
    headers = {"WARC-Record-ID": _record_id(0, newest, f"warcinfo {filters}"), "WARC-Date": warc_date(newest)}
    return writer.create_warc_record("", "warcinfo", io.BytesIO(said), len(said), "application/warc-fields", headers)


def _response_headers(item: ExportedCapture) -> _Headers:
    """The status line and headers, made right for the body. The protocol is not kept; HTTP/2 is written so as well."""
    known = {status.value: status.phrase for status in HTTPStatus}
    headers = [
        (f"{_ORIGINAL_PREFIX}{name}" if name.lower() in _CODING_HEADERS else name, " ".join(value.splitlines()))
        for name, value in item.headers
    ]
    status = f"{item.status} {known.get(item.status, '')}".strip()
    return _Headers(status, [*headers, ("Content-Length", str(item.size))], protocol="HTTP/1.1")


def _request_headers(item: ExportedCapture) -> _Headers:
    parts = urlsplit(item.final_url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    headers = [("Host", parts.netloc.rpartition("@")[2]), *((name, value) for name, value in item.request_headers)]
    return _Headers(f"GET {path} HTTP/1.1", headers, is_http_request=True)


def _digest(item: ExportedCapture) -> str:
    return f"sha256:{item.blob_sha256}"


def _record_id(capture: int, at: datetime, kind: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_RECORD_IDS, f'{capture} {warc_date(at)} {kind}')}>"


def _warc_fields(values: dict[str, Any]) -> bytes:
    lines = ((name, " ".join(str(value).split())) for name, value in values.items())
    return "".join(f"{name}: {value}\r\n" for name, value in lines if value).encode()
