"""A policy library like that of the State Council's site: 云岭省政策文件库 (invented).

`/search-gov/data?t=…&p=…&n=…` answers JSON for `zhengcelibrary_gw` (lines in `searchVO.listVO`) and for `_bm` and `_or`
(lines in `searchVO.catMap.{category}.listVO`, `listVO` null): titles with `<em>`, `pubtime` in milliseconds,
`pubtimeStr` with dots, an empty `listVO` beyond the end. `/zhengce/zuixin/ZUIXINZHENGCE.json` is one array of the
newest `latest` lines, which the library lists too, with a byte order mark. Documents are on another host than the
library: `localhost` for `127.0.0.1`, `/zhengce/zhengceku/{yyyymm}/content_{id}.htm` with one of two header tables,
labels spread by full-width spaces; the body in `#UCAP-CONTENT`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `gw/1` for a page of the library, `zuixin/1`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| lift-reply | 404 | gone |
| eseal-reply | 500 | http_error |
| credit-reply | redirect to the home page | soft_404 |
| lift-case | 403 from a firewall | blocked |
| eseal-guide | 200 without a body | empty |
| credit-notice | GBK labelled UTF-8 | stored |
| appointments-yl-gov-2022 | forbidden by robots.txt | robots |
| link-ministry | its `url` leads to another host | out_of_scope |
| yl-feedback | also on other sites | stored, one content at several sources |
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, non_empty, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of the library; `category` is its name in `catMap`, empty if its lines are in `listVO`."""

    key: str
    name: str
    genres: tuple[str, ...]
    category: str = ""


COLLECTIONS = (
    Collection("gw", "省政府文件", ("通知", "意见", "人事任免")),
    Collection(
        "bm", "部门文件",
        ("办法", "公告", "公示", "行政处罚公示", "法治政府建设年度报告", "政府信息公开年度报告"),
        "bumenfile",
    ),
    Collection("or", "解读和答复", ("政策解读", "答复"), "otherfile"),
)  # fmt: skip
BY_KEY = {collection.key: collection for collection in COLLECTIONS}
BOM = "\ufeff"
HEADERS: dict[str, dict[str, str]] = {
    "library": {
        "title": "标　　题", "publisher": "发文机关", "document_number": "发文字号", "source": "来　　源",
        "subject_category": "主题分类", "genre_category": "公文种类", "written_date": "成文日期",
    },
    "index": {
        "index_number": "索 引 号", "subject_category": "主题分类", "publisher": "发文机关", "written_date": "成文日期",
        "title": "标　　题", "document_number": "发文字号", "published_date": "发布日期",
    },
}  # fmt: skip


