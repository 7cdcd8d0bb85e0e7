"""An Epoint site (新点 EWB): 云岭省苍浦市 (invented).

Columns `/dynamic/zwgk/govInfoPub.html?categorynum=` are shells: the rows come by POST from
`{project}/rest/lightfrontaction/getgovinfolist`, pages from 0, at most `capped` rows whatever pageSize is; project and
siteGuid are in `/js/webBuilderCommon.js`. `title` is cut at 16 characters, `realtitle` is whole; a row of another site
has `linkurl` alone. With `in_params` the service wants the values in `params`, and answers a bare body, as it does any
category it does not know, with an empty list. A frame `openSubPage.html?specialurl=` shows a static catalog
(`govlist.html`, `2.html` …): a table whose rows have a drop-down with labelled values, and a pager with a last page. A
static column (`moreinfo.html`, `2.html` …) has plain rows and a box beside them with more links than the last page.
Details `/govxxgk/{organ}/{day}/{guid}.html`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/0` for a column's first page, `script`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| snow-reply | 404 | gone |
| budget-cp-urban-2022 | 500 | http_error |
| law-cp-urban-2021 | redirect to the home page | soft_404 |
| snow-guide | 403 from a firewall | blocked |
| appointments-cp-gov-2021 | 200 without a body | empty |
| snow-notice | GBK labelled UTF-8 | stored |
| disclosure-cp-office-2021 | forbidden by robots.txt | robots |
| link-province | its row leads to another host | out_of_scope |
"""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, non_empty, published
from demo.server import MovedTo, Posting, Resource


def guid(name: str) -> str:
    """An identifier as the system gives to sites, documents and files."""
    return str(uuid.UUID(hashlib.md5(name.encode()).hexdigest()))


