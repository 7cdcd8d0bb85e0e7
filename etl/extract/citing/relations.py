"""The relation of a document to one that it names: the relation found by a rule, else "cites"."""

import re
from collections.abc import Sequence
from enum import StrEnum

from etl.extract.citing.mentions import Mention


class Relation(StrEnum):
    """Relation of a document to another. Stored, so names must not change."""

    CITES = "cites"
    INTERPRETS = "interprets"
    REPEALS = "repeals"
    AMENDS = "amends"


# Between two documents of one list: 《A》（…）、《B》和《C》.
_IN_LIST = re.compile(r"(?:\s|[、，,；;和及与原]|以及|（[^（）]{0,40}）)*")
_ASIDE = r"(?:（[^（）。]{0,60}）|\([^()。]{0,60}\))?(?:等[^，。；《]{0,15})?[，,]?\s?"
_KINDS = "通知|意见|办法|规定|细则|方案|规划|条例|措施|决定|公告|计划|政策|通告"
_STATE = r"(?:[（(][^（()）]{1,12}[）)])?"
_REPEALED_BEHIND = re.compile(
    rf"{_ASIDE}(?:(?:自|从|于)[^，。；]{{1,24}}?(?:起|时|日|后)?|此前|本[^，。；]{{1,8}}施行之?日起)?[，,]?"
    r"(?:同时|即行|自行|相应|一并|均|全部|予以|即|自动|也|随之|到期|正式|宣布|已经|已|决定|现|不再执行|停止执行|[，,、])*"
    r"(?:废止|失效)(?![\u4e00-\u9fff《“])"
)
_REPEALED_BEFORE = re.compile(
    r"(?:决定|决定对|现|现予|现予以|予以|同时|一并|宣布)废止了?(?:以下|下列)?[^。；《》]{0,12}[:：]?\s?$"
)
_REPEALED_IN_TITLE = re.compile(r"(?:废止|宣布失效)[^《》]{0,12}$")
_AMENDED_BEHIND = re.compile(
    rf"{_ASIDE}[^，。；《》]{{0,20}}?[，,]?(?:作出?|做出?|进行|予以)(?:如下|以下|了|相应|部分|适当)*(?:修改|修订|修正)|"
    r"(?:（[^（）。]{0,60}）)?(?:中|第)[^。；《》]{0,60}(?:修改为|修订为)"
)
_AMENDED_BEFORE = re.compile(r"(?:决定|现)(?:对|将)?(?:修改|修订)了?(?:以下|下列)?[:：]?\s?$")
_CHANGED_BEFORE = re.compile(r"[对将就][^，。；《》]{0,8}$")
_AMENDED_IN_TITLE = re.compile(r"(?:修改|修订|修正)(?:部分|个别)?[^《》]{0,8}$")
_AMENDED_BEHIND_TITLE = re.compile(r"[^《》]{0,12}(?:的?修正案|部分条款的|有关条款的|个别条款的|作出修改)")
_READS = (
    r"(?:的)?(?:政策|文件|文字|图文|图片|部门|专家|媒体|权威|视频|动漫|起草|编制|有关|相关|情况|内容|一图)*"
    r"(?:解读|问答|起草说明|修订说明|编制说明|图解|答记者问|一图读懂)"
)
_READ_BEHIND = re.compile(rf"(?:（[^（）]{{0,40}}）)?{_READS}")
_READ_BEFORE = re.compile(r"(?:一图读懂|一图看懂|图解|解读|读懂|图说|【[^】]{0,8}解读】|政策问答)[^《》]{0,12}$")
_READING = re.compile(rf"^(?P<title>[^《》]{{8,200}}?(?:{_KINDS}){_STATE})[-—－:：\s]{{0,3}}{_READS}[^\n]{{0,12}}$")
_REPEALING = re.compile(rf"废止(?P<title>[^《》]{{6,200}}?(?:{_KINDS}){_STATE})的(?:决定|通知|公告|通告)")
_LOOK_BACK, _LOOK = 30, 90
"""Number of characters before and after a list of documents that are searched for words with their relation."""


def of_text(text: str, mentions: Sequence[Mention]) -> list[Relation]:
    """The relation that the sentence gives for each mention, in order."""
    relations: list[Relation] = []
    start = 0
    while start < len(mentions):
        end = start + 1
        while end < len(mentions) and _is_one_list(text, mentions[end - 1].end, mentions[end].start):
            end += 1
        relations += [_of_list(text, mentions[start].start, mentions[end - 1].end)] * (end - start)
        start = end
    return relations


def _is_one_list(text: str, end: int, start: int) -> bool:
    return start - end <= 60 and _IN_LIST.fullmatch(text, end, max(start, end)) is not None


def _of_list(text: str, start: int, end: int) -> Relation:
    before, behind = text[max(start - _LOOK_BACK, 0) : start], text[end : end + _LOOK]
    if ("废止" in behind or "失效" in behind) and _REPEALED_BEHIND.match(behind):
        return Relation.REPEALS
    if "废止" in before and _REPEALED_BEFORE.search(before):
        return Relation.REPEALS
    if "修" in before and _AMENDED_BEFORE.search(before):
        return Relation.AMENDS
    if "修" in behind and _CHANGED_BEFORE.search(before) and _AMENDED_BEHIND.match(behind):
        return Relation.AMENDS
    return Relation.CITES


def of_title(title: str, mentions: Sequence[Mention]) -> list[Relation]:
    """The relation that the title gives for each mention in it."""
    return [_of_title(title[: each.start], title[each.end :]) for each in mentions]


def _of_title(before: str, behind: str) -> Relation:
    if _REPEALED_IN_TITLE.search(before):
        return Relation.REPEALS
    if _AMENDED_IN_TITLE.search(before) or _AMENDED_BEHIND_TITLE.match(behind):
        return Relation.AMENDS
    if _READ_BEHIND.match(behind) or _READ_BEFORE.search(before):
        return Relation.INTERPRETS
    return Relation.CITES


def named_without_marks(title: str) -> tuple[Mention, Relation] | None:
    """The document that a title without 《》 interprets or repeals: …的通知政策解读, 关于废止…办法的决定."""
    if "《" in title:
        return None
    for pattern, relation in ((_REPEALING, Relation.REPEALS), (_READING, Relation.INTERPRETS)):
        if match := pattern.search(title):
            return Mention(*match.span("title"), match["title"], None), relation
    return None
