"""`gongkai report`, and how reports are printed after a crawl."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from etl.archive.crawls.advice import advice
from etl.archive.crawls.reports import Report, last_reports, past_reports
from etl.archive.crawls.run_pages import EndedPage, ended_badly
from etl.archive.crawls.unfinished import unfinished_reports
from etl.archive.storage.archive import Database, open_database
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, in_words, one_of, output, print_json, state_cell, table
from etl.clock import in_beijing
from etl.counting import counted
from etl.errors import GongkaiError
from etl.outcomes import OUTCOME_NAMES
from etl.reasons import Reason
from etl.settings import settings

app = typer.Typer()
COLUMNS = {
    "source": "source",
    "kind": "kind",
    "state": "state",
    "listed": "listed",
    "stored": "stored",
    "unchanged": "same",
    "failed": "failed",
    "excluded": "excl.",
    "records": "records",
    "duplicates": "dupl.",
    "seconds": "s",
}
"""The columns of the table of reports, with headers that fit into 80 characters together with a source's name."""
_PAST = ("run", "kind", "state", "started", "listed", "stored", "same", "failed", "excl.", "s")
STANDS_STILL = timedelta(minutes=10)
"""A run without a capture for so long has died or waits for a host: with all its retries, a page takes minutes."""
RED = 1
"""Exit code when a run that is shown is red."""
LONGEST_SENTENCE = 200
"""Characters of a reason in the line of an error."""


class RedRun(GongkaiError):
    """A run that must not be trusted."""


