"""A site with `/{site}/{channel}/pc/list.html` (UCAP's newer system): 云岭省汀兰市 (invented).

The page of a column holds its first `HELD` lines as data, `var articleList = […]` with `urls` as JSON in a string and
`articleFiles`; 人事信息 has links in the markup and no data. All lines are answered by `POST /queryList` with
`webSiteCode` and `channelCode`: `data.total`, `data.results[].source`, where `metadata` and `articleFiles` are strings
too; no more than `LARGEST` a page, whatever `pageSize` asks for. Every page has `channelTree`, where the code of a
channel may be another word than its address has, and a home page's `articleList`, which is no array. Documents are
`/{site}/{code}/pc/content/content_{19 digits}.html` or, where a channel has an address of its own,
`{address}/{yyyymm}/content_{19 digits}.html`; their markup is a guess, as nobody's code shows one. A line without a
page has `urls` `{}` and `redirectUrl`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `c00101/0` for a column's page, `c00101/1` for the
service's first answer.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| law-tl-audit-2021 | 404 | gone |
| disclosure-tl-audit-2021 | 500 | http_error |
| disclosure-tl-salt-2022 | redirect to the home page | soft_404 |
| law-tl-salt-2022 | 403 from a firewall | blocked |
| law-tl-audit-2022 | 200 without a body | empty |
| disclosure-tl-office-2022 | GBK labelled UTF-8 | stored |
| appointments-tl-gov-2020 | forbidden by robots.txt | robots |
| link-province | its link leads to another host | out_of_scope |
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qs

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, all_fields, non_empty, published
from demo.server import MovedTo, Posting, Resource

SITE = "tlsrmzf"


@dataclass(frozen=True, slots=True)
class Column:
    """One channel: its code, its name, the genre of its documents; `folder` where it has an address of its own."""

    key: str
    name: str
    genre: str
    folder: str = ""

    @property
    def address(self) -> str:
        return f"/{SITE}/{self.folder or f'{self.key}/pc'}/list.html"


COLUMNS = (
    Column("c00101", "法治政府建设", "法治政府建设年度报告"),
    Column("nb100", "政府信息公开年报", "政府信息公开年度报告", "zwgk/zfxxgknb"),
    Column("czxx27", "财政信息", "预决算说明", "zwgk/czxx27"),
    Column("rsrm", "人事信息", "人事任免"),
)
BY_KEY = {column.key: column for column in COLUMNS}
HELD, LARGEST = 4, 3
WITHOUT_DATA = "rsrm"


@dataclass
class PcListSite(PublishedSite):
    """The site of the family; see the module's docstring."""

    platform: ClassVar[str] = "pc_list"
    first_number: ClassVar[int] = 2058746804822818810

    def column_of(self, document: Document) -> str:
        return next(column.key for column in COLUMNS if column.genre == document.genre_category)

    def path(self, posting: Posting) -> str:
        if folder := BY_KEY[posting.column].folder:
            return f"/{SITE}/{folder}/{posting.day:%Y%m}/content_{posting.number}.html"
        return f"/{SITE}/{posting.column}/pc/content/content_{posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/{SITE}/{posting.column}/{posting.number}/2FdI{place}Jmq.{suffix}"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        if request.url.path == "/queryList":
            return self.answer_of(parse_qs(body.decode())) if request.method == "POST" else None
        return super().resource_at(request, body)

    def tree(self) -> str:
        """`channelTree` as a script has it: the codes, names and addresses of all channels."""
        nodes = [
            {"code": column.key, "name": column.name, "urls": json.dumps({"pc": column.address}), "childCount": 0}
            for column in COLUMNS
        ]
        return json.dumps({"children": [{"code": SITE, "name": "汀兰市人民政府", "children": nodes}], "id": "0"})

    def listing(self, request: Request) -> Resource | MovedTo | None:
        if request.url.path in ("/", "/index.html"):
            return Resource("home", self.render("pc_list/home.html", columns=COLUMNS, code=SITE))
        column = next((each for each in COLUMNS if each.address == request.url.path), None)
        if column is None:
            return None
        lines = self.entries(column.key)[:HELD]
        articles = json.dumps([self.article(posting) for posting in lines], ensure_ascii=False)
        data = "" if column.key == WITHOUT_DATA else articles.replace("</", "<\\/")
        values = {"column": column, "columns": COLUMNS, "code": SITE, "lines": lines, "articles": data}
        return Resource(f"{column.key}/0", self.render("pc_list/list.html", **values))

    def answer_of(self, form: dict[str, list[str]]) -> Resource:
        """The service's answer; for a channel that it does not know, an empty list."""
        column, page = form["channelCode"][0], int(form["current"][0])
        known = form.get("webSiteCode") == [SITE] and column in BY_KEY
        size = min(int(form["pageSize"][0]), LARGEST)
        lines = self.slice(column, page, size)[0] if known else []
        results = []
        for posting in lines:
            article = self.article(posting)
            source = article | {key: json.dumps(article[key]) for key in ("articleFiles", "metadata")}
            results.append({"id": str(posting.number), "source": source})
        total = len(self.entries(column)) if known else 0
        answer = {"code": 200, "data": {"page": page, "rows": size, "total": total, "results": results}}
        return Resource(f"{column}/{page}", json.dumps(answer, ensure_ascii=False).encode(), "application/json")

    def article(self, posting: Posting) -> dict[str, Any]:
        document = posting.document
        files = [
            {"fileName": name, "filePath": path, "domainName": self.base, "fileId": f"{posting.number}{place:02}"}
            for place, (path, name) in enumerate(self.files(posting))
        ]
        return {
            "id": str(posting.number),
            "title": document.title,
            "showTitle": f"<p>{document.title}</p>",
            "pubDate": f"{posting.day} 10:3{posting.number % 10}",
            "contentSource": document.source,
            "urls": "{}" if posting.href else json.dumps({"pc": self.path(posting)}),
            "redirectUrl": posting.href,
            "irn": document.index_number,
            "metadata": {"ucap_fwwh": document.document_number} if document.document_number else {},
            "articleFiles": files or [{}],
        }

    def detail(self, posting: Posting) -> bytes:
        return self.render(
            "pc_list/detail.html",
            posting=posting,
            document=posting.document,
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            code=SITE,
            files=self.files(posting),
            body=markup.html(posting.document.body, ("plain", "styled")[posting.number % 2]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        return self.record_fields(posting, ("title", "published_date", "source"))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        values = all_fields(posting.document)
        line = {"url": self.url(posting.key), "title": values["title"], "published_date": str(posting.day)}
        return line | non_empty(values, ("source", "index_number", "document_number"))


YEARLY = {
    "law": [("tl-audit", 2021), ("tl-audit", 2022), ("tl-salt", 2022), ("tl-salt", 2023), ("tl-office", 2023)],
    "disclosure": [
        ("tl-audit", 2021), ("tl-salt", 2022), ("tl-office", 2022), ("tl-office", 2023), ("tl-audit", 2023),
    ],
    "budget": [("tl-audit", 2022), ("tl-audit", 2023), ("tl-salt", 2023)],
    "appointments": [("tl-gov", 2020), ("tl-gov", 2021), ("tl-gov", 2022), ("tl-gov", 2023)],
}  # fmt: skip


def demo(planted: bool = True) -> PcListSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = PcListSite("demo-pc-list")
    for document in published((), YEARLY, 6):
        site.put(document)
    if planted:
        province = "https://sft.yunling.example/ylssft/c00107/pc/content/content_2058746804822810001.html"
        site.link("link-province", "云岭省司法厅关于行政执法监督的通报（转载）", province, "c00101", date(2023, 6, 1))
        site.plant("law-tl-audit-2021", faults.status(404), "gone")
        site.plant("disclosure-tl-audit-2021", faults.status(500), "http_error")
        site.plant("disclosure-tl-salt-2022", faults.home, "soft_404")
        site.plant("law-tl-salt-2022", faults.waf(403), "blocked")
        site.plant("law-tl-audit-2022", faults.empty, "empty")
        site.plant("disclosure-tl-office-2022", faults.wrong_charset, "stored")
        site.plant("appointments-tl-gov-2020", None, "robots")
    return site
