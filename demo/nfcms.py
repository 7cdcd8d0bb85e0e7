"""An NFCMS site: 云岭省榕湾市星屿区 (invented).

Columns of static pages (`index.html`, `index_2.html` …, with links to the next and the last page) and columns of static
JSON (`/postmeta/i/{id}.json`: `articles`, `children`, `publish_count`); 公示公告 is a JSON column with a column a year
below it, one of them empty. JSON has a byte order mark, fields are in the article or packed in `json_ext`,
every fourth article has no date. Lists end after `pages_limit` pages of `PER_PAGE`, whatever a column holds: in the
demo they have fewer. Details `…/content/post_{id}.html`, in three manners: `table` (the header of gd.gov.cn, the title
only there), `line` (the line 信息提供日期/来源/信息索引号 of the Futian site, whose number is `/{year}-{id}`), `plain`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| canteen-reply | 404 | gone |
| parking-reply | 500 | http_error |
| bookroom-reply | redirect to the home page | soft_404 |
| bookroom-guide | 403 from a firewall | blocked |
| typhoon-guide | 200 without a body | empty |
| canteen-notice | GBK labelled UTF-8 | stored |
| appointments-xy-gov-2022 | forbidden by robots.txt | robots |
| link-city | its link leads to another host | out_of_scope |
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
from demo.publishing import PublishedSite, Topic, all_fields, published
from demo.server import MovedTo, Posting, Resource


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `json` is its number where it is listed as JSON; `parent` the number of the column above it."""

    key: str
    name: str
    path: str
    manner: str
    size: int = 15
    genres: tuple[str, ...] = ()
    json: int = 0
    parent: int = 0


NOTICES = 101619
COLUMNS = (
    Column("zcwj", "政策文件", "/xxgk/zcwj/", "table", 3, genres=("通知", "意见")),
    Column("gfxwj", "规范性文件", "/xxgk/gfxwj/", "table", genres=("办法", "应急预案"), json=61057),
    Column("gg2021", "2021年", "/xxgk/gsgg/2021/", "line", json=101621, parent=NOTICES),
    Column("gg2022", "2022年", "/xxgk/gsgg/2022/", "line", json=101622, parent=NOTICES),
    Column("gg2023", "2023年", "/xxgk/gsgg/2023/", "line", json=101623, parent=NOTICES),
    Column("zcjd", "政策解读", "/xxgk/zcjd/", "plain", genres=("政策解读",)),
    Column("jytabl", "建议提案办理", "/xxgk/jytabl/", "line", 3, genres=("答复",)),
    Column("fzzfjsndbg", "法治政府建设年度报告", "/xxgk/zwgk/fzzfjsndbg/", "line", 2, ("法治政府建设年度报告",)),
    Column("qt", "机关信息", "/xxgk/qt/", "plain", 3, ("政府信息公开年度报告", "预决算说明", "人事任免")),
)
BY_KEY = {column.key: column for column in COLUMNS}
ANNOUNCED = ("公告", "公示", "招标公告", "行政处罚公示")
PER_PAGE = 50
BOM = "\ufeff"
LABELS = {
    "index_number": "索引号", "subject_category": "分类", "publisher": "发布机构", "written_date": "成文日期",
    "title": "标题", "document_number": "文号", "published_date": "发布日期",
}  # fmt: skip


