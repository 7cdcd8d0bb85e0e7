"""`gongkai backup` and `gongkai restore`."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.preservation.backup import CopyResult, backup, restore
from etl.archive.storage.archive import open_store
from etl.archive.storage.layout import LOGS
from etl.cli.console import AsJson, errors, output, print_json, shown_progress
from etl.counting import counted
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("backup")
def backup_command(
    folder: Annotated[Path, typer.Argument(help="Folder for the copies.")],
    check: Annotated[bool, typer.Option("--check", help="Also verify the copies that the folder already has.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the objects of the bucket that the folder does not have yet; every copy is verified. Can be interrupted."""
    with shown_progress() as progress:
        copied = backup(open_store(settings()), folder, progress, check=check)
    _report_copied(copied, "the bucket", "gongkai fixity --all", as_json)


@app.command("restore")
def restore_command(
    folder: Annotated[Path, typer.Argument(help="Folder that `gongkai backup` wrote.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SHA256|LOG]…", help="Restore only these blobs and logs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Restore objects that are missing or damaged in the bucket; intact objects are not touched."""
    for name in names or ():
        if not (re.fullmatch("[0-9a-f]{64}", name) or any(form.pattern.fullmatch(name) for form in LOGS)):
            raise GongkaiError(
                f"{name!r} is neither a SHA-256 nor the name of a log",
                hint="give 64 characters of 0-9 and a-f, or a name, as `gongkai fixity` prints them",
            )
    with shown_progress() as progress:
        copied = restore(open_store(settings()), folder, progress, names or ())
    _report_copied(copied, str(folder), "restore them from an older backup", as_json)


def _report_copied(copied: CopyResult, where: str, hint: str, as_json: bool) -> None:
    if as_json:
        print_json(asdict(copied))
    else:
        output.print(
            f"{counted(copied.objects, 'object')} checked, {copied.copied} copied, {len(copied.damaged)} damaged"
        )
    for key in copied.damaged:
        errors.print(f"[red]damaged: {errors.plain(key)}[/]", soft_wrap=True)
    if copied.damaged:
        raise GongkaiError(f"not copied from {where}, as damaged: {counted(len(copied.damaged), 'object')}", hint=hint)
