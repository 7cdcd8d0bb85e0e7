"""The site that is crawled: invented documents in the markup of three families, 40–53 KB a page, as real pages have.

It is rendered once and served as ready bytes by a separate process, whose CPU is not counted.
One catalog of TRS WCM lists all documents: three in five are its own, the others are pages of Lonsun and UCAP, as on
sites that moved from one system to the next. Of a tenth of the documents a file hangs below the text (PDF, Word,
Excel in turn); one in fifty answers 404, one in a hundred after `SLOW` seconds.
"""

import asyncio
import gzip
import hashlib
import random
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from multiprocessing import get_context
from urllib.parse import urlsplit

from demo.catalogue import agencies, index_number, topics
from demo.documents import Attachment, Document, Paragraph, chinese_date
from demo.files import docx, pdf
from demo.genres import NUMERALS
from demo.lonsun import LonsunSite
from demo.server import Posting
from demo.trs_columns import BY_KEY
from demo.trs_wcm import TrsSite
from demo.ucap import UcapSite
from tests.support.documents import xlsx

LISTED = 20
"""Lines of a page of a list."""
SLOW = 2.0
COLUMNS = {"zcwj": "通知", "zcwjk": "办法", "zcjd": "政策解读", "gsgg": "公告"}
"""The columns of the catalog, and the genre of their documents."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Owner = TrsSite | LonsunSite | UcapSite


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for an address; `seconds`: how long it takes besides the site's answer time."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    seconds: float = 0.0

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class RenderedSite:
    """All answers by path. `documents` and `files` are the paths that are listed or linked, those that are 404 too;
    `changed` has new answers for a tenth of the documents."""

    base: str
    listener: socket.socket
    answers: dict[str, Answer] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    changed: dict[str, Answer] = field(default_factory=dict)

    def stored(self, changed: bool = False) -> dict[str, str]:
        """SHA-256 of what a crawler must have stored, by path: documents and files that are there."""
        answers, paths = self.answers | (self.changed if changed else {}), (*self.documents, *self.files)
        return {path: answers[path].sha256 for path in paths if answers[path].status == 200}

    def lists(self) -> list[dict[str, str]]:
        """Address and name of each list."""
        return [{"url": self.base + BY_KEY[key].path, "name": BY_KEY[key].name} for key in COLUMNS]

    def source(self) -> dict[str, object]:
        """The site's source file."""
        return {
            "id": "bench",
            "name": "岚川市人民政府（测速）",
            "agency": "岚川市人民政府",
            "region": "539100",
            "platform": "trs_wcm",
            "columns": self.lists(),
            "hosts": ["127.0.0.1"],
            "allow_private_addresses": True,
            "pace": {"delay": 0, "concurrency": 16},
            "recheck_after_days": 0,
            "assertions": {"min_records": 1, "max_age_days": 36500},
            "verified": "never",
        }


def render(pages: int) -> RenderedSite:
    """The site with so many documents; the same each time, but for its port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    made, trs = RenderedSite(base, listener), TrsSite("bench", base=base)
    owners: tuple[Owner, ...] = (trs, trs, trs, LonsunSite("bench", base=base), UcapSite("bench", base=base))
    documents = [document(number, random.Random(number)) for number in range(pages)]
    for number, each in enumerate(documents):
        owner = owners[number % 5]
        if isinstance(owner, TrsSite):
            owner.put(each)
        else:
            trs.put(each, href=owner.path(owner.put(each, column="zcwj")))
    for number, each in enumerate(documents):
        owner = owners[number % 5]
        show(made, owner, owner.postings[each.key], number)
        if number % 50 in (5, 16, 27, 38, 44):
            changed = owner.put(replace(each, body=(*each.body, Paragraph("本文于近日作了修改。"))))
            made.changed[owner.path(changed)] = Answer(*detail(owner, changed))
    made.answers.update(list_pages(trs))
    made.answers["/robots.txt"] = Answer(b"User-agent: *\nAllow: /\n", "text/plain")
    return made


def list_pages(trs: TrsSite) -> Iterator[tuple[str, Answer]]:
    """The pages of all lists, with their paths."""
    for key in COLUMNS:
        column, entries = BY_KEY[key], trs.entries(key)
        last = max(1, -(-len(entries) // LISTED))
        for page in range(last):
            body = trs.list_page(column, page, entries[page * LISTED : (page + 1) * LISTED], last)
            path = f"{column.path}index_{page}.html" if page else column.path
            yield path, Answer(furnished(body, column.charset, random.Random(path)), trs.media_type(column))


def show(made: RenderedSite, owner: Owner, posting: Posting, number: int) -> None:
    """Adds a document's answer and those of its files."""
    path = owner.path(posting)
    gone, slow = number % 50 == 49, number % 100 == 1
    made.documents.append(path)
    if gone:
        made.answers[path] = Answer(owner.render("faults/404.html"), status=404)
        return
    body, media_type = detail(owner, posting)
    made.answers[path] = Answer(body, media_type, seconds=SLOW if slow else 0.0)
    for each in posting.document.attachments:
        file = urlsplit(owner.attachment_url(posting, each.name)).path
        made.files.append(file)
        made.answers[file] = Answer(each.data, each.media_type)


