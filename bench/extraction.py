"""Extraction over a labelled set of saved pages: ours and whatever peers are installed, side by side in one run.

usage: python bench/extraction.py CORPUS_DIR [--out DIR] [--score SCRIPT] [--rounds N]

CORPUS_DIR holds `labels.jsonl` and `pages/`. Predictions go to DIR/<extractor>.jsonl; with --score each file is scored
by SCRIPT (called with --labels, --pages and --predictions). Speed is CPU time on one core, the best of N rounds.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from etl.extract.manifest import prediction

Extractor = Callable[[str, str, bytes], dict[str, Any]]


def trafilatura_whole() -> Extractor:
    from trafilatura import bare_extraction  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        found = bare_extraction(body, url=url, with_metadata=True, include_tables=True)
        if found is None:
            return {"file": name}
        return {
            "file": name,
            "title": found.title,
            "source": found.sitename,
            "published_date": found.date,
            "text": found.text,
        }

    return run


def trafilatura_text() -> Extractor:
    from trafilatura import bare_extraction  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        found = bare_extraction(body, url=url, include_tables=True)
        return {"file": name, "text": found.text if found else ""}

    return run


def gne() -> Extractor:
    from gne import GeneralNewsExtractor  # noqa: PLC0415

    from etl.web.charset import decode  # noqa: PLC0415

    extractor = GeneralNewsExtractor()

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        found = extractor.extract(decode(body)[0])
        return {
            "file": name,
            "title": found["title"],
            "published_date": found["publish_time"][:10],
            "text": found["content"],
        }

    return run


def readability() -> Extractor:
    from lxml import html  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    from etl.web.charset import decode  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        found = Document(decode(body)[0])
        return {"file": name, "title": found.title(), "text": html.fromstring(found.summary()).text_content()}

    return run


def resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    from etl.web.charset import decode  # noqa: PLC0415

    def run(name: str, url: str, body: bytes) -> dict[str, Any]:
        return {"file": name, "text": extract_plain_text(decode(body)[0], main_content=True)}

    return run


PEERS: dict[str, tuple[str, Callable[[], Extractor]]] = {
    "gongkai": ("etl", lambda: prediction),
    "trafilatura": ("trafilatura", trafilatura_whole),
    "trafilatura, text only": ("trafilatura", trafilatura_text),
    "GNE": ("gne", gne),
    "readability": ("readability", readability),
    "resiliparse": ("resiliparse", resiliparse),
}


def installed() -> Iterator[tuple[str, Extractor]]:
    for name, (module, make) in PEERS.items():
        if find_spec(module):
            yield name, make()
        else:
            print(f"{name}: not installed, left out", file=sys.stderr)


def run_all(extractor: Extractor, pages: list[tuple[str, str, bytes]]) -> tuple[list[dict[str, Any]], int]:
    """(predictions, pages on which the extractor raised): a peer's exception is its answer, not ours."""
    found, raised = [], 0
    for name, url, body in pages:
        try:
            found.append(extractor(name, url, body))
        except Exception as error:  # noqa: BLE001 — peers raise what they like
            found.append({"file": name, "error": repr(error)})
            raised += 1
    return found, raised


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("corpus", type=Path)
    args.add_argument("--out", type=Path)
    args.add_argument("--score", type=Path)
    args.add_argument("--rounds", type=int, default=3)
    options = args.parse_args()
    labels = options.corpus / "labels.jsonl"
    entries = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines() if line.strip()]
    pages = [(e["file"], e.get("url") or "", (options.corpus / "pages" / e["file"]).read_bytes()) for e in entries]
    out = options.out or Path(tempfile.mkdtemp(prefix="extraction-"))
    out.mkdir(parents=True, exist_ok=True)
    size = sum(len(body) for _, _, body in pages) / len(pages) / 1024
    print(f"{len(pages)} pages, {size:.0f} KB on average; predictions in {out}\n")
    print(f"{'extractor':24}{'pages/s':>9}{'ms/page':>9}{'raised':>8}")
    files: list[tuple[str, Path]] = []
    for name, extractor in installed():
        found, raised = run_all(extractor, pages)
        best = float("inf")
        for _ in range(options.rounds):
            start = time.process_time()
            run_all(extractor, pages)
            best = min(best, time.process_time() - start)
        print(f"{name:24}{len(pages) / best:9.0f}{1000 * best / len(pages):9.2f}{raised:8}", flush=True)
        path = out / f"{name.replace(', ', '-').replace(' ', '-')}.jsonl"
        path.write_text("".join(json.dumps(f, ensure_ascii=False) + "\n" for f in found), encoding="utf-8")
        files.append((name, path))
    for name, path in files if options.score else ():
        print(f"\n== {name}")
        command = [sys.executable, str(options.score), "--labels", str(labels)]
        command += ["--pages", str(options.corpus / "pages"), "--predictions", str(path)]
        subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
