"""The last stage: does the run add up, does it hold what its source file asserts, and what went wrong if not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from etl.archive.crawls.advice import advice
from etl.archive.crawls.checks import (
    documents_moved,
    fields_below_expected,
    fields_gone_empty,
    flagged_documents,
    newest_document,
    pages_that_wait,
    records_missing,
)
from etl.archive.crawls.dead_links import end_as_dead, missing_again
from etl.archive.crawls.drops import lists_dropped, taken_down
from etl.archive.crawls.list_changes import ListChange, list_changes
from etl.archive.crawls.removal import apply_removals
from etl.archive.crawls.reports import Report, close_run, read_report
from etl.archive.crawls.run import ListSummary, RunContext
from etl.archive.crawls.run_pages import EndedPage, ended_badly, examples
from etl.archive.crawls.unread import unread_problems
from etl.archive.crawls.walks import PreviousWalk, last_walk_without_drop
from etl.archive.records.search_index import index_waiting
from etl.archive.storage.archive import Archive, Database
from etl.clock import CHINA
from etl.outcomes import Group, Outcome, group
from etl.platforms.base import list_names
from etl.platforms.listing import BELOW
from etl.reason_codes import Code
from etl.reasons import Reason
from etl.sources.schema import Source

MANY = 10
"""Failures below which a bad share means little: a day's crawl may fetch three new pages, two of them broken."""
ALL_OF_FEW = 3
"""Pages, fewer than `MANY`, that a warning tells of where none of them could be had."""
NOT_SENT_OF = 4
"""One in so many pages that the site did not send, and at least `SOME`, are worth a warning: it is ill, or refuses a
crawler that is too fast. (Links that lead nowhere are as common in sound catalogs.)"""
SOME = 5
FEWEST_ON_PAGE = 8
"""Rows of a page of a site's list: shorter lists have the same number by chance."""
SEVERAL_LISTS = 3
"""Lists that have the same number of documents, from which on that is no chance."""
_NOT_SENT = (Outcome.NETWORK_ERROR, Outcome.HTTP_ERROR, Outcome.BLOCKED)
_LEAVES_LITTLE = frozenset(
    {
        Code.LISTING_NOT_WALKED,
        Code.LISTING_PAGES_LOST,
        Code.MOST_PAGES_EXCLUDED,
        Code.MOST_PAGES_FAILED,
        Code.MOST_PAGES_WAIT,
        Code.NOTHING_LISTED,
        Code.PAGES_UNFETCHED,
        Code.PAGES_UNREAD,
    }
)
"""Reasons for which a run gets little or nothing, so that the records of a source that is new must be too few."""
LONGEST_SENTENCE = 320
"""Characters of a reason in the line of an error."""
NAMED_PAGES = 10
"""Failed pages that a log names."""
_Examples = Callable[[], Mapping[str, EndedPage]]
"""By outcome, a document or file that failed or was excluded so; queried only for a reason that names one."""


def reconcile(archive: Archive, run: RunContext) -> Report:
    """Removes and restores records on the run's evidence, counts it from its stored outcomes, holds it against its
    assertions, and keeps the report. What it recorded is added to the index of the search."""
    apply_removals(archive, run)
    index_waiting(archive)
    with archive.engine.begin() as connection:
        end_as_dead(connection, run)
    with archive.engine.connect() as connection:
        counted = read_report(connection, run)
        listing = connection.scalar(text("SELECT listing FROM archive.run WHERE id = :run"), {"run": run.id}) or {}
        walk_before = last_walk_without_drop(connection, run)
        stored = _Stored(
            unread=tuple(unread_problems(connection, run)),
            newest=newest_document(connection, run.source.id),
            walk_before=walk_before,
            taken_down=taken_down(connection, run, walk_before),
            dropped=tuple(lists_dropped(connection, run, counted.told, walk_before)),
            missing_again=missing_again(connection, run),
            changes=list_changes(connection, run, counted.told),
            records_missing=records_missing(connection, run.source.id, MANY),
            below_expected=tuple(fields_below_expected(connection, run)),
            examples=partial(_examples, archive, run, of_files=False),
        )
        warnings = [
            *fields_gone_empty(connection, run),
            *flagged_documents(connection, run),
            *documents_moved(connection, run, MANY),
            *pages_that_wait(connection, run, _many(run, counted)),
            *_files(counted, partial(_examples, archive, run, of_files=True)),
        ]
    problems = [*_unfinished(counted, stored)]
    if not any(reason.code == Code.MOST_PAGES_FAILED for reason in problems):
        warnings += _nearly_all_failed(counted, stored) or _not_sent(counted, stored)
    if run.kind == "crawl":
        warnings += _totals_not_reached(run, counted)
        warnings += lists_that_may_go_on(run.source, counted.told, stored.changes)
        warnings += _excluded(run, counted, stored)
        walked = [*_listing(run, counted, listing)]
        warnings += [] if walked else lists_of_the_newest(run.source, stored.changes)
        dropped = [] if _explains_drop(walked) else _dropped(run, counted, stored)
        problems += [*walked, *dropped]
        problems, warnings = _with_causes(problems, warnings, [*_asserted(run, counted, stored)])
    return close_run(archive, run, problems, warnings)


