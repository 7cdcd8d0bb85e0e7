"""docs/speed.md."""

import os
import statistics
from collections.abc import Mapping, Sequence

from bench.pipeline.site import SLOW, RenderedSite

TEXT = """# Speed

How fast a whole crawl is, beside what an engineer would write instead.
Written by `make speed`, which installs the peer and runs `python -m bench.pipeline --write`, on {cores} shared cores;
ratios hold better than the numbers. `--only crawl --rounds 1 --pages 500 --answer 0` tells what a change brings,
`--profile` where the time goes.

## What is measured
- **The site**: {documents} invented documents on {lists} pages of lists, {mean:.0f} KB a page on average, in the markup
  of three families; {files} files (PDF, Word, Excel). Of the documents {gone} answer 404, {slow} after {seconds:.0f} s.
  A process of its own serves ready bytes, compressed; its CPU is in none of the figures, but lessens the idle share.
- **gongkai**: `gongkai crawl` of one source, `pace: {{delay: 0, concurrency: 16}}`, with PostgreSQL and SeaweedFS as
  `gongkai up` starts them.
- **The peer** (`bench/pipeline/peer.py`): Scrapy, 16 requests at once, and trafilatura in two processes; the same
  servers; bytes are kept once by SHA-256 without asking the bucket, rows inserted a hundred at a time.
  It does less: it reads no text of files, no 索引号 or 文号, keeps no headers, versions, log or journal, finds no near
  duplicates, and does not read back what it stored.
- Each run has new servers and an empty archive. After it, the database must name every page and file of the site with
  its SHA-256, and no other; else the bench fails.
- CPU is that of all processes of a tree, with those that ended. Memory is the largest sum of the proportional set sizes
  of the tree of `gongkai` or of the peer, looked at every half second; `idle` the share of all cores that nothing used.

## Crawl
{crawl}

## An archive that has all pages
{later}

## Through Airflow
LocalExecutor, the default batch of `GONGKAI_BATCH_SIZE`.

{airflow}

## Import
{import_}

## Where each millisecond goes
A crawl under py-spy, {rate} samples a second of each process's thread that holds the interpreter: what libraries
compute without it (compression, hashes, parsing of XML) is missing. The profiler slows the crawl: the shares count.

{profile}
"""


def report(site: RenderedSite, done: Mapping[str, Sequence[str]], rate: int) -> str:
    """The page, of the lines that each part gave."""
    answers = [site.answers[path] for path in site.documents]
    there = [answer for answer in answers if answer.status == 200]
    parts = {name: "\n".join(lines).strip() for name, lines in done.items()}
    return TEXT.format(
        cores=os.cpu_count(),
        documents=len(answers),
        lists=len(site.answers) - len(answers) - len(site.files) - 1,
        mean=statistics.mean(len(answer.body) for answer in there) / 1000,
        files=len(site.files),
        gone=len(answers) - len(there),
        slow=sum(answer.seconds > 0 for answer in there),
        seconds=SLOW,
        rate=rate,
        import_=parts.pop("import"),
        **parts,
    )
