"""Whatever the bytes, extraction answers, soon."""

import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.extract import extract
from tests.extract.pages import page

_MARKUP = """
<div>|</div>|<table><tr><td>|</td></tr>|<script>document.write('|');</script>|<!--|-->|索引号：|文号|：|〔2020〕3号|2020-13-45
<p style='display:none'>|<a href='x.pdf'>|<a href='http://[::1'>|<style>.a{display:none|}|&#0;|&#xD800;|DETAIL: {
"content":"|<br>
<ucapcontent>|<base href='//['>|<meta charset=utf-7>|<meta charset=gbk>|document.write(|((((|if(|\\|公开方式：
二〇二〇年十三月|相关解读|附件下载|<html><body>|</html>|<title>|<input id="title" value='|question_data: {|，。|一、二、
"""
_PIECES = st.sampled_from(["\x00", "\x02", "\ud800", *(p for line in _MARKUP.split("\n") for p in line.split("|"))])


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600), st.text(max_size=30), st.text(max_size=20))
def test_any_bytes(body: bytes, url: str, content_type: str) -> None:
    assert extract(body, url, content_type).reason


@settings(max_examples=250, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_markup(text: str) -> None:
    assert extract(text.encode("utf-8", "surrogatepass"), "http://a.gov.cn/t20200101_1.html").reason


@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 3000), st.integers(0, 400), _PIECES)
def test_a_page_cut_and_mended_badly(at: int, length: int, piece: str) -> None:
    body = page().encode()
    broken = body[:at] + piece.encode("utf-8", "surrogatepass") + body[at + length :]
    assert extract(broken, "http://a.gov.cn/t20200101_1.html").reason


COSTLY = {
    "deep": "<div>" * 60_000,
    "deep_tables": "<table><tr><td>" * 15_000 + "索引号：1",
    "labels_in_one_line": "索引号：1来源：" * 40_000,
    "label_cells": ("<tr>" + "<td>索引号</td>" * 200 + "</tr>") * 80,
    "brackets_in_scripts": ("<script>document.write(" + "(" * 3000 + ")</script>") * 60,
    "json_of_brackets": "DETAIL: " + '{"a":' * 80_000,
    "tool_words": "<p>" + "附件下载" * 28 + "x</p>",
    "links": "<a href='a.pdf'>a</a>" * 20_000,
    "breaks": "<br>" * 60_000,
    "style_sheet": "<style>" + ".a{display:none}@media x{" * 3000 + "</style><p>x</p>",
    "title": "<title>" + "a - " * 20_000 + "</title>",
}


@pytest.mark.parametrize("costly", COSTLY)
def test_costly_pages_end_soon(costly: str) -> None:
    start = time.process_time()
    extract(COSTLY[costly].encode(), "http://a.gov.cn/")
    assert time.process_time() - start < 2


def test_same_bytes_same_answer() -> None:
    body = page("<ul><li>索引号：00000000-0/2023-00017</li></ul>").encode()
    assert extract(body, "http://a.gov.cn/x") == extract(body, "http://a.gov.cn/x")


def test_no_date_library_is_loaded() -> None:
    """htmldate and dateparser cost 1.75 CPU seconds a process; a short Airflow task would pay them every time."""
    code = "import sys, etl.extract; etl.extract.extract(b'<p>x</p>', ''); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"dateparser", "htmldate"} & set(loaded)
