"""The page before a download: how many records, in which formats, and how large each is about to be."""

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
"""Records of a download by format, which are listed in this order. More are exported by command: a download is made by
the process that answers all readers, and ends with their connection."""
EXTENSIONS = {Format.TXT: "zip", Format.WARC: "warc.gz", Format.BAGIT: "bag.zip"}
"""Of file names, where it is not the name of the format."""
COUNT_SECONDS = 2
"""Time for counting the records; with as many that it takes longer, a lower bound is told."""
_SAMPLE = 40
"""Records that are written for the estimate, which takes 0.1 s."""
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f\\/:*?\"<>|.%\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
"""What has a meaning in a path, a shell or a file system, ends a name early, or turns its direction."""
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Download:
    """A format in which the records can be downloaded. `bytes`: about as many; None where it is not estimated.

    `most`: it has at most so many records; `open`: they are not more.
    """

    format: Format
    bytes: int | None
    most: int
    open: bool


@dataclass(frozen=True, slots=True)
class ExportPage:
    """What can be downloaded of what the filter selects. `command` exports the same. `unsearched` records, which the
    search does not have yet, are missing where the filter has words or facets."""

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
    """Bytes that a record takes by format, in the first records that match. Of what is packed, many take less."""
    rows = sample_rows(connection, record_filter, _SAMPLE)
    sizes = {}
    for format, write in TABLE_WRITERS.items():
        out = io.BytesIO()
        write(connection, [rows], out, base, Counter("", None, no_progress))
        sizes[format] = len(out.getvalue()) / max(1, len(rows))
    return sizes


def _command(record_filter: RecordFilter) -> str:
    """`gongkai export` with the options that select the same."""
    words = ["gongkai", "export", "--format", "csv", "--out", "records.csv"]
    for name, value in record_filter.to_query().items():
        option = "--query" if name == "q" else f"--{name.replace('_', '-')}"
        for each in (value,) if isinstance(value, str) else value:
            words += [option, each]
    return shlex.join(words)


def file_name(record_filter: RecordFilter, format: Format) -> str:
    """The name of a download: what was asked for, safe as a name in any file system, and its ending."""
    query = record_filter.to_query()
    days = "–".join(str(query.get(name, "")) for name in ("from", "to")).strip("–")
    facets = [
        ("合集" if facet.startswith(COLLECTION_FACET) else "") + facet.partition(":")[2] for facet in record_filter.only
    ]
    parts = [record_filter.q, record_filter.source, record_filter.publisher, days, *facets, record_filter.state]
    safe = [part for each in parts if (part := _UNSAFE.sub("-", each).strip("-"))]
    return f"{'_'.join(['公开档案', *safe])[:_MAX_NAME].rstrip('-_')}.{EXTENSIONS.get(format, format)}"
