"""A Lonsun site (龙讯): 云岭省雁桥县 (invented).

Catalog columns `/public/column/{organ}?type=4&catId=…&action=list` are shells: their script asks `/site/label/8888`
for the rows, a fragment of HTML with `div.xxgk_navli` (number, 索引号, link, date; the text of the link is cut at
`length`, its title is complete) and a script with `pageCount`; beyond the last page it has the text of `result`.
Ordinary columns `/{path}/index.html` have `ul.doc_list`, their further pages are
`/content/column/{column}?pageIndex=`; a separator follows each line, and a box beside the list has more links than the
last page. Details `/public/{organ}/{id}.html` with the header table twice (desktop, phones) and rows in comments, and
`/{path}/{id}.html` with a line below the title, which is broken by `<br/>`.

With `root` the catalog lies below a path and the service below another, with `template` the rows are those of a newer
template. `/public/column/{organ}?type=6` has a list for each tab, whose categories are in variables.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/1` for a column's first page, `zcwj/0` for a
shell.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| tea-reply | 404 | gone |
| polder-reply | 500 | http_error |
| tea-guide | redirect to the home page | soft_404 |
| villagedoctor-case | 403 from a firewall | blocked |
| villagedoctor-guide | 200 without a body | empty |
| tea-notice | GBK labelled UTF-8 | stored |
| appointments-yq-gov-2022 | forbidden by robots.txt | robots |
| link-department | its link leads to another host | out_of_scope |
| yl-feedback | also on other sites | stored, one content at several sources |
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a category of the catalog (`category`), or an ordinary column at `path` with its own number."""

    key: str
    name: str
    genres: tuple[str, ...]
    size: int
    category: int = 0
    path: str = ""
    number: int = 0


