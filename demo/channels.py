"""A site with `/channels/{number}.html` (vendor unknown): 云岭省禾渚县 (invented).

Page n of a list is `/channels/{number}_{n}.html`, details are `/contents/{number}/{id}.html` with the meta tags
ArticleTitle, PubDate and ContentSource; a box beside each list has more links than its last page.

| column | rows | pager | text |
| --- | --- | --- | --- |
| 14229 | `li > a > span`: the date in the link | `span.total`: 当前第1/3, no links | `div.nr` |
| 62 | `li > p > a[title]`, the date beside | `div.fanye td`: 1/3 alone | `div.articleBox` |
| 31700 | `li`, the first is the heading | 下一页 and no counter | `div.nr`, above it `div.xxgk-table` |
| 458 | `li > a`, `.shtml` | 共N条 当前第1/2 | `div.sx3` |

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `14229/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| law-hz-grain-2021 | 404 | gone |
| disclosure-hz-grain-2021 | 500 | http_error |
| disclosure-hz-veterans-2022 | redirect to the home page | soft_404 |
| law-hz-veterans-2022 | 403 from a firewall | blocked |
| law-hz-grain-2022 | 200 without a body | empty |
| disclosure-hz-office-2022 | GBK labelled UTF-8 | stored |
| appointments-hz-gov-2020 | forbidden by robots.txt | robots |
| link-province | its link leads to another host | out_of_scope |
"""

import re
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
    """One list: the number in its address, the genre of its documents, the class of the element with their text."""

    key: str
    name: str
    genre: str
    text: str
    extension: str = "html"


COLUMNS = (
    Column("14229", "法治政府建设", "法治政府建设年度报告", "nr"),
    Column("62", "政府信息公开年报", "政府信息公开年度报告", "articleBox"),
    Column("31700", "财政信息", "预决算说明", "nr"),
    Column("458", "人事信息", "人事任免", "sx3", "shtml"),
)
BY_KEY = {column.key: column for column in COLUMNS}
SIZE = 2
TABLE = {
    "document_number": "发文字号",
    "index_number": "索引号",
    "published_date": "发布日期",
    "subject_category": "主题分类",
}


@dataclass
class ChannelsSite(PublishedSite):
    """The site of the family; see the module's docstring."""

    platform: ClassVar[str] = "channels"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 749100

    def column_of(self, document: Document) -> str:
        return next(column.key for column in COLUMNS if column.genre == document.genre_category)

    def path(self, posting: Posting) -> str:
        return f"/contents/{posting.column}/{posting.number}.{BY_KEY[posting.column].extension}"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/u/cms/www/{posting.day:%Y%m}/{posting.number}{place}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        if request.url.path in ("/", "/index.html"):
            return Resource("home", self.render("channels/home.html", columns=COLUMNS))
        match = re.fullmatch(r"/channels/(\d+)(?:_(\d+))?\.(s?html)", request.url.path)
        column = BY_KEY.get(match[1]) if match else None
        if match is None or column is None or match[3] != column.extension:
            return None
        page = int(match[2] or 1)
        lines, pages = self.slice(column.key, page, SIZE)
        if page > pages:
            return None
        total, beside = len(self.entries(column.key)), "458" if column.key == "62" else "62"
        values = {"lines": lines, "page": page, "pages": pages, "total": total, "box": self.entries(beside)[:4]}
        body = self.render("channels/list.html", column=column, columns=COLUMNS, **values)
        return Resource(f"{column.key}/{page}", body)

    def detail(self, posting: Posting) -> bytes:
        values = all_fields(posting.document)
        return self.render(
            "channels/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            rows=[(label, values[name]) for name, label in TABLE.items() if values[name]],
            files=self.files(posting),
            body=markup.html(posting.document.body, ("plain", "word")[posting.number % 2]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        table = TABLE if posting.column == "31700" else ()
        return self.record_fields(posting, ("title", "published_date", "source", *table))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        title = all_fields(posting.document)["title"]
        return {"url": self.url(posting.key), "title": title, "published_date": str(posting.day)}


YEARLY = {
    "law": [("hz-grain", 2021), ("hz-grain", 2022), ("hz-veterans", 2022), ("hz-veterans", 2023), ("hz-office", 2023)],
    "disclosure": [
        ("hz-grain", 2021), ("hz-veterans", 2022), ("hz-office", 2022), ("hz-office", 2023), ("hz-grain", 2023),
    ],
    "budget": [("hz-grain", 2022), ("hz-grain", 2023), ("hz-veterans", 2023)],
    "appointments": [("hz-gov", 2020), ("hz-gov", 2021), ("hz-gov", 2022), ("hz-gov", 2023)],
}  # fmt: skip


def demo(planted: bool = True) -> ChannelsSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = ChannelsSite("demo-channels")
    for document in published((), YEARLY, 13):
        site.put(document)
    if planted:
        province = "https://sft.yunling.example/contents/107/8215.html"
        site.link("link-province", "云岭省司法厅关于行政复议的通报（转载）", province, "14229", date(2023, 6, 1))
        site.plant("law-hz-grain-2021", faults.status(404), "gone")
        site.plant("disclosure-hz-grain-2021", faults.status(500), "http_error")
        site.plant("disclosure-hz-veterans-2022", faults.home, "soft_404")
        site.plant("law-hz-veterans-2022", faults.waf(403), "blocked")
        site.plant("law-hz-grain-2022", faults.empty, "empty")
        site.plant("disclosure-hz-office-2022", faults.wrong_charset, "stored")
        site.plant("appointments-hz-gov-2020", None, "robots")
    return site
