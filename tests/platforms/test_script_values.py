"""What the expressions of a page's scripts stand for when the page is opened, as requests of services show it."""

import pytest

from etl.platforms.drafting.services import services_of
from etl.web.page import read_page
from etl.web.urls import parameters

URL = "https://www.yunxi.example/zfxxgk/list.html?lm=17&kind=zc#/list?part=4"
PAGE = (
    "<form id=f><input name=cid value=3><input type=password name=key><input type=hidden name=code value=A1></form>"
    "<input id=no type=hidden value=K9><p id=p title=words data-lm=D7 data-page-kind=zx> 云溪 </p><select id=s>"
    "<option value=1>按时间</option><option value=2 selected>按标题</option></select>"
)
NAMES = """
    var text = 'zc', number = 4, none = null, no = false, list = ['a', 'b', 'c'], thing = {code: 'C1', in: {er: 'C2'}};
    var later = unknown(), both = {one() { return 'm1' }, two: function () { return 'm2' }, three: () => 'm3'};
    function first(a, b) { return a } function joined(a, b) { return a + '-' + b } const twice = x => x + x;
    function named({code, kind = 'k'}) { return code } var copy = thing, {code} = thing; var params = {page: 1};
    Number.prototype.x = 1; settings.kind = 'S1'; window.top1 = 'W1'; var form = new FormData(); form.append('q', 'F1');
"""


def sent(expression: str, names: str = NAMES) -> str | None:
    """What is sent for an expression; None for nothing."""
    script = f"{names}; $.get('/doc/list', {{page: 1, v: {expression}}}, draw)"
    page = read_page(f"<html><body>{PAGE}<script>{script}</script></body></html>".encode(), URL)
    service, *others = services_of(page)
    assert not others
    return parameters(service.url).get("v")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("text", "zc"),
        ("number", "4"),
        ("number + 1", "5"),
        ("number - 1 + text", "3zc"),
        ("2 + number * 3 - 1", "13"),
        ("7 % number / 2", "1.5"),
        ("-number", "-4"),
        ("+number", "4"),
        ("(text + number) + 'x'", "zc4x"),
        ("'a\\u4e91\\n'.trim()", "a云"),
        ("`${text}/${list[1]}-${thing.code}`", "zc/b-C1"),
        ("text ? 'yes' : 'no'", "yes"),
        ("no ? 'yes' : 'no'", "no"),
        ("later ? later : text", "zc"),
        ("text == 'zc' ? 'one' : 'two'", "one"),
        ("later || text", "zc"),
        ("none || no || text", "zc"),
        ("later ?? text", "zc"),
        ("text && thing.code", "C1"),
        ("!0", "true"),
        ("!1", "false"),
        ("list[2]", "c"),
        ("thing.in.er", "C2"),
        ("thing['in']['er']", "C2"),
        ("thing?.code", "C1"),
        ("copy.code", "C1"),
        ("settings.kind", "S1"),
        ("top1", "W1"),
        ("window.top1", "W1"),
        ("this.text", "zc"),
        ("first(text, number)", "zc"),
        ("joined(text, list[0])", "zc-a"),
        ("twice(text)", "zczc"),
        ("both.one()", "m1"),
        ("both.two()", "m2"),
        ("both.three()", "m3"),
        ("String(number)", "4"),
        ("encodeURIComponent(text)", "zc"),
        ("parseInt(number)", "4"),
        ("number.toString()", "4"),
        ("text.toUpperCase()", "ZC"),
        ("text.concat('-', number)", "zc-4"),
        ("'a,b'.split(',')[1]", "b"),
        ("'a-b'.replace('-', '/')", "a/b"),
        ("'abc'.substring(1)", "bc"),
        ("Math.ceil(number)", "4"),
        ("Object.assign({}, thing, {code: 'Z'}).code", "Z"),
        ("$.extend({}, thing).code", "C1"),
        ("{...thing, code: 'Y'}.code", "Y"),
        ("form.get('q')", "F1"),
        ("new URLSearchParams('a=1&b=2').get('b')", "2"),
        ("getQuery('lm')", "17"),
        ("this.$route.query.kind", "zc"),
        ("this.$route.query.part", "4"),
        ("location.pathname", "/zfxxgk/list.html"),
        ("window.location.search", "?lm=17&kind=zc"),
        ("document.getElementById('no').value", "K9"),
        ("document.querySelector('#no').value", "K9"),
        ("document.getElementById('no').getAttribute('type')", "hidden"),
        ("$('#no').val()", "K9"),
        ("$('#p').text()", "云溪"),
        ("$('#p').attr('title')", "words"),
        ("$('#p').data('lm')", "D7"),
        ("document.getElementById('p').dataset.pageKind", "zx"),
        ("document.getElementById('p').innerText", "云溪"),
        ("document.getElementById('s').value", "2"),
        ("$('#s').val()", "2"),
        ("$('#p').eq(0).attr('title')", "words"),
        ("later", None),
        ("later + text", None),
        ("text(1)", None),
        ("list", None),
        ("$('#nothing').val()", None),
        ("thing.nothing", None),
        ("1 / 0", None),
        ("'a' - 1", None),
        ("/a/.test(text)", None),
    ],
)
def test_what_is_sent_is_what_a_browser_would_send(expression: str, value: str | None) -> None:
    assert sent(expression) == value