def detail(owner: Owner, posting: Posting) -> tuple[bytes, str]:
    """A document's page and its media type."""
    chance = random.Random(posting.number)
    if isinstance(owner, TrsSite):
        column = BY_KEY[posting.column]
        return furnished(owner.detail(column, posting, 0).body, column.charset, chance), owner.media_type(column)
    return furnished(owner.detail(posting), "utf-8", chance), "text/html; charset=utf-8"


def document(number: int, chance: random.Random) -> Document:
    """A document of 2–6 KB of text that no other has; its sentences are those of the demo, with other figures."""
    agency = chance.choice(list(agencies().values()))
    topic = chance.choice(list(topics().values()))
    written = date(2012, 1, 1) + timedelta(days=chance.randrange(4700))
    genre = chance.choices(list(COLUMNS.values()), (5, 2, 2, 1))[0]
    wanted, length = chance.randint(650, 1900), 0
    body = [Paragraph(topic["notice"]["to"])]
    while length < wanted:
        line = varied(chance.choice(sentences()), chance)
        heading = f"{NUMERALS[len(body) // 5 % 10]}、{chance.choice(list(topic['measures']))}"
        body += [Paragraph(heading, "heading"), Paragraph(line)] if len(body) % 5 == 1 else [Paragraph(line)]
        length += len(line)
    body += [Paragraph(agency.name, "right"), Paragraph(chinese_date(written), "right")]
    title = (
        f"{agency.name}关于{written.year}年{topic['matter']}{chance.choice(('工作', '有关事项', '重点任务'))}的{genre}"
    )
    return Document(
        key=f"d{number}",
        title=title,
        index_number=index_number(agency, written.year, number % 99999),
        publisher=agency.name,
        source=agency.name,
        document_number=f"{agency.mark}〔{written.year}〕{number % 900 + 1}号",
        written_date=written,
        published_date=written + timedelta(days=chance.randrange(1, 15)),
        subject_category=topic["subject"],
        genre_category=genre,
        keywords=tuple(topic["keywords"]),
        body=tuple(body),
        attachments=(attachment(number, title, chance),) if number % 50 in (2, 10, 13, 21, 24) else (),
    )


def attachment(number: int, title: str, chance: random.Random) -> Attachment:
    """A small PDF, Word document or workbook."""
    lines = [varied(chance.choice(sentences()), chance)[:60] for _ in range(20)]
    match chance.randrange(3):
        case 0:
            return pdf(f"附件：{title}.pdf", [title, *lines])
        case 1:
            return docx("任务分工表.docx", [title, *lines])
    rows = [["序号", "事项"], *([str(place), line] for place, line in enumerate(lines, 1))]
    return Attachment("汇总表.xlsx", xlsx({"汇总": [[title], *rows]}), XLSX)


@cache
def sentences() -> tuple[str, ...]:
    """Every sentence of the demo's topics that is long enough for a paragraph."""
    lines = []
    for topic in topics().values():
        texts = (*topic["measures"].values(), *topic["duties"], *topic["rules"]["articles"], topic["why"])
        lines += [text for text in (*texts, *topic["questions"].values()) if len(text) > 40]
    return tuple(lines)


def varied(text: str, chance: random.Random) -> str:
    """The text with other figures, so that no two documents say the same."""
    return (
        re.sub(r"\d+", lambda match: str(chance.randint(1, 9)) + match[0][1:][::-1], text)
        + "".join(chance.choices("按职责分工落实推进完善健全规范细化压实", k=4))
        + "。"
    )


def furnished(page: bytes, charset: str, chance: random.Random) -> bytes:
    """The page with the scripts, menus and links that make up most of a real page, 40–53 KB in all."""
    encoding = "gb18030" if charset == "gb2312" else charset
    scripts, menu, links = furniture(encoding)
    before, _, after = page.rpartition(b"</body>")
    before = before.replace(b"</head>", scripts + b"</head>", 1).replace(b"<body>", b"<body>" + menu, 1)
    wanted, related, held = chance.randint(40_000, 53_000), list[bytes](), len(before)
    while held < wanted:
        related.append(chance.choice(links))
        held += len(related[-1])
    return b"".join((before, b'<div class="side-more"><ul>', *related, b"</ul></div></body>", after))


