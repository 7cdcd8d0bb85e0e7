"""Downloads of the records that a filter selects: the page with formats and sizes, and the streams."""

from collections.abc import AsyncIterator
from itertools import chain
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

from fastapi import APIRouter, Depends
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from etl.archive.queries.counts import count_at_most
from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive
from etl.browse.errors import RequestRefused
from etl.browse.http.parameters import refuse_unknown
from etl.browse.http.routes import BaseAddress, FilterParam, OpenArchive, Respond, page_route, read_only
from etl.browse.pages.export import EXTENSIONS, MAX_RECORDS, export_page, file_name
from etl.export.exporting import DamagedExport, ExportRequest, Format, export_into
from etl.export.streaming import Stream
from etl.web.disposition import disposition

router = APIRouter(redirect_slashes=False, dependencies=[Depends(refuse_unknown)])

MOST_AT_ONCE = 2
"""Maximum number of concurrent downloads in one process: each takes most of a CPU, which pages need too."""
_slots = BoundedSemaphore(MOST_AT_ONCE)
_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.TXT: "application/zip",
    Format.WACZ: "application/wacz",
    Format.WARC: "application/warc",
    Format.BAGIT: "application/zip",
}


@page_route("/export", to=router)
def export_choices(archive: OpenArchive, responder: Respond, base: BaseAddress, record_filter: FilterParam) -> Response:
    """The formats in which the matching records can be downloaded, with their sizes."""
    with read_only(archive) as connection:
        page = export_page(connection, record_filter, base)
    return responder.page("export.html", page)


@router.get("/export/{kind}", response_model=None)
def download(archive: OpenArchive, base: BaseAddress, record_filter: FilterParam, kind: Format) -> Response:
    """The matching records in one format, streamed. A download that fails is cut off."""
    _refuse_none_and_too_many(archive, record_filter, kind)
    if not _slots.acquire(blocking=False):
        raise RequestRefused(503, "export_busy", headers={"retry-after": "60"})
    request = ExportRequest(kind, Path(name := file_name(record_filter, kind)), record_filter, base=base)

    def write(out: IO[bytes]) -> None:
        export_into(archive, request, out)

    stream = Stream(write, ended=_slots.release)
    try:
        # An error before the first chunk gives an error page.
        first = next(stream, b"")
    except DamagedExport as error:
        raise RequestRefused(500, "export_damaged", str(error)) from error
    fallback = f"records.{EXTENSIONS.get(kind, kind)}"
    headers = {"content-disposition": disposition("attachment", fallback, name), "x-accel-buffering": "no"}
    return _Download(first, stream, _MEDIA_TYPES[kind], headers)


def _refuse_none_and_too_many(archive: Archive, record_filter: RecordFilter, kind: Format) -> None:
    most = MAX_RECORDS[kind]
    with read_only(archive) as connection:
        number = count_at_most(connection, record_filter, most + 1)
    if not number:
        raise RequestRefused(404, "export_empty")
    if number > most:
        raise RequestRefused(413, "export_large", f"more than {most} records")


class _Download(StreamingResponse):
    """Tells the writer when the reader is gone."""

    def __init__(self, first: bytes, stream: Stream, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(self._chunks(first, stream), headers=headers, media_type=media_type)

    async def _chunks(self, first: bytes, stream: Stream) -> AsyncIterator[bytes]:
        try:
            async for chunk in iterate_in_threadpool(chain([first], stream)):
                yield chunk
        finally:
            stream.close()
