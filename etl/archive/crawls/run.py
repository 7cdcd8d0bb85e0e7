"""A run and what it is made of: plain values that the stages hand on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from etl.archive.storage.layout import capture_log_prefix
from etl.sources.schema import Source as SourceFile


@dataclass(frozen=True, slots=True)
class CaptureBatch:
    """Where a log belongs: `captures/<source>/<day>/<time>-<run>-<label>-<first number>.jsonl.gz`.

    Day and time are those of the run's start: a database that was emptied counts its runs from 1 again, and must not
    take the logs of its former life for its own.
    """

    source_id: str
    run_id: int
    started_at: datetime
    label: str

    @property
    def prefix(self) -> str:
        """What all logs of the batch begin with."""
        return capture_log_prefix(self.source_id, self.started_at, self.run_id, self.label)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What a run was asked to do: walk the catalog to its end, stop after so many documents, store nothing."""

    full: bool = False
    limit: int | None = None
    dry_run: bool = False


RunKind = Literal["crawl", "recheck", "import"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run under way. `key` is what its starter calls it: the same key is the same run, resumed."""

    id: int
    key: str
    kind: RunKind
    source: SourceFile
    options: CrawlOptions
    started_at: datetime

    def batch(self, label: str) -> CaptureBatch:
        """Where captures of one of its batches are logged."""
        return CaptureBatch(self.source.id, self.id, self.started_at, label)


@dataclass(frozen=True, slots=True)
class ListSummary:
    """What one list said of itself, and what was found in it: lines, and different documents in them."""

    column: str
    lines: int
    listed: int
    pages: int
    told_total: int | None = None
    told_pages: int | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class ListingSummary:
    """How the walk over the listing went: its columns, the listing pages that were lost, requests made, what was odd.

    `full` says that every list was to be walked to its end.
    """

    columns: tuple[ListSummary, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    requests: int = 0
    problems: tuple[str, ...] = ()
    full: bool = False
