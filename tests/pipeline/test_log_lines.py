"""What a crawl writes into a task's log: each failed attempt in one line, and nothing that is secret or the page's."""

import logging
import re
from datetime import date

import pytest

from demo import demo_site, faults
from demo.server import serve
from etl.archive.crawls.run import CrawlOptions
from etl.archive.storage.archive import Archive
from tests.support.gongkai import SMALL, crawl_site, small

SECRET = "f00dfeedf00dfeed"
LINE = re.compile(
    r"source=demo-trs run=\d+ capture=\d+ outcome=[a-z_0-9]+ status=(?:\d+|-) reason=[a-z_0-9-]+ url=http\S+"
)


def test_a_failed_attempt_is_one_line_without_secrets_and_without_text_of_the_page(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    site = small(demo_site("trs_wcm"), 4)
    blocked, column = next(iter(site.postings)), next(iter(site.postings.values())).column
    site.plant(blocked, faults.waf(403), "blocked")
    with serve(site), caplog.at_level(logging.INFO):
        with_login = site.base.replace("://", f"://reader:{SECRET}@")
        site.link(
            "token",
            "带令牌的链接",
            f"{site.base}/a/t20230101_1.htm?id=7&access_token={SECRET}",
            column,
            date(2023, 1, 1),
        )
        site.link("login", "带口令的链接", f"{with_login}/a/t20230101_2.htm?id=8", column, date(2023, 1, 2))
        crawl_site(archive, site, CrawlOptions(full=True), assertions=SMALL)
    lines = [record.getMessage() for record in caplog.records if record.name == "gongkai"]
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    told = "\n".join(lines)
    assert re.search(rf"outcome=blocked status=403 reason=[a-z_0-9]+ url={re.escape(site.url(blocked))}$", told, re.M)
    assert f"outcome=gone status=404 reason=http_status url={site.base}/a/t20230101_1.htm?id=7" in told
    assert f"url={site.base}/a/t20230101_2.htm?id=8" in told
    everything = "\n".join(record.getMessage() for record in caplog.records)
    assert SECRET not in everything
    assert not re.search(r"[\u4e00-\u9fff]", everything), "neither titles nor texts"
