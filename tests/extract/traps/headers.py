"""Header tables and lists in every layout, and labels in every spelling."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, HEADER, INDEX, NUMBER, OFFICE, WHOLE, table, trap
from tests.support.pages import page, paragraphs

PAIRS = (
    ("索引号", INDEX), ("发布机构", OFFICE), ("成文日期", "2023-05-08"), ("文号", NUMBER),
    ("主题分类", "城乡建设、环境保护"), ("发布日期", "2023-05-09"),
)  # fmt: skip


def each(form: str, join: str = "") -> str:
    return join.join(form.format(label, value) for label, value in PAIRS)


LAYOUTS = {
    "th-td": ("label in th, value in td", f"<table>{each('<tr><th>{}</th><td>{}</td></tr>')}</table>"),
    "td-td": ("label with colon and value in cells", f"<table>{each('<tr><td>{}：</td><td>{}</td></tr>')}</table>"),
    "two-pairs-a-row": (
        "two pairs in a row",
        table(*((*PAIRS[i], *PAIRS[i + 1]) for i in (0, 2, 4))),
    ),
    "labels-above-values": ("a row of labels above a row of values", table(*zip(*PAIRS, strict=True))),
    "one-cell": ("label and value in one cell", f"<table>{each('<tr><td>{}: {}</td></tr>')}</table>"),
    "bold-label-in-cell": ("label in bold inside the value's cell", f"<table>{each('<tr><td><b>{}：</b>{}</td></tr>')}</table>"),
    "colon-in-a-cell": ("the colon has a cell of its own", f"<table>{each('<tr><td>{}</td><td>：</td><td>{}</td></tr>')}</table>"),
    "paragraphs-in-cells": ("paragraphs inside the cells", f"<table>{each('<tr><td><p>{}</p></td><td><p>{}</p></td></tr>')}</table>"),
    "table-in-table": (
        "tables inside the cells of a table",
        f"<table><tr><td>{table(*PAIRS[:3])}</td><td>{table(*PAIRS[3:])}</td></tr></table>",
    ),
    "heading-and-paragraph": ("label as heading, value as paragraph", each("<div><h1>{}</h1><p>{}</p></div>")),
    "list-items": ("list items", f"<ul>{each('<li>{}：{}</li>')}</ul>"),
    "list-items-apart": ("label and value in list items of their own", f"<ul>{each('<li class=k>{}：</li><li class=v>{}</li>')}</ul>"),
    "list-item-with-paragraph": ("value in a paragraph below its label", f"<ul>{each('<li><span>{}：</span><p>{}</p></li>')}</ul>"),
    "list-item-two-spans": ("two spans without a colon", f"<ul>{each('<li><span>{}</span><span>{}</span></li>')}</ul>"),
    "definition-list": ("dt and dd", f"<dl>{each('<dt>{}</dt><dd>{}</dd>')}</dl>"),
    "labels-then-values-in-boxes": (
        "labels in one box, values in another",
        f"<div><div class=l><ul>{each('<li>{0}：</li>')}</ul></div><div class=r><ul>{each('<li>{1}</li>')}</ul></div></div>",
    ),
    "labels-and-values-in-columns": (
        "a column of labels beside a column of values, each of its lines a paragraph",
        f"<div><div>{each('<p>{0}：</p>')}</div><div>{each('<p>{1}</p>')}</div></div>",
    ),
    "broken-cells": (
        "all labels in one cell, all values in the next, parted by breaks",
        f"<table><tr><td>{each('{0}', '<br>')}</td><td>{each('{1}', '<br>')}</td></tr></table>",
    ),
    "tables-beside-each-other": (
        "a table of labels and a table of values in two cells",
        f"<table><tr><td><table>{each('<tr><td>{0}：</td></tr>')}</table></td>"
        f"<td><table>{each('<tr><td>{1}</td></tr>')}</table></td></tr></table>",
    ),
    "terms-first": ("all terms of a definition list before all values", f"<dl>{each('<dt>{0}</dt>')}{each('<dd>{1}</dd>')}</dl>"),
    "text-areas": (
        "values in text areas that only show",
        f"<table>{each('<tr><td>{0}</td><td><textarea readonly>{1}</textarea></td></tr>')}</table>",
    ),
    "grid": ("divisions of a grid", each("<div class=row><div class=c2>{}</div><div class=c4>{}</div></div>")),
    "flat-divisions": ("labels and values as siblings", f"<div>{each('<div class=l>{}：</div><div class=r>{}</div>')}</div>"),
    "flat-spans": ("labels and values as spans of one line, no colons", f"<div>{each('<span>{}</span><span>{}</span>')}</div>"),
    "spans-in-one-line": ("all pairs in one line of spans", f"<div>{each('<span>{}：{}</span>')}</div>"),
    "plain-line": ("all pairs in one line of text", f"<div>{each('{}：{}', ' ')}</div>"),
    "gaps": ("paragraphs of a label, a gap and a value", each("<p>{}　{}</p>")),
    "labels-above-values-in-thead": (
        "a row of labels in thead above a row of values in tbody",
        f"<table><thead><tr>{''.join(f'<th>{n}</th>' for n, _ in PAIRS)}</tr></thead><tbody><tr>{''.join(f'<td>{v}</td>' for _, v in PAIRS)}</tr></tbody></table>",
    ),
    "parallel-lists": (
        "labels in one list, values in the one beside it",
        f"<div><ul>{''.join(f'<li>{n}</li>' for n, _ in PAIRS)}</ul><ul>{''.join(f'<li>{v}</li>' for _, v in PAIRS)}</ul></div>",
    ),
    "tables-in-cells": (
        "a table of one cell in each cell",
        f"<table>{each('<tr><td><table><tr><td>{}</td></tr></table></td><td><table><tr><td>{}</td></tr></table></td></tr>')}</table>",
    ),
    "form-that-shows": ("a form without anything to fill in", f"<form>{each('<p>{}：{}</p>')}<input type=hidden></form>"),
    "English-behind-labels": ("the label's English behind it", f"<table>{each('<tr><td>{} Index / Date</td><td>{}</td></tr>')}</table>"),
    "line-breaks": ("pairs between line breaks", f"<div>{each('<b>{}：</b>{}', '<br>')}</div>"),
    "strong-then-text": ("label in strong, no colon", each("<p><strong>{}</strong>{}</p>")),
    "bracketed-label-cells": ("labels in brackets, in cells", f"<table>{each('<tr><td>[ {} ]</td><td>{}</td></tr>')}</table>"),
    "bracketed-labels": ("`[文号] …` in list items", f"<ol>{each('<li>[{}] {}</li>')}</ol>"),
    "bracketed-bold-labels": ("`【文号】` in bold", f"<ol>{each('<li><b>【{}】</b>{}</li>')}</ol>"),
    "bracketed-then-span": ("`[文号]` before a span", f"<ol>{each('<li>[{}] <span>{}</span></li>')}</ol>"),
    "bullets": ("a bullet before each label, value below", each("<p>• {}:</p><p>{}</p>")),
    "spaces-in-labels": ("full-width spaces inside labels", "<ul>" + "".join(f"<li>{'　'.join(n)}：{v}</li>" for n, v in PAIRS) + "</ul>"),
    "elements-in-labels": ("elements between a label's letters", "<ul>" + "".join(f"<li>{'<i></i>'.join(n)}：{v}</li>" for n, v in PAIRS) + "</ul>"),
    "entities-in-labels": ("`&ensp;&nbsp;` inside labels", "<ul>" + "".join(f"<li>{'&ensp;&nbsp;'.join(n)}：{v}</li>" for n, v in PAIRS) + "</ul>"),
    "zero-width-in-labels": ("zero-width spaces inside labels", "<ul>" + "".join(f"<li>{'&#8203;'.join(n)}：{v}</li>" for n, v in PAIRS) + "</ul>"),
    "other-colons": ("colons that only look like colons (∶ ﹕)", f"<ul>{each('<li>{}∶{}</li>')}</ul>"),
    "header-twice": ("the header again, for phones", f"<table>{each('<tr><td>{}</td><td>{}</td></tr>')}</table><ul>{each('<li>{}：{}</li>')}</ul>"),
}  # fmt: skip
for name, (what, html) in LAYOUTS.items():
    trap(f"layout-{name}", what, "header layouts", page(html), fields=HEADER, text=WHOLE)
    if name in ("th-td", "two-pairs-a-row", "labels-above-values", "list-items", "spans-in-one-line"):
        trap(
            f"header-inside-{name}",
            f"{what}, in the same element as the text",
            "header layouts",
            page(html, container="{}"),
            fields=HEADER,
            text=WHOLE,
        )

trap(
    "empty-cell-before-a-label",
    "an empty value is not the next label's text",
    "header layouts",
    page("<table><tr><td>文号：</td><td></td></tr><tr><td>内部编码</td><td>甲乙丙2023号</td></tr></table>"),
    absent=("document_number",),
)
trap(
    "empty-item-between",
    "an empty value between others in a flat list",
    "header layouts",
    page(
        f"<div><div>索引号：</div><div>{INDEX}</div><div>主题词：</div><div></div><div>文号：</div><div>{NUMBER}</div></div>"
    ),
    fields={"index_number": INDEX, "document_number": NUMBER},
    absent=("keywords",),
)
trap(
    "list-of-documents-in-the-text",
    "a table 名称 / 文号 / 发布日期 of several documents is text, not header",
    "header layouts",
    page(
        headline=f"{HEAD}<p>发布日期：2023-05-09</p>",
        body="<p>现将目录公布如下，请社会监督。</p>"
        + table(
            ("名称", "文号", "发布日期"),
            ("甲办法", "云政〔2020〕1号", "2020-01-01"),
            ("乙办法", "云政〔2021〕2号", "2021-01-01"),
        ),
    ),
    fields={"published_date": "2023-05-09"},
    absent=("document_number",),
    text="现将目录公布如下，请社会监督。\n名称 | 文号 | 发布日期\n甲办法 | 云政〔2020〕1号 | 2020-01-01\n乙办法 | 云政〔2021〕2号 | 2021-01-01",
)
trap(
    "search-form-states",
    "a search form that offers all states",
    "gkmlpt",
    page("<div class='search'><span>文件状态</span> <span>不限</span> <span>现行有效</span> <span>已失效</span></div>"),
    absent=("validity",),
)
trap(
    "search-form-labels",
    "labels of a search form with its button",
    "header layouts",
    page("<div><span>标题</span><span>文号</span><span>发布机构</span><a>搜索</a></div>"),
    absent=("document_number", "publisher"),
)
SEARCH = "<form action='/search'>{}<input name='q'><button>搜索</button></form>"
OWN = table(("索引号", INDEX), ("发布机构", OFFICE), ("文号", NUMBER))
STATED = {"index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER}
for name, what, html in (
    ("choices", "a search box whose choices nobody has made", "<p>发布机构：<span>全部机构</span></p><p>主题分类：<span>请选择分类</span></p>"),
    ("values", "a search box that still shows the last search", "<p>发布机构：<span>云溪区财政局</span></p><p>文号：云财〔2020〕9号</p>"),
    ("table", "a search box laid out as a table", table(("发布机构", "云溪区财政局"), ("索引号", "99999999-9/2020-00001"))),
    ("number", "a 文号 alone in a search box", "<p>云财〔2020〕9号</p>"),
):  # fmt: skip
    trap(
        f"search-box-{name}",
        what,
        "header layouts",
        page(SEARCH.format(html) + OWN),
        fields=STATED,
        absent=("subject_category",),
        evidence={field: frozenset({value}) for field, value in STATED.items()},
    )
trap(
    "search-box-alone",
    "a search box above a document without a header",
    "header layouts",
    page(SEARCH.format("<p>发布机构：<span>云溪区财政局</span></p><p>发布日期：2020-01-01</p>")),
    absent=("publisher", "published_date"),
)
trap(
    "page-is-one-form",
    "the whole page in one form, as ASP.NET writes it",
    "ASP.NET",
    page(OWN).replace("<body>", "<body><form id='aspnetForm' method='post'>").replace("</body>", "</form></body>"),
    fields=STATED,
)
trap(
    "form-holds-header-and-text",
    "header and text in the form of a comment",
    "ASP.NET",
    page(f"<form>{OWN}").replace("<div class='foot'>", "</form><div class='foot'>"),
    fields=STATED,
)
for value in ("全部", "全部机构", "不限", "不限部门", "请选择", "请选择发布机构", "--请选择--", "请输入发布机构"):
    trap(
        f"placeholder-{value.strip('-') + ('-dashed' if value[0] == '-' else '')}",
        f"`发布机构：{value}` is a choice that nobody has made",
        "header layouts",
        page(f"<div class='choose'><p>发布机构：<span>{value}</span></p></div>"),
        absent=("publisher",),
    )
trap(
    "scope-is-all",
    "`公开范围：全部公开` is no placeholder",
    "header layouts",
    page(table(("索引号", INDEX), ("公开范围", "全部公开"))),
    fields={"disclosure_scope": "全部公开"},
)
trap(
    "header-in-a-comment",
    "rows of a header inside an HTML comment",
    "gkmlpt",
    page("<!-- <table><tr><td>失效日期</td><td>2024-01-01</td></tr></table> -->"),
    absent=("expiry_date",),
)
trap(
    "header-below-the-text",
    "the header is below the text",
    "header layouts",
    page(below=table(("索引号", INDEX), ("发布机构", OFFICE))),
    fields={"index_number": INDEX, "publisher": OFFICE},
)
trap(
    "summary-row",
    "内容概述 repeats the text's beginning in the header",
    "条例, art. 12",
    page(
        "<table><tr><td>内容概述：经区政府同意，现就做好老旧电梯更新工作通知如下，各街道要完成摸底。</td></tr></table>",
        container="{}",
    ),
    text=WHOLE,
)
for label in ("规范性文件编号", "统一编号", "统一登记号", "备案登记号", "文件登记号"):
    trap(
        f"registration-{label}",
        f"{label} is not the 文号",
        "field labels",
        page(table((label, "YXQD01-2023-0003"))),
        fields={"registration_number": "YXQD01-2023-0003"},
        absent=("document_number",),
    )
trap(
    "publisher-of-many",
    "seven bodies issue a document together",
    "field labels",
    page(
        table(
            (
                "发文机关",
                "云溪区住房和城乡建设局 云溪区发展和改革局 云溪区财政局 云溪区自然资源和规划局 云溪区市场监督管理局 云溪区应急管理局 云溪区民政局",
            )
        )
    ),
    fields={
        "publisher": "云溪区住房和城乡建设局 云溪区发展和改革局 云溪区财政局 云溪区自然资源和规划局 云溪区市场监督管理局 云溪区应急管理局 云溪区民政局"
    },
)
for label, name in (("办文单位", "publisher"), ("主题信息", "subject_category")):
    trap(
        f"label-{label}",
        f"{label} is the {name.replace('_', ' ')}",
        "field labels",
        page(table((label, "云溪电梯处"))),
        fields={name: "云溪电梯处"},
    )
trap(
    "header-row-of-the-text",
    "the text is the value of a row of the header table",
    "header layouts",
    page(
        f"<table><tr><th>索引号</th><td>{INDEX}</td></tr><tr><th>发布机构</th><td>{OFFICE}</td></tr><tr><th>正文</th><td>{paragraphs()}</td></tr></table>",
        body="",
    ),
    fields={"index_number": INDEX, "publisher": OFFICE},
    text=WHOLE,
)
trap(
    "host-in-header",
    "主办单位 in a header behind the 索引号 is the publisher",
    "field labels",
    page(table(("索引号：", INDEX, "主办单位：", OFFICE))),
    fields={"index_number": INDEX, "publisher": OFFICE},
)
trap(
    "validity-bracketed",
    "the validity is in brackets",
    "field labels",
    page("<p>【发文机关】云溪区政府</p><p>【效　　力】[有效]</p><p>【效力说明】</p>"),
    fields={"validity": "有效"},
)
trap(
    "file-code",
    "文件编码 is not the 文号",
    "field labels",
    page(table(("文件编码", "YX〔2023〕3号"))),
    absent=("document_number",),
)
trap(
    "request-number",
    "索取号, Shanghai's name of the 索引号",
    "field labels",
    page(table(("索取号", "SY10100-2023-00141"))),
    fields={"index_number": "SY10100-2023-00141"},
)
trap(
    "note-or-number",
    "备注/文号 is the 文号",
    "field labels",
    page(table(("备注/文号", NUMBER))),
    fields={"document_number": NUMBER},
)
trap(
    "responsible-department",
    "公开责任部门 names who keeps the record, not the publisher",
    "field labels",
    page(table(("公开责任部门：", "云溪区司法局"))),
    absent=("publisher",),
)
trap(
    "statutory-category",
    "法定主动公开分类 is the group category",
    "field labels",
    page(table(("法定主动公开分类", "公告公示"))),
    fields={"group_category": "公告公示"},
    absent=("subject_category",),
)
trap(
    "coined-labels",
    "labels of no list, beside one that is listed: 颁发时间, 出台单位, 施行起始日",
    "field labels",
    page(
        headline=f"{HEAD}<ul><li><em>颁发时间:</em><span>2023-05-08</span></li><li><em>发文字号:</em><span>{NUMBER}</span></li>"
        f"<li><em>出台单位:</em><span>{OFFICE}</span></li><li><em>施行起始日:</em><span>2023-06-01</span></li></ul>"
    ),
    fields={
        "written_date": "2023-05-08",
        "document_number": NUMBER,
        "publisher": OFFICE,
        "effective_date": "2023-06-01",
    },
)
trap(
    "coined-label-above-values",
    "a row of labels above a row of values, one of them in no list",
    "header layouts",
    page(table(("索引号", "颁发时间", "文号"), (INDEX, "2023-05-08", NUMBER))),
    fields={"index_number": INDEX, "written_date": "2023-05-08", "document_number": NUMBER},
)
trap(
    "coined-labels-of-others",
    "会议召开时间 and 起草单位 are no fields, and end the value before them",
    "field labels",
    page(headline=f"{HEAD}<p>文号：{NUMBER} 会议召开时间：2023-01-01 主题分类：城乡建设 起草单位：云溪区司法局</p>"),
    fields={"document_number": NUMBER, "subject_category": "城乡建设"},
    absent=("publisher", "published_date"),
)
trap(
    "publisher-behind-label-of-people",
    "发布者 that names a body is the publisher",
    "field labels",
    page(
        headline=f"{HEAD}<div><span>发布时间：2023-05-09</span><span>发布者：云溪区司法局</span><span>浏览：9次</span></div>"
    ),
    fields={"publisher": "云溪区司法局", "published_date": "2023-05-09"},
)
trap(
    "value-before-a-tool",
    "the last value of a line of bars is followed by a link that shows more",
    "field labels",
    page(
        headline=f"{HEAD}<div><span>印发日期：2023-05-08&nbsp;&nbsp;|&nbsp;&nbsp;文号：{NUMBER}&nbsp;&nbsp;|&nbsp;&nbsp;发文机关："
        f"{OFFICE} 云溪区司法局&nbsp;&nbsp;|&nbsp;&nbsp;</span><a href='javascript:void(0)'>展开全部属性</a></div>"
    ),
    fields={"publisher": f"{OFFICE} 云溪区司法局", "written_date": "2023-05-08", "document_number": NUMBER},
)
trap(
    "group-and-subject",
    "组配分类, 主题分类 and 体裁分类 are three fields",
    "field labels",
    page(table(("组配分类", "法治政府建设年度报告"), ("主题分类", "其他"), ("体裁分类", "报告"))),
    fields={"group_category": "法治政府建设年度报告", "subject_category": "其他", "genre_category": "报告"},
)
trap(
    "method-scope-term",
    "公开形式, 公开范围 and 公开时限",
    "field labels",
    page(table(("公开形式", "主动公开"), ("公开范围", "面向社会"), ("公开时限", "长期公开"))),
    fields={"disclosure_method": "主动公开", "disclosure_scope": "面向社会", "disclosure_term": "长期公开"},
)
trap(
    "four-dates",
    "every labelled date is kept apart",
    "field labels",
    page(
        table(
            ("成文日期", "2023-05-08"),
            ("发布日期", "2023-05-09"),
            ("生效日期", "2023-06-01"),
            ("失效日期", "2028-05-31"),
        )
    ),
    fields={
        "written_date": "2023-05-08",
        "published_date": "2023-05-09",
        "effective_date": "2023-06-01",
        "expiry_date": "2028-05-31",
    },
)
trap(
    "validity-as-expiry",
    "废止日期: 有效 states the validity",
    "field labels",
    page(table(("废止日期", "有效"))),
    fields={"validity": "有效"},
    absent=("expiry_date",),
)
trap(
    "header-value-cut-off",
    "a value is cut off, and the attribute `title` of its element goes on",
    "labels",
    page(
        f"<ul><li><b>文号</b><span title='{NUMBER}'>{NUMBER}</span></li><li><b>发布机构</b><span title='{OFFICE}'>{OFFICE[:7]}...</span></li></ul>"
    ),
    fields={"publisher": OFFICE, "document_number": NUMBER},
)
trap(
    "header-of-pairs-below",
    "a long header of labels and values in turn below the text",
    "labels",
    page(
        below="".join(
            f"<div><i>{label}</i><p>{value}</p></div>"
            for label, value in (
                ("索引号", INDEX),
                ("文号", NUMBER),
                ("发布机构", OFFICE),
                ("成文日期", "2023-05-08"),
                ("发布日期", "2023-05-09"),
                ("公开方式", "主动公开"),
                ("公开范围", "全社会"),
                ("有效性", "有效"),
                ("主题词", "电梯"),
            )
        )
    ),
    fields={"index_number": INDEX, "validity": "有效", "keywords": "电梯"},
)
trap(
    "header-in-brackets-below",
    "labels in brackets in one line, right below a text without an element of its own",
    "headers",
    page(
        headline=f"{HEAD}<p>2023-05-09</p>",
        container="{}",
        below=f"<div>[索引号]{INDEX} [发布机构]{OFFICE} [成文日期]2023-05-08 [有效性]有效</div>",
    ),
    fields={"index_number": INDEX, "publisher": OFFICE, "written_date": "2023-05-08", "validity": "有效"},
    text=WHOLE,
)
