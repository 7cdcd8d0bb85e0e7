"""The text of a page that a script builds from data in it: `window.__INITIAL_STATE__ = {…}`, `__NEXT_DATA__`,
`__NUXT__`, `new Vue({data: …})`.

The data is not specific to a family, so it is read only as strings, each with the name before it. If exactly one of
them is a long text, it is the document's; several are those of a list, and none is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from etl.dates import DATE, first_iso_date
from etl.document_number import match_document_number

_BODIES = {quote: rf"(?:[^{quote}\\]|\\.)" for quote in "\"'`"}
_SHORT = "|".join(f"{quote}{body}{{0,59}}+{quote}" for quote, body in _BODIES.items())
_LONG = "|".join(f"{quote}{body}*+{quote}" for quote, body in _BODIES.items())
_TO_LONG_STRING = re.compile(rf"""(?:[^"'`]++|{_SHORT})*+(?:(?P<long>{_LONG})|.|\Z)""", re.DOTALL)
"""Skips to the next string of 60 characters or more without stopping at shorter ones, of which a script has
thousands."""
_NAME_BEFORE = re.compile(r"(\w{1,40}+)[\"']?\s{0,4}[:=]\s{0,4}\Z")
_NAMED = re.compile(rf"""\b(?P<name>\w{{1,40}}+)["']?\s{{0,4}}[:=]\s{{0,4}}(?P<value>{_SHORT}|{_LONG})""", re.DOTALL)
_MAX_NAME_CHARS = 60
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "", "t": "\t", "b": "", "f": ""}
_CHINESE, _TAG = re.compile("[\u4e00-\u9fff]"), re.compile(r"<[^<>]{0,2000}>")
_OF_SUMMARY = re.compile("summ|desc|abst|digest|intro|keyword|meta|copyright|statement|tip", re.IGNORECASE)
_OF_TEXT = re.compile("cont|body|html|text|detail|article|zhengwen|neirong|^nr$|^zw$", re.IGNORECASE)
_OF_TITLE = re.compile(r"(?:\w*(?:article|info|doc|news|content|main|page))?_?title|headline|bt", re.IGNORECASE)
_OF_DAY = re.compile(
    r"(?:publish|published|pub|release|issue)_?(?:time|date|day|at|on)|date_?published|fbsj|fbrq", re.IGNORECASE
)
_OF_WRITING = re.compile(r"(?:written|sign|signed|draft|cw)_?(?:time|date|day)|cwrq|fwrq", re.IGNORECASE)
_NO = "(?:no|num|number|code)"
_OF_WORDS = tuple(
    (label, re.compile(name, re.IGNORECASE))
    for label, name in (
        ("来源", r"(?:info|doc|content|article|news|data)?_?(?:source|origin)(?:_?name)?|xxly|laiyuan"),
        ("文号", rf"(?:doc|file|document|issued?|reference)_?{_NO}|wh|wenhao|fwzh"),
        ("索引号", rf"(?:info_?)?index_?{_NO}|syh|suoyinhao"),
        (
            "发布机构",
            r"(?:publish|pub|releas|issu)(?:er?|ing)?_?(?:org|organ|agency|dept|unit|office)(?:_?name)?|fbjg|fwjg",
        ),
    )
)
"""Labels of fields, and how the data of pages names them: by English words or by the first letters of the label."""
_MAX_WORDS_CHARS, _DAY_ALONE = 40, re.compile(DATE)
_MIN_CHINESE, _MAX_TITLE_CHARS, _MIN_TITLE_CHINESE = 60, 120, 4
_MAX_SHARE_OF_OTHERS = 0.5
"""Maximum share of the other texts beside the longest one, in Chinese characters: with more it is a list."""
_MAX_SCRIPT_CHARS = 300_000
"""Characters of the longest script that is read: the data of a home page has more, that of a document less."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A string of the data with the name before it."""

    name: str
    text: str


def text_of_data(script: str) -> str:
    """The document in a script's data as HTML, below its headline and those fields of which the data has exactly one
    value; empty if there is none."""
    # Most scripts contain no sentence, and searching for one full stop costs next to nothing.
    if len(script) > _MAX_SCRIPT_CHARS or not ("。" in script or "\\u3002" in script):
        return ""
    texts = {text: _letters(text) for text in _texts(script)}
    texts = {text: letters for text, letters in texts.items() if letters >= _MIN_CHINESE and "。" in text}
    if not texts:
        return ""
    whole = max(texts, key=lambda text: texts[text])
    if sum(texts.values()) - texts[whole] > _MAX_SHARE_OF_OTHERS * texts[whole]:
        return ""
    html = whole if _TAG.search(whole) else "".join(f"<p>{escape(line)}</p>" for line in whole.splitlines())
    values = [_Value(match["name"], _decoded(match["value"])) for match in _NAMED.finditer(script)]
    titles = {value.text.strip() for value in values if _OF_TITLE.fullmatch(value.name) and _is_title(value.text)}
    above = f"<h1>{escape(titles.pop())}</h1>" if len(titles) == 1 else ""
    above += "".join(f"<p>{label}：{escape(value)}</p>" for label, value in _fields(values))
    return f"{above}<div>{html}</div>"


def _fields(values: list[_Value]) -> Iterator[tuple[str, str]]:
    """The label and value of each field of which the data has exactly one value."""
    for label, of_day in (("发布时间", _OF_DAY), ("成文日期", _OF_WRITING)):
        days = {day for value in values if of_day.fullmatch(value.name) and (day := first_iso_date(value.text[:40]))}
        if len(days) == 1:
            yield label, days.pop()
    for label, of_words in _OF_WORDS:
        words = {value.text.strip() for value in values if of_words.fullmatch(value.name) and _says_field(label, value)}
        if len(words) == 1:
            yield label, words.pop()


def _says_field(label: str, value: _Value) -> bool:
    """Whether a string may be the value of a field: a document number is written as one (not `"fileNo": "共3个"`), an
    index number has digits and a dash or stroke and is no day, anything else has Chinese characters and is no
    address."""
    text = value.text.strip()
    if len(text) > _MAX_WORDS_CHARS:
        return False
    if label == "文号":
        return match_document_number(text) is not None
    if label == "索引号":
        return any(map(str.isdigit, text)) and ("-" in text or "/" in text) and not _DAY_ALONE.fullmatch(text)
    return "<" not in text and "://" not in text and _CHINESE.search(text) is not None


def _texts(script: str) -> Iterator[str]:
    """The long strings of the data that have the name of a text or contain markup."""
    for match in _TO_LONG_STRING.finditer(script):
        if not match["long"]:
            continue
        at = match.start("long")
        before = _NAME_BEFORE.search(script[max(0, at - _MAX_NAME_CHARS) : at])
        name, text = before[1] if before else "", _decoded(match["long"])
        if not _OF_SUMMARY.search(name) and (_OF_TEXT.search(name) or "<p" in text or "<br" in text):
            yield text


def _decoded(literal: str) -> str:
    """The value of a string literal; HTML whose markup is escaped as entities is unescaped."""
    raw = literal[1:-1]
    if "\\" in raw:
        raw = _ESCAPED.sub(_character, raw)
        raw = raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unescape(raw) if "&lt;" in raw and "<" not in raw else raw


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CONTROLS.get(match[3], match[3])


def _letters(text: str) -> int:
    return len(_CHINESE.findall(_TAG.sub("", text)))


def _is_title(text: str) -> bool:
    return len(text) <= _MAX_TITLE_CHARS and len(_CHINESE.findall(text)) >= _MIN_TITLE_CHINESE and "<" not in text
