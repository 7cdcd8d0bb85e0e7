"""`python -m bench.attacks [--quick] [--only WORD] [--seed N] [--write]`: everything that can go wrong, often.

Tests separate archives (PostgreSQL, an S3 server, sites on loopback) under faults, in rounds drawn by the seed; after
each round the archive must meet all its guarantees (`tests/support/attacks`). One attack more than there are cores runs
at once, each in a process with separate servers. Prints a line for each attack, and for each loss a line that says what
to look at; any loss makes the exit status 1. When interrupted, it prints the results so far. `--write` writes its rows
of the table in docs/reliability.md. Takes less than half an hour on two cores, with `--quick` two minutes.
"""

import argparse
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from bench import memory
from bench.report import table
from etl.archive.storage.archive import open_archive
from etl.local.services import Addresses
from etl.settings import PROJECT
from tests.support.attacks import (
    damage,
    feed,
    hostile_site,
    imports,
    invariants,
    kills,
    odd_answers,
    odd_values,
    outages,
    over_time,
)
from tests.support.attacks.base import Attack, Ground
from tests.support.services import own_bucket, own_database, running_services, settings_of

PAGE = PROJECT / "docs" / "reliability.md"
MARKERS = ("<!-- what bench/attacks.py measured -->", "<!-- end of what was measured -->")
ON_ONE_ARCHIVE = 40
"""Rounds after which an attack continues with a new archive, as each check reads all of it."""
MOST_LOSSES = 3
"""Losses after which an attack is ended, as it would probably fail in each round."""

