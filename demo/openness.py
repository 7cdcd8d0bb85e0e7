"""An openness site: 云岭省霁牧旗 (invented).

Newer columns are `…/showList/…/page_{n}.html`: one has a pager with a last page and a count in words, an empty row
after every fifth and a box beside it (zcwj); one keeps a query and links only the next page (nb); one leaves its pager
to a script, and answers a page beyond the end with an empty list (gsgg). The older catalog is
`/opennessTarget/?branch_id=&column_code=&page=`, shown in a frame by `/opennessContent/`: a column with columns below
it (`column_code=10000`) shows some documents of each and leads to them; their rows are tables, and beyond the end the
last page comes again. Details `/openness/OpennessContent/show/{number}.html`, `/News/show/{number}.html`,
`/openness/detail/content/{24 hex}.html`.

Keys of faults: a posting's key, `key/name.pdf` for an attachment, `zcwj/1` for a column's first page.

Planted in the demo:

| key | what happens | outcome |
| --- | --- | --- |
| grazing-reply | 404 | gone |
| budget-jm-farming-2022 | 500 | http_error |
| law-jm-farming-2021 | redirect to the home page | soft_404 |
| grazing-guide | 200, the shell of a "Virtual Container Shield" | blocked |
| appointments-jm-gov-2021 | 200 without a body | empty |
| grazing-notice | GBK labelled UTF-8 | stored |
| disclosure-jm-office-2021 | forbidden by robots.txt | robots |
| link-league | its row leads to another host | out_of_scope |
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from starlette.requests import Request

from demo import faults, markup
from demo.documents import Document
from demo.publishing import PublishedSite, Topic, all_fields, published
from demo.server import MovedTo, Posting, Resource


def hexed(name: str) -> str:
    """24 hexadecimal digits, as the older system gives them to branches and documents."""
    return hashlib.md5(name.encode()).hexdigest()[:24]


BRANCH, PARENT = hexed("branch"), "10000"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `folder` of its pages, or `code` in the older catalog. `shows`: how its documents are addressed."""

    key: str
    name: str
    genres: tuple[str, ...]
    size: int
    shows: str
    folder: str = ""
    query: str = ""
    code: str = ""

    @property
    def path(self) -> str:
        if self.code:
            return f"/opennessContent/?branch_id={BRANCH}&column_code={self.code}"
        return f"{self.folder}/page_1.html{self.query}"


