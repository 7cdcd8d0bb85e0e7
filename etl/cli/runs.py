"""`gongkai runs …`."""

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.crawls.reports import explained
from etl.archive.crawls.unfinished import close_unfinished
from etl.archive.storage.archive import open_archive
from etl.cli.console import output, print_json
from etl.settings import settings

app = typer.Typer(name="runs", help="Work with runs that have not ended.", no_args_is_help=True)


@app.callback()
def _runs() -> None:
    """Makes Typer treat `close` as a subcommand, although it is the only one."""


@app.command("close")
def close_command(
    run: Annotated[int, typer.Argument(help="Number of the run, as `gongkai report` shows it.")],
    who: Annotated[str, typer.Option(help="Name of the person who closes it. Default: the login name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """End a run as red whose process has died. What it stored stays; start the same work again to continue it."""
    report = close_unfinished(open_archive(settings()), run, who or getpass.getuser())
    if as_json:
        print_json(explained(asdict(report)))
    else:
        output.print(f"run {run} of {report.source} is closed: {report.stored} stored, {report.unfinished} not fetched")
