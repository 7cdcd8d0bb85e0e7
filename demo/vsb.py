"""A Visual SiteBuilder site (博达): 云岭省岫谷县 (invented).

Static lists `/zfxxgk/….htm`, whose page k of T is `/zfxxgk/…/{T-k+1}.htm`, so that each new page shifts all numbers;
人事信息 is `/list2022.jsp?urltype=tree.TreeTempUrl&wbtreeid=1045`, which counts from the front. Rows have the id
`line_u{template}_{n}`; a box below the pager has rows of another template. Details `/info/{column}/{id}.htm`,
attachments `/system/_content/download.jsp?…&wbfileid=…` below the text.

| column | rows | pager |
| --- | --- | --- |
| fzzf | `li`, a month beside | `pb_sys_common` with `span.p_t`: 共N条, 1/T |
| ndbg | `tr` | `td#fanye…`: `共N条&nbsp;&nbsp;1/T`, `a.Next` |
| czxx | `li`, the title in a heading inside the link, the day above the month | `pb_sys_common` without a counter |
| rsxx | `a` with the date and the title | as in ndbg, `?totalpage=2&PAGENUM=2` |

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `fzzf/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| law-xg-energy-2021 | 404 | gone |
| disclosure-xg-energy-2021 | 500 | http_error |
| disclosure-xg-sport-2022 | redirect to the home page | soft_404 |
| law-xg-sport-2022 | 403 from a firewall | blocked |
| law-xg-energy-2022 | 200 without a body | empty |
| disclosure-xg-office-2022 | GBK labelled UTF-8 | stored |
| appointments-xg-gov-2020 | forbidden by robots.txt | robots |
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
    """One list: its static path without `.htm`, or the number `tree` of a dynamic one; `template` of its rows."""

    key: str
    name: str
    genre: str
    number: int
    template: int
    path: str = ""
    size: int = 2


COLUMNS = (
    Column("fzzf", "法治政府建设", "法治政府建设年度报告", 1041, 9, "/zfxxgk/fdzdgknr/fzzf"),
    Column("ndbg", "政府信息公开年报", "政府信息公开年度报告", 1042, 4, "/zfxxgk/ndbg"),
    Column("czxx", "财政信息", "预决算说明", 1043, 9, "/zfxxgk/fdzdgknr/czxx"),
    Column("rsxx", "人事信息", "人事任免", 1045, 12),
)
BY_KEY = {column.key: column for column in COLUMNS}
OWNER = 1690217733


@dataclass
class VsbSite(PublishedSite):
    """The Visual SiteBuilder site; see the module's docstring."""

    platform: ClassVar[str] = "vsb"
    first_number: ClassVar[int] = 21300

    def column_of(self, document: Document) -> str:
        return next(column.key for column in COLUMNS if column.genre == document.genre_category)

    def path(self, posting: Posting) -> str:
        return f"/info/{BY_KEY[posting.column].number}/{posting.number}.htm"

    def attachment_path(self, posting: Posting, place: int) -> str:
        number = posting.number * 10 + place
        return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner={OWNER}&wbfileid={number}"

    def address(self, column: Column) -> str:
        """The path of a column's first page."""
        return f"{column.path}.htm" if column.path else self.dynamic(column)

    def dynamic(self, column: Column, page: str = "") -> str:
        return f"/list2022.jsp?{page}urltype=tree.TreeTempUrl&wbtreeid={column.number}"

    def page_address(self, column: Column, page: int) -> str:
        """The path of page `page`, from 1, as it is now: static ones count from the end."""
        pages = self.slice(column.key, 1, column.size)[1]
        if not column.path:
            return self.dynamic(column, f"totalpage={pages}&PAGENUM={page}&")
        return f"{column.path}/{pages - page + 1}.htm" if page > 1 else f"{column.path}.htm"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        if request.url.path == "/system/_content/download.jsp":
            here = f"{request.url.path}?{request.url.query}"
            for posting in self.postings.values():
                for place, each in enumerate(posting.document.attachments):
                    if here == self.attachment_path(posting, place):
                        key = f"{posting.key}/{each.name}"
                        return Resource(key, each.data, each.media_type, posting.modified)
        return super().resource_at(request, body)

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path, query = request.url.path, request.query_params
        if path in ("/", "/index.htm"):
            return Resource("home", self.render("vsb/home.html", columns=COLUMNS))
        if path == "/list2022.jsp":
            column = next((each for each in COLUMNS if str(each.number) == query.get("wbtreeid")), None)
            return self.page_of(column, int(query.get("PAGENUM", "1"))) if column else None
        for column in COLUMNS:
            if column.path and path == f"{column.path}.htm":
                return self.page_of(column, 1)
            if column.path and (match := re.fullmatch(rf"{column.path}/(\d+)\.htm", path)):
                return self.page_of(column, self.slice(column.key, 1, column.size)[1] - int(match[1]) + 1)
        return None

    def page_of(self, column: Column, page: int) -> Resource | None:
        lines, pages = self.slice(column.key, page, column.size)
        if not 1 <= page <= pages:
            return None
        total = len(self.entries(column.key))
        values = {"lines": lines, "page": page, "pages": pages, "total": total, "box": self.entries("fzzf")[:3]}
        return Resource(f"{column.key}/{page}", self.render("vsb/list.html", column=column, columns=COLUMNS, **values))

    def detail(self, posting: Posting) -> bytes:
        return self.render(
            "vsb/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            owner=OWNER,
            files=self.files(posting),
            body=markup.html(posting.document.body, ("styled", "word")[posting.number % 2]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        return self.record_fields(posting, ("title", "published_date", "source"))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        title = all_fields(posting.document)["title"]
        return {"url": self.url(posting.key), "title": title, "published_date": str(posting.day)}


YEARLY = {
    "law": [("xg-energy", 2021), ("xg-energy", 2022), ("xg-sport", 2022), ("xg-sport", 2023), ("xg-office", 2023)],
    "disclosure": [
        ("xg-energy", 2021), ("xg-sport", 2022), ("xg-office", 2022), ("xg-office", 2023), ("xg-energy", 2023),
    ],
    "budget": [("xg-energy", 2022), ("xg-energy", 2023), ("xg-sport", 2023)],
    "appointments": [("xg-gov", 2020), ("xg-gov", 2021), ("xg-gov", 2022), ("xg-gov", 2023)],
}  # fmt: skip


def demo(planted: bool = True) -> VsbSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = VsbSite("demo-vsb")
    for document in published((), YEARLY, 3):
        site.put(document)
    if planted:
        province = "https://sft.yunling.example/info/1107/8215.htm"
        site.link("link-province", "云岭省司法厅关于法治政府建设的通报（转载）", province, "fzzf", date(2023, 6, 1))
        site.plant("law-xg-energy-2021", faults.status(404), "gone")
        site.plant("disclosure-xg-energy-2021", faults.status(500), "http_error")
        site.plant("disclosure-xg-sport-2022", faults.home, "soft_404")
        site.plant("law-xg-sport-2022", faults.waf(403), "blocked")
        site.plant("law-xg-energy-2022", faults.empty, "empty")
        site.plant("disclosure-xg-office-2022", faults.wrong_charset, "stored")
        site.plant("appointments-xg-gov-2020", None, "robots")
    return site
