"""`python -m bench.scale [--records 100000]`: what an archive of many records costs, beside one of a thousand.

Fills one archive with invented pages through the real stages (capture, extraction, record), a small one beside it, and
then gives both the same new pages in turns: so that what the machine does meanwhile slows both. Prints ingest rates and
their ratio, sizes of tables and indexes, and how fast the feed is read. Several minutes for 10,000 records.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from psycopg import sql
from sqlalchemy import create_engine, make_url, text

from etl.archive.crawls.captures import store_attempts
from etl.archive.crawls.pages import upsert_listed_pages
from etl.archive.crawls.run import ClassifiedAttempt, CrawlOptions, PageAttempt
from etl.archive.crawls.runs import open_run
from etl.archive.storage.archive import Archive, open_archive
from etl.fetch.client import Attempt
from etl.local import services
from etl.local.postgres import Postgres
from etl.local.state import State
from etl.pipeline.stages.extracting import extract_batch
from etl.pipeline.stages.reextracting import ReextractionScope, reextract
from etl.platforms.base import Entry
from etl.settings import Settings
from etl.sources.schema import Source, adhoc_source
from tests.support.services import settings_of

BATCH = 200
SMALL = 1_000
TURNS = 9
WORDS = """
关于 印发 加强 推进 全市 各区 人民政府 管理 办法 工作 通知 实施 方案 公共 服务 建设 项目 资金 使用 监督 检查 安全 生产
环境 保护 教育 卫生
住房 保障 交通 运输 农业 农村 水利 工程 质量 标准 企业 发展 改革 开放 创新 人才 政策 补贴 申请 审批 流程
责任 单位 部门 时间 要求 落实 组织 开展 活动 宣传 培训 考核 评估 结果 公示 意见 反馈 联系 电话 地址 附件 规定 条例 执行
""".split()


def main() -> None:
    """Runs the bench on parts of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    wanted = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="gongkai-bench-") as folder:
        settings = Settings(state_dir=Path(folder), postgres_port=0, store_port=0)
        found = services.up(settings, airflow=False, report=lambda progress: None)
        try:
            large = settings_of(found, Path(folder), found.database_owner_url, found.bucket)
            measure(large, another(large, Path(folder)), wanted)
        finally:
            services.down(settings, report=lambda progress: None)


def another(large: Settings, folder: Path) -> Settings:
    """A second, empty archive on the same servers."""
    assert large.database_owner_url
    url = make_url(large.database_owner_url.get_secret_value())
    assert url.port
    with Postgres(State(folder), url.port).connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE small TEMPLATE archive OWNER archive_owner"))
    open_archive(large).store._client.make_bucket("small")
    assert large.database_url
    small = make_url(large.database_url.get_secret_value()).set(database="small")
    return Settings.model_validate(
        large.model_dump(exclude_none=True)
        | {"database_url": small.render_as_string(hide_password=False), "store_bucket": "small"}
    )


def measure(large: Settings, small: Settings, wanted: int) -> None:
    """Fills both archives and prints what was measured."""
    began = time.monotonic()
    ingest(small, "small-0", 0, SMALL)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        share = wanted // 8
        list(
            pool.map(ingest, [large] * 8, [f"large-{n}" for n in range(8)], [n * share for n in range(8)], [share] * 8)
        )
    filled = time.monotonic() - began
    print(f"{wanted} records in {filled:.0f} s by two processes: {wanted / filled:.0f} a second")
    rates: dict[str, list[float]] = {"small": [], "large": []}
    for turn in range(TURNS):
        for name, settings in (("small", small), ("large", large)):
            rates[name].append(BATCH / ingest(settings, f"{name}-0", 10_000_000 + turn * BATCH, BATCH))
    medians = {name: statistics.median(each) for name, each in rates.items()}
    ratio = statistics.median(b / a for a, b in zip(*rates.values(), strict=True))
    print(
        f"one process, in turns: {medians['small']:.0f}/s at {SMALL}, {medians['large']:.0f}/s at {wanted}: {ratio:.2f}"
    )
    assert large.database_owner_url
    with create_engine(large.database_owner_url.get_secret_value()).connect() as connection:
        print("table | rows | table MB | indexes MB")
        for row in connection.execute(text(_SIZES)):
            print(f"{row.name} | {row.rows} | {row.table / 1e6:.0f} | {row.indexes / 1e6:.0f}")
    assert large.database_reader_url
    print(read_feed(large.database_reader_url.get_secret_value()))
    began = time.monotonic()
    done = reextract(large, ReextractionScope("large-0", all=True), lambda progress: None)
    seconds = time.monotonic() - began
    print(f"re-extraction, two processes: {done.records} records in {seconds:.0f} s, {done.records / seconds:.0f}/s")


_SIZES = """
SELECT relname AS name, n_live_tup AS rows, pg_table_size(relid) AS table, pg_indexes_size(relid) AS indexes
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
        said = ["".join(chance.choices(WORDS, k=60)) + "。" for _ in range(14)]
        title = f"关于{''.join(chance.choices(WORDS, k=6))}的通知"
        paragraphs = "".join(
            f"<p style='text-indent:2em;line-height:28px;font-family:宋体'>{each}</p>" for each in said
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


def read_feed(url: str) -> str:
    """The whole feed with its versions, as a downstream job reads it."""
    engine, cursor, began = create_engine(url), 0, time.monotonic()
    read = 0
    with engine.connect() as connection:
        while rows := connection.execute(text(_FEED), {"after": cursor}).all():
            cursor, read = rows[-1].change_seq, read + len(rows)
    seconds = time.monotonic() - began
    return f"feed with texts, 1,000 events a query: {read} events in {seconds:.1f} s, {read / seconds:.0f} a second"


_FEED = """
SELECT c.change_seq, c.kind, v.* FROM api_v1.changes c JOIN api_v1.record_versions v USING (record_id, version)
WHERE c.change_seq > :after ORDER BY c.change_seq LIMIT 1000
"""

if __name__ == "__main__":
    main()
