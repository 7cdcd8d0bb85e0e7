"""The normal form of a field's value, from the text that the page shows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from etl.dates import DATE, TIME_OF_DAY, read_date
from etl.document_number import can_be_document_number, normalise_document_number
from etl.extract.codes import Flag, Rule
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.types import FieldValue, Origin

_EMPTY_VALUES = re.compile(
    r"^(?:[-—–_/\\.。·*…〔〕\[\]()（）号\s]+|[（(]?(?:无|暂无|暂缺|没有|未)(?:关键词|主题词|文号|编号|分类|来源|内容|数据|信息|索引号"
    r"|标注|填写|知|定)?[)）]?|空|待定|none|null|nil|n/a|\\n|undefined|不限|全部|请(?:选择|输入).{0,20}|\{\{.*\}\}|\$\{.*\}|NaN|0"
    r"|\[object Object\]|invalid date|(?:高级)?(?:搜索|查询|检索)|重置|提交|确定|更多)$",
    re.IGNORECASE,
)
_ALL_OPTION = re.compile("(?:全部|不限)[\u4e00-\u9fff]{1,6}")
_FIELDS_WITH_ALL_OPTION = frozenset(
    ("publisher", "source", "subject_category", "group_category", "genre_category", "keywords")
)
"""Fields for which `全部机构` is the unchosen option of a form; a scope may really be 全部公开."""
_STATE_ALONE = re.compile(
    "(?:现行|继续)有效|已(?:失效|废止|修改|修订|停止执行)|被修改|尚未(?:生效|施行)|(?:全文|部分|(?:部分)?条款)(?:有效|失效|废止|修改)"
)
"""States that can be nothing else, even without a label."""
_VALIDITY_STATE = re.compile(rf"^(?:{_STATE_ALONE.pattern}|有效|失效|废止|长期有效)$")
_MAX_STATE_CHARS = 12
_EDGES = " \t|丨｜│,，;；:：>·•-—–_=＝→⇒➔➜»"
_SIGNS_BEFORE = re.compile(r"[~～…]+|[/／] ")
"""Signs used instead of the colon before a value; an index number may begin with a dash."""
_PAIRS = {"「": "」", "『": "』", "[": "]", "［": "］", "【": "】", "(": ")", "（": "）", "〔": "〕"}
_CODES = frozenset(("validity", "index_number", "document_number"))
"""Fields whose enclosing round brackets are removed; in other fields, such as names of agencies, they may belong to the
value."""
_BRACKETS = frozenset((*_PAIRS, *_PAIRS.values()))
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), 0xFEFF))
_OPTION_SIGNS = frozenset("☑✓✔√■●◉⦿□☐○◯▢")
_OPTION = re.compile(r"([☑✓✔√■●◉⦿])?[□☐○◯▢]?\s*([^\s☑✓✔√■●◉⦿□☐○◯▢]+)")
_STRAY_ENDS = frozenset("。?？")
_STRAY_END = re.compile(r"^[^。，；]*[^。，；?？]([。?？])$")
"""The full stop of a line that is not a sentence; the question mark of a tooltip beside the value."""
_BETWEEN_TAGS = 2 * INLINE_BOUNDARY
"""Between links of tags that only a style sheet sets apart: `<a>供水</a><a>管护</a>`."""
_ICONS = re.compile(r"^[\ue000-\uf8ff\s]++|[\ue000-\uf8ff]++(?=[\s【\[（(|｜]|$)")
"""Icon-font characters around a value are buttons beside it; within a value they are characters that Unicode lacks."""


def is_state_alone(text: str) -> bool:
    """Whether a text, which may be in brackets, says no more than whether a document is in force: 【全文有效】."""
    return len(text) <= _MAX_STATE_CHARS and _STATE_ALONE.fullmatch(clean_value("validity", text)) is not None


@lru_cache(4096)  # a page states a value in several places, and pages of one site state the same ones
def clean_value(name: str, value: str) -> str:
    """The text without inline boundaries, stray punctuation and unpaired brackets; empty for `无`, dashes, options of
    forms; a doubled value once."""
    value = value.replace(_BETWEEN_TAGS, " ") if name == "keywords" else value
    text = _ICONS.sub("", value.replace(INLINE_BOUNDARY, "").translate(_INVISIBLE))
    text = " ".join(text.split()).strip(_EDGES).strip()
    if name != "title":
        text = text[:-1].rstrip() if text.endswith((" /", " ／")) else text
        text = text[lead.end() :].lstrip() if (lead := _SIGNS_BEFORE.match(text)) else text
    if _is_enclosed(name, text) and not _EMPTY_VALUES.match(text):
        text = text[1:-1].strip()
    for opening, closing in _PAIRS.items() if text[:1] in _PAIRS or text[-1:] in _BRACKETS else ():
        if text.startswith(opening) and closing not in text:
            text = text[1:].strip()
        if text.endswith((opening, closing)) and text.count(opening) != text.count(closing):
            text = text[:-1].strip(_EDGES)
    if _EMPTY_VALUES.match(text) or (name in _FIELDS_WITH_ALL_OPTION and _ALL_OPTION.fullmatch(text)):
        return ""
    if name != "title" and text[-1:] in _STRAY_ENDS and (end := _STRAY_END.search(text)):
        text = text[: end.start(1)]
    if name != "title" and text[:1] in _OPTION_SIGNS:
        text = _chosen(text)
    half = len(text) // 2
    if (
        name in ("validity", "published_date", "written_date")
        and len(text) > 1
        and text[:half].strip() == text[half:].strip()
    ):
        text = text[:half].strip()
    return text


def _chosen(text: str) -> str:
    """The only marked option of several: `☑有效 □失效`; empty if none or several are marked."""
    marked = [option for mark, option in _OPTION.findall(text) if mark]
    return marked[0] if len(marked) == 1 else ""


def _is_enclosed(name: str, text: str) -> bool:
    """Whether brackets enclose the whole value. Round ones, and those of a title, may be part of it."""
    closing = _PAIRS.get(text[:1], "")
    if name == "title" or not closing or not text.endswith(closing) or (text[0] in "(（" and name not in _CODES):
        return False
    inner = text[1:-1]
    return closing not in inner or -1 < inner.find(text[0]) < inner.find(closing)


_BODY_NAME = re.compile(
    r"[^\s，。；]{2,}(?:[小中大]学|幼儿园|局|委|办|厅|署|科|股|处|部|政府|中心|街道|公司|集团|银行)|[^\s，。；]{3,}(?:室|会|院|所|站|队|社|馆|校|镇|乡|村|库|台)"
)
"""Endings of names of agencies. Names of people have two or three characters, and 陈国会 is one."""


def names_body(text: str) -> bool:
    """Whether a value is the name of one or several agencies, and not of a person."""
    names = [name for name in re.split(r"[\s、,，;；]+", re.sub(r"[（(][^（()）]*[)）]$", "", text.strip())) if name]
    return bool(names) and all(_BODY_NAME.fullmatch(name) for name in names)


class Parsed(NamedTuple):
    """The normal form of a value; None if the text is not a valid value of the field, with a flag for the reason if it
    is worth reporting."""

    value: str | None
    flag: Flag | None = None


NO_VALUE = Parsed(None)
_DATE_FLAGS = {
    "impossible": Flag.IMPOSSIBLE_DATE,
    "future": Flag.FUTURE_DATE,
    "incomplete": Flag.INCOMPLETE_DATE,
    "unreadable": Flag.UNREADABLE_DATE,
}


def _parse_date(text: str, not_after: date | None) -> Parsed:
    read = read_date(text, not_after)
    return Parsed(read.iso, _DATE_FLAGS.get(read.flag))


def _parse_coming_date(text: str, _: date | None) -> Parsed:
    """A date that may be in the future: a rule comes into force or expires after it was published."""
    return _parse_date(text, None)


_BEHIND_NUMBER = re.compile(
    r"(?<=号)(?:\s*[(（\[【〔][^\d)）\]】〕]{0,6}(?:废止|失效|有效|修改|修订|修正|公开|发布|试行)[)）\]】〕]"
    r"|\s+(?:[已现]行?)?(?:有效|失效|废止))$"
)
"""A remark about a document after its number: `云政发〔2023〕1号（已废止）`."""


SENTENCE_GOES_ON = re.compile(r"。\s*\S")
"""Behind a number: 处罚决定书文号：云市监罚〔2023〕7号。当事人：…, a paragraph of the text."""


def _parse_document_number(text: str, _: date | None) -> Parsed:
    text = _BEHIND_NUMBER.sub("", text)
    can_be = can_be_document_number(text) and not SENTENCE_GOES_ON.search(text)
    return Parsed(normalise_document_number(text)) if can_be else NO_VALUE


def _parse_index_number(text: str, _: date | None) -> Parsed:
    value = re.sub(r"\s+", "", text)
    return Parsed(value) if 4 <= len(value) <= 60 and re.search(r"\d", value) else NO_VALUE


_PASSING_BEHIND = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+(?:\d{1,7}|\d+\s*(?:分钟|小时|天|个?月|年)前|(?i:hits?|views?)\s*[:：]?\s*\d+"
    r"|(?:收藏|点赞|评论|分享)\s*[（(]\d+[)）]|今天是.{1,40})$"
)
"""Numbers and ages after a name, which the page shows with an icon of an eye, a heart or a clock."""


_PERSON_BEHIND = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?:本报|本网|特约)?(?:记者|通讯员|撰稿|摄影|编辑|文/)\s?.{2,20}$")
"""The author of the page after the name of a source: `云溪日报 记者 王一`."""


_DATE_BEHIND = re.compile(rf"(?<=[^\d\s\[【(（])[\s\[【(（]*+{DATE}(?:[\sT]*{TIME_OF_DAY})?[\s\]】)）]*+$")
"""The day of a page behind the name of a body: `云溪日报[2023-05-09 09:00]`."""
_MAX_JOINT_CHARS = 800


def _parse_agency_name(text: str, _: date | None) -> Parsed:
    if text[-1:].isdigit() or text[-1:] in "日]】)）":
        text = _DATE_BEHIND.sub("", text)
    text = _PERSON_BEHIND.sub("", _PASSING_BEHIND.sub("", text))
    # Some thirty agencies issue a document together.
    return (
        Parsed(text)
        if (len(text) <= 150 or (len(text) <= _MAX_JOINT_CHARS and names_body(text)))
        and re.search(r"[\u4e00-\u9fffA-Za-z]", text)
        else NO_VALUE
    )


def _parse_title(text: str, _: date | None) -> Parsed:
    return Parsed(text) if len(text) >= 4 else NO_VALUE


def _parse_validity(text: str, _: date | None) -> Parsed:
    # A search form offers all states at once; a header states one, or a sentence with its dates.
    states = len(re.findall("有效|失效|废止", text))
    if re.search("不限|全部", text) or (states > 1 and len(text) < 16 and not _VALIDITY_STATE.match(text)):
        return NO_VALUE
    return Parsed(text) if len(text) <= 100 and re.search("效|废|止|修|行|是|否|期|年", text) else NO_VALUE


_NO_SUBJECT = re.compile(
    "(?:原创|转载|转发|摘编|编译|首发|独家|自采|外采|普通|图文|图片|组图|文字|纯文字|视频|音频|链接|外链)(?:文章|稿件|新闻|信息|类)?"
    r"|[A-Da-d]\d?类?|.?"
)
"""Values of 文章类型 that say how a page was made, not what it is about, and the class of an answer to a proposal
(类别：B)."""


def _parse_subject(text: str, _: date | None) -> Parsed:
    return NO_VALUE if _NO_SUBJECT.fullmatch(text) else _parse_text(text, None)


def _parse_text(text: str, _: date | None) -> Parsed:
    return Parsed(text) if len(text) <= 200 else NO_VALUE


PARSERS: Mapping[str, Callable[[str, date | None], Parsed]] = {
    "title": _parse_title,
    "index_number": _parse_index_number,
    "publisher": _parse_agency_name,
    "source": _parse_agency_name,
    "document_number": _parse_document_number,
    "written_date": _parse_date,
    "published_date": _parse_date,
    "effective_date": _parse_coming_date,
    "expiry_date": _parse_coming_date,
    "subject_category": _parse_subject,
    "validity": _parse_validity,
}
"""Functions from a cleaned text, and the last possible day of a date, to the normal form; others use `_parse_text`."""


@dataclass(frozen=True, slots=True)
class ValueRules:
    """Settings that affect values apart from their text.

    `not_after`: the latest valid day of a date of writing or publishing. `lookups`: for each field, unusual values of
    the source and their meanings; an empty meaning is no value.
    """

    not_after: date | None = None
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def meaning(self, name: str, shown: str) -> str | None:
        """The source's own meaning of the field's value; None if it has none."""
        odd = self.lookups.get(name, {})
        return odd.get(shown, odd.get(shown.strip(_EDGES)))


_PLAIN = ValueRules()


@dataclass(frozen=True, slots=True)
class Reading:
    """A place of the page that names a field: `value` is None if there is no value of that field.

    `flag` is the stored form of a flag, empty if there is none.
    """

    name: str
    value: FieldValue | None
    flag: str = ""


def make_evidence(name: str, raw: str, label: str, origin: Origin, rule: Rule, rules: ValueRules = _PLAIN) -> Reading:
    """The reading of a raw value: its meaning in the source's lookups, else the value cleaned and parsed by the field's
    parser."""
    shown = " ".join(raw.replace(INLINE_BOUNDARY, " ").split())
    if (meaning := rules.meaning(name, shown)) is not None:
        meant = FieldValue(name, meaning, shown, label, origin, rule) if meaning else None
        return Reading(name, meant, Flag.LOOKED_UP.of(name))
    text = clean_value(name, raw)
    if name == "expiry_date" and _VALIDITY_STATE.match(label_key(text)):
        return make_evidence("validity", raw, label, origin, rule, rules)
    value, flag = PARSERS.get(name, _parse_text)(text, rules.not_after) if text else NO_VALUE
    evidence = None if value is None else FieldValue(name, value, text, label, origin, rule)
    return Reading(name, evidence, flag.of(name) if flag else "")
