"""`python -m bench.memory [--files 100]`: the memory of a crawl of a site that sends as much as it may.

One document links files that unpack to 49 MB each, one says `document.cookie=;` for 43 MB, one links 66,000 files,
and the others are pages of 49 MB. `gongkai crawl` crawls it in a separate process, with real services; the site is
in another process. Prints the largest resident size of the crawl and of the processes that read its files, and fails
above 600 MB. Takes some minutes and 6 GB of disk.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.servers import own_archive
from etl.settings import Settings
from tests.support.attacks.base import Ground
from tests.support.gongkai import environment

MOST_MEGABYTES = 600
LARGE = 49_000_000
DOCUMENTS = 12
READ = 5


def main() -> None:
    """Runs the bench on separate services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    files = parser.parse_args().files
    with site(files) as base, own_archive() as settings:
        file = settings.state_dir / "hostile.yaml"
        file.write_text(source_text(base), encoding="utf-8")
        sys.exit(crawl(file, settings))


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """Crawls of the site, one after the other, as rounds of `bench.attacks`."""
    with site() as base:
        file = ground.folder / "hostile.yaml"
        file.write_text(source_text(base), encoding="utf-8")
        while True:
            largest, report = measure(file, ground.settings)
            ground.peaks.append(largest["crawl"] * 1_000_000)
            assert report.get("outcomes"), f"the crawl failed: {report}"
            assert largest["crawl"] <= MOST_MEGABYTES, f"the crawl took {largest} MB"
            yield f"{largest} MB, {report['outcomes']}"


@contextmanager
def site(files: int = 100) -> Iterator[str]:
    """Serves the site with that many large files from a separate process; yields its base URL."""
    ready: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(ready, files), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def source_text(base: str) -> str:
    """The source file of the site."""
    return yaml.safe_dump(
        {
            "id": "hostile",
            "name": "hostile",
            "agency": "—",
            "region": "000000",
            "platform": "generic",
            "columns": [{"url": f"{base}/"}],
            "hosts": ["127.0.0.1"],
            "allow_private_addresses": True,
            "pace": {"delay": 0, "concurrency": 4},
            "listing": {"rows": "li", "link": "a"},
            "assertions": {"min_records": 1, "max_age_days": 36500},
            "verified": "never",
        }
    )


def crawl(file: Path, settings: Settings) -> int:
    """Crawls in a separate process and prints its memory; returns 1 if that was too much or the crawl failed."""
    began = time.monotonic()
    largest, report = measure(file, settings)
    print(f"{time.monotonic() - began:.0f} s; largest resident size, MB: {largest}; outcomes: {report.get('outcomes')}")
    print(f"files: {report.get('files')}; problems: {report.get('problems')}")
    return int(largest["crawl"] > MOST_MEGABYTES or not report.get("outcomes"))


def measure(file: Path, settings: Settings) -> tuple[dict[str, int], dict[str, Any]]:
    """Crawls in a separate process; returns the largest resident sizes in megabytes, and the report."""
    command = [str(Path(sys.executable).parent / "gongkai"), "crawl", str(file), "--json"]
    largest = dict.fromkeys(("crawl", "a process that reads", "all together"), 0)
    with subprocess.Popen(command, env=environment(settings), stdout=subprocess.PIPE, text=True) as process:
        try:
            while process.poll() is None:
                sizes = {pid: memory(pid) for pid in descendants(process.pid)}
                for pid, (_, peak) in sizes.items():
                    name = "crawl" if pid == process.pid else "a process that reads"
                    largest[name] = max(largest[name], peak)
                largest["all together"] = max(largest["all together"], sum(now for now, _ in sizes.values()))
                time.sleep(0.2)
        finally:
            process.kill()
        assert process.stdout
        report = json.loads(process.stdout.read() or "{}")
    return {name: round(size / 1e6) for name, size in largest.items()}, report


def descendants(pid: int) -> Iterator[int]:
    """The process and those that it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from descendants(int(child))


def memory(pid: int) -> tuple[int, int]:
    """The resident size of the process, and the largest that it ever had, in bytes; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {line[:5]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return sizes.get("VmRSS", 0), sizes.get("VmHWM", 0)


def serve(ready: "multiprocessing.Queue[int]", files: int) -> None:
    """Serves the site until the process is ended."""
    Handler.files = files
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.put(server.server_port)
    server.serve_forever()


class Handler(BaseHTTPRequestHandler):
    """The site."""

    protocol_version = "HTTP/1.1"
    files = 100

    def do_GET(self) -> None:
        body = answer(self.path, self.files)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain" if self.path.endswith(".txt") else "text/html; charset=utf-8")
        packed = gzip.compress(body, 1) if body else b""
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *words: object) -> None:
        """Logs nothing: the crawl's report has the requests."""


def answer(path: str, files: int) -> bytes:
    """The content of an address."""
    if path == "/":
        return "".join(
            f'<ul><li><a href="/{n}.html">关于第{n}号工作的通知</a></li></ul>' for n in range(DOCUMENTS)
        ).encode()
    name, _, ending = path.strip("/").partition(".")
    if ending == "txt" and name.isdecimal():
        # Some are texts that are read and kept, most have more characters than a text may have.
        line = "各单位要做好防汛工作。\n" if int(name) <= READ else "x"
        return f"{name} 号文件\n".encode() + (line * (LARGE // len(line.encode()))).encode()
    if ending != "html" or not name.isdecimal():
        return b""
    text = f"<title>关于第{name}号工作的通知</title><div class=TRS_Editor><p>" + "各单位要做好防汛工作。" * 60
    match int(name):
        case 0:
            return (text + "".join(f'<p><a href="/{n}.txt">附件{n}.txt</a>' for n in range(1, files + 1))).encode()
        case 1:
            return (text + "<script>" + "document.cookie=;" * (43_000_000 // 17) + "</script>").encode()
        case 2:
            return (text + "".join(f'<p><a href="/{n}.pdf">附件{n}.pdf</a>' for n in range(66_000))).encode()
    return (text + "各单位要做好防汛工作。</p><p>" * (LARGE // 40)).encode()[:LARGE]


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
