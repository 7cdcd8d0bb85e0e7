"""One export: which formats there are, what each is asked, and where it goes."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from etl.archive.queries.citation import MOUNT
from etl.archive.queries.search import RecordFilter
from etl.archive.storage.archive import Archive, Database
from etl.archive.storage.blobs import UnreadableItem, read_blob, unreadable
from etl.archive.storage.bucket import Damaged, DamagedBlob
from etl.archive.storage.lookups import snapshot
from etl.errors import GongkaiError
from etl.export.captures import captures_with_known_damage, export_size
from etl.export.output import atomic_file, atomic_folder
from etl.export.rows import count_rows, count_texts
from etl.export.tables import write_csv, write_jsonl, write_rows_as_parquet, write_texts
from etl.export.wacz import write_wacz
from etl.export.warc import write_warc
from etl.progress import Counter, ProgressCallback, no_progress

STANDARD_OUTPUT = Path("-")


class Format(StrEnum):
    """What an export can be written as."""

    WARC = "warc"
    WACZ = "wacz"
    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"
    TXT = "txt"

    @property
    def has_bytes(self) -> bool:
        """Whether it holds captures, which are in the bucket; the others are of the database alone."""
        return self in (Format.WARC, Format.WACZ)


_CAPTURE_WRITERS = {Format.WARC: write_warc, Format.WACZ: write_wacz}
_TABLE_WRITERS = {Format.JSONL: write_jsonl, Format.CSV: write_csv, Format.PARQUET: write_rows_as_parquet}
WITH_PERMALINKS = frozenset(_TABLE_WRITERS)
_TO_STANDARD_OUTPUT = {Format.JSONL, Format.CSV}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where.

    `all_captures` (WARC and WACZ) takes every capture of the pages; `versions` (JSON lines, CSV and Parquet) every
    version of the records. `base` is the browser's address, for permalinks. `skip_damaged` leaves out captures whose
    bytes are damaged.
    """

    format: Format
    out: Path
    filter: RecordFilter
    all_captures: bool = False
    versions: bool = False
    base: str = MOUNT
    skip_damaged: bool = False


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written: rows, texts or captures, how many of these repeat bytes, and how many had nothing to write; and
    the bytes that were left out because they are damaged."""

    written: int
    repeated: int = 0
    left_out: int = 0
    damaged: tuple[UnreadableItem, ...] = ()


def export(archive: Database, asked: ExportRequest, progress: ProgressCallback = no_progress) -> ExportResult:
    """Writes the export from one state of the archive. Interrupted or failed, it leaves nothing under the name.

    What holds bytes needs an `Archive`. Raises `GongkaiError` for what cannot be asked or written, `DamagedExport`,
    `StoreError` and `DatabaseError`.
    """
    _check_request(asked)
    with snapshot(archive) as connection:
        total = count_rows(connection, asked.filter, versions=asked.versions)
        if asked.format is Format.TXT:
            total, _ = count_texts(connection, asked.filter)
            with atomic_folder(asked.out) as folder:
                without = write_texts(connection, asked.filter, folder, Counter("writing", total, progress))
            return ExportResult(total, left_out=without)
        with _open_output(asked) as out:
            if asked.format.has_bytes and isinstance(archive, Archive):
                return _export_captures(connection, archive, asked, out, progress)
            write = _TABLE_WRITERS[asked.format]
            write(
                connection,
                asked.filter,
                out,
                asked.base,
                versions=asked.versions,
                count=Counter("writing", total, progress),
            )
            return ExportResult(total)


class DamagedExport(Damaged):
    """Captures whose bytes are damaged were to be exported; `lost` names them."""

    def __init__(self, lost: Sequence[UnreadableItem]) -> None:
        super().__init__(
            f"{len(lost)} stored bodies are damaged and nothing was written; the first is {lost[0]}",
            hint="`gongkai fixity`, `gongkai restore BACKUP`; or leave them out: --skip-damaged",
        )
        self.lost = lost


def _export_captures(
    connection: Connection, archive: Archive, asked: ExportRequest, out: IO[bytes], progress: ProgressCallback
) -> ExportResult:
    if not asked.skip_damaged and (known := list(_still_damaged(connection, archive, asked))):
        raise DamagedExport(known)
    size = export_size(connection, asked.filter, all_captures=asked.all_captures)
    done = _CAPTURE_WRITERS[asked.format](
        connection,
        archive,
        asked.filter,
        out,
        size,
        all_captures=asked.all_captures,
        count=Counter("writing", size.captures, progress),
    )
    damaged = tuple(done.damaged.values())
    if damaged and not asked.skip_damaged:
        raise DamagedExport(damaged)
    return ExportResult(done.responses + done.revisits, done.revisits, size.without_bytes, damaged)


def _still_damaged(connection: Connection, archive: Archive, asked: ExportRequest) -> Iterator[UnreadableItem]:
    """What was found damaged and still is: better said before hours of writing than after them."""
    for digest, url in captures_with_known_damage(connection, asked.filter, all_captures=asked.all_captures):
        try:
            read_blob(archive, digest)
        except DamagedBlob as error:
            yield unreadable(url, error)


def _open_output(asked: ExportRequest) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if asked.out == STANDARD_OUTPUT else atomic_file(asked.out)


def _check_request(asked: ExportRequest) -> None:
    days = asked.filter.published_from, asked.filter.published_to
    if days[0] and days[1] and days[0] > days[1]:
        raise GongkaiError(f"--from {days[0]} is after --to {days[1]}", hint="no day lies between them; swap the two")
    if asked.all_captures and not asked.format.has_bytes:
        raise GongkaiError(f"--all-captures says nothing for {asked.format}", hint="it is for warc and wacz")
    if asked.skip_damaged and asked.format not in _CAPTURE_WRITERS:
        raise GongkaiError(f"--skip-damaged says nothing for {asked.format}", hint="it is for warc and wacz")
    if asked.versions and asked.format not in _TABLE_WRITERS:
        raise GongkaiError(f"--versions says nothing for {asked.format}", hint="it is for jsonl, csv and parquet")
    if asked.out == STANDARD_OUTPUT and asked.format not in _TO_STANDARD_OUTPUT:
        raise GongkaiError(f"{asked.format} cannot go to standard output", hint="name a file")
