"""Field labels as sites spell them, and how to find them in a line of text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from etl.dates import DATE, TIME_OF_DAY, dates_in_digits
from etl.extract.lexicon.aliases import ALIASES, AMBIGUOUS_LABELS, CREDITS, FOOTER_LABELS, NON_FIELD_LABELS
from etl.extract.lexicon.english import FIELD_OF_BYLINE, FIELD_OF_ENGLISH, is_of_byline
from etl.extract.lexicon.morphology import MAX_COINED_CHARS, field_of_words
from etl.extract.lexicon.traditional import simplified
from etl.extract.lexicon.words import INLINE_BOUNDARY, split_words
from etl.fields import DATE_FIELDS

# `_LATIN` is searched before patterns of English words, which are tried at every Chinese character.
_LATIN, _NO_LETTER, _ENGLISH_LETTERS = map(re.compile, ("[A-Za-z]", "[^A-Za-z]+", "[A-Za-z. ]+"))
_MAX_LINE_CHARS = 1000
"""Characters of a line that are searched for labels."""
_INVISIBLE = re.compile("[\u200b-\u200f\ufeff]+")


@lru_cache(4096)  # cached: the same titles and labels are compared with everything on the page
def label_key(text: str) -> str:
    """The form in which labels and titles are compared: NFKC, without white space, inline boundaries, invisible
    characters."""
    return _INVISIBLE.sub("", "".join(unicodedata.normalize("NFKC", text.replace(INLINE_BOUNDARY, "")).split()))


FIELD_OF_LABEL: dict[str, str] = {label_key(alias): name for name, aliases in ALIASES.items() for alias in aliases}
FIELD_OF_LABEL |= {label_key(alias): "" for alias in NON_FIELD_LABELS}
"""Field by the key of its label; empty for labels of no field."""

# Labels are found character by character with these sets. One pattern of all labels, with gaps between letters, would
# take a third of a second to compile in every process.
_LABEL_SUFFIXES = frozenset(label[at:] for label in FIELD_OF_LABEL for at in range(len(label)))
_LABEL_PREFIXES = frozenset(label[:at] for label in FIELD_OF_LABEL for at in range(1, len(label) + 1))
COLON = re.compile("[:：∶﹕︓︰]")
_GAP = re.compile(rf"[\s{INLINE_BOUNDARY}\u200b-\u200f\ufeff]")
_WORD_CHARACTER = re.compile("[\u4e00-\u9fff/]")
_DECORATION = re.compile(r"^[【\[(（·•●■◆▪*\s]+|[】\]):：）\s]+$")
_ENGLISH = split_words("""
    index no number num document doc file issue issued issuing publish published publisher publishing release released
    date time day source from origin title name subject theme topic category class type form agency authority
    organization organisation department unit office institution keyword keywords effective validity status expiry
    valid disclosure information of and the in by on at issuer written created number code serial id source author scope
    method
