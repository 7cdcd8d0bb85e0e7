"""`python -m bench.search [--records 100000] [--write]`: how long the search takes in a full archive, for many readers.

Fills an archive by COPY with invented documents whose words are as unequally frequent as those of a language, writes
and indexes their entries, and requests pages of the browser from a server of two processes, under three loads. Prints
percentiles, which `--write` writes into docs/search.md, sizes, and the cost of recording with entries and without.
"""

import argparse
import asyncio
import html
import itertools
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import httpx
import psycopg
import uvicorn
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, make_url, text

from bench.scale import BATCH, ingest
from bench.servers import own_archive
from etl.archive.records import recording
from etl.archive.records.search_index import fill_index, forget_entries, index_waiting, keep_entries
from etl.archive.storage.archive import Database, open_archive
from etl.browse import create_app
from etl.extract import content_hash
from etl.folding import are_exact, fold
from etl.local import ports
from etl.settings import Settings

PROCESSES = 2
SECONDS = 120
PAUSE = 3.0
"""Seconds, on average, for which a reader looks at a page before the next click."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many readers; `pause`: seconds, on average, between a page and the next click."""

    name: str
    readers: int
    pause: float


LOADS = (
    Load("one reader", 1, 0),
    Load(f"20 readers, a click each {PAUSE:.0f} s", 20, PAUSE),
    Load("20 readers without a pause", 20, 0),
)
KINDS = {
    "two characters": "two characters (3,000 records have them)",
    "frequent": "two of the most frequent characters (50,000 and more)",
    "eight characters": "eight characters",
    "two words": "two words",
    "number": "a number that is not there, with proposals",
    "facet": "a facet",
    "all facets": "all facets counted",
    "list": "the list without words",
    "source": "the list of a source",
    "record": "a record",
    "hit": "a record that the reader's last search shows, with its neighbours there",
}
"""Pages, and how the table names them."""
HIT = re.compile(r'href="(/records/\d+\?q=[^"#]+)')
TABLE = Path(__file__).parent.parent / "docs" / "search.md"
AGENCIES, SOURCES = 60, 20
TURNS = 8
PARTS = 8
SAMPLE = 4_000
"""Records of which `gongkai index` is timed; the others are filled by more processes than it has."""


class Language:
    """Invented words of two to four characters, of which the n-th is met about 1/n as often as the first."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        alphabet = [chr(0x4E00 + 8 * place) for place in range(2_500)]
        often = list(itertools.accumulate(1 / (place + 10) for place in range(len(alphabet))))
        fixed = random.Random(1)
        self.words = [
            "".join(fixed.choices(alphabet, cum_weights=often, k=fixed.choice((2, 2, 2, 2, 3, 4))))
            for _ in range(8_000)
        ]
        self.often = list(itertools.accumulate(1 / (place + 20) for place in range(len(self.words))))

    def say(self, words: int) -> list[str]:
        return self.chance.choices(self.words, cum_weights=self.often, k=words)

    def title(self) -> str:
        return f"关于{''.join(self.say(5))}的通知"

    def text(self) -> str:
        """1,800 characters on average, few of them far longer."""
        length = int(min(8_000, self.chance.lognormvariate(6.2, 0.8)))
        ends = self.chance.choices(("", "", "", "", "，", "。\n"), k=length)
        return "".join(map("".join, zip(self.say(length), ends, strict=True)))


def main() -> None:
    """Runs the bench on separate services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help="put the percentiles into docs/search.md")
    options = parser.parse_args()
    with own_archive() as settings:
        fill_archive(settings, options.records)
        rows = table(settings, options.records)
        print("\n".join(rows))
        if options.write:
            write(rows)
        recorded(settings)


