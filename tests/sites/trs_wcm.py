"""A TRS WCM site: static listings and details of 云岭省岚川市 (invented).

Columns under `COLUMNS`; a listing's first page is `index.html`, the next `index_1.html` …, the number of pages
stands in `createPageHTML(pages, current, "index", "html")` (`createPage(…)` and table rows in the Chongqing
manner). Details are `{column}{yyyymm}/t{yyyymmdd}_{number}.html`, an article's further pages `…_1.html`,
attachments `./P0….pdf` beside. Header layouts: `th`, `td`, `li`, `cell` (label and value in one cell), `script`
(publisher by `document.write`, validity by script from `fzTime`, the header again for phones), `plain` (none;
values in meta tags). 公示公告 is GBK labelled gb2312, without a charset in the HTTP header.

A fault's key is a posting's key, `key/2` for an article's second page, `key/name.pdf` for an attachment,
`zcwj/0` for a column's first listing page, `robots.txt`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| gas-reply | 404 | gone |
| food-reply | 500 | http_error |
| elder-reply | redirect to the home page | soft_404 |
| dust-case | 403 from a firewall | blocked |
| charging-guide | 200 without a body | empty |
| relief-notice | GBK labelled UTF-8 | stored |
| appointments-jh-gov-2023 | forbidden by robots.txt | robots |
| link-county | its link leads to another host | out_of_scope |
| school-notice, school-notice@zcwjk | one document, two addresses | stored, one content |
| elder-rules, elder-rules@zcwj | the same again | stored, one content |
| yl-feedback | also on the gkmlpt site | stored, one content at two sources |
| relief-case, relief-case-corrected | one figure differs | stored, two contents |
| fees-list | no text, a PDF | stored |
| safety-points | an article of three pages | stored |
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request

from tests.sites import catalogue, faults, markup
from tests.sites.documents import Document, chinese
from tests.sites.server import Found, Moved, Posting, Site


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its listing's manner ("list" or "rows"), its page size, the header layouts of its details."""

    key: str
    name: str
    path: str
    layouts: tuple[str, ...]
    size: int = 15
    listing: str = "list"
    charset: str = "utf-8"
    genres: tuple[str, ...] = ()


COLUMNS = (
    Column("zcwj", "政策文件", "/zwgk/fdzdgknr/zcwj/", ("th", "td"), 5, genres=("通知", "意见")),
    Column("zcwjk", "行政规范性文件", "/zwgk/zfxxgkml/zcwjk/", ("script",), 5, "rows", genres=("办法", "应急预案")),
    Column("zcjd", "政策解读", "/zwgk/zcjd/", ("plain",), genres=("政策解读",)),
    Column(
        "gsgg", "公示公告", "/zwgk/gsgg/", ("li",), 6, charset="gb2312",
        genres=("公告", "公示", "招标公告", "行政处罚公示", "批复"),
    ),
    Column("jytabl", "建议提案办理", "/zwgk/jytabl/", ("plain", "td"), 4, genres=("答复",)),
    Column("fzzfjsndbg", "法治政府建设年度报告", "/jz/htjdbsc_71939/zwgk_73813/fzzfjsndbg/", ("cell",),
           genres=("法治政府建设年度报告",)),
    Column("zfxxgknb", "政府信息公开年报", "/zwgk/zfxxgknb/", ("td",), genres=("政府信息公开年度报告",)),
    Column("czxx", "财政信息", "/zwgk/fdzdgknr/czxx/", ("th",), genres=("预决算说明",)),
    Column("rsxx", "人事信息", "/zwgk/fdzdgknr/rsxx/", ("li",), genres=("人事任免",)),
)  # fmt: skip

