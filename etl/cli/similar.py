"""`gongkai similar`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.records.near_duplicates import LIMIT, rebuild_signatures, similar_to
from etl.archive.storage.archive import Database, open_database
from etl.cli.console import AsJson, output, print_json, shown_progress, table
from etl.counting import counted
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("similar")
def similar_command(
    record: Annotated[int | None, typer.Argument(help="Number of a record.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = LIMIT,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Compute the signatures of texts that have none yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List records with nearly the same text as this record, and the share of text in common. Nothing is merged."""
    if rebuild is (record is not None):
        raise GongkaiError("similar needs either a record or --rebuild", hint="as in `gongkai similar 12`")
    archive = open_database(settings())
    if record is None:
        return _sign_texts(archive, as_json)
    with archive.engine.connect() as connection:
        similar = similar_to(connection, record, limit)
    if as_json:
        print_json([asdict(item) for item in similar])
    elif similar:
        rows = [(item.record_id, f"{item.share:.1%}", item.source_id, item.state, item.title) for item in similar]
        table(("record", "share", "source", "state", "title"), rows)
    else:
        output.print(f"no other record has nearly the same text as record {record}")


def _sign_texts(archive: Database, as_json: bool) -> None:
    with shown_progress() as progress:
        done = rebuild_signatures(archive, progress)
    if as_json:
        print_json(asdict(done))
    else:
        output.print(f"{counted(done.signed, 'text')} signed, {counted(done.dropped, 'unused signature')} dropped")
