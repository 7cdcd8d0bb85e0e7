"""Pages that only lead to another one, and pages that merely contain such words."""

import itertools
import time

import pytest

from etl.web.page import WebPage
from etl.web.redirects import PageRedirect, may_lead_on, page_redirect

HERE = "https://www.yunxi.example/gk/"
THERE = "https://www.yunxi.example/gk/zcfg/"
CONTENT = "<h1>云溪县人民政府关于印发供水管理办法的通知</h1>" + "<p>各乡镇人民政府，县直有关单位：现予印发。</p>" * 9


def led(markup: str) -> PageRedirect | None:
    found = page_redirect(WebPage(HERE, markup, "utf-8"))
    assert found is None or may_lead_on(markup.encode())
    return found


NAMES = [
    f"{owner}location{member}"
    for owner in ("", "window.", "document.", "self.", "top.", "parent.", "window.parent.")
    for member in ("", ".href")
]
ASSIGNED = [f'{name}="./zcfg/";' for name in NAMES]
CALLED = [f"{name}.{call}('/gk/zcfg/')" for name in ("location", "window.location") for call in ("replace", "assign")]
INDIRECT = [
    'var htm = "";\n htm = "./zcfg/"; document.location.href=htm;',
    'htm="./"; /* location.href="./other/"; */ location = htm + "zcfg/"; // location.href="./other/"',
    'if ("1" == "1") { location.href = "./zcfg/"; } else { location.href = "./other/"; }',
    "setTimeout(\"location.href='./zcfg/'\", 1000);",
    "window.setTimeout(function(){ location.href='./zcfg/' }, 3000)",
    "$(function(){ window.location.href = './zcfg/'; });",
    "window.onload=function(){ location.href = './zcfg/'; }",
    "<!--\nlocation.href = './zcfg/';\n//-->",
    "this.location.href = './zcfg/';",
    "window['location']['href'] = './zcfg/';",
    "window.open('./zcfg/', '_self');",
    "open('./zcfg/', '_top')",
    "function go() { location.href = './zcfg/'; } go();",
    "go(); function go() { location.href = './zcfg/'; }",
    "function go(to) { location.href = to; } function main() { go('./zcfg/'); } main();",
    "function go() { location.href = './zcfg/'; } setTimeout(go, 1000);",
    "function go() { location.href = './zcfg/'; } setTimeout('go()', 1000);",
    "function go() { location.href = './zcfg/'; } window.onload = go;",
    "location.href = location.protocol + '//' + location.host + '/gk/zcfg/';",
    "if (window.location.host == 'www.yunxi.example') { window.location = './zcfg/'; }",
    "if (location.hostname != 'www.yunxi.example') location = '/a/'; else location = './zcfg/';",
]
SHELLS = [
    "<script>{}</script>",
    '<SCRIPT LANGUAGE="JavaScript">{}</SCRIPT>',
    "<html><head><title>政策法规</title><script>{}</script></head><body></body></html>",
    "<body><p>正在跳转，请稍候…<a href='./zcfg/'>点击进入</a></p><script type='text/javascript'>{}</script></body>",
]


@pytest.mark.parametrize(
    ("script", "shell"), [*zip(ASSIGNED, itertools.cycle(SHELLS)), *itertools.product([*CALLED, *INDIRECT], SHELLS)]
)
def test_a_script_that_only_leads_on_is_followed(script: str, shell: str) -> None:
    assert led(shell.format(script)) == PageRedirect(THERE, "script")


REFRESH = [
    f"<meta {name}='refresh' content='{delay}{mark}{url}'>"
    for name in ("http-equiv", "HTTP-EQUIV")
    for delay in ("0", "3", "0.1")
    for mark in (";url=", "; URL=", ";", ", url = ")
    for url in ("./zcfg/", THERE)
]


@pytest.mark.parametrize("element", REFRESH)
def test_a_refresh_without_content_is_followed(element: str) -> None:
    assert led(f"<html><head>{element}</head><body></body></html>") == PageRedirect(THERE, "meta refresh")


@pytest.mark.parametrize("lead", ["0;url=", "0;URL = ", "5, ", "0 "])
@pytest.mark.parametrize("quoted", ["'{}'", "'{}", "&quot;{}&quot;", "&quot;{}", "{}", "'{}' target=_top"])
def test_a_quote_ends_the_address_of_a_refresh_that_it_began(lead: str, quoted: str) -> None:
    element = f'<meta http-equiv="refresh" content="{lead}{quoted.format("./zcfg/")}">'
    assert led(f"<html><head>{element}</head><body></body></html>") == PageRedirect(THERE, "meta refresh")


