"""Writes captures as a WARC file (ISO 28500, WARC/1.1) with a gzip member for each record: response or revisit,
request, metadata.

Bodies are stored after content and transfer decoding. So the headers that describe the coding are written as
`X-Archive-Orig-…`, a prefix that replay tools know, and `Content-Length` is that of the decoded body. A WARC file that
has decoded bodies with the original headers is broken: see pywb issue 584 and httrack2warc issue 5.
"""

import io
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Set
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
from etl.export.captures import ExportedCapture, ExportSize, exported_captures, resource_captures
from etl.export.looks import Looks
from etl.export.output import ByteSink, HashingWriter
from etl.progress import Counter
from etl.reasons import english

_RECORD_IDS = uuid.UUID("5d9df4f2-8d0c-4a8f-9c0c-3c1b1a2f7b60")
_ORIGINAL_PREFIX = "X-Archive-Orig-"
_CODING_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """A response or revisit with its position in the file and the other values of its index line."""

    capture: ExportedCapture
    digest: str
    media_type: str | None
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class WarcResult:
    """The numbers of records in a WARC file; `resources`: style sheets and pictures. `damaged`: blobs that were left
    out, by SHA-256. `looks`: the captures of its pages' style sheets and pictures."""

    responses: int
    revisits: int
    resources: int
    damaged: dict[str, UnreadableItem]
    looks: Set[int]


def write_warc(
    connection: Connection,
    archive: Archive,
    record_filter: RecordFilter,
    out: ByteSink,
    size: ExportSize,
    *,
    all_captures: bool,
    count: Counter,
    index: Callable[[IndexedRecord], None] = lambda item: None,
) -> WarcResult:
    """Write the captures of `exported_captures`, then those of their pages' looks; one body is in memory at a time.

    The same captures give the same bytes.

    A capture with damaged bytes is left out; only its `metadata` record is written. Raises `StoreError`.
    """
    counted = HashingWriter(out)
    writer = _Sha256Writer(counted, gzip=True, warc_version="WARC/1.1")
    writer.write_record(_warcinfo_record(writer, record_filter, size.newest or _EPOCH))
    looks = Looks(connection, archive)
    resources = 0
    responses = revisits = 0
    damaged: dict[str, UnreadableItem] = {}

    def captures() -> Iterator[ExportedCapture]:
        for item in exported_captures(connection, record_filter, all_captures=all_captures):
            yield item
            count.add()
        # The looks are known only now that all pages were read, so they are not part of the progress.
        yield from resource_captures(connection, record_filter, looks.captures, all_captures=all_captures)

    for item in captures():
        offset = counted.size
        try:
            body = None if item.is_repeat else read_blob(archive, item.blob_sha256)
        except DamagedBlob as error:
            damaged[item.blob_sha256] = unreadable(item.final_url, error)
        if damage := damaged.get(item.blob_sha256):
            writer.write_record(
                _metadata_record(writer, item, {"gongkai-damaged": f"{damage.kind}: {english(damage.detail)}"})
            )
            continue
        looks.add(item, body)
        main, *others = _warc_records(writer, item, body)
        writer.write_record(main)
        media_type = main.http_headers.get_header("Content-Type")
        index(IndexedRecord(item, _digest(item), media_type, offset, counted.size - offset))
        for record in others:
            writer.write_record(record)
        responses += not item.is_repeat
        revisits += item.is_repeat
        resources += item.kind == "resource"
    return WarcResult(responses, revisits, resources, damaged, looks.captures)


