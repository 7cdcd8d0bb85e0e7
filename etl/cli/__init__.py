"""The command line: `gongkai …`. One line says what failed and what to do; the exit code is then not 0."""

import sys

import typer
from sqlalchemy.exc import DBAPIError

from etl.cli import (
    backup,
    crawling,
    exporting,
    extracting,
    fixity,
    garbage,
    importing,
    keeping,
    local,
    similar,
    sources,
)
from etl.cli.console import errors
from etl.errors import GongkaiError

INTERRUPTED = 130
"""Exit code that Typer makes of Ctrl-C, as shells do: 128 + SIGINT."""

app = typer.Typer(
    help="公开 — the archive of record for what Chinese government bodies disclose.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for part in (
    local.app,
    crawling.app,
    importing.app,
    exporting.app,
    extracting.app,
    keeping.app,
    similar.app,
    fixity.app,
    garbage.app,
    backup.app,
):
    app.registered_commands += part.registered_commands
app.add_typer(sources.app, name="sources")


def main() -> None:
    """The entry of the command `gongkai`."""
    try:
        app()
    except GongkaiError as error:
        errors.print(f"[bold red]gongkai:[/] {errors.plain(str(error))}", soft_wrap=True)
        sys.exit(1)
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        errors.print(f"[bold red]gongkai:[/] database: {errors.plain(reason)} — see `gongkai status`", soft_wrap=True)
        sys.exit(1)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            errors.print("[bold]gongkai:[/] interrupted; the same command goes on where this one stopped")
        raise
