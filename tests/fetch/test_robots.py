"""robots.txt as site owners write it: what they mean is obeyed, however it is typed."""

from datetime import UTC, datetime

import pytest

from etl.fetch.host_registry import CachedRobots
from etl.fetch.robots import RobotsRules

_HOST = "www.yunxi.example"


def _rules(text: str) -> RobotsRules:
    return RobotsRules(_HOST, CachedRobots(200, text, datetime.now(UTC)), "gongkai/0.1 (archive)")


@pytest.mark.parametrize(
    "agent",
    [
        "*",
        "＊",
        '"*"',
        "*;",
        "gongkai",
        "GongKai/2.0",
        "gongkai*",
        "*gongkai*",
        "gongkai (archive)",
        "\ufeff*",
        " * # all",
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/gk/",
        "gk/",
        "／gk／",
        "/gk/;",
        '"/gk/"',
        "'/gk/'",
        "./gk/",
        "\\gk\\",
        "/gk/ # no",
        "/a/ /gk/",
        f"http://{_HOST}/gk/",
        f"//{_HOST}:80/gk/",
        "/%67k/",
        "*/gk/",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_rule_holds_however_it_is_typed(agent: str, path: str, end: str) -> None:
    rules = _rules(f"User-agent: {agent}{end}Disallow: {path}{end}")
    assert not rules.allow(f"http://{_HOST}/gk/1.html")
    assert rules.allow(f"http://{_HOST}/zwgk/1.html")


def test_the_rules_of_other_crawlers_do_not_hold() -> None:
    for agent in ("Baiduspider", "360Spider", "Baiduspider/2.0", "百度"):
        assert _rules(f"User-agent: {agent}\nDisallow: /\n").allow(f"http://{_HOST}/gk/")
    assert _rules("User-agent: *\nDisallow: http://other.example/gk/\n").allow(f"http://{_HOST}/gk/")
    assert _rules("User-agent: *\nDisallow:\n").allow(f"http://{_HOST}/gk/")


@pytest.mark.parametrize(
    ("written", "seconds"), [("5", 5), ("2.5", 2.5), ("2,5", 2.5), ("5s", 5), ("5 秒", 5), ("1e9", 60)]
)
def test_a_delay_holds_with_its_unit(written: str, seconds: float) -> None:
    assert _rules(f"User-agent: *\nCrawl-delay: {written}\n").crawl_delay == seconds