@dataclass
class NfcmsSite(PublishedSite):
    """The NFCMS site; see the module's docstring."""

    platform: ClassVar[str] = "nfcms"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 9007400
    pages_limit: int = 50

    def column_of(self, document: Document) -> str:
        if document.genre_category in ANNOUNCED:
            return f"gg{document.published_date.year}"
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        return f"{BY_KEY[posting.column].path}content/post_{posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/attachment/0/{posting.number // 100}/{posting.number * 10 + place}/{posting.number}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path = request.url.path
        if path in ("/", "/index.html"):
            return Resource("home", self.render("nfcms/home.html", columns=COLUMNS))
        if match := re.fullmatch(r"/postmeta/i/(\d+)\.json", path):
            return self.column(int(match[1]))
        for column in COLUMNS:
            if path == column.path.rstrip("/"):
                return MovedTo(column.path)
            match = re.fullmatch(re.escape(column.path) + r"(?:index(?:_(\d+))?\.html)?", path)
            if match and not column.json:
                return self.page_of(column, int(match[1] or 1))
        return None

    def page_of(self, column: Column, page: int) -> Resource | None:
        lines, pages = self.slice(column.key, page, column.size)
        pages = min(pages, self.pages_limit)
        if page > pages:
            return None
        body = self.render("nfcms/list.html", column=column, columns=COLUMNS, lines=lines, page=page, pages=pages)
        return Resource(f"{column.key}/{page}", body)

    def column(self, number: int) -> Resource | None:
        below = [each for each in COLUMNS if each.parent == number]
        column = next((each for each in COLUMNS if each.json == number), None)
        if not below and not column:
            return None
        entries = self.entries(column.key) if column else []
        answer: dict[str, Any] = {
            "id": number,
            "name": column.name if column else "公示公告",
            "pages_limit": self.pages_limit,
            "updated": "2024-03-01 02:10:00",
            "children": [
                {
                    "id": each.json, "name": each.name, "pub_point": each.path.strip("/"),
                    "publish_count": len(self.entries(each.key)),
                }
                for each in below
            ],
            "articles": [self.article(posting) for posting in entries[: self.pages_limit * PER_PAGE]],
            "publish_count": len(entries) or sum(len(self.entries(each.key)) for each in below),
        }  # fmt: skip
        key = f"{column.key if column else number}/1"
        return Resource(key, (BOM + json.dumps(answer, ensure_ascii=False)).encode(), "application/json")

    def article(self, posting: Posting) -> dict[str, Any]:
        document = posting.document
        dated = self.dated(posting)
        extra = {"EXT_zh": document.document_number, "EXT_fwdw": document.publisher, "EXT_sort": ""}
        line: dict[str, Any] = {
            "id": posting.number,
            "title": document.title.replace("关于", "<br/>关于", 1) if posting.number % 2 else document.title,
            "url": self.url(posting.key),
            "date": str(posting.day) if dated else "",
            "publish_time": int(posting.modified.timestamp()) if dated else 0,
            "visible_publish_time": 0,
            "source": document.source,
            "abstract": "",
            "attachment": [],
            "json_ext": "[]",
        }
        return line | (extra if posting.number % 2 else {"json_ext": json.dumps(extra, ensure_ascii=False)})

    def dated(self, posting: Posting) -> bool:
        return posting.number % 4 != 0

    def values(self, posting: Posting) -> dict[str, str]:
        """The fields as the page shows them: the line's index number is made of year and number."""
        values = all_fields(posting.document)
        if BY_KEY[posting.column].manner == "line":
            values["index_number"] = f"/{posting.day.year}-{posting.number}"
        return values

    def detail(self, posting: Posting) -> bytes:
        column = BY_KEY[posting.column]
        return self.render(
            "nfcms/detail.html",
            column=column,
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            values=self.values(posting),
            labels=LABELS,
            files=self.files(posting),
            body=markup.html(posting.document.body, ("styled", "word", "plain")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        manner = BY_KEY[posting.column].manner
        names = {
            "table": [*LABELS, "source"],
            "line": ["title", "published_date", "source", "index_number"],
            "plain": ["title", "published_date", "source"],
        }[manner]
        fields, allowed = self.record_fields(posting, names, ("keywords",))
        if "index_number" in fields:
            fields["index_number"] = self.values(posting)["index_number"]
        return fields, allowed

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": " ".join(posting.document.title.split())}
        if not BY_KEY[posting.column].json:
            return line | {"published_date": str(posting.day)}
        if posting.number % 2:
            line["title"] = line["title"].replace("关于", " 关于", 1)
        more = {"document_number": posting.document.document_number, "publisher": posting.document.publisher}
        if self.dated(posting):
            more["published_date"] = str(posting.day)
        return line | {name: value for name, value in more.items() if value}


TOPICS = (
    Topic("typhoon", "xy-ocean", date(2022, 5, 18), 33, date(2022, 7, 6)),
    Topic("bookroom", "xy-culture", date(2023, 2, 14), 16, date(2023, 4, 20)),
    Topic("parking", "xy-urban", date(2022, 9, 27), 61, date(2023, 3, 15)),
    Topic("canteen", "xy-street", date(2023, 6, 20), 9, date(2023, 9, 12)),
)
YEARLY = {
    "law": [("xy-street", 2020), ("xy-street", 2021), ("xy-street", 2022), ("xy-street", 2023), ("xy-ocean", 2022)],
    "disclosure": [("xy-office", 2021), ("xy-office", 2022)],
    "budget": [("xy-culture", 2023)],
    "appointments": [("xy-gov", 2022), ("xy-gov", 2023)],
}


def demo(planted: bool = True) -> NfcmsSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = NfcmsSite("demo-nfcms")
    for document in published(TOPICS, YEARLY, 9, ("yl-feedback",)):
        site.put(document)
    if planted:
        city = "http://www.rongwan.example/zwgk/content/post_8841207.html"
        site.link("link-city", "榕湾市人民政府关于促进渔业发展的若干措施（市级转载）", city, "zcwj", date(2023, 5, 8))
        site.plant("canteen-reply", faults.status(404), "gone")
        site.plant("parking-reply", faults.status(500), "http_error")
        site.plant("bookroom-reply", faults.home, "soft_404")
        site.plant("bookroom-guide", faults.waf(403), "blocked")
        site.plant("typhoon-guide", faults.empty, "empty")
        site.plant("canteen-notice", faults.wrong_charset, "stored")
        site.plant("appointments-xy-gov-2022", None, "robots")
    return site