ORGAN, SITE_ID = 6596221, 6786551
EMPTY = "暂无相关信息"
COLUMNS = (
    Column("zcwj", "政策文件", ("通知", "意见"), 3, category=7065111),
    Column("gfxwj", "行政规范性文件", ("办法", "应急预案"), 2, category=7065112),
    Column("gsgg", "公示公告", ("公告", "公示", "批复"), 5, category=7065113),
    Column(
        "nb", "机关年度信息", ("法治政府建设年度报告", "政府信息公开年度报告", "预决算说明", "人事任免"), 4,
        category=7065114,
    ),
    Column("zcjd", "政策解读", ("政策解读",), 2, path="/zcjd/", number=6791573),
    Column("jytabl", "建议提案办理", ("答复",), 2, path="/zwgk/jytabl/", number=6791574),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
ROWS = {"newest": "rows.html", "newest2022": "rows_2022.html", "xzgfk": "rows_xzgfk.html"}
TABLE = ("index_number", "subject_category", "document_number", "written_date", "publisher", "published_date",
         "validity", "source", "title")  # fmt: skip


@dataclass
class LonsunSite(PublishedSite):
    """The Lonsun site; see the module's docstring."""

    platform: ClassVar[str] = "lonsun"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 149273000
    root: str = ""
    """Path below which the catalog lies, such as `/zwgk`."""
    template: str = "newest"
    """Template of the rows: `newest`, `newest2022` or `xzgfk`."""

    @property
    def service(self) -> str:
        """Path of the label service, which the shell's script names."""
        return f"{'/yanqiaozwgk' if self.root else ''}{self.root}/site/label/8888"

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        column = BY_KEY[posting.column]
        return f"{column.path or f'{self.root}/public/{ORGAN}/'}{posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/group6/M00/0A/{place:02X}/wKgBc{posting.number}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path, query = request.url.path, request.query_params
        if path in ("/", "/index.html"):
            return Resource("home", self.render("lonsun/home.html", columns=COLUMNS, organ=ORGAN))
        if path == f"{self.root}/public/column/{ORGAN}" and query.get("type") == "6":
            return Resource("tabs", self.render("lonsun/tabs.html", tabs=COLUMNS[:2], organ=ORGAN, site_id=SITE_ID))
        if path == f"{self.root}/public/column/{ORGAN}":
            column = next((each for each in COLUMNS if str(each.category) == query.get("catId")), None)
            if column is None:
                return None
            values = {"column": column, "organ": ORGAN, "site_id": SITE_ID, "empty": EMPTY}
            return Resource(f"{column.key}/0", self.render("lonsun/shell.html", columns=COLUMNS, **values))
        if path == self.service:
            return self.rows(request)
        if match := re.fullmatch(r"/content/column/(\d+)", path):
            column = next((each for each in COLUMNS if each.number == int(match[1])), None)
            return self.page_of(column, int(query.get("pageIndex", "1"))) if column else None
        for column in COLUMNS:
            if column.path and path == f"{column.path}index.html":
                return self.page_of(column, 1)
        return None

    def rows(self, request: Request) -> Resource | None:
        query = request.query_params
        column = next(
            (each for each in COLUMNS if str(each.category) == (query.get("catIds") or query.get("catId"))), None
        )
        if query.get("labelName") != "publicInfoList" or query.get("organId") != str(ORGAN) or column is None:
            return None
        page, length = int(query.get("pageIndex", "1")), int(query.get("length", "50"))
        lines, pages = self.slice(column.key, page, int(query.get("pageSize", "15")))
        values = {"lines": lines, "page": page, "pages": pages, "length": length, "empty": query.get("result", "")}
        body = self.render(f"lonsun/{ROWS[self.template]}", column=column, organ=ORGAN, **values)
        return Resource(f"{column.key}/{page}", body)

    def page_of(self, column: Column, page: int) -> Resource:
        lines, pages = self.slice(column.key, page, column.size)
        values = {"lines": lines, "page": page, "pages": pages, "organ": ORGAN}
        return Resource(
            f"{column.key}/{page}", self.render("lonsun/list.html", column=column, columns=COLUMNS, **values)
        )

    def detail(self, posting: Posting) -> bytes:
        column = BY_KEY[posting.column]
        values = all_fields(posting.document)
        rows = (
            ("索<i></i>引<i></i>号", values["index_number"]), ("信息分类", values["subject_category"]),
            ("文&emsp;&emsp;号", values["document_number"] or "无"), ("成文日期", values["written_date"]),
            ("发布机构", values["publisher"]), ("发布日期", values["published_date"]),
            ("有<i></i>效<i></i>性", values["validity"]), ("信息来源", values["source"]),
        )  # fmt: skip
        return self.render(
            "lonsun/public.html" if column.category else "lonsun/article.html",
            column=column,
            columns=COLUMNS,
            organ=ORGAN,
            posting=posting,
            document=posting.document,
            rows=rows,
            files=[(path, name, path.rsplit(".", 1)[1].upper()) for path, name in self.files(posting)],
            body=markup.html(posting.document.body, ("plain", "word", "styled")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        names = TABLE if BY_KEY[posting.column].category else ("title", "published_date", "source")
        return self.record_fields(posting, names, ("keywords", "source"))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title, "published_date": str(posting.day)}
        if self.template == "newest" and BY_KEY[posting.column].category and posting.document.index_number:
            line["index_number"] = posting.document.index_number
        return line


TOPICS = (
    Topic("polder", "yq-water", date(2023, 3, 28), 14, date(2023, 8, 22)),
    Topic("tea", "yq-tea", date(2022, 2, 23), 6, date(2022, 6, 9)),
    Topic("villagedoctor", "yq-health", date(2022, 10, 11), 52, date(2023, 1, 17)),
)
YEARLY = {
    "law": [("yq-water", 2021), ("yq-water", 2022), ("yq-water", 2023)],
    "disclosure": [("yq-office", 2021), ("yq-office", 2022), ("yq-health", 2022)],
    "budget": [("yq-water", 2023), ("yq-health", 2023)],
    "appointments": [("yq-gov", 2022), ("yq-gov", 2023)],
}


def demo(planted: bool = True) -> LonsunSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = LonsunSite("demo-lonsun")
    for document in published(TOPICS, YEARLY, 15, ("yl-feedback",)):
        site.put(document)
    if planted:
        office = "https://slt.yunling.example/public/21731/120315821.html"
        site.link("link-department", "云岭省水利厅关于圩堤管护的通知（省厅转载）", office, "zcwj", date(2023, 4, 18))
        site.plant("tea-reply", faults.status(404), "gone")
        site.plant("polder-reply", faults.status(500), "http_error")
        site.plant("tea-guide", faults.home, "soft_404")
        site.plant("villagedoctor-case", faults.waf(403), "blocked")
        site.plant("villagedoctor-guide", faults.empty, "empty")
        site.plant("tea-notice", faults.wrong_charset, "stored")
        site.plant("appointments-yq-gov-2022", None, "robots")
    return site
