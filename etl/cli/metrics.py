"""`gongkai metrics`."""

import typer

from etl.archive.storage.archive import open_database
from etl.catalog.load import readable_sources
from etl.cli.console import output
from etl.metrics.exposition import exposition
from etl.settings import settings

app = typer.Typer()


@app.command("metrics")
def metrics_command() -> None:
    """Print the archive's metrics in the text format of Prometheus, as for a file of node_exporter."""
    sources = readable_sources(settings().source_folders).keys()
    output.file.write(exposition(open_database(settings()).engine, sources).decode())
