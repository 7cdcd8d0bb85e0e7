"""Headers of documents in every form that a template may give them: how a label is spelled × what stands between label
and value and holds them × where the header stands × what is strewn between.

`python -m tests.support.header_forms` prints by form how many pages are read right, flagged, or wrong in silence.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from etl.extract import Extraction, extract
from etl.extract.codes import Flag
from tests.support.pages import TITLE, page, paragraphs

VALUES = {
    "index_number": "YX0012/2023-00077",
    "publisher": "云溪区人民政府办公室",
    "written_date": "2023-05-08",
    "document_number": "云政办发〔2023〕17号",
    "subject_category": "城市管理/市容",
    "validity": "有效",
}
CHINESE = ("索引号", "发布机构", "成文日期", "发文字号", "主题分类", "有效性")
TRADITIONAL = ("索引號", "發布機構", "成文日期", "發文字號", "主題分類", "有效性")
ENGLISH = ("Index Number", "Issuing Agency", "Issue Date", "Document Number", "Subject Category", "Validity")
Pairs = list[tuple[str, str]]


def _spelled(form: Callable[[int, str], str], words: tuple[str, ...] = CHINESE) -> tuple[str, ...]:
    return tuple(form(number, word) for number, word in enumerate(words, 1))


LABELS: Mapping[str, tuple[str, ...]] = {
    "plain": CHINESE,
    "spaced": _spelled(lambda _, w: "　".join(w)),
    "numbered": _spelled(lambda n, w: f"{n}.{w}"),
    "numbered in brackets": _spelled(lambda n, w: f"（{n}）{w}"),
    "circled": _spelled(lambda n, w: f"{chr(0x245F + n)}{w}"),
    "counted in Chinese": _spelled(lambda n, w: f"{'一二三四五六'[n - 1]}、{w}"),
    "starred": _spelled(lambda _, w: f"★{w}"),
    "in brackets": _spelled(lambda _, w: f"【{w}】"),
    "in corners": _spelled(lambda _, w: f"「{w}」"),
    "in tortoise shells": _spelled(lambda _, w: f"〔{w}〕"),
    "split": _spelled(lambda _, w: f"<b>{w[:2]}</b><b>{w[2:]}</b>"),
    "letters": _spelled(lambda _, w: "".join(f"<i>{c}</i>" for c in w)),
    "icon": _spelled(lambda _, w: f"<i class='ico'></i>{w}"),
    "English behind": _spelled(lambda n, w: f"{w} {ENGLISH[n - 1]}"),
    "Traditional": TRADITIONAL,
    "English": ENGLISH,
}


def _each(form: str, join: str = "") -> Callable[[Pairs], str]:
    return lambda pairs: join.join(form.format(k, v) for k, v in pairs)


def _in(tag: str, inner: Callable[[Pairs], str]) -> Callable[[Pairs], str]:
    return lambda pairs: f"<{tag}>{inner(pairs)}</{tag.split()[0]}>"


def _rows(label: str, value: str, row: str = "{}", around: str = "{}") -> Callable[[Pairs], str]:
    """All labels, then all values."""
    return lambda pairs: around.format(
        row.format("".join(label.format(k) for k, _ in pairs)) + row.format("".join(value.format(v) for _, v in pairs))
    )


def _grouped(pairs: Pairs) -> str:
    """A table whose first column spans the rows of a group."""
    rows = [f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in pairs]
    return f"<table>{rows[0].replace('<tr>', f'<tr><td rowspan={len(rows)}>基本信息</td>')}{''.join(rows[1:])}</table>"


def _rowspan_labels(pairs: Pairs) -> str:
    """Each label beside two rows of which the value fills the first."""
    return _in("table", _each("<tr><td rowspan=2>{}</td><td>{}</td></tr><tr><td></td></tr>"))(pairs)


def _json(pairs: Pairs) -> str:
    items = ",".join(f'{{"label":"{k}","value":"{v}"}}' for k, v in pairs)
    return (
        f"<div id='hd'></div><script>var items=[{items}];var out='';for(var i=0;i<items.length;i++)"
        "{out+='<li><b>'+items[i].label+'：</b>'+items[i].value+'</li>';}"
        "document.getElementById('hd').innerHTML=out;</script>"
    )


def _literal(pairs: Pairs) -> str:
    data = ",".join(f'k{n}:"{v}"' for n, (_, v) in enumerate(pairs))
    rows = "".join(f"<li>{k}：${{d.k{n}}}</li>" for n, (k, _) in enumerate(pairs))
    return f"<ul id='hd'></ul><script>const d={{{data}}};document.getElementById('hd').innerHTML=`{rows}`;</script>"


def _select(pairs: Pairs) -> str:
    return _each("<p>{0}：<select disabled><option>请选择</option><option selected>{1}</option></select></p>")(pairs)


SEPARATORS = {
    "colon": "：",
    "half colon": ":",
    "tab": "\t",
    "equals": "=",
    "spaced equals": " = ",
    "arrow": "→",
    "bar": "|",
    "full bar": "｜",
    "dash": " - ",
    "long dash": "——",
    "spaced long dash": " — ",
    "angle": " > ",
    "slash": " / ",
    "dots": "……",
    "double colon": "：：",
    "semicolon": "；",
}
HOLDERS: Mapping[str, Callable[[Pairs], str]] = {
    **{f"line with {name}": _each(f"<p>{{}}{sign}{{}}</p>") for name, sign in SEPARATORS.items()},
    **{f"item with {name} in bold": _in("ul", _each(f"<li><b>{{}}</b>{s}{{}}</li>")) for name, s in SEPARATORS.items()},
    "value in corners": _each("<p>{}「{}」</p>"),
    "value in brackets": _each("<p>{}[{}]</p>"),
    "value in tortoise shells": _each("<p>{}〔{}〕</p>"),
    "value in parentheses": _each("<p>{}（{}）</p>"),
    "all in one line": _in("div", _each("{}：{}", "　　")),
    "all in one line with tabs": _in("div", _each("{}\t{}", "\t")),
    "all in one line with semicolons": _in("div", _each("{}：{}", "；")),
    "spans in one line": _in("div", _each("<span>{}</span><span>{}</span>")),
    "spans in lines": _each("<p><span>{}</span><span>{}</span></p>"),
    "labels in spans, then values in spans": _rows("<span>{}</span>", "<span>{}</span>", "<p>{}</p>", "<div>{}</div>"),
    "labels in boxes, then values in boxes": _rows("<div>{}</div>", "<div>{}</div>", "<div>{}</div>", "<div>{}</div>"),
    "labels in a row, values below": _rows("<td>{}</td>", "<td>{}</td>", "<tr>{}</tr>", "<table>{}</table>"),
    "table": _in("table", _each("<tr><td>{}</td><td>{}</td></tr>")),
    "table with colons": _in("table", _each("<tr><td>{}：</td><td>{}</td></tr>")),
    "empty cell between": _in("table", _each("<tr><td>{}</td><td></td><td>{}</td></tr>")),
    "colon cell between": _in("table", _each("<tr><td>{}</td><td>：</td><td>{}</td></tr>")),
    "picture cell between": _in("table", _each("<tr><td>{}</td><td><img src='d.gif'></td><td>{}</td></tr>")),
    "dash cell between": _in("table", _each("<tr><td>{}</td><td>—</td><td>{}</td></tr>")),
    "value before its label in a table": _in("table", _each("<tr><td>{1}</td><td>{0}</td></tr>")),
    "value before its label in a list": _in("ul", _each("<li><b>{1}</b><span>{0}</span></li>")),
    "value above its label": _each("<div class=c><div class=v>{1}</div><div class=k>{0}</div></div>"),
    "value below its label": _each("<div class=c><div class=v>{0}</div><div class=k>{1}</div></div>"),
    "aria-label": _in("ul", _each("<li aria-label='{0}'>{1}</li>")),
    "title": _in("ul", _each("<li title='{0}'>{1}</li>")),
    "data-label": _in("ul", _each("<li data-label='{0}'>{1}</li>")),
    "data-key": _in("ul", _each("<li data-key='{0}'>{1}</li>")),
    "data-field": _in("div", _each("<div data-field='{0}'><span>{1}</span></div>")),
    "select": _select,
    "input": _each("<p>{0}：<input readonly value='{1}'></p>"),
    "input after a label": _each("<p><label for=a>{0}</label><input type=text readonly value='{1}'></p>"),
    "input in a cell": _in("table", _each("<tr><td>{0}</td><td><input disabled value='{1}'></td></tr>")),
    "output": _each("<p><label>{0}</label><output>{1}</output></p>"),
    "colon in its own element": _each("<p><b>{0}</b><i>：</i><span>{1}</span></p>"),
    "colon before the value": _each("<div><div>{0}</div><div>：{1}</div></div>"),
    "dl": _in("dl", _each("<dt>{}</dt><dd>{}</dd>")),
    "dl with wrappers": _in("dl", _each("<div><dt>{}</dt><dd>{}</dd></div>")),
    "dl with spans in it": _in("dl", _each("<div><dt><span>{}</span></dt><dd><p>{}</p></dd></div>")),
    "dl, terms first": _in("dl", _rows("<dt>{}</dt>", "<dd>{}</dd>")),
    "rows of boxes": _each("<div class='x1'><div class='q7'>{}</div><div class='q8'>{}</div></div>"),
    "boxes side by side": _in("div", _each("<div class='q7'>{}</div><div class='q8'>{}</div>")),
    "boxes of one class": _in("div", _each("<div class='q7'>{}</div><div class='q7'>{}</div>")),
    "deep boxes": _each("<div><div><div><p>{}</p></div></div><div><div><p>{}</p></div></div></div>"),
    "items side by side": _in("ul", _each("<li>{}</li><li>{}</li>")),
    "paragraphs side by side": _in("div", _each("<p>{}</p><p>{}</p>")),
    "headings and paragraphs": _in("div", _each("<h4>{}</h4><p>{}</p>")),
    "lines and breaks": _in("div", _each("{}<br>{}", "<br>")),
    "group in the first column": _grouped,
    "labels of two rows": _rowspan_labels,
    "links": _in("table", _each("<tr><td>{}</td><td><a href='/s?q=1'>{}</a></td></tr>")),
    "links in a list": _in("ul", _each("<li>{}：<a href='/s?q=1'>{}</a></li>")),
    "pictures": _in("table", _each("<tr><td>{}</td><td><img src='v.png' alt='{}'></td></tr>")),
    "pictures in a list": _in("ul", _each("<li>{}：<img src='v.png' alt='{}'></li>")),
    "details": _in("details", _in("table", _each("<tr><td>{}</td><td>{}</td></tr>"))),
    "details with summary": lambda pairs: (
        "<details><summary>基本信息</summary>" + _each("<p>{}：{}</p>")(pairs) + "</details>"
    ),
    "script of an object": _json,
    "script of a template literal": _literal,
    "fieldset": lambda pairs: "<fieldset><legend>公文信息</legend>" + _each("<p>{}：{}</p>")(pairs) + "</fieldset>",
    "list with marks": _in("ul", _each("<li>· {}：{}</li>")),
    "custom elements": _in("x-meta", _each("<x-row><x-k>{}</x-k><x-v>{}</x-v></x-row>")),
    "buttons": _in("ul", _each("<li><b>{}</b>：<span>{}</span><button>复制</button></li>")),
}
NOISE: Mapping[str, Callable[[str], str]] = {
    "": lambda header: header,
    "counter": lambda header: header + "<p>浏览次数：31　【字体：大 中 小】【打印】</p>",
    "heading": lambda header: "<h3>基本信息</h3>" + header,
    "comments": lambda header: header.replace("<td>", "<td><!-- x -->").replace("</b>", "<!-- y --></b>"),
}
PLACES = ("above", "below the title", "in the text", "below the text", "at the foot")


@dataclass(frozen=True)
class HeaderForm:
    """A page: each string is a key of the tables above, and `values` stand behind the labels."""

    label: str
    holder: str
    place: str
    noise: str
    values: tuple[str, ...] = tuple(VALUES.values())


def forms(labels: Mapping[str, object] = LABELS, holders: Mapping[str, object] = HOLDERS) -> Iterator[HeaderForm]:
    """All of them."""
    for label, holder, place, noise in product(labels, holders, PLACES, NOISE):
        # A template has no elements in attributes, nor in strings between these quotes.
        if not (label in ("split", "letters", "icon") and holder in _IN_ATTRIBUTES):
            yield HeaderForm(label, holder, place, noise)


_IN_ATTRIBUTES = ("aria-label", "title", "data-label", "data-key", "data-field", "script of an object")


def header_of(form: HeaderForm) -> str:
    """The markup of the header alone."""
    pairs = list(zip(LABELS[form.label], form.values, strict=True))
    return NOISE[form.noise](HOLDERS[form.holder](pairs))


def page_of(form: HeaderForm) -> str:
    """The page."""
    header = f"<div class='w'>{header_of(form)}</div>"
    line = f"<h1>{TITLE}</h1><p>发布时间：2023-05-09　来源：云溪日报</p>"
    above, below = (header if form.place == place else "" for place in ("above", "below the text"))
    body = (header if form.place == "in the text" else "") + paragraphs()
    headline = line + (header if form.place == "below the title" else "")
    made = page(above, headline=headline, body=body, below=below)
    return made.replace("<div class='foot'>", f"{header}<div class='foot'>") if form.place == "at the foot" else made


def wrong(form: HeaderForm, extraction: Extraction) -> dict[str, tuple[str, str]]:
    """The fields that are not as written: (right, read)."""
    right = VALUES | {
        "title": TITLE,
        "published_date": "2023-05-09",
        "source": "云溪日报",
    }
    read = {name: value.value for name, value in extraction.fields.items() if value.origin != "body"}
    return {
        name: (right.get(name, ""), read.get(name, ""))
        for name in right.keys() | read.keys()
        if right.get(name) != read.get(name)
    }


def is_flagged(extraction: Extraction) -> bool:
    """Whether an archivist is told of the page."""
    return any(not flag.startswith(f"{Flag.BODY}:") for flag in extraction.flags)


def outcome(form: HeaderForm) -> str:
    """`right`, `flagged`, `missed` or `invented`: the last two in silence, the last with a wrong value."""
    extraction = extract(page_of(form).encode(), "http://www.yunxi.example/gk/202305/t20230509_1234567.html")
    differences = wrong(form, extraction)
    if not differences:
        return "right"
    if is_flagged(extraction):
        return "flagged"
    return "invented" if any(read for _, read in differences.values()) else "missed"


def main() -> None:
    """Prints the table."""
    every, total = [(form, outcome(form)) for form in forms()], Counter[str]()
    for axis in ("label", "holder", "place", "noise"):
        counts: dict[str, Counter[str]] = {}
        for form, result in every:
            counts.setdefault(getattr(form, axis), Counter())[result] += 1
        print(f"\n{axis:42}{'right':>8}{'flagged':>9}{'missed':>8}{'invented':>10}")
        for name, count in counts.items():
            print(f"{name:42}{count['right']:8}{count['flagged']:9}{count['missed']:8}{count['invented']:10}")
    total.update(result for _, result in every)
    print(dict(total), len(every))


if __name__ == "__main__":
    main()
