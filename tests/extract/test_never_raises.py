"""For any bytes, extraction returns a result quickly and with little memory."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import extract
from etl.settings import PROJECT
from tests.support.hostile_pages import ANY_BYTES, ANY_MARKUP, CUT
from tests.support.pages import PARAGRAPHS, SIGNED, page
from tests.support.share import examples


@settings(max_examples=examples(150))
@given(st.one_of(ANY_BYTES, ANY_MARKUP, CUT), st.text(max_size=30), st.text(max_size=20))
def test_any_bytes(body: bytes, url: str, content_type: str) -> None:
    started = time.process_time()
    assert extract(body, url, content_type).reason
    assert time.process_time() - started < 2


@pytest.mark.parametrize("tag", ["a", "div", "form", "section"])
def test_an_element_between_two_cells_is_none(tag: str) -> None:
    cells = "<td>索引号：</td>{}<td>00000000-0/2023-00017</td>"
    row = cells.format(f"<{tag} class='gap'></{tag}>")
    read = extract(page(f"<table><tr>{row}</tr><tr>{cells.format('')}</tr></table>").encode(), "http://a.gov.cn/x")
    assert read.fields["index_number"].value == "00000000-0/2023-00017"


def test_costly_pages_and_any_bytes_end_soon_in_little_memory() -> None:
    """In a process of its own, which measures itself (see `tests/support/hostile_pages.py`)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile_pages"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-2000:]


def test_same_bytes_same_answer() -> None:
    body = page("<ul><li>索引号：00000000-0/2023-00017</li></ul>").encode()
    assert extract(body, "http://a.gov.cn/x") == extract(body, "http://a.gov.cn/x")


def test_extraction_loads_no_library_for_dates_source_files_or_databases() -> None:
    """htmldate and dateparser cost 1.75 CPU seconds a process; a short Airflow task would pay them every time. The
    bench installs only what extraction needs."""
    code = "import sys, etl.extract; etl.extract.extract(b'<p>x</p>', ''); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"dateparser", "htmldate", "pydantic", "sqlalchemy", "httpx"} & set(loaded)


def test_a_script_that_writes_without_end_shows_nothing() -> None:
    endless = "<script>while (true) { document.write('<p>甲</p>'); }</script>"
    read = extract(page(below=endless).encode(), "https://www.yunxi.gov.cn/gk/202305/t20230509_1.html")
    assert read.text.split("\n") == [*PARAGRAPHS, *SIGNED]
