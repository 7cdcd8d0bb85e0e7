"""Lines of a document that look like the page's own, and lines of the page that look like a document's."""

# ruff: noqa: E501 — tables of pages: a case is a line.

from tests.extract.traps.registry import HEAD, HEADER, INDEX, NUMBER, OFFICE, SUB, WHOLE, table, trap
from tests.support.pages import TITLE, page, paragraphs

DATED = f"{HEAD}<p>发布时间：2023-05-09 来源：云溪日报</p>"
GUIDE = (
    ("事项名称", "老旧电梯更新"),
    ("实施主体", "区住房建设局"),
    ("申请条件", "电梯使用十五年以上。"),
    ("是否收费", "否"),
)
trap(
    "matter-of-guide",
    "the first row of a guide repeats words of its title",
    "texts",
    page(
        title="老旧电梯更新办理指南",
        headline="<h1>老旧电梯更新办理指南</h1><p>发布时间：2023-05-09</p>",
        body=table(*GUIDE),
    ),
    text="\n".join(" | ".join(row) for row in GUIDE),
)
trap(
    "matter-of-guide-in-terms",
    "the first term of a guide repeats words of its title",
    "texts",
    page(
        title="老旧电梯更新办理指南",
        headline="<h1>老旧电梯更新办理指南</h1><p>发布时间：2023-05-09</p>",
        body=f"<dl>{''.join(f'<dt>{a}</dt><dd>{b}</dd>' for a, b in GUIDE)}</dl>",
    ),
    text="\n".join(part for row in GUIDE for part in row),
)
STATED = (("发起单位", "区住房建设局"), ("征集时间", "2023-05-01 至 2023-05-31"), ("状态", "已结束"))
CONSULTATIONS = {
    "list": f"<ul>{''.join(f'<li><b>{a}：</b>{b}</li>' for a, b in STATED)}</ul>",
    "spans": "".join(f"<p><span>{a}：</span><span>{b}</span></p>" for a, b in STATED),
}
for name, stated in CONSULTATIONS.items():
    trap(
        f"matter-of-consultation-{name}",
        "what a consultation states about itself above a family's container",
        "TRS WCM",
        page(headline=HEAD + stated, container='<div class="TRS_Editor">{}</div>'),
        text="\n".join((*(f"{a}：{b}" for a, b in STATED), WHOLE)),
    )
PROGRAM = "通知要求各街道在十月底前完成摸底，财政按照每台八万元补助。"
SUMMARIES = {
    "heading": f"<div><div>AI智能摘要</div><div>{PROGRAM}</div></div>",
    "one-line": f"<div>AI摘要：{PROGRAM}</div>",
    "note": f"<section><h4>AI解读</h4><p>{PROGRAM}</p><small>以上内容由大模型生成，仅供参考</small></section>",
}
for name, summary in SUMMARIES.items():
    trap(
        f"summary-by-program-{name}",
        "a summary that a program wrote, between header and text",
        "texts",
        page(headline=DATED + summary),
        text=WHOLE,
    )
BOXES = {
    "column": "<div class='k'><h3>使用说明</h3><p>本栏目内容由各部门更新，如发现内容有误，请与区政务公开办联系。</p></div>",
    "robot": "<div class='k'><h3>在线咨询</h3><p>您好，我是智能客服小溪，请问有什么可以帮您？输入关键词即可查找办事指南。</p></div>",
}
for name, box in BOXES.items():
    trap(
        f"site-box-{name}",
        "a box of the site below a text of one sentence",
        "texts",
        page(headline=DATED, body="<p>人民路今晚停水。</p>", below=box),
        text="人民路今晚停水。",
    )
trap(
    "source-of-figures",
    "the last sentence says where the figures are from",
    "texts",
    page(headline=DATED, body=f"{paragraphs()}<p>数据来源：区统计局，部分数据为初步统计。</p>"),
    text=f"{WHOLE}\n数据来源：区统计局，部分数据为初步统计。",
    fields=SUB,
)
RELEASE = ("发布时间：2023年5月4日上午10:00", "发布地点：区政府新闻发布厅")
trap(
    "day-of-press-conference",
    "a text begins with the day and place of a press conference",
    "texts",
    page(headline=DATED, body=paragraphs(RELEASE) + paragraphs()),
    text="\n".join((*RELEASE, WHOLE)),
    fields=SUB,
)
DAY = {"published_date": "2023-05-09"}
COLUMNS = {
    "linked": '<p><a href="/jr/">今日云溪</a> <span>2023-05-09</span> <span>人气：83</span></p>',
    "named": "<p><span>工作动态</span> <span>2023-05-09</span></p>",
    "labelled": '<p><span>所属栏目：<a href="/jr/">今日云溪</a></span><span>2023-05-09</span></p>',
}
for name, line in COLUMNS.items():
    trap(
        f"day-beside-column-{name}",
        "the name of the column beside the day",
        "texts",
        page(headline=HEAD + line),
        text=WHOLE,
        fields=DAY,
    )
