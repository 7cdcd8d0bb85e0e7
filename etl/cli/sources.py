"""`gongkai sources …`."""

from typing import Annotated

import typer

from etl.catalog.load import SourceError, files, load_all, locate
from etl.cli.console import errors, output, print_json, table
from etl.cli.surveying import check_live, new_command
from etl.errors import GongkaiError
from etl.platforms.registry import all_platforms
from etl.settings import settings

app = typer.Typer(name="sources", help="The catalogs that are crawled, one YAML file each.", no_args_is_help=True)
app.command("new")(new_command)


@app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List all sources."""
    sources = load_all(files(settings().source_folders)).values()
    if as_json:
        print_json([source.model_dump(mode="json") for source in sources])
    else:
        rows = [
            (item.id, item.name, item.platform, item.schedule, len(item.columns), item.verified) for item in sources
        ]
        table(("id", "name", "platform", "schedule", "lists", "verified"), rows)


@app.command("check")
def check_command(
    source: Annotated[str | None, typer.Argument(help="Id of a source, or a source file; all when left out.")] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Look at the site too, and write today into `verified`.")
    ] = False,
) -> None:
    """Check source files; every wrong key is named with its file and the reason."""
    if live and not source:
        raise GongkaiError("--live needs a source", hint="name its id or its file")
    if source:
        path, chosen = locate(source, settings().source_folders)
        if live:
            return check_live(path, chosen)
        output.print(f"{chosen.id}: {chosen.name}, {chosen.platform}, {len(chosen.columns)} lists — good")
        return
    try:
        good = load_all(files(settings().source_folders))
    except SourceError as error:
        for problem in error.problems:
            errors.print(errors.plain(problem), soft_wrap=True)
        raise typer.Exit(1) from error
    output.print(f"{len(good)} source files — good")


@app.command("platforms")
def platforms_command() -> None:
    """List the platform families that a source file may name."""
    rows = [(item.name, (type(item).__doc__ or "").strip().splitlines()[0]) for item in all_platforms()]
    table(("platform", "what it is"), rows)
