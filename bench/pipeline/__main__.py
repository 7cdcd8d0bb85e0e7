"""Runs the bench: `python -m bench.pipeline [--only crawl] [--rounds 3] [--pages 2000] [--answer 0 50]`.

For daily work: `--only crawl --rounds 1 --pages 500 --answer 0 --without-peer`, and `--profile`.
"""

import argparse
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.pipeline import profile
from bench.pipeline.dag_run import run_dag
from bench.pipeline.report import report
from bench.pipeline.runs import TOOLS, Ground, check_ours, gongkai, ground, peer, phases, write_warc
from bench.pipeline.site import RenderedSite, render, serving
from bench.pipeline.usage import Usage
from etl.settings import PROJECT

Part = Iterator[str]
"""Lines of Markdown, given when they are measured."""
PARTS = ("crawl", "later", "airflow", "import", "profile")


def main() -> None:
    """Runs the parts that are wanted."""
    parser = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000, help="documents that the site lists")
    parser.add_argument("--rounds", type=int, default=3, help="crawls by each, in turns")
    parser.add_argument("--answer", type=int, nargs="+", default=[0, 50], help="milliseconds that each answer takes")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="parts to run; default: all")
    parser.add_argument("--profile", action="store_true", help="the same as --only profile")
    parser.add_argument("--without-peer", action="store_true", help="crawl with gongkai alone")
    parser.add_argument("--write", action="store_true", help="write docs/speed.md")
    given = parser.parse_args()
    wanted = ["profile"] if given.profile else given.only or list(PARTS)
    if given.write and (set(wanted) != set(PARTS) or given.without_peer):
        parser.error("--write needs all parts")
    if not (TOOLS / "py-spy").exists() and ("profile" in wanted or ("crawl" in wanted and not given.without_peer)):
        parser.error("the peer and py-spy are missing: make var/bench/.installed (or --only crawl --without-peer)")
    site = render(given.pages)
    done: dict[str, list[str]] = {}
    if "crawl" in wanted:
        rows = (line for ms in given.answer for line in crawls(site, ms, given.rounds, not given.without_peer))
        done["crawl"] = printed(rows)
    if {"profile", "later"} & set(wanted):
        with ground(site) as here:
            done["profile"] = printed(first_crawl(site, here, "profile" in wanted))
            if "later" in wanted:
                done["later"] = printed(later(site, here))
    if "airflow" in wanted:
        done["airflow"] = printed(through_airflow(site))
    if "import" in wanted:
        done["import"] = printed(importing(site))
    if given.write:
        (PROJECT / "docs" / "speed.md").write_text(report(site, done, profile.RATE), encoding="utf-8")


def printed(part: Part) -> list[str]:
    """All lines of a part, each printed as soon as it is there."""
    lines = []
    for line in part:
        print(line, flush=True)
        lines.append(line)
    print(flush=True)
    return lines


def crawls(site: RenderedSite, answer: int, rounds: int, with_peer: bool) -> Part:
    """Ours and the peer in turns, each with new servers, and their medians."""
    parts: list[str] = []
    took: dict[str, list[Usage]] = {name: [] for name in (("gongkai", "peer") if with_peer else ("gongkai",))}
    yield from head(f"answers in {answer} ms")
    for number in range(1, rounds + 1):
        for name, each in took.items():
            with ground(site) as here, serving(site, answer / 1000):
                if name == "peer":
                    each.append(peer(here, site))
                else:
                    each.append(gongkai(here, "crawl", here.source, "--json"))
                    parts.append(phases(here, datetime.now(UTC), each[-1].seconds))
                    check_ours(here, site.stored())
            yield row(f"{name}, round {number}", len(site.documents), each[-1:])
    for name, each in took.items():
        yield row(f"**{name}, median**", len(site.documents), each)
    yield from ("", *(f"gongkai, round {number}: {sentence}." for number, sentence in enumerate(parts, 1)))
    if with_peer:
        ratio = statistics.median(b.seconds / a.seconds for a, b in zip(*took.values(), strict=True))
        yield f"\ngongkai stores {ratio:.2f} times the peer's pages a second (median of the rounds).\n"


