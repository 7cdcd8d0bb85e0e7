"""A Hanweb jpaas site: 云岭省芷汀市 (invented).

A column's page (`/col/col{N}/index.html`, or a path of words) has no list but a script `unitbuild.js` whose `queryData`
has the parameters of `/api-gateway/jpaas-publish-server/front/page/build/unit`. The service returns JSON with the list
in `data.html`: 403 without User-Agent or without a Referer of the site, `success: false` if a parameter is missing,
page and size from `paramJson` alone (a plain `pageNo` is ignored), an empty list beyond the end. `page_size` is the
template's own; a column with `any_size` returns as many as requested. Files come from the download service
`/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=…`.

| column | how it lists |
| --- | --- |
| zcwj | returns the requested size; documents in the old form; header of 柯桥 with 文件编码 and 文件登记号 |
| tzgg | details in both forms (the new one since 2023); a BOM before the JSON; header `xxgk_article` |
| fzzfjs | a path of words, `pageId` of 32 hex digits, two units (a menu and the list); no header, 信息来源 |
| nb | details in the new form; no header |
| cz | one page, lines without a date; header `xxgk_article` |

`/bmzw/index.html` holds the newest lines of two columns, with links to them and a menu by script; `/zcjd/index.html`
holds the newest lines of one and leads to lists by year, as sites that write lines into a page do.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/0` for a column's page, `zcwj/1` for an answer
of the service, `robots.txt`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| parcel-reply | 404 | gone |
| law-zt-weiqiao-2021 | 500 | http_error |
| wetland-case | redirect to the home page | soft_404 |
| disclosure-zt-commerce-2022 | 412 from a firewall | blocked |
| wetland-guide | 200 without a body | empty |
| parcel-guide | GBK labelled UTF-8 | stored |
| appointments-zt-gov-2022 | forbidden by robots.txt | robots |
| link-ministry | its line leads to another host | out_of_scope |
| parcel-rules, parcel-rules@tzgg | one document, two addresses | stored, one content |
| yl-feedback | also on other sites | stored, one content at several sources |
| budget-zt-forest-2023 | no text, a PDF | stored |
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from demo import faults, hanweb, markup
from demo.documents import Document
from demo.server import MovedTo, Posting, Resource, Site


def hexed(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its page, the name of its list's unit, the form of its details' addresses ("old", "new", "both")."""

    key: str
    page_id: str
    name: str
    path: str
    tag: str
    form: str
    layout: str
    genres: tuple[str, ...]
    any_size: bool = False
    dated: bool = True


