"""Plain values that the stages of a run pass to each other. They do not know how they are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from etl.archive.storage.layout import capture_log_prefix
from etl.fetch.client import Attempt
from etl.outcomes import Outcome
from etl.reason_codes import Code
from etl.reasons import Reason, encode_reason
from etl.sources.schema import Source as SourceFile


@dataclass(frozen=True, slots=True)
class CaptureBatch:
    """Names a group of capture logs: `captures/<source>/<day>/<time>-<run>-<label>-<first number>.jsonl.gz`.

    `<day>` and `<time>` are those of the run's start. An emptied database numbers its runs from 1 again, and the time
    keeps it from taking older logs with the same number for its own.
    """

    source_id: str
    run_id: int
    started_at: datetime
    label: str

    @property
    def prefix(self) -> str:
        """The prefix of the keys of all logs of the batch."""
        return capture_log_prefix(self.source_id, self.started_at, self.run_id, self.label)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """Options of a run. `full`: walk every list to its end. `limit`: stop after so many documents. `dry_run`: store
    nothing.

    `url`: the only document that a recheck fetches, due or not; `asked_by`: who requested that, "" if unknown.
    Stored in `run.options`: do not rename the fields.
    """

    full: bool = False
    limit: int | None = None
    dry_run: bool = False
    url: str | None = None
    asked_by: str = ""

    @classmethod
    def of_document(cls, url: str, asked_by: str = "") -> "CrawlOptions":
        """The options of a run that fetches one known document again. The limit marks it as a run that says nothing
        about the whole source."""
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

    `outcome` is None until the body is compared with the stored one; then it is `stored` or `unchanged`.
    """

    attempt: Attempt
    outcome: Outcome | None
    reason: str

    @classmethod
    def over_limit(cls, url: str, code: Code, limit: int) -> "ClassifiedAttempt":
        """That of an address which is not requested, because the document has too many of its kind."""
        reason = encode_reason(code, limit=limit)
        attempt = Attempt(url, url, datetime.now(UTC), 0, (), failure=Outcome.LIMIT, reason=reason)
        return cls(attempt, Outcome.LIMIT, reason)


class PageAttempt(NamedTuple):
    """A classified attempt and the id of the page that it belongs to."""

    page_id: int
    classified: ClassifiedAttempt


@dataclass(frozen=True, slots=True)
class ListSummary:
    """Result of walking one list (a column of the catalog). Stored in `run.listing`: do not rename the fields.

    `lines`: number of entries; `listed`: of different documents among them; `pages`: of listing pages. `told_total`
    (documents) and `told_pages`: the totals that the site reports, or None. `whole`: false if the walk stopped at known
    documents, or could not read a page of the list. `total_is_upper_bound`: the site itself ended the list, and its
    family is known to report totals that are never reached. `may_go_on`: its only page fills, and nothing says whether
    further ones follow. `open_end`: nothing says so of its only page, however many documents it has.
    """

    column: str
    lines: int
    listed: int
    pages: int
    told_total: int | None = None
    told_pages: int | None = None
    whole: bool = True
    total_is_upper_bound: bool = False
    may_go_on: bool = False
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class ListingSummary:
    """Result of walking a catalog. Stored in `run.listing`: do not rename the fields.

    `columns`: the summary of each list. `lost`: address and reason of each listing page that could not be read.
    `problems`: other problems of the listing. `full`: whether every list was to be walked to its end.
    """

    columns: tuple[ListSummary, ...] = ()
    lost: tuple[tuple[str, Reason], ...] = ()
    requests: int = 0
    problems: tuple[Reason, ...] = ()
    full: bool = False
