"""Rows that a script of the page writes, when the page itself has none."""

import json

import pytest

from etl.pipeline.survey.survey import survey_page
from tests.support.answered_walks import HTML, lines, walk_answers

LINES = lines(9, "/n/{number}.html")
TABLE = json.dumps([[line.title, line.path, str(line.day)] for line in LINES], ensure_ascii=False)
ROW = '"<li><a href=\'" + d[i][1] + "\'>" + d[i][0] + "</a> <span>" + d[i][2] + "</span></li>"'
LOOP = f"var d = {TABLE}, h = ''; for (var i = 0; i < d.length; i++)"
SCRIPTS = {
    "one by one": "".join(
        f"document.write('<li><a href=\"{each.path}\">{each.title}</a> {each.day}</li>');" for each in LINES
    ),
    "in a loop": f"{LOOP} {{ document.write({ROW}); }}",
    "into an element": f"$(function () {{ {LOOP} {{ h += {ROW}; }} $('#l').html(h); }});",
    "appended": f"var d = {TABLE}; $.each(d, function (i, n) {{ $('#l').append({ROW}); }});",
}


def page(script: str) -> str:
    return f"<html><title>公告</title><body><ul id=l class=l><script>{script}</script></ul></body></html>"


@pytest.mark.parametrize("script", SCRIPTS)
def test_rows_that_a_script_writes_are_read(script: str) -> None:
    text = page(SCRIPTS[script])
    walked = walk_answers("generic", "/gk/", lambda asked: (text, HTML), listing={"rows": "ul.l > li"})
    assert [entry.title for entry in walked.entries.values()] == [line.title for line in LINES]
    assert walked.red == []
    [probe] = survey_page(text.encode(), "http://www.yunxi.example/gk/list.html").columns
    assert len(probe.entries) == len(LINES)


def test_a_script_that_asks_a_service_writes_no_rows() -> None:
    row = "'<li><a href=' + r.u + '>' + r.t + '</a></li>'"
    asks = (f"$.get('/api/{line.number}', function (r) {{ $('#l').append({row}); }});" for line in LINES)
    text = page("".join(asks))
    walked = walk_answers("generic", "/gk/", lambda asked: (text, HTML), listing={"rows": "ul.l > li"})
    assert (len(walked.entries), bool(walked.red)) == (0, True)


def test_a_script_that_never_ends_writes_no_rows() -> None:
    text = page("while (true) { document.write('<li><a href=/n/1.html>一</a></li>'); }")
    walked = walk_answers("generic", "/gk/", lambda asked: (text, HTML), listing={"rows": "ul.l > li"})
    assert (len(walked.entries), bool(walked.red)) == (0, True)
