"""What tests of the pipeline share: an archive of their own, a site's source, a crawl, and a look at what is stored."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine, text

from demo import source_text
from demo.server import Site
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.cli import main
from etl.pipeline.crawl import crawl
from etl.settings import Settings
from etl.settings import settings as of_the_process
from etl.sources.schema import Source

_keys = count(1)
# Numbers and times differ between two runs of the same work; everything else of the archive must not.
STATE = """
SELECT p.source_id, p.url, r.state, v.version, v.kind, v.content_hash, v.title, v.index_number, v.publisher,
       v.document_number, v.written_date, v.published_date, c.text, b.sha256, b.size
FROM archive.record r JOIN archive.page p ON p.id = r.page_id
JOIN archive.record_version v ON v.record_id = r.id JOIN archive.content c ON c.hash = v.content_hash
JOIN archive.capture k ON k.id = v.capture_id JOIN archive.blob b ON b.sha256 = k.blob_sha256
ORDER BY p.source_id, p.url, v.version
"""


def source_of(site: Site, **changes: Any) -> Source:
    """The site's source as its file says, with changes."""
    return Source.model_validate(yaml.load(source_text(site), yaml.CSafeLoader) | changes)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process of its own takes them."""
    given = settings.model_dump(exclude_none=True, exclude_unset=True)
    secrets = {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    return inherited | {f"GONGKAI_{name.upper()}": str(value) for name, value in (given | secrets).items()}


def crawl_site(archive: Archive, site: Site, options: CrawlOptions | None = None, **changes: Any) -> Report:
    """One crawl of the site, from listing to report."""
    key = f"test:{next(_keys)}"
    return crawl(archive, source_of(site, **changes), key, options or CrawlOptions(), Settings(), lambda *_: None)


def rows(archive: Archive, query: str, **values: Any) -> list[dict[str, Any]]:
    """What the query finds, as dicts."""
    with archive.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), values).mappings()]


def state(archive: Archive) -> list[dict[str, Any]]:
    """All versions of all records with their texts and bytes, without numbers and times."""
    return rows(archive, STATE)


SMALL = {"min_records": 1, "max_age_days": 36500}
"""Assertions that a site of few documents holds."""


def small(site: Site, documents: int = 14) -> Site:
    """The site with its first documents only: what is tried often is tried on little."""
    for key in list(site.postings)[documents:]:
        site.remove(key)
    return site


def days_pass(owner_url: str, days: int, *further: str) -> None:
    """Everything stored so far happened so many days earlier. `further`: what else their owner changes then."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as owner:
        for table, column in (
            ("capture", "fetched_at"),
            ("run", "started_at"),
            ("page", "listed_at"),
            ("page", "checked_at"),
        ):
            owner.execute(
                text(f"UPDATE archive.{table} SET {column} = {column} - :days"), {"days": timedelta(days=days)}
            )
        for statement in further:
            owner.execute(text(statement))


def squash(value: str) -> str:
    """The text without white space and table bars."""
    return "".join(value.replace("|", "").split())


class CommandResult(NamedTuple):
    """Exit code, standard output and standard error of a command."""

    code: int
    out: str
    err: str


def gongkai(settings: Settings, *words: object, **changes: str) -> CommandResult:
    """The command with these settings, in this process: one of its own takes seconds to import what it needs."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (environment(settings) | changes).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["gongkai", *map(str, words)])
        of_the_process.cache_clear()
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            of_the_process.cache_clear()
    return CommandResult(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def inspected(settings: Settings, *words: object, code: int = 0, **changes: str) -> dict[str, Any]:
    """`gongkai inspect`: the results by name, with the whole report under an empty name."""
    done = gongkai(settings, "inspect", "--json", *words, **changes)
    assert done.code == code, done
    report = json.loads(done.out)
    return {"": report, **{result["name"]: result for result in report["results"]}}