""")
_IN_ENGLISH = re.compile(
    rf"(?<=[\u4e00-\u9fff])[\s/|(（]*(?:(?:{'|'.join(_ENGLISH)})\b[.\s/]*)+[)）]?(?=[:：】\])）\s]*$)", re.IGNORECASE
)
"""English after a Chinese label: `发布机构 Publisher`, `索引号/Index No.`."""
_ENGLISH_FIRST = re.compile(rf"^\s*+(?:(?:{'|'.join(_ENGLISH)})\b[.\s/]*+)++(?=[\u4e00-\u9fff])", re.IGNORECASE)
ENGLISH_LABEL = re.compile(rf"[\s(（/]*+(?:(?:{'|'.join(_ENGLISH)})\b[.\s/]*+)++[)）:：\s]*+", re.IGNORECASE)
"""A line below a label that repeats it in English."""
_IN_LATIN = re.compile(r"[A-Z][A-Za-z]+\.?(?: [A-Za-z]+\.?){0,2}[:：]?")
_ENGLISH_WORD = re.compile(r"[A-Za-z.]+")
_MAX_ENGLISH_WORDS = 3
_OPENING, _CLOSING = "【[「『〔〖［", "】]」』〕〗］"
_BRACKETS = f" \t{_OPENING}{_CLOSING}"
_BRACKET = re.compile(f"[{re.escape(_OPENING)}]")
_NO_BRACKET = f"[^{re.escape(_OPENING + _CLOSING)}]"
_BRACKETED = re.compile(f"{_BRACKET.pattern}({_NO_BRACKET}{{2,24}})[{re.escape(_CLOSING)}]")
_ONLY_BRACKETED = re.compile(
    rf"[\s{INLINE_BOUNDARY}]*+{_BRACKET.pattern}{_NO_BRACKET}*+[{re.escape(_CLOSING)}][\s{INLINE_BOUNDARY}]*+"
)
_COUNTED = r"(?:[①-⑳❶-❿]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、)）](?!\d))"
_SYMBOLS = re.compile(rf"(?:[★☆●○◆◇■□▪▲△※►▶]|(?:(?<=[\s{INLINE_BOUNDARY};；]){_COUNTED}|[①-⑳❶-❿]))\s*$")
_MAX_MARK_CHARS = 8
_LEAD_IN = re.compile(rf"(?:{_COUNTED}|[^\w])*+")
"""Signs and a number before a label: `★索引号`, `（2）文号`."""
_END_SIGNS = re.compile(r"[\W①-⑳❶-❿]+$")
_NOTE_MARKS = frozenset("?？*＊※ⓘ①②③④⑤⑥⑦⑧⑨⑩")
"""Footnote signs between a label and its colon: `发文机关①：`."""
_MARK = rf"[\ue000-\uf8ff{''.join(sorted(_NOTE_MARKS))}]"
_ONLY_MARKS = re.compile(rf"[\s{INLINE_BOUNDARY}\[【(（]*+(?:{_MARK}[\s{INLINE_BOUNDARY}\]】)）]*+)++")
"""Such a sign, or an icon that explains a label, in an element behind it is no value: `索引号<i>?</i>`."""
_HINT = re.compile(r"[(（][^()（）:：\d]{1,12}[)）]")
"""An explanation in brackets after a label or within it: `文号（发文字号）`, `成文（制作）日期`, `来源（مەنبە）`."""
_HINT_CHARS = 14
_CHINESE = re.compile("[\u4e00-\u9fff]")
_CLAUSE = re.compile("[，。；]")
_SIGNS = re.compile(rf"[\s{INLINE_BOUNDARY}]*([=＝→⇒➔➜|｜丨│/／>＞»~～;；…·—–-]+)[\s{INLINE_BOUNDARY}]*+(?=.)")
"""Signs that some templates use instead of the colon between a label and its value."""
_BARS = frozenset("|｜丨│")
_TIGHT_SIGNS = frozenset("/／>＞»-·")
"""Signs that also separate other words: they count as a colon only with a gap around them."""
_ENCLOSED = re.compile(r"「.+」|『.+』|\[.+\]|【.+】|〔.+〕")
_CODE_ENCLOSED = re.compile(r"[(（](?=(?:\D*\d){4}).+[)）]")
"""A number or date in round brackets after its label, unlike （必填） and （共12种）, which explain the label."""
_CODES = DATE_FIELDS | {"index_number", "document_number"}
_LABEL_PART = re.compile(r"[\u4e00-\u9fff/（）()]+")
_BEFORE_COINED = frozenset(f" \t\u3000\xa0{INLINE_BOUNDARY}|丨｜【[•·●■◆,，;；")
_SINGLE_LETTERS = re.compile(rf"(?<![\u4e00-\u9fff])[\u4e00-\u9fff][\s{INLINE_BOUNDARY}]+$")
_MAX_LETTERS_BETWEEN_GAPS = 2
"""Maximum number of characters between two gaps of one label (`颁 发 时 间`); longer parts are separate words."""
_PLACE = re.compile(rf"[\s{INLINE_BOUNDARY}]*[\u4e00-\u9fff]{{2,8}}(?<![年月日])\s*(?:{INLINE_BOUNDARY}|$)")
"""The words after 发表于 when it is followed by a place or a column instead of a day."""
_FIRST_ELEMENT = re.compile(rf"[【\[]?([\u4e00-\u9fff][\u4e00-\u9fff\s]{{1,18}}?)[】\]]?\s?{INLINE_BOUNDARY}")


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A label in a line of text, with the text after it up to the next label.

    `name` is the field, empty if the label is not one of a field; `label` its key, `raw_label` the label as written,
    `start` its offset in the line; `at_line_start`: only decoration precedes it; `coined`: it is unlisted.
    """

    name: str
    label: str
    raw_label: str
    value: str
    start: int
    at_line_start: bool = True
    coined: bool = False