@cache
def furniture(encoding: str) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    """Scripts, a menu of all agencies, and links to choose from."""
    names = [agency.name for agency in agencies().values()]
    menu = "".join(
        f'<dd class="nav-sub-item"><a href="/bm/{place}/" target="_blank" title="{name}">{name}</a></dd>\n'
        for place, name in enumerate(names)
    )
    titles = (f"{name}{topic['notice']['title']}" for topic in topics().values() for name in names[::7])
    links = (f'<li><a href="/xgwj/{n}/" title="{title}">{title}</a></li>\n' for n, title in enumerate(titles))
    whole = f'<div class="nav-more"><dl>{menu}</dl></div>'
    return SCRIPTS.encode(encoding), whole.encode(encoding), tuple(link.encode(encoding) for link in links)


SCRIPTS = "".join(
    f"""<script type="text/javascript">
var unit{n} = {{"webId": "3149", "pageId": "{n:032x}", "parseType": "buildstatic", "tagId": "unit{n}"}};
function showUnit{n}(element, options) {{
    var settings = $.extend({{speed: 300, autoplay: true, interval: {n}000, prev: ".prev{n}"}}, options);
    var items = $(element).find("li"), current = 0, timer = null;
    function go(place) {{
        items.eq(current).stop(true, true).fadeOut(settings.speed);
        current = (place + items.length) % items.length;
        items.eq(current).stop(true, true).fadeIn(settings.speed);
        $(element).find(".num span").removeClass("on").eq(current).addClass("on");
    }}
    if (settings.autoplay) {{ timer = setInterval(function () {{ go(current + 1); }}, settings.interval); }}
    $(settings.prev).click(function () {{ clearInterval(timer); go(current - 1); return false; }});
}}
$(function () {{ if ($("#unit{n}").length > 0) {{ showUnit{n}("#unit{n}", unit{n}); }} }});
</script>
<style type="text/css">
#unit{n}{{position:relative;width:{n}80px;height:{n}20px;overflow:hidden}}#unit{n} li{{display:none;position:absolute}}
#unit{n} .num{{position:absolute;right:10px;bottom:8px;z-index:9}}#unit{n} .num span.on{{background:#c7000b;color:#fff}}
</style>
"""
    for n in range(1, 8)
)


@contextmanager
def serving(site: RenderedSite, answer_time: float, changed: bool = False) -> Iterator[None]:
    """Serves the site from a separate process; each answer takes that many seconds. `changed`: a tenth of it is new."""
    answers = site.answers | site.changed if changed else site.answers
    process = get_context("fork").Process(target=_serve, args=(site.listener, answers, answer_time), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _serve(listener: socket.socket, answers: Mapping[str, Answer], seconds: float) -> None:
    served = {path.encode(): Served.of(answer, seconds) for path, answer in answers.items()}

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(served, seconds), sock=listener)
        await server.serve_forever()

    asyncio.run(run())


@dataclass(frozen=True, slots=True)
class Served:
    """An answer as bytes of HTTP: whole, and that it has not changed."""

    whole: bytes
    unchanged: bytes
    tag: bytes
    seconds: float

    @classmethod
    def of(cls, answer: Answer, seconds: float) -> "Served":
        tag = f'"{answer.sha256[:16]}"'
        packed = answer.media_type.startswith("text/")
        body = gzip.compress(answer.body, 6, mtime=0) if packed else answer.body
        headers = f"Server: nginx\r\nETag: {tag}\r\nContent-Type: {answer.media_type}\r\nConnection: keep-alive\r\n"
        coding = "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n" if packed else ""
        words = "OK" if answer.status == 200 else "Not Found"
        head = f"HTTP/1.1 {answer.status} {words}\r\n{headers}{coding}Content-Length: {len(body)}\r\n\r\n"
        unchanged = f"HTTP/1.1 304 Not Modified\r\n{headers}\r\n"
        return cls(head.encode() + body, unchanged.encode(), tag.encode(), seconds + answer.seconds)


class Connection(asyncio.Protocol):
    """One connection: requests without bodies, one after the other."""

    def __init__(self, served: Mapping[bytes, Served], seconds: float) -> None:
        self.served, self.seconds, self.read = served, seconds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        while b"\r\n\r\n" in self.read:
            head, _, self.read = self.read.partition(b"\r\n\r\n")
            self.answer(head)

    def answer(self, head: bytes) -> None:
        served = self.served.get(head.split(b" ", 2)[1])
        if served is None:
            reply, seconds = b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n", self.seconds
        else:
            reply, seconds = served.unchanged if served.tag in head else served.whole, served.seconds
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self.transport.write, reply)
        else:
            self.transport.write(reply)