LINES = {
    "gaps": f"<p>{NUMBER} &nbsp;&nbsp; 2023-05-09 &nbsp;&nbsp; 区政府办</p>",
    "bars": f"<p>{NUMBER} | 2023-05-09 | 区政府办</p>",
}
for name, line in LINES.items():
    trap(
        f"title-in-container-{name}",
        "a family's container begins with the title, the number and the day",
        "TRS WCM",
        page(
            headline="",
            container='<div class="TRS_Editor">{}</div>',
            body=f'<div class="bt">{TITLE}</div>{line}{paragraphs()}',
        ),
        text=WHOLE,
        fields={"document_number": NUMBER, **DAY},
    )
ENGLISH = (("索引号", "Index", INDEX), ("发布机构", "Publisher", OFFICE), ("文号", "DOC NO.", NUMBER))
trap(
    "labels-with-notes",
    "the sign of a note in an element behind the label",
    "headers",
    page(f"<ul>{''.join(f'<li><span>{a}<i title=说明>?</i></span><span>{v}</span></li>' for a, _, v in ENGLISH)}</ul>"),
    fields={name: HEADER[name] for name in ("index_number", "publisher", "document_number")},
)
trap(
    "labels-repeated-in-english",
    "an element behind the label repeats it in English",
    "headers",
    page(f"<ul>{''.join(f'<li><span>{a}<i>{e}</i></span><span>{v}</span></li>' for a, e, v in ENGLISH)}</ul>"),
    fields={name: HEADER[name] for name in ("index_number", "publisher", "document_number")},
)
LETTER = (
    ("来信人", "王**"), ("来信日期", "2023-05-01"), ("来信内容", "人民路一下雨就严重积水，请尽快疏通排水管道。"),
    ("回复日期", "2023-05-06"), ("回复内容", "您好，我局已组织清淤，积水问题已得到缓解。"),
)  # fmt: skip
trap(
    "letter-in-rows",
    "the rows of a letter, its title among them",
    "texts",
    page(title="区长信箱", headline="", body=table(("来信标题", "反映人民路积水问题"), *LETTER), container="{}"),
    text="\n".join(" | ".join(row) for row in LETTER),
    fields={"title": "反映人民路积水问题"},
)
trap(
    "letter-in-rows-with-subject",
    "the rows of a letter, its subject among them",
    "texts",
    page(title="区长信箱", headline="", body=table(("信件主题", "反映人民路积水问题"), *LETTER), container="{}"),
    text="\n".join(" | ".join(row) for row in LETTER),
    fields={"title": "反映人民路积水问题"},
)
trap(
    "letter-title-labelled",
    "the headline of a letter begins with its label",
    "titles",
    page(
        title="区长信箱",
        headline="<h2><label>信件标题：</label><span>反映人民路积水问题</span></h2><p>来信时间：2023-05-01</p>",
    ),
    fields={"title": "反映人民路积水问题"},
)
trap(
    "letter-with-writer-and-day",
    "below the headline of a letter stand who wrote it and when",
    "letters to the mayor",
    page(
        title="反映人民路积水问题",
        body="<p>网友：湖边人家　2023-05-01 22:41</p><p>人民路一下雨就严重积水，请尽快疏通排水管道。</p>"
        "<p>区水务局　2023-05-06 16:30 回复</p><p>您好，我局已组织清淤，积水问题已得到缓解。</p>",
    ),
    absent=("published_date",),
    text="网友：湖边人家 2023-05-01 22:41\n人民路一下雨就严重积水，请尽快疏通排水管道。\n"
    "区水务局 2023-05-06 16:30 回复\n您好，我局已组织清淤，积水问题已得到缓解。",
)
