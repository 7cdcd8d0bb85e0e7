"""`gongkai correct`, `reextract`, `scans` and `rebuild`: maintenance of records."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from etl.archive.records.corrections import WITHDRAWN, correct
from etl.archive.storage.archive import open_archive
from etl.archive.storage.blobs import UnreadableItem, raise_if_unreadable
from etl.archive.storage.database import connect
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, errors, output, print_json, shown_progress, table
from etl.counting import counted
from etl.errors import GongkaiError
from etl.pipeline.rebuilding import rebuild_archive
from etl.pipeline.stages.attachments import read_scans
from etl.pipeline.stages.reextracting import ReextractionResult, ReextractionScope, parse_conditions, reextract
from etl.settings import settings

app = typer.Typer()


@app.command("correct")
def correct_command(
    record: Annotated[int, typer.Argument(help="Number of a record.")],
    values: Annotated[list[str], typer.Argument(help="FIELD=VALUE; `FIELD=` for no value.")] = [],  # noqa: B006
    why: Annotated[str, typer.Option(help="The reason; it is stored with the correction.")] = "",
    who: Annotated[str, typer.Option(help="Name of the person who corrects. Default: the login name.")] = "",
    withdraw: Annotated[list[str], typer.Option(help="A field to set back to its extracted value.")] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Correct fields of a record. The extracted values are kept beside the corrections."""
    corrections = _corrections(values, withdraw)
    if not why.strip():
        raise GongkaiError("the reason is missing", hint="give it with --why TEXT")
    done = correct(open_archive(settings()), record, corrections, who or getpass.getuser(), why)
    if as_json:
        print_json({"record": record, "version": done.version, "changed": done.changed})
    elif done.changed:
        output.print(f"record {record} is at version {done.version}")
    else:
        output.print(f"nothing changed: record {record} already has these values and stays at version {done.version}")


def _corrections(values: list[str], withdraw: list[str]) -> dict[str, Any]:
    """The new value of each field. Raises `GongkaiError` for a field that is given twice."""
    pairs: list[tuple[str, Any]] = [(name, WITHDRAWN) for name in dict.fromkeys(withdraw)]
    for option in values:
        name, equals, value = option.partition("=")
        if not equals:
            raise GongkaiError(f"{option!r} is not FIELD=VALUE", hint="write it as publisher=某某局")
        pairs.append((name, value or None))
    if not pairs:
        raise GongkaiError("nothing to correct", hint="give FIELD=VALUE or --withdraw FIELD")
    corrections = dict(pairs)
    if len(corrections) < len(pairs):
        repeated = next(name for name in corrections if sum(name == other for other, _ in pairs) > 1)
        raise GongkaiError(f"{repeated} is given more than once", hint="give each field one value")
    return corrections


@app.command("reextract")
def reextract_command(
    source: Annotated[str | None, typer.Option(help="Only records of this source.", autocompletion=source_ids)] = None,
    where: Annotated[list[str], typer.Option(help="Only records with COLUMN=VALUE; `COLUMN=` for no value.")] = [],  # noqa: B006
    up_to_date: Annotated[bool, typer.Option("--all", help="Also records extracted with the current rules.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Extract stored captures again with the current rules, offline. A result that differs becomes a new version."""
    scope = ReextractionScope(source, parse_conditions(where), up_to_date)
    with shown_progress() as progress:
        done = reextract(settings(), scope, progress, dry_run=dry_run)
    if as_json:
        samples = {
            name: [(item.record, item.before, item.now) for item in items] for name, items in done.samples.items()
        }
        numbers = {"records": done.records, "versions": done.versions, "damaged": len(done.damaged)}
        print_json(numbers | {"fields": done.fields, "samples": samples})
    else:
        _print_result(done, dry_run)
    _fail_if_unreadable(done.damaged, "records or files")


def _print_result(done: ReextractionResult, dry_run: bool) -> None:
    verb = "would change" if dry_run else "changed"
    errors.print(f"{counted(done.records, 'record')} read, {done.versions} {verb}")
    if done.fields:
        table(("field", "values"), done.fields.most_common())
        samples = [item for items in done.samples.values() for item in items]
        rows = [(item.field, item.record, item.before or "—", item.now or "—") for item in samples]
        table(("field", "record", "before", "now"), rows, title="samples")


def _fail_if_unreadable(damaged: Sequence[UnreadableItem], what: str) -> None:
    """Print what could not be read, one item per line, and raise if there is any."""
    for item in damaged:
        errors.print(f"[red]{errors.plain(str(item))}[/]", soft_wrap=True)
    raise_if_unreadable(damaged, what)


@app.command("scans")
def scans_command(
    limit: Annotated[int, typer.Option(min=1, help="Read at most this many files.")] = 1000, as_json: AsJson = False
) -> None:
    """Read scanned files by OCR. Takes seconds a page, so crawls leave it to this command."""
    with shown_progress() as progress:
        done = read_scans(open_archive(settings()), limit, progress)
    if as_json:
        print_json({"read": done.read, "damaged": [str(item) for item in done.damaged]})
    else:
        output.print(f"{counted(done.read, 'scan')} read")
    _fail_if_unreadable(done.damaged, "scans")


@app.command("rebuild")
def rebuild_command(as_json: AsJson = False) -> None:
    """Rebuild the database from object storage; it must be empty and migrated. If interrupted, run it again."""
    chosen = settings()
    if chosen.database_owner_url is None:
        raise GongkaiError(
            "GONGKAI_DATABASE_OWNER_URL is not set",
            hint="a rebuild needs the owner of the database; see docs/settings.md",
        )
    with shown_progress() as progress:
        owner = connect(chosen.database_owner_url.get_secret_value())
        rebuilt = rebuild_archive(open_archive(chosen), owner, progress)
    if as_json:
        print_json(asdict(rebuilt))
    else:
        table(("logs of", "objects"), list(asdict(rebuilt).items()))
