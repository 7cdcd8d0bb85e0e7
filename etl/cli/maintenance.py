"""`gongkai correct`, `reextract`, `scans` and `rebuild`: what is done to records over the years."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from etl.archive.records.corrections import WITHDRAWN, make_correction
from etl.archive.storage.archive import open_archive
from etl.archive.storage.blobs import UnreadableItem, raise_if_unreadable
from etl.archive.storage.database import connect
from etl.cli.console import errors, output, print_json, progress, table
from etl.errors import GongkaiError
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.stages.attachments import read_scans
from etl.pipeline.stages.reextracting import ReextractionResult, ReextractionScope, parse_conditions, reextract
from etl.settings import settings

app = typer.Typer()


@app.command("correct")
def correct_command(
    record: Annotated[int, typer.Argument(help="The record's number.")],
    values: Annotated[list[str], typer.Argument(help="FIELD=VALUE; `FIELD=` for a field that has no value.")] = [],  # noqa: B006
    why: Annotated[str, typer.Option(help="The reason; it stays with the value.")] = "",
    who: Annotated[str, typer.Option(help="Who corrects; the login name if not given.")] = "",
    withdraw: Annotated[list[str], typer.Option(help="A field whose extracted value is to hold again.")] = [],  # noqa: B006
) -> None:
    """Set fields of a record to what an archivist knows better; the extracted values stay beside them."""
    given = _corrections(values, withdraw)
    if not why.strip():
        raise GongkaiError("the reason is missing", hint="give it with --why TEXT")
    done = make_correction(open_archive(settings()), record, given, who or getpass.getuser(), why)
    if done.changed:
        output.print(f"record {record} is at version {done.version}")
    else:
        output.print(f"nothing was changed: record {record} says so already, and stays at version {done.version}")


def _corrections(values: list[str], withdraw: list[str]) -> dict[str, Any]:
    """The value of each field, given once."""
    pairs: list[tuple[str, Any]] = [(name, WITHDRAWN) for name in dict.fromkeys(withdraw)]
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise GongkaiError(f"{each!r} is not FIELD=VALUE", hint="as in publisher=某某局")
        pairs.append((name, value or None))
    if not pairs:
        raise GongkaiError("nothing to correct", hint="give FIELD=VALUE or --withdraw FIELD")
    given = dict(pairs)
    if len(given) < len(pairs):
        twice = next(name for name in given if sum(name == other for other, _ in pairs) > 1)
        raise GongkaiError(f"{twice} is given more than once", hint="a field has one value")
    return given


@app.command("reextract")
def reextract_command(
    source: Annotated[str | None, typer.Option(help="Only records of this source.")] = None,
    where: Annotated[list[str], typer.Option(help="Only records whose COLUMN=VALUE; `COLUMN=` for none.")] = [],  # noqa: B006
    every: Annotated[bool, typer.Option("--all", help="Also what was read with today's rules.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read stored captures again with today's rules, without the network. Versions that differ are `re-extracted`."""
    wanted = ReextractionScope(source, parse_conditions(where), every)
    with progress() as bar:
        task = bar.add_task("reading again", total=None)
        done = reextract(
            settings(), wanted, lambda made, due: bar.update(task, completed=made, total=due), dry_run=dry_run
        )
    if as_json:
        samples = {name: [(d.record, d.before, d.now) for d in found] for name, found in done.samples.items()}
        counted = {"records": done.records, "versions": done.versions, "damaged": len(done.damaged)}
        print_json(counted | {"fields": done.fields, "samples": samples})
    else:
        _print_result(done, dry_run)
    _fail_if_unreadable(done.damaged, "records or files")


def _print_result(done: ReextractionResult, dry_run: bool) -> None:
    verb = "would change" if dry_run else "changed"
    errors.print(f"{done.records} records read, {done.versions} {verb}")
    if done.fields:
        table(("field", "values"), done.fields.most_common())
        found = [each for name in done.samples for each in done.samples[name]]
        rows = [(each.field, each.record, each.before or "—", each.now or "—") for each in found]
        table(("field", "record", "before", "now"), rows, title="samples")


def _fail_if_unreadable(damaged: Sequence[UnreadableItem], what: str) -> None:
    """Names what could not be read, a line each, and fails."""
    for each in damaged:
        errors.print(f"[red]{errors.plain(str(each))}[/]", soft_wrap=True)
    raise_if_unreadable(damaged, what)


@app.command("scans")
def scans_command(
    limit: Annotated[int, typer.Option(min=1, help="Read so many files at most.")] = 1000,
) -> None:
    """Read files whose pages are pictures (OCR): seconds a page, so never while a crawl waits for it."""
    with progress() as bar:
        task = bar.add_task("reading scans", total=None)
        done = read_scans(open_archive(settings()), limit, lambda more: bar.advance(task, more))
    output.print(f"{done.read} scans read")
    _fail_if_unreadable(done.damaged, "scans")


@app.command("rebuild")
def rebuild_command() -> None:
    """Fill an empty, migrated database again from object storage alone. Interrupted, the same command goes on."""
    chosen = settings()
    if chosen.database_owner_url is None:
        raise GongkaiError("GONGKAI_DATABASE_OWNER_URL is not set", hint="a rebuild needs the database's owner")
    with progress() as bar:
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, due: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=due)
            bar.update(tasks[step], completed=done)

        owner = connect(chosen.database_owner_url.get_secret_value())
        rebuilt = rebuild_archive(open_archive(chosen), owner, tell)
    table(("logs of", "objects"), list(asdict(rebuilt).items()))
