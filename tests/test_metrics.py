"""Metrics say what is stored, to whoever has the token, and the dashboard asks for nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from demo import demo_site
from demo.faults import status
from demo.server import Site, serve
from etl.archive.storage.archive import Archive
from etl.metrics.exposition import exposition
from etl.settings import PROJECT, Settings
from tests.support.gongkai import SMALL, crawl_site, gongkai, rows, small

Values = dict[tuple[str, ...], float]


@pytest.fixture
def site() -> Iterator[Site]:
    demo = small(demo_site("gov_cn"), 3)
    with serve(demo):
        yield demo


def metrics(archive: Archive, *sources: str) -> dict[str, Values]:
    """By name of the metric, the values by their labels, which stand in the order of their names."""
    families = text_string_to_metric_families(exposition(archive.engine, sources).decode())
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples} for family in families
    }


def test_they_count_what_a_crawl_stored(archive: Archive, site: Site) -> None:
    site.plant(next(iter(site.postings)), status(404), "gone")
    crawl_site(archive, site, assertions=SMALL)
    found = metrics(archive, site.name)
    captures = rows(archive, "SELECT outcome, count(*) AS n FROM archive.capture GROUP BY 1")
    assert found["gongkai_captures_last_day"] == {(row["outcome"], "gov_cn"): row["n"] for row in captures}
    assert found["gongkai_captured_bytes_last_day"]["stored", "gov_cn"] > 1000
    assert found["gongkai_runs"] == {("crawl", "green"): 1}
    stored = rows(archive, "SELECT count(*) AS n, sum(size) AS bytes FROM archive.blob")[0]
    assert found["gongkai_blobs"] == {(): stored["n"]}
    assert found["gongkai_blob_bytes"] == {(): stored["bytes"]}
    assert found["gongkai_records"] == {("current",): 2}
    assert found["gongkai_change_seq"] == {(): 2}
    assert found["gongkai_pages_waiting"] == found["gongkai_pages_unread"] == {(): 0}
    assert found["gongkai_damaged"] == {("blob",): 0, ("log",): 0}
    ended = rows(archive, "SELECT extract(epoch FROM finished_at) AS at FROM archive.run")[0]["at"]
    assert found["gongkai_source_last_good_timestamp_seconds"][site.name,] == pytest.approx(float(ended), abs=0.01)
    assert metrics(archive)["gongkai_source_last_good_timestamp_seconds"] == {}, "a source without a file has no lag"


def test_names_are_those_of_the_documentation_and_of_the_dashboard(archive: Archive) -> None:
    exported = set(metrics(archive))
    documented = set(re.findall(r"^\| `(gongkai_\w+)`", (PROJECT / "docs" / "metrics.md").read_text(), re.M))
    board = json.loads((PROJECT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"gongkai_\w+", target["expr"])
    }
    assert exported == documented == asked


def test_an_empty_archive_has_metrics_too(archive: Archive, local_settings: Settings, tmp_path: Path) -> None:
    said = gongkai(local_settings, "metrics", GONGKAI_SOURCES=str(tmp_path))
    assert said.code == 0
    assert "gongkai_change_seq 0.0" in said.out
