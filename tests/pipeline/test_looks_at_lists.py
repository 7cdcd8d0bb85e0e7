"""A survey that looks at a list in Chromium: its draft has what the page requests, or says what cannot be had."""

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from starlette.responses import Response

from demo.generic import PlainSite
from demo.server import Call, serve
from etl import event_loop
from etl.errors import GongkaiError
from etl.fetch.client import fetcher
from etl.fetch.host_registry import LocalHostRegistry
from etl.pipeline.look import chromium, gate, looking, tab
from etl.pipeline.look.installed import chromium_path
from etl.pipeline.stages.catalog_walk import fetch_listing_page
from etl.pipeline.survey import with_look
from etl.pipeline.survey.draft import draft
from etl.pipeline.survey.survey import Survey, survey_site
from etl.platforms.registry import platform
from etl.sources.schema import Source

pytestmark = pytest.mark.service
needs_chromium = pytest.mark.skipif(
    not chromium_path(None), reason="no Chromium is installed (Debian: apt-get install chromium)"
)
TODAY = date(2026, 5, 1)
DOCS = [
    {
        "id": 700 - 3 * n,
        "title": f"云溪县关于公布第{n + 1}批农村公路名录的通知",
        "day": str(TODAY - timedelta(days=9 * n)),
    }
    for n in range(24)
]
PRELUDE = """
let n = 1
const draw = rows => { list.innerHTML = rows.map(o =>
  `<li><a href="${path(o.id)}">${o.title}</a><i>${o.day}</i></li>`).join('') }
const path = id => '/d/' + id + '.html'
const data = (...sent) => fetch(...sent).then(answer => answer.json())
const turned = go => { go(); next.onclick = () => { n++; go() } }
"""
"""What the pages have in common: rows are drawn, and 下一页 turns them."""
BODY = "<ul id='list'></ul><a id='next' href='javascript:;'>下一页</a>"


@dataclass
class Sent:
    """What a service is sent."""

    query: dict[str, str]
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self.body or b"{}")
        return sent


Answer = str | dict[str, Any] | list[Any] | Response
Files = dict[str, str | Callable[[Sent], Answer]]


def rows(number: Any, size: int = 10) -> list[dict[str, Any]]:
    start = (int(number) - 1) * size
    return DOCS[start : start + size]


def page(script: str, body: str = BODY) -> str:
    title = "<title>政策文件_云溪县人民政府</title>"
    scripts = f"<script>{PRELUDE}</script><script>{script}</script>"
    return f"<html><head><meta charset='utf-8'>{title}</head><body>{body}{scripts}</body></html>"


@contextmanager
def served(files: Files) -> Iterator[PlainSite]:
    site = PlainSite("scripted")
    documents: Files = {r"/d/\d+\.html": "<html><h1>云溪县关于公布农村公路名录的通知</h1></html>"}
    for path, content in (documents | files).items():

        def answer(call: Call, content: str | Callable[[Sent], Answer] = content) -> Response:
            request = call.request
            sent = Sent(dict(request.query_params), dict(request.headers), request.cookies, request._body)
            made = content if isinstance(content, str) else content(sent)
            if isinstance(made, Response):
                return made
            return Response(made if isinstance(made, str) else json.dumps(made), media_type="text/html")

        site.path_faults[path] = answer
    with serve(site):
        yield site


def looked(site: PlainSite, monkeypatch: pytest.MonkeyPatch, browser: str | None = None) -> Survey:
    """The survey of the site's list, with a look whether or not it is needed."""
    monkeypatch.setattr(with_look, "needs_look", lambda survey: True)
    monkeypatch.setattr(tab, "_QUIET_SECONDS", 0.4)
    monkeypatch.setattr(looking, "_PATIENCE_SECONDS", 0)
    look = with_look.looker(browser, "test", lambda url: None)
    return event_loop.run(survey_site(f"{site.base}/zc/", "test", True, 0, 12, lambda url: None, with_look=look))


def drafted(survey: Survey) -> Source:
    source = Source.model_validate(yaml.safe_load(draft(survey, TODAY, allow_private=True)))
    return source.model_copy(update={"pace": source.pace.model_copy(update={"delay": 0})})


