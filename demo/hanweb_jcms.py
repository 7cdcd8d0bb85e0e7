"""A Hanweb JCMS site: 云岭省槐津市 (invented), with columns that differ as the sites of the family do.

A column is `/col/col{N}/index.html`, a document `/art/Y/M/D/art_{N}_{number}.html` (month and day not padded), an
attachment is behind `/module/download/downfile.jsp`. Columns:

| column | how it lists |
| --- | --- |
| bg | two stores, the mobile one first with a smaller total and its own `unitid`; GET by `startrecord`; rows `tr` |
| tzgg | GET, `startrecord` ignored: `page` and `perpage` alone |
| nb | no `<nextgroup>`; the script uses POST, GET gets the empty response |
| jdhy | `columnid` and `unitid` encrypted in the link; plain ones get the empty response of 54 bytes |
| cz | all on one page, lines without a date; a longer store of another column in the sidebar |
| gfxwj | a catalog: `search.jsp` by POST, rows with `syh`, heading 生成日期, `共N条 共N页` |
| rsrm | a catalog of the newer template: `li`, the class in the column's address (`?number=`) |

Each store has a second call of `jpage`, whose total is 1000. A catalog without a class lists the whole district.
`most` is the maximum of `perpage` (300 on real sites). Lines show cut titles; the attribute `title` is complete.
Headers: `li` (Dalian), `td` (the table `xxgk_article`), `inside` (none; title and date inside `#zoom`), `plain` (none);
categories are in comments. Keys of faults: a posting's key, `key/name.pdf` for an attachment, `bg/0` for a column's
page, `bg/5` for the answer that begins at its fifth line, `gfxwj/2` for a page of a catalog, `robots.txt`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| carpark-reply | 404 | gone |
| law-hj-mailing-2022 | 500 | http_error |
| library-case | redirect to the home page | soft_404 |
| disclosure-hj-culture-2022 | 403 from a firewall | blocked |
| library-guide | 200 without a body | empty |
| law-hj-jindu-2021 | GBK labelled UTF-8 | stored |
| appointments-hj-gov-2021 | forbidden by robots.txt | robots |
| link-province | its line leads to another host | out_of_scope |
| carpark-rules, carpark-rules@tzgg | one document, two addresses | stored, one content |
| yl-feedback | also on other sites | stored, one content at several sources |
| budget-hj-city-2023 | no text, a PDF | stored |
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from demo import faults, hanweb, markup
from demo.documents import Document
from demo.server import MovedTo, Posting, Resource, Site


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it lists (see the module's text), the lines of its page, the header of its details."""

    key: str
    number: int
    name: str
    manner: str
    size: int
    layout: str
    genres: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/col/col{self.number}/index.html"

    @property
    def unit(self) -> int:
        return self.number * 10 + 3


COLUMNS = (
    Column("bg", 14101, "法治政府建设年度报告", "two stores", 4, "inside", ("法治政府建设年度报告",)),
    Column("tzgg", 14102, "通知公告", "page", 2, "li", ("通知", "意见", "公示", "公告", "招标公告")),
    Column("nb", 14103, "政府信息公开年报", "post", 2, "plain", ("政府信息公开年度报告",)),
    Column("jdhy", 14104, "解读回应", "encrypted", 3, "td", ("政策解读", "答复")),
    Column("cz", 14105, "财政信息", "whole", 15, "plain", ("预决算说明",)),
    Column("gfxwj", 14201, "行政规范性文件", "catalog", 1, "li", ("办法", "应急预案")),
    Column("rsrm", 14202, "人事任免", "catalog list", 3, "td", ("人事任免",)),
)
BY_KEY = {column.key: column for column in COLUMNS}
CLASSES = {"gfxwj": "A0201", "rsrm": "A0703"}
"""infotypeId of the catalogs."""
AREA, CATALOG_SITE = "11539300MY6H0018", "27"
PROXY = "/module/web/jpage/dataproxy.jsp"
EMPTY = b"<datastore><recordset></recordset></datastore>".ljust(54)
"""The response of the service to invalid parameters: its size of 54 bytes is known, its content is not."""
LABELS = {
    "li": {
        "index_number": "索引号:", "document_number": "文件编号:", "written_date": "成文日期:",
        "publisher": "发布机构:", "published_date": "发布日期:", "validity": "有效性:",
    },
    "td": {
        "index_number": "索引号", "publisher": "发布机构", "disclosure_method": "公开方式",
        "disclosure_scope": "公开范围", "document_number": "文　　号", "validity": "有 效 性",
        "written_date": "成文日期", "registration_number": "统一编号",
    },
    "inside": {}, "plain": {},
}  # fmt: skip


def sealed(value: int) -> str:
    """A number as the sites encrypt it: base64 of sixteen bytes."""
    return base64.b64encode(hashlib.md5(str(value).encode()).digest()).decode()


