"""Issues of a gazette: a page with the documents of one issue leads to the others."""

import re
from collections.abc import Container
from itertools import islice

from lxml.html import HtmlElement

from etl.platforms.elements.element_words import title_of, words_of
from etl.platforms.elements.side_boxes import is_in_side_box
from etl.platforms.paging.pager_elements import is_answered, is_current, slides, target_of
from etl.platforms.paging.parts import is_chosen
from etl.platforms.paging.tabs import TAGS
from etl.web.page import WebPage, base_url
from etl.web.urls import folder_of

_PREVIOUS_ISSUE = re.compile(r"^\W*(?:上一?期(?:公报|目录)?|上(?:个|一个?)?(?:月|周|季度?|年度?)|前一[天日月周年])\W*$")
_NAME = r"((?:(?:19|20)\d\d年?度?)?总?(第\d{1,4}期))"
_ISSUE, _NAMED = re.compile(rf"^\W*{_NAME}(?:\W总第?\d{{1,4}}期)?\W*$"), re.compile(_NAME)
"""A label that is an issue (2024年第3期, with or without 总第120期 behind it), and an issue in a headline. The first
group has its year."""
_MAY_NAME = re.compile(r"上一?期|上(?:个|一个?)?[月周季年]|前一[天日月周年]|第\s*\d{1,4}\s*期|\d\s*</\w{1,6}>\s*期")
_MAX_CHARS, _MAX_HEADLINE, _MAX_ABOVE = 20, 60, 4


def other_issue(page: WebPage, listed: Container[str]) -> str | None:
    """The label of another issue of a gazette, where the page has the documents of one: 上一期, or a link, choice or
    item of a script such as 第3期; None if there is none. `listed`: addresses of the entries, which may be issues."""
    if not _MAY_NAME.search(page.text):
        return None
    issues, base = dict[str, str](), base_url(page)
    for element in page.tree.iter(*TAGS):
        words = words_of(element, _MAX_CHARS) if len(element) <= 1 else ""
        if not (_PREVIOUS_ISSUE.match(words) or "期" in words) or target_of(element, base) in listed:
            continue
        is_step = _PREVIOUS_ISSUE.match(words) and (element.get("href") or is_answered(element))
        is_of_list = is_step and not slides(element) and not _is_in_named_box(element, page, listed)
        if is_of_list and ("期" in words or _is_of_list(element, page)):
            return words
        issue = _ISSUE.match(words)
        if issue and (is_answered(element) or (element.get("href") or "").strip("#")):
            issues[words] = issue[1]
    own = _own_issues(page)
    others = [words for words, issue in issues.items() if issue not in own]
    return others[0] if 0 < len(others) < len(issues) else None


def _is_of_list(step: HtmlElement, page: WebPage) -> bool:
    """Whether a step to an earlier month or day is that of the list, and not of a box beside it: it leads into the
    page's folder, or a script answers it."""
    target = target_of(step, base_url(page))
    return not is_in_side_box(step) and (target is None or target.startswith(folder_of(page.url)))


def _is_in_named_box(step: HtmlElement, page: WebPage, listed: Container[str]) -> bool:
    """Whether a step is in a box without entries that has a headline of its own, which is not in the page's title."""
    base, title = base_url(page), title_of(page)
    for around in islice(step.iterancestors(), _MAX_ABOVE):
        if any(target_of(link, base) in listed for link in around.iter("a")):
            return False
        headlines = [words_of(item) for item in around.iter("h1", "h2", "h3", "h4", "h5", "h6", "dt")]
        if headlines:
            return title != "" and not any(words and words in title for words in headlines)
    return False


def _own_issues(page: WebPage) -> set[str]:
    """The issues that the page's headlines name, or that are marked as the current ones, also without their year."""
    headlines = (words_of(item, _MAX_HEADLINE) for item in page.tree.iter("h1", "h2", "h3", "h4"))
    marked = (words_of(item, _MAX_CHARS) for item in page.tree.iter(*TAGS) if is_current(item) or is_chosen(item))
    issues = (*map(_NAMED.search, headlines), *map(_ISSUE.match, marked))
    return {name for issue in issues if issue for name in issue.groups()}
