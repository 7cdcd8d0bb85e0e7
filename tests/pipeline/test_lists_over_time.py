"""What the walks of one list, from day to day, tell of documents that none of its pages shows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

import pytest

from demo.server import serve
from etl.archive.crawls.list_changes import ListChange
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions, ListSummary
from etl.archive.crawls.walks import PreviousWalk
from etl.archive.storage.archive import Archive
from etl.pipeline import crawl as pipeline
from etl.pipeline.stages.reconciling import lists_that_may_go_on
from etl.settings import Settings
from tests.support.changing_site import ChangingSite, Column, a_day_passes


class Watched:
    """A site of one list of one page, which shows no more than `longest` documents."""

    def __init__(self, archive: Archive, owner_url: str, site: ChangingSite) -> None:
        self.archive, self.site, self._owner_url, self._runs = archive, site, owner_url, 0

    @property
    def column(self) -> Column:
        return self.site.columns["文件"]

    def write(self, documents: int) -> None:
        for _ in range(documents):
            self.site.write("文件")

    def crawl(self, *, full: bool = False, **changes: object) -> Report:
        a_day_passes(self._owner_url)
        self._runs += 1
        source = self.site.source(**({"full_walk_days": 30, "recheck_after_days": 30} | changes))
        return pipeline.crawl(
            self.archive, source, str(self._runs), CrawlOptions(full=full), Settings(), lambda *_: None
        )


@pytest.fixture
def watched(archive: Archive, owner_url: str) -> Iterator[Watched]:
    site = ChangingSite("watched", Random(2))
    site.columns["文件"] = Column("/gk/list.html", "文件", size=60, states="")
    with serve(site):  # type: ignore[arg-type]
        yield Watched(archive, owner_url, site)


def codes(report: Report) -> list[str]:
    return [reason.code for reason in (*report.problems, *report.warnings)]


@pytest.mark.parametrize(("longest", "paged"), [(8, False), (13, False), (12, True)])
def test_a_list_that_stays_as_long_as_it_is_and_loses_its_oldest_shows_only_the_newest(
    watched: Watched, longest: int, paged: bool
) -> None:
    watched.column.longest, watched.column.size = longest, 6 if paged else 60
    watched.column.states = "total" if paged else ""
    watched.write(longest + 4)
    assert codes(watched.crawl(full=True)) == []
    watched.write(2)
    assert codes(watched.crawl(full=True)) == []
    watched.write(2)
    report = watched.crawl(full=True)
    assert (report.state, codes(report)) == ("amber", ["list_shows_newest"])
    assert (report.warnings[0].params["gone"], report.warnings[0].params["new"]) == (4, 4)
    assert codes(watched.crawl(full=True)) == ["list_shows_newest"]
    if not paged:
        assert codes(watched.crawl()) == ["list_shows_newest"]


def test_a_list_of_the_last_months_loses_its_oldest_whatever_its_size(watched: Watched) -> None:
    watched.write(14)
    assert watched.crawl(full=True).state == "green"
    for day in range(3):
        watched.site.documents[day + 1].columns = set()
        watched.write(day % 2 * 2)
        report = watched.crawl(full=True)
    assert codes(report) == ["list_shows_newest"]


def _taken_down(watched: Watched) -> None:
    for number in range(1, 5):
        watched.site.documents[number].deleted = True


def _moved(watched: Watched) -> None:
    watched.site.columns["往年"] = Column("/gk/old.html", "往年", states="")
    for number in range(1, 5):
        watched.site.documents[number].columns = {"往年"}


def _replaced(watched: Watched) -> None:
    for number in (4, 9, 13, 16):
        watched.site.documents[number].columns = set()


def _at_new_addresses(watched: Watched) -> None:
    for document in watched.site.documents.values():
        document.path = document.path.replace("/show/", "/new/")


def _tidied_up(watched: Watched) -> None:
    for number in range(1, 5):
        watched.site.documents[number].columns = set()
    watched.write(2)


@pytest.mark.parametrize("change", [_taken_down, _moved, _replaced, _at_new_addresses, _tidied_up])
def test_documents_that_leave_a_list_otherwise_are_not_pushed_off_by_newer_ones(
    watched: Watched, change: Callable[[Watched], None]
) -> None:
    watched.write(16)
    assert codes(watched.crawl(full=True)) == []
    change(watched)
    if change is not _at_new_addresses:
        watched.write(4)
    relaxed = {"assertions": {"min_records": 1, "max_age_days": 36500, "max_drop": 1}}
    assert "list_shows_newest" not in [code for _ in range(2) for code in codes(watched.crawl(full=True, **relaxed))]


def test_a_pinned_document_is_older_and_stays(watched: Watched) -> None:
    watched.column.longest = 13
    watched.write(13)
    for number in (1, 2):
        watched.site.documents[number].rank = 100_000
    watched.crawl(full=True)
    for documents in (2, 1):
        watched.write(documents)
        report = watched.crawl()
    assert codes(report) == ["list_shows_newest"]


def test_a_list_that_grew_to_a_full_page_and_lost_nothing_is_not_cut(watched: Watched) -> None:
    watched.write(13)
    assert codes(watched.crawl(full=True)) == []
    watched.write(7)
    assert codes(watched.crawl()) == []
    watched.column.longest = 20
    watched.write(1)
    assert codes(watched.crawl()) == ["list_may_go_on"]


def test_a_list_that_always_had_a_full_page_may_go_on(watched: Watched) -> None:
    watched.write(20)
    for _ in range(2):
        assert codes(watched.crawl(full=True)) == ["list_may_go_on"]


@pytest.mark.parametrize("archived", [True, False], ids=["moved to another list", "in no list"])
def test_documents_that_another_list_shows_behind_known_ones_are_not_gone(watched: Watched, *, archived: bool) -> None:
    site = watched.site
    site.columns["往年"] = Column("/gk/old.html", "往年")
    for _ in range(20):
        site.write("往年")
    watched.write(16)
    assert codes(watched.crawl(full=True)) == []
    for day in range(4):
        for number in range(21 + day * 3, 24 + day * 3):
            site.documents[number].columns = {"往年"} if archived else set()
        watched.write(3)
        report = watched.crawl()
    assert codes(report) == ([] if archived else ["list_shows_newest"])


def test_a_list_that_grows_says_nothing_of_its_other_years() -> None:
    day = datetime(2025, 3, 2, tzinfo=UTC)
    years = (ListSummary("文件", 14, 14, 1), ListSummary("文件 / 2024", 20, 20, 1, may_go_on=True))
    grown = {years[0].column: ListChange(PreviousWalk(1, day, 10), 14, 4, 0, shows_newest=False)}
    source = ChangingSite("watched", Random(2), base="http://a.example", columns={"文件": Column("/", "文件")}).source(
        hosts=["a.example"]
    )
    assert [reason.params["list"] for reason in lists_that_may_go_on(source, years, grown)] == ["文件 / 2024"]
