"""`python -m bench.scale [--records 100000]`: what an archive of many records costs, beside one of two thousand.

Fills two archives on the same servers with invented pages through the real stages (capture, extraction, record), and
one of them with copies of their rows up to the given number (`bench.copies`). Then both do the same work alternately,
so that other load on the machine affects both: new pages, pages of the browser, the feed, an export, a re-extraction.
Prints a line for each, with the ratio, and the sizes of tables and indexes.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import make_url
from starlette.testclient import TestClient

from bench.copies import copy_records
from bench.servers import own_archive
from etl.archive.crawls.captures import store_attempts
from etl.archive.crawls.pages import upsert_listed_pages
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, PageAttempt
from etl.archive.crawls.runs import open_run
from etl.archive.queries.search import RecordFilter
from etl.archive.records.near_duplicates import similar_to
from etl.archive.storage.archive import Archive, open_archive
from etl.browse import create_app
from etl.export.exporting import ExportRequest, Format, export
from etl.fetch.client import Attempt
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.pipeline.stages.extracting import extract_batch
from etl.pipeline.stages.reextracting import ReextractionScope, reextract
from etl.platforms.base import Entry
from etl.settings import Settings
from etl.sources.schema import Source, adhoc_source

BATCH = 200
SMALL = 2_000
"""Records that go through the real stages, and all that the small archive has."""
TURNS = 9
WORDS = """
关于 印发 加强 推进 全市 各区 人民政府 管理 办法 工作 通知 实施 方案 公共 服务 建设 项目 资金 使用 监督 检查 安全 生产
环境 保护 教育 卫生
住房 保障 交通 运输 农业 农村 水利 工程 质量 标准 企业 发展 改革 开放 创新 人才 政策 补贴 申请 审批 流程
责任 单位 部门 时间 要求 落实 组织 开展 活动 宣传 培训 考核 评估 结果 公示 意见 反馈 联系 电话 地址 附件 规定 条例 执行
""".split()


def main() -> None:
    """Runs the bench on separate services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    wanted = parser.parse_args().records
    with own_archive() as large:
        measure(large, another(large), wanted)


def another(large: Settings) -> Settings:
    """A second, empty archive on the same servers."""
    assert large.database_owner_url
    url = make_url(large.database_owner_url.get_secret_value())
    assert url.port
    with Postgres(State(large.state_dir), url.port).connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE small TEMPLATE archive OWNER archive_owner"))
    open_archive(large).store._client.make_bucket("small")
    urls = {name: getattr(large, name) for name in ("database_url", "database_owner_url", "database_reader_url")}
    urls = {
        name: make_url(url.get_secret_value()).set(database="small").render_as_string(hide_password=False)
        for name, url in urls.items()
    }
    return Settings.model_validate(large.model_dump(exclude_none=True) | urls | {"store_bucket": "small"})


def measure(large: Settings, small: Settings, wanted: int) -> None:
    """Fills both archives and prints what was measured."""
    both = {"small": small, "large": large}
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(ingest, both.values(), ["first"] * 2, [0] * 2, [SMALL - 2 * BATCH] * 2))
        list(pool.map(ingest, both.values(), ["again"] * 2, [0] * 2, [2 * BATCH] * 2))
    for settings, records in ((small, SMALL), (large, wanted)):
        began = time.monotonic()
        copy_records(plain(settings.database_owner_url), records, lambda line: print(line, file=sys.stderr))
        print(f"{records} records, {records - SMALL} of them copies made in {time.monotonic() - began:.0f} s")
    compare(
        "200 new pages, records/s",
        {name: partial(ingest_turn, settings, count(10_000_000, BATCH)) for name, settings in both.items()},
    )
    for what, job in JOBS.items():
        with ExitStack() as stack:
            compare(what, {name: stack.enter_context(job(settings)) for name, settings in both.items()})
    with psycopg.connect(plain(large.database_owner_url)) as connection:
        print("table | rows | table MB | indexes MB")
        for row in connection.execute(_SIZES):
            print(" | ".join(map(str, row)))


