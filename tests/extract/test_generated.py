"""Pages drawn from a grammar of layouts, labels and wrappers: every field is read right, or the page is flagged."""

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.extract import Extraction, extract
from tests.support.pages import PARAGRAPHS, SIGNED, TITLE, paragraphs
from tests.support.share import examples

URL = "http://www.yunxi.example/gk/202305/t20230509_1234567.html"
VALUES = {
    "index_number": "YX0012/2023-00077",
    "document_number": "云政办发〔2023〕17号",
    "publisher": "云溪区人民政府办公室",
    "written_date": "2023-05-08",
    "effective_date": "2023-06-01",
    "subject_category": "城市管理/市容",
    "validity": "有效",
}
LABELS = {
    "index_number": ("索引号", "信息索引号", "索 引 号"),
    "document_number": ("发文字号", "文号", "文　　号", "公文文号"),
    "publisher": ("发布机构", "发文机关", "制发单位"),
    "written_date": ("成文日期", "生成日期", "印发日期"),
    "effective_date": ("施行日期", "生效日期", "实施时间"),
    "subject_category": ("主题分类", "信息分类"),
    "validity": ("有效性", "时效性"),
}
ENGLISH = {
    "index_number": "Index No.",
    "document_number": "Document Number",
    "publisher": "Publisher",
    "written_date": "Date",
    "effective_date": "Effective Date",
    "subject_category": "Category",
    "validity": "Validity",
}


@dataclass(frozen=True)
class Layout:
    """What a generated page looks like; each string names a form of the grammar below."""

    shell: str
    headline: str
    date_in_title: bool
    subheading: str
    header: str
    header_place: str
    fields: tuple[str, ...]
    labels: int
    hidden: bool
    body: str
    title_tag: str


layouts = st.builds(
    Layout,
    shell=st.sampled_from(("plain", "early end", "two documents", "stray quote", "menus", "table")),
    headline=st.sampled_from(("h1", "h2", "h3", "h4", "h5", "h6", "class", "strong", "font", "p")),
    date_in_title=st.booleans(),
    subheading=st.sampled_from(
        ("labels", "label and tools", "spans", "icons", "dates", "boxes", "boxes in a line", "two lines")
    ),
    header=st.sampled_from(
        (
            "none",
            "table",
            "wide table",
            "list",
            "definitions",
            "line",
            "brackets",
            "spans",
            "form",
            "parallel lists",
            "tables in cells",
            "boxes of lists",
            "breaks in cells",
            "terms first",
            "English too",
            "tab",
        )
    ),
    header_place=st.sampled_from(("above", "below title", "in the text")),
    fields=st.lists(st.sampled_from(tuple(VALUES)), min_size=2, unique=True).map(tuple),
    labels=st.integers(0, 3),
    hidden=st.booleans(),
    body=st.sampled_from(("paragraphs", "breaks", "nested", "long table")),
    title_tag=st.sampled_from(("title and site", "site - title", "site")),
)


def headline(form: Layout) -> str:
    words = TITLE + ("<small class='d'> (2023-05-09)</small>" if form.date_in_title else "")
    return {
        "class": f"<div class='wz-title'>{words}</div>",
        "strong": f"<table><tr><td align=center><strong>{words}</strong></td></tr></table>",
        "font": f"<p align=center><font size=5>{words}</font></p>",
        "p": f"<p>{words}</p>",
    }.get(form.headline, f"<{form.headline}>{words}</{form.headline}>")


def subheading(form: Layout) -> str:
    return {
        "labels": "<div>发布时间：2023-05-09 10:21　来源：云溪日报</div>",
        "label and tools": (
            "<div>来源：云溪日报　发布时间：2023-05-09　浏览次数：<b>31</b>　【字体：大 中 小】【打印】</div>"
        ),
        "spans": "<p><span>发布日期：2023年05月09日</span><span>来源：云溪日报</span><span>点击：77</span></p>",
        "icons": "<div><span class='t'><i></i> 2023-05-09 09:00 </span><span><i></i> 云溪日报 </span></div>",
        "dates": (
            "<h2>（2023年5月6日）</h2><p><span>2023年05月09日08:19</span>&nbsp;"
            "<span>来源：<a href='#'>云溪日报</a></span></p>"
        ),
        "boxes": "<div class='dt'><div>09</div><div>2023年05月</div></div><p>来源：云溪日报</p>",
        "boxes in a line": "<div><b>09</b><span>2023-05</span></div><p>来源：云溪日报</p>",
        "two lines": "<p>日期：2023-05-09</p><p>信息来源：云溪日报</p>",
    }[form.subheading]


