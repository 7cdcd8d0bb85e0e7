"""Extraction over a labelled set of saved pages: ours and the peers side by side in one run, by score and by speed.

usage: make bench CORPUS=DIR, or python -m bench.extraction DIR [--rounds N] [--out FILE] [--predictions DIR]

DIR contains `labels.jsonl` and `pages/`. Speed is CPU time of one process on one core: the median of N rounds in which
ours and the peers alternate, so that the load of the machine affects all. The page is written to FILE;
`bench/disagreements.toml` says for each disagreement who is believed to be wrong.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.hidden_names import rows_hidden
from bench.labelled import load_pages
from bench.peers import Extractor, installed
from bench.report import Measured, page
from bench.scoring import score

ROOT = Path(__file__).resolve().parent.parent
Page = tuple[str, str, bytes]


def run(extractor: Extractor, pages: Sequence[Page]) -> tuple[list[dict[str, Any]], int]:
    """(predictions, pages on which the extractor raised): a peer's exception is its answer, not ours."""
    predictions, raised = [], 0
    for name, url, body in pages:
        try:
            predictions.append(extractor(name, url, body))
        except Exception as error:  # noqa: BLE001 — peers raise what they like
            predictions.append({"file": name, "error": repr(error)})
            raised += 1
    return predictions, raised


def seconds(extractor: Extractor, pages: Sequence[Page]) -> float:
    start = time.process_time()
    run(extractor, pages)
    return time.process_time() - start


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpus", type=Path)
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md")
    args.add_argument("--predictions", type=Path, help="folder for each extractor's predictions, as JSONL")
    options = args.parse_args()
    labels, bodies = zip(*load_pages(options.corpus), strict=True)
    pages = [(label["file"], label.get("url") or "", body) for label, body in zip(labels, bodies, strict=True)]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    extractors = dict(installed())
    answers = {name: run(extractor, pages) for name, extractor in extractors.items()}
    # What the peers have loaded (205 locales of dates) would be walked by each collection of everyone's garbage.
    gc.collect()
    gc.freeze()
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.rounds):
        for name, extractor in extractors.items():
            spent[name].append(seconds(extractor, pages))
    measured = []
    for name, (predictions, raised) in answers.items():
        rows = list(zip(labels, bodies, predictions, strict=True))
        rates = sorted(len(pages) / item for item in spent[name])
        measured.append(Measured(name, score(rows), rows, statistics.median(rates), (rates[0], rates[-1]), raised))
        last = measured[-1]
        print(f"{name:32} core {last.score.core:.3f} all {last.score.all:.3f} text {last.score.text:.3f} "
              f"{last.rate:.0f} pages/s")  # fmt: skip
        if options.predictions:
            options.predictions.mkdir(parents=True, exist_ok=True)
            lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in predictions)
            (options.predictions / f"{name.split()[0].strip(',')}.jsonl").write_text("".join(lines), "utf-8")
    hidden_rows = rows_hidden(list(zip(labels, bodies, strict=True)))
    hidden = replace(measured[0], score=score(hidden_rows), rows=hidden_rows)
    size = sum(map(len, bodies)) / len(bodies) / 1024
    options.out.write_text(page(measured, hidden, size, options.rounds), "utf-8")
    print(f"written to {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
