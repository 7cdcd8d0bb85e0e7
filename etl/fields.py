"""The fields of a record: the one list of their names, in both languages, with their type and where they are stored.

To add a field follow docs/architecture.md, "How to add a field": an entry here, labels, a parser, a test case and a
higher `EXTRACTOR`. Source files, corrections and the browser then know it. A field with a column of its own (`column`)
needs more: tables, log lines and exports name their columns by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is the identifier that is stored and never changes; values of type `date` are written yyyy-mm-dd.

    `column`: `archive.record_version` has a column of that name, which can be searched and sorted; the other fields are
    kept in its JSON column `fields` alone.
    """

    name: str
    chinese: str
    english: str
    type: Literal["text", "date"] = "text"
    column: bool = False


_FIELDS = (
    Field("title", "标题", "title", column=True),
    Field("index_number", "索引号", "index number", column=True),
    Field("publisher", "发布机构", "publisher", column=True),
    Field("document_number", "文号", "document number", column=True),
    Field("written_date", "成文日期", "date issued", "date", column=True),
    Field("published_date", "发布日期", "date published", "date", column=True),
    Field("effective_date", "施行日期", "effective", "date"),
    Field("expiry_date", "失效日期", "expires", "date"),
    Field("validity", "有效性", "validity"),
    Field("registration_number", "统一登记号", "registration number"),
    Field("subject_category", "主题分类", "subject"),
    Field("group_category", "组配分类", "group"),
    Field("genre_category", "体裁分类", "genre"),
    Field("keywords", "主题词", "keywords"),
    Field("disclosure_method", "公开方式", "disclosure method"),
    Field("disclosure_scope", "公开范围", "disclosure scope"),
    Field("disclosure_term", "公开时限", "disclosure term"),
    Field("source", "信息来源", "stated source"),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
"""Every field by name, in the order in which a record shows them."""
DATE_FIELDS = frozenset(field.name for field in _FIELDS if field.type == "date")
TEXT_COLUMNS = tuple(field.name for field in _FIELDS if field.column and field.type == "text" and field.name != "title")
"""Columns of a version that may be empty; a title never is NULL."""
DATE_COLUMNS = tuple(field.name for field in _FIELDS if field.column and field.type == "date")
