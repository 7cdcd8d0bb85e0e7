"""Genres of administrative documents: each function writes one from the material of a topic in `texts/*.yaml`.

A function returns a `Form`: (title, document number, body).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from demo.documents import Block, Items, Paragraph, Table, chinese_date

NUMERALS = "一二三四五六七八九十"
Form = tuple[str, str, tuple[Block, ...]]


@dataclass(frozen=True, slots=True)
class Agency:
    """An invented agency: name, prefix of its document numbers (机关代字), organisation code and region.

    `valid`: false if the check character of its index numbers is wrong.
    """

    key: str
    name: str
    mark: str
    code: str
    region: str
    valid: bool = True


def text(line: str) -> Paragraph:
    return Paragraph(line)


def heading(line: str) -> Paragraph:
    return Paragraph(line, "heading")


def centre(line: str) -> Paragraph:
    return Paragraph(line, "centre")


def signed(agency: Agency, day: date) -> tuple[Paragraph, ...]:
    return Paragraph(agency.name, "right"), Paragraph(chinese_date(day), "right")


def table(material: Mapping[str, Any]) -> tuple[Table, ...]:
    rows = material.get("table", ())
    return (Table(tuple(tuple(str(cell) for cell in row) for row in rows)),) if rows else ()


def commencement(written: date) -> date:
    """The first day of the month after next: when a measure comes into force."""
    return (written.replace(day=1) + timedelta(days=64)).replace(day=1)


def notice(topic: Mapping[str, Any], agency: Agency, written: date, serial: int) -> Form:
    """通知 or 意见: salutation, reasons, aims, tasks, demands."""
    form = topic["notice"]
    opinion = form["genre"] == "意见"
    closing = "实施意见如下" if opinion else "现将有关事项通知如下"
    number = f"{agency.mark}{'发' if opinion else ''}〔{written.year}〕{serial}号"
    demands: Sequence[Block] = (
        (Items(tuple(topic["duties"])),)
        if serial % 2
        else tuple(text(f"{place}.{duty}") for place, duty in enumerate(topic["duties"], 1))
    )
    return (
        f"{agency.name}{form['title']}",
        number,
        (
            text(form["to"]),
            text(topic["why"]),
            text(f"为切实做好{topic['matter']}工作，结合实际，{closing}："),
            heading("一、总体要求"),
            text(topic["aim"]),
            heading("二、重点任务"),
            *(
                text(f"（{NUMERALS[place]}）{name}。{body}")
                for place, (name, body) in enumerate(topic["measures"].items())
            ),
            heading("三、组织保障" if opinion else "三、工作要求"),
            *demands,
            *signed(agency, written),
        ),
    )


def rules(topic: Mapping[str, Any], agency: Agency, written: date, serial: int) -> Form:
    """办法 in articles, or 应急预案 in numbered clauses, after the short notice that issues it."""
    form = topic["rules"]
    title, plan = form["title"], form["genre"] == "应急预案"
    start = commencement(written)
    ends = (
        f"本{'预案' if plan else '办法'}由{agency.name}负责解释。",
        f"本{'预案' if plan else '办法'}自{chinese_date(start)}起施行，有效期五年。",
    )
    articles = (*form["articles"], *ends)
    names = "一二三四五六七八九"
    clauses = (
        tuple(text(f"{1 + place // 3}.{1 + place % 3} {body}") for place, body in enumerate(articles))
        if plan
        else tuple(text(f"第{names[place]}条　{body}") for place, body in enumerate(articles))
    )
    number = f"{agency.mark}规〔{written.year}〕{serial % 7 or 7}号"
    return (
        f"{agency.name}关于印发《{title}》的通知",
        number,
        (
            centre(number),
            text("各有关单位："),
            text(f"《{title}》已经{agency.name}第{serial % 30 + 2}次办公会议审议通过，现印发给你们，请认真贯彻执行。"),
            *signed(agency, written),
            centre(title),
            *clauses,
        ),
    )


def case(topic: Mapping[str, Any], agency: Agency, written: date, serial: int) -> Form:
    """公告, 公示, 批复, 招标公告 or 行政处罚公示."""
    form = topic["case"]
    kind = form["genre"]
    body: tuple[Block, ...] = tuple(text(line) for line in form["text"])
    if kind == "批复":
        number = f"{agency.mark}复〔{written.year}〕{serial % 19 + 3}号"
        body = (centre(number), text(form["to"]), *body, *table(form), text("此复。"), *signed(agency, written))
        return f"{agency.name}{form['title']}", number, body
    closing = {
        "公告": (
            text(
                f"本公告由{agency.name}负责解释，未尽事宜另行公告。咨询时间：工作日上午8时30分至12时，下午2时30分至6时。"
            ),
            text("特此公告。"),
        ),
        "行政处罚公示": (
            text(f"公民、法人或者其他组织对公示信息有异议的，可以向{agency.name}提出更正申请，并附证明材料。"),
            text("处罚信息修复的条件和程序，按照国家有关规定执行。"),
        ),
        "公示": (text(f"联系电话：0899-555{serial:04}。"),),
        "招标公告": (text(f"采购人或者招标人：{agency.name}；联系人：业务科；电话：0899-555{serial * 3:04}。"),),
    }.get(kind, ())
    number = f"{written.year}年第{serial % 9 + 1}号" if kind == "公告" else ""
    title = form["title"] if kind == "招标公告" else f"{agency.name}{form['title']}"
    return title, number, (*body, *table(form), *closing, *signed(agency, written))


def interpretation(topic: Mapping[str, Any], agency: Agency, of: Form) -> Form:
    """政策解读 of the notice, whose document number it cites (it has none of its own)."""
    title, number, _ = of
    return (
        f"《{title}》政策解读",
        "",
        (
            text(f"近日，{agency.name}印发《{title}》（{number}，以下简称文件）。为便于社会公众理解，现解读如下。"),
            heading("一、文件出台的背景是什么？"),
            text(topic["why"]),
            *(
                block
                for place, (question, answer) in enumerate(topic["questions"].items(), 1)
                for block in (heading(f"{NUMERALS[place]}、{question}"), text(answer))
            ),
        ),
    )


def reply(topic: Mapping[str, Any], agency: Agency, written: date, serial: int) -> Form:
    """建议提案答复."""
    form = topic["reply"]
    motion = "建议" if form["of"].endswith("建议") else "提案"
    number = f"{agency.mark}函〔{written.year}〕{serial + 60}号"
    return (
        f"{agency.name}对{form['of']}的答复",
        number,
        (
            centre(f"{number}　　办理结果：{'A' if serial % 3 else 'B'}类"),
            text(form["to"]),
            text(f"您提出的《{form['title']}》收悉。经会同有关单位研究办理，现答复如下："),
            *(text(line) for line in form["text"]),
            text(f"感谢您对{topic['matter']}工作的关心，欢迎继续提出宝贵{motion}。"),
            *signed(agency, written),
            text(f"联系人：办公室，联系电话：0899-555{serial * 7:04}。"),
        ),
    )
