"""Reading again what was read with other rules: no network, and nothing that the site did is told as its change."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from etl.archive.records.recording import RULES_VERSION, ExtractedPage, FieldDifference, record_reextractions
from etl.archive.storage.archive import Archive, open_archive
from etl.archive.storage.blobs import UnreadableItem, report_damage
from etl.archive.storage.lookups import is_current, require_source
from etl.archive.storage.models import Page, Record, RecordVersion
from etl.archive.storage.models import Source as SourceRow
from etl.errors import GongkaiError
from etl.pipeline.interpreting import extract_pages
from etl.pipeline.stages.attachments import FileReader, linked_file_urls
from etl.settings import Settings
from etl.sources.schema import Source

RECORDS_PER_SLICE = 500
"""Records that one process, or one Airflow task, takes at a time."""
MAX_SLICES = 1000
"""Slices at most: Airflow maps a task over 1,024 values (`[core] max_map_length`), and fails what gives it more."""
RECORDS_PER_COMMIT = 25
"""Records written in one transaction."""
MAX_SAMPLES = 5
"""Differences of each field that a dry run shows."""
_GETS_AT_ONCE = 8
_COLUMNS = ("title", "index_number", "publisher", "document_number", "extractor")

Tell = Callable[[int, int], None]
"""Called with the number of records done so far, and the number to do."""


@dataclass(frozen=True, slots=True)
class ReextractionScope:
    """Which records to read again: those of a source, with columns of certain values ('' for none).

    Without `all` only those that were last read with other rules.
    """

    source: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    all: bool = False


@dataclass(slots=True)
class ReextractionResult:
    """What reading again changed, or would change: records read, versions made, and values by field with samples; and
    what could not be read, for its bytes are damaged: records, which keep the rules they have, and files."""

    records: int = 0
    versions: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[FieldDifference]] = field(default_factory=dict)
    damaged: list[UnreadableItem] = field(default_factory=list)

    def add(self, other: "ReextractionResult") -> None:
        """Adds what another batch changed."""
        self.records += other.records
        self.versions += other.versions
        self.fields += other.fields
        self.damaged += other.damaged
        for name, found in other.samples.items():
            self.samples[name] = [*self.samples.get(name, ()), *found][:MAX_SAMPLES]


def parse_conditions(given: Sequence[str]) -> dict[str, str]:
    """`column=value` as `Wanted.where`. Raises `GongkaiError` for a column that is none."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in _COLUMNS:
            raise GongkaiError(f"--where {each!r}: not COLUMN=VALUE", hint=f"COLUMN is one of {', '.join(_COLUMNS)}")
        found[name] = value
    return found


@dataclass(frozen=True, slots=True)
class Slice:
    """Pages of a source, by the numbers of the first and the last."""

    source: str
    first: int
    last: int
    records: int


