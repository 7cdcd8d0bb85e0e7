"""A site that answers with the faults of real servers, and worse."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from demo import catalogue, faults
from demo.server import Fault, Posting, Site, serve
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from etl.archive.crawls.reports import Report
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from tests.support.attacks.base import Ground
from tests.support.gongkai import crawl_site, rows
from tests.support.stored import age

LIST = BY_KEY["bqwj"]
PAGES = LIST.path + r"(index(_\d+)?\.html)?"
KEYS = ("flood-notice", "gas-notice", "food-notice", "dust-notice", "school-notice")
FIRST = "school-notice"
LIMITS = {"retries": 0, "listing_pages": 8}
LEADS = {
    "refresh": "<meta http-equiv='refresh' content='0;url={}'>",
    "script": "<script>var to = ''; to = '{}'; document.location.href=to;</script>",
    "frameset": "<frameset rows='*'><frame src='{}'></frameset>",
}
SHELLS: dict[str, Fault] = {"412": faults.waf(412), "521": faults.waf(521), "200": faults.shield}


def five_documents() -> TrsSite:
    """A site of one list with five documents, two on a page."""
    made = TrsSite("demo-trs")
    documents = {document.key: document for document in catalogue.documents("trs")}
    for key in KEYS:
        made.put(documents[key], column=LIST.key)
    return made


def crawl_list(archive: Archive, site: Site, **changes: Any) -> Report:
    """One full crawl of the site's list."""
    listed = {"columns": [{"url": site.base + LIST.path, "name": LIST.name}]} if isinstance(site, TrsSite) else {}
    asserted = {"min_records": 1, "max_age_days": 36500, "max_drop": 1}
    given = {"limits": LIMITS, "assertions": asserted} | listed | changes
    return crawl_site(archive, site, CrawlOptions(full=True), **given)


def wild(site: TrsSite, lines: faults.Lines, pages: Callable[[int], int]) -> None:
    """Let the list answer at every page; it tells of `pages(page)` pages."""

    def posting(number: int) -> Posting:
        known = site.entries(LIST.key)
        return known[number] if number < len(known) else replace(known[0], number=known[0].number + number)

    def write(page: int, numbers: list[int]) -> bytes:
        return site.list_page(LIST, page, [posting(number) for number in numbers], pages(page))

    site.path_faults[PAGES] = faults.listing(lines, write)


HOSTILE: Mapping[str, Fault] = {
    **{f"a challenge ({name})": shell for name, shell in SHELLS.items()},
    **{f"leads on by {name}": faults.leading_on(lead) for name, lead in LEADS.items()},
    **{f"status {code}": faults.status(code) for code in (400, 401, 404, 410, 429, 500, 503)},
    "a long Retry-After": faults.status(503, retry_after=10**9),
    "a byte at a time": faults.slow(0.1),
    "home page": faults.home,
    "a redirect loop": faults.redirect_loop,
    "a redirect to itself": faults.self_redirect,
    "a redirect until the cookie comes": faults.cookie_redirect,
    "another host": faults.offsite(),
    "another charset": faults.wrong_charset,
    "half a gzip stream": faults.truncated_gzip,
    "too large": faults.too_large(30_000_000),
    "empty": faults.empty,
    "an error page as PDF": faults.html_as_pdf,
    "a script alone": faults.script_stub,
    "a meta refresh alone": faults.meta_refresh,
    "a reset connection": faults.reset,
    "strangers refused": faults.needs_referer,
}
"""Faults that may stand at any page; none of them ends a run."""
POSTPONING = {"status 429", "status 503", "a long Retry-After"}
"""After these the whole host is left alone for a while, and its other pages are fetched in later runs."""
WILD: Mapping[str, tuple[faults.Lines, Callable[[int], int]]] = {
    "a list without an end": (faults.endless(), lambda page: page + 2),
    "a list that repeats its last page": (faults.repeating(2), lambda page: 9),
    "a calendar": (faults.circling(4), lambda page: page + 2),
}


def play(ground: Ground, chance: Random) -> Iterator[str]:
    """Two to four pages are hostile, now and then the whole list; afterwards the site is calm and all is stored."""
    with serve(site := five_documents()):
        places = [*KEYS, *(f"{LIST.key}/{page}" for page in range(3))]
        for turn in count(1):
            name = f"hostile-{turn}"
            drawn = {place: chance.choice(sorted(HOSTILE)) for place in chance.sample(places, chance.randint(2, 4))}
            site.faults = {place: HOSTILE[what] for place, what in drawn.items()}
            description = ", ".join(f"{place}: {what}" for place, what in drawn.items())
            if chance.random() < 0.2:
                description = chance.choice(sorted(WILD))
                site.faults.clear()
                wild(site, *WILD[description])
            limits = LIMITS | {"seconds": 3, "bytes": 5_000_000, "redirects": 3}
            report = crawl_list(ground.archive, site, id=name, limits=limits)
            assert sum(report.outcomes.values()) == report.listed, f"{name} ({description}): {report.outcomes}"
            if not site.path_faults and drawn.keys() <= set(KEYS) and not POSTPONING & set(drawn.values()):
                stored = {row["url"] for row in rows(ground.archive, _STORED, source=name)}
                lost = {site.url(key) for key in KEYS if key not in drawn} - stored
                assert not lost, f"{name} ({description}): {sorted(lost)} answered well and were not stored"
            site.faults.clear()
            site.path_faults.clear()
            age(ground.owner_url, "UPDATE archive.host SET postponed_until = NULL")
            again = crawl_list(ground.archive, site, id=name, limits=limits)
            assert again.unfinished == 0, f"after {name} ({description}): {again.problems}"
            after = crawl_list(ground.archive, site, id=f"{name}-calm")
            assert (after.state, after.stored) == ("green", len(KEYS)), (
                f"after {name} ({description}): {after.problems}"
            )
            yield description


_STORED = """
SELECT p.url FROM archive.record r JOIN archive.page p ON p.id = r.page_id
WHERE p.source_id = :source AND r.state = 'current'"""