def walked(source: Source) -> set[str]:
    """The addresses of all documents of the source's first list."""

    async def walk() -> set[str]:
        family, urls = platform(source.platform).for_source(source), set[str]()
        async with fetcher(source, LocalHostRegistry(), "test") as fetch:
            waiting = [family.start(source)[0]]
            while waiting:
                fetched = await fetch_listing_page(fetch, family, waiting.pop())
                new = {entry.url for entry in fetched.page.entries} - urls if fetched.page else set()
                waiting += fetched.page.next_requests[:1] if fetched.page and new else []
                urls |= new
        return urls

    return event_loop.run(walk())


POSTED = """
const at = ['/gw', 'li', 'st'].join('/'), where = { node: document.body.dataset.n || 'z5' }
turned(() => data(at, { method: 'POST', body: JSON.stringify({ page: { current: n, size: 10 }, where }) })
  .then(answer => draw(answer.data.records)))"""
NAMELESS = POSTED.replace("current", "zq")
CALLED = """
window.cb = answer => draw(answer.list)
turned(() => {
  const script = document.createElement('script')
  script.src = ['/data', 'rows'].join('/') + '?cb=cb&lm=7&p=' + n + '&_=' + Date.now()
  document.head.append(script)
})"""
BY_ID = """
data('/tree').then(tree => turned(() => {
  const sent = { ch: tree.nodes[1].id, offset: (n - 1) * 10, limit: 10 }
  data('/q?' + new URLSearchParams(sent)).then(answer => draw(answer.rows))
}))"""
SCROLLED = """
const add = o => {
  const row = document.createElement('div')
  row.style.height = '150px'
  row.innerHTML = `<h3>${o.title}</h3><i>${o.day}</i>`
  row.onclick = () => window.open(path(o.id))
  box.append(row)
}
const more = () => data('/feed?pageNum=' + n++).then(answer => answer.rows.forEach(add))
more()
onscroll = () => { if (innerHeight + scrollY > document.body.scrollHeight - 5) more() }"""
SHORTENED = """
const short = rows => { list.innerHTML = rows.map(o => `<tr><td>${o.id}</td><td><a href="javascript:void(0)"
  onclick="window.open(path(${o.id}))" title="${o.title}">${o.title.slice(0, 11)}...</a></td></tr>`).join('') }
turned(() => data('/cut?pageNum=' + n).then(answer => short(answer.rows)))"""
FRAMED = "document.body.insertAdjacentHTML('beforeend', '<ifr' + 'ame src=/inner/ width=900 height=700></ifr' + 'ame>')"
IN_FRAME = """
turned(() => {
  const body = new FormData
  body.set('pageNo', n)
  body.set('dept', '62')
  data('/inner/data', { method: 'POST', body }).then(answer => draw(answer.list))
})"""
SUBMITTED = """
document.querySelector('#next').onclick = () => {
  const form = document.forms[0]
  form.action = location.pathname + '?yema=' + form.dataset.n
  form.submit()
}"""


def submitted(sent: Sent) -> Answer:
    number = int(sent.query.get("yema", 1))
    lines = "".join(f"<li><a href='/d/{o['id']}.html'>{o['title']}</a><i>{o['day']}</i></li>" for o in rows(number))
    form = f"<form method='get' data-n='{number + 1}'><input type='hidden' name='yema' value='{number + 1}'></form>"
    return (
        page(SUBMITTED, f"<ul class='l'>{lines}</ul>{form}<b id='next'>下一页</b>")
        if lines
        else page("", "<p>没有了</p>")
    )


