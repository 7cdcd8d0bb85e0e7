"""A UCAP site (开普): 云岭省砚河市 (invented).

Columns of static pages (`list.shtml`, `list_2.shtml` …; one is called `xxgk_list`) that have pages and total in
`createPageHTML('page_div', pages, current, 'list', 'shtml', total)`, counted from 1; and columns of JSON
(`/searchList/{channel}`, `/common/search/{channel}`: `data.total`, `data.results`), which return at most `capped`
lines, whatever `_pageSize` is, with addresses without a scheme, `<em>` in titles and labelled values in
`domainMetaList`, the empty ones "" or "null"; one column is listed by `POST /getFileListByCodeId`, to which its page
leads. `overstated` is added to every total of JSON, as some sites do. `/yanhe/c103660/xxgk_lists.shtml` leads to the
list of one channel below and holds none. Details `/yanhe/{channel}/{yyyymm}/{32 hex}.shtml`, in one column
`c01_{number}.shtml`, in three manners: `spans` (header of the Hainan sites: 时效性 is there twice, a script hides one,
备案登记号 and 废止日期 are empty), `list` (header of Harbin: labels broken by `<i>`), `news` (source and time below the
title). The top of the page is an HTML document of its own inside it.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| heat-reply | 404 | gone |
| bridge-reply | 500 | http_error |
| orchard-reply | redirect to the home page | soft_404 |
| bridge-case | 412 from a firewall | blocked |
| heat-guide | 200 without a body | empty |
| bridge-notice | GBK labelled UTF-8 | stored |
| appointments-yh-gov-2022 | forbidden by robots.txt | robots |
| link-province | its link leads to another host | out_of_scope |
| yl-feedback | also on other sites | stored, one content at several sources |
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, non_empty, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One channel. `stem` names its static pages; `search` is the path of its JSON."""

    key: str
    name: str
    channel: str
    manner: str
    genres: tuple[str, ...]
    stem: str = ""
    size: int = 15
    search: str = ""
    numbered: bool = False
    service: bool = False

    @property
    def folder(self) -> str:
        return f"/yanhe/{self.channel}/"


def hex_id(name: str) -> str:
    """32 hexadecimal digits, as the system gives them to channels, manuscripts and files."""
    return hashlib.md5(name.encode()).hexdigest()


