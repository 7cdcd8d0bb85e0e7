"""Lists that are split by years or months: tabs and selections that show the documents of another year or month."""

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, urldefrag, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import words_of
from etl.platforms.elements.list_addresses import is_of_list
from etl.platforms.elements.surroundings import boxes_around
from etl.platforms.paging.pager_elements import is_answered, is_current, names_of, slides, target_of
from etl.platforms.paging.parts import AGENCY, PART_NAME, is_chosen, is_named_part
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import folder_of

_YEAR = re.compile(r"^((?:19|20)\d\d)年?度?$")
_MONTH = re.compile(r"^(\d{1,2}|十[一二]?|[一二三四五六七八九])月份?$")
_MONTH_OF_YEAR = re.compile(r"^\W*((?:19|20)\d\d)[年./-]?(1[0-2]|0?[1-9])月?份?(?:\W{1,2}\d{1,4}[条篇]?)?\W*$")
_QUARTER_OF_YEAR = re.compile(r"^\W*((?:19|20)\d\d)年?第?([1-4一二三四])季度?\W*$")
_YEAR_IN_WORDS = re.compile(r"^[一二][〇零○Oo九][〇零○Oo一二三四五六七八九]{2}(?=年?度?$)")
_NUMERALS = str.maketrans("〇零○Oo一二三四五六七八九", "00000123456789")
_IN_WORDS = {word: f"{number:02}" for number, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}
_PERIODS = (_YEAR, _MONTH, _MONTH_OF_YEAR, _QUARTER_OF_YEAR)
_ALL = re.compile(r"^(?:全部|所有|不限|全年|请选择|历年|年份|月份)\w{0,2}$")
_HEADLINES = ("h2", "h3", "h4", "h5", "dt", "summary")
TAGS = (*_HEADLINES, "a", "li", "span", "button", "option", "dd", "em", "div", "td", "label")
_YEAR_OF_LIST = re.compile(r"^\W*((?:19|20)\d\d)年?度?(?:的?\w{2,6})?\W*$")
_EARLIER = re.compile(r"^\W*(?:(?:历年|往年|以往|往期)\w{0,6}|历史(?:公告|公文|文件|公报|信息|政策|数据|公开))\W*$")
_EARLIER_WORDS = re.compile(r">\s*(?:历年|往年|以往|往期|历史)")
_YEAR_IN_NAME = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BEGINS_WITH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d")
_DIGITS = re.compile(r"\d+(?:\D\d+)?")
"""The number of a month in an address, or of its year and itself."""
_NUMBER = re.compile(r"\d+")
_INDEX = re.compile(r"(?:index|default)\.\w{3,5}$")
_LETTER = re.compile(r"^[A-Za-z]$")
_MIN_LETTERS = 3
_MIN_MONTHS = 3
_MAX_CHARS, _MAX_YEAR_CHARS, _MAX_TAB_CHARS = 9, 14, 12
_MIN_TAB_CHARS, _MAX_TABS, _MAX_ABOVE, _MAX_BEFORE = 3, 12, 4, 2
_WAY = re.compile(r"crumb|posi|location", re.IGNORECASE)
_HEADING = re.compile(r"(?:^|[\s_-])(?:tit|head|hd)", re.IGNORECASE)
_SECTION = re.compile(r"^\W*(?:政务|政府信息|信息|法定|主动|依申请)+公开\W*$")
"""The section of a site in which a list stands."""
_ORDER = re.compile(r"按|排序|[升降正倒]序|最[新热]|默认|图文|列表|[大中小]号?$|打印|分享|收藏")
"""Words of controls that sort or redraw the same rows."""
_HELD = "//*[@id=$held]"
_CALL = re.compile(r"""^\s*(?:javascript:\s*)?(?:return\s+)?([\w$.]{3,40})\(\s*['"]?([\w-]{1,40})['"]?\s*[,)]""")


