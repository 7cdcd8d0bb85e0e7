"""Runs the bench: `python -m bench.pipeline [--only crawl] [--rounds 3] [--pages 2000] [--answer 0 50]`."""

import argparse
import statistics
from collections.abc import Sequence

from bench.pipeline.runs import check_ours, gongkai, ground, peer
from bench.pipeline.site import RenderedSite, render, serving
from bench.pipeline.usage import Usage


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000, help="documents that the site lists")
    parser.add_argument("--rounds", type=int, default=3, help="crawls by each, in turns")
    parser.add_argument("--answer", type=int, nargs="+", default=[0, 50], help="milliseconds that each answer takes")
    parser.add_argument("--only", nargs="+", choices=["crawl"], default=["crawl"], help="parts to run")
    parser.add_argument("--without-peer", action="store_true", help="crawl with gongkai alone")
    given = parser.parse_args()
    site = render(given.pages)
    for answer in given.answer:
        crawls(site, answer, given.rounds, not given.without_peer)


def crawls(site: RenderedSite, answer: int, rounds: int, with_peer: bool) -> None:
    """Ours and the peer in turns, and their medians."""
    took: dict[str, list[Usage]] = {"gongkai": [], "peer": []}
    print(f"\n{len(site.documents)} documents, {len(site.files)} files, answers in {answer} ms\n{HEAD}", flush=True)
    for _ in range(rounds):
        with ground() as here, serving(site, answer / 1000):
            took["gongkai"].append(gongkai(here, site, "crawl", "FILE", "--json"))
            check_ours(here, site.stored())
        print(row("gongkai", len(site.documents), took["gongkai"][-1:]), flush=True)
        if with_peer:
            with ground() as here, serving(site, answer / 1000):
                took["peer"].append(peer(here, site))
            print(row("peer", len(site.documents), took["peer"][-1:]), flush=True)
    if rounds > 1:
        for name, each in took.items():
            if each:
                print(row(f"{name}, median", len(site.documents), each))
    if with_peer:
        ratio = statistics.median(b.seconds / a.seconds for a, b in zip(*took.values(), strict=True))
        print(f"gongkai : peer = {ratio:.2f} in pages a second")


HEAD = """| run | pages/s | CPU ms a page: own / postgres / weed / all | peak MB, own | idle |
| --- | --- | --- | --- | --- |"""


def row(name: str, pages: int, took: Sequence[Usage]) -> str:
    """A row with the medians."""
    speed = statistics.median(pages / each.seconds for each in took)
    names = list(took[0].cpu)
    cpu = [statistics.median(each.cpu[name] * 1000 / pages for each in took) for name in names]
    cpu.append(statistics.median(each.all_cpu * 1000 / pages for each in took))
    peak, idle = (statistics.median(values) for values in zip(*((each.peak, each.idle) for each in took), strict=True))
    costs = " / ".join(f"{each:.1f}" for each in cpu)
    return f"| {name} | {speed:.1f} | {costs} | {peak / 1e6:.0f} | {idle:.2f} |"


if __name__ == "__main__":
    main()
