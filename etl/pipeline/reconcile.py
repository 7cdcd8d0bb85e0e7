"""The last stage: does the run add up, does it hold what its source file asserts, and what went wrong if not."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import text

from etl.archive import Archive
from etl.archive.reports import Report, close_run, read_report
from etl.archive.runs import OpenRun
from etl.errors import GongkaiError
from etl.outcomes import Group, Outcome, group

CHINA = timezone(timedelta(hours=8))
_NEWEST = text("""
SELECT max(coalesce(v.published_date, v.written_date)) FROM archive.record r
JOIN archive.record_version v ON v.record_id = r.id AND v.version = r.version
WHERE r.source_id = :source AND r.state = 'current'
""")
_UNREAD = text("""
SELECT count(*) FROM archive.run_page rp JOIN archive.page p ON p.id = rp.page_id
WHERE rp.run_id = :run AND p.unread_capture_id IS NOT NULL
""")


class RedRun(GongkaiError):
    """A run that must not be trusted; the text gives its first reason, the report all of them."""


def reconcile(archive: Archive, run: OpenRun) -> Report:
    """Counts the run from its stored outcomes, holds it against its assertions, and keeps the report."""
    with archive.engine.connect() as connection:
        counted = read_report(connection, run, ())
        listing = connection.scalar(text("SELECT listing FROM archive.run WHERE id = :run"), {"run": run.id}) or {}
        newest = connection.scalar(_NEWEST, {"source": run.source.id})
        unread = connection.scalar(_UNREAD, {"run": run.id}) or 0
    return close_run(archive.engine, run, list(_problems(run, counted, unread, listing, newest)))


def raise_if_red(report: Report) -> None:
    """Raises `RedRun` with the first reason."""
    if report.problems:
        more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
        raise RedRun(f"{report.source}: {report.problems[0]}{more}", hint=f"gongkai report {report.source}")


def _problems(
    run: OpenRun, counted: Report, unread: int, listing: dict[str, Any], newest: date | None
) -> Iterator[str]:
    """Every reason for which the run is red, in words; the gravest first."""
    if not listing:
        yield "the listing was never walked to its end: clear task list_catalog"
    if counted.unfinished:
        yield f"{counted.unfinished} of {counted.listed} listed pages were never fetched: clear the failed tasks"
    if unread:
        yield f"{unread} fetched pages were never read: clear the failed tasks"
    lost = listing.get("lost", [])
    if lost:
        url, reason = lost[0]
        yield f"{len(lost)} listing pages were lost, the first {url} ({reason})"
    yield from listing.get("problems", [])
    if not counted.listed:
        yield "nothing was listed"
        return
    fetched = counted.listed - counted.excluded - counted.outcomes.get(Outcome.KNOWN, 0)
    if counted.failed * 2 > fetched:
        worst = max(
            (name for name in counted.outcomes if group(Outcome(name)) is Group.FAILED),
            key=counted.outcomes.__getitem__,
        )
        yield f"{counted.failed} of {fetched} fetched pages failed, most as {worst}"
    if run.options.limit is not None:
        return
    for column in counted.told:
        if column.whole and column.told_total is not None and column.listed < column.told_total:
            name = column.column or run.source.id
            yield f"list {name!r} tells of {column.told_total} documents, {column.listed} were found"
    asserted = run.source.assertions
    if counted.records < asserted.min_records:
        yield f"{counted.records} records, fewer than the asserted {asserted.min_records}"
    today = datetime.now(CHINA).date()
    if newest is not None and (today - newest).days > asserted.max_age_days:
        yield f"the newest document is of {newest}, older than the asserted {asserted.max_age_days} days"
