"""What a person does not see, and what scripts write."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, NUMBER, WHOLE, trap
from tests.support.pages import page, paragraphs

LINE = "此件已经废止，不再执行，特此说明。"
HIDDEN = {
    "style": ("display:none in capitals among other styles", "<p style='color:red; DISPLAY : none'>{}</p>"),
    "style-in-capitals": ("display:none in capitals only", "<p style='DISPLAY:NONE'>{}</p>"),
    "style-sheet-in-capitals": ("a rule in capitals", "<style>P.gone{{DISPLAY:NONE}}</style><p class='gone'>{}</p>"),
    "attribute": ("the attribute hidden", "<p hidden>{}</p>"),
    "class": ("a class with which frameworks hide elements", "<p class='hide'>{}</p>"),
    "style-sheet": ("a rule of the page's style sheet", "<style>.gone{{display:none}}</style><p class='gone'>{}</p>"),
    "style-sheet-without-second-class": (
        "shown only with a class that it lacks",
        "<style>.it{{display:none}} .x .it.on{{display:block}}</style><p class='it'>{}</p>",
    ),
    "comment": ("an HTML comment", "<!-- <p>{}</p> -->"),
    "condition": ("a condition of literals that does not hold", '<p ms-visible=\'"02"=="01"\'>{}</p>'),
    "tab": ("a pane of tabs that is not the active one", "<div class='tab-pane fade'><p>{}</p></div>"),
    "template": ("a template element", "<template><p>{}</p></template>"),
    "script": ("hidden by a script", "<script>$(function(){{ $('.later').hide(); }})</script><p class='later'>{}</p>"),
    "media": ("hidden on paper only: seen", "<style>@media print{{.no{{display:none}}}}</style><p class='no'>{}</p>"),
}
for name, (what, html) in HIDDEN.items():
    text = f"{WHOLE}\n{LINE}" if name == "media" else WHOLE
    trap(f"hidden-{name}", what, "what a person sees", page(body=paragraphs() + html.format(LINE)), text=text)
SHOWN = {
    "condition": ("a condition that holds shows a hidden element", "<p style='display:none' ms-visible='\"02\"==\"02\"'>{}</p>"),
    "important": ("!important shows a hidden element", "<style>#p1{{display:block !important}}</style><p id='p1' style='display:none'>{}</p>"),
    "script": ("a script shows a hidden element", "<script>$('#p1').show();</script><p id='p1' style='display:none'>{}</p>"),
    "tab": ("the active pane of tabs", "<div class='tab-pane active'><p>{}</p></div>"),
    "second-class": ("a second class shows what the first one hides", "<style>.it{{display:none}} .x .it.on{{display:block}}</style><p class='it on'>{}</p>"),
    "page": ("the page is invisible until it is loaded", "<style>body{{visibility:hidden}}</style><p>{}</p>"),
}  # fmt: skip
for name, (what, html) in SHOWN.items():
    trap(
        f"shown-{name}",
        what,
        "what a person sees",
        page(body=paragraphs() + html.format(LINE)),
        text=f"{WHOLE}\n{LINE}",
    )


def states(shown: str) -> str:
    return "<ul>" + "".join(
        f"<li ms-visible='\"{shown}\"==\"{code}\"' style='display:none'>有效性：<em>{word}</em></li>"
        for code, word in (("", "有效"), ("01", "有效"), ("02", "失效"), ("03", "废止"))
    ) + "</ul>"  # fmt: skip


trap(
    "one-of-four-states",
    "four items 有效性; one of them is shown",
    "TRS WCM, Fujian",
    page(states("02")),
    fields={"validity": "失效"},
)

SCRIPTS = {
    "write": ("document.write of literals", "<div><script>var d='2023-05-09 10:00'; if(d!=''){document.write('发布日期：'+d+'&emsp;');}</script></div>", {"published_date": "2023-05-09"}),
    "write-name": ("document.write of a name set elsewhere, with a default", "<script>var from = '';</script><div>来源：<script>if(from == ''){from='云溪区人民政府';} document.write(from);</script></div>", {"source": "云溪区人民政府"}),
    "html": ("an element filled by a script", "<div class='from'></div><script>var n='云溪日报'; $('.from').html('来源：'+n);</script>", {"source": "云溪日报"}),
    "publisher": ("发布机构 written into its cell", "<table><tr><td>发布机构</td><td><script>var p=\"云溪区司法局\";document.write(p);</script></td></tr></table>", {"publisher": "云溪区司法局"}),
}  # fmt: skip
for name, (what, html, fields) in SCRIPTS.items():
    trap(f"script-{name}", what, "TRS WCM, Chongqing", page(headline=HEAD + html), fields=fields)
UNWRITTEN = {
    "branch": ("a branch that is not taken", "<script>var f=''; if(f!=''){document.write('<p>发布日期：2020-01-01</p>')}</script>"),
    "reader": ("a script that depends on the reader's browser", "<script>if(navigator.userAgent.length>0){document.write('<p>发布日期：2020-01-01</p>')}</script>"),
    "handler": ("a function that nobody calls", "<script>function f(){document.write('<p>发布日期：2020-01-01</p>')}</script>"),
}  # fmt: skip
for name, (what, html) in UNWRITTEN.items():
    trap(f"script-{name}", what, "what a person sees", page(headline=HEAD + html), absent=("published_date",))
trap(
    "script-body",
    "the text is hidden and a script writes it out",
    "what a person sees",
    page(
        body=f'<div id="DOC" style="display:none">{paragraphs()}</div><script>var s=document.getElementById("DOC").innerHTML;'
        "document.write(s.replace(/&lt;/g,function(a){return a;}));</script>"
    ),
    text=WHOLE,
)
trap(
    "hidden-text-written-changed",
    "a script writes the hidden text after a change of it that is not understood",
    "changchun.gov.cn",
    page(
        body=f'<div id="DOC" style="display:none">{paragraphs()}</div><script>var s=document.getElementById("DOC").innerHTML;'
        "var e={'lt':'<','gt':'>'};s=s.replace(/^ /,'');"
        "document.write(s.replace(/&(lt|gt);/ig,function(all,t){return e[t];}));</script>"
    ),
    text=WHOLE,
)
trap(
    "hidden-only-value",
    "a visible label whose only value the page hides until a script runs",
    "beijing.gov.cn",
    page(
        above="<ol><li>[主题分类] <span style='display:none'>城市管理</span><span></span></li><li>[文号] <span>"
        f"{NUMBER}</span></li></ol>"
    ),
    fields={"subject_category": "城市管理", "document_number": NUMBER},
    flags=("subject_category:hidden",),
)
trap(
    "hidden-by-commented-rule",
    "a comment precedes the rule of the style sheet that hides the element",
    "what a person sees",
    page(head="<style>/* 弹窗 */ .tc{display:none}</style>", below="<p class=tc>您确定要离开本站吗？请选择。</p>"),
    text=WHOLE,
)

trap(
    "hidden-container-alone",
    "the known container of the text is hidden until a script shows it, and the page shows no other text",
    "TRS WCM",
    page("<p>发布时间：2023-05-09</p>", container='<div class="TRS_Editor" style="display:none">{}</div>'),
    text=WHOLE,
)
trap(
    "document-in-class-of-frameworks",
    "the whole document is in an element that the site calls as frameworks call what they hide",
    "class names of sites",
    page(
        headline="",
        container=f"<div class='dn'>{HEAD}<p>2023-05-09 来源：云溪日报</p><div class='dn-c'>{{}}</div></div>",
    ),
    fields={"published_date": "2023-05-09", "source": "云溪日报"},
    text=WHOLE,
)
trap(
    "message-in-class-of-frameworks",
    "a hidden message of an empty page",
    "the counterexample",
    page(headline="", body="", below=f"<div class='hide'><h2>系统提示</h2>{paragraphs()}</div>"),
    kind="stub",
)
