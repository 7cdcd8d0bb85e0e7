"""`gongkai extract`."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from etl.cli.console import output, print_json
from etl.cli.extract_file_view import FileReaders, is_page, show_file
from etl.cli.extract_page_view import show_page
from etl.cli.extract_rules import ExtractRules, rules_of
from etl.errors import GongkaiError
from etl.extract import Extraction, content_hash
from etl.extract.labelled_set import predictions
from etl.fetch.classify import judge
from etl.fetch.client import Request, fetcher
from etl.fetch.host_registry import LocalHosts
from etl.files import FileReading
from etl.outcomes import Outcome
from etl.settings import settings
from etl.sources.schema import Source, adhoc_source

app = typer.Typer()


@app.command("extract")
def extract_command(
    pages: Annotated[list[str] | None, typer.Argument(help="Saved pages and files, or http(s) addresses.")] = None,
    url: Annotated[str, typer.Option(help="Address from which a saved page came.")] = "",
    source: Annotated[
        str,
        typer.Option(help="Id of a source, or its file, whose crawl it is to be read like; else told by the address."),
    ] = "",
    ocr: Annotated[bool, typer.Option("--ocr", help="Read scans too (seconds a page).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    manifest: Annotated[Path | None, typer.Option(help="Labels (JSONL) whose pages are to be read.")] = None,
    folder: Annotated[Path | None, typer.Option("--pages", help="Folder of the manifest's pages.")] = None,
) -> None:
    """Show what would be read in a page, each field with its evidence, or in an attachment. Nothing is stored."""
    if manifest:
        if folder is None:
            raise GongkaiError(
                "--manifest needs --pages DIR", hint="the folder that the manifest's `file` is relative to"
            )
        if source:
            raise GongkaiError("--manifest reads with general rules", hint="leave --source out")
        for prediction in predictions(manifest, folder):
            output.file.write(json.dumps(prediction, ensure_ascii=False) + "\n")
        return
    if not pages:
        raise GongkaiError("nothing to read", hint="name a file or an address")
    with FileReaders(ocr=ocr) as files:
        read = [(page, *_read(page, url, source, files)) for page in dict.fromkeys(pages)]
    if as_json:
        print_json([_as_dict(page, rules, found) for page, rules, found in read])
        return
    for page, rules, found in read:
        if isinstance(found, FileReading):
            show_file(page, found)
        else:
            show_page(page, rules.description, found)


def _read(page: str, url: str, source: str, files: FileReaders) -> tuple[ExtractRules, Extraction | FileReading]:
    rules = rules_of(source, page if _is_address(page) else url)
    body, address, content_type = _bytes(page, url, rules.source)
    if is_page(body, address):
        return rules, rules.read(body, address, content_type)
    return rules, files.read(body, address.rsplit("/", 1)[-1])


def _is_address(page: str) -> bool:
    return page.startswith(("http://", "https://"))


def _bytes(page: str, url: str, source: Source | None) -> tuple[bytes, str, str]:
    """Body, address and content type of a file or of what stands at an address."""
    if _is_address(page):
        return asyncio.run(_fetch(page, source))
    try:
        return Path(page).read_bytes(), url or Path(page).absolute().as_uri(), ""
    except OSError as error:
        raise GongkaiError(f"{page} cannot be read: {error.strerror}") from error


async def _fetch(url: str, known: Source | None) -> tuple[bytes, str, str]:
    source = known or adhoc_source("extract", "extract", url, [urlsplit(url).hostname or ""])
    url = source.canonical(url)
    async with fetcher(source, LocalHosts(), settings().user_agent) as client:
        attempt = (await client.fetch(Request(url)))[-1]
    outcome, reason = judge(attempt)
    if attempt.body is None or outcome is not None:
        hint = "" if known or outcome is not Outcome.OUT_OF_SCOPE else "--source ID asks as a crawl of that source does"
        raise GongkaiError(f"{url}: {outcome}: {reason}", hint=hint)
    return attempt.body, attempt.final_url, attempt.header("content-type")


def _as_dict(page: str, rules: ExtractRules, found: Extraction | FileReading) -> dict[str, Any]:
    if isinstance(found, FileReading):
        return {"file": page, **asdict(found)}
    fields = {name: asdict(value) for name, value in found.fields.items()}
    source = rules.source.id if rules.source else None
    told = {"page": page, "source": source, "rules": rules.description}
    return told | asdict(found) | {"fields": fields, "short_id": content_hash(found.text).short_id}
