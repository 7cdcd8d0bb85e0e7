"""The links of a pager: the address of the next page, and signs that a list continues by a script.

A pager has 下一页 as words, as the label of a picture or a button, or as `rel`, or has only numbers. Its links lead to
addresses, which are followed, or are handled by a script, and then the list counts as incomplete.
"""

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import SplitResult, urldefrag, urlsplit

from lxml.html import HtmlElement

from etl.outside import digits
from etl.platforms.elements.element_words import MAX_LABEL, click_code, is_hidden, label_of, words_of
from etl.platforms.elements.list_addresses import OF_OTHER_THINGS
from etl.platforms.paging.dead_steps import ONE_PAGE, is_dead
from etl.platforms.paging.pager_elements import (
    is_disabled,
    is_in_pager,
    is_of_videos,
    is_pager_name,
    is_scripted,
    moves,
    names_of,
    slides,
    target_of,
)
from etl.platforms.paging.pager_numbers import (
    following_number,
    leads_further,
    place_in,
    runs_of_numbers,
    skips_pages,
)
from etl.platforms.paging.shown_within import handler_of, shows_within
from etl.platforms.paging.tabs import lists_of_other_parts
from etl.web.page import WebPage, absolute, base_url
from etl.web.urls import folder_of

_NEXT = re.compile(
    r"^\W*(?:[下后次]一?[页頁]|向?后翻页?|下翻页?|(?:goto)?(?:the)?next(?:page|posts|entries)?|"
    r"(?:[较更]早|[较更]旧|早前|旧)的?(?:文章|日志|帖子|文[告件]|公[告文示]|通知|信息|内容|记录)|older(?:posts|entries|articles))\W*$",
    re.IGNORECASE,
)
_NEXT_IN_PAGER = re.compile(r"^\W*下一?[个步]\W*$")
"""Words that mean the next page only in a pager (Liferay), and elsewhere the next picture or part of a form."""
_NEXT_ALONE = re.compile(
    r"^\W*(?:后页|[往向]后|[往向]?后翻页?|[下后]翻页?|[下后]一?屏|older|earlier)\W*$", re.IGNORECASE
)
_ARROW = re.compile(r"^(?:>|›|»|＞|→|►|▶)$")
_ARROWS = re.compile(r"^(?:[>›»＞→❯▶►]{1,2}\|?|last(?:page)?)$", re.IGNORECASE)
"""Arrows that a script handles; double arrows lead to the last page and are not followed."""
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])next(?:$|[\s_-])|page_?next|next_?page", re.IGNORECASE)
_NEXT_PICTURE = re.compile(
    r"(?:^|[/_-])(?:next|nxt|xiay[ei]\w{0,4}|xyy|right|(?:arrow|jiantou)_?r(?:ight)?)\w{0,4}\.(?:gif|png|jpe?g|svg|webp)$",
    re.IGNORECASE,
)
_ONLY_STEPS = re.compile(r"[\d\W共第页頁条首上下前后尾末一转跳到至GO]*", re.IGNORECASE)
_NEXT_WORDS = re.compile(r"下一?[页頁]|后一页")
_STEP_TAGS = ("a", "button", "input", "span", "li", "img", "em", "i", "div", "p", "td", "font")
_LAST_WORDS = re.compile(r"尾页|末[页頁]|最后一?页")
_TURNS_PAGE = re.compile(
    r"(?:refresh|turn|go_?to|change|jump|load|next|to|go|set|query)_?pages?\w{0,6}\s*\((?!\s*+[\"']?+[01]?+[\"']?+\s*+\))",
    re.IGNORECASE,
)
"""A call that turns to a page other than the first."""
_CALLED_PAGE = re.compile(r"\(\s*['\"]?(\d{1,4})['\"]?\s*\)")
"""The number of a page with which a script is called: `go(6)`."""
_STEPS_BACK = re.compile(r"首页|首頁|上一?[页頁步]|前一?[页頁]|[尾末]页|最后|^\W*1\W*$|prev|first|back", re.IGNORECASE)
_CALENDAR = (4, 12, 24, 28, 29, 30, 31)
"""Numbers of quarters, months, hours and days, which look like page numbers."""
_CHOSEN_PAGE = re.compile(r"^第(\d{1,4})[页頁](?:[/共]\d+页?)?$")
_LOAD_MORE = re.compile(
    r"^(?:(?:[上下][拉滑]|向[上下]滑动|点击|查看|加载|显示|载入|浏览|获取|继续)+(?:更多|全部)"
    r"(?:内容|数据|信息|文件|公告|新闻|列表|结果|记录)?|(?:点击|继续)加载|展开更多|(?:load|show|view) ?more)\W*$",
    re.IGNORECASE,
)
_LOADS_ROWS = re.compile(
    r"^(?:点击|继续|[上下]拉)?(?:加载|载入)(?:更多|下一?页|其余|剩余)?(?:内容|数据|信息|文件|公告)?\W*$"
)
"""Words of a link to further rows of the list; 查看更多 may also lead to another list."""
_NUMBER_ALONE = re.compile(r"(?<![0-9a-zA-Z])\d{1,4}(?![0-9a-zA-Z])")
_MORE_DOCUMENTS = re.compile(
    r"^\W*(?:[点看请击查我此]{0,4}(?:更多|更早|历史|以往|往期|早期)的?(?:内容|数据|信息|文件|公文|政策|列表|结果|记录|文章)|[点看请击查我此]{1,4}更多|"
    r"(?:查看|浏览|点击)(?:往期|历史|以往|历年|往年)|(?:查看|显示)?全部(?:公告|文件|信息|公文|通知|列表))\W*$"
)
_MORE = re.compile(r"^\W*(?:更多|展开更多|more)\W*$", re.IGNORECASE)
_LOADS_ALONE = re.compile(
    r"load[-_]?(?:ing[-_]?)?more|more[-_]?load|infinite|scroll[-_]?load|pull[-_]?up|sentinel|(?:load|scroll)[-_]?(?:trigger|observer)",
    re.IGNORECASE,
)
_LOADS = re.compile(r"load[-_]?(?:ing[-_]?)?more|more[-_]?load|(?:^|[\s_-])load(?:er)?(?:$|[\s_-])", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:^|/)(?:index|list|default|page|more)?[_-]?(\d{1,4})\.s?html?$", re.IGNORECASE)
_NUMBERED_QUERY = re.compile(
    r"(?:^|&)(?:page|p|pn|pg|pageno|pagenum|pageindex|page_?index|curr?(?:ent)?page|nowpage|paged)=(\d{1,4})(?:&|$)",
    re.IGNORECASE,
)
_NAMED_PAGE = re.compile(r"/(?:index|list|default|page|more)[_-]?\d{1,4}\.s?html?$", re.IGNORECASE)
_NEXT_ROWS = re.compile(r"^\W*next\W?\d{1,4}", re.IGNORECASE)
_NAMED_LIST = re.compile(r"/list[_-]?\d{1,4}\.s?html?$", re.IGNORECASE)
_OFFSET = re.compile(r"(?:^|&)(?:\w{1,12}\.)?(?:start|offset|skip|from)=(\d{1,6})(?:&|$)", re.IGNORECASE)
_NUMBER_OF_PAGE = re.compile(r"[_-]\d{1,4}(?=\.\w{3,5}$)")
_MAY_BE_NUMBERED = re.compile(r"=\d|\d\.s?html?", re.IGNORECASE)
_YEARS, _YEAR_WORDS = (1990, 2100), re.compile(r"(?:19|20)\d\d")
"""Numbers and words of a list of years, which are not pages."""
_MORE_PAGE = re.compile(r"(?:^|/)(?:more|list)\w{0,8}\.(?:s?html?|jsp|aspx?|php|do)$", re.IGNORECASE)
_FOLDED = re.compile(r"[?&;]Expand=\d[\d.]*", re.IGNORECASE)
"""A view of Domino whose categories are folded."""
_BACK = re.compile(r"首页|第一页|上一?页|首頁|^1$")


