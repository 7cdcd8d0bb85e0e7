"""Labels with marks and numbers before them, and what stands for the colon behind them."""

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, WHOLE, trap
from tests.support.pages import PARAGRAPHS, SIGNED, page, paragraphs

PAIRS = (("索引号", INDEX), ("发布机构", OFFICE), ("文号", NUMBER))
FIELDS = {"index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER}
POINTS = ("1.文件名称：甲办法", "2.文号：云政〔2020〕1号", "3.工作要求：认真落实。")
SUB = f"{HEAD}<p>发布时间：2023-05-09　来源：云溪日报</p>"


def lines(form: str) -> str:
    return "".join(f"<p>{form.format(*pair, n=n)}</p>" for n, pair in enumerate(PAIRS, 1))


for name, what, form in (
    ("equals", "an equals sign stands for the colon", "{}={}"),
    ("arrow", "an arrow stands for the colon", "{} → {}"),
    ("bar", "a bar stands for the colon", "{}｜{}"),
    ("dash", "a long dash stands for the colon", "{}——{}"),
    ("equals-in-bold", "an equals sign behind a label in bold", "<b>{}</b>={}"),
    ("corners", "the value stands in corner brackets", "{}「{}」"),
    ("tortoise-shells", "the value stands in tortoise-shell brackets", "{}〔{}〕"),
    ("label-in-corners", "the label stands in corner brackets", "「{}」{}"),
    ("star", "a star before each label", "★{}：{}"),
    ("circled", "a circled number before each label", "①{}：{}"),
    ("number", "a number before each label", "{n}.{}：{}"),
    ("number-apart", "a number before each label, the value below", "{n}.{}<br>{}"),
):
    trap(f"mark-{name}", what, "header layouts", page(headline=SUB + lines(form)), fields=FIELDS, text=WHOLE)
trap(
    "mark-number-in-text",
    "numbered labels at the head of the text's own element are its header",
    "header layouts",
    page(headline=SUB, body=lines("{n}、{}：{}") + paragraphs()),
    fields=FIELDS,
    text=WHOLE,
)
trap(
    "mark-several-in-a-line",
    "several labels in a line, each with an arrow",
    "header layouts",
    page(headline=f"{SUB}<p>索引号→{INDEX}　发布机构→{OFFICE}</p>"),
    fields={"index_number": INDEX, "publisher": OFFICE},
)
trap(
    "mark-traditional",
    "labels in traditional letters",
    "header layouts",
    page(headline=f"{SUB}<p>索引號：{INDEX}</p><p>發布機構：{OFFICE}</p><p>發文字號：{NUMBER}</p>"),
    fields=FIELDS,
)
trap(
    "mark-number-of-points",
    "numbered points of a text are no header, though some begin with a label",
    "header layouts",
    page(headline=SUB, body=paragraphs((*POINTS, *PARAGRAPHS, *SIGNED))),
    absent=("document_number",),
    text="\n".join((*POINTS, WHOLE)),
)
for name, line in (
    ("heads", "发布机构 | 索引号 | 文号 | 标题"),
    ("choice", "发布机构/部门"),
    ("note", "发布机构（部门）"),
    ("count", "公文种类（共12种）"),
    ("path", "主题分类>城市管理"),
):
    trap(
        f"mark-no-value-{name}",
        f"`{line}` gives no value",
        "header layouts",
        page(headline=f"{SUB}<p>{line}</p>"),
        absent=("publisher", "index_number", "document_number", "genre_category", "subject_category"),
    )
trap(
    "mark-unread-labels",
    "values behind their labels in a form that is not understood are flagged",
    "header layouts",
    page(headline=f"{SUB}<p>索引号，{INDEX}</p><p>发布机构，{OFFICE}</p><p>发文字号，{NUMBER}</p>"),
    flags=("index_number:unread", "publisher:unread", "document_number:unread"),
)