def other_period(page: WebPage, days: Iterable[str]) -> str | None:
    """The label of a year or month whose documents are shown only on request, while all entries of the list are of one
    other period; None if there is none. `days`: the entries' dates, yyyy-mm-dd.

    If 全部 is beside the tabs, or the entries are of several years, the tabs only filter the list.
    """
    dates = set(days)
    years, months, of_years = {day[:4] for day in dates}, {day[5:7] for day in dates}, {day[:7] for day in dates}
    own_times = (years, months, of_years, set(map(_quarter, dates)))
    by_words: dict[str, list[HtmlElement]] = {}
    for element in page.tree.iter(*TAGS):
        words = _in_digits(words_of(element, _MAX_CHARS)) if len(element) <= 1 else ""
        if words and len(words) <= _MAX_CHARS and any(pattern.match(words) for pattern in _PERIODS):
            by_words.setdefault(words, []).append(element)
    for pattern, own, least in zip(_PERIODS, own_times, (1, _MIN_MONTHS, _MIN_MONTHS, 1), strict=True):
        if len(own) > 1:
            continue
        others = {
            words: others
            for words, elements in by_words.items()
            if (others := [each for each in elements if _is_other(words, pattern, own, each, page)])
        }
        bars = {each[0].getparent(): each[0] for each in others.values()}
        if len(others) >= least and not any(
            _narrows(each) and not _is_chosen_beside(each, pattern, own) for each in islice(bars.values(), _MAX_TABS)
        ):
            return next(iter(others))
    return None


def _in_digits(words: str) -> str:
    """The words with the year in digits: 二〇二三年 → 2023年."""
    return _YEAR_IN_WORDS.sub(lambda year: year[0].translate(_NUMERALS), words)


def _is_other(words: str, pattern: re.Pattern[str], own: set[str], element: HtmlElement, page: WebPage) -> bool:
    match = pattern.match(words)
    if match is None or _period(match) in own or slides(element):
        return False
    if element.tag in _HEADLINES:
        return _heads_nothing(element)
    inner = element[0] if len(element) else element
    target = target_of(element, base_url(page)) or ""
    if element.tag == "option" and pattern is _YEAR and _is_of_other_year(target, match[1], page.url):
        return False  # a list of its own
    if element.tag == "option" and target and "?" not in target and not target.startswith(folder_of(page.url)):
        return False  # a page outside of this list
    # Another query shows another part of the same list; another folder is a list of its own.
    within = target.partition("?")[0] == page.url.partition("?")[0] and "?" in target and target != page.url
    asks = within or is_answered(element) or is_answered(inner) or _is_beside_own(element, own)
    return asks and not _holds(page, inner)


def _heads_nothing(headline: HtmlElement) -> bool:
    """Whether what stands below a headline is empty: a script fills it when it is opened."""
    below = headline.getnext()
    if below is None:
        return str(headline.tag) == "summary"
    return below.tag in ("div", "ul", "ol", "table", "tbody", "dd") and not words_of(below)


def _period(match: re.Match[str]) -> str:
    """The year, the month or quarter, or both, as in the entries' dates."""
    return "-".join(_IN_WORDS.get(part, part.zfill(2)) for part in match.groups())


def _is_beside_own(element: HtmlElement, own: set[str]) -> bool:
    """Whether the element leads nowhere and is beside the entries' own period, which is marked as current."""
    parent = element.getparent()
    if parent is None or element.get("href"):
        return False
    shown = [item for item in parent if isinstance(item.tag, str) and (is_current(item) or is_chosen(item))]
    if not shown and names_of(parent).strip():
        # Browsers show the first of a selection that marks none; a script that is not read finds it by its name.
        shown = list(parent.iterchildren("option"))[:1]
    return any(year[1] in own for item in shown if (year := _YEAR.match(_in_digits(words_of(item, _MAX_CHARS)))))


def _narrows(element: HtmlElement) -> bool:
    """Whether a choice for all is beside the element."""
    return any(_ALL.match(words_of(item)) for item in _beside(element))


