"""Lines under the title and below the text."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, INDEX, NUMBER, OFFICE, SUB, WHOLE, trap
from tests.support.pages import page, paragraphs


def under(line: str, **rest: str) -> str:
    return page(headline=HEAD + line, **rest)


LINES = {
    "plain": ("date, source, font size and visits in one line", "<p>发布时间:2023-05-09 10:11 来源:云溪日报 字号:大中小 浏览次数:35</p>"),
    "wide-spaces": ("full-width spaces and bracketed tools", "<p>发布时间：2023年05月09日 10时11分　　来源：云溪日报　　字体：【大】【中】【小】　　打印本页</p>"),
    "bars": ("bars between the parts, an author among them", "<p>2023-05-09 | 来源：云溪日报 | 作者：王工 | 阅读量：5</p>"),
    "brackets": ("each part in brackets", "<p>[2023-05-09] [来源：云溪日报] [字号：大 中 小]</p>"),
    "unlabelled-date": ("the date has no label, the source has", "<div>2023-05-09 18:10 <span>来源： 云溪日报</span><span>【字体：大 中 小】</span><span>打印</span></div>"),
    "date-behind-source": ("the date follows the source without a label", "<div>来源：云溪日报 2023-05-09 08:30 浏览次数：15</div>"),
    "source-linked": ("the source is a link", "<p><span>发布时间：2023-05-09</span><span>来源：<a href='http://a.cn'>云溪日报</a></span></p>"),
    "colon-outside": ("the colon is outside the label's element", "<p><i>来源</i>：<em>云溪日报</em> <i>发布时间</i>：<em>2023-05-09</em></p>"),
    "pair-elements": ("label and value in elements of their own, no colon", "<div><div>来源</div><div>云溪日报</div></div><div><div>发布时间</div><div>2023-05-09</div></div>"),
    "update-first": ("the time of the last change is before the publication", "<p>更新时间：2023-06-01 发布时间：2023-05-09 来源：云溪日报</p>"),
    "short-label": ("发布: alone", "<p>发布：2023-05-09 来源：云溪日报</p>"),
    "weekday": ("a weekday after the date", "<p>时间：2023年05月09日 星期二 来源：云溪日报</p>"),
    "editors": ("author and editor before the source", "<p>作者：张三 编辑：李四 来源：云溪日报 时间：2023-05-09</p>"),
    "lines-apart": ("source and date in lines of their own", "<p>（来源：云溪日报）</p><p>2023-05-09</p>"),
    "no-gap": ("no gap before the next label, spaced colons", "<p>信息提供日期 : 2023-05-09 14:59来源 : 云溪日报 信息索引号 : /2023-9007472</p>"),
    "gaps": ("labels before gaps, no colons", "<div>发布时间 2023-05-09 来源 云溪日报</div>"),
    "glued": ("labels behind values without a gap", "<div>发布日期:2023-05-09信息来源:云溪日报浏览次数:12</div>"),
    "unknown-label": ("a label that no list knows ends the source", "<div>来源：云溪日报 字库显示：<a>大</a> <a>小</a> 发布时间：2023-05-09</div>"),
    "broken-date": ("the date is broken over lines", "<div>发布日期：<span>\n2023-\n05-\n09\n</span></div><div>来源：云溪日报</div>"),
}  # fmt: skip
for name, (what, line) in LINES.items():
    trap(f"line-{name}", what, "the line below the title", under(line), fields=SUB, text=WHOLE)

trap(
    "line-bare-date",
    "a bare date under the title",
    "the line below the title",
    under("<p>2023-05-09</p>"),
    fields={"published_date": "2023-05-09"},
)
trap(
    "line-clock",
    "a clock between the title and the date",
    "the line below the title",
    under("<p>当前时间：2026-11-27 14:00:05</p><p>2023-05-09</p>"),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-name-and-date",
    "a name and a date under the title, no labels",
    "the line below the title",
    under("<p>云溪日报 2023-05-09</p>"),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-name-date-print",
    "a name, a date and a link to print, no labels",
    "the line below the title",
    under("<div>云溪日报&nbsp;&nbsp;&nbsp;2023-05-09&nbsp;&nbsp;&nbsp;[<a>打印</a>]</div>"),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-number-and-date",
    "the 文号 with its label and a date without one in one line",
    "the line below the title",
    under(f"<p>文号：{NUMBER} 2023-05-09 17:40</p>"),
    fields={"document_number": NUMBER, "published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-empty-source",
    "来源 without a value before another label",
    "the line below the title",
    under("<p>来源：　发布时间：2023-05-09</p>"),
    fields={"published_date": "2023-05-09"},
    absent=("source",),
)
trap(
    "line-empty-source-tools",
    "来源 without a value before the tools",
    "the line below the title",
    under("<div><span>发布时间：2023-05-09</span><span>来源：</span><span>【字体：大 中 小】</span></div>"),
    absent=("source",),
)
trap(
    "line-author",
    "作者 and 信息发布人 are neither source nor publisher",
    "field labels",
    under("<div>发布时间：2023-05-09 作者：王工 信息发布人：管理员</div>"),
    absent=("source", "publisher"),
)
trap(
    "line-below-the-text",
    "source and time below the text",
    "the line below the title",
    page(below="<div>来源：云溪日报</div><div>时间：2023-05-09 08:30</div><div>打印</div>"),
    fields=SUB,
    text=WHOLE,
)
trap(
    "line-inside-the-container",
    "title and line stand inside the text's element",
    "Hanweb",
    page(
        headline="",
        body=f"{HEAD}<div>发布时间：2023-05-09 来源：云溪日报 字体：大 中 小</div>"
        + page().split('<div class="neirong">')[1].split("</div>")[0],
        container='<div id="zoom">{}</div>',
    ),
    fields=SUB,
    text=WHOLE,
)
trap(
    "line-number",
    "the 文号 on a line of its own under the title",
    "GB/T 9704-2012, 7.2.5",
    under(f"<h3>{NUMBER}</h3>"),
    fields={"document_number": NUMBER},
    origins={"document_number": "header"},
)
trap(
    "line-number-in-brackets",
    "the 文号 in brackets under the title",
    "GB/T 9704-2012, 7.2.5",
    under(f"<p>（{NUMBER}）</p><p>2023-05-09</p>"),
    fields={"document_number": NUMBER, "published_date": "2023-05-09"},
)
trap(
    "search-dates",
    "从 … 至 of a search form is no date of the page",
    "header layouts",
    page(above="<form>标题：<input> 发布日期：<input> 至 <input><button>搜索</button></form>"),
    absent=("published_date",),
)
trap(
    "line-icons",
    "date and source without labels, each behind an icon",
    "what a person sees",
    page(headline=HEAD + "<div><span><i></i> 2023-05-09 09:00 </span><span><i></i> 云溪日报 </span></div>"),
    fields=SUB,
)
trap(
    "line-boxes",
    "day and month in boxes of their own",
    "what a person sees",
    page(headline=HEAD + "<div><div>09</div><div>2023年05月</div></div>"),
    fields={"published_date": "2023-05-09"},
)
trap(
    "line-date-of-speech",
    "a bracketed date below the title says when it was said",
    "speeches",
    page(headline=HEAD + "<h2>（2023年5月6日）</h2><p>2023年05月09日08:19 来源：云溪日报</p>"),
    fields=SUB,
)
for name, what, line in (
    ("below-subtitle", "a subtitle whose last word ends like a label is between title and date", "<h2>——切实保障电梯质量</h2><p>2023-05-09 来源：云溪日报</p>"),
    ("below-short-number", "a short 文号 is between title and date", "<p>云办〔2023〕9号</p><p>2023-05-09 来源：云溪日报</p>"),
    ("number-beside-date", "文号 and date in one line, no labels", "<p>云办〔2023〕9号　　2023/5/9</p><p>来源：云溪日报</p>"),
    ("date-last", "the date ends the line, no label, no time of day", "<p><span>来源：云溪日报</span><span>浏览次数：5</span><span>2023-05-09</span></p>"),
    ("wide-bracketed-labels", "labels in full-width square brackets, a tool in them too", "<p>［发布时间］2023-05-09　［信息来源］云溪日报　［我要纠错］</p>"),
    ("bracketed-labels", "labels in brackets, some of no field", "<p>【发布时间】2023-05-09 【信息来源】云溪日报 【浏览次数】35 【字号 大 中 小】</p>"),
):  # fmt: skip
    trap(f"line-{name}", what, "the line below the title", under(line), fields=SUB, text=WHOLE)
trap(
    "line-cited-label",
    "a disclaimer below the text cites a label",
    "the line below the title",
    page(
        headline=HEAD + "<p>发布时间：2023-05-09</p>",
        below="<p>凡本网注明“来源：云溪区政府网”的所有作品，均为本网合法拥有版权或有权使用的作品。</p>",
    ),
    fields={"published_date": "2023-05-09"},
    absent=("source",),
    text=WHOLE,
)
trap(
    "line-tools-in-brackets",
    "tools in brackets and beside them end the source",
    "the line below the title",
    under("<p>2023-05-09 08:30 来源：云溪日报 【语音播报】 听全文 分享到：微信</p>"),
    fields=SUB,
)
trap(
    "line-labels-in-turn",
    "labels and values in elements beside each other, no colons, an ambiguous label among them",
    "the line below the title",
    under("<div><div>发布时间</div><div>2023-05-09</div><div>来源</div><div>云溪日报</div></div>"),
    fields=SUB,
    text=WHOLE,
)
ENGLISH = (
    "The city has opened a new clinic, which offers free checkups to elderly residents of all districts.",
    "Officials said that more clinics will be opened by the end of the year, covering the whole city.",
)
for name, line in {
    "bars": "Source: Yunxi Daily | Updated: May 9, 2023",
    "spans": "<span>Date: 2023-05-09</span> <span>Source: Yunxi Daily</span> <span>Views: 12</span>",
    "gaps": "Published: 2023-05-09 10:30&nbsp;&nbsp;&nbsp;Source: Yunxi Daily&nbsp;&nbsp;&nbsp;Author: Li Ming",
}.items():
    trap(
        f"line-english-{name}",
        "a line in English names date and source",
        "pages in English",
        page(
            headline=f"<h1>New clinic opens for elderly residents</h1><p>{line}</p>",
            body=paragraphs(ENGLISH),
            title="New clinic opens for elderly residents",
        ),
        fields={"published_date": "2023-05-09", "source": "Yunxi Daily"},
        text="\n".join(ENGLISH),
    )
trap(
    "line-english-without-date",
    "a word of English with a colon names nothing in a line without a date",
    "pages in English",
    page(headline=f"{HEAD}<p>Source: Yunxi Daily</p>"),
    absent=("source",),
)
for name, pair in (
    ("between", "<div>{}</div>：<div>{}</div>"),
    ("twice", "<table><tr><td>{}：：</td><td>{}</td></tr></table>"),
):
    rows = "".join(
        f"<div>{pair.format(*each)}</div>" for each in (("索引号", INDEX), ("文号", NUMBER), ("发布机构", OFFICE))
    )
    trap(
        f"line-colon-{name}",
        "the colon is in a line of its own" if name == "between" else "two colons stand behind a label",
        "header layouts",
        page(headline=f"{HEAD}{rows}"),
        fields={"index_number": INDEX, "document_number": NUMBER, "publisher": OFFICE},
    )
for name, line in {
    "strokes": "云溪日报 / 2023-05-09 / 阅读 12",
    "dots": "云溪日报 · 2023-05-09 · 12次阅读",
    "brackets": "[云溪日报]　[2023-05-09 09:30]",
}.items():
    trap(
        f"line-source-between-{name}",
        "signs part a name from the date beside it",
        "lines without labels",
        under(f"<p>{line}</p>"),
        fields=SUB,
    )
trap(
    "line-signature-is-no-source",
    "a name right beside a date may be who signed",
    "lines without labels",
    under("<p>云溪区司法局 2023年5月9日</p>"),
    absent=("source",),
)

trap(
    "line-number-beside-labelled-date",
    "a document number in an inline element beside the labelled date",
    "universities",
    page(headline=HEAD + f"<p><span>{NUMBER}</span><span>发布时间：2023-05-09 10:22</span><span>点击：[12]</span></p>"),
    fields={"document_number": NUMBER, "published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-of-an-account",
    "原创, an author, the account and a date without labels",
    "pages copied from WeChat",
    page(
        headline=HEAD + "<div><span>原创</span> <span>区住建局</span> <a>云溪发布</a> <em>2023-05-09 18:30</em></div>",
    ),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-published-by",
    "发布： with the name of a department, and 时间：",
    "universities",
    page(headline=HEAD + "<div>发布：区财务处&nbsp;&nbsp;时间：2023-05-09&nbsp;&nbsp;<a href='#'>我要纠错</a></div>"),
    fields={"publisher": "区财务处", "published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-published-by-nobody",
    "发布： with words that are neither date nor body",
    "the counterexample",
    page(headline=HEAD + "<div>发布：王一&nbsp;&nbsp;时间：2023-05-09</div>"),
    fields={"published_date": "2023-05-09"},
    absent=("publisher",),
    text=WHOLE,
)
for name, boxes in (
    ("slash", "<p>2023</p><p>05/09</p><p>10:26</p>"),
    ("words", "<b>5月9日</b><i>2023年</i>"),
    ("items", "<ul><li>05-09</li><li>2023</li></ul>"),
):
    trap(
        f"date-in-year-and-day-{name}",
        "year and day of the date in elements of their own below the headline",
        "the line below the title",
        under(f"<div>{boxes}</div><p>来源：云溪日报</p>"),
        fields=SUB,
        text=WHOLE,
    )
trap(
    "year-and-day-of-score",
    "a year below the headline, and a fraction that is no day of it",
    "the line below the title",
    under("<p>2023</p><p>130/200</p><p>来源：云溪日报</p>"),
    absent=("published_date",),
)
trap(
    "date-in-boxes-above-headline",
    "day and month in two elements above the headline",
    "towns",
    page(headline="<div class='date'><b>10</b><span>2023-05</span></div>" + HEAD),
    fields={"published_date": "2023-05-10"},
    text=WHOLE,
)
trap(
    "date-in-blocks-above-headline-and-below",
    "day and month in two blocks above the headline, and the day of the page below it",
    "the counterexample: a box of another document",
    page(headline="<div class='date'><p>10</p><p>2023-04</p></div>" + HEAD + "<p>2023-05-09 来源：云溪日报</p>"),
    fields=SUB,
    text=WHOLE,
)
trap(
    "line-english-from",
    "From names the source in English",
    "pages in English",
    page(headline=HEAD + "<div><b>Release Date:</b> Nov 12, 2019 <b>From:</b> Yunxi Foreign Affairs Office</div>"),
    fields={"published_date": "2019-11-12", "source": "Yunxi Foreign Affairs Office"},
    text=WHOLE,
)

for name, line in {
    "bars": f"{NUMBER} | 2023-05-09 | 云溪日报",
    "bars-behind": f"2023-05-09 | 云溪日报 | {NUMBER}",
    "elements": f"<span>{NUMBER}</span> <span>2023-05-09</span> <span>云溪日报</span>",
}.items():
    trap(
        f"line-number-date-and-name-{name}",
        "number, date and source in one line without labels",
        "lines without labels",
        under(f"<p>{line}</p>"),
        fields=SUB | {"document_number": NUMBER},
        text=WHOLE,
    )
trap(
    "line-number-cited-between-bars",
    "a line of a text that cites a number between bars",
    "the counterexample",
    under("<p>2023-05-09 来源：云溪日报</p>", body=paragraphs() + f"<p>依据 | {NUMBER} | 第三条</p>"),
    absent=("document_number",),
)
trap(
    "line-english-sizes",
    "the sizes of letters behind a source in English",
    "sites in two languages",
    under("<p><span>Updated: May 9, 2023</span><span>Source: Yunxi Daily</span><span>[A A A]</span></p>"),
    fields={"published_date": "2023-05-09", "source": "Yunxi Daily"},
)
trap(
    "line-labels-in-elements-before-bars",
    "labels in elements of their own, and bars instead of colons",
    "the line below the title",
    under("<p><b>来源</b> | 云溪日报 <b>发布</b> | 2023/05/09 <b>浏览</b> | 77</p>"),
    fields=SUB,
    text=WHOLE,
)
for name in ("云溪区图书馆", "云溪区第三小学", "望湖街道", "区委组织部"):
    trap(
        f"line-source-alone-{name}",
        "a name beside the date that no list of newspapers has",
        "pages of Weixin accounts",
        under(f"<p><em>原创</em><span>{name}</span><em>2023-05-09 18:30</em><i>发表于云溪</i></p>"),
        fields={"published_date": "2023-05-09", "source": name},
        text=WHOLE,
    )
trap(
    "line-column-alone",
    "a word beside the date that is no name",
    "the counterexample",
    under("<p><span>全部</span><em>2023-05-09 18:30</em></p>"),
    fields={"published_date": "2023-05-09"},
    absent=("source",),
)
trap(
    "line-day-of-blog",
    "the day of `<time>` in words of a program, before the linked name of a column",
    "Ghost",
    under(
        "<section><time datetime='2023-05-09'>9 5月 2023</time><span>/</span><a href='/tag/7'>监督检查</a></section>"
    ),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-changed-below",
    "a line below the text says when the page was changed",
    "documentation sites",
    under("<blockquote>发布日期：2023-05-09</blockquote>", container="{}", below="<hr><p>最后修改：2023-06-01</p>"),
    fields={"published_date": "2023-05-09"},
    text=WHOLE,
)
for name, line in (
    ("table", "<table><tr><td>2023年5月9日</td><td align=right>云办〔2023〕9号</td></tr></table>"),
    ("table-turned", "<table><tr><td>云办〔2023〕9号</td><td align=right>2023-05-09</td></tr></table>"),
):
    trap(
        f"line-number-beside-day-in-{name}",
        "the line below the headline is a table of the day and the number",
        "the line below the title",
        under(line),
        fields={"published_date": "2023-05-09", "document_number": "云办〔2023〕9号"},
        text=WHOLE,
    )
trap(
    "line-number-beside-other-cells",
    "a number in a table of other documents",
    "the counterexample",
    under(
        "<p>2023-05-09</p><table><tr><td>关于电梯更新的意见</td><td>云办〔2019〕2号</td><td>2019-05-09</td></tr></table>"
    ),
    absent=("document_number",),
)
trap(
    "line-source-ends-like-label",
    "a source ends with the word with which a label of two elements would begin",
    "disciplinary commissions",
    under("<h3><em>来源：云溪区纪委监委网站</em><em>发布时间：2023-05-09 19:00</em></h3>"),
    fields={"source": "云溪区纪委监委网站", "published_date": "2023-05-09"},
)
trap(
    "line-source-before-counter",
    "a name between the day and a counter whose number a script writes",
    "templates",
    under("<p><span>2023年05月09日</span><span>待遇保障科</span><span>浏览量：<i>--</i></span></p>"),
    fields={"source": "待遇保障科", "published_date": "2023-05-09"},
    text=WHOLE,
)
trap(
    "line-editor-before-name",
    "the name in the element behind a label of people",
    "the counterexample",
    under("<p><span>2023年05月09日</span><span>编辑：</span><span>办公室</span></p>"),
    fields={"published_date": "2023-05-09"},
    absent=("source",),
)
trap(
    "line-day-before-digits",
    "an element that begins with digits is right behind the day",
    "hot lines",
    under("<p><span>2023-05-09</span><span>12345政务服务便民热线</span></p>"),
    fields={"published_date": "2023-05-09"},
)
