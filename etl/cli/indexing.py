"""`gongkai index`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.records.search_index import fill_index
from etl.archive.storage.archive import open_database
from etl.cli.console import output, print_json, shown_progress
from etl.counting import counted
from etl.settings import settings

app = typer.Typer()


@app.command("index")
def index_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Fill the search with records that it does not have yet. If interrupted, run it again: it goes on there."""
    with shown_progress() as progress:
        done = fill_index(open_database(settings()), progress)
    if as_json:
        print_json(asdict(done))
    else:
        output.print(f"{counted(done.written, 'entry')} written, {done.indexed} added to the index")
