"""bench/pipeline: what it measures with, and that it notices a crawler that stores too little."""

import os
import sys
from pathlib import Path

import pytest

from bench.pipeline import profile
from bench.pipeline.dag_run import covered
from bench.pipeline.runs import Incomplete, require
from bench.pipeline.site import render
from bench.pipeline.usage import CommandFailed, measured


def test_the_site_is_of_real_size_and_the_same_each_time() -> None:
    site, again = render(60), render(60)
    pages = [site.answers[path] for path in site.documents if site.answers[path].status == 200]
    assert len(site.documents) == 60
    assert len(pages) == 59
    assert all(40_000 <= len(page.body) <= 53_100 for page in pages)
    assert len(site.files) == len(site.changed) == 6
    assert {site.changed[path].sha256 for path in site.changed}.isdisjoint(site.stored().values())
    assert site.documents == again.documents
    for each in (site, again):
        each.listener.close()


def test_a_crawler_that_misses_a_page_or_keeps_other_bytes_fails() -> None:
    require({"/a": "1", "/b": "2"}, {"/a": "1", "/b": "2"})
    with pytest.raises(Incomplete, match="1 missing, the first /b"):
        require({"/a": "1"}, {"/a": "1", "/b": "2"})
    with pytest.raises(Incomplete, match=r"1 with other bytes, the first /a; 1 too many, the first /c"):
        require({"/a": "3", "/c": "4"}, {"/a": "1"})


BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
ORPHAN = f"import os, sys\nif os.fork():\n    sys.exit()\n{BURN}"


@pytest.mark.parametrize(
    "script", [BURN, f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])", ORPHAN]
)
def test_cpu_is_counted_of_a_command_and_of_what_it_started(script: str, tmp_path: Path) -> None:
    took = measured([sys.executable, "-c", script], os.environ, {"this": os.getpid()}, tmp_path)
    assert took.cpu["own"] >= 0.3


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no such page"):
        measured([sys.executable, "-c", "import sys; sys.exit('no such page')"], os.environ, {}, tmp_path)


def test_samples_belong_to_the_innermost_module_of_etl() -> None:
    lines = profile.tables(
        [
            "process 7:gongkai;main (etl/cli/__init__.py);get (etl/fetch/client.py);read (site-packages/h11/x.py) 30",
            "process 7:gongkai;main (etl/cli/__init__.py) 10",
            "process 8:readers;wait (threading.py) 20",
        ],
        pages=2,
    )
    assert lines[2].startswith("| requests | 150.0 | 50% |")
    assert [line for line in lines if line.startswith(("| etl/", "| outside"))] == [
        "| etl/fetch/client.py | 150.00 | 50% |",
        "| outside etl | 100.00 | 33% |",
        "| etl/cli/__init__.py | 50.00 | 17% |",
    ]
    assert "| `read` in h11/x.py | 150.00 | 50% |" in lines


def test_time_in_which_tasks_ran_is_counted_once() -> None:
    assert covered([(0, 4), (1, 2), (3, 6), (8, 9)]) == 7
