"""Parses what a reader types into the search: words, "phrases", -excluded, field:value, `or` between alternatives."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from etl.dates import read_date
from etl.fields import DATE_FIELDS, FIELDS
from etl.folding import fold, number_key

_TEXTS = (None, "title", "body", "files")
MAX_WORDS = 16
"""Maximum number of words in a query; each of its forms costs a comparison with every record that
the other words match."""

Part = Literal["title", "body", "files", "number", "source", "region", "year", "state", "type", "collection", "cites"]

PARTS: dict[str, Part] = {
    "标题": "title", "题名": "title", "title": "title",
    "正文": "body", "text": "body", "body": "body",
    "附件": "files", "file": "files", "files": "files", "attachment": "files",
    "文号": "number", "索引号": "number", "号": "number", "number": "number",
    "来源": "source", "source": "source",
    "地区": "region", "region": "region",
    "年": "year", "年份": "year", "year": "year",
    "状态": "state", "state": "state",
    "格式": "type", "type": "type",
    "合集": "collection", "collection": "collection",
    "引用": "cites", "cites": "cites",
}  # fmt: skip
"""Names that can be used before a colon, in addition to the fields of a record (`FIELD_NAMES`)."""
_PARTS_OF_FIELDS = ("title", "document_number", "index_number")
FIELD_NAMES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in FIELDS if name not in {*_PARTS_OF_FIELDS, *PARTS}},
    **{field.chinese: (name,) for name, field in FIELDS.items() if name not in _PARTS_OF_FIELDS},
    **dict.fromkeys(("机构", "机关", "agency"), ("publisher",)),
    **dict.fromkeys(("类别", "分类", "category"), ("subject_category", "group_category", "genre_category")),
    **dict.fromkeys(("主题", "subject"), ("subject_category",)),
    **dict.fromkeys(("体裁", "genre"), ("genre_category",)),
}
"""Name → the fields that it stands for."""
FIELD_LABELS = (
    ("标题", "title"), ("正文", "body"), ("附件", "files"), ("文号", "number"), ("机构", "agency"), ("来源", "source"),
    ("地区", "region"), ("年", "year"), ("主题", "subject"), ("体裁", "genre"), ("状态", "state"), ("格式", "type"),
    ("合集", "collection"),
)  # fmt: skip
"""The names that are shown to readers, in Chinese and English; further ones work too."""
STATES = {
    "current": "current", "仍在": "current", "在站": "current", "仍在站上": "current",
    "removed": "removed", "已撤下": "removed", "撤下": "removed",
}  # fmt: skip


class InvalidQuery(ValueError):
    """The query has too many words, or an invalid value of a field; `code` says which."""

    def __init__(self, code: Literal["many_words", "year", "years", "state_in_words"], value: str) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code, self.value = code, value


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase. `folded`: the folded text that must occur exactly; `typed`: what the reader wrote.

    `part`: the part of the record in which it must occur, None for any. `fields`: the fields in which it must occur.
    `name`: in the shape of a query, the name of the parameter for which it is a placeholder; else empty.
    """

    folded: str
    typed: str
    part: Part | None = None
    fields: tuple[str, ...] = ()
    name: str = ""

    @property
    def anywhere(self) -> bool:
        return self.part is None and not self.fields


