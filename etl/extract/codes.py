"""Identifiers that extraction stores with a value or a version, and their names in both languages.

Codes are stored for good: a name may be reworded, a code never changes its meaning and is never taken out.
"""

from collections.abc import Mapping
from enum import StrEnum

from etl.fields import FIELDS
from etl.named_codes import NamedCode

ANY_FIELD = "*"
"""Stands in `Rule.fields` for all fields."""


class Rule(StrEnum):
    """How a value is read: code, both names, the parts of the page that are read, the fields (separated by spaces),
    their origins, and the sentence that was stored before codes were.

    A new rule is one entry here, and the `make_evidence` that yields it; docs/extraction.md is made from these entries
    and the test cases whose values they give.
    """

    chinese: str
    english: str
    reads: str
    fields: tuple[str, ...]
    origins: tuple[str, ...]
    earlier: str

    def __new__(
        cls, code: str, chinese: str, english: str, reads: str, fields: str, origins: str, earlier: str = ""
    ) -> "Rule":
        member = str.__new__(cls, code)
        member._value_, member.chinese, member.english, member.reads = code, chinese, english, reads
        member.fields, member.origins = tuple(fields.split()), tuple(origins.split())
        member.earlier = earlier or english
        return member

    LABEL_IN_LINE = (
        "label_in_line",
        "标签与值在同一行",
        "label and value in one line",
        "cells and lines outside the text",
        ANY_FIELD,
        "header subheading",
    )
    VALUE_BESIDE_LABEL = (
        "value_beside_label",
        "值在标签旁边",
        "value beside its label",
        "the cell, item or block beside or below a label outside the text",
        ANY_FIELD,
        "header subheading",
    )
    HIDDEN_BESIDE_LABEL = (
        "hidden_beside_label",
        "标签旁唯一的、网页未显示的值",
        "the only value beside a visible label, which the page hides",
        "the element around a label without a visible value",
        ANY_FIELD,
        "header subheading",
    )
    COINED_LABEL = (
        "coined_label",
        "标签不在词表中，按其用字理解",
        "label of no list, understood by its words",
        "cells and lines outside the text, beside labels that are known",
        ANY_FIELD,
        "header subheading",
    )
    PERSON_LABEL = (
        "person_label",
        "“发布者”一类标签后的机构名称",
        "name of a body behind a label of people",
        "cells and lines outside the text",
        "publisher",
        "header subheading",
    )
    NUMBER_ABOVE_TEXT = (
        "number_above_text",
        "正文上方单独成行的文号",
        "document number on a line of its own above the text",
        "the lines above the text",
        "document_number",
        "header",
        "line of its own above the text",
    )
    STATE_ABOVE_TEXT = (
        "state_above_text",
        "正文上方单独标明的效力状态",
        "state of the document, without a label, above the text",
        "inline elements and lines around the title",
        "validity",
        "subheading",
    )
    DATE_UNDER_TITLE = (
        "date_under_title",
        "标题下方的日期",
        "date under the title",
        "the lines between title and text, and the title's own",
        "published_date",
        "subheading",
    )
    SOURCE_BESIDE_DATE = (
        "source_beside_date",
        "标题下方日期旁的名称",
        "name beside the date under the title",
        "inline elements in the line of a date under the title",
        "source",
        "subheading",
    )
    RED_HEADER = (
        "red_header",
        "版头中的发文字号",
        "document number of the red header",
        "the first lines of the text",
        "document_number",
        "body",
        "red header",
    )
    ATTACHMENT_NAME = (
        "attachment_name",
        "附件名称中的文号",
        "document number in an attachment's name",
        "links in the last lines of the text",
        "document_number",
        "body",
        "name of the attached document",
    )
    LABELLED_FIRST_LINE = (
        "labelled_first_line",
        "正文开头带标签的行",
        "labelled first line of the text",
        "the first lines of the text, cells among them",
        "document_number publisher",
        "body",
    )
    LABELLED_LAST_LINE = (
        "labelled_last_line",
        "正文末尾带标签的行",
        "labelled last line of the text",
        "the last lines of the text",
        "disclosure_method",
        "body",
        "labelled last line",
    )
    SIGNATURE_DATE = (
        "signature_date",
        "落款日期",
        "date of the signature",
        "the last lines of the text",
        "written_date",
        "body",
    )
    NUMBER_IN_TITLE = (
        "number_in_title",
        "标题中的文号",
        "document number in the title",
        "the chosen title",
        "document_number",
        "title",
        "number in the title",
    )
    PAGE_DATA = (
        "page_data",
        "网页内嵌的数据",
        "data in the page",
        "JSON and hidden inputs that a family knows",
        ANY_FIELD,
        "json",
    )
    META_TAG = (
        "meta_tag",
        "网页元数据",
        "meta tag",
        "meta tags",
        "title published_date source keywords",
        "meta",
    )
    HEADLINE = (
        "headline",
        "页面上的标题行",
        "headline",
        "the lines above the text and its first ones",
        "title",
        "title",
    )
    LINE_ABOVE_TEXT = (
        "line_above_text",
        "正文上方形似公文标题的一行",
        "line above the text that reads like a title",
        "the lines above the text",
        "title",
        "title",
        "line above the text",
    )
    PAGE_TITLE = (
        "page_title",
        "网页的 <title>",
        "the page's <title>",
        "<title>",
        "title",
        "meta",
        "page title",
    )
    LISTING_ENTRY = (
        "listing_entry",
        "目录中的条目",
        "listing entry",
        "what the catalog says of the page",
        ANY_FIELD,
        "listing",
    )


