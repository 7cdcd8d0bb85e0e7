"""Choices in a form that show a part of the list: of an agency, a kind, a subject, or an issue of a gazette."""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import words_of
from etl.platforms.paging.pager_elements import is_answered, names_of
from etl.web.page import WebPage

_PART_NAME = re.compile(
    r"dept|depart|(?:^|[\s_-])(?:org|unit|jg|bm|zt|lb|lx|lm)|bumen|jigou|fwjg|theme|topic|class|categ|zhuti|column|channel|lanmu",
    re.IGNORECASE,
)
AGENCY = re.compile(r"[局委办厅处科室站所队院校]$|街道|[镇乡村]$|社区|中心$|管委会|政府|部门|公司$")
_KIND = re.compile(r"(?:规章|文件|公告|通知|公示|政策|法规|规划|计划|解读|报告|预算|决算|公开|[^分]类)$")
_NO_PART = re.compile(
    r"全部|所有|不限|请?选择|^-|=|标题|正文|全文|文号|索引号|关键[字词]|内容$|排序|时间|日期|[升降]序|每页|网站|链接|语言|^\d+$",
    re.IGNORECASE,
)
"""Words of choices that do not select a part of a list: all, a search field, an order, a number of rows."""
_MIN_PARTS = 2


def is_chosen(item: HtmlElement) -> bool:
    """Whether the item is the selected one of its form: of a selection that marks none, the first, if a form or a
    script uses it."""
    if item.get("selected") is not None or any(field.get("checked") is not None for field in item.iter("input")):
        return True
    select = next(item.iterancestors("select"), None) if item.tag == "option" else None
    if select is None or not (select.get("onchange") or next(select.iterancestors("form"), None) is not None):
        return False
    options = list(select.iter("option"))
    return item is options[0] and all(each.get("selected") is None for each in options)


def part_of_a_form(page: WebPage) -> str | None:
    """The words of the selected part of the list in a form (an agency, a kind, a subject), if the form offers other
    parts but no choice of all; None if there is none."""
    for select in page.elements["select"]:
        options = [item for item in select.iter("option") if words_of(item)]
        chosen = next(filter(is_chosen, options), None)
        is_used = select.get("onchange") or (chosen is not None and chosen.get("selected") is not None)
        if chosen is None or not is_used or len(options) < _MIN_PARTS or not chosen.get("value"):
            continue
        words, name = [words_of(item) for item in options], f"{names_of(select)} {select.get('name') or ''}"
        are_parts = _mostly(AGENCY, words) or _mostly(_KIND, words) or _PART_NAME.search(name)
        if not are_parts or any(map(_NO_PART.search, words)):
            continue
        if not any("/" in (item.get("value") or "") for item in options):
            return f"{words_of(chosen)} … {next(each for each in words if each != words_of(chosen))}"
    return None


def part_of_buttons(page: WebPage) -> str | None:
    """The words of the checked part of the list among radio buttons that a script handles, if none of them is for all;
    None if there is none."""
    groups: dict[str, list[HtmlElement]] = {}
    for field in page.elements["input"]:
        if field.get("type") == "radio" and field.get("name"):
            groups.setdefault(field.get("name") or "", []).append(field)
    for fields in groups.values():
        checked = [field for field in fields if field.get("checked") is not None]
        labels = [field.getparent() for field in fields]
        words = [words_of(label) or (field.tail or "").strip() for field, label in zip(fields, labels, strict=True)]
        handled = all(is_answered(field) or is_answered(label) for field, label in zip(fields, labels, strict=True))
        are_parts = _mostly(AGENCY, words) or _mostly(_KIND, words)
        if (
            len(checked) == 1
            and len(fields) >= _MIN_PARTS
            and handled
            and are_parts
            and not any(map(_NO_PART.search, words))
        ):
            return " … ".join(words[:2])
    return None


def _mostly(pattern: re.Pattern[str], words: Iterable[str]) -> bool:
    """Whether most of the words are of a form."""
    matches = [pattern.search(each) is not None for each in words]
    return sum(matches) * 2 > len(matches)
