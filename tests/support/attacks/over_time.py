"""A site that changes from day to day: after each crawl the archive must tell what the site has shown, and no more."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from random import Random
from typing import Any

from demo.server import serve
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.pipeline.crawl import crawl, recheck
from etl.progress import Progress
from tests.support.attacks.base import Ground
from tests.support.changing_site import ChangingSite, Column, Document, State, a_day_passes
from tests.support.gongkai import rows, squash
from tests.support.site_changes import FOR_A_DAY, LASTING

MOST_DAYS = 12
NO_GREEN_DAY = {"list_rests", "redesigned_lists", "robots_forbids_all"} | {
    name for name in FOR_A_DAY if name.startswith("all pages")
}
"""Changes of a day on which a list, or all, cannot be seen."""
STORED = """
SELECT p.url, r.id AS record, r.state, v.version, v.title, v.published_date::text AS day, c.text, v.attachments
FROM archive.record r JOIN archive.page p ON p.id = r.page_id JOIN archive.record_version v ON v.record_id = r.id
JOIN archive.content c ON c.hash = v.content_hash WHERE p.source_id = :source ORDER BY p.url, v.version"""
Rows = Sequence[Mapping[str, Any]]


class Killed(Exception):
    """Ends a crawl somewhere in its middle."""


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """A round is one site over some days, on each of which one or two things change."""
    for number in count(1):
        site = _new_site(f"over-time-{number}", chance)
        with serve(site):  # type: ignore[arg-type]
            days = list(_days(ground, site, chance))
        yield " | ".join(days)


def _new_site(name: str, chance: Random) -> ChangingSite:
    site = ChangingSite(name, chance)
    states = chance.choice(("total", "total", "pages", ""))
    for number in range(1, chance.randint(2, 4)):
        site.columns[f"栏目{number}"] = Column(f"/gk/l{number}.html", f"栏目{number}", states=states)
    for _ in range(chance.randint(8, 40)):
        site.write(chance.choice(list(site.columns)))
    return site


def _days(ground: Ground, site: ChangingSite, chance: Random) -> Iterator[str]:
    """What changed on each day; raises where the archive differs from the site after it."""
    undo: list[Callable[[], None]] = []
    steps: list[str] = []
    for day in range(chance.randint(5, MOST_DAYS)):
        today = chance.sample([*LASTING, *FOR_A_DAY], chance.randint(1, 2)) if day else []
        for name in today:
            steps.append(name)
            if name in LASTING:
                LASTING[name](site, chance)
            else:
                undo.append(FOR_A_DAY[name](site, chance))
        report = _crawled(ground, site, chance)
        try:
            check_site(ground.archive, site, report)
            hidden = [name for name in today if name in NO_GREEN_DAY and len(today) == 1]
            assert not hidden or report.state == "red", f"{report.state} in spite of {hidden}"
        except AssertionError as error:
            raise AssertionError(f"{site.name}: {error}; after {' | '.join(steps)}") from error
        yield " + ".join(today)
        while undo:
            undo.pop()()
        a_day_passes(ground.owner_url)


def _crawled(ground: Ground, site: ChangingSite, chance: Random) -> Report:
    """A crawl, now and then begun twice, mostly with a recheck after it."""
    site.run += 1
    source = site.source(recheck_after_days=chance.choice((0, 0, 2)))
    options = CrawlOptions(full=chance.random() < 0.3)
    last = chance.randint(2, 30) if chance.random() < 0.25 else 0
    taken = count(1)

    def until_killed(_: Progress) -> None:
        if next(taken) == last:
            raise Killed

    key = f"{site.name}:{site.run}"
    try:
        report = crawl(ground.archive, source, key, options, ground.settings, until_killed)
    except Killed:
        report = crawl(ground.archive, source, key, options, ground.settings, lambda _: None)
    if chance.random() < 0.6:
        recheck(ground.archive, source, f"{key}:again", CrawlOptions(), ground.settings, lambda _: None)
    return report


def check_site(archive: Archive, site: ChangingSite, report: Report) -> None:
    """Raises where the archive's records differ from what the site has shown."""
    records: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows(archive, STORED, source=site.name):
        records[row["url"].removeprefix(site.base).partition("?")[0]].append(row)
    documents = {path: each for each in site.documents.values() for path in (each.path, *each.moved_from)}
    for path, versions in records.items():
        assert len({row["record"] for row in versions}) == 1, f"{path} has two records"
        _check_record(site, path, documents[path], versions)
    for path in site.shown:
        places = {path, *documents[path].moved_from}
        assert places & records.keys(), f"{path} was shown and is no record"
    if report.state == "green":
        current = {path for path, versions in records.items() if versions[-1]["state"] == "current"}
        for each in site.live():
            answered = site.answered.get(each.path) == site.run and not each.answers
            places = {each.path, *each.moved_from}  # from which a redirect may have led
            assert not answered or places & current, f"{each.path} answered in a green run and is no current record"
    check_replay(archive)


def _check_record(site: ChangingSite, path: str, document: Document, versions: Rows) -> None:
    shown = [state for place in (document.path, *document.moved_from) for _, state in site.shown.get(place, ())]
    for row in versions:
        words = f"{path}, version {row['version']}: {row['title']}: {row['text'][:60]!r}"
        assert any(_says(row, state) for state in shown), f"the site never showed {words}"
    if not document.moved_from:
        states = [state for _, state in site.shown[path]]
        stored = [(row["title"], row["day"], len(row["attachments"])) for row in versions]
        expected = [(state.title, str(state.day), len(state.files)) for state in states]
        assert stored == expected, f"{path} has the versions {stored} and was shown as {expected}"
        for row, state in zip(versions, states, strict=True):
            assert _says(row, state), f"{path}, version {row['version']} has another text than was shown"
    if versions[-1]["state"] == "removed":
        well = document.path == path and not (document.deleted or document.answers)
        assert not document.fails, f"{path} fails for a day and was removed"
        assert not (well and site.answered.get(path) == site.run), f"{path} answers and is removed"


def _says(row: Mapping[str, Any], state: State) -> bool:
    return all(squash(each) in squash(row["text"]) for each in state.paragraphs)


def check_replay(archive: Archive) -> None:
    """Raises where a consumer who follows the feed has anything else than the tables."""
    known: dict[int, tuple[int, str]] = {}
    for event in rows(archive, "SELECT kind, record_id, version FROM api_v1.changes ORDER BY change_seq"):
        version, state = known.get(event["record_id"], (0, ""))
        match event["kind"]:
            case "created":
                right, state = not state, "current"
            case "removed":
                right, state = state == "current", "removed"
            case "restored":
                right, state = state == "removed", "current"
            case _:
                right = event["version"] == version + 1
        assert right, f"{event} follows version {version}, {state}"
        known[event["record_id"]] = (event["version"], state)
    held = rows(archive, "SELECT id, version, state FROM archive.record")
    assert {row["id"]: (row["version"], row["state"]) for row in held} == known, "replayed otherwise than the tables"