class Belief(NamedCode):
    """Whether independent evidence confirms a chosen value (`etl.extract.rules.belief`), with both names."""

    AGREED = "另有依据相符", "other evidence agrees"
    SINGLE = "没有其他依据", "no other evidence"
    DISPUTED = "另有依据不符", "other evidence differs"


class Flag(NamedCode):
    """Something unusual about a page: code, and both names, in which `{}` is the parameter of a flag that has one.

    Stored as the code alone; with a parameter as `code:parameter` (`body:densest`, `pages:3`), except that a field's
    name comes first (`published_date:future`).
    """

    FILE = "file", "是文件，不是网页", "a file, not a web page"
    CUT = "cut", "网页过大，只读取了前一部分", "the page is too large: only its beginning was read"
    ENDS_EARLY = "ends_early", "网页在中途断开", "the page stops before its end"
    ATTACHMENTS_ONLY = "attachments_only", "没有正文，只有附件", "no text, attachments only"
    IMAGES_ONLY = "images_only", "没有正文，只有图片", "no text, pictures only"
    NO_TEXT = "no_text", "没有正文、附件和图片", "neither text nor files nor pictures"
    TEXT_IN = "text_in", "正文取自 <{}>", "text read from <{}>"
    HIDDEN_FILE = "hidden_file", "附件在网页未显示的部分", "attachments in a part that the page does not show"
    FILE_WITHOUT_ADDRESS = (
        "file_without_address",
        "有附件的地址未能得知",
        "the page names a file whose address could not be known",
    )
    PAGES = "pages", "由 {} 个分页合成", "put together from {} pages"
    BODY = "body", "正文位置：{}", "main text found by: {}"
    IMPOSSIBLE_DATE = "impossible", "{}：历法中没有这一天", "{}: no date of the calendar"
    FUTURE_DATE = "future", "{}：晚于抓取日期", "{}: a day later than the capture"
    INCOMPLETE_DATE = "incomplete", "{}：日期缺年、月或日，未作推断", "{}: a date without year, month or day"
    UNREADABLE_DATE = "unreadable", "{}：看不懂的日期", "{}: a date that is not understood"

    LOOKED_UP = "looked_up", "{}：按来源文件的 lookups 解读", "{}: a value that the source file's lookups explain"

    DISPUTED_VALUE = "disputed", "{}：另有依据不符", "{}: other evidence differs"
    HIDDEN_VALUE = "hidden", "{}：值在网页上未显示", "{}: the page hides the value"
    GOES_ON = (
        "goes_on",
        "正文还有后页，未能取得（{}）",
        "the text goes on, on pages that could not be had ({})",
    )
    UNREAD_LABEL = (
        "unread",
        "{}：网页有此标签，但未能读出它的值",
        "{}: the page has its label, but the value could not be read",
    )
    STRUCK_OUT = "struck_out", "划去的文字未收入正文", "struck words are none of the text"
    HIDDEN_TEXT = (
        "hidden_text",
        "正文中有 {} 个字符的段落、表格或列表在网页上未显示，未收入",
        "{} characters of prose, tables or lists in the place of the text are hidden, and left out of it",
    )
    LEFT_OUT = (
        "left_out",
        "正文上下另有 {} 个字符的语句，未收入正文",
        "{} characters of sentences right above or below the text were left out of it",
    )
    FRAME_IN_TEXT = (
        "frame_in_text",
        "正文中嵌有本站另一网页，未读取",
        "another page of the site is shown in the text and not read",
    )
    PICTURE_IN_LINE = (
        "picture_in_line",
        "正文行内有 {} 处以图片代替的字符",
        "{} pictures stand for characters within lines of the text",
    )
    OTHER_TITLE = (
        "other_title",
        "网页没有目录所列的标题",
        "the page says nothing like the title that its catalog states",
    )
    NUMBERS_CHANGE = (
        "numbers_change",
        "接连几个版本只有数字不同，可能是计数或时钟",
        "version after version differs in numbers only: perhaps a counter or a clock",
    )
    OFF_TITLE = (
        "off_title",
        "正文很短，没有标题中的词，可能是网站的提示",
        "a short text without a word of the title, which may be a notice of the site",
    )
    SHOWS_LESS = (
        "shows_less",
        "三十天来网页所示少于此前版本",
        "for thirty days the page has shown less than the version before",
    )
    TEXT_LOST = "text_lost", "网页文字有 {} 个字符未能读出", "{} characters of the page's text could not be read"

    def of(self, parameter: str) -> str:
        """The stored form with its parameter: a field's name for those of values."""
        return f"{parameter}:{self}" if self in _OF_FIELDS else f"{self}:{parameter}"