def _with_causes(
    problems: list[Reason], warnings: list[Reason], asserted: list[Reason]
) -> tuple[list[Reason], list[Reason]]:
    """(problems, warnings), with what does not hold that the source file asserts. Where that is the number of records,
    the cause of it is the problem instead, even if it would be a warning otherwise: whoever lowered the assertion after
    a first run that got little would hide what comes later."""
    if not any(each.code == Code.FEWER_RECORDS for each in asserted):
        return [*problems, *asserted], warnings
    problems = [*problems, *(each for each in warnings if each.code in _LEAVES_LITTLE)]
    if any(each.code in _LEAVES_LITTLE for each in problems):
        asserted = [each for each in asserted if each.code != Code.FEWER_RECORDS]
    return [*problems, *asserted], [each for each in warnings if each.code not in _LEAVES_LITTLE]


@dataclass(frozen=True, slots=True)
class _Stored:
    unread: tuple[Reason, ...]
    newest: date | None
    walk_before: PreviousWalk | None
    taken_down: int
    """Documents of that walk that are listed no more since they have tombstones."""
    dropped: tuple[Reason, ...]
    below_expected: tuple[Reason, ...]
    changes: Mapping[str, ListChange]
    """By list, how it changed since it was first walked."""
    missing_again: Mapping[str, int]
    """Pages by outcome that an earlier run already found missing."""
    records_missing: Reason | None
    examples: _Examples


def _examples(archive: Database, run: RunContext, *, of_files: bool) -> Mapping[str, EndedPage]:
    with archive.engine.connect() as connection:
        return examples(connection, run.id, of_files=of_files)


def red_lines(archive: Database, report: Report) -> Iterator[str]:
    """Why the run is red, for a log: each reason with what to do about it, then the first pages that failed."""
    for reason in report.problems:
        chinese, english = advice(reason)
        yield f"{_short(reason.chinese)}。{chinese} {_short(reason.english)} → {english}"
    with archive.engine.connect() as connection:
        pages = ended_badly(connection, report.run, NAMED_PAGES + 1)
    for page in pages[:NAMED_PAGES]:
        yield f"{page.outcome} {page.url}: {_short(page.reason.english)}"
    if len(pages) > NAMED_PAGES:
        yield f"所有失败页面 all of them: gongkai report {report.source} --pages"


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1]}…"


def _unfinished(counted: Report, stored: _Stored) -> Iterator[Reason]:
    """What was left undone, and whether what was done went well at all."""
    if counted.unfinished:
        yield Reason.of(Code.PAGES_UNFETCHED, pages=counted.unfinished, listed=counted.listed)
    yield from stored.unread
    failures, fetched = _failures(counted, stored)
    # To find what is gone is what a recheck is for.
    expected = {Outcome.GONE, Outcome.SOFT_404} if counted.kind == "recheck" else set()
    unexpected = {name: number for name, number in failures.items() if name not in expected}
    if (failed := sum(unexpected.values())) * 2 > fetched and failed >= MANY:
        yield _most_failed(unexpected, fetched, stored.examples)
    # What was missing before is held against all that the source has, since a run fetches little else.
    dead = sum(stored.missing_again.values()) + counted.outcomes.get(Outcome.DEAD, 0)
    if not expected and dead > counted.records and dead >= MANY:
        yield Reason.of(Code.MOST_LINKS_DEAD, dead=dead, records=counted.records)
    elif stored.records_missing:
        yield stored.records_missing


def _failures(counted: Report, stored: _Stored) -> tuple[dict[str, int], int]:
    """How many pages failed, by outcome, and how many were fetched; those that were missing before are neither."""
    again = stored.missing_again
    known = counted.outcomes.get(Outcome.KNOWN, 0)
    fetched = counted.listed - counted.excluded - known - counted.unfinished - sum(again.values())
    failed = {
        name: number - again.get(name, 0)
        for name, number in counted.outcomes.items()
        if group(Outcome(name)) is Group.FAILED
    }
    return failed, fetched