BY_KEY = {column.key: column for column in COLUMNS}
CONTAINERS = (
    '<div class="view TRS_UEDITOR trs_paper_default trs_web">',
    '<div class="TRS_Editor">',
    '<div class="trs_editor_view TRS_UEDITOR trs_paper_default">',
    '<div class="view">',
)
ABSENT = {"th": "—  —", "td": "", "li": "无", "cell": "", "script": "", "plain": ""}
LABELS = {
    "th": {
        "index_number": "索　引　号", "subject_category": "主题分类", "publisher": "发布机构",
        "written_date": "成文日期",
        "title": "标　　题", "document_number": "发文字号", "published_date": "发布日期", "keywords": "关 键 词",
        "effective_date": "生效日期", "validity": "有 效 性",
    },
    "td": {
        "index_number": "索 引 号：", "group_category": "组配分类：", "publisher": "发文机关：",
        "genre_category": "体裁分类：",
        "document_number": "发文字号：", "written_date": "成文日期：", "disclosure_method": "公开方式：",
        "published_date": "公开日期：",
    },
    "li": {
        "index_number": "索 引 号", "document_number": "文　　号", "publisher": "发布机构",
        "published_date": "公布日期",
        "disclosure_method": "公开方式", "validity": "是否有效",
    },
    "cell": {
        "index_number": "索引号", "publisher": "发布机构", "genre_category": "公文种类", "written_date": "生成日期",
        "published_date": "发布日期", "title": "名称",
    },
    "script": {
        "index_number": "[ 索引号 ]", "document_number": "[ 发文字号 ]", "publisher": "[ 发布机构 ]",
        "subject_category": "[ 主题分类 ]", "written_date": "[ 成文日期 ]", "published_date": "[ 发布日期 ]",
        "validity": "[ 有效性 ]",
    },
    "plain": {},
}  # fmt: skip
"""The header of a layout: field → label as the site spells it. Title, date and source stand below it everywhere."""


def spelled(layout: str, name: str, value: str) -> str:
    """The value as the layout writes it: other brackets, other dates, a stroke for nothing."""
    if not value:
        return ABSENT[layout]
    if name.endswith("_date"):
        day = date.fromisoformat(value)
        return {"td": f"{day:%Y年%m月%d日}", "li": f"{day.year}/{day.month}/{day.day}"}.get(layout, value)
    if name == "document_number":
        if layout == "td":
            return value.replace("〔", "[").replace("〕", "]")
        return value.replace("号", " 号") if layout == "li" else value
    return value


def values(document: Document) -> dict[str, str]:
    """Every field of a document in its normal form, the empty ones too."""
    dates = ("written_date", "published_date", "effective_date")
    plain = (
        "title", "index_number", "publisher", "source", "document_number", "subject_category", "group_category",
        "genre_category", "disclosure_method", "validity",
    )  # fmt: skip
    found = {name: getattr(document, name) for name in plain}
    found["keywords"] = ";".join(document.keywords)
    return found | {name: str(getattr(document, name) or "") for name in dates}


