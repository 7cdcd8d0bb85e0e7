"""Yearly documents of an agency: reports on rule of law and disclosure, budgets, appointments.

The paragraphs are in `texts/annual.yaml`. The report's turn chooses the wording of each section, and the document's key
chooses a number in a range written `{20-60}`, so that the same key gives the same text.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from demo.documents import Block, Table
from demo.genres import Agency, Form, centre, heading, signed, text


def number(key: str, low: int, high: int) -> int:
    """A number from `low` to `high` that depends only on the key."""
    return low + int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % (high - low + 1)


def filled(wording: str, key: str, **names: str) -> str:
    """The wording with names and numbers filled in."""
    for name, value in names.items():
        wording = wording.replace(f"{{{name}}}", value)
    places = iter(range(1000))
    return re.sub(
        r"\{(\d+)-(\d+)\}",
        lambda match: str(number(f"{key}/{wording[:12]}/{next(places)}", int(match[1]), int(match[2]))),
        wording,
    )


def chosen(sections: Mapping[str, Sequence[str]], turn: int) -> dict[str, str]:
    """One wording for each section; reports with different turns share few of them."""
    return {
        name: wordings[(turn * (1 + place) + turn // len(wordings) + place) % len(wordings)]
        for place, (name, wordings) in enumerate(sections.items())
    }


def law(texts: Mapping[str, Any], agency: Agency, year: int, turn: int, key: str) -> Form:
    """法治政府建设年度报告."""
    written = date(year + 1, 1, 10 + turn)
    body: list[Block] = [
        text(f"按照法治政府建设年度报告制度的要求，现将{agency.name}{year}年度法治政府建设工作情况报告如下。"),
    ]
    for name, wording in chosen(texts["law"], turn).items():
        body += [heading(name), text(filled(wording, key))]
    return f"{agency.name}{year}年度法治政府建设情况报告", "", (*body, *signed(agency, written))


def disclosure(texts: Mapping[str, Any], agency: Agency, year: int, turn: int, key: str) -> Form:
    """政府信息公开工作年度报告, with its two tables."""
    written = date(year + 1, 1, 20 + turn % 8)
    sections = {
        name: filled(wording, key, agency=agency.name, year=str(year))
        for name, wording in chosen(texts["disclosure"], turn).items()
    }
    made, void = number(f"{key}/made", 2, 14), number(f"{key}/void", 0, 5)
    requested, carried = number(f"{key}/asked", 12, 90), number(f"{key}/carried", 0, 6)
    granted = (requested + carried) * 2 // 3
    tables = {
        "二、主动公开政府信息情况": (
            ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
            ("规范性文件", str(made), str(void), str(made + 40 + turn)),
            ("行政许可处理决定", str(number(f"{key}/permit", 200, 2600)), "—", "—"),
            ("行政处罚处理决定", str(number(f"{key}/penalty", 20, 640)), "—", "—"),
        ),
        "三、收到和处理政府信息公开申请情况": (
            ("项目", "自然人", "法人或其他组织", "总计"),
            ("本年新收申请数量", str(requested - 5), "5", str(requested)),
            ("上年结转申请数量", str(carried), "0", str(carried)),
            ("予以公开", str(granted - 2), "2", str(granted)),
            ("结转下年度继续办理", "0", "0", "0"),
        ),
        "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况": (
            ("结果", "行政复议", "行政诉讼"),
            ("维持或者驳回", str(void), "1"),
            ("纠正", "0", "0"),
        ),
    }
    opening = f"本报告依据政府信息公开条例编制，数据统计期限为{year}年1月1日至12月31日。"
    body: list[Block] = [text(opening)]
    for name in sorted((*sections, *tables), key=lambda name: "一二三四五六".index(name[0])):
        body += [heading(name), Table(tables[name]) if name in tables else text(sections[name])]
    return f"{agency.name}{year}年政府信息公开工作年度报告", "", (*body, *signed(agency, written))


def budget(texts: Mapping[str, Any], agency: Agency, year: int, turn: int, key: str) -> Form:
    """部门预算说明, with the table of income and spending."""
    written = date(year, 2, 8 + turn)
    staff, works = number(f"{key}/staff", 1100, 4200), number(f"{key}/works", 700, 5600)
    rows = (
        ("收入项目", "预算数（万元）", "支出项目", "预算数（万元）"),
        ("一般公共预算拨款", str(staff + works), "基本支出", str(staff)),
        ("政府性基金预算拨款", "0", "项目支出", str(works)),
        ("本年收入合计", str(staff + works), "本年支出合计", str(staff + works)),
    )
    names = {
        "agency": agency.name,
        "ud": ("增长", "下降")[turn % 2],
        "reason": texts["reasons"][turn % len(texts["reasons"])],
    }
    body: list[Block] = []
    for name, wording in chosen(texts["budget"], turn).items():
        if name.startswith("三"):
            body += [
                heading("二、收支总体情况"),
                text(f"{year}年收入总计{staff + works}万元，支出总计{staff + works}万元，收支平衡。具体情况见下表。"),
                Table(rows),
            ]
        body += [heading(name), text(filled(wording, key, **names))]
    return f"{agency.name}{year}年部门预算公开说明", "", (*body, *signed(agency, written))


def appointments(texts: Mapping[str, Any], agency: Agency, year: int, turn: int, key: str) -> Form:
    """人事任免通知."""
    written = date(year, 5, 9 + turn)
    material = texts["appointments"]
    people, posts = material["people"], material["posts"]
    document_number = f"{agency.mark}任〔{year}〕{number(key, 2, 19)}号"
    bureaus = ("民政局", "水务局", "应急管理局", "交通运输局", "财政局")
    place = agency.name.removesuffix("人民政府")
    lines = []
    for step in range(7):
        person = people[(turn * 5 + step) % len(people)]
        post = f"{place}{bureaus[(turn + step) % len(bureaus)]}{posts[(turn * 3 + step) % len(posts)]}"
        lines.append(f"{person}同志任{post}；" if step < 5 else f"免去{person}同志的{post.split('（')[0]}职务；")
    names = "、".join(people[(turn * 5 + step) % len(people)] for step in (0, 1))
    title = f"{agency.name}关于{names}等同志职务任免的通知"
    body = (
        centre(document_number),
        text("各有关单位："),
        text(filled(material["openings"][turn % 3], key)),
        *(text(line) for line in lines),
        text(material["closings"][turn % 3]),
        *signed(agency, written),
    )
    return title, document_number, body
