"""`python -m tests.pipeline.worker SOURCE_FILE KEY`: one crawl in a process of its own, to be killed."""

import sys
from pathlib import Path

from etl.archive import open_archive
from etl.archive.runs import Options
from etl.pipeline.crawl import crawl
from etl.settings import settings
from etl.sources.load import load

if __name__ == "__main__":
    crawl(open_archive(settings()), load(Path(sys.argv[1])), sys.argv[2], Options(), settings(), lambda *_: None)
