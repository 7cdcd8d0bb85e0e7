"""What an engineer would write instead: Scrapy for the crawl, trafilatura in two processes for text, title and date.

Bytes are kept once by SHA-256; which are known is asked of the database at the start, so that no PUT needs a HEAD. Rows
are inserted a hundred at a time, with a hash of the text. Links that look like files are fetched and stored too; their
text is not read. Run by the Python of the bench's own packages: `python peer.py`, settings as JSON in `PEER`.
"""

import asyncio
import hashlib
import io
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import scrapy
import trafilatura
import urllib3
from minio import Minio
from scrapy.crawler import CrawlerProcess

TABLE = """
CREATE TABLE IF NOT EXISTS blob (sha256 text PRIMARY KEY, size int NOT NULL);
CREATE TABLE IF NOT EXISTS page (url text PRIMARY KEY, status int NOT NULL, fetched_at timestamptz NOT NULL,
  sha256 text REFERENCES blob, file boolean NOT NULL, title text, published text, text text, text_sha256 text)
"""
ROWS = 100
PAGER = re.compile(r"createPage(?:HTML)?\((\d+), 0, ")
DOCUMENT = re.compile(r"/t\d{8}_\d+\.html$|/public/\d+/\d+\.html$|/\d{6}/[0-9a-f]{32}\.shtml$")
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|wps|et)$", re.IGNORECASE)


def extracted(body: bytes, url: str) -> tuple[str, str, str]:
    """Title, date and text of a page."""
    document = trafilatura.bare_extraction(body, url=url, with_metadata=True, include_tables=True)
    return (document.title or "", document.date or "", document.text or "") if document else ("", "", "")


class Catalog(scrapy.Spider):
    """Lists, documents and files."""

    name = "catalog"
    handle_httpstatus_list = (404,)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.settings["LISTS"]:
            yield scrapy.Request(url, self.first_list_page)

    def first_list_page(self, response: Any) -> Iterator[scrapy.Request]:
        yield from self.parse(response)
        if pager := PAGER.search(response.text):
            for page in range(1, int(pager[1])):
                yield response.follow(f"index_{page}.html", self.parse)

    def parse(self, response: Any) -> Iterator[scrapy.Request]:
        for link in response.xpath("//li/a/@href | //td/a/@href").getall():
            if DOCUMENT.search(link):
                yield response.follow(link, self.document)

    def document(self, response: Any) -> Iterator[Any]:
        yield item(response, file=False)
        if response.status == 200:
            for link in response.xpath("//a/@href").getall():
                if FILE.search(link):
                    yield response.follow(link, self.file)

    def file(self, response: Any) -> Iterator[Any]:
        yield item(response, file=True)


def item(response: Any, file: bool) -> dict[str, Any]:
    return {"url": response.url, "status": response.status, "body": response.body, "file": file}


class Archive:
    """Stores what was fetched."""

    def __init__(self, crawler: Any) -> None:
        given = crawler.settings["STORES"]
        http = urllib3.PoolManager(maxsize=8)
        keys = given["access_key"], given["secret_key"]
        self.store = Minio(given["endpoint"], *keys, secure=False, region="us-east-1", http_client=http)
        self.bucket, self.rows, self.blobs = given["bucket"], [], []
        self.database = psycopg.connect(given["database"], autocommit=True)
        self.processes, self.threads = ProcessPoolExecutor(2), ThreadPoolExecutor(8)
        self.writing = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Archive":
        return cls(crawler)

    def open_spider(self) -> None:
        self.database.execute(TABLE)
        self.known = {row[0] for row in self.database.execute("SELECT sha256 FROM blob")}

    async def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        loop, body = asyncio.get_running_loop(), item.pop("body")
        sha256, now = None, datetime.now(UTC)
        title = published = text = None
        if item["status"] == 200:
            sha256 = hashlib.sha256(body).hexdigest()
            reading = None if item["file"] else loop.run_in_executor(self.processes, extracted, body, item["url"])
            if sha256 not in self.known:
                self.known.add(sha256)
                await loop.run_in_executor(self.threads, self.put, sha256, body)
                self.blobs.append((sha256, len(body)))
            if reading:
                title, published, text = await reading
        text_sha256 = hashlib.sha256(text.encode()).hexdigest() if text else None
        row = (item["url"], item["status"], now, sha256, item["file"], title, published, text, text_sha256)
        self.rows.append(row)
        if len(self.rows) >= ROWS:
            await self.write()
        return item

    def put(self, sha256: str, body: bytes) -> None:
        self.store.put_object(self.bucket, f"blobs/{sha256[:2]}/{sha256}", io.BytesIO(body), len(body))

    async def write(self) -> None:
        async with self.writing:
            blobs, self.blobs, rows, self.rows = self.blobs, [], self.rows, []
            await asyncio.get_running_loop().run_in_executor(self.threads, self.insert, blobs, rows)

    def insert(self, blobs: list[Any], rows: list[Any]) -> None:
        with self.database.transaction(), self.database.cursor() as cursor:
            cursor.executemany("INSERT INTO blob VALUES (%s, %s) ON CONFLICT DO NOTHING", blobs)
            cursor.executemany("INSERT INTO page VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)

    async def close_spider(self) -> None:
        await self.write()
        self.processes.shutdown()
        self.threads.shutdown()


def main() -> None:
    given = json.loads(os.environ["PEER"])
    process = CrawlerProcess(
        {
            "LISTS": given["lists"],
            "STORES": given["stores"],
            "ITEM_PIPELINES": {Archive: 1},
            "CONCURRENT_REQUESTS": 16,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "USER_AGENT": "archive/0.1",
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
        }
    )
    process.crawl(Catalog)
    process.start()


if __name__ == "__main__":
    main()
