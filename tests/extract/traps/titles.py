"""The title: what the page shows as its headline."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, INDEX, WHOLE, table, trap
from tests.support.pages import TITLE, page, paragraphs

OTHER = f"<title>{TITLE}_云溪区人民政府</title>"


def untold(html: str, told: str = "政策文件_云溪区人民政府") -> str:
    """The page whose `<title>` names its column only."""
    return html.replace(OTHER, f"<title>{told}</title>")


SHOWN = {
    "heading": ("a heading; the page's own title names the column", HEAD),
    "class": ("a paragraph in an element called titP", f"<div class='titP'><p>{TITLE}</p></div>"),
    "cell": ("a table cell called title", f"<table><tr><td class='title'>{TITLE}</td></tr></table>"),
    "pinyin-class": ("an element called bt", f"<div class='bt'>{TITLE}</div><div>2023-05-09</div>"),
    "line-break": ("broken by a line break", f"<h2>{TITLE[:12]}<br>{TITLE[12:]}</h2>"),
    "header-row": ("in the header table only", f"<table><tr><td>标 题：</td><td>{TITLE}</td></tr></table>"),
    "font-size": ("marked by nothing but its size", f"<p align=center><font size=5><b>{TITLE}</b></font></p><p align=center>发布时间：2023-05-09</p>"),
}  # fmt: skip
for name, (what, html) in SHOWN.items():
    trap(f"title-{name}", what, "titles", untold(page(headline=html)), fields={"title": TITLE})
trap(
    "title-two-lines",
    "the issuing body on one line, the rest on the next",
    "titles",
    page(headline=f"<div class='title'><p>{TITLE[:10]}</p><p>{TITLE[10:]}</p></div>"),
    fields={"title": TITLE},
)
trap(
    "title-below-column-in-one-element",
    "the name of a column and the title, which the page states alone, in one element",
    "titles",
    page(
        headline=f"<div class='head'>社会救助和社会福利领域<br>{TITLE}</div><div>发布时间：2023-05-09 来源：云溪日报</div>"
    ),
    fields={"title": TITLE},
)
for name, badge, shown in (("badge", "原创", TITLE), ("badge-of-validity", "已废止", f"已废止{TITLE}")):
    trap(
        f"title-{name}",
        f"an inline element {badge} before it, which the page's own title has not",
        "titles",
        page(headline=f"<h1><span>{badge}</span>{TITLE}</h1>", head=f'<meta name="ArticleTitle" content="{TITLE}">'),
        fields={"title": shown},
    )
trap(
    "title-marked",
    "a mark [已废止] that only the headline has",
    "titles",
    page(headline=f"<h1>[已废止]{TITLE}</h1>", head=f'<meta name="ArticleTitle" content="{TITLE}">'),
    fields={"title": f"[已废止]{TITLE}"},
)
trap(
    "title-site-heading",
    "the site's name is a heading too",
    "titles",
    page(above="<h1>云溪区人民政府门户网站</h1>", headline=f"<h3>{TITLE}</h3>"),
    fields={"title": TITLE},
)
trap(
    "title-crumbs",
    "breadcrumbs end with the column",
    "titles",
    page(
        above="<div>当前位置：<a href='/'>首页</a> &gt; <a href='/x'>政务公开</a> &gt; <a>通知公告</a> &gt; 正文</div>"
    ),
    fields={"title": TITLE},
)
trap(
    "title-meta-order",
    "content before name, name in capitals",
    "meta tags",
    untold(page(headline="", head=f'<meta content="{TITLE}" name="ARTICLETITLE">')),
    fields={"title": TITLE},
)
trap(
    "title-unmarked-line",
    "neither `<title>` nor any markup says which line the headline is: the one that reads like a document's title",
    "titles",
    page(headline=f"<p>{TITLE}</p><p>供水安排</p>").replace(OTHER, ""),
    fields={"title": TITLE},
)
for name, html in {
    "small": f"<h2>{TITLE} <small>(2023-05-09)</small></h2>",
    "em": f"<div class='wz_title'>{TITLE}<em>2023/05/09 10:20</em></div>",
}.items():
    trap(
        f"title-date-in-{name}",
        "the date is inside the headline",
        "titles",
        page(headline=html),
        fields={"title": TITLE, "published_date": "2023-05-09"},
    )
trap("title-h5", "a heading of the fifth level, below a page title of the site", "titles",
     untold(page(headline=f"<h5>{TITLE}</h5>"), "云溪区人民政府"), fields={"title": TITLE})  # fmt: skip
trap(
    "title-column-stated",
    "ArticleTitle, page title and breadcrumb name the column",
    "titles",
    untold(
        page(
            above="<ol><li><a href='/'>首页</a></li><li>规范性文件库</li></ol>",
            headline=f"<h2>{TITLE}</h2><p>发布日期：2023-05-09</p>",
            head='<meta name="ArticleTitle" content="规范性文件库">',
        ),
        "规范性文件库_云溪区人民政府",
    ),
    fields={"title": TITLE},
)
trap(
    "title-in-the-text",
    "two centred lines of the text are the title that the page states",
    "titles",
    page(headline="", body=f"<p align=center>{TITLE[:12]}</p><p align=center>{TITLE[12:]}</p>" + paragraphs()),
    fields={"title": TITLE},
)
trap(
    "title-above-pictures",
    "a breadcrumb ends in the title, below it stand pictures only",
    "titles",
    page(
        headline=f"<h1><a href='/'>首页</a> &gt; <a href='/t/'>通知公告</a> &gt; {TITLE}</h1>",
        body="<img src='/u/1.jpg'><img src='/u/2.jpg'>",
    ),
    url="https://www.yunxi.gov.cn/infor/8616.html",
    fields={"title": TITLE},
    files=("1.jpg", "2.jpg"),
)
trap(
    "title-of-two-letters",
    "公 告 above the date; the page's own title has the site's name beside it",
    "titles",
    page(headline="<h2>公 告</h2><p>2023-05-09</p>", title="公告").replace(
        "公告_云溪区人民政府", "公告 - 云溪区人民法院"
    ),
    fields={"title": "公 告"},
)
trap(
    "title-cut-off",
    "the page's own title and its breadcrumb are cut off",
    "titles",
    untold(
        page(above=f"<p>当前位置：<a>首页</a> &gt; {TITLE[:16]}...</p>", headline=f"<p>{TITLE}</p><p>2023-05-09</p>"),
        f"{TITLE[:16]}...",
    ),
    fields={"title": TITLE},
)
for name, html in (
    ("paragraphs-alike", f"<p class='a'>{TITLE[:10]}</p><p class='a'>{TITLE[10:]}</p><p>2023-05-09</p>"),
    ("alone-in-row", f"<table><tr><td><span>{TITLE}</span></td></tr></table><p>2023-05-09</p>"),
    ("rest-in-attribute", f"<h1 title='{TITLE}'>{TITLE[:14]}...</h1><p>2023-05-09</p>"),
    ("beside-label", f"<p align=center>{TITLE}</p><ul><li><b>标　题</b><i>{TITLE}</i></li><li>发布日期：2023-05-09</li></ul>"),
):  # fmt: skip
    what = {
        "paragraphs-alike": "the agency in one paragraph, the rest in the next one like it; the page's own title is a column's",
        "alone-in-row": "in a cell that fills its row, marked by nothing; the site's name is a heading",
        "rest-in-attribute": "the headline is cut off, and its attribute `title` goes on",
        "beside-label": "a header in which a label without a colon is repeated",
    }[name]
    trap(
        f"title-{name}",
        what,
        "titles",
        untold(page(above="<h3>云溪区住房和城乡建设局</h3>", headline=html)),
        fields={"title": TITLE},
    )
trap(
    "title-not-the-summary",
    "a summary that reads like a title, in a header below the headline",
    "titles",
    untold(page(headline=f"<p>{TITLE}</p>" + table(("内容概述", "关于电梯更新工作的通知"), ("索引号", INDEX)))),
    fields={"title": TITLE},
)
trap(
    "title-not-with-its-column",
    "the page's own title begins with the name of the column, which is a heading right above the headline",
    "titles",
    untold(page(above="<h2>通知公告</h2>", headline=f"<div class='t1'>{TITLE}</div>"), f"通知公告 {TITLE}"),
    fields={"title": TITLE},
)
for name, html, told in (
    ("short", "<div>一季度水质状况</div><p>2023-05-09 来源：云溪日报</p>", "通知公告"),
    (
        "short-below-author",
        "<div>公开招标公告</div><p>作者：张三 来源：云溪日报 发布时间：2023-05-09</p>",
        "云溪区水务局",
    ),
):
    shown = html.split("<div>")[1].split("<")[0]
    trap(
        f"title-{name}",
        "a few letters that nothing marks, above the line with date and source",
        "titles",
        page(headline=html, title=told),
        fields={"title": shown, "published_date": "2023-05-09", "source": "云溪日报"},
    )

RED_HEAD = f"<h1>云溪区人民政府办公室文件</h1><p align=center>云政办发〔2023〕17号</p><h2>{TITLE}</h2>"
trap(
    "title-red-head",
    "below the red head of the document's paper, the page's largest heading",
    "titles",
    untold(page(headline=RED_HEAD, container="{}")),
    fields={"title": TITLE, "document_number": "云政办发〔2023〕17号"},
)
trap(
    "title-and-speaker",
    "a subtitle and who spoke, in headings of their own, stand between it and the date",
    "titles",
    untold(
        page(
            headline="<h2>政府工作报告</h2><h3>——2023年1月5日在云溪区第九届人民代表大会上</h3><h3>区长 罗成</h3>"
            "<div>2023-05-09</div>"
        )
    ),
    fields={"title": "政府工作报告"},
)
for name, stated in (
    ("meta", f'<meta name="ArticleTitle" content="{TITLE}">'),
    ("page-title", f"<title>{TITLE}_政策文件_云溪区人民政府</title>"),
):
    trap(
        f"title-cut-headline-{name}",
        "the headline is cut off by its template, and the page states the whole",
        "titles",
        untold(page(headline=f"<h1>{TITLE[:18]}...</h1><div>2023-05-09</div>", head=stated), "政策文件"),
        fields={"title": TITLE},
    )
trap(
    "title-above-spelt-date",
    "marked by nothing but a date as signatures have it, below it and above the text",
    "titles",
    untold(page(headline="<dl><dt>云溪区新增两家老旧电梯更新示范小区</dt><dd>2023年5月9日</dd></dl>")),
    fields={"title": "云溪区新增两家老旧电梯更新示范小区"},
)
for name, title, line in (
    ("tibetan", "བོད་ལྗོངས་ཀྱི་གནས་ཚུལ།", "དེ་རིང་རྫོང་སྲིད་གཞུང་གིས་གནམ་གཤིས་ཀྱི་གནས་ཚུལ་ཁྱབ་བསྒྲགས་བྱས་པ་རེད།"),
    (
        "uyghur",
        "ئاممىۋى ئۇقتۇرۇش",
        "ناھىيەلىك خەلق ھۆكۈمىتى ئەتە سائەت توققۇزدا يىغىن ئاچىدۇ، ھەممە ئورۇنلار قاتناشسۇن.",
    ),
    ("mongolian", "ᠮᠡᠳᠡᠭᠳᠡᠯ ᠦᠨ ᠪᠢᠴᠢᠭ", "ᠬᠣᠰᠢᠭᠤᠨ ᠤ ᠠᠷᠠᠳ ᠤᠨ ᠵᠠᠰᠠᠭ ᠤᠨ ᠣᠷᠳᠣᠨ ᠡᠴᠡ ᠮᠠᠷᠭᠠᠰᠢ ᠬᠤᠷᠠᠯ ᠨᠡᠭᠡᠭᠡᠨᠡ ᠃"),
    (
        "korean",
        "로후 승강기 갱신 통지",
        "주민들의 안전한 승강기 리용을 위하여 현정부에서는 갱신사업을 시작하게 되였다.",
    ),
):
    trap(
        f"title-{name}",
        f"in {name.title()} letters",
        "titles",
        untold(page(headline=f"<h2>{title}</h2><div>2023-05-09</div>", body=f"<p>{line}</p>")),
        fields={"title": title},
        text=line,
    )

trap(
    "title-in-container-of-a-family",
    "the page's only headline in the container of the text, date and author below the text",
    "police departments",
    page(
        headline="",
        container=f"<div class='nr'><h2>{TITLE}</h2><div>{{}}</div><div>发布时间：2023-05-09　点击：123</div></div>",
    ),
    fields={"title": TITLE, "published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "title-red-head-in-title",
    "a word processor put the red head of the document's paper into the page's own title",
    "pages of word processors",
    untold(
        page(
            headline="",
            body="<p>云溪区水务局文件</p><p>云水发〔2023〕17号</p><p align=center><b>关于更新城东泵站水泵的通知</b></p>"
            + paragraphs(),
            container="<div class=Section1>{}</div>",
        ),
        "云溪区水务局文件",
    ),
    fields={"title": "关于更新城东泵站水泵的通知", "document_number": "云水发〔2023〕17号"},
)
for name, told in (("paper", "云溪日报数字报-城东泵站换上新水泵"), ("bureau", "云溪区水务局-城东泵站换上新水泵")):
    trap(
        f"title-behind-{name}",
        "the page's own title begins with the site, and nothing marks its headline",
        "digital newspapers",
        untold(page(headline="<table><tr><td>A02：要闻</td></tr><tr><td>城东泵站换上新水泵</td></tr></table>"), told),
        fields={"title": "城东泵站换上新水泵"},
    )
trap(
    "title-with-hyphen-between-agencies",
    "a hyphen behind the name of an agency in the headline",
    "titles",
    page(
        title="云溪区水务局-云溪区住建局联合开展泵站检查", headline="<h1>云溪区水务局-云溪区住建局联合开展泵站检查</h1>"
    ),
    fields={"title": "云溪区水务局-云溪区住建局联合开展泵站检查"},
)
ALERT = "云溪区气象台发布暴雨橙色预警信号"
for name, header in (
    ("terms", "<dl><dt>发布单位</dt><dd>云溪区气象台</dd><dt>预警级别</dt><dd>橙色</dd></dl>"),
    ("lines", "<p>发布单位：云溪区气象台</p><p>公开方式：主动公开</p>"),
):
    trap(
        f"title-above-labels-in-{name}",
        "nothing marks the line above the labels of a header, and the page's own title names its column",
        "weather warnings",
        untold(page(headline=f"<div>{ALERT}</div>{header}"), "预警信息-云溪区应急管理局"),
        fields={"title": ALERT, "publisher": "云溪区气象台"},
    )
trap(
    "title-not-above-labels",
    "the line above the labels of a header is the name of a column",
    "the counterexample",
    untold(page(headline="<div>预警信息</div><p>发布单位：云溪区气象台</p>"), "预警信息-云溪区应急管理局"),
    fields={"title": "预警信息"},
)
for name, headline in (
    ("state", f"<div class='zt'><span>已结束</span>{TITLE}</div>"),
    ("state-behind", f"<div class='zt'>{TITLE}<em>征集中</em></div>"),
):
    trap(
        f"title-beside-{name}",
        "the state of a consultation on the day of the visit, in an element of its own",
        "consultations",
        untold(page(headline=headline)),
        fields={"title": TITLE},
    )
trap(
    "title-with-words-of-state",
    "words of a state in the headline itself",
    "the counterexample",
    untold(page(headline="<h1>城东<b>水厂建设</b>已结束</h1>")),
    fields={"title": "城东水厂建设已结束"},
)
STEPS = "<li><b>2023-05-04 09:00</b><p>区长信箱已受理您的来信</p></li><li><b>2023-05-06 10:12</b><p>转交区城市管理局办理</p></li>"
trap(
    "title-above-steps",
    "the steps of a procedure with their days below the text, and a headline with nothing below it",
    "letters to the mayor",
    untold(
        page(
            headline="<span>投诉</span><h2>小区门口夜间油烟扰民</h2>",
            body=f"<p>小区北门每晚有七八个烧烤摊，油烟很大，请有关部门管一管。</p><ul>{STEPS}</ul><p>您好，我局已劝离摊贩。</p>",
        ),
        "民声回应-云溪区人民政府",
    ),
    fields={"title": "小区门口夜间油烟扰民"},
)
for name, told, shown, title in (
    ("typed-twice", "木兰山古树调查", "木兰山开展古树调查", "木兰山开展古树调查"),
    ("of-another-kind", "木兰山古树办法解读", "木兰山古树办法", "木兰山古树办法解读"),
    ("of-another-issue", "木兰山古树简报第12期", "木兰山古树简报第11期", "木兰山古树简报第12期"),
):
    trap(
        f"title-{name}",
        "the first line of the text is bold, and nearly the page's own title",
        "pages of 2005",
        untold(page(headline="", body=f"<p><font size=4><b>{shown}</b></font></p>{paragraphs()}"), told),
        fields={"title": title},
    )
