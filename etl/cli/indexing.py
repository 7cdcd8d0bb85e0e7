"""`gongkai index`."""

from dataclasses import asdict

import typer

from etl.archive.records.citations import fill_citations
from etl.archive.records.search_index import fill_index
from etl.archive.storage.archive import open_database
from etl.cli.console import AsJson, output, print_json, shown_progress
from etl.counting import counted
from etl.settings import settings

app = typer.Typer()


@app.command("index")
def index_command(as_json: AsJson = False) -> None:
    """Add missing records to the search index and the citations. If interrupted, run it again; it continues there."""
    archive = open_database(settings())
    with shown_progress() as progress:
        done = fill_index(archive, progress)
        read = fill_citations(archive, progress)
    if as_json:
        print_json({**asdict(done), "read_for_citations": read})
    else:
        output.print(
            f"{counted(done.written, 'entry')} written, {done.indexed} added to the index; "
            f"{counted(read, 'record')} read for what they cite"
        )
