"""The demo's living site: what happens on it between two crawls is what the archive shows afterwards."""

from demo import demo_site
from demo.living import AMENDED, AWAY, ENDED, LIVING, days
from demo.server import serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from etl.local import living
from etl.pipeline.crawl import recheck
from etl.settings import Settings
from tests.support.gongkai import SMALL, crawl_site, rows, source_of

SHOWN = """
SELECT p.url, r.state, array_agg(c.kind ORDER BY c.change_seq) AS kinds FROM archive.record r
JOIN archive.page p ON p.id = r.page_id JOIN archive.change c ON c.record_id = r.id
GROUP BY r.id, p.url, r.state HAVING count(*) > 1
"""


def test_a_rule_is_amended_a_notice_ends_and_another_comes_back(archive: Archive) -> None:
    site = demo_site("generic")
    assert site.name == LIVING == living.LIVING
    urls = {key: site.path(site.postings[key]) for key in (AMENDED, ENDED, AWAY)}
    changes = days(site)
    with serve(site):
        whole = CrawlOptions(full=True)
        crawl_site(archive, site, whole, assertions=SMALL)
        next(changes)
        crawl_site(archive, site, whole, assertions=SMALL)
        recheck(archive, source_of(site, assertions=SMALL), "again", CrawlOptions(), Settings(), lambda *_: None)
        next(changes)
        crawl_site(archive, site, whole, assertions=SMALL)
        next(changes, None)
        shown = {row["url"].removeprefix(site.base): (row["state"], row["kinds"]) for row in rows(archive, SHOWN)}
    assert shown == {
        urls[AMENDED]: ("current", ["created", "updated"]),
        urls[ENDED]: ("removed", ["created", "removed"]),
        urls[AWAY]: ("current", ["created", "removed", "restored"]),
    }