def next_link(page: WebPage) -> HtmlElement | None:
    """The first link to the next page (下一页) that leads to another address of the site; None if there is none."""
    target = partial(_other_page, page, base_url(page))
    links = list(page.tree.iter("a", "area"))
    arrow, loads = partial(_shows_arrow, page), partial(_loads_rows, page)
    alone = partial(_says_next_alone, page)
    for says_next in (_says_next, _leads_on, alone, _says_next_in_pager, arrow, loads):
        # The words of a link are checked before its target, which costs more.
        if (link := next((link for link in links if says_next(link) and target(link)), None)) is not None:
            return link
    return next(filter(target, page.tree.iterfind(".//link[@rel='next']")), None)


def next_url(page: WebPage, *, first: bool) -> str | None:
    """The absolute address of the next page: the target of `next_link`, or of the number after the current one."""
    link = next_link(page)
    if link is not None:
        return absolute(link.get("href") or "", base_url(page))
    following = following_number(page, first=first)
    return following.url if following else None


def scripted_next(page: WebPage, *, place: int) -> Iterator[HtmlElement]:
    """What a script or a form handles and may lead to the next page: 下一页, an arrow, or the number after that of the
    page (`place`). Forms that search have buttons with arrows, too."""
    for element in page.tree.iter(*_STEP_TAGS):
        if not is_scripted(element):
            continue
        label, is_button = label_of(element), element.tag in ("button", "input")
        says_next = _NEXT.match(label) or _NEXT_ALONE.match(label) or _says_next_in_pager(element)
        shows_next = _ARROW.match(label) or (not label and _has_next_picture(element))
        leads = says_next or (shows_next and (not is_button or is_in_pager(element)))
        if leads and not slides(element):  # which costs the most
            yield element
    if (following := following_number(page, first=place == 1, place=place)) and not following.url:
        yield following.element