def compare(what: str, jobs: Mapping[str, Callable[[], float]]) -> None:
    """Runs the jobs alternately; each returns a figure. Prints medians, the largest, and the ratio within rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(TURNS):
        for name, job in jobs.items():
            seconds[name].append(job())
    figures = "; ".join(
        f"{name} {statistics.median(each):.3g}, at most {max(each):.3g}" for name, each in seconds.items()
    )
    ratio = statistics.median(b / a for a, b in zip(seconds["small"], seconds["large"], strict=True))
    print(f"{what}: {figures}; large beside small {ratio:.2f}", flush=True)


def ingest_turn(settings: Settings, numbers: Iterator[int]) -> float:
    """Records a second."""
    return BATCH / ingest(settings, "first", next(numbers), BATCH)


@contextmanager
def pages_of_browser(settings: Settings, path: str) -> Iterator[Callable[[], float]]:
    """Milliseconds until a page of the browser is there; `{record}` in its path is another record each time."""
    archive, chance = open_archive(settings), random.Random(1)
    with psycopg.connect(plain(settings.database_owner_url)) as connection:
        last = one(connection, "SELECT max(id) FROM archive.record")
    with TestClient(create_app(archive)) as client:

        def get() -> float:
            took = []
            for _ in range(PAGES):
                began = time.perf_counter()
                answer = client.get(path.format(record=chance.randint(1, last)))
                took.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, (path, answer.status_code)
            return statistics.quantiles(took, n=20)[-1]

        yield get
    archive.engine.dispose()


@contextmanager
def feed(settings: Settings) -> Iterator[Callable[[], float]]:
    """Events a second of the feed's last ones, with their versions and texts, as a downstream job reads them."""
    with psycopg.connect(plain(settings.database_reader_url), autocommit=True) as connection:

        def read() -> float:
            last = one(connection, "SELECT max(change_seq) FROM api_v1.changes")
            began, cursor, number = time.monotonic(), last - SMALL, 0
            while rows := connection.execute(_FEED, {"after": cursor}).fetchall():
                cursor, number = rows[-1][0], number + len(rows)
            return number / (time.monotonic() - began)

        yield read


@contextmanager
def export_of_a_source(settings: Settings) -> Iterator[Callable[[], float]]:
    """Records a second of an export of the records that went through the real stages, as JSON lines."""
    archive = open_archive(settings)
    with tempfile.TemporaryDirectory() as folder:

        def write() -> float:
            began = time.monotonic()
            request = ExportRequest(Format.JSONL, Path(folder) / "out.jsonl", RecordFilter(source="first"))
            return export(archive, request).records / (time.monotonic() - began)

        yield write
    archive.engine.dispose()


@contextmanager
def alike(settings: Settings) -> Iterator[Callable[[], float]]:
    """Milliseconds until the near duplicates of a record are known."""
    archive, chance = open_archive(settings), random.Random(2)
    with psycopg.connect(plain(settings.database_owner_url)) as connection:
        last = one(connection, "SELECT max(id) FROM archive.record")

    def ask() -> float:
        began = time.perf_counter()
        for _ in range(PAGES):
            with archive.engine.connect() as connection:
                similar_to(connection, chance.randint(1, last))
        return (time.perf_counter() - began) * 1000 / PAGES

    yield ask
    archive.engine.dispose()


@contextmanager
def reextraction(settings: Settings) -> Iterator[Callable[[], float]]:
    """Records a second that are read again by two processes."""

    def read() -> float:
        began = time.monotonic()
        done = reextract(settings, ReextractionScope("again", all=True), lambda progress: None)
        return done.records / (time.monotonic() - began)

    yield read


def one(connection: psycopg.Connection, query: LiteralString) -> int:
    """The number that a query answers."""
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def plain(url: SecretStr | None) -> str:
    """A database's URL for psycopg."""
    assert url
    return make_url(url.get_secret_value()).set(drivername="postgresql").render_as_string(hide_password=False)