def _is_chosen_beside(element: HtmlElement, pattern: re.Pattern[str], own: Set[str]) -> bool:
    """Whether the entries' own period is the marked one of the choices beside the element, and not that of all."""
    marked = (item for item in _beside(element) if is_current(item) or is_chosen(item))
    periods = (pattern.match(_in_digits(words_of(item, _MAX_CHARS))) for item in marked)
    return any(match and _period(match) in own for match in periods)


def _beside(element: HtmlElement) -> list[HtmlElement]:
    """What is in the element's parent, and beside that."""
    around = islice(element.iterancestors(), 2)
    return [item for block in around for item in block if isinstance(item.tag, str)]


def lists_of_other_years(page: WebPage, days: Iterable[str]) -> dict[str, str]:
    """The lists of other years beside this one: address → words of the link. Empty if the entries, dated `days`, are of
    several years.

    They are in folders below the list's own (`2023/`, `nd2023/index.html`, `2023n/`), or have another year in an
    otherwise equal address. Lists of other months (2024年5月) are included if the entries are of one month.
    """
    own = {day[:4] for day in days}
    lists: dict[str, str] = {}
    earlier = _EARLIER_WORDS.search(page.text) is not None
    for link in page.tree.iter("a", "option") if len(own) <= 1 else ():
        # The expensive checks come last.
        if not (_BEGINS_WITH_YEAR.search(link.get("href") or link.get("value") or "") or earlier):
            continue
        words = _in_digits(words_of(link, _MAX_YEAR_CHARS) or _year_of_picture(link))
        match = _YEAR_OF_LIST.match(words) if len(words) <= _MAX_YEAR_CHARS else None
        if (match and (match[1] not in own or "期" in words)) or (not match and _EARLIER.match(words)):
            url = target_of(link, base_url(page))
            if url and _is_of_other_year(url, match[1] if match else "", page.url):
                lists.setdefault(url, words)
    quarters = {_quarter(day) for day in days}
    lists |= _lists_of_other_times(page, _QUARTER_OF_YEAR, quarters, 1)
    return lists or _lists_of_other_times(page, _MONTH_OF_YEAR, {day[:7] for day in days}, _MIN_MONTHS)


def _year_of_picture(link: HtmlElement) -> str:
    """The year in the name of the picture that is all that a link shows; "" if there is none."""
    pictures = [picture.get("src") or "" for picture in link.iter("img")]
    year = _YEAR_IN_NAME.search(pictures[0].rpartition("/")[2]) if len(pictures) == 1 else None
    return year[0] if year else ""


def _quarter(day: str) -> str:
    """The year and the quarter of a day, in two digits."""
    return f"{day[:4]}-{(digits(day[5:7]) + 2) // 3:02}"


def _lists_of_other_times(page: WebPage, pattern: re.Pattern[str], own: Set[str], least: int) -> dict[str, str]:
    """The lists of other months or quarters than that of all entries, if there are so many."""
    lists: dict[str, str] = {}
    for link in page.tree.iter("a") if len(own) == 1 else ():
        words = words_of(link, _MAX_YEAR_CHARS) if any(map(str.isdigit, link.get("href") or "")) else ""
        match = pattern.match(words) if 0 < len(words) <= _MAX_YEAR_CHARS else None
        if match and _period(match) not in own:
            url = absolute(link.get("href") or "", base_url(page))
            if url and _is_of_month(url, _period(match), page.url):
                lists.setdefault(url, words)
    return lists if len(lists) >= least else {}


def lists_of_other_parts(page: WebPage) -> dict[str, str]:
    """The lists beside this one for other letters of the alphabet, or for other agencies that the query of the same
    address names: address → letter or agency. Only where the page's own one is marked among them or leads nowhere:
    those without one narrow a list that is whole."""
    base, here = base_url(page), urldefrag(page.url).url
    for run in _runs(page):
        words = [name for name, _ in run]
        of_letters = len(words[0]) == 1
        if len(run) < _MIN_LETTERS or len(set(words)) < len(words) or _narrows(run[0][1]):
            continue
        if of_letters and words != sorted(words):
            continue
        links = {name: absolute(item.get("href") or "", base) if item.get("href") else None for name, item in run}
        own = [name for name, item in run if is_current(item) or links[name] in (None, here)]
        others = {url: name for name, url in links.items() if url and name not in own}
        is_beside = _is_beside if of_letters else _is_of_other_agency
        if len(own) == 1 and len(others) == len(run) - 1 and all(is_beside(url, page.url) for url in others):
            return others
    return {}


