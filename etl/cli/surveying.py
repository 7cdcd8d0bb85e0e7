"""`gongkai sources new` and `gongkai sources check --live`: they request pages of a site and store nothing."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from etl import event_loop
from etl.catalog.stamp import stamp_verified
from etl.cli.console import AsJson, errors, heading, output, print_json, table
from etl.cli.previewing import print_request, read_file
from etl.clock import CHINA
from etl.counting import counted
from etl.errors import GongkaiError
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import DOCUMENTS_TO_READ, DocumentProbe, Survey, probe_source, survey_page, survey_site
from etl.pipeline.survey.visits import ListProbe
from etl.pipeline.survey.with_look import looker
from etl.settings import settings
from etl.sources.schema import Source

_SHOWN_ENTRIES = 5
"""Listing entries printed as a preview."""


def new_command(
    url: Annotated[str, typer.Argument(help="Address of a page of the site, ideally a listing page.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="A saved page to survey instead.")] = None,
    address: Annotated[str, typer.Option("--url", help="Address of the saved page.")] = "",
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; an existing file is not overwritten.")
    ] = None,
    max_lists: Annotated[int, typer.Option("--columns", min=1, help="Request at most this many lists.")] = 12,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between requests.")] = 2.0,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Allow private addresses, for demos.")] = False,
    browser: Annotated[
        str | None,
        typer.Option(
            "--browser", help="Chromium to look in at a list that scripts fill, '' for none. Default: GONGKAI_BROWSER."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Survey a site and draft its source file; shows the platform with evidence, the lists and first entries."""
    address = url or address
    if not address:
        raise GongkaiError("nothing to survey", hint="give an address, or --file PAGE --url URL")
    if out and out.exists():
        raise GongkaiError(f"{out} exists already", hint="give another file")
    if file:
        survey = survey_page(read_file(file), address)
    else:
        named = settings().browser if browser is None else browser
        agent = settings().user_agent
        with_look = looker(named, agent, print_request)
        survey = event_loop.run(
            survey_site(address, agent, allow_private, delay, max_lists, print_request, with_look=with_look)
        )
    if not as_json:
        _print_survey(survey, output if out else errors)
    text = draft(survey, _today(), allow_private=allow_private, delay=delay, name=out.stem if out else "")
    if out:
        _write(out, text)
    if as_json:
        family = survey.family.name if survey.family else None
        lists = [_list_as_dict(probe) for probe in survey.columns]
        others = [{"name": column.name, "url": column.url} for column in survey.not_requested]
        page = {"url": survey.page.url, "platform": family, "lists": lists, "not_requested": others}
        print_json({**page, "draft": text, "file": out})
    elif out:
        output.print(f"written: {output.plain(str(out))}", soft_wrap=True)
    else:
        output.file.write(text)


