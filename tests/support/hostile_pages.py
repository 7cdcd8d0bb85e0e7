"""Pages made to be costly, and a process of its own in which they are read: `python -m tests.support.hostile_pages`.

Memory can only be measured where nothing else has used it before. The process ends with an error that names the page
which raised, took more than two seconds of CPU, or lifted the process by more than 300 MB. `make check` reads pages of
a tenth of their length, in one second.
"""

# ruff: noqa: E501 — a case is a line.

import resource
import time
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.extract import extract
from tests.support.pages import page
from tests.support.share import QUICK, examples

K = 100 if QUICK else 1000
"""What most pages repeat is counted in these; those whose cost is held by a limit on their parts stay as long."""
SECONDS, MEGABYTES = (1.0 if QUICK else 2.0), 300
"""The most that a page may cost, on a machine that takes `USUAL_SECONDS` for `_some_work`; more on a slower one."""
USUAL_SECONDS = 0.025
URL = "http://a.gov.cn/t20200101_123456.html"
HALF = 500 * K
PROSE = "一二三四五六七八九十，一二三四五六七八九十。"
COSTLY: dict[str, str] = {
    "spaces": "<p>" + " " * 2 * HALF + "x</p>",
    "digits": "<p>" + "1" * 2 * HALF + "</p>",
    "digits and a letter": "<p>" + "1" * HALF + "x</p>",
    "page numbers": "<p>" + "[1] 2 第3页|" * 50 * K + "x</p>",
    "links of a pager": "".join(f"<a href='t20200101_123456_{i}.html'>{i}</a> " for i in range(20 * K)),
    "lists of lists": "<ol type=1><li>" * 5 * K + "x",
    "lines of code": "<pre>" + "x\n" * 100 * K + "</pre>",
    "struck": f"<del>{PROSE}</del>" * 10 * K,
    "attachments": "<p>附件：</p>" + "<a href='#' onclick='f(1)'>x</a><a href='/f?i=1'>y.abc</a>" * 10 * K,
    "years": "<p>发布日期：" + "2020-" * 200 * K + "</p>",
    "brackets": "<p>" + "〔" * HALF + "</p>",
    "adoptions": "<p>（2023年" + "通过" * 20 * K + "</p>",
    "colons": "<p>" + "：" * HALF + "</p>",
    "quotes": "<script>document.write(" + "'" * 5000 + ')</script><p onclick="' + "'" * HALF + '">x</p>',
    "numbers": "<h1>" + "云〔2020〕" * 60 * K + "</h1><p>" + "云〔2020〕" * 60 * K + "</p>",
    "number lines": ("<p>" + "云政" * 29 + "号</p><p>" + "令 " * 29 + "号</p>") * 4 * K,
    "cited titles": "<h1>" + "《" * 200 * K + "</h1>",
    "deep": "<div>" * 60 * K,
    "deep inline": "<b>" * 60 * K,
    "deep prose": f"<div class=tit>{PROSE}" * 10 * K,
    "deep containers": f"<div id=zoom class='TRS_Editor view article-content'>{PROSE}" * 5 * K,
    "deep tables": "<table><tr><td>" * 15 * K + "索引号：1",
    "containers": f"<div id=zoom>{PROSE}</div>" * 10 * K,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(60_000)) + ">x</p>",
    "attributes without values": "<p " + "/".join(f"a{i}" for i in range(60_000)) + ">x</p>",
    "attributes with tags inside": "<p " + " ".join(f'a{i}="<"' for i in range(40_000)) + ">x</p>",
    "long attribute": f"<p class='{'a ' * HALF}' id='{'b' * HALF}' style='{'none ' * 100 * K}'>x</p>",
    "long address": f"<a href='{'%41' * HALF}'>x.pdf</a><base href='http://a/{'b/' * 200 * K}'>" + "<a href=../a.pdf>a</a>" * 2 * K,
    "entities": "<!DOCTYPE x [<!ENTITY a 'aa'>" + "".join(f"<!ENTITY a{i} '{'&a;' * 10}'>" for i in range(9)) + "]><p>" + "&lt;&a8;" * 80 * K + "</p>",
    "comments": "<!--x-->" * 60 * K + "<!--" + "<$[" * HALF + "-->",
    "marks": "<!--ZJEG_RSS.content.begin-->x" * 10 * K,
    "scripts": "<script>document.write('a')</script>" * 10 * K,
    "scripts in scripts": "<script>document.write('<script>document.write(1)<\\/script>')</script>" * 3 * K,
    "scripts that hide": "<p class=a>x</p>" * 10 * K + "<script>$('.a').hide();</script>" * 400,
    "scripts that fill": "<script>$('#a').html('<p id=a>x</p>')</script>" * 4 * K + "<p id=a></p>",
    "scripts that grow": "<script>var a='aaaaaaaa';" + "a+=a;" * 60 + "document.write(a)</script>",
    "brackets in scripts": ("<script>document.write(" + "(" * 3000 + ")</script>") * 60,
    "loops in scripts": "<p id=x class=x>x</p>" * 5 * K + "<script>while(true){unknown(1,2);$('.x').html('a')} for(;;){$('#x').append('<p>x</p>')}</script>" * 20,
    "calls in scripts": "<script>function f(){f();f()} f();document.write(1)</script>" * 200,
    "lists that grow": "<script>var a=['aaaaaaaa'];while(true){a=a.concat(a);a.push(a.join(''))}document.write(a[0])</script>" * 20,
    "each of many": "<style>.a .on{display:block}.on .b{display:none}</style><div class=a>" + "<p class=b>x</p>" * 8 * K + "<script>$('p').each(function(){$(this).addClass('on').siblings().removeClass('on');$(this).parent().find('p').hide()})</script></div>" * 20,
    "scripts that read all": f"<div id=a>{PROSE * 20 * K}</div>" + "<script>var s='';for(;;){s=$('body').text();s=$('#a').html();$('#a').append(s)}</script>" * 20,
    "nested in scripts": ("<script>" + "if(a)" * 400 + ";" + "!" * 1000 + "1;" + "{" * 400 + "document.write(" + "[" * 800 + "</script>") * 40,
    "operands passed over": "<script>while(true){false&&(1" + "+1" * 1_000 + ")" + "&&1" * 500 + "} document.write(1)</script>",
    "assignments": ("<script>var a='" + "x" * 15_000 + "';" + "=" * 3000 + "document.write(b)</script>") * 40,
    "style sheet": "<style>" + ".a{display:none}@media x{" * 3000 + "</style><p>x</p>",
    "at-rules": "<style>display none " + "@a" * 45 * K + "</style>",
    "braces": "<style>display none @a{" + "a{}" * 30 * K + "</style>",
    "conditions": ("<p ms-visible='" + "((" * 90 + "' v-if='" + "!" * 190 + "1'>x</p>") * 700,
    "json": "DETAIL: " + '{"a":' * 80 * K,
    "json cut off": 'DETAIL: {"content":"' + "x" * 2 * HALF,
    "lists in scripts": ("<script>" + "{url:'a.pdf" * 20 * K + ("{" + "x" * 590) * 800 + "url:'.pdf'</script>"),
    "a table without end": "<table>" + "<tr><td>发布日期：2020-01-01</td><td>x</td></tr>" * 120 * K,
    "links": "<a href='a.pdf'>a</a>" * 30 * K,
    "links that say little": "".join(f"<a href='{i}.pdf'>下载</a>" for i in range(20 * K)),
    "lines of links that say little": "".join(f"<li>1<p><a href='{i}.pdf'>下载</a></p></li>" for i in range(15 * K)),
    "pictures of annexes": "<table><tr><td>" + "<p>附件</p><p><img src=a.png></p>" * 15 * K + "</td></tr></table>",
    "contents": "<h1>关于做好水库安全工作的通知</h1>" + "".join(f"<li><a href='#s{i}'>第{i}章</a></li>" for i in range(15 * K)),
    "clicks": "<script>function d(n){var u='';for(var i=0;i<9999;i++){u+=n;}open(u);}</script>"
    + "".join(f"<a href='#' onclick=\"d('{i}.pdf')\">a</a>" for i in range(10 * K)),
    "pictures": "<div id=zoom>" + "<img src=a.png>" * 30 * K + "</div>",
    "frames": "<iframe src='v.html?file=a.pdf'>" * 3 * K + "<embed src=a.pdf>" * 20 * K,
    "rows": "<table>" + "<tr><td>索引号</td><td>x</td></tr>" * 15 * K + "</table>",
    "wide rows": "<table><tr>" + "<td>索引号</td>" * 15 * K + "</tr><tr>" + "<td>x</td>" * 15 * K + "</tr></table>",
    "rows of labels": ("<tr>" + "<td>索引号</td>" * 200 + "</tr>") * 80,
    "labels": "<p>索引号：</p>" * 20 * K,
    "labels in one line": "索引号：1来源：" * 40 * K,
    "labels in spans": "<p>" + "<span>索引号</span><span>x</span>" * 20 * K + "</p>",
    "gaps": "<p>" + "索<i></i>" * 60 * K + "：</p>",
    "zero width": "<p>索引号" + "\u200b" * HALF + "：x</p>",
    "feet below a text": f"<div id=zoom><p>{PROSE}</p>" + "<div class=bottom><p>甲</p></div>" * 25 * K + "</div>",
    "hidden parts": "<div style='display:none'>索引号</div>" * 15 * K + f"<h1>关于开展工作的通知</h1><div>{'<p>' + PROSE * 2 + '</p>'}</div>",
    "tools": "<p>" + "附件下载" * 28 + "x</p>" + ("<p>" + "附件下载1" * 23 + "x</p>") * 3 * K,
    "related": f"<p>相关解读</p><p>{PROSE}</p>" * 8 * K,
    "signatures": "<p>2020年1月1日</p>" * 15 * K,
    "headings": "<h1>关于开展工作的通知</h1>" * 15 * K + f"<p>{PROSE}</p>",
    "titles": "<title>" + "a - " * 20 * K + "</title>" + "<title>关于开展工作的通知_a</title>" * 5 * K,
    "meta": "<meta name=PubDate content='" + "2020-" * 100 * K + "'><meta name=Keywords content='" + " ," * HALF + "'>",
    "charset": "<meta charset=" + " " * 8000 + ">" + "charset=" * 50 * K,
    "values": "<table><tr><td>文号</td><td>" + "- " * 100 * K + "</td><td>有效性</td><td>" + "有效" * 100 * K + "</td></tr></table>",
    "breaks": "<br>" * 60 * K,
    "angles": "<" * HALF + "<a " * 60 * K + '<a href="' * 60 * K,
    "nul": "\x00" * HALF + "<p>x",
    "sections": "<![CDATA[" * 30 * K + "<?x " * 30 * K,
}  # fmt: skip

