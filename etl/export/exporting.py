"""Runs an export: formats, checks of the request, and the output file or folder."""

import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from etl.archive.queries.citation import MOUNT
from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive, Database
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import DamagedBlob
from etl.archive.storage.lookups import snapshot
from etl.errors import Damaged, GongkaiError
from etl.export.bag.bag import Files, write_bag
from etl.export.captures import captures_with_known_damage, export_size
from etl.export.output import atomic_file, atomic_folder
from etl.export.rows import count_rows, count_texts, record_rows
from etl.export.tables import XLSX_ROWS, write_csv, write_jsonl, write_rows_as_parquet, write_texts, write_xlsx
from etl.export.wacz import write_wacz
from etl.export.wacz_signing import Signer
from etl.export.warc import WarcResult, write_warc
from etl.progress import Counter, ProgressCallback, no_progress

STANDARD_OUTPUT = Path("-")


class Format(StrEnum):
    """The formats of an export."""

    WARC = "warc"
    WACZ = "wacz"
    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    TXT = "txt"
    BAGIT = "bagit"

    @property
    def has_bytes(self) -> bool:
        """Whether it contains captures, which need the bucket; the other formats need only the database."""
        return self in _CAPTURE_WRITERS

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files."""
        return self in (Format.TXT, Format.BAGIT)


_CAPTURE_WRITERS: dict[Format, Callable[..., WarcResult]] = {
    Format.WARC: write_warc,
    Format.WACZ: write_wacz,
    Format.BAGIT: write_warc,
}
TABLE_WRITERS = {
    Format.JSONL: write_jsonl,
    Format.CSV: write_csv,
    Format.XLSX: write_xlsx,
    Format.PARQUET: write_rows_as_parquet,
}
WITH_PERMALINKS = frozenset({*TABLE_WRITERS, Format.BAGIT})
_TO_STANDARD_OUTPUT = {Format.JSONL, Format.CSV}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where.

    `all_captures` (WARC, WACZ and BagIt) takes every capture of the pages; `versions` (tables and JSON) every version
    of the records. `base` is the browser's address, for permalinks. `skip_damaged` leaves out captures whose bytes are
    damaged. `signer` signs WACZ.
    """

    format: Format
    out: Path
    filter: RecordFilter
    all_captures: bool = False
    versions: bool = False
    base: str = MOUNT
    skip_damaged: bool = False
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """Numbers of an export: rows, texts or captures written, and items left out because they have no text or bytes.

    Of the captures, `repeated` are revisits of the same bytes, and `resources` style sheets and pictures. `damaged`:
    damaged blobs, whose captures were also left out.
    """

    written: int
    repeated: int = 0
    resources: int = 0
    left_out: int = 0
    damaged: tuple[UnreadableItem, ...] = ()


def export(archive: Database, request: ExportRequest, progress: ProgressCallback = no_progress) -> ExportResult:
    """Writes an export of one state of the archive. If it fails or is interrupted, no file is left under its name.

    Formats with bytes need an `Archive`. Raises `GongkaiError` for an invalid request or a file that cannot be written,
    `DamagedExport`, `StoreError` and `DatabaseError`.
    """
    _check_request(request)
    with snapshot(archive) as connection:
        if not request.format.is_folder:
            with _open_output(request) as out:
                return _write(connection, archive, request, out, progress)
        with atomic_folder(request.out) as folder:

            @contextmanager
            def create(name: str) -> Iterator[IO[bytes]]:
                (folder / name).parent.mkdir(exist_ok=True)
                with (folder / name).open("wb") as file:
                    yield file

            return _write_files(connection, archive, request, create, progress)


def export_into(archive: Database, request: ExportRequest, out: IO[bytes]) -> ExportResult:
    """Writes an export to an open file, such as a response; an export with several files is written as a ZIP file.

    Raises as `export` does, possibly after a part was written; the reader must not take this part for the whole.
    """
    with snapshot(archive) as connection:
        if not request.format.is_folder:
            return _write(connection, archive, request, out, no_progress)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:

            @contextmanager
            def create(name: str) -> Iterator[IO[bytes]]:
                # A packed bag must be one folder (RFC 8493, section 4.2).
                path = f"bag/{name}" if request.format is Format.BAGIT else name
                entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with package.open(entry, "w", force_zip64=True) as file:
                    yield file

            return _write_files(connection, archive, request, create, no_progress)


