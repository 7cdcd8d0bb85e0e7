"""Genres of disclosure other than notices: gazettes, guides, tables of powers, pages with tabs, pages for printing."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, HEADER, URL, table, trap
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

DATED = "<div>发布时间：2023-05-09　来源：云溪日报</div>"
ISSUED = "<h3>云溪区人民政府<br>{}</h3><p>{}</p><p>各镇人民政府、街道办事处：</p><p>{}</p><p>云溪区人民政府</p><p>2023年5月8日</p>"
FIRST = ISSUED.format(
    "关于印发防汛预案的通知", "云政发〔2023〕8号", "现将《云溪区防汛预案》印发给你们，请认真贯彻执行。"
)
SECOND = ISSUED.format(
    "关于表彰先进单位的决定", "云政发〔2023〕9号", "区政府决定对区水务局等五个单位予以表彰，希望再接再厉。"
)
GAZETTE = "云溪区人民政府公报2023年第3期"
trap(
    "gazette-of-several",
    "several documents in one page: the number of the first is not that of the page",
    "gazettes",
    page(title=GAZETTE, body=FIRST + SECOND),
    fields={"title": GAZETTE},
    absent=("document_number",),
)
trap(
    "number-below-its-own-heading",
    "one document below its whole title, of which the page's title is a part",
    "gazettes",
    page(title="云溪区防汛预案", body=FIRST),
    fields={"document_number": "云政发〔2023〕8号"},
)
ANNEX = "云溪区农村供水管理办法"
WHOLE_TITLE = f"云溪区人民政府关于印发{ANNEX}的通知"
PREAMBLE = ("各镇人民政府、街道办事处：", f"现将《{ANNEX}》印发给你们，请遵照执行。", "云溪区人民政府", "2023年5月8日")
ARTICLES = (
    "第一章 总则",
    "第一条 为加强农村供水管理，保障用水安全，制定本办法。",
    "第二条 本办法自2023年6月1日起施行。",
)
trap(
    "title-of-the-annex-in-title",
    "`<title>` names the annex, whose name is a heading in the text",
    "libraries of normative documents",
    page(
        headline=f"<h1>{WHOLE_TITLE}</h1>{DATED}",
        title=ANNEX,
        body=paragraphs(PREAMBLE) + f"<p align='center'><b>{ANNEX}</b></p>" + paragraphs(ARTICLES),
    ),
    fields={"title": WHOLE_TITLE},
    text="\n".join((*PREAMBLE, ANNEX, *ARTICLES)),
)
trap(
    "title-above-sections",
    "headings of sections are marked as the headline is, and `<title>` names the column",
    "yearly reports",
    page(
        headline=f"<h2>{TITLE}</h2><div><a href='#s1'>一、总体情况</a><a href='#s2'>二、公开情况</a></div>",
        body=f"<h3 id='s1'>一、总体情况</h3><p>{PARAGRAPHS[1]}</p><h3 id='s2'>二、公开情况</h3><p>{PARAGRAPHS[2]}</p>",
    ).replace(f"<title>{TITLE}", "<title>年度报告"),
    fields={"title": TITLE},
)
NAMES = [
    ("序号", "姓名", "社区", "人数", "金额"),
    *((str(n), f"张*{n}", "文昌社区", str(n % 3), str(400 + n)) for n in range(1, 121)),
]
LINES = [" | ".join(row) for row in NAMES]
TABLE = "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in NAMES) + "</table>"
for name, address, told in (
    ("document", URL, TITLE),
    ("column", "https://www.yunxi.gov.cn/mzj/mingdan.html", TITLE),
    ("directory", "https://www.yunxi.gov.cn/mzj/mingdan/", "云溪区民政局"),
):
    trap(
        f"table-of-600-cells-at-{name}",
        f"a headline above a long table without a date, at the address of a {name}",
        "tables of names and powers",
        page(body=TABLE).replace(f"<title>{TITLE}_云溪区人民政府", f"<title>{told}"),
        url=address,
        fields={"title": TITLE},
        text="\n".join(LINES),
    )
trap(
    "guide-with-labels-in-sentences",
    "sentences of a guide begin with labels of fields: no header was missed",
    "guides to disclosure",
    page(
        headline=HEAD + DATED,
        body=paragraphs(
            (
                "为方便公众获取政府信息，编制本指南。",
                "公开范围：本机关主动公开的信息见目录。",
                "公开形式：政府网站、政府公报。",
                "公开时限：自信息形成之日起20个工作日内。",
            )
        ),
    ),
    absent=("disclosure_scope", "disclosure_method", "disclosure_term"),
    flags=("body:densest",),
)
TABS = {
    "links": "<div><a href='#p1'>政策原文</a><a href='#p2'>政策解读</a><a href='#p3'>图解</a></div>",
    "items": "<ul><li class='on'>政策原文</li><li>政策解读</li><li>媒体解读</li></ul>",
}
for name, tabs in TABS.items():
    trap(
        f"tabs-of-{name}",
        "names of tabs above the text",
        "pages with tabs",
        page(headline=HEAD + DATED + tabs),
        text="\n".join((*PARAGRAPHS, *SIGNED)),
    )
trap(
    "printed",
    "a page for printing: name and address of the site beside the date, the address of the page below the text",
    "pages for printing",
    f"<html><head><title>打印 - {TITLE}</title></head><body><div>云溪区教育局 → 打印页面</div><hr><center><h2>{TITLE}</h2></center>"
    f"<center>云溪区教育局 http://jyj.yunxi.example　2023-05-09</center><hr><div>{paragraphs()}</div><hr>"
    "<center>原文地址：http://jyj.yunxi.example/show.asp?id=31　<a href='javascript:print()'>[打印]</a></center></body></html>",
    fields={"title": TITLE, "published_date": "2023-05-09"},
    text="\n".join((*PARAGRAPHS, *SIGNED)),
)
trap(
    "kind-of-notice-is-no-subject",
    "公告类型 says which notice of a procedure it is",
    "notices of procurement",
    page(
        headline=HEAD
        + "<div><span>项目编号：YX-2023-08</span><span>发布时间：2023-05-09</span><span>公告类型：采购公告</span></div>"
    ),
    fields={"published_date": "2023-05-09"},
    absent=("subject_category", "genre_category"),
)
trap(
    "header-beside-matter",
    "a header and, below it, what the notice states of its matter",
    "notices of procurement",
    page(
        headline=HEAD
        + table(("索引号", HEADER["index_number"]), ("发布机构", HEADER["publisher"]))
        + "<dl><dt>项目编号</dt><dd>YX-2023-08</dd><dt>开标时间</dt><dd>2023-06-08</dd></dl>"
    ),
    fields={"index_number": HEADER["index_number"], "publisher": HEADER["publisher"]},
    absent=("published_date",),
    text="\n".join(("项目编号", "YX-2023-08", "开标时间", "2023-06-08", *PARAGRAPHS, *SIGNED)),
)
NEWS = "".join(
    f"<li><a href='/xw/{n}.html'>云溪区召开第{n}次防汛会商调度会议</a><em>05-0{n}</em></li>" for n in range(1, 8)
)
BOXES = {
    "column": f"<div class='right'><h3>要闻</h3><ul>{NEWS}</ul></div>",
    "named-box": f"<div class='b2'><h3>热点推荐</h3><ul>{NEWS}</ul></div>",
}
OFFICES = table(*((f"第{n}科", f"曹某，0990-22222{n}{n}，负责相关业务的组织协调") for n in range(1, 7)))
for name, box in BOXES.items():
    for what, body in (("table", OFFICES), ("lines", paragraphs(PARAGRAPHS[2:]))):
        trap(
            f"undated-{what}-beside-{name}",
            "no date, and rows of other documents in a box beside it",
            "tables of names and powers",
            page(title="云溪区水务局内设机构", body=body).replace("</body>", f"{box}</body>"),
            url="https://www.yunxi.gov.cn/slj/nsjg.html",
            fields={"title": "云溪区水务局内设机构"},
        )
    trap(
        f"listing-with-a-line-and-{name}",
        "a column with a line of its own, and its rows in a box",
        "listings",
        page(title="云溪区水务局通知公告", body="<p>点击标题查看。</p>").replace("</body>", f"{box}</body>"),
        url="https://www.yunxi.gov.cn/slj/tzgg.html",
        kind="listing",
    )
HEARING = "云溪区燃气价格听证会公告（第1号）"
trap(
    "title-with-number-of-announcement",
    "the headline of an announcement ends with its number, and `<title>` names the column",
    "notices of hearings",
    page(title=HEARING, headline=f"<h2>{HEARING}</h2>{DATED}").replace(f"<title>{HEARING}", "<title>听证公告"),
    fields={"title": HEARING, "published_date": "2023-05-09"},
)
CASE = "云溪区东方砂场违法取水案"
trap(
    "label-of-a-day-is-no-headline",
    "a label of a day in a box above it: headlines are above days too",
    "decisions on penalties",
    page(
        title=CASE,
        headline=f"<h2>{CASE}</h2>",
        body="".join(
            f"<div><div class='l'>{label}</div><div class='r'>{value}</div></div>"
            for label, value in (
                ("处罚决定书文号", "云水罚〔2023〕7号"),
                ("被处罚单位", "云溪区东方砂场"),
                ("违法事实", "未办理取水许可证擅自抽取地下水。"),
                ("作出处罚的日期", "2023-05-08"),
            )
        ),
    ).replace(f"<title>{CASE}", "<title>处罚信息"),
    fields={"title": CASE},
    absent=("published_date",),
)
trap(
    "number-beside-result",
    "the number in a row with the result of a proposal",
    "answers to proposals",
    page(
        headline=HEAD + DATED,
        body="<table width='100%'><tr><td>云水函〔2023〕18号</td><td align='right'>办理结果：B</td></tr></table>"
        + paragraphs(),
    ),
    fields={"document_number": "云水函〔2023〕18号"},
)
for name, day in (("meeting", "<p><b>会议时间：</b>2023年6月3日</p>"), ("bids", "<p>开标时间：2023-06-08 09:00</p>")):
    trap(
        f"day-of-{name}-below-date",
        "the day of the matter right below the line with the page's date",
        "meetings and tenders",
        page(headline=HEAD + DATED, body=day + paragraphs()),
        fields={"published_date": "2023-05-09"},
        text="\n".join(
            (day.replace("<p>", "").replace("</p>", "").replace("<b>", "").replace("</b>", ""), *PARAGRAPHS, *SIGNED)
        ),
    )
    trap(
        f"day-of-{name}-alone",
        "the day of the matter is not that of the page, which states none",
        "meetings and tenders",
        page(headline=HEAD, body=day + paragraphs()),
        absent=("published_date",),
    )
LETTER = (
    ("来信主题", "请问高龄补贴怎么申请"), ("姓名", "孔**"), ("时间", "2023-05-30 9:10:00"),
    ("内容", "我母亲今年满八十岁了，请问高龄补贴怎么申请，需要带哪些材料？"), ("回复部门", "区民政局"), ("回复时间", "2023-06-04 15:00:00"),
    ("回复内容", "您好，年满八十周岁的户籍老人可持身份证、户口簿到社区申请，次月起发放。"),
)  # fmt: skip
for name, (around, pair) in {
    "table": ("<table>{}</table>", "<tr><th>{}</th><td>{}</td></tr>"),
    "list": ("<ul>{}</ul>", "<li><span>{}：</span><em>{}</em></li>"),
}.items():
    for box_name, box in (("alone", ""), *BOXES.items()):
        trap(
            f"letter-in-{name}-{box_name}",
            "a letter and its reply, below no headline: its day is not that of the page",
            "letters to the mayor",
            page(
                title="信件查看", headline="", body=around.format("".join(pair.format(*row) for row in LETTER))
            ).replace("</body>", f"{box}</body>"),
            url="https://www.yunxi.gov.cn/hd/letter.aspx?mid=5519",
            absent=("published_date", "publisher"),
            fields={"title": "请问高龄补贴怎么申请"},
        )