@dataclass
class TrsSite(Site):
    """The TRS site; see the module's text for what it does."""

    platform: ClassVar[str] = "trs_wcm"

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        return f"{BY_KEY[posting.column].path}{posting.day:%Y%m}/t{posting.day:%Y%m%d}_{posting.number}.html"

    def layout(self, posting: Posting) -> str:
        layouts = BY_KEY[posting.column].layouts
        return layouts[posting.number % len(layouts)]

    def pages(self, column: Column) -> int:
        return max(1, -(-len(self.entries(column.key)) // column.size))

    def attachment_path(self, posting: Posting, place: int) -> str:
        name = posting.document.attachments[place].name
        suffix = name.rsplit(".", 1)[1]
        return f"P0{posting.day:%Y%m%d}{posting.number}{place:03}.{suffix}"

    def attachment_url(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        return f"{self.url(posting.key).rsplit('/', 1)[0]}/{self.attachment_path(posting, place)}"

    def find(self, request: Request, body: bytes) -> Found | Moved | None:
        path = request.url.path
        if path in ("/", "/index.html"):
            return Found("home", self.render("trs/home.html", columns=COLUMNS))
        for column in COLUMNS:
            if path == column.path.rstrip("/"):
                return Moved(column.path)
            if path.startswith(column.path):
                return self.within(column, path.removeprefix(column.path))
        return None

    def within(self, column: Column, rest: str) -> Found | None:
        """What stands at a path below a column: a listing page, a detail, an attachment."""
        if found := re.fullmatch(r"(?:index(?:_(\d+))?\.html)?", rest):
            page = int(found[1] or 0)
            return self.listing(column, page) if page < self.pages(column) else None
        if found := re.fullmatch(r"\d{6}/t\d{8}_(\d+)(?:_(\d+))?\.html", rest):
            page = int(found[2] or 0)
            posting = next((each for each in self.entries(column.key) if each.number == int(found[1])), None)
            if posting and self.path(posting).endswith(rest.replace(f"_{page}.html", ".html")):
                return self.detail(column, posting, page) if page < len(posting.document.pages) else None
        if re.fullmatch(r"\d{6}/P0\d+\.\w+", rest):
            for posting in self.entries(column.key):
                for place, attachment in enumerate(posting.document.attachments):
                    if rest.endswith("/" + self.attachment_path(posting, place)):
                        key = f"{posting.key}/{attachment.name}"
                        return Found(key, attachment.data, attachment.media_type, posting.modified)
        return None

    def media_type(self, column: Column) -> str:
        """GBK pages come without a charset in the header, as servers of their age send them."""
        return "text/html" if column.charset == "gb2312" else "text/html; charset=utf-8"

    def listing(self, column: Column, page: int) -> Found:
        entries = self.entries(column.key)[page * column.size : (page + 1) * column.size]
        lines = [(posting, self.relative(column, posting)) for posting in entries]
        body = self.render(
            f"trs/{column.listing}.html", column=column, columns=COLUMNS, lines=lines, page=page,
            pages=self.pages(column), charset=column.charset,
        )  # fmt: skip
        return Found(f"{column.key}/{page}", body, self.media_type(column))

    def relative(self, column: Column, posting: Posting) -> str:
        return posting.href or "./" + self.path(posting).removeprefix(column.path)

    def detail(self, column: Column, posting: Posting, page: int) -> Found:
        document, layout = posting.document, self.layout(posting)
        known = values(document)
        entries = self.entries(column.key)
        place = entries.index(posting)
        body = self.render(
            "trs/detail.html",
            column=column,
            columns=COLUMNS,
            posting=posting,
            document=document,
            layout=layout,
            rows=[(name, label, spelled(layout, name, known[name])) for name, label in LABELS[layout].items()],
            body=markup.html(document.pages[page], tuple(markup.MANNERS)[posting.number % 3]),
            container=CONTAINERS[posting.number % len(CONTAINERS)],
            files=[(self.attachment_path(posting, at), each.name) for at, each in enumerate(document.attachments)],
            page=page,
            pages=len(document.pages),
            stem=f"t{posting.day:%Y%m%d}_{posting.number}",
            before=entries[place - 1] if place else None,
            after=entries[place + 1] if place + 1 < len(entries) else None,
            hot=self.entries("zcwj")[:6],
            charset=column.charset,
        )
        return Found(
            f"{posting.key}/{page + 1}" if page else posting.key, body, self.media_type(column), posting.modified
        )

    def shown(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        layout, known = self.layout(posting), values(posting.document)
        names = {"title", "published_date", "source", *LABELS[layout]}
        fields = {name: known[name] for name in names if known[name]}
        allowed = {name: value for name, value in known.items() if value and name in META and name not in fields}
        if layout == "script":
            allowed["validity"] = fields.pop("validity", "有效")
        # What the body itself says: its number above the text, the date below the signature.
        text, written = posting.document.text, posting.document.written_date
        if (number := known["document_number"]) and number in text:
            allowed["document_number"] = number
        if written and chinese(written) in text:
            allowed["written_date"] = str(written)
        return fields, {name: value for name, value in allowed.items() if name not in fields}

    def listed(self, posting: Posting) -> dict[str, str]:
        column, known = BY_KEY[posting.column], values(posting.document)
        line = {"url": self.url(posting.key), "title": known["title"]}
        if column.listing == "rows":
            more: dict[str, Any] = {name: known[name] for name in ("document_number", "written_date")}
        else:
            more = {"published_date": known["published_date"]}
        return line | {name: value for name, value in more.items() if value}


META = ("keywords", "source", "published_date")
"""Fields that meta tags hold, on some pages empty."""


def demo(planted: bool = True) -> TrsSite:
    """The site of the demo; without its faults and duplicates where `planted` is false."""
    site = TrsSite("demo-trs")
    for document in catalogue.documents("trs"):
        site.put(document)
    if planted:
        site.put(site.postings["school-notice"].document, key="school-notice@zcwjk", column="zcwjk")
        site.put(site.postings["elder-rules"].document, key="elder-rules@zcwj", column="zcwj")
        county = "http://www.qingyu.example/zwgk/gsgg/202306/t20230630_884213.html"
        site.link(
            "link-county", "青榆县人民政府关于清理规范涉企收费的通知（县区转载）", county, "zcwj", date(2023, 6, 30)
        )
        site.plant("gas-reply", faults.status(404), "gone")
        site.plant("food-reply", faults.status(500), "http_error")
        site.plant("elder-reply", faults.home, "soft_404")
        site.plant("dust-case", faults.waf(403), "blocked")
        site.plant("charging-guide", faults.empty, "empty")
        site.plant("relief-notice", faults.wrong_charset, "stored")
        site.plant("appointments-jh-gov-2023", None, "robots")
    return site
