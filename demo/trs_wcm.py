"""A TRS WCM site: static listings and details of 云岭省岚川市 (invented).

Columns under `COLUMNS`; a listing's first page is `index.html`, the next `index_1.html` …, the number of pages
is in `createPageHTML(pages, current, "index", "html")`. Details are `{column}{yyyymm}/t{yyyymmdd}_{number}.html`,
an article's further pages `…_1.html`, attachments `./P0….pdf` beside. Header layouts: `th`, `td`, `li`, `cell` (label
and value in one cell), `script` (publisher by `document.write`, validity by script from `fzTime`, the header again for
phones), `plain` (none; values in meta tags), `trt` (Fujian's; of four items 有效性 a condition shows one). 公示公告 is
GBK labelled gb2312, without a charset in the HTTP header.

| column | modelled on | how it differs |
| --- | --- | --- |
| bqwj | Beijing | one more argument before the numbers of `createPageHTML` |
| zcwjk, zfgz | Chongqing | `createPage(…)`; `tr.zcwjk-list-c`, `a.listpc-item` |
| jhwj | Fujian | the page shows its first lines, its script calls `POST /fjdzapp/search`: JSON with `data` |
| jhjd | Fujian | no page: the source file names the service, here `/fjdzapp/data`: JSON with `docs` |

Keys of faults: a posting's key, `key/2` for an article's second page, `key/name.pdf` for an attachment,
`zcwj/0` for a column's first listing page, `jhwj/1` for the first answer of the service, `robots.txt`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| gas-reply | 404 | gone |
| food-reply | 500 | http_error |
| elder-reply | redirect to the home page | soft_404 |
| dust-case | 403 from a firewall | blocked |
| charging-guide | 200 without a body | empty |
| relief-notice | GBK labelled UTF-8 | stored |
| appointments-jh-gov-2023 | forbidden by robots.txt | robots |
| link-county, link-lake | their links lead to another host | out_of_scope |
| drainage-reply | 404 | gone |
| school-notice, school-notice@zcwjk | one document, two addresses | stored, one content |
| elder-rules, elder-rules@zcwj | the same again | stored, one content |
| yl-feedback | also on the gkmlpt site | stored, one content at two sources |
| relief-case, relief-case-corrected | one figure differs | stored, two contents |
| fees-list | no text, a PDF | stored |
| safety-points | an article of three pages | stored |
| ferry-rules | expired: of four items 有效性 the third is shown | stored |
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import ClassVar
from urllib.parse import parse_qsl

from starlette.requests import Request

from demo import catalogue, faults, markup
from demo.documents import Document
from demo.publishing import Topic, fields_in_text, non_empty, published
from demo.server import CHINA, MovedTo, Posting, Resource, Site
from demo.trs_columns import BY_KEY, COLUMNS, CONTAINERS, LABELS, META, Column, spelled, values


@dataclass
class TrsSite(Site):
    """The TRS site; see the module's docstring."""

    platform: ClassVar[str] = "trs_wcm"

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        column = BY_KEY[posting.column]
        return f"{column.folder}{posting.day:%Y%m}/t{posting.day:%Y%m%d}_{posting.number}.{column.extension}"

    def layout(self, posting: Posting) -> str:
        layouts = BY_KEY[posting.column].layouts
        return layouts[posting.number % len(layouts)]

    def pages(self, column: Column) -> int:
        return max(1, -(-len(self.entries(column.key)) // column.size))

    def attachment_path(self, posting: Posting, place: int) -> str:
        name = posting.document.attachments[place].name
        suffix = name.rsplit(".", 1)[1]
        return f"P0{posting.day:%Y%m%d}{posting.number}{place:03}.{suffix}"

    def attachment_url(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        return f"{self.url(posting.key).rsplit('/', 1)[0]}/{self.attachment_path(posting, place)}"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        path = request.url.path
        if path in ("/", "/index.html"):
            return Resource("home", self.render("trs/home.html", columns=COLUMNS))
        if path in ("/fjdzapp/search", "/fjdzapp/data"):
            return self.service(dict(parse_qsl(request.url.query)) | dict(parse_qsl(body.decode())))
        for column in COLUMNS:
            if path == column.folder.rstrip("/"):
                return MovedTo(column.folder)
            if path.startswith(column.folder):
                return self.within(column, path.removeprefix(column.folder))
        return None

    def within(self, column: Column, rest: str) -> Resource | None:
        """The content of a path below a column: a listing page, a document, an attachment."""
        if column.listing != "service" and (match := re.fullmatch(r"(?:index(?:_(\d+))?\.html?)?", rest)):
            page = int(match[1] or 0)
            return self.listing(column, page) if page < self.pages(column) else None
        if match := re.fullmatch(r"\d{6}/t\d{8}_(\d+)(?:_(\d+))?\.html?", rest):
            page = int(match[2] or 0)
            posting = next((each for each in self.entries(column.key) if each.number == int(match[1])), None)
            if posting and self.path(posting).endswith(rest.replace(f"_{page}.html", ".html")):
                return self.detail(column, posting, page) if page < len(posting.document.pages) else None
        if re.fullmatch(r"\d{6}/P0\d+\.\w+", rest):
            for posting in self.entries(column.key):
                for place, attachment in enumerate(posting.document.attachments):
                    if rest.endswith("/" + self.attachment_path(posting, place)):
                        key = f"{posting.key}/{attachment.name}"
                        return Resource(key, attachment.data, attachment.media_type, posting.modified)
        return None

    def media_type(self, column: Column) -> str:
        """GBK pages have no charset in the header, like those of old servers."""
        return "text/html" if column.charset == "gb2312" else "text/html; charset=utf-8"

    def listing(self, column: Column, page: int) -> Resource:
        entries = self.entries(column.key)[page * column.size : (page + 1) * column.size]
        return Resource(
            f"{column.key}/{page}", self.list_page(column, page, entries, self.pages(column)), self.media_type(column)
        )

    def list_page(self, column: Column, page: int, entries: Sequence[Posting], pages: int) -> bytes:
        """A page of a column's list with these lines and this number of pages in its pager."""
        lines = [(posting, self.relative(column, posting)) for posting in entries]
        return self.render(
            f"trs/{column.listing}.html", column=column, columns=COLUMNS, lines=lines, page=page, pages=pages,
            charset=column.charset, search=SEARCH,
        )  # fmt: skip

    def service(self, parameters: dict[str, str]) -> Resource:
        """The response of the service of Fujian's lists; empty beyond the last page and for another search."""
        number = int(parameters.get("classsql", "").partition("chnlid=")[2] or 0)
        column = next((each for each in COLUMNS if each.number == number > 0), None)
        page, size = int(parameters.get("page", 1)), int(parameters.get("prepage", 15))
        entries = self.entries(column.key) if column and parameters.get("channelid") == SEARCH else []
        lines = [self.line(posting) for posting in entries[(page - 1) * size : page * size]]
        name = "docs" if column and column.listing == "service" else "data"
        answer = {name: lines, "page": page, "pageCount": -(-len(entries) // size), "recordCount": len(entries)}
        body = json.dumps(answer, ensure_ascii=False).encode()
        return Resource(f"{column.key if column else number}/{page}", body, "application/json;charset=UTF-8")

    def line(self, posting: Posting) -> dict[str, str | int]:
        """One line of the service; its dates are text, or milliseconds."""
        document, published = posting.document, datetime.combine(posting.day, time(10, 20), CHINA)
        return {
            "doctitle": f"<em>{document.title[:2]}</em>{document.title[2:]}",
            "docpuburl": "" if posting.number % 3 == 0 else self.url(posting.key),
            "chnldocurl": self.url(posting.key),
            "docreltime": int(published.timestamp()) * 1000,
            "pubdate": "" if posting.number % 2 else f"{published:%Y-%m-%d %H:%M:%S}",
            "fileno": document.document_number,
            "puborg": document.publisher,
            "idxid": document.index_number,
        }

    def relative(self, column: Column, posting: Posting) -> str:
        return posting.href or "./" + self.path(posting).removeprefix(column.folder)

    def detail(self, column: Column, posting: Posting, page: int) -> Resource:
        document, layout = posting.document, self.layout(posting)
        known = values(document)
        entries = self.entries(column.key)
        place = entries.index(posting)
        body = self.render(
            "trs/detail.html",
            column=column,
            columns=COLUMNS,
            posting=posting,
            document=document,
            layout=layout,
            rows=[(name, label, spelled(layout, name, known[name])) for name, label in LABELS[layout].items()],
            body=markup.html(document.pages[page], tuple(markup.MANNERS)[posting.number % 3]),
            container=CONTAINERS[posting.number % len(CONTAINERS)],
            files=[(self.attachment_path(posting, at), each.name) for at, each in enumerate(document.attachments)],
            page=page,
            pages=len(document.pages),
            stem=f"t{posting.day:%Y%m%d}_{posting.number}",
            before=entries[place - 1] if place else None,
            after=entries[place + 1] if place + 1 < len(entries) else None,
            hot=self.entries("zcwj")[:6],
            charset=column.charset,
        )
        return Resource(
            f"{posting.key}/{page + 1}" if page else posting.key, body, self.media_type(column), posting.modified
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        layout, known = self.layout(posting), values(posting.document)
        names = {"title", "published_date", "source", *LABELS[layout]}
        fields = {name: known[name] for name in names if known[name]}
        allowed = {name: value for name, value in known.items() if value and name in META and name not in fields}
        if layout == "script":
            allowed["validity"] = fields.pop("validity", "有效")
        allowed |= fields_in_text(posting.document)
        return fields, {name: value for name, value in allowed.items() if name not in fields}

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title}
        return line | non_empty(values(posting.document), LISTED[BY_KEY[posting.column].listing])


SEARCH = "229105"
"""The number of the search that the site's service knows."""
LISTED = {
    "list": ("published_date",),
    "rows": ("document_number", "written_date"),
    "items": ("publisher", "document_number", "published_date"),
    "script": ("index_number", "document_number", "publisher", "published_date"),
    "service": ("index_number", "document_number", "publisher", "published_date"),
}
"""What a line says by the manner of its listing, besides address and title."""
KINDS = ("notice", "rules", "case", "guide", "reply")
TOPICS = (
    (Topic("drainage", "bq-gov", date(2023, 3, 14), 14, date(2023, 5, 22)), dict.fromkeys(KINDS, "bqwj")),
    (Topic("repair", "lc-gov", date(2023, 7, 6), 39, date(2023, 9, 18)), dict.fromkeys(KINDS[:3], "zfgz")),
    (
        Topic("ferry", "jh-gov", date(2023, 10, 11), 21, date(2023, 12, 5)),
        dict.fromkeys(KINDS[:3], "jhwj") | dict.fromkeys(KINDS[3:], "jhjd"),
    ),
)
"""Topics whose documents stand in the columns of other manners, by the kind of the document."""


def demo(planted: bool = True) -> TrsSite:
    """The site of the demo; without its faults and duplicates where `planted` is false."""
    site = TrsSite("demo-trs")
    for document in catalogue.documents("trs"):
        site.put(document)
    for topic, columns in TOPICS:
        for document in published([topic], {}, 0):
            kind = document.key.rpartition("-")[2]
            if topic.topic == "ferry":
                document = replace(document, validity="失效" if kind == "rules" else "有效")
            site.put(document, column=columns.get(kind, ""))
    if planted:
        site.put(site.postings["school-notice"].document, key="school-notice@zcwjk", column="zcwjk")
        site.put(site.postings["elder-rules"].document, key="elder-rules@zcwj", column="zcwj")
        county = "http://www.qingyu.example/zwgk/gsgg/202306/t20230630_884213.html"
        site.link(
            "link-county", "青榆县人民政府关于清理规范涉企收费的通知（县区转载）", county, "zcwj", date(2023, 6, 30)
        )
        lake = "https://www.jihubao.example/news/202311/t20231109_5521.htm"
        site.link("link-lake", "霁湖水位公告（转自霁湖日报）", lake, "jhwj", date(2023, 11, 9))
        site.plant("gas-reply", faults.status(404), "gone")
        site.plant("drainage-reply", faults.status(404), "gone")
        site.plant("food-reply", faults.status(500), "http_error")
        site.plant("elder-reply", faults.home, "soft_404")
        site.plant("dust-case", faults.waf(403), "blocked")
        site.plant("charging-guide", faults.empty, "empty")
        site.plant("relief-notice", faults.wrong_charset, "stored")
        site.plant("appointments-jh-gov-2023", None, "robots")
    return site