CONTENT = "/openness/OpennessContent/show/"
COLUMNS = (
    Column("zcwj", "政策文件", ("通知", "办法"), 2, CONTENT, "/openness/OpennessContent/showList/2/98"),
    Column(
        "nb", "年度报告", ("法治政府建设年度报告", "政府信息公开年度报告"), 3, CONTENT,
        "/openness/BranchOpennessContent/showList/10374/0", "?dataType=nb",
    ),
    Column("gsgg", "公示和答复", ("公示", "答复", "政策解读"), 2, "/News/show/", "/News/showList/2718"),
    Column("czys", "财政预决算", ("预决算说明",), 2, "/openness/detail/content/", code="10100"),
    Column("rsrm", "人事任免", ("人事任免",), 3, "/openness/detail/content/", code="10200"),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
HEAD = ("index_number", "subject_category", "publisher", "written_date", "title", "document_number", "published_date")


@dataclass
class OpennessSite(PublishedSite):
    """The openness site; see the module's docstring."""

    platform: ClassVar[str] = "openness"
    attachments_in_body: ClassVar[bool] = True
    first_number: ClassVar[int] = 557800

    def column_of(self, document: Document) -> str:
        return next((each.key for each in COLUMNS if document.genre_category in each.genres), "zcwj")

    def path(self, posting: Posting) -> str:
        column = BY_KEY[posting.column]
        return f"{column.shows}{hexed(posting.key) if column.code else posting.number}.html"

    def attachment_path(self, posting: Posting, place: int) -> str:
        suffix = posting.document.attachments[place].name.rsplit(".", 1)[1]
        return f"/file_jm/2/{posting.day:%Y%m}/{hexed(f'{posting.key}/{place}')}.{suffix}"

    def listing(self, request: Request) -> Resource | MovedTo | None:
        path, query = request.url.path, request.query_params
        if path in ("/", "/index.html"):
            return Resource("home", self.render("openness/home.html", columns=COLUMNS, parent=PARENT, branch=BRANCH))
        if path in ("/opennessContent/", "/opennessTarget/") and query.get("branch_id") == BRANCH:
            return self.catalog(path == "/opennessContent/", query.get("column_code", ""), int(query.get("page", "1")))
        for column in COLUMNS:
            match = re.fullmatch(rf"{re.escape(column.folder)}/page_(\d+)\.html", path) if column.folder else None
            if match and request.url.query == column.query.removeprefix("?"):
                return self.page_of(column, int(match[1]))
        return None

    def page_of(self, column: Column, page: int) -> Resource:
        lines, pages = self.slice(column.key, page, column.size)
        values = {"lines": lines, "page": page, "pages": pages, "total": len(self.entries(column.key))}
        return Resource(
            f"{column.key}/{page}", self.render("openness/list.html", column=column, columns=COLUMNS, **values)
        )

    def catalog(self, is_frame: bool, code: str, page: int) -> Resource | None:
        columns = [each for each in COLUMNS if each.code and code in (each.code, PARENT)]
        if not columns:
            return None
        if is_frame:
            values = {"branch": BRANCH, "code": code}
            return Resource("frame", self.render("openness/frame.html", columns=COLUMNS, **values))
        if code == PARENT:
            return Resource("folder", self.render("openness/folder.html", below=columns, branch=BRANCH))
        (column,) = columns
        pages = self.slice(column.key, 1, column.size)[1]
        lines, page = self.slice(column.key, min(page, pages), column.size)[0], min(page, pages)
        values = {"lines": lines, "page": page, "pages": pages, "branch": BRANCH}
        return Resource(f"{column.key}/{page}", self.render("openness/target.html", column=column, **values))

    def detail(self, posting: Posting) -> bytes:
        values = all_fields(posting.document)
        rows = (
            (("索 引 号", values["index_number"]), ("主题分类", values["subject_category"])),
            (("发布机构", values["publisher"]), ("生成日期", values["written_date"])),
            (("名　　称", values["title"]),),
            (("文　　号", values["document_number"]), ("关 键 词", values["keywords"])),
            (("发布日期", values["published_date"]),),
        )
        return self.render(
            "openness/detail.html",
            column=BY_KEY[posting.column],
            columns=COLUMNS,
            posting=posting,
            document=posting.document,
            rows=rows,
            files=self.files(posting),
            body=markup.html(posting.document.body, ("plain", "styled", "word")[posting.number % 3]),
        )

    def golden_fields(self, posting: Posting) -> tuple[dict[str, str], dict[str, str]]:
        if BY_KEY[posting.column].key == "gsgg":
            return self.record_fields(posting, ("title", "published_date", "source"), ("keywords",))
        return self.record_fields(posting, HEAD, ("source", "keywords"))

    def golden_entry(self, posting: Posting) -> dict[str, str]:
        line = {"url": self.url(posting.key), "title": posting.document.title, "published_date": str(posting.day)}
        return line | ({"index_number": posting.document.index_number} if BY_KEY[posting.column].code else {})


TOPICS = (Topic("grazing", "jm-farming", date(2023, 3, 14), 24, date(2023, 6, 2)),)
YEARLY = {
    "law": [("jm-farming", 2020), ("jm-farming", 2021), ("jm-farming", 2022), ("jm-farming", 2023)],
    "disclosure": [("jm-office", 2021), ("jm-office", 2022), ("jm-farming", 2022), ("jm-farming", 2023)],
    "budget": [("jm-farming", 2022), ("jm-farming", 2023), ("jm-finance", 2023)],
    "appointments": [("jm-gov", 2021), ("jm-gov", 2022), ("jm-gov", 2023)],
}


def demo(planted: bool = True) -> OpennessSite:
    """The site of the demo; without its faults where `planted` is false."""
    site = OpennessSite("demo-openness")
    for document in published(TOPICS, YEARLY, 7):
        site.put(document)
    if planted:
        league = "https://www.yunling.example/OpennessContent/show/436851.html"
        site.link("link-league", "云岭省农牧厅关于做好接羔保育工作的通知（转载）", league, "zcwj", date(2023, 3, 2))
        site.plant("grazing-reply", faults.status(404), "gone")
        site.plant("budget-jm-farming-2022", faults.status(500), "http_error")
        site.plant("law-jm-farming-2021", faults.home, "soft_404")
        site.plant("grazing-guide", faults.shield, "blocked")
        site.plant("appointments-jm-gov-2021", faults.empty, "empty")
        site.plant("grazing-notice", faults.wrong_charset, "stored")
        site.plant("disclosure-jm-office-2021", None, "robots")
    return site
