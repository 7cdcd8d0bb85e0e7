"""`gongkai backup` and `gongkai restore`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl.archive.preservation.backup import CopyResult, backup, restore
from etl.archive.storage.archive import open_store
from etl.cli.console import errors, output, progress
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("backup")
def backup_command(
    folder: Annotated[Path, typer.Argument(help="Where the copies are kept.")],
    check: Annotated[bool, typer.Option("--check", help="Also read again what the folder has already.")] = False,
) -> None:
    """Copy what the folder does not have yet of the bucket, each object verified. Interrupted, the same goes on."""
    copied = _with_progress("copying", lambda tell: backup(open_store(settings()), folder, tell, check=check))
    _report_copied(copied, "the bucket", "gongkai fixity --all")


@app.command("restore")
def restore_command(
    folder: Annotated[Path, typer.Argument(help="The folder that `gongkai backup` wrote.")],
    digests: Annotated[list[str] | None, typer.Argument(metavar="[SHA256]…", help="Only these blobs.")] = None,
) -> None:
    """Put back what the bucket lacks or holds damaged; what is whole there stays as it is."""
    for digest in digests or ():
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise GongkaiError(f"{digest!r} is no SHA-256", hint="64 digits of 0-9 and a-f, as `gongkai fixity` prints")
    copied = _with_progress("restoring", lambda tell: restore(open_store(settings()), folder, tell, digests or ()))
    _report_copied(copied, str(folder), "look for them in an older backup")


def _with_progress(words: str, work: Callable[[Callable[[int], None]], CopyResult]) -> CopyResult:
    with progress() as bar:
        task = bar.add_task(words, total=None)
        return work(lambda done: bar.update(task, completed=done))


def _report_copied(copied: CopyResult, where: str, hint: str) -> None:
    output.print(f"{copied.objects} objects looked at, {copied.copied} copied, {len(copied.damaged)} damaged")
    for key in copied.damaged:
        errors.print(f"[red]damaged: {errors.plain(key)}[/]", soft_wrap=True)
    if copied.damaged:
        raise GongkaiError(f"{len(copied.damaged)} objects are damaged in {where} and were not copied", hint=hint)
