"""The page before a download: the number of records, the formats, and the estimated sizes."""

import io
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from etl.archive.queries.counts import MatchCount, count_matches
from etl.archive.queries.search import COLLECTION_FACET, RecordFilter
from etl.archive.records.search_index import missing_entries
from etl.export.exporting import TABLE_WRITERS, Format
from etl.export.rows import sample_rows
from etl.progress import Counter, no_progress

MAX_RECORDS: Mapping[Format, int] = {
    format: 10_000 if format.has_bytes else 200_000
    for format in (
        Format.CSV,
        Format.XLSX,
        Format.JSONL,
        Format.PARQUET,
        Format.TXT,
        Format.WACZ,
        Format.WARC,
        Format.BAGIT,
    )
}
"""Maximum number of records in a download, by format, in the order in which formats are listed. More must be exported
by command, because a download runs in the process that answers all readers, and ends with the reader's connection."""
EXTENSIONS = {Format.TXT: "zip", Format.WARC: "warc.gz", Format.BAGIT: "bag.zip"}
"""Endings of file names that differ from the name of the format."""
COUNT_SECONDS = 2
"""Time limit for counting the records; if it takes longer, a lower bound is shown."""
_SAMPLE = 40
"""Number of records that are written to estimate the size, which takes 0.1 s."""
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\/:*?\"<>|.%\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
"""Characters that have a meaning in paths, shells or file systems, end a name early, or change its text direction."""
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Download:
    """A format in which the records can be downloaded. `bytes`: estimated size, None if there is no estimate.

    `most`: maximum number of records in this format; `open`: whether there are not more.
    """

    format: Format
    bytes: int | None
    most: int
    open: bool


@dataclass(frozen=True, slots=True)
class ExportPage:
    """The downloads for a filter. `command`: exports the same records. `unsearched`: number of records that are not
    indexed yet, and so are missing if the filter has words or facets."""

    filter: RecordFilter
    total: MatchCount
    unsearched: int
    downloads: tuple[Download, ...]
    command: str


def export_page(connection: Connection, record_filter: RecordFilter, base: str) -> ExportPage:
    """Counts the records, and estimates sizes from some of them."""
    total = count_matches(connection, record_filter, COUNT_SECONDS) or MatchCount(0, exact=False)
    sizes = _bytes_of_a_record(connection, record_filter, base) if total.number else {}
    return ExportPage(
        record_filter,
        total,
        missing_entries(connection),
        tuple(
            Download(
                format,
                round(sizes[format] * total.number) if format in sizes and total.exact else None,
                most,
                open=total.number <= most,
            )
            for format, most in MAX_RECORDS.items()
        ),
        _command(record_filter),
    )


def _bytes_of_a_record(connection: Connection, record_filter: RecordFilter, base: str) -> dict[Format, float]:
    """Bytes per record by format, from the first matching records. With many records, packed formats take less."""
    rows = sample_rows(connection, record_filter, _SAMPLE)
    sizes = {}
    for format, write in TABLE_WRITERS.items():
        out = io.BytesIO()
        write(connection, [rows], out, base, Counter("", None, no_progress))
        sizes[format] = len(out.getvalue()) / max(1, len(rows))
    return sizes


def _command(record_filter: RecordFilter) -> str:
    """The `gongkai export` command with options that select the same records."""
    words = ["gongkai", "export", "--format", "csv", "--out", "records.csv"]
    for name, value in record_filter.to_query().items():
        option = "--query" if name == "q" else f"--{name.replace('_', '-')}"
        for each in (value,) if isinstance(value, str) else value:
            words += [option, each]
    return shlex.join(words)


def file_name(record_filter: RecordFilter, format: Format) -> str:
    """The file name of a download: the filter, made safe for all file systems, and the ending."""
    query = record_filter.to_query()
    days = "–".join(str(query.get(name, "")) for name in ("from", "to")).strip("–")
    facets = [
        ("合集" if facet.startswith(COLLECTION_FACET) else "") + facet.partition(":")[2] for facet in record_filter.only
    ]
    parts = [record_filter.q, record_filter.source, record_filter.publisher, days, *facets, record_filter.state]
    safe = [part for each in parts if (part := _UNSAFE.sub("-", each).strip("-"))]
    return f"{'_'.join(['公开档案', *safe])[:_MAX_NAME].rstrip('-_')}.{EXTENSIONS.get(format, format)}"
