"""`gongkai extract`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from etl import event_loop
from etl.cli.completion import source_ids
from etl.cli.console import AsJson, output, print_json
from etl.cli.explain_view import show_explanation
from etl.cli.extract_file_view import FileReaders, is_page, show_file
from etl.cli.extract_page_view import show_page
from etl.cli.extract_rules import ExtractRules, rules_of
from etl.errors import GongkaiError
from etl.extract import Extraction, content_hash
from etl.extract.labelled_set import predictions
from etl.fetch.classify import classify
from etl.fetch.client import Request, fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.files import FileReading
from etl.outcomes import Outcome
from etl.reasons import english
from etl.settings import settings
from etl.sources.schema import Source, adhoc_source

app = typer.Typer()


@app.command("extract")
def extract_command(
    pages: Annotated[list[str] | None, typer.Argument(help="Saved pages and files, or http(s) addresses.")] = None,
    url: Annotated[str, typer.Option(help="Address of a saved page.")] = "",
    source: Annotated[
        str,
        typer.Option(
            help="Extract with the rules of this source (id or file). Default: detect it from the address.",
            autocompletion=source_ids,
        ),
    ] = "",
    ocr: Annotated[bool, typer.Option("--ocr", help="Also read scans by OCR (takes seconds a page).")] = False,
    why: Annotated[
        bool, typer.Option("--explain", help="Show every candidate for text, title and fields, and what decided.")
    ] = False,
    as_json: AsJson = False,
    manifest: Annotated[Path | None, typer.Option(help="Labelled set (JSONL): extract all its pages.")] = None,
    folder: Annotated[Path | None, typer.Option("--pages", help="Folder with the pages of the manifest.")] = None,
) -> None:
    """Show what would be extracted from a page, each field with its evidence, or from an attachment. Stores nothing."""
    if manifest:
        if folder is None:
            raise GongkaiError(
                "--manifest needs --pages DIR", hint="give the folder that `file` in the manifest is relative to"
            )
        if source:
            raise GongkaiError("--manifest works with general rules only", hint="leave --source out")
        for prediction in predictions(manifest, folder):
            output.file.write(json.dumps(prediction, ensure_ascii=False) + "\n")
        return
    if not pages:
        raise GongkaiError("nothing to extract", hint="name a file or an address")
    if why:
        _explain(pages, url, source, as_json=as_json)
        return
    with FileReaders(ocr=ocr) as readers:
        results = [(page, *_read(page, url, source, readers)) for page in dict.fromkeys(pages)]
    if as_json:
        print_json([_as_dict(page, rules, result) for page, rules, result in results])
        return
    for page, rules, result in results:
        if isinstance(result, FileReading):
            show_file(page, result)
        else:
            show_page(page, rules.description, result)


def _explain(pages: list[str], url: str, source: str, *, as_json: bool) -> None:
    explained = []
    for page in dict.fromkeys(pages):
        rules, body, address, content_type = _rules_and_bytes(page, url, source)
        if not is_page(body, address):
            raise GongkaiError(f"{page} is no web page", hint="--explain is for pages; leave it out to read a file")
        explained.append((page, rules, rules.explain(body, address, content_type)))
    if as_json:
        print_json([{"page": page, "rules": rules.description} | asdict(result) for page, rules, result in explained])
        return
    for page, rules, result in explained:
        show_explanation(page, rules.description, result)


def _read(page: str, url: str, source: str, readers: FileReaders) -> tuple[ExtractRules, Extraction | FileReading]:
    rules, body, address, content_type = _rules_and_bytes(page, url, source)
    if is_page(body, address):
        return rules, rules.read(body, address, content_type)
    return rules, readers.read(body, address.rsplit("/", 1)[-1])


def _rules_and_bytes(page: str, url: str, source: str) -> tuple[ExtractRules, bytes, str, str]:
    """The rules for a page, its body, address and content type."""
    rules = rules_of(source, page if _is_address(page) else url)
    return rules, *_bytes(page, url, rules.source)


def _is_address(page: str) -> bool:
    return page.startswith(("http://", "https://"))


def _bytes(page: str, url: str, source: Source | None) -> tuple[bytes, str, str]:
    """Body, address and content type of a saved file or of a fetched address."""
    if _is_address(page):
        return event_loop.run(_fetch(page, source))
    try:
        return Path(page).read_bytes(), url or Path(page).absolute().as_uri(), ""
    except OSError as error:
        raise GongkaiError(f"{page} cannot be read: {error.strerror}") from error


async def _fetch(url: str, known: Source | None) -> tuple[bytes, str, str]:
    source = known or adhoc_source("extract", "extract", url, [urlsplit(url).hostname or ""])
    url = source.canonical(url)
    async with fetcher(source, LocalHostRegistry(), settings().user_agent) as client:
        attempt = (await client.fetch(Request(url)))[-1]
    outcome, reason = classify(attempt)
    if attempt.body is None or outcome is not None:
        hint = (
            ""
            if known or outcome is not Outcome.OUT_OF_SCOPE
            else "with --source ID it is fetched as a crawl of that source would"
        )
        raise GongkaiError(f"{url}: {outcome}: {english(reason)}", hint=hint)
    return attempt.body, attempt.final_url, attempt.header("content-type")


def _as_dict(page: str, rules: ExtractRules, result: Extraction | FileReading) -> dict[str, Any]:
    if isinstance(result, FileReading):
        return {"file": page, **asdict(result)}
    fields = {name: asdict(value) for name, value in result.fields.items()}
    source = rules.source.id if rules.source else None
    context = {"page": page, "source": source, "rules": rules.description}
    return context | asdict(result) | {"fields": fields, "short_id": content_hash(result.text).short_id}