def first_crawl(site: RenderedSite, here: Ground, sampled: bool) -> Part:
    """A crawl of an empty archive, and where its time went if it is `sampled`."""
    samples = here.folder / "samples"
    with serving(site, 0):
        gongkai(here, "crawl", here.source, "--json", around=profile.around(samples) if sampled else ())
    if sampled:
        yield from profile.tables(samples.read_text(errors="replace").splitlines(), len(site.documents))


def later(site: RenderedSite, here: Ground) -> Part:
    """What an archive costs that has all pages: the next crawl, and rechecks without and with changes."""
    yield from head("an archive that has all pages")
    with serving(site, 0):
        yield row("crawl again, nothing new", len(site.documents), [gongkai(here, "crawl", here.source, "--json")])
        yield row("recheck, nothing changed", len(site.documents), [gongkai(here, "recheck", here.source, "--json")])
    with serving(site, 0, changed=True):
        yield row("recheck, a tenth changed", len(site.documents), [gongkai(here, "recheck", here.source, "--json")])
    check_ours(here, site.stored(changed=True))


def through_airflow(site: RenderedSite) -> Part:
    """The same crawl as a DAG run."""
    with ground(site, airflow=True) as here, serving(site, 0):
        run = run_dag(here)
        check_ours(here, site.stored())
    yield from ("| what | figure |", "| --- | --- |")
    speed = f"{run.seconds:.1f} s, {len(site.documents) / run.seconds:.1f} pages/s"
    yield f"| from the first task's start to the last one's end | {speed} |"
    yield f"| tasks; time in which none ran | {run.tasks}; {run.waiting:.1f} s, {run.waiting / run.seconds:.0%} |"
    yield f"| from the trigger to the end of the run, as its client sees it | {run.usage.seconds:.1f} s |"
    for name, seconds in {**run.usage.cpu, "all": sum(run.usage.cpu.values())}.items():
        tasks = ", with its tasks" if name == "airflow-scheduler" else ""
        yield f"| CPU of {name}{tasks} | {seconds * 1000 / len(site.documents):.1f} ms a page |"
    yield f"| largest memory of Airflow with its tasks | {run.usage.peak / 1e6:.0f} MB |"
    yield f"| idle share of all cores | {run.usage.idle:.2f} |"


def importing(site: RenderedSite) -> Part:
    """The site's pages and files as a WARC file, imported."""
    with ground(site) as here:
        file = here.folder / "site.warc.gz"
        records, size = write_warc(site, file), file.stat().st_size
        took = gongkai(here, "import", file, "--json")
        check_ours(here, site.stored())
    yield from head(f"import of a WARC file of {records} records, {size / 1e6:.0f} MB", "record")
    yield row("`gongkai import`", records, [took])


def head(what: str, unit: str = "page") -> Part:
    """The head of a table of `row`s."""
    yield f"| {what} | {unit}s/s | CPU ms a {unit}: own / postgres / weed / all | peak MB, own | idle |"
    yield "| --- | --- | --- | --- | --- |"


def row(name: str, units: int, took: Sequence[Usage]) -> str:
    """A row with the medians of runs over so many pages or records."""
    speed = statistics.median(units / each.seconds for each in took)
    costs = [(*each.cpu.values(), sum(each.cpu.values())) for each in took]
    cpu = " / ".join(f"{statistics.median(each) * 1000 / units:.1f}" for each in zip(*costs, strict=True))
    peak, idle = statistics.median(each.peak for each in took), statistics.median(each.idle for each in took)
    return f"| {name} | {speed:.1f} | {cpu} | {peak / 1e6:.0f} | {idle:.2f} |"


if __name__ == "__main__":
    main()