_OF_FIELDS = frozenset(
    (
        Flag.IMPOSSIBLE_DATE,
        Flag.FUTURE_DATE,
        Flag.INCOMPLETE_DATE,
        Flag.UNREADABLE_DATE,
        Flag.LOOKED_UP,
        Flag.DISPUTED_VALUE,
        Flag.HIDDEN_VALUE,
        Flag.UNREAD_LABEL,
    )
)
DENSEST, BETWEEN, DATA = "densest", "between", "data"
BODY_NAMES: Mapping[str, tuple[str, str]] = {
    DENSEST: ("文字最集中的部分", "densest part of the page"),
    BETWEEN: ("标题行与页脚之间", "what lies between headline and footer"),
    DATA: ("网页内嵌的数据", "data in the page"),
}
"""How the main text was located, the parameter of `Flag.BODY`. Any other value is `<family> <selector>` or
`<family> marks`."""

_RULES = {stored: rule for rule in Rule for stored in (rule.earlier, rule.value)}
_FLAGS = {flag.value: flag for flag in Flag}


def current_rule(stored: str) -> str:
    """The code of a stored rule, which may be an English sentence of earlier. Any other text is returned as it is."""
    return _RULES.get(stored, stored)


def _body_names(rule: str) -> tuple[str, str]:
    """What found the text, in Chinese and English: a selector of a family's templates, or a rule of all families."""
    family, _, selector = rule.partition(" ")
    if not selector:
        return BODY_NAMES.get(rule, (rule, rule))
    chinese, english = ("标记", "marks") if selector == "marks" else (selector, selector)
    return f"{family} 模板中的 {chinese}", f"{english} in the templates of {family}"


def flag_names(stored: str) -> tuple[str, str] | None:
    """The meaning of a stored flag, in Chinese and English; None for an unknown one."""
    first, _, last = stored.partition(":")
    if last in _OF_FIELDS and first in FIELDS:
        flag, names = _FLAGS.get(last), (FIELDS[first].chinese, FIELDS[first].english)
    else:
        flag = _FLAGS.get(first)
        names = _body_names(last) if flag is Flag.BODY else (last, last)
        flag = None if flag in _OF_FIELDS else flag
    return (flag.chinese.format(names[0]), flag.english.format(names[1])) if flag else None
