"""Bytes that were lost: what a site still gives comes back, and what is lost stops nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from etl.archive import Archive
from etl.archive.fixity import FIXITY, audit
from etl.archive.planning import plan_recheck
from etl.archive.reports import Report
from etl.archive.runs import Options, open_run
from etl.archive.store import blob_key
from tests.kit import SMALL, crawl_site, rows, source_of
from tests.sites import demo_sites
from tests.sites.server import Site, serve

FULL = Options(full=True)
EVENTS = "SELECT blob_sha256, kind, detail FROM archive.fixity_event ORDER BY id"
# A document, a further page of an article, and a file, each with bytes that no other page has.
RESTING = """
SELECT DISTINCT ON (p.kind) p.kind, p.id, p.blob_sha256 AS digest, p.url FROM archive.page p
WHERE p.kind IN ('document', 'part', 'file') AND p.verdict IS NULL
  AND 1 = (SELECT count(*) FROM archive.page o WHERE o.blob_sha256 = p.blob_sha256)
  AND (p.kind <> 'file' OR EXISTS (SELECT FROM archive.page_file f WHERE f.file_id = p.id))
ORDER BY p.kind, p.id
"""


def quiet(*_: Any) -> None:
    pass


def crawl(archive: Archive, site: Site, options: Options = FULL, **changes: Any) -> Report:
    return crawl_site(archive, site, options, assertions=SMALL, **changes)


@pytest.fixture
def site() -> Iterator[Site]:
    demo = next(site for site in demo_sites() if site.name == "demo-trs")
    postings = demo.postings.items()
    with_files = [key for key, posting in postings if posting.document.attachments and not posting.document.breaks]
    for key in set(demo.postings) - {*list(demo.postings)[:8], *with_files[:3], "safety-points"}:
        demo.remove(key)
    with serve(demo):
        yield demo


def lose(archive: Archive, digests: list[str]) -> None:
    """Removes the objects behind the archive's back."""
    for digest in digests:
        archive.store.remove(blob_key(digest))


def test_a_crawl_puts_back_what_was_lost(archive: Archive, site: Site) -> None:
    for _ in range(3):
        crawl(archive, site)
    lost = {row["kind"]: row["digest"] for row in rows(archive, RESTING)}
    assert lost.keys() == {"document", "part", "file"}
    lose(archive, list(lost.values()))
    assert len(audit(archive, quiet).damaged) == 3
    logs = len(list(archive.store.keys(FIXITY)))

    captures = rows(archive, "SELECT max(id) AS last FROM archive.capture")[0]["last"]
    report = crawl(archive, site)
    assert report.outcomes["not_modified"] > 0, "the host is believed"
    assert {archive.store.blob(digest) is not None for digest in lost.values()} == {True}
    told = rows(archive, f"SELECT * FROM ({EVENTS}) AS e WHERE kind = 'restored'")
    assert {row["blob_sha256"] for row in told} == set(lost.values())
    assert {row["detail"] for row in told} == {"was missing, was fetched again"}
    assert len(list(archive.store.keys(FIXITY))) > logs, "object storage was told"
    assert rows(archive, "SELECT sha256 FROM archive.blob WHERE damage IS NOT NULL") == []
    outcomes = "SELECT outcome FROM archive.capture WHERE id > :last AND blob_sha256 = ANY(:lost)"
    again = rows(archive, outcomes, last=captures, lost=list(lost.values()))
    assert {row["outcome"] for row in again} == {"unchanged"}
    assert audit(archive, quiet).damaged == ()


def test_what_rests_on_lost_bytes_is_due_at_once(archive: Archive, site: Site) -> None:
    crawl(archive, site)
    source = source_of(site, recheck_after_days=30)
    assert not any(plan_recheck(archive.engine, open_run(archive, source, "1", Options(), "recheck"), 10).values())
    found = rows(archive, RESTING)
    lose(archive, [row["digest"] for row in found])
    audit(archive, quiet)
    planned = plan_recheck(archive.engine, open_run(archive, source, "2", Options(), "recheck"), 10)
    documents = """
    SELECT DISTINCT coalesce(f.page_id, p.part_of, p.id) AS id FROM archive.page p
    LEFT JOIN archive.page_file f ON f.file_id = p.id WHERE p.id = ANY(:pages)
    """
    assert sum(planned.values()) == len(rows(archive, documents, pages=[row["id"] for row in found]))
