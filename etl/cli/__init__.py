"""The command line: `gongkai …`. One line says what failed and what to do; the exit code is then not 0."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup
from typer.main import get_group

from etl.cli.console import errors, output
from etl.errors import GongkaiError

COMMANDS = {
    "up": "local",
    "down": "local",
    "status": "local",
    "migrate": "local",
    "demo": "local",
    "sources": "sources",
    "crawl": "crawling",
    "recheck": "crawling",
    "report": "crawling",
    "import": "importing",
    "export": "exporting",
    "cite": "exporting",
    "extract": "extracting",
    "correct": "maintenance",
    "reextract": "maintenance",
    "scans": "maintenance",
    "rebuild": "maintenance",
    "similar": "similar",
    "fixity": "fixity",
    "garbage": "garbage",
    "backup": "backup",
    "restore": "backup",
}
"""Each command's module in this package."""
INTERRUPTED = 130
"""Exit code that Typer makes of Ctrl-C, as shells do: 128 + SIGINT."""
WRONG_COMMAND = 2
"""Exit code of a command line that cannot be understood, as shells have it."""
_UsageError: Any = typer.BadParameter.__base__
"""What Typer raises for such a line; it gives a name to this kind of it only."""


class _Commands(TyperGroup):
    """Imports a command's module when it is called: `gongkai sources list` need not wait for Arrow."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Typer looks here for what a mistyped name may have meant; what stands behind a name, `get_command` says.
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        group = get_group(import_module(f"etl.cli.{COMMANDS[cmd_name]}").app)
        return group if group.name == cmd_name else group.commands[cmd_name]


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.print(f"gongkai {version('gongkai')}", highlight=False)
        raise typer.Exit


@app.callback(help="公开 — the archive of record for what Chinese government bodies disclose.")
def _gongkai(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before a command."""


def main() -> None:
    """The entry of the command `gongkai`."""
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        _print_usage_error(error)
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


def _print_usage_error(error: Any) -> None:
    """One line, as for any other error, in place of Typer's box; help was printed for a command without words."""
    message = " ".join(error.format_message().split())
    if not message:
        return
    command = error.ctx.command_path if error.ctx else "gongkai"
    errors.print(f"[bold red]gongkai:[/] {errors.plain(message)} — see `{command} --help`", soft_wrap=True)
