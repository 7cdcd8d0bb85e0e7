"""Labels with marks and numbers before them, what stands for the colon behind them, and the order of pairs."""

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, WHOLE, trap
from tests.support.pages import PARAGRAPHS, SIGNED, page, paragraphs

PAIRS = (("索引号", INDEX), ("发布机构", OFFICE), ("文号", NUMBER))
FIELDS = {"index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER}
POINTS = ("1.文件名称：甲办法", "2.文号：云政〔2020〕1号", "3.工作要求：认真落实。")
SUB = f"{HEAD}<p>发布时间：2023-05-09　来源：云溪日报</p>"


def lines(form: str) -> str:
    return "".join(f"<p>{form.format(*pair, n=n)}</p>" for n, pair in enumerate(PAIRS, 1))


for name, what, form in (
    ("equals", "an equals sign replaces the colon", "{}={}"),
    ("arrow", "an arrow replaces the colon", "{} → {}"),
    ("bar", "a bar replaces the colon", "{}｜{}"),
    ("dash", "a long dash replaces the colon", "{}——{}"),
    ("equals-in-bold", "an equals sign behind a label in bold", "<b>{}</b>={}"),
    ("corners", "the value is in corner brackets", "{}「{}」"),
    ("tortoise-shells", "the value is in tortoise-shell brackets", "{}〔{}〕"),
    ("label-in-corners", "the label is in corner brackets", "「{}」{}"),
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


def each(form: str) -> str:
    return "".join(form.format(*pair) for pair in PAIRS)


for name, what, html in (
    (
        "empty-cell",
        "an empty cell between label and value",
        f"<table>{each('<tr><td>{}</td><td></td><td>{}</td></tr>')}</table>",
    ),
    (
        "dash-cell",
        "a dash in a cell between label and value",
        f"<table>{each('<tr><td>{}</td><td>—</td><td>{}</td></tr>')}</table>",
    ),
    ("value-first", "the value is before its label", f"<table>{each('<tr><td>{1}</td><td>{0}</td></tr>')}</table>"),
    ("value-above", "the value is above its label", each("<div><div>{1}</div><div>{0}</div></div>")),
    (
        "value-first-in-line",
        "the value is before its label in a line",
        f"<ul>{each('<li><b>{1}</b><span>{0}</span></li>')}</ul>",
    ),
    ("items-in-turn", "label and value are items of a list in turn", f"<ul>{each('<li>{}</li><li>{}</li>')}</ul>"),
    (
        "line-of-labels",
        "a line of labels above a line of values",
        f"<p>{each('<span>{0}</span>')}</p><p>{each('<span>{1}</span>')}</p>",
    ),
    ("marked-in-turn", "marked labels and values in a line", f"<p>{each('<span>★{}</span><span>{}</span>')}</p>"),
    (
        "choices",
        "values that are choices nobody can change",
        each("<p>{}：<select disabled><option>全部<option selected>{}</select></p>"),
    ),
    (
        "pictures",
        "values that are pictures",
        f"<table>{each('<tr><td>{}</td><td><img src=v.png alt={}></td></tr>')}</table>",
    ),
    (
        "English",
        "labels in English alone",
        f"<p>Index Number: {INDEX}</p><p>Issuing Agency: {OFFICE}</p><p>Document Number: {NUMBER}</p>",
    ),
    (
        "English-and-sign",
        "the label's English before a sign",
        f"<p>索引号 Index No.＝{INDEX}</p><p>发布机构 Publisher＝{OFFICE}</p><p>文号 Document Number＝{NUMBER}</p>",
    ),
):
    trap(f"order-{name}", what, "header layouts", page(headline=SUB + html), fields=FIELDS, text=WHOLE)
for name, what, html in (
    (
        "last-is-empty",
        "a heading before labels; the last label has no value",
        f"<div><div>{OFFICE}</div><div>发布机构</div><div>关键词</div></div>",
    ),
    ("list-of-labels", "a list of labels alone", "<ul><li>发布机构</li><li>全部</li><li>索引号</li></ul>"),
    (
        "row-with-note",
        "an empty value beside a note",
        "<table><tr><td>发布机构</td><td></td><td>由填报单位填写</td></tr><tr><td>备案</td><td>否</td><td>可不填</td></tr></table>",
    ),
    ("choice", "a choice that can be changed", "<p>发布机构：<select><option selected>云溪区财政局</select></p>"),
    ("code", "the name of a variable", "<p>{{issuingAgency}}</p><p>云溪区财政局</p>"),
):
    trap(f"order-none-{name}", what, "header layouts", page(headline=SUB + html), absent=("publisher",))
trap(
    "order-icon",
    "the picture between label and value is an icon",
    "header layouts",
    page(headline=f"{SUB}<p>发布机构：<img src=i.png alt=图标> {OFFICE}</p>"),
    fields={"publisher": OFFICE},
)
for name, what, html in (
    ("boxes", "labels and values in boxes beside each other", each("<div>{}</div><div>{}</div>")),
    ("breaks", "labels and values between line breaks", f"<p>{each('{}<br>{}<br>')}</p>"),
    ("stars", "marked labels in one line", f"<p>{each('★{}：{}　')}</p>"),
    ("numbers", "numbered labels in one line", f"<p>1.索引号：{INDEX}　2.发布机构：{OFFICE}　3.文号：{NUMBER}</p>"),
):
    trap(
        f"order-in-text-{name}",
        f"{what}, at the head of the text's own element",
        "header layouts",
        page(headline=SUB, body=html + paragraphs()),
        fields=FIELDS,
        text=WHOLE,
    )
trap(
    "order-linked-values",
    "values that are links to all documents with the same",
    "header layouts",
    page(headline=SUB + each("<p>{}：<a href='/s'>{}</a></p>")),
    fields=FIELDS,
)
SECTIONS = (
    "公开方式",
    "五里街道要在每年一月底前公开上年的更新台账，并在电梯轿厢内、单元门口和街道网站同时张贴，张贴的时间不少于三十日，居民有疑问的由街道当面答复，并把答复的内容和时间登记在台账里，供区住房建设局检查，检查的结果也要公开，公开的时间不少于十日。",
    "有效期限至",
    "补助的申请期限由区住房建设局另行规定。",
)
trap(
    "order-sections-of-text",
    "headings of sections that are labels, with long texts between them",
    "header layouts",
    page(headline=SUB, body=paragraphs((*SECTIONS, *PARAGRAPHS, *SIGNED))),
    absent=("disclosure_method",),
    text="\n".join((*SECTIONS, WHOLE)),
)