def plan_slices(connection: Connection, wanted: ReextractionScope) -> list[Slice]:
    """Divides the records of the scope into slices of one source and `RECORDS_PER_SLICE` records each.

    Slices are larger where there would be more than `MAX_SLICES` of them.

    Raises `GongkaiError` for a source that the archive does not know.
    """
    if wanted.source:
        require_source(connection, wanted.source)
    rows = connection.execute(_select_records(wanted)).all()
    sources = len({row.source_id for row in rows})
    # Of every source the last slice may be all but empty.
    size = max(RECORDS_PER_SLICE, -(-len(rows) // max(1, MAX_SLICES - sources)))
    found: list[Slice] = []
    for row in rows:
        if found and found[-1].source == row.source_id and found[-1].records < size:
            found[-1] = replace(found[-1], last=row.page_id, records=found[-1].records + 1)
        else:
            found.append(Slice(row.source_id, row.page_id, row.page_id, 1))
    return found


def _select_records(wanted: ReextractionScope) -> Select[str, int]:
    query = (
        select(Record.source_id, Record.page_id)
        .join(RecordVersion, is_current(Record, RecordVersion))
        .order_by(Record.source_id, Record.page_id)
    )
    if not wanted.all:
        query = query.where(Record.read_with != RULES_VERSION)
    if wanted.source:
        query = query.where(Record.source_id == wanted.source)
    for name, value in wanted.where.items():
        column = getattr(RecordVersion, name)
        query = query.where(column == value if value else or_(column.is_(None), column == ""))
    return query


def reextract_slice(
    archive: Archive, wanted: ReextractionScope, part: Slice, *, dry_run: bool = False
) -> ReextractionResult:
    """Reads the current versions' captures of a slice again; writes versions where they say something else now."""
    mine = _select_records(replace(wanted, source=part.source)).where(Record.page_id.between(part.first, part.last))
    with archive.engine.connect() as connection:
        source = archived_source(connection, part.source)
        pages = [row.page_id for row in connection.execute(mine)]
    done = ReextractionResult()
    with FileReader(archive) as files:
        for read, damaged in _read(archive, source, pages):
            done.add(_counted(len(read), record_reextractions(archive, part.source, read, dry_run=dry_run)))
            done.damaged += [replace(each, what=f"record of {each.what}") for each in damaged.values()]
            if not dry_run:
                done.damaged += files.read(part.source, linked_file_urls(read)).values()
    if not dry_run:
        report_damage(archive, done.damaged)
    return done


def _counted(records: int, found: Sequence[FieldDifference]) -> ReextractionResult:
    by_field: dict[str, list[FieldDifference]] = {}
    for each in found:
        by_field.setdefault(each.field, []).append(each)
    versions = len({each.record for each in found if each.field != "kind"})
    return ReextractionResult(
        records, versions, Counter({name: len(each) for name, each in by_field.items()}), by_field
    )


def reextract_pages(archive: Archive, source: Source, pages: Sequence[int]) -> dict[int, UnreadableItem]:
    """Reads the current versions' captures of the pages again, for a run that is about to read newer ones.

    Returns by page those whose bytes are damaged: a newer capture of theirs cannot be told from the rules' changes.
    """
    lost: dict[int, UnreadableItem] = {}
    for read, damaged in _read(archive, source, pages):
        record_reextractions(archive, source.id, read)
        lost |= {page: replace(each, what=f"the version before of {each.what}") for page, each in damaged.items()}
    return lost


def reextract(
    settings: Settings, wanted: ReextractionScope, tell: Tell, *, dry_run: bool = False
) -> ReextractionResult:
    """All batches, in as many processes as there are cores; interrupted and run again, it goes on."""
    archive = open_archive(settings)
    with archive.engine.connect() as connection:
        work = plan_slices(connection, wanted)
    archive.engine.dispose()
    done, due = ReextractionResult(), sum(part.records for part in work)
    tell(0, due)
    workers = min(os.cpu_count() or 1, len(work))
    if not work:
        return done
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (settings,)) as pool:
        for part in as_completed([pool.submit(_work, wanted, part, dry_run) for part in work]):
            done.add(part.result())
            tell(done.records, due)
    return done


_opened: list[Archive] = []


def _open(settings: Settings) -> None:
    _opened.append(open_archive(settings))


def _work(wanted: ReextractionScope, part: Slice, dry_run: bool) -> ReextractionResult:
    return reextract_slice(_opened[0], wanted, part, dry_run=dry_run)


def _read(
    archive: Archive, source: Source, pages: Sequence[int]
) -> Iterator[tuple[list[ExtractedPage], dict[int, UnreadableItem]]]:
    with archive.engine.connect() as connection, ThreadPoolExecutor(_GETS_AT_ONCE) as pool:
        for start in range(0, len(pages), RECORDS_PER_COMMIT):
            rows = connection.execute(_CURRENT, {"pages": pages[start : start + RECORDS_PER_COMMIT]}).all()
            yield extract_pages(archive, pool, source, rows)


_CURRENT = (
    select(Page.id.label("page_id"), RecordVersion.capture_id, Page.listing)
    .join(Record, Record.page_id == Page.id)
    .join(RecordVersion, is_current(Record, RecordVersion))
    .where(Page.id.in_(bindparam("pages", expanding=True)))
    .order_by(Page.id)
)


def archived_source(connection: Connection, source_id: str) -> Source:
    """The source as the last run read its file, without what only fetching needs."""
    definition: dict[str, Any] = connection.scalars(select(SourceRow.definition).where(SourceRow.id == source_id)).one()
    return Source.model_validate(definition | {"tls": {}})