@dataclass(frozen=True, slots=True)
class Query:
    """At least one word of each group must occur, and no word of `without`."""

    groups: tuple[tuple[Word, ...], ...] = ()
    without: tuple[Word, ...] = ()
    number: str = ""
    """The key of the number that the whole text may be: a document with this number matches regardless of the words."""
    unknown: tuple[str, ...] = ()
    """Texts before a colon that look like fields but are unknown; they were searched as words."""

    def __bool__(self) -> bool:
        return bool(self.groups or self.without)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, including excluded ones."""
        return (*(word for group in self.groups for word in group), *self.without)

    @property
    def together(self) -> dict[str, "Word"]:
        """The words that may occur anywhere, joined to one word, without spaces and with them; by the name of the
        parameter in a shape."""
        words = [group[0] for group in self.groups if group[0].anywhere]
        is_shape = any(word.name for word in words)
        joined = {name: mark.join(word.folded for word in words) for name, mark in (("phrase", ""), ("spaced", " "))}
        return {
            name: Word(text, text, name=name if is_shape else "")
            for name, text in joined.items()
            if words and (name == "phrase" or len(words) > 1)
        }

    @property
    def plain(self) -> tuple[Word, ...]:
        """The words that can occur in texts, which are highlighted there."""
        return tuple(word for group in self.groups for word in group if word.part in _TEXTS and not word.fields)


_REGION_CHARS = 11
"""Characters of the longest name of a region, such as 克孜勒苏柯尔克孜自治州, at most."""
_TOKENS = re.compile(
    r"""(?P<or>(?:or|或)(?=[\s|]|$)|\|)|(?P<and>(?-i:AND)(?=\s|$))"""
    r"""|(?P<minus>-|(?-i:NOT)\s+(?=\S))?(?:(?P<field>[A-Za-z_\u4e00-\u9fff]{1,20}):)?"""
    r"""(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s|]+))""",
    re.IGNORECASE,
)
_FIELD_APART = re.compile(r"(?<![^\s-])([A-Za-z_\u4e00-\u9fff]{1,20}):\s+(?=\S)")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟〝〞＂", '"'))
_NUMBER = re.compile(r"\D(?:19|20)\d{3,}$")
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?!\d)")
_AMOUNT = re.compile(r"(?<![\d,.a-z第])(?!(?:19|20)\d\d(?![\d万亿元千吨亩户人个]))[1-9]\d{3,11}(?![\d年月号/-])")
"""A number of four digits or more that may be written with commas: no year, no number of a document."""
_YEARS = re.compile(r"((?:19|20)\d\d)年?(?:-((?:19|20)\d\d)年?)?")
_DAY = re.compile(r"(?:19|20)\d\d[-./年]\d\d?[-./月]\d\d?[日号]?")
_MONTH = re.compile(r"((?:19|20)\d\d)年(?:(\d\d?)月)?")


@lru_cache(1000)
def parse_query(typed: str) -> Query:
    """Parses what a reader typed. Words that are empty after folding are left out. Raises `InvalidQuery`."""
    groups: list[tuple[Word, ...]] = []
    without: list[Word] = []
    unknown: dict[str, None] = {}
    joined, words = False, 0
    for token in _TOKENS.finditer(_joined_fields(unicodedata.normalize("NFKC", typed.translate(_QUOTES)))):
        if token["or"]:
            joined = bool(groups)
            continue
        if token["and"]:  # what spaces mean anyway
            continue
        word = _word(token)
        if word is None:
            continue
        if _looks_like_a_field(token, word, typed):
            unknown[token["field"]] = None
        words += 1
        if token["minus"]:
            without += _forms(word)
        elif joined:
            groups[-1] += _forms(word)
        else:
            groups.append(_forms(word))
        joined = False
    if words > MAX_WORDS:
        raise InvalidQuery("many_words", typed)
    return Query(tuple(groups), tuple(without), _whole_number(typed), tuple(unknown))


def _joined_fields(typed: str) -> str:
    """Removes the space between a field and its value: `标题: 安全` means `标题:安全`, but `注意: 安全` are two
    words."""
    return _FIELD_APART.sub(lambda field: f"{field[1]}:" if _is_field(fold(field[1])) else field[0], typed)


def _is_field(name: str) -> bool:
    return name in PARTS or name in FIELD_NAMES


def _looks_like_a_field(token: re.Match[str], word: Word, typed: str) -> bool:
    """Whether a word that is searched anywhere was probably meant as `field:value`. Not if the colon is full-width, as
    in titles, or followed by `/`, as in addresses."""
    if not token["field"] or not word.anywhere:
        return False
    return f"{token['field']}:" in typed and f"{token['field']}:/" not in typed


def _forms(word: Word) -> tuple[Word, ...]:
    """The word and its other forms: of a number such as 云政发(2024)第047号 that of the index; of a word with amounts
    1,000万元 for 1000万元, and the reverse; of a day those that fields and texts have."""
    forms = [word]
    key = number_key(word.typed)
    if word.anywhere and key != word.folded and _NUMBER.search(key):
        forms.append(Word(key, word.typed, "number"))
    if word.part in _TEXTS and not word.fields and (other := _with_other_commas(word.folded)) != word.folded:
        forms.append(replace(word, folded=other))
    if word.anywhere and _DAY.fullmatch(word.typed) and (day := read_date(word.typed).iso):
        year, month, number = day.split("-")
        # Not 2024.5.1, which is the beginning of 2024.5.19 too.
        others = (day, f"{year}年{int(month)}月{int(number)}日", f"{year}年{month}月{number}日", day.replace("-", "."))
        folded = dict.fromkeys(map(fold, others))
        forms += [replace(word, folded=other) for other in folded if other != word.folded]
    return tuple(forms)


def _with_other_commas(text: str) -> str:
    """The text with commas in its amounts, or without them if it has any."""
    if _GROUPED.search(text):
        return _GROUPED.sub(lambda amount: amount[0].replace(",", ""), text)
    return _AMOUNT.sub(lambda amount: f"{int(amount[0]):,}", text)


def _whole_number(typed: str) -> str:
    key = number_key(typed)
    return key if 5 <= len(key) <= 60 and re.search(r"\d", key) and not re.search(r'[:："]', typed) else ""


def _word(token: re.Match[str]) -> Word | None:
    text = token["phrase"] if token["phrase"] is not None else token["word"]
    name = fold(token["field"] or "")
    part, fields = PARTS.get(name), FIELD_NAMES.get(name, ())
    if name and not _is_field(name):
        text = f"{token['field']}:{text}"
    folded = number_key(text) if part == "number" else fold(text)
    if fields and DATE_FIELDS.issuperset(fields):
        folded = _day_or_month(text) or folded
    if part == "year":
        years = _YEARS.fullmatch(folded)
        if years is None:
            raise InvalidQuery("year", text)
        if years[2] and years[2] < years[1]:
            raise InvalidQuery("years", text)
    if part == "state":
        if text.lower() not in STATES:
            raise InvalidQuery("state_in_words", text)
        folded = STATES[text.lower()]
    return Word(folded, text, part, fields) if re.search(r"\w", folded) else None


def _day_or_month(text: str) -> str | None:
    """A day, or a Chinese month or year, in the form of fields: 2024-05-09, 2024-05, 2024."""
    month = _MONTH.fullmatch(text)
    return f"{month[1]}-{int(month[2]):02}" if month and month[2] else month[1] if month else read_date(text).iso


def years_of(word: Word) -> range:
    """The years of a word of part `year`: 2024, or 2020-2024."""
    match = _YEARS.fullmatch(word.folded)
    assert match is not None
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def fewer_words(query: Query) -> Iterator[tuple[Word, ...]]:
    """Queries to propose if this one finds nothing: a word as that of a region, without one of the words, or with a
    long word in two parts."""
    words = tuple(group[0] for group in query.groups)
    for place, word in enumerate(words):
        if word.anywhere and 2 <= len(word.folded) <= _REGION_CHARS:
            yield (*words[:place], replace(word, part="region"), *words[place + 1 :])
    if len(words) > 1:
        for left_out in range(len(words)):
            yield words[:left_out] + words[left_out + 1 :]
    elif words and words[0].anywhere and 4 <= len(words[0].folded) <= 12:
        text = words[0].folded
        for cut in sorted(range(2, len(text) - 1), key=lambda place: abs(place - len(text) / 2)):
            yield Word(text[:cut], text[:cut]), Word(text[cut:], text[cut:])
