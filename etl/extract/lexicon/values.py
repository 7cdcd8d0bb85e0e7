"""From what a page shows beside a label to the normal form of a field's value."""

import re
from collections.abc import Mapping
from datetime import date

from etl.extract.lexicon.dates import read_date
from etl.extract.lexicon.document_number import can_be_document_number, normalise_document_number
from etl.extract.lexicon.labels import label_key
from etl.extract.lexicon.words import INLINE_BOUNDARY
from etl.extract.types import FieldValue, Origin
from etl.fields import DATE_FIELDS

CONFIDENCE: Mapping[Origin, float] = {
    "header": 0.95, "subheading": 0.85, "json": 0.9, "listing": 0.7, "body": 0.6, "title": 0.5, "meta": 0.3,
}  # fmt: skip
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
"""Fields of which `全部机构` is a choice that nobody has made; a scope may be 全部公开."""
_VALIDITY_STATE = re.compile(
    r"^(?:现行)?(?:有效|失效|废止|已失效|已废止|尚未生效|部分失效|部分有效|继续有效|长期有效|被修改|已修改|全文有效|全文失效|全文废止|条款失效)$"
)
_EDGES = " \t|丨,，;；:：>·•-—_"
_PAIRS = {"[": "]", "【": "】", "(": ")", "（": "）", "〔": "〕"}


def clean_value(name: str, value: str) -> str:
    """The value as a person reads it: no marks, no edges, `无` and dashes as nothing, doubled copies once."""
    text = " ".join(value.replace(INLINE_BOUNDARY, "").replace("\u200b", "").split()).strip(_EDGES).strip()
    if name == "validity" and text[:1] in _PAIRS and text.endswith(_PAIRS[text[0]]):
        text = text[1:-1].strip()
    for opening, closing in _PAIRS.items():
        if text.startswith(opening) and closing not in text:
            text = text[1:].strip()
        if text.endswith((opening, closing)) and text.count(opening) != text.count(closing):
            text = text[:-1].strip(_EDGES)
    if _EMPTY_VALUES.match(text) or (name in _FIELDS_WITH_ALL_OPTION and _ALL_OPTION.fullmatch(text)):
        return ""
    half = len(text) // 2
    if (
        name in ("validity", "published_date", "written_date")
        and len(text) > 1
        and text[:half].strip() == text[half:].strip()
    ):
        text = text[:half].strip()
    return text


def make_evidence(
    name: str, raw: str, label: str, origin: Origin, rule: str, not_after: date | None = None
) -> tuple[FieldValue | None, str]:
    """(the evidence, a flag) of a raw value; no evidence where the value is none of that field."""
    text = clean_value(name, raw)
    if not text:
        return None, ""
    value = text
    flag = ""
    if name in DATE_FIELDS:
        if name == "expiry_date" and _VALIDITY_STATE.match(label_key(text)):
            return make_evidence("validity", raw, label, origin, rule)
        read = read_date(text, None if name in ("effective_date", "expiry_date") else not_after)
        if read.iso is None:
            return None, f"{name}:{read.flag}" if read.flag in ("impossible", "future") else ""
        value = read.iso
    elif name == "document_number":
        if not can_be_document_number(text):
            return None, ""
        value = normalise_document_number(text)
    elif name == "index_number":
        value = re.sub(r"\s+", "", text)
        if not re.search(r"\d", value) or len(value) < 4 or len(value) > 60:
            return None, ""
    elif name in ("publisher", "source"):
        # Seven bodies issue a document together.
        if len(text) > 150 or not re.search(r"[\u4e00-\u9fffA-Za-z]", text):
            return None, ""
    elif name == "title":
        if len(text) < 4:
            return None, ""
    elif name == "validity":
        # A search form offers all states at once; a header states one, or a sentence with its dates.
        if re.search("不限|全部", text) or (
            len(re.findall("有效|失效|废止", text)) > 1 and len(text) < 16 and not _VALIDITY_STATE.match(text)
        ):
            return None, ""
        if len(text) > 100 or not re.search("效|废|止|修|行|是|否|期|年", text):
            return None, ""
    elif len(text) > 200:
        return None, ""
    return FieldValue(name, value, text, label, origin, rule, CONFIDENCE[origin]), flag
