"""A site of no known family: 云岭省桐溪县 (invented).

Two columns of table rows below a heading (`/gk/list.php?cid=`), with a total and a link to the next page that leads
nowhere on the last one; an RSS feed; an Atom feed of several pages; and a sitemap index whose one part is a gzip file
and names pages that are no documents. Details `/show/{number}.html`: a header of `dt` and `dd`, and the labels of a
search form above it that would be taken for fields.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| bamboo-reply | 404 | gone |
| bus-guide | 500 | http_error |
| bus-reply | redirect to the home page | soft_404 |
| disclosure-tx-traffic-2022 | 403 from a firewall | blocked |
| law-tx-shiling-2021 | 200 without a body | empty |
| bamboo-notice | GBK labelled UTF-8 | stored |
| appointments-tx-gov-2022 | forbidden by robots.txt | robots |
| link-province | its link leads to another host | out_of_scope |
| yl-feedback | also on other sites | stored, one content at several sources |
"""

import gzip
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime
from typing import ClassVar
from xml.sax.saxutils import escape

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `cid` is its number where it is a list of rows."""

    key: str
    name: str
    genres: tuple[str, ...]
    size: int = 50
    cid: int = 0


COLUMNS = (
    Column("zcwj", "政策文件", ("通知", "意见", "办法"), 3, 11),
    Column("gsgg", "公示公告", ("公告", "公示", "人事任免"), 2, 12),
    Column("jd", "政策解读", ("政策解读",)),
    Column("hy", "回应关切", ("答复", "预决算说明"), 2),
    Column("nb", "年度信息", ("法治政府建设年度报告", "政府信息公开年度报告")),
)
BY_KEY = {column.key: column for column in COLUMNS}
LABELS = {
    "index_number": "索引号", "publisher": "发布机构", "document_number": "文号", "written_date": "成文日期",
    "published_date": "发布日期", "subject_category": "主题分类", "validity": "有效性",
}  # fmt: skip
XML = "application/xml; charset=utf-8"


@dataclass
class PlainSite(PublishedSite):
    """The site; see the module's docstring."""

    platform: ClassVar[str] = "generic"
    first_number: ClassVar[int] = 40200

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        return f"/show/{posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        return f"/upload/{posting.number}-{place}.{posting.document.attachments[place].name.rsplit('.', 1)[1]}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path, query = request.url.path, request.query_params
        page = int(query.get("p", "1"))
        if path in ("/", "/index.php"):
            return Resource("home", self.render("generic/home.html", columns=COLUMNS))
        if path == "/gk/list.php":
            column = next((each for each in COLUMNS if str(each.cid) == query.get("cid")), None)
            return self.rows(column, page) if column else None
        if path == "/rss/jd.xml":
            return Resource("jd/1", self.rss(BY_KEY["jd"]), "application/rss+xml")
        if path == "/atom/hy.xml":
            return Resource(f"hy/{page}", self.atom(BY_KEY["hy"], page), "application/atom+xml")
        if path == "/sitemap.xml":
            part = f"<sitemap><loc>{self.base}/sitemap-1.xml.gz</loc><lastmod>2024-03-01</lastmod></sitemap>"
            return Resource("nb/0", self.xml("sitemapindex", part), XML)
        if path == "/sitemap-1.xml.gz":
            return Resource("nb/1", gzip.compress(self.sitemap(), mtime=0), "application/octet-stream")
        return None

    def rows(self, column: Column, page: int) -> Resource:
        lines, pages = self.slice(column.key, page, column.size)
        values = {"lines": lines, "page": page, "pages": pages, "total": len(self.entries(column.key))}
        body = self.render("generic/list.html", column=column, columns=COLUMNS, **values)
        return Resource(f"{column.key}/{page}", body)

    @staticmethod
    def xml(root: str, inside: str) -> bytes:
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">{inside}</{root}>'.encode()

    def sitemap(self) -> bytes:
        """The year's reports, the oldest first, between pages that are no documents."""
        others = [f"<url><loc>{self.base}{path}</loc></url>" for path in ("/", "/gk/list.php?cid=11")]
        reports = [
            f"<url><loc>{self.url(each.key)}</loc><lastmod>{each.day}T09:00:00+08:00</lastmod></url>"
            for each in sorted(self.entries("nb"), key=lambda posting: posting.day)
        ]
        return self.xml("urlset", "".join([*others, *reports]))

    def rss(self, column: Column) -> bytes:
        items = "".join(
            f"<item><title>{escape(each.document.title)}</title><link>{self.url(each.key)}</link>"
            f"<pubDate>{format_datetime(each.modified)}</pubDate></item>"
            for each in self.entries(column.key)
        )
        channel = f"<channel><title>{column.name}</title>{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()

    def atom(self, column: Column, page: int) -> bytes:
        lines, pages = self.slice(column.key, page, column.size)
        entries = "".join(
            f'<entry><title>{escape(each.document.title)}</title><link href="{self.url(each.key)}"/>'
            f"<published>{each.modified.isoformat()}</published></entry>"
            for each in lines
        )
        more = f'<link rel="next" href="/atom/hy.xml?p={page + 1}"/>' if page < pages else ""
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{column.name}</title>{more}{entries}</feed>'.encode()

    def detail(self, posting: Posting) -> bytes:
        values = all_fields(posting.document)
        return self.render(
            "generic/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            document=posting.document,
            rows=[(label, values[name]) for name, label in LABELS.items()],
            files=self.files(posting),
            body=markup.html(posting.document.body, ("styled", "plain", "word")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        return self.record_fields(posting, ("title", *LABELS))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        document, line = posting.document, {"url": self.url(posting.key), "title": posting.document.title}
        if posting.column == "nb":
            return line | {"title": ""}
        line["published_date"] = str(posting.day)
        if BY_KEY[posting.column].cid and document.document_number:
            line["document_number"] = document.document_number
        return line


TOPICS = (
    Topic("bamboo", "tx-forest", date(2023, 3, 7), 17, date(2023, 5, 11)),
    Topic("bus", "tx-traffic", date(2023, 6, 20), 29, date(2023, 9, 5)),
)
YEARLY = {
    "law": [("tx-shiling", 2020), ("tx-shiling", 2021), ("tx-traffic", 2022), ("tx-forest", 2023)],
    "disclosure": [("tx-office", 2021), ("tx-office", 2022), ("tx-traffic", 2022)],
    "budget": [("tx-traffic", 2023), ("tx-forest", 2023), ("tx-shiling", 2023)],
    "appointments": [("tx-gov", 2021), ("tx-gov", 2022), ("tx-gov", 2023)],
}


def demo(planted: bool = True) -> PlainSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = PlainSite("demo-plain")
    for document in published(TOPICS, YEARLY, 11, ("yl-feedback",)):
        site.put(document)
    if planted:
        province = "https://lyj.yunling.example/show/52017.html"
        site.link("link-province", "云岭省林业局关于竹林经营的通知（省局转载）", province, "zcwj", date(2023, 4, 3))
        site.plant("bamboo-reply", faults.status(404), "gone")
        site.plant("bus-guide", faults.status(500), "http_error")
        site.plant("bus-reply", faults.home, "soft_404")
        site.plant("disclosure-tx-traffic-2022", faults.waf(403), "blocked")
        site.plant("law-tx-shiling-2021", faults.empty, "empty")
        site.plant("bamboo-notice", faults.wrong_charset, "stored")
        site.plant("appointments-tx-gov-2022", None, "robots")
    return site