@dataclass
class GovSite(PublishedSite):
    """The library and its details; see the module's text for what they do."""

    platform: ClassVar[str] = "gov_cn"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 6898700
    latest: int = 8

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLLECTIONS if document.genre_category in each.genres), "gw")

    def path(self, posting: Posting) -> str:
        return f"/zhengce/zhengceku/{posting.day:%Y%m}/content_{posting.number}.htm"

    def url(self, key: str) -> str:
        return super().url(key).replace("//127.0.0.1:", "//localhost:")

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/zhengce/zhengceku/{posting.day:%Y%m}/P020{posting.day:%Y%m%d}{posting.number}{place}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path = request.url.path
        if path in ("/", "/index.htm"):
            return Resource("home", self.render("gov_cn/home.html"))
        if path == "/zhengce/zuixin/ZUIXINZHENGCE.json":
            lines = [
                {
                    "TITLE": each.document.title, "SUB_TITLE": "", "URL": self.url(each.key),
                    "DOCRELPUBTIME": str(each.day),
                }
                for each in self.newest()
            ]  # fmt: skip
            return Resource("zuixin/1", (BOM + json.dumps(lines, ensure_ascii=False)).encode(), "application/json")
        return self.library(request) if path == "/search-gov/data" else None

    def newest(self) -> list[Posting]:
        """The list of the newest documents, of two collections, which list them too."""
        both = [*self.entries("gw"), *self.entries("bm")]
        return sorted(both, key=lambda posting: (posting.day, posting.number), reverse=True)[: self.latest]

    def library(self, request: Request) -> Resource | None:
        query = request.query_params
        match = re.fullmatch(r"zhengcelibrary_(\w+)", query.get("t", ""))
        collection = BY_KEY.get(match[1]) if match else None
        if collection is None:
            return None
        page, size = max(1, int(query.get("p", "1"))), int(query.get("n", "20"))
        lines, pages = self.slice(collection.key, page, size)
        total, values = len(self.entries(collection.key)), [self.line(posting) for posting in lines]
        answer: dict[str, Any] = {"totalCount": total, "totalpage": pages, "currentPage": page, "pageSize": size}
        if collection.category:
            answer |= {"listVO": None, "catMap": {collection.category: {"listVO": values, "totalCount": total}}}
        else:
            answer |= {"listVO": values, "catMap": None}
        body = json.dumps({"code": 200, "msg": "操作成功", "searchVO": answer}).encode()
        return Resource(f"{collection.key}/{page}", body, "application/json;charset=UTF-8")

    def line(self, posting: Posting) -> dict[str, Any]:
        document = posting.document
        return {
            "id": str(posting.number),
            "title": document.title.replace("云岭省", "<em>云岭省</em>"),
            "url": self.url(posting.key),
            "pcode": document.document_number,
            "puborg": document.publisher,
            "index": document.index_number,
            "childtype": document.subject_category,
            "pubtime": int(posting.modified.timestamp() * 1000) if posting.number % 3 else 0,
            "pubtimeStr": f"{posting.day:%Y.%m.%d}",
            "summary": document.text[:80],
        }

    def header(self, posting: Posting) -> str:
        return "index" if posting.number % 2 else "library"

    def detail(self, posting: Posting) -> bytes:
        values = all_fields(posting.document)
        header = self.header(posting)
        day = posting.document.written_date
        written = f"{day.year}年{day.month:02}月{day.day:02}日" if day else ""
        spelled = {"written_date": written, "published_date": f"{posting.day:%Y年%m月%d日}"}
        return self.render(
            "gov_cn/detail.html",
            posting=posting,
            document=posting.document,
            header=header,
            collection=BY_KEY[posting.column],
            rows=[(label, spelled.get(name, values[name])) for name, label in HEADERS[header].items()],
            files=self.files(posting),
            body=markup.html(posting.document.body, ("plain", "styled", "word")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        names = {*HEADERS[self.header(posting)], "title", "published_date", "source"}
        return self.record_fields(posting, sorted(names), ("keywords",))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title, "published_date": str(posting.day)}
        names = ("document_number", "publisher", "index_number", "subject_category")
        return line | non_empty(all_fields(posting.document), names)


TOPICS = (
    Topic("credit", "yl-credit", date(2022, 4, 21), 38, date(2022, 9, 8)),
    Topic("lift", "yl-market", date(2023, 2, 9), 11, date(2023, 5, 31)),
    Topic("eseal", "yl-affairs", date(2022, 11, 15), 66, date(2023, 3, 2)),
)
YEARLY = {
    "law": [("yl-market", 2022), ("yl-market", 2023), ("yl-credit", 2023)],
    "disclosure": [("yl-office", 2021), ("yl-office", 2022), ("yl-affairs", 2022)],
    "appointments": [("yl-gov", 2021), ("yl-gov", 2022), ("yl-gov", 2023)],
}


def demo(planted: bool = True) -> GovSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = GovSite("demo-gov-cn")
    for document in published(TOPICS, YEARLY, 17, ("yl-feedback",)):
        site.put(document)
    if planted:
        ministry = "https://www.caizheng.example/zhengcefabu/202303/t20230316_3873024.htm"
        site.link("link-ministry", "云岭省财政厅关于电子票据归档的通知", ministry, "bm", date(2023, 3, 16))
        site.plant("lift-reply", faults.status(404), "gone")
        site.plant("eseal-reply", faults.status(500), "http_error")
        site.plant("credit-reply", faults.home, "soft_404")
        site.plant("lift-case", faults.waf(403), "blocked")
        site.plant("eseal-guide", faults.empty, "empty")
        site.plant("credit-notice", faults.wrong_charset, "stored")
        site.plant("appointments-yl-gov-2022", None, "robots")
    return site
