"""`gongkai sources …`."""

import sys
from typing import Annotated

import typer

from etl.catalog.load import SourceError, load_sources, locate_source, readable_sources
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, errors, output, print_json, table
from etl.cli.previewing import preview_command
from etl.cli.surveying import check_live, new_command
from etl.counting import counted
from etl.errors import GongkaiError
from etl.platforms.base import Platform
from etl.platforms.registry import all_platforms
from etl.settings import settings

app = typer.Typer(
    name="sources", help="Work with source files: the catalogs to crawl, one YAML file each.", no_args_is_help=True
)
app.command("new")(new_command)
app.command("preview")(preview_command)


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List all sources, then the invalid source files; exits with 1 if there are any."""
    folders = settings().source_folders
    sources = readable_sources(folders).values()
    if as_json:
        print_json([source.model_dump(mode="json") | {"cron": source.cron} for source in sources])
    else:
        rows = [
            (item.id, item.name, item.platform, item.schedule, item.cron or "by hand", len(item.columns), item.verified)
            for item in sources
        ]
        table(("id", "name", "platform", "schedule", "cron", "lists", "verified"), rows)
    load_sources(folders)


@app.command("check")
def check_command(
    source: Annotated[
        str | None,
        typer.Argument(help="Id of a source, or a source file. Default: all sources.", autocompletion=source_ids),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Also test the site, and write today's date into `verified`.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check source files. Each error is printed with file, key and reason."""
    if live and not source:
        raise GongkaiError("--live needs a source", hint="give its id or its file")
    if source:
        return _check_one(source, live, as_json)
    problems: list[str] = []
    try:
        good = len(load_sources(settings().source_folders))
    except SourceError as error:
        problems, good = error.problems, 0
    if as_json:
        print_json({"good": not problems, "sources": good, "problems": problems})
    elif not problems:
        output.print(f"{counted(good, 'source file')} — good")
    for problem in problems if not as_json else ():
        errors.print(errors.plain(problem), soft_wrap=True)
    if problems:
        raise typer.Exit(1)


def _check_one(source: str, live: bool, as_json: bool) -> None:
    path, chosen = locate_source(source, settings().source_folders)
    if live:
        return check_live(path, chosen, as_json)
    if as_json:
        print_json({"good": True, "source": chosen.id, "platform": chosen.platform, "lists": len(chosen.columns)})
    else:
        output.print(f"{chosen.id}: {chosen.name}, {chosen.platform}, {counted(len(chosen.columns), 'list')} — good")


@app.command("platforms")
def platforms_command(as_json: AsJson = False) -> None:
    """List the platform families that a source file can name."""
    families = all_platforms()
    if as_json:
        print_json(
            [{"platform": item.name, "description": _first_line(item), "lists": item.lists} for item in families]
        )
    else:
        table(("platform", "description"), [(item.name, _first_line(item)) for item in families])


def _first_line(platform: Platform) -> str:
    """The first line of the docstring of the family's module; empty if it has none."""
    return (sys.modules[type(platform).__module__].__doc__ or "").strip().partition("\n")[0]
