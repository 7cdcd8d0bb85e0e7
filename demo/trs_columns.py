"""The columns of the TRS site, the headers of its details, and how they spell a document's fields."""

from dataclasses import dataclass
from datetime import date

from demo.documents import Document


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its listing's manner, its page size, the header layouts of its details.

    Manners: "list", "rows" and "items" are pages, "script" is a page whose script calls the service, "service" the
    service itself, at `path`. `call` is how its pages call the pager, `number` its number for the service.
    """

    key: str
    name: str
    path: str
    layouts: tuple[str, ...]
    size: int = 15
    listing: str = "list"
    charset: str = "utf-8"
    genres: tuple[str, ...] = ()
    call: str = "createPageHTML("
    number: int = 0
    extension: str = "html"

    @property
    def folder(self) -> str:
        """The folder of its documents: below its page, or their own if it has no page."""
        return f"/jhq/chnl{self.number}/" if self.listing == "service" else self.path


COLUMNS = (
    Column("zcwj", "政策文件", "/zwgk/fdzdgknr/zcwj/", ("th", "td"), 5, genres=("通知", "意见")),
    Column("zcwjk", "行政规范性文件", "/zwgk/zfxxgkml/zcwjk/", ("script",), 5, "rows", genres=("办法", "应急预案"),
           call="createPage("),
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
    Column("bqwj", "柏桥区文件", "/bqq/zwgk/qjwj/", ("th",), 2, call='createPageHTML("fenye", '),
    Column("zfgz", "政府规章和文件", "/zwgk/zfxxgkml/zfgz/", ("script",), 2, "items", call="createPage("),
    Column("jhwj", "霁湖区文件", "/jhq/zwgk/qjwj/", ("trt",), 2, "script", number=8180, extension="htm"),
    Column("jhjd", "霁湖区解读回应", "/fjdzapp/data", ("trt",), 1, "service", number=8192, extension="htm"),
)  # fmt: skip

BY_KEY = {column.key: column for column in COLUMNS}
CONTAINERS = (
    '<div class="view TRS_UEDITOR trs_paper_default trs_web">',
    '<div class="TRS_Editor">',
    '<div class="trs_editor_view TRS_UEDITOR trs_paper_default">',
    '<div class="view">',
)
ABSENT = {"th": "—  —", "td": "", "li": "无", "cell": "", "script": "", "plain": "", "trt": ""}
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
    "trt": {
        "index_number": "索 引 号", "document_number": "备注/文号", "publisher": "发布机构",
        "written_date": "公文生成日期", "validity": "有效性",
    },
}  # fmt: skip
"""The header of a layout: field → label as the site spells it. Title, date and source are always below it."""


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
    fields = {name: getattr(document, name) for name in plain}
    fields["keywords"] = ";".join(document.keywords)
    return fields | {name: str(getattr(document, name) or "") for name in dates}


META = ("keywords", "source", "published_date")
"""Fields that meta tags hold, on some pages empty."""