ORGAN, SITE_GUID = "11539941MK6C0015", guid("site")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a category of the service (`category`), or a static list beginning at `first`."""

    key: str
    name: str
    genres: tuple[str, ...]
    category: str = ""
    department: str = ""
    first: str = ""
    size: int = 3

    @property
    def path(self) -> str:
        if self.category:
            return f"/dynamic/zwgk/govInfoPub.html?categorynum={self.category}&deptcode={self.department}"
        return f"/govxxgk/{ORGAN}/openSubPage.html?specialurl={self.first}" if self.is_catalog else self.first

    @property
    def is_catalog(self) -> bool:
        return self.first.endswith("govlist.html")


COLUMNS = (
    Column("zcwj", "政策文件", ("通知", "办法", "政策解读"), "003001003"),
    Column("nb", "年度报告", ("法治政府建设年度报告", "政府信息公开年度报告"), "003002", "MK6C0138"),
    Column(
        "czrs", "财政和人事", ("预决算说明", "人事任免"), first=f"/govxxgk/{ORGAN}/category/031/031002/govlist.html"
    ),
    Column("gsgg", "公告和答复", ("公告", "答复"), first="/zwgk/003004/003004001/moreinfo.html", size=2),
)
BY_KEY = {column.key: column for column in COLUMNS}
HEAD = ("title", "index_number", "publisher", "written_date", "published_date", "document_number", "subject_category")


@dataclass
class EpointSite(PublishedSite):
    """The Epoint site; see the module's docstring."""

    platform: ClassVar[str] = "epoint"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 4400
    project: str = "/EWB-FRONT"
    in_params: bool = False
    capped: int = 3

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        return f"/govxxgk/{ORGAN}/{posting.day}/{guid(posting.key)}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        name = posting.document.attachments[place].name
        return f"/uploadfile/{guid(posting.key)}/{guid(name)}.{name.rsplit('.', 1)[1]}"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        if request.url.path == f"{self.project}/rest/lightfrontaction/getgovinfolist":
            return self.rows(json.loads(body)) if request.method == "POST" else None
        return super().resource_at(request, body)

    def rows(self, body: dict[str, Any]) -> Resource:
        values = body.get("params", {}) if self.in_params else body
        wanted = (values.get("categorynum"), values.get("deptcode"), values.get("siteGuid"))
        column = next((each for each in COLUMNS if (each.category, each.department, SITE_GUID) == wanted), None)
        page, size = int(values.get("pageIndex", 0)), min(self.capped, int(values.get("pageSize", 20)))
        lines = self.slice(column.key, page + 1, size)[0] if column else []
        total = len(self.entries(column.key)) if column else 0
        custom = {"total": total, "data": [self.row(posting) for posting in lines]}
        content = json.dumps({"custom": custom, "status": {"code": 1}}, ensure_ascii=False).encode()
        return Resource(f"{column.key if column else '?'}/{page}", content, "application/json;charset=UTF-8")

    def row(self, posting: Posting) -> dict[str, Any]:
        title = posting.document.title
        return {
            "infoid": guid(posting.key),
            "title": f"<font color='#333'>{title[:16]}{'...' if len(title) > 16 else ''}</font>",
            "realtitle": title,
            "infourl": "" if posting.href else self.path(posting),
            "linkurl": posting.href,
            "infodate": str(posting.day),
            "handsdate": None,
        }

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path = request.url.path
        if path in ("/", "/index.html"):
            return Resource("home", self.render("epoint/home.html", columns=COLUMNS))
        if path == "/js/webBuilderCommon.js":
            info = {"siteGuid": SITE_GUID, "projectName": self.project, "siteName": "苍浦市人民政府"}
            text = f"var siteInfo={json.dumps(info, ensure_ascii=False)};\nfunction getPageInfoList() {{}}\n"
            return Resource("script", text.encode(), "application/javascript")
        if path == "/dynamic/zwgk/govInfoPub.html" or path.endswith("/openSubPage.html"):
            return Resource(path, self.render("epoint/shell.html", columns=COLUMNS))
        for column in COLUMNS:
            folder = column.first.rsplit("/", 1)[0]
            match = re.fullmatch(rf"{re.escape(folder)}/(\d+)\.html", path) if column.first else None
            if match or path == column.first:
                return self.page_of(column, int(match[1]) if match else 1)
        return None

    def page_of(self, column: Column, page: int) -> Resource | None:
        lines, pages = self.slice(column.key, page, column.size)
        if page > pages:
            return None
        name = "epoint/govlist.html" if column.is_catalog else "epoint/moreinfo.html"
        values = {"lines": lines, "page": page, "pages": pages, "folder": column.first.rsplit("/", 1)[0]}
        return Resource(f"{column.key}/{page}", self.render(name, column=column, columns=COLUMNS, **values))

    def detail(self, posting: Posting) -> bytes:
        return self.render(
            "epoint/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            document=posting.document,
            values=all_fields(posting.document),
            files=self.files(posting),
            body=markup.html(posting.document.body, ("styled", "plain", "word")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        return self.record_fields(posting, HEAD, ("source",))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title}
        if BY_KEY[posting.column].is_catalog:
            names = ("index_number", "publisher", "written_date", "document_number")
            return line | non_empty(all_fields(posting.document), names)
        return line | {"published_date": str(posting.day)}


TOPICS = (Topic("snow", "cp-urban", date(2023, 10, 12), 18, date(2023, 10, 26)),)
YEARLY = {
    "law": [("cp-urban", 2021), ("cp-urban", 2022), ("cp-urban", 2023)],
    "disclosure": [("cp-office", 2021), ("cp-office", 2022), ("cp-finance", 2022)],
    "budget": [("cp-urban", 2022), ("cp-urban", 2023), ("cp-finance", 2023)],
    "appointments": [("cp-gov", 2021), ("cp-gov", 2022), ("cp-gov", 2023)],
}


def demo(planted: bool = True) -> EpointSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = EpointSite("demo-epoint")
    for document in published(TOPICS, YEARLY, 2):
        site.put(document)
    if planted:
        province = f"https://www.yunling.example/govxxgk/ylszf/2023-09-21/{guid('province')}.html"
        site.link(
            "link-province", "云岭省人民政府关于做好冬季安全生产工作的通知（转载）", province, "zcwj", date(2023, 9, 22)
        )
        site.plant("snow-reply", faults.status(404), "gone")
        site.plant("budget-cp-urban-2022", faults.status(500), "http_error")
        site.plant("law-cp-urban-2021", faults.home, "soft_404")
        site.plant("snow-guide", faults.waf(403), "blocked")
        site.plant("appointments-cp-gov-2021", faults.empty, "empty")
        site.plant("snow-notice", faults.wrong_charset, "stored")
        site.plant("disclosure-cp-office-2021", None, "robots")
    return site