PAGES = 20
"""Pages of the browser that a turn asks for; its figure is the 95th of a hundred of them."""
JOBS: Mapping[str, Callable[[Settings], AbstractContextManager[Callable[[], float]]]] = {
    **{
        f"page {path}, p95 ms": partial(pages_of_browser, path=path)
        for path in ("/", "/records/{record}", "/sources", "/runs", "/?q=关于", "/?source=first")
    },
    "near duplicates of a record, ms": alike,
    "feed with texts, events/s": feed,
    "export of a source as JSON lines, records/s": export_of_a_source,
    "re-extraction, records/s": reextraction,
}
_SIZES = """
SELECT relname, n_live_tup, pg_table_size(relid) / 1000000, pg_indexes_size(relid) / 1000000
FROM pg_stat_user_tables WHERE schemaname = 'archive' ORDER BY pg_total_relation_size(relid) DESC
"""


def ingest(settings: Settings, source_id: str, first: int, number: int) -> float:
    """Captures, reads and records so many invented pages; returns the seconds."""
    archive, source = (
        open_archive(settings),
        adhoc_source(source_id, source_id, "https://bench.invalid/", ["bench.invalid"]),
    )
    began = time.monotonic()
    for start in range(first, first + number, BATCH):
        batch(archive, source, start)
    archive.engine.dispose()
    return time.monotonic() - began


def batch(archive: Archive, source: Source, start: int) -> None:
    """One run of one batch, as a crawl's tasks do it."""
    run = open_run(archive, source, f"bench:{start}", CrawlOptions(), "import")
    answers = {attempt.url: attempt for attempt in pages(source.id, start)}
    with archive.engine.begin() as connection:
        listed = upsert_listed_pages(connection, run, "", {url: Entry(url) for url in answers}, batch=0)
    attempts = [PageAttempt(listed[url].page_id, ClassifiedAttempt(item, None, "")) for url, item in answers.items()]
    for start in range(0, BATCH, 25):
        store_attempts(archive, run.batch("0"), attempts[start : start + 25])
    extract_batch(archive, run, 0)


def pages(source_id: str, start: int) -> Iterator[Attempt]:
    """Invented pages of some 12 KB; every one says something else."""
    for number in range(start, start + BATCH):
        chance = random.Random(f"{source_id}:{number}")
        day = date(2015, 1, 1) + timedelta(days=number % 3900)
        texts = ["".join(chance.choices(WORDS, k=60)) + "。" for _ in range(14)]
        title = f"关于{''.join(chance.choices(WORDS, k=6))}的通知"
        paragraphs = "".join(
            f"<p style='text-indent:2em;line-height:28px;font-family:宋体'>{each}</p>" for each in texts
        )
        body = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>
<div class="nav">{"<a href='/x'>栏目</a>" * 60}</div><table><tr><th>索引号</th>
<td>{number:08d}X/{day.year}-{number % 99999:05d}</td>
<th>发布机构</th><td>某某市{chance.choice(WORDS)}局</td></tr>
<tr><th>文号</th><td>某政发〔{day.year}〕{number % 900 + 1}号</td>
<th>发布日期</th><td>{day}</td></tr></table><h1>{title}</h1><div id="zoom">{paragraphs}</div>
<div class="foot">版权所有 {"网站地图 " * 40}</div></body></html>"""
        url = f"https://bench.invalid/{source_id}/{number}.html"
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        yield Attempt(url, url, datetime.now(UTC), 5, (), 200, headers, body.encode())


_FEED = """
SELECT c.change_seq, c.kind, v.* FROM api_v1.changes c JOIN api_v1.record_versions v USING (record_id, version)
WHERE c.change_seq > %(after)s ORDER BY c.change_seq LIMIT 1000
"""

if __name__ == "__main__":
    main()