class Label(NamedTuple):
    """A text that is a label as a whole: its field, empty for a label of no field, and its key."""

    name: str
    label: str


_MAX_GAP_LINE_CHARS = 200
"""Maximum length of a line whose labels may have gaps instead of colons after them."""
_INITIALS = frozenset(label[0] for label, name in FIELD_OF_LABEL.items() if name and label not in AMBIGUOUS_LABELS)
_OF_BYLINES = frozenset((*CREDITS, *AMBIGUOUS_LABELS))
"""Labels before a sign in a line with several labels and a date: `作者 / 甲 来源 / 乙报 日期 / 2023-05-09`."""
_BYLINE_INITIALS = _INITIALS | {label[0] for label in _OF_BYLINES}
_ADJOINING_LABELS = frozenset(
    label
    for label, name in FIELD_OF_LABEL.items()
    if len(label) > 3
    and (name in ("source", "published_date") or re.match("浏览|点击|阅读|访问|责任编辑|信息编辑", label))
)
"""Labels of the line below a headline that may follow another's value without a gap: `来源：甲报浏览次数：5`."""
_WHOLE_VALUE = re.compile(
    rf"\s*+(?:{DATE}(?:\s*{TIME_OF_DAY})?|\d+次?|[\u4e00-\u9fff、（）()]{{2,30}}"
    r"(?:[报网社台局委办厅署府科处]|中心|集团|法院|检察院|办公室|委员会|常委会|银行|大学)|(?:主动|依申请|长期)公开|现?行?有效"
    r"|[\u4e00-\u9fff]{1,12}[〔\[（(【]\d{4}[〕\]）)】]第?\d{1,5}号|[A-Z\d]{1,20}(?:[-/][A-Z\d]{1,20}){1,4})\s*+"
)
"""Behind a date, a count, a number of a document or the name of a body any label may follow without a gap:
`来源：乙局作者：丙`."""
_DATE = re.compile(DATE)
_QUOTES = ("“", "‘", '"', "〝")
"""Quotation marks before a label: the label is quoted (凡本网注明“来源：甲”的作品)."""
_Position = tuple[str, str, int, int]
"""(key, label as the line spells it, offset of the label, offset of its value)."""


@lru_cache(4096)
def match_label(text: str, *, coined: bool = False) -> Label | None:
    """The label that the whole text consists of, with or without a colon and brackets; None if it is not a label.

    `coined`: accept unlisted labels too, by their words (`field_of_words`); only for headers.
    """
    if len(text) > 40:
        return None
    if text[:1].isascii() and text[:1].isalpha():
        text = _ENGLISH_FIRST.sub("", text)
    text = _IN_ENGLISH.sub("", simplified(text)) if _LATIN.search(text) else simplified(text)
    label = _DECORATION.sub("", label_key(text))
    name = _field_of(label, coined=coined)
    if name is None and "{" not in text and (bare := _END_SIGNS.sub("", text[_lead_in(text) :])) != text:
        label = label_key(bare)
        name = _field_of(label, coined=coined)
    if name is None and (")" in text or "）" in text) and (match := _HINT.search(text)):
        without = match_label(text[: match.start()] + text[match.end() :], coined=coined)
        return without if without and without.name and _may_have_hint(without.label, match[0]) else None
    return None if name is None else Label(name, label)