def part_on_request(page: WebPage) -> str | None:
    """The letter or agency beside that of the list, whose documents a script shows on request; None if there is none,
    or if one of them is for all."""
    for run in _runs(page):
        others = [(words, item) for words, item in run if not is_current(item)]
        is_choice = len(others) == len(run) - 1 >= _MIN_LETTERS - 1 and not _narrows(run[0][1])
        if is_choice and all(is_answered(item) and not _leads(item) for _, item in others):
            return others[0][0]
    return None


@lru_cache(maxsize=1)  # called several times for each page
def _runs(page: WebPage) -> list[list[tuple[str, HtmlElement]]]:
    """The elements beside each other that are letters, and those that are names of agencies, each with its words."""
    runs: dict[tuple[HtmlElement, bool], list[tuple[str, HtmlElement]]] = {}
    for item in page.tree.iter("a", "b", "strong", "span", "em"):
        words = words_of(item, _MAX_YEAR_CHARS) if len(item) <= 1 else ""
        is_letter = _LETTER.match(words) is not None
        if is_letter or (1 < len(words) <= _MAX_YEAR_CHARS and AGENCY.match(words)):
            above = item.getparent() if item.getparent() is not None else item
            block = above.getparent() if len(above) == 1 and above.getparent() is not None else above
            runs.setdefault((block, is_letter), []).append((words.upper(), item))
    return list(runs.values())


def _is_of_other_agency(url: str, own: str) -> bool:
    """Whether an address differs from another one by the agency alone that its query names."""
    here, there = urlsplit(own), urlsplit(url)
    before, after = dict(parse_qsl(here.query)), dict(parse_qsl(there.query))
    changed = [name for name in before | after if before.get(name) != after.get(name)]
    return here.path == there.path and len(changed) == 1 and PART_NAME.search(changed[0]) is not None


def _is_beside(url: str, own: str) -> bool:
    """Whether an address has the folder of another one and is no place in that page."""
    here, there = urlsplit(own), urlsplit(url)
    return (here.netloc, here.path.rpartition("/")[0]) == (there.netloc, there.path.rpartition("/")[0]) and (
        url.partition("#")[0] != own.partition("#")[0]
    )


def _is_of_month(url: str, month: str, own: str) -> bool:
    """Whether a list lies below the own one, or beside it, and has the month or the quarter in its address: `202405/`,
    `2024-5.html`, `2024/05/`, `2024q2/`."""
    here, there = urlsplit(own), urlsplit(url)
    path, other = (_INDEX.sub("", parts.path) for parts in (here, there))
    year, number = month.split("-")
    beside = _DIGITS.sub("#", path) == _DIGITS.sub("#", other) or other.startswith(path.rpartition("/")[0] + "/")
    if here.netloc != there.netloc or path == other or not beside:
        return False
    return re.search(rf"(?<!\d){year}\D{{0,2}}0?{digits(number)}(?!\d)", other) is not None


def _is_of_other_year(url: str, year: str, own: str) -> bool:
    here, there = urlsplit(own), urlsplit(url)
    path, other = (_INDEX.sub("", parts.path) for parts in (here, there))
    if here.netloc != there.netloc or path == other:
        return False
    if year and _YEAR_IN_NAME.sub("#", path) == _YEAR_IN_NAME.sub("#", other):
        return year in _YEAR_IN_NAME.findall(other)
    if year and _NUMBER.sub("#", path) == _NUMBER.sub("#", other):
        return re.search(rf"(?<!\d){year}\d{{1,4}}(?!\d)", other) is not None  # of an issue: 202602/
    below = other.removeprefix(path.rpartition("/")[0] + "/") if other.startswith(path.rpartition("/")[0] + "/") else ""
    name = below.removesuffix("/")
    return bool(name) and "/" not in name and (year in name if year else below.endswith("/"))


