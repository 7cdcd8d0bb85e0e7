"""Other documents beside the one of the page: their labels, their files, their dates."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, SUB, WHOLE, trap
from tests.support.pages import TITLE, page

DATED = f"{HEAD}<div>发布日期：2023-05-09 来源：云溪日报</div>"
CARD = "<div><a href='t1.html'>云溪区关于印发消防规划的通知</a><p>发布日期：2022-01-02</p><p>文号：云政发〔2022〕1号</p></div>"
CARDS = {
    "column-before": ("a column of cards before the document", {"above": f"<div class='left'><h3>最新文件</h3>{CARD}{CARD}</div>"}),
    "column-behind": ("a column of cards behind the document", {"below": f"<div class='right'><h3>最新文件</h3>{CARD}{CARD}</div>"}),
    "related": ("cards under 相关文件", {"below": f"<h3>相关文件</h3>{CARD}"}),
}  # fmt: skip
for name, (what, rest) in CARDS.items():
    trap(
        f"beside-{name}",
        what,
        "page furniture",
        page(headline=DATED, **rest),
        fields=SUB,
        absent=("document_number",),
        text=WHOLE,
    )  # type: ignore[arg-type]

MENU = "<ul>" + "".join(f"<li><a href='/{i}/'>政务公开栏目{i}</a></li>" for i in range(8)) + "</ul>"
FORM = "<li><a href='/f/ysq.doc'>依申请公开表格</a></li>"
trap(
    "no-file-menu",
    "a form for download in the menu",
    "attachments",
    page(above=f"<ul>{FORM}</ul>{MENU}", headline=DATED),
    files=(),
)
trap(
    "no-file-column",
    "a manual for download in a column beside the text",
    "attachments",
    page(headline=DATED, below="<div class='right'><a href='/f/app.zip'>云溪通.zip</a></div>"),
    files=(),
)
trap(
    "file-buttons-above",
    "buttons for the whole document right above its headline",
    "attachments",
    page(above="<div><a href='/f/1.pdf'>下载PDF版</a><a href='/f/1.doc'>下载文字版</a></div>", headline=DATED),
    files=("1.pdf", "1.doc"),
)
STORES = {
    "store": ("an address that only names a store", "/file/download/8a2b3c", "8a2b3c"),
    "servlet": ("a servlet that takes the type of the file", "/servlet/FileServlet?fid=12&amp;ext=pdf", "FileServlet?fid=12&ext=pdf"),
}  # fmt: skip
for name, (what, href, last) in STORES.items():
    trap(
        f"file-annex-{name}",
        f"附件： before {what}",
        "attachments",
        page(headline=DATED, below=f"<p>附件：<a href='{href}'>更新登记表</a></p>"),
        files=(last,),
    )
trap(
    "no-file-annex-page",
    "附件： before a link to a page",
    "attachments",
    page(headline=DATED, below="<p>附件：<a href='/upload/t20230501_1.html'>更新登记表</a></p>"),
    files=(),
)
trap(
    "cell-of-unknown-label",
    "a date beside a label that names no field of ours is no day of publication",
    "header layouts",
    page(headline=f"<h1>{TITLE}</h1><table><tr><td>来信时间</td><td>2023-05-08</td></tr></table>"),
    absent=("published_date",),
)
_FOLDING = "<tr><td data-label='索引号'>TX0100-2024-00017</td><td data-label='成文日期'>2024-03-05</td><td data-label='发布日期'>2024-03-07</td></tr>"
_STATED = {"index_number": "TX0100-2024-00017", "written_date": "2024-03-05", "published_date": "2024-03-07"}
trap(
    "label-in-attribute",
    "a table that folds on narrow screens has its labels in attributes, which its style sheet shows",
    "responsive tables (attr(data-label))",
    page(headline=f"<h1>{TITLE}</h1><table>{_FOLDING}</table>"),
    fields=_STATED,
)
trap(
    "label-in-attribute-and-heading",
    "the same with a heading for wide screens",
    "responsive tables (attr(data-label))",
    page(
        headline=f"<h1>{TITLE}</h1><table><tr><th>索引号</th><th>成文日期</th><th>发布日期</th></tr>{_FOLDING}</table>"
    ),
    fields=_STATED,
)
trap(
    "value-in-input",
    "a header whose values stand in inputs that cannot be changed",
    "forms that only show",
    page(
        headline=f"<h1>{TITLE}</h1><table><tr><td>索引号</td><td><input readonly value='TX0100-2024-00017'></td></tr>"
        "<tr><td>发布日期：<input type='text' disabled value='2024-03-07'></td></tr></table>"
    ),
    fields={"index_number": "TX0100-2024-00017", "published_date": "2024-03-07"},
)
trap(
    "value-in-search-box",
    "an editable input is a search field, and its value does not belong to the document",
    "forms that only show",
    page(headline=f"<h1>{TITLE}</h1><div>发布日期：<input type='text' value='2024-03-07'></div>"),
    absent=("published_date",),
)
trap(
    "value-in-input-behind-comment",
    "a comment between a label and a read-only input",
    "forms that only show",
    page(headline=f"<h1>{TITLE}</h1><p>索引号：<!-- value --><input readonly value='TX0100-2024-00017'></p>"),
    fields={"index_number": "TX0100-2024-00017"},
)