def _may_have_hint(label: str, hint: str) -> bool:
    """Whether words in brackets may explain a label: an ambiguous label only in another language, not 时间（上午）."""
    return label not in AMBIGUOUS_LABELS or not _CHINESE.search(hint)


def begins_with_label(text: str) -> bool:
    """Whether the first inline element of a line, or the text in brackets at its start, is a listed label."""
    first = next((run for run in text.split(INLINE_BOUNDARY) if run.strip()), "") if INLINE_BOUNDARY in text else ""
    bracketed = _BRACKETED.match(text.strip(_BRACKETS[:2] + INLINE_BOUNDARY))
    return any(run and match_label(run) is not None for run in (first, bracketed.group(1) if bracketed else ""))


def _lead_in(text: str) -> int:
    """The offset of the first word, after signs and a number."""
    lead = _LEAD_IN.match(text)
    return lead.end() if lead else 0


def _field_of(label: str, *, coined: bool) -> str | None:
    name = FIELD_OF_LABEL.get(label)
    if name is None and _ENGLISH_LETTERS.fullmatch(label):
        return FIELD_OF_ENGLISH.get(_NO_LETTER.sub("", label).lower())
    return field_of_words(label) if name is None and coined else name


@lru_cache(4096)
def find_labels(text: str, *, coined: bool = False) -> tuple[LabelMatch, ...]:
    """The labels of a line: those with a colon; if there are none, those in brackets; else those that fill an inline
    element; else those with a gap after them.

    `coined`: find unlisted labels too, by their words (`field_of_words`); only for headers.
    """
    if coined and INLINE_BOUNDARY not in text and not COLON.search(text) and not _BRACKET.search(text):
        return find_labels(text)  # labels with gaps instead of colons must be listed
    shown = text[:_MAX_LINE_CHARS]
    text = simplified(shown)
    positions = _find_positions(text, coined=coined)
    if positions and _is_in_sentence(text, positions[0][2]):
        return ()
    ends = [_before_marks(text, start) for _, _, start, _ in positions[1:]] + [len(text)]
    return tuple(
        LabelMatch(
            _field_of(label, coined=coined) or FIELD_OF_BYLINE.get(label.lower(), ""),
            label,
            shown[(at := text.index(raw, start)) : at + len(raw)],
            _value_of(shown[after:end], is_last=end == len(text)),
            start,
            _lead_in(text) >= start,
            _field_of(label, coined=False) is None,
        )
        for (label, raw, start, after), end in zip(positions, ends, strict=False)
    )


def _value_of(behind: str, *, is_last: bool) -> str:
    """The value among the words behind a label, up to the next one; a bar alone stands for the colon."""
    value = behind if is_last else _SIGN_APART.sub("", behind)
    return "" if _ONLY_MARKS.fullmatch(value) or value.strip(f" {INLINE_BOUNDARY}") in _BARS else value


def _find_positions(text: str, *, coined: bool) -> list[_Position]:
    positions = list(_before_colons(text, coined=coined))
    if not any(_field_of(label, coined=coined) for label, *_ in positions):
        positions = sorted((*positions, *_in_brackets(text, coined=coined)), key=itemgetter(2))
    if not positions and INLINE_BOUNDARY in text:
        positions = [
            (label, raw, start, after)
            for label, raw, start, after in _between_boundaries(text)
            if FIELD_OF_LABEL[label]
            and label not in AMBIGUOUS_LABELS
            and not (label[-1] == "于" and _PLACE.match(text, after))
        ]
        if coined and not positions and (first := _fills_first_element(text)) and len(_before_signs(text)) < 2:
            positions = first
    if not positions and len(text) < _MAX_GAP_LINE_CHARS:
        gaps = _before_gaps(text) if text[:1] in _INITIALS and not _IN_ENGLISH.search(text) else []
        positions = signed if len(signed := _before_signs(text)) >= len(gaps) else gaps
    return positions