def table(settings: Settings, records: int) -> list[str]:
    """The lines of the table: milliseconds of each kind of page under each load, median and 95th percentile."""
    readings = [asyncio.run(read(settings, records, load)) for load in LOADS]
    heads = [f"{load.name}: median, 95 %" for load in LOADS]
    lines = [f"| page, {records:,} records | {' | '.join(heads)} |", "| --- " * (len(LOADS) + 1) + "|"]
    for kind, name in KINDS.items():
        cells = (f"{statistics.median(took[kind]):.0f}, {percentile(took[kind]):.0f}" for took in readings)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    rates = (f"{sum(map(len, took.values())) / SECONDS:.0f}" for took in readings)
    return [*lines, f"| pages a second, all readers | {' | '.join(rates)} |"]


def write(rows: list[str]) -> None:
    """Puts the table in the place of the one that is there."""
    before, rest = TABLE.read_text(encoding="utf-8").split("| page, ", 1)
    after = rest.partition("\n\n")[2]
    TABLE.write_text(before + "\n".join(rows) + "\n\n" + after, encoding="utf-8")


def fill_archive(settings: Settings, wanted: int) -> None:
    """Fills the archive and its index, and prints how long `gongkai index` takes for some, and how large all are."""
    assert settings.database_owner_url
    owner_url = settings.database_owner_url.get_secret_value()
    database = Database(create_engine(owner_url))
    characters = fill(owner_url, 0, 1, SAMPLE)
    with database.engine.begin() as connection:
        forget_entries(connection)
    began = time.monotonic()
    fill_index(database)
    print(f"filling the index: {(time.monotonic() - began) / SAMPLE * 1e3:.1f} ms a record")
    step = (wanted - SAMPLE) // PARTS
    firsts = [SAMPLE + 1 + part * step for part in range(PARTS)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        each = zip(*((owner_url, part, first, step) for part, first in enumerate(firsts, 1)), strict=True)
        characters += sum(pool.map(fill, *each))
        # All at once: the index is built in a third of the time.
        with database.engine.begin() as connection:
            index = connection.scalar(text("SELECT pg_get_indexdef('archive.search_entry_grams_idx'::regclass)"))
            connection.execute(text("DROP INDEX archive.search_entry_grams_idx"))
        list(pool.map(write_entries, *zip(*((owner_url, first, step) for first in firsts), strict=True)))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE archive.search_entry SET in_index = true WHERE NOT in_index"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        connection.execute(text(str(index)))
        connection.execute(text("ALTER INDEX archive.search_entry_grams_idx ALTER COLUMN 1 SET STATISTICS 0"))
        for table, numbers in (("page", "page_id_seq"), ("capture", "capture_number"), ("record", "record_id_seq")):
            connection.execute(text(f"SELECT setval('archive.{numbers}', max(id)) FROM archive.{table}"))
    print(f"{wanted} records, {characters / 1e6:.0f} million characters")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        for row in connection.execute(text(_SIZES)):
            print(f"{row.name}: {row.bytes / 1e6:.0f} MB")


def write_entries(owner_url: str, first: int, number: int) -> None:
    """Writes the entries of so many records."""
    database = Database(create_engine(owner_url))
    for start in range(first, first + number, BATCH):
        with database.engine.begin() as connection:
            keep_entries(connection, range(start, min(start + BATCH, first + number)))


_SIZES = """
SELECT 'texts' AS name, pg_table_size('archive.content') AS bytes
UNION ALL SELECT 'entries', pg_table_size('archive.search_entry')
UNION ALL SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes
WHERE relname = 'search_entry'
"""


def fill(owner_url: str, part: int, first: int, number: int) -> int:
    """Writes so many records; returns the characters of their texts."""
    language = Language(part)
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    written = 0
    with psycopg.connect(plain) as connection:
        for place in range(SOURCES):
            connection.execute(
                "INSERT INTO archive.source (id, name, agency, region, platform, definition) "
                "VALUES (%s, %s, %s, %s, 'generic', '{}') ON CONFLICT DO NOTHING",
                (f"source-{place}", f"第{place}号目录", f"某某市第{place}局", f"50{place:02}00"),
            )
        run = connection.execute(
            "INSERT INTO archive.run (source_id, key, kind, options) VALUES ('source-0', %s, 'import', '{}') "
            "RETURNING id",
            (str(part),),
        ).fetchone()
        assert run
        connection.commit()
        for start in range(first, first + number, 1000):
            documents = [document(language, each) for each in range(start, min(start + 1000, first + number))]
            written += sum(len(each.text) for each in documents)
            copy(connection, documents, run[0])
    return written


@dataclass(frozen=True, slots=True)
class Document:
    """An invented document; `values` are its fields."""

    number: int
    text: str
    day: date
    values: dict[str, str]

    @property
    def source(self) -> str:
        return f"source-{self.number % SOURCES}"

    @property
    def hash(self) -> str:
        return content_hash(f"{self.number}{self.text}").sha256

    @property
    def fields(self) -> Jsonb:
        plain = {"label": "", "origin": "table", "rule": "label", "chosen": True}
        return Jsonb([plain | {"name": name, "value": value, "raw": value} for name, value in self.values.items()])


def document(language: Language, number: int) -> Document:
    chance = language.chance
    day = date(2010, 1, 1) + timedelta(days=chance.randrange(6000))
    values = {
        "title": language.title(),
        "publisher": f"某某市第{int(chance.paretovariate(1)) % AGENCIES}局",
        "document_number": f"某政发〔{day.year}〕{number}号",
        "index_number": f"{number:08}/{day.year}-{number % 99999:05}",
        "published_date": str(day),
        "subject_category": f"第{chance.randrange(20)}类",
        "validity": chance.choice(("有效", "失效", "废止")),
    }
    return Document(number, language.text(), day, values)


def copy(connection: psycopg.Connection, documents: list[Document], run: int) -> None:
    """Documents and what they refer to, table by table."""
    for table, values in _TABLES.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY archive.{table} FROM STDIN") as stream:
            for each in documents:
                stream.write_row(values(each, run))
    connection.commit()


_TABLES: dict[str, Callable[[Document, int], tuple[object, ...]]] = {
    "content (hash, normaliser, text)": lambda d, run: (d.hash, 1, d.text),
    "page (id, source_id, url, kind)": lambda d, run: (d.number, d.source, f"http://a.example/{d.number}", "document"),
    "capture (id, page_id, run_id, url, final_url, fetched_at, elapsed_ms, status, request_headers, headers, outcome, "
    "reason, log)": lambda d, run: (d.number, d.number, run, "", "", d.day, 1, 200, "[]", "[]", "stored", "", ""),
    "record (id, page_id, source_id, version, content_hash, read_with, listed_on)": lambda d, run: (
        d.number, d.number, d.source, 1, d.hash, "1.1", d.day,
    ),
    "record_version (record_id, version, kind, capture_id, content_hash, title, publisher, document_number, "
    "index_number, published_date, fields, attachments, flags, extractor)": lambda d, run: (
        d.number, 1, "created", d.number, d.hash, d.values["title"], d.values["publisher"],
        d.values["document_number"], d.values["index_number"], d.day, d.fields, "[]", [], "1",
    ),
}  # fmt: skip


def queries(seed: int, records: int) -> Iterator[tuple[str, str]]:
    """What a reader asks for, by kind, one of each in any order: addresses below the browser's; "" for a hit."""
    language = Language(1_000 + seed)
    chance = language.chance
    # Some are simplified to characters beyond U+FFFF, whose pairs are not exact.
    words = [word for word in language.words if are_exact(fold(word))]
    pairs = [word for word in words if len(word) == 2]
    everyday = [word for word in words[:40] if len(word) == 2]
    while True:
        two = chance.choice(pairs[:3000])
        searches = {
            "two characters": f"/?q={quote(two)}",
            "frequent": f"/?q={quote(chance.choice(everyday))}",
            "eight characters": f"/?q={quote(''.join(language.say(6))[:8])}",
            "two words": f"/?q={quote(' '.join(chance.choices(words, cum_weights=language.often[: len(words)], k=2)))}",
            "number": f"/?q={quote(f'某政发2015{chance.randrange(9999)}号')}",
            "facet": f"/?q={quote(two)}&only=year:{chance.randrange(2010, 2026)}",
            "all facets": f"/?q={quote(two)}&counts=all",
            "list": "/",
            "source": f"/?source=source-{chance.randrange(SOURCES)}",
            "record": f"/records/{chance.randrange(1, records)}",
            "hit": "",
        }
        yield from chance.sample(list(searches.items()), len(searches))


def serve(settings: Settings, port: int) -> None:
    """The browser in a separate process."""
    uvicorn.run(create_app(open_archive(settings)), port=port, log_level="warning")


async def read(settings: Settings, records: int, load: Load) -> dict[str, list[float]]:
    """Milliseconds of each page that was asked for, by kind."""
    assert settings.database_owner_url
    listening = list(itertools.islice(filter(ports.is_free, ports.FREE_RANGE), PROCESSES))
    servers = [get_context("spawn").Process(target=serve, args=(settings, port)) for port in listening]
    for server in servers:
        server.start()
    took: dict[str, list[float]] = {}
    try:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            addresses = [f"http://127.0.0.1:{port}" for port in listening]
            for address in addresses:
                await _ready(client, address)
                # Templates and statements are compiled when they are first asked for, half a second in all.
                for _, path in itertools.islice(queries(len(LOADS) * 100, records), 3 * len(KINDS)):
                    await client.get(f"{address}{path}")
            crawl = asyncio.create_task(_record(settings.database_owner_url.get_secret_value()))
            readers = range(load.readers)
            await asyncio.gather(
                *(_reader(client, addresses[n % PROCESSES], queries(n, records), load.pause, took) for n in readers)
            )
            crawl.cancel()
    finally:
        for server in servers:
            server.terminate()
            server.join()
    return took


def percentile(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def _ready(client: httpx.AsyncClient, address: str) -> None:
    for _ in range(600):
        try:
            await client.get(f"{address}/sources")
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


async def _record(owner_url: str) -> None:
    """Ends a transaction that wrote something each second, as a crawl does: nothing is kept longer than that."""
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        while True:
            await connection.execute("SELECT pg_current_xact_id()")
            await asyncio.sleep(1)


async def _reader(
    client: httpx.AsyncClient,
    address: str,
    searches: Iterator[tuple[str, str]],
    pause: float,
    took: dict[str, list[float]],
) -> None:
    """One reader, who looks at each page for `pause` seconds on average."""
    chance = random.Random()
    end = time.monotonic() + SECONDS
    hits: list[str] = []
    while time.monotonic() < end:
        kind, path = next(searches)
        if kind == "hit":
            if not hits:
                continue
            path = chance.choice(hits)
        if pause:
            await asyncio.sleep(chance.expovariate(1 / pause))
        began = time.perf_counter()
        answer = await client.get(f"{address}{path}")
        took.setdefault(kind, []).append((time.perf_counter() - began) * 1e3)
        assert answer.status_code in (200, 303), (path, answer.text)
        hits = [html.unescape(each) for each in HIT.findall(answer.text)] or hits


def recorded(settings: Settings) -> None:
    """Recording with entries and without, in turns; and the part of adding them to the index."""
    rates: dict[str, list[float]] = {"without": [], "with": [], "index": []}
    archive = open_archive(settings)
    for turn in range(TURNS):
        for name, keep in (("without", lambda connection, records: None), ("with", keep_entries)):
            with mock.patch.object(recording, "keep_entries", keep):
                start = 20_000_000 + turn * 2 * BATCH + (name == "with") * BATCH
                rates[name].append(ingest(settings, "source-0", start, BATCH) / BATCH * 1e3)
        began = time.monotonic()
        index_waiting(archive)
        rates["index"].append((time.monotonic() - began) / BATCH * 1e3)
    for name, each in rates.items():
        print(f"{name}: {statistics.median(each):.1f} ms a record")


if __name__ == "__main__":
    main()
