"""Where the header, the headline and the text meet: what belongs to which."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, SUB, WHOLE, table, trap
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

ALL = (*PARAGRAPHS, *SIGNED)
DATED = f"{HEAD}<div>发布日期：2023-05-09 来源：云溪日报</div>"
LABELS = f"<div>索引号：{INDEX}</div><div>发布机构：{OFFICE}</div><div>发布日期：2023-05-09</div>"
STATED = {"index_number": INDEX, "publisher": OFFICE, "published_date": "2023-05-09"}

EMPTY = {
    "span": ("in a cell with its value's element", "<ul><li><b>索引号：</b><span>{}</span></li><li><b>内容概述：</b><span></span></li></ul>"),
    "cell": ("in the last row of a table", "<table><tr><td>索引号：</td><td>{}</td></tr><tr><td>内容概述：</td><td></td></tr></table>"),
    "dashes": ("whose value is a row of dashes", "<table><tr><td>索引号：</td><td>{}</td></tr><tr><td>关键词：</td><td>----</td></tr></table>"),
}  # fmt: skip
for name, (what, header) in EMPTY.items():
    trap(
        f"last-label-empty-{name}",
        f"the last label of the header has no value, {what}: it takes neither the headline nor the first line",
        "header layouts",
        page(header.format(INDEX), headline=DATED),
        fields={"title": TITLE, "index_number": INDEX, **SUB},
        absent=("keywords",),
        text=WHOLE,
    )
trap(
    "label-empty-between",
    "a label without a value between pairs",
    "header layouts",
    page(
        f"<table><tr><td>索引号</td><td>{INDEX}</td><td>关键词</td><td></td></tr><tr><td>发布机构</td><td>{OFFICE}</td><td>文号</td><td>{NUMBER}</td></tr></table>",
        headline=DATED,
    ),
    fields={"index_number": INDEX, "publisher": OFFICE, "document_number": NUMBER},
    absent=("keywords",),
    text=WHOLE,
)
trap(
    "source-beside-empty-tool",
    "the label of a tool without words beside the day and the name of the source",
    "header layouts",
    page(
        headline=f"{HEAD}<p><span>2023-05-09 11:15&nbsp;</span><span>云溪日报</span><span>&nbsp;保护视力色：<i></i></span></p>"
    ),
    fields=SUB,
    text=WHOLE,
)
trap(
    "counter-in-pair",
    "a counter is the last of the pairs of the header",
    "page furniture",
    page(
        headline="",
        body=f"{HEAD}<dl class='attr'><dt>发布时间：</dt><dd>2023-05-09</dd><dt>信息来源：</dt><dd>云溪日报</dd><dt>点击数：</dt><dd>2301</dd></dl><hr><div class='ct'>{paragraphs()}</div>",
    ),
    fields=SUB,
    text=WHOLE,
)
PAIRS = (("文号", NUMBER), ("发文机关", OFFICE), ("废止日期", ""), ("责任处室", "综合科"), ("公开方式", "主动公开"))
trap(
    "pair-of-unknown-label-last",
    "pairs right above the text, among them one without a value and one whose label names no field of ours",
    "header layouts",
    page(
        headline=DATED + f"<div>{''.join(f'<div>{label}：</div><div>{value}</div>' for label, value in PAIRS)}</div>",
        body="".join(f"<div>{line}</div>" for line in ALL),
        container="{}",
    ),
    fields={"document_number": NUMBER, "publisher": OFFICE, "disclosure_method": "主动公开"},
    text=WHOLE,
)
trap(
    "tools-in-cell-of-header",
    "a cell of tools in the row of the day and the source, right above the text",
    "page furniture",
    page(
        headline=HEAD
        + "<table><tr><td>发布日期：2023-05-09</td><td>来源：云溪日报</td><td>访问量：[<b></b>]</td><td><a href='#'>打印本页</a></td></tr></table>",
        body="".join(f"<div>{line}</div>" for line in ALL),
        container="{}",
    ),
    fields=SUB,
    text=WHOLE,
)

COLUMN = "<div class='left'><h3>政府信息公开</h3><ul><li><a href='/zn'>政府信息公开指南</a></li><li><a href='/zd'>政府信息公开制度</a></li><li><a href='/nr'>法定主动公开内容</a></li><li><a href='/nb'>政府信息公开年报</a></li></ul></div>"
OF_SITE = page(COLUMN, headline="<div class='b'>HERE").replace(f"<title>{TITLE}_", "<title>")
OF_LINKS = {
    "day": (f"{TITLE}</div><div>发布日期：2023-05-09 来源：云溪日报</div>", SUB),
    "labels": (f"{TITLE}</div>{LABELS}", STATED),
}
for name, (header, fields) in OF_LINKS.items():
    trap(
        f"heading-of-links-above-{name}",
        f"the window is named after the site, and the only heading is that of a column of links; the title stands above the {name}",
        "headlines",
        OF_SITE.replace("HERE", header),
        fields={"title": TITLE, **fields},
        text=WHOLE,
    )
trap(
    "headline-and-labels-in-container",
    "the headline, labels below it and the text share the container of the text",
    "header layouts",
    page(headline="", body=f"<p class='b'>{TITLE}</p>{LABELS}{paragraphs()}"),
    fields={"title": TITLE, **STATED},
    text=WHOLE,
)
trap(
    "text-repeats-title",
    "the text begins with its title on two lines of its own",
    "texts",
    page(
        headline=DATED,
        body=f"<div>云溪区人民政府办公室</div><div>关于做好老旧电梯更新工作的通知</div>{paragraphs()}",
    ),
    text=f"云溪区人民政府办公室\n关于做好老旧电梯更新工作的通知\n{WHOLE}",
)
LONG = "云溪区住房和城乡建设局关于公布《老旧电梯更新技术导则（2023年版）》的公告"
trap(
    "headline-open-bracket",
    "a headline breaks within its brackets, and stands above labels in one element",
    "headlines",
    page(
        headline=f"<div class='t'><div>{LONG[:25]}<br>{LONG[25:]}</div>{LABELS}</div>",
        title=LONG,
    ).replace(f"<title>{LONG}_", "<title>"),
    fields={"title": LONG, **STATED},
    text=WHOLE,
)
POINTS = ("（一）时间：2023年5月20日", "（二）地点：云溪区住房和城乡建设局一楼大厅")
trap(
    "numbered-points-first",
    "the text begins with numbered points of a time and a place",
    "texts",
    page(headline=DATED, body=paragraphs((*POINTS, *ALL))),
    fields=SUB,
    text="\n".join((*POINTS, WHOLE)),
)
FROM = "资料来源：云溪区住房和城乡建设局台账；图中数据为本年前四个月合计。"
trap(
    "source-of-data-in-text",
    "a sentence that says whence the data come",
    "texts",
    page(headline=f"{HEAD}<div>发布日期：2023-05-09</div>", body=paragraphs((*ALL, FROM))),
    absent=("source",),
    text=f"{WHOLE}\n{FROM}",
)
trap(
    "source-below-text",
    "the source stands in a line of its own below the text",
    "header layouts",
    page(headline=f"{HEAD}<div>发布日期：2023-05-09</div>", below="<div>来源：云溪日报</div>"),
    fields=SUB,
    text=WHOLE,
)
trap(
    "day-source-tools-below-text",
    "a line of the day, the source and the tools below the text",
    "page furniture",
    page(headline=HEAD, below="<div>发布日期：2023-05-09 来源：云溪日报 字体：[大 中 小]</div>"),
    fields=SUB,
    text=WHOLE,
)
trap(
    "day-beside-name-below-labels",
    "a day beside a name, each with an icon, between the pairs of the header and the text, in one container",
    "header layouts",
    page(
        headline="",
        body=f"<div class='con'><div class='bt'>{TITLE}</div>"
        + "".join(f"<div><span>{a}</span><span>{b}</span></div>" for a, b in (("索引号", INDEX), ("主题词", "")))
        + f"<div><i></i>2023-05-09<i></i>云溪海关</div>{''.join(f'<div>{line}</div>' for line in ALL)}</div>",
        container="{}",
    ),
    fields={"title": TITLE, "index_number": INDEX, "published_date": "2023-05-09", "source": "云溪海关"},
    text=WHOLE,
)

MANUAL = "<a href='/f/sc.pdf'>操作手册</a>"
trap(
    "file-general-name-listed",
    "a file with a general name, beside the text, that the text lists among its annexes",
    "attachments",
    page(
        headline=DATED,
        body=paragraphs((*ALL, "附件：1.更新登记表", "2.网上填报操作手册")),
        below="<div class='fj'><a href='/down.jsp?f=1.doc'>1.更新登记表.doc</a><a href='/down.jsp?f=2.pdf'>2.网上填报操作手册.pdf</a></div>",
    ),
    files=("down.jsp?f=1.doc", "down.jsp?f=2.pdf"),
)
trap(
    "file-general-name-in-text",
    "a sentence of the text refers to a file with a general name",
    "attachments",
    page(headline=DATED, body=paragraphs((*PARAGRAPHS, f"填报方法见{MANUAL}。", *SIGNED))),
    files=("sc.pdf",),
)
trap(
    "no-file-general-name",
    "a manual of the site below the text",
    "attachments",
    page(headline=DATED, below=f"<ul><li>{MANUAL}</li><li><a href='/f/app.pdf'>使用指南</a></li></ul>"),
    files=(),
)

trap(
    "bar-behind-label",
    "a bar stands for the colon behind each label, whose value has an element of its own",
    "header layouts",
    page(
        "<ul>"
        + "".join(
            f"<li><div class='l'>{label} |</div><div class='r'>{value}</div></li>"
            for label, value in (
                ("索 引 号", INDEX),
                ("发布机构", OFFICE),
                ("发布日期", "2023-05-09"),
                ("文　　号", NUMBER),
            )
        )
        + "</ul>",
        headline=HEAD,
    ),
    fields={**STATED, "document_number": NUMBER},
    text=WHOLE,
)
REPLY = {
    "result": ("办理结果：A", "签发人：王一"),
    "class": ("类别：A类　　　签发人：王一",),
    "signer": ("签发人：王一", "建议分类：B"),
}
for name, lines in REPLY.items():
    letter = (*lines, "尊敬的王一代表：", *ALL)
    trap(
        f"reply-begins-with-{name}",
        "a reply to a deputy begins with the class of the proposal and the signer",
        "texts",
        page(headline=DATED, body=paragraphs(letter)),
        fields=SUB,
        absent=("subject_category",),
        text="\n".join(letter).replace("　　　", " "),
    )
trap(
    "class-of-document-above-address",
    "the category of a document in its header above the address of the text",
    "header layouts",
    page(f"<div>类别：通知</div><div>索引号：{INDEX}</div>", headline=DATED),
    fields={"subject_category": "通知", "index_number": INDEX},
    text=WHOLE,
)
trap(
    "name-before-day-with-hyphens",
    "a name before a day with hyphens, as no signature has it",
    "lines without labels",
    page(headline=f"{HEAD}<p>云溪区商务局　2023-05-09</p>"),
    fields={"published_date": "2023-05-09", "source": "云溪区商务局"},
    text=WHOLE,
)

RULES = table(
    ("序号", "文件名称", "文号", "发布日期"),
    ("1", "云溪区电梯管理办法", "云政发〔2019〕7号", "2019-03-02"),
    ("2", "云溪区停车管理办法", "云政发〔2020〕9号", "2020-03-02"),
)
DECISION = table(
    ("行政处罚决定书文号", "云市监罚〔2023〕7号"),
    ("当事人名称", "云溪安达电梯有限公司"),
    ("违法事实", "未按规定维护保养电梯"),
    ("处罚内容", "罚款一万元"),
)
FIRST = {
    "list-of-rules": ("a list of documents with their numbers and days", RULES, "序号 | 文件名称 | 文号 | 发布日期\n1 |"),
    "decision": ("pairs about a decision, the first one with its number", DECISION, "行政处罚决定书文号 | 云市监罚〔2023〕7号\n当事人"),
}  # fmt: skip
for name, (what, first, begins) in FIRST.items():
    text = "\n".join(
        " | ".join(cell.split("</td>")[0] for cell in row.split("<td>")[1:]) for row in first.split("<tr>")[1:]
    )
    assert text.startswith(begins)
    trap(
        f"text-begins-with-{name}",
        f"the text begins with {what}, in the container of a family",
        "texts",
        page(LABELS, headline=HEAD, body=first + paragraphs(), container="<div id='zoom'>{}</div>"),
        fields=STATED,
        text=f"{text}\n{WHOLE}",
    )
trap(
    "only-a-table-below-header",
    "a table of data, and no prose, below the table of the header, of which one row names no field of ours",
    "header layouts",
    page(
        headline=HEAD
        + table(
            ("索引号", INDEX),
            ("标题", TITLE),
            ("公开程序", "审核后公开", "责任处室", "征收科"),
            ("发布机构", OFFICE, "发布时间", "2023-05-09"),
        ),
        body=table(("收入", "金额"), ("上级拨款", "32000"), ("资源发包", "8400")),
        container="<div class='con'>{}</div>",
    ),
    fields=STATED,
    text="收入 | 金额\n上级拨款 | 32000\n资源发包 | 8400",
)
trap(
    "label-of-no-field-first-in-brackets",
    "labels in brackets, the first one of no field, above a text without prose",
    "header layouts",
    page(
        headline=f"{DATED}<ul><li>【法规类型】规范性文件</li><li>【内容类别】综合业务类</li><li>【文　　号】{NUMBER}</li><li>【发文机关】{OFFICE}</li></ul>",
        body=DECISION,
        container="<div class='con'>{}</div>",
    ),
    fields={"document_number": NUMBER, "publisher": OFFICE},
)

NOTICE = "区政府定于5月8日上午9时召开电梯安全工作会议。"
ABOVE = {
    "rule": ("a link to the rule", "<div><b>政策原文：</b><a href='/zc/1.html'>云溪区电梯管理办法</a></div>"),
    "explanations": ("links to explanations", "<div><a href='/jd/1.html'>政策解读</a><a href='/tj/1.html'>图解</a></div>"),
    "tabs": ("names of tabs", "<ul><li>政策原文</li><li>政策解读</li><li>政策问答</li></ul>"),
}  # fmt: skip
for name, (what, line) in ABOVE.items():
    trap(
        f"short-text-below-{name}",
        f"{what} above a text of one sentence",
        "texts",
        page(headline=DATED + line, body=f"<p>{NOTICE}</p>", container="<div class='nr'>{}</div>"),
        fields=SUB,
        text=NOTICE,
    )
trap(
    "links-without-text",
    "links to explanations where the text should be",
    "texts",
    page(
        headline=DATED,
        body="<h3>相关解读</h3><ul><li><a href='/jd/1.html'>云溪区电梯管理办法解读之一</a></li><li><a href='/jd/2.html'>云溪区电梯管理办法解读之二</a></li></ul>",
        container="<div>{}</div>",
    ),
    text="",
)

TOOLS = "<div>【字体：<a>大</a><a>中</a><a>小</a>】<a>打印本页</a></div>"
ANNEX = ("附件1", "云溪区老旧电梯更新技术导则", "1 总则", "1.1 为规范老旧电梯更新，制定本导则。")
trap(
    "text-begins-with-annex",
    "the text is an annex, and its number stands right below the tools of the page",
    "texts",
    page(headline=f"{DATED}{TOOLS}", body=paragraphs(ANNEX), container="<div id='zoom'>{}</div>"),
    fields=SUB,
    text="\n".join(ANNEX),
)
trap(
    "reply-class-above-signer-and-number",
    "class, signer and number on lines of their own above the address of a reply",
    "texts",
    page(
        headline=DATED,
        body=paragraphs(("类别：A", "签发人：王一", "云民函〔2023〕12号", "王一委员：", *ALL)),
    ),
    absent=("subject_category",),
    text="\n".join(("类别：A", "签发人：王一", "云民函〔2023〕12号", "王一委员：", WHOLE)),
)
trap(
    "number-between-headline-and-text",
    "the number between the headline and the element of a text without prose",
    "texts",
    page(
        headline=f"{HEAD}<div class='wh'>{NUMBER}</div>",
        body="<table><tr><td>序号</td><td>街道</td></tr><tr><td>1</td><td>云溪街道</td></tr></table><p>咨询电话：010-00000000</p>",
        container="<div class='box'>{}</div>",
    ),
    fields={"document_number": NUMBER},
    text="序号 | 街道\n1 | 云溪街道\n咨询电话：010-00000000",
)
COLUMNS = {
    "numbered": (("序号", "许可文书名称", "文号", "行政相对人", "许可日期"), ("1", "取水许可批复", "云水许〔2022〕5号", "云溪水厂", "2022-06-11"), ("2", "河道工程许可", "云水许〔2022〕6号", "云溪码头", "2022-06-20")),
    "one-row": (("序号", "文件名称", "发文字号", "发布日期"), ("1", "云溪区电梯管理办法", "云政发〔2019〕7号", "2019-03-02")),
    "one-row-index": (("序号", "索引号", "文件名称", "发文字号"), ("1", "0001/2019-0007", "云溪区电梯管理办法", "云政发〔2019〕7号")),
}  # fmt: skip
for name, rows in COLUMNS.items():
    trap(
        f"list-is-the-text-{name}",
        "a list under headings of columns is the whole text: no heading is a label of the page",
        "texts",
        page(headline=DATED, body=table(*rows), container="<div class='box'>{}</div>"),
        fields=SUB,
        absent=("index_number", "document_number"),
        text="\n".join(" | ".join(row) for row in rows),
    )
trap(
    "list-below-its-name",
    "a list of documents below its name alone: no header at the end of the text",
    "texts",
    page(
        headline=DATED,
        body=paragraphs(("云溪区现行有效规范性文件清单",)) + RULES,
        container="<div class='box'>{}</div>",
    ),
    fields=SUB,
    text="云溪区现行有效规范性文件清单\n序号 | 文件名称 | 文号 | 发布日期\n1 | 云溪区电梯管理办法 | 云政发〔2019〕7号 | 2019-03-02\n2 | 云溪区停车管理办法 | 云政发〔2020〕9号 | 2020-03-02",
)
for name, pair in {
    "terms": "<dt>{}<span></span></dt><dd>{}</dd>",
    "boxes": "<div><div class='l'>{}<em></em></div><div class='r'>{}</div></div>",
}.items():
    pairs = ("索引号", INDEX), ("发布机构", OFFICE), ("发布日期", "2023-05-09")
    trap(
        f"label-spread-by-empty-element-{name}",
        "an empty element in a label spreads its letters over the width; the value is beside it",
        "header layouts",
        page(f"<dl>{''.join(pair.format(*each) for each in pairs)}</dl>"),
        fields=STATED,
        text=WHOLE,
    )
trap(
    "category-of-report-to-deputies",
    "what a report is about, in a line right above its address to deputies",
    "header layouts",
    page(
        headline=HEAD,
        body=paragraphs(("主题分类：综合政务", "各位代表：", *ALL)),
        container="<div class='box'>{}</div>",
    ),
    fields={"subject_category": "综合政务"},
    text="\n".join(("各位代表：", WHOLE)),
)
SHORT = {
    "source": ("开放时间：每日九时至十七时", "来源：云溪区图书馆", "咨询电话：010-00000000"),
    "publisher": ("云溪区权责清单摘录（行政许可）", "名称：取水许可", "发布机构：云溪区水务局", "办理时限：二十日"),
}
for name, lines in SHORT.items():
    trap(
        f"lines-with-labels-are-the-text-{name}",
        "short lines are the whole text; a label that headers have too is not on the first one",
        "texts",
        page(headline=DATED, body=paragraphs(lines), container="<div class='con'>{}</div>"),
        text="\n".join(lines),
    )
trap(
    "short-letter-signed-with-hyphens",
    "an address with one sentence behind it, and a name before a day with hyphens below it, are no line of the header",
    "texts",
    page(
        headline=HEAD,
        body=paragraphs(("各单位：请于周五前报送电梯台账。", "云溪区商务局 2023-05-09")),
        container="<div class='con'>{}</div>",
    ),
    absent=("source",),
    text="各单位：请于周五前报送电梯台账。\n云溪区商务局 2023-05-09",
)
for name, form in {"boxes": "<div><div>{}：</div><div>101</div></div>", "lines": "<p>{}：</p><p>101 次</p>"}.items():
    for label in ("阅读量", "点击数"):
        counter = form.format(label)
        trap(
            f"counter-in-two-{name}-{'clicks' if label == '点击数' else 'readers'}",
            "a counter above and below the text in its container, its number on a line of its own",
            "texts",
            page(headline=DATED, body=counter + paragraphs() + counter, container="<div id='zoom'>{}</div>"),
            text=WHOLE,
        )
BELOW = {
    "explanation": "<p>相关解读：<a href='/jd/1.html'>云溪区电梯管理办法的解读</a></p>",
    "neighbours": "<div>上一篇：<a href='/a/1.html'>云溪区绿化公告</a></div><div>下一篇：<a href='/a/2.html'>云溪区演练公告</a></div>",
    "tabs": "<div><a href='/a'>政策原文</a><a href='/b'>政策解读</a></div>",
}  # fmt: skip
for name, links in BELOW.items():
    trap(
        f"pictures-above-{name}",
        "the document is pictures; what stands below the links under them is no text of it",
        "texts",
        page(
            headline=DATED,
            body="<p><img src='/p/1.jpg' width=900 height=1200></p>",
            container="<div>{}</div>",
            below=f"{links}<div><h3>便民提示</h3><p>办公时间为工作日九时至十七时，节假日休息，请合理安排时间。</p></div>",
        ),
        fields=SUB,
        text="",
        files=("1.jpg",),
        flags=("images_only",),
    )
trap(
    "frame-above-neighbours",
    "a viewer in a frame is the document, links to its neighbours stand below it, and words of the site below these",
    "texts",
    page(
        headline=DATED,
        body="<iframe src='/viewer/1.html'></iframe>",
        container="<div>{}</div>",
        below=f"{BELOW['neighbours']}<div><h3>便民提示</h3><p>办公时间为工作日九时至十七时，节假日休息，请合理安排时间。</p></div>",
    ),
    text="",
)
trap(
    "form-of-site-beside-text",
    "the form for requests, which each page of the site links beside its text",
    "attachments",
    page(headline=DATED, container="<div>{}</div>", below="<div><a href='/f/sq.doc'>政府信息公开申请表</a></div>"),
    text=WHOLE,
    files=(),
)
