"""The contents of a row of a list: the title of its link, and dates, numbers and labelled values beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from etl.dates import DATE, TIME_OF_DAY, YEAR, first_iso_date, parse_china_date, read_date
from etl.document_number import document_number_in_title, match_document_number, normalise_document_number
from etl.fields import DATE_FIELDS

FIELD_OF_LABEL = {
    "发文字号": "document_number",
    "文号": "document_number",
    "文件编号": "document_number",
    "索引号": "index_number",
    "成文日期": "written_date",
    "成文时间": "written_date",
    "生成日期": "written_date",
    "发文日期": "written_date",
    "发文时间": "written_date",
    "印发日期": "written_date",
    "发布日期": "published_date",
    "发布时间": "published_date",
    "公开日期": "published_date",
    "公开时间": "published_date",
    "发布机构": "publisher",
    "发布单位": "publisher",
    "发布部门": "publisher",
    "发文机关": "publisher",
    "发文单位": "publisher",
    "公开机构": "publisher",
    "时间": "published_date",
    "日期": "published_date",
}
"""Labels that lists print beside a title, and the names of the fields."""
_BARE_LABELS = ("时间", "日期")
"""These are labels only if no other word precedes them: 截止日期 is a different one."""
_LABEL = "|".join(
    rf"{label}(?<![\u4e00-\u9fff]{label})" if label in _BARE_LABELS else r"\s{0,4}".join(label)
    for label in FIELD_OF_LABEL
)
"""The other labels may have gaps between their characters: 文　　号."""
_LABELLED = re.compile(
    rf"({_LABEL})\s*+(?:[\]】]\s*+[:：]?|[:：])\s*+(.{{0,200}}?)(?=\s{{0,20}}[\[【]?(?:{_LABEL}|有效性)\s{{0,20}}[:：\]】]|[\[【]\s{{0,20}}$|$)"
)
_ONLY_DATE = re.compile(rf"^[\[【(（]?\s*(?>{DATE})\s*+(?:{TIME_OF_DAY})?\s*[\]】)）]?$")
# Some templates set the day apart from its month: `<b>05</b><span>2024-03</span>`.
_DAY_APART = re.compile(
    rf"(?<!\d)(\d{{1,2}})日? +({YEAR})[-./年](\d{{1,2}})月?(?![-./\d])"
    rf"|({YEAR})[-./年](\d{{1,2}})月? +(\d{{1,2}})日?(?!\d)"
)
# Others set the year, or each of the three, apart. Searched in short texts only, because prose has such numbers too.
_YEAR_APART = (
    re.compile(rf"(?<!\d)(?P<m>\d{{1,2}})[-./月](?P<d>\d{{1,2}})日? +(?P<y>{YEAR})年?(?![-./\d])"),
    re.compile(rf"(?<!\d)(?P<y>{YEAR})年? +(?P<m>\d{{1,2}})[-./月](?P<d>\d{{1,2}})日?(?![-./\d])"),
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})日? +(?P<m>\d{{1,2}})月 +(?P<y>{YEAR})年?(?!\d)"),
    re.compile(rf"(?<!\d)(?P<y>{YEAR})年? +(?P<m>\d{{2}})月? +(?P<d>\d{{2}})日?(?!\d)"),
    re.compile(r"^\W*(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)\W*$"),
    re.compile(r"^\W*(?P<y>[012]\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)\W*$"),
)
_MAX_APART_CHARS = 10
_MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MONTH_IN_CHINESE = re.compile(r"(?<![一二三四五六七八九十年])(十[一二]?|[一二三四五六七八九])月")
_MONTH_BY_NAME = re.compile(r"[一二三四五六七八九十]月|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\b")
_MAX_DATED_CHARS = 22
"""Maximum length of a text in which an unlabelled date is the document's; a date in a summary is not."""
_AT_AN_END = re.compile(rf"^\W*(?>{DATE})|(?>{DATE})\s*(?:{TIME_OF_DAY})?\W*$")
ENDING_DATE = re.compile(rf"(?<=\S)\s++[\[(（]?(?:{YEAR}-\d{{2}}-\d{{2}}|{YEAR}/\d{{2}}/\d{{2}})[\])）]?$")
"""A date after a title in the same text, separated by a space."""
_NO_DATE_ATTRIBUTES = ("href", "src", "class", "style", "id", "onclick", "alt")
_NO_LABELS = ("href", "src", "class", "style", "id", "onclick")
_YEAR_IN_VALUE = re.compile(r"20\d\d|\d{10}")
_STAMP = re.compile(r"1[0-9]{9}(?:000|[0-9]{3})?")
"""Seconds or milliseconds since 1970."""
_OF_TIME = re.compile(r"date|time|stamp", re.IGNORECASE)
_MAX_VALUE_CHARS = 40
_SHAPING = ("b", "strong", "font", "em", "i", "u", "br", "sup", "sub", "mark", "big", "small")
"""Elements that only format words of a title."""
_HINT_CHARS = 12
"""A link's `title` of up to this length may be a tooltip and not the title of a document."""
_MIN_STEM = 4
_NUMBER_LABEL = re.compile(r"^\s*+(?:发文字号|文件编号|文件字号|文\s{0,4}号)\s*+[:：]?\s*+")
_NUMBER_BEHIND = re.compile(r"[（(\[【]([^（()）【】]{4,40}号)[）)\]】]$")
PINNED = re.compile(r"^\s*[\[【(（](?:置顶|顶|最新|推荐|热点?|new|hot)[\]】)）]\s*", re.IGNORECASE)
"""Badges in the words of a title: [置顶]."""
_ORNAMENT = re.compile(r"^[\s\d.、·•◆■●▪►>»|/\-—\[\]【】()（）]*$")
_TAG = re.compile(r"^[\[【(（]?(?:置顶|顶|最新|新|new|hot|热|推荐)[!！]?[\]】)）]?$", re.IGNORECASE)
"""Badges in separate elements beside a title; they are not part of it."""
CUT_BY = ("…", "⋯", "...", "。。。")
LABELLED_TITLE = re.compile(
    r"^((?:[^\s:：]{2,6}[:：]\s?[^\s:：]{0,60}\s{1,20}){0,3})(?:文章|信息|文件)?(?:标题|名称)\s*[:：]\s*"
    r"(.{1,300}?)(?:\s{1,20}([^\s:：]{2,6}[:：].{0,200}))?$"
)
"""`title="索引号：… 标题：… 发布时间：…"`: some templates put this into the `title` of a link."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def labelled_fields(text: str) -> dict[str, str]:
    """Fields named by a label in the text, by field name; dates as yyyy-mm-dd."""
    named = {
        FIELD_OF_LABEL["".join(label.split())]: value.strip()
        for label, value in _LABELLED.findall(text)
        if value.strip()
    }
    normal = {name: first_iso_date(value) if name in DATE_FIELDS else value for name, value in named.items()}
    return {name: value for name, value in normal.items() if value}


def days_of_attributes(block: HtmlElement) -> Iterator[str]:
    """Dates in the attributes of a row: `<time datetime="2024-03-01">`, `data-date`, the label of a shortened date, the
    value of a hidden input, a time stamp."""
    for element in block.iter():
        for name, value in element.items() if isinstance(element.tag, str) else ():
            if len(value) > _MAX_VALUE_CHARS or name in _NO_DATE_ATTRIBUTES or not _YEAR_IN_VALUE.search(value):
                continue
            if _STAMP.fullmatch(value.strip()) and _OF_TIME.search(name):
                yield parse_china_date(value) or ""
            elif (_ONLY_DATE.match(value.strip().replace("T", " ")) and (day := first_iso_date(value))) or (
                day := next((stated for name, stated in labelled_fields(value).items() if name in DATE_FIELDS), None)
            ):
                yield day


def values_in(texts: Iterable[str], named: Mapping[str, str] | None = None) -> dict[str, str]:
    """The fields in texts beside a title: by their label, else by their form. Fields in `named` are skipped."""
    texts = tuple(texts)
    fields = dict(named or {}) | labelled_fields(" ".join(texts))
    parts = _joined(texts) if any(text.endswith("号") for text in texts) else ()
    if "document_number" not in fields and (number := next(filter(None, map(_number, (*texts, *parts))), None)):
        fields["document_number"] = normalise_document_number(number)
    if not DATE_FIELDS & fields.keys() and (day := date_in(texts)):
        fields["published_date"] = day
    return fields


def _number(text: str) -> str | None:
    """The document number in a text that consists of only the number, or of the number and a date."""
    if "号" not in text:
        return None
    text = _NUMBER_LABEL.sub("", text)
    if (number := match_document_number(text)) or len(text) > _MAX_DATED_CHARS * 2:
        return number
    return match_document_number(" ".join(re.sub(DATE, " ", text).split()))


def _joined(texts: tuple[str, ...]) -> Iterator[str]:
    """Texts that end in 号, joined with the one or two before them: some templates split a number into parts."""
    for end, text in enumerate(texts):
        if text.endswith("号") and len(text) <= _MAX_APART_CHARS:
            yield from ("".join(texts[max(0, end - parts) : end + 1]) for parts in (1, 2))


def number_of_title(title: str) -> str | None:
    """The document number in brackets after a title, or before it, separated by a space."""
    if "号" not in title:
        return None
    behind, before = _NUMBER_BEHIND.search(title), title.partition(" ")[0]
    number = match_document_number(behind[1]) if behind else match_document_number(before) if before != title else None
    return normalise_document_number(number) if number else None


def split_label(link: HtmlElement) -> tuple[str, str]:
    """(title, rest) of a link's `title` that continues with a date or labelled values after the link's own words."""
    if not _YEAR_IN_VALUE.search(link.get("title") or ""):
        return "", ""
    label = " ".join((link.get("title") or "").split())
    words = _words_of_title(link)
    rest = label.removeprefix(words).strip() if len(words) > _MIN_STEM and label != words else label
    return (words, rest) if rest != label and is_value(rest) else ("", "")


def date_in(texts: Iterable[str]) -> str | None:
    """The date beside a title: of several texts that are only a date the latest, since 成文 precedes 发布."""
    texts = tuple(texts)
    if not texts:
        return None
    if days := [day for text in texts if _ONLY_DATE.match(text) and (day := first_iso_date(text))]:
        return max(days)
    joined = " ".join(text for text in texts if len(text) <= _MAX_DATED_CHARS or _AT_AN_END.search(text))
    if day := first_iso_date(joined):
        return day
    if apart := _DAY_APART.search(joined):
        early, year, month, other_year, other_month, late = apart.groups()
        return first_iso_date(f"{year or other_year}-{month or other_month}-{early or late}")
    short = " ".join(text for text in texts if len(text) <= _MAX_APART_CHARS)
    numbered = _MONTH_IN_CHINESE.sub(lambda month: f"{_MONTHS.index(month[1]) + 1}月", short)
    dates = (match for form in _YEAR_APART for text in (short, numbered, *texts) if (match := form.search(text)))
    apart_days = (first_iso_date(f"20{match['y'][-2:]}-{match['m']}-{match['d']}") for match in dates)
    if day := next(filter(None, apart_days), None):
        return day
    # A date in Chinese figures, or with the month by its name.
    return next(
        (day for text in (short, *texts) if len(text) <= _MAX_APART_CHARS * 2 and (day := _by_name(text))), None
    )


def _by_name(text: str) -> str | None:
    return read_date(text.replace(".", " ")).iso if _MONTH_BY_NAME.search(text) else None


def is_value(text: str) -> bool:
    """Whether a text is only a date, a number or an ornament, and so not part of a title."""
    return bool(_ONLY_DATE.match(text) or _ORNAMENT.match(text) or match_document_number(text) or labelled_fields(text))


def may_be_title(text: str) -> bool:
    """Whether a text may be a title: it is not a value, or it has the form of a numbered announcement:
    招聘公告（第3号）."""
    return not is_value(text) or (match_document_number(text) is not None and document_number_in_title(text) is None)


def link_title(link: HtmlElement) -> str:
    """The link's `title`, its heading, or its words without dates and numbers in separate elements.

    Truncated words are completed from a label in or around the link.
    """
    title = " ".join((link.get("title") or "").split())
    if labelled := LABELLED_TITLE.match(title):
        return labelled[2]
    words = _words_of_title(link) if not title or len(title) <= _HINT_CHARS or is_value(title) else ""
    if title and not _is_hint(title, words):
        return title
    return _whole_title(link, words) if words.endswith(CUT_BY) else words


def _is_hint(title: str, words: str) -> bool:
    """Whether a link's `title` describes the click (点击查看, 在新窗口打开) or a time: it has no words of the link."""
    plain = "".join(words.split())
    return len(plain) > _MIN_STEM and plain[:_MIN_STEM] not in "".join(title.split())