def _most_failed(failures: Mapping[str, int], fetched: int, pages: _Examples) -> Reason:
    return _most(Code.MOST_PAGES_FAILED, failures, pages, failed=sum(failures.values()), fetched=fetched)


def _most(code: Code, numbers: Mapping[Any, int], pages: _Examples, **params: int) -> Reason:
    """A reason of that code: how most of these pages ended, by number, with one of them."""
    worst = max(numbers, key=numbers.__getitem__)
    example = pages()[worst]
    return Reason.of(code, **params, outcome=worst, url=example.url, reason=example.reason)


def _nearly_all_failed(counted: Report, stored: _Stored) -> list[Reason]:
    """A warning where all pages failed that were fetched, if they were few; where so many went missing in a recheck
    that the site is rather at fault."""
    failures, fetched = _failures(counted, stored)
    failed = sum(failures.values())
    most_missing = counted.kind == "recheck" and failed >= MANY and failed * 2 > fetched
    all_of_few = counted.kind == "crawl" and failed == fetched and ALL_OF_FEW <= failed < MANY
    return [_most_failed(failures, fetched, stored.examples)] if most_missing or all_of_few else []


def _not_sent(counted: Report, stored: _Stored) -> list[Reason]:
    """A warning where the site failed or refused to send a good part of the pages: they are tried again, but a run that
    lacks them is not as it should be."""
    failures, fetched = _failures(counted, stored)
    not_sent = {outcome: failures[outcome] for outcome in _NOT_SENT if failures.get(outcome)}
    failed = sum(not_sent.values())
    if failed < SOME or failed * NOT_SENT_OF < fetched:
        return []
    return [_most(Code.PAGES_NOT_SENT, not_sent, stored.examples, failed=failed, fetched=fetched)]


def _many(run: RunContext, counted: Report) -> int:
    """How many pages that were not requested are worth a warning: few, while the source has fewer records than it must
    have, since a walk that finds nothing new lists few."""
    return MANY if counted.records >= run.source.assertions.min_records else ALL_OF_FEW


def _files(counted: Report, files: _Examples) -> Iterator[Reason]:
    failures = {name: number for name, number in counted.files.items() if group(Outcome(name)) is Group.FAILED}
    failed, total = sum(failures.values()), sum(counted.files.values())
    if failed * 2 > total and failed >= MANY:
        yield _most(Code.MOST_FILES_FAILED, failures, files, failed=failed, files=total)


def _excluded(run: RunContext, counted: Report, stored: _Stored) -> Iterator[Reason]:
    """A site that moved to another host, or a new robots.txt, excludes all that is not known."""
    excluded = {name: counted.outcomes.get(name, 0) for name in (Outcome.ROBOTS, Outcome.OUT_OF_SCOPE)}
    number, listed = sum(excluded.values()), counted.listed - counted.outcomes.get(Outcome.KNOWN, 0)
    if number * 2 > listed and number >= _many(run, counted):
        yield _most(Code.MOST_PAGES_EXCLUDED, excluded, stored.examples, excluded=number, listed=counted.listed)


def _listing(run: RunContext, counted: Report, listing: dict[str, Any]) -> Iterator[Reason]:
    """Whether the catalog was listed completely."""
    if not listing:
        yield Reason.of(Code.LISTING_NOT_WALKED)
    if lost := listing.get("lost", []):
        url, reason = lost[0]
        yield Reason.of(Code.LISTING_PAGES_LOST, pages=len(lost), url=url, reason=Reason.from_stored(reason))
    yield from map(Reason.from_stored, listing.get("problems", []))
    if not counted.listed and not lost:
        yield Reason.of(Code.NOTHING_LISTED)
    if run.options.limit is None:
        yield from incomplete_lists(counted.told, run.source.id)


def incomplete_lists(lists: Iterable[ListSummary], source: str) -> Iterator[Reason]:
    """Lists that were walked to their end and have fewer documents or pages than the site reports."""
    for column in lists:
        name = column.column or source
        if column.whole and _is_short(column) and not column.total_is_upper_bound:
            yield Reason.of(Code.FEWER_DOCUMENTS, list=name, reported=column.told_total, found=column.lines)
        elif column.whole and column.pages < (column.told_pages or 0) and not _has_its_total(column):
            yield Reason.of(Code.FEWER_LISTING_PAGES, list=name, reported=column.told_pages, found=column.pages)


