"""Reading again what was read with other rules: no network, and nothing that the site did is told as its change."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from etl.archive import Archive, open_archive
from etl.archive.models import Page, Record, RecordVersion
from etl.archive.models import Source as SourceRow
from etl.archive.records import READ_WITH, Difference, Read, Recorded, differences, rerecord
from etl.errors import GongkaiError
from etl.pipeline.reading import read_pages
from etl.settings import Settings
from etl.sources.schema import Source

BATCH = 200
"""Records that one process takes at a time."""
CHUNK = 25
"""Records written in one transaction."""
SAMPLES = 5
"""Differences of each field that a dry run shows."""
_GETS_AT_ONCE = 8
_COLUMNS = ("title", "index_number", "publisher", "document_number", "extractor")

Tell = Callable[[int, int], None]
"""Called with the number of records done so far, and the number to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records to read again: those of a source, with columns of certain values ('' for none).

    Without `all` only those that were last read with other rules.
    """

    source: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    all: bool = False


@dataclass(slots=True)
class Reread:
    """What reading again changed, or would change: records read, versions made, and values by field with samples."""

    records: int = 0
    versions: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[Difference]] = field(default_factory=dict)

    def add(self, other: "Reread") -> None:
        """Adds what another batch changed."""
        self.records += other.records
        self.versions += other.versions
        self.fields += other.fields
        for name, found in other.samples.items():
            self.samples[name] = [*self.samples.get(name, ()), *found][:SAMPLES]


def conditions(given: Sequence[str]) -> dict[str, str]:
    """`column=value` as `Wanted.where`. Raises `GongkaiError` for a column that is none."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in _COLUMNS:
            raise GongkaiError(f"--where {each!r}: not COLUMN=VALUE", hint=f"COLUMN is one of {', '.join(_COLUMNS)}")
        found[name] = value
    return found


def batches(connection: Connection, wanted: Wanted, size: int = BATCH) -> list[tuple[str, list[int]]]:
    """The pages to read again: batches of one source each, with its id."""
    query = (
        select(Record.source_id, Record.page_id)
        .join(RecordVersion, (RecordVersion.record_id == Record.id) & (RecordVersion.version == Record.version))
        .order_by(Record.source_id, Record.id)
    )
    if not wanted.all:
        query = query.where(Record.read_with != READ_WITH)
    if wanted.source:
        query = query.where(Record.source_id == wanted.source)
    for name, value in wanted.where.items():
        column = getattr(RecordVersion, name)
        query = query.where(column == value if value else or_(column.is_(None), column == ""))
    pages: dict[str, list[int]] = {}
    for source, page in connection.execute(query):
        pages.setdefault(source, []).append(page)
    return [(source, each[i : i + size]) for source, each in pages.items() for i in range(0, len(each), size)]


def reextract_batch(archive: Archive, source_id: str, pages: Sequence[int], *, dry_run: bool = False) -> Reread:
    """Reads the current versions' captures of the pages again; writes versions where they say something else now."""
    with archive.engine.connect() as connection:
        source = kept_source(connection, source_id)
    done = Reread()
    for read in _read(archive, source, pages):
        with archive.engine.connect() as connection:
            found = differences(connection, source_id, read)
        done.records += len(read)
        done.versions += len({each.record for each in found if each.field != "kind"})
        done.fields.update(each.field for each in found)
        for each in found:
            kept = done.samples.setdefault(each.field, [])
            if len(kept) < SAMPLES:
                kept.append(each)
        if not dry_run:
            rerecord(archive, source_id, read)
    return done


def reread(archive: Archive, source: Source, pages: Sequence[int]) -> Recorded:
    """Reads the current versions' captures of the pages again, for a run that is about to read newer ones."""
    updated: list[int] = []
    for read in _read(archive, source, pages):
        updated += rerecord(archive, source.id, read).updated
    return Recorded((), tuple(updated))


def reextract(settings: Settings, wanted: Wanted, tell: Tell, *, dry_run: bool = False) -> Reread:
    """All batches, in as many processes as there are cores; interrupted and run again, it goes on."""
    archive = open_archive(settings)
    with archive.engine.connect() as connection:
        work = batches(connection, wanted)
    archive.engine.dispose()
    done, due = Reread(), sum(len(pages) for _, pages in work)
    tell(0, due)
    workers = min(os.cpu_count() or 1, len(work))
    if not work:
        return done
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (settings,)) as pool:
        for batch in as_completed([pool.submit(_work, *each, dry_run) for each in work]):
            done.add(batch.result())
            tell(done.records, due)
    return done


_opened: list[Archive] = []


def _open(settings: Settings) -> None:
    _opened.append(open_archive(settings))


def _work(source_id: str, pages: Sequence[int], dry_run: bool) -> Reread:
    return reextract_batch(_opened[0], source_id, pages, dry_run=dry_run)


def _read(archive: Archive, source: Source, pages: Sequence[int]) -> Iterator[list[Read]]:
    with archive.engine.connect() as connection, ThreadPoolExecutor(_GETS_AT_ONCE) as pool:
        for start in range(0, len(pages), CHUNK):
            rows = connection.execute(_CURRENT, {"pages": pages[start : start + CHUNK]}).all()
            yield read_pages(archive, pool, source, rows)


_CURRENT = (
    select(Page.id.label("page_id"), RecordVersion.capture_id, Page.listing)
    .join(Record, Record.page_id == Page.id)
    .join(RecordVersion, (RecordVersion.record_id == Record.id) & (RecordVersion.version == Record.version))
    .where(Page.id.in_(bindparam("pages", expanding=True)))
    .order_by(Page.id)
)


def kept_source(connection: Connection, source_id: str) -> Source:
    """The source as the last run read its file, without what only fetching needs."""
    definition: dict[str, Any] = connection.scalars(select(SourceRow.definition).where(SourceRow.id == source_id)).one()
    return Source.model_validate(definition | {"tls": {}})
