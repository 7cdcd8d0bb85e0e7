"""`python -m bench.listing [ENTRIES]`: what walking a long catalog costs in memory and time.

Walks an invented catalog of 100,000 entries, 100 a page, against the real database and bucket that the settings name,
and prints entries a second and the peak resident size of the process. Nothing is fetched but the listing.
`python -m bench.listing pages` needs neither: it prints what reading one page of a list takes.
"""

import asyncio
import json
import resource
import statistics
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from bench.pipeline.site import render
from etl.archive.crawls.run import CrawlOptions
from etl.archive.crawls.runs import open_run
from etl.archive.crawls.scheduling import plan_batches
from etl.archive.storage.archive import open_archive
from etl.pipeline.stages.listing import list_catalog
from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.settings import settings
from etl.sources.schema import Source
from etl.web.page import read_page

PAGE = 100


def catalog(entries: int) -> type[BaseHTTPRequestHandler]:
    """A site that lists so many documents in one category."""

    class Catalog(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/gkmlpt/index":
                tree = [{"id": 1, "name": "全部", "parent": 0, "jump_url": None, "children": []}]
                self.answer(f"<script>window._CONFIG = {{SID: '1', TREE: {json.dumps(tree)}}}</script>")
            elif parts.path.startswith("/gkmlpt/api/all/"):
                first = (int(parse_qs(parts.query)["page"][0]) - 1) * PAGE
                articles = [self.article(number) for number in range(first, min(first + PAGE, entries))]
                self.answer(json.dumps({"classify": {"post_count": entries}, "articles": articles}))
            else:
                self.answer("", 404)

        def article(self, number: int) -> dict[str, str]:
            url = f"http://{self.headers['Host']}/gkmlpt/content/1/1/post_{number}.html"
            title = f"关于第{number}号事项的通知"
            return {"title": title, "url": url, "created_at": "2025-01-01", "identifier": f"00000000X/2025-{number:05}"}

        def answer(self, text: str, status: int = 200) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Catalog


def main(entries: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), catalog(entries))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    source = Source.model_validate(
        {
            "id": f"bench-{int(time.time())}",
            "name": "bench",
            "agency": "bench",
            "region": "000000",
            "platform": "gkmlpt",
            "columns": [{"url": f"{base}/gkmlpt/index"}],
            "hosts": ["127.0.0.1"],
            "pace": {"delay": 0},
            "limits": {"pages": entries + 1},
            "allow_private_addresses": True,
            "assertions": {"min_records": 1, "max_age_days": 36500},
            "verified": "never",
        }
    )
    archive = open_archive(settings())
    run = open_run(archive, source, "bench", CrawlOptions(full=True))
    before, began = peak(), time.monotonic()
    listed = asyncio.run(list_catalog(archive, run, "gongkai/bench"))
    walked = time.monotonic() - began
    plan_batches(archive.engine, run, settings().batch_size)
    planned = time.monotonic() - began - walked
    total = sum(column.listed for column in listed.columns)
    print(f"{total} entries, {listed.requests} requests, {walked:.0f} s ({total / walked:.0f}/s)")
    print(f"planned in {planned:.1f} s")
    print(f"peak resident size {peak()} MB, {before} MB of them before the walk")


def read_pages(rounds: int = 7) -> None:
    """Prints the CPU that a list page of the speed bench takes, parsed and held against all signs of further pages."""
    site, family = render(600), platform("trs_wcm")
    lists = [each["url"] for each in site.lists()]
    answers = ((site.base + path, answer.body) for path, answer in site.answers.items())
    pages = [(url, body) for url, body in answers if f"{url.rpartition('/')[0]}/" in lists]
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for url, body in pages:
            read_list_page(family, read_page(body, url), ListingRequest(url, "bench"))
        took.append((time.process_time() - began) / len(pages) * 1000)
    size = sum(len(body) for _, body in pages) / len(pages) / 1024
    print(f"{len(pages)} pages of {size:.0f} KB: {statistics.median(took):.1f} ms of CPU each")


def peak() -> int:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1:] == ["pages"]:
        read_pages()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
