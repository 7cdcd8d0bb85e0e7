"""Extracts stored captures again after a change of the rules. Uses no network; new versions are marked as caused by the
rules, not by the site."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from sqlalchemy import Connection, Select, or_, select

from etl.archive.records.extracted_pages import ExtractedPage
from etl.archive.records.recording import RULES_VERSION, FieldDifference, record_reextractions
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.blobs import UnreadableItem, report_damage
from etl.archive.storage.log_registry import chain_logs
from etl.archive.storage.lookups import among, is_current, require_source
from etl.archive.storage.models import Page, Record, RecordVersion
from etl.archive.storage.models import Source as SourceRow
from etl.errors import GongkaiError
from etl.pipeline.reading.pool import page_readers
from etl.pipeline.stages.attachments import linked_file_urls, read_files
from etl.pipeline.stored_pages import in_groups, stored_documents
from etl.progress import Progress, ProgressCallback
from etl.reason_codes import Code
from etl.reasons import encode_reason
from etl.settings import Settings
from etl.sources.schema import Source, archived_source

RECORDS_PER_SLICE = 500
"""Records in one slice, the work of one process or Airflow task."""
MAX_SLICES = 1000
"""Airflow maps a task over at most 1,024 values (`[core] max_map_length`) and fails if there are more."""
RECORDS_PER_COMMIT = 25
"""Records written in one transaction."""
MAX_SAMPLES = 5
"""Sample differences of each field that a dry run shows."""
_COLUMNS = ("title", "index_number", "publisher", "document_number", "extractor")


@dataclass(frozen=True, slots=True)
class ReextractionScope:
    """Which records to extract again: those of `source` whose columns have the values of `where` (column → value, ''
    for empty).

    Unless `all` is set, only records that were last extracted with other rules.
    """

    source: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    all: bool = False


@dataclass(slots=True)
class ReextractionResult:
    """What re-extraction changed or, in a dry run, would change.

    `fields`: number of different values by field; `samples`: some of them. `damaged`: records and files that could not
    be read because their bytes are damaged; these records are unchanged.
    """

    records: int = 0
    versions: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[FieldDifference]] = field(default_factory=dict)
    damaged: list[UnreadableItem] = field(default_factory=list)

    def add(self, other: "ReextractionResult") -> None:
        """Adds the result of another batch."""
        self.records += other.records
        self.versions += other.versions
        self.fields += other.fields
        self.damaged += other.damaged
        for name, differences in other.samples.items():
            self.samples[name] = [*self.samples.get(name, ()), *differences][:MAX_SAMPLES]


def parse_conditions(conditions: Sequence[str]) -> dict[str, str]:
    """`COLUMN=VALUE` texts as `ReextractionScope.where`. Raises `GongkaiError` for another form or column."""
    values = {}
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or name not in _COLUMNS:
            raise GongkaiError(
                f"--where {condition!r}: not COLUMN=VALUE", hint=f"COLUMN is one of {', '.join(_COLUMNS)}"
            )
        values[name] = value
    return values


@dataclass(frozen=True, slots=True)
class Slice:
    """A range of page ids, both ends included, and the number of records to extract again in it."""

    source: str
    first: int
    last: int
    records: int


def plan_slices(connection: Connection, scope: ReextractionScope) -> list[Slice]:
    """Divides the records of the scope into slices of `RECORDS_PER_SLICE` records, each slice of one source.

    Slices are larger if there would otherwise be more than `MAX_SLICES`.

    Raises `GongkaiError` for a source that the archive does not know.
    """
    if scope.source:
        require_source(connection, scope.source)
    rows = connection.execute(_select_records(scope)).all()
    sources = len({row.source_id for row in rows})
    # The last slice of each source may be almost empty.
    size = max(RECORDS_PER_SLICE, -(-len(rows) // max(1, MAX_SLICES - sources)))
    slices: list[Slice] = []
    for row in rows:
        if slices and slices[-1].source == row.source_id and slices[-1].records < size:
            slices[-1] = replace(slices[-1], last=row.page_id, records=slices[-1].records + 1)
        else:
            slices.append(Slice(row.source_id, row.page_id, row.page_id, 1))
    return slices


def _select_records(scope: ReextractionScope) -> Select[str, int]:
    query = (
        select(Record.source_id, Record.page_id)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .order_by(Record.source_id, Record.page_id)
    )
    if not scope.all:
        query = query.where(Record.read_with != RULES_VERSION)
    if scope.source:
        query = query.where(Record.source_id == scope.source)
    for name, value in scope.where.items():
        column = getattr(RecordVersion, name)
        query = query.where(column == value if value else or_(column.is_(None), column == ""))
    return query


def reextract_slice(
    archive: Archive, scope: ReextractionScope, part: Slice, *, dry_run: bool = False, workers: int = 0
) -> ReextractionResult:
    """Extracts the captures of the current versions in a slice again; writes a version where the result differs.
    `workers`: processes that read pages (`page_readers`)."""
    records = _select_records(replace(scope, source=part.source)).where(Record.page_id.between(part.first, part.last))
    with archive.engine.connect() as connection:
        source = source_in_archive(connection, part.source)
        pages = [row.page_id for row in connection.execute(records)]
    result = ReextractionResult()
    for extracted, damaged in _extract_current(archive, source, pages, workers):
        differences = record_reextractions(archive, part.source, extracted, dry_run=dry_run)
        result.add(_count(len(extracted), differences))
        result.damaged += [
            replace(item, what=encode_reason(Code.RECORD_OF, url=item.what)) for item in damaged.values()
        ]
        if not dry_run:
            result.damaged += read_files(archive, part.source, linked_file_urls(extracted)).values()
    if not dry_run:
        report_damage(archive, result.damaged)
        chain_logs(archive)
    return result


def _count(records: int, differences: Sequence[FieldDifference]) -> ReextractionResult:
    by_field: dict[str, list[FieldDifference]] = {}
    for difference in differences:
        by_field.setdefault(difference.field, []).append(difference)
    versions = len({difference.record for difference in differences if difference.field != "kind"})
    return ReextractionResult(
        records, versions, Counter({name: len(items) for name, items in by_field.items()}), by_field
    )


def reextract_pages(archive: Archive, source: Source, pages: Sequence[int]) -> dict[int, UnreadableItem]:
    """Extracts the captures of the pages' current versions again, before a run extracts their newer captures.

    Otherwise a change of the rules would look like a change of the site. Returns, by page id, the captures whose bytes
    are damaged: newer captures of these pages cannot be recorded yet.
    """
    unreadable: dict[int, UnreadableItem] = {}
    for extracted, damaged in _extract_current(archive, source, pages):
        record_reextractions(archive, source.id, extracted)
        unreadable |= {
            page: replace(item, what=encode_reason(Code.VERSION_BEFORE, url=item.what))
            for page, item in damaged.items()
        }
    return unreadable


def reextract(
    settings: Settings, scope: ReextractionScope, progress: ProgressCallback, *, dry_run: bool = False
) -> ReextractionResult:
    """Extracts all records of the scope again. If there is more than one slice, uses one process per core.

    If interrupted, continues when called again, unless `scope.all` is set. Raises `GongkaiError`.
    """
    archive = open_archive(settings)
    with archive.engine.connect() as connection:
        slices = plan_slices(connection, scope)
    result, total = ReextractionResult(), sum(part.records for part in slices)
    progress(Progress("extracting anew", 0, total))
    if len(slices) < 2:  # a process takes a second to start
        for part in slices:
            result.add(reextract_slice(archive, scope, part, dry_run=dry_run))
            progress(Progress("extracting anew", result.records, total))
        archive.engine.dispose()
        return result
    archive.engine.dispose()
    workers = min(os.cpu_count() or 1, len(slices))
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (settings,)) as pool:
        for task in as_completed([pool.submit(_reextract_in_worker, scope, part, dry_run) for part in slices]):
            result.add(task.result())
            progress(Progress("extracting anew", result.records, total))
    return result


_opened: list[Archive] = []
"""The archive of this worker process, which opens its own: an engine cannot be passed between processes."""


def _open(settings: Settings) -> None:
    _opened.append(open_archive(settings))


def _reextract_in_worker(scope: ReextractionScope, part: Slice, dry_run: bool) -> ReextractionResult:
    # One reading process for each worker process.
    return reextract_slice(_opened[0], scope, part, dry_run=dry_run, workers=1)


def _extract_current(
    archive: Archive, source: Source, pages: Sequence[int], workers: int = 0
) -> Iterator[tuple[list[ExtractedPage], dict[int, UnreadableItem]]]:
    """Reads the captures of the pages' current versions. Yields groups, one for each transaction: the documents, and by
    page id those whose bytes are damaged."""
    with archive.engine.connect() as connection:
        rows = connection.execute(_CURRENT.where(among(Page.id, pages))).all()
    yield from in_groups(stored_documents(archive, page_readers(workers), source, rows), RECORDS_PER_COMMIT)


_CURRENT = (
    select(Page.id.label("page_id"), RecordVersion.capture_id, Page.listing)
    .join(Record, Record.page_id == Page.id)
    .join(RecordVersion, is_current(Record, RecordVersion))
    .order_by(Page.id)
)


def source_in_archive(connection: Connection, source_id: str) -> Source:
    """The source of that id (`archived_source`)."""
    return archived_source(connection.scalars(select(SourceRow.definition).where(SourceRow.id == source_id)).one())