ATTACKS = (
    Attack(
        "killed crawls",
        "A first crawl is killed before one of its steps (every object written, every transaction committed), one of "
        "three of them twice, and done again.",
        120, 14, kills.play_first_crawls, invariants.check_archive,
    ),
    Attack(
        "a site of gigabytes",
        f"A crawl of pages and files that unpack to 49 MB each, at most {memory.MOST_MEGABYTES} MB of memory.",
        1, 1, memory.play, invariants.check_archive, rebuilds=False,
    ),
    Attack(
        "killed later crawls",
        "The same with a crawl that finds all documents changed.",
        60, 6, kills.play_recrawls, invariants.check_archive,
    ),
    Attack(
        "outages",
        "In mid-crawl the S3 server is killed, PostgreSQL crashes, or all database connections are cut.",
        24, 3, partial(outages.play, [name for name in outages.OUTAGES if name != "the disk is full"]),
        invariants.check_archive,
    ),
    Attack(
        "full disk",
        "In mid-crawl the S3 server can write not a byte more.",
        8, 1, partial(outages.play, ["the disk is full"]), invariants.check_archive,
    ),
    Attack(
        "hostile site",
        "Two to four of a site's eight pages have a fault of real servers (challenges, loops, half a gzip stream, a "
        "byte at a time, …), or its list never ends.",
        60, 6, hostile_site.play, invariants.check_archive,
    ),
    Attack(
        "odd answers",
        "Twelve of 24 pages, and robots.txt, are answered with heads, framings and bodies of any bytes.",
        60, 6, odd_answers.play, invariants.check_archive,
    ),
    Attack(
        "odd values, crawled",
        "Three of ten answers of a site of any family have one odd number, text, address or bracket.",
        60, 6, odd_values.play_crawled, invariants.check_archive,
    ),
    Attack(
        "a site over time",
        "A site of 8 to 40 documents is crawled on up to twelve days, on each of which one or two of "
        "eighty things happen to it; what is recorded must be what it has shown.",
        30, 3, over_time.play, invariants.check_archive, rebuilds=False,
    ),
    Attack(
        "odd values, read",
        "A listing page or document of any family is read with one odd value.",
        6_000, 500, odd_values.play_read, None, rebuilds=False,
    ),
    Attack(
        "damaged objects",
        "One to three blobs or logs are torn, flipped, emptied, taken away or replaced; an audit names just these, a "
        "rebuild refuses, and they are put back.",
        150, 15, damage.play, invariants.check_archive,
    ),
    Attack(
        "change feed",
        "Eight writers publish at once, a third of their transactions is rolled back, some connections are cut, and a "
        "reader follows.",
        40, 4, feed.play, None, rebuilds=False,
    ),
    Attack(
        "damaged imports",
        "A WARC or WACZ file is imported with one to three places flipped, cut out, inserted or cut off, then whole.",
        80, 8, imports.play, invariants.check_archive,
    ),
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """The result of an attack: rounds, losses, seconds, and the largest resident size in megabytes."""

    attack: Attack
    rounds: int = 0
    losses: list[str] = field(default_factory=list)
    seconds: float = 0
    megabytes: int = 0
    stopped: bool = False


def main() -> None:
    """Runs the chosen attacks, prints what was lost, and exits with 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="attacks with this in their name")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    given = parser.parse_args()
    wanted = [each for each in ATTACKS if not given.only or any(word in each.name for word in given.only)]
    if not wanted:
        parser.error(f"no attack is called so; there are: {', '.join(each.name for each in ATTACKS)}")
    print(f"seed {given.seed}")
    began = time.monotonic()
    results = attack_all(wanted, quick=given.quick, seed=given.seed)
    took = time.monotonic() - began
    stopped = len(results) < len(wanted) or any(result.stopped for result in results)
    print("interrupted" if stopped else f"{took:.0f} s together")
    print("\n".join(table(HEAD, measured(results))))
    for result in results:
        for loss in result.losses:
            print(f"LOST in {result.attack.name}: {loss}", file=sys.stderr)
    if given.write and not stopped:
        write(PAGE, measured(results), took if len(wanted) == len(ATTACKS) else None)
    sys.exit(130 if stopped else any(result.losses for result in results))


def attack_all(wanted: Sequence[Attack], *, quick: bool, seed: int) -> list[Result]:
    """Runs each attack in a separate process; returns the results in order, without attacks that did not begin."""
    # Some rounds wait for a site that sends nothing.
    at_once = (os.cpu_count() or 1) + 1
    with ProcessPoolExecutor(at_once, get_context("spawn"), max_tasks_per_child=1) as pool:
        jobs = [pool.submit(attack, each.name, each.quick if quick else each.rounds, seed) for each in wanted]
        try:
            wait(jobs)
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
    return [job.result() for job in jobs if not job.cancelled()]


def attack(name: str, rounds: int, seed: int) -> Result:
    """Runs an attack on separate archives, until it is over or interrupted."""
    [chosen] = [each for each in ATTACKS if each.name == name]
    result = Result(chosen)
    # On disk: the gigabytes of one site are more than a folder in memory may hold.
    with (
        suppress(KeyboardInterrupt),
        tempfile.TemporaryDirectory(prefix="gongkai-attacks-", ignore_cleanup_errors=True) as folder,
        running_services(Path(folder)) as services,
    ):
        result.stopped = True
        Battle(services, Path(folder), result, rounds, seed).fight()
        result.stopped = False
    return result


_numbers = count(1)


@dataclass(slots=True)
class Battle:
    """One attack, round after round; after forty rounds or a loss it continues with a new archive."""

    services: Addresses
    folder: Path
    result: Result
    rounds: int
    seed: int
    shown: float = 0

    def fight(self) -> None:
        """Runs rounds until all are over or there are too many losses."""
        began, result = time.monotonic(), self.result
        try:
            while result.rounds < self.rounds and len(result.losses) < MOST_LOSSES:
                number = next(_numbers)
                with (
                    own_database(self.services, self.folder, f"attacked_{number}", drop=False) as owner_url,
                    own_bucket(self.services, f"attacked-{number}") as bucket,
                ):
                    try:
                        self._fight_on(owner_url, bucket)
                    except Exception as error:  # noqa: BLE001 - whatever ends a round is a loss, and told
                        sentence = re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:900]
                        over = result.rounds >= self.rounds
                        where = "the end" if over else f"round {result.rounds + 1}"
                        result.losses.append(f"{where} (--seed {self.seed}): {sentence}")
                        result.rounds += not over
        finally:
            result.seconds = time.monotonic() - began
            # If crawls run in separate processes, only their memory counts.
            result.megabytes = result.megabytes or peak_megabytes()
            self._show("", last=True)

    def _fight_on(self, owner_url: str, bucket: str) -> None:
        attack, result = self.result.attack, self.result
        settings = settings_of(self.services, self.folder, owner_url, bucket)
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            ground = Ground(open_archive(settings), settings, Path(scratch))
            # The seed includes the rounds so far: otherwise the same loss would be drawn again.
            play = attack.play(ground, random.Random(f"{self.seed}:{attack.name}:{result.rounds}"))
            try:
                last = self.rounds if attack.check is None else min(self.rounds, result.rounds + ON_ONE_ARCHIVE)
                while result.rounds < last:
                    description = next(play)
                    if attack.check:
                        attack.check(ground.archive)
                    result.rounds += 1
                    self._show(description)
                if attack.rebuilds:
                    with own_database(self.services, self.folder, f"rebuilt_{next(_numbers)}", drop=False) as beside:
                        invariants.check_rebuild(
                            ground.archive, settings_of(self.services, self.folder, beside, bucket)
                        )
            finally:
                play.close()  # type: ignore[attr-defined]
                ground.archive.engine.dispose()
                result.megabytes = max([result.megabytes, *(round(peak / 1e6) for peak in ground.peaks)])

    def _show(self, description: str, *, last: bool = False) -> None:
        """Prints a line every ten seconds, and one at the end."""
        result, now = self.result, time.monotonic()
        if last or now - self.shown > 10:
            self.shown = now
            line = f"{result.attack.name}: {result.rounds} of {self.rounds} rounds, {len(result.losses)} losses"
            print(f"{line} {description[:100]}", file=sys.stderr, flush=True)


def peak_megabytes() -> int:
    """The largest resident size of this process, and of the processes that it waited for."""
    own = memory.memory(os.getpid())[1] or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return round(own / 1e6)


HEAD = ("attack", "a round", "rounds", "lost", "time", "largest memory")


def measured(results: Sequence[Result]) -> list[Sequence[str]]:
    """A row of the table for each attack."""
    return [
        (
            each.attack.name, each.attack.what, f"{each.rounds:,}", str(len(each.losses) or "nothing"),
            f"{each.seconds:.0f} s", f"{each.megabytes} MB",
        )
        for each in results
    ]  # fmt: skip


def write(page: Path, rows: Sequence[Sequence[str]], took: float | None) -> None:
    """Writes the rows between the marks of the page; rows of attacks that were not run are left as they are.

    `took`: the seconds that all attacks took, if all were run now.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(MARKERS[0])
    body, end, after = rest.partition(MARKERS[1])
    assert begin
    assert end
    known = {row[0]: row for row in [*(line[2:-2].split(" | ") for line in body.splitlines() if line), *rows]}
    ordered = [known[attack.name] for attack in ATTACKS if attack.name in known]
    rounds = sum(int(row[2].replace(",", "")) for row in ordered)
    lost = sum(int(row[3]) for row in ordered if row[3] != "nothing")
    together = ("together", "", f"{rounds:,}", str(lost or "nothing"), "" if took is None else f"{took:.0f} s", "")
    page.write_text(
        "\n".join([before + begin, "", *table(HEAD, [*ordered, together]), "", end + after]), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
