"""A gkmlpt site (政府信息公开目录管理平台) of 云岭省望澜市 (invented).

`/gkmlpt/index` holds `window._CONFIG` with SID and TREE; `/gkmlpt/api/all/{category}?page=&sid=` lists a leaf
as JSON, `page_size` a page (100 on real sites, 5 in the demo), pages 0 and 1 the same, an empty `articles`
beyond the end or for another sid; category 0 has all documents, and `post_count` is greater than the list. With `root`
all of it lies below a path. Details `/gkmlpt/content/{id//1000000}/{id//1000}/post_{id}.html` (and
`mpost_`) hold the article in `_CONFIG.DETAIL` and as HTML; the header's 失效日期 and 文件状态 are in comments,
the search form has 已失效. Leaves with a jump_url are empty. Keys of faults: a posting's key, `key/name.pdf`
for an attachment, `qtwj/1` for a page of a list, `index` for the index, `robots.txt`.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| jobs-reply | 404 | gone |
| water-guide | 500 | http_error |
| road-case | redirect to the home page | soft_404 |
| clinic-reply | 412 from a firewall | blocked |
| rental-reply | 200 without a body | empty |
| renewal-guide | GBK labelled UTF-8 | stored |
| heritage-case | forbidden by robots.txt | robots |
| link-policy | its `url` leads to another host | out_of_scope |
| jobs-notice, jobs-notice@qtgw | one document, two addresses | stored, one content |
| yl-feedback | also on the TRS site | stored, one content at two sources |
| farmland-rules | expired: is_expired, expired_time, the header's cells in comments | stored |
| forms-download | no text, a Word document | stored |
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from starlette.requests import Request

from demo import catalogue, faults, markup
from demo.documents import Document
from demo.server import CHINA, MovedTo, Posting, Resource, Site


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the tree; a leaf without `jump` lists the documents of `genres`."""

    id: int
    key: str
    name: str
    parent: int = 0
    jump: str | None = None
    genres: tuple[str, ...] = ()


CATEGORIES = (
    Category(7001, "zn", "政府信息公开指南"),
    Category(7002, "ysq", "依申请公开", jump="https://ysq.wanglan.example/apply"),
    Category(7003, "jg", "机构职能"),
    Category(7004, "rs", "人事信息", 7003, genres=("人事任免",)),
    Category(7005, "lx", "联系方式", 7003, jump="/lxwm/index.html"),
    Category(7010, "zc", "政策", jump=""),
    Category(7011, "gfxwj", "规范性文件", 7010, genres=("办法", "应急预案")),
    Category(7012, "qtwj", "其他文件", 7010, jump="", genres=("通知", "意见")),
    Category(7013, "qtgw", "部门转发文件", 7010),
    Category(7014, "jd", "政策解读", genres=("政策解读",)),
    Category(7020, "zf", "行政执法"),
    Category(7021, "xk", "行政许可", 7020, genres=("批复", "行政处罚公示")),
    Category(7022, "qd", "权责清单", 7020, jump="https://zwfw.wanglan.example/qzqd?org=11"),
    Category(7030, "gg", "公示公告", genres=("公告", "公示", "招标公告")),
    Category(7040, "cz", "财政预决算", genres=("预决算说明",)),
    Category(7050, "ta", "建议提案办理", genres=("答复",)),
    Category(7060, "nb", "年度报告", genres=("法治政府建设年度报告", "政府信息公开年度报告")),
)
BY_KEY = {category.key: category for category in CATEGORIES}
SID = "539200"
EXPIRED_ON = date(2026, 12, 31)


def script_json(value: Any) -> str:
    """JSON as the platform writes it into a script: `<`, `>`, `&`, quotes and all but ASCII escaped, `\\/`."""
    escapes = {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "'": "\\u0027", '\\"': "\\u0022", "/": "\\/"}
    text = json.dumps(value, separators=(",", ":"))
    return re.sub(r'[<>&\'/]|\\"', lambda match: escapes[match[0]], text)


def leaves() -> list[Category]:
    """The categories that hold documents: no children, no jump_url."""
    parents = {category.parent for category in CATEGORIES}
    return [category for category in CATEGORIES if category.id not in parents and not category.jump]


def tree(parent: int = 0) -> list[dict[str, Any]]:
    """The nested TREE of the configuration."""
    return [
        {
            "id": each.id, "name": each.name, "parent": parent, "jump_url": each.jump, "children": tree(each.id),
        }
        for each in CATEGORIES
        if each.parent == parent
    ]  # fmt: skip


def epoch(day: date | None, hour: int = 0) -> int:
    """Seconds since 1970 of an hour of a day in China, 0 for none."""
    return int(datetime.combine(day, time(hour), CHINA).timestamp()) if day else 0


