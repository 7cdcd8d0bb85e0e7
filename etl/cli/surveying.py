"""`gongkai sources new` and `gongkai sources check --live`: looking at a site without storing anything."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from etl.catalog.stamp import stamp
from etl.cli.console import errors, heading, output, table
from etl.clock import CHINA
from etl.errors import GongkaiError
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import (
    DOCUMENTS_TO_READ,
    DocumentProbe,
    ListProbe,
    Survey,
    probe_source,
    survey_page,
    survey_site,
)
from etl.settings import settings
from etl.sources.schema import Source

_SHOWN_ENTRIES = 5
"""Entries of a preview."""


def new_command(
    url: Annotated[str, typer.Argument(help="Address of a page of the site, best of one that lists documents.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="A saved page to look at instead.")] = None,
    address: Annotated[str, typer.Option("--url", help="Address from which the saved page came.")] = "",
    out: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; never overwritten.")] = None,
    most: Annotated[int, typer.Option("--columns", min=1, help="Lists that are asked at most.")] = 12,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two requests.")] = 2.0,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Allow private addresses, for demos.")] = False,
) -> None:
    """Look at a site and write a source file for it: its family, the evidence, its lists, their first entries."""
    address = url or address
    if not address:
        raise GongkaiError("nothing to look at", hint="name an address, or --file PAGE --url URL")
    if out and out.exists():
        raise GongkaiError(f"{out} is there already", hint="name another file")
    if file:
        survey = survey_page(_read_file(file), address)
    else:
        survey = asyncio.run(survey_site(address, settings().user_agent, allow_private, delay, most, _print_request))
    show = output if out else errors
    _print_survey(survey, show)
    text = draft(survey, _today(), allow_private=allow_private, delay=delay)
    if out is None:
        output.file.write(text)
        return
    try:
        with out.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise GongkaiError(f"{out}: {error.strerror}") from error
    output.print(f"written: {output.plain(str(out))}", soft_wrap=True)


def check_live(path: Path, source: Source) -> None:
    """Lists one page of each list, reads two documents, and writes today into the file when all of it is good."""
    columns, documents = asyncio.run(probe_source(source, settings().user_agent, _print_request))
    _print_lists(columns, output)
    for document in documents:
        _print_document(document)
    if problems := _problems(columns, documents):
        raise GongkaiError(f"{source.id}: {'; '.join(problems)}", hint=f"`verified` in {path} stays as it was")
    stamp(path, _today())
    output.print(f"{source.id}: good; {output.plain(str(path))} says verified: {_today()}", soft_wrap=True)


def _problems(columns: tuple[ListProbe, ...], documents: tuple[DocumentProbe, ...]) -> list[str]:
    problems = [
        f"list {looked.column.name or looked.column.url}: {looked.reason}" for looked in columns if not looked.entries
    ]
    read = [item for item in documents if item.extraction]
    if len(read) < DOCUMENTS_TO_READ:
        reasons = "; ".join(f"{item.entry.url}: {item.reason}" for item in documents if not item.extraction)
        problems.append(
            f"{len(read)} of {DOCUMENTS_TO_READ} documents could be read ({reasons or 'no list leads to more'})"
        )
    return problems


def _print_request(url: str) -> None:
    errors.print(f"[dim]asking {errors.plain(url)}[/]", soft_wrap=True)


def _today() -> date:
    return datetime.now(CHINA).date()


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise GongkaiError(f"{file} cannot be read: {error.strerror}") from error


def _print_survey(survey: Survey, show: Console) -> None:
    if survey.family:
        words = "" if survey.family.lists else ", whose lists are not read"
        show.print(f"[bold]{survey.page.url}[/] is [bold green]{survey.family.name}[/]{words}", soft_wrap=True)
    else:
        show.print(f"[bold]{survey.page.url}[/] is of [bold]no known family[/]", soft_wrap=True)
    rows = [
        (found.platform.name, sign.fingerprint.what, sign.fingerprint.where, sign.fingerprint.weight, sign.found)
        for found in survey.candidates
        for sign in found.signs
    ]
    if rows:
        table(("sign of", "what", "where", "weight", "found"), rows, to=show)
    if survey.listing:
        show.print(f"rows that the page repeats: {survey.listing['rows']}", markup=False, soft_wrap=True)
    _print_lists(survey.columns, show)


def _print_lists(columns: tuple[ListProbe, ...], show: Console) -> None:
    if not columns:
        return
    rows = []
    for looked in columns:
        page = looked.page
        told = page.told_total if page and page.told_total is not None else ""
        pages = page.told_pages if page and page.told_pages is not None else ""
        below = f"{looked.below} lists below; " if looked.below else ""
        rows.append(
            (looked.column.name or "–", looked.column.url, len(looked.entries), told, pages, below + looked.reason)
        )
    table(("list", "address", "entries", "told", "pages", "remark"), rows, to=show)
    first = next((looked for looked in columns if looked.entries), None)
    if first:
        shown = [
            (entry.title or entry.url, " · ".join(f"{name} {value}" for name, value in entry.fields.items()))
            for entry in first.entries[:_SHOWN_ENTRIES]
        ]
        table((f"first entries of {first.column.name or first.column.url}", "fields"), shown, to=show)


def _print_document(document: DocumentProbe) -> None:
    heading(document.entry.url)
    if document.extraction is None:
        output.print(f"[yellow]not read:[/] {output.plain(document.reason)}", soft_wrap=True)
        return
    found = document.extraction
    table(("field", "value", "where"), [(item.name, item.value, item.origin) for item in found.fields.values()])
    output.print(f"[dim]{len(found.text)} characters of text, {len(found.attachments)} attachments[/]")
