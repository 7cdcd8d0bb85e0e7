"""Where a click leads, followed into the page's own functions."""

# ruff: noqa: E501 — a table of scripts: a case is a line.

import pytest
from lxml import html

from etl.web.script.navigation import Clicks

LINK = html.fromstring("<a href='javascript:;' path='/u/1.doc' data-id='7'>登记表</a>")
FOLLOWED = {
    "strings that are joined": ("", "window.open('/u/'+'1.doc')", "/u/1.doc"),
    "the first argument": ("", "open('/u/1.doc', '_blank', 'width=' + screen.width)", "/u/1.doc"),
    "a replaced address": ("", "location.replace('/u/1.doc')", "/u/1.doc"),
    "a count beside it": ("", "count(1); window.open('/u/1.doc'); return false", "/u/1.doc"),
    "a function": ("function dl(id){ var w = window.open('/d?id=' + id); w.focus(); }", "dl(7)", "/d?id=7"),
    "a function in a variable": ("var base = '/u/'; var dl = function(n){ location.href = base + n; }", "dl('1.doc')", "/u/1.doc"),
    "a function of an object": ("var files = {get: function(n){ window.open('/u/' + n); }}", "files.get('1.doc')", "/u/1.doc"),
    "a function that calls another": ("function go(u){ window.location = u; } function dl(n){ go('/u/' + n); }", "dl('1.doc')", "/u/1.doc"),
    "a condition that is known": ("function dl(u){ if(u == ''){ alert('无'); return; } window.open(u); }", "dl('/u/1.doc')", "/u/1.doc"),
    "an attribute": ("function dl(a){ window.open(a.getAttribute('path')); }", "dl(this)", "/u/1.doc"),
    "an attribute by jQuery": ("function dl(a){ window.open('/d?id=' + $(a).attr('data-id')); }", "dl(this)", "/d?id=7"),
}  # fmt: skip
LOST = {
    "a condition that is not known": ("", "if(logged){ location.href = '/u/1.doc' }"),
    "one of two": ("", "window.open('/u/1.doc'); window.open('/u/2.doc')"),
    "a function of another file": ("", "dl('1.doc')"),
    "a part that is not known": ("function dl(n){ window.open(root + n); }", "dl('1.doc')"),
    "endless work": ("function dl(n){ for(;;){ n = n + n; } window.open(n); }", "dl('1')"),
    "a function that calls itself": ("function dl(n){ dl(n + n); }", "dl('1')"),
}


@pytest.mark.parametrize(("script", "code", "address"), FOLLOWED.values(), ids=FOLLOWED.keys())
def test_a_click_is_followed_to_what_it_opens(script: str, code: str, address: str) -> None:
    clicks = Clicks([script])
    assert [clicks.opened(code, LINK), clicks.opened(code, LINK)] == [address, address]


@pytest.mark.parametrize(("script", "code"), LOST.values(), ids=LOST.keys())
def test_what_a_click_opens_is_not_guessed(script: str, code: str) -> None:
    assert Clicks([script]).opened(code, LINK) is None


@pytest.mark.parametrize("order", [1, -1])
def test_a_click_is_followed_from_one_script_into_another(order: int) -> None:
    scripts = ["var noted = [];", "function dl(n){ go('/u/' + n); }", "function go(u){ window.open(u); }"]
    assert Clicks(scripts[::order]).opened("dl('1.doc')", LINK) == "/u/1.doc"