COLUMNS = (
    Column("zcwj", "政策文件", "c103661", "spans", ("通知", "意见"), "list", 2),
    Column("gfxwj", "行政规范性文件", "c103662", "spans", ("办法", "应急预案"), "xxgk_list", 2),
    Column("zcjd", "政策解读", "c103664", "news", ("政策解读",), "list"),
    Column(
        "gsgg", "公示公告", "c103671", "list", ("公告", "公示", "招标公告", "答复"),
        search=f"/searchList/{hex_id('gsgg')}", numbered=True,
    ),
    Column(
        "fdzd", "法定主动公开内容", "c103680", "spans",
        ("预决算说明", "人事任免"), search=f"/common/search/{hex_id('fdzd')}",
    ),
    Column(
        "nb", "年度报告", "c103681", "spans", ("法治政府建设年度报告", "政府信息公开年度报告"), "list", service=True,
    ),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
SPANS = ("index_number", "subject_category", "publisher", "written_date", "title", "document_number", "published_date")
LIST = ("index_number", "subject_category", "written_date", "disclosure_method", "document_number", "validity")


@dataclass
class UcapSite(PublishedSite):
    """The UCAP site; see the module's docstring."""

    platform: ClassVar[str] = "ucap"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 1093700
    capped: int = 3
    """Lines that the JSON answers give at most (20 at csrc.gov.cn)."""
    overstated: int = 0

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        column = BY_KEY[posting.column]
        name = f"c01_{posting.number}" if column.numbered else hex_id(posting.key)
        return f"{column.folder}{posting.day:%Y%m}/{name}.shtml"

    def attachment_path(self, posting: Posting, place: int) -> str:
        name = posting.document.attachments[place].name
        suffix = name.rsplit(".", 1)[1]
        return f"{self.path(posting).removesuffix('.shtml')}/files/{hex_id(name)}.{suffix}"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        if request.url.path == "/getFileListByCodeId" and request.method == "POST":
            return self.service(body)
        return super().resource_at(request, body)

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path = request.url.path
        if path == "/":
            return Resource("home", self.render("ucap/home.html", columns=COLUMNS))
        if path == "/yanhe/c103660/xxgk_lists.shtml":
            return Resource("lists", self.render("ucap/home.html", columns=COLUMNS))
        for column in COLUMNS:
            if column.search == path:
                return self.results(column, request)
            match = re.fullmatch(re.escape(f"{column.folder}{column.stem}") + r"(?:_(\d+))?\.shtml", path)
            if column.service and match and not match[1]:
                values = {"column": column, "columns": COLUMNS, "channel": hex_id(column.key)}
                return Resource(column.key, self.render("ucap/searched.html", **values))
            if column.stem and match:
                return self.page_of(column, int(match[1] or 1))
        return None

    def page_of(self, column: Column, page: int) -> Resource | None:
        lines, pages = self.slice(column.key, page, column.size)
        if page > pages:
            return None
        body = self.render(
            "ucap/list.html", column=column, columns=COLUMNS, lines=lines, page=page, pages=pages,
            total=len(self.entries(column.key)),
        )  # fmt: skip
        return Resource(f"{column.key}/{page}", body)

    def results(self, column: Column, request: Request) -> Resource:
        query = request.query_params
        page = int(query.get("page", "1"))
        if query.get("_isJson") != "true":
            return Resource(f"{column.key}/{page}", self.render("ucap/home.html", columns=COLUMNS))
        data = self.data(column, page, int(query.get("_pageSize", "20")))
        return Resource(f"{column.key}/{page}", json.dumps({"data": data}).encode(), "application/json;charset=UTF-8")

    def service(self, body: bytes) -> Resource:
        """The answer of the POST; a channel that is not known has no documents."""
        form = dict(parse_qsl(body.decode()))
        page = int(form.get("page", "1"))
        column = next((each for each in COLUMNS if each.service and hex_id(each.key) == form.get("channelId")), None)
        data = self.data(column, page, int(form.get("size", "20"))) if column else {"total": 0, "results": []}
        answer = json.dumps({"code": 200, "results": {"data": data}}).encode()
        return Resource(f"{column.key if column else 'none'}/{page}", answer, "application/json;charset=UTF-8")

    def data(self, column: Column, page: int, size: int) -> dict[str, Any]:
        lines, _ = self.slice(column.key, page, min(self.capped, size))
        return {
            "channelId": hex_id(column.key),
            "page": page,
            "rows": len(lines),
            "total": len(self.entries(column.key)) + self.overstated,
            "results": [self.result(column, posting) for posting in lines],
        }

    def result(self, column: Column, posting: Posting) -> dict[str, Any]:
        document = posting.document
        values = (("索引号", document.index_number, "syh"), ("发文字号", document.document_number, "wh"),
                  ("发文机关", document.publisher, "fwjg"), ("成文日期", str(document.written_date or "null"), "cwrq"),
                  ("时效性", "", "sxx"))  # fmt: skip
        if column.service:
            keys = {"发文字号": "writtentext", "成文日期": "writtendate", "发文机关": "writtendepartment"}
            values = tuple((name, value, keys.get(name, key)) for name, value, key in values)
        return {
            "manuscriptId": hex_id(posting.key),
            "title": document.title.replace("砚河市", "<em>砚河市</em>"),
            "url": self.url(posting.key).removeprefix("http:"),
            "publishedTime": int(posting.modified.timestamp() * 1000),
            "publishedTimeStr": f"{posting.day} 09:00:00",
            "channelName": column.name,
            "channelCodeName": column.channel,
            "memo": "",
            "content": document.text[:60],
            "domainMetaList": [
                {
                    "domainMetadataName": "默认元数据集",
                    "resultList": [{"name": "来源", "value": document.source, "key": "ly"}],
                },
                {
                    "domainMetadataName": "政策文件信息",
                    "resultList": [{"name": name, "value": value, "key": key} for name, value, key in values],
                },
            ],
        }

    def detail(self, posting: Posting) -> bytes:
        column, path = BY_KEY[posting.column], self.path(posting)
        folder = path.rsplit("/", 1)[0] + "/"
        return self.render(
            "ucap/detail.html",
            column=column,
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            values=all_fields(posting.document),
            files=[(each.removeprefix(folder), name) for each, name in self.files(posting)],
            body=markup.html(posting.document.body, ("word", "styled", "plain")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        names = {
            "spans": SPANS,
            "list": (*LIST, "title", "published_date", "source"),
            "news": ("title", "published_date", "source", "publisher"),
        }[BY_KEY[posting.column].manner]
        fields, allowed = self.record_fields(posting, names, ("source", "keywords"))
        if BY_KEY[posting.column].manner == "spans":
            fields["validity"] = posting.document.validity or "有效"
        return fields, allowed

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title, "published_date": str(posting.day)}
        if BY_KEY[posting.column].search or BY_KEY[posting.column].service:
            names = ("index_number", "document_number", "publisher", "written_date")
            line |= non_empty(all_fields(posting.document), names)
        return line


TOPICS = (
    Topic("orchard", "yh-agri", date(2022, 3, 16), 21, date(2022, 8, 19)),
    Topic("bridge", "yh-traffic", date(2023, 1, 12), 3, date(2023, 6, 28)),
    Topic("heat", "yh-health", date(2023, 5, 25), 40, date(2023, 7, 19)),
)
YEARLY = {
    "law": [("yh-agri", 2021), ("yh-agri", 2022), ("yh-agri", 2023), ("yh-traffic", 2023)],
    "disclosure": [("yh-office", 2021), ("yh-office", 2022)],
    "budget": [("yh-traffic", 2022), ("yh-traffic", 2023)],
    "appointments": [("yh-gov", 2022), ("yh-gov", 2023)],
}


def demo(planted: bool = True) -> UcapSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = UcapSite("demo-ucap")
    for document in published(TOPICS, YEARLY, 12, ("yl-feedback",)):
        site.put(document)
    if planted:
        province = "https://www.yunling.example/yunling/c100022/202305/ba55bd5aa9c5455f830b0bacee2dd80a.shtml"
        site.link(
            "link-province", "云岭省人民政府关于加强抗旱工作的通知（省级转载）", province, "zcwj", date(2023, 5, 19)
        )
        site.plant("heat-reply", faults.status(404), "gone")
        site.plant("bridge-reply", faults.status(500), "http_error")
        site.plant("orchard-reply", faults.home, "soft_404")
        site.plant("bridge-case", faults.waf(412), "blocked")
        site.plant("heat-guide", faults.empty, "empty")
        site.plant("bridge-notice", faults.wrong_charset, "stored")
        site.plant("appointments-yh-gov-2022", None, "robots")
    return site