def says_next(element: HtmlElement) -> bool:
    """Whether an element means the next page by its words, or in a pager by its arrow, picture or class, whatever
    handles it."""
    label = label_of(element)
    if _NEXT.match(label) or _NEXT_ALONE.match(label):
        return True
    shows = bool(_ARROW.match(label) or _NEXT_IN_PAGER.match(label))
    if not shows and not any(map(str.isalnum, label)):  # icons are characters of private fonts
        shows = bool(_NEXT_CLASS.search(names_of(element))) or _has_next_picture(element)
    return shows and is_in_pager(element)


def hints_next(element: HtmlElement) -> bool:
    """Whether an element without words may mean the next page, by its arrow, its picture or its class alone."""
    label = label_of(element)
    if _ARROW.match(label):
        return True
    return not any(map(str.isalnum, label)) and bool(
        _NEXT_CLASS.search(names_of(element)) or _has_next_picture(element)
    )


def says_more(element: HtmlElement) -> bool:
    """Whether an element says that it loads further rows: 加载更多."""
    words = label_of(element)
    if len(words) > MAX_LABEL or OF_OTHER_THINGS.search(words):
        return False
    if not words:
        return _LOADS_ALONE.search(names_of(element)) is not None
    named = _MORE.match(words) and _LOADS.search(names_of(element))
    return bool(named or any(pattern.match(words) for pattern in (_LOAD_MORE, _LOADS_ROWS, _MORE_DOCUMENTS)))


def _has_next_picture(element: HtmlElement) -> bool:
    return any(_NEXT_PICTURE.search(item.get("src") or "") for item in element.iter("img", "input"))


def signs_of_more(page: WebPage, seen: int, *, first: bool, place: int = 0) -> Iterator[str]:
    """Signs in the page's elements that the list continues; none if its 下一页 is marked as disabled. `seen`: entries
    of the list up to this page's end. `place`: the number of the page where it was posted.

    After the first page a disabled 下一页 is the end of the list, because earlier pages had an active one.
    """
    if first and next_is_disabled(page):
        return
    yield from _links_that_do_nothing(page, seen)
    yield from _links_to_the_rest(page)
    yield from _numbered_links(page)
    if following := following_number(page, first=first):
        leads = following.url or following.element.get("onclick") or following.element.get("href") or ""
        yield f"{following.number} {leads}"
    if first:
        yield from _scripted_steps(page, seen)
        yield from _pages_to_choose(page)
        if folded := _FOLDED.search(page.text):
            yield folded[0]
    else:
        yield from _calls_of_further_pages(page, seen, place)


def _other_page(page: WebPage, base: str, element: HtmlElement) -> bool:
    """Whether the element leads to another address of the page's site."""
    url = target_of(element, base)
    return bool(url and url != urldefrag(page.url).url and urlsplit(url).hostname == urlsplit(page.url).hostname)


def _says_next(element: HtmlElement) -> bool:
    return _NEXT.match(label_of(element)) is not None


def _says_next_alone(page: WebPage, link: HtmlElement) -> bool:
    """Whether a link says 往后 or Older, which may mean other things, and its address is that of a further page."""
    is_numbered = any(map(str.isdigit, link.get("href") or ""))
    target = target_of(link, base_url(page)) if is_numbered and _NEXT_ALONE.match(label_of(link)) else None
    return target is not None and leads_further(page.url, target)


def _says_next_in_pager(element: HtmlElement) -> bool:
    return _NEXT_IN_PAGER.match(label_of(element)) is not None and is_in_pager(element)