@dataclass
class JcmsSite(Site):
    """The JCMS site; see the module's docstring."""

    platform: ClassVar[str] = "hanweb_jcms"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 2417300
    most: int = 300
    sizes: dict[str, int] = field(default_factory=dict)
    """Other numbers of lines on a column's page."""
    area_in_script: bool = True
    """Whether the script of `rsrm` names the area; else it is in the column's address alone."""
    links: bool = True
    """Whether the stores have a link to more; without it the page's script posts plain numbers."""

    def size(self, column: Column) -> int:
        return self.sizes.get(column.key, column.size)

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "tzgg")

    def path(self, posting: Posting) -> str:
        day = posting.day
        return f"/art/{day.year}/{day.month}/{day.day}/art_{BY_KEY[posting.column].number}_{posting.number}.html"

    def attachment_url(self, posting: Posting, name: str) -> str:
        return self.base + self.attachment_path(posting, name)

    def attachment_path(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        file = f"{posting.day:%y%m%d}{posting.number}{place}.{name.rsplit('.', 1)[1]}"
        return f"/module/download/downfile.jsp?classid=0&filename={file}"

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        path, query = request.url.path, dict(parse_qsl(request.url.query, keep_blank_values=True))
        # Like a servlet's getParameter: parameters in the address come before those in the body.
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True)) | query
        if path in ("/", "/index.html"):
            return Resource("home", self.render("jcms/home.html", columns=COLUMNS))
        if path == PROXY:
            return self.group(parameters, request.method)
        if path == "/module/xxgk/search.jsp":
            return self.catalog(parameters, request.method)
        if path == "/module/download/downfile.jsp":
            return self.file(request.url.query)
        for column in COLUMNS:
            if path == column.path.removesuffix("/index.html"):
                return MovedTo(column.path)
            if path == column.path:
                return self.front(column)
        for posting in list(self.postings.values()):
            if path == self.path(posting):
                return self.detail(posting)
        return None

    def file(self, query: str) -> Resource | None:
        for posting in list(self.postings.values()):
            for attachment in posting.document.attachments:
                if self.attachment_path(posting, attachment.name).endswith(f"?{query}"):
                    key = f"{posting.key}/{attachment.name}"
                    return Resource(key, attachment.data, attachment.media_type, posting.modified)
        return None

    # Listings.

    def line(self, column: Column, posting: Posting) -> str:
        """A line of a store, with the title cut to the width of the template's column."""
        title, day = escape(posting.document.title), f"<span>{posting.day}</span>"
        cut = title if len(title) <= 22 else title[:22] + "..."
        link = f'<a href="{posting.href or self.path(posting)}" title="{title}" target="_blank">{cut}</a>'
        if column.manner == "two stores":
            return f"<tr><td width=15><img src='/picture/0/dot.gif'></td><td>{link}</td><td>{day}</td></tr>"
        return f"<li>{link}{'' if column.manner == 'whole' else day}</li>"

    def store(self, column: Column, postings: list[Posting], head: str) -> str:
        lines = "".join(f"<record><![CDATA[\n{self.line(column, each)}]]></record>\n" for each in postings)
        return f"<datastore>\n{head}\n<recordset>\n{lines}</recordset>\n</datastore>"

    def parameters(self, column: Column, unit: int) -> dict[str, str]:
        secret = column.manner == "encrypted" and self.links
        numbers = {"columnid": column.number, "unitid": unit}
        return {"appid": "1", "webid": "3", "path": "/"} | {
            name: sealed(number) if secret else str(number) for name, number in numbers.items()
        }

    def front_store(self, column: Column, size: int, total: int, unit: int) -> dict[str, object]:
        """A store of a column's page: its XML and the script after it."""
        parameters = self.parameters(column, unit)
        # The doubled appid and the twice escaped name are the platform's own.
        name = urlencode({"webname": "%E6%A7%90%E6%B4%A5%E5%B8%82", "permissiontype": "0"})
        link = f"{PROXY}?page=1&appid=1&{urlencode(parameters, safe='/')}&{name}"
        has_link = self.links and column.manner != "post"
        head = f'<nextgroup><![CDATA[<a href="{link}"></a>]]></nextgroup>' if has_link else ""
        xml = self.store(column, self.entries(column.key)[:size], head)
        return {"xml": xml, "unit": unit, "total": total, "size": size, "parameters": {"col": "1"} | parameters}

    def front(self, column: Column) -> Resource:
        """A column's page."""
        size, total = self.size(column), len(self.entries(column.key))
        stores = []
        if column.manner == "two stores":
            stores.append(self.front_store(column, 2, min(total, 5), column.unit + 1))
        if column.key in CLASSES:
            shell = CLASSES[column.key]
        else:
            shell = ""
            stores.append(self.front_store(column, size, total, column.unit))
        if column.manner == "whole":
            other = BY_KEY["bg"]
            stores.append(self.front_store(other, 3, len(self.entries("bg")), other.unit + 2))
        body = self.render("jcms/column.html", column=column, columns=COLUMNS, stores=stores, shell=shell, area=AREA,
                           catalog_site=CATALOG_SITE, proxy=PROXY)  # fmt: skip
        return Resource(f"{column.key}/0", body)

    def group(self, parameters: Mapping[str, str], method: str) -> Resource:
        """dataproxy.jsp: records by their numbers, or by page if the column supports nothing else."""
        for column in COLUMNS:
            if column.key in CLASSES or (column.manner == "post") != (method == "POST"):
                continue
            named = (parameters.get("columnid"), parameters.get("unitid"))
            number, unit = sealed(column.number), sealed(column.unit)
            if named != ((number, unit) if column.manner == "encrypted" else (str(column.number), str(column.unit))):
                continue
            entries, size = self.entries(column.key), self.size(column)
            per = min(int(parameters.get("perpage") or size), self.most)
            if column.manner == "page" or "startrecord" not in parameters:
                start = (int(parameters.get("page") or 1) - 1) * per
                shown = entries[start : start + per]
            else:
                start = int(parameters["startrecord"]) - 1
                shown = entries[start : int(parameters.get("endrecord") or start + per)][: self.most]
            pages = -(-len(entries) // per)
            head = f"<totalrecord>{len(entries)}</totalrecord><totalpage>{pages}</totalpage>"
            xml = self.store(column, shown, head)
            return Resource(f"{column.key}/{start + 1}", xml.encode(), "text/xml;charset=UTF-8")
        return Resource("dataproxy", EMPTY, "text/xml;charset=UTF-8")

    def catalog(self, parameters: Mapping[str, str], method: str) -> Resource | None:
        """search.jsp: the rows of a class as a piece of HTML."""
        key = next((key for key, name in CLASSES.items() if name == parameters.get("infotypeId")), None)
        known = method == "POST" and parameters.get("area") == AREA and parameters.get("jdid") == CATALOG_SITE
        column = BY_KEY[key or "gfxwj"]
        entries = self.entries(column.key) if key and known else []
        if known and not parameters.get("infotypeId"):
            every = [posting for each in COLUMNS for posting in self.entries(each.key)]
            column, entries = BY_KEY["rsrm"], sorted(every, key=lambda posting: posting.key)
        page, size = int(parameters.get("currpage") or 1), self.size(column)
        body = self.render(
            "jcms/catalog.html", column=column, postings=entries[(page - 1) * size : page * size], page=page,
            pages=-(-len(entries) // size), total=len(entries), known=hanweb.known,
        )  # fmt: skip
        return Resource(f"{column.key}/{page}", body)

    # Details.

    def detail(self, posting: Posting) -> Resource:
        document, column = posting.document, BY_KEY[posting.column]
        fields = hanweb.known(document)
        links = "".join(
            f'<p><img src="/module/jslib/icons/{each.name.rsplit(".", 1)[1]}.gif" align="absmiddle" border="0"/>'
            f'<a href="{escape(self.attachment_path(posting, each.name))}">{each.name}</a></p>'
            for each in document.attachments
        )
        body = self.render(
            "jcms/detail.html", column=column, columns=COLUMNS, posting=posting, document=document, fields=fields,
            rows=[(label, fields[name]) for name, label in LABELS[column.layout].items()],
            body=markup.html(document.body, ("plain", "styled", "word")[posting.number % 3]) + links,
        )  # fmt: skip
        return Resource(posting.key, body, modified=posting.modified)

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        layout, known = BY_KEY[posting.column].layout, hanweb.known(posting.document)
        names = {"title", "published_date", *LABELS[layout]} | (set() if layout == "td" else {"source"})
        fields = {name: known[name] for name in sorted(names) if known[name]}
        return fields, hanweb.allowed_fields(posting.document, fields)

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        column, document = BY_KEY[posting.column], posting.document
        line = {"url": self.url(posting.key), "title": document.title}
        if column.key == "gfxwj":
            return line | {"index_number": document.index_number, "written_date": str(document.written_date)}
        return line if column.manner == "whole" else line | {"published_date": str(posting.day)}


def demo(planted: bool = True) -> JcmsSite:
    """The site of the demo; without its faults and duplicates where `planted` is false."""
    site = JcmsSite("demo-jcms")
    for document in hanweb.published("jcms"):
        site.put(document)
    if planted:
        site.put(site.postings["carpark-rules"].document, key="carpark-rules@tzgg", column="tzgg")
        province = "https://www.yunling.example/art/2023/7/10/art_118_52017.html"
        site.link(
            "link-province", "云岭省人民政府关于公布行政许可事项清单的通知（转载）", province, "tzgg", date(2023, 7, 10)
        )
        site.plant("carpark-reply", faults.status(404), "gone")
        site.plant("law-hj-mailing-2022", faults.status(500), "http_error")
        site.plant("library-case", faults.home, "soft_404")
        site.plant("disclosure-hj-culture-2022", faults.waf(403), "blocked")
        site.plant("library-guide", faults.empty, "empty")
        site.plant("law-hj-jindu-2021", faults.wrong_charset, "stored")
        site.plant("appointments-hj-gov-2021", None, "robots")
    return site