def warc_date(time: datetime) -> str:
    """WARC-Date with microseconds, which WARC/1.1 allows."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


class _Sha256Writer(WARCWriter):  # type: ignore[misc]
    @staticmethod
    def _create_digester() -> Any:
        return Digester("sha256")


class _Headers(StatusAndHeaders):  # type: ignore[misc]
    """Headers as they were received: warcio would percent-encode characters outside ASCII.

    httpx decodes headers as UTF-8, or as Latin-1 if they are not valid UTF-8.
    """

    def compute_headers_buffer(self, header_filter: Any = None) -> None:
        try:
            self.headers_buff = self.to_bytes(encoding="latin-1")
        except UnicodeEncodeError:
            self.headers_buff = self.to_bytes(encoding="utf-8")


def _warc_records(writer: _Sha256Writer, item: ExportedCapture, body: bytes | None) -> Iterator[Any]:
    """The response or, without a body, the revisit; then the request and the metadata."""
    target, date = item.final_url, warc_date(item.fetched_at)
    headers = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "response"), "WARC-Date": date}
    if body is None:
        headers["WARC-Refers-To"] = _record_id(item.first_id, item.first_at, "response")
        first = item.first_url, warc_date(item.first_at)
        yield writer.create_revisit_record(target, _digest(item), *first, _response_headers(item), headers)
    else:
        headers["WARC-Payload-Digest"] = _digest(item)
        yield writer.create_warc_record(
            target, "response", io.BytesIO(body), len(body), "", headers, None, _response_headers(item)
        )
    concurrent = {"WARC-Date": date, "WARC-Concurrent-To": headers["WARC-Record-ID"]}
    if item.request_headers:
        record_id = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "request")}
        yield writer.create_warc_record(
            target, "request", http_headers=_request_headers(item), warc_headers_dict=record_id | concurrent
        )
    yield _metadata_record(writer, item, {}, concurrent)


def _metadata_record(
    writer: _Sha256Writer, item: ExportedCapture, more: dict[str, str], concurrent: dict[str, str] | None = None
) -> Any:
    """A record with what the archive knows about the capture, and `more`. `concurrent`: headers that refer to the
    response, if any."""
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
    content = _warc_fields(values | more)
    headers = {"WARC-Record-ID": _record_id(item.id, item.fetched_at, "metadata")}
    headers |= concurrent or {"WARC-Date": warc_date(item.fetched_at)}
    return writer.create_warc_record(
        item.final_url, "metadata", io.BytesIO(content), len(content), "application/warc-fields", headers
    )


def _json_without_spaces(value: Mapping[str, Any]) -> str:
    """JSON in ASCII without spaces, which `_warc_fields` does not change."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).replace(" ", "\\u0020")


def _warcinfo_record(writer: _Sha256Writer, record_filter: RecordFilter, newest: datetime) -> Any:
    """The description of the file. Its date is that of the newest capture: the current time would change the bytes."""
    filters = {name: getattr(record_filter, name) for name in record_filter.__slots__ if getattr(record_filter, name)}
    content = _warc_fields(
        {
            "software": f"gongkai/{version('gongkai')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": f"records: {'; '.join(f'{name} {value}' for name, value in filters.items()) or 'all'}",
        }
    )
    headers = {"WARC-Record-ID": _record_id(0, newest, f"warcinfo {filters}"), "WARC-Date": warc_date(newest)}
    return writer.create_warc_record(
        "", "warcinfo", io.BytesIO(content), len(content), "application/warc-fields", headers
    )


def _response_headers(item: ExportedCapture) -> _Headers:
    """Status line and headers that fit the stored body. The protocol is not stored: HTTP/2 becomes HTTP/1.1."""
    phrases = {status.value: status.phrase for status in HTTPStatus}
    headers = [
        (f"{_ORIGINAL_PREFIX}{name}" if name.lower() in _CODING_HEADERS else name, " ".join(value.splitlines()))
        for name, value in item.headers
    ]
    status = f"{item.status} {phrases.get(item.status, '')}".strip()
    return _Headers(status, [*headers, ("Content-Length", str(item.size))], protocol="HTTP/1.1")


def _request_headers(item: ExportedCapture) -> _Headers:
    parts = urlsplit(item.final_url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    headers = [("Host", parts.netloc.rpartition("@")[2]), *((name, value) for name, value in item.request_headers)]
    return _Headers(f"GET {path} HTTP/1.1", headers, is_http_request=True)


def _digest(item: ExportedCapture) -> str:
    return f"sha256:{item.blob_sha256}"


def _record_id(capture: int, time: datetime, kind: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_RECORD_IDS, f'{capture} {warc_date(time)} {kind}')}>"


def _warc_fields(values: dict[str, Any]) -> bytes:
    lines = ((name, " ".join(str(value).split())) for name, value in values.items())
    return "".join(f"{name}: {value}\r\n" for name, value in lines if value).encode()
