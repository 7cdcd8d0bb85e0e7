"""The command line: `gongkai …`. One line says what failed and what to do; the exit code is then not 0."""

import sys
from typing import Any

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
WRONG_COMMAND = 2
"""Exit code of a command line that cannot be understood, as shells have it."""
_UsageError: Any = typer.BadParameter.__base__
"""What Typer raises for such a line; it gives a name to this kind of it only."""

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
        code = app(standalone_mode=False)
    except _UsageError as error:
        _say_usage(error)
        sys.exit(WRONG_COMMAND)
    except GongkaiError as error:
        errors.print(f"[bold red]gongkai:[/] {errors.plain(str(error))}", soft_wrap=True)
        sys.exit(1)
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        errors.print(f"[bold red]gongkai:[/] database: {errors.plain(reason)} — see `gongkai status`", soft_wrap=True)
        sys.exit(1)
    if code == INTERRUPTED:
        errors.print("[bold]gongkai:[/] interrupted; the same command goes on where this one stopped")
    sys.exit(code)


def _say_usage(error: Any) -> None:
    """One line, as for any other error, in place of Typer's box; help was printed for a command without words."""
    message = " ".join(error.format_message().split())
    if not message:
        return
    command = error.ctx.command_path if error.ctx else "gongkai"
    errors.print(f"[bold red]gongkai:[/] {errors.plain(message)} — see `{command} --help`", soft_wrap=True)
