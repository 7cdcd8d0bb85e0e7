"""`gongkai similar`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.records.near_duplicates import LIMIT, rebuild_signatures, similar_to
from etl.archive.storage.archive import Database, open_database
from etl.cli.console import output, print_json, progress, table
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("similar")
def similar_command(
    record: Annotated[int | None, typer.Argument(help="Number of a record.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show so many at most.")] = LIMIT,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Sign the texts that have no signature yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the records whose texts are nearly the record's, and how much of them is. Nothing is merged."""
    if rebuild is (record is not None):
        raise GongkaiError("similar needs either a record or --rebuild", hint="gongkai similar 12")
    archive = open_database(settings())
    if record is None:
        return _sign_texts(archive, as_json)
    with archive.engine.connect() as connection:
        found = similar_to(connection, record, limit)
    if as_json:
        print_json([asdict(each) for each in found])
    elif found:
        rows = [(each.record_id, f"{each.share:.1%}", each.source_id, each.state, each.title) for each in found]
        table(("record", "share", "source", "state", "title"), rows)
    else:
        output.print(f"no text is nearly that of record {record}")


def _sign_texts(archive: Database, as_json: bool) -> None:
    with progress() as bar:
        task = bar.add_task("signing", total=None)
        done = rebuild_signatures(archive, lambda signed, total: bar.update(task, completed=signed, total=total))
    if as_json:
        print_json(asdict(done))
    else:
        output.print(f"{done.signed} texts signed, {done.dropped} signatures dropped that no version needs")