def _is_in_sentence(text: str, start: int) -> bool:
    """Whether a line's first label is within a sentence about another document
    (根据《甲》（索引号：1，文号：2）要求，…。)."""
    return start > 0 and text.endswith("。") and _CLAUSE.search(text, 0, start) is not None


_SIGN_APART = re.compile(rf"{INLINE_BOUNDARY}\s*+[/／·—-]{{1,2}}[\s{INLINE_BOUNDARY}]*+$")
"""A sign behind the element of a value, before the next label: an index number may end with a stroke of its own."""
_AROUND_VALUES = f" \t{INLINE_BOUNDARY}=＝→⇒➔➜|｜丨│/／>＞»~～;；…·—–-"


def _before_marks(text: str, start: int) -> int:
    """The offset of the signs or number before a label within a line."""
    match = _SYMBOLS.search(text, max(0, start - _MAX_MARK_CHARS), start)
    return match.start() if match else start


def _before_colons(text: str, *, coined: bool, sign: re.Pattern[str] = COLON) -> Iterator[_Position]:
    floor = 0
    for colon in sign.finditer(text):
        end = colon.start()
        while end > floor and (text[end - 1] in _NOTE_MARKS or _GAP.match(text, end - 1)):
            end -= 1
        end -= end > floor and text[end - 1] in _CLOSING
        if _LATIN.search(text, floor, end) and (english := _IN_ENGLISH.search(text[floor:end])):
            end = floor + english.start()
        label = _label_ending_at(text, floor, end) or _english_label_ending_at(text, floor, end)
        # 颁 发 时 间 ends in a listed label: the longer one counts.
        if coined and (not label or _has_single_letters(text, floor, label[2])):
            label = _coined_label_ending_at(text, floor, end) or label
        if label:
            yield *label, colon.end()
        floor = colon.end()


def _english_label_ending_at(text: str, floor: int, end: int) -> tuple[str, str, int] | None:
    """An English label of several words, or of one word without English words before it."""
    if not text[end - 1 : end].isascii():
        return None
    words = list(_ENGLISH_WORD.finditer(text, floor, end))[-_MAX_ENGLISH_WORDS - 1 :]
    for at, word in enumerate(words):
        label = text[word.start() : end]
        if (at < len(words) - 1 or not at) and _field_of(label, coined=False) is not None:
            return label, label, word.start()
    if not words or words[-1].end() != end or not is_of_byline(words, floor):
        return None
    last = words[-1]
    return (last[0], last[0], last.start()) if _DATE.search(dates_in_digits(text)) else None


def _has_single_letters(text: str, floor: int, end: int) -> bool:
    """Whether single characters separated by gaps precede a label."""
    return _SINGLE_LETTERS.search(text, max(floor, end - 6), end) is not None


def _coined_label_ending_at(text: str, floor: int, end: int) -> tuple[str, str, int] | None:
    """The unlisted label between a gap, bar or bracket and `end`; a label of a field may have gaps between its
    characters, after every one or two. Right after another label's colon there is no label, but the value of that
    label."""
    parts = list(_LABEL_PART.finditer(text, max(floor, end - 2 * MAX_COINED_CHARS), end))
    if not parts or parts[-1].end() != end:
        return None
    best, key, behind = None, "", end
    for part in reversed(parts):
        gap = all(_GAP.match(sign) for sign in text[part.end() : behind])
        if key and (len(part.group()) > _MAX_LETTERS_BETWEEN_GAPS or not gap):
            break
        field = field_of_words(label_key(part.group()) + key)
        is_apart = not part.start() or (text[part.start() - 1] in _BEFORE_COINED and part.start() != floor)
        if is_apart and (field or (field == "" and not key)):
            best = label_key(part.group()) + key, text[part.start() : end], part.start()
        key, behind = label_key(part.group()) + key, part.start()
        if len(part.group()) > _MAX_LETTERS_BETWEEN_GAPS:
            break
    return best