def _loads_rows(page: WebPage, link: HtmlElement) -> bool:
    """Whether a link says that it loads more rows of the page's column, and has the number of a page in its address."""
    if not _LOADS_ROWS.match(label_of(link)):
        return False
    target = target_of(link, base_url(page)) or ""
    return (
        _is_in_column(page, target) and _NUMBER_ALONE.search(urlsplit(target)._replace(netloc="").geturl()) is not None
    )


def _is_in_column(page: WebPage, url: str) -> bool:
    """Whether an address is below the first folder of the page's own."""
    here, there = urlsplit(page.url), urlsplit(url)
    first = here.path.split("/")[1:2]
    return here.netloc == there.netloc and first not in ([], [""]) and there.path.split("/")[1:2] == first


def _leads_on(link: HtmlElement) -> bool:
    return "next" in (link.get("rel") or "").lower().split()


def _shows_arrow(page: WebPage, link: HtmlElement) -> bool:
    """An arrow, or a link without words whose class has `next`. Picture sliders have these as well, and an arrow after
    the name of another column leads to that column. So the arrow must be in a pager, or lead to an address below this
    list."""
    words = words_of(link)
    if not (_ARROW.match(words) if words else _is_icon(page, link)) or slides(link):
        return False
    if words and skips_pages(page, link):
        return False
    below, target = folder_of(page.url), target_of(link, base_url(page)) or ""
    if is_in_pager(link) or target.startswith(below):
        return True
    return not words and _leads_further(page, link, target)


def _is_icon(page: WebPage, link: HtmlElement) -> bool:
    """Whether a link without words is named `next`, or shows an icon or a picture to the right and leads to the
    following number. Such icons are also found after the names of other columns."""
    names = " ".join(item.get("class") or "" for item in (link, *link)).lower()
    if "next" in names:
        return True
    is_picture = any(_NEXT_PICTURE.search(picture.get("src") or "") for picture in link.iter("img"))
    if "right" not in names and not is_picture:
        return False
    target = target_of(link, base_url(page)) or ""
    return _leads_further(page, link, target) or (not is_picture and _has_next_number(page, target))


def _leads_further(page: WebPage, link: HtmlElement, target: str) -> bool:
    """Whether a link among nothing but steps leads to a greater number; behind a name it leads to that column."""
    return is_among_steps(link) and (leads_further(page.url, target) or _has_next_number(page, target))


def _has_next_number(page: WebPage, target: str) -> bool:
    return own_number(target) == (own_number(page.url) or 1) + 1


def is_among_steps(link: HtmlElement) -> bool:
    """Whether a link stands among nothing but steps and numbers: no name stands beside it."""
    around = link.getparent()
    return around is not None and _ONLY_STEPS.fullmatch(words_of(around, MAX_LABEL)) is not None


def _scripted_steps(page: WebPage, seen: int) -> Iterator[str]:
    """下一页 and 尾页 in words or labels, and arrows of a pager, that have no address and are not dead."""
    for element in page.tree.iter(*_STEP_TAGS):
        if len(element) > 2 or any(part.tag in _STEP_TAGS and _NEXT_WORDS.search(label_of(part)) for part in element):
            continue  # the part is a pager link, and is checked by itself
        label = label_of(element)
        if len(label) > 12 or not (label or element.get("class")) or is_disabled(element):
            continue
        named = (_NEXT_WORDS.search(label) or _LAST_WORDS.search(label)) and not ONE_PAGE.fullmatch(label)
        leads = is_scripted(element) or (element.tag == "li" and _is_next_item(element, label))
        steps = named or (leads and (_NEXT_ALONE.match(label) or _is_step_of_pager(element, label)))
        steps = steps or (leads and _turns(element, label))
        if steps and not is_of_videos(element) and not is_dead(element, page, seen):
            yield label or element.get("class") or ""


def _calls_of_further_pages(page: WebPage, seen: int, place: int) -> Iterator[str]:
    """下一页 by a script whose argument is greater than all numbers of the pager and that of the page itself.

    The pages before had links, so this list goes on in another way. That a last page has 下一页 without a number, or
    with its own, is usual.
    """
    shown: int | None = None
    for element in page.tree.iter(*_STEP_TAGS):
        called = _CALLED_PAGE.search(click_code(element))
        label = label_of(element) if called else ""
        if not (called and (_NEXT_WORDS.search(label) or _NEXT_ALONE.match(label))):
            continue
        if len(label) > 12 or is_disabled(element) or is_dead(element, page, seen):
            continue
        if shown is None:
            shown = max(
                (own_number(page.url) or 1, place, *(item.number for run in runs_of_numbers(page) for item in run))
            )
        if digits(called[1]) > shown:
            yield f"{label} {called[1]}"