def tab_of_another_list(page: WebPage) -> str | None:
    """The words of a tab whose documents a function requests by number (`showList(13)`), if several such tabs are side
    by side; None if there is none, or if one of them is for all."""
    called: dict[tuple[HtmlElement | None, str], dict[str, HtmlElement]] = {}
    may_call = "onclick" in page.text or "javascript:" in page.text
    for element in page.tree.xpath("//a[contains(@href, 'javascript:')] | //*[@onclick]") if may_call else ():
        call = _CALL.match(element.get("onclick") or element.get("href") or "")
        words = words_of(element, _MAX_TAB_CHARS)
        named = call and (is_of_list(call[1]) or AGENCY.search(words))
        if call and named and 2 <= len(words) <= _MAX_TAB_CHARS and not slides(element):
            called.setdefault((_block_of(element), call[1]), {}).setdefault(call[2], element)
    for tabs in called.values():
        if len(tabs) > 1 and not any(map(_narrows, tabs.values())):
            return words_of(list(tabs.values())[1])
    return None


def tab_above(page: WebPage, first: HtmlElement) -> str | None:
    """The words of a tab right above the rows that a script handles, beside the current one; None if there is none, if
    one tab is for all, or if its content is in the page. `first`: the first row."""
    for row in (first, *boxes_around(first, _MAX_ABOVE - 1)):
        for bar in islice(row.itersiblings(preceding=True), _MAX_BEFORE):
            items = _items_of(bar)
            others = [item for item in items if not any(map(is_current, (item, *item[:1])))]
            panels = sum(1 for item in row.itersiblings(row.tag) if item.get("class") == row.get("class"))
            are_tabs = 1 <= len(others) == len(items) - 1 < _MAX_TABS and not panels and not slides(bar)
            if not are_tabs or not all(map(_is_unread_tab, others)):
                continue
            if not _narrows(others[0]) and not any(_holds(page, item) for item in others):
                return words_of(others[0])
    return None


def _items_of(bar: HtmlElement) -> list[HtmlElement]:
    """The items of a bar: short ones of one kind. A menu beside its heading is none, nor is the way to the page."""
    items = _elements_in(bar)
    items = _elements_in(items[0]) if len(items) == 1 else items
    is_bar = len({item.tag for item in items}) == 1 and not _WAY.search(names_of(bar))
    return items if is_bar and all(len(words_of(item, _MAX_TAB_CHARS)) <= _MAX_TAB_CHARS for item in items) else []


def _elements_in(around: HtmlElement) -> list[HtmlElement]:
    return [item for item in around if isinstance(item.tag, str)] if isinstance(around.tag, str) else []


def _holds(page: WebPage, tab: HtmlElement) -> bool:
    """Whether the page holds what a tab shows, in an element that the tab names."""
    values = (value for item in (tab, *tab[:1]) for name, value in item.items() if name != "class")
    held = (element for value in values for element in page.tree.xpath(_HELD, held=value.lstrip("#.")))
    return any(map(words_of, held))


def _is_unread_tab(item: HtmlElement) -> bool:
    """Whether an item has the name of a list and a script handles it: it says so, or is no link and is named as a kind
    of documents or an agency."""
    words, inner = words_of(item), item[0] if len(item) else item
    named = (
        len(words) >= _MIN_TAB_CHARS
        and len(words) <= _MAX_TAB_CHARS
        and not (_ORDER.search(words) or _SECTION.match(words))
    )
    if not named or _HEADING.search(names_of(item)) or _leads(item) or any(map(_leads, item.iter("a"))):
        return False
    return is_answered(item) or is_answered(inner) or is_named_part(words)


def _leads(item: HtmlElement) -> bool:
    return re.match(r"(?!#|javascript:).", item.get("href") or "", re.IGNORECASE) is not None


def _block_of(element: HtmlElement) -> HtmlElement | None:
    parent = element.getparent()
    return parent.getparent() if parent is not None and len(parent) == 1 else parent