def in_parts(sent: Sent) -> Answer:
    parts = dict(re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n', sent.body.decode())) or sent.form
    return {"list": rows(parts["pageNo"]) if parts["dept"] == "62" else [], "total": len(DOCS)}


WHOLE: dict[str, tuple[Files, dict[str, str], dict[str, Any]]] = {
    "JSON posted by fetch": (
        {
            "/zc/": page(POSTED),
            "/gw/li/st": lambda sent: {"data": {"records": rows(sent.json["page"]["current"]), "total": len(DOCS)}},
        },
        {"url": "/gw/li/st", "post": '{"page":{"current":1,"size":10},"where":{"node":"z5"}}'},
        {"address": "/d/{id}.html"},
    ),
    "a number in a name that says nothing": (
        {
            "/zc/": page(NAMELESS),
            "/gw/li/st": lambda sent: {"data": {"records": rows(sent.json["page"]["zq"]), "total": len(DOCS)}},
        },
        {"url": "/gw/li/st", "post": '{"page":{"zq":1,"size":10},"where":{"node":"z5"}}'},
        {"address": "/d/{id}.html", "page_number": "zq"},
    ),
    "JSONP": (
        {
            "/zc/": page(CALLED),
            "/data/rows": lambda sent: f"cb({json.dumps({'list': rows(sent.query['p']), 'count': len(DOCS)})})",
        },
        {"url": "/data/rows?cb=cb&lm=7&p=1"},
        {"address": "/d/{id}.html"},
    ),
    "an id from the request before": (
        {
            "/zc/": page(BY_ID),
            "/tree": lambda sent: {"nodes": [{"id": "a"}, {"id": "c9"}]},
            "/q": lambda sent: {
                "rows": rows(int(sent.query["offset"]) // 10 + 1) if sent.query["ch"] == "c9" else [],
                "total": len(DOCS),
            },
        },
        {"url": "/q?ch=c9&offset=0&limit=10"},
        {"address": "/d/{id}.html"},
    ),
    "rows that a click opens, scrolled": (
        {
            "/zc/": page(SCROLLED, "<div id='box'></div>"),
            "/feed": lambda sent: {"rows": rows(sent.query["pageNum"]), "total": len(DOCS)},
        },
        {"url": "/feed?pageNum=1"},
        {"address": "/d/{id}.html"},
    ),
    "rows that a click opens, whose titles are cut off": (
        {
            "/zc/": page(SHORTENED, "<table id='list'></table><a id='next' href='javascript:;'>下一页</a>"),
            "/cut": lambda sent: {"rows": rows(sent.query["pageNum"]), "total": len(DOCS)},
        },
        {"url": "/cut?pageNum=1"},
        {"address": "/d/{id}.html"},
    ),
    "a frame with a form in parts": (
        {"/zc/": page(FRAMED, ""), "/inner/": page(IN_FRAME), "/inner/data": in_parts},
        {"url": "/inner/data", "post": "pageNo=1&dept=62"},
        {"address": "/d/{id}.html"},
    ),
    "a form that is sent to the address of the next page": (
        {"/zc/": submitted},
        {"url": "/zc/"},
        {"pages": "/zc/?yema={page}"},
    ),
}


@needs_chromium
@pytest.mark.parametrize("name", WHOLE)
def test_what_a_page_requests_is_drafted_and_walked_without_the_browser(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, column, listing = WHOLE[name]
    with served(files) as site:
        survey = looked(site, monkeypatch)
        source = drafted(survey)
        assert source.columns[0].url == f"{site.base}{column['url']}"
        assert source.columns[0].post == column.get("post", "")
        assert source.listing is not None
        assert listing.items() <= source.listing.model_dump(exclude_unset=True).items()
        assert len(walked(source)) == len(DOCS)
        assert "leads to the second page, which was read without the browser too" in " ".join(survey.seen)


SIGNED = """
turned(() => {
  const time = String(Date.now() * 7), headers = { 'X-Time': time, 'X-Sign': time.split('').reverse().join('') }
  data('/gw/page?page=' + n, { headers }).then(answer => draw(answer.rows))
})"""
ENCODED = """
const decoded = text => JSON.parse(decodeURIComponent(escape(atob(text.split('').reverse().join('')))))
turned(() => data('/gw/page?page=' + n).then(answer => draw(decoded(answer.data))))"""
CURSOR = """
let last = ''
turned(() => data('/gw/page?last=' + last).then(answer => { draw(answer.rows); last = answer.rows[9].id }))"""
COOKIE = """
document.cookie = 'acw=x' + 7 + '; path=/'
turned(() => data('/gw/page?page=' + n).then(answer => draw(answer.rows)))"""
TOKEN = """
const key = () => 'abcdef'[n] + 'q'.repeat(20)
turned(() => data('/gw/page?page=' + n + '&k=' + key()).then(answer => draw(answer.rows)))"""
ROUTED = """
const lines = rows => { list.innerHTML = rows.map(o =>
  `<li><a href="#/detail/${o.id}">${o.title}</a><i>${o.day}</i></li>`).join('') }
turned(() => data('/gw/page?page=' + n).then(answer => lines(answer.rows)))"""


def signed(sent: Sent) -> Answer:
    good = sent.headers.get("x-sign", "-") == sent.headers.get("x-time", "")[::-1]
    return {"rows": rows(sent.query["page"]), "total": 24} if good else {"code": 401, "msg": "签名错误"}


def encoded(sent: Sent) -> Answer:
    return {"data": base64.b64encode(json.dumps(rows(sent.query["page"])).encode()).decode()[::-1]}


def behind(sent: Sent) -> Answer:
    before = [place for place, row in enumerate(DOCS) if str(row["id"]) == sent.query["last"]]
    start = before[0] + 1 if before else 0
    return {"rows": DOCS[start : start + 10]}


def with_cookie(sent: Sent) -> Answer:
    return {"rows": rows(sent.query["page"]), "total": 24} if "acw" in sent.cookies else {"code": 412, "msg": "请刷新"}


def with_token(sent: Sent) -> Answer:
    good = sent.query.get("k", "")[:1] == "abcdef"[int(sent.query["page"])]
    return {"rows": rows(sent.query["page"]), "total": 24} if good else {"code": 403, "msg": "口令错误"}


def plain(sent: Sent) -> Answer:
    return {"rows": rows(sent.query["page"]), "total": 24}


NAMED = {
    "a header of a script": (SIGNED, signed, r"page=1 answers .* needs the header x-sign and the header x-time"),
    "an encoded answer": (ENCODED, encoded, r"that are in no answer: what \S+page=2 answers is encrypted or encoded"),
    "a cursor": (CURSOR, behind, r"requests the second page with last \( → 673\) of the answer before it"),
    "a cookie of a script": (COOKIE, with_cookie, r"it needs the cookie acw, which a script sets"),
    "a token of each page": (TOKEN, with_token, r"of 10 new rows that a click on 下一页 shows, 0 .* differs in k \(b"),
    "documents of a script": (ROUTED, plain, r"its documents are shown by scripts alone \(\S+/zc/#/detail/700\)"),
}  # fmt: skip


def drafted_or_refused(survey: Survey) -> str:
    try:
        return draft(survey, TODAY, allow_private=True)
    except GongkaiError as error:
        return str(error)


@needs_chromium
@pytest.mark.parametrize("name", NAMED)
def test_what_cannot_be_crawled_is_named_in_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script, service, sentence = NAMED[name]
    with served({"/zc/": page(script), "/gw/page": service}) as site:
        survey = looked(site, monkeypatch)
        assert re.search(sentence, " ".join(survey.seen))
        assert re.search(sentence, drafted_or_refused(survey))


@needs_chromium
def test_the_lists_that_a_page_links_are_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"a": "政策文件", "b": "通知公告"}
    menu = "".join(f"<li><a href='/xxgk/{key}/'>{name}</a></li>" for key, name in names.items())
    script = """
        const node = location.pathname.split('/')[2]
        turned(() => data('/gw/page?' + new URLSearchParams({ page: n, node })).then(answer => draw(answer.rows)))"""
    shell = page(script, f"<ul>{menu}</ul>{BODY}")

    def part(sent: Sent) -> Answer:
        own = DOCS[:14] if sent.query["node"] == "a" else DOCS[14:]
        start = int(sent.query["page"]) * 10 - 10
        return {"rows": own[start : start + 10], "total": len(own)}

    files: Files = {
        "/zc/": page("", f"<ul>{menu}</ul><p>本栏目公开政府信息。</p>"),
        "/xxgk/[ab]/": shell,
        "/gw/page": part,
    }
    with served(files) as site:
        source = drafted(looked(site, monkeypatch))
        assert [(column.url.removeprefix(site.base), column.name) for column in source.columns] == [
            ("/gw/page?page=1&node=a", "政策文件"),
            ("/gw/page?page=1&node=b", "通知公告"),
        ]
        assert source.listing
        assert source.listing.address == "/d/{id}.html"


@needs_chromium
def test_rows_of_a_box_beside_an_empty_list_are_not_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    box = "<ul id='list'></ul><div class='side-hot'><h3>热点推荐</h3><ul id='hot'></ul></div>"
    script = """
        data(['/h', 'ot'].join('')).then(answer => { hot.innerHTML = answer.rows.map(o =>
          `<li><a href="/h/${o.id}.html">${o.title}</a></li>`).join('') })
        data('/gw/page?page=1').then(answer => draw(answer.rows))"""
    failing: Files = {
        "/gw/page": lambda sent: {"code": 500, "msg": "系统繁忙"},
        "/hot": lambda sent: {"rows": DOCS[:6]},
    }
    with served({"/zc/": page(script, box), **failing}) as site:
        words = " ".join(looked(site, monkeypatch).seen)
        assert re.search(
            r"boxes beside a list alone \(\S+/hot\); it lacks a list in \S+ \(the service answers: 系统", words
        )


@needs_chromium
def test_first_rows_of_the_page_itself_are_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service that answers the further rows need not have them."""
    lines = "".join(f"<li><a href='/d/{o['id']}.html'>{o['title']}</a><i>{o['day']}</i></li>" for o in DOCS[:6])
    body = f"<ul id='list'>{lines}</ul><a id='next' class='btn-next'></a>"
    script = "n = 0; next.onclick = () => { n++; data('/gw/page?page=' + n).then(answer => draw(answer.rows)) }"
    further: Files = {"/gw/page": lambda sent: {"rows": DOCS[6:][int(sent.query["page"]) * 6 - 6 :][:6]}}
    with served({"/zc/": page(script, body), **further}) as site:
        assert "the first ones stand in the page itself" in " ".join(looked(site, monkeypatch).seen)


@needs_chromium
def test_a_day_in_the_request_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
        const until = new Date().toISOString().slice(0, 10)
        turned(() => data('/gw/page?' + new URLSearchParams({ page: n, until })).then(answer => draw(answer.rows)))"""
    with served({"/zc/": page(script), "/gw/page": plain}) as site:
        assert "(?) until is today: later documents may be left out" in looked(site, monkeypatch).seen


def test_without_a_browser_the_draft_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with served({"/zc/": page(POSTED)}) as site:
        with monkeypatch.context() as without:
            without.setenv("PATH", "/nowhere")
            assert "Chromium (Debian: apt-get install chromium)" in looked(site, monkeypatch).seen[0]
        assert looked(site, monkeypatch, browser="").seen == ()
        assert looked(site, monkeypatch, browser="/nowhere/chrome").seen == ("/nowhere/chrome is no program",)


@needs_chromium
def test_a_list_that_is_understood_is_not_looked_at() -> None:
    lines = "".join(f"<li><a href='/d/{o['id']}.html'>{o['title']}</a><i>{o['day']}</i></li>" for o in DOCS[:6])
    with served({"/zc/": page("", f"<ul class='l'>{lines}</ul><p>共6条</p>")}) as site:
        reported: list[str] = []
        look = with_look.looker(None, "test", reported.append)
        event_loop.run(survey_site(f"{site.base}/zc/", "test", True, 0, 12, lambda url: None, with_look=look))
        assert not reported


@dataclass
class Listener:
    """Ports on loopback that nobody should reach: what arrives there over TCP and UDP."""

    port: int
    arrived: list[str]


@contextmanager
def listening() -> Iterator[Listener]:
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", tcp.getsockname()[1]))
    listener = Listener(tcp.getsockname()[1], [])

    def take() -> None:
        while True:
            try:
                connection, _ = tcp.accept()
            except OSError:
                return
            connection.settimeout(2)
            with connection:
                try:
                    listener.arrived.append(f"tcp {connection.recv(200)!r}")
                except TimeoutError:
                    listener.arrived.append("tcp")

    def receive() -> None:
        while True:
            try:
                data, _ = udp.recvfrom(2000)
            except OSError:
                return
            if data == b"end":
                return
            listener.arrived.append(f"udp {len(data)}")

    threads = [threading.Thread(target=take, daemon=True), threading.Thread(target=receive, daemon=True)]
    for thread in threads:
        thread.start()
    try:
        yield listener
    finally:
        tcp.shutdown(socket.SHUT_RDWR)
        tcp.close()
        udp.sendto(b"end", udp.getsockname())
        for thread in threads:
            thread.join(5)
        udp.close()


OUTSIDE = """
const at = 'HOST', all = act => { try { const made = act(); made && made.catch && made.catch(() => 0) } catch (e) {} }
const add = (tag, values) => document.body.appendChild(Object.assign(document.createElement(tag), values))
all(() => new WebSocket('ws://' + at + '/socket'))
all(() => new EventSource('http://' + at + '/events'))
all(() => fetch('http://' + at + '/fetch', { mode: 'no-cors' }))
all(() => fetch('http://' + at + '/kept', { method: 'POST', mode: 'no-cors', keepalive: true, body: 'x' }))
all(() => navigator.sendBeacon('http://' + at + '/beacon', 'x'))
all(() => { new Image().src = 'http://' + at + '/picture.png' })
all(() => {
  const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + at }] })
  peer.createDataChannel('x')
  peer.createOffer().then(offer => peer.setLocalDescription(offer))
})
all(() => new WebTransport('https://' + at + '/transport').ready)
const code = `fetch('http://${at}/worker', { mode: 'no-cors' }).catch(() => 0)
  try { new WebSocket('ws://${at}/socket') } catch (e) {}
  try { new WebTransport('https://${at}/transport').ready.catch(() => 0) } catch (e) {}
  try { importScripts('http://${at}/imported.js') } catch (e) {}`
all(() => new Worker(URL.createObjectURL(new Blob([code]))))
all(() => new SharedWorker('data:text/javascript,' + encodeURIComponent(code)))
all(() => navigator.serviceWorker.register('/sw.js'))
const rels = 'preconnect dns-prefetch prefetch preload modulepreload prerender stylesheet icon manifest'
for (const rel of rels.split(' '))
  all(() => add('link', { rel, as: rel == 'preload' ? 'script' : '', href: 'http://' + at + '/' + rel }))
for (const tag of 'iframe embed video audio script img track input'.split(' '))
  all(() => add(tag, { type: tag == 'input' ? 'image' : '', src: 'http://' + at + '/' + tag }))
all(() => add('object', { data: 'http://' + at + '/object' }))
const rules = { source: 'list', urls: ['http://' + at + '/rules'] }
all(() => add('script', { type: 'speculationrules', text: JSON.stringify({ prefetch: [rules], prerender: [rules] }) }))
all(() => window.open('http://' + at + '/window'))
all(() => add('a', { href: 'http://' + at + '/file', download: 'x' }).click())
all(() => add('a', { href: '/zc/', ping: 'http://' + at + '/ping', target: '_blank' }).click())
all(() => add('form', { method: 'post', target: '_blank', action: 'http://' + at + '/form' }).submit())
all(() => navigator.geolocation.getCurrentPosition(() => 0))
all(() => Notification.requestPermission())
setTimeout(() => { window[['loca', 'tion'].join('')] = 'http://' + at + '/away' }, 400)"""
"""What a page may try to reach a host by."""


@needs_chromium
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_nothing_leaves_the_browser_but_through_the_survey(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard knows hosts, not ports: what the page requests at its own host is requested by the survey."""
    with listening() as listener:
        script = OUTSIDE.replace("HOST", f"{host}:{listener.port}")
        text = "<p>" + "云溪县政策文件目录的说明，供查阅者参考。" * 30 + "</p>"
        files: Files = {"/zc/": page(script, text), "/sw.js": "fetch('/from-service-worker')", "/add.do": "{}"}
        with served(files) as site:
            survey = looked(site, monkeypatch)
            paths = [request.path for request in site.requests]
        time.sleep(1)
        assert not [each for each in listener.arrived if "User-Agent: test" not in each]
        assert "/from-service-worker" not in paths
        assert any("web socket" in words for words in survey.seen), survey.seen


STORES = """
const asked = indexedDB.open('d')
asked.onupgradeneeded = () => asked.result.createObjectStore('s')
asked.onsuccess = () => {
  let n = 0
  const put = () => {
    const parts = Array.from({ length: 30 }, () => crypto.getRandomValues(new Uint8Array(65536)))
    const work = asked.result.transaction('s', 'readwrite')
    work.objectStore('s').put(new Blob(parts), n++)
    work.oncomplete = () => { fetch('/poll?' + n); put() }
  }
  put()
}"""
"""Stores two megabytes at a time, one after the other."""


@needs_chromium
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("while (true) {}", "its scripts gave no answer for"),
        ("setTimeout(() => { while (true) {} }, 300)", "its scripts gave no answer for"),
        ("const a = []; setInterval(() => a.push(new Uint8Array(30e6).fill(7)), 20)", "the page took more than 300 MB"),
        (STORES, "the page stored more than 60 MB"),
        ("setInterval(() => fetch('/poll?' + Math.random()), 100)", "goes on requesting without an end"),
        ("setTimeout(() => { location.href = '/zc/?' + Math.random() }, 50)", "leads from one address to the next"),
        ("onbeforeunload = () => 'x'; setInterval(() => alert(1), 10)", "says in a dialog: 1"),
    ],
)
def test_a_page_that_has_no_end_is_left_and_named(script: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab, "_STEP_SECONDS", 3)
    monkeypatch.setattr(tab, "_RESTLESS_SECONDS", 10)
    monkeypatch.setattr(gate, "MAX_REQUESTS", 20)
    monkeypatch.setattr(chromium, "MAX_MEMORY", 300_000_000)
    monkeypatch.setattr(chromium, "MAX_STORED", 60_000_000)
    with served({"/zc/": page(script), "/poll": "{}"}) as site:
        began = time.monotonic()
        survey = looked(site, monkeypatch)
        assert any(sentence in words for words in survey.seen), survey.seen
        assert time.monotonic() - began < 60
        assert len(site.requests) < 40


@needs_chromium
def test_a_year_in_the_addresses_of_the_first_page_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows that are seen first are of one year; those of the second page are not."""
    script = """
      const dated = rows => { list.innerHTML = rows.map(o =>
        `<li><a href="/a/${o.day.slice(0, 4)}/${o.id}.html">${o.title}</a></li>`).join('') }
      turned(() => data(['/gw', 'page'].join('/') + '?page=' + n).then(answer => dated(answer.rows)))"""
    with served({"/zc/": page(script), "/gw/page": plain}) as site:
        survey = looked(site, monkeypatch)
        assert survey.listing == {"address": "/a/2026/{id}.html"}
        assert re.search(r"\(\?\) a document there is at \S+/a/2025/", " ".join(survey.seen))
        assert "(?) 2026 in it may be the year" in draft(survey, TODAY, allow_private=True)


@needs_chromium
def test_a_frame_of_another_site_does_not_end_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not loaded, and answers nothing when the page is scrolled."""
    frames = "<iframe src='http://weather.invalid/'></iframe><iframe src='file:///etc/hostname'></iframe>"
    files: Files = {
        "/zc/": page(SCROLLED, f"{frames}<div id='box'></div>"),
        "/feed": lambda sent: {"rows": rows(sent.query["pageNum"]), "total": len(DOCS)},
    }
    with served(files) as site:
        survey = looked(site, monkeypatch)
        assert len(walked(drafted(survey))) == len(DOCS)
    assert "ended early" not in " ".join(survey.seen)


@needs_chromium
def test_what_a_page_wants_again_and_again_is_named_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    with served({"/zc/": page("let i = 0; setInterval(() => alert(i++), 10)")}) as site:
        survey = looked(site, monkeypatch)
    assert "the page says more than is named here" in survey.seen
    assert len(survey.seen) < 10


@needs_chromium
def test_libraries_of_private_hosts_are_not_requested_even_if_the_site_is_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add = "document.head.append(Object.assign(document.createElement('script'), { src: 'http://HOST/library.js' }))"
    with listening() as listener:
        with served({"/zc/": page(add.replace("HOST", f"localhost:{listener.port}"))}) as site:
            survey = looked(site, monkeypatch)
        assert listener.arrived == []
    assert "loopback" in " ".join(survey.seen)


@needs_chromium
def test_only_the_site_itself_is_requested_and_nothing_that_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
      const all = { '/count/addVisit.do': 'POST', '/like?method=delete': 'GET', '/x': 'PUT', '/private/list': 'GET' }
      for (const url in all) fetch(url, { method: all[url] }).catch(() => 0)
      fetch('http://other.invalid/list').catch(() => 0)"""
    with served({"/zc/": page(script), "/count/addVisit.do": "{}", "/private/list": "{}"}) as site:
        site.robots = "User-agent: *\nDisallow: /private/\n"
        survey = looked(site, monkeypatch)
        paths = {request.path for request in site.requests}
    assert not paths & {"/count/addVisit.do", "/like", "/x", "/private/list"}
    assert "its name says that it writes" in " ".join(survey.seen)