def _turns(element: HtmlElement, label: str) -> bool:
    """Whether a script turns to a further page, whatever the words of the element are."""
    return _TURNS_PAGE.search(click_code(element)) is not None and not _STEPS_BACK.search(label) and not slides(element)


def _pages_to_choose(page: WebPage) -> Iterator[str]:
    """第2页 in a selection of pages without addresses, and bare numbers from 1 on that a script handles."""
    for select in page.tree.iter("select") if "option" in page.text else ():
        words = [words_of(option, MAX_LABEL) for option in select.iter("option") if not is_disabled(option)]
        numbers = [digits(match[1]) for each in words if (match := _CHOSEN_PAGE.match(each))]
        if max(numbers, default=0) > 1:
            yield f"第{max(numbers)}页"
        counted = len(words) > 1 and words == [str(number) for number in range(1, len(words) + 1)]
        if counted and (select.get("onchange") or is_pager_name(select)) and len(words) not in _CALENDAR:
            yield " ".join(words[:MAX_LABEL])


def _is_next_item(element: HtmlElement, label: str) -> bool:
    """Whether an item of a pager means 下一页, by its words or only by its class."""
    says_next = _NEXT.match(label) if label else _NEXT_CLASS.search(names_of(element))
    return says_next is not None and is_in_pager(element)


def _is_step_of_pager(element: HtmlElement, label: str) -> bool:
    """Whether an arrow, or a link without words, belongs to a pager and not to a picture slider."""
    steps = _NEXT.match(label) or _ARROWS.match(label) or (not label and _NEXT_CLASS.search(names_of(element)))
    is_step = bool(steps) and (is_in_pager(element) or not (moves(element) or _opens_name(element)))
    return (is_step or _says_next_in_pager(element)) and not slides(element)


def _opens_name(arrow: HtmlElement) -> bool:
    """Whether an element that is no link is beside nothing but links with the names of columns: it unfolds a menu."""
    around = arrow.getparent()
    others = [] if around is None or arrow.tag == "a" else [item for item in around if item is not arrow]
    links = [item for item in others if item.tag == "a" and item.get("href")]
    return bool(links) and len(links) == len(others) and not any(map(_ONLY_STEPS.fullmatch, map(label_of, links)))


def turns_within(page: WebPage) -> bool:
    """Whether the pager of a first page shows and hides rows that the page holds: it has all of them."""
    following = following_number(page, first=True)
    numbers = () if following is None or following.url else (following.element,)
    may_step = "onclick" in page.text or "javascript:" in page.text
    steps = (item for item in page.tree.iter("a", "button", "span", "li", "input") if _NEXT.match(label_of(item)[:8]))
    return any(shows_within(page, handler_of(item)) for item in (*numbers, *(steps if may_step else ())))


def next_is_disabled(page: WebPage) -> bool:
    """Whether each 下一页 of the page is marked as disabled, or 尾页 leads to the page itself."""
    steps = [
        element
        for element in page.tree.iter("a", "span", "li", "button", "em", "i", "font", "input")
        if _NEXT.match(label_of(element)[:8])
    ]
    if steps and all(any(map(is_disabled, (step, step.getparent()))) for step in steps):
        return True
    return _last_is_here(page) and not any(map(is_scripted, steps))


def _last_is_here(page: WebPage) -> bool:
    """Whether 尾页 leads to the page itself."""
    base, here = base_url(page), urldefrag(page.url).url
    lasts = (link for link in page.tree.iter("a") if _LAST_WORDS.search(label_of(link)[:6]))
    return any(target_of(link, base) == here and not link.get("onclick") for link in lasts)


