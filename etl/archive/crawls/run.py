"""The plain values that the stages of a run hand to each other. How they are stored is said where that is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from etl.archive.storage.layout import capture_log_prefix
from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.reasons import Reason
from etl.sources.schema import Source as SourceFile


@dataclass(frozen=True, slots=True)
class CaptureBatch:
    """Names a group of capture logs: `captures/<source>/<day>/<time>-<run>-<label>-<first number>.jsonl.gz`.

    `<day>` and `<time>` are those of the run's start, because an emptied database counts its runs from 1 again and
    must not mistake the logs of its former life for its own.
    """

    source_id: str
    run_id: int
    started_at: datetime
    label: str

    @property
    def prefix(self) -> str:
        """What the keys of all logs of the batch begin with."""
        return capture_log_prefix(self.source_id, self.started_at, self.run_id, self.label)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """Options of a run: walk every list to its end, stop after `limit` documents, or store nothing.

    `url`: of a recheck, the only document that is fetched, due or not; `asked_by`: who asked for that, "" if unknown.
    Stored in `run.options`: the names of the fields stay.
    """

    full: bool = False
    limit: int | None = None
    dry_run: bool = False
    url: str | None = None
    asked_by: str = ""

    @classmethod
    def of_document(cls, url: str, asked_by: str = "") -> "CrawlOptions":
        """Those of a run that fetches one known document again. The limit says that it tells nothing of the source."""
        return cls(limit=1, url=url, asked_by=asked_by)


RunKind = Literal["crawl", "recheck", "import"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run in progress. `key` is the name given by whoever started it; starting the same key again resumes the run."""

    id: int
    key: str
    kind: RunKind
    source: SourceFile
    options: CrawlOptions
    started_at: datetime

    def batch(self, label: str) -> CaptureBatch:
        """The capture logs of one of the run's batches."""
        return CaptureBatch(self.source.id, self.id, self.started_at, label)


@dataclass(frozen=True, slots=True)
class ClassifiedAttempt:
    """An attempt with its outcome and the reason for it.

    `outcome` is None as long as the body must still be compared with the stored one: `stored` or `unchanged`.
    """

    attempt: Attempt
    outcome: Outcome | None
    reason: str


class PageAttempt(NamedTuple):
    """A classified attempt and the id of the page that it belongs to."""

    page_id: int
    classified: ClassifiedAttempt


@dataclass(frozen=True, slots=True)
class ListSummary:
    """Result of walking one list (a column of the catalog). Stored in `run.listing`: the names of the fields stay.

    `lines` counts entries, `listed` distinct documents among them, `pages` listing pages. `told_total` (documents) and
    `told_pages` are what the site reports of the list, None where it reports nothing. `whole` is false where the walk
    stopped at documents that were known. `total_is_upper_bound`: the site said itself that the list had ended, and its
    family reports totals that are never reached.
    """

    column: str
    lines: int
    listed: int
    pages: int
    told_total: int | None = None
    told_pages: int | None = None
    whole: bool = True
    total_is_upper_bound: bool = False


@dataclass(frozen=True, slots=True)
class ListingSummary:
    """Result of walking a catalog. Stored in `run.listing`: the names of the fields stay.

    `columns` summarises each list, `lost` names (address, reason) of listing pages that could not be read, `problems`
    says what was odd. `full` is true if every list was to be walked to its end.
    """

    columns: tuple[ListSummary, ...] = ()
    lost: tuple[tuple[str, Reason], ...] = ()
    requests: int = 0
    problems: tuple[Reason, ...] = ()
    full: bool = False
