"""`gongkai sources preview`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.catalog.load import find_source
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, errors, heading, output, print_json, table
from etl.counting import counted
from etl.errors import GongkaiError
from etl.pipeline.survey.preview import Preview, preview_address, preview_saved, preview_source
from etl.platforms.base import ListingRequest
from etl.settings import settings
from etl.sources.schema import Source

_DATES_AND_NUMBER = ("published_date", "written_date", "document_number")
"""Fields that have their own column; the others share one."""


def preview_command(
    what: Annotated[
        str,
        typer.Argument(help="A source file, the id of a source, or the address of a list.", autocompletion=source_ids),
    ] = "",
    file: Annotated[Path | None, typer.Option("--file", help="A saved page to read; no request is made.")] = None,
    address: Annotated[str, typer.Option("--url", help="Address of the saved page.")] = "",
    as_json: AsJson = False,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between requests.")] = 2.0,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Allow private addresses, for demos.")] = False,
) -> None:
    """Preview a listing page: entries, totals, next requests, and signs that were not understood. Stores nothing.

    For a source, previews the first page of each list. Exits with 1 if a page cannot be read as a list.
    """
    is_address = what.startswith(("http://", "https://"))
    url = address or (what if is_address else "")
    source = find_source(what, settings().source_folders) if what and not is_address else None
    if file:
        if not url.startswith(("http://", "https://")):
            raise GongkaiError(f"the address of {file} is needed", hint="give it as --url https://…")
        previews: Sequence[Preview] = [preview_saved(read_file(file), url, source)]
    elif source:
        previews = preview_source(source, settings().user_agent, print_request)
    elif url:
        previews = [preview_address(url, settings().user_agent, allow_private, delay, print_request)]
    else:
        raise GongkaiError("nothing to preview", hint="give a source, an address, or --file PAGE --url URL")
    if as_json:
        print_json(_as_dict(previews, source))
    else:
        for preview in previews:
            _print(preview)
    if any(preview.page is None for preview in previews):
        raise typer.Exit(1)


def read_file(file: Path) -> bytes:
    """The content of a saved page. Raises `GongkaiError`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise GongkaiError(f"{file} cannot be read: {error.strerror}") from error


def print_request(url: str) -> None:
    """Say on standard error what is requested."""
    errors.print(f"[dim]requesting {errors.plain(url)}[/]", soft_wrap=True)


def _as_dict(previews: Sequence[Preview], source: Source | None) -> dict[str, Any]:
    """All lists combined as if they were one. `lists` has them separately, and each entry names its list."""
    lists = [_list_as_dict(preview) for preview in previews]
    return {
        "platform": source.platform if source else previews[0].family,
        "entries": [
            {"url": entry.url, "title": entry.title, "fields": dict(entry.fields), "list": preview.url}
            for preview in previews
            for entry in (preview.page.entries if preview.page else ())
        ],
        "told_total": _sum([each["told_total"] for each in lists]),
        "told_pages": _sum([each["told_pages"] for each in lists]),
        "following": [url for each in lists for url in each["following"]],
        "problems": [problem for each in lists for problem in each["problems"]],
        "lists": lists,
    }


def _list_as_dict(preview: Preview) -> dict[str, Any]:
    page = preview.page
    requests = page.next_requests if page else ()
    return {
        "url": preview.url,
        "name": preview.name,
        "rows": preview.rows,
        "listing": dict(preview.listing) if preview.listing else None,
        "entries": len(page.entries) if page else 0,
        "told_total": page.reported_total if page else None,
        "told_pages": page.reported_pages if page else None,
        "following": [request.url for request in requests],
        "requests": [_request_as_dict(request) for request in requests],
        "problems": list(preview.problems),
    }


def _request_as_dict(request: ListingRequest) -> dict[str, Any]:
    body = (request.body or b"").decode("utf-8", "replace") or None
    return {"method": request.method, "url": request.url, "body": body, "list": request.column}


def _sum(numbers: Sequence[int | None]) -> int | None:
    """The sum; None if one of the numbers is unknown."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _print(preview: Preview) -> None:
    heading(f"{preview.name} {preview.url}".strip())
    output.print(f"platform: {preview.family or 'none'}; found by: {output.plain(preview.rows or '–')}", soft_wrap=True)
    if page := preview.page:
        rows = [
            (
                entry.title or "–",
                *(entry.fields.get(name, "") for name in _DATES_AND_NUMBER),
                " · ".join(f"{name} {text}" for name, text in entry.fields.items() if name not in _DATES_AND_NUMBER),
                entry.url,
            )
            for entry in page.entries
        ]
        if rows:
            table(("title", "published", "written", "number", "other fields", "address"), rows)
        total = "no total" if page.reported_total is None else counted(page.reported_total, "document")
        pages = "no number of pages" if page.reported_pages is None else counted(page.reported_pages, "page")
        output.print(f"{counted(len(page.entries), 'entry')}; the site reports {total}, {pages}")
        for request in page.next_requests:
            body = f" {(request.body or b'').decode('utf-8', 'replace')}" if request.body else ""
            output.print(f"follows: {request.method} {output.plain(request.url + body)}", soft_wrap=True)
        if not page.next_requests:
            output.print("follows: nothing")
    for problem in preview.problems:
        output.print(f"[bold yellow]problem:[/] {output.plain(problem)}", soft_wrap=True)