def _label_ending_at(text: str, floor: int, end: int) -> tuple[str, str, int] | None:
    """The longest label that ends at `end` and is not the end of a longer word."""
    best: tuple[str, int] | None = None
    key, last, start, hint = "", end, end, ""
    while start > floor:
        start -= 1
        if _GAP.match(text, start):
            continue
        if not hint and text[start] in ")）" and (hint := _hint_ending_at(text, floor, start + 1, key)):
            start -= len(hint) - 1
            hint = "" if key else hint
            continue
        if not key:
            last = start + 1
        key = unicodedata.normalize("NFKC", text[start]) + key
        if key not in _LABEL_SUFFIXES:
            break
        # 云溪区政府网站 发布时间： the words of another element are the end of a value.
        is_cut = best is not None and INLINE_BOUNDARY in text[start : best[1]]
        if key in FIELD_OF_LABEL and not (
            start
            and _WORD_CHARACTER.match(text, start - 1)
            and not (not is_cut and floor and (key in _ADJOINING_LABELS or _WHOLE_VALUE.fullmatch(text, floor, start)))
        ):
            best = key, start
    if best and hint and not (FIELD_OF_LABEL[best[0]] and _may_have_hint(best[0], hint)):
        return None
    if best is None or text[best[1] - 1 : best[1]] in _QUOTES:
        return None
    return best[0], text[best[1] : last], best[1]


def _hint_ending_at(text: str, floor: int, end: int, key: str) -> str:
    """The words in brackets that end at `end` and only explain a label, with their brackets."""
    first = max(floor, end - _HINT_CHARS)
    opening = max(text.rfind("(", first, end), text.rfind("（", first, end))
    match = _HINT.fullmatch(text, opening, end) if opening >= 0 else None
    return "" if match is None or label_key(match[0]) + key in _LABEL_SUFFIXES else match[0]


def _in_brackets(text: str, *, coined: bool) -> Iterator[_Position]:
    """`[发文字号] 云政发〔2023〕1号`, but not a bracketed label alone, whose value is elsewhere. Beside a label of a
    field, listed labels that are not fields count too: `【来源】甲局 【浏览次数】5`."""
    if not _BRACKET.search(text) or _ONLY_BRACKETED.fullmatch(text):
        return
    labels = [(label_key(match.group(1)), match) for match in _BRACKETED.finditer(text)]
    if any(_field_of(label, coined=coined) for label, _ in labels):
        for label, match in labels:
            if label in FIELD_OF_LABEL or _field_of(label, coined=coined):
                yield label, match.group(1), match.start(), match.end()


def _between_boundaries(text: str) -> Iterator[_Position]:
    """Labels that fill the text between two inline boundaries, even if further boundaries cut it up."""
    parts = [part.strip(_BRACKETS) for part in text.split(INLINE_BOUNDARY)]
    begins = [bool(part) and label_key(part[0]) in _LABEL_PREFIXES for part in parts]
    if not any(begins[:-1]):
        return
    starts = [0, *(m.end() for m in re.finditer(INLINE_BOUNDARY, text))]
    part = 0
    while part < len(parts) - 1:
        key, best = "", ("", -1)
        for end in range(part, len(parts) - 1 if begins[part] else part):
            key += label_key(parts[end])
            if key not in _LABEL_PREFIXES:
                break
            if parts[end] and key in FIELD_OF_LABEL:
                best = key, end
        label, end = best
        if label:
            as_spelt = text[starts[part] : starts[end + 1] - 1].strip(_BRACKETS)
            start = max(starts[part] - 1, 0)
            if _explains_label(parts, end + 1):
                end += 1
            yield label, as_spelt, start, starts[end + 1]
            part = end
        part += 1


def _explains_label(parts: list[str], at: int) -> bool:
    """Whether an element, with the value behind it, repeats the label before it in English, or is the sign of a note on
    it (索引号 ?)."""
    value = next((part for part in parts[at + 1 :] if part), "")
    explains = parts[at] in _NOTE_MARKS or _IN_LATIN.fullmatch(parts[at])
    return bool(explains and value) and label_key(value) not in FIELD_OF_LABEL


