"""The command line `gongkai …`. A command that fails prints one line: what failed and what to do."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup
from typer.main import get_group

from etl import cycle_collector
from etl.cli.console import errors, output
from etl.errors import GongkaiError
from etl.input_words import in_plain_words

COMMANDS = {
    "up": "local",
    "down": "local",
    "status": "local",
    "doctor": "doctor",
    "migrate": "local",
    "reader": "reader",
    "demo": "demo",
    "sources": "sources",
    "crawl": "crawling",
    "recheck": "crawling",
    "report": "reporting",
    "runs": "runs",
    "import": "importing",
    "export": "exporting",
    "cite": "exporting",
    "extract": "extracting",
    "correct": "maintenance",
    "reextract": "maintenance",
    "scans": "maintenance",
    "rebuild": "maintenance",
    "index": "indexing",
    "hosts": "hosts",
    "alerts": "alerts",
    "metrics": "metrics",
    "similar": "similar",
    "fixity": "fixity",
    "inspect": "inspecting",
    "stamp": "proving",
    "prove": "proving",
    "verify": "proving",
    "garbage": "garbage",
    "backup": "backup",
    "restore": "backup",
}
"""The module of this package that defines each command."""
INTERRUPTED = 130
"""Exit code of Typer for Ctrl-C, the same as in shells: 128 + SIGINT."""
WRONG_COMMAND = 2
"""Exit code for a command line that cannot be parsed, as in shells."""
_UsageError: Any = typer.BadParameter.__base__
"""The base class of all errors that Typer raises for such a command line. Typer itself exports only one subclass."""


class _Commands(TyperGroup):
    """Imports a command's module only when it is called: `gongkai sources list` does not wait for Arrow."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Typer searches these names for suggestions if a name is mistyped; `get_command` returns the commands.
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        group = get_group(import_module(f"etl.cli.{COMMANDS[cmd_name]}").app)
        cycle_collector.resume()
        return group if group.name == cmd_name else group.commands[cmd_name]


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _print_version(requested: bool) -> None:
    if requested:
        output.print(f"gongkai {version('gongkai')}")
        raise typer.Exit


@app.callback(help="公开 — the archive of record for what Chinese government bodies disclose.")
def _gongkai(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The options before a command."""


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its code."""
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
        errors.print("[bold]gongkai:[/] interrupted; run the same command again to continue")
    sys.exit(code)


def _print_usage_error(error: Any) -> None:
    """Print one line, as for any other error, instead of Typer's box."""
    message = " ".join(error.format_message().split())
    if not message:  # a command without arguments: its help has been printed
        return
    head, colon, rest = message.rpartition(": ")  # "Invalid value for 'record': Input should be …"
    message = f"{head}{colon}{in_plain_words(rest)}"
    command = error.ctx.command_path if error.ctx else "gongkai"
    errors.print(f"[bold red]gongkai:[/] {errors.plain(message)} — see `{command} --help`", soft_wrap=True)