def normal(document: Document) -> dict[str, str]:
    """The fields that the platform keeps, in their normal form."""
    return {
        "title": document.title,
        "index_number": document.index_number,
        "document_number": document.document_number,
        "publisher": document.publisher,
        "written_date": str(document.written_date or ""),
        "published_date": str(document.published_date),
        "keywords": " ".join(document.keywords),
        "subject_category": document.subject_category,
    }


def stated_fields(fields: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: fields[name] for name in names if fields[name]}


@dataclass
class GkmlptSite(Site):
    """The gkmlpt site; see the module's docstring."""

    platform: ClassVar[str] = "gkmlpt"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 10331200
    page_size: int = 5
    root: str = ""
    """The path of the agency's site on its host, such as `/sqjyj`; the catalog lies below it."""

    def column_of(self, document: Document) -> str:
        return next((each.key for each in leaves() if document.genre_category in each.genres), "qtwj")

    def path(self, posting: Posting) -> str:
        number = posting.number
        return f"{self.root}/gkmlpt/content/{number // 1_000_000}/{number // 1000}/post_{number}.html"

    def attachment_path(self, posting: Posting, name: str) -> str:
        place = [each.name for each in posting.document.attachments].index(name)
        suffix = name.rsplit(".", 1)[1]
        return f"/attachment/0/{posting.number // 100}/{posting.number * 10 + place}/{posting.number}.{suffix}"

    def attachment_url(self, posting: Posting, name: str) -> str:
        return self.base + self.attachment_path(posting, name)

    def resource_at(self, request: Request, body: bytes) -> Resource | MovedTo | None:
        path = request.url.path
        if path.startswith(f"{self.root}/gkmlpt"):
            return self.catalog(path.removeprefix(self.root), request)
        if path in ("/", "/index.html"):
            return Resource("home", self.render("gkmlpt/home.html", categories=leaves()))
        if path.startswith("/attachment/"):
            for posting in list(self.postings.values()):
                for attachment in posting.document.attachments:
                    if path == self.attachment_path(posting, attachment.name):
                        key = f"{posting.key}/{attachment.name}"
                        return Resource(key, attachment.data, attachment.media_type, posting.modified)
        return None

    def catalog(self, path: str, request: Request) -> Resource | MovedTo | None:
        """What is below `/gkmlpt`."""
        if path in ("/gkmlpt", "/gkmlpt/"):
            return MovedTo(f"{self.root}/gkmlpt/index")
        if path in ("/gkmlpt/index", "/gkmlpt/policy", "/gkmlpt/mindex"):
            config = {"SID": SID, "TREE": script_json(tree()), "SITE_INFO": script_json(self.site_info())}
            return Resource("index", self.render("gkmlpt/index.html", config=config, categories=CATEGORIES))
        if match := re.fullmatch(r"/gkmlpt/api/all/(\d+)", path):
            return self.api(int(match[1]), request)
        if match := re.fullmatch(r"/gkmlpt/content/(\d+)/(\d+)/m?post_(\d+)\.html", path):
            posting = next((each for each in list(self.postings.values()) if each.number == int(match[3])), None)
            if posting and self.path(posting) == self.root + path.replace("mpost_", "post_"):
                return self.detail(posting)
        return None

    def site_info(self) -> dict[str, Any]:
        host = self.base.removeprefix("http://")
        footer = '<div class="footer"><p>主办单位：望澜市人民政府办公室</p></div>'
        return {"name": "望澜市政府信息公开平台", "domain": host, "proto": "http", "id": SID, "footer": footer}

    def api(self, category: int, request: Request) -> Resource:
        page = max(1, int(request.query_params.get("page", "1")))
        columns = [each for each in leaves() if each.id == category or category == 0]
        known = columns[0] if columns and request.query_params.get("sid") == SID else None
        entries = [posting for each in columns for posting in self.entries(each.key)] if known else []
        shown = entries[(page - 1) * self.page_size : page * self.page_size]
        answer = {
            "total": len(entries),
            "page": page,
            "classify": {
                "id": category, "name": known.name if known else "",
                "post_count": 3 * len(entries) + 1, "jump_url": None,
            },
            "articles": [self.article(posting) for posting in shown],
        }  # fmt: skip
        body = json.dumps(answer).replace("/", "\\/").encode()
        return Resource(f"{known.key if known else category}/{page}", body, "application/json")

    def article(self, posting: Posting) -> dict[str, Any]:
        """One line of the list. Every fifth has no display_publish_time, as on real sites."""
        document, published = posting.document, epoch(posting.day, 10)
        url = self.url(posting.key)
        return {
            "id": posting.number,
            "title": document.title,
            "identifier": document.index_number,
            "document_number": document.document_number,
            "publisher": document.publisher,
            "date": epoch(document.written_date),
            "created_at": f"{posting.day + timedelta(days=3)} 10:00:00",
            "create_time": published,
            "type": "url" if posting.href else "normal",
            "first_publish_time": published,
            "display_publish_time": 0 if posting.number % 5 == 0 else published,
            "keywords": " ".join(document.keywords),
            "abstract": "",
            "classify_main_name": BY_KEY[posting.column].name,
            "classify_genre_name": document.genre_category,
            "classify_theme_name": document.subject_category,
            "url": url,
            "post_url": url,
            "attachment": self.files(posting),
            "is_expired": int(document.validity == "失效"),
            "is_abolished": 0,
        }

    def files(self, posting: Posting) -> list[dict[str, Any]]:
        return [
            {
                "id": posting.number * 10 + place,
                "name": each.name,
                "type": each.name.rsplit(".", 1)[1],
                "mime": each.media_type,
                "size": len(each.data),
                "url": self.attachment_url(posting, each.name),
            }
            for place, each in enumerate(posting.document.attachments)
        ]

    def content(self, posting: Posting) -> str:
        """The article's HTML. The editor puts attachments below it, as links in paragraphs."""
        manner = ("styled", "word", "plain")[posting.number % 3]
        links = "".join(
            f'<p style="line-height: 1.75em;"><img src="{self.root}/gkmlpt/icon_{each["type"]}.gif"/>'
            f'<a class="nfw-cms-attachment" href="{each["url"]}" title="{each["name"]}" alt="{each["name"]}">'
            f"{each['name']}</a></p>"
            for each in self.files(posting)
        )
        return markup.html(posting.document.body, manner) + links

    def detail(self, posting: Posting) -> Resource:
        document = posting.document
        expired = document.validity == "失效"
        front, _, back = document.index_number.partition("/")
        published = epoch(posting.day, 10)
        data = {
            "id": posting.number,
            "title": document.title,
            "subtitle": "",
            "content": self.content(posting),
            "source": document.source,
            "category": 0,
            "first_publish_time": published,
            "publish_time": published + 86400,
            "display_publish_time": 0 if posting.number % 5 == 0 else epoch(posting.day),
            "create_time": published - 3600,
            "type": "normal",
            "url": None,
            "keywords": None,
            "attachment": self.files(posting),
            "json_ext": "[]",
            "gkml_url": self.url(posting.key),
            "gkml_data": {
                "id": posting.number,
                "identifier": document.index_number,
                "identifier_f": front,
                "identifier_b": back,
                "title": document.title,
                "date": epoch(document.written_date),
                "validity": 0,
                "document_number": document.document_number,
                "publisher": document.publisher,
                "keywords": " ".join(document.keywords),
                "is_expired": int(expired),
                "expired_time": epoch(EXPIRED_ON) if expired else 0,
                "classify_main": BY_KEY[posting.column].id,
                "classify_main_name": BY_KEY[posting.column].name,
                "classify_genre_name": document.genre_category,
                "classify_theme_name": document.subject_category,
                "is_abolished": 0,
            },
            "date": str(posting.day),
            "updated": f"{posting.day + timedelta(days=1)} 16:11:35",
        }
        config = {
            "SID": SID,
            "TREE": script_json(tree()),
            "SITE_INFO": script_json(self.site_info()),
            "DETAIL": script_json(data),
        }
        body = self.render(
            "gkmlpt/detail.html", config=config, posting=posting, document=document, content=self.content(posting),
            fields=normal(document), expired=expired, expired_on=EXPIRED_ON, categories=CATEGORIES,
        )  # fmt: skip
        return Resource(posting.key, body, modified=posting.modified)

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        document, known = posting.document, normal(posting.document)
        allowed = {"source": document.source, "genre_category": document.genre_category}
        allowed["group_category"] = BY_KEY[posting.column].name
        if document.validity == "失效":
            allowed |= {"validity": "失效", "expiry_date": str(EXPIRED_ON)}
        else:
            allowed["validity"] = "有效"
        return {name: value for name, value in known.items() if value}, {k: v for k, v in allowed.items() if v}

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        known = normal(posting.document)
        names = ("title", "index_number", "document_number", "publisher", "written_date", "published_date", "keywords")
        return {"url": self.url(posting.key)} | stated_fields(known, names)


def demo(planted: bool = True) -> GkmlptSite:
    """The site of the demo; without its faults and duplicates where `planted` is false."""
    site = GkmlptSite("demo-gkmlpt")
    for document in catalogue.documents("gkmlpt"):
        site.put(document)
    if planted:
        site.put(site.postings["jobs-notice"].document, key="jobs-notice@qtgw", column="qtgw")
        policy = "https://www.yunling.example/zwgk/gkwj/content.html"
        site.link("link-policy", "云岭省人民政府关于促进就业的若干措施（转载）", policy, "qtgw", date(2023, 4, 3))
        site.plant("jobs-reply", faults.status(404), "gone")
        site.plant("water-guide", faults.status(500), "http_error")
        site.plant("road-case", faults.home, "soft_404")
        site.plant("clinic-reply", faults.waf(412), "blocked")
        site.plant("rental-reply", faults.empty, "empty")
        site.plant("renewal-guide", faults.wrong_charset, "stored")
        site.plant("heritage-case", None, "robots")
    return site
