"""All invented documents, built from `texts/` with the functions of genres, yearly and special.

`documents(site)`: those that `texts/catalogue.yaml` and `special.py` give to a demo site ("trs", "gkmlpt").
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo import genres, special, yearly
from demo.codes import credit_code, organisation_check, spoiled
from demo.documents import Document
from demo.files import docx, pdf
from demo.genres import Agency, Form

TEXTS = Path(__file__).parent / "texts"

SPECIAL_AT: Mapping[str, tuple[str, ...]] = {
    "yl-feedback": ("trs", "gkmlpt"),
    "relief-case-corrected": ("trs",),
    "fees-list": ("trs",),
    "forms-download": ("gkmlpt",),
    "seal-notice": ("trs",),
    "safety-points": ("trs",),
    "work-points": ("gkmlpt",),
}
SPECIAL_BY = {
    "yl-feedback": "yl-office",
    "fees-list": "lc-finance",
    "forms-download": "wl-data",
    "seal-notice": "bq-gov",
    "safety-points": "lc-office",
    "work-points": "wl-office",
}

GROUPS = {
    "通知": "政策文件/其他文件",
    "意见": "政策文件/其他文件",
    "办法": "政策文件/行政规范性文件",
    "应急预案": "应急管理/应急预案",
    "政策解读": "政策解读/文字解读",
    "答复": "建议提案办理",
    "批复": "行政许可/审批结果",
    "行政处罚公示": "行政执法/行政处罚",
    "招标公告": "公共资源配置/招标投标",
    "公告": "公示公告/公告",
    "公示": "公示公告/公示",
    "法治政府建设年度报告": "法治政府建设年度报告",
    "政府信息公开年度报告": "政府信息公开年报",
    "预决算说明": "财政信息/部门预决算",
    "人事任免": "人事信息/任免",
}
"""组配分类 by genre."""


@cache
def read(name: str) -> Any:
    """Content of a file in `texts/`. Cached: do not change it."""
    return yaml.load((TEXTS / f"{name}.yaml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def agencies() -> Mapping[str, Agency]:
    """The invented agencies by key."""
    return {key: Agency(key=key, **values) for key, values in read("agencies").items()}


@cache
def topics() -> Mapping[str, Mapping[str, Any]]:
    """Written material by topic key, from every file in `texts/` that is a list."""
    files = (read(path.stem) for path in sorted(TEXTS.glob("*.yaml")))
    return {topic["key"]: topic for file in files if isinstance(file, list) for topic in file}


def index_number(agency: Agency, year: int, serial: int) -> str:
    """`organisation code/year-serial`; some agencies use their credit code, some a wrong check character."""
    code = (
        credit_code(agency.code, agency.region)
        if agency.key.startswith("wl-")
        else agency.code + organisation_check(agency.code)
    )
    return f"{code if agency.valid else spoiled(code)}/{year}-{serial:05}"


def of_topic(row: Mapping[str, Any]) -> list[Document]:
    """The five documents of one topic; `row` has topic, by, date, serial and case (as in `texts/catalogue.yaml`)."""
    topic, agency, first, serial = topics()[row["topic"]], agencies()[row["by"]], row["date"], row["serial"]
    issued, answered = first + timedelta(days=40), first + timedelta(days=170)
    notice = genres.notice(topic, agency, first, serial)
    forms: list[tuple[str, str, Form, date | None, date]] = [
        ("notice", topic["notice"]["genre"], notice, first, first),
        ("rules", topic["rules"]["genre"], genres.rules(topic, agency, issued, serial), issued, issued),
        ("case", topic["case"]["genre"], genres.case(topic, agency, row["case"], serial), row["case"], row["case"]),
        ("guide", "政策解读", genres.interpretation(topic, agency, notice), None, first + timedelta(days=4)),
        ("reply", "答复", genres.reply(topic, agency, answered, serial), answered, answered),
    ]
    made = []
    for place, (kind, genre, (title, number, body), written, day) in enumerate(forms):
        is_rule = kind == "rules"
        expired = is_rule and row["topic"] in ("elder", "farmland")
        made.append(
            Document(
                key=f"{row['topic']}-{kind}",
                title=title,
                index_number=index_number(agency, day.year, serial * 10 + place),
                publisher=agency.name,
                source="" if place == 4 else agency.name,
                document_number=number,
                written_date=written,
                published_date=day + timedelta(days=serial % 6 + 1),
                effective_date=genres.commencement(issued) if is_rule else None,
                subject_category=topic["subject"],
                group_category=GROUPS[genre],
                genre_category=genre,
                keywords=tuple(topic["keywords"]),
                validity=("失效" if expired else "有效") if is_rule else "",
                body=body,
            )
        )
    rows = [f"{place}.{name}" for place, name in enumerate(topic["measures"], 1)]
    if serial % 2:
        made[0] = replace(made[0], attachments=(docx("重点任务分工表.docx", [topic["matter"], *rows]),))
    if serial % 3 == 0:
        made[1] = replace(made[1], attachments=(pdf(f"{topic['rules']['title']}.pdf", [made[1].title, *rows]),))
    return made


YEARLY = {
    "law": (yearly.law, "法治政府建设年度报告"),
    "disclosure": (yearly.disclosure, "政府信息公开年度报告"),
    "budget": (yearly.budget, "预决算说明"),
    "appointments": (yearly.appointments, "人事任免"),
}
"""Kind of yearly document → function that writes it, genre."""


def of_year(kind: str, by: str, year: int, turn: int) -> Document:
    """An agency's yearly document of a kind; `turn` (below 20) chooses its day and wordings."""
    (write, genre), agency, key = YEARLY[kind], agencies()[by], f"{kind}-{by}-{year}"
    title, number, body = write(read("annual"), agency, year, turn, key)
    written = {"budget": date(year, 2, 8 + turn), "appointments": date(year, 5, 9 + turn)}.get(
        kind, date(year + 1, 1, (10 + turn) if kind == "law" else 20 + turn % 8)
    )
    table = (pdf(f"{title}附表.pdf", [title, "收支预算总表（单位：万元）"]),) if kind == "budget" else ()
    return Document(
        key=key,
        title=title,
        index_number=index_number(agency, written.year, 900 + turn),
        publisher=agency.name,
        source=agency.name,
        document_number=number,
        written_date=written,
        published_date=written + timedelta(days=turn + 1),
        subject_category="综合政务/其他",
        group_category=GROUPS[genre],
        genre_category=genre,
        body=body,
        attachments=table,
    )


def of_years() -> dict[str, list[Document]]:
    """The yearly documents by site."""
    made: dict[str, list[Document]] = {}
    for kind, rows in read("catalogue")["yearly"].items():
        pairs = [(row, year) for row in rows for year in row["years"]]
        for turn, (row, year) in enumerate(pairs):
            made.setdefault(row["site"], []).append(of_year(kind, row["by"], year, turn))
    return made


@cache
def documents(site: str) -> tuple[Document, ...]:
    """Every document that the site publishes, special ones included."""
    made = [document for row in read("catalogue")["topics"] if row["site"] == site for document in of_topic(row)]
    made += of_years().get(site, [])
    indexes = {
        key: index_number(agencies()[by], 2023, 700 + place) for place, (key, by) in enumerate(SPECIAL_BY.items())
    }
    chosen = special.special_documents(agencies(), topics(), indexes)
    if original := next((document for document in made if document.key == "relief-case"), None):
        chosen["relief-case-corrected"] = special.near_duplicate(original)
    return (*made, *(chosen[key] for key, sites in SPECIAL_AT.items() if site in sites))
