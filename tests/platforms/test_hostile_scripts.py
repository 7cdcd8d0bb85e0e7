"""Scripts of strangers, from which requests are read: whatever they say costs little, and can be sent."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.platforms.base import request_of_list
from etl.platforms.drafting.services import services_of
from etl.platforms.drafting.written_addresses import written_addresses
from etl.sources.listing import Listing
from etl.web.page import WebPage, read_page
from etl.web.urls import MAX_ADDRESS_CHARS, canonical_url
from tests.support.share import examples

URL = "https://www.yunxi.example/zfxxgk/?lm=17"
ELEMENTS = (
    "<select id=s><option value=1>2024年<option value=2>2025年</select><input type=radio name=r value=1>"
    "<input type=radio value=2><ul><li class=on data-lm=A>文件<li data-lm=B>解读</ul>"
    "<form id=f><input name=page><input name=a value=b></form><a onclick='f(1)'>x</a>"
    "<li :href=\"'/d/' + item.id\" @click='go(item.id)'>{{item.title}}</li>"
    "<table data-url=/doc/list data-pagination=true data-query-params=f></table>"
)
SIMPLE = [
    "1", "'a'", "x", "y", "page", "a.b", "this.page", "o.id", "f(1)", "new FormData()", "`/d/${x}`", "`${o.id}`",
    "[1, 2]", "['A', 'B'][i]", "{page: n, size: 10}", "function (p) { p.a = c.d; p.b = p.c; return p }",
    "p => ({page: p})", "x++", "$('#s').val()", "$('input[name=r]:checked').val()", "$('[type=radio]').val()",
    "$('.on').data('lm')", "$('a[')", "$('#f').serialize()", "$('//*')", "$('p ~ p')", "!0", "-1",
    "99999999999999999999999", "0.00000001", r"'\ud800'", r"'\u0000'", "location.search", "this.$route.query.lm",
    "1 / 0", "async () => { await f() }", "x.split('')",
]  # fmt: skip
JOINED = [
    "{} + {}", "f({}, {})", "{{a: {}, page: {}}}", "[{}, {}]", "({} ? {} : 2)", "`/d/${{{}}}` + {}", "{}.concat({})",
    "({})({})", "$.extend({{}}, {}, {})", "{}[{}]", "{} || {}", "String({}).replace('a', {})",
    "JSON.stringify({{x: {}, '{}': 1}})",
]  # fmt: skip
VALUES = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.builds(lambda form, one, two: form.format(one, two), st.sampled_from(JOINED), inner, inner),
    max_leaves=6,
)
STATEMENTS = [
    "var {0} = {1};", "{0} = {1};", "o.{0} = {1};", "window.{0} = {1};", "{0}.append('a', {1});", "{0}({1}, {1});",
    "function {0}(x, y) {{ return {1} }}", "var {0} = function ({{x, y = 2}}, ...z) {{ {0} = {1} }};",
    "var {0} = x => {1};", "$.get('/doc/list', {1}, draw);", "$.post('/doc/list', {1});",
    "$.ajax({{url: '/doc/list', type: 'post', data: {1}}});", "axios.get('/doc/list', {{params: {1}}});",
    "axios.post('/doc/list', {1});", "$.get({1}, {1});", "h += '<a href=\"/' + {1};",
    "fetch('/doc/list?page=' + {1}, {{method: 'POST', body: {1}}});", "$.get('http://[/' + {1});",
    "location.href = {1};", "$('#t').bootstrapTable({{url: '/doc/list', pagination: true, queryParams: {1}}});",
    "axios.create({{baseURL: {1}}});",
    "$('#t').DataTable({{serverSide: true, ajax: {{url: '/doc/list', data: {1}}}}});", "$(this).attr('href', {1});",
    "table.render({{url: '/doc/list', cols: [], page: true, where: {1}}});",
    "xhr.open('GET', '/doc/list'); xhr.send({1});", "h += '<a href=\"http://[' + o.id + '/\">';",
    "h += '<a href=\"/d/' + o.id + ',\">';", "s.src = '/d?callback=' + {1};",
]  # fmt: skip
SCRIPTS = st.lists(
    st.builds(
        lambda form, name, value: form.format(name, value),
        st.sampled_from(STATEMENTS),
        st.sampled_from("xyfgaco"),
        VALUES,
    ),
    min_size=1,
    max_size=8,
).map("\n".join)


def page(content: str) -> WebPage:
    return read_page(f"<html><body><ul></ul>{content}</body></html>".encode(), URL)


@settings(max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=SCRIPTS, end=st.integers(0, 5), cut=st.booleans())
def test_what_is_read_of_any_script_can_be_requested(script: str, end: int, cut: bool) -> None:
    whole = page(f"{ELEMENTS}<script>{script[: len(script) * end // 5] if cut else script}</script>")
    for service in services_of(whole):
        for each in (service, *service.others):
            canonical_url(each.url)
            assert request_of_list(each.url, "", each.post).body is None or each.post
    for form in written_addresses(whole, URL):
        assert Listing(address=form).address == form


@settings(max_examples=examples(200), deadline=None)
@given(
    words=st.lists(
        st.sampled_from(
            ". ( ) [ ] { } , ; : = => ? && + ! ++ ... function return new async var x page '/doc/list' ` ${ ' \" \\"
            " // /* $.get( $.ajax({url:'/doc/list',data:{ `/x?p=${page}` 1 .val() $('#s')".split()
        ),
        max_size=30,
    ),
    blank=st.sampled_from(["", " ", "\n"]),
)
def test_what_is_no_script_is_read_all_the_same(words: list[str], blank: str) -> None:
    whole = page(f"{ELEMENTS}<script>{blank.join(words)}</script>")
    services_of(whole)
    written_addresses(whole, URL)


MANY = 4_000


def _costly(many: int) -> dict[str, str]:
    option = "".join(f"<option value={n}>桐溪第{n}局" for n in range(many))
    tabs = "<ul>" + "".join(f"<li class=on data-lm={n}>{n}" for n in range(many)) + "</ul>"
    request = "$.get('/doc/list?p='"
    in_function = "function f(x) { "
    scripts = {
        "functions in each other": "function(){" * many,
        "arrows in each other": "a=>" * many,
        "an object that doubles": in_function
        + "return {a: x, b: x} } $.get('/doc/list', "
        + "f(" * 28
        + "1"
        + ")" * 29,
        "a text that doubles": in_function + "return x + x }" + request + " + " + "f(" * 28 + "'abcd'" + ")" * 29,
        "a long text": f"var s = '{'x' * many * 10}'; {request}" + " + s" * 3000 + ")",
        "objects with a page": "$.get('/doc/list', z); " * 60 + "a = [" + "{page: 1, b: 2}," * many + "]",
        "a number that is raised": in_function + "a();" * many + "page++;" + request + " + page" * 1000 + ") }",
        "a name of a machine": in_function + "e = f;" * many + request + " + e" * 1000 + ") }",
        "a name of many values": "e = z;" * many + request + " + e" * 1000 + ")",
        "a form of many values": "f.append('a', 1);" * many + "var f = new FormData();" + "$.get('/doc/list', f);" * 60,
        "many parameters": in_function + request + " + x" * 1000 + ") }" + "f(z);" * many,
        "many functions": "function f(x) { return z }" * many + request + " + f(1)" * 500 + ")",
        "many holes": request + " + `" + "${x}" * many + "`)",
        "many requests": (request + " + x);") * many,
        "many links": "h += '<a href=\"/d/' + o.id + '\">';" * many,
        "many members": ("$.get('/doc/list', {" + "".join(f"a{n}: 1," for n in range(many)) + "});") * 20,
        "a blank argument": f"h += '<a href= onclick=f({' ' * many * 20}';",
        "patterns that do not end": "=/[" * many,
        "texts that do not end": '"' + '\\"' * many,
        "templates that do not end": "`" + "\\`" * many,
        "operators": "$.get(" + "'a'+" * many + "1)",
        "conditions": "$.get(" + "a?" * many + ")",
    }
    pages = {
        "a choice of many": f"<select id=s>{option}</select><script>" + request + " + $('#s').val()" * 50,
        "many tabs": tabs + "<script>" + request + " + $('.on').data('lm')" * 50,
        "selectors": tabs + "<script>" + request + " + $('li ~ li').val() + $('//li[count(//li) > 1]').val()" * 50,
        "words of the page": tabs + "<script>" + request + " + $('ul').text()" * 1000,
    }
    return {name: f"{each})</script>" for name, each in pages.items()} | {
        name: f"<script>{script}</script>" for name, script in scripts.items()
    }


@pytest.mark.parametrize("name", sorted(_costly(1)))
def test_a_script_that_is_made_to_cost_much_costs_little(name: str) -> None:
    whole = page(_costly(MANY)[name])
    assert whole.tree is not None
    start = time.process_time()
    for service in services_of(whole):
        assert len(service.url) <= MAX_ADDRESS_CHARS
    written_addresses(whole, URL)
    assert time.process_time() - start < 10
