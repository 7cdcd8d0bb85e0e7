"""`gongkai garbage`."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer

from etl.archive.preservation.garbage import UnreferencedObject, delete_unreferenced, find_unreferenced
from etl.archive.storage.archive import open_archive
from etl.cli.console import AsJson, errors, output, print_json, table
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("garbage")
def garbage_command(
    delete: Annotated[bool, typer.Option("--remove", help="Delete removable objects that are old enough.")] = False,
    older_than: Annotated[str, typer.Option(help="Age in days below which nothing is deleted: `1d` or more.")] = "7d",
    as_json: AsJson = False,
) -> None:
    """List unreferenced objects. --remove deletes those that are old enough; younger ones may be a running crawl's."""
    grace = _days(older_than)
    archive = open_archive(settings())
    objects, sizes, removed = Counter[str](), Counter[str](), Counter[str]()
    listed: list[dict[str, Any]] = []

    def counted() -> Iterator[UnreferencedObject]:
        for item in find_unreferenced(archive):
            objects[item.kind] += 1
            sizes[item.kind] += item.size
            yield item

    for item in delete_unreferenced(archive, counted(), grace) if delete else counted():
        removed[item.kind] += delete
        if as_json:
            listed.append({"kind": item.kind, "bytes": item.size, "written": item.modified, "key": item.key})
        else:
            _print_object(item)
    if as_json:
        kinds = {
            kind: {"objects": objects[kind], "bytes": sizes[kind], "removed": removed[kind]} for kind in sorted(objects)
        }
        return print_json({"kinds": kinds, "objects": listed})
    rows = [(kind, objects[kind], sizes[kind], removed[kind]) for kind in sorted(objects)]
    table(("kind", "objects", "bytes", "removed"), rows, to=errors)


def _print_object(item: UnreferencedObject) -> None:
    """One line: kind, bytes, time of writing, key."""
    output.file.write(f"{item.kind}\t{item.size}\t{item.modified:%Y-%m-%dT%H:%M:%SZ}\t{item.key}\n")


def _days(option: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,3})d", option)
    if not match:
        raise GongkaiError(f"--older-than {option!r} is not a number of days, 1d or more", hint="write it as 7d")
    return timedelta(days=int(match[1]))
