"""Choices in a form that show a part of the list: of an agency, a kind, a subject, or an issue of a gazette."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import is_hidden, words_of
from etl.platforms.paging.pager_elements import OF_PAGE, holds_rows, is_answered, names_of
from etl.web.page import WebPage

PART_NAME = re.compile(
    r"dept|depart|(?:^|[\s_-])(?:org|unit|jg|bm|zt|lb|lx|lm)|bumen|jigou|fwjg|theme|topic|class|categ|zhuti|column|channel|lanmu",
    re.IGNORECASE,
)
AGENCY = re.compile(
    r"^(?!.*(?:大厅|[上马近次]办|(?:个人|用户|会员|帮助|下载)中心)$)"
    r".*(?:[局委办厅处科室站所队院校]$|街道|[镇乡村]$|社区|中心$|管委会|政府|部门|公司$)"
)
"""Names of agencies, and not those of services (办事大厅, 马上办, 个人中心)."""
_KIND = re.compile(r"(?:规章|文件|公告|通知|公示|政策|法规|规划|计划|解读|报告|预算|决算|公开|[^分]类)$")
_NO_PART = re.compile(
    r"全部|所有|不限|本站|站内|请?选择|^-|=|标题|正文|全文|文号|索引号|关键[字词]|内容$|排序|时间|日期|[升降]序|每页|网站|链接|语言|^\d+$",
    re.IGNORECASE,
)
"""Words of choices that do not select a part of a list: all, what or where to search, an order, a number of rows."""
_YEAR, _WHOLE = re.compile(r"(?:19|20)\d\d年?度?"), re.compile(r"^\W*(?:全部|所有|不限)")
_OF_LINKS = re.compile(r"link|friend|yqlj|lianjie|foot", re.IGNORECASE)

_DRAWN_CHOICES = tuple(
    f"{library}-{choice}"
    for library in ("el", "a", "n", "t", "i", "van")
    for choice in ("select", "tabs", "radio-group")
)


def is_chosen(item: HtmlElement) -> bool:
    """Whether the item is the selected one of its form: of a selection that marks none, the first, if a form or a
    script uses it, and not only for a search."""
    if item.get("selected") is not None or any(field.get("checked") is not None for field in item.iter("input")):
        return True
    select = next(item.iterancestors("select"), None) if item.tag == "option" else None
    if select is None or not (select.get("onchange") or next(select.iterancestors("form"), None) is not None):
        return False
    is_first = item is next(select.iter("option"))  # asked first: selections may have thousands of options
    is_first = is_first and all(each.get("selected") is None for each in select.iter("option"))
    return is_first and bool(select.get("onchange") or not _is_of_search(select))


def is_named_part(words: str) -> bool:
    """Whether words are the name of an agency, or of a kind of documents."""
    return (AGENCY.search(words) or _KIND.search(words)) is not None


def choices_of(select: HtmlElement) -> list[tuple[str, str]]:
    """(value, words) of the parts of a list that a selection offers: years, agencies, kinds. None if it offers all of
    them together, or other things than parts: an order, a number of rows, where to search."""
    options = [(option.get("value") or words_of(option), words_of(option)) for option in select.iter("option")]
    return options if are_parts([words for _, words in options]) else []


def are_parts(names: Sequence[str]) -> bool:
    """Whether the names of choices are those of parts of a list, without one of all, and of no other things."""
    is_other = any(_NO_PART.search(name) and not _YEAR.fullmatch(name) for name in names)
    return len(names) > 1 and not is_other


def is_whole(words: str) -> bool:
    """Whether the words of a choice are those of all parts together."""
    return _WHOLE.search(words) is not None


def value_of_field(field: HtmlElement) -> str:
    """What a field of a form says if nobody changes it: of a selection that offers all parts of a list together, that
    choice."""
    if field.tag != "select":
        return field.get("value") or ""
    options = list(field.iter("option"))
    whole = (option for option in options if is_whole(words_of(option)))
    chosen = next(whole, None) if PART_NAME.search(names_of(field)) or not options else None
    if chosen is None:
        chosen = next(filter(is_chosen, options), options[0] if options else None)
    return "" if chosen is None else chosen.get("value") or ""


def part_of_a_form(page: WebPage) -> str | None:
    """The words of the selected part of the list in a form (an agency, a kind, a subject) and of another part, if the
    form offers no choice of all; None if there is none."""
    for select in page.elements["select"]:
        options = [item for item in select.iter("option") if words_of(item)]
        chosen = next(filter(is_chosen, options), None)
        is_used = select.get("onchange") or (chosen is not None and chosen.get("selected") is not None)
        name = f"{names_of(select)} {select.get('name') or ''}"
        if not is_used and options and PART_NAME.search(name) and _may_be_used(select):
            chosen, is_used = options[0], True
        if chosen is None or not is_used or not chosen.get("value"):
            continue
        leads_elsewhere = any("/" in (item.get("value") or "") for item in options)
        if not leads_elsewhere and (sign := _one_of_parts(words_of(chosen), list(map(words_of, options)), name)):
            return sign
    return _part_of_an_element(page)


def _part_of_an_element(page: WebPage) -> str | None:
    """The words of the parts in a choice that a library draws: `<el-select><el-option label="教育局">`. Tabs that hold
    something show it."""
    may_draw = any(name in page.lower for name in ("-select", "-tabs", "-radio-group"))
    for choice in page.tree.iter(*_DRAWN_CHOICES) if may_draw else ():
        items = [item for item in choice if isinstance(item.tag, str) and "-" in item.tag]
        named = [next(filter(None, map(item.get, ("label", "title", "tab"))), "") for item in items]
        if any(name and words_of(item) for name, item in zip(named, items, strict=True)):
            continue
        words = [name or words_of(item) for name, item in zip(named, items, strict=True)]
        if len(words) > 1 and (sign := _one_of_parts(words[0], words)):
            return sign
    return None


def _may_be_used(choice: HtmlElement) -> bool:
    """Whether a script that is not read may use a choice, as it has a name, is in no box of links, and neither a form
    nor a field for words of a search or a letter is around it, nor a block that readers must open first."""
    named = names_of(choice).strip() or choice.get("name")
    if not named or any(_OF_LINKS.search(f"{names_of(each)} {each.get('name') or ''}") for each in _around(choice)):
        return False
    if _is_of_search(choice) or next(choice.iterancestors("form"), None) is not None:
        return False
    return not any(map(is_hidden, choice.iterancestors()))


def _around(choice: HtmlElement) -> Iterator[HtmlElement]:
    yield choice
    yield from islice((each for each in choice.iterancestors() if each.tag != "label"), 2)


def _is_of_search(choice: HtmlElement) -> bool:
    """Whether a field for the words of a search or a letter is beside a choice."""
    for around in islice(_around(choice), 1, None):
        if holds_rows(around):
            return False
        if any(map(_asks_for_words, around.iter("input", "textarea"))):
            return True
        if around.tag == "form":
            return False
    return False


def _asks_for_words(field: HtmlElement) -> bool:
    is_text = field.tag == "textarea" or field.get("type", "text") in ("text", "search")
    return is_text and not OF_PAGE.fullmatch(field.get("name") or "")


def part_of_buttons(page: WebPage) -> str | None:
    """The words of the checked part of the list among radio buttons that a script handles, and of another part, if none
    of them is for all; None if there is none."""
    groups: dict[str, list[HtmlElement]] = {}
    for field in page.elements["input"]:
        if field.get("type") == "radio" and field.get("name"):
            groups.setdefault(field.get("name") or "", []).append(field)
    for fields in groups.values():
        checked = [field for field in fields if field.get("checked") is not None]
        answered = all(is_answered(field) or is_answered(field.getparent()) for field in fields)
        if len(checked) != 1 or not (answered or _may_be_used(fields[0])):
            continue
        if sign := _one_of_parts(_words_beside(checked[0]), list(map(_words_beside, fields))):
            return sign
    return None


def _words_beside(field: HtmlElement) -> str:
    """The words of a radio button: those behind it, in an element or not, or those of the label around it."""
    behind = (field.tail or "").strip() or ("" if (label := field.getnext()) is None else words_of(label))
    return behind or words_of(field.getparent())


def _one_of_parts(chosen: str, words: list[str], name: str = "") -> str | None:
    """The words of the chosen part of a list and of another one; None if the `words` of all choices, and the `name` of
    the field, are not those of parts, or if one of them is for all."""
    are_parts = _mostly(AGENCY, words) or _mostly(_KIND, words) or PART_NAME.search(name)
    other = next((each for each in words if each != chosen), None)
    return f"{chosen} … {other}" if are_parts and other and not any(map(_NO_PART.search, words)) else None


def _mostly(pattern: re.Pattern[str], words: Iterable[str]) -> bool:
    """Whether most of the words are of a form."""
    matches = [pattern.search(each) is not None for each in words]
    return sum(matches) * 2 > len(matches)