def _links_that_do_nothing(page: WebPage, seen: int) -> Iterator[str]:
    """加载更多 and similar: elements without an address that a script handles."""
    for element in page.tree.iter("a", "button", "div", "span", "p", "input"):
        words = label_of(element) if len(element) <= 3 else ""
        if not words and _LOADS_ALONE.search(names_of(element)) and not is_hidden(element):
            yield names_of(element).strip()
        if not words or len(words) > 20:
            continue
        # The words are checked before the target, which costs more.
        loads = (
            _LOAD_MORE.match(words)
            or _LOADS_ROWS.match(words)
            or _MORE_DOCUMENTS.match(words)
            or (_MORE.match(words) and _LOADS.search(names_of(element)))
        )
        targets = [target_of(link, base_url(page)) for link in element.iter("a")] if loads else []
        is_own = _LOADS_ROWS.match(words) and any(url and _is_in_column(page, url) for url in targets)
        leads = any(targets) and not is_own
        if loads and not leads and not is_disabled(element) and not is_dead(element, page, seen):
            yield words


def _links_to_the_rest(page: WebPage) -> Iterator[str]:
    """更多 that leads to another page of the list's own folder, such as `more.html`."""
    own = urlsplit(page.url)
    # Beside `list_7.html` and `list_7_2.html` 更多 of another box leads to `list_8.html`.
    lists = {_shape(own.path), _shape(_NUMBER_OF_PAGE.sub("", own.path))}
    for link in page.tree.iter("a") if "更多" in page.text else ():
        may_be = _MORE_PAGE.search((link.get("href") or "/").partition("?")[0])
        if may_be and "更多" in (words := words_of(link, MAX_LABEL)) and len(words) <= MAX_LABEL // 2:
            url = urlsplit(target_of(link, base_url(page)) or "")
            beside = url.netloc == own.netloc and url.path.rpartition("/")[0] == own.path.rpartition("/")[0]
            if beside and _MORE_PAGE.search(url.path) and _shape(url.path) not in lists:
                yield f"{words} → {url.geturl()}"


def _numbered_links(page: WebPage) -> Iterator[str]:
    """Links to later parts of this list, by the form of their address: a greater number or an offset."""
    base, here = base_url(page), urlsplit(page.url)
    own_page = own_number(page.url) or 1
    folder, stem = here.path.rpartition("/")[0], _NUMBER_OF_PAGE.sub("", here.path)
    letters = lists_of_other_parts(page)
    places = [place_in(run, page, first=False) for run in runs_of_numbers(page)]
    place = max((number for number in places if number is not None), default=0)
    for link in page.tree.iter("a"):
        if not _MAY_BE_NUMBERED.search(link.get("href") or ""):
            continue
        url = target_of(link, base)
        parts = urlsplit(url or "")
        if not url or url in letters or parts.netloc != here.netloc or parts.path.rpartition("/")[0] != folder:
            continue
        words = words_of(link)
        # The list's first page is `list_3.html` on `list_3_2.html`; numbers may count from the last page.
        if parts.path == stem != here.path or (words.isdecimal() and len(words) < 5 and digits(words) <= place):
            continue
        if _is_later_part(words, parts, here, own_page):
            yield f"{words} → {url}"


def _is_later_part(words: str, parts: SplitResult, here: SplitResult, own_page: int) -> bool:
    """Whether a link leads from the page `here`, the list's page of that number, to a greater number or offset."""
    says_number = words.isdigit()
    if (says_number or parts.path == here.path or _NEXT_ROWS.match(words)) and (offset := _OFFSET.search(parts.query)):
        own_offset = _OFFSET.search(here.query)
        number, own, is_named = digits(offset[1]), digits(own_offset[1]) if own_offset else 0, True
    else:
        number, own = _number_of_page(parts) or 0, own_page
        # Beside `list_7.html` and `list_7_2.html` `list_8.html` is mostly another column.
        first = _NUMBER_OF_PAGE.sub("", here.path)
        is_column = _NAMED_LIST.search(here.path) or _shape(parts.path) == _shape(first) != _shape(here.path)
        is_named = bool(_NUMBERED_QUERY.search(parts.query)) or (not is_column and bool(_NAMED_PAGE.search(parts.path)))
    if number <= own or (_YEARS[0] <= number <= _YEARS[1] and _YEAR_WORDS.search(words)):
        return False
    # Documents have numbers too: then the words must be those of a pager link.
    steps = says_number or _NEXT_WORDS.search(words) or _LAST_WORDS.search(words)
    return bool(steps or (is_named and not _BACK.search(words)))


def _shape(path: str) -> str:
    return re.sub(r"\d+", "#", path)


def own_number(url: str) -> int | None:
    """The page number in an address."""
    return _number_of_page(urlsplit(url))


def _number_of_page(parts: SplitResult) -> int | None:
    match = _NUMBERED_QUERY.search(parts.query) or _NUMBERED.search(parts.path)
    return digits(match[1]) if match else None