_MARKUP = """
<div>|</div>|<table><tr><td>|</td></tr>|<script>document.write('|');</script>|<!--|-->|索引号：|文号|：|〔2020〕3号|2020-13-45
<p style='display:none'>|<a href='x.pdf'>|<a href='http://[::1'>|<style>.a{display:none|}|&#0;|&#xD800;|DETAIL: {
"content":"|<br>|<span>|【|】|<meta name=ContentStart>|<iframe src='?file=a.pdf'>|<h1>关于|的通知</h1>|  |11|.pdf|@media
<ucapcontent>|<base href='//['>|<meta charset=utf-7>|<meta charset=gbk>|document.write(|((((|if(|\\|公开方式：
二〇二〇年十三月|相关解读|附件下载|<html><body>|</html>|<title>|<input id="title" value='|question_data: {|，。|一、二、
"""
PIECES = st.sampled_from(["\x00", "\x02", "\ud800", *(p for line in _MARKUP.split("\n") for p in line.split("|"))])
ANY_BYTES = st.binary(max_size=600)
ANY_MARKUP = st.lists(PIECES, max_size=40).map("".join).map(lambda text: text.encode("utf-8", "surrogatepass"))
REPEATED = st.lists(st.tuples(PIECES, st.integers(1, 4_000)), max_size=8).map(
    lambda parts: "".join(piece * count for piece, count in parts).encode("utf-8", "surrogatepass")
)
CUT = st.tuples(st.integers(0, 3000), st.integers(0, 400), PIECES).map(
    lambda cut: page().encode()[: cut[0]] + cut[2].encode("utf-8", "surrogatepass") + page().encode()[cut[0] + cut[1] :]
)


