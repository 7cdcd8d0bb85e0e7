"""Rows of lists in unusual forms: titles that are cut or hinted at, days in parts, cells under headings that span."""

from datetime import datetime

import pytest

from etl.platforms.base import ListingRequest
from etl.platforms.listing import read_list_page
from etl.platforms.registry import platform
from etl.platforms.rows.rows import block_entries
from etl.web.page import WebPage
from tests.support.row_forms import FURTHER

LIST = "http://x.example/gk/zcwj/"
FORMS = {
    "dl dt/dd": ("<dt>{a}</dt><dd>{d}</dd>", "<dl>{}</dl>", "d"),
    "dl dd date first": ("<dd>{d}</dd><dt>{a}</dt>", "<dl>{}</dl>", "d"),
    "column before": ('<li><a href="/gk/bmwj/">[部门文件]</a>{a}<span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "agency before": ('<li><a href="/gk/czj/">市财政局</a> | {a}<span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "day block b span": ("<li><div class=t><b>0{n}</b><span>2024-03</span></div>{a}</li>", "<ul>{}</ul>", "d"),
    "day block p p slash": ("<li><div class=t><p>0{n}</p><p>2024/03</p></div>{a}</li>", "<ul>{}</ul>", "d"),
    "day block dot": ("<li><div class=t><i>0{n}</i><em>2024.03</em></div>{a}</li>", "<ul>{}</ul>", "d"),
    "day block chinese": ("<li><div><b>0{n}</b><span>2024年3月</span></div>{a}</li>", "<ul>{}</ul>", "d"),
    "day in link": (
        '<li><a href="{u}"><div><b>0{n}</b><span>2024-03</span></div><p>{t}</p></a></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "month-day / year": ("<li><div><b>03-0{n}</b><span>2024</span></div>{a}</li>", "<ul>{}</ul>", "d"),
    "monthname": ("<li><div><b>0{n}</b><span>三月</span><span>2024</span></div>{a}</li>", "<ul>{}</ul>", "d"),
    "english month": ("<li><div><b>0{n}</b><span>Mar</span><span>2024</span></div>{a}</li>", "<ul>{}</ul>", "d"),
    "english month 2": ("<li>{a}<span>Mar 0{n}, 2024</span></li>", "<ul>{}</ul>", "d"),
    "time": ("<li>{a}<span>{d} 10:25:33</span></li>", "<ul>{}</ul>", "d"),
    "iso T": ('<li>{a}<time datetime="{d}T10:25:33+08:00">3月0{n}日</time></li>', "<ul>{}</ul>", "d"),
    "datetime attr only": ('<li>{a}<time datetime="{d}"></time></li>', "<ul>{}</ul>", "d"),
    "data-date attr": ('<li data-date="{d}">{a}</li>', "<ul>{}</ul>", "d"),
    "title of date": ('<li>{a}<span title="{d}">03-0{n}</span></li>', "<ul>{}</ul>", "d"),
    "chinese date": ("<li>{a}<span>二〇二四年三月{c}日</span></li>", "<ul>{}</ul>", "d"),
    "date paren in text": ("<li>{a}（{d}）</li>", "<ul>{}</ul>", "d"),
    "date before bare": ("<li>{d} {a}</li>", "<ul>{}</ul>", "d"),
    "cut with title attr": ('<li><a href="{u}" title="{t}">桐溪县关于…</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "cut, title on li": ('<li title="{t}"><a href="{u}">桐溪县关于...</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "cut, hidden full": (
        '<li><a href="{u}"><span class=s>桐溪县关于…</span><span class=f style="display:none">{t}</span></a>'
        "<span>{d}</span></li>",
        "<ul>{}</ul>",
        "d",
    ),
    "cut, data-original-title": (
        '<li><a href="{u}" data-original-title="{t}">桐溪县关于…</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "cut, alt of img": ('<li><a href="{u}"><img alt="{t}"></a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "cut, tooltip beside": (
        '<li><a href="{u}">桐溪县关于…</a><div class="tip">{t}</div><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "title attr useless": ('<li><a href="{u}" title="点击查看详情">{t}</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "title attr new window": (
        '<li><a href="{u}" title="在新窗口打开">{t}</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "title attr date": ('<li><a href="{u}" title="{d}">{t}</a></li>', "<ul>{}</ul>", "d"),
    "title attr column": ('<li><a href="{u}" title="政策文件">{t}</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "title with html br": (
        '<li><a href="{u}">桐溪县关于<br>第{n}项工作的通知</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "title in pieces": (
        '<li><a href="{u}"><font color=red>桐溪县</font>关于第{n}项工作的通知</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "detail link": ('<li><p>{t}</p><span>{d}</span><a href="{u}">查看详情</a></li>', "<ul>{}</ul>", "d"),
    "arrow link": ('<li><p>{t}</p><span>{d}</span><a href="{u}">&gt;&gt;</a></li>', "<ul>{}</ul>", "d"),
    "icon link + title link": ('<li><a href="{u}"><img src=i.png></a>{a}<span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "column link first": ('<li><a href="/gk/">[政策]</a>{a}<span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "column link last": ('<li>{a}<a href="/gk/">[政策]</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "explanation link": (
        '<li>{a}<a href="../jd/202403/t20240302_{n}.html">政策解读</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "explanation link long": (
        '<li>{a}<a href="../jd/202403/t20240302_{n}.html">【解读】{t}的政策解读</a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "download link": ('<li>{a}<a href="./202403/P020240301_{n}.pdf">下载</a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
    "pdf icon": (
        '<li>{a}<a href="./202403/P020240301_{n}.pdf"><img src=pdf.gif></a><span>{d}</span></li>',
        "<ul>{}</ul>",
        "d",
    ),
    "table": (
        "<tr><td>{n}</td><td>{a}</td><td>{no}</td><td>{d}</td></tr>",
        "<table><tr><th>序号</th><th>标题</th><th>文号</th><th>发布日期</th></tr>{}</table>",
        "dn",
    ),
    "table thead tbody": (
        "<tr><td>{n}</td><td>{a}</td><td>{no}</td><td>{d}</td></tr>",
        "<table><thead><tr><th>序号</th><th>标题</th><th>文号</th><th>发布日期</th></tr></thead><tbody>{}"
        "</tbody></table>",
        "dn",
    ),
    "table written and published": (
        "<tr><td>{a}</td><td>{no}</td><td>2024-02-01</td><td>{d}</td></tr>",
        "<table><thead><tr><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr></thead>"
        "<tbody>{}</tbody></table>",
        "dn",
    ),
    "table head colspan": (
        "<tr><td>{n}</td><td><img src=a.gif></td><td>{a}</td><td>{no}</td><td>2024-02-01</td><td>{d}</td></tr>",
        "<table><tr><th>序号</th><th colspan=2>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr>{}</table>",
        "dn",
    ),
    "table row th": (
        "<tr><th>{n}</th><td>{a}</td><td>{no}</td><td>2024-02-01</td><td>{d}</td></tr>",
        "<table><tr><th>序号</th><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr>{}</table>",
        "dn",
    ),
    "table head in own table": (
        "<tr><td>{n}</td><td>{a}</td><td>{no}</td><td>2024-02-01</td><td>{d}</td></tr>",
        "<table><tr><th>序号</th><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr></table>"
        "<table>{}</table>",
        "dn",
    ),
    "ul head": (
        "<li><span>{a}</span><span>{no}</span><span>2024-02-01</span><span>{d}</span></li>",
        "<ul><li class=h><span>标题</span><span>文号</span><span>成文日期</span><span>发布日期</span></li>{}</ul>",
        "dn",
    ),
    "div grid head sibling": (
        "<div class=r><span>{a}</span><span>{no}</span><span>2024-02-01</span><span>{d}</span></div>",
        "<div class=h><span>标题</span><span>文号</span><span>成文日期</span><span>发布日期</span></div>"
        "<div class=b>{}</div>",
        "dn",
    ),
    "table data-label": (
        '<tr><td data-label="标题">{a}</td><td data-label="文号">{no}</td>'
        '<td data-label="成文日期">2024-02-01</td><td data-label="发布日期">{d}</td></tr>',
        "<table>{}</table>",
        "dn",
    ),
    "two tr a row": ("<tr><td>{a}</td></tr><tr><td>{no} {d}</td></tr>", "<table>{}</table>", "dn"),
    "number label": ("<li>{a}<p>发文字号：{no} 成文日期：2024-02-01 发布日期：{d}</p></li>", "<ul>{}</ul>", "dn"),
    "number label split": (
        "<li>{a}<p><b>发文字号：</b><i>{no}</i></p><p><b>发布日期：</b><i>{d}</i></p></li>",
        "<ul>{}</ul>",
        "dn",
    ),
    "number label no colon": (
        "<li>{a}<p><b>文号</b><i>{no}</i></p><p><b>发布日期</b><i>{d}</i></p></li>",
        "<ul>{}</ul>",
        "dn",
    ),
    "number bracket label": ("<li>{a}<p>[文号]{no}</p><p>[发布日期]{d}</p></li>", "<ul>{}</ul>", "dn"),
    "section article": (
        "<article><h2>{a}</h2><footer><time>{d}</time></footer></article>",
        "<section>{}</section>",
        "d",
    ),
    "block link": ('<a href="{u}"><h4>{t}</h4><p>{d}</p></a>', "<div>{}</div>", "d"),
    "summary in link": (
        '<li><a href="{u}"><h3>{t}</h3><p>各乡镇人民政府，县政府各部门：现将有关事项通知如下。</p><span>{d}'
        "</span></a></li>",
        "<ul>{}</ul>",
        "d",
    ),
    "summary with other date": (
        "<li><h3>{a}</h3><p>经2023年12月5日县政府第3次常务会议同意，现印发。</p><span>{d}</span></li>",
        "<ul>{}</ul>",
        "d",
    ),
    "summary only other date": (
        "<li><h3>{a}</h3><p>经2023年12月5日县政府第3次常务会议同意，现印发。</p></li>",
        "<ul>{}</ul>",
        "",
    ),
    "hits": ("<li>{a}<span>{d}</span><span>阅读 20240</span></li>", "<ul>{}</ul>", "d"),
    "font nested": (
        "<tr><td><table><tr><td><img></td><td><font>{a}</font></td><td>{d}</td></tr></table></td></tr>",
        "<table>{}</table>",
        "d",
    ),
    "custom element": ("<my-row><my-title>{a}</my-title><my-date>{d}</my-date></my-row>", "<my-list>{}</my-list>", "d"),
    "new mark img": ('<li><a href="{u}">{t}<img src=new.gif alt="新"></a><span>{d}</span></li>', "<ul>{}</ul>", "d"),
}
"""Name → (row, what holds the rows, which of its date and number it states)."""
FORMS["a date at the title's end"] = ('<li><a href="{u}">{t} {d}</a></li>', "<ul>{}</ul>", "d")


FORMS |= FURTHER


@pytest.mark.parametrize("name", FORMS)
def test_each_row_is_one_entry_with_what_it_states(name: str) -> None:
    row, holder, states = FORMS[name]
    expected = []
    rows = ""
    for n in range(1, 6):
        url, title, day = f"202403/t20240301_{4100 + n}.html", f"桐溪县关于第{n}项工作的通知", f"2024-03-0{n}"
        number = f"桐政发〔2024〕{n}号"
        link = f'<a href="./{url}">{title}</a>'
        stamp = int(datetime.fromisoformat(f"{day}T11:00+08:00").timestamp() * 1000)
        rows += row.format(a=link, u=f"./{url}", t=title, d=day, no=number, n=n, c="一二三四五"[n - 1], ms=stamp)
        dated, numbered = {"d", "w"} & set(states), "n" in states
        shown = f"{title}（{number}）" if "{t}（{no}）" in row else f"{number} {title}" if "{no} {t}" in row else title
        expected.append((LIST + url, shown, day if dated else None, number if numbered else None))
    body = f"<div><a href='/'>首页</a></div>{holder.format(rows)}<div>主办：桐溪县</div>"
    page = WebPage(LIST, f"<html><head><title>政策文件</title></head><body>{body}</body></html>", "utf-8")
    entries = read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c")).entries
    found = [
        (
            entry.url,
            entry.title,
            entry.fields.get("written_date" if "w" in states else "published_date"),
            entry.fields.get("document_number"),
        )
        for entry in entries
    ]
    assert found == expected


def test_explanations_alone_are_rows() -> None:
    rows = "".join(
        f'<li><a href="./202403/t20240301_{n}.html">《桐溪县第{n}号通知》政策解读</a><i>2024-03-0{n}</i></li>'
        for n in range(1, 6)
    )
    page = WebPage(LIST, f"<html><body><ul>{rows}</ul></body></html>", "utf-8")
    assert len(read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c")).entries) == 5


GROUPS = (
    "<h3>2024年</h3><ul><li>{}<span>03-05</span></li></ul><h3>2023年</h3><ul><li>{}<span>11-20</span></li></ul>",
    "<dl><dt>2024年3月</dt><dd>{}<i>5日</i></dd><dt>2023年11月</dt><dd>{}<i>20日</i></dd></dl>",
)


@pytest.mark.parametrize("groups", GROUPS)
def test_each_row_takes_the_year_of_the_headline_above_it(groups: str) -> None:
    links = [f'<a href="./202403/t20240301_{n}.html">桐溪县第{n}号通知</a>' for n in (1, 2)]
    page = WebPage(LIST, f"<html><body>{groups.format(*links)}</body></html>", "utf-8")
    entries = read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c")).entries
    assert [entry.fields.get("published_date") for entry in entries] == ["2024-03-05", "2023-11-20"]


def test_a_date_of_an_end_is_no_date_of_the_document() -> None:
    link, end = '<a href="./202403/t20240301_1.html">桐溪县第1号通知</a>', "办理截止日期：2024-05-01 前往县政务大厅办理"
    page = WebPage(LIST, f"<html><body><ul><li>{link}<p>{end}</p></li></ul></body></html>", "utf-8")
    (entry,) = read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c")).entries
    assert "published_date" not in entry.fields


@pytest.mark.parametrize("title", ["桐溪县关于招聘工作人员的公告（第3号）", "桐溪县人民政府公告2024年第3号"])
@pytest.mark.parametrize(
    "row", ["<b>03</b>{t}<i>2024-03-05</i>", "<em>[通知]</em><p>{t}</p><i>2024-03-05</i>", "{t}<span>03-05</span>"]
)
def test_a_title_in_the_form_of_a_number_is_a_title(title: str, row: str) -> None:
    rows = "".join(f'<li><a href="./202403/t20240305_{n}.html">{row.format(t=title)}</a></li>' for n in range(1, 4))
    page = WebPage(LIST, f"<html><body><ul>{rows}</ul></body></html>", "utf-8")
    for entry in read_list_page(platform("trs_wcm"), page, ListingRequest(LIST, "c")).entries:
        assert entry.title.removeprefix("[通知]").strip() == title
        assert entry.fields["published_date"] == "2024-03-05"


@pytest.mark.parametrize(
    "beside",
    [
        '<a href="/gk/bm/{0}/">云溪县人力资源和社会保障局</a>',
        '<a href="/gk/ml/">全部政府信息公开目录查询入口</a>',
        '<a href="/u/{0}.pdf">云溪县二〇二五年度部门决算公开报告全文.pdf</a>',
    ],
    ids=["an agency", "a link of all rows", "a file"],
)
def test_longer_names_behind_a_short_title_are_not_the_document(beside: str) -> None:
    shown = "".join(f'<li><a href="/gk/{n}.html">任免通知</a> {beside.format(n)}</li>' for n in range(1, 8))
    page = WebPage("http://x.example/gk/", f"<body><ul class=l>{shown}</ul></body>", "utf-8")
    rows = page.tree.cssselect("ul.l > li")
    entries = block_entries(rows, page.url, None).values()
    assert [entry.url for entry in entries] == [f"http://x.example/gk/{n}.html" for n in range(1, 8)]