COLUMNS = (
    Column("zcwj", "1229510101", "政策文件", "/col/col1229510101", "当前栏目_list", "old", "coded",
           ("通知", "意见", "办法"), any_size=True),
    Column("tzgg", "1229510102", "通知公告", "/col/col1229510102", "分页列表", "both", "article",
           ("公告", "公示", "行政处罚公示", "政策解读", "答复", "人事任免")),
    Column("fzzfjs", hexed("fzzfjs"), "法治政府建设", "/zwgk/fzzfjs", "右侧内容", "new", "news",
           ("法治政府建设年度报告",)),
    Column("nb", "1229510104", "政府信息公开年报", "/col/col1229510104", "zw", "new", "news",
           ("政府信息公开年度报告",)),
    Column("cz", "1229510105", "财政信息", "/col/col1229510105", "信息列表", "old", "article",
           ("预决算说明",), dated=False),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
SERVICE = "/api-gateway/jpaas-publish-server/front/page/build/unit"
DOWNLOAD = "/api-gateway/jpaas-web-server/front/document/file-download"
WEB_ID, TEMPLATES_ID = "3149", "pQ7dXn2RkLm0TzVb5sYwE"
ARTICLE = {
    "index_number": "索引号", "publisher": "发布机构", "disclosure_method": "公开方式", "disclosure_scope": "公开范围",
    "document_number": "文　　号", "validity": "有 效 性", "written_date": "成文日期",
    "registration_number": "统一编号",
}  # fmt: skip
CODED = {
    "index_number": "索引号", "disclosure_method": "公开方式", "publisher": "发布机构", "issued": "发文日期",
    "group_category": "组配分类", "code": "文件编码", "subject_category": "主题分类", "written_date": "成文日期",
    "document_number": "文号", "registration_number": "文件登记号", "validity": "有效性",
}  # fmt: skip
LABELS = {"article": ARTICLE, "coded": CODED, "news": {}}


def refused(message: str) -> bytes:
    return json.dumps({"success": False, "code": "500", "message": message, "data": None}).encode()


@dataclass
class JpaasSite(Site):
    """The jpaas site; see the module's docstring."""

    platform: ClassVar[str] = "hanweb_jpaas"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 1843100
    page_size: int = 3
    parse_type: str = "bulidstatic"

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "tzgg")

    def path(self, posting: Posting) -> str:
        column, day = BY_KEY[posting.column], posting.day
        if column.form == "new" or (column.form == "both" and day.year >= 2023):
            return f"{column.path}/art/{day.year}/art_{hexed(posting.key)}.html"
        return f"/art/{day.year}/{day.month}/{day.day}/art_{column.page_id}_{posting.number}.html"

    def attachment_path(self, posting: Posting, name: str) -> str:
        suffix = name.rsplit(".", 1)[1]
        file = f"/cms_files/jcms1/web{WEB_ID}/site/attach/0/{hexed(posting.key + name)}.{suffix}"
        return f"{DOWNLOAD}?fileUrl={file}"

    def attachment_url(self, posting: Posting, name: str) -> str:
        return self.base + self.attachment_path(posting, name)

    def answer(self, request: Request, body: bytes) -> Response:
        """The firewall of the service requires a browser's User-Agent and a Referer of the site."""
        if request.url.path == SERVICE:
            referer = request.headers.get("referer", "")
            if not request.headers.get("user-agent") or not referer.startswith(f"{self.base}/"):
                return self.page("faults/waf.html", 403, code=403)
        return super().answer(request, body)

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        path = request.url.path
        if path in ("/", "/index.html"):
            return Resource("home", self.render("jpaas/home.html", columns=COLUMNS))
        if path in ("/bmzw/index.html", "/zcjd/index.html"):
            menu = self.query(COLUMNS[0], "menu")
            return Resource(path, self.render(f"jpaas{path.replace('/index', '')}", columns=COLUMNS, menu=menu))
        if path == SERVICE:
            return self.unit(dict(request.query_params))
        for column in COLUMNS:
            if path == column.path:
                return MovedTo(f"{column.path}/index.html")
            if path == f"/zcjd/{2020 + COLUMNS.index(column)}n/index.html":
                return self.front(column)
            if path == f"{column.path}/index.html":
                return self.front(column)
        for posting in list(self.postings.values()):
            if path == self.path(posting):
                return self.detail(posting)
            for attachment in posting.document.attachments:
                if path == DOWNLOAD and self.attachment_path(posting, attachment.name).endswith(request.url.query):
                    key = f"{posting.key}/{attachment.name}"
                    return Resource(key, attachment.data, attachment.media_type, posting.modified)
        return None

    def front(self, column: Column) -> Resource:
        query = {name: self.query(column, name) for name in ("menu", "list")}
        body = self.render("jpaas/column.html", column=column, columns=COLUMNS, query=query, service=SERVICE)
        return Resource(f"{column.key}/0", body)

    def query(self, column: Column, unit: str) -> str:
        """queryData in the script's tag: JSON with single quotes."""
        query = {
            "parseType": self.parse_type, "webId": WEB_ID, "tplSetId": TEMPLATES_ID, "pageType": "column",
            "tagId": column.tag if unit == "list" else "左侧导航", "editType": "null", "pageId": column.page_id,
        }  # fmt: skip
        return json.dumps(query, ensure_ascii=False, separators=(",", ":")).replace('"', "'")

    def unit(self, parameters: dict[str, str]) -> Resource:
        """The service's response for a unit."""
        column = next((each for each in COLUMNS if each.page_id == parameters.get("pageId")), None)
        own = {"parseType": self.parse_type, "webId": WEB_ID, "tplSetId": TEMPLATES_ID, "pageType": "column"}
        if column is None or any(parameters.get(name) != value for name, value in own.items()):
            return Resource("unit", refused("参数错误"), "application/json;charset=UTF-8")
        if parameters.get("tagId") != column.tag:
            html = self.render("jpaas/menu.html", columns=COLUMNS).decode()
            return self.json(f"{column.key}/menu", html)
        page_and_size = json.loads(parameters.get("paramJson") or "{}")
        page = int(page_and_size.get("pageNo", 1))
        size = int(page_and_size.get("pageSize", self.page_size)) if column.any_size else self.page_size
        entries = self.entries(column.key)
        html = self.render(
            "jpaas/unit.html", column=column, postings=entries[(page - 1) * size : page * size], page=page, size=size,
            total=len(entries), query=self.query(column, "list"), service=SERVICE,
        ).decode()  # fmt: skip
        return self.json(f"{column.key}/{page}", html, bom=column.key == "tzgg")

    def json(self, key: str, html: str, bom: bool = False) -> Resource:
        answer = {"success": True, "code": "200", "message": None, "data": {"html": html}}
        body = json.dumps(answer, ensure_ascii=False).encode("utf-8-sig" if bom else "utf-8")
        return Resource(key, body, "application/json;charset=UTF-8")

    def detail(self, posting: Posting) -> Resource:
        document, column = posting.document, BY_KEY[posting.column]
        fields = hanweb.known(document)
        written = fields | {"issued": fields["written_date"], "code": f"ZT{posting.number:09}"}
        links = "".join(
            f'<p style="line-height: 16px;"><a href="{escape(self.attachment_path(posting, each.name))}">'
            f"{each.name}</a></p>"
            for each in document.attachments
        )
        body = self.render(
            "jpaas/detail.html", column=column, columns=COLUMNS, posting=posting, document=document, fields=fields,
            rows=[(label, written[name]) for name, label in LABELS[column.layout].items()],
            body=markup.html(document.body, ("styled", "word", "plain")[posting.number % 3]) + links,
        )  # fmt: skip
        return Resource(posting.key, body, modified=posting.modified)

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        layout, known = BY_KEY[posting.column].layout, hanweb.known(posting.document)
        names = {"title", "published_date", *LABELS[layout]} | ({"source"} if layout == "news" else set())
        fields = {name: known[name] for name in sorted(names & known.keys()) if known[name]}
        return fields, hanweb.allowed_fields(posting.document, fields)

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title}
        return line | ({"published_date": str(posting.day)} if BY_KEY[posting.column].dated else {})


def demo(planted: bool = True) -> JpaasSite:
    """The site of the demo; without its faults and duplicates where `planted` is false."""
    site = JpaasSite("demo-jpaas")
    for document in hanweb.published("jpaas"):
        site.put(document)
    if planted:
        site.put(site.postings["parcel-rules"].document, key="parcel-rules@tzgg", column="tzgg")
        ministry = "https://www.lymz.example/art/2023/5/4/art_31_20417.html"
        site.link("link-ministry", "关于征集湿地保护宣传作品的公告（转载）", ministry, "tzgg", date(2023, 5, 4))
        site.plant("parcel-reply", faults.status(404), "gone")
        site.plant("law-zt-weiqiao-2021", faults.status(500), "http_error")
        site.plant("wetland-case", faults.home, "soft_404")
        site.plant("disclosure-zt-commerce-2022", faults.waf(412), "blocked")
        site.plant("wetland-guide", faults.empty, "empty")
        site.plant("parcel-guide", faults.wrong_charset, "stored")
        site.plant("appointments-zt-gov-2022", None, "robots")
    return site