def slowness() -> float:
    """How many times slower than usual the machine computes at the moment, at least 1. Where machines share processors
    it was up to four times, and so were the pages: their cost in units of this work stayed the same."""
    return max(1.0, min(_seconds(_some_work) for _ in range(3)) / USUAL_SECONDS)


def _some_work() -> None:
    places = {str(number): number for number in range(150_000)}
    sorted(places)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def check(name: str, body: bytes, base: int, url: str = URL, content_type: str = "") -> None:
    """Raises `AssertionError` where reading the page costs more than it may; `base` is the process's peak before."""
    start = time.process_time()
    extraction = extract(body, url, content_type)
    seconds = time.process_time() - start
    grown = (peak() - base) // 1024
    assert extraction.reason
    assert seconds < SECONDS or seconds < SECONDS * slowness(), f"{name}: {seconds:.1f} s for {len(body)} bytes"
    assert grown < MEGABYTES, f"{name}: {grown} MB for {len(body)} bytes"


def peak() -> int:
    """The most memory that the process ever had, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Reads everything; raises at the first page that costs too much."""
    extract(b"<p>x</p>", URL)
    base = peak()
    for name, text in COSTLY.items():
        check(name, text.encode(), base)

    @settings(max_examples=examples(150), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(ANY_BYTES, ANY_MARKUP, REPEATED, CUT), st.text(max_size=30), st.text(max_size=20))
    def no_bytes_are_too_much(body: bytes, url: str, content_type: str) -> None:
        check("bytes", body, base, url, content_type)

    no_bytes_are_too_much()


if __name__ == "__main__":
    main()
