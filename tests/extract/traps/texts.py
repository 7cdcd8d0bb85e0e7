"""The position of the text, and parts of the page that do not belong to it."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, SUB, WHOLE, table, trap
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, page, paragraphs

ALL = (*PARAGRAPHS, *SIGNED)
CONTAINERS = {
    "trs-editor": ("TRS WCM", "div.TRS_Editor", '<div class="TRS_Editor">{}</div>'),
    "trs-editor-twice": ("TRS WCM", "div.TRS_Editor inside itself", '<div class="TRS_Editor"><div class="TRS_Editor">{}</div></div>'),
    "trs-ueditor": ("TRS WCM", "div.TRS_UEDITOR", '<div class="view TRS_UEDITOR trs_web">{}</div>'),
    "zoom": ("Hanweb", "#zoom", '<div id="zoom">{}</div>'),
    "zoom-font": ("TRS WCM", "font#Zoom", '<font id="Zoom">{}</font>'),
    "hanweb-marks": ("Hanweb", "between comments 信息内容", "<div><!--<$[信息内容]>begin-->{}<!--<$[信息内容]>end--></div>"),
    "zjeg-marks": ("Hanweb", "between comments ZJEG_RSS", "<div><!--ZJEG_RSS.content.begin-->{}<!--ZJEG_RSS.content.end--></div>"),
    "ucap": ("UCAP", "the element ucapcontent", "<div><ucapcontent>{}</ucapcontent></div>"),
    "epoint": ("Epoint", "div.ewb-info-main", '<div class="ewb-info-main">{}</div>'),
    "unknown": ("texts", "an element that no family knows", '<div class="abc123">{}</div>'),
    "sudy": ("texts", "div.wp_articlecontent", '<div class="wp_articlecontent">{}</div>'),
    "vsb": ("texts", "div#vsb_content", '<div id="vsb_content"><div class="v_news_content">{}</div></div>'),
    "cell": ("texts", "a cell of a layout table", "<table><tr><td>{}</td></tr></table>"),
    "loose": ("texts", "no element of its own", "{}"),
    "second-document": ("texts", "a whole HTML document inside the page", "<html><body><div>{}</div></body></html>"),
    "unbalanced": ("texts", "after spans that are never closed", "<div><span><span>{}</div>"),
    "iframe-beside": ("texts", "an empty frame beside the text", '<div class="wz"><iframe src="x"></iframe>{}</div>'),
}  # fmt: skip
for name, (source, what, container) in CONTAINERS.items():
    trap(
        f"container-{name}",
        f"the text in {what}" if "between" not in what else what,
        source,
        page(container=container),
        text=WHOLE,
    )

BODIES = {
    "line-breaks": ("paragraphs between line breaks", "<p>" + "<br>".join(ALL) + "</p>"),
    "divisions": ("divisions instead of paragraphs", "".join(f"<div>{p}</div>" for p in ALL)),
    "span-a-letter": ("a span around every letter", "".join("<p>" + "".join(f"<span>{c}</span>" for c in p) + "</p>" for p in ALL)),
    "sections": ("sections of an editor for phones", "".join(f"<section><section><p>{p}</p></section></section>" for p in ALL)),
    "list": ("list items", "<ol>" + "".join(f"<li>{p}</li>" for p in ALL) + "</ol>"),
}  # fmt: skip
for name, (what, body) in BODIES.items():
    trap(f"body-{name}", what, "texts", page(body=body), text=WHOLE)
trap(
    "body-table",
    "a table row is a line, its cells apart",
    "texts",
    page(body=paragraphs() + table(("街道", "台数"), ("莲塘", "12"))),
    text=f"{WHOLE}\n街道 | 台数\n莲塘 | 12",
)
PAGE_DAY = f"{HEAD}<p>发布时间：2023-05-12 来源：云溪日报</p>"
OWN_DAYS = {
    "speaker": ("the name of who speaks and the day", ("云溪区区长　王一", "（2023年5月8日）")),
    "agencies": ("the names of agencies and the day", ("云溪区统计局", "省统计局云溪调查队", "2023年5月8日")),
    "spelt-out": ("a day that is spelt out", ("二〇二三年五月八日",)),
    "same-line": ("a name and the day in one line", ("云溪区统计局　2023年5月8日",)),
}
for name, (what, lines) in OWN_DAYS.items():
    trap(
        f"own-day-{name}",
        f"below the day of the page, a text begins with {what}",
        "texts",
        page(headline=PAGE_DAY, body=paragraphs((*lines, *PARAGRAPHS))),
        fields={"published_date": "2023-05-12", "source": "云溪日报"},
        text="\n".join((*(line.replace("　", " ") for line in lines), *PARAGRAPHS)),
    )
trap(
    "own-day-is-the-page-s",
    "a day in words that is the only one, or a copy of the line above it, is that of the page",
    "counterexample",
    page(
        headline=f"{HEAD}<p>来源：云溪日报</p><p>2023-05-12 08:00</p><p>2023年5月12日</p>", body=paragraphs(PARAGRAPHS)
    ),
    fields={"published_date": "2023-05-12", "source": "云溪日报"},
    text="\n".join(PARAGRAPHS),
)
trap(
    "body-bracketed-summary",
    "a text that begins with 【摘要】",
    "texts",
    page(body="<p>【摘要】本通知说明电梯更新的安排。</p>" + paragraphs()),
    text=f"【摘要】本通知说明电梯更新的安排。\n{WHOLE}",
)
trap(
    "body-title",
    "the title inside the editor belongs to the text",
    "TRS WCM",
    page(container='<div class="TRS_Editor">{}</div>', body=f"<p>{TITLE}</p>" + paragraphs()),
    text=f"{TITLE}\n{WHOLE}",
)
trap(
    "body-annex-name",
    "the annex's name inside the text is not the headline",
    "texts",
    page(
        title="关于印发《云溪区老旧电梯更新办法》的通知",
        body="".join(f"<div>{p}</div>" for p in (*PARAGRAPHS[:2], "云溪区老旧电梯更新办法", *PARAGRAPHS[2:])),
    ),
    text="\n".join((*PARAGRAPHS[:2], "云溪区老旧电梯更新办法", *PARAGRAPHS[2:])),
)
trap(
    "body-one-sentence",
    "a notice of one sentence beside a menu",
    "texts",
    page(headline=HEAD + "<p>发布日期：2023-05-09</p>", body="<p>因系统维护，明日暂停办理业务。</p>"),
    text="因系统维护，明日暂停办理业务。",
)

NOISE = {
    "share-bar": "<div>分享到：<a href='#'>微信</a><a href='#'>微博</a></div>",
    "print-links": "<div>【<a href='#'>打印本页</a>】【<a href='#'>关闭窗口</a>】</div>",
    "neighbours": "<p>上一篇：<a href='t1.html'>云溪区召开春季植树动员会</a></p><p>下一篇：没有了</p>",
    "related": "<h4>相关解读</h4><ul><li><a href='j.html'>一张图看懂老旧电梯更新政策要点</a></li></ul>",
    "linked-documents": "<div><p>关联稿件：</p><p><a href=1.html>《老旧电梯更新工作的通知》政策解读</a></p></div>",
    "scan-code": "<p>扫一扫在手机打开当前页</p>",
    "font-switch": "<div>【字体：<a>大</a> <a>中</a> <a>小</a>】</div>",
    "editor": "<div>责任编辑：李四 浏览次数：<span>12</span></div>",
    "copyright": "<div>版权所有：云溪区人民政府 主办：云溪区人民政府办公室</div>",
    "rating": "<div>您对本页面内容是否满意？</div><div><a>满意</a><a>不满意</a></div>",
    "disclaimer": "<p>免责声明：本网站转载内容仅供参考。</p>",
    "empty-annex-heading": "<div>附件：</div>",
    "source-again": "<p>发布时间：2023-05-09</p><p>来源：云溪日报</p>",
}  # fmt: skip
for name, noise in NOISE.items():
    trap(f"noise-{name}", f"{name.replace('-', ' ')} below the text", "page furniture", page(below=noise), text=WHOLE)
    trap(
        f"noise-inside-{name}",
        f"{name.replace('-', ' ')} inside the text's element",
        "page furniture",
        page(body=paragraphs() + noise, container='<div id="zoom">{}</div>'),
        text=WHOLE,
    )
trap(
    "noise-languages",
    "a switch of languages above the text, in its element",
    "page furniture",
    page(body="<div>简体 | 繁体 | English</div>" + paragraphs(), container='<div id="zoom">{}</div>'),
    text=WHOLE,
)

EARLY = page().replace("<div class='main'>", "</body></html><div class='main'>")
trap(
    "text-early-end",
    "a header included as a whole file closes the page before its text",
    "HTML standard",
    EARLY,
    text=WHOLE,
)
trap(
    "text-stray-quote",
    "a doubled quote in a tag of a large page",
    "HTML standard",
    page(above='<!--<a title="手机"">x</a>--><a title="手机"">手机</a>', below="<p hidden>" + "x" * 110_000 + "</p>"),
    text=WHOLE,
)
trap(
    "text-above-long-table",
    "a long annex in an element of its own holds most of the prose",
    "annexes",
    page(body=paragraphs() + f"<div>{'<p>第一号电梯位于东大街，已使用二十年，列入更新计划。</p>' * 60}</div>"),
    text="\n".join((WHOLE, *["第一号电梯位于东大街，已使用二十年，列入更新计划。"] * 60)),
)
trap(
    "text-beyond-the-parser",
    "text nested more deeply than the parser reads: the loss is reported",
    "what a person sees",
    "<div>" * 3000 + WHOLE,
    kind="stub",
    flags=(f"text_lost:{len(WHOLE) - WHOLE.count(chr(10)) - sum(map(str.isascii, WHOLE.replace(chr(10), '')))}",),
)
trap(
    "text-raised",
    "raised and lowered digits stay separate from the digits before them",
    "what a person sees",
    page(
        body=paragraphs() + "<p>每年不超过2×10<sup>5</sup>吨，占地300m<span style='vertical-align: super'>2</span>，"
        "限排CO<sub>2</sub><sup>[1]</sup>。</p>"
    ),
    text=WHOLE + "\n每年不超过2×10⁵吨，占地300m²，限排CO₂[1]。",
)
trap(
    "text-struck",
    "struck words in an amount",
    "what a person sees",
    page(body=paragraphs() + "<p>每台补助<del>五</del>八万元。</p>"),
    text=WHOLE + "\n每台补助八万元。",
    flags=("struck_out",),
)
trap(
    "text-picture-in-line",
    "a rare character of a name, as a picture",
    "what a person sees",
    page(body=paragraphs() + "<p>联系人：王<img src='/u/zi.gif'>同志。</p>"),
    text=WHOLE + "\n联系人：王同志。",
    flags=("picture_in_line:1",),
)
trap(
    "text-hidden-prose",
    "a paragraph of the text that a script shows on a click",
    "what a person sees",
    page(
        body=paragraphs() + "<div style='display:none'><p>更新后的电梯由各街道登记，并报区住房建设局备案。</p></div>"
        "<p>本通知自印发之日起施行。</p>"
    ),
    text=WHOLE + "\n本通知自印发之日起施行。",
    flags=("hidden_text:24",),
)
trap(
    "text-lines-and-numbers",
    "preformatted lines, and a list that declares its numbers",
    "what a person sees",
    page(
        body=paragraphs() + "<pre>第一批：东大街\n第二批：西大街</pre>"
        "<ol style='list-style-type:cjk-ideographic'><li>登记造册。</li><li>张榜公布。</li></ol>"
    ),
    text=WHOLE + "\n第一批：东大街\n第二批：西大街\n一、登记造册。\n二、张榜公布。",
)
trap(
    "noise-counter",
    "a counter in words below the text",
    "page furniture",
    page(below="<p>本文已被浏览 1203 次</p>"),
    text=WHOLE,
)
trap(
    "text-copy-for-phones",
    "the whole page twice, one for phones, which a style sheet of the site hides",
    "texts",
    page(below=f"<div class='phone'>{HEAD}<p>2023-05-09</p><div class='wz'>{paragraphs()}</div></div>"),
    fields={"title": TITLE},
    text=WHOLE,
)
trap(
    "text-signature-below",
    "the signature is below the container of the text",
    "texts",
    page(body=paragraphs(PARAGRAPHS), below=f"<div class='lk'><div>{SIGNED[0]}</div><div>{SIGNED[1]}</div></div>"),
    fields={"written_date": "2023-05-08"},
    text=WHOLE,
)
trap(
    "text-no-signature-below",
    "names and dates of other documents below the text",
    "texts",
    page(
        below="<div><div>云溪区水务局</div><div>2023-06-08</div></div><div><a href='/1.html'>云溪区水务局</a><p>2023年6月8日</p></div>"
    ),
    text=WHOLE,
)
trap(
    "text-ends-with-its-source",
    "a notice of a few lines ends with its source, and nothing is left behind it",
    "texts",
    page(
        headline=f"{HEAD}<p>发布时间：2023-05-09</p>",
        body="<p>区水务局定于本月内检修东大街供水管网，期间请居民提前储水。</p><p>联系电话：0571-00000000</p><p>来源：区水务局</p>",
    ),
    fields={"published_date": "2023-05-09"},
    text="区水务局定于本月内检修东大街供水管网，期间请居民提前储水。\n联系电话：0571-00000000",
)
trap(
    "text-one-sentence-and-its-source",
    "one sentence, its source and a file",
    "texts",
    page(
        headline=f"{HEAD}<p>发布时间：2023-05-09</p>",
        body="<p>近日，区水务局检查水库十二座，发现问题三个，均已整改。</p><p>（来源：云溪日报）</p><p>附件：<a href='/u/a.doc'>名单</a></p>",
    ),
    text="近日，区水务局检查水库十二座，发现问题三个，均已整改。\n（来源：云溪日报）\n附件：名单",
    files=("a.doc",),
)
trap(
    "text-ends-with-contacts",
    "short lines of a notice, the last one with a contact",
    "texts",
    page(
        headline=f"{HEAD}<p>发布时间：2023-05-09</p>",
        body="<p>项目名称：防汛物资采购</p><p>公告期限：自发布之日起5个工作日。</p><p>联系人：李工　电话：010-00000000</p>",
    ),
    text="项目名称：防汛物资采购\n公告期限：自发布之日起5个工作日。\n联系人：李工 电话：010-00000000",
)
trap(
    "text-short-above-links",
    "a notice of one sentence, below it a box of links with its heading, and a form to log in",
    "texts",
    page(
        headline=f"{HEAD}<p>发布时间：2023-05-09</p>",
        body="<p>名单见附件</p>",
        below="<h3>热点信息</h3>"
        + "".join(f"<p><a href='/{n}.html'>关于做好第{n}批水利项目申报工作的通知</a></p>" for n in range(3))
        + "<form><p>用户名</p><input name='u'></form>",
    ),
    text="名单见附件",
)
trap(
    "notice-own-number",
    "a notice begins with its number and who publishes it",
    "notices of procurement",
    page(
        headline=HEAD + "<p>发布日期：2023-05-09</p>",
        body="<p>项目名称：电梯更新</p><p>采购人：云溪区住房局</p><p>文号：云财采〔2023〕8号</p><p>发布单位：云溪区采购中心</p>"
        + paragraphs(),
    ),
    fields={"document_number": "云财采〔2023〕8号", "publisher": "云溪区采购中心", "published_date": "2023-05-09"},
    origins={"document_number": "body", "publisher": "body"},
    text=f"项目名称：电梯更新\n采购人：云溪区住房局\n文号：云财采〔2023〕8号\n发布单位：云溪区采购中心\n{WHOLE}",
)

RIVERS = "一二三四五六七八九十百千"
trap(
    "table-above-related",
    "a table below the headline, and behind the related links a long text of the site",
    "lists of names",
    page(
        headline=HEAD + "<p>发布时间：2023-05-09 来源：云溪日报</p>",
        body="<table>" + "".join(f"<tr><td>第{n}号河段</td><td>责任人王{n}</td></tr>" for n in RIVERS) + "</table>",
        below=f"<h3>相关链接</h3><a href='/a/1.html'>云溪区河长名单</a><div>{paragraphs() * 4}</div>",
    ),
    text="\n".join(f"第{n}号河段 | 责任人王{n}" for n in RIVERS),
)

trap(
    "long-line-above-short-text",
    "a long line of the site's name, date and tools below the headline, above a short text",
    "texts",
    page(
        headline=HEAD
        + "<div><span>云溪区人民政府门户网站 www.yunxi.gov.cn</span> <span>时间：2023-05-09 09:00</span>"
        + " <span>【字体：<a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a>】</span></div>",
        body=paragraphs((*PARAGRAPHS[1:4], *SIGNED)),
        below="<div>文件下载：<a href='/u/1.docx'>台账.docx</a></div>",
    ),
    fields={"published_date": "2023-05-09"},
    files=("1.docx",),
    text="\n".join((*PARAGRAPHS[1:4], *SIGNED)),
)
for name, style in (("block", "display:block"), ("flex", "text-align:right; DISPLAY : flex")):
    trap(
        f"lines-by-style-{name}",
        "inline elements whose own style makes lines of them",
        "texts",
        page(body="".join(f'<span style="{style}">{line}</span>' for line in (*PARAGRAPHS, *SIGNED))),
        fields={"written_date": "2023-05-08"},
        text=WHOLE,
    )
trap(
    "no-lines-by-style",
    "inline elements that stay in their line, whatever their style",
    "texts",
    page(
        body="".join(
            f'<p><span style="display:inline-block">{line[:4]}</span><b style="display:inline">{line[4:]}</b></p>'
            for line in (*PARAGRAPHS, *SIGNED)
        )
    ),
    text=WHOLE,
)
trap(
    "first-letter-beside-lines",
    "a first letter that its style sets beside the lines",
    "texts",
    page(body=paragraphs().replace("<p>", "<p><span style='display:block; float:left'>第</span>", 1)),
    text=f"第{WHOLE}",
)
MODES = "进入关怀版|长者浏览模式|【语音朗读】 【生成海报】|字体放大 字体缩小|繁體版 | 简体中文|网站支持IPv6 无障碍模式".split(
    "|"
)
MODES += [
    "<span>语音播报</span><span>00:00 / 03:20</span><span>倍速播放</span><span>1.0X</span><span>男声</span><span>女声</span>",
    "<p>点击收听全文</p><p>请使用微信扫描二维码分享</p>",
    "<span>顶一下</span><b>(0)</b><span>踩一下</span><b>(0)</b><a href='#'>挑错</a>",
    "<h3>共享此文章：</h3>",
    "<a href='#'>在线办理</a><a href='#'>收藏</a><a href='#'>我要评价</a>",
    "<p>分享让更多人看到</p>",
    "<p><a href='#top'>返回目录</a></p>",
    "<p>上一张</p><p>下一张</p><h3>我要提意见</h3>",
]
for number, mode in enumerate(MODES):
    trap(
        f"tools-of-modes-{number}",
        "tools for readers who see badly, for other letters and for sharing, in the text's own container",
        "texts",
        page(body=f"<div>{mode}</div>{paragraphs()}<div>{mode}</div>"),
        text=WHOLE,
    )
trap(
    "modes-in-sentences",
    "sentences and cells with such words",
    "texts",
    page(
        body=paragraphs((*PARAGRAPHS, "附件：无障碍设施表"))
        + table(("功能", "说明"), ("长者版", "已开通"), ("语音朗读", "已开通"), ("男声", "已开通"))
    ),
    text="\n".join(
        (*PARAGRAPHS, "附件：无障碍设施表", "功能 | 说明", "长者版 | 已开通", "语音朗读 | 已开通", "男声 | 已开通")
    ),
)
NOTE = "（2019年3月8日云溪区人民政府令第7号公布 自2019年5月1日起施行）"
for name, line in (
    ("date", "<p>发布时间：2023-05-09 来源：云溪日报</p>"),
    ("files", "<p><a href='/f/7.docx'>下载文字版</a></p>"),
):
    trap(
        f"note-above-container-{name}",
        f"the note on its adoption is right below the headline, above the line of {name} and the text's element",
        "regulations",
        page(headline=f"{HEAD}<p>{NOTE}</p>{line}"),
        fields={"title": TITLE, **(SUB if name == "date" else {})},
        files=("7.docx",) if name == "files" else None,
        text=f"{NOTE}\n{WHOLE}",
    )
ROBOT = "<div><div>小溪</div><p>您好，我是智能客服小溪，请问有什么可以帮您？</p><p>如何办理学生卡？</p><p>公交线路查询</p></div>"
trap(
    "box-of-robot-with-questions",
    "a box in which readers talk to a program, below a text without an element of its own",
    "programs that answer readers",
    page(headline=f"{HEAD}<p>2023-05-09</p>", container="{}", below=ROBOT),
    text=WHOLE,
)
trap(
    "box-about-robot",
    "a text about a program that answers readers",
    "the counterexample",
    page(body=paragraphs() + "<div><p>三、服务</p><p>居民可以向智能客服小溪提问，查询更新进度。</p></div>"),
    text=f"{WHOLE}\n三、服务\n居民可以向智能客服小溪提问，查询更新进度。",
)
