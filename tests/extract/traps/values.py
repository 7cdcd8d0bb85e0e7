"""Values: placeholders, dates, numbers, index numbers, and which evidence wins."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from datetime import date

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, SUB, WHOLE, table, trap
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

NOTHING = (
    "", "无", "—", "— —", "----", "/", "……", "***", "暂无", "（无）", "无关键词", "〔〕号", "&nbsp;", "{{doc.number}}",
    "null", "N/A", "undefined", "[object Object]",
)  # fmt: skip
for place, nothing in enumerate(NOTHING, 1):
    trap(
        f"placeholder-{place:02}",
        f"`{nothing}` is no value" if nothing else "an empty cell is no value",
        "placeholders",
        page(table(("文号", nothing), ("主题分类", nothing), ("关键词", nothing))),
        absent=("document_number", "subject_category", "keywords"),
    )

DATES = {
    "padded": "2023年05月09日", "spaced": "2023 年 5 月 9 日", "slashes": "2023/5/9 8:22:16", "dots": "2023.05.09",
    "middle-dots": "2023·05·09", "compact": "20230509", "full-width": "２０２３－０５－０９", "chinese": "二〇二三年五月九日",
    "doubled": "2023-05-09 17:252023-05-09 17:25", "gap": "2023- 05- 09", "iso": "2023-05-09T08:00:00+08:00",
    "afternoon": "2023年5月9日下午3时", "utc": "2023-05-08T16:30:00Z", "utc-offset": "2023-05-08T16:00:00.000+00:00",
    "greenwich": "Mon May 08 17:30:00 GMT 2023", "republic": "民国112年5月9日",
    "zero-time": "2023-05-09 00:00:00.0", "java": "Tue May 09 08:30:00 CST 2023", "long-dash": "2023—05—09",
}  # fmt: skip
for name, text in DATES.items():
    trap(
        f"date-{name}",
        f"`{text}`",
        "dates",
        page(headline=f"{HEAD}<p>发布时间：{text}</p>"),
        fields={"published_date": "2023-05-09"},
    )

for name, text in {"utc": "2023-05-08T16:30:00Z", "utc-spaced": "2023-05-08 16:30:00+00:00"}.items():
    trap(
        f"date-below-title-{name}",
        f"`{text}` below the title, without a label",
        "dates",
        page(headline=f"{HEAD}<p>{text}</p>"),
        fields={"published_date": "2023-05-09"},
    )

UNSIGNED = "<p>本页没有落款，正文只有这一句话，用来说明日期，再无其他内容，请读者注意。前述事项由区政府办公室负责解释，咨询时间为工作日上午八时至十二时，有关表格可到窗口领取。</p>"
trap(
    "date-impossible",
    "30 February is refused with a flag",
    "dates",
    page(table(("成文日期", "2023-02-30")), body=UNSIGNED),
    absent=("written_date",),
    flags=("written_date:impossible",),
)
for name, text in {"month": "2023年5月", "month-in-numbers": "2023.5", "yearless": "五月九日"}.items():
    trap(
        f"date-incomplete-{name}",
        f"`{text}` is refused with a flag, and not completed",
        "dates",
        page(table(("成文日期", text)), body=UNSIGNED),
        absent=("written_date",),
        flags=("written_date:incomplete",),
    )
trap(
    "date-unreadable",
    "a serial day of a spreadsheet is refused with a flag",
    "dates",
    page(table(("成文日期", "45055")), body=UNSIGNED),
    absent=("written_date",),
    flags=("written_date:unreadable",),
)
trap(
    "date-future",
    "a date after the day of fetching is refused with a flag",
    "dates",
    page(table(("发布日期", "2033-01-01")), body=UNSIGNED),
    captured_on=date(2026, 7, 1),
    absent=("published_date",),
    flags=("published_date:future",),
)
trap(
    "date-zero",
    "a program shows 1970-01-01 if there is no date",
    "dates",
    page(table(("实施日期", "1970-01-01"), ("失效日期", "0000-00-00"))),
    absent=("effective_date", "expiry_date"),
)

NUMBERS = {
    "square": "云政办发[2023]17号", "lenticular": "云政办发【2023】 17 号", "round": "云政办发（2023）17号", "small": "云政办发﹝2023﹞17号",
    "angle": "云政办发〈2023〉17号", "less-than": "云政办发&lt;2023&gt;17号", "with-di": "云政办发〔2023〕第17号", "leading-zero": "云政办发〔2023〕017号",
    "spaces": "云政办发 〔2023〕 17号", "full-width": "云政办发〔２０２３〕１７号", "bracketed": "〔云政办发〔2023〕17号〕",
}  # fmt: skip
for name, text in NUMBERS.items():
    trap(
        f"number-{name}",
        f"`{text}`",
        "GB/T 9704-2012, 7.2.5",
        page(table(("发文字号", text))),
        fields={"document_number": NUMBER},
    )

trap(
    "number-order",
    "an order's number has no year",
    "GB/T 9704-2012, 7.2.5",
    page(table(("文号", "云溪区人民政府令第12号"))),
    fields={"document_number": "云溪区人民政府令第12号"},
)
trap(
    "number-red-header",
    "the red header's 文号 is used and marked as from the text",
    "GB/T 9704-2012, 7.2.5",
    page(body=f"<p>{NUMBER}</p>" + paragraphs()),
    fields={"document_number": NUMBER},
    origins={"document_number": "body"},
)
trap(
    "number-cited",
    "a 文号 cited in the text is not the document's own",
    "GB/T 9704-2012, 7.2.5",
    page(body="<p>根据《云溪区电梯管理办法》（云政规〔2021〕3号）的要求，现将有关事项通知如下，请遵照执行。</p>" * 3),
    absent=("document_number",),
)
trap(
    "number-in-title",
    "a 文号 at the end of the title",
    "GB/T 9704-2012, 7.2.5",
    page(title="关于印发电梯更新办法的通知（云建〔2023〕8号）"),
    fields={"document_number": "云建〔2023〕8号"},
    origins={"document_number": "title"},
)
trap(
    "number-in-cited-title",
    "a 文号 inside the title of another document",
    "GB/T 9704-2012, 7.2.5",
    page(title="关于《云溪区电梯办法（云建〔2023〕8号）》的政策解读"),
    absent=("document_number",),
)
trap(
    "number-blank-beats-file-name",
    "a blank 文号 is not overruled by a file's name",
    "field labels",
    page(table(("文号", "")), body=paragraphs() + f"<p><a href='a.pdf'>{NUMBER}.pdf</a></p>"),
    absent=("document_number",),
)

trap(
    "signature-date",
    "the signature's date is used and marked as from the text",
    "dates",
    page(),
    fields={"written_date": "2023-05-08"},
    origins={"written_date": "body"},
)
trap(
    "header-beats-signature",
    "the header overrules the signature; both are kept",
    "which evidence wins",
    page(table(("成文日期", "2023-05-07"))),
    fields={"written_date": "2023-05-07"},
    origins={"written_date": "header"},
    evidence={"written_date": frozenset(("2023-05-07", "2023-05-08"))},
)
trap(
    "method-as-last-line",
    "公开方式 as the last line of the text",
    "which evidence wins",
    page(body=paragraphs() + "<p>公开方式：主动公开</p>"),
    fields={"disclosure_method": "主动公开"},
    origins={"disclosure_method": "body"},
)
for name, line in (
    ("form", "（信息公开形式：主动公开）"),
    ("option", "信息公开选项：主动公开"),
    ("class", "（公开类别：主动公开）"),
):
    trap(
        f"method-as-last-line-{name}",
        "公开方式 as the last line of the text, by other names and in brackets",
        "which evidence wins",
        page(body=paragraphs() + f"<p>{line}</p>"),
        fields={"disclosure_method": "主动公开"},
        origins={"disclosure_method": "body"},
    )
STATES = (
    (
        "beside-date",
        HEAD + "<p><span>全文废止</span><span>成文日期：2023-05-08</span><a href='#'>打印</a></p>",
        "全文废止",
    ),
    ("beside-headline", HEAD + "<p>【已失效】</p>", "已失效"),
    (
        "beside-tools",
        HEAD + "<p>【已失效】 <a href='#'>打印</a> <a href='#'>关闭窗口</a> <a href='#'>QQ空间</a></p>",
        "已失效",
    ),
    ("beside-source", HEAD + "<p>来源：<a href='/'>云溪日报</a> <b>已修改</b> 成文日期：2023-05-08</p>", "已修改"),
    ("in-list", HEAD + "<ul><li>成文日期：2023-05-08</li><li>部分条款失效</li></ul>", "部分条款失效"),
    ("in-headline", f"<h1>{TITLE}<em>尚未生效</em></h1>", "尚未生效"),
    ("above-headline", f"<div><div><span>已废止</span></div>{HEAD}<p>成文日期：2023-05-08</p></div>", "已废止"),
)
for name, headline, state in STATES:
    trap(
        f"state-alone-{name}",
        "a page says without a label whether the document is in force",
        "tax bureaus",
        page(headline=headline),
        fields={"validity": state, "written_date": "2023-05-08"},
        origins={"validity": "subheading"},
    )
trap(
    "state-alone-beside-label",
    "the header states it too",
    "tax bureaus",
    page(headline=table(("有效性", "有效"), ("文号", NUMBER)) + HEAD + "<p>现行有效</p>"),
    fields={"validity": "有效"},
    origins={"validity": "header"},
)
trap(
    "state-alone-among-options",
    "a search for documents by their state is above the headline",
    "tax bureaus",
    page("<p><span>全文有效</span> <span>全文废止</span> <span>部分失效</span></p>"),
    absent=("validity",),
)
trap(
    "state-of-another-document",
    "the document that is explained, linked above the text, with its state",
    "政策解读",
    page(headline=HEAD + "<p>原文件：<a href='/a.html'>云溪区老旧电梯更新管理暂行办法</a><span>已废止</span></p>"),
    absent=("validity",),
)
for name, headline in (
    ("number-of-another-document", HEAD + "<p>替代：<a href='/a.html'>云建发〔2019〕3号</a> <span>已废止</span></p>"),
    ("column", "<p><a href='/'>首页</a> &gt; <a href='/g/'>规范性文件</a> &gt; <span>已失效</span></p>" + HEAD),
    ("crumb", "<ul><li><a href='/'>首页</a></li><li><a href='/g/'>文件</a></li><li>已失效</li></ul>" + HEAD),
    ("tab", "<p><a href='/a/'>全部</a> <b>现行有效</b> <a href='/c/'>失效</a></p>" + HEAD),
):
    trap(
        f"state-of-{name}",
        "a state that is the name of a column, or that of a document whose number is linked beside it",
        "tax bureaus",
        page(headline=headline),
        absent=("validity",),
    )
trap(
    "state-in-text",
    "a line of the text with such words",
    "tax bureaus",
    page(body=paragraphs() + "<p>已废止</p><p>《云溪区电梯办法》继续有效。</p>"),
    absent=("validity",),
)
FORWARDED = "云溪区人民政府办公室转发区住房建设局关于做好老旧电梯更新工作的通知"
OTHERS = ("云溪区住房建设局关于做好老旧电梯更新工作的通知", "各镇住房建设办公室：", "一、按照计划更新，逐台登记。")
trap(
    "signature-above-forwarded-document",
    "behind its signature a document has the one that it forwards, with a signature of its own",
    "dates",
    page(
        title=FORWARDED,
        body=paragraphs((*PARAGRAPHS, *SIGNED, *OTHERS, "云溪区住房建设局", "2023年4月27日")),
    ),
    fields={"written_date": "2023-05-08", "title": FORWARDED},
    origins={"written_date": "body"},
)
trap(
    "signature-above-copies",
    "below its signature a document that forwards another says who gets copies",
    "dates",
    page(
        title=FORWARDED,
        body=paragraphs((*PARAGRAPHS, *SIGNED, "抄送：区委办公室，区人大常委会办公室。", *OTHERS, "2023年4月27日")),
    ),
    fields={"written_date": "2023-05-08"},
    origins={"written_date": "body"},
)
trap(
    "signature-below-days-of-plan",
    "above its signature a document that forwards another names days in lines of their own",
    "dates",
    page(
        title=FORWARDED,
        body=paragraphs((*PARAGRAPHS, "一、第一阶段", "2023年6月1日", "各镇逐台登记。", *SIGNED, *OTHERS)),
    ),
    fields={"written_date": "2023-05-08"},
    origins={"written_date": "body"},
)
trap(
    "signature-of-forwarded-document-alone",
    "the document that forwards another has a day only in its header",
    "dates",
    page(
        table(("成文日期", "2023-05-08"), ("文号", NUMBER)),
        title=FORWARDED,
        body=paragraphs((*PARAGRAPHS, *OTHERS, "云溪区住房建设局", "2023年4月27日")),
    ),
    fields={"written_date": "2023-05-08"},
    origins={"written_date": "header"},
)
trap(
    "meta-is-evidence-only",
    "PubDate, ContentSource and Keywords come from the system, and are not shown on the page",
    "meta tags",
    page(
        head='<meta content="2024-01-01 10:00" name="PUBDATE"><meta name="ContentSource" content="云溪网"><meta name="Keywords" content="电梯">'
    ),
    absent=("published_date", "source", "keywords"),
    evidence={
        "published_date": frozenset(("2024-01-01",)),
        "source": frozenset(("云溪网",)),
        "keywords": frozenset(("电梯",)),
    },
)
trap(
    "meta-doubled-date",
    "PubDate printed twice without a gap",
    "meta tags",
    page(head='<meta name="PubDate" content="2022-06-15 17:252022-06-15 17:25">'),
    evidence={"published_date": frozenset(("2022-06-15",))},
)

INDEXES = {
    "hyphen": ("00258242-X/2025-74457", "the organisation code with its hyphen", {"organisation_code": "00258242X", "year": 2025, "serial": "74457", "flags": ()}),
    "joined-by-hyphens": ("01527918X-2020-153077", "hyphens throughout, six digits of serial", {"organisation_code": "01527918X", "year": 2020, "serial": "153077"}),
    "no-organisation": ("/2021-9007472", "nothing before the slash", {"scheme": "year_serial", "year": 2021, "serial": "9007472"}),
    "credit-code": ("12440100741854396C/2023-00047", "an 18-character credit code", {"organisation_code": "741854396", "region": "440100", "level": "prefecture", "flags": ()}),
    "credit-code-long-serial": (
        "11330110MB0X12345K/2026-1010578183",
        "a credit code whose check fails, ten digits of serial",
        {"region": "330110", "level": "county", "flags": ("credit_code_check", "organisation_code_check")},
    ),
    "local": ("SM10100-0200-2022-00141", "a scheme of the province's own", {"scheme": "local", "year": 2022, "serial": "00141"}),
    "region-code": ("2102000003/2021-13983", "ten digits that begin with the region", {"region": "210200", "level": "prefecture"}),
    "wrong-check": ("00258242-1/2025-74457", "a wrong check digit is a flag, never a rejection", {"flags": ("organisation_code_check",)}),
    "no-year": ("0000143490101038/", "neither year nor serial", {"scheme": "other", "flags": ("unknown_form",)}),
}  # fmt: skip
for name, (raw, what, parts) in INDEXES.items():
    source = "GB 32100, GB/T 2260" if "code" in name else "GB 11714" if name == "wrong-check" else "索引号 in the wild"
    trap(f"index-{name}", what, source, page(table(("索引号", raw))), fields={"index_number": raw}, index=parts)
trap(
    "index-not-a-number",
    "a text without a digit is not an 索引号",
    "索引号 in the wild",
    page(table(("索引号", "另行编制"))),
    absent=("index_number",),
)
trap(
    "index-raw-kept",
    "the raw string is kept",
    "索引号 in the wild",
    page(table(("索引号", f" {INDEX} "))),
    fields={"index_number": INDEX},
)
for name, said in (
    ("repealed", "（已废止）"),
    ("valid", " [现行有效]"),
    ("open", "（此件公开发布）"),
    ("in-force", " 有效"),
):
    trap(
        f"number-{name}",
        f"{said.strip()} after the 文号",
        "文号 (GB/T 9704-2012, 7.2.5)",
        page(table(("发文字号", NUMBER + said), ("索引号", INDEX))),
        fields={"document_number": NUMBER},
    )
DAYS = {
    "since": "<time datetime='2023-05-09 09:00:00'>3天前</time>",
    "no-year": "<time datetime='2023-05-09T09:00:00+08:00'><b>5月9日</b></time>",
    "no-words": "发布时间：<time datetime='2023-05-09'></time>",
    "other-zone": "<time datetime='2023-05-08T17:00:00Z'>5月9日</time>",
    "capitals": "<TIME DATETIME='2023-05-09 09:00:00'>3天前</TIME>",
}
for name, day in DAYS.items():
    trap(
        f"day-of-element-{name}",
        "a day whose words are none, with the day in the attribute of its element",
        "values",
        page(headline=f"{HEAD}<div>{day} <span>云溪日报</span></div>"),
        fields=SUB if name != "no-words" else {"published_date": "2023-05-09"},
        text=WHOLE,
    )
trap(
    "day-of-element-in-text",
    "such an element in a sentence and in a link",
    "values",
    page(
        headline=f"{HEAD}<a href='/a.html'>春季植树 <time datetime='2023-04-02'>4月2日</time></a>",
        body=paragraphs() + "<p>上门登记于<time datetime='2023-06-01'>6月1日</time>开始。</p>",
    ),
    absent=("published_date",),
    text=f"{WHOLE}\n上门登记于6月1日开始。",
)
for name, words in (("with-hour", "6月1日上午9时"), ("named", "六一儿童节")):
    trap(
        f"day-of-element-{name}",
        "an element with a day in its attribute, whose words say more than a day",
        "values",
        page(body=f"<p>登记时间：<time datetime='2023-06-01T09:00'>{words}</time></p>" + paragraphs()),
        text=f"登记时间：{words}\n{WHOLE}",
    )
trap(
    "keywords-linked",
    "tags that only a style sheet sets apart",
    "PbootCMS",
    page(below="<div>标签：<a href='/t/1'>电梯</a><a href='/t/2'>更新</a></div>"),
    fields={"keywords": "电梯 更新"},
    text=WHOLE,
)
trap(
    "keywords-of-four-letters",
    "关键字词 in an element of its own below the text",
    "templates",
    page(below="<p><span>关键字词</span>：电梯,更新</p>"),
    fields={"keywords": "电梯,更新"},
    text=WHOLE,
)
DECISION = table(
    ("行政相对人名称", "云溪木石饭庄"), ("行政处罚决定书文号", "云市监处罚〔2023〕35号"), ("处罚机关", "云溪区市场监管局"),
    ("违法事实", "当事人没有许可证，从事餐饮服务，现场查获冷冻肉制品十二公斤。"), ("处罚决定日期", "2023/05/06"),
)  # fmt: skip
trap(
    "number-of-decision",
    "the table of one decision states its number",
    "行政处罚公示",
    page(title="云溪木石饭庄处罚信息", body=DECISION),
    fields={"document_number": "云市监处罚〔2023〕35号"},
)
trap(
    "number-of-several-decisions",
    "a table of decisions has a column of numbers",
    "行政处罚公示",
    page(
        title="处罚信息公示表",
        body=table(
            ("序号", "决定书文号", "被处罚单位", "处罚结果"),
            ("1", "云环罚〔2023〕1号", "云溪纸业公司", "罚款十一万元"),
            ("2", "云环罚〔2023〕2号", "云溪陶瓷公司", "罚款两万元"),
        ),
    ),
    absent=("document_number",),
)
trap(
    "date-for-search-engines",
    "only data for search engines has a date: often the day on which the page was generated",
    "Baidu's and Google's JSON-LD",
    page(
        headline=HEAD,
        head='<script type="application/ld+json">{"pubDate": "2023-05-09T08:00:00", "datePublished": "2023-05-09"}</script>',
    ),
    absent=("published_date",),
    text=WHOLE,
)
trap(
    "date-and-column-of-a-blog",
    "a line below the text says in which column it was published",
    "WordPress",
    page(
        headline=HEAD + "<p><span>发布于 <a href='/7'><time>2023年5月9日</time></a></span></p>",
        below="<p><span>发布于<a href='/c'>公告</a></span><span>标签为 <a href='/t'>电梯</a></span></p>",
    ),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "publisher-behind-label-of-people-school",
    "the name of a school behind a label of people",
    "schools",
    page(headline=HEAD + "<p>发布人：云溪区第三实验小学　发布时间：2023-05-09</p>"),
    fields={"publisher": "云溪区第三实验小学", "published_date": "2023-05-09"},
)