def _fills_first_element(text: str) -> list[_Position]:
    """The unlisted label that fills the line's first inline element, if a text follows it."""
    match = _FIRST_ELEMENT.match(text, len(text) - len(text.lstrip(f" \t{INLINE_BOUNDARY}")))
    if match and text[match.end() :].strip(_BRACKETS + INLINE_BOUNDARY) and field_of_words(label_key(match.group(1))):
        return [(label_key(match.group(1)), match.group(1), match.start(1), match.end())]
    return []


def _before_signs(text: str) -> list[_Position]:
    """`索引号=A`, `文号→B`, `发布机构「C」`: the line begins with a label, and each label has a value after the same
    sign.

    A label, or nothing, after a sign is not a value: then the line is a row of column headings or a menu.
    """
    lead = _lead_in(text)
    if text[lead : lead + 1] not in _BYLINE_INITIALS:
        return []
    key, label, end = "", "", lead
    for at in range(lead, len(text)):
        key += label_key(text[at])
        if key not in _LABEL_PREFIXES:
            break
        if FIELD_OF_LABEL.get(key) or key in _OF_BYLINES:
            label, end = key, at + 1
    is_byline = label in _OF_BYLINES
    behind = len(text[: english.end()].rstrip()) if (english := ENGLISH_LABEL.match(text, end)) else end
    rest = text[behind:].rstrip(f" \t{INLINE_BOUNDARY}")
    if not label or not rest:
        return []
    gap = len(rest) - len(rest.lstrip(f" \t{INLINE_BOUNDARY}"))
    enclosed = _CODE_ENCLOSED if rest[gap] in "(（" and FIELD_OF_LABEL[label] in _CODES else _ENCLOSED
    if not is_byline and enclosed.fullmatch(rest, gap):
        return [] if match_label(rest[gap:]) else [(label, text[lead:end], lead, behind)]
    signs = _SIGNS.match(text, behind)
    if not signs:
        return []
    if not is_byline and signs.group(1)[0] in _TIGHT_SIGNS and signs.group(1) == signs.group().strip(INLINE_BOUNDARY):
        return []
    positions = list(_before_colons(text, coined=False, sign=re.compile(re.escape(signs.group(1)))))
    ends = [start for _, _, start, _ in positions[1:]] + [len(text)]
    values = [text[after:end].strip(_AROUND_VALUES) for (*_, after), end in zip(positions, ends, strict=False)]
    if is_byline and (len(values) < 2 or not any(map(_DATE.match, values))):
        return []
    return positions if all(value and match_label(value, coined=True) is None for value in values) else []


def _before_gaps(text: str) -> list[_Position]:
    """`发布时间 2023-05-09 来源 云溪日报`: the line begins with a label, and each label has a value after its gap.

    After the first label, credits, counters and tools are labels too (`浏览 5`), the last one even without a value.
    """
    parts = list(re.finditer(rf"[^\s{INLINE_BOUNDARY}]+", text))
    positions: list[_Position] = []
    part = 0
    while part < len(parts):
        key, best = "", -1
        for end in range(part, min(part + 6, len(parts))):
            key += label_key(parts[end].group())
            if key not in _LABEL_PREFIXES:
                break
            is_field = FIELD_OF_LABEL.get(key) and (positions or key not in AMBIGUOUS_LABELS)
            if is_field or (positions and key in FOOTER_LABELS):
                best, label = end, key
        if best < 0:
            if not positions:
                return []
            part += 1
            continue
        start = parts[part].start()
        is_last = best + 1 == len(parts)
        if (is_last and FIELD_OF_LABEL[label]) or (positions and positions[-1][3] == start):
            return []
        behind = len(text) if is_last else parts[best + 1].start()
        positions.append((label, text[start : parts[best].end()], start, behind))
        part = best + 1
    return positions
