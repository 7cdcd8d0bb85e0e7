"""`python -m bench.files DIR [--ocr]`: reads every file of a folder, with kreuzberg alone beside it.

`shared` is the share of our characters that kreuzberg reads too; if it is far from 100 %, compare the two texts.
kreuzberg is given the type that we detect, as it knows neither .wps nor .et. With `--ocr` scans are read too (seconds a
page).
"""

import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import kreuzberg

from etl.cli.console import output, table
from etl.files import FileOutcome, FileReading, reader_pool
from etl.files.ocr.scan_reader import scan_pool

OPTIONS = kreuzberg.ExtractionConfig(use_cache=False)
Row = tuple[str, str, str, int | str, int, float, float | str, str]


def peer(body: bytes, reading: FileReading) -> tuple[float | str, str]:
    """Milliseconds of kreuzberg, and the share of our characters that it found."""
    begun = time.perf_counter()
    try:
        text = kreuzberg.extract_bytes_sync(body, reading.media_type, config=OPTIONS).content
    except kreuzberg.KreuzbergError as error:
        return "–", type(error).__name__
    spent = (time.perf_counter() - begun) * 1000
    ours, theirs = (Counter(c for c in t if not c.isspace() and c != "|") for t in (reading.text, text))
    return round(spent, 1), f"{(ours & theirs).total() / ours.total():.0%}" if ours else "–"


def main(folder: Path, ocr: bool) -> None:
    rows: list[Row] = []
    spent = defaultdict(list)
    with reader_pool() as read, scan_pool() as read_scan:
        read(b"warm")
        for path in sorted(folder.iterdir(), key=lambda path: (path.suffix, path.name)):
            body = path.read_bytes()
            begun = time.perf_counter()
            reading = read(body, path.name)
            took = (time.perf_counter() - begun) * 1000
            spent[path.suffix].append(took)
            theirs = peer(body, reading)
            if ocr and reading.outcome is FileOutcome.SCAN:
                begun = time.perf_counter()
                reading = read_scan(body, reading.media_type)
                took = (time.perf_counter() - begun) * 1000
            outcome = f"{reading.outcome} ({reading.method})" if reading.method else str(reading.outcome)
            kind = reading.media_type.rsplit("/", 1)[-1].rsplit(".", 1)[-1]
            rows.append(
                (
                    path.stem[:10] + path.suffix,
                    kind,
                    outcome,
                    reading.pages or "",
                    len(reading.text),
                    round(took, 1),
                    *theirs,
                )
            )
    columns = ("file", "type", "outcome", "pages", "characters", "ms", "kreuzberg ms", "shared")
    table(columns, rows)
    output.print()
    summary = [(suffix, len(times), round(statistics.median(times), 1)) for suffix, times in spent.items()]
    table(("ending", "files", "median ms"), summary)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--ocr" in sys.argv)
