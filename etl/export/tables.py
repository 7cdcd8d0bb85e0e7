"""Records as JSON lines, CSV, Excel, Parquet and plain texts."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from itertools import chain
from tempfile import TemporaryDirectory
from typing import IO, Any

import pyarrow as pa
from sqlalchemy import Connection
from xlsxwriter import Workbook

from etl.archive.queries.citation import permalink
from etl.archive.queries.search import RecordFilter
from etl.archive.records.versions import current_evidence
from etl.export.parquet import write_parquet
from etl.export.rows import RecordRow, count_texts, distinct_texts, file_readings
from etl.fields import DATE_COLUMNS
from etl.progress import Counter

_INVISIBLE = r"[\s\x00-\x1f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
"""White space, control, zero-width and direction characters: programs ignore or drop them."""
_FORMULA_START = re.compile(rf"['\t\r\n]|{_INVISIBLE}*[=+\-@＝＋－＠]")
"""Beginnings that a spreadsheet may take for a formula (OWASP, CSV injection), and a leading `'` itself."""
_FLAG_SEPARATOR = "; "
"""Flags may contain spaces."""
MAX_CELL = 32_767
"""Maximum number of characters in a cell of Excel; longer values are cut and end with `…`."""
XLSX_ROWS = 1_048_575
"""Maximum number of rows in a sheet, not counting the header."""
_NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 -- the workbook's own format knows no zone
_NOT_IN_CSV = {"text", "evidence", "attachments", "flags", "collections", "notes"}
CSV_COLUMNS = (
    *(field.name for field in fields(RecordRow) if field.name not in _NOT_IN_CSV),
    "characters",
    "attachments",
    "flags",
    "collections",
    "notes",
    "permalink",
    "citation",
)
_MOMENT = pa.timestamp("us", tz="UTC")
_EVIDENCE = pa.struct(
    [
        *((name, pa.string()) for name in ("name", "value", "raw", "label", "origin", "rule")),
        ("chosen", pa.bool_()),
        ("set_aside", pa.bool_()),
        ("belief", pa.string()),
    ]
)
_FILE = pa.struct([(name, pa.string()) for name in ("url", "name", "role", "sha256")])
_COLLECTION = pa.struct([("collection_id", pa.int64()), ("title", pa.string())])
_NOTE = pa.struct(
    [
        ("note_id", pa.int64()),
        ("version", pa.int64()),
        ("text", pa.string()),
        ("written_by", pa.string()),
        ("written_at", _MOMENT),
    ]
)
_TYPES: dict[Any, pa.DataType] = {int: pa.int64(), bool: pa.bool_(), str: pa.string(), str | None: pa.string()}
_SPECIAL = {
    **dict.fromkeys(DATE_COLUMNS, pa.date32()),
    **dict.fromkeys(("state_at", "captured_at", "first_seen_at", "version_at", "updated_at"), _MOMENT),
    "evidence": pa.list_(_EVIDENCE),
    "attachments": pa.list_(_FILE),
    "flags": pa.list_(pa.string()),
    "collections": pa.list_(_COLLECTION),
    "notes": pa.list_(_NOTE),
}
SCHEMA = pa.schema(
    [
        *((field.name, _SPECIAL.get(field.name) or _TYPES[field.type]) for field in fields(RecordRow)),
        ("fields", pa.map_(pa.string(), pa.string())),
        ("permalink", pa.string()),
        ("citation", pa.string()),
    ]
)


Rows = Iterable[list[RecordRow]]
"""Rows in batches, from `etl.export.rows.record_rows`."""


def write_jsonl(connection: Connection, rows: Rows, out: IO[bytes], base: str, count: Counter) -> None:
    """Write one JSON object per line: all columns, the evidence of all fields, and the readings of attachments."""
    for batch in rows:
        readings = file_readings(connection, batch)
        for row in batch:
            values = _row_values(row, base)
            values["attachments"] = [{**file, **readings.get(file.get("sha256") or "", {})} for file in row.attachments]
            out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_iso).encode() + b"\n")
        count.add(len(batch))


def write_csv(connection: Connection, rows: Rows, out: IO[bytes], base: str, count: Counter) -> None:
    """Write CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel assumes the system's own charset.

    Texts are left out: a spreadsheet cell holds 32,767 characters.
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    try:
        lines = csv.writer(text)
        lines.writerow(CSV_COLUMNS)
        for batch in rows:
            for row in batch:
                lines.writerow(map(guard_formula, _cells(row, base)))
            count.add(len(batch))
    finally:
        text.detach()


