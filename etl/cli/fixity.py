"""`gongkai fixity`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.archive.preservation.fixity import audit
from etl.archive.storage.archive import open_archive
from etl.archive.storage.lookups import require_source
from etl.cli.console import errors, output, print_json, progress
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("fixity")
def fixity_command(
    every: Annotated[bool, typer.Option("--all", help="Read every blob.")] = False,
    source: Annotated[str | None, typer.Option(help="Read every blob of this source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read blobs again and hash them: what is left of today's share. Fails with a line for each that is damaged."""
    if every and source:
        raise GongkaiError("fixity takes either --all or --source", hint="gongkai fixity --all")
    archive = open_archive(settings())
    if source:
        with archive.engine.connect() as connection:
            require_source(connection, source)
    with progress() as bar:
        task = bar.add_task("reading blobs", total=None)
        found = audit(
            archive,
            lambda read, due: bar.update(task, completed=read, total=due),
            days=None if every or source else settings().fixity_days,
            source=source,
        )
    if as_json:
        print_json(asdict(found))
    else:
        output.print(
            f"{found.checked} blobs read ({found.bytes / 1e6:,.1f} MB): "
            f"{len(found.damaged)} damaged, {found.restored} whole again"
        )
        for damage in found.damaged:
            errors.print(f"[red]{errors.plain(str(damage))}[/]", soft_wrap=True)
    found.raise_if_damaged()
