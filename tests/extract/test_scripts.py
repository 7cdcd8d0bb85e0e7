"""What scripts show on a page: what is written is read, and what is not understood has no effect."""

# ruff: noqa: E501 — tables of pages: a case is a line.

import gc
import json
import weakref
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from etl.extract.shown.visibility import Visibility, apply_script_output
from etl.web.page import WebPage
from tests.support.share import examples


def shown(markup: str) -> str:
    """What a person sees of the page after its scripts ran."""
    page = WebPage("https://www.yunxi.example/a.html", f"<html><body>{markup}</body></html>", "utf-8")
    apply_script_output(page)
    visibility = Visibility(page)

    def texts(element: HtmlElement) -> Iterator[str]:
        if element.tag not in ("script", "style", "title") and not visibility.hides(list(element.attrib.items())):
            yield element.text or ""
            for child in element:
                yield from texts(child) if isinstance(child.tag, str) else ()
                yield child.tail or ""

    return " ".join("".join(texts(page.tree)).split())


# -- what is written is read: values, ways to come to them, places, ways to put them there, occasions

VALUES = (
    st.text(st.sampled_from("云溪日报局2023-05:. 〔〕号abc'\"\\&"), min_size=1, max_size=12).map(str.strip).filter(bool)
)
SOURCES = {
    "literal": "{v}",
    "single quotes": "{single}",
    "name": "(function(){{ var x = {v}; return x }})()",
    "parts": "{first} + {rest}",
    "template": "`${{{first}}}${{{rest}}}`",
    "split": "({v} + '|云').split('|')[0]",
    "last item": "['x', 'y', {v}][[1, 2].length]",
    "condition": "1 > 2 ? 'x' : {v}",
    "nested condition": "1 > 2 ? 'x' : 'a' == 'b' ? 'y' : {v}",
    "default": "'' || {v}",
    "guard": "{v} != null && {v}",
    "trim": "$.trim('  ' + {v} + '\\n')",
    "substring": "('x' + {v} + 'yz').substring(1, {v}.length + 1)",
    "replace": "('#' + {v}).replace('#', '')",
    "cut at a sign": "({v} + '$').substr(0, ({v} + '$').indexOf('$'))",
    "function": "pick('x', {v})",
    "arrow": "(() => {v})()",
    "typeof": "typeof {v} != 'undefined' ? {v} : ''",
    "number": "parseInt('1') + 1 == 2 ? {v} : ''",
    "attribute": "$('#data').attr('title')",
    "data": "document.getElementById('data').getAttribute('title')",
    "hidden input": "$('#field').val()",
    "input": "document.getElementById('field').value",
    "text of the page": "$('.store').text()",
    "text of an element": "document.querySelector('.store').textContent",
    "joined": "[{first}, {rest}].join('')",
    "object": "[{{a: {v}}}][0].a",
}
PLACES = {
    "#t": "$('#t')",
    ".t": "$('.t')",
    "descendant": "$('.box .t')",
    "child": "$('.box > li > span.t')",
    "eq": "$('.box li span:eq(1)')",
    "last": "$('.box span').last()",
    "next": "$('#label').next()",
    "parent": "$('#label').parent().find('.t')",
    "siblings": "$('#label').siblings('span')",
    "children": "$('.box').children('li').eq(0).children('.t')",
    "element": "$(document.getElementById('t'))",
    "query": "$(document.querySelectorAll('.box span')[1])",
}
JQUERY = {
    "text": "{p}.text({v});",
    "html": "{p}.html({h});",
    "append": "{p}.append({h});",
    "prepend": "{p}.prepend({h})",
    "appendTo": "$('<b></b>').text({v}).appendTo({p});",
    "emptied before": "{p}.html('x').empty().append({h})",
    "replaced": "{p}.replaceWith('<b>' + {h} + '</b>');",
    "after": "{p}.after('<b>' + {h} + '</b>')",
    "shown": "{p}.text({v}).hide(); {p}.show()",
    "each": "{p}.each(function(){{ $(this).text({v}) }})",
    "inner": "{p}[0].innerHTML = {h};",
    "inner text": "{p}.get(0).innerText = {v}",
    "added": "{p}[0].innerHTML += {h}; ",
    "adjacent": "{p}[0].insertAdjacentHTML('beforeend', {h});",
    "child": "var b = document.createElement('b'); b.textContent = {v}; {p}[0].appendChild(b)",
}
OCCASIONS = {
    "at once": "{s}",
    "ready": "$(document).ready(function(){{ {s} }});",
    "jquery": "$(function(){{ {s} }})",
    "arrow": "jQuery(() => {{ {s} }})",
    "onload": "window.onload = function(){{ {s} }}",
    "listener": "document.addEventListener('DOMContentLoaded', function(){{ {s} }}, false)",
    "called at once": "(function(){{ {s} }})();",
    "function": "function fill(){{ {s} }}\nfill()",
    "called before it stands": "fill(); function fill(){{ {s} }}",
    "condition": "if ('a' == 'a' && 1 < 2) {{ {s} }} else {{ {p}.html('x') }}",
    "length": "if ({p}.length > 0) {{ {s} }}",
    "other branch": "if ({p}.html() == 'x') {p}.html('y')\nelse {{ {s} }}",
    "switch": "switch ('b') {{ case 'a': {p}.html('x'); break; case 'b': {s}; break; default: {p}.html('y') }}",
    "loop": "for (var i = 0; i < 3; i++) {{ if (i == 1) {{ {s} }} }}",
    "list": "var list = ['a', 'b']; for (var k in list) {{ if (list[k] == 'b') {{ {s} }} }}",
    "each of a list": "$.each(['a', 'b'], function(i, one){{ if (one == 'a') return; {s} }})",
    "try": "try {{ {s} }} catch (e) {{ {p}.html('x') }}",
    "among widgets": "$('.nav').slide({{a: 1}});\n$('#b').click(function(){{ {p}.html('x') }})\n{s}\nsetTimeout(function(){{ {p}.html('y') }}, 9)",
    "line ends": "var q = 'x'\n{s}\nvar r = q",
}  # fmt: skip
FIELDS = """<ul class="box"><li><span id="label">来源：</span><span class="t" id="t"></span></li></ul>
<div style="display:none"><p class="store">{v}</p><input id="field" value="{v}"><i id="data" title="{v}"></i></div>"""
FIRST = "function pick(a, b){ if (a == 'y') { return a } return b }\n"


