"""The last stage: does the run add up, does it hold what its source file asserts, and what went wrong if not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from etl.archive.crawls.checks import drift
from etl.archive.crawls.removal import settle
from etl.archive.crawls.reports import Report, close_run, read_report
from etl.archive.crawls.run import RunContext
from etl.archive.crawls.walks import PreviousWalk, last_full_walk
from etl.archive.storage.archive import Archive
from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.outcomes import FAILED, Group, Outcome, group
from etl.pipeline.stages.extracting import NOT_READ

MANY = 10
"""Failures below which a bad share means little: a day's crawl may fetch three new pages, two of them broken."""
_NEWEST = text("""
SELECT max(coalesce(v.published_date, v.written_date)) FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE r.source_id = :source AND r.state = 'current'
""")
_UNREAD = text(f"""
SELECT count(*) FILTER (WHERE rp.reason NOT LIKE '{NOT_READ}%') AS waiting,
       count(*) FILTER (WHERE rp.reason LIKE '{NOT_READ}%') AS damaged,
       min(rp.reason) FILTER (WHERE rp.reason LIKE '{NOT_READ}%') AS why
FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
WHERE rp.run_id = :run AND p.unread_capture_id IS NOT NULL AND coalesce(rp.outcome, '') <> ALL(:failed)
""")


class RedRun(GongkaiError):
    """A run that must not be trusted; the text gives its first reason, the report all of them."""


def reconcile(archive: Archive, run: RunContext) -> Report:
    """Removes and restores records on the run's evidence, counts it from its stored outcomes, holds it against its
    assertions, and keeps the report."""
    settle(archive, run)
    with archive.engine.connect() as connection:
        counted = read_report(connection, run)
        listing = connection.scalar(text("SELECT listing FROM archive.run WHERE id = :run"), {"run": run.id}) or {}
        stored = _Stored(
            unread=tuple(unread(connection, run)),
            newest=connection.scalar(_NEWEST, {"source": run.source.id}),
            walk_before=last_full_walk(connection, run),
        )
        warnings = [*drift(connection, run), *_files(counted)]
    problems = [*_unfinished(counted, stored)]
    if run.kind == "crawl":
        problems += [*_listing(run, counted, listing), *_asserted(run, counted, stored)]
    return close_run(archive, run, problems, warnings)


@dataclass(frozen=True, slots=True)
class _Stored:
    unread: tuple[str, ...]
    newest: date | None
    walk_before: PreviousWalk | None


def unread(connection: Connection, run: RunContext) -> Iterator[str]:
    """What was stored and not read, and why."""
    found = connection.execute(_UNREAD, {"run": run.id, "failed": list(FAILED)}).one()
    if found.waiting:
        yield f"{found.waiting} fetched pages were never read: clear the failed tasks"
    if found.damaged:
        why = found.why.removeprefix(NOT_READ)
        yield f"{found.damaged} fetched pages could not be read, for bytes are damaged (`gongkai fixity`), first {why}"


def raise_if_red(report: Report) -> None:
    """Raises `RedRun` with the first reason."""
    if report.problems:
        more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
        raise RedRun(f"{report.source}: {report.problems[0]}{more}", hint=f"gongkai report {report.source}")


def _unfinished(counted: Report, stored: _Stored) -> Iterator[str]:
    """What was left undone, and whether what was done went well at all."""
    if counted.unfinished:
        yield f"{counted.unfinished} of {counted.listed} listed pages were never fetched: clear the failed tasks"
    yield from stored.unread
    fetched = counted.listed - counted.excluded - counted.outcomes.get(Outcome.KNOWN, 0) - counted.unfinished
    # To find what is gone is what a recheck is for.
    expected = {Outcome.GONE, Outcome.SOFT_404} if counted.kind == "recheck" else set()
    failures = {
        name: number
        for name, number in counted.outcomes.items()
        if group(Outcome(name)) is Group.FAILED and name not in expected
    }
    if (failed := sum(failures.values())) * 2 > fetched and failed >= MANY:
        worst = max(failures, key=failures.__getitem__)
        yield f"{failed} of {fetched} fetched pages failed, most as {worst}"


def _files(counted: Report) -> Iterator[str]:
    failures = {name: number for name, number in counted.files.items() if group(Outcome(name)) is Group.FAILED}
    failed, asked = sum(failures.values()), sum(counted.files.values())
    if failed * 2 > asked and failed >= MANY:
        yield f"{failed} of {asked} attachments failed, most as {max(failures, key=failures.__getitem__)}"


def _listing(run: RunContext, counted: Report, listing: dict[str, Any]) -> Iterator[str]:
    """Whether the catalog was listed completely."""
    if not listing:
        yield "the listing was never walked to its end: clear task list_catalog"
    if lost := listing.get("lost", []):
        url, reason = lost[0]
        yield f"{len(lost)} listing pages were lost, the first {url} ({reason})"
    yield from listing.get("problems", [])
    if not counted.listed:
        yield "nothing was listed"
    if run.options.limit is None:
        for column in counted.told:
            name = column.column or run.source.id
            if column.whole and column.told_total is not None and column.lines < column.told_total:
                yield f"list {name!r} tells of {column.told_total} documents, {column.lines} were found"
            elif column.whole and column.told_pages is not None and column.pages < column.told_pages:
                yield f"list {name!r} tells of {column.told_pages} pages, {column.pages} were walked"


def _asserted(run: RunContext, counted: Report, stored: _Stored) -> Iterator[str]:
    """Whether the source is what its file says, and what it was before."""
    if run.options.limit is not None:
        return
    asserted, before = run.source.assertions, stored.walk_before
    if counted.full and before and counted.listed < before.listed * (1 - asserted.max_drop):
        day = f"{before.started_at:%Y-%m-%d}"
        yield f"{counted.listed} documents listed, {before.listed} on {day}: a drop beyond assertions.max_drop"
    if counted.records < asserted.min_records:
        yield f"{counted.records} records, fewer than the asserted {asserted.min_records}"
    newest, today = stored.newest, datetime.now(CHINA).date()
    if newest is not None and (today - newest).days > asserted.max_age_days:
        yield f"the newest document is of {newest}, older than the asserted {asserted.max_age_days} days"
