"""Crawls that are killed before any of their steps, and completed by the same crawl done again."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import yaml

from demo import catalogue, source_text
from demo.documents import Paragraph
from demo.server import serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.run import CrawlOptions
from etl.catalog.load import load_source
from etl.pipeline.crawl import crawl
from etl.settings import PROJECT, Settings
from tests.support.attacks.base import Ground
from tests.support.gongkai import SMALL, environment, state

CrawlUntil = Callable[[Path, str, int], tuple[int, int]]
"""Source file, key of the run, step before which the crawl is killed: its exit status, and the steps that it took."""
FEWEST_STEPS = 12
"""A crawl of a listing, two documents and a file takes more steps than that."""


def two_documents() -> TrsSite:
    """A site of one list with two documents, one of them with a file."""
    made = TrsSite("demo-trs")
    documents = catalogue.documents("trs")
    for has_file in (True, False):
        document = next(each for each in documents if bool(each.attachments) is has_file and not each.breaks)
        made.put(document, column="czxx")
    return made


@contextmanager
def crawls_to_kill(settings: Settings) -> Iterator[CrawlUntil]:
    """Crawls in processes of their own (`tests.support.worker`)."""
    command = [sys.executable, "-m", "tests.support.worker"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin
        assert worker.stdout
        to, answers = worker.stdin, worker.stdout

        def crawl_until(file: Path, key: str, step: int) -> tuple[int, int]:
            to.write(f"{file} {key} {step}\n")
            to.flush()
            status, taken = map(int, answers.readline().split())
            return status, taken

        try:
            yield crawl_until
        finally:
            worker.stdin.close()


def kill_at_each_step(
    ground: Ground, site: TrsSite, crawl_until: CrawlUntil, name: str, *, once_more: Random | None = None
) -> Iterator[str]:
    """Kills a first crawl before each of its steps: every object written and every transaction committed is one.

    Each time the site says something new, so that texts and bytes are new to the archive, and the source is another
    one. `once_more` draws crawls that are killed a second time, before any step. The last round is not disturbed.
    """
    documents = [posting.document for posting in site.postings.values()]
    undisturbed: list[list[str]] = []
    for step in count(1):
        source, mark = f"{name}-{step}", f"第{step}次公开的内容。"
        for document in documents:
            site.put(replace(document, body=(*document.body, Paragraph(mark))), column="czxx")
        file = write_source(ground.folder / f"{source}.yaml", site, id=source)
        status, taken = crawl_until(file, "disturbed", step)
        killed_again = bool(status and once_more and once_more.random() < 0.4)
        if once_more and killed_again:
            crawl_until(file, "disturbed", once_more.randint(1, FEWEST_STEPS))
        report = crawl(ground.archive, load_source(file), "disturbed", CrawlOptions(), ground.settings, lambda *_: None)
        assert (report.unfinished, report.problems) == (0, ()), f"step {step}: {report.problems}"
        records = [row for row in state(ground.archive) if row["source_id"] == source]
        seen = [[str(row[part]).replace(mark, "") for part in ("url", "state", "version", "text")] for row in records]
        undisturbed = undisturbed or seen
        assert len(seen) == len(documents), f"step {step}: {len(seen)} records of {len(documents)} documents"
        assert seen == undisturbed, f"step {step}: {source} has other records than {name}-1"
        yield f"killed before step {step}{', and again' if killed_again else ''}" if status else "not disturbed"
        if status == 0:
            assert step > FEWEST_STEPS
            return
        assert (status, taken) == (-signal.SIGKILL, step - 1)


def write_source(file: Path, site: TrsSite, **changes: object) -> Path:
    """The site's source file with its one list."""
    columns = [{"url": site.base + BY_KEY["czxx"].path}]
    changed = yaml.safe_load(source_text(site)) | {"columns": columns, "assertions": SMALL} | changes
    file.write_text(json.dumps(changed), encoding="utf-8")
    return file


def kill_recrawls(ground: Ground, site: TrsSite, crawl_until: CrawlUntil, name: str, chance: Random) -> Iterator[str]:
    """Kills later crawls of one source, in each of which both documents have changed, before any of their steps."""
    documents = [posting.document for posting in site.postings.values()]
    file = write_source(ground.folder / f"{name}.yaml", site, id=name, recheck_after_days=0)
    for turn in count(1):
        mark = f"第{turn}版的内容。"
        for document in documents:
            site.put(replace(document, body=(*document.body, Paragraph(mark))), column="czxx")
        step = chance.randint(1, FEWEST_STEPS)
        status, _ = crawl_until(file, f"turn-{turn}", step)
        report = crawl(
            ground.archive, load_source(file), f"turn-{turn}", CrawlOptions(), ground.settings, lambda *_: None
        )
        assert (report.unfinished, report.problems) == (0, ()), f"turn {turn}, step {step}: {report.problems}"
        records = [row for row in state(ground.archive) if row["source_id"] == name]
        assert [row["version"] for row in records] == [*range(1, turn + 1)] * len(documents), (
            f"turn {turn}, step {step}"
        )
        assert sum(mark in row["text"] for row in records) == len(documents), f"turn {turn}, step {step}"
        yield f"killed before step {step}" if status else "not disturbed"


def play_first_crawls(ground: Ground, chance: Random) -> Iterator[str]:
    """First crawls, some of them killed twice."""
    with serve(site := two_documents()), crawls_to_kill(ground.settings) as crawl_until:
        for turn in count(1):
            yield from kill_at_each_step(ground, site, crawl_until, f"killed-{turn}", once_more=chance)


def play_recrawls(ground: Ground, chance: Random) -> Iterator[str]:
    """Later crawls of one source."""
    with serve(site := two_documents()), crawls_to_kill(ground.settings) as crawl_until:
        yield from kill_recrawls(ground, site, crawl_until, "changing", chance)