def header(form: Layout) -> str:
    pairs = [(LABELS[name][form.labels % len(LABELS[name])], VALUES[name]) for name in form.fields]
    if form.hidden and form.header in ("list", "brackets"):
        pairs[-1] = (pairs[-1][0], f"<span style='display:none'>{pairs[-1][1]}</span><span></span>")
    labelled = zip(form.fields, pairs, strict=True)
    return {
        "none": "",
        "table": "<table>" + "".join(f"<tr><td>{k}：</td><td>{v}</td></tr>" for k, v in pairs) + "</table>",
        "wide table": "<table><tr>" + "".join(f"<th>{k}</th><td>{v}</td>" for k, v in pairs) + "</tr></table>",
        "list": "<ul>" + "".join(f"<li><b>{k}：</b>{v}</li>" for k, v in pairs) + "</ul>",
        "definitions": "<dl>" + "".join(f"<dt>{k}：</dt><dd>{v}</dd>" for k, v in pairs) + "</dl>",
        "line": "<div>" + "&nbsp;&nbsp;|&nbsp;&nbsp;".join(f"{k}：{v}" for k, v in pairs) + "</div>",
        "brackets": "<ol>" + "".join(f"<li>[{k}] <span>{v}</span></li>" for k, v in pairs) + "</ol>",
        "spans": "<div>" + "".join(f"<span><em>{k}：</em><i>{v}</i></span>" for k, v in pairs) + "</div>",
        "form": "<form>" + "".join(f"<p>{k}：<span>{v}</span></p>" for k, v in pairs) + "<input type=hidden></form>",
        "parallel lists": "<div>"
        + "".join(f"<ul>{''.join(f'<li>{pair[at]}</li>' for pair in pairs)}</ul>" for at in (0, 1))
        + "</div>",
        "boxes of lists": "<div>"
        + "".join(f"<div><ul>{''.join(f'<li>{pair[at]}</li>' for pair in pairs)}</ul></div>" for at in (0, 1))
        + "</div>",
        "breaks in cells": "<table><tr>"
        + "".join(f"<td>{'<br>'.join(pair[at] for pair in pairs)}</td>" for at in (0, 1))
        + "</tr></table>",
        "terms first": "<dl>"
        + "".join(f"<dt>{k}：</dt>" for k, _ in pairs)
        + "".join(f"<dd>{v}</dd>" for _, v in pairs)
        + "</dl>",
        "tables in cells": "<table>"
        + "".join("<tr>" + "".join(f"<td><table><tr><td>{x}</td></tr></table></td>" for x in pair) for pair in pairs)
        + "</table>",
        "English too": "<table>"
        + "".join(f"<tr><td>{k} {ENGLISH[field]}</td><td>{v}</td></tr>" for field, (k, v) in labelled)
        + "</table>",
        "tab": "<div style='display:none'>" + "".join(f"<p>{k}：{v}</p>" for k, v in pairs) + "</div>",
    }[form.header]


def text_of(form: Layout) -> str:
    lines = (*PARAGRAPHS, *SIGNED)
    return {
        "paragraphs": paragraphs(),
        "breaks": "<br>".join(lines),
        "nested": "<div><div>" + "".join(f"<div><span>{line}</span></div>" for line in lines) + "</div></div>",
        "long table": paragraphs()
        + "<div><p>附表如下：</p>"
        + "".join(f"<p>第{n}号电梯位于第{n}大街东侧，已使用二十年，列入更新计划。</p>" for n in range(60))
        + "</div>",
    }[form.body]


def page_of(form: Layout) -> str:
    site = "云溪区人民政府"
    title = {"title and site": f"{TITLE}_{site}", "site - title": f"{site} - {TITLE}", "site": site}[form.title_tag]
    menu = "".join(f"<a href='/{n}/'>栏目{n}</a>" for n in range(6))
    place = form.header_place
    parts = [header(form)] if place == "above" else []
    parts += [headline(form), subheading(form)] + ([header(form)] if place == "below title" else [])
    inside = (header(form) if place == "in the text" else "") + text_of(form)
    parts.append(f"<div class='nr'>{inside}</div>")
    main = "".join(parts)
    top = f"<div class='nv'><a href='/'>首页</a>{menu}</div>"
    foot = "<div class='ft'><p>主办单位：云溪区人民政府办公室 网站标识码：9900000001</p></div>"
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    if form.shell == "early end":
        return f"<!DOCTYPE html><html>{head}<body>{top}</body></html><div>{main}</div>{foot}</body></html>"
    if form.shell == "two documents":
        return f"<html>{head}<body>{top}<html><body>{main}</body></html>{foot}</body></html>"
    if form.shell == "stray quote":
        top += (
            '<!--<a title="手机版"">手机版</a>--><a href=\'/w\' title="手机"">手机</a><ul title="x"><li>导航</li></ul>'
        )
    if form.shell == "menus":
        panel = "<div><span><a href='/v/{0}'>云溪区第{0}项服务的办理说明，请市民知悉。</a></span></div>"
        top += "".join(panel.format(n) for n in range(12))
    if form.shell == "table":
        main = f"<table width='90%'><tr><td>{main}</td></tr></table>"
    return f"<!DOCTYPE html><html>{head}<body>{top}{main}{foot}</body></html>"


def wrong(form: Layout, extraction: Extraction) -> dict[str, tuple[str, str]]:
    """The fields that are not as written: (right, read)."""
    right = {"title": TITLE, "published_date": "2023-05-09", "source": "云溪日报"}
    if form.header != "none" and not (form.header == "tab" and len(form.fields) < 3):
        right |= {name: VALUES[name] for name in form.fields}
    read = {name: value.value for name, value in extraction.fields.items() if value.origin != "body"}
    return {
        name: (right.get(name, ""), read.get(name, ""))
        for name in right.keys() | read.keys()
        if right.get(name) != read.get(name)
    }


@settings(max_examples=examples(1000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layouts)
def test_every_field_of_a_generated_page_is_right(form: Layout) -> None:
    extraction = extract(page_of(form).encode(), URL)
    assert wrong(form, extraction) == {}
    assert extraction.kind == "document"
    missing = [line for line in (*PARAGRAPHS, *SIGNED) if line not in extraction.text]
    assert missing == []
    assert "栏目3" not in extraction.text
    assert "主办单位" not in extraction.text
