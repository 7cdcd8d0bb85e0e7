"""Pages with a list in every form that templates were seen to use: what the row is, what wraps its link, where dates
and numbers stand."""

from dataclasses import dataclass

from hypothesis import strategies as st

from etl.platforms.base import Entry

LIST = "http://x.example/gk/zcwj/"
TITLES = (
    "鹤汀街道摊点管理办法",
    "关于做好汛期排涝工作的通知",
    "桐溪县农田水利规划（2024—2030年）",
    "2024年度法治政府建设情况",
    "对第12号建议的答复",
)


@dataclass(frozen=True)
class Form:
    """How a template writes a row. `holder` wraps the title, `depth` further blocks wrap that; `dates` and `numbers`
    say where those stand: inside the link, beside it in the row, after the row (in a sibling), or nowhere."""

    row: str
    holder: str
    depth: int
    dates: str
    numbers: str
    icon: bool
    twin: str
    counter: bool
    rows: int
    sidebar: int


forms = st.builds(
    Form,
    row=st.sampled_from(("li", "tr", "div", "ul", "dl", "a", "p")),
    holder=st.sampled_from(("", "p", "h3", "span", "td", "div")),
    depth=st.integers(0, 4),
    dates=st.sampled_from(("beside", "before", "in the link", "day apart", "none")),
    numbers=st.sampled_from(("beside", "in the link", "none")),
    icon=st.booleans(),
    twin=st.sampled_from(("", "in the row", "own list")),
    counter=st.booleans(),
    rows=st.integers(1, 5),
    sidebar=st.integers(0, 3),
)


def wrap(content: str, tag: str, depth: int = 1) -> str:
    for level in range(depth if tag else 0):
        content = f'<{tag} class="w-{level}-{tag}">{content}</{tag}>'
    return content


def date_of(row: int) -> str:
    return f"2024-03-{row + 10}"


def number_of(row: int) -> str:
    return f"桐政发〔2024〕{row + 1}号"


def date_block(form: Form, row: int) -> str:
    if form.dates == "day apart":
        return f'<div class="sj"><b>{row + 10}</b><em>2024-03</em></div>'
    return f'<span class="rq">[{date_of(row)}]</span>'


def row_block(form: Form, row: int) -> str:
    """One row. A row that is itself the link has everything inside it."""
    inside = form.row == "a"
    holder = "span" if form.holder == "td" and form.row != "tr" else form.holder
    title = TITLES[row]
    date = "" if form.dates == "none" else date_block(form, row)
    number = "" if form.numbers == "none" else f"<i>{number_of(row)}</i>"
    in_link = form.dates == "in the link" or inside
    words = wrap(title, holder if inside else "span") + (date if in_link else "")
    words += number if form.numbers == "in the link" or inside else ""
    href = f"./202403/t202403{row + 10}_{row}.html"
    link = f'<a href="{href}">{words if words != wrap(title, "span") else title}</a>'
    if inside:
        return link.replace("<a ", '<a class="hang" ', 1)
    if form.twin == "in the row":
        link += f'<a class="phone" href="{href}">{title}</a>'
    block = wrap(wrap(link, "" if holder == "td" else holder), "div", form.depth)
    if form.icon:
        block += f'<a href="../jd/202404/t20240401_{row}9.html"><img src="jd.png"></a>'
    beside = "" if in_link else date
    beside += "" if form.numbers == "in the link" else number
    block = f"<em>{row + 1}</em>" * form.counter + (beside + block if form.dates == "before" else block + beside)
    cells = {"tr": "<td>{}</td>", "ul": "<li>{}</li>", "dl": "<dd>{}</dd>"}.get(form.row, "{}")
    return f'<{form.row} class="hang">{cells.format(block)}</{form.row}>'


def flat(form: Form, rows: int) -> str:
    """Rows without a block of their own: links, dates and numbers follow each other in one block."""
    pieces = []
    for row in range(rows):
        date, number = date_block(form, row), f"<i>{number_of(row)}</i>"
        link = f'<a href="./202403/t202403{row + 10}_{row}.html">{TITLES[row]}</a>'
        if form.row == "dl":
            pieces.append(f"<dt>{link}</dt><dd>{date}{number}</dd>")
        elif form.dates == "before":
            pieces.append(f"{date}{number}{link}<br>")
        else:
            pieces.append(f"{link}{date}{number}<br>")
    return f"<dl>{''.join(pieces)}</dl>" if form.row == "dl" else f"<div>{''.join(pieces)}</div>"


def page_of(form: Form) -> str:
    rows = "".join(row_block(form, row) for row in range(form.rows))
    rows = f"<table>{rows}</table>" if form.row == "tr" else f'<div class="list">{rows}</div>'
    if form.twin == "own list":
        short = "".join(
            f'<p><a href="./202403/t202403{row + 10}_{row}.html">{TITLES[row]}</a></p>' for row in range(form.rows)
        )
        rows += f'<div class="phone-list">{short}</div>'
    side = "".join(
        f'<li><a href="../../xw/202401/t20240101_{row}7.html">新闻第{row}条</a></li>' for row in range(form.sidebar)
    )
    return (
        '<html><body><div class="head"><a href="/">首页</a> &gt; <a href="../">政府信息公开</a></div>'
        f'<div class="main"><div class="left"><ul>{side}</ul></div><div class="right">{rows}</div></div>'
        '<div class="foot">主办：桐溪县人民政府</div></body></html>'
    )


def expected(form: Form) -> list[Entry]:
    entries = []
    for row in range(form.rows):
        fields = {"published_date": date_of(row)} if form.dates != "none" else {}
        fields |= {"document_number": number_of(row)} if form.numbers != "none" else {}
        entries.append(Entry(f"{LIST}202403/t202403{row + 10}_{row}.html", TITLES[row], fields))
    return entries