@app.command("report")
def report_command(
    source: Annotated[
        str | None, typer.Argument(help="Id of a source. Default: all sources.", autocompletion=source_ids)
    ] = None,
    pages: Annotated[
        bool, typer.Option("--pages", help="Name each page that failed or was excluded, with its reason.")
    ] = False,
    runs: Annotated[
        int | None, typer.Option(min=1, help="Show the last so many runs of the source, not only its last.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the last finished run of each source, and all runs that have not ended. Exits with 1 if one is red."""
    archive = open_database(settings())
    if runs is not None:
        if source is None:
            raise GongkaiError("--runs needs a source", hint="as in `gongkai report SOURCE --runs 30`")
        finished = past_reports(archive.engine, source, runs)
        reports = [*unfinished_reports(archive.engine, source), *finished]
    else:
        reports = [*last_reports(archive.engine, source), *unfinished_reports(archive.engine, source)]
    if source and not reports:
        raise GongkaiError(f"no run of source {source!r}", hint="run `gongkai crawl SOURCE`, or start its DAG")
    named = _pages(archive, reports) if pages else {}
    if as_json:
        print_json([report | ({"pages": _explained(named[report["run"]])} if pages else {}) for report in reports])
    elif not reports:
        output.print("no run yet: `gongkai crawl SOURCE`, or start a crawl in Airflow")
    elif runs is not None:
        _print_past(reports)
    else:
        print_reports(reports)
    if not as_json:
        for report in reports:
            _print_pages(report, named.get(report["run"], []))
    if any(report["state"] == "red" for report in (finished[:1] if runs else reports)):
        raise typer.Exit(RED)


def _pages(archive: Database, reports: Sequence[dict[str, Any]]) -> dict[int, list[EndedPage]]:
    with archive.engine.connect() as connection:
        return {report["run"]: ended_badly(connection, report["run"]) for report in reports}


def _explained(pages: Sequence[EndedPage]) -> list[Any]:
    return [page.explained() for page in pages]


def _print_past(reports: Sequence[dict[str, Any]]) -> None:
    numbers = ("listed", "stored", "unchanged", "failed", "excluded", "seconds")
    rows = [
        (
            str(report["run"]),
            report["kind"],
            state_cell(report["state"]),
            in_beijing(datetime.fromisoformat(report["started_at"])),
            *(report[name] for name in numbers),
        )
        for report in reports
    ]
    table(_PAST, rows)


def _print_pages(report: dict[str, Any], pages: Sequence[EndedPage]) -> None:
    for page in pages:
        line = f"{report['run']} {_outcome(page.outcome)} {page.url}: {in_words(page.reason)}"
        output.print(output.plain(line), soft_wrap=True)


def raise_if_red(report: Report) -> None:
    """Raises `RedRun` with the first reason, in the language of the terminal; the report has all of them."""
    if report.problems:
        first, others = in_words(report.problems[0]), len(report.problems) - 1
        short = first if len(first) <= LONGEST_SENTENCE else f"{first[: LONGEST_SENTENCE - 1]}…"
        more = one_of((f"；另有 {others} 条原因", f"; and {counted(others, 'more reason')}")) if others else ""
        raise RedRun(f"{report.source}: {short}{more}", hint=f"gongkai report {report.source} --pages")


def print_reports(reports: Sequence[dict[str, Any]]) -> None:
    """Print the table of the reports, then remarks on each."""
    rows = [[state_cell(report[name]) if name == "state" else report[name] for name in COLUMNS] for report in reports]
    table(list(COLUMNS.values()), rows)
    for report in reports:
        _print_remarks(report)
        for colour, name in (("red", "problems"), ("yellow", "warnings")):
            for reason in map(Reason.from_stored, report[name]):
                output.print(f"[{colour}]{report['source']}: {output.plain(in_words(reason))}[/]", soft_wrap=True)
                if what_to_do := one_of(advice(reason)):
                    output.print(f"  → {output.plain(what_to_do)}", soft_wrap=True)
        if dead := report.get("dead"):
            number, first = report["outcomes"]["dead"], dead[0]
            days = counted(first["days"], "day")
            words = f"{counted(number, 'dead link')} (404 or 410 on {days}), the first {first['url']}"
            output.print(f"[dim]{report['source']}: {output.plain(words)}[/]", soft_wrap=True)
        if report["gaps"]:
            widest = report["gaps"][0]
            where = f"{widest['organisation']}/{widest['year']}: {counted(widest['missing'], 'serial')} missing"
            output.print(f"[dim]{report['source']}: gaps in index numbers, widest {where}[/]", soft_wrap=True)


def _print_remarks(report: dict[str, Any]) -> None:
    if report["state"] == "running":
        output.print(f"[yellow]{output.plain(_running(report))}[/]", soft_wrap=True)
    nothing = "nothing was due" if report["kind"] == "recheck" else "nothing listed"
    if report["listed"]:  # it runs, or has died
        nothing = f"{counted(report['listed'], 'page')} listed, none of which has ended"
    outcomes = ", ".join(f"{_outcome(name)} {number}" for name, number in report["outcomes"].items())
    output.print(f"[dim]{report['source']}: {outcomes or nothing}[/]", soft_wrap=True)
    if lists := [item for item in report["told"] if item["told_total"] is not None]:
        reported, read = sum(item["told_total"] for item in lists), sum(item["lines"] for item in lists)
        where = f"{report['source']}: totals are reported by {len(lists)} of {counted(len(report['told']), 'list')}"
        entries = f"{counted(reported, 'document')}, and {counted(read, 'entry')} read there"
        output.print(f"[dim]{where}: {entries}[/]", soft_wrap=True)


def _outcome(name: str) -> str:
    """The name of an outcome; an unknown one, which a later version stored, is returned unchanged."""
    return one_of(OUTCOME_NAMES.get(name, (name, name)))


def _running(report: dict[str, Any]) -> str:
    """A line about a run that has not ended, with what to do if it makes no progress."""
    started, moved = (datetime.fromisoformat(report[name]) for name in ("started_at", "moved_at"))
    run = f"{report['source']}: run {report['run']} ({report['kind']} {report['key']}) runs since {in_beijing(started)}"
    if datetime.now(UTC) - moved < STANDS_STILL:
        return f"{run}; its last capture was at {in_beijing(moved)}"
    close = f"`gongkai runs close {report['run']}`"
    return f"{run}, without a capture since {in_beijing(moved)}: if it has died, start the same work again, or {close}"