def html_of(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def expression_of(source: str, text: str) -> str:
    """An expression whose value is the text, in one of the ways of `SOURCES`."""
    cut = len(text) // 2
    written = SOURCES[source].format(
        v=json.dumps(text),
        single="'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'",
        first=json.dumps(text[:cut]),
        rest=json.dumps(text[cut:]),
    )
    return f"({written})"


@settings(max_examples=examples(200), deadline=None)
@given(
    VALUES,
    st.sampled_from(sorted(SOURCES)),
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(sorted(JQUERY)),
    st.sampled_from(sorted(OCCASIONS)),
)
def test_what_a_script_writes_is_read(value: str, source: str, place: str, way: str, occasion: str) -> None:
    as_html = f"{expression_of(source, value)}.replace(/&/g, '&amp;')"
    statement = JQUERY[way].format(p=PLACES[place], v=expression_of(source, value), h=as_html)
    script = OCCASIONS[occasion].format(s=statement, p=PLACES[place])
    seen = shown(FIELDS.format(v=html_of(value)) + f"<script>{FIRST}{script}</script>")
    assert seen == f"来源：{' '.join(value.split())}", script


@given(VALUES, st.sampled_from(sorted(SOURCES)))
def test_what_is_written_where_the_script_stands_is_read_there(value: str, source: str) -> None:
    text = value.replace("&", "和")
    script = f"<script>{FIRST}document.write('<b>' + {expression_of(source, text)} + '</b>');</script>"
    seen = shown(f"{FIELDS.format(v=html_of(text))}<p>日期：{script}。</p>")
    assert seen == f"来源： 日期：{' '.join(text.split())}。"


# -- one page a kind

KINDS = {
    "one of two spans gets a class that shows it": (
        "<style>.a,.b{display:none}.on{display:inline}</style><li>主题：<i class=a>公园</i><i class=b></i></li><li>机构：<i class=a></i><i class=b>云溪县</i></li>"
        "<script>$('li').each(function(){var x=$(this).find('.a'); if($.trim(x.text())!=''){x.addClass('on')}else{$(this).find('.b').addClass('on')}})</script>",
        "主题：公园机构：云溪县",
    ),
    "a class below another shows a box": ("<style>.more{display:none} .open .more{display:block}</style><div id=d>甲<p class=more>乙</p></div><script>$('#d').addClass('open')</script>", "甲乙"),
    "a class that hides": ("<style>.off{display:none}</style><p class=x>甲</p><p>乙</p><script>$('.x').addClass('off')</script>", "乙"),
    "a class that hides is taken away": ("<p class='x hide'>甲</p><script>document.querySelector('.x').classList.remove('hide')</script>", "甲"),
    "tabs": ("<style>.tab{display:none}.tab.on{display:block}</style><p class='tab'>甲</p><p class='tab'>乙</p><script>$('.tab').removeClass('on').eq(1).addClass('on')</script>", "乙"),
    "a word of the database is rewritten": ("<p class=yx>有效性：<span>是</span></p><script>if($('.yx span').html()=='是'){$('.yx span').html('现行有效')} if($('.yx span').html()=='否'){$('.yx span').html('失效')}</script>", "有效性：现行有效"),
    "a value behind its label": ("<li><span id=st>状态：</span><script>var s='有效'; if(s!=null){ $('#st').parent().append(s); }</script></li>", "状态：有效"),
    "a box of files with files in it": ("<div class=fj style='display:none'><a href=a.pdf>附件</a></div><script>if($('.fj a').length>0){$('.fj').css('display','block')}</script>", "附件"),
    "a box of files without files": ("<div class=fj>附件：<ul></ul></div><script>if($('.fj a').length==0){$('.fj').hide()}</script>", ""),
    "styles as an object": ("<p class=x style='display:none'>甲</p><script>$('.x').css({color: 'red', display: 'inline'})</script>", "甲"),
    "the attribute style": ("<p class=x style='display:none'>甲</p><p class=y>乙</p><script>$('.x').attr('style', 'color:red'); $('.y').attr({style: 'display:none'})</script>", "甲"),
    "style.display": ("<p id=x style='display:none'>甲</p><p id=y>乙</p><script>document.getElementById('x').style.display='block'; document.getElementById('y').style.display='none'</script>", "甲"),
    "style.display is taken away": ("<p id=x style='color:red;display:none'>甲</p><script>document.getElementById('x').style.display=''</script>", "甲"),
    "shown, then hidden": ("<p id=x style='display:none'>甲</p><script>$('#x').show(); $('#x').hide()</script>", ""),
    "toggled by a condition": ("<p id=x>甲</p><p id=y style='display:none'>乙</p><script>$('#x').toggle(false); $('#y').toggle(true)</script>", "乙"),
    "removed": ("<p>甲<b class=x>乙</b>丙</p><script>$('.x').remove()</script>", "甲丙"),
    "moved": ("<p id=a>甲</p><p id=b>乙</p><script>$('#a').insertAfter('#b')</script>", "乙甲"),
    "days without their time": ("<p class=d>2023-05-09 00:00:00</p><p class=d>2023-05-10 08:00:00</p><script>$('.d').each(function(){ $(this).text($(this).text().split(' ')[0]) })</script>", "2023-05-092023-05-10"),
    "the first with an id": ("<p id=x></p><p id=x></p><script>$('#x').html('甲')</script>", "甲"),
    "a name of another script": ("<script>var pub = '云溪县';</script><p id=x></p><script>$('#x').html(pub)</script>", "云溪县"),
    "a function of another script": ("<p id=x></p><script>function put(v){ $('#x').html(v) }</script><script>put('甲')</script>", "甲"),
    "handlers of the page run last": ("<p id=x></p><script>$(function(){ if($('#x').html()=='') $('#x').html('甲') })</script><script>$('#x').html('乙')</script>", "乙"),
    "numbers": ("<p id=x></p><script>var n = 3; n++; n += 2; $('#x').html('共' + (n * 2 - 1) + '页')</script>", "共11页"),
    "a comment around a script": ("<p id=x></p><script><!--\n$('#x').html('甲')\n--></script>", "甲"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    markup, text = KINDS[name]
    assert shown(markup) == text


NOT_RUN = {
    "a handler": "$('#b').click(function(){ $('#x').html('乙') })",
    "a handler by name": "function f(){ $('#x').html('乙') } $('#b').on('click', f)",
    "an event that happens": "$('#b').click(function(){ y = '乙' }); var y = '乙'; $('#b').click(); $('#x').text(unknown + y)",
    "a timer": "setTimeout(function(){ $('#x').html('乙') }, 0)",
    "an answer": "$.ajax({url: '/a', success: function(d){ $('#x').html('乙') }})",
    "a function that nobody calls": "function f(){ $('#x').html('乙') }",
    "a pager": "function createPageHTML(n){ $('#x').html('共' + n + '页') } createPageHTML(7)",
    "the reader's browser": "if (navigator.userAgent.indexOf('Mobile') < 0) { $('#x').html('乙') }",
    "the address": "if (location.href.length > 3) { $('#x').html('乙') }",
    "the time of day": "var h = new Date().getHours(); if (h >= 0) $('#x').html('乙')",
    "a name that an unknown statement assigns": "var y = '乙'; y = later(); $('#x').html(y)",
    "a name that an unknown branch assigns": "var y = '乙'; if (location.hash) { y = '丙' } $('#x').html(y)",
    "a name that an answer assigns": "var y = '乙'; $.ajax({async: false, success: function(d){ y += d }}); $('#x').html(y)",
    "a list that an unknown statement fills": "var y = ['乙']; fill(y); $('#x').html(y[0])",
    "an unknown condition before a return": "$(function(){ if (location.hash) return; $('#x').html('乙') })",
    "an unknown condition before a break": "for (var i = 0; i < 2; i++) { if (location.hash) break; $('#x').html('乙') }",
    "what goes on unknown": "$('#x').html('乙').fancy()",
    "an operator that is not known": "$('#x').html('乙') instanceof Object",
    "a branch that is not evaluated": "false && $('#x').html('乙'); true || $('#x').html('乙'); true ? 1 : $('#x').html('乙')",
    "a property that jQuery does not have": "$('#x').innerHTML = '乙'",
    "a method that elements do not have": "document.getElementById('x').html('乙')",
    "undefined": "var y; $('#x').html('' + y)",
    "not a number": "$('#x').html('' + parseInt('云'))",
    "a selector that is not known": "$('#x:visible').html('乙')",
    "an element that is not there": "document.getElementById('none').innerHTML = '乙'; document.getElementById('none').appendChild($('#x')[0])",
    "other visibility": "$('#x').toggle()",
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_RUN)
def test_what_is_not_run_or_not_understood_has_no_effect(name: str) -> None:
    assert shown(f"<p id=x>甲</p><script>{NOT_RUN[name]}</script>") == "甲"


def test_templates_and_data_are_no_scripts() -> None:
    assert shown("<p id=x>甲</p><script type='text/html'>$('#x').html('乙')</script>") == "甲"


# What ECMAScript says of them; each is written as text.
EXPRESSIONS = {
    "'abcdef'.substring(4, 1)": "bcd", "'abcdef'.substring(-3, 2)": "ab", "'abcdef'.substr(-3, 2)": "de",
    "'abcdef'.slice(-3)": "def", "'abcdef'.slice(1, -1)": "bcde", "'abc'.charAt(9) + '!'": "!", "'a,b,c'.split(',').length": "3",
    "'abc'.split('').join('-')": "a-b-c", "'aXbX'.replace('X', '')": "abX", "'aXbX'.replace(/X/g, '')": "ab", "' a b '.replace(/(^\\s*)|(\\s*$)/g, '')": "a b",
    "'<b>云</b>溪'.replace(/<[^>]+>/g, '')": "云溪", "'abc'.lastIndexOf('c')": "2", "parseInt('07月')": "7", "parseFloat('2.50元')": "2.5",
    "1234567 + 1": "1234568", "0.1 + 0.2": "0.30000000000000004", "'5' - 2": "3", "'1' == 1 ? 'y' : 'n'": "y", "'1' === 1 ? 'y' : 'n'": "n",
    "null == undefined ? 'y' : 'n'": "y", "null === undefined ? 'y' : 'n'": "n", "'' == 0 ? 'y' : 'n'": "y", "'0' ? 'y' : 'n'": "y",
    "[] ? 'y' : 'n'": "y", "!'' ? 'y' : 'n'": "y", "-2 + 5": "3", "7 % 4": "3", "2 + 3 * 4": "14", "(2 + 3) * 4": "20", "typeof 'a'": "string", "typeof null": "object",
    "'2023-05-09' > '2022-12-31' ? 'y' : 'n'": "y", "'\\u4e91\\x41'": "云A", "1 && 'b'": "b", "0 || 'c' || 'd'": "c", "['a', 'b'].indexOf('b')": "1", "String(12.5)": "12.5",
    "$.trim(null) + '.'": ".", "'abc'.toUpperCase()": "ABC", "['a', 'b'].concat(['c']).slice(1).join('')": "bc", "'abc'[1]": "b", "'a-b'.replace('-', function(m){ return m + m })": "a--b",
}  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression(expression: str) -> None:
    assert shown(f"<p id=x></p><script>$('#x').text({expression})</script>") == EXPRESSIONS[expression]


def test_the_content_of_a_script_or_template_is_taken_literally() -> None:
    held = '<script type="text/html" id="t"><p>云溪区</p> &amp; 街道</script>'
    taken = "document.getElementById('x').innerHTML = document.getElementById('t').innerHTML"
    assert shown(f"{held}<div id='x'></div><script>{taken}</script>") == "云溪区 & 街道"


@pytest.mark.parametrize(
    "script",
    [
        "function show(x){ document.write(x) } show('云溪日报')",
        "var show = function(x){ document.write(x) }; show('云溪日报')",
        "$(function(){ function show(x){ $('#x').text(x) } show('云溪日报') })",
    ],
)
def test_a_page_whose_scripts_have_run_leaves_the_memory_at_once(script: str) -> None:
    """A reading process has one page after the other, and Python seldom searches for cycles."""
    page = WebPage("https://www.yunxi.example/a.html", f"<html><p id=x></p><script>{script}</script></html>", "utf-8")
    gc.collect()
    gc.disable()
    try:
        apply_script_output(page)
        assert "".join(page.tree.itertext()).count("云溪日报") == 2, "the script has not written"
        left = weakref.ref(page)
        del page
        assert left() is None
    finally:
        gc.enable()