def _whole_title(link: HtmlElement, words: str) -> str:
    """The label in the link, or of the two elements above it, that begins with the truncated words."""
    stem = stem_of(words)
    around = (*link.iter(), *islice(link.iterancestors(), 2))
    labels = (" ".join(value.split()) for item in around for name, value in item.items() if name not in _NO_LABELS)
    return next((label for label in labels if len(label) > len(stem) and label.startswith(stem)), words)


def _words_of_title(link: HtmlElement) -> str:
    if heading := next((words for item in link.iter(*HEADINGS) if (words := text_in(item))), ""):
        return heading
    words = text_in(link) or " ".join(item.get("alt", "").strip() for item in link.iter("img")) or _label_in(link)
    if len(link):
        pieces = [piece for piece in _pieces(link) if piece.strip()]
        plain = {piece: " ".join(piece.split()) for piece in pieces}
        longest = max((len(piece) for piece in pieces if not is_value(plain[piece])), default=0)
        pieces = [
            piece
            for piece in pieces
            if may_be_title(plain[piece]) and (len(piece) >= longest or not is_value(plain[piece]))
        ]
        cut = next((piece.strip() for piece in pieces if piece.strip().endswith(CUT_BY)), "")
        whole = [piece for piece in pieces if cut and piece.strip() != cut and piece.strip().startswith(stem_of(cut))]
        words = "".join(piece for piece in whole or pieces if not _TAG.match(piece.strip())) or words
    return " ".join(words.split())


def _label_in(link: HtmlElement) -> str:
    """The label of a link without words: `aria-label`, `data-title`, or the `title` of an element in it."""
    labels = (value for item in link.iter() for name, value in item.items() if name in _LABELS)
    return next(filter(None, map(str.strip, labels)), "")


_LABELS = ("aria-label", "data-title", "data-original-title", "title")


def stem_of(words: str) -> str:
    return words.rstrip("…⋯.。 ")


def _pieces(link: HtmlElement) -> Iterator[str]:
    """The texts in a link, with a space between two texts unless a formatting element separates them."""
    for event, element in etree.iterwalk(link, events=("start", "end", "comment")):
        text = element.text if event == "start" else element.tail if element is not link else None
        if text:
            yield text if event == "comment" or element.tag in _SHAPING else f" {text}"


def text_in(element: HtmlElement) -> str:
    return " ".join("".join(map(str, element.itertext())).split())
