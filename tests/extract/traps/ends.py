"""The first and the last lines of the text, and what stands right above and below them."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, NUMBER, WHOLE, trap
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

ALL = (*PARAGRAPHS, *SIGNED)
DATED = f"{HEAD}<div>发布日期：2023-05-09 来源：云溪日报</div>"

LAST = {
    "rule": ("a sentence that begins like the heading of related rules", "相关规定与本通知不一致的，以本通知为准。"),
    "policy": ("a sentence that begins like the heading of related policies", "相关政策如有调整，从其规定。"),
    "mailbox": ("the address for comments", "意见反馈邮箱：dt@yunxi.gov.cn"),
    "printer": ("a sentence that begins with 打印", "打印设备由各街道自备。"),
    "closing": ("a sentence that begins with 关闭", "关闭的电梯另行公布名单"),
    "interpreter": ("who explains the document", "解读机关：云溪区住房和城乡建设局"),
    "contact": ("whom to call", "联系人：李工；联系电话：010-00000000。"),
    "annex-name": ("the name of the annex", "附件：老旧电梯更新登记表"),
    "copies": ("the number of copies", "校对：李四 共印30份"),
}  # fmt: skip
for name, (what, line) in LAST.items():
    body = paragraphs((*ALL, line))
    trap(
        f"last-line-{name}",
        f"the text ends with {what}",
        "texts",
        page(headline=DATED, body=body),
        text=f"{WHOLE}\n{line}",
    )

RELATED = {
    "line": "<div><span>关联文件：</span><a href='/a.html'>电梯更新办法</a></div>",
    "brackets": "<p>【解读文件】<a href='/a.html'>电梯更新办法</a></p>",
    "original": "<p>文件链接：<a href='/a.html'>电梯更新办法</a></p>",
}
for name, line in RELATED.items():
    trap(
        f"related-around-text-{name}",
        "a heading of related documents in one line with a short link, first and last in the text's container",
        "texts",
        page(headline=DATED, body=line + paragraphs(ALL) + line),
        text=WHOLE,
    )
trap(
    "related-sentence-first",
    "a first sentence that begins with such words and has a link in it",
    "texts",
    page(headline=DATED, body="<p>相关政策：<a href='/a.html'>电梯更新办法</a>自下月起施行。</p>" + paragraphs(ALL)),
    text=f"相关政策：电梯更新办法自下月起施行。\n{WHOLE}",
)

FIRST = {
    "interview": ("the question of an interview", "记者：请介绍一下通知出台的背景。"),
    "point": ("a numbered point whose words are a label elsewhere", "一、名称：云溪区老旧电梯更新"),
    "picture": ("a caption", "图片：更新后的电梯"),
    "meeting": ("the meeting that adopted it", "（2023年5月8日云溪区人民政府第3次常务会议通过）"),
}  # fmt: skip
for name, (what, line) in FIRST.items():
    body = paragraphs((line, *ALL))
    trap(
        f"first-line-{name}",
        f"the text begins with {what}",
        "texts",
        page(headline=DATED, body=body),
        text=f"{line}\n{WHOLE}",
    )

BELOW = {
    "editor-and-correction": ("an editor behind a link for corrections", "<div><span><a href='j.htm'>【我要纠错】</a></span><span>责任编辑：李四</span></div>"),
    "three-editors": ("three editors, a line each", "<p>编辑：张三</p><p>初审：李四</p><p>终审：王五</p>"),
    "editor-in-brackets": ("an editor in brackets", "<p>【网络编辑：李四】</p>"),
    "scan-to-read": ("a code to scan, in other words", "<p>扫描二维码，手机浏览本页</p>"),
    "three-answers": ("a question to the reader and its answers", "<div>您对此页面的内容是否满意？</div><div>非常满意 满意 一般 不满意</div><div>提交</div>"),
    "notice-of-rights": ("a notice about rights", "<p>声明：本网站所有内容，凡注明来源为云溪日报的，版权均属原作者所有。</p>"),
    "page-numbers": ("the numbers of further pages", "<div><a>上一页</a> <span>1</span> <a>2</a> <a>下一页</a></div>"),
    "print-content": ("print and correct, in other words", "<div>【打印内容】【内容纠错】</div>"),
    "host-line": ("the site's host and operator", "<p>主办：云溪区人民政府办公室　承办：云溪区大数据中心</p>"),
    "host-and-address": ("the site's host and where it is", "<p>主办：云溪区人民政府办公室 地址：云溪区平安路1号</p>"),
}  # fmt: skip
for name, (what, html) in BELOW.items():
    trap(
        f"below-{name}",
        f"{what}, inside the text's element",
        "page furniture",
        page(headline=DATED, body=paragraphs() + html),
        text=WHOLE,
    )

trap(
    "text-annex-heading",
    "附件 alone is the heading of an annex inside the text",
    "GB/T 9704-2012, 7.3.4",
    page(body=paragraphs((*ALL, "附件", "登记表填写说明", "逐台填写，不得遗漏，由街道盖章后报送。"))),
    text=f"{WHOLE}\n附件\n登记表填写说明\n逐台填写，不得遗漏，由街道盖章后报送。",
)
trap(
    "text-short-above-foot",
    "a line of text and an annex above the foot, which names the site's host",
    "texts",
    page(headline=DATED, body="<p>名单见附件。</p>", below="<p>主办：云溪区人民政府办公室　承办：云溪区大数据中心</p>"),
    text="名单见附件。",
)
trap(
    "text-table-without-prose",
    "the text is a table of names, and no sentence",
    "texts",
    page(
        headline=DATED,
        body="<table><tr><td>序号</td><td>街道</td></tr><tr><td>1</td><td>莲塘</td></tr><tr><td>2</td><td>石桥</td></tr></table>",
        below="<p>主办：云溪区人民政府办公室　承办：云溪区大数据中心</p>",
    ),
    text="序号 | 街道\n1 | 莲塘\n2 | 石桥",
)
trap(
    "text-short-beside-list",
    "a sentence under a bare date, beside a list of others",
    "texts",
    page(
        headline=f"{HEAD}<p>2023-05-09</p>",
        body="<p>现将名单公布。</p>",
        below="<ul>"
        + "".join(
            f"<li><a href='t{i}.html'>关于第{i}批老旧电梯更新名单的公示</a><span>2023-05-0{i}</span></li>"
            for i in range(1, 9)
        )
        + "</ul>",
    ),
    text="现将名单公布。",
    fields={"published_date": "2023-05-09"},
)
trap(
    "line-adopted",
    "the line of a rule that says when it was adopted is no day of publication",
    "the line below the title",
    page(headline=f"{HEAD}<p>（2023年5月8日云溪区人民政府令第3号公布 自2023年6月1日起施行）</p>"),
    absent=("published_date",),
)
trap(
    "title-linked",
    "the headline is a link to the page itself",
    "titles",
    page(headline=f"<h1><a href='t20230509_1.html'>{TITLE}</a></h1><p>发布日期：2023-05-09</p>"),
    fields={"title": TITLE},
)
trap(
    "number-between-tools",
    "an index number of digits, an A and dashes is no font-size switch",
    "header layouts",
    page(f"<table><tr><td>信息索引：</td><td>360A12-07-2023-0012-1</td><td>文号：</td><td>{NUMBER}</td></tr></table>"),
    fields={"index_number": "360A12-07-2023-0012-1", "document_number": NUMBER},
)
trap(
    "title-unmarked",
    "nothing marks the headline but its place above the line with 发布时间; `<title>` names the column",
    "titles",
    page(
        title="云溪区住房和城乡建设局 通知公告",
        headline=f"<div class='f26'><span>{TITLE}</span></div><div>来源：云溪日报 发布时间：2023-05-09</div>",
    ),
    fields={"title": TITLE},
    text=WHOLE,
)
trap(
    "title-behind-site",
    "`<title>` names site, column and document with gaps between",
    "titles",
    page(title=f"云溪区人民政府 今日云溪 {TITLE}", headline=f"<div>{TITLE}</div><div>2023-05-09</div>"),
    fields={"title": TITLE, "published_date": "2023-05-09"},
)
trap(
    "title-above-number",
    "the 文号 below the headline is marked as a title too",
    "titles",
    page(title="通知公告", headline=f"<h2>{TITLE}</h2><h2>{NUMBER}</h2>"),
    fields={"title": TITLE, "document_number": NUMBER},
)
trap(
    "title-not-the-body",
    "the site's name above the headline is a part of `<title>` as well",
    "titles",
    page(
        title=f"{TITLE}_云溪区住房和城乡建设局",
        headline=f"<p>{TITLE}</p><h2>云溪区住房和城乡建设局</h2><p>2023-05-09</p>",
    ),
    fields={"title": TITLE},
)
trap(
    "text-empty-without-title",
    "no headline that `<title>` knows, a line of names below the line with the date",
    "texts",
    "<html><head><title>云溪区街道</title></head><body><p>云溪区街道名单</p><div>发布时间：2023-05-09 来源：云溪日报</div><p>莲塘街道、石桥街道、竹园街道、溪口街道、东山街道、西坡街道、南湖街道</p><p>版权所有：云溪区</p></body></html>",
    text="莲塘街道、石桥街道、竹园街道、溪口街道、东山街道、西坡街道、南湖街道",
    fields={"published_date": "2023-05-09"},
)
trap(
    "end-made-and-maintained",
    "who makes and maintains the site, below a line across the page",
    "old pages",
    page(
        headline=f"<center><h3>{TITLE}</h3>(2023-05-09)</center>",
        below="<hr><center>云溪区政府信息网 制作维护</center>",
    ),
    text=WHOLE,
)
OF_WEBSITES = ("八、区政府信息网制作维护经费列入预算", "推进政务服务网建设", "加强县级融媒体中心建设")
trap(
    "end-maintained-in-a-sentence",
    "a line of a text about a website",
    "the counterexample",
    page(body=paragraphs((*PARAGRAPHS, *OF_WEBSITES))),
    text="\n".join((*PARAGRAPHS, *OF_WEBSITES)),
)