def _is_short(column: ListSummary) -> bool:
    return column.told_total is not None and column.lines < column.told_total


def _has_its_total(column: ListSummary) -> bool:
    """Whether a list of several pages has just the documents that the site reports. Whatever number of pages it reports
    then is none of the list: it counts an empty one (`total / size + 1`), or is the same for any list."""
    return column.pages > 1 and column.lines == column.told_total


def _totals_not_reached(run: RunContext, counted: Report) -> Iterator[Reason]:
    """Lists that the site ended itself before the total that it reports, where its platform is known for that."""
    if run.options.limit is None:
        for column in counted.told:
            if column.whole and _is_short(column) and column.total_is_upper_bound:
                name = column.column or run.source.id
                yield Reason.of(Code.TOTAL_NOT_REACHED, list=name, reported=column.told_total, found=column.lines)


def lists_that_may_go_on(
    source: Source, lists: Iterable[ListSummary], changes: Mapping[str, ListChange] = MappingProxyType({})
) -> Iterator[Reason]:
    """Lists of one page of which nothing says that it is the only one, neither the source file nor an earlier walk: of
    those that fill a page, and of those that have as many documents as others of the source."""
    lists = tuple(lists)
    names = zip(source.columns, list_names(source.columns), strict=True)
    whole = {name for column, name in names if column.whole}
    fill_no_page = {name for name, change in changes.items() if change.fills_no_page}
    size = _size_of_several(lists)
    for walked in lists:
        fills = walked.may_go_on or (walked.open_end and walked.lines == size)
        if fills and walked.column.partition(BELOW)[0] not in whole and walked.column not in fill_no_page:
            yield Reason.of(Code.LIST_MAY_GO_ON, list=walked.column or source.id, found=walked.lines)


def _size_of_several(lists: Iterable[ListSummary]) -> int:
    """The number of documents of the longest lists with an open end, if several have it: all, or at least three. It
    may be the number of rows on a page of the site. 0 if there is none."""
    sizes = [each.lines for each in lists if each.open_end]
    longest = max(sizes, default=0)
    several = sizes.count(longest)
    return longest if longest >= FEWEST_ON_PAGE and (several >= SEVERAL_LISTS or several == len(sizes) > 1) else 0


def lists_of_the_newest(source: Source, changes: Mapping[str, ListChange]) -> Iterator[Reason]:
    """Lists from which the oldest documents drop out while newer ones come."""
    for name, change in changes.items():
        if change.shows_newest:
            day = f"{change.before.started_at:%Y-%m-%d}"
            yield Reason.of(Code.LIST_SHOWS_NEWEST, list=name or source.id, day=day, gone=change.gone, new=change.new)


def _explains_drop(walked: Iterable[Reason]) -> bool:
    """Whether documents are missing because pages of lists were lost or not understood, or because nothing was listed.
    A total that was not reached is no such reason: later walks must not be compared with a walk that also dropped."""
    return any(reason.code not in (Code.FEWER_DOCUMENTS, Code.FEWER_LISTING_PAGES) for reason in walked)


def _dropped(run: RunContext, counted: Report, stored: _Stored) -> Iterator[Reason]:
    """Whether the source lists far less than before: the list that dropped; all lists together, if it is not one."""
    if run.options.limit is not None:
        return
    before, least = stored.walk_before, 1 - run.source.assertions.max_drop
    fell = counted.full and before and counted.listed < (before.listed - stored.taken_down) * least
    if before and fell and len(stored.dropped) != 1:
        day = f"{before.started_at:%Y-%m-%d}"
        yield Reason.of(Code.LISTING_DROPPED, listed=counted.listed, before=before.listed, day=day)
    yield from stored.dropped


def _asserted(run: RunContext, counted: Report, stored: _Stored) -> Iterator[Reason]:
    """Whether the source is what its file says."""
    if run.options.limit is not None:
        return
    asserted = run.source.assertions
    if counted.records < asserted.min_records:
        yield Reason.of(Code.FEWER_RECORDS, records=counted.records, minimum=asserted.min_records)
    yield from stored.below_expected
    newest, today = stored.newest, datetime.now(CHINA).date()
    if newest is not None and (today - newest).days > asserted.max_age_days:
        yield Reason.of(Code.NEWEST_TOO_OLD, day=newest, days=asserted.max_age_days)