def _write_files(
    connection: Connection, archive: Database, request: ExportRequest, create: Files, progress: ProgressCallback
) -> ExportResult:
    """Writes an export of many files."""
    if request.format is Format.TXT:
        total, _ = count_texts(connection, request.filter)

        def save(name: str, text: bytes) -> None:
            with create(name) as file:
                file.write(text)

        count = Counter("writing", total, progress)
        return ExportResult(total, left_out=write_texts(connection, request.filter, save, count))
    assert isinstance(archive, Archive)
    result = ExportResult(0)

    def write_captures(out: IO[bytes]) -> Set[int]:
        nonlocal result
        result, looks = _export_captures(connection, archive, request, out, progress)
        return looks

    count_rows(connection, request.filter)  # refuses an unknown source
    write_bag(
        connection,
        request.filter,
        create,
        request.base,
        all_captures=request.all_captures,
        write_captures=write_captures,
    )
    return result


def _write(
    connection: Connection, archive: Database, request: ExportRequest, out: IO[bytes], progress: ProgressCallback
) -> ExportResult:
    total = count_rows(connection, request.filter, versions=request.versions)
    if request.format.has_bytes and isinstance(archive, Archive):
        return _export_captures(connection, archive, request, out, progress)[0]
    if request.format is Format.XLSX and total > XLSX_ROWS:
        raise GongkaiError(
            f"{total:,} rows do not fit into a sheet, which has {XLSX_ROWS:,}", hint="narrow the filter, or use csv"
        )
    rows = record_rows(connection, request.filter, versions=request.versions)
    TABLE_WRITERS[request.format](connection, rows, out, request.base, Counter("writing", total, progress))
    return ExportResult(total)


class DamagedExport(Damaged):
    """Bytes to be exported are damaged. `lost` lists the blobs."""

    def __init__(self, lost: Sequence[UnreadableItem]) -> None:
        super().__init__(
            f"{len(lost)} stored bodies are damaged and nothing was written; the first: {lost[0]}",
            hint="restore them with `gongkai restore BACKUP`, or leave them out with --skip-damaged",
        )
        self.lost = lost


def _export_captures(
    connection: Connection, archive: Archive, request: ExportRequest, out: IO[bytes], progress: ProgressCallback
) -> tuple[ExportResult, Set[int]]:
    """Writes a WARC or WACZ file; returns the result, and the captures of its pages' looks."""
    if not request.skip_damaged and (known := list(_still_damaged(connection, archive, request))):
        raise DamagedExport(known)
    size = export_size(connection, request.filter, all_captures=request.all_captures)
    signing = {"signer": request.signer} if request.format is Format.WACZ else {}
    written = _CAPTURE_WRITERS[request.format](
        connection,
        archive,
        request.filter,
        out,
        size,
        all_captures=request.all_captures,
        count=Counter("writing", size.captures, progress),
        **signing,
    )
    damaged = tuple(written.damaged.values())
    if damaged and not request.skip_damaged:
        raise DamagedExport(damaged)
    shown = written.responses + written.revisits
    return ExportResult(shown, written.revisits, written.resources, size.without_bytes, damaged), written.looks


def _still_damaged(connection: Connection, archive: Archive, request: ExportRequest) -> Iterator[UnreadableItem]:
    """The blobs that were found damaged earlier and still are. They are checked first, so that the export fails before
    hours of writing, not after them."""
    for digest, url in captures_with_known_damage(connection, request.filter, all_captures=request.all_captures):
        try:
            read_blob(archive, digest)
        except DamagedBlob as error:
            yield unreadable(url, error)


def _open_output(request: ExportRequest) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if request.out == STANDARD_OUTPUT else atomic_file(request.out)


def _check_request(request: ExportRequest) -> None:
    first, last = request.filter.published_from, request.filter.published_to
    if first and last and first > last:
        raise GongkaiError(f"--from {first} is after --to {last}", hint="swap the two")
    if request.all_captures and not request.format.has_bytes:
        raise GongkaiError(
            f"--all-captures cannot be used with {request.format}", hint="it is for warc, wacz and bagit"
        )
    if request.skip_damaged and not request.format.has_bytes:
        raise GongkaiError(
            f"--skip-damaged cannot be used with {request.format}", hint="it is for warc, wacz and bagit"
        )
    if request.versions and request.format not in TABLE_WRITERS:
        raise GongkaiError(
            f"--versions cannot be used with {request.format}", hint="it is for jsonl, csv, xlsx and parquet"
        )
    if request.out == STANDARD_OUTPUT and request.format not in _TO_STANDARD_OUTPUT:
        raise GongkaiError(f"{request.format} cannot be written to standard output", hint="give a file, or a folder")