def write_xlsx(connection: Connection, rows: Rows, out: IO[bytes], base: str, count: Counter) -> None:
    """Write the columns of CSV as a workbook in which every cell is text, so that Excel runs no formulas and does not
    convert numbers to dates.

    Rows are first written to a temporary folder of the size of the unpacked sheet, because the beginning of the file
    depends on its end.
    """
    with TemporaryDirectory(prefix="gongkai-xlsx-") as folder:
        book = Workbook(out, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"created": _NO_TIME})
        sheet = book.add_worksheet("records")
        sheet.freeze_panes(1, 0)
        lines: Iterator[Iterable[Any]] = (_cells(row, base) for batch in _counted(rows, count) for row in batch)
        for number, cells in enumerate(chain([CSV_COLUMNS], lines)):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write_string(number, column, _cell_text(value))
        book.close()


def _counted(rows: Rows, count: Counter) -> Iterator[list[RecordRow]]:
    for batch in rows:
        yield batch
        count.add(len(batch))


def _cells(row: RecordRow, base: str) -> list[Any]:
    """The cells of a row in CSV and Excel, in the order of `CSV_COLUMNS`."""
    values = _row_values(row, base) | {
        "characters": len(row.text),
        "attachments": "\n".join(file["url"] for file in row.attachments),
        "flags": _FLAG_SEPARATOR.join(row.flags),
        "collections": "\n".join(collection["title"] for collection in row.collections),
        "notes": "\n".join(note["text"] for note in row.notes),
    }
    return [values[name] for name in CSV_COLUMNS]


def _cell_text(value: Any) -> str:
    text = _iso(value) if hasattr(value, "isoformat") else str(value)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def write_rows_as_parquet(connection: Connection, rows: Rows, out: IO[bytes], base: str, count: Counter) -> None:
    """Write all columns, with nested fields and attachments."""
    write_parquet(out, SCHEMA, ([_row_values(row, base) for row in batch] for batch in _counted(rows, count)))


def write_texts(
    connection: Connection, record_filter: RecordFilter, save: Callable[[str, bytes], object], count: Counter
) -> int:
    """Save one UTF-8 file per text, `NNN_<short id>.txt`: one line per paragraph, no line end after the last.

    Returns the number of records without text, which have no file.
    """
    number_of_texts, without_text = count_texts(connection, record_filter)
    width = max(3, len(str(max(number_of_texts - 1, 0))))
    for number, (short_id, text) in enumerate(distinct_texts(connection, record_filter)):
        save(f"{number:0{width}}_{short_id}.txt", text.strip("\n").encode())
        count.add()
    return without_text


def guard_formula(value: Any) -> Any:
    """Put `'` before a value that a spreadsheet could run as a formula.

    It is put before a leading `'` too, so the value of a cell that begins with `'` is always the rest.
    """
    cell = _iso(value) if hasattr(value, "isoformat") else value
    return f"'{cell}" if isinstance(cell, str) and _FORMULA_START.match(cell) else cell


def _row_values(row: RecordRow, base: str) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(RecordRow)}
    return values | {
        "fields": row.fields,
        "evidence": [current_evidence(item) for item in row.evidence],
        "permalink": permalink(row.id, row.version, row.short_id, base),
        "citation": row.citation(base),
    }


def _iso(value: Any) -> str:
    return str(value.isoformat())
