"""`gongkai garbage`."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from etl.archive.preservation.garbage import UnreferencedObject, delete_unreferenced, find_unreferenced
from etl.archive.storage.archive import open_archive
from etl.cli.console import errors, output, table
from etl.errors import GongkaiError
from etl.settings import settings

app = typer.Typer()


@app.command("garbage")
def garbage_command(
    going: Annotated[bool, typer.Option("--remove", help="Remove what may go and is old enough.")] = False,
    older_than: Annotated[str, typer.Option(help="Remove nothing younger: days, as `7d`; at least `1d`.")] = "7d",
) -> None:
    """List objects that nothing names; removed only when asked, and after a grace period (a crawl may be under way)."""
    grace = _days(older_than)
    archive = open_archive(settings())
    found, sizes, removed = Counter[str](), Counter[str](), Counter[str]()

    def listed() -> Iterator[UnreferencedObject]:
        for each in find_unreferenced(archive):
            found[each.kind] += 1
            sizes[each.kind] += each.size
            if not going:
                _print_object(each)
            yield each

    for each in delete_unreferenced(archive, listed(), grace) if going else listed():
        if going:
            removed[each.kind] += 1
            _print_object(each)
    rows = [(kind, found[kind], sizes[kind], removed[kind]) for kind in sorted(found)]
    table(("kind", "objects", "bytes", "removed"), rows, to=errors)


def _print_object(each: UnreferencedObject) -> None:
    """One line: kind, bytes, when it was written, name."""
    output.file.write(f"{each.kind}\t{each.size}\t{each.modified:%Y-%m-%dT%H:%M:%SZ}\t{each.key}\n")


def _days(given: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,3})d", given)
    if not match:
        raise GongkaiError(f"--older-than {given!r} is not a number of days, 1d or more", hint="as in 7d")
    return timedelta(days=int(match[1]))
