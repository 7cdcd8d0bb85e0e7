"""Labels that say more than their name, or stand on several lines, and what parts them from their values."""

# ruff: noqa: E501 — tables of pages: a case is a line.

import itertools

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, SUB, WHOLE, table, trap
from tests.support.pages import PARAGRAPHS, SIGNED, page, paragraphs

LINE = "<p>发布时间：2023-05-09　来源：云溪日报</p>"
FIELDS = {"index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER}
DATES = {"written_date": "2023-05-08", "published_date": "2023-05-09"}
FORMS = {
    "line": "<p>{}：{}</p>",
    "cell": "<table><tr><td>{}</td><td>{}</td></tr></table>",
    "cell-with-colon": "<table><tr><td>{}：</td><td>{}</td></tr></table>",
    "term": "<dl><dt>{}</dt><dd>{}</dd></dl>",
}
HINTS = ("索引号（唯一标识）", "发布机构（全称）", "文号(发文字号)", "成文（制作）日期", "发布（公开）时间")
for name, form in FORMS.items():
    rows = "".join(map(form.format, HINTS, (INDEX, OFFICE, NUMBER, "2023-05-08", "2023-05-09")))
    trap(
        f"label-with-hint-{name}",
        "words in brackets that explain a label are not part of it",
        "header layouts",
        page(headline=f"{HEAD}{rows}"),
        fields=FIELDS | DATES,
        text=WHOLE,
    )
trap(
    "label-with-hint-in-another-language",
    "a label says the same in another language, in brackets",
    "sites in two languages",
    page(headline=f"{HEAD}<p>来源（مەنبە）：云溪日报　时间（ۋاقتى）：2023-05-09</p>"),
    fields=SUB,
)
trap(
    "label-with-hint-of-a-notice",
    "a hint makes 时间 and 地点 in a text no labels of the page",
    "notices",
    page(
        headline=HEAD + LINE,
        body=paragraphs(("报名时间（上午）：2022年3月4日", "时间（上午）：2022年3月5日", *PARAGRAPHS, *SIGNED)),
    ),
    fields={"published_date": "2023-05-09"},
)
trap(
    "label-of-two-names",
    "after a slash, the label names the responsible office",
    "header layouts",
    page(headline=f"{HEAD}<p>索引号/索取号：{INDEX}</p><p>发布机构/责任单位：{OFFICE}</p><p>公开方式：主动公开</p>"),
    fields={"index_number": INDEX, "publisher": OFFICE},
)
for name, note in (("tip", "<sup title='本文的制发机关'>?</sup>"), ("number", "<sup>①</sup>"), ("star", "*")):
    rows = "".join(
        f"<li>{label}{note}：{value}</li>"
        for label, value in (("索引号", INDEX), ("发文机关", OFFICE), ("文号", NUMBER))
    )
    trap(
        f"label-with-note-{name}",
        "a footnote sign is between a label and its colon",
        "header layouts",
        page(headline=f"{HEAD}<ul>{rows}</ul>"),
        fields=FIELDS,
    )
MARKS = (
    ("tip", "<i title='本文的制发机关'>?</i>"), ("icon", "<i class='iconfont'>\ue611</i>"), ("sign", "<em>ⓘ</em>"),
    ("link", "<a href='#note'>[?]</a>"),
)  # fmt: skip
for (name, mark), (form, cells) in itertools.product(
    MARKS, (("term", "<dt>{}</dt><dd>{}</dd>"), ("cell", "<tr><th>{}</th><td>{}</td></tr>"))
):
    rows = "".join(
        cells.format(label + mark, value)
        for label, value in zip(("索引号", "发布机构", "文号"), FIELDS.values(), strict=True)
    )
    trap(
        f"label-with-mark-{name}-in-{form}",
        "a sign or icon in an element of its own behind each label, the value beside it",
        "header layouts",
        page(headline=HEAD + (f"<table>{rows}</table>" if form == "cell" else f"<dl>{rows}</dl>")),
        fields=FIELDS,
        text=WHOLE,
    )
trap(
    "label-value-with-tip",
    "the question mark of a tooltip follows a value",
    "header layouts",
    page(
        headline=f"{HEAD}<ul><li><b>发布机构：</b>{OFFICE}<i title='制发机关'>?</i></li><li><b>索引号：</b>{INDEX}</li></ul>"
    ),
    fields={"index_number": INDEX, "publisher": OFFICE},
)
for name, style in (("white", "color:#fff"), ("unseen", "visibility:hidden"), ("no-opacity", "opacity:0")):
    filling = f"<span style='{style}'>占位</span>"
    trap(
        f"label-filled-{name}",
        "letters that nobody sees make a label as wide as the others",
        "header layouts",
        page(
            headline=f"{HEAD}<p>索引号：{INDEX}</p><p>文{filling}号：{NUMBER}</p><p><b>文</b>{filling}<b>种：</b>通知</p>"
        ),
        fields={"index_number": INDEX, "document_number": NUMBER, "genre_category": "通知"},
    )
trap(
    "label-on-several-lines",
    "narrow cells break their labels: 发布<br>机构",
    "tables of 2005",
    page(
        headline=HEAD
        + table(
            ("索<br>引<br>号", INDEX),
            ("发布<br>机构", OFFICE),
            ("<p>发文</p><p>日期</p>", "2023-05-08"),
            ("文&nbsp;号", NUMBER),
        )
    ),
    fields=FIELDS | {"written_date": "2023-05-08"},
    absent=("published_date",),
    text=WHOLE,
)
SPACER = "<img src='s.gif'>"
trap(
    "label-gap-columns",
    "empty columns part each label from its value and each pair from the next",
    "tables of 2005",
    page(
        headline=HEAD
        + table(
            ("索引号：", "", INDEX, SPACER, "文号：", "", NUMBER),
            ("发布机构：", "", OFFICE, "", "发布日期：", "", "2023-05-09"),
            ("体裁：", "", "", "", "主题词：", "", ""),
        )
    ),
    fields=FIELDS | {"published_date": "2023-05-09"},
    absent=("genre_category", "keywords"),
)
trap(
    "label-empty-values-are-no-gap",
    "an empty value before a cell of no field",
    "tables of 2005",
    page(headline=HEAD + table(("索引号", INDEX, "图示"), ("文号", "", "见下图"), ("发布机构", OFFICE, "图示"))),
    fields={"index_number": INDEX, "publisher": OFFICE},
    absent=("document_number",),
)
trap(
    "label-coined-behind-a-number",
    "a short document number before a label of no list is no label",
    "header layouts",
    page(
        headline=HEAD
        + table(
            ("公文字号", "云政发〔2023〕5号", "成文年月日", "2023-05-06"), ("索引号", INDEX, "信息体裁类别", "通知")
        )
    ),
    fields={"document_number": "云政发〔2023〕5号", "written_date": "2023-05-06", "genre_category": "通知"},
)
trap(
    "label-bar-before-a-short-number",
    "a bar replaces the colon before a short document number",
    "header layouts",
    page(headline=f"{HEAD}<ul><li>索引号｜{INDEX}</li><li>文号｜云政发〔2023〕5号</li></ul>"),
    fields={"index_number": INDEX, "document_number": "云政发〔2023〕5号"},
)
trap(
    "label-run-on",
    "labels right behind the values before them",
    "lines without gaps",
    page(headline=f"{HEAD}<p>索引号：{INDEX}文号：{NUMBER}成文日期：2023-05-08发布机构：{OFFICE}</p>"),
    fields=FIELDS | {"written_date": "2023-05-08"},
)
trap(
    "label-gaps-and-tools",
    "a counter without a colon ends the value before it",
    "lines without colons",
    page(headline=f"{HEAD}<p>发布日期 2023-05-09 来源 云溪日报 浏览 123</p>"),
    fields=SUB,
)
trap(
    "label-from",
    "来自 names the source",
    "forums",
    page(headline=f"{HEAD}<p>2023-05-09 08:31 | 发布者: 王一 | 来自: 云溪日报</p>"),
    fields=SUB,
)
CITED = "根据《云溪区电梯条例》（云府令第7号，索引号：00000000-0/2019-00003，发布日期：2019年3月1日）要求，现就有关事项公告如下。"
trap(
    "label-in-a-sentence",
    "a sentence names the number and date of another document",
    "公告",
    page(headline=HEAD + LINE, body=paragraphs((CITED, *PARAGRAPHS, *SIGNED))),
    fields={"published_date": "2023-05-09"},
    absent=("index_number",),
    text="\n".join((CITED, WHOLE)),
)
trap(
    "label-with-dot",
    "the last value of a line ends with a dot",
    "lines of several labels",
    page(headline=f"{HEAD}<p>发布机构：{OFFICE}；文号：{NUMBER}；有效性：有效。</p>"),
    fields={"publisher": OFFICE, "document_number": NUMBER, "validity": "有效"},
)
JOINT = "、".join(
    f"云溪区{name}局"
    for name in "财政 教育 公安 民政 司法 审计 统计 水务 商务 体育 应急管理 医疗保障 交通运输 生态环境 农业农村 住房保障 文化旅游 市场监管 退役军人事务 信访".split()
)
trap(
    "value-of-twenty-bodies",
    "twenty bodies issue a document together",
    "联合发文",
    page(headline=HEAD + table(("发文机关", JOINT), ("文号", NUMBER))),
    fields={"publisher": JOINT},
)
trap(
    "value-cut-off-beside-its-label",
    "a value that ends with dots goes on in its hint",
    "headers of fixed width",
    page(
        headline=f"{HEAD}<ul><li><span>发布机构：</span><span title='{OFFICE}、云溪区司法局'>{OFFICE}、云溪...</span></li><li><span>文号：</span>{NUMBER}</li></ul>"
    ),
    fields={"publisher": f"{OFFICE}、云溪区司法局"},
)
trap(
    "value-behind-a-hidden-note",
    "a note on a label, which the page hides, is before the value",
    "headers with tips",
    page(
        headline=f"{HEAD}<div class=r><div class=l>有效性<span style='display:none'>仅供参考</span></div><div class=v>有效</div></div><div class=r><div class=l>文号</div><div class=v>{NUMBER}</div></div>"
    ),
    fields={"validity": "有效", "document_number": NUMBER},
)
trap(
    "value-with-copy-of-it",
    "a link copies the number before it",
    "tools of a header",
    page(headline=f"{HEAD}<p>文号：{NUMBER} <a href='#'>复制文号</a>　索引号：{INDEX} <a href='#'>复制</a></p>"),
    fields={"document_number": NUMBER, "index_number": INDEX},
)
trap(
    "header-folded-above-the-text",
    "a click unfolds the header between headline and text",
    "headers that fold",
    page(
        headline=HEAD,
        body=f"<div onclick='unfold()'>展开全部</div><div id=more style='display:none'><p>索引号：{INDEX}</p><p>发布机构：{OFFICE}</p><p>文号：{NUMBER}</p></div>{paragraphs()}",
        container="{}",
    ),
    fields=FIELDS,
    flags=("index_number:hidden", "publisher:hidden", "document_number:hidden"),
)
trap(
    "header-hidden-within-the-text",
    "a hidden part behind the first prose is no header",
    "tabs of a text",
    page(
        headline=HEAD + LINE,
        body=f"{paragraphs(PARAGRAPHS)}<div style='display:none'><p>索引号：{INDEX}</p><p>发布机构：{OFFICE}</p><p>文号：{NUMBER}</p></div>{paragraphs()}",
    ),
    absent=("index_number", "publisher", "document_number"),
)
OTHER = "<tr><td>文件名称</td><td><a href='a.html'>云溪区电梯管理办法</a></td></tr><tr><td>文号</td><td>云政发〔2022〕1号</td></tr><tr><td>索引号</td><td>00000000-0/2022-00001</td></tr>"
trap(
    "beside-related-above",
    "a box above the text has the header of a related document",
    "政策解读",
    page(headline=f"{HEAD}{LINE}<div class=xg><div>相关政策</div><table>{OTHER}</table></div>"),
    fields=SUB,
    absent=("document_number", "index_number"),
    text=WHOLE,
)
trap(
    "beside-related-among-labels",
    "相关文件 among the labels of a header ends nothing",
    "header layouts",
    page(
        headline=f"{HEAD}<ul><li>索引号：{INDEX}</li><li>相关文件</li><li>文号：{NUMBER}</li><li>发布机构：{OFFICE}</li></ul>"
    ),
    fields=FIELDS,
)
ROWS = (("索引号", INDEX), ("发布机构", OFFICE), ("文号", NUMBER), ("成文日期", "2023-05-06"), ("公开方式", "主动公开"))
REST = {"document_number": NUMBER, "written_date": "2023-05-06", "disclosure_method": "主动公开"}
for name, row, holder in (
    ("lines", "<p{2}>{0}：{1}</p>", "<div>{}</div>"),
    ("rows", "<tr{2}><td>{0}</td><td>{1}</td></tr>", "<table>{}</table>"),
    ("pairs", "<li{2}><b>{0}</b><span>{1}</span></li>", "<ul>{}</ul>"),
):
    rows = "".join(row.format(*pair, " style='display:none'" if at > 1 else "") for at, pair in enumerate(ROWS))
    trap(
        f"header-partly-folded-{name}",
        "a header whose rest a click shows",
        "headers that fold",
        page(above=holder.format(rows)),
        fields={"index_number": INDEX, "publisher": OFFICE} | REST,
        flags=tuple(f"{field}:hidden" for field in REST),
    )
trap(
    "header-unfolded-by-a-tool",
    "a tool shows the last row of a header",
    "headers that fold",
    page(above=f"<div><p>索引号：{INDEX}</p><div hidden><p>文号：{NUMBER}</p></div><a href='#'>展开更多</a></div>"),
    fields={"index_number": INDEX, "document_number": NUMBER},
)
trap(
    "header-repeated-in-a-box",
    "a box that a click opens repeats the header and says more",
    "properties of a document in a box",
    page(
        headline=f"{HEAD}<p>发布机构：{OFFICE} 发布日期：2023-05-09</p>", below="<div hidden>" + table(*ROWS) + "</div>"
    ),
    fields={"publisher": OFFICE, "index_number": INDEX} | REST,
)
trap(
    "header-hidden-row-that-does-not-apply",
    "a template hides one row of a header",
    "templates",
    page(above=f"<ul><li>索引号：{INDEX}</li><li>文号：{NUMBER}</li><li hidden>废止日期：2023-06-01</li></ul>"),
    fields={"index_number": INDEX},
    absent=("expiry_date",),
)
trap(
    "header-hidden-of-another",
    "a hidden part contradicts the header that is shown: it is of another document",
    "previews of other documents",
    page(
        above=f"<ul><li>索引号：{INDEX}</li><li>发布机构：{OFFICE}</li><li hidden>索引号：00000000-0/2022-00001<br>文号：云政发〔2022〕1号<br>成文日期：2022-01-02<br>体裁：通知</li></ul>"
    ),
    fields={"index_number": INDEX},
    absent=("document_number", "genre_category"),
)
trap(
    "header-in-form-with-button",
    "a header is a form with a button to print it",
    "sites of ASP.NET",
    page(above="<form>" + table(*ROWS) + "<input type=button value=打印><button>复制</button></form>"),
    fields={"index_number": INDEX, "publisher": OFFICE} | REST,
)
trap(
    "header-behind-many-files",
    "a header is below twenty files",
    "header layouts",
    page(
        headline=HEAD,
        below="<p>附件：</p>"
        + "".join(f"<p><a href='f{at}.doc'>{at}.云溪区电梯更新申报表.doc</a></p>" for at in range(1, 21))
        + "".join(map("<p>{0[0]}：{0[1]}</p>".format, ROWS)),
    ),
    fields={"index_number": INDEX, "publisher": OFFICE} | REST,
)
trap(
    "date-right-above-headline",
    "a date alone is right above the headline",
    "headlines with a date",
    page(headline=f"<div>2023-05-09</div>{HEAD}"),
    fields={"published_date": "2023-05-09"},
)
trap(
    "date-right-above-headline-and-below",
    "of a date above the headline and one below it, the latter counts",
    "headlines with a date",
    page(headline=f"<div>2022-01-02</div>{HEAD}<div>2023-05-09</div>"),
    fields={"published_date": "2023-05-09"},
    evidence={"published_date": frozenset({"2023-05-09"})},
)
trap(
    "date-of-a-label-above-headline",
    "the last value of a header is no date of the page",
    "header layouts",
    page(above=table(("索引号", INDEX), ("失效日期", "2028-05-09"))),
    absent=("published_date",),
)
for name, shown, want in (
    ("marked", "☑有效 □失效", "有效"),
    ("ticked", "√有效", "有效"),
    ("second", "○有效 ●失效", "失效"),
):
    trap(
        f"value-of-options-{name}",
        "the one option of several that is marked",
        "forms that only show",
        page(headline=HEAD + table(("索引号", INDEX), ("有效性", shown))),
        fields={"validity": want},
    )
trap(
    "value-of-options-unmarked",
    "no option is marked",
    "forms that only show",
    page(headline=HEAD + table(("索引号", INDEX), ("有效性", "□有效 □失效"))),
    absent=("validity",),
)
trap(
    "value-before-a-stroke",
    "strokes part elements beside each other",
    "lines of several labels",
    page(
        headline=f"{HEAD}<div><span>来源：云溪日报</span> / <span>文号：{NUMBER}</span> / <span>日期：2023-05-09</span></div>"
    ),
    fields=SUB | {"document_number": NUMBER},
)
CHOICES = "".join(
    f"<p>{label}：{' '.join(f'<a href=?o={at}>{each}</a>' for at, each in enumerate(options.split()))}</p>"
    for label, options in (
        ("主题分类", "综合政务 财政金融 国土资源"),
        ("发布机构", "区政府 区财政局 区水务局 区司法局"),
    )
)
trap(
    "choice-of-links",
    "links to choose from stand behind the labels of a filter above the document",
    "catalogs beside a document",
    page(above=f"<div>{CHOICES}</div>", headline=HEAD + LINE),
    fields=SUB,
    absent=("publisher", "subject_category"),
)
trap(
    "choice-of-links-behind-values",
    "links to share a page end the line with date and source",
    "tools of a page",
    page(
        headline=f"{HEAD}<p>发布时间：2023-05-09 来源：云溪日报 分享到：<a href=#>微信</a> <a href=#>微博</a> <a href=#>空间</a></p>"
    ),
    fields=SUB,
)
trap(
    "values-linked-with-signs-between",
    "a value of several links has signs between them",
    "header layouts",
    page(
        headline=f"{HEAD}<p>主题分类：<a href=a>城乡建设</a>；<a href=b>公共安全</a>；<a href=c>其他</a></p><p>索引号：{INDEX}</p>"
    ),
    fields={"subject_category": "城乡建设；公共安全；其他", "index_number": INDEX},
)
for word in ("政策原文", "解读文件", "原文件"):
    trap(
        f"beside-original-below-{word}",
        f"{word} below the text, with the header of another document",
        "政策解读",
        page(
            headline=HEAD + LINE,
            below=f"<div><div>{word}</div><ul><li>标题：<a href=y.html>云溪区电梯管理办法</a></li><li>文号：云政发〔2021〕2号</li><li>发布机构：云溪区人民政府</li></ul></div>",
        ),
        fields=SUB,
        absent=("document_number", "publisher"),
    )
PERMIT = (
    ("许可决定书文号", "云许〔2023〕12号"),
    ("许可机关", "云溪区水务局"),
    ("有效期自", "2023-01-01"),
    ("有效期至", "2026-01-01"),
    ("许可内容", "同意取水，取水地点在云溪右岸，每年十万立方米，应当安装计量设施。"),
)
trap(
    "notice-of-a-permit",
    "a permit states its own validity in a table that is the text",
    "行政许可公示",
    page(headline=HEAD + LINE, body=table(*PERMIT)),
    fields=SUB,
    absent=("expiry_date", "effective_date", "document_number"),
    text="\n".join(" | ".join(row) for row in PERMIT),
)
trap(
    "label-coined-more",
    "labels of no list: 发文年月, 实行日期, 是否现行有效, 发布机关单位",
    "header layouts",
    page(
        headline=HEAD
        + table(
            ("索引号", INDEX),
            ("发布机关单位", OFFICE),
            ("发文年月", "2023年5月6日"),
            ("实行日期", "2023-06-01"),
            ("是否现行有效", "是"),
        )
    ),
    fields={"publisher": OFFICE, "written_date": "2023-05-06", "effective_date": "2023-06-01", "validity": "是"},
)
