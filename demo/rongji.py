"""A Rongji site (榕基): 云岭省砾滩县 (invented).

A column's first page is `/cms/html/{site}/{column}/index.html`, the others `/cms/sitemanage/index.shtml?siteId=&page=`
(which answers page 1 too); rows `ul#resources > li`. One column says its pages in words and by links (nb), one has a
pager of links alone (rsrm), one is in two lists of the same id on one page and shows a link to a further page of
another column (cz). Documents `/cms/html/{site}/{day}/{number}.html`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `nb/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| law-lt-forest-2020 | 404 | gone |
| budget-lt-forest-2022 | 500 | http_error |
| disclosure-lt-office-2020 | redirect to the home page | soft_404 |
| law-lt-forest-2021 | 403 from a firewall | blocked |
| appointments-lt-gov-2020 | 200 without a body | empty |
| disclosure-lt-office-2022 | GBK labelled UTF-8 | stored |
| disclosure-lt-office-2021 | forbidden by robots.txt | robots |
| link-city | its row leads to another host | out_of_scope |
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, all_fields, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its folder below the site's, its number, the documents of a page."""

    key: str
    name: str
    genres: tuple[str, ...]
    number: str
    size: int

    @property
    def path(self) -> str:
        return f"/cms/html/ltxrmzf/{self.key}/index.html"


COLUMNS = (
    Column("nb", "年度报告", ("法治政府建设年度报告", "政府信息公开年度报告"), "620416813021630000", 4),
    Column("rsrm", "人事任免", ("人事任免",), "620416816729330000", 2),
    Column("cz", "财政预决算", ("预决算说明",), "620416820457980000", 9),
)
BY_KEY = {column.key: column for column in COLUMNS}


@dataclass
class RongjiSite(PublishedSite):
    """The Rongji site; see the module's docstring."""

    platform: ClassVar[str] = "rongji"
    first_number: ClassVar[int] = 1462577100

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "nb")

    def path(self, posting: Posting) -> str:
        return f"/cms/html/ltxrmzf/{posting.day}/{posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/cms/infopublic/publicInfo/attachments/{posting.number}/{place}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path, query = request.url.path, request.query_params
        if path in ("/", "/cms/html/ltxrmzf/index.html"):
            return Resource("home", self.render("rongji/home.html", columns=COLUMNS))
        for column in COLUMNS:
            if path == column.path:
                return self.page_of(column, 1)
            if path == "/cms/sitemanage/index.shtml" and query.get("siteId") == column.number:
                return self.page_of(column, int(query.get("page", "1")))
        return None

    def page_of(self, column: Column, page: int) -> Resource | None:
        lines, pages = self.slice(column.key, page, column.size)
        if not lines:
            return None
        values = {"lines": lines, "page": page, "pages": pages, "others": COLUMNS[0]}
        return Resource(
            f"{column.key}/{page}", self.render("rongji/list.html", column=column, columns=COLUMNS, **values)
        )

    def detail(self, posting: Posting) -> bytes:
        return self.render(
            "rongji/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            values=all_fields(posting.document),
            files=self.files(posting),
            body=markup.html(posting.document.body, ("word", "plain", "styled")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        return self.record_fields(posting, ("title", "published_date", "source"))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        return {"url": self.url(posting.key), "title": posting.document.title, "published_date": str(posting.day)}


YEARLY = {
    "law": [("lt-forest", 2020), ("lt-forest", 2021), ("lt-forest", 2022), ("lt-forest", 2023)],
    "disclosure": [("lt-office", 2020), ("lt-office", 2021), ("lt-office", 2022), ("lt-finance", 2022)],
    "budget": [("lt-forest", 2022), ("lt-forest", 2023), ("lt-finance", 2022), ("lt-finance", 2023)],
    "appointments": [("lt-gov", 2020), ("lt-gov", 2021), ("lt-gov", 2022), ("lt-gov", 2023)],
}


def demo(planted: bool = True) -> RongjiSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = RongjiSite("demo-rongji")
    for document in published((), YEARLY, 13):
        site.put(document)
    if planted:
        city = "https://www.yunling.example/cms/html/ylsrmzf/2023-01-30/1462500031.html"
        site.link("link-city", "云岭省2022年法治政府建设年度报告（转载）", city, "nb", date(2023, 1, 31))
        site.plant("law-lt-forest-2020", faults.status(404), "gone")
        site.plant("budget-lt-forest-2022", faults.status(500), "http_error")
        site.plant("disclosure-lt-office-2020", faults.home, "soft_404")
        site.plant("law-lt-forest-2021", faults.waf(403), "blocked")
        site.plant("appointments-lt-gov-2020", faults.empty, "empty")
        site.plant("disclosure-lt-office-2022", faults.wrong_charset, "stored")
        site.plant("disclosure-lt-office-2021", None, "robots")
    return site