def _write(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8") as file_out:
            file_out.write(text)
    except OSError as error:
        raise GongkaiError(f"{out} cannot be written: {error.strerror}") from error


def check_live(path: Path, source: Source, as_json: bool) -> None:
    """Read one page of each list and two documents; if all is good, write today's date into the source file.

    Raises `GongkaiError` with every problem.
    """
    columns, documents = event_loop.run(probe_source(source, settings().user_agent, print_request))
    if not as_json:
        _print_lists(columns, output)
        for document in documents:
            _print_document(document)
    if problems := _problems(columns, documents):
        raise GongkaiError(f"{source.id}: {'; '.join(problems)}", hint=f"`verified` in {path} was not changed")
    stamp_verified(path, _today())
    if as_json:
        lists = [_list_as_dict(probe) for probe in columns]
        read = [{"url": item.entry.url, "read": item.extraction is not None} for item in documents]
        return print_json({"good": True, "source": source.id, "verified": _today(), "lists": lists, "documents": read})
    output.print(f"{source.id}: good; verified: {_today()} written to {output.plain(str(path))}", soft_wrap=True)


def _list_as_dict(probe: ListProbe) -> dict[str, Any]:
    page = probe.page
    return {
        "name": probe.column.name,
        "url": probe.column.url,
        "entries": len(probe.entries),
        "told_total": page.reported_total if page else None,
        "told_pages": page.reported_pages if page else None,
        "problems": [*filter(None, [probe.reason]), *probe.problems],
    }


def _problems(columns: tuple[ListProbe, ...], documents: tuple[DocumentProbe, ...]) -> list[str]:
    problems = [
        f"list {probe.column.name or probe.column.url}: {probe.reason}" for probe in columns if not probe.entries
    ]
    problems += [
        f"list {probe.column.name or probe.column.url}: {text}" for probe in columns for text in probe.problems
    ]
    read = [item for item in documents if item.extraction]
    if len(read) < DOCUMENTS_TO_READ:
        reasons = "; ".join(f"{item.entry.url}: {item.reason}" for item in documents if not item.extraction)
        problems.append(
            f"{len(read)} of {DOCUMENTS_TO_READ} documents could be read ({reasons or 'the lists link no more'})"
        )
    return problems


def _today() -> date:
    return datetime.now(CHINA).date()


def _print_survey(survey: Survey, console: Console) -> None:
    if survey.family:
        limit = "" if survey.family.lists else ", whose lists cannot be read"
        console.print(f"[bold]{survey.page.url}[/] is [bold green]{survey.family.name}[/]{limit}", soft_wrap=True)
    else:
        console.print(f"[bold]{survey.page.url}[/] is of [bold]no known platform[/]", soft_wrap=True)
    rows = [
        (candidate.platform.name, sign.fingerprint.what, sign.fingerprint.where, sign.fingerprint.weight, sign.matched)
        for candidate in survey.candidates
        for sign in candidate.signs
    ]
    if rows:
        table(("sign of", "what", "where", "weight", "found"), rows, to=console)
    if survey.listing:
        keys = ", ".join(f"{key} {value}" for key, value in survey.listing.items())
        whose = "repeated rows of the page" if "rows" in survey.listing else "the service that answers the rows"
        console.print(f"{whose}: {keys}", markup=False, soft_wrap=True)
    _print_lists(survey.columns, console)
    for words in survey.seen:
        console.print(f"in a browser: {words}", markup=False, soft_wrap=True)
    if others := len(survey.not_requested):
        console.print(f"{counted(others, 'more list')} not requested: named in the draft", soft_wrap=True)


def _print_lists(columns: tuple[ListProbe, ...], console: Console) -> None:
    if not columns:
        return
    rows = []
    for probe in columns:
        page = probe.page
        total = page.reported_total if page and page.reported_total is not None else ""
        pages = page.reported_pages if page and page.reported_pages is not None else ""
        below = f"{counted(probe.below, 'list')} below; " if probe.below else ""
        remark = below + "; ".join(
            [*filter(None, [probe.reason]), *probe.problems, *["no next page found"] * probe.may_have_more_pages]
        )
        rows.append((probe.column.name or "–", probe.column.url, len(probe.entries), total, pages, remark))
    table(("list", "address", "entries", "reported", "pages", "remark"), rows, to=console)
    first = next((probe for probe in columns if probe.entries), None)
    if first:
        preview = [
            (entry.title or entry.url, " · ".join(f"{name} {value}" for name, value in entry.fields.items()))
            for entry in first.entries[:_SHOWN_ENTRIES]
        ]
        table((f"first entries of {first.column.name or first.column.url}", "fields"), preview, to=console)


def _print_document(document: DocumentProbe) -> None:
    heading(document.entry.url)
    if document.extraction is None:
        output.print(f"[yellow]not read:[/] {output.plain(document.reason)}", soft_wrap=True)
        return
    extraction = document.extraction
    table(("field", "value", "where"), [(item.name, item.value, item.origin) for item in extraction.fields.values()])
    files = counted(len(extraction.attachments), "attachment")
    output.print(f"[dim]{counted(len(extraction.text), 'character')} of text, {files}[/]")