@pytest.mark.parametrize(
    "frames",
    [
        '<frameset rows="100%,*"><frame src="zcfg/"><frame src="about:blank"><frame></frameset>',
        '<frameset rows="*"><frame src="zcfg/"></frameset>',
        '<frameset rows="0,*"><frame src="top.html"><frame src="zcfg/"></frameset>',
        '<frameset cols="*"><frame src="/gk/zcfg/"><noframes><body>您的浏览器不支持框架</body></noframes></frameset>',
    ],
)
def test_a_frameset_with_one_frame_is_followed(frames: str) -> None:
    assert led(f"<html><head><title>通知</title></head>{frames}</html>") == PageRedirect(THERE, "frameset")


EVERY = [*(shell.format(script) for script in (ASSIGNED[0], INDIRECT[0], CALLED[0]) for shell in SHELLS), *REFRESH[:4]]


@pytest.mark.parametrize("lead", EVERY)
def test_a_page_with_content_is_not_left(lead: str) -> None:
    assert led(f"<div>{CONTENT}</div>{lead}") is None


@pytest.mark.parametrize(
    "markup",
    [
        *(
            f"<script>{script}</script>"
            for script in (
                'if (/Android|iPhone/.test(navigator.userAgent)) { location.href = "/m/"; }',
                'if (mobile) location.href="/m/"; else location.href="/pc/";',
                'var to = "/a/"; if (isMobile()) to = "/m/"; location.href = to;',
                'function go() { location.href = "/a/"; }',
                'function go() { location.href = "/a/"; } $("#x").click(go);',
                'function go() { location.href = "/a/"; } function far() { location = "/b/"; } go();',
                'location.search = "?a=1";',
                'window.open("/a/"); ',
                'window.open("/a/", "_blank");',
                'if (top.location != self.location) top.location = "/a/";',
                'if (location.hash) location = "/a/";',
                'document.cookie = "pass=1"; location.href = "/a/";',
                'location.href = "/a/" + token();',
                '$.get("/x.json", function(data) { location.href = data.url; });',
                'location.href = "/a/"; location.href = "/b/";',
                "location.reload();",
                'document.write("<div>全文</div>"); location.href = "/a/";',
                '// location.href = "/a/"',
                'location.href = "javascript:void(0)";',
                'location.href = "/gk/#top";',
            )
        ),
        "<body><a onclick=\"location.href='/a/'\">进入</a></body>",
        '<script type="text/template">location.href = "/a/";</script>',
        '<!-- <meta http-equiv="refresh" content="0;url=/a/"> -->',
        '<noscript><meta http-equiv="refresh" content="0;url=/a/"></noscript>',
        '<meta http-equiv="refresh" content="300">',
        '<meta http-equiv="refresh" content="0;url=/a/"><script>location.href="/b/"</script>',
        '<frameset cols="20%,*"><frame src="menu.html"><frame src="main.html"></frameset>',
        '<body><iframe src="/a/"></iframe><script>location.href="/b/"</script></body>',
        '<form action="/a/"><input name="word"></form><script>location.href="/b/"</script>',
    ],
)
def test_what_is_not_certain_leads_nowhere(markup: str) -> None:
    assert led(markup) is None


LINKS = "<a href='./1.html'>要闻</a>" * 20


@pytest.mark.parametrize(
    "hidden", [f"<!--{LINKS}-->", f"<SCRIPT>var menu = `{LINKS}`;</SCRIPT>", f"<title>{LINKS}</title>", f"<xmp>{LINKS}"]
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
def test_what_is_no_link_keeps_no_page_from_leading_on(hidden: str, charset: str) -> None:
    lead = f"<html><meta http-equiv='refresh' content='0;url={THERE}'>"
    assert may_lead_on((lead + hidden).encode(charset))
    assert may_lead_on((lead + LINKS).encode(charset)) is (charset == "utf-16"), "a page with many links is not parsed"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>location" + "=(" * 40_000 + "</script>",
        "<script>" + "if(a)location.href=b;else " * 3_000 + "</script>",
        "<b>" * 30_000 + "location",
        '<meta http-equiv="refresh" content="0' + " " * 90_000 + '"',
        "<script>var location" + "=setTimeout(function(){" * 800 + "</script>",
    ],
)
def test_no_page_takes_long(markup: str) -> None:
    begun = time.process_time()
    led(markup)
    assert time.process_time() - begun < 2
